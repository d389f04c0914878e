"""What leaves a plant that nobody named, and units that pass no rare earths on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..data import is_by_product
from ..elements import RE
from ..flowsheet import Result
from ..network.solution import UnitResult
from ..operations.phases import LIQUOR, PHASE
from ..sums import per_sample

NOTHING = 1e-9
"""Share of the rare earths that a unit is fed below which it is said to pass none on."""


def untaken(result: Result) -> tuple[str, ...]:
    """Streams that leave the plant, no product and no by-product of a value among them, wastes left out."""
    sold = set(result.plan.products.values())
    return tuple(
        name
        for unit in result.solution.units.values()
        for name in _kept(unit)
        if result.solution.takers.get(name) is None
        and name not in sold
        and not is_by_product(result.streams[name].form)
    )


def unnamed_liquors(result: Result) -> frozenset[str]:
    """The liquors of `untaken`: they count as water that is discharged."""
    return frozenset(name for name in untaken(result) if PHASE.get(result.streams[name].form) == LIQUOR)


def barren(result: Result) -> dict[str, str]:
    """Units that are fed rare earths and pass none on, each with the outlet that most of them leave by.

    Units whose outlets are all wastes and by-products, and those that wastes alone are fed to, have none to pass on.
    The first sample counts.
    """
    out = {}
    for name, unit in result.solution.units.items():
        kept = passes_on(result, unit)
        fed = sum(_held(result, one) for one in unit.inlets.values() if not _is_waste(result, one))
        if kept and fed > 0.0 and sum(_held(result, one) for one in kept) <= NOTHING * fed:
            out[name] = max((f"{name}.{outlet}" for outlet in unit.outlets), key=lambda one: _held(result, one))
    return out


def passes_on(result: Result, unit: UnitResult) -> list[str]:
    """The outlets of a unit by which rare earths go on: neither wastes nor by-products with a value."""
    return [one for one in _kept(unit) if not is_by_product(result.streams[one].form)]


def remarks(result: Result) -> tuple[str, ...]:
    """Both in sentences."""
    return tuple(_sentences(result))


def _sentences(result: Result) -> Iterator[str]:
    liquors = unnamed_liquors(result)
    for name in untaken(result):
        counts = "; it counts as discharged water" if name in liquors else ""
        yield f"{name} leaves the plant: no unit takes it and no product names it{counts}"
    for name, most in barren(result).items():
        yield f"no rare earths leave {name} but as waste or by-product: most of what it is fed goes to {most}"


def _kept(unit: UnitResult) -> list[str]:
    return [f"{unit.name}.{outlet}" for outlet in unit.outlets if outlet not in unit.waste]


def _is_waste(result: Result, stream: str) -> bool:
    unit, _, outlet = stream.partition(".")
    return unit in result.solution.units and outlet in result.solution.units[unit].waste


def _held(result: Result, stream: str) -> float:
    """kg/h of the rare earths of a stream."""
    return float(per_sample(np.atleast_2d(result.streams[stream].elements)[:1, RE])[0])
