"""The compositions that the models of magnets are made for: what lies outside is told, practice is inside."""

import numpy as np
import pytest

from didymium.elements import COUNT, INDEX
from didymium.magnet.window import FAMILIES, REST, beyond, outside, ranges

USUAL = {"Nd": 24.0, "Pr": 6.0, "Dy": 0.8, "B": 0.97, "Co": 1.0, "Al": 0.2, "Cu": 0.15, "Ga": 0.2, "O": 0.15, "C": 0.07}
CELLS = {"Sm": 25.5, "Fe": 18.5, "Cu": 5.0, "Zr": 2.5, "O": 0.25}


def alloy(family="R-Fe-B", **percent):
    out = np.zeros((1, COUNT))
    for name, value in percent.items():
        out[0, INDEX[name]] = value
    out[0, INDEX[REST[family]]] += 100.0 - out.sum()
    return out


@pytest.mark.parametrize(
    ("family", "percent"),
    [
        ("R-Fe-B", USUAL),
        # Motors of electric bicycles, and old magnets with nickel coats and much dysprosium (magnet_process_model.csv).
        ("R-Fe-B", {"Nd": 16.5, "Pr": 4.8, "Ce": 5.0, "Gd": 3.0, "Ho": 1.5, "B": 1.0, "Co": 1.2, "Al": 0.5, "Ni": 1.0}),
        ("R-Fe-B", {"Nd": 24.0, "Dy": 9.0, "B": 1.2, "Co": 3.0, "Nb": 0.5, "O": 0.6}),
        ("R-Fe-B", {"Nd": 27.5, "B": 0.92}),
        ("SmCo5", {"Sm": 36.0, "O": 0.3}),
        ("Sm2Co17", CELLS),
    ],
)
def test_what_makers_make_is_inside(family, percent) -> None:
    assert outside(alloy(family, **percent), family) == [()]
    assert not beyond(alloy(family, **percent), family)[0].any()


@pytest.mark.parametrize(
    ("family", "percent", "reason", "remedy"),
    [
        ("R-Fe-B", {"Nd": 31.0}, "0 % of B is outside the 0.5 to 2.5 %", "raise B; usual is about 0.97 %"),
        ("R-Fe-B", USUAL | {"B": 4.0}, "4 % of B is outside", "lower B"),
        ("R-Fe-B", USUAL | {"Co": 35.0}, "35 % of Co is outside the 0 to 20 %", "lower Co"),
        ("R-Fe-B", USUAL | {"Al": 20.0}, "20 % of Al", "lower Al"),
        ("R-Fe-B", USUAL | {"Zr": 5.0}, "5 % of Zr, Ti and Nb is outside the 0 to 3 %", "lower Zr, Ti and Nb"),
        ("R-Fe-B", USUAL | {"Nd": 50.0}, "56.8 % of rare earths", "lower rare earths"),
        ("R-Fe-B", {"Nd": 10.0, "B": 1.0}, "10 % of rare earths is outside the 24 to 45 %", "raise rare earths"),
        ("R-Fe-B", USUAL | {"Ca": 3.0}, "3 % of other elements", "clean the feed"),
        ("Sm2Co17", CELLS | {"Fe": 50.0}, "50 % of Fe is outside the 0 to 28 %", "lower Fe"),
        ("Sm2Co17", CELLS | {"Cu": 30.0}, "30 % of Cu is outside the 2 to 10 %", "lower Cu"),
        ("Sm2Co17", CELLS | {"B": 1.5}, "1.5 % of other elements", "clean the feed"),
        ("SmCo5", {"Sm": 36.0, "Fe": 20.0}, "20 % of Fe is outside the 0 to 5 %", "lower Fe"),
    ],
)
def test_what_lies_outside_is_told(family, percent, reason, remedy) -> None:
    composition = alloy(family, **percent)
    bad, words = beyond(composition, family)
    assert bad.all()
    assert words(0)[0].startswith(reason)
    assert words(0)[1].startswith(remedy)
    assert "; ".join(words(0)) in outside(composition, family)[0]


def test_each_sample_for_itself_at_any_scale() -> None:
    both = np.concatenate([0.01 * alloy(**USUAL), 7.0 * alloy(**USUAL | {"Co": 21.0}), np.zeros((1, COUNT))])
    assert beyond(both)[0].tolist() == [False, True, False]
    assert [len(found) for found in outside(both)] == [0, 1, 0]
    assert beyond(np.zeros((0, COUNT)))[0].shape == (0,)


def test_the_ends_are_inside() -> None:
    for high in (2.5, 0.5):
        assert not beyond(alloy(Nd=31.0, B=high))[0].any()
    assert beyond(alloy(Nd=31.0, B=2.501))[0].all()


def test_hydrogen_is_no_part() -> None:
    composition = alloy(Nd=31.0, B=1.0)
    composition[0, INDEX["H"]] = 300.0
    assert outside(composition) == [()]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_element_is_counted_once(family) -> None:
    columns = np.concatenate([each.columns for each in ranges(family)])
    assert len(np.unique(columns)) == len(columns)
    assert len(columns) >= COUNT - 6


def test_an_unknown_family() -> None:
    with pytest.raises(ValueError, match=r"no magnets 'AlNiCo'; choose R-Fe-B, SmCo5, Sm2Co17"):
        ranges("AlNiCo")
