"""Yields and costs of the stages of a solved flowsheet, read from its streams and routes; nothing is solved again.

See docs/theory_yields.md for what each stage takes and makes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..elements import RARE_EARTHS
from ..network.solution import Solution
from ..scenario import EXTRACTION
from .flowsheet_parts import HEAVY, MOSTLY, Region, heavies, own, parts
from .yield_costs import REJECTS, Money, PartCosts
from .yields import StageYield

if TYPE_CHECKING:
    from ..economics.cost import Cost

    Yields = dict[str, dict[str, float]]
    Products = Mapping[str, tuple[str, tuple[str, ...]]]

NOTABLE = 1e-3
"""Share of the rare earths that enter a metal, alloy, magnet or recycling stage below which an element is a trace."""
_CONCENTRATES = ("concentrate", "carbonate")
"""Forms of what a mine sells."""


def stage_yields(solution: Solution, cost: Cost, sample: int = 0) -> Mapping[str, StageYield]:
    """The yields and costs of every stage that a solved flowsheet has, of one sample.

    Keys: `mine` (ore to concentrate), `cracking` (to the feed of the first extraction unit), `extraction` (from there
    to oxides and heavies), `separation` (both in one), `light_separation` and `light_extraction` (the same with all
    from samarium on left together), `heavy_separation` (of these to single oxides, where the flowsheet makes any),
    `metal`, `alloy`, `magnet`, `recycling` (swarf or old magnets to oxides) and `leaching` (to the liquor that goes
    back to separation). Raises IndexError for a sample that there is not.
    """
    if not 0 <= sample < solution.samples:
        raise IndexError(f"there is no sample {sample} of {solution.samples}")
    reading = _Reading(solution, cost, sample)
    found = (
        *reading.mine(),
        *reading.separations(),
        *reading.metal(),
        *reading.alloy(),
        *reading.magnet(),
        *reading.recycling(),
    )
    return MappingProxyType({one.stage: one for one in found})


class _Reading:
    """One sample of a solved flowsheet while its stages are read."""

    def __init__(self, solution: Solution, cost: Cost, sample: int) -> None:
        self.solution, self.sample = solution, sample
        self.part = parts(solution)
        self.costs = PartCosts(solution, cost, self.part, sample)

    def region(self, *names: str) -> Region:
        return Region(self.solution, [unit for unit, part in self.part.items() if part in names], self.sample)

    def stage(
        self,
        name: str,
        yields: Mapping[str, Mapping[str, float]],
        inflow: Mapping[str, float],
        money: Money,
        made: float,
        per: str,
        note: str,
        composition: Mapping[str, float] = MappingProxyType({}),
    ) -> Iterator[StageYield]:
        """One stage that makes `made` kg/h of what costs are counted per; none where it makes nothing."""
        if made <= 0.0:
            return
        yield StageYield(
            stage=name,
            flowsheet=self.solution.plan.name,
            composition=MappingProxyType(dict(composition)),
            yields=MappingProxyType({element: MappingProxyType(forms) for element, forms in yields.items()}),
            usd_per_t=1000.0 * money.running / made,
            capital_usd_per_t_year=1000.0 * money.installed / (made * self.costs.hours),
            per=per,
            note=note,
            entering=MappingProxyType(shares(inflow)),
        )

    # -- stages -----------------------------------------------------------------------------------------------------

    def mine(self) -> Iterator[StageYield]:
        region = self.region("mine")
        sources = self._from(region, "feed")
        ends = [name for name in region.exits if self._taken(name, "cracking", "extraction") or self._concentrate(name)]
        inflow = _entering(region, sources)
        yields = _read(region, sources, dict.fromkeys(ends, "concentrate"))
        made = _entering(region, ends)
        note = "running cost of mine and mill without capital, less what by-products fetch; ore in the ground is free"
        per = "t of rare earths in concentrate"
        yield from self.stage("mine", yields, inflow, self.costs.of("mine"), _total(made), per, note, shares(made))

    def separations(self) -> Iterator[StageYield]:
        early, late, whole = self.region("cracking"), self.region("extraction"), self.region("cracking", "extraction")
        ores = [name for name in self._from(whole, "mine", "feed") if whole.entering("REO", [name]) > 0.0]
        liquors = [name for name in late.entries if self._kind_of_taker(name) in EXTRACTION]
        ends = self._products(late)
        fed, loaded = _entering(whole, ores), _entering(late, liquors)
        cracked = _read(early, ores, dict.fromkeys(liquors, "mixed"))
        oxides, extracted = _products_of(whole, ores, ends), _products_of(late, liquors, ends)
        cuts = self._cuts(late, ends)
        together, loaded_together = _together(whole, ores, cuts), _together(late, liquors, cuts)
        finished = {
            element: {"oxide": min(extracted[element]["oxide"] / share, 1.0)}
            for element, share in loaded_together.items()
            if extracted.get(element, {}).get("oxide", 0.0) > 0.0
        }
        cracking, extraction = self.costs.of("cracking"), self.costs.of("extraction")
        made, of_ore = _leaving(extracted, loaded), _leaving(oxides, fed)
        both = cracking.plus(extraction, of_ore / made) if made > 0.0 else cracking
        per, note = "t of rare earths in its products", "running cost without {} and capital; all products bear alike"
        ore, liquor = note.format("concentrate"), note.format("liquor")
        dear = f"{liquor}, though the heavy circuits cost more per t of what they make"
        heavy = {element: loaded[element] * share for element, share in loaded_together.items()}
        in_liquor = "t of rare earths in liquor"
        yield from self.stage("cracking", cracked, fed, cracking, _leaving(cracked, fed), in_liquor, ore)
        yield from self.stage("separation", oxides, fed, both, of_ore, per, ore)
        yield from self.stage("extraction", extracted, loaded, extraction, made, per, liquor)
        yield from self.stage("light_separation", _light(oxides, together), fed, both, of_ore, per, ore)
        light = _light(extracted, loaded_together)
        yield from self.stage("light_extraction", light, loaded, extraction, made, per, liquor)
        if finished:
            yield from self.stage("heavy_separation", finished, heavy, extraction, made, per, dear)

    def metal(self) -> Iterator[StageYield]:
        region = self.region("metal")
        ends = [name for name in region.exits if self._taken(name, "alloy") or self._sold(name, "metal")]
        yields = _read(region, region.entries, dict.fromkeys(ends, "metal"), NOTABLE)
        inflow, made = _entering(region, region.entries), _total(_entering(region, ends))
        per, note = "t of rare earths in metal", "running cost without oxide and capital"
        yield from self.stage("metal", yields, inflow, self.costs.of("metal"), made, per, note)

    def alloy(self) -> Iterator[StageYield]:
        region = self.region("alloy")
        sources = self._from(region, "metal", "feed")
        powders = [name for name in region.exits if self._taken(name, "magnet") and not self._rejected(name)]
        yields = _read(region, sources, {**self._rejects(region), **dict.fromkeys(powders, "alloy")}, NOTABLE)
        made = sum(region.stream(name).mass() for name in powders)
        note = "running cost without metal and capital, per t of all powder, that of remelted rejects included"
        inflow = _entering(region, sources)
        yield from self.stage("alloy", yields, inflow, self.costs.of("alloy"), made, "t of alloy powder", note)

    def magnet(self) -> Iterator[StageYield]:
        # Rejects that are remelted stay in this region until they are magnets, swarf or lost.
        region, stage = self.region("alloy", "magnet"), self.region("magnet")
        sources = self._from(stage, "alloy")
        magnets = [name for name in stage.exits if self._sold(name, "magnet")]
        yields = _read(region, sources, {**self._rejects(region), **dict.fromkeys(magnets, "magnet")}, NOTABLE)
        for element, share in self._diffused(stage, magnets):
            yields.setdefault(element, {})["diffused"] = share
        made = sum(stage.stream(name).mass() for name in magnets)
        note = "running cost without alloy, diffused rare earths and capital; rejects are remelted at no cost here"
        inflow = _entering(stage, sources)
        yield from self.stage("magnet", yields, inflow, self.costs.of("magnet"), made, "t of finished magnets", note)

    def recycling(self) -> Iterator[StageYield]:
        near, late = self.region("recycling"), self.region("extraction")
        far = self.region("recycling", "cracking", "extraction")
        liquors = [name for name in near.exits if self._taken(name, "cracking", "extraction", "metal", "alloy")]
        leached = _read(near, near.entries, dict.fromkeys(liquors, "mixed"), NOTABLE)
        ends = self._products(far)
        won = _products_of(far, near.entries, ends, NOTABLE)
        inflow = _entering(near, near.entries)
        into = [name for name in late.entries if self._kind_of_taker(name) in EXTRACTION]
        shared = _leaving(_products_of(late, into, ends), _entering(late, into))
        oxides, own_cost = _leaving(won, inflow), self.costs.of("recycling")
        both = own_cost.plus(self.costs.of("extraction"), oxides / shared) if shared > 0.0 else own_cost
        note = "running cost without swarf or old magnets and capital"
        part = f"{note}; with its part of the extraction"
        yield from self.stage("recycling", won, inflow, both, oxides, "t of rare earths in oxides", part)
        mixed = _leaving(leached, inflow)
        yield from self.stage("leaching", leached, inflow, own_cost, mixed, "t of rare earths in liquor", note)

    # -- streams ----------------------------------------------------------------------------------------------------

    def _from(self, region: Region, *names: str) -> list[str]:
        """Entries of a region that come from some parts; from feeds where `feed` is among the names."""
        return [name for name in region.entries if self.part.get(name.partition(".")[0], "feed") in names]

    def _taken(self, stream: str, *names: str) -> bool:
        """Whether a unit of some parts takes a stream."""
        taker = self.solution.takers.get(stream)
        return taker is not None and self.part[taker[0]] in names

    def _kind_of_taker(self, stream: str) -> str:
        taker = self.solution.takers.get(stream)
        return "" if taker is None else self.solution.units[taker[0]].kind

    def _waste(self, stream: str) -> bool:
        unit, _, outlet = stream.partition(".")
        return outlet in self.solution.units[unit].waste

    def _sold(self, stream: str, form: str) -> bool:
        """Whether a stream of a form leaves the flowsheet and is no waste."""
        terminal = self.solution.takers.get(stream) is None
        return terminal and not self._waste(stream) and self.solution.streams[stream].form == form

    def _concentrate(self, stream: str) -> bool:
        return any(self._sold(stream, form) for form in _CONCENTRATES)

    def _rejected(self, stream: str) -> bool:
        """Whether a stream is swarf or scrap that somebody works up."""
        return self._taken(stream, "recycling") or any(self._sold(stream, form) for form in REJECTS)

    def _rejects(self, region: Region) -> dict[str, str]:
        return {name: "swarf" for name in region.exits if self._rejected(name)}

    def _products(self, region: Region) -> Products:
        """What leaves a separation as a product: its form and the elements that count in it."""
        out = {}
        for name in region.exits:
            stream = region.stream(name)
            if self._waste(name) or stream.oxide() <= 0.0:
                continue
            if names := own(stream):
                out[name] = ("oxide", names)
            elif heavies(stream):
                out[name] = ("heavy", HEAVY)
        return out

    def _cuts(self, region: Region, ends: Products) -> list[str]:
        """The outlets of extraction that hold mostly heavies; none where no product is a single heavy's."""
        if not any(form == "oxide" and set(names) & set(HEAVY) for form, names in ends.values()):
            return []
        units = [unit for unit in region.units if self.solution.units[unit].kind in EXTRACTION]
        outlets = [f"{unit}.{outlet}" for unit in units for outlet in self.solution.units[unit].outlets]
        return [name for name in outlets if not self._waste(name) and region.stream(name).purity(*HEAVY) >= MOSTLY]

    def _diffused(self, region: Region, magnets: Collection[str]) -> Iterator[tuple[str, float]]:
        """Share of each heavy rare earth laid on in grain-boundary diffusion that ends in finished magnets."""
        for unit in self.solution.units.values():
            if unit.kind != "grain_boundary_diffusion":
                continue
            after, feed = f"{unit.name}.magnets", unit.inlets["feed"]
            outlets = [f"{unit.name}.{outlet}" for outlet in unit.outlets]
            for element in ("Tb", "Dy"):
                fed = region.amount(feed, element)
                laid = region.entering(element, outlets) - fed
                if laid <= NOTABLE * fed:
                    continue
                kept = region.walk(element, [feed], [after]).get(after, 0.0) * fed
                onward = region.walk(element, [after])
                ends = 1.0 if after in magnets else sum(onward.get(name, 0.0) for name in magnets)
                yield element, (region.amount(after, element) - kept) / laid * ends


