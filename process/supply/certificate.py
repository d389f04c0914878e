"""Proof of an optimum from its levels and prices alone: the solver's word is not taken.

With prices y of the rows, the reduced costs z = c - Aᵀy. Levels are optimal if they satisfy all rows and limits, the
prices have the right signs, and nothing with a price is slack; then the objective of the levels and that of the prices
agree (duality; Dantzig, Linear Programming and Extensions, 1963, ch. 6). Each is measured here, relative to what
flows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .matrix import Linear
from .system import Array

KILOGRAM = 1e-3
"""t/year below which a throughput is not told from nothing: residuals are relative to no less."""
FARTHING = 1e-6
"""Of the dearest column's cost, below which a price is not told from rounding: wrong signs are relative to no less."""
MOVED = 1e-8
"""Share of the objective that a wrong sign may be worth at the largest limit of all; less is no wrong sign. Costs that
are cheap beside a dear unmet demand are not told finer by the solver."""
PRIMAL, DUAL, GAP = 1e-9, 1e-6, 1e-9
"""The largest residuals that count as proved."""


@dataclass(frozen=True)
class Certificate:
    """How well an optimum is proved; all parts are relative and 0 at best.

    `primal`: the largest excess of a row or limit over its throughput. `dual`: the largest price of a wrong sign over
    the costs it is made of. `slack`: what is priced and yet slack, over the objective. `gap`: the objective of the
    levels less that of the prices, over the objective. `worst_row` is the row with the largest excess, `worst_column`
    the column with the wrongest price.
    """

    primal: float
    dual: float
    slack: float
    gap: float
    worst_row: int
    worst_column: int

    @property
    def proved(self) -> bool:
        """Whether all residuals are as small as rounding lets them be."""
        return self.worst <= 1.0

    @property
    def worst(self) -> float:
        """The largest part over what counts as proved; 1 or less is proved."""
        return max(self.primal / PRIMAL, self.dual / DUAL, self.slack / GAP, self.gap / GAP)

    def __str__(self) -> str:
        if self.proved:
            return f"optimum proved: gap {self.gap:.1e}, rows {self.primal:.1e}, prices {self.dual:.1e}"
        return (
            f"optimum not proved: gap {self.gap:.1e} and slack {self.slack:.1e} of {GAP:.0e}, "
            f"rows {self.primal:.1e} of {PRIMAL:.0e}, prices {self.dual:.1e} of {DUAL:.0e}"
        )


def excess(program: Linear, levels: Array) -> tuple[Array, Array]:
    """What each row is over its limits (rows,), and its throughput (rows,), both in the row's unit."""
    used = program.table @ levels
    over = np.maximum(np.maximum(used - program.most, program.least - used), 0.0)
    limits = np.maximum(np.abs(_finite(program.least)), np.abs(_finite(program.most)))
    return over, np.maximum(np.maximum(abs(program.table) @ np.abs(levels), limits), KILOGRAM)


def reduced(program: Linear, prices: Array) -> Array:
    """What the objective rises by per unit more of each column at the prices of the rows, shape (columns,)."""
    return np.asarray(program.cost - program.table.T @ prices)


def certify(program: Linear, levels: Array, prices: Array) -> Certificate:
    """How well levels (columns,) and prices of the rows (rows,), ∂objective/∂limit, prove each other optimal."""
    over, through = excess(program, levels)
    outside = np.maximum(np.maximum(program.low - levels, levels - program.high), 0.0)
    outside /= np.maximum(np.abs(levels), KILOGRAM)
    z = reduced(program, prices)
    weighed = np.abs(program.cost) + abs(program.table).T @ np.abs(prices)
    weighed = np.maximum(weighed, FARTHING * float(np.abs(program.cost).max(initial=0.0)))
    wrong = np.where(np.isinf(program.high), np.maximum(-z, 0.0), 0.0)
    wrong = np.maximum(wrong, np.where(np.isinf(program.low), np.maximum(z, 0.0), 0.0))
    worth = np.abs(np.concatenate([program.least, program.most, program.low, program.high]))
    reach = float(worth[np.isfinite(worth)].max(initial=0.0))
    wrong_row = np.where(np.isinf(program.most), np.maximum(-prices, 0.0), 0.0)
    wrong_row = np.maximum(wrong_row, np.where(np.isinf(program.least), np.maximum(prices, 0.0), 0.0))
    scale = float(np.abs(prices).max(initial=0.0))
    used = program.table @ levels
    parts = (
        np.maximum(prices, 0.0) * _finite(used - program.least),
        np.maximum(-prices, 0.0) * _finite(program.most - used),
        np.maximum(z, 0.0) * _finite(levels - program.low),
        np.maximum(-z, 0.0) * _finite(program.high - levels),
    )
    paid = program.cost * levels
    value = float(paid.sum())
    bound = float(
        (np.maximum(prices, 0.0) * _finite(program.least) - np.maximum(-prices, 0.0) * _finite(program.most)).sum()
        + (np.maximum(z, 0.0) * _finite(program.low) - np.maximum(-z, 0.0) * _finite(program.high)).sum()
    )
    size = max(float(np.abs(paid).sum()), abs(bound))
    told = _over(wrong, weighed)
    wrong = np.minimum(told, wrong * (reach * DUAL / (size * MOVED))) if size else told
    worst = float(np.max(np.concatenate([over / through, outside]), initial=0.0))
    return Certificate(
        primal=worst,
        dual=max(float(wrong.max(initial=0.0)), float(wrong_row.max(initial=0.0)) / scale if scale else 0.0),
        slack=sum(float(np.abs(part).sum()) for part in parts) / size if size else 0.0,
        gap=abs(value - bound) / size if size else 0.0,
        worst_row=int(np.argmax(over / through)) if len(over) else -1,
        worst_column=int(np.argmax(wrong)) if len(wrong) else -1,
    )


def _finite(values: Array) -> Array:
    """The values, 0 where infinite: there a price of the wrong sign is counted by itself."""
    return np.where(np.isfinite(values), values, 0.0)


def _over(part: Array, whole: Array) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)
