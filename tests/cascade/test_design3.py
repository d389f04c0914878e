"""Three-outlet design: case B, the fewest stages against every place tried, and what is refused."""

import numpy as np
import pytest

from didymium.cascade import CascadeError, solve_circuits
from didymium.cascade.design3 import design_three
from didymium.cascade.design3_flows import ThreeOutlets, product_flows
from didymium.cascade.design3_search import Search

CASE_B = ([0.51, 0.10, 0.39], [1.0, 2.0, 2.8], (1, 2))
PURE_B = {"purity_extract": 0.999068, "purity_raffinate": 0.999904, "purity_draw": 0.4}


def solved(made, feed, beta):
    """The products of a design by an own solve: raffinate, draw, extract, each (elements,)."""
    done = solve_circuits(
        made.stages,
        made.feed_stage,
        [np.array(feed) / sum(feed)],
        [beta],
        [made.extract_flow],
        [made.scrub_flow],
        {made.draw_stage: [made.draw_flow]},
    )
    return done.raffinate[0], done.draws[0, 0], done.extract[0]


def purities(made, feed, beta):
    low, high = made.cuts
    products = solved(made, feed, beta)
    parts = (slice(0, low), slice(low, high), slice(high, None))
    return [float(one[part].sum() / one.sum()) for one, part in zip(products, parts, strict=True)]


def best_margin(feed, beta, cuts, wanted, in_scrub, organic, stages):
    """The largest smallest margin over every feed stage, draw stage and balance, by brute force."""
    search = Search(np.array(feed), np.array(beta), cuts, wanted, in_scrub, organic)
    best = -1e9
    for n in range(1, stages):
        for draw in range(n + 1, stages) if in_scrub else range(2, n):
            tries = np.linspace(-8.0, 2.0, 41) if in_scrub else np.linspace(-2.0, 8.0, 41)
            for _ in range(2):
                found = search.margins(stages, n, draw, tries)
                best = max(best, float(found.max()))
                tries = tries[int(np.argmax(found))] + np.linspace(-0.25, 0.25, 21)
    return best


def test_case_b_needs_no_more_stages_than_published():
    feed, beta, cuts = CASE_B
    made = design_three(feed, beta, cuts, **PURE_B, extract_flow=2.0)
    assert (made.n, made.m, made.draw_stage) == (17, 39, 24)
    assert made.stages <= 18 + 42
    assert made.draw_in_scrub
    raffinate, draw, extract = purities(made, feed, beta)
    assert raffinate >= PURE_B["purity_raffinate"]
    assert draw >= PURE_B["purity_draw"]
    assert extract >= PURE_B["purity_extract"]
    assert [raffinate, draw, extract] == pytest.approx(
        [made.reached_raffinate, made.reached_draw, made.reached_extract], rel=1e-12
    )
    assert made.recovery_extract >= 0.618  # the published recovery of Gd


def test_a_free_organic_flow_costs_no_more_stage_flow_than_the_published_circuit():
    feed, beta, cuts = CASE_B
    made = design_three(feed, beta, cuts, **PURE_B)
    assert made.extract_flow * made.stages <= 2.0 * 60
    assert made.extract_flow > made.least_extract_flow
    for reached, wanted in zip(
        purities(made, feed, beta), (PURE_B["purity_raffinate"], 0.4, PURE_B["purity_extract"]), strict=True
    ):
        assert reached >= wanted


@pytest.mark.parametrize(
    ("feed", "beta", "purity", "in_scrub"),
    [([0.3, 0.3, 0.4], [1.0, 3.0, 9.0], 0.80, True), ([0.3, 0.2, 0.5], [1.0, 3.0, 12.0], 0.70, False)],
)
def test_no_place_of_one_stage_less_meets_the_purities(feed, beta, purity, in_scrub):
    made = design_three(feed, beta, (1, 2), 0.99, 0.99, purity, draw_in_scrub=in_scrub)
    wanted = ThreeOutlets(*feed, *(beta[1], beta[2] / beta[1]) * 2, 0.99, purity, 0.99)
    assert made.draw_in_scrub is in_scrub
    assert min(np.array(purities(made, feed, beta)) - [0.99, purity, 0.99]) >= 0.0
    assert best_margin(feed, beta, (1, 2), wanted, in_scrub, made.extract_flow, made.stages - 1) < 0.0
    assert best_margin(feed, beta, (1, 2), wanted, in_scrub, made.extract_flow, made.stages) >= 0.0


