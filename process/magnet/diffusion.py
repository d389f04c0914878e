"""Grain-boundary diffusion: heavy rare earth from a coating into a thin magnet, and the coercivity that it brings.

A plate is coated on both faces; by symmetry half of it is followed. Along the RE-rich boundaries the heavy rare earth
runs fast, from there it enters each grain slowly and makes a shell (`kernels/diffusion.pyx`). What counts for
coercivity is the grain's skin. Depths other than through the thickness, and grains of unlike size, are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache

import numpy as np
from numpy.typing import NDArray

from didymium.kernels import diffusion as kernel

from ..elements import INDEX, MOLAR_MASS, RARE_EARTHS, RE
from ..sums import per_sample
from .diffusion_paths import Paths, column, paths
from .intrinsic import counted, shares, table
from .shells import local_gain, skin_share, whole_gain

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Grid:
    """How finely a plate is cut: cells of depth, shells of a grain of which some make its skin, steps in time.

    `steps` are those of the first temperature, `later` those of each that follows.
    """

    cells: int = 24
    shells: int = 18
    skin: int = 6
    steps: int = 24
    later: int = 6

    def finer(self, times: int) -> Grid:
        """Everything cut into so many."""
        return Grid(self.cells * times, self.shells * times, self.skin * times, self.steps * times, self.later * times)

    def radii(self, skin: Array) -> Array:
        """Shares of the radius at which the shells of each grain end, (samples, shells + 1), a skin (samples,) thick.

        >>> Grid(shells=4, skin=2).radii(np.array([0.01])).round(4).tolist()
        [[0.0, 0.8521, 0.99, 0.9999, 1.0]]
        """
        power = np.log(np.minimum(np.maximum(skin, 1e-6), 0.9)) / np.log(self.skin / self.shells)
        inward = 1.0 - np.arange(self.shells + 1) / self.shells
        return np.asarray(1.0 - inward ** power[:, np.newaxis])


@cache
def _faces(cells: int) -> Array:
    """Shares of the half thickness at which cells end: close together at the face."""
    out = (np.arange(cells + 1) / cells) ** 1.5
    out.flags.writeable = False
    return out


@cache
def _clock(steps: int) -> Array:
    """Shares of a temperature's time: short at first."""
    out = ((np.arange(steps + 1) / steps) ** 2).reshape(1, -1)
    out.flags.writeable = False
    return out


USUAL = Grid()
"""Gains within 3.5 % of a fine grid's in magnets up to 8 mm; in thicker ones that of the weakest tenth is too high."""


@dataclass(frozen=True, slots=True)
class Coated:
    """Coated plates: arrays over samples.

    `coating` in kg of rare earth per kg of magnet on both faces together, its `molar_mass` in g/mol and `anisotropy`
    in T (of R2Fe14B, mean by mole); `thickness` in mm, `grain` (diameter) in µm, `density` in g/cm³, `base` the
    anisotropy field in T of what the magnet is made of.
    """

    coating: Array
    molar_mass: Array
    anisotropy: Array
    thickness: Array
    grain: Array
    density: Array
    base: Array

    def arrays(self) -> tuple[Array, ...]:
        """The numbers in order."""
        return tuple(getattr(self, field.name) for field in fields(self))

    @classmethod
    def of(
        cls,
        element: str,
        coating: float | Array,
        thickness: float | Array,
        grain: float | Array = 5.0,
        density: float | Array = 7.55,
        base: float | Array | None = None,
    ) -> Coated:
        """Plates coated with one element; numbers are spread over the samples of the others, `base` is Nd's if None."""
        where = RARE_EARTHS.index(element)
        field = table().anisotropy
        own = float(field[RARE_EARTHS.index("Nd")]) if base is None else base
        rows = np.broadcast_arrays(
            *(np.atleast_1d(np.asarray(value, dtype=float)) for value in (coating, thickness, grain, density, own))
        )
        mass, heavy = (np.full(rows[0].shape, value) for value in (MOLAR_MASS[INDEX[element]], field[where]))
        return cls(rows[0], mass, heavy, *rows[1:])


