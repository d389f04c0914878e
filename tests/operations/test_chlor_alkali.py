"""Chlor-alkali: one electron per NaOH, salt to the capacity, and what a brine may bring."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import mass_fractions, molar_mass
from didymium.operations.base import OperationError

WHOLE = {"conversion": "100 %", "burnt": "100 %"}
FARADAY = 96485.33212


def test_two_salt_make_two_soda_and_two_acid(bench) -> None:
    # 2 NaCl + 2 H2O -> 2 NaOH + Cl2 + H2 and H2 + Cl2 -> 2 HCl: 100 kmol of each.
    done = bench.run("chlor_alkali", WHOLE, bench.of({"NaCl": 100.0, "H2O": 5000.0}))
    assert done.kmol("caustic", "Na") == pytest.approx(100.0)
    assert done.kmol("acid", "Cl") == pytest.approx(100.0)
    assert done.kg("hydrogen") == pytest.approx(0.0, abs=1e-9)
    assert done.kg("chlorine") == pytest.approx(0.0, abs=1e-9)
    assert done.kg("bleed", "Na", "Cl") == pytest.approx(0.0, abs=1e-9)
    # Liquors of 32 % and 33 %.
    assert done.kg("caustic") == pytest.approx(100.0 * molar_mass("NaOH") / 0.32)
    assert done.kg("acid") == pytest.approx(100.0 * molar_mass("HCl") / 0.33)
    done.neutral("caustic")
    done.neutral("acid")


def test_faraday(bench) -> None:
    # Two electrons per two NaOH: 100 kmol/h are 100e3 x 96485 / 3600 A at full efficiency, here 95 %; 3.1 V.
    feed = bench.of({"NaCl": 100.0, "H2O": 5000.0})
    done = bench.run("chlor_alkali", WHOLE | {"auxiliaries": "0 kWh/kg"}, feed)
    current = 100e3 * FARADAY / 3600.0 / 0.95
    assert done.used("electricity") == pytest.approx(current * 3.1 / 1000.0)
    rectifier, evaporator, membranes = done.outcome.sizes
    assert (rectifier.item, rectifier.unit) == ("rectifier", "kW")
    assert rectifier.value[0] == pytest.approx(current * 3.1 / 1000.0)
    assert (evaporator.item, evaporator.unit) == ("brine evaporator", "t/h")
    assert (membranes.item, membranes.unit) == ("membranes", "m^2")
    assert membranes.value[0] == pytest.approx(current / 5000.0)


def test_electricity_of_practice(bench) -> None:
    # Pages on the economics of such plants take 2.5 kWh per kg NaOH.
    done = bench.run("chlor_alkali", {}, bench.of({"NaCl": 100.0, "H2O": 1000.0}))
    assert 2.3 < done.used("electricity") / done.details["NaOH"][0] < 2.5


def test_salt_fills_the_capacity(bench) -> None:
    # 4 t/h NaOH are 100.01 kmol; at 80 % conversion they take 125 kmol, 50 of them from the brine; 25 are bled.
    keys = {"capacity": "4 t/h", "conversion": "80 %", "burnt": "90 %"}
    done = bench.run("chlor_alkali", keys, bench.of({"NaCl": 50.0, "H2O": 100.0}))
    made = 4000.0 / molar_mass("NaOH")
    assert done.bought("salt", "NaCl") == pytest.approx(made / 0.8 - 50.0)
    assert done.kg("caustic", "Na") / 22.98976928 == pytest.approx(made)
    assert done.kmol("bleed", "Na") == pytest.approx(made / 4.0)
    assert done.kmol("bleed", "Cl") == pytest.approx(made / 4.0)
    assert done.kmol("hydrogen", "H") == pytest.approx(0.1 * made)
    assert done.kmol("chlorine", "Cl") == pytest.approx(0.1 * made)
    # Water: one per NaOH, that of the liquors and of bled brine of 26 %; 100 kmol came.
    water = (
        made + (made * molar_mass("NaOH") * (1 / 0.32 - 1) + 0.9 * made * molar_mass("HCl") * (1 / 0.33 - 1)) / 18.01528
    )
    water += made / 4.0 * molar_mass("NaCl") * (1 / 0.26 - 1) / 18.01528
    assert done.bought("water", "H2O") == pytest.approx(water - 100.0, rel=1e-4)
    assert done.used("heat") == 0.0
    done.neutral("bleed")


def test_brine_beyond_the_capacity_passes_by(bench) -> None:
    keys = {"capacity": "2 t/h", "conversion": "100 %"}
    done = bench.run("chlor_alkali", keys, bench.of({"NaCl": 100.0, "H2O": 900.0}))
    made = 2000.0 / molar_mass("NaOH")
    assert done.used("salt") == 0.0
    assert done.kmol("bleed", "Na") == pytest.approx(100.0 - made)
    assert done.details["treated_share"][0] == pytest.approx(made / 100.0)


def test_dilute_brine_is_evaporated(bench) -> None:
    # 10 kmol NaCl (584 kg) in 400 kmol water (7206 kg); 26 % brine takes 1663 kg, 5543 kg go off at 0.5 MJ/kg.
    keys = WHOLE | {"evaporation": "0.5 MJ/kg"}
    done = bench.run("chlor_alkali", keys, bench.of({"NaCl": 10.0, "H2O": 400.0}))
    off = 400.0 * molar_mass("H2O") - 10.0 * molar_mass("NaCl") * 0.74 / 0.26
    assert done.used("heat") == pytest.approx(0.5 * off)
    # One water per NaOH, and that of the liquors, are not left over.
    used = 10.0 * molar_mass("H2O") + 10.0 * molar_mass("NaOH") * 0.68 / 0.32 + 10.0 * molar_mass("HCl") * 0.67 / 0.33
    assert done.kg("condensate") == pytest.approx(400.0 * molar_mass("H2O") - used)
    assert done.used("water") == 0.0
    assert done.kg("bleed") == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("salt", "amount"),
    [
        ("CaCl2", 1.0),
        ("NH4Cl", 0.1),
        ("Na2CO3", 0.5),
        ("C12H26", 0.01),
        ("Na2SO4", 0.05),
        ("HCl", 1.0),
    ],
)
def test_water_beside_other_salts(bench, salt, amount) -> None:
    # 1000 kg of water and 4 NaCl: of it 1 per NaOH and that of the liquors is used, all else is condensate.
    keys = WHOLE | {"limits": {"Ca": "1 kg/kg"}}
    done = bench.run("chlor_alkali", keys, bench.of({"NaCl": 4.0, "H2O": 1000.0 / molar_mass("H2O"), salt: amount}))
    made = done.details["NaOH"][0] / molar_mass("NaOH")
    used = made * (molar_mass("H2O") + molar_mass("NaOH") * 0.68 / 0.32 + molar_mass("HCl") * 0.67 / 0.33)
    assert done.kg("condensate") == pytest.approx(1000.0 - used)


def test_impure_brine(bench) -> None:
    # 0.5 kmol Ca (20.04 kg) per 2.92 t of NaCl is 6.86 g/kg, over 3 g/kg; the cells take 100 kmol, 5.84 t: 3.43 g/kg.
    feed = bench.of({"NaCl": 50.0, "CaCl2": 0.5, "H2O": 500.0})
    with pytest.raises(OperationError, match=r"brings 6\.86 g Ca per kg.*3 g/kg is the limit.*give capacity") as caught:
        bench.run("chlor_alkali", {}, feed)
    assert caught.value.key == "limits.Ca"
    keys = {"capacity": f"{100 * molar_mass('NaOH'):.6f} kg/h", "conversion": "100 %"}
    with pytest.raises(OperationError, match=r"brings 3\.43 g Ca per kg.*or say impure: bleed"):
        bench.run("chlor_alkali", keys, feed)
    done = bench.run("chlor_alkali", keys | {"impure": "bleed"}, feed)
    treated = 3e-3 * 100.0 * molar_mass("NaCl") / (0.5 * molar_mass("Ca"))
    assert done.details["treated_share"][0] == pytest.approx(treated)
    assert done.bought("salt", "NaCl") == pytest.approx(100.0 - 50.0 * treated)
    assert done.kmol("bleed", "Ca") == pytest.approx(0.5)
    done.neutral("bleed")


def test_ammonium_and_sulphate(bench) -> None:
    for formula, name in (("NH4Cl", "N"), ("Na2SO4", "S"), ("NdCl3", "REO"), ("MgCl2", "Mg")):
        with pytest.raises(OperationError, match=f"g {name} per kg of NaCl"):
            bench.run("chlor_alkali", {}, bench.of({"NaCl": 50.0, formula: 2.0, "H2O": 500.0}))


def test_salt_that_is_bought_as_a_feed(bench) -> None:
    recipe = mass_fractions("NaCl")[None, None, :]
    feed = np.zeros((1, 1, recipe.shape[2]))
    keys = {"capacity": "4 t/h", "conversion": "80 %"}
    done = bench.run("chlor_alkali", keys, feed, on_demand={"feed": recipe})
    made = 4000.0 / molar_mass("NaOH")
    assert done.outcome.demands["feed"][0] == pytest.approx(made / 0.8 * molar_mass("NaCl"))
    assert done.used("salt") == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(OperationError, match="give capacity") as caught:
        bench.run("chlor_alkali", {}, feed, on_demand={"feed": recipe})
    assert caught.value.key == "capacity"


SALTS = ("NaCl", "HCl", "NaOH", "CaCl2", "Na2SO4", "NH4Cl", "H2O", "NaF")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * len(SALTS)),
    shares=st.tuples(st.floats(0.01, 1.0), st.floats(0.0, 1.0)),
    capacity=st.floats(0.0, 1e4),
)
def test_closes(bench, amounts, shares, capacity) -> None:
    changes = {path: np.array([share]) for path, share in zip(("conversion", "burnt"), shares, strict=True)}
    keys = {"capacity": f"{capacity:.6f} kg/h", "impure": "bleed"}
    feed = bench.of(dict(zip(SALTS, amounts, strict=True)))
    done = bench.run("chlor_alkali", keys, feed, changes=changes)
    done.neutral("bleed")
    assert done.details["NaOH"][0] == pytest.approx(capacity, abs=1e-6)
    assert done.kg("caustic", "Na") == pytest.approx(capacity * 22.98976928 / molar_mass("NaOH"), rel=1e-6, abs=1e-6)
    assert 0.0 <= done.details["treated_share"][0] <= 1.0


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"NaCl": 50.0, "H2O": 900.0})
    bench.idle("chlor_alkali", {}, feed)
    other = bench.of({"NaCl": 10.0, "CaCl2": 0.01, "HCl": 0.3, "H2O": 30.0})
    bench.alike("chlor_alkali", {"capacity": "3 t/h"}, feed, other, {"voltage": (3.0, 3.2), "conversion": (0.9, 0.97)})


def test_bleed_without_a_capacity_is_refused_at_load(bench) -> None:
    with pytest.raises(ValidationError, match=r"bleed needs a capacity.*add capacity") as caught:
        bench.parameters("chlor_alkali", {"impure": "bleed"}, ["feed"])
    assert caught.value.errors()[0]["loc"] == ("impure",)
    bench.parameters("chlor_alkali", {"impure": "bleed", "capacity": "1 t/h"}, ["feed"])
