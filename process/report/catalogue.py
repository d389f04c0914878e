"""What `didymium list` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .figures import NONE, asked, percent
from .limits import share
from .tables import row, table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


def page(document: Mapping[str, Any]) -> list[RenderableType]:
    """The tables of a `didymium.list` document."""
    found = document["result"]
    flowsheets = table("Flowsheets", ["name", "title", "region"], ["year"])
    for name, item in found["flowsheets"].items():
        shown = (item["title"], item["region"], str(item["year"])) if item else ("has faults", NONE, NONE)
        row(flowsheets, name, *shown)
    scenarios = table("Scenarios", ["name", "title", "focus"], ["years"])
    for name, item in found["scenarios"].items():
        first, last = item["years"] if item else ("", "")
        shown = (item["title"], ", ".join(item["focus"]), f"{first}–{last}") if item else ("has faults", NONE, NONE)
        row(scenarios, name, *shown)
    kinds = table("Kinds of units", ["kind", "stage", "what it does"], [])
    for name, item in found["kinds"].items():
        row(kinds, name, item["stage"] or NONE, item["title"])
    deposits = table("Deposits", ["name", "title", "country"], ["REO"])
    for name, item in found["deposits"].items():
        row(deposits, name, item["title"], item["country"], percent(item["grade_REO"], 2))
    minerals = table("Minerals", ["name", "title", "formula", "family"], [])
    for name, item in found["minerals"].items():
        row(minerals, name, item["title"], item["formula"], item["family"].replace("_", " "))
    extractants = table("Extractants", ["name", "title", "medium", "kinds of units that take it"], [])
    for name, item in found["extractants"].items():
        row(extractants, name, item["title"], item["medium"], ", ".join(item["kinds"]))
    regions = table("Price regions", ["name", "title", "currency"], [])
    for name, item in found["regions"].items():
        row(regions, name, item["title"], item["currency"])
    grades = table(
        "Grades of oxide",
        ["name", "title", "standard", "most of an impurity"],
        ["purity"],
        "shares of the product as analyses quote them (Fe2O3, CaO, SO4, Cl …); * some limits are assumed",
    )
    for name, item in found["grades"].items():
        most = ", ".join(f"{element} {share(limit)}" for element, limit in item["impurities"].items())
        standard = item["standard"] + (" *" if item["assumed"] else "")
        row(grades, name, item["title"], standard, most, asked(item["purity"]))
    return [
        flowsheets,
        scenarios,
        kinds,
        deposits,
        minerals,
        extractants,
        regions,
        grades,
        _magnets(found["magnet_grades"]),
    ]


def _magnets(grades: Mapping[str, Any]) -> Table:
    """Grades of magnets, those of one family and coercivity in one row."""
    made = table(
        "Grades of magnets",
        ["grades", "family"],
        ["Hcj kA/m", "Br T", "(BH)max kJ/m³", "°C"],
        "least values; Br and (BH)max from the first to the last named",
    )
    groups: dict[tuple[str, float, float], list[str]] = {}
    for name, item in grades.items():
        groups.setdefault((item["family"], item["least_Hcj_kA_m"], item["Tmax_C"]), []).append(name)
    for (family, coercivity, hottest), names in groups.items():
        ends = [grades[names[0]], grades[names[-1]]]
        remanence, energy = (
            " – ".join(dict.fromkeys(f"{one[key]:.{places}f}" for one in ends))
            for key, places in (("least_Br_T", 2), ("least_BHmax_kJ_m3", 0))
        )
        row(made, " ".join(names), family, f"{coercivity:,.0f}", remanence, energy, f"{hottest:.0f}")
    return made
