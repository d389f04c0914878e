"""Batch tests of one extractant as arrays, and what makes a row useless for a constant."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ...elements import RARE_EARTHS
from ..errors import CascadeError
from ..models.base import Floats, named, numeric, single
from ..models.mass_action import MOST_FORMAL

CHARGE = 3.0
"""Charge of the rare-earth ions; cerium counts as Ce(III)."""
MOST_CONCENTRATION = MOST_FORMAL
"""mol/L that no liquid holds more of."""
MOST_RATIO = 1e4
"""O/A that no shake-out reaches."""
_TOO_MUCH = f"no liquid holds more than {MOST_FORMAL:g}"


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row cannot be fitted: `case` counts from 0, `element` is a name or "", `column` the kind of cell.

    `column` is "extractant", "soap", "acid", "ratio", "ph", "feed", "aqueous" or "organic".
    """

    case: int
    element: str
    column: str
    reason: str
    remedy: str


@dataclass(frozen=True, eq=False, repr=False)
class Shakeouts:
    """Batch contacts of fresh organic with an aqueous feed, mol/L; rows are tests, columns `elements`.

    `feed`, `aqueous` and `organic` are (rows, elements), NaN where not measured or absent; two of the three give the
    balance, and D is organic over aqueous. `formal` is the extractant as monomer, `soap` the part of it that was
    saponified (mol/L, equivalents), `acid` the feed's free proton (mol/L), `ph` −log10 of the equilibrium proton
    (mol/L, not an activity), `ratio` O/A by volume, all (rows,); one of `acid` and `ph` may be NaN, and the pH counts
    where both are given. `sources` names who measured each row, `labels` what to call it. One rare earth takes
    `molecules` active units, of which a formal monomer is `units_per_formal` (0.5 for dimers).

    The organic comes without metal. The soap's cation counts as given to the aqueous whole, which holds while free
    acid is left (K of Na about 1e-5 for P507: less than 1e-3 of it stays). Raises CascadeError for the first row that
    cannot be fitted, with its case.

    >>> tests = Shakeouts(("Nd",), formal=1.0, acid=0.05, feed=[[0.1]], aqueous=[[0.0757]], sources=["Li (1987)"])
    >>> tests, round(float(tests.distribution[0, 0]), 4)
    (<Shakeouts of Nd: 1 row, 1 source>, 0.321)
    """

    elements: tuple[str, ...]
    formal: Floats
    acid: Floats
    ph: Floats
    soap: Floats
    ratio: Floats
    feed: Floats
    aqueous: Floats
    organic: Floats
    sources: tuple[str, ...]
    labels: tuple[str, ...]
    units_per_formal: float
    molecules: float
    present: np.ndarray = field(repr=False)

    def __init__(
        self,
        elements: Sequence[str],
        *,
        formal: ArrayLike,
        feed: ArrayLike,
        aqueous: ArrayLike,
        organic: ArrayLike = math.nan,
        acid: ArrayLike = math.nan,
        ph: ArrayLike = math.nan,
        soap: ArrayLike = 0.0,
        ratio: ArrayLike = 1.0,
        sources: Sequence[str] | None = None,
        labels: Sequence[str] | None = None,
        units_per_formal: float = 0.5,
        molecules: float = 3.0,
        checked: bool = False,
    ) -> None:
        names = named(elements, RARE_EARTHS, "a fit")
        tables = {"feed": feed, "aqueous": aqueous, "organic": organic}
        columns = {"formal": formal, "acid": acid, "ph": ph, "soap": soap, "ratio": ratio}
        arrays = {name: np.atleast_2d(numeric(given, name)) for name, given in tables.items()}
        count = max(len(one) for one in arrays.values())
        for name, given in columns.items():
            arrays[name] = np.atleast_1d(numeric(given, name))
        given_sources = ("",) * count if sources is None else tuple(sources)
        given_labels = tuple(f"row {row + 1}" for row in range(count)) if labels is None else tuple(labels)
        for name, array in arrays.items():
            shape = (count, len(names)) if name in tables else (count,)
            try:
                arrays[name] = np.broadcast_to(array, shape).copy()
            except ValueError:
                raise CascadeError(f"{name} has the shape {array.shape}; give {shape}") from None
        if len(given_sources) != count or len(given_labels) != count:
            raise CascadeError(
                f"{len(given_sources)} sources and {len(given_labels)} labels for {count} rows; give one a row"
            )
        x0, x, y = (arrays[name] for name in tables)
        present = (np.nan_to_num(x0) != 0.0) | (np.nan_to_num(x) != 0.0) | (np.nan_to_num(y) != 0.0)
        for name, thing in {
            "elements": names,
            **arrays,
            "sources": given_sources,
            "labels": given_labels,
            "units_per_formal": single(units_per_formal, "units per formal", "mol/mol"),
            "molecules": single(molecules, "molecules", "mol/mol"),
            "present": present,
        }.items():
            if isinstance(thing, np.ndarray):
                thing.flags.writeable = False
            object.__setattr__(self, name, thing)
        if not checked and (found := row_faults(self)):
            one = found[0]
            raise CascadeError(
                f"{self.labels[one.case]}: {one.reason}; {one.remedy}", element=one.element or None, case=one.case
            )

    def __setstate__(self, state: dict[str, object]) -> None:
        """What pickle and copy call: arrays come back read-only."""
        for name, thing in state.items():
            if isinstance(thing, np.ndarray):
                thing.flags.writeable = False
            object.__setattr__(self, name, thing)

    def __repr__(self) -> str:
        rows, sources = len(self.formal), len(dict.fromkeys(self.sources))
        words = f"{rows} row{'s' * (rows != 1)}, {sources} source{'s' * (sources != 1)}"
        return f"<Shakeouts of {', '.join(self.elements)}: {words}>"

    @property
    def active(self) -> Floats:
        """Active units (dimers or monomers), free and bound, mol/L, (rows,)."""
        return self.formal * self.units_per_formal

    @property
    def loaded(self) -> Floats:
        """Organic at equilibrium, mol/L, (rows, elements): measured, else by balance; 0 where absent."""
        with np.errstate(divide="ignore", invalid="ignore"):  # O/A of 0 is told by row_faults
            by_balance = (self.feed - self.aqueous) / self.ratio[:, None]
        return np.where(self.present, np.where(np.isnan(self.organic), by_balance, self.organic), 0.0)

    @property
    def left(self) -> Floats:
        """Aqueous at equilibrium, mol/L, (rows, elements): measured, else by balance; 0 where absent."""
        by_balance = self.feed - self.ratio[:, None] * self.organic
        return np.where(self.present, np.where(np.isnan(self.aqueous), by_balance, self.aqueous), 0.0)

    @property
    def total(self) -> Floats:
        """What was fed, mol per litre of aqueous, (rows, elements): the feed, else both phases; 0 where absent."""
        both = self.aqueous + self.ratio[:, None] * self.organic
        return np.where(self.present, np.where(np.isnan(self.feed), both, self.feed), 0.0)

    @property
    def distribution(self) -> Floats:
        """D, (rows, elements): organic over aqueous at equilibrium; NaN where absent."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.present, self.loaded / self.left, np.nan)

    def free(self, molecules: float) -> Floats:
        """Free active units at equilibrium, mol/L, (rows,), from the measured organic."""
        return np.asarray(self.active - molecules * self.loaded.sum(axis=1))

    @property
    def proton(self) -> Floats:
        """Proton at equilibrium, mol/L, (rows,): from the pH where measured, else fed and released by metal."""
        with np.errstate(invalid="ignore"):
            released = self.ratio * (CHARGE * self.loaded.sum(axis=1) - self.soap)
        return np.where(np.isnan(self.ph), self.acid + released, 10.0**-self.ph)


def row_faults(tests: Shakeouts) -> list[RowFault]:
    """Everything that keeps a row from being fitted, in the order of rows; empty where all is well.

    >>> row_faults(Shakeouts(("Nd",), formal=1.0, acid=0.05, feed=[[0.1]], aqueous=[[0.0]], checked=True))[0].reason
    'no Nd is left in the aqueous, so its D is infinite'
    """
    out: list[RowFault] = []
    with np.errstate(over="ignore", invalid="ignore"):  # what is too large is told as such
        bound, proton = tests.molecules * tests.loaded.sum(axis=1), tests.proton
    for case in range(len(tests.formal)):
        own = _of_cells(tests, case)
        own += [] if own else _of_row(tests, case, float(bound[case]), float(proton[case]))
        out += own
    return out


def _of_cells(tests: Shakeouts, case: int) -> list[RowFault]:
    """Faults of single numbers of a row."""
    out = []
    plain = (
        ("extractant", tests.formal[case], "the extractant", "give its concentration, above 0"),
        ("ratio", tests.ratio[case], "O/A", "give the volume of organic over that of aqueous"),
    )
    for column, value, what, remedy in plain:
        most = MOST_RATIO if column == "ratio" else MOST_CONCENTRATION
        if not 0.0 < value <= most:
            said = "is missing" if math.isnan(value) else f"is {value:g}; it must be above 0 and at most {most:g}"
            out.append(RowFault(case, "", column, f"{what} {said}", remedy))
    for column, value, what in (
        ("soap", tests.soap[case], "the soap"),
        ("acid", tests.acid[case], "the acid"),
    ):
        if value < 0.0:
            remedy = "a base is soap of the organic" if column == "acid" else "leave it out where there is none"
            out.append(RowFault(case, "", column, f"{what} is {value:g} mol/L, below 0", remedy))
        elif value > MOST_CONCENTRATION:
            out.append(RowFault(case, "", column, f"{what} is {value:g} mol/L; {_TOO_MUCH}", "check its unit"))
    if math.isnan(tests.acid[case]) and math.isnan(tests.ph[case]):
        reason = "neither the acid of the feed nor the equilibrium pH is given"
        out.append(RowFault(case, "", "acid", reason, "give one of them; without it D says nothing of K"))
    if not math.isnan(tests.ph[case]) and not -2.0 <= tests.ph[case] <= 14.0:
        out.append(RowFault(case, "", "ph", f"the pH is {tests.ph[case]:g}, outside -2 to 14", "correct it"))
    for at, name in enumerate(tests.elements):
        if not tests.present[case, at]:
            continue
        triple = {word: getattr(tests, word)[case, at] for word in ("feed", "aqueous", "organic")}
        wrong = {
            word: value for word, value in triple.items() if not (math.isnan(value) or 0 <= value <= MOST_CONCENTRATION)
        }
        for word, value in wrong.items():
            low = value < 0.0
            remedy = "a concentration below the detection limit is no test of K" if low else "check its unit"
            reason = f"{word} {name} is {value:g} mol/L{', below 0' if low else '; ' + _TOO_MUCH}"
            out.append(RowFault(case, name, word, reason, remedy))
        if not wrong:
            out += _of_element(case, name, triple, float(tests.ratio[case]))
    return out


def _of_element(case: int, name: str, triple: dict[str, float], ratio: float) -> list[RowFault]:
    """Faults of one element of a row: too little measured, or a D that is no number."""
    feed, aqueous, organic = triple.values()
    exclude = "exclude the row, with this as its reason"
    if sum(math.isnan(value) for value in triple.values()) > 1:
        said = [word for word, value in triple.items() if not math.isnan(value)]
        reason = f"of {name} only the {said[0]} is given"
        return [RowFault(case, name, said[0], reason, "two of feed, aqueous and organic make a balance")]
    x = feed - ratio * organic if math.isnan(aqueous) else aqueous
    if x == 0.0:
        column = "organic" if math.isnan(aqueous) else "aqueous"
        return [RowFault(case, name, column, f"no {name} is left in the aqueous, so its D is infinite", exclude)]
    if x < 0.0:
        reason = f"the organic holds {ratio * organic:g} mol {name} per litre of aqueous, more than the feed's {feed:g}"
        return [RowFault(case, name, "organic", reason, "check O/A and the units of both columns")]
    if math.isnan(organic):
        if aqueous > feed:
            reason = f"aqueous {name}, {aqueous:g} mol/L, is above the feed's {feed:g}: D would be negative"
            return [RowFault(case, name, "aqueous", reason, exclude)]
        if aqueous == feed:
            reason = f"aqueous {name} is as high as its feed, {feed:g} mol/L, so its D is zero"
            return [RowFault(case, name, "aqueous", reason, exclude)]
    elif organic == 0.0:
        return [RowFault(case, name, "organic", f"no {name} was extracted, so its D is zero", exclude)]
    return []


def _of_row(tests: Shakeouts, case: int, bound: float, proton: float) -> list[RowFault]:
    """Faults of the balances of a row whose numbers are sound by themselves."""
    if not tests.present[case].any():
        return [RowFault(case, "", "feed", "the row holds no element", "exclude it, or fill in what was measured")]
    active = float(tests.formal[case]) * tests.units_per_formal
    unit = "dimers" if tests.units_per_formal == 0.5 else "active units"
    if bound >= active:
        reason = (
            f"the organic binds {bound:.4g} mol/L of {unit}, {tests.molecules:g} a rare earth, but the extractant has "
            f"only {active:.4g}"
        )
        return [RowFault(case, "", "extractant", reason, "check the extractant (formal, as monomer), O/A and units")]
    if tests.soap[case] >= tests.formal[case]:
        reason = f"the soap, {tests.soap[case]:g} mol/L, is not below the extractant's {tests.formal[case]:g}"
        return [RowFault(case, "", "soap", reason, "give the part of the extractant that was saponified")]
    if not math.isnan(tests.ph[case]):
        return []
    if proton <= 0.0:
        reason = f"acid, soap and what was extracted leave {proton:.3g} mol/L of free acid"
        return [RowFault(case, "", "acid", reason, "measure the equilibrium pH of such a row and give it as pH")]
    return []
