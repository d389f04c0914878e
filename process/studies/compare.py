"""Plants side by side: what survives, what a kilogram costs, what limits, and what it rests on."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..economics import Basis, CostError, basis
from ..economics.cost import CostShare, CostSplit
from ..elements import ELEMENTS, RARE_EARTHS
from ..flowsheet import FINAL, Flowsheet, Result, load
from ..quantities import suggestion
from .bridge import Bridge, bridge
from .origins import Absent, absent, in_ore

if TYPE_CHECKING:
    import pandas

OXIDE = "ndpr_oxide"
"""The product that is compared beside the basis, where a plant names it."""
HEADLINE = ("Nd", "Pr", "Dy", "Tb")
"""The elements of a magnet, compared where an ore holds them."""
PART = 0.1
"""Share of a product's rare earths from which on an element is one that it is made of."""

WAITING = "when the chain waits for its limit"
"""What capacity targets are held to: what a stage makes with the whole chain at the binding stage's nameplate."""

Plant = Flowsheet | Result | str | Path


class CompareError(ValueError):
    """Plants that cannot be compared as asked: `reason` says why, `remedy` what to change."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}; {remedy}")
        self.reason, self.remedy = reason, remedy


@dataclass(frozen=True)
class Recovery:
    """Share of the ore's element that reaches the basis product, 0..1.

    The shares by stage multiply to `overall`; they are empty where the product is on its way to a later stage, or
    holds no more of the element than rounding leaves.
    """

    overall: float
    by_stage: Mapping[str, float]


@dataclass(frozen=True)
class Limit:
    """The stage that limits a plant, by utilisation of its nameplate (0..1, or above)."""

    stage: str
    utilisation: float


@dataclass(frozen=True)
class Difference:
    """One plant less another: recoveries as fractions, costs per kg by product as (total, by cause)."""

    plant: str
    less: str
    recovery: Mapping[str, float]
    cost: Mapping[str, tuple[float, Mapping[str, float]]]


def _first(value: Any) -> float:
    return float(np.atleast_1d(value)[0])


def recovery(result: Result, element: str, to: str) -> Recovery:
    """Recovery of an element of the ore, overall and by stage (of the first sample)."""
    overall = _first(result.recovery(element, to))
    stages = {stage: _first(share) for stage, share in result.recovery_by_stage(element, to).items()}
    whole = math.isclose(math.prod(stages.values()), overall, rel_tol=1e-6)
    return Recovery(overall, MappingProxyType(stages if whole else {}))


def carried(result: Result) -> tuple[str, ...]:
    """The elements that a plant's recoveries are told for: those of an Nd-Fe-B magnet that its ore holds.

    Where its main product is made of none of them: the rare earths that it is made of, or, without any, the element
    that it holds most of.
    """
    held = in_ore(result)
    usual = tuple(name for name in HEADLINE if name in held)
    if not result.main_product:
        return usual
    made = result.products[result.main_product]
    own = tuple(name for name in RARE_EARTHS if _first(made.purity(name)) > PART)
    if own:
        return usual if set(own) & set(HEADLINE) else tuple(name for name in own if name in held)
    if held or not _first(made.mass()) > 0.0:
        return usual
    return (max(ELEMENTS, key=lambda name: _first(made.element(name))),)


def split(result: Result, product: str) -> CostSplit | None:
    """The cost of a product; None where the plant does not name or make it."""
    if product not in result.plan.products:
        return None
    try:
        return result.cost.per_kg(product)
    except CostError:
        return None


def rests_on(result: Result) -> tuple[Basis, ...]:
    """The assumptions of money that the main product's cost rests on, largest share first; none where it is not made.

    Prices, wages, labour figures and capital bases that are not in the file count as well.
    """
    if split(result, result.main_product) is None:
        return ()
    return tuple(one for one in basis(result.cost, result.main_product) if one.assumed)


def cost_shares(result: Result) -> tuple[CostShare, ...]:
    """Every line of the plant's cost with what it adds per kg of the main product (NaN where that is not made)."""
    found = split(result, result.main_product)
    return tuple(CostShare(line, math.nan) for line in result.cost.lines) if found is None else found.lines


def limit(result: Result) -> Limit | None:
    """The binding stage; None where the file gives no nameplate."""
    for name, stage in result.capacity.items():
        if stage.utilisation is not None and bool(np.atleast_1d(stage.binding)[0]):
            return Limit(name, _first(stage.utilisation))
    return None


