"""Hydrofluorination: fluoride and oxyfluoride by charges, HF and water with the gas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import ELEMENTS, molar_mass
from didymium.operations.base import OperationError

KIND = "hydrofluorination"
KEYS = {"excess": "20 %", "conversion": "100 %", "temperature": "650 °C"}


def run(bench, keys, feed, **more):
    return bench.run(KIND, KEYS | keys, bench.of(feed), **more)


def test_oxide_to_fluoride(bench) -> None:
    # Dy2O3 + 6 HF -> 2 DyF3 + 3 H2O, with 1.2 mol HF too many: 372.998 kg of oxide, 144.05 kg HF, 438.99 kg DyF3.
    done = run(bench, {}, {"Dy2O3": 1.0})
    assert done.bought("HF", "HF") == pytest.approx(7.2)
    assert done.kg("fluoride") == pytest.approx(2 * molar_mass("DyF3"))
    assert done.kg("fluoride") == pytest.approx(438.99, abs=0.01)
    assert done.kmol("offgas", "F") == pytest.approx(1.2)
    assert done.kmol("offgas", "H") == pytest.approx(1.2 + 6.0)
    assert done.kmol("offgas", "O") == pytest.approx(3.0)
    assert done.details["HF"][0] == pytest.approx(1.2 * molar_mass("HF"))
    # 4.2 kmol of gas at 650 °C: 4.2 * 22.414 * 923.15 / 273.15 = 318.1 m3.
    assert done.details["gas_m3_per_h"][0] == pytest.approx(318.15, abs=0.01)


def test_what_is_not_converted_is_oxyfluoride(bench) -> None:
    # 2 mol RE, 98 % of it: 1.96 DyF3 and 0.04 DyOF.
    done = run(bench, {"conversion": "98 %"}, {"Dy2O3": 1.0})
    assert done.kmol("fluoride", "F") == pytest.approx(3 * 1.96 + 0.04)
    assert done.kmol("fluoride", "O") == pytest.approx(0.04)
    assert done.details["oxygen_in_fluoride"][0] == pytest.approx(0.04 * molar_mass("O") / done.kg("fluoride"))
    done.neutral("fluoride")


def test_short_of_hf_more_of_it_is(bench) -> None:
    # 40 % short: 3.6 HF on 2 RE, 1.8 each: 0.4 to REF3, 0.6 to REOF; none leaves with the gas.
    done = run(bench, {"excess": "-40 %"}, {"Dy2O3": 1.0})
    assert done.details["conversion"][0] == pytest.approx(0.4)
    assert done.kmol("fluoride", "F") == pytest.approx(3.6)
    assert done.kmol("fluoride", "O") == pytest.approx(1.2)
    assert done.kmol("offgas", "F") == pytest.approx(0.0, abs=1e-12)
    assert done.details["HF"][0] == pytest.approx(0.0, abs=1e-10)


@pytest.mark.parametrize(("oxide", "metals", "oxygen"), [("Pr6O11", 6, 11), ("Tb4O7", 4, 7), ("CeO2", 1, 2)])
def test_higher_oxides_end_trivalent(bench, oxide, metals, oxygen) -> None:
    # Tb4O7 + 12 HF -> 4 TbF3 + 6 H2O + 1/2 O2.
    done = run(bench, {"excess": "0 %"}, {oxide: 1.0})
    assert done.bought("HF", "HF") == pytest.approx(3 * metals)
    assert done.kmol("fluoride", "O") == pytest.approx(0.0, abs=1e-10)
    assert done.kmol("offgas", "O") == pytest.approx(oxygen)
    assert done.kmol("offgas", "H") == pytest.approx(3 * metals)


def test_other_elements(bench) -> None:
    # CaF2, FeF3, SiF4 to the gas, NdPO4 as it was; CO2 and HCl leave: 2 + 3 + 4 F beside the 6 of the oxide.
    feed = {"Nd2O3": 1.0, "CaO": 1.0, "FeO3H3": 1.0, "SiO2": 1.0, "NdPO4": 1.0, "Nd2(CO3)3": 0.5, "NdCl3": 1.0}
    done = run(bench, {"excess": "0 %"}, feed)
    assert done.bought("HF", "HF") == pytest.approx(6 + 2 + 3 + 4 + 3 + 3)
    assert done.kmol("fluoride", "F") == pytest.approx(6 + 2 + 3 + 3 + 3)
    assert done.kmol("offgas", "F") == pytest.approx(4.0)
    assert done.kmol("offgas", "Si") == pytest.approx(1.0)
    assert done.kmol("offgas", "Cl") == pytest.approx(3.0)
    assert done.kmol("fluoride", "P") == pytest.approx(1.0)
    assert done.kmol("fluoride", "O") == pytest.approx(4.0)
    done.neutral("fluoride")


def test_only_oxide_turns_to_oxyfluoride(bench) -> None:
    # Half of the rare earths come as chloride: a conversion of nothing leaves the other half, 2 mol, as NdOF.
    done = run(bench, {"conversion": "0 %"}, {"Nd2O3": 1.0, "NdCl3": 2.0})
    assert done.kmol("fluoride", "O") == pytest.approx(2.0)
    done.neutral("fluoride")


def test_fluorine_of_the_feed_saves_hf(bench) -> None:
    done = run(bench, {"excess": "0 %"}, {"NdOF": 2.0})
    assert done.bought("HF", "HF") == pytest.approx(4.0)
    assert done.kmol("fluoride", "F") == pytest.approx(6.0)


def test_size_and_power(bench) -> None:
    keys = {"residence": "10 h", "bulk_density": "1500 kg/m^3", "electricity": "0.8 kWh/kg"}
    done = run(bench, keys, {"Dy2O3": 1.0})
    mass = molar_mass("Dy2O3")
    assert done.size("furnace") == pytest.approx(mass / 150.0)
    assert done.used("electricity") == pytest.approx(0.8 * mass)


FEED = ("Dy2O3", "Tb4O7", "CeO2", "CaO", "Fe2O3", "SiO2", "NdPO4", "NdF3", "NdCl3", "Na2CO3", "UO3", "ThO2", "H2O")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e2))


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(st.floats(0.1, 1e2), *[AMOUNT] * (len(FEED) - 1)),
    excess=st.floats(0.0, 2.0),
    conversion=st.floats(0.0, 1.0),
)
def test_closes(bench, amounts, excess, conversion) -> None:
    changes = {"excess": np.array([excess]), "conversion": np.array([conversion])}
    done = bench.run(KIND, KEYS, bench.of(dict(zip(FEED, amounts, strict=True))), changes=changes)
    done.neutral("fluoride")
    for element in ("Si", "C", "H", "Cl"):
        assert done.kmol("fluoride", element) == 0.0
    gas = done.outlets["offgas"][0]
    assert not any(gas[i] for i, name in enumerate(ELEMENTS) if name in ("Dy", "Tb", "Ce", "Nd", "Ca", "Fe", "P", "Na"))
    assert done.details["HF"][0] / molar_mass("HF") + 4 * done.kmol("offgas", "Si") == pytest.approx(
        done.kmol("offgas", "F"), rel=1e-9, abs=1e-10
    )


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Dy2O3": 1.0, "SiO2": 0.1})
    bench.idle(KIND, {}, feed)
    bench.alike(
        KIND, {}, feed, bench.of({"Tb4O7": 0.3, "CaO": 0.1}), {"excess": (0.2, -0.3), "conversion": (0.99, 0.9)}
    )


def test_too_little_even_for_oxyfluoride(bench) -> None:
    # 10 Ca take 20 of the 26 F of the whole; at 60 % short the 10.4 mol leave none for the rare earths.
    with pytest.raises(OperationError, match=r"of HF does not even make oxyfluoride; .* raise excess") as caught:
        run(bench, {"excess": "-60 %"}, {"Dy2O3": 1.0, "CaO": 10.0})
    assert caught.value.key == "excess"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"excess": "-70 %"}, "below -60 %"),
        ({"conversion": "101 %"}, "above 1"),
        ({"temperature": "1200 °C"}, "above 1000"),
        ({"temperature": "650 kg"}, "is a mass; needs °C"),
    ],
)
def test_words_of_the_file(bench, keys, words) -> None:
    with pytest.raises(ValidationError, match=words):
        bench.parameters(KIND, KEYS | keys, ["feed"])


def test_oxyfluoride_takes_no_more_oxygen_than_the_oxide_brings(bench) -> None:
    # Of 1 Nd and 0.1 Nd2O3 nothing is converted as told: 0.3 O make 0.3 NdOF, 0.9 become NdF3, for want of oxygen.
    done = run(bench, {"conversion": "0 %"}, {"Nd": 1.0, "Nd2O3": 0.1})
    assert done.kmol("fluoride", "O") == pytest.approx(0.3)
    assert done.kmol("fluoride", "F") == pytest.approx(0.3 + 3 * 0.9)
    assert done.details["conversion"][0] == pytest.approx(0.75)
