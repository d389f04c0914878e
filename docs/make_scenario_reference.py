"""Write docs/scenario_reference.md from the models that read scenario files.

`python docs/make_scenario_reference.py` writes the page; with `--check` it only says whether the page is current.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from didymium.data import deposits
from didymium.files import scenario_schema as keys
from didymium.files import scenario_values as values
from didymium.files import shipped, shipped_scenarios
from didymium.files.annotations import example, in_file
from didymium.files.schema import Name, RareEarth, SourceKey, Text
from didymium.operations.base import ElementName
from didymium.quantities import In

PAGE = Path(__file__).with_name("scenario_reference.md")
KNOWN: tuple[tuple[Any, str], ...] = (
    (values.Date, "date"),
    (values.Years, "years"),
    (values.YearKey, "year"),
    (values.QuarterKey, "quarter or year"),
    (ElementName, "element or group"),
    (RareEarth, "rare earth"),
    (RareEarth | Literal["NdPr"], "rare earth or NdPr"),
    (Name, "name"),
    (SourceKey, "name"),
    (Text, "text"),
    (keys.Stage, "stage"),
    (keys.Status, "status"),
)
HEAD = """\
# Scenario files: reference

<!-- Written by docs/make_scenario_reference.py from the models that read scenario files. Change those, not this. -->

A scenario is one YAML file: plants of many regions, who needs what when, and the rules of trade between them. The key
`scenario` makes it one. `didymium check FILE` reads it and reports every fault with line and column, `didymium gap
FILE` finds where its chain breaks; `didymium schema scenario` prints a JSON Schema for editors, and `didymium new mine
--from us_2030` copies a shipped one. Shipped are {scenarios}. In Python,
`didymium.load_scenario("us_2030")`.

