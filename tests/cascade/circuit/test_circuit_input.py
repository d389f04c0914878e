"""Bad input of circuits: each a typed error that names the value and what to do."""

import math
import pickle

import numpy as np
import pytest

from didymium.cascade import Aqueous, CascadeError, Circuit, Organic, Section
from didymium.cascade.models import MassAction
from didymium.data.equilibria import chemistry

ORGANIC = {"extractant": "P507", "concentration": 1.5, "flow": 9.0, "saponification": 0.36}
FEED = Aqueous(flow=1.0, metals={"Nd": 0.5, "Pr": 0.17}, acid=0.02)


def circuit(organic=None, **changes):
    parts = {
        "organic": Organic(**(ORGANIC | (organic or {}))),
        "sections": [
            Section("extraction", 6),
            Section("scrub", 5, liquor=Aqueous(flow=1.1, acid=3.0)),
            Section("strip", 4, liquor=Aqueous(flow=0.9, acid=4.0)),
        ],
        "feeds": {6: FEED},
    }
    return Circuit(**(parts | changes))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Aqueous(flow=-1.0), "flow of an aqueous solution, L/h, is -1"),
        (lambda: Aqueous(flow=0.0), "above 0"),
        (lambda: Aqueous(flow="1"), "give a number"),
        (lambda: Aqueous(flow=True), "give a number"),
        (lambda: Aqueous(flow=math.nan), "finite"),
        (lambda: Aqueous(flow=1.0, metals={"Nd": -0.1}), "Nd in an aqueous solution"),
        (lambda: Aqueous(flow=1.0, metals=[1.0]), "mapping of elements"),
        (lambda: Aqueous(flow=1.0, acid=-1.0), "acid"),
        (lambda: Aqueous(flow=1.0, anion="F"), "choose from Cl, NO3, SO4"),
        (lambda: Organic(**(ORGANIC | {"flow": 0.0})), "flow of the organic"),
        (lambda: Organic(**(ORGANIC | {"concentration": math.inf})), "concentration"),
        (lambda: Organic(**(ORGANIC | {"crud": 0.9})), "crud"),
        (lambda: Organic(**(ORGANIC | {"base_strength": 0.0})), "base_strength"),
        (lambda: Organic(**(ORGANIC | {"base": 3})), "base is 3"),
        (lambda: Section("extraction", 0), "0 stages"),
        (lambda: Section("extraction", 2.5), "whole number"),
        (lambda: Section("", 2), "name"),
        (lambda: Section("precipitation", 2), "kind of section 'precipitation'"),
        (lambda: Section("scrub", 2, efficiency=0.0), "efficiency of scrub"),
        (lambda: Section("scrub", 2, efficiency=1.2), "efficiency of scrub"),
        (lambda: Section("scrub", 2, onward=1.5), "onward of scrub"),
        (lambda: Section("scrub", 2, liquor=3.0), "give an Aqueous"),
        (lambda: Section("scrub", 2, organic_in_aqueous=0.9), "organic_in_aqueous of scrub"),
        (lambda: circuit(organic={"extractant": "P570"}), "P507"),
        (lambda: circuit(organic={"base": "K"}), "no constant for K"),
        (lambda: circuit(feeds={6: Aqueous(flow=1.0, metals={"Xy": 1.0})}), "no constant for Xy"),
        (lambda: circuit(feeds={}, sections=[Section("extraction", 4)]), "no aqueous enters"),
        (lambda: circuit(feeds=[FEED]), "give a mapping"),
        (lambda: circuit(feeds={6: 1.0}), "give an Aqueous"),
        (lambda: circuit(feeds={16: FEED}), "stages 1 to 15"),
        (lambda: circuit(feeds={0: FEED}), "stages 1 to 15"),
        (lambda: circuit(feeds={("scrub", 6): FEED}), "scrub has stages 1 to 5"),
        (lambda: circuit(feeds={("skrub", 6): FEED}), "did you mean 'scrub'"),
        (lambda: circuit(feeds={"6": FEED}), "give a stage"),
        (lambda: circuit(draws={1: 0.1}), "raffinate"),
        (lambda: circuit(draws={3: 1.1}), "aqueous draw at stage 3"),
        (lambda: circuit(organic_draws={15: 0.1}), "leaves there anyway"),
        (lambda: circuit(organic_feeds={3: Organic(**(ORGANIC | {"concentration": 1.0}))}), "one organic"),
        (lambda: circuit(organic_feeds={3: FEED}), "give an Organic"),
        (lambda: circuit(sections=[Section("extraction", 1)], feeds={1: FEED}), "at least 2"),
        (lambda: circuit(sections=[Section("extraction", 1001)]), "up to 1000"),
        (lambda: circuit(sections=[Section("scrub", 4), Section("scrub", 4)]), "two sections"),
        (lambda: circuit(sections=["scrub"]), "holds a str"),
        (lambda: circuit(closed=True, organic={"load": {"Nd": 0.1}}), "finds the load"),
        (lambda: circuit(organic={"crud": 0.1}), "close the loop"),
        (lambda: circuit(beyond="warn"), "'error' or 'flag'"),
        (lambda: circuit(limits={"viscosity": 3.0}), "no limit"),
        (lambda: circuit(temperature=-3.0), "temperature"),
        (lambda: circuit(activity="ideal"), "activity is 'ideal'"),
        (lambda: circuit(equilibrium="P507"), "takes a MassAction"),
        (lambda: circuit(constants={"Nd": math.nan}), "log10 K of Nd"),
    ],
)
def test_bad_input(make, words):
    with pytest.raises(CascadeError) as caught:
        make()
    assert words in str(caught.value)


