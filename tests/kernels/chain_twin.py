"""NumPy twin of kernels/chain.pyx: the same stages as plain dense balances, as one elimination, and plain Newton.

A circuit is a dict of the kernel's arrays without the leading axis of cases. ``dense`` knows nothing of the
elimination: it writes the balances of every pool and of every flux down and solves them as one linear system.
"""

import numpy as np

LINE = 1e-3  # share of the extractant below which the free part is continued by a hyperbola


def distribution(circuit, u):
    """D (stages, elements), organic over aqueous concentration."""
    return np.exp(circuit["log_k"] + circuit["slope"] * np.asarray(u)[:, None])


def dense(circuit, u):
    """x (stages, elements) mol/L and the flux entering each stage from below, mol/h, by one dense solve per element."""
    c, d = circuit, distribution(circuit, u)
    stages, elements = d.shape
    x, flux = np.empty((stages, elements)), np.empty((stages, elements))
    for i in range(elements):
        matrix, right = np.zeros((2 * stages, 2 * stages)), np.zeros(2 * stages)
        for n in range(stages):
            up = c["efficiency"][n] * c["organic"][n] * d[n, i] + c["aqueous_up"][n]
            down = c["aqueous"][n] + c["organic_down"][n] * d[n, i]
            pool, entering = n, stages + n
            matrix[pool, pool] = up + down
            matrix[pool, entering] = -c["efficiency"][n]
            right[pool] = c["source"][n, i]
            if n + 1 < stages:
                above = c["aqueous"][n + 1] + c["organic_down"][n + 1] * d[n + 1, i]
                matrix[pool, n + 1] = -c["passed"][n + 1] * above
            matrix[entering, entering] += 1.0
            share = c["kept"][n] * (c["ring"][i] if n == stages - 1 else 1.0)
            target = stages + (n + 1) % stages
            matrix[target, pool] -= share * up
            matrix[target, entering] -= share * (1.0 - c["efficiency"][n])
        right[stages] = c["inlet"][i]
        solved = np.linalg.solve(matrix, right)
        x[:, i], flux[:, i] = solved[:stages], solved[stages:]
    return x, flux


def imbalance(circuit, u, x):
    """Largest error of a pool balance relative to its largest term, and of each element over the whole row."""
    c, d = circuit, distribution(circuit, u)
    stages = len(d)
    up = (c["efficiency"] * c["organic"])[:, None] * d + c["aqueous_up"][:, None]
    down = c["aqueous"][:, None] + c["organic_down"][:, None] * d
    bypass = 1.0 - c["efficiency"][:, None]
    # The ring's return is what makes the flux from the top agree with the flux into the bottom.
    open_, unit = np.empty_like(x), np.empty_like(x)
    flux, wave = c["inlet"].copy(), c["ring"].copy()
    for n in range(stages):
        open_[n], unit[n] = flux, wave
        flux = c["kept"][n] * (up[n] * x[n] + bypass[n] * flux)
        wave = c["kept"][n] * bypass[n] * wave
    top = flux / (1.0 - wave)
    entering = open_ + unit * top
    from_above = np.zeros_like(x)
    from_above[:-1] = c["passed"][1:, None] * down[1:] * x[1:]
    into = c["efficiency"][:, None] * entering + c["source"] + from_above
    # Below 1e-280 the kernel may have set what flows in to zero.
    pools = np.abs((up + down) * x - into) / np.maximum(np.maximum((up + down) * x, into), 1e-280)
    leaving = up * x + bypass * entering
    kept, passed = c["kept"][:, None].repeat(x.shape[1], axis=1), c["passed"].copy()
    passed[0] = 0.0
    kept[-1] *= c["ring"]
    out = ((1.0 - passed)[:, None] * down * x + (1.0 - kept) * leaving).sum(axis=0)
    given = c["inlet"] + c["source"].sum(axis=0)
    return pools.max(), np.abs(out / given - 1.0)


