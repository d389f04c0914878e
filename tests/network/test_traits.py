"""What streams carry besides mass: handed on in the order of the units, sample by sample, and kept with the stream."""

import numpy as np
import pytest

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
