"""What a solved circuit may not do: loading, pH, a strip too weak, and constants outside their range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import CascadeError
from ..models.mass_action import STANDARD, MassAction
from .bounds import acid_strips, below
from .crystals import crystals
from .layout import Layout
from .ledger import Ledger, acid_brought
from .nearest import Movable, Turn
from .steady import Steady
from .streams import Aqueous
from .values import Values

Floats = NDArray[np.float64]

HYDROLYSES = 1e-3
"""mol/L of rare earths in the aqueous below which its pH is of no account for hydrolysis."""
BARREN = 1e-3
"""Share of the rare earths fed, below which what reaches the strip is called nothing."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One limit that a circuit has left; ``stage`` counts from 1, None where it is no stage's.

    ``kind`` is "bound" where the plant would fail, "range" where a constant is used outside the conditions it was
    measured in, "strip" where the strip cannot take all that comes, "solubility" where a salt would crystallise.
    """

    kind: str
    quantity: str
    value: float
    limit: float
    stage: int | None
    sentence: str


def bounds_of(layout: Layout, limits: dict[str, float]) -> dict[str, float]:
    """The most loading and pH: the data's, or what the caller gives."""
    out = {"loading": layout.chemistry.most_loading.value, "ph": layout.chemistry.most_ph.value}
    out.update(limits)
    return out


def beyond(layout: Layout, steady: Steady, ledger: Ledger, limits: dict[str, float]) -> NDArray[np.bool_]:
    """Whether each case may have left a bound, (cases,): those are worth a sentence from ``left``."""
    bounds = bounds_of(layout, limits)
    with np.errstate(invalid="ignore"):
        rare = steady.x[:, :, layout.rare_earths].sum(axis=2) >= HYDROLYSES
        high = np.where(rare, ledger.ph, -np.inf).max(axis=1)
        return np.asarray(
            (ledger.loading.max(axis=1) > bounds["loading"])
            | (high > bounds["ph"])
            | (_arriving(layout, steady, ledger) < BARREN)
        )


def _arriving(layout: Layout, steady: Steady, ledger: Ledger) -> Floats:
    """Share of the rare earths fed that the organic brings past the scrub, (cases,); inf without a scrub."""
    end, rare = layout.barren_end, layout.rare_earths
    fed = ledger.fed[:, rare].sum(axis=1)
    scrubs = any(section.kind == "scrub" and section.liquor is not None for section in layout.sections)
    if not scrubs or end < 1:
        return np.full(len(fed), np.inf)
    brought = ledger.organic_metals[:, end - 1, rare].sum(axis=1) * steady.equations.volumes.organic[:, end - 1]
    return np.asarray(np.where(fed > 0.0, brought / np.where(fed > 0.0, fed, 1.0), np.inf))


def left(
    layout: Layout, values: Values, steady: Steady, ledger: Ledger, model: MassAction, limits: dict[str, float],
    case: int,
) -> tuple[Flag, ...]:  # fmt: skip
    """Every limit that one case has left, bounds first."""
    out: list[Flag] = []
    bounds = bounds_of(layout, limits)
    loading, ph = ledger.loading[case], ledger.ph[case]
    n = int(np.argmax(loading))
    if loading[n] > bounds["loading"]:
        # At a given share of soap more organic is more soap, so it helps only where metal is taken up without soap.
        remedy = "saponify less" + (", or strip with more acid" if layout.closed and acid_strips(layout) else "")
        out.append(
            Flag(
                "bound", "loading", float(loading[n]), bounds["loading"], n + 1,
                f"the organic of stage {n + 1} ({layout.section_of(n).name}) is loaded to {loading[n]:.3g} of the "
                f"stoichiometric, above {bounds['loading']:g} where a third phase or gel forms; {remedy}",
            )
        )  # fmt: skip
    rare = steady.x[case][:, layout.rare_earths].sum(axis=1) >= HYDROLYSES
    if rare.any():
        high = np.where(rare, ph, -np.inf)
        n = int(np.argmax(high))
        if high[n] > bounds["ph"]:
            out.append(
                Flag(
                    "bound", "ph", float(high[n]), bounds["ph"], n + 1,
                    f"the aqueous of stage {n + 1} ({layout.section_of(n).name}) is at pH {high[n]:.2f}, above "
                    f"{bounds['ph']:g} where rare earths hydrolyse; saponify less, or send less organic",
                )
            )  # fmt: skip
    out += _barren(layout, values, steady, ledger, case)
    out += _strip(layout, values, ledger, case)
    out += [Flag("solubility", *one) for one in crystals(layout, steady, case)]
    out += _ranges(layout, values, steady, ledger, model, case)
    return tuple(out)


