"""The outcome step by step, as rows that read like a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..circuit import CircuitResult
from ..circuit.pickled import Pickles
from .quality import Quality


@dataclass(frozen=True, eq=False)
class RealStep(Pickles):
    """One step or trial: ``changed`` says what is new in it; ``reason`` why nothing was found, else "".

    ``raffinate`` and ``extract`` are the qualities of raffinate and strip liquor, ``scrub_flow`` L per L of feed,
    ``recovery`` the share 0..1 of the extract's own rare earths that reach the strip liquor; None where not found.
    ``result`` is the solved circuit, None for the exchange design. ``flags`` are limits left, in words.
    """

    name: str
    changed: str
    raffinate: Quality | None = None
    extract: Quality | None = None
    scrub_flow: float | None = None
    recovery: float | None = None
    result: CircuitResult | None = None
    flags: tuple[str, ...] = ()
    reason: str = ""

    @property
    def found(self) -> bool:
        """Whether the step has an answer."""
        return self.raffinate is not None and self.extract is not None

    @property
    def passes(self) -> bool:
        """Whether both purities on the REO basis are reached."""
        return bool(self.raffinate and self.extract and self.raffinate.pure and self.extract.pure)

    @property
    def clean(self) -> bool:
        """Whether both products stay below the limit of non-rare-earths, without any rejection at precipitation."""
        return bool(self.raffinate and self.extract and self.raffinate.clean and self.extract.clean)

    def __repr__(self) -> str:
        if self.raffinate is None or self.extract is None:
            return f"<RealStep {self.name}: not found: {self.reason}>"
        verdict = "pass" if self.passes else "fail"
        return (
            f"<RealStep {self.name}: {verdict}, raffinate {1e6 * (1.0 - self.raffinate.purity):.3g} ppm off, extract "
            f"{1e6 * (1.0 - self.extract.purity):.3g} ppm off>"
        )


@dataclass(frozen=True, eq=False)
class RealStages(Pickles):
    """What real stages make of a design: ``steps`` one upon the other, ``trials`` each by itself on the last step.

    ``cut`` names the elements next to the cut; ``targets`` what was asked (REO mass fractions 0..1, non_re mg/kg);
    ``organic_flow`` L per L of feed. ``uncarried`` maps product → element → mg per kg of REO, were all that the feed
    holds of elements without constants to go with that product: a bound. ``assumptions`` with their ranges.
    """

    extractant: str
    cut: tuple[str, str]
    stages: tuple[int, int]
    targets: Mapping[str, float]
    organic_flow: float
    steps: tuple[RealStep, ...]
    trials: tuple[RealStep, ...]
    uncarried: Mapping[str, Mapping[str, float]]
    assumptions: tuple[str, ...]

    def step(self, name: str) -> RealStep:
        """A step or trial by its name. Raises KeyError with the names there are."""
        for one in (*self.steps, *self.trials):
            if one.name == name:
                return one
        raise KeyError(f"{name!r}; there are {', '.join(one.name for one in (*self.steps, *self.trials))}")

    @property
    def last(self) -> RealStep:
        """The step with everything in it."""
        return self.steps[-1]

    @property
    def first_failure(self) -> RealStep | None:
        """The first step that misses a purity or was not found; None where all pass."""
        return next((one for one in self.steps if not one.passes), None)

    @property
    def mends(self) -> tuple[RealStep, ...]:
        """The trials that reach both purities where the last step does not."""
        return () if self.last.passes else tuple(one for one in self.trials if one.passes)

    def table(self) -> tuple[tuple[str, ...], ...]:
        """Rows of text, the head first: step, purities, leading impurities (mg/kg), non-rare-earths, verdicts."""
        head = (
            "step", "raffinate REO", "impurities mg/kg", "non-RE mg/kg", "strip liquor REO", "impurities mg/kg",
            "non-RE mg/kg", "purity", "non-RE",
        )  # fmt: skip
        rows: list[tuple[str, ...]] = [head]
        for one in (*self.steps, *self.trials):
            if one.raffinate is None or one.extract is None:
                rows.append((one.name, *("",) * 6, f"not found: {one.reason}", ""))
                continue
            cells = [
                text
                for part in (one.raffinate, one.extract)
                for text in (f"{part.purity:.8%}", part.leading, f"{part.staying:.4g}")
            ]
            rows.append((one.name, *cells, "pass" if one.passes else "fail", "pass" if one.clean else "fail"))
        return tuple(rows)

    def __repr__(self) -> str:
        failed = self.first_failure
        said = "all steps pass" if failed is None else f"first missed at: {failed.name}"
        return (
            f"<RealStages {self.cut[0]}/{self.cut[1]} on {self.extractant}, {self.stages[0]} + {self.stages[1]} "
            f"stages: {said}; {len(self.mends)} of {len(self.trials)} trials mend>"
        )
