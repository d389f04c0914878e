"""Seeded random circuits of P507 with every feature of the public face, near an equivalents balance."""

import numpy as np

from didymium.cascade import Aqueous, Circuit, Organic, Section
from didymium.data.equilibria import chemistry

SERIES = ["La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Y", "Er", "Tm", "Yb", "Lu"]
LOG_K = {name: one.log_k.value for name, one in chemistry("P507").constants.items()}


def random_circuit(seed):
    """A circuit of 2 to 7 neighbours; the cut is exactly balanced, 0.1 or 2 % off, or 20 % short."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 8))
    first = int(rng.integers(0, 15 - count))
    names = SERIES[first : first + count]
    total = rng.uniform(0.3, 1.2)
    metals = dict(zip(names, (total * rng.dirichlet(np.full(count, 2.0))).tolist(), strict=True))
    cut = int(rng.integers(1, count))
    extracted = sum(metals[name] for name in names[cut:])
    beta = 10.0 ** (LOG_K[names[cut]] - LOG_K[names[cut - 1]])
    exchange = rng.uniform(1.05, 3.0) * (extracted + total / (beta - 1.0))
    share, formal = rng.uniform(0.2, 0.42), rng.uniform(0.8, 1.6)
    flow = 3.0 * exchange / (share * formal)
    scrubbed = exchange - extracted * (1.0 + rng.choice([0.0, 1e-3, -1e-3, 0.02, -0.02, -0.2]))
    extraction, scrub, strip = int(rng.integers(5, 50)), int(rng.integers(2, 50)), int(rng.integers(4, 14))
    wash = int(rng.integers(0, 3))
    scrub_acid, strip_acid = rng.uniform(2.0, 5.0), rng.uniform(3.0, 6.0)
    real, closed = rng.random() < 0.6, bool(rng.random() < 0.6)

    def faults():
        if not real:
            return {}
        down, up, efficiency = rng.uniform(0.0, 0.003), rng.uniform(0.0, 0.01), rng.uniform(0.75, 1.0)
        return {"organic_in_aqueous": down, "aqueous_in_organic": up, "efficiency": efficiency}

    reflux = rng.uniform(0.0, 0.3) if rng.random() < 0.3 else 0.0
    strip_flow = 3.0 * exchange * rng.uniform(1.2, 4.0) / strip_acid
    sections = [
        Section("extraction", extraction, **faults()),
        Section("scrub", scrub, liquor=Aqueous(flow=3.0 * scrubbed / scrub_acid, acid=scrub_acid), **faults()),
        Section("strip", strip, liquor=Aqueous(flow=strip_flow, acid=strip_acid), onward=reflux, **faults()),
    ]
    if wash:
        onward = float(rng.random() < 0.5)
        sections.append(Section("wash", wash, liquor=Aqueous(flow=0.1 * flow), onward=onward, **faults()))
    draws = {}
    if rng.random() < 0.3:
        draws[int(rng.integers(2, extraction + scrub))] = rng.uniform(0.02, 0.2)
    organic = Organic(
        extractant="P507",
        concentration=formal,
        saponification=share,
        flow=flow,
        base=str(rng.choice(["Na", "NH4", "Mg", "Ca"])),
        crud=rng.uniform(0.0, 0.002) if closed else 0.0,
        base_strength=rng.uniform(3.0, 10.0) if rng.random() < 0.5 else None,
    )
    feed = Aqueous(flow=1.0, metals=metals, acid=10.0 ** rng.uniform(-3.0, -1.0))
    return Circuit(
        organic=organic, sections=sections, feeds={extraction: feed}, draws=draws, closed=closed, beyond="flag"
    )
