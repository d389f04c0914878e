"""Mass-action circuits in a flowsheet: the circuit's own answer in kg/h, its reagents, samples, bounds and faults."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import didymium
from didymium.cascade import Aqueous, Circuit, Organic, Section
from didymium.data.equilibria import chemistry
from didymium.elements import INDEX, OXIDE_FACTOR, RE, molar_mass
from didymium.files import check
from didymium.operations.base import OperationError
from didymium.operations.stoichiometry import free_acid

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "extraction_circuit.yaml"
KIND = "extraction_circuit"
EXTRACTANT = {"name": "P507", "concentration": "1.5 mol/L", "saponification": "36 % NH4"}
KEYS = {
    "extractant": EXTRACTANT,
    "organic_to_feed": "14.5",
    "extraction": {"stages": 12},
    "scrub": {"stages": 10, "acid": "3 mol/L", "ratio": "2.1"},
    "strip": {"stages": 6, "acid": "4 mol/L", "ratio": "0.8"},
    "extractant_loss": "0 kg/t",
    "diluent_loss": "0 kg/t",
}
CARRIED = {
    "wash": {"stages": 2, "ratio": "0.3"},
    "entrainment": {"organic_in_aqueous": "500 ppm", "aqueous_in_organic": "0.3 %"},
    "crud": "0.05 %",
    "solubility": "0.0001 mol/L",
}
WATER = 10_000.0 / molar_mass("H2O")
"""kmol in 10 m³."""
FEED = {"PrCl3": 1.7, "NdCl3": 5.0, "HCl": 0.2, "H2O": WATER}
OUTLETS = ("raffinate", "strip_liquor", "crud")


def by_hand(**more) -> Circuit:
    """The circuit of KEYS and FEED, in m³/h and kmol/h."""
    carried = {"organic_in_aqueous": 0.0005, "aqueous_in_organic": 0.003} if more else {}
    sections = [
        Section("extraction", 12, **carried),
        Section("scrub", 10, liquor=Aqueous(flow=21.0, acid=3.0), **carried),
        Section("strip", 6, liquor=Aqueous(flow=8.0, acid=4.0), **carried),
    ]
    if more:
        sections.append(Section("wash", 2, liquor=Aqueous(flow=3.0), onward=1.0, **carried))
    return Circuit(
        organic=Organic(
            extractant="P507",
            concentration=1.5,
            saponification=0.36,
            base="NH4",
            flow=145.0,
            base_strength=10.0,
            **more,
        ),
        sections=sections,
        feeds={("extraction", 12): Aqueous(flow=10.0, metals={"Pr": 0.17, "Nd": 0.5}, acid=0.02)},
        closed=True,
    )


@pytest.mark.parametrize(
    ("keys", "more"), [(KEYS, {}), (KEYS | CARRIED, {"crud": 0.0005, "solubility": 0.0001})], ids=["plain", "carried"]
)
def test_the_circuit_answers(bench, keys, more) -> None:
    done, own = bench.run(KIND, keys, bench.of(FEED)), by_hand(**more).solve()
    for outlet in OUTLETS:
        flow = own.outlets[outlet]
        for name in ("Pr", "Nd"):
            assert done.kmol(outlet, name) == pytest.approx(flow.metals[name], rel=1e-9, abs=1e-200)
        assert done.kmol(outlet, "N") == pytest.approx(flow.metals["NH4"], rel=1e-9, abs=1e-60)
        assert done.kmol(outlet, "Cl") == pytest.approx(flow.chloride, abs=1e-6)  # water has 1e-7 mol/L
    assert done.bought("ammonia", "NH3") == pytest.approx(own.reagents.base, rel=1e-9)
    assert done.used("water") == pytest.approx(1000.0 * (sum(own.reagents.water.values()) - 10.0), rel=1e-9)
    assert done.used("P507") == pytest.approx(own.reagents.extractant * molar_mass("C16H35O3P"), rel=1e-9)
    # Made-up organic: kerosene of 0.81 kg/L beside 1.5 mol/L of an extractant of 0.955 kg/L.
    thinner = 1.0 - 1.5 * molar_mass("C16H35O3P") / 955.0
    assert done.used("kerosene") == pytest.approx(own.reagents.organic * thinner * 810.0, rel=1e-9)
    np.testing.assert_allclose(done.details["pH"][0], own.profile.ph, rtol=1e-9)
    np.testing.assert_allclose(done.details["loading"][0], own.profile.loading, rtol=1e-9)
    assert done.details["sections"] == own.profile.sections
    assert done.details["closure"][0] < 1e-9
    assert done.details["flags"][0] == tuple(flag.sentence for flag in own.flags)
    assert done.details["assumptions"][0] == own.assumptions


def test_reagents_by_ratio(bench) -> None:
    done = bench.run(KIND, KEYS, bench.of(FEED))
    # 10 m³/h of feed: 21 m³ of 3 mol/L and 8 m³ of 4 mol/L, soap of 145 m³ of 1.5 mol/L at 36 %.
    assert done.bought("HCl", "HCl") == pytest.approx(63.0 + 32.0, rel=1e-9)
    assert done.bought("ammonia", "NH3") == pytest.approx(78.3, rel=1e-9)
    assert done.used("water") == pytest.approx(29_000.0 + 7830.0, rel=1e-9)
    assert done.used("P507") == done.used("kerosene") == 0.0
    assert done.details["S"][0] == pytest.approx(78.3 / 3.0 / 6.7)
    assert done.details["W"][0] == pytest.approx(63.0 / 3.0 / 6.7)
    assert done.details["organic_m3_per_h"][0] == pytest.approx(145.0)
    assert done.details["feed_m3_per_h"][0] == pytest.approx(10.0)
    oxide = float((done.entering[0, RE] * OXIDE_FACTOR[RE]).sum())
    assert done.used("electricity") == pytest.approx(0.19 * oxide)
    assert done.used("heat") == pytest.approx(0.8 * oxide)


@pytest.mark.parametrize(("soap", "item", "formula", "charge"), [
    ("Na", "NaOH", "NaOH", 1), ("NH4", "ammonia", "NH3", 1), ("Mg", "MgO", "MgO", 2), ("Ca", "lime", "CaO", 2),
])  # fmt: skip
def test_products_are_neutral_with_the_circuits_free_acid(bench, soap, item, formula, charge) -> None:
    keys = KEYS | {"extractant": EXTRACTANT | {"saponification": f"36 % {soap}"}}
    done = bench.run(KIND, keys, bench.of(FEED))
    for outlet in OUTLETS:
        done.neutral(outlet)
    assert done.bought(item, formula) == pytest.approx(78.3 / charge, rel=0.02)
    # Acid in is base and free acid out.
    free = {name: free_acid(done.outlets[name])[0] for name in OUTLETS}
    assert free["strip_liquor"] > 10.0
    assert sum(free.values()) + charge * done.bought(item, formula) == pytest.approx(0.2 + 63.0 + 32.0, rel=1e-9)


def test_organic_leaves_where_it_is_carried(bench) -> None:
    done, own = bench.run(KIND, KEYS | CARRIED, bench.of(FEED)), by_hand(crud=0.0005, solubility=0.0001).solve()
    for outlet in OUTLETS:
        flow = own.outlets[outlet]
        formal = flow.organic_flow * 1.5 + flow.flow * 0.0001
        assert done.kmol(outlet, "P") == pytest.approx(formal, rel=1e-9)
    practice = {"extractant_loss": "3 kg/t", "diluent_loss": "12 kg/t"}
    done = bench.run(KIND, KEYS | practice, bench.of(FEED))
    assert done.kmol("raffinate", "P") == pytest.approx(done.bought("P507", "C16H35O3P"))
    assert done.kmol("strip_liquor", "C") == 0.0


def test_who_takes_part(bench) -> None:
    extra = {"CaCl2": 0.3, "FeCl3": 0.1, "ThCl4": 0.01, "HF": 0.01, "ScCl3": 1e-3, "NaCl": 0.5, "KCl": 0.2}
    done = bench.run(KIND, KEYS, bench.of(FEED | extra))
    for name in ("Fe", "Th", "F", "Sc", "K"):
        assert done.kmol("strip_liquor", name) == 0.0
    for name in ("Ca", "Na"):
        assert 0.0 < done.kmol("strip_liquor", name) < 1e-3 * done.kmol("raffinate", name)
    assert "P507 has no constant for Sc: counted to the raffinate" in done.details["flags"][0]
    assert any("log10 K of Ca" in words for words in done.details["assumptions"][0])
    assert done.details["elements"] == tuple(
        n for n in chemistry("P507").constants if INDEX[n if n != "NH4" else "N"] in RE
    )
    np.testing.assert_allclose(done.details["organic"].sum(axis=2), 1.0, rtol=1e-9)
    np.testing.assert_allclose(done.details["aqueous"].sum(axis=2), 1.0, rtol=1e-9)


def test_traces_keep_their_digits(bench) -> None:
    keys = KEYS | {"extraction": {"stages": 40}, "scrub": KEYS["scrub"] | {"stages": 40}}
    done = bench.run(KIND, keys, bench.of(FEED | {"DyCl3": 1e-3, "LaCl3": 1e-3}))
    assert 0.0 < done.kmol("raffinate", "Dy") < 1e-9  # what comes round with the organic
    assert 0.0 < done.kmol("strip_liquor", "La") < 1e-20


def test_an_alkaline_feed_is_acidified(bench) -> None:
    done = bench.run(KIND, KEYS, bench.of(FEED | {"HCl": 0.0, "NaOH": 0.4}))
    assert done.bought("HCl", "HCl") == pytest.approx(63.0 + 32.0 + 0.4 + 0.1, rel=1e-3)  # 0.01 mol/L in 10 m³
    sour = bench.run(KIND, KEYS | {"feed_acid": "0 mol/L"}, bench.of(FEED | {"HCl": 1.0}))
    assert sour.bought("HCl", "HCl") == pytest.approx(95.0, rel=1e-9)


def test_recovery_follows_the_organic(bench) -> None:
    ratios = np.linspace(12.0, 14.8, 8)
    feed = np.repeat(bench.of(FEED), len(ratios), axis=0)
    done = bench.run(KIND, KEYS, feed, changes={"organic_to_feed": ratios})
    for name in ("Pr", "Nd"):
        extracted = done.outlets["strip_liquor"][:, INDEX[name]]
        assert (np.diff(extracted) > 0.0).all(), name
    assert done.outlets["strip_liquor"][0, INDEX["Nd"]] < 0.8 * feed[0, 0, INDEX["Nd"]]
    assert done.outlets["strip_liquor"][-1, INDEX["Nd"]] > 0.99 * feed[0, 0, INDEX["Nd"]]


def test_ratios_follow_the_feed_and_flows_do_not(bench) -> None:
    feed = bench.of(FEED)
    one, two = (bench.run(KIND, KEYS, n * feed) for n in (1.0, 2.0))
    np.testing.assert_allclose(two.outlets["strip_liquor"], 2.0 * one.outlets["strip_liquor"], rtol=1e-9)
    own = {name: {k: v for k, v in KEYS[name].items() if k != "ratio"} for name in ("scrub", "strip")}
    given = {key: value for key, value in KEYS.items() if key != "organic_to_feed"} | {
        "organic": "145 m^3/h",
        "scrub": own["scrub"] | {"flow": "21 m^3/h"},
        "strip": own["strip"] | {"flow": "8 m^3/h"},
    }
    same = bench.run(KIND, given, feed)
    np.testing.assert_allclose(same.outlets["strip_liquor"], one.outlets["strip_liquor"], rtol=1e-9)
    more = bench.run(KIND, given, 1.1 * feed)
    assert more.kmol("strip_liquor", "Nd") != pytest.approx(1.1 * one.kmol("strip_liquor", "Nd"), rel=1e-2)
    assert more.used("HCl") == pytest.approx(same.used("HCl"), rel=1e-9)


AMOUNT = st.floats(0.05, 2.0)


@settings(max_examples=20, deadline=None)
@given(
    amounts=st.tuples(AMOUNT, AMOUNT, AMOUNT, AMOUNT),
    scrub=st.floats(0.5, 2.0),
    carried=st.tuples(st.floats(0.0, 0.002), st.floats(0.0, 0.01), st.floats(0.0, 0.002)),
    reflux=st.floats(0.0, 0.1),
    calcium=st.floats(0.0, 1.0),
)
def test_closes(bench, amounts, scrub, carried, reflux, calcium) -> None:
    feed = bench.of(
        dict(zip(("LaCl3", "PrCl3", "NdCl3", "DyCl3"), amounts, strict=True)) | {"CaCl2": calcium, "H2O": WATER}
    )
    values = {"organic_to_feed": (3.0 * scrub + 0.9 * sum(amounts[2:]) * 0.3) / 0.54, "scrub.ratio": scrub}
    values |= {"strip.ratio": 0.2 * sum(amounts) + 0.3, "reflux": reflux, "crud": carried[2]}
    values |= {"entrainment.organic_in_aqueous": carried[0], "entrainment.aqueous_in_organic": carried[1]}
    changes = {key: np.array([value]) for key, value in values.items()}
    done, told = None, ""
    try:
        done = bench.run(KIND, KEYS | {"beyond": "flag"}, feed, changes=changes)
    except OperationError as error:
        told = str(error)
    if done is None:  # a balance that cannot hold is told, and nothing else
        assert any(words in told for words in ("over-saponified", "cannot balance its protons", "is full"))
        return
    assert done.details["closure"][0] < 1e-9
    for name, amount in zip(("La", "Pr", "Nd", "Dy"), amounts, strict=True):
        assert sum(done.kmol(outlet, name) for outlet in OUTLETS) == pytest.approx(amount, rel=1e-9)


def test_samples(bench) -> None:
    other = bench.of({"LaCl3": 3.0, "PrCl3": 1.2, "NdCl3": 4.0, "DyCl3": 0.02, "CaCl2": 0.3, "NaOH": 0.4, "H2O": 500.0})
    bench.alike(KIND, KEYS | CARRIED, bench.of(FEED), other, {"scrub.ratio": (2.1, 2.0), "organic_to_feed": (14.5, 14)})
    bench.alike(KIND, KEYS, bench.of(FEED), bench.of(FEED), {"strip.acid": (4.0, 5.0)})


def test_idle(bench) -> None:
    for keys in (KEYS, KEYS | CARRIED):
        done = bench.run(KIND, keys, np.zeros_like(bench.of(FEED)))
        assert not any(flow.any() for flow in done.outlets.values())
        assert not any(line.rate.any() for line in done.outcome.lines)
        for key, value in done.details.items():
            if isinstance(value, np.ndarray) and value.dtype != object:
                assert np.isfinite(value).all(), key
    water = bench.run(KIND, KEYS, bench.of({"HCl": 1.0, "NaCl": 2.0, "H2O": 500.0}))
    assert not water.outlets["strip_liquor"].any()
    assert not any(line.rate.any() for line in water.outcome.lines)


def test_one_sample_of_two_stands_still(bench) -> None:
    feed, memory = bench.of(FEED), {}
    alone = bench.run(KIND, KEYS, feed)
    both = np.concatenate([np.zeros_like(feed), feed])
    for _ in range(2):
        done = bench.run(KIND, KEYS, both, memory=memory)
        assert not done.outlets["raffinate"][0].any()
        np.testing.assert_allclose(done.outlets["strip_liquor"][1], alone.outlets["strip_liquor"][0], rtol=1e-9)
    # The rows of the memory are those of the samples: the first may start to run, or go.
    done = bench.run(KIND, KEYS, np.concatenate([feed, feed]), memory=memory)
    np.testing.assert_allclose(done.outlets["strip_liquor"][0], alone.outlets["strip_liquor"][0], rtol=1e-9)
    memory = {key: value[[1]] for key, value in memory.items()}
    warm = bench.run(KIND, KEYS, feed, memory=memory)
    assert warm.details["iterations"][0] < alone.details["iterations"][0]


def test_over_saponified_and_the_remedy(bench) -> None:
    two = np.concatenate([bench.of(FEED), bench.of(FEED)])
    with pytest.raises(OperationError, match=r"over-saponified.*send less than \S+ L per L of feed") as caught:
        bench.run(KIND, KEYS, two, changes={"organic_to_feed": np.array([14.5, 20.0])})
    assert caught.value.sample == 1
    assert "case" not in str(caught.value)
    assert "L/h" not in str(caught.value)
    assert caught.value.remedy.startswith("the feed is 10 m3/h; change organic_to_feed, scrub, strip")
    least = float(str(caught.value).split("send less than ")[1].split()[0])
    bench.run(KIND, KEYS | {"organic_to_feed": 0.97 * least, "beyond": "flag"}, bench.of(FEED))


def test_a_weak_strip_says_how_much_acid(bench) -> None:
    with pytest.raises(OperationError, match=r"feed strip more than (\S+) L per L of feed of its acid") as caught:
        bench.run(KIND, KEYS | {"strip": KEYS["strip"] | {"ratio": "0.1"}}, bench.of(FEED))
    least = float(str(caught.value).split("feed strip more than ")[1].split()[0])
    bench.run(KIND, KEYS | {"strip": KEYS["strip"] | {"ratio": 1.2 * least + 0.1}}, bench.of(FEED))


def test_bounds_are_an_error_or_a_flag(bench) -> None:
    strong = {"organic_to_feed": "4", "scrub": KEYS["scrub"] | {"ratio": "0.05"}, "strip": KEYS["strip"] | {"ratio": 2}}
    rich = bench.of({"NdCl3": 20.0, "H2O": WATER})
    strong["extractant"] = EXTRACTANT | {"saponification": "49 % NH4"}
    with pytest.raises(OperationError, match=r"loaded to 0\.\d+ of the stoichiometric, above 0\.9"):
        bench.run(KIND, KEYS | strong, rich)
    done = bench.run(KIND, KEYS | strong | {"beyond": "flag"}, rich)
    assert any("third phase" in words for words in done.details["flags"][0])


@pytest.mark.parametrize(
    ("feed", "text"),
    [
        ({"NdCl3": 1.0}, "holds no water"),
        ({"Nd2(SO4)3": 1.0, "H2O": 500.0}, "sulfate liquor.*chloride_conversion"),
        ({"NdCl3": 1.0, "ScCl3": 0.01, "H2O": 500.0}, r"no constant for Sc, 0\.99% of the rare earths"),
    ],
)
def test_feeds_that_do_not_fit(bench, feed, text) -> None:
    with pytest.raises(OperationError, match=text) as caught:
        bench.run(KIND, KEYS, np.concatenate([bench.of(FEED), bench.of(feed)]))
    assert caught.value.sample == 1


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"organic": "3 m^3/h"}, "give `organic_to_feed`, the volume ratio, or `organic`"),
        ({"organic_to_feed": None}, "give `organic_to_feed`, the volume ratio, or `organic`"),
        ({"scrub": None, "reflux": "5 %"}, "`reflux` goes into the scrub"),
        ({"crud": "1 %", "extractant_loss": None}, "extractant_loss"),
        ({"extractant": EXTRACTANT | {"name": "P2004"}}, "no mass-action constants for the extractant 'P2004'"),
        ({"extraction": {"stages": 590}}, "606 stages are more than 600"),
        ({"constants": {"Sc": "1"}}, "'Sc' is no ion of the extractant; it has .*Nd"),
        ({"wash": {"stages": 2}}, "give `ratio`"),
    ],
)
def test_parameters_that_cannot_be(bench, keys, text) -> None:
    with pytest.raises(ValidationError, match=text):
        bench.parameters(KIND, KEYS | keys, ["feed"])


def test_losses_are_not_counted_twice(bench) -> None:
    keys = {key: value for key, value in KEYS.items() if not key.endswith("_loss")}
    with pytest.raises(ValidationError, match="say what is lost besides, `extractant_loss: 0 kg/t` and `diluent_loss"):
        bench.parameters(KIND, keys | {"crud": "0.1 %"}, ["feed"])
    bench.parameters(KIND, keys, ["feed"])


def test_names_of_the_trade(bench) -> None:
    assert (
        bench.parameters(KIND, KEYS | {"extractant": EXTRACTANT | {"name": "pc-88a"}}, ["feed"]).extractant.name
        == "P507"
    )


def test_constants_of_ones_own(bench) -> None:
    usual, own = (bench.run(KIND, KEYS | more, bench.of(FEED)) for more in ({}, {"constants": {"Pr": "-3", "Dy": "1"}}))
    assert own.kmol("strip_liquor", "Pr") < 0.7 * usual.kmol("strip_liquor", "Pr")


# -- in files --------------------------------------------------------------------------------------------------------


def test_the_example_solves_and_closes() -> None:
    result = didymium.load(EXAMPLE).solve()
    assert result.solution.balance.worst < 1e-9
    assert all(target.passed for target in result.targets)
    assert result.cost.per_kg("nd_oxide").total > 0.0
    ratios = np.linspace(2.1, 2.2, 7)
    cases = didymium.load(EXAMPLE).solve({"sx.scrub.ratio": ratios})
    assert (np.diff(cases.stream("sx.strip_liquor").purity("Nd", "Dy")) > 0.0).all()
    alone = didymium.load(EXAMPLE).solve({"sx.scrub.ratio": ratios[3:4]})
    assert np.array_equal(alone.streams["sx.strip_liquor"].flow[0], cases.streams["sx.strip_liquor"].flow[3])


def changed(tmp_path: Path, *pairs: tuple[str, str]) -> Path:
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_in_a_recycle(tmp_path) -> None:
    """A part of the strip liquor goes back to the feed; flows in ratio follow what comes."""
    path = changed(
        tmp_path,
        ("    feed: chlorides\n", "    feed: head.mixed\n"),
        ("feed: sx.strip_liquor}", "feed: part.second}"),
        ("ratio: 2.178}", "ratio: 2.1}"),
        ("at_least: 99.5 %", "at_least: 5 %"),
        ("at_least: 99 %}", "at_least: 5 %}"),
        (
            "units:\n",
            "units:\n  head: {kind: mixer, feeds: [chlorides, part.first]}\n"
            "  part: {kind: splitter, feed: sx.strip_liquor, share: 10 %}\n",
        ),
    )
    result = didymium.load(path).solve({"sx.scrub.ratio": [2.10, 2.11]})
    assert result.solution.balance.worst < 1e-9
    assert result.solution.units["sx"].details["feed_m3_per_h"][0] > 4.4
    assert len(result.solution.units["sx"].details["flags"]) == 2
    alone = didymium.load(path).solve({"sx.scrub.ratio": [2.11]})
    assert np.array_equal(alone.streams["sx.raffinate"].flow[0], result.streams["sx.raffinate"].flow[1])


@pytest.mark.parametrize(
    ("old", "new", "marked", "message"),
    [
        ("name: P507", "name: P508", "P508", "no mass-action constants for the extractant 'P508'; did you mean P507?"),
        ("36 % NH4", "36 %", "36 %", "say which base makes the soap, such as `36 % NH4` or `36 % Na`"),
        ("36 % NH4", "60 % NH4", "60 % NH4", "60 % is above 50 %"),
        ("{stages: 8,", "{stages: 0,", "0", "sx.strip.stages must be at least 1"),
        ("acid: 4 mol/L", "acid: 4 kg", "4 kg", "4 kg is a mass; needs mol/L"),
        ("{stages: 2, ratio: 0.3}", "{stages: 2}", "{", "give `ratio`, the volume per volume of feed, or `flow`"),
        ("    organic_to_feed: 14.5 ", "    # ", "sx", "give `organic_to_feed`, the volume ratio, or `organic`"),
        ("{organic_in_aqueous:", "{organic_in_water:", "organic_in_water", "did you mean 'organic_in_aqueous'?"),
        ("    diluent_loss: 0 kg/t\n", "", "sx", "say what is lost besides, `diluent_loss: 0 kg/t`"),
        ("    crud: 0.005 %\n", "    constants: {Xx: 1}\n", "{", "'Xx' is no ion of the extractant"),
    ],
)
def test_faults_stand_at_their_values(tmp_path, old, new, marked, message) -> None:
    (fault,) = check(changed(tmp_path, (old, new)))
    line, start = fault.place.source.line(fault.place.line), fault.place.column - 1
    assert message in fault.message
    assert line[start : start + fault.place.width].startswith(marked)


def test_a_circuit_without_a_solution_is_told_where_it_stands(tmp_path) -> None:
    path = changed(tmp_path, ("organic_to_feed: 14.5", "organic_to_feed: 25"))
    with pytest.raises(didymium.SolveError, match=r"sx \(extraction_circuit\).*over-saponified"):
        didymium.load(path).solve()
