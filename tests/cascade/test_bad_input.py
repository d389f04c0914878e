"""Bad input of a cascade and of a batch: each a typed error with text, and stage, element and case where they apply."""

import numpy as np
import pytest

from didymium.cascade import Cascade, CascadeError, design, design_cut, flows, solve_circuits

GIVEN = {
    "stages": 20,
    "feed_stage": 10,
    "feed": {"A": 0.5, "B": 0.3, "C": 0.2},
    "separation_factors": {"A": 4.0, "B": 2.0, "C": 1.0},
    "extract_flow": 1.8,
    "scrub_flow": 1.4,
}
BATCH = {
    "stages": 20,
    "feed_stage": 10,
    "feed": [[0.5, 0.3, 0.2]] * 3,
    "separation_factors": [[4.0, 2.0, 1.0]] * 3,
    "extract_flow": [1.8, 1.8, 1.8],
    "scrub_flow": [1.4, 1.4, 1.4],
}
NAN, INF = float("nan"), float("inf")


def element(name, value, of="feed"):
    return {of: {**GIVEN[of], name: value}}


def cell(of, value, case=1, column=2):
    array = np.array(BATCH[of], dtype=float)
    array[case, column] = value
    return {of: array}


def entry(of, value, case=2):
    array = np.array(BATCH[of], dtype=float)
    array[case] = value
    return {of: array}


def refused(call, match, **attributes):
    """The call raises a CascadeError with the text and exactly these of stage, element and case."""
    with pytest.raises(CascadeError, match=match) as caught:
        call()
    error = caught.value
    assert error.reason == str(error)
    assert len(error.reason) > 20
    for name in ("stage", "element", "case"):
        if name != "case" or name in attributes:
            assert getattr(error, name) == attributes.get(name), name


def test_what_the_cases_below_spoil_is_sound():
    one = Cascade(**GIVEN).solve()
    many = solve_circuits(**BATCH)
    np.testing.assert_array_equal(many.aqueous[1], one.aqueous)


@pytest.mark.parametrize("value", [-0.5, NAN, INF, -INF])
def test_a_feed_that_is_no_flow(value):
    refused(lambda: Cascade(**{**GIVEN, **element("B", value)}), "feed of B is", element="B")
    refused(lambda: solve_circuits(**{**BATCH, **cell("feed", value)}), "case 1: feed of element 2", element=2, case=1)


@pytest.mark.parametrize("value", [0.0, -1.0, NAN, INF, -INF])
def test_a_separation_factor_that_is_none(value):
    changes = element("C", value, of="separation_factors")
    refused(lambda: Cascade(**{**GIVEN, **changes}), "separation factor of C is", element="C")
    changes = cell("separation_factors", value)
    refused(lambda: solve_circuits(**{**BATCH, **changes}), "case 1: separation factor", element=2, case=1)


@pytest.mark.parametrize("name", ["extract_flow", "scrub_flow"])
@pytest.mark.parametrize("value", [0.0, -1.0, NAN, INF, -INF])
def test_a_flow_that_is_none(name, value):
    refused(lambda: Cascade(**{**GIVEN, name: value}), f"{name} is")
    refused(lambda: solve_circuits(**{**BATCH, **entry(name, value)}), f"case 2: {name} is", case=2)


@pytest.mark.parametrize("scrub", [1.8, 1.8000001, 40.0])
def test_a_scrub_that_leaves_no_extract(scrub):
    refused(lambda: Cascade(**{**GIVEN, "scrub_flow": scrub}), "not below extract_flow")
    changes = entry("scrub_flow", scrub)
    refused(lambda: solve_circuits(**{**BATCH, **changes}), "case 2: scrub_flow .* not below extract_flow", case=2)


@pytest.mark.parametrize("organic", [2.4, 2.4000001, 40.0])
def test_an_extract_that_leaves_no_raffinate(organic):
    refused(lambda: Cascade(**{**GIVEN, "extract_flow": organic}), "no raffinate is left")
    changes = entry("extract_flow", organic)
    refused(lambda: solve_circuits(**{**BATCH, **changes}), "case 2: no raffinate is left", case=2)


@pytest.mark.parametrize("value", ["0.5", b"0.5", None, "much", [0.5], {}, 1j, True, np.True_])
def test_what_is_no_number(value):
    for name in ("extract_flow", "scrub_flow"):
        refused(lambda name=name: Cascade(**{**GIVEN, name: value}), f"{name} is .*give a number")
    refused(lambda: Cascade(**{**GIVEN, **element("A", value)}), "feed of A is .*give a number")
    changes = element("A", value, of="separation_factors")
    refused(lambda: Cascade(**{**GIVEN, **changes}), "separation factor of A is .*give a number")
    refused(lambda: Cascade(**GIVEN, aqueous_draws={5: value}), "aqueous draw at stage 5 is .*give a number")


