"""Swarf leach: collected or lost, oxidised, rare earths dissolved."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import INDEX, MOLAR_MASS, molar_mass
from didymium.operations.oxidative_roast import AIR_OXYGEN
from didymium.operations.stoichiometry import free_acid

KEYS = {"share": "100 %", "extraction": {"REO": "100 %"}, "acid_excess": "10 %", "liquor": "1 mol/L"}


def test_split(bench) -> None:
    # Nd2Fe14B + 24.75 O2... : Nd2O3 dissolves with 6 HCl, 7 Fe2O3 and 1/2 B2O3 stay.
    done = bench.run("swarf_leach", KEYS, bench.of({"Nd2Fe14B": 1.0}))
    assert done.kmol("liquor", "Nd") == pytest.approx(2.0)
    assert done.bought("HCl", "HCl") == pytest.approx(6.6)
    assert done.used("water") == pytest.approx(2000.0)
    assert done.kmol("residue", "Fe") == pytest.approx(14.0)
    assert done.kmol("residue", "O") == pytest.approx(21.0 + 1.5)
    assert done.kmol("residue", "Nd") == 0.0
    # Oxygen of the air: 22.5 of the residue and 3 of Nd2O3, which makes water with the acid.
    assert done.used("air") * AIR_OXYGEN / MOLAR_MASS[INDEX["O"]] == pytest.approx(25.5)
    assert done.kmol("liquor", "O") == pytest.approx(done.bought("water", "H2O") + 3.0)
    assert free_acid(done.outlets["liquor"])[0] == pytest.approx(0.6)
    done.neutral("liquor")
    done.neutral("residue")


def test_share_and_extraction(bench) -> None:
    keys = KEYS | {"share": "90 %", "extraction": {"REO": "98 %", "Fe": "1 %"}, "heat": "2 MJ/kg"}
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("swarf_leach", keys, feed)
    assert done.kg("uncollected") == pytest.approx(0.1 * feed.sum())
    assert done.kmol("liquor", "Nd") == pytest.approx(2 * 0.9 * 0.98)
    assert done.kmol("residue", "Nd") == pytest.approx(2 * 0.9 * 0.02)
    assert done.kmol("liquor", "Fe") == pytest.approx(14 * 0.9 * 0.01)
    assert done.used("heat") == pytest.approx(2.0 * 0.9 * feed.sum())


def test_carbon_and_hydrogen_burn(bench) -> None:
    done = bench.run("swarf_leach", KEYS, bench.of({"C": 1.0, "H2": 1.0, "Nd2O3": 1.0}))
    # CO2 and H2O take 3 mol O; Nd2O3 brings its own.
    assert done.kmol("offgas", "O") == pytest.approx(3.0)
    assert done.used("air") * AIR_OXYGEN / MOLAR_MASS[INDEX["O"]] == pytest.approx(3.0)
    done.gas("offgas")


FEED = ("Nd2Fe14B", "Dy2O3", "CeFe2", "Co", "C", "H2", "Fe2O3", "Zn")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


def test_goethite(bench) -> None:
    # 14 FeOOH instead of 7 Fe2O3: 7 H2O more than the 2000 of the liquor; 14 * 1.5 + 7 O, 1.5 of B2O3.
    done = bench.run("swarf_leach", KEYS | {"iron": "goethite"}, bench.of({"Nd2Fe14B": 1.0, "H2": 1.0}))
    assert done.kmol("residue", "H") == pytest.approx(14.0)
    assert done.kmol("residue", "O") == pytest.approx(28.0 + 1.5)
    assert done.used("water") == pytest.approx(2000.0 + 7.0 * molar_mass("H2O"))
    # The air brings what it brings to hematite, and burns the hydrogen.
    assert done.used("air") * AIR_OXYGEN / MOLAR_MASS[INDEX["O"]] == pytest.approx(25.5 + 1.0)
    assert done.kmol("offgas", "H") == pytest.approx(2.0)
    done.neutral("liquor")
    done.neutral("residue")


def test_cobalt_goes_with_the_liquor_as_far_as_it_dissolves(bench) -> None:
    keys = KEYS | {"extraction": {"REO": "98 %", "Co": "40 %"}}
    done = bench.run("swarf_leach", keys, bench.of({"Nd2Fe14B": 1.0, "Co": 0.1}))
    assert done.kmol("liquor", "Co") == pytest.approx(0.04)
    assert done.kmol("residue", "Co") == pytest.approx(0.06)
    assert done.kmol("residue", "Fe") == pytest.approx(14.0)


def test_wet_oily_swarf_of_the_machining(bench) -> None:
    # Hydroxide, water and oil of the coolant: C16H34 burns to 16 CO2 and 17 H2O, the rest of the water dries off.
    feed = bench.of({"Nd2Fe14B": 1.0, "NdO3H3": 0.2, "H2O": 20.0, "C16H34": 0.1})
    done = bench.run("swarf_leach", KEYS, feed)
    assert done.kmol("offgas", "C") == pytest.approx(1.6)
    assert done.kmol("offgas", "H") == pytest.approx(0.6 + 40.0 + 3.4)
    assert done.kmol("offgas", "O") == pytest.approx(0.3 + 20.0 + 3.2 + 1.7)
    assert done.kmol("liquor", "Nd") == pytest.approx(2.2)
    assert done.kmol("liquor", "C") == done.kmol("residue", "C") == 0.0
    done.gas("offgas")
    done.neutral("liquor")
    done.neutral("residue")


def test_swarf_burns_by_itself(bench) -> None:
    # Nd2Fe14B: 1807.9 + 7 * 824.2 + 0.5 * 1273.5 = 8214 MJ/kmol, 7.6 MJ/kg.
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("swarf_leach", KEYS | {"share": "90 %"}, feed)
    assert done.details["heat_of_oxidation_MJ_per_h"][0] == pytest.approx(0.9 * 8214.05)
    # What is oxide already gives nothing, nor does its water.
    spent = bench.run("swarf_leach", KEYS, bench.of({"Nd2O3": 1.0, "H2O": 1.0}))
    assert spent.details["heat_of_oxidation_MJ_per_h"][0] == pytest.approx(0.0, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    iron=st.sampled_from(["hematite", "goethite"]),
    amounts=st.tuples(*[AMOUNT] * len(FEED)),
    shares=st.tuples(*[st.floats(0.0, 1.0)] * 3),
    excess=st.floats(0.0, 0.5),
)
def test_closes(bench, iron, amounts, shares, excess) -> None:
    keys = KEYS | {"extraction": {"REO": "98 %", "Fe": "1 %"}, "iron": iron}
    values = {"share": shares[0], "extraction.REO": shares[1], "extraction.Fe": shares[2], "acid_excess": excess}
    feed = bench.of(dict(zip(FEED, amounts, strict=True)))
    done = bench.run("swarf_leach", keys, feed, changes={key: np.array([value]) for key, value in values.items()})
    done.neutral("liquor")
    done.neutral("residue")
    done.gas("offgas")
    assert np.allclose(done.outlets["uncollected"], feed[:, 0] * (1 - shares[0]), rtol=1e-12, atol=1e-15 * feed.max())


def test_several_feeds(bench) -> None:
    both = {"feeds.0": bench.of({"Nd2Fe14B": 0.4}), "feeds.1": bench.of({"Nd2Fe14B": 0.6})}
    done = bench.run("swarf_leach", KEYS, both)
    one = bench.run("swarf_leach", KEYS, bench.of({"Nd2Fe14B": 1.0}))
    for outlet in done.outlets:
        assert np.allclose(done.outlets[outlet], one.outlets[outlet], rtol=1e-12)


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0, "C": 0.1})
    bench.idle("swarf_leach", KEYS, feed)
    bench.alike("swarf_leach", KEYS, feed, bench.of({"Nd2Fe14B": 0.3, "Dy2O3": 0.1}), {"share": (0.9, 1 / 3)})


@pytest.mark.parametrize("inlets", [[], ["feed", "feeds.0"]])
def test_one_feed_or_several(bench, inlets) -> None:
    with pytest.raises(ValidationError, match=r"give `feed`, or several streams as `feeds`"):
        bench.parameters("swarf_leach", KEYS, inlets)


def test_sulphur_without_metal_dissolves_as_sulphuric_acid(bench) -> None:
    # Nd and 0.5 S, all dissolved: Nd2O3 and SO3, so 3 - 1 HCl; 1.5 + 1.5 O of air.
    done = bench.run("swarf_leach", KEYS | {"acid_excess": "0 %"}, bench.of({"Nd": 1.0, "S": 0.5, "P": 0.1}))
    assert done.bought("HCl", "HCl") == pytest.approx(2.0)
    assert done.used("air") * AIR_OXYGEN / MOLAR_MASS[INDEX["O"]] == pytest.approx(1.5 + 1.5 + 0.25)
    assert done.kg("residue") == pytest.approx(0.0, abs=1e-9)
    assert free_acid(done.outlets["liquor"])[0] == pytest.approx(0.0, abs=1e-9)
    done.neutral("liquor")
    # Iron that stays holds it as before.
    iron = bench.run("swarf_leach", KEYS, bench.of({"Nd2Fe14B": 1.0, "S": 0.5}))
    assert iron.kmol("residue", "S") == pytest.approx(0.5)
    iron.neutral("residue")


def test_kiln_tanks_and_power(bench) -> None:
    # 0.9 of the swarf through the kiln; 1.8 kmol of rare earths in 1800 kg of water.
    keys = KEYS | {"share": "90 %", "residence": "2 h", "electricity": "0.05 kWh/kg"}
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("swarf_leach", keys, feed)
    assert done.size("roasting kiln") == pytest.approx(0.9 * feed.sum())
    assert done.used("electricity") == pytest.approx(0.05 * 0.9 * feed.sum())
    # 1.8 m3 of liquor and of 0.9 Nd2Fe14B with 0.9 x 22.5 O of its residue, at 4 t/m3.
    solid = 0.9 * (feed.sum() + 22.5 * MOLAR_MASS[INDEX["O"]])
    assert done.size("tank") == pytest.approx(2.0 * (1.8 + solid / 4000.0))
    longer = bench.run("swarf_leach", keys | {"residence": "4 h"}, feed)
    assert longer.size("tank") == pytest.approx(2.0 * done.size("tank"))


def test_sulphur_that_stays_takes_two_charges(bench) -> None:
    # 1 Fe that stays is 3 charges: 1.5 S bind all of them, 0.5 of 2 S are left to dissolve, and no oxygen is held.
    done = bench.run("swarf_leach", KEYS, bench.of({"Fe": 1.0, "S": 2.0, "Nd": 1.0}))
    assert done.kmol("residue", "S") == pytest.approx(1.5)
    assert done.kmol("liquor", "S") == pytest.approx(0.5)
    done.neutral("liquor")
    done.neutral("residue")
