"""Solve a plan: units in order, recycles by splits, every sample on its own test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import feeds
from ..elements import ELEMENTS, RE
from ..operations.balance import BULK, Balance, Outcome
from ..operations.base import Line, OperationError, Size, plain
from ..plan import Feed, Plan, Position, Unit
from ..quantities import Value
from ..stream import Stream
from ..wording import suggestion
from .errors import Refusal, SolveError
from .graph import Network, network
from .loop import Loop
from .routes import Routes
from .rows import pick, survivors
from .solution import Balance as Closure
from .solution import Solution, UnitResult

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

CHUNK = 128
"""Samples that are solved together: enough to vectorise, small enough for the cache."""
DESIGN_ROUNDS = 6
CLOSURE = 1e-9
TRACE = 1e-12
"""Below this share of the total inflow an element's closure is measured against the total (DESIGN §4)."""


def solve(
    plan: Plan, changes: Mapping[str, Array] | None = None, designs: Mapping[str, Mapping[str, Any]] | None = None
) -> Solution:
    """Solve a flowsheet; `changes` maps paths (`unit.key`, `feeds.name.rate`) to values, shape (samples,).

    Values are in the unit that the parameter's documentation names. Circuits that the file leaves open are designed at
    the file's own values, and the samples rate that plant; `designs` hands in an earlier design. Raises SolveError.
    """
    changes = _arrays(plan, changes)
    graph = network(plan)
    if designs is None:
        nominal, designs = _designed(plan, graph)
        if not changes:
            return _solution(plan, graph, [nominal])
    samples = len(next(iter(changes.values()))) if changes else 1
    cases = _cases(plan, graph, changes, designs, np.arange(samples, dtype=np.intp))
    return _solution(plan, graph, [case.run() for case in cases])


def attempt(
    plan: Plan, changes: Mapping[str, Array], designs: Mapping[str, Mapping[str, Any]]
) -> tuple[Solution | None, Indices, tuple[Refusal, ...]]:
    """Solve what can be solved of many samples: the solution of these, their rows, and why the others have none.

    The samples that are solved have the same bits as without the others; the solution is None where none is left.
    """
    changes = _arrays(plan, changes)
    graph = network(plan)
    rows = np.arange(len(next(iter(changes.values()))), dtype=np.intp)
    refused: dict[int, Refusal] = {}
    while len(rows):
        try:
            solved = [case for case in _cases(plan, graph, changes, designs, rows) if case.run(refused).samples]
            rows = np.concatenate([np.zeros(0, dtype=np.intp), *(case.numbers for case in solved)])
            solution = _solution(plan, graph, solved) if solved else None
            return solution, rows, tuple(refused[one] for one in sorted(refused))
        except SolveError as error:  # of a feed, or a balance that does not close: what a case cannot see for itself
            refused |= {one.sample: one for one in error.refusals}
            left = np.setdiff1d(rows, list(refused))
            assert len(left) < len(rows), "an error names a sample that is there"
            rows = left
    return None, rows, tuple(refused[one] for one in sorted(refused))


def _arrays(plan: Plan, changes: Mapping[str, Array] | None) -> dict[str, Array]:
    out = {path: np.atleast_1d(np.asarray(values, dtype=float)) for path, values in (changes or {}).items()}
    _check(plan, out)
    return out


def _cases(
    plan: Plan,
    graph: Network,
    changes: Mapping[str, Array],
    designs: Mapping[str, Mapping[str, Any]],
    rows: Indices,
) -> Iterator[Case]:
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        part = {path: values[some] for path, values in changes.items()}
        yield Case(plan, graph, part, designs, numbers=some, of=len(rows))


def _check(plan: Plan, changes: Mapping[str, Array]) -> None:
    known = plan.values()
    for path, values in changes.items():
        if path not in known:
            raise KeyError(f"{plan.name} has no value {path!r}{suggestion(path, known)}")
        if values.ndim != 1 or not len(values):
            raise ValueError(f"{path}: give one number, or one for each sample in a list")
        if not np.all(np.isfinite(values)):
            raise ValueError(f"{path}: every sample must be a finite number")
        low, high = known[path].lower, known[path].upper
        unit = "" if known[path].unit == "1" else f" {known[path].unit}"
        if low is not None and values.min() < low:
            raise ValueError(f"{path}: {values.min():g}{unit} is below {low:g}{unit}")
        if high is not None and values.max() > high:
            raise ValueError(f"{path}: {values.max():g}{unit} is above {high:g}{unit}")
    if len({len(values) for values in changes.values()}) > 1:
        raise ValueError("every changed value needs the same number of samples")


