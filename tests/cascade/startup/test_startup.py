"""Start-ups with draws and several elements, what they record, and what they refuse."""

import copy
import importlib.util
import pickle
from pathlib import Path

import numpy as np
import pytest

from didymium.cascade import Cascade, CascadeError
from didymium.cascade.startup import Event, HoldUp, StartUp, start_up, upset
from didymium.cascade.startup.reflux import MARGINS

_SPEC = importlib.util.spec_from_file_location("random_cascades", Path(__file__).parents[1] / "random_cascades.py")
random_cascades = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(random_cascades)


def binary(**changes):
    given = {
        "stages": 20,
        "feed_stage": 10,
        "feed": {"A": 0.5, "B": 0.5},
        "separation_factors": {"A": 2.0, "B": 1.0},
        "extract_flow": 2.5,
        "scrub_flow": 2.0,
    }
    return Cascade(**(given | changes))


def with_draw():
    return binary(
        stages=40,
        feed_stage=15,
        feed={"A": 0.3, "B": 0.3, "C": 0.4},
        separation_factors={"A": 4.0, "B": 2.0, "C": 1.0},
        extract_flow=3.0,
        scrub_flow=2.7,
        aqueous_draws={25: 0.2},
    )


def hold_up(cascade):
    return HoldUp.of_times(cascade, mixing=5.0, settling=20.0)


EASY = {"raffinate": (("B",), 0.95), "extract": (("A",), 0.95)}


@pytest.mark.parametrize("start", ["normal", "reflux"])
def test_draws_and_several_elements(start):
    cascade = with_draw()
    steady = cascade.solve()
    specification = {
        "extract": (["A"], steady.purity("extract", "A") - 0.005),
        25: (["B"], steady.purity(25, "B") - 0.02),
        "raffinate": (("B", "C"), steady.purity("raffinate", "B", "C") - 0.005),
    }
    made = start_up(cascade, hold_up(cascade), specification, start, save=[100.0, 1e4])
    np.testing.assert_allclose(made.aqueous[-1], steady.aqueous, atol=1e-8)
    np.testing.assert_allclose(made.organic[-1], steady.organic, atol=1e-8)
    assert made.elements == ("A", "B", "C")
    assert made.draws[25].shape == made.raffinate.shape == made.extract.shape == (len(made.times), 3)
    assert {100.0, 1e4} <= set(made.saved_times.tolist())
    assert made.aqueous.shape == made.organic.shape == (len(made.saved_times), 40, 3)
    assert set(made.off_grade) == {"raffinate", "extract", 25}
    # By hand: what was fed since the beginning is what left and what is held more.
    if start == "normal":
        fed = np.array([0.3, 0.3, 0.4]) * made.times[-1]
        left = sum(rows[-1] for rows in made.delivered.values())
        np.testing.assert_allclose(made.inventory[-1] - made.inventory[0], fed - left, atol=1e-9 * fed.max())
    else:
        inside = made.times <= made.reflux_time
        np.testing.assert_allclose(made.inventory[inside], made.inventory[:1].repeat(inside.sum(), axis=0), rtol=1e-11)
        assert not any(rows[inside].any() for rows in made.delivered.values())


def test_off_grade_amounts_by_hand():
    """Every outlet delivers its flow; until it is on grade that is off-grade product."""
    cascade = binary()
    made = start_up(cascade, hold_up(cascade), EASY, "normal")
    for outlet, flow, rows, column in (("raffinate", 0.5, made.raffinate, 0), ("extract", 0.5, made.extract, 1)):
        amount = made.off_grade[outlet]
        time = sum(amount.values()) / flow
        assert 0.0 < time <= made.time_to_specification * (1 + 1e-9)
        # There the outlet passes 5 % of the other.
        assert np.interp(time, made.times, rows[:, column]) == pytest.approx(0.05, rel=0.02)
    worst = max(sum(amount.values()) / 0.5 for amount in made.off_grade.values())
    assert worst == pytest.approx(made.time_to_specification, rel=1e-6)


def test_the_fraction_of_each_phase_adds_up_at_every_record():
    made = start_up(with_draw(), hold_up(with_draw()), {"extract": ("A", 0.9)}, "normal", save=[10.0, 100.0])
    for rows in (made.raffinate, made.extract, made.draws[25], made.aqueous, made.organic):
        np.testing.assert_allclose(rows.sum(axis=-1), 1.0, atol=1e-9)
    whole = made.inventory.sum(axis=1)
    np.testing.assert_allclose(whole, whole[0], rtol=1e-9)


