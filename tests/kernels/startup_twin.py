"""NumPy twin of kernels/startup.pyx: TR-BDF2 with dense matrices, and the same cascade from first principles.

A case is a dict: feed_at, feed, beta, hold (4, N), aqueous, organic, draw (N,), returned (raffinate, extract).
"""

import numpy as np

GAMMA = 2.0 - np.sqrt(2.0)
D = GAMMA / 2.0
W = np.sqrt(2.0) / 4.0


def returned(case):
    """What the end settlers give back to their own mixers, as rows over the stages."""
    stages = case["hold"].shape[1]
    down, up = np.zeros(stages), np.zeros(stages)
    down[0], up[-1] = case["returned"]
    return down, up


def inflow(case, xs, ys):
    """What flows into each mixer, from the settlers' compositions."""
    down, up = returned(case)
    into = down[:, None] * xs + up[:, None] * ys
    into[:-1] += case["aqueous"][1:, None] * xs[1:]
    into[1:] += case["organic"][:-1, None] * ys[:-1]
    into[case["feed_at"]] += case["feed"]
    return into


def rates(case, x, y, xs, ys):
    """d/dt of (mixers, aqueous settlers, organic settlers), (3, N, E)."""
    down, up = returned(case)
    through = (case["aqueous"] + case["draw"] + down)[:, None]
    loaded = (case["organic"] + up)[:, None]
    return np.stack([inflow(case, xs, ys) - through * x - loaded * y, through * (x - xs), loaded * (y - ys)])


def held(case, x, y, xs, ys):
    hold = case["hold"][:, :, None]
    return np.stack([hold[0] * x + hold[1] * y, hold[2] * xs, hold[3] * ys])


def matrices(case, g, u):
    """Per element the dense matrix (E, N, N) of the implicit balances in x, and what u moves: whole and passed up."""
    stages, elements = len(u), len(case["beta"])
    down, up = returned(case)
    hold = case["hold"]
    through, loaded = case["aqueous"] + case["draw"] + down, case["organic"] + up
    fall = g * through / (hold[2] + g * through)
    climb = g * loaded / (hold[3] + g * loaded)
    lift = np.exp(u) * case["beta"][:, None]
    n = np.arange(stages)
    matrix = np.zeros((elements, stages, stages))
    whole = (hold[1] / g + loaded - up * climb) * lift
    passed = case["organic"] * climb * lift
    matrix[:, n, n] = hold[0] / g + through - down * fall + whole
    matrix[:, n[:-1], n[1:]] = -(case["aqueous"] * fall)[1:]
    matrix[:, n[1:], n[:-1]] = -passed[:, :-1]
    return matrix, whole, passed, fall, climb


def sources(case, g, memory, fed=True):
    """Right-hand side (N, E) from what was held, settlers eliminated."""
    down, up = returned(case)
    hold = case["hold"]
    xs = memory[1] / (hold[2] + g * (case["aqueous"] + case["draw"] + down))[:, None]
    ys = memory[2] / (hold[3] + g * (case["organic"] + up))[:, None]
    right = memory[0] / g + inflow(case, xs, ys)
    if not fed:
        right[case["feed_at"]] -= case["feed"]
    return right, xs, ys


def implicit(case, g, memory, u):
    """The state at which memory + g rates = held: u, x, y, xs, ys."""
    right, xs, ys = sources(case, g, memory)
    for _ in range(30):
        matrix, whole, passed, fall, climb = matrices(case, g, u)
        x = np.linalg.solve(matrix, right.T[:, :, None])[:, :, 0]
        total = x.sum(axis=0)
        if np.abs(total - 1.0).max() < 1e-13:
            break
        moved = np.zeros_like(matrix)
        n = np.arange(len(u))
        moved[:, n, n] = -whole * x
        moved[:, n[1:], n[:-1]] = (passed * x)[:, :-1]
        slope = np.linalg.solve(matrix, moved).sum(axis=0)
        u = u - np.linalg.solve(slope, total * np.log(total))
    x = x.T
    y = x * case["beta"] * np.exp(u)[:, None]
    return u, x, y, xs + fall[:, None] * x, ys + climb[:, None] * y


