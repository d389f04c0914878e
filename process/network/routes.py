"""Where atoms go: shares of an element that reach a stream, or leave the flowsheet by each."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from didymium.kernels import network as kernel

from ..elements import INDEX
from ..operations.balance import Outcome
from ..plan import Plan
from ..stream import Stream
from .graph import Network

Array = NDArray[np.float64]


class Routes:
    """The split tables of a solved flowsheet, read as a walk of an atom from inlet to inlet."""

    def __init__(
        self, plan: Plan, graph: Network, outcomes: list[dict[str, Outcome]], streams: Mapping[str, Stream]
    ) -> None:
        self._plan, self._graph, self._outcomes, self._streams = plan, graph, outcomes, streams
        self._slots: dict[tuple[str, str], slice] = {}
        count = 0
        for unit in plan.units.values():
            for inlet, stream in unit.inlets.items():
                size = len(graph.parts[stream])
                self._slots[unit.name, inlet] = slice(count, count + size)
                count += size
        self._count = count

    def reach(self, element: str, to: str, source: str) -> Array:
        """Share of an element of `source` that enters the stream `to` at least once, 0..1, shape (samples,)."""
        self._known(to, source)
        if to == source:
            return np.ones(len(self._streams[source].flow))
        return self._walk(element, source, {to}).get(to, np.zeros(len(self._streams[source].flow)))

    def fates(self, element: str, source: str, stop: str | Collection[str] | None = None) -> dict[str, Array]:
        """Share of an element of `source` that leaves by each stream that no unit takes; shares sum to 1.

        What enters the stream `stop`, or one of several, counts as leaving by it.
        """
        stops = frozenset([stop] if isinstance(stop, str) else stop or ())
        self._known(source, *stops)
        if source in stops:
            return {source: np.ones(len(self._streams[source].flow))}
        return self._walk(element, source, stops)

    def _known(self, *names: str) -> None:
        for name in names:
            if name not in self._streams:
                raise KeyError(f"no stream {name!r}")

    def _walk(self, element: str, source: str, stops: Collection[str]) -> dict[str, Array]:
        """Amounts that leave by each final stream, `stops` counted among them, per unit of the element in `source`."""
        column = INDEX[element]
        start = self._streams[source].flow[:, :, column]
        total = start.sum(axis=1)
        if source in self._graph.takers and self._graph.takers[source] is None:
            return {source: np.where(total > 0.0, 1.0, 0.0)}
        out: dict[str, list[Array]] = {}
        first = 0
        for outcomes in self._outcomes:
            samples = len(next(iter(outcomes.values())).shares)
            here = start[first : first + samples]
            weight = np.divide(
                here,
                total[first : first + samples, None],
                out=np.zeros_like(here),
                where=total[first : first + samples, None] > 0.0,
            )
            for name, amount in self._chunk(outcomes, column, source, weight, stops).items():
                out.setdefault(name, []).append(amount)
            first += samples
        return {name: np.concatenate(amounts) for name, amounts in out.items()}

    def _chunk(
        self, outcomes: dict[str, Outcome], column: int, source: str, weight: Array, stops: Collection[str]
    ) -> dict[str, Array]:
        samples, count = len(weight), self._count
        shares = np.zeros((samples, count, count))
        leave = np.zeros((samples, count))
        inflow = np.zeros((samples, count))
        exits: list[tuple[str, slice, Array]] = []
        for name, outcome in outcomes.items():
            unit = self._plan.units[name]
            begin = self._slots[name, next(iter(unit.inlets))].start
            size = sum(len(self._graph.parts[stream]) for stream in unit.inlets.values())
            rows = slice(begin, begin + size)
            table = outcome.shares[:, :size, :, column]
            first = 0
            for outlet in unit.outlets:
                stream = f"{name}.{outlet}"
                width = len(self._graph.parts[stream])
                block = table[:, :, first : first + width]
                first += width
                taker = self._graph.takers[stream]
                if taker is None or stream in stops:
                    leave[:, rows] += block.sum(axis=2)
                    exits.append((stream, rows, block.sum(axis=2)))
                else:
                    shares[:, rows, self._slots[taker]] += block
        taker = self._graph.takers[source]
        assert taker is not None
        inflow[:, self._slots[taker]] = weight
        passed = np.empty((samples, count))
        trap = kernel.solve(shares, leave, inflow, passed, np.empty((count, count)), np.empty(count), np.empty(count))
        assert trap == (-1, -1), "a solved flowsheet has no closed loop"
        return {stream: (passed[:, rows] * block).sum(axis=1) for stream, rows, block in exits}
