"""Yields of the flowsheets that a scenario names: each is solved once and read by stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ..flowsheet import load
from ..supply.yield_reading import stage_yields
from ..supply.yields import StageYield


def yield_tables(names: Iterable[str]) -> Mapping[str, Mapping[str, StageYield]]:
    """Yields and costs by flowsheet, as named, and by stage. Names are those of shipped flowsheets, or paths.

    Raises what `load` and `solve` raise: FlowsheetError, SolveError, CostError.
    """
    tables = {}
    for name in dict.fromkeys(names):
        result = load(name).solve()
        tables[name] = stage_yields(result.solution, result.cost)
    return MappingProxyType(tables)
