"""Values as people write them: grammar, units, spreads, bounds and the messages for what is none."""

import contextlib
import doctest
import math
import pickle
import re
import subprocess
import sys
import time
from typing import Annotated

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

import didymium.quantities
from didymium.quantities import (
    PATTERN,
    Fraction,
    In,
    Lognormal,
    Normal,
    Number,
    QuantityError,
    Temperature,
    Triangular,
    Uniform,
    Value,
    per_hour,
    registry,
    suggestion,
    units,
)

HANG = 60.0
"""Seconds after which a run counts as hung; no speed is held here."""

SHARE = In("1", "75 %", low=0, high=1, basis=("REO", "SEG+"))
DOSE = In("kg/kg", "1.55 t/t", low=0)
RATE = In("kg/h", "10_000 t/day", low=0, yearly=True)
HEAT = In("degC", "600 °C", low=-273.15)
PRICE = In("USD/kg", "250 USD/t", low=0)


def test_doctests():
    assert doctest.testmod(didymium.quantities).failed == 0


@pytest.mark.parametrize(
    ("wants", "text", "nominal", "basis"),
    [
        (SHARE, "75 %", 0.75, None),
        (SHARE, "75%", 0.75, None),
        (SHARE, "  75  %  ", 0.75, None),
        (SHARE, "60 % REO", 0.6, "REO"),
        (SHARE, "60 % SEG+", 0.6, "SEG+"),
        (SHARE, "0.6 REO", 0.6, "REO"),
        (SHARE, "99.99 %", 0.9999, None),
        (SHARE, "500 ppm", 0.0005, None),
        (SHARE, "0.75", 0.75, None),
        (SHARE, 0.75, 0.75, None),
        (SHARE, 1, 1.0, None),
        (SHARE, ".5", 0.5, None),
        (SHARE, "7.5e-1", 0.75, None),
        (SHARE, "0.75 kg/kg", 0.75, None),
        (SHARE, "100 %", 1.0, None),
        (SHARE, "0", 0.0, None),
        (DOSE, "1.55 t/t", 1.55, None),
        (DOSE, "1_550 kg/t", 1.55, None),
        (DOSE, "3 g/kg", 0.003, None),
        (DOSE, "155 %", 1.55, None),
        (RATE, "10_000 t/day", 1e7 / 24, None),
        (RATE, "2_000.5 kg/h", 2000.5, None),
        (RATE, "1e3 g / min", 60.0, None),
        (RATE, "1 t/h", 1000.0, None),
        (HEAT, "600 °C", 600.0, None),
        (HEAT, "300 K", 26.85, None),
        (HEAT, "-10 °C", -10.0, None),
        (HEAT, "−10 °C", -10.0, None),
        (In("K", "600 °C"), "600 °C", 873.15, None),
        (In("K", "600 °C"), "600 K", 600.0, None),
        (In("kJ/kg/K", "1 kJ/kg/K"), "4.18 kJ/kg/°C", 4.18, None),
        (In("W/m^2/K", ""), "500 W/m²·K^-1", 500.0, None),
        (In("m^3/h", ""), "5_000 L/h", 5.0, None),
        (In("m^3/h", ""), "5 m³/h", 5.0, None),
        (In("m^3/h", ""), "2_000 m3/h", 2000.0, None),
        (In("m^3/kg", ""), "0 m3/t", 0.0, None),
        (In("USD/m^3", ""), "5 USD/m3", 5.0, None),
        (In("m^2", ""), "5 cm2", 0.0005, None),
        (In("1/min", ""), "0.5 1/min", 0.5, None),
        (In("1/min", ""), "0.5 /min", 0.5, None),
        (In("L/m^3", ""), "2 mL/L", 2.0, None),
        (In("mol/mol", ""), "2 mmol/mol", 0.002, None),
        (In("kWh/kg", ""), "9_500 kWh/t", 9.5, None),
        (In("kWh/kg", ""), "36 MJ/kg", 10.0, None),
        (In("h/year", ""), "330 day/year", 7920.0, None),
        (In("1/year", ""), "5 %/year", 0.05, None),
        (In("1/h", ""), "2 /h", 2.0, None),
        (In("year", ""), "6 months", 0.5, None),
        (In("um", ""), "3 µm", 3.0, None),
        (In("um", ""), "3 μm", 3.0, None),
        (In("kA/m", ""), "12 kOe", 954.9296585513721, None),
        (In("T", ""), "1_400 mT", 1.4, None),
        (In("kJ/m^3", ""), "50 MGOe", 397.88735772973836, None),
        (In("Bq/kg", ""), "70 kBq/kg", 70_000.0, None),
        (In("Pa", ""), "1 bar", 1e5, None),
        (In("A*s/mol", ""), "26.8 Ah/mol", 96480.0, None),
        (PRICE, "250 USD/t", 0.25, None),
        (PRICE, "2 kUSD/t", 2.0, None),
        (In("person/year", ""), "3 people/year", 3.0, None),
    ],
)
def test_nominals(wants, text, nominal, basis):
    value = wants.parse(text)
    assert value.nominal == pytest.approx(nominal, rel=1e-14, abs=0)
    assert (value.unit, value.basis, value.spread) == (wants.unit, basis, None)
    assert re.match(PATTERN, str(text).replace("−", "-"))


