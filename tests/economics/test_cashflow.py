"""Cash flows of plants put together by hand, checked on paper, and of the shipped ones."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy_financial as npf
import pytest

import didymium
from didymium.economics import cost
from didymium.economics.cashflow import FIXED, cashflow
from didymium.economics.finance import FinanceError, annuity
from didymium.files.money_schema import Money
from didymium.finance_terms import Depreciation, FinanceTerms, Loan, Offtake
from didymium.levies import Levies
from didymium.quantities import In, Value

FOUR = ("0.25", "0.5", "1")
SHARE, YEAR = In("1"), In("year")


def share(text: str) -> Value:
    return SHARE.parse(text)


def years(text: str) -> Value:
    return YEAR.parse(f"{text} year")


def usd(text: str) -> Value:
    return Money("USD/kg").parse(f"{text} USD2024/kg")


def prices(**given: str) -> MappingProxyType[str, Value]:
    return MappingProxyType({name: usd(text) for name, text in given.items()})


PLAIN = FinanceTerms(
    discount_rate=share("10 %"),
    life=years("20"),
    construction=years("1"),
    tax=share("0 %"),
    ramp_up=(share("100 %"),),
    working_capital=share("0 %"),
    sales=prices(magnet="80"),
)


def with_terms(**changes: Any) -> FinanceTerms:
    known = {name: getattr(PLAIN, name) for name in PLAIN.__slots__}
    return FinanceTerms(**known | changes)


@pytest.fixture
def plant(hand: Callable[..., Any], priced: Callable[[str, str], Value]) -> Callable[..., Any]:
    """One unit that makes 100 kg/h of magnets of bought metal, 800 t a year."""

    def make(terms: FinanceTerms, scale: Any = 1.0) -> Any:
        flow = np.asarray(scale, dtype=float)
        return hand(
            {
                "press": {
                    "stage": "magnet",
                    "inlets": {"feed": "metal"},
                    "outlets": {"magnets": "magnet"},
                    "lines": [("electricity", 1000.0 * flow, "kWh", ())],
                }
            },
            {"metal": {"Nd": 30.0 * flow, "Fe": 70.0 * flow}, "press.magnets": {"Nd": 30.0 * flow, "Fe": 70.0 * flow}},
            feeds={"metal": {"material": {"Nd": priced("100 %", "1")}, "price": priced("20 USD/kg", "USD/kg")}},
            products={"magnet": "press.magnets"},
            finance=terms,
        )

    return make


def yearly(found: Any, fixed: bool) -> float:
    """Million USD a year of a cost's lines, by hand."""
    lines = [line for line in found.lines if line.cause != "capital" and ((line.cause, line.item) in FIXED) == fixed]
    return float(sum(line.cost[0] for line in lines)) * 8000.0 / 1e6


# -- flows by hand ----------------------------------------------------------------------------------------------------


def test_the_price_at_npv_zero_is_the_cost_with_its_annuity(plant: Callable[..., Any]) -> None:
    """No tax, no ramp, level flows, one product: what it must fetch is what it costs."""
    found = cost(plant(with_terms(working_capital=None)))
    flow = cashflow(found)
    per_kg = found.per_kg("magnet").total
    assert flow.price_at_npv_zero("magnet") == pytest.approx(per_kg, rel=1e-9)
    assert flow.levelised("magnet") == pytest.approx(per_kg, rel=1e-9)
    assert flow.by_allocation("magnet") == per_kg


def test_the_file_s_rate_and_life_hold_for_the_annuity_too(plant: Callable[..., Any]) -> None:
    terms = with_terms(working_capital=None, discount_rate=share("6 %"), life=years("12"))
    found = cost(plant(terms))
    assert next(iter(found.capital.values())).recovery == pytest.approx(float(annuity(0.06, 12)[0]))
    assert cashflow(found).price_at_npv_zero("magnet") == pytest.approx(found.per_kg("magnet").total, rel=1e-9)
    # Sampled as well, each case with its own annuity.
    sampled = {"finance.discount_rate": np.array([0.06, 0.12]), "finance.life": np.array([12.0, 20.0])}
    many = cost(plant(terms, np.ones(2)), sampled)
    assert cashflow(many, sampled).levelised("magnet") == pytest.approx(many.per_kg("magnet").total, rel=1e-9)


