"""Activity coefficients and chloride complexes: known values, the reference, limits."""

import math

import numpy as np
import pytest

from didymium.cascade import CascadeError
from didymium.cascade.models import MassAction
from didymium.cascade.models.pitzer import salts
from didymium.data.activities import chloride_complexes, pitzer

# Mean activity coefficients at 25 °C and 1 mol/kg: Robinson and Stokes, Electrolyte Solutions (1959), appendix 8.10.
ROBINSON = {"H": 0.809, "Na": 0.657, "NH4": 0.603, "Ca": 0.500, "La": 0.342, "Nd": 0.343}


def mean(name, molality):
    """Pitzer's equation for the mean coefficient of one salt, written down apart from the mixture's."""
    one = pitzer()[name]
    z = one.charge
    i = 0.5 * molality * (z * z + z)
    x, root = 2.0 * math.sqrt(i), math.sqrt(i)
    f = -0.392 * (root / (1 + 1.2 * root) + 2 / 1.2 * math.log(1 + 1.2 * root))
    b = 2 * one.beta0.value + 2 * one.beta1.value / x**2 * (1 - (1 + x - x * x / 2) * math.exp(-x))
    nu = 1 + z
    return z * f + molality * 2 * z / nu * b + molality**2 * 2 * z**1.5 / nu * 1.5 * one.cphi.value


@pytest.mark.parametrize("name", ROBINSON)
def test_single_salts_have_their_known_coefficients(name):
    assert math.exp(mean(name, 1.0)) == pytest.approx(ROBINSON[name], rel=0.03)


def gibbs(molal, charges, known):
    """Excess Gibbs energy over RT per kg of water, from osmotic and mean terms; only binary parameters."""
    chloride = molal @ charges
    i = 0.5 * (molal @ charges**2 + chloride)
    root = math.sqrt(i)
    out = -4.0 * 0.392 * i / 1.2 * math.log(1 + 1.2 * root)
    x = 2.0 * root
    for m, name in zip(molal, known, strict=True):
        one = pitzer()[name]
        b = one.beta0.value + one.beta1.value * 2 * (1 - (1 + x) * math.exp(-x)) / x**2
        out += m * chloride * (2 * b + 2 * chloride * one.cphi.value / (2 * math.sqrt(one.charge)))
    return out


def test_mixture_coefficients_are_the_slopes_of_one_excess_energy():
    """M^z+ for z H+ at constant chloride: the difference of ln γ is a derivative, found here numerically."""
    names = ("Nd", "Ca", "Na", "H")
    z = np.array([3.0, 2.0, 1.0, 1.0])
    molal = np.array([0.3, 0.1, 0.5, 0.4])
    ratio = salts(names[:-1]).log_ratio(np.array(molal @ z), molal[:-1], z[:-1])
    for at in range(3):
        step = np.zeros(4)
        step[at], step[3] = 1e-5, -1e-5 * z[at]
        slope = (gibbs(molal + step, z, names) - gibbs(molal - step, z, names)) / 2e-5
        assert ratio[at] == pytest.approx(slope, rel=1e-6, abs=1e-8)


def test_an_empty_solution_is_ideal():
    assert salts(("Nd",)).log_gamma(np.array(1e-12), np.array([0.0])) == pytest.approx([0.0, 0.0], abs=1e-4)


@pytest.mark.parametrize("medium", [{"activity": "davies"}, {"activity": "pitzer"}, {"complexes": True}])
def test_constants_stay_at_their_reference(medium):
    model = MassAction("P507", 1.0, ("Nd", "Na"), reference_acid=0.3, **medium)
    plain = MassAction("P507", 1.0, ("Nd", "Na"))
    np.testing.assert_allclose(model.log_constants(0.3), plain.log_constants(0.3), atol=1e-14)
    salted = model.log_constants(0.05, [0.01, 0.01])
    assert abs(salted[0] - plain.ln_k[0]) > 0.01
    stages = model.log_constants(np.full(4, 0.05), np.tile([0.01, 0.01], (4, 1)))
    np.testing.assert_array_equal(stages, np.tile(salted, (4, 1)))


