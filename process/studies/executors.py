"""Who solves the chunks of a run: this process, a pool of processes, any executor, or a Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
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


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """The executor of a Dask cluster and its number of threads. Raises ExecutorError where nobody is there."""
    client = _client(address)
    try:
        workers = sum(client.nthreads().values())
        if not workers:
            raise ExecutorError(
                f"the scheduler at {address} has no workers", f"start one: dask worker {address} --nthreads 1"
            )
        yield client.get_executor(pure=False), workers
    finally:
        client.close()


def _client(address: str) -> Any:
    try:
        import distributed
    except ImportError:
        raise ExecutorError("a scheduler needs the package distributed", "pip install didymium[dask]") from None
    import logging

    for name in ("distributed", "distributed.comm", "distributed.client"):
        logging.getLogger(name).setLevel(logging.ERROR)
    client: Any = distributed.Client  # it has no types

    class Quiet(client):  # type: ignore[misc]
        def __del__(self) -> None:
            """One that never came to run has nothing to close: closing would wait, then print a traceback."""
            if self.status == "running":
                super().__del__()

    try:
        return Quiet(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError, RuntimeError, TypeError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ExecutorError(
            f"no scheduler answers at {address}: {why}",
            "start one with `dask scheduler` and name its address, as in tcp://127.0.0.1:8786",
        ) from None


def each(
    function: Callable[..., T],
    calls: Iterable[Sequence[Any]],
    executor: Executor,
    workers: int,
) -> Iterator[T]:
    """The answers to calls of a function as they come, never more than `AHEAD` for each worker in flight.

    Raises ExecutorError where a worker is lost with its call.
    """
    from concurrent.futures.process import BrokenProcessPool

    pending: set[Future[T]] = set()
    left = iter(calls)
    try:
        while True:
            while len(pending) < AHEAD * workers and (call := next(left, None)) is not None:
                pending.add(executor.submit(function, *call))
            if not pending:
                return
            ready, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in ready:
                yield future.result()
    except BrokenProcessPool:
        raise ExecutorError(
            "a worker ended in the middle of its chunk, as one does that runs out of memory",
            "use fewer workers or smaller chunks; with --resume what is finished is kept",
        ) from None
    finally:
        for future in pending:
            future.cancel()
