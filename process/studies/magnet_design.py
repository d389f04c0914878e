"""The cheapest composition and route that meet a grade of sintered Nd-Fe-B, and what a given composition can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data import regions
from ..elements import INDEX
from ..magnet.dilution import Implied, implied
from ..magnet.grades import CLASSES, DIFFUSED, SINTERED, Limits, UnknownGrade, grade, sintered
from ..magnet.pressing import PRESSES
from ..magnet.reference import references
from ..magnet.window import outside
from ..wording import suggestion
from .magnet_costs import STEP, diffusion_cost, metal_costs
from .magnet_errors import MagnetError
from .magnet_route import SIZES, Made, Route, gases, make, oxygen, with_rest
from .magnet_search import CANDIDATES, MARGINS, Candidate, Found, Wanted, best, within_sight
from .magnet_text import amount, composition

Array = NDArray[np.float64]

ROUTES = ("cheapest", "alloy", "diffusion")
YEAR = 2024
"""Prices of this year; the latest that the data hold."""
SPARE = references()["N52"].values["aim"]
"""Coercivity aimed at over the least of the grade: what makers leave for scatter, an assumption."""
TRIED = 12
"""Grades that are tried for the nearest within reach."""
OWN_FIELDS = ("Dy", "Tb")
LEAST_HEAVY = 1e-4
"""Dy and Tb below which there is nothing to save, kg/kg."""
THICKNESS = (0.5, 20.0)
"""Thickness of magnets that may be diffused, mm."""


@dataclass(frozen=True)
class Saving:
    """Dy and Tb bought for the cheapest magnet by each route, kg per kg of magnet; a coating counts whole."""

    alloy: float
    diffusion: float
    alloy_with: str
    diffusion_with: str

    @property
    def share(self) -> float:
        """What diffusion saves of the alloy's, 0..1; 0 where the alloy needs none."""
        return max(1.0 - self.diffusion / self.alloy, 0.0) if self.alloy > LEAST_HEAVY else 0.0


@dataclass(frozen=True, eq=False)
class MagnetDesign:
    """The design of a grade: `choices` that meet it, cheapest first, and `missed`, each way with what it lacks.

    `as_sold` is what a grade below a sound magnet implies of the magnets that are sold as it.
    """

    wanted: Wanted
    route: str
    choices: tuple[Found, ...]
    missed: tuple[Found, ...]
    saving: Saving | None
    as_sold: Implied

    @property
    def best(self) -> Found:
        """The cheapest."""
        return self.choices[0]


@dataclass(frozen=True, eq=False)
class Described:
    """A given composition: what was named, what was taken besides (words), and the magnet that it makes."""

    named: Mapping[str, float]
    taken: tuple[str, ...]
    route: Route
    region: str
    year: int
    made: Made


def heavy_share(made: Made) -> float:
    """Dy and Tb bought for one magnet, kg per kg: in the melt and in the coating."""
    inside = sum(float(made.composition[0, INDEX[name]]) for name in OWN_FIELDS)
    return inside + (float(made.coating[0]) if made.coating is not None else 0.0)


def cost_lines(made: Made, region: str, year: int = YEAR) -> Mapping[str, float]:
    """USD per kg of one magnet by metal, and the step of its diffusion."""
    found = metal_costs(made.composition, region, year, made.coat, made.coating)
    lines = {name: float(one[0]) for name, one in found.items()}
    return lines | {STEP: diffusion_cost(made.route, region, year)} if made.coat else lines


