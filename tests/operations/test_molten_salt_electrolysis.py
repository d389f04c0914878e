"""Electrolysis: Faraday's charge, the energy of the cell, the anode, the salt, and what the metal takes up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import INDEX, RE, molar_mass
from didymium.operations.base import OperationError
from didymium.operations.molten_salt_electrolysis import MONTH

KIND = "molten_salt_electrolysis"
NONE = dict.fromkeys(("carbon", "oxygen", "iron_pickup", "silicon_pickup", "burn_off", "co_burnt", "dust"), "0 %")
NONE |= {"CF4": "0 kg/kg", "C2F6": "0 kg/kg"}
KEYS = {"current_efficiency": "75 %", "voltage": "10 V", "recovery": "100 %", "anode": "0.085 kg/kg"}
KEYS |= {"fluoride": "0.012 kg/kg", "bath": "100 %"} | NONE
ND = 144.242
CARBON, OXYGEN = molar_mass("C"), molar_mass("O")


def run(bench, keys, feed, **more):
    return bench.run(KIND, KEYS | keys, bench.of(feed) if isinstance(feed, dict) else feed, **more)


def without(*names):
    return {key: value for key, value in KEYS.items() if key not in names}


def test_faraday(bench) -> None:
    # 3 * 96485.33 C/mol / 144.242 g/mol / 3.6 = 557.4 Ah/kg; / 0.75 * 10 V = 7.43 kWh/kg.
    done = run(bench, {}, {"Nd2O3": 1.0})
    metal = done.kg("metal")
    assert metal == pytest.approx(2 * ND, rel=1e-5)
    assert done.details["charge_Ah_per_kg"][0] * 0.75 == pytest.approx(557.43, rel=1e-4)
    assert done.used("electricity") / metal == pytest.approx(7.432, rel=1e-3)
    assert done.details["kWh_per_kg"][0] == pytest.approx(7.432, rel=1e-3)
    # 1.166 kg oxide per kg metal at full yield.
    assert bench.of({"Nd2O3": 1.0}).sum() / metal == pytest.approx(1.1664, rel=1e-4)
    assert done.used("graphite") == pytest.approx(0.085 * metal)
    assert done.used("LiF") == pytest.approx(0.012 * metal)


@pytest.mark.parametrize(
    ("oxide", "metals", "atomic"),
    [("La2O3", 2, 138.905), ("CeO2", 1, 140.116), ("Pr6O11", 6, 140.908), ("Tb4O7", 4, 158.925)],
)
def test_three_electrons_for_every_rare_earth(bench, oxide, metals, atomic) -> None:
    # The fourth charge of Ce(IV), Pr(IV) and Tb(IV) goes with their oxygen, which graphite takes without current.
    keys = {"anode": "0.2 kg/kg", "cathode": "iron", "iron": "0 %"}
    done = run(bench, keys, {oxide: 1.0})
    assert done.kmol("metal", oxide[:2]) == pytest.approx(metals)
    charge = 3 * 96485.33212 / atomic / 3.6
    assert done.details["charge_Ah_per_kg"][0] * 0.75 == pytest.approx(charge, rel=1e-5)


def test_oxygen_leaves_as_co_and_co2(bench) -> None:
    done = run(bench, {}, {"Nd2O3": 1.0})
    assert done.kmol("offgas", "O") == pytest.approx(3.0)
    # 0.085 * 288.48 / 12.011 = 2.0416 mol C for 3 mol O: CO 1.0832, CO2 0.9584, so that 53 % is CO.
    assert done.kmol("offgas", "C") == pytest.approx(2.0416, rel=1e-3)
    assert done.details["co_share"][0] == pytest.approx(1.0832 / 2.0416, rel=1e-3)
    assert done.details["CO"][0] == pytest.approx(1.0832 * 28.010, rel=1e-3)
    assert done.details["CO2"][0] == pytest.approx(0.9584 * 44.009, rel=1e-3)
    assert done.kmol("slag", "C") == 0.0


def test_the_anode_follows_from_the_gas(bench) -> None:
    # Half CO, half CO2: 1.5 mol O take a mol C, 2 mol C for a mol of Nd2O3. A tenth of the anode burns: 2 / 0.9.
    # Air burns that to CO2 and 95 % of 1 mol CO: O 2 * 0.2222 + 0.95 = 1.3944 mol.
    keys = without("anode") | {"co_share": "50 %", "burn_off": "10 %", "co_burnt": "95 %"}
    done = bench.run(KIND, keys, bench.of({"Nd2O3": 1.0}))
    assert done.used("graphite") == pytest.approx(2 / 0.9 * CARBON, rel=1e-9)
    assert done.used("air") * 0.232 == pytest.approx((2 * 0.2 / 0.9 + 0.95) * OXYGEN, rel=1e-9)
    assert done.details["CO"][0] == pytest.approx(0.05 * molar_mass("CO"))
    assert done.details["CO2"][0] == pytest.approx((2 / 0.9 - 0.05) * molar_mass("CO2"))
    gas = 3 + 2 * 0.2 / 0.9 + 0.95
    assert done.kmol("offgas", "O") == pytest.approx(gas)
    assert done.details["co_share"][0] == pytest.approx(0.5)


def test_carbon_of_the_standard_cell_is_as_measured(bench) -> None:
    # recell2019: 46.4 to 186.8 kg of carbon per t of metal, over 97 % of it as CO2.
    done = bench.run(KIND, {}, bench.of({"Nd2O3": 0.78, "Pr6O11": 0.22 / 3}))
    carbon = done.kg("offgas", "C") / done.kg("metal")
    assert 0.0464 < carbon < 0.1868
    assert done.details["CO2"][0] / molar_mass("CO2") * CARBON > 0.97 * done.kg("offgas", "C")


def test_what_is_not_reduced_is_slag(bench) -> None:
    done = run(bench, {"recovery": "97.2 %"}, {"Nd2O3": 1.0, "CaO": 0.1})
    assert done.kmol("metal", "Nd") == pytest.approx(1.944)
    assert done.kmol("slag", "Nd") == pytest.approx(0.056)
    assert done.kmol("slag", "O") == pytest.approx(0.084 + 0.1)
    assert done.kmol("slag", "Ca") == pytest.approx(0.1)
    assert done.kmol("slag", "Li") == pytest.approx(done.bought("LiF", "LiF"))
    done.neutral("slag")


def test_what_the_metal_takes_up(bench) -> None:
    # 2 mol Nd are 288.484 kg, 99.8 % of the metal: 0.05 % C, 0.04 % O, 0.1 % Fe, 0.01 % Si.
    keys = {"carbon": "500 ppm", "oxygen": "400 ppm", "iron_pickup": "0.1 %", "silicon_pickup": "100 ppm"}
    done = run(bench, keys, {"Nd2O3": 1.0})
    metal = 2 * molar_mass("Nd") / 0.998
    assert done.kg("metal") == pytest.approx(metal)
    for name, share in {"C": 5e-4, "O": 4e-4, "Fe": 1e-3, "Si": 1e-4}.items():
        assert done.kg("metal", name) == pytest.approx(share * metal)
    assert done.used("iron") == pytest.approx(1e-3 * metal)
    assert done.used("refractory") * 28.085 / 60.083 == pytest.approx(1e-4 * metal, rel=1e-4)
    # The silica's oxygen burns graphite, the metal's is missed by it.
    silica = 2 * 1e-4 * metal / molar_mass("Si")
    assert done.kmol("offgas", "O") == pytest.approx(3 + silica - 4e-4 * metal / OXYGEN, rel=1e-9)


def test_an_iron_cathode_makes_an_alloy(bench) -> None:
    # Dy2O3 to 325 kg Dy, 80 % of the alloy: 406.25 kg with 81.25 kg Fe. 3 F on 162.5: 494.8 Ah per kg of Dy.
    keys = {"cathode": "iron", "iron": "20 %", "bath": "12.5 %"}
    done = run(bench, keys, {"Dy2O3": 1.0})
    assert done.kg("metal") == pytest.approx(406.25)
    assert done.kg("metal", "Fe") == pytest.approx(81.25)
    assert done.used("iron") == pytest.approx(81.25)
    assert done.details["charge_Ah_per_kg"][0] * 0.75 == pytest.approx(0.8 * 494.8, rel=1e-4)
    salt = 0.012 * 406.25
    assert done.used("LiF") == pytest.approx(0.125 * salt)
    assert done.used("dysprosium_fluoride") == pytest.approx(0.875 * salt)
    assert done.used("neodymium_fluoride") == 0.0
    assert "superheat_K" not in done.details


def test_iron_of_the_cathode_has_a_standard(bench) -> None:
    model = bench.parameters(KIND, {"cathode": "iron"}, ["feed"])
    assert model.iron.nominal == pytest.approx(0.2)


def test_the_salt_is_that_of_the_metal(bench) -> None:
    # Nd and Pr 3:1 by mol: NdF3 201.24 and PrF3 197.90 g/mol share 87.5 % of the salt.
    done = run(bench, {"bath": "12.5 %"}, {"Nd2O3": 0.75, "Pr2O3": 0.25})
    salt = 0.012 * done.kg("metal")
    whole = 0.75 * molar_mass("NdF3") + 0.25 * molar_mass("PrF3")
    assert done.used("neodymium_fluoride") == pytest.approx(0.875 * salt * 0.75 * molar_mass("NdF3") / whole)
    assert done.used("praseodymium_fluoride") == pytest.approx(0.875 * salt * 0.25 * molar_mass("PrF3") / whole)
    assert done.kmol("metal", "Nd") == pytest.approx(1.5)
    bought = done.bought("neodymium_fluoride", "NdF3") + done.bought("praseodymium_fluoride", "PrF3")
    assert done.kmol("slag", "Nd") + done.kmol("slag", "Pr") == pytest.approx(bought)
    done.neutral("slag")


def test_lost_salt_is_slag_and_dust(bench) -> None:
    done = run(bench, {"bath": "12.5 %", "dust": "30 %"}, {"Nd2O3": 1.0, "ZnO": 0.01})
    assert done.kmol("dust", "Li") == pytest.approx(0.3 * done.bought("LiF", "LiF"))
    assert done.kmol("dust", "Zn") == pytest.approx(0.01)
    assert done.kmol("dust", "Nd") == pytest.approx(0.3 * done.bought("neodymium_fluoride", "NdF3"))
    done.neutral("dust")
    done.neutral("slag")
    assert done.kmol("offgas", "F") == 0.0


def test_fluorocarbons_take_fluorine_of_the_salt(bench) -> None:
    # 0.48 g CF4 and 0.053 g C2F6 per kg: 5.4542e-6 and 3.8401e-7 kmol/kg; F 2.41210e-5, C 6.2222e-6 kmol/kg.
    keys = {"CF4": "4.8e-4 kg/kg", "C2F6": "5.3e-5 kg/kg", "anode_effects": "1"}
    done = run(bench, keys, {"Nd2O3": 1.0})
    metal = done.kg("metal")
    assert done.details["CF4"][0] == pytest.approx(4.8e-4 * metal)
    fluorine = (4 * 4.8e-4 / molar_mass("CF4") + 6 * 5.3e-5 / molar_mass("C2F6")) * metal
    assert done.kmol("offgas", "F") == pytest.approx(fluorine)
    assert done.kmol("slag", "F") == pytest.approx(done.bought("LiF", "LiF") - fluorine)
    done.neutral("slag")
    twice = run(bench, keys | {"anode_effects": "2"}, {"Nd2O3": 1.0})
    assert twice.kmol("offgas", "F") == pytest.approx(2 * fluorine)


def test_what_is_nobler_goes_to_the_metal(bench) -> None:
    feed = {"Nd2O3": 1.0, "Fe2O3": 0.01, "Al2O3": 0.01, "SiO2": 0.02, "CaO": 0.01, "Na2O": 0.01, "Sm2O3": 0.01}
    done = run(bench, {"noble": "90 %"}, feed)
    for name in ("Fe", "Al", "Si"):
        assert done.kmol("metal", name) == pytest.approx(0.018)
        assert done.kmol("slag", name) == pytest.approx(0.002)
    for name, amount in {"Ca": 0.01, "Na": 0.02, "Sm": 0.02}.items():
        assert done.kmol("metal", name) == 0.0
        assert done.kmol("slag", name) == pytest.approx(amount)
    done.neutral("slag")
    # 3 F for Nd, Fe and Al, 4 F for Si.
    charge = (3 * 2 + 3 * 0.018 + 3 * 0.018 + 4 * 0.018) * 96485.33212 / 3.6 / 0.75
    assert done.details["charge_Ah_per_kg"][0] * done.kg("metal") == pytest.approx(charge, rel=1e-9)


@pytest.mark.parametrize(("current", "least", "most"), [(2.5, 2.3, 4.5), (4.5, 2.3, 4.5), (10.0, 9.0, 10.0)])
def test_cells_make_what_cells_of_their_size_make(bench, current, least, most) -> None:
    # 4.5 kA * 730.5 h * 75 % / 557.43 Ah/kg = 4.42 t a month.
    done = run(bench, {"cell_current": f"{current} kA"}, {"Nd2O3": 1.0})
    made = done.details["t_per_month_of_a_cell"][0]
    assert made == pytest.approx(current * MONTH * 0.75 / 557.43, rel=1e-4)
    assert least < made < most
    assert done.size("cells") == pytest.approx(done.kg("metal") * MONTH / 1000.0 / made)
    assert done.size("rectifier") == pytest.approx(done.used("electricity"))


def test_less_than_a_fifth_of_the_energy_drives_the_reaction(bench) -> None:
    # Nd2O3 + 1.917 C as above: (1807.9 - 1.0832 * 110.5 - 0.9584 * 393.5) / 288.48 / 3.6 = 1.263 kWh/kg of 7.43.
    done = run(bench, {}, {"Nd2O3": 1.0})
    assert done.details["reaction_kWh_per_kg"][0] == pytest.approx(1.2624, rel=1e-3)
    assert done.details["energy_used_share"][0] == pytest.approx(0.16986, rel=1e-3)
    assert done.details["energy_used_share"][0] < 0.2


def test_fluoride_of_the_feed_goes_to_the_slag(bench) -> None:
    done = run(bench, {"recovery": "90 %"}, {"Nd2O3": 1.0, "NdF3": 0.01})
    assert done.kmol("slag", "F") == pytest.approx(0.03 + done.bought("LiF", "LiF"))
    done.neutral("slag")


def test_graphite_beyond_co_stays(bench) -> None:
    done = run(bench, {"anode": "0.2 kg/kg"}, {"Nd2O3": 1.0})
    assert done.kmol("offgas", "C") == pytest.approx(3.0)
    assert done.kmol("slag", "C") == pytest.approx(done.bought("graphite", "C") - 3.0)


def test_carbonate_left_in_the_oxide_saves_graphite(bench) -> None:
    # 0.1 mol Nd2(CO3)3 brings 0.3 C and 0.9 O. All as CO2: (3.9 / 2 - 0.3) mol C are the anode's.
    done = bench.run(KIND, without("anode") | {"co_share": "0 %"}, bench.of({"Nd2O3": 1.0, "Nd2(CO3)3": 0.1}))
    assert done.bought("graphite", "C") == pytest.approx(3.9 / 2 - 0.3)


def test_nothing_reduced(bench) -> None:
    done = bench.run(KIND, KEYS, bench.of({"Nd2O3": 1.0}), changes={"recovery": np.zeros(1)})
    assert done.kg("metal") == 0.0
    assert done.kmol("slag", "O") == pytest.approx(3.0)


FEED = ("La2O3", "CeO2", "Pr6O11", "Nd2O3", "Tb4O7", "CaO", "Fe2O3", "SiO2", "ZnO", "Na2O", "Nd2O3H2O")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))
SHARE = st.floats(0.0, 1.0)


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(st.floats(1e-3, 1e3), *[AMOUNT] * (len(FEED) - 1)),
    values=st.fixed_dictionaries(
        {
            "recovery": st.floats(0.01, 1.0),
            "noble": SHARE,
            "co_share": SHARE,
            "burn_off": st.floats(0.0, 0.9),
            "co_burnt": SHARE,
            "bath": SHARE,
            "dust": SHARE,
            "anode_effects": st.floats(0.0, 10.0),
            "carbon": st.floats(0.0, 1e-3),
            "oxygen": st.floats(0.0, 1e-3),
            "iron": st.floats(0.0, 0.5),
            "current_efficiency": st.floats(0.05, 1.0),
        }
    ),
)
def test_closes(bench, amounts, values) -> None:
    feed = bench.of(dict(zip(FEED, amounts, strict=True)))
    changes = {key: np.array([value]) for key, value in values.items()}
    done = bench.run(KIND, {"cathode": "iron", "co_share": "50 %"}, feed, changes=changes)
    salts = {f"{name}_fluoride" for name in ("lanthanum", "cerium", "praseodymium", "neodymium", "terbium")}
    mixed = {"Ce": 4.0, "Pr": 11 / 3, "Tb": 3.5, "C": 0.0}
    # Of the slag's cerium, praseodymium and terbium only what the oxide brought holds more than three charges.
    spare = {outlet: float(done.oxygen(outlet, mixed)[0]) for outlet in ("slag", "dust")}
    trivalent = sum(
        done.bought(f"{item}_fluoride", f"{name}F3") * (charge - 3) / 2
        for item, name, charge in (("cerium", "Ce", 4), ("praseodymium", "Pr", 11 / 3), ("terbium", "Tb", 3.5))
    )
    scale = 1e-11 * float(done.entering.sum())
    assert sum(spare.values()) == pytest.approx(-trivalent, abs=scale)
    oxygen, carbon = done.kmol("offgas", "O"), done.kmol("offgas", "C")
    water = done.kmol("offgas", "H") / 2
    assert oxygen - water <= 2 * carbon + scale
    for element in ("Ca", "Na", "Zn"):
        assert done.kmol("metal", element) == 0.0
    assert not done.outlets["offgas"][0, RE].any()
    assert not done.outlets["offgas"][0, INDEX["Li"]]
    assert salts < {line.item for line in done.outcome.lines}


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Nd2O3": 1.0, "Pr6O11": 0.1})
    bench.idle(KIND, {}, feed)
    other = bench.of({"La2O3": 0.3, "Fe2O3": 0.01})
    bench.alike(KIND, {}, feed, other, {"recovery": (0.97, 0.913), "co_share": (0.5, 0.3)})
    bench.alike(KIND, {"cathode": "iron", "anode": "0.12 kg/kg"}, feed, other, {"iron": (0.2, 0.1)})


def test_too_little_graphite(bench) -> None:
    # CO2 takes 1.5 mol C per mol Nd2O3: 18.017 kg on 288.48 kg.
    with pytest.raises(
        OperationError, match=r"0.05 kg/kg of graphite .*; give an anode of at least 0.0625 kg"
    ) as caught:
        run(bench, {"anode": "0.05 kg/kg"}, {"Nd2O3": 1.0})
    assert caught.value.key == "anode"


@pytest.mark.parametrize(
    ("keys", "feed", "words", "key"),
    [
        (
            {},
            {"Dy2O3": 1.0},
            r"melts at about 1412 °C and the bath is at 1050 °C; write `cathode: iron`",
            "temperature",
        ),
        ({}, {"Sm2O3": 1.0, "Nd2O3": 1.0}, "50% of the rare earths are Sm, Eu and Yb, .*lanthanum", "feed"),
        (
            {"recovery": "97 %"},
            {"NdF3": 1.0},
            "more fluorine .* than the metals left in the slag bind; feed oxide",
            "feed",
        ),
        ({"recovery": "50 %"}, {"Nd": 1.0}, "the feed lacks 12 kg/h of the oxygen .*; feed oxide", "feed"),
        ({"cathode": "iron"}, {"Y2O3": 1.0}, "holds none of La, .*make it by metallothermic_reduction", "feed"),
        (
            {"fluoride": "1e-6 kg/kg", "CF4": "1e-4 kg/kg"},
            {"Nd2O3": 1.0},
            "1e-06 kg/kg of lost salt holds less fluorine than the CF4 .*; raise fluoride",
            "fluoride",
        ),
    ],
)
def test_feeds_that_no_cell_takes(bench, keys, feed, words, key) -> None:
    with pytest.raises(OperationError, match=words) as caught:
        run(bench, {"bath": "12.5 %"} | keys, feed)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"iron": "20 %"}, "`iron` is what an iron cathode gives; write `cathode: iron`"),
        ({"anode": "0.1 kg/kg", "co_share": "50 %"}, "`anode` and `co_share` say the same thing"),
        ({"cathode": "tungsten"}, "inert"),
        ({"carbon": "5 %"}, "above 2 %"),
        ({"current_efficiency": "0 %"}, "below 5 %"),
        ({"voltage": "60 V"}, "above 40 V"),
        ({"recovery": "110 %"}, "above 1"),
        ({"recovery": "0 %"}, "0 % is below 1 %"),
    ],
)
def test_words_of_the_file(bench, keys, words) -> None:
    with pytest.raises(ValidationError, match=words):
        bench.parameters(KIND, keys, ["feed"])


def test_metal_that_stays_solid_is_refused_just_below_its_melting(bench) -> None:
    """Nd melts at 1016 to 1024 degC."""
    with pytest.raises(OperationError, match="cathode: iron") as caught:
        run(bench, {"temperature": "1005 °C"}, {"Nd2O3": 1.0})
    assert caught.value.key == "temperature"
    assert 0.0 < run(bench, {"temperature": "1030 °C"}, {"Nd2O3": 1.0}).details["superheat_K"][0] < 20.0


def test_hexafluoroethane_takes_two_carbon(bench) -> None:
    # 1 % C2F6 of 288.5 kg: n = 0.0209 kmol, 2 n C. Its 6 n F leave 3 n O with the slag, which take 1.5 n C less as CO2.
    keys = without("anode") | {"co_share": "0 %", "fluoride": "0.05 kg/kg"}
    none, some = (bench.run(KIND, keys | {"C2F6": f"{share} kg/kg"}, bench.of({"Nd2O3": 1.0})) for share in (0, 0.01))
    n = some.details["C2F6"][0] / molar_mass("C2F6")
    assert n == pytest.approx(0.01 * 2 * ND / molar_mass("C2F6"), rel=1e-4)
    assert some.bought("graphite", "C") - none.bought("graphite", "C") == pytest.approx(0.5 * n, rel=1e-9)


def test_water_of_the_oxide_takes_no_graphite(bench) -> None:
    keys = without("anode") | {"co_share": "50 %"}
    dry, wet = (bench.run(KIND, keys, bench.of({"Nd2O3": 1.0, "H2O": water})) for water in (0.0, 0.4))
    # 3 O take 2 C where half of them leaves as CO.
    assert dry.bought("graphite", "C") == pytest.approx(2.0)
    assert wet.bought("graphite", "C") == pytest.approx(2.0)
    assert wet.kmol("offgas", "H") == pytest.approx(0.8)
    assert wet.kmol("offgas", "O") == pytest.approx(dry.kmol("offgas", "O") + 0.4)
