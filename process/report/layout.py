"""Tables that break no word where they can help it, and are lists on a terminal too narrow for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.constrain import Constrain
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult


NARROW = 80
"""Columns of a terminal below which a table that does not fit is a list; title and caption of any table may take them.
"""


class Sheet(Table):
    """A table whose columns are never narrower than their longest word.

    Where that does not fit words break, below `NARROW` columns it is a list instead. Title and caption do not fold with
    the columns of a slender table.
    In a list every row stands by itself: what the words at its left say, then a line for each other cell.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table, or the list where its words do not fit."""
        room = options.max_width - self._between()
        ranges = [_widths(column) for column in self.columns]
        figures = [column.justify == "right" for column in self.columns]
        whole = [
            (_figures(column) if is_figure else least, most)
            for column, is_figure, (least, most) in zip(self.columns, figures, ranges, strict=True)
        ]
        widths = shared(whole, room) or shared(ranges, room)
        if widths is None:
            narrow = options.max_width < NARROW
            yield from self._listed() if narrow else self._whole(console, options)
            return
        before = [column.width for column in self.columns]
        for column, width in zip(self.columns, widths, strict=True):
            column.width = width
        try:
            yield from self._whole(console, options)
        finally:
            for column, old in zip(self.columns, before, strict=True):
                column.width = old

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
