"""Magnetic separation: shares of the parts of an ore."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

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


def test_a_mineral_of_its_own_and_what_the_iron_keeps(bench) -> None:
    # 1 kmol/h each: hematite gives 0.75, aegirine 0.4; 8 % of the rare earths and 10 % of the quartz go along.
    feed, rows = bench.rows(
        {
            "bastnaesite": {"LaCO3F": 1.0},
            "hematite": {"Fe2O3": 1.0},
            "aegirine": {"NaFeSi2O6": 1.0},
            "quartz": {"SiO2": 1.0},
        }
    )
    keys = KEYS | {"minerals": {"aegirine": "40 %"}}
    done = bench.run("magnetic_separation", keys, feed, parts={"feed": rows})
    assert done.kmol("iron_concentrate", "Fe") == pytest.approx(2 * 0.75 + 0.4)
    assert done.kmol("iron_concentrate", "Na") == pytest.approx(0.4)
    assert done.kmol("iron_concentrate", "Si") == pytest.approx(2 * 0.4 + 0.1)
    assert done.kmol("iron_concentrate", "La") == pytest.approx(0.08)
    assert done.details["iron_recovery"][0] == pytest.approx(1.9 / 3.0)
    assert done.details["rare_earths_in_iron"][0] == pytest.approx(0.08)
    # 0.08 kmol/h of La are 0.04 of La2O3: 0.04 × 325.81 = 13.03 kg/h.
    assert done.details["rare_earths_in_iron_kg_per_h"][0] == pytest.approx(13.03, abs=0.005)
    iron = done.kg("iron_concentrate", "Fe") / done.kg("iron_concentrate")
    assert done.details["iron_grade"][0] == pytest.approx(iron, rel=1e-12)


def test_an_unknown_mineral(bench) -> None:
    with pytest.raises(ValidationError, match="unknown mineral 'aegirin'; did you mean 'aegirine'"):
        bench.parameters("magnetic_separation", KEYS | {"minerals": {"aegirin": "40 %"}}, ["feed"])
