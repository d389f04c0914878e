"""Sintering of SmCo5: gases, blanks and rejects of one composition; phases, grade, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import INDEX
from didymium.operations.base import OperationError

KEYS = {"powder_size": "4.5 um", "alignment": "0.9", "green_density": "60 %"}
FEED = {"SmCo5": 8.5, "Sm2Co7": 0.7, "Sm2O3": 0.1, "C": 0.1, "H2": 0.05, "Zn": 0.01}
CHANGES = {"temperature": (1135.0, 1125.0), "recovery": (0.97, 1 / 3), "evaporation": (0.003, 0.01)}


def test_gases_and_blanks_by_hand(bench) -> None:
    # 8.5 + 2 x 0.7 + 2 x 0.1 = 10.1 kmol Sm, 0.3 % of it evaporates.
    keys = KEYS | {"recovery": "97 %", "degassing": "90 %", "evaporation": "0.3 %", "electricity": "2.4 kWh/kg"}
    feed = bench.of(FEED)
    done = bench.run("smco5_sintering", keys, feed)
    assert done.kmol("furnace_gas", "Sm") == pytest.approx(0.003 * 10.1)
    assert done.kmol("furnace_gas", "H") == pytest.approx(0.1)
    assert done.kmol("furnace_gas", "C") == pytest.approx(0.09)
    assert done.kmol("furnace_gas", "O") == 0.0
    assert done.kmol("blanks", "Co") == pytest.approx(0.97 * (42.5 + 4.9))
    assert np.allclose(done.outlets["rejects"] * 97, done.outlets["blanks"] * 3, rtol=1e-12)
    assert done.used("electricity") == pytest.approx(2.4 * feed.sum())
    # 0.5 h of sintering, 3 h of anneal; 1115 K up at 4 K/min, 1035 K down at 10.
    assert done.size("furnace") == pytest.approx(feed.sum() * (3.5 + 1115 / 240 + 1035 / 600))


def test_phases_and_properties_are_told(bench) -> None:
    done = bench.run("smco5_sintering", KEYS, bench.of(FEED))
    shares = dict(zip(done.details["phase_names"], done.details["phases"][0], strict=True))
    assert shares["SmCo5"] > 0.8
    assert shares["Sm2Co17"] == 0.0 < shares["Sm2Co7"] < 0.2
    assert sum(shares.values()) == pytest.approx(1.0)
    made = done.details
    assert made["Br_T"][0] == done.details["Br_T"][0] == pytest.approx(0.92, abs=0.03)
    assert done.details["grade"] == ["RECo5-18S"]
    said = done.outcome.traits["blanks"]
    assert said["relative_density"][0] == pytest.approx(0.971, abs=1e-3)
    assert said["grain_um"][0] == pytest.approx(8.1)
    assert 0.9 < said["annealing"][0] < 1.0


def test_traits_of_the_compacts_are_used(bench) -> None:
    traits = {"feed": {"powder_um": [4.5], "alignment": [0.9], "green_density": [0.6]}}
    traits = {"feed": {name: np.array(value) for name, value in traits["feed"].items()}}
    brought = bench.run("smco5_sintering", {}, bench.of(FEED), traits=traits)
    given_ = bench.run("smco5_sintering", KEYS, bench.of(FEED))
    assert brought.details["Br_T"][0] == given_.details["Br_T"][0]
    with pytest.raises(
        OperationError,
        match="does not know the powder size of the compacts; feed it from jet_milling, or give powder_size",
    ) as caught:
        bench.run("smco5_sintering", {}, bench.of(FEED))
    assert caught.value.key == "powder_size"


def test_sintering_above_melting_is_refused_where_written(bench) -> None:
    with pytest.raises(ValidationError, match="1300 degC melts the compacts: SmCo5 magnets begin to at 1240 degC"):
        bench.parameters("smco5_sintering", KEYS | {"temperature": "1300 degC"}, ["feed"])
    with pytest.raises(OperationError, match="1250 degC melts the compacts") as caught:
        bench.run("smco5_sintering", KEYS, bench.of(FEED), changes={"temperature": np.array([1250.0])})
    assert caught.value.key == "temperature"


@pytest.mark.parametrize(
    ("feed", "words"),
    [
        ({"SmCo5": 8.0, "Sm2O3": 0.5, "O2": 0.8}, "is Sm2Co17, and the coercivity of SmCo5 is lost above 5%"),
        ({"SmCo5": 2.0, "Sm2Co7": 3.0}, "is Sm2Co7, beyond 25%; lower Sm"),
        ({"Fe": 10.0}, "hold no samarium, or no cobalt"),
    ],
)
def test_alloys_that_make_no_magnet_are_refused(bench, feed, words) -> None:
    with pytest.raises(OperationError, match=words):
        bench.run("smco5_sintering", KEYS, bench.of(feed))


@settings(max_examples=40, deadline=None)
@given(
    recovery=st.floats(0.0, 1.0),
    degassing=st.floats(0.0, 1.0),
    evaporation=st.floats(0.0, 0.02),
    oxygen=st.floats(0.0, 0.15),
)
def test_closes(bench, recovery, degassing, evaporation, oxygen) -> None:
    changes = {"recovery": recovery, "degassing": degassing, "evaporation": evaporation}
    feed = bench.of(FEED | {"Sm2O3": oxygen})
    done = bench.run("smco5_sintering", KEYS, feed, changes={key: np.array([x]) for key, x in changes.items()})
    assert done.outlets["blanks"][0, INDEX["H"]] == 0.0


def test_idle_and_samples(bench) -> None:
    feed = bench.of(FEED)
    bench.idle("smco5_sintering", KEYS, feed)
    other = bench.of({"SmCo5": 0.85, "Sm2Co7": 0.08, "Sm2O3": 0.02, "C": 0.01})
    bench.alike("smco5_sintering", KEYS, feed, other, CHANGES)


def test_what_is_no_smco5_is_refused(bench) -> None:
    for more, words in (({"Fe": 7.0}, "of Fe is outside"), ({"Co": 47.4, "B": 6.0}, "of other elements is outside")):
        with pytest.raises(OperationError, match=words) as caught:
            bench.run("smco5_sintering", KEYS, bench.of({"Sm": 10.1, "Co": 40.4, "O": 0.3} | more))
        assert caught.value.key == "feed"


def test_a_hold_that_sinters_nothing_is_refused_where_written(bench) -> None:
    with pytest.raises(ValidationError, match=r"1000 degC does not sinter the compacts: SmCo5 magnets .*; raise it"):
        bench.parameters("smco5_sintering", KEYS | {"temperature": "1000 degC"}, ["feed"])
    with pytest.raises(OperationError, match=r"990 degC does not sinter the compacts.*; raise temperature") as caught:
        bench.run("smco5_sintering", KEYS, bench.of(FEED), changes={"temperature": np.array([990.0])})
    assert caught.value.key == "temperature"


def test_samples_that_do_not_say_their_powder(bench) -> None:
    feed = bench.of(FEED)
    traits = {"feed": {"powder_um": np.array([4.5, np.nan])}}
    keys = {"alignment": "0.9", "green_density": "60 %"}
    with pytest.raises(OperationError, match="does not know the powder size") as caught:
        bench.run("smco5_sintering", keys, np.concatenate([feed, feed]), traits=traits)
    assert caught.value.sample == 1
    done = bench.run("smco5_sintering", keys, np.concatenate([feed, 0 * feed]), traits=traits)
    assert np.isfinite(done.details["Br_T"][0])
