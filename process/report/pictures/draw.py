"""Draws pictures with matplotlib: the one file that knows how they look.

Sizes are in inches, text in points. Nothing of a file is taken for mathematics, no setting of the user's matplotlib
counts, and the same picture gives the same bytes of SVG and PDF.
"""

from __future__ import annotations

import io
import itertools
import threading
import warnings
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.textpath import TextToPath
from matplotlib.ticker import FixedFormatter, FixedLocator, LogLocator, NullFormatter, NullLocator

from ..figures import plain
from .palette import FAINT, INK, QUIET, colour, dashes
from .picture import Axis, Bars, Chart, Diagram, Label, Mark, Panel, Picture, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

SETTINGS: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib
    "svg.fonttype": "path",
    "svg.hashsalt": "didymium",
    "axes.unicode_minus": True,
    "path.simplify": False,
}
METADATA: dict[str, dict[str, Any]] = {
    "png": {"Software": "didymium"},
    "svg": {"Creator": "didymium", "Date": None},
    "pdf": {"Creator": "didymium", "Producer": "didymium", "CreationDate": None},
}
DPI, MOST_PIXELS = 150.0, 30_000.0
TITLE, SUBTITLE, BODY, SMALL = 13.0, 9.5, 9.0, 8.0
LINE = 0.19
"""Height of a line of small text."""
ACROSS, UP = 5.2, 4.7
"""A panel's width and height."""
_ONE_AT_A_TIME = threading.Lock()
"""matplotlib's settings are one table for the whole process."""

_LINES: dict[str, dict[str, Any]] = {
    "equilibrium": {"color": "#0072b2", "linewidth": 1.6},
    "diagonal": {"color": QUIET, "linewidth": 0.8, "linestyle": (0, (4.0, 3.0))},
    "operating": {"color": "#d55e00", "linewidth": 1.6},
    "steps": {"color": INK, "linewidth": 0.7},
    "points": {"color": INK, "linewidth": 0.0, "marker": "o", "markersize": 2.0},
}
_MARKS: dict[str, dict[str, Any]] = {
    "feed": {"color": QUIET, "linewidth": 0.9, "linestyle": (0, (5.0, 3.0))},
    "draw": {"color": QUIET, "linewidth": 0.9, "linestyle": (0, (1.2, 2.0))},
    "limit": {"color": INK, "linewidth": 0.9, "linestyle": (0, (6.0, 3.0))},
    "reflux": {"linewidth": 1.0, "linestyle": (0, (1.0, 1.8))},
    "grade": {"linewidth": 1.0, "linestyle": (0, (6.0, 2.0, 1.0, 2.0))},
}
_FILLS = {"feed": "#f2f2f2", "circuit": "#e3eef7", "product": "#e4f3ec"}
_EDGES = {"feed": QUIET, "circuit": "#0072b2", "product": "#009e73"}


def drawn(picture: Picture, kind: str) -> bytes:
    """A picture as the bytes of a file: kind "png", "svg" or "pdf"."""
    with _ONE_AT_A_TIME, matplotlib.rc_context(), warnings.catch_warnings():
        # A letter that the font lacks is drawn as an empty box.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        if isinstance(picture, Bars):
            figure = _bars(picture)
        else:
            figure = _chart(picture) if isinstance(picture, Chart) else _diagram(picture)
        out = io.BytesIO()
        dpi = min(DPI, MOST_PIXELS / max(figure.get_size_inches()))
        metadata = METADATA[kind] | ({"Title": plain(picture.title)} if kind != "png" else {})
        figure.savefig(out, format=kind, dpi=dpi, metadata=metadata)
    return out.getvalue()


# -- text -------------------------------------------------------------------------------------------------------------


def _width(text: str, size: float, bold: bool = False) -> float:
    """Width of a text, inches."""
    font = FontProperties(family=["DejaVu Sans"], size=size, weight="bold" if bold else "normal")
    width, _, _ = TextToPath().get_text_width_height_descent(plain(text), font, ismath=False)
    return float(width) / 72.0


