"""What each unit uses and how large its equipment is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .figures import NONE, amount, first, number
from .tables import row, table

if TYPE_CHECKING:
    from rich.table import Table

    from ..flowsheet import Result


LEAN = 5e-4
"""Share of REO in what enters below which a figure per t of REO says nothing: waters and gases."""


def page(result: Result) -> list[Table]:
    """Two tables: what the units use per operating hour and per t of REO that enters them, and their equipment."""
    used = table("What the units use", ["unit", "item"], ["per hour", "per t REO fed"])
    used.add_column("unit of it")
    sized = table(
        "Equipment", ["unit", "item"], ["size"], "as large as the balances ask; no spare, no rounding to sizes"
    )
    sized.add_column("unit of it")
    for name, unit in result.solution.units.items():
        streams = [result.streams[stream] for stream in unit.inlets.values()]
        fed = sum(first(stream.oxide()) for stream in streams) / 1000.0
        rich = fed > LEAN * sum(first(stream.mass()) for stream in streams) / 1000.0
        rates: dict[tuple[str, str], float] = {}
        for line in unit.lines:
            rates[line.item, line.unit] = rates.get((line.item, line.unit), 0.0) + first(line.rate)
        for i, ((item, measure), rate) in enumerate((key, rate) for key, rate in rates.items() if rate > 0.0):
            row(used, "" if i else name, item, amount(rate), amount(rate / fed) if rich else NONE, measure)
        for i, size in enumerate(size for size in unit.sizes if first(size.value) > 0.0):
            row(sized, "" if i else name, size.item, amount(first(size.value)), size.unit)
    return [used, sized]


def equipment(result: Result) -> Mapping[str, list[dict[str, Any]]]:
    """The sizes of equipment by unit, for a document (of the first sample)."""
    return {
        name: [{"item": size.item, "size": number(size.value), "unit": size.unit} for size in unit.sizes]
        for name, unit in result.solution.units.items()
        if unit.sizes
    }
