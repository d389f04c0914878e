"""Solved circuits against balances written out by hand: stage by stage, from the answer and the description alone."""

import numpy as np
import pytest

from didymium.cascade import Aqueous, CascadeError, Circuit, Organic, Section
from didymium.cascade.models import MassAction
from didymium.data.equilibria import chemistry

ENTRAINS = {"organic_in_aqueous": 0.002, "aqueous_in_organic": 0.006}
FEED = {"La": 0.2, "Pr": 0.1, "Nd": 0.25, "Dy": 0.01, "Y": 0.02}


def circuit(closed=True, entrains=True, reflux=0.0, base="NH4", anion="Cl", **changes):
    carried = ENTRAINS if entrains else {}
    parts = {
        "organic": Organic(
            extractant="P507",
            concentration=1.4,
            flow=5.0,
            saponification=0.36,
            base=base,
            crud=0.002 if closed else 0.0,
            solubility=1e-4,
            base_strength=8.0,
        ),
        "sections": [
            Section("extraction", 14, **carried),
            Section("scrub", 10, liquor=Aqueous(flow=0.5, acid=3.0), **carried),
            Section("strip", 8, liquor=Aqueous(flow=1.0, acid=4.5), onward=reflux, **carried),
            Section("wash", 2, liquor=Aqueous(flow=0.4), onward=1.0, **carried),
        ],
        "feeds": {14: Aqueous(flow=1.0, metals=FEED, acid=0.03, anion=anion)},
        "closed": closed,
        "beyond": "flag",
    }
    return Circuit(**(parts | changes))


CASES = {
    "closed": circuit(),
    "open": circuit(closed=False),
    "reflux": circuit(reflux=0.2),
    "plain": circuit(entrains=False),
    "magnesium": circuit(base="Mg"),
    "two feeds and draws": circuit(
        feeds={
            ("extraction", 14): Aqueous(flow=0.7, metals=FEED, acid=0.03),
            ("extraction", 6): Aqueous(flow=0.4, metals={"La": 0.6, "Y": 1e-5}, acid=0.001),
        },
        draws={19: 0.1},
        organic_draws={("scrub", 3): 0.02},
    ),
    # So short and so wet that soap, acid and chloride come round with the organic.
    "short loop": circuit(
        sections=[
            Section("extraction", 1, organic_in_aqueous=0.02, aqueous_in_organic=0.2),
            Section("strip", 1, liquor=Aqueous(flow=1.0, acid=3.0), aqueous_in_organic=0.2),
        ],
        feeds={1: Aqueous(flow=1.0, metals={"La": 0.3, "Nd": 0.4}, acid=0.03)},
        organic=Organic(
            extractant="P507", concentration=1.4, flow=5.0, saponification=0.25, crud=0.01, base_strength=8.0
        ),
    ),
    "side organic": circuit(
        closed=False,
        organic_feeds={
            8: Organic(extractant="P507", concentration=1.4, flow=0.6, saponification=0.3, load={"Nd": 0.01})
        },
    ),
}


