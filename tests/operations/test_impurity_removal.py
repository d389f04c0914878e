"""Impurity removal: what falls at a pH by its hydroxide's solubility, and the base that brings the liquor there."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import INDEX, MOLAR_MASS
from didymium.operations.base import OperationError
from didymium.operations.impurity_removal import BASES
from didymium.operations.liquor_ph import falling, molality, rare_earths_fall, strong_acid, water_of

WATER = 1000.0 / 18.0153
KEYS = {"pH": "4", "base": "NaOH", "efficiency": "100 %", "rare_earth_loss": "0 %", "removes": {}}


def test_iron_takes_three_of_base(bench) -> None:
    # FeCl3 + 3 NaOH -> Fe(OH)3 + 3 NaCl in 1000 kg of water at pH 4: 10^(3.191 - 12) = 1.6e-9 mol/kg of iron stay,
    # and 1e-4 mol/kg of acid, which needs no base: 3 - 0.0001 kmol of NaOH.
    done = bench.run("impurity_removal", KEYS, bench.of({"FeCl3": 1.0, "H2O": WATER}))
    assert done.kmol("residue", "Fe") == pytest.approx(1.0, abs=1e-8)
    assert done.kmol("liquor", "Fe") == pytest.approx(10 ** (3.191 - 12.0), rel=1e-3)
    assert done.bought("NaOH", "NaOH") == pytest.approx(3.0 - 1e-4, rel=1e-6)
    assert done.kmol("residue", "H") == pytest.approx(3.0)
    assert done.kmol("residue", "O") == pytest.approx(3.0)
    assert strong_acid(done.outlets["liquor"])[0] == pytest.approx(1e-4, rel=1e-4)
    done.neutral("liquor")


def test_aluminium_stays_by_its_solubility(bench) -> None:
    # pH 4.5: 10^(10.8 - 13.5) = 0.002 mol/kg stay of 0.02.
    keys = KEYS | {"pH": "4.5"}
    done = bench.run("impurity_removal", keys, bench.of({"AlCl3": 0.02, "NdCl3": 0.1, "H2O": WATER}))
    assert done.kmol("liquor", "Al") == pytest.approx(10 ** (10.8 - 13.5), rel=1e-4)
    assert done.kmol("residue", "Nd") == 0.0
    # The efficiency is a ceiling on what is beyond.
    done = bench.run("impurity_removal", keys | {"efficiency": "90 %"}, bench.of({"AlCl3": 0.02, "H2O": WATER}))
    assert done.kmol("residue", "Al") == pytest.approx(0.9 * (0.02 - 10 ** (10.8 - 13.5)), rel=1e-4)


def test_thorium_falls_before_uranium(bench) -> None:
    # pH 3.5: Th 10^(9.6543 - 14) = 4.5e-5, U 10^(5.994 - 7) = 0.099 mol/kg stay.
    feed = bench.of({"ThCl4": 0.001, "UO2Cl2": 0.001, "H2O": WATER})
    done = bench.run("impurity_removal", KEYS | {"pH": "3.5"}, feed)
    assert done.kmol("liquor", "Th") == pytest.approx(10 ** (9.6543 - 14.0), rel=1e-4)
    assert done.kmol("residue", "U") == 0.0
    done = bench.run("impurity_removal", KEYS | {"pH": "3.5", "removes": {"U": "60 %"}}, feed)
    assert done.kmol("residue", "U") == pytest.approx(0.0006)


@pytest.mark.parametrize("base", sorted(BASES))
def test_every_base_by_its_equivalents(bench, base) -> None:
    # 0.12 kmol of free acid and 0.3 of iron's: all but 1e-4 of it.
    keys = KEYS | {"base": base} | ({"base_excess": "0 %"} if base in ("MgO", "lime") else {})
    done = bench.run("impurity_removal", keys, bench.of({"FeCl3": 0.1, "HCl": 0.12, "H2O": WATER}))
    formula, takes, carbon = BASES[base]
    assert done.bought(base, formula) * takes == pytest.approx(0.42 - 1e-4, rel=1e-6)
    assert done.kmol("offgas", "C") == pytest.approx(carbon / takes * (0.42 - 1e-4), rel=1e-6)
    assert done.kmol("liquor", "C") == pytest.approx(0.0, abs=1e-12)
    done.gas("offgas")
    for outlet in ("liquor", "residue", "offgas"):
        done.neutral(outlet)


def test_what_magnesia_leaves_undissolved(bench) -> None:
    # 0.3 kmol of acid: 0.15 MgO less what pH 4 leaves, and a tenth more as Mg(OH)2 in the residue.
    done = bench.run(
        "impurity_removal", KEYS | {"base": "MgO", "base_excess": "10 %"}, bench.of({"FeCl3": 0.1, "H2O": WATER})
    )
    dissolved = (0.3 - 1e-4) / 2.0
    assert done.bought("MgO", "MgO") == pytest.approx(1.1 * dissolved, rel=1e-6)
    assert done.kmol("residue", "Mg") == pytest.approx(0.1 * dissolved, rel=1e-6)
    assert done.kmol("residue", "H") == pytest.approx(0.3 + 0.2 * dissolved, rel=1e-6)
    done.neutral("residue")


def test_bicarbonate_of_the_liquor_takes_acid(bench) -> None:
    # 0.1 FeCl3 frees 0.3 of acid, of which 0.1 NH4HCO3 takes 0.1 and frees as much CO2.
    done = bench.run("impurity_removal", KEYS, bench.of({"FeCl3": 0.1, "NH4HCO3": 0.1, "H2O": WATER}))
    assert done.bought("NaOH", "NaOH") == pytest.approx(0.2 - 1e-4, rel=1e-4)
    assert done.kmol("offgas", "C") == pytest.approx(0.1)
    assert done.kmol("offgas", "O") == pytest.approx(0.2)
    done.neutral("liquor")


def test_sulphate_keeps_acid_as_bisulphate(bench) -> None:
    # H2SO4 0.1 mol/kg to pH 2: H+ 0.01 and HSO4- 0.1 * 0.01 / (0.01 + 0.010233) = 0.04942 stay.
    done = bench.run("impurity_removal", KEYS | {"pH": "2"}, bench.of({"H2SO4": 0.1, "H2O": WATER}))
    assert done.bought("NaOH", "NaOH") == pytest.approx(0.2 - 0.01 - 0.1 * 0.01 / (0.01 + 10**-1.99), rel=1e-6)


def test_a_liquor_less_acid_gets_no_base(bench) -> None:
    # Neutral salts hold no acid: pH 3 would be more acid than they are.
    done = bench.run("impurity_removal", KEYS | {"pH": "3"}, bench.of({"NdCl3": 0.1, "H2O": WATER}))
    assert done.bought("NaOH", "NaOH") == 0.0
    assert done.kg("residue") == 0.0


def test_phosphate_falls_with_iron_and_then_with_rare_earths(bench) -> None:
    # 0.02 P with 0.01 Fe: FePO4 0.01, and 0.01 of the 0.1 Nd as NdPO4. FePO4 leaves 3 acid, NdPO4 too: 0.06 NaOH.
    keys = KEYS | {"removes": {"P": "100 %"}}
    done = bench.run("impurity_removal", keys, bench.of({"FeCl3": 0.01, "NdCl3": 0.1, "H3PO4": 0.02, "H2O": WATER}))
    assert done.kmol("residue", "P") == pytest.approx(0.02)
    assert done.kmol("residue", "Nd") == pytest.approx(0.01, rel=1e-5)
    assert done.kmol("residue", "H") == pytest.approx(0.0, abs=1e-6)
    assert done.kmol("residue", "O") == pytest.approx(0.08)
    assert done.bought("NaOH", "NaOH") == pytest.approx(0.06 - 1e-4, rel=1e-5)
    assert done.details["rare_earths_lost"][0] == pytest.approx(0.1, rel=1e-5)


def test_iron_spares_rare_earths(bench) -> None:
    # 0.02 P and 0.01 Fe: 0.02 more Fe brings it to 1.5 per P, 0.02 FePO4 and 0.01 Fe(OH)3; 0.01 Fe2(SO4)3.
    keys = KEYS | {"removes": {"P": "100 %"}, "iron": {"to_phosphorus": "1.5"}}
    done = bench.run("impurity_removal", keys, bench.of({"FeCl3": 0.01, "NdCl3": 0.1, "H3PO4": 0.02, "H2O": WATER}))
    assert done.bought("ferric_sulfate", "Fe2S3O12") == pytest.approx(0.01)
    assert done.kmol("residue", "Nd") == 0.0
    assert done.kmol("residue", "Fe") == pytest.approx(0.03, rel=1e-5)
    assert done.kmol("residue", "H") == pytest.approx(0.03, rel=1e-5)
    # 3 acid of each iron, less what pH 4 leaves: 1e-4 and HSO4- 0.03 * 1e-4 / (1e-4 + 10^-1.99).
    left = 1e-4 + 0.03 * 1e-4 / (1e-4 + 10**-1.99)
    assert done.bought("NaOH", "NaOH") == pytest.approx(0.09 - left, rel=1e-5)
    done.neutral("liquor")
    # Enough iron already: none is bought.
    assert bench.run("impurity_removal", keys, bench.of({"FeCl3": 1.0, "H2O": WATER})).used("ferric_sulfate") == 0.0


def test_lead_falls_as_sulphide(bench) -> None:
    # PbCl2 + Na2S -> PbS + 2 NaCl; half as much again: Na2S + 2 HCl -> H2S + 2 NaCl takes 0.01 of the acid.
    keys = KEYS | {"sulfide": {"removes": {"Pb": "100 %"}, "excess": "50 %"}}
    done = bench.run("impurity_removal", keys, bench.of({"PbCl2": 0.01, "HCl": 0.05, "H2O": WATER}))
    assert done.bought("sodium_sulfide", "Na2S") == pytest.approx(0.015)
    assert {e: round(done.kmol("residue", e), 9) for e in ("Pb", "S", "O", "H")} == {
        "Pb": 0.01,
        "S": 0.01,
        "O": 0,
        "H": 0,
    }
    assert done.kmol("offgas", "S") == pytest.approx(0.005)
    assert done.kmol("offgas", "H") == pytest.approx(0.01)
    # 0.05 acid, 0.02 freed by PbS against 0.03 of Na2S's alkali, and the 1e-4 of pH 4.
    assert done.bought("NaOH", "NaOH") == pytest.approx(0.05 + 0.02 - 0.03 - 1e-4, rel=1e-5)
    done.neutral("liquor")


def test_barium_sulphate_carries_radium(bench) -> None:
    # 0.2082 g/L of BaCl2 is 0.001 mol/kg: BaSO4 0.001, with 97 % of the radium; the liquor has its own sulphate.
    keys = KEYS | {"barium": {"dose": "0.208232 g/L", "carries": {"Ra": "97 %"}}}
    done = bench.run("impurity_removal", keys, bench.of({"RaCl2": 1e-9, "Na2SO4": 0.01, "HCl": 0.01, "H2O": WATER}))
    assert done.kmol("residue", "Ba") == pytest.approx(0.001, rel=1e-5)
    assert done.kmol("residue", "Ra") == pytest.approx(0.97e-9)
    assert done.kmol("residue", "O") == pytest.approx(0.004, rel=1e-5)
    assert done.used("H2SO4") == 0.0
    # Without sulphate, sulphuric acid brings it: 2 acid per BaSO4.
    done = bench.run("impurity_removal", keys, bench.of({"RaCl2": 1e-9, "HCl": 0.01, "H2O": WATER}))
    assert done.bought("H2SO4", "H2SO4") == pytest.approx(0.001, rel=1e-5)
    assert done.bought("NaOH", "NaOH") == pytest.approx(0.012 - 1e-4, rel=1e-4)
    done.neutral("liquor")


def test_lime_makes_gypsum_of_sulphate(bench) -> None:
    # 0.5 H2SO4: 0.5 CaO all but the acid of pH 4; 2.08288 g/L, 0.0153 mol/kg, of CaSO4 stay dissolved.
    keys = KEYS | {"base": "lime", "base_excess": "0 %", "gypsum": "2.082883 g/L"}
    done = bench.run("impurity_removal", keys, bench.of({"H2SO4": 0.5, "H2O": WATER}))
    lime = done.bought("lime", "CaO")
    assert lime == pytest.approx(0.5, abs=0.004)
    assert done.kmol("residue", "Ca") == pytest.approx(lime - 0.0153, rel=1e-5)
    assert done.kmol("residue", "O") == pytest.approx(6.0 * (lime - 0.0153), rel=1e-5)
    done.neutral("liquor")


def test_rare_earths_start_to_fall(bench) -> None:
    # 1 % of 0.1 mol/kg Nd: (20.4852 - log10 0.099) / 3 = 7.16; of Sm 0.1: (18.5852 + 1.004) / 3 = 6.53.
    feed = bench.of({"NdCl3": 0.1, "H2O": WATER})
    starts, which = rare_earths_fall(molality(feed[:, 0], water_of(feed[:, 0])))
    assert starts[0] == pytest.approx((20.4852 - np.log10(0.099)) / 3.0, abs=1e-4)
    assert which[0] == INDEX["Nd"]
    with pytest.raises(OperationError, match=r"pH 6.8 is too high.*Sm.*at pH 6.53; take a pH of 6.5 or less") as caught:
        bench.run("impurity_removal", KEYS | {"pH": "6.8"}, bench.of({"SmCl3": 0.1, "H2O": WATER}))
    assert caught.value.key == "pH"


def test_more_falls_at_a_higher_ph() -> None:
    concentration = np.full((1, len(MOLAR_MASS)), 1e-3)
    shares = [falling(concentration, np.array([ph])) for ph in np.arange(1.0, 7.1, 0.25)]
    assert all((later >= earlier).all() for earlier, later in itertools.pairwise(shares))
    assert all(((share >= 0.0) & (share <= 1.0)).all() for share in shares)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"pH": "7.5"}, "7.5"),
        ({"pH": "0"}, "0"),
        ({"base_excess": "5 %"}, "MgO or lime that stays solid; leave it out with NaOH"),
        ({"removes": {"Nd": "1 %"}}, "rare_earth_loss"),
        ({"removes": {"Cl": "1 %"}}, "Cl cannot be said"),
        ({"sulfide": {"removes": {"Mn": "50 %"}}}, "Input should be"),
        ({"base": "KOH"}, "Input should be"),
    ],
)
def test_what_the_file_alone_shows(bench, keys, words) -> None:
    with pytest.raises(ValidationError, match=words):
        bench.parameters("impurity_removal", KEYS | keys, ["feed"])


def test_what_depends_on_the_liquor(bench) -> None:
    with pytest.raises(OperationError, match="holds no water") as caught:
        bench.run("impurity_removal", KEYS, bench.of({"FeCl3": 1.0}))
    assert caught.value.key == "feed"
    with pytest.raises(OperationError, match="cannot bind the phosphorus and fluorine") as caught:
        bench.run("impurity_removal", KEYS | {"removes": {"P": "100 %"}}, bench.of({"H3PO4": 1.0, "H2O": WATER}))
    assert caught.value.key == "removes.P"
    keys = KEYS | {"sulfide": {"excess": "50 %"}}
    with pytest.raises(
        OperationError, match=r"alkaline by 0.02 kmol/h before any base; lower sulfide.excess"
    ) as caught:
        bench.run("impurity_removal", keys | {"pH": "4"}, bench.of({"PbCl2": 0.02 / 0.99, "H2O": WATER}))
    assert caught.value.key == "sulfide.excess"


def test_a_ph_below_that_of_the_liquor_as_it_comes(bench) -> None:
    """NaOH of 0.03 is three for 0.01 of 0.02 kmol Al: half of it stays, 10^(10.8 - 3 pH) = 0.01 at pH 4.27."""
    liquor = bench.of({"AlCl3": 0.02, "NaOH": 0.03, "H2O": 1000.0 / 18.01528})
    words = (
        r"pH 3 is below that of its liquor as it comes, about 4.3, and no acid is added here; take a pH of 4.3 or more"
    )
    with pytest.raises(OperationError, match=words) as caught:
        bench.run("impurity_removal", KEYS | {"pH": "3"}, liquor)
    assert caught.value.key == "pH"
    with pytest.raises(OperationError, match="as it comes"):
        bench.run("impurity_removal", KEYS | {"pH": "4.2"}, liquor)
    bench.run("impurity_removal", KEYS | {"pH": "4.3"}, liquor)


def test_sizes_follow_liquor_and_residue(bench) -> None:
    keys = KEYS | {"residence": "2 h", "filter_rate": "10 kg/m^2/h"}
    done = bench.run("impurity_removal", keys, bench.of({"FeCl3": 1.0, "H2O": 10 * WATER}))
    sizes = {size.item: float(size.value[0]) for size in done.outcome.sizes}
    assert sizes["tank"] == pytest.approx(20.0)
    assert sizes["filter"] == pytest.approx(done.kg("residue") / 10.0)
    assert done.used("electricity") == pytest.approx(10.0)


FEED = (
    "NdCl3",
    "Y2(SO4)3",
    "FeCl3",
    "ThCl4",
    "CaCl2",
    "HCl",
    "H2SO4",
    "H3PO4",
    "SiO2",
    "AlCl3",
    "PbCl2",
    "BaCl2",
    "UO2Cl2",
)
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-4, 3.0))


@settings(max_examples=80, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * len(FEED)),
    ph=st.floats(1.0, 6.0),
    shares=st.tuples(st.floats(0.9, 1.0), st.floats(0.0, 0.1)),
    base=st.sampled_from(sorted(BASES)),
    extras=st.booleans(),
)
def test_closes(bench, amounts, ph, shares, base, extras) -> None:
    held = dict(zip(FEED, amounts, strict=True))
    held["NdCl3"] += 1.0
    held["H3PO4"] *= 0.1
    keys = KEYS | {"base": base, "removes": {"P": "99 %", "Si": "70 %", "U": "60 %"}}
    if extras:
        # Enough acid for the alkali of the sulphide in excess.
        held["HCl"] += 10.0
        keys |= {"sulfide": {}, "barium": {"dose": "0.5 g/L"}, "iron": {}}
    changes = {"pH": ph, "efficiency": shares[0], "rare_earth_loss": shares[1]}
    feed = bench.of(held | {"H2O": 2e3})
    done = bench.run("impurity_removal", keys, feed, changes={k: np.array([v]) for k, v in changes.items()})
    done.neutral("liquor")
    assert strong_acid(done.outlets["liquor"])[0] >= -1e-9 * feed.sum()
    if not extras:
        done.neutral("residue")
        done.neutral("offgas")
    for element in ("N", "Na", "Cl"):
        assert done.kmol("residue", element) == 0.0


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"FeCl3": 0.1, "NdCl3": 0.3, "ThCl4": 0.001, "PbCl2": 0.001, "HCl": 0.3, "H2O": 100.0})
    keys = {"pH": "4", "base": "Na2CO3", "sulfide": {}, "barium": {}, "iron": {}}
    bench.idle("impurity_removal", keys, feed)
    other = bench.of({"FeCl3": 0.07, "La2(SO4)3": 0.1, "AlCl3": 0.01, "H3PO4": 0.01, "HCl": 0.2, "H2O": 90.0})
    bench.alike("impurity_removal", keys, feed, other, {"pH": (4.0, 3.3), "rare_earth_loss": (0.01, 0.02)})
    bench.alike("impurity_removal", {"pH": "4", "base": "lime"}, feed, other, {"base_excess": (0.0, 0.2)})


@pytest.mark.parametrize("base", sorted(BASES))
@pytest.mark.parametrize("ph", ["1.5", "2", "3", "4", "5"])
@pytest.mark.parametrize("salts", [{"H2SO4": 0.2}, {"H2SO4": 0.5, "CaCl2": 0.05}, {"CaCl2": 0.4, "H2SO4": 0.3}])
@pytest.mark.parametrize("efficiency", ["70 %", "100 %"])
def test_the_liquor_keeps_the_acid_of_its_ph(bench, base, ph, salts, efficiency) -> None:
    # What sulphate gypsum takes holds no acid: H+ and HSO4- of the sulphate that is left, by hand.
    keys = KEYS | {"base": base, "pH": ph, "efficiency": efficiency}
    keys |= {"base_excess": "0 %"} if base in ("MgO", "lime") else {}
    done = bench.run("impurity_removal", keys, bench.of(salts | {"H2O": WATER}))
    proton = 10.0 ** -float(ph)
    left = proton + done.kmol("liquor", "S") * proton / (proton + 10**-1.99)
    assert strong_acid(done.outlets["liquor"])[0] == pytest.approx(left, rel=1e-6)
    assert (done.kmol("residue", "S") > 0.01) is (base == "lime" or "CaCl2" in salts)
    done.neutral("liquor")
    done.neutral("residue")


def test_gypsum_by_its_solubility(bench) -> None:
    # 2.1 g/L of CaSO4 is 0.015425 kmol in 1000 kg of water; of 0.3 SO4 with calcium in plenty the rest falls.
    keys = KEYS | {"base": "lime", "base_excess": "0 %", "gypsum": "2.1 g/L"}
    done = bench.run("impurity_removal", keys, bench.of({"CaCl2": 0.4, "H2SO4": 0.3, "H2O": WATER}))
    assert done.kmol("liquor", "S") == pytest.approx(2.1 / 136.14, rel=1e-4)
    bench.alike(
        "impurity_removal",
        keys,
        bench.of({"CaCl2": 0.4, "H2SO4": 0.3, "H2O": WATER}),
        bench.of({"H2SO4": 0.01, "H2O": WATER}),
        {"pH": (2.0, 4.0), "efficiency": (0.9, 1.0)},
    )
