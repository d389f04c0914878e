"""What a flowsheet file may say: pydantic models, with the kinds of units from a registry of operations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, Union

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)

from ..elements import GROUPS, INDEX, RARE_EARTHS, is_name, mass_fractions
from ..operations.base import ElementName, Stage
from ..quantities import Fraction, In, Value, suggestion
from .finance_schema import FinanceKeys
from .money_schema import CarbonPrice, FeedPrice, FreightPrice, Price, Royalty

if TYPE_CHECKING:
    from ..operations.base import Kind

NAME_PATTERN = "^[a-z][a-z0-9_]*$"
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=60)]
SourceKey = Annotated[str, StringConstraints(pattern="^[A-Za-z][A-Za-z0-9_-]*$", max_length=60)]
Text = Annotated[str, StringConstraints(max_length=4000)]
CorrelatedPath = Annotated[str, StringConstraints(pattern=r"^-?[ ]*[A-Za-z][^\s].*$", max_length=200)]

HOURS_PER_YEAR = In("h/year", "7_920 h/year", low=1, high=8784)
HoursPerYear = Annotated[Value, HOURS_PER_YEAR]
Rate = Annotated[Value, In("kg/h", "10_000 t/day", low=0, high=1e9, yearly=True)]
Grade = Annotated[Value, In("1", "4.1 % REO", low=0, high=1, basis=("REO", "TREO"))]
Capacity = Annotated[Value, In("kg/h", "6_075 t/year", low=0, yearly=True)]


def _compound(name: str) -> str:
    """An element or a formula, as a purchased material lists it."""
    if name in GROUPS:
        raise ValueError(f"{name!r} is a group; name its elements")
    if is_name(name):
        return name
    if len(name) > 40 or not name.replace("(", "").replace(")", "").isalnum() or not name.isascii():
        raise ValueError(f"{name[:40]!r} is no element and no formula")
    mass_fractions(name)
    return name


def _whole(shares: dict[str, Value]) -> dict[str, Value]:
    total = sum(value.nominal for value in shares.values())
    if abs(total - 1.0) > 1e-6:
        raise ValueError(f"the shares add up to {100 * total:.8g} %, not 100 %")
    return shares


def _counted(name: str) -> str:
    if name != "total" and not is_name(name):
        raise ValueError(f"{name!r} is neither 'total' nor an element or group{suggestion(name, ['total', *GROUPS])}")
    return name


def _some(names: list[str]) -> list[str]:
    if not names:
        raise ValueError("no element is named")
    return names


_MAGNET_GRADE = re.compile(r"[NnGg]?\d{2}[A-Za-z]{0,2}")
MAGNET = "magnet"
"""The form of magnets, and what a grade may be of."""


def grade_of(name: str) -> str:
    """Whether a grade is one of an oxide or of a magnet; empty where nobody knows it."""
    from ..data import oxide_grades
    from ..magnet.grades import UnknownGrade, grade

    if name in oxide_grades():
        return "oxide"
    try:
        grade(name)
    except UnknownGrade:
        return ""
    return MAGNET


def family_of(name: str) -> str:
    """The family of magnets that a grade of magnets belongs to."""
    from ..magnet.grades import grade

    return grade(name).family


def _grade(name: str) -> str:
    from ..data import oxide_grades
    from ..magnet.grades import UnknownGrade, catalogue, grade

    if name in oxide_grades():
        return name
    try:
        return grade(name).name
    except UnknownGrade as error:
        # Of a magnet's grade the nearest series of its class says more than the nearest spelling.
        near = suggestion(name, [*oxide_grades(), *catalogue()])
        words = str(error).partition("; ")[2] if _MAGNET_GRADE.fullmatch(name.strip()) else ""
        end = f"; {words}" if words else near or "; didymium list shows them"
        raise ValueError(f"unknown grade {name[:60]!r}{end}") from error


Compound = Annotated[str, AfterValidator(_compound)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True)


class OreFeed(_Part):
    """Ore from a deposit that the data knows."""

    deposit: str = Field(description="A deposit; see `didymium list`.")
    grade: Grade | None = Field(None, description="Rare-earth oxide in the ore, where not the deposit's own.")
    rate: Rate | None = Field(None, description="Ore per operating hour or day, or per year.")
    note: Text = Field("", description="Free text for the reader.")


_OXIDES = {
    "thorium": 1.0 / mass_fractions("ThO2")[INDEX["Th"]],
    "uranium": 1.0 / mass_fractions("UO3")[INDEX["U"]],
}


def _mineral(name: str) -> str:
    from ..data import minerals

    if name not in minerals():
        raise ValueError(f"unknown mineral {name[:40]!r}{suggestion(name, minerals())}")
    return name


def _rare_earth(name: str) -> str:
    if name not in RARE_EARTHS:
        raise ValueError(f"{name[:40]!r} is no rare earth{suggestion(name, RARE_EARTHS)}")
    return name


Mineral = Annotated[str, AfterValidator(_mineral)]
RareEarth = Annotated[str, AfterValidator(_rare_earth)]
Hot = Annotated[Value, In("1", "200 ppm", low=0, high=1)]
MOST_RADIOACTIVE = 0.5
"""Of ThO2 and UO3 together in an ore or concentrate: what is richer, such as thorianite, is no ore of rare earths."""


class MineralFeed(_Part):
    """Ore of a deposit of one's own, or a bought concentrate: minerals, and what rare earths they hold."""

    minerals: Annotated[dict[Mineral, Fraction], AfterValidator(_whole)] = Field(
        description="Mass shares of the minerals, which add up to 1; see `didymium list`.",
        min_length=1,
        examples=[{"bastnaesite": "9 %", "barite": "20 %", "calcite": "71 %"}],
    )
    distribution: Annotated[dict[RareEarth, Fraction], AfterValidator(_whole)] = Field(
        description="Shares of the rare-earth oxides by element, which add up to 1.",
        min_length=1,
        examples=[{"La": "33 %", "Ce": "50 %", "Nd": "17 %"}],
    )
    thorium: Hot | None = Field(None, description="Th per kg, in its mineral.")
    uranium: Hot | None = Field(None, description="U per kg, in equilibrium with its radium.")
    form: Text = Field("ore", description="What it is: ore, concentrate, …")
    rate: Rate | None = Field(None, description="How much enters; left out: as much as the unit asks for.")
    price: FeedPrice | None = Field(None, description="What it costs, where it is bought.", examples=["5.6 USD2023/kg"])
    note: Text = Field("", description="Free text for the reader.")

    @field_validator("thorium", "uranium")
    @classmethod
    def _room_for_minerals(cls, value: Value | None, info: ValidationInfo) -> Value | None:
        """Refuses the later of the two that leaves the minerals less than half of the ore."""
        given = {name: info.data.get(name) for name in ("thorium", "uranium")} | {str(info.field_name): value}
        share = sum(one.range()[1] * _OXIDES[name] for name, one in given.items() if one is not None)
        if value is not None and share > MOST_RADIOACTIVE:
            words = " and ".join(f"{name} {one}" for name, one in given.items() if one is not None)
            raise ValueError(
                f"{words} is up to {100 * share:.1f} % as oxides, which leaves too little for the minerals; at most "
                f"{100 * MOST_RADIOACTIVE:.0f} %, and usually some ppm"
            )
        return value


