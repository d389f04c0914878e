"""What a reader of a cash flow should know: what is not sold, what has no effect, what the cost counts otherwise."""

from __future__ import annotations

import numpy as np

from ..data import credits
from .cost import Cost
from .lines import CostLine
from .sales import Sale

CREDIT = "all other products at their price of sale (by-product credit)"
"""How joint products count in the cash flow."""


def credit_lines(cost: Cost, sale: Sale) -> list[CostLine]:
    """What a by-product saves and fetches in the cost: its lines, USD/h below zero; none of other products."""
    unit, _, outlet = sale.stream.partition(".")
    if not (sale.credited or sale.replaces_credit):
        return []
    return [
        line
        for line in cost.lines
        if line.unit_name == unit and (line.item == f"{outlet} (sold)" or line.item.startswith(f"{outlet} (for "))
    ]


def notes(cost: Cost, sold: tuple[Sale, ...]) -> list[str]:
    """What a reader of the cash flow should know."""
    solution, terms = cost.solution, cost.solution.plan.finance
    out = [f"the cash flow is that of the whole plant: {CREDIT}"]
    for one in sold:
        for key, prices in (("price_floor", terms.price_floor), ("offtake", terms.offtake)):
            if one.product in prices and not one.sold:
                out.append(f"{key} of {one.product} has no effect: all of it goes on within the plant")
            elif one.product in prices and one.credited:
                out.append(f"{key} of {one.product} has no effect without a price under sales: it is a by-product")
        if one.replaces_credit and credit_lines(cost, one):
            out.append(
                f"all {one.product} is sold at the file's price: no credit is taken for it here, and what it would "
                "replace is bought; costs per kg keep the credit"
            )
    if terms.working_capital is not None:
        out.append(
            "working capital is the file's share of the capital; costs per kg keep the charge on what the stages hold"
        )
    if terms.grant is not None and terms.loan is not None:
        out.append("the loan is a share of the capital less the grant")
    named = set(solution.plan.products.values())
    lost = [
        name
        for unit in solution.units.values()
        for outlet in unit.outlets
        if (name := f"{unit.name}.{outlet}") not in named
        and outlet not in unit.waste
        and solution.takers.get(name) is None
        and solution.streams[name].form not in credits()
        and np.any(solution.streams[name].mass() > 0.0)
    ]
    if lost:
        out.append(f"not sold, because no name under products covers it: {', '.join(lost)}")
    if solution.plan.regions:
        out.append(f"profits are taxed as in {solution.plan.region}, the region of the file")
    return out