@dataclass(frozen=True, slots=True)
class Diffused:
    """What a diffusion did: arrays over samples, and cells of depth where (samples, depth).

    `depth` in mm from the face; `profile` kg of what came in per kg of magnet there; `boundary` and `shell` its share
    of the rare-earth sites in the boundary phase and in the grains' skin; `local` the gain there, kA/m. `uptake` and
    `left_on_surface` are shares of the coating; `gain` (half of the volume reversed) and `gain_low` (its weakest tenth)
    in kA/m; `spent` the hours until the face is no longer saturated, infinite where it is to the end.
    """

    depth: Array
    profile: Array
    boundary: Array
    shell: Array
    local: Array
    uptake: Array
    left_on_surface: Array
    gain: Array
    gain_low: Array
    spent: Array
    faces: Array

    def down_to(self, share: Array) -> Array:
        """kg of what came in per kg of magnet between the faces and a share 0..1 (samples,) of the half thickness."""
        inside = np.clip((share[:, np.newaxis] - self.faces[:-1]) / np.diff(self.faces), 0.0, 1.0)
        return per_sample(self.profile * inside * np.diff(self.faces))


def of_rare_earths(composition: Array) -> tuple[Array, Array, Array]:
    """kg of rare earth per kg, mean molar mass in g/mol and mean anisotropy field in T, (samples,) each.

    `composition` (samples, elements) in kg of each element. Without rare earth: nothing, and the numbers of Nd.
    """
    mass = per_sample(np.maximum(composition[:, RE], 0.0))
    whole = per_sample(np.maximum(composition, 0.0))
    share = shares(np.maximum(composition, 0.0))
    some = per_sample(share) > 0.0
    nd = RARE_EARTHS.index("Nd")
    molar = np.where(some, per_sample(share * MOLAR_MASS[RE]), MOLAR_MASS[RE][nd])
    field = np.where(some, per_sample(counted(share) * table().anisotropy), table().anisotropy[nd])
    return np.divide(mass, whole, out=np.zeros_like(mass), where=whole > 0.0), molar, field


def diffuse(
    plates: Coated,
    celsius: Array,
    hours: Array,
    by: Paths | None = None,
    *,
    cut: Grid = USUAL,
    rates: tuple[Array, Array] | None = None,
) -> Diffused:
    """Heat coated plates through temperatures in degC for hours, (samples, steps) each or what spreads to it.

    `rates` are the diffusivities of both paths at these temperatures, m²/s, where they are known already.
    Raises ValueError where a sample's numbers are no case (nothing may be below zero, lengths must be above it).

    >>> done = diffuse(Coated.of("Tb", 0.005, 4.0), np.array([[900.0, 500.0]]), np.array([[10.0, 4.0]]))
    >>> round(float(done.uptake[0]), 2), bool(done.gain[0] > done.gain_low[0] > 0.0)
    (0.95, True)
    """
    slab = Slab(plates, celsius, hours, by or paths(), cut, rates)
    for step in range(slab.steps):
        slab.advance(step)
    return slab.found()


def _spread(values: Array, shape: tuple[int, ...]) -> Array:
    return values if values.shape == shape else np.broadcast_to(values, shape)


def course(
    plates: Coated, celsius: Array, hours: Array, by: Paths | None = None, *, cut: Grid = USUAL
) -> Sequence[Diffused]:
    """The same after each of the temperatures: profiles over depth and time.

    A temperature told twice gives a moment in between; the first is cut into more steps than the later ones.
    """
    slab = Slab(plates, celsius, hours, by or paths(), cut)
    out = []
    for step in range(slab.steps):
        slab.advance(step)
        out.append(slab.found())
    return out


