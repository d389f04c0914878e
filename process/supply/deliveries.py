"""Demand served from the region's pools, and what comes back of it when it is old."""

from __future__ import annotations

import numpy as np

from ..scenario import EndUse, MagnetKind
from .builder import Builder
from .lifetime import weights
from .plants import magnet_good, scrap_good
from .system import Activity, Array, Bound, Given, Good, Need, Output, Pool
from .values import good_value, oxide_factor

FEW = 1e-6
"""Share of magnets sold that comes back in a year, below which none does: a gram per t only upsets a solver."""


EVEN = 0.05
"""By how much more the last tenth of a demand weighs than the first: regions and end uses that tie are short alike, and
no more than a twentieth of what could be served goes to that."""


def deliveries(builder: Builder) -> None:
    """Adds every demand, the activities that serve it and the return of old magnets."""
    for use in builder.scenario.demand:
        tonnes = np.array([use.tonnes.at(year) for year in builder.years])
        if use.good in builder.scenario.magnets:
            _magnets(builder, use, tonnes)
        else:
            _oxides(builder, use, tonnes)


def _oxides(builder: Builder, use: EndUse, tonnes: Array) -> None:
    name = use.good.removesuffix(" oxide").strip()
    good = builder.good(
        Good(f"oxide:{name}", "separation", {name: 1.0}, good_value(builder.scenario, "oxide", name, {}))
    )
    need = builder.need(Need(use.region, use.use, good.name, tonnes, use.weight, use.must, EVEN))
    builder.add(
        Activity(
            name=f"{use.region} {use.use}: {good.name}",
            kind="deliver",
            takes={Pool(good.name, use.region): 1.0 / oxide_factor(name)},
            makes=(),
            region=use.region,
            serves={need: 1.0},
        )
    )


def _magnets(builder: Builder, use: EndUse, tonnes: Array) -> None:
    kinds = builder.scenario.magnets
    main = magnet_good(builder, kinds[use.good])
    need = builder.need(Need(use.region, use.use, main.name, tonnes, use.weight, use.must, EVEN))
    _serve(builder, use, need, kinds[use.good], 1.0, None)
    for other in use.substitutes:
        most = np.array([other.at_most.at(year) for year in builder.years]) * tonnes
        _serve(builder, use, need, kinds[other.magnet], other.each.nominal, most)


def _serve(builder: Builder, use: EndUse, need: int, kind: MagnetKind, each: float, most: Array | None) -> None:
    """One kind of magnet for one demand; `most` is the demand that it may serve, t/year."""
    good = magnet_good(builder, kind)
    name = f"{use.region} {use.use}: {good.name}"
    makes: list[Output] = []
    back = np.zeros(0)
    spent = builder.good(Good(f"spent:{use.region}.{use.use}.{kind.name}", "recycling", good.content))
    pool = Pool(spent.name, use.region)
    if use.life is not None and kind.content:
        back = weights(use.life, len(builder.years) + 60)
        back[back < FEW] = 0.0
        makes = [
            Output(pool, each * float(share), lag)
            for lag, share in enumerate(back[: len(builder.years)])
            if share > 0.0
        ]
    at = builder.add(
        Activity(
            name=name,
            kind="deliver",
            takes={Pool(good.name, use.region): each},
            makes=tuple(makes),
            region=use.region,
            most=most,
            serves={need: 1.0},
        )
    )
    if use.life is None or use.collected is None or not kind.content:
        return
    old = _before(builder, use, back) if most is None else np.zeros(len(builder.years))
    if old.any():
        builder.given(Given(pool, old, "before", f"magnets of {use.use} sold before {builder.years[0]}"))
    collected = np.array([use.collected.at(year) for year in builder.years])
    scrap = scrap_good(builder, kind)
    gather = builder.add(
        Activity(
            name=f"collection of old magnets of {use.region} {use.use}: {kind.name}",
            kind="plant",
            takes={pool: 1.0},
            makes=(Output(Pool(scrap.name, f"{use.region}>"), 1.0),),
            plant=f"collection of {use.region}",
            stage="collection",
            region=use.region,
            most=np.where(collected > 0.0, np.inf, 0.0),
        )
    )
    # collected / share - Σ returned of earlier years <= returned of the years before the first
    builder.bound(
        Bound(
            name=f"old magnets collected of {use.region} {use.use}: {kind.name}",
            kind="collection",
            of=((gather, 1.0 / np.where(collected > 0.0, collected, 1.0)),),
            back=tuple((at, -each * float(share), lag) for lag, share in enumerate(back) if share > 0.0),
            most=old,
            least=builder.none(),
            region=use.region,
            stage="collection",
            good=scrap.name,
        )
    )


def _before(builder: Builder, use: EndUse, back: Array) -> Array:
    """t of magnets sold before the first year that come back in each year, shape (years,)."""
    first = builder.years[0]
    out = np.zeros(len(builder.years))
    for sold in range(use.tonnes.first, first):
        for i, year in enumerate(builder.years):
            if year - sold < len(back):
                out[i] += use.tonnes.at(sold) * float(back[year - sold])
    return out
