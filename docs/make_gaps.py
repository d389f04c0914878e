"""Write docs/gap_tables.md: the gaps of the shipped scenarios, what binds, the cheapest ways, plants side by side.

`python docs/make_gaps.py` rewrites the page (half a minute); with `--check` it only says whether the page is current.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from didymium.files import load_scenario
from didymium.report.figures import amount, percent
from didymium.report.gap import binding_line
from didymium.report.ways import rounded, sentences
from didymium.studies.gap import Gap, flowsheets, gap
from didymium.studies.gap_words import STAGE_WORDS
from didymium.studies.yield_tables import yield_tables
from didymium.supply.passage import CLOSES

PAGE = Path(__file__).resolve().parent / "gap_tables.md"
YEARS = (2025, 2028, 2030, 2035)
"""Years of the tables by stage."""
SITES, SITE_YEARS = ("mountain_pass", "baotou"), (2025, 2030)

HEAD = """# Gaps of the shipped scenarios

Written by `python docs/make_gaps.py`; [gaps.md](gaps.md) says how to read it, and `didymium gap NAME` prints more.
All plants are built as their files say, late by as much as `slips` hold for likely: the good end of what may come
([slips.md](slips.md)). Most numbers of the scenarios are assumptions with ranges; each file says which.
"""


def tonnes(value: float) -> str:
    """t a year, a dash for nothing."""
    return amount(float(f"{value:.4g}")) if value >= 0.05 else "–"


def headline(found: Gap) -> list[str]:
    """What is asked for and unmet in each year, and what binds."""
    lines = [
        "| year | magnets asked, t | unmet, t | what binds |",
        "|---|---:|---:|---|",
    ]
    for at, year in enumerate(found.years):
        words = "nothing: all is met"
        if found.unmet[at] > 0.0:
            words = binding_line(found, year).partition(" of magnets unmet")[2].lstrip(":; ")
        lines.append(f"| {year} | {tonnes(found.asked[at])} | {tonnes(found.unmet[at])} | {words} |")
    return [*lines, ""]


def stages(found: Gap, items: Sequence[str]) -> list[str]:
    """Effective capacity, need and gap by stage and item."""
    shown = [year for year in YEARS if year in found.years]
    head = " | ".join(f"{year}: effective | needed | gap" for year in shown)
    lines = [f"| stage | item | {head} |", "|---|---|" + "---:|" * (3 * len(shown))]
    for one in found.rows:
        if one.item not in items or not one.needed.any():
            continue
        cells = []
        for year in shown:
            at = found.years.index(year)
            cells += [tonnes(values[at]) for values in (one.effective, one.needed, one.gap)]
        item = one.item if one.unit == "t" else f"{one.item}, oxide"
        lines.append(f"| {STAGE_WORDS.get(one.stage, one.stage)} | {item} | " + " | ".join(cells) + " |")
    return [*lines, ""]


def sites(found: Gap) -> list[str]:
    """Two plants by stage."""
    lines = []
    for year in SITE_YEARS:
        at = found.years.index(year)
        regions = dict.fromkeys(region for one in found.sites for item in one.items for region in item.share)
        lines += [
            f"**{year}**, t a year; shares: of what each region's demand asks of the stage, were all of the stage's "
            "effective capacity for that one item",
            "",
            "| stage | plant | counts | nameplate | effective | used | item | could make | "
            + " | ".join(regions)
            + " |",
            "|---|---|---|---:|---:|---:|---|---:|" + "---:|" * len(regions),
        ]
        order = {name: i for i, name in enumerate(STAGE_WORDS)}
        for one in sorted(found.sites, key=lambda one: (order[one.stage], one.plant)):
            used = one.utilisation[at]
            first = [
                STAGE_WORDS[one.stage],
                one.plant,
                one.counts,
                tonnes(one.nameplate[at]),
                tonnes(one.effective[at]),
                percent(float(used)) if np.isfinite(used) else "–",
            ]
            for i, item in enumerate(one.items or (None,)):
                cells = ["", "", "", "", "", ""] if i else first
                if item is not None:
                    shares = [item.share.get(region, np.full(len(found.years), np.nan))[at] for region in regions]
                    texts = [percent(float(share), 0) if np.isfinite(share) else "–" for share in shares]
                    cells = [*cells, item.item, tonnes(item.could_make[at]), *texts]
                lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return lines


def proof(found: Gap) -> str:
    """How the optimum is proved and how elements close."""
    held = found.levels.certificate.proved and found.traced.worst.value <= CLOSES
    assert held, found.scenario.name
    return (
        "The optimum is proved from levels and prices (rows, slack and gap within 1e-9), and every element closes in "
        "every year to 1e-9.\n"
    )


def section(found: Gap) -> list[str]:
    """A scenario."""
    lines = [f"## {found.scenario.name}: {found.scenario.title}", "", *headline(found)]
    if found.scenario.name == "us_2030":
        lines += stages(found, ("NdPr", "Dy", "Tb", "alloy", "magnets"))
    if found.closing is not None:
        lines += ["### The cheapest ways to close it", ""]
        lines += ["Found by the program ([closing.md](closing.md)); what cannot be built in time stays open.", ""]
        lines += [f"{i}. {one[0].upper()}{one[1:]}." for i, one in enumerate(sentences(found.closing), start=1)]
        total = [rounded(float(way.left.sum())) for way in found.closing.ways]
        lines += ["", f"Unmet over all years: {rounded(float(found.closing.gap.sum()))} t without, " + ", ".join(total)]
        lines[-1] += " t with each way. " + " ".join(f"{note[0].upper()}{note[1:]}." for note in found.closing.notes)
        lines.append("")
    if found.sites:
        lines += ["### Mountain Pass against Baotou", "", *sites(found)]
    return [*lines, proof(found)]


def page() -> str:
    """The whole page."""
    scenarios = [load_scenario(name) for name in ("us_2030", "eu_2030", "export_ban", "world_2025")]
    tables = yield_tables(dict.fromkeys(name for one in scenarios for name in flowsheets(one)))
    lines = [HEAD]
    for one in scenarios:
        mine = one.name == "us_2030"
        lines += section(gap(one, tables=tables, ways=3 if mine else 0, sites=SITES if mine else ()))
    return "\n".join(lines)


def main() -> None:
    """Write the page, or say whether it is current."""
    made = page()
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text(encoding="utf-8") == made else "run python docs/make_gaps.py")
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
