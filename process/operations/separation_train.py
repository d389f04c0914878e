"""A separation train as a unit: designed once from its products' purities, rated circuit by circuit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cascade import CascadeError
from ..cascade.batch import ILL_CONDITIONED
from ..cascade.sizes import Practice, sizes
from ..cascade.trains import (
    Circuit,
    Designer,
    Problem,
    Product,
    Rated,
    Rating,
    Train,
    Wants,
    best_trains,
    problem,
    rate,
    train_of,
    verify,
)
from ..elements import INDEX, MOLAR_MASS, OXIDE_FACTOR, RARE_EARTHS, RE, members, molar_mass
from ..sums import per_sample
from .balance import Balance
from .base import Kind, OperationError, Outlet
from .extraction_cut import liquor_volume
from .extraction_practice import BASES, sulphate_remarks
from .extraction_sizes import note_held, note_mixer_settlers
from .phases import LIQUOR
from .stoichiometry import moles
from .train_parameters import CRUD, SeparationTrain

Array = NDArray[np.float64]

CHARGE = 3.0
MOST_UNLISTED = 1e-3
"""Mole share of the rare earths fed that an element without a product may be; it counts as an impurity."""
CANDIDATES = 5
"""How many of the best sequences are proved with the real streams before one is frozen."""

Objective = Callable[[Circuit], float]


@dataclass(frozen=True)
class Frozen:
    """A designed train. Two are alike where their `made` is: extractants, elements present, cuts, stages and budgets.

    With a feed that is all that a rating takes, so two that are alike run alike. The amounts of the feed that it was
    designed for do not count, or no recycle around it would ever settle.
    """

    made: tuple[tuple[object, ...], ...]
    task: Problem = field(compare=False)
    train: Train = field(compare=False)

    @classmethod
    def of(cls, task: Problem, train: Train) -> Frozen:
        """The design as it is kept."""
        made = (
            (one.cut, one.extraction, one.scrub, one.draw_stage, one.organic_ratio, one.tight) for one in train.circuits
        )
        present = tuple(name for name, flow in zip(task.elements, task.feed, strict=True) if flow > 0.0)
        return cls((tuple(one.name for one in task.solvents), present, *made), task, train)


def task_of(p: SimpleNamespace, amounts: Array) -> Problem:
    """The problem of a unit from its plain parameters and the nominal feed, kmol/h (rare earths,).

    Raises CascadeError where the products do not fit the feed.
    """
    products = [
        Product(
            name,
            tuple(dict.fromkeys(one for group in about.elements for one in members(group))),
            float(about.purity[0]),
            float(about.recovery[0]),
        )
        for name, about in p.products.items()
    ]
    feed = {name: float(flow) for name, flow in zip(RARE_EARTHS, amounts, strict=True)}
    oxide = dict(zip(RARE_EARTHS, MOLAR_MASS[RE] * OXIDE_FACTOR[RE], strict=True))
    return problem(feed, products, [one.name for one in p.extractants], oxide, MOST_UNLISTED)


def objective(p: SimpleNamespace) -> Objective:
    """What the best sequence has least of, from plain parameters: m³ of organic in all stages, or kmol/h of reagents.

    Stages are those of extraction, scrub and strip; reagents base, scrub acid and strip acid with their excess.
    """
    held, strips = float(p.mixing[0] + p.settling[0]), float(p.strip_stages[0])
    strength = {one.name: float(one.concentration[0] * one.saponification[0]) for one in p.extractants}
    more_base, more_acid = 1.0 + float(p.base_excess[0]), 1.0 + float(p.strip_excess[0])

    def inventory(circuit: Circuit) -> float:
        organic = CHARGE * circuit.organic * circuit.total / strength[circuit.solvent]
        return organic * held * (circuit.stages + strips)

    def reagents(circuit: Circuit) -> float:
        extract = circuit.organic - circuit.scrub_flow
        per = circuit.organic * more_base + circuit.scrub_flow + extract * more_acid
        return CHARGE * per * circuit.total

    return inventory if p.minimise == "inventory" else reagents


def train_for(p: SimpleNamespace, designer: Designer) -> Train:
    """The train of a unit, proved with its real streams: the sequence of the file, or the best by its objective.

    Raises CascadeError where none brings every product to its purity, OperationError where the file's is no train.
    """
    cost = objective(p)
    if p.sequence is not None:
        try:
            found = [train_of(designer, p.sequence, cost)]
        except CascadeError as error:
            raise OperationError(str(error), key="sequence") from error
    else:
        found = best_trains(designer, cost, CANDIDATES, three_outlets=p.three_outlets)
    proved = sorted((verify(designer, one, cost) for one in found), key=lambda one: (not one.met, one.cost))
    if not proved[0].met:
        raise CascadeError(
            f"{'; '.join(proved[0].short)}, with what the circuits really send; lower the purity or the recovery, or "
            "name another extractant"
        )
    return proved[0].train


def design(p: SimpleNamespace, feeds: Mapping[str, Array]) -> Mapping[str, Any]:
    """Sequence, extractants and stages of the train at nominal values; frozen from then on."""
    try:
        task = task_of(p, moles(feeds["feed"])[0, RE])
        train = train_for(p, Designer(task))
    except CascadeError as error:
        raise OperationError(str(error), key="products") from error
    return {"frozen": Frozen.of(task, train), "from": "best" if p.sequence is None else "file"}


class _Memory(dict[int, Array]):
    """Scalars of the circuits, kept in the unit's own memory under names."""

    def __init__(self, kept: dict[str, Any]) -> None:
        super().__init__({int(key[1:]): value for key, value in kept.items() if key[:1] == "#"})
        self._kept = kept

    def __setitem__(self, state: int, value: Array) -> None:
        super().__setitem__(state, value)
        self._kept[f"#{state}"] = value


