"""What by-products fetch: caustic, acid, salts and water that leave the flowsheet and are no waste."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..data import Credit, cost_rates, credits
from ..elements import INDEX, mass_fractions, molar_mass
from ..stream import Stream
from ..sums import per_sample
from .pricebook import BY_PRODUCTS, Price, PriceBook

Array = NDArray[np.float64]
RECYCLED = "recycled water"


@dataclass(frozen=True)
class Worth:
    """A by-product as it is sold: `quantity` in kg/h of what it counts as, an item of the price book or an element."""

    credit: Credit
    quantity: Array

    def price(self, book: PriceBook) -> Price:
        """USD per kg of what it counts as, in the region of the book: a share of the item's price, or its own."""
        credit, fact = self.credit, self.credit.fact
        if not credit.item:
            note = f"sold, per kg {credit.element}; {fact.note}"
            value = book.figures.of(f"credit.{credit.form}", fact)
            return Price(
                credit.form, value, fact.low, fact.high, "kg", BY_PRODUCTS, fact.year, fact.source, fact.assumed, note
            )
        bought = book.price(credit.item).by("kg")
        return replace(
            bought,
            item=credit.form,
            value=bought.value * book.figures.of(f"credit.{credit.form}", fact),
            low=bought.low * fact.low,
            high=bought.high * fact.high,
            cause=BY_PRODUCTS,
            source=fact.source,
            assumed=bought.assumed or fact.assumed,
            note=f"sold as {credit.item} at {fact.value:g} ({fact.low:g} to {fact.high:g}) of its price; {fact.note}",
        )


def free(stream: Stream, credit: Credit) -> Array:
    """kg/h of the element of a by-product that no other element binds, shape (samples,); never below zero."""
    held = np.atleast_1d(np.asarray(stream.element(credit.element), dtype=float))
    for name, moles in credit.bound.items():
        held = held - np.atleast_1d(stream.element(name)) * (moles * molar_mass(credit.element) / molar_mass(name))
    return np.asarray(np.maximum(held, 0.0))


def fresh(stream: Stream, water: Array) -> NDArray[np.bool_]:
    """Whether recycled water takes the place of fresh, shape (samples,), `water` its kg/h of water.

    It does with up to `fresh_water_salts` of cost_rates.csv, 1 g/L; more is brine. A litre counts as a litre of water.
    """
    return np.asarray(per_sample(stream.elements) - water <= cost_rates()["fresh_water_salts"].value * water / 1000.0)


def worth(stream: Stream) -> Worth | None:
    """What a stream is sold as, by its form; None where it is no by-product, or shares costs instead."""
    credit = credits().get(stream.form)
    if credit is None:
        return None
    share = mass_fractions(credit.formula)[INDEX[credit.element]] if credit.formula else 1.0
    quantity = free(stream, credit) / float(share)
    return Worth(credit, np.where(fresh(stream, quantity), quantity, 0.0) if stream.form == RECYCLED else quantity)
