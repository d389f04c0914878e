"""A run of many samples as a document and as tables of numbers; docs/json.md says what each key means."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..studies.outputs import unit_of
from .figures import number
from .uncertainty import main_costs, ranked, warnings

if TYPE_CHECKING:
    from ..studies.attempts import Failure
    from ..studies.uncertainty import Uncertainty

Document = dict[str, Any]

TOLD = 20
"""Failures that a document tells with all their inputs; the tables of `tables` hold every one."""


def body(found: Uncertainty, changes: Mapping[str, str], of: Sequence[str] | None = None) -> Document:
    """What is under `result`."""
    return {
        "samples": found.samples,
        "seed": found.seed,
        "method": found.method,
        "changes": dict(changes),
        "warnings": warnings(found),
        "factors": [
            {"name": factor.name, "members": [f"{one.plant}: {one.path}" for one in factor.members]}
            for factor in found.factors
        ],
        "plants": {plant: _plant(found, plant) for plant in found.plants},
        "rankings": [
            {
                "output": name,
                "plant": plant,
                "other": other,
                "samples": found.paired(name, plant, other),
                "probability_lower": number(share),
            }
            for name, plant, other, share in ranked(found)
        ],
        "drivers": [
            {
                "plant": plant,
                "output": name,
                "factors": [
                    {"factor": one.factor, "rank_correlation": number(one.correlation)}
                    for one in found.drivers(name, plant)
                ],
            }
            for plant, name in main_costs(found, of)
        ],
    }


def _plant(found: Uncertainty, plant: str) -> Document:
    plan = found.flowsheets[found.plants.index(plant)].plan
    return {
        "title": plan.title,
        "inputs_sha256": plan.sha256,
        "solved": found.samples - len(found.failures[plant]),
        "failed": len(found.failures[plant]),
        "outputs": {name: _band(found, plant, name) for name in found.outputs[plant]},
        "targets": [
            {"target": target.text, "where": str(target.position), "probability": number(found.holds(place, plant))}
            for place, target in enumerate(plan.targets, 1)
        ],
        "reasons": [
            {"samples": one.samples, "unit": one.first.unit, "first": one.first.reason} for one in found.reasons(plant)
        ],
        "failures": [_failure(found, plant, one) for one in found.failures[plant][:TOLD]],
    }


def _band(found: Uncertainty, plant: str, name: str) -> Document:
    one = found.band(name, plant)
    return {
        "unit": unit_of(name, found.flowsheets[found.plants.index(plant)].plan.targets),
        "as_written": number(one.nominal),
        "low": number(one.low),
        "median": number(one.median),
        "high": number(one.high),
        "mean": number(one.mean),
        "sd": number(one.sd),
        "samples": one.samples,
    }


def _failure(found: Uncertainty, plant: str, one: Failure) -> Document:
    return {
        "sample": one.index,
        "unit": one.unit,
        "reason": one.reason,
        "where": None if one.position is None else str(one.position),
        "inputs": {path: number(value) for path, value in found.inputs(plant, one.index).items()},
    }


def tables(found: Uncertainty) -> dict[Path, str]:
    """CSV by file name: every sample's outputs, and every failure with all its inputs, for each plant."""
    out = {}
    for plant in found.plants:
        names = list(found.outputs[plant])
        columns = [found.outputs[plant][name] for name in names]
        lost = {one.index for one in found.failures[plant]}
        rows = [
            [index, *("" if index in lost else repr(float(column[index])) for column in columns)]
            for index in range(found.samples)
        ]
        out[Path(f"samples_{plant}.csv")] = _csv(["sample", *names], rows)
        inputs = [(one, found.inputs(plant, one.index)) for one in found.failures[plant]]
        paths = list(inputs[0][1]) if inputs else []
        out[Path(f"failures_{plant}.csv")] = _csv(
            ["sample", "unit", "reason", "where", *paths],
            [
                [one.index, one.unit, one.reason, str(one.position or ""), *(repr(given[path]) for path in paths)]
                for one, given in inputs
            ],
        )
    return out


def _csv(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([_inert(one) for one in heads])
    writer.writerows([[_inert(one) for one in row] for row in rows])
    return buffer.getvalue()


def _inert(cell: object) -> object:
    """Text that a spreadsheet takes for text: a formula would run.

    >>> _inert("=1+1"), _inert("-2.5"), _inert("ore")
    ("'=1+1", '-2.5', 'ore')
    """
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        try:
            float(cell)
        except ValueError:
            return f"'{cell}"
    return cell
