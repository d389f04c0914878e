"""A small scenario with yields that can be followed on paper: one ore, one chain in the us, one in china."""

from __future__ import annotations

from typing import Any

from didymium.plan import Position
from didymium.quantities import Value
from didymium.scenario import EndUse, MagnetKind, PlantStage, Scenario, Series, SitePlant
from didymium.supply.yields import StageYield

AT = Position("small.yaml", 1, 1)

ORE = {"Ce": 0.5, "Nd": 0.2, "Pr": 0.05, "Dy": 0.05, "La": 0.2}


def stage_yield(stage: str, yields: dict[str, dict[str, float]], cost: float = 10.0, **more: Any) -> StageYield:
    """What a stage yields."""
    return StageYield(
        stage=stage,
        flowsheet="works",
        composition=more.get("composition", {}),
        yields=yields,
        usd_per_t=cost,
        capital_usd_per_t_year=more.get("capital", 100.0),
        per="t",
        entering=more.get("entering", {}),
    )


def tables() -> dict[str, dict[str, Any]]:
    """Yields of one flowsheet, `works`: round numbers."""
    separation = {e: {"oxide": 0.9} for e in ("La", "Ce", "Pr", "Nd")} | {"Dy": {"heavy": 0.8}}
    return {
        "works": {
            "mine": stage_yield("mine", {}, composition=ORE),
            "cracking": stage_yield("cracking", {e: {"mixed": 0.95} for e in ORE}),
            "separation": stage_yield("separation", separation),
            "extraction": stage_yield("extraction", separation),
            "heavy_separation": stage_yield("heavy_separation", {"Dy": {"oxide": 0.75}}),
            "metal": stage_yield("metal", {e: {"metal": 0.95} for e in ("Nd", "Pr", "Dy")}),
            "alloy": stage_yield("alloy", {e: {"alloy": 0.98} for e in ("Nd", "Pr", "Dy")}),
            "magnet": stage_yield("magnet", {e: {"magnet": 0.7, "swarf": 0.2} for e in ("Nd", "Pr", "Dy")}),
            "recycling": stage_yield("recycling", {e: {"oxide": 0.85} for e in ("Nd", "Pr", "Dy")}),
        }
    }


def plant_stage(stage: str, tonnes: float, region: str = "us", **more: Any) -> PlantStage:
    """A stage with a nameplate in t/year, running since 2000."""
    counts = more.pop("counts", "REO" if stage in ("mine", "cracking", "separation") else "mass")
    return PlantStage(
        stage=stage,
        capacity=Value(tonnes, "t/year"),
        counts=counts,
        start=more.pop("start", 2000.0),
        position=AT,
        region=region,
        flowsheet="works",
        **more,
    )


def plant(name: str, *stages: PlantStage, region: str = "us") -> SitePlant:
    """A plant of stages."""
    return SitePlant(name, "nobody", region, {one.stage: one for one in stages}, AT)


def series(**points: float) -> Series:
    """Values by year: `series(y2025=10.0)`."""
    return Series({int(key[1:]): Value(number) for key, number in points.items()})


def use(tonnes: Series, good: str = "motor", region: str = "us", name: str = "cars", **more: Any) -> EndUse:
    """A demand for magnets."""
    return EndUse(region, name, good, tonnes, AT, **more)


MOTOR = MagnetKind("motor", "NdFeB", {"NdPr": Value(0.30), "Dy": Value(0.02)}, (), AT)
PLAIN = MagnetKind("plain", "NdFeB", {"NdPr": Value(0.30)}, (), AT)
IRON = MagnetKind("iron", "iron_nitride", {}, (), AT)


def scenario(plants: list[SitePlant], demand: list[EndUse], **more: Any) -> Scenario:
    """A scenario of 2025 to 2027 in the us and china unless said otherwise."""
    standard = dict.fromkeys(
        ("mine", "cracking", "separation", "heavy_separation", "metal", "alloy", "magnet", "recycling"), "works"
    )
    given: dict[str, Any] = {
        "name": "small",
        "title": "small",
        "years": (2025, 2026, 2027),
        "focus": ("us",),
        "regions": ("us", "china"),
        "objective": "unmet",
        "plants": {one.name: one for one in plants},
        "magnets": {one.name: one for one in (MOTOR, PLAIN, IRON)},
        "demand": tuple(demand),
        "rules": {},
        "stockpiles": {},
        "levers": {},
        "standard": standard,
        "prices": {},
        "sources": {},
        "path": "small.yaml",
        "sha256": "",
        "position": AT,
    }
    return Scenario(**{**given, **more})


def whole_chain(region: str = "us", name: str = "works") -> SitePlant:
    """A plant of every stage, ore to magnet, that mines 10,000 t REO a year and is wide open after that."""
    open_ = 1e6
    return plant(
        name,
        plant_stage("mine", 10_000.0, region, deposits=("works",)),
        plant_stage("separation", open_, region),
        plant_stage("heavy_separation", open_, region, counts="Dy"),
        plant_stage("metal", open_, region),
        plant_stage("alloy", open_, region),
        plant_stage("magnet", open_, region),
        region=region,
    )
