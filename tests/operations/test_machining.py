"""Machining: magnets, rejects and swarf of the blanks' composition; yields by shape; coolant on the swarf."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import molar_mass
from didymium.operations.base import OperationError
from didymium.traits import AREA, GRAIN, THICKNESS

KEYS = {"recovery": "70 %", "electricity": "1.4 kWh/kg"}
DRY = {"oil": "0 %", "water": "0 %", "oxidation": "0 %"}


def shape(length: float, width: float, thickness: float) -> dict[str, str]:
    return {"length": f"{length} mm", "width": f"{width} mm", "thickness": f"{thickness} mm"}


def material_yield(bench, keys) -> float:
    done = bench.run("machining", DRY | keys, bench.of({"Nd2Fe14B": 1.0}))
    return done.kg("magnets") / done.entering.sum()


def test_yield_that_is_given(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("machining", KEYS | DRY, feed)
    assert done.kg("magnets") == pytest.approx(0.7 * feed.sum())
    assert done.kg("swarf") == pytest.approx(0.3 * feed.sum())
    assert done.kg("rejects") == 0.0
    assert done.kg("offgas") == 0.0
    # Per kg of finished magnet, not of blanks.
    assert done.used("electricity") == pytest.approx(1.4 * 0.7 * feed.sum())


def test_yield_by_shape(bench) -> None:
    # Two by ten magnets of 40 x 20 x 5 mm: 0.3 mm off each face, cuts of 0.3 mm, 1 mm off each side of the blank.
    # The blank is 40.6 + 2 = 42.6 by 2 * 20.6 + 0.3 + 2 = 43.5 by 10 * 5.6 + 9 * 0.3 + 2 = 60.7 mm.
    expected = 40 * 40 * 50 / (42.6 * 43.5 * 60.7)
    assert expected == pytest.approx(0.7112, abs=1e-4)
    done = bench.run("machining", DRY, bench.of({"Nd2Fe14B": 1.0}))
    assert done.details["material_yield"][0] == pytest.approx(expected)
    assert done.kg("magnets") == pytest.approx(expected * done.entering.sum())
    # One cut across the width and nine across the thickness of each blank, at 7500 kg/m3.
    blanks = done.entering.sum() / (7500 * 42.6e-3 * 43.5e-3 * 60.7e-3)
    assert done.size("saw") == pytest.approx(blanks * (42.6 * 60.7 + 9 * 42.6 * 43.5) * 1e-6)


def test_small_magnets_give_the_published_yields(bench) -> None:
    """60 to 75 % (sprecher2014); 21,579 t of magnets from about 32,000 t of blanks, 67 % (jlmag2024)."""
    found = [
        material_yield(bench, {"shape": shape(*size), "pieces": dict(zip(shape(0, 0, 0), count, strict=True))})
        for size, count in (
            ((40, 20, 5), (1, 2, 10)),
            ((30, 15, 4), (1, 3, 12)),
            ((20, 10, 3), (2, 4, 15)),
            ((25, 12, 3), (2, 3, 12)),
            ((20, 12, 5), (2, 3, 8)),
            ((50, 18, 6), (1, 2, 8)),
        )
    ]
    assert min(found) > 0.60
    assert max(found) < 0.75
    assert np.mean(found) == pytest.approx(0.67, abs=0.01)


def test_finer_cuts_and_thicker_magnets_waste_less(bench) -> None:
    plain = material_yield(bench, {})
    assert material_yield(bench, {"kerf": "0.2 mm"}) > plain
    assert material_yield(bench, {"grinding_allowance": "0.1 mm"}) > plain
    assert material_yield(bench, {"trim": "0.5 mm"}) > plain
    assert (
        material_yield(bench, {"shape": shape(40, 20, 8)}) > plain > material_yield(bench, {"shape": shape(40, 20, 2)})
    )


def test_a_blank_that_is_given(bench) -> None:
    # One along (40.6 of 43 mm), two across ((43 + 0.3) / 20.9 = 2.07), eleven up ((68 + 0.3) / 5.9 = 11.6).
    done = bench.run("machining", DRY | {"blank": shape(45, 45, 70)}, bench.of({"Nd2Fe14B": 1.0}))
    whole = 45 * 45 * 70
    assert done.kg("magnets") / done.entering.sum() == pytest.approx(40 * 20 * 5 * 22 / whole)
    # Sawn: 40.6 + 2 + 0.3, 2 * 20.6 + 0.3 + 2 + 0.3 and 11 * 5.6 + 10 * 0.3 + 2 + 0.3; the rest is solid.
    used = 42.9 * 43.8 * 66.9
    assert done.kg("rejects") / done.entering.sum() == pytest.approx(1 - used / whole)


def test_a_blank_that_just_fits_gives_what_its_pieces_give(bench) -> None:
    fitting = {"blank": shape(42.6, 43.5, 60.7)}
    assert material_yield(bench, fitting) == pytest.approx(material_yield(bench, {}))


def test_a_blank_too_small(bench) -> None:
    with pytest.raises(OperationError, match=r"a blank of 30 mm length holds no magnet that takes 42.6 mm") as caught:
        bench.run("machining", {"blank": shape(30, 45, 60)}, bench.of({"Nd2Fe14B": 1.0}))
    assert caught.value.key == "blank.length"


def test_rejects_are_clean_scrap(bench) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("machining", KEYS | {"rejects": "2 %"}, feed)
    # 70 % are sound; 2 % of what is shaped is not.
    assert done.kg("magnets") == pytest.approx(0.7 * feed.sum())
    assert done.kg("rejects") == pytest.approx(0.7 * 0.02 / 0.98 * feed.sum())
    assert done.used("electricity") == pytest.approx(1.4 * 0.7 / 0.98 * feed.sum())
    share = done.outlets["rejects"][0] / done.kg("rejects")
    assert np.allclose(share, feed[0, 0] / feed.sum(), rtol=1e-12)


def test_more_than_all_cannot_be_sound(bench) -> None:
    keys = {"recovery": "99 %", "rejects": "3 %"}
    with pytest.raises(OperationError, match=r"0.99 of the blanks cannot be sound magnets where 0.03") as caught:
        bench.run("machining", keys, bench.of({"Nd2Fe14B": 1.0}))
    assert caught.value.key == "recovery"


def test_coolant_on_the_swarf(bench) -> None:
    # 1 kmol Nd2Fe14B, 30 % of it swarf with 3 % oil and 20 % water; of its 0.6 kmol Nd a tenth turns to Nd(OH)3:
    # 0.06 Nd take 0.18 H2O and give 0.09 H2.
    feed = bench.of({"Nd2Fe14B": 1.0})
    done = bench.run("machining", KEYS | {"oil": "3 %", "water": "20 %", "oxidation": "10 %"}, feed)
    swarf = 0.3 * feed.sum()
    assert done.used("cutting_oil") == pytest.approx(0.03 * swarf)
    assert done.used("water") == pytest.approx(0.2 * swarf + 0.18 * molar_mass("H2O"))
    assert done.kmol("offgas", "H") == pytest.approx(0.18)
    assert done.kmol("swarf", "C") == pytest.approx(0.03 * swarf / molar_mass("C16H34") * 16)
    assert done.kmol("swarf", "O") == pytest.approx(0.2 * swarf / molar_mass("H2O") + 0.18)
    assert done.kg("magnets", "O", "C", "H") == 0.0


def test_the_shape_goes_with_the_magnets(bench) -> None:
    traits = {"feed": {GRAIN: np.array([5.0])}}
    done = bench.run("machining", {"shape": shape(40, 4, 20)}, bench.of({"Nd2Fe14B": 1.0}), traits=traits)
    said = done.outcome.traits["magnets"]
    assert said[GRAIN][0] == 5.0
    assert said[THICKNESS][0] == 4.0
    # 2 (40 * 4 + 40 * 20 + 4 * 20) mm2 on 3200 mm3 of 7.5 g/cm3.
    assert said[AREA][0] == pytest.approx(2 * 1040e-6 / (3200e-9 * 7500))
    # 0.068 m2/kg is published (sprecher2014).
    plain = bench.run("machining", {}, bench.of({"Nd2Fe14B": 1.0})).outcome.traits["magnets"]
    assert plain[AREA][0] == pytest.approx(0.068, rel=0.1)


def test_parts_of_the_blanks_stay_apart_in_the_magnets(bench) -> None:
    feed, rows = bench.rows({"bulk": {"Nd2Fe14B": 1.0}, "diffused": {"Tb": 0.01}})
    done = bench.run("machining", KEYS, feed, parts={"feed": rows})
    assert done.parts["magnets"].shape[1] == 2
    assert np.allclose(done.parts["magnets"], 0.7 * feed, rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    recovery=st.floats(0.0, 0.9),
    rejects=st.floats(0.0, 0.1),
    oil=st.floats(0.0, 2.0),
    water=st.floats(0.0, 5.0),
    oxidation=st.floats(0.0, 1.0),
)
def test_closes(bench, recovery, rejects, oil, water, oxidation) -> None:
    feed = bench.of({"Nd2Fe14B": 1.0, "Nd2O3": 0.1, "C": 0.01, "H2": 0.01})
    changes = {"recovery": recovery, "rejects": rejects, "oil": oil, "water": water, "oxidation": oxidation}
    bench.run("machining", KEYS, feed, changes={key: np.array([value]) for key, value in changes.items()})


@settings(max_examples=40, deadline=None)
@given(
    sides=st.tuples(*[st.floats(0.5, 80.0)] * 3),
    kerf=st.floats(0.0, 2.0),
    allowance=st.floats(0.0, 2.0),
    trim=st.floats(0.0, 5.0),
)
def test_closes_by_shape(bench, sides, kerf, allowance, trim) -> None:
    changes = dict(zip(("shape.length", "shape.width", "shape.thickness"), sides, strict=True))
    changes |= {"kerf": kerf, "grinding_allowance": allowance, "trim": trim}
    values = {key: np.array([value]) for key, value in changes.items()}
    bench.run("machining", {}, bench.of({"Nd2Fe14B": 1.0}), changes=values)
    bench.run("machining", {"blank": shape(100, 100, 100)}, bench.of({"Nd2Fe14B": 1.0}), changes=values)


def test_idle_and_samples(bench) -> None:
    feed, other = bench.of({"Nd2Fe14B": 1.0}), bench.of({"Nd2Fe14B": 0.3, "C": 0.1})
    bench.idle("machining", {}, feed)
    bench.idle("machining", KEYS, feed)
    bench.alike("machining", KEYS, feed, other, {"recovery": (0.7, 1 / 3)})
    bench.alike("machining", {}, feed, other, {"kerf": (0.3, 0.25), "shape.thickness": (5.0, 3.3)})
    bench.alike("machining", {"blank": shape(50, 50, 70)}, feed, other, {"shape.width": (20.0, 13.0)})


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"shape": {"length": "40 mm", "width": "20 mm"}}, "thickness"),
        ({"shape": shape(40, 20, 0)}, "0.1"),
        ({"pieces": {"width": 0}}, "greater than or equal to 1"),
        ({"kerf": "-1 mm"}, "kerf"),
        ({"rejects": "120 %"}, "rejects"),
    ],
)
def test_words_of_the_file(bench, keys, words) -> None:
    with pytest.raises(ValidationError, match=words):
        bench.parameters("machining", keys, ["feed"])


def test_diffused_magnets_are_not_cut_again(bench) -> None:
    gain = {"feed": {"diffusion_gain_kA_m": np.array([0.0, 500.0])}}
    feed = np.concatenate([bench.of({"Nd2Fe14B": 1.0})] * 2)
    with pytest.raises(OperationError, match="diffused already: cutting takes away the faces") as caught:
        bench.run("machining", {}, feed, traits=gain)
    assert (caught.value.sample, caught.value.key) == (1, "feed")
