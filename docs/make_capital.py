"""Write docs/capital.md: how plants are costed, and every plant with a published cost beside the model's.

`python docs/make_capital.py` rewrites the page; with `--check` it only says whether the page is current.
"""

from __future__ import annotations

import math
import sys
import textwrap
from pathlib import Path

from didymium.data import regional_factors, regions
from didymium.data.investment import GROUPS, capital_factors, installation, known_plants, without_cost
from didymium.studies.plant_costs import PlantCost, calibrate, check, summary

PAGE = Path(__file__).resolve().parent / "capital.md"

HEAD = """# Capital

Written by `python docs/make_capital.py`; a test holds the scope factors and the table of plants to the data.

## 1. From equipment to a plant

Every operation sizes its equipment; [equipment.md](equipment.md) says what a piece of each size costs, bare, on the US
Gulf Coast in the plan's year. Then, for each unit u of a stage,

    I_u = Σ purchases · (1 + Σ installation) · scope(group of the stage) · location(region) · compliance(region)

`result.cost.capital["separation"]` has it: `million_usd`, `by_unit`, and `lines`, which add up to it: the equipment,
each line of installation, what the scope factor adds (*utilities, infrastructure, owner's cost*), and what location and
compliance add or take off. `purchases` are the pieces of equipment.

A stage is built for its nameplate where that is above what the file's rates ask for: sizes grow with the ratio, before
exponents and largest pieces apply. The yearly charge is I·r(1+r)ⁿ/((1+r)ⁿ−1) with r = 10 %, n = 20 years: 0.1175.

Every figure here can be sampled by its key, `data.scope.separation` or `data.installation.piping`; ranges below.

### Where a known plant stays the base

- A **mine that leaches clay in the hill** has no equipment list worth the name: wells, pipes and ponds follow the hill,
  not a throughput. It is scaled from `capital.csv` (60 M USD, 15 to 593, for 4,000 t/y REO).
- **Iron nitride magnets**: nobody has published what nitrides iron at scale; scaled from Niron's announced plant.
- A stage without any sized equipment.

`capital.csv` names the kinds of unit that make a stage be costed so. The formula is I₀/e₀ · (q/q₀)^0.6 · CEPCI ratio ·
ratio of location × compliance. For all other stages it is computed beside the equipment's cost (`Investment.by_plant`)
and stands in the note of every line of capital: the two disagree by what §4 shows.

"""
LIMITS = """## 5. What this says, and limits

- **Separation and cracking**: five of the six plants that make the factor come out between 0.6 and 1.0, from 1 to 100
  kt a year, East and West with one factor: the split of regions and the equipment lists hold there. Small lines are
  costed too high (Jinmeng, SRC, La Rochelle): what they are housed in mostly stood, and the smallest mixer-settlers
  are costed one by one.
- **Magnets do not fit one factor**: Chinese plants need a quarter to all of the installed equipment (a strip-casting
  project alone nearly four times), American ones one and a half to four times. A Chinese plant costs more than three
  times less than an American one, whatever WSJ's ratio says of plants in general; announced American totals also hold
  buildings, metal and money kept back. The factor below 1 is so no scope in the word's sense: it also takes off what
  our equipment prices, between East and West, have too much for China. Its range (× and ÷ 3) is the honest answer; a
  file for one region should say its own.
- **Mine and metal** rest on one plant each, so the ratio 1.00 there says nothing. Clay dug and washed (Carina) is
  four to five times what the file's leaching in the hill would cost.
- White Mesa shows what a standing mill saves: a fifteenth of a new line.
- Sizes are linear in throughput; a stage built larger than the file runs has more of the same equipment.
- Announced and running plants are not told apart in the factors; announced ones tend to grow (Eneabba by half,
  Kalgoorlie by half over their first budgets).
- Scope ranges already hold what the installation lines and common errors of equipment prices do; sampling all of them
  together counts part of it twice.
- No inflation within the years of building, no interest during construction (the cash flow spends over years).
"""


def number(value: float, digits: int = 2) -> str:
    return "–" if math.isnan(value) else f"{value:,.{digits}f}"


def money(value: float) -> str:
    return f"{value:,.0f}" if value >= 20 else f"{value:,.1f}"


def factors() -> str:
    known, lines = regional_factors(), installation()
    rows = [
        "## 2. Factors",
        "",
        "Installation, as a share of bare equipment (DOE PrOMMiS, the breakdown of its Lang factor of 2.97; ranges are "
        "judgement):",
        "",
        "| line | share | range |",
        "|---|---|---|",
        *(
            f"| {item} | {one.value:.0%} | {one.low:.0%}–{one.high:.0%} |".replace("%", " %")
            for item, one in lines.items()
        ),
        f"| **with the equipment** | **{1 + sum(one.value for one in lines.values()):.2f}** | |",
        "",
        "Scope: what a plant costs over its installed equipment: utilities, roads, power lines, laboratories, stores, "
        "residue ponds, spares, engineering beyond the plant, owner's cost, and whatever equipment the operations do "
        "not size. One factor for each group of stages, the geometric mean of actual over installed equipment over the "
        "plants that count (§4); its range is the geometric spread of those ratios, × and ÷ 2 where there is but one.",
        "",
        "| group | scope | range | from |",
        "|---|---|---|---|",
    ]
    for group, found in calibrate().items():
        stored = capital_factors()["scope", group]
        rows.append(
            f"| {group} | {stored.value:.3g} | {stored.low:.2g}–{stored.high:.2g} | {', '.join(found.plants)} |"
        )
    rows += [
        "",
        "Regions: `location` is wages, productivity and materials on the site (published location factors, Washington "
        "DC = 1); `compliance` is what it leaves of the ratio of build costs: permits, standards, environment, the "
        "price of domestic equipment, time. Their product is the build cost (US = 1).",
        "",
        "| region | location | compliance | build cost |",
        "|---|---|---|---|",
    ]
    for region in regions():
        place, rules, whole = (known[factor, region] for factor in ("location", "compliance", "build_cost"))
        cells = " | ".join(f"{one.value:.3g} ({one.low:.2g}–{one.high:.2g})" for one in (place, rules, whole))
        rows.append(f"| `{region}` | {cells} |")
    return "\n".join(rows) + "\n"


