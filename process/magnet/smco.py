"""Phases of samarium-cobalt: SmCo5, Sm2Co17, Sm2Co7, and what oxygen, carbon, nitrogen and zirconium bind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data.facts import Fact, fact, rows
from ..elements import COUNT, INDEX, MOLAR_MASS, RE
from ..sums import over, per_sample

Array = NDArray[np.float64]
Words = Callable[[int], tuple[str, str]]

NAMES = ("SmCo5", "Sm2Co17", "Sm2Co7", "ZrCo3", "Sm2O3", "SmCoC2", "SmN", "samarium", "cobalt")
"""Phases in the order of every array; Sm stands for all rare earths, Co for all metals on its sites."""
METALS = ("Co", "Fe", "Cu", "Ni", "Mn", "Al", "Ga", "Ti", "Nb", "Si")
"""What sits on the cobalt sites; copper first on those of the 1:5 phase."""
BINDS: Mapping[str, float] = MappingProxyType({"O": 2.0 / 3.0, "C": 0.5, "N": 1.0})
"""Atoms of rare earth that an atom takes: R2O3, RCoC2, RN."""
_METALS = np.array([INDEX[name] for name in METALS])
_COPPER = METALS.index("Cu")
_SOLID = np.array(sorted({*_METALS, *RE, *(INDEX[name] for name in ("Zr", "O", "C", "N"))}))
_TRACE = 1e-15
"""mol per mol of rare earth that is none: what rounding leaves of traces."""
POOREST, RICHEST = 8.5, 3.5
"""Metal per rare earth of Sm2Co17 and of Sm2Co7."""


@cache
def _facts() -> Mapping[tuple[str, str, str], Fact]:
    return MappingProxyType({(row["family"], row["item"], row["quantity"]): fact(row) for row in rows("smco")})


def known(quantity: str, *, family: str = "", item: str = "") -> Fact:
    """A number of `smco.csv`, with its range and source.

    >>> known("polarisation", item="Sm2Co17").value, known("melting", family="SmCo5").unit
    (1.25, 'degC')
    """
    return _facts()[family, item, quantity]


@dataclass(frozen=True)
class SmCoPhases:
    """Phases of a solid, all of it one kg: `amounts` (samples, phases, elements) kg, in the order of `names`.

    `mass` and `volume` are shares of the solid and of its pore-free volume, (samples, phases); `density` g/cm³ without
    pores; `effective_re` the mass share of rare earth that oxygen, nitrogen and carbon leave; `metals_per_re` mol of
    cobalt and its substitutes per mol of that, less what zirconium and carbon take; `code` 0 where all is bound, 1
    where oxygen, nitrogen and carbon take more than there is, 2 where there is no rare earth or cobalt lacks. Each
    (samples,).
    """

    names: tuple[str, ...]
    amounts: Array
    mass: Array
    volume: Array
    density: Array
    effective_re: Array
    metals_per_re: Array
    code: NDArray[np.int64]

    def of(self, phase: str) -> Array:
        """Volume share of a phase, shape (samples,)."""
        return self.volume[:, self.names.index(phase)]

    def sites(self, phase: str, *elements: str) -> Array:
        """Share of a phase's cobalt sites that elements take, shape (samples,); 0 where there is none of it."""
        moles = self.amounts[:, self.names.index(phase)] / MOLAR_MASS
        return over(per_sample(moles[:, [INDEX[name] for name in elements]]), per_sample(moles[:, _METALS]))

    def words(self, sample: int) -> tuple[str, str]:
        """Reason and remedy for a sample whose code is not 0."""
        if self.code[sample] == 1:
            return (
                "oxygen, nitrogen and carbon bind more rare earth than the compacts hold",
                "mill and press under a drier gas, or put more samarium into the alloy",
            )
        return "the compacts hold no samarium, or no cobalt that is free", "feed an alloy of samarium and cobalt"


