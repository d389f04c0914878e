"""Literature correlations: log10 D from pH and the dose of free extractant, with sulphate."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ...data.fits import TERMS, CorrelationSet, correlations
from ...wording import suggestion
from ..errors import CascadeError
from .base import (
    SOAPS,
    Amounts,
    Contact,
    Flag,
    Floats,
    amounts,
    cases_of,
    named,
    outside,
    positive,
    rebuild,
    single,
    weighted,
)
from .bracket import crossing
from .sulfate import acid_of, assumption

LN10 = math.log(10.0)
LEAST = -60.0
"""ln of the least free share of an extractant that is looked for."""


@dataclass(frozen=True, eq=False, repr=False)
class Correlation:
    """log10 D = (m0 + m1 d) pH + B0 + B1 log10 d, with the dose d of free extractant in vol%, or a constant D.

    `fitted` is a set of correlations or its name. `dose` is the free extractant of the organic as it is fed, in vol%;
    metal that the feed already holds is bound to extractant on top. `elements` are all of the set where None is
    given. Each ion takes `charges` molecules and releases as many H+. Limits: the conditions of the fit, which flags
    name; a constant D knows neither pH nor loading. Raises CascadeError. Source: docs/theory_equilibrium.md.

    >>> model = Correlation("D2EHPA sulphate", dose=5.0)
    >>> one = model.contact({"Dy": 3e-7, "La": 7e-6}, acid=0.114, sulfate=0.104)
    >>> [round(float(one.distribution[0, model.elements.index(name)]), 3) for name in ("La", "Dy")]
    [0.073, 3.468]
    """

    fitted: CorrelationSet
    dose: float
    elements: tuple[str, ...]
    charges: Floats = field(repr=False)
    terms: Floats = field(repr=False)

    def __init__(self, fitted: CorrelationSet | str, dose: float, elements: Iterable[str] | None = None) -> None:
        known = _known(fitted)
        everything = (*known.elements, *known.constant)
        names = named(everything if elements is None else elements, everything, known.name, "correlation")
        terms = np.zeros((4, len(names)))
        for at, name in enumerate(names):
            if name in known.elements:
                one = known.elements[name]
                terms[:, at] = one.m0.value, one.m1.value, one.b0.value, one.b1.value
            else:
                terms[2, at] = math.log10(known.constant[name].value)
        for name, thing in (
            ("fitted", known),
            ("dose", single(dose, "dose", "vol%")),
            ("elements", names),
            ("charges", np.array([known.molecules[name] for name in names], dtype=np.float64)),
            ("terms", terms),
        ):
            object.__setattr__(self, name, thing)

    def __repr__(self) -> str:
        return f"<Correlation {self.fitted.name}, {self.dose:g} vol%, {len(self.elements)} elements>"

    def __reduce__(self) -> tuple[object, ...]:
        return rebuild, (Correlation, {"fitted": self.fitted, "dose": self.dose, "elements": self.elements})

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the correlations rest on without a measurement: Ka, constant D, and coefficients that are assumed."""
        known = self.fitted
        out = [assumption(known.log_ka.value)]
        flat = [f"{name} {known.constant[name].value:g}" for name in self.elements if name in known.constant]
        if flat:
            out.append(f"D is held at any pH and loading: {', '.join(flat)}")
        for name in self.elements:
            if name in known.elements:
                one = known.elements[name]
                terms = [term for term in TERMS if getattr(one, term).assumed]
                if terms:
                    out.append(f"{', '.join(terms)} of {name} are assumed")
        return tuple(out)

    @property
    def active_total(self) -> float:
        """Free extractant of the organic feed, mol/L of monomer."""
        return self.dose * self.fitted.density.value / (100.0 * self.fitted.molar_mass.value)

    @property
    def ka(self) -> float:
        """Dissociation constant of HSO4−, mol/L."""
        return float(10.0**self.fitted.log_ka.value)

    def dose_of(self, free: ArrayLike) -> Floats:
        """Dose in vol%, (...), of a free extractant in mol/L."""
        return np.asarray(np.asarray(free) * (self.dose / self.active_total))

    def exponents(self, free: ArrayLike | None = None) -> Floats:
        """m0 + m1 d, (..., elements), at a free extractant in mol/L (...): the slope of log10 D over pH."""
        dose = self.dose_of(self.active_total if free is None else free)
        return np.asarray(self.terms[0] + self.terms[1] * dose[..., None])

    def log_constants(
        self, anion: ArrayLike = 0.0, aqueous: ArrayLike | None = None, free: ArrayLike | None = None
    ) -> Floats:
        """ln D at pH 0, (..., elements), at a free extractant in mol/L (...); the aqueous plays no part."""
        dose = self.dose_of(self.active_total if free is None else free)
        return np.asarray(LN10 * self.terms[2] + self.terms[3] * np.log(dose)[..., None])

    def distribution(self, ph: ArrayLike, free: ArrayLike) -> Floats:
        """D, (..., elements), at a pH and a free extractant in mol/L.

        >>> model = Correlation("D2EHPA sulphate", dose=5.0, elements=("Dy",))
        >>> round(float(model.distribution(1.469, model.active_total)[0]), 3)
        3.484
        """
        e, p = np.broadcast_arrays(np.asarray(free, dtype=np.float64), np.asarray(ph, dtype=np.float64))
        return np.asarray(np.exp(self.log_constants(free=e) + LN10 * p[..., None] * self.exponents(e)))

    def loading(self, organic: ArrayLike, extractant: ArrayLike) -> Floats:
        """Share of the extractant (mol/L in all, (...)) that ions other than soap cations take, (...)."""
        counted = np.array([name not in SOAPS for name in self.elements])
        return np.asarray(weighted(np.asarray(organic), self.charges * counted) / np.asarray(extractant))

    def flags(self, ph: Floats) -> tuple[Flag, ...]:
        """Where the dose that is fed or the pH, (cases,), leave the conditions behind the correlations."""
        ranges, found = self.fitted.ranges, list[Flag]()
        beyond = f"{self.fitted.name} was not published there and is extrapolated"
        for quantity, values, what in (
            ("dose", np.full(len(ph), self.dose), "dose in vol%"),
            ("ph", ph, "pH"),
        ):
            if quantity in ranges:
                found.extend(outside(quantity, values, ranges[quantity], "range", what, beyond))
        return tuple(found)

    def contact(
        self,
        feed_aqueous: Amounts,
        feed_organic: Amounts | None = None,
        *,
        acid: ArrayLike = 0.0,
        ratio: ArrayLike = 1.0,
        sulfate: ArrayLike = 0.0,
    ) -> Contact:
        """One equilibrium stage, any number of cases: feeds in mol/L, `ratio` O/A by volume.

        `acid` is the feed's H+ free and in HSO4−, `sulfate` its HSO4− and SO4 2−, mol/L. Each element closes to
        rounding. Raises CascadeError where metal binds more extractant than there is, or no acid is left.
        """
        x0 = amounts(feed_aqueous, self.elements, "aqueous feed")
        y0 = amounts(feed_organic, self.elements, "organic feed")
        h0 = positive(acid, "acid", "mol/L", zero=True)
        s0 = positive(sulfate, "sulfate", "mol/L", zero=True)
        volume = positive(ratio, "phase ratio O/A", "L/L")
        count = cases_of(aqueous_feed=x0, organic_feed=y0, acid=h0, sulfate=s0, ratio=volume)
        x0, y0 = (np.broadcast_to(array, (count, array.shape[1])) for array in (x0, y0))
        h0, s0, volume = (np.broadcast_to(array, count) for array in (h0, s0, volume))
        z, share = self.charges, volume[:, None]
        total, extractant = x0 + share * y0, self.active_total + weighted(y0, z)
        charge = h0 + weighted(x0, z)
        none = np.flatnonzero(charge <= 0.0)
        if len(none):
            raise CascadeError(
                "the aqueous feed holds neither acid nor metal, so its pH is undefined; give some acid",
                case=int(none[0]),
            )

        def free_at(ph: Floats) -> Floats:
            def surplus(ln_e: Floats) -> Floats:
                d = self._bounded(ph, np.exp(ln_e))
                return extractant - np.exp(ln_e) - weighted(d / (1.0 + share * d) * total, z)

            # A pH at which the metal would bind more than there is takes the low end; no solution stands there.
            low, high = np.log(extractant) + LEAST, np.log(extractant) + 1e-9
            over = surplus(low) <= 0.0
            return np.asarray(np.exp(crossing(lambda ln_e: np.where(over, low - ln_e, surplus(ln_e)), low, high, "e")))

        def surplus(ph: Floats) -> Floats:
            d = self._bounded(ph, free_at(ph))
            return acid_of(10.0**-ph, s0, self.ka) + weighted(total / (1.0 + share * d), z) - charge

        lowest = -np.log10(charge) - 1e-9
        ph = crossing(surplus, lowest, lowest + 60.0, "the charge balance")
        free = free_at(ph)
        spent = np.flatnonzero(free <= extractant * math.exp(LEAST + 1e-6))
        if len(spent):
            raise CascadeError(
                f"the metal fed binds more than the {extractant[spent[0]]:.4g} mol/L of extractant; send more organic "
                "or a higher dose",
                case=int(spent[0]),
            )
        d = self._bounded(ph, free)
        x = total / (1.0 + share * d)
        return Contact(
            self.elements, x, d * x, d, ph, free, self.loading(d * x, extractant), self.flags(ph), self.assumptions
        )

    def _bounded(self, ph: Floats, free: Floats) -> Floats:
        ln_d = self.log_constants(free=free) + LN10 * ph[:, None] * self.exponents(free)
        return np.asarray(np.exp(np.clip(ln_d, -690.0, 690.0)))


def _known(given: object) -> CorrelationSet:
    if isinstance(given, CorrelationSet):
        return given
    known = correlations()
    if not isinstance(given, str) or given not in known:
        guess = suggestion(str(given), known) or ";"
        raise CascadeError(f"no correlations named {given!r}{guess} known are {', '.join(known)}")
    return known[given]
