"""One level and a chain of separation factors: mixtures give the factors, tests with the reference give the level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import CascadeError
from ..models.base import Floats, position
from .combine import combined
from .least_squares import Model, Solved, solve
from .levels import Contact, Ints, Levels, exponent_of, start_values
from .result import Between
from .shakeouts import Shakeouts


@dataclass(frozen=True, eq=False)
class _Factors:
    """log10 β against the reference, (elements,), 0 for it, and what is known of their errors."""

    values: Floats
    covariance: Floats
    degrees: float
    case: Ints
    studentised: Floats
    spare: Floats
    condition: float
    between: tuple[Between, ...]


def unused_rows(tests: Shakeouts, reference: str) -> dict[str, int]:
    """Rows of one element alone, other than the reference: they would give a level of their own, (rows by element).

    >>> tests = Shakeouts(("Pr", "Nd"), formal=1.0, acid=0.05, feed=[[0.1, 0.1], [0.1, 0.0]],
    ...                   aqueous=[[0.09, 0.08], [0.08, 0.0]])
    >>> unused_rows(tests, "Nd")
    {'Pr': 1}
    """
    alone = tests.present.sum(axis=1) == 1
    out = {name: int((alone & tests.present[:, at]).sum()) for at, name in enumerate(tests.elements)}
    return {name: count for name, count in out.items() if count and name != reference}


def fit_chain(
    tests: Shakeouts, contact: Contact, reference: str, free_exponent: bool, robust: bool, pool: bool
) -> Levels:
    """log10 K of the `reference`, mol/L, and of the others by their separation factors in mixtures.

    In one contact all elements share e and h, so the ratio of two D is β whatever they are: errors of acid, extractant
    and loading cancel. The level then comes from the rows that hold the reference. Rows of another element alone are
    left out: two levels from two series of tests give a ratio that mixtures do not confirm. Raises CascadeError
    where an element shares no mixture, directly or through others, with the reference.
    """
    at = position(reference, tests.elements)
    factors = _factors(tests, at, robust, pool)
    used = tests.present[:, at]
    if used.sum() < 2:
        raise CascadeError(
            f"{reference} is in {int(used.sum())} rows; the level of a chain needs at least two with its reference",
            element=reference,
        )
    return _level(tests, contact, at, factors, np.flatnonzero(used), free_exponent, robust, pool)


# -- separation factors -----------------------------------------------------------------------------------------------


def _factors(tests: Shakeouts, reference: int, robust: bool, pool: bool) -> _Factors:
    mixed = np.flatnonzero(tests.present.sum(axis=1) > 1)
    _connected(tests, mixed, reference)
    count = len(tests.elements)
    if count == 1:
        none = np.empty(0)
        return _Factors(np.zeros(1), np.zeros((1, 1)), np.inf, mixed[:0], none, none, 1.0, ())
    others = np.delete(np.arange(count), reference)
    sources = list(dict.fromkeys(tests.sources[case] for case in mixed))
    design, measured, case = _contrasts(tests, mixed)
    values, covariance = np.zeros(count), np.zeros((count, count))
    names = [f"the separation factor {tests.elements[i]}/{tests.elements[reference]}" for i in others]
    whole = _solved(design[:, others], measured, names, robust)
    values[others], covariance[np.ix_(others, others)] = whole.values, whole.covariance
    degrees: float = len(measured) - len(others)
    between: tuple[Between, ...] = ()
    studentised, spare = whole.studentised, whole.degrees
    if len(sources) > 1 and not pool:
        by_source = _of_sources(tests, mixed, sources, robust)
        if by_source is not None and by_source.sought(others):
            one = combined(by_source.found, by_source.covariance, by_source.design[:, others], by_source.scatter)
            values[others], covariance[np.ix_(others, others)] = one.values, one.covariance
            degrees = one.degrees
            between = (Between("log10 β of an element", one.variance**0.5, one.degrees, len(sources)),)
            studentised, spare = by_source.studentised, by_source.spare
    return _Factors(values, covariance, degrees, case, studentised, spare, whole.condition, between)


def _connected(tests: Shakeouts, mixed: Ints, reference: int) -> None:
    """Raises CascadeError for elements that no mixture connects with the reference."""
    reached = np.zeros(len(tests.elements), dtype=bool)
    reached[reference] = True
    while True:
        touching = (tests.present[mixed] & reached).any(axis=1)
        more = reached | (tests.present[mixed][touching].any(axis=0) if touching.any() else False)
        if (more == reached).all():
            break
        reached = more
    lost = [name for name, is_in in zip(tests.elements, reached, strict=True) if not is_in]
    if lost:
        raise CascadeError(
            f"{', '.join(lost)} shares no mixture with {tests.elements[reference]}, directly or through others, so no "
            "separation factor can be told; test a mixture, exclude these rows, or fit without a chain",
            element=lost[0],
        )


def _contrasts(tests: Shakeouts, cases: Ints) -> tuple[Floats, Floats, Ints]:
    """Differences of log10 D within rows: design (n, elements), measured (n,), and the row of each, (n,).

    Orthonormal, m − 1 for m elements, so that they scatter as the single values do and independently.
    """
    rows, measured, owner = [], [], []
    log_d = np.log10(tests.distribution)
    for case in cases:
        own = np.flatnonzero(tests.present[case])
        for size in range(1, len(own)):
            weights = np.zeros(len(tests.elements))
            weights[own[:size]] = -1.0 / np.sqrt(size * (size + 1.0))
            weights[own[size]] = np.sqrt(size / (size + 1.0))
            rows.append(weights)
            measured.append(float(weights[own] @ log_d[case, own]))
            owner.append(case)
    return np.array(rows), np.array(measured), np.array(owner)


def _solved(design: Floats, measured: Floats, names: list[str], robust: bool) -> Solved:
    def model(values: Floats) -> tuple[Floats, Floats]:
        return design @ values - measured, design

    start = np.asarray(np.linalg.lstsq(design, measured, rcond=None)[0], dtype=np.float64)
    return solve(model, start, np.zeros(len(measured)), names, robust)


@dataclass(frozen=True, eq=False)
class _BySource:
    """Separation factors as each source found them: (c,), against the first element of each of its groups."""

    found: Floats
    covariance: Floats
    design: Floats
    scatter: Floats
    studentised: Floats
    spare: Floats

    def sought(self, others: Ints) -> bool:
        """Whether there is more than what is sought, so that the scatter between sources can be told."""
        return len(self.found) > len(others)


def _of_sources(tests: Shakeouts, mixed: Ints, sources: list[str], robust: bool) -> _BySource | None:
    """One fit with separation factors of each source; None where a source has no row to spare."""
    count = len(tests.elements)
    pieces: list[tuple[int, int, str]] = []
    links: list[Floats] = []
    for source in sources:
        rows = mixed[[tests.sources[case] == source for case in mixed]]
        for group in _groups(tests.present[rows]):
            for other in group[1:]:
                pieces.append((group[0], other, source))
                link = np.zeros(count)
                link[other], link[group[0]] = 1.0, -1.0
                links.append(link)
    design, measured, case = _contrasts(tests, mixed)
    own = np.zeros((len(measured), len(pieces)))
    for at, (_, other, source) in enumerate(pieces):
        same = np.array([tests.sources[row] == source for row in case])
        own[same, at] = design[same, other]
    names = [f"the separation factor {tests.elements[b]}/{tests.elements[a]} of {s}" for a, b, s in pieces]
    try:
        done = _solved(own, measured, names, robust)
    except CascadeError:
        return None
    shared = np.array([[(a[2] == b[2]) & (a[0] == b[0]) for b in pieces] for a in pieces], dtype=np.float64)
    # Each source's own log K of an element scatters; the contrasts of a group share that of its first element.
    scatter = np.eye(len(pieces)) + shared
    return _BySource(done.values, done.covariance, np.array(links), scatter, done.studentised, done.degrees)


def _groups(present: Ints) -> list[list[int]]:
    """Elements that mixtures connect, each group in order."""
    groups: list[set[int]] = []
    for row in present:
        own = set(np.flatnonzero(row).tolist())
        joined = [group for group in groups if group & own]
        groups = [group for group in groups if not group & own] + [own.union(*joined)]
    return [sorted(group) for group in groups]


# -- the level --------------------------------------------------------------------------------------------------------


def _level(
    tests: Shakeouts,
    contact: Contact,
    reference: int,
    factors: _Factors,
    rows: Ints,
    free_exponent: bool,
    robust: bool,
    pool: bool,
) -> Levels:
    """The level from the mean residual of each row with the reference, and its errors with those of the factors."""
    count = len(tests.elements)
    sources = list(dict.fromkeys(tests.sources[case] for case in rows))
    own = np.array([sources.index(tests.sources[case]) for case in rows])
    level = float(start_values(tests)[reference])

    def of(cells: Ints) -> Solved:
        size = int(cells.max()) + 1
        names = [f"log10 K of {tests.elements[reference]}"] * size + ["the exponent of the extractant"] * free_exponent
        start = np.append(np.full(size, level), [tests.molecules] * free_exponent)
        model = _rows_model(tests, contact, rows, cells, size, factors.values)
        return solve(model, start, np.zeros(len(rows)), names, robust)

    one_source = np.zeros(len(rows), dtype=np.intp)
    notes: tuple[str, ...] = ()
    if pool and len(sources) > 1:
        notes = ("all sources count as one; the scatter between laboratories is not in the intervals",)
    cells = one_source if pool else own
    try:
        done = of(cells)
    except CascadeError:
        if not cells.any():
            raise
        cells, done = one_source, of(one_source)
        notes = ("the sources hold too few rows for levels of their own, so all rows count as one source's",)
    size = int(cells.max()) + 1
    design = np.zeros((size + free_exponent, 1 + free_exponent))
    design[:size, 0] = 1.0
    scatter = np.eye(size + free_exponent)
    if free_exponent:
        design[-1, -1], scatter[-1, -1] = 1.0, 0.0
    between = factors.between
    values, covariance, weights = done.values, done.covariance, np.eye(len(done.values))
    degrees = float(len(rows) - len(done.values))
    if size > 1:
        one = combined(done.values, done.covariance, design, scatter)
        values, covariance, weights, degrees = one.values, one.covariance, one.weights, float(one.degrees)
        between = (
            Between(f"log10 K of {tests.elements[reference]}", one.variance**0.5, one.degrees, size),
            *between,
        )
    # Row means and differences within rows scatter independently; the level moves with the factors it was told.
    by_factors = weights @ done.gain @ _by_factors(tests, contact, rows, cells, size, factors.values, done.values)
    lift = np.zeros((count + free_exponent, 1 + free_exponent))
    lift[:count, 0] = 1.0
    if free_exponent:
        lift[-1, -1] = 1.0
    through = lift @ by_factors
    through[:count] += np.eye(count)
    spread = lift @ covariance @ lift.T + through @ factors.covariance @ through.T
    log_k = values[0] + factors.values
    every = np.full(count, min(degrees, factors.degrees))
    every[reference] = degrees
    return Levels(
        np.append(log_k, values[-1]) if free_exponent else log_k,
        spread,
        np.append(every, float(len(rows) - len(done.values))) if free_exponent else every,
        np.full(count, factors.degrees),
        np.append(rows, factors.case),
        np.full(len(rows) + len(factors.case), -1),
        np.append(done.studentised, factors.studentised),
        np.append(done.degrees, factors.spare),
        max(done.condition, factors.condition),
        between,
        notes,
    )


def _rows_model(tests: Shakeouts, contact: Contact, rows: Ints, cells: Ints, size: int, factors: Floats) -> Model:
    """Mean residual of log10 D of each row, calculated less measured, with a level for each of `size` cells."""
    measured = np.log10(tests.distribution)
    levels = np.zeros(len(tests.formal), dtype=np.intp)
    levels[rows] = cells

    def at(values: Floats) -> tuple[Floats, Floats]:
        log_k = np.where(tests.present, values[levels][:, None] + factors, 0.0)
        made = contact(tests, log_k, exponent_of(tests, values, size))
        off = _mean(tests, made.log_d - measured)[rows]
        slopes = np.zeros((len(rows), len(values)))
        moved = np.where(tests.present[:, None, :], made.by_log_k, 0.0).sum(axis=2)
        slopes[np.arange(len(rows)), cells] = _mean(tests, moved)[rows]
        if len(values) > size:
            slopes[:, -1] = _mean(tests, made.by_molecules)[rows]
        return off, slopes

    return at


def _by_factors(
    tests: Shakeouts, contact: Contact, rows: Ints, cells: Ints, size: int, factors: Floats, values: Floats
) -> Floats:
    """How each row's mean residual moves with log10 β of each element, (rows, elements)."""
    levels = np.zeros(len(tests.formal), dtype=np.intp)
    levels[rows] = cells
    log_k = np.where(tests.present, values[levels][:, None] + factors, 0.0)
    made = contact(tests, log_k, exponent_of(tests, values, size))
    moved = np.where(tests.present[:, None, :], made.by_log_k, 0.0)
    return np.stack([_mean(tests, moved[:, :, j])[rows] for j in range(len(tests.elements))], axis=1)


def _mean(tests: Shakeouts, table: Floats) -> Floats:
    """The mean over the elements that are present, (rows,)."""
    return np.asarray(np.where(tests.present, table, 0.0).sum(axis=1) / tests.present.sum(axis=1))
