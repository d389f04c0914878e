"""Wastes, water and carbon per t of rare-earth oxide: for a terminal, side by side, and for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..elements import ELEMENTS
from ..studies.effluents import GROUPS, MEDIA, ROWS, effluents
from .figures import amount, first, number
from .tables import row, table

if TYPE_CHECKING:
    from rich.table import Table

    from ..flowsheet import Result
    from ..studies.effluents import Effluents, Row

CAPTION = "Bq/g per g of the waste; CO2 of the process counts all carbon of off-gas"


def _shown(found: Effluents, one: Row) -> bool:
    return bool(np.nan_to_num(found.value(one)[:1]).any())


def one_plant(result: Result) -> Table:
    """The table of one plant, by stages; rows without anything are left out."""
    found = effluents(result)
    made = table("Wastes, water and carbon", ["", "unit"], [*GROUPS, "all"], f"per {found.per}; {CAPTION}")
    for item in ROWS:
        if _shown(found, item):
            row(made, item.title, item.unit, *(amount(found.value(item, group)) for group in (*GROUPS, "")))
    return made


def several(results: Mapping[str, Result]) -> Table:
    """The totals of several plants side by side."""
    found = {label: effluents(result) for label, result in results.items()}
    words = " or ".join(dict.fromkeys(one.per for one in found.values()))
    made = table("Wastes, water and carbon", ["", "unit"], list(found), f"per {words}; {CAPTION}")
    for item in ROWS:
        if any(_shown(one, item) for one in found.values()):
            row(made, item.title, item.unit, *(amount(one.value(item)) for one in found.values()))
    return made


def remarks(result: Result) -> list[str]:
    """What the table could not place, and wastes near the limit of radioactive residue."""
    found = effluents(result)
    return [*found.remarks, *found.near]


def body(result: Result) -> dict[str, Any]:
    """The `effluents` of a document: rows by stages, and every element of the wastes by medium."""
    found = effluents(result)
    media = [*dict.fromkeys(MEDIA.values()), "other"]
    return {
        "per": found.per,
        "reo_t_per_h": number(found.oxide),
        "products": list(found.products),
        "rows": {
            item.name: {group or "all": number(found.value(item, group)) for group in (*GROUPS, "")} for item in ROWS
        },
        "element_kg_per_h": {
            medium: {name: flow for name in ELEMENTS if (flow := first(found.element(name, medium))) != 0.0}
            for medium in media
        },
        "remarks": list(found.remarks),
        "near_limit": list(found.near),
    }
