"""Write docs/flowsheet_reference.md from the models that read flowsheet files.

`python docs/make_reference.py` writes the page; with `--check` it only says whether the page is current.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from didymium.data import chemistries, deposits, extractants, minerals, reagents, regions
from didymium.elements import GROUPS
from didymium.files import schema
from didymium.files.annotations import in_file
from didymium.operations import registry
from didymium.operations.base import ElementName, Kind, Parameters, StreamName
from didymium.operations.mineral_names import FloatedMineral, MineralName, OtherMineral, RareEarthMineral
from didymium.plan import STAGES
from didymium.quantities import In

PAGE = Path(__file__).with_name("flowsheet_reference.md")

KEYS_BY_NAME = (
    (ElementName, "element or group"),
    (schema.Mineral, "mineral"),
    (schema.RareEarth, "rare earth"),
    (MineralName, "mineral"),
    (FloatedMineral, "mineral"),
    (RareEarthMineral, "rare-earth mineral"),
    (OtherMineral, "mineral without rare earths"),
)
HEAD = """\
# Flowsheet files: reference

<!-- Written by docs/make_reference.py from the models that read flowsheet files. Change those, not this page. -->

A flowsheet is one YAML file. `didymium check FILE` reads it and reports every fault with line and column;
`didymium schema` prints a JSON Schema, with which an editor completes keys and checks as you type. What a solve does
with the file stands in [theory_flowsheet.md](theory_flowsheet.md).

## Values

A value is a number with its unit, and where known a basis, a spread and a source:

| written | means |
|---|---|
| `75 %`, `0.75` | a share |
| `60 % REO` | a share on a basis |
| `10_000 t/day`, `4.3 kg/t`, `620 °C` | a number with a unit; the key says which dimension it wants |
| `5 m^3/h`, `5 m³/h`, `5 m3/h` | a power in a unit, any of these ways |
| `75 % ± 5 %` or `75 % +/- 5 %` | normal, with this standard deviation, inside the physical range |
| `70 % to 80 %` | uniform; the nominal is the middle |
| `75 % from 70 to 80 %` | triangular; the nominal is the most likely |
| `12 MJ/kg ×÷ 1.3` or `12 MJ/kg */ 1.3` | lognormal about the nominal, with this geometric standard deviation |
| `75 % (miit2016)` | with its source: a key of `data/sources.csv` or of the file's own `sources` |
| `10 V (assumed)` | an assumption; the report counts it as one |

A solve uses the nominal. No commas and no square brackets inside a value. `year` is a unit of its own: a rate per year
is spread over `operating_hours`, a rate per day or hour is per operating day or hour.

## Streams and names

A stream is `unit.outlet` or a feed's name. A stream goes to one unit; share it out with a `splitter`. `products` gives
streams the names that people use.

An element is its symbol. The groups are {groups}.
Where elements and groups stand in one table, the smaller name wins: `{{REO: 92 %, Ce: 8 %}}`.

A unit may say `like: other_unit`, and a file `extends: other_file`: keys are taken over, own keys win, and `null`
removes one.

