"""Equipment of an extraction circuit and what stays in it: mixer-settlers, extractant, diluent and rare earths."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..data import circuit_costs
from ..data.equilibria import chemistry
from ..elements import OXIDE_FACTOR, RE
from ..sums import per_sample
from .balance import Balance
from .stoichiometry import Array, rare_earth_moles

FOLLOWS = ("mixing", "settling", "strip_stages")
"""Keys that volumes follow from."""
USUAL_RESIDENCE = 20.0 / 60.0
"""h in a mixer and its settler where a kind has no key for it: the standards of `mixing` and `settling` together."""


def note_mixer_settlers(
    b: Balance, volume: Array, stages: Array | float, follows: Iterable[str] = FOLLOWS, words: str = ""
) -> None:
    """Note m³ of all mixer-settlers of a circuit, each stage one of them; `words` name the circuit in a train."""
    b.size(f"mixer-settlers of {words}" if words else "mixer-settlers", volume, "m^3", follows, stages)


def note_held(
    b: Balance, organics: Iterable[tuple[str, Array, Array]], rare_earths: Array, follows: Iterable[str] = FOLLOWS
) -> None:
    """Note the first fill: kg of each extractant and of kerosene, and kg REO in both phases of all stages.

    `organics` are extractants with m³ of their organic and its mol/L; `rare_earths` (samples,) kmol, of the feed's
    composition. Limits: no contraction on mixing; tanks outside the circuit hold nothing.
    """
    held: dict[str, Array] = {}
    diluent = np.zeros(b.samples)
    for name, volume, strength in organics:
        about = chemistry(name)
        kg = volume * strength * about.molar_mass
        held[name] = held.get(name, np.zeros(b.samples)) + kg
        taken = kg / 1000.0 / about.density.value if about.density is not None else np.zeros(b.samples)
        diluent = diluent + np.maximum(volume - taken, 0.0) * circuit_costs()["diluent_density"].value * 1000.0
    for name, kg in held.items():
        b.size(f"{name} held", kg, "kg", follows)
    b.size("kerosene held", diluent, "kg", follows)
    feed = b.flow("feed")
    moles = rare_earth_moles(feed)
    oxide = per_sample(feed[:, RE] * OXIDE_FACTOR[RE])
    per_kmol = np.divide(oxide, moles, out=np.zeros(b.samples), where=moles > 0.0)
    b.size("rare earths held", rare_earths * per_kmol, "kg", follows)
