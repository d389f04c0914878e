"""What a plant's magnets are, and what each step of their making keeps, loses and uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..elements import ELEMENTS, INDEX, RE
from ..flowsheet import Result
from ..magnet.evaluate import COAT, Ability
from ..network.solution import UnitResult
from ..operations.base import leaves
from ..quantities import Value
from ..sums import per_sample

Columns = NDArray[np.intp]

STAGES = ("alloy", "magnet")
"""The stages whose units make the line of a magnet."""
LEAST = 5e-6
"""Mass shares below this are left out of a composition."""
ROOM, WARM = 20.0, 100.0
SETTINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "jet_milling": ("size",),
        "pressing": ("press", "field", "alignment", "pressure"),
        "sintering": ("schedule", "ageing"),
        "grain_boundary_diffusion": ("source", "coating", "temperature", "time"),
        "coating": ("coat",),
    }
)
"""Keys of a line that make the magnet what it is, by kind."""
PPM = ("O", "C", "H", "N")
"""Elements that a powder line watches."""


@dataclass(frozen=True)
class Step:
    """One unit on the way to a magnet (of the first sample).

    `kept` is the share of the rare earths entering (of the iron where a magnet holds none), those of reagents too, that
    goes on, `lost` that of every other outlet by stream name, 0..1; `kg_per_h` what goes on and `kwh_per_kg` the power
    per kg of it; `ppm` O, C, H and N of it by mass.
    """

    unit: str
    kind: str
    stream: str
    kg_per_h: float
    kept: float
    lost: Mapping[str, float]
    kwh_per_kg: float
    ppm: Mapping[str, float]
    size_um: float | None


@dataclass(frozen=True)
class MagnetLine:
    """The magnets of one product: composition by mass share, what they can do, and the steps of their making.

    `coat` is what its skin adds, in shares of the coated magnet; composition, phases and density are without it.
    `settings` are the values of its steps as the file, or a standard, says them. `energy` is the power of all steps in
    kWh per kg of the finished magnet, `counted` what its steps keep and lose.
    """

    product: str
    stream: str
    composition: Mapping[str, float]
    coat: Mapping[str, float]
    settings: Mapping[str, str]
    ability: Ability
    steps: tuple[Step, ...]
    energy: float
    counted: str


def magnets(result: Result) -> tuple[MagnetLine, ...]:
    """The magnets among the products of a result, in the order of the file."""
    out = []
    for product, stream in result.plan.products.items():
        if result.streams[stream].form != "magnet" or not np.any(result.streams[stream].flow[0]):
            continue
        ability = result.magnet(stream)
        if ability is not None:
            steps = tuple(_steps(result, stream))
            made = float(per_sample(result.streams[stream].flow)[0])
            counted = "rare earths" if result.streams[stream].elements[0, RE].any() else "iron"
            energy = sum(step.kwh_per_kg * step.kg_per_h for step in steps) / made
            told = settings(result, steps)
            inside, skin = composition(result, stream), coat(result, stream)
            out.append(MagnetLine(product, stream, inside, skin, told, ability, steps, energy, counted))
    return tuple(out)


def settings(result: Result, steps: tuple[Step, ...]) -> dict[str, str]:
    """What sets the magnet, by unit and key: numbers as the file or the kind's standard says them, without spreads."""
    out = {}
    for step in steps:
        unit = result.plan.units[step.unit]
        for key in SETTINGS.get(unit.kind.name, ()):
            value = getattr(unit.parameters, key)
            if value not in (None, []):
                out[f"{step.unit}.{key}"] = _short(value)
    return out


def _short(value: Any) -> str:
    if isinstance(value, Value):
        return value.text.partition(" (")[0].partition(" from ")[0]
    if isinstance(value, list):
        return ", ".join(" ".join(_short(one) for one in leaves(item).values()) for item in value)
    return str(value)


