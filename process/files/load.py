"""A flowsheet file as a checked plan, or all its faults at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from ..plan import Feed, Limit, Nameplate, Plan, Position, Target, Unit
from ..quantities import QuantityError, Value
from . import correlated, schema
from .diagnostics import Diagnostic, FlowsheetError, in_order
from .faults import Faults
from .finance_schema import odd_rates, terms
from .merge import Tree, changed, read_tree, with_likes
from .money_schema import levies
from .nodes import entries, places_of, scalars, table
from .reader import Node
from .references import References
from .shorthand import with_outlets
from .stages import with_stages
from .version import head_fault

if TYPE_CHECKING:
    from ..operations.base import Kind

Registry = Mapping[str, "Kind"]


def load_plan(
    path_or_name: str | Path,
    *,
    registry: Registry | None = None,
    changes: Mapping[str, str] = MappingProxyType({}),
    known: schema.Known | None = None,
) -> Plan:
    """The plan of a flowsheet file, or of a shipped flowsheet by its name.

    `changes` maps paths such as `flotation.recovery.REO` to texts that replace what the file says. Raises
    FlowsheetError with all faults of the file at once.
    """
    loading = _Loading(path_or_name, registry, changes, known)
    if loading.faults:
        raise FlowsheetError(loading.faults)
    return loading.plan()


def check(
    path_or_name: str | Path,
    strict: bool = False,
    *,
    registry: Registry | None = None,
    changes: Mapping[str, str] = MappingProxyType({}),
    known: schema.Known | None = None,
) -> list[Diagnostic]:
    """All errors and warnings of a file, in file order.

    With `strict` every number needs a source key, and an assumed one a spread.
    """
    try:
        loading = _Loading(path_or_name, registry, changes, known, strict)
    except FlowsheetError as error:
        return list(error.diagnostics)
    return in_order([*loading.faults, *loading.warnings])


class _Loading:
    """One load, from path to model. Faults are gathered; only what makes the rest meaningless is raised."""

    def __init__(
        self,
        path_or_name: str | Path,
        registry: Registry | None,
        changes: Mapping[str, str],
        known: schema.Known | None,
        strict: bool = False,
    ) -> None:
        self.registry = schema.shipped_registry() if registry is None else registry
        self.known = schema.shipped_names() if known is None else known
        self.tree: Tree = read_tree(path_or_name)
        self.path = str(path_or_name)
        self.faults = list(self.tree.faults)
        self.warnings: list[Diagnostic] = []
        root = self._head(self.tree.root)
        likes = {name for name, unit in table(root, "units").items() if "like" in table(unit)}
        root, failed = with_likes(root, self.faults)
        top = {*schema.Head.model_fields, "units"} - {"didymium", "extends"}
        for order, (path, text) in enumerate(changes.items()):
            root = changed(root, path, text, top, self.faults, order)
        root = with_outlets(root, self.registry)
        self.root = root
        read: dict[str, Value] = {}
        self.hours = self._hours(root)
        context = {"read": read, "hours_per_year": self.hours}
        model = schema.file_model(self.registry)
        faults = Faults(root, model, self.registry, failed)
        self.model: Any = None
        try:
            self.model = model.model_validate(self._data(root), context=context)
        except ValidationError as error:
            self.faults += faults.diagnostics(error)
        self.faults += faults.empty(self.tree.bottom, likes, self.faults)
        self.references = References(root, self.registry, self.known)
        self.references.check()
        self.references.sources(read, faults.takes_value, strict)
        self.faults += self.references.faults
        if table(root, "correlated"):
            self.faults += self._correlated(model, context)
        if not self.faults:
            self.references.untaken()
            self.warnings += odd_rates(root, self.model.finance)
        self.warnings += self.references.warnings

    def _head(self, root: Node) -> Node:
        """Checks that this is a flowsheet of a format that is known, before anything else is said about it."""
        if fault := head_fault(root):
            raise FlowsheetError([*self.faults, fault])
        return root

    def _data(self, root: Node) -> dict[str, Any]:
        return {key: node.data() for key, node in root.value.items()} if isinstance(root.value, dict) else {}

    def _hours(self, root: Node) -> float | None:
        """The hours of operation, read first because rates per year need them; the schema reports what is wrong."""
        node = table(root).get("operating_hours")
        try:
            return schema.HOURS_PER_YEAR.parse(node.value).nominal if node else None
        except QuantityError:
            return None

    def _correlated(self, model: type[BaseModel], context: dict[str, Any]) -> list[Diagnostic]:
        """What is wrong with groups of values; said beside faults in the groups themselves, not beside others."""
        found = self.model
        if found is None:
            rest = {key: item for key, item in self._data(self.root).items() if key != "correlated"}
            try:
                found = model.model_validate(rest, context=context)
            except ValidationError:
                return []
        return list(correlated.faults(self.root, self._plan(found).values()))

    def plan(self) -> Plan:
        """The plan of a file without faults."""
        return self._plan(self.model)

    def _plan(self, model: Any) -> Plan:
        """The plan of a file that fits the schema, whatever other faults it has."""
        from ..operations.base import inlets

        root = self.root
        assert isinstance(root.value, dict)
        feeds, units, capacity = (root.value.get(key) for key in ("feeds", "units", "capacity"))
        products = dict(model.products)

        def stream(name: str) -> str:
            return str(products.get(name, name))

        def unit(name: str, parameters: Any) -> Unit:
            kind = self.registry[parameters.kind]
            assert units is not None
            position, taken = units.keys[name].position, _frozen(inlets(parameters))
            stage, region = parameters.stage or kind.stage, parameters.region or ""
            places = _frozen(places_of(table(units)[name]))
            return Unit(name, kind, parameters, taken, position, stage, region, places)

        feeds_of_ore = {
            name
            for name, item in model.feeds.items()
            if isinstance(item, schema.OreFeed) or (isinstance(item, schema.MineralFeed) and item.price is None)
        }
        return Plan(
            name=self.tree.name,
            title=model.name,
            region=model.region,
            year=model.year,
            hours_per_year=model.operating_hours,
            feeds=_frozen({name: _feed(name, item, feeds) for name, item in model.feeds.items()}),
            units=_frozen(with_stages({name: unit(name, item) for name, item in model.units.items()}, feeds_of_ore)),
            products=_frozen(products),
            targets=tuple(
                _target(item, node, stream)
                for item, node in zip(model.targets, entries(root.value.get("targets")), strict=True)
            ),
            nameplates=_frozen(
                {
                    stage: Nameplate(stage, stream(item.stream), item.nameplate, item.of, _key(capacity, stage))
                    for stage, item in model.capacity.items()
                }
            ),
            allocation=model.allocation,
            prices=_frozen(dict(model.prices)),
            regions=_frozen(dict(model.regions)),
            sources=_frozen(dict(model.sources)),
            path=self.path,
            sha256=self.tree.sha256,
            position=root.place.position,
            finance=terms(model.finance),
            levies=levies(model, stream),
            correlated=correlated.groups(root),
            places=_frozen(_money_places(root)),
        )


def _frozen(items: dict[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(items)


def _key(node: Node | None, name: str) -> Any:
    assert node is not None
    return node.keys[name].position


_OF_MONEY = ("prices", "finance", "royalty", "carbon_price", "carbon_price_on_power", "freight", "products")
"""Keys of a file whose values a cost may find at fault."""


def _money_places(root: Node) -> dict[str, Position]:
    """Where the values stand that money comes from, by their path."""
    out: dict[str, Position] = {}
    for path, node in scalars(root):
        priced = path[0] == "feeds" and path[-1] == "price"
        if path[0] in _OF_MONEY or priced:
            out[".".join(map(str, path))] = node.place.position
    return out


def _feed(name: str, item: Any, feeds: Node | None) -> Feed:
    position = _key(feeds, name)
    if isinstance(item, schema.MineralFeed):
        return Feed(
            name,
            position,
            form=item.form,
            rate=item.rate,
            price=item.price,
            minerals=_frozen(dict(item.minerals)),
            distribution=_frozen(dict(item.distribution)),
            thorium=item.thorium,
            uranium=item.uranium,
        )
    if isinstance(item, schema.OreFeed):
        return Feed(name, position, deposit=item.deposit, grade=item.grade, form="ore", rate=item.rate)
    return Feed(name, position, material=_frozen(dict(item.material)), form=item.form, rate=item.rate, price=item.price)


def _target(item: BaseModel, node: Node, stream: Any) -> Target:
    position = node.place.position
    limits = {
        key: getattr(item, key).nominal for key in ("at_least", "at_most") if getattr(item, key, None) is not None
    }
    words = " and ".join(f"{key.replace('_', ' ')} {getattr(item, key).text}" for key in limits)
    if isinstance(item, schema.PurityTarget):
        elements = (item.purity,) if isinstance(item.purity, str) else tuple(item.purity)
        text = f"purity of {' + '.join(elements)} in {item.stream} {words}"
        return Target("purity", text, position, stream=stream(item.stream), elements=elements, **limits)
    if isinstance(item, schema.ImpurityTarget):
        elements = (item.impurity,) if isinstance(item.impurity, str) else tuple(item.impurity)
        text = f"{' + '.join(elements)} in {item.stream} {words}"
        return Target("impurity", text, position, stream=stream(item.stream), elements=elements, **limits)
    if isinstance(item, schema.GradeTarget):
        return _grade_target(item, position, stream(item.stream))
    if isinstance(item, schema.RecoveryTarget):
        text = f"recovery of {item.recovery} from {item.from_} to {item.to} {words}"
        return Target(
            "recovery",
            text,
            position,
            stream=stream(item.to),
            elements=(item.recovery,),
            source=stream(item.from_),
            **limits,
        )
    assert isinstance(item, schema.CapacityTarget)
    text = f"capacity of the {item.capacity} stage {words}"
    return Target("capacity", text, position, stage=item.capacity, **limits)


def _grade_target(item: schema.GradeTarget, position: Any, stream: str) -> Target:
    from ..data import oxide_grades

    if item.grade not in oxide_grades():
        return _magnet_target(item.grade, position, stream)
    grade = oxide_grades()[item.grade]
    limits = [Limit("purity", grade.elements, at_least=grade.purity.value, assumed=grade.purity.assumed)]
    if grade.oxides is not None:
        limits.append(Limit("oxides", ("REO",), at_least=grade.oxides.value, assumed=grade.oxides.assumed))
    for element, most in grade.impurities.items():
        limits.append(Limit("impurity", (element,), at_most=most.value, assumed=most.assumed))
    return Target(
        "grade",
        f"grade {item.grade} of {item.stream}",
        position,
        stream=stream,
        elements=grade.elements,
        at_least=grade.purity.value,
        grade=item.grade,
        limits=tuple(limits),
    )


def _magnet_target(name: str, position: Any, stream: str) -> Target:
    from ..magnet.grades import grade

    asked = grade(name)
    limits = (
        Limit("remanence", (), at_least=asked.Br_min_T, assumed=asked.assumed),
        Limit("coercivity", (), at_least=asked.Hcj_min_kA_m, assumed=asked.assumed),
        Limit("energy product", (), at_least=asked.BHmax_min_kJ_m3, assumed=asked.assumed),
    )
    return Target(
        "magnet", f"grade {name} of {stream}", position, stream=stream, at_least=1.0, grade=name, limits=limits
    )
