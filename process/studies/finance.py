"""What a plant's cash flow comes to: its numbers, its products beside their markets, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..data import finance_facts

if TYPE_CHECKING:
    from ..economics.cashflow import Cashflow
    from ..flowsheet import Result

Array = NDArray[np.float64]

CREDIT = "whole plant, all other products at their price of sale (by-product credit)"
"""How joint products count in what a product must fetch."""


@dataclass(frozen=True)
class ProductSale:
    """A product beside its market, USD per kg of the first sample; None where there is no such number.

    `market` from `low` to `high` is what it is sold at, `realised` the same with floor and offtake. `at_zero` is the
    price at which the project's present value is zero, `before_tax` the same without tax; both only for what is sold.
    `allocated` is what it costs by the plan's allocation, with capital as an annuity and without tax.
    """

    product: str
    t_per_year: float
    sold: bool
    market: float | None
    low: float | None
    high: float | None
    year: int | None
    source: str
    assumed: bool
    realised: float | None
    at_zero: float | None
    before_tax: float | None
    allocated: float | None
    note: str


@dataclass(frozen=True)
class Rest:
    """A figure that the cash flow rests on, of the file or of the data."""

    item: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    assumed: bool
    note: str


@dataclass(frozen=True)
class FinanceSheet:
    """A plant's finance, of the first sample: million USD, fractions a year, years.

    Payback counts from the first year of operation. `flows` are the yearly flows by name, in above zero and out below,
    `cumulative` the present value of the project up to each year. The owners' numbers are None where nothing is
    borrowed. NaN stands for what does not exist: `rate_note` says why there is no rate of return, or that it is one of
    several.
    """

    discount_rate: float
    life: float
    building: int
    tax: float
    capital: Mapping[str, float]
    invested: float
    tied_up: float
    npv: float
    rate: float
    rate_note: str
    payback: float
    discounted_payback: float
    owners_npv: float | None
    owners_rate: float | None
    owners_note: str
    products: tuple[ProductSale, ...]
    years: tuple[int, ...]
    output: tuple[float, ...]
    revenue: Mapping[str, tuple[float, ...]]
    flows: Mapping[str, tuple[float, ...]]
    cumulative: tuple[float, ...]
    allocation: str
    basis: tuple[Rest, ...]
    notes: tuple[str, ...]


def _first(value: Any) -> float:
    return float(np.atleast_1d(np.asarray(value, dtype=float))[0])


def _row(table: Array) -> tuple[float, ...]:
    return tuple(float(one) for one in table[0])


def finance(result: Result) -> FinanceSheet:
    """The finance of a solved plant. Raises `CostError` for a product without a price."""
    flow = result.finance
    discount = 1.0 + _first(flow.discount_rate)
    worth = np.cumsum(flow.project[0] / discount ** np.arange(len(flow.years)))
    flows = {
        "revenue": sum(flow.revenue.values(), np.zeros_like(flow.project)),
        "subsidy": flow.subsidy,
        "operating": flow.operating,
        "capital": flow.capital,
        "grant": flow.grant,
        "working capital": flow.working_capital,
        "tax": flow.tax,
        "project": flow.project,
    }
    if flow.loan is not None:
        flows |= {
            "loan drawn": flow.loan.drawn,
            "interest": -flow.loan.interest,
            "principal": -flow.loan.principal,
            "owners": flow.equity,
        }
    borrowed = flow.loan is not None
    return FinanceSheet(
        discount_rate=_first(flow.discount_rate),
        life=float(np.sum(flow.open_for[0])),
        building=flow.building,
        tax=_first(flow.tax_rate),
        capital=MappingProxyType({stage: _first(one.million_usd) for stage, one in flow.cost.capital.items()}),
        invested=_first(flow.invested),
        tied_up=-float(np.min(np.cumsum(flow.working_capital[0]))),
        npv=_first(flow.npv),
        rate=_first(flow.irr),
        rate_note=flow.rate_of_return.words(),
        payback=_first(flow.payback),
        discounted_payback=_first(flow.discounted_payback),
        owners_npv=_first(flow.equity_npv) if borrowed else None,
        owners_rate=_first(flow.equity_rate_of_return.value) if borrowed else None,
        owners_note=flow.equity_rate_of_return.words() if borrowed else "",
        products=tuple(_products(flow)),
        years=tuple(int(year) for year in flow.years),
        output=_row(flow.output),
        revenue=MappingProxyType({name: _row(one) for name, one in flow.revenue.items()}),
        flows=MappingProxyType({name: _row(one) for name, one in flows.items()}),
        cumulative=tuple(float(one) for one in worth),
        allocation=flow.cost.allocation,
        basis=tuple(_basis(result)),
        notes=flow.notes,
    )


def _products(flow: Cashflow) -> list[ProductSale]:
    hours = next(iter(flow.cost.capital.values())).hours
    out = []
    for one in flow.sales:
        made = _first(one.kg_per_h) > 0.0
        out.append(
            ProductSale(
                product=one.product,
                t_per_year=_first(one.kg_per_h * hours) / 1000.0,
                sold=one.sold,
                market=None if one.usd_per_kg is None else _first(one.usd_per_kg),
                low=one.low,
                high=one.high,
                year=one.year,
                source=one.source,
                assumed=one.assumed,
                realised=None if one.realised is None else _first(one.realised),
                at_zero=_first(flow.price_at_npv_zero(one.product)) if one.sold and made else None,
                before_tax=_first(flow.levelised(one.product)) if one.sold and made else None,
                allocated=_first(flow.by_allocation(one.product)) if made else None,
                note=one.note,
            )
        )
    return out


def _basis(result: Result) -> list[Rest]:
    """Figures of the file, then of the data, then what is no sampled figure."""
    from ..data import sources

    known, out = sources(), []
    for path, value in result.plan.finance.values().items():
        low, high = value.range()
        source = value.source or "file"
        assumed = value.source is None or (value.source in known and known[value.source].assumed)
        unit = {"1": "-"}.get(value.unit, value.unit)
        out.append(Rest(path, value.nominal, low, high, unit, source, assumed, value.text))
    facts = dict(result.finance.figures)
    terms = result.plan.finance
    if terms.construction is None and not terms.spending:
        facts["data.finance.construction.years"] = finance_facts()["construction", "years"]
    for path, fact in facts.items():
        out.append(Rest(path, fact.value, fact.low, fact.high, fact.unit, fact.source, fact.assumed, fact.note))
    return out
