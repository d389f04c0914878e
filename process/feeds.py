"""Feeds from outside: ore put together from a deposit's minerals, and purchased materials."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .data import deposits, minerals
from .elements import COUNT, INDEX, MOLAR_MASS, OXIDE_FACTOR, mass_fractions
from .sums import per_sample

Array = NDArray[np.float64]

RARE_EARTH = "rare_earth"
"""The family of minerals that hold rare earths."""
CARRIERS = ("monazite", "xenotime", "bastnaesite")
"""Minerals that thorium and uranium ride in where a deposit does not say: the first that is there; else the first
rare-earth mineral."""
RADIUM_PER_URANIUM = 3.4e-7
"""kg 226Ra per kg U in equilibrium: half-lives of 1,600 and 4.468e9 years. Source: nuclear data, computed."""


def ore_parts(deposit: str) -> tuple[str, ...]:
    """The rows of a deposit's ore: its minerals, those of rare earths first.

    >>> ore_parts("mountain_pass")[:2]
    ('bastnaesite', 'monazite')
    """
    facts = deposits()[deposit]
    return (*facts.minerals, *(name for name in facts.gangue if name not in facts.minerals))


def ore(deposit: str, grade: Array) -> Array:
    """kg of each element per kg of ore, shape (samples, minerals, elements), rows as in `ore_parts`.

    `grade` is the mass fraction of rare-earth oxides, shape (samples,). Rare earths fill their minerals by the
    deposit's distribution, alike in each; the rest of the ore is the deposit's gangue. Raises ValueError where the
    rare-earth minerals of such a grade would outweigh the ore.
    """
    facts, known, rows = deposits()[deposit], minerals(), ore_parts(deposit)
    pure = _rare_earth_minerals(facts.distribution)
    rare, rest = np.zeros((len(rows), COUNT)), np.zeros((len(rows), COUNT))
    for mineral, share in facts.minerals.items():
        rare[rows.index(mineral)] = share * pure[mineral]
    for mineral, share in facts.gangue.items():
        rest[rows.index(mineral)] = share * mass_fractions(known[mineral].formula)
    held = np.zeros((len(rows), COUNT))
    for mineral, share in (facts.carriers or {rows[_carrier(rows)]: 1.0}).items():
        held[rows.index(mineral)] = share * _radioactive(facts.thorium, facts.uranium)
    heaviest = (1.0 - float(held.sum())) / float(rare.sum())
    if np.any(grade > heaviest):
        raise ValueError(
            f"{float(np.max(grade)):.1%} REO is more than the pure minerals of {deposit} hold ({heaviest:.1%})"
        )
    inside = grade[:, None, None] * rare + held
    left = np.maximum(1.0 - per_sample(inside), 0.0)
    return np.asarray(inside + left[:, None, None] * rest / rest.sum())


def minerals_of(
    shares: Mapping[str, Array], distribution: Mapping[str, Array], thorium: Array, uranium: Array
) -> Array:
    """kg of each element per kg of an ore or concentrate, shape (samples, minerals, elements), rows as in `shares`.

    `shares` are mass shares of minerals and `distribution` those of the rare earths' oxides, shape (samples,) each and
    both brought to a sum of 1; `thorium` and `uranium` kg per kg, beside the minerals. Raises ValueError where a
    sample has nothing of either.
    """
    known, rows, samples = minerals(), tuple(shares), len(thorium)
    out = np.zeros((samples, len(rows), COUNT))
    for sample in range(samples):
        whole = sum(float(share[sample]) for share in shares.values())
        oxides = sum(float(share[sample]) for share in distribution.values())
        rare = any(known[name].family == RARE_EARTH and share[sample] > 0.0 for name, share in shares.items())
        if not whole > 0.0 or (rare and not oxides > 0.0):
            raise ValueError("its shares add up to nothing")
        pure = (
            _rare_earth_minerals({name: float(x[sample]) / oxides for name, x in distribution.items()}) if rare else {}
        )
        hot = _radioactive(float(thorium[sample]), float(uranium[sample]))
        for row, (name, share) in enumerate(shares.items()):
            one = pure[name] / pure[name].sum() if name in pure else mass_fractions(known[name].formula)
            out[sample, row] = share[sample] / whole * (1.0 - float(hot.sum())) * one
        out[sample, _carrier(rows)] += hot
    return out


def _rare_earth_minerals(distribution: Mapping[str, float]) -> dict[str, Array]:
    """kg of each element per kg rare-earth oxide in a mineral, for every rare-earth mineral."""
    metals = np.zeros(COUNT)
    for name, share in distribution.items():
        metals[INDEX[name]] = share / OXIDE_FACTOR[INDEX[name]]
    amount = float((metals / MOLAR_MASS).sum())
    out = {}
    for name, mineral in minerals().items():
        if mineral.family == RARE_EARTH:
            out[name] = metals.copy()
            for ligand, count in mineral.ligands.items():
                out[name][INDEX[ligand]] += amount * count * MOLAR_MASS[INDEX[ligand]]
    return out


def _carrier(rows: tuple[str, ...]) -> int:
    for name in CARRIERS:
        if name in rows:
            return rows.index(name)
    return next((i for i, name in enumerate(rows) if minerals()[name].family == RARE_EARTH), 0)


def _radioactive(thorium: float, uranium: float) -> Array:
    """kg per kg ore of thorium and uranium as oxides, and the radium that uranium makes."""
    out = np.zeros(COUNT)
    for formula, element, share in (
        ("ThO2", "Th", thorium),
        ("UO3", "U", uranium),
        ("RaO", "Ra", uranium * RADIUM_PER_URANIUM),
    ):
        out += share * mass_fractions(formula) / mass_fractions(formula)[INDEX[element]]
    return np.asarray(out)


def material(shares: dict[str, Array], samples: int) -> Array:
    """kg of each element per kg of a purchased material, shape (samples, 1, elements), from formulas' mass shares.

    Raises ValueError where all shares of a sample are zero.
    """
    out = np.zeros((samples, 1, COUNT))
    for formula, share in shares.items():
        out[:, 0] += share[:, None] * mass_fractions(formula)
    total = out.sum(axis=2, keepdims=True)
    if not np.all(total > 0.0):
        raise ValueError("the shares of a purchased material add up to nothing")
    return np.asarray(out / total)
