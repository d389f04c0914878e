"""From ideal exchange stages to real ones, step by step, and what would mend what fails."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..batch import one_number, solve_circuits
from ..errors import CascadeError
from ..models.mass_action import MassAction
from .control import Goal, Run, run
from .given import Feed, asked_of, sides, sorted_out
from .practice import Practice
from .quality import Quality, gram, margin, oxide_mass
from .result import RealStages, RealStep
from .setup import Setup
from .trials import trials_of

Floats = NDArray[np.float64]


def _exchange(setup: Setup, goal: Goal, log_k: Mapping[str, float], flows: tuple[float, float]) -> RealStep:
    """The design itself: ideal stages at constant separation factors."""
    rare = goal.light + goal.heavy
    moles = np.array([setup.metals[name] for name in rare])
    beta = 10.0 ** np.array([log_k[name] - log_k[rare[0]] for name in rare])
    solved = solve_circuits(setup.n + setup.m, setup.n, [moles / moles.sum()], [beta], [flows[0]], [flows[1]])

    def judged(flow: Floats, own: tuple[str, ...], target: float) -> Quality:
        mass = flow * oxide_mass(rare) / float(flow @ oxide_mass(rare))
        wrong = {name: 1e6 * float(part) for name, part in zip(rare, mass, strict=True) if name not in own}
        bad = 1e-6 * sum(wrong.values())
        worst = dict(sorted(wrong.items(), key=lambda one: -one[1]))
        return Quality(1.0 - bad, target, MappingProxyType(worst), {}, math.nan, None, margin(bad, target))

    first = len(goal.light)
    return RealStep(
        "exchange design",
        "ideal stages, constant separation factors",
        judged(solved.raffinate[0], goal.light, goal.raffinate),
        judged(solved.extract[0], goal.heavy, goal.extract),
        setup.scrub_flow,
        float(solved.extract[0][first:].sum() / (moles[first:].sum() / moles.sum())),
    )


def _step(name: str, changed: str, setup: Setup, goal: Goal, phosphorus: float) -> tuple[RealStep, Run | None]:
    try:
        done = run(setup, goal, phosphorus)
    except CascadeError as error:
        return RealStep(name, changed, reason=error.reason), None
    heavy = sum(setup.metals[one] for one in goal.heavy)
    got = sum(done.result.strip_liquor.metals[one] for one in goal.heavy)
    told = tuple(flag.sentence for flag in done.result.flags)
    return (
        RealStep(name, changed, done.raffinate, done.extract, done.setup.scrub_flow, got / heavy, done.result, told),
        done,
    )


def real_stages(
    extractant: str,
    concentration: float,
    saponification: float,
    base: str,
    feed: Mapping[str, float],
    n: int,
    m: int,
    extract_flow: float,
    scrub_flow: float,
    cut: tuple[str, str],
    targets: Mapping[str, float],
    scrub_acid: float,
    strip_acid: float,
    *,
    feed_acid: float = 0.02,
    strip_stages: int = 8,
    wash_stages: int = 2,
    constants: Mapping[str, float] | None = None,
    practice: Practice | None = None,
    trials: bool = True,
) -> RealStages:
    """What real stages make of an exchange design of a cut; flows in mol per mol of rare earths fed, feed in mol/L.

    ``concentration`` is formal mol/L of the extractant, ``saponification`` the share of it that ``base`` neutralises,
    ``feed`` cation → mol/L, Ca, Mg, Na and NH4 among them (elements without constants are bounded, not carried), with
    ``feed_acid`` mol/L. ``n`` + ``m`` stages, ``extract_flow`` S and ``scrub_flow`` W are those of ``design_cut``;
    ``cut`` names the elements next to it, the less extracted first. ``targets``: "raffinate" and "extract" purity in
    mass fractions of REO, "non_re" the most mg per kg of REO of what is no rare earth (optional). ``scrub_acid`` and
    ``strip_acid`` in mol/L. The organic follows as 3 S over its soap, the scrub as 3 W over its acid, then set to the
    split of the design. Steps add up: mass action, entrainment, efficiency, the closed loop with its residual load,
    the other metals of the feed; ``trials`` change the last one, each by itself. A circuit that is refused or not
    found becomes a row with its reason. Raises CascadeError for input that is none. Source: docs/high_purity.md.

    >>> from didymium.cascade import design_cut
    >>> made = design_cut([0.25, 0.75], [1.0, 1.5], 1, 0.999, 0.999)
    >>> real = real_stages("P507", 1.5, 0.36, "NH4", {"Pr": 0.25, "Nd": 0.75}, made.n, made.m, made.extract_flow,
    ...     made.scrub_flow, ("Pr", "Nd"), {"raffinate": 0.9985, "extract": 0.9985}, 3.0, 4.0)
    >>> real
    <RealStages Pr/Nd on P507, 25 + 27 stages: first missed at: stage efficiency; 4 of 13 trials mend>
    """
    model = MassAction(extractant, concentration)
    chemistry = model.chemistry
    own = {str(name): one_number(value, f"log10 K of {name}") for name, value in (constants or {}).items()}
    log_k = {name: own.get(name, one.log_k.value) for name, one in chemistry.constants.items()}
    found = sorted_out(feed, chemistry)
    light, heavy = sides(found.metals, log_k, cut)
    asked = asked_of(targets)
    organic, scrub = one_number(extract_flow, "extract_flow"), one_number(scrub_flow, "scrub_flow")
    if not 0.0 < scrub < organic < scrub + 1.0:
        raise CascadeError(
            f"extract_flow {organic:.6g} and scrub_flow {scrub:.6g} leave no extract or no raffinate; give those of a "
            "design, with scrub_flow below extract_flow by less than 1"
        )
    given = {}
    for name, value in (
        ("saponification", saponification),
        ("scrub_acid", scrub_acid),
        ("strip_acid", strip_acid),
    ):
        given[name] = one_number(value, name)
        if not 0.0 < given[name] < math.inf:
            raise CascadeError(f"{name} is {given[name]:g}; give a finite number above zero")
    for name in own:
        if name not in found.metals and name not in found.others:
            raise CascadeError(f"log10 K is given for {name!r}, which the feed does not hold", element=name)
    if practice is not None and not isinstance(practice, Practice):
        raise CascadeError(f"practice is a {type(practice).__name__}; give a Practice")
    way = Practice() if practice is None else practice
    fed = sum(found.metals.values())
    share = organic - scrub
    flow = 3.0 * organic * fed / (given["saponification"] * model.formal)
    ideal = Setup(
        extractant=extractant,
        concentration=model.formal,
        saponification=given["saponification"],
        base=base,
        metals=found.metals,
        feed_acid=one_number(feed_acid, "feed_acid"),
        n=n,
        m=m,
        organic_flow=flow,
        scrub_flow=3.0 * scrub * fed / given["scrub_acid"],
        scrub_acid=given["scrub_acid"],
        strip_stages=strip_stages,
        strip_flow=3.0 * share * fed * (1.0 + way.strip_excess[0]) / given["strip_acid"],
        strip_acid=given["strip_acid"],
        wash_stages=wash_stages,
        wash_flow=way.wash_ratio[0] * flow,
        constants=own,
    )
    goal = Goal(light, heavy, asked["raffinate"], asked["extract"], share, asked.get("non_re"))
    phosphorus = model.formal if "P" in chemistry.formula else 0.0
    steps = [_exchange(ideal, goal, log_k, (organic, scrub))]
    last = ideal
    for title, changed, setup in _ladder(ideal, found.others, way):
        step, done = _step(title, changed, setup, goal, phosphorus)
        steps.append(step)
        last = setup if done is None else done.setup
    wanted = trials_of(last, way) if trials else []
    tried = [_step(title, changed, setup, goal, phosphorus)[0] for title, changed, setup in wanted]
    solved = next((step.result for step in reversed(steps) if step.result is not None), None)
    return RealStages(
        extractant=chemistry.name,
        cut=(light[-1], heavy[0]),
        stages=(n, m),
        targets=MappingProxyType(asked),
        organic_flow=flow,
        steps=tuple(steps),
        trials=tuple(tried),
        uncarried=_bounds(found, goal),
        assumptions=(*way.sentences, *(() if solved is None else solved.assumptions)),
    )


def _ladder(ideal: Setup, others: Mapping[str, float], way: Practice) -> list[tuple[str, str, Setup]]:
    """(name, what is new, the circuit) of each step of mass action, one upon the other."""
    organic, aqueous = way.organic_in_aqueous[0], way.aqueous_in_organic[0]
    carried = replace(ideal, organic_in_aqueous=organic, aqueous_in_organic=aqueous)
    bypassed = replace(carried, efficiency=way.efficiency[0])
    closed = replace(bypassed, closed=True, crud=way.crud[0])
    said = ", ".join(f"{name} {value:g}" for name, value in others.items())
    return [
        ("mass action", "equilibrium of every ion, sections with acid and soap, fresh organic", ideal),
        ("entrainment", f"{1e6 * organic:g} ppm organic and {aqueous:.2%} aqueous carried over", carried),
        ("stage efficiency", f"{way.efficiency[0]:g} of the way to equilibrium", bypassed),
        ("closed loop", "the stripped organic comes back with what it holds", closed),
        ("other metals", f"mol/L: {said}" if said else "none in the feed", replace(closed, others=others)),
    ]


def _bounds(found: Feed, goal: Goal) -> Mapping[str, Mapping[str, float]]:
    """mg per kg of REO of each element without constants, were all of it to go with one product of a clean split."""
    out = {}
    for product, names in (("raffinate", goal.light), ("extract", goal.heavy)):
        mass = float(oxide_mass(names) @ np.array([found.metals[one] for one in names]))
        out[product] = {one: 1e6 * v * gram(one) / mass for one, v in found.unknown.items()}
    return MappingProxyType(out)
