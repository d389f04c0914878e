"""A small scenario with yields by hand: two regions, one ore each, a focus that lacks heavy separation at first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from didymium.plan import Position
from didymium.quantities import Value
from didymium.scenario import EndUse, MagnetKind, PlantStage, Scenario, Series, SitePlant
from didymium.supply.yields import StageYield

HERE = Position("hand.yaml", 1, 1)
YEARS = (2025, 2026, 2027)


def made(yields: Mapping[str, Mapping[str, float]], composition: Mapping[str, float] | None = None) -> StageYield:
    """What a stage of the flowsheet yields, whichever it is."""
    return StageYield("any", "plain", composition or {}, yields, 10.0, 100.0, "t")


ALL = ("La", "Ce", "Pr", "Nd", "Tb", "Dy")


def every(shares: Mapping[str, float], names: tuple[str, ...] = ALL) -> dict[str, dict[str, float]]:
    return {name: dict(shares) for name in names}


def tables() -> dict[str, dict[str, StageYield]]:
    """One flowsheet `plain` that passes 90 % at separation, 95 % of heavies, metal and alloy 98 %, magnet 80 %."""
    light = every({"oxide": 0.9}, ("La", "Ce", "Pr", "Nd"))
    heavy = every({"heavy": 0.9}, ("Tb", "Dy"))
    ore = {"La": 0.25, "Ce": 0.5, "Pr": 0.05, "Nd": 0.16, "Tb": 0.005, "Dy": 0.035}
    return {
        "plain": {
            "mine": made(every({"mixed": 1.0}), ore),
            "separation": made({**light, **heavy}),
            "extraction": made({**light, **heavy}),
            "heavy_separation": made(every({"oxide": 0.95})),
            "metal": made(every({"metal": 0.98})),
            "alloy": made(every({"alloy": 0.98})),
            "magnet": made(every({"magnet": 0.8, "swarf": 0.15})),
            "recycling": made(every({"oxide": 0.9})),
        }
    }


def value(number: float, unit: str = "t/year") -> Value:
    return Value(float(number), unit)


def stage(plant: str, name: str, region: str, tonnes: float, counts: str, start: float = 2020.0, **more: Any) -> Any:
    return PlantStage(name, value(tonnes), counts, start, HERE, region, flowsheet="plain", **more)


def plant(name: str, region: str, *stages: PlantStage) -> SitePlant:
    return SitePlant(name, f"{name} Ltd", region, {one.stage: one for one in stages}, HERE)


def scenario(**changes: Any) -> Scenario:
    """Demand of 1,000 t/year of magnets with 30 % NdPr and 1 % Dy; heavy separation of 5 t/year from 2026 on."""
    own = plant(
        "home",
        "us",
        stage("home", "mine", "us", 20_000, "REO", deposits=("plain",)),
        stage("home", "separation", "us", 20_000, "REO", deposits=("plain",)),
        stage("home", "heavy_separation", "us", 5, "Dy", 2026.0),
        stage("home", "metal", "us", 1_000, "mass"),
        stage("home", "alloy", "us", 2_000, "mass"),
        stage("home", "magnet", "us", 2_000, "mass", ramp=(value(0.5, "1"), value(1.0, "1")), start=2025.0),
    )
    away = plant("far", "china", stage("far", "mine", "china", 1_000, "REO", deposits=("plain",)))
    kinds = {"motor": MagnetKind("motor", "NdFeB", {"NdPr": value(0.3, "1"), "Dy": value(0.01, "1")}, (), HERE)}
    given: dict[str, Any] = {
        "name": "hand",
        "title": "By hand <b>",
        "years": YEARS,
        "focus": ("us",),
        "regions": ("us", "china"),
        "objective": "unmet",
        "plants": {"home": own, "far": away},
        "magnets": kinds,
        "demand": (EndUse("us", "cars", "motor", Series({2025: value(1_000)}), HERE),),
        "rules": {},
        "stockpiles": {},
        "levers": {},
        "standard": MappingProxyType({name: "plain" for name in tables()["plain"] if name != "extraction"}),
        "prices": {},
        "sources": {},
        "path": "hand.yaml",
        "sha256": "0" * 64,
        "position": HERE,
    }
    return Scenario(**{**given, **changes})
