"""Trains by money: ranks, costs by cause, what they rest on."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest

import didymium
from didymium.cascade.trains import Designer, best_trains
from didymium.cascade.trains.cuts import cuts
from didymium.data import prices
from didymium.economics.circuit_cost import installed_cost
from didymium.economics.installed import scope, shares
from didymium.elements import INDEX, MOLAR_MASS, OXIDE_FACTOR, RARE_EARTHS, RE
from didymium.operations.base import plain
from didymium.operations.separation_train import task_of
from didymium.operations.stoichiometry import moles
from didymium.report.trains import page
from didymium.report.trains_document import body, diagram
from didymium.studies.train_costs import CAUSES, LIQUOR, TrainCosts
from didymium.studies.trains import TrainError, trains

TEXT = """\
didymium: 1
name: A small train
region: china
year: 2024
operating_hours: 8_000 h/year
feeds:
  liquor: {material: {LaCl3: 9 %, PrCl3: 1 %, NdCl3: 4 %, SmCl3: 1 %, YCl3: 3 %, H2O: 82 %}, form: chloride liquor,
           rate: 5 t/h, price: 1 USD2024/kg (assumed)}
units:
  train:
    kind: separation_train
    feed: liquor
    extractants:
      - {name: P507, concentration: 1.5 mol/L, saponification: 36 % NH4}
      - {name: naphthenic acid, concentration: 0.7 mol/L, saponification: 80 % Na}
    products:
      la: {elements: [La], purity: 99.9 %}
      prnd: {elements: [NdPr], purity: 99.5 %}
      sm: {elements: [Sm], purity: 98 %}
      y: {elements: [Y], purity: 99.9 %}
  oxide: {kind: oxalate_precipitation, feed: train.prnd}
products: {prnd: oxide.oxide}
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    path = tmp_path_factory.mktemp("trains") / "small.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return didymium.load(path).solve()


@pytest.fixture(scope="module")
def study(result):
    return trains(result, "train")


def test_ten_trains_best_first(study) -> None:
    costs = [one.usd_per_year for one in study.choices]
    assert len(costs) == 10
    assert costs == sorted(costs)
    assert [one.rank for one in study.choices] == list(range(1, 11))
    assert sorted(one.rank_before for one in study.choices) == list(range(1, 11))
    assert len({one.sequence for one in study.choices}) == 10
    assert study.best is study.choices[0]


def test_costs_add_up(study) -> None:
    hours = 8000
    for one in study.choices:
        assert tuple(one.by_cause) == CAUSES
        assert sum(one.by_cause.values()) == pytest.approx(one.usd_per_year)
        assert all(value > 0.0 for value in one.by_cause.values())
        assert one.usd_per_kg_REO == pytest.approx(one.usd_per_year / (study.feed_kg_REO_per_h * hours))
        assert one.usd_per_year == pytest.approx(one.usd_per_year_before, rel=0.05)


def test_base_and_acid_by_hand(study) -> None:
    # 3 S F of base and 2 % more, ammonia 0.36 USD/kg of 17.03 kg/kmol, NaOH 0.38 of 40.00.
    for row in study.best.circuits:
        soap = 3.0 * row.solvent * row.feed_kmol_per_h * 1.02
        price = 0.38 * 39.997 if row.extractant == "naphthenic acid" else 0.36 * 17.031
        assert row.by_cause["base"] == pytest.approx(soap * price * 8000, rel=1e-4)
        assert row.base_kmol_per_h == pytest.approx(soap)
        stripped = 3.0 * (row.solvent - row.scrub_flow) * row.feed_kmol_per_h * 1.2
        acid = 3.0 * row.scrub_flow * row.feed_kmol_per_h + stripped
        assert row.by_cause["acid"] == pytest.approx(acid * 36.461 * 0.09 * 8000, rel=1e-4)
        strength = 0.7 * 0.8 if row.extractant == "naphthenic acid" else 1.5 * 0.36
        assert row.organic_m3_per_h == pytest.approx(3 * row.solvent * row.feed_kmol_per_h / strength)
        assert row.organic_m3 == pytest.approx(row.organic_m3_per_h * 20 / 60 * (row.stages + 8))