def _designed(plan: Plan, graph: Network) -> tuple[Case, dict[str, Mapping[str, Any]]]:
    """Design at nominal values until the circuits' own recycles no longer change the design."""
    designs: dict[str, Mapping[str, Any]] = {}
    case = Case(plan, graph, {}, designs, designing=True).run()
    for _ in range(DESIGN_ROUNDS):
        again = case.design()
        if again == designs:
            break
        designs, fed = again, case.fed
        case = Case(plan, graph, {}, designs)
        case.fed = fed
        case.run()
    return case, designs


class Case:
    """One chunk of samples on its way through the flowsheet."""

    def __init__(
        self,
        plan: Plan,
        graph: Network,
        changes: Mapping[str, Array],
        designs: dict[str, Any] | Mapping[str, Any],
        *,
        designing: bool = False,
        numbers: Indices | None = None,
        of: int = 1,
    ) -> None:
        self.plan, self.graph, self.designing, self.of = plan, graph, designing, of
        self.designs: dict[str, Any] = designs if designing and isinstance(designs, dict) else dict(designs)
        self.samples = len(next(iter(changes.values()))) if changes else 1
        self.numbers = np.arange(self.samples) if numbers is None else numbers
        """Which samples of the batch of `of` these are."""
        self.parameters = {
            name: plain(unit.parameters, self.samples, _inside(changes, name)) for name, unit in plan.units.items()
        }
        self.fed: dict[str, dict[str, Array]] = {}
        """What each design was made for."""
        self.streams: dict[str, Array] = {}
        self.traits: dict[str, dict[str, Array]] = {}
        self.recipes: dict[str, Array] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.inflows: dict[str, dict[str, Array]] = {}
        self._refused: dict[int, Refusal] | None = None
        self.iterations = np.zeros(self.samples, dtype=np.intp)
        self._feed(changes)

    def run(self, refused: dict[int, Refusal] | None = None) -> Case:
        """Solve every group of units in order.

        Samples that have no solution are left out and put into `refused`; without it the first raises SolveError.
        """
        self._refused = refused
        for members, loop in zip(self.graph.groups, self.graph.loops, strict=True):
            while self.samples:
                try:
                    if loop:
                        Loop(self, members).run()
                    else:
                        self._single(members[0])
                    break
                except SolveError as error:
                    self.drop(self.refuse(error))
                    for stream in (f"{name}.{outlet}" for name in members for outlet in self.plan.units[name].outlets):
                        self.traits.pop(stream, None)
        return self

    def refuse(self, error: SolveError) -> Indices:
        """Note the samples that an error speaks of and return their rows; raises it where one may not go without."""
        if self._refused is None:
            raise error
        self._refused.update({one.sample: one for one in error.refusals})
        return np.flatnonzero(np.isin(self.numbers, [one.sample for one in error.refusals]))

    def drop(self, rows: Indices) -> None:
        """Leave samples out from here on."""
        kept = np.delete(np.arange(self.samples), rows)
        assert len(kept) < self.samples, "an error names a sample that is there"
        self.samples = len(kept)
        self.numbers, self.iterations = self.numbers[kept], self.iterations[kept]
        self.parameters = pick(self.parameters, kept)
        self.streams, self.recipes = pick(self.streams, kept), pick(self.recipes, kept)
        self.traits, self.inflows = pick(self.traits, kept), pick(self.inflows, kept)
        self.outcomes = {name: survivors(outcome, kept) for name, outcome in self.outcomes.items()}

    def design(self) -> dict[str, Mapping[str, Any]]:
        """The designs that follow from the streams as they stand."""
        out = {}
        for name, unit in self.plan.units.items():
            if unit.kind.design is not None:
                out[name] = self._design(unit, self.inflows[name])
        return out

    # -- used by Loop ------------------------------------------------------------------------------------------------

    def evaluate(
        self,
        name: str,
        inlets: Mapping[str, Array],
        rows: Indices,
        memory: dict[str, Any],
        *,
        tentative: bool = False,
    ) -> Outcome:
        """The shares of one unit for some of the samples; `tentative` while its inflows are still being sought."""
        unit = self.plan.units[name]
        whole = len(rows) == self.samples
        p: SimpleNamespace = self.parameters[name] if whole else pick(self.parameters[name], rows)
        on_demand = {i: self.recipes[s][rows] for i, s in unit.inlets.items() if s in self.recipes}
        if unit.kind.design is not None and name not in self.designs:
            self.designs[name] = self._design(unit, inlets)
        balance = Balance(
            inlets,
            {inlet: self.graph.parts[stream] for inlet, stream in unit.inlets.items()},
            {outlet: self.graph.parts[f"{name}.{outlet}"] for outlet in unit.outlets},
            on_demand,
            self.designs.get(name),
            memory,
            tentative,
            self._traits_of(unit, rows),
        )
        try:
            unit.kind.function(p, balance)
            outcome = balance.finish(unit.kind.rest)
        except OperationError as error:
            place, position = f"{name} ({unit.kind.name})", unit.place(error.key)
            refusals = [Refusal(int(self.numbers[rows[row]]), name, why, position) for row, why in error.told.items()]
            sample = int(self.numbers[rows[error.sample]])
            raise SolveError(self.place(place, sample), str(error), position, sample, refusals) from error
        self._say(name, outcome, rows)
        return outcome

    def place(self, name: str, sample: int) -> str:
        """A name for messages, with the sample where there are several."""
        return f"{name}, sample {sample}" if self.of > 1 else name

    # -- inside ------------------------------------------------------------------------------------------------------

    def _traits_of(self, unit: Unit, rows: Indices) -> dict[str, dict[str, Array]]:
        """What the streams of a unit's inlets carry, NaN for samples of which it is not known."""
        out: dict[str, dict[str, Array]] = {}
        whole = len(rows) == self.samples
        for inlet, stream in unit.inlets.items():
            for name, values in self.traits.get(stream, {}).items():
                said = values if whole else values[rows]
                if not np.isnan(said).all():
                    out.setdefault(inlet, {})[name] = said
        return out

    def _say(self, unit: str, outcome: Outcome, rows: Indices) -> None:
        """Keep what a unit says of its outlets; what it said in an earlier round and says no more is forgotten."""
        whole = len(rows) == self.samples
        for outlet in self.plan.units[unit].outlets:
            said = outcome.traits.get(outlet, {})
            known = self.traits.setdefault(f"{unit}.{outlet}", {})
            for name in known.keys() - said.keys():
                known[name][rows] = np.nan
            for name, values in said.items():
                if whole:
                    known[name] = np.array(values)
                    continue
                if name not in known:
                    known[name] = np.full(self.samples, np.nan)
                known[name][rows] = values

    def _design(self, unit: Unit, inlets: Mapping[str, Array]) -> Mapping[str, Any]:
        assert unit.kind.design is not None
        flows = {inlet: flow.sum(axis=1) for inlet, flow in inlets.items()}
        known = self.fed.get(unit.name, {})
        if flows.keys() == known.keys() and all(np.array_equal(flow, known[inlet]) for inlet, flow in flows.items()):
            return dict(self.designs[unit.name])
        if not any(flow[:, RE].any() for flow in flows.values()):
            raise self._starved(unit)
        self.fed[unit.name] = flows
        try:
            return unit.kind.design(self.parameters[unit.name], flows)
        except ValueError as error:
            where = unit.place(getattr(error, "key", ""))
            raise SolveError(f"{unit.name} ({unit.kind.name})", str(error), where) from error

    def _starved(self, unit: Unit) -> SolveError:
        """Why no rare earths enter a unit that must be designed: the feed or the unit where they end."""
        tail = f"so {unit.name} has nothing to be designed for"
        seen, pending = set(), list(unit.inlets.values())
        while pending:
            stream = pending.pop(0)
            if stream in seen:
                continue
            seen.add(stream)
            if stream in self.plan.feeds:
                if self.plan.feeds[stream].rate is None:
                    continue
                reason = f"it brings no rare earths, {tail}; check its rate"
                return SolveError(f"feed {stream}", reason, self.plan.feeds[stream].position)
            before = self.plan.units[stream.split(".")[0]]
            reaching = self.inflows.get(before.name, {})
            if any(flow[..., RE].any() for flow in reaching.values()):
                reason = f"it passes no rare earths on to {stream}, {tail}; check its recoveries"
                return SolveError(before.name, reason, before.position)
            pending += before.inlets.values()
        return SolveError(unit.name, "no rare earths enter it, so it cannot be designed", unit.position)

    def _feed(self, changes: Mapping[str, Array]) -> None:
        for name, feed in self.plan.feeds.items():
            own = _inside(changes, f"feeds.{name}")
            if feed.deposit is not None:
                from ..data import deposits

                nominal = feed.grade.nominal if feed.grade is not None else deposits()[feed.deposit].grade.value
                grade = own.get("grade", np.full(self.samples, nominal))
                recipe = self._recipe(feed, partial(feeds.ore, feed.deposit), grade)
            elif feed.minerals:
                recipe = self._minerals(feed, own)
            else:
                shares = {
                    formula: own.get(f"material.{formula}", np.full(self.samples, value.nominal))
                    for formula, value in feed.material.items()
                }
                recipe = self._recipe(feed, _material, shares) if shares else feeds.material({}, self.samples)
            if feed.rate is None:
                self.recipes[name] = recipe
                self.streams[name] = np.zeros_like(recipe)
            else:
                rate = own.get("rate", np.full(self.samples, feed.rate.nominal))
                self.streams[name] = rate[:, None, None] * recipe

    def _minerals(self, feed: Feed, own: Mapping[str, Array]) -> Array:
        """A feed of minerals that the file itself describes."""

        def values(table: str) -> dict[str, Array]:
            written: Mapping[str, Value] = getattr(feed, table)
            return {n: own.get(f"{table}.{n}", np.full(self.samples, v.nominal)) for n, v in written.items()}

        traces = [
            own.get(name, np.full(self.samples, value.nominal if value is not None else 0.0))
            for name, value in (("thorium", feed.thorium), ("uranium", feed.uranium))
        ]
        return self._recipe(feed, feeds.minerals_of, values("minerals"), values("distribution"), *traces)

    def _recipe(self, feed: Feed, make: Callable[..., Array], *given: Any) -> Array:
        """What a feed is made of, from arrays of shape (samples,); the error names every sample that is nothing."""
        try:
            return make(*given)
        except ValueError as error:
            place, refusals = f"feed {feed.name}", []
            for row, number in enumerate(self.numbers):
                try:
                    make(*pick(list(given), np.array([row])))
                except ValueError as own:
                    refusals.append(Refusal(int(number), place, str(own), feed.position))
            raise SolveError(place, str(error), feed.position, refusals[0].sample, refusals) from error

    def _single(self, name: str) -> None:
        unit = self.plan.units[name]
        inlets = {inlet: self.streams[stream] for inlet, stream in unit.inlets.items()}
        rows = np.arange(self.samples)
        outcome = self.evaluate(name, inlets, rows, {})
        self.take(name, inlets, outcome)

    def take(self, name: str, inlets: dict[str, Array], outcome: Outcome) -> None:
        """Keep a unit's outcome and its outlet streams."""
        unit = self.plan.units[name]
        for inlet, rate in outcome.demands.items():
            stream = unit.inlets[inlet]
            inlets[inlet] = rate[:, None, None] * self.recipes[stream]
            self.streams[stream] = inlets[inlet]
        self.outcomes[name] = outcome
        self.inflows[name] = inlets
        entering = np.concatenate([*inlets.values(), outcome.reagents], axis=1)
        leaving = np.einsum("nse,nsoe->noe", entering, outcome.shares)
        first = 0
        for outlet in unit.outlets:
            stream = f"{name}.{outlet}"
            last = first + len(self.graph.parts[stream])
            self.streams[stream] = leaving[:, first:last]
            first = last


