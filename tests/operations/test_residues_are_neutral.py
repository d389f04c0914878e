"""Washed solids hold no acid without a metal: their anions are bound, and their oxygen is that of what they hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.elements import INDEX, MOLAR_MASS
from didymium.operations.stoichiometry import acid_demand, moles, neutral_oxygen

SOLID = (
    "La2O3",
    "Nd2(CO3)3",
    "Nd2(SO4)3",
    "LaPO4",
    "LaOF",
    "Ce2O3F2",
    "CeO2",
    "Dy2O3",
    "CaCO3",
    "CaSO4",
    "Ca3P2O8",
    "BaSO4",
    "PbCO3",
    "Fe2O3",
    "FePO4",
    "ThO2",
    "SiO2",
    "Na2SO4",
    "LaO3H3",
)
LIQUOR = (
    "LaCl3",
    "Nd2(SO4)3",
    "FeCl3",
    "AlCl3",
    "CaCl2",
    "MgSO4",
    "H3PO4",
    "H2SO4",
    "HCl",
    "HF",
    "ThCl4",
    "PbCl2",
    "NaCl",
    "SiO2",
)
SWARF = ("Nd2Fe14B", "Dy2O3", "Nd", "Fe", "Co", "C", "S", "P", "NdF3", "FeS")
MINERALS = {
    "monazite": ("LaPO4", "NdPO4", "Th3P4O16"),
    "xenotime": ("YPO4", "DyPO4", "UO3"),
    "bastnaesite": ("LaCO3F", "CeCO3F", "NdCO3F"),
    "apatite": ("Ca5P3O12F", "Ca5P3O12F", "Ca5P3O12F"),
    "cerussite": ("PbCO3", "PbCO3", "PbCO3"),
    "quartz": ("SiO2", "SiO2", "SiO2"),
}
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-2, 10.0))
SHARE = st.floats(0.0, 1.0)


def of(bench, formulas, amounts):
    return bench.of(dict(zip(formulas, amounts, strict=True)))


def neutral(done, outlet: str, cerium: bool = False) -> None:
    """Charges of F, Cl, SO4, PO4 and CO3 are no more than the metals', and oxygen makes up for the rest.

    `cerium` lets Ce(IV) hold one charge and half an oxygen more each.
    """
    flow = done.outlets[outlet]
    n = moles(flow)
    scale = moles(done.entering).sum(axis=1)
    held = n[:, INDEX["Ce"]] if cerium else np.zeros(len(flow))
    metals = acid_demand(flow) + n[:, INDEX["N"]]
    anions = n[:, INDEX["F"]] + n[:, INDEX["Cl"]]
    anions = anions + 2.0 * (n[:, INDEX["S"]] + n[:, INDEX["C"]]) + 3.0 * n[:, INDEX["P"]]
    assert (anions <= metals + held + 1e-11 * scale).all()
    spare = (flow[:, INDEX["O"]] - neutral_oxygen(flow)) / MOLAR_MASS[INDEX["O"]]
    assert (spare >= -1e-11 * scale).all()
    assert (spare <= held / 2.0 + 1e-11 * scale).all()


@settings(max_examples=150, deadline=None)
@given(amounts=st.tuples(*[AMOUNT] * len(SOLID)), shares=st.tuples(*[SHARE] * 5))
def test_acid_leach(bench, amounts, shares) -> None:
    names = ("REO", "Ce", "Ca", "Fe", "Pb")
    keys = {"extraction": dict.fromkeys(names, "50 %"), "fluorine_on_calcium": "0 %"}
    changes = {f"extraction.{name}": np.array([share]) for name, share in zip(names, shares, strict=True)}
    done = bench.run("acid_leach", keys, of(bench, SOLID, amounts), changes=changes)
    neutral(done, "residue", cerium=True)
    done.neutral("liquor")


@settings(max_examples=60, deadline=None)
@given(amounts=st.tuples(*[AMOUNT] * len(SOLID)), dose=st.floats(0.0, 0.5))
def test_acid_leach_short_of_acid(bench, amounts, dose) -> None:
    keys = {"extraction": {"REO": "95 %", "Ca": "80 %"}, "acid": "1 kg/kg", "acid_short": "unleached"}
    done = bench.run("acid_leach", keys, of(bench, SOLID, amounts), changes={"acid": np.array([dose])})
    neutral(done, "residue", cerium=True)


CALCINE = tuple(name for name in SOLID if name not in ("CeO2", "Ce2O3F2"))


@settings(max_examples=100, deadline=None)
@given(amounts=st.tuples(*[AMOUNT] * len(CALCINE)), shares=st.tuples(*[SHARE] * 4), acid=st.floats(0.0, 5.0))
def test_water_leach(bench, amounts, shares, acid) -> None:
    names = ("REO", "Fe", "P", "Th")
    keys = {"extraction": dict.fromkeys(names, "50 %"), "strongest": "10000 g/L"}
    changes = {f"extraction.{name}": np.array([share]) for name, share in zip(names, shares, strict=True)}
    feed = of(bench, CALCINE, amounts) + bench.of({"H2SO4": acid})
    neutral(bench.run("water_leach", keys, feed, changes=changes), "residue")


WATER = 1000.0 / 18.015


@settings(max_examples=100, deadline=None)
@given(amounts=st.tuples(*[st.floats(0.0, 0.05)] * len(LIQUOR)), shares=st.tuples(*[SHARE] * 3))
def test_neutralization(bench, amounts, shares) -> None:
    names = ("Fe", "P", "REO")
    changes = {f"removes.{name}": np.array([share]) for name, share in zip(names, shares, strict=True)}
    keys = {"base": "MgO", "removes": dict.fromkeys(names, "50 %")}
    feed = of(bench, LIQUOR, amounts) + bench.of({"H2O": WATER})
    neutral(bench.run("neutralization", keys, feed, changes=changes), "residue")


@settings(max_examples=100, deadline=None)
@given(
    amounts=st.tuples(*[st.floats(0.0, 0.05)] * len(LIQUOR)),
    base=st.sampled_from(["MgO", "lime", "NaOH", "NH4HCO3"]),
    ph=st.floats(1.0, 4.5),
    phosphate=st.floats(0.0, 0.3),
)
def test_impurity_removal(bench, amounts, base, ph, phosphate) -> None:
    keys = {"pH": "3", "base": base, "barium": {"dose": "0.1 g/L"}, "removes": {"P": "50 %"}}
    feed = of(bench, LIQUOR, amounts) + bench.of({"H2O": WATER, "LaCl3": 1.0})
    changes = {"pH": np.array([ph]), "removes.P": np.array([phosphate])}
    neutral(bench.run("impurity_removal", keys, feed, changes=changes), "residue")


@settings(max_examples=60, deadline=None)
@given(amounts=st.tuples(*[st.floats(0.0, 0.05)] * len(LIQUOR)), share=SHARE)
def test_chloride_conversion(bench, amounts, share) -> None:
    # No residue leaves; the liquor holds chloride for every metal, and no sulphate or phosphate.
    keys = {"recovery": {"REO": "99 %"}, "acid_excess": "0 %"}
    feed = of(bench, LIQUOR, amounts) + bench.of({"H2O": WATER})
    done = bench.run("chloride_conversion", keys, feed, changes={"recovery.REO": np.array([share])})
    neutral(done, "liquor")
    assert done.kmol("liquor", "S") == done.kmol("liquor", "P") == 0.0


@settings(max_examples=60, deadline=None)
@given(amounts=st.tuples(*[AMOUNT] * len(SOLID)), shares=st.tuples(SHARE, SHARE))
def test_alkali_conversion(bench, amounts, shares) -> None:
    changes = dict(zip(("conversion", "washing"), (np.array([share]) for share in shares), strict=True))
    neutral(bench.run("alkali_conversion", {}, of(bench, SOLID, amounts), changes=changes), "hydroxide", cerium=True)


@settings(max_examples=60, deadline=None)
@given(amounts=st.tuples(*[st.tuples(*[AMOUNT] * 3)] * len(MINERALS)), shares=st.tuples(*[SHARE] * 4))
def test_caustic_crack(bench, amounts, shares) -> None:
    rows = {
        name: dict(zip(formulas, given, strict=True)) if len(set(formulas)) > 1 else {formulas[0]: given[0]}
        for (name, formulas), given in zip(MINERALS.items(), amounts, strict=True)
    }
    feed, names = bench.rows(rows)
    paths = ("conversion.monazite", "conversion.bastnaesite", "gangue.apatite", "washed")
    changes = {path: np.array([share]) for path, share in zip(paths, shares, strict=True)}
    done = bench.run("caustic_crack", {}, feed, parts={"feed": names}, changes=changes)
    neutral(done, "hydroxide")


@settings(max_examples=100, deadline=None)
@given(amounts=st.tuples(*[AMOUNT] * len(SWARF)), shares=st.tuples(*[SHARE] * 3))
def test_swarf_leach(bench, amounts, shares) -> None:
    keys = {"share": "100 %", "extraction": {"REO": "98 %", "Fe": "1 %", "Co": "50 %"}}
    paths = ("extraction.REO", "extraction.Fe", "extraction.Co")
    changes = {path: np.array([share]) for path, share in zip(paths, shares, strict=True)}
    done = bench.run("swarf_leach", keys, of(bench, SWARF, amounts), changes=changes)
    neutral(done, "residue")
    done.neutral("liquor")


@pytest.mark.parametrize("formula", ["SO3", "P2O5"])
def test_a_bare_anhydride_is_no_residue(bench, formula) -> None:
    done = bench.run("acid_leach", {"extraction": {"REO": "100 %"}}, bench.of({formula: 1.0, "La2O3": 1.0}))
    assert done.kg("residue") == pytest.approx(0.0, abs=1e-9)
