"""Impurity removal: a base raises the pH and iron, thorium, phosphate and the like fall out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from ..elements import INDEX, MOLAR_MASS, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance
from .base import ElementName, Inlet, Kind, Outlet, Parameters, spread_over_elements, standard
from .liquor_ph import water_of
from .phases import LIQUOR
from .stoichiometry import acid_demand, free_acid, moles, neutral_oxygen
from .uncracked import refuse_minerals

EQUIVALENTS = {"MgO": 2.0, "NaOH": 1.0, "Na2CO3": 2.0}
"""Acid equivalents per mol of base."""


REMOVED = "99.5 % from 98 to 99.9 % (assumed)"
"""What precipitates of an element that is only named."""


def _named(removes: Any) -> Any:
    return dict.fromkeys(removes, REMOVED) if isinstance(removes, list) else removes


class Neutralization(Parameters):
    """Neutralization: the share of each element that a base precipitates, rare earths lost with them included.

    Precipitates are hydroxides, and phosphates and fluorides as far as phosphorus and fluorine fall out; phosphate
    beyond what the metals bind takes magnesium of the base. The rest of the base's metal stays in the liquor as a salt.
    Base follows from the free acid of the liquor and the charges that precipitate, plus the excess.
    """

    kind: Literal["neutralization"]
    feed: Inlet = Field(description="Leach liquor.")
    base: Literal["MgO", "NaOH", "Na2CO3"] = Field(description="The base.")
    removes: Annotated[dict[ElementName, Fraction], BeforeValidator(_named)] = Field(
        description="Share that precipitates: `{Fe: 99.5 %, Th: 99.9 %, P: 99 %, REO: 1 %}`; or just the names, "
        f"`[Fe, P, Th]`, for {REMOVED}."
    )
    base_excess: Annotated[Value, In("1", "5 %", low=0)] = Field(
        standard("5 % from 0 to 20 % (assumed)"), description="Base beyond free acid and charges that precipitate."
    )


def neutralization(p: SimpleNamespace, b: Balance) -> None:
    """Hydroxides and phosphates to the residue; carbonate of the base to the off-gas."""
    refuse_minerals(b, ", a mineral and no liquor", "feed it the liquor of a leach")
    feed = b.flow("feed")
    removed = feed * spread_over_elements(p.removes, b.samples)
    for name in ("O", "H", "Cl", "S", "C", "N"):
        removed[:, INDEX[name]] = 0.0
    charges = acid_demand(removed)
    bound = 3.0 * moles(removed)[:, INDEX["P"]] + moles(removed)[:, INDEX["F"]]
    unbound = np.maximum(bound - charges * (1.0 + 1e-12), 0.0)
    b.refuse(
        (p.base != "MgO") & (unbound > 0.0),
        lambda i: (
            f"the metals that precipitate bind {charges[i] / bound[i]:.1%} of the P and F that do",
            "remove less P and F, or more of the metals; or take MgO as the base",
        ),
        "removes",
    )
    equivalents = free_acid(feed - removed) + unbound
    base = equivalents * (1.0 + p.base_excess) / EQUIVALENTS[p.base]
    b.reagent(p.base, base * molar_mass(p.base), ("base_excess", *(f"removes.{name}" for name in p.removes)))

    residue = removed
    residue[:, INDEX["Mg"]] += unbound / 2.0 * MOLAR_MASS[INDEX["Mg"]]
    hydroxide = np.maximum(charges - bound, 0.0)
    residue[:, INDEX["H"]] = hydroxide * MOLAR_MASS[INDEX["H"]]
    residue[:, INDEX["O"]] = neutral_oxygen(residue)
    b.require("residue", residue)
    b.size("neutralising tanks", water_of(feed) * molar_mass("H2O") / 1000.0, "m^3/h")
    b.size("residue filter", per_sample(residue), "kg/h", tuple(f"removes.{name}" for name in p.removes))
    if p.base == "Na2CO3":
        # The excess finds no acid: it stays in the liquor as carbonate.
        freed = equivalents / EQUIVALENTS[p.base]
        gas = np.zeros_like(feed)
        gas[:, INDEX["C"]] = freed * MOLAR_MASS[INDEX["C"]]
        gas[:, INDEX["O"]] = 2.0 * freed * MOLAR_MASS[INDEX["O"]]
        b.require("offgas", gas)


KIND = Kind(
    "neutralization",
    "separation",
    Neutralization,
    {
        "liquor": Outlet("purified liquor"),
        "residue": Outlet("residue", waste=True),
        "offgas": Outlet("gas", waste=True),
    },
    neutralization,
    rest="liquor",
    takes=(LIQUOR,),
)
