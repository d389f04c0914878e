"""What a result rests on beside its file and its money: numbers of the shipped data that the model takes as given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data import Fact, cost_rates, deposits, extractants, oxide_price
from ..data.equilibria import chemistry
from ..elements import RARE_EARTHS
from ..flowsheet import Result
from .magnet_model import magnet_facts


@dataclass(frozen=True)
class ModelFact:
    """A number of the shipped data that a result used: `value` in `unit`, from `low` to `high`, and its source."""

    what: str
    item: str
    value: float
    low: float
    high: float
    unit: str
    year: int
    source: str
    assumed: bool
    note: str


def model_facts(result: Result) -> tuple[ModelFact, ...]:
    """Factors and constants of the elements present, assumptions about ore and magnets, assumed weights of costs."""
    return (*_separation(result), *_equilibria(result), *_ore(result), *_magnets(result), *_weights(result))


def _present(result: Result) -> list[str]:
    """The rare earths that any feed brings."""
    feeds = [result.streams[name] for name in result.plan.feeds if name in result.streams]
    return [name for name in RARE_EARTHS if any(np.any(np.atleast_1d(feed.element(name)) > 0.0) for feed in feeds)]


def _separation(result: Result) -> Iterator[ModelFact]:
    """Factors of the data, but for pairs that every cut with that extractant replaces by the file's own."""
    replaced: dict[str, list[set[str]]] = {name: [set()] for name in _of_trains(result) if name in extractants()}
    for unit in result.plan.units.values():
        parameters: Any = unit.parameters
        if unit.kind.name == "solvent_extraction" and hasattr(parameters, "extractant"):
            own = {pair.replace(" ", "") for pair in getattr(parameters, "separation_factors", ())}
            replaced.setdefault(parameters.extractant.name, []).append(own)
    present = _present(result)
    for name in sorted(replaced):
        for pair, fact in extractants()[name].pairs.items():
            known = all(element in present for element in pair.split("/"))
            if known and not all(pair in own for own in replaced[name]):
                yield _of(f"separation factor, {name}", pair, fact, "1")


def _of_trains(result: Result) -> set[str]:
    """The extractants that the trains of a flowsheet use."""
    return {
        words.rpartition(" with ")[2]
        for unit in result.solution.units.values()
        if unit.kind == "separation_train"
        for words in unit.details["sequence"]
    }


def _equilibria(result: Result) -> Iterator[ModelFact]:
    names = {
        chemistry(unit.parameters.extractant.name).name
        for unit in result.plan.units.values()
        if unit.kind.name == "extraction_circuit" and hasattr(unit.parameters, "extractant")
    }
    names |= {name for name in _of_trains(result) if name not in extractants()}
    present = _present(result)
    for name in sorted(names):
        for element, constant in chemistry(name).constants.items():
            if element in present or element not in RARE_EARTHS:
                yield _of(f"log10 extraction constant, {name}", element, constant.log_k, "1")


def _ore(result: Result) -> Iterator[ModelFact]:
    for feed in result.plan.feeds.values():
        if feed.deposit is None:
            continue
        deposit = deposits()[feed.deposit]
        for item, fact in deposit.facts.items():
            own_grade = item == "grade" and feed.grade is not None
            if fact.assumed and not own_grade:
                head, _, rest = item.partition(".")
                unit = f"{fact.unit} {_OF[head]}" if head in _OF else fact.unit
                yield _of(f"ore of {deposit.title}", f"{head} {rest}".strip(), fact, unit)


def _magnets(result: Result) -> Iterator[ModelFact]:
    for what, item, fact in magnet_facts(result):
        yield _of(what, item, fact, fact.unit)


_OF = {"mineral": "of the REO", "carrier": "of the thorium", "gangue": "of the rest", "thorium": "of the ore"}


def _weights(result: Result) -> Iterator[ModelFact]:
    if result.plan.allocation != "value":
        return
    if any(stream.form == "ore" for stream in result.streams.values()):
        fact = cost_rates()["ore_value"]
        if fact.assumed:
            yield _of("share of joint costs", "worth of rare earths in ore", fact, fact.unit)
    for name in _present(result):
        fact = oxide_price(name, result.plan.year)
        if fact.assumed:
            yield _of("share of joint costs", f"worth of {name} oxide", fact, fact.unit)


def _of(what: str, item: str, fact: Fact, unit: str) -> ModelFact:
    return ModelFact(what, item, fact.value, fact.low, fact.high, unit, fact.year, fact.source, fact.assumed, fact.note)
