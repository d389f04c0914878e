"""Write docs/cost_tables.md: what a kg costs in every shipped flowsheet, by stage and by cause, and its largest lines.

`python docs/make_costs.py` rewrites the page; with `--check` it only says whether the page is current.
"""

from __future__ import annotations

import sys
from pathlib import Path

import didymium
from didymium.economics import CostError, CostSplit
from didymium.files import shipped
from didymium.flowsheet import Result

PAGE = Path(__file__).resolve().parent / "cost_tables.md"
MOST = 6
"""Lines shown of a product."""
SHOWN = ("magnet", "smco5_magnet", "ndpr_oxide", "dy_oxide", "tb_oxide", "separated REO")
"""Products that have tables; a run shows the others."""

HEAD = """# What a kg costs

Written by `python docs/make_costs.py` from the shipped flowsheets; a test holds it to them. Money is USD per kg of the
product as it leaves (oxides and magnets as made, `separated REO` per kg of rare-earth oxides in all that separation
makes), capital charge at 10 % over 20 years included, taxes left out, by-products credited and joint costs shared out
as [costs.md](costs.md) says. *Assumed* is the part of a cost whose lines rest on an assumption. These are the figures
of the files as written: [claims.md](claims.md) shows how far they move within their ranges.

Every line is quantity × price, each with its source: `didymium run NAME --xlsx OUT.xlsx` writes them all, with the
formulas live; below are the largest of each product.
"""


def splits(result: Result) -> list[CostSplit]:
    """The costs that the page shows of a plant."""
    found = {name: result.cost.per_kg(name) for name in result.cost.products if name in SHOWN}
    try:
        separated = result.cost.per_kg_separated()
        found[separated.product] = separated
    except CostError:
        pass
    return [found[name] for name in SHOWN if name in found]


def _number(value: float) -> str:
    return f"{value:,.2f}" if abs(value) >= 0.005 else "" if value == 0.0 else f"{value:.1g}"


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def _by(found: list[tuple[str, CostSplit]], what: str) -> str:
    """Plants and products down, stages or causes across; what is nothing everywhere is left out."""
    keys = dict.fromkeys(key for _, split in found for key, value in getattr(split, what).items() if value != 0.0)
    rows = []
    for name, split in found:
        parts = getattr(split, what)
        cells = [_number(parts.get(key, 0.0)) for key in keys]
        rows.append([name, split.product, f"{split.total:,.2f}", *cells, f"{100 * split.assumed_share:.0f} %"])
    return _table(["plant", "product", "USD/kg", *keys, "assumed"], rows)


def _lines(name: str, split: CostSplit) -> str:
    rows = []
    for share in split.lines[:MOST]:
        line = share.line
        price = float(line.price)
        rows.append(
            [
                f"{line.unit_name}: {line.item}",
                f"{share.per_kg / price:.4g} {line.unit}" if price else "",
                f"{price:,.4g} USD/{line.unit}",
                f"{share.per_kg:,.3f}",
                f"`{line.source}`{' (assumed)' if line.assumed else ''}",
            ]
        )
    heads = ["line", "per kg", "price", "USD/kg", "source of the price"]
    return f"### {name}, {split.product}: {split.total:,.2f} USD/kg\n\n{_table(heads, rows)}"


def page() -> str:
    """The whole page."""
    found = []
    for name in shipped():
        result = didymium.load(name).solve()
        found += [(name, split) for split in splits(result)]
    parts = [
        HEAD,
        "## By stage\n",
        _by(found, "by_stage"),
        "## By cause\n",
        _by(found, "by_cause"),
        "## The largest lines\n",
        *(_lines(name, split) for name, split in found),
    ]
    return "\n".join(parts)


def main() -> None:
    """Write the page, or say whether it is current."""
    made = page()
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text(encoding="utf-8") == made else "run python docs/make_costs.py")
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
