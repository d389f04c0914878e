"""Who solves the chunks: how many are in flight, and every way in which nobody solves them any more."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

import didymium
from didymium.studies import executors
from didymium.studies.executors import ExecutorError, Watch, each
from didymium.studies.uncertainty import uncertainty

RESUMED = "with --resume DIR what is finished is kept"


class Endings(Executor):
    """Answers each call as it is told to."""

    def __init__(self, end: Callable[[Future[Any]], object]) -> None:
        self.end = end

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.end(future)
        return future


def cancelled(future: Future[Any]) -> None:
    future.cancel()
    future.set_running_or_notify_cancel()


class KilledWorker(Exception):
    """As that of distributed."""

    __module__ = "distributed.scheduler"


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (cancelled, "the chunks were taken back: the scheduler or the executor has ended"),
        (lambda future: future.set_exception(KilledWorker("tried 4 workers\nall dead")), "up: tried 4 workers; start"),
        (lambda future: future.set_exception(KilledWorker()), "the cluster gives a chunk up: KilledWorker; start"),
        (lambda future: future.set_exception(BrokenExecutor()), "a worker ended in the middle of its chunk"),
    ],
)
def test_a_lost_call_is_told(end: Callable[[Future[Any]], object], words: str) -> None:
    with pytest.raises(ExecutorError, match=words) as caught:
        list(each(abs, [(1,)], Endings(end), 1))
    assert "--resume" in caught.value.remedy


def test_what_a_call_raises_is_raised_as_it_is() -> None:
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(RuntimeError, match="of ours"):
            list(each(slipping, [(RuntimeError("of ours"),)], pool, 1))
        with pytest.raises(KeyError, match="of ours"):
            list(each(slipping, [(KeyError("of ours"),)], pool, 1))


def slipping(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("error", [RuntimeError("cannot schedule new futures"), KilledWorker("it is closed")])
def test_an_executor_that_takes_nothing_more_is_told(error: Exception) -> None:
    def refuse(future: Future[Any]) -> None:
        raise error

    with pytest.raises(ExecutorError, match=f"takes no more chunks: {error}.*{RESUMED}"):
        list(each(abs, [(1,)], Endings(refuse), 1))
    with pytest.raises(TypeError, match="a slip"):
        list(each(abs, [(1,)], Endings(lambda future: slipping(TypeError("a slip"))), 1))


def test_it_is_looked_only_while_nothing_comes() -> None:
    looks: list[int] = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 3:
            raise ExecutorError("nobody is there", "start one")

    with pytest.raises(ExecutorError, match="nobody is there"):
        list(each(abs, [(1,)], Endings(lambda future: None), 1, look, every=0.001))
    assert len(looks) == 3
    assert list(each(abs, [(-1,), (-2,)], Endings(lambda future: future.set_result(5)), 1, look, every=60.0)) == [5, 5]
    assert len(looks) == 3


def test_what_is_finished_is_kept(tmp_path: Path) -> None:
    """The third chunk is lost with its scheduler; the same command solves it and no other."""
    plant = didymium.load("iron_nitride")
    made: list[int] = []

    class Ending(Executor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            made.append(1)
            if len(made) == 3:
                cancelled(future)
            else:
                future.set_result(fn(*args))
            return future

    with pytest.raises(ExecutorError, match=RESUMED):
        uncertainty(plant, 16, 1, chunk=4, executor=Ending(), workers=1, folder=tmp_path / "run")
    kept = {path.name for path in (tmp_path / "run").glob("chunk_*.npz")}
    assert kept
    made.clear()
    made += [1] * 3
    found = uncertainty(plant, 16, 1, chunk=4, executor=Ending(), workers=1, folder=tmp_path / "run")
    assert len(made) - 3 == 4 - len(kept)
    whole = uncertainty(plant, 16, 1, workers=1).outputs["iron_nitride"]
    assert all(found.outputs["iron_nitride"][name].tobytes() == values.tobytes() for name, values in whole.items())


def test_patience() -> None:
    """Counted from when the last worker was gone; one that comes back in time is waited for."""
    now, threads = 0.0, 2

    def count() -> int:
        if threads < 0:
            raise TimeoutError
        return threads

    look = Watch("tcp://here:8786", count, 60.0, lambda: now)
    for now, threads in ((0.0, 2), (500.0, 0), (559.0, 0), (560.0, 1), (600.0, 0), (659.0, -1)):  # noqa: B007
        look()
    now, threads = 660.0, 0
    with pytest.raises(ExecutorError, match=f"at tcp://here:8786 has had no workers for 60 seconds.*{RESUMED}"):
        look()
    threads = -1
    with pytest.raises(ExecutorError, match="at tcp://here:8786 has not answered for 60 seconds"):
        look()


@pytest.fixture
def parties(tmp_path: Path) -> Iterator[tuple[str, dict[str, subprocess.Popen[bytes]]]]:
    """A scheduler and its only worker, each a process that nobody starts again; and the address."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    names = {"scheduler": ["--host", "127.0.0.1", "--port", "0"], "worker": ["--nthreads", "1", "--no-nanny"]}
    started = {
        name: subprocess.Popen(
            [
                sys.executable,
                "-m",
                f"distributed.cli.dask_{name}",
                "--scheduler-file",
                str(file),
                "--no-dashboard",
                *of,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=tmp_path,
        )
        for name, of in names.items()
    }
    try:
        for _ in range(600):
            if file.exists() and file.read_text(encoding="utf-8").endswith("}"):
                break
            time.sleep(0.1)
        yield json.loads(file.read_text(encoding="utf-8"))["address"], started
    finally:
        for process in started.values():
            process.kill()
            process.communicate()


@pytest.mark.parametrize(("killed", "words"), [("scheduler", "taken back"), ("worker", "has had no workers for 0 sec")])
def test_a_cluster_that_ends_midway(
    parties: tuple[str, dict[str, subprocess.Popen[bytes]]],
    killed: str,
    words: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    address, started = parties
    with patiently(address) as (many, threads, look):
        assert threads == 1
        answers = each(time.sleep, [(0.0,), (600.0,)], many, threads, look, every=0.1)
        assert next(answers) is None
        started[killed].kill()
        with pytest.raises(ExecutorError, match=f"{words}.*{RESUMED}"):
            next(answers)
    assert capfd.readouterr().err == ""


@contextmanager
def patiently(address: str) -> Iterator[tuple[Executor, int, Watch]]:
    """The cluster once its worker is there."""
    with ExitStack() as stack:
        for last in [False] * 100 + [True]:
            try:
                party = stack.enter_context(executors.cluster(address, patience=0.4))
                break
            except ExecutorError:
                if last:
                    raise
                time.sleep(0.2)
        yield party
