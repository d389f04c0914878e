"""What every unit operation is made of: a parameter model, named outlets and a function.

A parameter model (pydantic) is the documentation of the kind's keys in a file. Its values become plain arrays, one
entry per sample, before anything is solved: a function sees `p.recovery`, shape (samples,), never a unit or a model.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ..elements import COUNT, GROUPS, INDEX, is_name, members
from ..quantities import Value, suggestion

if TYPE_CHECKING:
    from .balance import Balance

Array = NDArray[np.float64]


class OperationError(ValueError):
    """A unit cannot do what is asked: `reason` says why, `remedy` what to change, `sample` which case.

    `key` is the path of the parameter at fault (`acid`, `conversion.monazite`), empty where it is none alone. `others`
    are further cases known to be at fault, each with its own reason and remedy.
    """

    def __init__(
        self,
        reason: str,
        remedy: str = "",
        sample: int = 0,
        *,
        key: str = "",
        others: Mapping[int, tuple[str, str]] | None = None,
    ) -> None:
        super().__init__(_told(reason, remedy))
        self.reason, self.remedy, self.sample, self.key = reason, remedy, sample, key
        self.told = {sample: str(self), **{case: _told(*words) for case, words in (others or {}).items()}}
        """Every case at fault with its reason and remedy in one sentence."""


def _told(reason: str, remedy: str) -> str:
    return f"{reason}; {remedy}" if remedy else reason


@dataclass(frozen=True)
class StreamName:
    """Marks a parameter that names a stream: `unit.outlet`, or a feed.

    `asks` is true where the unit says how much it takes, so that a feed without a rate may stand there.
    """

    asks: bool = False


def _element(name: str) -> str:
    if not is_name(name):
        raise ValueError(f"unknown element or group {name!r}{suggestion(name, [*INDEX, *GROUPS])}")
    return name


ElementName = Annotated[str, AfterValidator(_element)]
Inlet = Annotated[str, StreamName()]
AskingInlet = Annotated[str, StreamName(asks=True)]
Stage = Literal["mine", "separation", "metal", "alloy", "magnet"]


class Parameters(BaseModel):
    """The keys that a unit of every kind may have."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, validate_default=True)

    kind: str = Field(description="What the unit does; see `didymium list`.")
    stage: Stage | None = Field(None, description="The stage it counts to, where not the kind's usual one.")
    region: str | None = Field(None, description="The region whose prices it pays, where not its stage's.")
    note: str = Field("", description="Free text for the reader.")


def standard(text: str | dict[str, str]) -> Any:
    """A default that reads like a value (or values by name) in a file, source and spread included."""
    return text


@dataclass(frozen=True)
class Outlet:
    """An outlet: the form of its stream, and whether it keeps the parts of an inlet (`parts="feed"`) or is one.

    Of a list of inlets it keeps the parts that all have alike. `rows` are parts of its own making; with `parts` they
    come after those that it keeps.
    """

    form: str
    parts: str | None = None
    waste: bool = False
    title: str = ""
    rows: tuple[str, ...] = ()

    def parts_of(self, kept: Collection[tuple[str, ...]]) -> tuple[str, ...]:
        """The parts of the outlet's stream, where the inlets that it takes after have these (each set once).

        >>> Outlet("magnet", parts="feed", rows=("coat",)).parts_of({("bulk", "diffused")})
        ('bulk', 'diffused', 'coat')
        """
        if self.rows and not self.parts:
            return self.rows
        own = next(iter(kept)) if len(kept) == 1 else ("bulk",)
        return (*own, *(row for row in self.rows if row not in own))


@dataclass(frozen=True)
class Kind:
    """A kind of unit operation, as the registry holds it. `rest` is the outlet that takes what the others do not.

    An empty `stage` is that of a kind without equipment, such as a mixer: it counts to the stage that its streams come
    from. `named_outlets` is the parameter whose keys are outlets too, each like `named`, before those of the kind.
    `takes` are the phases that its inlets may be in; empty where any will do. `forms` narrows that to forms of a
    stream, by inlet.
    """

    name: str
    stage: str
    parameters: type[Parameters]
    outlets: Mapping[str, Outlet]
    function: Callable[[SimpleNamespace, Balance], None]
    rest: str
    design: Callable[[SimpleNamespace, Mapping[str, Array]], Mapping[str, Any]] | None = None
    named_outlets: str = ""
    named: Outlet = field(default_factory=lambda: Outlet("liquor"))
    takes: tuple[str, ...] = ()
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def outlets_of(self, names: Iterable[str]) -> Mapping[str, Outlet]:
        """The outlets of a unit whose parameter `named_outlets` has these keys."""
        return {**dict.fromkeys(names, self.named), **self.outlets} if self.named_outlets else self.outlets

    @property
    def title(self) -> str:
        """The first line of the parameter model's documentation."""
        return (self.parameters.__doc__ or self.name).strip().splitlines()[0]


