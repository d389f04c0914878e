"""Plants side by side, as tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table
from rich.text import Text

from ..plan import STAGES
from ..studies import group_notes, leaving
from . import bridge, magnets
from .effluents import remarks, several
from .figures import NONE, amount, listed, money, percent, plain, points, signed
from .tables import (
    absent_lines,
    absent_topic,
    assumption_line,
    cell,
    closure_line,
    limit_line,
    new_oxide_line,
    ore_line,
    row,
    sentences,
    table,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ..studies.compare import Comparison


def recoveries(found: Comparison) -> Table:
    """Recovery of each element to the basis, by stage and overall, one line per plant."""
    named = {stage for plants in found.recovery.values() for one in plants.values() for stage in one.by_stage}
    stages = [stage for stage in STAGES if stage in named]
    bought = {label: one.ore for label, one in found.results.items() if not one.plan.feeds[one.ore].is_ore}
    words = [f"differences in percentage points, less {next(iter(found.results))}"]
    words += [f"of {label} from {feed}, which is bought" for label, feed in bought.items()]
    made = table(
        f"Recovery of the {'feed' if bought else 'ore'}'s rare earths to {found.basis}",
        ["", "plant"],
        [*stages, "overall", "diff."],
        "; ".join(words),
    )
    less = {item.plant: item.recovery for item in found.differences}
    for element, plants in found.recovery.items():
        last = list(plants)[-1]
        for i, (label, one) in enumerate(plants.items()):
            row(
                made,
                element if i == 0 else "",
                label,
                *(percent(one.by_stage.get(stage)) for stage in stages),
                percent(one.overall, 2),
                points(less[label].get(element)) if label in less else "",
                section=label == last,
            )
    return made


def cost(found: Comparison, product: str) -> Table:
    """Cost of a product by cause, one column per plant and one per difference."""
    plants = found.cost[product]
    less = {item.plant: item.cost[product] for item in found.differences if product in item.cost}
    first = next(iter(found.results))
    heads = [*plants, *(f"{label} less {first}" if len(less) > 1 else "difference" for label in less)]
    ore = (ore_line(found.results[label], [one]) for label, one in plants.items())
    made = table(
        f"Cost per kg {product}",
        ["cause"],
        heads,
        ". ".join(["at t/year: what the file's rates make", *dict.fromkeys(filter(None, ore))]),
    )
    causes = list(dict.fromkeys(cause for one in plants.values() for cause in one.by_cause))
    for cause in causes:
        row(
            made,
            cause,
            *(money(one.by_cause.get(cause)) for one in plants.values()),
            *(signed(by_cause.get(cause)) for _, by_cause in less.values()),
            section=cause == causes[-1],
        )
    row(
        made,
        "total",
        *(money(one.total) for one in plants.values()),
        *(signed(total) for total, _ in less.values()),
        style="bold",
        section=True,
    )
    blank = [""] * len(less)
    row(made, "at t/year", *(amount(one.t_per_year) for one in plants.values()), *blank)
    row(made, "money", *(one.currency for one in plants.values()), *blank)
    years = (one.money.price_years.replace("some of the file", "file") for one in plants.values())
    row(made, "prices of", *years, *blank)
    row(made, "capital of", *(str(one.money.capital or NONE) for one in plants.values()), *blank)
    row(made, "joint costs by", *(one.allocation for one in plants.values()), *blank)
    row(made, "on assumptions", *(percent(one.assumed_share, 0) for one in plants.values()), *blank)
    return made


def capacity(found: Comparison) -> Table:
    """Throughput, nameplate and utilisation by stage, one line per plant."""
    made = table("Capacity, t/year", ["stage", "plant"], ["throughput", "nameplate", "utilisation"])
    made.add_column("")
    made.add_column(cell("counts"), overflow="fold")
    stages = [stage for stage in STAGES if any(stage in result.capacity for result in found.results.values())]
    for stage in stages:
        plants = {label: result.capacity[stage] for label, result in found.results.items() if stage in result.capacity}
        last = list(plants)[-1]
        for i, (label, one) in enumerate(plants.items()):
            binds = bool(np.atleast_1d(one.binding)[0])
            row(
                made,
                stage if i == 0 else "",
                label,
                amount(one.throughput_t_per_year),
                amount(one.nameplate_t_per_year),
                percent(one.utilisation),
                "binds" if binds else "",
                one.basis,
                style="bold" if binds else None,
                section=label == last,
            )
    return made


def lines(found: Comparison) -> list[tuple[str, str, str]]:
    """What is said in words: (topic, plant, sentence)."""
    out = []
    for label, result in found.results.items():
        out.append(("what limits", label, limit_line(result)))
    for label, result in found.results.items():
        out.append(("on assumptions", label, assumption_line(result, found.products)))
    for label, result in found.results.items():
        if new_oxide := new_oxide_line(result):
            out.append(("new NdPr oxide", label, new_oxide))
    for label, result in found.results.items():
        out.append(("closure", label, closure_line(result)))
    for label, result in found.results.items():
        out += [(absent_topic(result), label, text) for text in absent_lines(result, found.basis)]
    for label, result in found.results.items():
        out += [("note", label, note) for note in (*leaving.remarks(result), *result.cost.notes, *remarks(result))]
        out += [("note", label, note) for note in group_notes.remarks(result)]
    years = sorted({one.year for plants in found.cost.values() for one in plants.values()})
    if len(years) > 1:
        unlike = listed([str(year) for year in years])
        out.append(("note", "", f"the plants are of {unlike}: differences of their costs mix money of these years"))
    return out


def page(found: Comparison, bridged: bool = True) -> list[RenderableType]:
    """The tables of a comparison in the order that a reader wants them: what it rests on stands last.

    `bridged` adds to each product's cost why the plants differ.
    """
    head = Text(plain(f"{listed(list(found.results))}, per kg {found.basis}"), style="bold")
    costs = []
    for product in found.products:
        costs += [cost(found, product)] if found.cost[product] else []
        costs += [bridge.shown(one) for one in found.bridges if one.product == product] if bridged else []
    beside = magnets.several(found.results)
    return [head, recoveries(found), *costs, *beside, capacity(found), several(found.results), sentences(lines(found))]
