"""Feeds from outside: ore put together from a deposit's minerals, and purchased materials."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .data import deposits, minerals
from .elements import COUNT, INDEX, MOLAR_MASS, OXIDE_FACTOR, mass_fractions
from .sums import per_sample

Array = NDArray[np.float64]

ORE_PARTS = ("bastnaesite", "monazite", "iron", "gangue")
"""The rows of an ore stream: what flotation and magnets can tell apart."""


def ore(deposit: str, grade: Array) -> Array:
    """kg of each element per kg of ore, shape (samples, parts, elements), parts as in `ORE_PARTS`.

    `grade` is the mass fraction of rare-earth oxides, shape (samples,). Rare earths fill their minerals by the
    deposit's distribution, alike in each; the rest of the ore is the deposit's gangue. Raises ValueError where the
    rare-earth minerals of such a grade would outweigh the ore.
    """
    facts, known = deposits()[deposit], minerals()
    oxides = np.zeros(COUNT)
    for name, share in facts.distribution.items():
        oxides[INDEX[name]] = share
    metals = oxides / OXIDE_FACTOR
    amount = float((metals / MOLAR_MASS).sum())
    per_oxide = np.zeros((len(ORE_PARTS), COUNT))
    for mineral, share in facts.minerals.items():
        row = ORE_PARTS.index(known[mineral].part)
        per_oxide[row] += share * metals
        for ligand, count in known[mineral].ligands.items():
            per_oxide[row, INDEX[ligand]] += share * amount * count * MOLAR_MASS[INDEX[ligand]]
    rest = np.zeros((len(ORE_PARTS), COUNT))
    for mineral, share in facts.gangue.items():
        rest[ORE_PARTS.index(known[mineral].part)] += share * mass_fractions(known[mineral].formula)
    thorium = facts.thorium.value
    if thorium > 0.0:
        # Thorium rides with monazite, or with all rare-earth minerals where there is none; as ThO2.
        row = ORE_PARTS.index("monazite" if facts.minerals.get("monazite", 0.0) > 0.0 else "bastnaesite")
        dioxide = mass_fractions("ThO2") / mass_fractions("ThO2")[INDEX["Th"]]
        held = np.zeros((len(ORE_PARTS), COUNT))
        held[row] = thorium * dioxide
    else:
        held = np.zeros((len(ORE_PARTS), COUNT))
    heaviest = (1.0 - float(held.sum())) / float(per_oxide.sum())
    if np.any(grade > heaviest):
        raise ValueError(
            f"{float(np.max(grade)):.1%} REO is more than the pure minerals of {deposit} hold ({heaviest:.1%})"
        )
    rare = grade[:, None, None] * per_oxide + held
    left = np.maximum(1.0 - per_sample(rare), 0.0)
    return np.asarray(rare + left[:, None, None] * rest / rest.sum())


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
