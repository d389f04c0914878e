"""The direction of dependencies (design §2), read from the source with `ast`; nothing is imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROCESS, KERNELS = ROOT / "process", ROOT / "kernels"

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"kernels", "flowsheets"}),
    frozenset({"wording", "sums", "spreads"}),
    frozenset({"units"}),
    frozenset({"elements", "quantities"}),
    frozenset({"data"}),
    frozenset({"stream", "feeds", "plan", "finance_terms", "levies", "traits", "scenario", "goods"}),
    frozenset({"cascade", "magnet"}),
    frozenset({"operations"}),
    frozenset({"files", "network"}),
    frozenset({"economics", "supply"}),
    frozenset({"flowsheet"}),
    frozenset({"studies"}),
    frozenset({"report"}),
    frozenset({"cli", "testing"}),
    frozenset({"__main__"}),
)
"""Rooms of `process/` from the lowest. A room imports itself and what lies below it."""

RANK = {room: rank for rank, layer in enumerate(LAYERS) for room in layer}

BESIDE = {
    # A name that both may use stands in one of them; the other direction is closed.
    ("quantities", "elements"): "a value's basis word is an element or a group",
    ("feeds", "stream"): "a feed is a stream",
    ("plan", "finance_terms"): "what a file says of its finance is part of its plan",
    ("scenario", "plan"): "where a key of a scenario stands is told as of a flowsheet",
    ("plan", "levies"): "what a file says of levies and freight is part of its plan",
    ("economics", "supply"): "what a stage makes sizes its plant; capacity knows no money",
}
"""Rooms of one layer that may import each other, in this direction."""

UPWARD = {
    ("plan.py", "operations.base"): "Plan.values walks the parameter models, inside the function and only there",
}
"""Imports of a higher layer at run time, each with its reason."""

ONLY_IN = {
    "yaml": {"files"},
    "pydantic": {"quantities", "operations", "files"},
    "pydantic_core": {"quantities", "operations", "files"},
    "networkx": {"files", "network"},
    "typer": {"cli"},
    "openpyxl": {"report"},
}
"""Packages that stay in their rooms: text formats at the edge, models up to the plan, the command line in its skin."""

MOST_LINES = 600
POOR_NAMES = frozenset({"utils", "util", "helpers", "misc", "common"})
DYNAMIC = {
    "__init__.py": "names are imported when they are first used",
    "files/__init__.py": "names are imported when they are first used",
    "operations/__init__.py": "the registry imports the modules that it lists",
}
"""Files that may import by a name in a string."""


@dataclass(frozen=True)
class Import:
    """One import at run time: `target` is a module, written from the package's root where it is ours."""

    file: str
    line: int
    target: str
    ours: bool
    relative: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.target}"

    @property
    def room(self) -> str:
        """The room that is imported."""
        return self.target.split(".")[0]


def sources(*folders: Path) -> list[Path]:
    """The Python files below some folders of the checkout."""
    return sorted(file for folder in folders for file in folder.rglob("*.py") if "__pycache__" not in file.parts)


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def room(file: Path) -> str:
    """The room of a file of `process/`; the package's own `__init__` is in none."""
    return file.relative_to(PROCESS).parts[0].removesuffix(".py")


