"""Nitride compaction: powder and binder to magnets that are told as measured; heat that destroys them is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import INDEX
from didymium.operations.base import OperationError

KEYS = {"ordered": "100 %"}
FEED = {"Fe16N2": 1.0, "Fe": 4.0, "FeO": 0.3}


def test_by_hand(bench) -> None:
    keys = KEYS | {"binder": "0.025 kg/kg", "recovery": "96 %", "temperature": "125 degC", "heat_efficiency": "50 %"}
    feed = bench.of(FEED)
    mass = feed.sum()
    done = bench.run("nitride_compaction", keys, feed)
    assert done.used("epoxy") == pytest.approx(0.025 * mass)
    assert done.kg("magnets") == pytest.approx(0.96 * 1.025 * mass)
    assert done.used("heat") == pytest.approx(0.7e-3 * 1.025 * mass * 100.0 / 0.5)
    shares = dict(zip(done.details["phase_names"], done.details["phases"][0], strict=True))
    assert shares["binder"] == pytest.approx(0.025 / 1.025)
    assert shares["Fe16N2"] == pytest.approx(921.53 / mass / 1.025, rel=1e-3)


def test_no_grade_is_reached_and_that_is_said(bench) -> None:
    done = bench.run("nitride_compaction", KEYS, bench.of(FEED))
    assert done.details["grade"] == ["below every grade"]
    assert done.details["limiting"] == ["Hcj"]
    made = done.details
    # Near ferrite, a tenth of Nd-Fe-B.
    assert 5.0 < made["BHmax_kJ_m3"][0] < 40.0
    assert made["Hcj_kA_m"][0] < 100.0


def test_the_trait_of_the_powder_is_used(bench) -> None:
    brought = bench.run("nitride_compaction", {}, bench.of(FEED), traits={"feed": {"ordered_nitride": np.array([0.5])}})
    stated = bench.run("nitride_compaction", {"ordered": "50 %"}, bench.of(FEED))
    assert np.array_equal(brought.details["phases"], stated.details["phases"])
    assert brought.outcome.traits["magnets"]["ordered_nitride"][0] == 0.5
    with pytest.raises(
        OperationError, match=r"does not know how much of the nitrogen is in Fe16N2; feed .*give ordered"
    ):
        bench.run("nitride_compaction", {}, bench.of(FEED))


def test_heat_that_destroys_is_refused(bench) -> None:
    with pytest.raises(
        ValidationError, match="250 degC destroys the magnet: Fe16N2 keeps to 190 degC and has decomposed"
    ):
        bench.parameters("nitride_compaction", KEYS | {"temperature": "250 degC"}, ["feed"])
    bench.parameters("nitride_compaction", KEYS | {"temperature": "200 degC"}, ["feed"])
    with pytest.raises(OperationError, match="210 degC destroys the magnet") as caught:
        bench.run("nitride_compaction", KEYS, bench.of(FEED), changes={"temperature": np.array([210.0])})
    assert caught.value.key == "temperature"


def test_powder_without_nitride_is_refused(bench) -> None:
    with pytest.raises(OperationError, match="holds no Fe16N2"):
        bench.run("nitride_compaction", KEYS, bench.of({"Fe": 1.0}))


@settings(max_examples=40, deadline=None)
@given(binder=st.floats(0.0, 0.3), recovery=st.floats(0.0, 1.0), ordered=st.floats(0.01, 1.0))
def test_closes(bench, binder, recovery, ordered) -> None:
    changes = {"binder": binder, "recovery": recovery, "ordered": ordered}
    done = bench.run(
        "nitride_compaction", KEYS, bench.of(FEED), changes={key: np.array([x]) for key, x in changes.items()}
    )
    magnets, rejects = (done.outlets[name][0, INDEX["C"]] for name in ("magnets", "rejects"))
    assert magnets * (1.0 - recovery) == pytest.approx(rejects * recovery, rel=1e-9, abs=1e-12)


def test_idle_and_samples(bench) -> None:
    feed = bench.of(FEED)
    bench.idle("nitride_compaction", KEYS, feed)
    changes = {"temperature": (150.0, 101.0), "density": (0.8, 0.71), "recovery": (0.97, 1 / 3), "ordered": (0.9, 0.4)}
    bench.alike("nitride_compaction", KEYS, feed, bench.of({"Fe16N2": 0.3, "Fe": 2.0}), changes)


def test_samples_that_do_not_say_their_order(bench) -> None:
    both = np.repeat(bench.of(FEED), 2, axis=0)
    traits = {"feed": {"ordered_nitride": np.array([0.5, np.nan])}}
    with pytest.raises(OperationError, match="does not know how much of the nitrogen") as caught:
        bench.run("nitride_compaction", {}, both, traits=traits)
    assert caught.value.sample == 1
    done = bench.run("nitride_compaction", {}, both * np.array([1.0, 0.0])[:, None, None], traits=traits)
    assert done.outcome.traits["magnets"]["ordered_nitride"].tolist() == [0.5, 1.0]
