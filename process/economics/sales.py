"""What the products of a plant are sold at: prices of the file, else those of the market; floors and offtake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data import credits
from ..finance_terms import HEAD
from ..network.solution import Solution
from ..quantities import Value
from ..supply.capacity import counted
from .figures import Figures
from .finance import FinanceError
from .market import Worth, market
from .pricebook import is_assumed

Array = NDArray[np.float64]

BY_PRODUCT = "a by-product: what it fetches is taken off the operating cost"
"""What is said of a product that the cost credits already."""


@dataclass(frozen=True)
class Sale:
    """A product of a plant as it is sold: `usd_per_kg` of its stream and `kg_per_h` made, shape (samples,).

    `sold` is False for what goes on within the plant. The price is None where nobody knows one; `low` and `high` are
    its range, `year` its own. `realised` is what it fetches here: the price with its floor and offtake. `by_product`
    says that the cost has a credit for its form; `credited`, that this credit is what it fetches.
    """

    product: str
    stream: str
    kg_per_h: Array
    sold: bool
    usd_per_kg: Array | None = None
    realised: Array | None = None
    low: float | None = None
    high: float | None = None
    year: int | None = None
    source: str = ""
    assumed: bool = False
    from_file: bool = False
    note: str = ""
    by_product: bool = False

    @property
    def credited(self) -> bool:
        """Whether it is sold as a by-product whose credit the cost holds."""
        return self.by_product and self.sold and not self.from_file

    @property
    def replaces_credit(self) -> bool:
        """Whether a price of the file takes the place of the credit that the cost holds."""
        return self.by_product and self.sold and self.from_file


class _Seller:
    """Prices of one plant, with what samples change of them."""

    def __init__(self, solution: Solution, changes: Mapping[str, Array], figures: Figures) -> None:
        self.solution, self.changes, self.figures = solution, changes, figures
        self.terms = solution.plan.finance

    def own(self, path: str, value: Value) -> Array:
        """A value of the file, sampled where it is, shape (samples,)."""
        given = self.changes.get(f"{HEAD}{path}", value.nominal)
        return np.array(np.broadcast_to(np.asarray(given, dtype=float), (self.solution.samples,)))

    def sale(self, product: str, name: str) -> Sale:
        """A product as it is sold."""
        stream = self.solution.streams[name]
        made, sold = counted(stream, "total"), self.solution.takers.get(name) is None
        written = self.terms.sales.get(product)
        if written is not None:
            price = self.own(f"sales.{product}", written)
            low, high = written.range()
            return Sale(
                product=product,
                stream=name,
                kg_per_h=made,
                sold=sold,
                usd_per_kg=price,
                realised=self.realised(product, name, price),
                low=low,
                high=high,
                year=None if written.currency is None else written.currency.year,
                source=written.source or "file",
                assumed=is_assumed(written, self.solution.plan.sources),
                from_file=True,
                note="price of the file",
                by_product=stream.form in credits(),
            )
        if stream.form in credits():
            nothing = np.zeros(self.solution.samples)
            return Sale(product, name, made, sold, nothing, nothing, note=BY_PRODUCT, by_product=True)
        worth = market(self.solution, stream, self.figures)
        if worth is None:
            return Sale(product, name, made, sold)
        return Sale(
            product=product,
            stream=name,
            kg_per_h=made,
            sold=sold,
            usd_per_kg=worth.usd_per_kg,
            realised=self.realised(product, name, worth.usd_per_kg),
            low=worth.low,
            high=worth.high,
            year=worth.year,
            source=worth.source,
            assumed=worth.assumed,
            note=worth.note,
        )

    def realised(self, product: str, name: str, price: Array) -> Array:
        """What a product fetches: at least its floor, and a share of it the price of its offtake, USD/kg."""
        floor, offtake = self.terms.price_floor.get(product), self.terms.offtake.get(product)
        open_price = price if floor is None else np.maximum(price, self.own(f"price_floor.{product}", floor))
        if offtake is None:
            return np.asarray(open_price)
        share = self.own(f"offtake.{product}.share", offtake.share)
        if offtake.price is not None:
            fixed = self.own(f"offtake.{product}.price", offtake.price)
        else:
            fixed = self.agreed(product, name, price)
        return np.asarray(fixed * share + open_price * (1.0 - share))

    def agreed(self, product: str, name: str, price: Array) -> Array:
        """The price of sale as it stands in file or data: what is agreed does not follow the samples."""
        written = self.terms.sales.get(product)
        if written is not None:
            return np.full(self.solution.samples, written.nominal)
        known: Worth | None = market(self.solution, self.solution.streams[name])
        return price if known is None else known.usd_per_kg


def sales(
    solution: Solution, changes: Mapping[str, Array] | None = None, figures: Figures | None = None
) -> tuple[Sale, ...]:
    """Every product of the file as it is sold, in the order of the file.

    Raises `FinanceError` for a product that leaves the plant and has no price, neither in the file nor on the market.
    """
    figures = Figures(changes) if figures is None else figures
    plan, seller = solution.plan, _Seller(solution, dict(changes or {}), figures)
    out = tuple(seller.sale(product, name) for product, name in plan.products.items())
    missing = [one for one in out if one.sold and one.usd_per_kg is None and np.any(one.kg_per_h > 0.0)]
    if missing:
        names = ", ".join(f"{one.product} ({solution.streams[one.stream].form})" for one in missing)
        raise FinanceError(
            f"nobody knows what {names} is sold at",
            f"add its price, as in `finance: {{sales: {{{missing[0].product}: 10 USD{plan.year}/kg}}}}`",
        )
    return out
