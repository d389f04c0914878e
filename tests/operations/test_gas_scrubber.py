"""Gas scrubber: gases by name, one base per fluoride and two per sulphate, the rest emitted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import ELEMENTS, INDEX, MOLAR_MASS, molar_mass
from didymium.operations.base import OperationError

ALL = dict.fromkeys(("HF", "SiF4", "SO3", "SO2", "HCl", "Cl2"), "100 %")
KEYS = {"absorbent": "NaOH", "efficiency": ALL, "excess": "0 %"}


def kmol(done, outlet):
    found = {name: round(float(done.outlets[outlet][0, i] / MOLAR_MASS[i]), 9) for i, name in enumerate(ELEMENTS)}
    return {name: amount for name, amount in found.items() if amount}


def salts(done, outlet="liquor"):
    """The outlet without its water's hydrogen and oxygen."""
    return {name: amount for name, amount in kmol(done, outlet).items() if name not in ("H", "O")}


def test_hydrogen_fluoride_in_caustic(bench) -> None:
    # HF + NaOH -> NaF + H2O: of 10 HF nine are absorbed, one is emitted.
    keys = KEYS | {"efficiency": {"HF": "90 %"}, "excess": "10 %", "strength": "0.05 kg/kg"}
    done = bench.run("gas_scrubber", keys, bench.of({"HF": 10.0, "CO2": 5.0, "H2O": 3.0}))
    assert done.bought("NaOH", "NaOH") == pytest.approx(9.9)
    assert salts(done) == {"F": 9, "Na": 9.9}
    assert done.used("water") == pytest.approx(9 * molar_mass("HF") / 0.05)
    assert kmol(done, "gas") == {"F": 1, "H": 7, "O": 13, "C": 5}
    assert done.details["HF"][0] == pytest.approx(molar_mass("HF"))
    assert done.details["fluorine_absorbed"][0] == pytest.approx(9 * MOLAR_MASS[ELEMENTS.index("F")])
    done.neutral("liquor")


def test_silicon_tetrafluoride(bench) -> None:
    # SiF4 + 4 NaOH -> 4 NaF + SiO2 + 2 H2O
    done = bench.run("gas_scrubber", KEYS, bench.of({"SiF4": 1.0, "HF": 2.0}))
    assert done.bought("NaOH", "NaOH") == pytest.approx(6.0)
    assert salts(done) == {"F": 6, "Si": 1, "Na": 6}
    done.neutral("liquor")


def test_water_gives_acid(bench) -> None:
    # SiF4 + 2 HF -> H2SiF6; SO3 + H2O -> H2SO4: atoms and water, no base.
    keys = {"absorbent": "water", "efficiency": ALL, "strength": "0.1 kg/kg"}
    feed = bench.of({"SiF4": 1.0, "HF": 2.0, "SO3": 1.0})
    done = bench.run("gas_scrubber", keys, feed)
    assert salts(done) == {"F": 6, "Si": 1, "S": 1}
    assert done.used("water") == pytest.approx(feed.sum() / 0.1)
    assert done.kg("gas") == pytest.approx(0.0, abs=1e-9)
    done.neutral("liquor")


def test_sulphur_dioxide_by_part(bench) -> None:
    # SO2 + 1/2 O2 + 2 NaOH -> Na2SO4 + H2O: the gas brings 1 O2 for 2 SO2; half the SO2 passes.
    feed, rows = bench.rows({"SO2": {"SO2": 2.0}, "rest": {"O2": 1.0, "SO3": 1.0, "CO2": 1.0}})
    keys = KEYS | {"efficiency": {"SO3": "100 %", "SO2": "50 %"}}
    done = bench.run("gas_scrubber", keys, feed, parts={"feed": rows})
    assert done.bought("NaOH", "NaOH") == pytest.approx(4.0)
    assert salts(done) == {"S": 2, "Na": 4}
    assert kmol(done, "gas") == {"S": 1, "O": 5, "C": 1}
    assert done.details["SO2"][0] == pytest.approx(molar_mass("SO2"))
    assert done.used("air") == 0.0
    done.neutral("liquor")


def test_sulphur_dioxide_without_oxygen_takes_air(bench) -> None:
    keys = KEYS | {"sulfur_dioxide": "100 %"}
    done = bench.run("gas_scrubber", keys, bench.of({"SO2": 2.0, "CO2": 1.0}))
    # 1 O2 in air of 23.2 % oxygen
    assert done.used("air") == pytest.approx(32.0 / 0.232, rel=1e-3)
    assert salts(done) == {"S": 2, "Na": 4}
    done.neutral("liquor")