def composition(result: Result, stream: str) -> dict[str, float]:
    """Mass shares of the elements of the magnets of a stream, largest first; a coat is left out."""
    found = result.streams[stream]
    held = np.add.reduce([flow for part, flow in zip(found.parts, found.flow[0], strict=True) if part != COAT])
    shares = held / held.sum()
    order = np.argsort(-shares, kind="stable")
    return {ELEMENTS[i]: float(shares[i]) for i in order if shares[i] > LEAST}


def coat(result: Result, stream: str) -> dict[str, float]:
    """Mass shares in the whole stream of the elements of its coat, largest first; empty where there is none."""
    found = result.streams[stream]
    if COAT not in found.parts:
        return {}
    held = found.flow[0, found.parts.index(COAT)] / found.flow[0].sum()
    return {ELEMENTS[i]: float(held[i]) for i in np.argsort(-held, kind="stable") if held[i] > LEAST}


def warm(ability: Ability) -> dict[str, float]:
    """T and kA/m at 100 °C (of the first sample), by the mean slopes from 20 °C to there; none without slopes."""
    slopes = {"Br": ("Br_T", "alpha_Br_pct_K"), "Hcj": ("Hcj_kA_m", "beta_Hcj_pct_K")}
    out = {}
    for name, (key, slope) in slopes.items():
        if slope in ability.values:
            share = 1.0 + 0.01 * (WARM - ROOM) * float(ability.get(slope)[0])
            out[key.replace(name, f"{name}_100C", 1)] = share * float(ability.get(key)[0])
    return out


def _steps(result: Result, stream: str) -> list[Step]:
    """From the alloy on: the units that a magnet's own material went through, found backwards."""
    units, out, seen = result.solution.units, [], set()
    counted = RE if result.streams[stream].elements[0, RE].any() else np.array([INDEX["Fe"]])
    unit, _, outlet = stream.partition(".")
    while unit in units and unit not in seen:
        works = bool(result.plan.units[unit].kind.stage)
        if works and units[unit].stage not in STAGES:
            break
        seen.add(unit)
        if works:
            out.append(_step(result, units[unit], f"{unit}.{outlet}", counted))
        unit, _, outlet = _before(result, units[unit]).partition(".")
    return out[::-1]


def _before(result: Result, unit: UnitResult) -> str:
    """The inlet that brings most of what a unit works on."""
    flows = {
        stream: float(per_sample(result.streams[stream].flow)[0])
        for inlet, stream in unit.inlets.items()
        if inlet.partition(".")[0] in ("feed", "feeds")
    }
    return max(flows, key=lambda name: flows[name], default="")


def _step(result: Result, unit: UnitResult, stream: str, counted: Columns) -> Step:
    entering = sum(_held(result, f"{unit.name}.{outlet}", counted) for outlet in unit.outlets)
    goes_on = result.streams[stream]
    mass = float(per_sample(goes_on.flow)[0])
    others = [f"{unit.name}.{outlet}" for outlet in unit.outlets if f"{unit.name}.{outlet}" != stream]
    power = sum(float(line.rate[0]) for line in unit.lines if line.item == "electricity")
    size = goes_on.traits.get("powder_um") if goes_on.form in ("powder", "compact") else None
    return Step(
        unit=unit.name,
        kind=unit.kind,
        stream=stream,
        kg_per_h=mass,
        kept=_held(result, stream, counted) / entering if entering > 0.0 else 0.0,
        lost={name: _held(result, name, counted) / entering for name in others if entering > 0.0},
        kwh_per_kg=power / mass if mass > 0.0 else 0.0,
        ppm={name: 1e6 * float(np.atleast_1d(goes_on.element(name))[0]) / mass if mass > 0.0 else 0.0 for name in PPM},
        size_um=None if size is None else float(size[0]),
    )


def _held(result: Result, stream: str, counted: Columns) -> float:
    """kg/h of the counted elements."""
    return float(per_sample(result.streams[stream].elements[:1, counted])[0])
