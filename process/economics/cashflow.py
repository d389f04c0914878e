"""The cash flow of a plant by year: what is built, sold, spent, taxed, borrowed; what it is worth.

All other products count at their price of sale (by-product credit); nothing is allocated. See docs/finance.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import Fact
from ..quantities import suggestion
from ..supply.capacity import added, hours_per_year, plain
from .cashflow_notes import credit_lines, notes
from .cost import Cost
from .figures import FINANCE, Figures
from .finance import FinanceError, LoanSchedule, Rate, depreciation, irr, loan_schedule, npv, payback, price_at_npv_zero
from .finance import tax as tax_on
from .rates import discount_rate, life
from .sales import Sale, sales
from .terms import Terms

Array = NDArray[np.float64]

FIXED = frozenset(
    {
        ("labour", "labour"),
        ("overhead", "administration and quality"),
        ("maintenance", "maintenance"),
        ("overhead", "insurance and property tax"),
    }
)
"""Lines of cost, by cause and item, that a plant pays in full whatever it makes; all others follow its output."""


@dataclass(frozen=True)
class Cashflow:
    """Yearly flows in million USD of shape (samples, years), in above zero and out below; `years` label them.

    Year 1 is the first of operation; building ends with year 0. `project` is without borrowing, `equity` with it (the
    same where nothing is borrowed). Present values are at the first year of building. `open_for` is the part of a year
    that the plant runs, `output` what it makes as a share of the full output; `depreciation` is no flow. `credited` is
    what by-products among the products save and fetch, which `operating` holds already.
    `discount_rate` and `tax_rate` have shape (samples,).
    """

    cost: Cost = field(repr=False)
    sales: tuple[Sale, ...] = field(repr=False)
    years: NDArray[np.int_]
    open_for: Array = field(repr=False)
    output: Array = field(repr=False)
    million_kg: Mapping[str, Array] = field(repr=False)
    revenue: Mapping[str, Array] = field(repr=False)
    credited: Mapping[str, Array] = field(repr=False)
    subsidy: Array = field(repr=False)
    operating: Array = field(repr=False)
    capital: Array = field(repr=False)
    grant: Array = field(repr=False)
    working_capital: Array = field(repr=False)
    depreciation: Array = field(repr=False)
    tax: Array = field(repr=False)
    project: Array = field(repr=False)
    loan: LoanSchedule | None = field(repr=False)
    equity_tax: Array = field(repr=False)
    equity: Array = field(repr=False)
    discount_rate: Array = field(repr=False)
    tax_rate: Array = field(repr=False)
    notes: tuple[str, ...] = ()
    figures: Mapping[str, Fact] = field(default_factory=dict, repr=False)
    """Figures of the data that the cash flow rests on beside those of the cost, by path."""

    @property
    def building(self) -> int:
        """Years of building."""
        return 1 - int(self.years[0])

    @cached_property
    def npv(self) -> Any:
        """Net present value of the project, million USD: a float, or shape (samples,)."""
        return plain(npv(self.project, self.discount_rate))

    @cached_property
    def rate_of_return(self) -> Rate:
        """The project's rate of return with how sure it is, shape (samples,)."""
        return irr(self.project)

    @property
    def irr(self) -> Any:
        """The project's rate of return, fraction a year: a float, or shape (samples,); NaN where there is none."""
        return plain(self.rate_of_return.value)

    @cached_property
    def payback(self) -> Any:
        """Years of operation until the project's money is back: a float, or shape (samples,); NaN where it never is."""
        return plain(payback(self.project) - (self.building - 1))

    @cached_property
    def discounted_payback(self) -> Any:
        """`payback` of the discounted flows."""
        return plain(payback(self.project, self.discount_rate) - (self.building - 1))

    @cached_property
    def equity_npv(self) -> Any:
        """Net present value of the owners' own money, million USD."""
        return plain(npv(self.equity, self.discount_rate))

    @cached_property
    def equity_rate_of_return(self) -> Rate:
        """The rate of return of the owners' own money, shape (samples,)."""
        return irr(self.equity)

    @property
    def invested(self) -> Any:
        """What is built, million USD, working capital left out: a float, or shape (samples,)."""
        return plain(-added(self.capital.T, len(self.capital)))

    def _sold(self, product: str) -> Array:
        """Million kg of a product that is sold, by year."""
        if product not in self.million_kg:
            known = [sale.product for sale in self.sales]
            if product not in known:
                raise FinanceError(f"no product {product!r}{suggestion(product, known)}", f"one of {', '.join(known)}")
            raise FinanceError(f"{product} is not sold: it goes on within the plant", "ask for its cost per kg")
        return self.million_kg[product]

    def _others(self, product: str) -> Array:
        """Flows before tax of operation without what a product fetches, as a credit or else, by year."""
        rest = [flow for name, flow in self.revenue.items() if name != product]
        rest += [-flow for name, flow in self.credited.items() if name == product]
        return np.asarray(_summed([*rest, self.subsidy, self.operating], self.project.shape))

    def price_at_npv_zero(self, product: str) -> Any:
        """USD/kg of a product at which the project's present value is zero after tax: a float, or shape (samples,).

        One price for all that is made of it, in every year; other products keep theirs. NaN where no price does it.
        Raises `FinanceError` for a product that is not sold.
        """
        made, rest = self._sold(product), self._others(product)
        apart = _summed([self.capital, self.grant, self.working_capital], self.project.shape)

        def value(price: Array, rows: NDArray[np.int_]) -> Array:
            earned = rest[rows] + price[:, None] * made[rows]
            paid = tax_on(earned - self.depreciation[rows], self.tax_rate[rows])
            return npv(earned + apart[rows] - paid, self.discount_rate[rows])

        sale = next(sale for sale in self.sales if sale.product == product)
        guess = np.ones(len(made)) if sale.usd_per_kg is None else sale.usd_per_kg
        return plain(price_at_npv_zero(value, guess))

    def levelised(self, product: str) -> Any:
        """USD/kg of a product at which the present value is zero before tax and borrowing: a float, or (samples,).

        All that is spent less what the other products fetch, over the kg sold, both discounted.
        """
        made = self._sold(product)
        flows = _summed([self._others(product), self.capital, self.grant, self.working_capital], made.shape)
        spent, sold = -npv(flows, self.discount_rate), npv(made, self.discount_rate)
        return plain(np.divide(spent, sold, out=np.full_like(spent, np.nan), where=sold > 0.0))

    def by_allocation(self, product: str) -> Any:
        """USD/kg that a product costs by the plan's allocation, capital as an annuity and without tax."""
        return self.cost.per_kg(product).total

    def __repr__(self) -> str:
        return (
            f"<Cashflow of {self.cost.solution.plan.name}: {len(self.years)} years, NPV {np.mean(self.npv):.4g} M USD>"
        )


