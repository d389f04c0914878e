"""Which compositions the models of magnets are made for, by family; what lies outside is told in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..data.facts import Fact, fact, rows
from ..elements import COUNT, INDEX, indices
from ..sums import per_sample

Array = NDArray[np.float64]
Words = Callable[[int], tuple[str, str]]

IRON = "R-Fe-B"
FAMILIES = (IRON, "SmCo5", "Sm2Co17")
GASES = ("H", "C", "N", "O", "Ar")
"""No metals: what oxygen, nitrogen and carbon bind is for the phases to tell, hydrogen and argon are no part."""
REST = {IRON: "Fe", "SmCo5": "Co", "Sm2Co17": "Co"}
"""What an alloy of a family is filled up with, so that its share follows from the others."""
ROUNDING = 1e-9
_NAMES = {"RE": "rare earths", "others": "other elements"}


@dataclass(frozen=True, eq=False)
class Range:
    """The mass shares that elements may have together; `fact` is in wt %, `columns` are those of `elements`."""

    elements: str
    columns: NDArray[np.intp]
    fact: Fact

    @property
    def title(self) -> str:
        """What they are called in a sentence."""
        *first, last = self.elements.split("+")
        return _NAMES.get(last, f"{', '.join(first)} and {last}" if first else last)

    def sentence(self, share: float) -> tuple[str, str]:
        """Reason and remedy of a mass share outside."""
        low, high = self.fact.low, self.fact.high
        reason = (
            f"{100.0 * share:.4g} % of {self.title} is outside the {low:g} to {high:g} % that the model is made for"
        )
        down = share > self.fact.value / 100.0
        if self.elements == "others":
            return reason, "clean the feed, or leave them out of the alloy"
        return reason, f"{'lower' if down else 'raise'} {self.title}; usual is about {self.fact.value:g} %"


@cache
def ranges(family: str = IRON) -> tuple[Range, ...]:
    """The ranges of a family: "R-Fe-B", "SmCo5" or "Sm2Co17". Source: data/magnet_window.csv, all assumptions.

    >>> [(each.elements, each.fact.high) for each in ranges()][1:4]
    [('B', 2.5), ('Fe', 76.0), ('Co', 20.0)]
    """
    found = {row["elements"]: fact(row) for row in rows("magnet_window") if row["family"] == family}
    if not found:
        raise ValueError(f"no magnets {family!r}; choose {', '.join(FAMILIES)}")
    named = {name: np.array(indices(name.split("+"))) for name in found if name != "others"}
    taken = {*GASES, REST[family]}
    kept = np.setdiff1d(np.arange(COUNT), [INDEX[name] for name in taken])
    named["others"] = np.setdiff1d(kept, np.concatenate(list(named.values())))
    return tuple(Range(name, named[name], one) for name, one in found.items())


@cache
def _limits(family: str) -> tuple[Array, Array]:
    """The ends of the ranges as mass shares, (ranges,) each."""
    low, high = (np.array([getattr(each.fact, end) for each in ranges(family)]) / 100.0 for end in ("low", "high"))
    return low - ROUNDING, high + ROUNDING


def shares(composition: Array, family: str = IRON) -> Array:
    """Mass shares (samples, ranges) of what each range counts, in all but hydrogen and argon; 0 where there is nothing.

    `composition` is kg of each element on any scale, (samples, elements).
    """
    by = ranges(family)
    whole = per_sample(composition) - composition[:, INDEX["H"]] - composition[:, INDEX["Ar"]]
    weight = np.where(whole > 0.0, whole, np.inf)
    out = np.empty((len(composition), len(by)))
    for k, each in enumerate(by):
        one = len(each.columns) == 1
        out[:, k] = composition[:, each.columns[0]] if one else per_sample(composition[:, each.columns])
        out[:, k] /= weight
    return out


def beyond(composition: Array, family: str = IRON) -> tuple[NDArray[np.bool_], Words]:
    """Which samples lie outside (never one without mass), and reason and remedy of one of them.

    `composition` is kg of each element on any scale, (samples, elements).
    """
    held = shares(composition, family)
    low, high = _limits(family)
    some = np.asarray(held.any(axis=1))[:, None]
    out = np.asarray(((held < low) | (held > high)) & some)

    def words(sample: int) -> tuple[str, str]:
        return _worst(held[sample], out[sample], family)

    return np.asarray(out.any(axis=1)), words


def outside(composition: Array, family: str = IRON) -> list[tuple[str, ...]]:
    """What is wrong with each composition, in sentences; none where it is inside.

    >>> alloy = np.zeros((1, COUNT))
    >>> alloy[0, [INDEX["Nd"], INDEX["Fe"], INDEX["B"]]] = 31.0, 66.5, 2.6
    >>> outside(alloy)
    [('2.597 % of B is outside the 0.5 to 2.5 % that the model is made for; lower B; usual is about 0.97 %',)]
    """
    held = shares(composition, family)
    bad, _ = beyond(composition, family)
    low, high = _limits(family)
    return [
        tuple(
            "; ".join(each.sentence(float(held[n, k])))
            for k, each in enumerate(ranges(family))
            if not low[k] <= held[n, k] <= high[k]
        )
        if bad[n]
        else ()
        for n in range(len(held))
    ]


def _worst(held: Array, bad: NDArray[np.bool_], family: str) -> tuple[str, str]:
    """Reason and remedy of what lies out farthest, over the width of its range; iron follows from the others."""
    by = ranges(family)
    low, high = _limits(family)
    far = np.maximum(low - held, held - high) / (high - low)
    far = np.where(bad, far, -1.0)
    for k, each in enumerate(by):
        if each.elements == REST[family] and np.delete(bad, k).any():
            far[k] = -1.0
    k = int(np.argmax(far))
    return by[k].sentence(float(held[k]))
