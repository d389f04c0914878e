"""Sections of a circuit: a run of stages between the place where its liquor enters and the one where it leaves."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from ..batch import whole_number
from ..errors import CascadeError
from .streams import Aqueous, number

KINDS = {"extraction": 1.0, "scrub": 1.0, "strip": 0.0, "wash": 0.0}
"""Kinds of sections with the share of their aqueous that goes on to the section before them, unless told."""


@dataclass(frozen=True)
class Section:
    """``stages`` contact stages in a row, named after what they do: extraction, scrub, strip, wash.

    ``liquor`` (scrub acid, strip acid, wash water) enters at the section's last stage and runs towards its first.
    ``onward`` is the share of the aqueous leaving the first stage that goes on into the section before: by default
    all of a scrub's and nothing of a strip's or a wash's, whose aqueous leaves as ``<name>_liquor``; for a strip it is
    the reflux. ``kind`` is needed where the name does not begin with one of the four words. ``efficiency`` is
    Murphree's, on the organic, in (0, 1]. Entrainment in L/L: ``organic_in_aqueous`` per litre of aqueous leaving a
    stage, ``aqueous_in_organic`` per litre of organic. Raises CascadeError.

    >>> Section("strip", 8, liquor=Aqueous(flow=0.7, acid=4.0), onward=0.2).kind
    'strip'
    """

    name: str
    stages: int
    _: KW_ONLY
    liquor: Aqueous | None = None
    onward: float | None = None
    kind: str | None = None
    efficiency: float = 1.0
    organic_in_aqueous: float = 0.0
    aqueous_in_organic: float = 0.0

    def __post_init__(self) -> None:
        name = self.name
        if not isinstance(name, str) or not name.strip():
            raise CascadeError(f"a section's name is {name!r}; give a word such as 'extraction'")
        stages = whole_number(self.stages, f"stages of {name}")
        if stages < 1:
            raise CascadeError(f"{name} has {stages} stages; give at least one or leave the section out")
        kind = self.kind if self.kind is not None else name.split()[0].split("_")[0].lower()
        if kind not in KINDS:
            raise CascadeError(f"the kind of section {name!r} is {kind!r}; give kind= one of {', '.join(KINDS)}")
        if self.liquor is not None and not isinstance(self.liquor, Aqueous):
            raise CascadeError(f"the liquor of {name} is a {type(self.liquor).__name__}; give an Aqueous")
        onward = KINDS[kind] if self.onward is None else number(self.onward, f"onward of {name}, a share,", most=1.0)
        efficiency = number(self.efficiency, f"efficiency of {name}", most=1.0, open_=True)
        for attribute, value in (("stages", stages), ("kind", kind), ("onward", onward), ("efficiency", efficiency)):
            object.__setattr__(self, attribute, value)
        for attribute in ("organic_in_aqueous", "aqueous_in_organic"):
            value = number(getattr(self, attribute), f"{attribute} of {name}, L/L,", most=0.5)
            object.__setattr__(self, attribute, value)

    @property
    def share_onward(self) -> float:
        """``onward`` as a number, 0..1."""
        return KINDS[str(self.kind)] if self.onward is None else self.onward
