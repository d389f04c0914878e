"""The table of shares: what is sent, what is required, what is left."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.elements import COUNT, INDEX
from didymium.operations.balance import Balance, composition
from didymium.operations.base import OperationError

OUT = {"first": ("bulk",), "second": ("bulk",)}


def table(bench, *feeds, outlets=OUT, parts=None, **more) -> Balance:
    inlets = {f"feeds.{i}": feed for i, feed in enumerate(feeds)}
    return Balance(inlets, parts or dict.fromkeys(inlets, ("bulk",)), outlets, **more)


def only(name: str, mass: float):
    out = np.zeros((1, COUNT))
    out[0, INDEX[name]] = mass
    return out


def test_flow_adds_up_inlets_and_parts(bench) -> None:
    ore = bench.ore()
    b = Balance(
        {"feed": ore, "feeds.0": ore, "feeds.1": ore, "feeder": ore},
        dict.fromkeys(("feed", "feeds.0", "feeds.1", "feeder"), bench.parts),
        OUT,
    )
    assert np.allclose(b.flow(), 4 * ore.sum(axis=1))
    assert np.allclose(b.flow("feeds"), 2 * ore.sum(axis=1))
    assert np.allclose(b.flow("feed"), ore.sum(axis=1))
    assert np.allclose(b.flow("feed", "monazite"), ore[:, 1])
    assert not b.flow("feed", "nothing").any()
    assert not b.flow("none").any()


def test_the_rest_takes_what_is_left(bench) -> None:
    b = table(bench, bench.of({"NaCl": 1.0}))
    b.send("first", 0.25)
    shares = b.finish("second").shares
    assert np.allclose(shares[0, 0, 0], 0.25)
    assert np.allclose(shares[0, 0, 1], 0.75)
    assert np.array_equal(shares.sum(axis=2), np.ones((1, 1, COUNT)))


def test_several_reagents_are_sent_as_one_by_one(bench) -> None:
    found = []
    for ports in (("salt", "acid"), ("salt",), ("acid",)), ((("salt", "acid")), "salt", "acid"):
        b = table(bench, bench.of({"NaCl": 1.0}))
        for port, item in (("salt", "NaCl"), ("water", "water"), ("acid", "HCl")):
            b.reagent(item, np.array([2.0]), port=port)
        for which, share in zip(ports, (0.25, 0.125, 0.5), strict=True):
            b.send("first", share, reagent=which)
        found.append(b.finish("second").shares)
    assert np.array_equal(*found)
    assert found[0][0, 1:, 0, 0].tolist() == [0.375, 0.0, 0.75]


def test_what_enters_follows_each_reagent(bench) -> None:
    b = table(bench, bench.of({"NaCl": 1.0}))
    before = float(b.total().sum())
    b.reagent("water", np.array([3.0]))
    assert float(b.total().sum()) == pytest.approx(before + 3.0)
    with pytest.raises(ValueError, match="read-only"):
        b.total()[0, 0] = 1.0


def test_details_wait_until_they_are_read(bench) -> None:
    b = table(bench, bench.of({"NaCl": 1.0}))
    called = []
    b.details["now"] = 1
    b.later(lambda: called.append(1) or {"late": 2})
    outcome = b.finish("second")
    assert called == []
    assert dict(outcome.details) == {"now": 1, "late": 2}


def test_a_remainder_below_rounding_is_none(bench) -> None:
    b = table(bench, bench.of({"NaCl": 1.0}))
    for _ in range(10):
        b.send("first", 0.1)
    assert not b.finish("second").shares[:, :, 1].any()


def test_required_mass_is_drawn_evenly(bench) -> None:
    # 3 and 1 kmol of sodium: two kmol are half of each.
    b = table(bench, bench.of({"Na": 3.0}), bench.of({"Na": 1.0}))
    b.require("first", b.total() / 2)
    shares = b.finish("second").shares
    assert np.allclose(shares[0, :, 0, INDEX["Na"]], 0.5)


def test_only_the_named_elements_are_required(bench) -> None:
    b = table(bench, bench.of({"NaCl": 1.0}))
    b.require("first", b.total(), "Na")
    shares = b.finish("second").shares
    assert shares[0, 0, 0, INDEX["Na"]] == 1.0
    assert shares[0, 0, 0, INDEX["Cl"]] == 0.0


def test_reagents_enter_balance_and_ledger(bench) -> None:
    b = table(bench, bench.of({"Na": 1.0}))
    b.reagent("HCl", np.array([36.458]), ("acid",))
    b.reagent("water", np.array([5.0]), port="wash")
    b.use("electricity", np.array(3.0), "kWh")
    b.send("first", 1.0, reagent="HCl")
    done = b.finish("second")
    assert done.reagents.sum() == pytest.approx(41.458)
    assert [(line.item, line.unit, line.follows) for line in done.lines] == [
        ("HCl", "kg", ("acid",)),
        ("water", "kg", ()),
        ("electricity", "kWh", ()),
    ]
    assert np.allclose(done.shares[0, 1, 0], 1.0)
    assert np.allclose(done.shares[0, 2, 1], 1.0)


def test_parts_keep_their_row_or_go_where_told(bench) -> None:
    ore = bench.ore()
    outlets = {"kept": bench.parts, "told": ("solid", "liquid"), "rest": ("bulk",)}
    b = Balance({"feed": ore}, {"feed": bench.parts}, outlets)
    b.send("kept", 0.5, part="monazite")
    b.send("told", 0.25, part="monazite", to="solid")
    b.send("told", 0.25, part="monazite")
    shares = b.finish("rest").shares[0]
    assert np.allclose(shares[1, 1], 0.5)
    assert np.allclose(shares[1, len(bench.parts)], 0.25)
    assert np.allclose(shares[1, len(bench.parts) + 1], 0.25)
    assert np.allclose(shares[0, len(bench.parts) + 2], 1.0)


def test_on_demand(bench) -> None:
    recipe = bench.of({"Dy": 1.0}) / bench.of({"Dy": 1.0}).sum()
    b = table(bench, bench.of({"Nd": 1.0}), 0 * recipe, on_demand={"feeds.1": recipe})
    assert b.is_on_demand("feeds.1")
    assert not b.is_on_demand("feeds.0")
    assert np.allclose(b.recipe("feeds.1"), recipe[0])
    b.demand("feeds.1", np.array([2.5]))
    b.demand("feeds.0", np.array([9.9]))
    assert b.flow("feeds.1").sum() == pytest.approx(2.5)
    assert set(b.finish("first").demands) == {"feeds.1"}


def test_reagents_come_first(bench) -> None:
    b = table(bench, bench.of({"Nd": 1.0}))
    b.send("first", 0.5)
    with pytest.raises(RuntimeError, match=r"before the first share"):
        b.reagent("water", np.array([1.0]))


@pytest.mark.parametrize("rate", [-1.0, np.nan])
def test_an_amount_must_be_one(bench, rate) -> None:
    with pytest.raises(OperationError, match=r"of water, which is no amount") as caught:
        table(bench, np.repeat(bench.of({"Nd": 1.0}), 2, axis=0)).reagent("water", np.array([1.0, rate]))
    assert caught.value.sample == 1


def test_more_than_enters(bench) -> None:
    b = table(bench, bench.of({"Na": 1.0}))
    with pytest.raises(OperationError, match=r"first needs 46 kg/h of Na and 22.9898 kg/h enter; send less"):
        b.require("first", only("Na", 46.0))


def test_what_does_not_enter(bench) -> None:
    with pytest.raises(OperationError, match=r"needs 1 kg/h of Cl and 0 kg/h enter"):
        table(bench, bench.of({"Na": 1.0})).require("first", only("Cl", 1.0))


def test_less_than_nothing(bench) -> None:
    with pytest.raises(OperationError, match=r"first would hold -1 kg/h of O: its other elements cannot go together"):
        table(bench, bench.of({"Na2O": 1.0})).require("first", only("O", -1.0))


def test_rounding_is_forgiven(bench) -> None:
    b = table(bench, bench.of({"Na": 1.0}))
    wanted = b.total() * (1 + 1e-12)
    wanted[0, INDEX["O"]] = -1e-16
    wanted[0, INDEX["Cl"]] = 1e-16
    b.require("first", wanted)
    shares = b.finish("second").shares
    assert shares[0, 0, 0, INDEX["Na"]] == 1.0
    assert (shares >= 0.0).all()


def test_sent_twice(bench) -> None:
    b = table(bench, bench.of({"Na": 1.0}))
    b.send("first", 0.6)
    b.send("second", 0.6)
    with pytest.raises(OperationError, match=r"sends more La out than enters"):
        b.finish("second")


def test_compositions() -> None:
    assert composition("NaCl")[INDEX["Cl"]] == pytest.approx(35.45 / 58.44, rel=1e-3)
    assert composition("ferroboron")[INDEX["B"]] == pytest.approx(0.2)
    assert composition("air").sum() == pytest.approx(1.0)
    with pytest.raises(ValueError, match=r"not a chemical formula"):
        composition("snake oil")


@settings(max_examples=60, deadline=None)
@given(shares=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6))
def test_shares_always_add_up(bench, shares) -> None:
    b = table(bench, bench.of({"NaCl": 1.0}))
    left = 1.0
    for share in shares:
        b.send("first", share * left)
        left -= share * left
    done = b.finish("second").shares
    assert (done >= 0.0).all()
    np.testing.assert_allclose(done.sum(axis=2), 1.0, rtol=3e-16)
