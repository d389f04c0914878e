"""What `didymium gap` prints: capacity, need and gap by stage and year, what binds, and what it rests on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table
from rich.text import Text

from ..scenario import SUPPLY_STAGES
from ..studies.gap_assumptions import assumed, counts
from ..studies.gap_words import ITEMS, STAGE_WORDS, gain, worth_word
from . import gap_ways
from .figures import NONE, amount, listed, percent, plain
from .tables import CLOSES, row, sentences, table
from .ways import lift_words

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rich.console import RenderableType

    from ..studies.gap import Gap
    from ..studies.gap_uncertainty import GapUncertainty
    from ..supply.gaps import StageGap

MOST_YEARS = 7
"""Years that stand side by side where none are asked for."""
MOST_LIMITS = 12
"""Limits with a price that are shown."""
MOST_FLOWS = 20
PRICED = ("oxide", "metal", "magnet")
"""Goods whose worth is shown; that of mixtures and alloys is in the document."""
MOST_STAGES = 4
"""Stages that are named as binding in a year."""
HOW = (
    "effective: after ramp-up, availability and delay, as if the plants made as much of it as their ores allow; "
    "needed: the demand pulled back through the yields, less what comes back; gap: needed less effective; made and "
    "imported: in the solution"
)
BY = (
    "short by: what the stage would grow by if each could grow at its cost; of mines need less imports and capacity; "
    "the stage that holds back most is first"
)
AS_BUILT = "All plants count as built, late by no more than the file's number: gaps and prices are at their good end."
QUANTITIES = ("nameplate", "effective", "needed", "gap", "made", "imported")


def shown_years(years: Sequence[int], asked: Collection[int] = ()) -> list[int]:
    """The years of a page: those asked for, else all where there is room, else evenly spaced ones and the last.

    >>> shown_years(range(2024, 2036)), shown_years([2025, 2026])
    ([2024, 2026, 2028, 2030, 2032, 2034, 2035], [2025, 2026])
    """
    if asked:
        return [year for year in years if year in asked]
    step = 1
    while len(found := [year for year in years if year % step == 0 or year == years[-1]]) > MOST_YEARS:
        step += 1
    return found


def tonnes(value: float) -> str:
    """t/year as a table shows it: whole where large, nothing for nothing.

    >>> tonnes(0.0), tonnes(1234.5), tonnes(3.456), tonnes(0.0123), tonnes(float("inf"))
    ('', '1,234', '3.5', '0.012', 'endless')
    """
    if not np.isfinite(value):
        return "endless"
    if value == 0.0:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:,.1f}" if abs(value) >= 1.0 else f"{value:.2g}"


def page(
    found: Gap,
    changes: Mapping[str, str],
    years: Collection[int] = (),
    assumptions: bool = False,
    samples: GapUncertainty | None = None,
) -> list[RenderableType]:
    """The tables of a gap in the order that a reader wants them: the answer stands last."""
    at = shown_years(found.years, years)
    out: list[RenderableType] = [_head(found, changes)]
    if assumptions:
        out.append(assumed_values(found))
    out += [one for one in (flows(found, at), plants(found, at), surplus(found, at)) if one.row_count]
    out += [one for one in (uses(found, at), recycling(found, at), prices(found, at)) if one.row_count]
    for item in ITEMS:
        rows = [one for one in found.rows if one.item == item]
        if any(one.needed.any() for one in rows):
            out.append(stages(found, f"{item}, t of oxide a year", rows, at))
    last = [one for one in found.rows if one.item not in ITEMS]
    out.append(stages(found, "Alloy and magnets, t a year", last, at, HOW))
    out += [one for one in (limits(found, at), binding(found, at)) if one.row_count]
    if found.sites:
        out += gap_ways.sites(found, at)
    if samples is not None:
        from . import gap_uncertainty  # which shows the same years as this page

        out += gap_uncertainty.page(samples, years)
    if found.closing is not None:
        out += gap_ways.ways(found)
    out.append(_words(found, at, samples))
    return out


def _head(found: Gap, changes: Mapping[str, str]) -> Text:
    scenario = found.scenario
    head = Text(plain(scenario.title), style="bold")
    head.append("  ")
    span = f"{scenario.years[0]} to {scenario.years[-1]}"
    focus = listed(list(scenario.focus))
    head.append(plain(f"{scenario.path}, demand of {focus}, {span}, objective {found.objective}"), style="not bold")
    for path, value in changes.items():
        head.append("\n")
        head.append(plain(f"{path} = {value}"), style="not bold")
    return head


def _at(found: Gap, values: NDArray[np.float64], years: Sequence[int]) -> list[float]:
    return [float(values[found.years.index(year)]) for year in years]


def _dust(values: list[float], scale: float) -> list[str]:
    """Numbers as text, with what a solver leaves as nothing."""
    return [tonnes(value if abs(value) > 1e-7 * scale else 0.0) for value in values]


def stages(found: Gap, title: str, rows: Sequence[StageGap], years: Sequence[int], caption: str = "") -> Table:
    """Capacity, need and gap of every stage; `made` and `imported` are of the solution."""
    made = table(title, ["stage", ""], [str(year) for year in years], caption)
    for one in rows:
        scale = float(max(one.needed[np.isfinite(one.needed)].max(initial=0.0), one.effective.max(initial=0.0)))
        told = False
        for what in QUANTITIES:
            numbers = _at(found, getattr(one, what), years)
            texts = _dust(numbers, scale)
            if not any(texts) and what in ("nameplate", "made", "imported"):
                continue
            if one.stage == "recycling" and what in ("needed", "gap"):
                continue
            texts = [text or ("–" if what == "gap" else "0") for text in texts]
            name = one.stage.replace("_", " ") if not told else ""
            last = what == QUANTITIES[-1] or (what == "made" and not one.imported.any())
            row(made, name, what, *texts, style="bold" if what == "gap" and any(numbers) else None, section=last)
            told = True
    return made


def binding(found: Gap, years: Sequence[int]) -> Table:
    """The stages that bind, year by year, the worst first."""
    made = table(
        "What binds",
        ["year", "stage"],
        ["short by", "of what is needed", f"1 t more: {_worth(found)}"],
        BY,
    )
    for year in years:
        for i, one in enumerate([one for one in found.bottlenecks if one.year == year][:MOST_STAGES]):
            share = percent(one.missing / one.needed, 0)
            unit = f"t {one.item} oxide" if one.unit != "t" else f"t {one.item}"
            short = f"{tonnes(one.missing)} {unit}"
            row(made, str(year) if i == 0 else "", STAGE_WORDS[one.stage], short, share, amount(one.worth))
    return made


def limits(found: Gap, years: Sequence[int]) -> Table:
    """The limits with a price, what all of each is worth in the years shown, the most first."""
    by: dict[tuple[str, str, str], dict[int, float]] = {}
    worth: dict[tuple[str, str, str], float] = {}
    for one in found.bindings:
        name = STAGE_WORDS.get(one.stage, one.name) if one.kind == "capacity" else one.name
        key = (name, one.region, one.counts)
        by.setdefault(key, {})[one.year] = one.worth
        worth[key] = worth.get(key, 0.0) + one.worth * max(one.limit, 1.0)
    order = sorted((key for key in by if any(year in by[key] for year in years)), key=lambda key: -worth[key])
    more = len(order) - MOST_LIMITS
    caption = "of capacity a t a year of what it counts, else a t of the limit"
    made = table(
        f"Limits with a price: {_worth(found)} for a t more",
        ["limit", "region", "a t of"],
        [str(year) for year in years],
        f"{caption}; {more} more have a price (--json)" if more > 0 else caption,
    )
    for key in order[:MOST_LIMITS]:
        values = by[key]
        row(made, *key, *(amount(values[year]) if year in values else "" for year in years))
    return made


def prices(found: Gap, years: Sequence[int]) -> Table:
    """What goods are worth in the focus."""
    made = table(
        f"What a t of a good is worth: {_worth(found)}",
        ["good", "in"],
        [str(year) for year in years],
        "per t of oxide of an oxide, else per t of rare earths contained, or of alloy and magnets by mass",
    )
    by: dict[tuple[str, str], dict[int, float]] = {}
    for one in found.prices:
        by.setdefault((one.good, one.region), {})[one.year] = one.worth
    for (good, region), values in by.items():
        if good.partition(":")[0] in PRICED and any(year in values for year in years):
            form, _, what = good.partition(":")
            row(
                made,
                f"{what} {form}",
                region,
                *(amount(values[year]) if year in values else "" for year in years),
            )
    return made


def uses(found: Gap, years: Sequence[int]) -> Table:
    """Demand by end use: what is asked, what is unmet, what other goods serve."""
    made = table("Demand by end use, t a year", ["end use", "good", ""], [str(year) for year in years])
    for one in found.uses:
        name = f"{one.use} ({one.region})" if len(found.scenario.focus) > 1 else one.use
        form, _, what = one.good.partition(":")
        scale = float(one.asked.max(initial=0.0))
        asked = [text or "0" for text in _dust(_at(found, one.asked, years), scale)]
        unmet = _dust(_at(found, one.unmet, years), scale)
        others = {good: tons for good, tons in one.served.items() if good != one.good and tons.max() > 1e-6 * scale}
        row(made, name, f"{what} {form}", "asked", *asked)
        row(
            made,
            "",
            "",
            "unmet",
            *(text or "–" for text in unmet),
            style="bold" if any(unmet) else None,
            section=not others,
        )
        for i, (good, tons) in enumerate(others.items()):
            kind = good.partition(":")[2]
            numbers = (text or "–" for text in _dust(_at(found, tons, years), scale))
            row(made, "", f"{kind} instead", "served", *numbers, section=i == len(others) - 1)
    return made


def recycling(found: Gap, years: Sequence[int]) -> Table:
    """What comes back: swarf and old magnets taken, oxide brought."""
    made = table("Recycling, t a year", ["", ""], [str(year) for year in years])
    words = {"swarf": "swarf", "scrap": "old magnets"}
    for form, values in found.returned.taken.items():
        if values.max(initial=0.0) > 0.0:
            row(made, "taken", words.get(form, form), *(text or "–" for text in map(tonnes, _at(found, values, years))))
    for item, values in found.returned.brought.items():
        if values.max(initial=0.0) > 0.0:
            numbers = (text or "–" for text in map(tonnes, _at(found, values, years)))
            row(made, "brought", f"{item} oxide", *numbers)
    return made


def surplus(found: Gap, years: Sequence[int]) -> Table:
    """Oxides that nobody takes, in all regions together."""
    made = table(
        "Oxides that nobody takes, all regions, t of oxide a year",
        ["oxide"],
        [*(str(year) for year in years), "of what is made"],
        "what ores bring besides what is asked for; the share is of all years shown together",
    )
    for one in found.surplus:
        scale = float(one.made.max(initial=0.0))
        numbers = _dust(_at(found, one.tonnes, years), scale)
        if any(numbers):
            made_of_it = sum(_at(found, one.made, years))
            share = percent(sum(_at(found, one.tonnes, years)) / made_of_it, 0) if made_of_it > 0.0 else NONE
            row(made, one.element, *(text or "–" for text in numbers), share)
    return made


def flows(found: Gap, years: Sequence[int]) -> Table:
    """Who sells what to the focus, and what it sells."""
    shown = sorted(found.flows, key=lambda one: -float(one.tonnes.sum()))[:MOST_FLOWS]
    kept = [one for one in found.flows if one in shown]
    more = len(found.flows) - len(kept)
    caption = "oxides as oxide, mixtures and metals as rare earths contained, alloy and magnets by mass"
    made = table(
        "Trade of the focus, t a year",
        ["good", "from", "to"],
        [str(year) for year in years],
        f"{caption}; {more} smaller flows: --json" if more else caption,
    )
    for one in kept:
        scale = float(one.tonnes.max(initial=0.0))
        numbers = _dust(_at(found, one.tonnes, years), scale)
        if any(numbers):
            form, _, what = one.good.partition(":")
            row(made, f"{what} {form}", one.origin, one.to, *(text or "–" for text in numbers))
    return made


def plants(found: Gap, years: Sequence[int]) -> Table:
    """How much of their effective capacity the focus's plants use."""
    made = table(
        "Plants of the focus: how much of their effective capacity is used",
        ["plant", "stage", "counts"],
        ["nameplate", *(str(year) for year in years)],
        "nameplate: t/year of what it counts, in the last year shown; – where it does not run yet or any more",
    )
    order = {stage: i for i, stage in enumerate(SUPPLY_STAGES)}
    own = [one for one in found.plants if one.region in found.scenario.focus]
    for one in sorted(own, key=lambda one: order[one.stage]):
        plates = _at(found, one.nameplate, years)
        used = (percent(value, 0) if np.isfinite(value) else NONE for value in _at(found, one.utilisation, years))
        row(made, one.plant, one.stage.replace("_", " "), one.counts, tonnes(plates[-1]) or NONE, *used)
    return made


