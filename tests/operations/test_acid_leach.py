"""Hydrochloric leach: 3 mol HCl per rare earth plus the excess, Ce(IV) and fluoride left behind."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import INDEX, MOLAR_MASS, molar_mass
from didymium.operations.base import OperationError
from didymium.operations.stoichiometry import free_acid

KEYS = {"extraction": {"REO": "100 %", "Ce": "0 %", "Ca": "100 %"}, "acid_excess": "10 %", "liquor": "1 mol/L"}


def test_three_acid_per_rare_earth(bench) -> None:
    # La2O3 + 6 HCl -> 2 LaCl3 + 3 H2O, 10 % more acid, 2 kmol at 1 mol/L in 2000 kg of water.
    feed = bench.of({"La2O3": 1.0})
    done = bench.run("acid_leach", KEYS, feed)
    assert done.bought("HCl", "HCl") == pytest.approx(6.6)
    assert done.used("water") == pytest.approx(2000.0)
    assert free_acid(done.outlets["liquor"])[0] == pytest.approx(0.6)
    assert done.kg("residue") == pytest.approx(0.0, abs=1e-9)
    assert done.used("electricity") == pytest.approx(0.02 * feed.sum())
    done.neutral("liquor")


def test_cerium_dioxide_stays(bench) -> None:
    done = bench.run("acid_leach", KEYS, bench.of({"CeO2": 1.0}))
    assert done.bought("HCl", "HCl") == 0.0
    assert done.kmol("residue", "O") == pytest.approx(2.0)
    assert done.kmol("offgas", "Cl") == 0.0


def test_cerium_dioxide_that_dissolves_frees_chlorine(bench) -> None:
    # CeO2 + 4 HCl -> CeCl3 + 1/2 Cl2 + 2 H2O
    keys = KEYS | {"extraction": {"Ce": "100 %"}, "acid_excess": "0 %"}
    done = bench.run("acid_leach", keys, bench.of({"CeO2": 1.0}))
    assert done.bought("HCl", "HCl") == pytest.approx(4.0)
    assert done.kmol("offgas", "Cl") == pytest.approx(1.0)
    assert done.kmol("liquor", "Cl") == pytest.approx(3.0)
    done.neutral("liquor")


def test_trivalent_cerium_stays_trivalent(bench) -> None:
    # Nothing was roasted: no oxygen for Ce(IV), no chlorine, no hydrogen.
    done = bench.run("acid_leach", KEYS, bench.of({"Ce2O3": 1.0, "La2O3": 1.0}))
    assert done.kmol("residue", "O") == pytest.approx(3.0)
    done.neutral("residue")
    done.neutral("liquor")


def test_roasted_bastnaesite(bench) -> None:
    # LaOF and CeO1.5F: lanthanum dissolves with 3 HCl, its fluoride goes to the cerium: CeO(1)F(2).
    keys = KEYS | {"fluorine_on_cerium": "100 %"}
    done = bench.run("acid_leach", keys, bench.of({"LaOF": 1.0, "Ce2O3F2": 0.5}))
    assert done.kmol("residue", "F") == pytest.approx(2.0)
    assert done.kmol("residue", "O") == pytest.approx(1.0)
    assert done.bought("HCl", "HCl") == pytest.approx(3.3)
    done.neutral("residue", {"Ce": 4.0})
    done.neutral("liquor")


def test_calcite_fizzes(bench) -> None:
    # CaCO3 + 2 HCl -> CaCl2 + CO2 + H2O
    done = bench.run("acid_leach", KEYS, bench.of({"CaCO3": 1.0, "BaSO4": 1.0}))
    assert done.bought("HCl", "HCl") == pytest.approx(2.2)
    assert done.kmol("offgas", "C") == pytest.approx(1.0)
    assert done.kmol("offgas", "O") == pytest.approx(2.0)
    assert done.kmol("residue", "S") == pytest.approx(1.0)
    assert done.kmol("residue", "O") == pytest.approx(4.0)


def test_water_is_conserved(bench) -> None:
    done = bench.run("acid_leach", KEYS, bench.of({"La2O3": 1.0}))
    # 3 mol of water from the oxide beside what is added.
    assert done.kmol("liquor", "O") == pytest.approx(done.bought("water", "H2O") + 3.0)


FEED = ("LaOF", "CeO2", "Ce2O3", "NdPO4", "CaCO3", "CaO", "BaSO4", "SiO2", "Fe2O3", "ThO2", "NaCl")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(
    opened=st.tuples(*[AMOUNT] * 6),
    shares=st.tuples(*[st.floats(0.0, 1.0)] * 5),
    acid=st.one_of(st.none(), st.floats(0.0, 2.0)),
    valence=st.one_of(st.none(), st.floats(0.0, 1.0)),
)
@example(opened=(0.0, 0.0, 0.0, 0.0, 0.0, 19.77734375), shares=(0.0,) * 5, acid=None, valence=None)
def test_closes_with_free_fluorine(bench, opened, shares, acid, valence) -> None:
    solids = ("LaOF", "Ce2O3F2", "NdO3H3", "CaCO3", "Nd2(CO3)3", "NaF")
    feed, names = bench.rows(
        {"opened": dict(zip(solids, opened, strict=True)), "closed": {"LaCO3F": 0.1, "BaSO4": 1.0}}
    )
    keys = {
        "extraction": {"REO": "90 %", "Ce": "8 %", "Ca": "80 %"},
        "cerium_iv": None if valence is None else "5 %",
    } | ({} if acid is None else {"acid": f"{acid:.6f} kg/kg", "acid_short": "unleached"})
    paths = ("extraction.REO", "extraction.Ce", "extraction.Ca", "fluorine_on_cerium", "fluorine_on_calcium")
    changes = {path: np.array([share]) for path, share in zip(paths, shares, strict=True)}
    if valence is not None:
        changes["cerium_iv"] = np.array([valence])
    done = bench.run("acid_leach", keys, feed, changes=changes, parts={"feed": names})
    done.neutral("liquor")
    assert 0.0 <= done.details["fluoride_loss"][0] <= 1.0
    assert 0.0 <= done.details["acid_share"][0] <= 1.0
    assert -1e-9 * feed.sum() <= done.oxygen("residue")[0] <= done.kmol("residue", "Ce") / 2 + 1e-9 * feed.sum()


@settings(max_examples=60, deadline=None)
@given(amounts=st.tuples(*[AMOUNT] * len(FEED)), shares=st.tuples(*[st.floats(0.0, 1.0)] * 4))
def test_closes(bench, amounts, shares) -> None:
    keys = KEYS | {"extraction": {"REO": "90 %", "Ce": "8 %", "Ca": "80 %", "Fe": "30 %", "F": "50 %"}}
    changes = {f"extraction.{n}": np.array([s]) for n, s in zip(("REO", "Ce", "Ca", "Fe"), shares, strict=True)}
    # Fluoride dissolves with the lanthanum that it came with.
    changes["extraction.F"] = changes["extraction.REO"]
    feed = bench.of(dict(zip(FEED, amounts, strict=True)))
    done = bench.run("acid_leach", keys, feed, changes=changes)
    done.neutral("liquor")
    assert -1e-9 * feed.sum() <= done.oxygen("residue")[0] <= done.kmol("residue", "Ce") / 2 + 1e-9 * feed.sum()


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"LaOF": 1.0, "CeO2": 1.0, "CaCO3": 0.3})
    bench.idle("acid_leach", KEYS, feed)
    bench.alike("acid_leach", KEYS, feed, bench.of({"Nd2O3": 0.7, "CaCO3": 0.01}), {"extraction.Ce": (0.08, 0.03)})


def test_cerium_by_its_valence(bench) -> None:
    # 4 CeO2 and Ce2O3: 90 % of 2 Ce(III) and 5 % of 4 Ce(IV) dissolve, 1.8 + 0.2; one Cl per Ce(IV).
    keys = {"extraction": {"REO": "90 %"}, "cerium_iv": "5 %", "acid_excess": "0 %"}
    done = bench.run("acid_leach", keys, bench.of({"CeO2": 4.0, "Ce2O3": 1.0}))
    assert done.kmol("liquor", "Ce") == pytest.approx(2.0)
    assert done.kmol("offgas", "Cl") == pytest.approx(0.2)
    assert done.bought("HCl", "HCl") == pytest.approx(6.2)
    assert done.kmol("residue", "O") == pytest.approx(3.8 * 2 + 0.2 * 1.5)
    done.neutral("liquor")


def test_fluoride_takes_a_third_back(bench) -> None:
    # 3 LaOF + 6 HCl -> 2 LaCl3 + LaF3 + 3 H2O
    keys = KEYS | {"acid_excess": "0 %"}
    done = bench.run("acid_leach", keys, bench.of({"LaOF": 3.0}))
    assert done.bought("HCl", "HCl") == pytest.approx(6.0)
    assert done.kmol("liquor", "La") == pytest.approx(2.0)
    assert done.kmol("residue", "La") == pytest.approx(1.0)
    assert done.kmol("residue", "F") == pytest.approx(3.0)
    assert done.kmol("residue", "O") == pytest.approx(0.0, abs=1e-12)
    assert done.details["fluoride_loss"][0] == pytest.approx(1 / 3)
    done.neutral("liquor")


def test_fluoride_on_cerium_and_calcium(bench) -> None:
    # 3 NdOF, 2 CeO2, CaO: acid opens 3 Nd and Ca. Fluorine is held alike, 3/5 per rare earth: 9/5 comes free.
    # Cerium takes half, 0.9; calcium half of the rest, 0.45 as 0.225 CaF2; 0.45 is 0.15 NdF3.
    keys = KEYS | {"fluorine_on_cerium": "50 %", "fluorine_on_calcium": "50 %", "acid_excess": "0 %"}
    done = bench.run("acid_leach", keys, bench.of({"NdOF": 3.0, "CeO2": 2.0, "CaO": 1.0}))
    opened, closed = done.parts["residue"][0]
    assert done.kmol("residue", "Nd") == pytest.approx(0.15)
    assert closed[INDEX["Ca"]] / MOLAR_MASS[INDEX["Ca"]] == pytest.approx(0.225)
    assert closed[INDEX["F"]] / MOLAR_MASS[INDEX["F"]] == pytest.approx(0.45)
    assert opened[INDEX["Ca"]] == pytest.approx(0.0, abs=1e-12)
    # Acid: 3 x 2.85 for Nd, 2 x 0.775 for Ca.
    assert done.bought("HCl", "HCl") == pytest.approx(3 * 2.85 + 2 * 0.775)
    assert done.details["fluoride_loss"][0] == pytest.approx(0.05)
    done.neutral("residue", {"Ce": 4.0})
    done.neutral("liquor")


def test_cerium_holds_four_fluorides_at_most(bench) -> None:
    # 9 LaOF beside CeO1.5F: 0.9 of 10 F come free by La, of which CeF has room for 3; 6 F make 2 LaF3.
    keys = KEYS | {"fluorine_on_cerium": "100 %", "fluorine_on_calcium": "0 %"}
    done = bench.run("acid_leach", keys, bench.of({"LaOF": 9.0, "Ce2O3F2": 0.5}))
    assert done.kmol("residue", "La") == pytest.approx(2.0)
    assert done.kmol("residue", "O") == pytest.approx(0.0, abs=1e-10)


def test_fluorine_that_stays_dissolved_takes_nothing_back(bench) -> None:
    keys = KEYS | {"extraction": {"REO": "100 %", "F": "100 %"}}
    done = bench.run("acid_leach", keys, bench.of({"LaOF": 1.0}))
    assert done.kmol("liquor", "La") == pytest.approx(1.0)
    assert done.kmol("liquor", "F") == pytest.approx(1.0)


def test_fluorspar_without_its_calcium(bench) -> None:
    # Ten CaF2 are more fluorine than the lanthanum can be said to hold.
    two = np.concatenate([bench.of({"La2O3": 1.0}), bench.of({"LaOF": 1.0, "CaF2": 10.0})])
    with pytest.raises(OperationError, match=r"more fluorine in the residue.*let F dissolve") as caught:
        bench.run("acid_leach", KEYS, two)
    assert (caught.value.sample, caught.value.key) == (1, "extraction")


def test_carbonate_of_rare_earths(bench) -> None:
    # Nd2(CO3)3 + 6 HCl -> 2 NdCl3 + 3 CO2 + 3 H2O, and 90 % of it: 5.4 HCl, 2.7 CO2, 0.1 Nd2(CO3)3 left.
    keys = {"extraction": {"REO": "90 %"}, "acid_excess": "0 %"}
    done = bench.run("acid_leach", keys, bench.of({"Nd2(CO3)3": 1.0}))
    assert done.bought("HCl", "HCl") == pytest.approx(5.4)
    assert done.kmol("offgas", "C") == pytest.approx(2.7)
    assert done.kmol("residue", "C") == pytest.approx(0.3)
    assert done.kmol("residue", "O") == pytest.approx(0.9)
    done.neutral("liquor")


def test_hydroxide_beside_cerium_dioxide(bench) -> None:
    # La(OH)3 + 3 HCl -> LaCl3 + 3 H2O; CeO2 stays, and the salts left from washing go with the liquor.
    keys = {"extraction": {"REO": "100 %", "Ce": "0 %"}, "acid_excess": "0 %"}
    done = bench.run("acid_leach", keys, bench.of({"LaO3H3": 2.0, "CeO2": 1.0, "NaCl": 0.1, "NaOH": 0.2}))
    assert done.bought("HCl", "HCl") == pytest.approx(6.2)
    assert done.kmol("liquor", "Na") == pytest.approx(0.3)
    assert done.kmol("liquor", "Cl") == pytest.approx(6.3)
    assert done.kmol("residue", "H") == pytest.approx(0.0, abs=1e-12)
    assert done.kmol("residue", "O") == pytest.approx(2.0)
    done.neutral("liquor")


def test_oxides_of_tetravalent_praseodymium_and_terbium(bench) -> None:
    # Pr6O11 + 22 HCl -> 6 PrCl3 + 2 Cl2 + 11 H2O; Tb4O7 + 14 HCl -> 4 TbCl3 + Cl2 + 7 H2O
    keys = {"extraction": {"REO": "100 %"}, "acid_excess": "0 %"}
    done = bench.run("acid_leach", keys, bench.of({"Pr6O11": 1.0, "Tb4O7": 1.0}))
    assert done.bought("HCl", "HCl") == pytest.approx(36.0)
    assert done.kmol("offgas", "Cl") == pytest.approx(6.0)
    done.neutral("liquor")


def test_what_is_closed_goes_to_the_residue_as_it_is(bench) -> None:
    rows = {"opened": {"La2O3": 1.0, "BaSO4": 0.1}, "closed": {"LaCO3F": 0.3, "BaSO4": 2.0, "CaF2": 0.2}}
    feed, names = bench.rows(rows)
    done = bench.run("acid_leach", KEYS, feed, parts={"feed": names})
    np.testing.assert_allclose(done.parts["residue"][:, 1], feed[:, 1], rtol=1e-12)
    np.testing.assert_allclose(done.parts["residue"][:, 0], bench.of({"BaSO4": 0.1})[:, 0], rtol=1e-12, atol=1e-9)
    assert done.kmol("liquor", "La") == pytest.approx(2.0)
    assert done.bought("HCl", "HCl") == pytest.approx(6.6)


def test_raw_bastnaesite_is_refused(bench) -> None:
    feed, names = bench.rows({"bastnaesite": {"LaCO3F": 1.0}, "calcite": {"CaCO3": 1.0}})
    with pytest.raises(
        OperationError, match=r"holds bastnaesite, which hydrochloric acid does not open; roast"
    ) as caught:
        bench.run("acid_leach", KEYS, feed, parts={"feed": names})
    assert caught.value.key == "feed"
    feed[0, 0] = 0.0
    done = bench.run("acid_leach", KEYS, feed, parts={"feed": names})
    assert done.kmol("liquor", "Ca") == pytest.approx(1.0)


DOSE = {"extraction": {"REO": "100 %", "Ca": "100 %"}, "fluorine_on_calcium": "0 %"}


def test_a_dose_beyond_need_leaves_free_acid(bench) -> None:
    feed = bench.of({"La2O3": 1.0})
    done = bench.run("acid_leach", DOSE | {"acid": "1 kg/kg"}, feed)
    assert done.used("HCl") == pytest.approx(feed.sum())
    assert free_acid(done.outlets["liquor"])[0] == pytest.approx(feed.sum() / molar_mass("HCl") - 6.0)
    assert done.details["acid_share"][0] == 1.0


def test_a_dose_too_small_is_an_error_or_leaves_a_share(bench) -> None:
    # Four LaOF and CaCO3 take 8 + 2 HCl; half of it opens half, whatever that is.
    feed = bench.of({"LaOF": 4.0, "CaCO3": 1.0})
    half = 5.0 * molar_mass("HCl") / feed.sum()
    keys = DOSE | {"acid": f"{half:.15f} kg/kg"}
    with pytest.raises(OperationError, match=r"kg/kg of HCl cannot dissolve.*acid_short: unleached") as caught:
        bench.run("acid_leach", keys, feed)
    assert caught.value.key == "acid"
    done = bench.run("acid_leach", keys | {"acid_short": "unleached"}, feed)
    assert done.details["acid_share"][0] == pytest.approx(0.5)
    assert done.kmol("liquor", "La") == pytest.approx(4.0 * 2 / 3 / 2)
    assert done.kmol("offgas", "C") == pytest.approx(0.5)
    assert done.kmol("residue", "C") == pytest.approx(0.5)
    assert done.kmol("residue", "O") == pytest.approx(2.0 + 1.5)
    assert free_acid(done.outlets["liquor"])[0] == 0.0
    done.neutral("liquor")


def test_a_dose_or_an_excess(bench) -> None:
    with pytest.raises(ValidationError, match="give `acid`, a dose, or `acid_excess`"):
        bench.parameters("acid_leach", {"acid": "1 t/t", "acid_excess": "5 %"}, ["feed"])


def test_tanks(bench) -> None:
    # 2 kmol at 1 mol/L: 2 m3/h of water, and the solid at 4 t/m3, for three hours.
    feed = bench.of({"La2O3": 1.0})
    done = bench.run("acid_leach", KEYS | {"residence": "3 h"}, feed)
    tank, press = done.outcome.sizes
    assert (tank.item, tank.unit) == ("tank", "m^3")
    assert (press.item, press.unit) == ("residue filter", "kg/h")
    assert press.value[0] == pytest.approx(done.kg("residue"))
    assert tank.value[0] == pytest.approx(3.0 * (2.0 + feed.sum() / 4000.0))


def test_cerium_that_nothing_oxidised_dissolves_with_the_others(bench) -> None:
    done = bench.run("acid_leach", {"fluorine_on_cerium": "0 %"}, bench.of({"Ce2O3": 1.0, "La2O3": 1.0}))
    assert done.kmol("liquor", "Ce") == pytest.approx(done.kmol("liquor", "La"))
    assert done.kmol("liquor", "Ce") == pytest.approx(2.0 * 0.92)
    burnt = bench.run("acid_leach", {"fluorine_on_cerium": "0 %"}, bench.of({"CeO2": 2.0, "La2O3": 1.0}))
    assert burnt.kmol("liquor", "Ce") == pytest.approx(2.0 * 0.03)
    named = bench.run("acid_leach", {"extraction": {"REO": "92 %", "Ce": "8 %"}}, bench.of({"Ce2O3": 1.0}))
    assert named.kmol("liquor", "Ce") == pytest.approx(2.0 * 0.08)
