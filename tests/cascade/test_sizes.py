"""Sizes of a circuit by hand."""

from dataclasses import replace

import numpy as np
import pytest

from didymium.cascade import CascadeError
from didymium.cascade.sizes import Practice, sizes

PLANT = Practice(
    concentration=1.5,
    saponification=0.4,
    scrub_acid=3.0,
    strip_acid=4.0,
    mixing=0.1,
    settling=0.3,
    strip_stages=8,
    base_excess=0.02,
    strip_excess=0.2,
)


def test_each_size_by_hand():
    """10 kmol/h in 9 m3/h of liquor, S 2 and W 1.5 mol/mol, 0.4 h in each of 12 + 7 + 8 stages."""
    made = sizes(12, 7, 2.0, 1.5, 10.0, 9.0, PLANT)
    organic = 3 * 2.0 * 10.0 / (1.5 * 0.4)  # 60 kmol/h of base, 0.6 mol of soap a litre: 100 m3/h
    scrub = 3 * 1.5 * 10.0 / 3.0  # 15 m3/h
    strip = 3 * 0.5 * 10.0 * 1.2 / 4.0  # 4.5 m3/h
    assert float(made.organic) == pytest.approx(organic) == pytest.approx(100.0)
    assert float(made.feed) == 9.0
    assert float(made.scrub) == pytest.approx(scrub) == pytest.approx(15.0)
    assert float(made.strip) == pytest.approx(strip) == pytest.approx(4.5)
    extraction, scrubbing, stripping = made.stage_volumes
    assert float(extraction) == pytest.approx(0.4 * (100.0 + 9.0 + 15.0))
    assert float(scrubbing) == pytest.approx(0.4 * (100.0 + 15.0))
    assert float(stripping) == pytest.approx(0.4 * (100.0 + 4.5))
    assert float(made.volume) == pytest.approx(12 * 49.6 + 7 * 46.0 + 8 * 41.8)
    assert float(made.organic_inventory) == pytest.approx(100.0 * 0.4 * 27)
    assert float(made.extractant_inventory) == pytest.approx(1080.0 * 1.5)
    # Organic holds S in 19 stages, aqueous W + 1 in the 12 of extraction and W in the 7 of scrub.
    assert float(made.rare_earth_inventory) == pytest.approx(0.4 * 10.0 * (19 * 2.0 + 12 * 2.5 + 7 * 1.5))
    assert float(made.base) == pytest.approx(60.0 * 1.02)
    assert float(made.scrub_acid) == pytest.approx(45.0)
    assert float(made.strip_acid) == pytest.approx(18.0)


def test_no_excess_unless_it_is_given():
    made = sizes(12, 7, 2.0, 1.5, 10.0, 9.0, Practice(1.5, 0.4, 3.0, 4.0, 0.1, 0.3, 8))
    assert float(made.base) == pytest.approx(60.0)
    assert float(made.strip_acid) == pytest.approx(15.0)


def test_arrays_are_the_single_ones():
    solvent, scrub, feed, liquor = np.array([2.0, 3.0]), np.array([1.5, 2.2]), np.array([10.0, 4.0]), [9.0, 1.0]
    mixing, strength = np.array([0.1, 0.2]), np.array([1.5, 1.0])
    both = sizes(12, 7, solvent, scrub, feed, liquor, replace(PLANT, mixing=mixing, concentration=strength))
    for k in range(2):
        by = replace(PLANT, mixing=float(mixing[k]), concentration=float(strength[k]))
        one = sizes(12, 7, solvent[k], scrub[k], feed[k], liquor[k], by)
        for name in both.__dataclass_fields__:
            many, single = getattr(both, name), getattr(one, name)
            if name == "stage_volumes":
                many, single = [volume[k] for volume in many], list(single)
            else:
                many, single = many[k], float(single)
            assert many == pytest.approx(single, rel=1e-14), name


def test_a_circuit_that_stands_still():
    made = sizes(12, 7, 0.0, 0.0, 0.0, 0.0, PLANT)
    assert float(made.volume) == float(made.organic) == float(made.rare_earth_inventory) == 0.0
    sizes(12, 7, [0.5, 2.0], [1.5, 1.5], [0.0, 1.0], 1.0, PLANT)  # what is not fed has no flows to be impossible


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"concentration": 0.0}, r"concentration is 0; give a finite number above zero"),
        ({"saponification": -0.1}, r"saponification is -0\.1; give a finite number above zero"),
        ({"scrub_acid": float("nan")}, r"scrub acid is nan; give a finite number above zero"),
        ({"strip_acid": float("inf")}, r"strip acid is inf; give a finite number above zero"),
        ({"strip_acid": "strong"}, r"strip acid is 'strong'; give a number or an array of numbers"),
        ({"mixing": 0.0, "settling": 0.0}, r"residence time is 0; give a finite number above zero"),
        ({"mixing": -0.1}, r"mixing is -0\.1; give a finite number not negative"),
        ({"settling": -0.3}, r"settling is -0\.3; give a finite number not negative"),
        ({"concentration": np.array([1.0, -2.0])}, r"concentration is -2; give a finite number above zero"),
        ({"strip_stages": -1}, r"strip stages is -1; give a finite number not negative"),
        ({"base_excess": -0.5}, r"base excess is -0\.5"),
        ({"strip_excess": float("nan")}, r"strip excess is nan"),
    ],
)
def test_practice_that_cannot_be(change, message):
    with pytest.raises(CascadeError, match=message):
        sizes(12, 7, 2.0, 1.5, 10.0, 9.0, replace(PLANT, **change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": -1}, r"extraction stages are -1; give a whole number, not negative"),
        ({"n": 12.5}, r"extraction stages is 12\.5; give a whole number"),
        ({"m": "7"}, r"scrub stages is '7'; give a whole number"),
        ({"extract_flow": float("nan")}, r"extract flow is nan; give a finite number not negative"),
        ({"extract_flow": None}, r"extract flow is None; give a number"),
        ({"scrub_flow": -1.0}, r"scrub flow is -1; give a finite number not negative"),
        ({"scrub_flow": 2.5}, r"scrub flow 2\.5 is above extract flow 2; lower the scrub"),
        ({"feed": float("inf")}, r"feed is inf; give a finite number not negative"),
        ({"feed": True}, r"feed is True; give a number"),
        ({"feed_volume": -9.0}, r"feed volume is -9; give a finite number not negative"),
        ({"feed_volume": [[1.0], [1.0, 2.0]]}, r"feed volume is .*; give a number"),
    ],
)
def test_flows_that_cannot_be(change, message):
    given = {"n": 12, "m": 7, "extract_flow": 2.0, "scrub_flow": 1.5, "feed": 10.0, "feed_volume": 9.0} | change
    with pytest.raises(CascadeError, match=message):
        sizes(**given, by=PLANT)
