"""One contact under mass action: a bracketed root for each case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..errors import CascadeError
from .base import Amounts, Contact, Floats, amounts, cases_of, numeric, positive, weighted
from .bracket import crossing
from .solubility import solubility_flags

if TYPE_CHECKING:
    from .mass_action import MassAction

LOW, HIGH = -60.0, 120.0
"""Bracket of u = ln(e/h): 1e-26 to 1e52, wider than any acid or base."""

MOST_ROUNDS = 200
SETTLED = 1e-12
"""Change of ln K, absolute, at which activity coefficients and composition agree."""


def contact(
    model: MassAction,
    feed_aqueous: Amounts,
    feed_organic: Amounts | None,
    acid: ArrayLike,
    ratio: ArrayLike,
    saponification: ArrayLike,
    cation: str,
    anion_name: str,
) -> Contact:
    """`MassAction.contact`: mol/L, (cases, elements)."""
    of_medium = model.medium_flags([anion_name])
    x0 = amounts(feed_aqueous, model.elements, "aqueous feed")
    y0 = amounts(feed_organic, model.elements, "organic feed")
    if np.any(numeric(saponification, "saponification") != 0.0):
        soap = model.soap(cation, saponification)
        cases_of(organic_feed=y0, saponification=soap)
        y0 = y0 + soap
    h0 = positive(acid, "acid", "mol/L", zero=True)
    volume = positive(ratio, "phase ratio O/A", "L/L")
    count = cases_of(aqueous_feed=x0, organic_feed=y0, acid=h0, ratio=volume)
    x0, y0 = (np.broadcast_to(array, (count, array.shape[1])) for array in (x0, y0))
    h0, volume = np.broadcast_to(h0, count), np.broadcast_to(volume, count)
    _check_feeds(model, x0, y0, h0, volume)
    anion = h0 + weighted(x0, model.charges)
    total = x0 + volume[:, None] * y0

    ln_k = model.log_constants(anion, x0)
    d, free, proton = _solve(model, ln_k, total, volume, anion)
    if model.medium.acts:
        moving = np.ones(count, dtype=bool)
        for turn in range(MOST_ROUNDS):
            again = model.log_constants(anion, total / (1.0 + volume[:, None] * d))
            # A settled case stays as it is, so that its bits do not depend on the cases beside it.
            moving &= np.abs(again - ln_k).max(axis=1) > SETTLED
            if not moving.any():
                break
            ln_k = np.where(moving[:, None], again if turn < 20 else 0.5 * (again + ln_k), ln_k)
            d, free, proton = _solve(model, ln_k, total, volume, anion)
        else:
            raise CascadeError("activity coefficients and equilibrium do not settle; use activity=None")
    x = total / (1.0 + volume[:, None] * d)
    y = d * x
    ph = -np.log10(proton)
    chloride, sulfate = (anion if anion_name == name else np.zeros(count) for name in ("chloride", "sulfate"))
    salts = solubility_flags(model.elements, x, chloride, 0.5 * sulfate, every=True)
    flags = (*model.flags(x, y, ph), *of_medium, *salts)
    return Contact(model.elements, x, y, d, ph, free, model.loading(y), flags, model.assumptions)


def _check_feeds(model: MassAction, x0: Floats, y0: Floats, h0: Floats, volume: Floats) -> None:
    held = weighted(y0, model.molecules)
    # Acid frees extractant; without any of either there is no proton left to share.
    most = np.full(len(held), model.active_total)
    over = np.flatnonzero((held > most * (1.0 + 1e-12)) | ((held >= most * (1.0 - 1e-9)) & (h0 == 0.0)))
    if len(over):
        case = int(over[0])
        raise CascadeError(
            f"the organic feed binds {held[case]:.6g} mol/L of active {model.chemistry.name} but holds only "
            f"{most[case]:.6g}; saponify or load it less",
            case=case,
        )
    none = np.flatnonzero(h0 + weighted(x0, model.charges) <= 0.0)
    if len(none):
        raise CascadeError(
            "the aqueous feed holds neither acid nor metal, so its pH is undefined; give some acid", case=int(none[0])
        )


def _solve(
    model: MassAction, ln_k: Floats, total: Floats, volume: Floats, anion: Floats
) -> tuple[Floats, Floats, Floats]:
    """D (cases, elements), free active units and proton (cases,) where charge and extractant both balance."""
    if np.array_equal(model.molecules, model.charges):
        return _one_scalar(model, ln_k, total, volume, anion)
    return _two_scalars(model, ln_k, total, volume, anion)


def _one_scalar(
    model: MassAction, ln_k: Floats, total: Floats, volume: Floats, anion: Floats
) -> tuple[Floats, Floats, Floats]:
    """n = z: u = ln(e/h) fixes every D; the aqueous charge falls with u while any extractant is free."""
    z, share = model.charges, volume[:, None]

    def free_at(d: Floats) -> Floats:
        return model.active_total - weighted(d / (1.0 + share * d) * total, z)

    def surplus(u: Floats) -> Floats:
        d = np.exp(np.minimum(ln_k + z * u[:, None], 690.0))
        proton = np.maximum(free_at(d), 0.0) * np.exp(-u)
        return proton + weighted(total / (1.0 + share * d), z) - anion

    count = len(anion)
    u = crossing(surplus, np.full(count, LOW), np.full(count, HIGH), "the charge balance")
    d = np.exp(np.minimum(ln_k + z * u[:, None], 690.0))
    free = _some_free(model, free_at(d))
    return d, free, free * np.exp(-u)


def _some_free(model: MassAction, free: Floats) -> Floats:
    none = np.flatnonzero(free <= 0.0)
    if len(none):
        raise CascadeError(
            f"no free {model.chemistry.name} is left: the metal and soap that are fed need more than its "
            f"{model.active_total:g} mol/L of active units; saponify less or send more organic",
            case=int(none[0]),
        )
    return free


def _two_scalars(
    model: MassAction, ln_k: Floats, total: Floats, volume: Floats, anion: Floats
) -> tuple[Floats, Floats, Floats]:
    """n ≠ z: the free extractant that balances at a proton, then the proton that balances the charge.

    The bound extractant rises with e at constant h. Along that curve the charge of the aqueous rises with h: its
    slope is, up to a factor, Σ z² c − (Σ z n c)²/(e + Σ n² c) with c > 0, not negative by Cauchy and Schwarz.
    """
    z, n, share, e_total = model.charges, model.molecules, volume[:, None], model.active_total
    count = len(anion)

    def d_at(ln_e: Floats, ln_h: Floats) -> Floats:
        return np.asarray(np.exp(np.clip(ln_k + n * ln_e[:, None] - z * ln_h[:, None], -690.0, 690.0)))

    def free_at(ln_h: Floats) -> Floats:
        def surplus(ln_e: Floats) -> Floats:
            d = d_at(ln_e, ln_h)
            return e_total - np.exp(ln_e) - weighted(d / (1.0 + share * d) * total, n)

        top = np.full(count, np.log(e_total) + 1e-9)
        return crossing(surplus, top - 600.0, top, "the extractant balance")

    def lacking(minus_ln_h: Floats) -> Floats:
        d = d_at(free_at(-minus_ln_h), -minus_ln_h)
        return np.exp(-minus_ln_h) + weighted(total / (1.0 + share * d), z) - anion

    least = -np.log(anion) - 1e-9
    ln_h = -crossing(lacking, least, least + 200.0, "the charge balance")
    ln_e = free_at(ln_h)
    return d_at(ln_e, ln_h), np.exp(ln_e), np.exp(ln_h)