def test_lime(bench) -> None:
    # 2 HF + CaO -> CaF2 + H2O; SO3 + CaO + 2 H2O -> CaSO4.2H2O; HCl stays dissolved as CaCl2;
    # excess 0.3 CaO -> Ca(OH)2
    keys = KEYS | {"absorbent": "lime", "gypsum": "0 g/L", "excess": "10 %"}
    done = bench.run("gas_scrubber", keys, bench.of({"HF": 2.0, "SO3": 1.0, "HCl": 2.0, "SiF4": 0.0}))
    assert done.bought("lime", "CaO") == pytest.approx(3.3)
    assert kmol(done, "solids") == {"Ca": 2.3, "F": 2, "S": 1, "H": 4.6, "O": 6.6}
    assert salts(done) == {"Ca": 1, "Cl": 2}
    done.neutral("liquor")
    done.neutral("solids")


def test_gypsum_that_dissolves(bench) -> None:
    # 10 SO3 (800.6 kg) in 16 012 kg of water at 2 g/L: 32 kg CaSO4, 0.2352 kmol.
    keys = KEYS | {"absorbent": "lime", "gypsum": "2 g/L", "strength": "0.05 kg/kg"}
    done = bench.run("gas_scrubber", keys, bench.of({"SO3": 10.0}))
    assert done.kmol("liquor", "Ca") == pytest.approx(0.2352, rel=1e-3)
    assert done.kmol("liquor", "S") == pytest.approx(done.kmol("liquor", "Ca"))


def test_soda_frees_carbon_dioxide(bench) -> None:
    # 2 HF + Na2CO3 -> 2 NaF + CO2 + H2O; the excess stays carbonate.
    keys = KEYS | {"absorbent": "soda", "excess": "50 %"}
    done = bench.run("gas_scrubber", keys, bench.of({"HF": 2.0}))
    assert done.bought("soda", "Na2CO3") == pytest.approx(1.5)
    assert salts(done) == {"C": 0.5, "F": 2, "Na": 3}
    assert kmol(done, "gas") == {"C": 1, "O": 2}
    done.neutral("liquor")


def test_chlorine_is_what_hydrogen_does_not_hold(bench) -> None:
    # Cl2 + 2 NaOH -> NaCl + NaClO + H2O: one O beside the neutral salts.
    done = bench.run("gas_scrubber", KEYS, bench.of({"Cl2": 1.0, "CO2": 1.0}))
    assert done.bought("NaOH", "NaOH") == pytest.approx(2.0)
    done.neutral("liquor", beside=1.0)
    wet = bench.run("gas_scrubber", KEYS, bench.of({"HCl": 2.0, "CO2": 1.0}))
    assert wet.bought("NaOH", "NaOH") == pytest.approx(2.0)
    wet.neutral("liquor")


def test_ammonia_that_a_part_tells_needs_no_share(bench) -> None:
    """Of 1 kmol NH3 beside N2 of air 90 % dissolve; 0.1 kmol pass, told from the nitrogen."""
    feed, rows = bench.rows({"NH3": {"NH3": 1.0}, "rest": {"N2": 4.0, "CO2": 1.0}})
    keys = {"absorbent": "water", "efficiency": {"NH3": "90 %"}}
    done = bench.run("gas_scrubber", keys, feed, parts={"feed": rows})
    assert done.kmol("liquor", "N") == pytest.approx(0.9)
    passed, rest = done.parts["gas"][0]
    assert passed.sum() == pytest.approx(0.1 * molar_mass("NH3"))
    assert passed[INDEX["N"]] == pytest.approx(1.4007, rel=1e-4)
    assert rest[INDEX["N"]] == pytest.approx(4.0 * molar_mass("N2"))
    # Of other nitrogen a key may say what is ammonia.
    bulk = bench.run("gas_scrubber", keys, bench.of({"NH3": 1.0, "N2": 4.0}))
    assert not bulk.parts["gas"][0, 0].any()


def test_ammonia_into_water(bench) -> None:
    keys = {"absorbent": "water", "efficiency": {"NH3": "90 %"}, "ammonia": "50 %"}
    done = bench.run("gas_scrubber", keys, bench.of({"NH3": 1.0, "N2": 0.5}))
    assert done.kmol("liquor", "N") == pytest.approx(0.9)
    assert done.details["NH3"][0] == pytest.approx(0.1 * molar_mass("NH3"))


def test_size_and_power(bench) -> None:
    keys = KEYS | {"dilution": "5", "temperature": "27 °C", "velocity": "2 m/s", "electricity": "0.002 kWh/m^3"}
    done = bench.run("gas_scrubber", keys, bench.of({"HF": 1.0, "CO2": 2.0, "H2O": 3.0, "N2": 4.0}))
    volume = 10.0 * 22.414 * 5.0 * 300.15 / 273.15
    assert done.details["gas_m3_per_h"][0] == pytest.approx(volume)
    assert done.size("tower cross-section") == pytest.approx(volume / 7200.0)
    assert done.used("electricity") == pytest.approx(0.002 * volume)


