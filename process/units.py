"""Units of measure: the words that a file may use, the one pint registry, and conversions that round once.

`year` is a dimension of its own, because a year of operation has as many hours as its flowsheet says. Only whitelisted
words with small powers reach pint.
"""

from __future__ import annotations

import fractions
import math
import re
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NoReturn

from .wording import suggestion

if TYPE_CHECKING:
    import pint

SPELLINGS = {"%": "percent", "°C": "degC", "µm": "um", "μm": "um", "days": "day", "hours": "h", "hour": "h"}
SPELLINGS |= {"years": "year", "months": "month", "persons": "person", "people": "person"}
INSTEAD = {"M": "mol/L", "N": "mol/L", "$": "USD", "C": "°C", "l": "L", "wt": "%", "tpa": "t/year", "tpd": "t/day"}
INSTEAD |= {"tph": "t/h", "d": "day", "hr": "h", "yr": "year", "a": "year"}
INSTEAD |= dict.fromkeys(("ton", "tonne", "kt", "Mt"), "t")
INSTEAD |= {"gram": "g", "kilogram": "kg", "liter": "L", "litre": "L", "mole": "mol", "volt": "V", "watt": "W"}
INSTEAD |= {"ampere": "A", "amp": "A", "joule": "J", "kelvin": "K", "sec": "s", "second": "s", "minute": "min"}
INSTEAD |= {"KWh": "kWh", "kwh": "kWh", "KW": "kW", "Kg": "kg", "KG": "kg", "kgs": "kg", "dollar": "USD", "usd": "USD"}
HINTS = {word: f"write {unit}" for word, unit in INSTEAD.items()}
HINTS |= dict.fromkeys(("CNY", "RMB", "EUR", "AUD", "MYR"), "money stands in prices, with its year: EUR2024")
QUANTITIES = {
    "[mass]": "a mass",
    "[length]": "a length",
    "[length]^2": "an area",
    "[length]^3": "a volume",
    "[time]": "a time",
    "[time]^-1": "a rate by time",
    "[year]": "a time in years",
    "[substance]": "an amount of substance",
    "[current]": "a current",
    "[temperature]": "a temperature",
    "[money]": "money",
    "[person]": "a number of people",
    "[mass] [time]^-1": "a mass flow",
    "[length]^3 [time]^-1": "a volume flow",
    "[mass] [year]^-1": "a mass a year",
    "[time] [year]^-1": "hours a year",
    "[substance] [length]^-3": "a concentration",
    "[substance] [time]^-1": "a molar flow",
    "[mass] [length]^-3": "a mass by volume",
    "[money] [mass]^-1": "a price by mass",
    "[money] [length]^-3": "a price by volume",
    "[money] [time]^2 [length]^-2 [mass]^-1": "a price by energy",
    "[length]^2 [mass] [time]^-2": "an energy",
    "[length]^2 [time]^-2": "an energy by mass",
    "[length]^2 [mass] [time]^-3": "a power",
    "[mass] [length]^-1 [time]^-2": "a pressure",
    "[length]^2 [mass] [current]^-1 [time]^-3": "a voltage",
    "[current] [time]": "a charge",
    "": "a plain number",
}

WORD = r"(?:°?[A-Za-zµμ]+|%|\$)"
PLAIN_POWER = r"[kcmnuµμ]?m[23](?![0-9A-Za-z])"
"""Areas and volumes as people type them, `m3` for `m^3`."""
DATED = r"(?:[A-Za-z]{1,8}|[$€£¥])[0-9]{4}(?![0-9A-Za-z])"
"""Money with its year, such as `CNY2023`; which currencies are known is the price's own affair."""
FACTOR = rf"(?:{DATED}|{PLAIN_POWER}|{WORD}(?:\^-?[0-9]+|[²³])?)"
UNIT = rf"(?:1?/[ ]*)?{FACTOR}(?:[ ]*[/*·][ ]*{FACTOR})*"
_SCAN_FACTOR = re.compile(rf"([/*·]?)[ ]*({FACTOR})")
_SCAN_DATED = re.compile(DATED)
_SCAN_WORD = re.compile(rf"({WORD})(?:\^(-?[0-9]+)|([²³23]))?")


class QuantityError(ValueError):
    """A text is not the value that is asked for. `offset` and `length` say which part of the text is at fault."""

    def __init__(self, message: str, hint: str = "", offset: int = 0, length: int = 0) -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.message, self.hint, self.offset, self.length = message, hint, offset, length


