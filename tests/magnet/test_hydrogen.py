"""Hydrogen in alloys: sites by formula, uptake by hand, and what heat leaves of it."""

import numpy as np
import pytest

from didymium.elements import INDEX, MOLAR_MASS, mass_fractions, molar_mass
from didymium.magnet.hydrogen import HYDROGEN, Sites, capacity, left, sites
from didymium.magnet.powder import value
from didymium.magnet.smco import phase_balance


def of(**kmol: float):
    return sum(amount * molar_mass(name) * mass_fractions(name) for name, amount in kmol.items())[None]


def only(**kmol: float) -> Sites:
    """Sites of one kind alone."""
    made = {name: np.array([kmol.get(name, 0.0)]) for name in ("matrix", "lean", "rich", "cobalt")}
    return Sites(**made, code=np.zeros(1, dtype=np.int64), words=lambda _: ("", ""))


def test_sites_of_a_mixture() -> None:
    found = sites(of(Nd2Fe14B=1.0, Nd=0.4))
    assert (found.matrix[0], found.rich[0], found.cobalt[0]) == pytest.approx((1.0, 0.4, 0.0))
    # 0.1 Nd2O3 is no site, and hydrogen that is there already changes none.
    again = sites(of(Nd2Fe14B=1.0, Nd=0.4, Nd2O3=0.1, H2=3.0))
    assert (again.matrix[0], again.rich[0]) == pytest.approx((1.0, 0.4))


def test_the_lean_phase_is_filled_as_far_as_the_matrix() -> None:
    full, rich = value("hydrogen", "matrix_full"), np.array([2.8])
    whole, half = (capacity(only(lean=1.0), np.array([by]), rich)[0] for by in (full, full / 2.0))
    assert whole == pytest.approx(value("hydrogen", "R2T17") * HYDROGEN)
    assert half == pytest.approx(whole / 2.0)
    cold = np.array([-200.0])
    assert left(only(lean=1.0), np.array([full / 2.0]), rich, cold)[0] == pytest.approx(half, rel=1e-3)
    assert capacity(only(matrix=1.0, rich=0.5), np.array([3.0]), rich)[0] == pytest.approx((3.0 + 1.4) * HYDROGEN)


def test_samarium_cobalt_without_what_oxygen_nitrogen_and_carbon_bind() -> None:
    # 10 Sm; 0.6 O bind 0.4 in Sm2O3, 0.3 N as many, 0.8 C 0.4 in SmCoC2: 8.9 are left, as the phases have it.
    alloy = of(Sm=10.0, Co=55.0, O=0.6, N=0.3, C=0.8)
    found = sites(alloy)
    assert found.cobalt[0] == pytest.approx(8.9)
    free = phase_balance(alloy).effective_re[0] * alloy.sum() / MOLAR_MASS[INDEX["Sm"]]
    assert found.cobalt[0] == pytest.approx(free)
    assert not found.matrix.any()
    assert not found.rich.any()


def test_the_matrix_gives_it_back_before_the_hydride() -> None:
    matrix, rich, warm = np.array([3.6]), np.array([2.8]), np.array([300.0])
    inside = left(only(matrix=1.0), matrix, rich, warm)[0] / capacity(only(matrix=1.0), matrix, rich)[0]
    bound = left(only(rich=1.0), matrix, rich, warm)[0] / capacity(only(rich=1.0), matrix, rich)[0]
    assert inside < 0.2 < bound
    # Between, RH2 alone is left of the hydride.
    assert left(only(rich=1.0), matrix, rich, np.array([500.0]))[0] == pytest.approx(2.0 * HYDROGEN, rel=0.05)
    found = sites(of(Nd2Fe14B=1.0, Nd=0.4))
    stays = [left(found, matrix, rich, np.array([degrees]))[0] for degrees in (20.0, 200.0, 400.0, 600.0, 900.0)]
    assert stays == sorted(stays, reverse=True)
    assert stays[-1] < 0.01 * stays[0]


def test_no_phases_are_told() -> None:
    found = sites(of(Nd=1.0, O=3.0, Fe=1.0))
    assert found.code[0] != 0
    assert "R2O3" in found.words(0)[0]
    assert capacity(found, np.array([3.6]), np.array([2.8]))[0] == 0.0
