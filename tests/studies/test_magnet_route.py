"""A magnet by composition and route: oxygen by hand, the furnace beside the full run, and what diffused in."""

import numpy as np
import pytest

from didymium.data.sintering import numbers
from didymium.elements import COUNT, INDEX, RE
from didymium.magnet.diffusion import Coated, diffuse, of_rare_earths
from didymium.magnet.milling import effort
from didymium.magnet.milling import oxygen as taken_up
from didymium.magnet.phases import OXIDE, R6T13X, RICH, phase_balance
from didymium.magnet.powder import value
from didymium.magnet.pressing import green_density, usual_pressure
from didymium.magnet.schedule import STANDARD, furnace_schedule
from didymium.magnet.sintering import Compact, sinter
from didymium.operations.base import plain
from didymium.operations.jet_milling import JetMilling
from didymium.studies.magnet_route import Route, compositions, gases, hold_temperature, make, oxygen, route_facts

ROUTE = Route()


def alloy(rare: float = 0.31, oxygen_share: float = 0.0015) -> np.ndarray:
    return compositions(np.array([rare]), {}, np.array([oxygen_share]))


def test_oxygen_is_the_mills_and_the_alloys() -> None:
    size = np.array([3.0])
    p = plain(JetMilling(kind="jet_milling", feed="x"), 1, {})
    through = value("milling", "electricity") * effort(size, p.throughput_exponent, p.outer_exponent) / p.gas_energy
    milled = taken_up(size, through, p.film, p.gas_oxygen)
    assert route_facts()["alloy_oxygen"].value > 0.0
    assert oxygen(size)[0] == pytest.approx(milled[0] + 1e-6 * route_facts()["alloy_oxygen"].value)


def test_a_composition_is_a_kg_with_its_shares() -> None:
    made = compositions(np.array([0.31]), {"Dy": np.array([0.02])}, np.array([0.001]))
    assert made.shape == (1, COUNT)
    assert made.sum() == pytest.approx(1.0, abs=1e-12)
    assert made[0, RE].sum() == pytest.approx(0.31)
    assert made[0, INDEX["Dy"]] == 0.02
    assert made[0, INDEX["C"]] == gases()["C"]
    # Its boron makes all of the iron R2T14B.
    found = phase_balance(made)
    for name in ("R1.1T4B4", "R2T17", "T2B"):
        assert found.mass[0, found.names.index(name)] < 0.005


@pytest.mark.parametrize(("size", "share"), [(3.0, 0.0015), (3.0, 0.006), (4.0, 0.003)])
def test_the_table_of_the_furnace_is_the_furnace(size: float, share: float) -> None:
    """Density and grain beside a run of the furnace itself, oxides included; 0.6 % O is 4 % of oxide, 0.8 % of it."""
    held = alloy(0.33, share)
    found = make(held, np.array([size]), ROUTE)
    phases = phase_balance(held)
    to, rate, hold = (np.array([column]) for column in zip(*STANDARD, strict=True))
    to[:, -1] = hold_temperature(np.array([size]))
    green = green_density(np.array([usual_pressure(ROUTE.press)]), ROUTE.press)
    none = np.zeros(1)
    compact = Compact(
        powder_um=np.array([size]),
        green_density=green,
        liquid=phases.mass[:, RICH] + phases.mass[:, R6T13X],
        oxide=phases.mass[:, OXIDE],
        matrix_hydrogen=none,
        hydride_hydrogen=none,
        metal=np.zeros((1, len(RE))),
    )
    done = sinter(furnace_schedule(to, rate, hold), compact, none, np.array([0.05]))
    assert found.magnet.relative_density[0] == pytest.approx(done.density[0], abs=3e-4)
    assert found.magnet.grain_um[0] == pytest.approx(done.grain_um[0], rel=0.01)
    assert numbers()["ceiling_oxide"] * phases.mass[0, OXIDE] > 1e-3


def test_what_diffused_in_is_what_was_taken_up() -> None:
    held, coating = alloy(), np.array([0.02])
    made = make(held, np.array([3.0]), Route(thickness=8.0), "Tb", coating)
    assert made.diffusion is not None
    uptake = float(made.diffusion.uptake[0])
    assert uptake < 0.9
    assert made.magnet.diffused[0, INDEX["Tb"]] == pytest.approx(0.02 * uptake, rel=1e-12)
    assert made.magnet.diffused.sum() == made.magnet.diffused[0, INDEX["Tb"]]
    density = made.magnet.relative_density * phase_balance(held).density
    _, _, base = of_rare_earths(held)
    plates = Coated.of("Tb", coating, 8.0, made.magnet.grain_um, density, base)
    again = diffuse(plates, np.array([[made.route.celsius]]), np.array([[made.route.hours]]))
    assert made.magnet.gain[0] == pytest.approx(float(again.gain[0]))
    none = make(held, np.array([3.0]), ROUTE)
    assert (none.coat, none.coating, none.diffusion) == ("", None, None)
    assert not none.magnet.diffused.any()
    assert made.properties.Hcj_kA_m[0] > none.properties.Hcj_kA_m[0]
