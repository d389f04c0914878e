"""The yearly cost of a circuit by cause, by hand from equipment, cost_rates, price_book and cost_index."""

import copy
import pickle
from types import SimpleNamespace

import numpy as np
import pytest

from didymium.cascade.sizes import Practice, sizes
from didymium.economics.circuit_cost import CAUSES, CircuitCost, circuit_cost, installed_cost
from didymium.economics.pricebook import CostError, PriceBook, PriceError

# USD/kg of 2024 (kerosene in the US of 2023, held), kg/mol of P507, NaOH, NH3 and HCl.
PRICES = {
    "china": {"NaOH": 0.38, "ammonia": 0.36, "HCl": 0.09, "P507": 6.5, "kerosene": 1.05},
    "us": {"NaOH": 0.35, "ammonia": 0.5, "HCl": 0.25, "P507": 18.0, "kerosene": 0.88},
}
MASSES = {"NaOH": 39.997, "ammonia": 17.031}
HCL = 36.458
P507 = 306.43
BUILD = {"china": 0.33, "us": 1.0}
INDEX = {2016: 541.7, 2024: 798.8}
HELD = SimpleNamespace(
    volume=1000.0,
    mixer_settlers=50.0,
    organic_inventory=400.0,
    extractant_inventory=600.0,
    rare_earth_inventory=250.0,
    base=90.0,
    scrub_acid=70.0,
    strip_acid=35.0,
)
# 0.1 x 1.1^20 / (1.1^20 - 1), and the interest alone.
RECOVERY, INTEREST, MAINTENANCE = 0.117459625, 0.10, 0.02


def cost(region="us", year=2024, base="NaOH", held=HELD, **changes):
    given = {
        "extractant": "P507",
        "extractant_mass": P507,
        "extractant_density": 0.94,
        "rare_earth_value": 20_000.0,
        "hours": 7200.0,
    }
    return circuit_cost(held, PriceBook(region, year), base=base, **(given | changes))


def plant(region, year=2024, volume=1000.0, number=50.0):
    """303,517 USD of 2016 for one of 9.25 m3 bare, times 2.97 installed, exponent 0.45, below that size 0.75."""
    ratio = volume / number / 9.25
    bare = number * 303_517.0 * ratio ** (0.45 if ratio >= 1.0 else 0.75)
    return bare * 2.97 * INDEX[year] / INDEX[2016] * BUILD[region]


@pytest.mark.parametrize("region", ["china", "us"])
@pytest.mark.parametrize("base", ["NaOH", "ammonia"])
def test_every_cause_by_hand(region, base):
    usd = PRICES[region]
    made = cost(region, base=base)
    extractant = 600.0 * P507
    # m3 of diluent: the organic less the extractant's own 195.6 m3, at 0.94 kg/L; kerosene 0.81 kg/L.
    diluent = 400.0 - extractant / 940.0
    organic = extractant * usd["P507"] + diluent * 810.0 * usd["kerosene"]
    by_hand = {
        "mixer-settlers": plant(region) * RECOVERY,
        "maintenance": plant(region) * MAINTENANCE,
        "base": 90.0 * MASSES[base] * usd[base] * 7200.0,
        "acid": 105.0 * HCL * usd["HCl"] * 7200.0,
        "organic held": organic * INTEREST,
        "rare earths held": 250.0 * 20_000.0 * INTEREST,
    }
    assert tuple(made.by_cause) == CAUSES == tuple(by_hand)
    for cause, value in by_hand.items():
        assert made.by_cause[cause] == pytest.approx(value, rel=2e-4), cause
    assert made.total == pytest.approx(sum(by_hand.values()), rel=2e-4)
    assert made.investment == pytest.approx(plant(region) + organic, rel=2e-4)


@pytest.mark.parametrize(
    ("part", "causes"),
    [
        ("volume", {"mixer-settlers", "maintenance"}),
        ("mixer_settlers", {"mixer-settlers", "maintenance"}),
        ("base", {"base"}),
        ("scrub_acid", {"acid"}),
        ("strip_acid", {"acid"}),
        ("organic_inventory", {"organic held"}),
        ("extractant_inventory", {"organic held"}),
        ("rare_earth_inventory", {"rare earths held"}),
    ],
)
def test_each_part_has_its_cause(part, causes):
    usual, more = cost(), cost(held=SimpleNamespace(**(vars(HELD) | {part: 1.5 * getattr(HELD, part)})))
    moved = {cause for cause in CAUSES if more.by_cause[cause] > usual.by_cause[cause]}
    assert moved == causes
    assert all(more.by_cause[cause] == usual.by_cause[cause] for cause in CAUSES if cause not in causes)


def test_hours_make_reagents_only():
    usual, half = cost(), cost(hours=3600.0)
    for cause in CAUSES:
        share = 0.5 if cause in ("base", "acid") else 1.0
        assert half.by_cause[cause] == pytest.approx(share * usual.by_cause[cause], rel=1e-12)


