"""The search behind a magnet's design: the forward model over a box of compositions and routes.

A coarse grid first, evaluated in one batch; from its best points SciPy's SLSQP to the cheapest magnet that meets the
limits, or, where none does, to the one that misses them least. Nothing is random.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ..magnet.grades import Limits
from .magnet_costs import diffusion_cost, metal_costs, total
from .magnet_route import Made, Route, compositions, make, oxygen, route_facts

Array = NDArray[np.float64]

RARE_EARTH = (0.28, 0.33)
"""All rare earths of the alloy, kg/kg."""
HEAVY = (0.0, 0.10)
"""Dy or Tb in the alloy, kg/kg."""
SIZE = (2.5, 5.0)
"""Powder, µm."""
COATING = (0.0005, 0.012)
"""Dy or Tb diffused in, kg per kg of magnet."""
MARGINS = ("Br", "(BH)max", "Hcj", "density")
"""What must be met, in the order of every array of margins."""
CLOSE = 1e-6
"""Share of a limit by which a magnet that meets it must stand above: more than rounding."""
FAR = 0.05
"""Share by which the coarse points may miss before no finer search is worth its time."""
NOTHING = 1e-7
"""Share of the box below which an unknown stands at its end."""
STEP = 1e-5
"""Step of the numerical slopes in the unit box."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to coercivity: which heavy rare earth goes into the melt, and which is diffused in ("" for none)."""

    heavy: str
    coat: str = ""

    @property
    def route(self) -> str:
        """ "alloy" or "diffusion"."""
        return "diffusion" if self.coat else "alloy"

    @property
    def box(self) -> Array:
        """Ends of the unknowns, (unknowns, 2): rare earths, heavy ones in the melt, powder size, coating."""
        return np.array([RARE_EARTH, HEAVY, SIZE, *([COATING] if self.coat else [])])


CANDIDATES = (Candidate("Dy"), Candidate("Tb"), Candidate("Dy", "Dy"), Candidate("Dy", "Tb"), Candidate("Tb", "Tb"))


@dataclass(frozen=True, eq=False)
class Wanted:
    """What is asked for: limits at 20 degC, coercivity times `spare`, sound, on a route at the prices of a region."""

    limits: Limits
    spare: float
    route: Route
    region: str
    year: int

    def margins(self, made: Made) -> Array:
        """Br, (BH)max, Hcj and density over what is wanted less 1, (samples, 4)."""
        return margins(made, self.limits, self.spare)


def margins(made: Made, limits: Limits, spare: float) -> Array:
    """How far magnets lie above the limits of a grade and the density of a sound one, as shares, (samples, 4)."""
    found = made.properties
    sound = route_facts()["least_density"].value
    return np.stack(
        [
            found.Br_T / limits.Br_min_T - 1.0,
            found.BHmax_kJ_m3 / limits.BHmax_min_kJ_m3 - 1.0,
            found.Hcj_kA_m / (limits.Hcj_min_kA_m * spare) - 1.0,
            made.magnet.relative_density / sound - 1.0,
        ],
        axis=1,
    )


def made_at(candidate: Candidate, points: Array, route: Route) -> Made:
    """Magnets at points (samples, unknowns) of the candidate's box, in its units."""
    rare, heavy, size = (np.ascontiguousarray(points[:, k]) for k in range(3))
    alloy = compositions(rare, {candidate.heavy: heavy}, oxygen(size))
    if not candidate.coat:
        return make(alloy, size, route)
    return make(alloy, size, route, candidate.coat, np.ascontiguousarray(points[:, 3]))


@dataclass(frozen=True, eq=False)
class Grid:
    """A candidate's box at coarse points, (samples, unknowns), with the magnets there."""

    points: Array
    made: Made


@cache
def grid(candidate: Candidate, route: Route) -> Grid:
    """The same for every grade and region."""
    axes = [
        np.linspace(*RARE_EARTH, 9),
        HEAVY[1] * np.linspace(0.0, 1.0, 9 if candidate.coat else 21) ** 1.5,
        np.array([2.5, 2.8, 3.2, 4.0]) if candidate.coat else np.array([2.5, 2.7, 3.0, 3.4, 4.0, 5.0]),
    ]
    if candidate.coat:
        axes.append(np.geomspace(*COATING, 7))
    points = np.array(list(product(*axes)))
    return Grid(points, made_at(candidate, points, route))


def within_sight(candidate: Candidate, wanted: Wanted) -> bool:
    """Whether the coarse points come near enough for a search."""
    return bool(wanted.margins(grid(candidate, wanted.route).made).min(axis=1).max() > -0.3 * FAR)


@dataclass(frozen=True, eq=False)
class Found:
    """The best of a candidate: its point, the magnet there, its margins (4,) and cost in USD per kg."""

    candidate: Candidate
    point: Array
    made: Made
    margins: Array
    cost: float

    @property
    def meets(self) -> bool:
        """Whether it meets what is wanted."""
        return bool(self.margins.min() >= CLOSE)


