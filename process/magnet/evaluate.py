"""What the magnets of a stream can do, read from its composition and from the traits that it carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..elements import INDEX
from ..stream import Stream
from ..traits import ALIGNMENT, ANNEALING, DENSITY, GAIN, GAIN_LOW, GRAIN
from .grades import Grade, assign
from .phases import PhaseBalance, phase_balance
from .properties import Magnet, Properties, properties

Array = NDArray[np.float64]

FORM = "magnet"
NEEDED = (DENSITY, GRAIN, ALIGNMENT, ANNEALING)
DIFFUSED = "diffused"
"""The row of what came in along the grain boundaries after sintering."""
COAT = "coat"
"""The row of a plated or painted skin, which is no part of the magnet."""


@dataclass(frozen=True)
class Evaluated:
    """The magnets of one stream: what they hold, their phases, what they can do and the grade of each sample."""

    magnet: Magnet
    phases: PhaseBalance
    properties: Properties
    grades: tuple[Grade, ...]


@dataclass(frozen=True)
class Ability:
    """What magnets of any family can do: numbers by name and unit (`Br_T`, `Hcj_kA_m`, `BHmax_kJ_m3`), (samples,) each.

    `grades` says of every sample in words which grade it meets. `phases` are mass shares (samples, phases) with their
    `phase_names`; `sintered` is there for R-Fe-B alone.
    """

    values: Mapping[str, Array]
    grades: tuple[str, ...]
    phases: Array
    phase_names: tuple[str, ...]
    sintered: Evaluated | None = None

    def get(self, name: str) -> Array:
        """Numbers by their name; zeros where this family knows none."""
        return self.values.get(name, np.zeros(len(self.grades)))


def is_magnet(stream: Stream) -> bool:
    """Whether a stream is of sintered R-Fe-B magnets whose making is known."""
    known = stream.form == FORM and all(name in stream.traits for name in NEEDED)
    held = stream.elements
    return known and bool(np.all(held[:, INDEX["B"]] > 0.0) and np.all(held[:, INDEX["Fe"]] > held[:, INDEX["Co"]]))


def magnet_of(stream: Stream) -> Magnet:
    """The magnets of a stream, kg/h of each element; what diffused in stands apart and a coat is left out."""
    rows = [i for i, part in enumerate(stream.parts) if part not in (DIFFUSED, COAT)]
    late = [i for i, part in enumerate(stream.parts) if part == DIFFUSED]
    none = np.zeros(len(stream.flow))
    said = stream.traits
    return Magnet(
        composition=np.add.reduce(stream.flow[:, rows], axis=1),
        diffused=np.add.reduce(stream.flow[:, late], axis=1),
        relative_density=said[DENSITY],
        grain_um=said[GRAIN],
        alignment=said[ALIGNMENT],
        annealing=said[ANNEALING],
        gain=said.get(GAIN, none),
        gain_low=said.get(GAIN_LOW, none),
    )


def evaluate(stream: Stream) -> Evaluated | None:
    """What the R-Fe-B magnets of a stream can do; None where it holds none whose making is known."""
    if not is_magnet(stream):
        return None
    magnet = magnet_of(stream)
    phases = phase_balance(magnet.composition + magnet.diffused)
    found = properties(magnet, phases=phases)
    return Evaluated(magnet, phases, found, assign(found))


def ability(stream: Stream) -> Ability | None:
    """The same as `evaluate`, as numbers by name."""
    found = evaluate(stream)
    if found is None:
        return None
    made = found.properties
    values = {name: value for name in made.__slots__ if (value := getattr(made, name)).dtype == float}
    values |= {"density_g_cm3": found.phases.density * found.magnet.relative_density}
    return Ability(values, tuple(one.words for one in found.grades), found.phases.mass, found.phases.names, found)