def test_percent_is_exact():
    for tenth in range(1001):
        assert SHARE.parse(f"{tenth / 10} %").nominal == float(f"{tenth / 10}e-2")


@pytest.mark.parametrize(
    ("wants", "text", "nominal", "spread"),
    [
        (SHARE, "0.75 ± 0.05", 0.75, Normal(0.05)),
        (SHARE, "0.75 +/- 0.05", 0.75, Normal(0.05)),
        (SHARE, "75 % ± 5 %", 0.75, Normal(0.05)),
        (SHARE, "75 ± 5 %", 0.75, Normal(0.05)),
        (SHARE, "75 % ± 5", 0.75, Normal(0.05)),
        (SHARE, "0.70 to 0.80", 0.75, Uniform(0.7, 0.8)),
        (SHARE, "70 to 80 %", 0.75, Uniform(0.7, 0.8)),
        (SHARE, "70 % to 80 % REO", 0.75, Uniform(0.7, 0.8)),
        (SHARE, "0.75 from 0.70 to 0.80", 0.75, Triangular(0.7, 0.8)),
        (SHARE, "75 % from 70 to 80", 0.75, Triangular(0.7, 0.8)),
        (SHARE, "75 from 70 to 80 %", 0.75, Triangular(0.7, 0.8)),
        (SHARE, "75 % from 70 % to 80 %", 0.75, Triangular(0.7, 0.8)),
        (DOSE, "1.55 t/t ± 10 %", 1.55, Normal(0.155)),
        (HEAT, "600 °C ± 10 K", 600.0, Normal(10.0)),
        (HEAT, "600 ± 10 °C", 600.0, Normal(10.0)),
        (HEAT, "300 to 310 K", 31.85, Uniform(26.85, 36.85)),
        (PRICE, "12 USD/kg ×÷ 1.3", 12.0, Lognormal(1.3)),
        (PRICE, "12 ×÷ 1.3 USD/kg", 12.0, Lognormal(1.3)),
        (PRICE, "12 USD/kg */ 1.3", 12.0, Lognormal(1.3)),
    ],
)
@pytest.mark.parametrize("source", ["", " (miit2016)", "(miit2016)"])
def test_spreads(wants, text, nominal, spread, source):
    value = wants.parse(text + source)
    assert value.nominal == pytest.approx(nominal, rel=1e-14)
    assert type(value.spread) is type(spread)
    for name in spread.__dataclass_fields__:
        assert getattr(value.spread, name) == pytest.approx(getattr(spread, name), rel=1e-14)
    assert value.source == ("miit2016" if source else None)
    assert value.text == (text + source).strip()
    assert re.match(PATTERN, text + source)


def test_ranges():
    assert SHARE.parse("0.5 ± 0.1").range() == (0.3, 0.7)
    assert SHARE.parse("95 % ± 5 %").range() == (pytest.approx(0.85), 1.0)
    assert SHARE.parse("0.5").range() == (0.5, 0.5)
    assert SHARE.parse("0.4 to 0.6").range() == (0.4, 0.6)
    assert PRICE.parse("10 USD/kg ×÷ 2").range() == (2.5, 40.0)


