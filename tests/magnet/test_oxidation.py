"""Heat of oxidation: by hand, and nothing of what is oxide already."""

import numpy as np
import pytest

from didymium.data import sources
from didymium.data.facts import rows
from didymium.elements import COUNT, INDEX, mass_fractions, molar_mass
from didymium.magnet.oxidation import oxidation_heat


def kmol(**amounts: float):
    out = np.zeros((1, COUNT))
    for formula, amount in amounts.items():
        out[0] += amount * molar_mass(formula) * mass_fractions(formula)
    return out


def test_by_hand() -> None:
    # 2 Nd + 14 Fe + B: 1807.9 + 7 * 824.2 + 1273.5 / 2 MJ/kmol.
    assert oxidation_heat(kmol(Nd2Fe14B=1.0))[0] == pytest.approx(8214.05)
    assert oxidation_heat(kmol(C=1.0))[0] == pytest.approx(393.5)


def test_an_oxide_gives_nothing_and_water_takes_none() -> None:
    assert oxidation_heat(kmol(Nd2O3=1.0))[0] == pytest.approx(0.0, abs=1e-9)
    assert oxidation_heat(kmol(Fe2O3=1.0, Nd=0.1))[0] == 0.0
    whole = oxidation_heat(kmol(Nd2Fe14B=1.0))[0]
    assert oxidation_heat(kmol(Nd2Fe14B=1.0, H2O=5.0))[0] == pytest.approx(whole)
    assert oxidation_heat(kmol(Nd2Fe14B=1.0, NdO3H3=0.2))[0] == pytest.approx(whole)


def test_rare_earths_without_a_row_burn_like_neodymium() -> None:
    per_mole = [oxidation_heat(kmol(**{name: 1.0}))[0] for name in ("Nd", "Er", "Lu")]
    assert per_mole[1:] == pytest.approx(per_mole[:1] * 2)


def test_rows_are_of_the_elements_they_name() -> None:
    for row in rows("oxidation_heats"):
        assert mass_fractions(row["oxide"])[INDEX[row["element"]]] > 0.0, row
        assert row["source"] in sources()
        # Per mole of oxide, between copper's and niobium's.
        assert 100.0 < float(row["value"]) < 2000.0, row


def test_a_batch_gives_the_bits_of_single_cases() -> None:
    rng = np.random.default_rng(5)
    many = rng.random((50, COUNT))
    together = oxidation_heat(many)
    for i, one in enumerate(many):
        assert oxidation_heat(one[None])[0] == together[i]
