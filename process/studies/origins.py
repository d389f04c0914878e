"""Which feed a product's elements come from, and what becomes of the ore's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..elements import RARE_EARTHS
from ..flowsheet import Result
from ..plan import STAGES

NEGLIGIBLE = 1e-3
"""The recovery below which an element of the ore is said not to reach the product."""


@dataclass(frozen=True)
class Absent:
    """An element of the ore that does not reach the product.

    `recovery` is the share that does, `exit` the stream by which most of it leaves as a product with that share of the
    ore's element (None where no product takes any), and `bought` maps other feeds to their share of the product's own
    content of the element; empty where the product holds none.
    """

    element: str
    product: str
    recovery: float
    exit: str | None
    exit_share: float
    bought: Mapping[str, float]


def in_ore(result: Result) -> tuple[str, ...]:
    """The rare earths that the ore (the feed that recoveries count from) holds."""
    ore = result.streams[result.ore]
    return tuple(name for name in RARE_EARTHS if np.any(np.atleast_1d(ore.element(name)) > 0.0))


def suppliers(result: Result, element: str, to: str) -> dict[str, float]:
    """Share of an element of a stream or product, 0..1, that each feed brought (of the first sample).

    Exact for a stream that leaves the flowsheet; elsewhere an atom that passes twice counts once.
    """
    brought = {}
    for name in result.plan.feeds:
        if name in result.streams:
            mass = float(np.atleast_1d(result.streams[name].element(element))[0])
            share = float(np.atleast_1d(result.recovery(element, to, name))[0]) if mass > 0.0 else 0.0
            if mass * share > 0.0:
                brought[name] = mass * share
    total = sum(brought.values())
    return {name: mass / total for name, mass in brought.items()}


@dataclass(frozen=True)
class NewOxide:
    """NdPr oxide for a t of magnet, kg: what the oxide stream holds, what of it returned before, and the new rest."""

    gross: float
    returned: float

    @property
    def net(self) -> float:
        """What is new: from ore or from purchases."""
        return self.gross - self.returned


def new_oxide(result: Result, oxide: str = "ndpr_oxide", magnet: str = "magnet") -> NewOxide | None:
    """NdPr oxide that a t of magnet takes, and how much of it is new (of the first sample); None without the products.

    Net = Nd and Pr oxide of the oxide's stream less what later stages send back to its stage or before, times its
    recovery to that stream. An atom that returns several times counts each time on both sides.
    """
    products = result.plan.products
    if oxide not in products or magnet not in products:
        return None
    made = float(np.atleast_1d(result.streams[products[magnet]].mass())[0])
    source = products[oxide].split(".")[0]
    if made <= 0.0 or source not in result.solution.units:
        return None
    own = STAGES.index(result.solution.units[source].stage)
    gross, returned = 0.0, 0.0
    for element in ("Nd", "Pr"):
        gross += float(np.atleast_1d(result.streams[products[oxide]].oxide(element))[0])
        for name in _sent_back(result, own):
            flow = float(np.atleast_1d(result.streams[name].oxide(element))[0])
            if flow > 0.0:
                returned += flow * float(np.atleast_1d(result.recovery(element, oxide, name))[0])
    return NewOxide(1000.0 * gross / made, 1000.0 * returned / made)


def _sent_back(result: Result, own: int) -> list[str]:
    """Streams from stages later than one, by its place in the chain, to it or to an earlier one."""
    units = result.solution.units
    back = []
    for name in result.streams:
        taker, source = result.solution.takers.get(name), name.split(".")[0]
        if taker is not None and source in units:
            here, there = (STAGES.index(units[one].stage) for one in (source, taker[0]))
            if here > own >= there:
                back.append(name)
    return back


def absent(result: Result, element: str, product: str) -> Absent | None:
    """What becomes of an element of the ore that does not reach a product; None where it does, or is not in the ore."""
    if element not in in_ore(result):
        return None
    recovery = float(np.atleast_1d(result.recovery(element, product))[0])
    if recovery >= NEGLIGIBLE:
        return None
    named = {stream: name for name, stream in result.plan.products.items()}
    fates = {name: float(np.atleast_1d(share)[0]) for name, share in result.fates(element).items() if name in named}
    largest = max(fates, key=lambda name: fates[name], default=None)
    bought = {name: share for name, share in suppliers(result, element, product).items() if name != result.ore}
    return Absent(
        element=element,
        product=product,
        recovery=recovery,
        exit=None if largest is None else named[largest],
        exit_share=0.0 if largest is None else fates[largest],
        bought=bought,
    )
