"""Oxide to magnet: NdPr oxide per t of magnet, balances of metal, powder and swarf by element, energy step by step."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import didymium
from didymium.elements import COUNT
from didymium.flowsheet import Result
from didymium.operations.balance import composition
from didymium.stream import Stream
from didymium.studies.origins import new_oxide

Array = NDArray[np.float64]
PLANTS = ("mountain_pass", "baotou")
IDEAL = {
    "swarf_leach.share": "100 %",
    "swarf_leach.extraction.REO": "100 %",
    "ndpr_oxide.recovery.REO": "100 %",
    "coating.rejects": "0 %",
    "coating.pickling": "0.1 um",
}
"""Everything that leaves the line as swarf comes back as oxide; nothing is lost once the magnets are cut."""
STEPS = {
    "strip_casting": ("strip_casting.alloy", 0.8),
    "hydrogen_decrepitation": ("strip_casting.alloy", 0.1),
    "jet_milling": ("hydrogen_decrepitation.powder", 1.8),
    "pressing": ("jet_milling.powder", 0.4),
    "sintering": ("pressing.compacts", 2.4),
    "machining": ("machining.magnets", 1.4),
}
"""kWh per kg of a stream, published (sprecher2014)."""


def need(name: str, changes: dict[str, str]) -> float:
    """t of new NdPr oxide per t of finished magnet."""
    found = new_oxide(didymium.load(name, changes=changes).solve())
    assert found is not None
    return found.net / 1000.0


def mass(stream: Stream, *elements: str) -> float:
    return float(sum(np.sum(stream.element(name)) for name in elements) if elements else np.sum(stream.mass()))


@pytest.mark.parametrize("name", PLANTS)
def test_new_oxide_with_every_swarf_returned(name: str) -> None:
    """0.35 to 0.37 t per t, for magnets of about 30 % Nd and Pr: what they hold, and what the cells lose."""
    # 0.2997 t of Nd and Pr are 0.350 t of oxide; 97.2 % of what goes into the cells becomes metal: 0.360 t.
    found = need(name, IDEAL)
    assert 0.350 <= found <= 0.37
    # Swarf passes the cells again, so they lose their share of the gross 0.534 t: at 98 % less by 4 kg.
    better = need(name, IDEAL | {"metal.recovery": "98 %"})
    assert found - better == pytest.approx(0.534 * (1.0 - 0.972 / 0.98), rel=0.03)
    assert 0.350 <= better <= 0.37


@pytest.mark.parametrize("name", PLANTS)
def test_new_oxide_with_nine_tenths_of_the_swarf_returned(name: str) -> None:
    """0.38 to 0.41 t per t at machining yields of 67 to 75 %."""
    found = [
        need(name, {"swarf_leach.share": "90 %", "machining.recovery": share}) for share in ("75 %", "70 %", "67 %")
    ]
    assert found == sorted(found)
    assert found[0] >= 0.38
    assert found[-1] <= 0.41


@pytest.mark.parametrize("name", PLANTS)
def test_new_oxide_without_return(name: str) -> None:
    """0.46 to 0.57 t per t at machining yields of 67 to 75 %."""
    found = [
        need(name, {"swarf_leach.share": "0 %", "machining.recovery": share}) for share in ("75 %", "70 %", "67 %")
    ]
    assert found == sorted(found)
    assert found[0] >= 0.46
    assert found[-1] <= 0.57


def test_oxide_follows_from_the_yields(plant) -> None:
    """Gross need = oxide in the magnet over the product of the yields, by hand."""
    result = plant("mountain_pass")
    magnet = result.streams["machining.magnets"]
    content = sum(float(np.sum(magnet.oxide(name))) for name in ("Nd", "Pr")) / mass(magnet)
    cast, mill, press, sound, shaped, metal = 0.997, 0.985, 0.99, 0.98, 0.70, 0.972
    # The furnace's rejects are melted again.
    line = cast * mill * press * sound / (1.0 - cast * mill * press * (1.0 - sound))
    found = new_oxide(result)
    assert found is not None
    assert found.gross / 1000.0 == pytest.approx(content / (metal * line * shaped), rel=0.01)


@pytest.mark.parametrize("name", PLANTS)
def test_metal_powder_and_swarf_close_by_element(plant, name: str) -> None:
    """What enters each step, what it buys included, leaves it: 49 elements, from the cells to the swarf leach."""
    result = plant(name)
    for unit in ("metal", *STEPS, "swarf_leach"):
        inlets = result.plan.units[unit].inlets.values()
        coming = sum(flow(result, stream) for stream in inlets) + bought(result, unit)
        going = sum(flow(result, stream) for stream in result.streams if stream.split(".")[0] == unit)
        np.testing.assert_allclose(going, coming, rtol=1e-9, atol=1e-12 * coming.max(), err_msg=unit)


def flow(result: Result, stream: str) -> Array:
    """kg/h by element."""
    return np.add.reduce(result.streams[stream].flow.reshape(-1, COUNT), axis=0)


def bought(result: Result, unit: str) -> Array:
    """kg/h by element of what a unit buys."""
    lines = [line for line in result.solution.units[unit].lines if line.unit == "kg"]
    return sum((float(line.rate[0]) * composition(line.item) for line in lines), np.zeros(COUNT))


@pytest.mark.parametrize("name", PLANTS)
def test_what_the_alloy_holds_is_in_magnets_swarf_and_small_losses(plant, name: str) -> None:
    """Of the neodymium in the alloy: 65 to 70 % finished, 27 to 32 % swarf, ultrafines and rejects, 2 % remelted."""
    result = plant(name)
    alloy = mass(result.streams["strip_casting.alloy"], "Nd")
    magnets = mass(result.streams[result.plan.products["magnet"]], "Nd") / alloy
    swarf = sum(mass(result.streams[one], "Nd") for one in result.plan.units["swarf_leach"].inlets.values()) / alloy
    remelted = mass(result.streams["sintering.rejects"], "Nd") / alloy
    gas = mass(result.streams["sintering.furnace_gas"], "Nd") / alloy
    skin = [name for name in ("coating.effluent", "coating.rejects", "diffusion.swarf") if name in result.streams]
    finishing = sum(mass(result.streams[name], "Nd") for name in skin) / alloy
    assert magnets + swarf + remelted + gas + finishing == pytest.approx(1.0, abs=1e-9)
    assert finishing < 0.02
    assert 0.65 < magnets < 0.70
    assert 0.28 < swarf < 0.33
    assert remelted == pytest.approx(0.02, abs=0.003)


@pytest.mark.parametrize("step", STEPS)
def test_energy_of_each_step(plant, used, step: str) -> None:
    """kWh per kg of what a step treats, or for machining of what is shaped."""
    result = plant("mountain_pass")
    stream, published = STEPS[step]
    assert used(result, step, "electricity") / mass(result.streams[stream]) == pytest.approx(published, rel=0.02)


def test_energy_from_strip_casting_to_grinding(plant, used) -> None:
    """5.5 kWh per kg of blank, 1.4 for grinding, about 9.3 per kg finished at 70 %; the inventory counts no losses."""
    result = plant("mountain_pass")
    blanks, magnets = (mass(result.streams[name]) for name in ("sintering.blanks", "machining.magnets"))
    line = [name for name in STEPS if name != "machining"]
    assert sum(STEPS[name][1] for name in line) == pytest.approx(5.5)
    to_blank = used(result, line, "electricity") / blanks
    # Flakes, powder and compacts that are lost on the way took energy too: 3 to 4 %.
    assert 5.5 < to_blank < 5.8
    finished = used(result, STEPS, "electricity") / magnets
    assert finished == pytest.approx(to_blank / 0.70 + 1.4, rel=1e-3)
    assert finished == pytest.approx(9.3, rel=0.04)
