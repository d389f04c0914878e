"""Cases on several threads: the same bits for any number of them, and an end when the user wants one."""

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from didymium.cascade import CascadeError, solve_circuits, threads

HANG = 60.0


def batch(cases=40, stages=60, elements=6):
    rng = np.random.default_rng(3)
    feed = rng.dirichlet(np.ones(elements), cases)
    beta = np.cumprod(rng.uniform(1.4, 3.0, (cases, elements)), axis=1)
    heavy = feed[:, 3:].sum(axis=1)
    organic = 2.0 * (heavy + 1.0 / (beta[:, 3] / beta[:, 2] - 1.0))
    return stages, stages // 2, feed, beta, organic, organic - 0.95 * heavy


@pytest.mark.parametrize("number", [2, 3, 7, 100])
def test_the_same_bits_for_any_number_of_threads(number):
    alone = solve_circuits(*batch(), threads=1)
    many = solve_circuits(*batch(), threads=number)
    for name in ("raffinate", "extract", "aqueous", "organic", "scalars", "iterations", "sensitivity"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(many, name))


@pytest.mark.parametrize("cases", [0, 1, 2, 17, 1000])
@pytest.mark.parametrize("number", [1, 2, 5])
def test_every_case_is_worked_on_once(cases, number):
    seen = np.zeros(cases, dtype=int)

    def work(first, last, stop):
        seen[first:last] += 1

    threads.run(work, cases, 10**9, number)
    assert (seen == 1).all()


@pytest.mark.parametrize("number", [0, -1, 1.5, True, "2"])
def test_what_is_no_number_of_threads(number):
    with pytest.raises(CascadeError, match="threads is"):
        solve_circuits(*batch(2), threads=number)


def test_an_error_in_a_thread_is_raised():
    def work(first, last, stop):
        raise CascadeError(f"cases {first} to {last}")

    with pytest.raises(CascadeError, match="cases 0 to"):
        threads.run(work, 10, 10**9, 2)


def test_an_interrupt_stops_the_kernels(monkeypatch):
    """Ctrl-C reaches the main thread while it waits; the threads see the flag and end, and it goes on up."""
    ended = threading.Event()

    def work(first, last, stop):
        begin = time.monotonic()
        while not stop[0] and time.monotonic() - begin < HANG:
            time.sleep(0.001)
        if stop[0]:
            ended.set()

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(threads, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        threads.run(work, 4, 10**9, 2)
    assert ended.is_set()


@pytest.mark.skipif(os.name == "nt", reason="a signal of its own is sent to the process as POSIX does")
@pytest.mark.parametrize("cases", [1, 2000])
def test_ctrl_c_ends_a_long_solve(cases):
    """A solve without end in sight, in the main thread or on others, is left within seconds of SIGINT."""
    program = """
import signal, sys, threading, os, time
import numpy as np
from didymium.kernels import exchange
from didymium.cascade import threads
n = int(sys.argv[1])
def work(first, last, stop):
    N = 400
    feed, beta = np.full((n, 4), .25), np.tile([1., 1.4, 2., 2.8], (n, 1))
    out = [np.full((n, N), np.nan), np.zeros((n, N, 4)), np.zeros((n, 4)), np.zeros((n, 4)), np.zeros((n, 0, 4))]
    exchange.solve(200, feed, beta, np.full(n, 3.), np.full(n, 2.5), np.zeros(0, np.int64), np.zeros((n, 0)), *out,
                   np.zeros((n, 4), np.int64), np.zeros((n, 4)), stop, first, last, goal=-1.0, limit=10**8)
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
begin = time.monotonic()
try:
    threads.run(work, n, 1 if n == 1 else 10**9)
except KeyboardInterrupt:
    print("left")
"""
    done = subprocess.run([sys.executable, "-c", program, str(cases)], capture_output=True, text=True, timeout=HANG)
    assert done.stdout.strip() == "left", done.stderr
