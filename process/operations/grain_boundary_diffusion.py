"""Grain-boundary diffusion: thin magnets coated with heavy rare earth and heated, so that their grains get shells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from types import SimpleNamespace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from ..data.sintering import numbers
from ..elements import COUNT, ELEMENTS, INDEX, MOLAR_MASS, RE
from ..magnet.ageing import annealing
from ..magnet.diffusion import Coated, Diffused, diffuse, of_rare_earths
from ..magnet.diffusion_paths import diffusion_facts, paths
from ..magnet.evaluate import DIFFUSED
from ..magnet.ground import area_left, gain_left
from ..magnet.phases import phase_balance
from ..magnet.saving import melt_share
from ..magnet.schedule import ageing_schedules, energy_ratio
from ..quantities import In, Value
from ..sums import per_sample
from ..traits import ANNEALING, AREA, DENSITY, GAIN, GAIN_LOW, GRAIN, THICKNESS
from .assays import share_of
from .balance import Balance, composition
from .base import AskingInlet, Inlet, Kind, Outlet, Parameters, standard
from .diffusion_remarks import remarks
from .phases import METAL, SOLID
from .sintering import AgeingStep
from .stoichiometry import Array, moles, rare_earth_moles
from .told import refuse_diffused, told

SOURCES = {
    "TbH2": "terbium_hydride",
    "DyH2": "dysprosium_hydride",
    "TbF3": "terbium_fluoride",
    "DyF3": "dysprosium_fluoride",
    "Tb": "terbium",
    "Dy": "dysprosium",
}
NOT_METAL = ("H", "C", "N", "O", "F", "P", "S", "Cl", "Ar")
"""What of a source does not go in: hydrogen leaves as gas, the rest is ground off with the surface."""
_COBALT = MOLAR_MASS[INDEX["Co"]] / MOLAR_MASS[INDEX["Fe"]]
TRACE = 1e-6
"""kA/m that are none."""
NO_GAIN = 1.0
"""kA/m below which nothing is gained that heavy rare earth in the melt would have to match."""
_METAL = np.array([0.0 if name in NOT_METAL else 1.0 for name in ELEMENTS])
_HYDROGEN = np.array([1.0 if name == "H" else 0.0 for name in ELEMENTS])
USUAL_THICKNESS, USUAL_GRAIN = 4.0, 5.0
"""mm and µm that a recycle's first rounds go on with, where nothing says them yet."""
USUAL_DENSITY = 7.6
"""g/cm³ of magnets whose phases cannot be told."""
MOST_BOUNDARY, LEAST_BOUNDARY = 0.3, 0.003
"""Volume shares of the boundary phase that the diffusion is followed for."""
_AGEING: Any = [{"temperature": "500 degC from 460 to 560 degC (assumed)", "time": "4 h from 2 to 6 h (assumed)"}]


