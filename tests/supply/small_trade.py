"""Two or three regions that make and use a good: small enough to trade on paper."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np

from didymium.plan import Position
from didymium.quantities import Value
from didymium.scenario import MagnetKind, Scenario, Series, Stockpile, TradeRule
from didymium.supply.builder import Builder
from didymium.supply.program import Levels, solve
from didymium.supply.rules_tracks import with_tracks
from didymium.supply.stock import stockpiles
from didymium.supply.system import Activity, Bound, Given, Good, Need, Output, Pool
from didymium.supply.trade import trade

AT = Position("trade.yaml", 1, 1)
MOTOR = MagnetKind("motor", "NdFeB", {"NdPr": Value(0.3), "Dy": Value(0.02)}, (), AT)
NITRIDE = MagnetKind("nitride", "iron_nitride", {}, (), AT)


def scenario(*parts: TradeRule | Stockpile, years: int = 3, regions: tuple[str, ...] = ("us", "china")) -> Scenario:
    """A scenario of rules and stockpiles, from 2026 on."""
    return Scenario(
        name="trade",
        title="Trade",
        years=tuple(range(2026, 2026 + years)),
        focus=("us",),
        regions=regions,
        objective="unmet",
        plants={},
        magnets={"motor": MOTOR, "nitride": NITRIDE},
        demand=(),
        rules={one.name: one for one in parts if isinstance(one, TradeRule)},
        stockpiles={one.name: one for one in parts if isinstance(one, Stockpile)},
        levers={},
        standard={},
        prices={},
        sources={},
        path="trade.yaml",
        sha256="",
        position=AT,
        freight=Value(100.0, "USD/t"),
    )


def rule(kind: Any, name: str = "it", **more: Any) -> TradeRule:
    """A rule on what leaves China, numbers plain."""
    for key in ("delay", "granted", "rate", "threshold"):
        if key in more:
            more[key] = Value(more[key])
    if "limit" in more:
        more["limit"] = MappingProxyType({key: Value(float(t), "t") for key, t in more["limit"].items()})
    return TradeRule(name, kind, more.pop("origin", ("china",)), AT, **more)


def stockpile(
    start: float, good: str = "Dy oxide", region: str = "us", name: str = "reserve", **more: Any
) -> Stockpile:
    """A stockpile; series as a number from 2026 on, or by year."""
    for key in ("at_least", "months"):
        if key in more:
            points = more[key] if isinstance(more[key], dict) else {2026: more[key]}
            more[key] = Series({year: Value(float(number)) for year, number in points.items()})
    if "at_most" in more:
        more["at_most"] = Value(float(more["at_most"]), "t")
    return Stockpile(name, region, good, Value(start, "t"), AT, **more)


class Chain:
    """Puts a small chain together, then trades and solves it."""

    def __init__(
        self, *parts: TradeRule | Stockpile, years: int = 3, regions: tuple[str, ...] = ("us", "china")
    ) -> None:
        self.builder = Builder(scenario(*parts, years=years, regions=regions), {})
        self.years = years

    def _good(self, name: str) -> str:
        form, _, what = name.partition(":")
        # A mixture of some deposit is all Dy here.
        content = {"Dy" if form in ("mixed", "heavy") else what: 1.0}
        if what == "motor":
            content = {element: value.nominal for element, value in MOTOR.content.items()}
        self.builder.good(Good(name, "", {} if what == "nitride" else content, 1_000.0))
        return name

    def by_year(self, tonnes: float | list[float]) -> np.ndarray:
        """t/year as an array by year."""
        return np.broadcast_to(np.asarray(tonnes, dtype=float), (self.years,)).copy()

    def makes(self, region: str, tonnes: float | list[float], good: str = "oxide:Dy", **more: Any) -> int:
        """A source that may make so much a year."""
        return self._run(f"{region} makes {good}", "source", region, {}, good, tonnes, **more)

    def turns(self, region: str, takes: dict[str, float], good: str, tonnes: float | list[float] = 1e6) -> int:
        """A plant that makes a t of a good of others of its region; a text such as `oxide:Dy` for each."""
        pools = {Pool(self._good(name), region): amount for name, amount in takes.items()}
        return self._run(f"{region} plant {good}", "plant", region, pools, good, tonnes)

    def _run(self, name: str, kind: Any, region: str, takes: Any, good: str, tonnes: Any, **more: Any) -> int:
        made = (Output(Pool(self._good(good), f"{region}>"), 1.0),)
        index = self.builder.add(Activity(name, kind, takes, made, name, "", region, 1.0, **more))
        none = self.builder.none()
        self.builder.bound(Bound(name, "capacity", ((index, 1.0),), self.by_year(tonnes), none))
        return index

    def needs(
        self, region: str, tonnes: float | list[float], good: str = "oxide:Dy", use: str = "cars", **more: Any
    ) -> int:
        """A demand of an end use, served one to one; `back` years later it comes back as old magnets."""
        back = more.pop("back", None)
        made = () if back is None else (Output(Pool(self._good("scrap:motor"), f"{region}>"), 1.0, back),)
        need = self.builder.need(Need(region, use, self._good(good), self.by_year(tonnes), **more))
        name = f"{region} {use}"
        takes = {Pool(good, region): 1.0}
        self.builder.add(Activity(name, "deliver", takes, made, region=region, serves={need: 1.0}))
        return need

    def given(self, place: str, tonnes: float | list[float], good: str = "oxide:Dy", origin: str = "before") -> None:
        """A good that is there."""
        self.builder.given(Given(Pool(self._good(good), place), self.by_year(tonnes), origin))

    def solve(self, **how: Any) -> Levels:
        """Stocks, trade, tracks, and the optimum."""
        stockpiles(self.builder)
        trade(self.builder)
        with_tracks(self.builder)
        return solve(self.builder.system(), **how)

    def unmet(self) -> list[list[float]]:
        """t unmet by demand and year of the optimum, to a kilogram."""
        return (np.round(self.solve().unmet, 3) + 0.0).tolist()


def sent(levels: Levels, origin: str, to: str, good: str = "oxide:Dy") -> list[float]:
    """t shipped of a good from one region straight to another by year, all ways and tracks together."""
    total = np.zeros(len(levels.system.years))
    for activity, level in zip(levels.system.activities, levels.levels, strict=True):
        source = [pool for pool in activity.takes if pool.good == good and pool.place == f"{origin}>"]
        if activity.kind == "trade" and source and any(out.pool.place == to for out in activity.makes):
            total += level
    return (np.round(total, 3) + 0.0).tolist()