def _material(shares: dict[str, Array]) -> Array:
    return feeds.material(shares, len(next(iter(shares.values()))))


def _inside(changes: Mapping[str, Array], name: str) -> dict[str, Array]:
    head = f"{name}."
    return {path[len(head) :]: values for path, values in changes.items() if path.startswith(head)}


def _solution(plan: Plan, graph: Network, cases: list[Case]) -> Solution:
    streams = {}
    for name in cases[0].streams:
        form = _form(plan, name)
        flow = np.concatenate([case.streams[name] for case in cases])
        streams[name] = Stream(name, form, graph.parts.get(name, BULK), flow, _carried(cases, name))
    units = {}
    for name, unit in plan.units.items():
        outcomes = [case.outcomes[name] for case in cases]
        lines, sizes = outcomes[0].lines, outcomes[0].sizes
        if len(outcomes) > 1:
            lines = tuple(
                Line(line.item, np.concatenate([o.lines[i].rate for o in outcomes]), line.unit, line.follows)
                for i, line in enumerate(lines)
            )
            sizes = tuple(Size.joined(parts) for parts in zip(*(o.sizes for o in outcomes), strict=True))
        units[name] = UnitResult(
            name=name,
            kind=unit.kind.name,
            stage=unit.stage,
            inlets=unit.inlets,
            outlets=tuple(unit.outlets),
            waste=frozenset(outlet for outlet, about in unit.outlets.items() if about.waste),
            lines=lines,
            details=outcomes[0].details if len(outcomes) == 1 else _joined([o.details for o in outcomes]),
            design=cases[0].designs.get(name, {}),
            sizes=sizes,
            region=unit.region,
        )
    reagents = {
        name: np.concatenate([case.outcomes[name].reagents.sum(axis=1) for case in cases]) for name in plan.units
    }
    numbers = np.concatenate([case.numbers for case in cases])
    closure = _closure(plan, graph, streams, units, reagents, numbers)
    iterations = int(max(case.iterations.max() for case in cases))
    routes = Routes(plan, graph, [case.outcomes for case in cases], streams)
    return Solution(plan, sum(c.samples for c in cases), streams, units, graph.takers, closure, iterations, routes)


