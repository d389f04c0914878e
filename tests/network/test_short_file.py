"""A flowsheet that leaves to the operations' defaults what it can, its mixer last and named without its outlet."""

from __future__ import annotations

from pathlib import Path

import pytest

import didymium

SHORT = """\
didymium: 1
name: Bayan Obo to Baotou magnets
region: china
year: 2024
operating_hours: 7_920 h/year

feeds:
  ore: {deposit: bayan_obo, rate: 10_000 t/day}

units:
  flotation:
    kind: flotation
    feed: ore
    concentrate_grade: 60 % REO
    recovery: {REO: 75 % ± 5 % (miit2016)}
  bake: {kind: sulfuric_bake, feed: flotation.concentrate, acid: 1.55 t/t, temperature: 600 °C}
  leach: {kind: water_leach, feed: bake.calcine}
  purify: {kind: neutralization, feed: leach.liquor, base: MgO, removes: [Fe, P, Th]}
  chlorides: {kind: chloride_conversion, feed: purify.liquor}
  nd_sm_cut:
    kind: solvent_extraction
    feed: chlorides.liquor
    extractant: {name: P507, concentration: 1.5 mol/L, saponification: 36 % NH4}
    cut: Nd / Sm
    purity: {raffinate: 99.99 %, extract: 99.9 %}
  ndpr_cut: {kind: solvent_extraction, feed: ndpr_feed, like: nd_sm_cut, cut: Ce / Pr, purity: {extract: 99.6 %}}
  ndpr_oxide: {kind: oxalate_precipitation, feed: ndpr_cut.strip_liquor}
  metal: {kind: molten_salt_electrolysis, feed: ndpr_oxide.oxide, current_efficiency: 75 %, voltage: 10 V}
  alloy: {kind: strip_casting, feed: metal.metal}
  decrepitation: {kind: hydrogen_decrepitation, feed: alloy.alloy}
  milling: {kind: jet_milling, feed: decrepitation.powder}
  pressing: {kind: pressing, feed: milling.powder}
  sintering: {kind: sintering, feed: pressing.compacts}
  machining: {kind: machining, feed: sintering.blanks}
  swarf_leach: {kind: swarf_leach, feed: machining.swarf, share: 90 %}
  ndpr_feed: {kind: mixer, feeds: [nd_sm_cut.raffinate, swarf_leach.liquor]}

products: {ndpr_oxide: ndpr_oxide.oxide, magnet: machining.magnets}

targets:
  - {stream: ndpr_oxide.oxide, purity: [Pr, Nd], at_least: 99.5 %}
  - {recovery: Nd, from: ore, to: magnet, at_least: 45 %}
"""


def test_a_page_that_an_engineer_reads_aloud_runs(tmp_path: Path) -> None:
    path = tmp_path / "short.yaml"
    path.write_text(SHORT, encoding="utf-8")
    plant = didymium.load(path)
    assert plant.plan.units["ndpr_cut"].inlets == {"feed": "ndpr_feed.mixed"}
    assert plant.plan.units["ndpr_cut"].parameters.purity.raffinate.text == "99.99 %"
    result = plant.solve()
    assert result.solution.balance.worst <= 1e-12
    assert [target.passed for target in result.targets] == [True, True]
    assert result.recovery("Nd", "magnet") == pytest.approx(0.575, abs=0.03)
