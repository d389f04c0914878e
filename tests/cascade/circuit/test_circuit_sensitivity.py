"""How far the last digits of what is given move a solved circuit, and the flag above 1e-6."""

import numpy as np
import pytest

from didymium.cascade import Aqueous, Circuit, Organic, Section


def circuit(stages, scrub):
    """The circuit of the docs with as many stages of scrub as of extraction; its front stands free near 2.12927 L/h."""
    return Circuit(
        organic=Organic(extractant="P507", concentration=1.5, saponification=0.36, base="NH4", flow=14.5),
        sections=[
            Section("extraction", stages),
            Section("scrub", stages, liquor=Aqueous(flow=scrub, acid=3.0)),
            Section("strip", 8, liquor=Aqueous(flow=0.8, acid=4.0)),
        ],
        feeds={("extraction", stages): Aqueous(flow=1.0, metals={"Pr": 0.17, "Nd": 0.5}, acid=0.02)},
        closed=True,
    )


def test_circuit_away_from_balance_is_well_conditioned():
    result = circuit(60, 2.1).solve()
    assert 2.0**-53 < result.sensitivity < 1e-13
    assert not result.ill_conditioned
    assert "ill-conditioned" not in repr(result)


def test_long_circuit_at_balance_is_solved_and_flagged():
    """130 stages at each side of the feed: a share of 1e-12 of the scrub flow moves a stage by more than 1e-3."""
    balanced = 2.129273333289728
    result = circuit(130, balanced).solve()
    assert max(result.closure.values()) < 1e-12
    assert result.sensitivity > 1e-6
    assert result.ill_conditioned
    assert "ill-conditioned" in repr(result)
    beside = circuit(130, balanced * (1.0 + 1e-12)).solve()
    assert np.abs(beside.profile.u - result.profile.u).max() > 1e-3


@pytest.mark.parametrize("scrub", [2.1, 2.129273])
def test_sensitivity_is_of_the_size_that_a_change_of_the_flow_shows(scrub):
    """Scrub acid is most of the anions: its flow moves the stages about as much as all anions do."""
    result = circuit(40, scrub).solve()
    beside = circuit(40, scrub * (1.0 + 1e-7)).solve()
    moved = np.abs(beside.profile.u - result.profile.u).max() / 1e-7 * 2.0**-52
    assert 0.1 < moved / result.sensitivity < 10.0