def test_several_gases(bench) -> None:
    bake, rows = bench.rows({"SO2": {"SO2": 1.0}, "rest": {"O2": 0.5, "HF": 1.0}})
    gases = {"feeds.0": bake, "feeds.1": bench.of({"HCl": 1.0, "H2O": 1.0})}
    done = bench.run("gas_scrubber", KEYS, gases, parts={"feeds.0": rows})
    assert done.bought("NaOH", "NaOH") == pytest.approx(4.0)
    assert salts(done) == {"F": 1, "Na": 4, "S": 1, "Cl": 1}


FEED = ("HF", "SiF4", "SO3", "HCl", "CO2", "H2O", "N2", "O2")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))
SHARE = st.floats(0.0, 1.0)


@settings(max_examples=80, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * len(FEED)),
    dioxide=AMOUNT,
    shares=st.tuples(*[SHARE] * 5),
    absorbent=st.sampled_from(["water", "NaOH", "soda", "lime"]),
    excess=st.floats(0.0, 2.0),
    strength=st.floats(0.01, 0.2),
)
def test_closes(bench, amounts, dioxide, shares, absorbent, excess, strength) -> None:
    feed, rows = bench.rows({"SO2": {"SO2": dioxide}, "rest": dict(zip(FEED, amounts, strict=True))})
    names = ("HF", "SiF4", "SO3", "SO2", "HCl")
    changes = {f"efficiency.{name}": np.array([share]) for name, share in zip(names, shares, strict=True)}
    changes |= {"excess": np.array([excess]), "strength": np.array([strength])}
    keys = KEYS | {"absorbent": absorbent}
    done = bench.run("gas_scrubber", keys, feed, parts={"feed": rows}, changes=changes)
    done.neutral("liquor")
    done.neutral("solids")
    emitted = done.outlets["gas"][0]
    solid = [i for i, name in enumerate(ELEMENTS) if name not in ("H", "C", "N", "O", "F", "Si", "S", "Cl", "Ar")]
    assert not emitted[solid].any()
    scale = 1e-9 * float(done.entering.sum()) / 10
    fluorine = done.details["HF"][0] / molar_mass("HF") + 4 * done.details["SiF4"][0] / molar_mass("SiF4")
    assert fluorine == pytest.approx(done.kmol("gas", "F"), abs=scale)
    sulphur = done.details["SO3"][0] / molar_mass("SO3") + done.details["SO2"][0] / molar_mass("SO2")
    assert sulphur == pytest.approx(done.kmol("gas", "S"), abs=scale)


def test_idle_and_samples(bench) -> None:
    feed, rows = bench.rows({"SO2": {"SO2": 1.0}, "rest": {"SO3": 2.0, "HF": 3.0, "SiF4": 0.1, "H2O": 5.0, "O2": 1.0}})
    other, _ = bench.rows({"SO2": {"SO2": 0.3}, "rest": {"SO3": 1.0, "HF": 4.0, "SiF4": 0.2, "H2O": 2.0, "O2": 1.0}})
    more = {"parts": {"feed": rows}}
    for absorbent in ("water", "lime", "soda"):
        keys = {"absorbent": absorbent}
        bench.idle("gas_scrubber", keys, feed, **more)
        bench.alike("gas_scrubber", keys, feed, other, {"efficiency.HF": (0.95, 0.8), "strength": (0.05, 0.1)}, **more)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"absorbent": "lime", "efficiency": {"NH3": "90 %"}}, "a base does not take up ammonia"),
        ({"absorbent": "vinegar"}, "lime"),
        ({"absorbent": "water", "efficiency": {"CO": "90 %"}}, "SiF4"),
        ({"absorbent": "water", "feeds": ["a.b"]}, "give `feed`, or several gases as `feeds`"),
    ],
)
def test_words_of_the_file(bench, keys, words) -> None:
    with pytest.raises(ValidationError, match=words):
        bench.parameters("gas_scrubber", keys, ["feed"])


def test_water_takes_less_sulphur_dioxide(bench) -> None:
    into = {name: bench.parameters("gas_scrubber", {"absorbent": name}, ["feed"]) for name in ("water", "lime")}
    assert into["water"].efficiency["SO2"].nominal < into["lime"].efficiency["SO2"].nominal
    assert "NH3" in into["water"].efficiency


def test_too_strong_a_slurry(bench) -> None:
    # 10 kg of SO3 per kg of water leave no water for gypsum.
    keys = KEYS | {"absorbent": "lime", "strength": "10 kg/kg"}
    with pytest.raises(OperationError, match=r"water for the gypsum.*lower strength") as caught:
        bench.run("gas_scrubber", keys, bench.of({"SO3": 10.0}))
    assert caught.value.key == "strength"
