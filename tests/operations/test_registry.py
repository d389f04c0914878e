"""All kinds together: what a file and a result rely on, and that every documented value does something."""

from importlib import metadata

import numpy as np
import pytest

from didymium import operations
from didymium.data import reagents, sources
from didymium.feeds import ore_parts
from didymium.operations import registry
from didymium.operations.base import Inlet, Kind, Outlet, Parameters, leaves

STAGES = {"mine", "separation", "metal", "alloy", "magnet"}
CHLORIDES = {"LaCl3": 3.0, "CeCl3": 1.0, "NdCl3": 5.0, "SmCl3": 2.0, "CaCl2": 0.5, "HCl": 0.3, "H2O": 500.0}
TRACES = {f"{name}Cl2": 0.01 for name in ("Mg", "Sr", "Ba", "Mn", "Zn", "Pb")} | {
    "AlCl3": 0.01,
    "FeCl3": 0.01,
    "ThCl4": 0.01,
    "H4SiO4": 0.01,
    "Na2SO4": 60.0,
}
SULPHATES = {"Nd2(SO4)3": 1.0, "CaSO4": 1.0, "Fe2(SO4)3": 0.3, "MgSO4": 0.1, "H3PO4": 0.1, "Th(SO4)2": 0.1}
SOLID = {"CeCO3F": 2.0, "LaCO3F": 1.0, "NdPO4": 0.1, "CaCO3": 1.0, "MgO": 0.1, "Fe2O3": 0.2, "ThO2": 0.1}
ALLOY = {"Nd2Fe14B": 1.0, "Dy": 0.1, "C": 0.1, "Zn": 0.1, "H2": 0.1, "Nd2O3": 0.1}
COMPACTS = {"powder_size": "4 um", "alignment": "95 %", "green_density": "60 %"}
CASES = {
    "mine": ({}, "ore"),
    "in_situ_leach": ({}, "clay"),
    "comminution": ({}, "ore"),
    "magnetic_separation": (
        {"iron": "75 %", "rare_earths": "8 %", "gangue": "10 %", "electricity": "20 kWh/t"},
        "ore",
    ),
    "flotation": (
        {
            "concentrate_grade": "55 %",
            "recovery": {"REO": "80 %", "Ce": "79 %"},
            "reagents": {"soda": "1 kg/t"},
            "water": "1 t/t",
            "heat": "1 MJ/kg",
        },
        "ore",
    ),
    "flotation_circuit": (
        {
            "floatability": {"bastnaesite": "0.6 /min", "monazite": "0.5 /min"},
            "others": "0.1 /min",
            "unfloatable": {"calcite": "80 %"},
            "rougher": {"cells": 12, "time": "5 min"},
            "scavenger": {"cells": 6, "time": "8 min", "treats": "cleaner_tailings"},
            "cleaners": [{"cells": 4, "time": "3 min"}, {"cells": 4, "time": "3 min", "froth_recovery": "40 %"}],
            "reagents": {"soda": "1 kg/t"},
            "water": "1 t/t",
            "heat": "1 MJ/kg",
        },
        "ore",
    ),
    "oxidative_roast": ({"decarbonation": {"calcite": "3 %", "dolomite": "20 %"}}, "ore"),
    "sulfuric_bake": (
        {
            "acid": "2 t/t",
            "temperature": "400 °C",
            "conversion": {"bastnaesite": "99 %", "monazite": "97 %"},
            "gangue": {"calcite": "95 %", "hematite": "30 %"},
        },
        "ore",
    ),
    "gas_scrubber": (
        {
            "absorbent": "lime",
            "efficiency": {"HF": "98 %", "SiF4": "98 %", "SO3": "85 %", "SO2": "92 %", "HCl": "99 %"},
            "sulfur_dioxide": "20 %",
        },
        {"HF": 1.0, "SiF4": 0.1, "SO3": 2.0, "HCl": 0.5, "CO2": 1.0, "H2O": 3.0, "O2": 1.0},
    ),
    "caustic_crack": (
        {"conversion": {"bastnaesite": "98 %", "monazite": "97 %"}, "gangue": {"quartz": "5 %"}},
        "ore",
    ),
    "acid_leach": ({}, {"LaOF": 1.0, "CeO2": 1.0, "CaCO3": 0.1, "MgO": 0.1, "Fe2O3": 0.1}),
    "alkali_conversion": ({}, {"LaF3": 1.0, "CeOF2": 1.0, "CaCO3": 0.1}),
    "water_leach": (
        {"extraction": {"REO": "97 %", "Fe": "80 %", "Mg": "95 %", "P": "60 %", "Th": "95 %"}},
        SULPHATES,
    ),
    "neutralization": (
        {"base": "MgO", "removes": {"Fe": "99 %", "P": "99 %", "REO": "1 %"}},
        SULPHATES | {"H2O": 100.0},
    ),
    "impurity_removal": (
        {"pH": "4.2", "base": "MgO", "iron": {"to_phosphorus": "4"}, "sulfide": {}, "barium": {}},
        {"NdCl3": 1.0, "SmCl3": 0.1, "FeCl3": 0.3, "AlCl3": 0.1, "CaSO4": 1.0, "H2SO4": 1.0, "H3PO4": 0.1, "ThCl4": 0.1}
        | {f"{name}Cl2": 0.01 for name in ("Pb", "Zn", "Cu", "Ni", "Co", "Ra", "UO2")}
        | {"SiO2": 0.1, "H2O": 500.0},
    ),
    "chloride_conversion": (
        {},
        SULPHATES | {f"{name}SO4": 0.01 for name in ("Pb", "Zn", "Mn")} | {"Al2(SO4)3": 0.1, "H2O": 500.0},
    ),
    "mixer": ({}, SOLID),
    "splitter": ({"share": "30 %"}, SOLID),
    "solvent_extraction": (
        {
            "extractant": {"name": "P507", "concentration": "1.5 mol/L", "saponification": "36 % Na"},
            "cut": "Nd / Sm",
            "purity": {"raffinate": "99 %", "extract": "99 %"},
            "stages": "12 + 9",
        },
        CHLORIDES,
    ),
    "extraction_circuit": (
        {
            "extractant": {"name": "P507", "concentration": "1.5 mol/L", "saponification": "36 % Na"},
            "organic_to_feed": "18",
            "extraction": {"stages": 12, "efficiency": "95 %"},
            "scrub": {"stages": 9, "acid": "3 mol/L", "ratio": "2.1"},
            "strip": {"stages": 8, "acid": "5 mol/L", "ratio": "1.5"},
            "wash": {"stages": 2, "ratio": "0.3"},
            "reflux": "2 %",
            "entrainment": {"organic_in_aqueous": "100 ppm", "aqueous_in_organic": "0.3 %"},
            "crud": "0.05 %",
            "solubility": "0.0001 mol/L",
            "constants": {"Nd": "-2.14"},
            "feed_acid": "0.05 mol/L",
            "extractant_loss": "1 kg/t",
            "diluent_loss": "1 kg/t",
        },
        CHLORIDES,
    ),
    "separation_train": (
        {
            "extractants": [{"name": "P507", "concentration": "1.5 mol/L", "saponification": "36 % Na"}],
            "products": {
                "lace": {"elements": ["La", "Ce"], "purity": "99.5 %", "recovery": "98 %"},
                "nd": {"elements": ["Nd"], "purity": "99.7 %", "recovery": "98 %"},
                "sm": {"elements": ["Sm"], "purity": "99.6 %", "recovery": "98 %"},
            },
            "sequence": ["Nd / Sm", "Ce / Nd with P507"],
        },
        CHLORIDES,
    ),
    "oxalate_precipitation": ({}, CHLORIDES | TRACES),
    "carbonate_precipitation": ({}, CHLORIDES | TRACES),
    "calcination": ({}, {"Ce2(CO3)3": 1.0, "La2(CO3)3": 1.0, "La2(SO4)3": 0.01, "LaCl3": 0.01}),
    "water_treatment": (
        {
            "fluoride": "15 g/m^3",
            "sulfate": "1.6 kg/m^3",
            "ammonia": "15 g/m^3",
            "evaporation": "90 %",
            "reuse": "50 %",
        },
        {"NaCl": 9.0, "NH4Cl": 9.0, "HF": 1.0, "H2SO4": 5.0, "NdCl3": 0.1, "H3PO4": 0.1, "H2O": 500.0}
        | {f"{name}Cl2": 0.1 for name in ("Fe", "Mg", "Al", "Mn", "Pb", "Zn", "Th", "U")},
    ),
    "chlor_alkali": (
        {"capacity": "5 t/h", "impure": "bleed", "limits": {"Ca": "2 g/kg"}},
        {"NaCl": 50.0, "CaCl2": 0.5, "H2O": 5000.0},
    ),
    "molten_salt_electrolysis": ({}, {"Nd2O3": 1.0, "Pr6O11": 0.1, "Fe2O3": 0.01}),
    "hydrofluorination": ({}, {"Dy2O3": 1.0, "Tb4O7": 0.1, "SiO2": 0.01}),
    "metallothermic_reduction": ({"reductant": "Ca"}, {"DyF3": 1.0, "TbF3": 0.1, "DyOF": 0.01}),
    "strip_casting": ({}, {"Nd": 1.0, "Nd2O3": 0.01, "C": 0.01}),
    "hydrogen_decrepitation": ({}, ALLOY),
    "jet_milling": ({"size": "2 um"}, ALLOY),
    "pressing": ({}, ALLOY),
    "sintering": ({"powder_size": "3 um", "green_density": "55 %"}, ALLOY),
    "smco5_sintering": (COMPACTS, {"SmCo5": 7.6, "Sm2Co7": 0.3, "Sm2O3": 0.1, "C": 0.02, "ZnH2": 0.001}),
    "sm2co17_sintering": (
        COMPACTS | {"cooling": "2 K/min"},
        {"Sm2Co17": 3.0, "SmCo5": 3.0, "Fe": 3.0, "Cu": 3.0, "Zr": 0.5, "Sm": 0.3, "Sm2O3": 0.1, "C": 0.02}
        | {"ZnH2": 0.001},
    ),
    "iron_nitriding": ({"temperature": "160 degC"}, {"Fe2O3": 1.0, "SiO2": 0.01, "H2O": 0.1}),
    "nitride_compaction": ({"ordered": "90 %"}, {"Fe16N2": 1.0, "Fe": 5.0, "FeO": 0.1}),
    "machining": ({}, ALLOY),
    "grain_boundary_diffusion": ({"source": "TbH2", "thickness": "4 mm", "grain_size": "5 um"}, ALLOY),
    "coating": ({"area": "0.068 m^2/kg"}, ALLOY),
    "magnet_collection": ({}, ALLOY | {"Ni": 0.1}),
    "hydrogen_recycling": ({}, ALLOY | {"Ni": 0.1}),
    "swarf_leach": ({"share": "90 %"}, ALLOY),
}
FOR_THE_RECORD: set[tuple[str, str]] = set()
KINDS = sorted(registry())


