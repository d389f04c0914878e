"""Reference magnets: what a catalogue grade is plausibly made of, and what the model predicts for it.

Every composition and route is an assumption with a range (`data/magnet_reference.csv`): makers publish limits of
grades, not recipes. Three constants of the coercivity are fitted on some of them (`refit`), the others are held out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data.facts import Fact, fact, rows
from ..elements import COUNT, INDEX
from .coercivity import Model
from .diffusion import gain_of
from .grades import Limits, catalogue
from .properties import Magnet, Properties, properties

Array = NDArray[np.float64]

ALL = "all"
"""Name of the rows that hold for every reference."""
FITTED, HELD, DIFFUSED, SOUND = "fitted", "held out", "diffused", "sound"
DIFFUSION_CELSIUS, DIFFUSION_HOURS = 900.0, 10.0


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference magnet: `values` by quantity (kg/kg, µm, mm, 1), its role, and the grade that it is meant to be."""

    name: str
    role: str
    values: Mapping[str, float]
    facts: Mapping[str, Fact]

    @property
    def limits(self) -> Limits:
        """The limits of its grade."""
        return catalogue()[self.name]

    @property
    def aim(self) -> float:
        """Coercivity that a maker of the grade aims at, kA/m."""
        return self.values["aim"] * self.limits.Hcj_min_kA_m

    @property
    def composition(self) -> Array:
        """kg of each element per kg before diffusion, shape (elements,)."""
        return composition(self.values)


def composition(values: Mapping[str, float]) -> Array:
    """kg of each element per kg of magnet from shares by name, shape (elements,); iron is the rest.

    "TRE" less the heavy rare earths named is divided between Pr and Nd by "praseodymium".

    >>> found = composition({"TRE": 0.30, "Dy": 0.02, "praseodymium": 0.25, "B": 0.0095})
    >>> [round(float(found[INDEX[name]]), 4) for name in ("Pr", "Nd", "Dy", "Fe")]
    [0.07, 0.21, 0.02, 0.6905]
    """
    out = np.zeros(COUNT)
    for name, value in values.items():
        if name in INDEX:
            out[INDEX[name]] = value
    light = values["TRE"] - sum(out[INDEX[name]] for name in ("Dy", "Tb", "Gd", "Ho", "Ce", "La"))
    out[INDEX["Pr"]] = values["praseodymium"] * light
    out[INDEX["Nd"]] = light - out[INDEX["Pr"]]
    out[INDEX["Fe"]] = 1.0 - out.sum()
    return out


@cache
def references() -> Mapping[str, Reference]:
    """Every reference by the name of its grade.

    >>> found = references()["N48H"]
    >>> found.role, found.values["Dy"], round(found.aim, 1)
    ('fitted', 0.015, 1420.7)
    """
    facts: dict[str, dict[str, Fact]] = {}
    roles: dict[str, str] = {}
    for row in rows("magnet_reference"):
        facts.setdefault(row["reference"], {})[row["quantity"]] = fact(row)
        roles[row["reference"]] = row["role"]
    shared = facts.pop(ALL)
    out = {}
    for name, own in facts.items():
        both = shared | own
        values = MappingProxyType({quantity: one.value for quantity, one in both.items()})
        out[name] = Reference(name, roles[name], values, MappingProxyType(both))
    return MappingProxyType(out)


def magnet(chosen: Sequence[Reference]) -> Magnet:
    """Reference magnets as one batch; what diffused in stands apart with the gain of `diffusion.gain_of`."""
    diffused = np.zeros((len(chosen), COUNT))
    gain, low = np.zeros(len(chosen)), np.zeros(len(chosen))
    for index, one in enumerate(chosen):
        for element in ("Tb", "Dy"):
            taken = one.values.get(f"diffused_{element}", 0.0)
            if taken > 0.0:
                diffused[index, INDEX[element]] = taken
                found = gain_of(
                    element, taken, one.values["thickness"], one.values["grain"], DIFFUSION_CELSIUS, DIFFUSION_HOURS
                )
                gain[index], low[index] = gain[index] + found[0], low[index] + found[1]

    def each(quantity: str) -> Array:
        return np.array([one.values[quantity] for one in chosen])

    return Magnet.of(
        np.stack([one.composition for one in chosen]),
        relative_density=each("relative_density"),
        grain_um=each("grain"),
        alignment=each("alignment"),
        annealing=each("annealing"),
        diffused=diffused,
        gain=gain,
        gain_low=low,
    )


def drawn(one: Reference, draws: int, seed: int) -> list[Reference]:
    """The same reference with every value drawn from a triangle over its range, each by itself."""
    every = {name: made for name, made in one.facts.items() if name != "aim"}
    rng = np.random.default_rng(seed)
    columns = {
        name: rng.triangular(made.low, made.value, made.high, draws) if made.low < made.high else None
        for name, made in every.items()
    }
    out = []
    for index in range(draws):
        values = {name: float(column[index]) for name, column in columns.items() if column is not None}
        out.append(replace(one, values=MappingProxyType(dict(one.values) | values)))
    return out


def predicted(names: Sequence[str], by: Model | None = None) -> Properties:
    """Properties of references by name, in this order."""
    return properties(magnet([references()[name] for name in names]), by)
