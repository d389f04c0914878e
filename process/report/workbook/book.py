"""A workbook under construction: sheets, styles, references, and the same bytes for the same content."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..figures import number
from ..output import OutputError
from .cells import Cell, Formula, Number, form, is_live, text

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FIXED = (1980, 1, 1, 0, 0, 0)
"""The time of every workbook, so that the same inputs give the same bytes."""
LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)><f>(.*?)</f><v\s*(?:/>|></v>)</c>', re.DOTALL)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
FONT, WHITE, BLUE, GREY, YELLOW = "Calibri", "FFFFFF", "1F3A5F", "555555", "FFF4CC"
HEAD = 32
"""Height of a head that stays in sight or has long words, in points: two lines."""
SHORT = 18
"""Characters of a head that fit on a line."""


def ready() -> None:
    """Raises OutputError where no workbook can be written."""
    try:
        import openpyxl  # noqa: F401
    except ImportError as error:
        raise OutputError(
            f"cannot write a workbook: openpyxl does not load ({error})", "install it: pip install 'didymium[xlsx]'"
        ) from error


def column(at: int) -> str:
    """The letters of a column, which counts from 1.

    >>> column(1), column(26), column(27), column(703)
    ('A', 'Z', 'AA', 'AAA')
    """
    letters = ""
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_name(words: str, taken: Sequence[str]) -> str:
    """A name that every spreadsheet takes: at most 31 characters, none twice whatever the letters.

    >>> sheet_name("Cost a/b", []), sheet_name("cost A_B", ["Cost a_b"]), sheet_name("'History'", [])
    ('Cost a_b', 'cost A_B 2', 'History_')
    """
    made = _FORBIDDEN.sub("_", text(words)).strip("_ ")[:LONGEST_NAME].rstrip() or "Sheet"
    made = f"{made}_" if made.lower() == "history" else made
    known = {name.lower() for name in taken}
    stem, count = made, 1
    while made.lower() in known:
        count += 1
        end = f" {count}"
        made = stem[: LONGEST_NAME - len(end)].rstrip() + end
    return made


class Page:
    """One sheet, written from the top; rows and columns count from 1."""

    def __init__(self, sheet: Worksheet, styles: Styles) -> None:
        self._sheet, self._styles = sheet, styles
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        self.row = 1
        self._head = 0
        self.values: dict[str, float] = {}

    @property
    def name(self) -> str:
        """The sheet's name."""
        return str(self._sheet.title)

    def at(self, row: int, col: int) -> str:
        """A cell as formulas of other sheets name it."""
        return f"'{self.name}'!${column(col)}${row}"

    def span(self, col: int, first: int, last: int) -> str:
        """The cells of a column as formulas of any sheet name them."""
        letters = column(col)
        return f"'{self.name}'!${letters}${first}:${letters}${last}"

    def title(self, words: str, *notes: str) -> None:
        """The heading of the sheet, and what a reader should know first."""
        self._put(self.row, 1, words).font = self._styles.title
        self.row += 1
        for note in notes:
            self._put(self.row, 1, note).font = self._styles.note
            self.row += 1
        self.row += 1

    def head(self, *words: str, freeze: int | None = None) -> int:
        """The head of a table; `freeze` keeps it and so many columns in sight. Its row."""
        for col, word in enumerate(words, start=1):
            cell = self._put(self.row, col, word)
            cell.font, cell.fill, cell.alignment = self._styles.head, self._styles.dark, self._styles.wrap
        if freeze is not None:
            self._sheet.freeze_panes = f"{column(freeze + 1)}{self.row + 1}"
            self._sheet.print_title_rows = f"{self.row}:{self.row}"
        if freeze is not None or any(len(word) > SHORT for word in words):
            self._sheet.row_dimensions[self.row].height = HEAD
        self._head = self.row
        self.row += 1
        return self.row - 1

    def add(self, *cells: Cell, bold: bool = False) -> int:
        """A row of cells; its number."""
        for col, cell in enumerate(cells, start=1):
            made = self._put(self.row, col, cell)
            if bold:
                made.font = self._styles.bold
            if self._head and not isinstance(cell, str | None):
                self._sheet.cell(self._head, col).alignment = self._styles.over  # a number's head stands over it
        self.row += 1
        return self.row - 1

    def section(self, words: str) -> None:
        """The heading of a further table, one row below what stands there."""
        self.row += 1
        self._head = 0
        self._put(self.row, 1, words).font = self._styles.bold
        self.row += 1

    def widths(self, *widths: float) -> None:
        """Widths of the columns from the left, in characters."""
        for col, width in enumerate(widths, start=1):
            self._sheet.column_dimensions[column(col)].width = width

    def filter(self, head: int, columns: int) -> None:
        """Let a reader filter the table below a head."""
        self._sheet.auto_filter.ref = f"A{head}:{column(columns)}{max(head, self.row - 1)}"

    def _put(self, row: int, col: int, cell: Cell) -> Any:
        made = self._sheet.cell(row, col)
        if isinstance(cell, str):
            words = text(cell)
            made.value = words
            if words:
                made.data_type = "s"  # never a formula, whatever it begins with
            if is_live(words):
                made.quotePrefix = True
            if col > 1:
                made.alignment = self._styles.apart
        elif isinstance(cell, Formula):
            made.value = cell.text
            made.number_format = cell.format or form(number(cell.value))
            value = number(cell.value)
            if value is not None:
                self.values[made.coordinate] = value
        elif cell is not None:
            of = cell if isinstance(cell, Number) else Number(cell)
            made.value = number(of.value)
            made.number_format = of.format or form(made.value)
            if of.editable:
                made.fill, made.font, made.protection = self._styles.input, self._styles.typed, self._styles.open
        if isinstance(cell, Formula | Number) and cell.bold:
            made.font = self._styles.bold
        return made


