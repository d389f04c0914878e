"""A sintered magnet by composition and route: powder, press, furnace and, if wanted, grain-boundary diffusion.

The forward model behind `didymium magnet`: powder size sets oxygen (jet mill) and the furnace's hold, phases set the
liquid, the furnace density and grain, and these with the press set what the magnet can do. Numbers that no argument
gives are the defaults of the operations or `data/magnet_reference.csv`, all of them assumptions with ranges there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RectBivariateSpline

from ..data.facts import Fact, fact, rows
from ..data.sintering import numbers
from ..elements import COUNT, INDEX, MOLAR_MASS, RE
from ..magnet.constants import GAS, KELVIN
from ..magnet.diffusion import Coated, Diffused, diffuse, of_rare_earths
from ..magnet.grades import Grade, assign
from ..magnet.milling import effort
from ..magnet.milling import oxygen as taken_up
from ..magnet.phases import OXIDE, R6T13X, RICH, PhaseBalance, phase_balance
from ..magnet.powder import value
from ..magnet.pressing import alignment, green_density, usual_pressure
from ..magnet.properties import Magnet, Properties, properties
from ..magnet.reference import DIFFUSION_CELSIUS, DIFFUSION_HOURS, references
from ..magnet.schedule import STANDARD, furnace_schedule
from ..magnet.sintering import Compact, ceiling, sinter
from ..operations.balance import composition as reagent
from ..operations.base import plain
from ..operations.jet_milling import JetMilling
from ..operations.pressing import Pressing
from ..operations.sintering import Sintering

Array = NDArray[np.float64]

USUAL = references()["N52"].values
"""Shares that hold for every reference magnet: additions, annealing."""
ADDITIONS = ("Co", "Al", "Cu", "Ga")
"""What every designed magnet holds, kg/kg as in the references."""
SIZES = (1.0, 10.0)
"""Powder sizes that the model takes, µm."""
MOST_LIQUID = 0.15
"""Share of liquid above which a furnace makes no difference."""
HOTTEST = 1080.0
"""Hold of the furnace that coarse powder does not get beyond, degC: giant grains above (`data/sintering.csv`)."""


@cache
def route_facts() -> Mapping[str, Fact]:
    """Assumptions of the route that no operation has, by name."""
    return {row["parameter"]: fact(row) for row in rows("magnet_route")}


@dataclass(frozen=True, slots=True)
class Route:
    """How magnets are made: the way of pressing, the thickness in mm of a magnet that is diffused, and at what."""

    press: str = "isostatic"
    thickness: float = 4.0
    celsius: float = DIFFUSION_CELSIUS
    hours: float = DIFFUSION_HOURS


@dataclass(frozen=True, eq=False)
class Made:
    """Magnets of a batch: arrays over samples.

    `composition` (samples, elements) kg per kg before diffusion; `coating` and `diffusion` where a heavy rare earth was
    diffused in (kg per kg of magnet, and what it did), else None. `sintering_C` is the hold of the furnace.
    """

    route: Route
    composition: Array
    size_um: Array
    sintering_C: Array
    magnet: Magnet
    phases: PhaseBalance
    properties: Properties
    coat: str
    coating: Array | None
    diffusion: Diffused | None

    def grade(self, sample: int = 0) -> Grade:
        """The grade of one magnet."""
        return assign(self.properties)[sample]


@cache
def _milling() -> Mapping[str, float]:
    """What `jet_milling` takes where a file says nothing, by key."""
    names = ("film", "gas_oxygen", "gas_energy", "throughput_exponent", "outer_exponent", "nitrogen")
    p = plain(JetMilling(kind="jet_milling", feed="x"), 1, {})
    return {name: float(getattr(p, name)[0]) for name in names}


def oxygen(size: Array) -> Array:
    """kg of oxygen per kg of magnet from powder of a size in µm, (samples,): the mill's, the alloy's and the furnace's.

    >>> oxygen(np.array([2.5, 3.0, 5.0])).round(5).tolist()
    [0.00187, 0.00099, 0.00065]
    """
    mill = {name: np.full_like(size, one) for name, one in _milling().items()}
    through = value("milling", "electricity") * effort(size, mill["throughput_exponent"], mill["outer_exponent"])
    milled = taken_up(size, through / mill["gas_energy"], mill["film"], mill["gas_oxygen"])
    return np.asarray(1e-6 * route_facts()["alloy_oxygen"].value + milled)


@cache
def gases() -> Mapping[str, float]:
    """kg of carbon and nitrogen per kg of magnet: the alloy's, what stays of the lubricant, and the jet mill's.

    >>> {name: round(1e6 * share) for name, share in gases().items()}
    {'C': 452, 'N': 250}
    """
    p = plain(Pressing(kind="pressing", feed="x"), 1, {})
    lubricant = float(p.lubricant[0]) * float(reagent(p.agent)[INDEX["C"]])
    carbon = 1e-6 * route_facts()["alloy_carbon"].value + numbers()["carbon_kept"] * lubricant
    return {"C": carbon, "N": _milling()["nitrogen"]}


def hold_temperature(size: Array) -> Array:
    """Hold in degC that brings powder of a size in µm as far as the standard one, but not above `HOTTEST`.

    Work goes with the cube of the size (Herring) and with exp(−Q/RT), so a size has its temperature.

    >>> hold_temperature(np.array([2.5, 3.0, 5.0])).round(0).tolist()
    [1040.0, 1060.0, 1080.0]
    """
    known = numbers()
    standard = known["reference_temperature"] + KELVIN
    slope = known["herring"] * GAS / (known["work_energy"] * 1e3)
    kelvin = 1.0 / (1.0 / standard - slope * np.log(size / known["powder_standard"]))
    return np.asarray(np.minimum(kelvin - KELVIN, HOTTEST))


def _green(press: str) -> float:
    return float(green_density(np.array([usual_pressure(press)]), press)[0])


@cache
def _furnace(press: str) -> tuple[RectBivariateSpline, RectBivariateSpline]:
    """Density and grain in µm by ln of the powder size in µm and the share of liquid, without oxides."""
    size = np.geomspace(*SIZES, 41)
    liquid = np.concatenate([np.linspace(0.0, 0.03, 31), np.geomspace(0.032, MOST_LIQUID, 15)])
    many = [one.ravel() for one in np.meshgrid(size, liquid, indexing="ij")]
    count = len(many[0])
    to, rate, hold = (np.tile(np.array(column), (count, 1)) for column in zip(*STANDARD, strict=True))
    to[:, -1] = hold_temperature(many[0])
    p = plain(Sintering(kind="sintering", feed="x"), count, {})
    none = np.zeros(count)
    compact = Compact(many[0], np.full(count, _green(press)), many[1], none, none, none, np.zeros((count, len(RE))))
    done = sinter(furnace_schedule(to, rate, hold), compact, none, p.pressure)
    shape = (len(size), len(liquid))
    density, grain = (
        RectBivariateSpline(np.log(size), liquid, one.reshape(shape)) for one in (done.density, done.grain_um)
    )
    return density, grain


def _sintered(size: Array, phases: PhaseBalance, press: str) -> tuple[Array, Array]:
    """Relative density and grain in µm, (samples,)."""
    liquid = np.minimum(phases.mass[:, RICH] + phases.mass[:, R6T13X], MOST_LIQUID)
    at = np.log(np.clip(size, *SIZES))
    density, grain = (one.ev(at, liquid) for one in _furnace(press))
    green = np.full_like(density, _green(press))
    lost = ceiling(green, liquid, np.zeros_like(liquid)) - ceiling(green, liquid, phases.mass[:, OXIDE])
    return np.asarray(density - lost), np.asarray(grain)


def aligned(press: str) -> float:
    """Mean cosine that a way of pressing gives in the usual field."""
    field = plain(Pressing(kind="pressing", feed="x"), 1, {}).field
    return float(alignment(field, press)[0])


def compositions(rare_earth: Array, heavy: Mapping[str, Array], oxygen_share: Array) -> Array:
    """kg of each element per kg, (samples, elements), with the usual additions and the boron of most R2T14B.

    `rare_earth` is all of it, kg/kg, of which `heavy` by name; the light ones are Pr and Nd as separated. Boron is
    T/14 by moles: more makes R1.1T4B4, less R2T17 or R6T13(Ga,Cu).
    """
    out = np.zeros((len(rare_earth), COUNT))
    light = rare_earth.copy()
    for name, share in heavy.items():
        out[:, INDEX[name]] = share
        light = light - share
    out[:, INDEX["Pr"]] = USUAL["praseodymium"] * light
    out[:, INDEX["Nd"]] = light - out[:, INDEX["Pr"]]
    for name in ADDITIONS:
        out[:, INDEX[name]] = USUAL[name]
    for name, left in gases().items():
        out[:, INDEX[name]] = left
    out[:, INDEX["O"]] = oxygen_share
    return with_rest(out, best_boron=True)


def with_rest(composition: Array, best_boron: bool) -> Array:
    """The same with iron as the rest of a kg, and with boron of a fourteenth of the T sites if asked for."""
    out = composition.copy()
    iron, boron = INDEX["Fe"], INDEX["B"]
    others = rare_free(out)
    if best_boron:
        sites = (1.0 - others) / MOLAR_MASS[iron]
        for name in ("Co", "Ni", "Mn", "Al", "Si"):
            sites = sites + out[:, INDEX[name]] / MOLAR_MASS[INDEX[name]]
        for name, atoms in (("Zr", 2.0), ("Ti", 2.0)):  # their borides come first
            sites = sites + 14.0 * atoms * out[:, INDEX[name]] / MOLAR_MASS[INDEX[name]]
        out[:, boron] = sites / (14.0 / MOLAR_MASS[boron] + 1.0 / MOLAR_MASS[iron])
    out[:, iron] = 1.0 - others - out[:, boron]
    return out


def rare_free(composition: Array) -> Array:
    """kg per kg of all but iron and boron, (samples,)."""
    total = np.zeros(len(composition))
    for column in np.flatnonzero(composition.any(axis=0)):
        if column not in (INDEX["Fe"], INDEX["B"]):
            total = total + composition[:, column]
    return total


def make(composition: Array, size: Array, route: Route, coat: str = "", coating: Array | None = None) -> Made:
    """Magnets from compositions (samples, elements) kg/kg and powder sizes in µm; `coat` is diffused in, if named.

    `coating` (samples,) is kg of the element per kg of magnet, on both faces together.
    """
    before = phase_balance(composition)
    density, grain = _sintered(size, before, route.press)
    diffused = np.zeros_like(composition)
    done: Diffused | None = None
    gain = low = np.zeros(len(size))
    phases = before
    if coat and coating is not None:
        _, _, base = of_rare_earths(composition)
        plates = Coated.of(coat, coating, route.thickness, grain, density * before.density, base)
        done = diffuse(plates, np.array([[route.celsius]]), np.array([[route.hours]]))
        diffused[:, INDEX[coat]] = coating * done.uptake
        gain, low = done.gain, done.gain_low
        phases = phase_balance(composition + diffused)
    magnet = Magnet.of(
        composition,
        relative_density=density,
        grain_um=grain,
        alignment=aligned(route.press),
        annealing=USUAL["annealing"],
        diffused=diffused,
        gain=gain,
        gain_low=low,
    )
    return Made(
        route=route,
        composition=composition,
        size_um=size,
        sintering_C=hold_temperature(size),
        magnet=magnet,
        phases=phases,
        properties=properties(magnet, phases=phases),
        coat=coat if done is not None else "",
        coating=coating if done is not None else None,
        diffusion=done,
    )
