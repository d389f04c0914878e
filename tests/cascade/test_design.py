"""Design: flows, stage counts and whole stages."""

import importlib
import math

import numpy as np
import pytest

from didymium.cascade import CascadeError, design, design_cut, flows, solve_circuits


def margins(made, n, m):
    """Purities reached with n + m stages of a two-element design."""
    done = solve_circuits(
        n + m,
        n,
        [[made.feed_fraction, 1.0 - made.feed_fraction]],
        [[made.beta, 1.0]],
        [made.extract_flow],
        [made.scrub_flow],
    )
    extract, raffinate = done.extract[0], done.raffinate[0]
    return extract[0] / extract.sum() - made.purity_extract, raffinate[1] / raffinate.sum() - made.purity_raffinate


@pytest.mark.parametrize(("beta", "f", "pa", "pb"), [(1.8, 0.3, 0.995, 0.999), (3.0, 0.8, 0.9999, 0.99)])
def test_no_smaller_cascade_meets_both_purities(beta, f, pa, pb):
    made = design(beta, f, pa, pb)
    assert min(margins(made, made.n, made.m)) >= 0.0
    for n in range(1, made.stages - 1):
        assert min(margins(made, n, made.stages - 1 - n)) < 0.0
    assert made.n == 1 or min(margins(made, made.n - 1, made.m + 1)) < 0.0
    assert made.stages > made.least_stages
    assert made.extract_flow > made.least_extract_flow
    assert made.feed_stage == made.n


def test_recoveries_balance():
    made = design(2.0, 0.5, 0.999, 0.9999)
    assert made.recovery_extract * 0.5 / made.purity_extract == pytest.approx(made.extract_share)
    assert made.recovery_raffinate * 0.5 / made.purity_raffinate == pytest.approx(made.raffinate_share)
    assert made.extract_share + made.raffinate_share == pytest.approx(1.0)
    assert made.control == "scrub"
    assert design(2.0, 0.2, 0.999, 0.999).control == "extraction"


def test_flows_are_vectorised_and_follow_the_feed():
    f = np.array([0.3, 0.5, 0.7])
    organic, scrub, share = flows(2.0, f, 0.999, 0.9999)
    assert organic.shape == (3,)
    for k in range(3):
        made = design(2.0, f[k], 0.999, 0.9999)
        assert organic[k] == pytest.approx(made.extract_flow, rel=1e-12)
        assert scrub[k] == pytest.approx(made.scrub_flow, rel=1e-12)
        assert share[k] == pytest.approx(made.extract_share, rel=1e-12)


def test_optimum_at_the_minimum_flow_is_refused_and_can_be_raised():
    f = 0.006 + 1.0 / (1.0 + math.sqrt(2.0))  # both controls meet near here, where S is S_min
    with pytest.raises(CascadeError, match="not above the minimum") as caught:
        flows(2.0, [0.5, f], 0.9999, 0.99)
    assert caught.value.case == 1
    raised = design(2.0, f, 0.999, 0.999, least_ratio=1.1)
    assert raised.extract_flow == pytest.approx(1.1 * raised.least_extract_flow)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ((1.0, 0.5, 0.99, 0.99), "separation factor is 1"),
        ((math.nan, 0.5, 0.99, 0.99), "separation factor is nan"),
        ((2.0, 0.0, 0.99, 0.99), "feed fraction is 0"),
        ((2.0, 1.0, 0.99, 0.99), "feed fraction is 1"),
        ((2.0, 0.5, 1.0, 0.99), "extract purity is 1"),
        ((2.0, 0.5, 0.4, 0.99), "extract purity 0.4 is not above"),
        ((2.0, 0.5, 0.99, 0.5), "raffinate purity 0.5 is not above"),
        (("two", 0.5, 0.99, 0.5), "numbers"),
    ],
)
def test_impossible_purities(given, match):
    with pytest.raises(CascadeError, match=match):
        flows(*given)


def test_a_cut_of_many_elements_meets_group_purities():
    feed, beta = np.array([2.0, 3.0, 1.0, 4.0, 0.5]), np.array([1.0, 1.5, 2.0, 3.6, 9.0])
    made = design_cut(feed, beta, 3, 0.999, 0.9995)
    assert made.beta == pytest.approx(1.8)
    share = feed / feed.sum()
    done = solve_circuits(made.stages, made.n, share[None], beta[None], [made.extract_flow], [made.scrub_flow])
    assert done.extract[0, 3:].sum() / done.extract[0].sum() >= 0.999
    assert done.raffinate[0, :3].sum() / done.raffinate[0].sum() >= 0.9995
    # The far elements help: fewer stages than the key pair alone would need.
    assert made.stages <= design(1.8, made.feed_fraction, 0.999, 0.9995).stages


def test_a_cut_of_two_is_the_binary_design():
    assert design_cut([0.4, 0.6], [1.0, 2.0], 1, 0.999, 0.99) == design(2.0, 0.6, 0.999, 0.99)