def test_there_is_a_case_of_every_kind() -> None:
    assert set(CASES) == {kind.name for kind in map(registry().get, operations.MODULES)}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_whole(name) -> None:
    kind = registry()[name]
    assert kind.name == name
    assert kind.stage in STAGES or kind.name in ("mixer", "splitter")
    assert kind.rest in kind.outlets
    assert kind.parameters.model_fields["kind"].annotation is not None
    for outlet in kind.outlets.values():
        assert outlet.form
        assert outlet.parts is None or outlet.parts in kind.parameters.model_fields
    for key, field in kind.parameters.model_fields.items():
        assert field.description or key == "kind", key


def arriving(bench, name, feed):
    """The inlets of a case, and the rows of a feed that the bench does not know by itself."""
    if feed in ("ore", "clay"):
        deposit = {"ore": "mountain_pass", "clay": "longnan_clay"}[feed]
        return bench.ore(deposit, 0.06 if feed == "ore" else 0.001), {"feed": ore_parts(deposit)}
    flow = bench.of(feed)
    return ({"feeds.0": flow} if name == "mixer" else flow), {}


@pytest.mark.parametrize("name", KINDS)
def test_every_value_does_something(bench, name) -> None:
    """A value of the file that changes nothing would mislead; each is moved a little and something must follow."""
    keys, feed = CASES[name]
    inlets, parts = arriving(bench, name, feed)
    model = bench.parameters(name, keys, ["feeds.0"] if name == "mixer" else ["feed"])
    base = bench.run(name, keys, inlets, parts=parts)
    for path, value in leaves(model).items():
        moved = np.array([value.nominal * 0.99 if value.nominal else 0.01])
        done = bench.run(name, keys, inlets, parts=parts, changes={path: moved})
        same = np.array_equal(done.outcome.shares, base.outcome.shares)
        same &= all(a.rate[0] == b.rate[0] for a, b in zip(done.outcome.lines, base.outcome.lines, strict=True))
        same &= all(
            np.array_equal(one, base.details[key]) for key, one in done.details.items() if isinstance(one, np.ndarray)
        )
        sizes = zip(done.outcome.sizes, base.outcome.sizes, strict=True)
        same &= all(a.value[0] == b.value[0] for a, b in sizes)
        assert not same or (name, path) in FOR_THE_RECORD, path


