"""A cut of the exchange model: its elements in order, its stages by design, and the flows that follow a feed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cascade import CascadeDesign, CascadeError, design_cut, flows
from ..cascade.minimum import least_extract_flow
from ..cascade.sizes import Practice
from ..cascade.trains.circuits import LEAST_RATIO
from ..data import extractants
from ..elements import INDEX, MOLAR_MASS, OXIDE_FACTOR, RARE_EARTHS, molar_mass
from ..sums import per_sample
from .base import OperationError
from .circuit_rating import water_of
from .stoichiometry import moles

Array = NDArray[np.float64]

_DIGITS = 4
"""Of what impurities weigh: a design that follows the last bits of its feed would never settle in a recycle."""


def order(extractant: str, element: str) -> float:
    """How extractable an element is: its separation factor against lanthanum."""
    factors = extractants()[extractant].factors
    if element not in factors:
        raise ValueError(f"no separation factor of {element} with {extractant}")
    return float(factors[element].value)


@cache
def names_of(extractant: str) -> tuple[str, ...]:
    """Rare earths from the least to the most extractable."""
    factors = extractants()[extractant].factors
    return tuple(sorted((name for name in RARE_EARTHS if name in factors), key=lambda name: factors[name].value))


@cache
def columns_of(extractant: str) -> NDArray[np.intp]:
    """Rare-earth columns from the least to the most extractable, (elements,), read-only."""
    out = np.array([INDEX[name] for name in names_of(extractant)])
    out.flags.writeable = False
    return out


@cache
def _known_factors(extractant: str) -> Array:
    known = extractants()[extractant].factors
    return np.array([known[name].value for name in names_of(extractant)])


def factors_of(p: Any, columns: NDArray[np.intp], samples: int) -> Array:
    """Separation factors against the least extractable element, (samples, elements), by the data and the file."""
    beta = np.empty((samples, len(columns)))
    beta[:] = _known_factors(p.extractant.name)
    names = names_of(p.extractant.name)
    for pair, factor in p.separation_factors.items():
        heavier, lighter = (names.index(word.strip()) for word in pair.split("/"))
        beta[:, heavier:] *= (np.asarray(factor) / (beta[:, heavier] / beta[:, lighter]))[:, None]
    return beta


def cut_at(p: Any, columns: NDArray[np.intp]) -> int:
    """The first of the columns that is extracted."""
    heavy = p.cut.split("/")[1].strip()
    return int(columns.tolist().index(INDEX[heavy]))


def oxide_masses(columns: NDArray[np.intp]) -> Array:
    """kg of oxide per kmol of each column's element, (elements,)."""
    return np.asarray(OXIDE_FACTOR[columns] * MOLAR_MASS[columns])


def designed(p: Any, amounts: Array) -> CascadeDesign:
    """The smallest circuit for the purities, at the flows of the file where it gives them; ``amounts`` (elements,).

    Raises CascadeError where none of up to 600 stages reaches them.
    """
    columns = columns_of(p.extractant.name)
    given = None if p.solvent is None else (float(p.solvent[0]), float(p.scrub[0]))
    return design_cut(
        amounts,
        factors_of(p, columns, 1)[0],
        cut_at(p, columns),
        float(p.purity.extract[0]),
        float(p.purity.raffinate[0]),
        LEAST_RATIO,
        masses=oxide_masses(columns),
        extract_flow=None if given is None else given[0],
        scrub_flow=None if given is None else given[1],
        flow_ratio=None if p.solvent_ratio is None else float(p.solvent_ratio[0]),
    )


def practice(p: Any) -> Practice:
    """How the unit is run, as its parameters say; entries per sample."""
    return Practice(
        concentration=p.extractant.concentration,
        saponification=p.extractant.saponification,
        scrub_acid=p.scrub_acid,
        strip_acid=p.strip_acid,
        mixing=p.mixing,
        settling=p.settling,
        strip_stages=p.strip_stages,
        base_excess=p.base_excess,
        strip_excess=p.strip_excess,
    )


def liquor_volume(liquor: Array) -> Array:
    """m³/h of a liquor of kg/h, (samples,): that of its water, 1 kg/L."""
    return np.asarray(water_of(liquor) * molar_mass("H2O") / 1000.0)


