"""Flotation: the recovery and the grade that are asked for, whole minerals, gangue as it comes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import INDEX, MOLAR_MASS, OXIDE_FACTOR, RARE_EARTHS, RE
from didymium.operations.base import OperationError

KEYS = {"concentrate_grade": "60 % REO", "recovery": {"REO": "80 %"}, "electricity": "30 kWh/t"}


def reo(flow) -> float:
    return float((flow[0, RE] * OXIDE_FACTOR[RE]).sum())


def test_grade_and_recovery_are_exact(bench) -> None:
    # 1000 kg/h of 6 % ore hold 60 kg/h REO; 80 % is 48 kg/h, in 48 / 0.6 = 80 kg/h of concentrate.
    done = bench.run("flotation", KEYS, bench.ore(grade=0.06))
    assert reo(done.outlets["concentrate"]) == pytest.approx(48.0, rel=1e-13)
    assert done.kg("concentrate") == pytest.approx(80.0, rel=1e-13)
    assert done.details["mass_pull"][0] == pytest.approx(0.08, rel=1e-13)
    assert done.used("electricity") == pytest.approx(30.0)


def test_gangue_follows_evenly_and_thorium_with_its_mineral(bench) -> None:
    ore = bench.ore(grade=0.06)
    done = bench.run("flotation", KEYS, ore)
    share = done.parts["concentrate"][0, 3] / np.where(ore[0, 3] > 0, ore[0, 3], 1.0)
    held = share[ore[0, 3] > 0]
    assert held.max() == pytest.approx(held.min(), rel=1e-12)
    assert done.kg("concentrate", "Th") == pytest.approx(0.8 * ore[0, :, INDEX["Th"]].sum(), rel=1e-12)


def test_reagents_and_water_leave_with_the_tailings(bench) -> None:
    more = KEYS | {"reagents": {"soda": "2.9 kg/t", "fatty_acid": "0.3 kg/t"}, "water": "0.9 t/t", "heat": "250 MJ/t"}
    done = bench.run("flotation", more, bench.ore())
    plain = bench.run("flotation", KEYS, bench.ore())
    assert np.array_equal(done.outlets["concentrate"], plain.outlets["concentrate"])
    assert done.used("soda") == pytest.approx(2.9)
    assert done.kg("tailings") == pytest.approx(1000.0 - 80.0 + 2.9 + 0.3 + 900.0, rel=1e-12)
    assert done.used("heat") == pytest.approx(250.0)


@settings(max_examples=40, deadline=None)
@given(
    grade=st.floats(0.01, 0.2),
    light=st.floats(0.05, 1.0),
    heavy=st.floats(0.05, 1.0),
    pull=st.floats(0.01, 0.95),
    deposit=st.sampled_from(["mountain_pass", "bayan_obo"]),
)
def test_closes_and_minerals_stay_whole(bench, grade, light, heavy, pull, deposit) -> None:
    ore = bench.ore(deposit, grade)
    keys = KEYS | {"recovery": {"REO": "50 %", "Nd": "50 %"}}
    values = {"recovery.REO": light, "recovery.Nd": heavy}
    # Minerals float by their rare earths: ligands and thorium by the mole share of their part.
    share = np.array([heavy if name == "Nd" else light for name in RARE_EARTHS])
    oxide, floated = 0.0, 0.0
    for part in ore[0, :2]:
        rare = part[RE] / MOLAR_MASS[RE]
        oxide += float((part[RE] * OXIDE_FACTOR[RE] * share).sum())
        floated += float((part[RE] * share).sum() + (part.sum() - part[RE].sum()) * (rare * share).sum() / rare.sum())
    wanted = oxide / (floated + pull * float(ore[0, 2:].sum()))
    changes = {path: np.array([value]) for path, value in values.items()} | {"concentrate_grade": np.array([wanted])}
    done = bench.run("flotation", keys, ore, changes=changes)
    assert reo(done.outlets["concentrate"]) == pytest.approx(oxide, rel=1e-12)
    assert done.kg("concentrate") == pytest.approx(oxide / wanted, rel=1e-12)
    done.neutral("concentrate")
    done.neutral("tailings")


def test_idle_and_samples(bench) -> None:
    more = KEYS | {"reagents": {"soda": "2.9 kg/t"}, "water": "0.9 t/t"}
    bench.idle("flotation", more, bench.ore())
    bench.alike(
        "flotation", more, bench.ore(), bench.ore("mountain_pass", 0.05, 7.0), {"concentrate_grade": (0.6, 0.5)}
    )


def test_too_rich(bench) -> None:
    with pytest.raises(OperationError, match=r"95.0% REO is richer than its pure minerals .7\d.\d%.; give .* below"):
        bench.run("flotation", KEYS | {"concentrate_grade": "95 %"}, bench.ore())


@pytest.mark.parametrize("grade", ["1 %", "0 %"])
def test_too_poor(bench, grade) -> None:
    with pytest.raises(OperationError, match=r"REO is poorer than the feed allows \(4.\d%\); give a .* above 4"):
        bench.run("flotation", KEYS | {"concentrate_grade": grade}, bench.ore())


def test_the_sample_at_fault_is_named(bench) -> None:
    ore = np.concatenate([bench.ore(), bench.ore()])
    with pytest.raises(OperationError) as caught:
        bench.run("flotation", KEYS, ore, changes={"concentrate_grade": np.array([0.6, 0.9])})
    assert caught.value.sample == 1


def test_only_ore_is_floated(bench) -> None:
    with pytest.raises(OperationError, match=r"its feed is bulk and not an ore"):
        bench.run("flotation", KEYS, bench.of({"NdCl3": 1.0}))


def test_unknown_reagents_are_told_at_load(bench) -> None:
    with pytest.raises(ValidationError, match=r"'sodda' is no reagent of the data and no formula; did you mean 'soda'"):
        bench.parameters("flotation", KEYS | {"reagents": {"sodda": "1 kg/t"}}, ["feed"])
    bench.parameters("flotation", KEYS | {"reagents": {"NaF": "1 kg/t"}}, ["feed"])


def test_any_set_of_minerals(bench) -> None:
    # 1 kmol/h of monazite and of xenotime at 80 %: 1.6 kmol of each ion, the grade made up with goethite and quartz.
    feed, rows = bench.rows(
        {
            "monazite": {"CePO4": 1.0, "ThO2": 0.01},
            "xenotime": {"YPO4": 1.0},
            "goethite": {"FeO2H": 5.0},
            "quartz": {"SiO2": 5.0},
        }
    )
    done = bench.run("flotation", KEYS | {"concentrate_grade": "40 %"}, feed, parts={"feed": rows})
    assert done.kmol("concentrate", "P") == pytest.approx(1.6)
    assert done.kmol("concentrate", "Y") == pytest.approx(0.8)
    assert done.kmol("concentrate", "Th") == pytest.approx(0.008)
    assert reo(done.outlets["concentrate"]) / done.kg("concentrate") == pytest.approx(0.4)
    # Goethite and quartz follow alike.
    assert done.kmol("concentrate", "Fe") == pytest.approx(done.kmol("concentrate", "Si"))
