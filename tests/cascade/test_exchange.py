"""Cascade and CascadeResult: names, checks and errors."""

import pickle

import numpy as np
import pytest

from didymium.cascade import Cascade, CascadeError

GIVEN = {
    "stages": 46,
    "feed_stage": 24,
    "feed": {"A": 0.5, "B": 0.5},
    "separation_factors": {"A": 2.0, "B": 1.0},
    "extract_flow": 1.70864,
    "scrub_flow": 1.20819,
}


def cascade(**changes):
    return Cascade(**{**GIVEN, **changes})


def test_flows_sum_and_balance():
    result = cascade(aqueous_draws={30: 0.1, 10: 0.05}).solve()
    assert sum(result.extract.values()) == pytest.approx(1.70864 - 1.20819, rel=1e-12)
    assert sum(result.draws[30].values()) == pytest.approx(0.1, rel=1e-12)
    assert sum(result.raffinate.values()) == pytest.approx(1.0 - (1.70864 - 1.20819) - 0.15, rel=1e-12)
    for name in "AB":
        out = result.raffinate[name] + result.extract[name] + sum(d[name] for d in result.draws.values())
        assert out == pytest.approx(0.5, rel=1e-12)
    assert list(result.draws) == [30, 10]
    np.testing.assert_allclose(result.aqueous.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(result.organic.sum(axis=1), 1.0, rtol=1e-11)
    np.testing.assert_allclose(result.stage_scalars, -np.log(result.aqueous @ [2.0, 1.0]), atol=1e-12)
    assert result.closure < 1e-12
    assert result.residual <= 1e-12
    assert result.purity(30, "A") == pytest.approx(result.draws[30]["A"] / 0.1)


def test_a_cascade_is_immutable():
    feed = {"A": 0.5, "B": 0.5}
    one = cascade(feed=feed)
    feed["A"] = 9.0
    assert one.feed["A"] == 0.5
    with pytest.raises(AttributeError):
        one.stages = 3
    with pytest.raises(TypeError):
        one.feed["A"] = 1.0
    result = one.solve()
    with pytest.raises(ValueError):
        result.aqueous[0, 0] = 1.0
    with pytest.raises(TypeError):
        result.extract["A"] = 1.0
    assert one == cascade()
    assert hash(one) == hash(cascade())
    assert pickle.loads(pickle.dumps(one)) == one


def test_solving_twice_gives_the_same_bits_and_a_start_is_an_argument():
    one = cascade()
    first, second = one.solve(), one.solve()
    np.testing.assert_array_equal(first.aqueous, second.aqueous)
    warm = one.solve(start=cascade(scrub_flow=1.2085).solve().stage_scalars)
    np.testing.assert_allclose(warm.aqueous, first.aqueous, atol=1e-12)


def test_units_of_flow_cancel():
    small = cascade().solve()
    large = cascade(feed={"A": 5e6, "B": 5e6}, extract_flow=1.70864e7, scrub_flow=1.20819e7).solve()
    assert large.purity("extract", "A") == pytest.approx(small.purity("extract", "A"), rel=1e-12)
    tenfold = cascade(separation_factors={"A": 20.0, "B": 10.0}).solve()
    assert tenfold.extract["A"] == pytest.approx(small.extract["A"], rel=1e-12)


def test_zero_feed_gives_zero_flows():
    result = cascade(feed={"A": 0.5, "C": 0.0, "B": 0.5}, separation_factors={"A": 2, "B": 1, "C": 1.5}).solve()
    assert result.extract["C"] == result.raffinate["C"] == 0.0
    assert result.extract["A"] == pytest.approx(cascade().solve().extract["A"], rel=1e-12)


def test_shown_escaped_and_short():
    names = {"<A&>": 0.5, "B": 0.5}
    result = cascade(feed=names, separation_factors={"<A&>": 2.0, "B": 1.0}).solve()
    assert "<A&>" not in result._repr_html_()
    assert "&lt;A&amp;&gt;" in result._repr_html_()
    assert len(repr(result)) < 160
    assert "46 stages" in repr(result)


def test_to_pandas():
    pytest.importorskip("pandas")
    table = cascade(aqueous_draws={30: 0.1}).solve().to_pandas()
    assert list(table.index) == ["raffinate", "draw 30", "extract"]
    assert table.sum().sum() == pytest.approx(1.0)


def test_pandas_is_optional(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ImportError, match=r"didymium\[pandas\]"):
        cascade().solve().to_pandas()


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"extract_flow": 0.0}, "extract_flow is 0"),
        ({"extract_flow": -1.0}, "extract_flow is -1"),
        ({"extract_flow": float("nan")}, "extract_flow is nan"),
        ({"extract_flow": "much"}, "extract_flow is 'much'"),
        ({"scrub_flow": 0.0}, "scrub_flow is 0"),
        ({"scrub_flow": float("inf")}, "scrub_flow is inf"),
        ({"scrub_flow": 1.70864}, "not below extract_flow"),
        ({"scrub_flow": 2.5}, "not below extract_flow"),
        ({"extract_flow": 2.20819}, "no raffinate is left"),
        ({"extract_flow": 3.0}, "no raffinate is left"),
        ({"feed": {"A": -0.5, "B": 0.5}}, "feed of A is -0.5"),
        ({"feed": {"A": float("inf"), "B": 0.5}}, "feed of A is inf"),
        ({"feed": {"A": 0.0, "B": 0.0}}, "feed is empty"),
        ({"feed": {"A": 0.5}}, "no feed"),
        ({"feed": {"A": 0.5, "B": 0.5, "C": 0.1}}, "C is fed but has no separation factor"),
        ({"feed": {"A": 1.0}, "separation_factors": {"A": 1.0}}, "at least two elements"),
        ({"separation_factors": {"A": 0.0, "B": 1.0}}, "separation factor of A is 0"),
        ({"separation_factors": {"A": float("nan"), "B": 1.0}}, "separation factor of A is nan"),
        ({"stages": 46.5}, "stages is 46.5"),
        ({"stages": True}, "stages is True"),
        ({"stages": 1}, "at least 2"),
        ({"feed_stage": 0}, "feed_stage is 0"),
        ({"feed_stage": 47}, "feed_stage is 47"),
        ({"feed_stage": "24"}, "feed_stage is '24'"),
        ({"aqueous_draws": {47: 0.1}}, "stages 1 to 46"),
        ({"aqueous_draws": {30: 0.0}}, "is 0; give a flow above zero"),
        ({"aqueous_draws": {30: float("nan")}}, "stage 30"),
        ({"aqueous_draws": {30: 1.3}}, "takes more than"),
        ({"aqueous_draws": {20: 0.6}}, "no raffinate is left"),
    ],
)
def test_bad_input_is_refused_with_a_reason(changes, match):
    with pytest.raises(CascadeError, match=match) as caught:
        cascade(**changes)
    assert caught.value.reason == str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_errors_name_stage_and_element():
    with pytest.raises(CascadeError) as caught:
        cascade(feed={"A": 0.5, "B": float("nan")})
    assert caught.value.element == "B"
    with pytest.raises(CascadeError) as caught:
        cascade(aqueous_draws={30: 1.3})
    assert caught.value.stage == 30
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.stage, again.reason) == (30, caught.value.reason)


@pytest.mark.parametrize(("where", "elements"), [("top", ("A",)), (30, ("A",)), ("extract", ("Z",)), ("extract", ())])
def test_purity_of_what_is_not_there(where, elements):
    with pytest.raises(CascadeError):
        cascade().solve().purity(where, *elements)


def test_start_of_the_wrong_shape_is_refused():
    with pytest.raises(CascadeError, match="start"):
        cascade().solve(start=np.zeros(3))


def test_a_result_can_be_pickled() -> None:
    result = Cascade(
        stages=6,
        feed_stage=3,
        feed={"A": 0.5, "B": 0.5},
        separation_factors={"A": 4.0, "B": 1.0},
        extract_flow=1.5,
        scrub_flow=1.0,
        aqueous_draws={4: 0.05},
    ).solve()
    again = pickle.loads(pickle.dumps(result))
    assert again.cascade == result.cascade
    assert again.draws == result.draws
    assert (again.aqueous == result.aqueous).all()
    assert not again.aqueous.flags.writeable
    assert again.sensitivity == result.sensitivity
    assert not again.ill_conditioned