def design(p: SimpleNamespace, feeds: Mapping[str, Array]) -> Mapping[str, Any]:
    """Stages of the circuit at nominal values, from the purities; frozen from then on.

    With them the pair next to the cut, by the columns of the extractant, and what a kmol of the impurities weighs as
    oxide: the rating's flows follow from these.
    """
    columns = columns_of(p.extractant.name)
    amounts = moles(feeds["feed"])[0, columns]
    cut = cut_at(p, columns)
    there = np.flatnonzero(amounts > 0.0)
    light, heavy = there[there < cut], there[there >= cut]
    pair = (int(light[-1]) if len(light) else cut - 1, int(heavy[0]) if len(heavy) else cut)
    if p.stages is not None:
        extraction, scrub = (int(word) for word in p.stages.split("+"))
        given = {"extraction": extraction, "scrub": scrub, "from": "file", "pair": pair}
        if p.purity is None or p.solvent is not None:
            return given
        try:
            made = designed(p, amounts)
        except CascadeError:
            return given  # the flows then take the element next to the cut for the impurity
        return given | {
            "impurities": (_rounded(made.impurity_mass_extract), _rounded(made.impurity_mass_raffinate)),
        }
    try:
        made = designed(p, amounts)
    except CascadeError as error:
        raise OperationError(str(error), key="purity" if len(light) and len(heavy) else "cut") from error
    return {
        "extraction": int(made.n),
        "scrub": int(made.m),
        "from": "purity",
        "pair": pair,
        "impurities": (_rounded(made.impurity_mass_extract), _rounded(made.impurity_mass_raffinate)),
    }


def _rounded(mass: float) -> float:
    return float(f"{mass:.{_DIGITS}g}")


def mole_purities(p: Any, known: Mapping[str, Any], amounts: Array, columns: NDArray[np.intp]) -> tuple[Array, Array]:
    """Mole purities of extract and raffinate, (samples,), from the oxide mass purities.

    A group weighs what it weighs in the feed, (samples, elements); an impurity what it weighed in the design, or as
    the element next to the cut.
    """
    cut, oxide = cut_at(p, columns), oxide_masses(columns)
    light, heavy = known.get("pair", (cut - 1, cut))
    into_extract, into_raffinate = known.get("impurities", (oxide[light], oxide[heavy]))

    def mean(group: slice) -> Array:
        moles_in = per_sample(amounts[:, group])
        mass = per_sample(amounts[:, group] * oxide[group])
        return np.divide(mass, moles_in, out=np.ones_like(mass), where=moles_in > 0.0)

    def convert(purity: Array, own: Array, other: float) -> Array:
        return np.asarray(purity / own / (purity / own + (1.0 - purity) / other))

    return (
        convert(p.purity.extract, mean(slice(cut, None)), into_extract),
        convert(p.purity.raffinate, mean(slice(0, cut)), into_raffinate),
    )


def following(
    p: Any,
    known: Mapping[str, Any],
    fraction: Array,
    beta: Array,
    columns: NDArray[np.intp],
    running: NDArray[np.bool_],
) -> tuple[Array, Array]:
    """Solvent S and scrub W per mol of feed, (samples,), for the feeds as they come; ``fraction`` by mol.

    Raises OperationError with the sample that has none.
    """
    cut = cut_at(p, columns)
    light, heavy = known.get("pair", (cut - 1, cut))
    share_heavy = per_sample(fraction[:, cut:])
    extract, raffinate = mole_purities(p, known, fraction, columns)
    solvent, scrub = np.zeros_like(extract), np.zeros_like(extract)
    key = beta[:, heavy] / beta[:, light]
    try:
        # Endless where S is a multiple of the minimum: the optimum is then neither wanted nor to be refused.
        least = LEAST_RATIO if p.solvent_ratio is None else np.inf
        s, w, share = flows(key[running], share_heavy[running], extract[running], raffinate[running], least)
    except CascadeError as error:
        one_sided = bool(np.any((share_heavy[running] <= 0.0) | (share_heavy[running] >= 1.0)))
        raise told(error, running, "cut" if one_sided else "purity") from error
    if p.solvent_ratio is not None:
        leaks = share * (1.0 - extract[running]), (1.0 - share) * (1.0 - raffinate[running])
        s = np.asarray(p.solvent_ratio)[running] * least_extract_flow(fraction[running], beta[running], cut, *leaks)
        w = s - share
    solvent[running], scrub[running] = s, w
    return solvent, scrub


def told(error: CascadeError, running: NDArray[np.bool_], key: str = "") -> OperationError:
    """What a circuit without an answer is to a flowsheet, with its sample and the parameter at fault."""
    case = getattr(error, "case", None) or 0
    return OperationError(f"the circuit has no solution: {error}", sample=int(np.flatnonzero(running)[case]), key=key)
