"""Water leach: opened sulphates dissolve, gypsum by its solubility, what stays is neutral, the closed part stays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import INDEX, MOLAR_MASS, molar_mass
from didymium.operations.base import OperationError

KEYS = {
    "extraction": {"REO": "92 %", "Fe": "30 %", "P": "30 %", "Na": "100 %"},
    "water": "30 t/t",
    "gypsum": "0 g/L",
}


def test_sulphates(bench) -> None:
    # 1 Nd2(SO4)3: 8 % stays as it is, 0.16 Nd with 0.24 SO4; gypsum and silica stay.
    done = bench.run("water_leach", KEYS, bench.of({"Nd2(SO4)3": 1.0, "CaSO4": 1.0, "SiO2": 1.0}))
    assert done.kmol("liquor", "Nd") == pytest.approx(1.84)
    assert done.kmol("residue", "Ca") == pytest.approx(1.0)
    assert done.kmol("residue", "S") == pytest.approx(1.24)
    assert done.kmol("residue", "Si") == pytest.approx(1.0)
    assert done.kmol("residue", "O") == pytest.approx(4 * 1.24 + 2.0)
    assert done.kmol("liquor", "S") == pytest.approx(2.76)


def test_water_is_conserved(bench) -> None:
    feed = bench.of({"Nd2(SO4)3": 1.0})
    done = bench.run("water_leach", KEYS | {"extraction": {"REO": "100 %"}}, feed)
    assert done.used("water") == pytest.approx(30.0 * feed.sum())
    assert done.kmol("liquor", "H") == pytest.approx(2 * done.bought("water", "H2O"))
    assert done.kg("liquor") == pytest.approx(31.0 * feed.sum())
    assert done.kg("residue") == 0.0
    # 2 Nd make 336.5 kg of Nd2O3 in 30 kg of water per kg of sulphate.
    assert done.details["liquor_reo"][0] == pytest.approx(1000 * molar_mass("Nd2O3") / (30 * feed.sum()))
    assert done.size("leach tanks") == pytest.approx((30 * feed.sum() / 1000 + feed.sum() / 3000) * 4.0)
    assert done.used("electricity") == pytest.approx(0.02 * feed.sum())


def test_gypsum_dissolves_to_its_solubility(bench) -> None:
    # 10 CaSO4 (1361 kg) and 40 840 kg of water at 2 g/L hold 81.7 kg, 0.6 kmol.
    feed = bench.of({"CaSO4": 10.0})
    done = bench.run("water_leach", KEYS | {"gypsum": "2 g/L"}, feed)
    held = 2.0 * 30 * feed.sum() / 1000 / molar_mass("CaSO4")
    assert held == pytest.approx(0.6)
    assert done.kmol("liquor", "Ca") == pytest.approx(held)
    assert done.kmol("liquor", "S") == pytest.approx(held)
    # With less than that all of it goes, or as much as its extraction says.
    done = bench.run("water_leach", KEYS | {"gypsum": "200 g/L"}, feed)
    assert done.kg("residue") == pytest.approx(0.0, abs=1e-9)
    keys = KEYS | {"gypsum": "200 g/L", "extraction": {"Ca": "2 %"}}
    assert bench.run("water_leach", keys, feed).kmol("liquor", "Ca") == pytest.approx(0.2)


def test_barium_lead_and_radium_stay(bench) -> None:
    done = bench.run("water_leach", KEYS, bench.of({"BaSO4": 1.0, "PbSO4": 1.0, "RaSO4": 1.0, "SrSO4": 1.0}))
    for name in ("Ba", "Pb", "Ra", "Sr"):
        assert done.kmol("residue", name) == pytest.approx(1.0)
    assert done.kmol("residue", "S") == pytest.approx(4.0)
    assert done.kmol("residue", "O") == pytest.approx(16.0)


def test_the_closed_part_stays(bench) -> None:
    feed, rows = bench.rows({"opened": {"Nd2(SO4)3": 1.0}, "closed": {"NdPO4": 1.0, "SiO2": 1.0}})
    done = bench.run("water_leach", KEYS, feed, parts={"feed": rows})
    closed = done.parts["residue"][0, 1]
    np.testing.assert_allclose(closed, feed[0, 1], rtol=1e-15)
    assert done.parts["residue"][0, 0, INDEX["Nd"]] == pytest.approx(0.16 * MOLAR_MASS[INDEX["Nd"]])
    assert done.kmol("liquor", "P") == 0.0


def test_fluoride_and_phosphate_beyond_the_metals_dissolve(bench) -> None:
    # 0.1 La stays and binds 0.3 of the 2 F; calcium goes with its fluoride's partner, sulphate.
    keys = KEYS | {"extraction": {"La": "90 %"}, "gypsum": "2000 g/L"}
    done = bench.run("water_leach", keys, bench.of({"LaF3": 0.5, "La2(SO4)3": 0.25, "CaSO4": 1.0}))
    assert done.kmol("residue", "F") == pytest.approx(0.3)
    assert done.kmol("residue", "S") == pytest.approx(0.0, abs=1e-12)
    assert done.kmol("residue", "O") == pytest.approx(0.0, abs=1e-12)
    done.neutral("liquor")


def test_fluoride_is_bound_before_phosphate_and_sulphate(bench) -> None:
    # 0.2 La stay, 0.6 of charge: 0.3 F first, then (0.6 - 0.3) / 3 = 0.1 of the 0.2 P, and no sulphate.
    keys = KEYS | {"extraction": {"La": "80 %"}}
    done = bench.run("water_leach", keys, bench.of({"LaF3": 0.1, "LaPO4": 0.2, "La2(SO4)3": 0.35}))
    assert [done.kmol("residue", name) for name in ("La", "F", "P")] == pytest.approx([0.2, 0.3, 0.1])
    assert [done.kmol("residue", name) for name in ("S", "H")] == pytest.approx([0.0, 0.0], abs=1e-12)
    assert done.kmol("residue", "O") == pytest.approx(0.4)
    done.neutral("liquor")


def test_double_sulphate_with_sodium(bench) -> None:
    # 0.5 of 1 Na brings down 0.5 (La, Nd) as NaRE(SO4)2.H2O; yttrium stays in solution.
    keys = KEYS | {"extraction": {"REO": "100 %", "Na": "100 %"}, "double_sulfate": "50 %", "water": "60 t/t"}
    feed = bench.of({"La2(SO4)3": 1.0, "Nd2(SO4)3": 1.0, "Y2(SO4)3": 1.0, "Na2SO4": 0.5})
    done = bench.run("water_leach", keys, feed)
    assert {name: round(done.kmol("residue", name), 9) for name in ("Na", "La", "Nd", "Y", "S", "H", "O")} == {
        "Na": 0.5,
        "La": 0.25,
        "Nd": 0.25,
        "Y": 0.0,
        "S": 1.0,
        "H": 1.0,
        "O": 4.5,
    }
    done.neutral("liquor")


def test_too_strong_a_liquor_is_refused(bench) -> None:
    # Nd2(SO4)3 holds 58.3 % Nd2O3: at 5 kg of water 117 g/L; 45 g/L takes 12.97 kg per kg.
    keys = KEYS | {"extraction": {"REO": "100 %"}, "water": "5 t/t"}
    with pytest.raises(OperationError, match=r"117 g/L REO.*dissolve to 45 g/L; add at least 13 kg") as caught:
        bench.run("water_leach", keys, bench.of({"Nd2(SO4)3": 1.0}))
    assert caught.value.key == "water"
    keys = {"extraction": {"REO": "100 %"}, "liquor": "60 g/L"}
    with pytest.raises(OperationError, match=r"60 g/L REO.*lower liquor") as caught:
        bench.run("water_leach", keys, bench.of({"Nd2(SO4)3": 1.0}))
    assert caught.value.key == "liquor"


def test_no_water_at_all(bench) -> None:
    with pytest.raises(OperationError, match="no water for its REO"):
        bench.run("water_leach", KEYS | {"water": "0 t/t"}, bench.of({"Nd2(SO4)3": 1.0}))


def test_water_by_the_strength_of_the_liquor(bench) -> None:
    keys = {"extraction": {"REO": "100 %"}, "liquor": "35 g/L"}
    done = bench.run("water_leach", keys, bench.of({"Nd2(SO4)3": 1.0}))
    assert done.used("water") == pytest.approx(molar_mass("Nd2O3") / 0.035)
    assert done.details["liquor_reo"][0] == pytest.approx(35.0)
    assert done.details["saturation"][0] == pytest.approx(35.0 / 45.0)


def test_water_or_liquor(bench) -> None:
    with pytest.raises(ValidationError, match="give water or liquor, not both"):
        bench.parameters("water_leach", {"water": "8 t/t", "liquor": "35 g/L"}, ["feed"])


OPEN = ("La2(SO4)3", "Nd2O3", "CaSO4", "CaF2", "BaSO4", "SiO2", "Fe2(SO4)3", "Fe2O3", "Na2SO4", "H3PO4", "H2SO4")
CLOSED = ("NdPO4", "SiO2", "ThP2O7", "BaSO4")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))
SHARE = st.floats(0.0, 1.0)


@settings(max_examples=60, deadline=None)
@given(
    opened=st.tuples(*[AMOUNT] * len(OPEN)),
    closed=st.tuples(*[AMOUNT] * len(CLOSED)),
    shares=st.tuples(*[SHARE] * 5),
    gypsum=st.floats(0.0, 10.0),
)
def test_closes(bench, opened, closed, shares, gypsum) -> None:
    names = ("extraction.REO", "extraction.Fe", "extraction.P", "extraction.Na", "double_sulfate")
    changes = {name: np.array([share]) for name, share in zip(names, shares, strict=True)}
    changes |= {"gypsum": np.array([gypsum])}
    inside = {"opened": dict(zip(OPEN, opened, strict=True)), "closed": dict(zip(CLOSED, closed, strict=True))}
    feed, rows = bench.rows(inside)
    keys = KEYS | {"double_sulfate": "10 %", "strongest": "2000 g/L"}
    done = bench.run("water_leach", keys, feed, parts={"feed": rows}, changes=changes)
    done.neutral("residue")
    done.neutral("liquor")
    np.testing.assert_allclose(done.parts["residue"][0, 1], feed[0, 1], rtol=1e-14)


def test_idle_and_samples(bench) -> None:
    feed, rows = bench.rows({"opened": {"Nd2(SO4)3": 1.0, "CaSO4": 1.0, "Na2SO4": 0.1}, "closed": {"SiO2": 1.0}})
    other, _ = bench.rows({"opened": {"La2(SO4)3": 0.3, "CaSO4": 0.2, "Na2SO4": 0.3}, "closed": {"SiO2": 3.0}})
    keys, more = KEYS | {"double_sulfate": "10 %", "gypsum": "2 g/L"}, {"parts": {"feed": rows}}
    bench.idle("water_leach", keys, feed, **more)
    bench.alike("water_leach", keys, feed, other, {"extraction.REO": (0.9, 0.83), "gypsum": (2.0, 1.3)}, **more)
    bench.idle("water_leach", {"liquor": "35 g/L"}, feed, **more)
