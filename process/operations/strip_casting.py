"""Strip casting: metals, iron, ferroboron and returned scrap to magnet alloy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType, SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from ..elements import COUNT, INDEX, MOLAR_MASS, RARE_EARTHS, RE, indices, members
from ..magnet.charge import LEAVING, kept
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance, composition
from .base import AskingInlet, ElementName, Inlet, Kind, OperationError, Outlet, Parameters, standard
from .phases import METAL
from .stoichiometry import rare_earth_moles

ADDITIONS: Mapping[str, str] = MappingProxyType(
    {
        "B": "ferroboron",
        "Co": "cobalt",
        "Al": "aluminium",
        "Cu": "copper",
        "Ga": "gallium",
        "Nb": "niobium",
        "Zr": "zirconium",
        "Ti": "titanium",
        "Fe": "iron",
    }
)
"""What is bought of an element that the charge lacks; ferroboron first, since it brings others."""
RESTS: Mapping[str, str] = MappingProxyType({"Fe": "iron", "Co": "cobalt"})
_LOST = np.array([INDEX[name] for name in ("O", "C", *LEAVING)])
_LEAVING = np.array([INDEX[name] for name in LEAVING])
ROUNDING = 1e-9
CRUCIBLE = "alumina"

Array = NDArray[np.float64]


class StripCasting(Parameters):
    """Vacuum induction melting and strip casting of an alloy to a target composition; iron or cobalt is the rest.

    The batch is as large as the rare earths named by `base` allow. What every input brings counts: iron of Dy-Fe and
    ferroboron, all of the scrap. Heavy rare earths come as a purchased feed, as much as the element that lacks most
    asks for. Of the oxygen a share stays in the alloy, the rest takes rare earth to the dross as oxide, as nitrogen,
    sulphur and halogens do; hydrogen and zinc leave. A share of the melt is lost to the dross too.
    """

    kind: Literal["strip_casting"]
    feed: Inlet | None = Field(None, description="Rare-earth metal; or several metals and alloys as `feeds`.")
    feeds: list[Inlet] = Field(default_factory=list, description="Metals and alloys: NdPr, Dy-Fe, ferroalloys.")
    heavy: AskingInlet | None = Field(None, description="Purchased heavy rare-earth metal or alloy.")
    iron: AskingInlet | None = Field(None, description="Purchased iron with its impurities, in place of pure iron.")
    ferroboron: AskingInlet | None = Field(None, description="Purchased ferroboron, in place of the data's grade.")
    scrap: list[Inlet] = Field(default_factory=list, description="Clean magnet scrap that is melted again.")
    base: ElementName = Field("NdPr", description="The element or group of the composition that the metal brings.")
    rest: Literal["Fe", "Co"] = Field("Fe", description="What the alloy is filled up with: iron, or cobalt for SmCo.")
    composition: dict[ElementName, Fraction] = Field(
        standard({"NdPr": "31 % from 29 to 32 % (assumed)", "B": "0.97 % from 0.92 to 1.05 % (assumed)"}),
        description="Mass fractions of the alloy: `{NdPr: 30.5 %, DyTb: 0.8 %, B: 0.95 %, Co: 1 %}`, less the `rest`.",
    )
    tolerance: Fraction = Field(
        standard("0.1 % from 0.05 to 0.2 % (assumed)"),
        description="How much more of a named element the alloy may hold than asked for, in mass of the alloy.",
    )
    oxygen: Fraction = Field(
        standard("10 % from 5 to 40 % (assumed)"), description="Share of the charge's oxygen that stays in the alloy."
    )
    carbon: Fraction = Field(
        standard("95 % from 80 to 100 % (assumed)"), description="Share of the charge's carbon that stays in the alloy."
    )
    oxygen_pickup: Annotated[Value, In("kg/kg", "100 ppm", low=0, high=0.01)] = Field(
        standard("100 ppm from 50 to 300 ppm (assumed)"),
        description="Oxygen that the alloy takes up and keeps, per kg: from rust, residual air and the flakes' skin.",
    )
    evaporation: Fraction = Field(
        standard("0 % from 0 to 0.3 % (assumed)"),
        description="Share of the rare earths that leaves as fume, beyond what `recovery` counts.",
    )
    crucible: Annotated[Value, In("kg/kg", "0.05 kg/t", low=0, high=0.01)] | None = Field(
        None,
        description="Alumina that a kg of melt takes from its crucible: aluminium, and oxygen like the charge's.",
    )
    recovery: Fraction = Field(standard("99.7 % (sprecher2014)"), description="Share of the melt that becomes alloy.")
    electricity: Annotated[Value, In("kWh/kg", "0.8 kWh/kg", low=0)] = Field(
        standard("0.8 kWh/kg (sprecher2014)"), description="Per kg of alloy."
    )

    @model_validator(mode="after")
    def _complete(self) -> StripCasting:
        if (self.feed is None) == (not self.feeds):
            raise ValueError("give `feed`, or several metals as `feeds`")
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
        if self.rest in said:
            raise ValueError(f"{RESTS[self.rest]} is the rest of the composition; leave {self.rest} out")
        gases = [name for name in ("O", *LEAVING) if name in said]
        if gases:
            raise ValueError(f"{gases[0]} leaves with the dross; leave it out of the composition")
        if "C" in said:
            raise ValueError("the inputs bring the carbon and `carbon` says what stays; leave C out of the composition")
        return self


def strip_casting(p: SimpleNamespace, b: Balance) -> None:
    """Size the batch by its base metal, add what is missing, take slag and loss to the dross."""
    inside = b.flow("feed") + b.flow("feeds") + b.flow("scrap")
    for name in ("heavy", "iron", "ferroboron"):
        if not b.is_on_demand(name):
            inside = inside + b.flow(name)
    if "checked" not in b.memory:
        _check_composition(p)
        b.memory["checked"] = True
    share, times = kept(inside, p.oxygen, p.carbon, p.evaporation)
    b.refuse(
        times > 1.0,
        lambda sample: (
            f"the scrap brings {times[sample]:.3g} times the oxygen that the melt's rare earths can bind",
            "bring more metal, or send the scrap to leaching",
        ),
    )
    melt = inside * share
    # What the crucible gives and takes grows with the batch, which is as yet unknown.
    worn = _worn(p, inside)
    melt, batch = _with_heavy(p, b, melt, worn)
    melt = melt + batch[:, None] * worn
    taken_up = p.oxygen_pickup * batch
    b.reagent("oxygen", taken_up, ("oxygen_pickup", f"composition.{p.base}"))
    if p.crucible is not None:
        b.reagent(CRUCIBLE, p.crucible * batch, ("crucible", f"composition.{p.base}"))
    stays = _kept_of_addition(p)
    for name, item in ADDITIONS.items():
        if name in p.composition and name != p.base:
            if item not in b.memory:
                b.memory[item] = _recipe(b, item) * stays
            recipe = b.memory[item]
            held = recipe[:, INDEX[name]]
            poor = held <= 0.0
            if poor.any():
                b.refuse(poor, _holds_none(name, item), key=item)
            missing = np.maximum(batch * p.composition[name] - _of(name, melt), 0.0)
            amount = np.divide(missing, held, out=np.zeros_like(missing), where=held > 0.0)
            _buy(b, item, amount, (f"composition.{name}", f"composition.{p.base}"))
            melt = melt + amount[:, None] * recipe
    filler = RESTS[p.rest]
    recipe = _recipe(b, filler) * stays
    filling = (batch - per_sample(melt)) / per_sample(recipe)
    _check_charge(p, b, melt + np.maximum(filling, 0.0)[:, None] * recipe, batch)
    b.refuse(
        filling < -ROUNDING * batch,
        lambda sample: (
            f"the melt would weigh {batch[sample] - filling[sample]:.6g} kg/h, and its {p.base} makes only "
            f"{batch[sample]:.6g} kg/h of the composition",
            "bring more metal or less scrap",
        ),
    )
    _buy(b, filler, np.maximum(filling, 0.0), tuple(f"composition.{name}" for name in p.composition))
    b.use("electricity", p.electricity * batch * p.recovery, "kWh", ("electricity",))
    b.size("melting furnace", batch, "kg/h", (f"composition.{p.base}",))

    total = b.total()
    lost = np.zeros_like(total)
    lost[:, _LOST] = total[:, _LOST] * (1.0 - stays[:, _LOST])
    lost[:, INDEX["O"]] -= taken_up * (1.0 - p.oxygen)
    lost[:, RE] = np.maximum(total[:, RE] - melt[:, RE], 0.0)
    b.require("dross", lost + (total - lost) * (1.0 - p.recovery[:, None]))


def _of(name: str, flow: Array) -> Array:
    return flow[:, INDEX[name]] if name in INDEX else per_sample(flow[:, _columns(name)])


@cache
def _columns(name: str) -> slice | list[int]:
    """Columns of a group, as a slice where they stand side by side."""
    found = indices([name])
    beside = found[-1] - found[0] == len(found) - 1
    return slice(found[0], found[-1] + 1) if beside else found


def _with_heavy(p: SimpleNamespace, b: Balance, melt: Array, worn: Array) -> tuple[Array, Array]:
    """The melt with the heavy metal that it lacks, kg/h, and the batch, kg/h, that its base metal makes."""
    per_batch = p.composition[p.base] - _of(p.base, worn)
    batch = _of(p.base, melt) / per_batch
    if not b.is_on_demand("heavy"):
        return melt, batch
    recipe = b.recipe("heavy")
    if "heavy" not in b.memory:
        b.memory["heavy"] = recipe * kept(recipe, p.oxygen, p.carbon, p.evaporation)[0]
    heavy = b.memory["heavy"]
    demand = np.zeros(b.samples)
    for name, asked in p.composition.items():
        if name == p.base or name in ADDITIONS:
            continue
        wanted = asked - _of(name, worn)
        missing = batch * wanted - _of(name, melt)
        held = _of(name, heavy) - wanted / per_batch * _of(p.base, heavy)
        # Manganese or silicon may yet come with iron and ferroboron; the finished charge is checked for them.
        if set(members(name)) <= set(RARE_EARTHS):
            lacking = (held <= 0.0) & (missing > ROUNDING * batch)
            b.refuse(lacking, _none_of(name, asked), key=f"composition.{name}")
        demand = np.maximum(demand, np.divide(missing, held, out=np.zeros_like(missing), where=held > 0.0))
    b.demand("heavy", demand)
    melt = melt + demand[:, None] * heavy
    return melt, _of(p.base, melt) / per_batch


def _recipe(b: Balance, item: str) -> Array:
    """Mass fractions of an addition: those of the feed that stands for it, (samples, elements), or of the data."""
    return b.recipe(item) if b.is_on_demand(item) else composition(item)


def _buy(b: Balance, item: str, amount: Array, follows: tuple[str, ...]) -> None:
    if b.is_on_demand(item):
        b.demand(item, amount)
    else:
        b.reagent(item, amount, follows)


def _check_composition(p: SimpleNamespace) -> None:
    named = sum(p.composition.values())
    if np.any(named >= 1.0):
        raise OperationError(
            f"the composition adds up to {float(np.max(named)):.1%} and leaves no room for {RESTS[p.rest]}",
            "lower its shares",
            int(np.argmax(named)),
            key="composition",
        )
    if np.any(p.composition[p.base] <= 0.0):
        raise OperationError(
            f"an alloy of 0 % {p.base} is asked for, which sets the size of the batch",
            f"give the alloy some {p.base}, or name another base",
            int(np.argmin(p.composition[p.base])),
            key=f"composition.{p.base}",
        )


def _worn(p: SimpleNamespace, inside: Array) -> Array:
    """What a kg of melt takes up, (samples, elements): oxygen, aluminium of the crucible, less the earths it binds."""
    out = np.zeros_like(inside)
    out[:, INDEX["O"]] = p.oxygen_pickup
    if p.crucible is None:
        return out
    alumina = p.crucible[:, None] * composition(CRUCIBLE)
    binding = alumina[:, INDEX["O"]] * (1.0 - p.oxygen) / MOLAR_MASS[INDEX["O"]] / 1.5
    rare = rare_earth_moles(inside)
    each = np.divide(binding * (1.0 - p.evaporation), rare, out=np.zeros_like(rare), where=rare > 0.0)
    out[:, RE] = -inside[:, RE] * each[:, None]
    out[:, INDEX["Al"]] = alumina[:, INDEX["Al"]]
    out[:, INDEX["O"]] += alumina[:, INDEX["O"]] * p.oxygen
    return out


def _kept_of_addition(p: SimpleNamespace) -> Array:
    """Shares of an addition's elements that the melt keeps, shape (samples, elements); it holds no rare earths."""
    share = np.ones((len(p.recovery), COUNT))
    share[:, _LEAVING] = 0.0
    share[:, INDEX["O"]], share[:, INDEX["C"]] = p.oxygen, p.carbon
    return share


