"""The McCabe-Thiele picture of two elements: equilibrium, operating lines, steps through the solved stages."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..figures import amount
from .axes import FAINTEST, logit, purity, unit_axis
from .picture import Axis, Chart, Floats, Label, Mark, Panel, PictureError, Series, fractions, stage, values

CLOSES = 1e-5
"""Largest miss of a stage against the balances of the given flows, in mole fraction of the phase with less flow."""
POINTS = 161
MOST_LABELS = 10
NEAR = 0.09
"""Least distance of two stage numbers along both axes, in shares of their lengths."""
CORNER = 0.03
"""Stages nearer than this to the edges have no number: it would lie on those of the axis."""


@dataclass(frozen=True)
class _Line:
    """An operating line y = slope x + rest, from x = start to end."""

    slope: float
    rest: float
    start: float
    end: float

    def at(self, x: Floats) -> Floats:
        return self.slope * x + self.rest


def mccabe_thiele(
    beta: float,
    aqueous: ArrayLike,
    organic: ArrayLike,
    feed_stage: int,
    feed_fraction: float | None = None,
    extract_flow: float | None = None,
    scrub_flow: float | None = None,
    *,
    feed_flow: float = 1.0,
    draws: Mapping[int, float] | None = None,
    names: tuple[str, str] = ("A", "B"),
    title: str = "",
    name: str = "",
) -> Chart:
    """Mole fractions of A, the more extractable of two, in the organic against the aqueous; plain and logit axes.

    `aqueous` and `organic` are the solved fractions of A in each phase, (stages,) from stage 1; `beta` is β(A/B).
    With S (`extract_flow`), W (`scrub_flow`) and the feed in one molar unit the operating lines follow from the
    balances, one for each part between feed and `draws` (stage → flow); the feed line stands at the feed's fraction.
    Without flows, as where they change from stage to stage, the operating points of the stages are joined instead.
    Limits: fractions within 1e-12 of 0 and 1 lie on the edge of the logit axes. Raises PictureError, also where the
    stages miss the balances of these flows by more than 1e-5. Source: McCabe and Thiele (1925) on distillation, in
    the form of docs/theory_cascade.md.

    >>> chart = mccabe_thiele(2.0, [0.2, 0.5], [1 / 3, 2 / 3], 1, names=("Nd", "Pr"))
    >>> steps = next(series for series in chart.panels[0].series if series.role == "steps")
    >>> [(round(x, 3), round(y, 3)) for x, y in zip(steps.x, steps.y)]
    [(0.2, 0.333), (0.5, 0.333), (0.5, 0.667)]
    """
    if not (math.isfinite(beta) and beta > 1.0):
        raise PictureError(f"the separation factor is {beta:g}; give that of {names[0]} over {names[1]}, above 1")
    x, y = fractions(aqueous, "aqueous", 1), fractions(organic, "organic", 1)
    if x.shape != y.shape:
        raise PictureError(f"aqueous has {len(x)} stages and organic {len(y)}; give both for each stage")
    feed = stage(feed_stage, "the feed", len(x))
    z = None if feed_fraction is None else float(fractions([feed_fraction], "feed fractions", 1)[0])
    lines: list[_Line] = []
    if extract_flow is not None and scrub_flow is not None:
        if z is None:
            raise PictureError("operating lines need the feed's mole fraction; give feed_fraction")
        lines = _lines(x, y, feed, z, (extract_flow, scrub_flow, feed_flow), draws or {})
    elif extract_flow is not None or scrub_flow is not None or draws:
        raise PictureError("operating lines need both extract_flow and scrub_flow; give both or neither")

    held = np.concatenate([x, y])
    inner = held[(held > 0.0) & (held < 1.0)]
    if not len(inner):
        raise PictureError("every stage holds one element only; McCabe-Thiele shows two")
    words = f"mole fraction of {names[0]} in the aqueous", f"mole fraction of {names[0]} in the organic"
    ends = float(inner.min()), float(inner.max())
    panels = []
    for title_of, across, up in (
        ("plain axes", unit_axis(words[0]), unit_axis(words[1])),
        ("logit axes, for the corners", logit(words[0], *ends), logit(words[1], *ends)),
    ):
        panels.append(_panel(title_of, across, up, beta, x, y, feed, z, lines))
    return Chart(
        name=name or f"{title} McCabe-Thiele",
        title=title or "McCabe-Thiele",
        subtitle=_words(beta, x, y, feed, names, extract_flow, scrub_flow, feed_flow),
        panels=tuple(panels),
        legend="across",
    )


def _words(
    beta: float,
    x: Floats,
    y: Floats,
    feed: int,
    names: tuple[str, str],
    solvent: float | None,
    scrub: float | None,
    feed_flow: float,
) -> str:
    parts = [f"β({names[0]}/{names[1]}) = {amount(beta)}", f"{feed} + {len(x) - feed} stages"]
    if solvent is not None and scrub is not None:
        parts.append(f"S {amount(solvent / feed_flow)}, W {amount(scrub / feed_flow)} mol per mol fed")
    parts.append(f"raffinate {purity(1.0 - float(x[0]))} {names[1]}, extract {purity(float(y[-1]))} {names[0]}")
    return " · ".join(parts)


def _lines(
    x: Floats, y: Floats, feed: int, z: float, flows: tuple[float, float, float], draws: Mapping[int, float]
) -> list[_Line]:
    """Operating lines from stage 1 on: balances around stages 1..n, for n in each part between feed and draws."""
    solvent, scrub, fed = flows
    if not (all(math.isfinite(flow) for flow in flows) and solvent > 0.0 and scrub >= 0.0 and fed > 0.0):
        raise PictureError(f"S {solvent:g}, W {scrub:g} and the feed {fed:g} are no flows; give them above zero")
    taken = {stage(at, "a draw", len(x)): float(flow) for at, flow in sorted(draws.items())}
    if any(not (math.isfinite(flow) and flow > 0.0) for flow in taken.values()):
        raise PictureError("a draw has no flow above zero; leave it out")
    raffinate = scrub + fed - solvent - sum(taken.values())
    if not (raffinate > 0.0 and solvent > scrub):
        raise PictureError(
            f"S {solvent:g} leaves {raffinate:g} of raffinate and {solvent - scrub:g} of extract; both are above zero"
        )
    if feed in taken:
        raise PictureError(f"stage {feed} has the feed and a draw; McCabe-Thiele shows them at different stages")
    breaks = {feed: z, **{at: float(x[at - 1]) for at in taken}}
    # Balance around stages 1..n; for n = 0 it meets the diagonal at x_1, for the last n at y of the extract.
    over, under = np.append(x, y[-1]), np.insert(y, 0, x[0])
    out: list[_Line] = []
    start = float(x[0])
    for first, last in itertools.pairwise([0, *sorted(breaks), len(x) + 1]):
        down = scrub + (fed if first < feed else 0.0) - sum(flow for at, flow in taken.items() if at > first)
        passed = sum(flow * float(x[at - 1]) for at, flow in taken.items() if at <= first)
        rest = (fed * z if first >= feed else 0.0) - raffinate * float(x[0]) - passed
        end = breaks.get(last, float(y[-1]))
        # A feed that is not at the best stage makes steps beyond where the lines meet: the line goes on to them.
        reach = [start, end, *over[first:last].tolist()]
        line = _Line(down / solvent, rest / solvent, min(reach), max(reach))
        miss = np.abs(line.at(over[first:last]) - under[first:last])
        if miss.max() > CLOSES * max(1.0, line.slope):
            raise PictureError(
                f"stage {max(first + int(miss.argmax()), 1)} misses the balance of these flows by {miss.max():.2g}; "
                "give the flows, feed and draws that the stages were solved with"
            )
        out.append(line)
        start = end
    return out


def _panel(
    title: str,
    across: Axis,
    up: Axis,
    beta: float,
    x: Floats,
    y: Floats,
    feed: int,
    z: float | None,
    lines: list[_Line],
) -> Panel:
    grid = _grid(across.low, across.high, across.scale == "logit")
    series = [
        Series(
            name="equilibrium", x=values(grid), y=values(beta * grid / (1.0 + (beta - 1.0) * grid)), role="equilibrium"
        ),
        Series(name="y = x", x=values(grid), y=values(grid), role="diagonal"),
    ]
    for k, line in enumerate(lines):
        at = _grid(line.start, line.end, across.scale == "logit")
        series.append(
            Series(name="operating lines" if k == 0 else "", x=values(at), y=values(line.at(at)), role="operating")
        )
    if not lines and len(x) > 1:
        series.append(Series(name="operating points", x=values(x[1:]), y=values(y[:-1]), role="operating", dots=True))
    corners_x, corners_y = np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
    if lines:  # from the raffinate on the diagonal to the extract on it
        corners_x, corners_y = np.append(np.repeat(x, 2), y[-1]), np.insert(np.repeat(y, 2), 0, x[0])
    series.append(Series(name="stages", x=values(corners_x), y=values(corners_y), role="steps"))
    series.append(Series(name="", x=values(x), y=values(y), role="points"))
    marks = () if z is None else (Mark(axis="x", at=z, text="feed"),)
    labels = _numbers(x, y, feed, across, up)
    return Panel(title=title, x=across, y=up, series=tuple(series), marks=marks, labels=labels, square=True)


def _grid(start: float, end: float, logit_axis: bool) -> Floats:
    """Points from start to end that look evenly spaced on the axis."""
    if not logit_axis:
        return np.linspace(start, end, POINTS)
    low, high = (math.log(at / (1.0 - at)) for at in (np.clip([start, end], FAINTEST, 1.0 - FAINTEST)).tolist())
    out: Floats = 1.0 / (1.0 + np.exp(-np.linspace(low, high, POINTS)))
    return out


def _numbers(x: Floats, y: Floats, feed: int, across: Axis, up: Axis) -> tuple[Label, ...]:
    """Numbers of stages beside the curve: first, feed and last, and those between that have room."""

    def place(at: float, axis: Axis) -> float:
        if axis.scale == "linear":
            return (at - axis.low) / (axis.high - axis.low)
        low, high, here = (math.log(v / (1.0 - v)) for v in np.clip([axis.low, axis.high, at], FAINTEST, 1 - FAINTEST))
        return (here - low) / (high - low)

    stages = len(x)
    step = next(k for k in (1, 2, 5, 10, 20, 50, 100) if stages / k <= MOST_LABELS or k == 100)
    wanted = [feed, 1, stages, *range(step, stages, step)]
    taken: list[float] = []
    out = []
    for n in dict.fromkeys(wanted):
        over, high = place(float(x[n - 1]), across), place(float(y[n - 1]), up)
        here = over + high
        if over < CORNER or high > 1.0 - CORNER or any(abs(here - other) < NEAR for other in taken):
            continue
        taken.append(here)
        at = float(x[n - 1]), float(y[n - 1])
        out.append(Label(text=str(n), x=at[0], y=at[1], at_x=at[0], at_y=at[1], align="right"))
    return tuple(sorted(out, key=lambda label: label.at_x))
