"""What the magnets of a stream can do, read from its composition and from the traits that it carries."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..elements import INDEX
from ..stream import Stream
from ..sums import per_sample
from ..traits import ALIGNMENT, ANNEALING, DENSITY, GAIN, GAIN_LOW, GRAIN
from .grades import Grade, assign, catalogue
from .phases import PhaseBalance, phase_balance
from .properties import Magnet, Properties, properties

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]

SHOWN = ("Br_T", "Hcj_kA_m", "BHmax_kJ_m3")
UNTOLD = "not known: nothing says how it was made"
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


@dataclass(frozen=True, repr=False)
class Ability:
    """What magnets of any family can do: numbers by name and unit (`Br_T`, `Hcj_kA_m`, `BHmax_kJ_m3`), (samples,) each.

    Of every sample `grades` says in words which grade it meets, `names` is that grade, empty where there is none,
    `limiting` the property with the least margin, `margins` that margin as a share of its limit (NaN where the family
    tells none) and `classes` the temperature in °C that the trade gives the grade. `phases` are mass shares (samples,
    phases) with their `phase_names`; `sintered` is there for R-Fe-B alone. What a sample does not tell is NaN.
    """

    values: Mapping[str, Array]
    grades: tuple[str, ...]
    names: tuple[str, ...]
    limiting: tuple[str, ...]
    margins: tuple[float, ...]
    classes: tuple[float, ...]
    phases: Array
    phase_names: tuple[str, ...]
    sintered: Evaluated | None = None

    def get(self, name: str) -> Array:
        """Numbers by their name; zeros where this family knows none."""
        return self.values.get(name, np.zeros(len(self.grades)))

    def __repr__(self) -> str:
        numbers = ", ".join(f"{name} {self.values[name][0]:.4g}" for name in SHOWN if name in self.values)
        more = f", {len(self.grades)} samples" if len(self.grades) > 1 else ""
        return f"<Magnet {self.names[0] or 'of no grade'}: {numbers}{more}>"

    def _repr_html_(self) -> str:
        told = ((html.escape(name), float(value[0])) for name, value in self.values.items())
        rows = "".join(f"<tr><td>{name}</td><td>{value:.6g}</td></tr>" for name, value in told)
        return f"<table><caption>{html.escape(self.grades[0])}</caption>{rows}</table>"

    def to_pandas(self) -> pandas.DataFrame:
        """Grade, limiting property and numbers, one row per sample. Needs pandas."""
        import pandas as pd

        return pd.DataFrame({"grade": self.names, "limiting": self.limiting, **self.values}).rename_axis("sample")


def is_magnet(stream: Stream) -> bool:
    """Whether a stream is of sintered R-Fe-B magnets whose making is known."""
    if stream.form != FORM or not all(name in stream.traits for name in NEEDED):
        return False
    held = stream.elements
    iron = held[:, INDEX["Fe"]] > np.maximum(held[:, INDEX["Co"]], held[:, INDEX["Sm"]])
    return bool(np.any(told(stream) & iron))


def told(stream: Stream) -> NDArray[np.bool_]:
    """The samples of a stream that say all that the properties of a magnet need, shape (samples,)."""
    flows = per_sample(stream.flow) > 0.0
    return np.asarray(np.logical_and.reduce([flows, *(~np.isnan(stream.traits[name]) for name in NEEDED)]))


def magnet_of(stream: Stream) -> Magnet:
    """The magnets of a stream, kg/h of each element; what diffused in stands apart and a coat is left out."""
    rows = [i for i, part in enumerate(stream.parts) if part not in (DIFFUSED, COAT)]
    late = [i for i, part in enumerate(stream.parts) if part == DIFFUSED]
    none = np.zeros(len(stream.flow))
    said, known = stream.traits, told(stream)
    # A sample that says nothing gets middling numbers here, and its properties are taken out again.
    sure = {name: np.where(known, said[name], 1.0) for name in NEEDED}
    gains = {name: np.nan_to_num(said.get(name, none)) for name in (GAIN, GAIN_LOW)}
    return Magnet(
        composition=np.add.reduce(stream.flow[:, rows], axis=1),
        diffused=np.add.reduce(stream.flow[:, late], axis=1),
        relative_density=sure[DENSITY],
        grain_um=sure[GRAIN],
        alignment=sure[ALIGNMENT],
        annealing=sure[ANNEALING],
        gain=gains[GAIN],
        gain_low=gains[GAIN_LOW],
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
    known = told(stream)
    values = {name: np.where(known, value, np.nan) for name, value in values.items()}
    grades = tuple(one if sure else None for one, sure in zip(found.grades, known, strict=True))
    return Ability(
        values=values,
        grades=tuple(UNTOLD if one is None else one.words for one in grades),
        names=tuple("" if one is None else one.name for one in grades),
        limiting=tuple("" if one is None else one.limiting for one in grades),
        margins=tuple(math.nan if one is None else min(one.margins.values()) for one in grades),
        classes=tuple(math.nan if one is None or not one.name else one.Tmax_C for one in grades),
        phases=found.phases.mass,
        phase_names=found.phases.names,
        sintered=found,
    )


def of_family(details: Mapping[str, Any]) -> Ability:
    """What magnets of another family can do, from the details of the unit that made them."""
    values = {name: details[name] for name in details["magnet"]}
    least = [catalogue().get(str(name)) for name in details["grade"]]
    triples = zip(values["Br_T"], values["Hcj_kA_m"], values["BHmax_kJ_m3"], strict=True)
    margins = [
        {} if one is None else one.margins(float(br), float(hcj), float(energy))
        for one, (br, hcj, energy) in zip(least, triples, strict=True)
    ]
    limiting = tuple(
        min(each, key=each.__getitem__) if each else str(short)
        for each, short in zip(margins, details["limiting"], strict=True)
    )
    spare = tuple(min(each.values()) if each else math.nan for each in margins)
    words = (
        f"{name}, least margin {100.0 * margin:.1f} % in {what}" if one else f"{name}; {what} misses it most"
        for name, one, what, margin in zip(details["grade"], least, limiting, spare, strict=True)
    )
    return Ability(
        values=values,
        grades=tuple(words),
        names=tuple("" if one is None else one.name for one in least),
        limiting=limiting,
        margins=spare,
        classes=tuple(math.nan if one is None else one.Tmax_C for one in least),
        phases=details["phases"],
        phase_names=tuple(details["phase_names"]),
    )
