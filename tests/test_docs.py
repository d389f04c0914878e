"""What the documents say is so: links, snippets, generated pages, the worked example of an operation."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import didymium

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

COATED = """\
didymium: 1
name: Coated magnets
region: china
year: 2024
operating_hours: 8_000 h/year
feeds:
  blanks: {material: {Nd: 30 %, Fe: 69 %, B: 1 %}, form: magnet, rate: 100 kg/h, price: 40 USD2024/kg}
units:
  machining: {kind: machining, feed: blanks, recovery: 70 %, electricity: 1.4 kWh/kg}
"""


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == language]


def script(name: str) -> dict[str, Any]:
    """The names that a script of `docs/` defines."""
    return runpy.run_path(str(ROOT / "docs" / name))


def test_the_readme_has_two_blocks_to_start() -> None:
    run, test = blocks(README, "sh")
    assert run.splitlines()[:2] == test.splitlines()[:2] == ["python3 -m venv .venv", ". .venv/bin/activate"]
    assert run.splitlines()[-1] == "didymium compare mountain_pass baotou"
    assert test.splitlines()[-1].split()[0] == "pytest"


def test_every_fence_names_its_language() -> None:
    for page in PAGES:
        fences = re.findall(r"^```(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(fences) % 2 == 0, page.name
        assert all(fences[::2]), f"{page.name}: name the language of each block"


def test_python_in_the_readme_runs() -> None:
    for text in blocks(README, "python"):
        exec(compile(text, "README.md", "exec"), {})


def test_the_flowsheet_in_the_readme_solves_and_meets_its_targets(tmp_path: Path) -> None:
    (text,) = blocks(README, "yaml")
    file = tmp_path / "plant.yaml"
    file.write_text(text, encoding="utf-8")
    result = didymium.load(file).solve()
    assert result.targets
    assert all(target.passed for target in result.targets)


def test_the_print_out_in_the_readme_is_current() -> None:
    assert script("make_readme.py")["block"]() in README.read_text(encoding="utf-8"), "run python docs/make_readme.py"


def test_the_flowsheet_reference_is_current() -> None:
    page = (ROOT / "docs" / "flowsheet_reference.md").read_text(encoding="utf-8")
    assert script("make_reference.py")["reference"]() == page, "run python docs/make_reference.py"


def _anchors(page: Path) -> set[str]:
    """The anchors that headings make, as code hosts name them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in _anchors(file), f"{page.name} links to {target}"


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"]({page.name})" in index, f"docs/README.md does not name {page.name}"


def test_every_row_of_the_validation_table_is_a_test() -> None:
    rows = re.findall(r"^\|.*\|$", (ROOT / "docs" / "validation.md").read_text(encoding="utf-8"), re.MULTILINE)
    rows = [row for row in rows if not row.startswith(("|---", "| case"))]
    assert rows
    for row in rows:
        found = re.search(r"`(tests/[\w/]+\.py)::(\w+)`", row)
        assert found, f"no test in {row}"
        assert f"def {found[2]}(" in (ROOT / found[1]).read_text(encoding="utf-8"), f"no such test: {found[0]}"


def test_commands_that_pages_show_exist() -> None:
    command = [sys.executable, "-c", "from didymium.cli import main; main()", "--help"]
    known = subprocess.run(command, capture_output=True, text=True, check=True)
    words = set(re.findall(r"^  (\w+)  ", known.stdout, re.MULTILINE))
    assert "run" in words
    for page in (README, CONTRIBUTING, ROOT / "docs" / "flowsheet_reference.md"):
        shown = set(re.findall(r"(?:`|\$ )didymium (\w+)", page.read_text(encoding="utf-8")))
        assert shown <= words, f"{page.name} shows {shown - words}"


def test_every_package_folder_is_listed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    homes = settings["package-dir"]
    found = {
        ".".join((name, *file.parent.relative_to(ROOT / folder).parts))
        for name, folder in homes.items()
        for file in (ROOT / folder).rglob("__init__.py")
    }
    assert set(settings["packages"]) == found


@pytest.fixture
def own_package(tmp_path: Path) -> dict[str, str]:
    """The operation of CONTRIBUTING.md as a package that is installed; the environment that finds it."""
    (code,) = blocks(CONTRIBUTING, "python")
    (project,) = blocks(CONTRIBUTING, "toml")
    ((group, points),) = tomllib.loads(project)["project"]["entry-points"].items()
    (tmp_path / "my_operations.py").write_text(code, encoding="utf-8")
    about = tmp_path / "my_operations-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: my-operations\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()))
    return {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "utf-8"}


def test_the_operation_of_the_contributing_page_works_from_a_package_of_its_own(
    tmp_path: Path, own_package: dict[str, str]
) -> None:
    (addition,) = blocks(CONTRIBUTING, "yaml")
    head, _, prices = addition.partition("prices:")
    file = tmp_path / "plant.yaml"
    file.write_text(
        f"{COATED}{head.removeprefix('units:').lstrip(chr(10))}prices:{prices}products: {{magnet: coating.magnets}}\n",
        encoding="utf-8",
    )
    assert "coating" in yaml.safe_load(file.read_text(encoding="utf-8"))["units"]
    code = (
        "import sys, didymium\n"
        "result = didymium.load(sys.argv[1]).solve()\n"
        "coated = result.streams['coating.magnets']\n"
        "print(coated.element('Ni'), coated.mass(), result.solution.balance.worst)\n"
    )
    command = [sys.executable, "-c", code, str(file)]
    done = subprocess.run(command, env=own_package, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    nickel, mass, worst = (float(word) for word in done.stdout.split())
    assert nickel == pytest.approx(70.0 * 0.012 * 0.98, rel=1e-12)
    assert mass == pytest.approx(70.0 * 1.012 * 0.98, rel=1e-12)
    assert worst <= 1e-12


def test_a_kind_of_another_package_stays_out_of_the_reference(own_package: dict[str, str]) -> None:
    def printed(code: str) -> str:
        command = [sys.executable, "-c", code]
        return subprocess.run(command, env=own_package, capture_output=True, encoding="utf-8", check=True).stdout

    assert printed("from didymium.operations import registry; print('nickel_coating' in registry())").strip() == "True"
    made = ROOT / "docs" / "make_reference.py"
    page = printed(f"import runpy; print(runpy.run_path({str(made)!r})['reference']())")
    assert "### `flotation`" in page
    assert "nickel_coating" not in page
