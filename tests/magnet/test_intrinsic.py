"""R2T14B by itself: the table at 300 K, mixtures by mole, temperature, cobalt, bits of a batch."""

from __future__ import annotations

import numpy as np
import pytest

from didymium.elements import COUNT, INDEX, MOLAR_MASS, RARE_EARTHS
from didymium.magnet.intrinsic import counted, hard_phase, intrinsic, on_iron_sites, shares, table


def compound(cobalt: float = 0.0, aluminium: float = 0.0, **moles: float) -> np.ndarray:
    """kg of each element of R2T14B from mole shares of the rare earths, one sample."""
    out = np.zeros((1, COUNT))
    for name, mole in moles.items():
        out[0, INDEX[name]] = 2.0 * mole * MOLAR_MASS[INDEX[name]]
    out[0, INDEX["Co"]] = 14.0 * cobalt * MOLAR_MASS[INDEX["Co"]]
    out[0, INDEX["Al"]] = 14.0 * aluminium * MOLAR_MASS[INDEX["Al"]]
    out[0, INDEX["Fe"]] = 14.0 * (1.0 - cobalt - aluminium) * MOLAR_MASS[INDEX["Fe"]]
    return out


@pytest.mark.parametrize("name", ["La", "Ce", "Pr", "Nd", "Gd", "Tb", "Dy", "Ho", "Y"])
def test_a_pure_compound_has_the_values_of_the_table(name: str) -> None:
    found = hard_phase(compound(**{name: 1.0}), 300.0)
    assert found.polarisation[0] == pytest.approx(intrinsic()[name, "polarisation"].value, rel=1e-12)
    assert found.anisotropy[0] == pytest.approx(intrinsic()[name, "anisotropy"].value, rel=1e-12)
    assert found.curie[0] == pytest.approx(intrinsic()[name, "curie"].value, rel=1e-12)


def test_a_mixture_is_the_mean_by_mole() -> None:
    # 3 Nd to 1 Dy: Js = 0.75 * 1.61 + 0.25 * 0.71 = 1.385 T, Ha = 0.75 * 7.3 + 0.25 * 15 = 9.225 T.
    found = hard_phase(compound(Nd=0.75, Dy=0.25), 300.0)
    assert found.polarisation[0] == pytest.approx(1.385, rel=1e-12)
    assert found.anisotropy[0] == pytest.approx(9.225, rel=1e-12)
    assert found.curie[0] == pytest.approx(0.75 * 585 + 0.25 * 598, rel=1e-12)


def test_of_cerium_less_counts_in_the_anisotropy() -> None:
    # 4 Nd to 1 Ce: 0.12 of 0.92 counts as Ce, Ha = (0.8 * 7.3 + 0.12 * 2.6)/0.92; Js takes all of it.
    found = hard_phase(compound(Nd=0.8, Ce=0.2), 300.0)
    assert found.anisotropy[0] == pytest.approx((0.8 * 7.3 + 0.12 * 2.6) / 0.92, rel=1e-12)
    assert found.polarisation[0] == pytest.approx(0.8 * 1.61 + 0.2 * 1.17, rel=1e-12)
    # No other rare earth is weighed.
    none = np.ones((1, len(RARE_EARTHS)))
    none[0, RARE_EARTHS.index("Ce")] = 0.0
    assert np.allclose(counted(none), none / none.sum(), rtol=1e-15)


def test_shells_count_to_the_rare_earths() -> None:
    plain, extra = compound(Nd=0.75), compound(Dy=0.25)
    extra[0, INDEX["Fe"]] = 0.0
    found = hard_phase(plain, 300.0, heavy=extra)
    assert found.polarisation[0] == pytest.approx(1.385, rel=1e-12)


def test_hotter_is_weaker_and_nothing_is_left_above_the_curie_point() -> None:
    kelvin = np.linspace(250.0, 700.0, 46)
    found = hard_phase(compound(Nd=1.0), kelvin)
    below = kelvin < 585.0
    assert np.all(np.diff(found.polarisation[0, below]) < 0.0)
    assert np.all(np.diff(found.anisotropy[0, below]) < 0.0)
    assert np.all(found.polarisation[0, ~below] == 0.0)
    assert np.all(found.anisotropy[0, ~below] == 0.0)


