"""A constant for each element: least squares of log10 D, and what the sources say beyond their own scatter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..errors import CascadeError
from ..models.base import Floats
from .combine import Combined, combined
from .contacts import Distributions, direct, predicted
from .least_squares import Model, Solved, solve, told_apart
from .result import Between
from .shakeouts import Shakeouts

Ints = np.ndarray
Contact = Callable[[Shakeouts, Floats, float], Distributions]
METHODS: dict[str, Contact] = {"direct": direct, "predicted": predicted}
EXPONENT = "molecules"
LEAST_EXPONENT = 0.05
"""Active units a rare earth, below which a fitted exponent is none."""


@dataclass(frozen=True, eq=False)
class Levels:
    """Constants by element and their joint covariance; log10 K (elements,), `exponent` the last where it is fitted.

    `degrees` are those of each parameter's interval, `factor_degrees` those of a difference of two constants. `case`,
    `column` (an element, −1 where a residual belongs to the row), `studentised` and `spare` are of the measurements
    in the fit, (n,).
    """

    values: Floats
    covariance: Floats
    degrees: Floats
    factor_degrees: Floats
    case: Ints
    column: Ints
    studentised: Floats
    spare: Floats
    condition: float
    between: tuple[Between, ...]
    notes: tuple[str, ...]


def fit_levels(tests: Shakeouts, contact: Contact, free_exponent: bool, robust: bool, pool: bool) -> Levels:
    """log10 K of every element from all rows, mol/L. Raises CascadeError where the tests do not fix them.

    Where sources repeat one another's elements, each source first gets constants of its own, and the common ones are
    brought together with the scatter between sources; `pool` takes all rows as one source's.
    """
    names = [f"log10 K of {name}" for name in tests.elements] + ["the exponent of the extractant"] * free_exponent
    case, column = np.nonzero(tests.present)
    counts = np.bincount(column, minlength=len(tests.elements))
    start = start_values(tests)
    by_element = column
    model = _model(tests, contact, case, column, by_element, len(tests.elements), free_exponent)
    first = np.append(start, tests.molecules) if free_exponent else start
    few = [name for name, count in zip(tests.elements, counts, strict=True) if count < 2]
    if few:
        raise CascadeError(
            f"{few[0]} was measured in {counts[tests.elements.index(few[0])]} row, and its constant takes that up: "
            "nothing is left to say how far it can be trusted; measure it again, or leave it out",
            element=few[0],
        )
    if len(case) <= len(first):
        raise CascadeError(
            f"the tests give {len(case)} distributions for {len(first)} constants, so nothing is left to say how far "
            "they can be trusted; test more"
        )
    told_apart(model(first)[1], names)
    sources = list(dict.fromkeys(tests.sources))
    notes: list[str] = []
    if len(sources) > 1 and not pool:
        cells, owner = _cells(tests, case, column, sources)
        if len(owner) > len(tests.elements):
            try:
                return _by_source(tests, contact, case, column, cells, owner, free_exponent, robust, len(sources))
            except CascadeError:
                notes.append(
                    "the sources hold too few rows for constants of their own, so all rows count as one source's"
                )
        else:
            notes.append(
                "no element was measured by two sources, so the scatter between laboratories is not in the intervals"
            )
    elif len(sources) > 1:
        notes.append("all sources count as one; the scatter between laboratories is not in the intervals")
    done = solve(model, first, column.astype(np.float64), names, robust)
    return Levels(
        done.values,
        done.covariance,
        _degrees(done, column, len(tests.elements), free_exponent),
        _degrees(done, column, len(tests.elements), False),
        case,
        column,
        done.studentised,
        done.degrees,
        done.condition,
        (),
        tuple(notes),
    )


def start_values(tests: Shakeouts) -> Floats:
    """log10 K, (elements,), as the mean over the measured compositions: where a search begins."""
    free, proton = tests.free(tests.molecules), tests.proton
    shift = tests.molecules * np.log10(free) - 3.0 * np.log10(proton)
    log_k = np.log10(tests.distribution) - shift[:, None]
    return np.array([float(np.mean(log_k[tests.present[:, at], at])) for at in range(len(tests.elements))])


def _cells(tests: Shakeouts, case: Ints, column: Ints, sources: list[str]) -> tuple[Ints, Ints]:
    """The cell (source, element) of each measurement, and the element of each cell."""
    own = np.array([sources.index(name) for name in tests.sources])[case] * len(tests.elements) + column
    found, cells = np.unique(own, return_inverse=True)
    return cells, found % len(tests.elements)


def _model(
    tests: Shakeouts, contact: Contact, case: Ints, column: Ints, cells: Ints, count: int, free_exponent: bool
) -> Model:
    """Residuals of log10 D, calculated less measured, with a constant for each of `count` cells."""
    measured = np.log10(tests.distribution[case, column])
    where = np.zeros(tests.present.shape, dtype=np.intp)
    where[case, column] = cells

    def at(values: Floats) -> tuple[Floats, Floats]:
        log_k = np.where(tests.present, values[where], 0.0)
        made = contact(tests, log_k, exponent_of(tests, values, count))
        slopes = np.zeros((len(case), len(values)))
        for other in range(len(tests.elements)):
            rows = np.flatnonzero(tests.present[case, other])
            slopes[rows, where[case[rows], other]] += made.by_log_k[case[rows], column[rows], other]
        if free_exponent:
            slopes[:, -1] = made.by_molecules[case, column]
        return made.log_d[case, column] - measured, slopes

    return at


def exponent_of(tests: Shakeouts, values: Floats, count: int) -> float:
    """The exponent behind `count` constants, or the one assumed; held where the organic can be what was measured."""
    if len(values) == count:
        return tests.molecules
    with np.errstate(divide="ignore"):
        most = float((tests.active / tests.loaded.sum(axis=1)).min()) * 0.999
    return float(np.clip(values[-1], LEAST_EXPONENT, most))


def _by_source(
    tests: Shakeouts,
    contact: Contact,
    case: Ints,
    column: Ints,
    cells: Ints,
    owner: Ints,
    free_exponent: bool,
    robust: bool,
    sources: int,
) -> Levels:
    """Constants of each source, then the common ones. Raises CascadeError where the sources are too small."""
    count, elements = len(owner), len(tests.elements)
    names = [f"log10 K of {tests.elements[at]}" for at in owner] + ["the exponent of the extractant"] * free_exponent
    start = start_values(tests)[owner]
    first = np.append(start, tests.molecules) if free_exponent else start
    model = _model(tests, contact, case, column, cells, count, free_exponent)
    done = solve(model, first, column.astype(np.float64), names, robust)
    design = np.zeros((count + free_exponent, elements + free_exponent))
    design[np.arange(count), owner] = 1.0
    scatter = np.eye(count + free_exponent)
    if free_exponent:
        design[-1, -1] = 1.0
        scatter[-1, -1] = 0.0
    one: Combined = combined(done.values, done.covariance, design, scatter)
    # A laboratory's acid or extractant may shift all its constants alike: then each laboratory counts once.
    degrees = np.full(elements + free_exponent, float(min(one.degrees, sources - 1)))
    factor_degrees = np.full(elements + free_exponent, float(one.degrees))
    if free_exponent:
        degrees[-1] = factor_degrees[-1] = float(len(case) - len(done.values))
    between = Between("log10 K", one.variance**0.5, one.degrees, sources)
    return Levels(
        one.values,
        one.covariance,
        degrees,
        factor_degrees,
        case,
        column,
        done.studentised,
        done.degrees,
        done.condition,
        (between,),
        (),
    )


def _degrees(done: Solved, column: Ints, count: int, free_exponent: bool) -> Floats:
    """Degrees of freedom of each constant's interval: its element's own rows; of the exponent all rows."""
    own = [float(done.degrees[column == at].min()) for at in range(count)]
    return np.array([*own, float(len(column) - len(done.values))] if free_exponent else own)
