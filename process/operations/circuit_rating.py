"""A liquor of a flowsheet through the mass-action circuit: all samples in one call, everything per volume of feed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cascade import Aqueous, CascadeError, Circuit, Organic, Section
from ..cascade.circuit import CircuitResult
from ..data.equilibria import Chemistry
from ..elements import COUNT, INDEX, RARE_EARTHS
from ..sums import per_sample
from .stoichiometry import acid_demand, moles

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

OUTLETS = ("raffinate", "strip_liquor", "crud")
"""Where a circuit's streams leave, in the order of the columns of `Rated`."""
FAINTEST = 1e-60
"""mol/L below which an ion is none: it stays with the raffinate."""
UNITS = (("equivalents/h", "equivalents per L of feed"), ("mol/h", "mol per L of feed"), ("L/h", "L per L of feed"))
"""What a circuit per volume of feed calls its flows, and what they are."""


def column(ion: str) -> int:
    """The column of a stream that holds an ion; ammonium is all the nitrogen of a liquor.

    >>> column("NH4") == INDEX["N"], column("Nd") == INDEX["Nd"]
    (True, True)
    """
    return INDEX["N" if ion == "NH4" else ion]


def water_of(liquor: Array) -> Array:
    """kmol/h of water in a liquor of kg/h, (samples,): its O less that of sulphate and phosphate, never negative.

    >>> from didymium.elements import mass_fractions, molar_mass
    >>> salt_water = 36.0 * mass_fractions("H2O") + 14.204 * mass_fractions("Na2SO4")
    >>> water_of(salt_water[None]).round(2)
    array([2.])
    """
    n = moles(liquor)
    return np.asarray(np.maximum(n[:, INDEX["O"]] - 4.0 * (n[:, INDEX["S"]] + n[:, INDEX["P"]]), 0.0))


def spare_acid(liquor: Array) -> Array:
    """kmol/h of strong acid beside the salts of a liquor of kg/h, (samples,); negative for an alkaline one.

    >>> from didymium.elements import mass_fractions
    >>> spare_acid(36.461 * mass_fractions("HCl")[None] + 39.997 * mass_fractions("NaOH")[None] * 2.0).round(3)
    array([-1.])
    """
    n = moles(liquor)
    anions = n[:, INDEX["Cl"]] + n[:, INDEX["F"]] + 2.0 * n[:, INDEX["S"]]
    return np.asarray(anions - n[:, INDEX["N"]] - acid_demand(liquor))


@dataclass(frozen=True)
class Liquor:
    """The feed of a circuit: `volume` m³/h and `acid` mol/L are (samples,), `ions` (samples, ions) mol/L."""

    volume: Array
    acid: Array
    ions: Array


@dataclass(frozen=True)
class Rated:
    """Circuits rated, samples first; volumes in m³ per m³ of feed, amounts in kmol per m³ of feed.

    `metals` (samples, outlets, elements) in both phases; `water`, `acid` (titratable), `chloride`, `organic` (volume),
    `extractant` (formal) and `replaced` (its protons that metals have taken the place of) are (samples, outlets).
    `base` are equivalents, (samples,). `faults` tells samples without an answer, `solved` the results of the others.
    """

    metals: Array
    water: Array
    acid: Array
    chloride: Array
    organic: Array
    extractant: Array
    replaced: Array
    base: Array
    solved: Mapping[int, CircuitResult]
    faults: Mapping[int, str]


def _template(p: Any, ions: tuple[str, ...], base: str) -> Circuit:
    """The circuit's shape. Every number in it is replaced case by case, so that no sample leaves its mark on others."""
    acid = Aqueous(flow=1.0, acid=1.0)
    sections = [Section("extraction", p.extraction.stages)]
    if p.scrub is not None:
        sections.append(Section("scrub", p.scrub.stages, liquor=acid))
    sections.append(Section("strip", p.strip.stages, liquor=acid))
    if p.wash is not None:
        sections.append(Section("wash", p.wash.stages, liquor=Aqueous(flow=1.0), onward=1.0))
    organic = Organic(
        extractant=p.extractant.name,
        concentration=1.0,
        saponification=0.3,
        base=base,
        flow=1.0,
        base_strength=1.0,
    )
    feed = Aqueous(flow=1.0, metals=dict.fromkeys(ions, 1.0), acid=1.0)
    return Circuit(
        organic=organic,
        sections=sections,
        feeds={("extraction", p.extraction.stages): feed},
        closed=True,
        beyond="flag",
    )


