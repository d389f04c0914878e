"""Sintering: compacts to dense blanks along a furnace schedule; hydrogen, lubricant and vapour leave as gas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ..data.sintering import numbers
from ..elements import INDEX, MOLAR_MASS, RE
from ..magnet.ageing import annealing
from ..magnet.constants import KELVIN
from ..magnet.phases import OXIDE, R6T13X, RICH, PhaseBalance, phase_balance
from ..magnet.schedule import Schedule, ageing_schedules, energy_ratio, furnace_schedule
from ..magnet.sintering import Compact, Sintered, ceiling, sinter
from ..magnet.window import beyond
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from ..traits import ALIGNMENT, ANNEALING, DENSITY, GAIN, GAIN_LOW, GRAIN, GREEN, LUBRICANT, POWDER
from .assays import share_of
from .balance import Balance
from .base import Inlet, Kind, OperationError, Outlet, Parameters, standard
from .phases import METAL
from .sintering_remarks import remarks
from .stoichiometry import Array
from .told import told

USUAL_POWDER, USUAL_GREEN = 3.0, 0.55
"""What a first pass round a recycle goes on with where it does not know the powder or the compacts yet."""
USUAL_AGEING = 950.0
"""degC up to which ageing is usual and hardly densifies: the upper end of the range of its first step."""
PER_CARBON_HYDROGEN, PER_CARBON_OXYGEN = 70.0 / 36.0, 4.0 / 36.0
"""Atoms per atom of carbon in zinc stearate, Zn(C18H35O2)2; those of a fatty acid are the same within 3 %."""
PER_ZINC_CARBON = 36.0


_RAMP, _PAUSE = "3 K/min from 2 to 6 K/min (assumed)", "1 h from 0.5 to 3 h (assumed)"
_SCHEDULE: Any = [
    {"to": "350 degC from 300 to 400 degC (assumed)", "rate": _RAMP, "hold": _PAUSE},
    {"to": "600 degC from 550 to 650 degC (assumed)", "rate": _RAMP, "hold": _PAUSE},
    {"to": "850 degC from 800 to 900 degC (assumed)", "rate": _RAMP, "hold": _PAUSE},
    {
        "to": "1060 degC from 1053 to 1080 degC (zhao2021)",
        "rate": "4 K/min from 2 to 8 K/min (assumed)",
        "hold": "4 h from 3 to 6 h (assumed)",
    },
]
_AGEING: Any = [
    {"temperature": "900 degC from 850 to 950 degC (assumed)", "time": "2 h from 1 to 3 h (assumed)"},
    {"temperature": "500 degC from 460 to 560 degC (assumed)", "time": "3 h from 1 to 4 h (assumed)"},
]


class Step(BaseModel):
    """One step of a furnace schedule: a ramp, and a hold at its end."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, validate_default=True)

    to: Annotated[Value, In("degC", "1060 °C", low=50, high=1500)] = Field(description="Temperature that it leads to.")
    rate: Annotated[Value, In("K/min", "4 K/min", low=0.05, high=200)] = Field(
        standard("4 K/min from 2 to 8 K/min (assumed)"), description="How fast."
    )
    hold: Annotated[Value, In("h", "4 h", low=0, high=200)] | None = Field(
        None, description="How long it stays there; not at all where not said."
    )


