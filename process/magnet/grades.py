"""Grades of sintered magnets: which a magnet meets, what holds it back, and the catalogue's limits by name.

A series (35 to 56, the energy product in MGOe) sets the least Br and (BH)max, a class the least Hcj: none is 12 kOe (11
for N56), M 14, H 17, SH 20, UH 25, EH 30, AH 35. Rows of N and M are read; H to AH combine a series with a class, up to
the highest series that a catalogue lists. Diffused grades (G…) and other families stand as they were read. A magnet's
temperature class is that of its Hcj, as the trade has it; its own temperature limit is in `properties`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ..data.facts import Row, rows, sources
from ..wording import suggestion
from .properties import Properties

SINTERED, DIFFUSED = "sintered NdFeB", "sintered NdFeB + GBD"
CLASSES = ("", "M", "H", "SH", "UH", "EH", "AH")
"""Temperature classes of sintered Nd–Fe–B from the least coercivity."""


class UnknownGrade(ValueError):
    """A name that no grade has; the text offers the nearest."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a grade asks for at 20 degC: least Br (T), Hcj and HcB (kA/m), (BH)max (kJ/m³); units in the names.

    `Br_max_T` and `BHmax_max_kJ_m3` are the ends of the maker's range, no limits. `HcB_min_kA_m` and the temperature
    coefficients are None where the catalogue gives none. `series` and `klass` are 0 and "" for other families.
    """

    name: str
    family: str
    series: int
    klass: str
    Br_min_T: float
    Br_max_T: float
    Hcj_min_kA_m: float
    HcB_min_kA_m: float | None
    BHmax_min_kJ_m3: float
    BHmax_max_kJ_m3: float
    Tmax_C: float
    alpha_Br_pct_K: float | None
    beta_Hcj_pct_K: float | None
    source: str
    assumed: bool

    def margins(self, remanence: float, coercivity: float, energy: float) -> Mapping[str, float]:
        """How far a magnet lies above each limit, as a share of the limit; negative where it misses."""
        return MappingProxyType(
            {
                "Br": remanence / self.Br_min_T - 1.0,
                "(BH)max": energy / self.BHmax_min_kJ_m3 - 1.0,
                "Hcj": coercivity / self.Hcj_min_kA_m - 1.0,
            }
        )


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade of a magnet, or of none: `name` is "" where the magnet is below every grade.

    `margins` are those of the grade's limits (of the nearest grade where it meets none); `limiting` is the property
    with the least of them: what is lost first. `next_grade` is the next higher series of the class and `holds_back` the
    property that most misses it; `next_class` and `class_short_kA_m` say what coercivity the next class lacks.
    """

    name: str
    series: int
    klass: str
    limiting: str
    margins: Mapping[str, float]
    Tmax_C: float
    next_grade: str
    holds_back: str
    next_class: str
    class_short_kA_m: float
    nearest: str

    @property
    def words(self) -> str:
        """The grade in a sentence for a report."""
        if max(self.margins.values()) <= -1.0:
            return "no magnet: neither remanence nor coercivity"
        if not self.name:
            miss = -100.0 * self.margins[self.limiting]
            return f"below every grade; nearest {self.nearest}, whose {self.limiting} it misses by {miss:.1f} %"
        text = f"{self.name}, least margin {100.0 * self.margins[self.limiting]:.1f} % in {self.limiting}"
        return f"{text}; {self.holds_back} holds it back from {self.next_grade}" if self.next_grade else text


def _number(row: Row, column: str) -> float | None:
    return float(row[column]) if row[column] else None


def _limits(row: Row, name: str, series: int, klass: str, **other: object) -> Limits:
    values: dict[str, object] = {
        column: _number(row, column)
        for column in (
            *("Br_min_T", "Br_max_T", "Hcj_min_kA_m", "HcB_min_kA_m", "BHmax_min_kJ_m3", "BHmax_max_kJ_m3"),
            *("Tmax_C", "alpha_Br_pct_K", "beta_Hcj_pct_K"),
        )
    }
    assumed = row["confidence"] == "low" or sources()[row["source"]].assumed
    values |= {"family": row["family"], "source": row["source"], "assumed": assumed}
    return Limits(name=name, series=series, klass=klass, **(values | other))  # type: ignore[arg-type]


@cache
def catalogue() -> Mapping[str, Limits]:
    """Every grade by its name: rows as read, and H to AH made of a series and a class.

    >>> grades = catalogue()
    >>> grades["N48H"].Br_min_T, grades["N48H"].Hcj_min_kA_m, grades["G42AH"].Tmax_C, "N45AH" in grades
    (1.37, 1353.0, 220.0, False)
    """
    out: dict[str, Limits] = {}
    known = rows("magnet_grades")
    for row in known:
        if row["grade"].startswith("class "):
            continue
        series, klass = _parts(row["grade"]) if row["family"] in (SINTERED, DIFFUSED) else (0, "")
        out[row["grade"]] = _limits(row, row["grade"], series, klass)
    series_rows = {int(row["grade"][1:]): row for row in known if row["grade"][1:].isdigit() and row["grade"][0] == "N"}
    for row in known:
        if not row["grade"].startswith("class "):
            continue
        klass = row["grade"].removeprefix("class ")
        for series, base in sorted(series_rows.items()):
            if series <= int(row["most_series"]):
                name = f"N{series}{klass}"
                out[name] = _limits(
                    base,
                    name,
                    series,
                    klass,
                    Hcj_min_kA_m=float(row["Hcj_min_kA_m"]),
                    Tmax_C=float(row["Tmax_C"]),
                    HcB_min_kA_m=None,
                    alpha_Br_pct_K=None,
                    beta_Hcj_pct_K=None,
                )
    return MappingProxyType(out)


