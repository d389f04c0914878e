"""Grinding: Bond's energy, the mill's power, sizes that make no sense."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.operations.base import OperationError
from didymium.operations.comminution import bond_energy

KEYS = {"work_index": "12 kWh/t", "feed_size": "10 mm", "product_size": "100 um", "efficiency": "90 %"}


def test_ore_passes_and_power_is_bonds(bench) -> None:
    # 10 · 12 (1/√100 − 1/√10000) = 10.8 kWh/t at the mill, 12 kWh/t at the motor: 12 kW for 1 t/h.
    ore = bench.ore(rate=1000.0)
    done = bench.run("comminution", KEYS, ore)
    assert np.array_equal(done.parts["ground"], ore)
    assert done.used("electricity") == pytest.approx(12.0, rel=1e-12)
    assert done.size("mill") == pytest.approx(12.0, rel=1e-12)
    assert done.details["kwh_per_t"][0] == pytest.approx(12.0, rel=1e-12)


@given(sizes=st.lists(st.floats(1.0, 1e6), min_size=3, max_size=3))
def test_energy_adds_up_over_steps(sizes) -> None:
    fine, middle, coarse = (np.array([size]) for size in sorted(sizes))
    index = np.array([12.0])
    steps = bond_energy(index, coarse, middle) + bond_energy(index, middle, fine)
    assert steps == pytest.approx(bond_energy(index, coarse, fine), abs=1e-9)


def test_idle_and_samples(bench) -> None:
    bench.idle("comminution", KEYS, bench.ore())
    changes = {"work_index": (0.012, 0.017), "product_size": (100.0, 45.0)}
    bench.alike("comminution", KEYS, bench.ore(), bench.ore("mountain_pass", 0.05, 333.0), changes)


@pytest.mark.parametrize("size", ["10 mm", "20 mm"])
def test_a_product_as_coarse_as_its_feed(bench, size) -> None:
    with pytest.raises(ValidationError, match="is not finer than its feed of 10 mm; give a product_size below it"):
        bench.parameters("comminution", KEYS | {"product_size": size}, ["feed"])


def test_a_sample_as_coarse_as_its_feed(bench) -> None:
    two = np.concatenate([bench.ore(), bench.ore()])
    changes = {"feed_size": np.array([1e4, 90.0])}
    with pytest.raises(OperationError, match="a product of 100 µm is not finer than its feed of 90 µm") as caught:
        bench.run("comminution", KEYS, two, changes=changes)
    assert (caught.value.sample, caught.value.key) == (1, "product_size")