@cache
def _definitions() -> tuple[str, ...]:
    lines = resources.files(__package__).joinpath("data", "units.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if "=" in line and not line.startswith("#"))


@cache
def units() -> tuple[str, ...]:
    """The unit words that a value may use.

    >>> "kWh" in units(), "°C" in units(), "furlong" in units()
    (True, True, False)
    """
    return (*(line.split(" =")[0] for line in _definitions()), *SPELLINGS)


@cache
def registry() -> pint.UnitRegistry[float]:
    """The one pint registry, with the whitelisted units only; made at first use.

    >>> registry().Quantity(2.0, "t").to("kg").magnitude
    2000.0
    """
    import pint

    made: pint.UnitRegistry[float] = pint.UnitRegistry(None)
    made.load_definitions(list(_definitions()))
    return made


def fail(message: str, start: int, end: int, hint: str = "") -> NoReturn:
    raise QuantityError(message, hint, start, max(end - start, 1))


def unit_factors(unit: str, at: int = 0) -> list[tuple[str, int]]:
    """Unit text as whitelisted words with powers."""
    out: list[tuple[str, int]] = []
    text = unit[1:] if unit.startswith("1/") else unit if unit.startswith("/") else "*" + unit
    shift = at - (len(text) - len(unit))
    for match in _SCAN_FACTOR.finditer(text):
        if dated := _SCAN_DATED.fullmatch(match[2]):
            out.append((f"{split_money(dated[0])[0]}USD", -1 if match[1] == "/" else 1))
            continue
        found = _SCAN_WORD.fullmatch(match[2])
        assert found is not None
        word, start, end = found[1], shift + match.start(2), shift + match.end(2)
        if word not in units():
            one = word.removesuffix("s")
            hint = f"write {one}" if one in units() and one != word else HINTS.get(word) or HINTS.get(one, "")
            near = "" if hint else suggestion(word, units())
            fail(f"unknown unit {word!r}{near}", start, start + len(word), hint)
        power = int(found[2][:4]) if found[2] else {"²": 2, "³": 3, "2": 2, "3": 3}.get(found[3] or "", 1)
        if power == 0 or abs(power) > 4:
            fail(f"a power of {found[2]} in a unit", start, end, "powers run from -4 to 4")
        out.append((SPELLINGS.get(word, word), -power if match[1] == "/" else power))
    if len(out) > 6:
        fail("too many factors in a unit", at, at + len(unit), "six at most")
    return out


def split_money(word: str) -> tuple[str, str, int]:
    """Prefix (k, M or none), currency and year of money with its year.

    >>> split_money("CNY2023"), split_money("MEUR2024"), split_money("MYR2022")
    (('', 'CNY', 2023), ('M', 'EUR', 2024), ('', 'MYR', 2022))
    """
    letters, year = word[:-4], int(word[-4:])
    prefix = letters[0] if len(letters) == 4 and letters[0] in "kM" else ""
    return prefix, letters[len(prefix) :], year


def money_words(unit: str) -> list[tuple[str, int]]:
    """The words of a unit as written that are money with its year, and where in it they stand.

    >>> money_words("CNY2023/t"), money_words("kg/t")
    ([('CNY2023', 0)], [])
    """
    return [(match[0], match.start()) for match in _SCAN_DATED.finditer(unit)]


@cache
def pint_unit(unit: str) -> Any:
    """Canonical unit text as a pint unit."""
    if unit == "1":
        return registry().parse_units("")
    factors = unit_factors(unit.removeprefix("1"))
    return registry().parse_units(" * ".join(f"{word} ** {power}" for word, power in factors))


def dimension_of(unit: Any) -> str:
    def power(item: tuple[str, float]) -> str:
        return item[0] if item[1] == 1 else f"{item[0]}^{item[1]:g}"

    return " ".join(map(power, sorted(unit.dimensionality.items(), key=lambda item: (item[1] < 0, item[0]))))


def kind_of_ratio(unit: str) -> str | None:
    """The dimension of both sides of a ratio such as t/t, "" for %, None for what is not dimensionless."""
    if unit == "1" or dimension_of(pint_unit(unit)):
        return "" if unit == "1" else None
    over = [(word, power) for word, power in unit_factors(unit) if power > 0 and word not in ("percent", "ppm")]
    return dimension_of(registry().parse_units(" * ".join(f"{word} ** {power}" for word, power in over)))


@lru_cache(maxsize=4096)
def conversion(unit: str, to: str) -> tuple[float, float] | None:
    """Factor and offset of the change of unit, or None where the dimensions differ."""
    here, there = pint_unit(unit), pint_unit(to)
    if here.dimensionality != there.dimensionality:
        return None
    ratios = kind_of_ratio(unit), kind_of_ratio(to)
    if ratios[0] != ratios[1] and all(ratios):  # mol/mol is no kg/kg
        return None
    if dimension_of(here) == "[temperature]" and str(here) in ("K", "degC"):
        kelvin = (273.15 if str(here) == "degC" else 0.0) - (273.15 if str(there) == "degC" else 0.0)
        return 1.0, round(kelvin, 2)
    return float(registry().convert(1.0, here, there)), 0.0


@lru_cache(maxsize=4096)
def _ratio(factor: float) -> fractions.Fraction | None:
    """A conversion factor as the small ratio that it is, if it is one."""
    for number, turned in ((factor, False), (1.0 / factor, True)):
        near = fractions.Fraction(number).limit_denominator(10**7)
        if near and math.isclose(float(near), number, rel_tol=1e-13):
            return 1 / near if turned else near
    return None


def scaled(number: Decimal, factor: float) -> float:
    """number * factor, rounded once: 99.99 % is 0.9999, not 0.9998999999999999."""
    exact = _ratio(factor)
    return float(number) * factor if exact is None else float(number * exact.numerator / exact.denominator)
