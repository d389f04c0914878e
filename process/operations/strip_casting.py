"""Strip casting: metal, iron, ferroboron and returned scrap to magnet alloy."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ..elements import INDEX, MOLAR_MASS, RE, indices
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance, composition
from .base import ElementName, Inlet, Kind, OperationError, Outlet, Parameters, standard
from .stoichiometry import rare_earth_moles

ADDITIONS = {
    "B": "ferroboron",
    "Co": "cobalt",
    "Al": "aluminium",
    "Cu": "copper",
    "Ga": "gallium",
    "Nb": "niobium",
    "Zr": "zirconium",
    "Ti": "titanium",
}
GASES = ("O", "C", "H", "N", "Cl", "F", "S")


class StripCasting(Parameters):
    """Vacuum induction melting and strip casting of R-Fe-B alloy to a target composition; iron is the rest.

    The batch is as large as the rare earths named by `base` allow. Heavy rare earths come as a purchased feed, as much
    as the composition asks for. Oxygen, carbon and hydrogen of returned scrap leave with the dross, oxygen as
    rare-earth oxide; a share of the melt is lost to the dross too.
    """

    kind: Literal["strip_casting"]
    feed: Inlet = Field(description="Rare-earth metal.")
    heavy: Inlet | None = Field(None, description="Purchased heavy rare-earth metal or alloy.")
    scrap: list[Inlet] = Field(default_factory=list, description="Clean magnet scrap that is melted again.")
    base: ElementName = Field("NdPr", description="The element or group of the composition that the metal brings.")
    composition: dict[ElementName, Fraction] = Field(
        standard({"NdPr": "31 % from 29 to 32 % (assumed)", "B": "0.97 % from 0.92 to 1.05 % (assumed)"}),
        description="Mass fractions of the alloy: `{NdPr: 30.5 %, DyTb: 0.8 %, B: 0.95 %, Co: 1 %}`; iron is the rest."
    )
    recovery: Fraction = Field(
        standard("99.7 % (sprecher2014)"), description="Share of the melt that becomes alloy."
    )
    electricity: Annotated[Value, In("kWh/kg", "0.8 kWh/kg", low=0)] = Field(
        standard("0.8 kWh/kg (sprecher2014)"), description="Per kg of alloy."
    )


def strip_casting(p: SimpleNamespace, b: Balance) -> None:
    """Size the batch by its base metal, add what is missing, take gases and loss to the dross."""
    inside = b.flow("feed") + b.flow("scrap")
    if not b.is_on_demand("heavy"):
        inside = inside + b.flow("heavy")
    gas = inside[:, [INDEX[name] for name in GASES]]
    # Oxygen of the scrap takes rare earth with it, as R2O3, from all of it alike.
    bound = inside[:, INDEX["O"]] / MOLAR_MASS[INDEX["O"]] / 1.5
    rare = rare_earth_moles(inside)
    kept = 1.0 - np.divide(bound, rare, out=np.zeros_like(rare), where=rare > 0.0)
    if np.any(kept < 0.0):
        raise OperationError(
            "the scrap brings more oxygen than the melt's rare earths can bind", sample=int(np.argmin(kept))
        )
    melt = inside.copy()
    melt[:, RE] *= kept[:, None]
    named = sum(p.composition.values())
    if np.any(named >= 1.0):
        raise OperationError("the composition leaves no room for iron", sample=int(np.argmax(named)))
    batch = per_sample(melt[:, indices([p.base])]) / p.composition[p.base]
    for name, share in p.composition.items():
        if name == p.base:
            continue
        missing = batch * share - per_sample(melt[:, indices([name])])
        follows = (f"composition.{name}", f"composition.{p.base}")
        if name in ADDITIONS:
            item = ADDITIONS[name]
            purity = composition(item)[INDEX[name]]
            b.reagent(item, np.maximum(missing, 0.0) / purity, follows)
        elif b.is_on_demand("heavy"):
            held = per_sample(b.recipe("heavy")[:, indices([name])])
            if np.any(held <= 0.0):
                raise OperationError(f"the alloy needs {name} and the feed `heavy` holds none")
            b.demand("heavy", np.maximum(missing, 0.0) / held)
        elif np.any(missing > 1e-9 * batch):
            raise OperationError(f"the alloy needs {name} and nothing brings it", "name a feed as `heavy`")
    present = per_sample(melt) - per_sample(gas)
    added = per_sample(b.total()) - per_sample(inside)
    b.reagent("iron", np.maximum(batch - present - added, 0.0), tuple(f"composition.{name}" for name in p.composition))
    b.use("electricity", p.electricity * batch * p.recovery, "kWh", ("electricity",))

    total = b.total()
    dross = total * (1.0 - p.recovery[:, None])
    for name in GASES:
        dross[:, INDEX[name]] = total[:, INDEX[name]]
    lost = inside[:, RE] * (1.0 - kept[:, None])
    dross[:, RE] = lost + (total[:, RE] - lost) * (1.0 - p.recovery[:, None])
    b.require("dross", dross)


KIND = Kind(
    "strip_casting",
    "alloy",
    StripCasting,
    {"alloy": Outlet("alloy"), "dross": Outlet("slag", waste=True)},
    strip_casting,
    rest="alloy",
)