def eliminate(circuit, u):
    """x (stages, elements) by the kernel's elimination without subtractions, vectorised over elements."""
    c, d = circuit, distribution(circuit, u)
    stages, elements = d.shape
    rate = (c["efficiency"] * c["organic"])[:, None] * d + c["aqueous_up"][:, None]
    down = c["aqueous"][:, None] + c["organic_down"][:, None] * d
    passed, bypass = c["passed"].copy(), 1.0 - c["efficiency"]
    passed[0] = 0.0
    pivot, up = np.empty_like(d), np.empty_like(d)
    gone, back = np.ones(elements), np.zeros(elements)
    gap, through = np.zeros(elements), np.ones(elements)
    for n in range(stages):
        up[n] = rate[n] + bypass[n] * passed[n] * back * down[n]
        rest = down[n] * ((1.0 - passed[n]) + passed[n] * gone)
        pivot[n] = up[n] + rest
        gone, back = (rest + (1.0 - c["kept"][n]) * up[n]) / pivot[n], c["kept"][n] * up[n] / pivot[n]
        gap += through * ((1.0 - c["kept"][n]) + c["kept"][n] * c["efficiency"][n] * rest / pivot[n])
        through *= c["kept"][n] * (bypass[n] + c["efficiency"][n] * up[n] / pivot[n])
    gap = (1.0 - c["ring"]) + c["ring"] * gap

    def rising(flux):
        fluxes = [flux]
        for n in range(stages):
            share = up[n] / pivot[n]
            pool = c["efficiency"][n] * fluxes[-1] + c["source"][n]
            fluxes.append(c["kept"][n] * (bypass[n] * fluxes[-1] + share * pool))
        return fluxes

    fluxes = rising(c["inlet"])
    fluxes = rising(c["inlet"] + c["ring"] * fluxes[-1] / gap)
    x = np.empty_like(d)
    for n in range(stages - 1, -1, -1):
        x[n] = c["efficiency"][n] * fluxes[n] + c["source"][n]
        if n + 1 < stages:
            x[n] += passed[n + 1] * down[n + 1] * x[n + 1]
        x[n] /= pivot[n]
    return x


def contact(circuit, u, x):
    """Residual ln((q + h)/anions), proton and free extractant per stage."""
    c, u = circuit, np.asarray(u)
    free = np.zeros(len(u))
    if c["by_ph"]:
        h = np.exp(-u)
    else:
        line = LINE * c["extractant"]
        left = c["extractant"] - (c["sites"] * distribution(c, u) * x).sum(axis=1)
        free = np.where(left > line, left, line**2 / (2.0 * line - np.minimum(left, line)))
        h = free * np.exp(-u)
    anions = c["anion"] + c["sulfate"] * (h + 2.0 * c["dissociation"]) / (h + c["dissociation"])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log((x @ c["charge"] + h) / anions), h, free


def residual(circuit, u):
    return contact(circuit, u, eliminate(circuit, u))[0]


def jacobian(circuit, u, small=1e-6):
    """d residual / d u (stages, stages) by central differences."""
    stages = len(u)
    matrix = np.empty((stages, stages))
    for n in range(stages):
        move = np.zeros(stages)
        move[n] = small
        matrix[:, n] = (residual(circuit, u + move) - residual(circuit, u - move)) / (2.0 * small)
    return matrix


def newton(circuit, u, limit=60, goal=1e-11):
    """Newton with steps cut to 3; returns u, x, iterations, largest residual."""
    u = np.array(u, float)
    for iterations in range(limit):  # noqa: B007
        r = residual(circuit, u)
        worst = np.abs(r).max()
        if not worst > goal:
            break
        step = -np.linalg.solve(jacobian(circuit, u), r)
        u += step * min(1.0, 3.0 / np.abs(step).max())
    return u, eliminate(circuit, u), iterations, worst
