"""A batch of circuits as the arrays of the stage kernel: volumes, sources, anions and constants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...data import correlations
from ..models.mass_action import MassAction
from .carried import dissolved
from .layout import Layout
from .streams import ANIONS, Aqueous, Organic
from .values import Values
from .volumes import Volumes, flow_volumes

Floats = NDArray[np.float64]

WATER = 1e-7
"""mol/L of acid that water has by itself; it keeps a wash without acid defined."""

SULFATE_KA = 10.0 ** correlations()["D2EHPA sulphate"].log_ka.value
"""Dissociation constant of HSO4-, mol/L, as the shipped correlations have it (PrOMMiS, dilute sulfate)."""


@dataclass(frozen=True, eq=False)
class Returned:
    """What the closed loop brings back to the saponification, mol/h, (cases,).

    ``acid`` in the entrained aqueous, ``brine_soap`` the base's cation in it and ``soap`` the same in the organic.
    """

    acid: Floats
    brine_soap: Floats
    soap: Floats


@dataclass(frozen=True, eq=False)
class Fed:
    """What enters, per case: ``metals`` (cases, stages, elements), others (cases, stages), mol/h.

    ``soap`` (cases,) is the base's equivalents in the organic entering stage 1, ``load`` (cases, elements) the metals
    that an open loop's organic brings besides; ``pool_soap`` (cases, stages) and ``pool_load`` those of side feeds.
    """

    metals: Floats
    acid: Floats
    strong: Floats
    sulfate: Floats
    soap: Floats
    load: Floats
    pool_soap: Floats
    pool_load: Floats


@dataclass(frozen=True, eq=False)
class Equations:
    """All that the kernel needs, cases first, and the flows that the balances are drawn up from."""

    volumes: Volumes
    fed: Fed
    base_water: Floats
    strong: Floats
    sulfate: Floats
    active: Floats
    source: Floats
    inlet: Floats
    ring: Floats
    log_k: Floats
    slope: Floats


def what_is_fed(layout: Layout, values: Values) -> Fed:
    """Every stream's content in mol/h; anions follow from the charges of metals and acid."""
    cases, stages, count = values.cases, layout.stages, len(layout.elements)
    metals, pool_load = np.zeros((cases, stages, count)), np.zeros((cases, stages, count))
    acid, strong, sulfate = np.zeros((cases, stages)), np.zeros((cases, stages)), np.zeros((cases, stages))
    pool_soap = np.zeros((cases, stages))
    column = {name: at for at, name in enumerate(layout.elements)}
    for inlet in layout.inlets:
        stream = inlet.stream
        assert isinstance(stream, Aqueous)
        flow = values[f"{inlet.label}.flow"]
        free = np.maximum(values[f"{inlet.label}.acid"], WATER) * flow
        charges = free.copy()
        for name in stream.metals:
            amount = values[f"{inlet.label}.{name}"] * flow
            metals[:, inlet.stage, column[name]] += amount
            charges += layout.charge[column[name]] * amount
        acid[:, inlet.stage] += free
        if ANIONS[stream.anion] == 1.0:
            strong[:, inlet.stage] += charges
        else:
            sulfate[:, inlet.stage] += 0.5 * charges
    for inlet in layout.side_organics:
        stream = inlet.stream
        assert isinstance(stream, Organic)
        flow = values[f"{inlet.label}.flow"]
        pool_soap[:, inlet.stage] += flow * values["organic.concentration"] * values[f"{inlet.label}.saponification"]
        for name in stream.load:
            pool_load[:, inlet.stage, column[name]] += flow * values[f"{inlet.label}.load.{name}"]
    load = np.zeros((cases, count))
    for at, name in enumerate(layout.elements):
        if not layout.closed and f"organic.load.{name}" in values:
            load[:, at] = values["organic.flow"] * values[f"organic.load.{name}"]
    soap = values["organic.flow"] * values["organic.concentration"] * values["organic.saponification"]
    return Fed(metals, acid, strong, sulfate, soap, load, pool_soap, pool_load)


def base_used(layout: Layout, fed: Fed, returned: Returned) -> Floats:
    """Equivalents/h of base: the soap asked for less what comes back, and the acid that comes back entrained."""
    if layout.soap < 0:
        return np.zeros_like(fed.soap)
    charge = float(layout.charge[layout.soap])
    return np.asarray(fed.soap + fed.pool_soap.sum(axis=1) + returned.acid - charge * returned.soap)


def overrides(layout: Layout, values: Values, model: MassAction) -> Floats:
    """What the caller's log10 K differ from the model's, in ln, (cases, 1, elements)."""
    shift = np.zeros((values.cases, 1, len(layout.elements)))
    for at, name in enumerate(layout.elements):
        shift[:, 0, at] = np.log(10.0) * (values[f"log_k.{name}"] - log10_k(model, name))
    return shift


def log10_k(model: MassAction, name: str) -> float:
    """log10 K of an ion at 298.15 K as a model has it: its own number, or else the data's."""
    return float(model.log_k.get(name, model.chemistry.constants[name].log_k.value))


@dataclass(frozen=True, eq=False)
class Flows:
    """Volumes and anions: what does not change with the chemistry, except by the water of the base."""

    volumes: Volumes
    base_water: Floats
    strong: Floats
    sulfate: Floats


def flow_through(layout: Layout, values: Values, fed: Fed, returned: Returned) -> Flows:
    """Both volume balances and those of the anions. Raises CascadeError for impossible volumes."""
    water = np.zeros(values.cases)
    if "organic.base_strength" in values:
        water = np.maximum(base_used(layout, fed, returned), 0.0) / values["organic.base_strength"]
    volumes = flow_volumes(layout, values, water)
    return Flows(volumes, water, dissolved(volumes, fed.strong)[0], dissolved(volumes, fed.sulfate)[0])


def set_up(
    layout: Layout, values: Values, fed: Fed, returned: Returned, flows: Flows, log_k: Floats, slope: Floats
) -> Equations:
    """The kernel's arrays for what the loop returns at present."""
    source = fed.metals + fed.pool_load
    inlet = fed.load.copy()
    share = np.where(layout.closed, 1.0 - values["organic.crud"], 0.0)
    ring = np.repeat(share[:, None], len(layout.elements), axis=1)
    if layout.soap >= 0:
        charge = layout.charge[layout.soap]
        ring[:, layout.soap] = 0.0
        inlet[:, layout.soap] += (fed.soap + returned.acid) / charge + returned.brine_soap
        source[:, :, layout.soap] += fed.pool_soap / charge
    active = np.empty_like(flows.strong)
    active[:] = (values["organic.concentration"] * layout.chemistry.units_per_formal)[:, None]
    return Equations(
        flows.volumes, fed, flows.base_water, flows.strong, flows.sulfate, active, source, inlet, ring, log_k, slope
    )
