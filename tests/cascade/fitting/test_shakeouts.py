"""Batch tests as arrays, and the rows that say nothing of a constant."""

import numpy as np
import pytest

from didymium.cascade import CascadeError
from didymium.cascade.fitting import Shakeouts, row_faults

GOOD = {"formal": 1.0, "acid": 0.05, "feed": [[0.1], [0.1]], "aqueous": [[0.08], [0.07]]}


def test_balances():
    tests = Shakeouts(("Nd",), formal=1.0, acid=0.05, feed=0.1, aqueous=[[0.08], [np.nan]], organic=[[np.nan], [0.03]],
                      ratio=2.0)  # fmt: skip
    assert tests.loaded[:, 0] == pytest.approx([0.01, 0.03])
    assert tests.left[:, 0] == pytest.approx([0.08, 0.04])
    assert tests.distribution[:, 0] == pytest.approx([0.125, 0.75])
    assert tests.free(3.0) == pytest.approx([0.5 - 0.03, 0.5 - 0.09])
    assert tests.proton == pytest.approx([0.05 + 0.06, 0.05 + 0.18])


def test_an_absent_element_is_no_fault():
    tests = Shakeouts(("Pr", "Nd"), formal=1.0, acid=0.05, feed=[[0.0, 0.1]], aqueous=[[np.nan, 0.08]])
    assert tests.present.tolist() == [[False, True]]
    assert np.isnan(tests.distribution[0, 0])


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        ({"aqueous": [[0.08], [0.0]]}, "aqueous", "its D is infinite"),
        ({"aqueous": [[0.08], [0.1]]}, "aqueous", "its D is zero"),
        ({"aqueous": [[0.08], [0.12]]}, "aqueous", "above the feed's 0.1: D would be negative"),
        ({"aqueous": [[0.08], [-0.01]]}, "aqueous", "-0.01 mol/L, below 0"),
        ({"aqueous": [[0.08], [np.nan]]}, "feed", "only the feed is given"),
        ({"aqueous": [[0.08], [np.nan]], "organic": [[np.nan], [0.0]]}, "organic", "its D is zero"),
        ({"aqueous": [[0.08], [np.nan]], "organic": [[np.nan], [0.2]]}, "organic", "more than the feed's 0.1"),
        ({"acid": [0.05, np.nan]}, "acid", "neither the acid"),
        ({"acid": [0.05, -0.05]}, "acid", "below 0"),
        ({"acid": [0.05, np.nan], "ph": [np.nan, 20.0]}, "ph", "outside -2 to 14"),
        ({"formal": [1.0, 0.0]}, "extractant", "must be above 0"),
        ({"formal": [1.0, 0.15]}, "extractant", "binds 0.09 mol/L of dimers, 3 a rare earth, but"),
        ({"ratio": [1.0, -1.0]}, "ratio", "must be above 0"),
        ({"soap": [0.0, 0.5]}, "acid", "of free acid"),
        ({"acid": [0.05, 1e9]}, "acid", "1e+09 mol/L; no liquid holds more than 50"),
        ({"feed": [[0.1], [1e308]]}, "feed", "no liquid holds more than 50"),
        ({"ratio": [1.0, 1e9]}, "ratio", "at most 10000"),
        ({"soap": [0.0, 1.5]}, "soap", "not below the extractant's 1"),
        ({"feed": [[0.1], [0.0]], "aqueous": [[0.08], [np.nan]]}, "feed", "holds no element"),
    ],
)
def test_rows_that_say_nothing(change, column, said):
    given = {**GOOD, **change}
    (fault,) = row_faults(Shakeouts(("Nd",), checked=True, **given))
    assert (fault.case, fault.column) == (1, column)
    assert said in fault.reason
    with pytest.raises(CascadeError, match="row 2: ") as caught:
        Shakeouts(("Nd",), **given)
    assert caught.value.case == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"elements": ("Fe",)}, "no constant for 'Fe'"),
        ({"formal": [1.0, 1.0, 1.0]}, "formal has the shape"),
        ({"feed": "much"}, "give numbers"),
        ({"sources": ["a"]}, "1 sources and 2 labels for 2 rows"),
        ({"units_per_formal": 0.0}, "above zero"),
    ],
)
def test_arguments(change, said):
    given = {"elements": ("Nd",), **GOOD, **change}
    with pytest.raises(CascadeError, match=said):
        Shakeouts(given.pop("elements"), **given)
