"""The scrub acid that a plant would run with: the design's split first, then the best purities around it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..circuit import CircuitCases, CircuitResult
from ..errors import CascadeError
from .quality import Quality, oxide_mass, quality
from .setup import Setup

Floats = NDArray[np.float64]

_ROUNDS = 12
_CLOSE = 1e-9
"""Share of the rare earths fed within which the split is the design's."""
_FIRST = (1.0, 0.98, 0.95, 0.9, 1.03, 0.8)
"""Scrub flows to begin with, as shares of the design's; the next where the one before leads to no circuit."""
_SHIFTS = np.concatenate([-np.geomspace(3e-2, 1e-7, 15), [0.0], np.geomspace(1e-7, 3e-2, 15)])
"""Shifts of the split, as shares of the rare earths fed, that are looked at where a purity is missed."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a circuit is run for: rare earths of each product, REO purities asked, the molar split of the design.

    ``light`` belong to the raffinate, ``heavy`` to the strip liquor; ``share`` is the part 0..1 of the rare earths fed
    that leaves with the strip liquor; ``limit`` the most mg/kg of non-rare-earths that may stay, None for none.
    """

    light: tuple[str, ...]
    heavy: tuple[str, ...]
    raffinate: float
    extract: float
    share: float
    limit: float | None


@dataclass(frozen=True, slots=True)
class Run:
    """A circuit at the scrub flow chosen, with the quality of its two products."""

    setup: Setup
    result: CircuitResult
    raffinate: Quality
    extract: Quality


def _held(setup: Setup, goal: Goal, factor: float) -> tuple[Setup, CircuitResult]:
    """The circuit with the design's split between raffinate and strip liquor, by the scrub flow."""
    fed = sum(setup.metals.values())
    flow, start = setup.scrub_flow * factor, None
    for _ in range(_ROUNDS):
        tried = replace(setup, scrub_flow=flow)
        result = tried.circuit().solve(start)
        start = result.profile.u
        off = sum(result.strip_liquor.metals[name] for name in setup.metals) - goal.share * fed
        if abs(off) <= _CLOSE * fed:
            return tried, result
        # A mole of scrub acid brings a third of a mole of rare earths back down.
        flow += 3.0 * off / setup.scrub_acid
        if not flow > 0.0:
            break
    raise CascadeError(
        f"no scrub flow gives the split of the design, {goal.share:.6g} of the rare earths in the strip liquor: it is "
        f"off by {off / fed:.2g} at {flow:.4g} L per L of feed; change scrub_acid or the design"
    )


def _impurity(cases: CircuitCases, goal: Goal, outlet: str, own: tuple[str, ...]) -> Floats:
    """Mass fraction of REO that is not the product's own, (cases,); NaN where a case failed."""
    names = goal.light + goal.heavy
    columns = [cases.elements.index(name) for name in names]
    mass = cases.flows[:, cases.outlets.index(outlet)][:, columns] * oxide_mass(names)
    wrong = mass[:, [name not in own for name in names]].sum(axis=1)
    return np.asarray(wrong / mass.sum(axis=1), dtype=np.float64)


def _score(cases: CircuitCases, goal: Goal) -> tuple[Floats, Floats]:
    """Sum of the margins below zero, and the smallest margin, both (cases,), −inf where a case failed."""
    with np.errstate(invalid="ignore", divide="ignore"):
        margins = np.array(
            [
                np.log((1.0 - asked) / np.maximum(_impurity(cases, goal, outlet, own), 1e-300))
                for outlet, own, asked in (
                    ("raffinate", goal.light, goal.raffinate),
                    ("strip_liquor", goal.heavy, goal.extract),
                )
            ]
        )
    margins = np.where(np.isnan(margins), -math.inf, margins)
    return np.minimum(margins, 0.0).sum(axis=0), margins.min(axis=0)


def _shifted(setup: Setup, goal: Goal, result: CircuitResult) -> Setup:
    """The scrub flow near the design's split that misses the purities by least."""
    fed = sum(setup.metals.values())
    shifts = _SHIFTS
    best = setup.scrub_flow
    for _ in range(2):
        flows = setup.scrub_flow + 3.0 * fed * shifts / setup.scrub_acid
        flows = flows[flows > 0.0]
        start = np.repeat(result.profile.u[None], len(flows), axis=0)
        cases = setup.circuit().solve_cases({"scrub.flow": flows}, start=start, failures="keep")
        short, least = _score(cases, goal)
        at = max(range(len(flows)), key=lambda k: (short[k], least[k]))
        if not math.isfinite(short[at]):
            break
        best = float(flows[at])
        around = (flows - setup.scrub_flow) * setup.scrub_acid / (3.0 * fed)
        shifts = np.linspace(around[max(at - 1, 0)], around[min(at + 1, len(flows) - 1)], 17)
    return replace(setup, scrub_flow=best)


def run(setup: Setup, goal: Goal, phosphorus: float) -> Run:
    """The circuit as it would be run, flows per litre of feed; ``phosphorus`` is mol/L of P in the organic.

    The scrub is set to the split of the design; where a purity is missed so, to where both are missed by least.
    Raises CascadeError where no scrub flow leads to a circuit.
    """
    failed: CascadeError | None = None
    for factor in _FIRST:
        try:
            held, result = _held(setup, goal, factor)
            break
        except CascadeError as error:
            failed = failed or error
    else:
        assert failed is not None
        raise failed

    def judged(one: Setup, solved: CircuitResult) -> Run:
        return Run(
            one,
            solved,
            quality(solved.raffinate, goal.light, goal.heavy, goal.raffinate, goal.limit, phosphorus),
            quality(solved.strip_liquor, goal.heavy, goal.light, goal.extract, goal.limit, phosphorus),
        )

    done = judged(held, result)
    if done.raffinate.pure and done.extract.pure:
        return done
    moved = _shifted(held, goal, result)
    return done if moved.scrub_flow == held.scrub_flow else judged(moved, moved.circuit().solve(result.profile.u))
