"""Minerals that nothing has opened are refused where they would otherwise dissolve."""

import numpy as np
import pytest

from didymium.operations.base import OperationError

KINDS = {
    "acid_leach": ({}, "which hydrochloric acid does not open; roast or crack it first"),
    "water_leach": ({}, "which water does not open; bake it with sulphuric acid first"),
    "alkali_conversion": ({}, "which dilute caustic does not open; roast or crack it first"),
    "chloride_conversion": ({"carbonate": "Na2CO3"}, "a mineral and no liquor; feed it the liquor of a leach"),
    "neutralization": (
        {"base": "MgO", "removes": {"Fe": "95 %"}},
        "a mineral and no liquor; feed it the liquor of a leach",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_rare_earth_mineral_is_refused(bench, kind):
    keys, words = KINDS[kind]
    feed, rows = bench.rows({"quartz": {"SiO2": 1.0}, "monazite": {"LaPO4": 1.0}})
    with pytest.raises(OperationError, match=f"its feed holds monazite, {words}") as caught:
        bench.run(kind, keys, feed, parts={"feed": rows})
    assert caught.value.key == "feed"


@pytest.mark.parametrize("kind", KINDS)
def test_of_several_samples_the_one_at_fault_is_told(bench, kind):
    one, rows = bench.rows({"quartz": {"SiO2": 1.0}, "monazite": {"LaPO4": 1.0}})
    none = one.copy()
    none[:, 1] = 0.0
    with pytest.raises(OperationError) as caught:
        bench.run(kind, KINDS[kind][0], np.concatenate([none, one]), parts={"feed": rows})
    assert caught.value.sample == 1


@pytest.mark.parametrize("kind", KINDS)
def test_gangue_alone_passes(bench, kind):
    feed, rows = bench.rows({"calcite": {"CaCO3": 1.0}, "monazite": {}})
    bench.run(kind, KINDS[kind][0], feed, parts={"feed": rows})