@pytest.mark.parametrize(
    ("wants", "text", "message", "part"),
    [
        (DOSE, "5 kg", "5 kg is a mass; needs kg/kg, such as 1.55 t/t", "5 kg"),
        (DOSE, "0.6 /min", "0.6 /min is a rate by time; needs kg/kg, such as 1.55 t/t", "0.6 /min"),
        (DOSE, "1.55", "1.55 needs a unit, such as 1.55 t/t", "1.55"),
        (DOSE, "3 mol/mol", "3 mol/mol is a ratio by amount of substance; needs kg/kg, such as 1.55 t/t", "3 mol/mol"),
        (DOSE, "2 L/m^3", "2 L/m^3 is a ratio by volume; needs kg/kg, such as 1.55 t/t", "2 L/m^3"),
        (RATE, 5, "5 needs a unit, such as 10_000 t/day", "5"),
        (RATE, "6_000 t", "6_000 t is a mass; needs kg/h, such as 10_000 t/day", "6_000 t"),
        (In("kg/h", "5 t/h"), "6 t/year", "6 t/year is a mass a year; needs kg/h, such as 5 t/h", "6 t/year"),
        (RATE, "10,000 t/day", "a comma inside a number", ","),
        (RATE, "5 tpa", "unknown unit 'tpa'", "tpa"),
        (RATE, "5 kgg/h", "unknown unit 'kgg'; did you mean 'kg'?", "kgg"),
        (RATE, "-5 kg/h", "-5 kg/h is below 0 kg/h", "-5 kg/h"),
        (RATE, "-5 t/year", "-5 t/year is below 0 t/year", "-5 t/year"),
        (RATE, "5 t/h to 6 t/year", "t/year beside t/h: one is per year", "6 t/year"),
        (SHARE, "140 %", "140 % is above 100 %", "140 %"),
        (SHARE, "1.4", "1.4 is above 1", "1.4"),
        (SHARE, "0.7 to 1.2", "1.2 is above 1", "1.2"),
        (SHARE, "70 to 120 %", "120 % is above 100 %", "120 %"),
        (SHARE, "0.8 to 0.7", "the lower bound is not below the upper", "0.8 to 0.7"),
        (SHARE, "0.7 to 0.7", "the lower bound is not below the upper", "0.7 to 0.7"),
        (SHARE, "0.9 from 0.7 to 0.8", "the number is outside its own range", "0.9"),
        (SHARE, "0.75 ± 0", "a standard deviation must be above zero", "0"),
        (SHARE, "0.75 ± -1", "a standard deviation must be above zero", "-1"),
        (SHARE, "0.75 ± 5 %", "not clear whether the first number is in %", "0.75 ± 5 %"),
        (SHARE, "60 % Nd", "'Nd' after the unit is not a basis here", "Nd"),
        (Number.__metadata__[0], "60 % Nd", "'Nd' after the unit is not a basis here", "Nd"),
        (SHARE, "60 % REO to 70 % SEG+", "two bases, REO and SEG+", "60 % REO to 70 % SEG+"),
        (SHARE, "", "a value is missing, such as 75 %", ""),
        (SHARE, "abc", "expected a number, such as 75 %, not 'abc'", "abc"),
        (SHARE, "nan", "expected a number, such as 75 %, not 'nan'", "nan"),
        (SHARE, float("inf"), "expected a number, such as 75 %, not 'inf'", "inf"),
        (SHARE, "1e999", "1e999 is too large a number", "1e999"),
        (SHARE, "0.7-0.8", "cannot read '-0.8'", "-0.8"),
        (SHARE, "0.5 (a) (b)", "cannot read '(b)'", "(b)"),
        (SHARE, "0.5 ± 0.1 ± 0.1", "'±' does not belong here", "±"),
        (SHARE, "0.5 to 0.6 to 0.7", "'to' does not belong here", "to"),
        (SHARE, "0.5 from 0.1", "'from' needs a 'to'", ""),
        (SHARE, "0.5 to", "expected a number, such as 75 %", ""),
        (SHARE, "1_ %", "cannot read '_ %'", "_ %"),
        (SHARE, "0.5 m**9**9**9", "cannot read '**9**9**9'", "**9**9**9"),
        (SHARE, "0.5 m^9^9", "a power of 9 in a unit", "m^9"),
        (SHARE, "0.5 m^99999999999999999999", "a power of 99999999999999999999 in a unit", "m^99999999999999999999"),
        (SHARE, "0.5 M$", "unknown unit 'M'", "M"),
        (SHARE, "0.5 kg/m/m/m/m/m/m/m", "too many factors in a unit", "kg/m/m/m/m/m/m/m"),
        (HEAT, "600 °F", "unknown unit '°F'", "°F"),
        (HEAT, "-300 °C", "-300 °C is below -273.15 °C", "-300 °C"),
        (HEAT, "-1 K", "-1 K is below 0 K", "-1 K"),
        (HEAT, "600 °C ± 5 %", "a temperature has no relative spread", "5 %"),
        (PRICE, "0 USD/kg ×÷ 2", "a lognormal value must be above zero", "0 USD/kg"),
        (PRICE, "5 USD/kg ×÷ 1", "a factor after ×÷ must be above 1", "1"),
        (PRICE, "5 USD/kg ×÷ 2 USD/kg", "a factor after ×÷ has no unit", "USD/kg"),
        (PRICE, "5 $/kg", "unknown unit '$'", "$"),
        (SHARE, True, "expected a value, such as 75 %", ""),
        (SHARE, None, "expected a value, such as 75 %", ""),
        (SHARE, [1], "expected a value, such as 75 %", ""),
    ],
)
def test_refusals(wants, text, message, part):
    with pytest.raises(QuantityError) as caught:
        wants.parse(text)
    error = caught.value
    assert error.message == message
    if part:
        assert str(text)[error.offset : error.offset + error.length] == part


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("2_550 tons/day", "unknown unit 'tons'", "write t"),
        ("2_550 tonnes/day", "unknown unit 'tonnes'", "write t"),
        ("5 grams/s", "unknown unit 'grams'", "write g"),
        ("5 litres/h", "unknown unit 'litres'", "write L"),
        ("2,550 t/day", "a comma inside a number", "write 2_550; 2.550 for a decimal"),
        ("2,550,000 t/day", "a comma inside a number", "write 2_550_000"),
        ("2,5 t/day", "a comma inside a number", "write 10_000 for thousands and 0.5 for decimals"),
        ("2 550 t/day", "a space inside a number", "write 2_550"),
        ("2\u202f550\u00a0t/day", "a space inside a number", "write 2_550"),
        ("1 t/h to 2 550 t/day", "a space inside a number", "write 2_550"),
    ],
)
def test_hints(text, message, hint):
    with pytest.raises(QuantityError) as caught:
        RATE.parse(text)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_prefixed_units():
    assert In("V").parse("10 kV").nominal == 10_000.0
    assert In("mol").parse("2 kmol").nominal == 2000.0
    assert In("W").parse("1 GW").nominal == pytest.approx(1e9)


