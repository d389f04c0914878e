"""Wastes per t of oxide: placed by form, complete by element, hand-checked on a plant of one unit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import didymium
from didymium.data import cost_rates, emission_factor
from didymium.data.facts import rows
from didymium.elements import COUNT, ELEMENTS, INDEX
from didymium.files import shipped
from didymium.operations import registry
from didymium.operations.water_content import salts
from didymium.stream import Stream
from didymium.studies import effluents as module
from didymium.studies.effluents import BY_PRODUCTS, GROUPS, MEDIA, ROWS, Effluents, effluents, wastes

BY_NAME = {row.key: row for row in ROWS}

SODIUM = """\
didymium: 1
name: Lanthanum carbonate
region: china
year: 2024
operating_hours: 8_000 h/year
regions: {metal: us}
feeds:
  liquor: {material: {LaCl3: 20 %, H2O: 80 %}, form: chloride liquor, rate: 1 t/h, price: 1 USD2024/kg}
units:
  carbonate:
    kind: carbonate_precipitation
    feed: liquor
    carbonate: Na2CO3
    recovery: {REO: 100 %}
    occluded_chloride: 0 %
    moisture: 0 kg/kg
  oxide: {kind: calcination, feed: carbonate.carbonate, heat: 3 MJ/kg}
  metal: {kind: molten_salt_electrolysis, feed: oxide.oxide, current_efficiency: 80 %, voltage: 10 V}
products: {metal: metal.metal}
"""


AMMONIA = """\
didymium: 1
name: Lanthanum carbonate by bicarbonate, water treated
region: china
year: 2024
operating_hours: 8_000 h/year
feeds:
  liquor: {material: {LaCl3: 20 %, H2O: 80 %}, form: chloride liquor, rate: 1 t/h, price: 1 USD2024/kg}
units:
  carbonate: {kind: carbonate_precipitation, feed: liquor, carbonate: NH4HCO3}
  waters:
    kind: water_treatment
    feed: carbonate.effluent
    ammonia: 15 g/m^3
    reuse: 85 %
