"""Published facts and named assumptions: a number with its range, unit, year and source, read from the CSV files."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from: title, year, kind, confidence and the place to look it up.

    `kind` is "published", "computed", "general knowledge" or "assumption"; `confidence` "high", "medium" or "low".
    """

    key: str
    title: str
    year: int
    kind: str
    confidence: str
    locator: str

    @property
    def assumed(self) -> bool:
        """Whether a number from here counts as an assumption rather than a fact.

        >>> sources()["assumed"].assumed, sources()["nre2024"].assumed
        (True, False)
        """
        return self.kind in ("assumption", "general knowledge") or self.confidence == "low"


@dataclass(frozen=True, slots=True)
class Fact:
    """A number in `unit`, valid for `year`, with the range that its source or our judgement gives.

    `low` and `high` equal `value` where the source gives no range. `source` is a key of `sources()`.
    """

    value: float
    low: float
    high: float
    unit: str
    year: int
    source: str
    confidence: str
    note: str = ""

    @property
    def assumed(self) -> bool:
        """Whether the number is an assumption: by its source, or because our confidence in it is low."""
        return self.confidence == "low" or sources()[self.source].assumed


def rows(name: str) -> tuple[Row, ...]:
    """The rows of a data file, text by column name."""
    text = resources.files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(MappingProxyType(row) for row in csv.DictReader(text.splitlines(), strict=True))


def fact(row: Row, unit: str = "") -> Fact:
    """The number of a row with the columns value, low, high, unit, year, source, confidence, note."""
    value = float(row["value"])
    return Fact(
        value=value,
        low=float(row["low"] or value),
        high=float(row["high"] or value),
        unit=unit or row["unit"],
        year=int(row["year"]),
        source=row["source"],
        confidence=row["confidence"],
        note=row.get("note", ""),
    )


def at_year(known: Mapping[int, Fact], year: int) -> Fact:
    """The number of a year: its own row, else the latest earlier one, else the earliest; never escalated.

    The result keeps its own year, so a number held over from another year shows.
    """
    earlier = [known_year for known_year in known if known_year <= year]
    return known[max(earlier)] if earlier else known[min(known)]


@cache
def sources() -> Mapping[str, Source]:
    """Every source by its key: what a value in brackets or a `source` column names."""
    return MappingProxyType(
        {
            row["key"]: Source(
                row["key"], row["title"], int(row["year"]), row["kind"], row["confidence"], row["locator"]
            )
            for row in rows("sources")
        }
    )
