"""What a train must do: a feed, products with purities, and the extractants that may be used."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...data import extractants
from ...data.equilibria import chemistries, chemistry
from ...sums import per_sample
from ..batch import floats
from ..errors import CascadeError

Floats = NDArray[np.float64]

STANDARD_RECOVERY = 0.99
"""Share of a product's own elements that must reach it, where nothing else is said: an assumption, 0.95 to 0.998."""


@dataclass(frozen=True)
class Product:
    """One product: the elements it holds, its least purity and least recovery, fractions between 0 and 1.

    `purity` is by the weights of the problem: mass of oxides where they are oxide masses, else moles.
    """

    name: str
    elements: tuple[str, ...]
    purity: float
    recovery: float = STANDARD_RECOVERY


@dataclass(frozen=True)
class Solvent:
    """An extractant by name and its separation factors, relative to the least extractable element."""

    name: str
    factors: Mapping[str, float]


def solvent(name: str) -> Solvent:
    """An extractant of the data with its separation factors, dimensionless.

    P507 has the chain of `extractants()`; the others the ratios of their constants of mass action. Raises CascadeError
    for a name that the data does not have.

    >>> naphthenic = solvent("naphthenic acid")
    >>> min(naphthenic.factors, key=naphthenic.factors.__getitem__)
    'Y'
    >>> round(solvent("pc-88a").factors["Nd"] / solvent("P507").factors["Pr"], 6)
    1.5
    """
    try:
        known = chemistry(name)
    except ValueError as error:
        if name not in extractants():
            raise CascadeError(str(error)) from None
        found = {element: fact.value for element, fact in extractants()[name].factors.items()}
        return Solvent(name, found)
    if known.name in extractants():
        found = {element: fact.value for element, fact in extractants()[known.name].factors.items()}
    else:
        levels = {one.element: one.log_k.value for one in known.constants.values() if one.charge == 3.0}
        least = min(levels.values())
        found = {element: 10.0 ** (level - least) for element, level in levels.items()}
    return Solvent(known.name, found)


def all_solvents() -> tuple[Solvent, ...]:
    """Every extractant of the data, P507 first."""
    return tuple(solvent(name) for name in chemistries())


@dataclass(frozen=True, eq=False)
class Problem:
    """A feed to be parted into products; build it with `problem`.

    `feed` is (elements,) in mol per unit of time, `weights` (elements,) what purities are counted by, per mol; `owner`
    (elements,) the product of each element, or their number for a trace that no product names; `factors` (solvents,
    elements), NaN where an extractant has no constant. A set of products is a bit mask, bit i for the product i.
    """

    elements: tuple[str, ...]
    feed: Floats
    products: tuple[Product, ...]
    solvents: tuple[Solvent, ...]
    weights: Floats
    owner: NDArray[np.intp]
    factors: Floats

    @property
    def everything(self) -> int:
        """The mask of all products."""
        return (1 << len(self.products)) - 1

    def holds(self, state: int) -> NDArray[np.bool_]:
        """(elements,) which elements belong to a set of products."""
        return np.asarray((state >> self.owner) & 1, dtype=np.bool_)

    def names(self, state: int) -> tuple[str, ...]:
        """The products of a set, in the order of the problem."""
        return tuple(one.name for i, one in enumerate(self.products) if state >> i & 1)

    def solvent_index(self, name: str) -> int:
        """The row of an extractant."""
        for i, one in enumerate(self.solvents):
            if one.name == name:
                return i
        raise CascadeError(f"the train has no extractant {name!r}; it has {', '.join(s.name for s in self.solvents)}")

    def amounts(self, feeds: Floats) -> Floats:
        """(samples, products) moles of each product's own elements in feeds (samples, elements)."""
        out = np.empty((len(feeds), len(self.products)))
        for i, columns in enumerate(self.columns):
            out[:, i] = feeds[:, columns[0]] if len(columns) == 1 else per_sample(feeds[:, columns])
        return out

    def masses(self, feeds: Floats) -> Floats:
        """(samples, products) weight of each product's own elements in feeds (samples, elements)."""
        return self.amounts(feeds * self.weights)

    @cached_property
    def columns(self) -> tuple[NDArray[np.intp], ...]:
        """(own elements,) the columns of each product's own elements."""
        return tuple(np.flatnonzero(self.owner == i) for i in range(len(self.products)))

    @cached_property
    def ordered(self) -> tuple[NDArray[np.intp], ...]:
        """(elements,) columns of what each extractant has a constant for, from the least to the most extractable."""
        known = [np.flatnonzero(np.isfinite(row)) for row in self.factors]
        return tuple(one[np.argsort(row[one], kind="stable")] for one, row in zip(known, self.factors, strict=True))

    @cached_property
    def known_edges(self) -> dict[object, tuple[int, int]]:
        """What `cuts.edges` has found, by cut and place: a running train asks again for every feed."""
        return {}

    @cached_property
    def sides(self) -> NDArray[np.intp]:
        """(products,) on how many sides a product has neighbours: 1 where it ends the order of every extractant."""
        here = [(self.owner == i) & (self.feed > 0.0) for i in range(len(self.products))]
        out = np.ones(len(self.products), dtype=np.intp)
        for row in self.factors:
            lowest = np.array([np.min(row[one]) for one in here])
            known = [int(i) for i in np.argsort(lowest) if math.isfinite(lowest[i])]
            out[known[1:-1]] = 2
        return out


