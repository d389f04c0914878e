"""A counter-current extraction with correlations: pH and free extractant change from stage to stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from ..batch import whole_number
from ..errors import CascadeError
from .base import Amounts, Flag, Floats, amounts, numeric, position, single
from .correlation import LN10, Correlation
from .rows import row_flows, row_response
from .sulfate import acid_of, acid_slope, free_proton

GOAL = 1e-12
MOST_STEPS = 60
LEAST_STRIDE = 1e-4
MOST_PH, MOST_FREE = 20.0, 1e3
"""What a start may hold: pH of either sign and mol/L of free extractant, far beyond any plant."""


@dataclass(frozen=True, eq=False)
class CorrelationCircuit:
    """`stages` in counter-current, aqueous fed at the last stage and organic at the first, concentrations in mol/L.

    `aqueous` and `organic` are element → mol/L of the feeds, `acid` the aqueous feed's H+ free and in HSO4−, `sulfate`
    its HSO4− and SO4 2−, `ratio` O/A by volume. The organic feed brings the model's dose free and its metal bound on
    top. Limits: equilibrium stages, volumes that do not change, the correlations' own. Raises CascadeError.
    Source: docs/theory_equilibrium.md.

    >>> model = Correlation("D2EHPA sulphate", dose=5.0, elements=("La", "Dy"))
    >>> done = CorrelationCircuit(model, 3, {"La": 7e-6, "Dy": 3e-7}, acid=0.114, sulfate=0.104).solve()
    >>> round(done.recovery("Dy"), 3), round(done.recovery("La"), 3)
    (0.983, 0.073)
    """

    model: Correlation
    stages: int
    aqueous: Amounts
    organic: Amounts | None = None
    acid: float = 0.0
    sulfate: float = 0.0
    ratio: float = 1.0
    x0: Floats = field(init=False, repr=False)
    y0: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.model, Correlation):
            raise CascadeError(
                f"model is a {type(self.model).__name__}; give a Correlation (mass action is didymium.cascade.Circuit)"
            )
        stages = whole_number(self.stages, "stages")
        if stages < 1:
            raise CascadeError(f"the circuit has {stages} stages; give at least one")
        object.__setattr__(self, "stages", stages)
        for name, what, given in (("x0", "aqueous feed", self.aqueous), ("y0", "organic feed", self.organic)):
            table = amounts(given, self.model.elements, what)
            if len(table) != 1:
                raise CascadeError(f"{what} has {len(table)} cases; a circuit takes one")
            object.__setattr__(self, name, table[0])
        for name, what, unit, zero in (
            ("acid", "acid", "mol/L", True),
            ("sulfate", "sulfate", "mol/L", True),
            ("ratio", "phase ratio O/A", "L/L", False),
        ):
            object.__setattr__(self, name, single(getattr(self, name), what, unit, zero=zero))
        if self.charge <= 0.0:
            raise CascadeError("the aqueous feed holds neither acid nor metal, so its pH is undefined; give some acid")

    @property
    def charge(self) -> float:
        """What the aqueous holds as H+, HSO4− and metal charge on every stage, mol/L."""
        return float(self.acid + self.x0 @ self.model.charges)

    @property
    def extractant(self) -> float:
        """Extractant of the organic, free and bound, mol/L."""
        return float(self.model.active_total + self.y0 @ self.model.charges)

    def solve(self, start: ArrayLike | None = None) -> CorrelationProfile:
        """The steady state; `start` (2, stages) holds pH and free extractant in mol/L of a similar circuit.

        Newton from the start, else along feeds that rise from traces. Raises CascadeError if it finds no solution.
        """
        n = self.stages
        if start is None:
            proton = float(free_proton(np.array(self.acid), np.array(self.sulfate), self.model.ka))
            proton = max(proton, 1e-6 * self.charge)
            w = np.concatenate([np.full(n, -np.log(proton)), np.full(n, np.log(self.model.active_total))])
        else:
            given = numeric(start, "start")
            if given.shape != (2, n):
                raise CascadeError(f"start has the shape {given.shape}; give (2, {n}): pH and free extractant in mol/L")
            wrong = ~((np.abs(given[0]) <= MOST_PH) & (given[1] > 0.0) & (given[1] <= MOST_FREE))
            if wrong.any():
                at = int(np.argmax(wrong))
                raise CascadeError(
                    f"start has pH {given[0, at]:g} and free extractant {given[1, at]:g} mol/L on stage {at + 1}; give "
                    f"a pH from {-MOST_PH:g} to {MOST_PH:g} and an extractant above 0 up to {MOST_FREE:g} mol/L",
                    stage=at + 1,
                )
            w = np.concatenate([LN10 * given[0], np.log(given[1])])
        steps, found = self._newton(w, 1.0)
        if found is None:
            found, steps = self._along_feeds(w, steps)
        return self._profile(found, steps)

    def _along_feeds(self, w: Floats, steps: int) -> tuple[Floats, int]:
        """Newton along metal feeds that rise from zero, where the profile is flat, to their own."""
        done, stride = 0.0, 0.25
        while done < 1.0:
            share = min(1.0, done + stride)
            used, found = self._newton(w, share)
            steps += used
            if found is None:
                stride *= 0.5
                if stride < LEAST_STRIDE:
                    raise CascadeError(
                        f"no steady state beyond {done:.3g} of the metal fed: with {self.extractant:.4g} mol/L of "
                        "extractant the correlations bind more than there is; send more organic, a higher dose or "
                        "less metal"
                    )
            else:
                w, done, stride = found, share, 1.6 * stride
        return w, steps

    def _newton(self, start: Floats, share: float) -> tuple[int, Floats | None]:
        """Steps used, and the solution (2·stages,) with `share` of the metal feeds, or None."""
        w = start.copy()
        residual, jacobian = self._equations(w, share)
        size = float(np.abs(residual).max())
        for step in range(MOST_STEPS):
            if size <= GOAL:
                return step, w
            try:
                move = np.linalg.solve(jacobian, -residual)
            except np.linalg.LinAlgError:
                return step, None
            scale = min(1.0, 2.0 / max(float(np.abs(move).max()), 1e-300))
            for _ in range(12):
                trial = w + scale * move
                next_residual, next_jacobian = self._equations(trial, share)
                next_size = float(np.abs(next_residual).max())
                if next_size < size * (1.0 - 0.1 * scale) or next_size <= GOAL:
                    break
                scale *= 0.5
            else:
                return step, w if size <= 100.0 * GOAL else None
            w, residual, jacobian, size = trial, next_residual, next_jacobian, next_size
        return MOST_STEPS, w if size <= 100.0 * GOAL else None

    def _distribution(self, w: Floats) -> Floats:
        v, free = w[: self.stages], np.exp(w[self.stages :])
        ln_d = self.model.log_constants(free=free) + v[:, None] * self.model.exponents(free)
        return np.asarray(np.exp(np.clip(ln_d, -230.0, 230.0)))

    def _equations(self, w: Floats, share: float) -> tuple[Floats, Floats]:
        """Residuals (2·stages,) and their derivatives: charge of the aqueous, extractant of the organic."""
        model, n, z = self.model, self.stages, self.model.charges
        v, ln_e = np.clip(w[:n], -50.0, 150.0), np.clip(w[n:], -150.0, 50.0)
        proton, free = np.exp(-v), np.exp(ln_e)
        d = self._distribution(np.concatenate([v, ln_e]))
        sulfate = np.full(n, self.sulfate)
        x, response = row_response(self.ratio * d, share * self.x0, share * self.ratio * self.y0)
        y = d * x

        held = free + y @ z
        aqueous = acid_of(proton, sulfate, model.ka) + x @ z
        total_e = model.active_total + share * float(self.y0 @ z)
        total_h = self.acid + share * float(self.x0 @ z)
        residual = np.concatenate([np.log(aqueous / max(total_h, 1e-300)), np.log(held / total_e)])

        slope = model.exponents(free)  # d ln D / dv
        turn = model.terms[1] * model.dose_of(free)[:, None] * v[:, None] + model.terms[3]  # d ln D / d ln e
        by_v, by_e = response * slope, response * turn  # (stage, stage moved, element)
        rows = np.arange(n)
        jacobian = np.empty((2 * n, 2 * n))
        for at, moved, own in ((slice(0, n), by_v, slope), (slice(n, 2 * n), by_e, turn)):
            organic = d[:, None, :] * moved
            organic[rows, rows] += y * own
            jacobian[:n, at] = moved @ z
            jacobian[n:, at] = organic @ z
        jacobian[rows, rows] -= acid_slope(proton, sulfate, model.ka)
        jacobian[n + rows, n + rows] += free
        jacobian[:n] /= aqueous[:, None]
        jacobian[n:] /= held[:, None]
        return residual, jacobian

    def _profile(self, w: Floats, steps: int) -> CorrelationProfile:
        model, n = self.model, self.stages
        d = self._distribution(w)
        x = row_flows(self.ratio * d, self.x0, self.ratio * self.y0)
        y = d * x
        ph, free = w[:n] / LN10, np.exp(w[n:])
        fed = self.x0 + self.ratio * self.y0
        closure = np.abs(x[0] + self.ratio * y[-1] - fed) / np.where(fed > 0.0, fed, 1.0)
        residual = float(np.abs(self._equations(w, 1.0)[0]).max())
        if not (closure.max() <= 1e-12 and residual <= 100.0 * GOAL):
            raise CascadeError(f"the solution does not close: {closure.max():.1e}, residual {residual:.1e}")
        loading = model.loading(y, self.extractant)
        return CorrelationProfile(
            self, x, y, ph, free, loading, steps, float(closure.max()), residual, _staged(model.flags(ph))
        )


def _staged(flags: tuple[Flag, ...]) -> tuple[Flag, ...]:
    """Flags of rows as flags of stages; the dose is that of the feed and told once, without a stage."""
    out = []
    for flag in flags:
        if flag.quantity == "dose":
            if flag.case == 0:
                out.append(flag)
        else:
            stage = flag.case + 1
            out.append(replace(flag, case=0, stage=stage, sentence=f"stage {stage}: {flag.sentence}"))
    return tuple(out)


@dataclass(frozen=True, eq=False, repr=False)
class CorrelationProfile:
    """A solved circuit, mol/L, rows from stage 1 (fresh organic, raffinate) to the last (aqueous feed, extract).

    `aqueous` and `organic` are (stages, elements), `ph`, `free_extractant` (mol/L) and `loading` (stages,). `closure`
    is the largest relative balance error of an element, `residual` that of charge and extractant on a stage; the
    `stage` of a flag counts from 1. `assumptions` are those of the model.
    """

    circuit: CorrelationCircuit
    aqueous: Floats
    organic: Floats
    ph: Floats
    free_extractant: Floats
    loading: Floats
    iterations: int
    closure: float
    residual: float
    flags: tuple[Flag, ...]

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the correlations rest on without a measurement."""
        return self.circuit.model.assumptions

    @property
    def raffinate(self) -> Mapping[str, float]:
        """Element → mol/L of the aqueous that leaves stage 1."""
        return self._named(self.aqueous[0])

    @property
    def extract(self) -> Mapping[str, float]:
        """Element → mol/L of the organic that leaves the last stage."""
        return self._named(self.organic[-1])

    def _named(self, row: Floats) -> Mapping[str, float]:
        return MappingProxyType(dict(zip(self.circuit.model.elements, row.tolist(), strict=True)))

    def recovery(self, element: str) -> float:
        """Share 0..1 of what both feeds bring of an element that leaves in the extract. Raises CascadeError."""
        at = position(element, self.circuit.model.elements)
        up = self.circuit.ratio * self.organic[-1, at]
        return float(up / (up + self.aqueous[0, at]))

    def __repr__(self) -> str:
        return (
            f"<CorrelationProfile {self.circuit.stages} stages, pH {self.ph[0]:.3f} to {self.ph[-1]:.3f}, "
            f"closure {self.closure:.1e}>"
        )
