"""Mass action: cation exchange of an acidic extractant, with its charge and extractant balances."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from ...data.activities import media
from ...data.equilibria import Chemistry, chemistry
from ..errors import CascadeError
from .base import (
    SOAPS,
    Amounts,
    Contact,
    Flag,
    Floats,
    named,
    numeric,
    outside,
    position,
    positive,
    rebuild,
    single,
    weighted,
)
from .mass_action_contact import contact
from .medium import Medium

STANDARD = 298.15
MOST_FORMAL = 50.0
"""mol/L that no extractant reaches: water, the smallest molecule, has 55."""


@dataclass(frozen=True, eq=False, repr=False)
class MassAction:
    """Mass action of one extractant, D = K e^n h^-z, concentrations in mol/L.

    `chemistry` is a name or the data of an extractant, `formal` its concentration as formal monomer (mol/L);
    `elements` are the ions to follow, all that the data know where None is given; `temperature` in K. `activity` is
    None, "davies" or "pitzer", `complexes` counts chloride complexes; both are measured from `reference_acid` mol/L of
    HCl with traces of metal (0.5 where None is given), the condition at which the constants are read (an assumption:
    they were fitted over a range). `log_k` replaces log10 K of some elements, as when a plant fits its own. Limits:
    one medium, volumes that do not change, no hydrolysis. Raises CascadeError. Source: docs/theory_equilibrium.md.

    >>> model = MassAction("P507", 1.0, ("Nd",), log_k={"Nd": -2.14})
    >>> one = model.contact({"Nd": 0.1}, acid=0.05)
    >>> round(float(one.distribution[0, 0]), 4), round(float(one.ph[0]), 4)
    (0.3147, 0.9143)
    """

    chemistry: Chemistry
    formal: float
    elements: tuple[str, ...]
    temperature: float
    activity: str | None
    complexes: bool
    reference_acid: float
    log_k: Mapping[str, float]
    charges: Floats = field(repr=False)
    molecules: Floats = field(repr=False)
    ln_k: Floats = field(repr=False)
    medium: Medium = field(repr=False)

    def __init__(
        self,
        chemistry: Chemistry | str,
        formal: float,
        elements: Iterable[str] | None = None,
        *,
        temperature: float = STANDARD,
        activity: str | None = None,
        complexes: bool = False,
        reference_acid: float | None = None,
        log_k: Mapping[str, float] | None = None,
    ) -> None:
        known = _known(chemistry)
        names = named(known.constants if elements is None else elements, known.constants, known.name)
        own = _own(log_k, names)
        strength = single(formal, "extractant", "mol/L")
        if strength > MOST_FORMAL:
            raise CascadeError(f"extractant is {strength:g} mol/L; no liquid holds more than {MOST_FORMAL:g}")
        kelvin = single(temperature, "temperature", "K")
        if not isinstance(complexes, bool):
            raise CascadeError(f"complexes is {complexes!r}; give True or False")
        reference = media()["reference_acid"].value if reference_acid is None else reference_acid
        constants = [known.constants[name] for name in names]
        charges = np.array([constant.charge for constant in constants], dtype=np.float64)
        warmer = 1.0 / kelvin - 1.0 / STANDARD
        log10 = [
            own.get(name, constant.log_k.value)
            + (known.temperature[name].value * warmer if name in known.temperature else 0.0)
            for name, constant in zip(names, constants, strict=True)
        ]
        given = {
            "chemistry": known,
            "formal": strength,
            "elements": names,
            "temperature": kelvin,
            "activity": activity,
            "complexes": complexes,
            "reference_acid": single(reference, "reference acid", "mol/L"),
            "log_k": MappingProxyType(own),
            "charges": charges,
            "molecules": np.array([constant.molecules for constant in constants], dtype=np.float64),
            "ln_k": math.log(10.0) * np.array(log10),
        }
        for name, thing in given.items():
            object.__setattr__(self, name, thing)
        object.__setattr__(
            self,
            "medium",
            Medium.of(names, charges, known.medium, activity, self.complexes, self.reference_acid),
        )

    def __repr__(self) -> str:
        return (
            f"<MassAction {self.chemistry.name} {self.formal:g} mol/L, {len(self.elements)} ions, "
            f"{self.temperature:g} K>"
        )

    def __reduce__(self) -> tuple[object, ...]:
        names = ("formal", "elements", "temperature", "activity", "complexes", "reference_acid")
        given = {name: getattr(self, name) for name in names}
        return rebuild, (MassAction, {"chemistry": self.chemistry, **given, "log_k": dict(self.log_k)})

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the constants rest on without a measurement, with ranges; values of one's own are left out."""
        out = []
        warm = self.temperature != STANDARD
        for name in self.elements:
            one = self.chemistry.constants[name]
            if one.assumed and name not in self.log_k:
                k = one.log_k
                out.append(f"log10 K of {name} is {k.value:.3g} ({k.low:.3g} to {k.high:.3g})")
            slope = self.chemistry.temperature.get(name)
            if warm and slope is not None and slope.assumed:
                out.append(f"temperature coefficient of {name} is {slope.value:g} K ({slope.low:g} to {slope.high:g})")
        return (*out, *self.medium.assumptions)

    @property
    def active_total(self) -> float:
        """Active units (dimers or monomers), free and bound, mol/L of organic."""
        return self.formal * self.chemistry.units_per_formal

    def exponents(self, free: ArrayLike | None = None) -> Floats:
        """The charges z, (..., elements), as D = K (e/h)^z; u is ln(e/h), e and h in mol/L.

        Raises CascadeError where an ion binds another number of active units than its charge: D then needs e too.
        """
        odd = np.flatnonzero(self.molecules != self.charges)
        if len(odd):
            name = self.elements[int(odd[0])]
            raise CascadeError(
                f"{name} binds {self.molecules[odd[0]]:g} active units at a charge of {self.charges[odd[0]]:g}; "
                "circuits need as many units as charges",
                element=name,
            )
        shape = () if free is None else np.shape(free)
        return np.broadcast_to(self.charges, (*shape, len(self.elements))).copy()

    def log_constants(
        self, anion: ArrayLike = 0.0, aqueous: ArrayLike | None = None, free: ArrayLike | None = None
    ) -> Floats:
        """ln K as it acts, (..., elements), at an anion (mol/L, (...)) and aqueous ions (mol/L, (..., elements)).

        Without `aqueous` the ions count as traces in the acid of that anion. `free` plays no part.
        """
        if not self.medium.acts:
            return np.broadcast_to(self.ln_k, (*np.shape(anion), len(self.elements))).copy()
        return np.asarray(self.ln_k + self.medium.shift(anion, aqueous))

    def soap(self, cation: str, share: ArrayLike) -> Floats:
        """The organic of an extractant saponified with one cation, mol/L, (cases, elements).

        `share` is the share of the formal extractant that is saponified, 0..1. Raises CascadeError above the most
        that the chemistry allows.

        >>> MassAction("P507", 1.5, ("Nd", "Na")).soap("Na", 0.36).round(12).tolist()
        [[0.0, 0.54]]
        """
        if cation not in sorted(SOAPS):
            raise CascadeError(f"{cation!r} makes no soap; choose from {', '.join(sorted(SOAPS))}", element=cation)
        shares = positive(share, "saponification", "of the formal extractant", zero=True)
        at = position(cation, self.elements)
        most = self.chemistry.most_saponification.value
        over = np.flatnonzero(shares > most * (1.0 + 1e-12))
        if len(over):
            case = int(over[0])
            raise CascadeError(
                f"saponification is {shares[case]:.6g} of the formal {self.chemistry.name}, above the most, {most:g}; "
                f"saponify at most {most:.0%}",
                element=cation,
                case=case,
            )
        organic = np.zeros((len(shares), len(self.elements)))
        organic[:, at] = shares * self.formal / self.charges[at]
        return organic

    def contact(
        self,
        feed_aqueous: Amounts,
        feed_organic: Amounts | None = None,
        *,
        acid: ArrayLike = 0.0,
        ratio: ArrayLike = 1.0,
        saponification: ArrayLike = 0.0,
        cation: str = "Na",
        anion: str = "chloride",
    ) -> Contact:
        """One equilibrium stage: feeds and the feed's free `acid` in mol/L, `ratio` O/A by volume, any number of cases.

        `saponification` of the formal extractant with `cation` adds to the organic feed. Each element closes to
        rounding. `anion` is "chloride", "nitrate" or "sulfate" and flagged where the constants were measured in
        another; of sulfate no HSO4− is followed. Raises CascadeError for a feed that the extractant cannot hold, where
        no acid is left, or where activities or complexes of chloride are asked for another anion.

        >>> model = MassAction("P507", 1.0, ("Nd", "Na"))
        >>> float(model.contact({"Nd": 0.2}, acid=0.01, saponification=0.3).ph[0]) > 1.2
        True
        """
        return contact(self, feed_aqueous, feed_organic, acid, ratio, saponification, cation, anion)

    def distribution(self, ph: ArrayLike, free: ArrayLike) -> Floats:
        """D, (..., elements), at an equilibrium pH (−log10 mol/L) and free active units in mol/L, no activities.

        >>> round(float(MassAction("P507", 1.0, ("Nd",)).distribution(1.0, 0.5)[0]), 4)
        0.9055
        """
        e, p = np.broadcast_arrays(np.asarray(free, dtype=np.float64), np.asarray(ph, dtype=np.float64))
        return np.asarray(
            np.exp(self.ln_k + self.molecules * np.log(e)[..., None] + math.log(10.0) * self.charges * p[..., None])
        )

    def loading(self, organic: ArrayLike) -> Floats:
        """Share of the stoichiometric loading that ions other than soap cations take, (...), of (..., elements)."""
        counted = np.array([name not in SOAPS for name in self.elements])
        return weighted(np.asarray(organic), self.molecules * counted) / self.active_total

    def flags(self, aqueous: Floats, organic: Floats, ph: Floats) -> tuple[Flag, ...]:
        """The limits that some state left: ions in mol/L, (cases, elements), and pH as −log10 mol/L, (cases,).

        Raises CascadeError where the activity model itself fails.
        """
        data, cases = self.chemistry, len(aqueous)
        load, anion = self.loading(organic), 10.0**-ph + weighted(aqueous, self.charges)
        found: list[Flag] = []
        measured = f"the constants of {data.name} were not measured there and are extrapolated"
        for quantity, values, what in (
            ("ph", ph, "pH"),
            ("formal", np.full(cases, self.formal), "extractant in mol/L"),
            ("temperature", np.full(cases, self.temperature), "temperature in K"),
            ("loading", load, "loading as a share of the stoichiometric"),
        ):
            if quantity in data.ranges:
                found.extend(outside(quantity, values, data.ranges[quantity], "range", what, measured))
        bounds = (
            ("ph", ph, data.most_ph.value, "pH", "rare earths hydrolyse; feed more acid or saponify less"),
            ("loading", load, data.most_loading.value, "loading as a share of the stoichiometric",
             "a third phase or gel forms; send more organic"),
        )  # fmt: skip
        for quantity, values, most, what, consequence in bounds:
            found.extend(outside(quantity, values, (-math.inf, most), "bound", what, consequence))
        found.extend(self.temperature_flags())
        found.extend(self.medium.flags(anion, aqueous))
        return tuple(found)

    def temperature_flags(self) -> tuple[Flag, ...]:
        """One flag that names the elements without a temperature coefficient, more than 2 K from 298.15 K.

        >>> MassAction("P204", 1.0, ("Nd", "Er"), temperature=310.0).temperature_flags()[0].sentence
        'Er: no temperature coefficient is known, so log K stays that of 298.15 K'
        """
        held = [name for name in self.elements if name not in self.chemistry.temperature]
        if not held or abs(self.temperature - STANDARD) <= 2.0:
            return ()
        sentence = f"{', '.join(held)}: no temperature coefficient is known, so log K stays that of 298.15 K"
        return (Flag(0, "temperature", self.temperature, STANDARD, STANDARD, "range", sentence),)

    def medium_flags(self, anions: Iterable[str]) -> tuple[Flag, ...]:
        """A flag for each of the anions "chloride", "nitrate", "sulfate" that the constants were not measured in.

        Raises CascadeError where activities or complexes of chloride meet another anion.

        >>> [flag.kind for flag in MassAction("P507", 1.0).medium_flags(["chloride", "nitrate"])]
        ['range']
        """
        return self.medium.of_streams(anions)


def _own(given: object, names: tuple[str, ...]) -> dict[str, float]:
    """log10 K of the caller's own, checked."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise CascadeError(f"log_k is {given!r}; give a mapping of elements to log10 K")
    own = {}
    for name, value in given.items():
        position(name, names)
        number = numeric(value, f"log10 K of {name}")
        if number.ndim or not math.isfinite(number):
            raise CascadeError(f"log10 K of {name} is {value!r}; give one finite number", element=name)
        own[str(name)] = float(number)
    return own


def _known(given: object) -> Chemistry:
    if isinstance(given, Chemistry):
        return given
    try:
        return chemistry(given)  # type: ignore[arg-type]
    except ValueError as error:
        raise CascadeError(str(error)) from None
