"""Magnetic separation: shares of the parts of an ore."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.data import minerals
from didymium.feeds import ore_parts
from didymium.operations.base import OperationError

KEYS = {"iron": "75 %", "rare_earths": "8 %", "gangue": "10 %", "electricity": "20 kWh/t"}
SHARE = st.floats(0.0, 1.0)


def test_parts_are_shared(bench) -> None:
    ore = bench.ore("bayan_obo", 0.041)
    done = bench.run("magnetic_separation", KEYS, ore)
    families = [minerals()[name].family for name in ore_parts("bayan_obo")]
    shares = [{"rare_earth": 0.08, "iron": 0.75, "gangue": 0.1}[family] for family in families]
    assert np.allclose(done.parts["iron_concentrate"], ore * np.array(shares)[:, None], rtol=1e-14)
    assert done.used("electricity") == pytest.approx(20.0)  # 20 kWh/t of 1 t/h
    done.neutral("iron_concentrate")
    done.neutral("nonmagnetic")


@settings(max_examples=40, deadline=None)
@given(shares=st.tuples(SHARE, SHARE, SHARE), grade=st.floats(0.0, 0.3))
def test_closes(bench, shares, grade) -> None:
    changes = {key: np.array([share]) for key, share in zip(("iron", "rare_earths", "gangue"), shares, strict=True)}
    done = bench.run("magnetic_separation", KEYS, bench.ore("bayan_obo", grade), changes=changes)
    done.neutral("iron_concentrate")


def test_idle_and_samples(bench) -> None:
    bench.idle("magnetic_separation", KEYS, bench.ore())
    bench.alike(
        "magnetic_separation", KEYS, bench.ore(), bench.ore("mountain_pass", 0.05, 7.0), {"iron": (0.75, 1 / 3)}
    )


def test_only_ore_is_separated(bench) -> None:
    with pytest.raises(OperationError, match=r"its feed is bulk and not an ore.*feed it from a mine"):
        bench.run("magnetic_separation", KEYS, bench.of({"Fe2O3": 1.0}))
