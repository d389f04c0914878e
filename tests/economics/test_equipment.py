"""What equipment costs to buy: costs checked on paper, exponents, splitting, index; nothing is free in silence."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from didymium import flowsheet
from didymium.data import cost_index
from didymium.data.equipment import equipment, is_held
from didymium.economics.equipment import bare_cost, pieces, purchase, purchases
from didymium.economics.figures import Figures
from didymium.economics.pricebook import CostError
from didymium.network.solution import UnitResult
from didymium.operations.base import Size

SHIPPED = (
    "baotou",
    "ganzhou",
    "iron_nitride",
    "kuantan",
    "la_rochelle",
    "mountain_pass",
    "myanmar_clay",
    "ningbo_magnets",
    "smco_magnets",
    "texas_magnets",
)


def unit(kind: str, *sizes: Size) -> UnitResult:
    """A unit that did nothing but note sizes."""
    return UnitResult("hand", kind, "separation", {}, (), frozenset(), (), {}, {}, sizes)


def bought(kind: str, item: str, size: float, measure: str, year: int = 2016, number: float | None = None):
    """One piece of equipment of one sample."""
    one = Size(item, np.array([size]), measure, (), None if number is None else np.array([number]))
    return purchase(unit(kind, one), one, year)


# -- on paper ----------------------------------------------------------------------------------------------------------


def test_a_mill() -> None:
    """4,230,785 USD of 2016 at 5609 hp = 4182.6 kW: 2000 kW cost (2000 / 4182.6)^0.556 = 0.66351 of it."""
    mill = bought("comminution", "mill", 2000.0, "kW")
    assert mill.million_usd[0] == pytest.approx(2.80718, rel=1e-5)
    assert mill.number[0] == 1.0
    assert not mill.assumed


def test_mixer_settlers() -> None:
    """50 stages of 20 m³ together 1000: 50 × 303,517 × (20 / 9.25)^0.45 = 50 × 303,517 × 1.41474 USD."""
    settlers = bought("solvent_extraction", "mixer-settlers", 1000.0, "m^3", number=50.0)
    assert settlers.million_usd[0] == pytest.approx(21.4699, rel=1e-4)
    assert settlers.each[0] == 20.0
    alike = bought("separation_train", "mixer-settlers of Nd / Sm with P507", 1000.0, "m^3", number=50.0)
    assert alike.million_usd[0] == settlers.million_usd[0]


def test_mixer_settlers_below_the_smallest_account() -> None:
    """1 m³ each: 303,517 × (1 / 9.25)^0.75 = 303,517 × 0.188535 = 57,224 USD."""
    assert bought("solvent_extraction", "mixer-settlers", 10.0, "m^3", number=10.0).million_usd[0] == pytest.approx(
        0.572236, rel=1e-5
    )


def test_the_accounts_of_mixer_settlers_lie_on_one_line() -> None:
    """PrOMMiS 5.4: 61,107 gal for 1,285,343 USD; 7.4: 18,332 gal for 749,135 USD; a gallon is 3.785412 L."""
    base = equipment()["mixer_settler"]
    for gallons, usd in ((2444.0, 303_517.0), (18_332.0, 749_135.0), (61_107.0, 1_285_343.0)):
        volume = np.array([gallons * 3.785412e-3])
        assert bare_cost(base, volume, np.ones(1))[0] == pytest.approx(usd, rel=0.01)


def test_thickener_and_filter_press_follow_their_accounts() -> None:
    """PrOMMiS 9.7: 1701 sq ft for 109,338 USD; 9.5: 0.405 cu ft for 3,171 USD of 3600 cu ft for 2,183,148."""
    thickener, press = equipment()["thickener"], equipment()["filter_press"]
    assert bare_cost(thickener, np.array([1701 * 0.09290304]), np.ones(1))[0] == pytest.approx(109_338, rel=0.001)
    area = 0.405 / 3600.0 * press.size  # below the smallest, 2 m²
    held_up = (2.0 / area) ** press.exponent
    assert bare_cost(press, np.array([area]), np.ones(1))[0] == pytest.approx(3171.0 * held_up, rel=0.02)


def test_a_jacketed_reactor_of_towler() -> None:
    """61,500 + 32,500 V^0.8: 20 m³ for 418,500 USD; two powers stand for it, one above and one below."""
    base = equipment()["caustic_reactor"]
    for volume in (2.0, 20.0, 60.0):
        stated = 61_500.0 + 32_500.0 * volume**0.8
        assert bare_cost(base, np.array([volume]), np.ones(1))[0] == pytest.approx(stated, rel=0.02)
    assert bare_cost(base, np.array([20.0]), np.ones(1))[0] == pytest.approx(418_500, rel=0.01)


# -- scale, pieces, index ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", sorted(equipment()))
def test_cost_follows_the_exponent_above_and_below_the_base(item) -> None:
    base = equipment()[item]
    one = np.ones(1)
    at = bare_cost(base, np.array([base.size]), one)[0]
    assert at == base.fact.value
    up, down = (bare_cost(base, np.array([base.size * by]), one)[0] for by in (1.5, 1.0 / 1.5))
    assert up / at == pytest.approx(1.5**base.exponent, rel=1e-12)
    if base.size / 1.5 >= base.smallest:
        assert down / at == pytest.approx(1.5**-base.below, rel=1e-12)


def test_what_is_larger_than_the_largest_is_split() -> None:
    tank = equipment()["tank"]
    size = np.array([0.0, 499.0, 501.0, 1000.0, 1001.0])
    number = pieces(tank, size)
    np.testing.assert_array_equal(number, [0.0, 1.0, 2.0, 2.0, 3.0])
    cost = bare_cost(tank, size, number)
    assert cost[0] == 0.0
    assert cost[3] == pytest.approx(2.0 * bare_cost(tank, np.array([500.0]), np.ones(1))[0])
    assert cost[2] > cost[1] * 1.1  # two of half the size cost more than one


def test_pieces_that_are_counted_are_split_one_by_one() -> None:
    """6 cells of 1000 m³ each and none above 300 m³: 4 for each, 24."""
    cell = equipment()["flotation_cell"]
    np.testing.assert_array_equal(pieces(cell, np.array([6000.0]), np.array([6.0])), [24.0])


def test_nothing_costs_less_than_the_smallest() -> None:
    tank = equipment()["tank"]
    small = bare_cost(tank, np.array([0.01, tank.smallest]), np.ones(2))
    assert small[0] == small[1] > 0.0


def test_the_index_brings_it_to_the_year_of_the_plan() -> None:
    then, now = (bought("comminution", "mill", 2000.0, "kW", year) for year in (2016, 2024))
    ratio = cost_index(2024).value / cost_index(2016).value
    assert now.million_usd[0] == pytest.approx(then.million_usd[0] * ratio, rel=1e-12)
    assert now.year == 2024


def test_a_year_without_index_says_which_year_it_is_of() -> None:
    assert bought("comminution", "mill", 2000.0, "kW", 2040).year == max(
        year for year in range(2010, 2041) if cost_index(year).year == year
    )


# -- what stands in the data -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", sorted(equipment()))
def test_rows_are_sound(item) -> None:
    one = equipment()[item]
    assert 0.2 <= one.below <= 1.0
    assert 0.2 <= one.exponent <= 1.0
    assert one.smallest <= one.size
    assert one.smallest < one.largest
    assert one.currency == "USD"
    assert one.fact.low < one.fact.value < one.fact.high
    if one.fact.source == "assumed":
        assert one.fact.high / one.fact.low >= 4.0, "an assumption holds within a factor of two at best"


def test_a_size_without_a_cost_is_refused() -> None:
    with pytest.raises(CostError, match=r"no equipment cost for 'flux capacitor' in kW of hand \(mine\)") as caught:
        bought("mine", "flux capacitor", 1.0, "kW")
    assert "equipment.csv" in caught.value.remedy
    with pytest.raises(CostError, match="'mill' in hp"):
        bought("comminution", "mill", 1.0, "hp")


# -- flowsheets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_every_size_of_a_shipped_flowsheet_is_bought(name) -> None:
    solution = flowsheet.load(name).solve().solution
    found = purchases(solution)
    asked = [(u.name, s.item) for u in solution.units.values() for s in u.sizes if not is_held(s.item)]
    assert [(one.unit, one.item) for one in found] == asked
    working = {u.stage for u in solution.units.values() if u.kind not in ("mixer", "splitter")}
    assert {one.stage for one in found} == working
    for one in found:
        assert np.isfinite(one.million_usd).all()
        assert ((one.million_usd > 0.0) == (one.size > 0.0)).all(), one.item
        assert (one.number >= (one.size > 0.0)).all()


def test_samples_give_the_bits_of_single_cases() -> None:
    plant = flowsheet.load("mountain_pass")
    changes = {"ndpr_cut.strip_stages": np.array([6.0, 9.5]), "flotation.air": np.array([0.1, 0.18])}
    both = purchases(plant.solve(changes).solution)
    for sample in range(2):
        alone = purchases(plant.solve({path: values[[sample]] for path, values in changes.items()}).solution)
        for one, whole in zip(alone, both, strict=True):
            assert one.million_usd[0] == whole.million_usd[sample], one.item
            assert one.number[0] == whole.number[sample], one.item
    settlers = next(one for one in both if one.unit == "ndpr_cut")
    assert settlers.number[1] - settlers.number[0] == 3.5


def test_costs_can_be_sampled_by_figure() -> None:
    solution = flowsheet.load("texas_magnets").solve().solution
    figures = Figures({"data.equipment.press": np.array([0.5e6, 1.0e6])})
    plain, sampled = purchases(solution), purchases(solution, figures)
    assert set(figures.used) == {f"data.equipment.{one.base.item}" for one in sampled}
    for one, two in zip(plain, sampled, strict=True):
        if one.base.item == "press":
            np.testing.assert_allclose(two.million_usd, one.million_usd[0] * np.array([1.0, 2.0]), rtol=1e-12)
        else:
            np.testing.assert_array_equal(two.million_usd, one.million_usd)


def test_the_page_about_equipment_is_current() -> None:
    docs = Path(__file__).resolve().parents[2] / "docs"
    made = runpy.run_path(str(docs / "make_equipment.py"))["page"]()
    assert (docs / "equipment.md").read_text(encoding="utf-8") == made, "run python docs/make_equipment.py"
