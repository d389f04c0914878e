"""What a plain YAML scalar means by the core schema of YAML 1.2: null, true, false, int or float, else text.

PyYAML reads by YAML 1.1, where `no` is false, `1:20` is 80 and `7_920` an integer; here they are text.
"""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_LONGEST_NUMBER = 300


def resolve(text: str) -> Scalar:
    """The value of a plain scalar.

    >>> [resolve(text) for text in ("no", "1:20", "7_920", "0o14", "1e3", "~", "2024-01-01")]
    ['no', '1:20', '7_920', 12, 1000.0, None, '2024-01-01']
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if len(text) > _LONGEST_NUMBER:  # int() refuses thousands of digits, and nobody means them
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return text
