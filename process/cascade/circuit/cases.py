"""Many parameter sets of one circuit, solved together; arrays with the cases first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import CascadeError
from .layout import Layout
from .ledger import BALANCES, Ledger
from .pickled import restored
from .steady import Steady

if TYPE_CHECKING:
    from .result import CircuitResult

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class CircuitCases:
    """Solved cases of one circuit; mol/h, L/h and mol/L as in ``CircuitResult``, rows are cases.

    ``elements`` names columns, ``outlets`` the places in ``flows`` (cases, outlets, elements); ``aqueous``,
    ``organic`` (cases, stages, elements), ``ph``, ``loading``, ``u`` (cases, stages); ``residual_load`` (cases,
    elements), ``base`` equivalents/h and ``closure`` (cases,). A case that failed is told in ``failures`` and holds
    NaN.
    """

    elements: tuple[str, ...]
    outlets: tuple[str, ...]
    fed: Floats
    flows: Floats
    aqueous: Floats
    organic: Floats
    ph: Floats
    loading: Floats
    u: Floats
    residual_load: Floats
    base: Floats
    closure: Floats
    residual: Floats
    iterations: NDArray[np.int64]
    failures: Mapping[int, CascadeError]
    _rare: NDArray[np.bool_]
    _one: Callable[[int], CircuitResult] = field()

    def __reduce__(self) -> tuple[object, ...]:
        # What gives one result holds the whole solver's state; its answers travel in its place.
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        results = {case: self.result(case) for case in range(len(self)) if case not in self.failures}
        plain = given | {"failures": dict(self.failures), "_one": results.__getitem__}
        return restored, (CircuitCases, plain)

    def __len__(self) -> int:
        return len(self.closure)

    def _place(self, where: str | int) -> int:
        name = f"draw {where}" if isinstance(where, int) else where
        if name not in self.outlets:
            raise CascadeError(f"{where!r} is not an outlet of this circuit; choose from {', '.join(self.outlets)}")
        return self.outlets.index(name)

    def _column(self, element: str) -> int:
        if element not in self.elements:
            raise CascadeError(f"{element!r} is not in this circuit; choose from {', '.join(self.elements)}")
        return self.elements.index(element)

    def recovery(self, element: str, where: str | int) -> Floats:
        """Share 0..1 of what enters of an element that leaves by one outlet, (cases,); NaN where none enters."""
        at = self._column(element)
        return _share(self.flows[:, self._place(where), at], self.fed[:, at])

    def purity(self, where: str | int, *elements: str) -> Floats:
        """Mole fraction 0..1 of ``elements`` among the rare earths of one outlet, (cases,); NaN without any.

        Raises CascadeError for an outlet or element that is none, without elements, and for what is no rare earth.
        """
        if not elements:
            raise CascadeError("purity of what? name one or more elements")
        here = self.flows[:, self._place(where)]
        columns = [self._column(name) for name in dict.fromkeys(elements)]
        wrong = [self.elements[at] for at in columns if not self._rare[at]]
        if wrong:
            raise CascadeError(f"purity counts rare earths, and {', '.join(sorted(wrong))} is none", element=wrong[0])
        return _share(here[:, columns].sum(axis=1), here[:, self._rare].sum(axis=1))

    def result(self, case: int) -> CircuitResult:
        """Everything about one case, as its circuit would have given it. Raises its CascadeError if it failed."""
        if isinstance(case, bool) or not isinstance(case, int | np.integer):
            raise CascadeError(f"case is {case!r}; give a whole number from 0 to {len(self) - 1}")
        if case in self.failures:
            raise self.failures[int(case)]
        if not 0 <= case < len(self):
            raise CascadeError(f"case {case} is not within 0 to {len(self) - 1}", case=case)
        return self._one(case)

    def __repr__(self) -> str:
        solved = len(self) - len(self.failures)
        return f"<CircuitCases {len(self)} cases, {solved} solved, outlets {', '.join(self.outlets)}>"


def _share(part: Floats, whole: Floats) -> Floats:
    """part/whole, NaN where there is nothing."""
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 0.0)


def gather(
    layout: Layout,
    steady: Steady,
    ledger: Ledger,
    failures: Mapping[int, CascadeError],
    one: Callable[[int], CircuitResult],
) -> CircuitCases:
    """The arrays of a batch, with NaN where a case failed."""
    bad = sorted(failures)

    def clean(array: Floats) -> Floats:
        out = np.array(array, dtype=np.float64)
        out[bad] = np.nan
        out.flags.writeable = False
        return out

    assert ledger.closure.shape[1] == len(BALANCES)
    return CircuitCases(
        elements=layout.elements,
        outlets=tuple(outlet.name for outlet in layout.outlets),
        fed=clean(ledger.fed),
        flows=clean(ledger.metals),
        aqueous=clean(ledger.aqueous_metals),
        organic=clean(ledger.organic_metals),
        ph=clean(ledger.ph),
        loading=clean(ledger.loading),
        u=clean(steady.u),
        residual_load=clean(ledger.residual_load),
        base=clean(ledger.base),
        closure=clean(ledger.closure.max(axis=1)),
        residual=clean(steady.quality[:, 0]),
        iterations=steady.status[:, 3].copy(),
        failures=failures,
        _rare=layout.rare_earths,
        _one=one,
    )
