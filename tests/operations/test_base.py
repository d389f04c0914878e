"""Parameter models as plain arrays, inlets, values by path."""

import numpy as np
import pytest
from pydantic import ValidationError

from didymium.elements import INDEX
from didymium.operations import base, registry
from didymium.operations.base import OperationError
from didymium.quantities import Value


def test_errors_say_reason_and_remedy() -> None:
    error = OperationError("too little acid", "raise acid", 3)
    assert str(error) == "too little acid; raise acid"
    assert (error.reason, error.remedy, error.sample) == ("too little acid", "raise acid", 3)
    assert str(OperationError("no")) == "no"
    assert isinstance(error, ValueError)


def test_plain_arrays(bench) -> None:
    keys = {"concentrate_grade": "60 % REO", "recovery": {"REO": "80 %", "Ce": "70 %"}, "electricity": "30 kWh/t"}
    model = bench.parameters("flotation", keys, ["feed"])
    p = base.plain(model, 2, {"recovery.Ce": np.array([0.1, 0.2])})
    assert np.array_equal(p.concentrate_grade, [0.6, 0.6])
    assert np.array_equal(p.recovery["Ce"], [0.1, 0.2])
    assert np.array_equal(p.recovery["REO"], [0.8, 0.8])
    assert p.concentrate_grade_basis == "REO"
    assert p.water is None
    assert p.reagents == {}


def test_leaves_and_changes_name_the_same_paths(bench) -> None:
    keys = {
        "extractant": {"name": "P507", "concentration": "1.5 mol/L", "saponification": "36 % NH4"},
        "cut": "Nd / Sm",
        "purity": {"raffinate": "99.9 %", "extract": "99 %"},
    }
    model = bench.parameters("solvent_extraction", keys, ["feed"])
    paths = base.leaves(model)
    assert {"extractant.concentration", "purity.extract", "strip_excess"} <= set(paths)
    assert all(isinstance(value, Value) for value in paths.values())
    p = base.plain(model, 1, {path: np.array([0.123]) for path in paths})
    for path in paths:
        item = p
        for name in path.split("."):
            item = getattr(item, name)
        assert np.array_equal(item, [0.123]), path
    assert p.extractant.saponification_basis == "NH4"


def test_inlets(bench) -> None:
    keys = {"composition": {"NdPr": "30 %"}}
    model = bench.parameters("strip_casting", keys, ["feed", "scrap.0", "scrap.1"])
    assert base.inlets(model) == {"feed": "feed.out", "scrap.0": "scrap_0.out", "scrap.1": "scrap_1.out"}
    assert set(base.inlets(bench.parameters("strip_casting", keys, ["feed", "heavy"]))) == {"feed", "heavy"}


def test_the_smaller_name_wins() -> None:
    named = {"Ce": np.array([0.1]), "REO": np.array([0.9]), "LREE": np.array([0.5])}
    out = base.spread_over_elements(named, 1)
    assert [out[0, INDEX[name]] for name in ("Ce", "Nd", "Dy", "Fe")] == [0.1, 0.5, 0.9, 0.0]
    assert base.spread_over_elements({}, 2, np.array([0.1, 0.2]))[1, INDEX["Fe"]] == 0.2


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"removes": {"Fr": "1 %"}}, "unknown element or group 'Fr'"),
        ({"removes": {"NdPR": "1 %"}}, "did you mean 'NdPr'"),
        ({"removes": {"Fe": "101 %"}}, "101 %"),
        ({"removes": {"Fe": "-1 %"}}, "-1 %"),
        ({"removes": {}, "bases": "NaOH"}, "bases"),
        ({"removes": {}, "stage": "farm"}, "stage"),
    ],
)
def test_keys_that_cannot_be(bench, keys, text) -> None:
    with pytest.raises(ValidationError, match=text):
        bench.parameters("neutralization", {"base": "MgO"} | keys, ["feed"])


def test_title_is_the_first_line() -> None:
    assert registry()["mine"].title == "Open-pit mine: ore as delivered to the mill."
