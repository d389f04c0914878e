"""Colours that colour-blind readers tell apart, and dashes for the rest."""

from __future__ import annotations

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00", "#56b4e9")
"""Okabe and Ito's set without yellow, which is too light for a line on white."""
DASHES: tuple[tuple[float, ...], ...] = ((), (5.0, 2.0), (1.2, 1.4), (6.0, 1.6, 1.2, 1.6))
INK, QUIET, FAINT = "#1a1a1a", "#666666", "#d9d9d9"


def colour(rank: int) -> str:
    """The colour of a line.

    >>> colour(0), colour(7)
    ('#0072b2', '#0072b2')
    """
    return COLOURS[rank % len(COLOURS)]


def dashes(rank: int) -> tuple[float, ...]:
    """On and off lengths of a line, in its widths; empty for a solid one.

    >>> dashes(0), dashes(7)
    ((), (5.0, 2.0))
    """
    return DASHES[rank // len(COLOURS) % len(DASHES)]
