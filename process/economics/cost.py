"""The cost of a solved flowsheet: per kg of each product, by cause and by stage, with every line behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import Fact, cost_index, credits, reagents
from ..network.solution import Solution
from ..plan import STAGES
from ..quantities import suggestion
from ..sums import per_sample
from ..supply.capacity import added, capacity, counted, hours_per_year, plain, product_outlets, returned_outlets
from .allocation import ORDER, Allocation
from .capital import Investment, investments
from .figures import HEAD, Figures
from .idle import without_effect
from .operating import CostLine, operating
from .pricebook import CAUSES, RADIOACTIVE, CostError
from .royalty import unknown_royalties
from .working_capital import WorkingCapital, charges, working_capital

Array = NDArray[np.float64]

CURRENCY = "USD"
SEPARATED = "separated REO"
"""The name of all that separation makes, counted as rare-earth oxides."""


@dataclass(frozen=True)
class Money:
    """Of which years the money of a cost is: first and last year of its prices, and that of the capital.

    `prices` is None where no price was used; `own` says whether some of them are the file's, which stand as written.
    """

    currency: str
    prices: tuple[int, int] | None
    own: bool
    capital: int | None

    @property
    def price_years(self) -> str:
        """The years of the prices in words.

        >>> Money("USD", (2020, 2024), True, 2025).price_years
        '2020–2024 (some of the file)'
        """
        if self.prices is None:
            return ""
        years = "–".join(str(year) for year in dict.fromkeys(self.prices))
        return f"{years} (some of the file)" if self.own else years

    def __str__(self) -> str:
        """The money in words.

        >>> str(Money("USD", (2024, 2024), False, 2025))
        'USD; prices of 2024, capital of 2025'
        """
        prices = f"prices of {self.price_years}" if self.price_years else ""
        capital = f"capital of {self.capital}" if self.capital else ""
        return f"{self.currency}; {', '.join(filter(None, (prices, capital)))}"


def _money(lines: Iterable[CostLine], capital: Mapping[str, Investment]) -> Money:
    """The money of these lines, those without cost left out."""
    used = [line for line in lines if np.any(line.cost != 0.0)]
    years = [line.year for line in used if line.quote is not None and line.year is not None]
    return Money(
        currency=CURRENCY,
        prices=(min(years), max(years)) if years else None,
        own=any(line.quote is not None and line.quote.from_file for line in used),
        capital=next((investment.year for investment in capital.values()), None),
    )


@dataclass(frozen=True)
class CostShare:
    """What one line adds to a product: USD per kg, a float or shape (samples,).

    `hours_per_kg` is how many operating hours of the line a kg carries: times the line's quantity per hour it is the
    quantity per kg.
    """

    line: CostLine
    per_kg: Any
    hours_per_kg: Any = float("nan")


@dataclass(frozen=True)
class CostSplit:
    """Cost of a product in `currency` per kg; floats, or arrays of shape (samples,).

    `by_cause` and `by_stage` each add up to `total`. `assumed_share`, 0..1, is the part of the total whose lines rest
    on an assumption; `lines` are all lines with what they add, largest first. `year` is the plan's, `money` says of
    which years prices and capital are; `t_per_year` is what the file's rates make of the product.
    """

    product: str
    stream: str
    total: Any
    by_cause: Mapping[str, Any]
    by_stage: Mapping[str, Any]
    assumed_share: Any
    lines: tuple[CostShare, ...]
    currency: str
    year: int
    money: Money
    t_per_year: Any
    allocation: str

    def __repr__(self) -> str:
        total = float(np.mean(self.total))
        return f"<CostSplit {self.product}: {total:.4g} {self.currency}/kg, by {self.allocation}>"


@dataclass(frozen=True)
class Cost:
    """Cost of a solved flowsheet. `lines` in USD per operating hour; `capital` by stage in million USD.

    `notes` say what a reader should know: purchases without a price, for one.
    """

    solution: Solution = field(repr=False)
    year: int
    currency: str
    allocation: str
    lines: tuple[CostLine, ...] = field(repr=False)
    capital: Mapping[str, Investment] = field(repr=False)
    notes: tuple[str, ...] = ()
    _figures: Figures = field(default_factory=Figures, repr=False)
    working_capital: Mapping[str, WorkingCapital] = field(default_factory=dict, repr=False)

    @property
    def figures(self) -> Mapping[str, Fact]:
        """Every figure of the data that this cost rests on, by its path among samples, `data.wage.us`."""
        _ = self.tables.shares  # values of oxides share joint costs
        return self._figures.used

    @property
    def sampled(self) -> Figures:
        """The data at the values of these samples; what is read from it does not count as used."""
        return self._figures.aside()

    @property
    def lenient(self) -> bool:
        """Whether figures of the data may change that these samples do not use."""
        return self._figures.lenient

    @cached_property
    def tables(self) -> Allocation:
        """The shares by which joint costs are divided."""
        return Allocation(self.solution, self._figures)

    @property
    def products(self) -> tuple[str, ...]:
        """The names that `per_kg` knows."""
        return tuple(self.solution.plan.products)

    @cached_property
    def money(self) -> Money:
        """Of which years the money of all lines is."""
        return _money(self.lines, self.capital)

    @property
    def total(self) -> Any:
        """USD per operating hour of the whole plant: a float, or shape (samples,)."""
        return plain(added((line.cost for line in self.lines), self.solution.samples))

    @property
    def assumed_share(self) -> Any:
        """Part of the plant's whole cost, 0..1, whose lines rest on an assumption; what is sold counts as spent."""
        assumed = added((np.abs(line.cost) for line in self.lines if line.assumed), self.solution.samples)
        total = added((np.abs(line.cost) for line in self.lines), self.solution.samples)
        return plain(np.divide(assumed, total, out=np.zeros_like(total), where=total > 0))

    @cached_property
    def streams(self) -> Mapping[str, Array]:
        """USD/h that each stream carries by the stage that caused it, shape (samples, stages)."""
        own = np.zeros((self.solution.samples, len(self.tables.units), len(STAGES)))
        place = {name: i for i, name in enumerate(self.tables.units)}
        for line in self.lines:
            own[:, place[line.unit_name], ORDER[line.stage]] += line.cost
        return MappingProxyType(self.tables.streams(own))

    def stream(self, name: str) -> Any:
        """USD per operating hour that a stream carries: a float, or shape (samples,)."""
        return plain(per_sample(self.streams[name]))

    @property
    def unallocated(self) -> Any:
        """USD per operating hour that no product of the file carries: other outlets that leave the flowsheet."""
        named = set(self.solution.plan.products.values())
        left = (per_sample(self.streams[name]) for name in self.tables.terminal() if name not in named)
        return plain(added(left, self.solution.samples))

    def per_kg(self, product: str, of: str = "total") -> CostSplit:
        """Cost of a product per kg of its stream: oxide as produced, magnets as finished.

        `of` counts an element or group as oxide instead (`REO` for a liquor, where kg of water would mislead). Raises
        `CostError` for an unknown product or one that is not made.
        """
        products = self.solution.plan.products
        if product not in products:
            raise CostError(
                f"no product {product!r}{suggestion(product, products)}",
                f"name one of {', '.join(products) or 'the file, under `products:`'}",
            )
        stream = products[product]
        mass = counted(self.solution.streams[stream], of)
        if not np.all(mass > 0.0):
            raise CostError(f"the product {product} ({stream}) is not made", "check what feeds it")
        return self._split(product, stream, self.tables.reach(stream), mass)

    def per_kg_separated(self) -> CostSplit:
        """Cost of the rare earths that separation newly makes, per kg of their oxides, whatever their form.

        What mine and separation cost in all products of separation, sold or handed on, less what later stages send
        back carries; over the oxides of those products less the oxides sent back. Raises `CostError` where there is
        none.
        """
        streams, samples = self.solution.streams, self.solution.samples
        made = product_outlets(self.solution, "separation")
        names = [name for name in made if np.any(counted(streams[name], "REO") > 0.0)]
        back = returned_outlets(self.solution, "separation")
        mass = added((counted(streams[name], "REO") for name in names), samples)
        mass = mass - added((counted(streams[name], "REO") for name in back), samples)
        if not names or not np.all(mass > 0.0):
            raise CostError(f"{self.solution.plan.name} separates no rare earths", "ask for one of its products")
        reach = np.zeros_like(self.tables.reach(names[0]))
        for name in names:
            reach += self.tables.reach(name)
        for name in back:
            reach -= self.tables.reach(name)
        return self._split(SEPARATED, ", ".join(names), reach, mass)

    def _split(self, product: str, stream: str, reach: Array, mass: Array) -> CostSplit:
        """Cost of what carries these shares of the units' costs, (samples, units, stages), per kg of `mass` in kg/h."""
        reach = reach / mass[:, None, None]
        place = {name: i for i, name in enumerate(self.tables.units)}
        zero = np.zeros(self.solution.samples)
        causes = {cause: zero.copy() for cause in CAUSES}
        stages = {stage: zero.copy() for stage in STAGES}
        hours = next(investment.hours for investment in self.capital.values())
        assumed, weight, total, parts = zero.copy(), zero.copy(), zero.copy(), []
        for line in self.lines:
            hours_per_kg = reach[:, place[line.unit_name], ORDER[line.stage]]
            part = line.cost * hours_per_kg
            causes[line.cause] += part
            stages[line.stage] += part
            total += part
            weight += np.abs(part)
            if line.assumed:
                assumed += np.abs(part)
            parts.append((line, part, hours_per_kg))
        parts.sort(key=lambda one: -float(one[1][0]))
        present = {unit.stage for unit in self.solution.units.values()}
        return CostSplit(
            product=product,
            stream=stream,
            total=plain(total),
            by_cause=MappingProxyType({cause: plain(value) for cause, value in causes.items()}),
            by_stage=MappingProxyType({stage: plain(value) for stage, value in stages.items() if stage in present}),
            assumed_share=plain(np.divide(assumed, weight, out=zero.copy(), where=weight > 0)),
            lines=tuple(CostShare(line, plain(part), plain(carried)) for line, part, carried in parts),
            currency=self.currency,
            year=self.year,
            money=_money((line for line, part, _ in parts if np.any(part != 0.0)), self.capital),
            t_per_year=plain(mass * hours / 1000.0),
            allocation=self.allocation,
        )

    def __repr__(self) -> str:
        return f"<Cost of {self.solution.plan.name}: {len(self.lines)} lines, {self.money}>"


