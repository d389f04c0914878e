"""What a cut needs: stages, flows, volumes, reagents, money, and how long until it is on grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..cascade import Cascade, CascadeDesign, CascadeError, CascadeResult, design, design_cut
from ..cascade.economy import Economy, cheapest
from ..cascade.sizes import Practice, Sizes, sizes
from ..data import extractants, prices
from ..data.equilibria import chemistry
from ..economics.circuit_cost import CircuitCost, circuit_cost, mixer_settler
from ..economics.figures import Figures
from ..economics.installed import shares
from ..economics.pricebook import PriceBook
from ..economics.rates import discount_rate, life
from ..elements import OXIDE_FACTOR, RARE_EARTHS, RE
from ..operations.base import plain
from ..operations.extraction_cut import (
    columns_of,
    cut_at,
    designed,
    factors_of,
    liquor_volume,
    oxide_masses,
    practice,
)
from ..operations.extraction_practice import BASES
from ..operations.stoichiometry import moles
from .real import real_of
from .start import Starts, starts_of
from .train_assumptions import of_mixer_settlers

if TYPE_CHECKING:
    from ..cascade.real_stages import RealStages
    from ..flowsheet import Result
    from ..plan import Unit

Array = NDArray[np.float64]

KIND = "solvent_extraction"


class DesignError(ValueError):
    """A unit cannot be designed: `reason` says why, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason}; {remedy}" if remedy else reason)
        self.reason, self.remedy = reason, remedy


@dataclass(frozen=True)
class Cut:
    """What is to be designed: elements from the least to the most extractable, (elements,) each.

    `feed` are mole fractions of a flow of `feed_kmol_per_h` in `feed_m3_per_h` of liquor; `at` is the first element
    that is extracted; `masses` are kg of oxide per kmol. The targets are oxide mass fractions of the two groups.
    """

    elements: tuple[str, ...]
    feed: Array
    beta: Array
    masses: Array
    at: int
    raffinate: float
    extract: float
    feed_kmol_per_h: float
    feed_m3_per_h: float

    @property
    def light(self) -> tuple[str, ...]:
        """The elements that stay."""
        return self.elements[: self.at]

    @property
    def heavy(self) -> tuple[str, ...]:
        """The elements that are extracted."""
        return self.elements[self.at :]

    def cascade(self, design: CascadeDesign) -> Cascade:
        """The designed circuit with its feed, kmol/h."""
        f = self.feed_kmol_per_h
        return Cascade(
            stages=design.stages,
            feed_stage=design.feed_stage,
            feed=dict(zip(self.elements, (f * self.feed).tolist(), strict=True)),
            separation_factors=dict(zip(self.elements, self.beta.tolist(), strict=True)),
            extract_flow=f * design.extract_flow,
            scrub_flow=f * design.scrub_flow,
        )


@dataclass(frozen=True)
class Alternative:
    """A design, its sizes, what they cost a year; `solved` is an own solve of it, `check` its oxide purities."""

    design: CascadeDesign
    sizes: Sizes
    cost: CircuitCost
    solved: CascadeResult
    check: Mapping[str, float]


@dataclass(frozen=True)
class UnitDesign:
    """The design of a unit of a flowsheet.

    `chosen` has the flows that the file asks for (`flows_from` says which), `cheapest` those of least yearly cost
    among `tried`; `starts` tells how each of the two comes on grade, by the names "chosen" and "cheapest"; `real` is
    what mass action and real stages make of `chosen`, where that was asked for. `assumptions` are (what, as said), of
    the unit and of the money beside it.
    """

    result: Result
    unit: str
    cut: Cut
    extractant: str
    practice: Practice
    flows_from: str
    file_stages: str | None
    chosen: Alternative
    cheapest: Alternative
    tried: tuple[Alternative, ...]
    starts: Mapping[str, Starts]
    real: RealStages | None
    feed_kg_REO_per_h: float
    assumptions: tuple[tuple[str, str], ...]


