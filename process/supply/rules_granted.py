"""Licences granted: how much of a good a region may still buy, as a share of what it would use without the rule.

A share of what is used in the end would starve a region that has no other source: it gets a share of nothing. So the
chain is solved once without these limits, and what each region uses there is what the licences are a share of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ..goods import words
from ..scenario import TradeRule
from . import rules
from .builder import Builder
from .program import Infeasible, solve
from .rules_limits import Shipment
from .system import Array, Bound

Users = dict[tuple[str, str], list[tuple[int, float]]]


def users(builder: Builder) -> Users:
    """What plants and end uses take per unit of their level, by good and region; a stock is no use."""
    out: Users = {}
    for i, activity in enumerate(builder.activities):
        if activity.kind in ("plant", "deliver"):
            for (good, place, _), amount in activity.takes.items():
                out.setdefault((good, place), []).append((i, amount))
    return out


def granted(builder: Builder, laws: Iterable[TradeRule], shipments: Sequence[Shipment]) -> None:
    """Adds what licences let pass to each region by good. Nothing is granted for a stock; 100 % limits nothing.

    To be called when all else is there that holds without these limits.
    """
    asked = [(rule, rule.granted.nominal) for rule in laws if rule.granted is not None and rule.granted.nominal < 1.0]
    if not asked:
        return
    use = _use(builder)
    if use is None:
        return
    for rule, part in asked:
        share = rules.holds(rule, builder.years)
        rows: dict[tuple[str, str], list[int]] = {}
        for one in shipments:
            if rule.name in one.under:
                rows.setdefault((one.good, one.to), []).append(one.index)
        for (good, to), mine in rows.items():
            builder.bound(
                Bound(
                    name=f"{rule.name}: {words(good)} that {to} gets licences for",
                    kind="granted",
                    of=tuple((index, 1.0) for index in mine),
                    most=np.where(share > 0.0, share * part * use.get((good, to), 0.0), np.nan),
                    least=builder.none(),
                    region=to,
                    good=good,
                    rules=(rule.name,),
                )
            )


def _use(builder: Builder) -> dict[tuple[str, str], Array] | None:
    """t/year that each region uses of each good without the limits, by year; None where nothing holds even so."""
    try:
        found = solve(builder.system(), builder.scenario.objective)
    except Infeasible:
        return None
    out = {}
    for key, terms in users(builder).items():
        total = builder.flat(0.0)
        for i, amount in terms:
            total = total + amount * found.levels[i]
        out[key] = total
    return out
