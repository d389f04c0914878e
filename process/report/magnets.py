"""The magnets of a plant as a magnet engineer reads them: composition, phases, properties, grade, yields and losses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..elements import RARE_EARTHS
from ..studies.magnets import MagnetLine, Step, magnets, warm
from .figures import NONE, amount, first, number, percent
from .tables import row, table

if TYPE_CHECKING:
    from rich.table import Table

    from ..flowsheet import Result

PROPERTIES = (
    ("density_g_cm3", "density", "g/cm³", 3),
    ("relative_density", "of the pore-free density", "%", 1),
    ("grain_um", "mean grain", "µm", 1),
    ("alignment", "mean cosine of alignment", "%", 1),
    ("Br_T", "remanence Br", "T", 3),
    ("Hcj_kA_m", "coercivity Hcj", "kA/m", 0),
    ("HcB_kA_m", "coercivity HcB", "kA/m", 0),
    ("BHmax_kJ_m3", "energy product (BH)max", "kJ/m³", 0),
    ("squareness", "squareness Hk/Hcj", "%", 0),
    ("Br_100C_T", "Br at 100 °C", "T", 3),
    ("Hcj_100C_kA_m", "Hcj at 100 °C", "kA/m", 0),
    ("alpha_Br_pct_K", "Br with temperature", "%/K", 3),
    ("beta_Hcj_pct_K", "Hcj with temperature", "%/K", 2),
    ("Tmax_C", "temperature limit", "°C", 0),
)
"""Numbers of a magnet in the order that a data sheet has them: key, words, unit, digits."""
LEAST_PHASE = 5e-5
LEAST_LOSS = 5e-5
CGS = {"Br_T": (10.0, "kG"), "Hcj_kA_m": (4.0e-3 * math.pi, "kOe"), "BHmax_kJ_m3": (0.04 * math.pi, "MGOe")}
"""What the trade still says beside SI: factor and unit."""
NEAR = 5.0
"""°C by which a temperature limit may fall short of its class without a word."""
SIDE_BY_SIDE = ("Br_T", "Hcj_kA_m", "BHmax_kJ_m3", "Tmax_C", "density_g_cm3")


def page(result: Result) -> list[Table]:
    """The tables of every product that is a magnet; none where there is none."""
    out = []
    for line in magnets(result):
        out += [_contents(line), _phases(line), _properties(line), *_settings(line), _making(line)]
    return out


def _contents(line: MagnetLine) -> Table:
    skin = ", ".join(f"{name} {_share(share)}" for name, share in line.coat.items())
    words = f"without its coat, which adds {skin} of the coated magnet" if skin else ""
    made = table(f"{line.product}: composition by mass", ["element"], ["share"], words)
    for name, share in line.composition.items():
        row(made, name, _share(share))
    rare = sum(share for name, share in line.composition.items() if name in RARE_EARTHS)
    if rare > 0.0:
        row(made, "all rare earths", _share(rare))
    if line.ability.sintered is not None:
        row(made, "not bound to O, N, C", _share(float(line.ability.sintered.phases.effective_re[0])))
    return made


def _share(share: float) -> str:
    return percent(share, 2) if share >= 1e-3 else f"{1e6 * share:.0f} ppm"


def _phases(line: MagnetLine) -> Table:
    found, volume = line.ability, line.ability.sintered
    made = table(f"{line.product}: phases", ["phase"], ["by mass", *(["by volume"] if volume else [])])
    for i, name in enumerate(found.phase_names):
        if found.phases[0, i] >= LEAST_PHASE:
            shares = [found.phases[0, i], *([volume.phases.volume[0, i]] if volume else [])]
            row(made, name, *(percent(float(share), 2) for share in shares))
    return made


def values(line: MagnetLine) -> dict[str, float | None]:
    """The numbers of the magnet by key, of the first sample; those that its family knows."""
    known = dict(line.ability.values)
    if line.ability.sintered is not None:
        magnet = line.ability.sintered.magnet
        known |= {name: getattr(magnet, name) for name in ("relative_density", "grain_um", "alignment", "annealing")}
    return {key: number(first(value)) for key, value in {**known, **warm(line.ability)}.items()}


def _properties(line: MagnetLine) -> Table:
    known = values(line)
    made = table(f"{line.product}: properties at 20 °C", ["property"], ["value"], _grade(line))
    made.add_column("unit")
    made.add_column("as the trade says")
    for key, words, unit, places in PROPERTIES:
        value = known.get(key)
        if value is None:
            continue
        scale = 100.0 if unit == "%" else 1.0
        factor, trade = CGS.get(key, (0.0, ""))
        row(made, words, f"{scale * value:,.{places}f}", unit, f"{factor * value:.1f} {trade}" if trade else "")
    return made


def _grade(line: MagnetLine) -> str:
    """The grade in words, with the temperature that the trade gives it where the model's own is another."""
    words, usual = line.ability.grades[0], line.ability.classes[0]
    own = first(line.ability.get("Tmax_C"))
    if math.isfinite(usual) and own < usual - NEAR:
        words += f". Its class is sold to {usual:.0f} °C; the limit here is that of a load line, not of the class"
    return words


