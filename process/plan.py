"""What a flowsheet says, read and checked, before anything is solved.

`files/` makes a `Plan` from a file; `network/` solves it. Values keep their source and spread; positions keep the way
back to the line that said it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from .finance_terms import FinanceTerms
from .levies import Levies

if TYPE_CHECKING:
    from .operations.base import Kind, Outlet, Parameters
    from .quantities import Value

STAGES = ("mine", "separation", "metal", "alloy", "magnet")
"""The stages of the chain, ore to magnet."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where in a file something stands; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Feed:
    """What enters the flowsheet from outside: ore from a deposit, minerals, or a purchased material.

    `rate` in kg per operating hour; None means as much as the unit that takes it asks for. `material` maps elements
    (or formulas) to mass fractions; `price` in USD/kg. `minerals` maps minerals to mass shares, `distribution` rare
    earths to their shares of the oxides; `thorium` and `uranium` are kg per kg.
    """

    name: str
    position: Position
    deposit: str | None = None
    grade: Value | None = None
    material: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    form: str = "ore"
    rate: Value | None = None
    price: Value | None = None
    minerals: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    distribution: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    thorium: Value | None = None
    uranium: Value | None = None

    @property
    def is_ore(self) -> bool:
        """Whether rare earths enter here as minerals of the ground, not as something bought."""
        return self.deposit is not None or (bool(self.minerals) and self.price is None)


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit operation: its kind, parameters and the streams that it takes.

    `inlets` maps an inlet name of the kind (`feed`, `feeds.0`, …) to a stream name: `unit.outlet` or a feed's name.
    `region` is the unit's own, empty where the stage's or the file's holds. `places` maps the paths of its keys
    (`recovery.REO`) to where they stand.
    """

    name: str
    kind: Kind
    parameters: Parameters
    inlets: Mapping[str, str]
    position: Position
    stage: str
    region: str = ""
    places: Mapping[str, Position] = field(default_factory=lambda: MappingProxyType({}))

    def place(self, key: str) -> Position:
        """Where a key of the unit stands, or the nearest key above it, or the unit."""
        while key:
            if key in self.places:
                return self.places[key]
            key = key.rpartition(".")[0]
        return self.position

    @property
    def outlets(self) -> Mapping[str, Outlet]:
        """What leaves it, by the name of the outlet."""
        key = self.kind.named_outlets
        return self.kind.outlets_of(getattr(self.parameters, key) if key else ())


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a grade, as a fraction: of the rare-earth oxides for purity, of the whole stream for the others.

    `oxides` is the share of rare-earth oxides in the stream, `impurity` that of elements as analyses quote them. Those
    of a magnet are T of remanence, kA/m of coercivity and kJ/m³ of energy product. `assumed` says that the number is
    nobody's published one.
    """

    kind: Literal["purity", "oxides", "impurity", "remanence", "coercivity", "energy product"]
    elements: tuple[str, ...]
    at_least: float | None = None
    at_most: float | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A promise of the file that a test holds it to. Bounds are fractions, or kg per operating hour for capacity.

    A grade has `limits`, each of which must hold; its own elements and bounds are those of its purity. That of a
    magnet (kind `magnet`) asks for at least 1: the least of its properties over their limits.
    """

    kind: Literal["purity", "impurity", "grade", "magnet", "recovery", "capacity"]
    text: str
    position: Position
    stream: str = ""
    elements: tuple[str, ...] = ()
    source: str = ""
    stage: str = ""
    at_least: float | None = None
    at_most: float | None = None
    grade: str = ""
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Nameplate:
    """What a stage can make: `rate` in kg per operating hour of a stream, all of it or some elements as oxide."""

    stage: str
    stream: str
    rate: Value
    basis: str
    position: Position


@dataclass(frozen=True, slots=True)
class CorrelatedPath:
    """A value of the file, or a figure of the data (`data.…`), that moves with a group, or `against` it."""

    path: str
    against: bool
    position: Position


@dataclass(frozen=True, slots=True)
class Correlated:
    """Numbers that vary as one: what is low in one is low in all, or high in those that move against them."""

    name: str
    members: tuple[CorrelatedPath, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole flowsheet file after checking."""

    name: str
    title: str
    region: str
    year: int
    hours_per_year: Value
    feeds: Mapping[str, Feed]
    units: Mapping[str, Unit]
    products: Mapping[str, str]
    targets: tuple[Target, ...]
    nameplates: Mapping[str, Nameplate]
    allocation: Literal["value", "mass"]
    prices: Mapping[str, Value]
    regions: Mapping[str, str]
    sources: Mapping[str, str]
    path: str
    sha256: str
    position: Position
    correlated: tuple[Correlated, ...] = ()
    finance: FinanceTerms = field(default_factory=FinanceTerms)
    levies: Levies = field(default_factory=Levies)
    places: Mapping[str, Position] = field(default_factory=lambda: MappingProxyType({}))

    def place(self, path: str) -> Position:
        """Where a value of money stands (`prices.HCl`, `finance.grant`); the file's first key where none is known."""
        return self.places.get(path, self.position)

    def values(self) -> dict[str, Value]:
        """Every value of the file by its path, `unit.key` or `feeds.name.key`, in file order."""
        from .operations.base import leaves

        out: dict[str, Value] = {"operating_hours": self.hours_per_year}
        for feed in self.feeds.values():
            for key in ("grade", "rate", "price", "thorium", "uranium"):
                value = getattr(feed, key)
                if value is not None:
                    out[f"feeds.{feed.name}.{key}"] = value
            for table in ("material", "minerals", "distribution"):
                shares: Mapping[str, Value] = getattr(feed, table)
                out.update({f"feeds.{feed.name}.{table}.{name}": value for name, value in shares.items()})
        for unit in self.units.values():
            out.update({f"{unit.name}.{path}": value for path, value in leaves(unit.parameters).items()})
        out.update({f"capacity.{stage}": plate.rate for stage, plate in self.nameplates.items()})
        out.update({f"prices.{item}": value for item, value in self.prices.items()})
        out.update(self.finance.values())
        out.update(self.levies.values())
        return out