class AgeingStep(BaseModel):
    """One step of ageing after sintering."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, validate_default=True)

    temperature: Annotated[Value, In("degC", "500 °C", low=100, high=1150)] = Field(description="Temperature.")
    time: Annotated[Value, In("h", "3 h", low=0, high=200)] = Field(description="Time at it.")


class Sintering(Parameters):
    """Vacuum sintering and ageing: blanks, rejects that can be melted again, and the furnace gas.

    The schedule decides density, grain size and what leaves: hydrogen of the matrix and of the hydride, lubricant, a
    little rare earth as vapour; oxygen is taken up while pores are open. Ageing decides how far the boundaries heal.
    """

    kind: Literal["sintering"]
    feed: Inlet = Field(description="Pressed compacts.")
    schedule: list[Step] = Field(
        _SCHEDULE,
        min_length=1,
        max_length=30,
        description="Ramps and holds from room temperature: `[{to: 350 °C, rate: 3 K/min, hold: 1 h}, …]`.",
    )
    ageing: list[AgeingStep] = Field(
        _AGEING,
        max_length=10,
        description="Steps after sintering, cooled between them: `[{temperature: 900 °C, time: 2 h}, …]`; `[]`: none.",
    )
    pressure: Annotated[Value, In("Pa", "0.05 Pa", low=0, high=1e5)] = Field(
        standard("0.05 Pa from 0.005 to 0.5 Pa (assumed)"),
        description="Gas in the furnace while it is hot; it throws vapour of rare earth back.",
    )
    leak: Annotated[Value, In("kg/kg/h", "5 mg/kg/h", low=0, high=0.001)] = Field(
        standard("5 mg/kg/h from 1 to 20 mg/kg/h (assumed)"),
        description="Oxygen from leaks and walls that open pores take up.",
    )
    argon: Annotated[Value, In("kg/kg", "0.03 kg/kg", low=0, high=10)] = Field(
        standard("0.03 kg/kg from 0.01 to 0.1 kg/kg (assumed)"), description="Gas that cools, per kg of compacts."
    )
    powder_size: Annotated[Value, In("um", "3 um", low=0.5, high=50)] | None = Field(
        None, description="Size (D50) of the powder, in place of what the feed carries."
    )
    green_density: Annotated[Value, In("1", "58 %", low=0.3, high=0.9)] | None = Field(
        None, description="Density of the compacts over that of the solid, in place of what the feed carries."
    )
    alignment: Annotated[Value, In("1", "0.95", low=0.5, high=1)] | None = Field(
        None, description="Mean cosine between easy axes and field, in place of what the feed carries."
    )
    lubricant_carbon: Annotated[Value, In("kg/kg", "300 ppm", low=0, high=0.05)] | None = Field(
        None,
        description="Carbon of the lubricant per kg of compacts, in place of what the feed carries or its zinc tells.",
    )
    carbide: Literal["R2C3", "RC"] = Field("R2C3", description="What carbon binds rare earth as.")
    degassing: Fraction | None = Field(
        None, description="Share of all carbon and zinc that leaves, in place of what the schedule gives."
    )
    evaporation: Annotated[Value, In("1", "0.05 %", low=0, high=0.2)] | None = Field(
        None, description="Share of the rare earths that evaporates, in place of what the schedule gives."
    )
    recovery: Annotated[Value, In("1", "98 %", low=0.01, high=1)] = Field(
        standard("98 % from 96 to 99.5 % (assumed)"), description="Share of the sintered mass that is sound."
    )
    electricity: Annotated[Value, In("kWh/kg", "2.4 kWh/kg", low=0)] | None = Field(
        None, description="Per kg of compacts; by schedule and ageing where not said, 2.4 at the standard ones."
    )
    charge: Annotated[Value, In("kg", "400 kg", low=1, high=20000)] = Field(
        standard("400 kg from 100 to 1000 kg (assumed)"), description="Compacts in one furnace; gives their number."
    )
    turnaround: Annotated[Value, In("h", "2 h", low=0, high=100)] = Field(
        standard("2 h from 1 to 4 h (assumed)"), description="Unloading and loading, between two charges."
    )


@dataclass(frozen=True, eq=False)
class Furnace:
    """What schedule and ageing decide, (samples,) each: hours, electricity over the standard, boundaries healed."""

    schedule: Schedule
    hours: Array
    energy: Array
    healed: Array


def sintering(p: SimpleNamespace, b: Balance) -> None:
    """What leaves by the schedule, then sound blanks and rejects of one composition."""
    feed = b.flow("feed")
    mass = per_sample(feed)
    powder = told(b, p.powder_size, POWDER, "powder_size", "the size of its powder", "jet_milling", USUAL_POWDER)
    green = told(b, p.green_density, GREEN, "green_density", "how dense its compacts are", "pressing", USUAL_GREEN)
    furnace = _furnace(p, b)
    carbon = _lubricant(b, p.lubricant_carbon, feed, mass)
    before = _solid(feed, carbon, p.degassing)
    phases = phase_balance(before, p.carbide)
    b.refuse((phases.code != 0) & (mass > 0.0), phases.words, "feed")
    done = sinter(furnace.schedule, _compact(feed, mass, carbon, phases, powder, green), p.leak, p.pressure)

    gas = _gas(p, feed, mass, carbon, done)
    b.reagent("oxygen", done.oxygen * mass, ("leak",))
    b.reagent("argon", p.argon * mass, ("argon",))
    each = numbers()["energy_standard"] * furnace.energy if p.electricity is None else p.electricity
    if "paths" not in b.memory:
        b.memory["paths"] = _paths(p)
    keys = b.memory["paths"]
    b.use("electricity", each * mass, "kWh", ("electricity",) if p.electricity is not None else keys)
    held = mass * (furnace.hours + p.turnaround)
    b.size("vacuum furnace", held, "kg", (*keys, "turnaround"))
    b.send("furnace_gas", gas, inlet="feed")
    b.send("furnace_gas", 1.0, reagent="argon")
    b.send("blanks", (1.0 - gas) * p.recovery[:, None], inlet="feed")
    b.send("blanks", np.asarray(p.recovery)[:, None], reagent="oxygen")

    solid = feed * (1.0 - gas)
    solid[:, INDEX["O"]] += done.oxygen * mass
    b.refuse(*beyond(solid), "feed")
    healed = furnace.healed * _closed(done.density, green)
    aligned = b.trait(ALIGNMENT) if p.alignment is None else p.alignment
    for outlet in ("blanks", "rejects"):
        b.carry(outlet, DENSITY, done.density)
        b.carry(outlet, GRAIN, done.grain_um)
        b.carry(outlet, ANNEALING, healed)
        for gain in (GAIN, GAIN_LOW):
            b.carry(outlet, gain, np.zeros(b.samples))
        if aligned is not None:
            b.carry(outlet, ALIGNMENT, aligned)
    b.details["furnaces"] = held / p.charge
    b.later(partial(_details, p, feed, solid, phases, done, furnace, healed, powder))


def _columns(steps: list[SimpleNamespace], key: str, samples: int) -> Array:
    """One number of every step, (samples, steps); zero where a step does not say it."""
    out = np.zeros((samples, len(steps)))
    for k, step in enumerate(steps):
        value = getattr(step, key)
        out[:, k] = 0.0 if value is None else value
    return out


def _furnace(p: SimpleNamespace, b: Balance) -> Furnace:
    """What the keys alone decide, worked out once a recycle; refused where a step is hotter than R2Fe14B stands."""
    kept = b.memory
    if "time" not in kept:
        to, rate, hold = (_columns(p.schedule, key, b.samples) for key in ("to", "rate", "hold"))
        _refuse_melting(to)
        _refuse_cold(to)
        degrees, time = (_columns(p.ageing, key, b.samples) for key in ("temperature", "time"))
        _refuse_hot_ageing(degrees, to)
        schedule, aged = furnace_schedule(to, rate, hold), ageing_schedules(degrees, time)
        kept["time"], kept["temperature"] = schedule.time, schedule.temperature
        kept["hours"] = schedule.hours + sum(one.hours for one in aged)
        kept["energy"] = energy_ratio((schedule, *aged))
        kept["healed"] = annealing(degrees, time)
    return Furnace(Schedule(kept["time"], kept["temperature"]), kept["hours"], kept["energy"], kept["healed"])


def _refuse_melting(to: Array) -> None:
    most = numbers()["melting"]
    hot = to >= most
    if hot.any():
        sample, step = (int(found[0]) for found in np.nonzero(hot))
        raise OperationError(
            f"sinters at {to[sample, step]:.4g} °C, where R2Fe14B melts to iron and liquid ({most:g} °C)",
            "stay between 1000 and 1100 °C",
            sample,
            key=f"schedule.{step}.to",
        )


def _refuse_cold(to: Array) -> None:
    least = numbers()["coldest"]
    hottest = to.max(axis=1)
    if (hottest < least).any():
        sample = int(np.argmax(hottest < least))
        raise OperationError(
            f"does not sinter: its hottest step is {hottest[sample]:.4g} °C, and compacts densify above about "
            f"{least:g} °C",
            "end the schedule between 1000 and 1100 °C",
            sample,
            key=f"schedule.{int(np.argmax(to[sample]))}.to",
        )


def _refuse_hot_ageing(degrees: Array, to: Array) -> None:
    hottest = to.max(axis=1)
    # A schedule colder than the usual ageing is remarked on by the density that it gives.
    hot = degrees > np.maximum(hottest, USUAL_AGEING)[:, None]
    if hot.any():
        sample, step = (int(found[0]) for found in np.nonzero(hot))
        raise OperationError(
            f"ages at {degrees[sample, step]:.4g} °C, hotter than it sinters ({hottest[sample]:.4g} °C)",
            "age at 850 to 950 °C, then at 460 to 560 °C, or move the step to `schedule`",
            sample,
            key=f"ageing.{step}.temperature",
        )


def _paths(p: SimpleNamespace) -> tuple[str, ...]:
    """The keys that the schedules' times and temperatures follow from."""
    steps = [
        f"schedule.{k}.{key}"
        for k, step in enumerate(p.schedule)
        for key in ("to", "rate", "hold")
        if getattr(step, key) is not None
    ]
    return (*steps, *(f"ageing.{k}.{key}" for k in range(len(p.ageing)) for key in ("temperature", "time")))


