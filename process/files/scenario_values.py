"""Values that only scenario files have: dates, years, numbers by year, things a year and the mass of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from ..quantities import Fraction, In, QuantityError, Value
from .money_schema import Money

FIRST, LAST = 1950, 2100
"""Calendar years that a scenario may name."""
MOST_YEARS = 60
DAYS_PER_YEAR = 365.25

_YEAR = re.compile(r"[0-9]{4}")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_QUARTER = re.compile(r"([0-9]{4})Q([0-9])")
_YEARS = re.compile(r"([0-9]{4})(?:[ ]+to[ ]+([0-9]{4}))?")


def _year(number: int, text: str) -> int:
    if not FIRST <= number <= LAST:
        raise QuantityError(f"{text[:40]} is no year of a scenario", f"years run from {FIRST} to {LAST}", 0, len(text))
    return number


def _text(item: object) -> str:
    """What stands in the file, where that is text or a number."""
    if isinstance(item, bool) or not isinstance(item, str | int | float):
        raise QuantityError("expected a date, such as 2026-07 or 2026")
    return str(item).strip()


def year_of(item: object) -> int:
    """A calendar year. Raises QuantityError.

    >>> year_of(2026), year_of("2026")
    (2026, 2026)
    """
    text = _text(item)
    if not _YEAR.fullmatch(text):
        raise QuantityError(f"{text[:40]!r} is no year", "such as 2026", 0, len(text))
    return _year(int(text), text)


def date_of(item: object) -> float:
    """A date as a fraction of years: the start of a year, a month (`2026-07`) or a quarter (`2026Q3`).

    Raises QuantityError.

    >>> date_of(2018), date_of("2026-07"), date_of("2026Q2")
    (2018.0, 2026.5, 2026.25)
    """
    if isinstance(item, float) and not isinstance(item, bool):
        raise QuantityError(f"{item} is no date", "a month follows a hyphen, as in 2026-07")
    text = _text(item)
    if _YEAR.fullmatch(text):
        return float(_year(int(text), text))
    if found := _MONTH.fullmatch(text):
        if not 1 <= int(found[2]) <= 12:
            raise QuantityError(
                f"{text}: no month {found[2]}", "months run from 01 to 12", found.start(2), len(found[2])
            )
        return _year(int(found[1]), text) + (int(found[2]) - 1) / 12
    if _QUARTER.fullmatch(text):
        year, quarter = quarter_of(text)
        return year + (quarter - 1) / 4
    raise QuantityError(f"{text[:40]!r} is no date", "such as 2026, 2026-07 or 2026Q3", 0, len(text))


def quarter_of(text: str) -> tuple[int, int]:
    """A year and its quarter, 1 to 4, or 0 for the whole year. Raises QuantityError.

    >>> quarter_of("2026Q3"), quarter_of("2027")
    ((2026, 3), (2027, 0))
    """
    if _YEAR.fullmatch(text):
        return _year(int(text), text), 0
    found = _QUARTER.fullmatch(text)
    if found is None:
        raise QuantityError(f"{text[:40]!r} is no quarter", "such as 2026Q3, or 2026 for the whole year")
    if not 1 <= int(found[2]) <= 4:
        raise QuantityError(f"{text}: no quarter {found[2]}", "quarters run from Q1 to Q4")
    return _year(int(found[1]), text), int(found[2])


def years_of(item: object) -> tuple[int, ...]:
    """Years from the first to the last. Raises QuantityError.

    >>> years_of("2024 to 2027")
    (2024, 2025, 2026, 2027)
    """
    text = _text(item)
    found = _YEARS.fullmatch(text)
    if found is None:
        raise QuantityError(
            f"{text[:40]!r} is no range of years",
            f"such as 2024 to 2035: at most {MOST_YEARS} years, from {FIRST} to {LAST}",
            0,
            len(text),
        )
    first = _year(int(found[1]), text)
    last = _year(int(found[2] or found[1]), text)
    if last < first:
        raise QuantityError(f"{text}: the last year is before the first", f"write {last} to {first}", 0, len(text))
    if last - first >= MOST_YEARS:
        most = f"at most {MOST_YEARS}, from {FIRST} to {LAST}"
        raise QuantityError(f"{text} is {last - first + 1} years", most, 0, len(text))
    return tuple(range(first, last + 1))


def _year_key(text: str) -> str:
    year_of(text)
    return text


def _quarter_key(text: str) -> str:
    quarter_of(text)
    return text


@dataclass(frozen=True)
class _OneOf(In):
    """A value in any of several units, kept in the first that fits; `such` is what the key wants, in words."""

    others: tuple[str, ...] = ()
    such: str = ""

    def parse(self, item: object) -> Value:
        """A value from text or a number. Raises QuantityError."""
        faults = []
        for unit in (self.unit, *self.others):
            try:
                return In(unit, self.example, low=self.low).parse(item)
            except QuantityError as fault:
                faults.append(fault)
        telling = [fault for fault in faults if "; needs " not in fault.message]
        if telling:
            raise telling[0]
        message = faults[0].message.split("; needs ")[0]
        where = faults[0].offset, faults[0].length
        raise QuantityError(f"{message}; needs {self.such}, such as {self.example}", "", *where)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        out = super().__get_pydantic_json_schema__(schema, handler)
        out["description"] = f"A value: {self.such}, such as {self.example}."
        return out


@dataclass(frozen=True)
class Delay(In):
    """A time in years that may be written in days or months too.

    >>> round(Delay("year", "45 day", low=0).parse("45 day").nominal, 6)
    0.123203
    """

    def parse(self, item: object) -> Value:
        """A value from text. Raises QuantityError."""
        try:
            return In("year", self.example, low=self.low).parse(item)
        except QuantityError as fault:
            if "; needs " not in fault.message:
                raise
            first = fault
        try:
            return In("day", self.example, low=self.low).parse(item).scaled(1.0 / DAYS_PER_YEAR, "year")
        except QuantityError as fault:
            raise (first if "; needs " in fault.message else fault) from None


MASS_UNITS: Mapping[tuple[str, str], float] = MappingProxyType(
    {
        ("1/year", "kg"): 1e-3,
        ("MW/year", "kg/MW"): 1e-3,
        ("MWh/year", "kg/MWh"): 1e-3,
        ("t/year", "kg/t"): 1e-3,
    }
)
"""Units of a number of things a year and of the mass of each that go together, with the t/year that one of both is."""

Date = Annotated[
    float,
    PlainValidator(date_of),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": FIRST, "maximum": LAST},
                {"type": "string", "pattern": r"^[0-9]{4}(-(0?[1-9]|1[0-2])|Q[1-4])?$"},
            ]
        }
    ),
]
"""A calendar date as a fraction of years."""
Years = Annotated[
    tuple[int, ...],
    PlainValidator(years_of),
    WithJsonSchema({"type": ["string", "integer"], "pattern": "^[0-9]{4}( +to +[0-9]{4})?$"}),
]
YearKey = Annotated[str, AfterValidator(_year_key), WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}$"})]
QuarterKey = Annotated[
    str, AfterValidator(_quarter_key), WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}(Q[1-4])?$"})
]

Tonnes = Annotated[Value, In("t", "100 t", low=0)]
TonnesPerYear = Annotated[Value, In("t/year", "3_000 t/year", low=0)]
TonnesForTonne = Annotated[Value, In("kg/kg", "1.6 t/t", low=0)]
Count = Annotated[
    Value,
    _OneOf("1/year", "1.3e6 /year", low=0, others=("MW/year", "MWh/year", "t/year"), such="a number or power a year"),
]
Each = Annotated[
    Value, _OneOf("kg", "1.2 kg", low=0, others=("kg/MW", "kg/MWh", "kg/t"), such="a mass, or a mass by power")
]
Quota = Annotated[Value, _OneOf("t", "500 t", low=0, others=("t/year",), such="t in a quarter, or t/year")]
DelayYears = Annotated[Value, Delay("year", "45 day", low=0, high=50)]
LifeYears = Annotated[Value, In("year", "15 year ± 4 year", low=0, high=200)]
Months = Annotated[Value, In("1", "18", low=0, high=240)]
Threshold = Annotated[Value, In("1", "0.1 %", low=0, high=1)]
Rate = Annotated[Value, In("1", "25 %", low=0, high=100)]
PerTonne = Annotated[Value, Money("USD/t", "200 USD2024/t", low=0)]
UnitPrice = Annotated[Value, Money("USD/kg", "80 USD2024/kg", low=0)]

TonnesByYear = TonnesPerYear | Annotated[dict[YearKey, TonnesPerYear], Field(min_length=1)]
StockByYear = Tonnes | Annotated[dict[YearKey, Tonnes], Field(min_length=1)]
CountByYear = Count | Annotated[dict[YearKey, Count], Field(min_length=1)]
ShareByYear = Fraction | Annotated[dict[YearKey, Fraction], Field(min_length=1)]
MonthsByYear = Months | Annotated[dict[YearKey, Months], Field(min_length=1)]


def mass_of(number: Value, each: Value) -> Value:
    """A number of things a year times the mass of each, in t/year; the spread stays with the parts.

    >>> mass_of(In("1/year").parse("1e6 /year"), In("kg").parse("1.2 kg")).nominal
    1200.0
    """
    factor = MASS_UNITS[number.unit, each.unit]
    text = f"{number} × {each}"
    return replace(Value(number.nominal * each.nominal * factor, "t/year"), text=text, source=number.source)


def fits(number: Value, each: Value) -> bool:
    """Whether a number of things a year times the mass of each is a mass a year."""
    return (number.unit, each.unit) in MASS_UNITS
