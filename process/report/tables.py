"""One solved flowsheet as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from ..data import reagents
from ..studies.compare import WAITING, carried, limit, recovery, rests_on, split
from ..studies.model import model_facts
from ..studies.origins import Absent, absent, new_oxide
from . import limits
from .figures import NONE, amount, first, listed, money, number, percent, plain, purity
from .layout import Sheet

if TYPE_CHECKING:
    from ..economics.cost import CostSplit
    from ..flowsheet import Result

CLOSES = 1e-9
"""What every flowsheet closes to, by element."""

LEAST_FATE = 5e-4
"""Shares below this are shown together."""
TRAIN_FLOWS = ("S", "W", "feed_kmol_per_h", "organic_m3_per_h", "organic_m3")
LEAST_SHOWN = 1e-3
"""Elements that stay below this mole fraction in all stages are left out of a profile."""


def cell(text: str, style: str = "") -> Text:
    """Text of a file for a table: never markup, never a control character."""
    return Text(plain(text), style=style)


def table(title: str, words: Sequence[str], figures: Sequence[str], caption: str = "") -> Table:
    """An empty table: columns of words at the left, of numbers at the right."""
    made = Sheet(
        title=cell(title),
        title_justify="left",
        title_style="bold",
        caption=cell(caption) if caption else None,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        show_edge=False,
    )
    for head in words:
        made.add_column(cell(head), overflow="fold")
    for head in figures:
        made.add_column(cell(head), justify="right", overflow="fold")
    return made


def row(made: Table, *cells: str, style: str | None = None, section: bool = False) -> None:
    """Add a row of texts."""
    made.add_row(*(cell(one) for one in cells), style=style, end_section=section)


def headline(result: Result) -> list[str]:
    """The elements of a magnet that the ore holds, or those that the main product is made of."""
    return list(carried(result))


def streams(result: Result) -> Table:
    """The stream table: form, flows, grade and what the rare earths are."""
    made = table(
        "Streams, per operating hour",
        ["stream", "form"],
        ["kg", "kg REO", "REO", "NdPr", "DyTb"],
        "rare earths count as oxides, in metals too; NdPr and DyTb are shares of the REO",
    )
    for name, stream in result.streams.items():
        oxides = first(stream.oxide())
        shares = [percent(stream.purity(group), 2) if oxides > 0.0 else NONE for group in ("NdPr", "DyTb")]
        row(made, name, stream.form, amount(stream.mass()), amount(oxides), percent(stream.grade(), 2), *shares)
    return made


def recoveries(result: Result) -> Table:
    """Recovery of the headline elements, each to the product that it is for, by stage and overall."""
    goals = {name: result.goal(name) for name in headline(result)}
    found = {name: recovery(result, name, to) for name, to in goals.items()}
    stages = list(next((one.by_stage for one in found.values() if one.by_stage), {}))
    several = len(set(goals.values())) > 1
    to = "its product" if several else next(iter(goals.values()))
    made = table(f"Recovery from {result.ore} to {to}", ["element", *(["to"] if several else [])], [*stages, "overall"])
    for name, one in found.items():
        reached = [goals[name]] if several else []
        row(made, name, *reached, *(percent(one.by_stage.get(stage)) for stage in stages), percent(one.overall, 2))
    return made


def fates(result: Result, elements: Sequence[str]) -> Table:
    """Where elements of the ore leave the flowsheet, largest first."""
    found = {name: {to: first(share) for to, share in result.fates(name).items()} for name in elements}
    every = {to for shares in found.values() for to in shares}
    order = sorted(every, key=lambda to: (-max(shares.get(to, 0.0) for shares in found.values()), to))
    named = {stream: product for product, stream in result.plan.products.items()}
    made = table(f"Where the {listed(list(elements))} of {result.ore} went", ["leaves by", "product"], list(elements))
    rest = dict.fromkeys(elements, 0.0)
    for to in order:
        shares = {name: found[name].get(to, 0.0) for name in elements}
        if max(shares.values()) < LEAST_FATE:
            rest = {name: rest[name] + shares[name] for name in elements}
        else:
            row(made, to, named.get(to, ""), *(percent(share, 2) for share in shares.values()))
    if any(rest.values()):
        row(made, "all others", "", *(percent(share, 2) for share in rest.values()))
    return made


def circuits(result: Result) -> Table:
    """The solvent-extraction circuits: stages, flows and organic."""
    made = table(
        "Circuits: rare-earth flows in mol per mol fed",
        ["unit", "cut", "design"],
        ["stages", "S", "W", "feed kmol/h", "organic m³/h"],
    )
    for name, unit in result.solution.units.items():
        details = unit.details
        if "stages" not in details:
            continue
        extraction, scrub = details["stages"]
        row(
            made,
            name,
            str(getattr(result.plan.units[name].parameters, "cut", "")),
            f"from {unit.design['from']}" if "from" in unit.design else "",
            f"{int(extraction)} + {int(scrub)}",
            *(amount(details.get(key)) for key in ("S", "W", "feed_kmol_per_h", "organic_m3_per_h")),
        )
    return made


def trains(result: Result) -> list[Table]:
    """The circuits of every separation train, from its feed on."""
    out = []
    for name, unit in result.solution.units.items():
        details = unit.details
        if "train_stages" not in details:
            continue
        made = table(
            f"{name}: circuits from the feed on, flows in mol per mol that a circuit takes",
            ["cut"],
            ["stages", "S", "W", "takes kmol/h", "organic m³/h", "organic held m³"],
        )
        for k, (words, stages) in enumerate(zip(details["sequence"], details["train_stages"], strict=True)):
            flows = (np.asarray(details[key])[0, k] for key in TRAIN_FLOWS)
            row(made, words, f"{int(stages[0])} + {int(stages[1])}", *(amount(flow) for flow in flows))
        out.append(made)
    return out


def remarks(result: Result) -> list[str]:
    """What a circuit's answer is to be read with: ranges of its constants left, bounds neared, a front on an edge."""
    return [
        f"{name}: {sentence}"
        for name, unit in result.solution.units.items()
        if "flags" in unit.details
        for sentence in unit.details["flags"][0]
    ]


