"""Models of another kind of input: typed errors, media, assumptions, short reprs, pickles."""

import pickle

import numpy as np
import pytest

from didymium.cascade import CascadeError
from didymium.cascade.models import Correlation, CorrelationCircuit, Exchange, MassAction
from didymium.data import chemistries
from didymium.data.activities import media
from didymium.data.equilibria import chemistry

SET = "D2EHPA sulphate"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MassAction(None, 1), "the extractant is None; give its name, one of P507"),
        (lambda: MassAction("P507", 1, 5), "elements is 5; give a list"),
        (lambda: MassAction("P507", 1, "Nd"), "elements is 'Nd'; give a list"),
        (lambda: MassAction("P507", 1, ("nd",)), "no constant for 'nd'; did you mean 'Nd'. known are"),
        (lambda: MassAction("P507", 1, ("Nd", "Nd")), "Nd is named twice"),
        (lambda: MassAction("P507", 1, ("Nd",), log_k={"Nd": "x"}), "log10 K of Nd is 'x'; give numbers"),
        (lambda: MassAction("P507", 1, ("Nd",), log_k={"Nd": [1.0]}), "give one finite number"),
        (lambda: MassAction("P507", 1, ("Nd",), log_k=3), "log_k is 3; give a mapping"),
        (lambda: MassAction("P507", [1.0, 2.0]), r"extractant is \[1.0, 2.0\]; give one number"),
        (lambda: MassAction("P507", True), "extractant is True; give numbers"),
        (lambda: MassAction("P507", 1, complexes="no"), "complexes is 'no'; give True or False"),
        (lambda: MassAction("P507", 1, ("Nd",)).contact({"Nd": 0.1}, acid=True), "acid is True; give numbers"),
        (lambda: MassAction("P507", 1e308), "extractant is 1e.308 mol/L; no liquid holds more than 50"),
        (lambda: MassAction("P507", 1, ("Nd",)).contact({"Nd": 0.1}, acid=0.1, anion=["x"]), r"the anion is \['x'\]"),
        (lambda: MassAction("P507", 1, ("Nd",)).contact(np.zeros((0, 1)), acid=0.1), "aqueous feed has no cases"),
        (lambda: MassAction("P507", 1, ("Nd", "Na")).soap(["Na"], 0.1), "makes no soap"),
        (lambda: Exchange({"A": 1e308, "B": 1e-300}), "separation factors run from 1e-300 to 1e.308"),
        (lambda: Exchange(None), "separation_factors is None; give a mapping"),
        (lambda: Exchange({"A": 0.0}), "separation factor of A is 0; give"),
        (lambda: Exchange({"A": [1.0, 2.0]}), "give one number"),
        (lambda: Correlation(3, 5), "no correlations named 3; known are"),
        (lambda: Correlation(SET, 5, ("La", "La")), "La is named twice"),
        (lambda: Correlation(SET, [5, 6]), r"dose is \[5, 6\]; give one number"),
        (lambda: CorrelationCircuit(MassAction("P507", 1), 3, {}), "model is a MassAction; give a Correlation"),
        (lambda: circuit().solve(start="x"), "start is 'x'; give numbers"),
        (lambda: circuit().solve(start=np.full((2, 3), np.nan)), "pH nan and free extractant nan mol/L on stage 1"),
        (lambda: circuit().solve(start=np.full((2, 3), 1e308)), "give a pH from -20 to 20"),
        (lambda: circuit().solve().recovery("Zz"), "'Zz' is not in this model; it holds La, Dy"),
    ],
)
def test_what_is_no_input_is_told(make, message):
    with pytest.raises(CascadeError, match=message) as caught:
        make()
    assert "?;" not in str(caught.value)


def circuit():
    model = Correlation(SET, 5.0, ("La", "Dy"))
    return CorrelationCircuit(model, 3, {"La": 7e-6, "Dy": 3e-7}, acid=0.114, sulfate=0.104)


def test_a_chemistry_is_asked_for_by_its_name():
    with pytest.raises(ValueError, match="the extractant is None"):
        chemistry(None)


def test_another_anion_than_that_of_the_constants_is_flagged():
    model = MassAction("P507", 1.0, ("Nd", "Na"))
    plain = model.contact({"Nd": 0.1}, acid=0.05)
    for anion in ("nitrate", "sulfate"):
        done = model.contact({"Nd": 0.1}, acid=0.05, anion=anion)
        (flag,) = (one for one in done.flags if one.quantity == "medium")
        assert flag.kind == "range"
        assert f"a stream holds {anion}" in flag.sentence
        np.testing.assert_array_equal(done.aqueous, plain.aqueous)
    assert all(flag.quantity != "medium" for flag in plain.flags)
    assert [flag.quantity for flag in model.medium_flags(["sulfate", "chloride", "sulfate"])] == ["medium"]
    with pytest.raises(CascadeError, match="the anion is 'sulphate'; did you mean 'sulfate'"):
        model.contact({"Nd": 0.1}, acid=0.05, anion="sulphate")


