"""Contacts of batch tests: against the model that circuits use, and their derivatives against differences."""

import dataclasses
from types import MappingProxyType

import numpy as np
import pytest

from didymium.cascade import MassAction
from didymium.cascade.fitting import Shakeouts
from didymium.cascade.fitting.contacts import direct, predicted
from didymium.data.equilibria import chemistry

LOG_K = np.array([[-2.3, -2.14, 0.6], [-2.3, -2.14, 0.6]])


def batch(**given):
    feed = np.array([[0.05, 0.1, 0.02], [0.03, 0.02, 1e-6]])
    whole = {"formal": [1.0, 0.5], "acid": [0.3, 0.02], "ratio": [1.0, 1.5], "feed": feed, "aqueous": 0.8 * feed}
    return Shakeouts(("Pr", "Nd", "Dy"), **{**whole, **given})


def by_mass_action(tests, row, data="P507"):
    log_k = dict(zip(tests.elements, LOG_K[row], strict=True))
    model = MassAction(data, float(tests.formal[row]), (*tests.elements, "Na"), log_k=log_k)
    share = tests.soap[row] / tests.formal[row]
    feed = dict(zip(tests.elements, tests.feed[row], strict=True))
    return model.contact(feed, acid=tests.acid[row], ratio=tests.ratio[row], saponification=share)


def test_as_the_model_of_circuits():
    tests = batch()
    made = predicted(tests, LOG_K, 3.0)
    for row in range(2):
        done = by_mass_action(tests, row)
        assert 10.0 ** made.log_d[row] == pytest.approx(done.distribution[0, :3], rel=1e-12)
        assert made.free[row] == pytest.approx(done.free_extractant[0], rel=1e-12)
        assert -np.log10(made.proton[row]) == pytest.approx(done.ph[0], rel=1e-12)


def test_another_exponent_as_the_model_of_circuits():
    known = chemistry("P507")
    constants = {name: dataclasses.replace(one, molecules=2.4) if one.charge == 3 else one
                 for name, one in known.constants.items()}  # fmt: skip
    data = dataclasses.replace(known, constants=MappingProxyType(constants))
    tests = batch()
    made = predicted(tests, LOG_K, 2.4)
    for row in range(2):
        assert 10.0 ** made.log_d[row] == pytest.approx(by_mass_action(tests, row, data).distribution[0, :3], rel=1e-9)


def test_the_cation_of_the_soap_goes_to_the_aqueous():
    """The model of circuits leaves 1e-5 of the extractant's affinity to Na; here it is none."""
    tests = batch(soap=[0.15, 0.03])
    made = predicted(tests, LOG_K, 3.0)
    for row in range(2):
        assert 10.0 ** made.log_d[row] == pytest.approx(by_mass_action(tests, row).distribution[0, :3], rel=1e-3)


def test_a_measured_ph_stands_for_the_acid():
    tests = batch()
    made = predicted(tests, LOG_K, 3.0)
    same = predicted(batch(acid=np.nan, ph=-np.log10(made.proton)), LOG_K, 3.0)
    assert same.log_d == pytest.approx(made.log_d, abs=1e-12)


def test_direct_and_predicted_agree_where_there_is_no_scatter():
    tests = batch()
    made = predicted(tests, LOG_K, 3.0)
    exact = batch(aqueous=tests.feed / (1.0 + tests.ratio[:, None] * 10.0**made.log_d))
    assert direct(exact, LOG_K, 3.0).log_d == pytest.approx(made.log_d, abs=1e-10)
    measured = batch(aqueous=exact.aqueous, organic=10.0**made.log_d * exact.aqueous, feed=np.nan)
    assert direct(measured, LOG_K, 3.0).log_d == pytest.approx(made.log_d, abs=1e-10)


@pytest.mark.parametrize("contact", [direct, predicted])
@pytest.mark.parametrize("molecules", [3.0, 2.4])
@pytest.mark.parametrize("given", [{}, {"ph": [1.0, np.nan]}, {"soap": [0.1, 0.0]}])
def test_derivatives(contact, molecules, given):
    tests = batch(**given)
    made = contact(tests, LOG_K, molecules)
    step = 1e-5
    for at in range(3):
        moved = LOG_K.copy()
        moved[:, at] += step
        back = LOG_K.copy()
        back[:, at] -= step
        slope = (contact(tests, moved, molecules).log_d - contact(tests, back, molecules).log_d) / (2.0 * step)
        assert made.by_log_k[:, :, at] == pytest.approx(slope, abs=1e-8)
    slope = contact(tests, LOG_K, molecules + step).log_d - contact(tests, LOG_K, molecules - step).log_d
    assert made.by_molecules == pytest.approx(slope / (2.0 * step), abs=1e-7)
