"""What `didymium gap --samples` adds: how likely a gap is by year when plants slip, and whose slip matters."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from .figures import NONE, amount, number, percent, plain
from .gap import shown_years
from .tables import row, table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.console import RenderableType
    from rich.table import Table

    from ..studies.gap_uncertainty import GapUncertainty

    Array = NDArray[np.float64]

MOST_PLANTS = 10
"""Plants whose slip is shown; the document has all."""
SHARES = (0.1, 0.25, 0.5)
"""Shares of the demand for magnets that may be unmet, for each the chance that more is."""
ITEMS = ("NdPr", "Dy", "Tb")


def page(found: GapUncertainty, years: Collection[int] = ()) -> list[RenderableType]:
    """The tables, the answer last."""
    at = shown_years(found.years, years)
    out: list[RenderableType] = [Text("\n".join([head(found), *(f"warning: {one}" for one in warnings(found))]))]
    if not found.solved.any():
        return out
    return [*out, capacity(found, at), influences(found), chances(found, at), unmet(found, at)]


def head(found: GapUncertainty) -> str:
    """What was run."""
    plants = len(found.fates.plants)
    said = f"{found.samples:,} samples, seed {found.seed}, by {found.method}; {plants:,} plants may be late or fail"
    return f"{said}; {'all' if not found.failures else f'{int(found.solved.sum()):,}'} solved"


def warnings(found: GapUncertainty) -> list[str]:
    """What a reader must know before any number."""
    out = []
    if found.failures:
        first = plain(found.failures[0].reason)
        out.append(
            f"{len(found.failures):,} of {found.samples:,} samples have no solution and count nowhere below, though "
            f"there the chain breaks altogether; the first: {first}"
        )
    if found.solved.sum() < 10:
        out.append("percentiles take 10 solved samples")
    return out


def _texts(found: GapUncertainty, values: Array, years: Sequence[int], as_share: bool = True) -> list[str]:
    numbers = [float(values[found.years.index(year)]) for year in years]
    return [percent(one, 0) if as_share else amount(one) for one in numbers]


def capacity(found: GapUncertainty, years: Sequence[int]) -> Table:
    """Chance that the focus' own capacity falls short, by stage and item."""
    made = table(
        "Chance that own capacity is less than what demand asks of it",
        ["stage", ""],
        [str(year) for year in years],
        "of plants of the focus as they run that year, whatever is imported; a gap below 0.1 % of the need is none",
    )
    for stage in dict.fromkeys(stage for stage, _ in found.rows):
        items = [item for one, item in found.rows if one == stage]
        for i, item in enumerate(items):
            name = stage.replace("_", " ") if i == 0 else ""
            texts = _texts(found, found.probability(stage, item), years)
            row(made, name, item if item != stage else "", *texts, section=item == items[-1])
    for item in ITEMS:
        if any(item == one for _, one in found.rows):
            row(
                made,
                "at any stage" if item == ITEMS[0] else "",
                item,
                *_texts(found, found.probability("", item), years),
            )
    return made


def influences(found: GapUncertainty) -> Table:
    """The plants whose slip unmet demand follows most."""
    made = table(
        "Whose slip matters",
        ["plant", "owner"],
        ["rank correlation", "unmet if never built, t/year", "built", "late by, year"],
        "of delay (never built: latest of all) with unmet magnets, mean of all years; unmet: mean without the plant "
        "less mean with it, other plants as they fall; chance alone makes a correlation of "
        f"{1.0 / max(float(found.solved.sum()), 1.0) ** 0.5:.2f}",
    )
    for one in found.influences()[:MOST_PLANTS]:
        extra = amount(one.not_built) if number(one.not_built) is not None else NONE
        late = f"{one.delay:.2f}" if number(one.delay) is not None else NONE
        row(made, one.plant, one.owner, f"{one.correlation:+.2f}", extra, percent(one.built, 0), late)
    return made


def chances(found: GapUncertainty, years: Sequence[int]) -> Table:
    """Chance of a gap in the solution: of any demand, and of more than some share of the magnets."""
    made = table(
        "Chance that demand of the focus is unmet",
        ["what"],
        [str(year) for year in years],
        f"in the solution, imports and all; standard error up to {_error(found)}",
    )
    row(made, "any demand", *_texts(found, found.probability(), years))
    row(made, "magnets", *_texts(found, found.unmet_probability(), years))
    for share in SHARES:
        row(
            made,
            f"more than {share:.0%} of magnets".replace("%", " %"),
            *_texts(found, found.unmet_probability(share), years),
        )
    return made


def _error(found: GapUncertainty) -> str:
    return percent(0.5 / max(float(found.solved.sum()), 1.0) ** 0.5, 1)


def unmet(found: GapUncertainty, years: Sequence[int]) -> Table:
    """The band of unmet magnets, t/year."""
    band = found.band()
    made = table(
        "Magnets unmet, t a year",
        [""],
        [str(year) for year in years],
        "as written: every plant built, late by the number of the file; expected: mean of the samples",
    )
    rows = {
        "asked": found.asked["unmet"],
        "as written": band.nominal,
        "expected": band.mean,
        "5 %": band.low,
        "median": band.median,
        "95 %": band.high,
    }
    for name, values in rows.items():
        row(made, name, *_texts(found, values, years, as_share=False), style="bold" if name == "expected" else None)
    return made


def body(found: GapUncertainty) -> dict[str, Any]:
    """The run as part of a document: chances and bands by year, plants; never NaN."""
    band = found.band()
    return {
        "samples": found.samples,
        "solved": int(found.solved.sum()),
        "seed": found.seed,
        "method": found.method,
        "warnings": warnings(found),
        "years": list(found.years),
        "probability": {
            "any_demand": _numbers(found.probability()),
            "magnets": _numbers(found.unmet_probability()),
            "item": {item: _numbers(found.probability("", item)) for item in dict.fromkeys(i for _, i in found.rows)},
            "stage": {stage: _numbers(found.probability(stage)) for stage in dict.fromkeys(s for s, _ in found.rows)},
            "rows": [
                {"stage": stage, "item": item, "probability": _numbers(found.probability(stage, item))}
                for stage, item in found.rows
            ],
        },
        "unmet_t_per_year": {
            "asked": _numbers(found.asked["unmet"]),
            "as_written": _numbers(band.nominal),
            "mean": _numbers(band.mean),
            "p5": _numbers(band.low),
            "p50": _numbers(band.median),
            "p95": _numbers(band.high),
        },
        "plants": [
            {
                "plant": one.plant,
                "owner": one.owner,
                "rank_correlation": number(one.correlation),
                "unmet_if_not_built_t_per_year": number(one.not_built),
                "built_share": number(one.built),
                "delay_years": number(one.delay),
            }
            for one in found.influences()
        ],
    }


def _numbers(values: Array) -> list[float | None]:
    return [number(float(one)) for one in values]
