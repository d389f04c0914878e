"""Plants as activities: what each stage takes, makes and loses, and the nameplate that bounds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..data import deposits
from ..elements import INDEX, OXIDE_FACTOR, RARE_EARTHS
from ..scenario import MagnetKind, PlantStage
from .builder import Builder, carrier
from .lacking import check, passes
from .ramp import effective
from .system import Activity, Array, Bound, Good, Output, Pool
from .values import good_value, oxide_factor

if TYPE_CHECKING:
    from .yields import StageYield


@dataclass(frozen=True)
class Slip:
    """How one plant stage fares: years of delay against its start, and whether it is built at all."""

    delay: float
    built: bool = True


def composition(builder: Builder, deposit: str, flowsheet: str) -> Mapping[str, float]:
    """Mass share of each rare-earth element in what is mined of a deposit, adding up to 1.

    A deposit of the data counts as analysed; any other name is that of a flowsheet, whose mine says it.
    """
    if deposit in deposits():
        oxides = deposits()[deposit].distribution
        mass = {e: oxides[e] / float(OXIDE_FACTOR[INDEX[e]]) for e in RARE_EARTHS if oxides.get(e, 0.0) > 0.0}
        total = sum(mass.values())
        return {e: value / total for e, value in mass.items()}
    return builder.tables[deposit if deposit in builder.tables else flowsheet]["mine"].composition


def oxides_in(content: Mapping[str, float]) -> float:
    """t of oxides per t of a good, from its content of elements and groups."""
    return sum(share * oxide_factor(name) for name, share in content.items())


class _Stage:
    """One stage of a plant while its activities are made."""

    def __init__(self, builder: Builder, plant: str, stage: PlantStage) -> None:
        self.builder, self.plant, self.stage = builder, plant, stage
        self.flowsheet = stage.flowsheet or builder.scenario.standard.get(stage.stage, "")
        self.members: list[tuple[int, float | Array]] = []

    @property
    def region(self) -> str:
        return self.stage.region

    def table(self, name: str) -> StageYield:
        """What the plant's flowsheet yields at a stage: its own, or the standard one where the plant names none."""
        return self.builder.tables[self.flowsheet][name]

    def share(self, table: StageYield, element: str, form: str) -> float:
        """The share of an element or group that leaves in a form: the plant's own number, else its flowsheet's.

        That of NdPr weighs Nd and Pr by what of each enters the stage of the flowsheet.
        """
        own = self.stage.yields
        if form not in ("heavy", "swarf"):
            for name in (element, carrier(element), "REO"):
                if name in own:
                    return own[name].nominal
        return table.share(element, form)

    def cost(self, table: StageYield) -> float:
        own = self.stage.running_cost
        return own.nominal if own is not None else table.usd_per_t

    def here(self, good: Good) -> Pool:
        """The pool it takes a good from."""
        return Pool(good.name, self.region)

    def sale(self, good: Good) -> Pool:
        """The pool it makes a good into."""
        return Pool(good.name, f"{self.region}>")

    def add(
        self,
        what: str,
        takes: Mapping[Pool, float],
        makes: Iterable[Output],
        weight: float,
        cost: float,
        *,
        source: bool = False,
        splits: Mapping[str, Mapping[Pool, float]] | None = None,
    ) -> None:
        """Adds one activity of the stage; `weight` is what of the nameplate one unit of its level uses."""
        index = self.builder.add(
            Activity(
                name=f"{self.plant} {self.stage.stage}: {what}",
                kind="source" if source else "plant",
                takes=dict(takes),
                makes=tuple(output for output in makes if output.amount > 0.0),
                plant=self.plant,
                stage=self.stage.stage,
                region=self.region,
                cost=cost,
                splits=splits or {},
            )
        )
        self.members.append((index, weight))