def assumed_values(found: Gap) -> Table:
    """The assumed values of the file with their ranges, as written."""
    made = table("Assumptions of the file", ["value", "as written", "source"], ["low", "high", "unit"])
    for one in assumed(found.scenario):
        path = one.path if one.paths == 1 else f"{one.path} and {one.paths - 1} more"
        span = ["", ""] if one.low == one.high else [amount(one.low), amount(one.high)]
        row(made, path, one.text, one.source or NONE, *span, "" if one.unit == "1" else one.unit)
    return made


def _words(found: Gap, years: Sequence[int], samples: GapUncertainty | None = None) -> Table:
    lines: list[tuple[str, str, str]] = []
    for year in years:
        lines.append(("binds", str(year), binding_line(found, year)))
    dry = max(years, key=lambda year: float(found.unmet[found.years.index(year)]))
    if idle := idle_line(found, dry):
        lines.append(("does not bind", str(dry), idle))
    lines += [("ways", "", text) for text in ways_lines(found)]
    if samples is None:
        lines.append(("note", "", AS_BUILT))
    lines += [("note", "", note) for note in found.notes]
    some, every = counts(found.scenario)
    lines.append(("on assumptions", "", f"{some} of the file's {every} values (--assumptions lists them)"))
    lines.append(("optimum", "", optimum_line(found)))
    worst = found.traced.worst
    word = "≤" if worst.value <= CLOSES else "> (!)"
    where = f", {worst.element} in {worst.year}" if worst.element else ""
    lines.append(
        ("closure", "", f"worst element and year {worst.value:.1e}{where} ({word} {CLOSES:.0e} of its inflow)")
    )
    return sentences(lines)


