"""Least squares of one set of residuals, plain or robust, with the covariance that their own scatter gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import t as student

from ..errors import CascadeError
from ..models.base import Floats

Model = Callable[[Floats], tuple[Floats, Floats]]
"""Residuals (n,), log10 units, and their derivatives (n, parameters) at parameters (parameters,)."""

TUNING = 1.345
"""Residuals beyond so many scales lose weight in a robust fit; 95 % as sharp as plain where the scatter is normal."""
MOST_CONDITION = 1e4
"""Condition of the scaled derivatives above which constants cannot be told apart: analyses have four digits."""
ROUNDS = 8
"""Rounds of scales in a robust fit; they settle in four or five."""


@dataclass(frozen=True, eq=False)
class Solved:
    """A fit: `values` and `covariance` of the parameters, and what its residuals are like.

    `residuals`, `leverage` and `studentised` (externally, with `degrees`) are (n,), `scale` and `degrees` are the
    standard deviation and its degrees of freedom of the group that each residual belongs to, (n,). `gain` turns a
    change of the residuals into one of the values, (parameters, n). `condition` is that of the scaled derivatives.
    """

    values: Floats
    covariance: Floats
    residuals: Floats
    leverage: Floats
    studentised: Floats
    scale: Floats
    degrees: Floats
    gain: Floats
    condition: float


def solve(model: Model, start: Floats, groups: Floats, names: Sequence[str], robust: bool = False) -> Solved:
    """Parameters of the least residuals; each of the `groups`, (n,), has a scatter of its own.

    The estimate weighs all residuals alike (robust: by their group's scale, and less where they are outliers); the
    covariance then takes each group's own scatter. Raises CascadeError, naming parameters by `names`, where some
    cannot be told apart or there are too few residuals.

    >>> line = lambda p: (p - np.array([1.0, 2.0, 3.0]), np.ones((3, 1)))
    >>> done = solve(line, np.zeros(1), np.zeros(3), ["mean"])
    >>> float(done.values[0]), round(float(done.covariance[0, 0]) ** 0.5, 4)  # 1/sqrt(3)
    (2.0, 0.5774)
    """
    if len(groups) <= len(start):
        raise CascadeError(
            f"the tests give {len(groups)} values for as many constants or more ({', '.join(names)}), so nothing is "
            "left to say how far they can be trusted; test more"
        )
    told_apart(model(start)[1], names)
    kinds = np.unique(groups)
    scale = np.ones(len(groups))
    values = start
    for _ in range(ROUNDS if robust else 1):
        values = _least(model, values, scale, robust)
        residuals = model(values)[0]
        if robust:
            before = scale.copy()
            for kind in kinds:
                own = groups == kind
                scale[own] = max(1.4826 * float(np.median(np.abs(residuals[own]))), 1e-9)
            if np.allclose(before, scale, rtol=1e-6):
                break
    residuals, slopes = model(values)
    condition = told_apart(slopes, names)
    u = residuals / scale
    bent = np.sqrt(1.0 + (u / TUNING) ** 2) if robust else np.ones(len(u))
    scaled = slopes / scale[:, None]
    inverse = np.linalg.inv(scaled.T @ scaled)
    leverage = np.clip(np.einsum("ij,jk,ik->i", scaled, inverse, scaled), 0.0, 1.0)
    sd, degrees = _scatter(u / bent, bent**-3, leverage, groups, kinds, len(start))
    gain = -inverse @ (scaled / scale[:, None]).T
    covariance = (gain * (scale * sd) ** 2) @ gain.T
    return Solved(
        values,
        covariance,
        residuals,
        leverage,
        _studentised(u, sd, leverage, degrees, robust),
        scale * sd,
        degrees,
        gain,
        condition,
    )


def _least(model: Model, start: Floats, scale: Floats, robust: bool) -> Floats:
    """The parameters where least_squares ends; the last model is kept, so derivatives cost no second solve."""
    kept: dict[bytes, tuple[Floats, Floats]] = {}

    def at(values: Floats) -> tuple[Floats, Floats]:
        key = values.tobytes()
        if key not in kept:
            kept.clear()
            kept[key] = model(values)
        return kept[key]

    done = least_squares(
        lambda p: at(p)[0] / scale,
        start,
        jac=lambda p: at(p)[1] / scale[:, None],
        loss="soft_l1" if robust else "linear",
        f_scale=TUNING if robust else 1.0,
        x_scale="jac",
        xtol=1e-12,
        ftol=1e-14,
        gtol=1e-12,
        max_nfev=500,
    )
    if done.status <= 0 or not np.all(np.isfinite(done.x)):
        raise CascadeError("the fit does not settle in 500 steps; fit fewer constants, or use the method 'direct'")
    return np.asarray(done.x, dtype=np.float64)


def _scatter(
    bent: Floats, slope: Floats, leverage: Floats, groups: Floats, kinds: Floats, constants: int
) -> tuple[Floats, Floats]:
    """Standard deviation and degrees of freedom by group, (n,), in scales; a group without a row to spare takes all's.

    `bent` is ψ of the residuals and `slope` ψ', both 1:1 in a plain fit (Huber's covariance of an M-estimate).
    """
    sd, degrees = np.empty(len(bent)), np.empty(len(bent))
    whole = len(bent) - constants
    for kind in kinds:
        own = groups == kind
        spare = float((1.0 - leverage[own]).sum())
        if spare < 0.5:
            sd[own] = np.sqrt((bent**2).sum() / whole) / slope.mean()
            degrees[own] = whole
        else:
            sd[own] = np.sqrt((bent[own] ** 2).sum() / spare) / slope[own].mean()
            degrees[own] = max(spare, 1.0)
    return sd, degrees


def _studentised(u: Floats, sd: Floats, leverage: Floats, degrees: Floats, robust: bool) -> Floats:
    """Each residual over the scatter of the others, t with degrees − 1; 0 where it alone fixes a value."""
    if robust:  # an outlier moves neither the scale nor the value, so there is nothing to take out
        return np.asarray(u / np.sqrt(np.maximum(1.0 - leverage, 1e-9)) * (leverage < 1.0 - 1e-9))
    room = sd * np.sqrt(1.0 - leverage)
    sound = (leverage < 1.0 - 1e-9) & (room > 1e-12) & (degrees > 1.5)
    inner = np.divide(u, room, out=np.zeros_like(u), where=sound)
    left = np.maximum(degrees - inner**2, 1e-6)
    return np.asarray(inner * np.sqrt(np.maximum(degrees - 1.0, 0.5) / left))


def outliers(studentised: Floats, degrees: Floats, share: float = 0.05) -> Floats:
    """Whether each residual is an outlier, (n,): Bonferroni's test, by chance one in some row of a `share` of sets.

    >>> outliers(np.array([0.5, -1.0, 5.0]), np.array([20.0, 20.0, 20.0])).tolist()
    [False, False, True]
    """
    chance = 2.0 * student.sf(np.abs(studentised), np.maximum(degrees - 1.0, 0.5))
    return np.asarray(chance * max(len(studentised), 1) < share)


def told_apart(slopes: Floats, names: Sequence[str]) -> float:
    """The condition of derivatives (n, parameters) scaled to unit columns. Raises CascadeError where it is singular.

    >>> told_apart(np.array([[1.0, 0.0], [0.0, 2.0]]), ["log10 K of Nd", "log10 K of Dy"])
    1.0
    """
    norms = np.linalg.norm(slopes, axis=0)
    nothing = [name for name, norm in zip(names, norms, strict=True) if norm < 1e-9]
    if nothing:
        raise CascadeError(f"these tests say nothing of {_listed(nothing)}; test where D moves with it")
    values, directions = np.linalg.svd(slopes / norms, full_matrices=False)[1:]
    condition = float("inf") if values[-1] == 0.0 else float(values[0] / values[-1])
    if len(values) < len(names) or condition > MOST_CONDITION:
        weights = np.abs(directions[-1])
        mixed = [name for name, weight in zip(names, weights, strict=True) if weight > 0.1 * weights.max()]
        raise CascadeError(
            f"these tests cannot tell {_listed(mixed)} apart; fit fewer constants, or add tests that differ in "
            "extractant, loading or composition"
        )
    return condition


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
