"""A flowsheet as a user holds it: load, solve, ask."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .plan import STAGES, Limit, Plan, Target
from .stream import Stream
from .wording import suggestion

if TYPE_CHECKING:
    import pandas
    import pint

    from .economics.cashflow import Cashflow
    from .economics.cost import Cost
    from .magnet.evaluate import Ability
    from .network.solution import Solution
    from .supply.capacity import StageCapacity

Array = NDArray[np.float64]

FINAL = "magnet"
"""The product that ends the chain, where a flowsheet has it."""
ABILITIES = {"remanence": "Br_T", "coercivity": "Hcj_kA_m", "energy product": "BHmax_kJ_m3"}
"""The number of a magnet that a limit of its grade speaks of."""


def _inside(value: float, bounds: Target | Limit) -> bool:
    low, high = bounds.at_least, bounds.at_most
    return (low is None or value >= low) and (high is None or value <= high)


@dataclass(frozen=True)
class LimitResult:
    """A limit of a grade beside the stream's value, both fractions."""

    limit: Limit
    value: float

    @property
    def passed(self) -> bool:
        """Whether the value lies within the limit."""
        return _inside(self.value, self.limit)


@dataclass(frozen=True)
class TargetResult:
    """A target of the file beside its computed value: a fraction, or kg per operating hour for capacity.

    Of a grade the value is the purity, and `limits` holds all of its limits with their values.
    """

    target: Target
    value: float
    limits: tuple[LimitResult, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the value lies within the target's bounds, and all limits of a grade hold."""
        return _inside(self.value, self.target) and all(one.passed for one in self.limits)

    @property
    def missed(self) -> tuple[LimitResult, ...]:
        """The limits of a grade that do not hold."""
        return tuple(one for one in self.limits if not one.passed)


def _scalar(values: Array) -> Any:
    return float(values[0]) if len(values) == 1 else values


@dataclass(frozen=True)
class Result:
    """A solved flowsheet: streams, recoveries, costs, capacities, targets.

    Numbers are floats for one case and arrays of shape (samples,) for several.
    """

    flowsheet: Flowsheet
    solution: Solution
    cost: Cost
    capacity: Mapping[str, StageCapacity]
    changes: Mapping[str, Array] = field(default_factory=dict, repr=False)

    @cached_property
    def finance(self) -> Cashflow:
        """The cash flow of the plant by year, made when it is first asked for. Raises `CostError`."""
        from .economics.cashflow import cashflow

        return cashflow(self.cost, self.changes)

    @property
    def plan(self) -> Plan:
        """The plan that was solved."""
        return self.solution.plan

    @property
    def streams(self) -> Mapping[str, Stream]:
        """Streams by name: `unit.outlet`, or a feed's name."""
        return self.solution.streams

    @property
    def products(self) -> Mapping[str, Stream]:
        """The streams that the file names as products."""
        return {name: self.streams[stream] for name, stream in self.plan.products.items()}

    @property
    def main_product(self) -> str:
        """`magnet` where there is one, else the first product."""
        return FINAL if FINAL in self.plan.products else next(iter(self.plan.products), "")

    def goal(self, element: str) -> str:
        """The product that an element of the ore is for: the magnet where there is one, else what gets most of it."""
        if FINAL in self.plan.products or not self.plan.products:
            return self.main_product
        shares = {name: float(np.atleast_1d(self.recovery(element, name))[0]) for name in self.plan.products}
        return max(shares, key=lambda name: shares[name])

    @property
    def ore(self) -> str:
        """The feed that recoveries count from where none is named: the first ore that a unit takes, else a feed."""
        taken = {name: feed for name, feed in self.plan.feeds.items() if self.solution.takers.get(name) is not None}
        feeds = taken or self.plan.feeds
        return next((name for name, feed in feeds.items() if feed.is_ore), next(iter(feeds)))

    def stream(self, name: str) -> Stream:
        """A stream by its own name or a product's."""
        stream = self.plan.products.get(name, name)
        if stream not in self.streams:
            from .quantities import suggestion

            raise KeyError(f"no stream or product {name!r}{suggestion(name, [*self.streams, *self.plan.products])}")
        return self.streams[stream]

    def magnet(self, name: str = FINAL) -> Ability | None:
        """What the magnets of a stream or product can do; None where it holds none whose making is known.

        Families with furnaces of their own say it there, and it holds until the next unit that changes the magnet.
        """
        from .magnet.evaluate import FORM, ability, of_family

        stream = self.stream(name)
        if stream.form != FORM:
            return None
        found = ability(stream)
        unit = stream.name.partition(".")[0]
        while found is None and unit in self.solution.units:
            details = self.solution.units[unit].details
            if "magnet" in details:
                return of_family(details)
            unit = self.solution.units[unit].inlets.get("feed", "").partition(".")[0]
        return found

    def recovery(self, element: str, to: str, source: str | None = None) -> Any:
        """Share of an element, or of a group as metal mass, of `source` (the ore) that reaches `to`, 0..1.

        What passes `to` more than once on its way round a recycle counts once.
        """
        from .elements import INDEX, members

        start = self.stream(source or self.ore)
        names = members(element)
        held = start.elements[:, [INDEX[name] for name in names]]
        total = held.sum(axis=1)
        shares = np.stack([self.solution.recovery(name, self.stream(to).name, start.name) for name in names], axis=1)
        return _scalar(np.divide((shares * held).sum(axis=1), total, out=np.zeros_like(total), where=total > 0.0))

    def fates(self, element: str, source: str | None = None) -> dict[str, Any]:
        """Where an element of `source` (the ore) ends, by the streams that leave; the shares sum to 1."""
        fates = self.solution.fates(element, self.stream(source or self.ore).name)
        return {name: _scalar(share) for name, share in fates.items() if np.any(share > 0.0)}

    def recovery_by_stage(self, element: str, to: str | None = None) -> dict[str, Any]:
        """Share of the ore's element that each stage passes on, of what reaches it; the product is the recovery.

        What leaves for good at a stage other than by `to` is that stage's loss. A unit that works up what later stages
        send back counts to the stage that it serves.
        """
        target = self.stream(to or self.main_product).name
        ends = self.solution.fates(element, self.ore, target)
        left = ends.pop(target, np.zeros(self.solution.samples))
        lost: dict[str, Array] = {}
        for name, share in ends.items():
            stage = self._serves(name.split(".")[0])
            lost[stage] = lost.get(stage, 0.0) + share
        # Summed from the end, so that a trace that arrives is not the difference of two large numbers.
        out: dict[str, Any] = {}
        for stage in reversed(STAGES):
            if any(unit.stage == stage for unit in self.solution.units.values()):
                reached = left + lost.get(stage, 0.0)
                out[stage] = _scalar(np.divide(left, reached, out=np.zeros_like(reached), where=reached > 0.0))
                left = reached
        last = STAGES.index(self._stage_of(target))
        return {stage: out[stage] for stage in STAGES[: last + 1] if stage in out}

    def _sources(self, unit: str, seen: set[str]) -> list[str]:
        """The stages that a unit's streams come from, seen through mixers and splitters."""
        out = []
        for stream in self.solution.units[unit].inlets.values():
            before = stream.split(".")[0]
            if stream in self.plan.feeds or before in seen:
                continue
            if self.plan.units[before].kind.stage:
                out.append(self.solution.units[before].stage)
            else:
                out += self._sources(before, seen | {before})
        return out

    def _stage_of(self, stream: str) -> str:
        unit = stream.split(".")[0]
        return self.solution.units[unit].stage if unit in self.solution.units else STAGES[0]

    def _serves(self, unit: str) -> str:
        found = self.solution.units[unit]
        if any(feed in self.plan.feeds for feed in found.inlets.values()):
            return found.stage
        rank = STAGES.index
        sources = self._sources(unit, {unit})
        if sources and all(rank(stage) > rank(found.stage) for stage in sources):
            return max(sources, key=rank)
        return found.stage

    @property
    def targets(self) -> list[TargetResult]:
        """The file's targets with their values (of the first sample)."""
        out = []
        for target in self.plan.targets:
            limits = self._limits(target)
            out.append(TargetResult(target, self._value(target, limits), limits))
        return out

    def _limits(self, target: Target) -> tuple[LimitResult, ...]:
        if target.kind == "magnet":
            return self._abilities(target)

        def value(limit: Limit) -> float:
            stream = self.stream(target.stream)
            ask = {"purity": stream.purity, "oxides": stream.grade, "impurity": stream.impurity}[limit.kind]
            return float(np.atleast_1d(ask(*limit.elements))[0])

        return tuple(LimitResult(limit, value(limit)) for limit in target.limits)

    def _abilities(self, target: Target) -> tuple[LimitResult, ...]:
        found = self.magnet(target.stream)
        return tuple(
            LimitResult(limit, 0.0 if found is None else float(found.get(ABILITIES[limit.kind])[0]))
            for limit in target.limits
        )

    def _value(self, target: Target, limits: tuple[LimitResult, ...]) -> float:
        if target.kind == "magnet":
            return min(one.value / (one.limit.at_least or 1.0) for one in limits)
        if target.kind in ("purity", "grade"):
            value = self.stream(target.stream).purity(*target.elements)
        elif target.kind == "impurity":
            value = self.stream(target.stream).impurity(*target.elements)
        elif target.kind == "recovery":
            value = self.recovery(target.elements[0], target.stream, target.source)
        else:
            value = self.capacity[target.stage].limited_kg_per_h
        return float(np.atleast_1d(value)[0])

    @property
    def assumptions(self) -> dict[str, str]:
        """The values of the file that rest on an assumption, or that name no source, as written, by path."""
        from .data import sources

        known = sources()
        return {
            path: value.text
            for path, value in self.plan.values().items()
            if value.source is None or (value.source in known and known[value.source].assumed)
        }

    def quantity(self, path: str) -> pint.Quantity[Any]:
        """A number with its unit: `streams.NAME.mass`, `streams.NAME.oxide`, `cost.PRODUCT` or `recovery.ELEMENT`."""
        from .quantities import registry

        head, _, rest = path.partition(".")
        units = registry()
        if head == "streams":
            name, _, what = rest.rpartition(".")
            if what in ("mass", "oxide"):
                return units.Quantity(getattr(self.stream(name), what)(), "kg/h")
        elif head == "cost":
            return units.Quantity(self.cost.per_kg(rest).total, "USD/kg")
        elif head == "recovery":
            return units.Quantity(self.recovery(rest, self.main_product), "")
        raise KeyError(f"no quantity {path!r}; try streams.NAME.mass, cost.PRODUCT or recovery.ELEMENT")

    def to_pandas(self) -> pandas.DataFrame:
        """The stream table: streams down; form, kg/h, REO, grade and purity across. Needs pandas."""
        import pandas as pd

        rows = {
            name: {"form": s.form, "kg_per_h": s.mass(), "REO_kg_per_h": s.oxide(), "REO_grade": s.grade()}
            for name, s in self.streams.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("stream")

    def __repr__(self) -> str:
        product = self.main_product
        samples = f", {self.solution.samples} samples" if self.solution.samples > 1 else ""
        made = float(np.atleast_1d(self.stream(product).mass())[0]) if product else 0.0
        return (
            f"<Result {self.plan.title}: {len(self.streams)} streams, {made:.4g} kg/h of {product or 'no product'}, "
            f"closes to {self.solution.balance.worst:.1g}{samples}>"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(name)}</td><td>{html.escape(s.form)}</td>"
            f"<td>{float(np.atleast_1d(s.mass())[0]):.6g}</td></tr>"
            for name, s in self.streams.items()
        )
        head = f"<caption>{html.escape(self.plan.title)}</caption><tr><th>stream</th><th>form</th><th>kg/h</th></tr>"
        return f"<table>{head}{rows}</table>"


@dataclass(frozen=True)
class Flowsheet:
    """A checked flowsheet, ready to solve as often as you like."""

    plan: Plan

    @property
    def name(self) -> str:
        """The file's stem."""
        return self.plan.name

    def solve(self, samples: Mapping[str, ArrayLike] | None = None) -> Result:
        """Solve it as written, or many variants at once: `samples` maps paths to values, shape (samples,).

        A path is `unit.key` (or `feeds.name.rate`) and a value is in the unit of that key's documentation;
        `data.wage.us` is a figure of the data that the cost rests on (`result.cost.figures`). The plant is designed at
        the file's own values; the samples rate it. Raises `network.SolveError`, KeyError for a path nobody knows.
        """
        from .economics.cost import cost
        from .economics.figures import FINANCE, HEAD
        from .network import solve
        from .supply.capacity import capacity

        changes = {path: np.atleast_1d(np.asarray(values, dtype=float)) for path, values in (samples or {}).items()}
        physics = {path: values for path, values in changes.items() if not path.startswith(HEAD)}
        if len(physics) < len(changes):
            physics.setdefault("operating_hours", _as_written(self.plan, changes))
        solution = solve(self.plan, physics)
        try:
            costs = cost(solution, changes)
        except KeyError:
            # These samples may happen not to use a figure that the plant as written does.
            own = cost(solve(self.plan)).figures
            data = [path for path in changes if path.startswith(HEAD) and not path.startswith(FINANCE)]
            for path in data:
                if path not in own:
                    raise KeyError(f"no cost here rests on {path!r}{suggestion(path, own)}") from None
            costs = cost(solution, changes, lenient=True)
        return Result(self, solution, costs, capacity(solution, changes), changes)

    def __repr__(self) -> str:
        return f"<Flowsheet {self.plan.title}: {len(self.plan.units)} units, region {self.plan.region}>"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>"


def _as_written(plan: Plan, changes: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """The hours of operation for as many samples as figures of the data are given; says which of these cannot be."""
    for path, values in changes.items():
        if values.ndim != 1 or not len(values):
            raise ValueError(f"{path}: give one number, or one for each sample in a list")
        if not np.all(np.isfinite(values)):
            raise ValueError(f"{path}: every sample must be a finite number")
    counts = {len(values) for values in changes.values()}
    if len(counts) > 1:
        raise ValueError("every changed value needs the same number of samples")
    return np.full(counts.pop(), plan.hours_per_year.nominal)


def load(file: str | Path, changes: Mapping[str, str] | None = None) -> Flowsheet:
    """Read a flowsheet file, or a shipped flowsheet by name.

    `changes` replaces values as they would be written in the file: `{"flotation.recovery.REO": "80 %"}`. Raises
    `files.FlowsheetError` with all faults of the file at once.
    """
    from .files.load import load_plan

    return Flowsheet(load_plan(file, changes=changes or {}))
