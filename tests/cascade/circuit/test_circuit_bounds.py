"""What a circuit cannot do is refused with the balance that fails and the nearest value that holds."""

import re

import pytest

from didymium.cascade import Aqueous, CascadeError, Circuit, Organic, Section

FEED = Aqueous(flow=1.0, metals={"Nd": 0.5, "Pr": 0.17}, acid=0.02)


def circuit(flow=9.0, share=0.36, scrub=1.1, strip=0.9, strength=4.0, closed=True, beyond="error", **changes):
    parts = {
        "organic": Organic(extractant="P507", concentration=1.5, saponification=share, flow=flow),
        "sections": [
            Section("extraction", 24),
            Section("scrub", 22, liquor=Aqueous(flow=scrub, acid=3.0)),
            Section("strip", 8, liquor=Aqueous(flow=strip, acid=strength)),
        ],
        "feeds": {24: FEED},
        "closed": closed,
        "beyond": beyond,
    }
    return Circuit(**(parts | changes))


def refused(c):
    with pytest.raises(CascadeError) as caught:
        c.solve()
    return caught.value


def offered(error, before):
    """The number that the sentence offers after some words."""
    return float(re.search(before + r" ([\d.]+)", error.reason)[1])


def test_the_plain_circuit_is_within_all_bounds():
    assert [flag for flag in circuit().solve().flags if flag.kind != "range"] == []


def test_more_soap_than_protons():
    error = refused(circuit(share=0.6))
    assert error.stage == 1
    assert offered(error, "at most") == 0.5


def test_over_saponified():
    error = refused(circuit(flow=12.0))
    assert (error.stage, error.element) == (1, "NH4")
    assert "charges cannot balance" in error.reason
    flow, share = offered(error, "or send less than"), offered(error, "saponify less than")
    assert flow == pytest.approx((3 * 0.67 + 0.02 + 3.3) / (1.5 * 0.36), rel=1e-3)
    for holds in (circuit(flow=0.999 * flow, strip=2.0), circuit(flow=12.0, share=0.999 * share, strip=2.0)):
        assert holds.solve().purity("strip_liquor", "Nd") > 0.5
    assert refused(circuit(flow=1.001 * flow, strip=2.0)).element == "NH4"


def test_a_loop_that_the_acids_cannot_balance():
    error = refused(circuit(strip=0.3))
    assert error.stage == 47
    assert "protons" in error.reason
    least = offered(error, "more than")
    assert least == pytest.approx((9.0 * 0.54 - 0.02 - 3.3) / 4.0, rel=1e-3)
    assert refused(circuit(strip=0.999 * least)).stage == 47
    # The bound counts equivalents; equilibrium asks for some free acid on top.
    assert "strip acid is short" in refused(circuit(strip=1.01 * least)).reason
    assert circuit(strip=1.1 * least, beyond="flag").solve().recovery("Nd", "strip_liquor") > 0.9
    none = circuit(flow=3.0, sections=[Section("extraction", 5)], feeds={5: FEED})
    assert "strip section" in refused(none).reason


def test_scrub_acid_that_strips_everything():
    before = refused(circuit(scrub=4.0, closed=False))
    assert before.stage == 46
    assert "strips everything" in before.reason
    most, organic = offered(before, "feed scrub at most"), offered(before, "at least")
    assert most == pytest.approx((9.0 * 0.54 - 0.02) / 3.0, rel=1e-3)
    assert circuit(scrub=0.99 * most, closed=False).solve().recovery("Nd", "strip_liquor") > 0.05
    assert circuit(scrub=4.0, flow=1.01 * organic, closed=False).solve().recovery("Nd", "strip_liquor") > 0.01
    # Just beyond, where only the solution can tell.
    after = refused(circuit(scrub=1.06 * most, closed=False))
    assert "reaches the strip" in after.reason
    assert offered(after, "feed scrub at most") == pytest.approx(most, rel=1e-3)
    flagged = circuit(scrub=1.06 * most, closed=False, beyond="flag").solve()
    assert [flag.quantity for flag in flagged.flags if flag.kind == "bound"] == ["scrub acid"]


def test_too_little_organic_is_the_same_balance_from_the_other_side():
    error = refused(circuit(flow=3.0))
    organic = offered(error, "at least")
    assert circuit(flow=1.01 * organic).solve().recovery("Nd", "strip_liquor") > 0.01


def test_loading_names_its_stage_and_an_organic_flow_that_holds():
    # Heavies are taken up without soap too, beyond what its equivalents bring.
    lutetium = {24: Aqueous(flow=1.0, metals={"Lu": 0.3}, acid=0.02)}
    c = circuit(flow=4.0, share=0.1, scrub=0.1, closed=False, limits={"loading": 0.28}, feeds=lutetium)
    error = refused(c)
    assert "third phase" in error.reason
    assert 1 <= error.stage <= 46
    most = offered(error, "send about")
    assert most == pytest.approx(4.0 * 0.3115 / 0.28, rel=1e-3)
    more = Organic(extractant="P507", concentration=1.5, saponification=0.1, flow=1.01 * most)
    assert c.changed(organic=more).solve().profile.loading.max() <= 0.28
    soap = refused(circuit(limits={"loading": 0.7}))
    assert "saponify less than 0.35" in soap.reason
    few = refused(circuit(flow=2.0, scrub=0.1, strip=1.0, share=0.48))
    assert "saponify less than 0.45" in few.reason
    flagged = c.changed(beyond="flag").solve()
    (flag,) = [one for one in flagged.flags if one.kind == "bound"]
    assert (flag.quantity, flag.limit, flag.stage) == ("loading", 0.28, error.stage)
    assert flag.value == pytest.approx(flagged.profile.loading.max())


def test_ph_names_its_stage():
    error = refused(circuit(limits={"ph": 1.0}))
    assert "hydrolyse" in error.reason
    profile = circuit().solve().profile
    assert profile.ph[error.stage - 1] == profile.ph[:46].max()


def test_water_without_rare_earths_may_have_any_ph():
    c = circuit()
    washed = c.changed(sections=[*c.sections, Section("wash", 2, liquor=Aqueous(flow=0.3))])
    result = washed.solve()
    assert result.profile.ph[-1] == pytest.approx(7.0, abs=0.01)
    assert not [flag for flag in result.flags if flag.kind == "bound"]


def test_weak_strip_acid_is_flagged():
    result = circuit(strip=0.6, strength=1.0, closed=False).solve()
    (flag,) = [one for one in result.flags if one.kind == "strip"]
    assert flag.stage == 47
    assert flag.value == pytest.approx(0.6)
    assert result.recovery("Nd", "organic") > 0.4
    assert not [one for one in circuit(strip=2.0, closed=False).solve().flags if one.kind == "strip"]


def test_leaving_the_range_of_the_constants_is_flagged():
    thick = Organic(extractant="P507", concentration=3.2, saponification=0.1, flow=9.0)
    flags = circuit(organic=thick, temperature=330.0).solve().flags
    assert {flag.quantity for flag in flags} >= {"formal", "temperature"}
    assert all(flag.kind == "range" for flag in flags)


def test_assumptions_are_told():
    told = " ".join(circuit().solve().assumptions)
    assert "log10 K of NH4 is -5 (-6 to -4)" in told
    assert "most loading" in told
    own = circuit(constants={"NH4": -4.7}, limits={"loading": 0.85}).solve().assumptions
    assert not [text for text in own if "NH4" in text or "loading" in text]