def test_mixer_settlers_by_hand(study) -> None:
    # 303,517 USD of 2016 for one of 9.25 m³, to the power 0.45 (0.75 below), times 2.97; CEPCI 541.7 to 798.8; a third
    # in China; eight of strip besides the stages.
    for row in study.best.circuits:
        number = row.stages + 8
        ratio = row.volume_m3 / number / 9.25
        bare = number * 303_517.0 * ratio ** (0.45 if ratio >= 1.0 else 0.75) * 2.97 * 798.8 / 541.7 * 0.33
        assert row.by_cause["mixer-settlers"] == pytest.approx(bare * 0.117460, rel=1e-4)
        assert row.by_cause["maintenance"] == pytest.approx(bare * 0.02, rel=1e-4)


def test_mixer_settlers_cost_what_the_capital_of_the_flowsheet_has(result) -> None:
    """Circuit by circuit and as a whole: the design's cost is the capital's, but for the scope factor."""
    built = result.cost.capital["separation"]
    own = [one for one in built.purchases if one.unit == "train"]
    assert len(own) == 3
    usd = [installed_cost(one.size[0], one.number[0], 2024, "china") for one in own]
    assert sum(usd) * scope("separation") / 1e6 == pytest.approx(built.by_unit["train"][0], rel=1e-12)
    lang = 1.0 + sum(shares().values())
    for million, one in zip(usd, own, strict=True):
        assert million / 1e6 == pytest.approx(one.million_usd[0] * lang * 0.33, rel=1e-12)


def test_no_bound_is_above_its_circuit_in_money(result) -> None:
    unit = result.plan.units["train"]
    p = plain(unit.parameters, 1, {})
    task = task_of(p, moles(result.streams["liquor"].elements[:1])[0, RE])
    costs, designer = TrainCosts(result.plan, unit, p, task), Designer(task)
    compared = 0
    for state in range(1, task.everything + 1):
        if state & (state - 1):
            for cut in cuts(task, state):
                assert costs(designer.sketch(cut)) <= costs(designer.circuit(cut)), cut
                compared += 1
    assert compared > 20


def test_products_hold_what_they_promise(study) -> None:
    for one in study.choices:
        assert one.short == ()
        for row in one.products:
            assert row.purity >= row.asked_purity - 1e-12
            assert row.recovery >= row.asked_recovery - 1e-12


def test_the_frozen_train_is_among_them(study, result) -> None:
    assert study.frozen == result.solution.units["train"].details["sequence"]
    assert study.frozen_by == "least reagents"
    assert study.frozen in {one.sequence for one in study.choices}


def test_dearer_soap_moves_the_ranks(result, study) -> None:
    cheap = replace(result.flowsheet.plan, region="us")
    other = trains(didymium.Flowsheet(cheap).solve(), "train", 3)
    assert len(other.choices) == 3
    assert other.best.usd_per_year > study.best.usd_per_year


def test_assumptions_have_ranges(study) -> None:
    assert LIQUOR.low < LIQUOR.value < LIQUOR.high
    known = {one.what for one in study.assumptions}
    assert "rare earths in the feed of a circuit" in known
    assert any("P507" in what for what in known)
    for one in study.assumptions:
        assert one.low <= one.value <= one.high
        assert one.source
        assert one.low < one.high


def test_other_units_have_no_trains(result) -> None:
    with pytest.raises(TrainError, match="oxide is a oxalate_precipitation, not a separation_train"):
        trains(result, "oxide")


