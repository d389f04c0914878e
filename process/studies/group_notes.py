"""Groups under `correlated:` that name a figure of the data which cannot vary: known once a plant is solved."""

from __future__ import annotations

from ..flowsheet import Result
from .attempts import figures_of
from .factors import unvaried


def remarks(result: Result) -> tuple[str, ...]:
    """What a reader of the result should know of its groups, one sentence for each figure: they are without effect on
    the result itself, and runs of many samples refuse them.
    """
    if not result.plan.correlated:
        return ()
    return tuple(
        f"{error.position}: {error.reason}; `didymium uncertainty` and `didymium sensitivity` will refuse it"
        for error in unvaried(result.plan, figures_of(result))
    )
