"""What a stream is in the rough: ore, solid, liquor, gas or metal, so that streams that were crossed are told."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ORE, SOLID, LIQUOR, GAS, METAL = "ore", "solid", "liquor", "gas", "metal"

_FORMS = {
    ORE: ("ore", "concentrate", "iron concentrate", "tailings"),
    SOLID: (
        *("calcine", "hydroxide", "carbonate", "oxide", "fluoride", "residue", "slag", "salt", "gypsum", "sludge"),
        *("trisodium phosphate", "leached ground"),
    ),
    LIQUOR: (
        *("liquor", "leach liquor", "purified liquor", "chloride liquor", "effluent", "seepage"),
        *("caustic liquor", "hydrochloric acid", "recycled water", "ammonium salt", "aqueous ammonia"),
    ),
    GAS: ("gas",),
    METAL: ("metal", "alloy", "powder", "compact", "magnet", "swarf", "scrap"),
}
PHASE: Mapping[str, str] = MappingProxyType({form: phase for phase, forms in _FORMS.items() for form in forms})
"""The phase of every form that a unit's outlet may have. A file's own words for a bought material need not be here."""
