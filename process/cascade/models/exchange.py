"""Exchange at constant separation factors: the organic carries a fixed amount and elements compete for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..errors import CascadeError
from .base import Amounts, Contact, Floats, amounts, cases_of, numbers, positive, rebuild, single
from .bracket import crossing

MOST_SPAN = 200.0
"""ln of the widest ratio of two separation factors; beyond it their product with a stage scalar overflows."""


@dataclass(frozen=True, eq=False, repr=False)
class Exchange:
    """Constant separation factors, y_i/Y = β_i x_i/Σ β_j x_j, the organic holding `capacity` mol/L in all.

    `separation_factors` is element → β relative to any one element. Limits: no acid, no free extractant; the organic
    is always full. Raises CascadeError. Source: Xu Guangxian's cascade theory, docs/theory_cascade.md.

    >>> pair = Exchange({"A": 2.0, "B": 1.0}, capacity=0.1).contact({"A": 0.1, "B": 0.1})
    >>> round(float(pair.distribution[0, 0] / pair.distribution[0, 1]), 12), round(float(pair.organic.sum()), 12)
    (2.0, 0.1)
    """

    separation_factors: Mapping[str, float]
    capacity: float = 1.0
    elements: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        given: Any = self.separation_factors
        if not isinstance(given, Mapping):
            raise CascadeError(f"separation_factors is {given!r}; give a mapping of elements to factors")
        factors = {}
        for name, value in self.separation_factors.items():
            factors[str(name)] = single(value, f"separation factor of {name}", "")
        if not factors:
            raise CascadeError("an exchange model needs at least one element; none given")
        least, most = min(factors.values()), max(factors.values())
        if np.log(most) - np.log(least) > MOST_SPAN:
            raise CascadeError(
                f"separation factors run from {least:g} to {most:g}; give factors within {np.exp(MOST_SPAN):.0e} of "
                "one another"
            )
        object.__setattr__(self, "separation_factors", MappingProxyType(factors))
        object.__setattr__(self, "elements", tuple(factors))
        object.__setattr__(self, "capacity", single(self.capacity, "capacity", "mol/L"))

    def __repr__(self) -> str:
        return f"<Exchange {', '.join(self.elements)}, {self.capacity:g} mol/L>"

    def __reduce__(self) -> tuple[object, ...]:
        return rebuild, (
            Exchange,
            {"separation_factors": dict(self.separation_factors), "capacity": self.capacity},
        )

    @property
    def assumptions(self) -> tuple[str, ...]:
        """None of its own: the factors are the caller's."""
        return ()

    @property
    def charges(self) -> Floats:
        """Ones, (elements,): an exchange counts moles."""
        return np.ones(len(self.elements))

    @property
    def active_total(self) -> float:
        """What the organic carries, mol/L."""
        return self.capacity

    def exponents(self, free: ArrayLike | None = None) -> Floats:
        """Ones: D = β·φ with the stage scalar φ = exp(u), (..., elements)."""
        shape = () if free is None else np.shape(free)
        return np.ones((*shape, len(self.elements)))

    def log_constants(
        self, anion: ArrayLike = 0.0, aqueous: ArrayLike | None = None, free: ArrayLike | None = None
    ) -> Floats:
        """ln β, (..., elements); the same at any concentration."""
        factors = np.array(list(self.separation_factors.values()))
        return np.broadcast_to(np.log(factors), (*np.shape(anion), len(factors))).copy()

    def contact(
        self,
        feed_aqueous: Amounts,
        feed_organic: Amounts | None = None,
        *,
        acid: ArrayLike = 0.0,
        ratio: ArrayLike = 1.0,
    ) -> Contact:
        """One stage, feeds in mol/L, `ratio` O/A by volume; `acid` plays no part.

        Raises CascadeError where both feeds together hold less than the organic must carry.
        """
        numbers(acid, "acid")
        x0 = amounts(feed_aqueous, self.elements, "aqueous feed")
        y0 = amounts(feed_organic, self.elements, "organic feed")
        volume = positive(ratio, "phase ratio O/A", "L/L")
        count = cases_of(aqueous_feed=x0, organic_feed=y0, ratio=volume)
        volume = np.broadcast_to(volume, count)
        total = x0 + volume[:, None] * y0
        short = np.flatnonzero(total.sum(axis=1) <= volume * self.capacity)
        if len(short):
            case = int(short[0])
            most = float(total[case].sum() / volume[case])
            raise CascadeError(
                f"the organic must carry {self.capacity:g} mol/L but the feeds bring {most:.6g} mol per litre of "
                f"organic; lower the capacity below {most:.6g} mol/L or feed more",
                case=case,
            )
        factors = np.exp(self.log_constants())

        def surplus(u: Floats) -> Floats:
            d = factors * np.exp(u)[:, None]
            return np.asarray(self.capacity - (d * total / (1.0 + volume[:, None] * d)).sum(axis=1))

        middle = float(np.log(factors).mean())
        span = float(np.ptp(np.log(factors))) + 80.0
        u = crossing(surplus, np.full(count, -middle - span), np.full(count, -middle + span), "the stage scalar")
        d = factors * np.exp(u)[:, None]
        x = total / (1.0 + volume[:, None] * d)
        return Contact(self.elements, x, d * x, d, None, None, np.ones(count), ())