class GrainBoundaryDiffusion(Parameters):
    """Grain-boundary diffusion of dysprosium or terbium into finished magnets.

    The coating's rare earth runs in along the grain boundaries and from there into the skins of the grains; by depth,
    time and both paths (docs/theory_diffusion.md). What went in is a part of its own, `diffused`. A hydride gives its
    hydrogen off; a fluoride leaves its fluorine at the surface with as much of the magnet's rare earth as goes in,
    TbF3 + Nd -> Tb + NdF3. The surface is ground off with what is left there.
    """

    kind: Literal["grain_boundary_diffusion"]
    feed: Inlet = Field(description="Machined magnets, thin.")
    source: Literal["TbH2", "DyH2", "TbF3", "DyF3", "Tb", "Dy"] | None = Field(
        None, description="What is bought for the coating; or a feed of your own as `heavy`."
    )
    heavy: AskingInlet | None = Field(
        None,
        description="Purchased coating: metal, alloy (Dy with Cu), hydride or fluoride. One without a rate brings as "
        "much as `coating` asks for; one with a rate is all put on.",
    )
    coating: Annotated[Value, In("1", "0.6 %", low=0, high=0.1)] = Field(
        standard("0.6 % from 0.3 to 1 % (assumed)"),
        description="Rare earth on both faces together, kg per kg of magnet: the element, not its compound.",
    )
    application: Annotated[Value, In("1", "95 %", low=0.01, high=1)] = Field(
        standard("95 % from 80 to 99 % (assumed)"),
        description="Share of the source that lands on the magnets; the rest is collected with the swarf.",
    )
    thickness: Annotated[Value, In("mm", "4 mm", low=0.05, high=200)] | None = Field(
        None, description="Of the magnets, between the coated faces; as machined where not given."
    )
    grain_size: Annotated[Value, In("um", "5 um", low=0.05, high=100)] | None = Field(
        None, description="Mean grain size; as sintered where not given."
    )
    boundary_share: Annotated[Value, In("1", "5 %", low=0.003, high=0.3)] | None = Field(
        None, description="Volume share of the RE-rich phase; from the magnets' phases where not given."
    )
    temperature: Annotated[Value, In("degC", "900 °C", low=600, high=1150)] = Field(
        standard("900 degC from 850 to 950 degC (assumed)"), description="Of the diffusion."
    )
    time: Annotated[Value, In("h", "10 h", low=0, high=200)] = Field(
        standard("10 h from 6 to 30 h (assumed)"), description="At that temperature."
    )
    ageing: list[AgeingStep] = Field(_AGEING, description="Steps after it; `[]` for none.")
    grind: Annotated[Value, In("1", "0.5 %", low=0, high=0.5)] = Field(
        standard("0.5 % from 0 to 2 % (assumed)"),
        description="Share of the thickness ground off the coated faces afterwards, with all that is left on them.",
    )
    boundary_diffusivity: Annotated[Value, In("m^2/s", "1e-10 m^2/s", low=0, high=1e-7)] = Field(
        standard("1e-10 m^2/s from 6e-12 to 3e-10 m^2/s (assumed)"), description="Along the boundaries at 900 °C."
    )
    grain_diffusivity: Annotated[Value, In("m^2/s", "5e-20 m^2/s", low=0, high=1e-12)] = Field(
        standard("5e-20 m^2/s from 1e-20 to 1e-18 m^2/s (assumed)"),
        description="Into the grains at 900 °C, an effective number: shells also grow by melting and freezing.",
    )
    partition: Annotated[Value, In("1", "3", low=0.01, high=100)] = Field(
        standard("3 from 1 to 6 (assumed)"),
        description="Share on the rare-earth sites of a shell over that of the boundary phase beside it.",
    )
    efficiency: Annotated[Value, In("1", "0.8", low=0, high=2)] = Field(
        standard("0.8 from 0.5 to 1 (magnet_practice)"),
        description="Rise of coercivity over that of the shells' anisotropy field.",
    )
    turnaround: Annotated[Value, In("h", "2 h", low=0, high=100)] = Field(
        standard("2 h from 1 to 4 h (assumed)"), description="Unloading and loading, between two charges."
    )
    electricity: Annotated[Value, In("kWh/kg", "1.8 kWh/kg", low=0)] | None = Field(
        None, description="Per kg of magnets; by temperatures and times where not said, as that of sintering."
    )

    @model_validator(mode="after")
    def _coated(self) -> GrainBoundaryDiffusion:
        if (self.source is None) == (self.heavy is None):
            raise ValueError("give `source`, what is bought for the coating, or a feed as `heavy`")
        return self


