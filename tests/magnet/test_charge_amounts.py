"""A charge weighed out: every name exact or in excess with nothing bought for it, by sample, and what has no answer."""

import numpy as np
import pytest

from didymium.magnet.charge_amounts import Inputs, Wanted, amounts


def plants(count, seed=0):
    """A base, two heavy metals of one alloy and five additions, each of them and the filler with some of the others."""
    rng = np.random.default_rng(seed)
    asked = rng.uniform(0.0, 0.02, (count, 8))
    asked[:, 0] = 0.3
    held, serves = np.zeros((count, 8, 7)), np.zeros((count, 8, 7), dtype=bool)
    held[:, 1, 0] = rng.uniform(0.1, 0.85, count)
    held[:, 2, 0] = 0.95 - held[:, 1, 0]
    serves[:, 1:3, 0] = True
    for k in range(5):
        held[:, 3:, 1 + k] = rng.uniform(0.0, 0.05, (count, 5)) * (rng.random((count, 5)) < 0.3)
        held[:, 3 + k, 1 + k] = rng.uniform(0.2, 1.0, count)
        serves[:, 3 + k, 1 + k] = True
    held[:, 3:, 6] = rng.uniform(0.0, 0.02, (count, 5)) * (rng.random((count, 5)) < 0.5)
    there = rng.uniform(0.0, 0.3, (count, 8))
    there[:, 0] = 30.0
    return Wanted(asked, np.ones(count), there, there.sum(axis=1), 0), Inputs(held, np.ones((count, 7)), serves)


def test_exact_or_too_much_with_nothing_bought() -> None:
    wanted, inputs = plants(3000)
    found = amounts(wanted, inputs)
    assert found.solved.all()
    assert found.inputs.min() >= -1e-9
    bought = np.maximum(found.inputs, 0.0)
    over = wanted.there + np.einsum("snk,sk->sn", inputs.held, bought) - found.batch[:, None] * wanted.asked
    assert over.min() > -1e-11
    assert np.abs(over[:, 0]).max() < 1e-11
    assert np.minimum(over[:, 3:], bought[:, 1:6]).max() < 1e-11
    assert np.minimum(over[:, 1:3].min(axis=1), bought[:, 0]).max() < 1e-11
    # Both kinds are there, so that each is tested.
    assert (bought[:, 1:6] == 0.0).any()
    assert 0.2 < (over[:, 1] < 1e-11).mean() < 0.8
    np.testing.assert_allclose(wanted.weight + bought.sum(axis=1), found.batch, rtol=1e-12)


@pytest.mark.parametrize("count", [0, 1, 17])
def test_a_batch_gives_the_bits_of_its_cases(count) -> None:
    wanted, inputs = plants(count, seed=4)
    found = amounts(wanted, inputs)
    assert found.batch.shape == (count,)
    for n in range(count):
        row = slice(n, n + 1)
        alone = amounts(
            Wanted(wanted.asked[row], wanted.whole[row], wanted.there[row], wanted.weight[row], 0),
            Inputs(inputs.held[row], inputs.gain[row], inputs.serves[row]),
        )
        assert np.array_equal(alone.inputs[0], found.inputs[n])
        assert alone.batch[0] == found.batch[n]


def test_what_no_input_brings_is_told() -> None:
    asked, there = np.array([[0.3, 0.01]]), np.array([[30.0, 0.0]])
    inputs = Inputs(np.zeros((1, 2, 1)), np.ones((1, 1)), np.zeros((1, 2, 1), dtype=bool))
    found = amounts(Wanted(asked, np.ones(1), there, np.array([30.0]), 0), inputs)
    assert found.lacking[0, 1] == pytest.approx(1.0)


def test_a_filler_richer_than_the_batch_has_no_answer() -> None:
    wanted, inputs = plants(2)
    inputs.held[1, 0, 6] = 0.4
    found = amounts(wanted, inputs)
    assert found.solved.tolist() == [True, False]
    assert not found.inputs[1].any()
    assert found.batch[1] == 0.0


def test_two_inputs_alike_are_not_bought_against_each_other() -> None:
    wanted, inputs = plants(50)
    inputs.held[:, 4, 1] = 0.3
    inputs.held[:, :, 2] = inputs.held[:, :, 1]
    found = amounts(wanted, inputs)
    assert (found.inputs[found.solved] > -1e-9).all()
    assert (found.inputs < 1000.0).all()