def profile(result: Result, unit: str) -> list[Table]:
    """The stages of a circuit: mole per cent of the rare earths, in the aqueous and in the organic phase."""
    details = result.solution.units[unit].details
    phases = {name: np.asarray(details[name])[0] for name in ("aqueous", "organic")}
    most = np.max([values.max(axis=0) for values in phases.values()], axis=0)
    shown = [i for i in range(len(most)) if most[i] >= LEAST_SHOWN]
    feed = int(details["stages"][0])
    out = []
    for name, values in phases.items():
        made = table(
            f"{unit}, {name} phase: mole % of its rare earths",
            ["stage"],
            [details["elements"][i] for i in shown],
            "raffinate leaves stage 1, loaded organic the last" if name == "organic" else "",
        )
        for i, fractions in enumerate(values, start=1):
            row(made, f"{i}{' feed' if i == feed else ''}", *(f"{100.0 * fractions[j]:.2f}" for j in shown))
        out.append(made)
    return out


def ore_line(result: Result, splits: Iterable[CostSplit]) -> str:
    """Why a product of the ore may have no materials; empty where it has, or where the ore has a price."""
    free = result.plan.feeds[result.ore].is_ore
    none = any(first(one.by_cause.get("materials", 1.0)) == 0.0 for one in splits)
    return (
        "materials without ore: it has no price of its own and counts through what mining it costs"
        if (free and none)
        else ""
    )


MOST_ACROSS = 6
"""Products that stand side by side; more of them stand one below the other."""


