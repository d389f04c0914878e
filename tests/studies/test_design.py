"""Designs of a flowsheet's cuts: verified by an own solve, cheapest among what was tried, on grade in time."""

import dataclasses

import numpy as np
import pytest

import didymium
from didymium.cascade import CascadeError, design_cut
from didymium.economics.installed import scope
from didymium.studies.design import DesignError, design_two, design_unit, missed
from didymium.studies.start import nearly

SHIPPED = [("mountain_pass", "ndpr_cut"), ("baotou", "ndpr_cut")]
TWO = """
didymium: 1
name: Two elements
region: china
year: 2024
operating_hours: 8_000 h/year
feeds:
  chlorides:
    material: {PrCl3: 8 %, NdCl3: 8 %, CaCl2: 0.01 %, HCl: 0.06 %, H2O: 83.93 %}
    form: chloride liquor
    rate: 5 t/h
    price: 2 USD2024/kg
units:
  sx:
    kind: solvent_extraction
    feed: chlorides
    extractant: {name: P507, concentration: 1.5 mol/L, saponification: 36 % NH4}
    cut: Pr / Nd
    purity: {raffinate: 99.99 %, extract: 99.99 %}
products: {nd: sx.strip_liquor, pr: sx.raffinate}
"""


@pytest.fixture(scope="module")
def found():
    """The designs of the NdPr cut of both shipped flowsheets."""
    return {name: design_unit(didymium.load(name).solve(), unit) for name, unit in SHIPPED}


@pytest.fixture
def two(tmp_path):
    def load(**changes):
        path = tmp_path / "two.yaml"
        path.write_text(TWO, encoding="utf-8")
        return didymium.load(path, {f"sx.{key}": text for key, text in changes.items()})

    return load


@pytest.mark.parametrize("name", ["mountain_pass", "baotou"])
def test_the_ndpr_cut_is_designed_and_verified(found, name):
    made = found[name]
    stages = made.result.solution.units["ndpr_cut"].details["stages"]
    assert (made.chosen.design.n, made.chosen.design.m) == stages
    assert made.chosen.design.extract_flow == pytest.approx(
        float(made.result.solution.units["ndpr_cut"].details["S"][0]), rel=1e-4
    )
    for one in (made.chosen, made.cheapest):
        assert not missed(made.cut, one)
        assert one.solved.closure <= 1e-12
        smaller = made.cut.cascade(one.design)
        for n, m in ((one.design.n - 1, one.design.m), (one.design.n, one.design.m - 1)):
            solved = dataclasses.replace(smaller, stages=n + m, feed_stage=n).solve()
            purities = [
                purity(solved.raffinate, made.cut.light, made.cut),
                purity(solved.extract, made.cut.heavy, made.cut),
            ]
            assert purities[0] < made.cut.raffinate or purities[1] < made.cut.extract


def purity(product, group, cut):
    held = {name: product[name] * mass for name, mass in zip(cut.elements, cut.masses, strict=True)}
    return sum(held[name] for name in group) / sum(held.values())


@pytest.mark.parametrize(
    ("name", "chosen", "cheapest"),
    [
        ("baotou", (9, 11, 52.0, 7.74), (18, 16, 31.0, 8.45)),
        ("mountain_pass", (7, 9, 28.4, 9.00), (11, 12, 18.4, 8.40)),
    ],
)
def test_what_the_ndpr_cut_costs(found, name, chosen, cheapest):
    """Stages, million USD a year in all and of mixer-settlers: the table of docs/theory_design.md."""
    for one, (n, m, usd, settlers) in ((found[name].chosen, chosen), (found[name].cheapest, cheapest)):
        assert (one.design.n, one.design.m) == (n, m)
        assert one.cost.total / 1e6 == pytest.approx(usd, rel=2e-3)
        assert one.cost.by_cause["mixer-settlers"] / 1e6 == pytest.approx(settlers, rel=2e-3)


@pytest.mark.parametrize("name", ["mountain_pass", "baotou"])
def test_the_cheapest_is_the_cheapest_of_those_tried(found, name):
    made = found[name]
    costs = [one.cost.total for one in made.tried]
    assert made.cheapest.cost.total == min(costs) < made.chosen.cost.total
    # Both ends of what was tried cost more: the optimum lies between endless stages and endless solvent.
    assert costs[0] > min(costs) < costs[-1]
    ratios = [one.design.flow_ratio for one in made.tried]
    assert ratios == sorted(ratios)
    assert sum(made.cheapest.cost.by_cause.values()) == pytest.approx(made.cheapest.cost.total)


