"""Trains with real streams: balances, purities, tightening, many feeds at once."""

import numpy as np
import pytest

from didymium.cascade import CascadeError
from didymium.cascade.trains import Designer, Product, best_trains, problem, rate, train_of, verify, verify_all

from .conftest import FEED, price


@pytest.fixture(scope="module")
def designer(five):
    return Designer(five)


@pytest.fixture(scope="module")
def trains(designer):
    return best_trains(designer, price, 10)


def test_every_product_has_its_purity(designer, trains) -> None:
    done = verify_all(designer, trains, price)
    assert sorted(one.rank for one in done) == list(range(1, len(trains) + 1))
    assert [one.cost for one in done] == sorted(one.cost for one in done)
    for one in done:
        assert one.met
        assert not one.short
        for product in designer.task.products:
            assert one.rated.purity(product.name)[0] >= product.purity - 1e-12
            assert one.rated.recovery(product.name)[0] >= product.recovery - 1e-12


def test_what_enters_leaves(designer, trains) -> None:
    task = designer.task
    done = rate(task, trains[0].circuits, task.feed[None])
    leaving = sum(done.products.values())
    np.testing.assert_allclose(leaving, task.feed[None], rtol=1e-13)
    assert all((flow >= 0.0).all() for flow in done.products.values())
    # A circuit takes what the one before it sends, impurities included.
    first = done.circuits[0]
    second = next(one for one in done.circuits if one.circuit.cut.state == first.circuit.cut.extract)
    assert np.array_equal(second.feed, first.leaving[-1])
    assert (second.feed[0, task.holds(first.circuit.cut.raffinate)] > 0.0).all()


def test_cost_as_run_differs_from_sharp_splits(designer, trains) -> None:
    done = verify(designer, trains[0], price)
    assert done.cost == pytest.approx(sum(price(one) for one in done.circuits))
    assert done.cost != done.train.cost
    assert done.cost == pytest.approx(done.train.cost, rel=0.05)


def test_cuts_are_tightened_where_impurities_come_along() -> None:
    # Cut by two extractants whose orders differ, dy has three neighbours that leak half an allowance each.
    parts = [Product("smgd", ("Sm", "Gd"), 0.9), Product("dy", ("Dy",), 0.99999), Product("y", ("Y",), 0.9)]
    parts += [Product("er", ("Er",), 0.9), Product("la", ("La",), 0.9)]
    feed = {"La": 20.0, "Sm": 5.0, "Gd": 5.0, "Dy": 1.0, "Y": 20.0, "Er": 10.0}
    designer = Designer(problem(feed, parts, ["P507", "naphthenic acid"]))
    done = [verify(designer, train, price) for train in best_trains(designer, price, 40)]
    again = [one for one in done if one.rounds]
    assert again
    for one in again:
        assert one.met
        assert any(min(circuit.tight) < 1.0 for circuit in one.train.circuits)
        loose = rate(designer.task, [designer.circuit(c.cut) for c in one.train.circuits], designer.task.feed[None])
        short = [p for p in designer.task.products if loose.purity(p.name)[0] < p.purity]
        lost = [p for p in designer.task.products if loose.recovery(p.name)[0] < p.recovery]
        assert short or lost


def test_many_feeds_at_once_are_those_alone(designer, trains) -> None:
    task = designer.task
    feeds = task.feed * np.array([[1.0], [0.7], [2.0]]) * np.random.default_rng(1).uniform(0.9, 1.1, (3, len(FEED)))
    both = rate(task, trains[0].circuits, feeds)
    for i in range(3):
        alone = rate(task, trains[0].circuits, feeds[i : i + 1])
        for name, flow in both.products.items():
            assert np.array_equal(flow[i], alone.products[name][0])
        assert both.purity("y")[i] > 0.999
    scaled = rate(task, trains[0].circuits, 3.0 * feeds)
    np.testing.assert_allclose(scaled.products["dy"], 3.0 * both.products["dy"], rtol=1e-9)


def test_feeds_without_a_product_or_without_anything(designer, trains) -> None:
    task = designer.task
    feeds = np.stack([task.feed, task.feed * (np.array(task.elements) != "Dy"), 0.0 * task.feed])
    done = rate(task, trains[0].circuits, feeds)
    leaving = sum(done.products.values())
    np.testing.assert_allclose(leaving, feeds, rtol=1e-13, atol=0.0)
    assert all(np.isfinite(flow).all() for flow in done.products.values())
    assert done.purity("y")[1] > 0.99
    assert not done.products["y"][2].any()


def test_a_memory_starts_the_next_solve(designer, trains) -> None:
    task, memory = designer.task, {}
    cold = rate(task, trains[0].circuits, task.feed[None], memory)
    assert set(memory) == {one.cut.state for one in trains[0].circuits}
    warm = rate(task, trains[0].circuits, task.feed[None], memory)
    for name in cold.products:
        np.testing.assert_allclose(warm.products[name], cold.products[name], rtol=1e-9)


def test_draws_run_with_their_train() -> None:
    parts = [Product("nd", ("Nd",), 0.99, 0.7), Product("sm", ("Sm",), 0.99, 0.7)]
    parts += [Product("eu", ("Eu",), 0.4, 0.7), Product("gd", ("Gd",), 0.99, 0.7)]
    task = problem({"Nd": 0.3, "Sm": 0.51, "Eu": 0.10, "Gd": 0.39}, parts)
    designer = Designer(task)
    train = train_of(designer, ["Nd / Sm", "Sm / Eu / Gd"], price)
    done = verify(designer, train, price)
    assert done.met
    assert done.rated.purity("eu")[0] > 0.4
    leaving = sum(done.rated.products.values())
    np.testing.assert_allclose(leaving, task.feed[None], rtol=1e-12)
    assert len(done.rated.circuits[1].leaving) == 3


@pytest.mark.parametrize(
    ("sequence", "message"),
    [
        (["La / Nd"], "'La / Nd': elements that meet at a cut are neighbours"),
        (["Pr / Nd"], "goes through the product prnd; cut beside it"),
        (["La / Pr"], "no cut of the sequence parts prnd, smgd, dy, y; add one"),
        (["La / Pr", "La / Pr"], "parts nothing: an earlier cut has parted La and Pr, or a product has both"),
        (["La / Ho"], "names Ho, which the feed does not bring"),
        (["La and Pr"], "is no cut; write the two elements that meet there"),
        (["La / Pr with P204"], "the train has no extractant 'P204'; it has P507"),
    ],
)
def test_sequences_that_are_none(parts, sequence, message) -> None:
    with pytest.raises(CascadeError) as told:
        train_of(Designer(problem(FEED, parts)), sequence, price)
    assert message in str(told.value)


def test_a_sequence_is_the_train_that_it_describes(designer, trains) -> None:
    for train in trains[:3]:
        again = train_of(designer, train.sequence, price)
        assert again.sequence == train.sequence
        assert again.cost == pytest.approx(train.cost)
    with pytest.raises(CascadeError, match="does not say which extractant; add `with"):
        train_of(designer, ["La / Pr"], price)
