"""Trains of a unit as a plain document for other programs, and as data for a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .figures import number, purity
from .pictures.train import Cut, train_diagram

if TYPE_CHECKING:
    from ..studies.trains import Choice, CircuitRow, TrainStudy
    from .pictures.picture import Diagram


def body(found: TrainStudy) -> dict[str, Any]:
    """The best trains: units are in the names of the keys, fractions 0..1, money in USD a year."""
    return {
        "unit": found.unit,
        "kind": "separation_train",
        "extractants": list(found.extractants),
        "feed_kmol_per_h": {name: number(value) for name, value in found.feed_kmol_per_h.items()},
        "feed_kg_REO_per_h": number(found.feed_kg_REO_per_h),
        "three_outlets": found.three_outlets,
        "possible_trains": found.possible,
        "designed_circuits": found.designs,
        "frozen": {"sequence": list(found.frozen), "by": found.frozen_by},
        "trains": [_train(one) for one in found.choices],
        "assumptions": [
            {
                "what": one.what,
                "value": number(one.value),
                "low": number(one.low),
                "high": number(one.high),
                "unit": one.unit,
                "source": one.source,
                "note": one.note,
            }
            for one in found.assumptions
        ],
    }


def _train(one: Choice) -> dict[str, Any]:
    return {
        "rank": one.rank,
        "rank_before_verification": one.rank_before,
        "rounds_of_tightening": one.rounds,
        "sequence": list(one.sequence),
        "stages": one.stages,
        "organic_m3": number(one.organic_m3),
        "base_kmol_per_h": number(one.base_kmol_per_h),
        "acid_kmol_per_h": number(one.acid_kmol_per_h),
        "USD_per_year": number(one.usd_per_year),
        "USD_per_year_before_verification": number(one.usd_per_year_before),
        "USD_per_kg_REO": number(one.usd_per_kg_REO),
        "USD_per_year_by_cause": {cause: number(value) for cause, value in one.by_cause.items()},
        "missed": list(one.short),
        "circuits": [_circuit(row) for row in one.circuits],
        "products": [
            {
                "name": row.name,
                "elements": list(row.elements),
                "purity_asked": number(row.asked_purity),
                "purity": number(row.purity),
                "recovery_asked": number(row.asked_recovery),
                "recovery": number(row.recovery),
            }
            for row in one.products
        ],
    }


def _circuit(row: CircuitRow) -> dict[str, Any]:
    return {
        "cut": row.words,
        "extractant": row.extractant,
        "outlets": [list(group) for group in row.outlets],
        "extraction_stages": row.extraction,
        "scrub_stages": row.scrub,
        "draw_stage": row.draw_stage,
        "separation_factor": number(row.beta),
        "S_mol_per_mol_feed": number(row.solvent),
        "W_mol_per_mol_feed": number(row.scrub_flow),
        "feed_kmol_per_h": number(row.feed_kmol_per_h),
        "organic_m3_per_h": number(row.organic_m3_per_h),
        "organic_m3": number(row.organic_m3),
        "mixer_settlers_m3": number(row.volume_m3),
        "base_kmol_per_h": number(row.base_kmol_per_h),
        "acid_kmol_per_h": number(row.acid_kmol_per_h),
        "USD_per_year": number(row.usd_per_year),
        "USD_per_year_by_cause": {cause: number(value) for cause, value in row.by_cause.items()},
    }


def diagram(found: TrainStudy, rank: int = 1) -> Diagram:
    """One of the trains as a tree of boxes, for `pictures.draw`; `rank` counts from 1."""
    one = found.choices[rank - 1]
    names = {frozenset(name for group in row.outlets for name in group): row.words for row in one.circuits}
    sides = {2: ("raffinate", "extract"), 3: ("raffinate", "draw", "extract")}

    def taker(group: tuple[str, ...]) -> str:
        return names.get(frozenset(group), group[0])

    cuts = [
        Cut(
            name=row.words,
            outlets={side: taker(group) for side, group in zip(sides[len(row.outlets)], row.outlets, strict=True)},
            lines=(f"{row.extraction} + {row.scrub} stages", f"S {row.solvent:.2f}, β {row.beta:.3g}"),
        )
        for row in one.circuits
    ]
    ends = {row.name: (", ".join(row.elements), purity(row.purity)) for row in one.products}
    title = f"{found.unit}: {'the best train' if rank == 1 else f'train {rank}'}"
    return train_diagram(
        cuts,
        ends,
        title=title,
        subtitle=f"{one.usd_per_kg_REO:.2f} USD per kg REO, {one.stages} stages",
        name=f"{found.unit}_train_{rank}",
    )