def plants(builder: Builder, slips: Mapping[tuple[str, str], Slip]) -> None:
    """Adds every stage of every plant of the scenario, with the nameplate that holds it.

    `slips` says by (plant, stage) how late one is and whether it is built; the others fare as the file says. Raises
    LackingStages for flowsheets that have not the stages which plants take from them.
    """
    check(builder.scenario, builder.tables)
    stages = [(name, one) for name, plant in builder.scenario.plants.items() for one in plant.stages.values()]
    order = {name: i for i, name in enumerate(_MAKERS)}
    for name, one in sorted(stages, key=lambda pair: order[pair[1].stage]):
        stage = _Stage(builder, name, one)
        _MAKERS[one.stage](stage)
        slip = slips.get((name, one.stage), Slip(one.delay.nominal if one.delay else 0.0))
        most = effective(one, builder.years, slip.delay, slip.built)
        least = builder.none() if one.least is None else one.least.nominal * most
        if stage.members:
            builder.bound(
                Bound(
                    name=f"{name} {one.stage}",
                    kind="capacity",
                    of=tuple(stage.members),
                    most=most,
                    least=least,
                    plant=name,
                    stage=one.stage,
                    region=one.region,
                )
            )


def _mine(stage: _Stage) -> None:
    table = stage.table("mine")
    for deposit in stage.stage.deposits or (stage.flowsheet,):
        good = stage.builder.mixture(
            "concentrate", deposit, composition(stage.builder, deposit, stage.flowsheet), "mine"
        )
        held: dict[str, float] = {}
        for element, share in good.content.items():
            held[carrier(element)] = held.get(carrier(element), 0.0) + share
        weight = _counted(stage, good.content, held, oxides_in(good.content))
        stage.add(good.name, {}, [Output(stage.sale(good), 1.0)], weight, stage.cost(table), source=True)


def _mixtures(stage: _Stage, forms: tuple[str, ...]) -> list[Good]:
    """The mixtures of the given forms that the stage may take: of its deposits, or of all."""
    allowed = stage.stage.deposits
    found = [good for good in stage.builder.goods.values() if good.form in forms]
    return [good for good in found if not allowed or good.what.partition("@")[0] in allowed]


def _named(stage: _Stage, form: str, deposit: str, parts: Mapping[str, float], made_by: str) -> Good:
    """The mixture that a stage makes of a deposit, under a name of its own where another flowsheet makes another."""
    total = sum(parts.values())
    content = {e: amount / total for e, amount in parts.items() if amount > 0.0}
    name = f"{form}:{deposit}"
    for other in (name, f"{name}@{stage.flowsheet}", f"{name}@{stage.plant}"):
        known = stage.builder.goods.get(other)
        if known is None or _alike(known.content, content):
            return stage.builder.good(Good(other, made_by, content))
    raise AssertionError("a plant makes one mixture of a deposit")