def test_errors_say_where():
    with pytest.raises(CascadeError) as caught:
        circuit(feeds={6: Aqueous(flow=1.0, metals={"Xy": 1.0})})
    assert caught.value.element == "Xy"
    with pytest.raises(CascadeError) as caught:
        circuit(draws={3: -0.1})
    assert caught.value.stage == 3
    with pytest.raises(CascadeError) as caught:
        circuit(sections=[Section("extraction", 6), Section("strip", 4)]).solve()
    assert caught.value.stage == 10
    assert "no aqueous flows there" in caught.value.reason


def test_a_closed_loop_cannot_gain_organic():
    side = {3: Organic(**(ORGANIC | {"flow": 0.5}))}
    with pytest.raises(CascadeError, match=r"gains 0\.5 L/h"):
        circuit(closed=True, organic_feeds=side).solve()
    drawn = circuit(closed=True, organic_feeds=side, organic_draws={10: 0.5 / 9.5 + 0.001})
    assert max(drawn.solve().closure.values()) < 1e-12


def test_too_much_is_entrained():
    carried = {"organic_in_aqueous": 0.5, "aqueous_in_organic": 0.5}
    c = circuit(sections=[Section(s.name, s.stages, liquor=s.liquor, **carried) for s in circuit().sections])
    with pytest.raises(CascadeError):
        c.solve()


def test_circuits_are_values():
    c = circuit(draws={("scrub", 2): 0.1})
    assert c == circuit(draws={8: 0.1})
    assert hash(c) == hash(circuit(draws={8: 0.1}))
    assert pickle.loads(pickle.dumps(c)) == c
    assert c.changed(draws={}) == circuit()
    with pytest.raises(AttributeError):
        c.closed = True
    with pytest.raises(TypeError):
        c.feeds[6].metals["Nd"] = 2.0
    feed = {"Nd": 0.5}
    held = Aqueous(flow=1.0, metals=feed)
    feed["Nd"] = 9.0
    assert held.metals["Nd"] == 0.5


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: circuit(sections=None), "sections is None"),
        (lambda: circuit(sections="scrub"), "give a list of Section"),
        (lambda: circuit(organic={"extractant": None}), "extractant is None"),
        (lambda: circuit(closed="yes"), "closed is 'yes'; give True or False"),
        (lambda: circuit(complexes="no"), "complexes is 'no'; give True or False"),
        (lambda: Aqueous(flow=1.0, acid=np.True_), "give a number"),
        (lambda: Aqueous(flow=[1.0]), "give a number"),
        (lambda: Aqueous(flow=np.array([1.0])), "give a number"),
        (lambda: circuit().solve_cases([1]), "changes is a list"),
        (lambda: circuit().solve_cases({1: [1.0]}), "1 is no parameter"),
        (lambda: circuit().solve(start="abc"), "start is array(['abc']"),
        (lambda: circuit().solve(start=[1.0] * 14 + [math.nan]), "start holds nan"),
        (lambda: circuit().solve(start=[1e308] * 15), "start holds 1e+308"),
        (lambda: circuit().solve().outlet(None), "None is not an outlet"),
        (lambda: circuit(sections=[Section("extraction", 6, onward=0.5), *circuit().sections[1:]]), "leave it out"),
        (lambda: circuit().solve_cases({"extraction.onward": [0.5]}), "no parameter of this circuit"),
        (lambda: circuit().solve_cases({"organic.crud": [0.1]}), "close the loop"),
        (lambda: circuit(closed=True).solve_cases({"organic.crud": [0.9]}), "give a number from 0 to 0.5"),
        (lambda: circuit().solve_cases({"scrub.organic_in_aqueous": [0.6]}), "give a number from 0 to 0.5"),
        (lambda: circuit(equilibrium=MassAction("P507", 3.0)), "at 3 formal mol/L, the organic at 1.5"),
        (
            lambda: circuit(equilibrium=MassAction("P507", 1.5)).solve_cases({"organic.concentration": [1.0]}),
            "belongs to the equilibrium given",
        ),
    ],
)
def test_what_used_to_pass_or_to_raise_something_else(make, words):
    with pytest.raises(CascadeError) as caught:
        make()
    assert words in str(caught.value)


