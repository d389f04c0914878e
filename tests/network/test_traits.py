"""What streams carry besides mass: handed on in the order of the units, sample by sample, and kept with the stream."""

from pathlib import Path

import numpy as np
import pytest

import didymium
from didymium.elements import COUNT, INDEX
from didymium.operations.balance import Balance


def flow(rates: list[float]) -> np.ndarray:
    out = np.zeros((len(rates), 1, COUNT))
    out[:, 0, INDEX["Fe"]] = rates
    return out


def balance(traits: dict, **rates: list[float]) -> Balance:
    inlets = {name.replace("_", "."): flow(rate) for name, rate in rates.items()}
    return Balance(inlets, dict.fromkeys(inlets, ("bulk",)), {"out": ("bulk",)}, traits=traits)


def test_one_inlet_hands_on_what_it_carries() -> None:
    b = balance({"feed": {"powder_um": np.array([3.0, 4.0])}}, feed=[1.0, 2.0])
    b.carry_on("out")
    b.carry("out", "alignment", np.array([0.96, 0.97]))
    said = b.finish("out").traits["out"]
    assert said["powder_um"].tolist() == [3.0, 4.0]
    assert said["alignment"].tolist() == [0.96, 0.97]
    assert b.trait("grain_um") is None


def test_several_inlets_give_the_mean_by_mass() -> None:
    traits = {"feeds.0": {"powder_um": np.array([3.0, 3.0])}, "feeds.1": {"powder_um": np.array([5.0, 5.0])}}
    b = balance(traits, feeds_0=[1.0, 0.0], feeds_1=[3.0, 2.0])
    assert b.trait("powder_um", "feeds").tolist() == pytest.approx([4.5, 5.0])


def test_a_flow_that_says_nothing_leaves_the_mean_unknown() -> None:
    traits = {"feeds.0": {"powder_um": np.array([3.0])}}
    assert balance(traits, feeds_0=[1.0], feeds_1=[3.0]).trait("powder_um", "feeds") is None
    assert balance(traits, feeds_0=[1.0], feeds_1=[0.0]).trait("powder_um", "feeds").tolist() == [3.0]


def test_a_sample_does_not_take_the_trait_of_another() -> None:
    traits = {"feeds.0": {"powder_um": np.array([3.0, 3.0])}}
    found = balance(traits, feeds_0=[1.0, 1.0], feeds_1=[0.0, 2.0]).trait("powder_um", "feeds")
    assert found[0] == 3.0
    assert np.isnan(found[1])


LINE = """\
didymium: 1
extends: texas_magnets
units:
  shared: {kind: splitter, feed: machining.magnets, share: 50 %}
  diffusion: {kind: grain_boundary_diffusion, feed: shared.first, source: TbH2}
  both: {kind: mixer, feeds: [diffusion.magnets, shared.second]}
products: {magnet: both.mixed}
capacity: null
targets: null
"""


def test_samples_with_and_without_a_trait_are_those_alone(tmp_path: Path) -> None:
    """All through the diffusion, most, none: a gain is the mean by mass, and no sample changes another."""
    path = tmp_path / "line.yaml"
    path.write_text(LINE, encoding="utf-8")
    plant = didymium.load(path)
    shares = [1.0, 0.9, 0.0]
    many = plant.solve({"shared.share": np.array(shares)}).magnet()
    for i, share in enumerate(shares):
        one = plant.solve({"shared.share": np.array([share])}).magnet()
        assert one.grades[0] == many.grades[i]
        for name, values in one.values.items():
            assert values[0] == many.values[name][i], name
    result = plant.solve({"shared.share": np.array(shares)})
    gain = {name: result.streams[name].traits["diffusion_gain_kA_m"] for name in ("diffusion.magnets", "both.mixed")}
    treated = result.streams["diffusion.magnets"].mass() / result.streams["both.mixed"].mass()
    assert gain["both.mixed"] == pytest.approx(gain["diffusion.magnets"] * treated, rel=1e-12)
    assert gain["both.mixed"][1] > 100.0
    assert gain["both.mixed"][2] == 0.0


def test_a_trait_of_an_early_round_does_not_stay(tmp_path: Path) -> None:
    """Rejects of the grinder carry no traits; mixed back into the blanks they leave the mixture without any."""
    path = tmp_path / "again.yaml"
    path.write_text(
        """\
didymium: 1
extends: texas_magnets
units:
  shared: {kind: splitter, feed: machining.rejects, share: 50 %}
  strip_casting: {scrap: [sintering.rejects, shared.second]}
  again: {kind: mixer, feeds: [sintering.blanks, shared.first]}
  machining: {feed: again.mixed}
targets: null
""",
        encoding="utf-8",
    )
    result = didymium.load(path).solve()
    assert "relative_density" in result.streams["sintering.blanks"].traits
    assert "relative_density" not in result.streams["again.mixed"].traits
    assert result.magnet() is None


def test_more_samples_than_a_chunk(tmp_path: Path) -> None:
    path = tmp_path / "line.yaml"
    path.write_text(LINE, encoding="utf-8")
    shares = np.where(np.arange(140) == 135, 1.0, 0.0)
    found = didymium.load(path).solve({"shared.share": shares})
    gain = found.streams["diffusion.magnets"].traits["diffusion_gain_kA_m"]
    assert len(gain) == 140
    other = didymium.load("iron_nitride").solve({"compaction.density": np.linspace(0.75, 0.85, 140)}).magnet()
    assert len(other.grades) == len(other.get("Br_T")) == 140
    assert np.all(np.diff(other.get("Br_T")) > 0.0)
