"""Sentences for compositions without phases: element, numbers by hand, remedy."""

import numpy as np
import pytest

from didymium.elements import COUNT, INDEX
from didymium.kernels import phases as kernel
from didymium.magnet.phase_words import reason_and_remedy
from didymium.magnet.phases import phase_balance


def words(carbide: str = "R2C3", **percent: float) -> tuple[str, str]:
    held = np.zeros((1, COUNT))
    for name, value in percent.items():
        held[0, INDEX[name]] = value
    return phase_balance(held, carbide).words(0)


def test_oxygen_by_hand() -> None:
    # 5 % O: 5 / 15.999 x 2/3 x 144.242 = 30.05 % of neodymium.
    reason, remedy = words(Nd=20.0, Fe=75.0, O=5.0)
    assert reason == "5 % of O would bind 30.1 % of rare earths as R2O3, and the solid holds 20 %"
    assert remedy == "lower O or raise the rare earths"


def test_nitrogen_and_carbon_come_after_oxygen() -> None:
    # 2.5 / 14.007 x 144.242 = 25.7 %.
    assert (
        "2.5 % of N would bind 25.7 % of rare earths as RN beside what oxygen binds"
        in words(Nd=20.0, Fe=77.5, N=2.5)[0]
    )
    # 3 / 12.011 x 2/3 x 144.242 = 24.0 % as R2C3, 36.0 % as RC.
    assert "bind 24 % of rare earths as R2C3 beside" in words(Nd=20.0, Fe=77.0, C=3.0)[0]
    assert "bind 36 % of rare earths as RC beside" in words("RC", Nd=20.0, Fe=77.0, C=3.0)[0]


def test_bad_numbers_and_no_rare_earth() -> None:
    assert words(Nd=-1.0, Fe=99.0) == ("the amount of Nd is -1", "give finite amounts, none negative")
    assert words(Nd=np.nan, Fe=99.0)[0] == "the amount of Nd is nan"
    assert "no rare earth" in words(Fe=99.0, B=1.0)[0]
    assert "boron of 20 % is more than" in words(Nd=30.0, Fe=50.0, B=20.0)[0]


@pytest.mark.parametrize("code", [kernel.FINE])
def test_nothing_is_said_of_what_is_fine(code: int) -> None:
    assert reason_and_remedy(code, 0, np.zeros(COUNT), np.zeros(COUNT), "R2C3", 1.5) == ("", "")
    assert words(Nd=30.0, Fe=69.0, B=1.0) == ("", "")
