"""Batches of circuits, the results by name, and many circuits drawn at random."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from didymium.cascade import Aqueous, CascadeError, Circuit, Organic, Section


def sibling(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


random_circuit = sibling("random_circuits").random_circuit


def circuit(**changes):
    parts = {
        "organic": Organic(extractant="P507", concentration=1.5, saponification=0.36, flow=9.0),
        "sections": [
            Section("extraction", 12),
            Section("scrub", 11, liquor=Aqueous(flow=1.1, acid=3.0)),
            Section("strip", 6, liquor=Aqueous(flow=0.9, acid=4.0)),
        ],
        "feeds": {12: Aqueous(flow=1.0, metals={"Nd": 0.5, "Pr": 0.17}, acid=0.02)},
        "closed": True,
    }
    return Circuit(**(parts | changes))


def changes(cases, seed=3):
    rng = np.random.default_rng(seed)
    return {
        "organic.flow": rng.uniform(8.5, 9.2, cases),
        "scrub.flow": rng.uniform(1.05, 1.2, cases),
        "feed.Pr": rng.uniform(0.1, 0.2, cases),
        "log_k.Nd": rng.normal(-2.14, 0.02, cases),
        "strip.onward": np.where(rng.random(cases) < 0.5, 0.0, 0.1),
    }


WET = {"organic_in_aqueous": 0.002, "aqueous_in_organic": 0.01}
ROUNDS = {
    "plain": {},
    "activities": {"complexes": True},
    "wet": {
        "organic": Organic(extractant="P507", concentration=1.5, saponification=0.36, flow=9.0, base_strength=8.0),
        "sections": [
            Section("extraction", 12, **WET),
            Section("scrub", 11, liquor=Aqueous(flow=1.1, acid=3.0), **WET),
            Section("strip", 6, liquor=Aqueous(flow=0.9, acid=4.0), **WET),
        ],
    },
}
"""Circuits that take one round, and several: a case that rests early must not see the others go on."""


@pytest.mark.parametrize("kind", ROUNDS)
def test_the_same_bits_alone_and_together_on_any_number_of_threads(kind):
    given = changes(40)
    c = circuit(**ROUNDS[kind])
    together = c.solve_cases(given, threads=1)
    for threads in (2, 5):
        again = c.solve_cases(given, threads=threads)
        for name in ("flows", "aqueous", "organic", "u", "base", "residual_load", "closure"):
            assert np.array_equal(getattr(again, name), getattr(together, name)), name
    for case in (0, 17, 39):
        alone = c.solve_cases({name: array[case : case + 1] for name, array in given.items()})
        assert np.array_equal(alone.flows[0], together.flows[case])
        assert np.array_equal(alone.u[0], together.u[case])
    shuffled = c.solve_cases({name: array[::-1] for name, array in given.items()})
    assert np.array_equal(shuffled.flows[::-1], together.flows)


def test_a_case_is_the_circuit_with_those_numbers():
    cases = circuit().solve_cases({"organic.flow": [9.0, 8.8], "scrub.acid": [3.0, 3.1], "feed.Nd": [0.5, 0.45]})
    other = circuit(
        organic=Organic(extractant="P507", concentration=1.5, saponification=0.36, flow=8.8),
        sections=[
            Section("extraction", 12),
            Section("scrub", 11, liquor=Aqueous(flow=1.1, acid=3.1)),
            Section("strip", 6, liquor=Aqueous(flow=0.9, acid=4.0)),
        ],
        feeds={12: Aqueous(flow=1.0, metals={"Nd": 0.45, "Pr": 0.17}, acid=0.02)},
    ).solve()
    for case, result in enumerate((circuit().solve(), other)):
        one = cases.result(case)
        assert one.profile.aqueous == pytest.approx(result.profile.aqueous, rel=1e-12, abs=1e-300)
        assert one.reagents.base == pytest.approx(result.reagents.base, rel=1e-12)
        assert cases.purity("strip_liquor", "Nd")[case] == pytest.approx(result.purity("strip_liquor", "Nd"), rel=1e-12)
        assert cases.recovery("Pr", "raffinate")[case] == pytest.approx(result.recovery("Pr", "raffinate"), rel=1e-12)


def test_a_case_that_fails_is_told_and_spares_the_others():
    flows = [9.0, 20.0, 8.8, 3.0]
    kept = circuit().solve_cases({"organic.flow": flows}, failures="keep")
    assert sorted(kept.failures) == [1, 3]
    assert "over-saponified" in kept.failures[1].reason
    assert "strips everything" in kept.failures[3].reason
    assert np.isnan(kept.flows[[1, 3]]).all()
    good = circuit().solve_cases({"organic.flow": [9.0, 8.8]})
    assert np.array_equal(kept.flows[[0, 2]], good.flows)
    with pytest.raises(CascadeError, match="case 1: over-saponified") as caught:
        circuit().solve_cases({"organic.flow": flows})
    assert caught.value.case == 1
    with pytest.raises(CascadeError, match="strips everything"):
        kept.result(3)
    assert "4 cases, 2 solved" in repr(kept)


def test_bounds_of_a_batch_are_those_of_its_cases():
    """The quick look at a whole batch and the sentences of each case agree."""
    c = circuit(limits={"loading": 0.716})
    given = changes(30, seed=5)
    kept = c.solve_cases(given, failures="keep")
    flagged = c.changed(beyond="flag").solve_cases(given)
    told = {k for k in range(30) if any(flag.kind == "bound" for flag in flagged.result(k).flags)}
    assert set(kept.failures) == told
    assert 0 < len(told) < 30


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"organic.flo": [1.0]}, "did you mean 'organic.flow'"),
        ({"organic.flow": [1.0, -1.0]}, "organic.flow is -1 in case 1"),
        ({"organic.flow": [1.0, 2.0], "feed.Nd": [1.0]}, "give one number or (2,)"),
        ({"organic.flow": ["a"]}, "not a number"),
        ({"strip.onward": [1.5]}, "strip.onward is 1.5 in case 0; give a number from 0 to 1"),
        ({"feed.Nd": [[1.0]]}, "shape"),
    ],
)
def test_bad_changes(given, words):
    with pytest.raises(CascadeError) as caught:
        circuit().solve_cases(given)
    assert words in str(caught.value)


def test_bad_ways_to_solve():
    c = circuit()
    with pytest.raises(CascadeError, match="start has the shape"):
        c.solve(start=[1.0])
    with pytest.raises(CascadeError, match="threads"):
        c.solve(threads=0)
    with pytest.raises(CascadeError, match="'raise' or 'keep'"):
        c.solve_cases(failures="ignore")


def test_no_cases_at_all():
    none = circuit().solve_cases({"organic.flow": []})
    assert len(none) == 0
    assert none.flows.shape[0] == 0


def test_results_by_name():
    c = circuit(draws={("scrub", 4): 0.05})
    result = c.solve()
    assert list(result.outlets) == ["raffinate", "strip_liquor", "draw 16", "crud"]
    assert result.outlet(16) is result.draws[16] is result.outlet("draw 16")
    assert result.strip_liquor is result.outlet("strip_liquor")
    shares = [result.recovery("Nd", name) for name in result.outlets]
    assert sum(shares) == pytest.approx(1.0, rel=1e-12)
    assert result.purity("raffinate", "Nd", "Pr") == 1.0
    assert result.raffinate.concentration("Pr") == pytest.approx(result.profile.aqueous[0, 1], rel=1e-12)
    assert result.strip_liquor.acidity == pytest.approx(result.profile.acid[23], rel=1e-12)
    for wrong in (
        lambda: result.outlet("extract"),
        lambda: result.purity("raffinate"),
        lambda: result.purity("raffinate", "NH4"),
        lambda: result.purity("raffinate", "Sm"),
        lambda: result.recovery("Sm", "raffinate"),
        lambda: result.outlet("crud").concentration("Nd"),
        lambda: result.raffinate.concentration("Sm"),
    ):
        with pytest.raises(CascadeError):
            wrong()
    with pytest.raises(CascadeError, match="no strip section"):
        circuit(closed=False, sections=c.sections[:2]).solve().strip_liquor  # noqa: B018
    assert "29 stages, 2 rare earths" in repr(result)
    assert not result.profile.aqueous.flags.writeable


def test_a_strip_by_itself():
    """Loaded organic from elsewhere against acid: one section, no feed."""
    loaded = Organic(extractant="P507", concentration=1.5, flow=9.0, load={"Nd": 0.06, "Dy": 0.001})
    c = Circuit(organic=loaded, sections=[Section("strip", 6, liquor=Aqueous(flow=1.0, acid=4.0))])
    result = c.solve()
    assert result.strip_liquor is result.raffinate
    assert result.recovery("Nd", "raffinate") == pytest.approx(1.0, abs=1e-6)
    assert result.strip_liquor.acid == pytest.approx(4.0 - 3.0 * 9.0 * 0.061, rel=1e-2)
    assert result.reagents.base == 0.0
    assert dict(result.waste.salts) == {}


def test_unsaponified_extraction_and_nothing_fed_of_an_element():
    feed = {8: Aqueous(flow=1.0, metals={"Nd": 0.05, "Yb": 0.01, "Lu": 0.0}, acid=0.1)}
    organic = Organic(extractant="P507", concentration=1.0, flow=0.5)
    cases = Circuit(organic=organic, sections=[Section("extraction", 8)], feeds=feed).solve_cases(
        {"feed.Nd": [0.05, 0.0], "feed.Yb": [0.01, 0.0]}
    )
    assert cases.recovery("Yb", "organic")[0] > 0.99
    assert np.isnan(cases.recovery("Lu", "organic")).all()
    assert np.isnan(cases.purity("organic", "Yb")[1])
    with pytest.raises(CascadeError, match="no Lu enters"):
        cases.result(0).recovery("Lu", "organic")
    with pytest.raises(CascadeError, match="no rare earth leaves"):
        cases.result(1).purity("organic", "Yb")


def test_tables():
    pandas = pytest.importorskip("pandas")
    result = circuit().solve()
    frame = result.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert frame.index[0] == 1
    assert list(frame["section"].unique()) == ["extraction", "scrub", "strip"]
    assert frame.loc[12, "Nd aqueous"] == result.profile.aqueous[11, 0]
    page = result._repr_html_()
    assert page.startswith("<table>")
    assert "<th>raffinate</th>" in page


def test_names_are_escaped_in_html():
    odd = circuit(
        sections=[
            Section("extraction", 12),
            Section("scrub", 11, liquor=Aqueous(flow=1.1, acid=3.0)),
            Section("<b>strip", 6, kind="strip", liquor=Aqueous(flow=0.9, acid=4.0)),
        ]
    )
    page = odd.solve()._repr_html_()
    assert "<b>" not in page
    assert "&lt;b&gt;strip_liquor" in page


BALANCES = ("over-saponified", "strips everything", "cannot balance its protons")


def test_random_circuits_are_solved_or_refused_for_a_reason():
    """Seeded circuits over the whole face: all end in a checked solution or in the balance that cannot hold."""
    unexplained, worst, solved = {}, 0.0, 0
    for seed in range(150):
        try:
            result = random_circuit(seed).solve()
        except CascadeError as error:
            if not any(words in error.reason for words in BALANCES):
                unexplained[seed] = error.reason
            continue
        solved += 1
        worst = max(worst, *result.closure.values())
        assert (result.profile.aqueous >= 0.0).all(), seed
        assert np.isfinite(result.profile.ph).all(), seed
    assert unexplained == {}
    assert worst <= 1e-11
    assert solved >= 120


def test_purity_of_a_batch_refuses_what_purity_of_a_result_refuses():
    cases = circuit().solve_cases({"organic.flow": [9.0, 8.8]})
    for elements, words in (((), "purity of what"), (("NH4",), "purity counts rare earths"), (("Nd", "NH4"), "NH4")):
        with pytest.raises(CascadeError, match=words):
            cases.purity("raffinate", *elements)
        with pytest.raises(CascadeError, match=words):
            cases.result(0).purity("raffinate", *elements)
    with pytest.raises(CascadeError, match="whole number"):
        cases.result("a")
