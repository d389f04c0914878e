"""How much each stage makes and could make: throughput, nameplate, and the stage that binds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import credits
from ..network.solution import Solution
from ..plan import STAGES, Nameplate
from ..quantities import per_hour
from ..stream import Stream

Array = NDArray[np.float64]

WHOLE = ("separation",)
"""Stages whose throughput is all rare-earth oxides that leave them; the others count their largest outlet."""
OXIDES = ("mine", "separation")
"""Stages counted in rare-earth oxides; the others in mass."""


WITHOUT = frozenset({"salt", "gas", *credits()})
"""Forms of what leaves besides, which are no product of a stage: by-products, salts and gases."""


@dataclass(frozen=True)
class StageCapacity:
    """What a stage makes at the file's rates and what its nameplate allows; utilisation 0..1, or above.

    A number is a float for one case, else an array of shape (samples,). Nameplate and utilisation are None where the
    file gives no nameplate. `binding` marks the stage with the largest utilisation; the limited throughput is what
    the stage makes when the whole chain is held to that stage's nameplate. `basis` says what is counted.
    """

    stage: str
    stream: str
    throughput_t_per_year: Any
    limited_t_per_year: Any
    limited_kg_per_h: Any
    basis: str
    nameplate_t_per_year: Any = None
    utilisation: Any = None
    binding: Any = False


def plain(values: Array) -> Any:
    """A float for one case, else the array."""
    return float(values[0]) if len(values) == 1 else values


def added(parts: Iterable[Array], samples: int) -> Array:
    """The sum of arrays of shape (samples,), term by term: its bits do not depend on how many samples there are."""
    out = np.zeros(samples)
    for part in parts:
        out += part
    return out


def hours_per_year(solution: Solution, changes: Mapping[str, Array] | None = None) -> Array:
    """Operating hours a year, shape (samples,)."""
    given = (changes or {}).get("operating_hours", solution.plan.hours_per_year.nominal)
    return np.array(np.broadcast_to(np.asarray(given, dtype=float), (solution.samples,)))


def terminal(solution: Solution, unit: str, outlet: str) -> bool:
    """Whether an outlet leaves the flowsheet."""
    return solution.takers.get(f"{unit}.{outlet}") is None


def product_outlets(solution: Solution, stage: str) -> tuple[str, ...]:
    """The streams that a stage makes: what leaves it for a later stage or the market, waste and returns left out."""
    order = {name: i for i, name in enumerate(STAGES)}
    out = []
    for unit in solution.units.values():
        if unit.stage != stage:
            continue
        for outlet in unit.outlets:
            taker = solution.takers.get(f"{unit.name}.{outlet}")
            if taker is None:
                made = outlet not in unit.waste and solution.streams[f"{unit.name}.{outlet}"].form not in WITHOUT
            else:
                made = order[solution.units[taker[0]].stage] > order[stage]
            if made:
                out.append(f"{unit.name}.{outlet}")
    return tuple(out)


def returned_outlets(solution: Solution, stage: str) -> tuple[str, ...]:
    """The streams that later stages send back to a stage or to those before it, such as swarf."""
    order = {name: i for i, name in enumerate(STAGES)}
    out = []
    for unit in solution.units.values():
        if order[unit.stage] <= order[stage]:
            continue
        for outlet in unit.outlets:
            taker = solution.takers.get(f"{unit.name}.{outlet}")
            if taker is not None and order[solution.units[taker[0]].stage] <= order[stage]:
                out.append(f"{unit.name}.{outlet}")
    return tuple(out)


def counted(stream: Stream, basis: str) -> Array:
    """kg/h of a stream on a basis, shape (samples,): `total`, or an element or group as oxide."""
    values = stream.mass() if basis in ("", "total", "mass") else stream.oxide(basis)
    return np.atleast_1d(np.asarray(values, dtype=float))


def throughput(solution: Solution, stage: str) -> tuple[Array, str]:
    """kg/h that a stage makes, shape (samples,), and what was counted.

    Mine and separation count rare-earth oxides, the others mass. Separation counts all its products together; the
    others their largest one, sample by sample.
    """
    basis = "REO" if stage in OXIDES else "total"
    names = product_outlets(solution, stage)
    if not names:
        return np.zeros(solution.samples), "nothing leaves this stage"
    flows = [counted(solution.streams[name], basis) for name in names]
    unit = "rare-earth oxides" if basis == "REO" else "mass"
    if stage in WHOLE:
        return added(flows, solution.samples), f"{unit} in {', '.join(names)}"
    return np.max(flows, axis=0), f"{unit} of {names[int(np.argmax([flow[0] for flow in flows]))]}"


def nameplate_rate(plate: Nameplate, hours: Array, changes: Mapping[str, Array] | None = None) -> Array:
    """kg per operating hour that a nameplate allows, shape (samples,)."""
    key = f"capacity.{plate.stage}"
    if changes and key in changes:
        given = np.asarray(changes[key], dtype=float) + np.zeros_like(hours)
        return np.asarray(given / hours if plate.rate.unit.endswith("/year") else given)
    return np.array([per_hour(plate.rate, float(one)).nominal for one in hours])


def capacity(solution: Solution, changes: Mapping[str, Array] | None = None) -> Mapping[str, StageCapacity]:
    """Throughput, nameplate, utilisation and the binding stage, for every stage that the flowsheet has.

    `changes` gives sampled values by their path in the file, as the solver takes them.
    """
    hours = hours_per_year(solution, changes)
    plates = solution.plan.nameplates
    stages = [name for name in STAGES if any(unit.stage == name for unit in solution.units.values()) or name in plates]
    rates: dict[str, tuple[Array, str, str]] = {}
    used: dict[str, Array] = {}
    limits: dict[str, Array] = {}
    for stage in stages:
        plate = plates.get(stage)
        if plate is None:
            rate, basis = throughput(solution, stage)
            rates[stage] = rate, basis, ""
            continue
        rate = counted(solution.streams[plate.stream], plate.basis)
        what = "mass" if plate.basis in ("", "total", "mass") else f"{plate.basis} as oxide"
        rates[stage] = rate, f"{what} of {plate.stream}", plate.stream
        limits[stage] = nameplate_rate(plate, hours, changes)
        used[stage] = np.divide(rate, limits[stage], out=np.full(len(rate), np.inf), where=limits[stage] > 0)
    top = np.max(list(used.values()), axis=0) if used else np.zeros(solution.samples)
    held = 1.0 / np.maximum(top, 1.0)
    out = {}
    for stage, (rate, basis, stream) in rates.items():
        tonnes = rate * hours / 1000.0
        binding: Any = False
        if stage in used:
            ties = used[stage] == top
            binding = bool(ties[0]) if len(ties) == 1 else ties
        out[stage] = StageCapacity(
            stage=stage,
            stream=stream,
            throughput_t_per_year=plain(tonnes),
            limited_t_per_year=plain(tonnes * held),
            limited_kg_per_h=plain(rate * held),
            basis=basis,
            nameplate_t_per_year=plain(limits[stage] * hours / 1000.0) if stage in used else None,
            utilisation=plain(used[stage]) if stage in used else None,
            binding=binding,
        )
    return MappingProxyType(out)
