"""Mining: ore passes as it is, diesel by its mass."""

import numpy as np
import pytest


def test_ore_passes_and_diesel_is_noted(bench) -> None:
    ore = bench.ore(rate=1000.0)
    done = bench.run("mine", {}, ore)
    assert np.allclose(done.parts["ore"], ore, rtol=1e-15)
    assert done.used("diesel") == pytest.approx(1250.0)  # 1.25 MJ/kg of 1000 kg/h
    assert [line.unit for line in done.outcome.lines] == ["MJ"]


def test_idle_and_samples(bench) -> None:
    bench.idle("mine", {}, bench.ore())
    bench.alike("mine", {}, bench.ore(), bench.ore("mountain_pass", 0.05, 333.0), {"diesel": (1.0, 1.7)})