def grain_boundary_diffusion(p: SimpleNamespace, b: Balance) -> None:
    """Coat, diffuse, grind: shares of coating and magnet that end in the magnets, the swarf and the gas."""
    refuse_diffused(b, "a second pass is not modelled", "put all of the coating on at once")
    feed = b.flow("feed")
    mass = per_sample(feed)
    b.refuse(
        feed[:, INDEX["Co"]] > feed[:, INDEX["Fe"]] * _COBALT,
        lambda _: (
            "the magnets are samarium-cobalt, without R2Fe14B grains that could get shells",
            "diffuse sintered Nd-Fe-B, or leave this unit out",
        ),
        "feed",
    )
    made_of, landed = _source(p, b, mass)
    rare, molar, field = _metal_of(p, b, made_of)
    b.refuse(rare <= 0.0, lambda _: ("the coating holds no rare earth", "give `heavy` some Dy or Tb"), "heavy")
    what, which = "how thick its magnets are", "the grain size of its magnets"
    thickness = told(b, p.thickness, THICKNESS, "thickness", what, "machining", USUAL_THICKNESS)
    grain = told(b, p.grain_size, GRAIN, "grain_size", which, "sintering", USUAL_GRAIN)
    density, boundary = _phases(p, b)
    _, _, own = of_rare_earths(feed)
    plates = Coated(landed, molar, field, thickness, grain, density, own)
    furnace = _fired(p, b)
    done = _diffused(p, b, plates, boundary, furnace)

    ground = np.asarray(p.grind)
    skin = share_of(done.down_to(ground), done.down_to(np.ones(b.samples)))
    went = p.application * done.uptake
    into = (went * (1.0 - skin))[:, None] * _METAL
    # A fluoride gives its metal for a metal of the magnet; what of it does not go in stays a fluoride.
    coated = made_of * share_of(landed * mass, rare * p.application)[:, None]
    swapped = went * moles(coated)[:, INDEX["F"]] / 3.0
    there = rare_earth_moles(feed)
    given = share_of(swapped, there)
    b.refuse(
        given > 1.0 - ground,
        lambda n: (f"the fluoride takes {given[n]:.3g} times the rare earth of the magnets", "lower coating"),
        "coating",
    )
    given = np.minimum(given, 1.0 - ground)
    kept = np.empty((b.samples, COUNT))
    kept[:] = (1.0 - ground)[:, None]
    kept[:, RE] -= given[:, None]

    keys = _schedule_keys(p)
    each = furnace.energy if p.electricity is None else p.electricity
    b.use("electricity", each * mass, "kWh", keys if p.electricity is None else ("electricity",))
    b.size("vacuum furnace", mass * (furnace.hours + p.turnaround), "kg", (*keys, "turnaround"))
    b.size("coating line", mass, "kg/h")
    b.send("magnets", kept, inlet="feed")
    where = {"inlet": "heavy"} if p.source is None else {"reagent": SOURCES[p.source]}
    b.send("magnets", into, to=DIFFUSED, **where)
    b.send("offgas", _HYDROGEN, **where)

    b.carry_on("magnets")
    b.carry("magnets", THICKNESS, thickness * (1.0 - ground))
    b.carry("magnets", GRAIN, grain)
    b.carry("magnets", ANNEALING, furnace.healed)
    area = b.trait(AREA)
    if area is not None:
        b.carry("magnets", AREA, area_left(area, thickness, density, ground))
    gains = [np.where(np.abs(gain) < TRACE, 0.0, gain) for gain in gain_left(done, ground)]
    for name, gained in zip((GAIN, GAIN_LOW), gains, strict=True):
        b.carry("magnets", name, gained)
    b.later(partial(_details, p, feed, plates, done, gains, furnace.healed, landed, skin, mass))


def _source(p: SimpleNamespace, b: Balance, mass: Array) -> tuple[Array, Array]:
    """Mass fractions of the coating and kg of its rare earth per kg of magnet that lands, asking for as much."""
    if p.source is not None:
        made_of = np.empty((b.samples, COUNT))
        made_of[:] = composition(SOURCES[p.source])
        bought = share_of(p.coating * mass, per_sample(made_of[:, RE]) * p.application)
        b.reagent(SOURCES[p.source], bought, ("coating", "application"))
        return made_of, np.asarray(p.coating)
    if b.is_on_demand("heavy"):
        made_of = b.recipe("heavy")
        b.demand("heavy", share_of(p.coating * mass, per_sample(made_of[:, RE]) * p.application))
        return made_of, np.asarray(p.coating)
    brought = b.flow("heavy")
    whole = per_sample(brought)
    landed = share_of(per_sample(brought[:, RE]) * p.application, mass)
    b.refuse(
        landed > 0.2,
        lambda n: (f"the feed `heavy` puts {landed[n]:.3g} kg on each kg of magnets", "lower its rate"),
        "heavy",
    )
    return share_of(brought, whole[:, None]), np.minimum(landed, 0.2)


def _metal_of(p: SimpleNamespace, b: Balance, made_of: Array) -> tuple[Array, Array, Array]:
    """kg of rare earth per kg of coating, its molar mass and its anisotropy field, (samples,) each."""
    if p.source is None:
        return of_rare_earths(made_of)
    rare, molar, field = (np.full(b.samples, value) for value in _of_source(p.source))
    return rare, molar, field


@cache
def _of_source(source: str) -> tuple[float, float, float]:
    rare, molar, field = of_rare_earths(composition(SOURCES[source])[None, :])
    return float(rare[0]), float(molar[0]), float(field[0])


def _phases(p: SimpleNamespace, b: Balance) -> tuple[Array, Array]:
    """Density of the magnets in g/cm³ and volume share of their RE-rich phase, (samples,) each."""
    found = phase_balance(b.flow("feed"))
    sound = found.code == 0
    relative = b.trait(DENSITY)
    density = np.where(sound, found.density, USUAL_DENSITY)
    if relative is not None:
        density = density * np.where(np.isnan(relative), 1.0, np.minimum(np.maximum(relative, 0.5), 1.0))
    if p.boundary_share is not None:
        return density, np.asarray(p.boundary_share)
    usual = diffusion_facts()["boundary_share"].value
    share = np.where(sound, found.rich_volume, usual)
    return density, np.minimum(np.maximum(share, LEAST_BOUNDARY), MOST_BOUNDARY)


