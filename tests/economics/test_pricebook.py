"""Prices: the region's own, the file's, borrowed ones, units, and what makes one an assumption."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from didymium import data
from didymium.economics import CostError, PriceBook, PriceError, pricebook
from didymium.economics.credit import worth
from didymium.economics.finance import FinanceError
from didymium.economics.pricebook import Price, is_assumed
from didymium.elements import COUNT, INDEX, molar_mass
from didymium.quantities import Value
from didymium.stream import Stream

Parse = Callable[[str, str], Value]


def test_a_price_of_its_own_region_in_dollars() -> None:
    """H2SO4 in the US: 0.128 USD/kg, as read; no factor, no rate."""
    price = PriceBook("us", 2024).price("H2SO4")
    assert (price.value, price.unit, price.cause, price.assumed) == (0.128, "kg", "reagents", False)


def test_a_price_in_another_currency_divides_by_the_rate() -> None:
    """Power in the US: 0.075 EUR/kWh at 0.92885 EUR/USD are 0.08074 USD/kWh."""
    price = PriceBook("us", 2024).price("electricity")
    assert price.value == pytest.approx(0.080745, rel=1e-4)
    assert "0.075 EUR at 0.92885 EUR/USD of 2024" in price.note


def test_a_borrowed_price_is_one_factor_dearer_and_assumed() -> None:
    """Acid in Europe: as in the US, 0.128 USD/kg, times 1.2."""
    price = PriceBook("europe", 2024).price("H2SO4")
    assert price.value == pytest.approx(0.1536)
    assert (price.assumed, price.source) == (True, "assumed")


@pytest.mark.parametrize("judged", [False, True])
def test_a_rate_that_is_assumed_makes_the_price_assumed(judged: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The power price is read; nothing but the exchange rate is changed."""
    rate = replace(data.exchange_rate("EUR", 2024), source="assumed" if judged else "fed_g5")
    monkeypatch.setattr(pricebook, "exchange_rate", lambda currency, year: rate)
    assert rate.assumed is judged
    assert PriceBook("china", 2024).price("electricity").assumed is judged


@pytest.mark.parametrize("which", ["", "wage", "burden", "rate"])
def test_a_wage_is_assumed_by_any_of_its_parts(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """100 EUR and 50 % on top at 2 EUR/USD: 75 USD; assumed where the wage, the burden or the rate is."""
    known = data.wages()["europe"]
    sources = {name: "assumed" if name == which else "eurostat2024" for name in ("wage", "burden", "rate")}
    made = {
        "europe": {
            "wage": replace(known["wage"], value=100.0, confidence="high", source=sources["wage"]),
            "burden": replace(known["burden"], value=0.5, source=sources["burden"]),
        }
    }
    rate = replace(data.exchange_rate("EUR", 2024), value=2.0, source=sources["rate"])
    monkeypatch.setattr(pricebook, "wages", lambda: made)
    monkeypatch.setattr(pricebook, "exchange_rate", lambda currency, year: rate)
    price = PriceBook("europe", 2024).wage()
    assert price.value == pytest.approx(75.0)
    assert price.assumed is bool(which)


def test_ranges_of_a_wage_take_both_ranges() -> None:
    """China: 78 561 and 30 % (20 to 40 %) on top, high 124 110, at 7.2167 CNY/USD."""
    price = PriceBook("china", 2024).wage()
    assert price.value == pytest.approx(78_561 * 1.3 / 7.2167)
    assert price.low == pytest.approx(78_561 * 1.2 / 7.2167)
    assert price.high == pytest.approx(124_110 * 1.4 / 7.2167)


def test_prices_by_other_units() -> None:
    """120 USD/t are 0.12 USD/kg; 0.036 USD/kWh are 0.01 USD/MJ; mass is no energy."""
    lime = Price("lime", 120.0, 100.0, 200.0, "t", "reagents", 2024, "assumed", True)
    assert lime.per("kg") == pytest.approx(0.12)
    assert lime.per("t") == 120.0
    assert (lime.by("kg").low, lime.by("kg").high) == (pytest.approx(0.1), pytest.approx(0.2))
    heat = Price("heat", 0.036, 0.03, 0.04, "kWh", "energy", 2024, "assumed", True)
    assert heat.per("MJ") == pytest.approx(0.01)
    for unit in ("kg", "furlong"):
        with pytest.raises(CostError, match=f"heat is used by the {unit} and priced by the kWh"):
            heat.per(unit)


def test_a_price_of_the_file_that_does_not_fit_says_where_it_stands(priced: Parse) -> None:
    """An item that no row of the book knows can only be found out when a unit buys it."""
    price = PriceBook("us", 2024, {"wombats": priced("3 USD/m^3", "USD/m^3")}).price("wombats")
    with pytest.raises(CostError) as caught:
        price.per("kg")
    assert caught.value.at == "prices.wombats"
    assert caught.value.remedy == "give its price by the kg, as in 1.5 USD2024/kg"


def test_a_by_product_is_sold_by_the_kg_whatever_unit_its_price_is_in(priced: Parse) -> None:
    """NaOH at 400 USD/t (300 to 500): caustic of 0.6 (0.2 to 1) of it fetches 0.24 USD/kg (0.06 to 0.5)."""
    table = np.zeros((1, 1, COUNT))
    table[0, 0, INDEX["Na"]] = molar_mass("Na")
    made = worth(Stream("x", "caustic liquor", ("bulk",), table))
    assert made is not None
    own = priced("400 USD/t from 300 USD/t to 500 USD/t", "USD/t")
    price = made.price(PriceBook("china", 2024, {"NaOH": own}))
    assert price.unit == "kg"
    assert price.value == pytest.approx(0.24)
    assert (price.low, price.high) == (pytest.approx(0.06), pytest.approx(0.5))


def test_waste_by_form_then_by_other_then_radioactive() -> None:
    """China, USD/t: residue 15, a form that nobody knows 5 as `other`, a radioactive one 100 whatever its form."""
    book = PriceBook("china", 2024)
    assert book.waste("residue").value == 15.0
    assert book.waste("dross of a kind").value == 5.0
    assert book.waste("residue", radioactive=True).value == book.waste("salt", radioactive=True).value == 100.0
    assert {book.waste(form).unit for form in ("residue", "salt", "gas")} == {"t"}


def test_the_file_goes_before_the_book(priced: Parse) -> None:
    book = PriceBook("china", 2024, {"waste": priced("7 USD/t", "USD/kg"), "salt": priced("9 USD/t", "USD/kg")})
    assert book.waste("residue").per("t") == pytest.approx(7.0)
    assert book.waste("salt").per("t") == pytest.approx(9.0)
    assert book.waste("salt").from_file


def test_what_is_assumed(priced: Parse) -> None:
    """No value, no source, an assumption or a key that nobody knows: assumed; the file's own source: not."""
    own = {"invoice": "ours"}
    cases = {"1 t": True, "1 t (assumed)": True, "1 t (nobody)": True, "1 t (nre2024)": False, "1 t (invoice)": False}
    assert {text: is_assumed(priced(text, "t"), own) for text in cases} == cases
    assert is_assumed(None, own)


@pytest.mark.parametrize(
    "error",
    [
        CostError("no price", "add one", "prices.HCl"),
        PriceError("HCl", "us", "no price for HCl", "add one"),
        FinanceError("no rate", "check the flows"),
    ],
)
def test_errors_come_whole_out_of_another_process(error: CostError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