def costs(result: Result) -> list[Table]:
    """Cost per kg of every product, by cause and by stage."""
    found = {product: cost for product in result.plan.products if (cost := split(result, product)) is not None}
    if not found:
        return []
    out = []
    shared = f"at t/year: what the file's rates make; joint costs are shared by {result.cost.allocation}"
    for what in ("by_cause", "by_stage"):
        heads = list(dict.fromkeys(key for cost in found.values() for key in getattr(cost, what)))
        title = f"Cost per kg {what.replace('_', ' ')}, {result.cost.money}"
        words = ". ".join(filter(None, (shared, ore_line(result, found.values()) if what == "by_cause" else "")))
        if len(found) > MOST_ACROSS:
            heads = [head for head in heads if any(first(getattr(cost, what).get(head)) for cost in found.values())]
            made = table(title, ["product"], [*heads, "total", "t/year"], words)
            for product, cost in found.items():
                values = (money(getattr(cost, what).get(head)) for head in heads)
                row(made, product, *values, money(cost.total), amount(cost.t_per_year))
        else:
            made = table(title, [what.removeprefix("by_")], list(found), words)
            for head in heads:
                values = (money(getattr(cost, what).get(head)) for cost in found.values())
                row(made, head, *values, section=head == heads[-1])
            row(made, "total", *(money(cost.total) for cost in found.values()), style="bold", section=True)
            row(made, "at t/year", *(amount(cost.t_per_year) for cost in found.values()))
        out.append(made)
    return out


def capacity(result: Result) -> Table:
    """What each stage makes, what its nameplate allows, and which one binds."""
    made = table(
        "Capacity, t/year",
        ["stage"],
        ["throughput", "nameplate", "utilisation", "when limited"],
    )
    made.add_column("")
    made.add_column(cell("counts"), overflow="fold")
    for name, stage in result.capacity.items():
        row(
            made,
            name,
            amount(stage.throughput_t_per_year),
            amount(stage.nameplate_t_per_year),
            percent(stage.utilisation),
            amount(stage.limited_t_per_year),
            "binds" if bool(np.atleast_1d(stage.binding)[0]) else "",
            stage.basis,
            style="bold" if bool(np.atleast_1d(stage.binding)[0]) else None,
        )
    return made


def targets(result: Result) -> Table:
    """The file's targets, their values and whether they are met."""
    made = table("Targets", ["target", "where"], ["value", ""])
    for item in result.targets:
        what = item.target.text
        if item.target.kind == "capacity":
            value = f"{amount(result.capacity[item.target.stage].limited_t_per_year)} t/year"
            what += f" ({WAITING})"
        elif item.target.kind == "impurity":
            value = limits.share(item.value)
        elif item.target.kind == "magnet":
            value = percent(item.value, 1)
            what += " (the least property over its limit)"
        else:
            value = purity(item.value) if item.target.kind in ("purity", "grade") else percent(item.value, 2)
        if any(one.limit.assumed for one in item.limits):
            what += " (some of its limits are assumed)"
        met = "met" if item.passed else "MISSED"
        row(made, what, str(item.target.position), value, met, style=None if item.passed else "bold red")
        for one in item.missed:
            row(
                made,
                f"- {limits.name(one.limit)}",
                "",
                limits.against(one.value, one.limit),
                "MISSED",
                style="bold red",
            )
    return made


def assumptions(result: Result) -> list[Table]:
    """What a result rests on: values of the file, money data by their weight, and data that the model is given."""
    made = (assumed_values(result), assumed_money(result), assumed_model(result))
    return [one for one in made if one.row_count]


def assumed_values(result: Result) -> Table:
    """The values of the file that are assumptions, as written."""
    made = table("Assumptions of the file", ["value", "as written"], [])
    for path, text in result.assumptions.items():
        row(made, path, text)
    return made


def assumed_money(result: Result) -> Table:
    """The prices, wages, labour figures and capital bases that are assumptions, largest share of the cost first."""
    made = table(
        f"Assumed prices, labour and capital: shares of the cost of {result.main_product}",
        ["item"],
        ["share", "value", "low – high"],
        "a share is that of all lines proportional to the value, so labour counts to its wage and to its figure",
    )
    for head in ("unit", "year", "source", "note"):
        made.add_column(cell(head), overflow="fold")
    for one in rests_on(result):
        year = str(one.year) if one.year else NONE
        share, value = percent(one.share), amount(one.value)
        # Names of the data in words, which may be broken; those of the file stay as the reader wrote them.
        item = one.item.replace("_", " ") if one.item in reagents() else one.item
        row(made, item, share, value, _range(one.low, one.high), one.unit, year, one.source, one.note)
    return made


