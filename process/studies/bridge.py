"""The bridge: the cost difference of a product between two plants, attributed wholly to causes.

Every line of cost is a product of factors, each of one cause, so that any set of causes can be taken from the second
plant and the others from the first. What a cause adds, on average over all orders in which the causes may change, is
its Shapley value: the values add up to the difference, no order is preferred, a cause in which the plants do not differ
has 0, and the way back is the way there with the opposite sign. Nothing is solved again. See docs/bridge.md.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..economics.cost import CURRENCY
from ..flowsheet import Result
from ..plan import STAGES
from ..supply.capacity import added, plain
from .bridge_causes import CAUSES
from .bridge_notes import notes
from .bridge_pair import pair_of

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]

TOLERANCE = 1e-9
"""By how much the causes may miss the difference, as a share of the larger cost."""


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
    difference; `by_stage` splits it further, stage by stage; `parts` item by item. `notes` say, of the first sample,
    what a reader must know: magnets that are not alike, what compliance is made of.
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
    notes: tuple[str, ...] = ()

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
    samples = a.solution.samples
    if b.solution.samples != samples:
        raise BridgeError(
            f"{a.plan.name} is solved for {samples} cases and {b.plan.name} for {b.solution.samples}; solve both for "
            "the same"
        )
    pair = pair_of(a, b, product)
    parts, attributed = [], {}
    total = {stage: {cause: np.zeros(samples) for cause in CAUSES} for stage in STAGES}
    for key in pair.keys:
        moved = attributed[key] = pair.attributed(key)
        for cause, value in moved.items():
            total[key.stage][cause] = total[key.stage][cause] + value
        before, after = pair.per_kg(key)
        shown = {cause: plain(value) for cause, value in moved.items() if np.any(value != 0.0)}
        parts.append(Part(key.stage, key.item, key.cause, plain(before), plain(after), MappingProxyType(shown)))
    by_cause = {cause: added((total[stage][cause] for stage in STAGES), samples) for cause in CAUSES}
    ends = [added((group.per_kg for group in plant.groups.values()), samples) for plant in (pair.first, pair.second)]
    _check(by_cause, ends[0], ends[1], samples)
    there = [stage for stage in STAGES if any(key.stage == stage for key in pair.keys)]
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
        notes=notes(pair, (start, end), attributed),
    )


def _check(by_cause: Mapping[str, Array], before: Array, after: Array, samples: int) -> None:
    missed = np.abs(added(by_cause.values(), samples) - (after - before))
    allowed = TOLERANCE * np.maximum(np.abs(before), np.abs(after))
    if not np.all(missed <= allowed):
        worst = float(np.max(missed))
        raise BridgeError(f"the causes miss the difference by {worst:g}; this is a fault of the program, report it")


def _first(value: Any) -> float:
    return float(np.atleast_1d(value)[0])
