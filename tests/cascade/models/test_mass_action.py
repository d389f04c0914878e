"""Mass action: equilibria and balances checked from outside, soaps, bounds, temperature."""

import dataclasses
import math

import numpy as np
import pytest

from didymium.cascade import CascadeError
from didymium.cascade.models import MassAction
from didymium.data.equilibria import chemistries, chemistry
from didymium.data.facts import Fact

LIGHT = ("La", "Ce", "Pr", "Nd", "Na")


def check(model, done, x0, y0, acid, ratio, n=None):
    """The four equations, none of them as the solver has them."""
    z = model.charges
    n = z if n is None else n
    h, e = 10.0**-done.ph, done.free_extractant
    log_k = np.array([model.chemistry.constants[name].log_k.value for name in model.elements])
    log_d = log_k + n * np.log10(e)[:, None] + z * done.ph[:, None]
    np.testing.assert_allclose(np.log10(done.organic / done.aqueous), log_d, atol=1e-9)
    np.testing.assert_allclose(h + done.aqueous @ z, acid + x0 @ z, rtol=1e-12)
    np.testing.assert_allclose(e + done.organic @ n, model.active_total, rtol=1e-12)
    # What the metals give and take, the protons take and give.
    taken = ratio * ((done.organic - y0) @ z)
    np.testing.assert_allclose(h - acid, taken, atol=1e-12 * (1.0 + ratio.max()))


@pytest.mark.parametrize("name", list(chemistries()))
def test_random_contacts_hold_every_equation(name):
    rng = np.random.default_rng(11)
    known = chemistry(name)
    elements = tuple(known.constants)
    model = MassAction(known, 1.2, elements)
    cases = 400
    x0 = 10.0 ** rng.uniform(-9.0, -0.5, (cases, len(elements)))
    share = rng.dirichlet(np.ones(len(elements) + 1), cases)[:, :-1]
    y0 = 0.999 * share * model.active_total / model.charges
    acid, ratio = 10.0 ** rng.uniform(-6.0, 0.8, cases), 10.0 ** rng.uniform(-2.0, 2.0, cases)
    done = model.contact(x0, y0, acid=acid, ratio=ratio)
    assert np.all(done.free_extractant > 0.0)
    check(model, done, x0, y0, acid, ratio)


def with_molecules(known, molecules):
    constants = {name: dataclasses.replace(one, molecules=molecules) for name, one in known.constants.items()}
    return dataclasses.replace(known, constants={name: one for name, one in constants.items() if one.charge == 3})


def test_another_number_of_molecules_than_charges_solves_as_well():
    rng = np.random.default_rng(5)
    known = with_molecules(chemistry("P204"), 2.38)
    model = MassAction(known, 1.0)
    x0 = 10.0 ** rng.uniform(-7.0, -1.0, (60, len(model.elements)))
    acid, ratio = 10.0 ** rng.uniform(-3.0, 0.5, 60), 10.0 ** rng.uniform(-1.0, 1.0, 60)
    done = model.contact(x0, acid=acid, ratio=ratio)
    check(model, done, x0, np.zeros_like(x0), acid, ratio, n=np.full(len(model.elements), 2.38))
    with pytest.raises(CascadeError, match=r"binds 2\.38 active units at a charge of 3"):
        model.exponents()


def test_both_solvers_agree_where_both_apply():
    known = chemistry("P507")
    one = MassAction(known, 1.0, ("Nd", "Dy"), log_k={"Nd": -2.0})
    nearly = {
        name: dataclasses.replace(item, molecules=item.charge * (1 + 1e-12)) for name, item in known.constants.items()
    }
    two = MassAction(dataclasses.replace(known, constants=nearly), 1.0, ("Nd", "Dy"), log_k={"Nd": -2.0})
    feed = {"Nd": [0.05, 0.3], "Dy": [0.01, 1e-6]}
    a, b = one.contact(feed, acid=0.1), two.contact(feed, acid=0.1)
    np.testing.assert_allclose(a.aqueous, b.aqueous, rtol=1e-9)
    np.testing.assert_allclose(a.ph, b.ph, atol=1e-10)


def test_loading_crowds_out_the_weaker_element_and_leaves_beta_alone():
    model = MassAction("P507", 0.6, ("Nd", "Dy"))
    thin, full = (model.contact({"Nd": 0.01 * f, "Dy": 0.01 * f}, acid=0.01) for f in (0.1, 20.0))
    assert full.loading[0] > 0.5 > thin.loading[0]
    for done in (thin, full):
        beta = done.distribution[0, 1] / done.distribution[0, 0]
        expected = 10 ** (chemistry("P507").constants["Dy"].log_k.value - chemistry("P507").constants["Nd"].log_k.value)
        assert beta == pytest.approx(expected, rel=1e-12)
    held = full.organic[0] / full.organic[0].sum()
    assert held[0] < 0.01 < 0.99 < held[1]


