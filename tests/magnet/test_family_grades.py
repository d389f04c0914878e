"""Grades of other families: the best that is met, and what the next one lacks."""

import numpy as np
import pytest

from didymium.magnet.family_grades import ANY, assign, ladder


def table(br: float, hcj: float, energy: float) -> dict[str, np.ndarray]:
    return {"Br_T": np.array([br]), "Hcj_kA_m": np.array([hcj]), "BHmax_kJ_m3": np.array([energy])}


@pytest.mark.parametrize("family", ["SmCo5", "Sm2Co17"])
def test_every_grade_is_met_by_its_own_least_values_and_missed_below(family: str) -> None:
    steps = ladder(family)
    assert np.all(np.diff(steps.least[:, 2]) >= 0.0)
    for name, least in zip(steps.names, steps.least, strict=True):
        got = assign(family, table(*least))[0][0]
        # A stronger one may ask for no more.
        assert steps.names.index(got) >= steps.names.index(name)
        for k in range(3):
            less = least.copy()
            less[k] *= 0.99
            assert assign(family, table(*less))[0][0] != name


def test_what_the_next_lacks_most_is_named() -> None:
    steps = ladder("Sm2Co17")
    second = steps.least[1]
    for k, word in enumerate(("Br", "Hcj", "(BH)max")):
        has = np.maximum(steps.least[0], second * 0.999)
        has[k] = second[k] * 0.9
        assert assign("Sm2Co17", table(*has))[1] == [word]
    assert assign("Sm2Co17", table(9.0, 9e3, 9e3)) == ([steps.names[-1]], [""])


def test_all_families_together() -> None:
    assert assign(ANY, table(0.1, 10.0, 1.0))[0] == ["below every grade"]
    assert set(ladder("SmCo5").names) < set(ladder(ANY).names)