def ratio(flow: Any, volume: Array) -> Array:
    """Volume of a phase per volume of feed, (samples,): as given, or from its own m³/h."""
    return np.asarray(flow.ratio if flow.ratio is not None else flow.flow / volume)


def _numbers(p: Any, liquor: Liquor, ions: tuple[str, ...], columns: NDArray[np.intp], base: str) -> dict[str, Array]:
    """Every number of the circuit by the name that it has there, (samples,)."""
    organic = p.organic_to_feed if p.organic_to_feed is not None else p.organic / liquor.volume
    out = {
        "organic.flow": organic,
        "organic.concentration": p.extractant.concentration,
        "organic.saponification": p.extractant.saponification,
        "organic.crud": p.crud,
        "organic.solubility": p.solubility,
        "organic.base_strength": p.base_strength,
        "feed.flow": np.ones_like(liquor.volume),
        "feed.acid": liquor.acid,
        "strip.onward": p.reflux,
    }
    out |= {f"feed.{ion}": liquor.ions[:, at] for ion, at in zip(ions, columns, strict=True)}
    for name in ("extraction", "scrub", "strip", "wash"):
        section = getattr(p, name)
        if section is None:
            continue
        out[f"{name}.efficiency"] = section.efficiency
        out[f"{name}.organic_in_aqueous"] = p.entrainment.organic_in_aqueous
        out[f"{name}.aqueous_in_organic"] = p.entrainment.aqueous_in_organic
        if name != "extraction":
            out[f"{name}.flow"] = ratio(section, liquor.volume)
        if name in ("scrub", "strip"):
            out[f"{name}.acid"] = section.acid
    out |= {f"log_k.{ion}": value for ion, value in p.constants.items() if ion in (*ions, base)}
    return out


def per_feed(sentence: str) -> str:
    """A circuit's sentence with its flows, which are per volume of feed, called by that name.

    >>> per_feed("case 3: send less than 7.4 L/h of organic")
    'send less than 7.4 L per L of feed of organic'
    """
    head, _, rest = sentence.partition(": ")
    if head.startswith("case ") and head[5:].isdigit():
        sentence = rest
    for old, new in UNITS:
        sentence = sentence.replace(old, new)
    return sentence


def _solve(
    circuit: Circuit, numbers: Mapping[str, Array], start: Array | None
) -> Iterator[tuple[int, CircuitResult | CascadeError]]:
    """The result or the fault of each case."""
    count = len(numbers["organic.flow"])
    try:
        cases = circuit.solve_cases(numbers, start=start, failures="keep")
    except CascadeError as error:
        # Volumes that cannot be end the whole batch; the other cases may be sound.
        if count == 1:
            yield 0, error
            return
        for row in range(count):
            own = {name: array[row : row + 1] for name, array in numbers.items()}
            for _, found in _solve(circuit, own, None if start is None else start[row : row + 1]):
                yield row, found
        return
    for row in range(count):
        if row not in cases.failures:
            yield row, cases.result(row)
        elif start is not None and np.isfinite(start[row]).all():
            own = {name: array[row : row + 1] for name, array in numbers.items()}
            for _, found in _solve(circuit, own, None):
                yield row, found
        else:
            yield row, cases.failures[row]


