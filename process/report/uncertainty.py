"""What `didymium uncertainty` prints: bands, targets, who is cheaper how often, what drives it, and what failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from ..studies.outputs import unit_of
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
    parts: list[RenderableType] = [Text(head(found))]
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
    """What was run."""
    said = f"{found.samples:,} samples of {len(found.factors):,} factors, seed {found.seed}, by {found.method}"
    shared = sum(len({member.plant for member in factor.members}) > 1 for factor in found.factors)
    return said + (f"; {shared:,} figures of the data are the same number in all plants" if shared else "")


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
    """Own value, 5 %, 50 % and 95 % and mean of the outputs of a plant."""
    plan = found.flowsheets[found.plants.index(plant)].plan
    made = table(
        f"{plain(plan.title)}: where outputs lie",
        ["output", "unit"],
        ["as written", "5 %", "median", "95 %", "mean"],
        "as written: at the values of the file and the data, which need not lie in the middle of their ranges",
    )
    solved = found.samples - len(found.failures[plant])
    for name in shown(found, plant, of):
        unit = unit_of(name, plan.targets)
        one = found.band(name, plant)
        if one.samples < solved:
            made.caption = f"{made.caption}; {plain(name)} is of {one.samples:,} samples, the others have none"
        numbers = (one.nominal, one.low, one.median, one.high, one.mean)
        row(made, plain(name), "" if unit == "1" else unit, *(value(each, unit) for each in numbers))
    return made


def targets(found: Uncertainty, plant: str) -> Table:
    """In how many cases each target of the file is met."""
    plan = found.flowsheets[found.plants.index(plant)].plan
    made = table(f"{plain(plan.title)}: targets", ["target"], ["holds in"], "of the samples that are solved")
    for place, target in enumerate(plan.targets, 1):
        row(made, plain(target.text), percent(found.holds(place, plant)))
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
    return "\n".join(
        f"{plain(plant)} is cheaper than {plain(other)} per kg {plain(name.partition('.')[2])} in {percent(share)} of "
        "cases"
        for name, plant, other, share in ranked(found, of)
    )


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
