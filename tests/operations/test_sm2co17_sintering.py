"""Sintering of Sm2Co17: the heat treatment, phases and grade, and what is refused."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.operations.base import OperationError

KEYS = {"powder_size": "4.5 um", "alignment": "0.95", "green_density": "60 %"}
# 25.7 % Sm, 48.2 % Co, 18.5 % Fe, 5 % Cu, 2.5 % Zr with 0.25 % O, in kmol per 100 kg.
FEED = {"Sm": 0.1709, "Co": 0.8179, "Fe": 0.3313, "Cu": 0.0787, "Zr": 0.0274, "O": 0.0156, "C": 0.003, "H2": 0.002}


def test_blanks_by_hand(bench) -> None:
    keys = KEYS | {"recovery": "96 %", "evaporation": "0.5 %", "electricity": "4 kWh/kg"}
    feed = bench.of(FEED)
    done = bench.run("sm2co17_sintering", keys, feed)
    assert done.kmol("furnace_gas", "Sm") == pytest.approx(0.005 * 0.1709)
    assert done.kmol("blanks", "Sm") == pytest.approx(0.96 * 0.995 * 0.1709)
    assert done.kmol("blanks", "Cu") == pytest.approx(0.96 * 0.0787)
    assert done.kmol("blanks", "H") == 0.0
    assert done.used("electricity") == pytest.approx(4.0 * feed.sum())
    # 1 h of sintering, 4 h of solution, 12 h of ageing, 430 K at 0.75 K/min: 9.56 h. Ramps: 1185 K at 4 K/min 4.94 h,
    # 730 K at 8 K/min 1.52 h, 25 + 1080 + 300 K at 10 K/min 2.34 h.
    hours = 17.0 + 430 / 45 + 1185 / 240 + 730 / 480 + 1405 / 600
    assert done.size("furnace") == pytest.approx(hours * feed.sum())
    quick = bench.run("sm2co17_sintering", keys | {"cooling": "1.5 K/min"}, feed)
    assert done.size("furnace") - quick.size("furnace") == pytest.approx(430 / 90 * feed.sum())
    sizes = {size.item: size.follows for size in done.outcome.sizes}
    assert set(sizes["furnace"]) == {
        *("temperature", "time", "solution", "solution_time", "ageing", "ageing_time", "cooling")
    }


def test_a_usual_alloy_reaches_its_grade(bench) -> None:
    done = bench.run("sm2co17_sintering", KEYS | {"ageing_time": "16 h", "cooling": "0.7 K/min"}, bench.of(FEED))
    shares = dict(zip(done.details["phase_names"], done.details["phases"][0], strict=True))
    assert 0.5 < shares["Sm2Co17"] < 0.75
    assert 0.15 < shares["SmCo5"] < 0.4
    assert done.details["grade"][0] in ("YXG28H", "YXG30H", "XGS30H")
    # 6.27 kg Sm to a kg O, on 100 kg of compacts, 0.3 % evaporated and some carbide.
    assert done.details["effective_samarium"][0] == pytest.approx(0.257 * 0.997 - 0.0627 * 0.25, abs=2e-3)


@pytest.mark.parametrize(
    ("keys", "least"),
    [({"cooling": "20 K/min"}, 0.4), ({"ageing": "700 degC"}, 0.4), ({"solution_time": "0.2 h"}, 0.4)],
)
def test_a_treatment_cut_short_costs_coercivity(bench, keys, least) -> None:
    whole = bench.run("sm2co17_sintering", KEYS, bench.of(FEED))
    cut = bench.run("sm2co17_sintering", KEYS | keys, bench.of(FEED))
    assert cut.details["Hcj_kA_m"][0] < least * whole.details["Hcj_kA_m"][0]
    assert cut.details["Br_T"][0] == whole.details["Br_T"][0]
    assert cut.details["grade"] == ["below YXG24H"]
    assert cut.details["limiting"] == ["Hcj"]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"temperature": "1235 degC"}, "1235 degC melts the compacts: Sm2Co17 magnets begin to at 1230 degC"),
        (
            {"temperature": "1000 degC"},
            "1000 degC does not sinter the compacts: Sm2Co17 magnets .* 1200 degC.*; raise it",
        ),
        ({"solution": "1215 degC"}, "solution at 1215 degC is not below temperature at 1205 degC; lower solution"),
        ({"ageing": "1185 degC"}, "ageing at 1185 degC is not below solution at 1180 degC; lower ageing"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_where_written(bench, keys, words) -> None:
    with pytest.raises(ValidationError, match=words):
        bench.parameters("sm2co17_sintering", KEYS | keys, ["feed"])


def test_sampled_schedules_are_refused_too(bench) -> None:
    for key, value in (("temperature", 1231.0), ("solution", 1206.0)):
        with pytest.raises(OperationError) as caught:
            bench.run("sm2co17_sintering", KEYS, bench.of(FEED), changes={key: np.array([value])})
        assert caught.value.key == key


def test_too_little_and_too_much_samarium(bench) -> None:
    with pytest.raises(OperationError, match="too little for the cell walls that pin; raise Sm"):
        bench.run("sm2co17_sintering", KEYS, bench.of(FEED | {"Sm": 0.145}))
    with pytest.raises(OperationError, match=r"which is no 2:17 magnet; lower Sm"):
        bench.run("sm2co17_sintering", KEYS, bench.of(FEED | {"Sm": 0.25}))


@settings(max_examples=40, deadline=None)
@example(recovery=0.0, evaporation=0.0, oxygen=5e-324)
@given(recovery=st.floats(0.0, 1.0), evaporation=st.floats(0.0, 0.01), oxygen=st.floats(0.0, 0.02))
def test_closes(bench, recovery, evaporation, oxygen) -> None:
    changes = {"recovery": np.array([recovery]), "evaporation": np.array([evaporation])}
    bench.run("sm2co17_sintering", KEYS, bench.of(FEED | {"O": oxygen}), changes=changes)


def test_idle_and_samples(bench) -> None:
    feed = bench.of(FEED)
    bench.idle("sm2co17_sintering", KEYS, feed)
    changes = {"temperature": (1205.0, 1200.0), "cooling": (0.7, 1.3), "recovery": (0.97, 1 / 3)}
    bench.alike("sm2co17_sintering", KEYS, feed, bench.of(FEED | {"Fe": 0.2, "Co": 0.95}), changes)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"Fe": 0.9, "Co": 0.25}, r"of Fe is outside the 0 to 28 %.*; lower Fe"),
        ({"Cu": 0.47, "Co": 0.43}, r"of Cu is outside the 2 to 10 %.*; lower Cu"),
        ({"Cu": 0.02, "Co": 0.87}, r"of Cu is outside the 2 to 10 %.*; raise Cu"),
        ({"B": 0.11}, r"of other elements is outside the 0 to 1 %.*; clean the feed"),
    ],
)
def test_what_is_no_alloy_of_the_family_is_refused(bench, changed, words) -> None:
    with pytest.raises(OperationError, match=words) as caught:
        bench.run("sm2co17_sintering", KEYS, bench.of(FEED | changed))
    assert caught.value.key == "feed"
