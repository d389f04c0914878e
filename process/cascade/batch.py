"""Many exchange circuits of one plant unit in one call; the sample axis comes first."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from didymium.kernels import exchange

from .errors import CascadeError
from .threads import run

Floats = NDArray[np.float64]

_FEWEST_STAGES = 2
_MOST_FACTOR = 1e100
_MOST_STAGES = 1000
ILL_CONDITIONED = 1e-6
"""Change of the answer per ulp of the scrub flow from which a circuit counts as ill conditioned."""


@dataclass(frozen=True)
class Circuits:
    """Solved circuits: flows in the unit of the feed, compositions in mole fractions of rare earth.

    ``raffinate`` and ``extract`` are (cases, elements), ``draws`` (cases, draws, elements) in the order of the stages
    given, ``aqueous`` and ``organic`` (cases, stages, elements), ``scalars`` (cases, stages) = ln of the stage
    scalars 1/sum(beta x), to start the next solve from. ``iterations`` counts Newton steps, ``residual`` is the
    largest |ln sum x| of a stage, ``closure`` the largest relative balance error of an element, ``organic_closure``
    the largest |sum y - 1| of a stage. ``sensitivity`` is the largest change of a ln stage scalar or of ln product
    flow for one ulp of the scrub flow; above 1e-6 a circuit is ``ill_conditioned``: it is solved, but another
    computer, or another order of the elements, may put its front elsewhere.
    """

    raffinate: Floats
    extract: Floats
    draws: Floats
    aqueous: Floats
    organic: Floats
    scalars: Floats
    iterations: NDArray[np.int64]
    residual: Floats
    closure: Floats
    organic_closure: Floats
    sensitivity: Floats

    @property
    def ill_conditioned(self) -> NDArray[np.bool_]:
        """(cases,) whether the answer moves by more than 1e-6 for one ulp of the scrub flow."""
        return np.asarray(self.sensitivity > ILL_CONDITIONED)


def whole_number(value: object, what: str) -> int:
    """``value`` as an int, or a CascadeError that names ``what``; True and 3.0 are refused."""
    if isinstance(value, bool | np.bool_):
        raise CascadeError(f"{what} is {value!r}; give a whole number")
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise CascadeError(f"{what} is {value!r}; give a whole number") from None


def one_number(value: object, what: str) -> float:
    """``value`` as a float, or a CascadeError that names ``what``; texts, True and complex numbers are refused."""
    try:
        if isinstance(value, str | bytes | bool | np.bool_ | complex | np.complexfloating):
            raise TypeError
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise CascadeError(f"{what} is {value!r}; give a number") from None


def floats(value: ArrayLike, what: str, ndim: int) -> Floats:
    try:
        given = np.asarray(value)
        if given.size and given.dtype.kind not in "iuf":
            raise TypeError
        array = np.ascontiguousarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise CascadeError(f"{what} holds something that is not a number; give float arrays") from None
    if np.ndim(value) != ndim:
        raise CascadeError(f"{what} has {np.ndim(value)} axes; it needs {ndim}, the cases first")
    return array


def _refuse(bad: NDArray[np.bool_], sentence: str, *values: Floats, stage: int | None = None) -> None:
    """Raise ``sentence``, formatted with the values at the first bad place, if any place is bad."""
    if not bad.any():
        return
    at = tuple(int(k) for k in np.unravel_index(int(np.argmax(bad)), bad.shape))
    element = at[1] if len(at) > 1 else None
    prefix = f"case {at[0]}: " if bad.shape[0] > 1 else ""
    shown = (f"{float(v[at[: v.ndim]]):.6g}" for v in values)
    raise CascadeError(prefix + sentence.format(*shown, element=element), stage=stage, case=at[0], element=element)


def _checked_draws(stages: int, cases: int, aqueous_draws: Mapping[int, ArrayLike]) -> tuple[NDArray[np.int64], Floats]:
    if not isinstance(aqueous_draws, Mapping):
        raise CascadeError(f"aqueous_draws is a {type(aqueous_draws).__name__}; give a mapping of stages to flows")
    places = [whole_number(stage, "an aqueous draw's stage") for stage in aqueous_draws]
    flows = np.zeros((cases, len(places)))
    for column, (stage, flow) in enumerate(zip(places, aqueous_draws.values(), strict=True)):
        if not 1 <= stage <= stages:
            raise CascadeError(f"aqueous draw at stage {stage}; the cascade has stages 1 to {stages}", stage=stage)
        try:
            array = np.asarray(flow)
            if array.dtype.kind not in "iuf":
                raise TypeError
        except (TypeError, ValueError):
            raise CascadeError(f"aqueous draw at stage {stage} is {flow!r}; give a number", stage=stage) from None
        if array.shape not in ((), (cases,)):
            raise CascadeError(
                f"aqueous draw at stage {stage} has shape {array.shape}; it needs ({cases},)", stage=stage
            )
        flows[:, column] = array
        bad = ~(np.isfinite(flows[:, column]) & (flows[:, column] >= 0.0))
        sentence = f"aqueous draw at stage {stage} is {{}}; give a finite flow, not negative"
        _refuse(bad, sentence, flows[:, column], stage=stage)
    return np.array(places, dtype=np.int64), flows


def _check_flows(
    stages: int,
    feed_stage: int,
    feed: Floats,
    organic: Floats,
    scrub: Floats,
    places: NDArray[np.int64],
    draws: Floats,
) -> None:
    whole = feed.sum(axis=1)
    for flow, name in ((organic, "extract_flow"), (scrub, "scrub_flow")):
        _refuse(~(np.isfinite(flow) & (flow > 0.0)), f"{name} is {{}}; give a finite flow above zero", flow)
    _refuse(
        scrub >= organic,
        "scrub_flow {} is not below extract_flow {}; extract_flow − scrub_flow leaves as extract: "
        "lower the scrub or raise the organic",
        scrub,
        organic,
    )
    for stage in sorted(set(places.tolist()), reverse=True):
        here = scrub + np.where(stage <= feed_stage, whole, 0.0) - draws[:, places >= stage].sum(axis=1)
        taken = draws[:, places == stage].sum(axis=1)
        if (here <= 0.0).any():
            try:
                _refuse(
                    here <= 0.0,
                    f"the aqueous draw of {{}} at stage {stage} takes more than the {{}} flowing there; lower it",
                    taken,
                    here + taken,
                )
            except CascadeError as error:
                error.stage = stage
                raise
    left = scrub + whole - organic - draws.sum(axis=1)
    # Close to nothing the kernel's exact sum decides, and so it must here.
    for case in np.flatnonzero(left <= 1e-12 * (scrub + whole)):
        left[case] = math.fsum([scrub[case], -organic[case], *feed[case], *-draws[case]])
    _refuse(
        left <= 0.0,
        "no raffinate is left: feed {} + scrub {} − organic {} − draws = {}; lower extract_flow or the draws, or "
        "raise scrub_flow",
        whole,
        scrub,
        organic,
        left,
    )


def check_circuits(
    stages: int,
    feed_stage: int,
    feed: ArrayLike,
    separation_factors: ArrayLike,
    extract_flow: ArrayLike,
    scrub_flow: ArrayLike,
    aqueous_draws: Mapping[int, ArrayLike],
) -> tuple[Floats, Floats, Floats, Floats, NDArray[np.int64], Floats]:
    """Feed, factors, S, W, draw stages and draws as contiguous arrays, or a CascadeError for an impossible circuit."""
    stages = whole_number(stages, "stages")
    feed_stage = whole_number(feed_stage, "feed_stage")
    if stages < _FEWEST_STAGES:
        raise CascadeError(f"stages is {stages}; a cascade needs at least {_FEWEST_STAGES}")
    if stages > _MOST_STAGES:
        raise CascadeError(f"stages is {stages}; the solver takes up to {_MOST_STAGES}, cut the separation in two")
    if not 1 <= feed_stage <= stages:
        raise CascadeError(f"feed_stage is {feed_stage}; the cascade has stages 1 to {stages}", stage=feed_stage)
    flow = floats(feed, "feed", 2)
    beta = floats(separation_factors, "separation_factors", 2)
    organic = floats(extract_flow, "extract_flow", 1)
    scrub = floats(scrub_flow, "scrub_flow", 1)
    cases, elements = flow.shape
    if beta.shape != flow.shape or organic.shape != (cases,) or scrub.shape != (cases,):
        raise CascadeError(
            f"feed {flow.shape}, separation_factors {beta.shape}, extract_flow {organic.shape} and scrub_flow "
            f"{scrub.shape} do not belong together; give (cases, elements) twice and (cases,) twice"
        )
    if elements < 2:
        raise CascadeError("a cascade separates at least two elements; give two or more")
    _refuse(~(np.isfinite(flow) & (flow >= 0.0)), "feed of element {element} is {}; give a finite flow ≥ 0", flow)
    whole = flow.sum(axis=1)
    _refuse(~np.isfinite(whole), "the feed adds up to {}; give flows in a larger unit", whole)
    _refuse(whole <= 0.0, "the feed is empty; give at least one element a flow above zero")
    _refuse(
        ~(np.isfinite(beta) & (beta > 0.0)),
        "separation factor of element {element} is {}; give a finite number above zero",
        beta,
    )
    _refuse(
        (beta < 1.0 / _MOST_FACTOR) | (beta > _MOST_FACTOR),
        "separation factor of element {element} is {}; give numbers between 1e-100 and 1e100, only their ratios count",
        beta,
    )
    places, draws = _checked_draws(stages, cases, aqueous_draws)
    _check_flows(stages, feed_stage, flow, organic, scrub, places, draws)
    return flow, beta, organic, scrub, places, draws


def _checked_start(start: ArrayLike, cases: int, stages: int) -> Floats:
    given = floats(start, "start", 2)
    if given.shape != (cases, stages):
        raise CascadeError(f"start has shape {given.shape}; it needs {(cases, stages)}")
    _refuse(
        np.asarray(~(np.isfinite(given).all(axis=1) | np.isnan(given).all(axis=1)), dtype=np.bool_),
        "start holds a number that is not finite; leave it out, or give a row of NaN",
    )
    return given


def solve_circuits(
    stages: int,
    feed_stage: int,
    feed: ArrayLike,
    separation_factors: ArrayLike,
    extract_flow: ArrayLike,
    scrub_flow: ArrayLike,
    aqueous_draws: Mapping[int, ArrayLike] | None = None,
    start: ArrayLike | None = None,
    threads: int | None = None,
) -> Circuits:
    """Solve exchange circuits with one number of stages, flows in any one molar unit.

    ``feed`` and ``separation_factors`` are (cases, elements); ``extract_flow`` (S, the organic) and ``scrub_flow``
    (W) are (cases,); ``aqueous_draws`` maps stage to (cases,); ``start`` is the ``scalars`` of an earlier solve, a row
    of NaN for none;
    ``threads`` the most threads to use (None: as many as there are cores), without influence on the answer.
    Raises CascadeError with ``.case`` for the first circuit that is impossible or not solved. Source: the theory of
    countercurrent extraction of Xu Guangxian; see docs/theory_cascade.md.

    >>> done = solve_circuits(46, 24, [[0.5, 0.5]], [[2.0, 1.0]], [1.70864], [1.20819])
    >>> [round(float(v), 5) for v in (done.raffinate / done.raffinate.sum(axis=1, keepdims=True))[0]]
    [9e-05, 0.99991]
    """
    stages = whole_number(stages, "stages")
    feed_stage = whole_number(feed_stage, "feed_stage")
    flow, beta, organic, scrub, places, draws = check_circuits(
        stages,
        feed_stage,
        feed,
        separation_factors,
        extract_flow,
        scrub_flow,
        {} if aqueous_draws is None else aqueous_draws,
    )
    cases, elements = flow.shape
    scalars = np.full((cases, stages), np.nan)
    if start is not None:
        scalars[...] = _checked_start(start, cases, stages)
    result = Circuits(
        raffinate=np.zeros((cases, elements)),
        extract=np.zeros((cases, elements)),
        draws=np.zeros((cases, len(places), elements)),
        aqueous=np.zeros((cases, stages, elements)),
        organic=np.zeros((cases, stages, elements)),
        scalars=scalars,
        iterations=np.zeros(cases, dtype=np.int64),
        residual=np.zeros(cases),
        closure=np.zeros(cases),
        organic_closure=np.zeros(cases),
        sensitivity=np.zeros(cases),
    )
    status = np.zeros((cases, 4), dtype=np.int64)
    quality = np.zeros((cases, 4))

    def work(first: int, last: int, stop: NDArray[np.int32]) -> None:
        exchange.solve(
            feed_stage - 1,
            flow,
            beta,
            organic,
            scrub,
            places - 1,
            draws,
            scalars,
            result.aqueous,
            result.raffinate,
            result.extract,
            result.draws,
            status,
            quality,
            stop,
            first,
            last,
        )

    run(work, cases, stages * elements**2, threads)
    result.iterations[:] = status[:, 3]
    result.residual[:] = quality[:, 0]
    result.closure[:] = quality[:, 1]
    result.organic_closure[:] = quality[:, 2]
    result.sensitivity[:] = quality[:, 3]
    _check_solved(status, quality)
    np.multiply(result.aqueous, beta[:, None, :], out=result.organic)
    result.organic[...] *= np.exp(scalars)[:, :, None]
    return result


def _check_solved(status: NDArray[np.int64], quality: Floats) -> None:
    failed = np.flatnonzero(status[:, 0] != exchange.SOLVED)
    if not len(failed):
        return
    case = int(failed[0])
    code, stage, element, iterations = (int(v) for v in status[case])
    if code == exchange.NOT_CLOSED and element < 0:
        reason = (
            f"the mole fractions of the extract add up to 1 within only {quality[case, 2]:.1e}: it is too small a "
            "part of the flows; raise extract_flow or lower scrub_flow"
        )
    elif code == exchange.NOT_CLOSED:
        reason = f"the balance of element {element} closes only to {quality[case, 1]:.1e} of its feed"
    else:
        reason = (
            f"no steady state found in {iterations} Newton steps: the mole fractions on stage {stage + 1} still sum "
            f"to 1 within only {quality[case, 0]:.1e}; move the extract flow away from the content of the elements "
            "above the cut, raise the organic flow, change the draws if there are any, or start from a solved neighbour"
        )
    prefix = f"case {case}: " if len(status) > 1 else ""
    raise CascadeError(
        prefix + reason,
        stage=stage + 1 if stage >= 0 else None,
        element=element if element >= 0 else None,
        case=case,
    )
