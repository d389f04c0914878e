"""Seeded random mass-action circuits on a saponified extractant: what the chain kernel must always solve.

The family "p507" draws its constants around P507's; the others take those of the data, "sulfate" with a feed of
sulfate or of sulfate and chloride on P507. Acids are chlorides. A draw is
thrown away only where its specification is beyond physical bounds (``impossible``): the organic full, no anion left in
the raffinate for the soap's cation, or a strip so weak that the returned organic fills up.
"""

import numpy as np

from didymium.data.equilibria import chemistry

EXTRACTANTS = {"naphthenic": "naphthenic acid", "p204": "P204", "cyanex": "Cyanex 272", "sulfate": "P507"}
SOAPS = ("Na", "NH4", "Mg", "Ca")
OFFSETS = (0.0, 1e-3, -1e-3, 0.02, -0.02, -0.2)


def circulate(stages, organic, feeds, entrained_up, entrained_down, passed):
    """Organic and aqueous flows (stages,) L/h, entrainment as a share of the carrying phase."""
    matrix, right = np.zeros((2 * stages, 2 * stages)), np.zeros(2 * stages)
    for n in range(stages):
        o, a = n, stages + n
        matrix[o, o], matrix[o, a] = 1.0, entrained_down
        matrix[a, a], matrix[a, o] = 1.0, entrained_up
        right[a] = feeds[n]
        if n:
            matrix[o, o - 1], matrix[a, o - 1] = -1.0, -entrained_up
        else:
            right[o] = organic
        if n + 1 < stages:
            matrix[o, a + 1], matrix[a, a + 1] = -passed[n + 1] * entrained_down, -passed[n + 1]
    flows = np.linalg.solve(matrix, right)
    return flows[:stages], flows[stages:]


def levels(stages, organic, aqueous, up, down, passed, efficiency, fed):
    """Concentration (stages,) mol/L of an anion that stays in the aqueous, fed (stages,) mol/h."""
    matrix, right = np.zeros((2 * stages, 2 * stages)), np.zeros(2 * stages)
    for n in range(stages):
        matrix[n, n] = aqueous[n] + up[n]
        matrix[n, stages + n] = -efficiency[n]
        right[n] = fed[n]
        if n + 1 < stages:
            matrix[n, n + 1] = -passed[n + 1] * aqueous[n + 1]
        matrix[stages + n, stages + n] = 1.0
        if n:
            matrix[stages + n, n - 1] = -up[n - 1]
            matrix[stages + n, stages + n - 1] = -(1.0 - efficiency[n - 1])
    return np.linalg.solve(matrix, right)[:stages]


def constants(rng, elements, family):
    """log10 K of the elements, rising, by the family's extractant, and its active units per formal monomer."""
    if family == "p507":
        while True:
            log10_k = np.cumsum(np.log10(rng.uniform(1.2, 12.0, elements)))
            log10_k += -2.1 - log10_k[rng.integers(0, elements)]
            if log10_k[0] >= -4.0 and log10_k[-1] <= 3.0:
                return log10_k, 0.5
    known = chemistry(EXTRACTANTS[family])
    series = [one.log_k.value for name, one in known.constants.items() if name not in SOAPS]
    return np.sort(rng.choice(series, elements, replace=False)), known.units_per_formal


def soap_cation(rng, family):
    """log10 K and charge of the cation that the extractant is saponified with."""
    if family == "p507":
        return -5.0 + rng.uniform(-1.0, 1.0), 1.0
    cation = chemistry(EXTRACTANTS[family]).constants[str(rng.choice(SOAPS))]
    return cation.log_k.value, cation.charge


