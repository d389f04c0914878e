from typing import Final

import numpy as np
from numpy.typing import NDArray

FINE: Final[int]
BAD_NUMBER: Final[int]
NO_RARE_EARTH: Final[int]
SHORT_OF_R: Final[int]
BORON_BEYOND: Final[int]

def balance(
    moles: NDArray[np.float64],
    per_carbon: float,
    carbon_for_boron: bool,
    phases: NDArray[np.float64],
    extras: NDArray[np.float64],
    status: NDArray[np.int64],
) -> None: ...
