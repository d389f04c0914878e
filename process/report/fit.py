"""What `didymium fit` prints: constants with intervals, separation factors, residuals, and lines to use them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.text import Text

from .figures import NONE, listed, plain, signed
from .tables import row, sentences, table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from ..cascade.fitting import Estimate, Factor, Fit
    from ..studies.fit import FitStudy

METHODS = {
    "predicted": "predicted: each contact is solved from its feed, and log10 D fitted",
    "direct": "direct: log10 D at the free extractant and acid of the measured phases",
}


def decimal(value: float, digits: int = 3) -> str:
    """A number with so many decimals, or a dash.

    >>> decimal(-2.13999), decimal(float("nan"))
    ('-2.140', '–')
    """
    return f"{value:.{digits}f}" if math.isfinite(value) else NONE


def ratio(value: float) -> str:
    """A separation factor to three digits, or a dash beyond what a number can hold.

    >>> ratio(1.5796), ratio(349.4), ratio(1e9)
    ('1.58', '349', '1e+09')
    """
    return f"{value:.3g}" if math.isfinite(value) else NONE


def degrees(value: float) -> str:
    """Degrees of freedom.

    >>> degrees(19.0), degrees(float("inf"))
    ('19', '–')
    """
    return f"{value:.3g}" if math.isfinite(value) else NONE


def constants(found: Fit) -> Table:
    """log10 K of each element with its interval and residuals."""
    heads = ["log10 K", "±", f"{_percent(found)} from", "to", "d.f.", "rows", "bias", "rms"]
    made = table(
        "Constants",
        ["element"],
        heads,
        "± is one standard error; bias (calculated less measured) and rms are of log10 D",
    )
    for name, one in found.log_k.items():
        off = found.elements[name]
        row(made, name, *_estimate(one), str(off.rows), signed(_finite(off.bias), 3), decimal(off.rms))
    if found.molecules is not None:
        row(made, "molecules n", *_estimate(found.molecules), str(found.measurements), "", "")
    return made


def _percent(found: Fit) -> str:
    return f"{100.0 * found.confidence:g} %"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _estimate(one: Estimate) -> tuple[str, ...]:
    return decimal(one.value), decimal(one.standard_error), decimal(one.low), decimal(one.high), degrees(one.degrees)


def factors(found: Fit) -> Table:
    """Separation factors of neighbours with their intervals."""
    heads = ["β", f"{_percent(found)} from", "to", "± of ln β", "d.f."]
    made = table("Separation factors", ["pair", "measured together"], heads)
    for one in found.factors:
        row(made, _pair(one), "yes" if one.together else "no", ratio(one.beta), ratio(one.low), ratio(one.high),
            decimal(one.standard_error), degrees(one.degrees))  # fmt: skip
    return made


def _pair(one: Factor) -> str:
    return f"{one.heavier}/{one.lighter}"


def by_source(found: Fit) -> Table:
    """Residuals of log10 D by source, and by element within each."""
    made = table(
        "Residuals by source", ["source", "element"], ["rows", "bias", "rms"], "log10 D, calculated less measured"
    )
    for one in found.sources:
        row(
            made,
            "" if one.element else one.source,
            one.element or "all",
            str(one.rows),
            signed(_finite(one.bias), 3),
            decimal(one.rms),
        )
    return made


def outliers(found: Fit) -> Table:
    """Measurements that the others do not expect."""
    made = table(
        "Rows that do not fit the others",
        ["row", "source", "element"],
        ["residual", "studentised"],
        "by chance one such row in twenty sets of tests; they are in the fit: give a reason under exclude, or --robust",
    )
    for one in found.outliers:
        row(made, one.label, one.source, one.element or NONE, signed(one.residual, 3), signed(one.studentised, 1))
    return made


def correlations(found: Fit) -> Table:
    """The correlation matrix of the constants."""
    made = table("Correlation of the constants", [""], list(found.names))
    for name, line in zip(found.names, found.correlation, strict=True):
        row(made, name, *(signed(float(value), 2) for value in line))
    return made


def lines(study: FitStudy) -> list[tuple[str, str, str]]:
    """What is said in words: (topic, what of, sentence)."""
    found, about = study.fit, study.isotherms.head
    out = [("method", "", METHODS[found.method])]
    if found.reference:
        level = f"one level, {found.reference}, from its own tests, and separation factors from mixtures"
        out.append(("chain", "", level))
    out.append(("basis", "", found.basis))
    for one in found.between:
        spread = f"sd {decimal(one.deviation)} in log10 units ({one.sources} sources, {one.degrees} degrees of freedom)"
        out.append(("between sources", one.what, spread))
    out.append(("condition", "", f"{found.condition:.3g}: how far the constants can be told apart, 1 is best"))
    if found.molecules is not None:
        low, high, usual = found.molecules.low, found.molecules.high, study.isotherms.tests.molecules
        inside = "holds" if low <= usual <= high else "does not hold"
        out.append(("stoichiometry", "", f"the interval of n {inside} {usual:g}, which the mechanism says"))
    out += [("note", "", note) for note in found.notes]
    out += [("excluded", label, reason) for label, reason in study.isotherms.excluded]
    if about.notes:
        out.append(("notes of the file", "", about.notes))
    return out


def use(study: FitStudy) -> str:
    """Python that uses the constants, or why there is none.

    A new extractant has no bounds in the data, and an exponent of one's own no circuits.
    """
    found, known = study.fit, study.isotherms.head.known
    if known is None or found.molecules is not None:
        return ""
    values = ", ".join(f'"{name}": {decimal(one.value)}' for name, one in found.log_k.items())
    names = ", ".join(f'"{name}"' for name in found.log_k)
    comma = "," if len(found.log_k) == 1 else ""
    formal = float(study.isotherms.tests.formal.max())
    return f'MassAction("{known}", {formal:g}, ({names}{comma}), log_k={{{values}}})'


def page(study: FitStudy) -> list[RenderableType]:
    """The tables of a fit in the order that a reader wants them."""
    found, read = study.fit, study.isotherms
    sources = listed(list(dict.fromkeys(read.tests.sources)))
    title = read.head.name or read.path
    head = f"{title}: {read.head.extractant}, {found.measurements} distributions in {found.rows} rows of {sources}"
    out: list[RenderableType] = [Text(plain(head), style="bold"), constants(found)]
    if found.factors:
        out.append(factors(found))
    out.append(by_source(found))
    if found.outliers:
        out.append(outliers(found))
    if len(found.names) > 1:
        out.append(correlations(found))
    out.append(sentences(lines(study)))
    if made := use(study):
        out.append(Text(f"To use them:\n  from didymium.cascade import MassAction\n  {made}"))
    return out