class MaterialFeed(_Part):
    """A material bought from outside."""

    material: Annotated[dict[Compound, Fraction], AfterValidator(_whole)] = Field(
        description="Mass shares by element or formula, which add up to 1.", min_length=1
    )
    form: Text = Field("material", description="What it is: metal, alloy, oxide, …")
    rate: Rate | None = Field(None, description="How much enters; left out: as much as the unit asks for.")
    price: FeedPrice | None = Field(None, description="What it costs.")
    note: Text = Field("", description="Free text for the reader.")


class _Bounded(_Part):
    @model_validator(mode="after")
    def _in_order(self) -> Self:
        low, high = (getattr(self, key, None) for key in ("at_least", "at_most"))
        if low is not None and high is not None and low.nominal > high.nominal:
            raise ValueError(f"at_least, {low}, is above at_most, {high}")
        return self


class PurityTarget(_Bounded):
    """A purity that a stream must reach."""

    stream: str = Field(description="`unit.outlet` or a product.")
    purity: Annotated[list[ElementName], AfterValidator(_some)] | ElementName = Field(
        description="Elements or groups that count as pure."
    )
    at_least: Fraction | None = Field(None, description="Share of the rare-earth oxides, by mass.")
    at_most: Fraction | None = Field(None, description="Share of the rare-earth oxides, by mass.")


