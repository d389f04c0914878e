"""Units tied together by recycles: evaluate their shares, close the loop exactly, again until nothing moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from didymium.kernels import network as kernel

from ..elements import COUNT, ELEMENTS
from .anderson import Anderson
from .errors import SolveError

if TYPE_CHECKING:
    from ..operations.balance import Outcome
    from .solver import Case

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

TOLERANCE = 1e-12
FLOOR = 1e-15
"""A slot's element moves no more than `TOLERANCE` of itself, or `FLOOR` of the element's largest flow in the loop."""
PLATEAU = 1e3
PATIENCE = 8
"""A circuit near its neutral cut hands rounding on a thousandfold: a sample that moves by less than `PLATEAU`
tolerances and has not come closer for `PATIENCE` rounds stands as still as floating point lets it. Balances close to
rounding at any round."""
MOST_ROUNDS = 500
WILD = 1e6
"""A loop whose flows pass this multiple of the first sweep runs away: more comes back than it can use."""


class Loop:
    """One group of units. A slot is one part of one inlet; its inflow by element is what is sought."""

    def __init__(self, case: Case, members: tuple[str, ...]) -> None:
        self.case, self.members = case, members
        graph, plan = case.graph, case.plan
        self.slots: dict[tuple[str, str], slice] = {}
        count = 0
        for name in members:
            for inlet, stream in plan.units[name].inlets.items():
                size = len(graph.parts[stream])
                self.slots[name, inlet] = slice(count, count + size)
                count += size
        self.count = count
        self.targets = {name: self._targets(name) for name in members}
        self.inside = {f"{n}.{o}" for n in members for o in plan.units[n].outlets}
        self.outside = np.zeros((case.samples, count, COUNT))
        for (name, inlet), columns in self.slots.items():
            stream = plan.units[name].inlets[inlet]
            if stream not in self.inside and stream not in case.recipes:
                self.outside[:, columns] = case.streams[stream]

    def run(self) -> Indices:
        """Iterate every sample until its own slots stand still; returns the rounds of each."""
        case = self.case
        active = np.arange(case.samples)
        flow = self._sweep()
        rounds = np.zeros(case.samples, dtype=np.intp)
        done: list[tuple[Indices, dict[str, Outcome], Array]] = []
        mixer = Anderson()
        keep: dict[str, dict[str, Any]] = {name: {} for name in self.members}
        best = np.full(case.samples, np.inf)
        waited = np.zeros(case.samples, dtype=np.intp)
        most = WILD * flow.max(axis=(1, 2))
        while True:
            outcomes = {
                name: case.evaluate(name, self._inlets(name, flow), active, keep[name], tentative=True)
                for name in self.members
            }
            found = self._close(outcomes, active)
            moved = np.abs(found - flow)
            wild = np.flatnonzero(~(found.max(axis=(1, 2)) <= most[active]))
            if len(wild):
                self._sure(outcomes, flow, active, wild)
                self._unsettled(found[wild], moved[wild], active[wild])
            allowed = TOLERANCE * found + FLOOR * found.max(axis=1, keepdims=True)
            ratio = (moved / np.maximum(allowed, 1e-250)).max(axis=(1, 2))
            waited = np.where(ratio < best, 0, waited + 1)
            best = np.minimum(best, ratio)
            finished = (ratio <= 1.0) | ((ratio <= PLATEAU) & (waited >= PATIENCE))
            rounds[active] += 1
            if finished.any():
                rows = np.flatnonzero(finished)
                self._sure(outcomes, found, active, rows)
                done.append((active[rows], {n: _rows(o, rows) for n, o in outcomes.items()}, found[rows]))
            left = np.flatnonzero(~finished)
            if not len(left):
                break
            if rounds[active[left]].max() == MOST_ROUNDS:
                self._sure(outcomes, flow, active, left)
                self._unsettled(found[left], moved[left], active[left])
            flow = mixer.next(flow, found, left)
            active, best, waited = active[left], best[left], waited[left]
            for held in keep.values():
                for key, value in held.items():
                    held[key] = value[left]
        self._store(done)
        return rounds

    # -- inside ------------------------------------------------------------------------------------------------------

    def _sure(self, outcomes: dict[str, Outcome], found: Array, active: Indices, rows: Indices) -> None:
        """What was passed over on the way must not stand at the end: evaluate doubtful units once more, strictly."""
        for name, outcome in outcomes.items():
            doubtful = rows[outcome.doubtful[rows]]
            if len(doubtful):
                self.case.evaluate(name, self._inlets(name, found[doubtful]), active[doubtful], {})

    def _targets(self, name: str) -> list[slice | None]:
        """Where each outlet of a unit goes: slots of this loop, or out of it."""
        graph = self.case.graph
        out: list[slice | None] = []
        for outlet in self.case.plan.units[name].outlets:
            taker = graph.takers[f"{name}.{outlet}"]
            out.append(self.slots.get(taker) if taker is not None else None)
        return out

    def _inlets(self, name: str, flow: Array) -> dict[str, Array]:
        return {inlet: flow[:, self.slots[name, inlet]] for inlet in self.case.plan.units[name].inlets}

    def _sweep(self) -> Array:
        """A first guess: once through the units in file order, recycles empty at first."""
        flow = self.outside.copy()
        rows = np.arange(self.case.samples)
        for name in self.members:
            outcome = self.case.evaluate(name, self._inlets(name, flow), rows, {}, tentative=True)
            entering = np.concatenate([*self._entering(name, flow, outcome), outcome.reagents], axis=1)
            leaving = np.einsum("nse,nsoe->noe", entering, outcome.shares)
            for first, columns, size in self._outlets(name):
                if columns is not None:
                    flow[:, columns] += leaving[:, first : first + size]
        return flow

    def _entering(self, name: str, flow: Array, outcome: Outcome) -> list[Array]:
        unit = self.case.plan.units[name]
        return [
            outcome.demands[inlet][:, None, None] * self.case.recipes[stream][: len(flow)]
            if inlet in outcome.demands
            else flow[:, self.slots[name, inlet]]
            for inlet, stream in unit.inlets.items()
        ]

    def _outlets(self, name: str) -> list[tuple[int, slice | None, int]]:
        graph = self.case.graph
        out, first = [], 0
        for outlet, columns in zip(self.case.plan.units[name].outlets, self.targets[name], strict=True):
            size = len(graph.parts[f"{name}.{outlet}"])
            out.append((first, columns, size))
            first += size
        return out

    def _close(self, outcomes: dict[str, Outcome], active: Indices) -> Array:
        """Inflow of every slot, exact for these shares, reagents and demands."""
        case, samples = self.case, len(active)
        shares = np.zeros((samples, COUNT, self.count, self.count))
        leave = np.zeros((samples, COUNT, self.count))
        inflow = self.outside[active].copy()
        for name, outcome in outcomes.items():
            unit = case.plan.units[name]
            slots = sum(len(case.graph.parts[stream]) for stream in unit.inlets.values())
            rows = self.slots[name, next(iter(unit.inlets))].start
            from_reagents = np.einsum("nse,nsoe->noe", outcome.reagents, outcome.shares[:, slots:])
            by_element = outcome.shares[:, :slots].transpose(0, 3, 1, 2)
            for first, columns, size in self._outlets(name):
                block = by_element[..., first : first + size]
                if columns is None:
                    leave[:, :, rows : rows + slots] += block.sum(axis=3)
                else:
                    shares[:, :, rows : rows + slots, columns] += block
                    inflow[:, columns] += from_reagents[:, first : first + size]
            for inlet, rate in outcome.demands.items():
                recipe = case.recipes[unit.inlets[inlet]][active]
                inflow[:, self.slots[name, inlet]] = rate[:, None, None] * recipe
        out = np.empty((samples * COUNT, self.count))
        trap = kernel.solve(
            shares.reshape(-1, self.count, self.count),
            leave.reshape(-1, self.count),
            np.ascontiguousarray(inflow.transpose(0, 2, 1)).reshape(-1, self.count),
            out,
            np.empty((self.count, self.count)),
            np.empty(self.count),
            np.empty(self.count),
        )
        if trap[0] >= 0:
            self._trapped(*trap, active)
        return np.ascontiguousarray(out.reshape(samples, COUNT, self.count).transpose(0, 2, 1))

    def _trapped(self, case: int, slot: int, active: Indices) -> None:
        name = next(name for (name, _), columns in self.slots.items() if columns.start <= slot < columns.stop)
        element = ELEMENTS[case % COUNT]
        which = self.case.offset + int(active[case // COUNT])
        raise SolveError(
            self.case.place(name, which),
            f"{element} goes round and round and has no way out of the recycle",
            self.case.plan.units[name].position,
            which,
        )

    def _unsettled(self, found: Array, moved: Array, active: Indices) -> None:
        whole = np.maximum(found.sum(axis=2, keepdims=True), moved.sum(axis=2, keepdims=True))
        share = moved / np.where(whole > 0.0, whole, 1.0)
        sample, slot, element = (int(i) for i in np.unravel_index(int(np.argmax(share)), share.shape))
        (name, inlet), _ = next(item for item in self.slots.items() if item[1].start <= slot < item[1].stop)
        unit = self.case.plan.units[name]
        which = self.case.offset + int(active[sample])
        raise SolveError(
            self.case.place(name, which),
            f"the recycle does not settle: {ELEMENTS[element]} in {unit.inlets[inlet]} still moves by "
            f"{share[sample, slot, element]:.2g} of the stream; more may come back than it can use",
            unit.position,
            which,
        )

    def _store(self, done: list[tuple[Indices, dict[str, Outcome], Array]]) -> None:
        """Put the samples back in order and hand every unit its outcome."""
        from ..operations.balance import Outcome

        order = np.argsort(np.concatenate([rows for rows, _, _ in done]))
        flow = np.concatenate([found for _, _, found in done])[order]
        for name in self.members:
            outcomes = [outcome[name] for _, outcome, _ in done]

            def joined(arrays: list[Any]) -> Any:
                return np.concatenate(arrays)[order]

            lines = tuple(
                type(line)(line.item, joined([o.lines[i].rate for o in outcomes]), line.unit, line.follows)
                for i, line in enumerate(outcomes[0].lines)
            )
            details = {
                key: joined([o.details[key] for o in outcomes]) if isinstance(value, np.ndarray) else value
                for key, value in outcomes[0].details.items()
            }
            demands = {inlet: joined([o.demands[inlet] for o in outcomes]) for inlet in outcomes[0].demands}
            outcome = Outcome(
                joined([o.shares for o in outcomes]),
                joined([o.reagents for o in outcomes]),
                demands,
                lines,
                details,
                joined([o.doubtful for o in outcomes]),
                tuple(
                    type(size)(size.item, joined([o.sizes[i].value for o in outcomes]), size.unit, size.follows)
                    for i, size in enumerate(outcomes[0].sizes)
                ),
            )
            self.case.take(name, self._inlets(name, flow), outcome)


def _rows(outcome: Outcome, rows: Indices) -> Outcome:
    lines = tuple(type(line)(line.item, line.rate[rows], line.unit, line.follows) for line in outcome.lines)
    details = {k: v[rows] if isinstance(v, np.ndarray) else v for k, v in outcome.details.items()}
    demands = {inlet: rate[rows] for inlet, rate in outcome.demands.items()}
    sizes = tuple(type(size)(size.item, size.value[rows], size.unit, size.follows) for size in outcome.sizes)
    shares, reagents, doubtful = outcome.shares[rows], outcome.reagents[rows], outcome.doubtful[rows]
    return type(outcome)(shares, reagents, demands, lines, details, doubtful, sizes)