"""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def _inside(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """An annotation without None, and what is noted at it."""
    notes: tuple[Any, ...] = ()
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            notes += tuple(more)
        elif get_origin(annotation) in (Union, UnionType) and NoneType in get_args(annotation):
            rest = [item for item in get_args(annotation) if item is not NoneType]
            if len(rest) > 1:
                return Union[tuple(rest)], notes  # noqa: UP007
            annotation = rest[0]
        else:
            return annotation, notes


def _unit(wanted: In) -> str:
    """A unit with its bounds, as a reader writes them."""
    unit = {"1": "share", "degC": "°C"}.get(wanted.unit, wanted.unit)
    low, high = wanted.low, wanted.high
    if wanted.unit == "1" and (low, high) != (0, 1):
        unit = "number"
    if low is not None and high is not None:
        unit += f", {low:g} to {high:g}"
    elif low is not None:
        unit += ", ≥ 0" if low == 0 else f", ≥ {low:g}"
    elif high is not None:
        unit += f", ≤ {high:g}"
    if wanted.basis:
        unit += f"; basis {' or '.join(wanted.basis)}"
    return unit


def _shape(annotation: Any, notes: tuple[Any, ...] = ()) -> tuple[str, str]:
    """What a key holds, and an example."""
    item, more = _inside(annotation)
    notes = (*notes, *more)
    wanted = next((note for note in notes if isinstance(note, In)), None)
    if wanted is not None:
        return _unit(wanted), wanted.example
    if any(isinstance(note, StreamName) for note in notes):
        return "stream", ""
    origin, arguments = get_origin(item), get_args(item)
    if origin is list:
        inner, example = _shape(arguments[0])
        return f"list of {inner}s" if inner == "stream" else f"list of: {inner}", example
    if origin is dict:
        key, (inner, example) = _keys(arguments[0]), _shape(arguments[1])
        return f"by {key}: {inner}", example
    if origin is Literal:
        return " or ".join(f"`{word}`" for word in arguments), ""
    if origin in (Union, UnionType):
        if arguments == (list[ElementName], ElementName):
            return "element or group, or a list of them", ""
        return " or ".join(dict.fromkeys(_shape(part)[0] for part in arguments)), ""
    if _is_element(annotation) or any(note in get_args(ElementName)[1:] for note in notes):
        return "element or group", ""
    if isinstance(item, type) and issubclass(item, BaseModel):
        return "table", ""
    return {str: "text", int: "whole number", bool: "yes or no"}.get(item, getattr(item, "__name__", str(item))), ""


def _is_element(annotation: Any) -> bool:
    return bool(annotation == ElementName)


def _keys(annotation: Any) -> str:
    for known, words in KEYS_BY_NAME:
        if annotation == known:
            return words
    item, _ = _inside(annotation)
    if get_origin(item) is Literal:
        one_of = f"one of {', '.join(f'`{word}`' for word in get_args(item))}"
        return "stage" if set(get_args(item)) == set(STAGES) else one_of
    return "name"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    default = info.get_default(call_default_factory=True)
    if default is None or default in ("", [], {}, ()):
        return ""
    if isinstance(default, BaseModel):
        keys = {info.alias or name: getattr(default, name) for name, info in type(default).model_fields.items()}
        default = {key: value for key, value in keys.items() if value is not None}
    if isinstance(default, dict):
        return _code(f"{{{', '.join(f'{key}: {_text(value)}' for key, value in default.items())}}}")
    return _code(_text(default))


def _text(default: Any) -> str:
    """A default as a file would say it."""
    return str(getattr(default, "text", default))


def rows(model: type[BaseModel], leave_out: frozenset[str], head: str = "") -> Iterator[tuple[str, ...]]:
    """One row for each key of a model, those of tables inside it included."""
    for name, info in model.model_fields.items():
        if name in leave_out:
            continue
        what, example = _shape(info.annotation, tuple(info.metadata))
        example = in_file(info.examples[0]) if info.examples else example
        key = f"{head}{info.alias or name}"
        yield _code(key), _cell(info.description or ""), what, _default(info), _code(example)
        item, _ = _inside(info.annotation)
        if isinstance(item, type) and issubclass(item, BaseModel):
            yield from rows(item, frozenset(), f"{key}.")


LIKE = ("`like`", "Another unit of this file whose keys this one takes over; its own keys win.", "unit", "", "")
KEYS = ("key", "what", "unit or form", "default", "example")


def _file() -> Iterator[str]:
    yield "## The file\n"
    yield _table(KEYS, list(rows(schema.Head, frozenset())))
    parts = {
        "A feed from a deposit": schema.OreFeed,
        "A feed of minerals": schema.MineralFeed,
        "A feed that is bought": schema.MaterialFeed,
        "A purity target": schema.PurityTarget,
        "An impurity target": schema.ImpurityTarget,
        "A grade target": schema.GradeTarget,
        "A recovery target": schema.RecoveryTarget,
        "A capacity target": schema.CapacityTarget,
        "A stage under `capacity`": schema.Plate,
    }
    for title, model in parts.items():
        yield f"### {title}\n"
        yield f"{cleandoc(model.__doc__ or '')}\n"
        yield _table(KEYS, list(rows(model, frozenset())))
    yield "### Names that the package knows\n"
    yield _table(
        ("what", "names"),
        [
            ("stages", ", ".join(f"`{name}`" for name in STAGES)),
            ("deposits", ", ".join(f"`{name}`" for name in deposits())),
            ("minerals", ", ".join(f"`{name}`" for name in minerals())),
            ("regions", ", ".join(f"`{name}`" for name in regions())),
            ("extractants of `solvent_extraction`", ", ".join(f"`{name}`" for name in extractants())),
            (
                "extractants of `extraction_circuit` and `separation_train`",
                ", ".join(f"`{name}`" for name in chemistries() if name in reagents()),
            ),
        ],
    )


def _kind(kind: Kind) -> Iterator[str]:
    text = cleandoc(kind.parameters.__doc__ or kind.name)
    yield f"### `{kind.name}`\n"
    yield f"{text}\n"
    yield f"Stage: {kind.stage or 'that of its neighbours'}.\n"
    keys = list(rows(kind.parameters, frozenset(Parameters.model_fields)))
    yield _table(KEYS, keys)
    outlets = []
    if kind.named_outlets:
        outlets.append((f"each key of {_code(kind.named_outlets)}", kind.named.form, _cell(kind.named.title)))
    for name, outlet in kind.outlets.items():
        words = [outlet.title] if outlet.title else []
        words += ["waste"] if outlet.waste else []
        words += [f"keeps the parts of `{outlet.parts}`"] if outlet.parts else []
        words += ["takes what the others do not"] if name == kind.rest and len(kind.outlets) > 1 else []
        outlets.append((_code(name), outlet.form, _cell("; ".join(words))))
    yield _table(("outlet", "form", "what"), outlets)


def reference() -> str:
    """The whole page. Kinds that other packages add are left out."""
    kinds = [kind for kind in registry().values() if kind.parameters.__module__.startswith("didymium.")]
    groups = ", ".join(f"`{name}`" for name in GROUPS)
    out = [HEAD.format(groups=groups), *_file()]
    out += ["## Units\n", "Every unit may have these keys beside its kind's own:\n"]
    out += [_table(KEYS, [LIKE, *rows(Parameters, frozenset())])]
    links = " ·\n".join(f"[{kind.name}](#{kind.name})" for kind in kinds)
    out.append(f"Kinds, in the order of the chain: {links}\n")
    for kind in kinds:
        out += _kind(kind)
    return "\n".join(out).replace("\n\n\n", "\n\n").rstrip() + "\n"


def main() -> int:
    """Write the page, or say that it is not current."""
    text = reference()
    if "--check" in sys.argv[1:]:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        if not current:
            print(f"{PAGE.name} is not current; run python docs/make_reference.py", file=sys.stderr)
        return 0 if current else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
