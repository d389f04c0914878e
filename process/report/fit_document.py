"""A fit as a plain document for other programs; docs/json.md says what each key means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .figures import number

if TYPE_CHECKING:
    from ..cascade.fitting import Estimate, Residuals
    from ..studies.fit import FitStudy


def body(study: FitStudy) -> dict[str, Any]:
    """What a fit found: log10 K in mol/L on the basis that it says."""
    found, read = study.fit, study.isotherms
    return {
        "name": read.head.name,
        "extractant": read.head.known or read.head.extractant,
        "known_extractant": read.head.known is not None,
        "active_unit": "dimer" if read.tests.units_per_formal == 0.5 else "monomer",
        "medium": read.head.medium or None,
        "method": found.method,
        "chain": found.reference,
        "robust": found.robust,
        "confidence": number(found.confidence),
        "basis": found.basis,
        "exponent": number(found.exponent),
        "rows": found.rows,
        "measurements": found.measurements,
        "rms_log10_D": number(found.rms),
        "condition": number(found.condition),
        "log10_K": {name: {**_estimate(one), **_residuals(found.elements[name])} for name, one in found.log_k.items()},
        "molecules": None if found.molecules is None else _estimate(found.molecules),
        "parameters": list(found.names),
        "correlation": [[number(value) for value in line] for line in found.correlation],
        "covariance": [[number(value) for value in line] for line in found.covariance],
        "separation_factors": [
            {
                "heavier": one.heavier,
                "lighter": one.lighter,
                "beta": number(one.beta),
                "standard_error_ln_beta": number(one.standard_error),
                "low": number(one.low),
                "high": number(one.high),
                "degrees_of_freedom": number(one.degrees),
                "measured_together": one.together,
            }
            for one in found.factors
        ],
        "sources": [{"source": one.source, "element": one.element or None, **_residuals(one)} for one in found.sources],
        "between_sources": [
            {
                "what": one.what,
                "sd_log10": number(one.deviation),
                "sources": one.sources,
                "degrees_of_freedom": one.degrees,
            }
            for one in found.between
        ],
        "outliers": [
            {
                "where": one.label,
                "source": one.source,
                "element": one.element or None,
                "residual_log10_D": number(one.residual),
                "studentised": number(one.studentised),
            }
            for one in found.outliers
        ],
        "excluded": [{"where": label, "reason": reason} for label, reason in read.excluded],
        "not_in_chain": dict(found.unused),
        "notes": list(found.notes),
    }


def _estimate(one: Estimate) -> dict[str, Any]:
    return {
        "value": number(one.value),
        "standard_error": number(one.standard_error),
        "low": number(one.low),
        "high": number(one.high),
        "degrees_of_freedom": number(one.degrees),
    }


def _residuals(one: Residuals) -> dict[str, Any]:
    return {"rows": one.rows, "bias_log10_D": number(one.bias), "rms_log10_D": number(one.rms)}