@pytest.mark.parametrize("medium", [{"activity": "pitzer"}, {"activity": "davies"}, {"complexes": True}])
def test_models_of_chloride_are_refused_for_other_anions(medium):
    model = MassAction("P507", 1.0, ("Nd", "Na"), **medium)
    assert model.medium_flags(["chloride"]) == ()
    with pytest.raises(CascadeError, match="is for chloride but a stream holds sulfate"):
        model.contact({"Nd": 0.01}, acid=0.05, anion="sulfate")


def test_assumptions_are_told_with_their_ranges():
    done = MassAction("P507", 1.0, ("Nd", "NH4")).contact({"Nd": 0.1}, acid=0.05)
    assert done.assumptions == ("log10 K of NH4 is -5 (-6 to -4)",)
    own = MassAction("P507", 1.0, ("Nd", "NH4"), activity="pitzer", log_k={"NH4": -6.0}).assumptions
    assert not any(sentence.startswith("log10 K") for sentence in own)
    for words in ("0.5 mol/L of HCl (0.05 to 2)", "chloride of NH4 are from memory", "mixing terms", "(4 to 10)"):
        assert any(words in sentence for sentence in own), words
    cold, warm = (MassAction("P204", 1.0, ("La", "Nd"), temperature=t).assumptions for t in (298.15, 310.0))
    assert {"temperature coefficient of Nd is 761 K (610 to 910)"} == set(warm) - set(cold)
    assert not any("coefficient of La" in sentence for sentence in warm)


def test_correlations_tell_their_assumptions():
    every = Correlation(SET, 5.0)
    assert any("log10 Ka of HSO4- is -1.99 (-2.05 to -1)" in sentence for sentence in every.assumptions)
    assert any("D is held at any pH and loading: Sc 632.498, Al" in sentence for sentence in every.assumptions)
    assert circuit().solve().assumptions == Correlation(SET, 5.0, ("La", "Dy")).assumptions
    assert every.contact({"La": 1e-5}, acid=0.1).assumptions == every.assumptions
    assert every.fitted.log_ka.value == media()["log_ka"].value


def test_the_reference_acid_is_a_row_of_the_data():
    assert MassAction("P507", 1.0).reference_acid == media()["reference_acid"].value
    strength = media()["pitzer_strength"].value
    model = MassAction("P507", 1.0, ("Nd",), activity="pitzer")
    flags = model.medium.flags(np.array([strength - 0.1, strength + 0.1]), np.zeros((2, 1)))
    assert [flag.case for flag in flags] == [1]


def test_elements_without_a_temperature_coefficient_are_named():
    model = MassAction("P204", 1.0, ("Nd", "Er"), temperature=310.0)
    (flag,) = model.temperature_flags()
    assert flag.sentence.startswith("Er: ")
    assert MassAction("P204", 1.0, ("Nd", "Er")).temperature_flags() == ()


@pytest.mark.parametrize(
    "model",
    [
        *(MassAction(name, 1.0, temperature=305.0) for name in chemistries()),
        MassAction("P507", 1.2, ("Nd", "Na"), log_k={"Nd": -2.0}, activity="pitzer", reference_acid=0.3),
        Exchange({"A": 2.0, "B": 1.0}, capacity=0.1),
        Correlation(SET, 5.0, ("La", "Dy")),
    ],
    ids=repr,
)
def test_models_pickle_and_say_who_they_are_in_a_line(model):
    again = pickle.loads(pickle.dumps(model))
    assert again.elements == model.elements
    assert again.assumptions == model.assumptions
    np.testing.assert_array_equal(again.log_constants(), model.log_constants())
    assert len(repr(model)) < 100


def test_results_pickle_and_say_who_they_are_in_a_line():
    one = MassAction("P507", 1.0, ("Nd",)).contact({"Nd": 0.1}, acid=0.05)
    assert repr(one) == "<Contact of Nd: 1 cases, 0 flags>"
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(one)).organic, one.organic)
    profile = circuit().solve()
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(profile)).organic, profile.organic)


def test_flags_of_a_row_name_their_stage():
    model = Correlation(SET, 6.0, ("La", "Dy"))
    done = CorrelationCircuit(model, 2, {"La": 7e-6, "Dy": 3e-7}, acid=0.01, sulfate=0.0).solve()
    assert [(flag.quantity, flag.stage) for flag in done.flags] == [("dose", None), ("ph", 1), ("ph", 2)]
    assert done.flags[1].sentence.startswith("stage 1: pH is 2")
