"""Pitzer's activity coefficients of cations in a chloride solution, from the parameters of their pure salts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...data.activities import pitzer
from ..errors import CascadeError
from .base import Floats, weighted

A_PHI = 0.392
"""Debye–Hückel parameter of the osmotic coefficient, (kg/mol)^0.5, water at 25 °C: Pitzer and Mayorga (1973)."""
B, ALPHA = 1.2, 2.0


@dataclass(frozen=True, eq=False)
class Salts:
    """Parameters of the chlorides of some cations and, last, of H: each (cations + 1,), molal, 25 °C."""

    charges: Floats
    beta0: Floats
    beta1: Floats
    c: Floats

    def log_ratio(self, anion: Floats, aqueous: Floats, charges: Floats) -> Floats:
        """ln(γ of M / γ of H to the power z), (..., elements), concentrations in mol/L taken as molal.

        A ratio of equal charges, so it does not depend on how single ions are scaled.
        """
        every = self.log_gamma(anion, aqueous)
        return every[..., :-1] - charges * every[..., -1:]

    def log_gamma(self, anion: Floats, aqueous: Floats) -> Floats:
        """ln γ of each cation and of H, (..., elements + 1): anion (...) and ions (..., elements), mol/kg.

        ln γ_M = z² F + m_Cl (2 B_M + Z C_M) + z Σ m m_Cl C, without mixing terms (θ, ψ, Eθ), which are not known.
        """
        acid = np.maximum(anion - weighted(aqueous, self.charges[:-1]), 0.0)
        molal = np.concatenate([np.maximum(aqueous, 0.0), acid[..., None]], axis=-1)
        chloride = np.maximum(weighted(molal, self.charges), np.finfo(float).tiny)
        strength = 0.5 * (chloride + weighted(molal, self.charges**2))
        root = np.sqrt(strength)
        x = ALPHA * root
        # The closed forms lose digits as x goes to 0, where their limits are 1 and -1/3 (times x, over x²).
        small = x < 1e-3
        y = np.where(small, 1.0, x)
        decay = np.exp(-y)
        g = np.where(small, 1.0 - 2.0 * x / 3.0, 2.0 * (1.0 - (1.0 + y) * decay) / y**2)
        slope = np.where(small, -x / 3.0, -2.0 * (1.0 - (1.0 + y + 0.5 * y**2) * decay) / y**2)
        b = self.beta0 + self.beta1 * g[..., None]
        db = self.beta1 * (slope / strength)[..., None]
        f = -A_PHI * (root / (1.0 + B * root) + 2.0 / B * np.log1p(B * root)) + chloride * weighted(molal, db)
        common = chloride * weighted(molal, self.c)
        total = weighted(molal, self.charges) + chloride
        return np.asarray(
            self.charges**2 * f[..., None]
            + chloride[..., None] * (2.0 * b + total[..., None] * self.c)
            + self.charges * common[..., None]
        )


def salts(names: tuple[str, ...]) -> Salts:
    """The parameters of some cations and of H. Raises CascadeError for a cation without published ones.

    >>> salts(("Nd",)).beta0.tolist()
    [0.5877, 0.1775]
    """
    known = pitzer()
    lacking = [name for name in names if name not in known]
    if lacking:
        raise CascadeError(
            f"no Pitzer parameters for the chloride of {', '.join(lacking)}; known are {', '.join(known)}; use "
            "activity='davies' or None, or leave it out",
            element=lacking[0],
        )
    found = [known[name] for name in (*names, "H")]
    z = np.array([one.charge for one in found])
    beta0, beta1, c_phi = np.array([[one.beta0.value, one.beta1.value, one.cphi.value] for one in found]).T
    return Salts(z, beta0, beta1, c_phi / (2.0 * np.sqrt(z)))