products: {carbonate: carbonate.carbonate}
"""


def value(found: Effluents, key: str, group: str = "") -> float:
    return float(found.value(BY_NAME[key], group)[0])


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> didymium.Result:
    file = tmp_path_factory.mktemp("plant") / "plant.yaml"
    file.write_text(SODIUM, encoding="utf-8")
    return didymium.load(file).solve()


def test_every_form_of_waste_has_its_place() -> None:
    """A form that no row knows would count as other waste; kinds that ship make none."""
    forms = {outlet.form for kind in registry().values() for outlet in kind.outlets.values() if outlet.waste}
    assert forms <= set(MEDIA), forms - set(MEDIA)


def test_by_products_are_those_that_have_a_worth() -> None:
    assert {row["form"] for row in rows("by_products")} == BY_PRODUCTS


def test_by_products_are_no_wastes() -> None:
    # Swarf and scrap are sold but by the outlets that are marked as waste: ultrafines that burn, coats with glue.
    assert BY_PRODUCTS & set(MEDIA) == {"swarf", "scrap"}


def test_chloride_and_water_of_a_carbonate(plant: didymium.Result) -> None:
    # 2 LaCl3 + 3 Na2CO3 -> La2(CO3)3 + 6 NaCl: 6 mol Cl on one of La2O3, 212.70 on 325.81 kg.
    found = effluents(plant)
    assert found.products == ("oxide.oxide",)
    assert found.oxide[0] == pytest.approx(0.2 * 325.809 / 2 / 245.264, rel=1e-4)
    assert value(found, "chloride_to_water") == pytest.approx(1000 * 6 * 35.453 / 325.809, rel=1e-3)
    assert value(found, "chloride_to_water", "separation") == value(found, "chloride_to_water")
    assert value(found, "ammonia_nitrogen_to_water") == 0.0


@pytest.fixture(scope="module")
def treated(tmp_path_factory: pytest.TempPathFactory) -> didymium.Result:
    file = tmp_path_factory.mktemp("treated") / "plant.yaml"
    file.write_text(AMMONIA, encoding="utf-8")
    return didymium.load(file).solve()


def test_salts_of_water_that_is_handed_back_leave_to_water(treated: didymium.Result) -> None:
    """All chloride but that of sludge and carbonate leaves with water, 85 % of it with the water that is reused."""
    found = effluents(treated)
    streams = treated.streams
    back, gone = streams["waters.recycled"], streams["waters.effluent"]
    assert back.element("Cl") == pytest.approx(gone.element("Cl") * 0.85 / 0.15)
    for key, element in (("chloride_to_water", "Cl"), ("ammonia_nitrogen_to_water", "N")):
        assert value(found, key) * found.oxide[0] == pytest.approx(back.element(element) + gone.element(element))
    # The water itself is handed back: hydrogen of it is none of the wastes'.
    assert value(found, "water_reused") * found.oxide[0] == pytest.approx(
        0.85 / 0.15 * float(found.rate("water_discharged")[0])
    )
    media = found.element("H", "water")[0]
    assert media == pytest.approx(gone.element("H") + salts(back.elements)[0, INDEX["H"]])
    assert media < 0.2 * back.element("H")


def test_condensate_has_no_salts(treated: didymium.Result) -> None:
    dry = treated.flowsheet.solve({"waters.reuse": 0.0, "waters.evaporation": 0.6})
    assert dry.streams["waters.recycled"].mass() > 0.0
    found = effluents(dry)
    assert found.element("Cl", "water")[0] == dry.streams["waters.effluent"].element("Cl")
    assert found.element("H", "water")[0] == dry.streams["waters.effluent"].element("H")


def test_water_that_a_unit_takes_keeps_its_salts_inside(tmp_path: Path) -> None:
    file = tmp_path / "plant.yaml"
    again = "  again: {kind: water_treatment, feed: waters.recycled}\nproducts"
    file.write_text(AMMONIA.replace("products", again), encoding="utf-8")
    result = didymium.load(file).solve()
    found, streams = effluents(result), result.streams
    assert "again.recycled" in streams
    whole = sum(streams[name].element("Cl") for name in ("waters.effluent", "again.effluent", "again.recycled"))
    assert value(found, "chloride_to_water") * found.oxide[0] == pytest.approx(whole)


def test_ammonia_that_is_not_caught_goes_to_air(treated: didymium.Result) -> None:
    found = effluents(treated)
    gas = treated.streams["waters.offgas"]
    caught = treated.streams["waters.ammonia"].element("N")
    assert value(found, "ammonia_nitrogen_to_air") * found.oxide[0] == pytest.approx(caught * 0.02 / 0.98)
    assert gas.element("N") == pytest.approx(caught * 0.02 / 0.98)


def _residue(thorium: float, uranium: float, form: str = "residue") -> Stream:
    """A t/h that holds Bq/g of 232Th and of 238U."""
    flow = np.zeros((1, 1, COUNT))
    rates = cost_rates()
    flow[0, 0, INDEX["Th"]] = 1000.0 * thorium / rates["thorium_activity"].value
    flow[0, 0, INDEX["U"]] = 1000.0 * uranium / rates["uranium_activity"].value
    flow[0, 0, INDEX["Fe"]] = 1000.0 - flow.sum()
    return Stream("purify.residue", form, ("bulk",), flow)


@pytest.mark.parametrize(
    ("thorium", "uranium", "words"),
    [
        (0.45, 0.56, "1.01 together: near the limit of 1 Bq/g of either, it counts as not radioactive"),
        (0.75, 0.0, "not radioactive"),
        (1.25, 0.0, "it counts as radioactive"),
        (0.1, 1.2, "it counts as radioactive"),
        (0.65, 0.0, ""),
        (1.4, 0.0, ""),
        (14.0, 0.8, ""),
        (0.0, 0.0, ""),
    ],
)
def test_a_residue_near_the_limit_is_named(thorium: float, uranium: float, words: str) -> None:
    found = module._near(_residue(thorium, uranium))
    assert (words in found) if words else not found


def test_tailings_and_effluents_are_not_named() -> None:
    assert not any(module._near(_residue(0.9, 0.0, form)) for form in ("tailings", "effluent", "leached ground"))
    assert module._near(_residue(0.9, 0.0, "salt"))


def test_carbon_of_process_fuel_and_power(plant: didymium.Result) -> None:
    # La2(CO3)3 -> La2O3 + 3 CO2 alone leaves 3 * 44.01 / 325.81 t of the calcination's gas.
    found = effluents(plant)
    streams, lines = plant.streams, plant.solution.units
    carbon = sum(float(streams[name].element("C")) for name in ("carbonate.offgas", "oxide.offgas"))
    assert value(found, "co2_process", "separation") == pytest.approx(
        carbon * 44.0095 / 12.0107 / 1000.0 / found.oxide[0], rel=1e-4
    )
    assert value(found, "co2_process", "separation") >= 3 * 44.01 / 325.81 * 0.99
    heat = sum(float(line.rate[0]) for line in lines["oxide"].lines if line.item == "heat")
    assert value(found, "fuel", "separation") == pytest.approx(heat / 1000.0 / found.oxide[0])
    assert value(found, "co2_fuel", "separation") == pytest.approx(
        heat / 1000.0 * emission_factor("heat", "china").value / 1000.0 / found.oxide[0]
    )
    power = sum(float(line.rate[0]) for line in lines["metal"].lines if line.item == "electricity")
    assert value(found, "electricity", "later") == pytest.approx(power / found.oxide[0])
    # The metal stage stands in the US.
    american = emission_factor("electricity", "us").value
    assert value(found, "co2_power", "later") == pytest.approx(power * american / 1000.0 / found.oxide[0])


def test_groups_add_up(plant: didymium.Result) -> None:
    found = effluents(plant)
    for row in ROWS:
        if row.unit != "Bq/g":
            parts = [value(found, row.key, group) for group in GROUPS]
            assert sum(parts) == pytest.approx(value(found, row.key), abs=1e-12), row.key


def _solvable() -> list[str]:
    return sorted(shipped())


@pytest.mark.parametrize("name", _solvable())
def test_the_table_holds_every_atom_of_the_wastes(name: str) -> None:
    """Element by element, what the media hold is what the waste streams carry, and no stream is unknown."""
    result = didymium.load(name).solve()
    found = effluents(result)
    assert found.remarks == ()
    leaving = sum(stream.elements[0] for _, stream in wastes(result))
    handed = [one for name, one in result.streams.items() if one.form == "recycled water"]
    leaving = leaving + sum(salts(one.elements)[0] for one in handed if not result.solution.takers.get(one.name))
    for i, element in enumerate(ELEMENTS):
        media = sum(float(found.element(element, medium)[0]) for medium in (*dict.fromkeys(MEDIA.values()), "other"))
        assert media == pytest.approx(leaving[i], rel=1e-12, abs=0.0), element
    water = value(found, "fluoride_to_water") * found.oxide[0]
    assert water == pytest.approx(float(found.element("F", "water")[0]), rel=1e-12)
    sulphur = value(found, "sulfate_to_water") * found.oxide[0] * 32.065 / 96.0626
    assert sulphur == pytest.approx(float(found.element("S", "water")[0]), rel=1e-4)
    solids = ("radioactive_residue", "other_residue", "salt", "tailings", "leached_ground")
    tonnes = sum(value(found, key) for key in solids) * found.oxide[0]
    held = sum(float(found.element(element, "solid")[0]) for element in ELEMENTS) / 1000.0
    assert tonnes == pytest.approx(held, rel=1e-12)


def test_nothing_that_leaves_is_left_out(mountain_pass: didymium.Result) -> None:
    """A stream that leaves is a product of the file, a waste, a by-product or something sold."""
    found = effluents(mountain_pass)
    known = {stream.name for _, stream in wastes(mountain_pass)} | set(found.products)
    known |= set(mountain_pass.plan.products.values())
    for name, taker in mountain_pass.solution.takers.items():
        stream = mountain_pass.streams[name]
        assert taker is not None or name in known or stream.form in BY_PRODUCTS or not np.any(stream.mass()), name


def test_activity_of_a_residue(mountain_pass: didymium.Result) -> None:
    found = effluents(mountain_pass)
    hot = [
        stream for _, stream in wastes(mountain_pass) if stream.form == "residue" and stream.element("Th") > 0.0
    ]  # each of them above 246 ppm or none
    rates = cost_rates()
    parents = sum(
        stream.element("Th") * rates["thorium_activity"].value + stream.element("U") * rates["uranium_activity"].value
        for stream in hot
        if stream.element("Th") / stream.mass() > 1.0 / 4060
    )
    mass = sum(stream.mass() for stream in hot if stream.element("Th") / stream.mass() > 1.0 / 4060)
    assert mass > 0.0
    assert value(found, "radioactive_residue_parents") == pytest.approx(parents / mass)
    assert value(found, "radioactive_residue") == pytest.approx(mass / 1000.0 / found.oxide[0])
    assert value(found, "radioactive_residue_chains") >= 10.0 * value(found, "radioactive_residue_parents")


def test_an_unknown_form_is_counted_and_named(plant: didymium.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEDIA", {form: medium for form, medium in MEDIA.items() if form != "gas"})
    found = effluents(plant)
    assert any("oxide.offgas leaves as 'gas'" in remark for remark in found.remarks)
    gases = sum(stream.mass() for _, stream in wastes(plant) if stream.form == "gas")
    assert value(found, "other_waste") == pytest.approx(gases / 1000.0 / found.oxide[0])


def test_power_without_a_factor_is_named(plant: didymium.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "emission_factor", lambda item, region="": None)
    remarks = " ".join(effluents(plant).remarks)
    assert "no emission factor of electricity in us" in remarks
    assert "no emission factor of heat in china" in remarks


def test_samples_are_alike(plant: didymium.Result) -> None:
    both = plant.flowsheet.solve({"metal.voltage": np.array([10.0, 9.0]), "oxide.heat": np.array([3.0, 4.0])})
    found, alone = effluents(both), effluents(plant)
    for row in ROWS:
        for group in (*GROUPS, ""):
            first = alone.value(row, group)[0]
            assert np.array_equal(found.value(row, group)[0], first, equal_nan=True), row.key
    assert found.value(BY_NAME["fuel"])[1] > found.value(BY_NAME["fuel"])[0]


def test_no_product_gives_no_number(plant: didymium.Result) -> None:
    nothing = didymium.load(Path(plant.plan.path), {"carbonate.recovery.REO": "0 %"}).solve()
    assert np.isnan(value(effluents(nothing), "chloride_to_water"))


def test_a_liquor_that_nobody_names_is_discharged_and_no_product(tmp_path: Path) -> None:
    """CeCl3 stays in the raffinate: named it is a product, unnamed its chloride goes to water."""
    head = SODIUM.partition("feeds:")[0].replace("regions: {metal: us}\n", "")
    text = head + (
        "feeds: {liquor: {material: {CeCl3: 10 %, PrCl3: 10 %, H2O: 80 %}, form: chloride liquor, rate: 1 t/h}}\n"
        "units:\n  cut:\n    kind: solvent_extraction\n    feed: liquor\n    cut: Ce / Pr\n"
        "    extractant: {name: P507, concentration: 1.5 mol/L, saponification: 36 % NH4}\n"
        "    purity: {raffinate: 99 %, extract: 99 %}\n"
        "products: {pr: cut.strip_liquor, ce: cut.raffinate}\n"
    )
    named = effluents(_solved(tmp_path, text))
    lost = _solved(tmp_path, text.replace(", ce: cut.raffinate", ""))
    unnamed = effluents(lost)
    assert named.products == ("cut.raffinate", "cut.strip_liquor")
    assert unnamed.products == ("cut.strip_liquor",)
    assert not np.any(named.rate("chloride_to_water"))
    assert unnamed.rate("chloride_to_water") == lost.streams["cut.raffinate"].element("Cl")
    assert unnamed.rate("ammonia_nitrogen_to_water") == lost.streams["cut.raffinate"].element("N")
    assert unnamed.oxide == pytest.approx(lost.streams["cut.strip_liquor"].oxide() / 1000.0)


def test_a_mine_alone_counts_what_leaves_the_mine(tmp_path: Path) -> None:
    text = SODIUM.partition("regions:")[0] + (
        "feeds: {clay: {deposit: longnan_clay, rate: 1_000 t/day}}\n"
        "units: {hill: {kind: in_situ_leach, feed: clay}}\nproducts: {liquor: hill.liquor}\n"
    )
    mine = _solved(tmp_path, text)
    assert effluents(mine).per == "t REO that leaves the mine"
    assert effluents(mine).products == ("hill.liquor",)


def test_a_plant_with_a_separation_counts_what_leaves_it(plant: didymium.Result) -> None:
    assert effluents(plant).per == "t REO that leaves separation"


def _solved(folder: Path, text: str) -> didymium.Result:
    path = folder / "case.yaml"
    path.write_text(text)
    return didymium.load(path).solve()


def test_fluorocarbons_of_the_cells_count_as_carbon_dioxide() -> None:
    # 4.8e-5 kg of CF4 at 7,380 and 5.3e-6 kg of C2F6 at 12,400 make 0.42 kg of CO2 per kg of metal.
    result = didymium.load("texas_magnets").solve()
    metal = result.streams["metal.metal"].mass() / 1000.0
    rate = effluents(result).rate("co2_fluorocarbons")[0]
    assert rate == pytest.approx(metal * (4.8e-5 * 7380 + 5.3e-6 * 12400), rel=0.02)
    assert effluents(result).rate("co2_fluorocarbons", "separation")[0] == 0.0