def overfull(layout: Layout, values: Values, steady: Steady, ledger: Ledger, case: int) -> CascadeError | None:
    """The error for a closed loop whose organic brings back so much that the soap finds no extractant for itself.

    The solution counts the base by the soap asked for, so it would go on with ions that no extractant binds.
    """
    if not layout.closed or layout.soap < 0:
        return None
    q, v = steady.equations, steady.equations.volumes
    back = ledger.residual_load[case] * layout.sites
    back[layout.soap] = 0.0
    load = float(v.ring[case] * v.organic[case, -1] * back.sum() / v.organic_in[case])
    formal, active = float(values["organic.concentration"][case]), float(q.active[case, 0])
    soap = float(values["organic.saponification"][case]) * formal
    if load + soap <= active * (1.0 + 1e-12):
        return None
    prefix = f"case {case}: " if values.cases > 1 else ""
    text = (
        f"{prefix}the organic comes back with {load:.6g} mol/L of its active {layout.chemistry.name} taken by metals, "
        f"and {soap:.6g} of soap on top is more than the {active:.6g} it has"
    )
    remedy = "strip it with more or stronger acid"
    if load < active:
        remedy = f"saponify at most {below((active - load) / formal)} of the formal extractant, or {remedy}"
    return CascadeError(f"{text}; {remedy}", stage=1, case=case if values.cases > 1 else None)


def _barren(layout: Layout, values: Values, steady: Steady, ledger: Ledger, case: int) -> list[Flag]:
    arriving = float(_arriving(layout, steady, ledger)[case])
    if not arriving < BARREN:
        return []
    scrubs = [section.name for section in layout.sections if section.kind == "scrub" and section.liquor is not None]
    acid = {name: float(column[case]) for name, column in acid_brought(layout, values).items()}
    scrub, other = sum(acid[name] for name in scrubs), sum(v for k, v in acid.items() if k.startswith("feed"))
    soap = float(
        values["organic.flow"][case] * values["organic.concentration"][case] * values["organic.saponification"][case]
    )
    own = float(values[f"{scrubs[0]}.acid"][case])
    remedy = f"feed {scrubs[0]} less acid"
    if soap > other and own > 0.0:
        remedy = f"feed {scrubs[0]} at most {below((soap - other) / own)} L/h"
    return [
        Flag(
            "bound", "scrub acid", scrub + other, soap, layout.barren_end,
            f"the scrub acid strips everything: {arriving:.1e} of the rare earths fed reaches the strip; scrub and "
            f"feed bring {scrub + other:.6g} equivalents/h of acid against {soap:.6g} of soap; {remedy}",
        )
    ]  # fmt: skip


def _strip(layout: Layout, values: Values, ledger: Ledger, case: int) -> list[Flag]:
    acid = acid_brought(layout, values)
    found = [(s, start) for s, start in zip(layout.sections, layout.starts, strict=False) if s.kind == "strip"]
    liquors = [(s, start) for s, start in found if s.liquor is not None]
    if not liquors:
        return []
    brought = float(sum(acid[s.name][case] for s, _ in liquors))
    need = float(ledger.to_strip[case])
    if brought >= need:
        return []
    section, start = liquors[0]
    own, flow = float(values[f"{section.name}.acid"][case]), float(values[f"{section.name}.flow"][case])
    more = f"; feed {section.name} at least {flow + (need - brought) / own:.4g} L/h" if own > 0.0 else ""
    return [
        Flag(
            "strip", "strip acid", brought, need, start + 1,
            f"the strip acid is too weak: it brings {brought:.6g} equivalents/h, the organic carries {need:.6g} into "
            f"the strip{more}",
        )
    ]  # fmt: skip


