"""Plants side by side by stage: nameplate, what they can really make, how much they run, whom they could serve."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..scenario import Scenario
from ..wording import suggestion
from .gaps import could_make, mined
from .outcome import PlantOutcome, plants
from .requirement import ALLOY, ITEMS, MAGNETS, needed
from .system import Array

if TYPE_CHECKING:
    from .builder import Tables
    from .program import Levels


class UnknownPlant(ValueError):
    """A plant, or a region, that the scenario does not have."""


@dataclass(frozen=True, slots=True)
class SiteItem:
    """What a stage of a plant could make of one item, and what share of each region's demand that is.

    `could_make` is t/year with all of its effective capacity on that item as the ores allow, shape (years,): oxide of
    NdPr, Dy and Tb, mass of alloy and magnets. `share` is that over what the region's demand asks of the stage, by
    region, above 1 where it could serve more; NaN in years in which the region asks for none.
    """

    item: str
    could_make: Array
    share: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class SiteStage(PlantOutcome):
    """One stage of a plant by year, t/year of what its nameplate counts, shape (years,), and what it could make.

    `effective` is the nameplate after delay, ramp-up and availability, `used` what of it the solution runs.
    """

    items: tuple[SiteItem, ...]


def check(scenario: Scenario, names: Collection[str]) -> None:
    """Raises UnknownPlant, naming all plants that the scenario does not have.

    >>> from types import SimpleNamespace
    >>> check(SimpleNamespace(plants={"kuantan": None}), ["kuantam"])
    Traceback (most recent call last):
    didymium.supply.sites.UnknownPlant: unknown plant 'kuantam'; did you mean 'kuantan'?
    """
    wrong = [name for name in names if name not in scenario.plants]
    if wrong:
        raise UnknownPlant("; ".join(f"unknown plant {name!r}{suggestion(name, scenario.plants)}" for name in wrong))


def sites(
    scenario: Scenario,
    tables: Tables,
    levels: Levels,
    names: Collection[str],
    regions: Collection[str] | None = None,
) -> tuple[SiteStage, ...]:
    """The stages of named plants in a solution, plant by plant, against the demand of regions (all that ask for any).

    Raises UnknownPlant.
    """
    check(scenario, names)
    system = levels.system
    where = tuple(regions) if regions is not None else tuple(dict.fromkeys(need.region for need in system.needs))
    asked = {region: needed(scenario, system, tables, (region,)).needed for region in where}
    ores = mined(system)
    rows = {(bound.plant, bound.stage): bound for bound in system.bounds if bound.kind == "capacity"}
    outcomes = plants(scenario, levels)
    found = []
    for name in dict.fromkeys(names):
        for one in outcomes:
            if one.plant != name:
                continue
            items = []
            for item in {"alloy": (ALLOY,), "magnet": (MAGNETS,)}.get(one.stage, ITEMS):
                could = could_make(system, rows[name, one.stage], item, one.effective, ores)
                if not could.any():
                    continue
                share = {region: _over(could, asked[region].get((one.stage, item))) for region in where}
                items.append(SiteItem(item, could, {r: part for r, part in share.items() if not np.isnan(part).all()}))
            found.append(
                SiteStage(
                    plant=name,
                    owner=one.owner,
                    region=one.region,
                    stage=one.stage,
                    counts=one.counts,
                    status=one.status,
                    nameplate=one.nameplate,
                    effective=one.effective,
                    used=one.used,
                    items=tuple(items),
                )
            )
    return tuple(found)


def _over(could: Array, asked: Array | None) -> Array:
    """What could be made over what is asked for, NaN in years in which nothing finite is."""
    out = np.full_like(could, np.nan)
    if asked is None:
        return out
    return np.divide(could, asked, out=out, where=(asked > 0.0) & np.isfinite(asked))
