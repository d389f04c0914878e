"""The bridge: the cost difference of a product between two plants, attributed wholly to causes.

Every line of cost is a product of factors, each of one cause, so that any set of causes can be taken from the second
plant and the others from the first. What a cause adds, on average over all orders in which the causes may change, is
its Shapley value: the values add up to the difference, no order is preferred, a cause in which the plants do not differ
has 0, and the way back is the way there with the opposite sign. Nothing is solved again. See docs/bridge.md.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..economics.cost import CURRENCY
from ..flowsheet import Result
from ..plan import STAGES
from ..supply.capacity import added, plain
from .bridge_capital import scales
from .bridge_causes import CAUSES
from .bridge_factors import Group, Key, Plant
from .bridge_passage import Ore, ways
from .shapley import of_product

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]

TOLERANCE = 1e-9
"""By how much the causes may miss the difference, as a share of the larger cost."""


CAUSE_OF: Mapping[str, str] = MappingProxyType(
    {
        "loss": "recovery",
        "company": "recovery",
        "share": "co-products",
        "size": "scale",
        "location": "location",
        "compliance": "compliance",
        "idle": "finance",
    }
)
"""The cause of every factor but use and price, which a line names itself."""

SAME = 1e-12
"""Factors that differ by less than this share of themselves are the same but for rounding."""


class BridgeError(ValueError):
    """A difference that cannot be attributed: the sentence says why and what to do."""


@dataclass(frozen=True)
class Part:
    """An item of a stage in the bridge: what it costs per kg of product before and after, and why that differs.

    Floats, or arrays of shape (samples,); `by_cause` sums to after − before and leaves out what is 0.
    """

    stage: str
    item: str
    cause: str
    before: Any
    after: Any
    by_cause: Mapping[str, Any]


@dataclass(frozen=True)
class Bridge:
    """Why a kg of a product costs `after` at one plant and `before` at another, in `currency`.

    Floats, or arrays of shape (samples,). `by_cause` holds every cause of `bridge_causes.CAUSES` and sums to the
    difference; `by_stage` splits it further, stage by stage; `parts` item by item.
    """

    start: str
    end: str
    product: str
    currency: str
    before: Any
    after: Any
    by_cause: Mapping[str, Any]
    by_stage: Mapping[str, Mapping[str, Any]]
    parts: tuple[Part, ...]

    @property
    def difference(self) -> Any:
        """What the product costs more at the second plant, per kg."""
        return self.after - self.before

    def largest(self, cause: str, count: int = 3) -> tuple[tuple[str, float], ...]:
        """The items that move most for a cause, over all stages, as (item, per kg), of the first sample."""
        found: dict[str, float] = {}
        for part in self.parts:
            if cause in part.by_cause:
                found[part.item] = found.get(part.item, 0.0) + _first(part.by_cause[cause])
        return tuple(sorted(found.items(), key=lambda one: -abs(one[1]))[:count])

    def to_pandas(self) -> pandas.DataFrame:
        """Causes down, stages across, per kg (of the first sample). Needs pandas."""
        import pandas as pd

        table = {stage: {cause: _first(value) for cause, value in row.items()} for stage, row in self.by_stage.items()}
        return pd.DataFrame(table, index=list(CAUSES)).assign(total=[_first(self.by_cause[one]) for one in CAUSES])

    def __repr__(self) -> str:
        return (
            f"<Bridge per kg {self.product}: {self.start} {_first(self.before):.4g} to {self.end} "
            f"{_first(self.after):.4g} {self.currency}>"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(cause)}</td><td>{_first(value):+.4g}</td></tr>"
            for cause, value in self.by_cause.items()
        )
        head = f"<caption>{html.escape(f'{self.product}: {self.start} to {self.end}')}</caption>"
        ends = f"<tr><td>total</td><td>{_first(self.difference):+.4g}</td></tr>"
        return f"<table>{head}{rows}{ends}</table>"


def bridge(a: Result, b: Result, product: str, labels: tuple[str, str] | None = None) -> Bridge:
    """The cost of a kg of `product` at `b` less that at `a`, in USD, attributed to causes.

    Both are solved for one case or for the same number. Raises `CostError` where a plant does not make the product, and
    `BridgeError` where the causes do not add up to the difference, which would be a fault of the program.
    """
    first, second = _plants(a, b, product)
    samples = first.way.samples
    pairs = {key: (first.groups.get(key), second.groups.get(key)) for key in (*first.groups, *second.groups)}
    keys = sorted(pairs, key=lambda key: (STAGES.index(key.stage), key.cause, key.item, key.unit, key.sold))
    parts, total = [], {stage: {cause: np.zeros(samples) for cause in CAUSES} for stage in STAGES}
    for key in keys:
        moved = _attributed(first, second, key)
        for cause, value in moved.items():
            total[key.stage][cause] = total[key.stage][cause] + value
        before, after = (np.zeros(samples) if one is None else one.per_kg for one in pairs[key])
        shown = {cause: plain(value) for cause, value in moved.items() if np.any(value != 0.0)}
        parts.append(Part(key.stage, key.item, key.cause, plain(before), plain(after), MappingProxyType(shown)))
    by_cause = {cause: added((total[stage][cause] for stage in STAGES), samples) for cause in CAUSES}
    ends = [added((group.per_kg for group in plant.groups.values()), samples) for plant in (first, second)]
    _check(by_cause, ends[0], ends[1], samples)
    there = [stage for stage in STAGES if stage in first.stages or stage in second.stages]
    start, end = labels or (a.plan.name, b.plan.name)
    return Bridge(
        start=start,
        end=end,
        product=product,
        currency=CURRENCY,
        before=plain(ends[0]),
        after=plain(ends[1]),
        by_cause=MappingProxyType({cause: plain(value) for cause, value in by_cause.items()}),
        by_stage=MappingProxyType(
            {stage: MappingProxyType({c: plain(v) for c, v in total[stage].items()}) for stage in there}
        ),
        parts=tuple(parts),
    )


def _plants(a: Result, b: Result, product: str) -> tuple[Plant, Plant]:
    splits = [result.cost.per_kg(product) for result in (a, b)]
    if a.solution.samples != b.solution.samples:
        raise BridgeError(
            f"{a.plan.name} is solved for {a.solution.samples} cases and {b.plan.name} for {b.solution.samples}; "
            "solve both for the same"
        )
    both = ways((a, b), product)
    ones = np.ones(a.solution.samples)
    known = [way.ore for way in both]
    ores = [own or other or Ore(ones, ones) for own, other in (known, known[::-1])]
    if not both[0].mining & both[1].mining:
        # Of mines that have nothing in common the grade says nothing: use goes with the rare earths that they mine.
        ores = [replace(ore, grade=ones) for ore in ores]
    grown = scales(a, b)
    first, second = (Plant(way, split, ore, grown) for way, split, ore in zip(both, splits, ores, strict=True))
    return first, second


def _check(by_cause: Mapping[str, Array], before: Array, after: Array, samples: int) -> None:
    missed = np.abs(added(by_cause.values(), samples) - (after - before))
    allowed = TOLERANCE * np.maximum(np.abs(before), np.abs(after))
    if not np.all(missed <= allowed):
        worst = float(np.max(missed))
        raise BridgeError(f"the causes miss the difference by {worst:g}; this is a fault of the program, report it")


def _attributed(first: Plant, second: Plant, key: Key) -> dict[str, Array]:
    """What each cause adds to the cost of an item, per kg."""
    mine, theirs = first.groups.get(key), second.groups.get(key)
    known = mine or theirs
    assert known is not None
    one = _by_cause(first, second, known, mine, theirs)
    other = _by_cause(second, first, known, theirs, mine)
    out: dict[str, Array] = {}
    for (causes, before), (_, after) in zip(one, other, strict=True):
        after = [np.where(np.abs(b - a) <= SAME * np.abs(a), a, b) for a, b in zip(before, after, strict=True)]
        for cause, value in zip(causes, of_product(before, after), strict=True):
            out[cause] = out.get(cause, np.zeros_like(value)) + value
    return out


def _by_cause(
    plant: Plant, other: Plant, known: Group, own: Group | None, others: Group | None
) -> list[tuple[tuple[str, ...], list[Array]]]:
    """An item's cost at a plant as two products of factors by cause: of the wanted rare earths, and of the others.

    Where a plant does not use an item its own losses and shares hold for its stage, and the other's price.
    """
    stage = known.key.stage
    there = plant if stage in plant.stages else other
    ones = np.ones(plant.way.samples)
    causes = {**CAUSE_OF, "use": known.use_cause, "price": known.price_cause}
    grade = 1.0 / there.ore.grade if there.of_ore(known.key) else ones
    out = []
    for term, beside in enumerate((ones, there.ore.company)):
        means = dict((others or own or known).terms[term])
        means |= {name: value for name, value in plant.stages.get(stage, {}).items() if name in means}
        means["use"] = ones * 0.0
        if own is not None:
            used = own.terms[term]["use"] != 0.0
            means = {name: np.where(used, own.terms[term][name], value) for name, value in means.items()}
        table = [("product", there.way.held(stage)), ("ore", grade * beside)]
        table += [(causes[name], factor) for name, factor in means.items()]
        out.append(_merged(table))
    return out


def _merged(table: list[tuple[str, Array]]) -> tuple[tuple[str, ...], list[Array]]:
    """Factors of the same cause as one."""
    out: dict[str, Array] = {}
    for cause, factor in table:
        out[cause] = out[cause] * factor if cause in out else factor
    return tuple(out), list(out.values())


def _first(value: Any) -> float:
    return float(np.atleast_1d(value)[0])
