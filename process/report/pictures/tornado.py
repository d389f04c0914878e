"""How far the strongest factors move a result: one bar each, the strongest on top."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..sensitivity import ends, unit, value
from .axes import around
from .picture import Bar, Bars, PictureError

if TYPE_CHECKING:
    from ...studies.sensitivity import Sensitivity

SHOWN = 15
"""Factors of the picture."""
ROOM = 0.25
"""Of the range, for the text at the end of the longest bar."""


def tornado(found: Sensitivity) -> Bars:
    """The picture of a sensitivity study. Raises PictureError where nothing moves the result."""
    shown = [bar for bar in found.bars if bar.swing > 0.0][:SHOWN]
    if not shown:
        raise PictureError(f"nothing moves {found.output}; ask for another output")
    of, middle = found.output, found.nominal
    bars = []
    for bar in shown:
        known = [one for one in (bar.at_low, middle, bar.at_high) if math.isfinite(one)]
        least, most = min(known), max(known)
        rises = most == bar.at_high or least == bar.at_low
        text = f"{value(of, least)} to {value(of, most)}"
        bars.append(Bar(label=bar.factor.name, start=least, end=most, text=text, role="rise" if rises else "fall"))
    strongest = shown[0].factor
    words = f" {unit(of)}" if unit(of) else ""
    return Bars(
        name=f"{found.result.plan.name} {of} tornado",
        title=f"What moves {of}, {found.result.plan.title}",
        subtitle=f"{value(of, middle)}{words} as written; {len(bars)} strongest of {len(found.bars)} factors",
        x=around(
            f"{of}{',' + words if words else ''}",
            min(bar.start for bar in bars),
            max(bar.end for bar in bars),
            beyond=ROOM,
        ),
        bars=tuple(bars),
        caption=(
            "Each from its 5th to its 95th percentile, others as written; orange rises with its factor, blue falls.",
            f"{strongest.name}: {ends(strongest)}.",
        ),
    )
