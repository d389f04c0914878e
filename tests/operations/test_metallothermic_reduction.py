"""Metallothermic reduction: calcium by the fluorine, lanthanum by the oxygen, what each wins and leaves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import COUNT, INDEX, MOLAR_MASS, RE, mass_fractions, molar_mass
from didymium.operations.base import OperationError

KIND = "metallothermic_reduction"
PURE = {"oxygen": "0 %", "carbon": "0 %"}
CALCIUM = {"reductant": "Ca", "excess": "15 %", "recovery": "100 %", "dissolved": "0 %", "residual": "0 %"} | PURE
LANTHANUM = {"reductant": "La", "excess": "25 %", "recovery": "100 %", "residual": "0 %"} | PURE


def run(bench, keys, feed, **more):
    return bench.run(KIND, keys, feed if "feed" in feed else bench.of(feed), **more)


def test_calcium(bench) -> None:
    # 2 DyF3 + 3 Ca -> 2 Dy + 3 CaF2; 15 % of 3 mol Ca are left: 3.45 * 40.078 = 138.27 kg on 325 kg Dy.
    done = run(bench, CALCIUM, {"DyF3": 2.0})
    assert done.kg("metal") == pytest.approx(325.0)
    assert done.used("calcium") == pytest.approx(138.27, abs=0.01)
    assert done.kmol("slag", "Ca") == pytest.approx(3.45)
    assert done.kmol("slag", "F") == pytest.approx(6.0)
    assert done.kg("slag") == pytest.approx(3 * molar_mass("CaF2") + 0.45 * molar_mass("Ca"))
    assert done.kg("condensate") == 0.0


def test_what_is_not_won_stays_fluoride(bench) -> None:
    # A tenth of 2 DyF3: 0.2 mol stays with its 0.6 F; calcium by the other 5.4.
    done = run(bench, CALCIUM | {"recovery": "90 %"}, {"DyF3": 2.0})
    assert done.kmol("metal", "Dy") == pytest.approx(1.8)
    assert done.kmol("slag", "Dy") == pytest.approx(0.2)
    assert done.bought("calcium", "Ca") == pytest.approx(2.7 * 1.15)
    done.neutral("slag", beside=-0.15 * 2.7)


def test_what_the_metal_dissolves_is_boiled_off(bench) -> None:
    # At 15 % of excess there are 0.225 mol Ca for a mol of Dy, 0.0555 kg/kg.
    assert run(bench, CALCIUM | {"dissolved": "5.5 %"}, {"DyF3": 1.0}).kg("condensate", "Ca") > 0.0
    # Metal of 325 / 0.999 kg: 0.1 % Ca is left of 2 %; 1.9 % go to the condensate.
    done = run(bench, CALCIUM | {"dissolved": "2 %", "residual": "0.1 %"}, {"DyF3": 2.0})
    metal = 2 * molar_mass("Dy") / 0.999
    assert done.kg("metal") == pytest.approx(metal)
    assert done.kg("metal", "Ca") == pytest.approx(1e-3 * metal)
    assert done.kg("condensate") == pytest.approx(1.9e-2 * metal)
    assert done.details["slag_kg_per_kg"][0] == pytest.approx(done.kg("slag") / metal)
    assert done.details["kg_reductant_per_kg"][0] == pytest.approx(done.used("calcium") / metal)
    assert done.used("calcium") == pytest.approx(3.45 * molar_mass("Ca"))


def test_oxyfluoride_takes_calcium_too(bench) -> None:
    # 1.8 DyF3 + 0.2 DyOF: 5.6 F and 0.2 O, six charges as before; the oxygen is CaO in the slag.
    done = run(bench, CALCIUM, {"DyF3": 1.8, "DyOF": 0.2})
    assert done.bought("calcium", "Ca") == pytest.approx(3.0 * 1.15)
    assert done.kmol("slag", "O") == pytest.approx(0.2)
    assert done.used("air") == 0.0


def test_oxygen_and_carbon_of_the_metal(bench) -> None:
    # Metal of 325 / 0.998 kg with 0.15 % O and 0.05 % C. The feed has no oxygen: air leaks in.
    done = run(bench, CALCIUM | {"oxygen": "0.15 %", "carbon": "500 ppm"}, {"DyF3": 2.0})
    metal = 2 * molar_mass("Dy") / 0.998
    assert done.kg("metal", "O") == pytest.approx(1.5e-3 * metal)
    assert done.used("graphite") == pytest.approx(5e-4 * metal)
    assert done.used("air") * 0.232 == pytest.approx(1.5e-3 * metal)
    assert done.kg("offgas", "N") == pytest.approx(0.755 * done.used("air"))
    # With oxyfluoride the feed brings it.
    wet = run(bench, CALCIUM | {"oxygen": "0.15 %"}, {"DyF3": 1.8, "DyOF": 0.2})
    assert wet.used("air") == 0.0
    assert wet.kmol("slag", "O") == pytest.approx(0.2 - wet.kmol("metal", "O"))


def test_lanthanum(bench) -> None:
    # Sm2O3 + 2 La -> 2 Sm + La2O3; 2.5 mol La per mol of oxide is an excess of 25 %.
    done = run(bench, LANTHANUM, {"Sm2O3": 1.0})
    assert done.kg("metal") == pytest.approx(2 * molar_mass("Sm"))
    assert done.bought("lanthanum", "La") == pytest.approx(2.5)
    assert done.kmol("slag", "La") == pytest.approx(2.5)
    assert done.kmol("slag", "O") == pytest.approx(3.0)


def test_only_what_distils_is_won(bench) -> None:
    # Of a samarium-gadolinium enrichment (sm_lanthanum2018) 93.6 % of the Sm distil; all Gd stays as Gd2O3.
    done = run(bench, LANTHANUM | {"recovery": "93.6 %"}, {"Sm2O3": 1.0, "Gd2O3": 0.5})
    assert done.kmol("metal", "Sm") == pytest.approx(1.872)
    assert done.kmol("metal", "Gd") == 0.0
    assert done.kmol("slag", "Gd") == pytest.approx(1.0)
    assert done.bought("lanthanum", "La") == pytest.approx(1.872 * 1.25)


def test_cerium_is_reduced_to_its_sesquioxide(bench) -> None:
    # Sm2O3 + 2 CeO2: 7 O; the slag keeps Ce2O3; La takes 2 * 7 - 3 * 2 = 8 charges.
    done = run(bench, LANTHANUM | {"excess": "0 %"}, {"Sm2O3": 1.0, "CeO2": 2.0})
    assert done.bought("lanthanum", "La") == pytest.approx(8 / 3)
    done.neutral("slag")


def test_mischmetal(bench) -> None:
    # 65 % Ce and 35 % La: 0.65 / 140.116 + 0.35 / 138.905 = 7.1588 mol/kg; 2 mol take 279.4 kg.
    done = run(bench, LANTHANUM | {"reductant": "mischmetal", "excess": "0 %"}, {"Sm2O3": 1.0})
    assert done.used("mischmetal") == pytest.approx(279.38, abs=0.05)
    done.neutral("slag")
    # What of it distils with the metal is as it is mixed.
    done = run(bench, LANTHANUM | {"reductant": "mischmetal", "residual": "0.1 %"}, {"Sm2O3": 1.0})
    assert done.kg("metal", "La", "Ce") == pytest.approx(1e-3 * done.kg("metal"))
    assert done.kg("metal", "Ce") / done.kg("metal", "La") == pytest.approx(0.65 / 0.35)


def pure(formula: str) -> np.ndarray:
    out = np.zeros((1, 1, COUNT))
    out[0, 0] = mass_fractions(formula)
    return out


def test_lanthanum_of_the_flowsheet(bench) -> None:
    feed = {"feed": bench.of({"Sm2O3": 1.0}), "metal": np.zeros((1, 1, COUNT))}
    done = run(bench, LANTHANUM, feed, on_demand={"metal": pure("La")})
    assert done.outcome.demands["metal"][0] == pytest.approx(2.5 * molar_mass("La"))
    assert done.kmol("slag", "La") == pytest.approx(2.5)
    assert "lanthanum" not in {line.item for line in done.outcome.lines}
    # Its own oxygen has taken of its charges: La with 1 % O as La2O3.
    flow = bench.of({"La": 2.5, "La2O3": 0.1})
    given = run(bench, LANTHANUM | {"residual": "0.05 %"}, {"feed": bench.of({"Sm2O3": 1.0}), "metal": flow})
    assert given.kmol("slag", "O") == pytest.approx(3.3)
    assert given.kg("metal", "La") == pytest.approx(5e-4 * given.kg("metal"))


def test_a_stream_that_is_too_small(bench) -> None:
    feed = {"feed": bench.of({"Sm2O3": 1.0}), "metal": bench.of({"La": 1.5})}
    with pytest.raises(OperationError, match=r"brings 4.5 kmol/h of charges and the reaction takes 6; bring") as caught:
        run(bench, LANTHANUM, feed)
    assert caught.value.key == "metal"
    with pytest.raises(OperationError, match="holds no rare-earth metal that could reduce"):
        run(bench, LANTHANUM, feed | {"metal": np.zeros((1, 1, COUNT))}, on_demand={"metal": pure("Fe")})


def test_impurities(bench) -> None:
    # Iron of a fluoride goes to the metal, magnesium and sodium boil off, calcium stays: (2 * 3 + 3 + 2 + 1) / 2 Ca.
    feed = {"DyF3": 2.0, "FeF3": 1.0, "MgF2": 1.0, "NaF": 1.0, "CaF2": 1.0}
    done = run(bench, CALCIUM | {"excess": "0 %"}, feed)
    assert done.kmol("metal", "Fe") == pytest.approx(1.0)
    assert done.kmol("condensate", "Mg") == pytest.approx(1.0)
    assert done.kmol("condensate", "Na") == pytest.approx(1.0)
    assert done.kmol("slag", "Ca") == pytest.approx(6.0 + 1.0)
    assert done.bought("calcium", "Ca") == pytest.approx(6.0)
    done.neutral("slag")


def test_traces_that_calcium_does_not_win_end_divalent(bench) -> None:
    # 0.1 SmF3 of 2.1 takes one charge, half a calcium: 2 SmF3 + Ca -> 2 SmF2 + CaF2.
    done = run(bench, CALCIUM | {"excess": "0 %"}, {"DyF3": 2.0, "SmF3": 0.1})
    assert done.kmol("slag", "Sm") == pytest.approx(0.1)
    assert done.bought("calcium", "Ca") == pytest.approx(3.05)


def test_sizes_power_and_gas(bench) -> None:
    keys = {"cycle": "10 h", "electricity": "9 kWh/kg", "argon": "0.4 kg/kg"}
    done = run(bench, CALCIUM | keys, {"DyF3": 2.0})
    assert done.size("furnace charge") == pytest.approx(10 * (2 * molar_mass("DyF3") + 3.45 * molar_mass("Ca")))
    assert done.used("electricity") == pytest.approx(9 * 325.0)
    assert done.kg("offgas", "Ar") == pytest.approx(0.4 * 325.0)


def test_standards_by_reductant(bench) -> None:
    first = bench.parameters(KIND, {"reductant": "Ca"}, ["feed"])
    second = bench.parameters(KIND, {"reductant": "mischmetal", "recovery": "90 %"}, ["feed"])
    assert (first.excess.nominal, first.recovery.nominal, first.dissolved.nominal) == (0.15, 0.95, 0.02)
    assert first.temperature.nominal == 1500.0
    assert (second.excess.nominal, second.recovery.nominal, second.dissolved) == (0.25, 0.9, None)


FLUORIDES = ("DyF3", "TbF3", "GdF3", "NdOF", "CaF2", "FeF3", "AlF3", "MgF2", "NaF", "SmF3")
OXIDES = ("Sm2O3", "Eu2O3", "Gd2O3", "CeO2", "CaO", "Fe2O3", "SiO2", "MgO", "Na2CO3", "H2O", "NdF3", "NdPO4")


def amounts(names, first):
    return st.tuples(st.floats(*first), *[st.one_of(st.just(0.0), st.floats(1e-3, 0.05))] * (len(names) - 1))


@settings(max_examples=60, deadline=None)
@given(
    inside=amounts(FLUORIDES, (1.0, 100.0)),
    values=st.fixed_dictionaries(
        {
            "recovery": st.floats(0.0, 1.0),
            "excess": st.floats(0.15, 1.0),
            "oxygen": st.floats(0.0, 0.01),
            "residual": st.floats(0.0, 0.01),
        }
    ),
)
def test_calcium_closes(bench, inside, values) -> None:
    changes = {key: np.array([value]) for key, value in values.items()}
    feed = dict(zip(FLUORIDES, inside, strict=True))
    done = run(bench, CALCIUM | {"dissolved": "1 %"}, feed, changes=changes)
    # Anions of the slag are no more than its cations, calcium's excess included.
    flow = done.outlets["slag"][0] / MOLAR_MASS
    cations = 3 * (flow[RE].sum() - flow[INDEX["Sm"]]) + 2 * (flow[INDEX["Sm"]] + flow[INDEX["Ca"]])
    anions = flow[INDEX["F"]] + 2 * flow[INDEX["O"]]
    assert anions <= cations + 1e-9 * anions
    assert not done.outlets["offgas"][0, RE].any()


@settings(max_examples=60, deadline=None)
@given(inside=amounts(OXIDES, (1.0, 100.0)), recovery=st.floats(0.0, 1.0), excess=st.floats(0.0, 1.0))
def test_lanthanum_closes(bench, inside, recovery, excess) -> None:
    changes = {"recovery": np.array([recovery]), "excess": np.array([excess])}
    done = run(bench, LANTHANUM, dict(zip(OXIDES, inside, strict=True)), changes=changes)
    assert done.kmol("metal", "Gd") == done.kmol("metal", "Fe") == 0.0
    assert done.kmol("slag", "H") == done.kmol("slag", "C") == 0.0
    assert done.kmol("offgas", "C") == pytest.approx(done.kmol("offgas", "O"))


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"DyF3": 1.0, "DyOF": 0.1})
    bench.idle(KIND, {"reductant": "Ca"}, feed)
    other = bench.of({"TbF3": 0.3, "GdF3": 0.1, "MgF2": 0.01})
    bench.alike(KIND, {"reductant": "Ca"}, feed, other, {"recovery": (0.97, 0.913), "excess": (0.15, 0.2)})
    oxide, second = bench.of({"Sm2O3": 1.0}), bench.of({"Sm2O3": 0.3, "Gd2O3": 0.1})
    bench.idle(KIND, {"reductant": "La"}, oxide)
    bench.alike(KIND, {"reductant": "La"}, oxide, second, {"recovery": (0.97, 0.913)})
    streams = [{"feed": one, "metal": np.zeros((1, 1, COUNT))} for one in (oxide, second)]
    bench.alike(KIND, {"reductant": "La"}, *streams, {"excess": (0.2, 0.3)}, on_demand={"metal": pure("La")})


@pytest.mark.parametrize(
    ("keys", "feed", "words", "key"),
    [
        (
            CALCIUM,
            {"SmF3": 1.0, "DyF3": 1.0},
            "50% of the feed's rare earths are Sm, Eu, Tm and Yb, .*La`",
            "reductant",
        ),
        (LANTHANUM, {"Dy2O3": 1.0}, "100% of the feed's .* do not distil .*hydrofluorination", "reductant"),
        (CALCIUM, {"Dy2O3": 1.0}, "100% of the feed's charges are oxygen, .*feed fluoride", "feed"),
        (LANTHANUM, {"SmF3": 1.0}, "100% of the feed's charges are halogen, .*feed oxide", "feed"),
        (
            CALCIUM | {"temperature": "1380 °C"},
            {"NdF3": 1.0},
            "at 1380 °C metal and calcium fluoride .*1418",
            "temperature",
        ),
        (CALCIUM, {"LuF3": 1.0}, "at 1500 °C .* are not molten; heat to more than 1663 °C", "temperature"),
        (LANTHANUM | {"temperature": "800 °C"}, {"Sm2O3": 1.0}, "at 800 °C lanthanum is not molten", "temperature"),
        (CALCIUM | {"dissolved": "6 %"}, {"DyF3": 1.0}, r"0.06 kg/kg of calcium is left .* brings 0.0555", "excess"),
        (CALCIUM | {"recovery": "10 %"}, {"DyF3": 0.5, "Dy": 2.0}, "holds less fluorine and oxygen", "feed"),
    ],
)
def test_charges_that_do_not_work(bench, keys, feed, words, key) -> None:
    with pytest.raises(OperationError, match=words) as caught:
        run(bench, keys, feed)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"reductant": "Mg"}, "mischmetal"),
        ({"reductant": "Ca", "cycle": "0 h"}, r"0 h is below 0.1 h"),
        ({}, "reductant"),
        ({"reductant": "Ca", "metal": "la.metal"}, "calcium is bought, leave `metal` out"),
        ({"reductant": "La", "dissolved": "1 %"}, "a metal that distils has none"),
        ({"reductant": "Ca", "residual": "3 %"}, "`residual` is what the remelt leaves"),
    ],
)
def test_words_of_the_file(bench, keys, words) -> None:
    with pytest.raises(ValidationError, match=words):
        bench.parameters(KIND, keys, ["feed"])


def test_oxygen_of_the_lanthanum_takes_of_its_charges(bench) -> None:
    # 3 x 2.1 of La less 2 x 0.3 of its oxygen are 5.7, and Sm2O3 takes 6.
    feed = {"feed": bench.of({"Sm2O3": 1.0}), "metal": bench.of({"La": 1.9, "La2O3": 0.1})}
    with pytest.raises(OperationError, match=r"brings 5.7 kmol/h of charges and the reaction takes 6; bring"):
        run(bench, LANTHANUM, feed)


@pytest.mark.parametrize(
    ("keys", "bad", "good"),
    [
        # 2 O of 6 charges are a third; 0.6 of 6 a tenth.
        (CALCIUM, {"DyF3": 1.0, "DyOF": 1.0}, {"DyF3": 1.7, "DyOF": 0.3}),
        # 3 F of 9 charges; 1.5 of 9 are 17 %.
        (LANTHANUM, {"Sm2O3": 1.0, "SmF3": 1.0}, {"Sm2O3": 1.25, "SmF3": 0.5}),
    ],
)
def test_a_third_of_the_other_anion_is_too_much(bench, keys, bad, good) -> None:
    with pytest.raises(OperationError, match="33% of the feed's charges are") as caught:
        run(bench, keys, bad)
    assert caught.value.key == "feed"
    run(bench, keys, good)
