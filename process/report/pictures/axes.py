"""Ranges and ticks of axes: stages, decades, purities on a logit scale, time."""

from __future__ import annotations

import math

from .picture import Axis, PictureError

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
FAINTEST = 1e-12
"""Nearest to 0 and 1 that a logit axis goes: beyond, one less a purity loses its digits."""


def power(exponent: int) -> str:
    """A power of ten as text.

    >>> power(-3), power(0), power(1)
    ('10⁻³', '1', '10')
    """
    return "1" if exponent == 0 else "10" if exponent == 1 else "10" + str(exponent).translate(_RAISED)


def share(fraction: float) -> str:
    """A fraction in per cent with the digits that it has, near 100 % too.

    >>> share(0.5), share(1e-5), share(1 - 1e-5), share(0.999)
    ('50 %', '0.001 %', '99.999 %', '99.9 %')
    """
    digits = max(0, -math.floor(math.log10(min(fraction, 1.0 - fraction)) + 1e-9) - 2) if 0.0 < fraction < 1.0 else 0
    return f"{100.0 * fraction:.{digits}f} %"


def purity(fraction: float) -> str:
    """A purity in per cent, with two digits more than its nines.

    >>> purity(0.99991406), purity(0.5), purity(0.999999987), purity(1.0)
    ('99.9914 %', '50.00 %', '99.9999987 %', '100 %')
    """
    if fraction >= 1.0:
        return "100 %"
    nines = max(0, math.floor(-math.log10(1.0 - fraction) + 1e-9))
    return f"{100.0 * fraction:.{min(max(nines, 2), 12)}f} %"


def _step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5, 10, 20 … that cuts a span into `most` parts or fewer."""
    rough = span / most
    ten = 10.0 ** math.floor(math.log10(rough))
    return next(factor * ten for factor in (1.0, 2.0, 5.0, 10.0) if factor * ten >= rough * (1.0 - 1e-9))


def stages_axis(stages: int, room: float = 0.0) -> Axis:
    """Stages from 1, with room for labels at both ends as a share of the length.

    >>> [text for _, text in stages_axis(46).ticks]
    ['1', '10', '20', '30', '40', '46']
    """
    step = max(1, round(_step(stages, 8)))
    inner = [at for at in range(step, stages, step) if at > 1 and stages - at > 0.5 * step and at - 1 > 0.3 * step]
    ticks = [1, *inner, *([stages] if stages > 1 else [])]
    pad = max(0.5, room * stages) if stages > 1 else 0.6
    return Axis(label="stage", low=1.0 - pad, high=stages + pad, ticks=tuple((float(at), str(at)) for at in ticks))


def decades(label: str, least: float, most: float, head: float = 0.0) -> Axis:
    """A log axis over whole decades below, up to `head` decades above `most`.

    >>> axis = decades("mole fraction", 3e-5, 1.0)
    >>> axis.low, axis.high, [text for _, text in axis.ticks]
    (1e-05, 1.0, ['10⁻⁵', '10⁻⁴', '10⁻³', '10⁻²', '10⁻¹', '1'])
    """
    low, high = math.floor(math.log10(least) + 1e-9), math.ceil(math.log10(most) - 1e-9)
    if high <= low:
        low = high - 1
    step = max(1, math.ceil((high - low) / 10))
    # From the top down: 1 always has its tick.
    found = tuple((float(f"1e{at}"), power(at)) for at in range(high, low - 1, -step))[::-1]
    return Axis(label=label, low=float(f"1e{low}"), high=10.0 ** (high + head), scale="log", ticks=found)


def logit(label: str, least: float, most: float) -> Axis:
    """A logit axis from the decade below `least` to the nines above `most`.

    >>> [text for _, text in logit("x", 2e-3, 0.9991).ticks]
    ['0.1 %', '1 %', '10 %', '50 %', '90 %', '99 %', '99.9 %', '99.99 %']
    """
    below = _nines(least)
    above = _nines(1.0 - most)
    step = max(1, math.ceil((below + above) / 10))
    light = [10.0**-k for k in range(1, below + 1) if (k - 1) % step == 0]
    heavy = [1.0 - 10.0**-k for k in range(1, above + 1) if (k - 1) % step == 0]
    at = sorted([*light, 0.5, *heavy])
    ends = 10.0**-below, 1.0 - 10.0**-above
    return Axis(
        label=label, low=ends[0], high=ends[1], scale="logit", ticks=tuple((value, share(value)) for value in at)
    )


def _nines(rest: float) -> int:
    return max(1, math.ceil(-math.log10(max(rest, FAINTEST)) - 1e-9))


def unit_axis(label: str) -> Axis:
    """A linear axis of a fraction, 0 to 1."""
    return Axis(label=label, low=0.0, high=1.0, ticks=tuple((k / 5, f"{k / 5:g}") for k in range(6)))


def from_zero(label: str, most: float, parts: int = 8) -> Axis:
    """A linear axis from 0 to `most`.

    >>> [text for _, text in from_zero("time, days", 23.0).ticks]
    ['0', '5', '10', '15', '20']
    """
    if not (math.isfinite(most) and most > 0.0):
        raise PictureError(f"{label} goes from 0 to {most:g}; give a range above zero")
    step = _step(most, parts)
    ticks = tuple((k * step, f"{k * step:,.10g}") for k in range(int(most / step * (1.0 + 1e-12)) + 1))
    return Axis(label=label, low=0.0, high=most, ticks=ticks)


def span(label: str, least: float, most: float, parts: int = 8) -> Axis:
    """A linear axis from `least` to `most`, which holds 0, with ticks at round numbers.

    >>> [text for _, text in span("USD per kg", -3.0, 12.0, 5).ticks]
    ['0', '5', '10']
    """
    low, high = min(least, 0.0), max(most, 0.0)
    if not (math.isfinite(low) and math.isfinite(high) and high > low):
        raise PictureError(f"{label} goes from {least:g} to {most:g}; give a range")
    step = _step(high - low, parts)
    at = [k * step for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
    return Axis(label=label, low=low, high=high, ticks=tuple((one, f"{one:,.10g}") for one in at))


def around(label: str, least: float, most: float, parts: int = 8, beyond: float = 0.08) -> Axis:
    """A linear axis that reaches a little below `least` and `beyond` of the range above `most`; ticks at round numbers.

    >>> axis = around("USD per kg", 62.0, 92.0, 4)
    >>> axis.low, axis.high, [text for _, text in axis.ticks]
    (59.6, 94.4, ['60', '70', '80', '90'])
    """
    if not (math.isfinite(least) and math.isfinite(most) and most > least):
        raise PictureError(f"{label} goes from {least:g} to {most:g}; give a range")
    low, high = least - 0.08 * (most - least), most + beyond * (most - least)
    step = _step(high - low, parts)
    at = [k * step for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
    return Axis(label=label, low=low, high=high, ticks=tuple((one, f"{one:,.10g}") for one in at))


def powers(label: str, low: float, high: float) -> Axis:
    """A log axis from `low` to `high` as they are, with a tick at each power of ten between.

    >>> [text for _, text in powers("days", 0.26, 1090.0).ticks]
    ['1', '10', '100', '1,000']
    """
    if not (math.isfinite(high) and 0.0 < low < high):
        raise PictureError(f"{label} goes from {low:g} to {high:g}; give a range above zero")
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = max(1, math.ceil((last - first + 1) / 10))
    at = [float(f"1e{k}") for k in range(first, last + 1, step)]
    return Axis(label=label, low=low, high=high, scale="log", ticks=tuple((one, f"{one:,.10g}") for one in at))
