"""The tables: what they say, that they fit, and that text of files stays text."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

import didymium
from didymium.quantities import Value
from didymium.report import comparison, run, tables
from didymium.report.figures import amount
from didymium.studies.effluents import effluents


def text(*parts: RenderableType, width: int = 100, **options: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False, **options)  # type: ignore[arg-type]
    for part in parts:
        console.print(part)
    return out.getvalue()


def test_a_comparison_says_what_design_asks_for(found: didymium.Comparison) -> None:
    shown = text(*comparison.page(found))
    assert max(map(len, shown.splitlines())) <= 100
    assert "…" not in shown
    for word in ("Nd", "Pr", "Dy", "mine", "separation", "overall", "Cost per kg ndpr_oxide", "Cost per kg magnet"):
        assert word in shown
    for word in (
        "reagents",
        "energy",
        "labour",
        "capital",
        "at t/year",
        "prices of",
        "joint costs by",
        "binds",
        "what limits",
    ):
        assert word in shown
    for label, result in found.results.items():
        assert label in shown
        assert f"{100.0 * result.recovery('Nd', 'magnet'):.2f} %" in shown
        assert f"{result.cost.per_kg('magnet').total:.2f}" in shown
        assert f"{result.solution.balance.worst:.1e}" in shown
    assert "does not reach" in shown or "do not reach" in shown
    assert "purchased (heavy_metal)" in shown
    assert "% of the cost of magnet" in shown


@pytest.mark.parametrize("width", [20, 60, 200])
def test_any_width_will_do(found: didymium.Comparison, width: int) -> None:
    shown = text(*comparison.page(found), *run.page(found.results["baotou"], {}, profiles=["nd_sm_cut"]), width=width)
    assert max(map(len, shown.splitlines())) <= width


def test_a_narrow_terminal_breaks_no_word(found: didymium.Comparison) -> None:
    page = [*comparison.page(found), *run.page(found.results["baotou"], {})]
    wide = {word for line in text(*page, width=1000).splitlines() for word in line.split()}
    narrow = text(*page, width=40)
    assert max(map(len, narrow.splitlines())) <= 40
    words = {word.rstrip(":,") for line in narrow.splitlines() for word in line.split() if word.strip("─")}
    assert words - {word.rstrip(":,") for word in wide} == set()
    assert "Nd, mountain_pass\n" in narrow
    assert "  difference: -" in narrow


def test_recoveries_and_costs_fold_nothing_at_80_columns(found: didymium.Comparison) -> None:
    tables_ = [comparison.recoveries(found), *(comparison.cost(found, product) for product in found.products)]
    assert text(*tables_, width=80) == text(*tables_, width=200)


def many(figures: int, name: str) -> str:
    """A table of one row as text of 100 columns: a name, and as many figures of eleven letters."""
    made = tables.table("Wide", ["output"], [f"head{i}" for i in range(figures)])
    tables.row(made, name, *("1234567.8 %" for _ in range(figures)))
    return text(made, width=100)


def test_a_name_breaks_at_its_joints_where_that_makes_room() -> None:
    """Six figures of 11 leave 22 columns for a name of 36: it breaks after a dot, and figures do not break."""
    shown = many(6, "price_at_npv_zero.separated_reo.mine")
    assert shown.count("1234567.8 %") == 6
    names = [line[:22].strip() for line in shown.splitlines()[3:]]
    assert names == ["price_at_npv_zero.", "separated_reo.mine"]


def test_a_table_without_room_for_its_words_is_a_list_at_any_width() -> None:
    shown = many(12, "cost.magnet")
    assert "cost.magnet" in shown
    assert all(f"  head{i}: 1234567.8 %" in shown for i in range(12))


def test_titles_and_captions_do_not_fold_with_a_slender_table() -> None:
    words = "what a caption says is longer than the table is wide"
    slender = tables.table("A title that is longer than its only column", ["a"], [], words)
    tables.row(slender, "b")
    lines = [line.rstrip() for line in text(slender, width=100).splitlines()]
    assert lines == ["A title that is longer than its only column", "a", "─", "b", words]
    narrow = text(slender, width=30)
    assert max(map(len, narrow.splitlines())) <= 30
    long = tables.table("t", ["a"], [], "word " * 30)
    tables.row(long, "b")
    assert max(map(len, text(long, width=200).splitlines())) <= 80  # a caption of a slender table stays readable


def test_a_bought_feed_is_called_no_ore(mountain_pass: didymium.Result) -> None:
    bought = didymium.load("la_rochelle").solve()
    page = text(*comparison.page(didymium.compare([mountain_pass, bought], basis="ndpr_oxide")), width=140)
    assert "Recovery of the feed's rare earths to ndpr_oxide" in page
    assert "of la_rochelle from mixed_carbonate, which is bought" in " ".join(page.split())
    assert "Recovery from mixed_carbonate to its product" in text(*run.page(bought, {}), width=140)
    assert tables.absent_topic(bought) == "not from mixed_carbonate"
    both = text(*comparison.page(didymium.compare([mountain_pass, mountain_pass])), width=140)
    assert "Recovery of the ore's rare earths" in both
    assert "which is bought" not in both


def test_what_leaves_unnamed_is_noted(extraction_circuit: didymium.Result) -> None:
    plan = dataclasses.replace(extraction_circuit.plan, products={})
    nameless = didymium.Flowsheet(plan).solve()
    said = "pr_carbonate.carbonate leaves the plant: no unit takes it and no product names it"
    assert said in text(*run.page(nameless, {}), width=200)
    assert said not in text(*run.page(extraction_circuit, {}), width=200)


def test_a_run(baotou: didymium.Result) -> None:
    page = run.page(baotou, {"a.b": "[red]1"}, fates=("Nd", "Dy"), profiles=["nd_sm_cut"], assumptions=True)
    shown = text(*page, width=140)
    for word in ("a.b = [red]1", "nd_sm_cut.strip_liquor", "Where the Nd and Dy of ore went", "organic the last"):
        assert word in shown
    assert all(target.text in shown for target in baotou.plan.targets)
    assert "38_000 t/year (when the" in shown
    assert "kg that came back as swarf" in shown
    assert all(path in shown for path in baotou.assumptions)
    assert "13,063 – 24,077" in text(*page, width=100)
    wide = text(*page, width=400)
    for word in ("HCl", "0.04 – 0.15", "labour of the separation stage", "capital of the mine stage", "Nd/Pr"):
        assert word in wide
    assert wide.index("heavy_metal  ") < wide.index("gallium  ")
    assert "Streams" not in text(*run.page(baotou, {}, streams=False))


def test_costs_say_at_which_scale_and_of_which_money(baotou: didymium.Result) -> None:
    split = baotou.cost.per_kg("magnet")
    shown = text(*run.page(baotou, {}), width=140)
    assert f"{split.t_per_year:,.0f}" in shown
    assert "costs are for a plant built for the file's rates (" in shown
    assert f"separation at {100 * baotou.capacity['separation'].utilisation:.1f} %" in shown
    assert "USD; prices of 2024 (some of the file), capital of 2025" in shown
    assert "USD of" not in shown
    assert "it has no price of its own" in shown
    bigger = {
        name: dataclasses.replace(plate, rate=Value(1e6, "kg/h")) for name, plate in baotou.plan.nameplates.items()
    }
    idle = didymium.Flowsheet(dataclasses.replace(baotou.plan, nameplates=bigger)).solve()
    assert "built for the file's rates" not in text(*run.page(idle, {}), width=140)


def test_a_later_year_is_not_claimed() -> None:
    result = didymium.load("baotou", {"year": "2030"}).solve()
    shown = text(*run.page(result, {}), width=160)
    assert "USD; prices of 2024 (some of the file), capital of 2025" in shown
    assert "nothing is escalated to 2030" in shown
    assert "capital is of 2025, the nearest year of the cost index, not of 2030" in shown


def test_a_missed_target_stands_out(baotou: didymium.Result) -> None:
    missed = dataclasses.replace(baotou.plan.targets[0], at_least=0.9999)
    plan = dataclasses.replace(baotou.plan, targets=(missed,))
    result = dataclasses.replace(baotou, solution=dataclasses.replace(baotou.solution, plan=plan))
    shown = text(*run.page(result, {}), width=140)
    assert "MISSED" in shown
    assert "targets missed" in shown


def test_text_of_files_stays_text(baotou: didymium.Result) -> None:
    plan = dataclasses.replace(baotou.plan, title="[red]\x1b[31m\x07 x[/] \n :smile: y")
    result = dataclasses.replace(baotou, solution=dataclasses.replace(baotou.solution, plan=plan))
    shown = text(*run.page(result, {}), force_terminal=False)
    assert "[red]\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER} x[/] :smile: y" in shown
    assert "\x1b" not in shown


def test_a_flowsheet_without_products_or_nameplates(baotou: didymium.Result) -> None:
    plan = dataclasses.replace(baotou.plan, products={}, targets=(), nameplates={})
    result = didymium.Flowsheet(plan).solve()
    shown = text(*run.page(result, {}))
    assert "the file gives no nameplate" in shown
    assert "Cost per kg" not in shown
    assert "new NdPr oxide" not in shown


def test_different_years_are_said(baotou: didymium.Result) -> None:
    later = didymium.load("baotou", {"year": "2024"}).solve()
    shown = text(*comparison.page(didymium.compare([baotou, later])))
    assert "the plants are of 2024 and 2025" in shown


def test_what_does_not_close_is_marked(baotou: didymium.Result) -> None:
    worse = dataclasses.replace(baotou.solution.balance, worst=1e-6)
    result = dataclasses.replace(baotou, solution=dataclasses.replace(baotou.solution, balance=worse))
    assert "> (!) 1e-09" in tables.closure_line(result)


def test_a_circuit_beyond_the_range_of_its_constants_is_remarked_on(
    extraction_circuit: didymium.Result, baotou: didymium.Result
) -> None:
    shown = text(*run.page(extraction_circuit, {}, profiles=["sx"]))
    assert "sx: pH is -0.48" in shown
    assert "sx, organic phase" in shown
    assert tables.remarks(baotou) == []


def test_targets_of_impurities_and_grades_show_what_is_missed(tmp_path: Path) -> None:
    file = tmp_path / "lots.yaml"
    file.write_text(
        "didymium: 1\nname: Lots\nregion: china\nyear: 2024\noperating_hours: 8_000 h/year\n"
        "feeds: {oxide: {material: {Nd2O3: 99.5 %, La2O3: 0.4 %, Fe2O3: 0.1 %}, rate: 1 kg/h, price: 60 USD2024/kg}}\n"
        "units: {lots: {kind: splitter, feed: oxide, share: 60 %}}\nproducts: {lot: lots.first}\n"
        "targets:\n  - {stream: lot, impurity: Fe, at_most: 500 ppm}\n  - {stream: lot, grade: nd_oxide_99_9}\n"
    )
    shown = text(tables.targets(didymium.load(file).solve()), width=200)
    assert "Fe in lot at most 500 ppm" in shown
    assert "0.1 %" in shown
    assert "grade nd_oxide_99_9 of lot (some of its limits are assumed)" in shown
    assert "- Fe as Fe2O3" in shown
    assert "0.10 %, limit at most 0.02 %" in shown
    assert shown.count("MISSED") == 4


def test_the_ledger_says_what_units_use_and_how_large_they_are(baotou: didymium.Result) -> None:
    shown = text(*run.page(baotou, {}, ledger=True), width=140)
    assert "What the units use" not in text(*run.page(baotou, {}), width=140)
    bake = baotou.solution.units["bake"]
    acid = next(float(line.rate[0]) for line in bake.lines if line.item == "H2SO4")
    fed = baotou.streams["flotation.concentrate"].oxide() / 1000.0
    line = next(one for one in shown.splitlines() if "H2SO4" in one).split()
    made = float(effluents(baotou).oxide[0])
    assert line[-4:] == [f"{acid:,.0f}", f"{acid / fed:,.0f}", f"{acid / made:,.0f}", "kg"]
    kiln = next(one for one in shown.splitlines() if "kiln" in one)
    assert kiln.split()[-2] == amount(bake.sizes[0].value)
    for unit in ("scrubber", "waters"):  # no rare earths enter a scrubber, traces of them a treatment of waters
        used = shown[shown.index("What the units use") :]
        found = next(one for one in used[used.index(f"\n{unit} ") :].splitlines() if "lime" in one).split()
        lime = next(float(one.rate[0]) for one in baotou.solution.units[unit].lines if one.item == "lime")
        assert found[-3:] == ["–", amount(lime / made), "kg"]
    assert "made: t REO that leaves separation" in shown
