"""Plants that take a stage from a flowsheet which has none: known once the flowsheets are solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..data import deposits
from ..plan import Position
from ..scenario import PlantStage, Scenario, without_stages
from .builder import carrier

if TYPE_CHECKING:
    from .yields import StageYield

    Tables = Mapping[str, Mapping[str, StageYield]]

READ = {"separation": ("separation", "extraction")}
"""What a stage of a plant reads of a flowsheet, where that is more than the stage of the same name."""


class LackingStages(ValueError):
    """Flowsheets without stages that plants take from them; `faults` are the places that name them, with the words."""

    def __init__(self, faults: Sequence[tuple[Position, str]]) -> None:
        super().__init__("\n".join(f"{place}: {words}" for place, words in faults))
        self.faults = tuple(faults)

    def __reduce__(self) -> tuple[type[LackingStages], tuple[tuple[tuple[Position, str], ...]]]:
        return LackingStages, (self.faults,)


def check(scenario: Scenario, tables: Tables) -> None:
    """Raises LackingStages for all stages of plants whose flowsheet yields nothing of the kind, at once."""
    asked: dict[tuple[Position, str], dict[str, None]] = {}
    unmade: list[tuple[Position, str]] = []

    def ask(place: Position, flowsheet: str, stage: str) -> None:
        has = tables.get(flowsheet, {})
        if not all(name in has for name in READ.get(stage, (stage,))):
            asked.setdefault((place, flowsheet), {})[stage] = None

    for plant in scenario.plants.values():
        for stage in plant.stages.values():
            flowsheet = stage.flowsheet or scenario.standard.get(stage.stage, "")
            place = _named(scenario, plant.name, stage)
            ask(place, flowsheet, stage.stage)
            table = tables.get(flowsheet, {}).get(stage.stage)
            if table is not None and (names := _unmade(scenario, stage, table)):
                words = f"{Path(flowsheet).name} makes no {stage.stage} of {', '.join(names)}"
                unmade.append((place, f"{words}, which {plant.name} asks of it"))
            if stage.stage != "mine":
                continue
            for i, deposit in enumerate(stage.deposits):
                if deposit not in deposits() and deposit in tables:
                    ask(stage.places.get(f"deposits.{i}", stage.position), deposit, "mine")
    if asked or unmade:
        missing = [
            (place, without_stages(Path(flowsheet).name, list(stages), set(tables.get(flowsheet, ()))))
            for (place, flowsheet), stages in asked.items()
        ]
        raise LackingStages([*missing, *dict.fromkeys(unmade)])


def passes(stage: PlantStage, table: StageYield, name: str) -> bool:
    """Whether a metal, alloy or magnet stage passes an element or group, or else Nd and Pr, in whose place it goes."""
    if any(one in stage.yields for one in (name, "NdPr", "REO")):
        return True
    return any(table.share(one, stage.stage) > 0.0 for one in (name, "NdPr"))


def _unmade(scenario: Scenario, stage: PlantStage, table: StageYield) -> list[str]:
    """What a metal stage makes none of, where that is all; what an alloy or magnet stage makes none of."""
    if stage.stage not in ("metal", "alloy", "magnet"):
        return []
    kinds = [scenario.magnets[name] for name in stage.makes]
    if stage.stage == "metal":
        kinds = list(scenario.magnets.values())
    elif not kinds:
        kinds = [kind for kind in scenario.magnets.values() if kind.family == "NdFeB"]
    alloyed = stage.stage != "metal"
    wanted = [name for kind in kinds for name in kind.content if not (alloyed and name in kind.diffused)]
    if not alloyed and stage.counts not in ("mass", "REO", "TREO"):
        named = [carrier(word.strip()) for word in stage.counts.split("+")]
        wanted = [name for name in wanted if name in named]
    wanted = list(dict.fromkeys(wanted))
    found = [name for name in wanted if not passes(stage, table, name)]
    return found if alloyed or len(found) == len(wanted) else []


def _named(scenario: Scenario, plant: str, stage: PlantStage) -> Position:
    """Where the file names the flowsheet of a stage: in the stage, else in the plant, else under `standard`."""
    if "flowsheet" in stage.places:
        return stage.places["flowsheet"]
    for path in (f"plants.{plant}.flowsheet", f"standard.{stage.stage}"):
        if path in scenario.places:
            return scenario.places[path]
    return stage.position
