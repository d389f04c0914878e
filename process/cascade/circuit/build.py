"""One case of a solved batch as a CircuitResult, by names."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .carried import dissolved
from .equations import SULFATE_KA, WATER
from .layout import Layout
from .ledger import BALANCES, Ledger, acid_brought
from .limits import Flag
from .result import CircuitResult, Outflow, Profile, Reagents, Waste
from .steady import Steady
from .streams import Aqueous
from .values import Values
from .volumes import Volumes

if TYPE_CHECKING:
    from .circuit import Circuit

Floats = NDArray[np.float64]


def _frozen(array: Floats) -> Floats:
    copy = np.array(array, dtype=np.float64)
    copy.flags.writeable = False
    return copy


def salt(cation: str, charge: float, anion: str) -> str:
    """The formula of a waste salt.

    >>> salt("NH4", 1.0, "Cl"), salt("Na", 1.0, "SO4"), salt("Mg", 2.0, "Cl"), salt("NH4", 1.0, "SO4")
    ('NH4Cl', 'Na2SO4', 'MgCl2', '(NH4)2SO4')
    """
    z = int(charge)
    if anion == "SO4":
        if z == 2:
            return f"{cation}SO4"
        return f"({cation})2SO4" if len(cation) > 2 else f"{cation}2SO4"
    ligand = f"({anion}){z}" if z > 1 and len(anion) > 2 else f"{anion}{z if z > 1 else ''}"
    return f"{cation}{ligand}"


def _outflows(layout: Layout, ledger: Ledger, case: int) -> dict[str, Outflow]:
    out = {}
    for at, outlet in enumerate(layout.outlets):
        metals = dict(zip(layout.elements, ledger.metals[case, at].tolist(), strict=True))
        part = dict(zip(layout.elements, ledger.in_organic[case, at].tolist(), strict=True))
        out[outlet.name] = Outflow(
            name=outlet.name,
            flow=float(ledger.aqueous[case, at]),
            organic_flow=float(ledger.organic[case, at]),
            metals=MappingProxyType(metals),
            in_organic=MappingProxyType(part),
            acid=float(ledger.acid[case, at]),
            chloride=float(ledger.strong[case, at]),
            sulfate=float(ledger.sulfate[case, at]),
        )
    return out


def _nitrate(layout: Layout, values: Values, volumes: Volumes, case: int) -> Floats:
    """mol/L of nitrate in the aqueous of each stage, (stages,): it goes where chloride goes, from its own streams."""
    fed = np.zeros((1, layout.stages))
    for inlet in layout.inlets:
        stream = inlet.stream
        if isinstance(stream, Aqueous) and stream.anion == "NO3":
            charges = max(float(values[f"{inlet.label}.acid"][case]), WATER)
            for name in stream.metals:
                charge = float(layout.charge[layout.elements.index(name)])
                charges += charge * float(values[f"{inlet.label}.{name}"][case])
            fed[0, inlet.stage] += charges * float(values[f"{inlet.label}.flow"][case])
    return np.asarray(dissolved(volumes.case(case), fed)[0][0])


def _waste(layout: Layout, outlets: dict[str, Outflow], nitrate: Floats) -> Waste:
    """Salts of the cations that are no rare earths in the aqueous that leaves ahead of the strip.

    Where several anions leave together, each cation goes with all in the proportion of their charges; ``nitrate`` is
    its mol/L by stage, (stages,).
    """
    salts: dict[str, float] = {}
    leaving = [one for one in layout.outlets if one.phase == "aqueous" and one.stage < layout.barren_end]
    before = [one.name for one in leaving]
    found = {
        "Cl": sum(outlets[name].chloride for name in before),
        "NO3": sum(float(nitrate[one.stage]) * outlets[one.name].flow for one in leaving),
        "SO4": 2.0 * sum(outlets[name].sulfate for name in before),
    }
    # Both are sums of the same products in another order, so what is left of chloride alone may be rounding.
    found["Cl"] -= found["NO3"] if found["Cl"] - found["NO3"] > 1e-12 * found["Cl"] else found["Cl"]
    both = sum(found.values()) or 1.0
    shares = {anion: amount / both for anion, amount in found.items()}
    for at, name in enumerate(layout.elements):
        charge = float(layout.charge[at])
        if charge > 2.5:
            continue
        amount = sum(outlets[one].metals[name] - outlets[one].in_organic[name] for one in before)
        for anion, share in shares.items():
            if share > 0.0:
                salts[salt(name, charge, anion)] = amount * share / (2.0 if anion == "SO4" and charge < 1.5 else 1.0)
    acids = {one.name: outlets[one.name].acid for one in layout.outlets if one.phase == "aqueous"}
    return Waste(MappingProxyType(salts), MappingProxyType(acids))


def _assumptions(layout: Layout, circuit: Circuit, soaped: bool) -> tuple[str, ...]:
    out = []
    for name in layout.elements:
        one = layout.chemistry.constants[name]
        own = circuit.equilibrium.log_k if circuit.equilibrium is not None else {}
        if name in circuit.constants or name in own or not one.assumed:
            continue
        k = one.log_k
        out.append(f"log10 K of {name} is {k.value:.3g} ({k.low:.3g} to {k.high:.3g})")
    bounds = {"loading": layout.chemistry.most_loading, "ph": layout.chemistry.most_ph}
    for name, fact in bounds.items():
        if name not in circuit.limits and fact.assumed:
            out.append(f"most {name} is {fact.value:g} ({fact.low:g} to {fact.high:g})")
    if soaped and layout.chemistry.most_saponification.assumed:
        fact = layout.chemistry.most_saponification
        out.append(f"most saponification is {fact.value:g} ({fact.low:g} to {fact.high:g})")
    if any(isinstance(one.stream, Aqueous) and one.stream.anion == "SO4" for one in layout.inlets):
        out.append(f"log10 K_a of HSO4- is {np.log10(SULFATE_KA):.3g} at any ionic strength, as in dilute sulfate")
    return tuple(out)


def describe(
    circuit: Circuit,
    layout: Layout,
    values: Values,
    steady: Steady,
    ledger: Ledger,
    case: int,
    flags: tuple[Flag, ...],
) -> CircuitResult:
    """All of one case by name."""
    outlets = _outflows(layout, ledger, case)
    v = steady.equations.volumes
    water = {one.label: float(values[f"{one.label}.flow"][case]) for one in layout.inlets}
    if steady.equations.base_water[case] > 0.0:
        water["base"] = float(steady.equations.base_water[case])
    acid = {name: float(column[case]) for name, column in acid_brought(layout, values).items() if column[case] > 0.0}
    names = [section.name for section in layout.sections for _ in range(section.stages)]
    return CircuitResult(
        circuit=circuit,
        outlets=MappingProxyType(outlets),
        profile=Profile(
            elements=layout.elements,
            sections=tuple(names),
            aqueous=_frozen(ledger.aqueous_metals[case]),
            organic=_frozen(ledger.organic_metals[case]),
            ph=_frozen(ledger.ph[case]),
            acid=_frozen(ledger.acid_stage[case]),
            free_extractant=_frozen(steady.free[case]),
            loading=_frozen(ledger.loading[case]),
            aqueous_flow=_frozen(v.aqueous[case]),
            organic_flow=_frozen(v.organic[case]),
            u=_frozen(steady.u[case]),
        ),
        fed=MappingProxyType(dict(zip(layout.elements, ledger.fed[case].tolist(), strict=True))),
        residual_load=MappingProxyType(dict(zip(layout.elements, ledger.residual_load[case].tolist(), strict=True))),
        reagents=Reagents(
            base=float(ledger.base[case]),
            base_cation=circuit.organic.base,
            acid=MappingProxyType(acid),
            water=MappingProxyType(water),
            organic=float(ledger.make_up[case]),
            extractant=float(ledger.lost[case]),
        ),
        waste=_waste(layout, outlets, _nitrate(layout, values, v, case)),
        water=(sum(water.values()), float(ledger.aqueous[case].sum())),
        closure=MappingProxyType(dict(zip(BALANCES, ledger.closure[case].tolist(), strict=True))),
        residual=float(steady.quality[case, 0]),
        sensitivity=float(steady.quality[case, 2]),
        iterations=int(steady.status[case, 3]),
        flags=flags,
        assumptions=_assumptions(layout, circuit, layout.soap >= 0),
    )
