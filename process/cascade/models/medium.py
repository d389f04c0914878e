"""What the aqueous medium does to a constant: activity coefficients and chloride complexes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...data.activities import chloride_log_beta, chloride_strengths, media
from ...data.activities import pitzer as pitzer_data
from ...elements import RARE_EARTHS
from ...wording import suggestion
from ..errors import CascadeError
from . import pitzer
from .base import Flag, Floats, outside, weighted

DAVIES_A = 0.509
"""Debye–Hückel slope of water at 25 °C, log10, (mol/L)^-0.5; the Davies equation with 0.3 I (Davies 1962)."""
DAVIES_LIMIT = 0.5
"""Ionic strength, mol/L, up to which the Davies equation is used; beyond it is held and flagged."""
DAVIES_REFUSED = 1.0
"""Ionic strength, mol/L, above which the Davies equation is refused: its term 0.3 I has taken over."""


ANIONS = {"HCl": "chloride", "HNO3": "nitrate", "H2SO4": "sulfate"}
"""Anion of the acid that constants were measured in, by the word of `chemistries.csv`."""


@dataclass(frozen=True, eq=False)
class Medium:
    """The factor on K from the aqueous composition, 1 at the reference: traces in `reference_acid` mol/L of HCl."""

    names: tuple[str, ...]
    charges: Floats
    measured: str
    activity: str | None
    complexes: bool
    reference_acid: float
    salts: pitzer.Salts | None

    @staticmethod
    def of(
        names: tuple[str, ...],
        charges: Floats,
        medium: str,
        activity: str | None,
        complexes: bool,
        reference_acid: float,
    ) -> Medium:
        """Checked at once. Raises CascadeError for an unknown model, or one without data for a medium or an ion."""
        if activity not in (None, "davies", "pitzer"):
            raise CascadeError(f"activity is {activity!r}; choose None, 'davies' or 'pitzer'")
        if (activity == "pitzer" or complexes) and medium != "HCl":
            what = "Pitzer's coefficients are" if activity == "pitzer" else "chloride complexes are"
            raise CascadeError(f"{what} for chloride but the medium is {medium}; leave them out")
        if activity == "pitzer" and complexes:
            raise CascadeError(
                "Pitzer's coefficients were fitted to fully dissociated chlorides and already hold the complexes; "
                "use activity='pitzer' or complexes=True, not both"
            )
        if activity == "davies" and reference_acid > DAVIES_LIMIT:
            raise CascadeError(
                f"the reference acid is {reference_acid:g} mol/L, above {DAVIES_LIMIT:g} where the Davies equation "
                "ends; lower it or use activity='pitzer'"
            )
        salts = pitzer.salts(names) if activity == "pitzer" else None
        return Medium(names, charges, ANIONS.get(medium, medium), activity, complexes, reference_acid, salts)

    @property
    def acts(self) -> bool:
        """Whether anything changes with the composition."""
        return self.activity is not None or self.complexes

    def of_streams(self, anions: Iterable[str]) -> tuple[Flag, ...]:
        """A flag for each anion of the streams ("chloride", "nitrate", "sulfate") that the constants do not know.

        Raises CascadeError for another word, and where activities or complexes of chloride meet another anion.
        """
        found = []
        told = [anions] if isinstance(anions, str) else list(anions)
        for at, anion in enumerate(told):
            if anion in told[:at]:
                continue
            if anion not in tuple(ANIONS.values()):
                guess = suggestion(str(anion), ANIONS.values())
                raise CascadeError(f"the anion is {anion!r}{guess or ';'} choose from {', '.join(ANIONS.values())}")
            if self.acts and anion != "chloride":
                what = f"activity={self.activity!r}" if self.activity else "complexes=True"
                raise CascadeError(
                    f"{what} is for chloride but a stream holds {anion}; use activity=None and complexes=False"
                )
            if anion != self.measured:
                sentence = f"the constants were measured in {self.measured} but a stream holds {anion}; "
                sentence += "its complexes are not in them, so D is extrapolated"
                found.append(Flag(0, "medium", 1.0, 0.0, 0.0, "range", sentence))
        return tuple(found)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the medium's model rests on without a measurement, with ranges."""
        if not self.acts:
            return ()
        reference = media()["reference_acid"]
        out = [
            f"constants are read at {self.reference_acid:g} mol/L of HCl ({reference.low:g} to {reference.high:g})",
        ]
        if self.activity == "pitzer":
            for name in (*self.names, "H"):
                one = pitzer_data()[name]
                if one.beta0.assumed:
                    out.append(
                        f"Pitzer's parameters of the chloride of {name} are from memory: beta0 {one.beta0.value:g} "
                        f"({one.beta0.low:g} to {one.beta0.high:g})"
                    )
            most = media()["pitzer_strength"]
            out.append("Pitzer's mixing terms are taken as 0; none are known here")
            out.append(f"Pitzer's coefficients serve to {most.value:g} mol/L ({most.low:g} to {most.high:g})")
        return tuple(out)

    def shift(self, anion: ArrayLike, aqueous: ArrayLike | None) -> Floats:
        """What to add to ln K, (..., elements), at an anion (mol/L, (...)) and ions (mol/L, (..., elements))."""
        chloride = np.asarray(anion, dtype=np.float64)
        ions = np.zeros((*chloride.shape, len(self.names)))
        if aqueous is not None:
            ions = np.asarray(aqueous, dtype=np.float64)
            chloride = np.broadcast_to(chloride, ions.shape[:-1])
        reference = self._factor(np.array(self.reference_acid), np.zeros(len(self.names)))
        return self._factor(chloride, ions) - reference

    def strength(self, anion: Floats, aqueous: Floats) -> Floats:
        """Ionic strength, mol/L, (...), of the fully dissociated solution."""
        acid = np.maximum(anion - weighted(aqueous, self.charges), 0.0)
        return 0.5 * (anion + acid + weighted(aqueous, self.charges**2))

    def _factor(self, anion: Floats, aqueous: Floats) -> Floats:
        strength = self.strength(anion, aqueous)
        out = np.zeros((*strength.shape, len(self.names)))
        if self.activity == "davies":
            root = np.sqrt(np.minimum(strength, DAVIES_LIMIT))
            f = DAVIES_A * math.log(10.0) * (root / (1.0 + root) - 0.3 * root**2)
            out = out - f[..., None] * (self.charges**2 - self.charges)
        elif self.salts is not None:
            out = out + self.salts.log_ratio(anion, aqueous, self.charges)
        if self.complexes:
            out = out + self._free_ion(anion, aqueous, strength)
        return out

    def _free_ion(self, anion: Floats, aqueous: Floats, strength: Floats) -> Floats:
        """ln of the share of each ion that carries no chloride, (..., elements)."""
        beta = 10.0 ** chloride_log_beta(strength)
        binds = np.array([name in RARE_EARTHS and name != "Sc" for name in self.names])
        ions = np.maximum(aqueous, 0.0)[..., binds].sum(axis=-1)
        # One constant for all rare earths makes the free chloride a quadratic; this form of its root never cancels.
        half = 0.5 * (1.0 + beta * (ions - anion))
        root_of = np.hypot(half, np.sqrt(beta * anion))
        free = np.where(half > 0.0, anion / (half + root_of), (root_of - half) / beta)
        return np.asarray(-np.log1p(beta * free)[..., None] * binds)

    def flags(self, anion: Floats, aqueous: Floats) -> tuple[Flag, ...]:
        """Ionic strengths, (cases,), beyond the equations. Raises CascadeError where Davies is refused."""
        strength = self.strength(anion, aqueous)
        what = "ionic strength in mol/L"
        if self.activity == "davies":
            over = np.flatnonzero(strength > DAVIES_REFUSED)
            if len(over):
                case = int(over[0])
                raise CascadeError(
                    f"the ionic strength is {strength[case]:.4g} mol/L, above {DAVIES_REFUSED:g} where the Davies "
                    "equation fails; use activity='pitzer' or None",
                    case=case,
                )
            return outside("ionic strength", strength, (0.0, DAVIES_LIMIT), "range", what,
                           f"the Davies coefficients are held at {DAVIES_LIMIT:g}")  # fmt: skip
        if self.salts is not None:
            return outside("ionic strength", strength, (0.0, media()["pitzer_strength"].value), "range", what,
                           "Pitzer's coefficients of the single salts are extrapolated")  # fmt: skip
        if self.complexes:
            return outside("ionic strength", strength, (0.0, chloride_strengths()[1]), "range", what,
                           "the chloride constants are held there")  # fmt: skip
        return ()