def rate(p: Any, chemistry: Chemistry, base: str, liquor: Liquor, running: Flags, start: Array | None) -> Rated:
    """Solve the circuit of every running sample; `start` (samples, stages) holds ln(e/h) of a like one, NaN for none.

    Samples with the same ions in their feed are one batch, so that an answer does not depend on who stands beside.
    """
    samples, names = len(running), tuple(chemistry.constants)
    tables = {key: np.zeros((samples, len(OUTLETS))) for key in _PER_OUTLET}
    metals, used = np.zeros((samples, len(OUTLETS), COUNT)), np.zeros(samples)
    solved: dict[int, CircuitResult] = {}
    faults: dict[int, str] = {}
    charge = {name: one.charge for name, one in chemistry.constants.items()}
    present = (liquor.ions > FAINTEST) & running[:, None]
    for pattern in np.unique(present[running], axis=0):
        rows = np.flatnonzero(running & (present == pattern).all(axis=1))
        columns = np.flatnonzero(pattern)
        ions = tuple(names[at] for at in columns)
        numbers = _numbers(p, liquor, ions, columns, base)
        own = {name: np.ascontiguousarray(np.asarray(array)[rows]) for name, array in numbers.items()}
        begin = None if start is None else np.ascontiguousarray(start[rows])
        for row, found in _solve(_template(p, ions, base), own, begin):
            sample = int(rows[row])
            if isinstance(found, CascadeError):
                faults[sample] = per_feed(found.reason)
                continue
            solved[sample] = found
            used[sample] = found.reagents.base
            for at, outlet in enumerate(OUTLETS):
                flow = found.outlets[outlet]
                for ion, amount in flow.metals.items():
                    metals[sample, at, column(ion)] = amount
                formal = flow.organic_flow * own["organic.concentration"][row]
                tables["extractant"][sample, at] = formal + flow.flow * own["organic.solubility"][row]
                tables["replaced"][sample, at] = sum(charge[ion] * held for ion, held in flow.in_organic.items())
                tables["organic"][sample, at] = flow.organic_flow
                tables["water"][sample, at] = flow.flow
                tables["acid"][sample, at] = flow.acid
                tables["chloride"][sample, at] = flow.chloride
    return Rated(metals=metals, base=used, solved=solved, faults=faults, **tables)


_PER_OUTLET = ("water", "acid", "chloride", "organic", "extractant", "replaced")


def profiles(
    rated: Rated, chemistry: Chemistry, stages: int, before_strip: int, samples: int
) -> tuple[dict[str, Any], Array]:
    """What the stages hold, by name, each with a row for every sample (zero where one has no answer); and ln(e/h).

    `before_strip` is the number of extraction and scrub stages, for which mole fractions of the rare earths are given.
    """
    names = tuple(chemistry.constants)
    rare = [at for at, name in enumerate(names) if name in RARE_EARTHS]
    shape = (samples, stages, len(names))
    held = {"aqueous_mol_per_L": np.zeros(shape), "organic_mol_per_L": np.zeros(shape)}
    rows = {key: np.zeros((samples, stages)) for key in ("pH", "loading", "free_extractant_mol_per_L")}
    residual = np.zeros((samples, len(names)))
    u = np.full((samples, stages), np.nan)
    numbers = {key: np.zeros(samples) for key in ("closure", "residual")}
    iterations = np.zeros(samples, dtype=np.int64)
    for sample, result in rated.solved.items():
        one = result.profile
        columns = [names.index(name) for name in one.elements]
        held["aqueous_mol_per_L"][sample][:, columns] = one.aqueous
        held["organic_mol_per_L"][sample][:, columns] = one.organic
        rows["pH"][sample], rows["loading"][sample] = one.ph, one.loading
        rows["free_extractant_mol_per_L"][sample] = one.free_extractant
        residual[sample, columns] = [result.residual_load[name] for name in one.elements]
        u[sample] = one.u
        numbers["closure"][sample] = max(result.closure.values())
        numbers["residual"][sample] = result.residual
        iterations[sample] = result.iterations
    shares = {}
    for phase in ("aqueous", "organic"):
        part = held[f"{phase}_mol_per_L"][:, :before_strip, rare]
        whole = per_sample(part.reshape(-1, len(rare))).reshape(samples, before_strip, 1)
        shares[phase] = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)
    details = {
        "elements": tuple(names[at] for at in rare),
        **shares,
        "ions": names,
        **held,
        **rows,
        "residual_load_mol_per_L": residual,
        "iterations": iterations,
        **numbers,
    }
    return details, u
