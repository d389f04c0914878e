"""Terms of finance one by one, by hand: paybacks, grants, subsidies, terms of loans and of what is written off."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy_financial as npf
import pytest

import didymium
from didymium.economics import cost
from didymium.economics.cashflow import Cashflow, cashflow
from didymium.economics.finance import FinanceError, depreciation, loan_schedule, payback
from didymium.files.money_schema import Money
from didymium.finance_terms import FinanceTerms, Loan
from didymium.levies import Levies
from didymium.quantities import In, Value

SHARE, YEAR = In("1"), In("year")
TONNES = 800.0
"""What the plant makes a year: 100 kg/h for 8000 h."""


def share(text: str) -> Value:
    return SHARE.parse(text)


def years(text: str) -> Value:
    return YEAR.parse(f"{text} year")


def prices(**given: str) -> MappingProxyType[str, Value]:
    return MappingProxyType({name: Money("USD/kg").parse(f"{text} USD2024/kg") for name, text in given.items()})


Judged = Callable[..., Cashflow]


@pytest.fixture
def judged(hand: Callable[..., Any], priced: Callable[[str, str], Value]) -> Judged:
    """The cash flow of a press that makes 100 kg/h of magnets of bought metal, without taxes unless it is told any."""

    def make(samples: int = 1, changes: dict[str, Any] | None = None, **terms: Any) -> Cashflow:
        flow = {"Nd": np.full(samples, 30.0), "Fe": np.full(samples, 70.0)}
        known = {
            "discount_rate": share("10 %"),
            "life": years("20"),
            "construction": years("1"),
            "tax": share("0 %"),
            "ramp_up": (share("100 %"),),
            "working_capital": share("0 %"),
            "sales": prices(magnet="60"),
        }
        solution = hand(
            {
                "press": {
                    "stage": "magnet",
                    "inlets": {"feed": "metal"},
                    "outlets": {"magnets": "magnet"},
                    "lines": [("electricity", np.full(samples, 1000.0), "kWh", ())],
                }
            },
            {"metal": flow, "press.magnets": flow},
            feeds={"metal": {"material": {"Nd": priced("100 %", "1")}, "price": priced("20 USD/kg", "USD/kg")}},
            products={"magnet": "press.magnets"},
            finance=FinanceTerms(**known | terms),
        )
        return cashflow(cost(solution, changes), changes)

    return make


# -- payback ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("building", [1, 2, 4])
def test_discounted_payback_counts_from_the_first_year_of_operation(judged: Judged, building: int) -> None:
    """Flows discounted on paper to the first year of building; the year in which their sum turns, less the building."""
    price = 1.05 * judged().levelised("magnet")
    flow = judged(construction=years(f"{building}"), sales=prices(magnet=f"{price!r}"))
    worth = flow.project[0] / 1.1 ** np.arange(len(flow.years))
    total = np.cumsum(worth)
    turn = int(np.argmax(total >= 0.0))
    assert building < turn < 20
    within = -total[turn - 1] / worth[turn]
    assert flow.discounted_payback == pytest.approx(turn - building + within, rel=1e-12)
    # Where all is spent in the year before operation a level flow is back by the formula of the annuity.
    if building == 1:
        ratio = flow.invested / flow.project[0, 1]
        even = -np.log(1.0 - ratio * 0.1) / np.log(1.1)
        assert int(even) == int(flow.discounted_payback)
        assert flow.payback == pytest.approx(ratio)
        assert flow.discounted_payback > flow.payback


def test_money_that_was_not_spent_does_not_come_back() -> None:
    """Years of nothing before the first is spent are none in which it is back; nor is a flow that never falls below."""
    assert payback([0.0, 0.0, -100.0, 200.0])[0] == pytest.approx(2.5)
    assert np.isnan(payback([0.0, 0.0, 0.0, 0.0])[0])
    assert np.isnan(payback([0.0, 0.0, 50.0, 50.0])[0])
    # Back to nothing exactly at the end of a year.
    assert payback([-100.0, 50.0, 50.0, 50.0])[0] == pytest.approx(2.0)


# -- grants and subsidies ---------------------------------------------------------------------------------------------


def test_a_grant_lowers_the_levelised_cost_by_its_annuity(judged: Judged) -> None:
    """A million USD at the start are worth a million: 0.11746 a year over 20 years, over 800 t a year."""
    plain, granted = judged(), judged(grant=Money("USD").parse("1_000_000 USD2024"))
    assert granted.npv - plain.npv == pytest.approx(1.0)
    yearly = -npf.pmt(0.10, 20, 1.0) * 1000.0 / TONNES
    for name in ("levelised", "price_at_npv_zero"):
        before, after = getattr(plain, name)("magnet"), getattr(granted, name)("magnet")
        assert before - after == pytest.approx(yearly, rel=1e-9)


def test_a_subsidy_follows_what_is_made(judged: Judged) -> None:
    """2 USD/kg of 800 t: a quarter in the first year, a half in the second, then 1.6 million; 0.4 of it in the last."""
    ramp = tuple(map(share, ("25 %", "50 %", "100 %")))
    flow = judged(subsidy=prices(magnet="2"), ramp_up=ramp, life=years("4.4"))
    assert flow.subsidy[0] == pytest.approx([0.0, 0.4, 0.8, 1.6, 1.6, 0.64])


def test_a_grant_beyond_the_capital_of_a_sample_is_no_error(judged: Judged) -> None:
    """It pays for all that those build and no more, alone or beside others; the file's own grant is refused."""
    grant = Money("USD").parse("1_000_000 USD2024")
    sums = np.array([0.0, 9e9, 1e6])
    flow = judged(samples=3, changes={"finance.grant": sums}, grant=grant)
    assert flow.grant[:, 0] == pytest.approx([0.0, flow.invested[1], 1.0])
    assert flow.depreciation.sum(axis=1) == pytest.approx(flow.invested - [0.0, flow.invested[1], 1.0])
    assert np.all(flow.depreciation >= 0.0)
    for i in range(3):
        assert judged(changes={"finance.grant": sums[i : i + 1]}, grant=grant).npv == flow.npv[i]
    for samples in (1, 2):
        with pytest.raises(FinanceError, match="more than the plant costs"):
            judged(samples=samples, grant=Money("USD").parse("9_000 MUSD2024"))