class Slab:
    """Half a plate of every sample on its way through a schedule: the kernel's arrays, mol and m inside."""

    def __init__(
        self,
        plates: Coated,
        celsius: Array,
        hours: Array,
        by: Paths,
        cut: Grid,
        rates: tuple[Array, Array] | None = None,
    ) -> None:
        count = len(plates.coating)
        celsius, hours = np.asarray(celsius, dtype=float), np.asarray(hours, dtype=float)
        if celsius.shape != hours.shape:
            celsius, hours = np.broadcast_arrays(celsius, hours)
        self.steps = celsius.shape[-1]
        shape = (count, self.steps)
        self._plates, self._by, self._cut = plates, by, cut
        self._faces = _faces(cut.cells)
        half, radius = plates.thickness * 5e-4, plates.grain * 5e-7
        self._radii = cut.radii(np.asarray(by.skin) * 1e-6 / radius)
        degrees = _spread(celsius, shape)
        fast, slow = (by.fast(degrees), by.slow(degrees)) if rates is None else rates
        self._fast, self._slow = _spread(fast, shape), _spread(slow, shape)
        self._seconds = _spread(hours * 3600.0, shape)
        self._cases = np.empty((count, 6))
        self._cases[:, 0], self._cases[:, 1], self._cases[:, 2] = half, radius, by.boundary_share
        # Concentrations are mol/m³ of what diffuses: shares of the sites times the sites.
        self._cases[:, 3] = np.asarray(by.partition) * by.hard_sites / by.boundary_sites
        most = np.minimum(by.solubility, 1.0 / np.maximum(by.partition, 1e-9))
        self._cases[:, 4] = most * by.boundary_sites * 1e3
        self._cases[:, 5] = np.asarray(by.film) * 1e-6
        self._coating = plates.coating * plates.density * half / plates.molar_mass * 1e6
        self._film = self._coating.copy()
        self._boundary = np.zeros((count, cut.cells))
        self._grain = np.zeros((count, cut.shells, cut.cells))
        self._spent, self._before = np.full(count, np.inf), np.zeros(count)

    def advance(self, step: int) -> None:
        """Go through one temperature of the schedule."""
        count = len(self._film)
        spent, status = np.empty(count), np.empty((count, 3), dtype=np.int64)
        now = slice(step, step + 1)
        fast, slow, seconds = (np.ascontiguousarray(value[:, now]) for value in (self._fast, self._slow, self._seconds))
        clock = _clock(self._cut.later if step else self._cut.steps)
        kernel.run(
            *(self._faces, self._radii, clock, self._cases, fast, slow, seconds),
            *(self._film, self._boundary, self._grain),
            spent,
            status,
        )
        if status[:, 0].any():
            sample = int(np.argmax(status[:, 0]))
            raise ValueError(f"sample {sample} is no coated magnet: {self._cases[sample].tolist()}")
        self._spent = np.minimum(self._spent, (self._before + spent) / 3600.0)
        self._before = self._before + self._seconds[:, step]

    def found(self) -> Diffused:
        """What stands where by now."""
        plates, by, coating = self._plates, self._by, self._coating
        volume = np.diff(self._radii**3)
        inside = np.zeros_like(self._boundary)
        for j in range(self._cut.shells):
            inside += volume[:, j : j + 1] * self._grain[:, j]
        share = self._cases[:, 2:3]
        inside = share * self._boundary + (1.0 - share) * inside
        shell = skin_share(self._grain, volume, self._cut.skin) / (1e3 * column(by.hard_sites))
        local = local_gain(shell, plates.anisotropy, plates.base, by.efficiency, by.saturation)
        gain, low = whole_gain(local, self._faces)
        left = np.divide(self._film, coating, out=np.zeros_like(coating), where=coating > 0.0)
        return Diffused(
            depth=self._cases[:, :1] * 5e2 * (self._faces[1:] + self._faces[:-1]),
            profile=inside * (plates.molar_mass / plates.density * 1e-6)[:, np.newaxis],
            boundary=self._boundary / (1e3 * column(by.boundary_sites)),
            shell=shell,
            local=local,
            uptake=np.where(coating > 0.0, 1.0 - left, 0.0),
            left_on_surface=left,
            gain=gain,
            gain_low=low,
            spent=self._spent,
            faces=self._faces,
        )


def gain_of(
    element: str,
    coating: float,
    thickness: float,
    grain: float = 5.0,
    celsius: float = 900.0,
    hours: float = 10.0,
    by: Paths | None = None,
) -> tuple[float, float]:
    """Coercivity gain of one plate and of its weakest tenth, kA/m; a fraction of a millisecond.

    `coating` in kg of the element per kg of magnet, `thickness` in mm, `grain` in µm.

    >>> at, knee = gain_of("Tb", 0.005, 4.0)
    >>> bool(at > knee > 0.0)
    True
    """
    done = diffuse(Coated.of(element, coating, thickness, grain), np.array([[celsius]]), np.array([[hours]]), by)
    return float(done.gain[0]), float(done.gain_low[0])