def test_an_absent_neighbour_is_not_the_key():
    made = design_cut([0.5, 0.0, 0.5], [1.0, 1.4, 2.0], 2, 0.999, 0.9999)
    assert made.beta == 2.0
    assert (made.n, made.m) == (24, 22)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (([0.5, 0.5], [2.0, 1.0], 1), "rising order"),
        (([0.5, 0.5], [1.0, 2.0], 2), "cut_index is 2"),
        (([0.5, 0.5], [1.0, 2.0], 0), "cut_index is 0"),
        (([0.5, 0.0], [1.0, 2.0], 1), "one side"),
        (([0.5, -0.5], [1.0, 2.0], 1), "negative"),
        (([0.5, 0.5], [1.0, 2.0, 3.0], 1), "one length"),
        (([0.5, 0.5], [1.0, math.inf], 1), "finite"),
        (([0.5, 0.5], [1.5, 1.5], 1), "separation factor is 1"),
    ],
)
def test_bad_cuts(given, match):
    with pytest.raises(CascadeError, match=match):
        design_cut(*given, 0.999, 0.999)


def test_out_of_reach_says_what_is_reachable(monkeypatch):
    monkeypatch.setattr(importlib.import_module("didymium.cascade.design"), "MOST_STAGES", 30)
    with pytest.raises(CascadeError, match=r"not reached with 30 stages, only 0\.99"):
        design(2.0, 0.5, 0.99999, 0.99999)


def test_a_mass_purity_is_met_by_mass():
    """Light oxides of 330 and heavy ones of 226 per mole: by mole the same circuit would miss."""
    masses = [326.0, 330.0, 226.0]
    feed, beta = [0.3, 0.3, 0.4], [1.0, 1.7, 3.0]
    made = design_cut(feed, beta, 2, 0.999, 0.9995, masses=masses)
    by_mass = np.array(made.extract) * masses
    assert by_mass[2] / by_mass.sum() == pytest.approx(made.reached_extract, rel=1e-12)
    assert 0.999 <= made.reached_extract < 0.99915
    assert 0.9995 <= made.reached_raffinate < 0.9996
    # What the flows follow from: a third less of the heavier impurity by mole.
    assert 1.0 - made.mole_purity_extract == pytest.approx(0.001 * 226 / 330, rel=1e-3)
    assert made.impurity_mass_extract == pytest.approx(330.0, rel=1e-3)
    assert made.impurity_mass_raffinate == 226.0
    assert made.extract_share < design_cut(feed, beta, 2, 0.999, 0.9995).extract_share


def test_masses_of_one_kind_are_mole_fractions():
    given = ([0.3, 0.2, 0.3, 0.2], [1.0, 1.6, 3.2, 5.0], 2, 0.999, 0.999)
    plain, weighed = design_cut(*given), design_cut(*given, masses=[7.0] * 4)
    assert (weighed.n, weighed.m) == (plain.n, plain.m)
    assert weighed.extract_flow == pytest.approx(plain.extract_flow, rel=1e-9)


def test_given_flows():
    made = design_cut([0.5, 0.5], [1.0, 2.0], 1, 0.999, 0.9999, extract_flow=2.0, scrub_flow=1.49955)
    assert made.extract_flow == 2.0
    assert made.reached_extract >= 0.999
    assert made.reached_raffinate >= 0.9999
    assert made.stages < design(2.0, 0.5, 0.999, 0.9999).stages


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"extract_flow": 2.0}, "belong together"),
        ({"extract_flow": 2.0, "scrub_flow": 0.9}, r"leave 1\.1 mol of extract per mol of feed"),
        ({"extract_flow": 2.0, "scrub_flow": 2.0}, "leave 0 mol of extract"),
        ({"extract_flow": 1.4, "scrub_flow": 0.8995}, r"1\.4 is not above the minimum 1\.4"),
        (
            {"extract_flow": 2.0, "scrub_flow": 1.49},
            r"extract purity 0\.999 is out of reach: with 0\.51 mol .* endless stages give 0\.980392",
        ),
        (
            {"extract_flow": 2.0, "scrub_flow": 1.51},
            r"raffinate purity 0\.9999 is out of reach: .* endless stages give 0\.980392",
        ),
        ({"flow_ratio": 1.2, "extract_flow": 2.0, "scrub_flow": 1.5}, "no flows beside it"),
        ({"flow_ratio": math.inf}, "flow_ratio is inf"),
        ({"masses": [1.0]}, "rows of one length"),
        ({"masses": [1.0, 0.0]}, "masses must be finite and above zero"),
    ],
)
def test_flows_that_cannot_do_it(given, match):
    with pytest.raises(CascadeError, match=match):
        design_cut([0.5, 0.5], [1.0, 2.0], 1, 0.999, 0.9999, **given)


def test_out_of_reach_names_the_product(monkeypatch):
    monkeypatch.setattr(importlib.import_module("didymium.cascade.design"), "MOST_STAGES", 30)
    with pytest.raises(CascadeError) as caught:
        design(2.0, 0.5, 0.99999, 0.99999)
    assert "extract purity 0.99999 is not reached with 30 stages, only 0.99" in str(caught.value)
    assert "raffinate purity 0.99999 is not reached with 30 stages, only 0.99" in str(caught.value)
    with pytest.raises(CascadeError, match="raise the organic flow"):
        design(2.0, 0.5, 0.99999, 0.99999)
