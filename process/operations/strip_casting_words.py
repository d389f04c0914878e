"""What strip casting says of charges that cannot be made: reason and remedy of a sample."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..elements import members

Array = NDArray[np.float64]

HEAVY = (*members("HREE"), "Gd")
"""What a purchased heavy metal is for."""


def none_of(name: str, share: Array) -> Callable[[int], tuple[str, str]]:
    return lambda sample: (
        f"the alloy needs {share[sample]:.3g} kg/kg of {name} and the feed `heavy` holds none",
        f"give that feed some {name}",
    )


def holds_none(name: str, item: str) -> Callable[[int], tuple[str, str]]:
    return lambda _: (f"the feed `{item}` holds no {name}", f"give that feed some {name}, or leave it out")


def no_amounts(items: tuple[str, ...]) -> Callable[[int], tuple[str, str]]:
    return lambda _: (
        f"no amounts of {' and '.join(items)} make the composition with this metal",
        "give purer iron and ferroboron",
    )


def nothing_brings(name: str, missing: Array, there: Array) -> Callable[[int], tuple[str, str]]:
    def words(sample: int) -> tuple[str, str]:
        heavy = set(members(name)) <= set(HEAVY)
        brings = "and nothing brings it" if heavy or there[sample] > 0.0 else "and no input holds any"
        remedy = "name a feed without a rate as `heavy`" if heavy else f"add a metal that holds {name} to `feeds`"
        return f"the alloy needs {missing[sample]:.6g} kg/h more {name} {brings}", f"{remedy}, or leave it out"

    return words


def worn_off(share: Array, excess: Array, worn: Array) -> Callable[[int], tuple[str, str]]:
    return lambda sample: (
        f"the crucible brings {worn[sample]:.4%} Al into an alloy that should hold {share[sample]:.4%} and gets "
        f"{share[sample] + excess[sample]:.4%}",
        "lower crucible, ask for more Al, or widen `tolerance`",
    )


def too_much(name: str, share: Array, excess: Array) -> Callable[[int], tuple[str, str]]:
    return lambda sample: (
        f"the inputs bring {share[sample] + excess[sample]:.4%} {name}, {excess[sample]:.4%} more than the "
        f"{share[sample]:.4%} asked for",
        f"ask for at least {share[sample] + excess[sample]:.4%}, bring less of it, or widen `tolerance`",
    )
