"""A published Pr/Nd circuit on P507: how many scrub stages bring a 25/75 feed to 99 % Nd (a study needs 12).

The study's flows and extraction stages are not known to us. Ours: 20 extraction stages, flows at Xu's optimum for 99 %
Nd in the extract and 90 % Pr in the raffinate, the separation factor 1.5 with its range 1.4 to 1.6. So the count is
held to a band, not to the number.
"""

import math

import pytest

from didymium.cascade import Aqueous, Cascade, Circuit, Organic, Section, design, flows
from didymium.data.equilibria import chemistry

EXTRACTION, PURITY, PUBLISHED = 20, 0.99, 12
SOAP, SCRUB_ACID = 1.5 * 0.36, 3.0
COUNTED = {1.4: (14, 15), 1.5: (11, 12), 1.6: (10, 10)}
"""Scrub stages by the exchange model and by mass action, for each separation factor Nd/Pr."""


def optimum(beta, raffinate=0.90):
    organic, scrub, share = (float(one) for one in flows(beta, 0.75, PURITY, raffinate))
    return organic, scrub, share


def by_exchange(beta, scrub_stages, extraction=EXTRACTION, raffinate=0.90):
    organic, scrub, _ = optimum(beta, raffinate)
    return Cascade(
        stages=extraction + scrub_stages,
        feed_stage=extraction,
        feed={"Nd": 0.75, "Pr": 0.25},
        separation_factors={"Nd": beta, "Pr": 1.0},
        extract_flow=organic,
        scrub_flow=scrub,
    ).solve()


def by_mass_action(beta, scrub_stages):
    """The same soap equivalents; the scrub acid is set so that as much rare earth reaches the strip.

    Free acid that leaves with the raffinate lets the organic take up a little more than its soap, so the scrub needs
    about 1 % more acid than the exchange model says.
    """
    organic, scrub, share = optimum(beta)
    level = chemistry("P507").constants["Nd"].log_k.value
    for _ in range(8):
        result = Circuit(
            organic=Organic(extractant="P507", concentration=1.5, saponification=0.36, flow=3.0 * organic / SOAP),
            sections=[
                Section("extraction", EXTRACTION),
                Section("scrub", scrub_stages, liquor=Aqueous(flow=3.0 * scrub / SCRUB_ACID, acid=SCRUB_ACID)),
                Section("strip", 8, liquor=Aqueous(flow=1.0, acid=4.0)),
            ],
            feeds={EXTRACTION: Aqueous(flow=1.0, metals={"Nd": 0.75, "Pr": 0.25}, acid=0.02)},
            constants={"Pr": level - math.log10(beta)},
        ).solve()
        off = result.strip_liquor.metals["Nd"] + result.strip_liquor.metals["Pr"] - share
        if abs(off) < 1e-6:
            return result
        scrub += off
    raise AssertionError(f"extract off by {off}")


@pytest.mark.parametrize("beta", COUNTED)
def test_scrub_stages_to_99_percent_neodymium(beta):
    exchange, mass_action = COUNTED[beta]
    for stages, enough in ((exchange - 1, False), (exchange, True)):
        assert (by_exchange(beta, stages).purity("extract", "Nd") >= PURITY) is enough
    for stages, enough in ((mass_action - 1, False), (mass_action, True)):
        assert (by_mass_action(beta, stages).purity("strip_liquor", "Nd") >= PURITY) is enough
    print(f"beta {beta}: {exchange} scrub stages by exchange, {mass_action} by mass action; published {PUBLISHED}")


def test_the_published_count_lies_in_the_range_of_the_separation_factor():
    counts = [count for pair in COUNTED.values() for count in pair]
    assert min(counts) <= PUBLISHED <= max(counts)
    assert abs(COUNTED[1.5][0] - PUBLISHED) <= 2
    assert abs(COUNTED[1.5][1] - PUBLISHED) <= 2
    # Xu's theory asks for 11.4 to 16.6 exact stages over the same range.
    exact = {beta: design(beta, 0.75, PURITY, 0.90).m_exact for beta in COUNTED}
    assert exact == pytest.approx({1.4: 16.60, 1.5: 13.47, 1.6: 11.37}, abs=0.01)


@pytest.mark.parametrize(
    ("extraction", "raffinate", "count"),
    [(20, 0.70, 11), (20, 0.80, 11), (40, 0.90, 11), (40, 0.99, 11), (20, 0.95, 12), (20, 0.99, 14), (10, 0.90, 17)],
)
def test_the_count_for_other_flows_and_extraction_stages(extraction, raffinate, count):
    """What we had to choose ourselves, at β 1.5: the purity of the raffinate and the extraction stages.

    With stages to spare 11 is the least; a short extraction section is made up for by more scrub stages.
    """
    for stages, enough in ((count - 1, False), (count, True)):
        assert (by_exchange(1.5, stages, extraction, raffinate).purity("extract", "Nd") >= PURITY) is enough


def test_the_mass_action_circuit_carries_what_the_exchange_model_says():
    """S is the soap over 3, W the scrub acid over 3; what differs is the free acid of the raffinate."""
    organic, scrub, share = optimum(1.5)
    result = by_mass_action(1.5, COUNTED[1.5][1])
    assert result.reagents.base == pytest.approx(3.0 * organic, rel=1e-12)
    taken = result.reagents.acid["scrub"] / 3.0
    assert taken == pytest.approx(scrub, rel=0.02)
    balance = organic - taken - 0.02 / 3.0 + result.raffinate.acid / 3.0
    assert balance == pytest.approx(share, rel=1e-5)
    assert result.purity("raffinate", "Pr") == pytest.approx(
        by_exchange(1.5, COUNTED[1.5][1]).purity("raffinate", "Pr"), abs=0.02
    )
