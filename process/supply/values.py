"""What a tonne of a good is worth: the scenario's price, else that of the data."""

from __future__ import annotations

from collections.abc import Mapping

from ..data import oxide_price, prices, sale_price
from ..elements import INDEX, OXIDE_FACTOR
from ..scenario import Scenario

NEODYMIUM_SHARE = 0.75
"""Nd in Nd + Pr, by mass: the usual didymium, where an oxide's mass is counted and no ore is named."""

_MAGNETS = {"NdFeB": "magnets", "SmCo": "SmCo magnets", "iron_nitride": "iron nitride magnets"}


def oxide_factor(name: str) -> float:
    """t of oxide per t of the element contained, or of Nd + Pr together.

    >>> round(oxide_factor("Dy"), 4), round(oxide_factor("NdPr"), 4)
    (1.1477, 1.1768)
    """
    if name == "NdPr":
        neodymium, praseodymium = (float(OXIDE_FACTOR[INDEX[e]]) for e in ("Nd", "Pr"))
        return NEODYMIUM_SHARE * neodymium + (1.0 - NEODYMIUM_SHARE) * praseodymium
    return float(OXIDE_FACTOR[INDEX[name]])


def told_per_t(good: str) -> float:
    """t that people count per t of a good: oxides count as oxide, where the chain counts what they hold.

    >>> round(told_per_t("oxide:Dy"), 4), told_per_t("metal:Dy"), told_per_t("magnet:motor")
    (1.1477, 1.0, 1.0)
    """
    form, _, what = good.partition(":")
    return oxide_factor(what) if form == "oxide" else 1.0


def oxide_value(name: str, region: str, year: int) -> float:
    """USD per t of the element contained in its oxide, from the data; 0 where nobody quotes it.

    >>> round(oxide_value("NdPr", "us", 2025))
    70610
    """
    sold = sale_price(f"{name} oxide", region, year)
    if sold is not None:
        return 1_000.0 * sold[1].value * oxide_factor(name)
    if name in prices(year):
        return 1_000.0 * oxide_price(name, year).value * oxide_factor(name)
    return 0.0


def good_value(scenario: Scenario, form: str, what: str, content: Mapping[str, float]) -> float:
    """USD per t of a good, 0 where neither the scenario nor the data say.

    Mixtures, alloys, swarf and old magnets are not valued: what they fetch depends on who takes them. A metal without
    a price counts as its oxide.
    """
    year, region = scenario.years[0], (scenario.focus or scenario.regions)[0]
    kinds = scenario.magnets
    names = {"oxide": [f"{what} oxide", "oxides"], "metal": [f"{what} metal", "metals"]}
    names["magnet"] = [f"{what} magnets", "magnets"]
    for text in names.get(form, ()):
        if text in scenario.prices:
            factor = oxide_factor(what) if form == "oxide" else 1.0
            return 1_000.0 * scenario.prices[text].nominal * factor
    if form == "magnet":
        sold = sale_price(_MAGNETS.get(kinds[what].family, "magnets"), region, year)
        return 1_000.0 * sold[1].value if sold else 0.0
    if form in ("oxide", "metal"):
        return oxide_value(what, region, year)
    return 0.0
