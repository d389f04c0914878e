"""Volume flows of both phases along the row, with what each carries over of the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import CascadeError
from .layout import Layout
from .values import Values

Floats = NDArray[np.float64]

_ROUNDS = 200


@dataclass(frozen=True, eq=False)
class Volumes:
    """Volume flows in L/h and shares, (cases, stages) unless said otherwise.

    ``organic`` and ``aqueous_up`` leave a stage upward, ``aqueous`` and ``organic_down`` downward. ``pool_organic``
    and ``pool_aqueous_up`` are the part of the upward flows that has been in the stage's mixture; the rest bypassed
    it. ``passed`` and ``kept`` are the shares of the downward and upward flow that go on to the next stage, with 0 for
    ``kept`` on top of an open loop. ``organic_in`` and ``brine_in`` (cases,) enter stage 1 from below, ``ring``
    (cases,) is the share of the top flow that comes back, ``drawn`` the share of the downward flow drawn.
    """

    organic: Floats
    aqueous: Floats
    organic_down: Floats
    aqueous_up: Floats
    pool_organic: Floats
    pool_aqueous_up: Floats
    passed: Floats
    kept: Floats
    drawn: Floats
    efficiency: Floats
    organic_in: Floats
    brine_in: Floats
    ring: Floats


def _by_stage(layout: Layout, values: Values, what: str) -> Floats:
    out = np.empty((values.cases, layout.stages))
    for section, start in zip(layout.sections, layout.starts, strict=False):
        out[:, start : start + section.stages] = values[f"{section.name}.{what}"][:, None]
    return out


def _shares(layout: Layout, values: Values) -> tuple[Floats, Floats, Floats]:
    """passed, kept and drawn."""
    passed, kept = np.ones((values.cases, layout.stages)), np.ones((values.cases, layout.stages))
    drawn = np.zeros_like(passed)
    for stage in layout.draws:
        drawn[:, stage] = values[f"draw {stage + 1}"]
    passed -= drawn
    for section, start in zip(layout.sections[1:], layout.starts[1:-1], strict=True):
        passed[:, start] *= values[f"{section.name}.onward"]
    for stage in layout.organic_draws:
        kept[:, stage] -= values[f"organic draw {stage + 1}"]
    if not layout.closed:
        kept[:, -1] = 0.0
    return passed, kept, drawn


def flow_volumes(layout: Layout, values: Values, base_water: Floats) -> Volumes:
    """Solve both volume balances; ``base_water`` (cases,) in L/h enters stage 1 with the base.

    Entrainment couples the phases weakly, so the two balances are swept in turn until nothing moves. Raises
    CascadeError where a stage has no aqueous or no organic.
    """
    passed, kept, drawn = _shares(layout, values)
    efficiency = _by_stage(layout, values, "efficiency")
    down, up = _by_stage(layout, values, "organic_in_aqueous"), _by_stage(layout, values, "aqueous_in_organic")
    cases, stages = passed.shape
    fed, fed_organic = np.zeros((cases, stages)), np.zeros((cases, stages))
    for inlet in layout.inlets:
        fed[:, inlet.stage] += values[f"{inlet.label}.flow"]
    for inlet in layout.side_organics:
        fed_organic[:, inlet.stage] += values[f"{inlet.label}.flow"]
    fed[:, 0] += base_water
    organic_in = values["organic.flow"]
    ring = (1.0 - values["organic.crud"]) * kept[:, -1]
    organic, aqueous = np.zeros((cases, stages)), np.zeros((cases, stages))
    organic_down, aqueous_up = np.zeros((cases, stages)), np.zeros((cases, stages))
    pool_organic, pool_up = np.zeros((cases, stages)), np.zeros((cases, stages))
    entrains = bool(down.any() or up.any())
    brine_in = np.zeros(cases)
    for _ in range(_ROUNDS if entrains else 1):
        before = np.concatenate([organic, aqueous], axis=1)
        for n in range(stages):
            entering = kept[:, n - 1] * organic[:, n - 1] if n else organic_in
            pool = efficiency[:, n] * entering + fed_organic[:, n] - organic_down[:, n]
            if n + 1 < stages:
                pool = pool + passed[:, n + 1] * organic_down[:, n + 1]
            pool_organic[:, n] = pool
            organic[:, n] = pool + (1.0 - efficiency[:, n]) * entering
            _refuse(pool <= 0.0, n, "all organic leaves as entrainment")
        brine_in = ring * aqueous_up[:, -1]
        for n in range(stages):
            entering = kept[:, n - 1] * aqueous_up[:, n - 1] if n else brine_in
            pool_up[:, n] = up[:, n] * pool_organic[:, n]
            aqueous_up[:, n] = pool_up[:, n] + (1.0 - efficiency[:, n]) * entering
        for n in range(stages - 1, -1, -1):
            entering = kept[:, n - 1] * aqueous_up[:, n - 1] if n else brine_in
            here = fed[:, n] + efficiency[:, n] * entering - pool_up[:, n]
            if n + 1 < stages:
                here = here + passed[:, n + 1] * aqueous[:, n + 1]
            aqueous[:, n] = here
            _refuse(here <= 0.0, n, "no aqueous flows there: give its section a liquor, or draw and entrain less")
        organic_down = down * aqueous
        after = np.concatenate([organic, aqueous], axis=1)
        if not entrains or np.all(np.abs(after - before) <= 4e-16 * after):
            break
    else:
        if not np.all(np.abs(after - before) <= 1e-12 * after):
            raise CascadeError(
                "the volume balances do not settle: so much is entrained that the phases carry each other round; "
                "lower organic_in_aqueous and aqueous_in_organic"
            )
    if layout.closed:
        gained = ring * organic[:, -1] - organic_in
        if (gained > 1e-9 * organic_in).any():
            case = int(np.argmax(gained > 1e-9 * organic_in))
            raise CascadeError(
                f"the closed loop gains {gained[case]:.6g} L/h of organic from side feeds; "
                "draw that much, or open the loop",
                case=case,
            )
    return Volumes(
        organic=organic,
        aqueous=aqueous,
        organic_down=organic_down,
        aqueous_up=aqueous_up,
        pool_organic=pool_organic,
        pool_aqueous_up=pool_up,
        passed=passed,
        kept=kept,
        drawn=drawn,
        efficiency=efficiency,
        organic_in=organic_in,
        brine_in=brine_in,
        ring=ring,
    )


def _refuse(bad: NDArray[np.bool_], stage: int, why: str) -> None:
    if bad.any():
        raise CascadeError(f"stage {stage + 1}: {why}", stage=stage + 1, case=int(np.argmax(bad)))
