"""The numbers of a batch of circuits by parameter name, one array a name with the cases first."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...wording import suggestion
from ..errors import CascadeError
from .layout import Layout
from .streams import Aqueous, Organic, span

Floats = NDArray[np.float64]

MOST_LOG_K = 100.0
"""Largest log10 K, either sign: beyond it the concentrations leave what a floating-point number can hold."""

_ABOVE_ZERO = ("flow", "concentration", "efficiency", "base_strength")
_MOST = {
    "onward": 1.0,
    "efficiency": 1.0,
    "crud": 0.5,
    "organic_in_aqueous": 0.5,
    "aqueous_in_organic": 0.5,
}
"""What a parameter may be at most, by its last word, as where a circuit is built."""


class Values:
    """Parameter name → (cases,), such as "organic.flow", "scrub.acid", "feed.Nd" or "log_k.Nd"; units as in the parts.

    ``cases`` is the number of cases; what a batch does not change is the same in all.
    """

    def __init__(self, cases: int, table: Mapping[str, Floats]) -> None:
        self.cases = cases
        self._table = dict(table)

    def __getitem__(self, name: str) -> Floats:
        return self._table[name]

    def __contains__(self, name: str) -> bool:
        return name in self._table

    def rows(self, wanted: NDArray[np.intp]) -> Values:
        """The same parameters for some of the cases."""
        return Values(len(wanted), {name: array[wanted] for name, array in self._table.items()})

    def case(self, at: int) -> dict[str, float]:
        """All parameters of one case."""
        return {name: float(array[at]) for name, array in self._table.items()}


def parameters(
    organic: Organic,
    layout: Layout,
    draws: Mapping[int, float],
    organic_draws: Mapping[int, float],
    log_k: Mapping[str, float],
) -> dict[str, float]:
    """Every number of a circuit that a batch may vary, by its name."""
    out = {
        "organic.flow": organic.flow,
        "organic.concentration": organic.concentration,
        "organic.saponification": organic.saponification,
        "organic.crud": organic.crud,
        "organic.solubility": organic.solubility,
    }
    if organic.base_strength is not None:
        out["organic.base_strength"] = organic.base_strength
    out.update({f"organic.load.{name}": value for name, value in organic.load.items()})
    for inlet in layout.inlets:
        assert isinstance(inlet.stream, Aqueous)
        out[f"{inlet.label}.flow"] = inlet.stream.flow
        out[f"{inlet.label}.acid"] = inlet.stream.acid
        out.update({f"{inlet.label}.{name}": value for name, value in inlet.stream.metals.items()})
    for inlet in layout.side_organics:
        assert isinstance(inlet.stream, Organic)
        out[f"{inlet.label}.flow"] = inlet.stream.flow
        out[f"{inlet.label}.saponification"] = inlet.stream.saponification
        out.update({f"{inlet.label}.load.{name}": value for name, value in inlet.stream.load.items()})
    for at, section in enumerate(layout.sections):
        out[f"{section.name}.efficiency"] = section.efficiency
        if at:  # the first section's aqueous leaves as raffinate
            out[f"{section.name}.onward"] = section.share_onward
        out[f"{section.name}.organic_in_aqueous"] = section.organic_in_aqueous
        out[f"{section.name}.aqueous_in_organic"] = section.aqueous_in_organic
    out.update({f"draw {stage + 1}": share for stage, share in draws.items()})
    out.update({f"organic draw {stage + 1}": share for stage, share in organic_draws.items()})
    out.update({f"log_k.{name}": value for name, value in log_k.items()})
    return out


def limits_of(name: str) -> tuple[float, float, bool]:
    """The least and the most that a parameter may be, and whether it must be above its least.

    >>> limits_of("scrub.efficiency"), limits_of("draw 4"), limits_of("feed.Nd")
    ((0.0, 1.0, True), (0.0, 1.0, False), (0.0, inf, False))
    """
    if name.startswith("log_k."):
        return -MOST_LOG_K, MOST_LOG_K, False
    if name.startswith(("draw ", "organic draw ")):
        return 0.0, 1.0, False
    word = name.rsplit(".", 1)[-1]
    return 0.0, _MOST.get(word, math.inf), word in _ABOVE_ZERO


def _column(name: str, given: ArrayLike, cases: int | None) -> Floats:
    try:
        column = np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise CascadeError(f"{name} holds something that is not a number; give floats, one for each case") from None
    if column.ndim > 1 or (column.ndim == 1 and cases is not None and len(column) != cases):
        raise CascadeError(f"{name} has the shape {column.shape}; give one number or ({cases},), one for each case")
    least, most, above = limits_of(name)
    bad = ~np.isfinite(column) | (column < least) | (column > most)
    if above:
        bad |= column <= least
    if bad.any():
        case = int(np.argmax(np.atleast_1d(bad)))
        raise CascadeError(
            f"{name} is {float(np.atleast_1d(column)[case]):g} in case {case}; give {span(least, most, above)}",
            case=case,
        )
    return column


def spread(scalars: Mapping[str, float], changes: Mapping[str, ArrayLike]) -> Values:
    """Scalars and what a batch changes as arrays of one length. Raises CascadeError for unknown names and bad numbers.

    >>> spread({"organic.flow": 2.0, "feed.Nd": 1.0}, {"organic.flow": [2.0, 3.0]})["feed.Nd"].tolist()
    [1.0, 1.0]
    """
    cases: int | None = None
    columns = {}
    for name, given in changes.items():
        if name not in scalars:
            near = suggestion(str(name), scalars)
            raise CascadeError(f"{name!r} is no parameter of this circuit; they are {', '.join(scalars)}{near}")
        column = _column(name, given, cases)
        if column.ndim:
            cases = len(column)
        columns[name] = column
    count = 1 if cases is None else cases
    table = {name: np.full(count, value) for name, value in scalars.items()}
    table.update({name: np.broadcast_to(column, (count,)).copy() for name, column in columns.items()})
    return Values(count, table)
