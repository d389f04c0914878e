"""log10 D of batch contacts at given constants, with its derivatives: from the measured phases, or from the feed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..models.base import Floats
from ..models.bracket import crossing
from .shakeouts import CHARGE, Shakeouts

LN10 = float(np.log(10.0))


@dataclass(frozen=True, eq=False)
class Distributions:
    """log10 D (rows, elements) and its derivatives.

    `by_log_k` is d log10 D_i / d log10 K_j, (rows, elements i, elements j), `by_molecules` d log10 D / d n, (rows,
    elements), per active unit; `free` and `proton` are e and h in mol/L, (rows,).
    """

    log_d: Floats
    by_log_k: Floats
    by_molecules: Floats
    free: Floats
    proton: Floats


def direct(tests: Shakeouts, log_k: Floats, molecules: float) -> Distributions:
    """D at the e and h of the measured phases, log10 K (rows, elements) and n active units a rare earth.

    >>> tests = Shakeouts(("Nd",), formal=1.0, acid=0.05, feed=[[0.1]], aqueous=[[0.0757]])
    >>> float(direct(tests, np.array([[-2.14]]), 3.0).log_d.round(4)[0, 0])
    -0.5171
    """
    free, proton = tests.free(molecules), tests.proton
    log_d = log_k + (molecules * np.log10(free) - CHARGE * np.log10(proton))[:, None]
    bound = tests.loaded.sum(axis=1)
    slope = np.log10(free) - molecules * bound / (free * LN10)
    count = len(tests.elements)
    by_log_k = np.broadcast_to(np.eye(count), (len(free), count, count)).copy()
    return Distributions(log_d, by_log_k, np.repeat(slope[:, None], count, axis=1), free, proton)


def predicted(tests: Shakeouts, log_k: Floats, molecules: float) -> Distributions:
    """D at the equilibrium that the feed reaches, log10 K (rows, elements) and n active units a rare earth.

    Solves e + n Σ y = E and h + 3 Σ x = acid + 3 Σ feed − O/A soap, mol/L; where a row has a pH, h is that and the
    charge is left to the ions that were not measured. Raises CascadeError where a balance has no solution. The
    derivatives are those of the two balances, not differences.

    >>> tests = Shakeouts(("Nd",), formal=1.0, acid=0.05, feed=[[0.1]], aqueous=[[0.0757]])
    >>> round(float(10.0 ** predicted(tests, np.array([[-2.14]]), 3.0).log_d[0, 0]), 4)  # as MassAction says
    0.3147
    """
    ln_k = LN10 * log_k
    ln_e, ln_h = np.empty(len(ln_k)), np.empty(len(ln_k))
    by_ph = ~np.isnan(tests.ph)
    for rows, solve in ((by_ph, _at_ph), (~by_ph, _one_scalar if molecules == CHARGE else _two_scalars)):
        if rows.any():
            ln_e[rows], ln_h[rows] = solve(_Rows.of(tests, rows), ln_k[rows], molecules)
    ln_d = ln_k + (molecules * ln_e - CHARGE * ln_h)[:, None]
    by_ln_k, by_n = _derivatives(tests, ln_d, ln_e, ln_h, molecules, by_ph)
    return Distributions(ln_d / LN10, by_ln_k, by_n / LN10, np.exp(ln_e), np.exp(ln_h))


@dataclass(frozen=True, eq=False)
class _Rows:
    """What the balances of some rows need: mol/L, (rows,) and (rows, elements)."""

    total: Floats
    ratio: Floats
    active: Floats
    anion: Floats
    ln_h: Floats

    @staticmethod
    def of(tests: Shakeouts, rows: np.ndarray) -> _Rows:
        total = tests.total[rows]
        anion = tests.acid[rows] + CHARGE * total.sum(axis=1) - tests.ratio[rows] * tests.soap[rows]
        return _Rows(total, tests.ratio[rows], tests.active[rows], anion, -LN10 * tests.ph[rows])

    def phases(self, ln_d: Floats) -> tuple[Floats, Floats]:
        """Sums of the rare earths in the aqueous and the organic, mol/L, (rows,)."""
        d = np.exp(np.clip(ln_d, -690.0, 690.0))
        x = self.total / (1.0 + self.ratio[:, None] * d)
        return x.sum(axis=1), (d * x).sum(axis=1)


def _one_scalar(rows: _Rows, ln_k: Floats, molecules: float) -> tuple[Floats, Floats]:
    """ln e and ln h, (rows,), where as many units are bound as charges: u = ln(e/h) fixes every D."""

    def free(u: Floats) -> tuple[Floats, Floats]:
        x, y = rows.phases(ln_k + molecules * u[:, None])
        return rows.active - molecules * y, x

    def surplus(u: Floats) -> Floats:
        e, x = free(u)
        return np.maximum(e, 0.0) * np.exp(-u) + CHARGE * x - rows.anion

    u = crossing(surplus, np.full(len(ln_k), -60.0), np.full(len(ln_k), 120.0), "the charge balance")
    ln_e = np.log(np.maximum(free(u)[0], 1e-300))
    return ln_e, ln_e - u


def _at_ph(rows: _Rows, ln_k: Floats, molecules: float) -> tuple[Floats, Floats]:
    """ln e and ln h, (rows,), at the rows' own pH."""
    return _free_at(rows, ln_k, rows.ln_h, molecules), rows.ln_h