def design_magnet(
    name: str, route: str = "cheapest", region: str = "china", making: Route | None = None, spare: float = SPARE
) -> MagnetDesign:
    """The cheapest magnet of a grade by its name.

    `route` is "alloy", "diffusion" or "cheapest" (both); `making` the press and what is diffused at; `spare` the
    coercivity aimed at over the least of the grade. Cost is that of the metals in the magnet, and of the diffusion
    where there is one. Raises MagnetError where
    the grade, route or region is unknown or no composition in range reaches the grade.

    >>> found = design_magnet("N42SH")
    >>> found.best.made.grade().klass, found.saving.share > 0.5
    ('SH', True)
    """
    _check(route, ROUTES, "route")
    making = _checked(making or Route(), region)
    if not 1.0 <= spare <= 1.5:
        raise MagnetError(f"the spare coercivity is {100.0 * (spare - 1.0):.3g} %", "give a share from 0 to 50 %")
    wanted = Wanted(_limits(name), spare, making, region, YEAR)
    found = _ways(wanted)
    of_route = [one for one in found if route in ("cheapest", one.candidate.route)]
    choices = sorted((one for one in of_route if one.meets), key=lambda one: one.cost)
    missed = tuple(one for one in of_route if not one.meets)
    if not choices:
        raise _unreached(wanted, route, missed, [one for one in found if one.meets])
    return MagnetDesign(wanted, route, tuple(choices), missed, _saving(found), implied(wanted.limits))


def describe(
    text: str, size: float = 3.0, making: Route | None = None, region: str = "china", diffuse: str = ""
) -> Described:
    """What a composition makes, from a text such as "NdPr 30.5, Dy 1, B 0.95" in per cent by mass and a size in µm.

    Oxygen that is not named follows the powder, carbon and nitrogen are as usual, boron is that of most hard phase.
    `diffuse` ("Tb 0.4") is diffused in. Raises MagnetError.

    >>> describe("Nd 31, B 1, Dy 1, Cu 0.1, C 0.06").taken
    ('O 0.099 %, that of 3 µm powder', 'N 0.025 %, as usual')
    """
    making = _checked(making or Route(), region)
    if not SIZES[0] <= size <= SIZES[1]:
        raise MagnetError(f"a powder size of {size:g} µm is out of range", f"give {SIZES[0]:g} to {SIZES[1]:g} µm")
    given, named = composition(text)
    row, taken = given[None, :].copy(), []
    sizes = np.array([size])
    if "O" not in named:
        row[:, INDEX["O"]] = oxygen(sizes)
        taken.append(f"O {100.0 * float(row[0, INDEX['O']]):.3f} %, that of {size:g} µm powder")
    for element, share in gases().items():
        if element not in named:
            row[:, INDEX[element]] = share
            taken.append(f"{element} {100.0 * share:.3f} %, as usual")
    row = with_rest(row, best_boron="B" not in named)
    if "B" not in named:
        taken.append(f"B {100.0 * float(row[0, INDEX['B']]):.3f} %, that of most R2T14B")
    if float(row[0, INDEX["Fe"]]) <= 0.0:
        raise MagnetError("the composition leaves no iron", "shares are per cent by mass, iron the rest")
    coat, coating = amount(diffuse, "diffusion") if diffuse else ("", 0.0)
    if coat and not 0.0 < coating <= 0.05:
        raise MagnetError(f"{100.0 * coating:g} % of {coat} cannot be diffused in", "give more than 0 and at most 5 %")
    made = make(row, sizes, making, coat, np.array([coating]) if coat else None)
    if made.phases.code[0]:
        raise MagnetError(*made.phases.words(0))
    if wrong := outside(row)[0]:
        raise MagnetError(*wrong[0].split("; ", 1))
    return Described(named, tuple(taken), making, region, YEAR, made)


def _check(word: str, known: Sequence[str], what: str) -> None:
    if word not in known:
        raise MagnetError(f"no {what} {word[:40]!r}{suggestion(word, known)}", f"there is {', '.join(known)}")


def _checked(making: Route, region: str) -> Route:
    _check(making.press, PRESSES, "press")
    _check(region, tuple(regions()), "region")
    low, high = THICKNESS
    if not low <= making.thickness <= high:
        raise MagnetError(f"a thickness of {making.thickness:g} mm is out of range", f"give {low:g} to {high:g} mm")
    return making


def _limits(name: str) -> Limits:
    try:
        limits = grade(name)
    except UnknownGrade as error:
        raise MagnetError(str(error), "series 35 to 56 with M, H, SH, UH, EH or AH, as in N48H") from None
    if limits.family not in (SINTERED, DIFFUSED):
        raise MagnetError(f"{limits.name} is a grade of {limits.family}", "this search knows sintered Nd-Fe-B alone")
    return limits


