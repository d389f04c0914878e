"""A scenario's gap as a plain document; docs/json.md says what each key means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from ..studies.gap_assumptions import assumed, counts
from ..supply.shadow import worth_word
from .figures import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..studies.gap import Gap
    from ..supply.gaps import StageGap

QUANTITIES = ("nameplate", "effective", "needed", "gap", "made", "imported")


def body(found: Gap, changes: Mapping[str, str]) -> dict[str, Any]:
    """The gap of one scenario; lists by year follow `years`."""
    scenario, proof = found.scenario, found.levels.certificate
    some, every = counts(scenario)
    return {
        "name": scenario.name,
        "title": scenario.title,
        "focus": list(scenario.focus),
        "regions": list(scenario.regions),
        "years": list(found.years),
        "objective": found.objective,
        "worth_in": worth_word(found.levels.system, found.objective),
        "changes": dict(changes),
        "magnets": {"asked_t_per_year": _list(found.asked), "unmet_t_per_year": _list(found.unmet)},
        "table": [_row(one) for one in found.rows],
        "binding": [
            {
                "year": one.year,
                "stage": one.stage,
                "item": one.item,
                "unit": one.unit,
                "short_by_t_per_year": number(one.missing),
                "needed_t_per_year": number(one.needed),
                "worth_per_t": number(one.worth),
                "words": one.words,
            }
            for one in found.bottlenecks
        ],
        "limits": [
            {
                "kind": one.kind,
                "name": one.name,
                "stage": one.stage,
                "region": one.region,
                "year": one.year,
                "counts": one.counts,
                "limit_t_per_year": number(one.limit),
                "worth_per_t": number(one.worth),
                "plants": list(one.plants),
                "words": one.words,
            }
            for one in found.bindings
        ],
        "slack": [
            {"stage": one.stage, "region": one.region, "year": one.year, "used": number(one.used)}
            for one in found.slack
        ],
        "prices": [
            {
                "good": one.good,
                "region": one.region,
                "year": one.year,
                "worth_per_t": number(one.worth),
                "words": one.words,
            }
            for one in found.prices
        ],
        "uses": [
            {
                "region": one.region,
                "use": one.use,
                "good": one.good,
                "asked_t_per_year": _list(one.asked),
                "unmet_t_per_year": _list(one.unmet),
                "served_t_per_year": {good: _list(values) for good, values in one.served.items()},
            }
            for one in found.uses
        ],
        "surplus": [
            {
                "element": one.element,
                "t_oxide_per_year": _list(one.tonnes),
                "made_t_oxide_per_year": _list(one.made),
                "share": _list(one.share),
            }
            for one in found.surplus
        ],
        "recycling": {
            "taken_t_per_year": {form: _list(values) for form, values in found.returned.taken.items()},
            "brought_t_oxide_per_year": {item: _list(values) for item, values in found.returned.brought.items()},
            "needed_less_t_oxide_per_year": {item: _list(tons) for item, tons in found.required.returned.items()},
        },
        "plants": [
            {
                "plant": one.plant,
                "owner": one.owner,
                "region": one.region,
                "stage": one.stage,
                "counts": one.counts,
                "status": one.status,
                "nameplate_t_per_year": _list(one.nameplate),
                "effective_t_per_year": _list(one.effective),
                "used_t_per_year": _list(one.used),
                "utilisation": _list(one.utilisation),
            }
            for one in found.plants
        ],
        "flows": [
            {"good": one.good, "from": one.origin, "to": one.to, "t_per_year": _list(one.tonnes)} for one in found.flows
        ],
        "ways": [],
        "sites": [],
        "notes": list(found.notes),
        "proof": {
            "gap": number(proof.gap),
            "rows": number(proof.primal),
            "prices": number(proof.dual),
            "slack": number(proof.slack),
        },
        "balance": {
            "worst": number(found.traced.worst.value),
            "element": found.traced.worst.element,
            "year": found.traced.worst.year,
        },
        "assumptions": {
            "values": [asdict(one) for one in assumed(scenario)],
            "values_assumed": some,
            "values_in_file": every,
        },
    }


def _list(values: NDArray[np.float64] | Iterable[float]) -> list[float | None]:
    return [number(value) for value in values]


def _row(one: StageGap) -> dict[str, Any]:
    row = {"stage": one.stage, "item": one.item, "unit": one.unit}
    return {**row, **{f"{what}_t_per_year": _list(getattr(one, what)) for what in QUANTITIES}}