def problem(
    feed: Mapping[str, float],
    products: Sequence[Product],
    solvents: Sequence[Solvent | str] = ("P507",),
    weights: Mapping[str, float] | None = None,
    most_unlisted: float = 0.0,
) -> Problem:
    """Check a task and put it in arrays. `feed` maps elements to mol per unit of time, `weights` to weight per mol.

    Elements that no product names may be up to `most_unlisted` of the feed, each, by mole: such traces go where their
    separation factors take them, and count as impurities. Every product is parted from every other, whatever its
    purity: where a purity is no more than the feed gives, the recoveries size the cut. To need no cut, write two
    products as one. Raises CascadeError for a task that is none.

    >>> parts = [Product("la", ("La",), 0.999), Product("cend", ("Ce", "Nd"), 0.99)]
    >>> task = problem({"La": 3, "Ce": 5, "Nd": 2}, parts)
    >>> task.names(task.everything), task.sides.tolist()
    (('la', 'cend'), [1, 1])
    """
    amounts = floats([float(one) for one in feed.values()], "feed", 1)
    if not (np.isfinite(amounts).all() and (amounts >= 0.0).all() and amounts.sum() > 0.0):
        raise CascadeError("the feed holds a flow that is negative or not finite, or nothing at all; correct it")
    present = [name for name, flow in zip(feed, amounts, strict=True) if flow > 0.0]
    least = most_unlisted * float(amounts.sum())
    _check_products(products, present, [name for name in present if feed[name] <= least])
    known = [solvent(one) if isinstance(one, str) else one for one in solvents]
    if not known:
        raise CascadeError("no extractant is given; name one at least, such as P507")
    elements = tuple(feed)
    listed = {name: i for i, one in enumerate(products) for name in one.elements}
    mass = np.array([1.0 if weights is None else float(weights[name]) for name in elements])
    return Problem(
        elements,
        amounts,
        tuple(products),
        tuple(known),
        mass,
        np.array([listed.get(name, len(products)) for name in elements], dtype=np.intp),
        np.array([[one.factors.get(name, math.nan) for name in elements] for one in known]),
    )


def _check_products(products: Sequence[Product], present: Sequence[str], traces: Sequence[str]) -> None:
    if len(products) < 2:
        named = "one product needs" if products else "no products need"
        raise CascadeError(f"{named} no cut; name two at least")
    owner: dict[str, str] = {}
    for one in products:
        for name in one.elements:
            if name in owner:
                both = one.name if owner[name] == one.name else f"{owner[name]} and {one.name}"
                raise CascadeError(f"{name} is named twice, in {both}; an element goes to one product", element=name)
            owner[name] = one.name
    if len({one.name for one in products}) < len(products):
        raise CascadeError("two products have one name; call them differently")
    if len(products) > len(present):
        raise CascadeError(
            f"{len(products)} products are more than the {len(present)} elements of the feed ({', '.join(present)}); "
            "join or drop products"
        )
    for name in present:
        if name not in owner and name not in traces:
            raise CascadeError(f"no product holds {name}, which the feed brings; add it to one", element=name)
    for one in products:
        if not set(one.elements) & set(present):
            held = ", ".join(one.elements) or "nothing"
            raise CascadeError(
                f"the product {one.name} holds {held}, and the feed brings none of it; drop the product or change "
                f"the feed ({', '.join(present)})"
            )
        for value, what in ((one.purity, "purity"), (one.recovery, "recovery")):
            if not 0.0 < value < 1.0:
                raise CascadeError(f"the {what} of {one.name} is {value:g}; give a fraction between 0 and 1")