def running() -> str:
    known = capital_factors()
    rows = [
        "## 3. Working capital and ramp-up",
        "",
        "Money tied up: the solvent that circuits hold, at its price; the rare earths that they hold, at "
        f"{known['held_value', 'rare earths'].value:g} of the price of their separated oxides; stocks, as days of what "
        "a stage spends on all but capital. It is paid back when the plant closes, so that a year costs the discount "
        "rate on it and no more: the line *working capital*, under capital. Limit: the stocks of a stage count at "
        "its own spending; what earlier stages of the same plant put into them does not.",
        "",
        "Ramp-up: output grows linearly from nothing over so many years (`Investment.ramp_up`, "
        "`economics.ramp_up.outputs`). The cash flow uses it; cost per kg is that of a plant at its full output.",
        "",
        "| stage | stocks, days | years to full output | why |",
        "|---|---|---|---|",
    ]
    for stage in GROUPS:
        days, years = known["stock_days", stage], known["ramp_up", stage]
        cells = " | ".join(f"{one.value:g} ({one.low:g}–{one.high:g})" for one in (days, years))
        rows.append(f"| {stage} | {cells} | {years.note} |")
    return "\n".join(rows) + "\n"


def plant_table(costs: tuple[PlantCost, ...]) -> str:
    rows = [
        "| plant | group | stands for | scale | published, M USD | model, M USD | model / published | without it |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in costs:
        plant = one.plant
        units = f", {len(plant.units)} of its units" if plant.units else ""
        model = f"`{plant.flowsheet}` {' + '.join(plant.stages)}{units}"
        name = f"**{plant.plant}**" if plant.calibrates else plant.plant
        rows.append(
            f"| {name} | {one.group} | {model} | {one.scale:.2g} | {money(one.actual)} | {money(one.predicted)} | "
            f"{number(one.ratio)} | {number(one.left_out)} |"
        )
    return "\n".join(rows)


def agreement_table(costs: tuple[PlantCost, ...]) -> str:
    rows = ["| plants | n | geometric mean of model / published | geometric spread |", "|---|---|---|---|"]
    rows += [
        f"| {name} | {one.plants} | {number(one.mean)} | {number(one.spread)} |" for name, one in summary(costs).items()
    ]
    return "\n".join(rows)


def notes() -> str:
    rows = ["| plant | as published | site | status | route | what differs |", "|---|---|---|---|---|---|"]
    for plant in known_plants():
        cost = f"{plant.cost.value:,g} M {plant.currency} of {plant.cost.year}"
        rows.append(
            f"| {plant.plant}, {plant.owner} ({plant.country}) | {plant.published}; {cost} (`{plant.cost.source}`) | "
            f"{plant.site} | {plant.status} | {plant.route} | {plant.cost.note or '–'} |"
        )
    return "\n".join(rows)


def left_out() -> str:
    return "\n".join(
        f"- {row['plant']} ({row['owner']}, {row['country']}): {row['scope']}, {row['published']}; "
        f"lacks {row['lacks']} (`{row['source']}`)."
        for row in without_cost()
    )


def wrapped(text: str) -> str:
    """Text with its paragraphs and points broken at 120 columns; tables and code stay."""
    lines = []
    for line in text.split("\n"):
        later = "  " if line.startswith("- ") else ""
        prose = len(line) > 120 and not line.startswith(("|", "    "))
        lines += textwrap.wrap(line, 120, subsequent_indent=later, break_on_hyphens=False) if prose else [line]
    return "\n".join(lines)


def page() -> str:
    costs = check()
    text = "\n".join(
        [
            HEAD + factors(),
            running(),
            "## 4. Against plants\n\n"
            "Capacities are stated on four bases (NdPr oxide, all rare-earth oxides, NdPr-equivalent in a carbonate, "
            "magnets). Each is held against what the flowsheet makes of the same: NdPr against NdPr as oxide, and so "
            "on; *scale* is that ratio, and all sizes are linear in it. Cost is in USD of its own year, at that year's "
            "average rate and index. **Bold** plants make the scope factors. One rule for all decides: they are not in "
            "halls that stood, are of one group, are modelled by a flowsheet of the same or a near route, and neither "
            "cost nor capacity is a guess (`KnownPlant.calibrates`). The others are a test. *Without it*: the ratio "
            "with the scope factor of the group's other plants. Nothing is tuned per plant.\n",
            plant_table(costs),
            "\n" + agreement_table(costs) + "\n",
            "What is compared, and what differs:\n",
            notes(),
            "\nKnown, but without a published cost, or of many plants at once:\n",
            left_out() + "\n",
            LIMITS,
        ]
    )
    return wrapped(text)


if __name__ == "__main__":
    text = page()
    if "--check" in sys.argv:
        sys.exit(None if PAGE.read_text(encoding="utf-8") == text else "run python docs/make_capital.py")
    PAGE.write_text(text, encoding="utf-8")
