"""Hydrochloric leach: 3 mol HCl per rare earth plus the excess, Ce(IV) and fluoride left behind."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    done = bench.run("acid_leach", KEYS, bench.of({"LaOF": 1.0, "Ce2O3F2": 0.5}))
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


def test_fluoride_with_nothing_to_hold_it(bench) -> None:
    two = np.concatenate([bench.of({"La2O3": 1.0}), bench.of({"LaOF": 1.0})])
    with pytest.raises(OperationError, match=r"leaves 1 kmol/h more fluorine in the residue.*let F dissolve") as caught:
        bench.run("acid_leach", KEYS, two)
    assert caught.value.sample == 1
