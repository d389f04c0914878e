"""What all equilibrium models share: inputs, brackets, exchange, the one interface."""

import numpy as np
import pytest

from didymium.cascade import CascadeError
from didymium.cascade.models import MODELS, Correlation, Exchange, MassAction
from didymium.cascade.models.base import amounts, outside
from didymium.cascade.models.bracket import crossing

EXCHANGE = Exchange({"Sm": 10.0, "Nd": 1.5, "Pr": 1.0}, capacity=0.2)
FED = {
    Exchange: (EXCHANGE, {"Sm": 0.1, "Nd": 0.3, "Pr": 0.2}),
    MassAction: (MassAction("P507", 1.0, ("Pr", "Nd", "Na")), {"Pr": 0.1, "Nd": 0.2}),
    Correlation: (Correlation("D2EHPA sulphate", 5.0, ("La", "Dy")), {"La": 1e-4, "Dy": 1e-5}),
}


@pytest.mark.parametrize("kind", MODELS)
def test_one_interface_for_a_contact_and_for_circuits(kind):
    model, feed = FED[kind]
    done = model.contact(feed, acid=0.05, ratio=[0.5, 2.0])
    count = len(model.elements)
    assert done.aqueous.shape == done.organic.shape == done.distribution.shape == (2, count)
    assert model.charges.shape == (count,)
    assert model.active_total > 0.0
    assert model.log_constants(np.full(7, 0.6)).shape[-1] == count
    if kind is not Exchange:
        # The circuit's form of D: u is ln(e/h) for mass action, -ln h for correlations.
        u = np.log(10.0) * done.ph + (np.log(done.free_extractant) if kind is MassAction else 0.0)
        ln_d = model.log_constants(free=done.free_extractant) + model.exponents(done.free_extractant) * u[:, None]
        np.testing.assert_allclose(ln_d, np.log(done.distribution), atol=1e-12)


@pytest.mark.parametrize("kind", MODELS)
def test_every_element_closes_to_rounding(kind):
    model, feed = FED[kind]
    ratio = np.array([1e-3, 0.3, 1.0, 2.0])
    done = model.contact(feed, {next(iter(feed)): 1e-3}, acid=0.05, ratio=ratio if kind is not Exchange else 1.0)
    volume = ratio[:, None] if kind is not Exchange else 1.0
    fed = amounts(feed, model.elements, "feed") + volume * amounts({next(iter(feed)): 1e-3}, model.elements, "feed")
    np.testing.assert_allclose(
        done.aqueous + volume * done.organic, np.broadcast_to(fed, done.aqueous.shape), rtol=4e-16
    )


@pytest.mark.parametrize("kind", MODELS)
def test_the_bits_of_a_case_do_not_depend_on_its_neighbours(kind):
    model, _ = FED[kind]
    feeds = np.random.default_rng(3).uniform(0.15, 0.3, (37, len(model.elements))) * (
        1e-4 if kind is Correlation else 1
    )
    together = model.contact(feeds, acid=0.05)
    for case in (0, 5, 36):
        alone = model.contact(feeds[case], acid=0.05)
        np.testing.assert_array_equal(alone.aqueous[0], together.aqueous[case])


def test_exchange_fills_the_organic_in_the_ratio_of_the_factors():
    done = EXCHANGE.contact({"Sm": 0.1, "Nd": 0.3, "Pr": 0.2}, {"Sm": 0.05}, ratio=1.5)
    assert done.organic.sum() == pytest.approx(0.2, rel=1e-12)
    ratio = done.organic / done.aqueous
    assert ratio[0, 0] / ratio[0, 2] == pytest.approx(10.0, rel=1e-12)
    assert ratio[0, 1] / ratio[0, 2] == pytest.approx(1.5, rel=1e-12)
    mixed = EXCHANGE.log_constants()
    share = np.exp(mixed) * done.aqueous[0]
    np.testing.assert_allclose(done.organic[0] / 0.2, share / share.sum(), rtol=1e-12)


def test_exchange_that_cannot_fill_its_organic_says_how_much_it_could():
    with pytest.raises(CascadeError, match=r"lower the capacity below 0\.05 ") as caught:
        EXCHANGE.contact({"Sm": [1.0, 0.1]}, ratio=2.0)
    assert caught.value.case == 1


def test_brackets_hold_steep_flat_and_exact_roots():
    scale = np.array([1e-8, 1.0, 1e8])
    root = crossing(lambda u: scale * (1.0 - np.exp(40.0 * (u - 0.3))), np.full(3, -5.0), np.full(3, 7.0), "it")
    np.testing.assert_allclose(root, 0.3, rtol=1e-14)
    assert crossing(lambda u: 1.0 - u, np.array([1.0]), np.array([2.0]), "it")[0] == 1.0
    assert crossing(lambda u: -(u**9), np.array([-1.0]), np.array([1.3]), "it")[0] == pytest.approx(0.0, abs=1e-30)
    with pytest.raises(CascadeError, match="it has no solution between 1 and 2"):
        crossing(lambda u: -u, np.array([1.0]), np.array([2.0]), "it")


@pytest.mark.parametrize(
    ("feed", "message"),
    [
        ({"nd": 0.1}, "'nd' is not in this model; did you mean 'Nd'"),
        ({"Nd": -0.1}, r"aqueous feed of Nd is -0\.1 mol/L"),
        ({"Nd": np.nan}, "aqueous feed of Nd is nan"),
        ({"Nd": "much"}, "give numbers"),
        ({"Nd": [0.1, 0.2], "Pr": [0.1, 0.2, 0.3]}, "2 cases and another element 3"),
        ([0.1, 0.2], r"shape \(1, 2\); give \(cases, 3\)"),
        (np.ones((2, 2, 3)), "shape"),
    ],
)
def test_feeds_that_cannot_be_are_refused(feed, message):
    with pytest.raises(CascadeError, match=message):
        FED[MassAction][0].contact(feed, acid=0.1)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("ratio", [0.0, -1.0, np.inf, [[1.0]]])
def test_a_phase_ratio_is_above_zero(kind, ratio):
    model, feed = FED[kind]
    with pytest.raises(CascadeError, match="phase ratio"):
        model.contact(feed, acid=0.1, ratio=ratio)


@pytest.mark.parametrize("kind", MODELS)
def test_cases_must_agree(kind):
    model, feed = FED[kind]
    with pytest.raises(CascadeError, match="2 cases and another input 3"):
        model.contact({name: [value] * 3 for name, value in feed.items()}, acid=0.1, ratio=[1.0, 2.0])


@pytest.mark.parametrize("factors", [{}, {"A": 0.0}, {"A": np.inf}, {"A": -1.0}])
def test_separation_factors_are_finite_and_above_zero(factors):
    with pytest.raises(CascadeError):
        Exchange(factors)


def test_flags_name_the_side_that_was_left():
    both = outside("ph", np.array([0.0, 2.0, 5.0]), (1.0, 3.0), "range", "pH", "so")
    assert [(flag.case, flag.value) for flag in both] == [(0, 0.0), (2, 5.0)]
    assert outside("ph", np.array([5.0]), (-np.inf, 3.0), "bound", "pH", "so")[0].sentence == "pH is 5, above 3: so"


def test_elements_of_a_contact_are_found_by_name():
    model, feed = FED[MassAction]
    done = model.contact(feed, acid=0.05)
    np.testing.assert_array_equal(done.of("Nd")[1], done.organic[:, 1])
    with pytest.raises(CascadeError, match="holds Pr, Nd, Na"):
        done.of("Xe")
