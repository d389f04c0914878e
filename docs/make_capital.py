"""Write docs/capital.md: how plants are costed, and every plant with a published cost beside the model's.

`python docs/make_capital.py` rewrites the page; with `--check` it only says whether the page is current.
"""

from __future__ import annotations

import math
import sys
import textwrap
from pathlib import Path

import numpy as np

import didymium
from didymium.data import regional_factors, regions
from didymium.data.investment import (
    GROUPS,
    KnownPlant,
    capital_factors,
    compliance,
    installation,
    known_plants,
    without_cost,
)
from didymium.studies.plant_costs import PlantCost, agreement, calibrate, check, summary

PAGE = Path(__file__).resolve().parent / "capital.md"

HEAD = """# Capital

Written by `python docs/make_capital.py`; a test holds the scope factors and the table of plants to the data.

## 1. From equipment to a plant

Every operation sizes its equipment; [equipment.md](equipment.md) says what a piece of each size costs, bare, on the US
Gulf Coast in the plan's year. Then, for each unit u of a stage,

    I_u = Σ purchases · (1 + Σ installation) · scope(group of the stage) · location(region) · compliance(region, group)

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
ratio of location × compliance (of the stage's group). For all other stages it is computed beside the equipment's cost
(`Investment.by_plant`) and stands in the note of every line of capital: the two disagree by what §4 shows.

"""
LIMITS = """## 5. What this says, and limits

- **Separation and cracking**: the four new plants come out between 0.7 and 1.2, from under 1 to 107 kt a year, East and
  West with one factor. Four that agree within 1.25 may do so by chance, so that the range stays half to twice. The
  lines in halls that stood, or perhaps did, are costed too high (La Rochelle, White Mesa, Jinmeng), which is as it
  should be: the factor is that of a new site. Mountain Pass stood in Molycorp's rebuild of 1.5 bn USD and still comes
  out at 0.9: it paid for a new plant's worth a second time. Small new plants are costed too high as well (SRC): the
  smallest mixer-settlers are costed one by one.
- **Magnets need two numbers**: with one scope factor and the general build cost, Chinese plants come out too dear and
  American ones too cheap, by a factor of four between them and more. Published intensities are 7 to 25 USD per kg a
  year in China, 100 to 253 in the US: a ratio of 4 to 17, against 3 of the press for plants at large. So compliance of
  China has a row of its own for magnets, a tenth of the US with location, from a seventeenth to a quarter. It holds
  what Chinese makers of presses, furnaces and grinders ask, too: our equipment is priced between East and West. Scope
  of the US rests on Benson alone, announced and not built; what else is known there (10X, Sumter) is dearer, by 1.6 and
  2.5 times, so that the range reaches up to twice. A strip-casting project (Northern Magnet) needs eight times the
  model, though in a rented hall: by another report it makes magnets, not alloy.
- **Mine and metal** have no new plant with a known cost and capacity: as separation, by judgement. Mt Weld's expansion
  comes out at 1.06 so; of the metal plants Jinmeng is 2.6 times too dear, Lacq half: between them lies a factor of
  five. Clay dug and washed (Carina) is four to five times what the file's leaching in the hill would cost.
- **Scope was found through compliance**, and sampling moves both by themselves. One of the four separation plants
  stands in China, so that with other rules there scope would go as compliance^(-1/4); of magnets, what three Chinese
  plants need fixes scope × compliance of China, and a higher scope of the US should go with a lower compliance. In 200
  samples of `baotou` (Latin hypercube, seed 7) the 90 % band of a kg of magnet is 11.8 USD wide, and 10.1 with
  compliance held; of a kg of NdPr oxide 16.6 and 14.4. That is all that compliance does, overlap and real doubt about
  China together: at most a seventh of the width is counted twice.
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
        "plants that count (§4); its range is × and ÷ the geometric spread of what is left over, and at least half to "
        "twice, as an estimate of order of magnitude. **No mine and no metal plant counts**: there the factor is that "
        "of separation, an assumption; for metal the range holds what the two known plants need.",
        "",
        "| group | scope | range | from |",
        "|---|---|---|---|",
    ]
    fitted = calibrate()
    for group in dict.fromkeys(GROUPS.values()):
        stored, found = capital_factors()["scope", group], fitted.get(group)
        names = "assumed, as separation" if found is None else ", ".join(found.plants)
        rows.append(f"| {group} | {stored.value:.3g} | {stored.low:.2g}–{stored.high:.2g} | {names} |")
    rows += [
        "",
        "Regions: `location` is wages, productivity and materials on the site (published location factors, Washington "
        "DC = 1); `compliance` is what it leaves of the ratio of build costs: permits, standards, environment, the "
        "price of domestic equipment, time. Their product is the build cost (US = 1). A row for a group is used for "
        "its stages (`data.compliance.china.magnet`); all others are general (`data.compliance.china`).",
        "",
        "| region | location | compliance | build cost |",
        "|---|---|---|---|",
    ]
    for region in regions():
        place, rules, whole = (known[factor, region] for factor in ("location", "compliance", "build_cost"))
        cells = " | ".join(f"{one.value:.3g} ({one.low:.2g}–{one.high:.2g})" for one in (place, rules, whole))
        rows.append(f"| `{region}` | {cells} |")
        for group in dict.fromkeys(GROUPS.values()):
            key, own = compliance(region, group)
            if key.endswith(f".{group}"):
                low, value, high = (place.value * one for one in (own.low, own.value, own.high))
                rules = f"{own.value:.3g} ({own.low:.2g}–{own.high:.2g})"
                rows.append(f"| `{region}`, {group} | as above | {rules} | {value:.2g} ({low:.2g}–{high:.2g}) |")
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


def alternatives() -> str:
    """Factors by the rule, and with plants that it leaves out."""
    usual = [one for one in known_plants() if one.calibrates]
    doubted = ("Mountain Pass Stage II and III", "Jinmeng separation and scrap", "Jinmeng metal", "Mt Weld expansion")
    more = [*usual, *(one for one in known_plants() if one.plant in doubted)]
    whole = [one for one in known_plants() if len(one.groups) == 1 and one.route in ("same", "near")]
    choices = {
        "by the rule": usual,
        "and Mountain Pass, Jinmeng (both), Mt Weld": more,
        "every plant of one group and a same or near route": whole,
    }
    rows = [
        "| from | group | plants | scope | spread | compliance of China for the group |",
        "|---|---|---|---|---|---|",
    ]
    rows += [row for name, plants in choices.items() for row in factor_rows(name, plants)]
    return "\n".join(rows)


def factor_rows(name: str, plants: list[KnownPlant]) -> list[str]:
    return [
        f"| {name} | {group} | {len(one.plants)} | {one.value:.3g} | {number(one.spread)} | "
        f"{number(one.compliance.get('china', math.nan), 3)} |"
        for group, one in sorted(calibrate(plants).items())
    ]


def magnets(costs: tuple[PlantCost, ...]) -> str:
    """Capital in a kg of magnet with the two numbers of magnet plants, and with one, right for all on average."""
    general = compliance("china")[1].value
    own = compliance("china", "magnet")[1].value
    needed = [
        one.actual / one.installed["magnet"] * (own / general if one.plant.region == "china" else 1.0)
        for one in costs
        if one.plant.calibrates and one.group == "magnet"
    ]
    single = agreement(needed).mean
    rows = [
        f"| capital in a kg of magnet, USD | two numbers | one factor, {single:.2f}, and the general compliance |",
        "|---|---|---|",
    ]
    for name in ("ningbo_magnets", "texas_magnets"):
        usual = didymium.load(name).solve()
        changes = {"data.scope.magnet": single, "data.compliance.china.magnet": general}
        known = {path: np.array([value]) for path, value in changes.items() if path in usual.cost.figures}
        splits = [one.cost.per_kg("magnet") for one in (usual, usual.flowsheet.solve(known))]
        cells = " | ".join(f"{float(one.by_cause['capital']):.1f}" for one in splits)
        rows.append(f"| `{name}` | {cells} |")
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
            "on; *scale* is that ratio, and all sizes are linear in it. Cost is in USD of its own year, at the "
            "exchange rate and index that the data have for it: rates are annual averages to 2023, means of some "
            "months of 2024 and, for CNY, of 2025; other currencies keep their rate of 2024 in 2025, and the index "
            "its latest year. **Bold** plants make the factors. One rule for all decides (`KnownPlant.calibrates`): "
            "the site is new (no halls that stood, no expansion, not unknown), it is of one group, a flowsheet of the "
            "same or a near route models all of it, and neither cost nor capacity is a guess. The others are a test. "
            "Magnets have two numbers, fitted together by least squares in the logarithm: scope, from the plant in "
            "the US, and compliance of China for magnets, from the three there. *Without it*: the ratio with the "
            "factors of the group's other plants, – where they do not give them. Nothing is tuned per plant.\n",
            plant_table(costs),
            "\n" + agreement_table(costs) + "\n",
            "What the rule decides: the factors by it, and with plants that it leaves out.\n",
            alternatives() + "\n",
            "What the second number for magnets does:\n",
            magnets(costs) + "\n",
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
