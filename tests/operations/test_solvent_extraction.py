"""Solvent extraction: reagents by S and W, salts of both products, purities that are asked for."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.cascade import flows
from didymium.data import extractants
from didymium.elements import INDEX, OXIDE_FACTOR, RE
from didymium.operations.base import OperationError
from didymium.operations.solvent_extraction import order
from didymium.operations.stoichiometry import free_acid

EXTRACTANT = {"name": "P507", "concentration": "1.5 mol/L", "saponification": "36 % Na"}
LOSSLESS = {"extractant_loss": "0 kg/t", "diluent_loss": "0 kg/t"}
KEYS = {"extractant": EXTRACTANT, "cut": "Nd / Sm", "purity": {"raffinate": "99.9 %", "extract": "99 %"}} | LOSSLESS
RATED = {
    "extractant": EXTRACTANT,
    "cut": "Nd / Sm",
    "stages": "10 + 8",
    "solvent": "0.7 mol/mol",
    "scrub": "0.4 mol/mol",
} | LOSSLESS
FEED = {"LaCl3": 3.0, "NdCl3": 5.0, "SmCl3": 2.0, "H2O": 500.0}


def purity(flow, *names: str) -> float:
    oxides = flow[0, RE] * OXIDE_FACTOR[RE]
    wanted = [i for i, column in enumerate(RE) if column in {INDEX[name] for name in names}]
    return float(oxides[wanted].sum() / oxides.sum())


def test_reagents_by_flows(bench) -> None:
    # Per mol of feed: base 3 S (1 + 2 %), scrub 3 W, strip 3 (S - W) (1 + 20 %); S 0.7, W 0.4, feed 10 kmol.
    done = bench.run("solvent_extraction", RATED, bench.of(FEED))
    assert done.bought("NaOH", "NaOH") == pytest.approx(3 * 0.7 * 10 * 1.02)
    assert done.bought("HCl", "HCl") == pytest.approx(3 * 0.4 * 10 + 3 * 0.3 * 10 * 1.2)
    # Acid of 3 and 4 mol/L: 12 / 3 and 10.8 / 4 m3 of water.
    assert done.used("water") == pytest.approx(4000.0 + 2700.0)
    # Organic: 3 S per 1.5 mol/L of 36 %.
    assert done.details["organic_m3_per_h"][0] == pytest.approx(3 * 7.0 / 0.54)
    oxide = float((done.entering[0, RE] * OXIDE_FACTOR[RE]).sum())
    assert done.used("electricity") == pytest.approx(0.19 * oxide)
    assert done.used("heat") == pytest.approx(0.8 * oxide)


def test_salts_of_the_products(bench) -> None:
    done = bench.run("solvent_extraction", RATED, bench.of(FEED))
    rare = ("La", "Nd", "Sm")
    # Strip liquor: S - W mol of rare earth, 3 Cl each and 20 % more as free acid.
    assert sum(done.kmol("strip_liquor", name) for name in rare) == pytest.approx(3.0)
    assert done.kmol("strip_liquor", "Cl") == pytest.approx(9.0 * 1.2)
    assert free_acid(done.outlets["strip_liquor"])[0] == pytest.approx(1.8)
    assert done.kmol("strip_liquor", "Na") == 0.0
    assert done.kmol("strip_liquor", "O") == pytest.approx(2700.0 / 18.01528)
    # Raffinate: chloride of feed and scrub for its rare earths and the sodium of the soap.
    assert done.kmol("raffinate", "Cl") == pytest.approx(30.0 + 12.0)
    assert done.kmol("raffinate", "Na") == pytest.approx(21.42)
    alkali = 0.02 * 21.0
    assert 3 * 7.0 + 21.42 - alkali == pytest.approx(done.kmol("raffinate", "Cl"))
    for outlet in done.outlets:
        done.neutral(outlet)


def test_ammonia(bench) -> None:
    keys = RATED | {"extractant": EXTRACTANT | {"saponification": "36 % NH4"}}
    done = bench.run("solvent_extraction", keys, bench.of(FEED))
    assert done.bought("ammonia", "NH3") == pytest.approx(21.42)
    assert done.kmol("raffinate", "N") == pytest.approx(21.42)
    done.neutral("raffinate")


def test_losses_leave_with_the_raffinate(bench) -> None:
    keys = RATED | {"extractant_loss": "3 kg/t", "diluent_loss": "12 kg/t"}
    done = bench.run("solvent_extraction", keys, bench.of(FEED))
    oxide = float((done.entering[0, RE] * OXIDE_FACTOR[RE]).sum())
    assert done.used("P507") == pytest.approx(0.003 * oxide)
    assert done.used("kerosene") == pytest.approx(0.012 * oxide)
    assert done.kmol("strip_liquor", "C") == 0.0
    assert done.kmol("raffinate", "P") == pytest.approx(done.bought("P507", "C16H35O3P"))


def test_other_metals_stay_with_the_raffinate(bench) -> None:
    extra = {"CaCl2": 1.0, "FeCl3": 0.1, "ThCl4": 0.01, "HF": 0.1, "ScCl3": 0.1}
    done = bench.run("solvent_extraction", RATED, bench.of(FEED | extra))
    for name in ("Ca", "Fe", "Th", "F", "Sc"):
        assert done.kmol("strip_liquor", name) == 0.0


def test_designed_for_purities(bench) -> None:
    done = bench.run("solvent_extraction", KEYS, bench.of(FEED))
    assert purity(done.outlets["raffinate"], "La", "Nd") >= 0.999 * (1 - 1e-6)
    assert purity(done.outlets["strip_liquor"], "Sm") >= 0.99 * (1 - 1e-6)
    extraction, scrub = done.details["stages"]
    assert extraction > 1
    assert scrub > 1
    # The flows are those of the theory at the cut, with purities by mol.
    assert done.details["S"][0] - done.details["W"][0] == pytest.approx(0.2, rel=0.02)
    factors = extractants()["P507"].factors
    beta = factors["Sm"].value / factors["Nd"].value
    light = (3 * 325.81 + 5 * 336.48) / 8
    extract = (0.99 / 348.72) / (0.99 / 348.72 + 0.01 / light)
    raffinate = (0.999 / light) / (0.999 / light + 0.001 / 348.72)
    solvent, scrubbing, _ = flows(beta, 0.2, extract, raffinate)
    assert done.details["S"][0] == pytest.approx(float(solvent), rel=1e-3)
    assert done.details["W"][0] == pytest.approx(float(scrubbing), rel=1e-3)


def test_other_separation_factors(bench) -> None:
    """Those of the file replace the data's for that pair; the rest of the chain keeps its own."""
    harder = bench.run(
        "solvent_extraction", KEYS | {"separation_factors": {"Sm/Nd": "2.5 from 2 to 3"}}, bench.of(FEED)
    )
    usual = bench.run("solvent_extraction", KEYS, bench.of(FEED))
    assert sum(harder.details["stages"]) > sum(usual.details["stages"])
    assert purity(harder.outlets["strip_liquor"], "Sm") >= 0.99 * (1 - 1e-6)
    organic, aqueous = harder.details["organic"][0, 0], harder.details["aqueous"][0, 0]
    places = [harder.details["elements"].index(name) for name in ("La", "Nd", "Sm")]
    la, nd, sm = (organic[places] / aqueous[places]).tolist()
    assert sm / nd == pytest.approx(2.5)
    factors = extractants()["P507"].factors
    assert nd / la == pytest.approx(factors["Nd"].value / factors["La"].value)


