"""Sobol' indices: which part of a result's variance is whose, by itself and with all that it acts together with.

Factors are independent; those of a block are swapped together, so a block of many is one row of the table while each
of its factors still has a quantile of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .evaluations import Evaluations, Failed, Model, StudyError
from .factors import Factor
from .sampling import at, quantiles

Array = NDArray[np.float64]

REST = "the rest"
CONFIDENCE = 0.95
RESAMPLES = 999
LEAST_ROWS = 8
"""Rows below which no index is worth a number."""
REASONS = 3
"""Reasons that an error names."""
USUAL_ROWS = 256
"""Rows that tell the strong factors of a plant from the weak."""
WIDE = 0.25
"""Part of the variance that an interval spans where an index tells little: ± 12 points. A judgement."""
OVER = 0.05
"""By how much an index alone may exceed that with interactions, and their sum 1, and pass for noise. A judgement."""


@dataclass(frozen=True, slots=True)
class Block:
    """Factors that are swapped together, by their places among all factors."""

    name: str
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """The part of the variance that a block has: alone (`first`) and with its interactions (`total`), with intervals.

    An estimate: small ones may come out below 0.
    """

    block: Block
    first: float
    first_range: tuple[float, float]
    total: float
    total_range: tuple[float, float]


@dataclass(frozen=True)
class Indices:
    """Indices of one output over the rows of the design that could be solved, largest total first."""

    output: str
    mean: float
    deviation: float
    rows: tuple[Index, ...]
    used: int

    @property
    def widest(self) -> float:
        """How much of the variance, 0..1, the widest interval spans."""
        spans = [high - low for row in self.rows for low, high in (row.first_range, row.total_range)]
        return max(spans, default=0.0)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why there are too few rows to trust the indices, in words; empty where there are enough.

        Alone can truly be no more than with interactions, and no more than 1 in sum: estimates of few rows are.
        """
        out = []
        if self.widest > WIDE:
            out.append(f"an interval spans {100.0 * self.widest:.0f} points of the variance")
        above = [row.block.name for row in self.rows if row.first > row.total + OVER]
        if above:
            who = f"{above[0]} comes" if len(above) == 1 else f"{above[0]} and others come"
            out.append(f"{who} out larger alone than with interactions")
        if (whole := sum(row.first for row in self.rows)) > 1.0 + OVER:
            out.append(f"alone they add up to {100.0 * whole:.0f} %")
        return tuple(out)

    @property
    def rows_wanted(self) -> int:
        """Rows to ask for next, a power of 2: intervals shrink with their root."""
        return max(USUAL_ROWS, 2 << (self.used - 1).bit_length())


