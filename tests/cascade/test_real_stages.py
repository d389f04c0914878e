"""Real stages: steps add up, rows say why, purities are those of the circuits, and what is refused."""

import math
import pickle

import pytest

from didymium.cascade import CascadeError, design_cut
from didymium.cascade.real_stages import Practice, real_stages
from didymium.cascade.real_stages.given import sides
from didymium.elements import molar_mass

MADE = design_cut([0.25, 0.75], [1.0, 1.5], 1, 0.99, 0.99)
STEPS = ["exchange design", "mass action", "entrainment", "stage efficiency", "closed loop", "other metals"]


def given(**changes):
    return {
        "extractant": "P507",
        "concentration": 1.5,
        "saponification": 0.36,
        "base": "Na",
        "feed": {"Pr": 0.25, "Nd": 0.75, "Ca": 0.01, "Mg": 0.002, "Fe": 1e-4, "Cl": 3.1},
        "n": MADE.n + 2,
        "m": MADE.m + 2,
        "extract_flow": MADE.extract_flow,
        "scrub_flow": MADE.scrub_flow,
        "cut": ("Pr", "Nd"),
        "targets": {"raffinate": 0.985, "extract": 0.985, "non_re": 100.0},
        "scrub_acid": 3.0,
        "strip_acid": 4.0,
    } | changes


@pytest.fixture(scope="module")
def real():
    return real_stages(**given())


def test_the_steps_come_one_upon_the_other(real):
    assert [one.name for one in real.steps] == STEPS
    circuits = [one.result.circuit for one in real.steps[1:]]
    assert [c.sections[0].organic_in_aqueous > 0.0 for c in circuits] == [False, True, True, True, True]
    assert [c.sections[2].efficiency < 1.0 for c in circuits] == [False, False, True, True, True]
    assert [c.closed for c in circuits] == [False, False, False, True, True]
    assert ["Ca" in one.result.fed for one in real.steps[1:]] == [False, False, False, False, True]
    assert [s.name for s in circuits[-1].sections] == ["extraction", "scrub", "strip", "wash"]
    assert repr(real).startswith("<RealStages Pr/Nd on P507, ")
    assert len(repr(real)) < 140


def test_each_step_keeps_the_split_of_the_design_where_it_passes(real):
    share = MADE.extract_flow - MADE.scrub_flow
    for one in real.steps[1:]:
        assert one.passes
        brought = one.result.strip_liquor.metals
        assert brought["Pr"] + brought["Nd"] == pytest.approx(share, abs=1e-8)
        assert max(one.result.closure.values()) < 1e-9


def test_purities_are_mass_fractions_of_oxides_in_both_phases(real):
    last = real.last
    oxide = {"Pr": molar_mass("Pr6O11") / 6.0, "Nd": molar_mass("Nd2O3") / 2.0}
    for flow, part, own, other in (
        (last.result.raffinate, last.raffinate, "Pr", "Nd"),
        (last.result.strip_liquor, last.extract, "Nd", "Pr"),
    ):
        mass = {name: flow.metals[name] * oxide[name] for name in oxide}
        whole = sum(mass.values())
        assert part.purity == pytest.approx(mass[own] / whole, rel=1e-12)
        assert part.impurities == pytest.approx({other: 1e6 * mass[other] / whole})
        assert part.margin == pytest.approx(math.log(0.015 / (1.0 - part.purity)), abs=1e-9)


def test_what_is_no_rare_earth_is_told_per_kg_of_oxide(real):
    flow, part = real.last.result.raffinate, real.last.raffinate
    whole = flow.metals["Pr"] * molar_mass("Pr6O11") / 6.0 + flow.metals["Nd"] * molar_mass("Nd2O3") / 2.0
    assert part.non_re["Ca"] == pytest.approx(1e6 * flow.metals["Ca"] * 40.078 / whole, rel=1e-5)
    assert part.non_re["P"] == pytest.approx(1e6 * flow.organic_flow * 1.5 * 30.974 / whole, rel=1e-5)
    assert flow.organic_flow == pytest.approx(1e-4 * flow.flow, rel=1e-6)
    assert part.staying == pytest.approx(sum(part.non_re[k] for k in ("Na", "Ca", "Mg", "P")))
    # All of the calcium that was fed leaves with the raffinate, and the soap's sodium too.
    assert flow.metals["Ca"] == pytest.approx(0.01, rel=1e-3)
    assert flow.metals["Na"] == pytest.approx(real.organic_flow * 1.5 * 0.36, rel=1e-3)
    assert not part.clean
    assert part.rejection == pytest.approx(1.0 - 100.0 / part.staying)
    assert real.last.passes
    assert not real.last.clean


def test_elements_without_constants_are_bounded_not_carried(real):
    assert "Fe" not in real.last.result.fed
    assert real.uncarried["extract"]["Fe"] == pytest.approx(
        1e6 * 1e-4 * 55.845 / (0.75 * molar_mass("Nd2O3") / 2.0), rel=1e-4
    )


def test_trials_change_one_thing_each(real):
    last = real.last.result.circuit
    more = real.step("more extraction stages").result.circuit
    assert more.sections[0].stages == math.ceil(1.25 * last.sections[0].stages)
    assert [s.stages for s in more.sections[1:]] == [s.stages for s in last.sections[1:]]
    assert len(real.step("no wash").result.circuit.sections) == 3
    assert real.step("ammonia soap").raffinate.staying < 0.01 * real.last.raffinate.staying
    assert real.step("entrainment at its most").raffinate.non_re["P"] == pytest.approx(
        5.0 * real.last.raffinate.non_re["P"], rel=0.05
    )
    with pytest.raises(KeyError, match="there are exchange design, mass action"):
        real.step("magic")


