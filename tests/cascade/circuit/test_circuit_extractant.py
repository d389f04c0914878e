"""Soap, load and what a loop brings back share one extractant; a batch may saponify what the circuit does not."""

import re

import pytest

from didymium.cascade import Aqueous, CascadeError, Circuit, Organic, Section


def circuit(organic=None, **changes):
    parts = {
        "organic": Organic(
            **({"extractant": "P507", "concentration": 1.5, "saponification": 0.36, "flow": 4.0} | (organic or {}))
        ),
        "sections": [
            Section("extraction", 10),
            Section("scrub", 8, liquor=Aqueous(flow=0.52, acid=3.0)),
            Section("strip", 6, liquor=Aqueous(flow=0.6, acid=4.0)),
        ],
        "feeds": {10: Aqueous(flow=1.0, metals={"La": 0.3, "Nd": 0.2}, acid=0.02)},
    }
    return Circuit(**(parts | changes))


def refused(c):
    with pytest.raises(CascadeError) as caught:
        c.solve()
    return caught.value


def offered(error, before):
    return float(re.search(before + r" ([\d.]+)", error.reason)[1])


WEAK = [
    Section("extraction", 10),
    Section("scrub", 8, liquor=Aqueous(flow=0.01, acid=3.0)),
    Section("strip", 6, liquor=Aqueous(flow=0.6, acid=4.0)),
]


def weak(share):
    return circuit(organic={"saponification": share}, sections=WEAK)


def test_a_batch_may_saponify_what_the_circuit_does_not():
    direct = weak(0.2).solve()
    cases = weak(0.0).solve_cases({"organic.saponification": [0.2, 0.0]})
    assert direct.reagents.base == pytest.approx(1.2)
    assert cases.base == pytest.approx([1.2, 0.0])
    assert cases.recovery("Nd", "raffinate")[0] == pytest.approx(direct.recovery("Nd", "raffinate"), rel=1e-9)
    plain = weak(0.0).solve()
    assert cases.recovery("Nd", "raffinate")[1] == pytest.approx(plain.recovery("Nd", "raffinate"), rel=1e-9)


def test_a_batch_may_saponify_the_side_organic_alone():
    def sided(share):
        side = Organic(extractant="P507", concentration=1.5, saponification=share, flow=1.0)
        return circuit(organic={"saponification": 0.0, "flow": 3.0}, organic_feeds={2: side}, sections=WEAK)

    direct = sided(0.3).solve()
    cases = sided(0.0).solve_cases({"organic feed 2.saponification": [0.3]})
    assert cases.base == pytest.approx([direct.reagents.base])
    assert direct.reagents.base == pytest.approx(0.45)


def loaded(share, load=0.2):
    return Circuit(
        organic=Organic(extractant="P507", concentration=1.5, saponification=share, flow=1.0, load={"La": load}),
        sections=[Section("extraction", 3), Section("strip", 4, liquor=Aqueous(flow=2.0, acid=4.0))],
        feeds={3: Aqueous(flow=2.0, metals={"La": 0.3, "Nd": 0.2}, acid=1.0)},
        beyond="flag",
    )


def test_load_and_soap_share_the_extractant():
    error = refused(loaded(0.45))
    assert "0.6 by its load and 0.675 by soap, but has only 0.75" in error.reason
    assert error.stage == 1
    most = offered(error, "saponify at most")
    assert most == pytest.approx(0.1, rel=1e-3)
    assert loaded(0.99 * most).solve().closure["elements"] < 1e-12
    assert "by its load" in refused(loaded(1.01 * most)).reason
    full = refused(loaded(0.1, load=0.3))
    assert "load it less than 0.6" in full.reason
    assert loaded(0.1, load=0.99 * 0.6 / 3.0).solve().closure["elements"] < 1e-12


def test_a_side_organic_has_sites_too():
    side = Organic(extractant="P507", concentration=1.5, saponification=0.3, flow=0.5, load={"Dy": 0.15})
    error = refused(circuit(organic_feeds={3: side}))
    assert "organic feed 3 that enters binds" in error.reason
    assert error.stage == 3


def test_what_comes_round_takes_the_soap_s_place():
    def loop(share):
        return Circuit(
            organic=Organic(extractant="P507", concentration=1.5, saponification=share, flow=1.6),
            sections=[
                Section("extraction", 5),
                Section("scrub", 3, liquor=Aqueous(flow=0.07, acid=3.0)),
                Section("strip", 2, liquor=Aqueous(flow=37.0, acid=0.09)),
            ],
            feeds={5: Aqueous(flow=1.0, metals={"Nd": 0.2, "Dy": 0.3}, acid=0.9)},
            closed=True,
            beyond="flag",
        )

    error = refused(loop(0.41))
    assert "more than the 0.75 it has" in error.reason
    assert error.stage == 1
    most = offered(error, "saponify at most")
    result = loop(0.99 * most).solve()
    taken = 3.0 * sum(load for name, load in result.residual_load.items() if name != "NH4")
    assert taken + 1.5 * 0.99 * most <= 0.75
    with pytest.raises(CascadeError, match="case 1: the organic comes back"):
        loop(0.3).solve_cases({"organic.saponification": [0.3, 0.41]})


@pytest.mark.parametrize("base", ["Nd", "xx", "H", ""])
def test_a_base_is_a_cation_of_a_base(base):
    with pytest.raises(CascadeError, match="give the cation of a base, one of Ca, K, Mg, NH4, Na"):
        Organic(extractant="P507", concentration=1.5, flow=1.0, base=base)


def test_two_sections_do_not_share_an_outlet():
    sections = [
        Section("extraction", 10),
        Section("strip a", 4, liquor=Aqueous(flow=0.6, acid=2.0)),
        Section("strip_a", 4, liquor=Aqueous(flow=0.6, acid=4.0)),
    ]
    with pytest.raises(CascadeError, match="'strip_a_liquor'"):
        circuit(sections=sections)
