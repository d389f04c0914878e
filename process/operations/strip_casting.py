"""Strip casting: metal, iron, ferroboron and returned scrap to magnet alloy."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from ..elements import INDEX, MOLAR_MASS, RE, indices, members
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance, composition
from .base import AskingInlet, ElementName, Inlet, Kind, OperationError, Outlet, Parameters, standard
from .phases import METAL
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
ROUNDING = 1e-9
GASES = ("O", "C", "H", "N", "Cl", "F", "S")


Array = NDArray[np.float64]


class StripCasting(Parameters):
    """Vacuum induction melting and strip casting of R-Fe-B alloy to a target composition; iron is the rest.

    The batch is as large as the rare earths named by `base` allow. Heavy rare earths come as a purchased feed, as much
    as the element that lacks most asks for. Oxygen, carbon and hydrogen of returned scrap leave with the dross, oxygen
    as rare-earth oxide; a share of the melt is lost to the dross too.
    """

    kind: Literal["strip_casting"]
    feed: Inlet = Field(description="Rare-earth metal.")
    heavy: AskingInlet | None = Field(None, description="Purchased heavy rare-earth metal or alloy.")
    scrap: list[Inlet] = Field(default_factory=list, description="Clean magnet scrap that is melted again.")
    base: ElementName = Field("NdPr", description="The element or group of the composition that the metal brings.")
    composition: dict[ElementName, Fraction] = Field(
        standard({"NdPr": "31 % from 29 to 32 % (assumed)", "B": "0.97 % from 0.92 to 1.05 % (assumed)"}),
        description="Mass fractions of the alloy: `{NdPr: 30.5 %, DyTb: 0.8 %, B: 0.95 %, Co: 1 %}`; iron is the rest.",
    )
    recovery: Fraction = Field(standard("99.7 % (sprecher2014)"), description="Share of the melt that becomes alloy.")
    electricity: Annotated[Value, In("kWh/kg", "0.8 kWh/kg", low=0)] = Field(
        standard("0.8 kWh/kg (sprecher2014)"), description="Per kg of alloy."
    )

    @model_validator(mode="after")
    def _complete(self) -> StripCasting:
        if self.base not in self.composition:
            raise ValueError(
                f"the composition does not say how much {self.base} the alloy holds; add it, or name another `base`"
            )
        said: dict[str, str] = {}
        for name in self.composition:
            for element in members(name):
                if element in said:
                    raise ValueError(f"{said[element]} and {name} both count {element}; name it once")
                said[element] = name
        if "Fe" in said:
            raise ValueError("iron is the rest of the composition; leave Fe out")
        gases = [name for name in GASES if name in said]
        if gases:
            raise ValueError(f"{gases[0]} leaves with the dross; leave it out of the composition")
        return self


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
    times = 1.0 - kept
    b.refuse(
        kept < 0.0,
        lambda sample: (
            f"the scrap brings {times[sample]:.3g} times the oxygen that the melt's rare earths can bind",
            "bring more metal, or send the scrap to leaching",
        ),
    )
    kept = np.maximum(kept, 0.0)
    melt = inside.copy()
    melt[:, RE] *= kept[:, None]
    named = sum(p.composition.values())
    if np.any(named >= 1.0):
        raise OperationError(
            f"the composition adds up to {float(np.max(named)):.1%} and leaves no room for iron",
            "lower its shares",
            int(np.argmax(named)),
        )
    if np.any(p.composition[p.base] <= 0.0):
        raise OperationError(
            f"an alloy of 0 % {p.base} is asked for, which sets the size of the batch",
            f"give the alloy some {p.base}, or name another base",
            int(np.argmin(p.composition[p.base])),
        )
    batch = per_sample(melt[:, indices([p.base])]) / p.composition[p.base]
    heavy = np.zeros(b.samples)
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
            lacking = (held <= 0.0) & (missing > ROUNDING * batch)
            b.refuse(lacking, _none_of(name, share))
            need = np.divide(missing, held, out=np.zeros_like(missing), where=held > 0.0)
            heavy = np.maximum(heavy, need)
        else:
            b.refuse(missing > ROUNDING * batch, _nothing_brings(name, missing))
    b.demand("heavy", heavy)
    present = per_sample(melt) - per_sample(gas)
    added = per_sample(b.total()) - per_sample(inside)
    iron = batch - present - added
    short = iron < -ROUNDING * batch
    b.refuse(
        short,
        lambda sample: (
            f"the melt would weigh {batch[sample] - iron[sample]:.6g} kg/h, and its {p.base} makes only "
            f"{batch[sample]:.6g} kg/h of the composition",
            "bring more metal or less scrap",
        ),
    )
    b.reagent("iron", np.maximum(iron, 0.0), tuple(f"composition.{name}" for name in p.composition))
    b.use("electricity", p.electricity * batch * p.recovery, "kWh", ("electricity",))

    total = b.total()
    dross = total * (1.0 - p.recovery[:, None])
    for name in GASES:
        dross[:, INDEX[name]] = total[:, INDEX[name]]
    lost = inside[:, RE] * (1.0 - kept[:, None])
    dross[:, RE] = lost + (total[:, RE] - lost) * (1.0 - p.recovery[:, None])
    b.require("dross", dross)


def _none_of(name: str, share: Array) -> Callable[[int], tuple[str, str]]:
    return lambda sample: (
        f"the alloy needs {share[sample]:.3g} kg/kg of {name} and the feed `heavy` holds none",
        f"give that feed some {name}",
    )


def _nothing_brings(name: str, missing: Array) -> Callable[[int], tuple[str, str]]:
    return lambda sample: (
        f"the alloy needs {missing[sample]:.6g} kg/h more {name} and nothing brings it",
        "name a feed without a rate as `heavy`",
    )


KIND = Kind(
    "strip_casting",
    "alloy",
    StripCasting,
    {"alloy": Outlet("alloy"), "dross": Outlet("slag", waste=True)},
    strip_casting,
    rest="alloy",
    takes=(METAL,),
)
