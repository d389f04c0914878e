"""The sheets of streams, recoveries and balances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...elements import ELEMENTS
from ...plan import STAGES
from .. import document
from ..figures import first, number
from .book import Page
from .cells import Cell, Number, form

if TYPE_CHECKING:
    from ...flowsheet import Result

PER_HOUR = "0.000E+00"


def streams(page: Page, result: Result) -> None:
    """Every stream: kg per operating hour by element."""
    held = np.max([stream.elements[0] for stream in result.streams.values()], axis=0) > 0.0
    present = [name for name, here in zip(ELEMENTS, held, strict=True) if here]
    page.title(
        "Streams", "kg per operating hour; rare earths of the column REO count as oxides, those of elements as metal"
    )
    head = page.head("stream", "form", "goes to", "kg/h", "kg REO/h", "REO share", *present, freeze=1)
    products = {stream: product for product, stream in result.plan.products.items()}
    for name, stream in result.streams.items():
        taker = result.solution.takers.get(name)
        to = taker[0] if taker else f"product {products[name]}" if name in products else ""
        flows = dict(zip(ELEMENTS, stream.elements[0], strict=True))
        whole, oxide = first(stream.mass()), first(stream.oxide())
        cells: list[Cell] = [Number(flows[one] or None, form(flows[one])) for one in present]
        grade = Number(first(stream.grade()), "0.00%")
        page.add(name, stream.form, to, Number(whole, form(whole)), Number(oxide, form(oxide)), grade, *cells)
    page.filter(head, 6 + len(present))
    page.widths(34, 20, 22, 14, 14, 11, *([11.0] * len(present)))


def recovery(page: Page, result: Result) -> None:
    """Recovery of each element from the ore to the product that it is for."""
    found = document.recoveries(result)
    named = {stage for one in found.values() for stage in one["by_stage"]}
    stages = [stage for stage in STAGES if stage in named]
    page.title("Recovery", f"share of what {result.ore} brings; the shares of the stages multiply to the whole")
    page.head("element", "to", *stages, "overall", freeze=1)
    for element, one in found.items():
        shares = [Number(one["by_stage"].get(stage), "0.00%") for stage in stages]
        page.add(element, one["to"], *shares, Number(one["overall"], "0.00%"))
    page.widths(12, 22, *([13.0] * (len(stages) + 1)))


def balance(page: Page, result: Result) -> None:
    """How well the flowsheet closes, element by element."""
    found = result.solution.balance
    page.title("Balance", "what enters less what leaves, as a share of the element's own inflow; 1e-9 is allowed")
    page.head("element", "error", freeze=1)
    for element, error in found.by_element.items():
        page.add(element, Number(number(error), PER_HOUR))
    page.add("worst", Number(number(found.worst), PER_HOUR), bold=True)
    page.widths(14, 16)