def _carried(cases: list[Case], stream: str) -> dict[str, Array]:
    """The traits of a stream over all chunks: NaN for samples that do not say one; none that no sample says."""
    said = [case.traits.get(stream, {}) for case in cases]
    found = {
        name: np.concatenate(
            [one.get(name, np.full(case.samples, np.nan)) for one, case in zip(said, cases, strict=True)]
        )
        for name in dict.fromkeys(name for one in said for name in one)
    }
    return {name: values for name, values in found.items() if not np.isnan(values).all()}


def _joined(details: list[dict[str, Any]] | list[Mapping[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, first in details[0].items():
        if isinstance(first, np.ndarray) and first.ndim > 0 and all(key in one for one in details):
            out[key] = np.concatenate([one[key] for one in details])
        else:
            out[key] = first
    return out


def _form(plan: Plan, stream: str, seen: frozenset[str] = frozenset()) -> str:
    """What a stream is; one that only was mixed or shared is what went in, where all of that is alike."""
    if stream in plan.feeds:
        return plan.feeds[stream].form
    name, outlet = stream.split(".")
    unit = plan.units[name]
    form = unit.outlets[outlet].form
    if unit.kind.stage or name in seen:
        return form
    before = {_form(plan, one, seen | {name}) for one in unit.inlets.values()} - {form}
    return before.pop() if len(before) == 1 else form


def _closure(
    plan: Plan,
    graph: Network,
    streams: Mapping[str, Stream],
    units: Mapping[str, UnitResult],
    reagents: Mapping[str, Array],
    numbers: Indices,
) -> Closure:
    """Out against in, for each unit and for the whole; refuse what does not close."""
    none = np.zeros_like(next(iter(reagents.values())))
    whole_in = sum(reagents.values(), none) + sum((streams[name].elements for name in plan.feeds), none)
    # A feed that no unit takes enters and leaves at once.
    whole_out = sum((streams[name].elements for name, taker in graph.takers.items() if taker is None), none)
    errors = {"": _worst(whole_in, whole_out)}
    for name, unit in units.items():
        entering = reagents[name] + sum((streams[stream].elements for stream in unit.inlets.values()), none)
        leaving = sum((streams[f"{name}.{outlet}"].elements for outlet in unit.outlets), none)
        errors[name] = _worst(entering, leaving)
    most = np.max([error.max(axis=0, initial=0.0) for error in errors.values()], axis=0)
    occurs = np.logical_or(whole_in.any(axis=0), whole_out.any(axis=0)).tolist()
    for name, stream in streams.items():
        if stream.flow.min(initial=0.0) < 0.0:
            below = (stream.flow < 0.0).any(axis=(1, 2))
            raise _unsound(name, "a flow came out negative", _position(plan, name), numbers[below])
    by_element = {name: float(most[i]) for i, name in enumerate(ELEMENTS) if occurs[i] or most[i] > 0.0}
    by_unit = {name: float(error.max(initial=0.0)) for name, error in errors.items() if name}
    element = ELEMENTS[int(most.argmax())]
    worst = float(most.max())
    if not worst <= CLOSURE:
        where = max(by_unit, key=lambda name: by_unit[name])
        reason = f"the balance of {element} does not close: {worst:.3g} of its inflow"
        open_ = np.logical_or.reduce([~(error <= CLOSURE).all(axis=1) for error in errors.values()])
        raise _unsound(where, reason, plan.units[where].position, numbers[open_])
    return Closure(worst, element, by_element, by_unit)


def _unsound(name: str, reason: str, position: Position, samples: Indices) -> SolveError:
    refusals = [Refusal(int(sample), name, reason, position) for sample in samples]
    return SolveError(name, reason, position, refusals[0].sample, refusals)


def _position(plan: Plan, stream: str) -> Position:
    return plan.feeds[stream].position if stream in plan.feeds else plan.units[stream.split(".")[0]].position


def _worst(entering: Array, leaving: Array) -> Array:
    total = entering.sum(axis=1, keepdims=True)
    scale = np.where(entering > TRACE * total, entering, total)
    return np.asarray(np.abs(leaving - entering) / np.where(scale > 0.0, scale, 1.0))