def test_suggestions_end_the_sentence():
    with pytest.raises(CascadeError) as caught:
        circuit(feeds={6: Aqueous(flow=1.0, metals={"nd": 1.0})})
    assert caught.value.reason.endswith("did you mean 'Nd'?")
    assert "?;" not in caught.value.reason


@pytest.mark.parametrize("anion", ["NO3", "SO4"])
@pytest.mark.parametrize("how", [{"activity": "pitzer"}, {"activity": "davies"}, {"complexes": True}])
def test_chloride_models_are_refused_for_other_anions(anion, how):
    feeds = {6: Aqueous(flow=1.0, metals={"Nd": 0.5, "Pr": 0.17}, acid=0.02, anion=anion)}
    with pytest.raises(CascadeError, match=f"feed at stage 6 brings {anion}.*counts every anion as chloride"):
        circuit(feeds=feeds, **how)
    own = {name: value for name, value in how.items() if name != "activity" or value != "davies"}
    if own:
        with pytest.raises(CascadeError, match="counts every anion as chloride"):
            circuit(feeds=feeds, equilibrium=MassAction("P507", 1.5, ("Nd", "Pr", "NH4"), **own))
    flags = [flag for flag in circuit(feeds=feeds).solve().flags if flag.quantity == "medium"]
    assert len(flags) == 1
    assert flags[0].kind == "range"
    assert f"feed brings {anion}" in flags[0].sentence
    assert not [flag for flag in circuit().solve().flags if flag.quantity == "medium"]


def test_elements_without_a_temperature_coefficient_are_named():
    def told(temperature):
        feeds = {6: Aqueous(flow=1.0, metals={"Nd": 0.3, "Er": 0.1}, acid=0.02)}
        flags = (
            circuit(organic={"extractant": "P204", "flow": 8.0}, feeds=feeds, temperature=temperature, beyond="flag")
            .solve()
            .flags
        )
        return " ".join(flag.sentence for flag in flags if "temperature coefficient" in flag.sentence)

    assert ("Er" in told(310.0)) is ("Er" not in chemistry("P204").temperature)
    assert "NH4" in told(310.0)
    assert told(298.15) == ""


def test_assumptions_leave_out_what_the_user_gave():
    def about(result):
        return [text for text in result.assumptions if "NH4" in text]

    assert about(circuit().solve())
    assert not about(circuit().solve_cases({"log_k.NH4": [-6.0]}).result(0))
    model = MassAction("P507", 1.5, ("Nd", "Pr", "NH4"), log_k={"NH4": -5.2})
    assert not about(circuit(equilibrium=model).solve())


def test_a_result_holds_its_own_circuit():
    cases = circuit(draws={3: 0.01}, organic_feeds={3: Organic(**(ORGANIC | {"flow": 0.5}))}).solve_cases(
        {
            "organic.flow": [8.2, 8.0],
            "scrub.acid": [3.0, 2.9],
            "feed.Nd": [0.5, 0.45],
            "draw 3": [0.01, 0.02],
            "organic feed 3.flow": [0.5, 0.4],
            "strip.efficiency": [1.0, 0.9],
            "organic.concentration": [1.5, 1.45],
            "log_k.Nd": [-2.14, -2.1],
        }
    )
    second = cases.result(1)
    own = second.circuit
    assert (own.organic.flow, own.sections[1].liquor.acid, own.feeds[6].metals["Nd"]) == (8.0, 2.9, 0.45)
    assert (own.draws[3], own.organic_feeds[3].flow, own.sections[2].efficiency) == (0.02, 0.4, 0.9)
    assert own.constants["Nd"] == -2.1
    assert own.solve().profile.aqueous == pytest.approx(second.profile.aqueous, rel=1e-10, abs=1e-200)
    assert circuit().solve().circuit == circuit()


def test_results_and_batches_pickle():
    result = circuit().solve()
    again = pickle.loads(pickle.dumps(result))
    assert again.circuit == result.circuit
    assert np.array_equal(again.profile.aqueous, result.profile.aqueous)
    assert not again.profile.aqueous.flags.writeable
    assert dict(again.raffinate.metals) == dict(result.raffinate.metals)
    assert again.flags == result.flags
    with pytest.raises(TypeError):
        again.raffinate.metals["Nd"] = 1.0
    cases = circuit().solve_cases({"organic.flow": [9.0, 30.0, 8.8]}, failures="keep")
    back = pickle.loads(pickle.dumps(cases))
    assert np.array_equal(back.flows, cases.flows, equal_nan=True)
    assert back.result(2).circuit.organic.flow == 8.8
    assert back.failures[1].reason == cases.failures[1].reason
    with pytest.raises(CascadeError, match="over-saponified"):
        back.result(1)
