"""Magnet collection: what is got out, what burns, what comes off with the coat."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.operations.oxidative_roast import AIR_OXYGEN

WHOLE = {"collected": "100 %", "uncoated": "100 %", "skin": "0 %", "oxygen": "0 ppm", "electricity": "0 kWh/kg"}
OLD = {"Nd2Fe14B": 1.0, "Dy": 0.05, "Ni": 0.1, "Cu": 0.05, "C21H24O4": 0.02}


def test_glue_burns_and_nickel_comes_off(bench) -> None:
    # 0.02 kmol epoxy: 0.42 CO2, 0.24 H2O, 0.96 O. Its own oxygen is not told from the magnets' and stays.
    done = bench.run("magnet_collection", WHOLE, bench.of(OLD))
    assert done.kmol("offgas", "C") == pytest.approx(0.42)
    assert done.kmol("offgas", "O") == pytest.approx(0.84 + 0.24)
    assert done.used("air") * AIR_OXYGEN / 15.999 == pytest.approx(1.08, rel=1e-4)
    assert done.kmol("residue", "Ni") == pytest.approx(0.1)
    assert done.kg("magnets", "Ni", "C", "H") == 0.0
    assert done.kmol("magnets", "Nd") == pytest.approx(2.0)
    assert done.kmol("magnets", "Cu") == pytest.approx(0.05)
    assert done.kg("uncollected") == 0.0
    done.gas("offgas")


def test_a_coat_that_is_a_part_of_its_own(bench) -> None:
    parts = {"bulk": {"Nd2Fe14B": 1.0, "Cu": 0.01}, "diffused": {"Tb": 0.01}, "coat": {"Ni": 0.1, "Cu": 0.05}}
    feed, rows = bench.rows(parts)
    keys = WHOLE | {"uncoated": "90 %"}
    done = bench.run("magnet_collection", keys, feed, parts={"feed": rows})
    # All of the coat alike, and none of the magnet's own copper.
    assert done.kmol("residue", "Cu") == pytest.approx(0.045)
    assert done.kmol("residue", "Ni") == pytest.approx(0.09)
    assert done.kmol("magnets", "Cu") == pytest.approx(0.015)
    assert done.kmol("magnets", "Tb") == pytest.approx(0.01)


def test_what_is_not_got_out_is_lost(bench) -> None:
    feed = bench.of(OLD)
    done = bench.run("magnet_collection", {"collected": "85 %", "skin": "1 %"}, feed)
    assert done.kg("uncollected") == pytest.approx(0.15 * feed.sum())
    assert done.kmol("magnets", "Nd") == pytest.approx(2 * 0.85 * 0.99)
    assert done.kmol("residue", "Nd") == pytest.approx(2 * 0.85 * 0.01)


def test_heat(bench) -> None:
    # 0.46 kJ/(kg K) * 330 K / 40 %: 0.3795 MJ, 0.1054 kWh per kg.
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("magnet_collection", WHOLE, feed)
    assert done.used("electricity") == pytest.approx(0.105417 * feed.sum(), rel=1e-5)
    cold = bench.run("magnet_collection", WHOLE | {"demagnetising": "none", "oxygen": "500 ppm"}, feed)
    assert cold.used("electricity") == 0.0
    assert cold.used("air") == 0.0


def test_without_heat_glue_leaves_with_the_coat(bench) -> None:
    done = bench.run("magnet_collection", WHOLE | {"demagnetising": "none"}, bench.of(OLD))
    assert done.kmol("residue", "C") == pytest.approx(0.42)
    assert done.kg("offgas") == 0.0


def test_oxygen_is_picked_up(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("magnet_collection", WHOLE | {"oxygen": "500 ppm", "skin": "2 %"}, feed)
    assert done.kg("magnets", "O") == pytest.approx(0.98 * 500e-6 * feed.sum())
    assert done.kg("residue", "O") == pytest.approx(0.02 * 500e-6 * feed.sum())


@settings(max_examples=50, deadline=None)
@given(
    demagnetising=st.sampled_from(["heat", "none"]),
    collected=st.floats(0.0, 1.0),
    uncoated=st.floats(0.0, 1.0),
    skin=st.floats(0.0, 1.0),
    oxygen=st.floats(0.0, 0.05),
    glue=st.one_of(st.just(0.0), st.floats(1e-6, 1.0)),
)
def test_closes(bench, demagnetising, glue, **values) -> None:
    changes = {key: np.array([value]) for key, value in values.items()}
    feed = bench.of(OLD | {"C21H24O4": glue, "Nd2O3": 0.1})
    done = bench.run("magnet_collection", {"demagnetising": demagnetising}, feed, changes=changes)
    done.gas("offgas")


def test_idle_and_samples(bench) -> None:
    feed, other = bench.of(OLD), bench.of({"Nd2Fe14B": 0.3, "C": 0.1})
    bench.idle("magnet_collection", {}, feed)
    bench.alike("magnet_collection", {}, feed, other, {"collected": (0.9, 1 / 3), "temperature": (340.0, 380.0)})


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"temperature": "250 °C"}, "310"),
        ({"demagnetising": "hammer"}, "heat"),
        ({"coat_elements": ["Nix"]}, "unknown element or group 'Nix'"),
    ],
)
def test_words_of_the_file(bench, keys, words) -> None:
    with pytest.raises(ValidationError, match=words):
        bench.parameters("magnet_collection", keys, ["feed"])


def test_line_and_furnace(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("magnet_collection", {"collected": "85 %"}, feed)
    assert done.size("dismantling line") == pytest.approx(feed.sum())
    assert done.size("demagnetising furnace") == pytest.approx(0.85 * feed.sum())
    cold = bench.run("magnet_collection", {"demagnetising": "none"}, feed)
    assert [size.item for size in cold.outcome.sizes] == ["dismantling line"]