def _ways(wanted: Wanted) -> list[Found]:
    """The best of every candidate; Tb in melt and boundary only where diffusion cannot do otherwise.

    Where no heavy rare earth is needed in the melt, Tb in place of Dy is the same magnet.
    """
    found: list[Found] = []
    for candidate in CANDIDATES:
        if candidate == Candidate("Tb") and any(one.meets and one.point[1] == 0.0 for one in found):
            continue
        if candidate == Candidate("Tb", "Tb") and any(one.meets and one.candidate.coat for one in found):
            continue
        found.append(best(candidate, wanted))
    return found


def _saving(found: Sequence[Found]) -> Saving | None:
    """The cheapest of each route side by side; None where one of them does not reach the grade."""
    met = {
        name: min(
            (one for one in found if one.meets and one.candidate.route == name), key=lambda one: one.cost, default=None
        )
        for name in ("alloy", "diffusion")
    }
    alloy, diffusion = met["alloy"], met["diffusion"]
    if alloy is None or diffusion is None:
        return None
    return Saving(heavy_share(alloy.made), heavy_share(diffusion.made), alloy.candidate.heavy, diffusion.candidate.coat)


def lacking(found: Found) -> tuple[str, ...]:
    """The properties that a magnet misses together: those within a thousandth of its worst margin.

    At the least miss they balance: more of one costs the other.
    """
    worst = float(found.margins.min())
    return tuple(name for name, margin in zip(MARGINS, found.margins, strict=True) if margin <= worst + 1e-3)


def _unreached(wanted: Wanted, route: str, missed: Sequence[Found], other: Sequence[Found]) -> MagnetError:
    """The error of a grade that no composition in range reaches."""
    near = max(missed, key=lambda one: float(one.margins.min()))
    by = {"alloy": " by alloying", "diffusion": " by diffusion", "cheapest": ""}[route]
    spare = f" with {100.0 * (wanted.spare - 1.0):.3g} % of coercivity to spare" if wanted.spare > 1.0 else ""
    miss = -100.0 * float(near.margins.min())
    words = " and ".join(lacking(near))
    reason = (
        f"no composition in range reaches {wanted.limits.name}{by}{spare}: the nearest misses {words} by {miss:.2g} %"
        + (", and more of the one costs the other" if len(lacking(near)) > 1 else "")
    )
    reached = nearest_grade(wanted, route)
    remedy = f"the nearest grade within reach is {reached}" if reached else "ask for a lower grade"
    if other:
        way = min(other, key=lambda choice: choice.cost).candidate.route
        remedy += f"; --route {way} reaches {wanted.limits.name}"
    return MagnetError(reason, remedy)


def nearest_grade(wanted: Wanted, route: str) -> str:
    """The nearest sintered grade that some composition reaches: least distance in Br and Hcj, of equals the higher."""

    def distance(one: Limits) -> tuple[float, float]:
        remanence = abs(one.Br_min_T / wanted.limits.Br_min_T - 1.0)
        coercivity = abs(one.Hcj_min_kA_m / wanted.limits.Hcj_min_kA_m - 1.0)
        # A class is worth more to its user than a step of series.
        return 5.0 * remanence + coercivity, -one.BHmax_min_kJ_m3

    lower = [one for one in sintered() if one.name != wanted.limits.name and CLASSES.index(one.klass) <= _class(wanted)]
    for limits in sorted(lower, key=distance)[:TRIED]:
        asked = Wanted(limits, wanted.spare, wanted.route, wanted.region, wanted.year)
        seen = [one for one in CANDIDATES if route in ("cheapest", one.route) and within_sight(one, asked)]
        if any(best(one, asked).meets for one in seen):
            return limits.name
    return ""


def _class(wanted: Wanted) -> int:
    return CLASSES.index(wanted.limits.klass) if wanted.limits.klass in CLASSES else len(CLASSES) - 1
