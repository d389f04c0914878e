"""What the products of a cascade in time are held to, and when they keep it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...wording import suggestion
from ..batch import one_number
from ..errors import CascadeError
from ..exchange import Cascade

Floats = NDArray[np.float64]
Outlet = str | int
Specification = Mapping[Outlet, tuple[Sequence[str], float]]


def outlet_names(cascade: Cascade) -> tuple[Outlet, ...]:
    """Outlets in the order of the kernel: raffinate, extract, then the stages of the draws."""
    return ("raffinate", "extract", *cascade.aqueous_draws)


@dataclass(frozen=True, eq=False)
class Target:
    """A purity, mole fraction 0..1, of some elements together in one outlet; ``column`` is the outlet's place."""

    outlet: Outlet
    column: int
    elements: tuple[str, ...]
    others: NDArray[np.bool_]
    purity: float

    def impurity(self, fractions: Floats) -> Floats:
        """1 − purity from mole fractions (..., elements): the other elements added up, so that it keeps its digits.

        Never below 1e-30; the error of a step may take a trace below zero.
        """
        return np.asarray(np.maximum(fractions[..., self.others].sum(axis=-1), 1e-30))

    def excess(self, outlets: Floats) -> Floats:
        """ln of impurity over what is allowed, above zero where off grade, of (steps, outlets, elements)."""
        return np.asarray(np.log(self.impurity(outlets[:, self.column]) / (1.0 - self.purity)))

    def __str__(self) -> str:
        where = self.outlet if isinstance(self.outlet, str) else f"draw {self.outlet}"
        return f"{' + '.join(self.elements)} in the {where}"


def read_specification(cascade: Cascade, specification: Specification) -> tuple[Target, ...]:
    """Targets in the order of the outlets. Raises CascadeError for what the cascade does not have."""
    if not isinstance(specification, Mapping) or not specification:
        raise CascadeError(
            'specification needs an outlet and what it holds, as {"extract": (("Nd", "Pr"), 0.999)}; give one or more'
        )
    outlets, names = outlet_names(cascade), list(cascade.feed)
    targets = []
    for outlet, wanted in specification.items():
        if outlet not in outlets or isinstance(outlet, bool):
            choices = ", ".join(repr(o) for o in outlets)
            hint = suggestion(outlet, [o for o in outlets if isinstance(o, str)]) if isinstance(outlet, str) else ""
            raise CascadeError(f"{outlet!r} is not an outlet of this cascade; choose from {choices}{hint}")
        try:
            elements, purity = wanted
            if isinstance(elements, str):
                elements = (elements,)
            elements = tuple(dict.fromkeys(str(name) for name in elements))
        except (TypeError, ValueError):
            raise CascadeError(
                f'the specification of {outlet!r} is {wanted!r}; give elements and a purity, as (("Nd", "Pr"), 0.999)'
            ) from None
        for name in elements:
            if name not in names:
                hint = suggestion(name, names)
                raise CascadeError(
                    f"the specification of {outlet!r} names {name!r}, which is not in this cascade; "
                    f"choose from {', '.join(names)}{hint}",
                    element=name,
                )
        if not elements or len(elements) == len(names):
            raise CascadeError(
                f"the specification of {outlet!r} names {len(elements)} of {len(names)} elements; "
                "name some and leave some out"
            )
        purity = one_number(purity, f"the purity of {outlet!r}")
        if not 0.0 < purity < 1.0:
            raise CascadeError(f"the purity of {outlet!r} is {purity:g}; give a mole fraction between 0 and 1")
        others = np.array([name not in elements for name in names])
        targets.append(Target(outlet, outlets.index(outlet), elements, others, purity))
    return tuple(sorted(targets, key=lambda target: target.column))


def crossing(times: Floats, excess: Floats, step: int) -> float:
    """The time between ``step`` and the next at which an excess passes zero, on a straight line of its logarithm."""
    a, b = float(excess[step]), float(excess[step + 1])
    return float(times[step] + (times[step + 1] - times[step]) * (a / (a - b)))


def on_grade_from(times: Floats, excess: Floats) -> float:
    """The time after which an excess (steps,) stays at or below zero; inf if it is above zero at the end."""
    bad = np.flatnonzero(excess > 0.0)
    if not len(bad):
        return float(times[0])
    last = int(bad[-1])
    return crossing(times, excess, last) if last + 1 < len(times) else np.inf


def first_on_grade(times: Floats, excess: Floats) -> float:
    """The first time at which an excess (steps,) is at or below zero; inf if never."""
    good = np.flatnonzero(excess <= 0.0)
    if not len(good):
        return np.inf
    first = int(good[0])
    return crossing(times, excess, first - 1) if first else float(times[0])


def time_off_grade(times: Floats, excess: Floats) -> float:
    """How long an excess (steps,) is above zero, between the first and the last time."""
    a, b = excess[:-1], excess[1:]
    share = np.where((a > 0.0) & (b > 0.0), 1.0, 0.0)
    turn = (a > 0.0) != (b > 0.0)
    share[turn] = (np.maximum(a, b) / (np.abs(a) + np.abs(b)))[turn]
    return float(np.diff(times) @ share)
