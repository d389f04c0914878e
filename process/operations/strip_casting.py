"""Strip casting: metals, iron, ferroboron and returned scrap to magnet alloy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType, SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from ..elements import COUNT, INDEX, MOLAR_MASS, RARE_EARTHS, RE, indices, members
from ..magnet.charge import LEAVING, bound, kept
from ..magnet.charge_amounts import Amounts, Inputs, Wanted, amounts
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .balance import Balance, composition
from .base import AskingInlet, ElementName, Inlet, Kind, OperationError, Outlet, Parameters, standard
from .phases import METAL
from .stoichiometry import rare_earth_moles
from .strip_casting_words import holds_none, no_amounts, none_of, nothing_brings, too_much, worn_off

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
    asks for; all are weighed out together, so that each counts what the others bring. Of the oxygen a share stays in
    the alloy, the rest takes rare earth to the dross as oxide, as nitrogen, sulphur and halogens do; hydrogen and zinc
    leave. A share of the melt is lost to the dross too.
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
    evaporation: Annotated[Value, In("1", "0.2 %", low=0, high=0.2)] = Field(
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
    inputs = _inputs(p, b)
    recipe = inputs.melted(_rare_earth_per_mole(p, inside))
    found = _weighed(p, b, melt, worn, recipe, inputs)
    batch = found.batch
    melt = melt + batch[:, None] * worn
    taken_up = p.oxygen_pickup * batch
    b.reagent("oxygen", taken_up, ("oxygen_pickup", f"composition.{p.base}"))
    if p.crucible is not None:
        b.reagent(CRUCIBLE, p.crucible * batch, ("crucible", f"composition.{p.base}"))
    for k, (item, follows) in enumerate(zip(inputs.items, inputs.follows, strict=True)):
        amount = np.maximum(found.inputs[:, k], 0.0) + 0.0
        _buy(b, item, amount, follows)
        melt = melt + amount[:, None] * recipe[:, k]
    filling = found.inputs[:, -1]
    b.refuse(
        filling < -ROUNDING * batch,
        lambda sample: (
            f"the melt would weigh {batch[sample] - filling[sample]:.6g} kg/h, and its {p.base} makes only "
            f"{batch[sample]:.6g} kg/h of the composition",
            "bring more metal or less scrap",
        ),
    )
    _check_charge(p, b, melt, batch, worn)
    b.use("electricity", p.electricity * batch * p.recovery, "kWh", ("electricity",))
    b.size("melting furnace", batch, "kg/h", (f"composition.{p.base}",))

    total = b.total()
    lost = np.zeros_like(total)
    lost[:, _LOST] = total[:, _LOST] * (1.0 - _kept_of_gases(p)[:, _LOST])
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


@dataclass(frozen=True, eq=False)
class Bought:
    """What is bought as much as the charge asks for, the filler last: kept in the melt, and what its gases bind.

    `kept` (samples, inputs, elements) is kg per kg, `binds` (samples, inputs) kmol of the charge's rare earths per kg,
    `follows` the keys that each amount hangs on, `serves` the names of the composition that each is bought for.
    """

    items: tuple[str, ...]
    follows: tuple[tuple[str, ...], ...]
    serves: tuple[tuple[str, ...], ...]
    kept: Array
    binds: Array

    def melted(self, per_mole: Array) -> Array:
        """What a kg changes in the melt, (samples, inputs, elements); `per_mole` is kg of rare earths per kmol."""
        return self.kept if self.clean else np.asarray(self.kept - self.binds[:, :, None] * per_mole[:, None])

    @cached_property
    def clean(self) -> bool:
        """Whether nothing that is bought binds any."""
        return not self.binds.any()


def _inputs(p: SimpleNamespace, b: Balance) -> Bought:
    """What can be bought, worked out once a recycle: recipes and keys never change."""
    if "inputs" in b.memory:
        found: Bought = b.memory["inputs"]
        return found
    stays = _kept_of_gases(p)
    earths = tuple(n for n in p.composition if n != p.base and set(members(n)) <= set(RARE_EARTHS))
    named = [(name, item) for name, item in ADDITIONS.items() if name in p.composition and name != p.base]
    wanted: list[tuple[str, tuple[str, ...]]] = [(item, (name,)) for name, item in named]
    keys: list[tuple[str, ...]] = [(f"composition.{name}", f"composition.{p.base}") for name, _ in named]
    kept_of, binds = [], []
    if b.is_on_demand("heavy"):
        recipe = b.recipe("heavy")
        wanted.insert(0, ("heavy", earths))
        keys.insert(0, ())
        kept_of.append(recipe * kept(recipe, p.oxygen, p.carbon, p.evaporation)[0])
        binds.append(np.zeros(b.samples))
    wanted.append((RESTS[p.rest], ()))
    keys.append(tuple(f"composition.{name}" for name in p.composition))
    for item, _ in wanted[len(kept_of) :]:
        recipe = np.broadcast_to(b.recipe(item) if b.is_on_demand(item) else composition(item), stays.shape)
        kept_of.append(recipe * stays)
        binds.append(bound(recipe, p.oxygen))
    items, serves = zip(*wanted, strict=True)
    made = Bought(items, tuple(keys), serves, np.stack(kept_of, axis=1), np.stack(binds, axis=1))
    b.memory["inputs"] = made
    return made


def _rare_earth_per_mole(p: SimpleNamespace, inside: Array) -> Array:
    """kg of the melt's rare earths that a kmol of them is, (samples, elements): what gases of additions bind."""
    rare = rare_earth_moles(inside)
    out = np.zeros_like(inside)
    out[:, RE] = (
        inside[:, RE] * np.divide(1.0 - p.evaporation, rare, out=np.zeros_like(rare), where=rare > 0.0)[:, None]
    )
    return out


