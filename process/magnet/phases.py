"""Phases of a sintered R-Fe-B magnet from its composition: a mass balance by stated rules, element by element.

The rules are those of `didymium.kernels.phases`: oxygen, nitrogen and carbon bind rare earth in this order, Zr, Ti and
Nb take boron in this order, and what is left of R, T and B lies in one triangle of the R-T-B section. Assumed homes:
every phase with R holds the alloy's rare earths in their mole proportion; Co, Ni, Mn, Al and Si replace Fe alike in
every phase with T; Ga before Cu goes into R6T13X, the rest of both stands beside the RE-rich phase.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from didymium.kernels import phases as kernel

from ..elements import COUNT, INDEX, MOLAR_MASS, RE, indices
from .phase_data import hard_volumes, metal_volumes, unit_volume
from .phase_words import reason_and_remedy

Array = NDArray[np.float64]

PER_CARBON = {"R2C3": 2.0 / 3.0, "RC": 1.0}
"""mol R bound by one C, by the carbide."""

T_METALS = ("Fe", "Co", "Ni", "Mn", "Al", "Si")
"""What stands on the iron sites, alike in every phase."""

_SINGLE = ("B", "C", "N", "O", "Ga", "Cu", "Zr", "Ti", "Nb")
_T = np.array(indices(T_METALS))
_SOLID = np.array(indices(("RE", *T_METALS, *_SINGLE)))
_ASIDE = np.setdiff1d(np.arange(COUNT), _SOLID)
_RARE = slice(int(RE[0]), int(RE[-1]) + 1)
_SINGLE_COLUMNS = np.array([INDEX[name] for name in _SINGLE])

_MOST = 1e290
"""Amounts above this do not add up in floating point."""

HARD, RICH, BORIDE, R2T17, R6T13X, ALPHA, T2B, OXIDE, CARBIDE, NITRIDE, ZRB2, TIB2, NBFEB = range(13)
_GA_BOUND, _CU_BOUND, _ZR_FREE, _TI_FREE, _NB_FREE, _C_IN_HARD = range(6)

# Sites of a formula unit; the carbide is counted by its rare earth.
_R_SITES = np.array([2.0, 1.0, 1.1, 2.0, 6.0, 0.0, 0.0, 2.0, 1.0, 1.0, 0.0, 0.0, 0.0])
_T_SITES = np.array([14.0, 0.0, 4.0, 17.0, 13.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0])
# What else stands in a phase, by its column; of the hard and the RE-rich phase, R6T13X and the carbide it is counted.
_FIRST = np.array([INDEX[name] for name in ("B", "Ga", "B", "B", "Ga", "B", "B", "O", "C", "N", "B", "B", "B")])
_FIRST_SITES = np.array([0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 1.0, 3.0, 0.0, 1.0, 2.0, 2.0, 1.0])
_SECOND = np.array([INDEX[name] for name in ("C", "Cu", "B", "B", "Cu", "B", "B", "O", "C", "N", "Zr", "Ti", "Nb")])
_SECOND_SITES = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0])


def _total(values: Array) -> Array:
    """Sums of the rows, whose bits do not depend on how many rows stand beside; any number of rows, also none."""
    return np.asarray(np.add.reduce(np.ascontiguousarray(values), axis=1))


def _names(carbide: str) -> tuple[str, ...]:
    return (
        *("R2T14B", "RE-rich", "R1.1T4B4", "R2T17", "R6T13(Ga,Cu)", "alpha-(Fe,Co)", "T2B", "R2O3"),
        *(carbide, "RN", "ZrB2", "TiB2", "NbFeB"),
    )


@dataclass(frozen=True, eq=False)
class PhaseBalance:
    """Amounts of the phases of compositions, one per row; rows of zeros (no solid, or a `code`) have no phases.

    `moles` (samples, phases) is mol of formula units per g of solid (of the carbide: mol of its R); `extras`
    (samples, 6) mol per g: Ga and Cu in R6T13X, Zr, Ti and Nb in place of T, C in place of B. `solid` (samples,
    elements) is kg per kg of solid, `code` 0 where all is fine, `column` the kernel's column that a code speaks of.
    """

    carbide: str
    composition: Array
    solid: Array
    moles: Array
    extras: Array
    code: NDArray[np.int64]
    column: NDArray[np.int64]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the phases, in the order of every array here."""
        return _names(self.carbide)

    @cached_property
    def aside(self) -> Array:
        """Share of the composition's mass that is no part of the solid (H, Zn, Ar, F ...), (samples,)."""
        kept = np.where(_unfit(self.composition)[:, None], 0.0, self.composition)
        total = _total(kept)
        return np.asarray(_total(kept[:, _ASIDE]) / np.where(total == 0.0, 1.0, total))

    @cached_property
    def _rare_earth(self) -> Array:
        """Mole shares of the rare earths, (samples, elements)."""
        out = np.zeros_like(self.solid)
        out[:, _RARE] = self.solid[:, _RARE] / MOLAR_MASS[_RARE]
        total = _total(out)
        return np.asarray(out / np.where(total > 0.0, total, 1.0)[:, None])

    @cached_property
    def _iron_like(self) -> Array:
        """Mole shares of what stands on the T sites, (samples, elements)."""
        out = np.zeros_like(self.solid)
        out[:, _T] = self.solid[:, _T] / MOLAR_MASS[_T]
        for name, column in (("Zr", _ZR_FREE), ("Ti", _TI_FREE), ("Nb", _NB_FREE)):
            out[:, INDEX[name]] = self.extras[:, column]
        total = _total(out)
        return np.asarray(out / np.where(total > 0.0, total, 1.0)[:, None])

    @cached_property
    def _first(self) -> Array:
        """mol per g in each phase of what stands first beside R and T sites, (samples, phases): `_FIRST` names it."""
        n, x = self.moles, self.extras
        out = np.asarray(n * _FIRST_SITES)
        out[:, HARD] = np.maximum(n[:, HARD] - x[:, _C_IN_HARD], 0.0)
        out[:, CARBIDE] = n[:, CARBIDE] / PER_CARBON[self.carbide]
        out[:, R6T13X] = x[:, _GA_BOUND]
        out[:, RICH] = np.where(self.code == 0, np.maximum(self._mol("Ga") - x[:, _GA_BOUND], 0.0), 0.0)
        return out

    @cached_property
    def _second(self) -> Array:
        """The same of what stands second, by `_SECOND`: carbon, the metals of borides, copper."""
        n, x = self.moles, self.extras
        out = np.asarray(n * _SECOND_SITES)
        out[:, HARD], out[:, R6T13X] = x[:, _C_IN_HARD], x[:, _CU_BOUND]
        out[:, RICH] = np.where(self.code == 0, np.maximum(self._mol("Cu") - x[:, _CU_BOUND], 0.0), 0.0)
        return out

    def _mol(self, name: str) -> Array:
        return np.asarray(self.solid[:, INDEX[name]] / MOLAR_MASS[INDEX[name]])

    @cached_property
    def mass(self) -> Array:
        """Mass shares of the phases in the solid, (samples, phases)."""
        mean_r = _total(self._rare_earth * MOLAR_MASS)[:, None]
        mean_t = _total(self._iron_like * MOLAR_MASS)[:, None]
        out = self.moles * (_R_SITES * mean_r + _T_SITES * mean_t)
        out += self._first * MOLAR_MASS[_FIRST]
        out += self._second * MOLAR_MASS[_SECOND]
        return np.asarray(out)

    @cached_property
    def _volumes(self) -> Array:
        """Volumes of the phases, cm3 per g of solid, (samples, phases)."""
        metals = metal_volumes()
        out = self.moles * _unit_volumes(self.carbide)
        out[:, HARD] = self.moles[:, HARD] * _total(self._rare_earth * hard_volumes())
        out[:, RICH] = self.moles[:, RICH] * _total(self._rare_earth * metals)
        out[:, RICH] += self._first[:, RICH] * metals[INDEX["Ga"]]
        out[:, RICH] += self._second[:, RICH] * metals[INDEX["Cu"]]
        return np.asarray(out)

    @cached_property
    def density(self) -> Array:
        """Density of the pore-free solid, g/cm3, (samples,); that of Nd2Fe14B where there is no solid."""
        volume = _total(self._volumes)
        return np.asarray(np.where(volume > 0.0, _total(self.mass) / np.where(volume > 0.0, volume, 1.0), 7.6))

    @cached_property
    def volume(self) -> Array:
        """Volume shares of the phases in the pore-free solid, (samples, phases)."""
        whole = _total(self._volumes)
        return np.asarray(self._volumes / np.where(whole > 0.0, whole, 1.0)[:, None])

    @property
    def hard(self) -> Array:
        """Volume share of R2T14B, (samples,)."""
        return self.volume[:, HARD]

    @property
    def rich(self) -> Array:
        """Mass share of the RE-rich phase, (samples,)."""
        return self.mass[:, RICH]

    @property
    def rich_volume(self) -> Array:
        """Volume share of the RE-rich phase, (samples,)."""
        return self.volume[:, RICH]

    @property
    def effective_re(self) -> Array:
        """Mass share of the rare earths that oxygen, nitrogen and carbon leave free, (samples,)."""
        mol = self.moles
        bound = 2.0 * mol[:, OXIDE] + mol[:, NITRIDE] + mol[:, CARBIDE]
        free = _total(self.solid[:, RE]) - bound * _total(self._rare_earth * MOLAR_MASS)
        return np.asarray(np.where(self.code == 0, np.maximum(free, 0.0), 0.0))

    @cached_property
    def amounts(self) -> Array:
        """kg of each element in each phase per kg of solid, (samples, phases, elements).

        The phases of an element sum to `solid` to 1e-12 of the solid.
        """
        out = (self.moles * _R_SITES)[:, :, None] * (self._rare_earth * MOLAR_MASS)[:, None, :]
        out += (self.moles * _T_SITES)[:, :, None] * (self._iron_like * MOLAR_MASS)[:, None, :]
        for columns, mol in ((_FIRST, self._first), (_SECOND, self._second)):
            out[:, np.arange(len(columns)), columns] += mol * MOLAR_MASS[columns]
        return np.asarray(out)

    def elements(self, phase: str) -> Array:
        """kg of each element in a phase per kg of solid, (samples, elements). Raises KeyError for an unknown phase."""
        if phase not in self.names:
            raise KeyError(phase)
        return np.asarray(self.amounts[:, self.names.index(phase)])

    def words(self, sample: int) -> tuple[str, str]:
        """Reason and remedy of a composition with a code; two empty texts where all is fine."""
        return reason_and_remedy(
            int(self.code[sample]),
            int(self.column[sample]),
            self.composition[sample],
            self.solid[sample],
            self.carbide,
            PER_CARBON[self.carbide],
        )


