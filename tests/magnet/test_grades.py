"""Grades: the catalogue, names, what a magnet meets, what holds it back, what a low grade implies."""

from __future__ import annotations

import numpy as np
import pytest

from didymium.magnet.dilution import DILUTANTS, implied
from didymium.magnet.grades import CLASSES, UnknownGrade, assign, assigned, catalogue, grade, sintered
from didymium.magnet.properties import Magnet, properties
from didymium.magnet.reference import composition, references


@pytest.mark.parametrize("limits", catalogue().values(), ids=lambda limits: limits.name)
def test_a_grade_is_whole(limits) -> None:
    assert 0.5 < limits.Br_min_T < limits.Br_max_T < 1.6
    assert 800.0 < limits.Hcj_min_kA_m < 3000.0
    assert 100.0 < limits.BHmax_min_kJ_m3 < limits.BHmax_max_kJ_m3 < 450.0
    assert limits.klass in CLASSES
    assert limits.Tmax_C in (80, 100, 120, 150, 180, 200, 220, 250, 350)
    # The maker's own numbers: the energy product lies below the ideal of the remanence.
    assert limits.BHmax_min_kJ_m3 < 1e-3 * limits.Br_max_T**2 / (4.0 * 4e-7 * np.pi) * 1.01


def test_classes_combine_with_series() -> None:
    known = catalogue()
    assert {one.name for one in sintered() if one.klass == "AH"} == {"N35AH", "N38AH", "N40AH", "N42AH"}
    assert known["N50SH"].Br_min_T == known["N50"].Br_min_T == known["G50SH"].Br_min_T
    assert known["N50SH"].Hcj_min_kA_m == known["G50SH"].Hcj_min_kA_m == 1592.0
    assert "N54SH" not in known
    least = [min(one.Hcj_min_kA_m for one in sintered() if one.klass == klass) for klass in CLASSES[1:]]
    assert least == [1114.0, 1353.0, 1592.0, 1990.0, 2388.0, 2786.0]


def test_names() -> None:
    assert grade("N52").name == grade("52").name == grade(" n52 ").name == "N52"
    assert grade("g42eht").Hcj_min_kA_m == 2547.0
    assert grade("RECo5-18S").family == "SmCo5"


@pytest.mark.parametrize(
    ("name", "near"),
    [("N47", "'N48'"), ("N47H", "'N48H'"), ("N30SH", "'N35SH'"), ("N52EH", "'N45EH'"), ("XGS31H", "'XGS32H'")],
)
def test_an_unknown_name_is_told_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UnknownGrade, match=f"did you mean {near}"):
        grade(name)


@pytest.mark.parametrize("name", ["", "what is this", "N" * 500, "<b>"])
def test_a_name_of_nothing(name: str) -> None:
    with pytest.raises(UnknownGrade, match="no grade") as failed:
        grade(name)
    assert len(str(failed.value)) < 150


@pytest.mark.parametrize("limits", sintered(), ids=lambda limits: limits.name)
def test_the_limits_of_a_grade_meet_it(limits) -> None:
    found = assigned(limits.Br_min_T, limits.Hcj_min_kA_m, limits.BHmax_min_kJ_m3)
    assert found.name == limits.name
    assert min(found.margins.values()) == pytest.approx(0.0, abs=1e-12)


def test_the_limiting_property_is_named() -> None:
    n48h = catalogue()["N48H"]
    for surplus, limiting in (((1.0, 1.05, 1.05), "Br"), ((1.005, 1.0, 1.01), "(BH)max"), ((1.01, 1.02, 1.005), "Hcj")):
        found = assigned(n48h.Br_min_T * surplus[0], n48h.Hcj_min_kA_m * surplus[2], n48h.BHmax_min_kJ_m3 * surplus[1])
        assert found.name == "N48H"
        assert found.limiting == limiting


def test_what_holds_it_back() -> None:
    # Enough Br for N50H (1.39 T) but 370 kJ/m3 of the 374 that it asks.
    found = assigned(1.40, 1360.0, 370.0)
    assert (found.name, found.next_grade, found.holds_back) == ("N48H", "N50H", "(BH)max")
    assert (found.next_class, found.class_short_kA_m) == ("SH", 1592.0 - 1360.0)
    assert "N48H" in found.words
    assert "(BH)max holds it back from N50H" in found.words


def test_a_class_without_the_series_falls_to_the_next() -> None:
    # Hcj of UH, but Br of N54, for which a catalogue lists no UH: the highest series of UH that it meets.
    found = assigned(1.45, 2000.0, 400.0)
    assert (found.name, found.next_grade) == ("N50UH", "")


def test_below_every_grade() -> None:
    found = assigned(1.0, 2000.0, 190.0)
    assert found.name == ""
    assert found.limiting == "(BH)max"
    assert found.words.startswith("below every grade; nearest N35")
    nothing = assigned(0.0, 0.0, 0.0)
    assert nothing.name == ""
    assert nothing.words == "no magnet: neither remanence nor coercivity"


def test_each_sample_has_its_grade(ordinary) -> None:
    batch = np.concatenate([ordinary(), ordinary(Dy=0.035)])
    found = assign(properties(Magnet.of(batch, grain_um=np.array([4.5, 3.8]), alignment=0.94)))
    assert [one.klass for one in found] == ["", "SH"]
    assert found[0].series > found[1].series


def test_a_low_grade_implies_a_dilution_or_a_poor_alignment() -> None:
    found = implied(grade("N38"))
    sound = references()["N38"]
    assert found.needed
    assert found.target_Br_T == pytest.approx(1.235)
    assert found.sound_Br_T > grade("N38").Br_max_T + 0.1
    assert "assumed" in found.assumption
    # Alignment by proportion, and each dilution put back into the model.
    again = properties(
        Magnet.of(sound.composition[None, :], grain_um=sound.values["grain"], annealing=0.98, alignment=found.alignment)
    )
    assert again.Br_T[0] == pytest.approx(found.target_Br_T, rel=1e-9)
    share = found.shares["Ce"]
    assert share is not None
    values = dict(sound.values) | {"Ce": share * sound.values["TRE"]}
    diluted = composition(values)
    once = properties(
        Magnet.of(diluted[None, :], grain_um=sound.values["grain"], annealing=0.98, alignment=sound.values["alignment"])
    )
    assert once.Br_T[0] == pytest.approx(found.target_Br_T, abs=0.004)


def test_the_lower_the_grade_the_more_of_it() -> None:
    rows = [implied(grade(name)) for name in ("N45", "N42", "N40", "N38", "N35")]
    for element in DILUTANTS:
        shares = [one.shares[element] for one in rows if one.shares[element] is not None]
        assert shares == sorted(shares)
    assert [one.alignment for one in rows] == sorted((one.alignment for one in rows), reverse=True)


def test_a_high_grade_implies_nothing() -> None:
    found = implied(grade("N50"))
    assert not found.needed
    assert set(found.shares.values()) == {None}


@pytest.mark.parametrize("name", [one.name for one in sintered() if one.series in (35, 42, 50)])
def test_every_class_has_a_sound_magnet(name: str) -> None:
    found = implied(grade(name))
    assert found.sound_Br_T > 1.1
    assert found.sound_Hcj_kA_m > 0.9 * grade(name).Hcj_min_kA_m or grade(name).klass == "AH"
    for element in DILUTANTS:
        assert (found.shares[element] is None) == (found.coercivity[element] is None)


def test_no_dilution_of_another_family() -> None:
    with pytest.raises(ValueError, match="XGS32H is no grade of sintered Nd-Fe-B"):
        implied(grade("XGS32H"))
