"""Tables that break no word, and are lists where there is no room for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.constrain import Constrain
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult


NARROW = 80
"""Columns that title and caption of any table may take, and from which on names break at their joints before a table
becomes a list."""
_PARTS = re.compile(r"[^\s._/\-]*[._/\-]|[^\s._/\-]+")


class Sheet(Table):
    """A table whose columns are never narrower than their longest word.

    Where that does not fit names break at their joints (`unit.outlet`), and below `NARROW` columns, or where not even
    that helps, it is a list instead. Title and caption do not fold with the columns of a slender table.
    In a list every row stands by itself: what the words at its left say, then a line for each other cell.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table, or the list where its words do not fit."""
        room = options.max_width - self._between()
        ranges = [_widths(column) for column in self.columns]
        whole = [_figures(column) if column.justify == "right" else None for column in self.columns]
        parts = [_part(column) if column.justify != "right" else None for column in self.columns]
        wholly = [(a or least, most) for a, (least, most) in zip(whole, ranges, strict=True)]
        jointly = [(a or b or least, most) for a, b, (least, most) in zip(whole, parts, ranges, strict=True)]
        tightly = [(b or least, most) for b, (least, most) in zip(parts, ranges, strict=True)]
        tries = (wholly, jointly, ranges, tightly) if options.max_width >= NARROW else (wholly, ranges)
        widths = next((found for one in tries if (found := shared(one, room)) is not None), None)
        if widths is None:
            yield from self._listed()
            return
        before = self.columns
        self.columns = [_of_width(column, width) for column, width in zip(before, widths, strict=True)]
        try:
            yield from self._whole(console, options)
        finally:
            self.columns = before

    def _whole(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table between its title and its caption, which may be wider than the table is."""
        title, caption = self.title, self.caption
        self.title = self.caption = None
        try:
            body = list(super().__rich_console__(console, options))
            wide = max(self.__rich_measure__(console, options).maximum, NARROW)
        finally:
            self.title, self.caption = title, caption
        if title:
            yield Constrain(Text(str(title), style="bold"), wide)
        yield from body
        if caption:
            yield Constrain(Text(str(caption), style="dim italic"), wide)

    def _between(self) -> int:
        """Columns of the terminal beside the cells: padding, and a line between columns where there is a box."""
        _, right, _, left = self.padding
        gaps = len(self.columns) - 1
        return (left + right + (1 if self.box else 0)) * gaps

    def _listed(self) -> Iterator[Text | Padding]:
        """One block for each row."""
        if self.title:
            yield Text(str(self.title), style="bold")
        figures = [i for i, column in enumerate(self.columns) if column.justify == "right"]
        leading = min(2, len(self.columns) - 1, *figures[:1])
        before = [""] * leading
        cells = [[str(cell) for cell in column.cells] for column in self.columns]
        heads = [str(column.header) for column in self.columns]
        for row in zip(*cells, strict=True):
            before = [one or old for one, old in zip(row[:leading], before, strict=True)]
            yield Text(", ".join(filter(None, before)), style="bold")
            for head, cell in zip(heads[leading:], row[leading:], strict=True):
                if cell:
                    yield Padding(Text(f"{head}: {cell}" if head else cell), (0, 0, 0, 2))
        if self.caption:
            yield Text(str(self.caption), style="italic")


def _widths(column: Column) -> tuple[int, int]:
    """The longest word and the longest cell of a column, its head included."""
    texts = [str(one) for one in (column.header, *column.cells)]
    words = [word for text in texts for word in text.split()]
    return max(map(cell_len, words), default=1), max(1, *map(cell_len, texts))


def _part(column: Column) -> int:
    """The longest part between the joints of a column's words, head included."""
    return max(
        (cell_len(part) for text in (column.header, *column.cells) for part in _PARTS.findall(str(text))), default=1
    )


def _of_width(column: Column, width: int) -> Column:
    """A column with words too long for a width broken at their joints."""
    cells = [Text(jointed(one.plain, width), style=one.style) if isinstance(one, Text) else one for one in column.cells]
    return replace(column, width=width, _cells=cells)


def jointed(text: str, width: int) -> str:
    r"""Text with its words that are wider than `width` broken after a dot, a stroke or a dash, never elsewhere.

    >>> jointed("tails of residue_wash.wash_water", 14), jointed("0.5", 3)
    ('tails of residue_wash.\nwash_water', '0.5')
    """
    out = []
    for word in text.split(" "):
        lines = [""]
        for part in _PARTS.findall(word) if cell_len(word) > width else [word]:
            if lines[-1] and cell_len(lines[-1] + part) > width:
                lines.append("")
            lines[-1] += part
        out.append("\n".join(lines))
    return " ".join(out)


def _figures(column: Column) -> int:
    """The longest cell of a column, or word of its head: what it takes to break no cell."""
    return max(
        1, *(cell_len(word) for word in str(column.header).split()), *(cell_len(str(one)) for one in column.cells)
    )


def shared(ranges: Sequence[tuple[int, int]], room: int) -> list[int] | None:
    """Widths of columns from their least and most; None where there is no room for the least.

    What is left over the least goes to small wants first.

    >>> shared([(4, 4), (5, 30), (6, 8)], 40), shared([(4, 4), (5, 30)], 99), shared([(4, 4), (5, 30)], 8)
    ([4, 28, 8], [4, 30], None)
    """
    widths = [least for least, _ in ranges]
    left = room - sum(widths)
    if left < 0:
        return None
    order = sorted(range(len(ranges)), key=lambda i: ranges[i][1] - ranges[i][0])
    for place, i in enumerate(order):
        more = min(ranges[i][1] - ranges[i][0], left // (len(order) - place))
        widths[i] += more
        left -= more
    return widths