def test_the_earliest_of_all_ways_over_reflux_is_taken():
    """Opened at once after reflux the front is still to move: longer reflux is tried, and only costs time here."""
    cascade = binary(feed={"A": 0.7, "B": 0.3}, extract_flow=2.3, scrub_flow=1.6)
    steady = cascade.solve()
    specification = {
        "raffinate": ("B", 1.0 - 4.0 * (1.0 - steady.purity("raffinate", "B"))),
        "extract": ("A", 1.0 - 1.05 * (1.0 - steady.purity("extract", "A"))),
    }
    made = start_up(cascade, hold_up(cascade), specification, balanced=False)
    tried = {}
    for margin in MARGINS:
        try:
            tried[margin] = start_up(cascade, hold_up(cascade), specification, balanced=False, margin=margin)
        except CascadeError:
            continue
    times = {margin: one.time_to_specification for margin, one in tried.items()}
    best = min(times, key=times.get)
    assert times[1.5] > 1.05 * times[best]
    assert made.margin == best
    assert made.time_to_specification == pytest.approx(times[best], rel=1e-3)


@pytest.mark.parametrize("share", [0.5, 0.6, 0.65])
def test_the_inventory_is_that_of_rest_when_a_balanced_start_opens(share):
    """Of the extract's element what is held at the opening is what the steady state holds, to 1e-6 of all."""
    cascade = binary(feed={"A": share, "B": 1.0 - share}, scrub_flow=2.5 - share)
    held = hold_up(cascade)
    made = start_up(cascade, held, EASY)
    fill, opening = (made.inventory[np.flatnonzero(made.times == time)[0]] for time in (0.0, made.opening_time))
    rest = made.inventory[-1]
    assert made.distance[-1] < 1e-8
    assert abs(fill[0] - rest[0]) > 0.02 * rest.sum()
    assert made.opening_time > made.reflux_time
    assert abs(opening[0] - rest[0]) < 2e-6 * rest.sum()


def test_until_ends_the_records():
    cascade = binary()
    whole = start_up(cascade, hold_up(cascade), EASY)
    half = start_up(cascade, hold_up(cascade), EASY, until=2.0 * whole.time_to_specification)
    assert half.times[-1] == 2.0 * whole.time_to_specification
    assert half.saved_times[-1] == half.times[-1]
    assert half.time_to_specification == pytest.approx(whole.time_to_specification, rel=1e-3)
    long = start_up(cascade, hold_up(cascade), EASY, until=10.0 * whole.times[-1])
    assert long.times[-1] == 10.0 * whole.times[-1]
    with pytest.raises(CascadeError, match=r"until is 10, too short: the products are on grade from \d+"):
        start_up(cascade, hold_up(cascade), EASY, until=10.0)


def test_an_event_on_the_way():
    cascade = binary()
    plain = start_up(cascade, hold_up(cascade), EASY, "normal")
    later = plain.time_to_specification + 500.0
    events = [Event(time=later, scrub_flow=2.3), Event(time=later + 2000.0, scrub_flow=2.0)]
    made = start_up(cascade, hold_up(cascade), EASY, "normal", events=events)
    assert made.time_to_specification > later
    np.testing.assert_allclose(made.aqueous[-1], cascade.solve().aqueous, atol=1e-8)
    with pytest.raises(CascadeError, match="falls into the reflux, which ends at"):
        start_up(cascade, hold_up(cascade), EASY, events=[Event(time=1.0, scrub_flow=2.0)])


def test_settlers_may_be_left_out_and_slow_the_start():
    cascade = binary()
    none = start_up(cascade, HoldUp.of_times(cascade, mixing=5.0, settling=0.0), EASY, "normal")
    some = start_up(cascade, hold_up(cascade), EASY, "normal")
    assert none.time_to_specification < some.time_to_specification
    # Stage exchanges take the size of stages out; what is left is where the hold-up is.
    assert none.stage_exchanges == pytest.approx(some.stage_exchanges, rel=0.3)


