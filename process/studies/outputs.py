"""The numbers of a solved flowsheet by name, one array of shape (samples,) each: what a run keeps of every sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..economics.cost import CostSplit
from ..economics.pricebook import CostError
from ..flowsheet import ABILITIES, FINAL, Result
from ..plan import Limit, Target
from ..supply.capacity import added
from .compare import carried

Array = NDArray[np.float64]

UNITS = {
    "cost": "USD/kg",
    "capital": "million USD",
    "capacity": "t/year",
    "npv": "million USD",
    "payback": "year",
    "price_at_npv_0": "USD/kg",
}
SEPARATED = "separated_reo"
"""Name of the cost of all that separation makes, per kg of rare-earth oxides."""


def elements(result: Result) -> tuple[str, ...]:
    """The elements whose recoveries are kept: those of a magnet that the ore holds, and Nd and Pr together."""
    found = carried(result)
    return ("NdPr", *found) if {"Nd", "Pr"} <= set(found) else found


def outputs(result: Result, of: Sequence[str] | None = None) -> dict[str, Array]:
    """Costs, recoveries, capital, capacity, targets, magnets and finance by name, shape (samples,) each.

    `cost.PRODUCT`, `cost.PRODUCT.STAGE` and `cost.PRODUCT.CAUSE` in USD/kg, and the same of `cost.separated_reo`;
    `recovery.ELEMENT` of the ore, 0..1, to the main product; `capital.STAGE` and `capital.total` in million USD;
    `capacity.STAGE` in t/year with the whole chain held to its binding stage; `target.N` (from 1, in file order) in the
    target's unit and `target.N.met`, 1 or 0; `magnet.Br_T` and the like; `npv` in million USD, `irr` as a fraction a
    year, `payback` in years of operation (NaN where the money never comes back) and `price_at_npv_0.PRODUCT` of the
    main product in USD/kg, where all that is sold has a price. `of` are the elements of the recoveries, for results of
    which some samples may hold others than the plant does as written. Raises CostError where a product is not made.
    """
    samples = result.solution.samples
    out = {name: np.broadcast_to(_array(value), (samples,)) for name, value in _named(result, of)}
    return {name: np.ascontiguousarray(value) for name, value in out.items()}


def _array(value: ArrayLike) -> Array:
    return np.atleast_1d(np.asarray(value, dtype=float))


def _named(result: Result, of: Sequence[str] | None) -> Iterator[tuple[str, ArrayLike]]:
    for product in result.plan.products:
        yield from _split(f"cost.{product}", result.cost.per_kg(product))
    try:
        separated = result.cost.per_kg_separated()
    except CostError:
        separated = None  # a plant that separates nothing
    if separated is not None:
        yield from _split(f"cost.{SEPARATED}", separated)
    if result.main_product:
        for element in elements(result) if of is None else of:
            yield f"recovery.{element}", result.recovery(element, result.main_product)
    capital = {stage: _array(one.million_usd) for stage, one in result.cost.capital.items()}
    yield from ((f"capital.{stage}", value) for stage, value in capital.items())
    yield "capital.total", added(capital.values(), result.solution.samples)
    for stage, made in result.capacity.items():
        yield f"capacity.{stage}", made.limited_t_per_year
    for number, target in enumerate(result.plan.targets, 1):
        value, met = held_to(result, target)
        yield f"target.{number}", value
        yield f"target.{number}.met", met
    yield from _magnet(result)
    yield from _finance(result)


def _finance(result: Result) -> Iterator[tuple[str, ArrayLike]]:
    try:
        found = result.finance
        yield "npv", found.npv
        yield "irr", found.irr
        yield "payback", found.payback
        if result.main_product in found.million_kg:
            yield f"price_at_npv_0.{result.main_product}", found.price_at_npv_zero(result.main_product)
    except CostError:
        return  # a product without a price: no finance, and all else stands


def _split(name: str, cost: CostSplit) -> Iterator[tuple[str, ArrayLike]]:
    yield name, cost.total
    for parts in (cost.by_stage, cost.by_cause):
        yield from ((f"{name}.{part}", value) for part, value in parts.items())


def _magnet(result: Result) -> Iterator[tuple[str, ArrayLike]]:
    found = result.magnet() if FINAL in result.plan.products else None
    if found is not None:
        yield from ((f"magnet.{name}", found.get(name)) for name in ABILITIES.values())


def held_to(result: Result, target: Target) -> tuple[Array, Array]:
    """A target's value by sample, in its own unit, and 1 where it is met or 0, shape (samples,) each.

    The value is that of `Result.targets`, which speaks of the first sample alone.
    """
    bounds: list[tuple[Array, Target | Limit]]
    if target.kind == "magnet":
        bounds = [(value, limit) for value, limit in _abilities(result, target)]
        ratios = [value / (limit.at_least or 1.0) for value, limit in bounds]
        whole = np.min(ratios, axis=0)
    else:
        whole = _whole(result, target)
        bounds = [(_limited(result, target, limit), limit) for limit in target.limits]
    met = np.logical_and.reduce([_inside(whole, target), *(_inside(value, limit) for value, limit in bounds)])
    return whole, np.asarray(met, dtype=float)


def _whole(result: Result, target: Target) -> Array:
    if target.kind == "capacity":
        return _array(result.capacity[target.stage].limited_kg_per_h)
    if target.kind == "recovery":
        return _array(result.recovery(target.elements[0], target.stream, target.source))
    stream = result.stream(target.stream)
    return _array((stream.impurity if target.kind == "impurity" else stream.purity)(*target.elements))


def _limited(result: Result, target: Target, limit: Limit) -> Array:
    stream = result.stream(target.stream)
    ask = {"purity": stream.purity, "oxides": stream.grade, "impurity": stream.impurity}[limit.kind]
    return _array(ask(*limit.elements))


def _abilities(result: Result, target: Target) -> Iterator[tuple[Array, Limit]]:
    found = result.magnet(target.stream)
    for limit in target.limits:
        none = np.zeros(result.solution.samples)
        yield none if found is None else _array(found.get(ABILITIES[limit.kind])), limit


def _inside(value: Array, bounds: Target | Limit) -> NDArray[np.bool_]:
    low = -np.inf if bounds.at_least is None else bounds.at_least
    high = np.inf if bounds.at_most is None else bounds.at_most
    return (value >= low) & (value <= high)


def unit_of(name: str, targets: Sequence[Target] = ()) -> str:
    """The unit of an output by its name: `1` for a fraction, a ratio or a share of the cases.

    >>> unit_of("cost.magnet.labour"), unit_of("recovery.Nd"), unit_of("capital.mine"), unit_of("magnet.Hcj_kA_m")
    ('USD/kg', '1', 'million USD', 'kA/m')
    """
    head, _, rest = name.partition(".")
    if head == "target":
        number = rest.partition(".")[0]
        kind = targets[int(number) - 1].kind if number.isdecimal() and int(number) <= len(targets) else ""
        return "kg/h" if kind == "capacity" and not rest.endswith("met") else "1"
    if head == "magnet":
        return {"Br_T": "T", "Hcj_kA_m": "kA/m", "BHmax_kJ_m3": "kJ/m^3"}.get(rest, "1")
    return UNITS.get(head, "1")


def chosen(result: Mapping[str, object], names: Sequence[str] | None) -> tuple[str, ...]:
    """The names asked for, or all. Raises KeyError, with the nearest name, for one that there is not.

    A name stands for all that begin with it and a dot, too.
    """
    from ..quantities import suggestion

    if not names:
        return tuple(result)
    for name in names:
        if not any(one == name or one.startswith(f"{name}.") for one in result):
            raise KeyError(f"no output {name!r}{suggestion(name, result)}")
    return tuple(one for one in result if any(one == name or one.startswith(f"{name}.") for name in names))