@dataclass(frozen=True)
class Sobol:
    """All outputs at the points of a Saltelli design, shape (blocks + 2, samples): A, B, then A with a block from B.

    `failures` count cases row after row of that shape; `inputs` are the values by path that each of them had.
    """

    blocks: tuple[Block, ...]
    samples: int
    seed: int
    values: Mapping[str, Array]
    failures: tuple[Failed, ...] = ()
    inputs: tuple[Mapping[str, float], ...] = ()

    @property
    def evaluations(self) -> int:
        """How many cases were solved or tried."""
        return self.samples * (len(self.blocks) + 2)

    @property
    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Why cases have no solution, unit and reason, and how many of them, the commonest first."""
        found = Counter(f"{one.unit}: {one.reason}" if one.unit else one.reason for one in self.failures)
        return tuple(found.most_common())

    def used(self, output: str) -> int:
        """How many rows of the design have an output in all of their cases. Raises OutputUnknown."""
        return int(self._kept(output).sum())

    def lacking(self, output: str) -> StudyError | None:
        """Why there are no indices of an output: too few rows, and what failed in the others. Raises OutputUnknown."""
        used = self.used(output)
        if used >= LEAST_ROWS:
            return None
        told = "".join(f"; {times} × {reason}" for reason, times in self.reasons[:REASONS])
        more = max(2 * self.samples, USUAL_ROWS)
        inputs = "; --json tells the inputs of every case that has no solution" if self.failures else ""
        return StudyError(
            f"no Sobol' indices: {output} has a value in {used} of {self.samples} rows of the design, and {LEAST_ROWS} "
            f"are needed{told}",
            f"ask for more rows, such as {more}, or narrow the spreads{inputs}",
        )

    def indices(self, output: str) -> Indices:
        """Indices of an output. A row of the design counts only where all of its cases have a value.

        First order after Saltelli (2010), total after Jansen (1999), by scipy; intervals by bootstrap over the rows,
        95 %. Raises OutputUnknown, and StudyError where too few rows are left.
        """
        lacking = self.lacking(output)
        if lacking is not None:
            raise lacking
        kept = self._kept(output)
        found = Evaluations(self.values).of(output)[:, kept]
        first, total = estimate(found)
        (first_low, total_low), (first_high, total_high) = _intervals(found, self.seed)
        both = found[:2]
        rows = [
            Index(
                block,
                float(first[i]),
                (float(first_low[i]), float(first_high[i])),
                float(total[i]),
                (float(total_low[i]), float(total_high[i])),
            )
            for i, block in enumerate(self.blocks)
        ]
        rows.sort(key=lambda row: -row.total)
        return Indices(output, float(both.mean()), float(both.std()), tuple(rows), int(kept.sum()))

    def _kept(self, output: str) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(Evaluations(self.values).of(output)).all(axis=0))


def blocks(factors: Sequence[Factor], chosen: Sequence[Factor]) -> tuple[Block, ...]:
    """A block for each chosen factor, and one for all others together, where there are any."""
    place = {factor.name: column for column, factor in enumerate(factors)}
    out = [Block(factor.name, (place[factor.name],)) for factor in chosen]
    single = {column for block in out for column in block.columns}
    others = tuple(column for column in range(len(factors)) if column not in single)
    if others:
        out.append(Block(f"{REST} ({len(others)})", others))
    return tuple(out)


def sobol(factors: Sequence[Factor], parts: Sequence[Block], model: Model, samples: int, seed: int) -> Sobol:
    """The design solved as one batch of samples × (blocks + 2) cases.

    `samples` is a power of 2. A point that cannot be solved takes its row of the design with it, in all of them: what
    is left is still a sample of the plants that work. Raises StudyError.
    """
    check_rows(samples)
    if not parts:
        raise StudyError("nothing varies: no value has a spread, and no figure of the data a range", "give spreads")
    count = len(factors)
    both = quantiles(2 * count, 0, samples, seed)
    one, two = both[:, :count], both[:, count:]
    designs = [one, two]
    for block in parts:
        mixed = one.copy()
        mixed[:, block.columns] = two[:, block.columns]
        designs.append(mixed)
    drawn = at(factors, np.concatenate(designs))
    if len(drawn) != 1:
        raise StudyError("indices are of one plant at a time", "make factors of one flowsheet")
    changes = next(iter(drawn.values()))
    found = model(changes)
    inputs = tuple({path: float(column[one.index]) for path, column in changes.items()} for one in found.failures)
    values = {name: column.reshape(len(designs), samples) for name, column in found.values.items()}
    return Sobol(tuple(parts), samples, seed, values, found.failures, inputs)


def check_rows(samples: int) -> None:
    """Raises StudyError for a number of rows that Sobol' points do not come in."""
    if samples < LEAST_ROWS or samples & (samples - 1):
        near = max(LEAST_ROWS, 1 << max(samples - 1, 1).bit_length())
        raise StudyError(f"{samples} rows; Sobol' points need a power of 2, {LEAST_ROWS} or more", f"such as {near}")


def estimate(table: Array) -> tuple[Array, Array]:
    """First-order and total indices, shape (blocks,) each, from values of shape (blocks + 2, rows)."""
    rows = table.shape[1]
    if rows & (rows - 1):
        return _saltelli(table)
    from scipy.stats import sobol_indices

    func = {"f_A": table[:1], "f_B": table[1:2], "f_AB": table[2:, None, :]}
    found = sobol_indices(func=func, n=rows)
    return np.atleast_1d(found.first_order), np.atleast_1d(found.total_order)


def _saltelli(table: Array) -> tuple[Array, Array]:
    """As scipy's own estimator, which takes no other number of rows than a power of 2."""
    centred = table - table[:2].mean()
    a, b, mixed = centred[0], centred[1], centred[2:]
    variance = centred[:2].var()
    if not variance > 0.0:
        return np.zeros(len(mixed)), np.zeros(len(mixed))
    first = (b * (mixed - a)).mean(axis=1) / variance
    return first, 0.5 * np.square(a - mixed).mean(axis=1) / variance


def _intervals(table: Array, seed: int) -> tuple[Array, Array]:
    """Low and high of both indices, shape (2, blocks) each: percentiles over rows drawn again.

    The bootstrap that scipy's result offers takes no seed, so its intervals would differ from run to run.
    """
    from scipy.stats import bootstrap

    found = bootstrap(
        (np.arange(table.shape[1]),),
        lambda rows: np.stack(_saltelli(table[:, rows])),
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        vectorized=False,
        random_state=np.random.default_rng(seed),
    )
    return np.asarray(found.confidence_interval.low), np.asarray(found.confidence_interval.high)