def test_neodymium_halves_its_anisotropy_to_450_k() -> None:
    cold, warm = hard_phase(compound(Nd=1.0), np.array([300.0, 450.0])).anisotropy[0]
    # (135/285)^0.85
    assert warm / cold == pytest.approx((135.0 / 285.0) ** 0.85, rel=1e-12)
    assert 0.5 < warm / cold < 0.56


def test_dysprosium_flattens_the_polarisation() -> None:
    kelvin = np.array([300.0, 400.0])
    plain, mixed = (hard_phase(compound(Nd=1.0 - dy, Dy=dy), kelvin).polarisation[0] for dy in (0.0, 0.3))
    assert mixed[1] / mixed[0] > plain[1] / plain[0]


def test_cobalt_lifts_the_curie_point_and_aluminium_dilutes() -> None:
    plain = hard_phase(compound(Nd=1.0), 300.0)
    cobalt = hard_phase(compound(Nd=1.0, cobalt=0.05), 300.0)
    assert cobalt.curie[0] - plain.curie[0] == pytest.approx(0.05 * intrinsic()["T", "cobalt_curie"].value, rel=1e-9)
    assert cobalt.polarisation[0] == pytest.approx(plain.polarisation[0], rel=1e-9)
    aluminium = hard_phase(compound(Nd=1.0, aluminium=0.02), 300.0)
    assert aluminium.polarisation[0] == pytest.approx((1.0 - 2.0 * 0.02) * plain.polarisation[0], rel=1e-9)
    assert aluminium.curie[0] < plain.curie[0]


def test_an_easy_plane_takes_anisotropy_away_but_not_below_nothing() -> None:
    assert hard_phase(compound(Nd=0.9, Sm=0.1), 300.0).anisotropy[0] == pytest.approx(0.9 * 7.3 - 1.2, rel=1e-12)
    assert hard_phase(compound(Sm=1.0), 300.0).anisotropy[0] == 0.0


def test_a_rare_earth_without_a_row_counts_as_yttrium() -> None:
    for name in ("Eu", "Yb", "Sc"):
        found, yttrium = hard_phase(compound(**{name: 1.0}), 350.0), hard_phase(compound(Y=1.0), 350.0)
        assert found.polarisation[0] == yttrium.polarisation[0]
        assert found.curie[0] == yttrium.curie[0]


def test_nothing_is_magnetic_without_rare_earth() -> None:
    found = hard_phase(np.zeros((2, COUNT)), np.array([300.0, 500.0]))
    assert not found.polarisation.any()
    assert not found.anisotropy.any()
    assert not shares(np.zeros((1, COUNT))).any()
    assert on_iron_sites(np.zeros((1, COUNT)), "Co")[0] == 0.0


def test_a_batch_has_the_bits_of_single_cases() -> None:
    rng = np.random.default_rng(3)
    batch = np.zeros((40, COUNT))
    batch[:, : len(RARE_EARTHS)] = rng.random((40, len(RARE_EARTHS))) * (rng.random((40, len(RARE_EARTHS))) < 0.4)
    batch[:, INDEX["Fe"]] = 60.0
    batch[:, INDEX["Co"]] = rng.random(40)
    kelvin = np.array([293.15, 373.15, 650.0])
    whole = hard_phase(batch, kelvin)
    for index in range(len(batch)):
        single = hard_phase(batch[index : index + 1], kelvin)
        assert np.array_equal(whole.polarisation[index], single.polarisation[0])
        assert np.array_equal(whole.anisotropy[index], single.anisotropy[0])
        alone = hard_phase(batch[index : index + 1], 373.15)
        assert alone.polarisation[0] == whole.polarisation[index, 1]


def test_scale_does_not_matter() -> None:
    one = hard_phase(compound(Nd=0.7, Pr=0.3), 350.0)
    other = hard_phase(1234.5 * compound(Nd=0.7, Pr=0.3), 350.0)
    assert one.polarisation[0] == pytest.approx(other.polarisation[0], rel=1e-12)


def test_every_compound_has_every_value() -> None:
    known = table()
    for column in (known.polarisation, known.curie):
        assert np.all(column > 0.0)
        assert not column.flags.writeable
    for (compound_name, parameter), fact in intrinsic().items():
        assert fact.assumed, (compound_name, parameter)
        assert fact.low < fact.high
