"""Chloride conversion: 3 mol NH4HCO3 and 3 mol HCl per mol of rare earth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.operations.stoichiometry import free_acid

KEYS = {
    "recovery": {"REO": "100 %"},
    "coprecipitation": {},
    "carbonate_excess": "0 %",
    "acid_excess": "0 %",
    "liquor": "1 mol/L",
}


def test_bicarbonate(bench) -> None:
    # Nd2(SO4)3 + 6 NH4HCO3 -> Nd2(CO3)3 + 3 (NH4)2SO4 + 3 CO2 + 3 H2O; + 6 HCl -> 2 NdCl3 + 3 CO2 + 3 H2O
    done = bench.run("chloride_conversion", KEYS, bench.of({"Nd2(SO4)3": 1.0, "H2O": 1000.0}))
    assert done.bought("NH4HCO3", "NH4HCO3") == pytest.approx(6.0)
    assert done.bought("HCl", "HCl") == pytest.approx(6.0)
    assert done.kmol("offgas", "C") == pytest.approx(6.0)
    assert done.kmol("offgas", "O") == pytest.approx(12.0)
    # 2 kmol Nd at 1 mol/L: 2000 kg of water, and 3 kmol from dissolving the carbonate.
    assert done.used("water") == pytest.approx(2000.0)
    assert done.kmol("liquor", "H") == pytest.approx(2 * (done.bought("water", "H2O") + 3.0))
    assert done.kmol("liquor", "Cl") == pytest.approx(6.0)
    assert done.kmol("effluent", "S") == pytest.approx(3.0)
    assert done.kmol("effluent", "N") == pytest.approx(6.0)
    # Water of the effluent: 1000 fed and 3 of the precipitation.
    assert done.kmol("effluent", "O") == pytest.approx(1003.0 + 12.0)
    for outlet in ("liquor", "effluent", "offgas"):
        done.neutral(outlet)


def test_soda(bench) -> None:
    # Nd2(SO4)3 + 3 Na2CO3 -> Nd2(CO3)3 + 3 Na2SO4; only the dissolution frees CO2.
    done = bench.run("chloride_conversion", KEYS | {"carbonate": "Na2CO3"}, bench.of({"Nd2(SO4)3": 1.0, "H2O": 99.0}))
    assert done.bought("Na2CO3", "Na2CO3") == pytest.approx(3.0)
    assert done.kmol("offgas", "C") == pytest.approx(3.0)
    assert done.kmol("liquor", "Na") == 0.0
    assert done.kmol("effluent", "Na") == pytest.approx(6.0)


def test_excess_and_free_acid(bench) -> None:
    keys = KEYS | {"carbonate_excess": "10 %", "acid_excess": "2 %"}
    done = bench.run("chloride_conversion", keys, bench.of({"Nd2(SO4)3": 1.0, "H2SO4": 1.0, "H2O": 99.0}))
    # 6 for the rare earth and 2 for the free acid, 10 % more.
    assert done.bought("NH4HCO3", "NH4HCO3") == pytest.approx(8.8)
    assert done.bought("HCl", "HCl") == pytest.approx(6.12)
    assert done.kmol("offgas", "C") == pytest.approx(8.0)
    assert done.kmol("effluent", "C") == pytest.approx(0.8)
    assert free_acid(done.outlets["liquor"])[0] == pytest.approx(0.12)
    assert free_acid(done.outlets["effluent"])[0] == 0.0


def test_other_metals_stay_in_the_effluent(bench) -> None:
    keys = KEYS | {"recovery": {"REO": "99 %", "Ca": "20 %"}}
    feed = bench.of({"Nd2(SO4)3": 1.0, "CaSO4": 1.0, "MgSO4": 1.0, "H3PO4": 0.1, "NaCl": 0.5, "H2O": 99.0})
    done = bench.run("chloride_conversion", keys, feed)
    assert done.kmol("liquor", "Ca") == pytest.approx(0.2)
    for element in ("Mg", "P", "S", "N"):
        assert done.kmol("liquor", element) == 0.0
    assert done.kmol("effluent", "Cl") == pytest.approx(0.5)
    # Water by the rare earths alone: 1.98 kmol at 1 mol/L.
    assert done.used("water") == pytest.approx(1980.0)


def test_what_falls_as_carbonate_or_hydroxide_dissolves(bench) -> None:
    # 0.1 Fe, 0.1 Al and 0.01 Th beside 2 Nd: 6 + 0.3 + 0.3 + 0.04 mol of bicarbonate and as much HCl.
    feed = bench.of({"Nd2(SO4)3": 1.0, "Fe2(SO4)3": 0.05, "Al2(SO4)3": 0.05, "Th(SO4)2": 0.01, "H2O": 99.0})
    together = {"Fe": "100 %", "Al": "100 %", "Th": "100 %"}
    done = bench.run("chloride_conversion", KEYS | {"coprecipitation": together}, feed)
    assert done.bought("NH4HCO3", "NH4HCO3") == pytest.approx(6.64)
    assert done.bought("HCl", "HCl") == pytest.approx(6.64)
    assert {e: round(done.kmol("liquor", e), 9) for e in ("Fe", "Al", "Th", "Cl")} == {
        "Fe": 0.1,
        "Al": 0.1,
        "Th": 0.01,
        "Cl": 6.64,
    }
    done.neutral("liquor")
    # A recovery that names one of them wins.
    keys = KEYS | {"coprecipitation": together, "recovery": {"REO": "100 %", "Fe": "10 %"}}
    assert bench.run("chloride_conversion", keys, feed).kmol("liquor", "Fe") == pytest.approx(0.01)


def test_sizes(bench) -> None:
    keys = KEYS | {"residence": "2 h", "filter_rate": "10 kg/m^2/h", "electricity": "1 kWh/m^3"}
    done = bench.run("chloride_conversion", keys, bench.of({"Nd2(SO4)3": 1.0, "H2O": 1000.0}))
    sizes = {size.item: float(size.value[0]) for size in done.outcome.sizes}
    # 18.015 and 2 m3/h; 467 kg of Nd2(CO3)3.
    assert sizes["carbonate tank"] == pytest.approx(36.0306, rel=1e-5)
    assert sizes["dissolving tank"] == pytest.approx(4.0)
    assert sizes["filter"] == pytest.approx((2 * 144.242 + 3 * 60.0089) / 10.0, rel=1e-5)
    assert done.used("electricity") == pytest.approx(20.0153, rel=1e-5)


FEED = ("La2(SO4)3", "Ce2(SO4)3", "MgSO4", "CaSO4", "H2SO4", "H3PO4", "NaCl", "Th(SO4)2", "NH4Cl")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * len(FEED)),
    shares=st.tuples(*[st.floats(0.0, 1.0)] * 2),
    excess=st.tuples(*[st.floats(0.0, 0.5)] * 2),
    carbonate=st.sampled_from(["NH4HCO3", "Na2CO3"]),
)
def test_closes(bench, amounts, shares, excess, carbonate) -> None:
    keys = KEYS | {"carbonate": carbonate, "recovery": {"REO": "99 %", "Ca": "20 %"}}
    values = {"recovery.REO": shares[0], "recovery.Ca": shares[1]}
    values |= {"carbonate_excess": excess[0], "acid_excess": excess[1]}
    feed = bench.of(dict(zip(FEED, amounts, strict=True)) | {"H2O": 1e4})
    done = bench.run("chloride_conversion", keys, feed, changes={k: np.array([v]) for k, v in values.items()})
    for outlet in ("liquor", "effluent", "offgas"):
        done.neutral(outlet)
    done.gas("offgas")


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Nd2(SO4)3": 1.0, "CaSO4": 1.0, "H2O": 99.0})
    bench.idle("chloride_conversion", {}, feed)
    other = bench.of({"La2(SO4)3": 0.3, "H2SO4": 0.7, "H2O": 99.0})
    bench.alike("chloride_conversion", {}, feed, other, {"recovery.REO": (0.99, 0.913)})
