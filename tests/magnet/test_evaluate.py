"""Magnets of a stream: parts, traits, which streams are magnets at all, and families by their furnace."""

import math

import numpy as np
import pytest

import didymium
from didymium.magnet.evaluate import NEEDED, UNTOLD, ability, evaluate, is_magnet, magnet_of
from didymium.stream import Stream
from didymium.traits import ALIGNMENT, ANNEALING, DENSITY, GAIN, GRAIN

TRAITS = {DENSITY: 0.99, GRAIN: 5.0, ALIGNMENT: 0.95, ANNEALING: 1.0}


def stream(ordinary, form: str = "magnet", parts=("bulk",), samples: int = 1, **traits: float) -> Stream:
    flow = np.zeros((samples, len(parts), ordinary().shape[1]))
    flow[:, 0] = ordinary()
    for row, part in enumerate(parts):
        if part != "bulk":
            flow[:, row] = 0.01 * ordinary(Dy=0.3)
    told = {name: np.full(samples, value) for name, value in (TRAITS | traits).items()}
    return Stream("sintering.blanks", form, parts, flow, traits=told)


def test_parts_stand_apart(ordinary) -> None:
    found = magnet_of(stream(ordinary, parts=("bulk", "diffused", "coat")))
    assert np.array_equal(found.composition, ordinary())
    assert np.array_equal(found.diffused, 0.01 * ordinary(Dy=0.3))


@pytest.mark.parametrize("missing", NEEDED)
def test_all_of_its_making_must_be_told(ordinary, missing: str) -> None:
    whole = stream(ordinary)
    assert is_magnet(whole)
    less = {name: value for name, value in whole.traits.items() if name != missing}
    assert not is_magnet(Stream(whole.name, whole.form, whole.parts, whole.flow, traits=less))
    assert evaluate(stream(ordinary, form="compact")) is None


def test_a_gain_is_added_and_density_is_that_of_the_magnet(ordinary) -> None:
    plain, gained = (ability(stream(ordinary, **{GAIN: gain})) for gain in (0.0, 300.0))
    assert plain is not None
    assert gained is not None
    assert gained.get("Hcj_kA_m")[0] - plain.get("Hcj_kA_m")[0] == pytest.approx(300.0)
    assert plain.get("density_g_cm3")[0] == pytest.approx(0.99 * plain.sintered.phases.density[0])
    assert plain.get("no such number")[0] == 0.0
    assert repr(plain).startswith(f"<Magnet {plain.names[0]}: Br_T")


def test_a_sample_that_does_not_tell_is_not_known(ordinary) -> None:
    both = stream(ordinary, samples=2)
    both.traits[GRAIN][1] = np.nan
    found = ability(both)
    assert found is not None
    assert found.grades[1] == UNTOLD
    assert found.names[1] == ""
    assert np.isnan(found.get("Br_T")[1])
    assert math.isnan(found.margins[1])
    one = ability(stream(ordinary))
    assert found.get("Br_T")[0] == one.get("Br_T")[0]


def test_a_family_tells_its_margin() -> None:
    found = didymium.load("smco_magnets").solve().magnet("magnet")
    assert found is not None
    assert found.names[0]
    assert 0.0 <= found.margins[0] < 0.5
    assert f"{found.names[0]}, least margin {100.0 * found.margins[0]:.1f} % in {found.limiting[0]}" == found.grades[0]
