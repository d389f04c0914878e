"""Pictures of the furnace and of the depth profile: what they show is what the units say."""

import numpy as np
import pytest

import didymium
from didymium.report.pictures import Chart, of_magnets, svg


@pytest.fixture(scope="module")
def result() -> didymium.Result:
    return didymium.load("ningbo_magnets").solve()


@pytest.fixture(scope="module")
def pictures(result: didymium.Result) -> list[Chart]:
    return of_magnets(result)


def test_a_furnace_and_a_diffusion_in_their_order(pictures: list[Chart]) -> None:
    assert [picture.name for picture in pictures] == ["sintering furnace", "diffusion depth"]
    assert of_magnets(didymium.load("la_rochelle").solve()) == []


def test_the_furnace_shows_schedule_density_grain_and_hydrogen(result: didymium.Result, pictures: list[Chart]) -> None:
    temperature, density, grain, hydrogen = (panel.series[0] for panel in pictures[0].panels)
    assert max(temperature.y) == pytest.approx(1060.0, abs=1e-6)
    details = result.solution.units["sintering"].details
    assert density.y[-1] == pytest.approx(100.0 * details["relative_density"][0])
    assert grain.y[-1] == pytest.approx(details["grain_um"][0])
    assert hydrogen.y[0] > 100.0
    assert hydrogen.y[-1] < 1.0
    # Hydrogen is gone before density rises.
    gone = next(x for x, y in zip(hydrogen.x, hydrogen.y, strict=True) if y < 0.01 * hydrogen.y[0])
    risen = next(x for x, y in zip(density.x, density.y, strict=True) if y > 90.0)
    assert gone < risen
    for panel in pictures[0].panels:
        assert panel.y.low <= min(panel.series[0].y)
        assert panel.y.high >= max(panel.series[0].y)


def test_the_depth_profile_falls_from_the_face_and_holds_what_went_in(
    result: didymium.Result, pictures: list[Chart]
) -> None:
    heavy, _, gain = (panel.series[0] for panel in pictures[1].panels)
    assert np.all(np.diff(heavy.y) <= 0.0)
    assert np.all(np.diff(gain.y) <= 1e-9)
    stream = result.streams["diffusion.magnets"]
    inside = stream.flow[0, stream.parts.index("diffused")].sum() / stream.flow[0].sum()
    assert np.trapezoid(heavy.y, heavy.x) / heavy.x[-1] == pytest.approx(100.0 * inside, rel=0.03)


def test_they_can_be_drawn(pictures: list[Chart]) -> None:
    pytest.importorskip("matplotlib")
    assert all("<svg" in svg(picture) for picture in pictures)
