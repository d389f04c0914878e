"""How the products of a cascade come on grade after a start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..figures import amount
from .axes import decades, from_zero, powers
from .picture import Axis, Chart, Floats, Mark, Panel, PictureError, Series, fractions, numbers, values

FLOOR = 1e-9
"""Impurities below this are not shown."""
AFTER = 1.25
"""The time axis ends at this multiple of the last event, where the curves go on longer."""


APART = 10.0
"""Starts whose ends are further apart than this are shown on a log scale of time."""
BEFORE = 10.0
"""That scale begins so many times before the earliest event."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """One start: times in days (steps,), and per product its impurity, one less the mole-fraction purity (steps,).

    `reflux_end` and `on_grade` are days, None where there was no total reflux, or the time on grade was not reached.
    """

    name: str
    times: ArrayLike
    impurity: Mapping[str, ArrayLike]
    reflux_end: float | None = None
    on_grade: float | None = None


def startup_curves(
    starts: Sequence[Start],
    specification: Mapping[str, float],
    *,
    exchanges_per_day: float | None = None,
    title: str = "Start-up",
    subtitle: str = "",
    name: str = "",
) -> Chart:
    """Impurity of each product against days since the start, several starts in one picture; a panel for each product.

    `specification` is product → the largest impurity on grade, and its order that of the panels. `exchanges_per_day`
    (the organic's flow over a stage's hold-up, per day) adds a second scale in stage exchanges. Time is linear, unless
    one start takes more than 10 times as long as another: a log scale then shows both. Raises PictureError.

    >>> start = Start(name="reflux", times=[0.0, 1.0], impurity={"extract": [0.5, 1e-3]}, on_grade=0.9)
    >>> chart = startup_curves([start], {"extract": 1e-2}, exchanges_per_day=240.0)
    >>> chart.panels[0].series[0].name, chart.panels[0].above.label
    ('reflux: on grade after 0.9 d', 'stage exchanges')
    """
    if not starts or not specification:
        raise PictureError("nothing to show; give a start and a product with its specification")
    if len({start.name for start in starts}) < len(starts):
        raise PictureError(f"two starts have one name: {', '.join(start.name for start in starts)}")
    times, ends = [], []
    for start in starts:
        at = numbers(start.times, f"times of {start.name}", 1)
        if at[0] < 0.0 or (np.diff(at) <= 0.0).any():
            raise PictureError(f"times of {start.name} do not rise from 0; give days since the start, in order")
        times.append(at)
        for what, when in (("the end of reflux", start.reflux_end), ("the time on grade", start.on_grade)):
            if when is not None and not 0.0 <= when <= at[-1] * (1.0 + 1e-9):
                raise PictureError(f"{what} of {start.name} is {when:g} d; its times end at {at[-1]:g} d")
        ends.append(float(at[-1]) if start.on_grade is None else min(float(at[-1]), AFTER * start.on_grade))
    limits = {product: float(fractions([limit], "limits", 1)[0]) for product, limit in specification.items()}
    curves = [
        {product: _curve(start, product, len(at)) for product in specification}
        for start, at in zip(starts, times, strict=True)
    ]
    least = min([*(curve[curve > 0.0].min(initial=1.0) for one in curves for curve in one.values()), *limits.values()])
    y = decades("impurity, 1 − mole-fraction purity", max(float(least), FLOOR), 1.0)
    rate = None if exchanges_per_day is None else float(numbers([exchanges_per_day], "exchanges a day", 1)[0])
    x, above = _time_axes(starts, ends, rate)
    marks = tuple(mark for rank, start in enumerate(starts) for mark in _events(start, rank))
    panels = tuple(
        Panel(
            title=f"{product}, on grade below {100.0 * limit:.3g} % of impurity",
            x=x,
            y=y,
            series=tuple(
                Series(
                    name=_told(start),
                    x=values(at),
                    y=values(np.where(curve[product] > 0.0, curve[product], np.nan)),
                    rank=rank,
                )
                for rank, (start, at, curve) in enumerate(zip(starts, times, curves, strict=True))
            ),
            marks=(*marks, Mark(axis="y", at=limit, role="limit")),
            above=above,
        )
        for product, limit in limits.items()
    )
    return Chart(
        name=name or f"{title} start-up",
        title=title,
        subtitle=subtitle,
        panels=panels,
        shared_y=True,
        legend="below",
        caption=("Dashed: the specification. Dotted: total reflux ends. Dash-dotted: all products are on grade.",),
    )


def _time_axes(starts: Sequence[Start], ends: Sequence[float], rate: float | None) -> tuple[Axis, Axis | None]:
    """The scale of days, and that of stage exchanges over the same length."""
    if rate is not None and rate <= 0.0:
        raise PictureError(f"exchanges a day are {rate:g}; give a number above zero")
    words, high = ("days since the start", "stage exchanges"), max(ends)
    events = [when for start in starts for when in (start.reflux_end, start.on_grade) if when]
    if high <= APART * min(ends) or not events:
        return from_zero(words[0], high), None if rate is None else from_zero(words[1], high * rate, 6)
    low = min(events) / BEFORE
    return powers(words[0], low, high), None if rate is None else powers(words[1], low * rate, high * rate)


def _curve(start: Start, product: str, steps: int) -> Floats:
    if product not in start.impurity:
        raise PictureError(f"{start.name} has no impurity of {product}; it has {', '.join(start.impurity) or 'none'}")
    out = fractions(start.impurity[product], f"impurity of {product} in {start.name}", 1)
    if len(out) != steps:
        raise PictureError(f"{start.name} has {steps} times and {len(out)} impurities of {product}; give one for each")
    return out


def _told(start: Start) -> str:
    reflux = "" if start.reflux_end is None else f"reflux to {amount(start.reflux_end)} d, "
    grade = "not on grade" if start.on_grade is None else f"on grade after {amount(start.on_grade)} d"
    return f"{start.name}: {reflux}{grade}"


def _events(start: Start, rank: int) -> list[Mark]:
    out = []
    if start.reflux_end is not None and start.reflux_end > 0.0:
        out.append(Mark(axis="x", at=float(start.reflux_end), role="reflux", rank=rank))
    if start.on_grade is not None:
        out.append(Mark(axis="x", at=float(start.on_grade), role="grade", rank=rank))
    return out
