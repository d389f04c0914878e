"""What moves one number of a plant: every factor by itself, and the variance of the strongest and of all others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..flowsheet import Result
from .attempts import figures_of
from .evaluations import Evaluations, StudyError, model
from .factors import Factor, factors
from .outputs import outputs
from .sobol import Indices, Sobol, blocks, check_rows, sobol
from .tornado import Bar, Tornado, tornado

SEED = 1
TOP = 10
"""Factors that stand by themselves among Sobol' indices; the others are varied too, as one block."""


@dataclass(frozen=True)
class Sensitivity:
    """What moves `output` of a plant; `sobol` is None where no indices were asked for."""

    result: Result
    output: str
    seed: int
    top: int
    factors: tuple[Factor, ...]
    tornado: Tornado
    sobol: Sobol | None

    @property
    def nominal(self) -> float:
        """The output of the plant as written."""
        return self.tornado.nominal(self.output)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """Every factor with what it does alone, the strongest first."""
        return self.tornado.bars(self.output)

    @property
    def indices(self) -> Indices | None:
        """Sobol' indices of the output; None where none were asked for, or `lacking` says why there are none."""
        return None if self.sobol is None or self.lacking is not None else self.sobol.indices(self.output)

    @property
    def lacking(self) -> StudyError | None:
        """Why there are no indices although they were asked for: too few rows, and what failed in the others."""
        return None if self.sobol is None else self.sobol.lacking(self.output)


def main_output(result: Result) -> str:
    """The number that is asked about where none is named: what a kg of the main product costs."""
    return f"cost.{result.main_product}"


def sensitivity(
    result: Result,
    output: str | None = None,
    *,
    rows: int = 0,
    top: int = TOP,
    seed: int = SEED,
    tell: Callable[[str], None] = lambda words: None,
) -> Sensitivity:
    """What moves an output of a plant that is solved at its own values.

    `rows` of a Saltelli design, a power of 2, give Sobol' indices of the `top` strongest factors of the tornado, in
    rows × (top + 3) cases; 0 gives none, and too few rows that can be solved give none either (`lacking`). `tell` hears
    what is done next. Raises OutputUnknown, StudyError, FactorError.
    """
    of = main_output(result) if output is None else output
    Evaluations(outputs(result)).of(of)
    if rows:
        check_rows(rows)
    every = factors([result.flowsheet], {result.flowsheet.name: figures_of(result)})
    solved = model(result)
    tell(f"{len(every)} factors one at a time, {2 * len(every) + 1} cases")
    alone = tornado(every, solved)
    bars = alone.bars(of)
    found = None
    if rows:
        strongest = [bar.factor for bar in bars[:top] if bar.swing > 0.0]
        parts = blocks(every, strongest)
        tell(f"Sobol' indices, {rows * (len(parts) + 2)} cases")
        found = sobol(every, parts, solved, rows, seed)
    return Sensitivity(result, of, seed, top, every, alone, found)
