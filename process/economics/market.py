"""What a kg of a stream fetches on the market, by what it is made of.

Rules, in this order: magnets by their family; iron concentrate by its iron; cobalt residue by its cobalt; NdPr and
single rare earths by their own price; mixed rare earths at a share of the price of their separated oxides. Every sample
goes by the rule of its own composition, whatever stands beside it in a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..data import Fact, by_product_values, finance_facts, oxide_price, sale_price
from ..elements import RARE_EARTHS
from ..network.solution import Solution
from ..stream import Stream
from ..supply.capacity import added, counted
from .figures import Figures
from .pricebook import PriceBook, region_of

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

PURE = 0.9
"""Share of the rare-earth oxides from which a product is sold as that rare earth, or as NdPr."""
COBALT = 0.05
"""Mass fraction of cobalt from which a residue is sold by it."""
RARE_EARTH_FREE = 0.01
"""Mass fraction of rare-earth oxides below which magnets hold none."""


@dataclass(frozen=True)
class Worth:
    """A market price in USD per kg of a stream, shape (samples,), with its range and the facts behind it.

    It is 0 where a sample makes none of the stream, NaN where nobody knows a price for what that sample makes. Range,
    facts and note are those of the first sample that has a price.
    """

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


Rule = tuple[Mask, Callable[[], Worth | None]]
"""The samples that a rule takes unless one before it does, shape (samples,), and what all would fetch by it."""


class _Market:
    """The market of one stream: its composition per kg, its region and year."""

    def __init__(self, solution: Solution, stream: Stream, figures: Figures) -> None:
        self.stream, self.figures = stream, figures
        self.plan = solution.plan
        self.unit = self.plan.units[stream.name.partition(".")[0]]
        self.region, self.year = region_of(self.plan, self.unit), self.plan.year
        made = counted(stream, "total")
        self.made = made > 0.0
        self.mass = np.where(self.made, made, 1.0)
        held = {name: counted(stream, name) / self.mass for name in RARE_EARTHS}
        self.oxides = {name: share for name, share in held.items() if np.any(share > 0.0)}
        self.grade = counted(stream, "REO") / self.mass
        self.shown = 0
        """The sample whose range is shown."""

    def worth(self) -> Worth | None:
        """What a kg fetches, sample by sample by the first rule that takes it; None where no rule takes any."""
        value = np.where(self.made, np.nan, 0.0)
        first, left = None, self.made
        for mask, priced in self.rules():
            here = left & mask
            if not here.any():
                continue
            self.shown = int(np.argmax(here))
            found = priced()
            left = left & ~here
            if found is None:
                continue
            value = np.where(here, found.usd_per_kg, value)
            if first is None or self.shown < first[0]:
                first = self.shown, found
        return None if first is None else replace(first[1], usd_per_kg=value)

    def rules(self) -> Iterator[Rule]:
        """The rules for a stream of this form, in their order."""
        every = np.ones(len(self.mass), dtype=bool)
        if self.stream.form == "magnet":
            yield from self.magnets()
            return
        listed = {name: fact for (form, name), fact in by_product_values().items() if form == self.stream.form}
        if listed:
            parts = {f"by_product.{self.stream.form}.{name}": (self.element(name), one) for name, one in listed.items()}
            yield every, partial(self.sum, parts, f"{self.stream.form}, by its {next(iter(listed))}")
            return
        yield self.element("Co") > np.maximum(COBALT, self.grade), self.cobalt
        yield from self.rare_earths()

    def share(self, *names: str) -> Array:
        """Share of some rare earths in the oxides of all, shape (samples,)."""
        held = added((self.oxides[name] for name in names if name in self.oxides), len(self.mass))
        return np.divide(held, self.grade, out=np.zeros_like(held), where=self.grade > 0.0)

    def element(self, name: str) -> Array:
        """kg of an element per kg."""
        return np.atleast_1d(np.asarray(self.stream.element(name), dtype=float)) / self.mass

    def held_over(self, fact: Fact) -> str:
        """What to say of a price of another year."""
        return "" if fact.year == self.year else f", held from {fact.year}"

    def listed(self, item: str, words: str, amount: Array | None = None) -> Worth | None:
        """An item that has a price of its own: all of a kg, or so much of it."""
        known = sale_price(item, self.region, self.year)
        if known is None:
            return None
        place, fact = known
        key = f"finance.sale.{item.replace(' ', '_')}.{place}"
        held = np.ones(len(self.mass)) if amount is None else amount
        return self.sum({key: (held, fact)}, words + self.held_over(fact))

    def sum(self, parts: Mapping[str, tuple[Array, Fact]], words: str, share: tuple[str, Fact] | None = None) -> Worth:
        """Amounts per kg times figures by key, added, and a share of it."""
        value, low, high = np.zeros(len(self.mass)), 0.0, 0.0
        facts = [fact for _, fact in parts.values()]
        for key, (amount, fact) in parts.items():
            value = value + amount * self.figures.of(key, fact)
            shown = float(amount[self.shown])
            low, high = low + shown * fact.low, high + shown * fact.high
        if share is not None:
            value = value * self.figures.of(*share)
            low, high = low * share[1].low, high * share[1].high
            facts.append(share[1])
        return Worth(np.asarray(value), low, high, tuple(facts), words)

    def magnets(self) -> Iterator[Rule]:
        """Magnets, by their family."""
        every = np.ones(len(self.mass), dtype=bool)
        families = {
            "iron nitride magnets": self.grade < RARE_EARTH_FREE,
            "SmCo magnets": self.share("Sm") > 0.5,
            "magnets": every,
        }
        for family, mask in families.items():
            yield mask, partial(self.listed, family, family)

    def cobalt(self) -> Worth:
        """Residue by its cobalt, at the book's price and the share that refiners pay."""
        price = PriceBook.of_unit(self.plan, self.unit, None, self.figures).price("cobalt").by("kg")
        value, held = np.asarray(price.value, dtype=float), self.element("Co")
        note = "the price book's"
        shown = float(np.broadcast_to(value, self.mass.shape)[self.shown])
        fact = Fact(shown, price.low, price.high, "USD/kg", price.year, price.source, "low", note)
        share = finance_facts()["realisation", "cobalt"]
        paid = held * value * self.figures.of("finance.realisation.cobalt", share)
        low, high = (float(held[self.shown]) * one for one in (price.low * share.low, price.high * share.high))
        return Worth(np.asarray(paid), low, high, (fact, share), "by its cobalt, as refiners pay")

    def rare_earths(self) -> Iterator[Rule]:
        """Rare earths by themselves or mixed."""
        both = (self.share("Nd", "Pr") >= PURE) & (np.maximum(self.share("Nd"), self.share("Pr")) < PURE)
        yield both, self.ndpr
        for name in self.oxides:
            yield self.share(name) >= PURE, partial(self.single, name)
        yield self.grade > 0.0, self.mixed

    def ndpr(self) -> Worth | None:
        """Nd and Pr together, as metal or by their oxide."""
        if self.stream.form == "metal":
            return self.listed("NdPr metal", "NdPr metal")
        held = added((self.oxides[name] for name in ("Nd", "Pr")), len(self.mass))
        return self.listed("NdPr oxide", "its NdPr at the price of NdPr oxide", held)

    def single(self, name: str) -> Worth:
        """One rare earth, by its oxide."""
        price = oxide_price(name, self.year)
        words = f"its {name} at the price of the oxide{self.held_over(price)}"
        return self.sum({f"oxide.{name}": (self.oxides[name], price)}, words)

    def mixed(self) -> Worth:
        """Rare earths that are still to be separated, at a share of the price of their oxides."""
        key, share = of_mixed(self.stream.form)
        words = f"mixed rare earths at {share.value:g} ({share.low:g} to {share.high:g}) of the price of their oxides"
        parts = {f"oxide.{name}": (amount, oxide_price(name, self.year)) for name, amount in self.oxides.items()}
        return self.sum(parts, words, (key, share))


def of_mixed(form: str) -> tuple[str, Fact]:
    """The share of their oxides' price that mixed rare earths of a form fetch, with its key among the figures.

    >>> of_mixed("carbonate")[1].value, of_mixed("concentrate")[1].value
    (0.65, 0.36)
    """
    kind = "concentrate" if "concentrate" in form else "mixed"
    return f"finance.realisation.{kind}", finance_facts()["realisation", kind]


def market(solution: Solution, stream: Stream, figures: Figures | None = None) -> Worth | None:
    """What a kg of a stream fetches on the market, by what it is made of; None where nobody knows a price for it.

    Prices are those of the plan's year, or of the nearest known before it, in the region where the stream is made.
    """
    return _Market(solution, stream, Figures() if figures is None else figures).worth()