def separation_train(p: SimpleNamespace, b: Balance) -> None:
    """Rate the train: rare earths circuit by circuit, everything else along the raffinates."""
    feed = b.flow("feed")
    task, circuits = b.design["frozen"].task, b.design["frozen"].train.circuits
    amounts = moles(feed)[:, RE]
    _refuse_strangers(b, task, amounts)
    wants = Wants(
        np.stack([about.purity for about in p.products.values()], axis=1),
        np.stack([about.recovery for about in p.products.values()], axis=1),
    )
    try:
        rated = rate(task, circuits, amounts, _Memory(b.memory), wants)
    except CascadeError as error:
        raise OperationError(f"the train has no solution: {error}", sample=error.case or 0) from error
    ends = _ends(task, circuits)
    _reagents(p, b, feed, rated, ends)
    fed = np.where(amounts > 0.0, amounts, 1.0)
    for name in p.products:
        share = np.zeros_like(feed)
        share[:, RE] = rated.products[name] / fed
        if name == ends[task.everything]:
            others = np.setdiff1d(np.arange(feed.shape[1]), RE)
            share[:, others] = 1.0
        b.send(name, share, inlet="feed")
    _salts(p, b, rated, ends)
    strength = {one.name: one.concentration * one.saponification for one in p.extractants}
    organic = [CHARGE * one.organic * one.total / strength[one.circuit.solvent] for one in rated.circuits]
    held = [(p.mixing + p.settling) * (one.stages + p.strip_stages) for one in circuits]
    b.details |= {
        "sequence": tuple(one.words for one in circuits),
        "train_stages": tuple((one.extraction, one.scrub) for one in circuits),
        "ends": tuple(tuple(ends[group] for group in one.cut.groups) for one in circuits),
        "S": np.stack([one.organic for one in rated.circuits], axis=1),
        "W": np.stack([one.scrub_flow for one in rated.circuits], axis=1),
        "feed_kmol_per_h": np.stack([one.total for one in rated.circuits], axis=1),
        "organic_m3_per_h": np.stack(organic, axis=1),
        "organic_m3": np.stack([flow * times for flow, times in zip(organic, held, strict=True)], axis=1),
        "flags": sulphate_remarks(feed) + _flags(b.samples, rated),
    }
    for words, held in zip(b.details["sequence"], b.details["organic_m3"].T, strict=True):
        b.size(f"organic of {words}", held, "m^3", ("mixing", "settling", "strip_stages"))
    _sizes(p, b, feed, rated)


