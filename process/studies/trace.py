"""Where the atoms of a scenario's products come from, what of an origin they hold, and what it takes to avoid it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..data import oxide_price, sale_price
from ..elements import INDEX, OXIDE_FACTOR, RARE_EARTHS
from ..goods import GoodError, good_names, matching, words
from ..scenario import Scenario
from ..supply.builder import carrier
from ..supply.content import THRESHOLD, Basis, Content, content, covered, relief
from ..supply.routes import Step, route
from ..supply.spare import Spare, items, spare
from ..supply.system import System
from ..supply.tracing import STAGES, UNDONE, Place, Traced, Use
from ..supply.tracing import trace as trace_levels
from ..wording import suggestion

if TYPE_CHECKING:
    from ..supply.program import Levels

FORMS = ("magnet", "alloy", "metal", "oxide")
"""Forms of goods that are products: what is sold by what it is made of."""
NOTHING = 1e-6
"""t/year of a product below which it is left out of a list of all."""
NOTES = (
    "every pool of a good is perfectly mixed; who sells to whom is the program's choice where that costs alike",
    "a product is covered from the threshold on, at it too",
)


class ProductError(ValueError):
    """A question about what the scenario does not have; `what` is the word at fault: product, region, year, …"""

    def __init__(self, what: str, message: str) -> None:
        super().__init__(message)
        self.what = what


@dataclass(frozen=True)
class Question:
    """What is asked of a scenario; what is None is the scenario's own.

    `origin` None: China where the scenario has it, else the content of no origin is counted. `threshold` is a share of
    value and of mass; `value` USD per t of the product that holds the good (a motor by the magnets in it), `elements`
    those that count (None: all rare earths).
    """

    product: str | None = None
    region: str | None = None
    year: int | None = None
    at: str = "mine"
    origin: str | None = None
    threshold: float = THRESHOLD
    value: float | None = None
    elements: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Product:
    """An end use, or a good that a region uses: its name, and where it is found in the chain."""

    name: str
    region: str
    good: str
    place: Place


@dataclass(frozen=True)
class ElementPrice:
    """USD per t of an element in its oxide, which good's price that is, and where it is from."""

    usd_per_t: float
    item: str
    year: int
    source: str
    assumed: bool


@dataclass(frozen=True)
class Sourcing:
    """What of an element or group must come from elsewhere to fall below, and what is free; t/year.

    `enough` says whether spare capacity at the stage that origin is counted at, and what lies unused, would do for
    both; None where that stage makes no elements.
    """

    item: str
    by_value: float
    by_mass: float
    spare: Spare
    enough: bool | None


@dataclass(frozen=True)
class Origins:
    """One product in one year: t, its elements by origin (t), what of the asked origin it holds, and how it came.

    `usd` is NaN where nobody knows its value. `content` counts the elements that are asked for; None where no origin
    is. `over` says by basis whether it is covered, None where the share is unknown. `route` is the way of the largest
    part, of the element `routed`.
    """

    product: Product
    year: int
    tonnes: float
    usd: float
    flow: Mapping[str, Mapping[str, float]]
    content: Content | None
    over: Mapping[Basis, bool | None]
    sourcing: tuple[Sourcing, ...]
    routed: str
    route: tuple[Step, ...]

    def share(self, element: str, origin: str) -> float:
        """The share of an origin in an element, 0..1; NaN where there is none of it."""
        total = math.fsum(self.flow.get(element, {}).values())
        return self.flow[element].get(origin, 0.0) / total if total > 0.0 else math.nan


@dataclass(frozen=True)
class Trace:
    """The answer: products with their origins, of one region or several, in one year."""

    scenario: Scenario
    question: Question
    regions: tuple[str, ...]
    year: int
    origin: str | None
    prices: Mapping[str, ElementPrice]
    found: tuple[Origins, ...]
    traced: Traced
    notes: tuple[str, ...]


def products(system: System, region: str) -> Iterator[Product]:
    """The end uses of a region, then the goods that are used there and hold rare earths."""
    for need in system.needs:
        if need.region == region:
            yield Product(need.use, region, need.good, need)
    seen = {pool.good for pool in system.pools() if pool.place == region}
    for form in FORMS:
        for name, good in system.goods.items():
            if good.form == form and name in seen and good.content:
                yield Product(words(name), region, name, Use(name, region))