def _check_charge(p: SimpleNamespace, b: Balance, melt: Array, batch: Array) -> None:
    """Refuse what nothing brings and what the inputs bring too much of."""
    names = [name for name in p.composition if name != p.base]
    over = np.empty((b.samples, len(names)))
    for i, name in enumerate(names):
        over[:, i] = _of(name, melt) - batch * p.composition[name]
    whole = batch[:, None]
    excess = np.divide(over, whole, out=np.zeros_like(over), where=whole > 0.0)
    lacking, much = -over > ROUNDING * whole, excess > (p.tolerance + ROUNDING)[:, None]
    if lacking.any() or much.any():
        for i, name in enumerate(names):
            key = f"composition.{name}"
            if name not in ADDITIONS:
                b.refuse(lacking[:, i], _nothing_brings(name, -over[:, i]), key)
            b.refuse(much[:, i], _too_much(name, p.composition[name], excess[:, i]), key)
    b.details["tolerance_left"] = p.tolerance - np.max(excess, axis=1, initial=0.0)


def _none_of(name: str, share: Array) -> Callable[[int], tuple[str, str]]:
    return lambda sample: (
        f"the alloy needs {share[sample]:.3g} kg/kg of {name} and the feed `heavy` holds none",
        f"give that feed some {name}",
    )


def _holds_none(name: str, item: str) -> Callable[[int], tuple[str, str]]:
    return lambda _: (f"the feed `{item}` holds no {name}", f"give that feed some {name}, or leave it out")


def _nothing_brings(name: str, missing: Array) -> Callable[[int], tuple[str, str]]:
    return lambda sample: (
        f"the alloy needs {missing[sample]:.6g} kg/h more {name} and nothing brings it",
        "name a feed without a rate as `heavy`",
    )


def _too_much(name: str, share: Array, excess: Array) -> Callable[[int], tuple[str, str]]:
    return lambda sample: (
        f"the inputs bring {share[sample] + excess[sample]:.4%} {name}, {excess[sample]:.4%} more than the "
        f"{share[sample]:.4%} asked for",
        f"ask for at least {share[sample] + excess[sample]:.4%}, bring less of it, or widen `tolerance`",
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
