"""What a fit of constants gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from ..circuit.pickled import Pickles
from ..models.base import Floats


@dataclass(frozen=True, slots=True)
class Estimate:
    """A fitted number with its standard error and confidence interval (Student, `degrees` of freedom)."""

    value: float
    standard_error: float
    low: float
    high: float
    degrees: float


@dataclass(frozen=True, slots=True)
class Factor:
    """A separation factor, `heavier` over `lighter`, with its confidence interval.

    `standard_error` is that of ln β; `together` says whether both were ever in one contact. A factor of two elements
    that never were rests on levels alone and is no substitute for a test of the mixture.
    """

    heavier: str
    lighter: str
    beta: float
    standard_error: float
    low: float
    high: float
    degrees: float
    together: bool


@dataclass(frozen=True, slots=True)
class Residuals:
    """Residuals of log10 D, calculated less measured, of a source and an element ("" for all of either)."""

    source: str
    element: str
    rows: int
    bias: float
    rms: float


@dataclass(frozen=True, slots=True)
class Outlier:
    """A measurement that the others do not expect: `case` counts rows from 0, `label` is what they are called."""

    case: int
    label: str
    source: str
    element: str
    residual: float
    studentised: float


@dataclass(frozen=True, slots=True)
class Between:
    """Scatter between sources: a standard deviation in log10 units, of `what`, from so many `sources`."""

    what: str
    deviation: float
    degrees: int
    sources: int


@dataclass(frozen=True, eq=False, repr=False)
class Fit(Pickles):
    """Constants fitted to batch tests; log10 throughout, on the basis that `basis` says.

    `log_k` holds an estimate an element, `molecules` the exponent of the free extractant where it was fitted, with
    `exponent` its value or the one assumed. `names` are the parameters of `correlation` and `covariance` (p, p).
    `factors` are those of neighbours by rising log K. `elements` are the residuals by element, `sources` by source and
    by source and element. `unused` maps an element to rows that a chain does not use. `condition` is that of the
    scaled derivatives: its digits are lost of sixteen. Mappings and matrices are read-only.
    """

    method: str
    reference: str | None
    robust: bool
    confidence: float
    log_k: Mapping[str, Estimate]
    molecules: Estimate | None
    exponent: float
    names: tuple[str, ...]
    covariance: Floats = field(repr=False)
    correlation: Floats = field(repr=False)
    factors: tuple[Factor, ...]
    elements: Mapping[str, Residuals]
    sources: tuple[Residuals, ...]
    between: tuple[Between, ...]
    outliers: tuple[Outlier, ...]
    rows: int
    measurements: int
    rms: float
    condition: float
    unused: Mapping[str, int]
    basis: str
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in ("covariance", "correlation"):
            own = np.array(getattr(self, name), dtype=np.float64)
            own.flags.writeable = False
            object.__setattr__(self, name, own)
        for name in ("log_k", "elements", "unused"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __repr__(self) -> str:
        values = ", ".join(f"{name} {one.value:.3f}±{one.standard_error:.3f}" for name, one in self.log_k.items())
        return f"<Fit {self.method}, {self.measurements} measurements: log10 K {values}>"