def plain_flows(c, result):
    """Organic, aqueous, entrained up and down, shares, and chloride by dense solves of the two phases together."""
    n = c.stages
    up = np.concatenate([np.full(s.stages, s.aqueous_in_organic) for s in c.sections])
    down = np.concatenate([np.full(s.stages, s.organic_in_aqueous) for s in c.sections])
    starts = np.cumsum([0, *[s.stages for s in c.sections]])
    passed, kept = np.ones(n), np.ones(n)
    for stage, share in c.draws.items():
        passed[stage - 1] -= share
    for stage, share in c.organic_draws.items():
        kept[stage - 1] -= share
    for section, start in zip(c.sections[1:], starts[1:-1], strict=True):
        passed[start] *= section.share_onward
    ring = (1.0 - c.organic.crud) if c.closed else 0.0
    streams = [(stage - 1, stream) for stage, stream in c.feeds.items()]
    streams += [(end - 1, s.liquor) for s, end in zip(c.sections, starts[1:], strict=True) if s.liquor]
    matrix, right = np.eye(2 * n), np.zeros(2 * n)  # organic, then aqueous
    for k in range(n):
        matrix[k, n + k] += down[k]
        matrix[n + k, k] += up[k]
        if k:
            matrix[k, k - 1] -= kept[k - 1]
            matrix[n + k, k - 1] -= kept[k - 1] * up[k - 1]
        if k + 1 < n:
            matrix[k, n + k + 1] -= passed[k + 1] * down[k + 1]
            matrix[n + k, n + k + 1] -= passed[k + 1]
    right[0] = c.organic.flow
    matrix[n, n - 1] -= ring * up[-1]
    right[n] += result.reagents.base / c.organic.base_strength
    for stage, side in c.organic_feeds.items():
        right[stage - 1] += side.flow
    for stage, stream in streams:
        right[n + stage] += stream.flow
    flows = np.linalg.solve(matrix, right)
    organic, aqueous = flows[:n], flows[n:]
    salt, fed = np.zeros((n, n)), np.zeros(n)
    for k in range(n):
        salt[k, k] = aqueous[k] + up[k] * organic[k]
        if k:
            salt[k, k - 1] -= kept[k - 1] * up[k - 1] * organic[k - 1]
        if k + 1 < n:
            salt[k, k + 1] -= passed[k + 1] * aqueous[k + 1]
    salt[0, n - 1] -= ring * up[-1] * organic[-1]
    for stage, stream in streams:
        fed[stage] += stream.flow * (3.0 * sum(stream.metals.values()) + max(stream.acid, 1e-7))
    return organic, aqueous, up * organic, down * aqueous, passed, kept, ring, streams, np.linalg.solve(salt, fed)