@pytest.mark.parametrize("name", ["feed", "separation_factors", "extract_flow", "scrub_flow"])
@pytest.mark.parametrize("value", ["much", b"much", {}, 1j])
def test_an_array_of_what_is_no_number(name, value):
    array = [list(row) if isinstance(row, list) else row for row in BATCH[name]]
    if name in ("feed", "separation_factors"):
        array[1][2] = value
    else:
        array[1] = value
    refused(lambda: solve_circuits(**{**BATCH, name: array}), f"{name} holds something that is not a number")


@pytest.mark.parametrize("name", ["feed", "separation_factors", "extract_flow", "scrub_flow"])
@pytest.mark.parametrize("kind", [str, bytes, bool])
def test_an_array_of_words_or_of_truths(name, kind):
    """NumPy would take "1.4" and True for numbers; a flow is neither."""
    array = np.array(BATCH[name]).astype(kind)
    refused(lambda: solve_circuits(**{**BATCH, name: array}), f"{name} holds something that is not a number")


@pytest.mark.parametrize("value", [2.5, 10.0, "10", None, True, NAN])
@pytest.mark.parametrize("name", ["stages", "feed_stage"])
def test_stages_that_are_no_whole_number(name, value):
    refused(lambda: Cascade(**{**GIVEN, name: value}), f"{name} is .*whole number")
    refused(lambda: solve_circuits(**{**BATCH, name: value}), f"{name} is .*whole number")


@pytest.mark.parametrize("stage", [0, -1, 21, 10**30])
def test_a_feed_outside_the_cascade(stage):
    refused(lambda: Cascade(**{**GIVEN, "feed_stage": stage}), "stages 1 to 20", stage=stage)
    refused(lambda: solve_circuits(**{**BATCH, "feed_stage": stage}), "stages 1 to 20", stage=stage)


@pytest.mark.parametrize("stages", [1, 0, -20])
def test_too_few_stages(stages):
    changes = {"stages": stages, "feed_stage": 1}
    refused(lambda: Cascade(**{**GIVEN, **changes}), "at least 2")
    refused(lambda: solve_circuits(**{**BATCH, **changes}), "at least 2")


@pytest.mark.parametrize("names", ["", "A"])
def test_too_few_elements(names):
    one = dict.fromkeys(names, 1.0)
    refused(lambda: Cascade(**{**GIVEN, "feed": one, "separation_factors": one}), "at least two elements")
    array = np.ones((3, len(names)))
    refused(lambda: solve_circuits(**{**BATCH, "feed": array, "separation_factors": array}), "two elements")


def test_elements_that_do_not_match():
    changes = element("Z", 2.0, of="separation_factors")
    refused(lambda: Cascade(**{**GIVEN, **changes}), "Z has a separation factor but no feed", element="Z")
    changes = element("Z", 0.1)
    refused(lambda: Cascade(**{**GIVEN, **changes}), "Z is fed but has no separation factor", element="Z")
    narrow = {"separation_factors": [[4.0, 2.0]] * 3}
    refused(lambda: solve_circuits(**{**BATCH, **narrow}), "do not belong together")


def test_an_empty_feed():
    refused(lambda: Cascade(**{**GIVEN, "feed": dict.fromkeys("ABC", 0.0)}), "the feed is empty")
    feed = np.array(BATCH["feed"])
    feed[1] = 0.0
    refused(lambda: solve_circuits(**{**BATCH, "feed": feed}), "case 1: the feed is empty", case=1)


@pytest.mark.parametrize("stage", [0, -3, 21])
def test_a_draw_outside_the_cascade(stage):
    draws = {"aqueous_draws": {stage: 0.1}}
    refused(lambda: Cascade(**GIVEN, **draws), "stages 1 to 20", stage=stage)
    refused(lambda: solve_circuits(**BATCH, **draws), "stages 1 to 20", stage=stage)


@pytest.mark.parametrize("amount", [-0.1, NAN, INF])
def test_a_draw_that_is_no_flow(amount):
    refused(lambda: Cascade(**GIVEN, aqueous_draws={5: amount}), "aqueous draw at stage 5 is", stage=5)
    draws = {5: [0.1, 0.1, amount]}
    refused(lambda: solve_circuits(**BATCH, aqueous_draws=draws), "case 2: aqueous draw at stage 5", stage=5, case=2)


@pytest.mark.parametrize("amount", [1.4, 1.5, 30.0])
def test_a_draw_larger_than_the_flow(amount):
    refused(lambda: Cascade(**GIVEN, aqueous_draws={15: amount}), "takes more than", stage=15)
    draws = {15: [0.1, amount, 0.1]}
    refused(lambda: solve_circuits(**BATCH, aqueous_draws=draws), "case 1: the aqueous draw", stage=15, case=1)


