"""Effluent treatment: bases by charges, calcium by its claims, water by shares."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import INDEX, molar_mass
from didymium.operations.stoichiometry import free_acid

KIND = "water_treatment"
PLAIN = {"base_excess": "0 %", "moisture": "0 %", "electricity": "0 kWh/m^3"}
WATER = {"H2O": 1000.0 / 18.01528 * 10.0}  # 10 m³


def test_lime_takes_the_free_acid(bench) -> None:
    # 2 HCl + CaO -> CaCl2 + H2O
    done = bench.run(KIND, PLAIN, bench.of(WATER | {"HCl": 2.0}))
    assert done.bought("lime", "CaO") == pytest.approx(1.0)
    assert free_acid(done.outlets["effluent"])[0] == pytest.approx(0.0, abs=1e-9)
    assert done.kg("sludge") == pytest.approx(0.0, abs=1e-9)
    assert done.kmol("effluent", "Cl") == pytest.approx(2.0)
    done.neutral("effluent")


def test_excess_lime_ends_in_the_sludge(bench) -> None:
    done = bench.run(KIND, PLAIN | {"base_excess": "5 %"}, bench.of(WATER | {"HCl": 2.0}))
    assert done.bought("lime", "CaO") == pytest.approx(1.05)
    assert done.kmol("sludge", "Ca") == pytest.approx(0.05)
    assert done.kmol("sludge", "O") == done.kmol("sludge", "H") == pytest.approx(0.1)


def test_limestone_first_gives_carbon_dioxide(bench) -> None:
    # 2 HCl + CaCO3 -> CaCl2 + CO2 + H2O; the iron then takes lime.
    feed = bench.of(WATER | {"HCl": 2.0, "FeCl3": 1.0})
    keys = PLAIN | {"limestone_first": True, "removes": {"Fe": "100 %"}}
    done = bench.run(KIND, keys, feed)
    assert done.bought("limestone", "CaCO3") == pytest.approx(1.0)
    assert done.bought("lime", "CaO") == pytest.approx(1.5)
    assert done.kmol("offgas", "C") == pytest.approx(1.0)
    assert done.kmol("sludge", "Fe") == pytest.approx(1.0)
    assert done.kmol("sludge", "H") == pytest.approx(3.0)
    done.gas("offgas")


def test_soda_leaves_sodium_in_the_water(bench) -> None:
    done = bench.run(KIND, PLAIN | {"base": "NaOH"}, bench.of(WATER | {"HCl": 2.0}))
    assert done.bought("NaOH", "NaOH") == pytest.approx(2.0)
    assert done.used("lime") == 0.0
    assert done.kmol("effluent", "Na") == pytest.approx(2.0)


def test_fluoride_falls_to_its_residual(bench) -> None:
    # 2 HF + CaO -> CaF2 + H2O; 19 g/m³ of F in 10 m³ are 0.01 kmol.
    done = bench.run(KIND, PLAIN | {"fluoride": "18.998403 g/m^3"}, bench.of(WATER | {"HF": 2.01}))
    assert done.kmol("sludge", "F") == pytest.approx(2.0, rel=1e-6)
    assert done.kmol("sludge", "Ca") == pytest.approx(1.0, rel=1e-6)
    assert done.kmol("effluent", "F") == pytest.approx(0.01, rel=1e-6)
    assert done.details["fluoride_g_per_t_discharged"][0] == pytest.approx(19.0, rel=0.01)


def test_sodium_fluoride_asks_for_lime_and_leaves_soda(bench) -> None:
    # 2 NaF + Ca(OH)2 -> CaF2 + 2 NaOH
    done = bench.run(KIND, PLAIN | {"base": "NaOH", "fluoride": "0 g/m^3"}, bench.of(WATER | {"NaF": 2.0}))
    assert done.bought("lime", "CaO") == pytest.approx(1.0)
    assert done.used("NaOH") == 0.0
    assert done.details["alkalinity_kmol_per_h"][0] == pytest.approx(2.0)
    done.neutral("effluent")


def test_sulphuric_acid_becomes_gypsum(bench) -> None:
    # H2SO4 + CaO + H2O -> CaSO4·2H2O; 1.6 kg/m³ of SO4 in 10 m³ stay.
    done = bench.run(KIND, PLAIN | {"sulfate": "1.6 kg/m^3"}, bench.of(WATER | {"H2SO4": 1.0}))
    left = 16.0 / 96.06
    assert done.bought("lime", "CaO") == pytest.approx(1.0)
    assert done.kmol("effluent", "S") == pytest.approx(left, rel=1e-4)
    assert done.kmol("sludge", "Ca") == pytest.approx(1.0 - left, rel=1e-4)
    assert done.kmol("sludge", "O") == pytest.approx(6.0 * (1.0 - left), rel=1e-4)
    assert done.kmol("sludge", "H") == pytest.approx(4.0 * (1.0 - left), rel=1e-4)


def test_magnesium_sulphate_gives_hydroxide_and_gypsum(bench) -> None:
    # MgSO4 + Ca(OH)2 + 2 H2O -> Mg(OH)2 + CaSO4·2H2O
    keys = PLAIN | {"removes": {"Mg": "100 %"}, "sulfate": "0 kg/m^3"}
    done = bench.run(KIND, keys, bench.of(WATER | {"MgSO4": 1.0}))
    assert done.bought("lime", "CaO") == pytest.approx(1.0)
    assert done.kmol("sludge", "S") == pytest.approx(1.0)
    assert done.kmol("sludge", "Mg") == pytest.approx(1.0)
    assert done.kmol("sludge", "H") == pytest.approx(6.0)


def test_sodium_sulphate_stays(bench) -> None:
    done = bench.run(KIND, PLAIN | {"sulfate": "0 kg/m^3"}, bench.of(WATER | {"Na2SO4": 1.0}))
    assert done.used("lime") == 0.0
    assert done.kmol("effluent", "S") == pytest.approx(1.0)


def test_ammonia_is_driven_out_by_lime(bench) -> None:
    # 2 NH4Cl + Ca(OH)2 -> CaCl2 + 2 NH3 + 2 H2O; 98 % caught as 20 % solution.
    keys = PLAIN | {"ammonia": "0 g/m^3", "ammonia_recovery": "98 %", "ammonia_strength": "20 %"}
    done = bench.run(KIND, keys | {"stripping_heat": "0.3 MJ/kg"}, bench.of(WATER | {"NH4Cl": 2.0}))
    assert done.bought("lime", "CaO") == pytest.approx(1.0)
    assert done.kmol("ammonia", "N") == pytest.approx(1.96)
    assert done.kg("ammonium_salt") == 0.0
    assert done.kg("ammonia") == pytest.approx(1.96 * 17.0305 / 0.2, rel=1e-4)
    assert done.kmol("offgas", "N") == pytest.approx(0.04)
    assert done.kmol("offgas", "H") == pytest.approx(0.12)
    assert done.used("heat") == pytest.approx(0.3 * 10_000.0, rel=1e-3)
    done.neutral("effluent")


def test_ammonia_that_is_not_caught_is_told_from_carbon_dioxide(bench) -> None:
    # Carbonic acid of NH4HCO3 + HCl leaves as CO2, a tenth of the ammonia as NH3: 0.2 kmol are 3.406 kg.
    keys = PLAIN | {"ammonia": "0 g/m^3", "ammonia_recovery": "90 %"}
    done = bench.run(KIND, keys, bench.of(WATER | {"NH4HCO3": 1.0, "NH4Cl": 1.0, "HCl": 1.0}))
    ammonia, rest = done.parts["offgas"][0]
    assert ammonia.sum() == pytest.approx(0.2 * 17.0305, rel=1e-4)
    assert ammonia[INDEX["C"]] == rest[INDEX["N"]] == 0.0
    assert rest.sum() == pytest.approx(44.0095, rel=1e-4)


def test_ammonia_left_and_caught_as_sulphate(bench) -> None:
    # 14.007 g/m³ of N in 10 m³ are 0.01 kmol; NH3 + 1/2 H2SO4 -> 1/2 (NH4)2SO4
    keys = PLAIN | {"ammonia": "14.0067 g/m^3", "ammonia_as": "sulfate", "ammonia_recovery": "100 %"}
    done = bench.run(KIND, keys, bench.of(WATER | {"NH4Cl": 2.01}))
    assert done.kmol("effluent", "N") == pytest.approx(0.01, rel=1e-4)
    assert done.bought("H2SO4", "H2SO4") == pytest.approx(1.0, rel=1e-4)
    assert done.kg("ammonium_salt") == pytest.approx(132.14, rel=1e-3)
    assert done.kg("ammonia") == 0.0
    chloride = bench.run(KIND, keys | {"ammonia_as": "chloride"}, bench.of(WATER | {"NH4Cl": 2.01}))
    assert chloride.bought("HCl", "HCl") == pytest.approx(2.0, rel=1e-4)
    assert chloride.kg("ammonium_salt") == pytest.approx(2.0 * 53.49, rel=1e-3)


def test_bicarbonate_falls_as_chalk(bench) -> None:
    # NH4HCO3 + Ca(OH)2 -> CaCO3 + NH3 + 2 H2O
    keys = PLAIN | {"ammonia": "0 g/m^3", "ammonia_recovery": "100 %"}
    done = bench.run(KIND, keys, bench.of(WATER | {"NH4HCO3": 1.0}))
    assert done.bought("lime", "CaO") == pytest.approx(1.0)
    assert done.kmol("sludge", "C") == done.kmol("sludge", "Ca") == pytest.approx(1.0)
    assert done.kg("offgas") == pytest.approx(0.0, abs=1e-9)


def test_bicarbonate_meets_acid(bench) -> None:
    # NH4HCO3 + HCl -> NH4Cl + CO2 + H2O: nothing is bought.
    done = bench.run(KIND, PLAIN, bench.of(WATER | {"NH4HCO3": 1.0, "HCl": 1.0}))
    assert done.used("lime") == pytest.approx(0.0, abs=1e-9)
    assert done.kmol("offgas", "C") == pytest.approx(1.0)


def test_phosphate_takes_iron_and_then_calcium(bench) -> None:
    # FeCl3 + 2 H3PO4 + 9 base -> FePO4 + 1/2 Ca3(PO4)2 + 3 CaCl2/2 …
    keys = PLAIN | {"removes": {"Fe": "100 %", "P": "100 %"}}
    done = bench.run(KIND, keys, bench.of(WATER | {"FeCl3": 1.0, "H3PO4": 2.0}))
    assert done.bought("lime", "CaO") == pytest.approx(3.0)
    assert done.kmol("sludge", "Ca") == pytest.approx(1.5)
    assert done.kmol("sludge", "H") == pytest.approx(0.0, abs=1e-9)
    assert done.kmol("sludge", "O") == pytest.approx(8.0)
    done.neutral("effluent")


def test_evaporation_crystallises_what_the_water_cannot_hold(bench) -> None:
    # 1000 kg of NaCl in 10,000 kg of water; 90 % evaporated leaves 1000 kg, which hold 360 kg.
    keys = PLAIN | {
        "evaporation": "90 %",
        "solubility": "0.36 kg/kg",
        "evaporation_heat": "0.8 MJ/kg",
        "evaporation_electricity": "5 kWh/t",
    }
    done = bench.run(KIND, keys, bench.of(WATER | {"NaCl": 1000.0 / 58.4428}))
    assert done.kg("salt") == pytest.approx(640.0, rel=1e-4)
    assert done.kg("recycled") == pytest.approx(9000.0, rel=1e-4)
    assert done.kg("recycled", "Na") == pytest.approx(0.0, abs=1e-9)
    assert done.kg("effluent") == pytest.approx(1360.0, rel=1e-4)
    assert done.used("heat") == pytest.approx(7200.0, rel=1e-4)
    assert done.used("electricity") == pytest.approx(45.0, rel=1e-4)


def test_reuse_takes_its_salts_along(bench) -> None:
    done = bench.run(KIND, PLAIN | {"reuse": "85 %"}, bench.of(WATER | {"NaCl": 1.0}))
    assert done.kmol("recycled", "Na") == pytest.approx(0.85)
    assert done.kmol("effluent", "Na") == pytest.approx(0.15)
    assert done.kg("salt") == pytest.approx(0.0, abs=1e-9)


def test_the_sludge_is_wet(bench) -> None:
    keys = PLAIN | {"moisture": "50 %", "removes": {"Mg": "100 %"}}
    done = bench.run(KIND, keys, bench.of(WATER | {"MgCl2": 1.0}))
    assert done.kg("sludge") == pytest.approx(2.0 * 58.32, rel=1e-3)
    assert done.kmol("sludge", "Cl") > 0.0


def test_diluent_stays_in_the_water(bench) -> None:
    done = bench.run(KIND, PLAIN, bench.of(WATER | {"HCl": 1.0, "C12H26": 0.01}))
    assert done.kmol("effluent", "C") == pytest.approx(0.12)
    assert done.kg("offgas") == pytest.approx(0.0, abs=1e-9)


def test_several_effluents_mix(bench) -> None:
    feeds = {"feeds.0": bench.of(WATER | {"HCl": 1.0}), "feeds.1": bench.of(WATER | {"NaOH": 1.0})}
    done = bench.run(KIND, PLAIN, feeds)
    assert done.used("lime") == pytest.approx(0.0, abs=1e-9)


FULL = {
    "limestone_first": True,
    "fluoride": "15 g/m^3",
    "sulfate": "1.6 kg/m^3",
    "ammonia": "15 g/m^3",
    "ammonia_as": "sulfate",
    "evaporation": "60 %",
    "reuse": "50 %",
}
SALTS = ("HCl", "H2SO4", "HF", "NH4Cl", "NaCl", "NaF", "MgSO4", "FeCl3", "NdCl3", "CaCl2", "H3PO4", "NH4HCO3", "Na2CO3")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-4, 30.0))


@settings(max_examples=40, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * len(SALTS)),
    base=st.sampled_from(["lime", "NaOH"]),
    shares=st.tuples(*[st.floats(0.0, 1.0)] * 4),
)
def test_closes(bench, amounts, base, shares) -> None:
    names = ("removes.Fe", "ammonia_recovery", "evaporation", "reuse")
    changes = {name: np.array([share]) for name, share in zip(names, shares, strict=True)}
    keys = FULL | {"base": base, "removes": {"Fe": "99 %", "Mg": "90 %", "REO": "99 %", "P": "98 %"}}
    done = bench.run(KIND, keys, bench.of(WATER | dict(zip(SALTS, amounts, strict=True))), changes=changes)
    # Carbon dioxide and ammonia, nothing else.
    gases = molar_mass("CO2") * done.kmol("offgas", "C") + molar_mass("NH3") * done.kmol("offgas", "N")
    assert done.kg("offgas") == pytest.approx(gases, rel=1e-9)
    for outlet in ("effluent", "sludge", "salt", "recycled"):
        done.neutral(outlet)


def test_idle_and_samples(bench) -> None:
    first = bench.of(WATER | {"NH4Cl": 5.0, "H2SO4": 2.0, "HF": 1.0, "Fe2(SO4)3": 0.1})
    second = bench.of(WATER | {"NaCl": 5.0, "MgSO4": 2.0, "NaF": 0.3, "NH4HCO3": 1.0})
    bench.idle(KIND, FULL, first)
    bench.alike(KIND, FULL, first, second, {"evaporation": (0.3, 0.9), "fluoride": (0.01, 0.02)})


@pytest.mark.parametrize("name", ["Na", "Ca", "Cl"])
def test_what_does_not_fall_cannot_be_removed(bench, name) -> None:
    with pytest.raises(ValidationError, match=f"{name} does not fall as a hydroxide; leave it out"):
        bench.run(KIND, {"removes": {name: "90 %"}}, bench.of(WATER))


def test_it_takes_one_feed_or_several(bench) -> None:
    with pytest.raises(ValidationError, match="give `feed`, or several streams as `feeds`"):
        bench.run(KIND, {}, {"feed": bench.of(WATER), "feeds.0": bench.of(WATER)})


def test_details_tell_the_discharge(bench) -> None:
    done = bench.run(KIND, PLAIN, bench.of(WATER | {"NH4Cl": 1.0}))
    tonnes = done.kg("effluent") / 1000.0
    nitrogen = done.outlets["effluent"][0, INDEX["N"]] * 1000.0 / tonnes
    assert done.details["ammonia_as_N_g_per_t_discharged"][0] == pytest.approx(nitrogen)
