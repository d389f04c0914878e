"""Pressing: published densities, and what field and way of pressing align."""

import numpy as np
import pytest

from didymium.magnet.powder import value
from didymium.magnet.pressing import PRESSES, alignment, green_density, usual_pressure


@pytest.mark.parametrize("press", PRESSES)
def test_harder_is_denser_from_the_loose_powder_on(press: str) -> None:
    pressure = np.array([0.0, 20.0, 60.0, 200.0, 1e4])
    found = green_density(pressure, press)
    assert found[0] == pytest.approx(value("pressing", "fill_density"))
    assert np.all(np.diff(found) > 0.0)
    assert found[-1] <= 1.0
    assert 0.45 < green_density(np.array([usual_pressure(press)]), press)[0] < 0.65


@pytest.mark.parametrize("press", PRESSES)
def test_a_field_aligns_and_saturates(press: str) -> None:
    found = alignment(np.array([0.0, 0.5, 1.8, 50.0]), press)
    assert found[0] == 0.5
    assert np.all(np.diff(found) > 0.0)
    assert found[-1] == pytest.approx(value("pressing", f"{press}_alignment"))


def test_axial_presses_align_worst_and_bags_best() -> None:
    field = np.array([1.8])
    axial, across, bag = (alignment(field, press)[0] for press in ("axial", "transverse", "isostatic"))
    assert axial < across < bag
