"""Public claims on recovery, wastewater, residue and energy, each beside what solved flowsheets give."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data import Claim, claims, emission_factor
from ..elements import INDEX, molar_mass
from ..files import shipped
from ..flowsheet import Result, load
from ..operations.water_content import water
from .effluents import MEDIA, ROWS, Effluents, effluents, group_of, sold, wastes
from .ranges import between

Array = NDArray[np.float64]
Values = Iterator[tuple[str, Array, str]]
"""Plants, values of shape (samples,), and what they count."""

CHINA = ("baotou", "baotou_lca", "ganzhou")
"""Shipped plants that stand in China from ore to oxide."""
ABROAD = ("mountain_pass", "kuantan", "la_rochelle")
"""Shipped plants abroad; La Rochelle begins with a bought concentrate or with returns."""
WITH_MINE = ("baotou", "baotou_lca", "mountain_pass", "kuantan")
"""Shipped plants from hard-rock ore: what is compared with a mine on both sides."""

_BY_KEY = {row.key: row for row in ROWS}
KWH = 0.0036
"""GJ per kWh."""


@dataclass(frozen=True)
class Computed:
    """What a plant, or a pair of plants, gives for a claim, in the claim's unit, and what it counts.

    `low` and `high` are percentiles of draws within the ranges of the files; NaN where none were drawn.
    """

    plant: str
    value: float
    what: str
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True)
class Finding:
    """A claim with the values computed beside it; `assumed` maps a plant to (values assumed, values in its file)."""

    claim: Claim
    computed: tuple[Computed, ...]
    assumed: Mapping[str, tuple[int, int]]

    @property
    def verdict(self) -> str:
        """Our verdict in words, as the data have it."""
        return self.claim.verdict

    @property
    def low(self) -> float:
        """The least computed value; NaN where there is none."""
        return min((one.value for one in self.computed), default=float("nan"))

    @property
    def high(self) -> float:
        """The largest computed value; NaN where there is none."""
        return max((one.value for one in self.computed), default=float("nan"))


@dataclass(frozen=True)
class _Plant:
    name: str
    result: Result
    wastes: Effluents

    def row(self, key: str, *groups: str) -> Array:
        """A row per t REO, of some groups of stages or of all, shape (samples,)."""
        found = [self.wastes.value(_BY_KEY[key], group) for group in groups or ("",)]
        return np.asarray(sum(found))

    @property
    def energy(self) -> Array:
        """GJ of fuel and power per t REO of mine and separation."""
        places = ("mine", "separation")
        return self.row("fuel", *places) + self.row("electricity", *places) * KWH


def evaluate(
    results: Mapping[str, Result] | None = None, drawn: Mapping[str, Result] | None = None
) -> tuple[Finding, ...]:
    """Every claim of the data with what the plants give; the shipped flowsheets are solved where none are given.

    `results` are solved flowsheets by name, `drawn` the same within their ranges (`ranges.within_ranges`), all with as
    many samples. A plant that is not among them is left out.
    """
    wanted = (*CHINA, *ABROAD)
    if results is None:
        results = {name: load(name).solve() for name in wanted if name in shipped()}
    plants, others = _plants(results, wanted), _plants(drawn or {}, wanted)
    return tuple(_finding(claim, plants, others) for claim in claims().values())


def _plants(results: Mapping[str, Result], wanted: tuple[str, ...]) -> dict[str, _Plant]:
    return {name: _Plant(name, one, effluents(one)) for name, one in results.items() if name in wanted}


def _finding(claim: Claim, plants: Mapping[str, _Plant], drawn: Mapping[str, _Plant]) -> Finding:
    rule = _RULES[claim.key]
    spread = {(plant, what): between(values) for plant, values, what in rule(drawn)}
    nothing = (float("nan"), float("nan"))
    found = tuple(
        Computed(plant, float(values[0]), what, *spread.get((plant, what), nothing))
        for plant, values, what in rule(plants)
        if np.isfinite(values[0])
    )
    names = {name for one in found for name in one.plant.split(" / ")}
    assumed = {name: (len(plants[name].result.assumptions), len(plants[name].result.plan.values())) for name in names}
    return Finding(claim, found, MappingProxyType(dict(sorted(assumed.items()))))


def recovered(result: Result, source: str) -> Array:
    """REO that leaves separation in products, less what later stages sent back, over the REO of a stream, 0..1."""
    made = np.asarray(sum((_oxide(result, name) for name in sold(result)), np.zeros(result.solution.samples)))
    for name, taker in result.solution.takers.items():
        unit = name.split(".")[0]
        if taker is None or unit not in result.solution.units:
            continue
        later = group_of(result.solution.units[unit].stage) == "later"
        if later and group_of(result.solution.units[taker[0]].stage) != "later":
            made = made - _oxide(result, name)
    return _share(made, _oxide(result, source))


def ammonia_before_treatment(result: Result) -> Array:
    """NH3-N in the effluents as mine and separation make them, in mg per L of their water, shape (samples,)."""
    nitrogen = volume = np.zeros(result.solution.samples)
    for name, unit in result.solution.units.items():
        if unit.kind == "water_treatment" or group_of(unit.stage) == "later":
            continue
        for outlet in unit.outlets:
            stream = result.streams[f"{name}.{outlet}"]
            taker = result.solution.takers.get(stream.name)
            treated = taker is not None and result.solution.units[taker[0]].kind == "water_treatment"
            if stream.form == "effluent" and (taker is None or treated):
                nitrogen = nitrogen + stream.elements[:, INDEX["N"]]
                volume = volume + water(stream.elements) * molar_mass("H2O") / 1000.0
    return 1000.0 * _share(nitrogen, volume)


def ammonia_as_discharged(result: Result) -> Array:
    """NH3-N in the waters that separation discharges, in mg per L of their water, shape (samples,)."""
    nitrogen = volume = np.zeros(result.solution.samples)
    for unit, stream in wastes(result):
        if group_of(unit.stage) == "separation" and MEDIA.get(stream.form) == "water":
            nitrogen = nitrogen + stream.elements[:, INDEX["N"]]
            volume = volume + water(stream.elements) * molar_mass("H2O") / 1000.0
    return 1000.0 * _share(nitrogen, volume)


def _oxide(result: Result, name: str) -> Array:
    return np.atleast_1d(np.asarray(result.streams[name].oxide(), dtype=float))


def _share(amount: Array, by: Array) -> Array:
    return np.divide(amount, by, out=np.full_like(by, np.nan), where=by > 0.0)


def _concentrates(result: Result) -> Iterator[str]:
    for name, stream in result.streams.items():
        taker = result.solution.takers.get(name)
        if stream.form == "concentrate" and taker is not None:
            stage = result.solution.units[taker[0]].stage
            if group_of(stage) == "separation":
                yield name


def _recovery(plants: Mapping[str, _Plant]) -> Values:
    for name in CHINA:
        if name in plants:
            result = plants[name].result
            for stream in _concentrates(result):
                yield name, recovered(result, stream), "concentrate to products of separation"
            yield name, recovered(result, result.ore), "ore to products of separation"


def _over_limit(plants: Mapping[str, _Plant]) -> Values:
    limit = emission_factor("ammonia_limit", "china")
    for name in CHINA:
        if name in plants and limit is not None:
            plant = plants[name]
            yield name, ammonia_before_treatment(plant.result) / limit.value, "NH3-N before treatment"
            left = ammonia_as_discharged(plant.result)
            yield name, left / limit.value, "NH3-N of separation as discharged"


def _volume(plants: Mapping[str, _Plant]) -> Values:
    for name in (*CHINA, *ABROAD):
        if name in plants:
            yield name, plants[name].row("water_discharged"), "water discharged or lost, all stages"
            yield name, plants[name].row("water_discharged") + plants[name].row("water_reused"), "with what is reused"


def _residue(plants: Mapping[str, _Plant]) -> Values:
    for name in (*CHINA, *ABROAD):
        if name in plants:
            yield name, plants[name].row("radioactive_residue"), "residues above 1 Bq/g, tailings left out"


def _residue_total(plants: Mapping[str, _Plant]) -> Values:
    for name in (*CHINA, *ABROAD):
        if name in plants:
            hourly = plants[name].wastes.rate("radioactive_residue")
            hours = plants[name].result.plan.hours_per_year.nominal
            yield name, hourly * hours, "at the rate of its file"


def _against(plants: Mapping[str, _Plant], of: Callable[[_Plant], Array], names: tuple[str, ...], what: str) -> Values:
    """A Chinese plant less one abroad, as a share of that abroad."""
    for china in CHINA:
        for abroad in ABROAD:
            if china in plants and abroad in plants and china in names and abroad in names:
                yield f"{china} / {abroad}", _share(of(plants[china]), of(plants[abroad])) - 1.0, what


def _energy(plants: Mapping[str, _Plant]) -> Values:
    yield from _against(plants, lambda plant: plant.energy, WITH_MINE, "fuel and power, ore to oxide, per t REO")


def _wastewater(plants: Mapping[str, _Plant]) -> Values:
    yield from _against(
        plants, lambda plant: plant.row("water_discharged"), WITH_MINE, "water discharged or lost per t REO"
    )


_RULES: Mapping[str, Callable[[Mapping[str, _Plant]], Values]] = MappingProxyType(
    {
        "recovery_before": _recovery,
        "recovery_after": _recovery,
        "wastewater_over_limit": _over_limit,
        "wastewater_volume": _volume,
        "radioactive_residue": _residue,
        "radioactive_total": _residue_total,
        "energy_china": _energy,
        "wastewater_china": _wastewater,
    }
)