def assumed_model(result: Result) -> Table:
    """Numbers of the shipped data that the model takes as given: separation factors, the ore, magnets, weights."""
    made = table(
        "Beside the file: separation factors, the ore, powder and magnets, weights of joint costs",
        ["of", "item"],
        ["value", "low – high"],
        "* not an assumption: a published figure, with its range",
    )
    for head in ("unit", "year", "source", "note"):
        made.add_column(cell(head), overflow="fold")
    before = ""
    for one in model_facts(result):
        source = one.source if one.assumed else f"{one.source} *"
        what = one.what if one.what != before else ""
        before = one.what
        low_high = _range(one.low, one.high)
        row(made, what, one.item, amount(one.value), low_high, one.unit, str(one.year), source, one.note)
    return made


def _range(low: float, high: float) -> str:
    return NONE if low == high else f"{amount(low)} – {amount(high)}"


# -- sentences --------------------------------------------------------------------------------------------------------


def limit_line(result: Result) -> str:
    """Which stage limits."""
    found = limit(result)
    if found is None:
        return "the file gives no nameplate"
    use = percent(found.utilisation)
    over = first(found.utilisation) > 1.0
    return f"the {found.stage} stage, asked for {use} of its nameplate" if over else f"the {found.stage} stage at {use}"


def assumption_line(result: Result, products: Iterable[str]) -> str:
    """How much of the answer rests on assumptions."""
    shares = [
        f"{percent(cost.assumed_share, 0)} of the cost of {product}"
        for product in dict.fromkeys(products)
        if (cost := split(result, product)) is not None
    ]
    count = f"{len(result.assumptions)} of the file's {len(result.plan.values())} values"
    return listed([*shares, count])


def new_oxide_line(result: Result) -> str:
    """How much new NdPr oxide a t of magnet takes; empty where the plant does not make both."""
    found = new_oxide(result)
    if found is None:
        return ""
    gross, returned = amount(found.gross), amount(found.returned)
    return f"{amount(found.net)} kg per t of magnet: {gross} kg less {returned} kg that came back as swarf"


def closure_line(result: Result) -> str:
    """How well it closes, element by element."""
    balance = result.solution.balance
    worst = number(balance.worst) or 0.0
    word = "≤" if worst <= CLOSES else "> (!)"
    where = f", {balance.element}" if balance.element else ""
    return f"worst element {worst:.1e}{where} ({word} {CLOSES:.0e} of its inflow)"


def absent_topic(result: Result) -> str:
    """What the sentences of `absent_lines` are headed by: the ore, or the bought feed that stands for it."""
    return "not from the ore" if result.plan.feeds[result.ore].is_ore else f"not from {result.ore}"


def absent_lines(result: Result, product: str) -> list[str]:
    """What of the ore does not reach a product, one sentence for elements that share their fate."""
    elements = [name for name in headline(result) if result.goal(name) == product]
    found = [one for name in elements if (one := absent(result, name, product)) is not None]
    alike: dict[tuple[Any, ...], list[Absent]] = {}
    for one in found:
        alike.setdefault((one.exit, percent(one.exit_share, 0), tuple(one.bought)), []).append(one)
    out = []
    for (leaves, share, bought), group in alike.items():
        names = listed([one.element for one in group])
        least = percent(max(one.recovery for one in group))
        text = f"{names} of {result.ore} {'do' if len(group) > 1 else 'does'} not reach {product} ({least})"
        if leaves is not None:
            text += f": {share} leaves as {leaves}"
        if bought:
            purchased = not any(result.plan.feeds[feed].is_ore for feed in bought)
            text += f"; what {product} holds {'is purchased' if purchased else 'comes from elsewhere'}"
            text += f" ({', '.join(bought)})"
        out.append(text)
    return out


def sentences(lines: Iterable[tuple[str, str, str]]) -> Table:
    """What tables do not say: (topic, plant, sentence), a topic named once."""
    made = Sheet(box=None, padding=(0, 2, 0, 0), collapse_padding=True, show_header=False, pad_edge=False)
    made.add_column(style="bold", overflow="fold")
    shown = list(lines)
    if any(label for _, label, _ in shown):
        made.add_column(overflow="fold")
    made.add_column(overflow="fold")
    before = ""
    for topic, label, text in shown:
        words = [topic if topic != before else "", label, text] if len(made.columns) == 3 else [topic, text]
        row(made, *words)
        before = topic
    return made
