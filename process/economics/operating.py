"""What a solved flowsheet costs to run: every line of use at its price, purchases, labour, waste, fixed costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ..data import Labour, cost_rates, labour_of, reagents
from ..network.solution import Solution, UnitResult
from ..operations.base import Line
from ..quantities import Value
from ..stream import Stream
from ..supply.capacity import added, plain, throughput
from .capital import Investment
from .carbon import carbon
from .credit import worth
from .figures import Figures
from .freight import freight
from .lines import CostLine
from .lines import priced as _line
from .pricebook import PERSON_YEAR, CostError, PriceBook, PriceError, file_price, is_assumed
from .royalty import royalty
from .stages import kinds_of, spread, stages_of

Array = NDArray[np.float64]

NEVER_RADIOACTIVE = ("tailings", "effluent", "gas", "leached ground", "seepage")
"""Forms of waste that are billed by their form whatever their activity."""


def _follows_assumption(solution: Solution, unit: UnitResult, line: Line, values: Mapping[str, Value]) -> bool:
    own = solution.plan.sources
    keys = [f"{unit.name}.{name}" for name in line.follows]
    return any(is_assumed(values[key], own) for key in keys if key in values)


def _used(solution: Solution, books: Mapping[str, PriceBook]) -> Iterator[CostLine]:
    """Reagents, energy and materials: what the units say that they used."""
    values = solution.plan.values()
    missing: dict[tuple[str, str], PriceError] = {}
    for unit in solution.units.values():
        for line in unit.lines:
            try:
                price = books[unit.name].price(line.item)
            except PriceError as error:
                missing[error.item, error.region] = error
                continue
            assumed = _follows_assumption(solution, unit, line, values)
            yield _line(unit, line.item, line.rate, line.unit, price, assumed)
    if len(missing) == 1:
        raise next(iter(missing.values()))
    if missing:
        items = ", ".join(f"{item} in {region}" for item, region in missing)
        first = next(iter(missing.values()))
        raise PriceError(first.item, first.region, f"no prices for {items}", f"{first.remedy}, and the others alike")


def _bought(solution: Solution, changes: Mapping[str, Array], figures: Figures) -> Iterator[CostLine]:
    """Feeds with a price, at the unit that takes them."""
    plan = solution.plan
    for name, feed in plan.feeds.items():
        taker = solution.takers.get(name)
        if feed.price is None or taker is None:
            continue
        unit = solution.units[taker[0]]
        changed = changes.get(f"feeds.{name}.price")
        price = file_price(name, feed.price, "materials", plan.year, plan.sources, figures, changed)
        yield _line(unit, name, np.atleast_1d(solution.streams[name].mass()), "kg", price, False)


def radioactive(stream: Stream) -> NDArray[np.bool_]:
    """Whether a waste is billed as radioactive, shape (samples,): a solid of more than 1 Bq/g of 232Th or of 238U.

    Each parent counts against the level by itself. Tailings, leached ground and fluids are never billed so; a salt may
    be. See docs/costs.md.
    """
    mass = np.atleast_1d(np.asarray(stream.mass(), dtype=float))
    if stream.form in NEVER_RADIOACTIVE:
        return np.zeros(len(mass), dtype=bool)
    rates = cost_rates()
    chains = (("Th", "thorium_activity"), ("U", "uranium_activity"))
    becquerel = [np.atleast_1d(stream.element(name)) * rates[activity].value for name, activity in chains]
    return np.asarray(np.max(becquerel, axis=0) > rates["exemption_level"].value * mass)


def _wasted(solution: Solution, books: Mapping[str, PriceBook]) -> Iterator[CostLine]:
    """Waste that leaves the flowsheet, by its form, and radioactive residue by its activity."""
    for unit in solution.units.values():
        for outlet in unit.outlets:
            name = f"{unit.name}.{outlet}"
            if outlet in unit.waste and solution.takers.get(name) is None:
                stream = solution.streams[name]
                tonnes, hot = np.atleast_1d(stream.mass()) / 1000.0, radioactive(stream)
                for active, here in ((False, ~hot), (True, hot)):
                    if np.any(here):
                        price = books[unit.name].waste(stream.form, active)
                        item = f"{outlet} (radioactive)" if active else outlet
                        yield _line(unit, item, np.where(here, tonnes, 0.0), "t", price, False)


def _bought_by_region(solution: Solution, books: Mapping[str, PriceBook]) -> dict[tuple[str, str], Array]:
    """kg/h of each item of the price book that units buy, by (item, region), shape (samples,)."""
    out: dict[tuple[str, str], Array] = {}
    for unit in solution.units.values():
        for line in unit.lines:
            if line.unit == "kg":
                known = reagents().get(line.item)
                key = (line.item if known is None else known.item, books[unit.name].region)
                out[key] = out.get(key, np.zeros(solution.samples)) + line.rate
    return out


def _credited(solution: Solution, books: Mapping[str, PriceBook]) -> Iterator[CostLine]:
    """What by-products save and fetch that leave the flowsheet: lines below zero, at the unit that makes them.

    As much as units of the same region buy of what a by-product counts as takes the place of that, at its full price
    and under the cause of what it spares; the rest is sold, under `by-products`.
    """
    left = _bought_by_region(solution, books)
    for unit in solution.units.values():
        for outlet in unit.outlets:
            name, book = f"{unit.name}.{outlet}", books[unit.name]
            made = None if outlet in unit.waste or solution.takers.get(name) else worth(solution.streams[name])
            if made is None:
                continue
            item, place = made.credit.item, (made.credit.item, book.region)
            used = np.minimum(made.quantity, left.get(place, np.zeros(solution.samples)))
            if item and np.any(used > 0.0):
                left[place] = left[place] - used
                yield _line(unit, f"{outlet} (for {item})", -used, "kg", book.price(item), False)
            sold = made.quantity - used
            if np.any(sold > 0.0):
                yield _line(unit, f"{outlet} (sold)", -sold, "kg", made.price(book), False)


def labour_key(known: Labour) -> str:
    """The key of a labour figure: of its stage, or of the kinds that it is for."""
    return ".".join(("labour", known.stage, *known.kinds))


def _staff(solution: Solution, books: Mapping[str, PriceBook], figures: Figures) -> Iterator[CostLine]:
    """Labour by stage, and administration and quality where the labour figure leaves them out."""
    rates, stages = cost_rates(), stages_of(solution)
    on_top = added(
        (np.full(solution.samples, figures.of(f"rate.{item}", rates[item])) for item in ("administration", "quality")),
        solution.samples,
    )
    known_of = {stage: labour_of(stage, kinds_of(solution, stage)) for stage in stages}
    covered = {one for stage, known in known_of.items() for one in known.covers if one != stage}
    for stage in stages:
        if stage in covered:
            continue
        known = known_of[stage]
        made, _ = throughput(solution, stage)
        per_hour = figures.of(labour_key(known), known.fact) * made / 1000.0
        for name, share in spread(solution, stage).items():
            unit, people, wage = solution.units[name], per_hour * share, books[name].wage()
            yield _line(unit, "labour", people, PERSON_YEAR, wage, known.fact.assumed)
            if known.staff == "operating":
                item = "administration and quality"
                yield _line(unit, item, people * on_top, PERSON_YEAR, wage, known.fact.assumed, "overhead")


def _fixed(solution: Solution, investments: Mapping[str, Investment], figures: Figures) -> Iterator[CostLine]:
    """Capital charge, maintenance and insurance of each stage, spread over its units."""
    rates = cost_rates()
    upkeep, insured = (figures.of(f"rate.{item}", rates[item]) for item in ("maintenance", "insurance"))
    for stage, investment in investments.items():
        hourly = 1e6 / investment.hours
        kinds = (
            ("capital charge", "capital", investment.recovery, investment.source),
            ("maintenance", "maintenance", upkeep, rates["maintenance"].source),
            ("insurance and property tax", "overhead", insured, rates["insurance"].source),
        )
        for name, million in investment.by_unit.items():
            for item, cause, rate, source in kinds:
                yield CostLine(
                    unit_name=name,
                    stage=stage,
                    item=item,
                    cause=cause,
                    quantity=million,
                    unit="million USD invested",
                    price=plain(np.asarray(rate * hourly)),
                    source=source,
                    assumed=name in investment.assumed_units,
                    cost=np.asarray(million * rate * hourly),
                    note=investment.note,
                    year=investment.year,
                )


def operating(
    solution: Solution,
    investments: Mapping[str, Investment],
    changes: Mapping[str, Array] | None = None,
    figures: Figures | None = None,
) -> tuple[CostLine, ...]:
    """Every line of cost of a solved flowsheet, USD per operating hour.

    `investments` by stage; `changes` are sampled values by path. Raises `CostError` for what has no price.
    """
    given = dict(changes or {})
    figures = Figures(changes) if figures is None else figures
    plan = solution.plan
    books = {name: PriceBook.of_unit(plan, plan.units[name], given, figures) for name in solution.units}
    lines = (
        *_used(solution, books),
        *_bought(solution, given, figures),
        *freight(solution, given, figures),
        *royalty(solution, given, figures),
        *carbon(solution, given, figures),
        *_wasted(solution, books),
        *_credited(solution, books),
        *_staff(solution, books, figures),
        *_fixed(solution, investments, figures),
    )
    for line in lines:
        if not np.all(np.isfinite(line.cost)):
            raise CostError(
                f"{line.unit_name}: the cost of {line.item} is not a finite number",
                "check its price and quantity",
                "" if line.quote is None else line.quote.path,
            )
    return lines


__all__ = ["NEVER_RADIOACTIVE", "CostLine", "labour_key", "operating", "radioactive"]