@dataclass(frozen=True)
class Comparison:
    """Solved plants by label, compared on a product that all of them make.

    Numbers are those of the first sample of each result. The first plant is the one that differences count from.
    """

    results: Mapping[str, Result]
    basis: str

    @cached_property
    def elements(self) -> tuple[str, ...]:
        """The elements of a magnet, and those that the basis is made of, that at least one of the ores holds."""
        held = {name for result in self.results.values() for name in in_ore(result)}
        made = [result.products[self.basis] for result in self.results.values()]
        own = [name for name in RARE_EARTHS if any(_first(stream.purity(name)) > PART for stream in made)]
        also = HEADLINE if self.basis in (FINAL, OXIDE) else ()
        return tuple(name for name in dict.fromkeys((*also, *own)) if name in held)

    @cached_property
    def products(self) -> tuple[str, ...]:
        """The products whose cost is compared: NdPr oxide where a plant names it, and the basis."""
        oxide = any(OXIDE in result.plan.products for result in self.results.values())
        return (OXIDE, self.basis) if oxide and self.basis != OXIDE else (self.basis,)

    @cached_property
    def recovery(self) -> Mapping[str, Mapping[str, Recovery]]:
        """Recovery to the basis by element and plant; plants whose ore lacks the element are left out."""
        held = {label: in_ore(result) for label, result in self.results.items()}
        return {
            element: {
                label: recovery(result, element, self.basis)
                for label, result in self.results.items()
                if element in held[label]
            }
            for element in self.elements
        }

    @cached_property
    def cost(self) -> Mapping[str, Mapping[str, CostSplit]]:
        """Cost per kg by product and plant; plants that do not make the product are left out."""
        return {
            product: {label: found for label, result in self.results.items() if (found := split(result, product))}
            for product in self.products
        }

    @cached_property
    def limits(self) -> Mapping[str, Limit | None]:
        """The binding stage of each plant."""
        return {label: limit(result) for label, result in self.results.items()}

    @cached_property
    def absent(self) -> Mapping[str, tuple[Absent, ...]]:
        """By plant: the elements of its ore that do not reach the basis, and what becomes of them."""
        return {
            label: tuple(found for name in self.elements if (found := absent(result, name, self.basis)))
            for label, result in self.results.items()
        }

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """Each further plant less the first."""
        first, *others = self.results
        return tuple(self._difference(label, first) for label in others)

    @cached_property
    def bridges(self) -> tuple[Bridge, ...]:
        """Why the products that are compared cost more or less at each further plant than at the first."""
        first, *others = self.results
        return tuple(
            bridge(self.results[first], self.results[label], product, (first, label))
            for product, made in self.cost.items()
            for label in others
            if first in made and label in made
        )

    def _difference(self, label: str, first: str) -> Difference:
        recoveries = {
            element: plants[label].overall - plants[first].overall
            for element, plants in self.recovery.items()
            if label in plants and first in plants
        }
        costs = {}
        for product, plants in self.cost.items():
            if label in plants and first in plants:
                here, there = plants[label], plants[first]
                causes = {
                    cause: _first(value) - _first(there.by_cause[cause]) for cause, value in here.by_cause.items()
                }
                costs[product] = (_first(here.total) - _first(there.total), causes)
        return Difference(label, first, recoveries, costs)

    def to_pandas(self) -> pandas.DataFrame:
        """All that is compared as one table: what and item down, plants across. Needs pandas."""
        import pandas as pd

        rows: dict[tuple[str, str], dict[str, float]] = {}
        for element, plants in self.recovery.items():
            for label, found in plants.items():
                rows.setdefault((f"recovery of {element}", "overall"), {})[label] = found.overall
                for stage, share in found.by_stage.items():
                    rows.setdefault((f"recovery of {element}", stage), {})[label] = share
        for product, made in self.cost.items():
            for label, cost in made.items():
                what = f"{cost.currency} per kg {product}"
                rows.setdefault((what, "total"), {})[label] = _first(cost.total)
                for cause, value in cost.by_cause.items():
                    rows.setdefault((what, cause), {})[label] = _first(value)
                rows.setdefault((what, "assumed share"), {})[label] = _first(cost.assumed_share)
        for label, result in self.results.items():
            for stage, plate in result.capacity.items():
                if plate.utilisation is not None:
                    rows.setdefault(("utilisation", stage), {})[label] = _first(plate.utilisation)
        for label, result in self.results.items():
            rows.setdefault(("balance", "worst"), {})[label] = result.solution.balance.worst
        index = pd.MultiIndex.from_tuples(list(rows), names=["what", "item"])
        return pd.DataFrame(list(rows.values()), index=index, columns=list(self.results))

    def _heads(self) -> list[str]:
        return [f"{label} {_first(cost.total):.4g} {cost.currency}" for label, cost in self.cost[self.basis].items()]

    def __repr__(self) -> str:
        return f"<Comparison per kg {self.basis}: {', '.join(self._heads()) or ', '.join(self.results)}>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(label)}</th>" for label in self.results)
        rows = [
            (f"recovery of {name} to {self.basis}, %", {label: 100.0 * one.overall for label, one in row.items()})
            for name, row in self.recovery.items()
        ]
        for product, made in self.cost.items():
            money = " or ".join(sorted({one.currency for one in made.values()}))
            rows.append((f"{money} per kg {product}", {label: _first(one.total) for label, one in made.items()}))
        body = "".join(
            f"<tr><td>{html.escape(what)}</td>"
            + "".join(f"<td>{values[label]:.4g}</td>" if label in values else "<td></td>" for label in self.results)
            + "</tr>"
            for what, values in rows
        )
        return f"<table><tr><th></th>{head}</tr>{body}</table>"