def test_flows_of_each_year_by_hand(plant: Callable[..., Any]) -> None:
    found = cost(plant(with_terms(ramp_up=tuple(map(share, FOUR)), working_capital=share("10 %"), tax=share("25 %"))))
    flow = cashflow(found)
    whole = sum(float(one.million_usd[0]) for one in found.capital.values())
    assert list(flow.years) == list(range(21))
    assert flow.capital[0] == pytest.approx([-whole, *[0.0] * 20])
    assert flow.revenue["magnet"][0, :5] == pytest.approx([0.0, 16.0, 32.0, 64.0, 64.0])  # 800 t at 80 USD/kg
    spent = yearly(found, True) + yearly(found, False) * np.array([0.25, 0.5, 1.0])
    assert flow.operating[0, 1:4] == pytest.approx(-spent)
    tied = 0.1 * whole
    assert flow.working_capital[0, :4] == pytest.approx([-0.25 * tied, -0.25 * tied, -0.5 * tied, 0.0])
    assert flow.working_capital[0, 20] == pytest.approx(tied)
    assert flow.working_capital.sum() == pytest.approx(0.0, abs=1e-12)
    assert flow.depreciation[0, 1:12] == pytest.approx([*[whole / 10.0] * 10, 0.0])
    profit = 64.0 - spent[2] - whole / 10.0
    losses = sum(min(0.0, sales - out - whole / 10.0) for sales, out in ((16.0, spent[0]), (32.0, spent[1])))
    assert flow.tax[0, 3] == pytest.approx(-0.25 * (profit + losses))
    assert flow.tax[0, 4] == pytest.approx(-0.25 * profit)
    parts = (flow.revenue["magnet"], flow.operating, flow.capital, flow.working_capital, flow.tax)
    assert flow.project == pytest.approx(sum(parts))
    assert flow.npv == pytest.approx(npf.npv(0.10, flow.project[0]), rel=1e-12)
    assert flow.irr == pytest.approx(npf.irr(flow.project[0]), rel=1e-9)


def test_years_of_building_come_before_the_first_of_operation(plant: Callable[..., Any]) -> None:
    spending = tuple(map(share, ("10 %", "60 %", "30 %")))
    flow = cashflow(cost(plant(with_terms(construction=None, spending=spending))))
    assert list(flow.years[:4]) == [-2, -1, 0, 1]
    assert flow.building == 3
    assert flow.capital[0, :4] == pytest.approx(-flow.invested * np.array([0.1, 0.6, 0.3, 0.0]))
    # Payback counts from the start of operation.
    level = flow.project[0, 4]
    assert flow.payback == pytest.approx(flow.invested / level)
    even = cashflow(cost(plant(with_terms(construction=years("4")))))
    assert even.capital[0, :4] == pytest.approx([-even.invested / 4.0] * 4)


def test_grants_lower_what_is_written_off(plant: Callable[..., Any]) -> None:
    grant = Money("USD").parse("1_000_000 USD2024")
    flow = cashflow(cost(plant(with_terms(grant=grant, tax=share("25 %")))))
    assert flow.grant[0, 0] == pytest.approx(1.0)
    assert flow.depreciation.sum() == pytest.approx(flow.invested - 1.0)
    with pytest.raises(FinanceError, match="more than the plant costs"):
        cashflow(cost(plant(with_terms(grant=Money("USD").parse("9_000 MUSD2024")))))


def test_subsidy_floor_and_offtake(plant: Callable[..., Any]) -> None:
    def first(**changes: Any) -> Any:
        return cashflow(cost(plant(with_terms(**changes))))

    assert first(subsidy=prices(magnet="2")).subsidy[0, 1] == pytest.approx(1.6)
    assert first(price_floor=prices(magnet="100")).revenue["magnet"][0, 1] == pytest.approx(80.0)
    assert first(price_floor=prices(magnet="50")).revenue["magnet"][0, 1] == pytest.approx(64.0)
    half = MappingProxyType({"magnet": Offtake(share("50 %"), usd("120"))})
    assert first(offtake=half).revenue["magnet"][0, 1] == pytest.approx(0.8 * (60.0 + 40.0))
    floored = first(offtake=half, price_floor=prices(magnet="100"))
    assert floored.revenue["magnet"][0, 1] == pytest.approx(0.8 * (60.0 + 50.0))
    # A share alone is sold at the price of the file, whatever the samples say.
    fixed = plant(with_terms(offtake=MappingProxyType({"magnet": Offtake(share("75 %"))})), np.ones(2))
    found = cashflow(cost(fixed), {"finance.sales.magnet": np.array([80.0, 40.0])})
    assert found.revenue["magnet"][:, 1] == pytest.approx([64.0, 0.8 * (60.0 + 10.0)])


