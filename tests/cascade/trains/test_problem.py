"""What a train is asked for: products that do not fit the feed, extractants, budgets."""

import pickle

import numpy as np
import pytest

from didymium.cascade import CascadeError
from didymium.cascade.trains import Product, Wants, all_solvents, problem, solvent
from didymium.cascade.trains.budgets import budgets
from didymium.cascade.trains.cuts import Cut, cuts, thresholds, words
from didymium.data import extractants
from didymium.data.equilibria import chemistries

LA, ND, SM = (Product(name.lower(), (name,), 0.99) for name in ("La", "Nd", "Sm"))


@pytest.mark.parametrize(
    ("feed", "products", "message"),
    [
        ({"La": 1, "Nd": 1}, [LA, Product("both", ("La", "Nd"), 0.9)], "La is named twice, in la and both"),
        ({"La": 1, "Nd": 1}, [LA, Product("nd", ("Nd", "Nd"), 0.9)], "Nd is named twice, in nd"),
        ({"La": 1, "Nd": 1}, [LA, ND, SM], "3 products are more than the 2 elements of the feed"),
        ({"La": 1, "Nd": 1, "Sm": 1}, [LA, ND], "no product holds Sm, which the feed brings; add it to one"),
        ({"La": 1, "Nd": 1, "Ce": 1}, [LA, ND, SM], "no product holds Ce"),
        ({"La": 1, "Nd": 1}, [LA, SM], "no product holds Nd"),
        (
            {"La": 1, "Nd": 1},
            [Product("ln", ("La", "Nd"), 0.9), SM],
            "the product sm holds Sm, and the feed",
        ),
        ({"La": 1}, [LA], "one product needs no cut; name two at least"),
        ({"La": 1, "Nd": 1}, [LA, Product("la", ("Nd",), 0.9)], "two products have one name"),
        ({"La": 1, "Nd": 1}, [LA, Product("nd", ("Nd",), 1.0)], "the purity of nd is 1; give a fraction between"),
        ({"La": 1, "Nd": 1}, [LA, Product("nd", ("Nd",), 0.9, 0.0)], "the recovery of nd is 0; give a fraction"),
        ({"La": 1, "Nd": -1}, [LA, ND], "negative or not finite"),
        ({"La": 1, "Nd": float("nan")}, [LA, ND], "negative or not finite"),
        ({"La": 0, "Nd": 0}, [LA, ND], "nothing at all"),
    ],
)
def test_products_that_do_not_fit(feed, products, message) -> None:
    with pytest.raises(CascadeError) as told:
        problem(feed, products)
    assert message in str(told.value)


def test_extractants() -> None:
    with pytest.raises(CascadeError, match="no extractant is given"):
        problem({"La": 1, "Nd": 1}, [LA, ND], [])
    with pytest.raises(CascadeError, match=r"P508.*did you mean P507"):
        problem({"La": 1, "Nd": 1}, [LA, ND], ["P508"])
    assert [one.name for one in all_solvents()] == list(chemistries())
    chain = extractants()["P507"].factors
    assert solvent("P507").factors == {name: fact.value for name, fact in chain.items()}
    levels = chemistries()["P204"].constants
    known = solvent("D2EHPA")
    assert known.name == "P204"
    assert known.factors["Sm"] / known.factors["Nd"] == pytest.approx(
        10 ** (levels["Sm"].log_k.value - levels["Nd"].log_k.value)
    )
    assert min(known.factors.values()) == 1.0


def test_traces_need_no_product() -> None:
    task = problem({"La": 1, "Nd": 1, "Sm": 1e-4}, [LA, ND], most_unlisted=1e-3)
    assert task.owner.tolist() == [0, 1, 2]
    assert task.holds(task.everything).tolist() == [True, True, False]
    with pytest.raises(CascadeError, match="no product holds Sm"):
        problem({"La": 1, "Nd": 1, "Sm": 1e-2}, [LA, ND], most_unlisted=1e-3)


def test_a_product_that_an_order_mixes_is_not_cut() -> None:
    parts = [Product("lay", ("La", "Y"), 0.9), Product("nd", ("Nd",), 0.9), Product("er", ("Er",), 0.9)]
    task = problem({"La": 1, "Y": 1, "Nd": 1, "Er": 1}, parts, ["P507", "naphthenic acid"])
    # P507: La < Nd < Y < Er, so Nd lies within `lay`; naphthenic acid: Y < La < Er < Nd.
    assert [words(task, cut) for cut in cuts(task, task.everything)] == [
        "Y / Er with P507",
        "La / Er with naphthenic acid",
        "Er / Nd with naphthenic acid",
    ]
    assert thresholds(task, 0, 0b011) == []


def test_budgets_share_what_a_product_may_hold() -> None:
    parts = [Product("la", ("La",), 0.9, 0.8), Product("nd", ("Nd",), 0.96, 0.8), Product("sm", ("Sm",), 0.9, 0.8)]
    task = problem({"La": 10, "Nd": 4, "Sm": 2}, parts)
    assert task.sides.tolist() == [1, 2, 1]
    cut = Cut(0b111, 0, (0b001, 0b110))
    up, down, goes, stays = budgets(task, cut, task.feed[None], (1.0, 1.0), Wants.of(task, 1))
    # Into Nd, half of 4 % of it; into La a ninth of it would do, but Nd may lose only 20 % on its two sides.
    assert up[0] == pytest.approx(0.5 * 0.04 / 0.96 * 0.8 * 4)
    assert down[0] == pytest.approx(0.5 * 0.2 * 4)
    assert (goes[0], stays[0]) == (6, 10)


def test_purities_by_weight() -> None:
    heavy = problem({"La": 10, "Nd": 4}, [LA, ND], weights={"La": 1.0, "Nd": 2.0})
    cut = Cut(0b11, 0, (0b01, 0b10))
    wants = Wants(np.array([[0.99, 0.99]]), np.array([[0.5, 0.5]]))
    up, down, _, _ = budgets(heavy, cut, heavy.feed[None], (1.0, 1.0), wants)
    assert up[0] == pytest.approx(0.01 / 0.99 * 0.5 * 8.0 / 1.0)
    assert down[0] == pytest.approx(0.01 / 0.99 * 0.5 * 10.0 / 2.0)


def test_problems_pickle() -> None:
    task = problem({"La": 1, "Nd": 1}, [LA, ND])
    again = pickle.loads(pickle.dumps(task))
    assert again.products == task.products
    assert np.array_equal(again.factors, task.factors)
