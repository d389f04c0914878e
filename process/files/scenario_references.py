"""What a scenario refers to: regions, plants, magnets, flowsheets, deposits, goods, end uses, ramps, rules, years."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from ..goods import PRICED, GoodError, good_names, one_good, separate
from ..quantities import QuantityError, suggestion
from ..scenario import SUPPLY_STAGES, without_stages
from . import scenario_stages
from .diagnostics import Diagnostic, Place
from .merge import SCENARIO, shipped, shipped_scenarios, sort_of
from .nodes import entries, table
from .reader import Node
from .scenario_values import date_of, quarter_of, year_of, years_of
from .schema import Known

ORES = ("mine", "cracking", "separation", "heavy_separation")
"""Stages that may name deposits."""
OF_KINDS = ("alloy", "magnet", "recycling")
"""Stages that may name kinds of magnets."""
REQUIRED = ("region", "plant", "kind of magnet")
"""What every scenario has some of."""
WHOLE = ("REO", "TREO", "mass")
_T = TypeVar("_T")


@dataclass
class ScenarioReferences:
    """Checks the references of one tree. It reads the tree, not the models, so it works beside other faults."""

    root: Node
    known: Known
    folder: Path
    faults: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.regions = [str(node.value) for node in entries(table(self.root).get("regions"))]
        self.magnets = table(self.root, "magnets")
        self.plants = table(self.root, "plants")
        self.rules = table(self.root, "rules")
        self.uses = list(dict.fromkeys(use for uses in table(self.root, "demand").values() for use in table(uses)))
        self.deposits = sorted({*self.known.deposits, *scenario_stages.mines()})
        self.years = _read(years_of, table(self.root).get("years")) or ()

    def check(self) -> None:
        """All checks."""
        self._head()
        self._magnets()
        self._plants()
        self._demand()
        self._rules()
        self._stockpiles()
        self._levers()

    def _error(self, place: Place, message: str, hint: str = "") -> None:
        self.faults.append(Diagnostic(place, message, hint))

    def _one_of(self, node: Node | None, names: Iterable[str], what: str, place: Place | None = None) -> None:
        """Holds a name to those that are known; of a key `node` is the text and `place` where it stands."""
        known = list(names)
        if node is None or not isinstance(node.value, str) or node.value in known:
            return
        if not known and what in REQUIRED:
            return  # the schema says that there is none
        hint = f"{_plural(what)}: {', '.join(known)}" if known else self._none_of(what, node.value)
        near = suggestion(node.value, known)
        self._error(place or node.place, f"unknown {what} {node.value!r}{near}", hint)

    def _none_of(self, what: str, name: str) -> str:
        """What to do where a file names none of what it refers to."""
        if what == "ramp":
            key = name if name.isidentifier() else "name"
            return f"this file names none; write ramp: [40 %, 75 %, 100 %], or ramps: {{{key}: [40 %, 75 %, 100 %]}}"
        return f"this file names no {_plural(what)}"

    def _each_of(self, node: Node | None, names: Iterable[str], what: str) -> None:
        known = list(names)
        seen: dict[str, Place] = {}
        for item in entries(node):
            self._one_of(item, known, what)
            text = str(item.value)
            if text in seen:
                self.faults.append(Diagnostic(item.place, f"{text} twice", related=((seen[text], "first named here"),)))
            seen.setdefault(text, item.place)

    def _key(self, parent: Node, name: str, names: Iterable[str], what: str) -> None:
        place = parent.keys[name]
        self._one_of(Node(name, place, (place.line, place.column)), names, what, place)

    def _head(self) -> None:
        head = table(self.root)
        self._each_of(head.get("regions"), self.regions, "region")
        self._each_of(head.get("focus"), self.regions, "region")
        self._each_of(head.get("sites"), self.plants, "plant")
        for node in table(self.root, "standard").values():
            self._flowsheet(node)
        prices = head.get("prices")
        for text in table(prices):
            assert prices is not None
            place = prices.keys[text]
            form = self._good(text, place)
            if form and form not in PRICED:
                hint = f"those of {', '.join(f'{priced}s' for priced in PRICED)} are"
                self._error(place, f"no price of {text} is ever asked for", hint)

    def _flowsheet(self, node: Node | None) -> None:
        """A flowsheet is a shipped one, or a file beside the scenario."""
        if node is None or not isinstance(node.value, str) or node.value in shipped():
            return
        beside = self.folder / node.value
        try:
            found = beside.is_file()
        except (OSError, ValueError):
            found = False
        hint = f"flowsheets: {', '.join(shipped())}; or a file beside this one"
        if (node.value in shipped_scenarios() and not found) or (found and sort_of(beside) is SCENARIO):
            self._error(node.place, f"{node.value} is a scenario, not a flowsheet", hint)
        elif not found:
            near = suggestion(node.value, shipped())
            self._error(node.place, f"unknown flowsheet {node.value!r}{near}", hint)

    def _good(self, text: str, place: Place, single: bool = False) -> str:
        """Holds a text to the names of goods; their form, empty where it names none."""
        try:
            found = good_names(text, tuple(self.magnets), self.deposits)
            if single:
                one_good(text, tuple(self.magnets), self.deposits)
        except GoodError as fault:
            self._error(place, str(fault), fault.hint)
            return ""
        return found[0].partition(":")[0]

    def _goods(self, node: Node | None) -> None:
        for item in entries(node):
            if isinstance(item.value, str):
                self._good(item.value, item.place)

    def _magnets(self) -> None:
        """Magnets of rare earths hold some; that of iron nitride is held to none by the schema."""
        group = table(self.root).get("magnets")
        for name, magnet in self.magnets.items():
            assert group is not None
            family = magnet.item("family")
            if family in ("NdFeB", "SmCo") and not table(magnet, "content"):
                such = "NdPr: 30 %" if family == "NdFeB" else "Sm: 25 %"
                message = f"magnets.{name} needs the key 'content'"
                self._error(group.keys[name], message, f"such as content: {{{such}}}")

    # -- plants -------------------------------------------------------------------------------------------------------

    def _plants(self) -> None:
        for plant_name, plant in self.plants.items():
            keys = table(plant)
            self._one_of(keys.get("region"), self.regions, "region")
            self._flowsheet(keys.get("flowsheet"))
            stages = keys.get("stages")
            for name in table(stages):
                assert stages is not None
                self._stage(plant_name, stages.keys[name], name, table(stages)[name])
        self._missing_stages()

    def _missing_stages(self) -> None:
        """A flowsheet has the stages that plants take from it; what only a solve shows is said after that."""
        asked: dict[int, tuple[Node, list[tuple[str, Place]]]] = {}
        standard = table(self.root, "standard")
        for plant in self.plants.values():
            own = table(plant).get("flowsheet")
            stages = table(plant).get("stages")
            for name, stage in table(stages).items():
                assert stages is not None
                node = table(stage).get("flowsheet") or own or standard.get(name)
                if node is not None and isinstance(node.value, str) and name in SUPPLY_STAGES:
                    asked.setdefault(id(node), (node, []))[1].append((name, stages.keys[name]))
        for node, wanted in asked.values():
            text = str(node.value)
            has = scenario_stages.stages(text if text in shipped() else str(self.folder / text))
            if has is None:
                continue
            lacking = {name: place for name, place in reversed(wanted) if name not in has}
            names = [name for name in SUPPLY_STAGES if name in lacking]
            if names:
                known = [] if "heavy_separation" in names else scenario_stages.those_with(names)
                hint = f"flowsheets with {' and '.join(names)}: {', '.join(known)}" if known else ""
                related = tuple(
                    (lacking[name], f"this {name}") for name in names if lacking[name].line != node.place.line
                )
                message = without_stages(text, names, has - {"heavy_separation"})
                self.faults.append(Diagnostic(node.place, message, hint, related=related))

    def _stage(self, plant: str, place: Place, name: str, stage: Node) -> None:
        keys, above, label = table(stage), table(self.plants[plant]), f"plants.{plant}.stages.{name}"
        self._one_of(keys.get("region"), self.regions, "region")
        self._flowsheet(keys.get("flowsheet"))
        ramp = keys.get("ramp")
        if ramp is not None and isinstance(ramp.value, str):
            self._one_of(ramp, table(self.root, "ramps"), "ramp")
        self._each_of(keys.get("deposits"), self.deposits, "deposit")
        self._each_of(keys.get("makes"), self.magnets, "kind of magnet")
        if name not in SUPPLY_STAGES:
            return  # the schema says so, and what such a stage may hold nobody knows
        for key, stages in (("deposits", ORES), ("makes", OF_KINDS)):
            if key in keys and stage.keys and name not in stages:
                what = "takes no ore" if key == "deposits" else "makes no magnets"
                self._error(stage.keys[key], f"a {name} stage {what}", f"{key} is a key of {', '.join(stages)}")
        self._counts(name, keys.get("counts"))
        start, stop = keys.get("start") or above.get("start"), keys.get("stop")
        if start is None and isinstance(stage.value, dict):
            self._error(place, f"{label} needs the key 'start'", "such as start: 2026-07; or give it to the plant")
        if "start" not in keys:  # else the schema says so
            begun, ended = _read(date_of, start), _read(date_of, stop)
            if stop is not None and begun is not None and ended is not None and ended <= begun:
                self._error(stop.place, "the stage stops before it starts")
        sources = (keys.get("flowsheet"), above.get("flowsheet"), table(self.root, "standard").get(name))
        if not any(sources) and isinstance(stage.value, dict):
            hint = f"name a flowsheet, or one for all under standard: {{{name}: kuantan}}"
            self._error(place, f"nothing says what {label} yields", hint)

    def _counts(self, stage: str, node: Node | None) -> None:
        """A nameplate counts REO or mass, or some elements as oxide or metal."""
        if node is None or not isinstance(node.value, str):
            return
        text = node.value.strip()
        if text in WHOLE:
            if (text == "mass") == (stage in ORES):
                right = "REO, or elements such as NdPr" if stage in ORES else "mass"
                if stage != "metal":
                    self._error(node.place, f"{stage} does not count {text}", f"write {right}")
            return
        for word in (part.strip() for part in text.split("+")):
            offset = max(node.value.find(word), 0)
            try:
                found = separate(word)
            except GoodError as fault:
                hint = fault.hint or "REO, mass, or elements such as NdPr or Dy + Tb"
                self._error(node.part(offset, len(word)), str(fault), hint)
                return
            if found != (word,):
                message = f"{word} is a group of {len(found)}"
                self._error(node.part(offset, len(word)), message, f"name them: {' + '.join(found)}")
                return
        if stage in OF_KINDS or stage == "cracking":
            what = "REO" if stage == "cracking" else "mass"
            self._error(node.place, f"{stage} does not count {text}", f"write {what}")

    # -- demand -------------------------------------------------------------------------------------------------------

    def _demand(self) -> None:
        demand = table(self.root).get("demand")
        for item in entries(table(self.root).get("focus")):
            if item.value in self.regions and not table(table(demand).get(str(item.value))):
                message = f"{item.value} is in focus and asks for nothing"
                self.warnings.append(Diagnostic(item.place, message, "", "warning"))
        for region in table(demand):
            assert demand is not None
            self._key(demand, region, self.regions, "region")
            uses = table(demand)[region]
            for use in table(uses):
                self._use(uses.keys[use], use, table(uses)[use])

    def _use(self, place: Place, name: str, use: Node) -> None:
        keys = table(use)
        if not isinstance(use.value, dict):
            return
        self._one_of(keys.get("magnet"), self.magnets, "kind of magnet")
        for one, other, such in (("magnet", "oxide", "magnet: motor"), ("tonnes", "number", "tonnes: 3_000 t/year")):
            if one in keys and other in keys:
                message = f"{name} gives {one} and {other}"
                self.faults.append(Diagnostic(use.keys[other], message, f"one of them, as in {such}"))
            elif one not in keys and other not in keys:
                self._error(place, f"{name} needs the key {one!r} or {other!r}", f"such as {such}")
        for one, other, such in (("number", "each", "each: 1.2 kg"), ("each", "number", "number: 1.3e6 /year")):
            if one in keys and other not in keys and not (one == "each" and "tonnes" in keys):
                self._error(use.keys[one], f"{name} gives {one}, and needs the key {other!r}", f"such as {such}")
        if "each" in keys and "tonnes" in keys and "number" not in keys:
            self._error(use.keys["each"], f"{name} gives tonnes and each", "tonnes alone, or number with each")
        oxide = keys.get("oxide")
        if oxide is not None and isinstance(oxide.value, str):
            self._good(f"{oxide.value} oxide", oxide.place, single=True)
            for key in ("substitutes", "collected", "life"):
                if key in keys:
                    self._error(use.keys[key], f"{name} asks for an oxide, which has no {key}")
        others = keys.get("substitutes")
        for other in table(others):
            assert others is not None
            self._key(others, other, self.magnets, "kind of magnet")
            if keys.get("magnet") is not None and keys["magnet"].value == other:
                self._error(others.keys[other], f"{other} stands in for itself")

    # -- rules of trade, stocks, levers -------------------------------------------------------------------------------

    def _rules(self) -> None:
        group = table(self.root).get("rules")
        for name, rule in self.rules.items():
            assert group is not None
            keys = table(rule)
            for key in ("origin", "to", "buyers"):
                self._each_of(keys.get(key), self.regions, "region")
            self._each_of(keys.get("uses"), self.uses, "end use")
            self._goods(keys.get("goods"))
            origins = {str(item.value) for item in entries(keys.get("origin"))}
            for item in (*entries(keys.get("to")), *entries(keys.get("buyers"))):
                if str(item.value) in origins:
                    self._error(item.place, f"{item.value} is where the goods come from")
            self._of_kind(name, group.keys[name], rule)

    def _of_kind(self, name: str, place: Place, rule: Node) -> None:
        """What a rule of its kind must say."""
        keys, kind = table(rule), rule.item("kind")
        if kind == "licence" and not keys.keys() & {"delay", "granted", "buyers"}:
            hint = "such as delay: 45 day, granted: 40 % or buyers: [europe]"
            self._error(place, f"the licence {name} neither delays nor holds back anything", hint)
        limit = keys.get("limit")
        for period in table(limit):
            assert limit is not None
            self._inside_years(_read(lambda text: quarter_of(str(text))[0], period), period, limit.keys[period])

    def _inside_years(self, year: int | None, text: str, place: Place) -> None:
        if year is not None and self.years and year not in self.years:
            self._idle(place, f"{text} is outside the years {self.years[0]} to {self.years[-1]}")

    def _idle(self, place: Place, message: str) -> None:
        """What can never have an effect; only a warning where the years were changed from outside."""
        years = table(self.root)["years"]
        if years.place.source.aside:
            self.warnings.append(Diagnostic(place, message, "", "warning"))
        else:
            self._error(place, message)

    def _stockpiles(self) -> None:
        for stock in table(self.root, "stockpiles").values():
            keys = table(stock)
            self._one_of(keys.get("region"), self.regions, "region")
            self._one_of(keys.get("origin"), self.regions, "region")
            good = keys.get("good")
            if good is not None and isinstance(good.value, str):
                self._good(good.value, good.place, single=True)
            for key in ("at_least", "months"):
                series = keys.get(key)
                for year in table(series):
                    assert series is not None
                    self._inside_years(_read(year_of, year), year, series.keys[year])

    def _levers(self) -> None:
        for lever in table(self.root, "levers").values():
            keys = table(lever)
            self._each_of(keys.get("regions"), self.regions, "region")
            self._each_of(keys.get("rules"), self.rules, "rule")
            self._goods(keys.get("goods"))
            first = keys.get("first")
            begun = _read(date_of, first)
            if first is not None and begun is not None and self.years and begun >= self.years[-1] + 1:
                self._idle(first.place, f"{first.value} is after the last year, {self.years[-1]}")


def _read(parse: Callable[[object], _T], item: Node | str | None) -> _T | None:
    """What a text stands for, or None where there is none or the schema says what is wrong with it."""
    if item is None:
        return None
    try:
        return parse(item.value if isinstance(item, Node) else item)
    except QuantityError:
        return None


def _plural(what: str) -> str:
    return what.replace("kind of", "kinds of") if what.startswith("kind of") else f"{what}s"


def unknown_paths(root: Node, changes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Changes whose path leads to an entry that is not there, with what is wrong."""
    for path in changes:
        parts = path.split(".")
        for depth, (group, what) in enumerate(_GROUPS.get(parts[0], ()), 1):
            inner = table(root, *parts[:depth])
            if len(parts) > depth + 1 and parts[depth] not in inner:
                yield path, f"no {what} {parts[depth]!r} in {group}{suggestion(parts[depth], inner)}"
                break


_GROUPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "plants": (("plants", "plant"),),
    "magnets": (("magnets", "kind of magnet"),),
    "rules": (("rules", "rule"),),
    "stockpiles": (("stockpiles", "stock"),),
    "levers": (("levers", "lever"),),
    "demand": (("demand", "region"), ("demand", "end use")),
}
"""What stands by name under the keys of a file, by depth."""