def cost(solution: Solution, changes: Mapping[str, Array] | None = None, *, lenient: bool = False) -> Cost:
    """The cost of a solved flowsheet, from what it used; nothing is solved again.

    `changes` gives sampled values by their path in the file (`prices.HCl`, `feeds.scrap.price`, `operating_hours`,
    `capacity.magnet`), shape (samples,), as the solver takes them. `lenient` takes figures of the data that these
    samples do not use, such as the credit of a by-product that none of them makes. Raises `CostError`, and KeyError for
    a figure that nothing uses.
    """
    plan = solution.plan
    figures = Figures(changes, lenient)
    invested = investments(solution, changes, figures)
    running = operating(solution, invested, changes, figures)
    tied = working_capital(solution, running, changes, figures)
    lines = (*running, *charges(tied, hours_per_year(solution, changes), cost_index(plan.year).year))
    notes = [
        *_free_feeds(solution),
        *_unused_prices(solution, lines),
        *without_effect(solution, lines),
        *_held(plan.year, _money(lines, invested)),
        *_beyond(solution, changes),
        *_sold(solution),
        *unknown_royalties(solution),
    ]
    capital = MappingProxyType(dict(invested))
    found = Cost(solution, plan.year, CURRENCY, plan.allocation, lines, capital, tuple(notes), figures, tied)
    if any(path.startswith(HEAD) for path in changes or {}):
        _ = found.figures
        figures.check()
    return found


