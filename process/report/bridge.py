"""The bridge between two plants as a table for a terminal and as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from .figures import first, money, number, signed
from .tables import cell, row, table

if TYPE_CHECKING:
    from rich.table import Table

    from ..studies.bridge import Bridge

ITEMS = 2
"""Items named beside a cause."""
LEAST = 0.005
"""USD per kg below which a cause has no row, and an item no name."""


def shown(bridge: Bridge) -> Table:
    """What each cause adds to the cost of a kg, by stage, and the items that move most."""
    stages = [stage for stage, row in bridge.by_stage.items() if any(abs(first(one)) >= LEAST for one in row.values())]
    small = [cause for cause, value in bridge.by_cause.items() if _small(bridge, cause, stages) and first(value) != 0.0]
    words = ["every cause is the mean over all orders in which causes may change, and they add up to the difference"]
    if small:
        words.append(f"below {LEAST:g} in all stages, in the total only: {', '.join(small)}")
    made = table(
        title(bridge),
        ["cause"],
        [*stages, "total"],
        "; ".join(words),
    )
    if bridge.notes:
        # plain() keeps each note on a line of its own, whatever the names of the file hold.
        made.caption = Text("\n").join(cell(one) for one in ("; ".join(words), *bridge.notes))
    made.add_column("most of it", overflow="fold")
    blank = [""] * len(stages)
    row(made, bridge.start, *blank, money(bridge.before), "", section=True)
    causes = [cause for cause in bridge.by_cause if not _small(bridge, cause, stages)]
    for cause in causes:
        row(
            made,
            cause,
            *(signed(bridge.by_stage[stage][cause]) for stage in stages),
            signed(bridge.by_cause[cause]),
            _most(bridge, cause),
            section=cause == causes[-1],
        )
    sums = [sum(first(one) for one in bridge.by_stage[stage].values()) for stage in stages]
    row(made, "difference", *(signed(one) for one in sums), signed(bridge.difference), "", style="bold")
    row(made, bridge.end, *blank, money(bridge.after), "", style="bold")
    return made


def title(bridge: Bridge) -> str:
    """What a bridge answers, in words."""
    if abs(first(bridge.difference)) < LEAST:
        return f"A kg of {bridge.product} costs the same at {bridge.end} as at {bridge.start}, {bridge.currency}"
    more = "more" if first(bridge.difference) >= 0.0 else "less"
    return f"Why a kg of {bridge.product} costs {more} at {bridge.end} than at {bridge.start}, {bridge.currency}"


def _small(bridge: Bridge, cause: str, stages: list[str]) -> bool:
    values = [bridge.by_cause[cause], *(bridge.by_stage[stage][cause] for stage in stages)]
    return all(abs(first(one)) < LEAST for one in values)


def _most(bridge: Bridge, cause: str) -> str:
    found = [(item, value) for item, value in bridge.largest(cause, ITEMS) if abs(value) >= LEAST]
    return ", ".join(f"{item} {signed(value)}" for item, value in found)


def document(bridge: Bridge) -> dict[str, Any]:
    """The bridge as plain data (its first sample)."""
    return {
        "from": bridge.start,
        "to": bridge.end,
        "product": bridge.product,
        "currency": bridge.currency,
        "from_usd_per_kg": number(bridge.before),
        "to_usd_per_kg": number(bridge.after),
        "difference_usd_per_kg": number(bridge.difference),
        "by_cause": {cause: number(value) for cause, value in bridge.by_cause.items()},
        "by_stage": {
            stage: {cause: number(value) for cause, value in causes.items()}
            for stage, causes in bridge.by_stage.items()
        },
        "notes": list(bridge.notes),
        "items": [
            {
                "stage": part.stage,
                "item": part.item,
                "cost_cause": part.cause,
                "from_usd_per_kg": number(part.before),
                "to_usd_per_kg": number(part.after),
                "by_cause": {cause: number(value) for cause, value in part.by_cause.items()},
            }
            for part in bridge.parts
            if part.by_cause or first(part.before) != 0.0
        ],
    }
