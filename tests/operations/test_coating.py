"""Coating: the coat as a part of its own, drag-out and pickled skin to the effluent."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.operations.base import OperationError
from didymium.traits import AREA, GRAIN

AREA_KEY = {"area": "0.068 m^2/kg"}
PLAIN = AREA_KEY | {"pickling": "0 um", "lost": "0 %", "rejects": "0 %", "rinse": "0 kg/m^2"}
ALLOY = {"Nd2Fe14B": 1.0, "Dy": 0.05, "Co": 0.1, "C": 0.01, "Nd2O3": 0.01}


def test_a_coat_by_area_thickness_and_density(bench) -> None:
    # 100 kg of magnets, 6.8 m2, 15 um: 102 cm3, 40 % of it copper: 61.2 cm3 nickel of 8.9 and 40.8 cm3 copper of 8.96.
    feed = bench.of({"Nd2Fe14B": 1.0})
    feed *= 100.0 / feed.sum()
    done = bench.run("coating", PLAIN, feed)
    assert done.used("nickel") == pytest.approx(61.2e-3 * 8.9)
    assert done.used("copper") == pytest.approx(40.8e-3 * 8.96)
    assert done.kg("magnets", "Ni") == pytest.approx(0.54468)
    assert done.kg("magnets", "Cu") == pytest.approx(0.365568)
    # Under 1 %: the tenth that an inventory has is an artefact.
    assert done.kg("magnets") == pytest.approx(100.91, abs=0.01)
    assert done.used("electricity") == pytest.approx(6.8 * 6.94)
    assert done.size("plating_line") == pytest.approx(6.8)
    assert done.kg("effluent") == 0.0


def test_the_coat_is_a_part_of_its_own(bench) -> None:
    feed, rows = bench.rows({"bulk": ALLOY, "diffused": {"Tb": 0.01}})
    done = bench.run("coating", AREA_KEY | {"rejects": "0 %"}, feed, parts={"feed": rows})
    bulk, diffused, coat = done.parts["magnets"][0]
    kept = bulk.sum() / feed[0, 0].sum()
    assert 0.99 < kept < 1.0
    assert np.allclose(bulk, kept * feed[0, 0], rtol=1e-12)
    assert np.allclose(diffused, kept * feed[0, 1], rtol=1e-12)
    assert coat.sum() == pytest.approx(done.kg("magnets", "Ni", "Cu"))
    assert not feed[..., coat > 0].any()


def test_a_magnet_of_one_part_gets_a_second(bench) -> None:
    done = bench.run("coating", AREA_KEY, bench.of(ALLOY))
    assert done.parts["magnets"].shape[1] == done.parts["rejects"].shape[1] == 2


def test_pickling_and_drag_out(bench) -> None:
    # 0.0612 dm3 of nickel per 100 kg on the magnets, 10 % of what is bought is dragged out as NiSO4 with one H2.
    keys = PLAIN | {"lost": "10 %", "copper": "0 %", "acid_excess": "0 %"}
    done = bench.run("coating", keys, bench.of({"Nd2Fe14B": 1.0}))
    nickel = done.kmol("effluent", "Ni")
    assert nickel == pytest.approx(done.kmol("magnets", "Ni") / 9.0)
    assert done.bought("H2SO4", "H2SO4") == pytest.approx(nickel)
    assert done.kmol("offgas", "H") == pytest.approx(2.0 * nickel)
    # NiSO4: four oxygen, of the acid.
    assert done.kmol("effluent", "O") == pytest.approx(5.0 * nickel)
    done.neutral("effluent")
    # A skin of 10 um of 0.068 m2/kg at 7.5 g/cm3: 0.51 % of the magnet.
    pickled = bench.run("coating", PLAIN | {"pickling": "10 um"}, bench.of(ALLOY))
    assert pickled.kmol("effluent", "Nd") / 2.02 == pytest.approx(0.0051)
    pickled.neutral("effluent")


@pytest.mark.parametrize(("coat", "element", "grams"), [("Zn", "Zn", 7.14), ("epoxy", "C", 1.25)])
def test_other_coats(bench, coat, element, grams) -> None:
    done = bench.run("coating", AREA_KEY | {"coat": coat, "rejects": "0 %"}, bench.of({"Nd2Fe14B": 1.0}))
    mass = done.parts["magnets"][0, 1]
    assert mass.sum() == pytest.approx(bench.of({"Nd2Fe14B": 1.0}).sum() * 0.068 * 15e-3 * grams)
    assert done.kg("magnets", element) > 0.0
    assert (done.kg("overspray") > 0.0) == (coat == "epoxy")
    assert done.kg("overspray") == pytest.approx(0.05 * done.used("epoxy") if coat == "epoxy" else 0.0)
    done.neutral("effluent")


def test_no_coat(bench) -> None:
    feed = bench.of(ALLOY)
    done = bench.run("coating", {"coat": "none", "rejects": "1 %"}, feed)
    assert done.kg("magnets") == pytest.approx(0.99 * feed.sum())
    assert done.kg("rejects") == pytest.approx(0.01 * feed.sum())
    assert not done.outcome.lines
    assert not done.parts["magnets"][0, 1].any()


def test_the_area_comes_with_the_magnets(bench) -> None:
    traits = {"feed": {AREA: np.array([0.1]), GRAIN: np.array([5.0])}}
    done = bench.run("coating", {}, bench.of(ALLOY), traits=traits)
    assert done.size("plating_line") == pytest.approx(0.1 * bench.of(ALLOY).sum())
    assert done.outcome.traits["magnets"][GRAIN][0] == 5.0


def test_the_area_must_be_known(bench) -> None:
    with pytest.raises(OperationError, match=r"does not know how much surface its magnets have.*give area") as caught:
        bench.run("coating", {}, bench.of(ALLOY))
    assert caught.value.key == "area"


@settings(max_examples=50, deadline=None)
@given(
    coat=st.sampled_from(["NiCuNi", "Zn", "epoxy", "none"]),
    thickness=st.floats(0.1, 500.0),
    copper=st.floats(0.0, 1.0),
    area=st.floats(0.001, 10.0),
    pickling=st.floats(0.0, 100.0),
    lost=st.floats(0.0, 0.9),
    rejects=st.floats(0.0, 1.0),
    rinse=st.floats(0.0, 100.0),
)
def test_closes(bench, coat, **values) -> None:
    changes = {key: np.array([value]) for key, value in values.items()}
    done = bench.run("coating", AREA_KEY | {"coat": coat}, bench.of(ALLOY), changes=changes)
    done.neutral("effluent")
    assert done.kg("offgas") == done.kg("offgas", "H")


def test_idle_and_samples(bench) -> None:
    feed, other = bench.of(ALLOY), bench.of({"Nd2Fe14B": 0.3, "Tb": 0.1})
    for coat in ("NiCuNi", "epoxy", "none"):
        keys = AREA_KEY | {"coat": coat}
        bench.idle("coating", keys, feed)
        bench.alike("coating", keys, feed, other, {"thickness": (15.0, 11.1), "area": (0.068, 0.1)})


@pytest.mark.parametrize(
    ("keys", "words"),
    [({"coat": "gold"}, "NiCuNi"), ({"thickness": "2 mm"}, "thickness"), ({"lost": "100 %"}, "lost")],
)
def test_words_of_the_file(bench, keys, words) -> None:
    with pytest.raises(ValidationError, match=words):
        bench.parameters("coating", keys, ["feed"])


def test_samples_that_do_not_say_their_area(bench) -> None:
    both = np.repeat(bench.of({"Nd2Fe14B": 1.0}), 2, axis=0)
    traits = {"feed": {"area_m2_kg": np.array([0.068, np.nan])}}
    with pytest.raises(OperationError, match="does not know how much surface") as caught:
        bench.run("coating", {}, both, traits=traits)
    assert caught.value.sample == 1
    done = bench.run("coating", {"coat": "none"}, np.repeat(bench.of({"Nd2Fe14B": 1.0}), 2, axis=0))
    assert done.kg("magnets") > 0.0