def test_the_draw_may_stand_in_the_extraction_section():
    feed, beta = [0.3, 0.1, 0.6], [1.0, 2.0, 6.0]
    made = design_three(feed, beta, (1, 2), 0.999, 0.999, 0.6)
    assert not made.draw_in_scrub
    assert made.draw_stage < made.n
    assert min(np.array(purities(made, feed, beta)) - [0.999, 0.6, 0.999]) >= 0.0
    light, _, heavy = solved(made, feed, beta)[1]
    assert light > 5.0 * heavy


def test_seven_elements_by_groups():
    feed, beta = [0.25, 0.05, 0.2, 0.03, 0.3, 0.1, 0.07], [1.0, 1.5, 4.0, 6.0, 8.0, 20.0, 30.0]
    made = design_three(feed, beta, (3, 5), 0.999, 0.999, 0.6)
    assert made.extract_flow > made.least_extract_flow
    assert min(np.array(purities(made, feed, beta)) - [0.999, 0.6, 0.999]) >= 0.0
    products = solved(made, feed, beta)
    assert sum(products) == pytest.approx(np.array(feed), rel=1e-9)


def test_flows_put_every_product_on_its_purity():
    wanted = ThreeOutlets(0.51, 0.10, 0.39, 2.0, 1.4, 2.0, 1.4, 0.9999, 0.4, 0.9991)
    for share in (0.0, 0.3, 1.0):
        raffinate, draw, extract = (float(one) for one in product_flows(wanted, share))
        assert raffinate + draw + extract == pytest.approx(1.0, abs=1e-14)
        assert raffinate * 0.9999 + share * 0.6 * draw == pytest.approx(0.51)
        assert extract * 0.9991 + (1.0 - share) * 0.6 * draw == pytest.approx(0.39)


def test_a_purity_out_of_reach_says_what_is_reachable():
    feed, beta, cuts = CASE_B
    with pytest.raises(CascadeError, match=r"purity_draw 0\.9 is not reachable.*brings the draw above 0\.65") as told:
        design_three(feed, beta, cuts, 0.999, 0.9999, 0.9, extract_flow=2.0)
    assert "it needs 9.3" in told.value.reason
    # What the sentence offers can be designed, just below it.
    made = design_three(feed, beta, cuts, 0.999, 0.9999, 0.6, extract_flow=2.0)
    assert made.reached_draw >= 0.6
    with pytest.raises(CascadeError, match=r"purity_draw 0\.9999 is not reachable"):
        design_three(feed, beta, cuts, 0.999, 0.9999, 0.9999)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"feed": [0.5, 0.0, 0.5]}, "nothing for the draw"),
        ({"feed": [0.5, -0.1, 0.6]}, "negative or not finite"),
        ({"feed": [0.5, 0.5]}, "two rows of one length"),
        ({"feed": [[0.5, 0.1, 0.4]]}, "axes"),
        ({"beta": [1.0, 3.0, 2.0]}, "rising order"),
        ({"beta": [1.0, 1.0, 2.0]}, "lower cut is 1; it must be above 1"),
        ({"cuts": (1, 1)}, "must rise"),
        ({"cuts": (0, 2)}, "must rise"),
        ({"cuts": 1}, "two places"),
        ({"cuts": (1, 2, 3)}, "two places"),
        ({"cuts": (1.0, 2)}, "whole number"),
        ({"purity_draw": 0.09}, "not above the 0.1 that the feed holds"),
        ({"purity_draw": 0.15}, "leaves nothing for the raffinate or the extract"),
        ({"purity_draw": 1.0}, "between 0 and 1"),
        ({"purity_extract": float("nan")}, "between 0 and 1"),
        ({"purity_raffinate": "99 %"}, "give a number"),
        ({"extract_flow": 0.0}, "finite flow above zero"),
        ({"extract_flow": 1.2}, "not reached together"),
        ({"most_stages": 3}, "from 4 to 1000"),
        ({"most_stages": 30, "extract_flow": 2.0}, "not reached together with 30 stages at an organic flow of 2"),
    ],
)
def test_what_is_refused(change, sentence):
    given = {"feed": CASE_B[0], "beta": CASE_B[1], "cuts": CASE_B[2], **PURE_B} | change
    with pytest.raises(CascadeError, match=sentence):
        design_three(**given)


def test_its_repr_is_one_short_line():
    made = design_three(*CASE_B, **PURE_B, extract_flow=2.0)
    assert repr(made).startswith("<ThreeOutletDesign 17 + 39 stages, draw 0.249")
    assert len(repr(made)) < 160