def _free_feeds(solution: Solution) -> list[str]:
    return [
        f"the feed {name} has no price and counts as free"
        for name, feed in solution.plan.feeds.items()
        if feed.price is None and not feed.is_ore and solution.takers.get(name) is not None
    ]


def _sold(solution: Solution) -> list[str]:
    """Products of the file that share no costs."""
    return [
        f"the product {name} is a by-product: what it fetches is taken off its unit, and it carries no cost"
        for name, stream in solution.plan.products.items()
        if solution.streams[stream].form in credits()
    ]


def _held(year: int, money: Money) -> Iterator[str]:
    """Prices and capital that are not of the plan's year."""
    if money.prices is not None and money.prices != (year, year):
        years = "–".join(str(one) for one in dict.fromkeys(money.prices))
        own = ", the file's own as written" if money.own else ""
        yield f"prices are held at their own years ({years}{own}); nothing is escalated to {year}"
    if money.capital is not None and money.capital != year:
        yield f"capital is of {money.capital}, the nearest year of the cost index, not of {year}"


def _beyond(solution: Solution, changes: Mapping[str, Array] | None) -> Iterator[str]:
    """Stages that the file's rates ask for more than their nameplate."""
    over = {
        name: float(np.atleast_1d(stage.utilisation)[0])
        for name, stage in capacity(solution, changes).items()
        if stage.utilisation is not None
    }
    said = [f"{name} at {use:,.1%} of its nameplate".replace("%", " %") for name, use in over.items() if use > 1.0]
    if said:
        yield f"costs are for a plant built for the file's rates ({', '.join(said)}), not for the nameplate"


def _unused_prices(solution: Solution, lines: tuple[CostLine, ...]) -> list[str]:
    """A price of the file for something that no unit uses is most often a slip of the pen."""
    used = {line.item for line in lines}
    for item in tuple(used):
        if (reagent := reagents().get(item)) is not None:
            used |= {reagent.item, *reagent.aliases}
    used |= {"labour", "waste", *(stream.form for stream in solution.streams.values())}
    used |= {RADIOACTIVE for line in lines if line.quote is not None and line.quote.item == RADIOACTIVE}
    return [
        f"nothing uses the price of {name}{suggestion(name, used)}" for name in solution.plan.prices if name not in used
    ]
