"""A designed or described magnet as a plain document; docs/json.md says what each key means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from ..elements import ELEMENTS
from ..studies.magnet_design import cost_lines, heavy_share
from ..studies.magnet_search import MARGINS
from .figures import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..studies.magnet_design import Described, MagnetDesign
    from ..studies.magnet_route import Made, Route
    from ..studies.magnet_search import Found

NUMBERS = (
    *("Br_T", "Hcj_kA_m", "BHmax_kJ_m3", "HcB_kA_m", "squareness"),
    *("alpha_Br_pct_K", "beta_Hcj_pct_K", "Tmax_C"),
)


def contents(made: Made) -> Mapping[str, tuple[float, float]]:
    """kg per kg by element: in the alloy, and what diffusion added."""
    alloy, late = made.composition[0], made.magnet.diffused[0]
    held = [i for i in np.argsort(-alloy, kind="stable") if alloy[i] > 0.0 or late[i] > 0.0]
    return {ELEMENTS[i]: (float(alloy[i]), float(late[i])) for i in held}


def shares(made: Made) -> Mapping[str, tuple[float, float]]:
    """Mass and volume shares by phase."""
    found = made.phases
    return {
        name: (float(found.mass[0, i]), float(found.volume[0, i]))
        for i, name in enumerate(found.names)
        if found.mass[0, i] > 0.0
    }


def cost(made: Made, region: str, year: int) -> Mapping[str, float]:
    """USD per kg of magnet by metal."""
    return cost_lines(made, region, year)


def limiting(made: Made) -> str:
    """What holds a magnet back, in words."""
    grade = made.grade()
    if not grade.name:
        return grade.words
    text = f"{grade.limiting}, {100.0 * grade.margins[grade.limiting]:.1f} % above {grade.name}"
    if grade.next_grade:
        text += f"; {grade.holds_back} holds it back from {grade.next_grade}"
    if grade.next_class:
        text += f"; {grade.class_short_kA_m:.0f} kA/m short of class {grade.next_class}"
    return text


def design(found: MagnetDesign) -> dict[str, Any]:
    """The body of a design."""
    wanted, limits = found.wanted, found.wanted.limits
    return {
        "kind": "design",
        "grade": limits.name,
        "route": found.route,
        "region": wanted.region,
        "price_year": wanted.year,
        "making": _making(wanted.route),
        "limits": {
            "Br_T": number(limits.Br_min_T),
            "BHmax_kJ_m3": number(limits.BHmax_min_kJ_m3),
            "Hcj_kA_m": number(limits.Hcj_min_kA_m),
        },
        "spare_coercivity": number(wanted.spare - 1.0),
        "choices": [_choice(one, wanted.region, wanted.year) for one in found.choices],
        "missed": [_missed(one) for one in found.missed],
        "saving": None
        if found.saving is None
        else {
            "alloy_heavy": number(found.saving.alloy),
            "diffusion_heavy": number(found.saving.diffusion),
            "share": number(found.saving.share),
        },
        "as_sold": {
            "sound_Br_T": number(found.as_sold.sound_Br_T),
            "grade_Br_T": number(found.as_sold.target_Br_T),
            "alignment": number(found.as_sold.alignment),
            "share_of_rare_earths": {name: number(share) for name, share in found.as_sold.shares.items()},
        }
        if found.as_sold.needed
        else None,
    }


def described(found: Described) -> dict[str, Any]:
    """The body of a given composition."""
    return {
        "kind": "described",
        "named": dict(found.named),
        "taken": list(found.taken),
        "region": found.region,
        "price_year": found.year,
        "making": _making(found.route),
        "magnet": magnet(found.made, found.region, found.year),
    }


def given(found: MagnetDesign | Described) -> str:
    """What a document was made from, as text to digest."""
    if hasattr(found, "wanted"):
        wanted = found.wanted
        return json.dumps(
            [wanted.limits.name, found.route, wanted.region, wanted.spare, *_making(wanted.route).values()]
        )
    body = [dict(found.named), float(found.made.size_um[0]), found.region, *_making(found.route).values()]
    coating = found.made.coating
    return json.dumps([*body, found.made.coat, None if coating is None else float(coating[0])])


def _making(route: Route) -> dict[str, Any]:
    return {
        "press": route.press,
        "thickness_mm": number(route.thickness),
        "diffusion_C": number(route.celsius),
        "diffusion_h": number(route.hours),
    }


def _choice(one: Found, region: str, year: int) -> dict[str, Any]:
    return {
        "route": one.candidate.route,
        "heavy_in_melt": one.candidate.heavy if one.point[1] > 0.0 else None,
        "heavy_diffused": one.candidate.coat or None,
        "heavy_bought": number(heavy_share(one.made)),
        "margins": {name: number(margin) for name, margin in zip(MARGINS, one.margins, strict=True)},
        "magnet": magnet(one.made, region, year),
    }


def _missed(one: Found) -> dict[str, Any]:
    return {
        "route": one.candidate.route,
        "heavy_in_melt": one.candidate.heavy,
        "heavy_diffused": one.candidate.coat or None,
        "margins": {name: number(margin) for name, margin in zip(MARGINS, one.margins, strict=True)},
    }


def magnet(made: Made, region: str, year: int) -> dict[str, Any]:
    """One magnet: what it holds, how it is made, what it can do and what its metals cost."""
    grade = made.grade()
    lines = cost(made, region, year)
    return {
        "composition": {name: number(alloy) for name, (alloy, _) in contents(made).items()},
        "diffused": {name: number(late) for name, (_, late) in contents(made).items() if late > 0.0},
        "coating": number(made.coating),
        "uptake": None if made.diffusion is None else number(made.diffusion.uptake),
        "powder_um": number(made.size_um),
        "sintering_C": number(made.sintering_C),
        "grain_um": number(made.magnet.grain_um),
        "alignment": number(made.magnet.alignment),
        "relative_density": number(made.magnet.relative_density),
        "density_g_cm3": number(made.phases.density * made.magnet.relative_density),
        "effective_rare_earths": number(made.phases.effective_re),
        "phases": {name: {"mass": number(a), "volume": number(b)} for name, (a, b) in shares(made).items()},
        "properties": {name: number(getattr(made.properties, name)) for name in NUMBERS},
        "grade": grade.name or None,
        "limiting": grade.limiting,
        "words": limiting(made),
        "usd_per_kg": number(sum(lines.values())),
        "usd_per_kg_by_metal": {name: number(value) for name, value in lines.items()},
    }
