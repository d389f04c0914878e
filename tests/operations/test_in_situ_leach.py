"""In-situ leach: three ammonium per rare earth, and what pores and seepage keep of the solution."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import INDEX, OXIDE_FACTOR, RE, molar_mass
from didymium.feeds import ore, ore_parts
from didymium.operations.base import OperationError
from didymium.operations.stoichiometry import free_acid

CLAY = "longnan_clay"
ROWS = {"feed": ore_parts(CLAY)}
KEYS = {
    "strength": "20 g/L",
    "liquor_to_ore": "0.5 m^3/t",
    "rinse": "0 m^3/t",
    "extraction": {"REO": "100 %"},
    "impurities": {},
    "uptake": "0",
    "retained": "0 %",
    "collection": "100 %",
}


def clay(bench, grade: float = 0.001):
    return 1000.0 * ore(CLAY, np.array([grade]))


def small(bench):
    """2 kmol of neodymium on clay, 1000 kmol of quartz and 10 of kaolinite."""
    return bench.rows({"ion_adsorbed": {"Nd2O3": 1.0}, "quartz": {"SiO2": 1000.0}, "kaolinite": {"Al2Si2O9H4": 10.0}})


def test_three_ammonium_per_rare_earth(bench) -> None:
    # 2 Nd on clay + 3 (NH4)2SO4 -> Nd2(SO4)3 + 6 NH4 on clay.
    feed, rows = small(bench)
    done = bench.run("in_situ_leach", KEYS, feed, parts={"feed": rows})
    dose = 20.0 * 0.5 * feed.sum() / 1000.0 / molar_mass("N2H8SO4")
    assert done.bought("ammonium_sulfate", "N2H8SO4") == pytest.approx(dose)
    assert done.kmol("liquor", "Nd") == pytest.approx(2.0)
    assert done.kmol("ground", "N") == pytest.approx(6.0)
    assert done.kmol("liquor", "N") == pytest.approx(2.0 * dose - 6.0)
    assert done.kmol("liquor", "S") == pytest.approx(dose)
    assert done.used("water") == pytest.approx(0.5 * feed.sum())
    # The oxide of the lattice stays and turns to that of ammonium: 3 O and 24 H more than the other minerals' own.
    assert done.kmol("ground", "O") == pytest.approx(2000.0 + 90.0 + 3.0)
    assert done.kmol("ground", "H") == pytest.approx(40.0 + 24.0)
    assert free_acid(done.outlets["liquor"])[0] == 0.0
    for outlet in ("liquor", "ground"):
        done.neutral(outlet)


def test_magnesium_takes_half_as_many(bench) -> None:
    feed, rows = small(bench)
    done = bench.run("in_situ_leach", KEYS | {"salt": "magnesium_sulfate"}, feed, parts={"feed": rows})
    assert done.kmol("ground", "Mg") == pytest.approx(3.0)
    assert done.kmol("liquor", "N") == 0.0
    done.neutral("ground")


def test_other_cations_take_ammonium_too(bench) -> None:
    # 1 kmol Al is 26.98 kg: 3 more ammonium. The ground takes 1.5 times the rare earths' 6 with sulphate.
    feed, rows = small(bench)
    keys = KEYS | {"impurities": {"Al": f"{26.9815385 / feed.sum():.12g} kg/kg"}, "uptake": "1.5", "strength": "60 g/L"}
    done = bench.run("in_situ_leach", keys, feed, parts={"feed": rows})
    assert done.kmol("liquor", "Al") == pytest.approx(1.0, rel=1e-6)
    assert done.kmol("ground", "N") == pytest.approx(6.0 + 3.0 + 9.0, rel=1e-6)
    assert done.kmol("ground", "S") == pytest.approx(4.5)
    done.neutral("liquor")
    done.neutral("ground")


def test_pores_and_seepage(bench) -> None:
    # A tenth stays in the pores, a fifth of what drains seeps: 72 % of the rare earths and of the water are collected.
    feed, rows = small(bench)
    keys = KEYS | {"retained": "10 %", "collection": "80 %", "rinse": "0.1 m^3/t"}
    done = bench.run("in_situ_leach", keys, feed, parts={"feed": rows})
    assert done.kmol("liquor", "Nd") == pytest.approx(2.0 * 0.9 * 0.8)
    assert done.kmol("seepage", "Nd") == pytest.approx(2.0 * 0.9 * 0.2)
    assert done.kmol("ground", "Nd") == pytest.approx(0.2)
    assert done.used("water") == pytest.approx(0.6 * feed.sum())
    assert done.kmol("seepage", "N") == pytest.approx(done.kmol("liquor", "N") / 4.0)
    dose = done.bought("ammonium_sulfate", "N2H8SO4")
    assert done.kmol("ground", "N") == pytest.approx(6.0 + 0.1 * (2.0 * dose - 6.0))
    for outlet in ("liquor", "seepage", "ground"):
        done.neutral(outlet)


def test_barren_liquor_saves_salt_and_water(bench) -> None:
    feed, rows = small(bench)
    fresh = bench.run("in_situ_leach", KEYS, feed, parts={"feed": rows})
    flows = {"feed": feed, "recycle": bench.of({"N2H8SO4": 1.0, "MgSO4": 0.5, "H2O": 500.0})}
    done = bench.run("in_situ_leach", KEYS, flows, parts={"feed": rows})
    saved = fresh.bought("ammonium_sulfate", "N2H8SO4") - done.bought("ammonium_sulfate", "N2H8SO4")
    assert saved == pytest.approx(1.0)
    assert fresh.bought("water", "H2O") - done.bought("water", "H2O") == pytest.approx(500.0)
    # The dose is the same, and magnesium goes round.
    for name in ("salt_dose_kg_per_kg_REO", "liquor_m3_per_kg_REO"):
        assert done.details[name][0] == pytest.approx(fresh.details[name][0])
    assert done.kmol("liquor", "Mg") == pytest.approx(0.5)
    done.neutral("liquor")


def test_more_barren_liquor_than_needed(bench) -> None:
    feed, rows = small(bench)
    flows = {"feed": feed, "recycle": bench.of({"N2H8SO4": 100.0, "H2O": 1e5})}
    done = bench.run("in_situ_leach", KEYS, flows, parts={"feed": rows})
    assert done.used("ammonium_sulfate") == 0.0
    assert done.used("water") == 0.0
    assert done.kmol("liquor", "N") == pytest.approx(194.0)


def test_relict_minerals_stay(bench) -> None:
    feed = clay(bench)
    done = bench.run("in_situ_leach", KEYS | {"extraction": {"REO": "90 %", "Ce": "0 %"}}, feed, parts=ROWS)
    adsorbed = feed[0, ROWS["feed"].index("ion_adsorbed")]
    nd, ce = INDEX["Nd"], INDEX["Ce"]
    assert done.outlets["liquor"][0, nd] == pytest.approx(0.9 * adsorbed[nd])
    assert done.outlets["liquor"][0, ce] == 0.0
    for element in ("Th", "U", "Si", "Fe"):
        assert done.kmol("liquor", element) == 0.0


def test_recovery_and_salt_of_practice(bench) -> None:
    # The norm asks for 75 % of the exchangeable rare earths; doses of 5 to 15 t of salt per t REO before recycling.
    done = bench.run("in_situ_leach", {}, clay(bench), parts=ROWS)
    oxides = done.outlets["liquor"][0, RE] @ OXIDE_FACTOR[RE]
    assert oxides / 0.8 == pytest.approx(0.92 * 0.9 * 0.92)
    assert 5.0 < done.details["salt_dose_kg_per_kg_REO"][0] < 15.0
    sizes = {size.item: float(size.value[0]) for size in done.outcome.sizes}
    assert sizes["collecting pond"] == pytest.approx(0.65 * 0.9 * 0.92 * 72.0)
    assert done.used("electricity") == pytest.approx(0.65)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"impurities": {"Nd": "1 g/t"}}, "name other cations than rare earths"),
        ({"impurities": {"REO": "1 g/t"}}, "name other cations than rare earths"),
        ({"impurities": {"S": "1 g/t"}}, "name other cations than rare earths"),
        ({"extraction": {"Al": "50 %"}}, "other cations stand in impurities"),
        ({"salt": "salt"}, "Input should be"),
        ({"strength": "20 kg"}, "20 kg is a mass"),
        ({"collection": "110 %"}, "110 %"),
    ],
)
def test_what_the_file_alone_shows(bench, keys, words) -> None:
    with pytest.raises(ValidationError, match=words):
        bench.parameters("in_situ_leach", KEYS | keys, ["feed"])


def test_what_depends_on_the_clay(bench) -> None:
    with pytest.raises(OperationError, match="no ion_adsorbed rare earths, which alone a salt moves") as caught:
        bench.run("in_situ_leach", KEYS, bench.ore())
    assert caught.value.key == "feed"
    feed, rows = small(bench)
    with pytest.raises(
        OperationError, match=r"10 g of Ca per t of clay are to be exchanged, and.*holds 0 g/t"
    ) as caught:
        bench.run("in_situ_leach", KEYS | {"impurities": {"Ca": "10 g/t"}}, feed, parts={"feed": rows})
    assert caught.value.key == "impurities.Ca"
    with pytest.raises(
        OperationError, match=r"brings 0.5 kg of salt per t .* raise strength to 12.6 g/L or more"
    ) as caught:
        bench.run("in_situ_leach", KEYS | {"strength": "1 g/L"}, feed, parts={"feed": rows})
    assert caught.value.key == "strength"


SHARE = st.floats(0.0, 1.0)


@settings(max_examples=60, deadline=None)
@given(
    shares=st.tuples(*[SHARE] * 3),
    uptake=st.floats(0.0, 3.0),
    grade=st.floats(1e-5, 3e-3),
    back=st.floats(0.0, 3.0),
    salt=st.sampled_from(["ammonium_sulfate", "magnesium_sulfate"]),
)
def test_closes(bench, shares, uptake, grade, back, salt) -> None:
    keys = {"salt": salt, "impurities": {"Al": "150 g/t", "K": "60 g/t"}, "strength": "60 g/L"}
    values = dict(zip(("extraction.REO", "retained", "collection"), shares, strict=True)) | {"uptake": uptake}
    flows = {
        "feed": clay(bench, grade),
        "recycle": back * bench.of({"N2H8SO4": 0.03, "MgSO4": 0.01, "Nd2(SO4)3": 1e-6, "H2O": 20.0}),
    }
    done = bench.run("in_situ_leach", keys, flows, parts=ROWS, changes={k: np.array([v]) for k, v in values.items()})
    for outlet in ("liquor", "seepage", "ground"):
        done.neutral(outlet)
    assert done.kmol("liquor", "Si") == 0.0


def test_idle_and_samples(bench) -> None:
    flows = {"feed": clay(bench), "recycle": bench.of({"N2H8SO4": 0.03, "H2O": 20.0})}
    bench.idle("in_situ_leach", {}, flows, parts=ROWS)
    other = {"feed": clay(bench, 0.0007), "recycle": bench.of({"N2H8SO4": 0.01, "MgSO4": 0.001, "H2O": 19.0})}
    changes = {"collection": (0.9, 0.83), "uptake": (1.0, 0.3), "extraction.REO": (0.9, 0.95)}
    bench.alike("in_situ_leach", {}, flows, other, changes, parts=ROWS)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("liquor_to_ore", "1e6 m^3/t"),
        ("rinse", "1e6 m^3/t"),
        ("strength", "600 g/L"),
        ("uptake", "1000"),
        ("impurities", {"Al": "2 kg/kg"}),
        ("residence", "20_000 h"),
        ("electricity", "1e6 kWh/m^3"),
    ],
)
def test_no_value_is_boundless(bench, key, value) -> None:
    with pytest.raises(ValidationError, match="is above"):
        bench.run("in_situ_leach", KEYS | {key: value}, clay(bench), parts=ROWS)
