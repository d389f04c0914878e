"""Sulphate and phosphate in a hydrochloric leach: they dissolve with their metals, none stays that no metal binds."""

import pytest

from didymium.elements import INDEX
from didymium.operations.base import OperationError
from didymium.operations.stoichiometry import free_acid

KEYS = {"extraction": {"REO": "100 %"}, "acid_excess": "0 %"}


def test_sulphate_dissolves_with_its_rare_earth_and_brings_its_acid(bench) -> None:
    # 0.95 Nd2(CO3)3 + 0.05 Nd2(SO4)3 + 5.7 HCl -> 2 Nd3+ + 5.7 Cl- + 0.15 SO4-- + 2.85 CO2 + 2.85 H2O
    done = bench.run("acid_leach", KEYS, bench.of({"Nd2(CO3)3": 0.95, "Nd2(SO4)3": 0.05}))
    assert done.bought("HCl", "HCl") == pytest.approx(5.7)
    assert done.kmol("liquor", "S") == pytest.approx(0.15)
    assert done.kmol("offgas", "C") == pytest.approx(2.85)
    assert done.kg("residue") == pytest.approx(0.0, abs=1e-9)
    assert free_acid(done.outlets["liquor"])[0] == pytest.approx(0.0, abs=1e-9)
    done.neutral("liquor")


def test_sulphate_stays_with_the_rare_earth_that_stays(bench) -> None:
    # A tenth of the solid is not opened: 0.1 of its sulphate, carbonate and neodymium.
    keys = KEYS | {"extraction": {"REO": "90 %"}}
    done = bench.run("acid_leach", keys, bench.of({"Nd2(CO3)3": 0.95, "Nd2(SO4)3": 0.05}))
    assert done.kmol("residue", "S") == pytest.approx(0.015)
    assert done.kmol("residue", "C") == pytest.approx(0.285)
    assert done.kmol("residue", "O") == pytest.approx(0.015 * 4 + 0.285 * 3)
    assert done.bought("HCl", "HCl") == pytest.approx(0.9 * 5.7)


def test_barite_and_gypsum_keep_their_sulphate(bench) -> None:
    # A fifth of the gypsum's calcium stays, and its sulphate; barium's whole; neodymium's dissolves.
    keys = KEYS | {"extraction": {"REO": "100 %", "Ca": "80 %"}}
    done = bench.run("acid_leach", keys, bench.of({"BaSO4": 2.0, "CaSO4": 1.0, "Nd2(SO4)3": 0.1}))
    assert done.kmol("residue", "S") == pytest.approx(2.2)
    assert done.kmol("residue", "O") == pytest.approx(8.8)
    assert done.kmol("liquor", "S") == pytest.approx(1.1)
    assert done.bought("HCl", "HCl") == pytest.approx(0.0, abs=1e-9)
    whole = bench.run("acid_leach", KEYS, bench.of({"BaSO4": 0.7, "La2O3": 1.0}))
    assert whole.outlets["liquor"][0, INDEX["S"]] == 0.0


def test_phosphate_dissolves_as_phosphoric_acid(bench) -> None:
    # LaPO4 + 3 HCl -> LaCl3 + H3PO4
    done = bench.run("acid_leach", KEYS, bench.of({"LaPO4": 1.0}))
    assert done.bought("HCl", "HCl") == pytest.approx(3.0)
    assert done.kmol("liquor", "P") == pytest.approx(1.0)
    assert done.kg("residue") == pytest.approx(0.0, abs=1e-9)
    done.neutral("liquor")


