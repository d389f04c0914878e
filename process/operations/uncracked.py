"""Rare-earth minerals where none may be: they dissolve in nothing before a roast, bake or crack has opened them."""

from __future__ import annotations

import numpy as np

from ..elements import RE
from .balance import Balance
from .mineral_rows import RARE_EARTH, family, rows_of

CRACK = "roast or crack it first: oxidative_roast, sulfuric_bake or caustic_crack"


def refuse_minerals(b: Balance, what: str, remedy: str = CRACK, *, inlet: str = "feed") -> None:
    """Refuse a feed with a rare-earth mineral, kg/h above zero, of which `what` tells the step's trouble.

    `what` goes on after the mineral's name: `", which water does not open"`. Raises OperationError at the inlet's key.
    """
    for row in rows_of(b, inlet):
        if family(row) == RARE_EARTH:
            b.refuse(
                np.asarray(b.flow(inlet, row)[:, RE].any(axis=1)),
                lambda _, row=row: (f"its feed holds {row}{what}", remedy),  # type: ignore[misc]
                inlet,
            )
