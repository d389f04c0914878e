"""What R2T14B is by itself: polarisation, anisotropy field and Curie point of a mixture, by temperature.

R2Fe14B of each rare earth has its own values at 300 K (`data/intrinsic.csv`); a mixed crystal takes the mean by mole
share on the rare-earth sites. With temperature the iron's part of the polarisation follows Kuz'min's curve, the rare
earth's part (its difference to Y2Fe14B, negative for Gd to Tm) falls faster, as 1/T besides; the anisotropy field of
each compound falls as a power of the distance to its Curie point. Cobalt lifts the Curie point; Al, Si and Mn dilute.
Of cerium less counts in the anisotropy than in the rest: it gathers in the boundaries and in RT2, not in grains' skins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.facts import Fact, fact, rows
from ..elements import INDEX, MOLAR_MASS, RARE_EARTHS
from ..sums import per_sample

Array = NDArray[np.float64]

ROOM = 293.15
"""20 degC, in K: where catalogues state a magnet."""
REFERENCE = 300.0
"""Temperature of the table, K."""
STAND_IN = "Y"
"""Whose compound stands for a rare earth without a row (Eu, Yb, Sc: no moment counted)."""
IRON_LIKE = ("Fe", "Co", "Ni")
SOLUTES = ("Al", "Si", "Mn")
"""What dissolves on the iron's sites; Cu, Ga, Zr, Nb and Ti stand in other phases."""


class Table(NamedTuple):
    """The compounds' values in the order of the rare earths, shape (rare earths,): T, T, K, 1 and 1."""

    polarisation: Array
    anisotropy: Array
    curie: Array
    course: Array
    in_skin: Array


@dataclass(frozen=True, slots=True)
class Hard:
    """R2T14B of some magnets at one temperature per sample: arrays over samples.

    `polarisation` and `anisotropy` (as μ0 Ha) in T, `curie` in K. The density is that of `phases`.
    """

    polarisation: Array
    anisotropy: Array
    curie: Array


@cache
def intrinsic() -> Mapping[tuple[str, str], Fact]:
    """Every value of the table by (rare earth or "T", parameter).

    >>> intrinsic()["Nd", "polarisation"].value, intrinsic()["Dy", "anisotropy"].value
    (1.61, 15.0)
    """
    return MappingProxyType({(row["compound"], row["parameter"]): fact(row) for row in rows("intrinsic")})


@cache
def table() -> Table:
    """The compounds' values as arrays over the rare earths."""
    known = intrinsic()

    def column(parameter: str) -> Array:
        out = np.array([known.get((name, parameter), known[STAND_IN, parameter]).value for name in RARE_EARTHS])
        out.flags.writeable = False
        return out

    weight = np.array([known[name, "in_skin"].value if (name, "in_skin") in known else 1.0 for name in RARE_EARTHS])
    weight.flags.writeable = False
    return Table(
        polarisation=column("polarisation"),
        anisotropy=column("anisotropy"),
        curie=column("curie"),
        course=column("anisotropy_course"),
        in_skin=weight,
    )


@cache
def _of_iron(parameter: str) -> float:
    return intrinsic()["T", parameter].value


def shares(composition: Array) -> Array:
    """Mole shares of the rare earths among themselves, shape (samples, rare earths), from kg of each element.

    All zero where there is none.
    """
    first = len(RARE_EARTHS)  # the rare earths are the first columns
    moles = np.ascontiguousarray(composition[:, :first]) / MOLAR_MASS[:first]
    total = per_sample(moles)[:, np.newaxis]
    return np.divide(moles, total, out=np.zeros_like(moles), where=total > 0.0)


def counted(share: Array) -> Array:
    """Mole shares that count in the anisotropy, (samples, rare earths): of cerium less, of the others the more.

    >>> half = np.zeros((1, len(RARE_EARTHS)))
    >>> half[0, [RARE_EARTHS.index("Ce"), RARE_EARTHS.index("Nd")]] = 0.2, 0.8
    >>> round(float(counted(half)[0, RARE_EARTHS.index("Ce")]), 4)
    0.1304
    """
    weighed = share * table().in_skin
    total = per_sample(weighed)[:, np.newaxis]
    return np.divide(weighed, total, out=np.zeros_like(weighed), where=total > 0.0)


def _of_sites(composition: Array, names: tuple[str, ...]) -> Array:
    """mol of some elements, shape (samples,)."""
    out = np.zeros(len(composition))
    for name in names:
        out = out + composition[:, INDEX[name]] / MOLAR_MASS[INDEX[name]]
    return out