class Styles:
    """The few looks of cells."""

    def __init__(self) -> None:
        from openpyxl.styles import Alignment, Font, PatternFill, Protection

        self.title, self.bold = Font(FONT, 14, bold=True), Font(FONT, 11, bold=True)
        self.note, self.typed = Font(FONT, 11, italic=True, color=GREY), Font(FONT, 11, color=BLUE)
        self.head = Font(FONT, 11, bold=True, color=WHITE)
        self.dark, self.input = PatternFill("solid", fgColor=BLUE), PatternFill("solid", fgColor=YELLOW)
        self.wrap = Alignment(wrap_text=True, vertical="center", indent=1)
        self.over = Alignment(wrap_text=True, vertical="center", horizontal="right")
        self.apart = Alignment(horizontal="left", indent=1)
        self.open = Protection(locked=False)


class Book:
    """A workbook: sheets in the order in which they are asked for."""

    def __init__(self, title: str) -> None:
        ready()
        from openpyxl import Workbook

        self._book = Workbook()
        self._book.remove(self._book.active)
        self._book.calculation.fullCalcOnLoad = True
        self._book.properties.title = text(title)
        self._book.properties.creator = "didymium"
        self._book.properties.created = datetime(*FIXED)
        self._styles = Styles()
        self.pages: list[Page] = []

    def page(self, words: str) -> Page:
        """A new sheet."""
        name = sheet_name(words, [page.name for page in self.pages])
        self.pages.append(Page(self._book.create_sheet(name), self._styles))
        return self.pages[-1]

    def data(self) -> bytes:
        """The file. Formulas carry the model's values, for readers that do not calculate."""
        written = io.BytesIO()
        self._book.save(written)
        made = io.BytesIO()
        with zipfile.ZipFile(written) as old, zipfile.ZipFile(made, "w") as new:
            for name in sorted(old.namelist()):
                entry = zipfile.ZipInfo(name, FIXED)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system, entry.external_attr = 0, 0
                new.writestr(entry, self._settled(name, old.read(name)))
        return made.getvalue()

    def _settled(self, name: str, data: bytes) -> bytes:
        if name == "docProps/core.xml":
            return _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", data)
        found = re.fullmatch(r"xl/worksheets/sheet([0-9]+)\.xml", name)
        return data if found is None else _with_values(data, self.pages[int(found[1]) - 1].values)


def _with_values(data: bytes, values: dict[str, float]) -> bytes:
    """A sheet's XML with the values of its formulas."""

    def filled(found: re.Match[bytes]) -> bytes:
        value = values.get(found[1].decode())
        shown = b"<v/>" if value is None else f"<v>{value!r}</v>".encode()
        return b'<c r="%b"%b><f>%b</f>%b</c>' % (found[1], found[2], found[3], shown)

    return _CELL.sub(filled, data)
