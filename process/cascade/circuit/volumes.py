"""Volume flows of both phases along the row, with what each carries over of the other."""

from __future__ import annotations

from dataclasses import dataclass, fields

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

    def case(self, at: int) -> Volumes:
        """The volumes of one case, as a batch of one."""
        return Volumes(**{one.name: getattr(self, one.name)[at : at + 1] for one in fields(self)})


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
    rows = _Rows(passed.T, kept.T, efficiency.T, down.T, up.T, fed.T, fed_organic.T, organic_in, ring)
    flows = np.zeros((6, stages, cases))
    entrains = bool(down.any() or up.any())
    for _ in range(_ROUNDS if entrains else 1):
        before = flows[:2].copy()
        brine_in = _sweep(rows, flows)
        still = np.abs(flows[:2] - before) <= 4e-16 * flows[:2]
        if not entrains or still.all():
            break
    else:
        if not np.all(np.abs(flows[:2] - before) <= 1e-12 * flows[:2]):
            raise CascadeError(
                "the volume balances do not settle: so much is entrained that the phases carry each other round; "
                "lower organic_in_aqueous and aqueous_in_organic"
            )
    organic, aqueous, organic_down, aqueous_up, pool_organic, pool_up = (
        np.ascontiguousarray(array.T) for array in flows
    )
    _refuse(pool_organic, "all organic leaves as entrainment")
    _refuse(aqueous, "no aqueous flows there; give its section a liquor, or draw and entrain less")
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


@dataclass(frozen=True, eq=False)
class _Rows:
    """What the sweeps read, stages first."""

    passed: Floats
    kept: Floats
    efficiency: Floats
    down: Floats
    up: Floats
    fed: Floats
    fed_organic: Floats
    organic_in: Floats
    ring: Floats


def _sweep(rows: _Rows, flows: Floats) -> Floats:
    """One sweep up for the organic and one down for the aqueous, in place; the brine that enters stage 1."""
    organic, aqueous, organic_down, aqueous_up, pool_organic, pool_up = flows
    stages = len(organic)
    bypass = 1.0 - rows.efficiency
    last = stages - 1
    entering = rows.organic_in
    for n in range(stages):
        pool = rows.efficiency[n] * entering + rows.fed_organic[n] - organic_down[n]
        if n < last:
            pool += rows.passed[n + 1] * organic_down[n + 1]
        pool_organic[n] = pool
        organic[n] = pool + bypass[n] * entering
        entering = rows.kept[n] * organic[n]
    brine_in = rows.ring * aqueous_up[last]
    np.multiply(rows.up, pool_organic, out=pool_up)
    from_below = np.empty_like(organic)
    entering = brine_in
    for n in range(stages):
        from_below[n] = rows.efficiency[n] * entering
        aqueous_up[n] = pool_up[n] + bypass[n] * entering
        entering = rows.kept[n] * aqueous_up[n]
    net = rows.fed + from_below - pool_up
    here = np.zeros_like(brine_in)
    for n in range(last, -1, -1):
        aqueous[n] = net[n] + here
        here = rows.passed[n] * aqueous[n]
    np.multiply(rows.down, aqueous, out=organic_down)
    return np.asarray(brine_in)


def _refuse(flow: Floats, why: str) -> None:
    """Raise for the first case that has a stage without a flow, naming its topmost stage."""
    bad = ~(flow > 0.0)
    if bad.any():
        case = int(np.argmax(bad.any(axis=1)))
        stage = int(np.flatnonzero(bad[case])[-1]) + 1
        raise CascadeError(f"stage {stage}: {why}", stage=stage, case=case if len(flow) > 1 else None)