@pytest.mark.parametrize(
    "given",
    [
        {"Sm/Nd": "5"},
        {"Nd/Pr": "2"},
        {"Pr/Ce": "1.5"},
        {"Sm/Nd": "5", "Nd/Pr": "2"},
        {"Nd/Pr": "2", "Sm/Nd": "5"},
        {"Dy/Tb": "3"},
    ],
    ids=str,
)
def test_what_is_heavier_than_a_given_pair_moves_with_it(bench, given) -> None:
    """A factor of the file is that of one pair: all pairs above and below keep their own, so all heavier ones move."""
    names = ("La", "Ce", "Pr", "Nd", "Sm", "Gd", "Tb", "Dy", "Y")
    feed = bench.of({f"{name}Cl3": 1.0 for name in names} | {"H2O": 500.0})
    done = bench.run("solvent_extraction", RATED | {"separation_factors": given}, feed)
    columns = [done.details["elements"].index(name) for name in names]
    organic, aqueous = (done.details[phase][0, 4, columns] for phase in ("organic", "aqueous"))
    found = dict(zip(names, (organic / aqueous).tolist(), strict=True))
    data = {name: fact.value for name, fact in extractants()["P507"].factors.items()}
    own = {tuple(pair.split("/")): float(factor) for pair, factor in given.items()}
    pairs = list(itertools.pairwise(sorted(names, key=data.get)))
    assert set(own) <= {(heavy, light) for light, heavy in pairs}
    for light, heavy in pairs:
        wanted = own.get((heavy, light), data[heavy] / data[light])
        assert found[heavy] / found[light] == pytest.approx(wanted, rel=1e-9), (heavy, light)


