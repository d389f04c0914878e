"""Mixer: streams add up."""

import numpy as np
import pytest
from pydantic import ValidationError


def test_streams_add_up(bench) -> None:
    first, second = bench.of({"NdCl3": 1.0}), bench.of({"H2O": 3.0})
    done = bench.run("mixer", {}, {"feeds.0": first, "feeds.1": second})
    assert np.allclose(done.outlets["mixed"], (first + second)[:, 0], rtol=1e-15)
    assert not done.outcome.lines


def test_ores_keep_their_parts(bench) -> None:
    done = bench.run("mixer", {}, {"feeds.0": bench.ore(), "feeds.1": bench.ore()})
    assert np.allclose(done.parts["mixed"], 2.0 * bench.ore(), rtol=1e-15)


def test_ore_and_water_lose_their_parts(bench) -> None:
    done = bench.run("mixer", {}, {"feeds.0": bench.ore(), "feeds.1": bench.of({"H2O": 3.0})})
    assert done.parts["mixed"].shape == (1, 1, done.entering.shape[1])


def test_idle_and_samples(bench) -> None:
    one = {"feeds.0": bench.of({"NdCl3": 1.0}), "feeds.1": bench.of({"H2O": 3.0})}
    bench.idle("mixer", {}, one)
    bench.alike("mixer", {}, one, {"feeds.0": bench.of({"LaCl3": 1.7}), "feeds.1": bench.of({"HCl": 0.1})}, {})


def test_something_must_be_mixed(bench) -> None:
    with pytest.raises(ValidationError, match=r"feeds"):
        bench.parameters("mixer", {"feeds": []}, [])
