"""Mass-action circuits: extraction, scrub, strip and wash with a closed or open organic loop, steady state."""

from .cases import CircuitCases
from .circuit import Circuit
from .limits import Flag
from .result import CircuitResult, Outflow, Profile
from .sections import Section
from .streams import Aqueous, Organic

__all__ = [
    "Aqueous",
    "Circuit",
    "CircuitCases",
    "CircuitResult",
    "Flag",
    "Organic",
    "Outflow",
    "Profile",
    "Section",
]
