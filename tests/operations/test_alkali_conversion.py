"""Alkali conversion: three NaOH per REF3, fluoride to the liquor, cerium left tetravalent."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import INDEX, MOLAR_MASS, molar_mass
from didymium.operations.base import OperationError

PURE = {"conversion": "100 %", "caustic_excess": "0 %", "washing": "100 %"}


def kmol(done, row, element):
    return done.parts["hydroxide"][0, row, INDEX[element]] / MOLAR_MASS[INDEX[element]]


def test_three_soda_per_fluoride(bench) -> None:
    # LaF3 + 3 NaOH -> La(OH)3 + 3 NaF; 3 kmol NaOH at 20 % in 4 times its mass of water, 3 kg wash water per kg.
    feed = bench.of({"LaF3": 1.0})
    done = bench.run("alkali_conversion", PURE, feed)
    assert done.bought("NaOH", "NaOH") == pytest.approx(3.0)
    assert done.used("water") == pytest.approx(4.0 * 3.0 * molar_mass("NaOH") + 3.0 * feed.sum())
    assert [done.kmol("hydroxide", name) for name in ("La", "O", "H", "F")] == pytest.approx([1.0, 3.0, 3.0, 0.0])
    assert [done.kmol("liquor", name) for name in ("Na", "F", "La")] == pytest.approx([3.0, 3.0, 0.0])
    assert not done.parts["hydroxide"][:, 1].any()
    done.neutral("liquor")


def test_cerium_stays_tetravalent(bench) -> None:
    # CeF4 + 4 NaOH -> CeO2 + 4 NaF + 2 H2O; CeO2 as it is; NdOF + NaOH -> NdO(OH) + NaF.
    done = bench.run("alkali_conversion", PURE, bench.of({"CeF4": 1.0, "CeO2": 2.0}))
    assert done.bought("NaOH", "NaOH") == pytest.approx(4.0)
    done.neutral("hydroxide", {"Ce": 4.0})
    done = bench.run("alkali_conversion", PURE, bench.of({"CeO2": 1.0, "CeOF2": 1.0}))
    assert done.kmol("hydroxide", "O") == pytest.approx(4.0)
    assert done.bought("NaOH", "NaOH") == pytest.approx(2.0)
    done = bench.run("alkali_conversion", PURE, bench.of({"NdOF": 1.0}))
    assert [done.kmol("hydroxide", name) for name in ("Nd", "O", "H")] == pytest.approx([1.0, 2.0, 1.0])


def test_a_share_converts_and_the_rest_is_closed(bench) -> None:
    # 80 % of 5 NdF3 and of the CeO2: 4 Nd(OH)3, 1 NdF3 left; 12 NaOH and a quarter more; a tenth of the salts stays.
    rows = {"opened": {"NdF3": 5.0, "CeO2": 1.0}, "closed": {"BaSO4": 2.0, "CaF2": 1.0}}
    feed, names = bench.rows(rows)
    keys = {"conversion": "80 %", "caustic_excess": "25 %", "washing": "90 %"}
    done = bench.run("alkali_conversion", keys, feed, parts={"feed": names})
    assert done.bought("NaOH", "NaOH") == pytest.approx(15.0)
    assert [kmol(done, 0, name) for name in ("Nd", "Ce", "Na", "F")] == pytest.approx([4.0, 0.8, 1.5, 1.2])
    # Nd(OH)3 and 0.3 NaOH.
    assert kmol(done, 0, "H") == pytest.approx(12.3)
    assert kmol(done, 0, "O") == pytest.approx(12.0 + 1.6 + 0.3)
    assert [kmol(done, 1, name) for name in ("Nd", "Ce", "F", "Ba", "Ca")] == pytest.approx([1.0, 0.2, 5.0, 2.0, 1.0])
    assert kmol(done, 1, "O") == pytest.approx(0.4 + 8.0)
    assert done.kmol("liquor", "F") == pytest.approx(10.8)
    assert done.details["fluorine_removed"][0] == pytest.approx(10.8 * MOLAR_MASS[INDEX["F"]])
    done.neutral("liquor")


def test_a_dose_too_small_is_an_error_or_leaves_a_share(bench) -> None:
    feed = bench.of({"LaF3": 2.0})
    half = 3.0 * molar_mass("NaOH") / feed.sum()
    keys = {"conversion": "100 %", "washing": "100 %", "caustic": f"{half:.15f} kg/kg"}
    with pytest.raises(OperationError, match=r"kg/kg of NaOH cannot take up.*caustic_short: unconverted") as caught:
        bench.run("alkali_conversion", keys, feed)
    assert caught.value.key == "caustic"
    done = bench.run("alkali_conversion", keys | {"caustic_short": "unconverted"}, feed)
    assert done.details["conversion"][0] == pytest.approx(0.5)
    assert kmol(done, 0, "La") == pytest.approx(1.0)
    assert kmol(done, 1, "F") == pytest.approx(3.0)
    with pytest.raises(ValidationError, match="give `caustic`, a dose, or `caustic_excess`"):
        bench.parameters("alkali_conversion", {"caustic": "1 t/t", "caustic_excess": "5 %"}, ["feed"])


def test_heat_and_tank(bench) -> None:
    # 100 kg of solid without fluorine: no soda. 100 kg x 4.18 kJ x 50 K / 0.8 = 26.1 MJ; 2 h of 0.025 m3/h.
    feed = bench.of({"CeO2": 100.0 / molar_mass("CeO2")})
    done = bench.run("alkali_conversion", {"temperature": "75 °C", "boiler": "80 %", "residence": "2 h"}, feed)
    assert done.used("heat") == pytest.approx(26.125)
    assert done.used("NaOH") == 0.0
    assert done.size("tank") == pytest.approx(0.05)
    assert done.size("washing filter") == 100.0


def test_tank_of_solid_and_solution(bench) -> None:
    # 1 LaF3 (195.9 kg at 4 kg/L) with 3 NaOH at 20 %, 600 kg as of water: 0.649 m3/h for 3 h.
    feed = bench.of({"LaF3": 1.0})
    done = bench.run("alkali_conversion", PURE, feed)
    assert done.size("tank") == pytest.approx(3.0 * (feed.sum() / 4000.0 + 15.0 * molar_mass("NaOH") / 1000.0))


def test_second_leach_dissolves_what_converted(bench) -> None:
    # 2 NdF3 and CeO2, wholly converted and washed: 6 HCl take both Nd, cerium stays.
    done = bench.run("alkali_conversion", PURE, bench.of({"NdF3": 2.0, "CeO2": 1.0}))
    keys = {"extraction": {"REO": "100 %", "Ce": "0 %"}, "acid_excess": "0 %"}
    second = bench.run("acid_leach", keys, done.parts["hydroxide"], parts={"feed": ("opened", "closed")})
    assert second.bought("HCl", "HCl") == pytest.approx(6.0)
    assert second.kmol("liquor", "Nd") == pytest.approx(2.0)
    assert second.kmol("residue", "O") == pytest.approx(2.0)
    assert second.kmol("residue", "H") == pytest.approx(0.0, abs=1e-9)
    assert second.details["fluoride_loss"][0] == pytest.approx(0.0, abs=1e-12)


def test_fluoride_that_washing_leaves_takes_rare_earths_back(bench) -> None:
    # A tenth of 6 NaF stays: 0.6 F make 0.2 NdF3 in the second leach where nothing else holds them.
    done = bench.run("alkali_conversion", PURE | {"washing": "90 %"}, bench.of({"NdF3": 2.0}))
    keys = {"extraction": {"REO": "100 %"}, "acid_excess": "0 %"}
    second = bench.run("acid_leach", keys, done.parts["hydroxide"], parts={"feed": ("opened", "closed")})
    assert second.kmol("residue", "Nd") == pytest.approx(0.2)
    assert second.kmol("residue", "F") == pytest.approx(0.6)
    # 1.8 Nd and 0.6 Na dissolve.
    assert second.bought("HCl", "HCl") == pytest.approx(6.0)
    second.neutral("liquor")


SOLIDS = ("LaF3", "NdOF", "CeO2", "CeF4", "Nd2O3", "CaCO3", "Fe2O3")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * len(SOLIDS)),
    shares=st.tuples(*[st.floats(0.0, 1.0)] * 2),
    dose=st.one_of(st.none(), st.floats(0.0, 2.0)),
)
def test_closes(bench, amounts, shares, dose) -> None:
    rows = {"opened": dict(zip(SOLIDS, amounts, strict=True)), "closed": {"BaSO4": 1.0, "LaCO3F": 0.1}}
    feed, names = bench.rows(rows)
    keys = {} if dose is None else {"caustic": f"{dose:.6f} kg/kg", "caustic_short": "unconverted"}
    changes = {path: np.array([share]) for path, share in zip(("conversion", "washing"), shares, strict=True)}
    done = bench.run("alkali_conversion", keys, feed, changes=changes, parts={"feed": names})
    done.neutral("liquor")
    done.neutral("hydroxide", beside=(amounts[2] + amounts[3]) / 2.0)
    assert done.kg("liquor", "La", "Nd", "Ce", "Ca", "Fe", "Ba") == pytest.approx(0.0, abs=1e-9 * feed.sum())


def test_idle_and_samples(bench) -> None:
    feed, names = bench.rows({"opened": {"LaF3": 1.0, "CeO2": 1.0}, "closed": {"BaSO4": 0.3}})
    bench.idle("alkali_conversion", {}, feed, parts={"feed": names})
    other, _ = bench.rows({"opened": {"NdOF": 0.7, "CeF4": 0.1}, "closed": {"BaSO4": 0.01}})
    bench.alike("alkali_conversion", {}, feed, other, {"conversion": (0.95, 0.8)}, parts={"feed": names})
