from typing import Final

import numpy as np
from numpy.typing import NDArray

DONE: Final[int]
BAD_INPUT: Final[int]
NOT_FINITE: Final[int]

def run(
    time: NDArray[np.float64],
    temperature: NDArray[np.float64],
    laws: NDArray[np.float64],
    solid: NDArray[np.float64],
    hydrogen: NDArray[np.float64],
    metal: NDArray[np.float64],
    escape: NDArray[np.float64],
    vapour: NDArray[np.float64],
    end: NDArray[np.float64],
    metal_left: NDArray[np.float64],
    profile: NDArray[np.float64],
    status: NDArray[np.int64],
    most_kelvin: float = 12.0,
    most_seconds: float = 400.0,
) -> None: ...
