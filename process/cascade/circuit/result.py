"""A solved circuit by the names of its parts: outlets, stages, reagents, waste, balances and the limits it left."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..batch import ILL_CONDITIONED
from ..errors import CascadeError
from .limits import Flag
from .pickled import Pickles

if TYPE_CHECKING:
    import pandas as pd

    from .circuit import Circuit

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Outflow(Pickles):
    """What leaves in one place: ``flow`` L/h of aqueous, ``organic_flow`` L/h of organic, the rest in mol/h.

    ``metals`` counts both phases, ``in_organic`` is the part in the organic. ``acid`` is titratable, ``chloride`` any
    anion of charge 1.
    """

    name: str
    flow: float
    organic_flow: float
    metals: Mapping[str, float]
    in_organic: Mapping[str, float]
    acid: float
    chloride: float
    sulfate: float

    def concentration(self, element: str) -> float:
        """mol/L in the aqueous of this outlet. Raises CascadeError for an unknown element or no aqueous."""
        if element not in self.metals:
            raise CascadeError(f"{element!r} is not in this circuit; choose from {', '.join(self.metals)}")
        if not self.flow > 0.0:
            raise CascadeError(f"no aqueous leaves as {self.name}")
        return (self.metals[element] - self.in_organic[element]) / self.flow

    @property
    def acidity(self) -> float:
        """Titratable acid in mol/L of its aqueous; 0 where none leaves."""
        return self.acid / self.flow if self.flow > 0.0 else 0.0


@dataclass(frozen=True, eq=False)
class Profile(Pickles):
    """The stages, rows from stage 1; ``aqueous`` and ``organic`` (stages, elements) in mol/L of what leaves a stage.

    ``ph`` is -log10 of the proton in mol/L, ``acid`` titratable mol/L, ``free_extractant`` active units in mol/L,
    ``loading`` the share of the stoichiometric loading that metals other than the soap's take; ``aqueous_flow`` and
    ``organic_flow`` in L/h; ``u`` = ln(free extractant / proton) may start a similar solve; all (stages,).
    """

    elements: tuple[str, ...]
    sections: tuple[str, ...]
    aqueous: Floats
    organic: Floats
    ph: Floats
    acid: Floats
    free_extractant: Floats
    loading: Floats
    aqueous_flow: Floats
    organic_flow: Floats
    u: Floats


@dataclass(frozen=True, eq=False)
class Reagents(Pickles):
    """What a circuit uses: ``base`` equivalents/h, ``acid`` mol H+/h by section or feed, ``water`` L/h by stream.

    ``organic`` is the L/h of fresh organic that makes up a closed loop (all of an open one's), ``extractant`` the
    formal mol/h that are lost: dissolved, entrained and in crud.
    """

    base: float
    base_cation: str
    acid: Mapping[str, float]
    water: Mapping[str, float]
    organic: float
    extractant: float


@dataclass(frozen=True, eq=False)
class Waste(Pickles):
    """``salts`` mol/h by formula in what leaves extraction and scrub, ``acid`` titratable mol/h by aqueous outlet."""

    salts: Mapping[str, float]
    acid: Mapping[str, float]


@dataclass(frozen=True, eq=False, repr=False)
class CircuitResult(Pickles):
    """A solved circuit, flows in mol/h and L/h; ``outlets`` by name, see ``Outflow``.

    ``fed`` is element → mol/h that enters; ``residual_load`` element → mol/L in the organic leaving the last stage,
    which a closed loop brings back to stage 1. ``water`` is (in, out) in L/h. ``closure`` maps each balance to its
    largest relative error; ``residual`` is the largest |ln(cations/anions)| of a stage. ``sensitivity`` is the
    largest change of ``profile.u`` for a relative change of 2^-52 of all strong anions. ``flags`` are limits left,
    ``assumptions`` the constants and bounds used that rest on no measurement.
    """

    circuit: Circuit
    outlets: Mapping[str, Outflow]
    profile: Profile
    fed: Mapping[str, float]
    residual_load: Mapping[str, float]
    reagents: Reagents
    waste: Waste
    water: tuple[float, float]
    closure: Mapping[str, float]
    residual: float
    sensitivity: float
    iterations: int
    flags: tuple[Flag, ...]
    assumptions: tuple[str, ...]

    @property
    def ill_conditioned(self) -> bool:
        """Whether ``sensitivity`` is above 1e-6: solved, but where its fronts stand hangs on the last digits given."""
        return self.sensitivity > ILL_CONDITIONED

    @property
    def raffinate(self) -> Outflow:
        """The aqueous that leaves stage 1."""
        return self.outlets["raffinate"]

    @property
    def strip_liquor(self) -> Outflow:
        """The aqueous that leaves the first strip section. Raises CascadeError where there is none."""
        for section in self.circuit.sections:
            if section.kind == "strip":
                if section is self.circuit.sections[0]:
                    return self.raffinate
                return self.outlet(f"{section.name.replace(' ', '_')}_liquor")
        raise CascadeError("this circuit has no strip section; its product leaves with the organic")

    @property
    def draws(self) -> Mapping[int, Outflow]:
        """Aqueous draws by stage, counted from 1."""
        found = {name: flow for name, flow in self.outlets.items() if name.startswith("draw ")}
        return MappingProxyType({int(name.split()[1]): flow for name, flow in found.items()})

    def outlet(self, where: str | int) -> Outflow:
        """One outlet by name, or an aqueous draw by its stage. Raises CascadeError."""
        name = f"draw {where}" if isinstance(where, int) else where
        if not isinstance(name, str) or name not in self.outlets:
            raise CascadeError(f"{where!r} is not an outlet of this circuit; choose from {', '.join(self.outlets)}")
        return self.outlets[name]

    def recovery(self, element: str, where: str | int) -> float:
        """Share 0..1 of what enters of an element that leaves by one outlet."""
        fed = self._of(element)
        if not fed > 0.0:
            raise CascadeError(f"no {element} enters this circuit", element=element)
        return self.outlet(where).metals[element] / fed

    def purity(self, where: str | int, *elements: str) -> float:
        """Mole fraction 0..1 of ``elements`` together among the rare earths of one outlet."""
        if not elements:
            raise CascadeError("purity of what? name one or more elements")
        flow = self.outlet(where)
        for name in elements:
            self._of(name)
        soaps = {name for name in flow.metals if name not in self.circuit.rare_earths}
        wrong = soaps.intersection(elements)
        if wrong:
            raise CascadeError(f"purity counts rare earths, and {', '.join(sorted(wrong))} is none")
        whole = sum(amount for name, amount in flow.metals.items() if name not in soaps)
        if not whole > 0.0:
            raise CascadeError(f"no rare earth leaves as {flow.name}")
        return sum(flow.metals[name] for name in dict.fromkeys(elements)) / whole

    def _of(self, element: str) -> float:
        if element not in self.fed:
            raise CascadeError(
                f"{element!r} is not in this circuit; choose from {', '.join(self.fed)}", element=element
            )
        return self.fed[element]

    def __repr__(self) -> str:
        rare = self.circuit.rare_earths
        parts = [
            f"{name} {sum(amount for one, amount in flow.metals.items() if one in rare):.6g}"
            for name, flow in self.outlets.items()
        ]
        return (
            f"<CircuitResult {len(self.profile.ph)} stages, {len(rare)} rare earths, mol/h: {', '.join(parts)}; "
            f"closure {max(self.closure.values()):.1e}, {len(self.flags)} flags"
            f"{', ill-conditioned' if self.ill_conditioned else ''}>"
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in (*self.fed, "acid", "L/h"))
        rows = "".join(
            f"<tr><th>{html.escape(name)}</th>"
            + "".join(f"<td>{value:.6g}</td>" for value in (*flow.metals.values(), flow.acid, flow.flow))
            + "</tr>"
            for name, flow in self.outlets.items()
        )
        return f"<table><thead><tr><th>mol/h</th>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def to_pandas(self) -> pd.DataFrame:
        """Stages (rows, from 1) by section, flows, pH, loading and concentrations in mol/L; needs pandas."""
        try:
            import pandas as pd
        except ImportError:
            raise ImportError("to_pandas() needs pandas; install it with: pip install 'didymium[pandas]'") from None
        p = self.profile
        table: dict[str, object] = {
            "section": list(p.sections),
            "aqueous L/h": p.aqueous_flow,
            "organic L/h": p.organic_flow,
            "pH": p.ph,
            "loading": p.loading,
            "free extractant": p.free_extractant,
        }
        for at, name in enumerate(p.elements):
            table[f"{name} aqueous"] = p.aqueous[:, at]
            table[f"{name} organic"] = p.organic[:, at]
        return pd.DataFrame(table, index=pd.RangeIndex(1, len(p.ph) + 1, name="stage"))
