"""What a kg of a stream fetches on the market, by what it is made of.

Rules, in this order: magnets by their family; iron concentrate by its iron; cobalt residue by its cobalt; NdPr and
single rare earths by their own price; mixed rare earths at a share of the price of their separated oxides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data import Fact, by_product_values, finance_facts, oxide_price, sale_price
from ..elements import RARE_EARTHS
from ..network.solution import Solution
from ..stream import Stream
from ..supply.capacity import counted
from .figures import Figures
from .pricebook import PriceBook, region_of

Array = NDArray[np.float64]

PURE = 0.9
"""Share of the rare-earth oxides from which a product is sold as that rare earth, or as NdPr."""
COBALT = 0.05
"""Mass fraction of cobalt from which a residue is sold by it."""
RARE_EARTH_FREE = 0.01
"""Mass fraction of rare-earth oxides below which magnets hold none."""


@dataclass(frozen=True)
class Worth:
    """A market price in USD per kg of a stream, shape (samples,), with its range and the facts behind it."""

    usd_per_kg: Array
    low: float
    high: float
    facts: tuple[Fact, ...]
    note: str

    @property
    def assumed(self) -> bool:
        """Whether any of the facts is an assumption."""
        return any(fact.assumed for fact in self.facts)

    @property
    def year(self) -> int:
        """The latest year of the facts."""
        return max(fact.year for fact in self.facts)

    @property
    def source(self) -> str:
        """The sources of the facts, by key."""
        return ", ".join(dict.fromkeys(fact.source for fact in self.facts))


class _Market:
    """The market of one stream: its composition per kg, its region and year."""

    def __init__(self, solution: Solution, stream: Stream, figures: Figures) -> None:
        self.stream, self.figures = stream, figures
        self.plan = solution.plan
        self.unit = self.plan.units[stream.name.partition(".")[0]]
        self.region, self.year = region_of(self.plan, self.unit), self.plan.year
        self.mass = counted(stream, "total")
        held = {name: counted(stream, name) / self.mass for name in RARE_EARTHS}
        self.oxides = {name: share for name, share in held.items() if np.any(share > 0.0)}
        self.grade = counted(stream, "REO") / self.mass

    def share(self, *names: str) -> float:
        """Share of some rare earths in the oxides of all, of the first sample."""
        held = sum(float(self.oxides[name][0]) for name in names if name in self.oxides)
        return held / float(self.grade[0]) if self.grade[0] > 0.0 else 0.0

    def element(self, name: str) -> Array:
        """kg of an element per kg."""
        return np.atleast_1d(np.asarray(self.stream.element(name), dtype=float)) / self.mass

    def held_over(self, fact: Fact) -> str:
        """What to say of a price of another year."""
        return "" if fact.year == self.year else f", held from {fact.year}"

    def listed(self, item: str, amount: Array, words: str) -> Worth | None:
        """So much per kg of an item that has a price of its own."""
        known = sale_price(item, self.region, self.year)
        if known is None:
            return None
        place, fact = known
        key = f"finance.sale.{item.replace(' ', '_')}.{place}"
        return self.sum({key: (amount, fact)}, words + self.held_over(fact))

    def sum(self, parts: Mapping[str, tuple[Array, Fact]], words: str, share: tuple[str, Fact] | None = None) -> Worth:
        """Amounts per kg times figures by key, added, and a share of it."""
        value, low, high = np.zeros(len(self.mass)), 0.0, 0.0
        facts = [fact for _, fact in parts.values()]
        for key, (amount, fact) in parts.items():
            value = value + amount * self.figures.of(key, fact)
            low, high = low + float(amount[0]) * fact.low, high + float(amount[0]) * fact.high
        if share is not None:
            value = value * self.figures.of(*share)
            low, high = low * share[1].low, high * share[1].high
            facts.append(share[1])
        return Worth(np.asarray(value), low, high, tuple(facts), words)

    def magnets(self) -> Worth | None:
        """Magnets, by their family."""
        family = "magnets"
        if self.grade[0] < RARE_EARTH_FREE:
            family = "iron nitride magnets"
        elif self.share("Sm") > 0.5:
            family = "SmCo magnets"
        return self.listed(family, np.ones(len(self.mass)), family)

    def cobalt(self) -> Worth:
        """Residue by its cobalt, at the book's price and the share that refiners pay."""
        price = PriceBook.of_unit(self.plan, self.unit, None, self.figures).price("cobalt").by("kg")
        value, held = np.asarray(price.value, dtype=float), self.element("Co")
        note = "the price book's"
        fact = Fact(float(value.flat[0]), price.low, price.high, "USD/kg", price.year, price.source, "low", note)
        share = finance_facts()["realisation", "cobalt"]
        paid = held * value * self.figures.of("finance.realisation.cobalt", share)
        low, high = (float(held[0]) * one for one in (price.low * share.low, price.high * share.high))
        return Worth(np.asarray(paid), low, high, (fact, share), "by its cobalt, as refiners pay")

    def rare_earths(self) -> Worth | None:
        """Rare earths by themselves or mixed; None where the stream holds none."""
        if not self.oxides:
            return None
        if self.share("Nd", "Pr") >= PURE and max(self.share("Nd"), self.share("Pr")) < PURE:
            if self.stream.form == "metal":
                return self.listed("NdPr metal", np.ones(len(self.mass)), "NdPr metal")
            held = self.oxides["Nd"] + self.oxides["Pr"]
            return self.listed("NdPr oxide", np.asarray(held), "its NdPr at the price of NdPr oxide")
        prices = {name: oxide_price(name, self.year) for name in self.oxides}
        best = max(self.oxides, key=self.share)
        if self.share(best) >= PURE:
            words = f"its {best} at the price of the oxide{self.held_over(prices[best])}"
            return self.sum({f"oxide.{best}": (self.oxides[best], prices[best])}, words)
        kind = "concentrate" if "concentrate" in self.stream.form else "mixed"
        share = finance_facts()["realisation", kind]
        words = f"mixed rare earths at {share.value:g} ({share.low:g} to {share.high:g}) of the price of their oxides"
        parts = {f"oxide.{name}": (amount, prices[name]) for name, amount in self.oxides.items()}
        return self.sum(parts, words, (f"finance.realisation.{kind}", share))


def market(solution: Solution, stream: Stream, figures: Figures | None = None) -> Worth | None:
    """What a kg of a stream fetches on the market, by what it is made of; None where nobody knows a price for it.

    Prices are those of the plan's year, or of the nearest known before it, in the region where the stream is made.
    """
    if not np.all(counted(stream, "total") > 0.0):
        return None
    here = _Market(solution, stream, Figures() if figures is None else figures)
    if stream.form == "magnet":
        return here.magnets()
    listed = {name: fact for (form, name), fact in by_product_values().items() if form == stream.form}
    if listed:
        parts = {f"by_product.{stream.form}.{name}": (here.element(name), fact) for name, fact in listed.items()}
        return here.sum(parts, f"{stream.form}, by its {next(iter(listed))}")
    if here.element("Co")[0] > max(COBALT, float(here.grade[0])):
        return here.cobalt()
    return here.rare_earths()
