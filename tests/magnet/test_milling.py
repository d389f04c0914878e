"""Jet milling against size: the published pair, oxygen by area and by gas, and what is lost as ultrafines."""

import numpy as np
import pytest

from didymium.magnet.milling import effort, oxygen, surface, throughput_exponent, yield_of
from didymium.magnet.powder import value


def test_the_published_pair() -> None:
    exponent = np.full(2, throughput_exponent())
    pair = np.array([value("milling", "coarse_size"), value("milling", "fine_size")])
    coarse, fine = effort(pair, exponent, np.ones(2))
    assert coarse / fine == pytest.approx(value("milling", "fine_throughput"))


def test_finer_powder_costs_more_and_the_law_has_no_jump() -> None:
    size = np.linspace(1.0, 10.0, 2000)
    took = effort(size, np.full(2000, 4.66), np.full(2000, 2.0))
    assert np.all(np.diff(took) < 0.0)
    assert np.max(np.abs(np.diff(np.log(took)))) < 0.03
    assert effort(np.array([value("milling", "reference_size")]), np.array([4.66]), np.array([2.0]))[0] == 1.0


def test_oxygen_of_film_and_gas_by_hand() -> None:
    # 2 um: 6 / (density 2) m2/kg with 0.5 mg/m2 each, and 40 kg of gas with 20 ppm of oxygen.
    size, through = np.array([2.0]), np.array([40.0])
    area = 6.0 / (value("milling", "density") * 2.0) * 1000.0
    assert surface(size)[0] == pytest.approx(area)
    found = oxygen(size, through, np.array([0.5]), np.array([20e-6]))[0]
    assert found == pytest.approx(0.5e-6 * area + 800e-6)
    # Handling gives even coarse powder some.
    least = 1e-6 * value("milling", "least_oxygen")
    assert oxygen(np.array([50.0]), np.zeros(1), np.array([0.5]), np.zeros(1))[0] == pytest.approx(least)


def test_ultrafines() -> None:
    reference = value("milling", "reference_size")
    size = reference * np.array([2.0, 1.0, 0.7, 0.5])
    found = yield_of(size, np.full(4, 0.02))
    assert found[1] == pytest.approx(0.98)
    assert np.all(np.diff(found) < 0.0)
