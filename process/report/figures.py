"""Numbers and words as a reader sees them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..wording import listed as listed

NONE = "–"
"""Stands where there is no number."""


def first(value: Any) -> float:
    """The first sample of a number that is a float or an array of shape (samples,).

    >>> first(2), first(np.array([0.5, 1.0]))
    (2.0, 0.5)
    """
    return float(np.atleast_1d(value)[0])


def number(value: Any) -> float | None:
    """The first sample, or None where there is no finite number: what JSON can hold.

    >>> number(float("nan")), number(None), number(np.array([3.0]))
    (None, None, 3.0)
    """
    if value is None:
        return None
    one = first(value)
    return one if math.isfinite(one) else None


def percent(value: Any, digits: int = 1) -> str:
    """A fraction as per cent; what would round to zero says so.

    >>> percent(0.7995), percent(2e-7), percent(-1e-17), percent(0.997027, 2), percent(14.534), percent(None)
    ('80.0 %', '<0.1 %', '0.0 %', '99.70 %', '1,453.4 %', '–')
    """
    one = number(value)
    if one is None:
        return NONE
    least = 10.0**-digits
    if 0.0 < 100.0 * one < 0.5 * least:
        return f"<{least:g} %"
    return f"{100.0 * one:z,.{digits}f} %"


def purity(value: float) -> str:
    """A purity as per cent with as many digits as its impurity needs.

    >>> purity(0.99990123), purity(0.9999991), purity(0.9712), purity(1.0)
    ('99.99012 %', '99.9999100 %', '97.12 %', '100.00 %')
    """
    lost = 1.0 - value
    digits = min(max(2, math.floor(-math.log10(lost)) + 1), 13) if lost > 0.0 else 2
    return f"{100.0 * value:.{digits}f} %"


def asked(value: float) -> str:
    """A purity that was asked for as per cent, with all its digits.

    >>> asked(0.98443), asked(0.997), asked(0.9999999)
    ('98.443 %', '99.7 %', '99.99999 %')
    """
    return f"{100.0 * value:.14g} %"


def points(value: Any, digits: int = 1) -> str:
    """A difference of fractions in percentage points, with its sign.

    >>> points(-0.0992), points(1e-9)
    ('-9.9', '0.0')
    """
    return signed(None if value is None else 100.0 * first(value), digits)


def amount(value: Any) -> str:
    """A quantity to four significant digits, thousands apart.

    >>> amount(106250.4), amount(12.3456), amount(0.001234), amount(0), amount(3e-9)
    ('106,250', '12.35', '0.001234', '0', '3e-09')
    >>> amount(999.99999), amount(1000.0), amount(999.94)
    ('1,000', '1,000', '999.9')
    """
    one = number(value)
    if one is None:
        return NONE
    return f"{one:,.0f}" if abs(float(f"{one:.4g}")) >= 1000.0 else f"{one:.4g}"


def money(value: Any) -> str:
    """Money per kg to the cent.

    >>> money(64.142), money(1234.5), money(0.0004)
    ('64.14', '1,234.50', '<0.01')
    """
    one = number(value)
    if one is None:
        return NONE
    return "<0.01" if 0.0 < one < 0.005 else f"{one:,.2f}"


def signed(value: Any, digits: int = 2) -> str:
    """A difference with its sign; what rounds to zero has none.

    >>> signed(-42.98), signed(3.0), signed(-0.001)
    ('-42.98', '+3.00', '0.00')
    """
    one = number(value)
    if one is None:
        return NONE
    text = f"{one:+,.{digits}f}"
    return text if any(c in "123456789" for c in text) else text[1:]


def plain(text: str) -> str:
    r"""Text of a file on one line, without what would move the cursor or colour a terminal.

    >>> plain("a\x1b[31m b\n c")
    'a�[31m b c'
    """
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))
