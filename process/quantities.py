"""Numbers with units, as people write them: one value type and the grammar that reads it.

A value is a nominal with a unit and, where known, a basis, a spread and a source: `75 % ± 5 % (miit2016)`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from .spreads import LEAST_MASS, Lognormal, Normal, Spread, Triangular, Uniform
from .units import (
    QUANTITIES,
    UNIT,
    QuantityError,
    conversion,
    dimension_of,
    fail,
    kind_of_ratio,
    money_words,
    pint_unit,
    registry,
    scaled,
    unit_factors,
    units,
)
from .wording import suggestion

if TYPE_CHECKING:
    pass

__all__ = [
    "PATTERN",
    "Currency",
    "Fraction",
    "In",
    "Lognormal",
    "Normal",
    "Number",
    "QuantityError",
    "Spread",
    "Temperature",
    "Triangular",
    "Uniform",
    "Value",
    "per_hour",
    "registry",
    "suggestion",
    "units",
]

_NUMBER = r"[+\-−]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][+\-]?[0-9]+)?"
_NAME = r"[A-Za-z][A-Za-z0-9+]*"
_AMOUNT = rf"{_NUMBER}(?:[ ]*(?!(?:to|from)\b){UNIT})?(?:[ ]+(?!(?:to|from)\b){_NAME})?"
PATTERN = (
    rf"^[ ]*{_AMOUNT}(?:[ ]*(?:±|\+/-|×÷|\*/)[ ]*{_AMOUNT}|[ ]+(?:from[ ]+{_AMOUNT}[ ]+)?to[ ]+{_AMOUNT})?"
    r"(?:[ ]*\([ ]*[A-Za-z][A-Za-z0-9_\-]*[ ]*\))?[ ]*$"
)
"""The grammar of a value as one regular expression, for editors."""

_SCAN_NUMBER, _SCAN_UNIT, _SCAN_NAME = re.compile(_NUMBER), re.compile(UNIT), re.compile(_NAME)
_SCAN_GROUPED = re.compile(r"[+\-−]?[0-9]{1,3}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)(?![0-9_])")
_SCAN_RELATION = re.compile(r"±|\+/-|×÷|\*/|(?:from|to)(?![A-Za-z0-9])")
_SCAN_SOURCE = re.compile(r"\([ ]*([A-Za-z][A-Za-z0-9_\-]*)[ ]*\)")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Currency:
    """The money that a price was written in: `code` of `year`, at `rate` of it per USD, the average of `rate_year`."""

    code: str
    year: int
    rate: float = 1.0
    rate_year: int = 0

    def __str__(self) -> str:
        return f"{self.code}{self.year}"


@dataclass(frozen=True, slots=True, repr=False)
class Value:
    """A number with unit, basis, spread and source. `nominal`, spread and bounds are in `unit` ("1": dimensionless).

    `currency` is the money that a price was written in; its numbers are in USD, converted at the rate of that year.
    """

    nominal: float
    unit: str = "1"
    basis: str | None = None
    spread: Spread | None = None
    source: str | None = None
    text: str = ""
    lower: float | None = None
    upper: float | None = None
    currency: Currency | None = None

    def range(self) -> tuple[float, float]:
        """What the value may reasonably be, inside its physical bounds; the nominal twice where no spread is known.

        >>> low, high = In("1", "75 %", low=0, high=1).parse("95 % ± 5 %").range()
        >>> round(low, 6), high
        (0.85, 1.0)
        """
        if self.spread is None:
            return self.nominal, self.nominal
        low, high = self.spread.range(self.nominal)
        low = low if self.lower is None else max(low, float(self.lower))
        high = high if self.upper is None else min(high, float(self.upper))
        return low, high

    def quantity(self) -> Any:
        """The nominal as a pint quantity."""
        return registry().Quantity(self.nominal, pint_unit(self.unit))

    def scaled(self, factor: float, unit: str) -> Value:
        """The same value in another unit that is `factor` times smaller; bounds of the old unit are dropped."""
        spread = self.spread
        if isinstance(spread, Normal):
            spread = Normal(spread.sd * factor)
        elif isinstance(spread, Uniform | Triangular):
            spread = replace(spread, low=spread.low * factor, high=spread.high * factor)
        lower, upper = (0.0 if bound == 0 else None for bound in (self.lower, self.upper))
        return replace(self, nominal=self.nominal * factor, unit=unit, spread=spread, lower=lower, upper=upper)

    def __str__(self) -> str:
        return self.text or f"{self.nominal:g}{'' if self.unit == '1' else ' ' + self.unit}"

    def __repr__(self) -> str:
        unit = "" if self.unit == "1" else f" {self.unit}"
        return f"<Value {self}>" if not self.text else f"<Value {self.nominal:.6g}{unit} from {self.text!r}>"


def per_hour(value: Value, hours_per_year: float) -> Value:
    """A value per `year` as a value per operating hour; any other value unchanged.

    >>> per_hour(In("kg/h", "1 t/day", yearly=True).parse("7_920 t/year"), 7920.0).nominal
    1000.0
    """
    if not value.unit.endswith("/year"):
        return value
    return value.scaled(1.0 / hours_per_year, value.unit.removesuffix("year") + "h")


@dataclass(frozen=True, slots=True)
class _Amount:
    """A number with its unit, money and basis, and where they stand in the text."""

    number: Decimal
    unit: str
    basis: str
    start: int
    unit_start: int
    end: int
    currency: Currency | None = None


@dataclass(frozen=True, slots=True)
class In:
    """What a field wants: canonical unit, an example, inclusive physical bounds, allowed basis words.

    `yearly` fields, in a unit per h, also take a text per year; their value then keeps the unit per year.

    >>> In("kg/kg", "1.55 t/t", low=0).parse("1550 kg/t").nominal
    1.55
    >>> In("degC", "600 °C").parse("300 K").nominal
    26.85
    >>> In("1", "60 %", low=0, high=1, basis=("REO",)).parse("60 % REO (wang2020)")
    <Value 0.6 from '60 % REO (wang2020)'>
    >>> In("kg/kg", "1.55 t/t").parse("5 kg")
    Traceback (most recent call last):
    didymium.units.QuantityError: 5 kg is a mass; needs kg/kg, such as 1.55 t/t
    """

    unit: str
    example: str = ""
    low: float | None = None
    high: float | None = None
    basis: tuple[str, ...] = ()
    yearly: bool = False

    def parse(self, item: object) -> Value:
        """A value from text or a number. Raises QuantityError."""
        if isinstance(item, Value):
            return self.parse(item.text) if item.text else _checked_bounds(item, self)
        if isinstance(item, bool) or not isinstance(item, str | int | float):
            raise QuantityError(f"expected a value{self._such_as()}")
        try:
            return _parse(item if isinstance(item, str) else repr(item), self)
        except ArithmeticError:
            raise QuantityError(f"{str(item)[:40]} is too large or too small a number") from None

    def money(self, unit: str, at: int) -> Currency | None:
        """The money in a unit as written, which begins at `at`; only a price knows any. Raises QuantityError."""
        return None

    def lacking(self) -> str:
        """What a number without a unit lacks."""
        return "needs a unit"

    def _such_as(self) -> str:
        return f", such as {self.example}" if self.example else ""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        def validate(item: object, info: Any) -> Value:
            context: dict[str, Any] = info.context or {}
            value = self.parse(item)
            if "read" in context:  # for a reader that wants to know which texts are values
                context["read"][value.text] = value
            hours = context.get("hours_per_year")
            return per_hour(value, hours) if self.yearly and hours else value

        return core_schema.with_info_plain_validator_function(
            validate, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        text: dict[str, Any] = {"type": "string", "pattern": PATTERN, "maxLength": _LONGEST}
        out: dict[str, Any] = {"anyOf": [text, {"type": "number"}]} if self.unit == "1" else text
        wants = "A number or share" if self.unit == "1" else f"A value in {self.unit}"
        wants += "" if self.low is None else f", at least {self.low:g}"
        wants += "" if self.high is None else f", at most {self.high:g}"
        out["description"] = f"{wants}{self._such_as()}."
        if self.example:
            out["examples"] = [self.example]
        return out


Fraction = Annotated[Value, In("1", "75 %", low=0, high=1)]
"""A share from 0 to 1: `75 %` or `0.75`."""
Number = Annotated[Value, In("1", "1.5", low=0)]
"""A plain number, zero or above."""
Temperature = Annotated[Value, In("degC", "600 °C", low=-273.15)]
"""A temperature in °C."""


def _amount(text: str, at: int, wants: In) -> _Amount:
    found = _SCAN_NUMBER.match(text, at)
    if found is None:
        rest = text[at:].split(" ", 1)[0][:20]
        hint = "" if rest else "a number is missing"
        fail(f"expected a number{wants._such_as()}" + (f", not {rest!r}" if rest else ""), at, at + len(rest), hint)
    number = Decimal(found[0].replace("_", "").replace("−", "-"))
    if not math.isfinite(float(number)):
        fail(f"{found[0][:40]} is too large a number", found.start(), found.end())
    end = found.end()
    if grouped := _SCAN_GROUPED.match(text, at):
        plain = grouped[0].replace(",", "_").replace(" ", "_")
        if "," not in grouped[0]:
            fail("a space inside a number", at, grouped.end(), f"write {plain}")
        decimal = f"; {grouped[0].replace(',', '.')} for a decimal" if grouped[0].count(",") == 1 else ""
        fail("a comma inside a number", end, end + 1, f"write {plain}{decimal}")
    if text[end : end + 1] == "," and text[end + 1 : end + 2].isdigit():
        fail("a comma inside a number", end, end + 1, "write 10_000 for thousands and 0.5 for decimals")
    start, unit, basis, unit_start, currency = at, "", "", end, None
    at = _spaces(text, end)
    if match := _next_word(_SCAN_UNIT, text, at):
        name = _SCAN_NAME.match(text, at)
        if not (name and name[0] in wants.basis and name[0] not in units()):
            unit, unit_start, end = match[0], at, match.end()
            currency = wants.money(unit, at)
            unit_factors(unit, at)
            at = _spaces(text, end)
            name = _next_word(_SCAN_NAME, text, at) if at > end else None
        if name:
            basis, end = name[0], name.end()
    if basis and basis not in wants.basis:
        hint = f"allowed: {', '.join(wants.basis)}" if wants.basis else "leave it out"
        fail(f"{basis!r} after the unit is not a basis here", end - len(basis), end, hint)
    return _Amount(number, unit, basis, start, unit_start, end, currency)


def _next_word(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str] | None:
    return None if _SCAN_RELATION.match(text, at) else pattern.match(text, at)


def _spaces(text: str, at: int) -> int:
    while text[at : at + 1] == " ":
        at += 1
    return at


def _split(text: str, wants: In) -> tuple[list[_Amount], tuple[str, ...], str | None]:
    """The amounts of a text, the words between them, and the source key."""
    amounts, words = [_amount(text, _spaces(text, 0), wants)], list[str]()
    at = _spaces(text, amounts[0].end)
    while found := _SCAN_RELATION.match(text, at):
        words.append({"+/-": "±", "*/": "×÷"}.get(found[0], found[0]))
        if tuple(words) not in (("±",), ("×÷",), ("to",), ("from",), ("from", "to")):
            fail(f"{found[0]!r} does not belong here", found.start(), found.end(), _FORMS)
        amounts.append(_amount(text, _spaces(text, found.end()), wants))
        at = _spaces(text, amounts[-1].end)
    if words == ["from"]:
        fail("'from' needs a 'to'", at, at, _FORMS)
    source = None
    if found := _SCAN_SOURCE.match(text, at):
        source, at = found[1], _spaces(text, found.end())
    if at < len(text):
        hints = {"(": "one source key, such as (miit2016)"} | dict.fromkeys("-–—", "write 0.70 to 0.80")
        fail(f"cannot read {text[at : at + 30]!r}", at, len(text), hints.get(text[at], _FORMS))
    return amounts, tuple(words), source


_FORMS = "forms: 75 % ± 5 %; 0.70 to 0.80; 0.75 from 0.70 to 0.80; 12 ×÷ 1.3; a source key in round brackets last"


def _one_currency(amounts: list[_Amount]) -> Currency | None:
    """The money that all amounts of a value are in."""
    one: Currency | None = None
    for amount in amounts:
        if not (words := money_words(amount.unit)):
            continue
        word, at = words[0][0], amount.unit_start + words[0][1]
        if amount.currency is None:
            fail(f"{word} in what is no price of a file", at, at + len(word))
        one = one or amount.currency
        if amount.currency != one:
            what = "currencies" if amount.currency.code != one.code else "years of money"
            message = f"two {what} in one value, {one} and {amount.currency}"
            fail(message, at, at + len(word), "write all in one, as in 4 from 3 to 6 USD2024/kg")
    return one


def _convert(amount: _Amount, unit: str, wants: In, text: str) -> tuple[float, float, str]:
    """Factor, offset and canonical unit for an amount read in `unit`."""
    if not unit and wants.unit != "1":
        plain = text[amount.start : amount.end]
        fail(f"{plain} {wants.lacking()}{wants._such_as()}", amount.start, amount.end)
    for to in (wants.unit, wants.unit.removesuffix("h") + "year") if wants.yearly else (wants.unit,):
        change = conversion(unit or "1", to)
        if change is not None:
            return *change, to
    dimension, ratio = dimension_of(pint_unit(unit or "1")), kind_of_ratio(unit or "1")
    what = QUANTITIES.get(dimension, f"of dimension {dimension}")
    if ratio:
        what = f"a ratio by {QUANTITIES.get(ratio, ratio).split(' ', 1)[-1]}"
    need = "a plain number or a share" if wants.unit == "1" else wants.unit.replace("degC", "°C")
    written = text[amount.start : amount.unit_start + len(unit)] if amount.unit else f"{amount.number} {unit}"
    hint = "rates here are per hour or day" if "[year]" in dimension and "h" in wants.unit.split("/") else ""
    message = f"{written} is {what}; needs {need}{wants._such_as()}"
    raise QuantityError(message, hint, amount.start, max(amount.end - amount.start, 1))


@lru_cache(maxsize=4096)
def _parse(text: str, wants: In) -> Value:
    if len(text) > _LONGEST:
        raise QuantityError(f"a value of {len(text)} characters", f"{_LONGEST} at most", 0, 1)
    clean = text.translate({0x09: " ", 0x0A: " ", 0xA0: " ", 0x202F: " "})
    if not clean.strip():
        raise QuantityError(f"a value is missing{wants._such_as()}", "", 0, 1)
    amounts, words, source = _split(clean.rstrip(), wants)
    first = amounts[0]
    shared = next((amount.unit for amount in amounts if amount.unit), "")
    unit = first.unit or shared
    bare = words == ("±",) and not first.unit and shared == "%" and wants.unit == "1"
    if bare and (wants.high is None or first.number <= wants.high):
        number, sd = first.number, amounts[1].number
        hint = f"write {float(number * 100):g} % ± {sd} % or {number} ± {float(sd / 100):g}"
        fail("not clear whether the first number is in %", first.start, amounts[1].end, hint)
    factor, offset, canonical = _convert(first, unit, wants, clean)
    currency = _one_currency(amounts)
    rate = 1.0 if currency is None else currency.rate

    def canonical_number(amount: _Amount) -> float:
        scale, shift, to = _convert(amount, amount.unit or unit, wants, clean)
        if to != canonical:
            fail(f"{amount.unit} beside {unit}: one is per year", amount.start, amount.end)
        number = (scaled(amount.number, scale) + shift) / rate
        number = round(number, 9) if shift else number
        if not math.isfinite(number):
            fail("the number is too large", amount.start, amount.end)
        _inside(amount, number, canonical, (factor, offset, unit), wants, clean)
        return number

    nominal = canonical_number(first)
    spread: Spread | None = None
    if words == ("±",):
        spread = Normal(_deviation(amounts[1], nominal, unit, canonical, rate, wants, clean))
    elif words == ("×÷",):
        spread = Lognormal(_geometric(amounts[1], nominal, first, clean))
    elif words:
        low, high = canonical_number(amounts[-2]), canonical_number(amounts[-1])
        if low >= high:
            fail("the lower bound is not below the upper", amounts[-2].start, amounts[-1].end, "write 0.70 to 0.80")
        if len(words) == 1:
            nominal, spread = (low + high) / 2.0, Uniform(low, high)
        elif not low <= nominal <= high:
            fail("the number is outside its own range", first.start, first.end)
        else:
            spread = Triangular(low, high)
    bases = {amount.basis for amount in amounts if amount.basis}
    if len(bases) > 1:
        fail(f"two bases, {' and '.join(sorted(bases))}", first.start, amounts[-1].end)
    same = canonical == wants.unit
    lower, upper = (bound if same or bound == 0 else None for bound in (wants.low, wants.high))
    if isinstance(spread, Normal | Lognormal) and lower is not None and upper is not None:
        _possible(spread, nominal, lower, upper, amounts, wants)
    return Value(nominal, canonical, next(iter(bases), None), spread, source, text.strip(), lower, upper, currency)


def _possible(
    spread: Normal | Lognormal, nominal: float, lower: float, upper: float, amounts: list[_Amount], wants: In
) -> None:
    """Refuses a spread so wide that next to nothing of it is physically possible."""
    if spread.inside(nominal, lower, upper) < LEAST_MASS:
        bounds = f"{lower:g} and {upper:g}{'' if wants.unit == '1' else ' ' + wants.unit}"
        message = f"less than a millionth of this spread lies between {bounds}, where the value must be"
        fail(message, amounts[0].start, amounts[-1].end, "narrow it")


def _inside(
    amount: _Amount, number: float, canonical: str, change: tuple[float, float, str], wants: In, text: str
) -> None:
    """Refuses a number outside the physical bounds, which it names in the unit as written."""
    factor, offset, unit = change
    for bound, word in ((wants.low, "below"), (wants.high, "above")):
        if bound is None or (canonical != wants.unit and bound != 0):
            continue
        if (number < bound) if word == "below" else (number > bound):
            written = f"{(bound - offset) / factor:g}{' ' + unit if unit else ''}"
            plain = text[amount.start : amount.unit_start + len(amount.unit)]
            plain = plain if amount.unit or not unit else f"{plain} {unit}"
            fail(f"{plain} is {word} {written}", amount.start, amount.end, _as_share(amount, wants))


def _as_share(amount: _Amount, wants: In) -> str:
    """How a number without a unit that is too large for a share may have been meant."""
    if amount.unit or wants.unit != "1" or wants.high != 1 or amount.number <= 1:
        return ""
    if amount.number < 2:
        return "a share is at most 1, which is 100 %"
    return f"write {amount.number} {'%' if amount.number <= 100 else 'ppm'}"


def _deviation(amount: _Amount, nominal: float, unit: str, canonical: str, rate: float, wants: In, text: str) -> float:
    """The standard deviation after ±: in the value's unit, or in % of a value that is not itself in %."""
    own = amount.unit or unit
    if own in ("%", "ppm") and unit not in ("", "%", "ppm"):
        if pint_unit(unit).dimensionality == {"[temperature]": 1}:
            fail("a temperature has no relative spread", amount.start, amount.end, "write 600 °C ± 10 °C")
        sd = abs(nominal) * scaled(amount.number, 0.01 if own == "%" else 1e-6)
    else:
        factor, _, to = _convert(amount, own, wants, text)
        if to != canonical:
            fail(f"{own} beside {unit}: one is per year", amount.start, amount.end)
        sd = scaled(amount.number, factor) / rate
    if not 0 < sd < math.inf:
        fail("a standard deviation must be above zero", amount.start, amount.end)
    return sd


def _geometric(amount: _Amount, nominal: float, first: _Amount, text: str) -> float:
    """The geometric standard deviation after ×÷, a plain number above 1."""
    if amount.unit and first.unit:
        fail("a factor after ×÷ has no unit", amount.unit_start, amount.end, "write 12 USD2024/kg ×÷ 1.3")
    if nominal <= 0:
        fail("a lognormal value must be above zero", first.start, first.end)
    if not 1 < amount.number <= 1000:
        fail("a factor after ×÷ must be above 1", amount.start, amount.end, "1.3 means a third up or a quarter down")
    return float(amount.number)


def _checked_bounds(value: Value, wants: In) -> Value:
    """A value made in Python, held to the unit and bounds of a field."""
    if value.unit != wants.unit:
        raise QuantityError(f"a value in {value.unit}; needs {wants.unit}{wants._such_as()}")
    for bound, word in ((wants.low, "below"), (wants.high, "above")):
        if bound is not None and (value.nominal < bound if word == "below" else value.nominal > bound):
            raise QuantityError(f"{value} is {word} {bound:g}")
    return replace(value, lower=wants.low, upper=wants.high)
