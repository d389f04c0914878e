"""What a caller gives, checked and sorted: the feed, the cut, the targets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ...data.equilibria import Chemistry
from ...elements import INDEX, RARE_EARTHS
from ..batch import one_number
from ..errors import CascadeError

WANTED = ("raffinate", "extract", "non_re")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed sorted out: rare earths, other cations that the extractant knows, and elements that it does not."""

    metals: Mapping[str, float]
    others: Mapping[str, float]
    unknown: Mapping[str, float]


def sorted_out(feed: Mapping[str, float], chemistry: Chemistry) -> Feed:
    if not isinstance(feed, Mapping):
        raise CascadeError(f"feed is a {type(feed).__name__}; give a mapping of elements to mol/L")
    parts: dict[str, dict[str, float]] = {"metals": {}, "others": {}, "unknown": {}}
    for name, value in feed.items():
        amount = one_number(value, f"{name} in the feed, mol/L,")
        if not (math.isfinite(amount) and amount >= 0.0):
            raise CascadeError(f"{name} in the feed is {amount:g} mol/L; give a finite number, not negative")
        if name in ("Cl", "H") or amount == 0.0:
            continue  # both follow from the charges and from feed_acid
        if name in chemistry.constants:
            parts["metals" if name in RARE_EARTHS else "others"][name] = amount
        elif name in RARE_EARTHS or name not in INDEX:
            raise CascadeError(
                f"{chemistry.name} has no constant for {name!r}; it knows {', '.join(chemistry.constants)}",
                element=name,
            )
        else:
            parts["unknown"][name] = amount
    return Feed(**parts)


def sides(metals: Mapping[str, float], log_k: Mapping[str, float], cut: tuple[str, str]) -> list[tuple[str, ...]]:
    """The rare earths of raffinate and extract, by rising log10 K. Raises CascadeError for a cut that is none."""
    order = sorted(metals, key=lambda name: log_k[name])
    if not (isinstance(cut, tuple | list) and len(cut) == 2):
        raise CascadeError(f"cut is {cut!r}; give the two elements next to it, such as ('Pr', 'Nd')")
    for name in cut:
        if name not in metals:
            raise CascadeError(f"the cut names {name!r}, which the feed does not hold; it has {', '.join(order)}")
    at = order.index(cut[0])
    if at + 1 >= len(order) or order[at + 1] != cut[1]:
        raise CascadeError(
            f"the cut {cut[0]} / {cut[1]} is not between neighbours: by rising extraction the feed holds "
            f"{', '.join(order)}; name two next to each other, the less extracted first"
        )
    return [tuple(order[: at + 1]), tuple(order[at + 1 :])]


def asked_of(targets: Mapping[str, float]) -> dict[str, float]:
    if not isinstance(targets, Mapping):
        raise CascadeError(f"targets is a {type(targets).__name__}; give a mapping of raffinate, extract and non_re")
    asked = {str(name): one_number(value, f"the target of {name}") for name, value in targets.items()}
    for name in asked:
        if name not in WANTED:
            raise CascadeError(f"there is no target {name!r}; give {', '.join(WANTED)}")
    for name in WANTED[:2]:
        if not 0.0 < asked.get(name, 0.0) < 1.0:
            raise CascadeError(f"the target of {name} is {asked.get(name)}; give a mass fraction of REO below 1")
    if asked.get("non_re", 0.0) < 0.0:
        raise CascadeError(f"the target of non_re is {asked['non_re']:g}; give mg per kg of REO, not negative")
    return asked
