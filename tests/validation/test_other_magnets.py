"""The shipped plants without Nd-Fe-B: they close, meet their targets, have a cost, and break where they must."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

import didymium
from didymium.elements import ELEMENTS, molar_mass
from didymium.files import FlowsheetError
from didymium.flowsheet import Result
from didymium.network import SolveError

PLANTS = ("smco_magnets", "iron_nitride")


@cache
def solved(name: str) -> Result:
    return didymium.load(name).solve()


@pytest.mark.parametrize("name", PLANTS)
def test_atoms_close_and_targets_hold(name: str) -> None:
    result = solved(name)
    assert result.solution.balance.worst <= 1e-9
    assert max(result.solution.balance.by_unit.values()) <= 1e-9
    assert [one.target.text for one in result.targets if not one.passed] == []
    for stream in result.streams.values():
        assert (stream.flow >= 0.0).all(), stream.name


@pytest.mark.parametrize("name", PLANTS)
def test_costs_are_conserved(name: str) -> None:
    found = solved(name).cost
    leaving = sum(found.stream(stream) for stream in found.tables.terminal())
    assert leaving == pytest.approx(found.total, rel=1e-9)
    split = found.per_kg("magnet")
    assert sum(split.by_cause.values()) == pytest.approx(split.total, rel=1e-12)
    assert {line.source for line in found.lines} <= {*didymium.data.sources(), *solved(name).plan.sources, "file"}


def test_iron_nitride_needs_what_stoichiometry_says() -> None:
    result = solved("iron_nitride")
    powder = result.streams["nitriding.powder"]
    metal = powder.element("Fe") / molar_mass("Fe") - powder.element("O") / molar_mass("O")
    # An eighth of a mol N per mol of iron that is nitrided; the skin of oxide came after the metal.
    assert powder.element("N") / molar_mass("N") == pytest.approx(0.75 / 8.0 * metal, rel=0.02)
    bought = {line.item: float(line.rate[0]) for line in result.solution.units["nitriding"].lines if line.unit == "kg"}
    oxygen = 3.0 * result.streams["iron_oxide"].element("Fe") / molar_mass("Fe") / 2.0
    assert bought["hydrogen"] / molar_mass("H2") == pytest.approx(0.995 * 1.2 * oxygen, rel=1e-9)


def test_no_grade_and_no_rare_earth_in_iron_nitride() -> None:
    result = solved("iron_nitride")
    assert not any(result.streams["compaction.magnets"].element(name) for name in ELEMENTS[:16])
    assert result.solution.units["compaction"].details["grade"] == ["below every grade"]
    assert result.recovery("Fe", "magnet") > 0.94


def test_iron_nitride_is_counted_as_capacity() -> None:
    stage = solved("iron_nitride").capacity["magnet"]
    assert stage.nameplate_t_per_year == pytest.approx(1500.0)
    assert stage.utilisation == pytest.approx(1.0, abs=0.02)
    capital = solved("iron_nitride").cost.capital["magnet"]
    assert "tax credit" in capital.note or "Niron" in str(capital)


def test_samarium_cobalt_reaches_its_grades() -> None:
    units = solved("smco_magnets").solution.units
    assert units["sintering"].details["grade"][0] in ("YXG30H", "XGS30H")
    assert units["sintering_15"].details["grade"] == ["RECo5-18S"]
    shares = dict(zip(units["sintering"].details["phase_names"], units["sintering"].details["phases"][0], strict=True))
    assert 0.5 < shares["Sm2Co17"] < 0.75
    assert 0.01 < shares["Sm2O3"] < 0.03


def test_samarium_comes_back_from_swarf_and_cobalt_is_not_lost() -> None:
    result = solved("smco_magnets")
    assert result.streams["returned_oxide.oxide"].purity("Sm") > 0.99
    fates = result.fates("Co", "machining.swarf")
    assert fates["swarf_leach.residue"] > 0.85
    without = didymium.load("smco_magnets", {"swarf_leach.share": "0 %"}).solve()
    made = [one.streams["machining.magnets"].mass() for one in (without, result)]
    assert made[0] < 0.85 * made[1]


def test_more_oxygen_costs_remanence_and_at_last_the_magnet() -> None:
    plant = didymium.load("smco_magnets")
    amounts = np.array([0.0015, 0.0025, 0.0035])
    result = plant.solve({"milling.oxygen": amounts, "milling_15.oxygen": amounts})
    field = result.solution.units["sintering"].details["Hcj_kA_m"]
    share = result.solution.units["sintering"].details["effective_samarium"]
    assert all(after < before for before, after in pairwise(share))
    assert (field > 1990.0).all()
    with pytest.raises(SolveError, match="coercivity of SmCo5 is lost") as caught:
        plant.solve({"milling_15.oxygen": [0.008]})
    assert caught.value.position == plant.plan.units["sintering_15"].place("feed")


def test_a_sample_alone_gives_the_bits_of_the_batch() -> None:
    plant = didymium.load("smco_magnets")
    values = {"machining.recovery": np.array([0.6, 0.75]), "swarf_leach.share": np.array([0.98, 0.86])}
    many = plant.solve(values)
    for i in range(2):
        one = plant.solve({path: [value[i]] for path, value in values.items()})
        for stream in one.streams.values():
            assert np.array_equal(stream.flow[0], many.streams[stream.name].flow[i]), stream.name
        for key in ("phases", "Br_T", "Hcj_kA_m", "effective_samarium"):
            mine, theirs = one.solution.units["sintering"].details[key], many.solution.units["sintering"].details[key]
            assert np.array_equal(mine[0], theirs[i]), key


@pytest.mark.parametrize(
    ("name", "path", "value", "words"),
    [
        ("smco_magnets", "sintering.temperature", "1240 degC", "1240 degC melts the compacts"),
        ("smco_magnets", "sintering.ageing", "1190 degC", "ageing at 1190 degC is not below solution"),
        ("iron_nitride", "compaction.temperature", "300 degC", "300 degC destroys the magnet"),
        ("iron_nitride", "nitriding.temperature", "400 degC", "400 degC is too hot to nitride"),
    ],
)
def test_what_cannot_be_is_refused_at_load(name: str, path: str, value: str, words: str) -> None:
    with pytest.raises(FlowsheetError, match=re.escape(words)):
        didymium.load(name, {path: value})


def test_unlike_magnets_are_compared() -> None:
    found = didymium.compare([solved("iron_nitride"), solved("smco_magnets")])
    assert found.basis == "magnet"
    assert "Sm" in found.elements
    assert list(found.recovery["Sm"]) == ["smco_magnets"]
    assert found.differences[0].cost["magnet"][0] > 0.0
