"""Write docs/equipment.md: what every piece of equipment costs, from which source, and how sizes become money.

`python docs/make_equipment.py` rewrites the page; with `--check` it only says whether the page is current.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

import numpy as np

import didymium
from didymium.data import cost_index, sources
from didymium.data.equipment import EquipmentCost, equipment
from didymium.economics.equipment import Purchase, bare_cost, purchases
from didymium.files import shipped

PAGE = Path(__file__).resolve().parent / "equipment.md"
STAGES = ("mine", "separation", "metal", "alloy", "magnet")
WORKED = 2000.0

HEAD = """# What equipment costs

Written by `python docs/make_equipment.py` from `process/data/equipment.csv` and the shipped flowsheets; a test holds
it to them.

Every unit notes how large its equipment must be (`b.size(item, value, unit, follows, number)`; *Equipment* in a run).
`economics.equipment.purchases(solution, figures)` turns each size into what it costs to buy and set up, bare, on the US
Gulf Coast; foundations, piping, electrics, buildings, engineering and contingency come on top of that, and the place
and what its rules ask for, as [costs.md](costs.md) says.

## Equations

For a size V that a unit needs of an item, over n pieces where the unit knows how many (stages of a circuit, cells of a
bank), else one:

    m = n · ceil(V / n / largest)                    pieces
    v = max(V / m, smallest)                         size of one
    C = m · C₀ · (v / v₀)^e · CEPCI(year) / CEPCI(year₀)

C₀ is the cost of one at the base size v₀; e the exponent, another one below v₀ where the table has two. So economies of
scale act in each piece, and a row of pieces costs as many times as much as one. A size of nothing costs nothing. `year`
is the plan's, or the latest with an index before it.

"""

AFTER = """
## What a size stands for

- *Mixer-settlers*: one piece a stage, extraction, scrub and strip counted. Accounts 5.4, 6.4 and 7.4 of PrOMMiS are of
  one mixer-settler each (its flowsheet buys six of 61,107 gallons for the rougher) and lie on one line of exponent 0.45
  from 9 to 231 m³. Below 9.25 m³ nothing is published; 0.75 there is an assumption, for 0.45 would ask 40,000 USD for
  100 L.
- *Filters* stand as m² where a unit knows a filtration rate, else as kg/h of dry cake; both are the same account.
- *Evaporator*: t/h of water of one body; three effects are three bodies, and so more bodies than trains.
- *Held*: `P507 held`, `kerosene held`, `rare earths held` (kg REO) and `organic of …` are what stays in circuits. They
  are no equipment and have no row; working capital counts the first three.

## What has no size

Pumps, pipes, conveyors, bins, tank farms, boilers, cooling towers, power supply, laboratories, vehicles, offices,
tailings dams, roads and camps have none: the installation factors and the scope of a stage, calibrated on whole plants,
stand for them. Mixers and splitters are none.
"""


def money(usd: float) -> str:
    """USD in words of a table."""
    return f"{usd / 1e6:.3g} M" if usd >= 1e6 else f"{usd / 1e3:.3g} k"


def bound(one: EquipmentCost) -> str:
    """Smallest and largest piece."""
    low = f"{one.smallest:g}" if one.smallest else ""
    high = f"{one.largest:g}" if np.isfinite(one.largest) else ""
    return f"{low}–{high}" if low or high else ""


def rows() -> str:
    """The table of all items."""
    lines = [
        "| item | what | size noted as | cost, USD | range | year | at | e | one piece | source | confidence |",
        "|---|---|---|---:|---|---|---|---|---|---|---|",
    ]
    for one in equipment().values():
        named = ", ".join(f"`{name}`" for name in one.sizes)
        if one.kinds:
            named += f" of {', '.join(one.kinds)}"
        exponent = f"{one.exponent:g}" + (f" ({one.below:g} below)" if one.below != one.exponent else "")
        span = f"{money(one.fact.low)} to {money(one.fact.high)}"
        cells = [f"`{one.item}`", one.title, named, money(one.fact.value), span, str(one.fact.year)]
        cells += [f"{one.size:g} {one.unit}", exponent, bound(one), f"`{one.fact.source}`", one.fact.confidence]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def reasons() -> str:
    """How each figure comes about."""
    return "".join(f"- `{one.item}`: {one.fact.note}.\n" for one in equipment().values())


def worked() -> str:
    """A mill of 2,000 kW in 2024."""
    mill = equipment()["mill"]
    bare = float(bare_cost(mill, np.array([WORKED]), np.ones(1))[0])
    index = cost_index(2024).value / cost_index(mill.fact.year).value
    return (
        f"Worked: a mill of {WORKED:,.0f} kW in 2024. {mill.fact.value:,.0f} USD of {mill.fact.year} at {mill.size:g} "
        f"kW,\ne = {mill.exponent:g}: {mill.fact.value:,.0f} × ({WORKED:g}/{mill.size:g})^{mill.exponent:g} × "
        f"{index:.4f} = {bare:,.0f} × {index:.4f} = {bare * index:,.0f} USD.\n"
    )


def shares() -> str:
    """How much of the table is published."""
    known = list(equipment().values())
    published = sum(one.fact.source != "assumed" for one in known)
    titles = {one.fact.source: sources()[one.fact.source].title for one in known if one.fact.source != "assumed"}
    named = "; ".join(f"`{key}` {title}" for key, title in titles.items())
    assumed = sum(one.fact.assumed for one in known)
    text = (
        f"{published} of {len(known)} items come from a published account or correlation ({named}); all others are "
        f"judgement, with a range of a factor of two or more either way. {assumed} count as assumptions: besides the "
        "judged ones those where a conversion of ours stands between the account's measure and the model's. A cost is "
        "that of Western makers or between theirs and Chinese ones; the low end is what Chinese makers ask."
    )
    return textwrap.fill(text, 120) + "\n"


def _million(found: Iterable[Purchase]) -> float:
    return float(sum(one.million_usd[0] for one in found))


def totals() -> str:
    """Bare equipment of the shipped plants by stage, and what of it rests on assumptions."""
    lines = [
        "| plant | year | " + " | ".join(STAGES) + " | assumed | largest |",
        "|---|---|" + "---:|" * (len(STAGES) + 1) + "---|",
    ]
    for name in shipped():
        solution = didymium.load(name).solve().solution
        found = purchases(solution)
        if not found:
            continue
        cells = [_million(one for one in found if one.stage == stage) for stage in STAGES]
        share = _million(one for one in found if one.assumed) / _million(found)
        best = max(found, key=lambda one: float(one.million_usd[0]))
        largest = f"{best.item} of {best.unit}, {best.million_usd[0]:.3g}"
        shown = [("" if not cell else f"{cell:,.0f}" if cell >= 100.0 else f"{cell:.3g}") for cell in cells]
        lines.append(f"| {name} | {found[0].year} | " + " | ".join(shown) + f" | {100 * share:.0f} % | {largest} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """The whole page."""
    return (
        HEAD
        + worked()
        + "\n## Items\n\n"
        + shares()
        + "\n"
        + rows()
        + "\n## Where each figure comes from\n\n"
        + reasons()
        + AFTER
        + "\n## Shipped plants\n\nMillion USD of the plan's year, bare and erected on the US Gulf Coast whatever the "
        "plant's region: no installation,\nno place, no scope.\n\n" + totals()
    )


if __name__ == "__main__":
    made = page()
    if "--check" in sys.argv:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == made
        print("current" if current else f"{PAGE.name} is not current; run python docs/make_equipment.py")
        raise SystemExit(not current)
    PAGE.write_text(made, encoding="utf-8")
