"""The terms of a plant's finance as numbers by sample: of the file where it says so, else of the data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..data import finance_facts
from ..finance_terms import HEAD
from ..quantities import Value
from .cost import Cost
from .figures import Figures
from .ramp_up import outputs, years_to_full

Array = NDArray[np.float64]


class Terms:
    """Terms of a plant as arrays of shape (samples,): of the file where it says so, else of the data."""

    def __init__(self, cost: Cost, changes: Mapping[str, Array], figures: Figures) -> None:
        self.samples, self.changes, self.figures = cost.solution.samples, changes, figures
        self.plan = cost.solution.plan
        self.terms = self.plan.finance

    def array(self, value: float | Array) -> Array:
        """A number for every sample."""
        return np.array(np.broadcast_to(np.asarray(value, dtype=float), (self.samples,)))

    def own(self, path: str, value: Value) -> Array:
        """A value of the file, sampled where it is."""
        return self.array(self.changes.get(f"{HEAD}{path}", value.nominal))

    def of(self, path: str, value: Value | None, item: str, of: str) -> Array:
        """A value of the file, else a figure of the data."""
        if value is not None:
            return self.own(path, value)
        return self.array(self.figures.of(f"finance.{item}.{of}", finance_facts()[item, of]))

    @property
    def building(self) -> int:
        """Years of building."""
        if self.terms.construction is not None:
            return int(self.terms.construction.nominal)
        return len(self.terms.spending) or int(finance_facts()["construction", "years"].value)

    def spending(self) -> list[float]:
        """Shares of capital by year of building: the file's, those of the data for as many years, else equal ones."""
        if self.terms.spending:
            return [share.nominal for share in self.terms.spending]
        usual = [fact.value for (item, _), fact in finance_facts().items() if item == "spending"]
        return usual if len(usual) == self.building else [1.0 / self.building] * self.building

    def ramp_up(self, stages: tuple[str, ...], horizon: int) -> Array:
        """Output of each year of operation as a share of the full one, shape (samples, horizon)."""
        if own := self.terms.ramp_up:
            shares = [self.own(f"ramp_up.{i}", share) for i, share in enumerate(own)]
            return np.stack([shares[min(year, len(own) - 1)] for year in range(horizon)], axis=1)
        out = np.ones((self.samples, horizon))
        for stage in stages:
            out = np.minimum(out, outputs(years_to_full(stage, self.figures), horizon))
        return out