class ImpurityTarget(_Part):
    """How much of other elements a stream may hold."""

    stream: str = Field(description="`unit.outlet` or a product.")
    impurity: Annotated[list[ElementName], AfterValidator(_some)] | ElementName = Field(
        description="Elements or groups, together; as analyses quote them: Fe as Fe2O3, Al as Al2O3, Ca as CaO, Si as "
        "SiO2, Th as ThO2, S as SO4, Cl as Cl."
    )
    at_most: Annotated[Value, In("1", "0.05 %", low=0, high=1)] = Field(
        description="Share of the whole stream, by mass, such as `0.05 %` or `50 ppm`."
    )


class GradeTarget(_Part):
    """A grade that a stream must meet, all of its limits."""

    stream: str = Field(description="`unit.outlet` or a product.")
    grade: Annotated[str, AfterValidator(_grade)] = Field(
        description="A grade of oxide or of magnets; see `didymium list`.", examples=["ndpr_oxide_99_5", "N48H"]
    )


class RecoveryTarget(_Bounded):
    """A recovery that the plant must reach."""

    recovery: ElementName = Field(description="An element or group.")
    from_: str = Field(alias="from", description="A feed or `unit.outlet`.")
    to: str = Field(description="A product or `unit.outlet`.")
    at_least: Fraction | None = Field(None, description="Share that arrives.")
    at_most: Fraction | None = Field(None, description="Share that arrives.")


class CapacityTarget(_Bounded):
    """A throughput that a stage must reach."""

    capacity: Stage = Field(description="A stage under `capacity`.")
    at_least: Capacity | None = Field(None, description="Throughput of the stage when the chain waits for its limit.")
    at_most: Capacity | None = Field(None, description="Throughput of the stage when the chain waits for its limit.")


class Plate(_Part):
    """What a stage can make."""

    stream: str = Field(description="`unit.outlet` or a product that is counted.")
    nameplate: Capacity = Field(description="What the stage can make.")
    of: Annotated[str, AfterValidator(_counted)] = Field(
        "total", description="What is counted: `total`, or an element or group as oxide, such as NdPr."
    )


def _target_kind(item: object) -> str | None:
    keys = item if isinstance(item, Mapping) else {}
    for kind in ("recovery", "capacity", "purity", "impurity", "grade"):
        if kind in keys:
            return f"{kind} target"
    return "purity target" if "stream" in keys else None


def _feed_kind(item: object) -> str | None:
    keys = item if isinstance(item, Mapping) else {}
    return next((f"{kind} feed" for kind in ("deposit", "minerals", "material") if kind in keys), None)


Target = Annotated[
    Annotated[PurityTarget, Tag("purity target")]
    | Annotated[ImpurityTarget, Tag("impurity target")]
    | Annotated[GradeTarget, Tag("grade target")]
    | Annotated[RecoveryTarget, Tag("recovery target")]
    | Annotated[CapacityTarget, Tag("capacity target")],
    Discriminator(_target_kind),
]
Feed = Annotated[
    Annotated[OreFeed, Tag("deposit feed")]
    | Annotated[MineralFeed, Tag("minerals feed")]
    | Annotated[MaterialFeed, Tag("material feed")],
    Discriminator(_feed_kind),
]