def _sizes(p: SimpleNamespace, b: Balance, feed: Array, rated: Rated) -> None:
    """Mixer-settlers circuit by circuit; what all of them hold. Liquors go the way of the rare earths, volumes add."""
    strength = {one.name: one for one in p.extractants}
    liquor = {rated.circuits[0].circuit.cut.state: liquor_volume(feed)}
    organics, rare = [], np.zeros(b.samples)
    for one in rated.circuits:
        cut, extractant = one.circuit.cut, strength[one.circuit.solvent]
        run = Practice(
            extractant.concentration,
            extractant.saponification,
            p.scrub_acid,
            p.strip_acid,
            p.mixing,
            p.settling,
            p.strip_stages,
            p.base_excess,
            p.strip_excess,
        )
        size = sizes(
            one.circuit.extraction, one.circuit.scrub, one.organic, one.scrub_flow, one.total, liquor[cut.state], run
        )
        drawn = size.scrub * _drawn(one)
        if len(cut.groups) == 3:
            liquor[cut.groups[1]] = drawn
        liquor[cut.raffinate] = liquor[cut.state] + size.scrub - drawn
        liquor[cut.extract] = size.strip
        note_mixer_settlers(b, size.volume, size.mixer_settlers, words=one.circuit.words)
        organics.append((extractant.name, size.organic_inventory, extractant.concentration))
        rare = rare + size.rare_earth_inventory
    note_held(b, organics, rare)


def _refuse_strangers(b: Balance, task: Problem, amounts: Array) -> None:
    """Refuse samples whose feed brings what no product holds, beyond traces."""
    total = per_sample(amounts)
    for column, owner in enumerate(task.owner):
        if owner == len(task.products):
            name = task.elements[column]
            b.refuse(
                amounts[:, column] > MOST_UNLISTED * total,
                lambda sample, name=name, column=column: (  # type: ignore[misc]
                    f"no product holds {name}, {amounts[sample, column] / total[sample]:.2%} of the rare earths fed",
                    "add it to a product",
                ),
                "products",
            )


def _ends(task: Problem, circuits: tuple[Circuit, ...]) -> dict[int, str]:
    """The product at the end of the raffinates from each set of products on."""
    by_state = {one.cut.state: one for one in circuits}

    def end(state: int) -> str:
        while state in by_state:
            state = by_state[state].cut.raffinate
        return task.names(state)[0]

    states = {group for one in circuits for group in (one.cut.state, *one.cut.groups)}
    return {state: end(state) for state in states}


def _reagents(p: Any, b: Balance, feed: Array, rated: Rated, ends: Mapping[int, str]) -> None:
    """Soap, scrub and strip acid with their water by where they end; losses of the organic, power and heat."""
    bases = {one.name: BASES[one.saponification_basis] for one in p.extractants}
    oxide = {one.circuit.cut.state: per_sample(one.feed * rated.task.weights) for one in rated.circuits}
    flows: dict[tuple[str, str], Array] = {}

    def add(item: str, port: str, rate: Array) -> None:
        flows[item, port] = flows.get((item, port), 0.0) + rate

    for one in rated.circuits:
        stays, goes = ends[one.circuit.cut.raffinate], ends[one.circuit.cut.extract]
        item, formula = bases[one.circuit.solvent]
        total = one.total
        scrubbing = CHARGE * one.scrub_flow * total
        stripping = CHARGE * (one.organic - one.scrub_flow) * total * (1.0 + p.strip_excess)
        add(item, f"base to {stays}", CHARGE * one.organic * total * (1.0 + p.base_excess) * molar_mass(formula))
        drawn = _drawn(one)
        add("HCl", f"scrub acid to {stays}", scrubbing * (1.0 - drawn) * molar_mass("HCl"))
        add("water", f"scrub water to {stays}", scrubbing * (1.0 - drawn) / p.scrub_acid * 1000.0)
        if len(one.leaving) == 3:
            side = ends[one.circuit.cut.groups[1]]
            add("HCl", f"drawn acid to {side} and {stays}", scrubbing * drawn * molar_mass("HCl"))
            add("water", f"drawn water to {side}", scrubbing * drawn / p.scrub_acid * 1000.0)
        add("HCl", f"strip acid to {goes} and {stays}", stripping * molar_mass("HCl"))
        add("water", f"strip water to {goes}", stripping / p.strip_acid * 1000.0)
        add(one.circuit.solvent, f"lost {one.circuit.solvent}", p.extractant_loss * oxide[one.circuit.cut.state])
        add("kerosene", "lost kerosene", p.diluent_loss * oxide[one.circuit.cut.state])
    follows = {
        "base": ("base_excess",),
        "scrub acid": (),
        "scrub water": ("scrub_acid",),
        "drawn acid": (),
        "drawn water": ("scrub_acid",),
        "strip acid": ("strip_excess",),
        "strip water": ("strip_acid", "strip_excess"),
        "lost kerosene": ("diluent_loss",),
    }
    for (item, port), flow in flows.items():
        told = follows.get(port.split(" to ")[0], ("extractant_loss",))
        b.reagent(item, flow, told, port=port)
    whole = sum(oxide.values(), np.zeros(b.samples))
    b.use("electricity", p.electricity * whole, "kWh", ("electricity",))
    b.use("heat", p.heat * whole, "MJ", ("heat",))


