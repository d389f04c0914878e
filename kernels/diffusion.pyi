from typing import Final

import numpy as np
from numpy.typing import NDArray

DONE: Final[int]
NO_CASE: Final[int]

def run(
    faces: NDArray[np.float64],
    radii: NDArray[np.float64],
    clocks: NDArray[np.float64],
    cases: NDArray[np.float64],
    fast: NDArray[np.float64],
    slow: NDArray[np.float64],
    times: NDArray[np.float64],
    coating: NDArray[np.float64],
    boundary: NDArray[np.float64],
    grain: NDArray[np.float64],
    spent: NDArray[np.float64],
    status: NDArray[np.int64],
) -> None: ...
