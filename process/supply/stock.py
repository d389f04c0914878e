"""Stockpiles: a good that a region carries from one year to the next, what it starts with and what it must keep."""

from __future__ import annotations

import numpy as np

from ..data import cost_rates
from ..goods import OF_ELEMENTS, one_good, words
from ..scenario import Scenario, Series, Stockpile
from .builder import Builder
from .rules_granted import users
from .system import Activity, Array, Bound, Given, Good, Output, Pool
from .values import told_per_t

MONTHS = 12.0


def stockpiles(builder: Builder) -> None:
    """Adds every stockpile of the scenario: its level is t at the end of each year.

    To be called when plants and demand are there: months of use count what takes the good.
    """
    for stock in builder.scenario.stockpiles.values():
        _stockpile(builder, stock)


def holding_cost(value: float) -> float:
    """USD per t and year in stock of a good of `value` USD per t: the capital that is tied up.

    >>> holding_cost(60_000.0)
    6000.0
    """
    return value * cost_rates()["discount_rate"].value


def year_in_stock(scenario: Scenario, value: float) -> float:
    """USD per t and year in stock: what the scenario says, else that of the capital tied up in `value` USD per t."""
    return holding_cost(value) if scenario.hold is None else scenario.hold.nominal


def _stockpile(builder: Builder, stock: Stockpile) -> None:
    deposits = {name.partition(":")[2] for name in builder.goods}
    good = one_good(stock.good, tuple(builder.scenario.magnets), deposits)
    form, _, what = good.partition(":")
    # What nobody makes or uses may still lie there, and must be kept where the file says so.
    builder.good(Good(good, "", {what: 1.0} if form in OF_ELEMENTS else {}))
    pool = Pool(good, stock.region)
    told = told_per_t(good)
    index = builder.add(
        Activity(
            name=f"stockpile {stock.name}",
            kind="hold",
            takes={pool: 1.0},
            makes=(Output(pool, 1.0, 1),),
            region=stock.region,
            cost=told * year_in_stock(builder.scenario, builder.goods[good].value / told),
        )
    )
    if stock.start.nominal > 0.0:
        tonnes = builder.flat(0.0)
        tonnes[0] = stock.start.nominal / told
        origin = stock.origin or "before"
        builder.given(Given(pool, tonnes, origin, f"stockpile {stock.name} at the start of {builder.years[0]}"))
    name_of = f"stockpile {stock.name}: {words(good)} of {stock.region}"

    def row(name: str, of: tuple[tuple[int, float | Array], ...], most: Array, least: Array) -> None:
        builder.bound(Bound(name, "stock", of, most, least, region=stock.region, good=good))

    if stock.at_most is not None:
        row(f"{name_of}, the most it holds", ((index, told),), builder.flat(stock.at_most.nominal), builder.none())
    if stock.at_least is not None:
        least = _from_first(builder, stock.at_least)
        row(f"{name_of}, the least it must hold", ((index, told),), builder.none(), least)
    if stock.months is not None:
        months = _from_first(builder, stock.months)
        share = np.where(np.isnan(months), 0.0, months) / MONTHS
        of: list[tuple[int, float | Array]] = [(index, 1.0)]
        of += [(i, -amount * share) for i, amount in users(builder).get((good, stock.region), ())]
        least = np.where(np.isnan(months), np.nan, 0.0)
        row(f"{name_of}, months of use it must hold", tuple(of), builder.none(), least)


def _from_first(builder: Builder, series: Series) -> Array:
    """A series by year, NaN before its first point, shape (years,)."""
    return np.array([series.at(year) if year >= series.first else np.nan for year in builder.years])
