"""Constants recovered from tests that are known, what intervals cover, and what is refused."""

import copy
import importlib.util
import math
import pickle
from pathlib import Path

import numpy as np
import pytest

from didymium.cascade import CascadeError
from didymium.cascade.fitting import Shakeouts, fit

_spec = importlib.util.spec_from_file_location("random_shakeouts", Path(__file__).with_name("random_shakeouts.py"))
_made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_made)
LOG_K, shakeouts = _made.LOG_K, _made.shakeouts

SEEDS = 200


def covered(seeds=SEEDS, tests=None, **options):
    """Share of the fits whose intervals hold the truth: (of log K, of the separation factor)."""
    hits, factors = [], []
    for seed in range(seeds):
        found = fit(shakeouts(seed, **(tests or {})), **options)
        hits += [one.low <= true <= one.high for one, true in zip(found.log_k.values(), LOG_K, strict=True)]
        (factor,) = found.factors
        true = 10.0 ** (LOG_K[1] - LOG_K[0])
        factors.append(factor.low <= (true if factor.heavier == "Nd" else 1.0 / true) <= factor.high)
    return np.mean(hits), np.mean(factors)


@pytest.mark.parametrize(
    "options",
    [{"method": "predicted"}, {"method": "direct"}, {"chain": "Nd"}, {"chain": "Nd", "method": "direct"}],
    ids=str,
)
def test_intervals_of_95_percent_hold_the_truth_that_often(options):
    constants, factors = covered(**options)
    assert 0.90 <= constants <= 0.99
    assert factors >= 0.90  # rows share e and h, which levels by element do not use: never too narrow


def test_intervals_of_a_chain_are_no_wider_than_they_need_be():
    assert covered(100, chain="Nd")[1] <= 0.99


def test_robust_intervals():
    assert 0.90 <= covered(60, robust=True)[0] <= 1.0


def test_laboratories_that_differ():
    """Four laboratories, 0.2 apart in log K: the random effect covers it, one pool does not."""
    apart = {"sources": 4, "between": 0.2}
    assert 0.90 <= covered(tests=apart, method="direct")[0] <= 0.995
    assert covered(60, tests=apart, method="direct", pool=True)[0] < 0.85


@pytest.mark.parametrize("sources", [2, 3])
def test_laboratories_whose_offset_all_elements_share(sources):
    """An acid 0.1 off moves every constant of a laboratory alike; counted once each, laboratories cover the truth."""
    assert covered(100, tests={"sources": sources, "shared": 0.3}, method="direct")[0] >= 0.90


def test_laboratories_that_differ_in_a_chain():
    constants, factors = covered(100, tests={"sources": 4, "between": 0.2}, chain="Nd", method="direct")
    assert constants >= 0.90
    assert factors >= 0.88


def test_errors_of_a_whole_row_leave_the_factors_of_a_chain_alone():
    """Acid and extractant off by 0.2 in log K of each row: β keeps its sharpness, the level widens."""
    chain = fit(shakeouts(1, run=0.2), chain="Nd", method="direct")
    plain = fit(shakeouts(1, run=0.2), method="direct")
    assert chain.factors[0].standard_error < 0.5 * plain.factors[0].standard_error
    assert covered(60, tests={"run": 0.2}, chain="Nd")[1] >= 0.88


@pytest.mark.parametrize("method", ["direct", "predicted"])
@pytest.mark.parametrize("chain", [None, "Pr", "Nd"])
def test_without_scatter_the_constants_come_back(method, chain):
    found = fit(shakeouts(0, scatter=0.0), method=method, chain=chain)
    assert [one.value for one in found.log_k.values()] == pytest.approx(LOG_K, abs=1e-8)
    assert found.rms < 1e-8
    assert found.factors[0].beta == pytest.approx(10.0**0.2, rel=1e-7)
    assert all(math.isfinite(value) for value in found.correlation.ravel())


@pytest.mark.parametrize("method", ["direct", "predicted"])
@pytest.mark.parametrize("chain", [None, "Nd"])
def test_the_exponent_comes_back(method, chain):
    found = fit(shakeouts(0, scatter=0.0, molecules=2.5), method=method, chain=chain, free_exponent=True)
    assert found.molecules.value == pytest.approx(2.5, abs=1e-6)
    assert found.log_k["Nd"].value == pytest.approx(LOG_K[1], abs=1e-6)
    noisy = fit(shakeouts(3), method=method, chain=chain, free_exponent=True)
    assert noisy.molecules.low <= 3.0 <= noisy.molecules.high
    assert noisy.names == ("Pr", "Nd", "molecules")
    assert noisy.correlation.shape == (3, 3)
    assert abs(noisy.correlation[0, 2]) > 0.2


