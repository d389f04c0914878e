"""What a scenario file says, read and checked: plants, demand, trade rules and stockpiles of many regions by year.

`files/` makes a `Scenario` from a file; `supply/` builds and solves the chain. Masses are t/year unless said otherwise,
shares 0..1; positions keep the way back to the line that said it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .plan import Position
    from .quantities import Value

SUPPLY_STAGES = ("mine", "cracking", "separation", "heavy_separation", "metal", "alloy", "magnet", "recycling")
"""The stages of a chain of many plants. A flowsheet's separation covers cracking and both separations."""

EXTRACTION = ("solvent_extraction", "extraction_circuit", "separation_train")
"""Kinds of unit that separate rare earths from each other."""
RECYCLING = ("swarf_leach", "magnet_collection", "hydrogen_recycling")
"""Kinds of unit that take old or rejected magnets."""

Objective = Literal["unmet", "magnets", "cost"]
Status = Literal["running", "building", "announced"]


def _none() -> Mapping[str, Value]:
    return MappingProxyType({})


def without_stages(flowsheet: str, stages: Sequence[str], has: Collection[str]) -> str:
    """That a flowsheet has not the stages that plants ask of it.

    >>> without_stages("works", ["mine", "separation"], {"magnet", "alloy", "leaching"})
    'works has no mine and no separation; it has alloy, magnet'
    """
    own = ", ".join(stage for stage in SUPPLY_STAGES if stage in has)
    return f"{flowsheet} has no {' and no '.join(stages)}; it has {own or 'no stage of a chain'}"


@dataclass(frozen=True, slots=True)
class Series:
    """A number by calendar year: linear between the years given, held before the first and after the last."""

    points: Mapping[int, Value]

    def at(self, year: float) -> float:
        """The number in a year, in the unit of its values.

        >>> from didymium.quantities import Value
        >>> Series({2020: Value(10.0), 2030: Value(20.0)}).at(2025)
        15.0
        """
        years = sorted(self.points)
        if year <= years[0]:
            return self.points[years[0]].nominal
        for before, after in pairwise(years):
            if year <= after:
                share = (year - before) / (after - before)
                return (1.0 - share) * self.points[before].nominal + share * self.points[after].nominal
        return self.points[years[-1]].nominal

    @property
    def first(self) -> int:
        """The first year given."""
        return min(self.points)


@dataclass(frozen=True, slots=True)
class PlantStage:
    """One stage of a plant: how much it can make, since when, and what it yields.

    `capacity` is t/year of what `counts` names: `REO` of mixed rare earths leaving (mine, cracking) or entering
    (separation), an element or group such as `NdPr` or `Dy + Tb` as oxide leaving a separation or fed to a metal
    stage, or `mass` of what leaves (metal, alloy, magnet) or enters (recycling). `start` is a calendar date as a
    fraction of years (2026.5: July 2026), `stop` likewise. `ramp` holds the shares of nameplate in the first, second,
    … year of running; the last holds from then on. `delay` is years of slip against `start`, `success` the
    probability that it is built at all. `flowsheet` gives yields and costs, `yields` replaces single ones: share of an
    element or group that enters which leaves as product. `deposits` are the ores it may take (a mine: makes), `makes`
    the kinds of magnets (alloy and magnet stages), empty: all. `least` is the smallest share of its effective capacity
    that it must run at. `region` is the stage's own where the plant spans several.
    """

    stage: str
    capacity: Value
    counts: str
    start: float
    position: Position
    region: str
    stop: float | None = None
    ramp: tuple[Value, ...] = ()
    availability: Value | None = None
    status: Status = "running"
    delay: Value | None = None
    success: Value | None = None
    flowsheet: str = ""
    yields: Mapping[str, Value] = field(default_factory=_none)
    deposits: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    least: Value | None = None
    running_cost: Value | None = None
    places: Mapping[str, Position] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class SitePlant:
    """A plant of one owner: its stages by name, each with a nameplate of its own."""

    name: str
    owner: str
    region: str
    stages: Mapping[str, PlantStage]
    position: Position
    note: str = ""


