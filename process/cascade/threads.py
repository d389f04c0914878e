"""Independent cases of a kernel on several threads: same bits for any number of them, and Ctrl-C ends the work."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

import numpy as np
from numpy.typing import NDArray

from .errors import CascadeError

Work = Callable[[int, int, NDArray[np.int32]], None]

_WORTH_A_THREAD = 5_000_000
"""Stages × elements² below which starting a thread costs more than it brings; some 20 ms of solving."""


def cores() -> int:
    """Processor cores that this process may use; no more than OMP_NUM_THREADS, which workers set to 1."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limit = os.environ.get("OMP_NUM_THREADS", "")
    return min(found, int(limit)) if limit.isdecimal() and int(limit) > 0 else found


def run(work: Work, cases: int, size: int, threads: int | None = None) -> None:
    """Call ``work(first, last, stop)`` until all cases are done; ``size`` is stages × elements² of one case.

    Threads take chunks of cases; a chunk's answer does not depend on who solves it. ``threads`` None takes the cores
    there are where the work is worth it. On KeyboardInterrupt ``stop[0]`` becomes 1, which ends the kernels at their
    next step. Raises CascadeError for a number of threads below one.

    >>> done = []
    >>> run(lambda first, last, stop: done.append((first, last)), cases=3, size=1)
    >>> done
    [(0, 3)]
    """
    if threads is not None:
        try:
            if isinstance(threads, bool | np.bool_) or operator.index(threads) < 1:
                raise TypeError
        except TypeError:
            raise CascadeError(f"threads is {threads!r}; give a whole number above zero, or None") from None
        threads = operator.index(threads)
    stop = np.zeros(1, dtype=np.int32)
    # A Newton step costs about stages × elements²; some thirty of them are usual.
    heavy = cases * size * 30 > _WORTH_A_THREAD
    if not heavy and threads in (None, 1):
        work(0, cases, stop)
        return
    workers = max(1, min(cores() if threads is None else threads, cases))
    chunk = max(1, -(-cases // (8 * workers)))
    pool = ThreadPoolExecutor(workers)
    try:
        jobs: list[Future[None]] = [
            pool.submit(work, first, min(first + chunk, cases), stop) for first in range(0, cases, chunk)
        ]
        wait(jobs, return_when=FIRST_EXCEPTION)
        for job in jobs:
            job.result()
    except BaseException:
        stop[0] = 1
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
