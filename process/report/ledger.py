"""What each unit uses and how large its equipment is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..studies.effluents import effluents
from ..studies.leaving import passes_on
from .figures import NONE, amount, first, number
from .tables import row, table

if TYPE_CHECKING:
    from rich.table import Table

    from ..flowsheet import Result


def page(result: Result) -> list[Table]:
    """Two tables: what the units use, and their equipment.

    Per t of REO fed stands for the units that pass rare earths on; waters and gases hold traces only.
    """
    wastes = effluents(result)
    made = first(wastes.oxide)
    used = table(
        "What the units use",
        ["unit", "item"],
        ["per hour", "per t REO fed", "per t REO made"],
        f"fed to the unit, where it passes rare earths on; made: {wastes.per}",
    )
    used.add_column("unit of it")
    sized = table(
        "Equipment", ["unit", "item"], ["size"], "as large as the balances ask; no spare, no rounding to sizes"
    )
    sized.add_column("unit of it")
    for name, unit in result.solution.units.items():
        streams = [result.streams[stream] for stream in unit.inlets.values()]
        fed = sum(first(stream.oxide()) for stream in streams) / 1000.0
        works = fed > 0.0 and passes_on(result, unit)
        rates: dict[tuple[str, str], float] = {}
        for line in unit.lines:
            rates[line.item, line.unit] = rates.get((line.item, line.unit), 0.0) + first(line.rate)
        for i, ((item, measure), rate) in enumerate((key, rate) for key, rate in rates.items() if rate > 0.0):
            per_fed = amount(rate / fed) if works else NONE
            per_made = amount(rate / made) if made > 0.0 else NONE
            row(used, "" if i else name, item, amount(rate), per_fed, per_made, measure)
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