@pytest.mark.parametrize("name", KINDS)
def test_the_ledger_can_be_priced_and_followed(bench, name) -> None:
    keys, feed = CASES[name]
    inlets, parts = arriving(bench, name, feed)
    done = bench.run(name, keys, inlets, parts=parts)
    paths = set(leaves(bench.parameters(name, keys, ["feeds.0"] if name == "mixer" else ["feed"])))
    for line in done.outcome.lines:
        assert line.unit in ("kg", "kWh", "MJ")
        assert line.unit != "kg" or line.item in reagents(), line.item
        assert set(line.follows) <= paths, line.item


@pytest.mark.parametrize("name", KINDS)
def test_defaults_name_their_source(bench, name) -> None:
    keys, _ = CASES[name]
    model = bench.parameters(name, keys, ["feeds.0"] if name == "mixer" else ["feed"])
    for path, value in leaves(model).items():
        if path.split(".")[0] not in keys:
            assert value.source in sources(), path


class Nothing(Parameters):
    """Nothing: what comes goes."""

    feed: Inlet


def kind(name: str) -> Kind:
    return Kind(name, "metal", Nothing, {"out": Outlet("metal")}, lambda p, b: None, rest="out")


class Point:
    def __init__(self, loaded) -> None:
        self.loaded = loaded

    def load(self):
        return self.loaded


@pytest.fixture
def plugged(monkeypatch):
    def plug(*loaded):
        monkeypatch.setattr(metadata, "entry_points", lambda group: [Point(item) for item in loaded])
        return registry.__wrapped__()

    return plug


def test_other_packages_add_kinds(plugged) -> None:
    assert list(plugged(kind("nothing")))[-1] == "nothing"


def test_names_are_given_once(plugged) -> None:
    with pytest.raises(ValueError, match="two operations are called 'mine'"):
        plugged(kind("mine"))


def test_an_entry_point_names_a_kind(plugged) -> None:
    with pytest.raises(TypeError, match="must name a Kind, not str"):
        plugged("mine")
