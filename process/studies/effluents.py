"""What a plant gives to water, air and ground for each t of rare-earth oxide, and the carbon of its energy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data import cost_rates, emission_factor
from ..economics.operating import NEVER_RADIOACTIVE, radioactive
from ..economics.pricebook import region_of
from ..elements import INDEX, molar_mass
from ..flowsheet import Result
from ..network.solution import UnitResult
from ..operations.base import Line
from ..operations.water_content import salts, water
from ..stream import Stream
from .leaving import unnamed_liquors

Array = NDArray[np.float64]

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"mine": ("mine",), "separation": ("separation",), "later": ("metal", "alloy", "magnet")}
)
"""The stages that the table tells apart."""

MEDIA: Mapping[str, str] = MappingProxyType(
    {
        "effluent": "water",
        "seepage": "water",
        "gas": "air",
        "tailings": "solid",
        "leached ground": "solid",
        "residue": "solid",
        "sludge": "solid",
        "slag": "solid",
        "swarf": "solid",
        "scrap": "solid",
        "salt": "solid",
    }
)
"""Where a form of waste goes; any other form goes to `other`, with a remark."""

SOLIDS: Mapping[str, str] = MappingProxyType(
    {"tailings": "tailings", "leached ground": "leached_ground", "salt": "salt"}
)
"""Rows of solids by form; any other is a residue, and what is billed as radioactive is radioactive residue."""

BY_PRODUCTS = frozenset(
    {
        "iron concentrate",
        "caustic liquor",
        "hydrochloric acid",
        "trisodium phosphate",
        "ammonium salt",
        "aqueous ammonia",
        "gypsum",
        "recycled water",
        "swarf",
        "scrap",
    }
)
"""Forms that leave a plant for sale or reuse and are no rare-earth product, whatever traces they hold."""

RECYCLED = "recycled water"
NEAR = 0.3
"""Share of the limit of radioactive residue within which a waste is named."""

PER_REO = "t REO that leaves separation"
"""The basis: oxides, carbonates and other products of the separation stage, as REO, swarf that came back included."""
PER_MINED = "t REO that leaves the mine"
"""The basis of a plant without a separation stage."""
PER_MADE = "t of {product}"
"""The basis of a plant that makes magnets and begins with bought oxide, metal or old magnets."""


@dataclass(frozen=True)
class Row:
    """A row of the table: `unit` per t REO, but for an activity, which is per g of the waste."""

    key: str
    title: str
    unit: str

    @property
    def name(self) -> str:
        """The key with its unit, as documents write it."""
        unit = self.unit.replace("/", "_per_")
        return f"{self.key}_{unit}" if "/" in self.unit else f"{self.key}_{unit}_per_t_reo"


ROWS = (
    Row("ammonia_nitrogen_to_water", "NH3-N to water", "kg"),
    Row("fluoride_to_water", "fluoride to water", "kg"),
    Row("chloride_to_water", "chloride to water", "kg"),
    Row("sulfate_to_water", "sulphate to water", "kg"),
    Row("ammonia_nitrogen_in_ground", "NH3-N left in leached ground", "kg"),
    Row("water_taken", "fresh water taken", "m3"),
    Row("water_reused", "water handed back for reuse", "m3"),
    Row("water_discharged", "water discharged or lost", "m3"),
    Row("fluorine_to_air", "F in off-gas", "kg"),
    Row("sulfur_to_air", "S in off-gas", "kg"),
    Row("chlorine_to_air", "Cl in off-gas", "kg"),
    Row("ammonia_nitrogen_to_air", "NH3-N in off-gas", "kg"),
    Row("radioactive_residue", "radioactive residue", "t"),
    Row("radioactive_residue_parents", "232Th + 238U in it", "Bq/g"),
    Row("radioactive_residue_chains", "with their chains", "Bq/g"),
    Row("other_residue", "other residues and slag", "t"),
    Row("salt", "crystallised salt", "t"),
    Row("tailings", "tailings", "t"),
    Row("tailings_parents", "232Th + 238U in them", "Bq/g"),
    Row("leached_ground", "leached ground", "t"),
    Row("other_waste", "waste of other forms", "t"),
    Row("co2_process", "CO2 of the process", "t"),
    Row("co2_fluorocarbons", "CF4 and C2F6 as CO2", "t"),
    Row("co2_fuel", "CO2 of fuel", "t"),
    Row("co2_power", "CO2 of power", "t"),
    Row("fuel", "fuel", "GJ"),
    Row("electricity", "electricity", "kWh"),
)

TO_WATER = (
    ("ammonia_nitrogen_to_water", "N", 1.0),
    ("fluoride_to_water", "F", 1.0),
    ("chloride_to_water", "Cl", 1.0),
    ("sulfate_to_water", "S", molar_mass("SO4") / molar_mass("S")),
)
FLUOROCARBONS = ("CF4", "C2F6")
"""Gases of electrolysis: the details that hold their kg/h. Their little carbon stands in the CO2 of the process too."""
TO_AIR = (("fluorine_to_air", "F"), ("sulfur_to_air", "S"), ("chlorine_to_air", "Cl"))
ACTIVITIES = ("radioactive_residue", "tailings")


@dataclass(frozen=True)
class Effluents:
    """Wastes, water, energy and carbon of a solved flowsheet.

    `rates` maps a row's key and a group of stages to what comes per operating hour (kg, m³, t, GJ, kWh), shape
    (samples,); `elements` maps a medium and a group to kg/h of every element, shape (samples, elements). `oxide` is the
    basis in t/h (of a plant that begins with bought oxide or metal the mass of its main product), `products` the
    streams that it counts. `remarks` name what the table could not place, `near` the
    wastes whose activity lies so near the limit that they may count either way, `per` what a t of REO stands for.
    """

    rates: Mapping[tuple[str, str], Array]
    elements: Mapping[tuple[str, str], Array]
    oxide: Array
    products: tuple[str, ...]
    remarks: tuple[str, ...]
    near: tuple[str, ...] = ()
    per: str = PER_REO

    def rate(self, key: str, group: str = "") -> Array:
        """A row's amount per operating hour of a group of stages, or of all, shape (samples,)."""
        found = [value for (one, place), value in self.rates.items() if one == key and group in ("", place)]
        return np.asarray(sum(found, np.zeros_like(self.oxide)))

    def value(self, row: Row, group: str = "") -> Array:
        """A row in its unit, of a group of stages or of all, shape (samples,); NaN where there is nothing to divide by.

        An activity is that of the group's waste, which is none without waste.
        """
        if row.unit == "Bq/g":
            waste = row.key.rpartition("_")[0]
            return _ratio(self.rate(row.key, group), self.rate(waste, group) * 1e6)
        return _ratio(self.rate(row.key, group), self.oxide)

    def element(self, name: str, medium: str, group: str = "") -> Array:
        """kg/h of an element that leaves to a medium, shape (samples,)."""
        found = [value for (one, place), value in self.elements.items() if one == medium and group in ("", place)]
        return np.asarray(sum((value[:, INDEX[name]] for value in found), np.zeros_like(self.oxide)))


