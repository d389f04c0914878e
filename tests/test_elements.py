"""Elements, oxides, groups."""

import numpy as np
import pytest

from didymium import elements as e


def test_columns_are_fixed() -> None:
    assert len(set(e.ELEMENTS)) == e.COUNT == len(e.MOLAR_MASS)
    assert [e.ELEMENTS[i] for i in e.RE] == list(e.RARE_EARTHS)
    assert all(e.ELEMENTS[i] == name for name, i in e.INDEX.items())
    for array in (e.MOLAR_MASS, e.RE, e.OXIDE_FACTOR, e.OXYGEN_PER_ATOM, e.mass_fractions("CeO2")):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize(
    ("name", "factor"),
    # kg oxide per kg element, from handbook atomic masses.
    [
        ("La", 1.1728),
        ("Ce", 1.2284),
        ("Pr", 1.2082),
        ("Nd", 1.1664),
        ("Tb", 1.1762),
        ("Dy", 1.1477),
        ("Y", 1.2699),
        ("Th", 1.1379),
        ("Fe", 1.4297),
        ("P", 2.2914),
        ("F", 1.0),
        ("O", 1.0),
    ],
)
def test_oxide_factors(name, factor) -> None:
    assert e.OXIDE_FACTOR[e.INDEX[name]] == pytest.approx(factor, rel=2e-4)


@pytest.mark.parametrize(
    ("name", "oxygen"),
    [("La", 1.5), ("Ce", 2.0), ("Pr", 11 / 6), ("Tb", 1.75), ("U", 8 / 3), ("Nb", 2.5), ("Na", 0.5), ("Cl", 0.0)],
)
def test_oxygen_per_atom(name, oxygen) -> None:
    assert e.OXYGEN_PER_ATOM[e.INDEX[name]] == pytest.approx(oxygen, rel=1e-12, abs=1e-12)


def test_every_oxide_is_of_its_element() -> None:
    for name, oxide in e.OXIDES.items():
        held = np.flatnonzero(e.mass_fractions(oxide))
        assert set(held) == {e.INDEX[name], e.INDEX["O"]}


def test_formulas() -> None:
    assert e.mass_fractions("CaMgC2O6").sum() == pytest.approx(1.0, abs=1e-15)
    assert e.molar_mass("Nd2O3") == pytest.approx(336.48, abs=0.01)
    with pytest.raises(ValueError, match="not a chemical formula: 'salt!'"):
        e.mass_fractions("salt!")
    with pytest.raises(ValueError, match="'HgS' holds Hg, which streams do not carry"):
        e.mass_fractions("HgS")


def test_groups() -> None:
    assert e.members("Nd") == ("Nd",)
    assert e.members("NdPr") == ("Pr", "Nd")
    assert e.indices(["NdPr", "Nd"]) == [e.INDEX["Pr"], e.INDEX["Nd"]]
    assert e.indices(["REO"]) == list(range(16))
    assert all(set(group) <= set(e.RARE_EARTHS) for group in e.GROUPS.values())
    assert not set(e.GROUPS) & set(e.ELEMENTS)
    assert e.is_name("SEG")
    assert not e.is_name("seg")
    with pytest.raises(KeyError):
        e.members("seg")
