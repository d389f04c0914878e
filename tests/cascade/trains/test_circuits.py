"""What circuits hold, where impurities go, and circuits with a draw on feeds that they were not designed for."""

import numpy as np
import pytest

from didymium.cascade import CascadeError
from didymium.cascade.trains import Designer, Product, best_trains, problem, rate, train_of, verify
from didymium.cascade.trains.budgets import above

from .conftest import price

MIDDLE = [
    Product("nd", ("Nd",), 0.99, 0.7),
    Product("sm", ("Sm",), 0.99, 0.7),
    Product("eu", ("Eu",), 0.4, 0.7),
    Product("gd", ("Gd",), 0.99, 0.7),
]
FEED = {"Nd": 0.3, "Sm": 0.51, "Eu": 0.10, "Gd": 0.39}


def drawn(feed):
    designer = Designer(problem(feed, MIDDLE))
    return verify(designer, train_of(designer, ["Nd / Sm", "Sm / Eu / Gd"], price), price).train


@pytest.fixture(scope="module")
def train():
    return drawn(FEED)


def test_a_circuit_holds_its_flows_through_all_stages(five) -> None:
    # S passes every stage; the scrub W too, and the feed the extraction stages.
    one = best_trains(Designer(five), price, 1)[0].circuits[1]
    assert one.held_organic.sum() == pytest.approx(one.organic * one.stages, rel=1e-9)
    assert one.held_aqueous.sum() == pytest.approx(one.scrub_flow * one.stages + one.extraction, rel=1e-9)


def test_what_is_drawn_off_is_not_held_below_the_draw(train) -> None:
    one = train.circuits[1]
    assert one.draw_stage is not None
    water = one.scrub_flow * one.stages + one.extraction - one.draw_flow * (one.draw_stage - 1)
    assert one.held_organic.sum() == pytest.approx(one.organic * one.stages, rel=1e-9)
    assert one.held_aqueous.sum() == pytest.approx(water, rel=1e-9)


def test_impurities_count_to_the_nearer_side() -> None:
    # Pr, of no product, lies nearer to Nd than to La: in a feed without La it leaves with the strip liquor.
    parts = [Product("la", ("La",), 0.99), Product("nd", ("Nd",), 0.99)]
    task = problem({"La": 1.0, "Pr": 5e-4, "Nd": 1.0}, parts, most_unlisted=1e-3)
    low, trace, high = task.factors[0]
    assert np.sqrt(low * high) < trace < high
    train = train_of(Designer(task), ["La / Nd"], price)
    done = rate(task, train.circuits, np.array([[0.0, 5e-4, 1.0], [1.0, 5e-4, 0.0]]))
    assert done.products["nd"][:, 1].tolist() == [5e-4, 5e-4]


def test_a_cut_is_asked_for_a_hundredth_of_the_way_at_least() -> None:
    assert above(np.array([0.0, 0.5, 0.9])).tolist() == pytest.approx([0.01, 0.505, 0.901])


def test_at_the_feed_of_its_design_a_draw_runs_as_designed(train) -> None:
    task, one = train.task, train.circuits[1]
    done = rate(task, train.circuits, task.feed[None]).circuits[1]
    assert done.organic[0] == pytest.approx(one.organic, rel=2e-3)
    assert done.leaving[1].sum() / done.total[0] == pytest.approx(one.draw_flow, rel=0.02)


@pytest.mark.parametrize("more", [0.1, 0.3, 2.0, 5.0, 10.0])
def test_a_draw_follows_the_middle_of_its_feed(train, more) -> None:
    task = train.task
    feed = task.feed * np.array([1.0, 1.0, more, 1.0])
    done = rate(task, train.circuits, feed[None])
    flows = sum(done.products.values())
    np.testing.assert_allclose(flows, feed[None], rtol=1e-12)
    for name in ("nd", "sm", "gd"):
        assert done.purity(name)[0] > 0.99
    # A circuit for more Eu than it was made for gets more of it, and the draw grows with it.
    if more > 1.0:
        assert done.purity("eu")[0] > 0.4
        assert done.recovery("eu")[0] > 0.9
    one = done.circuits[1]
    middle = one.feed[0, 2] / one.total[0]
    assert one.leaving[1].sum() / one.total[0] < middle / 0.4
    assert one.scrub_flow[0] > one.leaving[1].sum() / one.total[0]


def test_draws_run_for_feeds_of_any_kind_alone_and_together(train) -> None:
    feeds = train.task.feed * 10.0 ** np.random.default_rng(5).uniform(-1.5, 1.5, (60, 4))
    done = rate(train.task, train.circuits, feeds)
    for name, flow in done.products.items():
        assert np.isfinite(flow).all(), name
        assert (flow >= 0.0).all(), name
        alone = rate(train.task, train.circuits, feeds[7:8]).products[name]
        assert np.array_equal(flow[7], alone[0])
    middle = done.feed[:, 2] / done.feed[:, 1:].sum(axis=1)
    assert (done.purity("eu") > middle).all()


def test_a_draw_that_cannot_run_says_what_to_change(train) -> None:
    feed = train.task.feed * np.array([3e-4, 2e-4, 5e7, 3.7e3])
    with pytest.raises(CascadeError, match=r"recovery of eu or of what leaves beside it, or set three_outlets: false"):
        rate(train.task, train.circuits, feed[None])
