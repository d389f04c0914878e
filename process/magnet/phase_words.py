"""Sentences for compositions that the phase balance cannot place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from didymium.kernels import phases as kernel

from ..elements import ELEMENTS, INDEX, MOLAR_MASS, RE

Array = NDArray[np.float64]

_BOUND = {5: ("O", "R2O3", 2.0 / 3.0), 4: ("N", "RN", 1.0), 3: ("C", "", 0.0)}
"""Element, compound and mol R per mol by the kernel's column; carbon's are those of the carbide."""


def reason_and_remedy(
    code: int, column: int, composition: Array, solid: Array, carbide: str, per_carbon: float
) -> tuple[str, str]:
    """Reason and remedy of one composition, (elements,) as given and as shares of the solid; empty for code 0."""
    if code == kernel.FINE:
        return "", ""
    if code == kernel.BAD_NUMBER:
        wrong = [i for i, value in enumerate(composition) if not (np.isfinite(value) and value >= 0.0)]
        if not wrong:
            return "the amounts of the composition are too large to add up", "give kg or mass shares"
        return (
            f"the amount of {ELEMENTS[wrong[0]]} is {composition[wrong[0]]:g}",
            "give finite amounts, none negative",
        )
    if code == kernel.NO_RARE_EARTH:
        return "the solid holds no rare earth, so it is no R-Fe-B alloy", "add a rare-earth metal or check the feed"
    percent = 100.0 * solid
    rare_earth = float(percent[RE].sum())
    if code == kernel.BORON_BEYOND:
        iron = float((solid[INDEX["Fe"]] + solid[INDEX["Co"]]) * 100.0)
        return (
            f"boron of {percent[INDEX['B']]:.3g} % is more than {rare_earth:.3g} % of rare earths and {iron:.3g} % of "
            "iron and cobalt can take up as R2T14B, R1.1T4B4 and T2B",
            "lower the boron: R2T14B alone holds 1.0 %",
        )
    element, compound, ratio = _BOUND[column]
    if element == "C":
        compound, ratio = carbide, per_carbon
    mean = rare_earth / max(float((percent[RE] / MOLAR_MASS[RE]).sum()), 1e-300)
    wanted = ratio * float(percent[INDEX[element]] / MOLAR_MASS[INDEX[element]]) * mean
    others = {"O": "", "N": " beside what oxygen binds", "C": " beside what oxygen and nitrogen bind"}[element]
    return (
        f"{percent[INDEX[element]]:.3g} % of {element} would bind {wanted:.3g} % of rare earths as {compound}{others}, "
        f"and the solid holds {rare_earth:.3g} %",
        f"lower {element} or raise the rare earths",
    )
