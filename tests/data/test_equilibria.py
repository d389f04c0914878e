"""Extraction equilibria: every constant has its range, agrees with its source and keeps the factors it came from."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from scipy.optimize import brentq

from didymium import data
from didymium.data.equilibria import Chemistry, chemistries, chemistry, single_element
from didymium.elements import RARE_EARTHS

MEASURED = Path(__file__).parents[1] / "validation" / "data"
LANTHANIDES_AND_Y = set(RARE_EARTHS) - {"Sc"}
NAMES = ("P507", "P204", "Cyanex 272", "naphthenic acid")


def figures(name: str) -> list[dict[str, str]]:
    """The rows of a file of measurements, without its comments."""
    lines = (MEASURED / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def log_k(name: str, element: str) -> float:
    return chemistry(name).constants[element].log_k.value


def alone(constant: float, extractant: float, metal: float, acid: float) -> float:
    """D of one element in one contact of equal volumes, from dimer and H+ in mol/L."""

    def miss(out: float) -> float:
        ratio = math.log10((extractant - 3 * out) / (acid + 3 * out))
        return math.log10(out / (metal - out)) - constant - 3 * ratio

    most = min(metal, extractant / 3)
    out = brentq(miss, most * 1e-12, most * (1 - 1e-12))
    return out / (metal - out)


def test_the_extractants_are_those_with_data() -> None:
    assert tuple(chemistries()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_a_range_or_a_measurement_behind_it(name: str) -> None:
    one = chemistry(name)
    facts = [constant.log_k for constant in one.constants.values()]
    facts += [one.most_saponification, one.most_loading, one.most_ph, *one.temperature.values()]
    facts += [fact for fact in (one.density, one.pka) if fact is not None]
    for fact in facts:
        assert fact.source in data.sources()
        assert fact.low <= fact.value <= fact.high
        assert not fact.assumed or fact.low < fact.value < fact.high
    for constant in one.constants.values():
        assert constant.log_k.low < constant.log_k.value < constant.log_k.high
        assert constant.kind in ("measured", "derived", "interpolated", "assumed")
        assert constant.log_k.source != "assumed" or constant.kind == "assumed"


@pytest.mark.parametrize("name", NAMES)
def test_stoichiometry_balances_the_charge(name: str) -> None:
    one = chemistry(name)
    for element, constant in one.constants.items():
        assert constant.element == element
        assert constant.molecules == constant.charge
        expected = 3 if element in LANTHANIDES_AND_Y else {"Na": 1, "NH4": 1, "Mg": 2, "Ca": 2}[element]
        assert constant.charge == expected
    assert one.units_per_formal == {"dimer": 0.5, "monomer": 1.0}[one.active]
    assert one.most_saponification.value <= one.units_per_formal
    assert 0 < one.most_loading.value <= 1
    assert {"ph", "formal", "temperature", "loading"} == set(one.ranges)
    assert all(low <= high for low, high in one.ranges.values())


def test_only_naphthenic_acid_is_a_monomer() -> None:
    assert [name for name, one in chemistries().items() if one.active == "monomer"] == ["naphthenic acid"]
    assert not chemistry("naphthenic acid").formula


@pytest.mark.parametrize("name", NAMES)
def test_rare_earths_displace_every_soap_at_working_acid(name: str) -> None:
    """At pH 4 to 5 and 0.3 mol/L free extractant any rare earth is held better than any soap cation."""
    one, acid, free = chemistry(name), 10**-4.5, 0.3
    log_d = {
        key: constant.log_k.value + constant.charge * math.log10(free / acid) for key, constant in one.constants.items()
    }
    rare = min(value for key, value in log_d.items() if key in LANTHANIDES_AND_Y)
    for soap in ("Na", "NH4", "Mg", "Ca"):
        assert log_d[soap] < rare
        assert one.constants[soap].assumed


def test_aliases_find_their_extractant() -> None:
    found = {"PC-88A": "P507", "pc88a": "P507", "D2EHPA": "P204", "hdehp": "P204", "cyanex272": "Cyanex 272"}
    for word, name in found.items():
        assert chemistry(word).name == name
    assert chemistry(" Naphthenic Acid ").name == "naphthenic acid"
    words = [word.casefold() for one in chemistries().values() for word in (one.name, *one.aliases)]
    assert len(words) == len(set(words))


def test_an_unknown_extractant_gets_a_suggestion() -> None:
    with pytest.raises(ValueError, match="did you mean P507"):
        chemistry("P5O7")
    with pytest.raises(ValueError, match="Known: P507, P204"):
        chemistry("TBP")
    with pytest.raises(ValueError, match="no mass-action constants"):
        chemistry("")
    with pytest.raises(ValueError, match="P507 has them"):
        single_element("D2EHPA")


def test_p507_keeps_the_factors_of_the_exchange_model() -> None:
    constants, pairs = chemistry("P507").constants, data.extractants()["P507"].pairs
    assert set(constants) == LANTHANIDES_AND_Y | {"Na", "NH4", "Mg", "Ca"}
    for pair, factor in pairs.items():
        heavier, lighter = pair.split("/")
        difference = constants[heavier].log_k.value - constants[lighter].log_k.value
        assert 10**difference == pytest.approx(factor.value, rel=1e-12)
    assert log_k("P507", "Ho") < log_k("P507", "Y") < log_k("P507", "Er")


def test_p507_says_which_constants_rest_on_assumptions() -> None:
    constants = chemistry("P507").constants
    assert constants["Nd"].kind == "measured"
    assert {key for key, one in constants.items() if one.kind == "derived"} == {"La", "Ce", "Pr", "Sm", "Eu", "Gd"}
    assert all(constants[key].assumed for key in ("Tb", "Dy", "Ho", "Y", "Er", "Tm", "Yb", "Lu", "La"))
    assert not any(constants[key].assumed for key in ("Ce", "Pr", "Nd", "Sm"))


def test_ranges_grow_with_the_distance_from_the_reference() -> None:
    constants = chemistry("P507").constants
    nd, pr, ce, la = (constants[key].log_k for key in ("Nd", "Pr", "Ce", "La"))
    widths = [one.high - one.low for one in (nd, pr, ce, la)]
    assert widths == sorted(widths)
    # Pr/Nd by hand: the level's 0.5 and log10(1.50/1.4) as independent; a larger Nd/Pr lowers Pr.
    assert pr.high - pr.value == pytest.approx(math.hypot(0.5, math.log10(1.50 / 1.4)), rel=1e-12)
    assert pr.value - pr.low == pytest.approx(math.hypot(0.5, math.log10(1.6 / 1.50)), rel=1e-12)


def isotherm(element: str) -> list[float]:
    """log10 K of every point of Li (1987) of one element, 0.5 M dimer, H from the hydrogen balance."""
    out = []
    for row in figures("isotherms_pc88a_hcl.csv"):
        feed, ratio = float(row[f"Feed {element}[M]"]), float(row[f"D {element}"])
        if row["label"] != "Li (1987)" or feed <= 0 or not 0 < ratio < math.inf:
            continue
        if element == "Sm" and abs(feed - 0.3039) < 1e-3:
            continue  # the suspect row
        taken = feed - float(row[f"Xaq {element}"])
        acid, free = float(row["Feed H+[M]"]) + 3 * taken, float(row["PC88A[M]"]) / 2 - 3 * taken
        out.append(math.log10(ratio) - 3 * math.log10(free / acid))
    return out


@pytest.mark.parametrize("element", ["La", "Ce", "Pr", "Nd", "Sm", "Dy", "Y"])
def test_single_element_constants_are_the_mean_of_the_isotherms(element: str) -> None:
    points = isotherm(element)
    mean = sum(points) / len(points)
    spread = math.sqrt(sum((point - mean) ** 2 for point in points) / (len(points) - 1))
    known = single_element("PC-88A").constants[element].log_k
    assert len(points) >= 19
    assert known.value == pytest.approx(mean, abs=0.006)
    assert known.high - known.value == pytest.approx(2 * spread, abs=0.02)
    chain = chemistry("P507").constants[element].log_k
    assert chain.low < mean < chain.high


def test_single_element_fits_stay_apart() -> None:
    fits = single_element("P507")
    assert fits.name not in chemistries()
    assert fits.aliases == ()
    assert set(fits.constants) & LANTHANIDES_AND_Y == {"La", "Ce", "Pr", "Nd", "Sm", "Dy", "Y"}
    assert fits.constants["Na"] == chemistry("P507").constants["Na"]
    difference = fits.constants["Nd"].log_k.value - fits.constants["Pr"].log_k.value
    assert 10**difference == pytest.approx(2.7, abs=0.02)


def test_p507_agrees_with_mixtures_of_another_laboratory() -> None:
    """Kim (2012), four elements at once, 0.1 to 2 M: one common shift of the level, Pr to Nd and Ce alike."""
    rows = [row for row in figures("isotherms_pc88a_hcl.csv") if row["label"] == "Kim (2012)"]
    assert len(rows) == 6
    for row in rows:
        taken = sum(float(row[f"Feed {key}[M]"]) - float(row[f"Xaq {key}"]) for key in ("La", "Ce", "Pr", "Nd"))
        acid, free = float(row["Feed H+[M]"]) + 3 * taken, float(row["PC88A[M]"]) / 2 - 3 * taken
        shift = {
            key: math.log10(float(row[f"D {key}"])) - 3 * math.log10(free / acid) - log_k("P507", key)
            for key in ("Ce", "Pr", "Nd")
        }
        assert all(abs(value) <= 0.5 for value in shift.values())
        assert abs(shift["Nd"] - shift["Pr"]) <= 0.15


@pytest.mark.parametrize(("name", "measured"), [("P507", 0.17), ("P204", 0.99)])
def test_lanthanum_of_xu_1995(name: str, measured: float) -> None:
    """1 M extractant, 0.1 M LaCl3, 0.003 M HCl; the phase ratio is not stated and taken as 1."""
    assert math.log10(alone(log_k(name, "La"), 0.5, 0.1, 0.003) / measured) == pytest.approx(0.0, abs=0.08)


def test_p204_is_the_level_of_mason_at_half_a_mole_of_dimer() -> None:
    points = [row for row in figures("d2ehpa_mason1976_Y_and_peppard1957.csv") if row["set"] in ("F21", "F22")]
    level = [
        float(row["log10D"]) - 3 * float(row["pH"]) - 2.38 * math.log10(float(row["HDEHP_formal_M"])) for row in points
    ]
    mean = sum(level) / len(level)
    known = chemistry("P204").constants["Y"].log_k
    assert mean + 3 * math.log10(2) == pytest.approx(known.value, abs=0.05)
    # What the exponent 3 misses below 1 M formal stays inside the range down to 0.05 M.
    for row in points:
        formal = float(row["HDEHP_formal_M"])
        if formal >= 0.05:
            seen = float(row["log10D"]) - 3 * (math.log10(formal / 2) + float(row["pH"]))
            assert known.value < seen < known.high


def test_p204_keeps_the_spacing_of_peppard() -> None:
    marks = {
        row["element"]: float(row["log10D"])
        for row in figures("d2ehpa_mason1976_Y_and_peppard1957.csv")
        if row["set"] == "PEPPARD" and row["element"] != "Y"
    }
    assert set(marks) == {"La", "Ce", "Pr", "Eu", "Tb"}
    for key, mark in marks.items():
        assert log_k("P204", key) - log_k("P204", "La") == pytest.approx(mark - marks["La"], abs=1e-3)
    assert {key for key, one in chemistry("P204").constants.items() if one.kind == "measured"} == {"Y", "Tm", "Lu"}


def in_order(one: Chemistry) -> list[str]:
    return [key for key in one.constants if key in LANTHANIDES_AND_Y]


def test_order_of_extraction() -> None:
    acids = ["La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Y", "Er", "Tm", "Yb", "Lu"]
    assert in_order(chemistry("P507")) == acids
    assert in_order(chemistry("P204")) == acids
    known = in_order(chemistry("Cyanex 272"))
    assert known == [key for key in acids if key in known]
    assert LANTHANIDES_AND_Y - set(known) == {"Ho", "Er", "Tm", "Yb", "Lu"}
    assert in_order(chemistry("naphthenic acid"))[0] == "Y"


def test_naphthenic_constants_give_the_measured_distribution() -> None:
    rows = figures("naphthenic_acid_relative_D.csv")
    assert {row["element"] for row in rows} == LANTHANIDES_AND_Y
    for row in rows:
        found = log_k("naphthenic acid", row["element"]) + 3 * math.log10(0.5) + 3 * 4.5
        assert found == pytest.approx(math.log10(float(row["D_pH4.5"])), abs=2e-3)


CYANEX = {0.1: (2.35, 0.0428), 0.3: (2.09, 0.0929), 0.5: (1.91, 0.1062), 0.7: (1.86, 0.2048), 1.0: (1.82, 0.2739)}
"""Liu 2014: formal extractant in mol/L to equilibrium pH and D of Nd (0.023 M beside 0.0083 M Pr)."""


@pytest.mark.parametrize("formal", CYANEX)
def test_cyanex_272_level_spans_the_runs(formal: float) -> None:
    ph, ratio = CYANEX[formal]
    taken = 0.023 * ratio / (1 + ratio)
    seen = math.log10(ratio) - 3 * (math.log10(formal / 2 - 3 * taken) + ph)
    known = chemistry("Cyanex 272").constants["Nd"].log_k
    assert known.low < seen < known.high


@pytest.mark.parametrize(
    ("system", "name"), [("P507-HCl", "P507"), ("D2EHPA-HCl", "P204"), ("Cyanex272-HCl", "Cyanex 272")]
)
def test_dysprosium_over_terbium_is_among_the_factorial_runs(system: str, name: str) -> None:
    (row,) = (row for row in figures("dytb_beta_factorial.csv") if row["system"] == system)
    runs = [float(word) for word in row["beta_Dy_Tb"].split("|")]
    assert len(runs) == 9
    assert min(runs) <= 10 ** (log_k(name, "Dy") - log_k(name, "Tb")) + 0.01 <= max(runs)


def test_temperature_coefficients_only_where_measured() -> None:
    assert {name for name, one in chemistries().items() if one.temperature} == {"P204"}
    known = chemistry("P204").temperature
    assert {key for key, fact in known.items() if fact.source == "assumed"} == {"Tb", "Dy", "Y"}
    assert all(fact.unit == "K" for fact in known.values())


def test_pka_ranges_hold_both_records() -> None:
    for name, others in {"P507": (4.1, 3.24), "P204": (3.24, 2.79), "Cyanex 272": (6.37, 6.37)}.items():
        fact = chemistry(name).pka
        assert fact is not None
        assert fact.assumed
        assert all(fact.low < other < fact.high for other in others)


def test_pitzer_parameters() -> None:
    known = data.pitzer()
    assert set(known) == {"La", "Ce", "Pr", "Nd", "Sm", "Dy", "Y", "H", "Na", "NH4", "Mg", "Ca"}
    assert [known["Y"].beta0.value, known["Y"].beta1.value, known["Y"].cphi.value] == [0.6248, 5.66, -0.01563]
    assert {name for name, one in known.items() if one.beta0.assumed} == {"NH4"}
    assert known["Nd"].charge == 3


def mean_activity(cation: str, molality: float) -> float:
    """Mean activity coefficient of a pure chloride at 25 degC by Pitzer's equations."""
    one = data.pitzer()[cation]
    charge, strength = one.charge, molality * one.charge * (one.charge + 1) / 2
    root, debye = math.sqrt(strength), 0.3915
    long_range = -debye * (root / (1 + 1.2 * root) + 2 / 1.2 * math.log(1 + 1.2 * root))
    fade = 1 - math.exp(-2 * root) * (1 + 2 * root - 2 * strength)
    pair = 2 * one.beta0.value + 2 * one.beta1.value / (4 * strength) * fade
    triple = 1.5 * one.cphi.value
    ions = charge + 1
    return math.exp(
        charge * long_range + molality * 2 * charge / ions * pair + molality**2 * 2 * charge**1.5 / ions * triple
    )


