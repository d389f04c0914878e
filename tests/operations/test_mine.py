"""Mining: ore passes as it is, diesel by its mass."""

import numpy as np
import pytest
from pydantic import ValidationError


def test_ore_passes_and_diesel_is_noted(bench) -> None:
    ore = bench.ore(rate=1000.0)
    done = bench.run("mine", {}, ore)
    assert np.allclose(done.parts["ore"], ore, rtol=1e-15)
    assert done.used("diesel") == pytest.approx(1250.0)  # 1.25 MJ/kg of 1000 kg/h
    assert [line.unit for line in done.outcome.lines] == ["MJ"]


def test_idle_and_samples(bench) -> None:
    bench.idle("mine", {}, bench.ore())
    bench.alike("mine", {}, bench.ore(), bench.ore("mountain_pass", 0.05, 333.0), {"diesel": (1.0, 1.7)})


def test_waste_rock_by_the_strip_ratio(bench) -> None:
    # 1 t/h of ore with 4 t of waste each: 5 t of rock at 0.03 MJ/kg are 150 MJ/h.
    done = bench.run("mine", {"strip_ratio": "4 t/t", "rock_diesel": "0.03 MJ/kg"}, bench.ore(rate=1000.0))
    assert done.used("diesel") == pytest.approx(150.0)
    assert done.details["waste_rock_kg_per_h"][0] == pytest.approx(4000.0)
    assert done.kg("ore") == pytest.approx(1000.0)
    # Diesel by the ore holds that of its waste rock.
    done = bench.run("mine", {"strip_ratio": "4 t/t"}, bench.ore(rate=1000.0))
    assert done.used("diesel") == pytest.approx(1250.0)


def test_diesel_is_given_once(bench) -> None:
    with pytest.raises(ValidationError, match="give one of diesel and rock_diesel"):
        bench.parameters("mine", {"diesel": "1 MJ/kg", "rock_diesel": "0.03 MJ/kg"}, ["feed"])
