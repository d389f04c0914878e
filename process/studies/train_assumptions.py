"""What the costs of trains rest on that no good source gives: standards of the unit, prices, equipment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..data import Fact, cost_rates, reagents, regional_factors, sources
from ..economics.circuit_cost import mixer_settler
from ..operations.train_parameters import SeparationTrain
from ..quantities import Value

if TYPE_CHECKING:
    from ..economics.pricebook import PriceBook
    from ..plan import Unit

STANDARDS = (
    "mixing",
    "settling",
    "strip_stages",
    "base_excess",
    "strip_excess",
    "scrub_acid",
    "strip_acid",
    "extractant_loss",
    "diluent_loss",
    "electricity",
    "heat",
)
"""Parameters of the unit that decide its costs and have a standard."""


@dataclass(frozen=True)
class Assumption:
    """A number that the costs rest on and that no good source gives: value and range in `unit`.

    Those of one `group` are alike and go in one line, each as it is `said`.
    """

    what: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    note: str
    group: str = ""
    said: str = ""


def of_mixer_settlers(region: str) -> Iterator[Assumption]:
    """Assumed figures of what a mixer-settler costs in a region: bare, and what building there takes or saves."""
    base, known = mixer_settler(), regional_factors()
    title = f"one mixer-settler of {base.size:g} {base.unit.replace('^3', '³')}, bare"
    facts = {title: base.fact} | {f"{name} of {region}": known[name, region] for name in ("location", "compliance")}
    for what, one in facts.items():
        if one.assumed:
            yield Assumption(what, one.value, one.low, one.high, one.unit, one.source, one.note)


def of_data(liquor: Fact, region: str, terms: Iterable[str]) -> Iterator[Assumption]:
    """Assumed figures of the data: of mixer-settlers, the feed liquor, and those of `terms` (discount_rate, life)."""
    yield from of_mixer_settlers(region)
    rates = cost_rates()
    facts = {"rare earths in the feed of a circuit": liquor}
    facts |= {name.replace("_", " "): rates[name] for name in terms if rates[name].assumed}
    for what, one in facts.items():
        yield Assumption(what, one.value, one.low, one.high, one.unit, one.source, one.note)


def of_unit(unit: Unit) -> Iterator[Assumption]:
    """Values of the unit that the file leaves at their standard, or whose source is an assumption."""
    given = unit.parameters
    assert isinstance(given, SeparationTrain)
    for key in STANDARDS:
        yield from _of_value(f"{unit.name}.{key}", getattr(given, key), key not in given.model_fields_set)
    for one in given.extractants:
        for key in ("concentration", "saponification"):
            yield from _of_value(f"{unit.name}.extractants.{one.name}.{key}", getattr(one, key), False)
    for name, product in given.products.items():
        left = "recovery" not in product.model_fields_set
        yield from _of_value(f"{unit.name}.products.{name}.recovery", product.recovery, left)


def _of_value(what: str, value: Value, standard: bool) -> Iterator[Assumption]:
    source = value.source or ""
    if standard or (source in sources() and sources()[source].assumed):
        low, high = value.range()
        said = f"{what.rsplit('.', 1)[1].replace('_', ' ')} {value}"
        yield Assumption(what, value.nominal, low, high, value.unit, source, "", "values of the unit", said)


def of_oxides(prices: Mapping[str, Fact], elements: tuple[str, ...]) -> Iterator[Assumption]:
    """Assumed prices of the oxides that circuits hold."""
    for name in elements:
        fact = prices.get(name)
        if fact is not None and fact.assumed:
            said = f"{name} {fact.value:.4g} ({fact.low:.4g} to {fact.high:.4g}; {fact.source})"
            yield Assumption(
                f"price of {name} oxide",
                fact.value,
                fact.low,
                fact.high,
                fact.unit,
                fact.source,
                fact.note,
                f"oxide prices, {fact.unit}, of the rare earths held",
                said,
            )


def of_prices(book: PriceBook, items: tuple[str, ...]) -> Iterator[Assumption]:
    """Assumed prices of reagents and energy in the region."""
    for item in items:
        price = book.price(item)
        if price.assumed:
            value = float(np.atleast_1d(price.value)[0])
            title = reagents()[item].title if item in reagents() else item
            yield Assumption(
                f"price of {title}", value, price.low, price.high, f"USD/{price.unit}", price.source, price.note
            )
