"""Where an aqueous solution holds more of a salt than water dissolves."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from ...data.solubility import Solubility, solubilities
from ..errors import CascadeError
from .base import Flag, Floats, numeric


@cache
def _groups() -> dict[str, tuple[Solubility, ...]]:
    out: dict[str, tuple[Solubility, ...]] = {}
    for one in solubilities().values():
        out[one.group] = (*out.get(one.group, ()), one)
    return out


def saturation(
    elements: tuple[str, ...], aqueous: ArrayLike, chloride: ArrayLike, sulfate: ArrayLike = 0.0
) -> tuple[tuple[str, ...], Floats]:
    """Salts, and how much of each an aqueous holds over what water dissolves, (..., salts); above 1 it crystallises.

    `aqueous` is (..., elements) in mol/L; `chloride` and `sulfate` (HSO4− and SO4 2−), (...), are all of the anion,
    mol/L. A salt is counted as large as its scarcest ion allows; rare earths that share an anion share a crystal, so
    their parts add up. Limits: pure salts in water near 25 °C, no common ion, no acid, no activities; nitrates are
    left out. Raises CascadeError. Source: docs/theory_equilibrium.md.

    >>> names, share = saturation(("Nd", "Na"), [[1.0, 3.0]], [6.0])
    >>> names[0], names[2], share[0].round(3).tolist()
    ('NaCl', 'rare-earth chlorides', [0.553, 0.0, 0.285, 0.0, 0.0])
    """
    names = tuple(elements)
    ions = numeric(aqueous, "aqueous")
    if ions.ndim < 1 or ions.shape[-1] != len(names):
        raise CascadeError(f"aqueous has the shape {ions.shape}; give (..., {len(names)}) for {len(names)} ions")
    try:
        anions = {
            "Cl": np.broadcast_to(numeric(chloride, "chloride"), ions.shape[:-1]),
            "SO4": np.broadcast_to(numeric(sulfate, "sulfate"), ions.shape[:-1]),
        }
    except ValueError:
        raise CascadeError(f"chloride and sulfate must have the shape {ions.shape[:-1]} or be one number") from None
    found: dict[str, Floats] = {}
    for group, salts in _groups().items():
        here = [one for one in salts if one.cation in names and (not one.partner or one.partner in names)]
        if here:
            found[group] = _share(here, ions, names, anions)
    return tuple(found), np.stack([*found.values()], axis=-1) if found else np.zeros((*ions.shape[:-1], 0))


def _share(salts: list[Solubility], ions: Floats, names: tuple[str, ...], anions: dict[str, Floats]) -> Floats:
    """Salt of one group over its solubility, (...)."""
    most, total = np.zeros(ions.shape[:-1]), np.zeros(ions.shape[:-1])
    for one in salts:
        amount = np.maximum(ions[..., names.index(one.cation)], 0.0) / one.cations
        total, most = total + amount, most + amount / one.molarity
    first = salts[0]
    formed = np.maximum(anions[first.anion], 0.0) / first.anions
    if first.partner:
        formed = np.minimum(formed, np.maximum(ions[..., names.index(first.partner)], 0.0))
    # The scarcest ion decides how much salt there is; the cations share it in their own proportion.
    return np.asarray(most * np.minimum(1.0, formed / np.where(total > 0.0, total, 1.0)))


def solubility_flags(
    elements: tuple[str, ...],
    aqueous: ArrayLike,
    chloride: ArrayLike,
    sulfate: ArrayLike = 0.0,
    *,
    every: bool = False,
) -> tuple[Flag, ...]:
    """A "bound" flag for each salt that some row holds beyond its solubility, mol/L; arguments as in `saturation`.

    `aqueous` is (rows, elements); `case` is the row that is worst, or one flag for `every` such row; `value` and `high`
    are mol/L of salt, for salts that share a crystal of their mixture. Raises CascadeError.

    >>> solubility_flags(("Nd",), [[0.5], [4.0]], [1.5, 12.0])[0].sentence
    'NdCl3 is 4 mol/L, above the 3.51 mol/L (3.24 to 3.81) that water holds at 25 °C: it crystallises; add water'
    """
    table = np.atleast_2d(numeric(aqueous, "aqueous"))
    groups, shares = saturation(elements, table, chloride, sulfate)
    flags: list[Flag] = []
    for at, group in enumerate(groups):
        over = np.flatnonzero(shares[:, at] > 1.0)
        rows = over if every or not len(over) else [int(np.argmax(shares[:, at]))]
        flags.extend(_flag(group, elements, table[row], int(row), float(shares[row, at])) for row in rows)
    return tuple(flags)


def _flag(group: str, elements: tuple[str, ...], ions: Floats, row: int, share: float) -> Flag:
    """The flag of one row, ions (elements,) in mol/L, that holds `share` times what dissolves of a group."""
    here = [one for one in _groups()[group] if one.cation in elements]
    parts = np.array([ions[elements.index(one.cation)] / one.cations for one in here])
    parts = np.maximum(parts, 0.0) / np.maximum(parts, 0.0).sum()
    # Of a mixture the limit is the mean that its parts, each at its own limit, would reach together.
    high = float(1.0 / (parts @ np.array([1.0 / one.molarity for one in here])))
    low_end, high_end = (
        float(1.0 / (parts @ np.array([1.0 / one.molarity_range[end] for one in here]))) for end in (0, 1)
    )
    only = [one.salt for one, part in zip(here, parts, strict=True) if part > 0.0]
    what = only[0] if len(only) == 1 else f"the sum of {group}"
    sentence = (
        f"{what} is {share * high:.4g} mol/L, above the {high:.3g} mol/L ({low_end:.3g} to {high_end:.3g}) that "
        "water holds at 25 °C: it crystallises; add water"
    )
    return Flag(row, "solubility", share * high, 0.0, high, "bound", sentence)
