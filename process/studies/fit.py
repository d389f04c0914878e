"""Constants from a laboratory's file of batch tests: read, fitted, and every refusal at its place in the file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..cascade import CascadeError
from ..cascade.fitting import Fit, fit
from ..files.diagnostics import Diagnostic, Place, Source
from ..files.isotherms import Isotherms, TestsError, read_isotherms


@dataclass(frozen=True, eq=False)
class FitStudy:
    """The tests of a file and the constants (log10, mol/L) fitted to them."""

    isotherms: Isotherms
    fit: Fit


def fit_file(
    path: str | Path,
    *,
    method: str = "predicted",
    chain: str | None = None,
    free_exponent: bool = False,
    robust: bool = False,
    pool: bool = False,
    confidence: float = 0.95,
) -> FitStudy:
    """The constants of a file of batch tests; the arguments are those of `didymium.cascade.fitting.fit`.

    Raises TestsError with all faults of the file at once, or with the one reason why its tests fix no constants.
    """
    found = read_isotherms(path)
    try:
        done = fit(
            found.tests,
            method=method,
            chain=chain,
            free_exponent=free_exponent,
            robust=robust,
            pool=pool,
            confidence=confidence,
        )
    except CascadeError as error:
        reason, _, remedy = error.reason.rpartition("; ")
        place = found.places.get(str(error.element), Place(Source(found.path)))
        raise TestsError([Diagnostic(place, reason or remedy, remedy if reason else "")]) from error
    return FitStudy(found, done)
