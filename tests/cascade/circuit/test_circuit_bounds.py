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


def solves(error, name):
    """The value of a parameter that the sentence says was solved."""
    return float(re.search(re.escape(name) + r" at ([\d.]+) instead of", error.reason)[1])


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
    short = refused(circuit(strip=1.01 * least))
    assert "strip acid is short" in short.reason
    for one in (error, short):
        flow, share = solves(one, "strip.flow"), solves(one, "organic.saponification")
        assert circuit(strip=1.01 * flow).solve().recovery("Nd", "strip_liquor") > 0.1
        assert refused(circuit(strip=0.97 * flow)).reason
        strip = 0.3 if one is error else 1.01 * least
        assert circuit(strip=strip, share=0.99 * share).solve().closure["protons"] < 1e-12
        assert refused(circuit(strip=strip, share=1.03 * share)).reason
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
    assert "saponify less" in error.reason
    soap = refused(circuit(limits={"loading": 0.7}))
    share = solves(soap, "organic.saponification")
    assert share == pytest.approx(0.35, rel=0.05)
    assert circuit(limits={"loading": 0.7}, share=0.99 * share).solve().profile.loading.max() <= 0.7
    assert "third phase" in refused(circuit(limits={"loading": 0.7}, share=1.02 * share)).reason
    few = refused(circuit(flow=2.0, scrub=0.1, strip=1.0, share=0.48))
    share = solves(few, "organic.saponification")
    assert circuit(flow=2.0, scrub=0.1, strip=1.0, share=0.99 * share).solve().profile.loading.max() <= 0.9
    flagged = c.changed(beyond="flag").solve()
    (flag,) = [one for one in flagged.flags if one.kind == "bound"]
    assert (flag.quantity, flag.limit, flag.stage) == ("loading", 0.28, error.stage)
    assert flag.value == pytest.approx(flagged.profile.loading.max())


def test_ph_names_its_stage_and_soap_and_flow_that_hold():
    top = circuit().solve().profile.ph[:46].max()
    limits = {"ph": top - 0.1}
    error = refused(circuit(limits=limits))
    assert "hydrolyse" in error.reason
    profile = circuit().solve().profile
    assert profile.ph[error.stage - 1] == top
    share, flow = solves(error, "organic.saponification"), solves(error, "organic.flow")
    for change in ({"share": 0.99 * share}, {"flow": 0.99 * flow}):
        assert circuit(limits=limits, **change).solve().profile.ph[:46].max() <= limits["ph"]
    for change in ({"share": 1.03 * share}, {"flow": 1.03 * flow}):
        assert "hydrolyse" in refused(circuit(limits=limits, **change)).reason
    none = refused(circuit(limits={"ph": 0.05}))
    assert "how far is not known" in none.reason
    assert not re.search(r"instead of|less than", none.reason)


def test_scrub_acid_without_soap_names_what_holds():
    error = refused(circuit(share=0.0, scrub=4.0, closed=False))
    assert "of soap" in error.reason
    flow = solves(error, "scrub.flow")
    assert circuit(share=0.0, scrub=0.99 * flow, closed=False).solve().recovery("Nd", "strip_liquor") > 0.0
    assert "strips everything" in refused(circuit(share=0.0, scrub=1.05 * flow, closed=False)).reason


def test_a_constant_beyond_numbers_is_refused_and_a_large_one_gives_no_warning():
    with pytest.raises(CascadeError, match=r"log10 K of Nd is 1000; give a number from -100 to 100"):
        circuit(constants={"Nd": 1000.0})
    with pytest.raises(CascadeError, match=r"log_k\.Nd is 1000 in case 0; give a number from -100 to 100"):
        circuit().solve_cases({"log_k.Nd": [1000.0]})
    kept = circuit().solve_cases({"log_k.Nd": [100.0, -100.0]}, failures="keep")
    assert all(isinstance(error, CascadeError) for error in kept.failures.values())


def side(share, flow=1.0):
    return {3: Organic(extractant="P507", concentration=1.5, saponification=share, flow=flow, base="Na")}


def sodium(share=0.36, flow=9.0, **changes):
    organic = Organic(extractant="P507", concentration=1.5, saponification=share, flow=flow, base="Na")
    return circuit(organic=organic, closed=False, draws={5: 0.2}, **changes)


def test_over_saponified_with_a_side_organic_names_values_that_hold():
    error = refused(sodium(organic_feeds=side(0.3)))
    share, flow = offered(error, "saponify less than"), offered(error, "or send less than")
    for held in (sodium(0.99 * share, organic_feeds=side(0.3)), sodium(flow=0.99 * flow, organic_feeds=side(0.3))):
        assert held.solve().closure["anions"] < 1e-12
    for over in (sodium(1.01 * share, organic_feeds=side(0.3)), sodium(flow=1.01 * flow, organic_feeds=side(0.3))):
        assert "over-saponified" in refused(over).reason
    own = refused(sodium(0.0, flow=2.0, organic_feeds=side(0.45, flow=9.0)))
    share = offered(own, "saponify organic feed 3 less than")
    assert sodium(0.0, flow=2.0, organic_feeds=side(0.99 * share, flow=9.0)).solve().closure["anions"] < 1e-12
    assert "over-saponified" in refused(sodium(0.0, flow=2.0, organic_feeds=side(1.01 * share, flow=9.0))).reason
    assert "or draw less" in refused(sodium(0.45, flow=12.0, organic_feeds=side(0.45, flow=12.0))).reason


def test_cations_of_the_feed_need_anions_too():
    def fed(sodium_chloride, flow):
        feed = Aqueous(flow=1.0, metals={"Nd": 0.5, "Pr": 0.17, "Na": sodium_chloride}, acid=0.02)
        return circuit(flow=flow, closed=False, draws={5: 0.2}, feeds={24: feed})

    error = refused(fed(1.0, 9.0))
    assert "hardly extracted" in error.reason
    flow = offered(error, "or send less than")
    assert fed(1.0, 0.99 * flow).solve().closure["anions"] < 1e-12
    assert "over-saponified" in refused(fed(1.0, 1.01 * flow)).reason
    # What is drawn takes as much sodium along as chloride: the same soap holds with and without salt.
    assert offered(refused(fed(0.0, 9.0)), "or send less than") == pytest.approx(flow, rel=1e-3)


def test_organic_that_is_drawn_carries_cations_out_of_the_loop():
    def loop(share, strip=0.5):
        return Circuit(
            organic=Organic(extractant="P507", concentration=1.5, saponification=share, flow=2.0),
            sections=[Section("extraction", 5), Section("strip", 3, liquor=Aqueous(flow=strip, acid=1.0))],
            feeds={5: Aqueous(flow=1.0, metals={"Nd": 0.3}, acid=0.01)},
            organic_draws={5: 0.4},
            closed=True,
        )

    result = loop(0.2).solve()
    assert max(result.closure.values()) < 1e-12
    assert result.recovery("Nd", "organic draw 5") > 0.1
    assert sum(result.reagents.acid.values()) < 2.0 * 1.5 * 0.2


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


def test_the_dissociation_of_bisulfate_is_told_as_an_assumption():
    sulfate = {24: Aqueous(flow=1.0, metals={"Nd": 0.5, "Pr": 0.17}, acid=0.02, anion="SO4")}
    assert "HSO4- is -1.99" in " ".join(circuit(feeds=sulfate, closed=False).solve().assumptions)
    assert "HSO4-" not in " ".join(circuit().solve().assumptions)
