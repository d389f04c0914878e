"""Seeded random exchange cascades, flows in mol per mol of feed: what the solver must always solve.

2–15 elements, 5–300 stages, neighbours' β 1.2–12, S 1.02–4 times S_min = Σ extracted + 1/(β_cut − 1) with β_cut of the
pair beside the cut, and an extract flow of the content above the cut, of ±0.1 %, ±2 % or −20 % beside it. Drawn again
is only what cannot exist: a circuit that leaves no raffinate, or no extract.
"""

from typing import NamedTuple

import numpy as np

DECADES = {"log3": 3.0, "log8": 8.0, "log14": 14.0}
FEEDS = ("uniform", "dirichlet", *DECADES)
OFFSETS = (0.0, 1e-3, -1e-3, 0.02, -0.02, -0.2)
PLACES = ("first", "last", *["within"] * 6)


class Circuit(NamedTuple):
    """One exchange circuit, flows in mol per mol of feed; its repr is Python that makes it again, to the last bit."""

    stages: int
    feed_stage: int
    feed: list
    beta: list
    organic: float
    scrub: float
    label: str = ""

    def batch(self):
        """The arguments of ``solve_circuits``: a batch of one."""
        return self.stages, self.feed_stage, [self.feed], [self.beta], [self.organic], [self.scrub]

    @property
    def raffinate(self):
        """What is left for the raffinate, in floats as the solver's own check adds it up."""
        return self.scrub + sum(self.feed) - self.organic


def feed_of(rng, style, elements):
    """Mole fractions (elements,) of a feed style; the log styles put traces anywhere, beside the cut too."""
    if style == "uniform":
        feed = rng.uniform(0.8, 1.2, elements)
    elif style == "dirichlet":
        feed = rng.dirichlet(np.ones(elements))
    else:
        feed = 10.0 ** rng.uniform(-DECADES[style], 0.0, elements)
    return feed / feed.sum()


def feed_stage_of(rng, place, stages):
    if place == "within":
        return int(rng.integers(2, stages))
    return 1 if place == "first" else stages


def random_cascade(seed, feeds=FEEDS, offsets=OFFSETS, places=PLACES, most_stages=300):
    """The cascade of a seed (a whole number or several); the other arguments narrow what may be drawn."""
    rng = np.random.default_rng(seed)
    while True:
        elements, stages = int(rng.integers(2, 16)), int(rng.integers(5, most_stages + 1))
        step = np.exp(rng.uniform(np.log(1.2), np.log(12.0), elements - 1))
        style, place = str(rng.choice(feeds)), str(rng.choice(places))
        feed = feed_of(rng, style, elements)
        cut, off = int(rng.integers(1, elements)), float(rng.choice(offsets))
        extracted = feed[cut:].sum()
        least = extracted + 1.0 / (step[cut - 1] - 1.0)
        ratio = np.exp(rng.uniform(np.log(1.02), np.log(4.0)))
        organic = ratio * least
        circuit = Circuit(
            stages,
            feed_stage_of(rng, place, stages),
            feed.tolist(),
            np.concatenate([[1.0], np.cumprod(step)]).tolist(),
            float(organic),
            float(organic - extracted * (1.0 + off)),
            f"seed {seed}: {style} feed, cut above element {cut - 1}, product {off:+g}, S = {ratio:.3f} S_min",
        )
        if circuit.raffinate > 0.0 and circuit.scrub < circuit.organic:
            return circuit
