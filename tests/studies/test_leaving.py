"""What leaves unnamed, and units that pass no rare earths on."""

from __future__ import annotations

from pathlib import Path

import pytest

import didymium
from didymium.flowsheet import Result
from didymium.studies.leaving import barren, remarks, untaken

HEAD = "didymium: 1\nname: A\nregion: china\nyear: 2024\noperating_hours: 7_920 h/year\n"
CLAY = (
    "feeds: {clay: {deposit: longnan_clay, rate: 1_000 t/day}}\n"
    "units:\n  hill: {kind: in_situ_leach, feed: clay}\nproducts: {liquor: hill.liquor}\n"
)
CUT = """\
feeds: {chloride: {material: {LaCl3: 25 %, CeCl3: 48 %, PrCl3: 6 %, NdCl3: 21 %}, form: chloride, rate: 1 t/h}}
units:
  cut:
    kind: solvent_extraction
    feed: chloride
    extractant: {name: P507, concentration: 1.5 mol/L, saponification: 36 % NH4}
    cut: Ce / Pr
    purity: {raffinate: 99.5 %, extract: 99.5 %}
  oxide: {kind: oxalate_precipitation, feed: cut.strip_liquor}
  waters: {kind: water_treatment, feeds: [oxide.filtrate]}
products: {oxide: oxide.oxide}
"""


def solved(folder: Path, text: str) -> Result:
    path = folder / "a.yaml"
    path.write_text(HEAD + text)
    return didymium.load(path).solve()


@pytest.mark.parametrize("change", ["retained: 100 %", "collection: 0 %"])
def test_a_unit_that_passes_no_rare_earths_on_is_told(tmp_path: Path, change: str) -> None:
    dry = solved(tmp_path, CLAY.replace("feed: clay}", f"feed: clay, {change}}}"))
    most = "hill.ground" if "retained" in change else "hill.seepage"
    assert barren(dry) == {"hill": most}
    (said,) = remarks(dry)
    assert said == f"no rare earths leave hill but as waste or by-product: most of what it is fed goes to {most}"
    assert remarks(solved(tmp_path, CLAY)) == ()


def test_what_no_product_names_is_told_and_wastes_and_by_products_are_not(tmp_path: Path) -> None:
    result = solved(tmp_path, CUT)
    assert untaken(result) == ("cut.raffinate",)
    assert barren(result) == {}  # the waters hold traces of rare earths, and have none to pass on
    assert remarks(result) == (
        "cut.raffinate leaves the plant: no unit takes it and no product names it; it counts as discharged water",
    )
    named = solved(tmp_path, CUT.replace("oxide.oxide}", "oxide.oxide, lace: cut.raffinate}"))
    assert remarks(named) == ()