def _fitted(text: str, room: float, size: float, bold: bool = False) -> str:
    """A text that is cut where it would be longer than `room` inches."""
    text = plain(text)
    if _width(text, size, bold) <= room:
        return text
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _width(text[:middle] + "…", size, bold) <= room else (low, middle)
    return text[:low].rstrip() + "…"


def _lettered(text: Text, words: str) -> None:
    """Sets what a text says, letter by letter: `$` and `_` stand for themselves, what cannot be seen for nothing."""
    text.set_parse_math(False)
    text.set_text(plain(words))


def _head(figure: Figure, picture: Picture, left: float) -> None:
    width, height = figure.get_size_inches()
    room = width - left - 0.2
    for words, size, bold, down, ink in (
        (picture.title, TITLE, True, 0.2, INK),
        (picture.subtitle, SUBTITLE, False, 0.47, QUIET),
    ):
        made = figure.text(
            left / width, 1.0 - down / height, "", size=size, weight="bold" if bold else "normal", color=ink, va="top"
        )
        _lettered(made, _fitted(words, room, size, bold))


def _foot(figure: Figure, picture: Picture, left: float) -> None:
    width, height = figure.get_size_inches()
    for k, words in enumerate(reversed(picture.caption)):
        made = figure.text(left / width, (0.12 + LINE * k) / height, "", size=SMALL, color=QUIET, va="bottom")
        _lettered(made, _fitted(words, width - left - 0.2, SMALL))


# -- charts -----------------------------------------------------------------------------------------------------------


