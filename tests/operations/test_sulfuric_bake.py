"""Sulphuric bake: each mineral by its reaction, gases by name, thorium by temperature, acid that is short."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import ELEMENTS, INDEX, MOLAR_MASS, molar_mass
from didymium.operations.base import OperationError

RARE = {"bastnaesite": "100 %", "monazite": "100 %", "xenotime": "100 %"}
KEYS = {
    "acid": "2 t/t",
    "temperature": "600 °C",
    "conversion": RARE,
    "gangue": {"calcite": "100 %", "fluorite": "100 %", "hematite": "100 %", "apatite": "100 %"},
    "defluorination": "100 %",
    "fluorine_as_SiF4": "0 %",
    "so2_share": "0 %",
    "thorium_soluble": "100 %",
}


def run(bench, minerals, keys=None, **more):
    feed, rows = bench.rows(minerals)
    return bench.run("sulfuric_bake", KEYS | (keys or {}), feed, parts={"feed": rows}, **more)


def part(done, row, element, outlet="calcine"):
    """kmol/h of an element in one part of an outlet."""
    rows = {"calcine": ("opened", "closed"), "offgas": ("SO2", "rest")}[outlet]
    return float(done.parts[outlet][0, rows.index(row), INDEX[element]] / MOLAR_MASS[INDEX[element]])


def kmol(done, row, outlet="calcine"):
    found = {name: round(part(done, row, name, outlet), 9) for name in ELEMENTS}
    return {name: amount for name, amount in found.items() if amount}


def exact(formulas, kmol_of_acid):
    """The acid key that gives so many kmol/h of H2SO4."""
    mass = sum(n * molar_mass(formula) for formula, n in formulas.items())
    return {"acid": np.array([kmol_of_acid * molar_mass("H2SO4") / mass])}


def test_bastnaesite(bench) -> None:
    # 2 NdCO3F + 3 H2SO4 -> Nd2(SO4)3 + 2 HF + 2 CO2 + 2 H2O
    done = run(bench, {"bastnaesite": {"NdCO3F": 2.0}}, changes=exact({"NdCO3F": 2.0}, 3.0))
    assert done.bought("H2SO4", "H2SO4") == pytest.approx(3.0)
    assert kmol(done, "opened") == {"Nd": 2, "S": 3, "O": 12}
    assert kmol(done, "closed") == {}
    assert kmol(done, "rest", "offgas") == {"C": 2, "F": 2, "H": 6, "O": 6}
    assert done.details["acid_excess"][0] == pytest.approx(0.0, abs=1e-9)
    assert done.details["HF"][0] == pytest.approx(2 * molar_mass("HF"))


def test_monazite(bench) -> None:
    # 2 NdPO4 + 3 H2SO4 -> Nd2(SO4)3 + 2 H3PO4
    done = run(bench, {"monazite": {"NdPO4": 2.0}}, changes=exact({"NdPO4": 2.0}, 3.0))
    assert kmol(done, "opened") == {"Nd": 2, "S": 3, "P": 2, "H": 6, "O": 20}
    assert done.kg("offgas") == pytest.approx(0.0, abs=1e-9)


def test_half_of_the_monazite_stays_as_it_was(bench) -> None:
    keys = {"conversion": RARE | {"monazite": "50 %"}}
    done = run(bench, {"monazite": {"NdPO4": 2.0}}, keys, changes=exact({"NdPO4": 2.0}, 1.5))
    assert kmol(done, "closed") == {"Nd": 1, "P": 1, "O": 4}
    assert kmol(done, "opened") == {"Nd": 1, "S": 1.5, "P": 1, "H": 3, "O": 10}


@pytest.mark.parametrize(
    ("mineral", "formula", "acid", "opened", "gas"),
    [
        # CaF2 + H2SO4 -> CaSO4 + 2 HF
        ("fluorite", "CaF2", 1.0, {"Ca": 1, "S": 1, "O": 4}, {"H": 2, "F": 2}),
        # CaCO3 + H2SO4 -> CaSO4 + CO2 + H2O
        ("calcite", "CaCO3", 1.0, {"Ca": 1, "S": 1, "O": 4}, {"C": 1, "H": 2, "O": 3}),
        # Fe2O3 + 3 H2SO4 -> Fe2(SO4)3 + 3 H2O
        ("hematite", "Fe2O3", 3.0, {"Fe": 2, "S": 3, "O": 12}, {"H": 6, "O": 3}),
        # Ca5(PO4)3F + 5 H2SO4 -> 5 CaSO4 + 3 H3PO4 + HF
        ("apatite", "Ca5P3O12F", 5.0, {"Ca": 5, "S": 5, "P": 3, "H": 9, "O": 32}, {"H": 1, "F": 1}),
        # barite is a sulphate already and not named: it stays
        ("barite", "BaSO4", 0.0, {}, {}),
    ],
)
def test_gangue(bench, mineral, formula, acid, opened, gas) -> None:
    done = run(bench, {mineral: {formula: 1.0}}, changes=exact({formula: 1.0}, acid))
    assert kmol(done, "opened") == opened
    assert kmol(done, "rest", "offgas") == gas
    if not opened:
        assert kmol(done, "closed") == {"Ba": 1, "S": 1, "O": 4}


def test_thorium_that_stays_soluble(bench) -> None:
    # ThO2 + 2 H2SO4 -> Th(SO4)2 + 2 H2O beside 3 H2SO4 for 2 NdPO4
    inside = {"NdPO4": 2.0, "ThO2": 1.0}
    done = run(bench, {"monazite": inside}, changes=exact(inside, 5.0))
    assert kmol(done, "opened") == {"Nd": 2, "Th": 1, "S": 5, "P": 2, "H": 6, "O": 28}
    assert kmol(done, "closed") == {}


def test_insoluble_thorium_takes_two_phosphate(bench) -> None:
    # 2 NdPO4 + 3 H2SO4 + 1/2 ThO2 -> Nd2(SO4)3 + 1/2 ThP2O7 + H3PO4 + 3/2 H2O
    inside = {"NdPO4": 2.0, "ThO2": 0.5}
    done = run(bench, {"monazite": inside}, {"thorium_soluble": "0 %"}, changes=exact(inside, 3.0))
    assert kmol(done, "closed") == {"Th": 0.5, "P": 1, "O": 3.5}
    assert kmol(done, "opened") == {"Nd": 2, "S": 3, "P": 1, "H": 3, "O": 16}
    assert kmol(done, "rest", "offgas") == {"H": 3, "O": 1.5}


def test_insoluble_thorium_without_phosphate_is_dioxide(bench) -> None:
    done = run(bench, {"bastnaesite": {"NdCO3F": 1.0, "ThO2": 0.5}}, {"thorium_soluble": "0 %"})
    assert kmol(done, "closed") == {"Th": 0.5, "O": 1}


@pytest.mark.parametrize(("degrees", "share"), [(200, 0.95), (350, (0.80 + 0.25) / 2), (600, 0.03), (800, 0.03)])
def test_thorium_by_temperature(bench, degrees, share) -> None:
    keys = {key: value for key, value in KEYS.items() if key != "thorium_soluble"} | {"temperature": f"{degrees} °C"}
    feed, rows = bench.rows({"monazite": {"NdPO4": 9.0, "ThO2": 1.0}})
    done = bench.run("sulfuric_bake", keys, feed, parts={"feed": rows})
    assert part(done, "opened", "Th") == pytest.approx(share)
    assert part(done, "closed", "Th") == pytest.approx(1.0 - share)
    assert done.details["thorium_soluble"][0] == pytest.approx(share)


@pytest.mark.parametrize(("place", "share"), [(0.0, 0.005), (0.25, 0.0175), (0.5, 0.03), (0.75, 0.065), (1.0, 0.10)])
def test_thorium_within_its_range(bench, place, share) -> None:
    # at 600 degC 3 % from 0.5 to 10 %
    keys = {key: value for key, value in KEYS.items() if key != "thorium_soluble"}
    feed, rows = bench.rows({"monazite": {"NdPO4": 9.0, "ThO2": 1.0}})
    changes = {"thorium_range": np.array([place])}
    done = bench.run("sulfuric_bake", keys, feed, parts={"feed": rows}, changes=changes)
    assert part(done, "opened", "Th") == pytest.approx(share)


def test_fluorine_eats_silica(bench) -> None:
    # Of 8 HF four meet silica: SiO2 + 4 HF -> SiF4 + 2 H2O
    done = run(bench, {"fluorite": {"CaF2": 4.0}, "quartz": {"SiO2": 3.0}}, {"fluorine_as_SiF4": "50 %"})
    assert kmol(done, "closed") == {"Si": 2, "O": 4}
    assert part(done, "rest", "Si", "offgas") == pytest.approx(1.0)
    assert done.details["SiF4"][0] == pytest.approx(molar_mass("SiF4"))
    assert done.details["HF"][0] == pytest.approx(4 * molar_mass("HF"))
    done.neutral("calcine")


def test_silica_limits_what_fluorine_eats(bench) -> None:
    done = run(bench, {"fluorite": {"CaF2": 4.0}, "quartz": {"SiO2": 0.5}}, {"fluorine_as_SiF4": "100 %"})
    assert kmol(done, "closed") == {}
    assert done.details["SiF4"][0] == pytest.approx(0.5 * molar_mass("SiF4"))
    assert done.details["HF"][0] == pytest.approx(6 * molar_mass("HF"))


def test_fluorine_that_stays_is_fluoride(bench) -> None:
    # 3 F of 10 stay on CaF2: 1.5 Ca keep them and take no acid.
    done = run(bench, {"fluorite": {"CaF2": 5.0}}, {"defluorination": "70 %"}, changes=exact({"CaF2": 5.0}, 3.5))
    assert kmol(done, "opened") == {"Ca": 5, "F": 3, "S": 3.5, "O": 14}


def test_acid_beyond_the_need_boils_off_by_temperature(bench) -> None:
    # 5 H2SO4 on 2 NdPO4: 2 too many. Cold they stay, hot they leave as SO3, a quarter of it as SO2.
    feed, acid = {"monazite": {"NdPO4": 2.0}}, exact({"NdPO4": 2.0}, 5.0)
    cold = run(bench, feed, {"temperature": "200 °C"}, changes=acid)
    assert kmol(cold, "opened") == {"Nd": 2, "S": 5, "P": 2, "H": 10, "O": 28}
    assert cold.details["acid_on_calcine"][0] == pytest.approx(2 * molar_mass("H2SO4"))
    half = run(bench, feed, {"temperature": "335 °C"}, changes=acid)
    assert part(half, "opened", "S") == pytest.approx(4.0)
    hot = run(bench, feed, {"temperature": "600 °C", "so2_share": "25 %"}, changes=acid)
    assert kmol(hot, "SO2", "offgas") == {"S": 0.5, "O": 1}
    # 1.5 SO3, 2 H2O and the 0.25 O2 of the split
    assert kmol(hot, "rest", "offgas") == {"S": 1.5, "H": 4, "O": 7}
    assert hot.details["SO3"][0] == pytest.approx(1.5 * molar_mass("SO3"))
    assert hot.details["SO2"][0] == pytest.approx(0.5 * molar_mass("SO2"))


def test_short_acid_is_an_error_that_says_the_need(bench) -> None:
    # 1.5 H2SO4 on a mol of NdCO3F: 147.1 kg on 223.25 kg.
    words = r"0.5 kg/kg of acid is short of the 0.659 kg/kg .*; raise acid"
    with pytest.raises(OperationError, match=words) as caught:
        run(bench, {"bastnaesite": {"NdCO3F": 1.0}}, {"acid": "0.5 kg/kg"})
    assert caught.value.key == "acid"


def test_short_acid_leaves_a_share_unopened(bench) -> None:
    # 3 H2SO4 where 2 NdPO4 and 3 CaCO3 need 6: half of each is opened, no acid is left over.
    inside = {"monazite": {"NdPO4": 2.0}, "calcite": {"CaCO3": 3.0}}
    acid = exact({"NdPO4": 2.0, "CaCO3": 3.0}, 3.0)
    done = run(bench, inside, {"acid_short": "unleached"}, changes=acid)
    assert done.details["acid_share"][0] == pytest.approx(0.5)
    assert kmol(done, "closed") == {"Nd": 1, "P": 1, "Ca": 1.5, "C": 1.5, "O": 8.5}
    assert part(done, "opened", "S") == pytest.approx(3.0)
    assert done.details["SO3"][0] == pytest.approx(0.0, abs=1e-9)


def test_a_sulphate_that_is_attacked_takes_no_acid(bench) -> None:
    # BaSO4 brings its own: of 1.5 H2SO4 none is left beside the NdCO3F, and barite is opened as it was.
    inside, keys = {"NdCO3F": 1.0, "BaSO4": 2.0}, {"gangue": {"barite": "100 %"}}
    feed = {"bastnaesite": {"NdCO3F": 1.0}, "barite": {"BaSO4": 2.0}}
    done = run(bench, feed, keys, changes=exact(inside, 1.5))
    assert kmol(done, "opened") == {"Nd": 1, "Ba": 2, "S": 3.5, "O": 14}
    assert kmol(done, "rest", "offgas") == {"C": 1, "F": 1, "H": 3, "O": 3}
    assert done.details["acid_excess"][0] == pytest.approx(0.0, abs=1e-9)
    assert done.details["acid_share"][0] == pytest.approx(1.0)


def test_acid_for_the_hydrogen_of_hydrogen_fluoride(bench) -> None:
    # ThF4 + 2 H2SO4 -> ThO2 + 4 HF + 2 SO3: thorium that stays insoluble takes no sulphate, its fluorine hydrogen.
    feed, keys = {"bastnaesite": {"ThF4": 1.0}}, {"thorium_soluble": "0 %"}
    done = run(bench, feed, keys, changes=exact({"ThF4": 1.0}, 2.0))
    assert kmol(done, "closed") == {"Th": 1, "O": 2}
    assert kmol(done, "rest", "offgas") == {"H": 4, "F": 4, "S": 2, "O": 6}
    assert done.details["acid_excess"][0] == pytest.approx(0.0, abs=1e-9)
    need = rf"short of the {2 * molar_mass('H2SO4') / (molar_mass('Th') + 4 * molar_mass('F')):.3g} kg/kg"
    with pytest.raises(OperationError, match=need):
        run(bench, feed, keys, changes=exact({"ThF4": 1.0}, 1.9))


@pytest.mark.parametrize("dose", [0.0, 5e-324, 1e-310])
def test_a_dose_of_nothing(bench, dose) -> None:
    feed, changes = {"monazite": {"NdPO4": 2.0}}, {"acid": np.array([dose])}
    done = run(bench, feed, {"acid_short": "unleached"}, changes=changes)
    assert kmol(done, "closed") == {"Nd": 2, "P": 2, "O": 8}
    assert done.used("H2SO4") == 0.0
    with pytest.raises(OperationError, match=r"kg/kg of acid is short of the 0\.6"):
        run(bench, feed, changes=changes)


def test_sizes_and_power(bench) -> None:
    keys = {"residence": "2 h", "filling": "10 %", "bulk_density": "1500 kg/m^3", "electricity": "20 kWh/t"}
    done = run(bench, {"monazite": {"NdPO4": 1.0}}, keys)
    mass = molar_mass("NdPO4")
    assert done.size("kiln") == pytest.approx(mass * 3.0 * 2.0 / 150.0)
    assert done.used("electricity") == pytest.approx(0.02 * mass)
    assert done.used("heat") == pytest.approx(5.94 * mass)


MINERALS = {
    "bastnaesite": ("CeCO3F", "ThO2"),
    "monazite": ("NdPO4", "ThO2", "UO3"),
    "calcite": ("CaCO3",),
    "fluorite": ("CaF2",),
    "barite": ("BaSO4",),
    "quartz": ("SiO2",),
    "hematite": ("Fe2O3",),
    "kaolinite": ("Al2Si2O9H4",),
    "aegirine": ("NaFeSi2O6",),
}
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))
SHARE = st.floats(0.0, 1.0)
COUNTED = sum(len(formulas) for formulas in MINERALS.values())


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * COUNTED),
    shares=st.fixed_dictionaries(
        {
            "conversion.bastnaesite": SHARE,
            "conversion.monazite": SHARE,
            "gangue.fluorite": SHARE,
            "gangue.barite": SHARE,
            "gangue.kaolinite": SHARE,
            "gangue.aegirine": SHARE,
            "defluorination": SHARE,
            "fluorine_as_SiF4": SHARE,
            "thorium_soluble": SHARE,
            "so2_share": SHARE,
            "acid": st.floats(0.0, 4.0),
            "temperature": st.floats(200.0, 800.0),
        }
    ),
)
def test_closes(bench, amounts, shares) -> None:
    keys = KEYS | {
        "acid_short": "unleached",
        "gangue": KEYS["gangue"] | {"barite": "0 %", "kaolinite": "0 %", "aegirine": "0 %"},
    }
    left = iter(amounts)
    feed, rows = bench.rows({name: {one: next(left) for one in formulas} for name, formulas in MINERALS.items()})
    changes = {path: np.array([value]) for path, value in shares.items()}
    done = bench.run("sulfuric_bake", keys, feed, parts={"feed": rows}, changes=changes)
    done.neutral("calcine")
    done.neutral("offgas", {"Si": 4.0})
    assert part(done, "opened", "C") == 0.0
    flow = done.outlets["offgas"][0]
    solid = [i for i, name in enumerate(ELEMENTS) if name not in ("H", "C", "N", "O", "F", "Si", "S")]
    assert not flow[solid].any()
    # HF, SiF4, SO3 and SO2 of the details are the gas's fluorine, silicon and sulphur; hydrogen is enough for HF.
    gases = {name: done.details[name][0] / molar_mass(name) for name in ("HF", "SiF4", "SO3", "SO2")}
    scale = float(done.entering.sum()) * 1e-12 + 1e-12
    assert gases["HF"] + 4 * gases["SiF4"] == pytest.approx(done.kmol("offgas", "F"), abs=scale)
    assert gases["SiF4"] == pytest.approx(done.kmol("offgas", "Si"), abs=scale)
    assert gases["SO3"] + gases["SO2"] == pytest.approx(done.kmol("offgas", "S"), rel=1e-9, abs=scale)
    assert done.kmol("offgas", "H") >= gases["HF"] - scale


def test_idle_and_samples(bench) -> None:
    keys = {key: value for key, value in KEYS.items() if key != "thorium_soluble"}
    feed, rows = bench.rows({"monazite": {"NdPO4": 1.0, "ThO2": 0.1}, "fluorite": {"CaF2": 1.0}, "quartz": {"SiO2": 1}})
    other, _ = bench.rows({"monazite": {"LaPO4": 0.7, "ThO2": 0.2}, "fluorite": {"CaF2": 0.1}, "quartz": {"SiO2": 2}})
    more = {"parts": {"feed": rows}}
    bench.idle("sulfuric_bake", keys, feed, **more)
    changes = {"acid": (1.55, 2.1), "temperature": (610.0, 320.0), "fluorine_as_SiF4": (0.2, 0.5)}
    bench.alike("sulfuric_bake", keys, feed, other, changes, **more)


def test_a_rare_earth_mineral_needs_a_route(bench) -> None:
    keys = {"conversion": {"bastnaesite": "99 %"}}
    with pytest.raises(OperationError, match=r"holds xenotime, and no conversion .*add conversion.xenotime") as caught:
        run(bench, {"bastnaesite": {"NdCO3F": 1.0}, "xenotime": {"YPO4": 1.0}}, keys)
    assert caught.value.key == "conversion"


def test_a_feed_without_minerals(bench) -> None:
    with pytest.raises(OperationError, match="not an ore or concentrate"):
        bench.run("sulfuric_bake", KEYS, bench.of({"NdPO4": 1.0}))


@pytest.mark.parametrize("degrees", [160, 880])
def test_a_temperature_of_which_nothing_is_known(bench, degrees) -> None:
    keys = {key: value for key, value in KEYS.items() if key != "thorium_soluble"} | {"temperature": f"{degrees} °C"}
    feed, rows = bench.rows({"monazite": {"NdPO4": 1.0}})
    with pytest.raises(OperationError, match=rf"at {degrees} °C .*\(200 to 800 °C is\)") as caught:
        bench.run("sulfuric_bake", keys, feed, parts={"feed": rows})
    assert caught.value.key == "temperature"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"conversion": {"bastnasite": "99 %"}}, "unknown mineral 'bastnasite'.*bastnaesite"),
        ({"conversion": {"calcite": "99 %"}}, "calcite is no rare-earth mineral"),
        ({"gangue": {"monazite": "99 %"}}, "monazite is a rare-earth mineral: say it under conversion"),
        ({"acid_stays_to": "450 °C"}, "acid_stays_to must lie below acid_gone_at"),
        ({"acid_short": "maybe"}, "unleached"),
    ],
)
def test_words_of_the_file(bench, keys, words) -> None:
    with pytest.raises(ValidationError, match=words):
        bench.parameters("sulfuric_bake", KEYS | keys, ["feed"])


def test_no_kiln_takes_twenty_times_its_weight_of_acid(bench) -> None:
    with pytest.raises(ValidationError, match=r"20"):
        bench.parameters("sulfuric_bake", {"acid": "25 kg/kg", "temperature": "300 °C"}, ["feed"])
