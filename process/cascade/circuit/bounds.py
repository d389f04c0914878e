"""Balances that a circuit cannot hold, found before it is solved, each with the nearest value that can."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import CascadeError
from .equations import Equations
from .layout import Layout
from .values import Values

Floats = NDArray[np.float64]


def check_before(layout: Layout, values: Values, equations: Equations) -> None:
    """Raise CascadeError for the first case that breaks a physical bound.

    Equivalents/h throughout: what soap, acid and anions can exchange. A circuit that passes may still be solved into
    a state beyond the bounds of loading and pH, which are looked at afterwards.
    """
    _saponification(layout, values)
    _anions_for_the_soap(layout, values, equations)
    _acid_of_the_loop(layout, values, equations)
    _acid_of_the_scrub(layout, values, equations)


def _first(bad: NDArray[np.bool_], values: Values) -> tuple[int, str, int | None] | None:
    """The first bad case, the prefix of its message, and its number for the error."""
    if not bad.any():
        return None
    at = int(np.argmax(bad))
    return (at, f"case {at}: ", at) if values.cases > 1 else (at, "", None)


def _saponification(layout: Layout, values: Values) -> None:
    most = layout.chemistry.most_saponification.value
    for name in ("organic.saponification", *(f"{one.label}.saponification" for one in layout.side_organics)):
        found = _first(np.asarray(values[name] > most * (1.0 + 1e-12)), values)
        if found:
            at, prefix, case = found
            raise CascadeError(
                f"{prefix}saponification is {values[name][at]:.6g} of the formal {layout.chemistry.name}, but each "
                f"active {layout.chemistry.active} gives up one proton; saponify at most {most:g}",
                stage=1,
                case=case,
            )


def _anions_for_the_soap(layout: Layout, values: Values, equations: Equations) -> None:
    """The soap's cation leaves with the raffinate and needs an anion there; drawn anions are lost to it."""
    v, q = equations.volumes, equations
    soap = q.fed.soap + q.fed.pool_soap[:, : layout.barren_end].sum(axis=1)
    carried = v.aqueous[:, 0] * (q.strong[:, 0] + 2.0 * q.sulfate[:, 0])
    found = _first(np.asarray((soap >= carried) & (soap > 0.0)), values)
    if found:
        at, prefix, case = found
        share, flow = values["organic.saponification"][at], values["organic.flow"][at]
        fit = carried[at] / soap[at]
        name = layout.elements[layout.soap]
        raise CascadeError(
            f"{prefix}over-saponified: the soap brings {soap[at]:.6g} equivalents/h of {name}, but the raffinate holds "
            f"only {carried[at]:.6g} of anions to carry it away, so its charges cannot balance; saponify less than "
            f"{share * fit:.4g}, or send less than {flow * fit:.4g} L/h of organic",
            stage=1,
            element=name,
            case=case,
        )


def _acid_of_the_loop(layout: Layout, values: Values, equations: Equations) -> None:
    """What the base takes out of a closed loop at each pass, acid must have put in."""
    if not layout.closed:
        return
    fed = equations.fed
    acid, soap = fed.acid.sum(axis=1), fed.soap + fed.pool_soap.sum(axis=1)
    found = _first(np.asarray((acid <= soap) & (soap > 0.0)), values)
    if not found:
        return
    at, prefix, case = found
    text = (
        f"{prefix}the closed loop cannot balance its protons: the base takes {soap[at]:.6g} equivalents/h out, all "
        f"acids together bring {acid[at]:.6g}, so rare earths would pile up in the organic"
    )
    for section, start in zip(layout.sections, layout.starts, strict=False):
        if section.kind == "strip" and section.liquor is not None and section.liquor.acid > 0.0:
            own = values[f"{section.name}.acid"][at]
            least = values[f"{section.name}.flow"][at] + (soap[at] - acid[at]) / own
            raise CascadeError(
                f"{text}; feed {section.name} more than {least:.4g} L/h of its acid", stage=start + 1, case=case
            )
    raise CascadeError(f"{text}; give the circuit a strip section with acid, or open the loop", case=case)


def _acid_of_the_scrub(layout: Layout, values: Values, equations: Equations) -> None:
    """Scrub acid that leaves nothing in the organic.

    It does so where it brings more equivalents than soap and feed put into the organic, and is so strong that even the
    most extractable element goes with the aqueous. What the organic takes up without soap is at most what makes the
    raffinate so acid that nothing is extracted any more.
    """
    q, v, end = equations, equations.volumes, layout.barren_end
    acids = [
        (one, section)
        for section in layout.sections
        if section.kind == "scrub"
        for one in layout.inlets
        if one.label == section.name
    ]
    fed_rare = q.fed.metals[:, :, layout.rare_earths].sum(axis=(1, 2)) > 0.0
    if not acids or not layout.rare_earths.any():
        return
    scrub = np.zeros(values.cases)
    stripped = np.ones(values.cases, dtype=np.bool_)
    for one, _ in acids:
        strength, n = values[f"{one.label}.acid"], one.stage
        scrub = scrub + values[f"{one.label}.flow"] * strength
        stripped &= _held(layout, q, n, np.maximum(strength, 1e-7)) * v.organic[:, n] < v.aqueous[:, n]
    other = q.fed.acid[:, :end].sum(axis=1) - scrub
    soap = q.fed.soap + q.fed.pool_soap[:, :end].sum(axis=1)
    # D O/A = 1 at the raffinate for the strongest element: beyond that acidity the organic takes up nothing.
    ratio = _held(layout, q, 0, np.ones(values.cases)) * v.organic[:, 0] / v.aqueous[:, 0]
    uptake = v.aqueous[:, 0] * np.cbrt(ratio)
    found = _first(np.asarray(stripped & fed_rare & (scrub + other >= soap + uptake)), values)
    if not found:
        return
    at, prefix, case = found
    one = acids[0][0]
    name, own = one.label, values[f"{one.label}.acid"][at]
    room = soap[at] - other[at] - (scrub[at] - own * values[f"{name}.flow"][at])
    flow = values["organic.flow"][at]
    remedy = f"feed {name} at most {room / own:.4g} L/h" if room > 0.0 else f"feed {name} less"
    if soap[at] > 0.0:
        remedy += f", or send at least {flow * (scrub[at] + other[at]) / soap[at]:.4g} L/h of organic"
    raise CascadeError(
        f"{prefix}the scrub acid strips everything: {name} and feed bring {scrub[at] + other[at]:.6g} equivalents/h "
        f"of acid, the organic {soap[at]:.6g} of soap and at most {uptake[at]:.4g} without it, so no rare earth is "
        f"left for the strip; {remedy}",
        stage=one.stage + 1,
        case=case,
    )


def _held(layout: Layout, equations: Equations, stage: int, acid: Floats) -> Floats:
    """D of the most extractable rare earth that is fed, all extractant free, at an acid in mol/L, (cases,)."""
    q = equations
    fed = (q.source.sum(axis=1) + q.inlet) > 0.0
    u = np.log(q.active[:, stage] / acid)
    log_d = q.log_k[:, stage] + q.slope[:, stage] * u[:, None]
    best = np.where(fed & layout.rare_earths, log_d, -np.inf).max(axis=1)
    return np.asarray(np.exp(np.minimum(best, 500.0)))
