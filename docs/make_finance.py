"""Write the table of shipped plants in docs/finance.md; with `--check` only say whether it is current."""

from __future__ import annotations

import sys
from pathlib import Path

import didymium
from didymium.files import shipped
from didymium.report.figures import amount, money, number, percent
from didymium.studies.finance import FinanceSheet, finance

PAGE = Path(__file__).with_name("finance.md")
BEGIN, END = "<!-- plants -->\n", "<!-- end -->"
SHOWN = ("magnet", "ndpr_oxide", "dy_oxide")
"""Products that a plant is told by, the first that it sells; of one that sells several oxides both."""


def rows(name: str, sheet: FinanceSheet) -> list[str]:
    """The rows of one plant, a product each."""
    sold = {one.product: one for one in sheet.products if one.sold}
    told = [product for product in SHOWN if product in sold]
    head = [
        name,
        amount(sheet.invested),
        f"{sheet.npv:,.0f}",
        percent(sheet.rate),
        f"{sheet.payback:.1f}" if number(sheet.payback) is not None else "never",
    ]
    out = []
    for i, product in enumerate(told[: 1 if told[0] == "magnet" else 2]):
        one = sold[product]
        span = money(one.market)
        if one.low is not None and one.high is not None and one.low < one.high:
            span += f" ({one.low:.0f} to {one.high:.0f})"
        cells = [*(head if i == 0 else [""] * 5), product, span, money(one.at_zero), money(one.allocated)]
        out.append(f"| {' | '.join(cells)} |")
    return out


def table() -> str:
    """All shipped plants."""
    heads = ["plant", "capital, M USD", "NPV, M USD", "IRR", "payback, y", "product", "sold at", "at NPV = 0", "cost"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name in shipped():
        lines += rows(name, finance(didymium.load(name).solve()))
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with its table made anew."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + table() + END + rest.partition(END)[2]


def main() -> None:
    """Write the table, or say whether it is current."""
    text = PAGE.read_text(encoding="utf-8")
    made = page(text)
    if "--check" in sys.argv[1:]:
        sys.exit(0 if made == text else "run python docs/make_finance.py")
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