def phase_balance(composition: Array, carbide: str = "R2C3", *, carbon_for_boron: bool = False) -> PhaseBalance:
    """Phases of compositions (samples, elements), kg of each element on any scale, columns of `elements.ELEMENTS`.

    `carbide` "R2C3" or "RC" is what carbon binds; `carbon_for_boron` lets carbon stand in for the boron that R2T14B
    lacks. Limits: a code (`PhaseBalance.code`) where O, N or C want more rare earth than there is, boron lies beyond
    R1.1T4B4 and T2B, there is no rare earth, or a number is negative or not finite. Raises ValueError for another
    carbide or shape.

    >>> from ..elements import mass_fractions
    >>> found = phase_balance(mass_fractions("Nd2Fe14B")[None, :])
    >>> round(float(found.hard[0]), 9), round(float(found.density[0]), 2)
    (1.0, 7.6)
    """
    given = np.asarray(composition, dtype=np.float64)
    if given.ndim != 2 or given.shape[1] != COUNT:
        raise ValueError(f"composition has shape {given.shape}; give (samples, {COUNT})")
    if carbide not in PER_CARBON:
        raise ValueError(f"carbide is {carbide!r}; give one of {', '.join(PER_CARBON)}")
    bad = _unfit(given)
    inside = given[:, _SOLID]
    if bad.any():
        inside[bad] = 0.0
    weight, solid = _total(inside), np.zeros_like(given)
    solid[:, _SOLID] = inside / np.where(weight == 0.0, 1.0, weight)[:, None]
    per_mol = solid / MOLAR_MASS
    moles = np.empty((len(given), 11))
    moles[:, 0] = _total(per_mol[:, _RARE])
    moles[:, 1] = _total(per_mol[:, _T])
    moles[:, 2:] = per_mol[:, _SINGLE_COLUMNS]
    phases, extras = np.empty((len(given), 13)), np.empty((len(given), 6))
    status = np.empty((len(given), 2), dtype=np.int64)
    kernel.balance(moles, PER_CARBON[carbide], carbon_for_boron, phases, extras, status)
    status[bad, 0] = kernel.BAD_NUMBER
    return PhaseBalance(carbide, given, solid, phases, extras, status[:, 0].copy(), status[:, 1].copy())


def _unfit(composition: Array) -> NDArray[np.bool_]:
    """Which rows hold what is no amount, (samples,): negative, not finite, or too much to add up."""
    return np.asarray(~((composition >= 0.0) & (composition < _MOST)).all(axis=1))


@cache
def _unit_volumes(carbide: str) -> Array:
    """Volumes of the formula units, cm3/mol, (phases,); the hard and the RE-rich phase follow their rare earths."""
    carbide_volume = unit_volume("R2C3", "Nd2C3") / 2.0 if carbide == "R2C3" else unit_volume("RC", "NdC")
    return np.array(
        [
            *(0.0, 0.0, unit_volume("R1.1T4B4", "Nd11Fe40B40") / 10.0, unit_volume("R2T17", "Nd2Fe17")),
            *(unit_volume("R6T13X", "Nd6Fe13Ga"), unit_volume("alpha", "Fe"), unit_volume("T2B", "Fe2B")),
            *(unit_volume("R2O3", "Nd2O3"), carbide_volume, unit_volume("RN", "NdN")),
            *(unit_volume("ZrB2", "ZrB2"), unit_volume("TiB2", "TiB2"), unit_volume("NbFeB", "NbFeB")),
        ]
    )
