"""Oxidative roast: CO2 by mol, Ce to +4, fluorine in the calcine, what acid reaches apart from what it does not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import INDEX, MOLAR_MASS
from didymium.operations.base import OperationError
from didymium.operations.oxidative_roast import AIR_OXYGEN

PURE = {
    "conversion": {"bastnaesite": "100 %", "monazite": "0 %"},
    "cerium_oxidation": "100 %",
    "decarbonation": {"calcite": "0 %"},
    "excess_air": "0 %",
}


def roast(bench, keys, rows, **more):
    feed, names = bench.rows(rows)
    return bench.run("oxidative_roast", keys, feed, parts={"feed": names}, **more)


def kmol(done, row, element):
    return done.parts["calcine"][0, row, INDEX[element]] / MOLAR_MASS[INDEX[element]]


def test_bastnaesite_of_cerium(bench) -> None:
    # 2 CeCO3F + 1/2 O2 -> 2 CeOF·(1/2 O) + 2 CO2: one CO2 per mol, calcine CeO1.5F.
    done = roast(bench, PURE, {"bastnaesite": {"CeCO3F": 2.0}})
    assert done.kmol("offgas", "C") == pytest.approx(2.0)
    assert done.kmol("offgas", "O") == pytest.approx(4.0)
    assert kmol(done, 0, "O") == pytest.approx(3.0)
    assert kmol(done, 0, "F") == pytest.approx(2.0)
    assert not done.parts["calcine"][:, 1].any()
    # 1/2 mol O per mol Ce, from air of 23.2 % oxygen.
    assert done.used("air") * AIR_OXYGEN / MOLAR_MASS[INDEX["O"]] == pytest.approx(1.0)
    assert done.details["CO2"][0] == pytest.approx(2 * 44.0095, rel=1e-4)


def test_bastnaesite_of_lanthanum(bench) -> None:
    # LaCO3F -> LaOF + CO2; no air.
    done = roast(bench, PURE, {"bastnaesite": {"LaCO3F": 1.0}})
    assert done.kmol("calcine", "O") == pytest.approx(1.0)
    assert done.kmol("offgas", "C") == pytest.approx(1.0)
    assert done.used("air") == 0.0


def test_what_does_not_open_is_closed_as_it_came(bench) -> None:
    # 90 % of 2 CeCO3F opens, 80 % of that burns: O of the opened 1.8 x (1 + 0.4), CO2 1.8, air O 0.72 and half more.
    keys = PURE | {"conversion": {"bastnaesite": "90 %", "monazite": "0 %"}, "cerium_oxidation": "80 %"}
    rows = {"bastnaesite": {"CeCO3F": 2.0}, "monazite": {"NdPO4": 0.5, "ThO2": 0.1}}
    done = roast(bench, keys | {"excess_air": "50 %"}, rows)
    assert kmol(done, 0, "O") == pytest.approx(1.8 * 1.4)
    assert kmol(done, 0, "C") == 0.0
    assert [kmol(done, 1, name) for name in ("Ce", "C", "F", "Nd", "P", "Th")] == pytest.approx(
        [0.2, 0.2, 0.2, 0.5, 0.5, 0.1]
    )
    assert kmol(done, 1, "O") == pytest.approx(0.6 + 2.0 + 0.2)
    assert done.kmol("offgas", "O") == pytest.approx(3.6 + 0.36)


def test_gangue_by_what_acid_reaches(bench) -> None:
    # Half the dolomite's CO2 leaves: 1 of 2 C, 2 of 6 O. Goethite loses its water: 2 FeO(OH) -> Fe2O3 + H2O.
    rows = {
        "bastnaesite": {"LaCO3F": 1.0},
        "calcite": {"CaCO3": 1.0},
        "dolomite": {"CaMgC2O6": 1.0},
        "goethite": {"FeO2H": 2.0},
        "barite": {"BaSO4": 1.0},
        "quartz": {"SiO2": 1.0, "H2O": 0.5},
    }
    done = roast(bench, PURE | {"decarbonation": {"dolomite": "50 %"}}, rows)
    assert kmol(done, 0, "C") == pytest.approx(2.0)
    assert kmol(done, 0, "O") == pytest.approx(1.0 + 3.0 + 4.0 + 3.0)
    assert kmol(done, 0, "Fe") == pytest.approx(2.0)
    assert [kmol(done, 1, name) for name in ("Ba", "S", "Si")] == pytest.approx([1.0, 1.0, 1.0])
    assert kmol(done, 1, "O") == pytest.approx(6.0)
    assert done.kmol("offgas", "H") == pytest.approx(3.0)
    assert done.kmol("offgas", "O") == pytest.approx(2.0 + 2.0 + 1.5)
    done = roast(bench, PURE | {"reached": ["quartz"]}, rows)
    assert (kmol(done, 0, "Si"), kmol(done, 0, "Ca")) == pytest.approx((1.0, 0.0))


def test_a_rare_earth_mineral_needs_a_word(bench) -> None:
    rows = {"bastnaesite": {"LaCO3F": 1.0}, "xenotime": {"YPO4": 1.0}}
    with pytest.raises(
        OperationError, match=r"holds xenotime, and no conversion says.*add conversion.xenotime"
    ) as caught:
        roast(bench, PURE, rows)
    assert caught.value.key == "conversion"
    with pytest.raises(OperationError, match="not an ore or concentrate with its minerals apart") as caught:
        bench.run("oxidative_roast", PURE, bench.of({"CeCO3F": 1.0}))
    assert caught.value.key == "feed"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"temperature": "300 °C"}, "300 degC is no roast of bastnaesite, which opens from 450 degC"),
        ({"temperature": "950 °C"}, "give a temperature between them"),
        ({"conversion": {"bastnasite": "98 %"}}, "unknown mineral 'bastnasite'"),
        ({"conversion": {"calcite": "98 %"}}, "calcite is no rare-earth mineral"),
        ({"decarbonation": {"barite": "5 %"}}, "barite is no carbonate"),
        ({"reached": ["monazite"]}, "monazite is a rare-earth mineral"),
    ],
)
def test_keys_that_cannot_be(bench, keys, words) -> None:
    with pytest.raises(ValidationError, match=words):
        bench.parameters("oxidative_roast", keys, ["feed"])


def test_heat_by_mass_and_not_too_little(bench) -> None:
    # 1 kmol CaCO3 (100.087 kg) wholly calcined at 625 degC: 178.3 MJ and 0.7 kJ/(kg K) x 600 K.
    rows = {"bastnaesite": {}, "calcite": {"CaCO3": 1.0}}
    keys = PURE | {"decarbonation": {"calcite": "100 %"}, "temperature": "625 °C"}
    done = roast(bench, keys | {"heat": "3 MJ/kg"}, rows)
    assert done.used("heat") == pytest.approx(3.0 * 100.0869, rel=1e-5)
    assert done.details["least_heat"][0] == pytest.approx(0.42 + 178.3 / 100.0869, rel=1e-5)
    with pytest.raises(
        OperationError, match=r"2 MJ/kg does not bring the concentrate to 625 degC.*2\.2 MJ/kg"
    ) as caught:
        roast(bench, keys | {"heat": "2 MJ/kg"}, rows)
    assert caught.value.key == "heat"


def test_furnace(bench) -> None:
    feed, names = bench.rows({"bastnaesite": {"LaCO3F": 1.0}})
    keys = PURE | {"residence": "3 h", "loading": "100 kg/m^3"}
    done = bench.run("oxidative_roast", keys, feed, parts={"feed": names})
    (furnace,) = done.outcome.sizes
    assert (furnace.item, furnace.unit) == ("furnace", "m^3")
    assert furnace.value[0] == pytest.approx(3.0 * feed.sum() / 100.0)


FEED = {
    "bastnaesite": ("LaCO3F", "CeCO3F", "ThO2"),
    "monazite": ("NdPO4", "CePO4"),
    "calcite": ("CaCO3",),
    "dolomite": ("CaMgC2O6",),
    "hematite": ("Fe2O3",),
    "barite": ("BaSO4",),
    "quartz": ("SiO2", "H2O"),
    "fluorite": ("CaF2",),
}
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * sum(map(len, FEED.values()))),
    shares=st.tuples(*[st.floats(0.0, 1.0)] * 4),
    air=st.floats(0.0, 3.0),
)
def test_closes(bench, amounts, shares, air) -> None:
    left = iter(amounts)
    feed, names = bench.rows({row: {name: next(left) for name in inside} for row, inside in FEED.items()})
    paths = ("conversion.bastnaesite", "conversion.monazite", "decarbonation.calcite", "cerium_oxidation")
    changes = {path: np.array([share]) for path, share in zip(paths, shares, strict=True)}
    changes["excess_air"] = np.array([air])
    keys = PURE | {"heat": "10 MJ/kg"}
    done = bench.run("oxidative_roast", keys, feed, changes=changes, parts={"feed": names})
    opened = done.parts["calcine"][0, 0]
    # Charge beyond three of the cerium that opened is all that the calcine's oxygen has beside neutral.
    cerium = opened[INDEX["Ce"]] / MOLAR_MASS[INDEX["Ce"]]
    done.neutral("calcine", beside=cerium * shares[3] / 2)
    done.gas("offgas")
    assert done.kmol("calcine", "Th") == pytest.approx(amounts[2])


def test_idle_and_samples(bench) -> None:
    feed, names = bench.rows({"bastnaesite": {"CeCO3F": 2.0}, "calcite": {"CaCO3": 1.0}, "barite": {"BaSO4": 0.1}})
    bench.idle("oxidative_roast", {}, feed, parts={"feed": names})
    other, _ = bench.rows({"bastnaesite": {"CeCO3F": 0.3, "LaCO3F": 0.7}, "calcite": {}, "barite": {"BaSO4": 3.3}})
    changes = {"conversion.bastnaesite": (0.97, 0.913), "temperature": (600.0, 650.0)}
    bench.alike("oxidative_roast", {}, feed, other, changes, parts={"feed": names})


def test_ore_of_mountain_pass(bench) -> None:
    done = bench.run("oxidative_roast", {"heat": "5 MJ/kg"}, bench.ore())
    opened, closed = done.parts["calcine"][0]
    whole = opened[INDEX["Nd"]] + closed[INDEX["Nd"]]
    assert opened[INDEX["Nd"]] / whole == pytest.approx(0.98 * 0.98)
    assert closed[INDEX["Ba"]] > 0.0 == opened[INDEX["Ba"]]
