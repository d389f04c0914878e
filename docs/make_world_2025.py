"""Write the tables of docs/world_2025.md; with `--check` only say whether they are current."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from didymium.files.scenario_load import load_scenario
from didymium.studies.gap import flowsheets
from didymium.studies.yield_tables import yield_tables
from didymium.supply.chain import build
from didymium.supply.plants import oxides_in
from didymium.supply.program import Levels, solve

PAGE = Path(__file__).with_name("world_2025.md")
PUBLISHED = Path(__file__).parents[1] / "tests" / "validation" / "data" / "world_output.csv"
BEGIN, END = "<!-- tables -->\n", "<!-- end -->"
MINE, OXIDE, ALLOY = "mine output", "NdPr oxide", "NdFeB alloy"
REGIONS = {"us": "United States", "china": "China"}
CIRCULAR = {
    (MINE, "China"): "the quota, which is the capacity",
    (OXIDE, "United States"): "its ramp is read from these",
}
"""Rows whose published number, or a copy of it, went into the scenario."""
UNLIKE = {(MINE, "Australia"): "ore with its La and Ce against finished products"}
"""Rows whose two numbers count different things; they stand in the table, but in no error and no sum."""
Key = tuple[str, str, int]


@cache
def published() -> dict[Key, float]:
    """t/year by item, place and year."""
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        return {(row["item"], row["place"], int(row["year"])): float(row["value"]) for row in csv.DictReader(file)}


def solved(tables: Mapping[str, Any] | None = None) -> Levels:
    """The levels of the shipped scenario; `tables` are the yields of its flowsheets, where they are known."""
    scenario = load_scenario("world_2025")
    return solve(build(scenario, yield_tables(flowsheets(scenario)) if tables is None else tables))


def computed(levels: Levels) -> dict[Key, float]:
    """What the model makes, t/year, by item, place and year."""
    out: dict[Key, float] = {}

    def add(item: str, place: str, amount: np.ndarray) -> None:
        for year, value in zip(levels.system.years, amount, strict=True):
            out[item, place, year] = out.get((item, place, year), 0.0) + float(value)

    goods = levels.system.goods
    clays: dict[str, np.ndarray] = {}
    for activity, level in zip(levels.system.activities, levels.levels, strict=True):
        place = REGIONS.get(activity.region, activity.region.capitalize())
        for made in activity.makes if activity.kind in ("source", "plant") else ():
            amount = level * made.amount
            good = goods[made.pool.good]
            if activity.kind == "source":
                add(MINE, place, amount * oxides_in(good.content))
                if good.what == "myanmar_clay":
                    own = "own" if activity.region == "china" else "imported"
                    clays[own] = clays.get(own, 0.0) + amount
            elif good.name == "oxide:NdPr" and activity.stage != "recycling":
                oxide = amount * oxides_in(good.content)
                if activity.region != "china":
                    add(OXIDE, place, oxide)
                elif activity.plant == "chinese_clay_separation":
                    share = clays["own"] / (clays["own"] + clays["imported"])
                    add(OXIDE, "China of own ore", share * oxide)
                    add(OXIDE, "China of imports", (1.0 - share) * oxide)
                else:
                    own = activity.plant == "chinese_separation"
                    add(OXIDE, f"China of {'own ore' if own else 'imports'}", oxide)
            elif good.form == "alloy":
                add(ALLOY, place, amount)
    return out


def errors(ours: Mapping[Key, float], item: str, place: str) -> tuple[float, float]:
    """Mean absolute error of a row in t/year, and as a share of what was published."""
    theirs = {key: value for key, value in published().items() if key[:2] == (item, place)}
    off = [abs(ours.get(key, 0.0) - value) for key, value in theirs.items()]
    return sum(off) / len(off), sum(off) / sum(theirs.values())


def places(item: str) -> list[str]:
    """Places that something was published of, in the order of the file."""
    return list(dict.fromkeys(place for kind, place, _ in published() if kind == item))


def off_by(ours: float, theirs: float) -> str:
    """The difference in per cent, as the tables have it; of less than a tenth or more than ten times, in words."""
    ratio = ours / theirs
    return f"{100.0 * (ratio - 1.0):+.0f} %".replace("-", "−") if ratio < 10.0 else f"× {ratio:.0f}"


def grid(ours: Mapping[Key, float], item: str, places_shown: list[str]) -> list[str]:
    """A table of one item: computed / published, and the difference, in kt."""
    years = sorted({year for kind, place, year in published() if kind == item and place in places_shown})
    lines = [f"| kt | {' | '.join(map(str, years))} | mean error | of published |", "|---" * (len(years) + 3) + "|"]
    for place in places_shown:
        cells = []
        for year in years:
            mine, theirs = ours.get((item, place, year), 0.0), published().get((item, place, year))
            shown = f"{mine / 1e3:.{1 if mine >= 1e4 else 2}f}"
            cells.append(shown + " / –" if theirs is None else f"{shown} / {theirs / 1e3:.4g} ({off_by(mine, theirs)})")
        if (item, place) in UNLIKE:
            lines.append(f"| {place} † | {' | '.join(cells)} | – | – |")
            continue
        absolute, share = errors(ours, item, place)
        name = f"{place} *" if (item, place) in CIRCULAR else place
        lines.append(f"| {name} | {' | '.join(cells)} | {absolute / 1e3:.2f} | {100 * share:.0f} % |")
    return lines


def tables(ours: Mapping[Key, float]) -> str:
    """The tables of the page."""
    shown = [
        "Mine output, computed / published, REO",
        "",
        *grid(ours, MINE, places(MINE)),
        "",
        "NdPr oxide, computed / published",
        "",
        *grid(ours, OXIDE, places(OXIDE)),
        "",
        "NdFeB alloy of China, computed / published",
        "",
        *grid(ours, ALLOY, places(ALLOY)),
        "",
        *summary(ours),
    ]
    return "\n".join(shown) + "\n"


def summary(ours: Mapping[Key, float]) -> list[str]:
    """The errors of all mines that are not circular, weighed by what was published, and of the world by year."""
    free = [place for place in places(MINE) if (MINE, place) not in CIRCULAR and (MINE, place) not in UNLIKE]
    keys = [key for key in published() if key[0] == MINE and key[1] in free]
    off = sum(abs(ours.get(key, 0.0) - published()[key]) for key in keys)
    share = 100.0 * off / sum(published()[key] for key in keys)
    lines = [
        f"Mines but China's and Australia's, all years: mean absolute error {share:.0f} % of what was published.",
        "",
    ]
    for year in (2020, 2021, 2022, 2023, 2024):
        theirs, mine = world(published(), year), world(ours, year)
        lines.append(f"- {year}: {mine / 1e3:.0f} kt against {theirs / 1e3:.0f} kt ({off_by(mine, theirs)})")
    return lines


def world(output: Mapping[Key, float], year: int) -> float:
    """What all mines made in a year, t/year, but those whose published numbers count something else."""
    return sum(value for key, value in output.items() if key[0] == MINE and key[2] == year and key[:2] not in UNLIKE)


def page(text: str, made: str) -> str:
    """The page with its tables made anew."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + made + END + rest.partition(END)[2]


def main() -> None:
    """Write the tables, or say whether they are current."""
    text = PAGE.read_text(encoding="utf-8")
    new = page(text, tables(computed(solved())))
    if "--check" in sys.argv[1:]:
        sys.exit(0 if new == text else "run python docs/make_world_2025.py")
    PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