def _ranges(layout: Layout, values: Values, steady: Steady, ledger: Ledger, model: MassAction, case: int) -> list[Flag]:
    data, out = layout.chemistry, []
    measured = f"the constants of {data.name} were not measured there and are extrapolated"
    stages = ledger.ph.shape[1]
    rare = steady.x[case][:, layout.rare_earths].sum(axis=1) >= HYDROLYSES
    for quantity, row, what in (
        ("ph", np.where(rare, ledger.ph[case], np.nan), "pH"),
        ("loading", ledger.loading[case], "loading as a share of the stoichiometric"),
        ("formal", np.array([float(values["organic.concentration"][case])]), "extractant in mol/L"),
        ("temperature", np.array([model.temperature]), "temperature in K"),
    ):
        if quantity not in data.ranges:
            continue
        low, high = data.ranges[quantity]
        over = np.where(np.isnan(row), -1.0, np.maximum(low - row, row - high))
        n = int(np.argmax(over))
        if over[n] <= 1e-9 * max(abs(low), abs(high)):
            continue
        by_stage = len(row) == stages and stages > 1
        count = int((over > 0.0).sum())
        where = f" on {count} of {stages} stages, most on stage {n + 1}" if by_stage else ""
        limit = low if row[n] < low else high
        out.append(
            Flag(
                "range", quantity, float(row[n]), limit, n + 1 if by_stage else None,
                f"{what} is {row[n]:.4g}{where}, outside {low:g} to {high:g}: {measured}",
            )
        )  # fmt: skip
    held = [name for name in layout.elements if name not in data.temperature]
    if held and abs(model.temperature - STANDARD) > 2.0:
        out.append(
            Flag(
                "range", "temperature", model.temperature, STANDARD, None,
                f"{', '.join(held)}: no temperature coefficient is known, so log K stays that of {STANDARD:g} K",
            )
        )  # fmt: skip
    out += _other_anions(layout)
    own = model.medium.flags(_anions(steady, case), _ions(layout, model, steady, case))
    out.extend(Flag("range", one.quantity, one.value, one.high, one.case + 1, one.sentence) for one in own[:1])
    return out


def _other_anions(layout: Layout) -> list[Flag]:
    """Streams of another anion than the one that the constants were measured in."""
    anion = {"HCl": "Cl", "HNO3": "NO3", "H2SO4": "SO4"}.get(layout.chemistry.medium)
    found = {one.label: one.stream.anion for one in layout.inlets if isinstance(one.stream, Aqueous)}
    others = {label: own for label, own in found.items() if own != anion}
    if anion is None or not others:
        return []
    said = ", ".join(f"{label} brings {own}" for label, own in others.items())
    return [
        Flag(
            "range", "medium", float(len(others)), 0.0, None,
            f"{said}: the constants of {layout.chemistry.name} were measured in {layout.chemistry.medium} and are "
            "used as they are",
        )
    ]  # fmt: skip


def _anions(steady: Steady, case: int) -> Floats:
    return np.asarray(steady.equations.strong[case] + 2.0 * steady.equations.sulfate[case])


def _ions(layout: Layout, model: MassAction, steady: Steady, case: int) -> Floats:
    out = np.zeros((steady.x.shape[1], len(model.elements)))
    out[:, [model.elements.index(name) for name in layout.elements]] = steady.x[case]
    return out


def refusal(layout: Layout, flags: tuple[Flag, ...], case: int | None) -> CascadeError | None:
    """The error for the first bound that was left, if any was."""
    for flag in flags:
        if flag.kind == "bound":
            prefix = f"case {case}: " if case is not None else ""
            turns = _turns(layout, flag)
            if turns:
                return Movable(prefix + flag.sentence, turns, stage=flag.stage, case=case)
            return CascadeError(prefix + flag.sentence, stage=flag.stage, case=case)
    return None


def _turns(layout: Layout, flag: Flag) -> tuple[Turn, ...]:
    """The parameters that a bound's sentence speaks of without a number."""
    soap = (Turn("organic.saponification", up=False),)
    if flag.quantity == "loading":
        strips = acid_strips(layout) if layout.closed else []
        return (*soap, *(Turn(f"{section.name}.flow", up=True) for section, _ in strips[:1]))
    if flag.quantity == "ph":
        return (*soap, Turn("organic.flow", up=False))
    if flag.quantity == "scrub acid" and flag.sentence.endswith("less acid"):
        scrubs = [one for one in layout.sections if one.kind == "scrub" and one.liquor is not None]
        return (Turn(f"{scrubs[0].name}.flow", up=False), Turn("organic.flow", up=True))
    return ()
