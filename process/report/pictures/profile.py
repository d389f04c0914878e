"""What each stage of a circuit holds: mole fractions of both phases on a log scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from ...elements import RARE_EARTHS
from ..figures import listed
from .axes import decades, power, stages_axis
from .picture import Chart, Floats, Label, Mark, Panel, PictureError, Series, fractions, stage, values

FLOOR = 1e-9
"""Mole fractions below this are not shown, unless asked for."""
ROOM = 0.13
"""Share of the stages' length that stays free at both ends, for labels."""
LABEL_GAP = 0.032
"""Least distance between two labels, as a share of the panel's height."""
DOTTED = 40
"""Up to this many stages, each has a dot."""


def ranks(names: Sequence[str]) -> dict[str, int]:
    """A number for each name that picks its colour; that of a rare earth is the same in every picture.

    >>> ranks(["Nd", "Pr", "A"])
    {'Nd': 3, 'Pr': 2, 'A': 0}
    """
    known = {name: RARE_EARTHS.index(name) for name in names if name in RARE_EARTHS}
    free = iter(k for k in range(len(RARE_EARTHS) + len(names)) if k not in known.values())
    return {name: known[name] if name in known else next(free) for name in names}


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, in their order, no two nearer than `gap`, within low..high where all fit.

    >>> spread([0.5, 0.5, 0.0], 0.2, 0.0, 1.0)
    [0.4, 0.6, 0.0]
    """
    if not wanted:
        return []
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    # Blocks of labels that touch: (first, count, sum of what each wants for the block's lower end).
    blocks: list[tuple[int, float]] = []

    def place(block: tuple[int, float]) -> float:
        count, total = block
        return min(max(total / count, low), high - gap * (count - 1))

    for k in order:
        blocks.append((1, wanted[k]))
        while len(blocks) > 1 and place(blocks[-2]) + gap * blocks[-2][0] > place(blocks[-1]):
            (c1, t1), (c2, t2) = blocks[-2:]
            blocks[-2:] = [(c1 + c2, t1 + t2 - gap * c1 * c2)]
    out = [0.0] * len(wanted)
    at = iter(order)
    for block in blocks:
        start = place(block)
        for k in range(block[0]):
            out[next(at)] = round(start + gap * k, 12)
    return out


def stage_profile(
    aqueous: ArrayLike,
    organic: ArrayLike,
    names: Sequence[str],
    feed_stage: int,
    title: str,
    *,
    draws: Mapping[int, str] | None = None,
    subtitle: str = "",
    floor: float = FLOOR,
    name: str = "",
) -> Chart:
    """Mole fractions of the rare earths against the stage, (stages, elements) in each phase, from stage 1.

    `draws` is stage → word of what is taken there. Elements that stay below `floor` in both phases are left out, and
    the caption says which. Raises PictureError on shapes that do not match and numbers that are no fractions.

    >>> chart = stage_profile([[0.9, 0.1], [0.4, 0.6]], [[0.8, 0.2], [0.2, 0.8]], ["Pr", "Nd"], 1, "a cut")
    >>> [series.name for series in chart.panels[0].series], chart.panels[1].series[1].y
    (['Pr', 'Nd'], (0.2, 0.8))
    """
    phases = {"aqueous": fractions(aqueous, "aqueous", 2), "organic": fractions(organic, "organic", 2)}
    shape = phases["aqueous"].shape
    if phases["organic"].shape != shape or len(names) != shape[1]:
        raise PictureError(
            f"aqueous is {shape}, organic {phases['organic'].shape} and {len(names)} elements are named; "
            "give (stages, elements) of both phases and a name for each column"
        )
    if len(set(names)) < len(names):
        raise PictureError(f"an element is named twice: {', '.join(names)}")
    if not (math.isfinite(floor) and 0.0 < floor < 0.1):
        raise PictureError(f"the floor is {floor:g}; give a mole fraction above 0 and below 0.1")
    feed = stage(feed_stage, "the feed", shape[0])
    taken = {stage(at, "a draw", shape[0]): word for at, word in (draws or {}).items()}
    most = np.maximum(phases["aqueous"].max(axis=0), phases["organic"].max(axis=0))
    shown = [k for k in range(len(names)) if most[k] >= floor]
    if not shown:
        raise PictureError(f"no element reaches {floor:g} in any stage; lower the floor, or leave the circuit out")
    left_out = [names[k] for k in range(len(names)) if 0.0 < most[k] < floor]
    held = np.concatenate([phase[:, shown].ravel() for phase in phases.values()])
    y = decades("mole fraction of the rare earths", max(floor, 0.8 * float(held[held > 0.0].min())), 1.0, head=0.12)
    colours = ranks(names)
    x = stages_axis(shape[0], ROOM)
    places = [(feed, "feed", "feed"), *((at, word, "draw") for at, word in taken.items())]
    marks = tuple(Mark(axis="x", at=float(at), text=word, role=role) for at, word, role in sorted(places))
    panels = []
    for phase, title_of in (("aqueous", "aqueous phase"), ("organic", "organic phase")):
        lines = [
            Series(
                name=names[k],
                x=values(np.arange(1.0, shape[0] + 1.0)),
                y=values(np.where(phases[phase][:, k] > 0.0, phases[phase][:, k], np.nan)),
                rank=colours[names[k]],
                dots=shape[0] <= DOTTED,
            )
            for k in shown
        ]
        labels = _labels(phases[phase][:, shown], [names[k] for k in shown], colours, y.low, y.high, x.high)
        panels.append(Panel(title=title_of, x=x, y=y, series=tuple(lines), marks=marks, labels=labels))
    caption = ["Raffinate leaves stage 1, loaded organic the last stage."]
    if left_out:
        caption.append(f"Below {_told(floor)} in every stage, not shown: {listed(left_out)}.")
    return Chart(
        name=name or f"{title} profile",
        title=title,
        subtitle=subtitle or f"{feed} + {shape[0] - feed} stages",
        panels=tuple(panels),
        caption=tuple(caption),
        shared_y=True,
    )


def _told(floor: float) -> str:
    exponent = round(math.log10(floor))
    return power(exponent) if floor == float(f"1e{exponent}") else f"{floor:.3g}"


def _labels(
    phase: Floats, names: Sequence[str], colours: Mapping[str, int], low: float, high: float, end: float
) -> tuple[Label, ...]:
    """Names beside both ends of the lines; where a line reaches neither, at its peak."""
    stages = len(phase)
    height = math.log10(high / low)
    out = []
    for row, at, x, align in ((0, 1.0, 1.0 - 0.42 * (end - stages), "right"), (-1, float(stages), 0.0, "left")):
        place = x if row == 0 else stages + 0.42 * (end - stages)
        seen = [k for k in range(len(names)) if phase[row, k] > low]
        wanted = [math.log10(phase[row, k] / low) / height for k in seen]
        for k, where in zip(seen, spread(wanted, LABEL_GAP, 0.015, 0.985), strict=True):
            out.append(
                Label(
                    text=names[k],
                    x=place,
                    y=float(low * 10.0 ** (where * height)),
                    at_x=at,
                    at_y=float(phase[row, k]),
                    align="right" if align == "right" else "left",
                    rank=colours[names[k]],
                )
            )
    for k in range(len(names)):
        peak = int(np.argmax(phase[:, k]))
        if phase[0, k] <= low and phase[-1, k] <= low < phase[peak, k]:
            y = float(min(phase[peak, k] * 10.0 ** (0.03 * height), high))
            at = float(peak + 1)
            out.append(
                Label(
                    text=names[k],
                    x=at,
                    y=y,
                    at_x=at,
                    at_y=float(phase[peak, k]),
                    align="center",
                    rank=colours[names[k]],
                )
            )
    return tuple(out)
