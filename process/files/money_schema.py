"""Money in a file: prices with their currency and year, and the keys for carbon, royalty and freight.

A price says in which money it is and of which year, `700 CNY2023/t`; it is kept in USD, at the average rate of that
year, and remembers what was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any

from ..levies import Levies
from ..quantities import Currency, In, QuantityError, Value, suggestion
from ..units import fail, money_words, split_money

FIRST, LAST = 1950, 2100
"""Years that a price may be of."""
SHAPE = r"^(?=[^(]*(?:[A-Z]{3,5}[0-9]{4}(?![0-9A-Za-z])))"
"""What the texts of prices have beyond those of other values, for editors: a currency with its year."""
SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "¥": "CNY", "RMB": "CNY", "YUAN": "CNY"}
_BARE = re.compile(r"[A-Za-z$€£¥]+")


@cache
def _known() -> Mapping[str, tuple[int, int]]:
    """The currencies that a price may be in, and the first and last year of their exchange rates."""
    from ..data import exchange_years

    return exchange_years()


def currency_of(word: str, at: int = 0) -> Currency:
    """The money that a word such as `CNY2023` names, at the average rate of its year. Raises QuantityError.

    >>> currency_of("CNY2023")
    Currency(code='CNY', year=2023, rate=7.0809, rate_year=2023)
    """
    from ..data import exchange_rate

    _, code, year = split_money(word)
    known = _known()
    if code not in known:
        meant = SIGNS.get(code.upper(), code.upper())
        near = f"; did you mean {meant!r}?" if meant in known else suggestion(code, known)
        hint = f"currencies: {', '.join(known)}; as in 0.10 USD2024/kg"
        fail(f"unknown currency {code!r}{near}", at, at + len(word) - 4, hint)
    if not FIRST <= year <= LAST:
        fail(f"{word}: no year of prices", at, at + len(word), f"years run from {FIRST} to {LAST}")
    first, last = known[code]
    if year < first and code != "USD":
        hint = f"the rates of {code} run from {first} to {last}; convert it to USD of its year, as in 0.10 USD{year}/kg"
        fail(f"no exchange rate of {code} for {year}", at, at + len(word), hint)
    if code == "USD":
        return Currency(code, year, rate_year=year)
    rate = exchange_rate(code, year)
    return Currency(code, year, rate.value, rate.year)


@dataclass(frozen=True)
class Money(In):
    """An amount of money with currency and year, kept in USD by `unit`.

    >>> Money("USD/kg", "250 USD2024/t", low=0).parse("700 CNY2023/t").nominal * 7.0809
    0.7
    >>> Money("USD/kg", "250 USD2024/t").parse("250 USD/t")
    Traceback (most recent call last):
    didymium.units.QuantityError: USD without its year (the year follows the currency, as in 250 USD2024/t)
    """

    def money(self, unit: str, at: int) -> Currency | None:
        """The money in a unit as written; refuses money without a year, and what is no money where it must be."""
        if words := money_words(unit):
            return currency_of(words[0][0], at + words[0][1])
        for match in _BARE.finditer(unit):
            word = match[0]
            if word.upper() in (*_known(), *SIGNS) or word.removeprefix("k").removeprefix("M") == "USD":
                fail(f"{word} without its year", at + match.start(), at + match.end(), self._year_hint())
        if unit.startswith(("/", "1/")):
            fail("a price without a currency", at, at + len(unit), self._year_hint())
        return None

    def lacking(self) -> str:
        """What a number without a unit lacks."""
        return "names no currency, year and unit"

    def _year_hint(self) -> str:
        return f"the year follows the currency, as in {self.example}"

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        out = super().__get_pydantic_json_schema__(schema, handler)
        wants = "A price with its currency and year" + ("" if self.low is None else f", at least {self.low:g}")
        out["pattern"] = SHAPE + out["pattern"].removeprefix("^")
        out["description"] = f"{wants}, such as {self.example}."
        return out


@dataclass(frozen=True)
class PriceOf(Money):
    """A price by whatever the item is counted in."""

    def parse(self, item: object) -> Value:
        faults: list[QuantityError] = []
        energy = ("USD/MJ", "USD/kWh") if "J" in str(item) else ("USD/kWh", "USD/MJ")
        for unit in ("USD/kg", *energy, "USD/m^3", "USD/h", "USD/year", "USD/mol", "USD/person/h", "USD/person/year"):
            try:
                return Money(unit, self.example, low=self.low).parse(item)
            except QuantityError as fault:
                faults.append(fault)
        if all("; needs " in fault.message for fault in faults):
            message = faults[0].message.split("; needs ")[0] + f"; needs a price, such as {self.example}"
            raise QuantityError(message, "", faults[0].offset, faults[0].length)
        raise next((fault for fault in faults if "; needs " not in fault.message), faults[0])


Price = Annotated[Value, PriceOf("USD/kg", "250 USD2024/t", low=0)]
"""What an item of the price book costs, by kg, kWh, MJ, m³, h, mol or person-year."""
FeedPrice = Annotated[Value, Money("USD/kg", "250 USD2024/t", low=0)]
"""What a bought feed costs by kg."""

CarbonPrice = Annotated[Value, Money("USD/t", "70 EUR2024/t", low=0)]
"""What a t of CO2 costs."""
FreightPrice = Annotated[Value, Money("USD/t", "120 USD2024/t", low=0)]
"""What it costs to carry a t."""
Royalty = Annotated[Value, In("1", "6.5 %", low=0, high=1)]
"""What a mine owes, as a share of the value of what it sells."""


def levies(model: Any, stream: Callable[[str], str]) -> Levies:
    """The levies and freight of a file that fits the schema; `stream` finds a stream by the name that a file uses."""
    carried = {stream(name): value for name, value in model.freight.items()}
    return Levies(model.carbon_price, model.carbon_price_on_power, model.royalty, MappingProxyType(carried))