def test_the_table_has_a_row_for_every_step_and_trial(real):
    table = real.table()
    assert len(table) == 1 + len(real.steps) + len(real.trials)
    assert {len(row) for row in table} == {len(table[0])}
    assert table[-1][0] == "efficiency at its worst"


def test_more_strip_acid_than_needed_leaves_less_on_the_organic():
    few = real_stages(**given(strip_stages=3, trials=False)).step("closed loop")
    many = real_stages(**given(strip_stages=6, trials=False)).step("closed loop")
    assert few.result.residual_load["Nd"] > 100.0 * many.result.residual_load["Nd"]
    # What comes back with the organic meets the raffinate last.
    assert few.raffinate.purity < many.raffinate.purity


def test_a_missed_purity_shifts_the_split_to_where_least_is_missed():
    """The raffinate alone misses at the split of the design: a little more extract, still pure enough, heals it."""
    asked = {"raffinate": 0.997, "extract": 0.95}
    moved = real_stages(**given(targets=asked, trials=False))
    assert not moved.steps[0].passes
    assert all(one.passes for one in moved.steps[1:])
    share = MADE.extract_flow - MADE.scrub_flow
    brought = moved.last.result.strip_liquor.metals
    assert brought["Pr"] + brought["Nd"] - share > 0.01
    # As far as the other product allows: both margins are about alike.
    assert moved.last.raffinate.margin == pytest.approx(moved.last.extract.margin, abs=0.05)


def test_a_circuit_that_is_refused_becomes_a_row():
    refused = real_stages(**given(saponification=0.55, trials=False))
    assert refused.steps[0].passes
    assert not refused.steps[1].found
    assert "saponification" in refused.steps[1].reason
    assert refused.first_failure is refused.steps[1]
    assert "not found: " in refused.table()[2][-2]
    assert "not found" in repr(refused.steps[1])
    assert not refused.last.passes
    assert not refused.last.clean


def test_constants_of_ones_own_move_design_and_circuit():
    same = {"Pr": -2.14 - math.log10(1.5), "Ca": -4.2}
    usual = real_stages(**given(trials=False))
    again = real_stages(**given(trials=False, constants=same))
    other = real_stages(**given(trials=False, constants={"Pr": -2.14 - math.log10(1.3)}))
    for one, two in zip(usual.steps, again.steps, strict=True):
        assert one.raffinate.purity == pytest.approx(two.raffinate.purity, abs=1e-9)
    assert other.steps[0].raffinate.purity < usual.steps[0].raffinate.purity


def test_sides_are_sorted_by_extraction_whatever_the_order_of_the_feed():
    log_k = {"Y": 3.0, "La": 1.0, "Nd": 2.0}
    assert sides({"Y": 1.0, "La": 1.0, "Nd": 1.0}, log_k, ("Nd", "Y")) == [("La", "Nd"), ("Y",)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"extractant": "P999"}, "P999"),
        ({"feed": {"Pr": 0.25, "Nd": -0.75}}, "not negative"),
        ({"feed": {"Pr": 0.25, "Nd": "0.75"}}, "give a number"),
        ({"feed": {"Pr": 0.25, "Nd": 0.75, "Xx": 0.1}}, "no constant for 'Xx'"),
        ({"feed": [0.25, 0.75]}, "give a mapping"),
        ({"cut": ("Nd", "Pr")}, "not between neighbours"),
        ({"cut": ("Ce", "Pr")}, "which the feed does not hold"),
        ({"cut": "PrNd!"}, "two elements next to it"),
        ({"targets": {"raffinate": 0.99}}, "target of extract is None"),
        ({"targets": {"raffinate": 0.99, "extract": 1.0}}, "mass fraction of REO below 1"),
        ({"targets": {"raffinate": 0.99, "extract": 0.99, "silver": 1.0}}, "no target 'silver'"),
        ({"targets": {"raffinate": 0.99, "extract": 0.99, "non_re": -1.0}}, "not negative"),
        ({"targets": 0.99}, "give a mapping"),
        ({"scrub_flow": 9.0}, "leave no extract or no raffinate"),
        ({"extract_flow": float("nan")}, "leave no extract or no raffinate"),
        ({"scrub_acid": 0.0}, "scrub_acid is 0"),
        ({"saponification": 0.0}, "saponification is 0"),
        ({"constants": {"La": -3.0}}, "which the feed does not hold"),
        ({"practice": 0.95}, "give a Practice"),
        ({"n": 2.5}, "give a whole number"),
        ({"concentration": float("inf")}, "finite number above zero"),
    ],
)
def test_what_is_refused(change, sentence):
    with pytest.raises(CascadeError, match=sentence):
        real_stages(**given(**change))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"efficiency": (0.9, 0.95, 1.0)}, "low ≤ nominal ≤ high"),
        ({"efficiency": (0.9, 0.0, 1.0)}, "above 0"),
        ({"crud": 0.01}, r"\(nominal, low, high\)"),
        ({"organic_in_aqueous": (0.1, 0.0, 0.2)}, "up to|to 0.05"),
    ],
)
def test_a_practice_that_cannot_be(change, sentence):
    with pytest.raises(CascadeError, match=sentence):
        Practice(**change)


def test_assumptions_are_told_with_their_ranges(real):
    assert "organic in aqueous is 0.0001 (5e-05 to 0.0005)" in real.assumptions
    assert any(one.startswith("log10 K of Ca is -4.2") for one in real.assumptions)


def test_it_pickles(real):
    again = pickle.loads(pickle.dumps(real))
    assert again.last.raffinate.purity == real.last.raffinate.purity
    assert again.table() == real.table()