def binding_line(found: Gap, year: int) -> str:
    """What binds in a year, in a sentence."""
    y = found.years.index(year)
    unmet, asked = float(found.unmet[y]), float(found.asked[y])
    if unmet <= 1e-6 * max(asked, 1.0):
        if asked <= 0.0:
            return "nothing: no magnets are asked for"
        return f"nothing: all of {tonnes(asked)} t of magnets is delivered"
    head = f"{tonnes(unmet)} of {tonnes(asked)} t of magnets unmet"
    one = found.bottleneck(year)
    if one is None:
        first = next((one.words for one in found.bindings if one.year == year), "")
        return f"{head}; no stage is short of it all by itself" + (f"; first of the limits: {first}" if first else "")
    what = f"{one.item} oxide" if one.unit != "t" else one.item
    share = f"{STAGE_WORDS[one.stage]}, short by {tonnes(one.missing)} t {what}"
    if np.isnan(one.worth):
        return f"{head}: {share}"
    return f"{head}: {share}; 1 t more a year {gain(one.worth, _worth(found))}"


def _worth(found: Gap) -> str:
    return worth_word(found.levels.system, found.objective)


def ways_lines(found: Gap) -> list[str]:
    """What there is to say of the ways to close the gap beside their tables."""
    if found.closing is None or not found.closing.gap.any():
        return []
    out = [*(lift_words(way) for way in found.closing.lifts), *found.closing.notes]
    if not found.closing.ways:
        out.append("nothing that may be built or used in these years closes any of the gap")
    elif not found.closing.complete:
        out.append(f"the search ended after {found.closing.solves} programs: a cheaper way may have been missed")
    return out


def idle_line(found: Gap, year: int) -> str:
    """What does not bind in a year: how much of each stage is used; what has a price or is named as binding is not."""
    order = {stage: i for i, stage in enumerate(SUPPLY_STAGES)}
    first = found.bottleneck(year)
    priced = {(one.stage, one.region) for one in found.bindings if one.year == year}
    free = (
        one
        for one in found.slack
        if one.year == year and (one.stage, one.region) not in priced and (first is None or one.stage != first.stage)
    )
    idle = sorted(free, key=lambda one: order[one.stage])
    several = len(found.scenario.focus) > 1
    names = [
        f"{STAGE_WORDS[one.stage]}{f' of {one.region}' if several else ''} ({percent(one.used, 0)} used)"
        for one in idle
    ]
    return listed(names)


def optimum_line(found: Gap) -> str:
    """How the optimum is proved."""
    return str(found.levels.certificate).removeprefix("optimum ")
