"""What moves a result as a plain document; docs/json.md says what each key means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .figures import number
from .sensitivity import HIGH, LOW, unit, warnings

if TYPE_CHECKING:
    from ..studies.evaluations import StudyError
    from ..studies.factors import Member
    from ..studies.sensitivity import Sensitivity
    from ..studies.sobol import Index, Indices, Sobol
    from ..studies.tornado import Bar


def given(found: Sensitivity) -> list[tuple[str, str]]:
    """What was asked for, as parts of a digest."""
    rows = 0 if found.sobol is None else found.sobol.samples
    return [("of", found.output), ("rows", str(rows)), ("top", str(found.top)), ("seed", str(found.seed))]


def body(found: Sensitivity) -> dict[str, Any]:
    """The body of the document."""
    return {
        "plant": found.result.plan.name,
        "title": found.result.plan.title,
        "output": found.output,
        "unit": unit(found.output) or None,
        "nominal": number(found.nominal),
        "cases": found.tornado.cases,
        "seed": found.seed,
        "factors": [_bar(bar) for bar in found.bars],
        "unsolved": [
            {"factor": one.factor.name, "quantile": one.quantile, "unit": one.unit, "reason": one.reason}
            for one in found.tornado.unsolved
        ],
        "sobol": None if found.sobol is None else _sobol(found.sobol, found.indices, found.lacking, found.output),
    }


def _bar(bar: Bar) -> dict[str, Any]:
    return {
        "name": bar.factor.name,
        "members": [_member(one) for one in bar.factor.members],
        "output_at_5": number(bar.at_low),
        "output_at_95": number(bar.at_high),
        "swing": number(bar.swing),
        "share": number(bar.share),
    }


def _member(one: Member) -> dict[str, Any]:
    return {
        "path": one.path,
        "unit": one.unit,
        "nominal": number(one.nominal),
        "at_5": number(one.at(LOW)),
        "at_95": number(one.at(HIGH)),
        "against": one.against,
    }


def _sobol(study: Sobol, found: Indices | None, lacking: StudyError | None, output: str) -> dict[str, Any]:
    return {
        "rows": study.samples,
        "used": study.used(output),
        "cases": study.evaluations,
        "warnings": warnings(found) if lacking is None else [lacking.reason],
        "mean": None if found is None else number(found.mean),
        "standard_deviation": None if found is None else number(found.deviation),
        "indices": [] if found is None else [_index(one) for one in found.rows],
        "failures": [
            {"case": one.index, "unit": one.unit, "reason": one.reason, "inputs": dict(inputs)}
            for one, inputs in zip(study.failures, study.inputs, strict=True)
        ],
    }


def _index(one: Index) -> dict[str, Any]:
    return {
        "name": one.block.name,
        "factors": len(one.block.columns),
        "first": number(one.first),
        "first_low": number(one.first_range[0]),
        "first_high": number(one.first_range[1]),
        "total": number(one.total),
        "total_low": number(one.total_range[0]),
        "total_high": number(one.total_range[1]),
    }
