"""What every equilibrium model gives: one contact, and the constants that a circuit needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...wording import suggestion
from ..errors import CascadeError

Floats = NDArray[np.float64]
Amounts = ArrayLike | Mapping[str, ArrayLike]
"""Concentrations in mol/L: (cases, elements), (elements,) for one case, or element → number or (cases,)."""

SOAPS = frozenset({"Na", "K", "NH4", "Mg", "Ca"})
"""Cations of a saponified extractant; they do not count as loading."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One quantity of one case that left a limit, in the unit that its `sentence` names; `case` counts from 0.

    `stage` counts from 1 over a row of stages, None for a single contact.
    `kind` is "range" where the constants are used outside the conditions that they were measured in, and "bound"
    where the plant itself would fail (third phase or gel, hydrolysis).
    """

    case: int
    quantity: str
    value: float
    low: float
    high: float
    kind: str
    sentence: str
    stage: int | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Contact:
    """Two phases at equilibrium, mol/L, rows are cases and columns `elements`.

    `aqueous`, `organic` and `distribution` (organic over aqueous) are (cases, elements); `ph` is −log10 of the
    proton's concentration in mol/L, `free_extractant` is in active units in mol/L, `loading` is the share of the
    stoichiometric loading that is taken by ions other than soap cations, all (cases,). A model without acid or
    extractant leaves `ph` and `free_extractant` None. `flags` name every limit that was left, `assumptions` what the
    constants used rest on without a measurement.
    """

    elements: tuple[str, ...]
    aqueous: Floats
    organic: Floats
    distribution: Floats
    ph: Floats | None
    free_extractant: Floats | None
    loading: Floats
    flags: tuple[Flag, ...]
    assumptions: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Contact of {', '.join(self.elements)}: {len(self.aqueous)} cases, {len(self.flags)} flags>"

    def of(self, element: str) -> tuple[Floats, Floats]:
        """Aqueous and organic concentration of one element, mol/L, (cases,) each. Raises CascadeError."""
        at = position(element, self.elements)
        return self.aqueous[:, at], self.organic[:, at]


class EquilibriumModel(Protocol):
    """An equilibrium between an aqueous and an organic phase, concentrations in mol/L.

    In a circuit the distribution of element i on stage n is D = exp(log_k[n, i] + exponent[n, i]·u[n]), with one
    unknown u a stage: ln(free extractant/proton) for mass action, −ln(proton) for correlations, ln of the stage
    scalar for exchange.
    """

    @property
    def elements(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    def charges(self) -> Floats:
        """Charge of each ion, (elements,)."""

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the constants rest on without a measurement, with ranges, a sentence each."""

    @property
    def active_total(self) -> float:
        """Active extractant units, free and bound, mol/L; for exchange what the organic carries in all, mol/L."""

    def exponents(self, free: ArrayLike | None = None) -> Floats:
        """Slope of ln D over u, (..., elements), at a free extractant (mol/L, (...))."""

    def log_constants(
        self, anion: ArrayLike = 0.0, aqueous: ArrayLike | None = None, free: ArrayLike | None = None
    ) -> Floats:
        """ln D at u = 0, (..., elements), at an anion and aqueous and free extractant concentrations in mol/L."""

    def contact(
        self,
        feed_aqueous: Amounts,
        feed_organic: Amounts | None = None,
        *,
        acid: ArrayLike = 0.0,
        ratio: ArrayLike = 1.0,
    ) -> Contact:
        """One equilibrium stage: feeds in mol/L, `acid` the feed's free H+ in mol/L, `ratio` O/A by volume."""


def position(element: str, elements: tuple[str, ...]) -> int:
    """The column of an element. Raises CascadeError with the nearest name.

    >>> position("Nd", ("La", "Nd"))
    1
    """
    if element not in elements:
        raise CascadeError(
            f"{element!r} is not in this model{suggestion(str(element), elements) or ';'} "
            f"it holds {', '.join(elements)}",
            element=element,
        )
    return elements.index(element)


def amounts(given: Amounts | None, elements: tuple[str, ...], what: str) -> Floats:
    """Concentrations in mol/L as (cases, elements); elements that a mapping leaves out are 0, as is None.

    Raises CascadeError for an unknown element, a wrong shape, or a concentration that is negative or not finite.

    >>> amounts({"Nd": [0.1, 0.2]}, ("La", "Nd"), "feed").tolist()
    [[0.0, 0.1], [0.0, 0.2]]
    """
    if given is None:
        given = {}
    if isinstance(given, Mapping):
        columns = {position(str(name), elements): numbers(value, f"{what} of {name}") for name, value in given.items()}
        cases = max((len(column) for column in columns.values()), default=1)
        table = np.zeros((cases, len(elements)))
        for at, column in columns.items():
            if len(column) not in (1, cases):
                raise CascadeError(
                    f"{what} of {elements[at]} has {len(column)} cases and another element {cases}; give as many",
                    element=elements[at],
                )
            table[:, at] = column
    else:
        table = np.atleast_2d(numeric(given, what))
    if table.ndim != 2 or table.shape[1] != len(elements):
        raise CascadeError(
            f"{what} has the shape {table.shape}; give (cases, {len(elements)}) for {len(elements)} ions"
        )
    if not len(table):
        raise CascadeError(f"{what} has no cases; give at least one")
    wrong = np.argwhere(~(np.isfinite(table) & (table >= 0.0)))
    if len(wrong):
        case, at = (int(index) for index in wrong[0])
        raise CascadeError(
            f"{what} of {elements[at]} is {table[case, at]:g} mol/L; give a finite concentration, not negative",
            element=elements[at],
            case=case,
        )
    return table


