"""Limits that trade rules set on what is shipped: part years, quotas by quarter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..goods import words
from ..scenario import TradeRule
from . import rules
from .builder import Builder
from .system import Array, Bound
from .values import told_per_t

Terms = list[tuple[int, float | Array]]


@dataclass(frozen=True, slots=True)
class Shipment:
    """An activity that ships a good from one region to another under some rules; `quarter` 0: any of the year."""

    index: int
    good: str
    origin: str
    to: str
    under: frozenset[str]
    quarter: int = 0


class _Made(NamedTuple):
    """What is made for sale of a good in a region: activities of the year, of earlier years, and what is given."""

    now: Terms
    back: tuple[tuple[int, float, int], ...]
    given: Array


def limits(builder: Builder, laws: Iterable[TradeRule], shipments: Sequence[Shipment]) -> None:
    """Adds the rows that hold shipments to the rules."""
    made = _Ledger(builder)
    for rule in laws:
        concerned = [one for one in shipments if rules.concerns(rule, one.origin, one.to)]
        # A good that the rule does not cover may go the same way under another rule.
        covered = rules.covered(rule, builder.goods, builder.scenario.magnets)
        mine = [one for one in concerned if one.good in covered]
        _part_years(builder, rule, mine, made)
        if rule.kind == "quota":
            _quota(builder, rule, mine, made)


class _Ledger:
    """What is made of each good in each region, by activity."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.now: dict[tuple[str, str], Terms] = {}
        self.back: dict[tuple[str, str], list[tuple[int, float, int]]] = {}
        for i, activity in enumerate(builder.activities):
            for (good, place, _), amount, lag in activity.makes:
                if lag:
                    self.back.setdefault((good, place), []).append((i, amount, lag))
                else:
                    self.now.setdefault((good, place), []).append((i, amount))

    def made(self, good: str, region: str) -> _Made:
        """What is made for sale, with a minus: as it stands on the left of a row that it widens."""
        key = (good, f"{region}>")
        given = self.builder.flat(0.0)
        for one in self.builder.givens:
            if one.pool[:2] == key:
                given = given + one.tonnes
        now: Terms = [(i, -amount) for i, amount in self.now.get(key, ())]
        return _Made(now, tuple((i, -amount, lag) for i, amount, lag in self.back.get(key, ())), given)


def _by_seller(shipments: Iterable[Shipment]) -> dict[tuple[str, str], list[Shipment]]:
    out: dict[tuple[str, str], list[Shipment]] = {}
    for one in shipments:
        out.setdefault((one.good, one.origin), []).append(one)
    return out


def _part_years(builder: Builder, rule: TradeRule, shipments: Iterable[Shipment], ledger: _Ledger) -> None:
    """In a year in which a rule holds for a part, only the rest of the year's make goes without it."""
    share = rules.counted(rule, builder.years)
    part = (share > 0.0) & (share < 1.0)
    if not part.any():
        return
    weight = 1.0 / np.where(part, 1.0 - share, 1.0)
    free = [one for one in shipments if rule.name not in one.under]
    for (good, origin), mine in _by_seller(free).items():
        made = ledger.made(good, origin)
        _row(
            builder,
            f"{rule.name}: {words(good)} of {origin} before or after it",
            rule.kind,
            [*((one.index, weight) for one in mine), *made.now],
            np.where(part, made.given, np.nan),
            rule=rule.name,
            good=good,
            region=origin,
            back=made.back,
        )


def _quota(builder: Builder, rule: TradeRule, shipments: Sequence[Shipment], ledger: _Ledger) -> None:
    """All goods, sellers and buyers of the rule together by quarter and year; nothing leaves before it is made."""
    mine = [one for one in shipments if rule.name in one.under]
    for quarter in (0, *rules.QUARTERS):
        most = rules.limit(rule, builder.years, quarter)
        sent = [one for one in mine if quarter in (0, one.quarter)]
        if np.isnan(most).all() or not sent:
            continue
        when = f", quarter {quarter}" if quarter else ""
        _row(
            builder,
            f"{rule.name}{when}",
            "quota",
            [(one.index, told_per_t(one.good)) for one in sent],
            most,
            rule=rule.name,
        )
    if not rules.quarterly(rule):
        return
    stated = [~np.isnan(rules.limit(rule, builder.years, quarter)) for quarter in rules.QUARTERS]
    for (good, origin), sold in _by_seller(mine).items():
        made = ledger.made(good, origin)
        for quarter in rules.QUARTERS[:-1]:
            _row(
                builder,
                f"{rule.name}: {words(good)} of {origin} made by the end of quarter {quarter}",
                "quota",
                [*((one.index, 4.0 / quarter) for one in sold if 0 < one.quarter <= quarter), *made.now],
                np.where(np.any(stated, axis=0), made.given, np.nan),
                rule=rule.name,
                good=good,
                region=origin,
                back=made.back,
            )


def _row(
    builder: Builder,
    name: str,
    kind: str,
    of: Terms,
    most: Array,
    *,
    rule: str,
    good: str = "",
    region: str = "",
    back: tuple[tuple[int, float, int], ...] = (),
) -> None:
    none = builder.none()
    builder.bound(Bound(name, kind, tuple(of), most, none, region=region, good=good, back=back, rules=(rule,)))