def _settings(line: MagnetLine) -> list[Table]:
    if not line.settings:
        return []
    made = table(f"{line.product}: made with", ["key", "value"], [])
    for path, text in line.settings.items():
        row(made, path, text)
    return [made]


def _making(line: MagnetLine) -> Table:
    heads = ["kg/h", "kept", "kWh/kg", "O ppm", "C ppm", "H ppm"]
    words = (
        f"power of these steps: {line.energy:.2f} kWh per kg of finished magnet; kept and lost: of the {line.counted}"
    )
    made = table(f"{line.product}: from the alloy on", ["step"], heads, words)
    made.add_column("where the rest goes", overflow="fold")
    for step in line.steps:
        row(
            made,
            step.unit + ("" if step.size_um is None else f" ({step.size_um:.1f} µm)"),
            amount(step.kg_per_h),
            percent(step.kept, 2),
            f"{step.kwh_per_kg:.2f}",
            *(f"{step.ppm[name]:,.0f}" for name in ("O", "C", "H")),
            losses(step),
        )
    return made


def losses(step: Step) -> str:
    """The outlets that take rare earths besides the one that goes on, with their shares."""
    parts = [
        f"{stream.partition('.')[2]} {percent(share, 2)}" for stream, share in step.lost.items() if share >= LEAST_LOSS
    ]
    return ", ".join(parts) or NONE


def several(results: Mapping[str, Result]) -> list[Table]:
    """The magnets of several plants side by side: grade and numbers, a row for each product; none without magnets."""
    found = [(label, line) for label, result in results.items() for line in magnets(result)]
    heads = {key: f"{words.rpartition(' ')[2]} {unit}" for key, words, unit, _ in PROPERTIES if key in SIDE_BY_SIDE}
    places = {key: digits for key, _, _, digits in PROPERTIES}
    made = table("Magnets", ["plant", "product", "grade"], [heads[key] for key in SIDE_BY_SIDE])
    for label, line in found:
        known = values(line)
        cells = (NONE if (value := known.get(key)) is None else f"{value:,.{places[key]}f}" for key in SIDE_BY_SIDE)
        row(made, label, line.product, line.ability.names[0] or "none", *cells)
    return [made] if found else []


def document(result: Result) -> dict[str, Any]:
    """The magnets of a result by product, for other programs (of the first sample)."""
    return {
        line.product: {
            "stream": line.stream,
            "grade": line.ability.names[0] or None,
            "limiting": line.ability.limiting[0] or None,
            "margin": number(line.ability.margins[0]),
            "class_C": number(line.ability.classes[0]),
            "words": line.ability.grades[0],
            "counted": line.counted,
            "coat": {name: number(share) for name, share in line.coat.items()},
            "settings": dict(line.settings),
            "composition": {name: number(share) for name, share in line.composition.items()},
            "phases": {name: number(line.ability.phases[0, i]) for i, name in enumerate(line.ability.phase_names)},
            "properties": values(line),
            "kwh_per_kg": number(line.energy),
            "steps": [
                {
                    "unit": step.unit,
                    "kind": step.kind,
                    "stream": step.stream,
                    "kg_per_h": number(step.kg_per_h),
                    "kept": number(step.kept),
                    "lost": {name: number(share) for name, share in step.lost.items()},
                    "kwh_per_kg": number(step.kwh_per_kg),
                    "ppm": {name: number(value) for name, value in step.ppm.items()},
                    "powder_um": number(step.size_um),
                }
                for step in line.steps
            ],
        }
        for line in magnets(result)
    }
