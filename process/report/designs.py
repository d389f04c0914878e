"""What the design command shows: page, document and pictures of a cut, of two elements, or of a train."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import design, design_document, document, trains, trains_document

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ..cascade.startup import StartUp
    from ..studies.design import TwoElements, UnitDesign
    from ..studies.trains import TrainStudy
    from .pictures import Picture

DAY = 24.0
DRAWN = 3
"""Trains that are drawn, the best first."""


@dataclass(frozen=True)
class Shown:
    """Tables for a terminal, the JSON document, and what draws the pictures when they are wanted."""

    page: Sequence[RenderableType]
    document: dict[str, Any]
    pictures: Callable[[], list[Picture]]


def of_unit(found: UnitDesign, changes: Mapping[str, str]) -> Shown:
    """A cut of a flowsheet."""
    made = document.design(design_document.cut(found, changes), document.inputs(found.result, changes))
    return Shown(design.page(found), made, lambda: _of_cut(found))


def of_train(found: TrainStudy, changes: Mapping[str, str]) -> Shown:
    """The best trains of a separation-train unit."""
    body = {"name": found.result.plan.name, "changes": dict(changes), **trains_document.body(found)}
    made = document.design(body, document.inputs(found.result, changes))
    best = range(1, min(len(found.choices), DRAWN) + 1)
    return Shown(trains.page(found), made, lambda: [trains_document.diagram(found, rank) for rank in best])


def two_elements(two: TwoElements) -> Shown:
    """Two elements."""
    made = two.design
    given = [made.beta, made.feed_fraction, made.purity_extract, made.purity_raffinate]
    sha = document.digest([("numbers", json.dumps(given))])
    found = document.design(design_document.binary(made), sha)
    return Shown(design.binary(made), found, lambda: _of_two(two))


def _of_cut(found: UnitDesign) -> list[Picture]:
    from .pictures import stage_profile

    out: list[Picture] = []
    for label, one in (("design", found.chosen), ("cheapest", found.cheapest)):
        solved = one.solved
        words = f"{one.design.n} + {one.design.m} stages, S {one.design.extract_flow:.4g} mol per mol fed"
        out.append(
            stage_profile(
                solved.aqueous,
                solved.organic,
                list(found.cut.elements),
                one.design.feed_stage,
                f"{found.unit}, {label}",
                subtitle=f"{found.extractant}, {words}",
                name=f"{found.unit} {label} profile",
            )
        )
    return [*out, *_start_curves(found)]


def _start_curves(found: UnitDesign) -> list[Picture]:
    from .pictures import Start, startup_curves

    cut = found.cut
    out: list[Picture] = []
    for label, tried in found.starts.items():
        starts = [
            Start(
                name=design.WAYS[way],
                times=run.times / DAY,
                impurity={
                    "raffinate": impurity(run, cut.light, "raffinate"),
                    "extract": impurity(run, cut.heavy, "extract"),
                },
                reflux_end=run.reflux_time / DAY if run.reflux_time > 0.0 else None,
                on_grade=run.time_to_specification / DAY,
            )
            for way, run in tried.runs.items()
        ]
        if not starts:
            continue
        one = found.chosen if label == "chosen" else found.cheapest
        run = next(iter(tried.runs.values()))
        out.append(
            startup_curves(
                starts,
                {
                    "raffinate": 1.0 - one.design.mole_purity_raffinate,
                    "extract": 1.0 - one.design.mole_purity_extract,
                },
                exchanges_per_day=DAY * run.stage_exchanges / run.time_to_specification,
                title=f"{found.unit}: start-up of the {'design' if label == 'chosen' else 'cheapest design'}",
                subtitle=f"{one.design.n} + {one.design.m} stages, mole fractions",
                name=f"{found.unit} {'design' if label == 'chosen' else 'cheapest'} start-up",
            )
        )
    return out


def impurity(run: StartUp, group: Sequence[str], outlet: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """1 − purity by mol of a product over time, (steps,), never below 1e-15."""
    others = [k for k, name in enumerate(run.elements) if name not in group]
    fractions = run.raffinate if outlet == "raffinate" else run.extract
    return np.asarray(np.maximum(fractions[:, others].sum(axis=1), 1e-15))


def _of_two(found: TwoElements) -> list[Picture]:
    from .pictures import mccabe_thiele, stage_profile

    made, solved = found.design, found.solved
    words = f"β {made.beta:g}, {made.n} + {made.m} stages, S {made.extract_flow:.4g}, W {made.scrub_flow:.4g}"
    return [
        mccabe_thiele(
            made.beta,
            solved.aqueous[:, 0],
            solved.organic[:, 0],
            made.feed_stage,
            made.feed_fraction,
            made.extract_flow,
            made.scrub_flow,
            title="McCabe-Thiele",
            name="two elements McCabe-Thiele",
        ),
        stage_profile(
            solved.aqueous,
            solved.organic,
            ["A", "B"],
            made.feed_stage,
            "Two elements",
            subtitle=words,
            name="two elements profile",
        ),
    ]
