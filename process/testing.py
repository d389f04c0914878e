"""The pytest plug-in: a target written in a flowsheet file is a test.

`pytest flowsheets/` collects every YAML file that has a key `didymium: 1`. Each file gives the item `solves` and one
item for each of its targets. The module is imported by every pytest run where didymium is installed, so it imports
nothing that takes time; a flowsheet is read when its file is collected and solved once, when its first item runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .flowsheet import Flowsheet, LimitResult, Result
    from .plan import Position, Target

SUFFIXES = frozenset({".yaml", ".yml"})
HEAD = 65_536
"""Bytes of a file that are searched for the key."""
CLOSURE = 1e-9
"""What a balance may miss, as a share of an element's own inflow."""

_KEY = re.compile(rb"""^(?:\xef\xbb\xbf)?(["']?)didymium\1[ \t]*:[ \t]*["']?\d""", re.MULTILINE)
_SCENARIO = re.compile(rb"""^(["']?)scenario\1[ \t]*:""", re.MULTILINE)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> FlowsheetFile | None:
    """Take a file that says it is a flowsheet; leave every other file alone."""
    if file_path.suffix in SUFFIXES and is_flowsheet(file_path):
        return FlowsheetFile.from_parent(parent, path=file_path)
    return None


def is_flowsheet(path: Path) -> bool:
    """Whether a file has a top-level key `didymium` with a number near its head, and no key `scenario`.

    False where it cannot be read.
    """
    try:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError:
        return False
    lines = head.replace(b"\r", b"\n")
    return _KEY.search(lines) is not None and _SCENARIO.search(lines) is None


class FlowsheetFailure(Exception):
    """A target that is missed, or a flowsheet that cannot be read or solved; the text says all there is to say."""


class FlowsheetFile(pytest.File):
    """A flowsheet file: read once at collection, solved once at its first item."""

    _result: Result | None = None
    _failure: str = ""
    _flowsheet: Flowsheet | None = None

    def collect(self) -> Iterator[FlowsheetItem]:
        """The item `solves`, then the targets in file order."""
        targets: tuple[Target, ...] = ()
        with suppress(FlowsheetFailure):  # the item `solves` tells
            targets = self.flowsheet().plan.targets
        yield FlowsheetItem.from_parent(self, name="solves", index=None)
        seen = {"solves"}
        for index, target in enumerate(targets):
            name = target.text if target.text not in seen else f"{target.text} (line {target.position.line})"
            while name in seen:
                name += "'"
            seen.add(name)
            yield FlowsheetItem.from_parent(self, name=name, index=index)

    @property
    def shown(self) -> str:
        """The file as messages name it: from the working directory where it lies below that."""
        here = Path.cwd()
        return self.path.relative_to(here).as_posix() if self.path.is_relative_to(here) else str(self.path)

    def flowsheet(self) -> Flowsheet:
        """The flowsheet, read at the first call. Raises FlowsheetFailure with every fault of the file."""
        from .files.diagnostics import FlowsheetError
        from .flowsheet import load

        if self._flowsheet is None:
            try:
                self._flowsheet = load(self.shown)
            except FlowsheetError as error:
                raise FlowsheetFailure(str(error)) from None
        return self._flowsheet

    def result(self) -> Result:
        """The solved flowsheet, solved at the first call. Raises FlowsheetFailure."""
        from .economics import CostError
        from .network import SolveError

        if self._failure:
            raise FlowsheetFailure(self._failure)
        if self._result is None:
            try:
                self._result = self.flowsheet().solve()
            except (SolveError, CostError) as error:
                self._failure = _located(str(error), self.shown)
                raise FlowsheetFailure(self._failure) from None
        return self._result


class FlowsheetItem(pytest.Item):
    """One target of a flowsheet, or the item `solves`."""

    parent: FlowsheetFile

    def __init__(self, *, index: int | None, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.index = index

    def runtest(self) -> None:
        """Hold the solved flowsheet to the target."""
        if self.index is None:
            result = self.parent.result()
            balance = result.solution.balance
            if not balance.worst <= CLOSURE:
                raise FlowsheetFailure(
                    f"{self.parent.shown}:1: the balance of {balance.element} misses {balance.worst:.2g} of its inflow"
                )
            return
        where = _line(self.parent.flowsheet().plan.targets[self.index].position)
        try:
            result = self.parent.result()
        except FlowsheetFailure:
            raise FlowsheetFailure(f"{where}: not computed, because {self.parent.shown} does not solve") from None
        checked = result.targets[self.index]
        if not checked.passed:
            words = verdict(checked.target, checked.value, result.plan.hours_per_year.nominal, checked.missed)
            raise FlowsheetFailure(f"{where}: {words}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The text alone for what the flowsheet is to blame for; the usual traceback for anything else."""
        if isinstance(excinfo.value, FlowsheetFailure):
            return _Told(str(excinfo.value))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file and line (from 0) that say what is tested."""
        path, line = self.parent.path, 1
        if self.index is not None:
            position = self.parent.flowsheet().plan.targets[self.index].position
            said = Path(position.file)
            if said.is_file():
                path = said.absolute()
            line = position.line
        # pytest rewrites the dots of a headline that ends the item's id, so this one does not.
        return path, line - 1, f"{self.path.name}: {self.name}"


class _Told:
    """A failure that is its own text. `reprcrash` puts the first line into pytest's summary."""

    class _Crash:
        def __init__(self, message: str) -> None:
            self.message = message

    def __init__(self, text: str) -> None:
        self.text = text
        self.reprcrash = self._Crash(text.split("\n", 1)[0])

    def __str__(self) -> str:
        return self.text

    def toterminal(self, tw: Any) -> None:
        """Write the text to pytest's terminal."""
        for line in self.text.split("\n"):
            tw.line(line, red=True)


def verdict(target: Target, value: float, hours_per_year: float, missed: Sequence[LimitResult] = ()) -> str:
    """What a target asks for and what the flowsheet gives: stream, elements, value and bounds.

    Of a grade, the limits that are `missed`.
    """
    from .report import limits

    if target.kind in ("grade", "magnet"):
        words = "; ".join(f"{limits.name(one.limit)} is {limits.against(one.value, one.limit)}" for one in missed)
        return f"{target.stream} misses grade {target.grade}: {words}"
    elements = ", ".join(target.elements)
    if target.kind == "purity":
        what = f"{target.stream} purity of {elements}"
    elif target.kind == "impurity":
        what = f"{target.stream} impurity {' + '.join(limits.quoted(element) for element in target.elements)}"
    elif target.kind == "recovery":
        what = f"recovery of {elements} from {target.source} to {target.stream}"
    else:
        rate = limits.against(value, target, "target", hours_per_year / 1000.0, "t/year")
        return f"capacity of the {target.stage} stage is {rate}"
    return f"{what} is {limits.against(value, target, 'target')}"


def _line(position: Position) -> str:
    return f"{position.file}:{position.line}"


def _located(text: str, shown: str) -> str:
    """The text with the file before it, where it does not start with a place already."""
    return text if re.match(r"\S+:\d+:", text) else f"{shown}: error: {text}"