def test_the_mean_and_its_interval_by_hand():
    """Direct, one element: the mean of log D − 3 log(e/h), Student's interval of it."""
    acid, feed, aqueous = np.array([0.01, 0.05, 0.1]), np.array([0.05, 0.1, 0.15]), np.array([0.0239, 0.0757, 0.133])
    y = feed - aqueous
    k = np.log10(y / aqueous) - 3.0 * np.log10((0.5 - 3.0 * y) / (acid + 3.0 * y))
    found = fit(
        Shakeouts(("Nd",), formal=1.0, acid=acid, feed=feed[:, None], aqueous=aqueous[:, None]), method="direct"
    )
    one = found.log_k["Nd"]
    assert one.value == pytest.approx(k.mean(), abs=1e-10)
    assert one.standard_error == pytest.approx(k.std(ddof=1) / math.sqrt(3.0), rel=1e-8)
    assert one.high - one.value == pytest.approx(4.302653 * one.standard_error, rel=1e-6)
    assert found.elements["Nd"].rms == pytest.approx(k.std(), rel=1e-8)
    assert found.basis.startswith("log10 K on the dimer basis")


def spoiled(seed=5):
    """Tests with one aqueous concentration of Nd misread: 0.6 in log D."""
    tests = shakeouts(seed)
    aqueous = tests.aqueous.copy()
    aqueous[4, 1] = tests.feed[4, 1] / (1.0 + tests.distribution[4, 1] * 10.0**0.6)
    given = {name: getattr(tests, name) for name in ("formal", "acid", "feed", "sources")}
    return Shakeouts(tests.elements, aqueous=aqueous, labels=[f"tests.csv:{row + 2}" for row in range(12)], **given)


def test_an_outlier_is_named():
    tests = spoiled()
    found = fit(tests)
    assert [(one.label, one.element) for one in found.outliers] == [("tests.csv:6", "Nd")]
    assert found.outliers[0].residual < -0.3
    assert fit(shakeouts(5)).outliers == ()
    assert ("tests.csv:6", "") in [(one.label, one.element) for one in fit(tests, chain="Nd").outliers]


def test_a_robust_fit_gives_an_outlier_less_weight():
    tests, clean = spoiled(), fit(shakeouts(5)).log_k["Nd"]
    plain, robust = fit(tests).log_k["Nd"], fit(tests, robust=True).log_k["Nd"]
    assert abs(robust.value - clean.value) < 0.4 * abs(plain.value - clean.value)
    assert [one.label for one in fit(tests, robust=True).outliers] == ["tests.csv:6"]


def test_residuals_by_source_show_which_laboratory_lies_off():
    found = fit(shakeouts(0, sources=2, between=0.3), pool=True)
    whole = [one for one in found.sources if not one.element]
    assert [one.source for one in whole] == ["lab 0", "lab 1"]
    assert whole[0].bias * whole[1].bias < 0.0
    assert sum(one.rows for one in whole) == found.measurements == 24
    (between,) = fit(shakeouts(0, sources=2, between=0.3)).between
    assert between.deviation > 0.05
    assert any("not in the intervals" in note for note in found.notes)


def test_one_source_says_what_its_intervals_leave_out():
    assert any(note.startswith("one source") for note in fit(shakeouts(0)).notes)


def single(element_rows):
    """Tests of one element each: Pr in the first rows, Nd in the others."""
    tests = shakeouts(2)
    feed, aqueous = tests.feed.copy(), tests.aqueous.copy()
    feed[:element_rows, 1] = aqueous[:element_rows, 1] = np.nan
    feed[element_rows:, 0] = aqueous[element_rows:, 0] = np.nan
    return Shakeouts(tests.elements, formal=tests.formal, acid=tests.acid, feed=feed, aqueous=aqueous)


def test_ratios_of_levels_are_said_to_be_no_separation_factors():
    found = fit(single(6))
    assert not found.factors[0].together
    assert any("no separation factors" in note for note in found.notes)
    assert fit(shakeouts(0)).factors[0].together


