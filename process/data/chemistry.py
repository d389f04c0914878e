"""Deposits, minerals, reagents and extractants."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import molmass

from .facts import Fact, fact, rows


@dataclass(frozen=True, slots=True)
class Deposit:
    """An ore body. Fractions are by mass.

    `grade` is kg rare-earth oxides per kg ore; `distribution` kg oxide of an element per kg rare-earth oxides, sum 1;
    `minerals` the share of the rare-earth oxides in each mineral, sum 1; `gangue` the minerals of the rest of the
    ore, sum 1; `thorium` and `uranium` kg per kg ore, and `carriers` the share of them in each mineral, sum 1, empty
    where nothing is said. `facts` holds every number as read, before normalisation.
    """

    key: str
    title: str
    country: str
    grade: Fact
    distribution: Mapping[str, float]
    distribution_source: str
    minerals: Mapping[str, float]
    gangue: Mapping[str, float]
    thorium: float
    uranium: float
    carriers: Mapping[str, float]
    facts: Mapping[str, Fact]
    note: str


@dataclass(frozen=True, slots=True)
class Mineral:
    """A mineral, which is a row of an ore stream. `formula` is all of it, but the ligands of a rare-earth mineral.

    `family` is rare_earth, iron or gangue. `ligands` maps elements to mol per mol rare earth; empty for the others.
    """

    key: str
    title: str
    formula: str
    family: str
    ligands: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Reagent:
    """What is bought by the kg. `composition` maps formulas to mass fractions, one formula for a pure substance.

    `formula` is the pure substance's, None for a mixture.
    """

    item: str
    title: str
    formula: str | None
    composition: Mapping[str, float]
    aliases: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Extractant:
    """An extractant and its separation factors.

    `molar_mass` in g/mol of the monomer. `pairs` maps "Nd/Pr" to the separation factor of neighbours, heavier over
    lighter; `factors` maps an element to its separation factor relative to La, the product of the pairs below it.
    """

    name: str
    title: str
    formula: str
    medium: str
    molar_mass: float
    factors: Mapping[str, Fact]
    pairs: Mapping[str, Fact]


def _normalised(facts: Mapping[str, Fact], prefix: str) -> Mapping[str, float]:
    values = {name.removeprefix(prefix): one.value for name, one in facts.items() if name.startswith(prefix)}
    total = sum(values.values()) or 1.0
    return MappingProxyType({name: value / total for name, value in values.items()})


@cache
def deposits() -> Mapping[str, Deposit]:
    """The ore bodies with a full distribution of rare earths.

    >>> round(deposits()["mountain_pass"].distribution["Nd"] + deposits()["mountain_pass"].distribution["Pr"], 3)
    0.157
    """
    out = {}
    for head in rows("deposits"):
        key = head["deposit"]
        facts = {row["item"]: fact(row) for row in rows("deposit_facts") if row["deposit"] == key}
        facts.update({f"oxide.{r['element']}": fact(r) for r in rows("reo_distribution") if r["deposit"] == key})
        out[key] = Deposit(
            key=key,
            title=head["title"],
            country=head["country"],
            grade=facts["grade"],
            distribution=_normalised(facts, "oxide."),
            distribution_source=head["distribution_source"],
            minerals=_normalised(facts, "mineral."),
            gangue=_normalised(facts, "gangue."),
            thorium=facts["thorium"].value if "thorium" in facts else 0.0,
            uranium=facts["uranium"].value if "uranium" in facts else 0.0,
            carriers=_normalised(facts, "carrier."),
            facts=MappingProxyType(facts),
            note=head["note"],
        )
    return MappingProxyType(out)


@cache
def minerals() -> Mapping[str, Mineral]:
    """Minerals by name.

    >>> dict(minerals()["bastnaesite"].ligands)
    {'C': 1.0, 'F': 1.0, 'O': 3.0}
    """
    out = {}
    for row in rows("minerals"):
        ligands: dict[str, float] = {}
        if row["family"] == "rare_earth":
            found, rare = molmass.Formula(row["formula"]).composition(), float(row["rare_earths"])
            ligands = {name: item.count / rare for name, item in found.items()}
        out[row["mineral"]] = Mineral(
            row["mineral"], row["title"], row["formula"], row["family"], MappingProxyType(ligands)
        )
    return MappingProxyType(out)


@cache
def reagents() -> Mapping[str, Reagent]:
    """What operations may use by the kg, by item name; an alias (`Na2CO3` for `soda`) finds the same reagent.

    >>> reagents()["Na2CO3"].item, reagents()["ferroboron"].composition["B"]
    ('soda', 0.2)
    """
    mixtures: dict[str, dict[str, float]] = {}
    for row in rows("mixtures"):
        mixtures.setdefault(row["item"], {})[row["formula"]] = float(row["value"])
    out, others = {}, {}
    for row in rows("reagents"):
        item, formula = row["item"], row["formula"] or None
        aliases = tuple(name for name in row["aliases"].split() if name != item)
        composition = MappingProxyType({formula: 1.0} if formula else mixtures[item])
        out[item] = Reagent(item, row["title"], formula, composition, aliases, row["note"])
        others.update(dict.fromkeys(aliases, out[item]))
    return MappingProxyType({**others, **out})


def _chain(pairs: Mapping[str, Fact], order: list[str]) -> Mapping[str, Fact]:
    """Separation factors relative to the first element; ranges combine as independent errors of the logarithms."""
    worst = {"high": 0, "medium": 1, "low": 2}
    value, down, up, confidence = 1.0, 0.0, 0.0, "high"
    out = {order[0]: Fact(1.0, 1.0, 1.0, "-", 2024, "convention", "high", "the reference")}
    for lighter, heavier in itertools.pairwise(order):
        pair = pairs[f"{heavier}/{lighter}"]
        value *= pair.value
        down += math.log(pair.value / pair.low) ** 2
        up += math.log(pair.high / pair.value) ** 2
        confidence = max(confidence, "low" if pair.assumed else pair.confidence, key=worst.__getitem__)
        low, high = value * math.exp(-math.sqrt(down)), value * math.exp(math.sqrt(up))
        note = f"product of the pairs from {order[0]} to {heavier}"
        out[heavier] = Fact(value, low, high, "-", pair.year, "computed", confidence, note)
    return MappingProxyType(out)


@cache
def extractants() -> Mapping[str, Extractant]:
    """Extractants by name.

    >>> p507 = extractants()["P507"]
    >>> round(p507.factors["Nd"].value / p507.factors["Pr"].value, 9), round(p507.molar_mass, 2)
    (1.5, 306.42)
    """
    out = {}
    for head in rows("extractants"):
        pairs: dict[str, Fact] = {}
        order: list[str] = []
        for row in rows("separation_factors"):
            if row["extractant"] == head["name"]:
                order = order or [row["lighter"]]
                order.append(row["heavier"])
                pairs[f"{row['heavier']}/{row['lighter']}"] = fact(row)
        out[head["name"]] = Extractant(
            name=head["name"],
            title=head["title"],
            formula=head["formula"],
            medium=head["medium"],
            molar_mass=float(molmass.Formula(head["formula"]).mass),
            factors=_chain(pairs, order),
            pairs=MappingProxyType(pairs),
        )
    return MappingProxyType(out)