def labels(plants: Sequence[tuple[str, str]]) -> list[str]:
    """Distinct labels for plants given as (name, path): the name, else the path, else the name and a number.

    >>> labels([("plant", "a/plant.yaml"), ("plant", "b/plant.yaml"), ("other", "other")])
    ['a/plant.yaml', 'b/plant.yaml', 'other']
    >>> labels([("plant", "plant"), ("plant", "plant")])
    ['plant', 'plant (2)']
    """
    names = [name for name, _ in plants]
    paths = [path for _, path in plants]
    out: list[str] = []
    for name, path in plants:
        label = name if names.count(name) == 1 or paths.count(path) > 1 else path
        given, count = label, 1
        while label in out:
            count += 1
            label = f"{given} ({count})"
        out.append(label)
    return out


def check_basis(flowsheet: Flowsheet, basis: str) -> None:
    """Raises CompareError where a flowsheet does not name the product."""
    products = flowsheet.plan.products
    if basis not in products:
        raise CompareError(
            f"{flowsheet.name} has no product {basis!r}{suggestion(basis, products)}",
            f"its products are {', '.join(products)}" if products else "name one under `products:` in the file",
        )


def common_basis(flowsheets: Sequence[Flowsheet]) -> str:
    """What flowsheets are compared on where nobody says: the magnet, else the first product that all of them name.

    Raises CompareError where there is none.
    """
    shared = [name for name in flowsheets[0].plan.products if all(name in one.plan.products for one in flowsheets)]
    if not shared:
        told = "; ".join(f"{one.name} makes {', '.join(one.plan.products) or 'no product'}" for one in flowsheets)
        raise CompareError(
            f"no product is named by all of them: {told}", "name one alike under `products:` in the files"
        )
    return FINAL if FINAL in shared else shared[0]


def compare(plants: Sequence[Plant], basis: str | None = None) -> Comparison:
    """Compare plants on a product that all of them name: flowsheets, results, files or shipped names.

    Without `basis` it is the magnet, else the first product that all name. What is not solved yet is solved. Raises
    CompareError, `FlowsheetError` or `SolveError`, before the first solve where it can.
    """
    if isinstance(plants, str | Path) or len(plants) < 2:
        raise CompareError("a comparison takes two plants or more", "name another")
    held = [load(plant) if isinstance(plant, str | Path) else plant for plant in plants]
    flowsheets = [plant.flowsheet if isinstance(plant, Result) else plant for plant in held]
    for flowsheet in flowsheets if basis is not None else ():
        check_basis(flowsheet, basis or "")
    on = basis or common_basis(flowsheets)
    results = [plant if isinstance(plant, Result) else plant.solve() for plant in held]
    names = labels([(result.plan.name, result.plan.path) for result in results])
    return Comparison(MappingProxyType(dict(zip(names, results, strict=True))), on)
