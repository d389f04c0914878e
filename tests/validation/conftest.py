"""Solved plants, and the rows of docs/validation.md that hold a published value beside the model's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path

import pytest

import didymium
from didymium.flowsheet import Result

PAGE = Path(__file__).resolve().parents[2] / "docs" / "validation.md"
NUMBER = re.compile(r"(?<![\w.,])[-+−]?\d[\d,]*(?:\.\d+)?(?!\w)")
FAR = 30.0
"""Per cent; what differs by more has its reason in the row."""


def numbers(cell: str) -> list[str]:
    """The numbers of a cell as they are printed; digits of names such as P507 are none."""
    return [found.replace(",", "").replace("−", "-").lstrip("+") for found in NUMBER.findall(cell)]


def half_a_digit(shown: str) -> float:
    """Half of the last digit that is printed."""
    return float(0.5 * 10.0 ** -len(shown.partition(".")[2]))


def _row_of(test: str) -> list[str]:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if f"::{test}`" in line]
    if len(rows) != 1:
        raise LookupError(f"{len(rows)} rows of docs/validation.md name {test}")
    return [cell.strip() for cell in rows[0].strip().strip("|").split("|")]


def _compare(
    test: str,
    published: float | Iterable[float],
    model: float | Iterable[float],
    circular: bool = False,
    within: float = 0.01,
) -> None:
    """Hold the row of a test to what it computes.

    One published value stands for all of the model's. The model may differ from what the page shows by its rounding and
    by `within` of the value; the difference in % and the reason are read as well.
    """
    found = [float(model)] if isinstance(model, int | float) else [float(one) for one in model]
    given = [float(published)] * len(found) if isinstance(published, int | float) else [float(one) for one in published]
    off = [100.0 * (ours / theirs - 1.0) for ours, theirs in zip(found, given, strict=True)]
    computed = (
        f"computed {[f'{x:.4g}' for x in found]} beside {[f'{x:.4g}' for x in given]}: {[round(x) for x in off]} %"
    )
    try:
        _case, theirs, ours, apart, reason, _test = _row_of(test)
    except (LookupError, ValueError) as fault:
        pytest.fail(f"{fault}; {computed}")

    distinct = given[:1] if isinstance(published, int | float) else given
    for value, shown in zip(distinct, numbers(theirs), strict=False):
        assert abs(value - float(shown)) <= 1.001 * half_a_digit(shown), f"published {shown}; {computed}"
    assert len(numbers(theirs)) >= len(distinct), computed
    assert len(numbers(ours)) == len(found), f"{ours}; {computed}"
    for value, shown in zip(found, numbers(ours), strict=True):
        assert abs(value - float(shown)) <= half_a_digit(shown) + within * abs(value), f"model {shown}; {computed}"
    assert len(numbers(apart)) == len(off), f"{apart}; {computed}"
    for percent, shown in zip(off, numbers(apart), strict=True):
        slack = 1.0 + 100.0 * within * (1.0 + abs(percent) / 100.0)
        assert abs(percent - float(shown)) <= slack, f"off {shown} %; {computed}"
    assert circular == ("circular" in reason), f"say whether {test} is circular; {computed}"
    assert all(abs(x) <= FAR for x in off) or len(reason) > 30, f"give the reason; {computed}"


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Compare with the row of docs/validation.md that names this test: `row(published, model)`."""
    return partial(_compare, request.function.__name__)


@pytest.fixture
def row_of() -> Callable[..., None]:
    """Compare with the row of a test by its name: `row_of(test, published, model)`."""
    return _compare


@pytest.fixture(scope="session")
def plant() -> Callable[[str], Result]:
    """A shipped flowsheet solved at its nominal values, once."""

    @cache
    def solved(name: str) -> Result:
        return didymium.load(name).solve()

    return solved


@pytest.fixture(scope="session")
def used() -> Callable[..., float]:
    """What units of a plant take per hour: kg, kWh or MJ of some items together."""

    def amount(result: Result, units: str | Iterable[str], *items: str) -> float:
        names = (units,) if isinstance(units, str) else tuple(units)
        lines: Counter[str] = Counter()
        for name in names:
            for line in result.solution.units[name].lines:
                lines[line.item] += float(line.rate[0])
        return sum(lines[item] for item in items)

    return amount