def _asked(scenario: Scenario, system: System, regions: Sequence[str], name: str | None) -> list[Product]:
    """The products of regions, or those that a text names. Raises ProductError where no region has one."""
    if name is None:
        return [one for region in regions for one in products(system, region)]
    found = [one for region in regions if (one := product(scenario, system, region, name)) is not None]
    if not found:
        names = list(dict.fromkeys(one.name for region in regions for one in products(system, region)))
        told = f"{suggestion(name, names)}; there is {', '.join(names) or 'none'}"
        raise ProductError("product", f"no product {name!r} in {' or '.join(regions)}{told}")
    return found


def product(scenario: Scenario, system: System, region: str, name: str) -> Product | None:
    """The product of a region that a text names; None where it has none.

    An end use, a good (`motor magnets`), or all goods of a form (`magnets`).
    """
    known = list(products(system, region))
    for one in known:
        if _plain(name) == _plain(one.name):
            return one
    try:
        goods = matching(good_names(name, tuple(scenario.magnets), _deposits(scenario)), [one.good for one in known])
    except GoodError:
        goods = ()
    uses = [Use(good, region) for good in dict.fromkeys(goods) if any(one.place == Use(good, region) for one in known)]
    if uses:
        return Product(name, region, uses[0].good if len(uses) == 1 else "", tuple(uses))
    return None


def element_prices(scenario: Scenario, elements: Sequence[str], region: str, year: int) -> dict[str, ElementPrice]:
    """USD per t of each element in its oxide: the scenario's price of the oxide, else that of the data.

    Nd and Pr count at the price of NdPr oxide where that is known.
    """
    out = {}
    for element in elements:
        if element not in RARE_EARTHS:
            continue
        item, factor = f"{carrier(element)} oxide", 1000.0 * float(OXIDE_FACTOR[INDEX[element]])
        given = scenario.prices.get(item)
        if given is not None:
            source = given.source or "the scenario"
            out[element] = ElementPrice(factor * given.nominal, item, scenario.years[0], source, source == "assumed")
            continue
        sold = sale_price(item, region, year)
        fact = sold[1] if sold else oxide_price(element, year)
        item = item if sold else f"{element} oxide"
        out[element] = ElementPrice(factor * fact.value, item, fact.year, fact.source, fact.assumed)
    return out


def check(scenario: Scenario, question: Question) -> None:
    """Raises ProductError for a region, a year, a stage, an origin or a product that a scenario does not have.

    Whether a good that there may be is used in the region shows when the chain is built.
    """
    regions = _regions(scenario, question)
    years = scenario.years
    if question.year is not None and question.year not in years:
        raise ProductError("year", f"no year {question.year}; the scenario runs from {years[0]} to {years[-1]}")
    if question.at not in STAGES:
        near = f"{suggestion(question.at, STAGES)}; there is {', '.join(STAGES)}"
        raise ProductError("at", f"no stage {question.at!r} that origin is counted at{near}")
    known = [*scenario.regions, "before", UNDONE]
    if question.origin is not None and question.origin not in known:
        near = f"{suggestion(question.origin, known)}; there is {', '.join(known)}"
        raise ProductError("origin", f"no origin {question.origin!r}{near}")
    if question.product is not None:
        _nameable(scenario, regions, question.product)


def _nameable(scenario: Scenario, regions: Sequence[str], name: str) -> None:
    """Raises ProductError for a text that is neither an end use of one of the regions nor the name of a good."""
    uses = dict.fromkeys(one.use for one in scenario.demand if one.region in regions)
    if _plain(name) in {_plain(one) for one in uses}:
        return
    try:
        good_names(name, tuple(scenario.magnets), _deposits(scenario))
    except GoodError:
        kinds = [f"{kind} magnets" for kind in scenario.magnets]
        told = f"{suggestion(name, [*uses, *kinds])}; there is {', '.join([*uses, *kinds, 'magnets'])}"
        told += "; alloys, metals and oxides as in NdPr oxide"
        raise ProductError("product", f"no product {name!r} in {' or '.join(regions)}{told}") from None


def _plain(text: str) -> str:
    """A name as it is compared: case, blanks and underscores do not count."""
    return " ".join(text.replace("_", " ").split()).lower()


def _deposits(scenario: Scenario) -> tuple[str, ...]:
    """The ores that plants name."""
    stages = [stage for plant in scenario.plants.values() for stage in plant.stages.values()]
    return tuple(dict.fromkeys(deposit for stage in stages for deposit in stage.deposits))


