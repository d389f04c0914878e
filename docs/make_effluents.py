"""Write docs/effluents.md: wastes, water and carbon of the shipped flowsheets, and the public claims beside them.

`python docs/make_effluents.py` rewrites the page; with `--check` it only says whether the page is current.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np

import didymium
from didymium.data import sources
from didymium.files import shipped
from didymium.flowsheet import Result
from didymium.studies.claims import Finding, evaluate
from didymium.studies.effluents import PER_REO, ROWS, Effluents, effluents
from didymium.studies.ranges import between, counted

PAGE = Path(__file__).resolve().parent / "effluents.md"
PLANTS = ("mountain_pass", "baotou", "ganzhou", "kuantan", "la_rochelle", "myanmar_clay")
DRAWS, SEED = 24, 1

HEAD = f"""# Effluents

Written by `python docs/make_effluents.py` from the shipped flowsheets; a test holds the values of the files to them,
`python docs/make_effluents.py --check` the ranges and claims too.

`didymium run` prints this table by stages for one plant, `didymium compare` the totals side by side, `--json` has it
under `effluents` with units in key names.

**Basis.** Everything is per {PER_REO}: oxides, carbonates and whatever else the
separation stage hands on or sells, as conventional oxides, rare earths that came back as swarf included. Mine,
separation and later stages (metal, alloy, magnet) all count to it.

**What counts as what.** Every waste stream that leaves goes to water (effluent, seepage), air (off-gas) or a solid
(tailings, leached ground, residue, slag, swarf, salt) by its form; a form that no row knows is counted as other waste
and named. Element by element the media hold what the waste streams hold: a test adds them up for every shipped file.
By-products (caustic liquor, aqueous ammonia, ammonium salts, recycled water, iron concentrate …) are no wastes.
Ammonia is all N in water, and in off-gas what treatment and scrubbers tell as NH3; sulphate is all S. Residues are
radioactive above 1 Bq/g of 232Th or 238U, each by itself as the cited standard has it; a run names those that lie
within 30 % of it, by the larger or the sum of both. The parents' activity is given and, for chains in equilibrium, that
of all members (10 decays per decay of 232Th, 14 of 238U). Tailings are never counted to the radioactive residue: their
activity has a row of its own.

**Water.** Fresh water is what units take; what treatment hands back is told apart and is not taken off it. Salts in
water that is handed back, and that no unit of the file takes, count as discharged to water: in the long run they leave.
Reuse inside a unit, as of flotation water, does not show. The Chinese norms ask for at least 85 or 90 %, by the kind of
plant (`miit2016`); a visit to Mountain Pass reports about 95 % (`adamas2022`).

**Carbon.** Of the process: all carbon of off-gas, as CO2. Of fuel: IPCC 2006 factors by lower heating value. Of power:
the average of the unit's grid. Making the reagents is not in it, nor is diesel that no unit states.

**Ranges.** In brackets the 10th and 90th percentile of {DRAWS} draws, each value of the file that has a range drawn
from a triangle over it, one by one independent, all at once; draws that a plant cannot run are passed over and others
taken in their place. Ore analyses, emission factors and what has no range stay.
"""

CLAIMS = """## Public claims

