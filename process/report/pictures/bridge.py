"""The bridge between two plants as a waterfall: from one cost to the other, cause by cause."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..bridge import title
from ..figures import first, money, signed
from .axes import span
from .picture import Bar, Bars, Picture

if TYPE_CHECKING:
    from ...studies.bridge import Bridge

ROOM = 0.12
"""Share of the axis that the text of the longest bar takes."""
LEAST = 0.005
"""USD per kg below which a cause has no bar of its own."""


def of_bridges(bridges: Iterable[Bridge]) -> list[Picture]:
    """A waterfall of each bridge, in their order."""
    return [waterfall(bridge) for bridge in bridges]


def waterfall(bridge: Bridge) -> Bars:
    """The cost of one plant, what each cause adds to it, and the cost of the other (of the first sample).

    Causes that move less than half a cent stand together as one bar.
    """
    before, after = first(bridge.before), first(bridge.after)
    causes = {cause: first(value) for cause, value in bridge.by_cause.items()}
    small = [cause for cause, value in causes.items() if abs(value) < LEAST]
    moves = {cause: value for cause, value in causes.items() if cause not in small}
    rest = sum(causes[cause] for cause in small)
    if rest != 0.0:
        moves["all others"] = rest
    bars = [Bar(label=bridge.start, start=0.0, end=before, text=money(before), role="total")]
    at = before
    for cause, value in moves.items():
        bars.append(
            Bar(
                label=cause,
                start=at,
                end=at + value,
                text=signed(value),
                role="rise" if value >= 0.0 else "fall",
            )
        )
        at += value
    bars.append(Bar(label=bridge.end, start=0.0, end=after, text=money(after), role="total"))
    ends = [end for bar in bars for end in (bar.start, bar.end)]
    least, most = min(0.0, *ends), max(0.0, *ends)
    return Bars(
        name=f"bridge {bridge.product} {bridge.start} {bridge.end}",
        title=title(bridge),
        subtitle=f"{signed(bridge.difference)} {bridge.currency} per kg",
        x=span(f"{bridge.currency} per kg {bridge.product}", least, most + ROOM * (most - least)),
        bars=tuple(bars),
        caption=(
            "Each cause is the mean over all orders in which causes may change; docs/bridge.md says what it counts.",
        ),
        joined=True,
    )