def test_organic_that_is_all_extractant_holds_no_diluent():
    """600 kmol are 195.6 m3: in 150 m3 there is no room left for kerosene, and none is paid back."""
    full = cost(held=SimpleNamespace(**(vars(HELD) | {"organic_inventory": 150.0})))
    assert full.by_cause["organic held"] == pytest.approx(600.0 * P507 * 18.0 * INTEREST, rel=1e-9)


def test_what_is_installed_by_hand():
    assert installed_cost(9.25, 1, 2016, "us") == pytest.approx(303_517.0 * 2.97, rel=1e-12)
    for region in ("china", "us"):
        for year in (2016, 2024):
            assert installed_cost(1000.0, 50, year, region) == pytest.approx(plant(region, year), rel=1e-12)
        # 0.2 m3 each: the exponent of small ones.
        assert installed_cost(10.0, 50, 2024, region) == pytest.approx(plant(region, volume=10.0), rel=1e-12)
    assert installed_cost(0.0, 50, 2024, "us") == 0.0
    assert installed_cost(0.0, 0, 2024, "us") == 0.0


def test_a_row_of_mixer_settlers_costs_as_many_times_as_one():
    one = installed_cost(20.0, 1, 2024, "china")
    assert installed_cost(1000.0, 50, 2024, "china") == pytest.approx(50 * one, rel=1e-12)
    # The same volume in twice as many: 2^0.55 above 9.25 m3 each, 2^0.25 below.
    assert installed_cost(1000.0, 100, 2024, "us") / installed_cost(1000.0, 50, 2024, "us") == pytest.approx(2**0.55)
    assert installed_cost(100.0, 40, 2024, "us") / installed_cost(100.0, 20, 2024, "us") == pytest.approx(2**0.25)


def test_more_stages_and_more_volume_never_cost_less():
    """What the search for trains asks of a cost, fractions of a stage and the step of the exponent included."""
    numbers, volumes = np.linspace(0.5, 400.0, 60), np.geomspace(0.01, 3e4, 60)
    usd = np.array([[installed_cost(volume, number, 2024, "us") for volume in volumes] for number in numbers])
    assert np.all(np.diff(usd, axis=0) > 0.0)
    assert np.all(np.diff(usd, axis=1) > 0.0)


def test_interest_and_life_of_a_file_replace_those_of_the_data():
    usual, dear = cost(), cost(interest=0.15, life=10.0)
    annuity = 0.15 * 1.15**10 / (1.15**10 - 1.0)
    assert dear.by_cause["mixer-settlers"] == pytest.approx(plant("us") * annuity, rel=1e-9)
    for cause in ("organic held", "rare earths held"):
        assert dear.by_cause[cause] == pytest.approx(1.5 * usual.by_cause[cause], rel=1e-12)
    assert dear.by_cause["maintenance"] == usual.by_cause["maintenance"]
    assert dear.investment == usual.investment


def test_a_whole_circuit_of_sizes():
    """10 kmol/h through 24 + 22 stages: the sizes go in as they are."""
    held = sizes(24, 22, 1.70864, 1.20819, 10.0, 10.0, Practice(1.5, 0.36, 3.0, 4.0, 5 / 60, 20 / 60, 8))
    made = cost("china", held=held)
    assert float(held.mixer_settlers) == 24 + 22 + 8
    usd = plant("china", volume=float(held.volume), number=54.0)
    assert made.by_cause["mixer-settlers"] == pytest.approx(usd * RECOVERY, rel=1e-6)
    assert made.by_cause["base"] == pytest.approx(3 * 1.70864 * 10.0 * 39.997 * 0.38 * 7200.0, rel=2e-4)
    assert made.by_cause["acid"] == pytest.approx(3 * 1.70864 * 10.0 * HCL * 0.09 * 7200.0, rel=2e-4)
    assert made.by_cause["rare earths held"] == pytest.approx(float(held.rare_earth_inventory) * 2000.0, rel=1e-12)


def test_what_has_no_price():
    with pytest.raises(CostError, match="no build-cost factor for the region 'mars'; use a region with a price book"):
        installed_cost(10.0, 1, 2024, "mars")
    with pytest.raises(PriceError, match="no price for P999 in us"):
        cost(extractant="P999")
    with pytest.raises(CostError, match=r"no base 'KOH' for the soap; use one of NaOH, ammonia"):
        cost(base="KOH")


def test_a_cost_is_frozen_and_travels():
    made = cost()
    for one in (made, pickle.loads(pickle.dumps(made)), copy.deepcopy(made), copy.copy(made)):
        assert one == made
        assert hash(one) == hash(made)
        assert tuple(one.by_cause) == CAUSES
        with pytest.raises(TypeError):
            one.by_cause["base"] = 0.0
        with pytest.raises(AttributeError):
            one.investment = 0.0
    given = {"base": 1.0}
    kept = CircuitCost(given, 2.0)
    given["base"] = 5.0
    assert kept.total == 1.0
