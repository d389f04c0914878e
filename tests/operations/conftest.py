"""A bench for one operation: parameters from texts, feeds from formulas, outlets as kg/h and kmol/h."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from didymium.data import deposits
from didymium.elements import COUNT, ELEMENTS, INDEX, MOLAR_MASS, mass_fractions, molar_mass
from didymium.feeds import ore, ore_parts
from didymium.operations import registry
from didymium.operations.balance import BULK, Balance, Outcome
from didymium.operations.base import plain
from didymium.operations.stoichiometry import neutral_oxygen

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Done:
    """What a unit did: `outlets` and `entering` are (samples, elements) in kg/h, `parts` keeps an outlet's rows."""

    outlets: Mapping[str, Array]
    parts: Mapping[str, Array]
    entering: Array
    outcome: Outcome

    def kmol(self, outlet: str, element: str, sample: int = 0) -> float:
        return float(self.outlets[outlet][sample, INDEX[element]] / MOLAR_MASS[INDEX[element]])

    def kg(self, outlet: str, *elements: str, sample: int = 0) -> float:
        flow = self.outlets[outlet][sample]
        return float(sum(flow[INDEX[name]] for name in elements) if elements else flow.sum())

    def used(self, item: str, sample: int = 0) -> float:
        """What the ledger says of an item, all its lines together."""
        rates = [float(line.rate[sample]) for line in self.outcome.lines if line.item == item]
        assert rates, f"no line of {item}"
        return sum(rates)

    def size(self, item: str, sample: int = 0) -> float:
        """How large a piece of equipment is."""
        found = [float(size.value[sample]) for size in self.outcome.sizes if size.item == item]
        assert found, f"no size of {item}"
        return sum(found)

    def bought(self, item: str, formula: str, sample: int = 0) -> float:
        """kmol/h of a reagent."""
        return self.used(item, sample) / molar_mass(formula)

    @property
    def details(self) -> Mapping[str, Any]:
        return self.outcome.details

    def check(self) -> None:
        """Every element closes, nothing is negative, everything has a row for every sample."""
        samples = len(self.entering)
        leaving = sum(self.outlets.values())
        np.testing.assert_allclose(leaving, self.entering, rtol=1e-12, atol=0.0)
        for name, flow in self.parts.items():
            assert np.isfinite(flow).all(), name
            assert (flow >= 0.0).all(), name
        for line in self.outcome.lines:
            assert line.rate.shape == (samples,)
            assert (line.rate >= 0.0).all()
        for size in self.outcome.sizes:
            assert size.value.shape == (samples,)
            assert (size.value >= 0.0).all(), size.item
            assert np.isfinite(size.value).all(), size.item
        for key, value in self.details.items():
            assert not isinstance(value, np.ndarray) or value.shape[:1] == (samples,), key
        for outlet, said in self.outcome.traits.items():
            for trait, value in said.items():
                assert outlet in self.outlets
                assert value.shape == (samples,), trait
                assert np.isfinite(value).all(), trait

    def oxygen(self, outlet: str, valence: Mapping[str, Any] | None = None) -> Array:
        """kmol/h of O beyond that of a neutral stream."""
        flow = self.outlets[outlet]
        return (flow[:, INDEX["O"]] - neutral_oxygen(flow, valence)) / MOLAR_MASS[INDEX["O"]]

    def neutral(self, outlet: str, valence: Mapping[str, Any] | None = None, beside: float = 0.0) -> None:
        """The O of an ionic stream balances its charges; `beside` kmol/h are there besides."""
        scale = (self.entering / MOLAR_MASS).sum(axis=1)
        np.testing.assert_allclose(self.oxygen(outlet, valence) - beside, 0.0, atol=1e-11 * float(scale.max()))

    def gas(self, outlet: str) -> None:
        """An off-gas holds gases only, and at least the oxygen that makes them CO2, SO3, H2O, HF."""
        flow = self.outlets[outlet].copy()
        solid = [i for i, name in enumerate(ELEMENTS) if name not in ("H", "C", "N", "O", "F", "S", "Cl", "Ar")]
        assert not flow[:, solid].any()
        for name in ("N", "Ar", "Cl"):
            flow[:, INDEX[name]] = 0.0
        spare = (flow[:, INDEX["O"]] - neutral_oxygen(flow)) / MOLAR_MASS[INDEX["O"]]
        assert (spare >= -1e-9 * (self.entering / MOLAR_MASS).sum(axis=1)).all()