def design_unit(result: Result, name: str, *, start_up: bool = True, real: bool = False) -> UnitDesign:
    """The design of a solvent-extraction unit of a solved flowsheet, at the feed that the flowsheet brings it.

    With `start_up` the days to specification are computed as well, with `real` what real stages make of it. Raises
    DesignError for a unit that has no purity to be designed for, CascadeError where no circuit reaches it.
    """
    unit = result.plan.units[name]
    if unit.kind.name != KIND:
        raise DesignError(f"{name} is a {unit.kind.name}, not a {KIND}", f"design a unit of kind {KIND}")
    p = plain(unit.parameters, 1, {})
    if p.purity is None:
        raise DesignError(f"{name} gives no purity to be designed for", "add `purity: {raffinate: …, extract: …}`")
    feed = result.streams[unit.inlets["feed"]].elements
    cut, amounts = _cut(p, feed)
    run = _Run(result, unit, p, cut)
    chosen = run.alternative(designed(p, amounts))
    found: Economy = cheapest(run.at_ratio, run.cost)
    tried = tuple(run.alternative(trial.design) for trial in found.trials)
    best = run.alternative(found.best.design)
    both = {"chosen": chosen, "cheapest": best}
    starts = {
        label: starts_of(one.solved, run.times, specification(cut, one.design))
        for label, one in both.items()
        if start_up
    }
    return UnitDesign(
        result=result,
        unit=name,
        cut=cut,
        extractant=p.extractant.name,
        practice=run.practice,
        flows_from=_flows_from(p),
        file_stages=p.stages,
        chosen=chosen,
        cheapest=best,
        tried=tried,
        starts=starts,
        real=real_of(p, cut, feed, chosen.design) if real else None,
        feed_kg_REO_per_h=float((feed[0, RE] * OXIDE_FACTOR[RE]).sum()),
        assumptions=(*_of_unit(result, name), *run.assumptions()),
    )


RESTS_ON = (
    "extractant.concentration",
    "extractant.saponification",
    "scrub_acid",
    "strip_acid",
    "base_excess",
    "strip_excess",
    "mixing",
    "settling",
    "strip_stages",
    "separation_factors",
)
"""Keys of a unit that a design's sizes and costs follow from."""


def _of_unit(result: Result, name: str) -> list[tuple[str, str]]:
    """The unit's own values that are assumptions, or name no source, as written."""
    return [
        (path.removeprefix(f"{name}."), text)
        for path, text in result.assumptions.items()
        if path.startswith(f"{name}.") and path.removeprefix(f"{name}.").startswith(RESTS_ON)
    ]


@dataclass(frozen=True)
class TwoElements:
    """A two-element design, and its circuit solved with the elements A and B."""

    design: CascadeDesign
    solved: CascadeResult


def design_two(beta: float, feed: float, extract: float, raffinate: float) -> TwoElements:
    """Design for two elements; mole fractions of A in the feed and the extract, of B in the raffinate.

    Raises CascadeError where no circuit does it.

    >>> made = design_two(2.0, 0.5, 0.999, 0.9999)
    >>> made.design.stages, made.solved.purity("raffinate", "B") >= 0.9999
    (46, True)
    """
    made = design(beta, feed, extract, raffinate)
    cascade = Cascade(
        stages=made.stages,
        feed_stage=made.feed_stage,
        feed={"A": feed, "B": 1.0 - feed},
        separation_factors={"A": beta, "B": 1.0},
        extract_flow=made.extract_flow,
        scrub_flow=made.scrub_flow,
    )
    return TwoElements(made, cascade.solve())


def specification(cut: Cut, made: CascadeDesign) -> dict[str, tuple[tuple[str, ...], float]]:
    """The purities by mol that stand for the oxide purities asked for, as a start-up takes them."""
    return {
        "raffinate": (cut.light, made.mole_purity_raffinate),
        "extract": (cut.heavy, made.mole_purity_extract),
    }


def _cut(p: SimpleNamespace, feed: Array) -> tuple[Cut, Array]:
    """The cut with the elements that are there, and the amounts of all the extractant's elements."""
    columns = columns_of(p.extractant.name)
    amounts = moles(feed)[0, columns]
    there = amounts > 0.0
    names = {int(column): name for name, column in zip(RARE_EARTHS, RE, strict=True)}
    cut = Cut(
        elements=tuple(names[int(column)] for column in columns[there]),
        feed=amounts[there] / amounts.sum(),
        beta=factors_of(p, columns, 1)[0][there],
        masses=oxide_masses(columns)[there],
        at=int(there[: cut_at(p, columns)].sum()),
        raffinate=float(p.purity.raffinate[0]),
        extract=float(p.purity.extract[0]),
        feed_kmol_per_h=float(amounts.sum()),
        feed_m3_per_h=float(liquor_volume(feed)[0]),
    )
    return cut, amounts


def _flows_from(p: SimpleNamespace) -> str:
    if p.solvent is not None:
        return "solvent and scrub of the file"
    return "the theory's optimum" if p.solvent_ratio is None else "solvent_ratio of the file"


