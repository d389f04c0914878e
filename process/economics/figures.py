"""The figures of the data that a cost rests on, each at its own value or at a sampled one.

Every price, wage, rate and factor that the economics read from the data passes through here under a key such as
`price.us.HCl`; its path among the samples is `data.price.us.HCl`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..data import Fact
from ..quantities import suggestion

Array = NDArray[np.float64]

HEAD = "data."
"""What the path of a figure of the data begins with."""
FINANCE = "data.finance."
"""What those begin with that no cost rests on, but the cash flow."""


class Figures:
    """Figures of the data by key; `changes` are sampled values by path, shape (samples,), others than `data.` ignored.

    >>> from didymium.data import cost_rates
    >>> figures = Figures({"data.rate.life": np.array([15.0, 25.0])})
    >>> figures.of("rate.life", cost_rates()["life"]), figures.of("rate.maintenance", cost_rates()["maintenance"])
    (array([15., 25.]), 0.02)
    >>> sorted(figures.used)
    ['data.rate.life', 'data.rate.maintenance']
    """

    def __init__(self, changes: Mapping[str, Array] | None = None, lenient: bool = False) -> None:
        self.lenient = lenient
        """Whether a figure may change that these samples do not use: a by-product, say, that none of them makes."""
        self._changes = {path: values for path, values in (changes or {}).items() if path.startswith(HEAD)}
        self._used: dict[str, Fact] = {}

    def of(self, key: str, fact: Fact) -> float | Array:
        """The value of a figure: the sampled one where there is one, shape (samples,), else the data's own."""
        path = HEAD + key
        self._used.setdefault(path, fact)
        return self._changes.get(path, fact.value)

    def aside(self) -> Figures:
        """The same values in a list of its own, to read some without counting them as used."""
        other = Figures(lenient=self.lenient)
        other._changes = self._changes
        return other

    @property
    def used(self) -> Mapping[str, Fact]:
        """The figures that were asked for, by path, in the order of their first use."""
        return MappingProxyType(self._used)

    def check(self) -> None:
        """Raises KeyError where a figure was to change that nothing used."""
        for path in () if self.lenient else self._changes:
            if path not in self._used and not path.startswith(FINANCE):
                raise KeyError(f"no cost here rests on {path!r}{suggestion(path, self._used)}")