def test_phosphate_of_calcium_dissolves_with_it(bench) -> None:
    # Ca3(PO4)2 + 6 HCl -> 3 CaCl2 + 2 H3PO4, 80 % of it; La2O3 wholly, and CeO2 binds no phosphate.
    keys = KEYS | {"extraction": {"REO": "100 %", "Ce": "0 %", "Ca": "80 %"}}
    done = bench.run("acid_leach", keys, bench.of({"Ca3P2O8": 1.0, "La2O3": 1.0, "CeO2": 5.0}))
    assert done.kmol("liquor", "P") == pytest.approx(1.6)
    assert done.kmol("residue", "P") == pytest.approx(0.4)
    assert done.kmol("residue", "O") == pytest.approx(0.4 * 4 + 10.0)
    assert done.bought("HCl", "HCl") == pytest.approx(6.0 + 4.8)


def test_a_roast_with_apatite(bench) -> None:
    # Apatite that acid reaches: 80 % of its calcium dissolves by default, and 80 % of its phosphate.
    feed, rows = bench.rows({"bastnaesite": {"LaCO3F": 5.0, "CeCO3F": 5.0}, "apatite": {"Ca5P3O12F": 0.2}})
    roast = bench.run("oxidative_roast", {}, feed, parts={"feed": rows})
    done = bench.run("acid_leach", {}, roast.parts["calcine"], parts={"feed": ("opened", "closed")})
    assert done.kmol("liquor", "P") == pytest.approx(0.8 * 0.6)
    done.neutral("liquor")


def test_a_stated_share_of_sulphate_holds_as_far_as_metals_bind_the_rest(bench) -> None:
    feed = bench.of({"Nd2(CO3)3": 0.9, "Nd2(SO4)3": 0.1})
    half = bench.run("acid_leach", {"extraction": {"REO": "80 %", "S": "50 %"}, "acid_excess": "0 %"}, feed)
    assert half.kmol("residue", "S") == pytest.approx(0.15)
    none = bench.run("acid_leach", {"extraction": {"REO": "90 %", "S": "0 %"}, "acid_excess": "0 %"}, feed)
    # 0.2 Nd that stay bind 0.3 SO4 and no carbonate.
    assert none.kmol("residue", "S") == pytest.approx(0.3)
    assert none.kmol("residue", "C") == pytest.approx(0.0, abs=1e-9)
    gone = bench.run("acid_leach", {"extraction": {"REO": "100 %", "S": "0 %"}, "acid_excess": "0 %"}, feed)
    assert gone.kg("residue") == pytest.approx(0.0, abs=1e-9)


def test_a_dose_too_small_keeps_the_residue_whole(bench) -> None:
    feed = bench.of({"Nd2(CO3)3": 0.95, "Nd2(SO4)3": 0.05})
    dose = 2.85 * 36.458 / feed.sum()
    keys = {"extraction": {"REO": "100 %"}, "acid": f"{dose:.12f} kg/kg", "acid_short": "unleached"}
    done = bench.run("acid_leach", keys, feed)
    share = done.details["acid_share"][0]
    assert share == pytest.approx(0.5, rel=1e-3)
    assert done.kmol("residue", "S") == pytest.approx(0.15 * (1.0 - share))
    assert free_acid(done.outlets["liquor"])[0] == pytest.approx(0.0, abs=1e-9)


def test_batch(bench) -> None:
    first = bench.of({"Nd2(CO3)3": 0.95, "Nd2(SO4)3": 0.05, "Ca3P2O8": 0.1, "BaSO4": 0.3})
    second = bench.of({"La2O3": 0.5, "CaSO4": 0.7, "LaPO4": 0.1, "Fe2O3": 1.0})
    bench.alike("acid_leach", {}, first, second, {"extraction.Ca": (0.3, 0.9), "extraction.REO": (0.9, 0.95)})


def test_fluorine_beyond_metals_is_not_hidden_by_silica(bench) -> None:
    keys = {"extraction": {"REO": "100 %", "Ca": "100 %"}}
    with pytest.raises(OperationError, match=r"more fluorine in the residue than its metals can bind"):
        bench.run("acid_leach", keys, bench.of({"LaOF": 1.0, "CaF2": 10.0, "SiO2": 50.0}))
