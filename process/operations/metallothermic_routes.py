"""The routes of metallothermic reduction: which rare earths each may win, and the charges that its slag asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..data.metals import metal_facts, of_rare_earths
from ..elements import INDEX, RARE_EARTHS, RE
from ..sums import per_sample
from .assays import share_of
from .balance import Balance
from .electrolysis_bath import NOBLE, melting_point
from .stoichiometry import CHARGE, column, moles, rare_earth_moles

Array = NDArray[np.float64]

DISTILS_BELOW = 2000.0
"""degC: the rare earths that boil below it distil from a charge with lanthanum, and only those are won so."""
MOST_OTHER_ANIONS = 0.2
"""The share of a feed's negative charges that may be oxygen with calcium, or halogens with lanthanum."""

_DISTILS = of_rare_earths("boiling") < DISTILS_BELOW
_ANIONS = np.zeros_like(CHARGE)
for _name, _charge in (("F", 1.0), ("Cl", 1.0), ("O", 2.0), ("S", 2.0), ("P", 3.0)):
    _ANIONS[INDEX[_name]] = _charge
_ANIONS.flags.writeable = False
VAPOURS = column("Li", "Na", "Mg", "K", "Zn")
"""Metals that both reductants set free and that boil off into the condensate."""


@dataclass(frozen=True)
class Route:
    """One reductant: what it is bought as, its columns and charge, what it wins and what it leaves in the slag.

    `wins`, `noble` and `columns` are column numbers; `charges` the charge of each element in the slag, (elements,);
    `least` the share of the feed's rare earths, mol/mol, that it must be able to win.
    """

    item: str
    columns: NDArray[np.intp]
    wins: NDArray[np.intp]
    noble: NDArray[np.intp]
    charges: Array
    least: float
    refused: str
    remedy: str

    def charges_in(self, mass: Array) -> Array:
        """kmol of charges that the reductant in kg of elements, (samples, elements), gives up, shape (samples,)."""
        n = moles(mass)
        given = per_sample(n[:, self.columns] * CHARGE[self.columns])
        return np.asarray(np.maximum(given - 2.0 * n[:, INDEX["O"]], 0.0))


@dataclass(frozen=True)
class Charge:
    """The reductant of a charge: kg/h of the reducing metal and of its excess, (samples,), and where it comes from."""

    mass: Array
    spare: Array
    where: Mapping[str, Any]


def _route(item: str, columns: tuple[str, ...]) -> Route:
    calcium = item == "calcium"
    charges = np.where(CHARGE > 0.0, CHARGE, 0.0)
    for name in ("S", "P", "C", "H", "B"):
        charges[INDEX[name]] = 0.0
    charges[INDEX["U"]] = 4.0
    if calcium:
        charges[RE[_DISTILS]] = 2.0
        names = " and ".join((", ".join(_named(_DISTILS)[:-1]), _named(_DISTILS)[-1]))
        refused = f"{names}, of which calcium makes difluorides or vapour"
        return Route(
            item,
            column(*columns),
            RE[~_DISTILS],
            NOBLE,
            charges,
            0.9,
            refused,
            "reduce their oxide with `reductant: La`",
        )
    charges[NOBLE] = 0.0
    return Route(
        item,
        column(*columns),
        RE[_DISTILS],
        NOBLE[:0],
        charges,
        0.05,
        "rare earths that do not distil from a charge with lanthanum",
        "make their fluoride by hydrofluorination and reduce it with `reductant: Ca`",
    )


def _named(which: NDArray[np.bool_]) -> list[str]:
    return [name for name, one in zip(RARE_EARTHS, which, strict=True) if one]


ROUTES: Mapping[Literal["Ca", "La", "mischmetal"], Route] = MappingProxyType(
    {
        "Ca": _route("calcium", ("Ca",)),
        "La": _route("lanthanum", ("La", "Ce", "Pr", "Nd")),
        "mischmetal": _route("mischmetal", ("La", "Ce", "Pr", "Nd")),
    }
)


def slag_charges(route: Route, slag: Array) -> Array:
    """kmol/h of charges that the reductant must bring so that the slag is neutral, shape (samples,).

    `slag` is kg/h without the reductant, shape (samples, elements). Sulphur is taken as sulfide, phosphorus as
    phosphide.

    >>> from didymium.elements import mass_fractions, molar_mass
    >>> fluorine = 2.0 * molar_mass("F3") * mass_fractions("F")[None]
    >>> float(slag_charges(ROUTES["Ca"], fluorine)[0].round(6))
    6.0
    """
    n = moles(slag)
    return np.asarray(per_sample(n * (_ANIONS - route.charges)))


def refuse_elements(b: Balance, route: Route, feed: Array) -> None:
    """Refuse a feed too little of whose rare earths this reductant can win."""
    won = share_of(per_sample(moles(feed)[:, route.wins]), rare_earth_moles(feed), 1.0)
    b.refuse(
        won < route.least,
        lambda n: (f"{1.0 - won[n]:.0%} of the feed's rare earths are {route.refused}", route.remedy),
        "reductant",
    )


def refuse_other_anions(b: Balance, route: Route, feed: Array) -> None:
    """Refuse oxide where calcium is to reduce, and fluoride where lanthanum is."""
    n = moles(feed)
    oxygen, halogen = 2.0 * n[:, INDEX["O"]], n[:, INDEX["F"]] + n[:, INDEX["Cl"]]
    calcium = route.item == "calcium"
    share = share_of(oxygen if calcium else halogen, oxygen + halogen)

    def words(sample: int) -> tuple[str, str]:
        if calcium:
            return (
                f"{share[sample]:.0%} of the feed's charges are oxygen, and the metal would hold it",
                "feed fluoride of hydrofluorination, well converted",
            )
        return f"{share[sample]:.0%} of the feed's charges are halogen, and lanthanum is to reduce oxide", "feed oxide"

    b.refuse(share > MOST_OTHER_ANIONS, words, "feed")


def refuse_temperature(b: Balance, route: Route, metal: Array, temperature: Array) -> Array:
    """K by which a charge is hotter than it must be, shape (samples,); refuses one that stays solid.

    With calcium the metal and calcium fluoride must melt, to part by their weight; else the lanthanum.
    """
    known = metal_facts()
    if route.item == "calcium":
        least = np.maximum(melting_point(metal), known["CaF2", "melting"].value)
        what = "metal and calcium fluoride"
    else:
        least = np.full(b.samples, known["La", "melting"].value)
        what = "lanthanum"
    b.refuse(
        temperature < least,
        lambda n: (
            f"at {temperature[n]:.0f} °C {what} are not molten"
            if route.item == "calcium"
            else f"at {temperature[n]:.0f} °C {what} is not molten",
            f"heat to more than {least[n]:.0f} °C",
        ),
        "temperature",
    )
    return np.asarray(temperature - least)
