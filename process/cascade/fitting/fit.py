"""Constants with confidence intervals from batch tests: the one function of this package."""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy.stats import t as student

from ...wording import suggestion
from ..errors import CascadeError
from ..models.base import Floats
from .chain import fit_chain, unused_rows
from .least_squares import outliers
from .levels import EXPONENT, METHODS, Levels, exponent_of, fit_levels
from .result import Estimate, Factor, Fit, Outlier, Residuals
from .shakeouts import CHARGE, Shakeouts


def fit(
    tests: Shakeouts,
    *,
    method: str = "predicted",
    chain: str | None = None,
    free_exponent: bool = False,
    robust: bool = False,
    pool: bool = False,
    confidence: float = 0.95,
) -> Fit:
    """log10 K of each element (mol/L of free active units and of H+) from batch tests, with confidence intervals.

    `method` "predicted" solves each contact from its feed and fits log10 D; "direct" takes e and h from the measured
    phases. `chain` names a reference: its tests give one level, mixtures give the separation factors.
    `free_exponent` fits the number of active units a rare earth too; `robust` gives outliers less weight (soft L1);
    `pool` takes all sources for one. Limits: ions of charge 3, conditional constants of the tests' medium. Raises
    CascadeError where the tests do not fix what is asked. Source: docs/theory_fitting.md.

    >>> tests = Shakeouts(("Nd",), formal=1.0, acid=[0.01, 0.05, 0.1], feed=[[0.05], [0.1], [0.15]],
    ...                   aqueous=[[0.0239], [0.0757], [0.1330]])
    >>> found = fit(tests, method="direct")
    >>> round(found.log_k["Nd"].value, 3), found.basis[:26]
    (-2.143, 'log10 K on the dimer basis')
    """
    if method not in METHODS:
        raise CascadeError(
            f"method is {method!r}{suggestion(str(method), METHODS) or ';'} choose from {', '.join(METHODS)}"
        )
    if not 0.5 <= confidence < 1.0:
        raise CascadeError(f"confidence is {confidence!r}; give a share from 0.5 to below 1, such as 0.95")
    contact = METHODS[method]
    if chain is None:
        done = fit_levels(tests, contact, free_exponent, robust, pool)
    else:
        if chain not in tests.elements:
            raise CascadeError(
                f"the reference {chain!r} of the chain is not in the tests"
                f"{suggestion(str(chain), tests.elements) or ';'} they hold {', '.join(tests.elements)}"
            )
        done = fit_chain(tests, contact, chain, free_exponent, robust, pool)
    count = len(tests.elements)
    exponent = exponent_of(tests, done.values, count)
    if free_exponent and exponent != done.values[-1]:
        raise CascadeError(
            f"the exponent of the extractant runs to {done.values[-1]:.3g}, beyond the {exponent:.3g} that the "
            "measured loading allows; fit without it, or test a wider span of extractant"
        )
    log_k = np.where(tests.present, done.values[:count], 0.0)
    off = contact(tests, log_k, exponent).log_d - np.log10(tests.distribution)
    alone = {} if chain is None else unused_rows(tests, chain)
    used = tests.present & ~(
        (tests.present.sum(axis=1) == 1)[:, None] & np.array([name in alone for name in tests.elements])
    )
    return Fit(
        method,
        chain,
        robust,
        confidence,
        {name: _estimate(done, at, confidence) for at, name in enumerate(tests.elements)},
        _estimate(done, count, confidence) if free_exponent else None,
        exponent,
        (*tests.elements, *([EXPONENT] if free_exponent else [])),
        done.covariance,
        _correlation(done.covariance),
        _factors(tests, done, confidence),
        {name: _residuals("", name, off[used[:, at], at]) for at, name in enumerate(tests.elements)},
        _by_source(tests, off, used),
        done.between,
        _outliers(tests, done, off),
        int(used.any(axis=1).sum()),
        int(used.sum()),
        float(np.sqrt(np.mean(off[used] ** 2))),
        done.condition,
        alone,
        _basis(tests, exponent),
        _notes(tests, done, chain, robust, free_exponent, alone),
    )


def _estimate(done: Levels, at: int, confidence: float) -> Estimate:
    value, error = float(done.values[at]), math.sqrt(max(float(done.covariance[at, at]), 0.0))
    reach = error * float(student.ppf(0.5 + 0.5 * confidence, done.degrees[at]))
    return Estimate(value, error, value - reach, value + reach, float(done.degrees[at]))


def _correlation(covariance: Floats) -> Floats:
    """The correlation matrix, (p, p); unit where nothing scatters."""
    sd = np.sqrt(np.diag(covariance))
    both = np.outer(sd, sd)
    out = np.divide(covariance, both, out=np.zeros_like(covariance), where=both > 0.0)
    np.fill_diagonal(out, 1.0)
    return np.asarray(out)