def test_loan_and_owners_own_money(plant: Callable[..., Any]) -> None:
    loan = Loan(share("60 %"), share("5 %"), years("8"))
    flow = cashflow(cost(plant(with_terms(loan=loan, tax=share("25 %"), construction=years("2")))))
    assert flow.loan is not None
    borrowed = 0.6 * flow.invested
    assert flow.loan.drawn.sum() == pytest.approx(borrowed)
    assert flow.loan.principal.sum() == pytest.approx(borrowed)
    paid = flow.loan.interest[0, 2:10] + flow.loan.principal[0, 2:10]
    assert paid == pytest.approx([-npf.pmt(0.05, 8, borrowed)] * 8)
    assert flow.loan.interest[0, 1] == pytest.approx(0.05 * borrowed / 2.0)
    # Interest lowers the tax; where the plant earns more than the loan costs the owners' rate rises.
    assert flow.equity_tax.sum() - flow.tax.sum() == pytest.approx(0.25 * flow.loan.interest.sum())
    assert flow.equity_rate_of_return.value[0] > flow.irr > 0.05
    alone = cashflow(cost(plant(with_terms(tax=share("25 %"), construction=years("2")))))
    assert flow.npv == alone.npv
    assert alone.equity is alone.project


def test_a_declining_balance_moves_tax_and_not_what_is_written_off(plant: Callable[..., Any]) -> None:
    straight = cashflow(cost(plant(with_terms(tax=share("25 %"), depreciation=Depreciation(years("10"))))))
    fast = Depreciation(years("10"), "declining", share("200 %"))
    declining = cashflow(cost(plant(with_terms(tax=share("25 %"), depreciation=fast))))
    assert declining.depreciation.sum() == pytest.approx(straight.depreciation.sum())
    assert declining.tax.sum() == pytest.approx(straight.tax.sum())
    assert declining.npv > straight.npv


def test_the_price_at_npv_zero_brings_the_value_to_zero_with_tax(plant: Callable[..., Any]) -> None:
    terms = {"tax": share("25 %"), "ramp_up": tuple(map(share, FOUR)), "working_capital": share("10 %")}
    price = cashflow(cost(plant(with_terms(**terms)))).price_at_npv_zero("magnet")
    again = cashflow(cost(plant(with_terms(**terms, sales=prices(magnet=f"{price!r}")))))
    assert again.npv == pytest.approx(0.0, abs=1e-9)
    assert again.irr == pytest.approx(0.10, abs=1e-12)
    assert again.levelised("magnet") < price


# -- by-products, levies, grants with loans --------------------------------------------------------------------------


@pytest.fixture
def cells(hand: Callable[..., Any], priced: Callable[[str, str], Value]) -> Callable[..., Any]:
    """A plant that sells magnets and a caustic liquor of 500 kg/h NaOH, and buys 300 kg/h of NaOH; 8000 h a year."""

    def make(terms: FinanceTerms, **plan: Any) -> Any:
        return hand(
            {
                "press": {
                    "stage": "magnet",
                    "inlets": {"feed": "metal"},
                    "outlets": {"magnets": "magnet", "lye": "caustic liquor"},
                    "lines": [("NaOH", 300.0, "kg", ()), ("diesel", 4000.0, "MJ", ())],
                }
            },
            {
                "metal": {"Nd": 30.0, "Fe": 70.0},
                "press.magnets": {"Nd": 30.0, "Fe": 70.0},
                "press.lye": {"Na": 500.0 * 22.98977 / 39.99711, "O": 500.0 * 15.999 / 39.99711, "H": 12.6, "Cl": 0.0},
            },
            feeds={"metal": {"material": {"Nd": priced("100 %", "1")}, "price": priced("20 USD/kg", "USD/kg")}},
            products={"magnet": "press.magnets", "lye": "press.lye"},
            finance=terms,
            **plan,
        )

    return make


