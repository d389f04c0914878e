"""Caustic crack: three NaOH per phosphate, hydroxides washed, crystals of trisodium phosphate, caustic returned."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import ELEMENTS, INDEX, MOLAR_MASS, molar_mass
from didymium.operations.base import OperationError

KEYS = {
    "conversion": {"bastnaesite": "100 %", "monazite": "100 %", "xenotime": "100 %"},
    "gangue": {"quartz": "100 %", "kaolinite": "100 %"},
    "excess": "0 %",
    "washed": "100 %",
    "phosphate_recovery": "100 %",
    "caustic_return": "0 %",
    "wash": "0 t/t",
}


def run(bench, minerals, keys=None, **more):
    feed, rows = bench.rows(minerals)
    return bench.run("caustic_crack", KEYS | (keys or {}), feed, parts={"feed": rows}, **more)


def kmol(done, outlet, row=None):
    flow = done.outlets[outlet][0] if row is None else done.parts[outlet][0, ("opened", "closed").index(row)]
    found = {name: round(float(flow[i] / MOLAR_MASS[i]), 9) for i, name in enumerate(ELEMENTS)}
    return {name: amount for name, amount in found.items() if amount}


def test_monazite(bench) -> None:
    # NdPO4 + 3 NaOH -> Nd(OH)3 + Na3PO4, which takes 12 H2O as crystals
    done = run(bench, {"monazite": {"NdPO4": 1.0}})
    assert done.bought("NaOH", "NaOH") == pytest.approx(3.0)
    assert kmol(done, "hydroxide", "opened") == {"Nd": 1, "O": 3, "H": 3}
    assert kmol(done, "hydroxide", "closed") == {}
    assert kmol(done, "phosphate") == {"Na": 3, "P": 1, "O": 16, "H": 24}
    # The water of the 65 % solution is all that the liquor holds.
    solution = 3.0 * molar_mass("NaOH") * 35 / 65
    assert done.kg("liquor") == pytest.approx(solution)
    assert done.used("water") == pytest.approx(solution + 12 * molar_mass("H2O"))


def test_bastnaesite(bench) -> None:
    # LaCO3F + 3 NaOH -> La(OH)3 + Na2CO3 + NaF
    done = run(bench, {"bastnaesite": {"LaCO3F": 1.0}})
    assert done.bought("NaOH", "NaOH") == pytest.approx(3.0)
    assert kmol(done, "hydroxide", "opened") == {"La": 1, "O": 3, "H": 3}
    liquor = kmol(done, "liquor")
    assert (liquor["Na"], liquor["C"], liquor["F"]) == (3, 1, 1)
    done.neutral("liquor")


def test_thorium_takes_water(bench) -> None:
    # ThO2 + 2 H2O -> Th(OH)4, with the monazite that it rides in
    done = run(bench, {"monazite": {"NdPO4": 1.0, "ThO2": 0.1}})
    assert done.bought("NaOH", "NaOH") == pytest.approx(3.0)
    assert kmol(done, "hydroxide", "opened") == {"Nd": 1, "Th": 0.1, "O": 3.4, "H": 3.4}


def test_silica_and_clay(bench) -> None:
    # SiO2 + 2 NaOH -> Na2SiO3 + H2O; Al2Si2O5(OH)4 + 6 NaOH -> 2 Na2SiO3 + 2 NaAlO2 + 5 H2O
    done = run(bench, {"quartz": {"SiO2": 1.0}, "kaolinite": {"Al2Si2O9H4": 1.0}})
    assert done.bought("NaOH", "NaOH") == pytest.approx(8.0)
    assert done.kg("hydroxide") == pytest.approx(0.0, abs=1e-9)
    liquor = kmol(done, "liquor")
    assert (liquor["Si"], liquor["Al"], liquor["Na"]) == (3, 2, 8)
    done.neutral("liquor")


@pytest.mark.parametrize(
    ("formula", "caustic"),
    [
        # KAlSi3O8 + 6 NaOH -> 5/2 Na2SiO3 + 1/2 K2SiO3 + NaAlO2 + 3 H2O: its K takes the place of one Na
        ("KAlSi3O8", 6.0),
        # LiAlSi2O6 + 4 NaOH -> 3/2 Na2SiO3 + 1/2 Li2SiO3 + NaAlO2 + 2 H2O
        ("LiAlSi2O6", 4.0),
        # NaAlSi3O8 + 6 NaOH -> 3 Na2SiO3 + NaAlO2 + 3 H2O
        ("NaAlSi3O8", 6.0),
    ],
)
def test_alkali_that_a_mineral_brings(bench, formula, caustic) -> None:
    done = run(bench, {"k_feldspar": {formula: 1.0}}, {"gangue": {"k_feldspar": "100 %"}})
    assert done.bought("NaOH", "NaOH") == pytest.approx(caustic)
    assert done.kg("hydroxide") == pytest.approx(0.0, abs=1e-9)
    done.neutral("liquor")


def test_what_is_not_converted_is_closed(bench) -> None:
    keys = {"conversion": {"monazite": "60 %"}}
    done = run(bench, {"monazite": {"NdPO4": 1.0}, "barite": {"BaSO4": 1.0}}, keys)
    assert kmol(done, "hydroxide", "closed") == {"Nd": 0.4, "P": 0.4, "Ba": 1, "S": 1, "O": 5.6}
    assert kmol(done, "hydroxide", "opened") == {"Nd": 0.6, "O": 1.8, "H": 1.8}


def test_washing_leaves_salts_in_the_cake(bench) -> None:
    # 10 % of 1 Na3PO4 and of 3 free NaOH stay in the cake; 80 % of the other 0.9 Na3PO4 crystallise.
    keys = {"excess": "100 %", "washed": "90 %", "phosphate_recovery": "80 %"}
    done = run(bench, {"monazite": {"NdPO4": 1.0}}, keys)
    assert kmol(done, "hydroxide") == {"Nd": 1, "Na": 0.6, "P": 0.1, "O": 3.7, "H": 3.3}
    assert kmol(done, "phosphate")["P"] == pytest.approx(0.72)
    assert done.kmol("liquor", "P") == pytest.approx(0.18)
    assert done.kmol("liquor", "Na") == pytest.approx(3 * 0.18 + 2.7)
    done.neutral("hydroxide")


def test_caustic_comes_back(bench) -> None:
    # Of 3 free NaOH 2.7 are washed out and three quarters of those return: 6 - 2.025 are bought.
    keys = {"excess": "100 %", "washed": "90 %", "caustic_return": "75 %", "wash": "5 t/t", "evaporation": "2 MJ/kg"}
    done = run(bench, {"monazite": {"NdPO4": 1.0}}, keys | {"heat_capacity": "0 MJ/kg/K"})
    assert done.bought("NaOH", "NaOH") == pytest.approx(3.975)
    assert done.details["caustic_charge"][0] == pytest.approx(6 * molar_mass("NaOH"))
    assert done.details["caustic_returned"][0] == pytest.approx(2.025 * molar_mass("NaOH"))
    # The cake holds a tenth of the caustic that was in the reactor, not of what was bought.
    assert done.kmol("hydroxide", "Na") == pytest.approx(0.3 + 0.3)
    carried = 6 * molar_mass("NaOH") * 35 / 65 + 5 * molar_mass("NdPO4")
    assert done.size("evaporator") == pytest.approx(0.675 * carried / 1000)
    assert done.used("heat") == pytest.approx(2 * 0.675 * carried)
    assert done.used("water") == pytest.approx(0.325 * carried + 12 * 0.9 * molar_mass("H2O"))


def test_a_dose_of_caustic(bench) -> None:
    mass = molar_mass("NdPO4")
    keys = {key: value for key, value in KEYS.items() if key != "excess"} | {"caustic": "1.2 t/t"}
    feed, rows = bench.rows({"monazite": {"NdPO4": 1.0}})
    done = bench.run("caustic_crack", keys, feed, parts={"feed": rows})
    assert done.used("NaOH") == pytest.approx(1.2 * mass)
    assert done.kmol("liquor", "Na") == pytest.approx(1.2 * mass / molar_mass("NaOH") - 3.0)


def test_short_caustic(bench) -> None:
    # 3 NaOH on NdPO4 are 0.502 kg/kg; half as much opens half of it.
    keys = {key: value for key, value in KEYS.items() if key != "excess"} | {"caustic": "0.25 t/t"}
    feed, rows = bench.rows({"monazite": {"NdPO4": 1.0}})
    with pytest.raises(OperationError, match=r"0.25 kg/kg of caustic is short of the 0.502 kg/kg .*raise") as caught:
        bench.run("caustic_crack", keys, feed, parts={"feed": rows})
    assert caught.value.key == "caustic"
    changes = {"caustic": np.array([1.5 * molar_mass("NaOH") / molar_mass("NdPO4")])}
    done = bench.run(
        "caustic_crack", keys | {"caustic_short": "unleached"}, feed, parts={"feed": rows}, changes=changes
    )
    assert done.details["caustic_share"][0] == pytest.approx(0.5)
    assert kmol(done, "hydroxide", "closed") == {"Nd": 0.5, "P": 0.5, "O": 2}
    assert kmol(done, "hydroxide", "opened") == {"Nd": 0.5, "O": 1.5, "H": 1.5}


def test_sizes_and_energy(bench) -> None:
    keys = {"excess": "100 %", "heat_capacity": "0.002 MJ/kg/K", "residence": "3 h", "electricity": "50 kWh/t"}
    done = run(bench, {"monazite": {"NdPO4": 1.0}}, keys)
    charged = molar_mass("NdPO4") + 6 * molar_mass("NaOH") / 0.65
    liquid = 6 * molar_mass("NaOH") / 0.65
    assert done.size("reactor") == pytest.approx((molar_mass("NdPO4") / 4000 + liquid / 1500) * 3)
    assert done.used("heat") == pytest.approx(charged * 0.002 * 125)
    assert done.used("electricity") == pytest.approx(0.05 * molar_mass("NdPO4"))


MINERALS = {
    "monazite": ("NdPO4", "ThO2", "UO3"),
    "xenotime": ("YPO4",),
    "bastnaesite": ("CeCO3F",),
    "quartz": ("SiO2",),
    "kaolinite": ("Al2Si2O9H4",),
    "apatite": ("Ca5P3O12F",),
    "aegirine": ("NaFeSi2O6",),
    "barite": ("BaSO4",),
}
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))
SHARE = st.floats(0.0, 1.0)
PATHS = (
    "conversion.monazite",
    "conversion.xenotime",
    "gangue.kaolinite",
    "gangue.apatite",
    "gangue.aegirine",
    "gangue.barite",
    "washed",
    "phosphate_recovery",
    "caustic_return",
)


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * sum(len(formulas) for formulas in MINERALS.values())),
    shares=st.tuples(*[SHARE] * len(PATHS)),
    excess=st.floats(0.0, 3.0),
    wash=st.floats(0.0, 10.0),
)
def test_closes(bench, amounts, shares, excess, wash) -> None:
    left = iter(amounts)
    feed, rows = bench.rows({name: {one: next(left) for one in formulas} for name, formulas in MINERALS.items()})
    keys = KEYS | {"gangue": KEYS["gangue"] | {"apatite": "0 %", "aegirine": "0 %", "barite": "0 %"}}
    changes = {path: np.array([share]) for path, share in zip(PATHS, shares, strict=True)}
    changes |= {"excess": np.array([excess]), "wash": np.array([wash])}
    done = bench.run("caustic_crack", keys, feed, parts={"feed": rows}, changes=changes)
    for outlet in ("hydroxide", "phosphate", "liquor"):
        done.neutral(outlet)
    for name in ("Nd", "Y", "Th", "U", "Fe", "Ca", "Ba"):
        assert done.kmol("liquor", name) == done.kmol("phosphate", name) == 0.0
    metals = done.parts["hydroxide"][0, 0, [INDEX["Nd"]]] / MOLAR_MASS[INDEX["Nd"]]
    assert metals == pytest.approx(amounts[0] * shares[0], rel=1e-9, abs=1e-12)


def test_idle_and_samples(bench) -> None:
    feed, rows = bench.rows({"monazite": {"NdPO4": 1.0, "ThO2": 0.1}, "quartz": {"SiO2": 1.0}})
    other, _ = bench.rows({"monazite": {"LaPO4": 0.6, "ThO2": 0.2}, "quartz": {"SiO2": 0.2}})
    keys = KEYS | {"gangue": {"quartz": "5 %"}, "washed": "98 %", "caustic_return": "70 %", "wash": "5 t/t"}
    more = {"parts": {"feed": rows}}
    bench.idle("caustic_crack", keys, feed, **more)
    changes = {"excess": (0.5, 1.2), "conversion.monazite": (0.97, 0.9), "washed": (0.99, 0.95)}
    bench.alike("caustic_crack", keys, feed, other, changes, **more)


def test_a_rare_earth_mineral_needs_a_route(bench) -> None:
    with pytest.raises(OperationError, match=r"holds xenotime.*add conversion.xenotime"):
        run(bench, {"xenotime": {"YPO4": 1.0}}, {"conversion": {"monazite": "97 %"}})


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"caustic": "1.2 t/t", "excess": "50 %"}, "give caustic or excess, not both"),
        ({"temperature": "90 °C"}, "120"),
        ({"strength": "20 %"}, "0.3|30"),
        ({"gangue": {"monazite": "1 %"}}, "say it under conversion"),
    ],
)
def test_words_of_the_file(bench, keys, words) -> None:
    with pytest.raises(ValidationError, match=words):
        bench.parameters("caustic_crack", keys, ["feed"])