def _ratio(amount: Array, by: Array) -> Array:
    return np.divide(amount, by, out=np.full_like(amount, np.nan), where=by > 0.0)


class _Sums:
    """Amounts by key and group as they are counted."""

    def __init__(self) -> None:
        self.rates: dict[tuple[str, str], Array] = {}
        self.elements: dict[tuple[str, str], Array] = {}
        self.remarks: dict[str, None] = {}

    def add(self, key: str, group: str, amount: Array) -> None:
        self.rates[key, group] = self.rates[key, group] + amount if (key, group) in self.rates else amount

    def hold(self, medium: str, group: str, flow: Array) -> None:
        held = self.elements.get((medium, group))
        self.elements[medium, group] = flow if held is None else held + flow


def group_of(stage: str) -> str:
    """The column of a stage."""
    return next(group for group, stages in GROUPS.items() if stage in stages)


def wastes(result: Result) -> Iterator[tuple[UnitResult, Stream]]:
    """Every waste that leaves the flowsheet, with the unit that makes it; liquors that nobody names among them."""
    spilled = unnamed_liquors(result)
    for unit in result.solution.units.values():
        for outlet in unit.outlets:
            name = f"{unit.name}.{outlet}"
            if (outlet in unit.waste and result.solution.takers.get(name) is None) or name in spilled:
                yield unit, result.streams[name]


