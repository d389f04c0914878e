"""Cash-flow arithmetic against hand cases, numpy-financial and published plants."""

from __future__ import annotations

import numpy as np
import numpy_financial as npf
import pytest
from scipy.optimize import brentq

from didymium.economics.capital import recovery_factor
from didymium.economics.finance import (
    FinanceError,
    Outcome,
    annuity,
    depreciation,
    irr,
    loan_schedule,
    npv,
    payback,
    price_at_npv_zero,
    tax,
)
from didymium.economics.rates_of_return import rates_of_return

CASES = [
    [-1000.0, 600.0, 600.0],
    [-100.0, 39.0, 59.0, 55.0, 20.0],
    [-500.0, -200.0, 100.0, 300.0, 400.0, 250.0],
    [-1.0, 0.0, 0.0, 0.0, 1.2],
    [-7799.0, *[1403.0] * 20],
    [-1000.0, 100.0, 100.0],
    [-100.0, 100.0],
    [-1.0, 500.0],
]


@pytest.mark.parametrize("flows", CASES)
@pytest.mark.parametrize("rate", [-0.5, 0.0, 0.08, 0.10, 1.5])
def test_npv_is_that_of_numpy_financial(flows: list[float], rate: float) -> None:
    assert npv(flows, rate)[0] == pytest.approx(npf.npv(rate, flows), rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("flows", CASES)
def test_irr_is_that_of_numpy_financial(flows: list[float]) -> None:
    found = irr(flows)
    assert found.value[0] == pytest.approx(npf.irr(flows), rel=1e-9, abs=1e-10)
    assert found.words() == ""
    assert npv(flows, found.value)[0] == pytest.approx(0.0, abs=1e-8 * max(map(abs, flows)))


def test_npv_and_irr_by_hand() -> None:
    # 600/1.1 + 600/1.21 = 545.4545 + 495.8678; the quadratic 1000 g² − 600 g − 600 gives g = 0.3 + √0.69.
    assert npv([-1000.0, 600.0, 600.0], 0.10)[0] == pytest.approx(41.322314, abs=1e-6)
    assert irr([-1000.0, 600.0, 600.0]).value[0] == pytest.approx(0.3 + 0.69**0.5 - 1.0, abs=1e-12)


def test_a_rate_at_or_below_minus_100_percent_is_refused() -> None:
    for rate in (-1.0, -2.5, np.nan):
        with pytest.raises(FinanceError, match="above −100 %"):
            npv([-1.0, 2.0], rate)
    with pytest.raises(FinanceError, match="no years"):
        annuity(0.1, 0)
    assert npv([-1.0, 2.0], -0.999)[0] == pytest.approx(1999.0)


def test_capital_recovery_of_10_percent_and_20_years() -> None:
    assert annuity(0.10, 20)[0] == pytest.approx(0.1175, abs=5e-5)
    assert annuity(0.10, 20)[0] == pytest.approx(recovery_factor(0.10, 20), rel=1e-14)
    assert annuity(0.10, 20)[0] == pytest.approx(-npf.pmt(0.10, 20, 1.0), rel=1e-12)
    assert annuity([0.0, 0.05], [4.0, 4.0]) == pytest.approx([0.25, -npf.pmt(0.05, 4, 1.0)])
    # A level flow of the annuity pays the sum back: present value zero.
    assert npv([-1.0, *[annuity(0.10, 20)[0]] * 20], 0.10)[0] == pytest.approx(0.0, abs=1e-12)


def test_without_a_change_of_sign_there_is_no_rate() -> None:
    found = irr([[-1.0, -2.0, 0.0], [1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [-1.0, 1.5, 0.0]])
    assert np.isnan(found.value[:3]).all()
    assert list(found.outcome) == [Outcome.NO_CHANGE] * 3 + [Outcome.FOUND]
    assert "never change sign" in found.words(1)
    assert found.value[3] == pytest.approx(0.5)


def test_of_several_rates_the_smallest_is_given_and_said_to_be_ambiguous() -> None:
    # 100 (1+r)² − 230 (1+r) + 132 = 0 has the roots 10 % and 20 %.
    found = irr([-100.0, 230.0, -132.0])
    assert found.value[0] == pytest.approx(0.10, abs=1e-12)
    assert found.outcome[0] == Outcome.AMBIGUOUS
    assert "more than once" in found.words()


@pytest.mark.parametrize("first", [0.05, 0.10, 0.103])
@pytest.mark.parametrize("apart", [0.009, 0.001, 1e-5])
def test_two_rates_close_to_each_other_are_both_found(first: float, apart: float) -> None:
    """(g − a)(g − b) = 0 whatever lies between two places where a search may look."""
    a, b = 1.0 + first, 1.0 + first + apart
    found = irr([-100.0, 100.0 * (a + b), -100.0 * a * b])
    assert found.value[0] == pytest.approx(first, abs=1e-9 / apart)
    assert found.outcome[0] == Outcome.AMBIGUOUS
    assert irr([-100.0, 221.5, -122.6536]).value[0] == pytest.approx(0.103, abs=1e-11)


def test_several_changes_with_one_rate_are_not_said_to_be_ambiguous() -> None:
    # 100 (g − 1.1)² touches zero once; (g − 1.2)(g² − g + 1) has no other root.
    assert irr([-100.0, 220.0, -121.0]).value[0] == pytest.approx(0.10, abs=1e-7)
    found = irr([[-100.0, 220.0, -121.0, 0.0], [-1.0, 2.2, -2.2, 1.2]])
    assert list(found.outcome) == [Outcome.FOUND] * 2
    assert found.value[1] == pytest.approx(0.2, abs=1e-12)


def test_rates_beyond_a_thousandfold_are_found() -> None:
    assert irr([-1.0, 1e8]).value[0] == pytest.approx(1e8 - 1.0)
    assert irr([-1.0, 1e-6]).value[0] == pytest.approx(1e-6 - 1.0)


@pytest.mark.parametrize("seed", range(40))
def test_all_rates_are_the_real_roots_of_the_polynomial(seed: int) -> None:
    rng = np.random.default_rng(seed)
    flows = rng.normal(size=rng.integers(3, 30))
    roots = np.roots(flows[::-1])
    real = roots[(np.abs(roots.imag) < 1e-12) & (roots.real > 0.0)].real
    assert rates_of_return(flows) == pytest.approx(sorted(1.0 / real - 1.0), rel=1e-7, abs=1e-9)


def test_several_changes_of_sign_may_have_no_rate() -> None:
    found = irr([1.0, -2.0, 1.5])
    assert np.isnan(found.value[0])
    assert found.outcome[0] == Outcome.NO_ROOT


def test_payback_is_interpolated_within_its_year() -> None:
    assert payback([-7799.0, *[1403.0] * 20])[0] == pytest.approx(7799.0 / 1403.0)
    assert np.isnan(payback([-100.0, 10.0, 10.0])[0])
    # Not before money was spent, and not by what was there before.
    assert payback([0.0, -100.0, 50.0, 100.0])[0] == pytest.approx(2.5)
    # 100/1.1 = 90.909, 100/1.21 = 82.645: 59.091 of the second year's is needed.
    assert payback([-150.0, 100.0, 100.0], 0.10)[0] == pytest.approx(1.0 + (150.0 - 90.9090909) / 82.6446281)


def test_a_loan_is_paid_back_as_numpy_financial_does() -> None:
    loan = loan_schedule([100.0, *[0.0] * 12], 0.06, 10, 1)
    periods = np.arange(1, 11)
    assert loan.interest[0, 1:11] == pytest.approx(-npf.ipmt(0.06, periods, 10, 100.0))
    assert loan.principal[0, 1:11] == pytest.approx(-npf.ppmt(0.06, periods, 10, 100.0))
    assert loan.principal.sum() == pytest.approx(100.0)
    assert loan.balance[0, 10:] == pytest.approx(0.0, abs=1e-12)
    # The lender's own flow has the loan's rate.
    lent = loan.interest + loan.principal - loan.drawn
    assert irr(lent).value[0] == pytest.approx(0.06, abs=1e-12)


def test_a_loan_drawn_in_parts_bears_interest_while_building() -> None:
    loan = loan_schedule([40.0, 60.0, 0.0, 0.0, 0.0], 0.10, 2, 2)
    assert loan.interest[0] == pytest.approx([0.0, 4.0, 10.0, 5.238095, 0.0])
    assert loan.principal[0, 2:4].sum() == pytest.approx(100.0)


def test_depreciation_adds_up() -> None:
    straight = depreciation(90.0, 3, 6)
    assert straight[0] == pytest.approx([30.0, 30.0, 30.0, 0.0, 0.0, 0.0])
    declining = depreciation(100.0, 20, 20, declining=1.5)
    assert declining[0, :2] == pytest.approx([7.5, 7.5 * 0.925])
    assert declining.sum() == pytest.approx(100.0)
    assert np.all(np.diff(declining[0]) <= 1e-12)
    # A plant that ends sooner writes off what is left then.
    short = depreciation([100.0, 100.0], 10, 8, life=[4.0, 8.0])
    assert short[0] == pytest.approx([10.0, 10.0, 10.0, 70.0, 0.0, 0.0, 0.0, 0.0])
    assert short.sum(axis=1) == pytest.approx([100.0, 100.0])


def test_losses_are_carried_forward() -> None:
    assert tax([-100.0, 60.0, 80.0, -10.0, 30.0], 0.25)[0] == pytest.approx([0.0, 0.0, 10.0, 0.0, 5.0])


def test_price_at_npv_zero_where_taxes_bend_the_line() -> None:
    costs = np.array([-1000.0, *[-100.0] * 10])
    written = depreciation(1000.0, 10, 10)[0]

    def value(price: np.ndarray, rows: np.ndarray) -> np.ndarray:
        earned = np.zeros((len(price), 11))
        earned[:, 1:] = 10.0 * price[:, None]
        before = earned + costs
        paid = np.zeros_like(before)
        paid[:, 1:] = tax(before[:, 1:] - written, 0.25)
        return npv(before - paid, 0.10)

    found = price_at_npv_zero(value, np.array([1.0, 500.0]))
    one = np.array([0])
    by_scipy = brentq(lambda price: value(np.array([price]), one)[0], 0.0, 1000.0, xtol=1e-13, rtol=1e-15)
    assert found == pytest.approx([by_scipy] * 2, rel=1e-12)
    # By hand: (10 P − 100)(1 − 0.25) + 0.25 × 100 = 1000 × annuity.
    assert found[0] == pytest.approx(((1000.0 * annuity(0.10, 10)[0] - 25.0) / 0.75 + 100.0) / 10.0, rel=1e-12)


def test_a_price_that_earns_nothing_has_no_break_even() -> None:
    found = price_at_npv_zero(lambda price, rows: np.where(rows == 1, price - 2.0, -1.0), np.array([1.0, 1.0]))
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(2.0)


def test_a_batch_has_the_bits_of_its_single_cases() -> None:
    rng = np.random.default_rng(7)
    flows = np.concatenate([-rng.uniform(50, 500, (40, 2)), rng.uniform(-20, 120, (40, 12))], axis=1)
    rates = rng.uniform(0.02, 0.2, 40)
    for i in range(40):
        one = flows[i : i + 1]
        assert npv(flows, rates)[i] == npv(one, rates[i])[0]
        assert np.array_equal(irr(flows).value[i], irr(one).value[0], equal_nan=True)
        assert np.array_equal(payback(flows, rates)[i], payback(one, rates[i])[0], equal_nan=True)
        assert np.array_equal(tax(flows, 0.25)[i], tax(one, 0.25)[0])
    # Years of nothing at the end, as a batch of unequal lives has them, change no bit either.
    longer = np.concatenate([flows, np.zeros((40, 7))], axis=1)
    assert np.array_equal(irr(longer).value, irr(flows).value, equal_nan=True)
    assert np.array_equal(npv(longer, rates), npv(flows, rates))


# -- published plants, as docs/finance.md shows them -------------------------------------------------------------------


def level(spending: list[float], years: int, rate: float) -> float:
    """The level yearly flow at which spending has a rate of return."""
    worth = sum(spent * (1.0 + rate) ** (len(spending) - 1 - i) for i, spent in enumerate(spending))
    return worth * float(annuity(rate, years)[0])


def test_green_smelter_rate_and_payback_agree_if_payback_counts_two_years_of_building() -> None:
    # China Northern Rare Earth: 7,799 M CNY, IRR 25.31 %, payback 5.56 years.
    half = 7799.0 / 2.0
    flow = level([half, half], 20, 0.2531)
    flows = [-half, -half, *[flow] * 20]
    assert irr(flows).value[0] == pytest.approx(0.2531, abs=1e-10)
    assert flow == pytest.approx(2248.0, abs=1.0)
    assert payback(flows)[0] + 1.0 == pytest.approx(5.47, abs=0.01)  # years of building begin a year before flow 0
    # Without the years of building the two do not agree: a level flow that pays back in 5.56 years returns 17 %.
    assert irr([-7799.0, *[7799.0 / 5.56] * 20]).value[0] == pytest.approx(0.172, abs=1e-3)


def test_carina_study_is_consistent_within_the_ramp_that_it_does_not_state() -> None:
    # 576 M USD, 17 years, IRR 29 %, NPV at 8 % of 1.2 bn USD, payback 3.6 years from commissioning.
    flow = level([288.0, 288.0], 17, 0.29)
    flows = [-288.0, -288.0, *[flow] * 17]
    assert flow == pytest.approx(193.8, abs=0.1)
    assert npv(flows, 0.08)[0] == pytest.approx(1082.0, abs=1.0)
    assert npv(flows, 0.08)[0] * 1.08 == pytest.approx(1169.0, abs=1.0)
    assert payback(flows)[0] - 1.0 == pytest.approx(2.97, abs=0.01)