def _drawn(one: Rating) -> Array:
    """(samples,) share of the scrub liquor that leaves by the draw: the chloride of the rare earths that do."""
    scrub = one.scrub_flow * one.total
    if len(one.leaving) == 2:
        return np.zeros_like(scrub)
    drawn = per_sample(one.leaving[1])
    return np.minimum(np.divide(drawn, scrub, out=np.zeros_like(scrub), where=scrub > 0.0), 1.0)


def _salts(p: Any, b: Balance, rated: Rated, ends: Mapping[int, str]) -> None:
    """Send the reagents: soap and scrub with the raffinates, strip acid with the strip liquors but for what loads.

    Of a circuit with a draw the scrub's chloride and water go with what is drawn. A product takes one draw at most.
    """
    free = p.strip_excess / (1.0 + p.strip_excess)
    held = np.zeros((b.samples, len(INDEX)))
    held[:, INDEX["Cl"]] = 1.0
    held[:, INDEX["H"]] = free
    sent = set()
    for one in rated.circuits:
        stays, goes = ends[one.circuit.cut.raffinate], ends[one.circuit.cut.extract]
        for port in (f"base to {stays}", f"scrub acid to {stays}", f"scrub water to {stays}"):
            if port not in sent:
                b.send(stays, 1.0, reagent=port)
        if f"strip water to {goes}" not in sent:
            b.send(goes, 1.0, reagent=f"strip water to {goes}")
        both = f"strip acid to {goes} and {stays}"
        if both not in sent:
            b.send(goes, held, reagent=both)
            b.send(stays, 1.0 - held, reagent=both)
        if len(one.leaving) == 3:
            side = ends[one.circuit.cut.groups[1]]
            chloride = np.zeros(len(INDEX))
            chloride[INDEX["Cl"]] = 1.0
            acid, water = f"drawn acid to {side} and {stays}", f"drawn water to {side}"
            b.send(side, chloride, reagent=acid)
            b.send(stays, 1.0 - chloride, reagent=acid)
            b.send(side, 1.0, reagent=water)
        sent |= {
            both,
            f"strip water to {goes}",
            *(f"{what} to {stays}" for what in ("base", "scrub acid", "scrub water")),
        }
    lost = {f"lost {one.circuit.solvent}" for one in rated.circuits}
    for port in (*sorted(lost), "lost kerosene"):
        b.send(CRUD, 1.0, reagent=port)


def _flags(samples: int, rated: Rated) -> NDArray[np.object_]:
    """Circuits that are ill-conditioned and impurities that an extractant has no constant for, in sentences."""
    out = np.empty(samples, dtype=object)
    for sample in range(samples):
        said = []
        for one in rated.circuits:
            moved = one.sensitivity[sample]
            if moved > ILL_CONDITIONED:
                said.append(
                    f"{one.circuit.words}: ill-conditioned, one ulp of the scrub flow moves the answer by {moved:.1e}"
                )
            fed = [name for name in one.unknown if one.feed[sample, rated.task.elements.index(name)] > 0.0]
            if fed:
                said.append(
                    f"{one.circuit.words}: no constant for the impurities {', '.join(fed)}, counted to the raffinate"
                )
        out[sample] = tuple(said)
    return out


KIND = Kind(
    "separation_train",
    "separation",
    SeparationTrain,
    {CRUD: Outlet("effluent", waste=True, title="extractant and diluent that are lost")},
    separation_train,
    rest=CRUD,
    design=design,
    named_outlets="products",
    named=Outlet("chloride liquor", title="a product, with the salts that end there"),
    takes=(LIQUOR,),
)