Values, spreads and sources are written as in [flowsheet files](flowsheet_reference.md#values); `didymium check
--strict` asks for a source of every number and for a spread of every assumed one. A scenario may say `extends:
other_scenario`: keys are taken over, own keys win, and `null` removes one. `--set` replaces a value by its path, as in
`--set rules.heavies.active=false` or `--set "plants.kuantan.stages.separation.capacity=12_000 t/year"`.

## Dates and numbers by year

| written | means |
|---|---|
| `2026`, `2026-07`, `2026Q3` | a date: the start of a year, a month or a quarter |
| `2024 to 2035` | years, the first and the last included |
| `3_000 t/year` | a number that holds in every year |
| `{{2024: 3_000 t/year, 2030: 9_000 t/year}}` | by year: linear between the years given, held before and after |
| `45 day`, `6 month`, `0.5 year` | a delay; a year has {days} days |

## Goods

`form:what` in the model; in a file a rare earth, a kind of magnet or a deposit, and a form: `NdPr oxide`, `Dy metal`,
`motor alloy`, `motor magnets`, `motor swarf`, `motor old magnets`, `mountain_pass concentrate`, `mountain_pass mixed
rare earths`, `mountain_pass heavies`. Groups stand for their elements: `HREE oxides`. A plural alone is all of a form:
`oxides`, `metals`, `alloys`, `magnets`, `concentrates`. Nd and Pr go together, as `NdPr`.

## Example

```yaml
{example}```

"""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def _alone(annotation: Any) -> Any:
    """An annotation without None."""
    if get_origin(annotation) in (Union, UnionType):
        parts = [part for part in get_args(annotation) if part is not NoneType]
        return parts[0] if len(parts) == 1 else Union[tuple(parts)]  # noqa: UP007
    return annotation


def _unit(wanted: In) -> str:
    """What a value is in, with its bounds."""
    if such := getattr(wanted, "such", ""):
        return str(such)
    low, high = wanted.low, wanted.high
    unit = {"kg/kg": "t/t"}.get(wanted.unit, wanted.unit)
    if unit == "1":
        unit = "share" if (low, high) == (0, 1) else "number"
    if unit == "share" or low is None:
        return unit
    return f"{unit}, ≥ {low:g}" if high is None else f"{unit}, {low:g} to {high:g}"


def shape(annotation: Any) -> str:
    """What a key holds, in words."""
    annotation = _alone(annotation)
    for known, words in KNOWN:
        if annotation == known:
            return words
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        wanted = next((note for note in arguments[1:] if isinstance(note, In)), None)
        return shape(arguments[0]) if wanted is None else _unit(wanted)
    if origin is dict:
        return f"by {shape(arguments[0])}: {shape(arguments[1])}"
    if origin is list:
        return f"list of {shape(arguments[0])}s"
    if origin is Literal:
        return " or ".join(f"`{word}`" for word in arguments)
    if origin in (Union, UnionType):
        if all(isinstance(part, type) and issubclass(part, BaseModel) for part in arguments):
            return "table"
        one, *others = (shape(part) for part in arguments)
        return f"{one}; or by year" if others[0].startswith("by year") else f"{one} or {others[0]}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table"
    return {str: "text", int: "whole number", bool: "yes or no"}.get(annotation, str(annotation))


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    default = info.get_default(call_default_factory=True)
    if default is None or default in ("", [], {}):
        return ""
    return _code(str(default).lower() if isinstance(default, bool) else str(default))


def rows(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    """One row for each key of a model, the note last."""
    hints = get_type_hints(model, include_extras=True)
    names = sorted(model.model_fields, key=lambda name: (name == "note", name != "kind", _is_required(model, name)))
    for name in names:
        info = model.model_fields[name]
        such = in_file(info.examples[0]) if info.examples else example(_alone(hints[name]))
        yield _code(name), _cell(info.description or ""), shape(hints[name]), _default(info), _code(such)


def _is_required(model: type[BaseModel], name: str) -> bool:
    return model is not keys.ScenarioKeys and not model.model_fields[name].is_required()


KEYS = ("key", "what", "unit or form", "default", "example")
PARTS: dict[str, type[BaseModel]] = {
    "A plant": keys.PlantKeys,
    "A stage of a plant": keys.StageKeys,
    "Slips of a status": keys.SlipKeys,
    "A kind of magnet": keys.MagnetKeys,
    "An end use": keys.UseKeys,
    "A substitute": keys.SubstituteKeys,
    "A stock": keys.StockKeys,
}
RULES = (keys.BanKeys, keys.QuotaKeys, keys.LicenceKeys, keys.TariffKeys, keys.ContentKeys)
LEVERS = (keys.BuildKeys, keys.RecycleKeys, keys.ReplaceKeys, keys.BuyAheadKeys, keys.LiftKeys)
EXAMPLE = """\
didymium: 1
scenario: Magnets of two regions
years: 2024 to 2030
regions: [us, china]
focus: [us]
standard: {metal: texas_magnets, alloy: texas_magnets}
ramps: {usual: [40 % from 30 % to 50 % (assumed), 75 % from 60 % to 90 % (assumed), 100 %]}
slips:
  announced: {delay: 1 year from 0 year to 4 year (assumed), success: 40 % from 30 % to 50 % (assumed)}
magnets:
  motor: {family: NdFeB, content: {NdPr: 29 %, Tb: 0.4 %}, diffused: [Tb]}
plants:
  mountain_pass:
    region: us
    flowsheet: mountain_pass
    stages:
      mine: {capacity: 50_000 t/year, start: 2018, deposits: [mountain_pass]}
      separation: {capacity: 6_075 t/year, counts: NdPr, start: 2023-07, ramp: usual}
  magnet_works:
    region: us
    flowsheet: texas_magnets
    status: announced
    start: 2026-07
    stages:
      metal: {capacity: 1_000 t/year}
      alloy: {capacity: 1_500 t/year}
      magnet: {capacity: 1_000 t/year, ramp: usual}
demand:
  us:
    cars: {magnet: motor, number: {2024: 1.3e6 /year, 2030: 4e6 /year}, each: 1.2 kg, life: 15 year ± 4 year}
rules:
  heavies: {kind: ban, origin: [china], goods: [Tb oxide, Tb metal], to: [us], since: 2025-04}
"""


def _kinds(title: str, models: tuple[type[BaseModel], ...], text: str) -> Iterator[str]:
    yield f"## {title}\n"
    yield f"{text}\n"
    for model in models:
        (kind,) = get_args(model.model_fields["kind"].annotation)
        yield f"### `{kind}`\n"
        yield f"{cleandoc(model.__doc__ or '')}\n"
        yield _table(KEYS, list(rows(model)))


def reference() -> str:
    """The whole page."""
    scenarios = ", ".join(f"`{name}`" for name in shipped_scenarios())
    out = [HEAD.format(scenarios=scenarios, days=f"{values.DAYS_PER_YEAR:g}", example=EXAMPLE), "## The file\n"]
    out.append(_table(KEYS, list(rows(keys.ScenarioKeys))))
    for title, model in PARTS.items():
        out += [f"### {title}\n", f"{cleandoc(model.__doc__ or '')}\n", _table(KEYS, list(rows(model)))]
    out += _kinds("Rules of trade", RULES, "Each holds for goods that go from its `origin` to others. By `kind`:")
    out += _kinds("Levers", LEVERS, "What the search for the cheapest way to close a gap may do. By `kind`:")
    out.append("## Names that the package knows\n")
    names = [
        ("stages", ", ".join(f"`{name}`" for name in get_args(keys.Stage))),
        ("flowsheets", ", ".join(f"`{name}`" for name in shipped())),
        ("deposits", ", ".join(f"`{name}`" for name in deposits()) + "; or a flowsheet, for what its mine sends on"),
    ]
    out.append(_table(("what", "names"), names))
    return "\n".join(out).replace("\n\n\n", "\n\n").rstrip() + "\n"


def main() -> int:
    """Write the page, or say that it is not current."""
    text = reference()
    if "--check" in sys.argv[1:]:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        if not current:
            print(f"{PAGE.name} is not current; run python docs/make_scenario_reference.py", file=sys.stderr)
        return 0 if current else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
