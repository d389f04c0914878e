"""Write docs/claims.md: public claims on cost and on capacity, what is computed beside them, and verdicts.

`python docs/make_claims.py` rewrites the page (a minute on two cores); with `--check` it only says whether the page is
current.
"""

from __future__ import annotations

import sys
from pathlib import Path

from didymium.data import sources
from didymium.report.claims import band, figure, stated
from didymium.studies.capacity_claims import CapacityFinding
from didymium.studies.claims_run import Claims, run
from didymium.studies.cost_claims import CostFinding

PAGE = Path(__file__).resolve().parent / "claims.md"
SAMPLES, SEED = 1000, 1

HEAD = """# Public claims on cost and capacity

Written by `python docs/make_claims.py`; `didymium claims` prints the same with fewer samples, and the claims on
recovery, wastes and energy besides ([effluents.md](effluents.md) has these plant by plant).

**How it is judged.** Each claim is held against shipped flowsheets. *As written* is the value at the files' own
numbers. Median and band (5th to 95th percentile) are of {samples:,} samples: every number of the files that has a
range and every price, wage, rate and factor of the data that has one, all at once and solved in full; plants that are
compared share the figures of the data, sample by sample. *True in* counts the samples in which the claim holds as
stated, a single figure within 10 %. A claim is **contradicted** where it is true in fewer than 5 % of them; a bound
("more than") is **supported** where it is true in 95 %, a figure or a range in half. Else it is **undecidable**. A
claim that may count several things is held against each: the first is the claim to the letter and gives the verdict,
and the reason names those that say otherwise.

**What the bands do not hold.** Ranges are mostly judgement (`didymium run NAME --assumptions` lists them); models,
what the flowsheets leave out, and figures that were read as one number do not vary. Values of the files often lie at
the favourable end of their range, so a value as written may lie at an end of its band or outside it: of the two the
median is the safer reading. Capital misses single plants of known cost by a factor of two or more
([capital.md](capital.md)); the scope factors vary by as much.
"""


def section(one: CostFinding) -> str:
    """A claim with its measures."""
    claim = one.claim
    unit = "" if claim.unit == "1" else claim.unit
    lines = [
        f"## {claim.title}: {stated(claim)}\n",
        f"**{one.verdict.capitalize()}.** {one.reason[0].upper()}{one.reason[1:]}.\n",
        f"Published beside it: {claim.comment}. Source of the claim: {sources()[claim.source].title} "
        f"(`{claim.source}`).\n",
        f"| counted as | plants | as written, {unit or '%'} | median | 90 % band | true in | verdict |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for measure in one.measures:
        band = f"{figure(measure.low, claim.unit)} to {figure(measure.high, claim.unit)}"
        values = (figure(one, claim.unit) for one in (measure.value, measure.median))
        cells = [measure.what, measure.plants, *values, band]
        lines.append("| " + " | ".join([*cells, f"{100 * measure.holds:.0f} %", measure.verdict]) + " |")
    return "\n".join(lines) + "\n"


def summary(found: Claims) -> str:
    """All claims on a line each."""
    lines = ["| claim | stated | as written | median | 90 % band | verdict |", "|---|---:|---:|---:|---:|---|"]
    for one in found.costs:
        claim, first = one.claim, one.measures[0] if one.measures else None
        value = figure(first.value, claim.unit) if first else "–"
        middle = figure(first.median, claim.unit) if first else "–"
        band = f"{figure(first.low, claim.unit)} to {figure(first.high, claim.unit)}" if first else "–"
        lines.append(f"| {claim.title} | {stated(claim)} | {value} | {middle} | {band} | {one.verdict} |")
    return "\n".join(lines) + "\n"


CAPACITY = """# Claims on capacity and demand

Held against the shipped scenarios ([gaps.md](gaps.md)). *Computed* is what a scenario gives as it is written; the range
has all its own ranges at one end (demand), or plants as late as the file allows and in time (capacity): *low* of an
announced plant is that it is not built. A single figure is **supported** within 10 % of the value, **contradicted**
where it lies outside the range by more than 10 %, else **undecidable**; a bound is supported where the whole range
agrees, contradicted where none of it does. What is an input of the scenario or hangs on one alone decides nothing: such
a reading says so and is undecidable. Shares of the past rest on quotas and nameplates of the time
([world_2025.md](world_2025.md) says which rows are circular), those of later years on what is announced.
"""


def capacity(one: CapacityFinding) -> str:
    """A claim on capacity with its readings."""
    claim = one.claim
    lines = [
        f"## {claim.title}: {stated(claim)}\n",
        f"**{one.verdict.capitalize()}.** {one.reason[0].upper()}{one.reason[1:]}.\n",
        f"Published beside it: {claim.comment}. Source of the claim: {sources()[claim.source].title} "
        f"(`{claim.source}`).\n",
        f"| counted as | scenario | computed, {'%' if claim.unit == '1' else claim.unit} | range | verdict |",
        "|---|---|---:|---:|---|",
    ]
    for each in one.readings:
        cells = [each.what, each.scenario or "–", figure(each.value, claim.unit)]
        lines.append("| " + " | ".join([*cells, band(each.low, each.high, claim.unit), each.verdict]) + " |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """The whole page."""
    found = run(SAMPLES, SEED)
    count = found.samples * len(found.flowsheets)
    tail = f"Of {count:,} solves {len(found.lost):,} had no solution and are left out.\n"
    costs = [summary(found), tail, *(section(one) for one in found.costs)]
    return "\n".join([HEAD.format(samples=SAMPLES), *costs, CAPACITY, *(capacity(one) for one in found.capacity)])


def main() -> None:
    """Write the page, or say whether it is current."""
    made = page()
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text(encoding="utf-8") == made else "run python docs/make_claims.py")
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