def test_single_elements_give_no_chain():
    with pytest.raises(CascadeError, match="Pr shares no mixture with Nd") as caught:
        fit(single(6), chain="Nd")
    assert caught.value.element == "Pr"


def test_single_elements_beside_mixtures_stay_out_of_a_chain():
    tests = shakeouts(2)
    feed, aqueous = tests.feed.copy(), tests.aqueous.copy()
    feed[:3, 1] = aqueous[:3, 1] = np.nan
    aqueous[:3, 0] *= 0.5  # a series that lies far off
    found = fit(Shakeouts(tests.elements, formal=tests.formal, acid=tests.acid, feed=feed, aqueous=aqueous), chain="Nd")
    assert dict(found.unused) == {"Pr": 3}
    assert found.log_k["Pr"].value == pytest.approx(LOG_K[0], abs=0.1)
    assert (found.rows, found.measurements) == (9, 18)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "guess"}, "choose from direct, predicted"),
        ({"confidence": 95}, "give a share"),
        ({"chain": "Xx"}, "reference 'Xx' of the chain is not in the tests"),
    ],
)
def test_arguments(options, said):
    with pytest.raises(CascadeError, match=said):
        fit(shakeouts(0), **options)


def some(rows, **change):
    tests = shakeouts(0)
    given = {name: getattr(tests, name)[:rows] for name in ("formal", "acid", "feed", "aqueous")}
    return Shakeouts(tests.elements, **{**given, **change})


def test_too_few_rows():
    with pytest.raises(CascadeError, match=r"Pr was measured in 1 row, .* measure it again"):
        fit(some(1))
    with pytest.raises(CascadeError, match=r"1 values for as many constants or more .the separation factor Pr/Nd"):
        fit(some(1), chain="Nd")


def test_what_cannot_be_told_apart_is_refused_with_its_reason():
    alike = np.full((4, 2), 0.05)
    tests = some(4, formal=1.0, feed=alike, aqueous=0.9 * alike, acid=np.nan, ph=1.0)
    said = "cannot tell log10 K of Pr, log10 K of Nd and the exponent of the extractant apart"
    for method in ("direct", "predicted"):
        with pytest.raises(CascadeError, match=said):
            fit(tests, method=method, free_exponent=True)
    assert fit(tests).rms == pytest.approx(0.0, abs=1e-9)


def test_a_monomer_says_so():
    tests = some(12, units_per_formal=1.0)
    assert "on the monomer basis" in fit(tests).basis


@pytest.mark.parametrize("options", [{}, {"chain": "Nd", "free_exponent": True}], ids=str)
def test_a_fit_is_frozen_and_travels(options):
    found = fit(shakeouts(3), method="direct", **options)
    for one in (found, pickle.loads(pickle.dumps(found)), copy.deepcopy(found), copy.copy(found)):
        assert repr(one) == repr(found)
        assert one.log_k == found.log_k
        assert one.factors == found.factors
        assert one.molecules == found.molecules
        np.testing.assert_array_equal(one.covariance, found.covariance)
        np.testing.assert_array_equal(one.correlation, found.correlation)
        for matrix in (one.covariance, one.correlation):
            with pytest.raises(ValueError, match="read-only"):
                matrix[0, 0] = 0.0
        for mapping in (one.log_k, one.elements, one.unused):
            with pytest.raises(TypeError):
                mapping["Nd"] = None
        with pytest.raises(AttributeError):
            one.rms = 0.0


def test_tests_are_frozen_and_travel():
    tests = shakeouts(3)
    for one in (tests, pickle.loads(pickle.dumps(tests)), copy.deepcopy(tests)):
        np.testing.assert_array_equal(one.distribution, tests.distribution)
        assert one.labels == tests.labels
        for array in (one.feed, one.aqueous, one.formal, one.present):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 1.0
    kept = np.array([[0.1]])
    Shakeouts(("Nd",), formal=1.0, acid=0.05, feed=kept, aqueous=[[0.0757]])
    kept[0, 0] = 0.2  # what was given stays the caller's


def test_the_fit_of_a_file_travels():
    from didymium.studies.fit import fit_file

    found = fit_file(Path(__file__).parents[3] / "examples" / "shakeout_tests.csv")
    for one in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert one.fit.log_k == found.fit.log_k
        assert one.isotherms.sha256 == found.isotherms.sha256
        assert one.isotherms.tests.labels == found.isotherms.tests.labels
