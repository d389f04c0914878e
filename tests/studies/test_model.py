"""What the model takes from the shipped data."""

from __future__ import annotations

from pathlib import Path

import didymium
from didymium import data
from didymium.studies.model import model_facts

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_separation_factors_and_ore(baotou: didymium.Result) -> None:
    found = {(one.what, one.item): one for one in model_facts(baotou)}
    pair = found["separation factor, P507", "Nd/Pr"]
    assert (pair.value, pair.low, pair.high, pair.source, pair.assumed) == (1.5, 1.4, 1.6, "p507review", False)
    assert ("separation factor, P507", "Lu/Yb") not in found  # neither in the ore
    ore = found["ore of Bayan Obo, Inner Mongolia", "mineral monazite"]
    assert ore.low < ore.value < ore.high
    assert ore.assumed
    assert ("share of joint costs", "worth of rare earths in ore") in found
    assert {one.source for one in found.values()} <= set(data.sources())


def test_weights_only_where_joint_costs_go_by_value() -> None:
    result = didymium.load("baotou", {"allocation": "mass"}).solve()
    assert not any(one.what == "share of joint costs" for one in model_facts(result))


def test_constants_of_a_mass_action_circuit() -> None:
    result = didymium.load(EXAMPLES / "extraction_circuit.yaml").solve()
    found = {one.item: one for one in model_facts(result) if one.what == "log10 extraction constant, P507"}
    assert {"Pr", "Nd", "Dy", "NH4"} <= set(found)
    assert "Lu" not in found  # not in the feed
    assert found["NH4"].assumed
    assert found["NH4"].low < found["NH4"].value < found["NH4"].high


def test_a_train_rests_on_its_extractants():
    from pathlib import Path

    import didymium
    from didymium.studies.model import model_facts

    clay = Path(__file__).resolve().parents[2] / "examples" / "ion_clay_train.yaml"
    facts = model_facts(didymium.load(clay).solve())
    assert {fact.item for fact in facts if fact.what == "separation factor, P507"} >= {"Nd/Pr", "Dy/Tb", "Lu/Yb"}
    assert {fact.item for fact in facts if fact.what == "log10 extraction constant, naphthenic acid"} >= {"Y", "Lu"}


def test_factors_of_the_file_stand_in_for_the_datas():
    import didymium
    from didymium.studies.model import model_facts

    def pairs(changes):
        facts = model_facts(didymium.load("baotou", changes).solve())
        return {fact.item for fact in facts if fact.what == "separation factor, P507"}

    one = {"ndpr_cut.separation_factors": "{Nd/Pr: 1.6}"}
    assert "Nd/Pr" in pairs({})
    assert "Nd/Pr" in pairs(one)  # the other cut still takes the data's
    assert "Nd/Pr" not in pairs(one | {"nd_sm_cut.separation_factors": "{Nd/Pr: 1.6}"})
