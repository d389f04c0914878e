"""Clean and ordinary goods: what a rule that asks for the inside of goods makes of a chain.

A ban by end use and a limit on content cannot look into a mixed pool. Every pool at or after the ruled goods gets a
second one beside it, `clean`, that nothing of the ruled origin enters; the demand that the rule protects is served from
clean pools only. One set of tracks serves all such rules of a scenario: what one of them rules is clean for none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..goods import words
from ..scenario import Scenario, TradeRule
from . import rules
from .builder import Builder
from .system import Activity, Array, Bound, Given, Good, Need, Output, Pool

CLEAN = "clean"
_CARRIES = ("keep", "trade", "hold")


@dataclass(frozen=True)
class Tracks:
    """Which goods have a clean track, and which of them are never clean where they are made, by region."""

    goods: frozenset[str]
    ruled: Mapping[str, frozenset[str]]

    def clean(self, pool: Pool) -> Pool:
        """The clean pool beside a pool; itself where its good has no tracks."""
        return pool._replace(track=CLEAN) if pool.good in self.goods else pool

    def made(self, activity: Activity, pool: Pool) -> Pool:
        """Where what an activity makes of clean goods goes: into the clean pool, unless it is of the ruled origin."""
        ruled = activity.kind not in _CARRIES and pool.good in self.ruled.get(activity.region, frozenset())
        return pool if ruled else self.clean(pool)

    def takes_tracked(self, activity: Activity) -> bool:
        """Whether it makes a difference from which track an activity takes."""
        return any(pool.good in self.goods for pool in activity.takes)

    def of_clean(self, activity: Activity) -> Activity:
        """The activity as it runs on clean goods alone."""
        return replace(
            activity,
            takes={self.clean(pool): amount for pool, amount in activity.takes.items()},
            makes=tuple(Output(self.made(activity, one.pool), one.amount, one.lag) for one in activity.makes),
            splits={
                element: {self.made(activity, pool): share for pool, share in to.items()}
                for element, to in activity.splits.items()
            },
        )

    def twin(self, activity: Activity) -> Activity | None:
        """The activity beside an ordinary one that runs on clean goods; None where that makes no difference."""
        if not self.takes_tracked(activity):
            return None
        clean = self.of_clean(activity)
        if not activity.serves and all(one.pool.track != CLEAN for one in clean.makes):
            return None
        return replace(clean, name=f"{activity.name} ({CLEAN})")


def tracks(scenario: Scenario, goods: Mapping[str, Good], activities: Iterable[Activity]) -> Tracks | None:
    """The tracks that the rules of a scenario ask for; None where none does.

    A good without rare earths has none. After a limit on content everything of the origin is ruled; after a ban by
    end use the goods that it names, and all that is made of them has tracks.
    """
    asked = [rule for rule in rules.active(scenario) if rules.by_use(rule)]
    if not asked:
        return None
    holding = frozenset(name for name, good in goods.items() if good.content)
    ruled: dict[str, set[str]] = {}
    for rule in asked:
        covered = holding if rule.kind == "content" else rules.covered(rule, goods, scenario.magnets) & holding
        for region in scenario.regions:
            if region in rule.origin or (not rule.origin and region not in rule.to):
                ruled.setdefault(region, set()).update(covered)
    tracked = {good for names in ruled.values() for good in names}
    passes = [({pool.good for pool in one.takes}, {out.pool.good for out in one.makes}) for one in activities]
    grown = True
    while grown:
        before = len(tracked)
        for takes, makes in passes:
            if takes & tracked:
                tracked |= makes & holding
        grown = len(tracked) > before
    return Tracks(frozenset(tracked), {region: frozenset(names) for region, names in ruled.items()})


def protected(scenario: Scenario, need: Need) -> Array:
    """The share of each year in which a demand may be served with clean goods only, 0..1, shape (years,)."""
    share = np.zeros(len(scenario.years))
    for rule in _protecting(scenario, need):
        share = np.maximum(share, rules.holds(rule, scenario.years))
    return share


def _protecting(scenario: Scenario, need: Need) -> tuple[TradeRule, ...]:
    return tuple(rule for rule in rules.active(scenario) if rules.by_use(rule) and _protects(rule, need))


def _protects(rule: TradeRule, need: Need) -> bool:
    if rule.uses and need.use not in rule.uses:
        return False
    return need.region in rule.to if rule.to else need.region not in rule.origin


def with_tracks(builder: Builder) -> Tracks | None:
    """Gives what has been added its clean track, where a rule asks for one. To be called last."""
    scenario = builder.scenario
    found = tracks(scenario, builder.goods, builder.activities)
    if found is None:
        return None
    twins: dict[int, int] = {}
    for i, activity in enumerate(tuple(builder.activities)):
        twin = found.twin(activity)
        if twin is not None:
            twins[i] = builder.add(twin)
        elif not found.takes_tracked(activity):
            builder.activities[i] = found.of_clean(activity)
    builder.bounds[:] = [_both(bound, twins) for bound in builder.bounds]
    for i, j in twins.items():
        _together(builder, i, j)
    _protect(builder, twins)
    builder.givens[:] = [_given(found, one, scenario) for one in builder.givens]
    pools = dict.fromkeys(out.pool for one in builder.activities for out in one.makes)
    pools.update(dict.fromkeys(one.pool for one in builder.givens))
    for pool in pools:
        if pool.track == CLEAN and pool.place in scenario.regions:
            builder.add(
                Activity(
                    name=f"{pool.place} uses clean {words(pool.good)} as any",
                    kind="keep",
                    takes={pool: 1.0},
                    makes=(Output(pool._replace(track=""), 1.0),),
                    region=pool.place,
                )
            )
    return found


def _both(bound: Bound, twins: Mapping[int, int]) -> Bound:
    """A row that counts both tracks of what it counted."""
    more = tuple((twins[i], weight) for i, weight in bound.of if i in twins)
    back = tuple((twins[i], weight, lag) for i, weight, lag in bound.back if i in twins)
    return replace(bound, of=bound.of + more, back=bound.back + back) if more or back else bound


def _together(builder: Builder, i: int, j: int) -> None:
    """What bounded one activity bounds it and its twin together."""
    one = builder.activities[i]
    shut_or_free = one.most is None or not np.any(one.most[np.isfinite(one.most)])
    if shut_or_free and one.least is None:
        return
    most = builder.none() if one.most is None else np.where(np.isfinite(one.most), one.most, np.nan)
    least = builder.none() if one.least is None else one.least
    builder.bound(
        Bound(
            one.name,
            "capacity" if one.stage else "share",
            ((i, 1.0), (j, 1.0)),
            most,
            least,
            one.plant,
            one.stage,
            one.region,
        )
    )
    for at in (i, j):
        builder.activities[at] = replace(builder.activities[at], least=None)


def _protect(builder: Builder, twins: Mapping[int, int]) -> None:
    """Ordinary goods serve a protected demand only while no rule holds: the rest of the year's part of it."""
    for at, need in enumerate(builder.needs):
        share = protected(builder.scenario, need)
        ordinary = [(i, builder.activities[i].serves[at]) for i in twins if at in builder.activities[i].serves]
        if not share.any() or not ordinary:
            continue
        years = builder.years
        mine = _protecting(builder.scenario, need)
        shut = {rule.name: rules.holds(rule, years) >= 1.0 for rule in mine}
        for i, _ in ordinary:
            one = builder.activities[i]
            most = builder.flat(np.inf) if one.most is None else one.most
            builder.activities[i] = replace(one, most=np.where(share >= 1.0, 0.0, most), shut={**one.shut, **shut})
        part = (share > 0.0) & (share < 1.0)
        if part.any():
            builder.bound(
                Bound(
                    name=f"{need.use} of {need.region}: clean while a rule holds",
                    kind="share",
                    of=tuple(ordinary),
                    most=np.where(part, (1.0 - share) * need.tonnes, np.nan),
                    least=builder.none(),
                    region=need.region,
                    good=need.good,
                    rules=tuple(rule.name for rule in mine),
                )
            )


def _given(found: Tracks, one: Given, scenario: Scenario) -> Given:
    """A given counts as clean where it is known not to be of a ruled origin.

    What lay in a region before a ban by end use is no new import, wherever it came from; under a limit on content only
    what is known to be of another origin is clean.
    """
    place = one.pool.place.removesuffix(">")
    if one.pool.good in found.ruled.get(place, frozenset()):
        return one
    content = [rule for rule in rules.active(scenario) if rule.kind == "content"]
    known = one.origin in scenario.regions
    if content and (not known or any(one.origin in rule.origin or not rule.origin for rule in content)):
        return one
    return replace(one, pool=found.clean(one.pool))