def _lubricant(b: Balance, own: Array | None, feed: Array, mass: Array) -> Array:
    """kmol/h of carbon that came with the lubricant, (samples,): as said, as carried, or by its zinc."""
    carbon = feed[:, INDEX["C"]] / MOLAR_MASS[INDEX["C"]]
    said = b.trait(LUBRICANT) if own is None else own
    zinc = PER_ZINC_CARBON * feed[:, INDEX["Zn"]] / MOLAR_MASS[INDEX["Zn"]]
    if said is None:
        return np.asarray(np.minimum(carbon, zinc))
    told = np.maximum(said, 0.0) * mass / MOLAR_MASS[INDEX["C"]]
    return np.asarray(np.minimum(carbon, np.where(np.isnan(said), zinc, told)))


def _beside(feed: Array, name: str, kmol: Array) -> Array:
    """Share of an element that belongs to the lubricant, (samples,)."""
    return np.asarray(np.minimum(share_of(kmol * MOLAR_MASS[INDEX[name]], feed[:, INDEX[name]]), 1.0))


def _solid(feed: Array, carbon: Array, degassing: Array | None) -> Array:
    """The compact as it is when it comes to sintering heat: lubricant gone but for what always stays."""
    kept = numbers()["carbon_kept"]
    out = feed.copy()
    for name, kmol in (("C", carbon), ("O", PER_CARBON_OXYGEN * carbon)):
        out[:, INDEX[name]] *= 1.0 - (1.0 - kept) * _beside(feed, name, kmol)
    if degassing is not None:
        out[:, INDEX["C"]] = feed[:, INDEX["C"]] * (1.0 - degassing)
    return out