class Bench:
    """Builds feeds and drives one unit without files or flowsheets."""

    parts = ore_parts("mountain_pass")

    def rows(self, amounts: Mapping[str, Mapping[str, float]]) -> tuple[Array, tuple[str, ...]]:
        """A stream of several parts, each of formulas in kmol/h: the flow (1, parts, elements) and the parts."""
        flows = [self.of(inside)[:, 0] for inside in amounts.values()]
        return np.stack(flows, axis=1), tuple(amounts)

    def of(self, amounts: Mapping[str, float]) -> Array:
        """A stream of formulas, kmol/h each, shape (1, 1, elements)."""
        out = np.zeros((1, 1, COUNT))
        for formula, amount in amounts.items():
            out[0, 0] += amount * molar_mass(formula) * mass_fractions(formula)
        return out

    def ore(self, deposit: str = "mountain_pass", grade: float = 0.06, rate: float = 1000.0) -> Array:
        """Ore, kg/h, with its parts."""
        return rate * ore(deposit, np.array([grade]))

    def parameters(self, kind: str, keys: Mapping[str, Any], inlets: Sequence[str]) -> Any:
        """The validated parameter model, with a stream named for every inlet."""
        named: dict[str, Any] = {}
        for inlet in inlets:
            head, _, number = inlet.partition(".")
            if number:
                named.setdefault(head, []).append(f"{head}_{number}.out")
            else:
                named[head] = f"{head}.out"
        return registry()[kind].parameters.model_validate({"kind": kind, **named, **keys})

    def run(
        self,
        kind: str,
        keys: Mapping[str, Any],
        feed: Array | Mapping[str, Array],
        *,
        parts: Mapping[str, tuple[str, ...]] | None = None,
        on_demand: Mapping[str, Array] | None = None,
        changes: Mapping[str, Array] | None = None,
        design: Mapping[str, Any] | None = None,
        memory: dict[str, Any] | None = None,
        traits: Mapping[str, Mapping[str, Array]] | None = None,
    ) -> Done:
        """Run a unit; `changes` replaces values by path, shape (samples,).

        Of a feed of several parts `parts` says which; without it they are those of the deposit that has so many.
        `traits` are what the inlets' streams carry, `{"feed": {"powder_um": np.array([3.0])}}`.
        """
        about = registry()[kind]
        inlets = {"feed": feed} if isinstance(feed, np.ndarray) else dict(feed)
        model = self.parameters(kind, keys, list(inlets))
        samples = len(next(iter(inlets.values())))
        p = plain(model, samples, changes or {})
        known = {len(ore_parts(name)): ore_parts(name) for name in reversed(list(deposits()))}
        known[len(self.parts)] = self.parts
        rows = {i: BULK if flow.shape[1] == 1 else known.get(flow.shape[1], BULK) for i, flow in inlets.items()}
        rows |= parts or {}
        outlets = {}
        for name, out in about.outlets_of(keys.get(about.named_outlets, ())).items():
            kept = {rows[i] for i in inlets if out.parts and (i == out.parts or i.startswith(f"{out.parts}."))}
            outlets[name] = out.parts_of(kept)
        if about.design is not None and design is None:
            design = about.design(plain(model, 1, {}), {i: flow[:1].sum(axis=1) for i, flow in inlets.items()})
        balance = Balance(inlets, rows, outlets, on_demand, design, memory, traits=traits)
        about.function(p, balance)
        outcome = balance.finish(about.rest)
        recipes = on_demand or {}
        flows = [outcome.demands[i][:, None, None] * recipes[i] if i in outcome.demands else inlets[i] for i in inlets]
        entering = np.concatenate([*flows, outcome.reagents], axis=1)
        leaving = np.einsum("nse,nsoe->noe", entering, outcome.shares)
        split, first = {}, 0
        for name, names in outlets.items():
            split[name] = leaving[:, first : first + len(names)]
            first += len(names)
        done = Done({n: f.sum(axis=1) for n, f in split.items()}, split, entering.sum(axis=1), outcome)
        done.check()
        return done

    def idle(self, kind: str, keys: Mapping[str, Any], feed: Array | Mapping[str, Array], **more: Any) -> None:
        """Nothing in, nothing out and nothing used; a warning would be an error."""
        inlets = {"feed": feed} if isinstance(feed, np.ndarray) else dict(feed)
        model = self.parameters(kind, keys, list(inlets))
        about = registry()[kind]
        if about.design is not None and "design" not in more:
            flows = {i: flow[:1].sum(axis=1) for i, flow in inlets.items()}
            more["design"] = about.design(plain(model, 1, {}), flows)
        done = self.run(kind, keys, {i: np.zeros_like(flow) for i, flow in inlets.items()}, **more)
        for name, flow in done.outlets.items():
            assert not flow.any(), name
        for line in done.outcome.lines:
            assert not line.rate.any(), line.item
        for size in done.outcome.sizes:
            assert not size.value.any(), size.item
        for key, value in done.details.items():
            if isinstance(value, np.ndarray) and value.dtype != object:
                assert np.isfinite(value).all(), key

    def alike(
        self, kind: str, keys: Mapping[str, Any], first: Any, second: Any, changes: Mapping[str, Any], **more: Any
    ) -> None:
        """Two samples at once give the bits of the two alone."""
        one = {"feed": first} if isinstance(first, np.ndarray) else dict(first)
        two = {"feed": second} if isinstance(second, np.ndarray) else dict(second)
        recipes = more.pop("on_demand", {})
        values = {path: np.array(pair, dtype=float) for path, pair in changes.items()}
        about = registry()[kind]
        if about.design is not None and "design" not in more:
            model = self.parameters(kind, keys, list(one))
            more["design"] = about.design(plain(model, 1, {}), {i: flow.sum(axis=1) for i, flow in one.items()})
        both = self.run(
            kind,
            keys,
            {i: np.concatenate([one[i], two[i]]) for i in one},
            changes=values,
            on_demand={i: np.concatenate([r, r]) for i, r in recipes.items()},
            **more,
        )
        for i, feed in enumerate((one, two)):
            mine = {path: pair[i : i + 1] for path, pair in values.items()}
            alone = self.run(kind, keys, feed, changes=mine, on_demand=recipes, **more)
            assert np.array_equal(both.outcome.shares[i], alone.outcome.shares[0])
            assert np.array_equal(both.outcome.reagents[i], alone.outcome.reagents[0])
            for line, other in zip(both.outcome.lines, alone.outcome.lines, strict=True):
                assert (line.item, line.unit, line.follows) == (other.item, other.unit, other.follows)
                assert line.rate[i] == other.rate[0]
            for size, other in zip(both.outcome.sizes, alone.outcome.sizes, strict=True):
                assert (size.item, size.unit, size.follows) == (other.item, other.unit, other.follows)
                assert size.value[i] == other.value[0]
            for inlet, rate in both.outcome.demands.items():
                assert rate[i] == alone.outcome.demands[inlet][0]
            assert both.details.keys() == alone.details.keys()
            for key, value in both.details.items():
                same = np.array_equal(value[i], alone.details[key][0]) if isinstance(value, np.ndarray) else True
                assert same, key


@pytest.fixture(scope="session")
def bench() -> Bench:
    """The bench; it keeps nothing between runs."""
    return Bench()