@pytest.mark.parametrize("name", ["mountain_pass", "baotou"])
def test_starts(found, name):
    for label, tried in found[name].starts.items():
        assert set(tried.runs) == {"reflux", "matched", "normal"}, tried.failed
        one = found[name].chosen if label == "chosen" else found[name].cheapest
        assert tried.quickest in ("reflux", "matched")
        for way, run in tried.runs.items():
            assert run.cascade.stages == one.design.stages
            assert 0.0 < tried.nearly[way] <= run.time_to_specification * (1 + 1e-9)
            # What the circuit holds at rest is what the sizes say, but for what has left on the stages at the ends.
            made, hold = one.design, sum(vars(found[name].practice)[key] for key in ("mixing", "settling"))
            ends = hold * found[name].cut.feed_kmol_per_h * (made.scrub_flow + made.extract_flow)
            assert run.inventory[-1].sum() == pytest.approx(float(one.sizes.rare_earth_inventory) - ends, rel=1e-6)


def test_sizes_by_hand(found):
    made = found["baotou"]
    one, by = made.chosen, made.practice
    s, w, f = one.design.extract_flow, one.design.scrub_flow, made.cut.feed_kmol_per_h
    assert float(one.sizes.organic) == pytest.approx(3 * s * f / (by.concentration * by.saponification))
    assert float(one.sizes.base) == pytest.approx(3 * s * f * (1 + by.base_excess))
    assert float(one.sizes.strip_acid) == pytest.approx(3 * (s - w) * f * (1 + by.strip_excess))
    held = by.mixing + by.settling
    stages = one.design.stages + by.strip_stages
    assert float(one.sizes.organic_inventory) == pytest.approx(float(one.sizes.organic) * held * stages)
    assert one.cost.by_cause["base"] == pytest.approx(float(one.sizes.base) * 17.031 * 0.36 * 7920, rel=1e-3)


def test_a_split_of_two_to_four_nines(two):
    """The 4N split of praseodymium and neodymium, β 1.5, by oxide mass on both sides."""
    made = design_unit(two().solve(), "sx")
    assert made.cut.elements == ("Pr", "Nd")
    assert made.chosen.check["raffinate"] >= 0.9999
    assert made.chosen.check["extract"] >= 0.9999
    assert made.chosen.design.beta == pytest.approx(1.5)
    assert 80 <= made.chosen.design.stages <= 110
    # Half and half: what the feed brings is nearly what the circuit holds. Both ways over reflux beat the other by far.
    runs = made.starts["chosen"].runs
    assert runs["matched"].time_to_specification < 0.1 * runs["normal"].time_to_specification
    assert runs["reflux"].time_to_specification < runs["normal"].time_to_specification


def test_what_the_file_sets_is_kept(two):
    usual = design_unit(two().solve(), "sx", start_up=False)
    assert usual.flows_from == "the theory's optimum"
    assert usual.starts == {}
    ratio = design_unit(two(solvent_ratio="1.3").solve(), "sx", start_up=False)
    assert ratio.flows_from == "solvent_ratio of the file"
    assert ratio.chosen.design.flow_ratio == pytest.approx(1.3)
    easier = design_unit(two(separation_factors="{Nd/Pr: 2.0}").solve(), "sx", start_up=False)
    assert easier.chosen.design.beta == pytest.approx(2.0)
    assert easier.chosen.design.stages < usual.chosen.design.stages
    stages = design_unit(two(stages="70 + 70").solve(), "sx", start_up=False)
    assert stages.file_stages == "70 + 70"
    assert stages.chosen.design.stages == usual.chosen.design.stages


def test_real_stages_are_those_of_the_unit(two):
    made = design_unit(two(purity="{raffinate: 99 %, extract: 99 %}").solve(), "sx", start_up=False, real=True)
    real = made.real
    assert real is not None
    assert real.cut == ("Pr", "Nd")
    assert real.stages == (made.chosen.design.n, made.chosen.design.m)
    assert real.targets["raffinate"] == 0.99
    ideal = real.step("exchange design")
    assert ideal.raffinate.purity == pytest.approx(made.chosen.check["raffinate"], abs=1e-6)
    assert real.organic_flow == pytest.approx(float(made.chosen.sizes.organic / made.chosen.sizes.feed), rel=1e-6)


def test_real_stages_take_the_separation_factors_of_the_file(two):
    made = design_unit(
        two(purity="{raffinate: 99 %, extract: 99 %}", separation_factors="{Nd/Pr: 2.0}").solve(),
        "sx",
        start_up=False,
        real=True,
    )
    ideal = made.real.step("exchange design")
    assert ideal.raffinate.purity == pytest.approx(made.chosen.check["raffinate"], abs=1e-6)


def test_what_cannot_be_designed(two):
    with pytest.raises(DesignError, match="flotation is a flotation_circuit, not a solvent_extraction"):
        design_unit(didymium.load("baotou").solve(), "flotation")
    flows = {"stages": "20 + 20", "solvent": "2.6 mol/mol", "scrub": "2.1 mol/mol"}
    rated = two(**flows)
    object.__setattr__(rated.plan.units["sx"].parameters, "purity", None)
    with pytest.raises(DesignError, match="gives no purity to be designed for"):
        design_unit(rated.solve(), "sx")


