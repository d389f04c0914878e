"""Pictures of solved flowsheets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import didymium
from didymium.report.pictures import Chart, Picture, PictureError, from_result, of_circuits, svg

Golden = Callable[[str, Picture], None]

TWO = """\
didymium: 1
name: Two elements
region: china
year: 2024
operating_hours: 7_920 h/year
feeds:
  chlorides:
    material: {{PrCl3: 3.6 %, NdCl3: 10.7 %, {third}HCl: 0.06 %, H2O: {water} %}}
    form: chloride liquor
    rate: 5 t/h
    price: 2 USD2024/kg (assumed)
units:
  sx:
    feed: chlorides
    extractant: {{name: P507, concentration: 1.5 mol/L, saponification: 36 % NH4}}
    {circuit}
  nd_oxide: {{kind: oxalate_precipitation, feed: sx.strip_liquor}}
  pr_carbonate: {{kind: carbonate_precipitation, feed: sx.raffinate, carbonate: NH4HCO3}}
products: {{nd_oxide: nd_oxide.oxide, pr_carbonate: pr_carbonate.carbonate}}
"""
EXCHANGE = """\
kind: solvent_extraction
    cut: Pr / Nd
    purity: {raffinate: 99.9 %, extract: 99.9 %}
"""
MASS_ACTION = """\
kind: extraction_circuit
    organic_to_feed: 14.5
    extraction: {stages: 20, efficiency: EFFICIENCY}
    scrub: {stages: 20, efficiency: EFFICIENCY, acid: 3 mol/L, ratio: 2.178}
    strip: {stages: 8, acid: 4 mol/L, ratio: 0.8}
    constants: {Nd: -2.0, Pr: -2.25}
"""


def solved(folder: Path, circuit: str, third: str = "", water: str = "85.64") -> didymium.Result:
    file = folder / "two.yaml"
    file.write_text(TWO.format(circuit=circuit, third=third, water=water), encoding="utf-8")
    return didymium.load(file).solve()


def test_the_circuits_of_a_plant(golden: Golden) -> None:
    result = didymium.load("mountain_pass").solve()
    pictures = of_circuits(result)
    assert [picture.name for picture in pictures] == ["nd_sm_cut profile", "ndpr_cut profile"]
    golden("mountain_pass_nd_sm_cut", pictures[0])
    details = result.solution.units["nd_sm_cut"].details
    assert isinstance(pictures[0], Chart)
    line = next(line for line in pictures[0].panels[1].series if line.name == "Sm")
    assert line.y == tuple(details["organic"][0][:, details["elements"].index("Sm")])


def test_two_elements_with_constant_flows(tmp_path: Path) -> None:
    result = solved(tmp_path, EXCHANGE)
    profile, steps = from_result(result, "sx")
    assert isinstance(steps, Chart)
    assert (profile.name, steps.name) == ("sx profile", "sx McCabe-Thiele")
    assert steps.subtitle.startswith("β(Nd/Pr) = ")
    details = result.solution.units["sx"].details
    # The feed line stands at the neodymium of the feed.
    fed = result.streams["chlorides"].elements[0] / didymium.elements.MOLAR_MASS
    nd, pr = (fed[didymium.elements.INDEX[name]] for name in ("Nd", "Pr"))
    (mark,) = steps.panels[0].marks
    assert mark.at == pytest.approx(nd / (nd + pr), rel=1e-9)
    lines = [line for line in steps.panels[0].series if line.role == "operating"]
    slopes = [(line.y[-1] - line.y[0]) / (line.x[-1] - line.x[0]) for line in lines]
    s, w = details["S"][0], details["W"][0]
    assert slopes == pytest.approx([(w + 1.0) / s, w / s])
    for picture in (profile, steps):
        assert svg(picture)


@pytest.mark.parametrize("efficiency", ["100 %", "90 %"])
def test_two_elements_by_mass_action(tmp_path: Path, efficiency: str) -> None:
    result = solved(tmp_path, MASS_ACTION.replace("EFFICIENCY", efficiency))
    _, steps = from_result(result, "sx")
    assert isinstance(steps, Chart)
    # The constants of the file, not those of the data, whether the stages reach equilibrium or not.
    (curve,) = [line for line in steps.panels[0].series if line.role == "equilibrium"]
    middle = len(curve.x) // 2
    beta = 10.0**0.25
    x = curve.x[middle]
    assert curve.y[middle] == pytest.approx(beta * x / (1.0 + (beta - 1.0) * x), rel=1e-6)
    (points,) = [line for line in steps.panels[0].series if line.role == "points"]
    x, y = np.array(points.x), np.array(points.y)
    reached = (y / (1.0 - y)) / (x / (1.0 - x))
    assert (reached == pytest.approx(np.full_like(reached, beta), rel=1e-6)) == (efficiency == "100 %")
    assert not [line for line in steps.panels[0].series if line.name == "operating lines"]


def test_three_elements_have_a_profile_only(tmp_path: Path) -> None:
    assert len(from_result(solved(tmp_path, EXCHANGE, "DyCl3: 0.01 %, ", "85.63"), "sx")) == 1


def test_a_trace_of_a_third_is_no_third(tmp_path: Path) -> None:
    assert len(from_result(solved(tmp_path, EXCHANGE, "CeCl3: 0.0000001 %, "), "sx")) == 2


def test_what_has_no_picture(tmp_path: Path) -> None:
    result = solved(tmp_path, EXCHANGE)
    with pytest.raises(PictureError, match=r"'sy' is no circuit .*there is sx"):
        from_result(result, "sy")
    with pytest.raises(PictureError, match="no circuit"):
        from_result(result, "nd_oxide")
    with pytest.raises(PictureError, match="there is no sample 1; the flowsheet was solved for 1"):
        from_result(result, "sx", 1)


def test_a_circuit_that_stands_still(tmp_path: Path) -> None:
    result = solved(tmp_path, EXCHANGE)
    result.solution.units["sx"].details["aqueous"][:] = 0.0
    assert of_circuits(result) == []
    with pytest.raises(PictureError, match="took no rare earths"):
        from_result(result, "sx")