def test_soap_takes_up_metal_and_gives_its_sodium_to_the_water():
    model = MassAction("P507", 1.5, LIGHT)
    feed = {"La": 0.05, "Ce": 0.1, "Pr": 0.02, "Nd": 0.06}
    plain = model.contact(feed, acid=0.01)
    soaped = model.contact(feed, acid=0.01, saponification=0.36)
    by_hand = model.contact(feed, {"Na": 0.36 * 1.5}, acid=0.01)
    np.testing.assert_array_equal(soaped.organic, by_hand.organic)
    assert soaped.loading[0] > 3.0 * plain.loading[0]
    assert soaped.ph[0] > plain.ph[0] + 0.9
    assert soaped.of("Na")[0][0] > 0.99 * 0.54
    # Magnesium carries two charges, so half as much of it makes the same soap.
    magnesium = MassAction("P507", 1.5, ("Nd", "Mg"))
    assert magnesium.soap("Mg", 0.36)[0, 1] == pytest.approx(0.27)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"saponification": 0.9}, "saponification is 0.9 of the formal P507"),
        ({"saponification": -0.1}, "not negative"),
        ({"saponification": 0.3, "cation": "Nd"}, "'Nd' makes no soap"),
        ({"saponification": 0.3, "cation": "K"}, "'K' is not in this model"),
        ({"feed_organic": {"Na": 0.8}}, r"binds 0\.8 mol/L of active P507 but holds only 0\.75"),
        ({"feed_organic": {"Na": 0.75}, "acid": 0.0}, "saponify or load it less"),
        ({"feed_aqueous": {}, "acid": 0.0}, "neither acid nor metal"),
        ({"acid": -1.0}, "acid is -1"),
    ],
)
def test_what_the_extractant_cannot_hold_is_refused(change, message):
    model = MassAction("P507", 1.5, LIGHT)
    with pytest.raises(CascadeError, match=message):
        model.contact(**{"feed_aqueous": {"Nd": 0.1}, "acid": 0.01, **change})


def test_acid_strips_and_heavies_need_more_of_it():
    """Design section 5.2: D = 0.01 needs about 0.6 M HCl for Nd, 5 M for Dy, 7 M for Y, on Li's own constants."""
    model = MassAction("P507", 1.36, ("Nd", "Dy", "Y"), log_k={"Nd": -2.14, "Dy": 0.59, "Y": 1.03})
    for name, acid in (("Nd", 0.6), ("Dy", 5.0), ("Y", 7.0)):
        at = model.elements.index(name)
        assert model.distribution(-math.log10(acid), 0.68)[at] == pytest.approx(0.01, rel=0.1)
        stripped = model.contact({}, {name: 1e-4}, acid=acid)
        assert stripped.distribution[0, at] == pytest.approx(0.01, rel=0.1)
        assert stripped.aqueous[0, at] == pytest.approx(1e-4 / 1.01, rel=0.002)


def test_flags_name_ph_loading_extractant_and_temperature():
    model = MassAction("P507", 9.0, ("Nd", "Na"), temperature=330.0)
    done = model.contact({"Nd": [0.01, 1.5]}, acid=0.01, saponification=[0.4, 0.36])
    found = {(flag.quantity, flag.kind) for flag in done.flags}
    assert {("ph", "range"), ("formal", "range"), ("temperature", "range")} <= found
    assert any("stays that of 298.15 K" in flag.sentence for flag in done.flags)
    full = MassAction("P507", 1.0, ("Dy", "Na")).contact({"Dy": 2.0}, acid=1e-3, saponification=0.5)
    assert full.loading[0] > chemistry("P507").most_loading.value
    assert [flag.quantity for flag in full.flags if flag.kind == "bound"] == ["loading"]
    assert "third phase" in next(flag.sentence for flag in full.flags if flag.kind == "bound")


def test_soap_cations_are_no_loading():
    model = MassAction("P507", 1.0, ("Nd", "Na"))
    assert model.loading([[0.05, 0.3]])[0] == pytest.approx(0.05 * 3 / 0.5)


def test_temperature_moves_the_constants_that_have_a_coefficient():
    known = chemistry("P204")
    warm = MassAction(known, 1.0, ("La",), temperature=313.15)
    cold = MassAction(known, 1.0, ("La",))
    given = known.temperature["La"].value
    assert isinstance(known.temperature["La"], Fact)
    moved = (warm.ln_k - cold.ln_k)[0] / math.log(10.0)
    assert moved == pytest.approx(given * (1 / 313.15 - 1 / 298.15))
    assert moved != 0.0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"chemistry": "P508"}, "did you mean P507"),
        ({"elements": ("Nd", "U")}, "has no constant for 'U'"),
        ({"elements": ("Nd", "Nd")}, "named twice"),
        ({"elements": ()}, "at least one element"),
        ({"formal": 0.0}, "extractant is 0 mol/L"),
        ({"formal": math.nan}, "extractant is nan"),
        ({"temperature": -3.0}, "temperature is -3 K"),
        ({"log_k": {"Dy": 1.0}}, "'Dy' is not in this model"),
        ({"log_k": {"Nd": math.inf}}, "log10 K of Nd is inf"),
    ],
)
def test_models_that_cannot_be_are_refused(given, message):
    with pytest.raises(CascadeError, match=message):
        MassAction(**{"chemistry": "P507", "formal": 1.0, "elements": ("Nd", "Na"), **given})


def test_without_a_list_all_ions_of_the_data_are_followed():
    assert MassAction("P507", 1.0).elements == tuple(chemistry("P507").constants)