def _factors(tests: Shakeouts, done: Levels, confidence: float) -> tuple[Factor, ...]:
    """Separation factors of neighbours, from the least extracted up."""
    count = len(tests.elements)
    order = np.argsort(done.values[:count], kind="stable")
    out = []
    for lower, upper in itertools.pairwise(order):
        pick = np.zeros(len(done.values))
        pick[upper], pick[lower] = math.log(10.0), -math.log(10.0)
        ln_beta, error = float(pick @ done.values), math.sqrt(max(float(pick @ done.covariance @ pick), 0.0))
        degrees = float(min(done.factor_degrees[upper], done.factor_degrees[lower]))
        reach = error * float(student.ppf(0.5 + 0.5 * confidence, degrees))
        low, high = (math.exp(min(ln_beta + sign * reach, 700.0)) for sign in (-1.0, 1.0))
        names = tests.elements[upper], tests.elements[lower]
        together = bool((tests.present[:, upper] & tests.present[:, lower]).any())
        out.append(Factor(*names, math.exp(ln_beta), error, low, high, degrees, together))
    return tuple(out)


def _residuals(source: str, element: str, off: Floats) -> Residuals:
    if not len(off):
        return Residuals(source, element, 0, math.nan, math.nan)
    return Residuals(source, element, len(off), float(off.mean()), float(np.sqrt(np.mean(off**2))))


def _by_source(tests: Shakeouts, off: Floats, used: Floats) -> tuple[Residuals, ...]:
    """Residuals of each source as a whole, then by element where it has several."""
    out = []
    for source in dict.fromkeys(tests.sources):
        own = np.array([name == source for name in tests.sources])[:, None] & used
        if not own.any():
            continue
        out.append(_residuals(source, "", off[own]))
        held = [at for at in range(len(tests.elements)) if own[:, at].any()]
        out += [_residuals(source, tests.elements[at], off[own[:, at], at]) for at in held if len(held) > 1]
    return tuple(out)


def _outliers(tests: Shakeouts, done: Levels, off: Floats) -> tuple[Outlier, ...]:
    out: dict[tuple[int, str], Outlier] = {}
    for at in np.flatnonzero(outliers(done.studentised, done.spare)):
        case, column = int(done.case[at]), int(done.column[at])
        name = "" if column < 0 else tests.elements[column]
        own = off[case, tests.present[case]] if column < 0 else off[case, column : column + 1]
        worst = float(own[np.argmax(np.abs(own))])
        found = Outlier(case, tests.labels[case], tests.sources[case], name, worst, float(done.studentised[at]))
        known = out.get((case, name))
        if known is None or abs(known.studentised) < abs(found.studentised):
            out[case, name] = found
    return tuple(sorted(out.values(), key=lambda one: (one.case, one.element)))


def _basis(tests: Shakeouts, exponent: float) -> str:
    n = f"{exponent:.4g}"
    if tests.units_per_formal == 0.5:
        reaction = f"M3+ + {n} (HA)2 = complex + 3 H+, K = D h^3 / e^{n}"
        return f"log10 K on the dimer basis: {reaction}, e mol/L of free dimers (half the formal), h mol/L of H+"
    reaction = f"M3+ + {n} HA = complex + 3 H+, K = D h^3 / e^{n}"
    return f"log10 K on the monomer basis: {reaction}, e mol/L of free monomer, h mol/L of H+"


def _notes(
    tests: Shakeouts, done: Levels, chain: str | None, robust: bool, free_exponent: bool, alone: dict[str, int]
) -> tuple[str, ...]:
    """What a reader must know beside the numbers."""
    out = list(done.notes)
    sources = len(dict.fromkeys(tests.sources))
    if sources == 1:
        out.append(
            "one source: intervals hold the scatter within it; levels of different laboratories differ by far more "
            "(0.5 in log10 K of Nd with PC-88A)"
        )
    elif done.between:
        out.append(
            "intervals hold a random effect of the source on each constant (Paule and Mandel), so an element of one "
            "source alone carries the scatter that others show"
        )
    if robust:
        out.append("robust: residuals beyond 1.345 scales of their element count less (soft L1)")
    if free_exponent:
        out.append(
            f"K is in (mol/L)^(3 - n): with n other than {CHARGE:g} it does not compare with constants of the "
            "stoichiometric exponent, and circuits take n = 3 only"
        )
    if alone:
        rows = ", ".join(f"{name} {count}" for name, count in alone.items())
        out.append(f"rows of one element alone are not in the chain ({rows}); they give levels, not separation factors")
    never = chain is None and (tests.present.sum(axis=1) == 1).all() and len(tests.elements) > 1
    if never:
        out.append(
            "no test held two elements: ratios of these constants are no separation factors of a mixture; use one "
            "level and factors of mixtures (--chain) for a circuit"
        )
    if np.any(tests.soap > 0.0):
        out.append("the soap's cation counts as given to the aqueous whole")
    if not np.isnan(tests.ph).all():
        out.append("measured pH counts as -log10 of the proton in mol/L, no activity")
    return tuple(out)
