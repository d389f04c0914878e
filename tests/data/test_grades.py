"""Grades of oxide: limits in order, names that say the purity."""

import pytest

from didymium.data import oxide_grades
from didymium.elements import INDEX, RARE_EARTHS


@pytest.mark.parametrize("name", sorted(oxide_grades()))
def test_a_grade_is_whole(name: str) -> None:
    grade = oxide_grades()[name]
    assert grade.title
    assert grade.standard
    assert grade.elements
    assert set(grade.elements) <= set(RARE_EARTHS)
    # nd_oxide_99_95 asks for 99.95 %.
    digits = name.split("_oxide_")[1].replace("_", ".", 1)
    assert grade.purity.value == pytest.approx(float(digits) / 100.0, rel=1e-12)
    assert grade.oxides is not None
    assert 0.9 < grade.oxides.value < 1.0
    for element, limit in grade.impurities.items():
        assert element in INDEX
        assert element not in RARE_EARTHS
        assert 0.0 < limit.low <= limit.value <= limit.high < 0.01
        assert limit.unit == "kg/kg"


def test_a_finer_grade_allows_no_more() -> None:
    grades = list(oxide_grades().values())
    for fine in grades:
        for coarse in grades:
            same = fine.elements == coarse.elements and fine.standard == coarse.standard
            if same and fine.purity.value > coarse.purity.value:
                for element in fine.impurities.keys() & coarse.impurities.keys():
                    assert fine.impurities[element].value <= coarse.impurities[element].value, (fine.name, element)


def test_what_was_read_and_what_is_assumed() -> None:
    read = oxide_grades()["nd_oxide_99_99"]
    assert not read.assumed
    assert {name: limit.value for name, limit in read.impurities.items()} == {"Fe": 5e-6, "Si": 5e-5, "Ca": 1e-4}
    assert oxide_grades()["dy_oxide_99_9"].assumed
    assert oxide_grades()["ndpr_oxide_99_5"].elements == ("Pr", "Nd")
    assert oxide_grades()["ndpr_oxide_99_5"].purity.value == 0.995
