"""Designs as plain documents for other programs; docs/json.md says what each key means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import real_stages
from .figures import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..cascade import CascadeDesign
    from ..cascade.startup import StartUp
    from ..studies.design import Alternative, UnitDesign
    from ..studies.start import Starts

Document = dict[str, Any]


def cut(found: UnitDesign, changes: Mapping[str, str] | None = None) -> Document:
    """The design of a cut of a flowsheet; flows S and W in mol per mol fed, purities as oxide mass fractions."""
    of = found.cut
    return {
        "kind": "solvent_extraction",
        "name": found.result.plan.name,
        "unit": found.unit,
        "changes": dict(changes or {}),
        "extractant": found.extractant,
        "raffinate_elements": list(of.light),
        "extract_elements": list(of.heavy),
        "targets": {"raffinate": number(of.raffinate), "extract": number(of.extract)},
        "feed": {
            "kmol_per_h": number(of.feed_kmol_per_h),
            "m3_per_h": number(of.feed_m3_per_h),
            "kg_REO_per_h": number(found.feed_kg_REO_per_h),
            "mole_fraction": {name: number(f) for name, f in zip(of.elements, of.feed, strict=True)},
            "separation_factor": {name: number(b) for name, b in zip(of.elements, of.beta, strict=True)},
        },
        "practice": {f"{name}{unit}": number(getattr(found.practice, name)) for name, unit in PRACTICE.items()},
        "assumptions": [{"what": what, "said": said} for what, said in found.assumptions],
        "flows_from": found.flows_from,
        "stages_in_file": found.file_stages,
        "design": _alternative(found, found.chosen, found.starts.get("chosen")),
        "real_stages": None if found.real is None else real_stages.body(found.real),
        "cheapest": _alternative(found, found.cheapest, found.starts.get("cheapest")),
        "tried": [
            {
                "flow_ratio": number(one.design.flow_ratio),
                "S": number(one.design.extract_flow),
                "stages": [one.design.n, one.design.m],
                "USD_per_year": number(one.cost.total),
            }
            for one in found.tried
        ],
    }


PRACTICE = {
    "concentration": "_mol_per_L",
    "saponification": "",
    "scrub_acid": "_mol_per_L",
    "strip_acid": "_mol_per_L",
    "mixing": "_h",
    "settling": "_h",
    "strip_stages": "",
    "base_excess": "",
    "strip_excess": "",
}
"""What a design is told of the plant's practice, with the units of the keys."""


def _alternative(found: UnitDesign, one: Alternative, starts: Starts | None) -> Document:
    size = one.sizes
    return {
        **flows(one.design),
        "purity": {name: number(value) for name, value in one.check.items()},
        "closure": number(one.solved.closure),
        "ill_conditioned": bool(one.solved.ill_conditioned),
        "organic_m3_per_h": number(size.organic),
        "scrub_m3_per_h": number(size.scrub),
        "strip_m3_per_h": number(size.strip),
        "mixer_settlers_m3": number(size.volume),
        "organic_inventory_m3": number(size.organic_inventory),
        "extractant_inventory_kmol": number(size.extractant_inventory),
        "rare_earth_inventory_kmol": number(size.rare_earth_inventory),
        "base_kmol_per_h": number(size.base),
        "scrub_acid_kmol_per_h": number(size.scrub_acid),
        "strip_acid_kmol_per_h": number(size.strip_acid),
        "USD_per_year": {**{cause: number(usd) for cause, usd in one.cost.by_cause.items()}, "total": one.cost.total},
        "start_up": None if starts is None else _starts(found, starts),
    }


def flows(made: CascadeDesign) -> Document:
    """Stages and flows of a design, per mol of feed."""
    return {
        "extraction_stages": made.n,
        "scrub_stages": made.m,
        "S": number(made.extract_flow),
        "W": number(made.scrub_flow),
        "least_S": number(made.underwood_flow),
        "least_S_of_two_groups": number(made.least_extract_flow),
        "exact_stages": [number(made.n_exact), number(made.m_exact)],
        "extract_share": number(made.extract_share),
        "recovery": {"extract": number(made.recovery_extract), "raffinate": number(made.recovery_raffinate)},
    }


def _starts(found: UnitDesign, starts: Starts) -> Document:
    out: Document = {}
    for way, run in starts.runs.items():
        out[way] = {
            "on_grade": True,
            "hours_to_specification": number(run.time_to_specification),
            "hours_to_1.1_times_the_impurity_allowed": number(starts.nearly[way]),
            "hours_at_reflux": number(run.reflux_time),
            "stage_exchanges": number(run.stage_exchanges),
            "off_grade_kg_REO": {outlet: off_grade(found, run, outlet) for outlet in ("raffinate", "extract")},
            "why": None,
        }
    for way, sentence in starts.failed.items():
        out[way] = {
            "on_grade": False,
            "hours_to_specification": None,
            "hours_to_1.1_times_the_impurity_allowed": None,
            "hours_at_reflux": None,
            "stage_exchanges": None,
            "off_grade_kg_REO": {"raffinate": None, "extract": None},
            "why": sentence,
        }
    return out


def off_grade(found: UnitDesign, run: StartUp, outlet: str) -> float:
    """kg of oxide that an outlet delivers before it is on grade for good."""
    masses = dict(zip(found.cut.elements, found.cut.masses.tolist(), strict=True))
    return float(sum(kmol * masses[name] for name, kmol in run.off_grade[outlet].items()))


def binary(made: CascadeDesign) -> Document:
    """A two-element design, per mol of feed, purities by mol."""
    return {
        "kind": "two_elements",
        "separation_factor": number(made.beta),
        "feed_fraction": number(made.feed_fraction),
        "targets": {"raffinate": number(made.purity_raffinate), "extract": number(made.purity_extract)},
        **flows(made),
        "purity": {"raffinate": number(made.reached_raffinate), "extract": number(made.reached_extract)},
        "closure": number(made.closure),
    }