def test_a_result_is_frozen_small_to_show_and_picklable():
    cascade = binary()
    made = start_up(cascade, hold_up(cascade), EASY)
    assert repr(made).startswith("<StartUp reflux, 20 stages, 2 elements: on grade at ")
    assert len(repr(made)) < 150
    copy = pickle.loads(pickle.dumps(made))
    assert isinstance(copy, StartUp)
    assert repr(copy) == repr(made)
    np.testing.assert_array_equal(copy.aqueous, made.aqueous)
    assert copy.off_grade == made.off_grade
    for one in (made, copy):
        with pytest.raises(ValueError, match="read-only"):
            one.raffinate[0, 0] = 1.0
        with pytest.raises(TypeError):
            one.delivered["raffinate"] = None
        with pytest.raises(AttributeError):
            one.margin = 3.0
    frame = made.to_pandas()
    assert list(frame.columns) == [("raffinate", "A"), ("raffinate", "B"), ("extract", "A"), ("extract", "B")]
    np.testing.assert_array_equal(frame["extract", "A"], made.extract[:, 0])
    assert frame.index.name == "time"


def test_the_same_bits_again():
    one, two = (start_up(binary(), hold_up(binary()), EASY) for _ in range(2))
    np.testing.assert_array_equal(one.times, two.times)
    np.testing.assert_array_equal(one.aqueous, two.aqueous)


def drawn(seed):
    """A cascade of the random list, its steady state, and the groups that go to the raffinate and the extract."""
    circuit = random_cascades.random_cascade(seed)
    names = [f"e{k}" for k in range(len(circuit.feed))]
    cascade = Cascade(
        stages=circuit.stages,
        feed_stage=circuit.feed_stage,
        feed=dict(zip(names, circuit.feed, strict=True)),
        separation_factors=dict(zip(names, circuit.beta, strict=True)),
        extract_flow=circuit.organic,
        scrub_flow=circuit.scrub,
    )
    steady = cascade.solve()
    above = [name for name in names if steady.extract[name] > 0.5 * cascade.feed[name]]
    return cascade, steady, {"extract": (above, 0.9), "raffinate": ([n for n in names if n not in above], 0.9)}


def test_a_trace_that_gathers_inside_keeps_its_balance():
    """272 stages: an element fed at 2.5e-6 of the feed fills stages and circulates four million times as fast."""
    cascade, steady, specification = drawn(31)
    made = start_up(cascade, hold_up(cascade), specification, "normal")
    fed = np.array(list(cascade.feed.values()))
    assert (steady.aqueous.max(axis=0) / fed).max() > 1e3
    assert made.closure < 1e-11
    np.testing.assert_allclose(made.aqueous[-1], steady.aqueous, atol=1e-8)


def test_a_front_that_does_not_leak_stays():
    """A cut balanced exactly: on grade at both ends, while the front is not where the steady solver has it."""
    cascade, steady, specification = drawn(37)
    assert steady.ill_conditioned
    made = start_up(cascade, hold_up(cascade), specification, "normal")
    assert made.distance[-1] > 0.01
    assert made.closure < 1e-11
    assert made.time_to_specification < 1e-3 * made.times[-1]


def test_what_no_steady_state_reaches():
    with pytest.raises(CascadeError, match=r"B in the raffinate is 0\.9\d+ at steady state, below the 0\.999999"):
        start_up(binary(), hold_up(binary()), {"raffinate": ("B", 0.999999)})


def test_what_total_reflux_does_not_reach():
    """Filled with nearly pure B the extract end never holds 95 % of A: there is not enough of it."""
    with pytest.raises(CascadeError, match=r"total reflux never brings the ends to .* the best it reaches is"):
        start_up(binary(), hold_up(binary()), EASY, initial=[1e-5, 1.0 - 1e-5])


