"""Trade: what is kept in a region, sold to the common market and bought from it, or shipped under rules.

`region>` holds what is made in a region, `region` what is there for use, `world` what all sell: what is imported is
not sold on. A region whose sales of a good meet a rule ships it straight to each other region instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data import freight_rates
from ..goods import FORMS, words
from ..scenario import TradeRule
from . import rules
from .builder import Builder
from .rules_granted import granted
from .rules_limits import Shipment, limits
from .system import Activity, Output, Pool

WORLD = "world"


def freight(builder: Builder) -> float:
    """USD per t that goes from region to region: the scenario's, else the data's for a pair without a quote."""
    given = builder.scenario.freight
    return given.nominal if given is not None else freight_rates()[("other", "other")].value


def trade(builder: Builder) -> tuple[Shipment, ...]:
    """Adds what keeps, sells, buys and ships every good, and the limits of the rules; what goes under rules.

    To be called when plants, demand and stocks are there: rules count what is made and what is used.
    """
    scenario = builder.scenario
    laws = [rule for rule in rules.active(scenario) if not rules.by_use(rule)]
    covered = {rule.name: rules.covered(rule, builder.goods, scenario.magnets) for rule in laws}
    market = _Market(builder)
    shipments: list[Shipment] = []
    for good in [name for name, one in builder.goods.items() if one.form in FORMS]:
        mine = [rule for rule in laws if good in covered[rule.name]]
        shipments += market.good(good, mine)
    limits(builder, laws, shipments)
    granted(builder, laws, shipments)
    return tuple(shipments)


class _Market:
    """Where goods are made and used, while their trade is added."""

    def __init__(self, builder: Builder) -> None:
        self.builder, self.freight = builder, freight(builder)
        scenario = builder.scenario
        # What may yet be built closes gaps there: its goods find their way like those of plants that stand.
        open_to = {*scenario.focus, *(region for lever in scenario.levers.values() for region in lever.regions)}
        self.regions = scenario.regions
        self.sells: set[tuple[str, str]] = {(good, region) for good in builder.goods for region in open_to}
        self.buys = set(self.sells)
        for activity in builder.activities:
            self.buys.update((pool.good, pool.place) for pool in activity.takes)
            self._made(output.pool for output in activity.makes)
        self._made(given.pool for given in builder.givens)

    def _made(self, pools: Iterable[Pool]) -> None:
        self.sells.update((pool.good, pool.place.removesuffix(">")) for pool in pools if pool.place.endswith(">"))

    def good(self, good: str, laws: list[TradeRule]) -> list[Shipment]:
        """Adds the trade of one good under the rules that cover it."""
        sellers = [region for region in self.regions if (good, region) in self.sells]
        buyers = [region for region in self.regions if (good, region) in self.buys]
        out: list[Shipment] = []
        common = False
        for origin in sellers:
            if origin in buyers:
                self._move(good, f"{origin}>", origin, f"{origin} keeps {words(good)}", kind="keep")
            others = [region for region in buyers if region != origin]
            if any(rules.concerns(rule, origin, to) for rule in laws for to in self.regions):
                for to in others:
                    out += self._ship(good, origin, to, [rule for rule in laws if rules.concerns(rule, origin, to)])
            elif others:
                common = True
                self._move(good, f"{origin}>", WORLD, f"{origin} sells {words(good)}", region=origin)
        for to in buyers if common else ():
            self._move(good, WORLD, to, f"{to} buys {words(good)}", cost=self.freight)
        return out

    def _move(
        self, good: str, source: str, to: str, name: str, *, kind: str = "", region: str = "", cost: float = 0.0
    ) -> None:
        self.builder.add(
            Activity(
                name=name,
                kind="keep" if kind == "keep" else "trade",
                takes={Pool(good, source): 1.0},
                makes=(Output(Pool(good, to), 1.0),),
                region=region or to,
                cost=cost,
            )
        )

    def _ship(self, good: str, origin: str, to: str, laws: list[TradeRule]) -> list[Shipment]:
        """Ways of a good from one region to another: by which rules it goes, and in which quarter."""
        years = self.builder.years
        out = []
        for way in _settled(_ways(laws, to, years, self.builder.shut_ways), years):
            duty = sum(rule.rate.nominal for rule in way.under if rule.rate is not None)
            told = ", ".join(rule.name for rule in way.under)
            quarter = f"Q{way.quarter}" if way.quarter else ""
            when = f"in {years[-1 - way.latest]}" if way.latest is not None else ""
            told = " ".join(part for part in (told, quarter, when) if part)
            index = self.builder.add(
                Activity(
                    name=f"{origin} ships {words(good)} to {to}" + (f" ({told})" if told else ""),
                    kind="trade",
                    takes={Pool(good, f"{origin}>"): 1.0},
                    makes=delayed(Pool(good, to), way.delay, way.latest),
                    region=to,
                    cost=self.freight + duty * self.builder.goods[good].value,
                    most=None if way.open.all() else np.where(way.open, np.inf, 0.0),
                    shut=way.shut,
                )
            )
            out.append(Shipment(index, good, origin, to, frozenset(rule.name for rule in way.under), way.quarter))
        return out


def delayed(pool: Pool, delay: float, latest: int | None = None) -> tuple[Output, ...]:
    """What arrives of a t shipped when it is `delay` years under way, sent evenly over the year; `latest` cuts the lag.

    >>> [(output.amount, output.lag) for output in delayed(Pool("oxide:Dy", "us"), 1.25)]
    [(0.75, 1), (0.25, 2)]
    >>> [(output.amount, output.lag) for output in delayed(Pool("oxide:Dy", "us"), 0.25, 0)]
    [(1.0, 0)]
    """
    whole = int(delay)
    part = delay - whole
    if latest is not None and whole >= latest:
        return (Output(pool, 1.0, latest),)
    found = (Output(pool, 1.0 - part, whole), Output(pool, part, whole + 1))
    return tuple(output for output in found if output.amount > 0.0)


@dataclass(frozen=True)
class _Way:
    """Rules that a shipment goes under, the quarter that it leaves in (0: any), and the years that it may.

    All of it arrives `latest` years later, where that is given. `shut` are other years, in which rules let nothing
    pass that could go this way without them, by the rule's name.
    """

    under: tuple[TradeRule, ...]
    quarter: int
    open: NDArray[np.bool_]
    latest: int | None = None
    shut: Mapping[str, NDArray[np.bool_]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def delay(self) -> float:
        """Years under way: the longest of its rules."""
        return max([rule.delay.nominal for rule in self.under if rule.delay is not None], default=0.0)


def _settled(ways: Iterable[_Way], years: tuple[int, ...]) -> Iterator[_Way]:
    """The ways, those with a delay apart for the last years, when a part of it would arrive after all years.

    Nothing is worth anything then, and sellers would turn to those who are supplied at once. So once goods were under
    way the year before, as much as leaves in the last years arrives by the last.
    """
    for way in ways:
        rest = way.open.copy()
        for i, _ in enumerate(years):
            latest = len(years) - 1 - i
            if i and way.open[i] and way.open[i - 1] and way.delay > latest:
                rest[i] = False
                yield replace(way, open=np.arange(len(years)) == i, latest=latest, shut={})
        if rest.any() or way.shut:
            yield replace(way, open=rest)


def _ways(laws: list[TradeRule], to: str, years: tuple[int, ...], shut_ways: bool) -> Iterator[_Way]:
    """Every set of rules that something can go under in a year: those that hold all year it cannot leave out.

    With `shut_ways` also those that are shut in all years.
    """
    share = {rule.name: rules.counted(rule, years) for rule in laws}
    bear = [rule for rule in laws if not rules.closes(rule, to)]
    for count in range(len(bear) + 1):
        for under in combinations(bear, count):
            free = [rule for rule in laws if rule not in under]
            possible = np.ones(len(years), dtype=bool)
            for rule in under:
                possible &= share[rule.name] > 0.0
            for rule in free:
                possible &= share[rule.name] < 1.0
            shut = _shut(under, free, to, share) if shut_ways else {}
            if not possible.any() and not shut:
                continue
            if not any(rules.quarterly(rule) for rule in under):
                yield _Way(under, 0, possible, shut=shut)
                continue
            stated = [np.isnan(rules.limit(rule, years, q)) for rule in under for q in rules.QUARTERS]
            whole = np.asarray(np.all(stated, axis=0))
            if (possible & whole).any() or _within(shut, whole):
                yield _Way(under, 0, possible & whole, shut=_within(shut, whole))
            for quarter in rules.QUARTERS:
                yield _Way(under, quarter, possible & ~whole, shut=_within(shut, ~whole))


def _shut(
    under: tuple[TradeRule, ...], free: list[TradeRule], to: str, share: Mapping[str, NDArray[np.float64]]
) -> dict[str, NDArray[np.bool_]]:
    """Years in which rules alone shut what would else go under the others, by rule; a delay shuts what would be sooner.

    A quota, a tariff or a share of licences shuts nothing: its own rows or its cost say what it does.
    """
    closing = [
        rule
        for rule in free
        if rules.closes(rule, to) or (rule.delay is not None and rule.delay.nominal > 0.0 and rule.granted is None)
    ]
    exists = np.ones(len(next(iter(share.values()), ())), dtype=bool)
    for rule in under:
        exists &= share[rule.name] > 0.0
    for rule in free:
        if rule not in closing:
            exists &= share[rule.name] < 1.0
    return {rule.name: years for rule in closing if (years := exists & (share[rule.name] >= 1.0)).any()}


def _within(shut: Mapping[str, NDArray[np.bool_]], years: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
    return {name: both for name, of in shut.items() if (both := of & years).any()}
