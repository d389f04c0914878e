"""A chain without an answer, wherever that shows, ends in a sentence: forced errors at every step of a gap."""

from __future__ import annotations

from typing import Any

import pytest

from didymium.plan import Position
from didymium.quantities import Value
from didymium.scenario import EndUse, MagnetKind, PlantStage, Scenario, Series, SitePlant
from didymium.studies import closing as ways
from didymium.studies.gap import GapError, gap
from didymium.supply import chain, tracing
from didymium.supply.program import Infeasible, SolverError
from didymium.supply.tracing import TracingError
from didymium.supply.yields import StageYield

AT = Position("iron.yaml", 3, 1)
TABLES = {"works": {"magnet": StageYield("magnet", "works", {}, {}, 10.0, 100.0, "t of finished magnets")}}
REPORT = "change a number a little, or report the file"
ERRORS = [
    (Infeasible(("one", "other")), "nothing satisfies all that this scenario asks for", ["one", "other"], ""),
    (SolverError("optimum not proved"), "optimum not proved", [], REPORT),
    (TracingError("Nd goes round", "lose some"), "Nd goes round", [], "lose some"),
    (TracingError("Nd goes round"), "Nd goes round", [], REPORT),
]


def scenario() -> Scenario:
    """Magnets of iron nitride, 1,000 t/year asked for, 400 made."""
    stage = PlantStage("magnet", Value(400.0), "mass", 2020.0, AT, "us", flowsheet="works", makes=("iron",))
    return Scenario(
        name="iron",
        title="Iron nitride",
        years=(2025,),
        focus=("us",),
        regions=("us",),
        objective="unmet",
        plants={"old": SitePlant("old", "", "us", {"magnet": stage}, AT)},
        magnets={"iron": MagnetKind("iron", "iron_nitride", {}, (), AT)},
        demand=(EndUse("us", "fans", "iron", Series({2025: Value(1_000.0)}), AT),),
        rules={},
        stockpiles={},
        levers={},
        standard={"magnet": "works"},
        prices={},
        sources={},
        path="iron.yaml",
        sha256="0" * 64,
        position=AT,
    )


@pytest.mark.parametrize(("error", "reason", "words", "remedy"), ERRORS)
@pytest.mark.parametrize(("module", "name"), [(chain, "build"), (tracing, "trace"), (ways, "close")])
def test_an_error_at_any_step_is_a_sentence(
    module: Any,
    name: str,
    error: Exception,
    reason: str,
    words: list[str],
    remedy: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(module, name, fail)
    with pytest.raises(GapError) as caught:
        gap(scenario(), tables=TABLES, ways=1)
    assert (caught.value.reason, caught.value.remedy) == (reason, remedy)
    assert caught.value.places == tuple((AT, one) for one in words)


def test_what_a_way_solves_again_for_another_objective_is_a_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise Infeasible(("rows of another chain",))

    monkeypatch.setattr(ways, "solve", fail)
    assert gap(scenario(), "unmet", TABLES, ways=1).closing is not None
    with pytest.raises(GapError, match="nothing satisfies"):
        gap(scenario(), "cost", TABLES, ways=1)
