"""A scenario's gap as a plain document; docs/json.md says what each key means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from ..studies.gap_assumptions import assumed, counts
from ..studies.gap_words import worth_word
from .figures import number
from .gap_uncertainty import body as uncertainty_body
from .ways import lift_words, way_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..studies.gap import Gap
    from ..studies.gap_uncertainty import GapUncertainty
    from ..supply.closing import Closing, Way
    from ..supply.gaps import StageGap
    from ..supply.sites import SiteStage

QUANTITIES = ("nameplate", "effective", "needed", "gap", "made", "imported")


def body(found: Gap, changes: Mapping[str, str], samples: GapUncertainty | None = None) -> dict[str, Any]:
    """The gap of one scenario; lists by year follow `years`. `samples` are those of plants that slip."""
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
        "short_by": [
            {
                "stage": one.stage,
                "region": one.region,
                "item": one.item,
                "what": one.what,
                "t_per_year": _list(one.tonnes),
            }
            for one in (found.shortfalls.rows if found.shortfalls is not None else ())
        ],
        "ways": [_way(one, way_words(one)) for one in (found.closing.ways if found.closing is not None else ())],
        "rules_aside": [
            _way(one, lift_words(one)) for one in (found.closing.lifts if found.closing is not None else ())
        ],
        "ways_certain": None if found.closing is None else found.closing.complete,
        "sites": [_site(one) for one in found.sites],
        "uncertainty": None if samples is None else uncertainty_body(samples),
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


def _ways(closing: Closing | None) -> dict[str, Any]:
    if closing is None:
        return {"ways": [], "rules_aside": [], "ways_certain": None}
    return {
        "ways": [_way(one, way_words(one)) for one in closing.ways],
        "rules_aside": [_way(one, lift_words(one)) for one in closing.lifts],
        "ways_certain": closing.complete,
    }


def _way(one: Way, words: str) -> dict[str, Any]:
    return {
        "words": words,
        "closes": one.closes,
        "open_years": list(one.open_years),
        "left_t_per_year": _list(one.left),
        "usd_per_year": _list(one.cost),
        "capital_usd": number(one.capital),
        "rules_set_aside": list(one.lifted),
        "levers": [
            {
                "kind": use.choice.kind,
                "stage": use.choice.stage,
                "region": use.choice.region,
                "what": use.choice.what,
                "counts": use.unit,
                "amount_by_year": _list(use.amounts),
                "usd_per_year": _list(use.cost),
                "capital_usd": number(use.capital),
                "note": use.note,
            }
            for use in one.uses
        ],
    }


def _site(one: SiteStage) -> dict[str, Any]:
    return {
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
        "could_serve": [
            {
                "item": item.item,
                "t_per_year": _list(item.could_make),
                "share_of_demand": {region: _list(share) for region, share in item.share.items()},
            }
            for item in one.items
        ],
    }