def damped(case, g, state, change):
    """(I − g J)⁻¹ change, as changes of x, xs and ys."""
    u, x = state[:2]
    right, xs, ys = sources(case, g, change, fed=False)
    matrix, whole, passed, fall, climb = matrices(case, g, u)
    stages, elements = x.shape
    big = np.zeros((elements * stages + stages, elements * stages + stages))
    n = np.arange(stages)
    for i in range(elements):
        at = slice(i * stages, (i + 1) * stages)
        big[at, at] = matrix[i]
        tail = np.zeros((stages, stages))
        tail[n, n] = whole[i] * x[:, i]
        tail[n[1:], n[:-1]] = -(passed[i] * x[:, i])[:-1]
        big[at, elements * stages :] = tail
        big[elements * stages :, at] = np.eye(stages)
    out = np.linalg.solve(big, np.concatenate([right.T.ravel(), np.zeros(stages)]))
    dx = out[: elements * stages].reshape(elements, stages).T
    du = out[elements * stages :]
    dy = case["beta"] * np.exp(u)[:, None] * (dx + x * du[:, None])
    return dx, xs + fall[:, None] * dx, ys + climb[:, None] * dy


def step(case, state, h):
    """One step of TR-BDF2 from state (u, x, y, xs, ys); returns the state, what left each outlet, the error."""
    u, *parts = state
    begin = held(case, *parts)
    rate1 = rates(case, *parts)
    middle = implicit(case, D * h, begin + D * h * rate1, u)
    rate2 = rates(case, *middle[1:])
    end = implicit(case, D * h, begin + W * h * (rate1 + rate2), middle[0])
    rate3 = rates(case, *end[1:])
    change = h * ((4.0 * W - 1.0) * rate1 - rate2 + 2.0 * D * rate3) / 3.0
    left = [
        h
        * (
            W * (case["aqueous"][0] * state[3][0] + case["aqueous"][0] * middle[3][0])
            + D * case["aqueous"][0] * end[3][0]
        ),
        h
        * (
            W * (case["organic"][-1] * state[4][-1] + case["organic"][-1] * middle[4][-1])
            + D * case["organic"][-1] * end[4][-1]
        ),
    ]
    return end, np.array(left), damped(case, D * h, end, change)


def start(x, beta):
    """Organic in equilibrium with x, settlers like their mixers."""
    u = -np.log(x @ beta)
    y = x * beta * np.exp(u)[:, None]
    return u, x, y, x, y


def equilibrium(mixer, aqueous, organic, beta):
    """x and y (N, E) from what mixers hold, by bisection on the one unknown of each; nothing of the kernel's ways."""
    low, high = np.full(len(mixer), -300.0), np.full(len(mixer), 300.0)
    for _ in range(200):
        middle = (low + high) / 2.0
        x = mixer / (aqueous[:, None] + organic[:, None] * np.exp(middle)[:, None] * beta)
        more = x.sum(axis=1) > x.sum(axis=1) * 0.0 + mixer.sum(axis=1) / (aqueous + organic)
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return x, x * np.exp(middle)[:, None] * beta


def slopes(case, amounts):
    """d amounts / dt for ``solve_ivp``: amounts (3 N E,) of mixers and settlers, as a bookkeeper would write them."""
    hold, stages, elements = case["hold"], case["hold"].shape[1], len(case["beta"])
    mixer, settled, loaded = amounts.reshape(3, stages, elements)
    x, y = equilibrium(mixer, hold[0], hold[1], case["beta"])
    xs, ys = settled / hold[2][:, None], loaded / hold[3][:, None]
    out = np.zeros((3, stages, elements))
    for n in range(stages):
        back_down = case["returned"][0] if n == 0 else 0.0
        back_up = case["returned"][1] if n == stages - 1 else 0.0
        to_settler = (case["aqueous"][n] + case["draw"][n] + back_down) * x[n]
        to_organic = (case["organic"][n] + back_up) * y[n]
        out[0, n] += back_down * xs[n] + back_up * ys[n] - to_settler - to_organic
        out[1, n] += to_settler - (case["aqueous"][n] + case["draw"][n] + back_down) * xs[n]
        out[2, n] += to_organic - (case["organic"][n] + back_up) * ys[n]
        if n > 0:
            out[0, n - 1] += case["aqueous"][n] * xs[n]
        if n < stages - 1:
            out[0, n + 1] += case["organic"][n] * ys[n]
    out[0, case["feed_at"]] += case["feed"]
    return out.ravel()
