"""What `didymium run` prints: one solved flowsheet, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ..studies import group_notes, leaving
from . import effluents, magnets, tables
from . import ledger as ledgers
from .figures import listed, plain

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ..flowsheet import Result


def page(
    result: Result,
    changes: Mapping[str, str],
    streams: bool = True,
    fates: Sequence[str] | None = None,
    profiles: Sequence[str] = (),
    assumptions: bool = False,
    ledger: bool = False,
) -> list[RenderableType]:
    """The tables of a run in the order that a reader wants them: the answer stands last.

    `fates` are the elements whose ends are shown; where not given the first of those that recoveries are told for.
    """
    shown = tables.headline(result)
    ends = shown[:1] if fates is None else fates
    out: list[RenderableType] = [_head(result, changes)]
    if streams:
        out.append(tables.streams(result))
    if any("stages" in unit.details for unit in result.solution.units.values()):
        out.append(tables.circuits(result))
    out += tables.trains(result)
    out += [Text(plain(remark)) for remark in tables.remarks(result)]
    for unit in profiles:
        out += tables.profile(result, unit)
    if ends:
        out.append(tables.fates(result, ends))
    out += magnets.page(result)
    if ledger:
        out += ledgers.page(result)
    if assumptions:
        out += tables.assumptions(result)
    if result.main_product and shown:
        out.append(tables.recoveries(result))
    out += tables.costs(result)
    if result.capacity:
        out.append(tables.capacity(result))
    out.append(effluents.one_plant(result))
    if result.targets:
        out.append(tables.targets(result))
    out.append(_words(result))
    return out


def _head(result: Result, changes: Mapping[str, str]) -> Text:
    plan = result.plan
    head = Text(plain(plan.title), style="bold")
    head.append("  ")
    head.append(plain(f"{plan.path}, region {plan.region}, {plan.year}"), style="not bold")
    for path, value in changes.items():
        head.append("\n")
        head.append(plain(f"{path} = {value}"), style="not bold")
    return head


def _words(result: Result) -> Table:
    product = result.main_product
    lines = [("what limits", tables.limit_line(result))]
    lines += [("on assumptions", tables.assumption_line(result, [product] if product else []))]
    if new_oxide := tables.new_oxide_line(result):
        lines.append(("new NdPr oxide", new_oxide))
    lines += [("closure", tables.closure_line(result))]
    if product:
        lines += [(tables.absent_topic(result), text) for text in tables.absent_lines(result, product)]
    lines += [("note", note) for note in (*leaving.remarks(result), *result.cost.notes, *effluents.remarks(result))]
    lines += [("note", note) for note in group_notes.remarks(result)]
    missed = [item.target.text for item in result.targets if not item.passed]
    if missed:
        lines.append(("targets missed", listed(missed)))
    return tables.sentences((topic, "", text) for topic, text in lines)
