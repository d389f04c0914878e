from typing import Final

from numpy import float64, int32, int64
from numpy.typing import NDArray

SOLVED: Final[int]
NOT_CONVERGED: Final[int]
NOT_CLOSED: Final[int]
ORGANIC_FULL: Final[int]
INTERRUPTED: Final[int]

def solve(
    first: int,
    last: int,
    organic: NDArray[float64],
    aqueous: NDArray[float64],
    organic_down: NDArray[float64],
    aqueous_up: NDArray[float64],
    passed: NDArray[float64],
    kept: NDArray[float64],
    efficiency: NDArray[float64],
    source: NDArray[float64],
    inlet: NDArray[float64],
    ring: NDArray[float64],
    log_k: NDArray[float64],
    slope: NDArray[float64],
    charge: NDArray[float64],
    sites: NDArray[float64],
    anion: NDArray[float64],
    sulfate: NDArray[float64],
    dissociation: float,
    extractant: NDArray[float64],
    by_ph: bool,
    u: NDArray[float64],
    x: NDArray[float64],
    h: NDArray[float64],
    unbound: NDArray[float64],
    status: NDArray[int64],
    quality: NDArray[float64],
    stop: NDArray[int32],
    goal: float = 1e-12,
    limit: int = 20000,
    along: NDArray[float64] | None = None,
) -> None: ...
