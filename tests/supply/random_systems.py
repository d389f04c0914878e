"""Made-up chains for tests and benchmarks: one as wide as a world, small random ones, and ones worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from didymium.supply.system import Activity, Bound, Given, Good, Need, Output, Pool, System

ELEMENTS = ("La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y", "Sc", "Pm")
MIXTURES = ("concentrate", "mixed", "cracked")
AFTER = ("oxide", "metal", "alloy", "powder", "block", "magnet", "coated", "part", "motor")


def flat(value: float, years: int) -> np.ndarray:
    """The same number in every year, shape (years,)."""
    return np.full(years, float(value))


class Table:
    """What a system is put together from in tests: goods come into being when they are named."""

    def __init__(self, years: int, regions: tuple[str, ...] = ("us",)) -> None:
        self.years, self.regions = tuple(range(2025, 2025 + years)), regions
        self.span = years
        self.goods: dict[str, Good] = {}
        self.activities: list[Activity] = []
        self.bounds: list[Bound] = []
        self.needs: list[Need] = []
        self.givens: list[Given] = []

    def good(self, name: str, content: Mapping[str, float] | None = None, stage: str = "", value: float = 0.0) -> str:
        """A good by name; of one element unless its content is given."""
        self.goods.setdefault(name, Good(name, stage, dict(content or {name.partition(":")[2]: 1.0}), value))
        return name

    def add(self, name, kind, takes, makes, *, most=None, least=None, serves=None, **more) -> int:
        """An activity; `takes` by pool, `makes` by pool or as outputs, limits as a number or by year."""
        made = tuple(
            Output(*one) if not isinstance(one, Output) else one
            for one in (makes.items() if isinstance(makes, Mapping) else makes)
        )
        for pool in [*takes, *(one.pool for one in made)]:
            self.good(pool.good)
        self.activities.append(
            Activity(
                name,
                kind,
                dict(takes),
                made,
                most=None if most is None else np.broadcast_to(np.asarray(most, float), (self.span,)).copy(),
                least=None if least is None else np.broadcast_to(np.asarray(least, float), (self.span,)).copy(),
                serves=dict(serves or {}),
                **more,
            )
        )
        return len(self.activities) - 1

    def bound(self, name, kind, of, *, most=None, least=None, **more) -> int:
        """A row of limits, each a number, by year, or none."""
        none = np.nan
        self.bounds.append(
            Bound(
                name,
                kind,
                tuple(of),
                np.broadcast_to(np.asarray(none if most is None else most, float), (self.span,)).copy(),
                np.broadcast_to(np.asarray(none if least is None else least, float), (self.span,)).copy(),
                **more,
            )
        )
        return len(self.bounds) - 1

    def need(self, region, use, good, tonnes, weight=1.0, must=False) -> int:
        """A demand, a number or by year."""
        self.good(good)
        self.needs.append(
            Need(region, use, good, np.broadcast_to(np.asarray(tonnes, float), (self.span,)).copy(), weight, must)
        )
        return len(self.needs) - 1

    def given(self, pool, tonnes, year=None, origin="before") -> None:
        """A good that is there: in one year (by index), or the same in all."""
        self.good(pool.good)
        amount = flat(tonnes, self.span)
        if year is not None:
            amount[np.arange(self.span) != year] = 0.0
        self.givens.append(Given(pool, amount, origin))

    def system(self) -> System:
        """Everything said so far."""
        return System(
            self.years,
            self.regions,
            dict(self.goods),
            tuple(self.activities),
            tuple(self.bounds),
            tuple(self.needs),
            tuple(self.givens),
            {},
        )


def wide(
    regions: int = 30,
    years: int = 20,
    elements: int = 17,
    stages: int = 12,
    stocks: bool = False,
    seed: int = 1,
) -> System:
    """A world: three stages of mixtures of a dozen ores, then separation and eight stages, element by element.

    Every region mines one or two ores, has a plant of two in three stages, and asks for the last product of every
    element, part of which comes back after seven years where `stocks` is set; then there is also a stock of each
    oxide in every third region. Everything is traded through a common market. The plants of a stage share a capacity
    over their elements, which grows by year.
    """
    rng = np.random.default_rng(seed)
    names = tuple(f"r{i}" for i in range(regions))
    table = Table(years, names)
    kinds = ELEMENTS[:elements]
    after = AFTER[: stages - 3]
    ores = [f"ore{i}" for i in range(12)]
    shares = rng.dirichlet(np.geomspace(8.0, 0.05, elements), size=len(ores)) + 1e-5
    shares /= shares.sum(axis=1, keepdims=True)
    grow = 1.0 + 0.05 * np.arange(years)
    mixed = [f"{form}:{ore}" for form in MIXTURES for ore in ores]
    single = [f"{form}:{kind}" for form in after for kind in kinds]
    for name in mixed:
        table.good(name, dict(zip(kinds, shares[ores.index(name.partition(":")[2])], strict=True)))
    for name in single:
        table.good(name)
    for region in names:
        out = f"{region}>"
        for ore in rng.choice(len(ores), size=rng.integers(1, 3), replace=False):
            good = f"concentrate:{ores[ore]}"
            table.add(
                f"mine {region} {ore}",
                "source",
                {},
                {Pool(good, out): 1.0},
                most=rng.uniform(2_000.0, 60_000.0) * grow,
                cost=rng.uniform(1_000.0, 4_000.0),
                stage="mine",
                region=region,
            )
        for before, then in pairwise(MIXTURES):
            if rng.random() < 0.33:
                continue
            of = [
                (
                    table.add(
                        f"{then} {region} {ore}",
                        "plant",
                        {Pool(f"{before}:{ore}", region): 1.0},
                        {Pool(f"{then}:{ore}", out): rng.uniform(0.85, 0.98)},
                        cost=rng.uniform(500.0, 2_000.0),
                        stage=then,
                        region=region,
                    ),
                    1.0,
                )
                for ore in ores
            ]
            table.bound(
                f"{then} {region}", "capacity", of, most=rng.uniform(5e3, 5e4) * grow, region=region, stage=then
            )
        if rng.random() < 0.67:
            of = []
            for i, ore in enumerate(ores):
                made = {
                    Pool(f"{after[0]}:{kind}", out): float(shares[i, k] * rng.uniform(0.8, 0.99))
                    for k, kind in enumerate(kinds)
                }
                takes = {Pool(f"{MIXTURES[-1]}:{ore}", region): 1.0}
                at = table.add(
                    f"separation {region} {ore}", "plant", takes, made, cost=rng.uniform(2e3, 9e3), region=region
                )
                of.append((at, 1.0))
            table.bound(f"separation {region}", "capacity", of, most=rng.uniform(5e3, 5e4) * grow, region=region)
        for before, then in pairwise(after):
            if rng.random() < 0.33:
                continue
            of = []
            for kind in kinds:
                at = table.add(
                    f"{then} {kind} {region}",
                    "plant",
                    {Pool(f"{before}:{kind}", region): 1.0},
                    {Pool(f"{then}:{kind}", out): rng.uniform(0.9, 0.99)},
                    cost=rng.uniform(500.0, 9e3),
                    stage=then,
                    region=region,
                )
                of.append((at, 1.0))
            table.bound(
                f"{then} {region}", "capacity", of, most=rng.uniform(3e3, 3e4) * grow, region=region, stage=then
            )
        freight = rng.uniform(50.0, 300.0)
        for good in [*mixed, *single]:
            here, sale, world = Pool(good, region), Pool(good, out), Pool(good, "world")
            table.add(f"keep {good} {region}", "keep", {sale: 1.0}, {here: 1.0}, region=region)
            table.add(f"export {good} {region}", "trade", {sale: 1.0}, {world: 1.0}, region=region)
            table.add(f"import {good} {region}", "trade", {world: 1.0}, {here: 1.0}, cost=freight, region=region)
        for k, kind in enumerate(kinds):
            wanted = float(shares[:, k].mean()) * rng.uniform(2e3, 3e4) * grow
            need = table.need(region, f"use of {kind}", f"{after[-1]}:{kind}", wanted)
            made = [Output(Pool(f"{after[0]}:{kind}", out), 0.3, 7)] if stocks else []
            table.add(
                f"deliver {kind} {region}",
                "deliver",
                {Pool(f"{after[-1]}:{kind}", region): 1.0},
                made,
                serves={need: 1.0},
                region=region,
            )
            if stocks and names.index(region) % 3 == 0:
                pool = Pool(f"{after[0]}:{kind}", region)
                table.add(f"hold {kind} {region}", "hold", {pool: 1.0}, [Output(pool, 1.0, 1)], most=500.0, cost=20.0)
    return table.system()


def small(seed: int, years: int = 2) -> System:
    """A random chain of two regions, two ores and three elements, levels from 1 to 100,000 t; always has levels."""
    rng = np.random.default_rng(seed)
    regions, ores, kinds = ("east", "west"), ("clay", "rock"), ("Nd", "Dy", "Ce")
    table = Table(years, regions)
    size = 10.0 ** rng.uniform(0.0, 5.0)
    shares = {}
    for ore in ores:
        share = rng.dirichlet([5.0, 0.2, 8.0]) + 1e-5
        shares[ore] = dict(zip(kinds, (share / share.sum()).tolist(), strict=True))
    for ore in ores:
        table.good(f"concentrate:{ore}", shares[ore])
    for region in regions:
        out = f"{region}>"
        for ore in ores:
            if rng.random() < 0.7:
                most = size * rng.uniform(0.2, 1.0, years)
                table.add(
                    f"mine {ore} {region}", "source", {}, {Pool(f"concentrate:{ore}", out): 1.0}, most=most, cost=5.0
                )
        of = []
        for ore in ores:
            made = {Pool(f"oxide:{kind}", out): share * 0.9 for kind, share in shares[ore].items()}
            takes = {Pool(f"concentrate:{ore}", region): 1.0}
            of.append(
                (table.add(f"separation {ore} {region}", "plant", takes, made, cost=40.0, stage="separation"), 1.0)
            )
        table.bound(f"separation {region}", "capacity", of, most=size * rng.uniform(0.0, 1.0, years))
        takes = {Pool("oxide:Nd", region): 0.32, Pool("oxide:Dy", region): rng.uniform(0.001, 0.03)}
        at = table.add(f"magnets {region}", "plant", takes, {Pool("magnet:motor", out): 1.0}, stage="magnet", cost=90.0)
        table.bound(f"magnets {region}", "capacity", [(at, 1.0)], most=size * rng.uniform(0.0, 2.0, years))
        arcs = []
        for good in [*(f"concentrate:{ore}" for ore in ores), *(f"oxide:{kind}" for kind in kinds), "magnet:motor"]:
            here, sale, world = Pool(good, region), Pool(good, out), Pool(good, "world")
            table.add(f"keep {good} {region}", "keep", {sale: 1.0}, {here: 1.0})
            arcs.append(table.add(f"export {good} {region}", "trade", {sale: 1.0}, {world: 1.0}))
            table.add(f"import {good} {region}", "trade", {world: 1.0}, {here: 1.0}, cost=rng.uniform(1.0, 3.0))
        if rng.random() < 0.4:
            table.bound(f"quota {region}", "quota", [(arcs[-1], 1.0)], most=size * 0.1)
        if rng.random() < 0.4:
            table.bound(f"share {region}", "granted", [(arcs[-1], 1.0), (at, -0.5)], most=0.0)
        need = table.need(region, "cars", "magnet:motor", size * rng.uniform(0.1, 1.0, years), rng.uniform(0.5, 2.0))
        back = [Output(Pool("oxide:Nd", out), 0.1, int(rng.integers(0, 3)))] if rng.random() < 0.5 else []
        table.add(f"cars {region}", "deliver", {Pool("magnet:motor", region): 1.0}, back, serves={need: 1.0})
        oxide = table.need(region, "lamps", "oxide:Dy", size * rng.uniform(0.0, 0.02, years))
        table.add(f"lamps {region}", "deliver", {Pool("oxide:Dy", region): 1.0}, {}, serves={oxide: 1.0})
        if rng.random() < 0.5:
            pool = Pool("oxide:Dy", region)
            table.add(f"hold {region}", "hold", {pool: 1.0}, [Output(pool, 1.0, 1)], most=size * 0.01, cost=1.0)
            table.given(pool, size * 0.005, 0)
    return table.system()