@dataclass(frozen=True)
class Line:
    """What a unit used: `rate` per operating hour in `unit`, and the parameters it follows from."""

    item: str
    rate: Array
    unit: str
    follows: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Size:
    """How large a piece of equipment must be: `value` in `unit`, shape (samples,), and what it follows from.

    `number` is over how many equal pieces that is spread, shape (samples,), where the operation knows; None for as few
    as can be built.
    """

    item: str
    value: Array
    unit: str
    follows: tuple[str, ...] = field(default=())
    number: Array | None = None

    def at(self, rows: NDArray[np.intp]) -> Size:
        """The same of some samples."""
        return replace(self, value=self.value[rows], number=None if self.number is None else self.number[rows])

    @staticmethod
    def joined(parts: Sequence[Size]) -> Size:
        """The same equipment of one batch of samples after the other."""
        numbers = [part.number for part in parts if part.number is not None]
        return replace(
            parts[0],
            value=np.concatenate([part.value for part in parts]),
            number=np.concatenate(numbers) if numbers else None,
        )


def inlets(parameters: Parameters) -> dict[str, str]:
    """The streams that a unit takes, by inlet: `feed`, or `feeds.0`, `feeds.1`, … for a list.

    An inlet may be absent (None) where the kind does not need it.
    """
    out: dict[str, str] = {}
    for key, info in type(parameters).model_fields.items():
        value = getattr(parameters, key)
        if value is None or stream_mark(info) is None:
            continue
        if isinstance(value, str):
            out[key] = value
        else:
            out.update({f"{key}.{i}": name for i, name in enumerate(value)})
    return out


def stream_mark(info: Any) -> StreamName | None:
    """The mark of a parameter that names streams, from the field of its model; None for any other."""
    pending = [*info.metadata, info.annotation]
    while pending:
        item = pending.pop()
        if isinstance(item, StreamName):
            return item
        pending += [*getattr(item, "__metadata__", ()), *get_args(item)]
    return None


def leaves(parameters: BaseModel, prefix: str = "") -> dict[str, Value]:
    """Every value of a parameter model by its path: `recovery.REO`, `extractant.concentration`, …"""
    out: dict[str, Value] = {}
    for key in type(parameters).model_fields:
        _collect(getattr(parameters, key), f"{prefix}{key}", out)
    return out


def _collect(item: Any, path: str, out: dict[str, Value]) -> None:
    if isinstance(item, Value):
        out[path] = item
    elif isinstance(item, BaseModel):
        out.update(leaves(item, f"{path}."))
    elif isinstance(item, Mapping):
        for key, inner in item.items():
            _collect(inner, f"{path}.{key}", out)
    elif isinstance(item, list | tuple):
        for i, inner in enumerate(item):
            _collect(inner, f"{path}.{i}", out)


def plain(item: Any, samples: int, changes: Mapping[str, Array], path: str = "") -> Any:
    """A parameter model as plain arrays, one entry per sample; `changes` replaces values by path."""
    if isinstance(item, Value):
        return changes[path] if path in changes else np.full(samples, item.nominal)
    if isinstance(item, BaseModel):
        inside = {
            key: plain(getattr(item, key), samples, changes, f"{path}.{key}" if path else key)
            for key in type(item).model_fields
        }
        bases = {
            f"{key}_basis": value.basis
            for key in type(item).model_fields
            if isinstance(value := getattr(item, key), Value) and value.basis
        }
        return SimpleNamespace(**inside, **bases)
    if isinstance(item, Mapping):
        return {key: plain(inner, samples, changes, f"{path}.{key}") for key, inner in item.items()}
    if isinstance(item, list | tuple):
        return [plain(inner, samples, changes, f"{path}.{i}") for i, inner in enumerate(item)]
    return item


def spread_over_elements(named: Mapping[str, Array], samples: int, default: float | Array = 0.0) -> Array:
    """Values given by element or group as an array, shape (samples, elements).

    The smaller name wins: `{"REO": 0.92, "Ce": 0.1}` gives Ce 0.1 and every other rare earth 0.92.
    """
    out = np.empty((samples, COUNT))
    out[:] = np.asarray(default, dtype=float)[..., None] if np.ndim(default) == 1 else default
    for name in sorted(named, key=lambda name: -len(members(name))):
        for element in members(name):
            out[:, INDEX[element]] = named[name]
    return out