def _weighed(p: SimpleNamespace, b: Balance, melt: Array, worn: Array, recipe: Array, inputs: Bought) -> Amounts:
    """The batch and what is bought for it, kg/h, so that every named element comes out exactly where that can be."""
    names = list(p.composition)
    base = names.index(p.base)
    if "held" not in b.memory or not inputs.clean:
        flat = recipe.reshape(-1, COUNT)
        b.memory["held"] = np.stack([_of(name, flat).reshape(recipe.shape[:2]) for name in names], axis=1)
        b.memory["gain"] = per_sample(flat).reshape(recipe.shape[:2])
    held, gain = b.memory["held"], b.memory["gain"]
    asked = np.stack([p.composition[name] - _of(name, worn) for name in names], axis=1)
    # An input that brings more of the batch than of the name serves it the less, the more of it there is.
    net = held - (asked / asked[:, base : base + 1])[:, :, None] * held[:, base : base + 1]
    serves = np.array([[name in served for served in inputs.serves] for name in names]) & (net > 0.0)
    there = np.stack([_of(name, melt) for name in names], axis=1)
    wanted = Wanted(asked, 1.0 - per_sample(worn), there, per_sample(melt), base)
    found = amounts(wanted, Inputs(held, gain, serves))
    for k, (item, served) in enumerate(zip(inputs.items, inputs.serves, strict=True)):
        for name in served:
            n = names.index(name)
            without = ~serves[:, n, k]
            if item == "heavy":
                lacking = without & (found.lacking[:, n] > ROUNDING * found.batch)
                b.refuse(lacking, none_of(name, p.composition[name]), key=f"composition.{name}")
            else:
                b.refuse(without, holds_none(name, item), key=item)
    b.refuse(~found.solved, no_amounts(inputs.items), key="composition")
    return found


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


def _kept_of_gases(p: SimpleNamespace) -> Array:
    """Shares of an addition's elements that the melt keeps, shape (samples, elements), but for what its gases bind."""
    share = np.ones((len(p.recovery), COUNT))
    share[:, _LEAVING] = 0.0
    share[:, INDEX["O"]], share[:, INDEX["C"]] = p.oxygen, p.carbon
    share[:, RE] = (1.0 - p.evaporation)[:, None]
    return share


def _check_charge(p: SimpleNamespace, b: Balance, melt: Array, batch: Array, worn: Array) -> None:
    """Refuse what nothing brings and what the inputs bring too much of."""
    worst = np.zeros(b.samples)
    for name, asked in p.composition.items():
        if name == p.base:
            continue
        over = _of(name, melt) - batch * asked
        key = f"composition.{name}"
        if name not in ADDITIONS:
            b.refuse(-over > ROUNDING * batch, nothing_brings(name, -over, _of(name, melt)), key)
        excess = np.divide(over, batch, out=np.zeros_like(over), where=batch > 0.0)
        much = excess > p.tolerance + ROUNDING
        if name == "Al" and p.crucible is not None:
            crucible = much & (excess - _of(name, worn) <= p.tolerance)
            b.refuse(crucible, worn_off(asked, excess, _of(name, worn)), "crucible")
        b.refuse(much, too_much(name, asked, excess), key)
        worst = np.maximum(worst, excess)
    b.details["tolerance_left"] = p.tolerance - worst


KIND = Kind(
    "strip_casting",
    "alloy",
    StripCasting,
    {"alloy": Outlet("alloy"), "dross": Outlet("slag", waste=True)},
    strip_casting,
    rest="alloy",
    takes=(METAL,),
)
