"""A stream: mass flow by element, in the parts that later steps tell apart, with an optional sample axis."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .elements import ELEMENTS, INDEX, OXIDE_FACTOR, OXIDES, RARE_EARTHS, indices, mass_fractions
from .sums import per_sample

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]

QUOTED = {**OXIDES, "S": "SO4"}
"""How an analysis quotes an impurity; what is not named, such as Cl, F or N, as the element."""
_QUOTED_FACTOR = OXIDE_FACTOR.copy()
_QUOTED_FACTOR[INDEX["S"]] = 1.0 / mass_fractions("SO4")[INDEX["S"]]


@dataclass(frozen=True, slots=True)
class Stream:
    """Mass flows in kg per operating hour, shape (samples, parts, elements).

    `form` says what it is (ore, concentrate, leach liquor, oxide, metal, …), `parts` names the rows that later steps
    tell apart. `traits` are what it carries besides mass (names and units in `traits.py`), shape (samples,). Flows are
    read-only. One case has a sample axis of length 1, and the methods then give floats.
    """

    name: str
    form: str
    parts: tuple[str, ...]
    flow: Array
    traits: Mapping[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.flow.ndim != 3 or self.flow.shape[1:] != (len(self.parts), len(ELEMENTS)):
            raise ValueError(f"stream {self.name}: flows must have shape (samples, {len(self.parts)}, {len(ELEMENTS)})")
        self.flow.flags.writeable = False

    def _scalar(self, values: Array) -> Any:
        return float(values[0]) if len(values) == 1 else values

    @property
    def elements(self) -> Array:
        """kg/h of each element over all parts, shape (samples, elements)."""
        return np.asarray(self.flow.sum(axis=1))

    def mass(self) -> Any:
        """kg/h of everything in the stream: a float, or shape (samples,)."""
        return self._scalar(per_sample(self.flow))

    def element(self, *names: str) -> Any:
        """kg/h of elements or groups, as metal."""
        return self._scalar(per_sample(self.elements[:, indices(names)]))

    def oxide(self, *names: str) -> Any:
        """kg/h of elements or groups, as conventional oxide; all rare earths (REO) where none is named."""
        columns = indices(names or ("REO",))
        return self._scalar(per_sample(self.elements[:, columns] * OXIDE_FACTOR[columns]))

    def purity(self, *names: str) -> Any:
        """Mass fraction of the stream's rare-earth oxides, 0..1, that is the oxides of these elements or groups."""
        oxides = self.elements * OXIDE_FACTOR
        total = per_sample(oxides[:, indices(RARE_EARTHS)])
        share = np.divide(per_sample(oxides[:, indices(names)]), total, out=np.zeros_like(total), where=total > 0)
        return self._scalar(share)

    def grade(self, *names: str) -> Any:
        """Mass fraction of the whole stream, 0..1, that the oxides of these elements or groups would make."""
        total = per_sample(self.flow)
        columns = indices(names or ("REO",))
        oxides = per_sample(self.elements[:, columns] * OXIDE_FACTOR[columns])
        return self._scalar(np.divide(oxides, total, out=np.zeros_like(total), where=total > 0))

    def impurity(self, *names: str) -> Any:
        """Mass fraction of the whole stream, 0..1, of elements as an analysis quotes them: Fe2O3, CaO, SO4, Cl …

        >>> flow = 99.0 * mass_fractions("Nd2O3") + mass_fractions("H2SO4")
        >>> round(Stream("dryer.oxide", "oxide", ("bulk",), flow[None, None]).impurity("S"), 4)
        0.0098
        """
        total = per_sample(self.flow)
        columns = indices(names)
        quoted = per_sample(self.elements[:, columns] * _QUOTED_FACTOR[columns])
        return self._scalar(np.divide(quoted, total, out=np.zeros_like(total), where=total > 0))

    def sample(self, index: int) -> Stream:
        """The stream of one sample."""
        return Stream(self.name, self.form, self.parts, self.flow[index : index + 1].copy(), self._traits(index))

    def _traits(self, index: int) -> dict[str, Array]:
        return {name: values[index : index + 1] for name, values in self.traits.items()}

    def main(self, least: float = 1e-3) -> list[tuple[str, float]]:
        """The elements above a mass fraction, largest first, with their kg/h (of the first sample)."""
        flow = self.elements[0]
        total = flow.sum()
        order = np.argsort(-flow)
        return [(ELEMENTS[i], float(flow[i])) for i in order if total > 0 and flow[i] > least * total]

    def __repr__(self) -> str:
        samples = f", {len(self.flow)} samples" if len(self.flow) > 1 else ""
        heads = ", ".join(f"{name} {value:.4g}" for name, value in self.main()[:4])
        return f"<Stream {self.name}: {self.form}, {self.flow[0].sum():.5g} kg/h ({heads} …){samples}>"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{html.escape(name)}</td><td>{value:.6g}</td></tr>" for name, value in self.main(1e-9))
        head = f"<caption>{html.escape(self.name)} ({html.escape(self.form)})</caption>"
        return f"<table>{head}<tr><th>element</th><th>kg/h</th></tr>{rows}</table>"

    def to_pandas(self) -> pandas.DataFrame:
        """kg/h as a table: parts down (and samples, where there are several), elements across. Needs pandas."""
        import pandas as pd

        if len(self.flow) == 1:
            return pd.DataFrame(self.flow[0], index=pd.Index(self.parts, name="part"), columns=list(ELEMENTS))
        index = pd.MultiIndex.from_product([range(len(self.flow)), self.parts], names=["sample", "part"])
        return pd.DataFrame(self.flow.reshape(-1, len(ELEMENTS)), index=index, columns=list(ELEMENTS))
