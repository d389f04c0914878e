"""Hydrogen recycling: powder out of its coat."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

OLD = {"Nd2Fe14B": 1.0, "Dy": 0.05, "Ni": 0.1, "C": 0.05}
KEYS = {"hydrogen": "4 kg/t", "retained": "25 %", "recovery": "90 %", "uncoated": "100 %", "oxygen": "0 ppm"}


def test_powder_coat_and_hydrogen(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("hydrogen_recycling", KEYS, feed)
    assert done.used("hydrogen") == pytest.approx(0.004 * feed.sum())
    assert done.kg("offgas") == pytest.approx(0.003 * feed.sum())
    assert done.kg("powder", "H") == pytest.approx(0.0009 * feed.sum())
    assert done.kmol("powder", "Nd") == pytest.approx(1.8)
    assert done.kmol("residue", "Nd") == pytest.approx(0.2)
    coated = bench.run("hydrogen_recycling", KEYS, bench.of(OLD))
    assert coated.kg("powder", "Ni", "C") == 0.0
    assert coated.kmol("residue", "Ni") == pytest.approx(0.1)
    # The coat takes no hydrogen.
    assert coated.used("hydrogen") == pytest.approx(0.004 * bench.of({"Nd2Fe14B": 1.0, "Dy": 0.05}).sum())


def test_a_coat_that_is_a_part_of_its_own(bench) -> None:
    feed, rows = bench.rows({"bulk": {"Nd2Fe14B": 1.0, "Ni": 0.01}, "coat": {"Ni": 0.1, "Cu": 0.05}})
    done = bench.run("hydrogen_recycling", KEYS, feed, parts={"feed": rows})
    assert done.kmol("powder", "Ni") == pytest.approx(0.009)
    assert done.kmol("residue", "Cu") == pytest.approx(0.05)


def test_oxygen_is_picked_up(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("hydrogen_recycling", KEYS | {"oxygen": "300 ppm"}, feed)
    assert done.kg("powder", "O") == pytest.approx(300e-6 * 0.9 * feed.sum())


@settings(max_examples=50, deadline=None)
@given(
    hydrogen=st.floats(0.0, 0.02),
    retained=st.floats(0.0, 1.0),
    recovery=st.floats(0.0, 1.0),
    uncoated=st.floats(0.0, 1.0),
    oxygen=st.floats(0.0, 0.02),
)
def test_closes(bench, **values) -> None:
    changes = {key: np.array([value]) for key, value in values.items()}
    done = bench.run("hydrogen_recycling", {}, bench.of(OLD | {"H2": 0.1}), changes=changes)
    assert done.kg("offgas") == done.kg("offgas", "H")


def test_idle_and_samples(bench) -> None:
    feed, other = bench.of(OLD), bench.of({"Nd2Fe14B": 0.3, "C": 0.1})
    bench.idle("hydrogen_recycling", {}, feed)
    bench.alike("hydrogen_recycling", {}, feed, other, {"recovery": (0.9, 1 / 3), "hydrogen": (0.004, 0.0033)})


def test_words_of_the_file(bench) -> None:
    with pytest.raises(ValidationError, match="hydrogen"):
        bench.parameters("hydrogen_recycling", {"hydrogen": "5 %"}, ["feed"])
