"""Every size that a kind of unit may note has a cost in the data, or is an inventory; sizes keep what they count."""

import ast
import runpy
from pathlib import Path

import numpy as np
import pytest

from didymium import operations
from didymium.data.equipment import equipment, equipment_of, is_held
from didymium.operations import MODULES, registry
from didymium.operations.base import Size

FOLDER = Path(operations.__file__).parent
REGISTRY = runpy.run_path(str(Path(__file__).with_name("test_registry.py")))
CIRCUITS = ("solvent_extraction", "extraction_circuit", "separation_train")
SHARED = {"extraction_sizes": CIRCUITS, "smco_furnace": ("smco5_sintering", "sm2co17_sintering")}
"""Modules that note sizes for several kinds."""
NONE = {"mixer", "splitter"}


def text(node: ast.expr) -> str | None:
    """A name as it is written, with `x` for what is only known at run time."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    if isinstance(node, ast.IfExp):
        return text(node.body)
    return None


def noted() -> list[tuple[str, str, str]]:
    """Kind, name and unit of every `b.size(...)` in the source."""
    out = []
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = node.func if isinstance(node, ast.Call) else None
            if isinstance(call, ast.Attribute) and call.attr == "size" and getattr(call.value, "id", "") == "b":
                name, unit = text(node.args[0]), text(node.args[2])
                out += [(kind, name, unit) for kind in SHARED.get(path.stem, (path.stem,))]
    return out


@pytest.mark.parametrize(("kind", "name", "unit"), noted())
def test_every_size_in_the_source_has_one_cost(kind, name, unit) -> None:
    assert kind in MODULES
    meant = [one.item for one in equipment().values() if one.means(name, kind, unit)]
    assert len(meant) == (0 if is_held(name) else 1), (kind, name, unit, meant)


@pytest.mark.parametrize("kind", [kind for kind in registry() if kind in MODULES])
def test_every_kind_has_equipment_that_costs_money(bench, kind) -> None:
    keys, feed = REGISTRY["CASES"][kind]
    inlets, parts = REGISTRY["arriving"](bench, kind, feed)
    sizes = bench.run(kind, keys, inlets, parts=parts).outcome.sizes
    bought = [size for size in sizes if not is_held(size.item)]
    assert bool(bought) == (kind not in NONE)
    for size in bought:
        assert equipment_of(size.item, kind, size.unit) is not None, size.item


def test_every_row_is_meant_by_a_size() -> None:
    for one in equipment().values():
        assert any(one.means(name, kind, unit) for kind, name, unit in noted()), one.item


def test_a_size_keeps_its_count_when_samples_are_taken_apart_and_joined() -> None:
    whole = Size("tank", np.array([1.0, 2.0, 3.0]), "m^3", (), np.array([4.0, 5.0, 6.0]))
    parts = [whole.at(np.array([0])), whole.at(np.array([1, 2]))]
    again = Size.joined(parts)
    assert again.item == "tank"
    np.testing.assert_array_equal(again.value, whole.value)
    np.testing.assert_array_equal(again.number, whole.number)
    assert Size("tank", np.ones(2), "m^3").at(np.array([1])).number is None


def test_an_extraction_circuit_notes_its_stages_and_what_it_holds(bench) -> None:
    """24 + 22 stages and 8 of strip; P507 at 1.5 mol/L and 306.4 kg/kmol of the organic's volume."""
    keys = {
        "extractant": {"name": "P507", "concentration": "1.5 mol/L", "saponification": "36 % NH4"},
        "cut": "Nd / Sm",
        "stages": "24 + 22",
        "solvent": "1.7 mol/mol",
        "scrub": "1.2 mol/mol",
    }
    feed = bench.of({"NdCl3": 5.0, "SmCl3": 5.0, "H2O": 500.0})
    done = bench.run("solvent_extraction", keys, feed)
    settlers = next(size for size in done.outcome.sizes if size.item == "mixer-settlers")
    assert settlers.number[0] == 24 + 22 + 8
    organic = done.details["organic_inventory_m3"][0]
    assert done.size("P507 held") == pytest.approx(organic * 1.5 * 306.424, rel=1e-4)
    assert done.size("kerosene held") == pytest.approx(810.0 * (organic - organic * 1.5 * 0.306424 / 0.955), rel=1e-4)
    oxide = (5 * 336.48 + 5 * 348.72) / 2 / 10.0  # kg REO per kmol of rare earth
    assert done.size("rare earths held") == pytest.approx(
        done.details["rare_earth_inventory_kmol"][0] * oxide, rel=1e-4
    )
