"""The bath of a rare-earth cell: which elements leave it as metal, which stay, and the fluorides that make it up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data.metals import of_rare_earths
from ..elements import INDEX, RE
from ..sums import per_sample
from .assays import share_of
from .balance import Balance, composition
from .stoichiometry import column, moles, rare_earth_moles

Array = NDArray[np.float64]

NOBLE = column("B", "Al", "Si", "Ti", "Mn", "Fe", "Co", "Ni", "Cu", "Ga", "Zr", "Nb", "Pb")
"""Elements whose oxides give way before those of the rare earths; what of them enters goes to the metal."""
DIVALENT = column("Sm", "Eu", "Yb")
"""Rare earths that a fluoride melt only takes to their divalent state; they stay in the bath."""
MOST_DIVALENT = 0.2
"""The share of these, mol/mol of the rare earths, beyond which a feed is the wrong one for a cell."""
FLUORIDES: Mapping[str, str] = MappingProxyType(
    {
        "La": "lanthanum_fluoride",
        "Ce": "cerium_fluoride",
        "Pr": "praseodymium_fluoride",
        "Nd": "neodymium_fluoride",
        "Gd": "gadolinium_fluoride",
        "Tb": "terbium_fluoride",
        "Dy": "dysprosium_fluoride",
        "Ho": "holmium_fluoride",
    }
)
"""The fluoride that is bought for each rare earth of a bath."""
_SALTED = column(*FLUORIDES)
_METAL_SHARE = np.array([composition(item)[INDEX[name]] for name, item in FLUORIDES.items()])
_GONE = column("O", "C", "H", "N", "Ar")


def to_metal(feed: Array, recovery: Array, noble: Array) -> Array:
    """kg/h of each element that is reduced to metal, shape (samples, elements), of a feed of the same shape.

    `recovery` of the rare earths but Sm, Eu and Yb, `noble` of the elements nobler than they; shape (samples,) each.
    """
    out = np.zeros_like(feed)
    out[:, RE] = feed[:, RE] * recovery[:, None]
    out[:, DIVALENT] = 0.0
    out[:, NOBLE] = feed[:, NOBLE] * noble[:, None]
    return out


def left_in_bath(feed: Array, metal: Array) -> Array:
    """kg/h that stay in the bath and leave with its slag, shape (samples, elements), without their oxygen.

    Carbon, hydrogen and gases are gone; zinc leaves as fume.
    """
    out = feed - metal
    out[:, _GONE] = 0.0
    out[:, INDEX["Zn"]] = 0.0
    return np.maximum(out, 0.0)


def salts(b: Balance, metal: Array, total: Array) -> dict[str, Array]:
    """kg/h of each rare-earth fluoride, shape (samples,) by item, that together make `total` kg/h.

    In the mol shares of the metal's rare earths, so that the bath stays as the metal; those without a fluoride of
    their own are left out of the count.
    """
    weights = metal[:, _SALTED] / _METAL_SHARE
    whole = per_sample(weights)
    bare = (whole <= 0.0) & (total > 0.0)

    def words(_: int) -> tuple[str, str]:
        return (
            f"the metal holds none of {', '.join(FLUORIDES)}, and for no other rare earth is there a fluoride to buy",
            "make it by metallothermic_reduction",
        )

    b.refuse(bare, words, "feed")
    rates = weights * share_of(total, whole)[:, None]
    return {item: rates[:, i] for i, item in enumerate(FLUORIDES.values())}


def fluorine_of(items: Mapping[str, Array], samples: int) -> Array:
    """kg/h of fluorine in reagents, kg/h each by item, shape (samples,)."""
    out = np.zeros(samples)
    for item, rate in items.items():
        out = out + rate * composition(item)[INDEX["F"]]
    return out


def melting_point(metal: Array) -> Array:
    """degC at which the rare earths of a metal melt, shape (samples,): the mean of the pure metals by mol.

    No phase diagram: neighbours mix nearly ideally, without eutectics.
    """
    n = moles(metal)[:, RE]
    return share_of(per_sample(n * of_rare_earths("melting")), per_sample(n))


def too_divalent(feed: Array) -> tuple[NDArray[np.bool_], Callable[[int], tuple[str, str]]]:
    """Which samples bring too much Sm, Eu and Yb for a cell, shape (samples,), and the words about one of them."""
    share = share_of(per_sample(moles(feed)[:, DIVALENT]), rare_earth_moles(feed))

    def words(sample: int) -> tuple[str, str]:
        return (
            f"{share[sample]:.0%} of the rare earths are Sm, Eu and Yb, which a fluoride bath takes to their divalent "
            "state and no further",
            "make them by metallothermic_reduction with lanthanum, and feed the cell what is left",
        )

    return share > MOST_DIVALENT, words
