from typing import Final

import numpy as np
from numpy.typing import NDArray

SOLVED: Final[int]
NOT_CONVERGED: Final[int]
NOT_CLOSED: Final[int]
INTERRUPTED: Final[int]

def solve(
    feed_at: int,
    feed: NDArray[np.float64],
    beta: NDArray[np.float64],
    organic: NDArray[np.float64],
    scrub: NDArray[np.float64],
    draw_at: NDArray[np.int64],
    draw: NDArray[np.float64],
    u: NDArray[np.float64],
    x: NDArray[np.float64],
    raffinate: NDArray[np.float64],
    extract: NDArray[np.float64],
    drawn: NDArray[np.float64],
    status: NDArray[np.int64],
    quality: NDArray[np.float64],
    stop: NDArray[np.int32],
    first: int = 0,
    last: int = -1,
    goal: float = 1e-12,
    limit: int = 1200,
) -> None: ...
