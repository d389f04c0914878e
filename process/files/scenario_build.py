"""The `Scenario` of a file that fits the schema and whose names are all known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..goods import good_names, words
from ..plan import Position
from ..quantities import Value
from ..scenario import (
    EndUse,
    Lever,
    MagnetKind,
    PlantStage,
    Scenario,
    Series,
    SitePlant,
    Stockpile,
    Substitute,
    TradeRule,
)
from . import scenario_schema as keys
from .merge import SCENARIO, locate, shipped
from .nodes import places_of, table
from .reader import Node
from .scenario_values import mass_of, quarter_of

COUNTED = MappingProxyType({"mine": "REO", "cracking": "REO", "separation": "REO", "heavy_separation": "REO"})
"""What the nameplate of a stage counts where the file does not say; of other stages the mass."""


def scenario(model: keys.ScenarioKeys, root: Node, name: str, path: str, sha256: str) -> Scenario:
    """The scenario of a checked file."""
    made = _Making(model, root, Path(locate(path, SCENARIO)[0]).parent)
    return Scenario(
        name=name,
        title=model.scenario,
        years=model.years,
        focus=tuple(model.focus),
        regions=tuple(model.regions),
        objective=model.objective,
        plants=_frozen({name: made.plant(name, plant) for name, plant in model.plants.items()}),
        magnets=_frozen({name: made.magnet(name, magnet) for name, magnet in model.magnets.items()}),
        demand=tuple(
            made.use(region, name, use) for region, uses in model.demand.items() for name, use in uses.items()
        ),
        rules=_frozen({name: made.rule(name, rule) for name, rule in model.rules.items()}),
        stockpiles=_frozen({name: made.stock(name, stock) for name, stock in model.stockpiles.items()}),
        levers=_frozen({name: made.lever(name, lever) for name, lever in model.levers.items()}),
        standard=_frozen({stage: made.flowsheet(text) for stage, text in model.standard.items()}),
        prices=_frozen(_prices(model)),
        sources=_frozen(dict(model.sources)),
        path=path,
        sha256=sha256,
        position=root.place.position,
        freight=model.freight,
        hold=model.hold,
        sites=tuple(model.sites),
        note=model.note,
        places=_frozen(places_of(root)),
    )


def _prices(model: keys.ScenarioKeys) -> dict[str, Value]:
    """Prices by what each good is called (`Dy oxide`, `magnets`); one of a good alone wins over one of its group."""
    named = {text: good_names(text, tuple(model.magnets), ()) for text in model.prices}
    groups_first = sorted(named, key=lambda text: -len(named[text]))
    return {words(name): model.prices[text] for text in groups_first for name in named[text]}


def flowsheet_path(text: str, folder: Path) -> str:
    """What a flowsheet is loaded by: the name of a shipped one, or the path of a file beside the scenario."""
    return text if text in shipped() else str(folder / text)


def _frozen(items: dict[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(items)


class _Making:
    """Makes the parts of a scenario, each with its place in the file."""

    def __init__(self, model: keys.ScenarioKeys, root: Node, folder: Path) -> None:
        self.model, self.root, self.folder = model, root, folder

    def _at(self, *path: str) -> Position:
        node: Node | None = self.root
        place = self.root.place
        for key in path:
            inner = table(node)
            if node is None or key not in inner:
                break
            place, node = node.keys[key], inner[key]
        return place.position

    def _below(self, *path: str) -> Mapping[str, Position]:
        node: Node | None = self.root
        for key in path:
            node = table(node).get(key)
        return _frozen({} if node is None else places_of(node))

    def flowsheet(self, text: str | None) -> str:
        return flowsheet_path(text, self.folder) if text else ""

    def _series(self, given: Any) -> Series | None:
        """A value, or values by year, as a series."""
        if given is None:
            return None
        if isinstance(given, Value):
            return Series(_frozen({self.model.years[0]: given}))
        return Series(_frozen({int(year): given[year] for year in sorted(given)}))

    def plant(self, name: str, plant: keys.PlantKeys) -> SitePlant:
        stages = {stage: self._stage(name, plant, stage, item) for stage, item in plant.stages.items()}
        return SitePlant(name, plant.owner, plant.region, _frozen(stages), self._at("plants", name), note=plant.note)

    def _stage(self, name: str, plant: keys.PlantKeys, stage: keys.Stage, item: keys.StageKeys) -> PlantStage:
        status = item.status or plant.status
        slip = self.model.slips.get(status, keys.SlipKeys())
        ramp = self.model.ramps[item.ramp] if isinstance(item.ramp, str) else item.ramp or []
        start = item.start if item.start is not None else plant.start
        assert start is not None
        path = ("plants", name, "stages", stage)
        return PlantStage(
            stage=stage,
            capacity=item.capacity,
            counts=item.counts or COUNTED.get(stage, "mass"),
            start=start,
            position=self._at(*path),
            region=item.region or plant.region,
            stop=item.stop,
            ramp=tuple(ramp),
            availability=item.availability,
            status=status,
            delay=item.delay or slip.delay,
            success=item.success or slip.success,
            flowsheet=self.flowsheet(item.flowsheet or plant.flowsheet or self.model.standard.get(stage)),
            yields=_frozen(dict(item.yields)),
            deposits=tuple(item.deposits),
            makes=tuple(item.makes),
            least=item.least,
            running_cost=item.running_cost,
            places=self._below(*path),
        )

    def magnet(self, name: str, item: keys.MagnetKeys) -> MagnetKind:
        content = _frozen(dict(item.content))
        return MagnetKind(name, item.family, content, tuple(item.diffused), self._at("magnets", name))

    def use(self, region: str, name: str, item: keys.UseKeys) -> EndUse:
        path = ("demand", region, name)
        number = self._series(item.number)
        tonnes = self._series(item.tonnes)
        if tonnes is None:
            assert number is not None
            assert item.each is not None
            tonnes = Series(_frozen({year: mass_of(one, item.each) for year, one in number.points.items()}))
        return EndUse(
            region=region,
            use=name,
            good=item.magnet or f"{item.oxide} oxide",
            tonnes=tonnes,
            position=self._at(*path),
            substitutes=tuple(
                self._substitute(other, one, (*path, "substitutes", other)) for other, one in item.substitutes.items()
            ),
            life=item.life,
            collected=self._series(item.collected),
            must=item.must,
            weight=1.0 if item.weight is None else item.weight.nominal,
            number=number,
            each=item.each,
        )

    def _substitute(self, magnet: str, item: keys.SubstituteKeys, path: tuple[str, ...]) -> Substitute:
        at_most = self._series(item.at_most)
        assert at_most is not None
        return Substitute(magnet, item.each, at_most, self._at(*path))

    def rule(self, name: str, item: keys.Rule) -> TradeRule:
        more: dict[str, Any] = {}
        for key in ("delay", "granted", "rate", "threshold"):
            if getattr(item, key, None) is not None:
                more[key] = getattr(item, key)
        for key in ("uses", "buyers"):
            more[key] = tuple(getattr(item, key, ()))
        if isinstance(item, keys.QuotaKeys):
            more["limit"] = _frozen({quarter_of(period): value for period, value in item.limit.items()})
        if item.since is not None:
            more["first"] = item.since
        if item.until is not None:
            more["last"] = item.until
        return TradeRule(
            name=name,
            kind=item.kind,
            origin=tuple(item.origin),
            position=self._at("rules", name),
            to=tuple(item.to),
            goods=tuple(item.goods or ()),
            active=item.active,
            places=self._below("rules", name),
            **more,
        )

    def stock(self, name: str, item: keys.StockKeys) -> Stockpile:
        return Stockpile(
            name=name,
            region=item.region,
            good=item.good,
            start=item.start,
            position=self._at("stockpiles", name),
            at_most=item.at_most,
            at_least=self._series(item.at_least),
            months=self._series(item.months),
            origin=item.origin or "",
        )

    def lever(self, name: str, item: keys.LeverKeys) -> Lever:
        more = {} if item.first is None else {"first": item.first}
        return Lever(
            kind=item.kind,
            position=self._at("levers", name),
            stages=tuple(getattr(item, "stages", ())),
            regions=tuple(getattr(item, "regions", ())),
            at_most=getattr(item, "at_most", None),
            cost=getattr(item, "cost", None),
            rules=tuple(getattr(item, "rules", ())),
            goods=tuple(getattr(item, "goods", ())),
            **more,
        )
