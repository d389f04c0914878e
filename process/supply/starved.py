"""What nobody makes: why a demand, a stock or a plant that must run cannot be served whatever the limits are."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import numpy as np

from ..goods import FORMS, words
from ..wording import listed
from .system import Activity, Pool, System


def reason(system: System, of: Literal["need", "bound", "activity"], index: int, most: float, limit: float) -> str:
    """Why a row cannot reach its limit even alone, in words; `most` t/year is as far as it gets. Empty where unknown.

    >>> from .system import Activity, Need
    >>> import numpy as np
    >>> sale = Activity("sale", "deliver", {Pool("oxide:Dy", "us"): 1.0}, (), serves={0: 1.0})
    >>> need = Need("us", "motors", "oxide:Dy", np.array([9.0]), must=True)
    >>> reason(System((2030,), ("us",), {}, (sale,), (), (need,), (), {}), "need", 0, 0.0, 9.0)
    'nobody makes Dy oxide'
    """
    wanted = _wanted(system, of, index)
    missing = [_told(system, good, wanted) for good in lacking(system, wanted)]
    if not wanted and of == "need":
        missing = [f"nobody makes {words(system.needs[index].good)}"]
    start = listed([one.note for one in system.givens if one.note and _feeds(one.pool, wanted)])
    said = []
    if 1e-9 * limit < most < limit:
        said.append(f"no more than {most:,.6g} t can be had" + (f" ({start})" if start else ""))
    return "; ".join([*said, *missing])


def _feeds(pool: Pool, wanted: Collection[Activity]) -> bool:
    return any(pool.good == one.good for activity in wanted for one in activity.takes)


def _wanted(system: System, of: str, index: int) -> list[Activity]:
    """The activities that would have to run, any of them."""
    if of == "need":
        return [one for one in system.activities if index in one.serves]
    if of == "bound":
        return [system.activities[i] for i, weight in system.bounds[index].of if np.any(np.asarray(weight) > 0.0)]
    return [system.activities[index]]


def lacking(system: System, wanted: Collection[Activity]) -> tuple[str, ...]:
    """The goods, as near to the ore as can be said, that must be made before any of the activities can run."""
    if not wanted or _runs(wanted, _reached(system, ())):
        return ()
    known = {pool.good for pool in _reached(system, ())}
    goods = dict.fromkeys(pool.good for pool in system.pools())
    # what is tried first is dropped where it can be: what is made elsewhere, then what is far from the ore
    kept = sorted(goods, key=lambda good: (good not in known, -_place(good)))
    if not _runs(wanted, _reached(system, kept)):
        return ()
    for good in tuple(kept):
        fewer = [one for one in kept if one != good]
        if _runs(wanted, _reached(system, fewer)):
            kept = fewer
    return tuple(kept)


def _place(good: str) -> int:
    form = good.partition(":")[0]
    return FORMS.index(form) if form in FORMS else len(FORMS)


def _runs(wanted: Collection[Activity], reached: Collection[Pool]) -> bool:
    return any(all(pool in reached for pool in one.takes) for one in wanted)


def _reached(system: System, free: Collection[str]) -> set[Pool]:
    """The pools that get anything in any year, of what is made; those of the goods in `free` do."""
    found = {pool for pool in system.pools() if pool.good in free}
    left = list(system.activities)
    while True:
        runs = [all(pool in found for pool in one.takes) for one in left]
        if not any(runs):
            return found
        found.update(output.pool for one, yes in zip(left, runs, strict=True) if yes for output in one.makes)
        left = [one for one, yes in zip(left, runs, strict=True) if not yes]


def _told(system: System, good: str, wanted: Collection[Activity]) -> str:
    """That nobody makes a good, and what it stays in where it could be parted from that."""
    reached = {pool.good for pool in _reached(system, ())}
    if good in reached:
        return f"no {words(good)} gets to {listed(list(dict.fromkeys(one.region for one in wanted)))}"
    told = f"nobody makes {words(good)}"
    form, _, what = good.partition(":")
    elements = {what, *system.groups.get(what, ())}
    held = [one for one in reached if one.startswith("heavy:") and elements & set(system.goods[one].content)]
    if form == "oxide" and held:
        stays = listed(sorted(words(one) for one in held))
        return f"{told}: it stays in {stays}, and no plant of heavy separation takes that"
    return told