def test_the_document_is_json(study) -> None:
    text = json.dumps(body(study), allow_nan=False)
    again = json.loads(text)
    assert len(again["trains"]) == 10
    first = again["trains"][0]
    assert first["USD_per_year"] == pytest.approx(study.best.usd_per_year)
    assert [row["cut"] for row in first["circuits"]] == list(study.best.sequence)
    assert all(0.0 < row["purity"] < 1.0 for row in first["products"])


def test_the_page_names_cuts_products_and_doubts(study) -> None:
    from rich.console import Console

    shown = Console(width=120, record=True, file=io.StringIO())
    for part in page(study):
        shown.print(part)
    text = shown.export_text()
    for word in ("The 10 best trains", "Costs of the best train", "prnd: Pr, Nd", "NA is naphthenic acid", "assumed"):
        assert word in text
    assert study.best.sequence[0] in text


def test_the_picture_is_a_tree(study) -> None:
    drawn = diagram(study, 2)
    names = {box.name for box in drawn.boxes}
    assert set(study.choices[1].sequence) <= names
    assert {"la", "prnd", "sm", "y"} <= names
    assert len(drawn.boxes) == 1 + 3 + 4
    assert np.isfinite([box.row for box in drawn.boxes]).all()


def test_every_cause_by_hand(study, result) -> None:
    # Losses 3 kg/t of P507 at 6.5 USD/kg and 12 kg/t of kerosene at 1.05; 0.19 kWh and 0.8 MJ per kg of REO fed.
    unit, hours = result.plan.units["train"], 8000
    feed = moles(result.streams["liquor"].elements[:1])[0, RE]
    task = task_of(plain(unit.parameters, 1, {}), feed)
    costs = TrainCosts(result.plan, unit, plain(unit.parameters, 1, {}), task)
    oxides = {name: known.value for name, known in prices(2024).items()}
    rate, life = 0.10, 20
    assert costs.by_cause  # the interest is that of the data: an annuity of 0.11746 over 20 years
    assert rate / (1 - (1 + rate) ** -life) == pytest.approx(0.117460, rel=1e-5)
    book = costs.book
    power, warmth = float(book.price("electricity").per("kWh")), float(book.price("heat").per("MJ"))
    for name in ("La / Pr with P507", "Nd / Sm with P507"):
        train = best_trains(Designer(task), costs, 10)
        one = next(c for t in train for c in t.circuits if c.words == name)
        paid = costs.by_cause(one)
        oxide = float((one.feed * MOLAR_MASS[RE] * OXIDE_FACTOR[RE]).sum()) * hours
        assert paid["organic lost"] == pytest.approx((0.003 * 6.5 + 0.012 * 1.05) * oxide)
        assert paid["power and heat"] == pytest.approx((0.19 * power + 0.8 * warmth) * oxide)
        s, w, fed = one.organic, one.scrub_flow, float(one.feed.sum())
        held = one.held_organic + one.held_aqueous
        worth = sum(
            share * MOLAR_MASS[column] * OXIDE_FACTOR[column] * oxides[element]
            for share, column, element in zip(held / held.sum(), RE, RARE_EARTHS, strict=True)
            if share
        )
        inventory = (20 / 60) * fed * (one.stages * (s + w) + one.extraction)
        assert paid["rare earths held"] == pytest.approx(inventory * worth * rate)
        # Organic, scrub acid of 3 mol/L and the feed of 1 mol/L fill extraction stages; strip acid of 4 its eight.
        organic, scrub, strip = 3 * s * fed / 0.54, 3 * w * fed / 3, 3 * (s - w) * 1.2 * fed / 4
        stages = one.extraction * (organic + scrub + fed / 1.0) + one.scrub * (organic + scrub) + 8 * (organic + strip)
        assert float(costs.sizes(one).volume) == pytest.approx(stages * 20 / 60)