def test_draws_that_are_too_much_together():
    """Each of them fits its stage; what is left below them does not."""
    draws = {18: 0.7, 15: 0.6, 12: 0.2}
    refused(lambda: Cascade(**GIVEN, aqueous_draws=draws), "takes more than", stage=12)


@pytest.mark.parametrize("value", ["x", None, {}])
def test_a_draw_that_is_no_number(value):
    draws = {5: value}
    refused(lambda: solve_circuits(**BATCH, aqueous_draws=draws), "draw at stage 5", stage=5)


@pytest.mark.parametrize("stage", ["5", 5.0, True, None])
def test_a_draw_at_what_is_no_stage(stage):
    refused(lambda: Cascade(**GIVEN, aqueous_draws={stage: 0.1}), "stage is .*whole number")
    refused(lambda: solve_circuits(**BATCH, aqueous_draws={stage: 0.1}), "stage is .*whole number")


@pytest.mark.parametrize("name", ["feed", "separation_factors"])
@pytest.mark.parametrize("value", [[0.5, 0.3, 0.2], None, "ABC", 3.0])
def test_what_is_no_mapping(name, value):
    refused(lambda: Cascade(**{**GIVEN, name: value}), f"{name} is a .*mapping")


@pytest.mark.parametrize("value", [[0.1], "5", 0.1])
def test_draws_that_are_no_mapping(value):
    refused(lambda: Cascade(**GIVEN, aqueous_draws=value), "aqueous_draws")
    refused(lambda: solve_circuits(**BATCH, aqueous_draws=value), "aqueous_draws")


@pytest.mark.parametrize("value", [0, -1, 1.5, "2", True])
def test_threads_that_are_none(value):
    refused(lambda: solve_circuits(**BATCH, threads=value), "threads is")


@pytest.mark.parametrize("value", ["x", 1j, [[0.0] * 20] * 2, [[NAN] + [0.0] * 19] * 3, [[np.inf] * 20] * 3])
def test_a_start_that_is_none(value):
    refused(lambda: solve_circuits(**BATCH, start=value), "start")


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: design("a", 0.5, 0.9, 0.9), "beta is 'a'; give a number"),
        (lambda: design([2, 3], 0.5, 0.9, 0.9), "beta is .*give a number"),
        (lambda: design(2, [0.5, 0.4], 0.9, 0.9), "feed_fraction is .*give a number"),
        (lambda: design(10**400, 0.5, 0.9, 0.9), "beta is .*give a number"),
        (lambda: design(2, 0.5, 0.9, 0.9, least_ratio="x"), "least_ratio is 'x'; give a number"),
        (lambda: flows(2, 0.5, 0.9, 0.9, least_ratio="x"), "must be numbers"),
        (lambda: design_cut("ab", [1.0, 2.0], 1, 0.9, 0.9), "feed holds something that is not a number"),
        (lambda: design_cut([[1.0], [1.0, 2.0]], [1.0, 2.0], 1, 0.9, 0.9), "feed holds something that is not a number"),
    ],
)
def test_what_is_no_design(call, match):
    refused(call, match)


def test_numbers_beyond_floats_and_complex_ones():
    for value in (10**400, 1.7 + 0j, np.complex128(1.7)):
        refused(lambda value=value: Cascade(**{**GIVEN, "extract_flow": value}), "extract_flow is .*give a number")


def test_a_start_that_is_no_row():
    stages = GIVEN["stages"]
    for start in ([[1], [2, 3]], [NAN] * stages):
        with pytest.raises(CascadeError, match="start"):
            Cascade(**GIVEN).solve(start=start)


def test_an_element_named_twice():
    refused(lambda: Cascade(**{**GIVEN, "feed": {"1": 0.5, 1: 0.5}}), "feed names an element twice")


def test_no_raffinate_but_for_rounding():
    """0.6 + 0.3 − 0.9 is 1.1e-16 in floats, and nothing or less in truth."""
    for feed in ({"A": 0.1, "B": 0.2, "C": 0.3}, {"A": 0.1, "B": 0.1, "C": 0.4}):
        refused(
            lambda feed=feed: Cascade(
                stages=10,
                feed_stage=5,
                feed=feed,
                separation_factors={"A": 4.0, "B": 2.0, "C": 1.0},
                extract_flow=0.9,
                scrub_flow=0.3,
            ),
            "no raffinate is left",
        )


def test_factors_whose_ratios_no_float_can_hold():
    with pytest.raises(CascadeError, match="between 1e-100 and 1e100"):
        solve_circuits(46, 24, [[0.5, 0.5]], [[2e-310, 1e-310]], [1.7], [1.2])
