"""Units tied together by recycles: evaluate their shares, close the loop exactly, again until nothing moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from didymium.kernels import network as kernel

from ..elements import COUNT, ELEMENTS
from .anderson import Anderson
from .errors import Refusal, SolveError

if TYPE_CHECKING:
    from ..operations.balance import Outcome
    from .solver import Case

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Route = tuple[slice, slice | None, slice | None]
"""An outlet's columns in its unit's shares, the slots of the loop that it goes to, and its place among the torn."""

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
        self.rows: dict[str, slice] = {}
        count = 0
        for name in members:
            begin = count
            for inlet, stream in plan.units[name].inlets.items():
                size = len(graph.parts[stream])
                self.slots[name, inlet] = slice(count, count + size)
                count += size
            self.rows[name] = slice(begin, count)
        self.count = count
        self.inside = {f"{n}.{o}" for n in members for o in plan.units[n].outlets}
        self.outside = np.zeros((case.samples, count, COUNT))
        for (name, inlet), columns in self.slots.items():
            stream = plan.units[name].inlets[inlet]
            if stream not in self.inside and stream not in case.recipes:
                self.outside[:, columns] = case.streams[stream]
        self.routes: dict[str, list[Route]] = {}
        torn: list[int] = []
        for place, name in enumerate(members):
            self.routes[name] = []
            first = 0
            for outlet in plan.units[name].outlets:
                stream = f"{name}.{outlet}"
                last = first + len(graph.parts[stream])
                taker = graph.takers[stream]
                into = self.slots.get(taker) if taker is not None else None
                back = None
                if into is not None and taker is not None and members.index(taker[0]) <= place:
                    back = slice(len(torn), len(torn) + last - first)
                    torn += range(into.start, into.stop)
                self.routes[name].append((slice(first, last), into, back))
                first = last
        self.torn = np.array(torn, dtype=np.intp)
        self.lost: list[Indices] = []

    def run(self) -> None:
        """Iterate every sample until its own slots stand still; those that cannot are refused by the case."""
        case = self.case
        active = np.arange(case.samples)
        rounds = np.zeros(case.samples, dtype=np.intp)
        done: list[tuple[Indices, dict[str, Outcome], Array]] = []
        mixer = Anderson()
        keep: dict[str, dict[str, Any]] = {name: {} for name in self.members}
        best = np.full(case.samples, np.inf)
        waited = np.zeros(case.samples, dtype=np.intp)
        flow, outcomes, arrived = self._sweep(self.outside[:, self.torn], active, keep)
        most = WILD * np.maximum(flow.max(axis=(1, 2)), arrived.max(axis=(1, 2), initial=0.0))
        flow, outcomes, _ = self._sweep(arrived, active, keep)
        while True:
            found = self._close(outcomes, active)
            moved = np.abs(found - flow)
            wild = ~(found.max(axis=(1, 2)) <= most[active])
            if wild.any():
                self._give_up(outcomes, flow, found, moved, active, np.flatnonzero(wild))
            allowed = TOLERANCE * found + FLOOR * found.max(axis=1, keepdims=True)
            ratio = (moved / np.maximum(allowed, 1e-250)).max(axis=(1, 2))
            waited = np.where(ratio < best, 0, waited + 1)
            best = np.minimum(best, ratio)
            finished = ((ratio <= 1.0) | ((ratio <= PLATEAU) & (waited >= PATIENCE))) & ~wild
            rounds[active] += 1
            if finished.any():
                rows = self._sound(outcomes, found, active, np.flatnonzero(finished))
                if len(rows):
                    done.append((active[rows], _of_rows(outcomes, rows, len(active)), found[rows]))
            left = np.flatnonzero(~finished & ~wild)
            if not len(left):
                break
            if rounds[active[left]].max() == MOST_ROUNDS:
                self._give_up(outcomes, flow, found, moved, active, left)
                break
            torn = mixer.next(flow[:, self.torn], found[:, self.torn], left)
            if len(left) < len(active):
                active, best, waited = active[left], best[left], waited[left]
                for held in keep.values():
                    for key, value in list(held.items()):
                        # What is kept whole, not by samples, is of samples that are no longer all there.
                        if isinstance(value, np.ndarray):
                            held[key] = value[left]
                        else:
                            del held[key]
            flow, outcomes, _ = self._sweep(torn, active, keep)
        case.iterations += rounds
        if self.lost:
            case.drop(np.unique(np.concatenate(self.lost)))
        if done:
            self._store(done)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _sure(self, outcomes: dict[str, Outcome], found: Array, active: Indices, rows: Indices) -> None:
        """What was passed over on the way must not stand at the end: evaluate doubtful units once more, strictly."""
        for name, outcome in outcomes.items():
            doubtful = rows[outcome.doubtful[rows]]
            if len(doubtful):
                self.case.evaluate(name, self._inlets(name, found[doubtful]), active[doubtful], {})

    def _sound(self, outcomes: dict[str, Outcome], found: Array, active: Indices, rows: Indices) -> Indices:
        """Those of the rows that `_sure` has nothing against."""
        while len(rows):
            try:
                self._sure(outcomes, found, active, rows)
                break
            except SolveError as error:
                rows = np.setdiff1d(rows, self._lose(error, active))
        return rows

    def _give_up(
        self, outcomes: dict[str, Outcome], flow: Array, found: Array, moved: Array, active: Indices, rows: Indices
    ) -> None:
        """Refuse rows that run away or never stand still: for what a unit says of them, where one does."""
        rows = self._sound(outcomes, flow, active, rows)
        if len(rows):
            self._lose(self._unsettled(found[rows], moved[rows], active[rows]), active)

    def _lose(self, error: SolveError, active: Indices) -> Indices:
        """Rows that the case goes on without; raises the error where it may not."""
        gone = self.case.refuse(error)
        self.lost.append(gone)
        return np.flatnonzero(np.isin(active, gone))

    def _inlets(self, name: str, flow: Array) -> dict[str, Array]:
        return {inlet: flow[:, self.slots[name, inlet]] for inlet in self.case.plan.units[name].inlets}

    def _sweep(
        self, torn: Array, active: Indices, keep: dict[str, dict[str, Any]]
    ) -> tuple[Array, dict[str, Outcome], Array]:
        """Once through the units in order, each on what those before it send; `torn` is what comes back to them.

        Returns the inflows that the units were evaluated at, their outcomes and what now comes back.
        """
        flow = self.outside[active]
        flow[:, self.torn] = torn
        back = torn.copy()
        outcomes = {}
        for name in self.members:
            outcome = self.case.evaluate(name, self._inlets(name, flow), active, keep[name], tentative=True)
            outcomes[name] = outcome
            for inlet, rate in outcome.demands.items():
                recipe = self.case.recipes[self.case.plan.units[name].inlets[inlet]][active]
                flow[:, self.slots[name, inlet]] = rate[:, None, None] * recipe
            entering = np.concatenate([flow[:, self.rows[name]], outcome.reagents], axis=1)
            leaving = np.einsum("nse,nsoe->noe", entering, outcome.shares)
            for which, columns, returned in self.routes[name]:
                if returned is not None:
                    back[:, returned] = leaving[:, which]
                elif columns is not None:
                    flow[:, columns] = leaving[:, which]
        return flow, outcomes, back

    def _close(self, outcomes: dict[str, Outcome], active: Indices) -> Array:
        """Inflow of every slot, exact for these shares, reagents and demands."""
        case, samples = self.case, len(active)
        shares = np.zeros((samples, COUNT, self.count, self.count))
        leave = np.zeros((samples, COUNT, self.count))
        inflow = self.outside[active].copy()
        for name, outcome in outcomes.items():
            unit = case.plan.units[name]
            rows = self.rows[name]
            slots = rows.stop - rows.start
            from_reagents = np.einsum("nse,nsoe->noe", outcome.reagents, outcome.shares[:, slots:])
            by_element = outcome.shares[:, :slots].transpose(0, 3, 1, 2)
            for which, columns, _ in self.routes[name]:
                block = by_element[..., which]
                if columns is None:
                    leave[:, :, rows] += block.sum(axis=3)
                else:
                    shares[:, :, rows, columns] += block
                    inflow[:, columns] += from_reagents[:, which]
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
        which = int(self.case.numbers[active[case // COUNT]])
        reason = f"{element} goes round and round and has no way out of the recycle"
        position = self.case.plan.units[name].position
        refusal = Refusal(which, name, reason, position)
        raise SolveError(self.case.place(name, which), reason, position, which, [refusal])

    def _unsettled(self, found: Array, moved: Array, active: Indices) -> SolveError:
        """What still moves, sample by sample; the error is that of the one that moves most."""
        whole = np.maximum(found.sum(axis=2, keepdims=True), moved.sum(axis=2, keepdims=True))
        share = moved / np.where(whole > 0.0, whole, 1.0)
        refusals = [self._moving(share[i], int(self.case.numbers[active[i]])) for i in range(len(share))]
        worst = refusals[int(np.argmax(share.max(axis=(1, 2))))]
        place = self.case.place(worst.unit, worst.sample)
        return SolveError(place, worst.reason, worst.position, worst.sample, refusals)

    def _moving(self, share: Array, sample: int) -> Refusal:
        slot, element = (int(i) for i in np.unravel_index(int(np.argmax(share)), share.shape))
        (name, inlet), _ = next(item for item in self.slots.items() if item[1].start <= slot < item[1].stop)
        unit = self.case.plan.units[name]
        return Refusal(
            sample,
            name,
            f"the recycle does not settle: {ELEMENTS[element]} in {unit.inlets[inlet]} still moves by "
            f"{share[slot, element]:.2g} of the stream; more may come back than it can use",
            unit.position,
        )

    def _store(self, done: list[tuple[Indices, dict[str, Outcome], Array]]) -> None:
        """Put the samples back in order and hand every unit its outcome."""
        if len(done) == 1:
            _, last, flow = done[0]
            for name, outcome in last.items():
                self.case.take(name, self._inlets(name, flow), outcome)
            return
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
                    type(parts[0]).joined(parts).at(order) for parts in zip(*(o.sizes for o in outcomes), strict=True)
                ),
            )
            self.case.take(name, self._inlets(name, flow), outcome)


def _of_rows(outcomes: dict[str, Outcome], rows: Indices, count: int) -> dict[str, Outcome]:
    if len(rows) == count:
        return outcomes
    return {name: _rows(outcome, rows) for name, outcome in outcomes.items()}


def _rows(outcome: Outcome, rows: Indices) -> Outcome:
    lines = tuple(type(line)(line.item, line.rate[rows], line.unit, line.follows) for line in outcome.lines)
    details = {k: v[rows] if isinstance(v, np.ndarray) else v for k, v in outcome.details.items()}
    demands = {inlet: rate[rows] for inlet, rate in outcome.demands.items()}
    sizes = tuple(size.at(rows) for size in outcome.sizes)
    shares, reagents, doubtful = outcome.shares[rows], outcome.reagents[rows], outcome.doubtful[rows]
    return type(outcome)(shares, reagents, demands, lines, details, doubtful, sizes)
