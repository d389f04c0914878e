"""Who solves the chunks of a run: this process, a pool of processes, any executor, or a Dask cluster."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

# Nothing here imports numpy: a spawned worker reads the number of threads from its environment before it does.

T = TypeVar("T")

THREADS = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
PATIENCE = 8.0
"""Seconds that a scheduler is given to answer."""
ALONE = 60.0
"""Seconds that a cluster may be without workers: one that ended may be started again."""
LOOK = 2.0
"""Seconds without an answer after which it is looked whether anybody is still at work."""
AGAIN = "start it again and give the same command; with --resume DIR what is finished is kept"
AHEAD = 2
"""Chunks in flight for each worker: one that is solved, one that waits. More would only cost memory."""


class ExecutorError(ValueError):
    """Nobody solves the chunks: `reason` says why, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}; {remedy}")
        self.reason, self.remedy = reason, remedy


def processors() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """A pool of spawned processes, each with BLAS on one thread."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    else:
        pool.shutdown()
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _begin() -> None:
    """Ctrl-C is for the process that started the run, which tells its workers; when it is killed they end with it."""
    import signal
    from multiprocessing import parent_process
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


@dataclass
class Watch:
    """Told to look, raises ExecutorError once a cluster has had no workers, or no scheduler, for `patience` seconds."""

    address: str
    threads: Callable[[], int]
    patience: float
    clock: Callable[[], float] = time.monotonic
    _since: float | None = field(default=None, init=False)

    def __call__(self) -> None:
        try:
            there, what = self.threads(), "had no workers"
        except (OSError, TimeoutError, RuntimeError):
            there, what = 0, "not answered"
        if there:
            self._since = None
            return
        now = self.clock()
        if self._since is None:
            self._since = now
        if now - self._since >= self.patience:
            raise ExecutorError(f"the scheduler at {self.address} has {what} for {self.patience:.0f} seconds", AGAIN)


@contextmanager
def cluster(address: str, patience: float = ALONE) -> Iterator[tuple[Executor, int, Watch]]:
    """The executor of a Dask cluster, its number of threads, and what tells when nobody is there any more.

    Raises ExecutorError where nobody is there to begin with.
    """
    client = _client(address)

    def threads() -> int:
        return sum(client.sync(client.scheduler.ncores, callback_timeout=PATIENCE).values())

    try:
        workers = threads()
        if not workers:
            raise ExecutorError(
                f"the scheduler at {address} has no workers", f"start one: dask worker {address} --nthreads 1"
            )
        yield client.get_executor(pure=False), workers, Watch(address, threads, patience)
    finally:
        client.close()


def _client(address: str) -> Any:
    try:
        import distributed
    except ImportError:
        raise ExecutorError("a scheduler needs the package distributed", "pip install didymium[dask]") from None
    import logging

    for name in ("distributed", "distributed.comm", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what ends a run is told as an ExecutorError
    client: Any = distributed.Client  # it has no types

    class Quiet(client):  # type: ignore[misc]
        def __del__(self) -> None:
            """One that never came to run has nothing to close: closing would wait, then print a traceback."""
            if self.status == "running":
                super().__del__()

    try:
        return Quiet(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError, RuntimeError, TypeError) as error:
        raise ExecutorError(
            f"no scheduler answers at {address}: {_first(error)}",
            "start one with `dask scheduler` and name its address, as in tcp://127.0.0.1:8786",
        ) from None


def each(
    function: Callable[..., T],
    calls: Iterable[Sequence[Any]],
    executor: Executor,
    workers: int,
    look: Callable[[], None] | None = None,
    every: float = LOOK,
) -> Iterator[T]:
    """The answers to calls of a function as they come, never more than `AHEAD` for each worker in flight.

    Where none comes for `every` seconds `look` is called, which raises once nobody is at work. Raises ExecutorError
    where a worker, a scheduler or the executor is lost with its calls; what a call raises is raised as it is.
    """
    pending: set[Future[T]] = set()
    left = iter(calls)
    try:
        while True:
            while len(pending) < AHEAD * workers and (call := next(left, None)) is not None:
                pending.add(_asked(executor, function, call))
            if not pending:
                return
            ready, pending = wait(pending, None if look is None else every, return_when=FIRST_COMPLETED)
            if not ready and look is not None:
                look()
            for future in ready:
                yield _answer(future)
    finally:
        for future in pending:
            future.cancel()


def _asked(executor: Executor, function: Callable[..., T], call: Sequence[Any]) -> Future[T]:
    try:
        return executor.submit(function, *call)
    except BrokenExecutor:
        raise _died() from None
    except Exception as error:
        if _of_dask(error) or isinstance(error, RuntimeError):  # shut down, by whoever owns it
            raise ExecutorError(f"the executor takes no more chunks: {_first(error)}", AGAIN) from None
        raise


def _answer(future: Future[T]) -> T:
    try:
        return future.result()
    except BrokenExecutor:
        raise _died() from None
    except CancelledError:
        raise ExecutorError("the chunks were taken back: the scheduler or the executor has ended", AGAIN) from None
    except Exception as error:
        if _of_dask(error):
            raise ExecutorError(f"the cluster gives a chunk up: {_first(error)}", AGAIN) from None
        raise


def _died() -> ExecutorError:
    return ExecutorError(
        "a worker ended in the middle of its chunk, as one does that runs out of memory",
        "use fewer workers or smaller chunks; with --resume what is finished is kept",
    )


def _of_dask(error: Exception) -> bool:
    """Whether it is the cluster's own, such as KilledWorker, and none of a chunk; asked without importing it."""
    return type(error).__module__.partition(".")[0] == "distributed"


def _first(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
