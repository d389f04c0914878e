"""Balances that a circuit cannot hold, found before it is solved, each with the nearest value that can."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..errors import CascadeError
from .carried import dissolved
from .equations import Equations
from .layout import Layout
from .nearest import Movable, Turn
from .sections import Section
from .values import Values

Floats = NDArray[np.float64]


Found = Iterator[tuple[int, CascadeError]]


def check_before(layout: Layout, values: Values, equations: Equations) -> dict[int, CascadeError]:
    """What each case breaks of the physical bounds, by case; a case that is not in it may be solved.

    Equivalents/h throughout: what soap, acid and anions can exchange. A circuit that passes may still be solved into
    a state beyond the bounds of loading and pH, which are looked at afterwards.
    """
    out: dict[int, CascadeError] = {}
    for bound in (_saponification, _sites, _anions_for_the_soap, _acid_of_the_loop, _acid_of_the_scrub):
        for case, error in bound(layout, values, equations):
            out.setdefault(case, error)
    return dict(sorted(out.items()))


def _error(values: Values, case: int, reason: str, stage: int | None, element: str | None = None) -> CascadeError:
    prefix = f"case {case}: " if values.cases > 1 else ""
    return CascadeError(prefix + reason, stage=stage, element=element, case=case if values.cases > 1 else None)


def _movable(values: Values, case: int, reason: str, turns: tuple[Turn, ...], stage: int | None) -> Movable:
    prefix = f"case {case}: " if values.cases > 1 else ""
    return Movable(prefix + reason, turns, stage=stage, case=case if values.cases > 1 else None)


def _where(bad: NDArray[np.bool_]) -> list[int]:
    return [int(case) for case in np.flatnonzero(bad)]


def _saponification(layout: Layout, values: Values, equations: Equations) -> Found:
    most = layout.chemistry.most_saponification.value
    for name in ("organic.saponification", *(f"{one.label}.saponification" for one in layout.side_organics)):
        for at in _where(values[name] > most * (1.0 + 1e-12)):
            reason = (
                f"saponification is {values[name][at]:.6g} of the formal {layout.chemistry.name}, above what its "
                f"active {layout.chemistry.active} can give up; saponify at most {most:g}"
            )
            yield at, _error(values, at, reason, 1)


def _sites(layout: Layout, values: Values, equations: Equations) -> Found:
    """Soap and load of each organic that enters, against the extractant it has."""
    active = equations.active[:, 0]
    formal = values["organic.concentration"]
    entering = [] if layout.closed else [("organic", 0)]
    entering += [(one.label, one.stage) for one in layout.side_organics]
    for label, stage in entering:
        load = np.zeros(values.cases)
        for name, sites in zip(layout.elements, layout.sites, strict=True):
            if f"{label}.load.{name}" in values:
                load = load + sites * values[f"{label}.load.{name}"]
        soap = values[f"{label}.saponification"] * formal
        for at in _where(load + soap > active * (1.0 + 1e-12)):
            text = (
                f"the {label} that enters binds {load[at] + soap[at]:.6g} mol/L of active {layout.chemistry.name}, "
                f"{load[at]:.6g} by its load and {soap[at]:.6g} by soap, but has only {active[at]:.6g}"
            )
            if load[at] < active[at]:
                remedy = f"saponify at most {below((active[at] - load[at]) / formal[at])} of the formal extractant"
            else:
                remedy = f"load it less than {active[at] - soap[at]:.4g} mol/L of active extractant"
            yield at, _error(values, at, f"{text}; {remedy}", stage + 1)


def below(value: float) -> str:
    """Four digits of a number, rounded down, so that what they name still holds.

    >>> below(0.38267), below(0.385)
    ('0.3826', '0.385')
    """
    step = 10.0 ** (np.floor(np.log10(value)) - 3.0)
    return f"{np.floor(value / step * (1.0 + 1e-12)) * step:.4g}"


def _anions_for_the_soap(layout: Layout, values: Values, equations: Equations) -> Found:
    """The soap's cation leaves with the raffinate and needs an anion there; drawn anions are lost to it.

    Cations that are fed and hardly extracted (Na, NH4, Mg, Ca of the feed) leave there too and take their share.
    """
    v, q = equations.volumes, equations
    sides = [one for one in layout.side_organics if one.stage < layout.barren_end]
    by_side = [q.fed.pool_soap[:, one.stage] for one in sides]
    soap = q.fed.soap + sum(by_side, np.zeros(values.cases))
    light = ~layout.rare_earths
    passing, _ = dissolved(v, q.fed.metals[:, :, light] @ layout.charge[light])
    others = v.aqueous[:, 0] * passing[:, 0]
    carried = v.aqueous[:, 0] * (q.strong[:, 0] + 2.0 * q.sulfate[:, 0])
    for at in _where((soap + others >= carried) & (soap > 0.0)):
        name = layout.elements[layout.soap]
        room = carried[at] - others[at]
        fed = f", and the feeds {others[at]:.6g} of cations that are hardly extracted" if others[at] > 0.0 else ""
        reason = (
            f"over-saponified: the soap brings {soap[at]:.6g} equivalents/h of {name}{fed}, but the raffinate holds "
            f"only {carried[at]:.6g} of anions to carry it away, so its charges cannot balance"
        )
        main = room - (soap[at] - q.fed.soap[at])
        remedy = "saponify less, both what enters stage 1 and the side organics, or draw less of the aqueous"
        if q.fed.soap[at] > 0.0 and main > 0.0:
            strength = values["organic.concentration"][at]
            share, flow = values["organic.saponification"][at], values["organic.flow"][at]
            remedy = (
                f"saponify less than {below(main / (flow * strength))}, or send less than "
                f"{below(main / (share * strength))} L/h of organic"
            )
        else:
            for one, own in zip(sides, by_side, strict=True):
                rest = room - (soap[at] - own[at])
                if own[at] > 0.0 and rest > 0.0:
                    share = values[f"{one.label}.saponification"][at] * rest / own[at]
                    remedy = f"saponify {one.label} less than {below(share)}"
        yield at, _error(values, at, f"{reason}; {remedy}", 1, name)


def _acid_of_the_loop(layout: Layout, values: Values, equations: Equations) -> Found:
    """What the base takes out of a closed loop at each pass, acid must have put in, or organic that is lost take along.

    Organic that leaves carries away at most as many cations as it has sites; fresh organic brings as many protons.
    """
    if not layout.closed:
        return
    fed, v = equations.fed, equations.volumes
    acid = fed.acid.sum(axis=1)
    soap = fed.soap + fed.pool_soap.sum(axis=1) + fed.pool_load.sum(axis=1) @ layout.charge
    sides = sum((values[f"{one.label}.flow"] for one in layout.side_organics), np.zeros(values.cases))
    lost = np.maximum(v.organic_in + sides - v.ring * v.organic[:, -1], 0.0)
    # A closed loop that loses none is made up of rounding errors, which are no sites.
    sites = np.where(lost > 1e-9 * v.organic_in, lost * equations.active[:, 0], 0.0)
    strips = acid_strips(layout)
    for at in _where((acid + sites <= soap) & (soap > 0.0)):
        drawn = f", organic that leaves takes at most {sites[at]:.4g} along" if sites[at] > 0.0 else ""
        text = (
            f"the closed loop cannot balance its protons: the base takes {soap[at]:.6g} equivalents/h out, all "
            f"acids together bring {acid[at]:.6g}{drawn}, so rare earths would pile up in the organic"
        )
        if strips:
            section, start = strips[0]
            own = values[f"{section.name}.acid"][at]
            least = values[f"{section.name}.flow"][at] + (soap[at] - acid[at] - sites[at]) / own if own > 0.0 else 0.0
            reason = (
                f"{text}; feed {section.name} more than {least:.4g} L/h of its acid, the least by equivalents without "
                "the acid that stays free, or saponify less"
            )
            turns = (Turn(f"{section.name}.flow", up=True), Turn("organic.saponification", up=False))
            yield at, _movable(values, at, reason, turns, start + 1)
        else:
            yield at, _error(values, at, f"{text}; give the circuit a strip section with acid, or open the loop", None)


def acid_strips(layout: Layout) -> list[tuple[Section, int]]:
    """The strip sections with an acid of their own and their first stages, from 0."""
    return [
        (section, start)
        for section, start in zip(layout.sections, layout.starts, strict=False)
        if section.kind == "strip" and section.liquor is not None and section.liquor.acid > 0.0
    ]


def _acid_of_the_scrub(layout: Layout, values: Values, equations: Equations) -> Found:
    """Scrub acid that leaves nothing in the organic.

    It does so where it brings more equivalents than soap and feed put into the organic, and is so strong that even the
    most extractable element goes with the aqueous. What the organic takes up without soap is at most what makes the
    raffinate so acid that nothing is extracted any more.
    """
    q, v, end = equations, equations.volumes, layout.barren_end
    scrubs = {section.name for section in layout.sections if section.kind == "scrub"}
    liquors = [one for one in layout.inlets if one.label in scrubs]
    if not liquors or not layout.rare_earths.any():
        return
    fed_rare = q.fed.metals[:, :, layout.rare_earths].sum(axis=(1, 2)) > 0.0
    scrub = np.zeros(values.cases)
    stripped = np.ones(values.cases, dtype=np.bool_)
    for one in liquors:
        strength, n = values[f"{one.label}.acid"], one.stage
        scrub = scrub + values[f"{one.label}.flow"] * strength
        stripped &= _held(layout, q, n, np.maximum(strength, 1e-7)) * v.organic[:, n] < v.aqueous[:, n]
    other = q.fed.acid[:, :end].sum(axis=1) - scrub
    soap = q.fed.soap + q.fed.pool_soap[:, :end].sum(axis=1)
    # D O/A = 1 at the raffinate for the strongest element: beyond that acidity the organic takes up nothing.
    ratio = _held(layout, q, 0, np.ones(values.cases)) * v.organic[:, 0] / v.aqueous[:, 0]
    uptake = v.aqueous[:, 0] * np.cbrt(ratio)
    name, stage = liquors[0].label, liquors[0].stage + 1
    for at in _where(stripped & fed_rare & (scrub + other >= soap + uptake)):
        own = values[f"{name}.acid"][at]
        room = soap[at] - other[at] - (scrub[at] - own * values[f"{name}.flow"][at])
        text = (
            f"the scrub acid strips everything: {name} and feed bring {scrub[at] + other[at]:.6g} equivalents/h of "
            f"acid, the organic {soap[at]:.6g} of soap and at most {uptake[at]:.4g} without it, so no rare earth is "
            f"left for the strip"
        )
        if room > 0.0 and soap[at] > 0.0:
            least = values["organic.flow"][at] * (scrub[at] + other[at]) / soap[at]
            remedy = f"feed {name} at most {below(room / own)} L/h, or send at least {least:.4g} L/h of organic"
            yield at, _error(values, at, f"{text}; {remedy}", stage)
        else:
            turns = (Turn(f"{name}.flow", up=False), Turn("organic.flow", up=True))
            yield at, _movable(values, at, f"{text}; feed {name} less acid, or send more organic", turns, stage)


def _held(layout: Layout, equations: Equations, stage: int, acid: Floats) -> Floats:
    """D of the most extractable rare earth that is fed, all extractant free, at an acid in mol/L, (cases,)."""
    q = equations
    fed = (q.source.sum(axis=1) + q.inlet) > 0.0
    u = np.log(q.active[:, stage] / acid)
    log_d = q.log_k[:, stage] + q.slope[:, stage] * u[:, None]
    best = np.where(fed & layout.rare_earths, log_d, -np.inf).max(axis=1)
    return np.asarray(np.exp(np.minimum(best, 500.0)))