def cost_of(made: Made, wanted: Wanted) -> Array:
    """USD per kg, (samples,): the metals, and the step of a diffusion."""
    metals = total(metal_costs(made.composition, wanted.region, wanted.year, made.coat, made.coating))
    return metals + diffusion_cost(made.route, wanted.region, wanted.year) if made.coat else metals


def best(candidate: Candidate, wanted: Wanted) -> Found:
    """The cheapest magnet of a candidate that meets what is wanted, or the one that misses it least."""
    coarse = grid(candidate, wanted.route)
    spare = wanted.margins(coarse.made).min(axis=1)
    costs = cost_of(coarse.made, wanted)
    scale = float(np.median(costs))
    # Far outside the limits money does not matter, near them both do.
    start = coarse.points[int(np.argmin(costs / scale + 30.0 * np.maximum(-spare, 0.0)))]
    tried = [_found(candidate, wanted, point) for point in (start, _descend(candidate, wanted, start, scale))]
    if not any(one.meets for one in tried) and spare.max() > -FAR:
        top = _climb(candidate, wanted, coarse.points[int(np.argmax(spare))])
        tried.append(_found(candidate, wanted, top))
        if tried[-1].meets:
            tried.append(_found(candidate, wanted, _descend(candidate, wanted, top, scale)))
    good = [one for one in tried if one.meets]
    if good:
        return min(good, key=lambda one: one.cost)
    return max(tried, key=lambda one: float(one.margins.min()))


def _found(candidate: Candidate, wanted: Wanted, point: Array) -> Found:
    made = made_at(candidate, point[None, :], wanted.route)
    return Found(candidate, point, made, wanted.margins(made)[0], float(cost_of(made, wanted)[0]))


class _Slopes:
    """Cost and margins with their slopes in the unit box, each point evaluated once."""

    def __init__(self, candidate: Candidate, wanted: Wanted) -> None:
        self.candidate, self.wanted = candidate, wanted
        self.low, self.wide = candidate.box[:, 0], np.diff(candidate.box, axis=1)[:, 0]
        self._at: bytes | None = None
        self._values: tuple[float, Array, Array, Array] | None = None

    def inside(self, point: Array) -> Array:
        return np.asarray((point - self.low) / self.wide)

    def outside(self, unit: Array) -> Array:
        ended = np.where(unit < NOTHING, 0.0, np.where(unit > 1.0 - NOTHING, 1.0, unit))
        return np.asarray(self.low + ended * self.wide)

    def __call__(self, unit: Array) -> tuple[float, Array, Array, Array]:
        """Cost, its slopes (unknowns,), margins (4,), their slopes (4, unknowns)."""
        key = unit.tobytes()
        if self._values is None or key != self._at:
            sides = np.where(unit < 0.5, STEP, -STEP)
            many = np.vstack([unit[None, :], unit[None, :] + np.diag(sides)])
            made = made_at(self.candidate, self.low + np.clip(many, 0.0, 1.0) * self.wide, self.wanted.route)
            costs, spare = cost_of(made, self.wanted), self.wanted.margins(made)
            slopes = (costs[1:] - costs[0]) / sides
            self._values = float(costs[0]), slopes, spare[0], ((spare[1:] - spare[0]) / sides[:, None]).T
            self._at = key
        return self._values


def _descend(candidate: Candidate, wanted: Wanted, start: Array, scale: float) -> Array:
    """From a point to the cheapest within the limits."""
    at = _Slopes(candidate, wanted)
    return _slsqp(
        at,
        start,
        lambda unit: at(unit)[0] / scale,
        lambda unit: at(unit)[1] / scale,
    )


def _slsqp(at: _Slopes, start: Array, aim: Callable[[Array], float], slopes: Callable[[Array], Array]) -> Array:
    unknowns = len(start)
    done = minimize(
        aim,
        at.inside(start),
        jac=slopes,
        bounds=[(0.0, 1.0)] * unknowns,
        constraints={"type": "ineq", "fun": lambda unit: at(unit)[2] - 2.0 * CLOSE, "jac": lambda unit: at(unit)[3]},
        method="SLSQP",
        options={"maxiter": 40, "ftol": 1e-7},
    )
    return at.outside(done.x)


def _climb(candidate: Candidate, wanted: Wanted, start: Array) -> Array:
    """From a point to the one whose worst margin is best: another unknown, which all margins exceed, is raised."""
    at = _Slopes(candidate, wanted)
    first = at(at.inside(start))[2].min()
    unknowns = len(start)
    ones = np.ones((len(MARGINS), 1))
    done = minimize(
        lambda unit: -unit[-1],
        np.append(at.inside(start), first),
        jac=lambda _: np.append(np.zeros(unknowns), -1.0),
        bounds=[*[(0.0, 1.0)] * unknowns, (-1.0, 1.0)],
        constraints={
            "type": "ineq",
            "fun": lambda unit: at(unit[:-1])[2] - unit[-1],
            "jac": lambda unit: np.hstack([at(unit[:-1])[3], -ones]),
        },
        method="SLSQP",
        options={"maxiter": 25, "ftol": 1e-5},
    )
    return at.outside(done.x[:-1])
