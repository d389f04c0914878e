"""What `didymium magnet` prints: the cheapest magnet of a grade, or what a composition can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from ..studies.magnet_design import LEAST_HEAVY
from ..studies.magnets import ROOM, WARM
from .figures import NONE, first, listed, money, percent, signed
from .magnet_design_document import contents, cost, limiting, shares
from .magnets import CGS, LEAST_PHASE, PROPERTIES
from .tables import row, sentences, table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from ..magnet.dilution import Implied
    from ..magnet.grades import Limits
    from ..studies.magnet_design import Described, MagnetDesign
    from ..studies.magnet_route import Made
    from ..studies.magnet_search import Found, Wanted

ASKED = {"Br_T": "Br_min_T", "Hcj_kA_m": "Hcj_min_kA_m", "BHmax_kJ_m3": "BHmax_min_kJ_m3"}
COSTS = "metals in the finished magnet: rare earths at their oxide's price by stoichiometry, no yields, no making; of \
a diffusion the whole coating, its power and an assumed price of the step"


def design(found: MagnetDesign) -> list[RenderableType]:
    """The tables of a design in the order that a reader wants them."""
    best, wanted = found.best, found.wanted
    what = "metals and diffusion" if best.candidate.coat else "metals"
    made = f"{best.made.size_um[0]:.2f} µm powder, {money(best.cost)} USD of {what} per kg"
    head = f"{wanted.limits.name}: {way(best)}, {made}"
    return [
        Text(head, style="bold"),
        composition(best.made),
        properties(best.made, wanted.limits),
        phases(best.made),
        ways(found),
        costs(best.made, wanted.region, wanted.year),
        sentences(notes(found)),
    ]


def described(found: Described) -> list[RenderableType]:
    """The tables of a composition that was given."""
    made = found.made
    words = made.grade().words
    return [
        Text(words, style="bold"),
        composition(made),
        properties(made),
        phases(made),
        costs(made, found.region, found.year),
        sentences(
            [
                ("limiting", "", limiting(made)),
                *(("taken besides", "", one) for one in found.taken),
                ("route", "", route(made, found.route.press)),
            ]
        ),
    ]


def way(one: Found) -> str:
    """A candidate in words."""
    heavy = f"{one.candidate.heavy} in the melt" if one.point[1] > 0.0 else "no heavy rare earth in the melt"
    if not one.candidate.coat:
        return heavy
    return f"{heavy}, {percent(one.point[3], 2)} {one.candidate.coat} coated on"


def route(made: Made, press: str) -> str:
    """How a magnet is made, in words."""
    return f"{press} press, sintered at {made.sintering_C[0]:.0f} °C for 4 h, aged" + (
        f", {made.coat} diffused in with {percent(first(made.diffusion.uptake))} taken up" if made.diffusion else ""
    )


def composition(made: Made) -> Table:
    """Mass shares by element before diffusion, and what came in by it."""
    diffused = made.diffusion is not None
    out = table("Composition by mass", ["element"], ["alloy", *(["diffused in"] if diffused else [])])
    for name, (alloy, late) in contents(made).items():
        row(out, name, percent(alloy, 3) if alloy else "", *([percent(late, 3) if late else ""] if diffused else []))
    return out


def phases(made: Made) -> Table:
    """Shares of the phases."""
    out = table("Phases", ["phase"], ["by mass", "by volume"])
    for name, (mass, volume) in shares(made).items():
        if mass >= LEAST_PHASE:
            row(out, name, percent(mass, 2), percent(volume, 2))
    return out


def properties(made: Made, limits: Limits | None = None) -> Table:
    """What the magnet can do, beside what the grade asks for."""
    known = {
        "density_g_cm3": first(made.phases.density * made.magnet.relative_density),
        "relative_density": first(made.magnet.relative_density),
        "grain_um": first(made.magnet.grain_um),
        "alignment": first(made.magnet.alignment),
        **_warm(made),
    }
    heads = ["value", "unit", "as the trade says", *(["asked for", "above it"] if limits else [])]
    out = table("Properties at 20 °C", ["property"], heads)
    for key, words, unit, places in PROPERTIES:
        value = known[key] if key in known else first(getattr(made.properties, key))
        scale = 100.0 if unit == "%" else 1.0
        trade = f"{value * CGS[key][0]:.1f} {CGS[key][1]}" if key in CGS else ""
        asked = float(getattr(limits, ASKED[key])) if limits and key in ASKED else None
        more = [f"{asked:.{places}f}", f"{signed(100.0 * (value / asked - 1.0), 1)} %"] if asked else ["", ""]
        row(out, words, f"{scale * value:.{places}f}", unit, trade, *(more if limits else []))
    return out


def _warm(made: Made) -> dict[str, float]:
    """T and kA/m at 100 °C, by the mean slopes from 20 °C to there."""
    one = made.properties
    slopes = {
        "Br_100C_T": (one.Br_T, one.alpha_Br_pct_K),
        "Hcj_100C_kA_m": (one.Hcj_kA_m, one.beta_Hcj_pct_K),
    }
    return {key: first(room) * (1.0 + 0.01 * (WARM - ROOM) * first(slope)) for key, (room, slope) in slopes.items()}


def ways(found: MagnetDesign) -> Table:
    """Every way to the grade, the cheapest first, and those that miss it."""
    heads = ["USD/kg", "RE in the melt", "Dy, Tb in it", "diffused", "powder µm", "grade made"]
    out = table("Ways", ["melt", "diffused"], heads)
    for one in (*found.choices, *found.missed):
        told = one.made.grade().name or NONE
        diffused = percent(one.point[3], 2) if one.candidate.coat else NONE
        cells = [percent(one.point[0], 2), percent(one.point[1], 2), diffused, f"{one.point[2]:.2f}", told]
        price = money(one.cost) if one.meets else "misses it"
        melt = one.candidate.heavy if one.point[1] > 0.0 or not one.meets else NONE
        row(out, melt, one.candidate.coat or NONE, price, *cells)
    return out


def costs(made: Made, region: str, year: int) -> Table:
    """USD per kg of magnet by metal."""
    lines = cost(made, region, year)
    out = table(f"Metals per kg of magnet, {region}, {year}", ["metal"], ["USD/kg"], COSTS)
    for name, value in sorted(lines.items(), key=lambda item: -item[1]):
        row(out, name, money(value))
    row(out, "total", money(sum(lines.values())), style="bold")
    return out


def notes(found: MagnetDesign) -> list[tuple[str, str, str]]:
    """What is said in words."""
    wanted, best, saving = found.wanted, found.best, found.saving
    grade = best.made.grade()
    out = [
        ("aim", "", aim(wanted)),
        ("limiting", "", limiting(best.made)),
        ("route", "", route(best.made, wanted.route.press)),
    ]
    if grade.name and grade.name != wanted.limits.name:
        better = (
            f"better than asked for: nothing in range that meets {wanted.limits.name} is cheaper than this "
            f"{grade.name}, so lower grades get the same magnet; as sold they hold Ce or are aligned less, which is "
            "not searched"
        )
        out.append(("grade", "", better))
    if found.as_sold.needed:
        out.append(("as sold", "", as_sold(found.as_sold)))
    if saving is None:
        missing = sorted({"alloy", "diffusion"} - {one.candidate.route for one in found.choices})
        if missing and found.route == "cheapest":
            out.append(("heavy rare earths", "", f"{listed(missing)} does not reach the grade: nothing to compare"))
    elif saving.share > 0.0:
        out.append(
            (
                "heavy rare earths",
                "",
                f"{percent(saving.diffusion, 2)} of the magnet by diffusion ({saving.diffusion_with}), "
                f"{percent(saving.alloy, 2)} by alloying ({saving.alloy_with}): {percent(saving.share, 0)} saved",
            )
        )
    elif saving.alloy <= LEAST_HEAVY:
        out.append(("heavy rare earths", "", "none is needed, in the melt or by diffusion"))
    else:
        out.append(
            (
                "heavy rare earths",
                "",
                f"diffusion saves none by mass: {percent(saving.diffusion, 2)} of the magnet ({saving.diffusion_with}) "
                f"beside {percent(saving.alloy, 2)} by alloying ({saving.alloy_with})",
            )
        )
    out.append(("rests on", "", "models and assumptions of docs/theory_magnet.md and docs/theory_phases.md"))
    return out


def as_sold(found: Implied) -> str:
    """What a low grade says of the magnets that are sold as it: a dilution, or poorer alignment."""
    shares = [f"{percent(share, 0)} {name}" for name, share in found.shares.items() if share is not None]
    other = f"{' or '.join(shares)} of the rare earths, or " if shares else ""
    return (
        f"a sound magnet has {found.sound_Br_T:.2f} T, the middle of the grade is {found.target_Br_T:.2f} T: it "
        f"implies {other}a mean cosine of {found.alignment:.3f} ({found.assumption})"
    )


def aim(wanted: Wanted) -> str:
    """What was aimed at."""
    limits = wanted.limits
    return (
        f"Br {limits.Br_min_T:g} T, (BH)max {limits.BHmax_min_kJ_m3:g} kJ/m³, Hcj {limits.Hcj_min_kA_m:g} kA/m and "
        f"{percent(wanted.spare - 1.0)} to spare"
    )
