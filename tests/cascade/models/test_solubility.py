"""Salts beyond their solubility: single salts, mixtures of rare earths, double sulfates."""

import numpy as np
import pytest

from didymium.cascade import CascadeError
from didymium.cascade.models import MassAction, saturation, solubility_flags
from didymium.data import solubilities
from didymium.elements import RARE_EARTHS


def test_handbook_densities_come_back():
    """mol/L of saturated NaCl and NH4Cl: 26.4 and 28.2 % by mass at 1.198 and 1.075 kg/L."""
    known = solubilities()
    assert known["NaCl"].molarity == pytest.approx(0.264 * 1198.0 / 58.44, rel=0.01)
    assert known["NH4Cl"].molarity == pytest.approx(0.282 * 1075.0 / 53.49, rel=0.01)
    assert {one.cation for one in known.values() if one.group == "rare-earth chlorides"} == set(RARE_EARTHS) - {"Sc"}
    for one in known.values():
        low, high = one.molarity_range
        assert low < one.molarity < high
        assert one.molality.assumed


def test_the_scarcest_ion_decides():
    names, share = saturation(("Na", "Ca"), [[6.0, 0.05], [6.0, 0.05]], [6.0, 1.0], [0.0, 0.02])
    at = {name: share[:, names.index(name)] for name in names}
    assert at["NaCl"] == pytest.approx(np.array([6.0, 1.0]) / solubilities()["NaCl"].molarity)
    assert at["CaSO4"] == pytest.approx(np.array([0.0, 0.02]) / solubilities()["CaSO4"].molarity)
    assert at["Na2SO4"][1] == pytest.approx(0.02 / solubilities()["Na2SO4"].molarity)


def test_rare_earths_of_one_anion_count_together():
    half = [solubilities()[f"{name}Cl3"].molarity * 0.6 for name in ("La", "Nd")]
    assert solubility_flags(("La", "Nd"), [[half[0], 0.0], [0.0, half[1]]], [20.0, 20.0]) == ()
    (flag,) = solubility_flags(("La", "Nd"), [[0.0, 0.0], half], [20.0, 20.0])
    assert (flag.case, flag.kind, flag.quantity) == (1, "bound", "solubility")
    assert flag.value == pytest.approx(sum(half))
    assert flag.value / flag.high == pytest.approx(1.2)
    assert "the sum of rare-earth chlorides" in flag.sentence


def test_double_sulfates_of_light_rare_earths_need_sodium():
    fed = [[0.05, 0.0], [0.05, 0.5]]
    found = solubility_flags(("Nd", "Na"), fed, 0.0, [0.1, 0.4])
    assert [(flag.case, flag.sentence[:10]) for flag in found] == [(1, "NaNd(SO4)2")]
    assert solubility_flags(("Dy", "Na"), fed, 0.0, [0.1, 0.4]) == ()
    assert "NH4" not in {one.partner for one in solubilities().values()}


def test_plant_liquors_are_free_and_nitrates_have_no_salt():
    assert solubility_flags(("La", "Nd", "NH4"), [[0.3, 0.2, 2.0]], [3.5]) == ()
    assert solubility_flags(("Nd", "NH4"), [[5.0, 9.0]], [0.0]) == ()
    names, share = saturation(("Xe",), [[1.0]], [1.0])
    assert names == ()
    assert share.shape == (1, 0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((("Nd",), [[1.0, 2.0]], [1.0]), r"shape \(1, 2\); give"),
        ((("Nd",), [[1.0]], [1.0, 2.0]), "chloride and sulfate"),
        ((("Nd",), [["much"]], [1.0]), "give numbers"),
    ],
)
def test_what_is_no_composition_is_refused(given, message):
    with pytest.raises(CascadeError, match=message):
        solubility_flags(*given)


def test_a_contact_flags_every_case_that_crystallises():
    model = MassAction("P507", 1.0, ("Nd", "Na"))
    feed = {"Nd": [0.2, 4.0, 4.2], "Na": 0.1}
    found = [flag for flag in model.contact(feed, acid=1.0).flags if flag.quantity == "solubility"]
    assert [(flag.case, flag.kind) for flag in found] == [(1, "bound"), (2, "bound")]
    # The same rare earths as sulfate dissolve far less, as nitrate there is no limit in the data.
    sulfate = model.contact(feed, acid=1.0, anion="sulfate")
    assert sum(flag.sentence.startswith("Nd2(SO4)3") for flag in sulfate.flags) == 2
    nitrate = model.contact(feed, acid=1.0, anion="nitrate")
    assert all(flag.quantity != "solubility" for flag in nitrate.flags)
