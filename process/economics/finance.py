"""Arithmetic of yearly cash flows: present value, rate of return, payback, loans, depreciation, break-even price.

Flows have shape (samples, years) in any money, a year apart; the first one is not discounted, as in numpy-financial.
Rates are fractions a year, a float or shape (samples,). Samples are treated one by one, so a batch has the bits of its
single cases. Equations and sources: docs/finance.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .pricebook import CostError
from .rates_of_return import rates_of_return

Array = NDArray[np.float64]

_GRID = np.concatenate([np.logspace(-3, -1, 9)[:-1], np.linspace(0.1, 3.0, 117), np.logspace(np.log10(3.0), 6, 25)[1:]])
"""Values of 1 + rate between which the only root of most flows lies, from −99.9 % up."""


class FinanceError(CostError):
    """A cash flow cannot be judged: `reason` says why, `remedy` what to change."""


class Outcome(IntEnum):
    """How the search for a rate of return ended."""

    FOUND = 0
    AMBIGUOUS = 1
    NO_CHANGE = 2
    NO_ROOT = 3

    @property
    def words(self) -> str:
        """What the outcome means, for a report; empty where the rate stands for itself."""
        return {
            Outcome.FOUND: "",
            Outcome.AMBIGUOUS: "the flows change sign more than once: the smallest of several possible rates",
            Outcome.NO_CHANGE: "the flows never change sign: money is only spent, or only earned",
            Outcome.NO_ROOT: "no rate above −100 % brings the present value to zero",
        }[self]


@dataclass(frozen=True)
class Rate:
    """Rates of return, fraction a year, shape (samples,), NaN where there is none; `outcome` says why, as `Outcome`."""

    value: Array
    outcome: NDArray[np.int_]

    def words(self, sample: int = 0) -> str:
        """What to know about the rate of a sample; empty where it is unique."""
        return Outcome(int(self.outcome[sample])).words


def _flows(flows: ArrayLike) -> Array:
    return np.atleast_2d(np.asarray(flows, dtype=float))


def _rates(rate: ArrayLike, samples: int) -> Array:
    values = np.array(np.broadcast_to(np.asarray(rate, dtype=float), (samples,)))
    if not np.all(values > -1.0):
        worst = float(np.min(np.where(np.isnan(values), -np.inf, values)))
        shown = "no number" if not np.isfinite(worst) else f"{100.0 * worst:g} %"
        raise FinanceError(f"a rate must be above −100 % a year, and is {shown}", "give one such as 10 %")
    return values


def npv(flows: ArrayLike, rate: ArrayLike) -> Array:
    """Present value at the time of the first flow, in the money of the flows, shape (samples,).

    Raises `FinanceError` for a rate of −100 % or below.

    >>> npv([-1000.0, 600.0, 600.0], 0.10).round(4)
    array([41.3223])
    """
    table = _flows(flows)
    growth = 1.0 + _rates(rate, len(table))
    total, factor = table[:, 0].copy(), np.ones(len(table))
    for year in range(1, table.shape[1]):
        factor = factor / growth
        total = total + table[:, year] * factor
    return np.asarray(total)


def annuity(rate: ArrayLike, years: ArrayLike) -> Array:
    """Yearly payment as a share of a sum lent for some years: r / (1 − (1+r)^−n); 1/n without interest.

    Rate and years are numbers or shape (samples,). Raises `FinanceError` for a rate of −100 % or below, or no years.

    >>> annuity(0.10, 20).round(4), annuity(0.0, 20)
    (array([0.1175]), array([0.05]))
    """
    whole = np.atleast_1d(np.asarray(years, dtype=float))
    samples = max(len(whole), np.size(rate))
    whole = np.array(np.broadcast_to(whole, (samples,)))
    rates = _rates(rate, samples)
    if not np.all(whole > 0.0):
        raise FinanceError("a sum is paid back over no years", "give a number of years above zero")
    growth = (1.0 + rates) ** whole
    plain = growth == 1.0
    return np.where(plain, 1.0 / whole, rates * growth / np.where(plain, 1.0, growth - 1.0))


def irr(flows: ArrayLike) -> Rate:
    """The rate at which the present value of flows is zero, with how sure it is.

    Flows that change sign once have one such rate. With several changes all rates above −100 % are found, as
    `rates_of_return` does: of several the smallest is given, and said to be ambiguous. Without a change, or where no
    rate does it, NaN and the reason.

    >>> irr([-1000.0, 600.0, 600.0]).value.round(5), irr([-1.0, -1.0]).words()
    (array([0.13066]), 'the flows never change sign: money is only spent, or only earned')
    """
    table = _flows(flows)
    changes = _sign_changes(table)
    value = np.full(len(table), np.nan)
    outcome = np.where(changes == 0, Outcome.NO_CHANGE, Outcome.NO_ROOT).astype(int)
    signs = np.stack([np.sign(_discounted(table, np.full(len(table), growth))) for growth in _GRID], axis=1)
    crosses = signs[:, :-1] * signs[:, 1:] <= 0.0
    plain = (changes == 1) & crosses.any(axis=1)
    if plain.any():
        first = np.argmax(crosses, axis=1)[plain]
        where = np.flatnonzero(plain)
        value[where] = (
            _root(lambda growth, row: _discounted(table[row], growth), _GRID[first], _GRID[first + 1], where) - 1.0
        )
        outcome[where] = Outcome.FOUND
    for row in np.flatnonzero((changes > 0) & ~plain):
        rates = rates_of_return(table[row])
        if len(rates):
            value[row] = rates[0]
            outcome[row] = Outcome.AMBIGUOUS if len(rates) > 1 else Outcome.FOUND
    return Rate(value, outcome)


def _discounted(table: Array, growth: Array) -> Array:
    """Present value at the first flow; a year of nothing at the end changes no bit."""
    total = np.zeros(len(table))
    for year in range(table.shape[1] - 1, -1, -1):
        total = total / growth + table[:, year]
    return np.asarray(total)


def _sign_changes(table: Array) -> NDArray[np.int_]:
    """How often the flows of each sample change sign, zeros left out."""
    changes, last = np.zeros(len(table), dtype=int), np.zeros(len(table))
    for year in range(table.shape[1]):
        sign = np.sign(table[:, year])
        changes += (sign * last < 0.0).astype(int)
        last = np.where(sign != 0.0, sign, last)
    return changes


def _root(function: Callable[[Array, Any], Array], low: Array, high: Array, row: NDArray[np.int_]) -> Array:
    """Roots between two bounds, sample by sample; `function` takes places and the rows that they belong to."""
    from scipy.optimize import elementwise

    found = elementwise.find_root(lambda x, i: function(x, i.astype(int)), (low, high), args=(row.astype(float),))
    if not np.all(found.success):
        raise FinanceError("no root was found between two values of opposite sign", "report this with its inputs")
    return np.asarray(found.x)


def payback(flows: ArrayLike, rate: ArrayLike = 0.0) -> Array:
    """Years from the first flow until what was spent is back, interpolated within a year; NaN where it never is.

    A flow counts as spread evenly over the year before it. With a rate the flows are discounted first.

    >>> payback([-1000.0, 400.0, 400.0, 400.0]), payback([-1000.0, 400.0, 400.0, 400.0], 0.05).round(3)
    (array([2.5]), array([2.742]))
    """
    table = _flows(flows)
    growth = 1.0 + _rates(rate, len(table))
    out, total, factor = np.full(len(table), np.nan), np.zeros(len(table)), np.ones(len(table))
    spent = np.zeros(len(table), dtype=bool)
    for year in range(table.shape[1]):
        flow = table[:, year] * factor
        after = total + flow
        back = spent & np.isnan(out) & (after >= 0.0)
        share = np.divide(-total, flow, out=np.zeros_like(flow), where=back & (flow > 0.0))
        out = np.where(back, year - 1.0 + share, out)
        spent |= after < 0.0
        total, factor = after, factor / growth
    return out


@dataclass(frozen=True)
class LoanSchedule:
    """A loan by year, shape (samples, years): what is drawn, interest and principal paid, the balance at its end."""

    drawn: Array
    interest: Array
    principal: Array
    balance: Array


def loan_schedule(drawn: ArrayLike, rate: ArrayLike, years: ArrayLike, start: int) -> LoanSchedule:
    """A loan that is drawn as given, shape (samples, years), and paid back in equal sums in `years` years.

    The first payment is at the flow of index `start`; before it interest is paid as it falls due, from the year after
    a sum is drawn. Raises `FinanceError` for a rate of −100 % or below.

    >>> loan = loan_schedule([100.0, 0.0, 0.0], 0.10, 2, 1)
    >>> loan.interest.round(3), loan.principal.round(3)
    (array([[ 0.   , 10.   ,  5.238]]), array([[ 0.   , 47.619, 52.381]]))
    """
    sums = _flows(drawn)
    samples, count = sums.shape
    rates = _rates(rate, samples)
    term = np.array(np.broadcast_to(np.asarray(years, dtype=float), (samples,)))
    level = annuity(rates, term)
    interest, principal, left = np.zeros_like(sums), np.zeros_like(sums), np.zeros_like(sums)
    balance, payment = np.zeros(samples), np.zeros(samples)
    for year in range(count):
        interest[:, year] = balance * rates
        if year == start:
            payment = balance * level
        if year >= start:
            last = year - start >= term - 1.0
            principal[:, year] = np.where(last, balance, np.minimum(payment - interest[:, year], balance))
        balance = balance - principal[:, year] + sums[:, year]
        left[:, year] = balance
    return LoanSchedule(sums, interest, principal, left)


def depreciation(
    capital: ArrayLike, years: ArrayLike, count: int, life: ArrayLike | None = None, declining: ArrayLike | None = None
) -> Array:
    """What is written off of a capital in each of `count` years of operation, shape (samples, count).

    Straight line over `years`; with `declining`, that multiple of the straight rate of what is left (1.5 for 150 %),
    and the straight line from where that is more. What is left in the last year of `life` is written off then.

    >>> depreciation(100.0, 4, 5)
    array([[25., 25., 25., 25.,  0.]])
    >>> depreciation(100.0, 5, 5, declining=2.0).round(2)
    array([[40. , 24. , 14.4, 10.8, 10.8]])
    """
    whole = np.atleast_1d(np.asarray(capital, dtype=float))
    term = np.array(np.broadcast_to(np.asarray(years, dtype=float), whole.shape))
    ends = np.array(np.broadcast_to(np.asarray(count if life is None else life, dtype=float), whole.shape))
    if not np.all(term > 0.0):
        raise FinanceError("a capital is written off over no years", "give a number of years above zero")
    speed = 0.0 if declining is None else np.asarray(declining, dtype=float) / term
    out, left = np.zeros((len(whole), count)), whole.copy()
    for year in range(count):
        remaining = term - year
        straight = np.divide(left, remaining, out=left.copy(), where=remaining > 1.0)
        one = straight if declining is None else np.minimum(np.maximum(straight, left * speed), left)
        one = np.where((ends > year) & (ends <= year + 1.0), left, np.where(ends <= year, 0.0, one))
        out[:, year] = one
        left = left - one
    return out


def tax(profit: ArrayLike, rate: ArrayLike) -> Array:
    """Tax on yearly profits before tax, shape (samples, years), never below zero: losses are carried forward.

    A loss is set against the profits of later years in full and without end; it never earns money back.

    >>> tax([-100.0, 60.0, 80.0], 0.25)
    array([[ 0.,  0., 10.]])
    """
    table = _flows(profit)
    rates = np.broadcast_to(np.asarray(rate, dtype=float), (len(table),))
    out, loss = np.zeros_like(table), np.zeros(len(table))
    for year in range(table.shape[1]):
        base = table[:, year] - loss
        out[:, year] = np.maximum(base, 0.0) * rates
        loss = np.maximum(-base, 0.0)
    return out


def price_at_npv_zero(value: Callable[[Array, NDArray[np.int_]], Array], guess: ArrayLike) -> Array:
    """The price at which a present value is zero, shape (samples,), NaN where no price does it.

    `value(price, rows)` gives the present value of the samples `rows` at these prices and rises with the price; it may
    be bent, as taxes on profits and losses bend it. `guess` is a price near which to begin, shape (samples,). Where the
    value is straight the answer is that of the straight line.

    >>> price_at_npv_zero(lambda price, rows: 8.0 * price - 100.0, np.array([1.0]))
    array([12.5])
    """
    start = np.atleast_1d(np.asarray(guess, dtype=float))
    rows = np.arange(len(start))
    step = np.maximum(np.abs(start), 1.0)
    at, beside = value(start, rows), value(start + step, rows)
    slope = (beside - at) / step
    if not np.all(slope > 0.0):
        return np.where(slope > 0.0, _price_or_nan(value, start, slope > 0.0), np.nan)
    straight = start - at / slope
    scale = np.abs(at) + np.abs(beside)
    out: Array = straight.copy()
    bent = np.abs(value(straight, rows)) > 1e-13 * scale
    if bent.any():
        out[bent] = _bracketed(value, straight[bent], step[bent], rows[bent])
    return out


def _price_or_nan(value: Callable[[Array, NDArray[np.int_]], Array], start: Array, some: NDArray[np.bool_]) -> Array:
    """`price_at_npv_zero` of some samples, NaN for the others."""
    out = np.full(len(start), np.nan)
    rows = np.flatnonzero(some)
    if len(rows):
        out[rows] = price_at_npv_zero(lambda price, i: value(price, rows[i]), start[rows])
    return out


def _bracketed(
    value: Callable[[Array, NDArray[np.int_]], Array], near: Array, step: Array, rows: NDArray[np.int_]
) -> Array:
    """Roots of a rising function about some places, by doubling the distance until its sign changes; NaN where it never
    does, as where a tax takes all."""
    low, high = near - step, near + step
    for _ in range(60):
        above, below = value(low, rows) > 0.0, value(high, rows) < 0.0
        if not (above.any() or below.any()):
            return _root(value, low, high, rows)
        step = 2.0 * step
        low, high = np.where(above, low - step, low), np.where(below, high + step, high)
    out = np.full(len(near), np.nan)
    some = ~(above | below)
    if some.any():
        out[some] = _root(value, low[some], high[some], rows[some])
    return out