def test_a_by_product_that_the_file_sells_is_no_credit_beside_it(cells: Callable[..., Any]) -> None:
    credited, sold = (
        cashflow(cost(cells(with_terms(sales=prices(magnet="80", **more))))) for more in ({}, {"lye": "0.3"})
    )
    # 300 kg/h take the place of bought NaOH at 0.38 USD/kg, 200 are sold at 0.6 of that.
    credit = (300.0 * 0.38 + 200.0 * 0.6 * 0.38) * 8000.0 / 1e6
    assert credited.credited["lye"][0, 1] == pytest.approx(credit, rel=1e-5)
    assert credited.operating[0, 1] - sold.operating[0, 1] == pytest.approx(credit, rel=1e-5)
    made = float(sold.million_kg["lye"][0, 1])
    assert sold.revenue["lye"][0, 1] == pytest.approx(0.3 * made)
    assert sold.project[0, 1] - credited.project[0, 1] == pytest.approx(0.3 * made - credit, rel=1e-4)
    assert not sold.credited
    assert any(note.startswith("all lye is sold at the file's price") for note in sold.notes)
    # Sold at what the credit comes to, the plant is worth the same; that is also its price at NPV = 0 counted alone.
    same = cashflow(cost(cells(with_terms(sales=prices(magnet="80", lye=f"{credit / made!r}")))))
    assert same.npv == pytest.approx(credited.npv, rel=1e-5)
    assert credited.price_at_npv_zero("lye") == pytest.approx(sold.price_at_npv_zero("lye"), rel=1e-9)
    assert credited.levelised("lye") == pytest.approx(sold.levelised("lye"), rel=1e-9)


def test_a_floor_under_a_credit_says_that_it_does_nothing(cells: Callable[..., Any]) -> None:
    flow = cashflow(cost(cells(with_terms(price_floor=prices(lye="1")))))
    assert "price_floor of lye has no effect without a price under sales: it is a by-product" in flow.notes
    assert not flow.revenue["lye"].any()


def test_only_staff_upkeep_and_insurance_are_paid_whatever_is_made(cells: Callable[..., Any]) -> None:
    """In a year of a quarter of the output a quarter of all else is paid: carbon, freight and credits too."""
    levies = Levies(
        carbon_price=Money("USD/t").parse("100 USD2024/t"),
        freight=MappingProxyType({"press.magnets": Money("USD/t").parse("500 USD2024/t")}),
    )
    terms = {"ramp_up": tuple(map(share, ("25 %", "100 %"))), "working_capital": share("0 %")}
    found = cost(cells(with_terms(**terms), levies=levies))
    items = {line.item for line in found.lines}
    assert {"carbon price", "freight of press.magnets", "lye (sold)", "lye (for NaOH)"} <= items
    flow, bare = cashflow(found), cashflow(cost(cells(with_terms(**terms))))
    per_year = (0.1 * 500.0 + 4.0 * 0.0741 * 100.0) * 8000.0 / 1e6  # 100 kg/h magnets; 4 GJ/h of diesel at 74.1 kg/GJ
    extra = bare.operating - flow.operating
    assert extra[0, 1:3] == pytest.approx([0.25 * per_year, per_year], rel=1e-9)
    staff = sum(line.cost[0] for line in found.lines if line.cause in ("labour", "maintenance"))
    staff += sum(
        line.cost[0]
        for line in found.lines
        if line.item in ("administration and quality", "insurance and property tax")
    )
    rest = sum(line.cost[0] for line in found.lines if line.cause != "capital") - staff
    assert -flow.operating[0, 1:3] * 1e6 / 8000.0 == pytest.approx([staff + 0.25 * rest, staff + rest], rel=1e-9)


def test_a_loan_is_of_what_the_grant_leaves(plant: Callable[..., Any]) -> None:
    whole = cashflow(cost(plant(PLAIN))).invested
    grant = Money("USD").parse(f"{0.6 * whole * 1e6:.0f} USD2024")
    flow = cashflow(cost(plant(with_terms(grant=grant, loan=Loan(share("80 %"), share("5 %"), years("8"))))))
    assert flow.loan is not None
    assert flow.loan.drawn.sum() == pytest.approx(0.8 * 0.4 * whole, rel=1e-6)
    # Owners pay the fifth that neither grant nor loan covers, and are never paid to build.
    assert flow.equity[0, 0] == pytest.approx(-0.2 * 0.4 * whole, rel=1e-6)
    assert "the loan is a share of the capital less the grant" in flow.notes


def test_a_grant_pays_for_no_more_than_is_built(plant: Callable[..., Any]) -> None:
    """In samples whose plant costs less than the grant."""
    whole = cashflow(cost(plant(PLAIN))).invested
    grant = Money("USD").parse(f"{0.9 * whole * 1e6:.0f} USD2024")
    sampled = {"finance.grant": np.array([0.5, 2.0]) * whole * 1e6}
    flow = cashflow(cost(plant(with_terms(grant=grant), np.ones(2))), sampled)
    assert flow.grant.sum(axis=1) == pytest.approx([0.5 * whole, whole])
    assert flow.depreciation.sum(axis=1) == pytest.approx([0.5 * whole, 0.0])