def numeric(given: object, what: str) -> Floats:
    """A copy of numbers of any shape and unit as float64. Raises CascadeError for anything else.

    >>> numeric([1, 2], "start").tolist()
    [1.0, 2.0]
    """
    try:
        if np.asarray(given).dtype.kind in "bSU":
            raise TypeError
        return np.array(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise CascadeError(f"{what} is {given!r}; give numbers") from None


def numbers(given: ArrayLike, what: str) -> Floats:
    """One number a case, (cases,). Raises CascadeError.

    >>> numbers(2, "ratio").tolist()
    [2.0]
    """
    column = np.atleast_1d(numeric(given, what))
    if column.ndim != 1 or not len(column):
        raise CascadeError(f"{what} has the shape {column.shape}; give one number or one for each case")
    return column


def positive(given: ArrayLike, what: str, unit: str, *, zero: bool = False) -> Floats:
    """One finite number above zero (or zero too) a case, (cases,), in `unit`. Raises CascadeError.

    >>> positive([1, 2], "ratio", "L/L").tolist()
    [1.0, 2.0]
    """
    column = numbers(given, what)
    wrong = np.flatnonzero(~(np.isfinite(column) & ((column >= 0.0) if zero else (column > 0.0))))
    if len(wrong):
        least = "not negative" if zero else "above zero"
        case = int(wrong[0])
        value = f"{column[case]:g} {unit}".strip()
        raise CascadeError(f"{what} is {value}; give a finite number {least}", case=case)
    return column


def single(given: object, what: str, unit: str, *, zero: bool = False) -> float:
    """One finite number above zero (or zero too), in `unit`; a list is refused. Raises CascadeError.

    >>> single(2, "dose", "vol%")
    2.0
    """
    if numeric(given, what).ndim:
        raise CascadeError(f"{what} is {given!r}; give one number")
    return float(positive(given, what, unit, zero=zero)[0])  # type: ignore[arg-type]


def named(given: object, known: Iterable[str], owner: str, thing: str = "constant") -> tuple[str, ...]:
    """Names of elements in their order, each once and of `known`, those that `owner` has a `thing` for.

    Raises CascadeError with the nearest name.

    >>> named(["Nd", "La"], ("La", "Nd"), "P507")
    ('Nd', 'La')
    """
    everything = tuple(known)
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise CascadeError(f"elements is {given!r}; give a list of names such as ('La', 'Nd')")
    names = tuple(given)
    if not names:
        raise CascadeError(f"a model of {owner} needs at least one element; none given")
    for name in names:
        if name not in everything:
            guess = suggestion(str(name), everything) or ";"
            raise CascadeError(f"{owner} has no {thing} for {name!r}{guess} known are {', '.join(everything)}",
                               element=str(name))  # fmt: skip
        if names.count(name) > 1:
            raise CascadeError(f"{name} is named twice in {', '.join(names)}", element=name)
    return names


def rebuild(kind: type, given: Mapping[str, object]) -> object:
    """What pickle calls: a model from its arguments, since read-only mappings do not pickle."""
    return kind(**given)


def cases_of(**given: Floats) -> int:
    """How many cases arrays hold together: each has one row or that many. Raises CascadeError.

    >>> cases_of(ratio=np.ones(3), acid=np.ones(1))
    3
    """
    lengths = {name.replace("_", " "): len(array) for name, array in given.items()}
    most = max(lengths.values())
    for name, length in lengths.items():
        if length not in (1, most):
            raise CascadeError(f"{name} has {length} cases and another input {most}; give one or {most}")
    return most


def weighted(table: Floats, weights: Floats) -> Floats:
    """Sum over the last axis of table times weights, (...): the same bits however many cases stand beside.

    >>> weighted(np.array([[1.0, 2.0]]), np.array([3.0, 1.0])).tolist()
    [5.0]
    """
    return np.asarray(np.multiply(table, weights, order="C").sum(axis=-1))


def outside(
    quantity: str, values: Floats, limits: tuple[float, float], kind: str, what: str, consequence: str
) -> tuple[Flag, ...]:
    """A flag for every case, (cases,), whose value is outside `limits`; `what` is the value's name with its unit.

    >>> outside("ph", np.array([1.0, 5.0]), (0.0, 2.0), "range", "pH", "the constants are extrapolated")[0].sentence
    'pH is 5, outside 0 to 2: the constants are extrapolated'
    """
    low, high = limits
    slack = 1e-9 * (abs(high) if np.isfinite(high) else 0.0)
    found = np.flatnonzero((values < low - slack) | (values > high + slack))
    span = f"above {high:g}" if not np.isfinite(low) else f"below {low:g}" if not np.isfinite(high) else ""
    return tuple(
        Flag(
            int(case),
            quantity,
            float(values[case]),
            low,
            high,
            kind,
            f"{what} is {values[case]:.4g}, {span or f'outside {low:g} to {high:g}'}: {consequence}",
        )
        for case in found
    )