def phase_balance(composition: Array) -> SmCoPhases:
    """Phases of compositions in kg of each element, shape (samples, elements), any scale.

    Oxygen takes rare earth as R2O3, nitrogen as RN, carbon as RCoC2 and zirconium cobalt as ZrCo3; of what is left per
    mol of rare earth 5 to 8.5 mol of metal are SmCo5 and Sm2Co17, 3.5 to 5 Sm2Co7 and SmCo5, by the lever rule; more is
    free cobalt, less free samarium. Hydrogen, zinc, argon and others are no part of the solid. Source: the Sm-Co phase
    diagram (strnat1988); the oxide, Sm2Co7 and the carbide in sintered magnets: decampos1998. A wt % of oxygen takes
    6.27 wt % of samarium:

    >>> alloy = np.zeros((1, COUNT))
    >>> alloy[0, INDEX["Sm"]], alloy[0, INDEX["Co"]], alloy[0, INDEX["O"]] = 36.0, 63.7, 0.3
    >>> found = phase_balance(alloy)
    >>> round(float(found.effective_re[0]), 5), round(float(found.mass[0, NAMES.index("Sm2O3")]), 4)
    (0.3412, 0.0218)
    """
    held = np.zeros_like(composition)
    held[:, _SOLID] = composition[:, _SOLID]
    moles = held / MOLAR_MASS
    rare, metal = moles[:, RE], moles[:, _METALS]
    earth, sites = per_sample(rare), per_sample(metal)
    whole_earth, whole_sites = earth, sites
    n: dict[str, Array] = {}
    n["Sm2O3"] = np.minimum(moles[:, INDEX["O"]] / 3.0, earth / 2.0)
    earth = np.maximum(earth - 2.0 * n["Sm2O3"], 0.0)
    n["SmN"] = np.minimum(moles[:, INDEX["N"]], earth)
    earth = np.maximum(earth - n["SmN"], 0.0)
    n["SmCoC2"] = np.minimum(np.minimum(moles[:, INDEX["C"]] / 2.0, earth), sites)
    earth, sites = np.maximum(earth - n["SmCoC2"], 0.0), np.maximum(sites - n["SmCoC2"], 0.0)
    n["ZrCo3"] = np.minimum(moles[:, INDEX["Zr"]], sites / 3.0)
    sites = np.maximum(sites - 3.0 * n["ZrCo3"], 0.0)
    unbound = np.zeros(len(moles), dtype=bool)
    for name, taken in (("O", 3.0 * n["Sm2O3"]), ("N", n["SmN"]), ("C", 2.0 * n["SmCoC2"]), ("Zr", n["ZrCo3"])):
        left = moles[:, INDEX[name]] - taken
        unbound |= left > 1e-12 * moles[:, INDEX[name]] + _TRACE * whole_earth
        # What nothing binds is no part of the solid.
        held[:, INDEX[name]] = np.where(left > 0.0, taken * MOLAR_MASS[INDEX[name]], held[:, INDEX[name]])
    n["cobalt"] = np.maximum(sites - POOREST * earth, 0.0)
    n["samarium"] = np.maximum(earth - sites / RICHEST, 0.0)
    inner, outer = earth - n["samarium"], sites - n["cobalt"]
    n["Sm2Co17"] = np.clip((outer - 5.0 * inner) / 7.0, 0.0, inner / 2.0)
    n["Sm2Co7"] = np.clip((5.0 * inner - outer) / 3.0, 0.0, inner / 2.0)
    n["SmCo5"] = np.maximum(inner - 2.0 * n["Sm2Co17"] - 2.0 * n["Sm2Co7"], 0.0)

    amounts = _elements(n, rare, metal, whole_earth)
    for name, element, count in (("Sm2O3", "O", 3.0), ("SmN", "N", 1.0), ("SmCoC2", "C", 2.0), ("ZrCo3", "Zr", 1.0)):
        amounts[:, NAMES.index(name), INDEX[element]] = n[name] * count
    amounts *= MOLAR_MASS
    _close(amounts, held)
    mass = per_sample(amounts.reshape(-1, COUNT)).reshape(-1, len(NAMES))
    total = per_sample(mass)
    volume = np.stack([n[name] * known("molar_volume", item=name).value for name in NAMES], axis=1)
    room = per_sample(volume)
    atomic = over(per_sample(rare * MOLAR_MASS[RE]), whole_earth)
    # Zirconium without cobalt to bind it is told as a lack of cobalt.
    lacking = (whole_earth <= 0.0) | (whole_sites <= 0.0) | (moles[:, INDEX["Zr"]] > n["ZrCo3"] * (1.0 + 1e-12))
    code = np.where(lacking, 2, np.where(unbound, 1, 0)).astype(np.int64)
    return SmCoPhases(
        NAMES,
        over(amounts, total),
        over(mass, total),
        over(volume, room),
        over(total, room),
        over(earth * atomic, total),
        over(sites, earth),
        code,
    )


