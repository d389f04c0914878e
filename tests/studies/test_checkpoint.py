"""Folders of runs: what is kept, what is made anew, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import didymium
from didymium.plan import Position
from didymium.studies import executors
from didymium.studies.attempts import Failure, attempt
from didymium.studies.checkpoint import Checkpoint, CheckpointError
from didymium.studies.chunks import Chunk
from didymium.studies.executors import ExecutorError
from didymium.studies.run_differences import differing
from didymium.studies.uncertainty import Uncertainty, uncertainty

IDENTITY = {"samples": 4, "outputs": {"a plant": ["cost.magnet", "irr"]}}
CHUNK = Chunk(
    4,
    6,
    {"a plant": np.array([[1.0, np.nan], [np.nan, np.nan]])},
    {"a plant": (Failure(5, "cell", "öx; ide", Position("C:\\a b.yaml", 3, 7)),)},
)


def run(folder: Path, **keywords: object) -> Uncertainty:
    given = {"samples": 12, "seed": 1, "chunk": 4, "workers": 1, **keywords}
    return uncertainty(didymium.load("iron_nitride"), folder=folder, **given)  # type: ignore[arg-type]


def test_a_chunk_comes_back_as_it_was(tmp_path: Path) -> None:
    keep = Checkpoint(tmp_path / "run", IDENTITY)
    keep.open()
    keep.save(1, CHUNK)
    found = keep.load(1, 4, 6)
    assert found is not None
    np.testing.assert_array_equal(found.values["a plant"], CHUNK.values["a plant"])
    assert found.failures == CHUNK.failures
    assert keep.load(0, 0, 4) is None
    assert keep.load(1, 4, 7) is None


@pytest.mark.parametrize("left", [0, 10, 31, 200, -1])
def test_a_broken_chunk_is_made_anew(tmp_path: Path, left: int) -> None:
    whole = run(tmp_path / "run")
    file = tmp_path / "run" / "chunk_00001.npz"
    data = file.read_bytes()
    file.write_bytes(data[:left])
    again = run(tmp_path / "run")
    for name, values in whole.outputs["iron_nitride"].items():
        assert values.tobytes() == again.outputs["iron_nitride"][name].tobytes()
    assert file.read_bytes() == data


def test_no_bit_of_a_chunk_can_change_unseen(tmp_path: Path) -> None:
    """Headers, flags such as those of encryption, names, values, digest."""
    keep = Checkpoint(tmp_path / "run", IDENTITY)
    keep.open()
    keep.save(1, CHUNK)
    file = tmp_path / "run" / "chunk_00001.npz"
    data = file.read_bytes()
    for place in range(len(data)):
        for bit in (0, 3, 7):
            file.write_bytes(data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :])
            assert keep.load(1, 4, 6) is None, (place, bit)
    file.write_bytes(data + b"\0")
    assert keep.load(1, 4, 6) is None
    file.write_bytes(data)
    assert keep.load(1, 4, 6) is not None


def test_a_chunk_with_other_values_is_made_anew(tmp_path: Path) -> None:
    """A sound archive, of the right shapes, which no run has written."""
    whole = run(tmp_path / "run")
    file = tmp_path / "run" / "chunk_00001.npz"
    data = file.read_bytes()
    with np.load(file) as held:  # numpy reads it beside the digest
        arrays = dict(held)
    arrays["values_0"] = arrays["values_0"] * 1.01
    np.savez_compressed(file, **arrays)
    with file.open("ab") as end:
        end.write(data[-32:])
    again = run(tmp_path / "run")
    for name, values in whole.outputs["iron_nitride"].items():
        assert values.tobytes() == again.outputs["iron_nitride"][name].tobytes()
    assert file.read_bytes() == data


def test_a_chunk_is_of_its_own_place_and_run(tmp_path: Path) -> None:
    keep = Checkpoint(tmp_path / "run", IDENTITY)
    keep.open()
    keep.save(1, CHUNK)
    data = (tmp_path / "run" / "chunk_00001.npz").read_bytes()
    (tmp_path / "run" / "chunk_00002.npz").write_bytes(data)
    assert keep.load(2, 4, 6) is None
    other = Checkpoint(tmp_path / "other", {**IDENTITY, "seed": 2})
    other.open()
    (tmp_path / "other" / "chunk_00001.npz").write_bytes(data)
    assert other.load(1, 4, 6) is None


@pytest.mark.parametrize(
    "values", [np.zeros((2, 2), dtype=np.float32), np.zeros((2, 3)), np.zeros((3, 2)), np.zeros((2, 2, 1))]
)
def test_a_chunk_of_another_form_is_not_taken(tmp_path: Path, values: np.ndarray) -> None:
    keep = Checkpoint(tmp_path / "run", IDENTITY)
    keep.open()
    keep.save(1, Chunk(4, 6, {"a plant": values}, {"a plant": ()}))
    assert keep.load(1, 4, 6) is None


def test_a_rest_of_a_killed_write_is_taken_away(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.0123456789abcdef.tmp").write_bytes(b"killed before there was a run")
    run(folder)
    rest = folder / "chunk_00001.0123456789abcdef.tmp"
    rest.write_bytes(b"half")
    others = [folder / name for name in (".0123.tmp", "chunk_00001.tmp", "chunk_1.0123456789abcdef.tmp", "a.tmp")]
    for other in others:
        other.write_bytes(b"mine")
    run(folder)
    assert not rest.exists()
    assert all(other.read_bytes() == b"mine" for other in others)


@pytest.mark.parametrize("said", [None, "{}", '{"format": "didymium.uncertainty-run/1"}', "of another run"])
def test_nothing_is_taken_from_a_folder_of_somebody_else(tmp_path: Path, said: str | None) -> None:
    folder = tmp_path / "run"
    if said == "of another run":
        run(folder, seed=2)
    else:
        folder.mkdir()
        (folder / "notes.txt").write_text("mine", encoding="utf-8")
        if said is not None:
            (folder / "run.json").write_text(said, encoding="utf-8")
    for name in (".0123.tmp", ".swap.tmp", "chunk_00001.0123456789abcdef.tmp", "run.0123456789abcdef.tmp"):
        (folder / name).write_bytes(b"mine")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(CheckpointError):
        run(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_run_of_an_earlier_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"format": "didymium.uncertainty-run/1"}', encoding="utf-8")
    with pytest.raises(CheckpointError, match="holds a run of another version of didymium"):
        run(tmp_path)


@pytest.mark.parametrize("when", ["fsync", "replace"])
def test_a_chunk_that_is_cut_short_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """Until all of it is on the disk a chunk has no name of its own; a full disk loses that chunk alone."""
    keep = Checkpoint(tmp_path / "run", IDENTITY)
    keep.open()
    seen: list[list[str]] = []

    def full(*_: object) -> None:
        seen.append([path.name for path in (tmp_path / "run").iterdir() if path.suffix == ".npz"])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(f"os.{when}", full)
        with pytest.raises(CheckpointError, match=r"cannot keep chunk 1 .*No space left"):
            keep.save(1, CHUNK)
    assert seen == [[]]
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["run.json"]
    keep.save(1, CHUNK)
    assert keep.load(1, 4, 6) is not None


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"samples": 16}, "another run: 12 samples there, 16 samples here;"),
        ({"seed": 2}, "another run: seed 1 there, seed 2 here;"),
        ({"chunk": 6}, "another run: chunks of 4 there, chunks of 6 here;"),
        ({"method": "sobol"}, "another run: samples by latin there, samples by sobol here;"),
        ({"changes": {"nitriding.x": "1"}}, r"another run: nitriding\.x is not set there, set to 1 here;"),
    ],
)
def test_another_run_is_refused(tmp_path: Path, keywords: dict[str, object], words: str) -> None:
    run(tmp_path / "run")
    with pytest.raises(CheckpointError, match=words):
        run(tmp_path / "run", **keywords)


def test_another_plant_is_refused(tmp_path: Path) -> None:
    run(tmp_path / "run")
    with pytest.raises(CheckpointError) as raised:
        uncertainty(didymium.load("ningbo_magnets"), 16, chunk=4, workers=1, folder=tmp_path / "run")
    assert raised.value.reason == (
        f"{tmp_path / 'run'} holds another run: iron_nitride there, ningbo_magnets here; 12 samples there, "
        "16 samples here"
    )


def test_plants_in_another_order_are_another_run(tmp_path: Path) -> None:
    """Chunks hold the plants by their order."""
    both = {"outputs": {"a": ["x"], "b": ["x"]}, "inputs_sha256": {"a": "1", "b": "2"}}
    Checkpoint(tmp_path / "run", both).open()
    turned = {key: dict(reversed(of.items())) for key, of in both.items()}
    with pytest.raises(CheckpointError, match="another run: a and b there, b and a here;"):
        Checkpoint(tmp_path / "run", turned).open()


def test_other_data_is_refused(tmp_path: Path) -> None:
    """Ranges or results that are others than when the run was begun, with the same files."""
    run(tmp_path / "run")
    file = tmp_path / "run" / "run.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    said["ranges_sha256"] = "0" * 64
    file.write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(CheckpointError, match="another run: numbers vary over other ranges;"):
        run(tmp_path / "run")


def test_differences_are_told_in_words() -> None:
    """No digest and no name of a key; what follows from another difference is left out."""
    there = {
        "version": "1.0",
        "samples": 4,
        "inputs_sha256": {"one": "ab" * 32},
        "changes": {"kiln.heat": "9 kW"},
        "factors": ["x"],
        "ranges_sha256": "ab" * 32,
        "own_values_sha256": {"one": "ab" * 32},
    }
    file = {**there, "inputs_sha256": {"one": "cd" * 32}, "ranges_sha256": "cd" * 32}
    assert list(differing(there, file)) == ["the file of one, or one that it extends, was changed"]
    assert list(differing(there, {**there, "changes": {"kiln.heat": "8 kW", "a.b": "1"}, "factors": ["y"]})) == [
        "kiln.heat is set to 9 kW there, set to 8 kW here",
        "a.b is not set there, set to 1 here",
    ]
    assert list(differing(there, {**there, "version": "1.1", "ranges_sha256": "cd" * 32})) == [
        "didymium 1.0 there, didymium 1.1 here"
    ]
    assert list(differing(there, {**there, "own_values_sha256": {"one": "cd" * 32}})) == [
        "results at the plant's own values are others"
    ]
    assert list(differing({**there, "changes": [], "samples": "x" * 99}, {**there, "changes": {}})) == [
        f"{'x' * 60} samples there, 4 samples here"
    ]


def test_folders_that_hold_no_run(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(CheckpointError, match="holds other files and no run"):
        run(tmp_path)
    (tmp_path / "run.json").write_bytes(b"\xff{")
    with pytest.raises(CheckpointError, match="does not say what run"):
        run(tmp_path)
    (tmp_path / "run.json").write_text('["no run"]', encoding="utf-8")
    with pytest.raises(CheckpointError, match="does not say what run"):
        run(tmp_path)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("", encoding="utf-8")
    with pytest.raises(CheckpointError, match="cannot keep a run in"):
        run(tmp_path / "run")


def test_nobody_at_the_address() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(ExecutorError, match=r"no scheduler answers at tcp://127.0.0.1:9"):
        uncertainty(didymium.load("iron_nitride"), 4, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(ExecutorError, match="no scheduler answers at nonsense"):
        uncertainty(didymium.load("iron_nitride"), 4, scheduler="nonsense://x y")


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(ExecutorError, match=r"pip install didymium\[dask\]"):
        uncertainty(didymium.load("iron_nitride"), 4, scheduler="tcp://127.0.0.1:9")


def test_a_worker_that_dies_is_told() -> None:
    with executors.processes(1) as pool, pytest.raises(ExecutorError, match="a worker ended in the middle"):
        list(executors.each(_die, [(1,)], pool, 1))


def _die(code: int) -> None:
    import os

    os._exit(code)


def test_the_environment_of_workers_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    with executors.processes(1):
        assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "OPENBLAS_NUM_THREADS" not in os.environ


def test_few_calls_are_in_flight() -> None:
    from concurrent.futures import ThreadPoolExecutor

    asked: list[int] = []

    def calls() -> object:
        for number in range(20):
            asked.append(number)
            yield (number,)

    with ThreadPoolExecutor(1) as pool:
        answers = executors.each(lambda number: number, calls(), pool, 1)  # type: ignore[arg-type]
        first = next(answers)
        assert len(asked) == executors.AHEAD
        assert sorted([first, *answers]) == list(range(20))


def test_a_slip_of_ours_costs_its_own_sample_alone() -> None:
    plant = didymium.load("iron_nitride")
    hours = np.linspace(7000.0, 7100.0, 9)

    def read(result: didymium.Result) -> list[float]:
        own = [float(one) for one in next(iter(result.cost.capital.values())).hours]
        if hours[4] in own:
            raise ZeroDivisionError("by nothing")
        return own

    found = attempt(plant, {"operating_hours": hours}, read=read)
    assert [(one.index, one.reason) for one in found.failures] == [(4, "ZeroDivisionError: by nothing")]
    assert found.rows.tolist() == [0, 1, 2, 3, 5, 6, 7, 8]
    assert found.read == [hours[row] for row in found.rows]


def test_samples_of_different_numbers() -> None:
    with pytest.raises(ValueError, match="same number of samples"):
        attempt(didymium.load("iron_nitride"), {"operating_hours": [1.0, 2.0], "x": [1.0]})


PARENT = """
import os, sys, time
from didymium.studies import executors

if __name__ == "__main__":
    with executors.processes(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        time.sleep(600)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_workers_end_with_a_killed_run(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(PARENT, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    assert running(worker)
    parent.kill()
    parent.communicate()
    for _ in range(300):
        if not running(worker):
            return
        time.sleep(0.1)
    pytest.fail("the worker is still there")


def running(process: int) -> bool:
    """Whether there is a process of this number that is not just waiting to be buried."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")