@pytest.mark.parametrize(("cation", "known"), [("H", 0.809), ("Na", 0.657), ("NH4", 0.603), ("Mg", 0.57), ("Ca", 0.5)])
def test_pitzer_parameters_give_handbook_activity_coefficients(cation: str, known: float) -> None:
    """At 1 mol/kg and 25 degC."""
    assert mean_activity(cation, 1.0) == pytest.approx(known, rel=0.01)


@pytest.mark.parametrize(
    ("cation", "known", "within"),
    [("La", 3.303, 0.06), ("Nd", 3.822, 0.06), ("Sm", 4.087, 0.06), ("Dy", 5.539, 0.15), ("Y", 6.504, 0.06)],
)
def test_pitzer_parameters_of_rare_earths_near_saturation(cation: str, known: float, within: float) -> None:
    """Isopiestic activity coefficients of RECl3 at 3.4 mol/kg, Ames Laboratory; Dy comes out 13 % low."""
    assert mean_activity(cation, 3.4) == pytest.approx(known, rel=within)


def test_chloride_complexes() -> None:
    assert set(data.chloride_complexes()) == LANTHANIDES_AND_Y
    zero = data.chloride_complexes(0.0)["Nd"]
    assert (zero.value, zero.low, zero.high) == pytest.approx((0.65, 0.60, 0.70))
    # Ho at 2 mol/L was found at -0.56 by another laboratory (Hernandez-Garcia 2015).
    assert data.chloride_complexes(2.0)["Ho"].value == pytest.approx(-0.56, abs=0.1)
    for outside in (-0.1, 6.1, math.nan):
        with pytest.raises(ValueError, match="from 0 to 6 mol/L"):
            data.chloride_complexes(outside)