class _Run:
    """One unit with its prices and its practice."""

    def __init__(self, result: Result, unit: Unit, p: SimpleNamespace, cut: Cut) -> None:
        plan = result.plan
        self.cut = cut
        self.base = BASES[p.extractant.saponification_basis][0]
        self.extractant = extractants()[p.extractant.name]
        density = chemistry(p.extractant.name).density
        assert density is not None
        self.density = density.value
        self.book = PriceBook.of_unit(plan, unit)
        self.hours = plan.hours_per_year.nominal
        self.interest, self.life = (float(of(plan, Figures())) for of in (discount_rate, life))
        self.worth = prices(plan.year)
        self.value = sum(
            f * m * (self.worth[name].value if name in self.worth else 0.0)
            for name, f, m in zip(cut.elements, cut.feed.tolist(), cut.masses.tolist(), strict=True)
        )
        self.practice = Practice(**{key: float(np.asarray(one)[0]) for key, one in vars(practice(p)).items()})
        self.times = (float(p.mixing[0]), float(p.settling[0]))
        self._known: dict[CascadeDesign, Alternative] = {}

    def assumptions(self) -> list[tuple[str, str]]:
        """What of the prices and of the mixer-settlers' cost is assumed."""
        out = []
        for item in (self.base, "HCl", self.extractant.name, "kerosene"):
            price = self.book.price(item)
            if price.assumed:
                value = float(np.atleast_1d(price.value)[0])
                out.append((f"price of {item}", f"{value:g} USD/{price.unit} ({price.low:g} to {price.high:g})"))
        out += [
            (f"price of {name} oxide", f"{fact.value:g} USD/kg ({fact.low:g} to {fact.high:g})")
            for name in self.cut.elements
            if (fact := self.worth.get(name)) is not None and fact.assumed
        ]
        base = mixer_settler()
        bare, installed = base.fact, 1.0 + float(sum(shares().values()))
        said = (
            f"{bare.value:,.0f} {base.currency} of {bare.year} bare ({bare.low:,.0f} to {bare.high:,.0f}) for one of "
            f"{base.size:g} m³, to the power {base.exponent:g} ({base.below:g} below), times {installed:.3g} installed"
        )
        out.append(("mixer-settlers", said))
        out += [
            (one.what, f"{one.value:.3g} ({one.low:.3g} to {one.high:.3g}) of the US")
            for one in of_mixer_settlers(self.book.region)
            if one.unit == "ratio"
        ]
        return out

    def at_ratio(self, ratio: float) -> CascadeDesign:
        cut = self.cut
        return design_cut(cut.feed, cut.beta, cut.at, cut.extract, cut.raffinate, masses=cut.masses, flow_ratio=ratio)

    def cost(self, made: CascadeDesign) -> float:
        return self.alternative(made).cost.total

    def alternative(self, made: CascadeDesign) -> Alternative:
        if made not in self._known:
            self._known[made] = self._alternative(made)
        return self._known[made]

    def _alternative(self, made: CascadeDesign) -> Alternative:
        cut = self.cut
        size = sizes(
            made.n, made.m, made.extract_flow, made.scrub_flow, cut.feed_kmol_per_h, cut.feed_m3_per_h, self.practice
        )
        paid = circuit_cost(
            size,
            self.book,
            base=self.base,
            extractant=self.extractant.name,
            extractant_mass=self.extractant.molar_mass,
            extractant_density=self.density,
            rare_earth_value=self.value,
            hours=self.hours,
            interest=self.interest,
            life=self.life,
        )
        solved = cut.cascade(made).solve()

        def purity(product: Mapping[str, float], group: tuple[str, ...]) -> float:
            held = {name: product[name] * mass for name, mass in zip(cut.elements, cut.masses, strict=True)}
            return float(sum(held[name] for name in group) / sum(held.values()))

        check = {"raffinate": purity(solved.raffinate, cut.light), "extract": purity(solved.extract, cut.heavy)}
        return Alternative(made, size, paid, solved, check)


def missed(cut: Cut, one: Alternative) -> list[str]:
    """The products of a design whose own solve misses the target; empty where the design holds."""
    wanted: dict[str, Any] = {"raffinate": cut.raffinate, "extract": cut.extract}
    return [name for name, target in wanted.items() if not one.check[name] >= target]


__all__ = [
    "Alternative",
    "CascadeError",
    "Cut",
    "DesignError",
    "TwoElements",
    "UnitDesign",
    "design_two",
    "design_unit",
    "missed",
    "specification",
]
