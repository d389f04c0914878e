"""What a furnace does to compacts along its schedule, and where diffused rare earth stands in a magnet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..figures import amount
from .axes import from_zero
from .picture import Chart, Floats, Panel, Picture, Series, values

if TYPE_CHECKING:
    from ...flowsheet import Result

FURNACE = (
    ("schedule_C", "temperature, °C", 1.0),
    ("schedule_density", "density over the pore-free, %", 100.0),
    ("schedule_grain_um", "mean grain, µm", 1.0),
    ("schedule_hydrogen_ppm", "hydrogen left, ppm", 1.0),
)
"""What is shown of a furnace: the detail of the unit, the words of its axis, and its scale."""
DEPTHS = (
    ("heavy_by_depth", "diffused rare earth, % by mass", 100.0),
    ("shell_by_depth", "its share on the sites of the skin, %", 100.0),
    ("gain_by_depth_kA_m", "coercivity gained, kA/m", 1.0),
)
"""The same of a diffused magnet."""


ROOM = 1.05
"""How far an axis reaches above its highest value."""


def of_magnets(result: Result, sample: int = 0) -> list[Picture]:
    """A picture of every sintering furnace and every diffusion of a flowsheet, in its order."""
    out: list[Picture] = []
    for name, unit in result.solution.units.items():
        if not any(np.any(result.streams[f"{name}.{outlet}"].flow[sample]) for outlet in unit.outlets):
            continue
        if unit.kind == "sintering":
            out.append(_furnace(name, unit.details, result.plan.title, sample))
        elif unit.kind == "grain_boundary_diffusion":
            out.append(_diffusion(name, unit.details, result.plan.title, sample))
    return out


def _furnace(name: str, details: Any, plant: str, sample: int) -> Chart:
    hours = np.asarray(details["schedule_h"])[sample]
    panels = tuple(
        _panel("hours", hours, label, scale * np.asarray(details[key])[sample]) for key, label, scale in FURNACE
    )
    end = f"{100.0 * float(np.asarray(details['schedule_density'])[sample][-1]):.1f} % dense"
    grain = f"{float(np.asarray(details['schedule_grain_um'])[sample][-1]):.1f} µm"
    return Chart(
        name=f"{name} furnace",
        title=f"{name}, {plant}",
        subtitle=f"{amount(hours[-1])} h · {end} · {grain}",
        panels=panels,
        caption=("Without ageing. Pores close at 92 to 95 %: what hydrogen is left then stays.",),
    )


def _diffusion(name: str, details: Any, plant: str, sample: int) -> Chart:
    depth = np.asarray(details["depth_mm"])[sample]
    panels = tuple(
        _panel("depth under the coated face, mm", depth, label, scale * np.asarray(details[key])[sample])
        for key, label, scale in DEPTHS
    )
    return Chart(
        name=f"{name} depth",
        title=f"{name}, {plant}",
        subtitle=f"from the face to the middle of {2.0 * float(depth[-1]):.1f} mm",
        panels=panels,
        caption=("The magnet is coated on both faces; the other half is the mirror of this one.",),
    )


def _panel(across: str, x: Floats, label: str, y: Floats) -> Panel:
    return Panel(
        title=label,
        x=from_zero(across, float(x[-1]), 5),
        y=from_zero(label, max(ROOM * float(y.max()), 1e-12), 5),
        series=(Series(name=label, x=values(x), y=values(np.asarray(y, dtype=np.float64))),),
    )
