"""A small registry of operations, so that tests of files need no chemistry."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from didymium.files.schema import Known
from didymium.operations.base import AskingInlet, ElementName, Inlet, Kind, Outlet, Parameters
from didymium.quantities import Fraction, In, Temperature, Value

collect_ignore_glob = ["*.yaml", "golden/*", "golden_minerals/*"]  # inputs of tests, no flowsheets with targets to hold


class Flotation(Parameters):
    """Flotation of minerals."""

    kind: Literal["flotation"]
    feed: Inlet = Field(description="Ground ore.")
    concentrate_grade: Annotated[Value, In("1", "60 % REO", low=0, high=1, basis=("REO",))]
    recovery: dict[ElementName, Fraction] = Field(description="Share that floats.")


class Bake(Parameters):
    """Sulphuric acid bake."""

    kind: Literal["sulfuric_bake"]
    feed: Inlet
    acid: Annotated[Value, In("kg/kg", "1.55 t/t", low=0)]
    temperature: Temperature = Field(Value(600.0, "degC", text="600 °C"))


class Leach(Parameters):
    """Leach with water."""

    kind: Literal["water_leach"]
    feed: Inlet
    water: Annotated[Value, In("kg/kg", "9 t/t", low=0)] | None = None


class Extractant(BaseModel):
    """What extracts."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    name: Literal["P507", "P204"]
    concentration: Annotated[Value, In("mol/L", "1.5 mol/L", low=0)]
    saponification: Annotated[Value, In("1", "36 % NH4", low=0, high=1, basis=("NH4", "Na"))]


class Cut(Parameters):
    """Solvent extraction."""

    kind: Literal["solvent_extraction"]
    feed: Inlet
    extractant: Extractant
    cut: str
    purity: dict[Literal["raffinate", "extract"], Fraction]
    stages: int | None = Field(None, ge=2, le=1000)
    make_up: Annotated[Value, In("kg/h", "2 kg/h", low=0, yearly=True)] | Literal["none"] = "none"


class Mixer(Parameters):
    """Streams brought together."""

    kind: Literal["mixer"]
    feeds: list[Inlet] = Field(min_length=1)


class Splitter(Parameters):
    """A stream shared out."""

    kind: Literal["splitter"]
    feed: Inlet
    share: Fraction


class Alloy(Parameters):
    """Alloy from metals."""

    kind: Literal["alloy"]
    feed: Inlet
    addition: AskingInlet | None = None


class Spring(Parameters):
    """A unit that may go without a feed."""

    kind: Literal["source"]
    feed: Inlet | None = None


def _nothing(p: Any, b: Any) -> None:
    """These kinds are never solved."""


WASTE = ("tailings", "gas", "residue")


def _kind(name: str, stage: str, model: type[Parameters], *outlets: str) -> Kind:
    made = {outlet: Outlet(outlet, waste=outlet in WASTE) for outlet in outlets}
    return Kind(name, stage, model, made, _nothing, outlets[-1])


REGISTRY = {
    kind.name: kind
    for kind in (
        _kind("flotation", "mine", Flotation, "concentrate", "tailings"),
        _kind("sulfuric_bake", "separation", Bake, "calcine", "gas"),
        _kind("water_leach", "separation", Leach, "liquor", "residue"),
        _kind("solvent_extraction", "separation", Cut, "raffinate", "strip_liquor"),
        _kind("mixer", "separation", Mixer, "mixed"),
        _kind("splitter", "separation", Splitter, "first", "second"),
        _kind("source", "mine", Spring, "water"),
        _kind("alloy", "alloy", Alloy, "flakes", "swarf"),
    )
}
KNOWN = Known.of(("bayan_obo", "mountain_pass"), ("china", "usa"), ("miit2016", "assumed"))


@pytest.fixture(scope="session")
def registry() -> Mapping[str, Kind]:
    return REGISTRY


@pytest.fixture(scope="session")
def known() -> Known:
    return KNOWN


@pytest.fixture(scope="session")
def plant() -> Path:
    return Path(__file__).with_name("plant.yaml")