@dataclass(frozen=True, slots=True)
class MagnetKind:
    """A kind of magnet: rare earths in t per t of finished magnet, by element or group.

    `diffused` names those that enter by grain-boundary diffusion, at the magnet stage; the others enter the alloy.
    Families: `NdFeB`, `SmCo`, `iron_nitride` (which holds none).
    """

    name: str
    family: str
    content: Mapping[str, Value]
    diffused: tuple[str, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Substitute:
    """Another kind of magnet that may serve a demand: `each` t of it for 1 t, for at most a share of the demand."""

    magnet: str
    each: Value
    at_most: Series
    position: Position


@dataclass(frozen=True, slots=True)
class EndUse:
    """What an end use of a region asks for: `tonnes` of a kind of magnet by year, or of an oxide.

    `good` is a kind of magnet, or text such as `Ce oxide`. `tonnes` are t/year (number × mass of each, where the file
    gives both). `life` is years in service, with its spread; `collected` the share of old magnets that comes back.
    `must` says that the demand has to be met. `weight` ranks end uses in the least unmet demand.
    """

    region: str
    use: str
    good: str
    tonnes: Series
    position: Position
    substitutes: tuple[Substitute, ...] = ()
    life: Value | None = None
    collected: Series | None = None
    must: bool = False
    weight: float = 1.0
    number: Series | None = None
    each: Value | None = None


@dataclass(frozen=True, slots=True)
class TradeRule:
    """One rule of trade, off where `active` is False. It holds for goods that go from `origin` to `to` regions.

    `goods` are texts as `goods.good_names` reads them (`Dy oxide`, `metals`, `magnets`); empty means every good. `to`
    empty means every other region. `first` and `last` are calendar dates as fractions of years. By kind:

    - `ban`: nothing goes; with `uses` only what those end uses take, directly or inside other goods;
    - `quota`: `limit` t in each period, by (year, quarter 1..4); quarter 0 is the whole year;
    - `licence`: goods arrive `delay` (years) later; `granted` is the share of a region's use that gets a licence,
      `buyers` the regions that get one at all (empty: all);
    - `tariff`: `rate` of the value, on what `to` regions import;
    - `content`: what `to` regions (or `uses`) take may hold at most `threshold` by value of elements of the origin.
    """

    name: str
    kind: Literal["ban", "quota", "licence", "tariff", "content"]
    origin: tuple[str, ...]
    position: Position
    to: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    first: float = -1e9
    last: float = 1e9
    active: bool = True
    limit: Mapping[tuple[int, int], Value] = field(default_factory=lambda: MappingProxyType({}))
    delay: Value | None = None
    granted: Value | None = None
    buyers: tuple[str, ...] = ()
    rate: Value | None = None
    threshold: Value | None = None
    places: Mapping[str, Position] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Stockpile:
    """A stock of a good in a region: t at the start, the most it may hold, the least it must hold by year.

    `months` asks for so many months of the region's use of the good, from the year of its first point.
    """

    name: str
    region: str
    good: str
    start: Value
    position: Position
    at_most: Value | None = None
    at_least: Series | None = None
    months: Series | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Lever:
    """What the search for the cheapest way to close a gap may build or use.

    Kinds: `build` (new capacity of `stages` in `regions`), `recycle` (collect more old magnets), `substitute` (more of
    other magnets), `stockpile` (buy ahead), `lift` (set a rule aside). `first` is the first year it can work.
    `at_most` is t/year of new capacity, t in stock, or the share collected or substituted; `cost` USD per t of it.
    `rules` are the rules that may be lifted, `goods` what may be bought ahead as `supply.goods` reads it; empty: all.
    """

    kind: Literal["build", "recycle", "substitute", "stockpile", "lift"]
    position: Position
    stages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    first: float = -1e9
    at_most: Value | None = None
    cost: Value | None = None
    rules: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario file after checking.

    `standard` names the flowsheet that a stage takes its yields and costs from where a plant names none. `prices` are
    USD/kg by good (`NdPr oxide`, `magnets`), where not those of the data. `freight` is USD per t that goes from region
    to region. `hold` is USD per t and year in stock. `sites` are plants that a report sets side by side.
    """

    name: str
    title: str
    years: tuple[int, ...]
    focus: tuple[str, ...]
    regions: tuple[str, ...]
    objective: Objective
    plants: Mapping[str, SitePlant]
    magnets: Mapping[str, MagnetKind]
    demand: tuple[EndUse, ...]
    rules: Mapping[str, TradeRule]
    stockpiles: Mapping[str, Stockpile]
    levers: Mapping[str, Lever]
    standard: Mapping[str, str]
    prices: Mapping[str, Value]
    sources: Mapping[str, str]
    path: str
    sha256: str
    position: Position
    freight: Value | None = None
    hold: Value | None = None
    sites: tuple[str, ...] = ()
    note: str = ""
    places: Mapping[str, Position] = field(default_factory=lambda: MappingProxyType({}))

    def place(self, path: str) -> Position:
        """Where a key of the file stands (`plants.kuantan.stages.separation`), or the nearest key above it."""
        while path:
            if path in self.places:
                return self.places[path]
            path = path.rpartition(".")[0]
        return self.position
