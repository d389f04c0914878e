"""What `didymium uncertainty` prints: bands, targets, who is cheaper how often, what drives it, and what failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from ..studies.outputs import unit_of
from ..studies.uncertainty import LEAST_VALUES
from .figures import NONE, amount, money, number, percent, plain
from .tables import row, table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from ..studies.uncertainty import Uncertainty

DRIVERS = 8
REASONS = 5


def page(found: Uncertainty, of: Sequence[str] | None = None) -> list[RenderableType]:
    """All tables; `of` are the outputs to show, or what a reader looks for first."""
    parts: list[RenderableType] = [Text("\n".join([head(found), *(f"warning: {one}" for one in warnings(found))]))]
    for plant in found.plants:
        parts.append(bands(found, plant, of))
        if found.flowsheets[found.plants.index(plant)].plan.targets and of is None:
            parts.append(targets(found, plant))
    said = rankings(found, of)
    if said:
        parts.append(Text(said))
    parts += [drivers(found, plant, name) for plant, name in main_costs(found, of) if found.drivers(name, plant)]
    parts.append(Text("\n".join(failed(found))))
    return parts


def head(found: Uncertainty) -> str:
    """What was run, and how much of it was solved."""
    said = f"{found.samples:,} samples of {len(found.factors):,} factors, seed {found.seed}, by {found.method}"
    shared = sum(len({member.plant for member in factor.members}) > 1 for factor in found.factors)
    said += f"; {shared:,} figures of the data are the same number in all plants" if shared else ""
    if not any(found.failures.values()):
        return f"{said}; all solved"
    return f"{said}; solved: " + ", ".join(f"{_solved(found, plant):,} of {plain(plant)}" for plant in found.plants)


def _solved(found: Uncertainty, plant: str) -> int:
    return found.samples - len(found.failures[plant])


def warnings(found: Uncertainty) -> list[str]:
    """What a reader must know before any number: plants of which few samples, or a small part of them, are solved."""
    out = []
    for plant in found.plants:
        solved = _solved(found, plant)
        lost = f"{plain(plant)}: {found.samples - solved:,} of {found.samples:,} samples have no solution"
        if not solved:
            out.append(f"{lost}, so nothing is known of it")
        elif 2 * solved < found.samples:
            left = f"the other {solved:,}, which happen to work" if solved > 1 else "the one that happens to work"
            out.append(f"{lost}; its numbers, targets and rankings speak of {left}")
        if 0 < solved < LEAST_VALUES:
            out.append(f"{plain(plant)}: percentiles take {LEAST_VALUES} solved samples; there are {solved:,}")
    return out


def shown(found: Uncertainty, plant: str, of: Sequence[str] | None) -> list[str]:
    """The outputs of a plant that a page shows."""
    from ..studies.outputs import chosen

    names = found.outputs[plant]
    if of:
        return (
            list(chosen(names, [one for one in of if _there(one, names)]))
            if any(_there(one, names) for one in of)
            else []
        )
    main = main_product(found, plant)
    wanted = [name for name in names if name.count(".") == 1 and name.startswith("cost.")]
    wanted += [name for name in names if name.startswith(f"cost.{main}.")]
    heads = ("recovery.", "capital.", "capacity.", "magnet.", "npv", "irr", "payback", "price_at_npv_0")
    return wanted + [name for name in names if name.startswith(heads)]


def _there(name: str, names: object) -> bool:
    return any(one == name or one.startswith(f"{name}.") for one in names)  # type: ignore[attr-defined]


def main_product(found: Uncertainty, plant: str) -> str:
    """The magnet where there is one, else the first product."""
    products = found.flowsheets[found.plants.index(plant)].plan.products
    return "magnet" if "magnet" in products else next(iter(products), "")


def value(text: float, unit: str) -> str:
    """A number as its unit is read."""
    if number(text) is None:
        return NONE
    return money(text) if unit == "USD/kg" else percent(text) if unit == "1" else amount(text)


def bands(found: Uncertainty, plant: str, of: Sequence[str] | None = None) -> Table:
    """Own value, median, 5 % and 95 % of the outputs of a plant. No mean: a few samples may carry it far away."""
    plan = found.flowsheets[found.plants.index(plant)].plan
    made = table(
        f"{plain(plan.title)}: where outputs lie",
        ["output", "unit"],
        ["as written", "median", "5 %", "95 %"],
        "as written: at the values of the file and the data, which need not lie in the middle of their ranges",
    )
    solved = _solved(found, plant)
    partial = False
    for name in shown(found, plant, of):
        unit = unit_of(name, plan.targets)
        one = found.band(name, plant)
        few = one.samples < solved
        partial |= few
        label = f"{name} ({one.samples:,} of {solved:,})" if few else name
        numbers = (one.nominal, one.median, one.low, one.high)
        row(made, plain(label), "" if unit == "1" else unit, *(value(each, unit) for each in numbers))
    if partial:
        made.caption = f"{made.caption}; (1 of 2): of the solved samples that have it, the others have no such value"
    return made


def targets(found: Uncertainty, plant: str) -> Table:
    """In how many cases each target of the file is met."""
    plan = found.flowsheets[found.plants.index(plant)].plan
    solved = _solved(found, plant)
    few = "" if solved == found.samples else f" {solved:,} of {found.samples:,}"
    made = table(f"{plain(plan.title)}: targets", ["target"], ["holds in"], f"of the{few} samples that are solved")
    for place, target in enumerate(plan.targets, 1):
        share = found.holds(place, plant)
        row(made, plain(target.text), NONE if number(share) is None else percent(share))
    return made


def ranked(found: Uncertainty, of: Sequence[str] | None = None) -> Iterator[tuple[str, str, str, float]]:
    """Output, plant, other plant, and how often the first is lower: the costs that all have, or the outputs named."""
    shared = [name for name in found.outputs[found.plants[0]] if all(name in each for each in found.outputs.values())]
    wanted = [name for name in shared if (_there_of(name, of) if of else name.count(".") == 1)]
    names = [name for name in wanted if name.startswith("cost.")]
    for name in names:
        for i, plant in enumerate(found.plants):
            for other in found.plants[i + 1 :]:
                yield name, plant, other, found.lower(name, plant, other)


def _there_of(name: str, of: Sequence[str]) -> bool:
    return any(name == one for one in of)


def rankings(found: Uncertainty, of: Sequence[str] | None = None) -> str:
    """Who is cheaper, in sentences."""
    return "\n".join(_cheaper(found, *one) for one in ranked(found, of))


def _cheaper(found: Uncertainty, name: str, plant: str, other: str, share: float) -> str:
    what = f"per kg {plain(name.partition('.')[2])}"
    paired = found.paired(name, plant, other)
    if not paired:
        return f"no sample has both {plain(plant)} and {plain(other)} solved: who is cheaper {what} is not known"
    few = f", of the {paired:,} of {found.samples:,} that both solve" if paired < found.samples else ""
    return f"{plain(plant)} is cheaper than {plain(other)} {what} in {percent(share)} of cases{few}"


def main_costs(found: Uncertainty, of: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """The outputs whose drivers are told: the first of those named, or the cost of the main product."""
    out = []
    for plant in found.plants:
        names = [one for one in of if one in found.outputs[plant]][:1] if of else [f"cost.{main_product(found, plant)}"]
        out += [(plant, name) for name in names if name in found.outputs[plant]]
    return out


def drivers(found: Uncertainty, plant: str, name: str) -> Table:
    """The factors that an output follows most."""
    made = table(
        f"What {plain(name)} of {plain(plant)} follows",
        ["factor"],
        ["rank correlation"],
        f"a hint: ± {2.0 / max(found.band(name, plant).samples, 1) ** 0.5:.2f} comes by chance; `didymium sensitivity` "
        "tells shares",
    )
    for one in found.drivers(name, plant, DRIVERS):
        row(made, plain(one.factor), f"{one.correlation:+.2f}")
    return made


def failed(found: Uncertainty) -> Iterator[str]:
    """How many samples failed and why, sentence by sentence."""
    for plant in found.plants:
        count = len(found.failures[plant])
        if not count:
            yield f"{plain(plant)}: all samples solved"
            continue
        share = percent(count / found.samples)
        yield f"{plain(plant)}: {count:,} of {found.samples:,} samples ({share}) have no solution and are left out"
        for reason in found.reasons(plant)[:REASONS]:
            one = reason.first
            unit = f"{plain(one.unit)}: " if one.unit else ""
            yield f"  {reason.samples:,} ×, first sample {one.index}: {unit}{plain(one.reason)}"