def _liquid(phases: PhaseBalance) -> Array:
    """Mass share that is molten at sintering heat: the RE-rich phase, and what R6T13X gives off as it falls apart."""
    return np.asarray(phases.mass[:, RICH] + numbers()["liquid_of_r6t13x"] * phases.mass[:, R6T13X])


def _compact(feed: Array, mass: Array, carbon: Array, phases: PhaseBalance, powder: Array, green: Array) -> Compact:
    """The compact per kg: the RE-rich phase takes hydrogen first, as REH2; what is over is in the matrix."""
    weight = np.where(mass > 0.0, mass, 1.0)
    whole = feed[:, INDEX["H"]] / MOLAR_MASS[INDEX["H"]]
    hydrogen = np.maximum(whole - PER_CARBON_HYDROGEN * carbon, 0.0) / weight
    # moles is mol per g of solid, as kmol per kg.
    hydride = np.minimum(hydrogen, 2.0 * phases.moles[:, RICH])
    return Compact(
        powder_um=powder,
        green_density=green,
        liquid=_liquid(phases),
        oxide=phases.mass[:, OXIDE],
        matrix_hydrogen=(hydrogen - hydride) * MOLAR_MASS[INDEX["H"]],
        hydride_hydrogen=hydride * MOLAR_MASS[INDEX["H"]],
        metal=feed[:, RE] / weight[:, None],
    )


