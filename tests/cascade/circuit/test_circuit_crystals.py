"""Salts beyond their solubility are told with the stage and do not refuse the circuit."""

import pytest

from didymium.cascade import Aqueous, Circuit, Organic, Section


def test_gypsum_of_a_calcium_soap_in_sulfate():
    organic = Organic(extractant="P204", concentration=1.0, saponification=0.3, base="Ca", flow=5.2)
    sections = [Section("extraction", 6), Section("strip", 4, liquor=Aqueous(flow=1.0, acid=8.0, anion="SO4"))]
    feed = Aqueous(flow=2.0, metals={"Nd": 0.3}, acid=0.02, anion="SO4")
    result = Circuit(organic=organic, sections=sections, feeds={6: feed}).solve()
    told = [flag for flag in result.flags if flag.kind == "solubility"]
    gypsum = next(flag for flag in told if "CaSO4" in flag.sentence)
    assert gypsum.value > 0.1 > gypsum.limit
    assert 1 <= gypsum.stage <= 10
    assert gypsum.sentence.startswith(f"stage {gypsum.stage}: ")


@pytest.mark.parametrize(("feed", "salty"), [(4.0, True), (0.5, False)])
def test_salt_of_the_soap(feed, salty):
    """A feed of 4 mol/L Nd, exchanged for sodium, leaves more NaCl than water holds; one of 0.5 mol/L does not."""
    organic = Organic(extractant="P507", concentration=1.5, saponification=0.36, base="Na", flow=6.0 * feed / 4.0)
    sections = [Section("extraction", 8), Section("strip", 4, liquor=Aqueous(flow=1.0, acid=5.0))]
    result = Circuit(organic=organic, sections=sections, feeds={8: Aqueous(flow=0.3, metals={"Nd": feed})}).solve()
    told = [flag for flag in result.flags if flag.kind == "solubility" and "NaCl" in flag.sentence]
    assert bool(told) == salty