class Head(_Part):
    """A flowsheet: where rare earths enter, what is done with them, and what must come out."""

    didymium: Literal[1] = Field(description="Format version of this file: 1.")
    name: Text = Field(description="Title of the plant.", examples=["Bayan Obo to Baotou magnets"])
    description: Text = Field("", description="Free text about the plant.")
    extends: str | None = Field(
        None, description="A shipped flowsheet, or a file beside this one, whose keys this file adds to or replaces."
    )
    region: str = Field(description="Region of the price book; see `didymium list`.", examples=["china"])
    regions: dict[Stage, str] = Field(default_factory=dict, description="Regions of single stages, where different.")
    year: int = Field(description="Year of prices and money.", ge=1950, le=2100, examples=[2024])
    operating_hours: HoursPerYear = Field(description="Hours of operation in a year; rates are per operating hour.")
    feeds: dict[Name, Feed] = Field(description="What enters from outside.", min_length=1)
    products: dict[Name, str] = Field(default_factory=dict, description="Streams by the name that people use.")
    targets: list[Target] = Field(default_factory=list, description="What must hold; pytest tests it.")
    capacity: dict[Stage, Plate] = Field(default_factory=dict, description="What the stages can make.")
    prices: dict[str, Price] = Field(default_factory=dict, description="Prices other than the region's, by item.")
    carbon_price: CarbonPrice | None = Field(
        None, description="What a t of CO2 costs: of fuel, of carbon in off-gas, of fluorocarbons as CO2."
    )
    carbon_price_on_power: bool = Field(False, description="Whether the CO2 of bought electricity costs the same.")
    royalty: Royalty | None = Field(
        None, description="What a mine owes, of the value of what it sells; left out: what its region takes."
    )
    freight: dict[str, FreightPrice] = Field(
        default_factory=dict,
        description="What it costs to carry streams, by `unit.outlet`, feed or product; left out: nothing within a "
        "region, and the rate between two regions.",
        examples=[{"mixed_carbonate.carbonate": "120 USD2024/t"}],
    )
    allocation: Literal["value", "mass"] = Field("value", description="How joint costs are shared between products.")
    finance: FinanceKeys | None = Field(None, description="Cash flow: rates, years, taxes, loans, prices of products.")
    correlated: dict[Name, list[CorrelatedPath]] = Field(
        default_factory=dict,
        description="Groups of values that vary as one, by the paths of values with a spread or of figures of the data "
        "(`data.…`); a leading - moves one against its group. See docs/uncertainty.md.",
        examples=[{"recoveries": ["flotation.recovery.REO", "leach.recovery.REO"]}],
    )
    sources: dict[SourceKey, Text] = Field(default_factory=dict, description="Source keys of this file's own.")


def shipped_registry() -> Mapping[str, Kind]:
    """The kinds of units that the package ships and its plug-ins add."""
    from .. import operations

    return operations.registry()


def file_model(registry: Mapping[str, Kind] | None = None) -> type[BaseModel]:
    """The model of a whole file."""
    kinds = shipped_registry() if registry is None else registry
    return _file_model(tuple(kind.parameters for kind in kinds.values()))


@lru_cache(maxsize=8)
def _file_model(parameters: tuple[type[BaseModel], ...]) -> type[BaseModel]:
    union: Any = Union[parameters]  # noqa: UP007
    unit: Any = union if len(set(parameters)) == 1 else Annotated[union, Field(discriminator="kind")]
    units = (dict[Name, unit], Field(description="The unit operations, by name.", min_length=1))
    return create_model("Flowsheet", __base__=Head, __doc__=Head.__doc__, units=units)


@dataclass(frozen=True)
class Known:
    """The names that a file may refer to."""

    deposits: frozenset[str]
    regions: frozenset[str]
    sources: frozenset[str]

    @classmethod
    def of(cls, deposits: Iterable[str], regions: Iterable[str], sources: Iterable[str]) -> Known:
        """From any collections of names."""
        return cls(frozenset(deposits), frozenset(regions), frozenset(sources))


def shipped_names() -> Known:
    """The names that the package's data hold."""
    from .. import data

    return Known.of(data.deposits(), data.regions(), data.sources())


def inlet_names(kind: Kind) -> tuple[str, ...]:
    """The keys of a kind that name streams."""
    from ..operations.base import stream_mark

    return tuple(key for key, info in kind.parameters.model_fields.items() if stream_mark(info) is not None)


def asking_inlets(kind: Kind) -> tuple[str, ...]:
    """The keys of a kind that name streams of which the unit says how much it takes."""
    from ..operations.base import stream_mark

    marks = {key: stream_mark(info) for key, info in kind.parameters.model_fields.items()}
    return tuple(key for key, mark in marks.items() if mark is not None and mark.asks)
