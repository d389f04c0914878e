"""The two paths of grain-boundary diffusion: diffusivities by temperature, and what divides them; see diffusion.csv."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data.facts import Fact, fact, rows
from .constants import GAS, KELVIN

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Paths:
    """Constants of both paths, numbers or (samples,) arrays; units, ranges and reasons in `data/diffusion.csv`.

    Diffusivities are those at `reference`, in m²/s; `film` and `skin` in µm, sites in kmol of rare earth per m³.
    """

    reference: float | Array
    boundary_diffusivity: float | Array
    boundary_activation: float | Array
    grain_diffusivity: float | Array
    grain_activation: float | Array
    partition: float | Array
    solubility: float | Array
    film: float | Array
    boundary_share: float | Array
    boundary_sites: float | Array
    hard_sites: float | Array
    directness: float | Array
    skin: float | Array
    efficiency: float | Array
    saturation: float | Array

    def but(self, **changed: float | Array) -> Paths:
        """The same with other numbers.

        >>> paths().but(film=5.0).film
        5.0
        """
        return replace(self, **changed)

    def values(self) -> tuple[float | Array, ...]:
        """The constants in order."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def fast(self, celsius: Array) -> Array:
        """Diffusivity inward along the boundaries, m²/s, at temperatures of shape (samples, steps).

        >>> f"{paths().fast(np.array([[900.0]]))[0, 0]:.3g}"
        '6.67e-11'
        """
        return arrhenius(self.boundary_diffusivity, self.boundary_activation, self.reference, celsius) * column(
            self.directness
        )

    def slow(self, celsius: Array) -> Array:
        """Diffusivity into the grains, m²/s, at temperatures of shape (samples, steps).

        >>> f"{paths().slow(np.array([[1000.0]]))[0, 0]:.2g}"
        '1.3e-18'
        """
        return arrhenius(self.grain_diffusivity, self.grain_activation, self.reference, celsius)


def column(value: float | Array) -> Array:
    """A number or (samples,) beside (samples, steps)."""
    return np.asarray(value, dtype=float).reshape(-1, 1)


def arrhenius(value: float | Array, activation: float | Array, reference: float | Array, celsius: Array) -> Array:
    """A diffusivity in m²/s known at a reference temperature, at others of shape (samples, steps), all in degC.

    `activation` in kJ/mol. Nothing moves at or below absolute zero.
    """
    kelvin = np.maximum(celsius + KELVIN, 1.0)
    exponent = 1e3 * column(activation) / GAS * (1.0 / (column(reference) + KELVIN) - 1.0 / kelvin)
    return np.asarray(column(value) * np.exp(np.clip(exponent, -700.0, 60.0)))


@cache
def diffusion_facts() -> Mapping[str, Fact]:
    """Every constant by its name, with range and source.

    >>> diffusion_facts()["boundary_activation"].source
    'eggersmann2001'
    """
    return MappingProxyType({row["parameter"]: fact(row) for row in rows("diffusion")})


@cache
def paths() -> Paths:
    """The constants as shipped."""
    return Paths(**{field.name: diffusion_facts()[field.name].value for field in fields(Paths)})
