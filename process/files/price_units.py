"""What a price of a file is by: an item that the price book knows is counted there in one kind of unit."""

from __future__ import annotations

from collections.abc import Iterator

from ..data import price_book, reagents, waste_costs
from ..quantities import QuantityError
from .diagnostics import Diagnostic
from .money_schema import Money, PriceOf
from .nodes import table
from .reader import Node

LABOUR, WASTE = "labour", "waste"
"""Items of a file's prices that stand for no row of the price book: wages, and all wastes."""
_EXAMPLES = {
    "kWh": "0.10 USD2024/kWh",
    "MJ": "10 USD2024/GJ",
    "t": "30 USD2024/t",
    "person/year": "50_000 USD2024/person/year",
}


def counted_by(item: str) -> str | None:
    """The unit that an item is bought or billed in; None for one that no unit of the package buys.

    >>> counted_by("electricity"), counted_by("H2O"), counted_by("tailings"), counted_by("labour")
    ('kWh', 'kg', 't', 'person/year')
    """
    if item == LABOUR:
        return "person/year"
    reagent = reagents().get(item)
    names = {item} if reagent is None else {item, reagent.item, *reagent.aliases}
    for (name, _), quote in price_book().items():
        if name in names:
            return quote.fact.unit
    if reagent is not None:
        return "kg"
    return "t" if item == WASTE or any(form == item for form, _ in waste_costs()) else None


def unfit_prices(root: Node) -> Iterator[Diagnostic]:
    """Prices that are right in themselves, but not by what their item is counted in."""
    for item, node in table(root, "prices").items():
        unit = counted_by(item)
        if unit is None or not isinstance(node.value, str):
            continue
        example = _EXAMPLES.get(unit, "250 USD2024/t")
        try:
            PriceOf(f"USD/{unit}", example, low=0).parse(node.value)
        except QuantityError:
            continue  # the schema says so
        try:
            Money(f"USD/{unit}", example, low=0).parse(node.value)
        except QuantityError as fault:
            where = node.part(fault.offset, fault.length)
            hint = "wages are by person and year" if item == LABOUR else fault.hint
            yield Diagnostic(where, f"prices.{item}: {fault.message}", hint)
