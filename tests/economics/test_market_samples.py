"""Every sample is sold by the rule of its own composition, whatever stands beside it in a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

import didymium
from didymium.data import finance_facts, oxide_price
from didymium.economics.cashflow import cashflow
from didymium.economics.cost import cost
from didymium.economics.market import PURE, Worth, market
from didymium.elements import INDEX, OXIDE_FACTOR

SAMPLES = 64
ONE_BY_ONE = [(i, i + 1) for i in range(SAMPLES)]
SEVENS = [(i, min(i + 7, SAMPLES)) for i in range(0, SAMPLES, 7)]


def oxides(**kilograms: Any) -> dict[str, Any]:
    """Elements of so much kg of oxides."""
    metals = {name: np.asarray(kg) / OXIDE_FACTOR[INDEX[name]] for name, kg in kilograms.items()}
    return metals | {"O": sum(kilograms.values()) - sum(metals.values())}


Flow = Mapping[str, Any]
LANTHANUM = np.random.default_rng(5).permutation(np.linspace(0.85, 0.95, SAMPLES))
"""Shares that cross the limit of 0.9 about every other sample."""
SAMARIUM = np.where(LANTHANUM > PURE, 25.0, 1.0)
FLOWS: Mapping[str, tuple[str, Flow]] = {
    "single or mixed": ("carbonate", oxides(La=100.0 * LANTHANUM, Ce=100.0 * (1.0 - LANTHANUM))),
    "NdPr or mixed": (
        "oxide",
        oxides(Nd=75.0 * LANTHANUM, Pr=25.0 * LANTHANUM, Dy=100.0 * (1.0 - LANTHANUM)),
    ),
    "one or the other": ("oxide", oxides(La=100.0 * (LANTHANUM > PURE), Ce=100.0 * (LANTHANUM <= PURE))),
    "Nd or NdPr": ("metal", {"Nd": 100.0 * LANTHANUM, "Pr": 100.0 * (1.0 - LANTHANUM)}),
    "cobalt or not": ("residue", {**oxides(La=50.0 + np.zeros(SAMPLES)), "Co": 100.0 * LANTHANUM - 40.0}),
    "families of magnets": ("magnet", {"Nd": 25.0 - SAMARIUM, "Sm": SAMARIUM - 1.0, "Fe": 70.0 + 0.0 * SAMARIUM}),
    "iron nitride or not": ("magnet", {"Nd": 30.0 * (LANTHANUM > PURE), "Fe": 70.0 + 0.0 * SAMARIUM}),
    "some make none": (
        "carbonate",
        {name: one * (LANTHANUM <= PURE) for name, one in oxides(Dy=40.0, Nd=60.0).items()},
    ),
}
CASES = [pytest.param(form, flow, id=name) for name, (form, flow) in FLOWS.items()]


@pytest.fixture
def made(hand: Callable[..., Any]) -> Callable[..., Any]:
    """A plant that makes a stream of a form and composition."""

    def make(form: str, flow: Flow, part: slice = slice(None), **plan: Any) -> Any:
        here = {name: np.broadcast_to(np.asarray(one, dtype=float), (SAMPLES,))[part] for name, one in flow.items()}
        return hand(
            {
                "unit": {
                    "stage": "separation",
                    "inlets": {"feed": "ore"},
                    "outlets": {"out": form},
                    "lines": [("electricity", 100.0, "kWh", ())],
                }
            },
            {"ore": here, "unit.out": here},
            feeds={"ore": {}},
            products={"sold": "unit.out"},
            year=2025,
            **plan,
        )

    return make


def worth(solution: Any) -> Worth:
    found = market(solution, solution.streams["unit.out"])
    assert found is not None
    return found


@pytest.mark.parametrize(("form", "flow"), CASES)
def test_the_price_of_a_sample_is_that_of_its_own_composition(made: Callable[..., Any], form: str, flow: Flow) -> None:
    whole = worth(made(form, flow)).usd_per_kg
    assert len(np.unique(whole)) > 1
    for start, stop in (*SEVENS, *ONE_BY_ONE):
        solution = made(form, flow, slice(start, stop))
        found = market(solution, solution.streams["unit.out"])
        assert np.array_equal(np.zeros(stop - start) if found is None else found.usd_per_kg, whole[start:stop])


def test_on_either_side_of_the_limit_by_hand(made: Callable[..., Any]) -> None:
    form, flow = FLOWS["single or mixed"]
    found = worth(made(form, flow)).usd_per_kg
    la, ce = (oxide_price(name, 2025).value for name in ("La", "Ce"))
    share = finance_facts()["realisation", "mixed"].value
    pure, mixed = LANTHANUM * la, share * (LANTHANUM * la + (1.0 - LANTHANUM) * ce)
    assert found == pytest.approx(np.where(LANTHANUM >= PURE, pure, mixed), rel=1e-12)
    assert 10 < np.sum(LANTHANUM >= PURE) < 54


def test_cobalt_beside_rare_earths_by_hand(made: Callable[..., Any]) -> None:
    """More cobalt than oxides, kg for kg, makes a residue cobalt."""
    form, flow = FLOWS["cobalt or not"]
    solution = made(form, flow)
    found = worth(solution).usd_per_kg
    cobalt = flow["Co"] > 50.0
    assert 10 < np.sum(cobalt) < 64
    assert found[cobalt] == pytest.approx((flow["Co"] / (50.0 + flow["Co"]))[cobalt] * 26.0 * 0.6)
    la = oxide_price("La", 2025).value
    assert found[~cobalt] == pytest.approx((50.0 / (50.0 + flow["Co"]))[~cobalt] * la)


def test_range_and_note_are_those_of_the_first_sample_that_is_sold(made: Callable[..., Any]) -> None:
    form, flow = FLOWS["single or mixed"]
    seen = set()
    for start in range(0, SAMPLES, 7):
        batch, alone = (worth(made(form, flow, slice(start, stop))) for stop in (SAMPLES, start + 1))
        assert (batch.low, batch.high, batch.note) == (alone.low, alone.high, alone.note)
        assert batch.low <= alone.usd_per_kg[0] <= batch.high
        seen.add(batch.note.partition(" ")[0])
    assert seen == {"its", "mixed"}
    form, flow = FLOWS["some make none"]
    at = int(np.argmax(LANTHANUM <= PURE))
    assert at > 0
    found, alone = (worth(made(form, flow, part)) for part in (slice(None), slice(at, at + 1)))
    assert (found.low, found.high) == (alone.low, alone.high)
    assert found.low > 0.0


def test_a_sample_without_a_price_takes_none_from_the_others(made: Callable[..., Any]) -> None:
    flow = {"Nd": 30.0 * (LANTHANUM > PURE), "Fe": 70.0 + np.zeros(SAMPLES)}
    found = worth(made("powder", flow)).usd_per_kg
    assert np.array_equal(np.isnan(found), LANTHANUM <= PURE)
    npv = cashflow(cost(made("powder", flow))).npv
    assert np.array_equal(np.isnan(npv), LANTHANUM <= PURE)


def test_what_a_plant_is_worth_does_not_depend_on_the_others_of_its_batch(made: Callable[..., Any]) -> None:
    """Present value, rate of return and break-even price, by 64, by 7 and alone."""
    form, flow = FLOWS["single or mixed"]

    def judged(start: int, stop: int) -> np.ndarray[Any, Any]:
        found = cashflow(cost(made(form, flow, slice(start, stop))))
        columns = (found.npv, found.irr, found.payback, found.price_at_npv_zero("sold"), found.levelised("sold"))
        return np.stack([np.atleast_1d(one) for one in columns], axis=1)

    whole = judged(0, SAMPLES)
    assert len(np.unique(whole[:, 0])) > 2
    for start, stop in (*SEVENS, *ONE_BY_ONE):
        assert np.array_equal(judged(start, stop), whole[start:stop], equal_nan=True)


def test_mountain_pass_on_either_side_of_the_limit() -> None:
    """With 1 % of the cerium leached its La(Ce) carbonate is sold as lanthanum, with 3 % as mixed rare earths."""
    plant = didymium.load("mountain_pass")
    cerium = np.array([0.01, 0.03])

    def solved(part: slice) -> didymium.Result:
        return plant.solve(dict.fromkeys(("leach.cerium_iv", "second_leach.cerium_iv"), cerium[part]))

    whole = solved(slice(None))
    share = whole.stream("lace_carbonate").purity("La")
    assert share[0] > PURE > share[1]
    for i in range(2):
        alone = solved(slice(i, i + 1)).finance
        assert alone.npv == whole.finance.npv[i]
        assert alone.irr == whole.finance.irr[i]
        assert alone.price_at_npv_zero("magnet") == whole.finance.price_at_npv_zero("magnet")[i]
