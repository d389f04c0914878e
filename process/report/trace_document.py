"""Origins of products as a plain document; docs/json.md says what each key means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .figures import number

if TYPE_CHECKING:
    from ..studies.trace import Origins, Sourcing, Trace


def given(found: Trace, changes: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """What the answer was made from: the file, the changes to it and the question."""
    asked = found.question
    words = {
        "product": asked.product,
        "region": asked.region,
        "year": str(found.year),
        "at": asked.at,
        "origin": found.origin,
        "threshold": repr(asked.threshold),
        "value": None if asked.value is None else repr(asked.value),
        "elements": None if asked.elements is None else ", ".join(asked.elements),
    }
    return [("file", found.scenario.sha256), *sorted(changes.items()), *words.items()]


def body(found: Trace, changes: Mapping[str, str]) -> dict[str, Any]:
    """The answer to one question."""
    worst, miss = found.traced.worst, found.traced.miss
    return {
        "name": found.scenario.name,
        "title": found.scenario.title,
        "changes": dict(changes),
        "year": found.year,
        "regions": list(found.regions),
        "product": found.question.product,
        "origin_counted_at": found.traced.at,
        "origins": list(found.traced.origins),
        "content_of": found.origin,
        "elements_counted": list(found.question.elements or found.traced.elements),
        "threshold": found.question.threshold,
        "prices": {
            element: {
                "usd_per_t_element": number(price.usd_per_t),
                "item": price.item,
                "year": price.year,
                "source": price.source,
                "assumed": price.assumed,
            }
            for element, price in found.prices.items()
        },
        "products": [_product(one) for one in found.found],
        "balance": {"worst": number(worst.value), "element": worst.element, "year": worst.year},
        "levels_miss": {"worst": number(miss.value), "pool": miss.pool, "year": miss.year},
        "notes": list(found.notes),
    }


def _product(one: Origins) -> dict[str, Any]:
    return {
        "product": one.product.name,
        "region": one.product.region,
        "good": one.product.good or None,
        "t_per_year": number(one.tonnes),
        "value_usd_per_year": number(one.usd),
        "element_t_per_year": {element: number(math.fsum(parts.values())) for element, parts in one.flow.items()},
        "shares": {
            element: {origin: number(one.share(element, origin)) for origin in parts}
            for element, parts in one.flow.items()
        },
        "content": None
        if one.content is None
        else {
            "by_mass": number(one.content.mass),
            "by_value": number(one.content.value),
            "over_by_mass": one.over.get("mass"),
            "over_by_value": one.over.get("value"),
            "element_t_per_year": {element: number(t) for element, t in one.content.element_t.items()},
            "element_usd_per_year": {element: number(usd) for element, usd in one.content.element_usd.items()},
        },
        "from_elsewhere": [_sourcing(each) for each in one.sourcing],
        "route_of": one.routed or None,
        "route": [
            {
                "step": step.name,
                "kind": step.kind,
                "plant": step.plant or None,
                "stage": step.stage or None,
                "region": step.region,
                "year": step.year,
                "share": number(step.share),
            }
            for step in one.route
        ],
    }


def _sourcing(each: Sourcing) -> dict[str, Any]:
    return {
        "item": each.item,
        "by_value_t_per_year": number(each.by_value),
        "by_mass_t_per_year": number(each.by_mass),
        "free_t_per_year": {stage: number(t) for stage, t in each.spare.by_stage.items()},
        "unused_t_per_year": number(each.spare.left),
        "enough": each.enough,
    }
