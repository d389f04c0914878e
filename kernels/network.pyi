from numpy import float64
from numpy.typing import NDArray

def solve(
    shares: NDArray[float64],
    leave: NDArray[float64],
    inflow: NDArray[float64],
    out: NDArray[float64],
    work_shares: NDArray[float64],
    work_leave: NDArray[float64],
    work_pivot: NDArray[float64],
) -> tuple[int, int]: ...