def origins(scenario: Scenario, levels: Levels, question: Question) -> Trace:
    """What a solved chain says to a question. Raises ProductError for what is not there, TracingError."""
    system = levels.system
    check(scenario, question)
    regions = _regions(scenario, question)
    year = question.year if question.year is not None else system.years[-1]
    traced = trace_levels(levels, question.at)
    origin = _origin(question, traced)
    every = _asked(scenario, system, regions, question.product)
    prices = element_prices(scenario, traced.elements, regions[0], year)
    counted = question.elements or traced.elements
    table = traced.table([(one.place, year) for one in every])
    found = []
    for one, amounts in zip(every, table, strict=True):
        if question.product is None and traced.tonnes(one.place, year) <= NOTHING:
            continue
        flow = {
            element: {name: float(t) for name, t in zip(traced.origins, row, strict=True) if t > 0.0}
            for element, row in zip(traced.elements, amounts, strict=True)
            if (row > 0.0).any()
        }
        found.append(_one(traced, levels, one, year, flow, origin, question, prices, counted))
    return Trace(scenario, question, tuple(regions), year, origin, prices, tuple(found), traced, NOTES)


def _regions(scenario: Scenario, question: Question) -> list[str]:
    if question.region is None:
        return list(scenario.focus or scenario.regions)
    if question.region not in scenario.regions:
        near = suggestion(question.region, scenario.regions)
        raise ProductError("region", f"no region {question.region!r}{near}; there is {', '.join(scenario.regions)}")
    return [question.region]


def _origin(question: Question, traced: Traced) -> str | None:
    if question.origin is None:
        return "china" if "china" in traced.origins else None
    return question.origin


def _one(
    traced: Traced,
    levels: Levels,
    one: Product,
    year: int,
    flow: Mapping[str, Mapping[str, float]],
    origin: str | None,
    question: Question,
    prices: Mapping[str, ElementPrice],
    counted: Sequence[str],
) -> Origins:
    tonnes = traced.tonnes(one.place, year)
    usd = question.value * tonnes if question.value is not None else _worth(traced, one.place, year)
    if origin is None:
        return Origins(one, year, tonnes, usd, flow, None, {}, (), "", ())
    held = {element: parts for element, parts in flow.items() if element in counted}
    found = content(held, origin, tonnes, usd, {e: price.usd_per_t for e, price in prices.items()})
    on: tuple[Basis, ...] = ("value", "mass")
    over = {
        basis: None if math.isnan(found.of(basis)) else covered(found.of(basis), question.threshold) for basis in on
    }
    less = {basis: relief(found, question.threshold, basis) for basis in on}
    named = question.product is not None
    sourcing = _sourcing(traced, levels, less, origin, year) if named else ()
    worth = found.element_usd if not math.isnan(found.value) else found.element_t
    routed = max(worth, key=lambda e: worth[e], default="")
    way = route(traced, one.place, year, routed, origin) if named and routed else ()
    return Origins(one, year, tonnes, usd, flow, found, over, sourcing, routed, way)


def _worth(traced: Traced, where: Place, year: int) -> float:
    """USD of what passes a place, by the values of goods; NaN where one of them has none."""
    nodes, weights = traced.reading(where, year)
    through = traced.mixing.through.ravel()[nodes] * weights
    values = [traced.system.goods[traced.pools[int(node) // traced.mixing.years].good].value for node in nodes]
    parts = [t * value if value > 0.0 else math.nan for t, value in zip(through, values, strict=True) if t > 0.0]
    return math.fsum(parts)


def _sourcing(
    traced: Traced, levels: Levels, less: Mapping[Basis, Mapping[str, float]], origin: str, year: int
) -> tuple[Sourcing, ...]:
    """What must come from elsewhere, and what is free there, by element or group."""
    stages = STAGES[traced.at] or ("mine",)
    out = []
    for item, names in items(traced.system, traced.elements).items():
        by = {basis: math.fsum(parts.get(name, 0.0) for name in names) for basis, parts in less.items()}
        if not any(by.values()):
            continue
        free = spare(traced, levels.levels, item, origin, year)
        there = math.fsum(free.by_stage.get(stage, 0.0) for stage in stages) + free.left
        enough = there >= max(by.values()) if traced.at in ("mine", "separation", "metal") else None
        out.append(Sourcing(item, by["value"], by["mass"], free, enough))
    return tuple(sorted(out, key=lambda one: -max(one.by_value, one.by_mass)))


def trace(scenario: Scenario, question: Question) -> Trace:
    """Solves a scenario's chain as `gap` does and traces it. Raises what `gap` and `origins` raise."""
    from .gap import gap

    return origins(scenario, gap(scenario).levels, question)