@pytest.mark.parametrize("name", CASES)
def test_every_stage_by_hand(name):
    c = CASES[name]
    result = c.solve()
    p = result.profile
    organic, aqueous, up, down, passed, kept, ring, streams, chloride = plain_flows(c, result)
    assert p.organic_flow == pytest.approx(organic, rel=1e-12)
    assert p.aqueous_flow == pytest.approx(aqueous, rel=1e-12)
    data = chemistry("P507").constants
    h = 10.0**-p.ph
    n = c.stages
    total = np.zeros(n)
    charges = h.copy()
    for column, element in enumerate(p.elements):
        z = data[element].charge
        x, y = p.aqueous[:, column], p.organic[:, column]
        assert y == pytest.approx(x * 10.0 ** data[element].log_k.value * (p.free_extractant / h) ** z, rel=1e-9)
        total += z * y
        charges += z * x
        into, out = np.zeros(n), np.zeros(n)
        for stage, stream in streams:
            into[stage] += stream.flow * stream.metals.get(element, 0.0)
        for stage, side in c.organic_feeds.items():
            into[stage - 1] += side.flow * side.load.get(element, 0.0)
            if element == c.organic.base:
                into[stage - 1] += side.flow * side.concentration * side.saponification / z
        rising, falling = organic * y + up * x, aqueous * x + down * y
        into[1:] += (kept * rising)[:-1]
        into[:-1] += (passed * falling)[1:]
        if element == c.organic.base:
            into[0] += c.organic.flow * c.organic.concentration * c.organic.saponification / z
            # What comes back entrained enters as salt: the cation it held, and the base that took its acid.
            into[0] += ring * up[-1] * (x[-1] + h[-1] / z)
        else:
            into[0] += ring * rising[-1] + c.organic.flow * c.organic.load.get(element, 0.0)
        out = rising + falling
        assert out == pytest.approx(into, rel=1e-9, abs=1e-300), element
    assert charges == pytest.approx(chloride, rel=1e-9)
    assert p.free_extractant + total == pytest.approx(np.full(n, 0.5 * c.organic.concentration), rel=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_the_whole_by_hand(name):
    c = CASES[name]
    result = c.solve()
    assert max(result.closure.values()) < 1e-12
    assert result.residual <= 1e-12
    for element, fed in result.fed.items():
        assert sum(flow.metals[element] for flow in result.outlets.values()) == pytest.approx(fed, rel=1e-12)
    assert result.water[0] == pytest.approx(result.water[1], rel=1e-12)
    anions = sum(flow.chloride for flow in result.outlets.values())
    brought = [*c.feeds.values(), *(s.liquor for s in c.sections if s.liquor)]
    assert anions == pytest.approx(
        sum(one.flow * (3.0 * sum(one.metals.values()) + max(one.acid, 1e-7)) for one in brought), rel=1e-12
    )
    for flow in result.outlets.values():
        if flow.flow > 0.0 and flow.organic_flow == 0.0:
            z = {element: chemistry("P507").constants[element].charge for element in flow.metals}
            charge = flow.acid + sum(z[element] * amount for element, amount in flow.metals.items())
            assert charge == pytest.approx(flow.chloride, rel=1e-9)


def test_acid_goes_to_the_base_or_leaves_free():
    """In a closed loop that loses no loaded organic every proton fed meets the base or leaves as free acid."""
    c = circuit(organic=Organic(extractant="P507", concentration=1.4, flow=5.0, saponification=0.36), entrains=False)
    result = c.solve()
    acid = sum(result.reagents.acid.values()) + 0.4 * 1e-7  # the wash water's own
    free = sum(flow.acid for flow in result.outlets.values())
    assert acid == pytest.approx(free + result.reagents.base, rel=1e-12)
    assert result.reagents.base == pytest.approx(5.0 * 1.4 * 0.36, rel=1e-9)
    assert result.waste.salts["NH4Cl"] == pytest.approx(result.reagents.base, rel=1e-9)
    assert result.reagents.organic == pytest.approx(0.0, abs=1e-12)


def test_murphree_efficiency_is_what_it_says():
    """Without entrainment each stage's organic goes the stated share of the way to equilibrium."""
    c = circuit(
        closed=False,
        sections=[
            Section("extraction", 14, efficiency=0.8),
            Section("scrub", 10, liquor=Aqueous(flow=0.5, acid=3.0), efficiency=0.9),
            Section("strip", 8, liquor=Aqueous(flow=1.0, acid=4.5)),
        ],
    )
    p = c.solve().profile
    share = np.repeat([0.8, 0.9, 1.0], [14, 10, 8])
    data = chemistry("P507").constants
    for column, element in enumerate(p.elements):
        constant = data[element]
        u = (p.free_extractant / 10.0**-p.ph) ** constant.charge
        at_rest = p.aqueous[:, column] * 10.0**constant.log_k.value * u
        below = np.concatenate([[0.0 if element != "NH4" else 1.4 * 0.36], p.organic[:-1, column]])
        assert p.organic[:, column] == pytest.approx(below + share * (at_rest - below), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("efficiency", [0.9, 0.5, 0.2])
def test_what_passes_the_stages_by_comes_round_too(efficiency):
    """In a short loop most of the organic's content bypasses the stages and returns; every balance still closes."""
    carried = {"organic_in_aqueous": 0.01, "aqueous_in_organic": 0.1, "efficiency": efficiency}
    c = circuit(
        organic=Organic(extractant="P507", concentration=1.4, flow=4.0, saponification=0.2, base="Na", crud=0.05),
        sections=[
            Section("extraction", 2, **carried),
            Section("strip", 1, liquor=Aqueous(flow=1.5, acid=3.0), **carried),
        ],
        feeds={2: Aqueous(flow=1.0, metals=FEED, acid=0.03)},
    )
    result = c.solve()
    assert max(result.closure.values()) < 1e-12
    # The crud is that share of what leaves the last stage, of the organic and of the aqueous in it.
    crud = result.outlet("crud")
    assert crud.organic_flow == pytest.approx(0.05 * result.profile.organic_flow[-1], rel=1e-12)
    for column, element in enumerate(result.profile.elements):
        top = result.profile.organic[-1, column] * result.profile.organic_flow[-1]
        assert crud.in_organic[element] == pytest.approx(0.05 * top, rel=1e-12)
        assert crud.metals[element] > crud.in_organic[element]


def test_extractant_that_is_lost_is_made_up():
    """Entrained, in crud and dissolved: the formal extractant of the organic made up and of the aqueous outlets."""
    c = CASES["closed"]
    result = c.solve()
    out = sum(flow.organic_flow for flow in result.outlets.values())
    assert result.reagents.organic == pytest.approx(out, rel=1e-9)
    wet = sum(flow.flow for flow in result.outlets.values())
    assert result.reagents.extractant == pytest.approx(1.4 * out + 1e-4 * wet, rel=1e-9)
    assert circuit(closed=False).solve().reagents.organic == 5.0


def test_less_efficient_stages_separate_less():
    def scrubbed(efficiency):
        sections = [
            Section("extraction", 14, efficiency=efficiency),
            Section("scrub", 10, liquor=Aqueous(flow=0.5, acid=3.0), efficiency=efficiency),
            Section("strip", 8, liquor=Aqueous(flow=1.0, acid=4.5)),
        ]
        return circuit(sections=sections).solve().purity("strip_liquor", "Nd", "Dy", "Y")

    assert scrubbed(1.0) > scrubbed(0.9) > scrubbed(0.7)


def test_heavies_come_round_with_the_organic():
    """Strip acid that is strong enough for Nd leaves Lu on the organic, which carries it to stage 1 again."""
    feed = {14: Aqueous(flow=1.0, metals=FEED | {"Lu": 1e-4}, acid=0.03)}
    result = circuit(feeds=feed).solve()
    load = result.residual_load
    assert load["Lu"] > 100.0 * load["Dy"] > 1e4 * load["Nd"]
    open_ = circuit(feeds=feed, closed=False).solve()
    assert load["Lu"] > 1.1 * open_.residual_load["Lu"]
    assert result.recovery("Lu", "strip_liquor") + result.recovery("Lu", "crud") == pytest.approx(1.0, abs=0.05)


def test_sulfate_takes_protons_from_the_water():
    """The same feed as sulfate: HSO4- buffers, so the same titratable acid leaves a higher pH; all balances close."""
    chloride, sulfate = circuit(closed=False).solve(), circuit(closed=False, anion="SO4").solve()
    assert max(sulfate.closure.values()) < 1e-12
    assert sulfate.raffinate.sulfate > 0.0 == chloride.raffinate.sulfate
    h = 10.0 ** -sulfate.profile.ph[0]
    assert h < 0.9 * sulfate.profile.acid[0]
    salts = sulfate.waste.salts
    assert set(salts) == {"NH4Cl", "(NH4)2SO4"}
    assert salts["NH4Cl"] + 2.0 * salts["(NH4)2SO4"] == pytest.approx(sulfate.raffinate.metals["NH4"], rel=1e-3)
    ratio = 2.0 * sulfate.raffinate.sulfate / sulfate.raffinate.chloride
    assert 2.0 * salts["(NH4)2SO4"] / salts["NH4Cl"] == pytest.approx(ratio, rel=1e-9)


@pytest.mark.parametrize("how", [{"activity": "pitzer"}, {"complexes": True}])
def test_activities_come_to_rest(how):
    """Solved at the constants that its own answer gives back."""
    c = circuit(**how, feeds={14: Aqueous(flow=1.0, metals={"La": 0.2, "Nd": 0.25}, acid=0.03)})
    result = c.solve()
    plain = c.changed(activity=None, complexes=False).solve()
    assert max(result.closure.values()) < 1e-10
    p = result.profile
    model = c._model()
    anion = p.aqueous @ model.charges + 10.0**-p.ph
    log_k = model.log_constants(anion, p.aqueous)
    u = np.log(p.free_extractant) + np.log(10.0) * p.ph
    assert p.organic == pytest.approx(p.aqueous * np.exp(log_k + model.charges * u[:, None]), rel=1e-8)
    assert np.abs(p.ph - plain.profile.ph).max() > 0.01


def test_constants_of_ones_own():
    base = circuit(closed=False)
    level = chemistry("P507").constants
    same = circuit(closed=False, constants={"Nd": level["Nd"].log_k.value})
    harder = circuit(closed=False, constants={"Nd": level["Nd"].log_k.value - 0.1})
    assert same.solve().profile.u == pytest.approx(base.solve().profile.u, rel=1e-9)
    assert harder.solve().recovery("Nd", "raffinate") > base.solve().recovery("Nd", "raffinate")
    with pytest.raises(CascadeError, match="not in this circuit"):
        circuit(constants={"Lu": 2.0})


def test_a_start_changes_the_way_and_not_the_answer():
    c = circuit()
    cold = c.solve()
    warm = circuit(reflux=1e-6).solve(start=cold.profile.u)
    again = c.solve(start=cold.profile.u)
    assert again.iterations < cold.iterations
    assert again.profile.aqueous == pytest.approx(cold.profile.aqueous, rel=1e-8, abs=1e-30)
    assert warm.purity("strip_liquor", "Nd") == pytest.approx(cold.purity("strip_liquor", "Nd"), rel=1e-4)


def test_an_equilibrium_of_ones_own():
    """A MassAction with its own constants, temperature and activities does what the circuit's own words do."""
    feeds = {14: Aqueous(flow=1.0, metals={"La": 0.2, "Nd": 0.25}, acid=0.03)}
    model = MassAction("PC-88A", 1.4, ("NH4", "Nd", "La", "Pr"), log_k={"Nd": -2.0}, complexes=True)
    own = circuit(feeds=feeds, equilibrium=model)
    said = circuit(feeds=feeds, constants={"Nd": -2.0}, complexes=True)
    assert own.parameters["log_k.Nd"] == -2.0
    assert own.solve().profile.aqueous == pytest.approx(said.solve().profile.aqueous, rel=1e-9, abs=1e-100)
    over = circuit(feeds=feeds, equilibrium=model, constants={"Nd": -2.1}).solve()
    assert over.profile.ph == pytest.approx(
        circuit(feeds=feeds, constants={"Nd": -2.1}, complexes=True).solve().profile.ph, rel=1e-9
    )
    for wrong, words in (
        ({"equilibrium": MassAction("P204", 1.4)}, "same extractant"),
        ({"equilibrium": model, "activity": "pitzer"}, "leave them out"),
        ({"equilibrium": MassAction("P507", 1.4, ("Nd", "NH4"))}, "holds no La"),
    ):
        with pytest.raises(CascadeError, match=words):
            circuit(feeds=feeds, **wrong)


def nitrates(strip, **changes):
    sections = [
        Section("extraction", 14, **ENTRAINS),
        Section("scrub", 10, liquor=Aqueous(flow=0.5, acid=3.0, anion="NO3"), **ENTRAINS),
        Section("strip", 8, liquor=Aqueous(flow=1.0, acid=4.5, anion=strip), **ENTRAINS),
    ]
    return circuit(sections=sections, anion="NO3", **changes).solve()


def test_waste_salts_are_named_after_the_anions_that_leave_with_them():
    """Nitrate in feed and scrub makes nitrate of the base; only what is entrained round the loop is chloride."""
    alone = nitrates("Cl", entrains=False, closed=False, organic=CASES["open"].organic)
    whole = alone.raffinate.metals["NH4"] - alone.raffinate.in_organic["NH4"]
    assert alone.waste.salts["NH4NO3"] == pytest.approx(whole, rel=1e-9)
    assert alone.waste.salts.get("NH4Cl", 0.0) == 0.0
    assert set(nitrates("NO3").waste.salts) == {"NH4NO3"}
    ringed = nitrates("Cl").waste.salts
    assert 0.0 < ringed["NH4Cl"] < 0.05 * ringed["NH4NO3"]
    mixed = circuit(closed=False, entrains=False, anion="NO3").solve()
    brought = 3.0 * sum(FEED.values()) + 0.03
    assert mixed.waste.salts["NH4NO3"] / mixed.waste.salts["NH4Cl"] == pytest.approx(brought / 1.5, rel=1e-9)