def _per(result: Result) -> str:
    groups = {group_of(unit.stage) for unit in result.solution.units.values()}
    ore = any(feed.is_ore for feed in result.plan.feeds.values())
    if not ore and result.main_product and result.stream(result.main_product).form == "magnet":
        return PER_MADE.format(product=result.main_product)
    return PER_MINED if "mine" in groups and "separation" not in groups else PER_REO


def sold(result: Result) -> tuple[str, ...]:
    """The rare-earth products that leave the separation stage, to the next stage or for good; no unnamed liquors."""
    out, spilled = [], unnamed_liquors(result)
    for unit in result.solution.units.values():
        if group_of(unit.stage) == "later":
            continue
        for outlet in unit.outlets:
            name = f"{unit.name}.{outlet}"
            taker = result.solution.takers.get(name)
            leaves = taker is None or group_of(result.solution.units[taker[0]].stage) == "later"
            stream = result.streams[name]
            waste = outlet in unit.waste or name in spilled or stream.form in BY_PRODUCTS
            if leaves and not waste and np.any(_oxide(stream) > 0.0):
                out.append(name)
    return tuple(out)


def _oxide(stream: Stream) -> Array:
    return np.atleast_1d(np.asarray(stream.oxide(), dtype=float)) / 1000.0


def effluents(result: Result) -> Effluents:
    """The table of a solved flowsheet."""
    sums = _Sums()
    products, spilled = sold(result), unnamed_liquors(result)
    zero = np.zeros(result.solution.samples)
    oxide = np.asarray(sum((_oxide(result.streams[name]) for name in products), zero))
    if (per := _per(result)) not in (PER_REO, PER_MINED):
        products = (result.plan.products[result.main_product],)
        oxide = np.atleast_1d(np.asarray(result.streams[products[0]].mass(), dtype=float)) / 1000.0
    for unit, stream in wastes(result):
        medium = "water" if stream.name in spilled else MEDIA.get(stream.form, "other")
        _wasted(sums, group_of(unit.stage), stream, medium)
    for unit in result.solution.units.values():
        for gas in FLUOROCARBONS:
            if gas in unit.details and (factor := emission_factor(gas)) is not None:
                sums.add("co2_fluorocarbons", group_of(unit.stage), unit.details[gas] * (factor.value / 1000.0))
        for line in unit.lines:
            _used(sums, group_of(unit.stage), region_of(result.plan, result.plan.units[unit.name]), line)
        for outlet in unit.outlets:
            name = f"{unit.name}.{outlet}"
            if result.streams[name].form == RECYCLED and result.solution.takers.get(name) is None:
                _reused(sums, group_of(unit.stage), result.streams[name])
    near = tuple(one for unit, stream in wastes(result) if (one := _near(stream)))
    return Effluents(
        MappingProxyType(sums.rates),
        MappingProxyType(sums.elements),
        oxide,
        products,
        tuple(sums.remarks),
        near,
        per,
    )


def _cubic_metres(stream: Stream) -> Array:
    return water(stream.elements) * (molar_mass("H2O") / 1000.0)


def _dissolved(sums: _Sums, group: str, flow: Array) -> None:
    for key, element, factor in TO_WATER:
        sums.add(key, group, flow[:, INDEX[element]] * factor)


def _reused(sums: _Sums, group: str, stream: Stream) -> None:
    """Water that nothing in the plant takes is handed back; its salts must leave at steady state: they go to water."""
    left = salts(stream.elements)
    sums.hold("water", group, left)
    _dissolved(sums, group, left)
    sums.add("water_reused", group, _cubic_metres(stream))


def _near(stream: Stream) -> str:
    """A remark where a solid waste of the first sample lies near the limit: by its larger parent, or by their sum."""
    mass = float(np.atleast_1d(stream.mass())[0])
    if MEDIA.get(stream.form) != "solid" or stream.form in NEVER_RADIOACTIVE or mass <= 0.0:
        return ""
    rates = cost_rates()
    thorium, uranium = (
        float(np.atleast_1d(stream.element(element))[0]) * 1000.0 * rates[activity].value / (mass * 1000.0)
        for element, activity in (("Th", "thorium_activity"), ("U", "uranium_activity"))
    )
    limit = rates["exemption_level"].value
    if not any(abs(one / limit - 1.0) <= NEAR for one in (max(thorium, uranium), thorium + uranium)):
        return ""
    return (
        f"{stream.name} holds {thorium:.3g} Bq/g of 232Th and {uranium:.3g} Bq/g of 238U, {thorium + uranium:.3g} "
        f"together: near the limit of {limit:g} Bq/g of either, it counts as "
        f"{'' if bool(radioactive(stream)[0]) else 'not '}radioactive"
    )


