"""The JSON Schema for editors accepts what the reader accepts, and marks the usual slips."""

import json

import jsonschema
import pytest
import yaml

from didymium.files import schema_json, shipped
from didymium.quantities import PATTERN


@pytest.fixture(scope="module")
def validator(registry):
    made = schema_json(registry)
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


@pytest.fixture
def plain(plant):
    return yaml.safe_load(plant.read_text(encoding="utf-8"))


def test_example_is_valid(validator, plain):
    validator.validate(plain)


@pytest.mark.parametrize("name", list(shipped()))
def test_shipped_files_are_valid(name):
    text = shipped()[name].read_text(encoding="utf-8")
    jsonschema.validate(yaml.safe_load(text), schema_json(), jsonschema.Draft202012Validator)


def test_an_ore_of_minerals_is_valid(validator, plain):
    ore = {"minerals": {"bastnaesite": "9 %", "calcite": "91 %"}, "distribution": {"La": "33 %", "Ce": "67 %"}}
    bought = {"rate": "5 t/h", "price": "2 USD2024/kg", "form": "concentrate"}
    plain["feeds"]["ore"] = {**ore, **bought, "thorium": "200 ppm"}
    validator.validate(plain)
    for key in ore:
        plain["feeds"]["ore"] = {other: shares for other, shares in ore.items() if other != key}
        assert not validator.is_valid(plain), key


def test_part_of_a_file_is_valid_beside_a_base(validator):
    validator.validate(
        {
            "didymium": 1,
            "extends": "plant",
            "feeds": {"ore": {"rate": "5 t/h"}, "dysprosium": None},
            "units": {"bake": {"acid": "1.6 t/t"}, "leach": None, "flotation": {"recovery": None}},
            "capacity": {"alloy": {"nameplate": "5 t/year"}},
        }
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("units.bake.acidd", "1 t/t"),
        ("units.bake.acid", 1.5),
        ("units.bake.acid", "1.5 t/t (a) (b)"),
        ("units.bake.acid", None),
        ("units.bake.kind", "bakery"),
        ("units.flotation.recovery", {"REO": []}),
        ("units.Bad-Name", {"kind": "mixer", "feeds": ["ore"]}),
        ("units.bare", {"feed": "ore"}),
        ("feeds.ore", {"rate": "5 t/h"}),
        ("feeds.ore", {"minerals": {"quartz": 1}, "distribution": {"La": []}}),
        ("targets", [{"stream": "ndpr"}]),
        ("targets", [{"stream": "ndpr", "impurity": "Fe"}]),
        ("targets", [{"stream": "ndpr", "grade": ["ndpr_oxide_99_5"]}]),
        ("prices.HCl", "80 USD/t"),
        ("prices.HCl", 80),
        ("feeds.dysprosium.price", "250 USD/kg (usgs2025)"),
        ("year", "soon"),
        ("regoin", "china"),
        ("didymium", 2),
    ],
)
def test_slips_are_marked(validator, plain, path, value):
    *parents, last = path.split(".")
    inner = plain
    for key in parents:
        inner = inner[key]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    assert not validator.is_valid(plain)


def test_values_say_what_they_want(registry):
    made = schema_json(registry)
    assert made["$defs"]["value"]["pattern"] == PATTERN
    assert made["$schema"].endswith("2020-12/schema")
    assert "1.55 t/t" in json.dumps(made["$defs"]["Bake"]["properties"]["acid"])
    assert made["properties"]["operating_hours"]["examples"] == ["7_920 h/year"]
    assert json.dumps(made).count("±") == json.dumps(made, ensure_ascii=True).count("±") == 0
