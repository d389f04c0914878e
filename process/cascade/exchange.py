"""One exchange cascade by element name: the public face of ``solve_circuits``."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .batch import check_circuits, floats, one_number, solve_circuits, whole_number
from .errors import CascadeError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def _frozen(array: Floats) -> Floats:
    copy = np.array(array)
    copy.flags.writeable = False
    return copy


@dataclass(frozen=True, kw_only=True)
class Cascade:
    """An exchange cascade, flows in any one molar unit (mol/h, or per mol of feed).

    Stage 1 takes the fresh organic and gives the raffinate, the aqueous feed enters at ``feed_stage``, and the last
    stage gives the loaded organic. ``feed`` is element → molar flow, ``separation_factors`` element → β relative to
    any one element. ``extract_flow`` is S, the rare earth that the organic carries from stage to stage;
    ``scrub_flow`` is W, what the scrub sends back from the last stage, so S − W leaves as extract. ``aqueous_draws``
    is stage → flow taken from the aqueous leaving that stage. Limits: constant flows and separation factors. Raises
    CascadeError. Source: the theory of countercurrent extraction of Xu Guangxian, docs/theory_cascade.md.

    >>> cascade = Cascade(stages=46, feed_stage=24, feed={"A": 0.5, "B": 0.5},
    ...                   separation_factors={"A": 2.0, "B": 1.0}, extract_flow=1.70864, scrub_flow=1.20819)
    >>> round(cascade.solve().purity("raffinate", "B"), 5)
    0.99991
    """

    stages: int
    feed_stage: int
    feed: Mapping[str, float]
    separation_factors: Mapping[str, float]
    extract_flow: float
    scrub_flow: float
    aqueous_draws: Mapping[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for given, what in ((self.feed, "feed"), (self.separation_factors, "separation_factors")):
            if not isinstance(given, Mapping):
                raise CascadeError(f"{what} is a {type(given).__name__}; give a mapping of elements to numbers")
            if len({str(name) for name in given}) < len(given):
                raise CascadeError(f"{what} names an element twice: {', '.join(map(str, given))}")
        given_draws: Any = self.aqueous_draws
        if given_draws is None:  # as `solve_circuits` takes it
            object.__setattr__(self, "aqueous_draws", {})
        elif not isinstance(given_draws, Mapping):
            raise CascadeError(f"aqueous_draws is a {type(given_draws).__name__}; give a mapping of stages to flows")
        feed = {str(k): one_number(v, f"feed of {k}") for k, v in self.feed.items()}
        factors = {str(k): one_number(v, f"separation factor of {k}") for k, v in self.separation_factors.items()}
        for name in feed:
            if name not in factors:
                raise CascadeError(f"{name} is fed but has no separation factor; add it", element=name)
        for name in factors:
            if name not in feed:
                raise CascadeError(
                    f"{name} has a separation factor but no feed; feed it 0 or leave it out", element=name
                )
        if len(feed) < 2:
            raise CascadeError(f"a cascade separates at least two elements; {len(feed)} given")
        for name, flow in feed.items():
            if not (np.isfinite(flow) and flow >= 0.0):
                raise CascadeError(f"feed of {name} is {flow:g}; give a finite flow, not negative", element=name)
            if not (np.isfinite(factors[name]) and factors[name] > 0.0):
                raise CascadeError(
                    f"separation factor of {name} is {factors[name]:g}; give a finite number above zero", element=name
                )
        stages = whole_number(self.stages, "stages")
        feed_stage = whole_number(self.feed_stage, "feed_stage")
        draws: dict[int, float] = {}
        for where, amount in self.aqueous_draws.items():
            stage = whole_number(where, "an aqueous draw's stage")
            draws[stage] = one_number(amount, f"aqueous draw at stage {stage}")
            if not draws[stage] > 0.0:
                raise CascadeError(
                    f"aqueous draw at stage {stage} is {draws[stage]:g}; give a flow above zero or leave it out",
                    stage=stage,
                )
        for name, value in (
            ("stages", stages),
            ("feed_stage", feed_stage),
            ("feed", MappingProxyType(feed)),
            ("separation_factors", MappingProxyType({k: factors[k] for k in feed})),
            ("extract_flow", one_number(self.extract_flow, "extract_flow")),
            ("scrub_flow", one_number(self.scrub_flow, "scrub_flow")),
            ("aqueous_draws", MappingProxyType(draws)),
        ):
            object.__setattr__(self, name, value)
        check_circuits(
            stages,
            feed_stage,
            [list(feed.values())],
            [list(self.separation_factors.values())],
            [self.extract_flow],
            [self.scrub_flow],
            draws,
        )

    def __hash__(self) -> int:
        return hash((self.stages, self.feed_stage, *sorted(self.feed.items()), self.extract_flow, self.scrub_flow))

    def __reduce__(self) -> tuple[object, ...]:
        state = {
            "stages": self.stages,
            "feed_stage": self.feed_stage,
            "feed": dict(self.feed),
            "separation_factors": dict(self.separation_factors),
            "extract_flow": self.extract_flow,
            "scrub_flow": self.scrub_flow,
            "aqueous_draws": dict(self.aqueous_draws),
        }
        return _rebuild, (state,)

    def solve(self, start: ArrayLike | None = None, threads: int | None = None) -> CascadeResult:
        """Solve the steady state; ``start`` is the ``stage_scalars`` of a similar cascade, (stages,).

        Raises CascadeError if no checked solution is found.
        """
        names = list(self.feed)
        row: Any = None if start is None else [start]
        if row is not None and not np.isfinite(floats(row, "start", 2)).all():
            raise CascadeError("start holds a number that is not finite; leave it out")
        try:
            done = solve_circuits(
                self.stages,
                self.feed_stage,
                [list(self.feed.values())],
                [list(self.separation_factors.values())],
                [self.extract_flow],
                [self.scrub_flow],
                self.aqueous_draws,
                row,
                threads,
            )
        except CascadeError as error:
            element = names[error.element] if isinstance(error.element, int) else error.element
            raise CascadeError(error.reason, stage=error.stage, element=element) from None

        def flows(row: Floats) -> Mapping[str, float]:
            return MappingProxyType(dict(zip(names, row.tolist(), strict=True)))

        return CascadeResult(
            cascade=self,
            raffinate=flows(done.raffinate[0]),
            extract=flows(done.extract[0]),
            draws=MappingProxyType(
                {stage: flows(row) for stage, row in zip(self.aqueous_draws, done.draws[0], strict=True)}
            ),
            aqueous=_frozen(done.aqueous[0]),
            organic=_frozen(done.organic[0]),
            stage_scalars=_frozen(done.scalars[0]),
            iterations=int(done.iterations[0]),
            closure=float(done.closure[0]),
            residual=float(done.residual[0]),
            organic_closure=float(done.organic_closure[0]),
            sensitivity=float(done.sensitivity[0]),
            ill_conditioned=bool(done.ill_conditioned[0]),
        )


def _rebuild(state: dict[str, Any]) -> Cascade:
    return Cascade(**state)


def _result(state: dict[str, Any]) -> CascadeResult:
    for name in ("raffinate", "extract"):
        state[name] = MappingProxyType(state[name])
    state["draws"] = MappingProxyType({stage: MappingProxyType(flows) for stage, flows in state["draws"].items()})
    for name in ("aqueous", "organic", "stage_scalars"):
        state[name] = _frozen(state[name])
    return CascadeResult(**state)


@dataclass(frozen=True, eq=False, repr=False)
class CascadeResult:
    """A solved cascade: flows in the unit of its feed, compositions in mole fractions of rare earth.

    ``aqueous`` and ``organic`` are (stages, elements), rows from stage 1, columns in the order of the feed;
    ``stage_scalars`` (stages,) is ln 1/Σβx and may start a similar solve. ``closure`` is the largest relative balance
    error of an element, ``residual`` the largest |ln Σx| of a stage, ``organic_closure`` the largest |Σy − 1|.
    ``sensitivity`` is the largest change of a ``stage_scalar`` or of ln product flow for one ulp of the scrub flow;
    above 1e-6 the result is
    ``ill_conditioned``: solved, but where its front stands hangs on the last digits of the flows.
    """

    cascade: Cascade
    raffinate: Mapping[str, float]
    extract: Mapping[str, float]
    draws: Mapping[int, Mapping[str, float]]
    aqueous: Floats
    organic: Floats
    stage_scalars: Floats
    iterations: int
    closure: float
    residual: float
    organic_closure: float
    sensitivity: float
    ill_conditioned: bool

    def __reduce__(self) -> tuple[object, ...]:
        state = {name: getattr(self, name) for name in self.__dataclass_fields__}
        state |= {"raffinate": dict(self.raffinate), "extract": dict(self.extract)}
        state["draws"] = {stage: dict(flows) for stage, flows in self.draws.items()}
        return _result, (state,)

    def outlet(self, where: str | int) -> Mapping[str, float]:
        """Element → molar flow of "raffinate", "extract" or the draw at a stage."""
        if where == "raffinate":
            return self.raffinate
        if where == "extract":
            return self.extract
        if isinstance(where, int) and where in self.draws:
            return self.draws[where]
        choices = ", ".join(["'raffinate'", "'extract'", *map(str, self.draws)])
        raise CascadeError(f"{where!r} is not an outlet of this cascade; choose from {choices}")

    def purity(self, where: str | int, *elements: str) -> float:
        """Mole fraction 0..1 of ``elements`` together in "raffinate", "extract" or the draw at a stage."""
        flows = self.outlet(where)
        if not elements:
            raise CascadeError("purity of what? name one or more elements")
        for name in elements:
            if name not in flows:
                raise CascadeError(f"{name!r} is not in this cascade; choose from {', '.join(flows)}", element=name)
        return sum(flows[name] for name in dict.fromkeys(elements)) / sum(flows.values())

    def _outlets(self) -> dict[str, Mapping[str, float]]:
        named: dict[str, Mapping[str, float]] = {"raffinate": self.raffinate}
        named.update((f"draw {stage}", flows) for stage, flows in sorted(self.draws.items()))
        named["extract"] = self.extract
        return named

    def __repr__(self) -> str:
        return (
            f"<CascadeResult {self.cascade.stages} stages, {len(self.raffinate)} elements: "
            f"raffinate {sum(self.raffinate.values()):.6g}, extract {sum(self.extract.values()):.6g}, "
            f"closure {self.closure:.1e}{', ill-conditioned' if self.ill_conditioned else ''}>"
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.raffinate)
        rows = "".join(
            f"<tr><th>{html.escape(name)}</th>" + "".join(f"<td>{flow:.6g}</td>" for flow in flows.values()) + "</tr>"
            for name, flows in self._outlets().items()
        )
        return f"<table><thead><tr><th>molar flow</th>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def to_pandas(self) -> pd.DataFrame:
        """Outlets (rows) by elements (columns), molar flows; needs pandas."""
        try:
            import pandas as pd
        except ImportError:
            raise ImportError("to_pandas() needs pandas; install it with: pip install 'didymium[pandas]'") from None
        return pd.DataFrame({name: dict(flows) for name, flows in self._outlets().items()}).T
