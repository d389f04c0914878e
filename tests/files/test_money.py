"""Prices with their currency and year: what is read, what is remembered, what is refused."""

import re

import pytest

from didymium.files import FlowsheetError, load_plan
from didymium.files.money_schema import Money, PriceOf, currency_of
from didymium.quantities import PATTERN, Currency, In, Lognormal, Normal, QuantityError, Triangular, Uniform
from didymium.units import pint_unit, unit_factors

PRICE = PriceOf("USD/kg", "250 USD2024/t", low=0)


@pytest.mark.parametrize(
    ("text", "usd", "unit", "currency"),
    [
        ("0.10 USD2024/kg", 0.1, "USD/kg", Currency("USD", 2024, 1.0, 2024)),
        ("250 USD1987/t", 0.25, "USD/kg", Currency("USD", 1987, 1.0, 1987)),
        ("700 CNY2023/t", 0.7 / 7.0809, "USD/kg", Currency("CNY", 2023, 7.0809, 2023)),
        ("0.171 EUR2024/kWh", 0.171 / 0.92885, "USD/kWh", Currency("EUR", 2024, 0.92885, 2024)),
        ("36 AUD2020/GJ", 0.036 / 1.4495, "USD/MJ", Currency("AUD", 2020, 1.4495, 2020)),
        ("3 kEUR2022/t", 3.0 / 0.94931, "USD/kg", Currency("EUR", 2022, 0.94931, 2022)),
        ("5 MYR2021/m3", 5.0 / 4.1439, "USD/m^3", Currency("MYR", 2021, 4.1439, 2021)),
        ("50_000 EUR2024/person/year", 50_000 / 0.92885, "USD/person/year", Currency("EUR", 2024, 0.92885, 2024)),
    ],
)
def test_a_price_is_in_usd_and_remembers_its_money(text, usd, unit, currency):
    found = PRICE.parse(text)
    assert found.nominal == pytest.approx(usd, rel=1e-15)
    assert (found.unit, found.currency, found.text) == (unit, currency, text)


def test_a_year_after_the_last_rate_is_held_at_it():
    """CNY ends in 2025: later prices convert at its rate, and say so."""
    assert currency_of("CNY2031") == Currency("CNY", 2031, 7.2846, 2025)


@pytest.mark.parametrize(
    ("text", "spread"),
    [
        ("7.0809 CNY2023/kg ×÷ 1.2", Lognormal(1.2)),
        ("7.0809 CNY2023/kg ± 10 %", Normal(0.1)),
        ("7.0809 CNY2023/kg ± 0.70809 CNY2023/kg (usgs2025)", Normal(0.1)),
        ("7.0809 from 3.54045 to 14.1618 CNY2023/kg", Triangular(0.5, 2.0)),
        ("0 to 14.1618 CNY2023/kg", Uniform(0.0, 2.0)),
    ],
)
def test_spreads_are_converted_alike(text, spread):
    found = PRICE.parse(text)
    assert found.nominal == pytest.approx(1.0)
    assert type(found.spread) is type(spread)
    for name in spread.__slots__:
        assert getattr(found.spread, name) == pytest.approx(getattr(spread, name))


@pytest.mark.parametrize(
    ("text", "message", "part"),
    [
        ("0.1 USD/kg", "USD without its year", "USD"),
        ("0.1 kUSD/kg", "kUSD without its year", "kUSD"),
        ("3 $/kg", "$ without its year", "$"),
        ("5 USD2024/kg ± 1 USD/kg", "USD without its year", "USD"),
        ("0.1 /kg", "a price without a currency", "/kg"),
        ("0.1", "0.1 names no currency, year and unit", "0.1"),
        ("3 XYZ2024/kg", "unknown currency 'XYZ'", "XYZ"),
        ("3 usd2024/kg", "unknown currency 'usd'; did you mean 'USD'?", "usd"),
        ("3 €2024/kg", "unknown currency '€'; did you mean 'EUR'?", "€"),
        ("3 CNY2019/kg", "no exchange rate of CNY for 2019", "CNY2019"),
        ("3 USD1900/kg", "USD1900: no year of prices", "USD1900"),
        ("3 USD2024/kg from 2 to 4 EUR2024/kg", "two currencies in one value, USD2024 and EUR2024", "EUR2024"),
        ("3 USD2024/kg from 2 to 4 USD2023/kg", "two years of money in one value, USD2024 and USD2023", "USD2023"),
        ("3 USD2024*EUR2024/kg", "3 USD2024*EUR2024/kg is of dimension", "3 USD2024*EUR2024/kg"),
        ("3 kg/USD2024", "3 kg/USD2024 is of dimension", "3 kg/USD2024"),
        ("3 USD2024", "3 USD2024 is money; needs a price", "3 USD2024"),
    ],
)
def test_what_is_no_price(text, message, part):
    with pytest.raises(QuantityError) as caught:
        PRICE.parse(text)
    error = caught.value
    assert error.message.startswith(message)
    assert text[error.offset : error.offset + error.length] == part