def test_stocks_of_the_cost_and_of_the_cash_flow_may_differ_and_it_says_so(plant: Callable[..., Any]) -> None:
    own = cashflow(cost(plant(with_terms(working_capital=share("10 %")))))
    stages = cashflow(cost(plant(with_terms(working_capital=None))))
    assert own.by_allocation("magnet") == stages.by_allocation("magnet")
    assert own.npv != stages.npv
    assert any(note.startswith("working capital is the file's share") for note in own.notes)
    assert not any(note.startswith("working capital") for note in stages.notes)


# -- what is asked wrongly --------------------------------------------------------------------------------------------


def test_a_product_without_a_price_is_an_error_that_names_the_key(plant: Callable[..., Any], hand: Any) -> None:
    powder = hand(
        {"mill": {"stage": "magnet", "inlets": {"feed": "metal"}, "outlets": {"powder": "powder"}}},
        {"metal": {"Fe": 10.0}, "mill.powder": {"Fe": 10.0}},
        feeds={"metal": {}},
        products={"powder": "mill.powder"},
    )
    with pytest.raises(FinanceError, match=r"what powder \(powder\) is sold at; .*sales: \{powder: 10 USD2024/kg\}"):
        cashflow(cost(powder))
    flow = cashflow(cost(plant(PLAIN)))
    with pytest.raises(FinanceError, match="did you mean 'magnet'"):
        flow.price_at_npv_zero("magnets")


def test_an_unknown_figure_of_the_finance_is_refused(plant: Callable[..., Any]) -> None:
    found = cost(plant(with_terms(tax=None)))
    with pytest.raises(KeyError, match=r"no cash flow here rests on 'data\.finance\.tax\.us'"):
        cashflow(found, {"data.finance.tax.us": np.array([0.3])})
    lower = cashflow(found, {"data.finance.tax.china": np.array([0.15])})
    assert lower.npv > cashflow(found).npv
    assert "data.finance.tax.china" in lower.figures


# -- samples ----------------------------------------------------------------------------------------------------------


def test_a_batch_has_the_bits_of_its_single_cases(plant: Callable[..., Any]) -> None:
    terms = with_terms(tax=share("25 %"), ramp_up=tuple(map(share, FOUR)), loan=Loan(share("60 %")))
    sampled = {
        "finance.life": np.array([12.0, 20.0, 17.5]),
        "finance.discount_rate": np.array([0.06, 0.10, 0.12]),
        "finance.sales.magnet": np.array([80.0, 30.0, 65.0]),
    }
    scale = np.array([1.0, 1.3, 0.8])
    many = cashflow(cost(plant(terms, scale)), sampled)
    for i in range(3):
        one = cashflow(cost(plant(terms, scale[i : i + 1])), {path: flow[i : i + 1] for path, flow in sampled.items()})
        assert one.npv == many.npv[i]
        assert np.array_equal(one.irr, many.irr[i], equal_nan=True)
        assert np.array_equal(one.payback, many.payback[i], equal_nan=True)
        assert one.price_at_npv_zero("magnet") == many.price_at_npv_zero("magnet")[i]
        assert one.equity_npv == many.equity_npv[i]


# -- shipped plants ---------------------------------------------------------------------------------------------------


def test_a_result_knows_its_cash_flow() -> None:
    plant = didymium.load("ningbo_magnets", {"finance": "{construction: 1 year, sales: {magnet: 49 USD2024/kg}}"})
    result = plant.solve({"finance.sales.magnet": [45.0, 49.0, 60.0]})
    flow = result.finance
    assert flow is result.finance
    assert flow.npv.shape == (3,)
    assert np.all(np.diff(flow.npv) > 0.0)
    assert flow.npv[1] == plant.solve().finance.npv
    assert float(annuity(0.10, 20)[0]) == pytest.approx(0.11746, abs=1e-5)


def test_what_goes_on_within_the_plant_is_not_sold() -> None:
    plant = didymium.load("mountain_pass", {"finance": "{price_floor: {ndpr_oxide: 110 USD2025/kg}}"})
    flow = plant.solve().finance
    oxide, magnet = flow.sales[:2]
    assert (oxide.sold, magnet.sold) == (False, True)
    assert set(flow.revenue) == {"magnet", "lace_carbonate", "seg_carbonate"}
    with pytest.raises(FinanceError, match="goes on within the plant"):
        flow.price_at_npv_zero("ndpr_oxide")
    assert any("price_floor of ndpr_oxide has no effect" in note for note in flow.notes)
    assert flow.by_allocation("ndpr_oxide") > 0.0
