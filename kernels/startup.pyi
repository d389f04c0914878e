from typing import Final

import numpy as np
from numpy.typing import NDArray

DONE: Final[int]
FULL: Final[int]
NO_STEP: Final[int]
INTERRUPTED: Final[int]

def run(
    feed_at: int,
    feed: NDArray[np.float64],
    beta: NDArray[np.float64],
    hold: NDArray[np.float64],
    aqueous: NDArray[np.float64],
    organic: NDArray[np.float64],
    draw: NDArray[np.float64],
    draw_at: NDArray[np.int64],
    returned_down: float,
    returned_up: float,
    u: NDArray[np.float64],
    x: NDArray[np.float64],
    settled: NDArray[np.float64],
    slopes: NDArray[np.float64],
    clock: NDArray[np.float64],
    until: float,
    steady: NDArray[np.float64],
    times: NDArray[np.float64],
    outlets: NDArray[np.float64],
    delivered: NDArray[np.float64],
    inventory: NDArray[np.float64],
    distance: NDArray[np.float64],
    status: NDArray[np.int64],
    rtol: float = 1e-4,
    atol: float = 1e-9,
    fixed: float = 0.0,
    goal: float = 1e-12,
) -> None: ...