def test_a_multiple_of_the_least_solvent(bench) -> None:
    from didymium.cascade import design_cut

    done = bench.run("solvent_extraction", KEYS | {"solvent_ratio": "1.4"}, bench.of(FEED))
    assert purity(done.outlets["raffinate"], "La", "Nd") >= 0.999
    assert purity(done.outlets["strip_liquor"], "Sm") >= 0.99
    factors = extractants()["P507"].factors
    names, masses = ("La", "Nd", "Sm"), (325.8, 336.5, 348.7)
    beta = [factors[name].value for name in names]
    made = design_cut([3.0, 5.0, 2.0], beta, 2, 0.99, 0.999, masses=masses, flow_ratio=1.4)
    assert done.details["stages"] == (made.n, made.m)
    assert done.details["S"][0] == pytest.approx(made.extract_flow, rel=1e-4)
    assert done.details["W"][0] == pytest.approx(made.scrub_flow, rel=1e-4)


def test_designed_at_the_flows_of_the_file(bench) -> None:
    given = {"solvent": "0.4 mol/mol", "scrub": "0.1985 mol/mol"}
    done = bench.run("solvent_extraction", KEYS | given, bench.of(FEED))
    assert done.details["S"][0] == 0.4
    assert purity(done.outlets["raffinate"], "La", "Nd") >= 0.999
    assert purity(done.outlets["strip_liquor"], "Sm") >= 0.99


def test_stages_of_the_file_follow_the_feed(bench) -> None:
    keys = KEYS | {"stages": "30 + 20"}
    lean = bench.run("solvent_extraction", keys, bench.of(FEED | {"SmCl3": 1.0}))
    rich = bench.run("solvent_extraction", keys, bench.of(FEED | {"SmCl3": 4.0}))
    assert lean.details["stages"] == rich.details["stages"] == (30, 20)
    for done, fraction in ((lean, 1 / 9), (rich, 4 / 12)):
        assert done.details["S"][0] - done.details["W"][0] == pytest.approx(fraction, rel=0.02)


AMOUNT = st.floats(0.01, 100.0)


@settings(max_examples=25, deadline=None)
@given(
    amounts=st.tuples(AMOUNT, AMOUNT, AMOUNT, AMOUNT),
    reflux=st.floats(0.2, 3.0),
    cut=st.floats(0.05, 0.95),
    excess=st.tuples(st.floats(0.0, 0.1), st.floats(0.0, 1.0)),
    calcium=st.floats(0.0, 10.0),
)
def test_closes(bench, amounts, reflux, cut, excess, calcium) -> None:
    feed = bench.of(dict(zip(("LaCl3", "NdCl3", "SmCl3", "DyCl3"), amounts, strict=True)) | {"CaCl2": calcium})
    values = {"scrub": reflux, "solvent": reflux + cut, "base_excess": excess[0], "strip_excess": excess[1]}
    changes = {key: np.array([value]) for key, value in values.items()}
    done = bench.run("solvent_extraction", RATED, feed, changes=changes)
    for outlet in done.outlets:
        done.neutral(outlet)
    total = sum(amounts)
    assert sum(done.kmol("strip_liquor", n) for n in ("La", "Nd", "Sm", "Dy")) == pytest.approx(cut * total, rel=1e-9)
    # The more extractable an element, the larger its share in the extract.
    shares = [done.kmol("strip_liquor", n) / a for n, a in zip(("La", "Nd", "Sm", "Dy"), amounts, strict=True)]
    assert all(light <= heavy * (1.0 + 1e-12) for light, heavy in itertools.pairwise(shares))


