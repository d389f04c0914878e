"""Neutralization: base by free acid and by charges that fall out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.operations.base import OperationError
from didymium.operations.stoichiometry import free_acid

KEYS = {"base": "MgO", "removes": {"Fe": "100 %"}, "base_excess": "0 %"}


def test_iron_takes_three_halves_of_magnesia(bench) -> None:
    # 2 FeCl3 + 3 MgO + 3 H2O -> 2 Fe(OH)3 + 3 MgCl2
    done = bench.run("neutralization", KEYS, bench.of({"FeCl3": 2.0, "NdCl3": 1.0, "H2O": 100.0}))
    assert done.bought("MgO", "MgO") == pytest.approx(3.0)
    assert done.kmol("residue", "H") == pytest.approx(6.0)
    assert done.kmol("residue", "O") == pytest.approx(6.0)
    assert done.kmol("residue", "Mg") == 0.0
    assert done.kmol("liquor", "Mg") == pytest.approx(3.0)
    # 3 of the 6 mol water of the hydroxide come with the magnesia's oxygen.
    assert done.kmol("liquor", "H") == pytest.approx(200.0 - 6.0)
    done.neutral("liquor")


@pytest.mark.parametrize(("base", "formula", "per_iron"), [("NaOH", "NaOH", 3.0), ("Na2CO3", "Na2CO3", 1.5)])
def test_sodium_bases(bench, base, formula, per_iron) -> None:
    done = bench.run("neutralization", KEYS | {"base": base}, bench.of({"FeCl3": 1.0, "H2O": 10.0}))
    assert done.bought(base, formula) == pytest.approx(per_iron)
    assert done.kmol("liquor", "Na") == pytest.approx(3.0)
    # 2 Fe3+ + 3 CO3-- + 3 H2O -> 2 Fe(OH)3 + 3 CO2
    assert done.kmol("offgas", "C") == pytest.approx(1.5 if base == "Na2CO3" else 0.0)
    done.gas("offgas")
    done.neutral("offgas")


def test_soda_in_excess_stays_carbonate(bench) -> None:
    # 2 FeCl3 + 3 Na2CO3 + 3 H2O -> 2 Fe(OH)3 + 6 NaCl + 3 CO2; 10 % more soda finds no acid.
    keys = KEYS | {"base": "Na2CO3", "base_excess": "10 %"}
    done = bench.run("neutralization", keys, bench.of({"FeCl3": 2.0, "H2O": 100.0}))
    assert done.bought("Na2CO3", "Na2CO3") == pytest.approx(3.3)
    assert done.kmol("offgas", "C") == pytest.approx(3.0)
    assert done.kmol("liquor", "C") == pytest.approx(0.3)
    done.neutral("liquor")


def test_free_acid_takes_base_first(bench) -> None:
    # 1 mol HCl beside iron: 3 + 1 mol NaOH, 5 % more; what is more stays as alkali.
    keys = KEYS | {"base": "NaOH", "base_excess": "5 %"}
    done = bench.run("neutralization", keys, bench.of({"FeCl3": 1.0, "HCl": 1.0, "H2O": 10.0}))
    assert done.bought("NaOH", "NaOH") == pytest.approx(4.2)
    assert free_acid(done.outlets["liquor"])[0] == 0.0


def test_phosphate_falls_with_iron(bench) -> None:
    # FeCl3 + H3PO4 + 3 NaOH -> FePO4 + 3 NaCl + 3 H2O
    keys = KEYS | {"base": "NaOH", "removes": {"Fe": "100 %", "P": "100 %"}}
    done = bench.run("neutralization", keys, bench.of({"FeCl3": 1.0, "H3PO4": 1.0, "H2O": 10.0}))
    assert done.bought("NaOH", "NaOH") == pytest.approx(3.0)
    assert {e: round(done.kmol("residue", e), 9) for e in ("Fe", "P", "O", "H")} == {"Fe": 1, "P": 1, "O": 4, "H": 0}


def test_phosphate_beyond_iron_takes_magnesium(bench) -> None:
    # One H3PO4 more: 1.5 MgO more, as Mg3(PO4)2.
    keys = KEYS | {"removes": {"Fe": "100 %", "P": "100 %"}}
    done = bench.run("neutralization", keys, bench.of({"FeCl3": 1.0, "H3PO4": 2.0, "H2O": 10.0}))
    assert done.bought("MgO", "MgO") == pytest.approx(3.0)
    assert done.kmol("residue", "Mg") == pytest.approx(1.5)
    assert done.kmol("residue", "O") == pytest.approx(8.0)
    done.neutral("liquor")


def test_fluoride_falls_with_calcium(bench) -> None:
    # CaCl2 + 2 HF + 2 NaOH -> CaF2 + 2 NaCl + 2 H2O
    keys = KEYS | {"base": "NaOH", "removes": {"Ca": "100 %", "F": "100 %"}}
    done = bench.run("neutralization", keys, bench.of({"CaCl2": 1.0, "HF": 2.0, "H2O": 10.0}))
    assert done.bought("NaOH", "NaOH") == pytest.approx(2.0)
    assert done.kmol("residue", "O") == pytest.approx(0.0, abs=1e-12)


def test_thorium_goes_where_it_is_told(bench) -> None:
    keys = KEYS | {"removes": {"Th": "99.9 %", "REO": "1 %"}}
    done = bench.run("neutralization", keys, bench.of({"ThCl4": 1.0, "NdCl3": 1.0, "H2O": 10.0}))
    assert done.kmol("residue", "Th") == pytest.approx(0.999)
    assert done.kmol("residue", "Nd") == pytest.approx(0.01)
    assert done.kmol("liquor", "Cl") == pytest.approx(7.0)


def test_names_alone(bench) -> None:
    done = bench.run("neutralization", {"base": "MgO", "removes": ["Fe", "Th"]}, bench.of({"FeCl3": 1.0, "H2O": 9.0}))
    assert done.kmol("residue", "Fe") == pytest.approx(0.995)


FEED = ("NdCl3", "Ce2(SO4)3", "FeCl3", "ThCl4", "CaCl2", "HCl", "H3PO4", "NaCl", "SiO2", "NH4Cl", "AlF3")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * len(FEED)),
    shares=st.tuples(*[st.floats(0.0, 1.0)] * 5),
    excess=st.floats(0.0, 0.5),
    base=st.sampled_from(["MgO", "NaOH", "Na2CO3"]),
)
def test_closes(bench, amounts, shares, excess, base) -> None:
    keys = KEYS | {"base": base, "removes": {"REO": "1 %", "Fe": "99 %", "Th": "99 %", "Si": "9 %", "Al": "9 %"}}
    names = ("REO", "Fe", "Th", "Si", "Al")
    changes = {f"removes.{n}": np.array([s]) for n, s in zip(names, shares, strict=True)}
    if base == "MgO":
        keys["removes"]["P"] = "99 %"
    feed = bench.of(dict(zip(FEED, amounts, strict=True)) | {"H2O": 1e4})
    done = bench.run("neutralization", keys, feed, changes=changes | {"base_excess": np.array([excess])})
    for outlet in ("residue", "liquor", "offgas"):
        done.neutral(outlet)
    assert free_acid(done.outlets["liquor"])[0] <= 1e-9 * feed.sum()
    for element in ("Cl", "S", "Na", "N"):
        assert done.kmol("residue", element) == 0.0


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"FeCl3": 1.0, "NdCl3": 3.0, "HCl": 0.3, "H2O": 100.0})
    bench.idle("neutralization", KEYS, feed)
    other = bench.of({"FeCl3": 0.7, "LaCl3": 3.1, "HCl": 0.7, "H2O": 90.0})
    bench.alike("neutralization", KEYS | {"base": "Na2CO3"}, feed, other, {"removes.Fe": (0.99, 0.8)})


def test_phosphate_needs_a_metal(bench) -> None:
    keys = KEYS | {"base": "NaOH", "removes": {"Fe": "100 %", "P": "100 %"}}
    with pytest.raises(
        OperationError, match=r"bind 50.0% of the P and F that do; remove less P and F, or more"
    ) as caught:
        bench.run("neutralization", keys, bench.of({"FeCl3": 1.0, "H3PO4": 2.0, "H2O": 10.0}))
    assert caught.value.key == "removes"
