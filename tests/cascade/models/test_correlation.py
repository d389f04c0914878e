"""Correlations: one contact, a counter-current row, sulphate."""

import dataclasses

import numpy as np
import pytest
from scipy.optimize import brentq

from didymium.cascade import CascadeError
from didymium.cascade.models import Correlation, CorrelationCircuit
from didymium.cascade.models.rows import row_flows, row_response
from didymium.cascade.models.sulfate import acid_of, acid_slope, free_proton
from didymium.data.fits import correlations

MODEL = Correlation("D2EHPA sulphate", dose=5.0)
KA = MODEL.ka


def feed(scale=1.0):
    fed = {"La": 7e-6, "Ce": 2e-5, "Pr": 2e-6, "Nd": 7e-6, "Sm": 6e-7, "Gd": 2e-6, "Dy": 3e-7, "Y": 1.4e-6}
    fed |= {"Sc": 7e-7, "Al": 0.0157, "Ca": 0.00273, "Fe": 0.01232}
    return {name: scale * value for name, value in fed.items()}


def circuit(stages=6, scale=1.0, **changes):
    given = {"organic": {"Sc": 4e-5, "La": 1e-9}, "acid": 0.114, "sulfate": 0.104, **changes}
    return CorrelationCircuit(MODEL, stages, feed(scale), **given)


def test_the_correlation_is_the_published_form():
    fitted = correlations()["D2EHPA sulphate"]
    free = 0.7 * MODEL.active_total
    d = MODEL.distribution([1.2, 1.6], [free, free])
    for at, name in enumerate(MODEL.elements):
        if name in fitted.elements:
            expected = [fitted.elements[name].log_d(ph, 3.5) for ph in (1.2, 1.6)]
        else:
            expected = np.log10([fitted.constant[name].value] * 2)
        np.testing.assert_allclose(np.log10(d[:, at]), expected, atol=1e-12)
    assert MODEL.active_total == pytest.approx(0.05 * 975.8 / 322.431)


def test_sulphate_buffers():
    for acid, sulfate in ((0.114, 0.104), (1e-6, 0.5), (3.0, 1e-9), (0.1, 0.0), (0.0, 0.2)):
        h = float(free_proton(np.array(acid), np.array(sulfate), KA))
        if acid > 0.0:
            known = brentq(lambda v: v + sulfate * v / (v + KA) - acid, 0.0, acid, xtol=1e-18)  # noqa: B023
            assert h == pytest.approx(known, rel=1e-9)
            assert acid_of(np.array(h), np.array(sulfate), KA) == pytest.approx(acid, rel=1e-12)
        else:
            assert h == 0.0
    up, down = (acid_of(np.array(0.03 * np.exp(s)), np.array(0.1), KA) for s in (1e-6, -1e-6))
    assert acid_slope(np.array(0.03), np.array(0.1), KA) == pytest.approx((up - down) / 2e-6, rel=1e-8)


def test_rows_close_and_keep_traces_through_extremes():
    rng = np.random.default_rng(2)
    up = 10.0 ** rng.uniform(-6.0, 6.0, (40, 5))
    x = row_flows(up, np.full(5, 1.0), np.full(5, 0.3))
    np.testing.assert_allclose(x[0] + up[-1] * x[-1], 1.3, rtol=1e-13)
    inner = (1.0 + up[1:-1]) * x[1:-1]
    np.testing.assert_allclose(inner, x[2:] + up[:-2] * x[:-2], rtol=1e-12)
    # Seventy stages at D = 1e4: a raffinate of 1e-280 keeps its digits.
    steep = row_flows(np.full((70, 1), 1e4), np.ones(1), np.zeros(1))
    assert np.log10(steep[0, 0]) == pytest.approx(-280.0, abs=0.01)
    assert steep[0, 0] / steep[1, 0] == pytest.approx(1 / (1 + 1e4), rel=1e-13)


def test_the_response_of_a_row_is_its_derivative():
    rng = np.random.default_rng(4)
    up = 10.0 ** rng.uniform(-1.0, 1.0, (5, 3))
    feeds = np.array([1.0, 2.0, 0.5]), np.array([0.1, 0.0, 0.3])
    x, by = row_response(up, *feeds)
    np.testing.assert_array_equal(x, row_flows(up, *feeds))
    for stage in range(5):
        high, low = up.copy(), up.copy()
        high[stage] *= np.exp(1e-6)
        low[stage] *= np.exp(-1e-6)
        slope = (row_flows(high, *feeds) - row_flows(low, *feeds)) / 2e-6
        np.testing.assert_allclose(by[:, stage], slope, atol=1e-8)


