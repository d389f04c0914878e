"""The mass-action circuit as an engineer writes it: organic, sections, feeds, draws; and its solution."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...data.equilibria import Chemistry
from ..errors import CascadeError
from ..models.mass_action import MassAction
from .build import describe
from .cases import CircuitCases, gather
from .equations import log10_k
from .layout import Layout, lay_out, stage_index
from .ledger import BALANCES, Ledger, draw_up
from .limits import Flag, beyond, left, overfull, refusal
from .nearest import with_values
from .result import CircuitResult
from .sections import KINDS, Section
from .steady import explain, settle
from .streams import Aqueous, Organic, number, rebuild
from .values import MOST_LOG_K, parameters, spread
from .varied import varied

Floats = NDArray[np.float64]

MOST_STAGES = 1000
MOST_U = 300.0
"""Largest ln(free extractant/proton) to begin from: beyond it no liquor lies."""
CLOSES = 1e-9
"""Largest relative error of a balance that counts as closed."""


@dataclass(frozen=True, kw_only=True)
class Circuit:
    """A solvent-extraction circuit with chemical equilibrium on every stage, steady state; flows in L/h, mol/L.

    The organic enters stage 1 and meets the ``sections`` in their order; stages count from 1 over the whole row, or
    as (section, stage within it). ``feeds`` maps a stage to the Aqueous that enters there, ``draws`` to the share
    drawn of the aqueous that leaves it, ``organic_draws`` the same of the organic, ``organic_feeds`` to an Organic.
    ``closed`` brings the organic of the last stage back to stage 1, saponified anew. ``temperature`` in K.
    ``constants`` is element → log10 K in place of the data's, ``activity`` None, "davies" or "pitzer", ``complexes``
    counts chloride complexes, ``equilibrium`` takes a MassAction of your own. ``limits`` replaces the most "loading"
    or "ph"; ``beyond`` says whether leaving them is an "error" or a "flag". Limits: volumes do not change with
    composition, one extractant. Raises CascadeError. Source: docs/theory_circuit.md.

    >>> circuit = Circuit(
    ...     organic=Organic(extractant="P507", concentration=1.5, saponification=0.36, flow=4.0),
    ...     sections=[Section("extraction", 10), Section("scrub", 8, liquor=Aqueous(flow=0.52, acid=3.0)),
    ...               Section("strip", 6, liquor=Aqueous(flow=0.6, acid=4.0))],
    ...     feeds={("extraction", 10): Aqueous(flow=1.0, metals={"La": 0.3, "Nd": 0.2}, acid=0.02)})
    >>> result = circuit.solve()
    >>> round(result.purity("strip_liquor", "Nd"), 5), max(result.closure.values()) < 1e-9
    (0.99497, True)
    """

    organic: Organic
    sections: Sequence[Section]
    feeds: Mapping[Any, Aqueous] = field(default_factory=dict)
    draws: Mapping[Any, float] = field(default_factory=dict)
    organic_draws: Mapping[Any, float] = field(default_factory=dict)
    organic_feeds: Mapping[Any, Organic] = field(default_factory=dict)
    closed: bool = False
    temperature: float = 298.15
    constants: Mapping[str, float] = field(default_factory=dict)
    activity: str | None = None
    complexes: bool = False
    equilibrium: MassAction | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    beyond: str = "error"

    def __post_init__(self) -> None:
        sections = self._sections()
        for name in ("feeds", "draws", "organic_draws", "organic_feeds", "constants", "limits"):
            if not isinstance(getattr(self, name), Mapping):
                kind = type(getattr(self, name)).__name__
                raise CascadeError(f"{name} is a {kind}; give a mapping")
        if not isinstance(self.organic, Organic):
            raise CascadeError(f"organic is a {type(self.organic).__name__}; give an Organic")
        if not self.feeds and not any(section.liquor for section in sections):
            raise CascadeError("no aqueous enters; give feeds={stage: Aqueous(...)} or a section its liquor")
        feeds = {stage_index(k, sections, "aqueous feed") + 1: v for k, v in self.feeds.items()}
        sides = {stage_index(k, sections, "organic feed") + 1: v for k, v in self.organic_feeds.items()}
        for kind, wanted, streams in (("feed", Aqueous, feeds), ("organic feed", Organic, sides)):
            for stage, stream in streams.items():
                if not isinstance(stream, wanted):
                    got = type(stream).__name__
                    raise CascadeError(
                        f"the {kind} at stage {stage} is a {got}; give an {wanted.__name__}", stage=stage
                    )
        total = sum(section.stages for section in sections)
        draws = self._shares(self.draws, sections, "aqueous draw", 1, "leaves there as raffinate")
        organic_draws = self._shares(self.organic_draws, sections, "organic draw", total, "leaves there anyway")
        for stage, side in sides.items():
            for name in ("extractant", "concentration", "base"):
                if getattr(side, name) != getattr(self.organic, name):
                    raise CascadeError(
                        f"the organic feed at stage {stage} has {name} {getattr(side, name)!r}, the circuit's organic "
                        f"{getattr(self.organic, name)!r}; a circuit holds one organic",
                        stage=stage,
                    )
        for name in ("closed", "complexes"):
            if not isinstance(getattr(self, name), bool | np.bool_):
                raise CascadeError(f"{name} is {getattr(self, name)!r}; give True or False")
        if self.closed and self.organic.load:
            raise CascadeError("a closed loop finds the load of its organic; leave load out, or open the loop")
        if not self.closed and self.organic.crud:
            raise CascadeError("crud is lost where the organic goes round; close the loop or leave crud out")
        if self.beyond not in ("error", "flag"):
            raise CascadeError(f"beyond is {self.beyond!r}; choose 'error' or 'flag'")
        if self.equilibrium is not None and not isinstance(self.equilibrium, MassAction):
            raise CascadeError(
                f"equilibrium is a {type(self.equilibrium).__name__}; a circuit takes a MassAction (exchange at "
                "constant factors is Cascade, correlations of pH are cascade.models.CorrelationCircuit)"
            )
        if self.equilibrium is not None:
            self._fits(self.equilibrium)
        for name in self.limits:
            if name not in ("loading", "ph"):
                raise CascadeError(f"{name!r} is no limit; choose from loading, ph")
        for name, value in (
            ("sections", sections),
            ("feeds", MappingProxyType(dict(sorted(feeds.items())))),
            ("organic_feeds", MappingProxyType(dict(sorted(sides.items())))),
            ("draws", MappingProxyType(draws)),
            ("organic_draws", MappingProxyType(organic_draws)),
            ("constants", MappingProxyType({
                str(k): number(v, f"log10 K of {k}", least=-MOST_LOG_K, most=MOST_LOG_K)
                for k, v in self.constants.items()})),
            ("limits", MappingProxyType({k: number(v, f"limit of {k}") for k, v in self.limits.items()})),
            ("temperature", number(self.temperature, "temperature, K,", open_=True)),
        ):  # fmt: skip
            object.__setattr__(self, name, value)
        model = self._model()
        self._in_chloride(model)
        for name in self.constants:
            if name not in model.elements:
                raise CascadeError(
                    f"log10 K is given for {name!r}, which is not in this circuit; it holds "
                    f"{', '.join(model.elements)}",
                    element=name,
                )

    def _fits(self, model: MassAction) -> None:
        """Raise where a MassAction of the caller's own and the rest of the circuit say different things."""
        if model.chemistry.name != MassAction(self.organic.extractant, self.organic.concentration).chemistry.name:
            raise CascadeError(
                f"the equilibrium given is that of {model.chemistry.name}, the organic is {self.organic.extractant}; "
                "give the same extractant in both"
            )
        if abs(model.formal - self.organic.concentration) > 1e-9 * model.formal:
            raise CascadeError(
                f"the equilibrium given is at {model.formal:g} formal mol/L, the organic at "
                f"{self.organic.concentration:g}; give the same concentration in both"
            )
        if (self.temperature, self.activity, self.complexes) != (298.15, None, False):
            raise CascadeError(
                "temperature, activity and complexes belong to the equilibrium given; leave them out here"
            )

    def _in_chloride(self, model: MassAction) -> None:
        """Raise where activities or complexes of chloride would act on another anion."""
        if not model.medium.acts:
            return
        liquors = {section.name: section.liquor for section in self.sections if section.liquor is not None}
        streams = {f"the feed at stage {stage}": stream for stage, stream in self.feeds.items()}
        for name, stream in (streams | {f"the liquor of {name}": one for name, one in liquors.items()}).items():
            if stream.anion != "Cl":
                what = f"activity={model.activity!r}" if model.activity else "complexes=True"
                raise CascadeError(
                    f"{name} brings {stream.anion}, but {what} counts every anion as chloride; leave it out, or give "
                    "chloride streams only"
                )

    def _sections(self) -> tuple[Section, ...]:
        given: object = self.sections
        if isinstance(given, str) or not isinstance(given, Iterable):
            raise CascadeError(f"sections is {given!r}; give a list of Section(name, stages)")
        sections = tuple(given)
        for section in sections:
            if not isinstance(section, Section):
                raise CascadeError(f"sections holds a {type(section).__name__}; give Section(name, stages)")
        names = [section.name for section in sections]
        for name in names:
            if names.count(name) > 1:
                raise CascadeError(f"two sections are called {name!r}; give each its own name")
        reserved = [name for name in names if name.startswith(("organic", "feed", "draw", "log_k"))]
        if reserved:
            raise CascadeError(f"a section is called {reserved[0]!r}, a word that parameters use; rename it")
        if sections and sections[0].share_onward != KINDS[str(sections[0].kind)]:
            raise CascadeError(
                f"onward of {names[0]} is {sections[0].share_onward:g}, but the aqueous of the first section leaves as "
                "raffinate; leave it out"
            )
        total = sum(section.stages for section in sections)
        if total < 2:
            raise CascadeError(f"the circuit has {total} stages; it needs at least 2")
        if total > MOST_STAGES:
            raise CascadeError(f"the circuit has {total} stages; the solver takes up to {MOST_STAGES}, cut it in two")
        return sections

    @staticmethod
    def _shares(
        given: Mapping[Any, float], sections: tuple[Section, ...], what: str, end: int, why: str
    ) -> dict[int, float]:
        out = {}
        for key, share in given.items():
            stage = stage_index(key, sections, what) + 1
            if stage == end:
                raise CascadeError(f"{what} at stage {stage}: all that flows there {why}; leave it out", stage=stage)
            try:
                out[stage] = number(share, f"{what} at stage {stage}, a share of what flows there,", most=1.0)
            except CascadeError as error:
                raise CascadeError(error.reason, stage=stage) from None
        return dict(sorted(out.items()))

    def __hash__(self) -> int:
        return hash((self.organic, tuple(self.sections), *self.feeds.items(), self.closed))

    def __reduce__(self) -> tuple[object, ...]:
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return rebuild, (
            Circuit,
            {name: dict(value) if isinstance(value, Mapping) else value for name, value in plain.items()},
        )

    def _chemistry(self) -> Chemistry:
        if self.equilibrium is not None:
            return self.equilibrium.chemistry
        return MassAction(self.organic.extractant, self.organic.concentration).chemistry

    def _layout(self, varied: Collection[str] = ()) -> Layout:
        return lay_out(
            self.organic,
            tuple(self.sections),
            {stage - 1: stream for stage, stream in self.feeds.items()},
            {stage - 1: share for stage, share in self.draws.items()},
            {stage - 1: share for stage, share in self.organic_draws.items()},
            {stage - 1: stream for stage, stream in self.organic_feeds.items()},
            self.closed,
            self._chemistry(),
            varied,
        )

    def _model(self, layout: Layout | None = None) -> MassAction:
        layout = self._layout() if layout is None else layout
        if self.equilibrium is not None:
            missing = [name for name in layout.elements if name not in self.equilibrium.elements]
            if missing:
                raise CascadeError(
                    f"the equilibrium given holds no {missing[0]}; it has {', '.join(self.equilibrium.elements)}",
                    element=missing[0],
                )
            return self.equilibrium
        return MassAction(
            layout.chemistry,
            self.organic.concentration,
            layout.elements,
            temperature=self.temperature,
            activity=self.activity,
            complexes=self.complexes,
        )

    @property
    def stages(self) -> int:
        """All stages of the row."""
        return sum(section.stages for section in self.sections)

    @property
    def rare_earths(self) -> tuple[str, ...]:
        """The rare earths that the circuit holds, in the order of its streams."""
        layout = self._layout()
        return tuple(name for name, rare in zip(layout.elements, layout.rare_earths, strict=True) if rare)

    @property
    def parameters(self) -> Mapping[str, float]:
        """Every number that ``solve_cases`` may vary, by its name, with the value it has now."""
        return MappingProxyType(self._parameters(self._layout(), self._model()))

    def _parameters(self, layout: Layout, model: MassAction) -> dict[str, float]:
        known = {name: log10_k(model, name) for name in layout.elements}
        known.update(self.constants)
        return parameters(
            self.organic,
            layout,
            {stage - 1: share for stage, share in self.draws.items()},
            {stage - 1: share for stage, share in self.organic_draws.items()},
            known,
        )

    def changed(self, **parts: object) -> Circuit:
        """The same circuit with some parts replaced, as ``dataclasses.replace`` does."""
        return replace(self, **parts)  # type: ignore[arg-type]

    def solve(self, start: ArrayLike | None = None, threads: int | None = None) -> CircuitResult:
        """The steady state; ``start`` is ``profile.u`` of a similar circuit, (stages,).

        Raises CascadeError where a balance cannot hold, where a bound is left, or where no checked solution is found.
        """
        cases = self.solve_cases(start=None if start is None else np.asarray(start)[None], threads=threads)
        return cases.result(0)

    def solve_cases(
        self,
        changes: Mapping[str, ArrayLike] | None = None,
        *,
        start: ArrayLike | None = None,
        threads: int | None = None,
        failures: str = "raise",
    ) -> CircuitCases:
        """Solve many parameter sets: ``changes`` maps names of ``parameters`` to (cases,), the rest stays.

        ``start`` is (cases, stages), the ``u`` of an earlier solve, a row of NaN for none; ``threads`` changes
        nothing. With ``failures`` "raise" the first case that fails raises its CascadeError with ``.case``, and the
        nearest values that solve where its sentence gives a direction only; with "keep" it is told in the result,
        without that search. Volumes that cannot be are raised in both.
        """
        if failures not in ("raise", "keep"):
            raise CascadeError(f"failures is {failures!r}; choose 'raise' or 'keep'")
        if changes is not None and not isinstance(changes, Mapping):
            raise CascadeError(f"changes is a {type(changes).__name__}; give a mapping of parameter names to numbers")
        if self.equilibrium is not None and "organic.concentration" in (changes or {}):
            raise CascadeError("organic.concentration belongs to the equilibrium given; leave that out to vary it")
        layout = self._layout(tuple(str(name) for name in changes or ()))
        model = self._model(layout)
        values = spread(self._parameters(layout, model), changes or {})
        if not self.closed and values["organic.crud"].any():
            raise CascadeError("organic.crud is lost where the organic goes round; close the loop or leave it out")
        begin = None if start is None else _beginning(start, (values.cases, layout.stages))
        steady = settle(layout, values, model, begin, threads)
        ledger = draw_up(layout, values, steady)
        failed: dict[int, CascadeError] = {}
        limits = dict(self.limits)
        suspect = beyond(layout, steady, ledger, limits)

        def flags_of(case: int) -> tuple[Flag, ...]:
            return left(layout, values, steady, ledger, model, limits, case)

        def one_of(case: int) -> Circuit:
            return varied(self, {name: float(values[name][case]) for name in changes or ()})

        for case in range(values.cases):
            error = explain(layout, values, steady, case)
            error = error or overfull(layout, values, steady, ledger, case) or _unclosed(ledger, case, values.cases)
            if error is None and suspect[case] and self.beyond == "error":
                error = refusal(layout, flags_of(case), case if values.cases > 1 else None)
            if error is not None:
                if failures == "raise":
                    raise with_values(one_of(case), error)
                failed[case] = error
        return gather(
            layout,
            steady,
            ledger,
            MappingProxyType(failed),
            lambda case: describe(one_of(case), layout, values, steady, ledger, case, flags_of(case)),
        )


