"""A scenario and the yields of its flowsheets as one system: plants, trade, stocks, demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..scenario import Scenario
from .builder import Builder
from .deliveries import deliveries
from .plants import Slip, plants
from .rules_tracks import with_tracks
from .stock import stockpiles
from .system import System
from .trade import trade
from .values import good_value

if TYPE_CHECKING:
    from .builder import Tables


def build(
    scenario: Scenario,
    tables: Tables,
    slips: Mapping[tuple[str, str], Slip] = MappingProxyType({}),
    *,
    shut_ways: bool = False,
) -> System:
    """The system of a scenario. `tables` are the yields by flowsheet and stage, `slips` how plants fare.

    `shut_ways` keeps ways of trade that rules shut, without room: to be asked for where nothing satisfies the scenario.
    """
    builder = Builder(scenario, tables, shut_ways=shut_ways)
    plants(builder, slips)
    deliveries(builder)
    for name, good in builder.goods.items():
        builder.goods[name] = replace(good, value=good_value(scenario, good.form, good.what, good.content))
    stockpiles(builder)
    trade(builder)
    with_tracks(builder)
    return builder.system()