def draw(rng, family="p507"):
    """One circuit as the kernel's arrays without the axis of cases, and what ``impossible`` needs to know."""
    elements = int(rng.integers(2, 9))
    extraction, scrub = int(rng.integers(5, 61)), int(rng.integers(0, 61))
    strip = int(rng.integers(0, 16))
    wash = int(rng.integers(0, 5)) if strip else 0
    stages = extraction + scrub + strip + wash
    log10_k, units = constants(rng, elements, family)
    content = rng.uniform(0.3, 1.5)
    share = rng.dirichlet(np.full(elements, 2.0)) if rng.random() < 0.6 else 10.0 ** rng.uniform(-4.0, 0.0, elements)
    feed = content * share / share.sum()
    acid = 10.0 ** rng.uniform(-3.0, -1.0)
    cut = int(rng.integers(1, elements))
    extracted = feed[cut:].sum()
    off = float(rng.choice(OFFSETS))
    product = extracted * (1.0 + off)
    beta = 10.0 ** (log10_k[cut] - log10_k[cut - 1])
    exchange = product
    if scrub:
        exchange = rng.uniform(1.05, 3.0) * (extracted + content / (beta - 1.0))
    active = 2.0 * units * rng.uniform(0.3, 0.9)
    soap = active / units * rng.uniform(0.2, 0.5)
    organic = 3.0 * exchange / soap
    feeds, chloride, passed = np.zeros(stages), np.zeros(stages), np.ones(stages)
    feeds[extraction - 1] += 1.0
    sulfate = np.zeros(stages)
    if family == "sulfate":
        sulfate[extraction - 1] = (1.5 * content + 0.5 * acid) * (1.0 if rng.random() < 0.5 else rng.random())
    chloride[extraction - 1] += 3.0 * content + acid - 2.0 * sulfate[extraction - 1]
    passed[0] = 0.0
    reflux = 0.0
    if strip:
        strength = rng.uniform(3.0, 6.0)
        flow = 3.0 * product * rng.uniform(1.5, 6.0) / strength
        top = extraction + scrub + strip - 1
        feeds[top] += flow
        chloride[top] += strength * flow
        passed[extraction + scrub] = 0.0
        if scrub and rng.random() < 0.3:
            # Part of the strip liquor replaces scrub acid, equivalent for equivalent.
            reflux = min(rng.uniform(0.05, 0.9), 0.95 * 3.0 * (exchange - product) / (strength * flow))
            passed[extraction + scrub] = reflux
    if scrub:
        equivalents = 3.0 * (exchange - product)
        if reflux:
            equivalents -= reflux * strength * flow
        strength_scrub = rng.uniform(1.0, 5.0)
        feeds[extraction + scrub - 1] += equivalents / strength_scrub
        chloride[extraction + scrub - 1] += equivalents
    if wash:
        flow = organic * rng.uniform(0.02, 0.2)
        feeds[-1] += flow
        chloride[-1] += flow * 10.0 ** rng.uniform(-2.0, -1.0)
        passed[extraction + scrub + strip] = 0.0
    drawn = 0
    if rng.random() < 0.25:
        drawn = int(rng.integers(1, extraction + scrub))
        passed[drawn] = 1.0 - rng.uniform(0.02, 0.2)
    up_share, down_share = (rng.uniform(0.0, 0.02, 2) if rng.random() < 0.5 else np.zeros(2)).tolist()
    efficiency = np.full(stages, rng.uniform(0.7, 1.0) if rng.random() < 0.5 else 1.0)
    o, a = circulate(stages, organic, feeds, up_share, down_share, passed)
    closed = bool(strip and rng.random() < 0.5)
    kept = np.ones(stages)
    kept[-1] = 1.0 if closed else 0.0
    ring = np.full(elements + 1, rng.uniform(0.9, 1.0) if closed else 0.0)
    ring[-1] = 0.0
    source = np.zeros((stages, elements + 1))
    source[extraction - 1, :elements] = feed
    soap_k, soap_charge = soap_cation(rng, family)
    inlet = np.zeros(elements + 1)
    inlet[-1] = soap * organic / soap_charge
    carried = (stages, o, a, up_share * o, down_share * a, passed, efficiency)
    circuit = {
        "organic": o,
        "aqueous": a,
        "organic_down": down_share * a,
        "aqueous_up": up_share * o,
        "passed": passed,
        "kept": kept,
        "efficiency": efficiency,
        "source": source,
        "inlet": inlet,
        "ring": ring,
        "log_k": np.tile(np.log(10.0) * np.append(log10_k, soap_k), (stages, 1)),
        "slope": np.tile(np.append(np.full(elements, 3.0), soap_charge), (stages, 1)),
        "charge": np.append(np.full(elements, 3.0), soap_charge),
        "sites": np.append(np.full(elements, 3.0), soap_charge),
        "anion": levels(*carried, chloride),
        "sulfate": np.maximum(levels(*carried, sulfate), 0.0) if sulfate.any() else sulfate,
        "dissociation": 10.0**-1.99,
        "extractant": np.full(stages, active),
        "by_ph": False,
    }
    return circuit, (extraction, scrub, strip, wash, soap, active, closed, off, product)


def impossible(circuit, facts):
    """Which physical bound the specification breaks, or an empty text."""
    extraction, scrub, strip, _wash, soap, active, closed, _off, product = facts
    if np.any(circuit["organic"] <= 0.0) or np.any(circuit["aqueous"] <= 0.0):
        return "no flow left"
    raffinate = circuit["aqueous"][0] * (circuit["anion"][0] + 2.0 * circuit["sulfate"][0])
    if circuit["inlet"] @ circuit["charge"] > 0.98 * raffinate:
        return "no anion left for the soap's cation"
    if soap > 0.97 * active:
        return "organic full"
    if product >= circuit["source"].sum():
        return "more extracted than fed"
    if strip:
        # The strip acid must at least balance the charge that comes to it, entrained too; what stays on the organic
        # (Kremser, by the heaviest element at the acid left over) joins the soap at stage 1 if the loop is closed.
        bottom, top = extraction + scrub, extraction + scrub + strip - 1
        acid = circuit["aqueous"][top] * circuit["anion"][top]
        load = 3.0 * product + circuit["passed"][bottom] * circuit["aqueous"][bottom] * circuit["anion"][bottom]
        load += circuit["aqueous_up"][bottom - 1] * circuit["anion"][bottom - 1]
        if load > 0.95 * acid:
            return "strip acid below the load"
        if closed:
            left = (acid - load) / circuit["aqueous"][top]
            held = np.exp(circuit["log_k"][0, :-1].max()) * (active / left) ** 3
            ratio = circuit["aqueous"][top] / (circuit["organic"][top] * held)
            steps = strip * circuit["efficiency"][0] + 1.0
            residual = min(0.99, (ratio - 1.0) / (ratio**steps - 1.0) if abs(ratio - 1.0) > 1e-9 else 1.0 / steps)
            if soap + residual / (1.0 - residual) * load / circuit["organic"][top] > 0.97 * active:
                return "organic full of what the strip leaves"
    return ""


def random_chain(seed, family="p507"):
    """The first possible circuit of a family by a seed (a whole number or several), and its facts."""
    rng = np.random.default_rng(seed)
    while True:
        circuit, facts = draw(rng, family)
        if not impossible(circuit, facts):
            return circuit, facts
