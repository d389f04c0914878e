"""A cut of the exchange model: order and factors of its elements, mole purities, flows that follow a feed, volumes."""

from types import SimpleNamespace

import numpy as np
import pytest

from didymium.cascade import CascadeError
from didymium.cascade.flows import flows
from didymium.cascade.minimum import least_extract_flow
from didymium.elements import ELEMENTS, molar_mass
from didymium.operations import extraction_cut as cuts
from didymium.operations.base import OperationError

COLUMNS = cuts.columns_of("P507")
NAMES = cuts.names_of("P507")


def unit(cut="Pr/Nd", extract=(0.999, 0.9), raffinate=(0.99, 0.9), factors=None, solvent_ratio=None):
    return SimpleNamespace(
        cut=cut,
        extractant=SimpleNamespace(name="P507"),
        purity=SimpleNamespace(extract=np.array(extract), raffinate=np.array(raffinate)),
        separation_factors={pair: np.array(factor) for pair, factor in (factors or {}).items()},
        solvent_ratio=None if solvent_ratio is None else np.full(len(extract), solvent_ratio),
    )


def amounts(*each: dict[str, float]) -> np.ndarray:
    """kmol/h by column, shape (samples, elements)."""
    return np.array([[one.get(name, 0.0) for name in NAMES] for one in each])


def test_order_is_that_of_the_factors() -> None:
    # La 1, Ce 8, Pr 8 x 1.84, Nd 1.5 times that.
    assert NAMES[:4] == ("La", "Ce", "Pr", "Nd")
    assert [ELEMENTS[i] for i in COLUMNS] == list(NAMES)
    assert cuts.order("P507", "Nd") == pytest.approx(8.0 * 1.84 * 1.5)
    with pytest.raises(ValueError, match="no separation factor of Fe with P507"):
        cuts.order("P507", "Fe")
    assert cuts.cut_at(unit("Pr/Nd"), COLUMNS) == 3


def test_a_given_factor_moves_all_that_is_heavier() -> None:
    # Nd/Pr from 1.5 to 2 and 3: La, Ce, Pr stay, all from Nd on rise by 4/3 and 2.
    known = cuts.factors_of(unit(), COLUMNS, 2)
    moved = cuts.factors_of(unit(factors={"Nd/Pr": (2.0, 3.0)}), COLUMNS, 2)
    np.testing.assert_allclose(moved[:, :3], known[:, :3])
    np.testing.assert_allclose(moved[:, 3:] / known[:, 3:], np.repeat([[4 / 3], [2.0]], len(NAMES) - 3, axis=1))


def test_mole_purities() -> None:
    # 90 % by mass of Nd2O3 beside Pr6O11: 0.9/168.24 and 0.1/170.24 kmol per kg.
    extract, raffinate = cuts.mole_purities(
        unit(), {}, amounts({"Pr": 1.0, "Nd": 3.0}, {"Pr": 1.0, "Nd": 1.0}), COLUMNS
    )
    neodymium, praseodymium = molar_mass("Nd2O3") / 2.0, molar_mass("Pr6O11") / 6.0
    assert extract[1] == pytest.approx(0.9 / neodymium / (0.9 / neodymium + 0.1 / praseodymium))
    assert raffinate[1] == pytest.approx(0.9 / praseodymium / (0.9 / praseodymium + 0.1 / neodymium))
    # A group weighs its mean: La and Pr alike in the raffinate, and the impurity what the design found.
    known = {"impurities": (100.0, 200.0)}
    extract, raffinate = cuts.mole_purities(unit(), known, amounts(*[{"La": 1.0, "Pr": 1.0, "Nd": 2.0}] * 2), COLUMNS)
    mean = (molar_mass("La2O3") / 2.0 + praseodymium) / 2.0
    assert extract[1] == pytest.approx(0.9 / neodymium / (0.9 / neodymium + 0.1 / 100.0))
    assert raffinate[1] == pytest.approx(0.9 / mean / (0.9 / mean + 0.1 / 200.0))


def test_flows_follow_the_feed() -> None:
    # Two elements: S and W are those of the pair at its share of heavy, sample by sample; a sample at rest has none.
    feed = amounts({"Pr": 0.25, "Nd": 0.75}, {"Pr": 0.5, "Nd": 0.5})
    p = unit()
    beta = cuts.factors_of(p, COLUMNS, 2)
    solvent, scrub = cuts.following(p, {}, feed, beta, COLUMNS, np.array([True, False]))
    extract, raffinate = cuts.mole_purities(p, {}, feed, COLUMNS)
    s, w, _ = flows(1.5, 0.75, extract[0], raffinate[0], cuts.LEAST_RATIO)
    assert solvent.tolist() == pytest.approx([float(s), 0.0])
    assert scrub.tolist() == pytest.approx([float(w), 0.0])


def test_a_multiple_of_the_least_solvent() -> None:
    feed, p = amounts({"Pr": 0.25, "Nd": 0.75}), unit(extract=(0.999,), raffinate=(0.99,), solvent_ratio=1.2)
    beta = cuts.factors_of(p, COLUMNS, 1)
    solvent, scrub = cuts.following(p, {}, feed, beta, COLUMNS, np.array([True]))
    extract, raffinate = cuts.mole_purities(p, {}, feed, COLUMNS)
    share = (0.75 - (1.0 - raffinate)) / (extract - (1.0 - raffinate))
    leaks = share * (1.0 - extract), (1.0 - share) * (1.0 - raffinate)
    assert solvent == pytest.approx(1.2 * least_extract_flow(feed, beta, 3, *leaks))
    assert scrub == pytest.approx(solvent - share)


def test_a_circuit_without_an_answer_names_its_sample() -> None:
    # Of three samples the second stands still: the first that fails of those that run is the third.
    error = CascadeError("too pure")
    error.case = 1
    found = cuts.told(error, np.array([True, False, True]))
    assert isinstance(found, OperationError)
    assert found.sample == 2
    assert "too pure" in str(found)


def test_volume_of_a_liquor_is_that_of_its_water(bench) -> None:
    liquor = bench.of({"H2O": 100.0, "NdCl3": 1.0, "N2H8SO4": 2.0, "H3PO4": 0.5})[:, 0]
    assert cuts.liquor_volume(liquor)[0] == pytest.approx(100.0 * molar_mass("H2O") / 1000.0)
    assert cuts.liquor_volume(np.zeros_like(liquor))[0] == 0.0