def _parts(name: str) -> tuple[int, str]:
    """Series and class of a grade's name; the T of diffused grades (a tighter coercivity) is dropped."""
    digits = "".join(letter for letter in name if letter.isdigit())
    klass = name.partition(digits)[2]
    return int(digits), klass if klass in CLASSES else klass.removesuffix("T")


def grade(name: str) -> Limits:
    """The limits of a grade by its name: "N48H", also "48H" and "n48h".

    Raises UnknownGrade with the nearest name.

    >>> grade("48sh").name
    'N48SH'
    >>> grade("N47H")
    Traceback (most recent call last):
    didymium.magnet.grades.UnknownGrade: no grade 'N47H'; did you mean 'N48H'?
    """
    known = {key.upper(): key for key in catalogue()}
    written = name.strip().upper()
    wanted = written.replace(" ", "").replace("-", "")
    for key in (written, wanted, f"N{wanted}"):
        if key in known:
            return catalogue()[known[key]]
    raise UnknownGrade(f"no grade {name[:60]!r}{_nearest(wanted)}")


def _nearest(wanted: str) -> str:
    """The end of a message that offers a grade: the nearest series of the same class, else the nearest spelling."""
    read = re.fullmatch(r"[NG]?(\d{2})([A-Z]{0,2})", wanted)
    same = [one for one in sintered() if read and one.klass == read[2]]
    if not (read and same):
        return suggestion(wanted, catalogue())
    # Of two as near, the higher one.
    near = min(same, key=lambda one: (abs(one.series - int(read[1])), -one.series))
    return f"; did you mean {near.name!r}?"


@cache
def sintered() -> tuple[Limits, ...]:
    """The valid sintered grades of Nd–Fe–B (N, M, H to AH), lowest class and series first."""
    found = [limits for limits in catalogue().values() if limits.family == SINTERED]
    return tuple(sorted(found, key=lambda limits: (CLASSES.index(limits.klass), limits.series)))


def assign(properties: Properties) -> tuple[Grade, ...]:
    """The grade of each sample: the highest class whose Hcj it reaches, in it the highest series that it meets.

    Where a class lists no series that the magnet's Br and (BH)max meet, the next lower class is tried.
    """
    triples = zip(properties.Br_T, properties.Hcj_kA_m, properties.BHmax_kJ_m3, strict=True)
    return tuple(assigned(float(br), float(hcj), float(energy)) for br, hcj, energy in triples)


def _short(margins: Mapping[str, float]) -> float:
    """How far a magnet is below a grade, all that it misses together; 0 for none."""
    return sum(min(margin, 0.0) for margin in margins.values())


def assigned(remanence: float, coercivity: float, energy: float, among: Sequence[Limits] | None = None) -> Grade:
    """The grade of a magnet with Br in T, Hcj in kA/m, (BH)max in kJ/m³.

    >>> found = assigned(1.38, 1400.0, 368.0)
    >>> found.name, found.limiting, found.next_grade, found.holds_back
    ('N48H', 'Br', 'N50H', '(BH)max')
    >>> assigned(1.10, 1400.0, 230.0).words
    'below every grade; nearest N35, whose (BH)max it misses by 12.5 %'
    """
    grades = sintered() if among is None else tuple(among)
    met = [one for one in grades if min(one.margins(remanence, coercivity, energy).values()) >= 0.0]
    if met:
        best = max(met, key=lambda one: (CLASSES.index(one.klass), one.series))
    else:
        best = max(grades, key=lambda one: _short(one.margins(remanence, coercivity, energy)))
    margins = best.margins(remanence, coercivity, energy)
    limiting = min(margins, key=lambda name: margins[name])
    higher = [one for one in grades if one.klass == best.klass and one.series > best.series]
    following = min(higher, key=lambda one: one.series) if met and higher else None
    short = following.margins(remanence, coercivity, energy) if following else {}
    classes = [one for one in grades if one.series == best.series and one.Hcj_min_kA_m > max(coercivity, 0.0)]
    above = min(classes, key=lambda one: one.Hcj_min_kA_m) if met and classes else None
    return Grade(
        name=best.name if met else "",
        series=best.series if met else 0,
        klass=best.klass if met else "",
        limiting=limiting,
        margins=margins,
        Tmax_C=best.Tmax_C if met else 0.0,
        next_grade=following.name if following else "",
        holds_back=min(short, key=lambda name: short[name]) if short else "",
        next_class=above.klass if above else "",
        class_short_kA_m=above.Hcj_min_kA_m - coercivity if above else 0.0,
        nearest=best.name,
    )