BAD = [
    ({"specification": {"strip": ("A", 0.9)}}, "'strip' is not an outlet of this cascade; choose from 'raffinate'"),
    ({"specification": {"rafinate": ("A", 0.9)}}, "did you mean 'raffinate'"),
    ({"specification": {7: ("A", 0.9)}}, "7 is not an outlet"),
    ({"specification": {True: ("A", 0.9)}}, "True is not an outlet"),
    ({"specification": {"extract": ("Nd", 0.9)}}, "names 'Nd', which is not in this cascade; choose from A, B"),
    ({"specification": {"extract": (("A", "B"), 0.9)}}, "names 2 of 2 elements"),
    ({"specification": {"extract": ((), 0.9)}}, "names 0 of 2 elements"),
    ({"specification": {"extract": ("A", 1.0)}}, "purity of 'extract' is 1; give a mole fraction between 0 and 1"),
    ({"specification": {"extract": ("A", float("nan"))}}, "purity of 'extract' is nan"),
    ({"specification": {"extract": 0.9}}, "give elements and a purity"),
    ({"specification": {}}, "specification needs an outlet"),
    ({"start": "cold"}, "start is 'cold'; choose 'reflux' or 'normal'"),
    ({"until": -1.0}, "until is -1; give a time above zero"),
    ({"until": "soon"}, "until is 'soon'; give a number"),
    ({"save": [-2.0]}, "save holds -2"),
    ({"save": 3.0}, "save is 3.0; give a list of times"),
    ({"initial": [0.5, 0.4]}, r"initial mole fractions of stage 1 add up to 0\.9; they must add up to 1"),
    ({"initial": [1.5, -0.5]}, "initial holds a mole fraction that is negative"),
    ({"initial": [[0.5, 0.5]] * 3}, r"initial has shape \(3, 2\)"),
    ({"initial": ["a", "b"]}, "initial holds something that is not a number"),
    ({"margin": 0.5}, "margin is 0.5; give a number from 1"),
    ({"rtol": 0.0}, "rtol 0 and atol"),
    ({"hold_up": 3.0}, "hold_up is a float"),
    ({"cascade": 3.0}, "cascade is a float"),
    ({"events": [3.0]}, "events holds 3.0"),
    ({"events": 3.0}, "events is a float"),
    (
        {"events": [Event(time=5.0, scrub_flow=2.1), Event(time=5.0, scrub_flow=2.0)]},
        "event at 5 follows one at 5; put events in the order of time",
    ),
    ({"events": [Event(time=5.0, scrub_flow=2.6)]}, "the event at 5: scrub_flow 2.6 is not below extract_flow 2.5"),
    ({"events": [Event(time=5.0, feed={"A": 1.0})]}, "the feed of the event at 5 leaves out 'B'"),
    ({"events": [Event(time=5.0, feed={"A": 1.0, "B": 1.0, "C": 1.0})]}, "feeds 'C', which is not in this cascade"),
    ({"hold_up": HoldUp([1.0] * 3, 1.0, 1.0, 1.0)}, "mixer_aqueous has 3 hold-ups; the cascade has 20 stages"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=lambda value: str(value)[:60])
def test_bad_input(change, message):
    given = {"cascade": binary(), "hold_up": hold_up(binary()), "specification": EASY} | change
    with pytest.raises(CascadeError, match=message):
        start_up(**given)


@pytest.mark.parametrize(
    ("hold", "message"),
    [
        ((0.0, 1.0, 1.0, 1.0), "mixer_aqueous is 0 mol; give a finite hold-up above zero"),
        (([1.0, -2.0], 1.0, 1.0, 1.0), "mixer_aqueous of stage 2 is -2 mol"),
        ((1.0, float("nan"), 1.0, 1.0), "mixer_organic is nan mol"),
        ((1.0, 1.0, -1.0, 1.0), "settler_aqueous is -1 mol; give a finite hold-up not negative"),
        ((1.0, 1.0, 1.0, "much"), "settler_organic is 'much'"),
        ((1.0, 1.0, 1.0, [[1.0]]), "settler_organic is"),
    ],
)
def test_hold_ups_that_cannot_be(hold, message):
    with pytest.raises(CascadeError, match=message):
        HoldUp(*hold)


@pytest.mark.parametrize(("mixing", "settling"), [(0.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (float("inf"), 1.0)])
def test_residence_times_that_cannot_be(mixing, settling):
    with pytest.raises(CascadeError, match="give a residence time"):
        HoldUp.of_times(binary(), mixing=mixing, settling=settling)


def test_a_hold_up_is_frozen_and_picklable():
    made = HoldUp(1.0, [1.0, 2.0], 3.0, 4.0)
    copy = pickle.loads(pickle.dumps(made))
    np.testing.assert_array_equal(copy.table(2), made.table(2))
    with pytest.raises(ValueError, match="read-only"):
        made.mixer_organic[0] = 5.0


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"time": -1.0, "scrub_flow": 1.0}, "an event's time is -1"),
        ({"time": "noon", "scrub_flow": 1.0}, "an event's time is 'noon'"),
        ({"time": 1.0}, "the event at 1 changes nothing"),
        ({"time": 1.0, "feed": 3.0}, "the feed of the event at 1 is a float"),
        ({"time": 1.0, "feed": {"A": "much"}}, "the feed of A of the event at 1 is 'much'; give a number"),
        ({"time": 1.0, "feed": {1: 0.5, "1": 0.5}}, "the feed of the event at 1 names an element twice"),
        ({"time": 1.0, "extract_flow": "2.5"}, "extract_flow of the event at 1 is '2.5'; give a number"),
        ({"time": 1.0, "scrub_flow": True}, "scrub_flow of the event at 1 is True; give a number"),
    ],
)
def test_events_that_cannot_be(event, message):
    with pytest.raises(CascadeError, match=message):
        Event(**event)