def test_assumptions_are_the_standards_of_the_unit_and_assumed_prices(result, study) -> None:
    known = {one.what: one for one in study.assumptions}
    for key, low, high in (
        ("mixing", 3 / 60, 8 / 60),
        ("settling", 8 / 60, 30 / 60),
        ("strip_stages", 5, 12),
        ("base_excess", 0, 0.05),
        ("strip_excess", 0.05, 0.6),
        ("scrub_acid", 2, 4.5),
        ("strip_acid", 3, 6),
        ("extractant_loss", 0.001, 0.005),
        ("diluent_loss", 0.005, 0.02),
        ("electricity", 0.1, 0.4),
        ("heat", 0.4, 1.6),
        ("products.y.recovery", 0.95, 0.998),
    ):
        assert (known[f"train.{key}"].low, known[f"train.{key}"].high) == pytest.approx((low, high))
    assert {one.split()[2] for one in known if one.endswith(" oxide")} == {"Pr", "Sm", "Y"}
    assert not any("concentration" in what for what in known)
    written = {one["what"] for one in body(study)["assumptions"]}
    assert written == set(known)


def test_what_a_file_gives_with_a_source_is_no_assumption(tmp_path) -> None:
    path = tmp_path / "given.yaml"
    mine = (
        "    electricity: 0.2 kWh/kg (sprecher2014)\n    settling: 9 min from 6 to 12 min (assumed)\n    extractants:"
    )
    path.write_text(TEXT.replace("    extractants:", mine, 1), encoding="utf-8")
    known = {one.what: one for one in trains(didymium.load(path).solve(), "train", 1).assumptions}
    assert "train.electricity" not in known
    assert (known["train.settling"].low, known["train.settling"].high) == pytest.approx((0.1, 0.2))


DRAWN = TEXT.replace("{elements: [Sm], purity: 98 %}", "{elements: [Sm], purity: 40 %, recovery: 80 %}").replace(
    "    extractants:",
    "    three_outlets: true\n    sequence: [Nd / Sm / Y with P507, La / Pr with P507]\n    extractants:",
    1,
)


def test_a_draw_that_comes_back_settles(tmp_path) -> None:
    path = tmp_path / "recycle.yaml"
    back = "units:\n  joined: {kind: mixer, feeds: [liquor, back.first]}\n"
    back += "  back: {kind: splitter, feed: train.sm, share: 80 %}\n"
    path.write_text(
        DRAWN.replace("units:\n", back).replace("    feed: liquor\n", "    feed: joined.mixed\n"), encoding="utf-8"
    )
    solved = didymium.load(path).solve()
    unit = solved.solution.units["train"]
    first = unit.design["frozen"].train.circuits[0]
    assert first.draw_stage is not None
    # Designed again for what comes back: nearly five times the Sm, at the S and W of that design.
    fresh = moles(solved.streams["liquor"].elements[:1])[0, INDEX["Sm"]]
    came = moles(solved.streams["joined.mixed"].elements[:1])[0, INDEX["Sm"]]
    assert 4.5 * fresh < came < 5.0 * fresh
    assert first.feed[RARE_EARTHS.index("Sm")] == pytest.approx(came, rel=0.05)
    assert unit.details["S"][0, 0] == pytest.approx(first.organic, rel=3e-3)
    assert unit.details["W"][0, 0] == pytest.approx(first.scrub_flow, rel=0.02)


def test_a_draw_rates_richer_and_poorer_liquors(tmp_path) -> None:
    path = tmp_path / "drawn.yaml"
    path.write_text(DRAWN, encoding="utf-8")
    many = didymium.load(path).solve({"feeds.liquor.material.SmCl3": [0.002, 0.01, 0.05, 0.2]})
    s = many.solution.units["train"].details["S"][:, 0]
    assert (np.diff(s) > 0.0).all()
    for outlet, element, least in (("y", "Y", 0.998), ("prnd", "Nd", 0.7), ("sm", "Sm", 0.1)):
        oxide = many.streams[f"train.{outlet}"].elements[:, RE] * OXIDE_FACTOR[RE]
        assert (oxide[:, RARE_EARTHS.index(element)] > least * oxide.sum(axis=1)).all()