def on_iron_sites(composition: Array, *names: str) -> Array:
    """Mole share of some elements on the sites of the iron, shape (samples,), from kg of each element.

    >>> magnet = np.zeros((1, len(MOLAR_MASS)))
    >>> magnet[0, [INDEX["Fe"], INDEX["Co"]]] = 66.0, 1.0
    >>> float(on_iron_sites(magnet, "Co")[0].round(5))
    0.01415
    """
    total = _of_sites(composition, IRON_LIKE + SOLUTES)
    return np.divide(_of_sites(composition, names), total, out=np.zeros_like(total), where=total > 0.0)


def polarisation_curve(reduced: Array, shape: float) -> Array:
    """Kuz'min's curve of the spontaneous polarisation over that at 0 K, by T/Tc; nothing above the Curie point.

    (1 − s t^(3/2) − (1 − s) t^(5/2))^(1/3); Kuz'min, Phys. Rev. Lett. 94, 107204 (2005).

    >>> polarisation_curve(np.array([0.0, 0.5, 1.0]), 0.5).round(4).tolist()
    [1.0, 0.9024, 0.0]
    """
    left = np.maximum(1.0 - shape * reduced**1.5 - (1.0 - shape) * reduced**2.5, 0.0)
    return np.asarray(np.cbrt(left))


def hard_phase(composition: Array, kelvin: float | Array = ROOM, heavy: Array | None = None) -> Hard:
    """R2T14B of the rare earths and iron-like elements of a composition, at a temperature in K.

    `composition` (samples, elements) in kg of each element, any scale; `heavy` (samples, elements) is added to its
    rare earths: what shells of the grains took up by diffusion. `kelvin` is a number, or an array of shape
    (temperatures,) that gives polarisation and anisotropy of shape (samples, temperatures).

    >>> magnet = np.zeros((1, len(MOLAR_MASS)))
    >>> magnet[0, [INDEX["Nd"], INDEX["Fe"]]] = 26.68, 72.32
    >>> found = hard_phase(magnet, 300.0)
    >>> round(float(found.polarisation[0]), 3), round(float(found.anisotropy[0]), 3), round(float(found.curie[0]), 1)
    (1.61, 7.3, 585.0)
    >>> round(float(hard_phase(magnet, 450.0).polarisation[0]), 3)
    1.271
    """
    known = table()
    share = shares(composition if heavy is None else composition + heavy)
    cobalt, solutes = on_iron_sites(composition, "Co"), on_iron_sites(composition, *SOLUTES)
    shift = _of_iron("cobalt_curie") * cobalt + _of_iron("solute_curie") * solutes
    curie = per_sample(share * known.curie) + shift

    degrees = np.asarray(kelvin, dtype=float)
    wide = degrees.ndim > 0
    at = degrees.reshape(1, -1)
    dilution = 1.0 + _of_iron("cobalt_polarisation") * cobalt + _of_iron("solute_polarisation") * solutes
    softer = 1.0 + _of_iron("cobalt_anisotropy") * cobalt
    iron = known.polarisation[RARE_EARTHS.index(STAND_IN)]
    with_tc = np.maximum(curie, 1.0)[:, np.newaxis]
    shape = _of_iron("shape")
    scale = np.maximum(polarisation_curve(np.minimum(REFERENCE / with_tc, 1.0), shape), 1e-12)
    course = polarisation_curve(np.minimum(at / with_tc, 1.0), shape) / scale

    moment = per_sample(share * (known.polarisation - iron))[:, np.newaxis]
    filled = (per_sample(share) > 0.0)[:, np.newaxis]
    polarisation = np.where(
        filled, np.maximum((iron + moment * (REFERENCE / at)) * course * dilution[:, np.newaxis], 0.0), 0.0
    )
    anisotropy = np.zeros((len(composition), at.shape[1]))
    share = counted(share)
    for index in np.flatnonzero(share.any(axis=0)):  # a share of nothing would add nothing
        own = known.curie[index] + shift[:, np.newaxis]
        left = np.maximum((own - at) / np.maximum(own - REFERENCE, 1.0), 0.0)
        anisotropy = anisotropy + share[:, index : index + 1] * known.anisotropy[index] * left ** known.course[index]
    anisotropy = np.maximum(anisotropy * softer[:, np.newaxis], 0.0)
    if not wide:
        return Hard(polarisation[:, 0], anisotropy[:, 0], curie)
    return Hard(polarisation, anisotropy, curie)