@pytest.mark.parametrize(("stages", "scale", "ratio"), [(1, 1.0, 1.0), (3, 1.0, 0.5), (20, 5.0, 1.0), (50, 2.0, 3.0)])
def test_stages_hold_every_equation(stages, scale, ratio):
    given = circuit(stages, scale, ratio=ratio)
    done = given.solve()
    x, y, h = done.aqueous, done.organic, 10.0**-done.ph
    np.testing.assert_allclose(y / x, MODEL.distribution(done.ph, done.free_extractant), rtol=1e-11)
    x_in = np.vstack([x[1:], given.x0])
    y_in = np.vstack([given.y0, y[:-1]])
    np.testing.assert_allclose(x + ratio * y, x_in + ratio * y_in, rtol=1e-12)
    # Protons: what a stage extracts it releases, 3 or 2 an ion, into H+ and HSO4−.
    held = h + given.sulfate * h / (h + KA)
    held_in = np.append(held[1:], given.acid)
    np.testing.assert_allclose(held - held_in, (x_in - x) @ MODEL.charges, atol=1e-11)
    np.testing.assert_allclose(done.free_extractant + (y - given.y0) @ MODEL.charges, MODEL.active_total, rtol=1e-11)
    assert done.closure <= 1e-12
    assert done.iterations <= 12


def test_one_stage_is_a_contact():
    given = circuit(1, 4.0, ratio=0.7)
    stage = given.solve()
    one = MODEL.contact(feed(4.0), {"Sc": 4e-5, "La": 1e-9}, acid=0.114, sulfate=0.104, ratio=0.7)
    np.testing.assert_allclose(stage.aqueous[0], one.aqueous[0], rtol=1e-11)
    assert stage.ph[0] == pytest.approx(one.ph[0], abs=1e-11)
    assert stage.free_extractant[0] == pytest.approx(one.free_extractant[0], rel=1e-11)


def test_random_circuits_solve_from_a_flat_start():
    rng = np.random.default_rng(8)
    for _ in range(25):
        given = circuit(
            int(rng.integers(1, 60)), float(rng.uniform(0.1, 12.0)), ratio=float(rng.uniform(0.8, 4.0)),
            acid=float(rng.uniform(0.02, 0.5)), sulfate=float(rng.uniform(0.0, 0.5)),
        )  # fmt: skip
        done = given.solve()
        assert done.residual <= 1e-10
        again = given.solve(start=np.array([done.ph, done.free_extractant]))
        assert again.iterations <= 1
        np.testing.assert_allclose(again.aqueous, done.aqueous, rtol=1e-8)


def test_more_metal_than_extractant_is_refused():
    with pytest.raises(CascadeError, match="send more organic, a higher dose or less metal"):
        circuit(5, 60.0).solve()
    with pytest.raises(CascadeError, match="send more organic or a higher dose"):
        MODEL.contact({"Ce": 30.0}, acid=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stages": 0}, "stages"),
        ({"stages": 2.5}, "stages"),
        ({"acid": -0.1}, "acid is -0.1"),
        ({"ratio": 0.0}, "phase ratio"),
        ({"organic": {"La": [1e-9, 2e-9]}}, "2 cases; a circuit takes one"),
        ({"organic": {"Zr": 1e-9}}, "'Zr' is not in this model"),
    ],
)
def test_circuits_that_cannot_be_are_refused(change, message):
    with pytest.raises(CascadeError, match=message):
        circuit(**change)


def test_a_feed_without_acid_or_metal_has_no_ph():
    with pytest.raises(CascadeError, match="give some acid"):
        CorrelationCircuit(MODEL, 3, {})
    with pytest.raises(CascadeError, match="give some acid"):
        MODEL.contact({})


def test_starts_of_another_shape_are_refused():
    with pytest.raises(CascadeError, match=r"give \(2, 6\)"):
        circuit().solve(start=np.ones((2, 5)))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"fitted": "D2EHPA sulfate"}, "did you mean 'D2EHPA sulphate'"),
        ({"elements": ("La", "Tb")}, "no correlation for 'Tb'"),
        ({"elements": ()}, "at least one element"),
        ({"dose": 0.0}, "dose is 0 vol%"),
    ],
)
def test_correlations_that_cannot_be_are_refused(given, message):
    with pytest.raises(CascadeError, match=message):
        Correlation(**{"fitted": "D2EHPA sulphate", "dose": 5.0, **given})


def test_leaving_the_published_conditions_is_flagged():
    done = Correlation("D2EHPA sulphate", dose=12.0).contact({"La": 1e-5}, acid=1e-4)
    assert [flag.quantity for flag in done.flags] == ["dose", "ph"]
    assert circuit(3).solve().raffinate["La"] > 0.0


def test_recovery_and_outlets_agree():
    done = circuit(3, ratio=2.0).solve()
    brought = feed()["La"] + 2.0 * 1e-9
    assert done.recovery("La") == pytest.approx(2.0 * done.extract["La"] / brought)
    assert done.raffinate["La"] == pytest.approx(brought * (1.0 - done.recovery("La")))
    assert "6 stages" in repr(circuit(6).solve())


def test_sets_of_ones_own_are_taken():
    fitted = dataclasses.replace(correlations()["D2EHPA sulphate"], name="ours", ranges={})
    assert Correlation(fitted, 30.0).contact({"La": 1e-5}, acid=1e-3).flags == ()


def test_the_published_circuit_lies_within_its_own_range():
    """pH 1.403 to 1.469 as published, to the third decimal: ours is 1.4692 at the end."""
    low, high = correlations()["D2EHPA sulphate"].ranges["ph"]
    assert low <= 1.4025
    assert high >= 1.4695
    assert MODEL.flags(np.array([1.4026, 1.4692])) == ()
    assert [flag.case for flag in MODEL.flags(np.array([1.402, 1.45, 1.470]))] == [0, 2]