def _for_typing(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs: the bodies of `if TYPE_CHECKING:` are left out, their `else` is not."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and _for_typing(child):
            for other in child.orelse:
                yield other
                yield from _nodes(other)
        else:
            yield child
            yield from _nodes(child)


def imports(file: Path) -> list[Import]:
    """What a file of `process/` imports at run time, at its top or inside functions."""
    package = ("didymium", *file.relative_to(PROCESS).parent.parts)
    name = file.relative_to(PROCESS).as_posix()
    out = []
    for node in _nodes(tree(file)):
        if isinstance(node, ast.Import):
            found = [(alias.name, 0) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            head = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            base = ".".join(part for part in (head, node.module or "") if part)
            # `from .. import feeds` names modules, `from ..feeds import ore` names what is in one.
            whole = (node.level > 0 and node.module is None) or base == "didymium"
            found = [(f"{base}.{alias.name}", node.level) for alias in node.names] if whole else [(base, node.level)]
        else:
            continue
        for target, level in found:
            ours = target == "didymium" or target.startswith("didymium.")
            out.append(Import(name, node.lineno, target.removeprefix("didymium."), ours, level > 0))
    return out


FILES = sources(PROCESS)
IMPORTS = {file: imports(file) for file in FILES}


def test_every_room_has_its_layer() -> None:
    rooms = {room(file) for file in FILES} - {"__init__"}
    assert rooms <= set(RANK), f"give {rooms - set(RANK)} a place in LAYERS"


def test_no_room_imports_a_higher_one() -> None:
    wrong = []
    for file, found in IMPORTS.items():
        here = room(file)
        for item in found:
            if here == "__init__" or not item.ours or item.room in (here, "__version__"):
                continue
            if (item.file, item.target) in UPWARD or (here, item.room) in BESIDE:
                continue
            # A public name taken from the package itself is as high as anything that may stand behind it.
            if RANK.get(item.room, len(LAYERS)) >= RANK[here]:
                wrong.append(str(item))
    assert not wrong, "\n".join(wrong)


def test_every_exception_is_still_needed() -> None:
    used = {(item.file, item.target) for found in IMPORTS.values() for item in found}
    assert set(UPWARD) <= used
    assert all((PROCESS / name).is_file() for name in DYNAMIC)


def test_upward_imports_stand_inside_functions() -> None:
    for name, target in UPWARD:
        top = [node for node in tree(PROCESS / name).body if isinstance(node, ast.ImportFrom)]
        assert not any(node.module == target for node in top), f"{name} imports {target} at its top"


def test_the_package_itself_imports_nothing_of_ours_at_once() -> None:
    assert not [str(item) for item in IMPORTS[PROCESS / "__init__.py"] if item.ours]


def test_names_in_strings_are_imported_in_few_places_only() -> None:
    callers = set()
    for file in FILES:
        for node in _nodes(tree(file)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("import_module", "__import__"):
                callers.add(file.relative_to(PROCESS).as_posix())
    assert callers <= set(DYNAMIC), callers - set(DYNAMIC)


@pytest.mark.parametrize("package", sorted(ONLY_IN))
def test_packages_stay_in_their_rooms(package: str) -> None:
    wrong = [
        str(item)
        for file, found in IMPORTS.items()
        for item in found
        if not item.ours and item.room == package and room(file) not in ONLY_IN[package]
    ]
    assert not wrong, "\n".join(wrong)


def test_economics_and_supply_know_the_types_of_operations_and_no_operation() -> None:
    wrong = [
        str(item)
        for file, found in IMPORTS.items()
        for item in found
        if room(file) in ("economics", "supply") and item.room == "operations" and item.target != "operations.base"
    ]
    assert not wrong, "\n".join(wrong)


def test_economics_and_supply_never_solve() -> None:
    allowed = {"network.solution", "network.errors"}
    wrong = [
        str(item)
        for file, found in IMPORTS.items()
        for item in found
        if item.ours
        and room(file) in ("economics", "supply")
        and item.room in ("network", "cascade", "kernels")
        and item.target not in allowed
    ]
    assert not wrong, "\n".join(wrong)


def test_reports_read_and_never_compute() -> None:
    reading = ("operations", "magnet.grades")  # the registry, for the titles of its kinds; the catalogue of grades
    computing = ("kernels", "cascade", "magnet", "operations", "network", "economics", "supply")
    wrong = [
        str(item)
        for file, found in IMPORTS.items()
        for item in found
        if item.ours and room(file) == "report" and item.room in computing and item.target not in reading
    ]
    assert not wrong, "\n".join(wrong)


def test_ours_is_imported_relatively_and_kernels_absolutely() -> None:
    wrong = [
        str(item)
        for found in IMPORTS.values()
        for item in found
        if item.ours and item.relative == (item.room == "kernels")
    ]
    assert not wrong, "\n".join(wrong)


def test_kernels_import_nothing_of_ours_and_know_no_unit_file_or_money() -> None:
    files = [file for suffix in ("py", "pyx", "pxi", "pxd", "pyi") for file in sorted(KERNELS.glob(f"*.{suffix}"))]
    assert any(file.suffix == ".pyx" for file in files)
    allowed = {"cython", "libc", "numpy", "scipy", "cpython", "__future__", "typing", "collections"}
    wrong = []
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            found = re.match(r"\s*(?:from|import|cimport)\s+([.\w]+)(?:\s+c?import\b|\s*$|\s+as\b)", line)
            if found and found[1].split(".")[0] not in allowed:
                wrong.append(f"{file.name}: {line.strip()}")
    assert not wrong, "\n".join(wrong)


def test_files_are_short_enough_to_answer_one_question() -> None:
    folders = [ROOT / name for name in ("process", "tests", "benchmarks", "examples", "docs")]
    files = [*sources(*folders), *KERNELS.glob("*.py*"), *KERNELS.glob("*.pxi"), ROOT / "setup.py"]
    lengths = {file.relative_to(ROOT).as_posix(): len(file.read_text("utf-8").splitlines()) for file in files}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_module_is_a_drawer() -> None:
    assert [file for file in (*FILES, *KERNELS.iterdir()) if file.stem in POOR_NAMES] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PROCESS).as_posix())
def test_every_module_says_what_it_is(file: Path) -> None:
    text = ast.get_docstring(tree(file))
    assert text
    assert len(text.split("\n")[0]) > 10


def test_every_kernel_says_what_it_is() -> None:
    for file in KERNELS.glob("*.pyx"):
        assert file.read_text(encoding="utf-8").startswith('"""'), file.name


TYPING = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import for_types
else:
    import otherwise
def function():
    import inside
"""


def test_only_imports_for_typing_are_left_out() -> None:
    found = [node.names[0].name for node in _nodes(ast.parse(TYPING)) if isinstance(node, ast.Import)]
    assert found == ["otherwise", "inside"]
