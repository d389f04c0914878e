"""Twin of kernels/sintering.pyx: the same rates as a system of differential equations, solved by SciPy.

A case is a dict of the kernel's rows: time, temperature (knots,), laws (7, 2), solid (12,), hydrogen (2,), metal and
escape (elements,), vapour (elements, 4).
"""

import numpy as np
from scipy.integrate import solve_ivp


def rates(case, kelvin):
    """Work, growth, matrix, hydride, lubricant, cracking, zinc per s at a temperature."""
    out = np.exp(case["laws"][:, 0] - case["laws"][:, 1] / kelvin)
    out[0] /= kelvin
    out[1] *= 1.0 + np.exp((kelvin - case["solid"][6]) / case["solid"][7])
    return out


def density(case, work):
    green, ceiling, half, width = case["solid"][:4]
    power = max(work / half, 1e-300) ** (1.0 / width)
    return green + (ceiling - green) * power / (1.0 + power)


def open_pores(case, relative):
    return 1.0 / (1.0 + np.exp((relative - case["solid"][9]) / case["solid"][10]))


def flows(case, kelvin):
    """Vapour pressures over the root of the temperature."""
    a, b, c, d = case["vapour"].T
    return 10.0 ** (a + b / kelvin + c * np.log10(kelvin) + d * kelvin / 1000.0) / np.sqrt(kelvin)


def slopes(case, kelvin, state):
    """d/dt of work, growth, matrix, hydride, lubricant, cracked, zinc, oxygen and the metals."""
    k = rates(case, kelvin)
    open_ = open_pores(case, density(case, state[0]))
    out = np.zeros_like(state)
    out[0], out[1] = k[0], k[1]

    def through(rate):
        # The time of release and that of the way out add up.
        return 1.0 / (1.0 / rate + case["solid"][8] / open_)

    out[2] = -through(k[2]) * state[2]
    out[3] = -through(k[3]) * state[3]
    out[4] = -(through(k[4]) + k[5]) * state[4]
    out[5] = k[5] * state[4]
    out[6] = -through(k[6]) * state[6]
    out[7] = case["solid"][11] * open_
    out[8:] = -case["escape"] * flows(case, kelvin) * state[8:]
    return out


def solve(case, rtol=1e-11):
    """End (9,) as the kernel orders it, and the metals left, segment by segment."""
    state = np.concatenate([[0.0, 0.0], case["hydrogen"], [1.0, 0.0, 1.0, 0.0], case["metal"]])
    scale = np.concatenate([[case["solid"][2], 1.0, 1e-3, 1e-3, 1.0, 1.0, 1.0, 1e-5], np.full(len(case["metal"]), 0.1)])
    for begin, end, low, high in zip(
        case["time"], case["time"][1:], case["temperature"], case["temperature"][1:], strict=False
    ):
        if end > begin:
            done = solve_ivp(
                lambda t, y, b=begin, e=end, lo=low, hi=high: slopes(case, lo + (hi - lo) * (t - b) / (e - b), y),
                (begin, end),
                state,
                "LSODA",
                rtol=rtol,
                atol=1e-13 * scale,
                max_step=(end - begin) / 20.0,
            )
            assert done.success
            state = done.y[:, -1]
    work, growth, matrix, hydride, lubricant, cracked, zinc, oxygen = state[:8]
    first, power = case["solid"][4:6]
    grain = (first**power + growth) ** (1.0 / power)
    return np.array([density(case, work), grain, matrix, hydride, lubricant, cracked, zinc, oxygen, work]), state[8:]
