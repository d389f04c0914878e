"""What varies in a run: values of the files with a spread and figures of the data with a range, alone or as groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data import Fact
from ..economics.figures import HEAD
from ..flowsheet import Flowsheet
from ..plan import Correlated, Plan, Position
from ..quantities import suggestion
from .distributions import Distribution, DistributionError, of_fact, of_value

Array = NDArray[np.float64]


class FactorError(ValueError):
    """What cannot vary as a file says: `reason`, `remedy`, and the `position` in the file, where there is one."""

    def __init__(self, reason: str, remedy: str = "", position: Position | None = None) -> None:
        self.reason, self.remedy, self.position = reason, remedy, position
        head = f"{position}: error: " if position is not None else ""
        super().__init__(f"{head}{reason}" + (f"; {remedy}" if remedy else ""))

    def __reduce__(self) -> tuple[type[FactorError], tuple[str, str, Position | None]]:
        return FactorError, (self.reason, self.remedy, self.position)


@dataclass(frozen=True, slots=True)
class Member:
    """One number of one plant: its path, its distribution, and its own value and unit; `against` moves it the other
    way."""

    plant: str
    path: str
    distribution: Distribution
    nominal: float
    unit: str = "1"
    against: bool = False

    def at(self, u: ArrayLike) -> Array:
        """The number at a quantile of the factor, any shape."""
        share = np.asarray(u, dtype=float)
        return self.distribution.ppf(1.0 - share if self.against else share)


@dataclass(frozen=True, slots=True)
class Factor:
    """Numbers that move together on one quantile, named as a reader knows it."""

    name: str
    members: tuple[Member, ...]


def factors(flowsheets: Sequence[Flowsheet], figures: Mapping[str, Mapping[str, Fact]]) -> tuple[Factor, ...]:
    """Everything that varies in a run of one plant or several, each plant under a name of its own.

    `figures` holds `Cost.figures` by plant. A value of a file varies by itself in its own plant; a figure of the data
    is one number of the world, so it is the same in all plants that use it; numbers of a group under `correlated:` are
    one factor, and groups that share a figure of the data are one. Raises FactorError.
    """
    names = [flowsheet.name for flowsheet in flowsheets]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise FactorError(
            f"two of the flowsheets have the same name, {twice}", "name each plant once, or rename one of the files"
        )
    known: dict[tuple[str, str], list[Member]] = {}
    for flowsheet in flowsheets:
        for member in _of_plan(flowsheet.plan):
            known[member.plant, member.path] = [member]
        for path, fact in figures.get(flowsheet.name, {}).items():
            found = _of_fact(flowsheet.name, path, fact)
            if found is not None:
                known.setdefault(("", path), []).append(found)
    several = len(flowsheets) > 1
    groups = _joined([group for flowsheet in flowsheets for group in _groups(flowsheet.plan, figures, known, several)])
    grouped = {key for group in groups for key in group.members}
    out = [Factor(_name(key, several), tuple(members)) for key, members in known.items() if key not in grouped]
    out += [Factor(group.name, tuple(_moved(group, known))) for group in groups]
    return tuple(out)


def _name(key: tuple[str, str], several: bool) -> str:
    plant, path = key
    return f"{plant}: {path}" if plant and several else path


def _of_plan(plan: Plan) -> Iterator[Member]:
    for path, value in plan.values().items():
        try:
            distribution = of_value(value)
        except DistributionError as error:
            raise FactorError(f"{path}: {error.reason}", error.remedy, place(plan, path)) from None
        if distribution is not None and distribution.low < distribution.high:
            yield Member(plan.name, path, distribution, value.nominal, value.unit)


def _of_fact(plant: str, path: str, fact: Fact) -> Member | None:
    try:
        distribution = of_fact(fact)
    except DistributionError as error:
        raise FactorError(f"{path}: {error.reason}", error.remedy) from None
    return None if distribution is None else Member(plant, path, distribution, fact.value, fact.unit)


def place(plan: Plan, path: str) -> Position:
    """Where in a file a value stands, or the nearest thing above it."""
    unit, _, key = path.partition(".")
    if unit in plan.units:
        return plan.units[unit].place(key)
    if unit == "feeds" and (name := key.partition(".")[0]) in plan.feeds:
        return plan.feeds[name].position
    return plan.position


@dataclass(frozen=True)
class _Group:
    """A group by the keys of its members, each with whether it moves against the group."""

    name: str
    members: Mapping[tuple[str, str], bool]
    position: Position


def _groups(
    plan: Plan, figures: Mapping[str, Mapping[str, Fact]], known: Mapping[tuple[str, str], object], several: bool
) -> Iterator[_Group]:
    """The groups of a file. What they name of the file was checked at load; of the data it is checked here."""
    for group in plan.correlated:
        members: dict[tuple[str, str], bool] = {}
        for one in group.members:
            key = ("" if one.path.startswith(HEAD) else plan.name, one.path)
            if key not in known:
                raise _unknown(plan, group, one.path, one.position, figures.get(plan.name, {}))
            members[key] = one.against
        yield _Group(f"{plan.name}: {group.name}" if several else group.name, members, group.position)


def unvaried(plan: Plan, figures: Mapping[str, Fact]) -> Iterator[FactorError]:
    """The figures of the data that groups of a file name and that cannot vary, one error each: no cost of the plant
    rests on them, or they have no range. `figures` are those that the costs rest on, by path.
    """
    for group in plan.correlated:
        for one in group.members:
            fact = figures.get(one.path)
            if one.path.startswith(HEAD) and (fact is None or _of_fact(plan.name, one.path, fact) is None):
                yield _unknown(plan, group, one.path, one.position, figures)


def _unknown(plan: Plan, group: Correlated, path: str, position: Position, figures: Mapping[str, Fact]) -> FactorError:
    lead = f"correlated.{group.name}: {path}"
    if path in figures:
        return FactorError(f"{lead} has no range in the data", "leave it out of the group", position)
    if path in plan.values():
        return FactorError(f"{lead} has no spread", "give it one, such as 75 % ± 5 %", position)
    near = suggestion(path, [one for one in figures if _alike(path, one)])
    return FactorError(f"{lead} is no figure of the data that a cost here rests on{near}", "", position)


def _alike(path: str, other: str) -> bool:
    """Whether a path may be another one mistyped: word for word, for long paths are alike by what they all begin with.

    >>> _alike("data.price.us.electrcity", "data.price.us.electricity"), _alike("data.price.us.HCl", "data.price.us.HF")
    (True, False)
    """
    words, others = path.split("."), other.split(".")
    if len(words) != len(others):
        return False
    return all(word == one or suggestion(word, [one]) for word, one in zip(words, others, strict=True))


def _joined(groups: Iterable[_Group]) -> list[_Group]:
    """Groups, with those that share a figure of the data brought together: both move on its quantile."""
    out: list[_Group] = []
    for group in groups:
        new = group
        for other in [one for one in out if one.members.keys() & new.members.keys()]:
            shared = next(iter(other.members.keys() & new.members.keys()))
            turned = other.members[shared] != new.members[shared]
            both = {**other.members, **{key: against != turned for key, against in new.members.items()}}
            if any(both[key] != against for key, against in other.members.items()):
                raise FactorError(
                    f"the groups {other.name} and {new.name} move what they share both with and against each other",
                    "give one sign in both",
                    new.position,
                )
            out.remove(other)
            new = _Group(f"{other.name} and {new.name}", both, new.position)
        out.append(new)
    return out


def _moved(group: _Group, known: Mapping[tuple[str, str], Sequence[Member]]) -> Iterator[Member]:
    for key, against in group.members.items():
        for member in known[key]:
            yield replace(member, against=against)
