"""Unit operations: one module each, collected in a registry.

Other packages add kinds by the entry point `didymium.operations`, which names a `Kind`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module, metadata
from types import MappingProxyType

from .base import Kind

MODULES = (
    "mine",
    "in_situ_leach",
    "comminution",
    "magnetic_separation",
    "flotation",
    "flotation_circuit",
    "oxidative_roast",
    "sulfuric_bake",
    "caustic_crack",
    "gas_scrubber",
    "acid_leach",
    "alkali_conversion",
    "water_leach",
    "neutralization",
    "impurity_removal",
    "chloride_conversion",
    "mixer",
    "splitter",
    "solvent_extraction",
    "extraction_circuit",
    "separation_train",
    "oxalate_precipitation",
    "carbonate_precipitation",
    "calcination",
    "chlor_alkali",
    "water_treatment",
    "molten_salt_electrolysis",
    "hydrofluorination",
    "metallothermic_reduction",
    "strip_casting",
    "hydrogen_decrepitation",
    "jet_milling",
    "pressing",
    "sintering",
    "smco5_sintering",
    "sm2co17_sintering",
    "iron_nitriding",
    "nitride_compaction",
    "machining",
    "grain_boundary_diffusion",
    "coating",
    "magnet_collection",
    "hydrogen_recycling",
    "swarf_leach",
)
ENTRY_POINT = "didymium.operations"


@cache
def registry() -> Mapping[str, Kind]:
    """Every kind of unit operation by name, in the order of the chain; kinds of other packages last."""
    kinds = [import_module(f".{name}", __name__).KIND for name in MODULES]
    kinds += [point.load() for point in metadata.entry_points(group=ENTRY_POINT)]
    out: dict[str, Kind] = {}
    for kind in kinds:
        if not isinstance(kind, Kind):
            raise TypeError(f"entry point {ENTRY_POINT} must name a Kind, not {type(kind).__name__}")
        if kind.name in out:
            raise ValueError(f"two operations are called {kind.name!r}")
        out[kind.name] = kind
    return MappingProxyType(out)
