"""The k best trains against every train there is."""

import math

import pytest

from didymium.cascade import CascadeError
from didymium.cascade.trains import Designer, Product, best_trains, every_train, problem

from .conftest import FEED, price


@pytest.fixture(scope="module")
def designer(five):
    return Designer(five)


def sequences(trains):
    return [train.sequence for train in trains]


@pytest.mark.parametrize("solvents", [["P507"], ["P507", "naphthenic acid"], ["P507", "P204", "Cyanex 272"]])
@pytest.mark.parametrize("cost", ["price", "reagents", "stages"])
def test_the_best_and_the_top_ten_equal_brute_force(parts, solvents, cost) -> None:
    of = {
        "price": price,
        "reagents": lambda circuit: circuit.total * (circuit.organic + circuit.scrub_flow),
        "stages": lambda circuit: circuit.stages + 1e-3 * circuit.total,
    }[cost]
    designer = Designer(problem(FEED, parts, solvents))
    every = sorted(every_train(designer, of), key=lambda train: train.cost)
    found = best_trains(designer, of, 10)
    assert len(found) == min(10, len(every))
    assert [train.cost for train in found] == [train.cost for train in every[: len(found)]]
    assert sequences(found[:1]) == sequences(every[:1])
    for one, other in zip(found, every, strict=False):
        same = [train.sequence for train in every if train.cost == other.cost]
        assert one.sequence in same


def test_all_trains_of_one_order_are_there(parts) -> None:
    # Binary trees over five leaves in a fixed order: the Catalan number of 4.
    designer = Designer(problem(FEED, parts, ["P507"]))
    assert len(list(every_train(designer, price))) == math.comb(8, 4) // 5
    assert len(best_trains(designer, price, 1000)) == 14


def test_few_circuits_are_designed(parts) -> None:
    lazy, whole = (Designer(problem(FEED, parts, ["P507", "P204", "naphthenic acid"])) for _ in range(2))
    best_trains(lazy, price, 3)
    list(every_train(whole, price))
    assert len(lazy.known) < len(whole.known) / 2


def test_a_sketch_never_has_more_than_the_circuit(designer, five) -> None:
    from didymium.cascade.trains.cuts import cuts

    compared = 0
    for state in range(1, five.everything + 1):
        if state & (state - 1):
            for cut in cuts(five, state):
                try:
                    circuit = designer.circuit(cut)
                except CascadeError:
                    continue
                sketch = designer.sketch(cut)
                assert sketch.stages <= circuit.stages
                assert sketch.extraction <= circuit.extraction  # these hold the feed's volume as well
                assert sketch.organic == pytest.approx(circuit.organic, rel=1e-12)
                assert price(sketch) <= price(circuit)
                compared += 1
    assert compared > 50


def test_the_extractant_matters(five, designer) -> None:
    # Naphthenic acid extracts Y least of all: it leaves first where P507 would carry it through every circuit.
    best = best_trains(designer, price, 1)[0]
    assert any("naphthenic acid" in cut for cut in best.sequence)
    alone = best_trains(Designer(problem(FEED, five.products, ["P507"])), price, 1)[0]
    assert best.cost < alone.cost


def test_costs_add_up(designer) -> None:
    for train in best_trains(designer, price, 5):
        assert sum(price(circuit) for circuit in train.circuits) == pytest.approx(train.cost)
        assert len(train.circuits) == 4
        assert train.stages == sum(circuit.extraction + circuit.scrub for circuit in train.circuits)


def test_circuits_reach_their_purities(designer) -> None:
    from didymium.cascade import solve_circuits

    for circuit in best_trains(designer, price, 1)[0].circuits:
        task = designer.task
        factors = task.factors[circuit.cut.solvent]
        fed = circuit.feed > 0.0
        done = solve_circuits(
            circuit.stages,
            circuit.extraction,
            circuit.feed[None, fed] / circuit.total,
            factors[None, fed],
            [circuit.organic],
            [circuit.scrub_flow],
        )
        goes = task.holds(circuit.cut.extract)[fed]
        assert done.extract[0, goes].sum() / done.extract[0].sum() >= circuit.purity_extract
        assert done.raffinate[0, ~goes].sum() / done.raffinate[0].sum() >= circuit.purity_raffinate


@pytest.mark.parametrize("most", [0, -1, 2.5, True])
def test_a_number_of_trains(designer, most) -> None:
    with pytest.raises(CascadeError, match=r"most is|trains are asked for"):
        best_trains(designer, price, most)


def test_a_purity_out_of_reach_names_product_and_what_is_reachable() -> None:
    task = problem({"Y": 5, "Er": 1}, [Product("y", ("Y",), 1 - 1e-13), Product("er", ("Er",), 0.99)], ["P507"])
    with pytest.raises(CascadeError, match=r"purity 99.99999999999 % of y is not reached with 60 stages, about 99"):
        best_trains(Designer(task, 60), price)


def test_products_that_every_order_mixes() -> None:
    parts = [Product("prtb", ("Pr", "Tb"), 0.9), Product("nd", ("Nd",), 0.9)]
    task = problem({"Pr": 1, "Tb": 1, "Nd": 1}, parts, ["P507", "P204"])
    with pytest.raises(CascadeError, match=r"no extractant of P507 and P204 separates prtb and nd: its order mixes"):
        best_trains(Designer(task), price)


def test_an_extractant_without_constants() -> None:
    parts = [Product("dy", ("Dy",), 0.9), Product("ho", ("Ho",), 0.9)]
    task = problem({"Dy": 1, "Ho": 1}, parts, ["Cyanex 272"])
    with pytest.raises(CascadeError, match=r"Cyanex 272 has no constant for Ho"):
        best_trains(Designer(task), price)


def test_a_draw_in_the_middle() -> None:
    parts = [Product("sm", ("Sm",), 0.99, 0.7), Product("eu", ("Eu",), 0.4, 0.7), Product("gd", ("Gd",), 0.99, 0.7)]
    task = problem({"Sm": 0.51, "Eu": 0.10, "Gd": 0.39}, parts, ["P507"])
    designer = Designer(task)
    found = best_trains(designer, price, 10, three_outlets=True)
    drawn = next(train for train in found if len(train.circuits) == 1)
    assert drawn.sequence == ("Sm / Eu / Gd with P507",)
    assert drawn.circuits[0].draw_stage is not None
    assert len(found) == 3
    every = sorted(every_train(designer, price, three_outlets=True), key=lambda train: train.cost)
    assert [train.sequence for train in every] == [train.sequence for train in found]