def test_davies_is_a_debye_hueckel_ratio():
    model = MassAction("P507", 1.0, ("Nd", "Na"), activity="davies", reference_acid=1e-12)
    shift = model.log_constants(0.1) - model.ln_k
    root = math.sqrt(0.1)
    expected = -(9 - 3) * 0.509 * (root / (1 + root) - 0.03)
    assert shift[0] / math.log(10.0) == pytest.approx(expected, rel=1e-4)
    assert shift[1] == 0.0


def test_complexes_hold_back_the_rare_earths_alike_and_nothing_else():
    model = MassAction("P507", 1.0, ("Nd", "Dy", "Ca", "Na"), complexes=True, reference_acid=1e-12)
    shift = model.log_constants(1.0) - model.ln_k
    beta = 10.0 ** chloride_complexes(1.0)["Nd"].value
    assert shift[:2] == pytest.approx(-math.log(1.0 + beta))
    assert np.all(shift[2:] == 0.0)
    # Metal binds part of the chloride: the free ion's share satisfies both balances.
    ions = np.array([0.3, 0.1, 0.0, 0.0])
    strength = 0.5 * (2.0 + 0.8 + 0.4 * 9)
    b = 10.0 ** chloride_complexes(min(strength, 6.0))["Nd"].value
    share = math.exp((model.log_constants(2.0, ions) - model.ln_k)[0])
    chloride = (1.0 / share - 1.0) / b
    assert chloride + 0.4 * (1.0 - share) == pytest.approx(2.0, rel=1e-9)


@pytest.mark.parametrize("medium", [{"activity": "pitzer"}, {"complexes": True}, {"activity": "davies"}])
def test_contacts_settle_with_their_own_composition(medium):
    model = MassAction("P507", 1.0, ("Pr", "Nd", "Na"), reference_acid=0.1, **medium)
    thin = 0.15 if medium.get("activity") == "davies" else 1.0
    acid = thin * np.array([0.05, 0.2, 0.5])
    x0 = thin * np.random.default_rng(1).uniform(0.0, 0.3, (3, 3))
    done = model.contact(x0, acid=acid, saponification=0.1)
    anion = acid + x0 @ model.charges
    ln_d = (
        model.log_constants(anion, done.aqueous)
        + model.charges * (np.log(done.free_extractant) + math.log(10.0) * done.ph)[:, None]
    )
    np.testing.assert_allclose(np.log(done.distribution), ln_d, atol=1e-11)
    alone = model.contact(x0[1], acid=acid[1], saponification=0.1)
    np.testing.assert_array_equal(alone.aqueous[0], done.aqueous[1])


def test_davies_is_flagged_beyond_its_limit_and_refused_far_beyond():
    model = MassAction("P507", 1.0, ("Nd",), activity="davies")
    assert [flag.quantity for flag in model.contact({"Nd": 0.001}, acid=0.6).flags] == ["ionic strength"]
    with pytest.raises(CascadeError, match="the Davies equation fails; use activity='pitzer' or None") as caught:
        model.contact({"Nd": [0.001, 0.3]}, acid=0.6)
    assert caught.value.case == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"activity": "debye"}, "choose None, 'davies' or 'pitzer'"),
        ({"activity": "pitzer", "complexes": True}, "not both"),
        ({"activity": "pitzer", "elements": ("Nd", "Gd", "Tb")}, "no Pitzer parameters for the chloride of Gd, Tb"),
        ({"activity": "davies", "reference_acid": 0.8}, "above 0.5 where the Davies equation ends"),
        ({"reference_acid": 0.0}, "reference acid is 0"),
    ],
)
def test_media_that_cannot_be_are_refused(given, message):
    with pytest.raises(CascadeError, match=message):
        MassAction("P507", 1.0, **{"elements": ("Nd", "Na"), **given})
