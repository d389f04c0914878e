"""Words that messages share."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


def suggestion(word: str, candidates: Iterable[str]) -> str:
    """The end of a message that offers the nearest known word, or nothing.

    >>> suggestion("flotatoin", ["flotation", "leach"])
    "; did you mean 'flotation'?"
    >>> suggestion("xyz", ["flotation", "leach"])
    ''
    """
    if len(word) > 60:  # difflib is quadratic, and text may come from anyone
        return ""
    known = {name.lower(): name for name in candidates}
    near = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return f"; did you mean {known[near[0]]!r}?" if near else ""


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words as a sentence lists them.

    >>> listed(["Dy", "Tb"]), listed(["a", "b", "c"])
    ('Dy and Tb', 'a, b and c')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""
