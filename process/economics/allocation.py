"""What every stream costs: joint costs shared out along the flowsheet, recycles included.

For each unit, own cost + cost of its inlets = cost of its outlets. Costs keep the stage that caused them as a tag, and
each tag is shared out by its own table: a stream that goes back to an earlier stage carries only what that stage and
those before it have cost, because that is what it displaces. A unit that makes nothing but waste and by-products hands
what it costs back to the stages whose streams it treats. See docs/costs.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data import by_product_values, cost_rates, credits, oxide_price
from ..elements import INDEX, OXIDE_FACTOR, RARE_EARTHS, indices
from ..network.solution import Solution
from ..plan import STAGES
from ..stream import Stream
from ..sums import per_sample
from ..supply.capacity import added
from .circulation import Circulation
from .fate import Edge, losses
from .figures import Figures
from .pricebook import CostError
from .realisation import ORE, lost
from .stages import spread

Array = NDArray[np.float64]

CHUNK = 256
"""Samples solved at once; bounds the memory."""
KEPT = 1024
"""Samples up to which eliminated tables are kept from one product to the next: some 60 kB for each sample."""
ORDER: Mapping[str, int] = {name: i for i, name in enumerate(STAGES)}


@dataclass(frozen=True)
class _Outlet:
    """An outlet as an edge: from unit to unit (None where it leaves), and the last tag that it may carry.

    `goes_back` marks a stream to an earlier stage, `worthless` one that ends in waste, or as a by-product that is sold
    for a credit, however it goes on.
    """

    name: str
    source: int
    taker: int | None
    last_tag: int
    worthless: bool
    goes_back: bool


class Allocation:
    """The cost tables of a solved flowsheet: which share of a unit's cost each outlet carries, by tag.

    Tags are the stages in order, `ORDER`. Shares have shape (samples, outlets, tags); they sum to 1 over the outlets
    of a unit, but for a unit that only treats waste: `treated` says what share of its cost each unit before it takes
    back, (samples,), and its own outlets carry nothing.
    """

    def __init__(self, solution: Solution, figures: Figures | None = None) -> None:
        self.solution = solution
        self._figures = Figures() if figures is None else figures
        self.units = list(solution.units)
        self.basis = solution.plan.allocation
        self._place = {name: i for i, name in enumerate(self.units)}
        self.outlets = self._outlets()
        self.treated = self._treated()
        self.shares = self._shares()
        self._solved: dict[tuple[int, int], tuple[slice, Circulation]] = {}

    # -- the tables -------------------------------------------------------------------------------------------------

    def _outlets(self) -> list[_Outlet]:
        """Outlets in the order of units."""
        edges = []
        for name, unit in self.solution.units.items():
            for outlet in unit.outlets:
                stream = f"{name}.{outlet}"
                found = self.solution.takers.get(stream)
                worthless = outlet in unit.waste or self.solution.streams[stream].form in credits()
                edges.append((stream, name, None if found is None else found[0], worthless))
        useful: set[str] = set()
        while True:
            more = {
                source
                for _, source, taker, waste in edges
                if source not in useful and ((taker is None and not waste) or taker in useful)
            }
            if not more:
                break
            useful |= more
        out = []
        for stream, source, taker, waste in edges:
            own = ORDER[self.solution.units[source].stage]
            to = None if taker is None else ORDER[self.solution.units[taker].stage]
            out.append(
                _Outlet(
                    name=stream,
                    source=self._place[source],
                    taker=None if taker is None else self._place[taker],
                    last_tag=len(STAGES) - 1 if to is None or to >= own else to,
                    worthless=(waste if taker is None else taker not in useful),
                    goes_back=to is not None and to < own,
                )
            )
        return out

    def _treated(self) -> dict[int, dict[int, Array]]:
        """By unit that makes nothing of worth: the units that its cost goes back to, and their shares.

        A unit that only feeds of the file reach keeps its cost.
        """
        useful = {outlet.source for outlet in self.outlets if not outlet.worthless}
        idle = set(range(len(self.units))) - useful
        before: dict[int, list[_Outlet]] = {
            unit: [outlet for outlet in self.outlets if outlet.taker == unit and outlet.source != unit] for unit in idle
        }
        paid: set[int] = set()
        while True:
            more = {
                unit
                for unit in idle - paid
                if any(outlet.source in useful or outlet.source in paid for outlet in before[unit])
            }
            if not more:
                break
            paid |= more
        return {unit: self._payers(before[unit], useful, paid) for unit in paid}

    def _payers(self, taken: list[_Outlet], useful: set[int], paid: set[int]) -> dict[int, Array]:
        """Shares of a treatment's cost by unit, from the streams that it takes; they sum to 1.

        By the mass that each stage sends, within a stage as labour is spread; a treatment before it bears its own.
        """
        payers = [outlet for outlet in taken if outlet.source in useful or outlet.source in paid]
        flows = [per_sample(self.solution.streams[outlet.name].flow) for outlet in payers]
        total = added(flows, self.solution.samples)
        even = np.full_like(total, 1.0 / len(payers))
        names = {self.units[unit] for unit in useful}
        shares: dict[int, Array] = {}
        for outlet, flow in zip(payers, flows, strict=True):
            share = np.divide(flow, total, out=even.copy(), where=total > 0.0)
            source = self.solution.units[self.units[outlet.source]]
            whole = {source.name: np.ones_like(total)}
            for name, part in (
                spread(self.solution, source.stage, names) if outlet.source in useful else whole
            ).items():
                place = self._place[name]
                shares[place] = shares.get(place, np.zeros_like(total)) + share * part
        return shares

    def _returns(self) -> set[int]:
        """Units that only work up what later stages send back, such as a swarf leach."""
        feeds = self.solution.plan.feeds
        sources = {outlet.name: outlet.source for outlet in self.outlets}
        inlets = {
            self._place[name]: [sources[stream] for stream in unit.inlets.values() if stream not in feeds]
            for name, unit in self.solution.units.items()
            if not any(stream in feeds for stream in unit.inlets.values())
        }
        rank = [ORDER[self.solution.units[name].stage] for name in self.units]
        found: set[int] = set()
        while True:
            more = {
                unit
                for unit, before in inlets.items()
                if unit not in found and before and all(rank[one] > rank[unit] or one in found for one in before)
            }
            if not more:
                return found
            found |= more

    def _recovered(self, raw: Array) -> Array:
        """Share of an outlet's weight that comes back from the units that work up returns, (samples, outlets), 0..1.

        1 for an outlet that no such unit takes.
        """
        out = np.ones_like(raw)
        returns = self._returns()
        for _ in returns:  # longest way through them
            for unit in returns:
                taken = [i for i, outlet in enumerate(self.outlets) if outlet.taker == unit]
                made = [i for i, outlet in enumerate(self.outlets) if outlet.source == unit and not outlet.worthless]
                enters = added((raw[:, i] for i in taken), len(raw))
                leaves = added((raw[:, i] * out[:, i] for i in made), len(raw))
                share = np.divide(leaves, enters, out=np.zeros_like(enters), where=enters > 0.0)
                out[:, taken] = np.minimum(share, 1.0)[:, None]
        return out

    def _lost(self) -> Array:
        """What each outlet's weight loses because what becomes of it is sold mixed, (samples, outlets).

        By element, over the products that it ends in: rare earths that are still to be separated are worth what the
        plant makes of them. Ore loses nothing more: its weight is what ore fetches already.
        """
        samples, columns = self.solution.samples, indices(RARE_EARTHS)
        out = np.zeros((samples, len(self.outlets)))
        if self.basis == "mass":
            return out
        useful = {i: outlet for i, outlet in enumerate(self.outlets) if not outlet.worthless}
        streams = {i: self.solution.streams[outlet.name] for i, outlet in useful.items()}
        final = {i: lost(streams[i], self._figures) for i, outlet in useful.items() if outlet.taker is None}
        if not any(one.any() for one in final.values()):
            return out
        worths = {i: worths_by_element(self.solution, one, self._figures)[:, columns] for i, one in streams.items()}
        none = np.zeros(samples)
        edges = [Edge(one.source, one.taker, worths[i], final.get(i, none)) for i, one in useful.items()]
        fates = losses(edges, len(self.units), (samples, len(columns)))
        for i, outlet in useful.items():
            if streams[i].form == ORE:
                continue
            share = final[i][:, None] if outlet.taker is None else fates[outlet.taker]
            out[:, i] = per_sample(worths[i] * share)
        return out

    def _shares(self) -> Array:
        samples, tags = self.solution.samples, len(STAGES)
        raw = np.zeros((samples, len(self.outlets)))
        for i, outlet in enumerate(self.outlets):
            raw[:, i] = weight(self.solution, self.solution.streams[outlet.name], self._figures)
        recovered = self._recovered(raw)
        less = self._lost()
        shares = np.zeros((samples, len(self.outlets), tags))
        for unit in sorted(set(range(len(self.units))) - set(self.treated)):
            mine = [i for i, outlet in enumerate(self.outlets) if outlet.source == unit]
            own = raw[:, mine]
            worth = own - less[:, mine]
            if self.basis == "mass":
                own = worth = _or_mass(own, self.solution, [self.outlets[i] for i in mine])
            for tag in range(tags):
                outlets = [self.outlets[i] for i in mine]
                shares[:, mine, tag] = self._split(tag, own, worth, recovered[:, mine], outlets)
        return shares

    @staticmethod
    def _split(tag: int, weights: Array, worth: Array, recovered: Array, outlets: list[_Outlet]) -> Array:
        """Shares of one unit's outlets for one tag, shape (samples, outlets), which sum to 1.

        An outlet that goes back to an earlier stage carries what of it comes back, as a share of everything that
        leaves the unit, waste included, and nothing of later tags. The others share the rest by `worth`, their weight
        less what it loses where it is sold mixed; where none of them has any the first that is no waste takes it.
        Where every outlet goes back, all carry every tag.
        """
        samples = len(weights)
        useful = [i for i, outlet in enumerate(outlets) if not outlet.worthless]
        ahead = [i for i in useful if not outlets[i].goes_back]
        back = [i for i in useful if outlets[i].goes_back and tag <= outlets[i].last_tag] if ahead else []
        ahead = ahead or useful
        out = np.zeros_like(weights)
        if not ahead:
            out[:, 0] = 1.0
            return out
        everything = added(weights.T, samples)
        for i in back:
            returned = worth[:, i] * recovered[:, i]
            out[:, i] = np.divide(returned, everything, out=np.zeros(samples), where=everything > 0.0)
        left = np.maximum(1.0 - added(out.T, samples), 0.0)
        total = added((worth[:, i] for i in ahead), samples)
        for i in ahead:
            first = np.full(samples, 1.0 if i == ahead[0] else 0.0)
            out[:, i] = left * np.divide(worth[:, i], total, out=first, where=total > 0.0)
        return out

    # -- the solve --------------------------------------------------------------------------------------------------

    def _chunks(self, tag: int) -> Iterator[tuple[slice, Circulation]]:
        """What units pass on of a tag, in chunks of samples; kept where there are few samples."""
        count = len(self.units)
        for start in range(0, self.solution.samples, CHUNK):
            if (tag, start) in self._solved:
                yield self._solved[tag, start]
                continue
            part = slice(start, min(start + CHUNK, self.solution.samples))
            passed = np.zeros((part.stop - part.start, count, count))
            exits = np.zeros(passed.shape[:2])
            for unit, payers in self.treated.items():
                for payer, share in payers.items():
                    passed[:, unit, payer] += share[part]
            for i, outlet in enumerate(self.outlets):
                if outlet.taker is None:
                    exits[:, outlet.source] += self.shares[part, i, tag]
                else:
                    passed[:, outlet.source, outlet.taker] += self.shares[part, i, tag]
            found = part, Circulation.of(passed, exits)
            if self.solution.samples <= KEPT:
                self._solved[tag, start] = found
            yield found

    def streams(self, own: Array) -> dict[str, Array]:
        """USD/h that each outlet carries, shape (samples, tags), from the units' own costs (samples, units, tags).

        A unit's own costs include what its feeds cost.
        """
        totals = np.zeros_like(own)
        for tag in range(own.shape[2]):
            if not np.any(own[:, :, tag]):
                continue
            for part, circulation in self._chunks(tag):
                totals[part, :, tag] = circulation.totals(own[part, :, tag])
        return {
            outlet.name: np.asarray(totals[:, outlet.source, :] * self.shares[:, i, :])
            for i, outlet in enumerate(self.outlets)
        }

    def reach(self, stream: str) -> Array:
        """Share of each unit's own cost that ends up in a stream, by tag, shape (samples, units, tags).

        For a stream that leaves the flowsheet the shares are at most 1.
        """
        index = next((i for i, outlet in enumerate(self.outlets) if outlet.name == stream), None)
        if index is None:
            raise CostError(f"{stream} is not an outlet of a unit", "name a product that a unit makes")
        out = np.zeros((self.solution.samples, len(self.units), len(STAGES)))
        target = self.outlets[index].source
        for tag in range(len(STAGES)):
            for part, circulation in self._chunks(tag):
                wanted = np.zeros((part.stop - part.start, len(self.units)))
                wanted[:, target] = self.shares[part, index, tag]
                out[part, :, tag] = circulation.reach(wanted)
        return out

    def terminal(self) -> list[str]:
        """The outlets that leave the flowsheet."""
        return [outlet.name for outlet in self.outlets if outlet.taker is None]


def weight(solution: Solution, stream: Stream, figures: Figures | None = None) -> Array:
    """What a stream weighs in the allocation of its plan, shape (samples,).

    `value`: USD/h of its rare earths at the price of their oxides (in ore, at the share of it that ore is worth), and
    of listed by-products; `mass`: kg/h of rare-earth oxides.
    """
    if solution.plan.allocation == "mass":
        columns = indices(RARE_EARTHS)
        return per_sample(stream.elements[:, columns] * OXIDE_FACTOR[columns])
    return per_sample(worths_by_element(solution, stream, Figures() if figures is None else figures))


def worths_by_element(solution: Solution, stream: Stream, figures: Figures) -> Array:
    """USD/h of what a stream holds, by element, shape (samples, elements)."""
    elements, of = stream.elements, figures.of
    price = np.zeros((solution.samples, elements.shape[1]))
    for name in RARE_EARTHS:
        price[:, INDEX[name]] = of(f"oxide.{name}", oxide_price(name, solution.plan.year)) * OXIDE_FACTOR[INDEX[name]]
    if stream.form == ORE:
        price *= np.reshape(of("rate.ore_value", cost_rates()["ore_value"]), (-1, 1))
    for (form, name), fact in by_product_values().items():
        if form == stream.form:
            price[:, INDEX[name]] += of(f"by_product.{form}.{name}", fact)
    return np.asarray(elements * price)


def _or_mass(weights: Array, solution: Solution, outlets: list[_Outlet]) -> Array:
    """Weights by total mass in the samples where no outlet holds rare earths."""
    masses = np.zeros_like(weights)
    for i, outlet in enumerate(outlets):
        if not outlet.worthless:
            masses[:, i] = per_sample(solution.streams[outlet.name].flow)
    return np.asarray(np.where(np.any(weights > 0.0, axis=1, keepdims=True), weights, masses))
