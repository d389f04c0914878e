"""A separation train as a unit: products, reagents by circuit, where salts end, what a file may say."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from didymium.cascade.trains import Designer, best_trains, rate, verify
from didymium.elements import INDEX, MOLAR_MASS, OXIDE_FACTOR, RE
from didymium.operations.base import OperationError, plain
from didymium.operations.separation_train import _flags, objective, task_of
from didymium.operations.stoichiometry import free_acid, moles

P507 = {"name": "P507", "concentration": "1.5 mol/L", "saponification": "36 % Na"}
NAPHTHENIC = {"name": "naphthenic acid", "concentration": "0.7 mol/L", "saponification": "80 % NH4"}
LOSSLESS = {"extractant_loss": "0 kg/t", "diluent_loss": "0 kg/t"}
PRODUCTS = {
    "la": {"elements": ["La"], "purity": "99.9 %"},
    "nd": {"elements": ["Nd"], "purity": "99.5 %"},
    "sm": {"elements": ["Sm"], "purity": "99 %"},
    "y": {"elements": ["Y"], "purity": "99.9 %"},
}
KEYS = {"extractants": [P507], "products": PRODUCTS} | LOSSLESS
CHAIN = KEYS | {"sequence": ["La / Nd", "Nd / Sm", "Sm / Y"]}
FEED = {"LaCl3": 3.0, "NdCl3": 5.0, "SmCl3": 1.0, "YCl3": 1.0, "CaCl2": 0.5, "HCl": 0.2, "H2O": 500.0}
NAMES = ("La", "Nd", "Sm", "Y")


def purity(flow, *names: str) -> float:
    oxides = flow[0, RE] * OXIDE_FACTOR[RE]
    wanted = [i for i, column in enumerate(RE) if column in {INDEX[name] for name in names}]
    return float(oxides[wanted].sum() / oxides.sum())


@pytest.mark.parametrize("keys", [KEYS, CHAIN, KEYS | {"extractants": [P507, NAPHTHENIC]}])
def test_products_reach_their_purities(bench, keys) -> None:
    done = bench.run("separation_train", keys, bench.of(FEED))
    for name, wanted in (("la", 0.999), ("nd", 0.995), ("sm", 0.99), ("y", 0.999)):
        element = name.title()
        assert purity(done.outlets[name], element) >= wanted
        entering = done.entering[0, INDEX[element]]
        assert done.kg(name, element) >= 0.99 * entering
    assert list(done.outlets) == [*PRODUCTS, "crud"]


def test_reagents_follow_s_and_w_of_every_circuit(bench) -> None:
    done = bench.run("separation_train", CHAIN, bench.of(FEED))
    s, w, fed = (done.details[key][0] for key in ("S", "W", "feed_kmol_per_h"))
    assert fed[0] == pytest.approx(10.0)
    assert fed[1] == pytest.approx(7.0, rel=0.01)
    assert done.bought("NaOH", "NaOH") == pytest.approx(3 * float(s @ fed) * 1.02)
    stripped = float((s - w) @ fed)
    assert done.bought("HCl", "HCl") == pytest.approx(3 * float(w @ fed) + 3 * stripped * 1.2)
    assert done.used("water") == pytest.approx(3 * float(w @ fed) * 1000 / 3 + 3 * stripped * 1.2 * 1000 / 4)
    organic = 3 * s * fed / (1.5 * 0.36)
    np.testing.assert_allclose(done.details["organic_m3_per_h"][0], organic)
    stages = np.array([sum(pair) for pair in done.details["train_stages"]])
    np.testing.assert_allclose(done.details["organic_m3"][0], organic * (20 / 60) * (stages + 8))


def test_where_salts_end(bench) -> None:
    done = bench.run("separation_train", CHAIN, bench.of(FEED))
    # Raffinates: of the first circuit la, of the second nd, of the third sm; y is the last strip liquor.
    assert done.details["ends"] == (("la", "nd"), ("nd", "sm"), ("sm", "y"))
    s, w, fed = (done.details[key][0] for key in ("S", "W", "feed_kmol_per_h"))
    for name, at in (("la", 0), ("nd", 1), ("sm", 2)):
        assert done.kmol(name, "Na") == pytest.approx(3 * s[at] * fed[at] * 1.02)
    assert done.kmol("y", "Na") == 0.0
    assert done.kmol("la", "Ca") == pytest.approx(0.5)
    rare = sum(done.kmol("y", element) for element in NAMES)
    assert rare == pytest.approx((s[2] - w[2]) * fed[2])
    assert done.kmol("y", "Cl") == pytest.approx(3 * rare * 1.2)
    assert free_acid(done.outlets["y"])[0] == pytest.approx(3 * rare * 0.2)
    for outlet in done.outlets:
        done.neutral(outlet)


def test_lost_organic_leaves_as_crud(bench) -> None:
    keys = CHAIN | {"extractant_loss": "3 kg/t", "diluent_loss": "12 kg/t", "extractants": [P507, NAPHTHENIC]}
    keys["sequence"] = ["Nd / Sm with P507", "La / Nd with naphthenic acid", "Sm / Y with P507"]
    done = bench.run("separation_train", keys, bench.of(FEED))
    fed = done.details["feed_kmol_per_h"][0]
    assert done.used("P507") / done.used("kerosene") < 0.25
    assert done.used("naphthenic acid") + done.used("P507") == pytest.approx(done.used("kerosene") / 4)
    assert done.kg("crud") == pytest.approx(done.used("P507") + done.used("naphthenic acid") + done.used("kerosene"))
    assert fed[0] == pytest.approx(10.0)
    assert done.used("NaOH") > 0.0
    assert done.used("ammonia") > 0.0


def test_a_draw(bench) -> None:
    products = {
        "la": {"elements": ["La"], "purity": "99.9 %"},
        "sm": {"elements": ["Sm"], "purity": "99 %", "recovery": "70 %"},
        "eu": {"elements": ["Eu"], "purity": "40 %", "recovery": "70 %"},
        "gd": {"elements": ["Gd"], "purity": "99 %", "recovery": "70 %"},
    }
    keys = {"extractants": [P507], "products": products, "sequence": ["La / Sm", "Sm / Eu / Gd"]} | LOSSLESS
    feed = {"LaCl3": 2.0, "SmCl3": 5.1, "EuCl3": 1.0, "GdCl3": 3.9, "H2O": 500.0}
    done = bench.run("separation_train", keys, bench.of(feed))
    assert purity(done.outlets["eu"], "Eu") > 0.4
    rare = sum(done.kmol("eu", element) for element in ("La", "Sm", "Eu", "Gd"))
    assert done.kmol("eu", "Cl") == pytest.approx(3 * rare)
    assert done.kmol("eu", "Na") == 0.0
    for outlet in done.outlets:
        done.neutral(outlet)


def test_many_samples(bench) -> None:
    feed = bench.of(FEED)
    bench.alike("separation_train", CHAIN, feed, 1.3 * feed, {"products.nd.purity": [0.995, 0.99], "heat": [0.8, 1.0]})
    bench.idle("separation_train", CHAIN, feed)


def test_a_frozen_train_follows_its_feed(bench) -> None:
    feed = bench.of(FEED)
    moved = feed.copy()
    moved[0, 0, INDEX["Nd"]] *= 1.2
    design = bench_design(bench, CHAIN, feed)
    done = bench.run("separation_train", CHAIN, moved, design=design)
    assert purity(done.outlets["nd"], "Nd") == pytest.approx(0.995, abs=0.003)
    assert done.details["train_stages"] == tuple((one.extraction, one.scrub) for one in design["frozen"].train.circuits)


def bench_design(bench, keys, feed):
    from didymium.operations import registry

    model = bench.parameters("separation_train", keys, ["feed"])
    return registry()["separation_train"].design(plain(model, 1, {}), {"feed": feed[:1].sum(axis=1)})


def test_the_best_by_what_is_asked(bench) -> None:
    feed = bench.of(FEED)
    amounts = moles(feed.sum(axis=1))[0, RE]
    for minimise in ("inventory", "reagents"):
        keys = KEYS | {"minimise": minimise, "extractants": [P507, NAPHTHENIC]}
        p = plain(bench.parameters("separation_train", keys, ["feed"]), 1, {})
        cost = objective(p)
        best = best_trains(Designer(task_of(p, amounts)), cost, 5)
        found = bench_design(bench, keys, feed)["frozen"].train
        assert found.cost <= best[-1].cost
        done = bench.run("separation_train", keys, feed)
        assert done.details["sequence"] == found.sequence
    mass = p.extractants[0].concentration * p.extractants[0].saponification
    assert mass[0] == pytest.approx(0.54)


def test_traces_without_a_product(bench) -> None:
    feed = bench.of(FEED | {"DyCl3": 0.0003})
    done = bench.run("separation_train", CHAIN, feed)
    assert done.kg("y", "Dy") + done.kg("sm", "Dy") == pytest.approx(done.entering[0, INDEX["Dy"]])
    more = np.concatenate([feed, bench.of(FEED | {"DyCl3": 0.1})])
    with pytest.raises(OperationError, match=r"no product holds Dy, 0\.99% of the rare earths fed; add it"):
        bench.run("separation_train", CHAIN, more)
    with pytest.raises(
        OperationError, match=r"y reaches a purity of 0\.99\d+, not 0\.999, with what the circuits really"
    ):
        bench.run("separation_train", CHAIN, bench.of(FEED | {"DyCl3": 0.005}))


@pytest.mark.parametrize(
    ("feed", "message"),
    [
        (FEED | {"DyCl3": 0.5}, "no product holds Dy, which the feed brings; add it to one"),
        (FEED | {"YCl3": 0.0}, "4 products are more than the 3 elements of the feed"),
        ({"LaCl3": 1.0, "CeCl3": 1.0, "NdCl3": 1.0, "SmCl3": 1.0}, "no product holds Ce"),
    ],
)
def test_products_that_do_not_fit_the_feed(bench, feed, message) -> None:
    with pytest.raises(OperationError) as told:
        bench.run("separation_train", KEYS, bench.of(feed))
    assert message in str(told.value)


def test_purities_out_of_reach(bench) -> None:
    products = {
        "pr": {"elements": ["Pr"], "purity": "99.99999999999 %"},
        "nd": {"elements": ["Nd"], "purity": "99.99999999999 %"},
    }
    weak = {**NAPHTHENIC}
    keys = {"extractants": [weak], "products": products | {"sm": {"elements": ["Tb", "Gd"], "purity": "99 %"}}}
    with pytest.raises(OperationError, match=r"naphthenic acid.*another extractant"):
        bench.run("separation_train", keys, bench.of({"PrCl3": 1.0, "NdCl3": 1.0, "GdCl3": 1.0, "TbCl3": 1.0}))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"products": {"la": PRODUCTS["la"]}}, "a train has two products at least"),
        ({"products": PRODUCTS | {"ln": {"elements": ["NdPr"], "purity": "9 %"}}}, "Nd is in nd and in ln; an element"),
        ({"products": PRODUCTS | {"crud": {"elements": ["Ce"], "purity": "9 %"}}}, "'crud' cannot name a product"),
        ({"products": PRODUCTS | {"Ce x": {"elements": ["Ce"], "purity": "9 %"}}}, "'Ce x' cannot name a product"),
        ({"products": PRODUCTS | {"fe": {"elements": ["Fe"], "purity": "9 %"}}}, "Fe is no rare earth"),
        ({"products": PRODUCTS | {"ce": {"elements": ["Cf"], "purity": "9 %"}}}, "unknown element or group 'Cf'"),
        ({"products": PRODUCTS | {"ce": {"elements": [], "purity": "9 %"}}}, "at least 1 item"),
        ({"products": PRODUCTS | {"ce": {"elements": ["Ce"], "purity": "100 %"}}}, "100 % is out of reach of a cut"),
        ({"extractants": []}, "at least 1 item"),
        ({"extractants": [P507, P507]}, "P507 is given twice"),
        ({"extractants": [P507, P507 | {"name": "PC-88A"}]}, "P507 is given twice"),
        ({"extractants": [P507 | {"name": "P508"}]}, "did you mean P507"),
        ({"extractants": [P507 | {"saponification": "60 % Na"}]}, "60 % Na is more than the 50% that P507 takes"),
        ({"extractants": [P507 | {"saponification": "36 %"}]}, "say which base makes the soap"),
        ({"sequence": []}, "at least 1 item"),
        ({"sequence": ["La Nd"]}, "'La Nd' is no cut"),
        ({"sequence": ["La / Ndd"]}, "'Ndd' is no rare earth; did you mean 'Nd'"),
        ({"sequence": ["La / Nd with P204"]}, "uses an extractant that `extractants` does not list: P507"),
        (
            {"sequence": ["La / Nd"], "extractants": [P507, NAPHTHENIC]},
            "does not say which extractant",
        ),
        ({"minimise": "money"}, "'inventory' or 'reagents'"),
    ],
)
def test_keys_that_are_none(bench, keys, message) -> None:
    with pytest.raises(ValidationError) as told:
        bench.parameters("separation_train", KEYS | keys, ["feed"])
    assert message in str(told.value)


def test_a_draw_water_acid_and_energy_by_hand(bench) -> None:
    products = {
        "sm": {"elements": ["Sm"], "purity": "99 %", "recovery": "70 %"},
        "eu": {"elements": ["Eu"], "purity": "40 %", "recovery": "70 %"},
        "gd": {"elements": ["Gd"], "purity": "99 %", "recovery": "70 %"},
    }
    keys = {"extractants": [P507], "products": products, "sequence": ["Sm / Eu / Gd"]} | LOSSLESS
    feed = {"SmCl3": 5.1, "EuCl3": 1.0, "GdCl3": 3.9, "H2O": 500.0}
    done = bench.run("separation_train", keys, bench.of(feed))
    s, w = float(done.details["S"][0, 0]), float(done.details["W"][0, 0])
    scrub, strip = 3 * w * 10.0, 3 * (s - w) * 10.0 * 1.2
    assert done.used("water") == pytest.approx(scrub / 3 * 1000 + strip / 4 * 1000)
    assert done.bought("HCl", "HCl") == pytest.approx(scrub + strip)
    # The draw leaves with the water of its own chloride: 1 L of 3 mol/L acid for 3 mol.
    rare = sum(done.kmol("eu", element) for element in ("Sm", "Eu", "Gd"))
    assert done.kmol("eu", "H") == pytest.approx(2 * rare * 1000 / 18.015, rel=1e-4)
    oxide = float((moles(bench.of(feed).sum(axis=1))[0, RE] * MOLAR_MASS[RE] * OXIDE_FACTOR[RE]).sum())
    assert done.used("electricity") == pytest.approx(0.19 * oxide)
    assert done.used("heat") == pytest.approx(0.8 * oxide)


def test_a_sulphate_liquor_is_remarked_on(bench) -> None:
    feed = bench.of(FEED)
    sulphate = bench.of({"H2SO4": float(moles(feed.sum(axis=1))[0, INDEX["Cl"]])})  # twice its charge
    (said,) = bench.run("separation_train", CHAIN, feed + sulphate).details["flags"][0]
    assert said.startswith("67% of the chloride and sulphate of its feed is sulphate")


@pytest.mark.parametrize("share", [2e-6, 5e-7])
def test_flags_tell_what_is_ill_conditioned(bench, share) -> None:
    feed = bench.of(FEED)
    assert bench.run("separation_train", CHAIN, feed).details["flags"].tolist() == [()]
    train = bench_design(bench, CHAIN, feed)["frozen"].train
    rated = rate(train.task, train.circuits, train.task.feed[None])
    doubtful = replace(rated.circuits[1], sensitivity=np.array([share]))
    said = _flags(1, replace(rated, circuits=(rated.circuits[0], doubtful, rated.circuits[2])))[0]
    if share > 1e-6:
        assert said == ("Nd / Sm with P507: ill-conditioned, one ulp of the scrub flow moves the answer by 2.0e-06",)
    else:
        assert said == ()


def test_what_sequences_are_compared_by_by_hand(bench) -> None:
    feed = bench.of(FEED)
    train = bench_design(bench, CHAIN, feed)["frozen"].train
    for minimise in ("inventory", "reagents"):
        p = plain(bench.parameters("separation_train", KEYS | {"minimise": minimise}, ["feed"]), 1, {})
        cost = objective(p)
        for one in train.circuits:
            s, w, fed = one.organic, one.scrub_flow, float(one.feed.sum())
            organic = 3 * s * fed / (1.5 * 0.36) * (20 / 60) * (one.extraction + one.scrub + 8)
            reagents = 3 * fed * (1.02 * s + w + 1.2 * (s - w))
            assert cost(one) == pytest.approx(organic if minimise == "inventory" else reagents)


def test_the_best_additive_sequence_is_not_always_the_best(bench) -> None:
    feed = bench.of({"PrCl3": 3.6, "NdCl3": 0.3, "EuCl3": 0.8, "ErCl3": 1.4, "H2O": 500.0})
    pure = {"pr": "99.9 %", "nd": "99.99 %", "eu": "95 %", "er": "99.9 %"}
    products = {name: {"elements": [name.title()], "purity": purity} for name, purity in pure.items()}
    keys = {"extractants": [P507, NAPHTHENIC], "products": products} | LOSSLESS
    p = plain(bench.parameters("separation_train", keys, ["feed"]), 1, {})
    designer = Designer(task_of(p, moles(feed.sum(axis=1))[0, RE]))
    first, second = best_trains(designer, objective(p), 2)
    found = bench_design(bench, keys, feed)["frozen"].train
    assert found.sequence == second.sequence != first.sequence
    costs = [verify(designer, one, objective(p)).cost for one in (first, second)]
    assert costs[1] < costs[0]


def test_a_sequence_that_parts_too_little_is_pointed_at(bench) -> None:
    with pytest.raises(OperationError, match="no cut of the sequence parts") as caught:
        bench.run("separation_train", CHAIN | {"sequence": ["La / Nd"]}, bench.of(FEED))
    assert caught.value.key == "sequence"


def test_a_thousandth_needs_no_product(bench) -> None:
    loose = {name: about | {"purity": "95 %"} for name, about in PRODUCTS.items()}
    keys = CHAIN | {"products": loose}
    done = bench.run("separation_train", keys, bench.of(FEED | {"DyCl3": 0.0095}))
    assert done.kg("y", "Dy") + done.kg("sm", "Dy") == pytest.approx(done.entering[0, INDEX["Dy"]])
    with pytest.raises(OperationError, match="no product holds Dy, which the feed brings") as caught:
        bench.run("separation_train", keys, bench.of(FEED | {"DyCl3": 0.0105}))
    assert caught.value.key == "products"
    samples = np.concatenate([bench.of(FEED), bench.of(FEED | {"DyCl3": 0.0105})])
    with pytest.raises(OperationError, match=r"no product holds Dy, 0\.10% of the rare earths fed"):
        bench.run("separation_train", keys, samples)


def test_trains_that_are_alike_run_alike(bench) -> None:
    # Designed for feeds that differ by a thousandth they are one plant: whichever is kept, a feed runs the same.
    products = {
        "sm": {"elements": ["Sm"], "purity": "99 %", "recovery": "70 %"},
        "eu": {"elements": ["Eu"], "purity": "40 %", "recovery": "70 %"},
        "gd": {"elements": ["Gd"], "purity": "99 %", "recovery": "70 %"},
    }
    keys = {"extractants": [P507], "products": products, "sequence": ["Sm / Eu / Gd"]} | LOSSLESS
    feed = {"SmCl3": 5.1, "EuCl3": 1.0, "GdCl3": 3.9, "H2O": 500.0}
    one, other = (bench_design(bench, keys, bench.of(feed | {"SmCl3": sm})) for sm in (5.1, 5.10001))
    assert one == other
    assert one["frozen"].train.circuits[0].draw_flow != other["frozen"].train.circuits[0].draw_flow
    runs = [bench.run("separation_train", keys, bench.of(feed | {"EuCl3": 1.4}), design=d) for d in (one, other)]
    for outlet in runs[0].outlets:
        assert np.array_equal(runs[0].outlets[outlet], runs[1].outlets[outlet])
    richer = bench_design(bench, CHAIN, bench.of(FEED))
    assert richer != bench_design(bench, CHAIN, bench.of(FEED | {"DyCl3": 0.0003}))
