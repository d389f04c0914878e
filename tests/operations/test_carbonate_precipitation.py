"""Carbonate precipitation: RE2(CO3)3, 3 mol bicarbonate or 1.5 mol soda per rare earth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import molar_mass
from didymium.operations.base import OperationError

KEYS = {
    "recovery": {"REO": "100 %"},
    "carbonate_excess": "0 %",
    "occluded_chloride": "0 %",
    "occluded_sulfate": "0 %",
    "moisture": "0 kg/kg",
}


@pytest.mark.parametrize(("carbonate", "needed", "gas"), [("NH4HCO3", 6.0, 3.0), ("Na2CO3", 3.0, 0.0)])
def test_dry_carbonate(bench, carbonate, needed, gas) -> None:
    # 2 LaCl3 + 6 NH4HCO3 -> La2(CO3)3 + 6 NH4Cl + 3 CO2 + 3 H2O; 2 LaCl3 + 3 Na2CO3 -> La2(CO3)3 + 6 NaCl
    feed = bench.of({"LaCl3": 2.0, "H2O": 100.0})
    done = bench.run("carbonate_precipitation", KEYS | {"carbonate": carbonate}, feed)
    assert done.bought(carbonate, carbonate) == pytest.approx(needed)
    assert done.kmol("carbonate", "C") == pytest.approx(3.0)
    assert done.kmol("carbonate", "O") == pytest.approx(9.0)
    assert done.kmol("offgas", "C") == pytest.approx(gas, abs=1e-12)
    assert done.kmol("effluent", "Cl") == pytest.approx(6.0)
    assert done.kmol("effluent", "C") == pytest.approx(0.0, abs=1e-12)
    assert done.kg("carbonate") == pytest.approx(457.84, rel=1e-4)


@pytest.mark.parametrize(("carbonate", "needed", "gas"), [("NH4HCO3", 6.0, 3.0), ("Na2CO3", 3.0, 0.0)])
def test_a_sulfate_liquor_of_clay(bench, carbonate, needed, gas) -> None:
    # Y2(SO4)3 in 2 % ammonium sulfate: + 6 NH4HCO3 -> Y2(CO3)3 + 3 (NH4)2SO4 + 3 CO2 + 3 H2O
    feed = bench.of({"Y2(SO4)3": 1.0, "N2H8SO4": 30.0, "H2O": 11_000.0})
    done = bench.run("carbonate_precipitation", KEYS | {"carbonate": carbonate, "residence": "4 h"}, feed)
    assert done.bought(carbonate, carbonate) == pytest.approx(needed)
    assert done.kmol("carbonate", "C") == pytest.approx(3.0)
    assert done.kmol("effluent", "S") == pytest.approx(33.0)
    assert done.kmol("offgas", "C") == pytest.approx(gas, abs=1e-9)
    assert done.size("tank") == pytest.approx(4.0 * 11_000.0 * 18.015 / 1000.0, rel=1e-4)
    done.neutral("effluent")


def test_free_acid_takes_precipitant(bench) -> None:
    # Strip liquor with 20 % free acid: 1.5 + 0.3 mol soda per mol, 10 % more; 0.3 mol CO2 off.
    keys = KEYS | {"carbonate_excess": "10 %", "carbonate": "Na2CO3"}
    done = bench.run("carbonate_precipitation", keys, bench.of({"SmCl3": 1.0, "HCl": 0.6, "H2O": 50.0}))
    assert done.bought("Na2CO3", "Na2CO3") == pytest.approx(1.98)
    assert done.kmol("offgas", "C") == pytest.approx(0.3)
    assert done.kmol("effluent", "C") == pytest.approx(0.18)
    done.neutral("effluent")


def test_aluminium_falls_as_hydroxide(bench) -> None:
    # 2 AlCl3 + 3 Na2CO3 + 3 H2O -> 2 Al(OH)3 + 6 NaCl + 3 CO2; here half of 2 mol Al, beside La2(CO3)3.
    keys = KEYS | {"coprecipitation": {"Al": "50 %"}}
    done = bench.run("carbonate_precipitation", keys, bench.of({"LaCl3": 2.0, "AlCl3": 2.0, "H2O": 100.0}))
    assert done.bought("Na2CO3", "Na2CO3") == pytest.approx(4.5)
    assert done.kmol("carbonate", "H") == pytest.approx(3.0)
    assert done.kmol("carbonate", "O") == pytest.approx(12.0)
    assert done.kmol("carbonate", "C") == pytest.approx(3.0)
    assert done.kmol("offgas", "C") == pytest.approx(1.5)
    assert done.kmol("effluent", "Al") == pytest.approx(1.0)


@pytest.mark.parametrize(("name", "salt", "charge"), [("Ti", "TiCl4", 4.0), ("Zr", "ZrCl4", 4.0), ("Ga", "GaCl3", 3.0)])
def test_other_metals_that_fall_as_hydroxides(bench, name, salt, charge) -> None:
    # TiCl4 + 2 Na2CO3 + 2 H2O -> Ti(OH)4 + 4 NaCl + 2 CO2, beside La2(CO3)3 of 3 soda.
    keys = KEYS | {"coprecipitation": {name: "100 %"}}
    done = bench.run("carbonate_precipitation", keys, bench.of({"LaCl3": 2.0, salt: 1.0, "H2O": 100.0}))
    assert done.bought("Na2CO3", "Na2CO3") == pytest.approx(3.0 + charge / 2.0)
    found = [done.kmol("carbonate", element) for element in (name, "H", "O", "C")]
    assert found == pytest.approx([1.0, charge, 9.0 + charge, 3.0])
    assert done.kmol("offgas", "C") == pytest.approx(charge / 2.0)


@pytest.mark.parametrize(("name", "salt"), [("P", "H3PO4"), ("F", "HF")])
def test_phosphate_and_fluoride_stay_dissolved(bench, name, salt) -> None:
    # No charge of the carbonate is theirs, and no share may be written for them.
    done = bench.run("carbonate_precipitation", KEYS, bench.of({"LaCl3": 2.0, salt: 1.0, "H2O": 100.0}))
    assert done.kmol("carbonate", name) == 0.0
    assert [done.kmol("carbonate", element) for element in ("La", "C", "O")] == pytest.approx([2.0, 3.0, 9.0])
    assert done.kmol("effluent", name) == pytest.approx(1.0)
    for key in ("recovery", "coprecipitation"):
        with pytest.raises(ValidationError, match=f"{name} does not fall with a carbonate here"):
            bench.parameters("carbonate_precipitation", {key: {name: "50 %"}}, ["feed"])


def test_enclosed_sulfate_and_water(bench) -> None:
    # 2 % SO4 per kg Y2O3 takes the place of carbonate; 0.5 kg of water per kg of what is dry.
    keys = KEYS | {"occluded_sulfate": "2 %", "moisture": "0.5 kg/kg"}
    done = bench.run("carbonate_precipitation", keys, bench.of({"Y2(SO4)3": 1.0, "H2O": 1000.0}))
    sulfate = 0.02 * molar_mass("Y2O3") / molar_mass("SO4")
    assert done.kmol("carbonate", "S") == pytest.approx(sulfate)
    assert done.kmol("carbonate", "C") == pytest.approx(3.0 - sulfate)
    assert done.bought("Na2CO3", "Na2CO3") == pytest.approx(3.0 - sulfate)
    water = done.kmol("carbonate", "H") / 2.0 * molar_mass("H2O")
    assert water == pytest.approx(done.kg("carbonate") / 3.0)


def test_more_moisture_than_water(bench) -> None:
    # 457.84 kg of La2(CO3)3 with as much water, of which 360.3 kg enter.
    keys = KEYS | {"moisture": "1 kg/kg", "wash": "0 kg/kg"}
    with pytest.raises(OperationError, match=r"hold 457\.8 kg/h of water and 360\.3 kg/h enter; lower the") as caught:
        bench.run("carbonate_precipitation", keys, bench.of({"LaCl3": 2.0, "H2O": 20.0}))
    assert caught.value.key == "moisture"


def test_losses_by_solubility_and_fines(bench) -> None:
    # 1 kmol Y in 198 m³ and 0.339 m³ of wash water at 5 g/m³: 0.992 kg of 88.906 kg; 2 % of the rest as fines.
    keys = KEYS | {"recovery": {}, "fines": "2 %", "solubility": {"REO": "5 mg/L"}}
    done = bench.run("carbonate_precipitation", keys, bench.of({"YCl3": 1.0, "H2O": 11_000.0}))
    lost = 0.005 * (11_000.0 * molar_mass("H2O") / 1000.0 + 3.0 * 0.5 * molar_mass("Y2O3") / 1000.0)
    assert lost == pytest.approx(0.992, rel=2e-3)
    assert done.kmol("carbonate", "Y") == pytest.approx(0.98 * (1.0 - lost / molar_mass("Y")))


FEED = ("LaCl3", "CeCl3", "CaCl2", "NaCl", "NH4Cl", "FeCl3", "HCl", "NaOH", "AlCl3", "N2H8SO4", "Y2(SO4)3", "PbCl2")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=80, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * len(FEED)),
    fines=st.floats(0.0, 1.0),
    calcium=st.floats(0.0, 1.0),
    excess=st.floats(0.0, 0.5),
    carbonate=st.sampled_from(["NH4HCO3", "Na2CO3"]),
)
def test_closes(bench, amounts, fines, calcium, excess, carbonate) -> None:
    keys = {"carbonate": carbonate, "recovery": {"Ca": "50 %", "Ce": "98 %"}}
    values = {"fines": fines, "recovery.Ca": calcium, "carbonate_excess": excess}
    feed = bench.of(dict(zip(FEED, amounts, strict=True)) | {"H2O": 1e4})
    done = bench.run("carbonate_precipitation", keys, feed, changes={k: np.array([v]) for k, v in values.items()})
    for outlet in ("carbonate", "effluent", "offgas"):
        done.neutral(outlet)
    done.gas("offgas")
    for element in ("Na", "N"):
        assert done.kmol("carbonate", element) == 0.0


def test_kerosene_of_the_raffinate_stays_in_the_effluent(bench) -> None:
    feed = bench.of({"LaCl3": 1.0, "C12H26": 0.01, "C16H35O3P": 0.01, "H2O": 50.0})
    done = bench.run("carbonate_precipitation", KEYS, feed)
    assert done.kmol("carbonate", "C") == pytest.approx(1.5)
    assert done.kmol("effluent", "C") == pytest.approx(0.28)
    assert done.kmol("effluent", "P") == pytest.approx(0.01)


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"LaCl3": 1.0, "HCl": 0.1, "AlCl3": 0.02, "Na2SO4": 0.1, "H2O": 50.0})
    bench.idle("carbonate_precipitation", {}, feed)
    other = bench.of({"CeCl3": 0.7, "CaCl2": 0.3, "H2O": 7.0})
    bench.alike("carbonate_precipitation", {}, feed, other, {"fines": (0.02, 0.013), "moisture": (0.3, 0.1)})
    bench.alike("carbonate_precipitation", {"recovery": {"REO": "98 %"}}, feed, other, {"recovery.REO": (0.98, 0.913)})
