"""Trains of a unit on a terminal: the best ones side by side, the best as a tree, its products and its costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

from .figures import amount, listed, money, percent, plain, purity
from .tables import row, sentences, table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from ..studies.trains import Choice, CircuitRow, TrainStudy

SHORT = {"naphthenic acid": "NA"}
"""Extractants in few letters, where a table is narrow."""


def page(found: TrainStudy) -> list[RenderableType]:
    """The tables in the order that a reader wants them: what it rests on stands last."""
    best = found.best
    return [_head(found), ranking(found), tree(best), circuits(best), products(best), causes(best), words(found)]


def _head(found: TrainStudy) -> Text:
    plan, count = found.result.plan, len(found.best.products)
    head = Text(plain(f"{found.unit}: {len(found.feed_kmol_per_h)} rare earths to {count} products"), style="bold")
    kg = found.feed_kg_REO_per_h
    head.append("  " + plain(f"{plan.title}; {plan.path}, {amount(kg)} kg REO per operating hour"), style="not bold")
    return head


def ranking(found: TrainStudy) -> Table:
    """The best trains by yearly cost with their real streams."""
    used = [
        name for name in found.extractants if any(name == c.extractant for one in found.choices for c in one.circuits)
    ]
    letters = listed([f"{SHORT[name]} is {name}" for name in used if name in SHORT])
    made = table(
        f"The {len(found.choices)} best trains",
        ["rank", "cuts from the feed on, raffinate side first"],
        ["before", "circuits", "stages", "organic, m³", "base", "acid", "thousand USD a year", "USD per kg REO"],
        "; ".join(
            [
                "ranked with the streams that circuits really send, before: with sharp splits",
                "base and acid in mol per kg REO",
                *([f"without a name: {used[0]}"] if used else []),
                *([letters] if letters else []),
            ]
        ),
    )
    kg = found.feed_kg_REO_per_h
    for one in found.choices:
        row(
            made,
            f"{one.rank}{'' if not one.short else ' misses'}",
            ", ".join(_cut(c, used[0]) for c in one.circuits),
            str(one.rank_before),
            str(len(one.circuits)),
            str(one.stages),
            amount(one.organic_m3),
            amount(1e3 * one.base_kmol_per_h / kg),
            amount(1e3 * one.acid_kmol_per_h / kg),
            amount(one.usd_per_year / 1e3),
            money(one.usd_per_kg_REO),
            style="bold" if one.rank == 1 else None,
        )
    return made


def _cut(one: CircuitRow, usual: str) -> str:
    cut = one.words.split(" with ")[0].replace(" ", "")
    return cut if one.extractant == usual else f"{cut} {SHORT.get(one.extractant, one.extractant)}"


def tree(best: Choice) -> Tree:
    """The best train as a tree: every circuit with what stays above what is extracted."""
    by_products = {frozenset(name for group in one.outlets for name in group): one for one in best.circuits}
    asked = {one.name: one for one in best.products}

    def label(state: frozenset[str]) -> Text:
        if state in by_products:
            one = by_products[state]
            return Text(plain(f"{one.words}: {one.extraction} + {one.scrub} stages, β {one.beta:.3g}"))
        (name,) = state
        return Text(plain(f"{name}: {', '.join(asked[name].elements)} {purity(asked[name].purity)}"), style="bold")

    def grow(branch: Tree, state: frozenset[str]) -> None:
        if state in by_products:
            for group in by_products[state].outlets:
                grow(branch.add(label(frozenset(group))), frozenset(group))

    whole = frozenset(asked)
    made = Tree(label(whole))
    grow(made, whole)
    return made


def circuits(best: Choice) -> Table:
    """The circuits of the best train, from the feed on."""
    made = table(
        "Circuits of the best train",
        ["cut"],
        ["feed, kmol/h", "S", "W", "stages", "organic, m³/h", "mixer-settlers, m³", "thousand USD a year"],
        "S and W per mol of what the circuit takes; stages of extraction + scrub; mixer-settlers with their strip",
    )
    for one in best.circuits:
        row(
            made,
            one.words,
            amount(one.feed_kmol_per_h),
            f"{one.solvent:.3f}",
            f"{one.scrub_flow:.3f}",
            f"{one.extraction} + {one.scrub}" + (f", draw {one.draw_stage}" if one.draw_stage else ""),
            amount(one.organic_m3_per_h),
            amount(one.volume_m3),
            amount(one.usd_per_year / 1e3),
        )
    return made


def causes(best: Choice) -> Table:
    """What the best train costs a year, by cause."""
    made = table("Costs of the best train", ["cause"], ["thousand USD a year", "share"])
    for cause, value in best.by_cause.items():
        row(made, cause, amount(value / 1e3), percent(value / best.usd_per_year))
    row(made, "in all", amount(best.usd_per_year / 1e3), percent(1.0), style="bold")
    return made


def products(best: Choice) -> Table:
    """What the best train delivers, with its real streams."""
    made = table(
        "Products of the best train",
        ["product", "elements"],
        ["purity asked", "reached", "recovery asked", "reached"],
        "purity by oxide mass of the rare earths; every circuit takes what the one before it really sends",
    )
    for one in best.products:
        row(
            made,
            one.name,
            ", ".join(one.elements),
            purity(one.asked_purity),
            purity(one.purity),
            percent(one.asked_recovery, 2),
            percent(one.recovery, 2),
        )
    return made


def _lines(found: TrainStudy) -> Iterator[tuple[str, str, str]]:
    yield "in the file", "", f"{found.frozen_by}: {', '.join(found.frozen)}"
    best = found.best
    if found.frozen != best.sequence:
        yield "into the file", "", f"sequence: [{', '.join(best.sequence)}]"
    for one in found.choices:
        if one.short:
            yield "misses", f"rank {one.rank}", "; ".join(one.short)
    if best.rounds:
        yield (
            "tightened",
            "",
            f"cuts of the best train for carried impurities, in {best.rounds} round{'s' * (best.rounds > 1)}",
        )
    yield "search", "", f"exact over {found.possible:,} trains that the orders allow; {found.designs} circuits designed"
    yield "model", "", "ideal stages at constant flows and separation factors, the exchange model"
    yield "left out", "", "what a whole plant costs over its installed equipment (the scope factor of its capital)"
    yield "left out", "", "labour, precipitation, water and salt waste; the free acid that a strip liquor carries on"
    yield "left out", "", "the worth of what leaves with another product than its own"
    yield "left out", "", "start-up; `didymium design` tells that of a solvent_extraction with one of the cuts"
    groups: dict[str, list[str]] = {}
    for fact in found.assumptions:
        if fact.group:
            groups.setdefault(fact.group, []).append(fact.said)
            continue
        range_ = f"{fact.low:g} to {fact.high:g}" if fact.low < fact.high else "no range"
        note = f": {fact.note}" if fact.note else ""
        yield "assumed", fact.what, f"{fact.value:.4g} {fact.unit} ({range_}; {fact.source}){note}"
    for group, said in groups.items():
        # Recoveries of many products read alike.
        yield "assumed", group, "; ".join(dict.fromkeys(said))


def words(found: TrainStudy) -> Table:
    """What is said in words: the file's own train, and what the costs rest on."""
    return sentences(_lines(found))


__all__ = ["causes", "circuits", "page", "products", "purity", "ranking", "tree", "words"]