def test_idle(bench) -> None:
    bench.idle("solvent_extraction", RATED, bench.of(FEED))
    bench.idle("solvent_extraction", KEYS, bench.of(FEED))


def test_samples(bench) -> None:
    other = bench.of({"LaCl3": 1.0, "NdCl3": 0.3, "SmCl3": 0.21, "H2O": 50.0})
    bench.alike("solvent_extraction", RATED, bench.of(FEED), other, {"solvent": (0.7, 0.61)})
    bench.alike("solvent_extraction", KEYS, bench.of(FEED), other, {"purity.extract": (0.99, 0.985)})
    measured = KEYS | {"separation_factors": {"Sm/Nd": "5"}, "solvent_ratio": "1.5"}
    bench.alike("solvent_extraction", measured, bench.of(FEED), other, {"separation_factors.Sm/Nd": (5.0, 4.5)})


def test_one_sample_of_two_stands_still(bench) -> None:
    feed = bench.of(FEED)
    both = np.concatenate([np.zeros_like(feed), feed])
    memory: dict = {}
    design = {"extraction": 10, "scrub": 8}
    alone = bench.run("solvent_extraction", RATED, feed, design=design)
    for _ in range(2):
        done = bench.run("solvent_extraction", RATED, both, design=design, memory=memory)
        assert not done.outlets["raffinate"][0].any()
        assert done.details["aqueous"].shape == (2, 18, 15)
        np.testing.assert_allclose(done.outlets["raffinate"][1], alone.outlets["raffinate"][0], rtol=1e-12)
    # The rows of the memory are those of the samples: the first may start to run, or go.
    later = np.concatenate([feed, feed])
    done = bench.run("solvent_extraction", RATED, later, design=design, memory=memory)
    np.testing.assert_allclose(done.outlets["raffinate"][0], alone.outlets["raffinate"][0], rtol=1e-12)
    memory = {key: value[[1]] for key, value in memory.items()}
    bench.run("solvent_extraction", RATED, feed, design=design, memory=memory)


def test_details_per_sample(bench) -> None:
    done = bench.run("solvent_extraction", RATED, bench.of(FEED))
    assert done.details["elements"][:4] == ("La", "Ce", "Pr", "Nd")
    np.testing.assert_allclose(done.details["organic"].sum(axis=2), 1.0, rtol=1e-9)
    np.testing.assert_allclose(done.details["aqueous"].sum(axis=2), 1.0, rtol=1e-9)


def test_a_cut_on_an_edge_is_told(bench) -> None:
    """Extract flow 0.2 of the feed, which is its samarium to the digit: only rounding says where the front is."""
    balanced = RATED | {"stages": "100 + 100", "solvent": "0.7 mol/mol", "scrub": "0.5 mol/mol"}
    feed = np.concatenate([bench.of(FEED), 2.0 * bench.of(FEED)])
    done = bench.run("solvent_extraction", balanced, feed)
    for remarks in done.details["flags"]:
        assert len(remarks) == 1
        assert remarks[0].startswith("ill-conditioned: one ulp of the scrub flow moves the answer by ")
    sound = bench.run("solvent_extraction", RATED, feed)
    assert sound.details["flags"].tolist() == [(), ()]


def test_a_sulphate_liquor_is_remarked_on(bench) -> None:
    """Nd2(SO4)3 beside one LaCl3: 6 of 9 charges are sulphate; beside 3 chlorides it is no sulphate liquor."""
    flows = [bench.of({"LaCl3": 1.0, "NdCl3": nd, "Nd2(SO4)3": 1.0, "H2O": 500.0}) for nd in (0.0, 2.0)]
    flags = bench.run("solvent_extraction", RATED, np.concatenate(flows)).details["flags"].tolist()
    words = (
        "67% of the chloride and sulphate of its feed is sulphate, by charge; its separation factors, acids and "
        "the chloride liquors that leave it are those of a chloride feed"
    )
    assert flags == [(words,), ()]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("base_excess", "1000"),
        ("strip_excess", "1000"),
        ("scrub_acid", "50 mol/L"),
        ("strip_acid", "50 mol/L"),
        ("solvent", "1e9 mol/mol"),
        ("scrub", "1e9 mol/mol"),
        ("extractant_loss", "1e6 kg/t"),
        ("diluent_loss", "1e6 kg/t"),
        ("electricity", "1e9 kWh/kg"),
        ("heat", "1e9 MJ/kg"),
    ],
)
def test_no_value_is_boundless(bench, key, value) -> None:
    with pytest.raises(ValidationError, match="is above"):
        bench.run("solvent_extraction", RATED | {key: value}, bench.of(FEED))


