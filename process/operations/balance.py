"""Where the atoms of one unit go: the shares of what enters that leave by each outlet.

An operation adds its reagents, says what each outlet must hold and names the outlet that takes the rest. The result
is a table of shares, not of flows, so that recycles can be closed exactly at any stage of convergence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import reagents as known_reagents
from ..elements import COUNT, ELEMENTS, indices, mass_fractions
from ..sums import per_sample
from .base import Line, OperationError, Size
from .details import Details

Array = NDArray[np.float64]

BULK = ("bulk",)
SLACK = 1e-9
"""How far over its inflow an element may be asked for before it is an error rather than rounding."""
ROUNDING = 1e-14
"""What an outlet's element may hold of the outlet's mass though none enters: the noise of a balance of charges."""


@dataclass(frozen=True)
class Outcome:
    """What a unit does with its inlets.

    `shares` has shape (samples, slots in, slots out, elements) over the inlets' parts and then the reagents;
    `reagents` (samples, reagents, elements) kg/h; `demands` the kg/h asked of on-demand feeds; `doubtful`, shape
    (samples,), is true where a tentative balance passed over a fault; `sizes` those of its equipment; `traits` what
    its outlets carry besides mass, shape (samples,) each, which the solver keeps as soon as they are said.
    """

    shares: Array
    reagents: Array
    demands: Mapping[str, Array]
    lines: tuple[Line, ...]
    details: Mapping[str, Any]
    doubtful: NDArray[np.bool_]
    sizes: tuple[Size, ...] = ()
    traits: Mapping[str, Mapping[str, Array]] = field(default_factory=dict)


@cache
def composition(item: str) -> Array:
    """Mass fractions of a reagent's elements, shape (elements,), read-only: an item of the data, or a formula."""
    reagent = known_reagents().get(item)
    if reagent is None:
        return mass_fractions(item)
    out = np.zeros(COUNT)
    for formula, share in reagent.composition.items():
        out += share * mass_fractions(formula)
    out /= out.sum()
    out.flags.writeable = False
    return out


