"""A circuit with some of its parameters replaced, by the names that a batch uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .streams import Aqueous, Organic

if TYPE_CHECKING:
    from .circuit import Circuit

_ORGANIC = ("flow", "concentration", "saponification", "crud", "solubility", "base_strength")
_SECTION = ("efficiency", "onward", "organic_in_aqueous", "aqueous_in_organic")


def varied(circuit: Circuit, given: Mapping[str, float]) -> Circuit:
    """The circuit that one case of a batch is: ``given`` maps names of ``Circuit.parameters`` to their numbers there.

    Raises CascadeError where the numbers make no circuit.
    """
    if not given:
        return circuit

    def numbers(label: str, names: tuple[str, ...]) -> dict[str, Any]:
        return {name: given[f"{label}.{name}"] for name in names if f"{label}.{name}" in given}

    def aqueous(label: str, stream: Aqueous) -> Aqueous:
        metals = {name: given.get(f"{label}.{name}", value) for name, value in stream.metals.items()}
        return replace(stream, metals=metals, **numbers(label, ("flow", "acid")))

    def organic(label: str, stream: Organic, names: tuple[str, ...]) -> Organic:
        load = {name: given.get(f"{label}.load.{name}", value) for name, value in stream.load.items()}
        return replace(stream, load=load, **numbers(label, names))

    main = organic("organic", circuit.organic, _ORGANIC)
    sides = {
        stage: replace(
            organic(f"organic feed {stage}", side, ("flow", "saponification")), concentration=main.concentration
        )
        for stage, side in circuit.organic_feeds.items()
    }
    sections = [
        replace(
            section,
            liquor=None if section.liquor is None else aqueous(section.name, section.liquor),
            **numbers(section.name, _SECTION),
        )
        for section in circuit.sections
    ]
    alone = len(circuit.feeds) == 1
    return circuit.changed(
        organic=main,
        sections=sections,
        feeds={stage: aqueous("feed" if alone else f"feed {stage}", feed) for stage, feed in circuit.feeds.items()},
        draws={stage: given.get(f"draw {stage}", share) for stage, share in circuit.draws.items()},
        organic_draws={stage: given.get(f"organic draw {stage}", one) for stage, one in circuit.organic_draws.items()},
        organic_feeds=sides,
        constants={**circuit.constants, **{k[6:]: value for k, value in given.items() if k.startswith("log_k.")}},
    )