RARE: Mapping[str, int] = MappingProxyType(
    {"SmCo5": 1, "Sm2Co17": 2, "Sm2Co7": 2, "Sm2O3": 2, "SmCoC2": 1, "SmN": 1, "samarium": 1}
)
SITES: Mapping[str, int] = MappingProxyType(
    {"SmCo5": 5, "Sm2Co17": 17, "Sm2Co7": 7, "ZrCo3": 3, "SmCoC2": 1, "cobalt": 1}
)
"""Atoms of rare earth and on cobalt sites in a formula."""


def _elements(n: Mapping[str, Array], rare: Array, metal: Array, earth: Array) -> Array:
    """kmol of rare earths and metals in each phase; copper goes to the sites of the 1:5 phase first."""
    amounts = np.zeros((len(rare), len(NAMES), COUNT))
    of_earth = over(rare, earth)
    copper = np.minimum(metal[:, _COPPER], known("share_of_walls", item="copper").value * 5.0 * n["SmCo5"])
    rest = metal.copy()
    rest[:, _COPPER] -= copper
    common = over(rest, per_sample(rest))
    for name, count in RARE.items():
        amounts[:, NAMES.index(name), RE] = n[name][:, None] * count * of_earth
    for name, count in SITES.items():
        taken = n[name] * count - (copper if name == "SmCo5" else 0.0)
        amounts[:, NAMES.index(name), _METALS] = np.maximum(taken, 0.0)[:, None] * common
    amounts[:, NAMES.index("SmCo5"), INDEX["Cu"]] += copper
    return amounts


def _close(amounts: Array, held: Array) -> None:
    """Rounding of the lever rule goes to the largest holder of each element."""
    summed = np.add.reduce(amounts, axis=1)
    scale = np.divide(held, summed, out=np.ones_like(held), where=summed > 0.0)
    amounts *= scale[:, None]


def outside(family: str, found: SmCoPhases) -> tuple[NDArray[np.bool_], Words]:
    """Samples whose phases make no magnet of this family ("SmCo5" or "Sm2Co17"), and the words for one of them."""
    low = found.effective_re
    poor, rich = _poor_and_rich(family, found)

    def words(sample: int) -> tuple[str, str]:
        if found.code[sample]:
            return found.words(sample)
        left = (
            f"{low[sample]:.2%} samarium that oxygen, nitrogen and carbon leave make "
            f"{found.metals_per_re[sample]:.3g} mol of metal per mol"
        )
        by = {name: f"{found.of(name)[sample]:.1%} of the volume is {name}" for name in NAMES[:3]}
        if family == "SmCo5":
            if poor[sample]:
                return (
                    f"{left}: {by['Sm2Co17']}, and the coercivity of SmCo5 is lost above "
                    f"{known('most_Sm2Co17', family=family).value:.0%}",
                    "raise Sm of the alloy's composition, or take up less oxygen in milling",
                )
            return (
                f"{left}: {by['Sm2Co7']}, beyond {known('most_Sm2Co7', family=family).value:.0%}",
                "lower Sm of the alloy's composition",
            )
        if poor[sample]:
            return (
                f"{left}: {by['SmCo5']}, too little for the cell walls that pin",
                "raise Sm of the alloy's composition, or lower Zr or the oxygen of milling",
            )
        return (
            f"{left}: {by['Sm2Co17']} and {by['Sm2Co7']}, which is no 2:17 magnet",
            "lower Sm of the alloy's composition",
        )

    return poor | rich | (found.code > 0), words


def _poor_and_rich(family: str, found: SmCoPhases) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    def limit(name: str) -> float:
        return known(name, family=family).value

    if family == "SmCo5":
        return (
            (found.of("Sm2Co17") > limit("most_Sm2Co17")) | (found.of("cobalt") > 0.0),
            (found.of("Sm2Co7") > limit("most_Sm2Co7")) | (found.of("samarium") > 0.0),
        )
    return (
        (found.of("SmCo5") < limit("least_SmCo5")) & (found.metals_per_re > 5.0),
        (found.of("Sm2Co17") < limit("least_Sm2Co17")) | (found.of("Sm2Co7") > limit("most_Sm2Co7")),
    )
