"""How far stages of a plant are from ideal: assumptions, each with its range."""

from __future__ import annotations

from dataclasses import dataclass, fields

from ..circuit.streams import number
from ..errors import CascadeError

Range = tuple[float, float, float]
"""Nominal value, least and most."""

MOST = {
    "organic_in_aqueous": 0.05,
    "aqueous_in_organic": 0.05,
    "efficiency": 1.0,
    "crud": 0.05,
    "strip_excess": 20.0,
    "wash_ratio": 1.0,
}


@dataclass(frozen=True, kw_only=True)
class Practice:
    """Assumptions about stages and sections as (nominal, low, high), all shares 0..1 or ratios.

    ``organic_in_aqueous`` L of organic per L of aqueous that leaves a stage, ``aqueous_in_organic`` the other way
    round; ``efficiency`` Murphree's, on the organic; ``crud`` the share of the organic lost at each pass;
    ``strip_excess`` acid of the strip beyond the equivalents of its product, as a share of them; ``wash_ratio`` L of
    wash water per L of organic. None of them is measured: entrainment and crud are those of
    `examples/extraction_circuit.yaml`. Raises CascadeError where a range is none.

    >>> Practice().organic_in_aqueous
    (0.0001, 5e-05, 0.0005)
    """

    organic_in_aqueous: Range = (1e-4, 5e-5, 5e-4)
    aqueous_in_organic: Range = (3e-3, 1e-3, 1e-2)
    efficiency: Range = (0.95, 0.85, 1.0)
    crud: Range = (5e-5, 0.0, 5e-4)
    strip_excess: Range = (0.5, 0.2, 1.0)
    wash_ratio: Range = (0.02, 0.01, 0.05)

    def __post_init__(self) -> None:
        for one in fields(self):
            given: object = getattr(self, one.name)
            if not isinstance(given, tuple | list) or len(given) != 3:
                raise CascadeError(f"{one.name} is {given!r}; give (nominal, low, high)")
            what = f"{one.name} of the practice,"
            nominal, low, high = (
                number(value, what, most=MOST[one.name], open_=one.name in ("efficiency", "wash_ratio"))
                for value in given
            )
            if not low <= nominal <= high:
                raise CascadeError(f"{one.name} is {nominal:g} within {low:g} to {high:g}; put low ≤ nominal ≤ high")
            object.__setattr__(self, one.name, (nominal, low, high))

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every assumption with its range, in words."""
        out = []
        for one in fields(self):
            nominal, low, high = getattr(self, one.name)
            out.append(f"{one.name.replace('_', ' ')} is {nominal:g} ({low:g} to {high:g})")
        return tuple(out)
