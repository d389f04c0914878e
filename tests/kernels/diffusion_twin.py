"""Twin of kernels/diffusion.pyx in plain NumPy: dense matrices, their exponential, and the transform solved by hand.

A case is a dict: half, radius, share, partition, most, film, coating, and per segment fast, slow, times.
"""

import numpy as np
from scipy.linalg import expm
from scipy.optimize import brentq

G = 1.0 - np.sqrt(0.5)
W = np.sqrt(2.0) / 4.0


def matrix(case, faces, radii, fast, slow, short_of):
    """A and s of d/dt (film, boundary, grain by shells and depth) = A state + s, written flow by flow."""
    depth, shells = len(faces) - 1, len(radii) - 1
    width, volume = case["half"] * np.diff(faces), np.diff(radii**3)
    middle, centre = case["half"] * (faces[1:] + faces[:-1]) / 2.0, case["radius"] * (radii[1:] + radii[:-1]) / 2.0
    share = case["share"]
    size = 1 + depth + depth * shells
    a, s = np.zeros((size, size)), np.zeros(size)

    def cell(i):
        return 1 + i

    def shell(i, j):
        return 1 + depth + j * depth + i

    def flow(rate, giver, held_by_giver, taker, held_by_taker, per_giver=1.0):
        """rate (per_giver x giver - x taker) leaves the one and enters the other."""
        for at, held, sign in ((giver, held_by_giver, -1.0), (taker, held_by_taker, 1.0)):
            a[at, giver] += sign * rate * per_giver / held
            a[at, taker] -= sign * rate / held

    first = share * fast / middle[0]
    if short_of:
        flow(first, 0, 1.0, cell(0), share * width[0], 1.0 / case["film"])
    else:
        a[cell(0), cell(0)] -= first / (share * width[0])
        s[cell(0)] += first * case["most"] / (share * width[0])
        a[0, cell(0)] += first
        s[0] -= first * case["most"]
    for i in range(depth):
        if i > 0:
            flow(
                share * fast / (middle[i] - middle[i - 1]),
                *(cell(i - 1), share * width[i - 1]),
                *(cell(i), share * width[i]),
            )
        rest = (1.0 - share) * width[i]
        area = 3.0 * radii**2 / case["radius"]
        flow(
            rest * area[-1] * slow / (case["radius"] - centre[-1]),
            *(cell(i), share * width[i]),
            *(shell(i, shells - 1), rest * volume[-1]),
            case["partition"],
        )
        for j in range(1, shells):
            flow(
                rest * area[j] * slow / (centre[j] - centre[j - 1]),
                *(shell(i, j), rest * volume[j]),
                *(shell(i, j - 1), rest * volume[j - 1]),
            )
    return a, s


def step(a, s, state, h):
    """One step of TR-BDF2."""
    one = np.eye(len(state)) - G * h * a
    before = a @ state + s
    middle = np.linalg.solve(one, state + G * h * before + G * h * s)
    return np.linalg.solve(one, state + W * h * (before + a @ middle + s) + G * h * s)


def exactly(a, s, state, h):
    """The same without error in time."""
    whole = np.zeros((len(state) + 1, len(state) + 1))
    whole[:-1, :-1], whole[:-1, -1] = a, s
    return (expm(whole * h) @ np.append(state, 1.0))[:-1]


def run(case, faces, radii, clocks, advance=step):
    """The end of a schedule: film, boundary, grain (shells, depth), and when the film ran short (inf if it did not)."""
    depth, shells = len(faces) - 1, len(radii) - 1
    state = np.zeros(1 + depth + depth * shells)
    state[0] = case["coating"]
    goal = case["most"] * case["film"]
    short_of = state[0] <= goal
    spent, now = 0.0 if short_of else np.inf, 0.0
    for fast, slow, time, clock in zip(case["fast"], case["slow"], case["times"], clocks, strict=True):
        for begin, end in zip(clock[:-1] * time, clock[1:] * time, strict=True):
            h = end - begin
            if h <= 0.0:
                continue
            a, s = matrix(case, faces, radii, fast, slow, short_of)
            after = advance(a, s, state, h)
            if not short_of and after[0] < goal:

                def left(at, a=a, s=s, state=state):
                    return advance(a, s, state, at)[0] - goal

                at = brentq(left, 0.0, h, xtol=1e-14 * h, rtol=1e-15)
                state = advance(a, s, state, at)
                spent, short_of = now + begin + at, True
                a, s = matrix(case, faces, radii, fast, slow, short_of)
                after = advance(a, s, state, h - at)
            state = after
        now += time
    return state[0], state[1 : 1 + depth], state[1 + depth :].reshape(shells, depth), spent


def transformed(case, depth, time, terms=32):
    """Boundary concentration over `most` at depths of a slab under an endless source, one segment, no grid at all.

    The Laplace transform is cosh(k (L - x)) / (p cosh(k L)) with k² = (p + uptake) / D of the boundary and uptake
    3 K (1 - e) / e D_g / a² (q coth q - 1), q = a sqrt(p / D_g); inverted on Talbot's contour.
    """
    fast, slow = case["fast"][0], case["slow"][0]
    angle = (2.0 * np.arange(terms) + 1.0) * np.pi / terms - np.pi
    spread = terms / time
    p = spread * (-0.4814 + 0.6122 * angle / np.tan(0.6407 * angle) + 0.2645j * angle)
    slope = spread * (0.6122 / np.tan(0.6407 * angle) - 0.6122 * 0.6407 * angle / np.sin(0.6407 * angle) ** 2 + 0.2645j)
    q = case["radius"] * np.sqrt(p / slow)
    into = 3.0 * slow / case["radius"] ** 2 * (q / np.tanh(q) - 1.0)
    k = np.sqrt((p + case["partition"] * (1.0 - case["share"]) / case["share"] * into) / fast)
    out = []
    for x in depth:
        # cosh(k (L - x)) / cosh(k L) without overflow.
        ratio = np.exp(-k * x) * (1.0 + np.exp(-2.0 * k * (case["half"] - x))) / (1.0 + np.exp(-2.0 * k * case["half"]))
        out.append(float((np.exp(p * time) * ratio / p * slope).sum().imag / terms))
    return np.array(out)