def _gas(p: SimpleNamespace, feed: Array, mass: Array, carbon: Array, done: Sintered) -> Array:
    """Share of each element of the feed that leaves with the furnace gas, (samples, elements)."""
    gas = np.zeros_like(feed)
    gas[:, INDEX["Ar"]] = 1.0
    own = PER_CARBON_HYDROGEN * carbon * MOLAR_MASS[INDEX["H"]]
    left = done.hydrogen * mass + done.lubricant_left * np.minimum(own, feed[:, INDEX["H"]])
    gas[:, INDEX["H"]] = 1.0 - np.minimum(share_of(left, feed[:, INDEX["H"]], 0.0), 1.0)
    gone = 1.0 - done.carbon_kept
    gas[:, INDEX["O"]] = gone * _beside(feed, "O", PER_CARBON_OXYGEN * carbon)
    if p.degassing is None:
        gas[:, INDEX["C"]] = gone * _beside(feed, "C", carbon)
        gas[:, INDEX["Zn"]] = 1.0 - done.zinc_kept
    else:
        gas[:, INDEX["C"]] = gas[:, INDEX["Zn"]] = p.degassing
    if p.evaporation is None:
        metal = feed[:, RE] / np.where(mass > 0.0, mass, 1.0)[:, None]
        gas[:, RE] = np.divide(done.evaporated, metal, out=np.zeros_like(metal), where=metal > 0.0)
    else:
        gas[:, RE] = p.evaporation[:, None]
    return gas


def _closed(density: Array, green: Array) -> Array:
    """How far the pores are closed, 0..1 (samples,), by relative density before and after; ageing heals so far only.

    The liquid that smooths the grains' boundaries is what closes the pores too: where it did not, there are none to
    heal. In proportion to the way to the density at which pores close, an assumption.
    """
    closing = numbers()["closing"]
    way = np.maximum(closing - green, 0.0)
    return np.minimum(np.divide(np.maximum(density - green, 0.0), way, out=np.ones_like(density), where=way > 0.0), 1.0)


def _details(
    p: SimpleNamespace,
    feed: Array,
    solid: Array,
    before: PhaseBalance,
    done: Sintered,
    furnace: Furnace,
    healed: Array,
    powder: Array,
) -> dict[str, Any]:
    """What the report says of the blanks."""
    after = phase_balance(solid, p.carbide)
    mass = per_sample(solid)
    weight = np.where(mass > 0.0, mass, 1.0)
    metal = per_sample(feed[:, RE])
    kept = {name: solid[:, INDEX[name]] / weight for name in ("H", "C", "N", "O")}
    liquid = _liquid(before)
    vapour = share_of(metal - per_sample(solid[:, RE]), metal, 0.0)
    said = {
        "phases": after.mass,
        "phase_names": after.names,
        "rich": after.rich,
        "liquid": liquid,
        "densest": ceiling(done.densities[:, 0], liquid, before.mass[:, OXIDE]),
        "effective_re": after.effective_re,
        "relative_density": done.density,
        "density_g_cm3": done.density * after.density,
        "grain_um": done.grain_um,
        "annealing": healed,
        "hydrogen_ppm": 1e6 * kept["H"],
        "hydrogen_at_closing_ppm": 1e6 * done.hydrogen_at_closing,
        "carbon_ppm": 1e6 * kept["C"],
        "nitrogen_ppm": 1e6 * kept["N"],
        "oxygen_ppm": 1e6 * kept["O"],
        "oxygen_taken_ppm": 1e6 * done.oxygen,
        "carbon_kept_schedule": done.carbon_kept,
        "carbon_kept": done.carbon_kept if p.degassing is None else 1.0 - p.degassing,
        "evaporated": vapour,
        "energy_ratio": furnace.energy,
        "schedule_h": done.time / 3600.0,
        "schedule_C": done.temperature - KELVIN,
        "schedule_density": done.densities,
        "schedule_grain_um": done.grains,
        "schedule_hydrogen_ppm": 1e6 * done.hydrogens,
    }
    return said | {"flags": remarks(said, powder, done.temperature.max(axis=1) - KELVIN, mass > 0.0)}


KIND = Kind(
    "sintering",
    "magnet",
    Sintering,
    {"blanks": Outlet("magnet"), "rejects": Outlet("scrap"), "furnace_gas": Outlet("gas", waste=True)},
    sintering,
    rest="rejects",
    takes=(METAL,),
)
