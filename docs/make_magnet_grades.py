"""Write docs/magnet_grades.md: grades predicted from composition and route, beside the catalogue.

`python docs/make_magnet_grades.py` rewrites the page; with `--check` it only says whether the page is current.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from didymium.magnet.coercivity import model
from didymium.magnet.diffusion import gain_of
from didymium.magnet.dilution import DILUTANTS, SOUND_ALIGNMENT, implied
from didymium.magnet.grades import assign, grade
from didymium.magnet.properties import Magnet, Properties, properties
from didymium.magnet.reference import SOUND, Reference, composition, drawn, magnet, predicted, references
from didymium.magnet.refit import BETA, FITTED_CONSTANTS, KOE, PER_DY, PER_RE, dysprosium_pair, rare_earth_pair, refit

PAGE = Path(__file__).resolve().parent / "magnet_grades.md"
DRAWS, SEED = 200, 1

HEAD = """# Grades of magnets, predicted

Written by `python docs/make_magnet_grades.py`; a test holds the errors within stated bounds, `--check` the whole page.

Makers publish limits of grades, not recipes. So every composition and route here is an **assumption with a range**
(`process/data/magnet_reference.csv`), set within the ranges of `magnet_practice`: 29 to 31 wt % of rare earths, the
less the higher the series; oxygen at most 0.2 wt %; grains of 3.5 to 5 µm; Dy in the melt 1 to 2 (H), 2.5 to 4 (SH),
4.5 to 6 (UH), 7 to 9 wt % (EH); with diffusion 0.2 to 0.6 (SH), 0.5 to 1.5 (UH), 1.5 to 3 wt % (EH) of heavy rare earth
in all, and for AH 5.4 wt %, a guess. Alignment was set by the series, and so was much of Br: that Br agrees says that
such magnets make the grade with the phases and densities of the model, not that it was predicted blind.