def _free_at(rows: _Rows, ln_k: Floats, ln_h: Floats, molecules: float) -> Floats:
    """ln e, (rows,), that balances the extractant at a proton."""

    def surplus(ln_e: Floats) -> Floats:
        _, y = rows.phases(ln_k + (molecules * ln_e - CHARGE * ln_h)[:, None])
        return rows.active - np.exp(ln_e) - molecules * y

    top = np.log(rows.active) + 1e-9
    return crossing(surplus, top - 300.0, top, "the extractant balance")


def _two_scalars(rows: _Rows, ln_k: Floats, molecules: float) -> tuple[Floats, Floats]:
    """ln e and ln h, (rows,), of any exponent: the extractant at each proton, then the proton of the charge."""

    def lacking(minus_ln_h: Floats) -> Floats:
        ln_e = _free_at(rows, ln_k, -minus_ln_h, molecules)
        x, _ = rows.phases(ln_k + (molecules * ln_e + CHARGE * minus_ln_h)[:, None])
        return np.exp(-minus_ln_h) + CHARGE * x - rows.anion

    least = -np.log(rows.anion) - 1e-9
    ln_h = -crossing(lacking, least, least + 100.0, "the charge balance")
    return _free_at(rows, ln_k, ln_h, molecules), ln_h


def _derivatives(
    tests: Shakeouts, ln_d: Floats, ln_e: Floats, ln_h: Floats, n: float, by_ph: np.ndarray
) -> tuple[Floats, Floats]:
    """d ln D_i / d ln K_j, (rows, elements, elements), and d ln D / dn, (rows, elements), by the balances themselves.

    With c = dy/d ln D and S = Σ c both balances are linear in (d ln e, d ln h); their determinant is positive.
    """
    r, z = tests.ratio, CHARGE
    d = np.exp(np.clip(ln_d, -690.0, 690.0))
    y = tests.total * d / (1.0 + r[:, None] * d)
    c = y / (1.0 + r[:, None] * d)
    e, h, s, bound = np.exp(ln_e), np.exp(ln_h), c.sum(axis=1), y.sum(axis=1)
    det = e * h + e * z * z * r * s + n * n * h * s
    e_by = np.where(by_ph, -n / (e + n * n * s), -n * h / det)
    h_by = np.where(by_ph, 0.0, z * r * e / det)
    first, second = -(n * s * ln_e + bound), z * r * s * ln_e
    e_by_n = np.where(by_ph, first / (e + n * n * s), ((h + z * z * r * s) * first + n * z * s * second) / det)
    h_by_n = np.where(by_ph, 0.0, ((e + n * n * s) * second + z * r * n * s * first) / det)
    count = d.shape[1]
    by_ln_k = np.eye(count) + (n * e_by - z * h_by)[:, None, None] * c[:, None, :]
    by_n = np.repeat((ln_e + n * e_by_n - z * h_by_n)[:, None], count, axis=1)
    return by_ln_k, by_n
