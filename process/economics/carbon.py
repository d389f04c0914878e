"""What a price of carbon costs each unit: CO2 of its fuel, of the carbon in its off-gas, fluorocarbons as CO2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..data import Fact, emission_factor
from ..elements import INDEX, molar_mass
from ..network.solution import Solution, UnitResult
from ..supply.capacity import added
from .figures import Figures
from .lines import CostLine, priced
from .pricebook import CostError, file_price, region_of

Array = NDArray[np.float64]

FLUOROCARBONS = ("CF4", "C2F6")
"""Gases of electrolysis: the details of a unit that hold their kg/h."""
CO2 = molar_mass("CO2") / molar_mass("C") / 1000.0
"""t CO2 per kg of carbon."""
UNIT = "t CO2"
OFFGAS = "gas"
"""The form of waste whose carbon counts as CO2."""


@dataclass(frozen=True)
class Emission:
    """t CO2/h of one cause, shape (samples,); `assumed` says whether its factor is an assumption."""

    what: str
    tonnes: Array
    assumed: bool


def _factor(item: str, region: str, figures: Figures) -> tuple[float | Array, Fact]:
    fact = emission_factor(item, region)
    if fact is None:
        raise CostError(f"no emission factor of {item} in {region} for the price of carbon", "leave out carbon_price")
    everywhere = emission_factor(item) is fact
    return figures.of(f"emission.{item}" if everywhere else f"emission.{region}.{item}", fact), fact


def emissions(solution: Solution, unit: UnitResult, on_power: bool, figures: Figures) -> Iterator[Emission]:
    """What a unit gives to the air, by cause: fuel, process, fluorocarbons, and power where it counts.

    Factors: IPCC 2006 for fuels, AR6 for fluorocarbons; see docs/effluents.md.
    """
    region = region_of(solution.plan, solution.plan.units[unit.name])
    for line in unit.lines:
        if line.item == "steam":
            heat, boiler = _factor("steam_heat", region, figures)
            factor, fact = _factor("heat", region, figures)
            yield Emission("fuel", line.rate * heat * factor / 1e6, fact.assumed or boiler.assumed)
        elif line.unit == "MJ":
            factor, fact = _factor(line.item, region, figures)
            yield Emission("fuel", line.rate * factor / 1e6, fact.assumed)
        elif line.unit == "kWh" and on_power:
            factor, fact = _factor("electricity", region, figures)
            yield Emission("power", line.rate * factor / 1000.0, fact.assumed)
    for outlet in unit.outlets:
        name = f"{unit.name}.{outlet}"
        stream = solution.streams[name]
        if stream.form == OFFGAS and outlet in unit.waste and solution.takers.get(name) is None:
            carbon = np.atleast_1d(stream.elements[:, INDEX["C"]])
            yield Emission("process", carbon * CO2, False)
    for gas in FLUOROCARBONS:
        if gas in unit.details:
            factor, fact = _factor(gas, region, figures)
            yield Emission("fluorocarbons", np.atleast_1d(unit.details[gas]) * factor / 1000.0, fact.assumed)


def carbon(solution: Solution, changes: Mapping[str, Array], figures: Figures) -> Iterator[CostLine]:
    """Lines of the file's price of carbon, t CO2/h × USD/t, by unit; none where the file gives no price."""
    plan = solution.plan
    if plan.levies.carbon_price is None:
        return
    changed = changes.get("carbon_price")
    price = file_price("carbon price", plan.levies.carbon_price, "overhead", plan.year, plan.sources, figures, changed)
    for unit in solution.units.values():
        found = [one for one in emissions(solution, unit, plan.levies.on_power, figures) if np.any(one.tonnes > 0.0)]
        if found:
            tonnes = added((one.tonnes for one in found), solution.samples)
            words = " and ".join(dict.fromkeys(one.what for one in found))
            told = replace(price, unit=UNIT, note=f"{price.note}; CO2 of {words}")
            yield priced(unit, "carbon price", tonnes, UNIT, told, any(one.assumed for one in found))