@cache
def _columns(names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(indices(names))


@cache
def _compositions(items: tuple[str, ...]) -> Array:
    out = np.array([composition(item) for item in items])
    out.flags.writeable = False
    return out


class Balance:
    """The balance of one unit, all samples at once.

    `inlets` maps an inlet to its flow, shape (samples, parts, elements) in kg/h; `outlets` an outlet to its parts.
    A `tentative` balance passes over faults that come of its inflows: on the way round a recycle they need not belong
    together yet.
    """

    def __init__(
        self,
        inlets: Mapping[str, Array],
        parts: Mapping[str, tuple[str, ...]],
        outlets: Mapping[str, tuple[str, ...]],
        on_demand: Mapping[str, Array] | None = None,
        design: Mapping[str, Any] | None = None,
        memory: dict[str, Any] | None = None,
        tentative: bool = False,
        traits: Mapping[str, Mapping[str, Array]] | None = None,
    ) -> None:
        self.inlets = dict(inlets)
        self.parts = parts
        self.outlets = outlets
        self.design = dict(design or {})
        self.memory = memory if memory is not None else {}
        self.samples = len(next(iter(inlets.values())))
        self.details: dict[str, Any] = {}
        self._later: list[Callable[[], Mapping[str, Any]]] = []
        self._tentative = tentative
        self._doubtful = np.zeros(self.samples, dtype=bool)
        self._on_demand = dict(on_demand or {})
        self._demands: dict[str, Array] = {}
        self._reagents: list[tuple[str, str, Array]] = []
        self._lines: list[Line] = []
        self._sizes: list[Size] = []
        self._traits = dict(traits or {})
        self._carried: dict[str, dict[str, Array]] = {}
        self._sent: Array | None = None
        self._whole: Array | None = None
        self._made: Array | None = None
        self._first = {}
        slot = 0
        for name in self.inlets:
            self._first[name] = slot
            slot += len(parts[name])
        self._slots = slot
        self._out: dict[str, slice] = {}
        slot = 0
        for name, rows in outlets.items():
            self._out[name] = slice(slot, slot + len(rows))
            slot += len(rows)
        self._out_slots = slot

    # -- what enters ------------------------------------------------------------------------------------------------

    def flow(self, inlet: str | None = None, part: str | None = None) -> Array:
        """kg/h by element of an inlet (or of all with this name and a number), shape (samples, elements)."""
        out = np.zeros((self.samples, COUNT))
        for name, flow in self.inlets.items():
            if inlet is None or name == inlet or name.startswith(f"{inlet}."):
                if part is None:
                    out += flow[:, 0] if flow.shape[1] == 1 else np.add.reduce(flow, axis=1)
                elif part in self.parts[name]:
                    out += flow[:, self.parts[name].index(part)]
        return out

    def reagent(self, item: str, rate: Array, follows: Iterable[str] = (), *, port: str = "") -> None:
        """Add a reagent, kg/h of shape (samples,). It enters the balance and the ledger alike.

        `port` tells one use of an item from another where they leave by different outlets.
        """
        self._open()
        rate = self._each(rate)
        if not rate.min() >= 0.0:
            sample = int(np.argmin(rate >= 0.0))
            raise OperationError(f"asks for {rate[sample]:.6g} kg/h of {item}, which is no amount", sample=sample)
        self._reagents.append((port or item, item, rate))
        self._whole = None
        self._lines.append(Line(item, rate, "kg", tuple(follows)))

    def demand(self, inlet: str, rate: Array) -> None:
        """Ask an on-demand feed for kg/h, shape (samples,); without effect where the inlet has a flow of its own."""
        self._open()
        if inlet in self._on_demand:
            self._demands[inlet] = self._each(rate).copy()
            self.inlets[inlet] = self._demands[inlet][:, None, None] * self._on_demand[inlet]
            self._whole = None

    def is_on_demand(self, inlet: str) -> bool:
        """Whether an inlet takes as much as it asks for."""
        return inlet in self._on_demand

    def recipe(self, inlet: str) -> Array:
        """Mass fractions of an on-demand feed, shape (samples, elements)."""
        return np.asarray(self._on_demand[inlet].sum(axis=1))

    def use(self, item: str, rate: Array, unit: str, follows: Iterable[str] = ()) -> None:
        """Note something used that carries no atoms: electricity, heat, labour; shape (samples,) per hour."""
        rate = self._each(rate)
        self._lines.append(Line(item, rate, unit, tuple(follows)))

    def size(
        self, item: str, value: Array, unit: str, follows: Iterable[str] = (), number: Array | float | None = None
    ) -> None:
        """Note how large a piece of equipment is, shape (samples,): `size("tank", volume, "m^3", ("residence",))`.

        `number` says over how many equal pieces it is spread, such as the stages of a circuit.
        """
        pieces = None if number is None else self._each(np.asarray(number, dtype=np.float64))
        self._sizes.append(Size(item, self._each(value), unit, tuple(follows), pieces))

    def total(self) -> Array:
        """kg/h of all that enters, reagents included, shape (samples, elements), read-only."""
        if self._whole is None:
            out = self.flow()
            self._whole = out + np.add.reduce(self._bought(), axis=1) if self._reagents else out
            self._whole.flags.writeable = False
        return self._whole

    def trait(self, name: str, inlet: str = "feed") -> Array | None:
        """What an inlet's stream carries by this name (`traits.py`), shape (samples,); None where it says nothing.

        NaN for the samples whose stream does not say it. Of a list of inlets the mean by mass, where all that flow say
        it.
        """
        if inlet in self.inlets:
            return self._traits.get(inlet, {}).get(name)
        found, weight = np.zeros(self.samples), np.zeros(self.samples)
        untold = np.zeros(self.samples, dtype=bool)
        for each, flow in self.inlets.items():
            if not each.startswith(f"{inlet}."):
                continue
            said = self._traits.get(each, {}).get(name)
            mass = per_sample(flow)
            known = np.zeros(self.samples, dtype=bool) if said is None else ~np.isnan(said)
            untold |= ~known & (mass > 0.0)
            weight += mass
            if said is not None:
                found += np.where(known, mass * said, 0.0)
        told = ~untold & (weight > 0.0)
        mean = np.divide(found, weight, out=np.full(self.samples, np.nan), where=told)
        return mean if told.any() else None

    def later(self, details: Callable[[], Mapping[str, Any]]) -> None:
        """Details that cost time: `details` is called when they are first read, after the recycle has settled.

        It must hold all that it needs: arrays that nothing changes any more.
        """
        self._later.append(details)

    def carry(self, outlet: str, name: str, value: Array) -> None:
        """Say a trait of an outlet's stream, shape (samples,)."""
        self._carried.setdefault(outlet, {})[name] = self._each(value)

    def carry_on(self, *outlets: str, inlet: str = "feed") -> None:
        """Hand every trait of an inlet (or of all with this name and a number) on to outlets."""
        names = {name for each, said in self._traits.items() if each.partition(".")[0] == inlet for name in said}
        for name in sorted(names):
            value = self.trait(name, inlet)
            if value is not None:
                for outlet in outlets:
                    self.carry(outlet, name, value)

    def refuse(self, bad: NDArray[np.bool_] | np.bool_, words: Callable[[int], tuple[str, str]], key: str = "") -> None:
        """Refuse samples whose inflows cannot be served; `words` gives reason and remedy for one of them.

        `key` is the parameter to point at. A tentative balance only marks them, so what follows must stand numbers that
        make no sense.
        """
        if not bad.any():
            return
        bad = np.broadcast_to(bad, (self.samples,))
        if self._tentative:
            self._doubtful |= bad
            return
        sample, *more = (int(one) for one in np.flatnonzero(bad))
        raise OperationError(*words(sample), sample, key=key, others={one: words(one) for one in more})

    # -- what leaves ------------------------------------------------------------------------------------------------

    def send(
        self,
        outlet: str,
        share: Array | float,
        *,
        inlet: str | None = None,
        reagent: str | Collection[str] | None = None,
        part: str | None = None,
        to: str | None = None,
    ) -> None:
        """Send a share (samples, elements), or what broadcasts to it, of what enters to an outlet.

        Of everything, or only of one inlet, one of its parts, or one reagent or several. What has the outlet's own
        parts keeps them; anything else goes to the part `to` (the last one where not said).
        """
        sent = self._sending()
        share = np.asarray(share, dtype=float)
        if share.ndim == 2:
            share = share[:, None]
        for slots, column in self._cells(outlet, inlet, reagent, part, to):
            sent[:, slots, column] += share

    def require(self, outlet: str, mass: Array, *elements: str, to: str | None = None) -> None:
        """Say how many kg/h of each element an outlet holds, shape (samples, elements), drawn evenly from all inlets.

        Only the named elements where any are named; in the part `to` of an outlet with several. Asking for more than
        enters, or for less than nothing, is an error.
        """
        self._sending()
        total = self.total()
        if elements:
            columns = list(_columns(elements))
            wanted = np.zeros_like(mass)
            wanted[:, columns] = mass[:, columns]
            mass = wanted
        # Faults are looked for where a quick look finds a sign of one.
        asked = mass
        if not asked.min() >= 0.0:
            self._refuse_negative(outlet, asked, total)
            mass = np.maximum(asked, 0.0)
        share = np.divide(mass, total, out=np.zeros_like(total), where=total > 0.0)
        if (mass > total).any():
            self._refuse_lacking(outlet, mass, total, per_sample(np.abs(asked)))
            share = np.minimum(share, 1.0)
        self.send(outlet, share, to=to)

    def finish(self, rest: str, *, to: str | None = None) -> Outcome:
        """Send what is left to one outlet and close the table."""
        sent = self._sending()
        used = np.add.reduce(sent, axis=2)
        if not used.max() <= 1.0 + SLACK:
            self._refuse_excess(used)
        if not sent.min() >= 0.0:
            self._refuse_less_than_none(sent)
            sent = np.maximum(sent, 0.0)
        # A remainder below rounding is no flow: it would put noise of one outlet's size into another.
        left = 1.0 - used
        left *= left >= 4e-16
        for slots, column in self._cells(rest, None, None, None, to):
            sent[:, slots, column] += left[:, slots]
        sent /= np.add.reduce(sent, axis=2, keepdims=True)
        reagents = self._bought()
        lines, sizes = tuple(self._lines), tuple(self._sizes)
        details = Details(self.details, self._later) if self._later else self.details
        return Outcome(sent, reagents, self._demands, lines, details, self._doubtful, sizes, self._carried)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _each(self, value: Array) -> Array:
        value = np.asarray(value, dtype=float)
        return value if value.shape == (self.samples,) else np.broadcast_to(value, (self.samples,))

    def _open(self) -> None:
        if self._sent is not None:
            raise RuntimeError("reagents and demands come before the first share is sent")

    def _sending(self) -> Array:
        if self._sent is None:
            slots = self._slots + len(self._reagents)
            self._sent = np.zeros((self.samples, slots, self._out_slots, COUNT))
        return self._sent

    def _bought(self) -> Array:
        """kg/h of the reagents, shape (samples, reagents, elements)."""
        if self._made is not None:
            return self._made
        out = np.empty((self.samples, len(self._reagents), COUNT))
        if self._reagents:
            rates = np.array([rate for _, _, rate in self._reagents])
            np.multiply(rates.T[:, :, None], _compositions(tuple(item for _, item, _ in self._reagents)), out=out)
        if self._sent is not None:
            self._made = out
        return out

    def _cells(
        self,
        outlet: str,
        inlet: str | None,
        reagent: str | Collection[str] | None,
        part: str | None,
        to: str | None,
    ) -> list[tuple[slice, int]]:
        """Where in the table something goes: slots in that go to one slot out."""
        rows, first = self.outlets[outlet], self._out[outlet].start
        last = first + (rows.index(to) if to else len(rows) - 1)
        if inlet is None and reagent is None and part is None and (to or len(rows) == 1):
            return [(slice(0, self._slots + len(self._reagents)), last)]
        out: list[tuple[slice, int]] = []
        if reagent is None:
            for name, begin in self._first.items():
                if inlet is not None and name != inlet and not name.startswith(f"{inlet}."):
                    continue
                own = self.parts[name]
                if part is None and (to or len(rows) == 1):
                    out.append((slice(begin, begin + len(own)), last))
                    continue
                for at, row in enumerate(own, begin):
                    if part is None or part == row:
                        out.append((slice(at, at + 1), first + rows.index(row) if row in rows and not to else last))
        if inlet is None and part is None:
            bulk = first + rows.index("bulk") if "bulk" in rows and not to else last
            if reagent is None:
                out.append((slice(self._slots, self._slots + len(self._reagents)), bulk))
            else:
                ports = (reagent,) if isinstance(reagent, str) else reagent
                for at, (port, _, _) in enumerate(self._reagents, self._slots):
                    if port in ports:
                        begin = out.pop()[0].start if out and out[-1][0].stop == at else at
                        out.append((slice(begin, at + 1), bulk))
        return out

    # Each says of what sample it is, and tells the element.

    def _refuse_negative(self, outlet: str, mass: Array, total: Array) -> None:
        negative = mass < -SLACK * np.maximum(total, per_sample(np.abs(mass))[:, None])

        def words(sample: int) -> tuple[str, str]:
            element = int(np.argmax(negative[sample]))
            return (
                f"{outlet} would hold {mass[sample, element]:.6g} kg/h of {ELEMENTS[element]}: its other elements "
                "cannot go together",
                "change the shares that send them there",
            )

        self.refuse(negative.any(axis=1), words)

    def _refuse_lacking(self, outlet: str, mass: Array, total: Array, whole: Array) -> None:
        short = mass > total * (1.0 + SLACK) + ROUNDING * whole[:, None]

        def words(sample: int) -> tuple[str, str]:
            element = int(np.argmax(short[sample]))
            return (
                f"{outlet} needs {mass[sample, element]:.6g} kg/h of {ELEMENTS[element]} and "
                f"{total[sample, element]:.6g} kg/h enter",
                f"send less to {outlet}, or bring more with the feed or a reagent",
            )

        self.refuse(short.any(axis=1), words)

    def _refuse_excess(self, used: Array) -> None:
        def words(sample: int) -> tuple[str, str]:
            column = int(np.argmax(used[sample].max(axis=0)))
            return f"sends more {ELEMENTS[column]} out than enters", "lower the shares that its keys send out"

        self.refuse((used > 1.0 + SLACK).any(axis=(1, 2)), words)

    def _refuse_less_than_none(self, sent: Array) -> None:
        def words(sample: int) -> tuple[str, str]:
            column = int(np.argmin(sent[sample].min(axis=(0, 1))))
            return f"sends less than no {ELEMENTS[column]} out", "keep the shares that its keys send out above zero"

        self.refuse((sent < -SLACK).any(axis=(1, 2, 3)), words)
