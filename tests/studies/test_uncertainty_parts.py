"""Parts of runs and of sensitivity without a plant, or with little of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import didymium
from didymium.studies import evaluations, executors
from didymium.studies.attempts import Attempt, Failure
from didymium.studies.chunks import Task
from didymium.studies.distributions import UniformOver
from didymium.studies.evaluations import Evaluations, Failed, StudyError, model
from didymium.studies.factors import Factor, Member
from didymium.studies.sampling import draw
from didymium.studies.sensitivity import sensitivity
from didymium.studies.sobol import REST
from didymium.studies.tornado import HIGH, LOW, tornado
from didymium.studies.uncertainty import Uncertainty, _identity, uncertainty

Array = NDArray[np.float64]

A = Member("p", "a", UniformOver(0.0, 10.0), 5.0)
B = Member("p", "b", UniformOver(0.0, 10.0), 5.0)
BACK = replace(B, against=True)


def made(
    factors: tuple[Factor, ...], formula: Callable[[Mapping[str, Array]], Array], samples: int = 64
) -> Uncertainty:
    values = formula(draw(factors, 0, samples, 1, "latin", samples)["p"])
    return Uncertainty(("p",), samples, 1, "latin", factors, {"p": {"y": values}}, {"p": ()}, {"p": {"y": 0.0}}, ())


@pytest.mark.parametrize(
    ("members", "sign"),
    [((A, BACK), 1.0), ((BACK, A), 1.0), ((A,), 1.0), ((BACK,), -1.0), ((replace(A, against=True),), 1.0)],
)
def test_a_driver_has_the_sign_of_its_first_number(members: tuple[Member, ...], sign: float) -> None:
    """y is a, or −b: a group is read as its first member is, however it is written."""

    def formula(at: Mapping[str, Array]) -> Array:
        if members[0].path == "a":
            return at["a"]
        return at["b"] if len(members) > 1 else -at["b"]

    (driver,) = made((Factor("group", members),), formula).drivers("y")
    assert driver.correlation == pytest.approx(sign, abs=1e-12)


def test_drivers_of_every_output_are_of_the_same_samples() -> None:
    found = made((Factor("a", (A,)), Factor("b", (B,))), lambda at: at["a"] + 0.1 * at["b"])
    first, second = found.drivers("y")
    assert (first.factor, second.factor) == ("a", "b")
    assert found.drivers("y") == (first, second)
    at = draw(found.factors, 0, 64, 1, "latin", 64)["p"]
    ranks = [np.argsort(np.argsort(one)) for one in (at["a"], found.outputs["p"]["y"])]
    assert first.correlation == pytest.approx(np.corrcoef(*ranks)[0, 1], abs=1e-12)


def test_the_deviation_is_of_a_sample() -> None:
    found = made((Factor("a", (A,)),), lambda at: at["a"], samples=20)
    assert found.band("y").sd == pytest.approx(np.std(found.outputs["p"]["y"], ddof=1), rel=1e-12)


def identity(
    factor: Factor, *, own: float = 1.0, chunk: int = 4, changes: Mapping[str, str] | None = None
) -> dict[str, Any]:
    setting: Any = SimpleNamespace(flowsheet=SimpleNamespace(plan=SimpleNamespace(sha256="00")), names=("y",))
    return _identity(Task({"p": setting}, (factor,), 8, 1, "latin"), {"p": {"y": own}}, chunk, changes or {})


def test_what_makes_a_run_another() -> None:
    """The same files and names: a range of the data, the direction in a group, what comes out, the cut of chunks."""
    plain = Factor("f", (A,))
    ours = identity(plain)
    assert identity(Factor("f", (replace(A),))) == ours
    others = [
        identity(Factor("f", (replace(A, distribution=UniformOver(0.0, 11.0)),))),
        identity(Factor("f", (replace(A, against=True),))),
        identity(Factor("f", (A, B))),
        identity(plain, own=1.0 + 2.0**-52),
        identity(plain, chunk=5),
        identity(plain, changes={"a": "1"}),
    ]
    every = [ours, *others]
    assert all(one != two for i, one in enumerate(every) for two in every[:i])


def test_failures_are_in_the_order_of_samples_whichever_chunk_came_first(tmp_path: Path) -> None:
    plant = didymium.load("texas_magnets", {"machining.recovery": "80 % ± 20 %"})
    given: dict[str, Any] = {"workers": 1, "chunk": 24, "method": "random", "folder": tmp_path}
    whole = uncertainty(plant, 72, 1, **given).failures["texas_magnets"]
    chunks = {one.index // 24 for one in whole}
    assert len(chunks) > 1
    (tmp_path / f"chunk_{min(chunks):05d}.npz").unlink()
    assert uncertainty(plant, 72, 1, **given).failures["texas_magnets"] == whole
    assert [one.index for one in whole] == sorted(one.index for one in whole)


def test_one_chunk_waits_for_each_worker() -> None:
    """One that is solved and one that waits: no worker is idle, and no more is kept in memory."""
    assert executors.AHEAD == 2


@pytest.mark.parametrize(("bad", "quantile"), [("low", LOW), ("high", HIGH)])
@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_each_end_that_cannot_be_solved_is_told_of_its_factor(name: str, bad: str, quantile: float) -> None:
    factors = [Factor(one, (Member("p", one, UniformOver(0.0, 10.0), 5.0),)) for one in "abc"]

    def refusing(changes: Mapping[str, Array]) -> Evaluations:
        at = changes[name]
        lost = at < 1.0 if bad == "low" else at > 9.0
        y = np.where(lost, np.nan, changes["a"] + changes["b"])
        return Evaluations({"y": y}, tuple(Failed(int(i), "tank", "full") for i in np.flatnonzero(lost)))

    (unsolved,) = tornado(factors, refusing).unsolved
    assert (unsolved.factor.name, unsolved.quantile) == (name, quantile)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_value_as_written_may_be_the_most_or_the_least(sign: float) -> None:
    """y = ∓(a − 5)² is 0 as written and ∓20.25 at both ends."""
    bar = tornado([Factor("a", (A,))], lambda changes: Evaluations({"y": -sign * (changes["a"] - 5.0) ** 2})).bars("y")[
        0
    ]
    assert (bar.at_low, bar.at_high) == pytest.approx((-sign * 20.25, -sign * 20.25))
    assert bar.swing == pytest.approx(20.25)


def test_failures_of_a_model_count_through_all_its_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every third case fails; they are solved by fours, which nobody sees."""

    def attempt(flowsheet: object, part: Mapping[str, Array], designs: object, read: object) -> Attempt[Any]:
        failed = part["a"] % 3 == 2
        failures = tuple(Failure(int(i), "tank", f"no {part['a'][i]:g}") for i in np.flatnonzero(failed))
        rows = np.flatnonzero(~failed)
        return Attempt(None, rows, failures, {"y": part["a"][rows] ** 2} if len(rows) else None)

    monkeypatch.setattr(evaluations, "CHUNK", 4)
    monkeypatch.setattr(evaluations, "attempt", attempt)
    monkeypatch.setattr(evaluations, "designs_of", lambda result: {})
    monkeypatch.setattr(evaluations, "elements", lambda result: ())
    of: Any = SimpleNamespace(flowsheet=None)
    found = model(of)({"a": np.arange(11.0)})
    assert [(one.index, one.reason) for one in found.failures] == [(i, f"no {i}") for i in (2, 5, 8)]
    expected = np.where(np.arange(11) % 3 == 2, np.nan, np.arange(11.0) ** 2)
    np.testing.assert_array_equal(found.of("y"), expected)
    with pytest.raises(StudyError, match="none of 2 cases can be solved; tank: no 2"):
        model(of)({"a": np.array([2.0, 5.0])})


def test_what_moves_nothing_has_no_index_of_its_own() -> None:
    """Asked for more factors than move the output: the others stay in one block."""
    found = sensitivity(didymium.load("iron_nitride").solve(), "capital.total", rows=8, top=1000)
    moving = {bar.factor.name for bar in found.bars if bar.swing > 0.0}
    assert 0 < len(moving) < len(found.factors)
    assert found.sobol is not None
    alone = {block.name for block in found.sobol.blocks if not block.name.startswith(REST)}
    assert alone == moving
    assert found.sobol.blocks[-1].name == f"{REST} ({len(found.factors) - len(moving)})"