def test_correlations_hold_the_published_figures() -> None:
    (fitted,) = data.correlations().values()
    assert set(fitted.elements) == {"La", "Ce", "Pr", "Nd", "Sm", "Gd", "Dy", "Y"}
    assert set(fitted.constant) == {"Sc", "Al", "Ca", "Fe"}
    assert fitted.constant["Sc"].value == 632.4976
    assert {key for key, number in fitted.molecules.items() if number != 3} == {"Ca"}
    assert (fitted.molar_mass.value, fitted.density.value, fitted.log_ka.value) == (322.431, 975.8, -1.99)
    assert dict(fitted.masses) == {"H": 1.0, "HSO4": 97.0, "SO4": 96.0}
    sm = fitted.elements["Sm"]
    assert [fact.value for fact in (sm.m0, sm.m1, sm.b0, sm.b1)] == [0.81233, -0.02247, -2.12172, 0.17414]
    # log10 of the dose and not its natural logarithm: by hand at pH 1.4, 5 vol%.
    by_hand = (0.81233 - 0.02247 * 5) * 1.4 - 2.12172 + 0.17414 * 0.6989700043360189
    assert sm.log_d(1.4, 5.0) == pytest.approx(by_hand, rel=1e-12)


def test_what_comes_back_is_read_only() -> None:
    with pytest.raises(TypeError):
        chemistry("P507").constants["Nd"] = None  # type: ignore[index]
    with pytest.raises(TypeError):
        data.pitzer()["Nd"] = None  # type: ignore[index]
