"""What the capital of a cost rests on: equipment, factors and known plants, each with what it weighs in the cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ..data import Fact, Plant, regional_factors
from ..data.investment import GROUPS, capital_factors, compliance, installation
from .capital import Investment
from .lines import CostLine

INVESTED = "million USD invested"
Weights = Iterable[tuple[CostLine, float]]


@dataclass(frozen=True)
class Rest:
    """A figure that capital rests on, in `unit`, and the share of the cost, 0..1, in lines that it moves."""

    item: str
    fact: Fact
    unit: str
    share: float


def rests_on(capital: Mapping[str, Investment], weights: Weights) -> list[Rest]:
    """What the lines of capital, upkeep and working capital rest on; `weights` are such lines with their share.

    A figure that enters as one term of a sum (a piece of equipment, a line of installation) weighs its own part of it.
    """
    weights = list(weights)
    by_unit: dict[tuple[str, str], float] = {}
    for line, share in weights:
        if line.unit == INVESTED:
            by_unit[line.stage, line.unit_name] = by_unit.get((line.stage, line.unit_name), 0.0) + share
    out: list[Rest] = []
    for stage, one in capital.items():
        own = {unit: share for (place, unit), share in by_unit.items() if place == stage}
        if one.way == "equipment":
            out += _equipment(stage, one, own)
        else:
            out.append(_plant(stage, one.plant, sum(own.values())))
        tied = sum(share for line, share in weights if line.stage == stage and line.unit != INVESTED)
        days = capital_factors()["stock_days", stage]
        out.append(Rest(f"working capital of the {stage} stage: stocks", days, "days of operating cost", tied))
    out += _shared(capital, by_unit)
    return out


def _plant(stage: str, plant: Plant, share: float) -> Rest:
    unit = f"million {plant.currency} for {plant.capacity:,.0f} t/year" + (" REO" if plant.basis == "REO" else "")
    return Rest(f"capital of the {stage} stage: {plant.title}", plant.cost, unit, share)


def _equipment(stage: str, one: Investment, own: Mapping[str, float]) -> Iterator[Rest]:
    """Each piece of equipment by its part of what its unit buys."""
    bare: dict[str, float] = {}
    for piece in one.purchases:
        bare[piece.unit] = bare.get(piece.unit, 0.0) + float(piece.million_usd[0])
    found: dict[str, tuple[Fact, str, float]] = {}
    for piece in one.purchases:
        if bare[piece.unit] > 0.0:
            base, part = piece.base, float(piece.million_usd[0]) / bare[piece.unit] * own.get(piece.unit, 0.0)
            unit = f"thousand {base.currency} at {base.size:,g} {base.unit}"
            so_far = found[base.title][2] if base.title in found else 0.0
            found[base.title] = _in_thousands(base.fact), unit, so_far + part
    for title, (fact, unit, share) in found.items():
        yield Rest(f"capital of the {stage} stage: {title}", fact, unit, share)


def _in_thousands(fact: Fact) -> Fact:
    return replace(fact, value=fact.value / 1e3, low=fact.low / 1e3, high=fact.high / 1e3)


def _shared(capital: Mapping[str, Investment], by_unit: Mapping[tuple[str, str], float]) -> Iterator[Rest]:
    """Installation, scope and the factors of regions, each over all stages that it moves."""
    of_stage = {stage: sum(share for (place, _), share in by_unit.items() if place == stage) for stage in capital}
    built = [stage for stage, one in capital.items() if one.way == "equipment"]
    whole = sum(of_stage[stage] for stage in built)
    lang = 1.0 + sum(fact.value for fact in installation().values())
    for item, fact in installation().items():
        yield Rest(f"installation: {item}", fact, fact.unit, whole * fact.value / lang)
    for group in dict.fromkeys(GROUPS[stage] for stage in built):
        share = sum(of_stage[stage] for stage in built if GROUPS[stage] == group)
        fact = capital_factors()["scope", group]
        yield Rest(f"scope of the {group} stage", fact, fact.unit, share)
    moved: dict[str, float] = {}
    ruled: dict[str, tuple[Fact, float]] = {}
    for stage, one in capital.items():
        away = tuple(region for region in one.regions if region != one.plant.region)
        known = (*away, one.plant.region) if away else ()  # where a known plant stands itself, its factors cancel
        for region in one.regions if one.way == "equipment" else known:
            moved[region] = moved.get(region, 0.0) + of_stage[stage]
            key, fact = compliance(region, GROUPS[stage])
            own = f", {GROUPS[stage]}" if key.endswith(f".{GROUPS[stage]}") else ""
            item = f"compliance in {region}{own}"
            ruled[item] = (fact, ruled.get(item, (fact, 0.0))[1] + of_stage[stage])
    places = {f"location in {region}": (regional_factors()["location", region], moved[region]) for region in moved}
    for item, (fact, share) in (places | ruled).items():
        if fact.low < fact.high:
            yield Rest(item, fact, "times that in the US", share)
