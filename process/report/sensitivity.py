"""What moves a result, as tables: factors one at a time, and the variance by Sobol' indices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..studies.outputs import unit_of
from ..studies.sobol import REASONS
from .figures import amount, percent
from .tables import row, sentences, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.table import Table

    from ..studies.factors import Factor
    from ..studies.sensitivity import Sensitivity
    from ..studies.sobol import Indices

SHOWN = 15
"""Factors of the table; the document has all."""
LOW, HIGH = 0.05, 0.95
"""Quantiles that the table shows."""
FRACTIONS = ("recovery", "irr")


def unit(output: str) -> str:
    """The unit of an output, empty for a fraction or where the target says it.

    >>> unit("cost.magnet"), unit("cost.magnet.labour"), unit("recovery.Nd")
    ('USD/kg', 'USD/kg', '')
    """
    found = unit_of(output)
    return "" if found == "1" else found


def value(output: str, number: float) -> str:
    """An output's value as a reader sees it."""
    return percent(number, 2) if output.partition(".")[0] in FRACTIONS else amount(number)


def page(found: Sensitivity) -> list[RenderableType]:
    """All of it."""
    indices = found.indices
    tables: list[RenderableType] = [one_at_a_time(found)]
    if indices is not None:
        tables.append(variance(found, indices))
    told = list(_remarks(found, indices))
    return [*tables, sentences(told)] if told else tables


def setting(factor: Factor, quantile: float) -> str:
    """What a factor is at a quantile, with its unit; of a group that it is one."""
    if len(factor.members) > 1:
        return f"{len(factor.members)} values"
    (member,) = factor.members
    at = float(member.at(quantile))
    return f"{amount(at)}{'' if member.unit == '1' else ' ' + member.unit.replace('degC', '°C')}"


def ends(factor: Factor) -> str:
    """What a factor goes from and to in the table, with its unit."""
    if len(factor.members) > 1:
        return setting(factor, LOW)
    low = amount(float(factor.members[0].at(LOW)))
    return f"{low} to {setting(factor, HIGH)}"


def one_at_a_time(found: Sensitivity) -> Table:
    """The tornado: the strongest factors at their 5th and 95th percentile, all others as written."""
    of = found.output
    words = f" {unit(of)}" if unit(of) else ""
    made = table(
        f"What moves {of}, one at a time: {value(of, found.nominal)}{words} as written",
        ["factor", "from its 5 % to its 95 %"],
        ["at 5 %", "at 95 %", "swing", "share"],
        f"the {min(SHOWN, len(found.bars))} strongest of {len(found.bars)} factors; the share is that of the variance, "
        "were all linear and nothing acting together",
    )
    for bar in found.bars[:SHOWN]:
        row(
            made,
            bar.factor.name,
            ends(bar.factor),
            value(of, bar.at_low),
            value(of, bar.at_high),
            value(of, bar.swing),
            percent(bar.share),
        )
    return made


def variance(found: Sensitivity, indices: Indices) -> Table:
    """Sobol' indices with their intervals."""
    of, study = found.output, found.sobol
    assert study is not None
    words = f" {unit(of)}" if unit(of) else ""
    made = table(
        f"Variance of {of}: {value(of, indices.mean)} ± {value(of, indices.deviation)}{words}",
        ["factor"],
        ["alone", "95 % interval", "with interactions", "95 % interval"],
        f"Sobol' indices of {indices.used} of {study.samples} rows of the design, {study.evaluations} cases, seed "
        f"{study.seed}",
    )
    for index in indices.rows:
        row(
            made,
            index.block.name,
            percent(index.first),
            _interval(index.first_range),
            percent(index.total),
            _interval(index.total_range),
        )
    return made


def _interval(ends: tuple[float, float]) -> str:
    low, high = (percent(end).removesuffix(" %") for end in ends)
    return f"{low} to {high} %"


def _remarks(found: Sensitivity, indices: Indices | None) -> Iterator[tuple[str, str, str]]:
    unsolved = found.tornado.unsolved
    for one in unsolved[:5]:
        where = f"{one.unit}: " if one.unit else ""
        yield "not solved", "", f"{one.factor.name} at {setting(one.factor, one.quantile)}: {where}{one.reason}"
    if len(unsolved) > 5:
        yield "not solved", "", f"… and {len(unsolved) - 5} factors more, all in the document"
    yield from (("too few rows", "", words) for words in warnings(indices))
    if found.sobol is None or not found.sobol.failures:
        return
    study = found.sobol
    left = study.samples - study.used(found.output)
    failed = f"{len(study.failures)} of {study.evaluations} cases of the design; {left} of its rows do not count"
    yield "not solved", "", failed
    for reason, times in study.reasons[:REASONS]:
        yield "not solved", "", f"{times} × {reason}"


def warnings(indices: Indices | None) -> list[str]:
    """Why indices are not to be trusted, and how many rows would do."""
    if indices is None or not indices.doubts:
        return []
    return [f"{'; '.join(indices.doubts)}: ask for --sobol {indices.rows_wanted}"]