def test_long_text_is_refused_without_reading_it():
    with pytest.raises(QuantityError, match="a value of 1000000 characters"):
        SHARE.parse("1" * 1_000_000)


@pytest.mark.parametrize("text", ["1e-99999999999999999999", "1e99999999999999999999", "0e999999999999", "1e-400"])
def test_extreme_exponents(text):
    with contextlib.suppress(QuantityError):
        assert SHARE.parse(text).nominal == 0.0


def test_a_year_has_no_days():
    assert RATE.parse("8_760 t/year").unit == "kg/year"
    with pytest.raises(QuantityError):
        In("h").parse("1 year")


def test_per_hour_uses_the_hours_of_the_plant():
    value = per_hour(RATE.parse("7_920 t/year ± 792 t/year (x)"), 7920.0)
    assert (value.nominal, value.unit, value.spread, value.lower, value.source) == (
        1000.0,
        "kg/h",
        Normal(100.0),
        0.0,
        "x",
    )
    hourly = RATE.parse("5 t/h")
    assert per_hour(hourly, 7920.0) is hourly


def test_quantity():
    assert SHARE.parse("75 %").quantity().magnitude == 0.75
    assert RATE.parse("1 t/h").quantity().to("t/day").magnitude == pytest.approx(24.0)
    assert HEAT.parse("600 °C").quantity().to("K").magnitude == pytest.approx(873.15)
    assert Value(0.5).quantity().dimensionless
    assert registry() is registry()


def test_registry_knows_the_list_only():
    assert {"t", "kg", "kWh", "USD", "year", "%", "°C", "person", "Bq"} <= set(units())
    for name in ("furlong", "kiloUSD", "ug", "parsec"):
        with pytest.raises(Exception, match=name):
            registry().parse_units(name)


def test_all_units_convert_to_themselves():
    for name in units():
        assert In(name).parse(f"2 {name}").nominal == 2.0