def _summed(parts: list[Array], shape: tuple[int, ...]) -> Array:
    out = np.zeros(shape)
    for part in parts:
        out = out + part
    return out


def cashflow(cost: Cost, changes: Mapping[str, Array] | None = None) -> Cashflow:
    """The cash flow of a costed plant; nothing is solved again.

    `changes` are sampled values by path, as `cost` takes them: `finance.discount_rate`, `finance.sales.magnet`,
    `data.finance.tax.us`. Raises `FinanceError` for a product that has no price or a rate that cannot be, KeyError for
    a figure of the finance that nothing here uses.
    """
    given = dict(changes or {})
    figures = Figures(given)
    known = Terms(cost, given, figures)
    plan, terms, samples = known.plan, known.terms, known.samples
    rate, lived = known.array(discount_rate(plan, figures, given)), known.array(life(plan, figures, given))
    if np.any(lived <= 0.0):
        raise FinanceError("a plant that runs for no years", "give it a life, as in `finance: {life: 20 year}`")
    building, horizon = known.building, int(np.ceil(np.max(lived)))
    years = np.arange(1 - building, horizon + 1)
    shape = (samples, len(years))

    def operated(shares: Array) -> Array:
        """Shares of the years of operation among all years."""
        return np.concatenate([np.zeros((samples, building)), shares], axis=1)

    open_for = np.clip(lived[:, None] - np.arange(horizon)[None, :], 0.0, 1.0)
    running = operated(open_for)
    output = operated(known.ramp_up(tuple(cost.capital), horizon) * open_for)
    hours = hours_per_year(cost.solution, given)
    sold = sales(cost.solution, given, figures)
    million_kg = {one.product: (one.kg_per_h * hours / 1e6)[:, None] * output for one in sold if one.sold}
    revenue = {
        one.product: million_kg[one.product] * one.realised[:, None]
        for one in sold
        if one.sold and one.realised is not None
    }
    subsidy = np.zeros(shape)
    for one in sold:
        if one.product in terms.subsidy:
            per_kg = known.own(f"subsidy.{one.product}", terms.subsidy[one.product])
            subsidy = subsidy + (per_kg * one.kg_per_h * hours / 1e6)[:, None] * output
    fixed, variable = _spent(cost, hours, sold)
    credited = {
        one.product: added((-line.cost * hours / 1e6 for line in credit_lines(cost, one)), samples)[:, None] * output
        for one in sold
        if one.credited
    }
    operating = -(fixed[:, None] * running + variable[:, None] * output)

    whole = added((one.million_usd for one in cost.capital.values()), samples)
    granted = np.zeros(samples) if terms.grant is None else known.own("grant", terms.grant) / 1e6
    if not given and np.any(granted > whole):
        reason = "the grant is more than the plant costs to build"
        raise FinanceError(reason, "check its currency and amount", "finance.grant")
    granted = np.minimum(granted, whole)  # a sample that costs less, alone or among others, has it all paid and no more
    spread = np.zeros(len(years))
    spread[:building] = known.spending()
    capital, grant = -whole[:, None] * spread, granted[:, None] * spread
    tied = _tied_up(cost, known, whole)[:, None] * np.concatenate([output[:, 1:], np.zeros((samples, 1))], axis=1)
    working = -np.diff(tied, axis=1, prepend=0.0)

    written = terms.depreciation
    term = known.of("depreciation.years", None if written is None else written.years, "depreciation", "years")
    speed = None
    if written is not None and written.method == "declining":
        speed = known.own("depreciation.rate", written.rate) if written.rate is not None else known.array(1.5)
    worn = operated(depreciation(whole - granted, term, horizon, lived, speed))
    taxed = known.of("tax", terms.tax, "tax", plan.region)
    earned = _summed([*revenue.values(), subsidy, operating], shape)
    paid = -tax_on(earned - worn, taxed)
    project = _summed([earned, capital, grant, working, paid], shape)

    loan, equity_paid, equity = None, paid, project
    if terms.loan is not None:
        share = known.own("loan.share", terms.loan.share)
        loan = loan_schedule(
            -(capital + grant) * share[:, None],
            known.of("loan.rate", terms.loan.rate, "loan", "rate"),
            np.minimum(known.of("loan.years", terms.loan.years, "loan", "years"), np.floor(lived)),
            building,
        )
        equity_paid = -tax_on(earned - worn - loan.interest, taxed)
        equity = _summed([project, -paid, equity_paid, loan.drawn, -loan.interest, -loan.principal], shape)
    for path in () if cost.lenient else given:
        if path.startswith(FINANCE) and path not in figures.used and path not in cost.figures:
            raise KeyError(f"no cash flow here rests on {path!r}{suggestion(path, figures.used)}")
    return Cashflow(
        cost=cost,
        sales=sold,
        years=years,
        open_for=running,
        output=output,
        million_kg=MappingProxyType(million_kg),
        revenue=MappingProxyType(revenue),
        credited=MappingProxyType(credited),
        subsidy=subsidy,
        operating=operating,
        capital=capital,
        grant=grant,
        working_capital=working,
        depreciation=worn,
        tax=paid,
        project=project,
        loan=loan,
        equity_tax=equity_paid,
        equity=equity,
        discount_rate=rate,
        tax_rate=taxed,
        notes=tuple(notes(cost, sold)),
        figures=figures.used,
    )


def _spent(cost: Cost, hours: Array, sold: tuple[Sale, ...]) -> tuple[Array, Array]:
    """Million USD a year that a plant spends whatever it makes, and with its output in full; capital left out.

    By-products that the file sells at a price of its own are no credit beside it.
    """
    fixed, variable = np.zeros(len(hours)), np.zeros(len(hours))
    twice = {id(line) for one in sold if one.replaces_credit for line in credit_lines(cost, one)}
    for line in cost.lines:
        if line.cause == "capital" or id(line) in twice:
            continue
        yearly = line.cost * hours / 1e6
        if (line.cause, line.item) in FIXED:
            fixed = fixed + yearly
        else:
            variable = variable + yearly
    return fixed, variable


def _tied_up(cost: Cost, known: Terms, whole: Array) -> Array:
    """Million USD tied up at full output: a share of capital where the file says so, else what the stages hold."""
    own = known.terms.working_capital
    if own is not None:
        return np.asarray(known.own("working_capital", own) * whole)
    return added((one.million_usd for one in cost.working_capital.values()), known.samples)