def test_more_scrub_than_solvent(bench) -> None:
    with pytest.raises(OperationError, match=r"the circuit has no solution: .*lower the scrub or raise"):
        bench.run("solvent_extraction", RATED | {"scrub": "0.8 mol/mol"}, bench.of(FEED))


def test_nothing_to_extract_names_the_sample(bench) -> None:
    two = np.concatenate([bench.of(FEED), bench.of({"LaCl3": 1.0})])
    with pytest.raises(OperationError, match=r"feed fraction is 0; give a mole fraction") as caught:
        bench.run("solvent_extraction", KEYS | {"stages": "10 + 10"}, two)
    assert (caught.value.sample, caught.value.key) == (1, "cut")


def test_a_feed_on_one_side_points_at_the_cut(bench) -> None:
    with pytest.raises(OperationError, match=r"on one side of the cut only; move the cut") as caught:
        bench.run("solvent_extraction", KEYS | {"cut": "Dy / Ho"}, bench.of(FEED))
    assert caught.value.key == "cut"


def test_a_purity_that_the_feed_has_already(bench) -> None:
    with pytest.raises(OperationError, match=r"is not above") as caught:
        bench.run("solvent_extraction", KEYS | {"purity": {"raffinate": "50 %", "extract": "99 %"}}, bench.of(FEED))
    assert caught.value.key == "purity"


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"cut": "Nd"}, "a cut names two neighbouring elements"),
        ({"cut": "Nd / SEG"}, "a cut names two neighbouring elements"),
        ({"cut": "Sm / Nd"}, "write `Nd / Sm`"),
        ({"cut": "Ce / Ce"}, "Ce stands on both sides of the cut; write `La / Ce` or `Ce / Pr`"),
        ({"cut": "Nd / Gd"}, "no neighbours; Sm, Eu come between"),
        ({"cut": "Sc / Nd"}, "no separation factor of Sc with P507"),
        ({"purity": None}, "give `purity`, or `stages`, `solvent` and `scrub`"),
        ({"solvent": "1 mol/mol"}, "`solvent` and `scrub` go together"),
        ({"extractant": EXTRACTANT | {"name": "P5007"}}, "unknown extractant 'P5007'; the data has .*P507"),
        ({"extractant": EXTRACTANT | {"saponification": "36 %"}}, "say which base makes the soap"),
        ({"extractant": EXTRACTANT | {"saponification": "60 % Na"}}, "60 %"),
        ({"stages": "24"}, "stages"),
        ({"separation_factors": {"Nd/Ce": "2"}}, "'Nd/Ce'.* is no pair of neighbours, heavier / lighter"),
        ({"separation_factors": {"Nd/Ce": "2", "CeLa": "3"}}, "'Nd/Ce'.*, 'CeLa'.* are no pairs of neighbours"),
        ({"separation_factors": {"Nd/Pr": "2", "Nd / Pr": "2"}}, "stands here twice"),
        ({"separation_factors": {"Nd/Pr": "0.9"}}, "0.9"),
        ({"solvent_ratio": "0.9"}, "0.9"),
        ({"solvent_ratio": "1.2", "solvent": "2 mol/mol", "scrub": "1 mol/mol"}, "both set the organic flow"),
    ],
)
def test_parameters_that_cannot_be(bench, keys, text) -> None:
    with pytest.raises(ValidationError, match=text):
        bench.parameters("solvent_extraction", KEYS | keys, ["feed"])


def test_every_extractant_can_be_bought_and_lost() -> None:
    from didymium.data import reagents

    for name in extractants():
        assert reagents()[name].formula
        assert order(name, "La") == 1.0