# -- what follows output ----------------------------------------------------------------------------------------------


def test_levies_and_materials_follow_output_and_people_do_not(
    hand: Callable[..., Any],
) -> None:
    """In a year at a quarter a plant pays its people, office, upkeep and insurance, and a quarter of the rest."""
    terms = {"ramp_up": tuple(map(share, ("25 %", "100 %"))), "construction": years("1"), "tax": share("0 %")}
    solution = hand(
        {
            "mill": {
                "stage": "mine",
                "inlets": {"feed": "ore"},
                "outlets": {"concentrate": "concentrate"},
                "lines": [("electricity", 1000.0, "kWh", ()), ("diesel", 1e5, "MJ", ())],
            },
            "cut": {
                "stage": "separation",
                "inlets": {"feed": "mill.concentrate"},
                "outlets": {"oxide": "oxide"},
                "lines": [("HCl", 100.0, "kg", ())],
            },
        },
        {"ore": {"Nd": 100.0}, "mill.concentrate": {"Nd": 100.0}, "cut.oxide": {"Nd": 100.0}},
        feeds={"ore": {"deposit": "bayan_obo"}},
        products={"oxide": "cut.oxide"},
        finance=FinanceTerms(**terms, sales=prices(oxide="60")),
        levies=Levies(royalty=share("5 %"), carbon_price=Money("USD/t", low=0).parse("100 USD2024/t")),
    )
    found = cost(solution)
    flow = cashflow(found)
    yearly = {"fixed": 0.0, "variable": 0.0}
    seen = set()
    for line in found.lines:
        if line.cause == "capital":
            continue
        seen.add(line.item)
        stays = line.cause in ("labour", "maintenance") or line.item in (
            "administration and quality",
            "insurance and property tax",
        )
        yearly["fixed" if stays else "variable"] += float(line.cost[0]) * 8000.0 / 1e6
    assert {"royalty", "carbon price", "HCl", "diesel", "labour", "maintenance"} <= seen
    assert flow.operating[0, 1] == pytest.approx(-yearly["fixed"] - 0.25 * yearly["variable"], rel=1e-12)
    assert flow.operating[0, 2] == pytest.approx(-yearly["fixed"] - yearly["variable"], rel=1e-12)


# -- loans ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("life", "paid_in"), [("6", 6), ("6.7", 6), ("10", 10), ("12", 10)])
def test_a_loan_is_paid_back_within_the_life_of_the_plant(judged: Judged, life: str, paid_in: int) -> None:
    """Ten years agreed, but a plant that runs for six pays in six, in the sums of a loan of six years."""
    flow = judged(life=years(life), loan=Loan(share("60 %"), share("5 %"), years("10")))
    assert flow.loan is not None
    borrowed = 0.6 * flow.invested
    assert flow.loan.principal.sum() == pytest.approx(borrowed)
    paid = flow.loan.interest[0, 1:] + flow.loan.principal[0, 1:]
    level = -npf.pmt(0.05, paid_in, borrowed)
    assert paid == pytest.approx([*[level] * paid_in, *[0.0] * (len(paid) - paid_in)], abs=1e-12)


def test_the_last_payment_leaves_nothing() -> None:
    """Rounding is paid with the last sum: not a cent is owed after, and no interest on it."""
    rates = np.linspace(0.001, 0.4, 200)
    for term in (1, 2, 7, 30):
        drawn = np.zeros((len(rates), 33))
        drawn[:, 0] = 1000.0 / 3.0
        loan = loan_schedule(drawn, rates, float(term), 1)
        assert np.all(loan.balance[:, term:] == 0.0)
        assert np.all(loan.interest[:, term + 1 :] == 0.0)
        assert np.all(loan.principal[:, term + 1 :] == 0.0)
        assert np.all(loan.balance[:, term - 1] > 0.0)


# -- what is written off ----------------------------------------------------------------------------------------------


def test_part_of_a_year_writes_off_the_rest_and_no_more() -> None:
    """Over two and a half years: 40, 40 and the last 20, whether straight or by a balance no faster."""
    assert depreciation(100.0, 2.5, 4)[0] == pytest.approx([40.0, 40.0, 20.0, 0.0])
    assert depreciation(100.0, 2.5, 4, declining=1.0)[0] == pytest.approx([40.0, 40.0, 20.0, 0.0])
    assert depreciation(100.0, 0.5, 2)[0] == pytest.approx([100.0, 0.0])
    assert depreciation([100.0, 100.0], [2.5, 1.0], 3) == pytest.approx(
        np.array([[40.0, 40.0, 20.0], [100.0, 0.0, 0.0]])
    )


def test_a_tax_that_takes_all_leaves_no_price_and_spoils_no_other_sample() -> None:
    plant = didymium.load("iron_nitride", {"finance.tax": "25 %"})
    alone = plant.solve({"finance.tax": [0.25]}).finance.price_at_npv_zero("magnet")
    both = plant.solve({"finance.tax": [0.25, 1.0]}).finance.price_at_npv_zero("magnet")
    assert both[0] == alone
    assert np.isnan(both[1])
