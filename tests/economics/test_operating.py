"""Lines of cost by hand: purchases, waste and its activity, by-products beside what is bought, staff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from didymium.economics import cost
from didymium.economics.operating import radioactive
from didymium.elements import COUNT, INDEX, molar_mass
from didymium.network.solution import Solution
from didymium.quantities import Value
from didymium.stream import Stream

Build = Callable[..., Solution]
Parse = Callable[[str, str], Value]
THORIUM, URANIUM = 1.0 / 4060.0, 1.0 / 12_350.0
"""kg of an element in a kg at 1 Bq/g."""


def solid(form: str, thorium: float = 0.0, uranium: float = 0.0) -> Stream:
    """1000 kg/h of a waste at so many Bq/g of 232Th and 238U."""
    table = np.zeros((1, 1, COUNT))
    held = {"Th": 1000.0 * THORIUM * thorium, "U": 1000.0 * URANIUM * uranium}
    for element, rate in {**held, "Fe": 1000.0 - sum(held.values())}.items():
        table[0, 0, INDEX[element]] = rate
    return Stream("x", form, ("bulk",), table)


@pytest.mark.parametrize(
    ("thorium", "uranium", "hot"),
    [
        (1.01, 0.0, True),
        (0.0, 1.01, True),
        (0.99, 0.0, False),
        (0.0, 0.99, False),
        (0.8, 0.8, False),  # 1.6 together, but each parent counts by itself
        (0.99, 0.99, False),
        (1.01, 0.5, True),
    ],
)
def test_either_parent_makes_a_waste_radioactive(thorium: float, uranium: float, hot: bool) -> None:
    assert radioactive(solid("residue", thorium, uranium)).tolist() == [hot]


@pytest.mark.parametrize(
    ("form", "hot"),
    [
        *((form, True) for form in ("residue", "sludge", "slag", "swarf", "salt")),
        *((form, False) for form in ("tailings", "leached ground", "effluent", "seepage", "gas")),
    ],
)
def test_forms_that_may_be_radioactive(form: str, hot: bool) -> None:
    assert radioactive(solid(form, thorium=5.0)).tolist() == [hot]


def leach(hand: Build, form: str, mud: dict[str, Any], **plan: Any) -> Solution:
    return hand(
        {
            "leach": {
                "stage": "separation",
                "inlets": {"feed": "ore"},
                "outlets": {"liquor": "liquor", "mud": form},
                "waste": ["mud"],
            }
        },
        {"ore": {"Nd": 1.0}, "leach.liquor": {"Nd": 1.0}, "leach.mud": mud},
        feeds={"ore": {}},
        products={"liquor": "leach.liquor"},
        **plan,
    )


def bill(solution: Solution, unit: str = "", cause: str = "waste") -> dict[str, float]:
    """USD per hour by item of one cause, of a unit or of all."""
    return {
        line.item: float(line.cost[0])
        for line in cost(solution).lines
        if line.cause == cause and unit in ("", line.unit_name)
    }


def test_a_line_of_waste(hand: Build) -> None:
    """2.5 t/h of residue in China at 15 USD/t, and of 5 Bq/g at 100 USD/t; as salt 50 and 100."""
    hot = {"Fe": 2500.0 * (1.0 - 5.0 * THORIUM), "Th": 2500.0 * 5.0 * THORIUM}
    assert bill(leach(hand, "residue", {"Fe": 2500.0})) == {"mud": pytest.approx(37.5)}
    assert bill(leach(hand, "residue", hot)) == {"mud (radioactive)": pytest.approx(250.0)}
    assert bill(leach(hand, "salt", {"Na": 2500.0})) == {"mud": pytest.approx(125.0)}
    assert bill(leach(hand, "salt", hot)) == {"mud (radioactive)": pytest.approx(250.0)}


def test_a_waste_that_is_hot_in_one_sample_has_two_lines(hand: Build) -> None:
    """1 t/h at 0.5 Bq/g costs 15 USD/h, at 2 Bq/g 100; each line is nothing where the other holds."""
    thorium = 1000.0 * THORIUM * np.array([0.5, 2.0])
    lines = {
        line.item: line.cost.tolist()
        for line in cost(leach(hand, "residue", {"Fe": 1000.0 - thorium, "Th": thorium})).lines
        if line.cause == "waste"
    }
    assert lines == {"mud": [pytest.approx(15.0), 0.0], "mud (radioactive)": [0.0, pytest.approx(100.0)]}


def test_a_purchase_is_paid_by_who_takes_it(hand: Build, priced: Parse) -> None:
    """10 kg/h of feed at 5 USD/kg; a feed that nobody takes costs nothing."""
    solution = hand(
        {"melt": {"stage": "alloy", "inlets": {"feed": "metal"}, "outlets": {"out": "alloy"}}},
        {"metal": {"Nd": 4.0, "Fe": 6.0}, "spare": {"Nd": 1.0}, "melt.out": {"Nd": 4.0, "Fe": 6.0}},
        feeds={name: {"price": priced("5 USD/kg", "USD/kg")} for name in ("metal", "spare")},
        products={"alloy": "melt.out"},
    )
    assert bill(solution, cause="materials") == {"metal": pytest.approx(50.0)}


def lyes(hand: Build, first: Any, second: Any, bought: Any, **plan: Any) -> Solution:
    """Two units that each sell caustic, in kg/h of NaOH, and a third that buys some."""
    sodium = molar_mass("Na") / molar_mass("NaOH")
    return hand(
        {
            "crack": {
                "stage": "separation",
                "inlets": {"feed": "ore"},
                "outlets": {"out": "hydroxide", "lye": "caustic liquor"},
            },
            "wash": {
                "stage": "separation",
                "inlets": {"feed": "crack.out"},
                "outlets": {"out": "hydroxide", "lye": "caustic liquor"},
            },
            "cut": {
                "stage": "separation",
                "inlets": {"feed": "wash.out"},
                "outlets": {"oxide": "oxide"},
                "lines": [("NaOH", bought, "kg", ())],
            },
        },
        {
            "ore": {"Nd": 9.0},
            "crack.out": {"Nd": 9.0},
            "crack.lye": {"Na": first * sodium},
            "wash.out": {"Nd": 9.0},
            "wash.lye": {"Na": second * sodium},
            "cut.oxide": {"Nd": 9.0},
        },
        feeds={"ore": {}},
        products={"oxide": "cut.oxide"},
        **plan,
    )


def test_two_by_products_do_not_take_the_place_of_the_same_purchase(hand: Build, priced: Parse) -> None:
    """30 kg/h NaOH each, 40 bought at 1 USD/kg: 30 of the first and 10 of the second save that, 20 fetch 0.6 of it."""
    solution = lyes(hand, 30.0, 30.0, 40.0, prices={"NaOH": priced("1 USD/kg", "USD/kg")})
    assert bill(solution, "crack", "reagents") == {"lye (for NaOH)": pytest.approx(-30.0)}
    assert bill(solution, "wash", "reagents") == {"lye (for NaOH)": pytest.approx(-10.0)}
    assert bill(solution, "wash", "by-products") == {"lye (sold)": pytest.approx(-12.0)}
    assert bill(solution) == {}
    assert bill(solution, "cut", "reagents") == {"NaOH": pytest.approx(40.0)}


def test_a_by_product_beside_no_purchase_left_is_sold_whole(hand: Build, priced: Parse) -> None:
    """The first takes all of what is bought: the second has only the market, 30 kg/h at 0.6 USD/kg."""
    solution = lyes(hand, 50.0, 30.0, 40.0, prices={"NaOH": priced("1 USD/kg", "USD/kg")})
    assert bill(solution, "crack", "reagents") == {"lye (for NaOH)": pytest.approx(-40.0)}
    assert bill(solution, "crack", "by-products") == {"lye (sold)": pytest.approx(-6.0)}
    assert bill(solution, "wash") == {}
    assert bill(solution, "wash", "by-products") == {"lye (sold)": pytest.approx(-18.0)}


def test_credits_sample_by_sample(hand: Build, priced: Parse) -> None:
    """10, 30 and 50 kg/h of lye beside 30 bought: 10, 30 and 30 save 1 USD/kg, 0, 0 and 20 fetch 0.6."""
    made = np.array([10.0, 30.0, 50.0])
    solution = lyes(hand, made, 0.0, 30.0, prices={"NaOH": priced("1 USD/kg", "USD/kg")})
    found = [line for line in cost(solution).lines if line.unit_name == "crack" and line.item.startswith("lye")]
    assert {line.cause for line in found} == {"reagents", "by-products"}
    saved, sold = (next(line.cost for line in found if word in line.item) for word in ("for", "sold"))
    assert saved == pytest.approx([-10.0, -30.0, -30.0])
    assert sold == pytest.approx([0.0, 0.0, -12.0], abs=1e-12)


def test_labour_and_what_comes_on_top(hand: Build, priced: Parse) -> None:
    """9 kg/h Nd are 10.497 kg/h oxide: 0.015 person-years per t of it at 10 000 USD, 30 % of that on top."""
    wage = {"labour": priced("10_000 USD/person/year", "USD/person/year"), "NaOH": priced("1 USD/kg", "USD/kg")}
    solution = lyes(hand, 0.0, 0.0, 1.0, prices=wage)
    people = 0.015 * 9.0 * 336.482 / 2 / 144.242 / 1000.0 * 10_000.0
    assert sum(float(one.cost[0]) for one in cost(solution).lines if one.item == "labour") == pytest.approx(
        people, rel=1e-4
    )
    office = sum(float(one.cost[0]) for one in cost(solution).lines if one.item == "administration and quality")
    assert office == pytest.approx(0.3 * people, rel=1e-4)
