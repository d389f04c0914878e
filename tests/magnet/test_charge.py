"""What a vacuum melt keeps: each slag former by hand, fume, and a charge that is all oxide."""

import numpy as np
import pytest

from didymium.elements import COUNT, INDEX, MOLAR_MASS
from didymium.magnet.charge import LEAVING, bound, kept

NONE, ALL = np.zeros(1), np.ones(1)


def charge(**kmol: float):
    out = np.zeros((1, COUNT))
    for name, amount in kmol.items():
        out[0, INDEX[name]] = amount * MOLAR_MASS[INDEX[name]]
    return out


@pytest.mark.parametrize(
    ("name", "atoms", "of"),
    [("O", 3, 2), ("N", 1, 1), ("F", 3, 1), ("Cl", 3, 1), ("S", 3, 2)],  # R2O3, RN, RF3, RCl3, R2S3
)
def test_each_slag_former_takes_its_compound(name: str, atoms: int, of: int) -> None:
    flow = charge(Nd=100.0, **{name: float(atoms)})
    assert bound(flow, NONE)[0] == pytest.approx(of)
    share, over = kept(flow, NONE, ALL, NONE)
    assert share[0, INDEX["Nd"]] == pytest.approx(1.0 - of / 100.0)
    assert share[0, INDEX["Pr"]] == share[0, INDEX["Nd"]]
    assert over[0] == pytest.approx(of / 100.0)


def test_oxygen_that_stays_binds_nothing() -> None:
    flow = charge(Nd=100.0, O=3.0)
    assert bound(flow, np.array([0.25]))[0] == pytest.approx(1.5)
    share, _ = kept(flow, np.array([0.25]), np.array([0.8]), np.array([0.1]))
    assert share[0, INDEX["O"]] == 0.25
    assert share[0, INDEX["C"]] == 0.8
    # Fume is of what the dross leaves.
    assert share[0, INDEX["Nd"]] == pytest.approx(0.985 * 0.9)
    assert share[0, INDEX["Fe"]] == 1.0
    assert not share[0, [INDEX[one] for one in LEAVING]].any()


def test_more_oxide_than_metal_is_told() -> None:
    share, over = kept(charge(Nd=2.0, O=6.0), NONE, ALL, NONE)
    assert over[0] == pytest.approx(2.0)
    assert share[0, INDEX["Nd"]] == 0.0
    assert np.isinf(kept(charge(Fe=1.0, O=1.0), NONE, ALL, NONE)[1][0])
    assert kept(charge(Fe=1.0), NONE, ALL, NONE)[1][0] == 0.0