def test_an_event_is_frozen_hashable_and_travels():
    given = {"A": 1, "B": 0.5}
    event = Event(time=5, feed=given, scrub_flow=2)
    given["A"] = -1.0
    assert event.feed == {"A": 1.0, "B": 0.5}
    for one in (event, pickle.loads(pickle.dumps(event)), copy.deepcopy(event), copy.copy(event)):
        assert one == event
        assert hash(one) == hash(event)
        with pytest.raises(TypeError):
            one.feed["A"] = -1.0
        with pytest.raises(AttributeError):
            one.feed = None
    same, other = Event(time=5.0, feed={"B": 0.5, "A": 1.0}, scrub_flow=2.0), Event(time=5.0, scrub_flow=2.0)
    assert {event, same, other} == {event, other}
    assert len({event, same, other}) == 2


def test_an_upset_and_its_return():
    cascade = binary()
    steady = cascade.solve()
    pure = steady.purity("raffinate", "B")
    specification = {
        "raffinate": ("B", 1.0 - 1.1 * (1.0 - pure)),
        "extract": ("A", 1.0 - 1.1 * (1.0 - steady.purity("extract", "A"))),
    }
    events = [
        Event(time=100.0, feed={"A": 0.6, "B": 0.4}),
        Event(time=600.0, feed={"B": 0.5, "A": 0.5}),
    ]
    made = upset(cascade, hold_up(cascade), events, specification, until=1e5)
    before = made.times <= 100.0
    np.testing.assert_allclose(made.raffinate[before], steady.aqueous[[0]].repeat(before.sum(), axis=0), atol=1e-9)
    assert made.time_off_grade["extract"] == 0.0
    assert made.returned_at["extract"] == 0.0
    assert made.worst["raffinate"] < specification["raffinate"][1]
    assert 100.0 < made.time_off_grade["raffinate"] < made.returned_at["raffinate"] - 100.0
    # The raffinate's flow is 0.5: what left off grade is that times the time.
    left = sum(made.off_grade["raffinate"].values())
    assert left == pytest.approx(0.5 * made.time_off_grade["raffinate"], rel=1e-6)
    assert made.times[-1] == 1e5
    whole = upset(cascade, hold_up(cascade), events, specification)
    np.testing.assert_allclose(whole.aqueous[-1], steady.aqueous, atol=1e-8)
    assert whole.returned_at["raffinate"] == pytest.approx(made.returned_at["raffinate"], rel=1e-3)
    assert repr(pickle.loads(pickle.dumps(made))) == repr(made)
    assert made.closure < 1e-9


def test_an_upset_that_stays():
    cascade = binary()
    made = upset(cascade, hold_up(cascade), [Event(time=0.0, extract_flow=2.6)], EASY)
    changed = binary(extract_flow=2.6).solve()
    np.testing.assert_allclose(made.aqueous[-1], changed.aqueous, atol=1e-8)
    assert made.returned_at["extract"] == np.inf
    assert made.worst["extract"] == pytest.approx(changed.purity("extract", "A"), abs=1e-3)


def test_upsets_that_cannot_be():
    cascade = binary()
    with pytest.raises(CascadeError, match="an upset needs an event"):
        upset(cascade, hold_up(cascade), [], EASY)
    with pytest.raises(CascadeError, match="before the event at 5"):
        upset(cascade, hold_up(cascade), [Event(time=5.0, scrub_flow=2.1)], EASY, until=4.0)
    with pytest.raises(CascadeError, match="before any event, below"):
        upset(cascade, hold_up(cascade), [Event(time=5.0, scrub_flow=2.1)], {"extract": ("A", 0.9999999)})
