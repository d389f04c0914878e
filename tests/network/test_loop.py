"""Recycles unit by unit, and designs that are made once for one feed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import didymium
from didymium.files.load import load_plan
from didymium.network import solve
from didymium.operations import extraction_cut

CUT = """\
didymium: 1
name: One cut
region: china
year: 2025
operating_hours: 8000 h/year
feeds:
  liquor: {material: {LaCl3: 5 %, NdCl3: 5 %, H2O: 90 %}, form: chloride liquor, rate: 10 t/h, price: 2 USD2024/kg}
units:
  cut:
    kind: solvent_extraction
    feed: liquor
    extractant: {name: P507, concentration: 1.5 mol/L, saponification: 36 % NH4}
    cut: Ce / Pr
    purity: {raffinate: 99.9 %, extract: 99.9 %}
  oxide: {kind: oxalate_precipitation, feed: cut.strip_liquor}
products: {nd: oxide.oxide}
"""

TWO_TURNS = """\
didymium: 1
name: Two turns
region: china
year: 2025
operating_hours: 8000 h/year
feeds:
  metal: {material: {Nd: 75 %, Pr: 25 %}, form: metal, rate: 300 kg/h, price: 80 USD2024/kg}
units:
  cut: {kind: machining, feed: mill.powder, recovery: 70 %, oil: 0 %, water: 0 %, oxidation: 0 %}
  mill: {kind: jet_milling, feed: crack.powder, recovery: 90 %, oxygen: 0 ppm, nitrogen: 0 ppm, electricity: 1 kWh/kg}
  crack: {kind: hydrogen_decrepitation, feed: cast.alloy, electricity: 1 kWh/kg}
  cast:
    kind: strip_casting
    feed: metal
    scrap: [cut.swarf, mill.ultrafines]
    composition: {NdPr: 30 %, B: 1 %}
    recovery: 98 %
    oxygen_pickup: 0 ppm
    electricity: 1 kWh/kg
products: {magnet: cut.magnets}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "loop.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_feed_that_does_not_change_is_designed_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    whole = extraction_cut.designed
    monkeypatch.setattr(extraction_cut, "designed", lambda *given: made.append(given) or whole(*given))
    solution = solve(load_plan(written(tmp_path, CUT)))
    assert len(made) == 1
    again = solve(solution.plan, None, {"cut": solution.units["cut"].design})
    assert len(made) == 1
    for name, stream in solution.streams.items():
        np.testing.assert_array_equal(again.streams[name].flow, stream.flow)


def test_two_recycles_into_one_unit_have_their_closed_form(tmp_path: Path) -> None:
    # Of what is cast 0.98 is alloy, of which 0.1 comes back from the mill and 0.9 * 0.3 from the saw.
    result = didymium.load(written(tmp_path, TWO_TURNS)).solve()
    back = 0.98 * (0.1 + 0.9 * 0.3)
    reached = 0.98 * 0.9 * 0.7 / (1.0 - back)
    assert result.recovery("Nd", "magnet", "metal") == pytest.approx(reached, rel=1e-12)
    assert result.streams["cut.magnets"].element("Nd") == pytest.approx(225.0 * reached, rel=1e-12)
    assert result.solution.balance.worst <= 1e-12


def test_samples_of_a_recycle_have_the_bits_of_single_cases(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, TWO_TURNS))
    recovery, dose = np.array([0.2, 0.7, 0.99]), np.array([0.28, 0.3, 0.34])
    batch = solve(plan, {"cut.recovery": recovery, "cast.composition.NdPr": dose})
    for i in range(3):
        one = solve(plan, {"cut.recovery": recovery[i : i + 1], "cast.composition.NdPr": dose[i : i + 1]})
        for name, stream in one.streams.items():
            np.testing.assert_array_equal(batch.streams[name].flow[i], stream.flow[0])