A claim stands beside what the plants give. The verdict is ours, from published figures (`process/data/claims.csv`);
the computed values rest on the files, mostly on assumptions: the last column counts the values that are assumed.
"""


def number(value: float) -> str:
    """Three significant digits, thousands apart; a dash for none.

    >>> number(1234.5), number(0.01234), number(float("nan"))
    ('1,230', '0.0123', '–')
    """
    if not math.isfinite(value):
        return "–"
    if value == 0.0:
        return "0"
    rounded = float(f"{value:.3g}")
    return (
        f"{rounded:,.0f}"
        if abs(rounded) >= 100.0
        else f"{rounded:.{max(0, 2 - math.floor(math.log10(abs(rounded))))}f}"
    )


def solved() -> dict[str, Result]:
    """The shipped plants as written."""
    return {name: didymium.load(name).solve() for name in (*PLANTS, "baotou_lca") if name in shipped()}


def ranged(nominal: dict[str, Result]) -> tuple[dict[str, Result], dict[str, int]]:
    """The plants within their ranges, and how many draws each was passed over because it cannot run at them."""
    both = {name: counted(result.flowsheet, DRAWS, SEED) for name, result in nominal.items()}
    return {name: result for name, (result, _) in both.items()}, {name: passed for name, (_, passed) in both.items()}


def infeasible(passed: dict[str, int]) -> str:
    """How many draws were replaced."""
    if not any(passed.values()):
        return f"No draw was passed over: every plant runs at each of its {DRAWS}.\n"
    counts = ", ".join(f"{name} {number} of {DRAWS + number}" for name, number in passed.items() if number)
    return (
        f"Draws that a plant cannot run, passed over for others: {counts}; of the other plants none. Ranges are those "
        "of draws that can run.\n"
    )


def outside(nominal: dict[str, Result], drawn: dict[str, Result]) -> str:
    """Which values of the files lie outside the percentiles shown beside them."""
    below, above, moving = [], [], 0
    for name in PLANTS:
        if name not in nominal:
            continue
        one, many = effluents(nominal[name]), effluents(drawn[name])
        low_titles, high_titles = [], []
        for row in ROWS:
            value, (low, high) = float(one.value(row)[0]), between(many.value(row))
            if not moves(value, low, high):
                continue
            moving += 1
            if value < low:
                low_titles.append(row.title)
            elif value > high:
                high_titles.append(row.title)
        below += [(name, low_titles)] if low_titles else []
        above += [(name, high_titles)] if high_titles else []

    def listed(found: list[tuple[str, list[str]]]) -> str:
        return "\n".join(f"- {name}: {', '.join(titles)}" for name, titles in found) or "- none"

    low, high = (sum(len(titles) for _, titles in found) for found in (below, above))
    return (
        f"A file's value is no middle of its range. Of {moving} values with a range {low} lie below the 10th "
        f"percentile, {high} above the 90th{favour(low, high)}\n\n"
        f"Below the 10th percentile:\n\n{listed(below)}\n\nAbove the 90th:\n\n{listed(above)}\n"
    )


def favour(low: int, high: int) -> str:
    """What many values at the low end mean; for all rows but water handed back less is better.

    >>> favour(0, 0), favour(1, 3)
    ('.', '.')
    """
    if low <= high:
        return "."
    return (
        ": values as written often lie near the favourable end, because ranges of losses, doses and excesses reach "
        "further up than down. Of the two the range is the safer reading."
    )


def moves(value: float, low: float, high: float) -> bool:
    """Whether a value has a range worth showing."""
    return math.isfinite(value) and value != 0.0 and number(low) != number(high)


def table(nominal: dict[str, Result], drawn: dict[str, Result]) -> str:
    """The rows that any plant fills, a column per plant, with the ranges of those that are drawn."""
    names = [name for name in PLANTS if name in nominal]
    found: dict[str, Effluents] = {name: effluents(nominal[name]) for name in names}
    spread = {name: effluents(drawn[name]) for name in names if name in drawn}
    lines = ["| | unit | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
    for row in ROWS:
        values = [float(found[name].value(row)[0]) for name in names]
        if not any(np.nan_to_num(values)):
            continue
        cells = []
        for name, value in zip(names, values, strict=True):
            low, high = between(spread[name].value(row)) if name in spread else (value, value)
            shown = f" ({number(low)}–{number(high)})" if moves(value, low, high) else ""
            cells.append(f"{number(value)}{shown}")
        lines.append(f"| {row.title} | {row.unit} | " + " | ".join(cells) + " |")
    shares = " | ".join(reused(found[name]) for name in names)
    lines.append(f"| reused, of the water reused or discharged | % | {shares} |")
    made = " | ".join(f"{float(found[name].oxide[0]):.3g}" for name in names)
    lines.append(f"| REO that leaves separation | t/h | {made} |")
    return "\n".join(lines)


def reused(found: Effluents) -> str:
    """Water handed back, in % of that and of what is discharged or lost."""
    back, lost = (float(found.rate(key)[0]) for key in ("water_reused", "water_discharged"))
    return number(100.0 * back / (back + lost)) if back + lost > 0.0 else number(math.nan)


def stages(nominal: dict[str, Result]) -> str:
    """Carbon and energy by stage, the rows of which differ most."""
    lines = ["| plant | | mine | separation | later |", "|---|---|---|---|---|"]
    shown = ("water_discharged", "co2_process", "co2_fuel", "co2_power", "fuel", "electricity")
    for name in PLANTS:
        if name not in nominal:
            continue
        found = effluents(nominal[name])
        for row in ROWS:
            if row.key in shown:
                cells = " | ".join(
                    number(float(found.value(row, group)[0])) for group in ("mine", "separation", "later")
                )
                lines.append(f"| {name} | {row.title}, {row.unit} | {cells} |")
    return "\n".join(lines)


def stated(finding: Finding) -> str:
    """What a claim says, in words."""
    claim = finding.claim
    return (
        f"{100.0 * claim.stated:+.0f} %"
        if claim.key.endswith("_china")
        else (f"{100.0 * claim.stated:.0f} %" if claim.unit == "1" else f"{number(claim.stated)} {claim.unit}")
    )


def claims(findings: tuple[Finding, ...]) -> str:
    """Each claim with its values."""
    parts = []
    for finding in findings:
        claim, percent = finding.claim, finding.claim.unit == "1"

        def cell(value: float, percent: bool = percent) -> str:
            return f"{number(100.0 * value)} %" if percent and math.isfinite(value) else number(value)

        source = sources()[claim.source]
        parts.append(
            f"### {claim.title}: {stated(finding)}\n\n{claim.verdict[:1].upper()}{claim.verdict[1:]}. "
            f"{claim.comment[:1].upper()}{claim.comment[1:]}. Source: {source.title} (`{claim.source}`).\n"
        )
        lines = ["| plant | counts | computed | range | assumed values |", "|---|---|---|---|---|"]
        for one in finding.computed:
            assumed = ", ".join(
                f"{finding.assumed[name][0]} of {finding.assumed[name][1]}" for name in one.plant.split(" / ")
            )
            spread = f"{cell(one.low)} to {cell(one.high)}" if math.isfinite(one.low) else "–"
            lines.append(f"| {one.plant} | {one.what} | {cell(one.value)} | {spread} | {assumed} |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def page() -> str:
    """The whole page."""
    nominal = solved()
    drawn, passed = ranged(nominal)
    return "\n".join(
        [
            HEAD,
            "## Per t REO\n",
            table(nominal, drawn),
            "",
            infeasible(passed),
            outside(nominal, drawn),
            "## By stage\n",
            stages(nominal),
            "",
            CLAIMS,
            claims(evaluate(nominal, drawn)).rstrip("\n"),
            "",
        ]
    )


def main() -> int:
    """Write the page, or say that it is not current."""
    new = page()
    if "--check" in sys.argv[1:]:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == new
        if not current:
            print("docs/effluents.md is not current; run python docs/make_effluents.py", file=sys.stderr)
        return int(not current)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