def shares(amounts: Mapping[str, float]) -> dict[str, float]:
    """Amounts as shares of their sum, those of nothing left out; empty where there is nothing at all.

    >>> shares({"Nd": 3.0, "Pr": 1.0, "Dy": 0.0})
    {'Nd': 0.75, 'Pr': 0.25}
    """
    total = _total(amounts)
    return {name: value / total for name, value in amounts.items() if value > 0.0}


def _total(amounts: Mapping[str, float]) -> float:
    return sum(amounts.values())


def _entering(region: Region, streams: Iterable[str]) -> dict[str, float]:
    """kg/h by rare earth in some streams."""
    streams = list(streams)
    return {element: region.entering(element, streams) for element in RARE_EARTHS}


def _leaving(yields: Mapping[str, Mapping[str, float]], inflow: Mapping[str, float]) -> float:
    """kg/h of rare earths that leave in all forms."""
    return sum(inflow[element] * sum(forms.values()) for element, forms in yields.items())


def _read(region: Region, sources: Iterable[str], forms: Mapping[str, str], least: float = 0.0) -> Yields:
    """Shares by element and form of what some streams bring; elements below a share of it are left out."""
    sources = list(sources)
    inflow = _entering(region, sources)
    out: Yields = {}
    for element, amount in inflow.items():
        if amount > 0.0 and amount >= least * _total(inflow):
            walked = region.walk(element, sources, forms)
            found = dict.fromkeys(forms.values(), 0.0)
            for name, form in forms.items():
                found[form] = min(found[form] + walked.get(name, 0.0), 1.0)
            out[element] = found
    return out