class Bath(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True, validate_default=True, frozen=True)

    efficiency: Fraction
    acid: Annotated[Value, DOSE]
    temperature: Temperature = "1_050 °C (assumed)"  # type: ignore[assignment]
    water: Annotated[Value, DOSE] | None = None
    cells: Number = Value(3.0)


def test_pydantic_fields():
    bath = Bath(efficiency="75 %", acid="1.55 t/t")
    assert bath.efficiency.nominal == 0.75
    assert (bath.temperature.nominal, bath.temperature.source) == (1050.0, "assumed")
    assert bath.water is None
    assert (bath.cells.nominal, bath.cells.lower) == (3.0, 0)
    assert bath.model_dump(mode="json")["efficiency"] == "75 %"
    assert Bath(efficiency=bath.efficiency, acid=bath.acid) == bath


def test_pydantic_errors_carry_the_offset():
    with pytest.raises(ValidationError) as caught:
        Bath(efficiency="75 prozent", acid=True)
    first, second = caught.value.errors()
    assert first["ctx"]["error"].offset == 3
    assert second["loc"] == ("acid",)


def test_values_made_in_python_are_held_to_the_field():
    with pytest.raises(ValidationError, match="above 1"):
        TypeAdapter(Fraction).validate_python(Value(1.5))
    with pytest.raises(QuantityError, match="a value in kg; needs kg/kg"):
        DOSE.parse(Value(1.5, "kg"))


def test_json_schema():
    made = Bath.model_json_schema()
    assert made["properties"]["acid"] == {
        "type": "string",
        "pattern": PATTERN,
        "maxLength": 200,
        "title": "Acid",
        "description": "A value in kg/kg, at least 0, such as 1.55 t/t.",
        "examples": ["1.55 t/t"],
    }
    assert {"type": "number"} in made["properties"]["efficiency"]["anyOf"]


def test_values_are_plain_data():
    value = SHARE.parse("60 % REO ± 5 % (miit2016)")
    assert pickle.loads(pickle.dumps(value)) == value
    assert hash(value) == hash(SHARE.parse("60 % REO ± 5 % (miit2016)"))
    assert repr(value) == "<Value 0.6 from '60 % REO ± 5 % (miit2016)'>"
    assert str(value) == "60 % REO ± 5 % (miit2016)"
    assert str(Value(3.0, "kg")) == "3 kg"


def test_suggestions():
    assert suggestion("concentrat", ["concentrate", "tailings"]) == "; did you mean 'concentrate'?"
    assert suggestion("REO", ["reo"]) == "; did you mean 'reo'?"
    assert suggestion("x" * 100_000, ["x" * 99_999]) == ""
    assert suggestion("a", []) == ""


def test_pint_is_imported_when_first_needed():
    code = "import sys, didymium.quantities; print('pint' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.strip() == "False"


PIECES = [
    "75",
    "0.5",
    "1_000",
    "1e3",
    "-",
    "%",
    "kg",
    "t/t",
    "USD",
    "/",
    "^",
    "*",
    "±",
    "+/-",
    "×÷",
    "*/",
    "to",
    "from",
]
PIECES += ["REO", "Nd", "(a)", "(", ")", ",", ".", " ", "°C", "³", "year", "h", "9", "\t", "−", "\u00a0", "m"]


@settings(max_examples=300, deadline=2000)
@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)))
@example("1 m" + "^4/m" * 30)
@example("0.5 " + "m·" * 90)
def test_any_text_is_a_value_or_a_clear_error(text):
    start = time.perf_counter()
    for wants in (SHARE, DOSE, RATE, HEAT, PRICE):
        try:
            value = wants.parse(text)
        except QuantityError as error:
            at, message = error.offset, str(error)
            assert message
            assert 0 <= at <= len(text)
        else:
            assert math.isfinite(value.nominal)
            low, high = value.range()
            assert low <= value.nominal <= high
            assert wants.parse(value.text) == value
            plain = value.text.translate({0x09: " ", 0x0A: " ", 0xA0: " ", 0x202F: " "})
            assert re.match(PATTERN, plain)
    assert time.perf_counter() - start < HANG


@settings(max_examples=200, deadline=None)
@given(st.floats(0, 1), st.floats(0.001, 0.2))
def test_written_numbers_come_back(nominal, sd):
    value = SHARE.parse(f"{nominal!r} ± {sd!r}")
    assert value.nominal == nominal
    assert value.spread == Normal(sd)