Held against: Br and (BH)max, the middle of the catalogue's range; Hcj, 1.05 times the grade's least (a maker must stay
above it, 1.02 to 1.10). In brackets the 10th and 90th percentile over the assumed ranges of the reference.
"""


def percent(value: float, target: float) -> str:
    """How far a value is off, in %."""
    return f"{100.0 * (value / target - 1.0):+.1f}"


def between(values: NDArray[np.float64], digits: int) -> str:
    """10th and 90th percentile."""
    low, high = np.percentile(values, [10.0, 90.0])
    return f"{low:.{digits}f}–{high:.{digits}f}"


def recipe(one: Reference) -> str:
    """Composition and route of a reference in few words."""
    known = one.values
    parts = [f"RE {100.0 * known['TRE']:.1f}"]
    if "Dy" in known:
        parts.append(f"Dy {100.0 * known['Dy']:.1f}")
    if "diffused_Tb" in known:
        parts.append(f"+ Tb {100.0 * known['diffused_Tb']:.2f} in {known['thickness']:.0f} mm")
    parts.append(f"O {100.0 * known['O']:.2f}; {known['grain']:.1f} µm; {known['alignment']:.3f}")
    return ", ".join(parts)


def errors(name: str, found: Properties, index: int) -> tuple[float, float, float]:
    """Relative errors of Br, (BH)max and Hcj against the catalogue."""
    one = references()[name]
    limits = one.limits
    return (
        float(found.Br_T[index]) / (0.5 * (limits.Br_min_T + limits.Br_max_T)) - 1.0,
        float(found.BHmax_kJ_m3[index]) / (0.5 * (limits.BHmax_min_kJ_m3 + limits.BHmax_max_kJ_m3)) - 1.0,
        float(found.Hcj_kA_m[index]) / one.aim - 1.0,
    )


def predictions() -> str:
    """The table of all references that are meant to be their grade."""
    names = [name for name, one in references().items() if one.role != SOUND]
    found = predicted(names)
    grades = assign(found)
    lines = [
        "| grade | role | assumed, wt %, grain, mean cosine | Br, T | catalogue | off, % | (BH)max, kJ/m³ | catalogue "
        "| off, % | Hcj, kA/m | least | off, % | meets |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for index, name in enumerate(names):
        one, limits = references()[name], references()[name].limits
        many = properties(magnet(drawn(one, DRAWS, SEED)))
        off = [f"{100.0 * value:+.1f}" for value in errors(name, found, index)]
        lines.append(
            f"| {name} | {one.role} | {recipe(one)} "
            f"| {found.Br_T[index]:.3f} ({between(many.Br_T, 3)}) "
            f"| {limits.Br_min_T:.2f}–{limits.Br_max_T:.2f} | {off[0]} "
            f"| {found.BHmax_kJ_m3[index]:.0f} ({between(many.BHmax_kJ_m3, 0)}) "
            f"| {limits.BHmax_min_kJ_m3:.0f}–{limits.BHmax_max_kJ_m3:.0f} | {off[1]} "
            f"| {found.Hcj_kA_m[index]:.0f} ({between(many.Hcj_kA_m, 0)}) | {limits.Hcj_min_kA_m:.0f} | {off[2]} "
            f"| {grades[index].name or '–'} |"
        )
    return "\n".join(lines)


def worst() -> str:
    """Greatest and mean errors by role."""
    lines = ["| role | rows | Br, %: mean, worst | (BH)max, % | Hcj, % |", "|---|---|---|---|---|"]
    for role in ("fitted", "held out", "diffused"):
        names = [name for name, one in references().items() if one.role == role]
        found = predicted(names)
        table = 100.0 * np.array([errors(name, found, index) for index, name in enumerate(names)])
        cells = " | ".join(
            f"{table[:, k].mean():+.1f}, {table[np.abs(table[:, k]).argmax(), k]:+.1f}" for k in range(3)
        )
        lines.append(f"| {role} | {len(names)} | {cells} |")
    return "\n".join(lines)


def fit() -> str:
    """The constants as refitted and as shipped."""
    by, residuals = refit()
    lines = ["| constant | fitted | shipped |", "|---|---|---|"]
    lines += [f"| {name} | {getattr(by, name):.4g} | {getattr(model(), name):.4g} |" for name in FITTED_CONSTANTS]
    pair = properties(dysprosium_pair())
    per_dy = (pair.Hcj_kA_m[1] - pair.Hcj_kA_m[0]) / KOE
    richer = properties(rare_earth_pair()).Hcj_kA_m
    lines += [
        "",
        f"1 wt % of Dy in the melt: Hcj {per_dy:+.2f} kOe (asked {PER_DY}, 1.5 to 2), Br "
        f"{pair.Br_T[1] - pair.Br_T[0]:+.4f} T (general knowledge −0.02 to −0.025).\n"
        f"1 wt % of light rare earth from 30 to 32: Hcj {(richer[1] - richer[0]) / KOE / 2.0:+.2f} kOe "
        f"(asked {PER_RE}, 0.3 to 0.6).\n"
        f"Root mean square of the {len(residuals)} residuals, each over its spread: "
        f"{np.sqrt(np.mean(residuals**2)):.2f}.",
    ]
    return "\n".join(lines)


def temperatures() -> str:
    """Temperature coefficients and limits beside the catalogue."""
    names = [name for name, one in references().items() if one.role != SOUND]
    found = predicted(names)
    lines = [
        "| grade | α(Br), %/K | catalogue | β(Hcj), %/K | catalogue | limit, °C | class, °C | Hk/Hcj | HcB, kA/m "
        "| least |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for index, name in enumerate(names):
        limits = references()[name].limits

        def told(value: float | None, digits: int) -> str:
            return "–" if value is None else f"{value:.{digits}f}"

        lines.append(
            f"| {name} | {found.alpha_Br_pct_K[index]:.3f} | {told(limits.alpha_Br_pct_K, 3)} "
            f"| {found.beta_Hcj_pct_K[index]:.2f} | {told(limits.beta_Hcj_pct_K, 2)} "
            f"| {found.Tmax_C[index]:.0f} | {limits.Tmax_C:.0f} | {found.squareness[index]:.3f} "
            f"| {found.HcB_kA_m[index]:.0f} | {told(limits.HcB_min_kA_m, 0)} |"
        )
    return "\n".join(lines)


def diluted() -> str:
    """What the low grades imply."""
    names = ("N45", "N42", "N40", "N38", "N35", "N35M", "N35H", "N35SH")
    lines = [
        "| grade | a sound magnet: Br, T; Hcj, kA/m | middle of the grade, T | or mean cosine | "
        + " | ".join(f"or {element}, % of RE (Hcj, kA/m)" for element in DILUTANTS)
        + " |",
        "|---|---|---|---|" + "---|" * len(DILUTANTS),
    ]
    for name in names:
        found = implied(grade(name))
        cells = []
        for element in DILUTANTS:
            share, left = found.shares[element], found.coercivity[element]
            cells.append("–" if share is None or left is None else f"{100.0 * share:.0f} ({left:.0f})")
        lines.append(
            f"| {name} | {found.sound_Br_T:.3f}; {found.sound_Hcj_kA_m:.0f} | {found.target_Br_T:.3f} "
            f"| {found.alignment:.3f} | " + " | ".join(cells) + " |"
        )
    return "\n".join(lines)


SHARED = {"praseodymium": 0.25, "B": 0.0097, "Co": 0.01, "Al": 0.0015, "Cu": 0.0012, "Ga": 0.002, "C": 0.0007}
SHARED |= {"N": 0.0003}


def alloy(grain: float, alignment: float, **shares: float) -> Properties:
    """Properties of one magnet beside the published cases; shares in kg/kg."""
    return properties(Magnet.of(composition({**SHARED, **shares})[None, :], grain_um=grain, alignment=alignment))


def outside() -> str:
    """Published cases that no constant was fitted on."""
    low = alloy(3.5, 0.96, TRE=0.30, Dy=0.005, O=0.0018)
    plain, melt = alloy(4.5, 0.955, TRE=0.305, O=0.0012), alloy(4.5, 0.955, TRE=0.305, Dy=0.005, O=0.0012)
    surface = gain_of("Dy", 0.005, 8.0, 4.5)[0]
    coarse, fine = alloy(4.2, 0.955, TRE=0.305, O=0.0010), alloy(3.45, 0.955, TRE=0.305, O=0.0027)
    dry = alloy(3.45, 0.955, TRE=0.305, O=0.0010)
    lean = [alloy(grain, 0.955, TRE=0.295, O=oxygen) for grain, oxygen in ((4.2, 0.0010), (3.45, 0.0027))]
    rows = [
        (
            "Dy 0.5, O at most 0.20 wt %, 3.5 µm (`vasilenko2021`)",
            "Hcj over 13 kOe; 48.5–49.5 MGOe; RE-rich phases at most 2.5 %",
            f"{low.Hcj_kA_m[0] / KOE:.1f} kOe; {low.BHmax_kJ_m3[0] / 7.957747:.1f} MGOe; {100.0 * low.rich[0]:.1f} % "
            "(RE 30.0 and O 0.18 wt % assumed)",
        ),
        (
            "0.5 wt % of Dy as hydride between the grains instead of in the melt (`dyhx_boundary`)",
            "Hcj +0.32 kOe; Br +0.09 kG",
            f"through the surface of 8 mm: Hcj {(surface - melt.Hcj_kA_m[0] + plain.Hcj_kA_m[0]) / KOE:+.2f} kOe; Br "
            f"{10.0 * (1.0 - model().shell) * (plain.Br_T[0] - melt.Br_T[0]):+.2f} kG. The published powder was "
            "blended before sintering, which dissolves most of the shells; its Br set the share that stands in shells",
        ),
        (
            "powder 2.8 to 2.3 µm, O 1000 to 2700 ppm (`jet_mill_oxygen`)",
            "Hcj +175 kA/m",
            f"{fine.Hcj_kA_m[0] - coarse.Hcj_kA_m[0]:+.0f} kA/m at 30.5 wt % RE, "
            f"{lean[1].Hcj_kA_m[0] - lean[0].Hcj_kA_m[0]:+.0f} at 29.5, where the oxygen eats the RE-rich phase; "
            f"{dry.Hcj_kA_m[0] - coarse.Hcj_kA_m[0]:+.0f} at equal oxygen: still too little for this row, whose "
            "alloy is not told, though the slope is half again that of `bance2014`",
        ),
    ]
    lines = ["| case | published | model |", "|---|---|---|"]
    lines += [f"| {case} | {told} | {found} |" for case, told, found in rows]
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    return "\n".join(
        [
            HEAD,
            "## Predicted and listed\n",
            predictions(),
            "\n## Errors by role\n",
            worst(),
            "\n## The fit\n",
            "Three constants, by least squares on the fitted rows' Hcj (spread 5 %), the temperature coefficient of\n"
            f"Hcj of the N rows among them ({BETA} %/K, spread 0.07), what Dy in the melt adds ({PER_DY} kOe per "
            f"wt %, spread\n0.25) and what more light rare earth does ({PER_RE} kOe per wt %, spread 0.15). "
            "See [theory_magnet.md](theory_magnet.md).\n",
            fit(),
            "\n## Temperature\n",
            "Slopes from 20 to 100 °C by the same formulas; the limit is where a magnet of permeance coefficient "
            f"{model().permeance:g} has\nlost {100.0 * model().loss:g} % for good. The limits were not fitted.\n",
            temperatures(),
            "\n## Below N45 a sound magnet is better than its grade\n",
            f"What brings a sound magnet (mean cosine {SOUND_ALIGNMENT}, composition of the reference of its class "
            "with the lowest\nseries) to the middle of a grade: a poorer alignment, or one of four dilutants in the "
            "place of Nd and Pr. Each is an\nassumption by itself; a dash where up to 60 % does not do it. Where "
            "Hcj falls below the grade's least, that dilutant\nalone does not make the grade.\n",
            diluted(),
            "\n## Published cases outside the fit\n",
            outside(),
            "",
        ]
    )


def main() -> int:
    """Write the page, or say that it is not current."""
    new = page()
    if "--check" in sys.argv[1:]:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == new
        if not current:
            print("docs/magnet_grades.md is not current; run python docs/make_magnet_grades.py", file=sys.stderr)
        return int(not current)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
