"""Strip casting: the composition that is asked for, from metal, scrap, heavy metal, ferroboron and iron."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import INDEX, indices, mass_fractions
from didymium.operations.base import OperationError

PLAIN = {"oxygen": "0 %", "carbon": "0 %", "evaporation": "0 %", "oxygen_pickup": "0 ppm"}
SIMPLE = PLAIN | {"composition": {"NdPr": "30 %", "B": "1 %"}, "recovery": "100 %", "electricity": "0.8 kWh/kg"}
FULL = SIMPLE | {
    "composition": {"NdPr": "30 %", "DyTb": "0.8 %", "B": "0.97 %", "Co": "1 %", "Al": "0.2 %", "Cu": "0.15 %"},
    "recovery": "99.7 %",
}


def metal(**mass: float):
    out = np.zeros((1, 1, len(mass_fractions("Fe"))))
    for name, value in mass.items():
        out[0, 0, INDEX[name]] = value
    return out


def share(done, name: str) -> float:
    flow = done.outlets["alloy"][0]
    return float(flow[indices([name])].sum() / flow.sum())


def test_the_base_sets_the_batch(bench) -> None:
    # 30 kg NdPr make 100 kg: 1 kg B comes as 5 kg ferroboron with 3.9525 kg Fe, 0.025 Si, 0.02 Al and 0.0025 C, which
    # goes to the dross; iron is 100 - 30 - 4.9975 = 65.0025 kg.
    done = bench.run("strip_casting", SIMPLE, metal(Nd=23.0, Pr=7.0))
    assert done.kg("alloy") == pytest.approx(100.0)
    assert done.used("ferroboron") == pytest.approx(5.0)
    assert done.used("iron") == pytest.approx(65.0025)
    assert done.kg("alloy", "Fe") == pytest.approx(68.955)
    assert done.kg("alloy", "Si", "Al") == pytest.approx(0.045)
    assert done.kg("alloy", "B") == pytest.approx(1.0)
    assert done.used("electricity") == pytest.approx(80.0)
    assert done.kg("dross") == pytest.approx(0.0025)
    assert done.size("melting furnace") == pytest.approx(100.0)


def test_heavy_metal_on_demand(bench) -> None:
    recipe = metal(Dy=0.72, Tb=0.18, Fe=0.1)
    done = bench.run("strip_casting", FULL, {"feed": metal(Nd=30.0), "heavy": 0 * recipe}, on_demand={"heavy": recipe})
    # 0.8 kg Dy and Tb from a metal that holds 90 %.
    assert done.outcome.demands["heavy"][0] == pytest.approx(0.8 / 0.9)
    assert done.kg("alloy") == pytest.approx(99.7)
    for name, asked in (("NdPr", 0.30), ("DyTb", 0.008), ("B", 0.0097), ("Co", 0.01), ("Al", 0.002), ("Cu", 0.0015)):
        assert share(done, name) == pytest.approx(asked, rel=1e-12)
    # 0.3 % of 100 kg, and the carbon of 4.85 kg ferroboron.
    assert done.kg("dross") == pytest.approx(0.3 + 0.0005 * 4.85)


def test_heavy_metals_named_apart_both_arrive(bench) -> None:
    keys = SIMPLE | {"composition": {"NdPr": "30 %", "Dy": "0.4 %", "Tb": "0.1 %"}}
    for order in (("Dy", "Tb"), ("Tb", "Dy")):
        keys["composition"] = {"NdPr": "30 %"} | {name: {"Dy": "0.4 %", "Tb": "0.1 %"}[name] for name in order}
        recipe = metal(Dy=0.8, Tb=0.2)
        feeds = {"feed": metal(Nd=30.0), "heavy": 0 * recipe}
        done = bench.run("strip_casting", keys, feeds, on_demand={"heavy": recipe})
        assert share(done, "Dy") == pytest.approx(0.004, rel=1e-12)
        assert share(done, "Tb") == pytest.approx(0.001, rel=1e-12)


def test_scrap_with_its_oxygen(bench) -> None:
    # 0.048 kg O (3 mol) of the scrap bind 2 mol Nd and Pr alike as R2O3 in the dross.
    scrap = metal(Nd=3.0, Fe=6.9, B=0.1, O=0.048, C=0.01)
    done = bench.run("strip_casting", SIMPLE, {"feed": metal(Nd=27.0), "scrap.0": scrap})
    assert done.kmol("dross", "O") == pytest.approx(0.003, rel=1e-3)
    assert done.kmol("dross", "Nd") == pytest.approx(0.002, rel=1e-3)
    assert done.kg("dross", "C") == pytest.approx(0.01 + 0.0005 * done.used("ferroboron"))
    assert share(done, "NdPr") == pytest.approx(0.30, rel=1e-12)
    assert share(done, "B") == pytest.approx(0.01, rel=1e-12)
    assert done.kg("alloy", "O", "C") == 0.0


def test_samarium_cobalt(bench) -> None:
    # 25 kg Sm make 100 kg: 18 Fe, 6 Cu and 2.5 Zr are bought pure, cobalt is the rest.
    keys = PLAIN | {
        "base": "Sm",
        "rest": "Co",
        "composition": {"Sm": "25 %", "Fe": "18 %", "Cu": "6 %", "Zr": "2.5 %"},
        "recovery": "100 %",
    }
    done = bench.run("strip_casting", keys, metal(Sm=25.0))
    assert done.used("cobalt") == pytest.approx(48.5)
    for name, kg in (("Sm", 25.0), ("Fe", 18.0), ("Cu", 6.0), ("Zr", 2.5), ("Co", 48.5)):
        assert done.kg("alloy", name) == pytest.approx(kg)


def test_several_metals(bench) -> None:
    # Dy-Fe brings 0.2 kg Fe that need not be bought; 100 kg alloy as before.
    keys = SIMPLE | {"composition": {"NdPr": "30 %", "Dy": "0.8 %"}}
    done = bench.run("strip_casting", keys, {"feeds.0": metal(Nd=30.0), "feeds.1": metal(Dy=0.8, Fe=0.2)})
    assert done.used("iron") == pytest.approx(69.0)
    assert done.kg("alloy") == pytest.approx(100.0)
    assert share(done, "Dy") == pytest.approx(0.008, rel=1e-12)


def test_heavy_alloy_with_some_of_the_base(bench) -> None:
    # An alloy of half Dy and half Pr: x kg bring x/2 Dy = 0.01 batch, and the batch is (30 + x/2) / 0.3.
    recipe = metal(Dy=0.5, Pr=0.5)
    keys = SIMPLE | {"composition": {"NdPr": "30 %", "Dy": "1 %"}}
    done = bench.run("strip_casting", keys, {"feed": metal(Nd=30.0), "heavy": 0 * recipe}, on_demand={"heavy": recipe})
    x = 0.01 * 30.0 / 0.3 / (0.5 - 0.01 * 0.5 / 0.3)
    assert done.outcome.demands["heavy"][0] == pytest.approx(x)
    assert done.kg("alloy") == pytest.approx((30.0 + x / 2) / 0.3)
    assert share(done, "Dy") == pytest.approx(0.01, rel=1e-12)


def test_what_stays_of_gases(bench) -> None:
    # 48.0 g O (3 mol): 10 % stay, 2.7 mol take 1.8 mol of Nd; 4 of 5 g C stay.
    keys = SIMPLE | {"oxygen": "10 %", "carbon": "80 %"}
    done = bench.run("strip_casting", keys, metal(Nd=30.0, O=0.0479982, C=0.005))
    assert done.kmol("dross", "O") == pytest.approx(0.0027, rel=1e-6)
    assert done.kmol("dross", "Nd") == pytest.approx(0.0018, rel=1e-6)
    assert done.kmol("alloy", "O") == pytest.approx(0.0003, rel=1e-6)
    assert done.kg("alloy", "C") == pytest.approx(0.8 * done.entering[0, INDEX["C"]])
    assert share(done, "NdPr") == pytest.approx(0.30, rel=1e-12)


def test_impure_iron_and_ferroboron(bench) -> None:
    # 1 kg B from a grade of 18 %; its iron and that of the rod make up the rest, with 0.1 % Mn and 0.02 % C of the rod.
    feb, rod = metal(Fe=0.81, B=0.18, Al=0.01), metal(Fe=0.9988, Mn=0.001, C=0.0002)
    feeds = {"feed": metal(Nd=30.0), "ferroboron": 0 * feb, "iron": 0 * rod}
    keys = SIMPLE | {"carbon": "50 %"}
    done = bench.run("strip_casting", keys, feeds, on_demand={"ferroboron": feb, "iron": rod})
    alloy = 1 / 0.18
    assert done.outcome.demands["ferroboron"][0] == pytest.approx(alloy)
    assert done.outcome.demands["iron"][0] == pytest.approx((70.0 - alloy) / 0.9999)
    assert done.kg("alloy") == pytest.approx(100.0)
    assert done.kg("alloy", "Mn") == pytest.approx(0.001 * (70.0 - alloy) / 0.9999)
    assert done.kg("alloy", "C") == pytest.approx(0.0001 * (70.0 - alloy) / 0.9999)
    assert done.kg("alloy", "Al") == pytest.approx(0.01 / 0.18)


def test_a_trace_that_iron_brings_may_be_named(bench) -> None:
    rod, dysprosium = metal(Fe=0.999, Mn=0.001), metal(Dy=1.0)
    feeds = {"feed": metal(Nd=30.0), "iron": 0 * rod, "heavy": 0 * dysprosium}
    keys = SIMPLE | {"composition": {"NdPr": "30 %", "Dy": "1 %", "Mn": "0.02 %"}}
    done = bench.run("strip_casting", keys, feeds, on_demand={"iron": rod, "heavy": dysprosium})
    assert share(done, "Mn") == pytest.approx(0.00069)
    keys["composition"] |= {"Mn": "0.2 %"}
    fails(bench, "needs 0.131 kg/h more Mn and nothing", keys, feeds, on_demand={"iron": rod, "heavy": dysprosium})


def test_ferroboron_without_boron(bench) -> None:
    feb = metal(Fe=1.0)
    feeds = {"feed": metal(Nd=30.0), "ferroboron": 0 * feb}
    fails(bench, "the feed `ferroboron` holds no B; give", SIMPLE, feeds, on_demand={"ferroboron": feb})


def test_oxygen_taken_up_stays(bench) -> None:
    done = bench.run("strip_casting", SIMPLE | {"oxygen_pickup": "200 ppm", "oxygen": "30 %"}, metal(Nd=30.0))
    assert done.used("oxygen") == pytest.approx(0.02)
    assert done.kg("alloy", "O") == pytest.approx(0.02)
    assert done.kg("dross", "O", "Nd") == pytest.approx(0.0, abs=1e-12)


def test_fume_of_rare_earths(bench) -> None:
    done = bench.run("strip_casting", SIMPLE | {"evaporation": "2 %"}, metal(Nd=30.0))
    assert done.kg("dross", "Nd") == pytest.approx(0.6)
    assert done.kg("alloy") == pytest.approx(29.4 / 0.3)


def test_crucible(bench) -> None:
    # 100 kg of melt would take 1.019613 kg Al2O3: 0.53964 kg Al, and 0.03 kmol O that bind 0.02 kmol Nd.
    keys = SIMPLE | {"composition": {"Nd": "30 %"}, "base": "Nd", "crucible": "0.01 kg/kg"}
    done = bench.run("strip_casting", keys, metal(Nd=30.0))
    assert done.kmol("dross", "Nd") == pytest.approx(2 / 3 * done.kmol("dross", "O"))
    assert done.kmol("dross", "O") == pytest.approx(1.5 * done.kmol("alloy", "Al"))
    assert done.used("alumina") == pytest.approx(0.01 * done.kg("alloy"))
    assert share(done, "Nd") == pytest.approx(0.30, rel=1e-12)


PART = st.floats(0.0, 0.02)


@settings(max_examples=60, deadline=None)
@given(
    neodymium=st.floats(0.1, 100.0),
    praseodymium=st.floats(0.0, 30.0),
    scrap=st.floats(0.0, 0.5),
    oxygen=st.floats(0.0, 0.005),
    shares=st.tuples(st.floats(0.25, 0.35), PART, PART, PART, PART, PART),
    recovery=st.floats(0.8, 1.0),
)
def test_closes(bench, neodymium, praseodymium, scrap, oxygen, shares, recovery) -> None:
    names = ("NdPr", "DyTb", "B", "Co", "Al", "Cu")
    assume(shares[1] > 0.0)
    values = {f"composition.{name}": value for name, value in zip(names, shares, strict=True)} | {"recovery": recovery}
    recipe = metal(Dy=0.8, Tb=0.2)
    total = (neodymium + praseodymium) * scrap
    feeds = {
        "feed": metal(Nd=neodymium, Pr=praseodymium),
        "scrap.0": total * metal(Nd=0.3, Fe=0.7 - oxygen, O=oxygen),
        "heavy": 0 * recipe,
    }
    changes = {path: np.array([value]) for path, value in values.items()}
    done = bench.run("strip_casting", FULL, feeds, on_demand={"heavy": recipe}, changes=changes)
    for name, asked in zip(names, shares, strict=True):
        # Ferroboron brings 2 % of its boron's mass in aluminium.
        held = max(asked, 0.02 * shares[2]) if name == "Al" else asked
        assert share(done, name) == pytest.approx(held, rel=1e-10, abs=1e-14)


def test_idle_and_samples(bench) -> None:
    recipe = metal(Dy=0.8, Tb=0.2)
    one = {"feed": metal(Nd=30.0), "heavy": 0 * recipe, "scrap.0": metal(Nd=1.0, Fe=2.0, O=0.01)}
    two = {"feed": metal(Nd=3.0, Pr=1.7), "heavy": 0 * recipe, "scrap.0": metal(Nd=0.1, Fe=0.2, O=0.001)}
    bench.idle("strip_casting", FULL, one, on_demand={"heavy": recipe})
    changes = {"composition.B": (0.0097, 0.0101), "recovery": (0.997, 0.99)}
    bench.alike("strip_casting", FULL, one, two, changes, on_demand={"heavy": recipe})


def fails(bench, text: str, keys, feeds, **more) -> None:
    with pytest.raises(OperationError, match=text):
        bench.run("strip_casting", keys, feeds, **more)


def test_nothing_brings_the_heavy_metal(bench) -> None:
    fails(bench, "needs 0.8 kg/h more DyTb and nothing brings it; name a feed", FULL, metal(Nd=30.0))


def test_heavy_without_the_element(bench) -> None:
    recipe = metal(Ho=1.0)
    feeds = {"feed": metal(Nd=30.0), "heavy": 0 * recipe}
    text = "needs 0.008 kg/kg of DyTb and the feed `heavy` holds none; give"
    fails(bench, text, FULL, feeds, on_demand={"heavy": recipe})


def test_no_room_for_iron(bench) -> None:
    changes = {"composition.NdPr": np.array([0.995])}
    fails(bench, "adds up to 100.5% and leaves no room for iron; lower", SIMPLE, metal(Nd=30.0), changes=changes)


def test_no_base(bench) -> None:
    fails(bench, "0 % NdPr", SIMPLE, metal(Nd=30.0), changes={"composition.NdPr": np.array([0.0])})


def test_scrap_that_is_all_oxide(bench) -> None:
    feeds = {"feed": metal(Nd=0.0), "scrap.0": metal(Nd=144.242, O=48.0)}
    fails(bench, "brings 2 times the oxygen .*; bring more metal", SIMPLE, feeds)


def test_more_scrap_than_metal_carries(bench) -> None:
    feeds = {"feed": metal(Nd=3.0), "scrap.0": metal(Fe=20.0)}
    fails(bench, r"would weigh 23.4997 kg/h, and its NdPr makes only 10 kg/h .*; bring more metal", SIMPLE, feeds)


def test_more_of_an_element_than_asked_for(bench) -> None:
    # 10 kg of scrap bring 0.5 kg Co into 100 kg that may hold 0.2.
    keys = SIMPLE | {"composition": {"NdPr": "30 %", "Co": "0.2 %"}, "tolerance": "0.1 %"}
    feeds = {"feed": metal(Nd=27.0), "scrap.0": metal(Nd=3.0, Fe=6.5, Co=0.5)}
    fails(bench, r"bring 0.5000% Co, 0.3000% more than the 0.2000% asked for; ask for at least 0.5", keys, feeds)
    done = bench.run("strip_casting", keys | {"tolerance": "0.3 %"}, feeds)
    assert share(done, "Co") == pytest.approx(0.005)
    assert done.details["tolerance_left"][0] == pytest.approx(0.0, abs=1e-9)
    assert share(done, "NdPr") == pytest.approx(0.30, rel=1e-12)


@pytest.mark.parametrize(
    ("composition", "text"),
    [
        ({"Nd": "30 %"}, "does not say how much NdPr the alloy holds"),
        ({"NdPr": "30 %", "Nd": "20 %"}, "NdPr and Nd both count Nd"),
        ({"NdPr": "30 %", "Fe": "60 %"}, "iron is the rest"),
        ({"NdPr": "30 %", "O": "0.1 %"}, "O leaves with the dross"),
        ({"NdPr": "30 %", "C": "0.1 %"}, "the inputs bring the carbon"),
    ],
)
def test_impossible_compositions(bench, composition, text) -> None:
    with pytest.raises(ValidationError, match=text):
        bench.parameters("strip_casting", SIMPLE | {"composition": composition}, ["feed"])


def test_one_metal_or_several(bench) -> None:
    with pytest.raises(ValidationError, match="give `feed`, or several metals as `feeds`"):
        bench.parameters("strip_casting", SIMPLE, [])
    with pytest.raises(ValidationError, match="give `feed`, or several"):
        bench.parameters("strip_casting", SIMPLE, ["feed", "feeds.0"])


def test_cobalt_is_the_rest(bench) -> None:
    with pytest.raises(ValidationError, match="cobalt is the rest of the composition; leave Co out"):
        bench.parameters(
            "strip_casting", {"rest": "Co", "base": "Sm", "composition": {"Sm": "25 %", "Co": "50 %"}}, ["feed"]
        )


@pytest.mark.parametrize("cobalt", [0.0, 0.5, 1.5])
def test_what_bought_iron_brings_counts(bench, cobalt) -> None:
    # At 1.5 % the iron brings about 1 of the 1.5 % asked for; the rest is bought.
    rod, feb = metal(Fe=1.0 - cobalt / 100.0, Co=cobalt / 100.0), metal(Fe=0.79, B=0.2, Al=0.005, Co=0.005)
    feeds = {"feed": metal(Nd=30.0), "iron": 0 * rod, "ferroboron": 0 * feb}
    keys = SIMPLE | {"composition": {"NdPr": "30 %", "Co": "1.5 %", "B": "1 %", "Al": "0.3 %"}}
    done = bench.run("strip_casting", keys, feeds, on_demand={"iron": rod, "ferroboron": feb})
    for name, asked in (("NdPr", 0.30), ("Co", 0.015), ("B", 0.01), ("Al", 0.003)):
        assert share(done, name) == pytest.approx(asked, rel=1e-12)
    brought = done.outcome.demands["iron"][0] * cobalt / 100.0 + 0.005 * done.outcome.demands["ferroboron"][0]
    assert done.used("cobalt") == pytest.approx(1.5 - brought, rel=1e-12)
    assert done.kg("alloy") == pytest.approx(100.0, rel=1e-12)


def test_iron_with_too_much_cobalt_buys_none(bench) -> None:
    # 69 kg of iron bring 1.725 kg of cobalt where 1.7 are asked for: inside the tolerance, and none is bought.
    rod = metal(Fe=0.975, Co=0.025)
    keys = SIMPLE | {"composition": {"NdPr": "30 %", "Co": "1.7 %", "Al": "1 %"}}
    done = bench.run("strip_casting", keys, {"feed": metal(Nd=30.0), "iron": 0 * rod}, on_demand={"iron": rod})
    assert done.used("cobalt") == 0.0
    assert share(done, "Co") == pytest.approx(0.01725, rel=1e-12)
    fails(
        bench,
        "bring 1.7250% Co",
        keys | {"tolerance": "0.01 %"},
        {"feed": metal(Nd=30.0), "iron": 0 * rod},
        on_demand={"iron": rod},
    )


GASES = {"O": 0.004, "N": 0.001, "S": 0.0005, "C": 0.002, "Co": 0.01}


@pytest.mark.parametrize(
    "keys", [{}, {"oxygen": "20 %", "carbon": "50 %", "evaporation": "1 %", "crucible": "0.002 kg/kg"}]
)
def test_bought_iron_is_cast_as_rated_iron(bench, keys) -> None:
    keys = SIMPLE | {"composition": {"NdPr": "30 %", "Co": "1.5 %", "B": "1 %", "Al": "0.5 %"}} | keys
    rod, feb = metal(Fe=1.0 - sum(GASES.values()), **GASES), metal(Fe=0.79, B=0.2, O=0.01)
    feeds = {"feed": metal(Nd=25.0, Pr=5.0), "iron": 0 * rod, "ferroboron": 0 * feb}
    bought = bench.run("strip_casting", keys, feeds, on_demand={"iron": rod, "ferroboron": feb})
    iron, boron = (bought.outcome.demands[name][0] for name in ("iron", "ferroboron"))
    rated = bench.run(
        "strip_casting", keys, {"feeds.0": metal(Nd=25.0, Pr=5.0), "feeds.1": iron * rod, "feeds.2": boron * feb}
    )
    for outlet in ("alloy", "dross"):
        np.testing.assert_allclose(bought.outlets[outlet], rated.outlets[outlet], rtol=1e-9, atol=1e-9)
    # O as R2O3, N as RN, S as R2S3.
    kmol = {name: bought.kmol("dross", name) for name in ("O", "N", "S", "Nd", "Pr")}
    if "evaporation" not in keys or keys["evaporation"] == "0 %":
        bound = 2.0 / 3.0 * (kmol["O"] + kmol["S"]) + kmol["N"]
        assert kmol["Nd"] + kmol["Pr"] == pytest.approx(bound, rel=1e-9)


def test_bought_iron_and_samples(bench) -> None:
    rod, feb = metal(Fe=1.0 - sum(GASES.values()), **GASES), metal(Fe=0.79, B=0.2, O=0.01)
    heavy = metal(Dy=0.8, Tb=0.1, Fe=0.1)
    recipes = {"heavy": heavy, "iron": rod, "ferroboron": feb}
    one, two = (
        {"feed": feed} | {name: 0 * held for name, held in recipes.items()}
        for feed in (metal(Nd=30.0), metal(Nd=3.0, Dy=0.3, O=0.01))
    )
    bench.idle("strip_casting", FULL, one, on_demand=recipes)
    changes = {"composition.Co": (0.005, 0.02), "composition.DyTb": (0.01, 0.002), "tolerance": (0.01, 0.1)}
    bench.alike("strip_casting", FULL, one, two, changes, on_demand=recipes)


def test_iron_that_is_rust_takes_its_rare_earth(bench) -> None:
    # A kg of iron binds 0.3 / 15.999 x 2/3 x 144.24 = 1.8031 kg of Nd: 30 - 1.8031 f = 0.3 (30 - 1.1031 f).
    rod = metal(Fe=0.7, O=0.3)
    done = bench.run(
        "strip_casting",
        SIMPLE | {"composition": {"NdPr": "30 %"}},
        {"feed": metal(Nd=30.0), "iron": 0 * rod},
        on_demand={"iron": rod},
    )
    assert done.outcome.demands["iron"][0] == pytest.approx(21.0 / (1.8031 - 0.3 * 1.1031), rel=1e-4)
    assert share(done, "NdPr") == pytest.approx(0.30, rel=1e-12)


def test_iron_that_is_cobalt(bench) -> None:
    rod = metal(Co=1.0)
    feeds = {"feed": metal(Nd=30.0), "iron": 0 * rod}
    keys = SIMPLE | {"composition": {"NdPr": "30 %", "Co": "1 %"}}
    with pytest.raises(
        OperationError,
        match=r"no amounts of cobalt and iron make the composition with this metal; give purer|bring 70.0000% Co",
    ) as caught:
        bench.run("strip_casting", keys, feeds, on_demand={"iron": rod})
    assert caught.value.key in ("composition", "composition.Co")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("U", "needs 1 kg/h more U and no input holds any; add a metal that holds U to `feeds`, or leave it out"),
        ("Ce", "needs 1 kg/h more Ce and no input holds any; add a metal that holds Ce to `feeds`"),
        ("Mn", "more Mn and no input holds any; add a metal that holds Mn to `feeds`"),
        ("Gd", "needs 1 kg/h more Gd and nothing brings it; name a feed without a rate as `heavy`"),
    ],
)
def test_what_is_missing_is_asked_of_where_it_can_come_from(bench, name, text) -> None:
    fails(bench, text, SIMPLE | {"composition": {"NdPr": "30 %", name: "1 %"}}, metal(Nd=30.0))


def test_a_crucible_that_brings_the_aluminium(bench) -> None:
    # 1 % of alumina is 0.529 % of aluminium.
    keys = SIMPLE | {"composition": {"NdPr": "30 %", "Al": "0.2 %"}, "crucible": "1 %"}
    with pytest.raises(
        OperationError, match=r"the crucible brings 0.5293% Al into .* 0.2000%.*; lower crucible"
    ) as caught:
        bench.run("strip_casting", keys, metal(Nd=30.0))
    assert caught.value.key == "crucible"


def test_once_the_tolerance_is_the_limit(bench) -> None:
    # 0.5 % of cobalt where 0.35 % are asked for: 0.15 % too much, between the tolerance of 0.1 % and twice that.
    keys = SIMPLE | {"composition": {"NdPr": "30 %", "Co": "0.35 %"}, "tolerance": "0.1 %"}
    feeds = {"feed": metal(Nd=27.0), "scrap.0": metal(Nd=3.0, Fe=6.5, Co=0.5)}
    fails(bench, r"bring 0.5000% Co, 0.1500% more than the 0.3500% asked for", keys, feeds)


def test_power_is_of_the_alloy_not_of_the_melt(bench) -> None:
    done = bench.run("strip_casting", SIMPLE | {"recovery": "90 %"}, metal(Nd=30.0))
    assert done.kg("alloy") == pytest.approx(90.0)
    assert done.used("electricity") == pytest.approx(0.8 * 90.0)
