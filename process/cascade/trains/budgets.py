"""Budgets of leaks: what each product may hold of others and may lose, shared out to the cuts beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...sums import per_sample
from .cuts import Cut, edges
from .problem import Problem

Floats = NDArray[np.float64]

SLIGHT = 1e-4
"""Share of the smaller side that may leak where a sample lacks the products that set the budget."""


@dataclass(frozen=True, eq=False)
class Wants:
    """What the products must be, sample by sample: `purity` and `recovery` (samples, products), fractions."""

    purity: Floats
    recovery: Floats

    @classmethod
    def of(cls, task: Problem, samples: int) -> Wants:
        """What the problem says, for every sample."""
        shape = (samples, len(task.products))
        return cls(
            np.broadcast_to([one.purity for one in task.products], shape),
            np.broadcast_to([one.recovery for one in task.products], shape),
        )

    def rows(self, rows: NDArray[np.intp]) -> Wants:
        """Those of some samples."""
        return Wants(self.purity[rows], self.recovery[rows])


def edge_products(task: Problem, cut: Cut, place: int = 0) -> tuple[int, int]:
    """The products that meet at a cut: the nearest that stays and the nearest that goes on."""
    low, high = edges(task, cut, place)
    return int(task.owner[low]), int(task.owner[high])


@dataclass(frozen=True, eq=False)
class Brought:
    """What a feed brings of each product's own elements: `amounts` and `masses` (samples, products)."""

    amounts: Floats
    masses: Floats

    @classmethod
    def of(cls, task: Problem, feeds: Floats) -> Brought:
        """That of feeds (samples, elements)."""
        return cls(task.amounts(feeds), task.masses(feeds))

    def rows(self, rows: NDArray[np.intp]) -> Brought:
        """That of some samples."""
        return Brought(self.amounts[rows], self.masses[rows])


def room_and_loss(
    task: Problem, feeds: Floats | Brought, wants: Wants, giver: int, receiver: int
) -> tuple[Floats, Floats]:
    """Moles of the giver, (samples,), that the receiver may hold on one side, and that the giver may lose there."""
    brought = feeds if isinstance(feeds, Brought) else Brought.of(task, feeds)
    amounts, masses = brought.amounts, brought.masses
    own = np.divide(masses[:, giver], amounts[:, giver], out=np.ones(len(amounts)), where=amounts[:, giver] > 0.0)
    purity, kept = wants.purity[:, receiver], wants.recovery[:, receiver]
    room = (1.0 - purity) / purity * kept * masses[:, receiver] / own / task.sides[receiver]
    loss = (1.0 - wants.recovery[:, giver]) * amounts[:, giver] / task.sides[giver]
    return room, loss


def budgets(
    task: Problem, cut: Cut, feeds: Floats | Brought, tight: tuple[float, ...], wants: Wants
) -> tuple[Floats, Floats, Floats, Floats]:
    """What may leak over a cut, and what there is: (leak up, leak down, extracted, staying), (samples,) moles each.

    What leaks ends in the nearest product of the other side. Each product shares what it may hold of others, and what
    it may lose, between its two sides. The budget is the lesser of what the receiver may hold and the giver may lose.
    """
    brought = feeds if isinstance(feeds, Brought) else Brought.of(task, feeds)
    amounts = brought.amounts
    low, high = edge_products(task, cut)
    inside = [np.array([i for i in range(len(task.products)) if group >> i & 1]) for group in cut.groups]
    staying, extracted = per_sample(amounts[:, inside[0]]), per_sample(amounts[:, inside[-1]])

    def leak(giver: int, receiver: int, scale: float) -> Floats:
        room, loss = room_and_loss(task, brought, wants, giver, receiver)
        least = np.where(room > 0.0, np.where(loss > 0.0, np.minimum(room, loss), room), loss)
        return np.asarray(scale * np.where(least > 0.0, least, SLIGHT * np.minimum(staying, extracted)))

    return leak(low, high, tight[0]), leak(high, low, tight[1]), extracted, staying


def purities(up: Floats, down: Floats, extracted: Floats, staying: Floats) -> tuple[Floats, Floats]:
    """Mole purities of extract and raffinate from the leaks, (samples,) each; 1 where there is nothing."""
    kept, left = extracted - down, staying - up
    extract = np.divide(kept, kept + up, out=np.ones_like(up), where=kept + up > 0.0)
    raffinate = np.divide(left, left + down, out=np.ones_like(up), where=left + down > 0.0)
    return extract, raffinate


def above(share: Floats) -> Floats:
    """The least that a cut may be asked for, so that it is one: a hundredth of the way from the feed to purity."""
    return share + 0.01 * (1.0 - share)