def _wasted(sums: _Sums, group: str, stream: Stream, medium: str) -> None:
    flow = stream.elements
    tonnes = np.atleast_1d(np.asarray(stream.mass(), dtype=float)) / 1000.0
    sums.hold(medium, group, flow)
    if medium == "water":
        _dissolved(sums, group, flow)
        sums.add("water_discharged", group, _cubic_metres(stream))
    elif medium == "air":
        for key, element in TO_AIR:
            sums.add(key, group, flow[:, INDEX[element]])
        if "NH3" in stream.parts:
            ammonia = stream.flow[:, stream.parts.index("NH3"), INDEX["N"]]
            sums.add("ammonia_nitrogen_to_air", group, ammonia)
        sums.add("co2_process", group, flow[:, INDEX["C"]] * (molar_mass("CO2") / molar_mass("C") / 1000.0))
    elif medium == "solid":
        _solid(sums, group, stream, tonnes)
    else:
        sums.add("other_waste", group, tonnes)
        sums.remarks[f"{stream.name} leaves as {stream.form!r}, a form that the table of wastes does not know"] = None


def _solid(sums: _Sums, group: str, stream: Stream, tonnes: Array) -> None:
    """A solid by its form, unless it is billed as radioactive: then it is radioactive residue, a salt too."""
    key = SOLIDS.get(stream.form, "other_residue")
    hot = np.where(radioactive(stream), 1.0, 0.0)
    sums.add("radioactive_residue", group, tonnes * hot)
    sums.add(key, group, tonnes * (1.0 - hot))
    _active(sums, group, "radioactive_residue", stream, hot)
    if key == "leached_ground":
        sums.add("ammonia_nitrogen_in_ground", group, stream.elements[:, INDEX["N"]])
    if key in ACTIVITIES:
        _active(sums, group, key, stream, np.ones_like(tonnes))


def _active(sums: _Sums, group: str, key: str, stream: Stream, share: Array) -> None:
    """Bq/h of the parents, and of their chains in equilibrium."""
    for element, parent, chain in (
        ("Th", "thorium_activity", "thorium_chain"),
        ("U", "uranium_activity", "uranium_chain"),
    ):
        held = np.atleast_1d(np.asarray(stream.element(element), dtype=float)) * 1000.0 * share
        parents = held * cost_rates()[parent].value
        sums.add(f"{key}_parents", group, parents)
        fact = emission_factor(chain)
        sums.add(f"{key}_chains", group, parents * (fact.value if fact else 0.0))


def _used(sums: _Sums, group: str, region: str, line: Line) -> None:
    if line.item == "water":
        sums.add("water_taken", group, line.rate / 1000.0)
        return
    if line.item == "steam":
        fuel = emission_factor("steam_heat")
        _burnt(sums, group, region, "heat", line.rate * (fuel.value if fuel else 0.0))
    elif line.unit == "MJ":
        _burnt(sums, group, region, line.item, line.rate)
    elif line.unit == "kWh":
        factor = emission_factor("electricity", region)
        sums.add("electricity", group, line.rate)
        if factor is None:
            sums.remarks[f"no emission factor of electricity in {region}: its CO2 is left out"] = None
        else:
            sums.add("co2_power", group, line.rate * (factor.value / 1000.0))


def _burnt(sums: _Sums, group: str, region: str, item: str, heat: Array) -> None:
    factor = emission_factor(item, region)
    sums.add("fuel", group, heat / 1000.0)
    if factor is None:
        sums.remarks[f"no emission factor of {item} in {region}: its CO2 is left out"] = None
    else:
        sums.add("co2_fuel", group, heat * (factor.value / 1e6))


__all__ = ["BY_PRODUCTS", "GROUPS", "MEDIA", "PER_MINED", "PER_REO", "ROWS", "Effluents", "Row", "effluents", "sold"]