def _beginning(start: ArrayLike, shape: tuple[int, int]) -> Floats:
    """Where Newton begins, (cases, stages): finite rows, or rows of NaN for none. Raises CascadeError."""
    try:
        begin = np.array(start, dtype=np.float64)
    except (TypeError, ValueError):
        raise CascadeError(f"start is {start!r}; give the u of an earlier solve, one number a stage") from None
    if begin.shape != shape:
        raise CascadeError(f"start has the shape {begin.shape}; it needs {shape}")
    none = np.isnan(begin)
    wrong = (none.any(axis=1) & ~none.all(axis=1)) | (np.abs(np.where(none, 0.0, begin)) > MOST_U).any(axis=1)
    if wrong.any():
        case = int(np.argmax(wrong))
        raise CascadeError(
            f"start holds {begin[case][~(np.abs(begin[case]) <= MOST_U)][0]:g} in case {case}; give ln(free "
            f"extractant/proton) within {MOST_U:g} on every stage, or NaN on all for none",
            case=case if shape[0] > 1 else None,
        )
    return begin


def _unclosed(ledger: Ledger, case: int, cases: int) -> CascadeError | None:
    worst = int(np.argmax(ledger.closure[case]))
    value = ledger.closure[case, worst]
    if value <= CLOSES:
        return None
    prefix = f"case {case}: " if cases > 1 else ""
    return CascadeError(
        f"{prefix}the balance of {BALANCES[worst]} closes only to {value:.1e}, more than {CLOSES:g}",
        case=case if cases > 1 else None,
    )