def _products_of(region: Region, sources: Iterable[str], ends: Products, least: float = 0.0) -> Yields:
    """Shares by element of what some streams bring that leave in a product of their own, or in one of heavies."""
    sources = list(sources)
    inflow = _entering(region, sources)
    out: Yields = {}
    for element, amount in inflow.items():
        if amount > 0.0 and amount >= least * _total(inflow):
            walked, found = region.walk(element, sources), dict[str, float]()
            for name, (form, names) in ends.items():
                if element in names:
                    found[form] = min(found.get(form, 0.0) + walked.get(name, 0.0), 1.0)
            out[element] = {form: share for form, share in found.items() if share > 0.0}
    return out


def _together(region: Region, sources: Iterable[str], cuts: Collection[str]) -> dict[str, float]:
    """Share of each heavy rare earth of some streams that enters the first of the cuts on its way."""
    sources = list(sources)
    walked = {element: region.walk(element, sources, cuts) for element in HEAVY} if cuts else {}
    found = {element: min(sum(ends.get(name, 0.0) for name in cuts), 1.0) for element, ends in walked.items()}
    return {element: share for element, share in found.items() if share > 0.0}


def _light(whole: Yields, together: Mapping[str, float]) -> Yields:
    """A separation that leaves the heavies together; its own yields where it makes no single ones."""
    if not together:
        return {element: dict(forms) for element, forms in whole.items()}
    heavy: Yields = {element: {"heavy": share} for element, share in together.items()}
    return {**{element: dict(forms) for element, forms in whole.items() if element not in HEAVY}, **heavy}
