"""The quality of a liquor as a product: purity on the REO basis, and what else an oxide made of it may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ...elements import INDEX, MOLAR_MASS, OXIDE_FACTOR
from ..circuit.pickled import Pickles
from ..circuit.result import Outflow

Floats = NDArray[np.float64]

AMMONIUM = float(MOLAR_MASS[INDEX["N"]] + 4.0 * MOLAR_MASS[INDEX["H"]])
VOLATILE = frozenset({"NH4", "Cl"})
"""What calcination drives off; told, and not counted with what stays."""


def oxide_mass(names: tuple[str, ...]) -> Floats:
    """g of oxide per mol of each rare earth, (elements,).

    >>> [round(float(one), 2) for one in oxide_mass(("La", "Ce"))]
    [162.9, 172.11]
    """
    at = [INDEX[name] for name in names]
    return np.asarray(MOLAR_MASS[at] * OXIDE_FACTOR[at], dtype=np.float64)


def gram(name: str) -> float:
    """g per mol of an element, or of NH4.

    >>> round(gram("Ca"), 2), round(gram("NH4"), 2)
    (40.08, 18.04)
    """
    return AMMONIUM if name == "NH4" else float(MOLAR_MASS[INDEX[name]])


@dataclass(frozen=True)
class Quality(Pickles):
    """One product liquor: ``purity`` mass fraction of its own elements in REO, 0..1, ``target`` what is asked of it.

    ``impurities`` are the other rare earths, mg of oxide per kg of REO, the worst first. ``non_re`` is mg of element
    per kg of REO of all else that the liquor holds, as in an oxide after a precipitation that rejects nothing: an
    upper bound. NH4 and Cl of it are volatile, P is that of entrained extractant. ``rare_earths`` is mol/L.
    """

    purity: float
    target: float
    impurities: Mapping[str, float]
    non_re: Mapping[str, float]
    rare_earths: float
    least_non_re: float | None = None
    margin: float = field(default=0.0)

    @property
    def staying(self) -> float:
        """mg of non-rare-earths per kg of REO that calcination leaves, if precipitation rejects nothing."""
        return sum(amount for name, amount in self.non_re.items() if name not in VOLATILE)

    @property
    def pure(self) -> bool:
        """Whether the purity on the REO basis is reached."""
        return self.margin >= 0.0

    @property
    def clean(self) -> bool:
        """Whether non-rare-earths stay below what is asked, where it is; without any rejection."""
        return self.least_non_re is None or self.staying <= self.least_non_re

    @property
    def rejection(self) -> float:
        """Share 0..1 of what stays that precipitation and washing must reject to meet the limit; 0 where none does."""
        if self.clean or self.least_non_re is None:
            return 0.0
        return 1.0 - self.least_non_re / self.staying

    @property
    def leading(self) -> str:
        """The worst rare-earth impurities in words, at most three.

        >>> Quality(0.999, 0.99, {"Ce": 900.0, "Nd": 99.0, "Pr": 1.0, "Sm": 0.0}, {}, 0.3).leading
        'Ce 900, Nd 99, Pr 1'
        """
        worst = sorted(self.impurities.items(), key=lambda one: -one[1])[:3]
        return ", ".join(f"{name} {amount:.3g}" for name, amount in worst if amount > 0.0)


def quality(
    flow: Outflow, own: tuple[str, ...], others: tuple[str, ...], target: float, limit: float | None, extractant: float
) -> Quality:
    """The quality of an outlet; ``own`` and ``others`` are rare earths, ``extractant`` mol/L of P in the organic.

    ``limit`` is the most mg/kg of non-rare-earths that may stay, None for no limit.
    """
    rare = own + others
    moles = np.array([flow.metals[name] for name in rare])
    mass = moles * oxide_mass(rare)
    whole = float(mass.sum())
    wrong = float(mass[len(own) :].sum())
    rest = {name: amount * gram(name) for name, amount in flow.metals.items() if name not in rare}
    rest["Cl"] = flow.chloride * gram("Cl")
    if extractant > 0.0:
        rest["P"] = flow.organic_flow * extractant * gram("P")
    return Quality(
        purity=1.0 - wrong / whole,
        target=target,
        impurities=MappingProxyType(
            dict(
                sorted(
                    ((name, 1e6 * float(part) / whole) for name, part in zip(others, mass[len(own) :], strict=True)),
                    key=lambda one: -one[1],
                )
            )
        ),
        non_re=MappingProxyType({name: 1e6 * amount / whole for name, amount in rest.items() if amount > 0.0}),
        rare_earths=float(moles.sum()) / flow.flow if flow.flow > 0.0 else 0.0,
        least_non_re=limit,
        margin=margin(wrong / whole, target),
    )


def margin(impurity: float, target: float) -> float:
    """ln of the impurity allowed over the one reached, e-folds; ≥ 0 where the target purity is met.

    >>> round(margin(0.01, 0.9), 3)
    2.303
    """
    return float(np.log((1.0 - target) / max(impurity, 1e-300)))
