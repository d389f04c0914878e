"""What leaves a solved circuit, what it needs, and how well every balance closes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .carried import leaving
from .equations import base_used
from .layout import Layout
from .steady import Steady, titratable
from .streams import Aqueous
from .values import Values

Floats = NDArray[np.float64]

BALANCES = ("elements", "anions", "protons", "extractant", "water", "organic")


@dataclass(frozen=True, eq=False)
class Ledger:
    """Flows of solved circuits, cases first; mol/h and L/h.

    ``metals`` (cases, outlets, elements) in both phases of an outlet, ``in_organic`` the part in its organic; ``acid``
    (titratable), ``strong`` and ``sulfate`` anions, ``aqueous`` and ``organic`` volumes are (cases, outlets).
    ``organic_metals`` and ``aqueous_metals`` (cases, stages, elements) are mol/L in what leaves each stage, ``ph``,
    ``loading`` (share of the stoichiometric, soaps not counted) and ``acid_stage`` (titratable, mol/L) (cases,
    stages). ``residual_load`` (cases, elements) is mol/L in the organic that leaves the last stage, ``to_strip``
    (cases,) the equivalents that the organic brings to the first strip stage. ``fed`` (cases, elements) enters with
    streams and base. ``base`` (cases,) equivalents, ``make_up`` L/h of organic, ``lost`` formal mol of extractant in
    all, ``closure`` (cases, balances) in the order of ``BALANCES``.
    """

    metals: Floats
    in_organic: Floats
    acid: Floats
    strong: Floats
    sulfate: Floats
    aqueous: Floats
    organic: Floats
    aqueous_metals: Floats
    organic_metals: Floats
    acid_stage: Floats
    ph: Floats
    loading: Floats
    residual_load: Floats
    to_strip: Floats
    fed: Floats
    base: Floats
    make_up: Floats
    lost: Floats
    closure: Floats


def _worst(error: Floats, size: Floats) -> Floats:
    """Largest relative error over all but the first axis; nothing fed and nothing found closes."""
    rest = tuple(range(1, error.ndim))
    share = np.abs(error) / np.where(size > 0.0, size, 1.0)
    return np.asarray(share.max(axis=rest) if rest else share)


def draw_up(layout: Layout, values: Values, steady: Steady) -> Ledger:
    """All flows and closures of solved cases; a failed case gives numbers without meaning."""
    q = steady.equations
    v, x, charge = q.volumes, steady.x, layout.charge
    cases = values.cases
    with np.errstate(all="ignore"):
        d = np.exp(q.log_k + q.slope * steady.u[:, :, None])
        y = d * x
        acid_stage = titratable(steady.h, q.sulfate)
        none, zero = np.zeros(cases), np.zeros((cases, len(layout.elements)))
        share = np.where(layout.closed, 1.0 - values["organic.crud"], 0.0)
        loop = q.ring
        into_organic, into_brine = q.fed.load.copy(), zero.copy()
        acid_loop = share
        if layout.soap >= 0:
            into_organic[:, layout.soap] += q.fed.soap / charge[layout.soap]
            into_brine[:, layout.soap] = steady.returned.acid / charge[layout.soap] + steady.returned.brine_soap
            acid_loop = none
        up_organic, enters_organic = leaving(v, v.pool_organic[:, :, None] * y, into_organic, loop)
        up_brine, _ = leaving(v, v.pool_aqueous_up[:, :, None] * x, into_brine, loop)
        up_acid, enters_acid = leaving(v, v.pool_aqueous_up * acid_stage, none, acid_loop)
        up_strong, _ = leaving(v, v.pool_aqueous_up * q.strong, none, share)
        up_sulfate, _ = leaving(v, v.pool_aqueous_up * q.sulfate, none, share)
        metals, in_organic, rows = [], [], []
        lost_share = values["organic.crud"] if layout.closed else np.ones(cases)
        for outlet in layout.outlets:
            n = outlet.stage
            if outlet.phase == "aqueous":
                if outlet.draw:
                    part = v.drawn[:, n] if n else none
                else:
                    part = np.ones(cases) if n == 0 else 1.0 - v.passed[:, n] - v.drawn[:, n]
                organic_part = part[:, None] * v.organic_down[:, n, None] * y[:, n]
                metals.append(part[:, None] * v.aqueous[:, n, None] * x[:, n] + organic_part)
                in_organic.append(organic_part)
                flow = part * v.aqueous[:, n]
                rows.append((flow * acid_stage[:, n], flow * q.strong[:, n], flow * q.sulfate[:, n], flow,
                             part * v.organic_down[:, n]))  # fmt: skip
                continue
            if outlet.draw:
                part = values[f"organic draw {n + 1}"]
            else:
                part = lost_share
            metals.append(part[:, None] * (up_organic[:, n] + up_brine[:, n]))
            in_organic.append(part[:, None] * up_organic[:, n])
            rows.append((part * up_acid[:, n], part * up_strong[:, n], part * up_sulfate[:, n],
                         part * v.aqueous_up[:, n], part * v.organic[:, n]))  # fmt: skip
        out, out_organic = np.stack(metals, axis=1), np.stack(in_organic, axis=1)
        acid, strong, sulfate, aqueous, organic = (np.stack(column, axis=1) for column in zip(*rows, strict=True))
        base = base_used(layout, q.fed, steady.returned)
        fed = q.fed.metals.sum(axis=1) + q.fed.pool_load.sum(axis=1) + q.fed.load
        if layout.soap >= 0:
            fed[:, layout.soap] += base / charge[layout.soap]
        back = v.ring * v.organic[:, -1]
        make_up = v.organic_in - back
        side = sum((values[f"{one.label}.flow"] for one in layout.side_organics), none)
        water_in = sum((values[f"{one.label}.flow"] for one in layout.inlets), none) + q.base_water
        dissolved_out = values["organic.solubility"] * aqueous.sum(axis=1)
        equivalents = (up_organic[:, -1] - enters_organic + out_organic[:, _below(layout)].sum(axis=1)) @ charge
        equivalents = equivalents - q.fed.pool_soap.sum(axis=1) - q.fed.pool_load.sum(axis=1) @ charge
        top_acid = up_acid[:, -1] - enters_acid
        protons = q.fed.acid.sum(axis=1) + equivalents - top_acid - acid[:, _below(layout)].sum(axis=1)
        turned = q.fed.acid.sum(axis=1) + np.abs(into_organic @ charge) + np.abs(up_organic[:, -1] @ charge)
        held = steady.free + y @ layout.sites
        anions_in = np.stack([q.fed.strong.sum(axis=1), q.fed.sulfate.sum(axis=1)], axis=1)
        anions_out = np.stack([strong.sum(axis=1), sulfate.sum(axis=1)], axis=1)
        organic_in = make_up + side
        closure = np.stack(
            [
                _worst(fed - out.sum(axis=1), fed),
                _worst(anions_in - anions_out, anions_in),
                _worst(protons, turned),
                _worst(held - q.active, q.active),
                _worst(water_in - aqueous.sum(axis=1), water_in),
                _worst(organic_in - organic.sum(axis=1), v.organic_in + side),
            ],
            axis=1,
        )
        counted = layout.sites * layout.rare_earths
        start = layout.barren_end
        to_strip = up_organic[:, start - 1] @ charge if 0 < start < layout.stages else none
        return Ledger(
            metals=out,
            in_organic=out_organic,
            acid=acid,
            strong=strong,
            sulfate=sulfate,
            aqueous=aqueous,
            organic=organic,
            aqueous_metals=x,
            organic_metals=up_organic / v.organic[:, :, None],
            acid_stage=acid_stage,
            ph=-np.log10(steady.h),
            loading=np.asarray((y @ counted) / q.active),
            residual_load=up_organic[:, -1] / v.organic[:, -1, None],
            to_strip=np.asarray(to_strip),
            fed=fed,
            base=base,
            make_up=make_up,
            lost=organic[:, _losing(layout)].sum(axis=1) * values["organic.concentration"] + dissolved_out,
            closure=closure,
        )


def _below(layout: Layout) -> list[int]:
    """Outlets other than the way out on top, as columns."""
    return list(range(len(layout.outlets) - 1))


def _losing(layout: Layout) -> list[int]:
    """Outlets whose organic is lost: entrained in an aqueous, or in crud; as columns."""
    return [at for at, one in enumerate(layout.outlets) if one.phase == "aqueous" or one.name == "crud"]


def acid_brought(layout: Layout, values: Values) -> dict[str, Floats]:
    """Acid that each section's liquor or feed brings, mol/h of H+, (cases,) by label."""
    return {
        one.label: values[f"{one.label}.flow"] * values[f"{one.label}.acid"]
        for one in layout.inlets
        if isinstance(one.stream, Aqueous)
    }