def test_two_elements():
    made = design_two(1.46, 0.55, 0.9999, 0.9999)
    same = design_cut([0.45, 0.55], [1.0, 1.46], 1, 0.9999, 0.9999)
    assert (made.design.n, made.design.m, made.design.extract_flow) == (same.n, same.m, same.extract_flow)
    assert made.solved.purity("extract", "A") == pytest.approx(made.design.reached_extract, abs=1e-12)
    with pytest.raises(CascadeError, match=r"separation factor is 0\.9"):
        design_two(0.9, 0.5, 0.99, 0.99)


def test_nearly_is_the_last_time_above_the_wider_limit(found):
    run = found["baotou"].starts["chosen"].runs["normal"]
    group = found["baotou"].cut.light
    wanted = {"raffinate": (group, 0.997)}
    others = [k for k, name in enumerate(run.elements) if name not in group]
    impurity = run.raffinate[:, others].sum(axis=1)
    at = nearly(run, wanted)
    assert np.all(impurity[run.times > at] <= 1.1 * 0.003)
    assert impurity[np.searchsorted(run.times, at) - 1] > 1.1 * 0.003


def test_what_a_design_rests_on_is_told(found, two):
    told = dict(found["baotou"].assumptions)
    assert told["mixing"] == "5 min from 3 to 8 min (assumed)"
    assert told["price of ammonia"] == "0.36 USD/kg (0.28 to 0.5)"
    assert told["mixer-settlers"].startswith("303,517 USD of 2016 bare (80,000 to 500,000) for one of 9.25 m³, to the")
    assert told["mixer-settlers"].endswith("times 2.97 installed")
    own = dict(design_unit(two(mixing="6 min (prommis)").solve(), "sx", start_up=False).assumptions)
    assert "mixing" not in own
    assert own["settling"] == "15 min from 8 to 30 min (assumed)"


def test_what_building_in_a_region_rests_on_is_told(tmp_path):
    path = tmp_path / "two.yaml"
    path.write_text(TWO.replace("region: china", "region: malaysia"), encoding="utf-8")
    told = dict(design_unit(didymium.load(path).solve(), "sx", start_up=False).assumptions)
    assert told["compliance of malaysia"] == "0.686 (0.377 to 1.14) of the US"
    assert "location of malaysia" not in told


def test_mixer_settlers_cost_what_the_capital_of_the_flowsheet_has(two):
    """The design that the flowsheet runs costs what its capital says, but for the scope factor."""
    result = two().solve()
    paid = design_unit(result, "sx", start_up=False).chosen.cost.by_cause
    built = result.cost.capital["separation"]
    usd = built.by_unit["sx"][0] / scope("separation") * 1e6
    assert paid["mixer-settlers"] == pytest.approx(usd * built.recovery, rel=1e-6)
    assert paid["maintenance"] == pytest.approx(usd * 0.02, rel=1e-6)


def test_the_discount_rate_and_life_of_the_file_hold(tmp_path):
    path = tmp_path / "two.yaml"
    path.write_text(TWO + "finance: {discount_rate: 15 %, life: 10 year}\n", encoding="utf-8")
    result = didymium.load(path).solve()
    made = design_unit(result, "sx", start_up=False)
    recovery = 0.15 * 1.15**10 / (1.15**10 - 1.0)
    charge = made.chosen.cost.by_cause["mixer-settlers"] / made.chosen.cost.by_cause["maintenance"]
    assert charge == pytest.approx(recovery / 0.02, rel=1e-9)
    assert made.cheapest.cost.total <= made.chosen.cost.total


def test_a_little_of_the_neighbour_of_the_cut(tmp_path):
    """Less samarium than the europium cut's extract may hold of it: neodymium leaks as well, and designs are found."""
    path = tmp_path / "seg.yaml"
    path.write_text(
        TWO.replace("{PrCl3: 8 %, NdCl3: 8 %,", "{NdCl3: 8 %, SmCl3: 0.1 %, GdCl3: 4 %, DyCl3: 3.9 %,")
        .replace("Pr / Nd", "Eu / Gd")
        .replace("{raffinate: 99.99 %, extract: 99.99 %}", "{raffinate: 99.9 %, extract: 98 %}"),
        encoding="utf-8",
    )
    made = design_unit(didymium.load(path).solve(), "sx", start_up=False)
    assert not missed(made.cut, made.cheapest)
    assert made.cheapest.design.underwood_flow > made.cheapest.design.extract_share
    assert made.cheapest.cost.total <= made.chosen.cost.total