def _diffused(p: SimpleNamespace, b: Balance, plates: Coated, boundary: Array, furnace: Furnace) -> Diffused:
    """The diffusion, kept from one round of a recycle to the next where no magnet has moved; keys never do."""
    kept = b.memory
    key = b"".join(value.tobytes() for value in (*plates.arrays(), boundary))
    if kept.get("given") != key:
        by = paths().but(
            boundary_diffusivity=p.boundary_diffusivity,
            grain_diffusivity=p.grain_diffusivity,
            partition=p.partition,
            efficiency=p.efficiency,
            boundary_share=boundary,
        )
        if "fast" not in kept:
            kept["fast"], kept["slow"] = by.fast(furnace.degrees), by.slow(furnace.degrees)
        kept["done"] = diffuse(plates, furnace.degrees, furnace.time, by, rates=(kept["fast"], kept["slow"]))
        kept["given"] = key
    found: Diffused = kept["done"]
    return found


def _schedule_keys(p: SimpleNamespace) -> tuple[str, ...]:
    """The parameters that say the furnace's temperatures and times."""
    return (
        "temperature",
        "time",
        *(f"ageing.{k}.{key}" for k in range(len(p.ageing)) for key in ("temperature", "time")),
    )


@dataclass(frozen=True, eq=False)
class Furnace:
    """Temperatures in degC and h at them, (samples, steps); kWh/kg, h in the furnace and annealing, (samples,)."""

    degrees: Array
    time: Array
    energy: Array
    hours: Array
    healed: Array


def _fired(p: SimpleNamespace, b: Balance) -> Furnace:
    """What the keys alone decide, worked out once a recycle; energy is a sintering furnace's at these temperatures."""
    kept = b.memory
    if "degrees" not in kept:
        kept["degrees"] = np.column_stack([p.temperature, *(step.temperature for step in p.ageing)])
        kept["time"] = np.column_stack([p.time, *(step.time for step in p.ageing)])
        steps = ageing_schedules(kept["degrees"], kept["time"])
        kept["hours"] = np.asarray(sum(step.hours for step in steps))
        kept["energy"] = np.asarray(numbers()["energy_standard"] * energy_ratio(steps))
        kept["healed"] = annealing(kept["degrees"], kept["time"])
    return Furnace(kept["degrees"], kept["time"], kept["energy"], kept["hours"], kept["healed"])


def _details(
    p: SimpleNamespace,
    feed: Array,
    plates: Coated,
    done: Diffused,
    gains: list[Array],
    healed: Array,
    landed: Array,
    skin: Array,
    mass: Array,
) -> dict[str, Any]:
    """What the report says of the magnets."""
    sites = share_of(1e3 * rare_earth_moles(feed), mass)
    gain, low = gains
    melt = melt_share(gain, plates.molar_mass, plates.anisotropy, plates.base, sites, p.efficiency)
    said = {
        "depth_mm": done.depth,
        "heavy_by_depth": done.profile,
        "shell_by_depth": done.shell,
        "gain_by_depth_kA_m": done.local,
        "coated": landed,
        "uptake": done.uptake,
        "left_on_surface": done.left_on_surface,
        "ground_off": skin * done.uptake,
        "heavy_in_magnet": landed * done.uptake * (1.0 - skin),
        "gain_kA_m": gain,
        "gain_low_kA_m": low,
        "annealing": healed,
        "heavy_in_melt_instead": melt,
        "saved": np.where(gain > NO_GAIN, 1.0 - share_of(landed, melt), 0.0) * (melt > 0.0),
    }
    return said | {"flags": remarks(said, plates.thickness, np.asarray(p.temperature), mass > 0.0)}


KIND = Kind(
    "grain_boundary_diffusion",
    "magnet",
    GrainBoundaryDiffusion,
    {
        "magnets": Outlet("magnet", parts="feed", rows=(DIFFUSED,), title="diffused magnets"),
        "swarf": Outlet("swarf", title="surface grind and spent coating"),
        "offgas": Outlet("gas", waste=True),
    },
    grain_boundary_diffusion,
    rest="swarf",
    takes=(METAL, SOLID),
    forms={"feed": ("magnet",)},
)
