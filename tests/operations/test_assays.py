"""Assays: oxides of rare earths, and shares that nothing can spoil."""

import numpy as np
import pytest

from didymium.elements import COUNT, INDEX, molar_mass
from didymium.operations.assays import NOTHING, rare_earth_oxides, share_of


def test_oxides_of_every_part() -> None:
    # 2 Nd as Nd2O3 in one part, 1 Ce as CeO2 in another; iron is no rare earth.
    flow = np.zeros((1, 2, COUNT))
    flow[0, 0, INDEX["Nd"]] = 2.0 * molar_mass("Nd")
    flow[0, 1, INDEX["Ce"]] = molar_mass("Ce")
    flow[0, 1, INDEX["Fe"]] = 50.0
    assert rare_earth_oxides(flow[:, 0])[0] == pytest.approx(molar_mass("Nd2O3"))
    assert rare_earth_oxides(flow[:, 1])[0] == pytest.approx(molar_mass("CeO2"))


def test_a_share_of_nothing() -> None:
    part, whole = np.array([3.0, 0.0, 2.0]), np.array([4.0, 0.0, 0.0])
    assert share_of(part, whole).tolist() == [0.75, 0.0, 0.0]
    assert share_of(part, whole, 1.0).tolist() == [0.75, 1.0, 1.0]


@pytest.mark.parametrize("whole", [5e-324, 1e-310, NOTHING])
def test_a_whole_too_small_to_divide_by(whole) -> None:
    assert share_of(np.array([1e3]), np.array([whole])).tolist() == [0.0]


def test_every_element_of_a_sample_by_one_whole() -> None:
    part = np.arange(6.0).reshape(2, 3)
    assert share_of(part, np.array([[2.0], [0.0]])).tolist() == [[0.0, 0.5, 1.0], [0.0, 0.0, 0.0]]