def _alike(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    return one.keys() == other.keys() and all(abs(one[e] - other[e]) <= 1e-12 for e in one)


def _cracking(stage: _Stage) -> None:
    table = stage.table("cracking")
    for good in _mixtures(stage, ("concentrate",)):
        kept = {e: share * stage.share(table, e, "mixed") for e, share in good.content.items()}
        total = sum(kept.values())
        if total <= 0.0:
            continue
        made = _named(stage, "mixed", good.what, kept, "cracking")
        splits = {e: {stage.sale(made): kept[e] / good.content[e]} for e in kept}
        cost = stage.cost(table) * total
        weight = _counted(stage, good.content, {}, oxides_in(made.content) * total)
        stage.add(good.name, {stage.here(good): 1.0}, [Output(stage.sale(made), total)], weight, cost, splits=splits)


def _counted(stage: _Stage, fed: Mapping[str, float], oxides: Mapping[str, float], reo: float) -> float:
    """t/year of the nameplate that one t of rare earths fed uses: `reo` where REO counts, else the elements named."""
    counts = stage.stage.counts
    if counts in ("REO", "TREO"):
        return reo
    names = [word.strip() for word in counts.split("+")]
    if counts == "mass":
        return 1.0
    return sum(oxides.get(carrier(e), 0.0) * oxide_factor(carrier(e)) for e in dict.fromkeys(map(carrier, names)))


def _refining(stage: _Stage, good: Good, table: StageYield) -> None:
    """One feed of a separation: single oxides, and the heavies together where the flowsheet leaves them so."""
    oxides: dict[str, float] = {}
    heavy: dict[str, float] = {}
    splits: dict[str, dict[Pool, float]] = {}
    for element, share in good.content.items():
        own = stage.share(table, element, "oxide")
        rest = min(stage.share(table, element, "heavy"), 1.0 - own)
        pool = stage.sale(stage.builder.single("oxide", element, stage.stage.stage))
        splits[element] = {pool: own}
        oxides[carrier(element)] = oxides.get(carrier(element), 0.0) + share * own
        if rest > 0.0:
            heavy[element] = share * rest
    makes = [Output(Pool(f"oxide:{name}", f"{stage.region}>"), amount) for name, amount in oxides.items()]
    if heavy and sum(heavy.values()) > 0.0:
        made = _named(stage, "heavy", good.what.partition("@")[0], heavy, stage.stage.stage)
        makes.append(Output(stage.sale(made), sum(heavy.values())))
        for element, amount in heavy.items():
            splits[element][stage.sale(made)] = amount / good.content[element]
    weight = _counted(stage, good.content, oxides, oxides_in(good.content))
    separated = sum(oxides.values())
    stage.add(good.name, {stage.here(good): 1.0}, makes, weight, stage.cost(table) * separated, splits=splits)


def _parting(stage: _Stage, name: str) -> StageYield:
    """What a separation yields: heavies stay together where any plant of the scenario parts them on its own."""
    apart = any("heavy_separation" in plant.stages for plant in stage.builder.scenario.plants.values())
    light = f"light_{name}"
    return stage.table(light if apart and light in stage.builder.tables.get(stage.flowsheet, {}) else name)


def _separation(stage: _Stage) -> None:
    for good in _mixtures(stage, ("concentrate",)):
        _refining(stage, good, _parting(stage, "separation"))
    for good in _mixtures(stage, ("mixed",)):
        _refining(stage, good, _parting(stage, "extraction"))


def _heavy_separation(stage: _Stage) -> None:
    for good in _mixtures(stage, ("heavy",)):
        _refining(stage, good, stage.table("heavy_separation"))


def _wanted(builder: Builder) -> tuple[str, ...]:
    """The elements and groups that magnets hold."""
    return tuple(dict.fromkeys(name for kind in builder.scenario.magnets.values() for name in kind.content))


def _metal(stage: _Stage) -> None:
    counts = stage.stage.counts
    wanted = _wanted(stage.builder)
    named = wanted if counts in ("mass", "REO") else tuple(carrier(word.strip()) for word in counts.split("+"))
    for name in wanted:
        if name not in named:
            continue
        table = stage.table("metal")
        if not passes(stage.stage, table, name):
            continue
        share = stage.share(table, name, "metal") or stage.share(table, "NdPr", "metal")
        oxide = stage.builder.single("oxide", name, "separation")
        metal = stage.builder.single("metal", name, "metal")
        weight = oxide_factor(name) / share if counts == "REO" else 1.0
        stage.add(
            metal.name, {stage.here(oxide): 1.0 / share}, [Output(stage.sale(metal), 1.0)], weight, stage.cost(table)
        )


def kinds_made(builder: Builder, stage: PlantStage) -> list[MagnetKind]:
    """The kinds of magnets that a stage may make: those it names, or all of the family of neodymium."""
    kinds = builder.scenario.magnets
    if stage.makes:
        return [kinds[name] for name in stage.makes]
    return [kind for kind in kinds.values() if kind.family == "NdFeB"]


def alloyed(kind: MagnetKind) -> dict[str, float]:
    """t of each rare earth per t of alloy: what of the magnet's content does not come by diffusion."""
    return {name: value.nominal for name, value in kind.content.items() if name not in kind.diffused}


def _alloy(stage: _Stage) -> None:
    table = stage.table("alloy")
    for kind in kinds_made(stage.builder, stage.stage):
        content = alloyed(kind)
        if not content:
            continue
        good = stage.builder.good(Good(f"alloy:{kind.name}", "alloy", content))
        takes = {}
        for name, share in content.items():
            metal = stage.builder.single("metal", name, "metal")
            takes[stage.here(metal)] = share / (
                stage.share(table, name, "alloy") or stage.share(table, "NdPr", "alloy")
            )
        stage.add(good.name, takes, [Output(stage.sale(good), 1.0)], 1.0, stage.cost(table))


def magnet_good(builder: Builder, kind: MagnetKind) -> Good:
    """Finished magnets of a kind, in t of mass."""
    content = {name: value.nominal for name, value in kind.content.items()}
    value = good_value(builder.scenario, "magnet", kind.name, content)
    return builder.good(Good(f"magnet:{kind.name}", "magnet", content, value))


def _magnet(stage: _Stage) -> None:
    table = stage.table("magnet")
    for kind in kinds_made(stage.builder, stage.stage):
        made = magnet_good(stage.builder, kind)
        content = alloyed(kind)
        if not content:
            stage.add(made.name, {}, [Output(stage.sale(made), 1.0)], 1.0, stage.cost(table))
            continue
        main = max(content, key=lambda name: content[name])
        passed = stage.share(table, main, "magnet") or stage.share(table, "NdPr", "magnet")
        alloy = stage.builder.good(Good(f"alloy:{kind.name}", "alloy", content))
        takes = {stage.here(alloy): 1.0 / passed}
        for name in kind.diffused:
            metal = stage.builder.single("metal", name, "metal")
            # Where the flowsheet diffuses nothing, what is laid on counts as taken up as the alloy is.
            share = stage.share(table, name, "diffused") or passed
            takes[stage.here(metal)] = kind.content[name].nominal / share
        makes = [Output(stage.sale(made), 1.0)]
        returned = min(stage.share(table, main, "swarf"), 1.0 - passed)
        if returned > 0.0:
            swarf = stage.builder.good(Good(f"swarf:{kind.name}", "magnet", content))
            makes.append(Output(stage.sale(swarf), returned / passed))
        stage.add(made.name, takes, makes, 1.0, stage.cost(table))


def scrap_good(builder: Builder, kind: MagnetKind) -> Good:
    """Old magnets of a kind, collected, in t of mass."""
    return builder.good(Good(f"scrap:{kind.name}", "recycling", magnet_good(builder, kind).content))


def _recycling(stage: _Stage) -> None:
    table = stage.table("recycling")
    for kind in kinds_made(stage.builder, stage.stage):
        if not kind.content:
            continue
        old = scrap_good(stage.builder, kind)
        swarf = stage.builder.good(Good(f"swarf:{kind.name}", "magnet", alloyed(kind)))
        for good in (swarf, old):
            makes = []
            for name, share in good.content.items():
                oxide = stage.builder.single("oxide", name, "separation")
                won = stage.share(table, name, "oxide") or stage.share(table, "NdPr", "oxide")
                makes.append(Output(stage.sale(oxide), share * won))
            # The nameplate counts what goes in, costs count the rare earths in oxides that come out.
            cost = stage.cost(table) * sum(one.amount for one in makes)
            stage.add(good.name, {stage.here(good): 1.0}, makes, 1.0, cost)


_MAKERS = {
    "mine": _mine,
    "cracking": _cracking,
    "separation": _separation,
    "heavy_separation": _heavy_separation,
    "metal": _metal,
    "alloy": _alloy,
    "magnet": _magnet,
    "recycling": _recycling,
}
