"""Ten thousand full samples of a mine-to-magnet plant on two processes, against a Python loop of single solves.

Times and memory are printed and kept in `extra_info`; nothing asserts one.
"""

from __future__ import annotations

import os
import threading
import time

import numpy as np
import pytest

import didymium
from didymium.studies.attempts import attempt, designs_of
from didymium.studies.outputs import outputs
from didymium.studies.uncertainty import Uncertainty, uncertainty

SAMPLES = int(os.environ.get("DIDYMIUM_SAMPLES", "10000"))
SINGLE = 50


class Peak:
    """The largest memory of this process and its workers together, MB, looked at twice a second."""

    def __init__(self) -> None:
        self.psutil = pytest.importorskip("psutil")
        self.most, self.mine = 0.0, 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        own = self.psutil.Process()
        while not self._end.wait(0.5):
            mine = own.memory_info().rss
            others = 0
            for child in own.children(recursive=True):
                try:
                    others += child.memory_info().rss
                except self.psutil.NoSuchProcess:
                    continue
            self.most = max(self.most, (mine + others) / 1e6)
            self.mine = max(self.mine, mine / 1e6)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


@pytest.mark.parametrize("name", ["mountain_pass"])
def test_ten_thousand_samples(benchmark, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every sample draws all that varies, solves the plant and its costs; the loop solves the same ones one by one."""
    plant = didymium.load(name)
    with Peak() as peak:
        started = time.perf_counter()
        found: Uncertainty = benchmark.pedantic(uncertainty, (plant, SAMPLES, 1), {"workers": 2}, rounds=1)
        together = time.perf_counter() - started
    designs = designs_of(plant.solve())
    alone, rated = 0.0, 0.0
    for index in range(SINGLE):
        given = {path: [value] for path, value in found.inputs(name, index).items()}
        started = time.perf_counter()
        try:
            one = outputs(plant.solve(given))
        except didymium.SolveError:
            one = {}
        alone += time.perf_counter() - started
        started = time.perf_counter()
        attempt(plant, given, designs, outputs)
        rated += time.perf_counter() - started
        for output, value in one.items():
            assert value[0] == found.outputs[name][output][index] or np.isnan(value[0]), output
    failed = len(found.failures[name])
    benchmark.extra_info.update(
        samples=SAMPLES,
        factors=len(found.factors),
        failed=failed,
        together_s=together,
        samples_per_s=SAMPLES / together,
        peak_MB=peak.most,
        single_s=alone / SINGLE,
        single_rated_s=rated / SINGLE,
        ratio=alone / SINGLE * SAMPLES / together,
    )
    with capsys.disabled():
        print(
            f"\n{SAMPLES:,} samples of {name}, {len(found.factors)} factors, {failed} failed, two processes: "
            f"{together:.1f} s, {SAMPLES / together:.0f} a second, at most {peak.most:.0f} MB in all processes "
            f"({peak.mine:.0f} MB in the one that collects); one by one {alone / SINGLE * 1000:.0f} ms each, "
            f"{alone / SINGLE * SAMPLES:.0f} s for all, {alone / SINGLE * SAMPLES / together:.0f} times as long; "
            f"with the design kept {rated / SINGLE * 1000:.0f} ms, {rated / SINGLE * SAMPLES / together:.0f} times"
        )
