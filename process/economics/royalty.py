"""What a mine owes for its rare earths: a royalty or resource tax on the value of what it sells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..data import Fact, by_product_values, cost_rates, credits, oxide_price, royalty_of
from ..elements import INDEX, OXIDE_FACTOR, RARE_EARTHS
from ..network.solution import Solution
from ..stream import Stream
from ..sums import per_sample
from .figures import Figures
from .lines import CostLine, priced
from .market import of_mixed
from .pricebook import Price, file_price, region_of
from .realisation import ORE
from .stages import kinds_of

Array = NDArray[np.float64]

MINE = "mine"
SOLD = "USD sold"
HELD = "USD of oxides"


def sold_by_mine(solution: Solution) -> dict[str, str]:
    """Streams of rare earths that leave the mine stage, each with the unit that makes it.

    Waste, by-products and co-products such as iron concentrate, whose rare earths nobody pays for, are none.
    """
    others = {form for form, _ in by_product_values()} | set(credits())
    out = {}
    for unit in solution.units.values():
        for outlet in unit.outlets if unit.stage == MINE else ():
            name = f"{unit.name}.{outlet}"
            taker = solution.takers.get(name)
            stays = taker is not None and solution.units[taker[0]].stage == MINE
            if not stays and outlet not in unit.waste and solution.streams[name].form not in others:
                out[name] = unit.name
    return out


def worth(solution: Solution, stream: Stream, of: str, figures: Figures) -> Array:
    """USD/h of a stream's rare earths, shape (samples,): as separated oxides, or at the share of that which it fetches.

    `of` is "oxides" or "concentrate"; see `realisation`.
    """
    price = np.zeros((solution.samples, len(INDEX)))
    for name in RARE_EARTHS:
        fact = oxide_price(name, solution.plan.year)
        price[:, INDEX[name]] = figures.of(f"oxide.{name}", fact) * OXIDE_FACTOR[INDEX[name]]
    usd = per_sample(np.broadcast_to(stream.elements, price.shape) * price)
    if of == "oxides":
        return np.asarray(usd)
    key, fact = realisation(stream)
    return np.asarray(usd * figures.of(key, fact))


def realisation(stream: Stream) -> tuple[str, Fact]:
    """What of their oxides' price the rare earths of ore, a concentrate or a mixed product fetch, with its key."""
    if stream.form == ORE:
        return "rate.ore_value", cost_rates()["ore_value"]
    return of_mixed(stream.form)


def _of_region(region: str, kinds: frozenset[str], figures: Figures) -> tuple[Price, str] | None:
    known = royalty_of(region, kinds)
    if known is None:
        return None
    fact: Fact = known.fact
    price = Price(
        item="royalty",
        value=figures.of(known.key, fact),
        low=fact.low,
        high=fact.high,
        unit="",
        cause="overhead",
        year=fact.year,
        source=fact.source,
        assumed=fact.assumed,
        note=f"{region}, {fact.year}: {fact.note}",
    )
    return price, known.of


def royalty(solution: Solution, changes: Mapping[str, Array], figures: Figures) -> Iterator[CostLine]:
    """Lines of royalty, USD/h of value × a share, at the units of the mine whose streams are sold to later stages.

    A plant without ore of its own owes none; the file's share holds in every region, of what the concentrate fetches.
    """
    plan = solution.plan
    if not any(feed.is_ore for feed in plan.feeds.values()):
        return
    kinds = kinds_of(solution, MINE)
    for stream, name in sold_by_mine(solution).items():
        if not np.any(stream_oxide(solution.streams[stream]) > 0.0):
            continue
        if plan.levies.royalty is not None:
            changed = changes.get("royalty")
            own = file_price("royalty", plan.levies.royalty, "overhead", plan.year, plan.sources, figures, changed)
            found: tuple[Price, str] | None = (replace(own, note="share of the file"), "concentrate")
        else:
            found = _of_region(region_of(plan, plan.units[name]), kinds, figures)
        if found is None:
            continue
        price, of = found
        unit = HELD if of == "oxides" else SOLD
        value = worth(solution, solution.streams[stream], of, figures)
        judged = of != "oxides" and realisation(solution.streams[stream])[1].assumed
        year = oxide_price("Nd", plan.year).year
        yield priced(solution.units[name], "royalty", value, unit, replace(price, unit=unit, year=year), judged)


def stream_oxide(stream: Stream) -> Array:
    """kg/h of rare-earth oxides in a stream, shape (samples,)."""
    return np.atleast_1d(np.asarray(stream.oxide(), dtype=float))


def unknown_royalties(solution: Solution) -> list[str]:
    """What a reader should know of mines for which no royalty is known."""
    plan = solution.plan
    if plan.levies.royalty is not None or not any(feed.is_ore for feed in plan.feeds.values()):
        return []
    kinds = kinds_of(solution, MINE)
    regions = {region_of(plan, plan.units[name]) for name in sold_by_mine(solution).values()}
    return [
        f"no royalty is known for {region}: none is counted; give one, as in royalty: 5 %"
        for region in sorted(regions)
        if royalty_of(region, kinds) is None
    ]