@pytest.mark.parametrize("text", ["5 USD2024/t", "5 EUR2024/t", "5 XYZ2024/t"])
def test_only_a_price_takes_money(text):
    with pytest.raises(QuantityError, match="is a price by mass; needs kg/kg"):
        In("kg/kg", "1 t/t").parse(text)
    with pytest.raises(QuantityError, match="in what is no price of a file"):
        In("USD/kg").parse(text)


def test_pint_never_sees_a_year():
    assert unit_factors("MEUR2024/t") == [("MUSD", 1), ("t", -1)]
    assert str(pint_unit("CNY2023/t")) == "USD / t"


def test_editors_take_dated_prices():
    for text in ("0.10 USD2024/kg", "700 CNY2023/t ×÷ 1.2 (a)", "4 from 3 to 6 USD2024/kg"):
        assert re.match(PATTERN, text)


def test_the_plan_keeps_the_money(plant, registry, known):
    plan = load_plan(plant, registry=registry, known=known, changes={"prices.HCl": "580 CNY2023/t"})
    money = plan.prices["HCl"].currency
    assert (money.code, money.year) == ("CNY", 2023)
    assert plan.feeds["dysprosium"].price.currency == Currency("USD", 2024, 1.0, 2024)


def test_a_change_is_held_to_the_same(plant, registry, known):
    with pytest.raises(FlowsheetError) as caught:
        load_plan(plant, registry=registry, known=known, changes={"prices.HCl": "80 USD/t"})
    assert "prices.HCl: USD without its year" in str(caught.value)


def test_levies_and_freight_by_stream(plant, registry, known):
    """A feed, a unit with one outlet and a stream by its own name, each by its path."""
    changes = {
        "carbon_price": "92.885 EUR2024/t ×÷ 1.5",
        "royalty": "6.5 %",
        "freight": "{dysprosium: 100 USD2024/t, flotation.concentrate: 0.1 USD2024/kg}",
    }
    plan = load_plan(plant, registry=registry, known=known, changes=changes)
    assert plan.levies.carbon_price.nominal == pytest.approx(100.0)
    assert (plan.levies.carbon_price.unit, plan.levies.on_power) == ("USD/t", False)
    values = plan.values()
    assert values["royalty"].nominal == 0.065
    assert values["freight.flotation.concentrate"].nominal == pytest.approx(100.0)
    assert {"carbon_price", "freight.dysprosium"} <= values.keys()


def test_the_plan_knows_where_its_money_stands(plant, registry, known):
    """At the value itself, not at its key; a key that the file does not give stands for the file."""
    plan = load_plan(plant, registry=registry, known=known, changes={"finance.grant": "3 MUSD2024"})
    lines = plant.read_text(encoding="utf-8").splitlines()
    place = plan.place("feeds.dysprosium.price")
    assert lines[place.line - 1][place.column - 1 :].startswith("250 USD2024/kg")
    assert plan.place("finance.grant").file == "--set finance.grant"
    assert plan.place("prices.nothing") == plan.position


def test_a_change_names_a_stream_by_its_path(plant, registry, known):
    path = "freight.flotation.concentrate"
    plan = load_plan(plant, registry=registry, known=known, changes={path: "120 USD2024/t"})
    assert plan.values()[path].nominal == 120.0


def test_amounts_of_money():
    assert Money("USD", "300 MUSD2024").parse("300 MEUR2024").nominal == pytest.approx(3e8 / 0.92885)
