"""What mixers and settlers of a cascade hold, from amounts or from residence times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..batch import one_number
from ..errors import CascadeError
from ..exchange import Cascade
from .flows import in_operation

Floats = NDArray[np.float64]

_NAMES = ("mixer_aqueous", "mixer_organic", "settler_aqueous", "settler_organic")


@dataclass(frozen=True, eq=False)
class HoldUp:
    """Rare earth held by each stage, mol in the unit of the flows: one number for all stages or (stages,).

    Mixers hold both phases at equilibrium, each settler is a well-mixed lag behind its mixer. Hold-ups stay constant.
    A mixer's must be above zero, a settler's may be zero, which is no settler. Raises CascadeError.

    >>> HoldUp(2.0, 3.0, 8.0, 12.0).table(2)[:, 0].tolist()
    [2.0, 3.0, 8.0, 12.0]
    """

    mixer_aqueous: ArrayLike
    mixer_organic: ArrayLike
    settler_aqueous: ArrayLike
    settler_organic: ArrayLike

    def __post_init__(self) -> None:
        for name in _NAMES:
            given = getattr(self, name)
            try:
                array = np.array(given)
                if array.dtype.kind not in "iuf" or array.ndim > 1:
                    raise TypeError
                array = array.astype(np.float64)
            except (TypeError, ValueError):
                raise CascadeError(f"{name} is {given!r}; give a hold-up in mol, or one per stage") from None
            floor = "above zero" if name.startswith("mixer") else "not negative"
            low = array <= 0.0 if name.startswith("mixer") else array < 0.0
            bad = np.flatnonzero(np.atleast_1d(low | ~np.isfinite(array)))
            if len(bad):
                stage = int(bad[0]) + 1 if array.ndim else None
                where = f" of stage {stage}" if stage else ""
                raise CascadeError(
                    f"{name}{where} is {float(np.atleast_1d(array)[bad[0]]):g} mol; give a finite hold-up {floor}",
                    stage=stage,
                )
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __reduce__(self) -> tuple[object, ...]:
        return HoldUp, tuple(np.array(getattr(self, name)) for name in _NAMES)

    @classmethod
    def of_times(cls, cascade: Cascade, *, mixing: float, settling: float) -> HoldUp:
        """Hold-ups from residence times, in the time unit of the flows, each phase from its own flow in operation.

        ``mixing`` is above zero; ``settling`` may be zero. Each settler holds ``settling`` times what runs through it.
        Plants run 3 to 8 minutes of mixing and 10 to 30 of settling (practice, an assumption). Raises CascadeError.

        >>> cascade = Cascade(stages=2, feed_stage=1, feed={"A": 0.5, "B": 0.5},
        ...                   separation_factors={"A": 2.0, "B": 1.0}, extract_flow=2.0, scrub_flow=1.5)
        >>> HoldUp.of_times(cascade, mixing=5.0, settling=20.0).table(2).tolist()
        [[2.5, 7.5], [10.0, 2.5], [10.0, 30.0], [40.0, 10.0]]
        """
        mixing, settling = one_number(mixing, "mixing"), one_number(settling, "settling")
        if not (np.isfinite(mixing) and mixing > 0.0):
            raise CascadeError(f"mixing is {mixing:g}; give a residence time above zero, in the time unit of the flows")
        if not (np.isfinite(settling) and settling >= 0.0):
            raise CascadeError(f"settling is {settling:g}; give a residence time, not negative")
        flows = in_operation(cascade)
        down = flows.aqueous + flows.draw
        return cls(down * mixing, flows.organic * mixing, down * settling, flows.organic * settling)

    def table(self, stages: int) -> Floats:
        """(4, stages) mol: mixer aqueous and organic, settler aqueous and organic. Raises CascadeError."""
        out = np.empty((4, stages))
        for row, name in zip(out, _NAMES, strict=True):
            given = np.asarray(getattr(self, name))
            if given.shape not in ((), (stages,)):
                raise CascadeError(f"{name} has {len(given)} hold-ups; the cascade has {stages} stages, give one each")
            row[...] = given
        return out
