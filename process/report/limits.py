"""Limits of targets and grades in words, and values beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..plan import Limit, Target

MEASURES = {"remanence": (1.0, "T"), "coercivity": (1.0, "kA/m"), "energy product": (1.0, "kJ/m³")}
"""Scale and unit of the limits that are no shares."""


def name(limit: Limit) -> str:
    """What a limit of a grade speaks of.

    >>> from didymium.plan import Limit
    >>> [name(Limit(*one)) for one in (("purity", ("Pr", "Nd")), ("oxides", ("REO",)), ("impurity", ("Fe",)))]
    ['purity of Pr, Nd', 'REO', 'Fe as Fe2O3']
    """
    if limit.kind in MEASURES:
        return limit.kind
    if limit.kind == "purity":
        return f"purity of {', '.join(limit.elements)}"
    return " + ".join(quoted(element) if limit.kind == "impurity" else element for element in limit.elements)


def quoted(element: str) -> str:
    """An impurity as an analysis quotes it.

    >>> quoted("S"), quoted("Cl"), quoted("Th"), quoted("NdPr")
    ('S as SO4', 'Cl', 'Th as ThO2', 'NdPr')
    """
    from ..stream import QUOTED

    return f"{element} as {QUOTED[element]}" if element in QUOTED else element


def against(
    value: float, bounds: Target | Limit, word: str = "limit", scale: float | None = None, unit: str = ""
) -> str:
    """A value beside its bounds, both times `scale` (of their kind, else per cent), with digits to tell them apart.

    >>> from didymium.plan import Limit
    >>> against(0.00051, Limit("impurity", ("Fe",), at_most=0.0005))
    '0.051 %, limit at most 0.05 %'
    >>> against(1.3912, Limit("remanence", (), at_least=1.42))
    '1.39 T, limit at least 1.42 T'
    """
    if scale is None:
        scale, unit = MEASURES.get(bounds.kind, (100.0, "%"))
    found = [
        (what, bound * scale)
        for what, bound in (("at least", bounds.at_least), ("at most", bounds.at_most))
        if bound is not None
    ]
    asked = " and ".join(f"{what} {bound:.10g} {unit}" for what, bound in found)
    return f"{digits(value * scale, [bound for _, bound in found])} {unit}, {word} {asked}"


def digits(value: float, bounds: list[float]) -> str:
    """A value with as many digits as tell it from the bounds, two after the point at least."""
    for count in range(2, 13):
        text = f"{value:.{count}f}"
        if all(float(text) != float(f"{bound:.{count}f}") for bound in bounds):
            return text
    return repr(value)


def share(value: float) -> str:
    """A small share: per cent, or ppm below 0.1 %.

    >>> share(0.0123), share(0.00051), share(3.2e-6), share(0.0)
    ('1.23 %', '510 ppm', '3.2 ppm', '0 ppm')
    """
    return f"{100.0 * value:.3g} %" if value >= 1e-3 else f"{1e6 * value:.3g} ppm"
