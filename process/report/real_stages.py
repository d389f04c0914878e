"""A design held against real stages, as tables: purity on the REO basis, impurities, and what would mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .figures import NONE, amount, number, purity
from .tables import row, sentences, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from ..cascade.real_stages import Quality, RealStages, RealStep

LEADING = 2
"""Impurities that are named in a row."""


def tables(found: RealStages) -> list[Table]:
    """Steps, trials, and what they rest on."""
    out = [_rows(found.steps, "From ideal to real stages: each step adds to the one before")]
    if found.trials and not found.last.passes:
        out.append(_rows(found.trials, "What would change the last of them, each by itself"))
    return [*out, _words(found)]


def _rows(steps: Sequence[RealStep], title: str) -> Table:
    made = table(
        title,
        ["step", "what is new", "purity"],
        ["raffinate", "impurities, mg/kg", "others", "strip liquor", "impurities, mg/kg", "others"],
        "purity and impurities in REO by mass; others: what is no rare earth and stays on calcining, mg per kg of REO, "
        "if precipitation rejects nothing",
    )
    for one in steps:
        if one.raffinate is None or one.extract is None:
            row(made, one.name, one.changed, "not found", *(NONE,) * 6)
            continue
        cells = [text for part in (one.raffinate, one.extract) for text in _quality(part)]
        row(made, one.name, one.changed, "pass" if one.passes else "fail", *cells)
    return made


def _quality(part: Quality) -> tuple[str, str, str]:
    leading = [f"{name} {amount(much)}" for name, much in list(part.impurities.items())[:LEADING] if much > 0.0]
    return purity(part.purity), ", ".join(leading) or NONE, amount(part.staying) if part.non_re else NONE


def _words(found: RealStages) -> Table:
    failed = found.first_failure
    lines = []
    if failed is None:
        lines.append(("real stages", "every step reaches both purities"))
    elif not failed.found:
        lines.append(("real stages", f"no answer at: {failed.name}: {failed.reason}"))
    else:
        lines.append(("real stages", f"first missed at: {failed.name}"))
        mends = ", ".join(one.name for one in found.mends)
        lines.append(("would mend it", mends or "none of the changes tried"))
    lines += [("not found", f"{one.name}: {one.reason}") for one in found.steps if not one.found and one is not failed]
    lines += [("assumed", sentence) for sentence in found.assumptions]
    return sentences((topic, "", text) for topic, text in lines)


def body(found: RealStages) -> dict[str, Any]:
    """For the JSON document: purities as mass fractions of REO, impurities in mg per kg of REO."""
    failed = found.first_failure
    return {
        "organic_to_feed": number(found.organic_flow),
        "first_missed": None if failed is None else failed.name,
        "mended_by": [one.name for one in found.mends],
        "steps": [_step(one) for one in found.steps],
        "trials": [_step(one) for one in found.trials],
        "assumptions": list(found.assumptions),
    }


def _step(one: RealStep) -> dict[str, Any]:
    return {
        "name": one.name,
        "changed": one.changed,
        "passes": bool(one.passes),
        "why": one.reason or None,
        "recovery": number(one.recovery),
        "raffinate": _product(one.raffinate),
        "strip_liquor": _product(one.extract),
        "flags": list(one.flags),
    }


def _product(part: Quality | None) -> dict[str, Any] | None:
    if part is None:
        return None
    return {
        "purity": number(part.purity),
        "rare_earth_mg_per_kg": {name: number(much) for name, much in part.impurities.items()},
        "others_mg_per_kg": {name: number(much) for name, much in part.non_re.items()},
    }


__all__ = ["body", "tables"]