def _chart(chart: Chart) -> Figure:
    count = len(chart.panels)
    square = any(panel.square for panel in chart.panels)
    across, up = (UP if square else ACROSS), UP
    left, right = 0.95, 0.45
    gap = 0.3 if chart.shared_y else 1.15
    above = any(panel.above is not None for panel in chart.panels)
    top = 1.03 + 0.153 * max(_rows(panel) for panel in chart.panels) + (0.42 if above else 0.0)
    slanted = any(_slanted(panel.x) for panel in chart.panels)
    names = _named(chart) if chart.legend != "none" else []
    lines = 1 if chart.legend == "across" else len(names)
    bottom = 0.62 + (0.35 if slanted else 0.0) + LINE * (len(chart.caption) + 1.1 * lines)
    width, height = left + count * across + (count - 1) * gap + right, top + up + bottom
    figure = Figure(figsize=(width, height), facecolor="white")
    for k, panel in enumerate(chart.panels):
        box = ((left + k * (across + gap)) / width, bottom / height, across / width, up / height)
        axes = figure.add_axes(box)
        _panel(axes, panel, number=k == 0 or not chart.shared_y)
    if names:
        _legend(figure, names, (left / width, (0.1 + LINE * len(chart.caption)) / height), len(names) // lines)
    _head(figure, chart, left)
    _foot(figure, chart, left)
    return figure


def _named(chart: Chart) -> list[Series]:
    """The series that a legend names, each once."""
    found = {line.name: line for panel in chart.panels for line in panel.series if line.name}
    return list(found.values())


def _legend(figure: Figure, series: list[Series], place: tuple[float, float], columns: int) -> None:
    made = figure.legend(
        [Line2D([], [], **_look(line)) for line in series],
        ["name"] * len(series),  # a label that begins with `_` would be left out
        loc="lower left",
        bbox_to_anchor=place,
        ncols=columns,
        frameon=False,
        fontsize=SMALL + 0.5,
        handlelength=2.8,
        columnspacing=2.5,
        borderaxespad=0.0,
        borderpad=0.0,
    )
    for text, line in zip(made.get_texts(), series, strict=True):
        _lettered(text, _fitted(line.name, figure.get_size_inches()[0] - 1.8, SMALL + 0.5))


def _look(line: Series) -> dict[str, Any]:
    if line.role != "ranked":
        return _LINES[line.role] | ({"marker": "o", "markersize": 2.6} if line.dots else {})
    look: dict[str, Any] = {"color": colour(line.rank), "linewidth": 1.5}
    if dashes(line.rank):
        look["linestyle"] = (0, dashes(line.rank))
    return look | ({"marker": "o", "markersize": 2.8} if line.dots else {})


def _panel(axes: Axes, panel: Panel, number: bool) -> None:
    for line in panel.series:
        axes.plot(line.x, line.y, solid_joinstyle="miter", **_look(line))
    _scaled(axes, panel.x, "x")
    _scaled(axes, panel.y, "y", number)
    for spine in axes.spines.values():
        spine.set(color=QUIET, linewidth=0.8)
    axes.tick_params(which="both", color=QUIET, labelcolor=INK, labelsize=BODY)
    axes.grid(True, which="major", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    rise = 8.0 + 11.0 * _rows(panel) + (30.0 if panel.above is not None else 0.0)
    title = axes.set_title("", loc="left", fontsize=BODY + 1.0, color=INK, pad=rise, weight="bold")
    _lettered(title, _fitted(panel.title, ACROSS if not panel.square else UP, BODY + 1.0, True))
    for mark, row in zip(panel.marks, _stacked(panel), strict=True):
        _mark(axes, mark, row)
    for label in panel.labels:
        _label(axes, label)
    if panel.above is not None:
        upper = axes.twiny()
        _scaled(upper, panel.above, "x")
        upper.tick_params(which="both", color=QUIET, labelcolor=INK, labelsize=BODY)
        for spine in upper.spines.values():
            spine.set_visible(False)


def _stacked(panel: Panel) -> list[int]:
    """The row in which each mark's word stands above the panel, so that none lies on another."""
    ends: list[float] = []
    out = []
    for mark in panel.marks:
        if mark.axis == "y" or not mark.text:
            out.append(0)
            continue
        axis = panel.x
        here = (mark.at - axis.low) / (axis.high - axis.low) * ACROSS  # marks with words stand on linear axes or alone
        half = _width(_fitted(mark.text, 2.5, SMALL), SMALL) / 2.0 + 0.04
        row = next((k for k, end in enumerate(ends) if end < here - half), len(ends))
        ends[row:row] = [0.0] if row == len(ends) else []
        ends[row] = here + half
        out.append(row)
    return out


def _rows(panel: Panel) -> int:
    return 1 + max(_stacked(panel), default=0) if any(mark.text and mark.axis == "x" for mark in panel.marks) else 0


def _slanted(axis: Axis) -> bool:
    return axis.scale == "logit" and sum(len(text) for _, text in axis.ticks) > 36


def _scaled(axes: Axes, axis: Axis, which: str, number: bool = True) -> None:
    one = axes.xaxis if which == "x" else axes.yaxis
    (axes.set_xscale if which == "x" else axes.set_yscale)(axis.scale)
    (axes.set_xlim if which == "x" else axes.set_ylim)(axis.low, axis.high)
    one.set_major_locator(FixedLocator([at for at, _ in axis.ticks]))
    one.set_major_formatter(FixedFormatter([text for _, text in axis.ticks]))
    one.set_minor_locator(LogLocator(subs=range(2, 10), numticks=200) if axis.scale == "log" else NullLocator())
    one.set_minor_formatter(NullFormatter())
    if which == "x" and _slanted(axis):
        for label in axes.get_xticklabels():
            label.set(rotation=40, ha="right", rotation_mode="anchor")
    if number:
        words = axes.set_xlabel("", size=BODY + 0.5) if which == "x" else axes.set_ylabel("", size=BODY + 0.5)
        _lettered(words, _fitted(axis.label, UP, BODY + 0.5))
    elif which == "y":
        axes.tick_params(axis="y", which="both", labelleft=False)


def _mark(axes: Axes, mark: Mark, row: int) -> None:
    look = {"zorder": 1.5, **_MARKS[mark.role]}
    look.setdefault("color", colour(mark.rank))
    if mark.axis == "x":
        axes.axvline(mark.at, **look)
        place, offset, align = (mark.at, 1.0), (0.0, 3.0 + 11.0 * row), "center"
        transform = axes.get_xaxis_transform()
    else:
        axes.axhline(mark.at, **look)
        place, offset, align = (1.0, mark.at), (-4.0, 3.0), "right"
        transform = axes.get_yaxis_transform()
    if mark.text:
        made = axes.annotate(
            "",
            place,
            xycoords=transform,
            xytext=offset,
            textcoords="offset points",
            ha=align,
            va="bottom",
            size=SMALL,
            color=QUIET,
            annotation_clip=False,
        )
        _lettered(made, _fitted(mark.text, 2.5, SMALL))


def _label(axes: Axes, label: Label) -> None:
    ink = INK if label.rank is None else colour(label.rank)
    beside = (label.x, label.y) != (label.at_x, label.at_y)
    if beside and label.align != "center":
        axes.plot([label.at_x, label.x], [label.at_y, label.y], color=ink, linewidth=0.5, zorder=1.8)
    away = {"left": 2.0, "right": -2.0, "center": 0.0}[label.align]
    made = axes.annotate(
        "",
        (label.x, label.y),
        xytext=(away, 0.0) if beside else (-4.0, 3.0),
        textcoords="offset points",
        ha=label.align,
        va="center_baseline" if beside else "bottom",
        size=SMALL if beside else SMALL - 0.5,
        color=ink,
        annotation_clip=True,
    )
    _lettered(made, _fitted(label.text, 1.2, SMALL))


# -- bars -------------------------------------------------------------------------------------------------------------

BAR_ROW = 0.3
"""Height of a row."""
_BARS = {"total": QUIET, "rise": "#d55e00", "fall": "#0072b2"}


def _bars(bars: Bars) -> Figure:
    labels = [_fitted(bar.label, 2.5, BODY) for bar in bars.bars]
    texts = [_fitted(bar.text, 1.2, SMALL) for bar in bars.bars]
    left = 0.45 + max((_width(one, BODY) for one in labels), default=0.0)
    right = 0.35
    across, up = 1.3 * ACROSS, BAR_ROW * (len(labels) + 0.6)
    top, bottom = 0.85, 0.62 + LINE * len(bars.caption)
    width, height = left + across + right, top + up + bottom
    figure = Figure(figsize=(width, height), facecolor="white")
    axes = figure.add_axes((left / width, bottom / height, across / width, up / height))
    _scaled(axes, bars.x, "x")
    axes.set_ylim(len(labels) - 0.2, -0.8)
    axes.yaxis.set_major_locator(NullLocator())
    for row, (bar, label, text) in enumerate(zip(bars.bars, labels, texts, strict=True)):
        low, high = sorted((bar.start, bar.end))
        axes.barh(row, high - low, left=low, height=0.66, color=_BARS[bar.role], linewidth=0.0, zorder=2.0)
        if bars.joined and row + 1 < len(labels):
            axes.plot([bar.end, bar.end], [row, row + 1.0], color=QUIET, linewidth=0.6, zorder=1.5)
        for words, at, offset, align, size in (
            (label, bars.x.low, -6.0, "right", BODY),
            (text, high, 4.0, "left", SMALL),
        ):
            made = axes.annotate(
                "",
                (at, row),
                xytext=(offset, 0.0),
                textcoords="offset points",
                ha=align,
                va="center",
                size=size,
                color=INK,
                annotation_clip=False,
            )
            _lettered(made, words)
    for spine in axes.spines.values():
        spine.set(color=QUIET, linewidth=0.8)
    axes.tick_params(which="both", color=QUIET, labelcolor=INK, labelsize=BODY)
    axes.grid(True, axis="x", which="major", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    _head(figure, bars, 0.3)
    _foot(figure, bars, 0.3)
    return figure


# -- diagrams ---------------------------------------------------------------------------------------------------------

PAD, GAP_ACROSS, GAP_DOWN = 0.13, 0.95, 0.2
MOST_WIDE = 2.8


def _pitch(diagram: Diagram, tall: list[float]) -> float:
    """Height of a row at which no two boxes of a column touch."""
    out = max(height for height, box in zip(tall, diagram.boxes, strict=True) if box.role == "product") + GAP_DOWN
    for column in {box.column for box in diagram.boxes}:
        inside = sorted((box.row, h) for box, h in zip(diagram.boxes, tall, strict=True) if box.column == column)
        for (row, height), (below, other) in itertools.pairwise(inside):
            out = max(out, ((height + other) / 2.0 + GAP_DOWN) / (below - row))
    return out


def _diagram(diagram: Diagram) -> Figure:
    texts = [[_fitted(words, MOST_WIDE, BODY, k == 0) for k, words in enumerate(box.lines)] for box in diagram.boxes]
    wide = [max(_width(words, BODY, k == 0) for k, words in enumerate(lines)) + 2 * PAD for lines in texts]
    tall = [LINE * len(lines) + 1.4 * PAD for lines in texts]
    columns = max(box.column for box in diagram.boxes) + 1
    widths = [max(w for w, box in zip(wide, diagram.boxes, strict=True) if box.column == k) for k in range(columns)]
    gap = max([GAP_ACROSS, *(min(_width(link.text, SMALL), MOST_WIDE) + 0.55 for link in diagram.links)])
    lefts = [0.3 + sum(widths[:k]) + gap * k for k in range(columns)]
    pitch = _pitch(diagram, tall)
    rows = max(box.row for box in diagram.boxes) + 1.0
    top, bottom = 0.95, 0.25 + LINE * len(diagram.caption)
    titled = max(_width(diagram.title, TITLE, True), _width(diagram.subtitle, SUBTITLE)) + 0.6
    width = max(lefts[-1] + widths[-1] + 0.3, min(titled, 9.0))
    height = top + pitch * rows + bottom
    figure = Figure(figsize=(width, height), facecolor="white")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0.0, width), ylim=(0.0, height))
    axes.axis("off")
    middles = [height - top - pitch * (box.row + 0.5) for box in diagram.boxes]
    for box, lines, w, h, y in zip(diagram.boxes, texts, wide, tall, middles, strict=True):
        x = lefts[box.column]
        axes.add_patch(
            FancyBboxPatch(
                (x, y - h / 2.0),
                w,
                h,
                boxstyle=f"round,pad=0,rounding_size={0.12 if box.role == 'product' else 0.03}",
                facecolor=_FILLS[box.role],
                edgecolor=_EDGES[box.role],
                linewidth=1.0,
            )
        )
        for k, words in enumerate(lines):
            at = y + (len(lines) - 1) * LINE / 2.0 - k * LINE
            made = axes.text(
                x + w / 2.0,
                at,
                "",
                ha="center",
                va="center",
                size=BODY,
                color=INK,
                weight="bold" if k == 0 else "normal",
            )
            _lettered(made, words)
    for link in diagram.links:
        start, end = diagram.boxes[link.start], diagram.boxes[link.end]
        x0, x1 = lefts[start.column] + wide[link.start], lefts[end.column]
        y0, y1 = middles[link.start], middles[link.end]
        bend = lefts[start.column] + widths[start.column] + 0.2
        axes.plot([x0, bend, bend], [y0, y0, y1], color=QUIET, linewidth=1.0, solid_capstyle="butt", zorder=0.5)
        axes.add_patch(
            FancyArrowPatch(
                (bend, y1), (x1, y1), arrowstyle="-|>", mutation_scale=9.0, shrinkA=0, shrinkB=0, color=QUIET, lw=1.0
            )
        )
        if link.text:
            made = axes.text(bend + 0.06, y1 + 0.04, "", ha="left", va="bottom", size=SMALL, color=QUIET)
            _lettered(made, _fitted(link.text, gap - 0.4, SMALL))
    _head(figure, diagram, 0.3)
    _foot(figure, diagram, 0.3)
    return figure
