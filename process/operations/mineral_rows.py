"""Solids by the minerals they hold, and by what acid or water can reach of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..data import minerals
from ..elements import RE
from ..feeds import RARE_EARTH
from .balance import BULK, Balance

Array = NDArray[np.float64]

OPENED = ("opened", "closed")
"""Parts of a cracked solid: what acid or water reaches, and what it does not."""


def family(row: str) -> str:
    """rare_earth, iron or gangue; empty for a row that is no mineral.

    >>> family("monazite"), family("bulk")
    ('rare_earth', '')
    """
    mineral = minerals().get(row)
    return "" if mineral is None else mineral.family


def rows_of(b: Balance, inlet: str = "feed") -> tuple[str, ...]:
    """The minerals of an inlet, in order; empty for a feed that is one part or opened already."""
    return tuple(row for row in b.parts[inlet] if family(row))


def opened(b: Balance, inlet: str = "feed") -> Array:
    """kg/h by element of what acid or water reaches, shape (samples, elements): all of it where nothing is closed."""
    rows = b.parts[inlet]
    return b.flow(inlet, "opened") if "opened" in rows else b.flow(inlet)


def closed(b: Balance, inlet: str = "feed") -> Array:
    """kg/h by element of what acid or water does not reach, shape (samples, elements)."""
    return b.flow(inlet, "closed")


def conversions(
    b: Balance, given: Mapping[str, Array], *, key: str = "conversion", inlet: str = "feed"
) -> dict[str, Array]:
    """The share of each rare-earth mineral of an inlet that a step opens, shape (samples,) by row.

    Refuses a feed without minerals, and a rare-earth mineral that `given` does not name.
    """
    rows = rows_of(b, inlet)
    b.refuse(
        np.bool_(not rows),
        lambda _: (
            f"its feed is {', '.join(b.parts[inlet])} and not an ore or concentrate with its minerals apart",
            "feed it from a flotation or a feed of minerals, before a mixer brings the minerals together",
        ),
        inlet,
    )
    out = {}
    for row in rows:
        if family(row) != RARE_EARTH:
            continue
        if row not in given:
            held = np.asarray(b.flow(inlet, row)[:, RE].any(axis=1))
            b.refuse(
                held,
                lambda _, row=row: (  # type: ignore[misc]
                    f"its feed holds {row}, and no {key} says what becomes of it",
                    f"add {key}.{row}, 0 % if it may stay in the residue",
                ),
                key,
            )
        out[row] = given.get(row, np.zeros(b.samples))
    return out


__all__ = ["BULK", "OPENED", "RARE_EARTH", "closed", "conversions", "family", "opened", "rows_of"]
