"""Design of exchange cascades: flows by theory, whole stages by solving the cascade."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import counts
from .batch import Circuits, floats, one_number, solve_circuits, whole_number
from .errors import CascadeError
from .flows import cut_flows, flows
from .minimum import least_extract_flow
from .whole_stages import OutOfReach, smallest

__all__ = ["MOST_STAGES", "CascadeDesign", "design", "design_cut", "flows"]

Floats = NDArray[np.float64]

MOST_STAGES = 600
_ROUNDS = 6
"""How often the flows are set anew from what the impurities of the solved products weigh."""
_SETTLED = 1e-4


@dataclass(frozen=True)
class CascadeDesign:
    """A designed cascade; flows in mol per mol of aqueous feed, purities and recoveries as fractions 0..1.

    ``n`` extraction stages include the feed stage (feed_stage = n), ``m`` scrub stages follow. ``n_log`` and
    ``m_log`` are the classical counts at constant ratios, low near the feed; ``n_exact`` and ``m_exact`` the exact
    fractional counts for the key pair; ``n`` and ``m`` whole stages of the smallest n + m, then the smallest n, that
    meet both purities when solved, which ``reached_extract`` and ``reached_raffinate`` report.

    ``purity_extract``, ``purity_raffinate`` and what is reached are mole fractions, or mass fractions where the design
    was given ``masses``; ``mole_purity_extract`` and ``mole_purity_raffinate`` are the mole fractions that the flows
    follow from, and ``impurity_mass_extract``, ``impurity_mass_raffinate`` the mean mass of a mole of what does not
    belong there. ``least_extract_flow`` is the minimum of two groups, ``underwood_flow`` that of all elements, which
    is lower the easier the far elements are. ``extract`` and ``raffinate`` hold mol of each element per mol of feed.
    """

    beta: float
    feed_fraction: float
    purity_extract: float
    purity_raffinate: float
    extract_flow: float
    scrub_flow: float
    extract_share: float
    raffinate_share: float
    recovery_extract: float
    recovery_raffinate: float
    least_extract_flow: float
    least_scrub_flow: float
    control: str
    n_log: float
    m_log: float
    n_exact: float
    m_exact: float
    least_stages: float
    n: int
    m: int
    reached_extract: float
    reached_raffinate: float
    mole_purity_extract: float
    mole_purity_raffinate: float
    impurity_mass_extract: float
    impurity_mass_raffinate: float
    underwood_flow: float
    extract: tuple[float, ...]
    raffinate: tuple[float, ...]
    closure: float

    @property
    def stages(self) -> int:
        """All stages, n + m."""
        return self.n + self.m

    @property
    def feed_stage(self) -> int:
        """The stage that takes the aqueous feed, counted from the raffinate end."""
        return self.n

    @property
    def flow_ratio(self) -> float:
        """S over the Underwood minimum, dimensionless."""
        return self.extract_flow / self.underwood_flow


def design(
    beta: float, feed_fraction: float, purity_extract: float, purity_raffinate: float, least_ratio: float = 0.0
) -> CascadeDesign:
    """Design a two-element cascade per mol of aqueous feed; A, of mole fraction ``feed_fraction``, is extracted.

    ``beta`` is β(A/B) above 1, the purities are mole fractions of A in the extract and of B in the raffinate. Raises
    CascadeError if the purities cannot be reached with ``MOST_STAGES`` stages. Source: the theory of countercurrent
    extraction of Xu Guangxian; Smoker (1938) for the exact counts.

    >>> made = design(2.0, 0.5, 0.999, 0.9999)
    >>> made.n, made.m, round(made.extract_flow, 5)
    (24, 22, 1.70864)
    """
    beta, feed_fraction = one_number(beta, "beta"), one_number(feed_fraction, "feed_fraction")
    if not (beta > 1.0 and math.isfinite(beta)):
        raise CascadeError(f"separation factor is {beta:g}; give a finite number above 1, A over B")
    if not 0.0 < feed_fraction < 1.0:
        raise CascadeError(f"feed fraction is {feed_fraction:g}; give the mole fraction of A, between 0 and 1")
    return design_cut(
        [1.0 - feed_fraction, feed_fraction], [1.0, beta], 1, purity_extract, purity_raffinate, least_ratio
    )


def design_cut(
    feed: ArrayLike,
    beta: ArrayLike,
    cut_index: int,
    purity_extract: float,
    purity_raffinate: float,
    least_ratio: float = 0.0,
    *,
    masses: ArrayLike | None = None,
    extract_flow: float | None = None,
    scrub_flow: float | None = None,
    flow_ratio: float | None = None,
) -> CascadeDesign:
    """Design a cut through many elements: those from ``cut_index`` on, in order of rising β, are extracted.

    ``feed`` are molar flows of any total and ``beta`` separation factors, both (elements,) sorted by β; the flows of
    the design are per mol of feed. Purities are mole fractions of the groups, or mass fractions where ``masses``
    (elements,), kg per mol or any other unit, are given. The flows are Xu's optimum for the pair next to the cut as if
    the groups were two elements, S raised to ``least_ratio`` times its minimum for two groups; or S =
    ``flow_ratio`` (above 1) times the Underwood minimum of all elements; or ``extract_flow`` and ``scrub_flow`` as
    given. The whole stages are found by solving all elements. Raises CascadeError, which says what is reachable.

    >>> made = design_cut([0.3, 0.2, 0.3, 0.2], [1.0, 1.6, 3.2, 5.0], 2, 0.999, 0.999)
    >>> made.n, made.m, round(made.extract_flow, 3)
    (12, 15, 1.707)
    >>> made = design_cut([0.3, 0.2, 0.3, 0.2], [1.0, 1.6, 3.2, 5.0], 2, 0.999, 0.999, flow_ratio=1.5)
    >>> made.n, made.m, round(made.extract_flow, 3)
    (12, 15, 1.683)
    """
    cut = _Cut.of(feed, beta, cut_index, purity_extract, purity_raffinate, masses)
    own = [_given(value, name) for value, name in ((extract_flow, "extract_flow"), (scrub_flow, "scrub_flow"))]
    ratio = _given(flow_ratio, "flow_ratio")
    if (own[0] is None) != (own[1] is None):
        raise CascadeError("extract_flow and scrub_flow belong together; give both or none")
    if ratio is not None and not (ratio > 1.0 and math.isfinite(ratio) and own[0] is None):
        raise CascadeError(f"flow_ratio is {ratio:g}; give a number above 1, and no flows beside it")
    least = one_number(least_ratio, "least_ratio")
    made = cut.designed(least, own[0], own[1], ratio, None)
    if masses is None:
        return made
    for _ in range(_ROUNDS):
        again = cut.designed(least, own[0], own[1], ratio, made)
        moved = abs(again.extract_share - made.extract_share) / min(made.extract_share, made.raffinate_share)
        rare = min(1.0 - made.mole_purity_extract, 1.0 - made.mole_purity_raffinate)
        made = again
        if moved <= _SETTLED * rare:
            break
    return made


def _given(value: object, what: str) -> float | None:
    return None if value is None else one_number(value, what)


@dataclass(frozen=True)
class _Cut:
    """What is asked: mole fractions fed, separation factors and masses (elements,), the cut and its two purities."""

    feed: Floats
    beta: Floats
    at: int
    extract: float
    raffinate: float
    masses: Floats
    by_mass: bool

    @classmethod
    def of(
        cls,
        feed: ArrayLike,
        beta: ArrayLike,
        cut_index: int,
        purity_extract: float,
        purity_raffinate: float,
        masses: ArrayLike | None,
    ) -> _Cut:
        flow = floats(feed, "feed", 1).copy()
        factors = floats(beta, "beta", 1)
        extract = one_number(purity_extract, "purity_extract")
        raffinate = one_number(purity_raffinate, "purity_raffinate")
        cut = whole_number(cut_index, "cut_index")
        weights = np.ones_like(flow) if masses is None else floats(masses, "masses", 1)
        if flow.ndim != 1 or flow.shape != factors.shape or weights.shape != flow.shape:
            rows = f"feed {flow.shape}, separation factors {factors.shape}"
            rows += "" if masses is None else f", masses {weights.shape}"
            raise CascadeError(f"{rows} must be rows of one length")
        if not (np.isfinite(flow).all() and (flow >= 0.0).all() and flow.sum() > 0.0):
            raise CascadeError("the feed holds a flow that is negative or not finite, or nothing at all; correct it")
        if not (np.isfinite(factors).all() and (factors > 0.0).all() and (np.diff(factors) >= 0.0).all()):
            raise CascadeError("separation factors must be finite, above zero and in rising order; sort the elements")
        if not (np.isfinite(weights).all() and (weights > 0.0).all()):
            raise CascadeError("masses must be finite and above zero; give the mass of a mole of each element's oxide")
        if not 1 <= cut <= len(flow) - 1:
            raise CascadeError(f"cut_index is {cut}; it must leave an element on each side, 1 to {len(flow) - 1}")
        flow /= flow.sum()
        if not flow[:cut].any() or not flow[cut:].any():
            raise CascadeError("the feed holds elements on one side of the cut only; move the cut or skip the unit")
        made = cls(flow, factors, cut, extract, raffinate, weights, masses is not None)
        if masses is not None:
            made._check_purities()
        return made

    def _check_purities(self) -> None:
        for name, wanted, extracted in (("extract", self.extract, True), ("raffinate", self.raffinate, False)):
            if not 0.0 < wanted < 1.0:
                raise CascadeError(f"{name} purity is {wanted:g}; give a mass fraction below 1")
            held = self.purity(self.feed, extracted)
            if wanted <= held:
                raise CascadeError(
                    f"{name} purity {wanted:.6g} is not above the {held:.6g} that the feed holds, by mass; ask for "
                    "more, or skip the cut"
                )

    @property
    def pair(self) -> tuple[int, int]:
        """The present elements next to the cut."""
        there = np.flatnonzero(self.feed > 0.0)
        return int(there[there < self.at][-1]), int(there[there >= self.at][0])

    def purity(self, product: Floats, extracted: bool) -> float:
        """Share of the product's own group, by the masses."""
        held = product * self.masses
        return float((held[self.at :] if extracted else held[: self.at]).sum() / held.sum())

    def _mean_mass(self, of: Floats, group: slice, otherwise: int) -> float:
        moles = float(of[group].sum())
        return float((of[group] * self.masses[group]).sum()) / moles if moles > 0.0 else float(self.masses[otherwise])

    def _moles(self, known: CascadeDesign | None) -> tuple[float, float, float, float]:
        """Mole purities of extract and raffinate, and what a mole of their impurities weighs, from a design if any."""
        light, heavy = self.pair
        lower, upper = slice(0, self.at), slice(self.at, None)
        extract = self.feed if known is None else np.array(known.extract)
        raffinate = self.feed if known is None else np.array(known.raffinate)
        wrong_up = self.masses[light] if known is None else self._mean_mass(extract, lower, light)
        wrong_down = self.masses[heavy] if known is None else self._mean_mass(raffinate, upper, heavy)
        if not self.by_mass:
            return self.extract, self.raffinate, float(wrong_up), float(wrong_down)

        def convert(purity: float, own: float, other: float) -> float:
            return purity / own / (purity / own + (1.0 - purity) / other)

        return (
            convert(self.extract, self._mean_mass(extract, upper, heavy), float(wrong_up)),
            convert(self.raffinate, self._mean_mass(raffinate, lower, light), float(wrong_down)),
            float(wrong_up),
            float(wrong_down),
        )

    def _endless(self, share: float) -> tuple[float, float]:
        """Purities of extract and raffinate with endless stages, of which the extract takes ``share`` of the feed."""
        left = share
        extract = np.zeros_like(self.feed)
        for element in range(len(self.feed) - 1, -1, -1):
            extract[element] = min(left, self.feed[element])
            left -= extract[element]
        return self.purity(extract, True), self.purity(self.feed - extract, False)

    def designed(
        self, least: float, organic: float | None, scrub: float | None, ratio: float | None, known: CascadeDesign | None
    ) -> CascadeDesign:
        """The design at the optimum, the given flows or the given ratio; ``known`` tells what the impurities weigh."""
        light, heavy = self.pair
        key = float(self.beta[heavy] / self.beta[light])
        f = float(self.feed[self.at :].sum())
        extract, raffinate, wrong_up, wrong_down = self._moles(known)
        # Endless where S comes from elsewhere: the optimum is then neither wanted nor to be refused.
        theory = cut_flows(key, f, extract, raffinate, least if organic is None and ratio is None else math.inf)
        share = float(theory.extract_share) if organic is None or scrub is None else organic - scrub
        leaks = [share * (1.0 - extract)], [(1.0 - share) * (1.0 - raffinate)]
        underwood = float(least_extract_flow(self.feed[None], self.beta, self.at, *leaks)[0])
        if organic is None or scrub is None:
            organic = float(theory.extract_flow) if ratio is None else ratio * underwood
            scrub = organic - share
        else:
            self._check_flows(organic, scrub, underwood)
        a = extract / (1.0 - extract) * (1.0 - f) / f
        b = raffinate / (1.0 - raffinate) * f / (1.0 - f)
        exact = counts.exact(key, f, extract, raffinate, organic, scrub)
        rough = (math.log(b) / math.log(key) * 2, math.log(a) / math.log(key) * 2)
        first = exact if math.isfinite(sum(exact)) else rough
        if known is not None:
            first = (float(known.n), float(known.m))
        n, m = self._whole(organic, scrub, first)
        solved = self._solve(n, m, organic, scrub)
        logs = counts.logarithmic(key, organic, scrub, a, b)
        return CascadeDesign(
            beta=key,
            feed_fraction=f,
            purity_extract=self.extract,
            purity_raffinate=self.raffinate,
            extract_flow=organic,
            scrub_flow=scrub,
            extract_share=share,
            raffinate_share=1.0 - share,
            recovery_extract=float(theory.recovery_extract),
            recovery_raffinate=float(theory.recovery_raffinate),
            least_extract_flow=float(theory.least_extract_flow),
            least_scrub_flow=float(theory.least_scrub_flow),
            control="scrub" if bool(theory.scrub_controls) else "extraction",
            n_log=logs[0],
            m_log=logs[1],
            n_exact=exact[0],
            m_exact=exact[1],
            least_stages=math.log(a * b) / math.log(key),
            n=n,
            m=m,
            reached_extract=self.purity(solved.extract[0], True),
            reached_raffinate=self.purity(solved.raffinate[0], False),
            mole_purity_extract=extract,
            mole_purity_raffinate=raffinate,
            impurity_mass_extract=wrong_up,
            impurity_mass_raffinate=wrong_down,
            underwood_flow=underwood,
            extract=tuple(solved.extract[0].tolist()),
            raffinate=tuple(solved.raffinate[0].tolist()),
            closure=float(solved.closure[0]),
        )

    def _check_flows(self, organic: float, scrub: float, underwood: float) -> None:
        share = organic - scrub
        if not (math.isfinite(organic) and scrub > 0.0 and 0.0 < share < 1.0):
            raise CascadeError(
                f"extract_flow {organic:g} and scrub_flow {scrub:g} leave {share:g} mol of extract per mol of feed; "
                "it must lie between 0 and 1"
            )
        for reachable, wanted, name in zip(
            self._endless(share), (self.extract, self.raffinate), ("extract", "raffinate"), strict=True
        ):
            if wanted >= reachable:
                raise CascadeError(
                    f"{name} purity {wanted:.8g} is out of reach: with {share:.6g} mol of extract per mol of feed "
                    f"endless stages give {reachable:.12g}; change S − W, or leave the flows out"
                )
        if organic <= underwood * (1.0 + 1e-9):
            raise CascadeError(
                f"extract_flow {organic:.6g} is not above the minimum {underwood:.6g}, where stages are endless; "
                "raise it"
            )

    def _solve(self, n: int, m: int, organic: float, scrub: float) -> Circuits:
        return solve_circuits(n + m, n, self.feed[None], self.beta[None], [organic], [scrub])

    def _whole(self, organic: float, scrub: float, first: tuple[float, float]) -> tuple[int, int]:
        def reach(n: int, m: int) -> tuple[float, float]:
            solved = self._solve(n, m, organic, scrub)
            return self.purity(solved.extract[0], True), self.purity(solved.raffinate[0], False)

        want = (self.extract, self.raffinate)
        try:
            return smallest(reach, want, first, MOST_STAGES)
        except OutOfReach as missed:
            short = [
                f"{name} purity {wanted:.12g} is not reached with {missed.stages} stages, only {got:.12g} is"
                for name, wanted, got in zip(("extract", "raffinate"), want, missed.reached, strict=True)
                if got < wanted
            ]
            raise CascadeError(
                f"{' and '.join(short)}; lower it, raise the organic flow, or cut with another extractant"
            ) from None
