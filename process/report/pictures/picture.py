"""What a picture shows, as plain data: nothing here draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Scale = Literal["linear", "log", "logit"]


class PictureError(ValueError):
    """Data that cannot be shown: the sentence names the value, the limit and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One axis: its label with the unit, its range and its ticks (position, text)."""

    label: str
    low: float
    high: float
    scale: Scale = "linear"
    ticks: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line or set of points; NaN breaks a line. `rank` picks colour and dashes where `role` is "ranked".

    The other roles look the same in every picture: "equilibrium", "diagonal", "operating", "steps", "points".
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    role: str = "ranked"
    rank: int = 0
    dots: bool = False


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A line right across a panel at x (or y), with a word at its end.

    `role` is "feed", "draw", "limit", "reflux" (where it ends) or "grade" (where it is reached).
    """

    axis: Literal["x", "y"]
    at: float
    text: str = ""
    role: str = "feed"
    rank: int = 0


@dataclass(frozen=True, kw_only=True)
class Label:
    """A text that stands at (x, y) and belongs to (at_x, at_y); `align` is the side of the text that is there."""

    text: str
    x: float
    y: float
    at_x: float
    at_y: float
    align: Literal["left", "right", "center"] = "left"
    rank: int | None = None


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One set of axes. `above` is a second scale for x, on the upper edge, over the same length as `x`."""

    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    marks: tuple[Mark, ...] = ()
    labels: tuple[Label, ...] = ()
    above: Axis | None = None
    square: bool = False


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Panels side by side, under a title; `name` names the file.

    `legend` says whether the names of the series stand below, in one row ("across") or one under the other ("below").
    """

    name: str
    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    caption: tuple[str, ...] = ()
    shared_y: bool = False
    legend: Literal["none", "across", "below"] = "none"


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box of a diagram: the column and row of its middle, the lines in it; role "feed", "circuit" or "product"."""

    name: str
    column: int
    row: float
    lines: tuple[str, ...]
    role: str


@dataclass(frozen=True, kw_only=True)
class Link:
    """An arrow between two boxes, by their places in the list, with the name of the outlet."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """Boxes in columns, joined by arrows from left to right."""

    name: str
    title: str
    subtitle: str
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    caption: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bar from `start` to `end` in a row of its own, with a label at the left and a text at its end.

    `role` is "total", "rise" or "fall".
    """

    label: str
    start: float
    end: float
    text: str
    role: Literal["total", "rise", "fall"]


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Bars below each other along one axis; `joined` draws a line from the end of each to the start of the next."""

    name: str
    title: str
    subtitle: str
    x: Axis
    bars: tuple[Bar, ...]
    caption: tuple[str, ...] = ()
    joined: bool = False


Picture = Chart | Diagram | Bars


def numbers(given: ArrayLike, what: str, dimensions: int) -> Floats:
    """An array of floats with that many dimensions; raises PictureError where it is none, or holds no finite number.

    >>> numbers([1, 2], "times", 1)
    array([1., 2.])
    """
    try:
        out = np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise PictureError(f"{what} are no numbers; give an array of floats") from None
    if out.ndim != dimensions or out.size == 0:
        raise PictureError(f"{what} have the shape {out.shape}; give {dimensions} dimension(s), none of them empty")
    if not np.isfinite(out).all():
        raise PictureError(f"{what} hold a number that is not finite; leave such cases out")
    return out


def fractions(given: ArrayLike, what: str, dimensions: int) -> Floats:
    """Mole fractions 0..1 as ``numbers``; raises PictureError outside of that, but for rounding.

    >>> fractions([0.5, 1.0 + 1e-12], "purities", 1).max()
    np.float64(1.0)
    """
    out = numbers(given, what, dimensions)
    if out.min() < -1e-9 or out.max() > 1.0 + 1e-9:
        wrong = out.min() if out.min() < -1e-9 else out.max()
        raise PictureError(f"{what} hold {wrong:g}; mole fractions lie between 0 and 1")
    return np.asarray(np.clip(out, 0.0, 1.0))


def stage(given: int, what: str, stages: int) -> int:
    """A stage that the circuit has; raises PictureError."""
    if isinstance(given, bool) or int(given) != given or not 1 <= given <= stages:
        raise PictureError(f"{what} is stage {given}; the circuit has stages 1 to {stages}")
    return int(given)


def values(array: Floats) -> tuple[float, ...]:
    """An array as a tuple of floats."""
    return tuple(array.tolist())
