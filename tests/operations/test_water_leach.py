"""Water leach: sulphates dissolve, what stays is neutral."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

KEYS = {"extraction": {"REO": "92 %", "Fe": "30 %", "Ca": "2 %", "P": "30 %"}, "water": "8 t/t"}


def test_sulphates(bench) -> None:
    # 1 Nd2(SO4)3: 0.16 Nd stays as 0.08 Nd2O3, its sulphate goes with the liquor as acid.
    done = bench.run("water_leach", KEYS, bench.of({"Nd2(SO4)3": 1.0, "CaSO4": 1.0, "SiO2": 1.0}))
    assert done.kmol("liquor", "Nd") == pytest.approx(1.84)
    # Gypsum: 0.98 Ca with as much sulphate.
    assert done.kmol("residue", "Ca") == pytest.approx(0.98)
    assert done.kmol("residue", "S") == pytest.approx(0.98)
    assert done.kmol("residue", "Si") == pytest.approx(1.0)
    assert done.kmol("residue", "O") == pytest.approx(0.24 + 4 * 0.98 + 2.0)
    assert done.kmol("liquor", "S") == pytest.approx(3.02)


def test_water_is_conserved(bench) -> None:
    feed = bench.of({"Nd2(SO4)3": 1.0})
    done = bench.run("water_leach", KEYS | {"extraction": {"REO": "100 %"}}, feed)
    assert done.used("water") == pytest.approx(8.0 * feed.sum())
    assert done.kmol("liquor", "H") == pytest.approx(2 * done.bought("water", "H2O"))
    assert done.kg("liquor") == pytest.approx(9.0 * feed.sum())
    assert done.kg("residue") == 0.0


def test_fluoride_beyond_the_metals_dissolves(bench) -> None:
    # All calcium dissolves; 2 F stay with 0.1 La, which binds 0.3.
    keys = KEYS | {"extraction": {"Ca": "100 %", "La": "90 %"}}
    done = bench.run("water_leach", keys, bench.of({"CaF2": 1.0, "La2O3": 0.5}))
    assert done.kmol("residue", "F") == pytest.approx(0.3)
    assert done.kmol("residue", "O") == pytest.approx(0.0, abs=1e-12)
    done.neutral("liquor")


FEED = ("La2(SO4)3", "Ce2(SO4)3", "Nd2O3", "CaSO4", "BaSO4", "SiO2", "Fe2(SO4)3", "Fe2O3", "ThO2", "CaF2", "H3PO4")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(amounts=st.tuples(*[AMOUNT] * len(FEED)), shares=st.tuples(*[st.floats(0.0, 1.0)] * 4), water=st.floats(1, 20))
def test_closes(bench, amounts, shares, water) -> None:
    changes = {f"extraction.{n}": np.array([s]) for n, s in zip(("REO", "Fe", "Ca", "P"), shares, strict=True)}
    feed = bench.of(dict(zip(FEED, amounts, strict=True)))
    done = bench.run("water_leach", KEYS, feed, changes=changes | {"water": np.array([water])})
    done.neutral("residue")
    done.neutral("liquor")
    assert done.kmol("residue", "H") == 0.0


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Nd2(SO4)3": 1.0, "CaSO4": 1.0})
    bench.idle("water_leach", KEYS, feed)
    bench.alike("water_leach", KEYS, feed, bench.of({"La2(SO4)3": 0.3, "BaSO4": 0.7}), {"extraction.REO": (0.9, 0.83)})
