"""Every row of every data file: a source that exists, a year, a confidence, a range; formulas and sums."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import pytest

from didymium import data
from didymium.elements import INDEX, RARE_EARTHS, is_name, mass_fractions

FOLDER = Path(data.__file__).parent
FILES = sorted(path.name for path in FOLDER.glob("*.csv"))
NUMBERS = [name for name in FILES if "value" in (FOLDER / name).open(encoding="utf-8").readline().split(",")]


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.mark.parametrize("name", FILES)
def test_rows_are_whole(name: str) -> None:
    for row in rows(name):
        assert None not in row, f"{name}: a row has too many cells: {row}"
        assert None not in row.values(), f"{name}: a row has too few cells: {row}"
        assert all(cell == cell.strip() for cell in row.values())


@pytest.mark.parametrize("name", [name for name in FILES if name != "sources.csv"])
def test_sources_exist(name: str) -> None:
    known = data.sources()
    for row in rows(name):
        for key in ("source", "distribution_source"):
            if key in row:
                assert row[key] in known, f"{name}: {row}"


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_have_year_confidence_and_range(name: str) -> None:
    for row in rows(name):
        value = float(row["value"])
        assert 1990 <= int(row["year"]) <= 2030, row
        assert row["confidence"] in ("high", "medium", "low"), row
        low, high = float(row["low"] or value), float(row["high"] or value)
        assert low <= value <= high, row
        if data.sources()[row["source"]].assumed:
            assert low < value < high, f"an assumption without a range: {row}"
            assert row["note"], f"an assumption without a reason: {row}"
            assert row["confidence"] == "low" or row["source"] != "assumed", row


def test_every_source_has_one_row() -> None:
    keys = [row["key"] for row in rows("sources.csv")]
    assert sorted(keys) == sorted(set(keys))


def test_sources_are_complete() -> None:
    for source in data.sources().values():
        assert source.kind in ("published", "computed", "general knowledge", "assumption"), source
        assert source.confidence in ("high", "medium", "low"), source
        assert source.title
        assert source.locator
        assert 1950 <= source.year <= 2030, source
        assert "," not in source.key
        assert " " not in source.key


LISTED = {"mt_weld": 0.999, "longnan_clay": 0.9882, "myanmar_clay": 0.9887}
"""What the oxides of a type row add up to as listed; the others are made of parts of a whole."""


@pytest.mark.parametrize("key", sorted(data.deposits()))
def test_deposits(key: str) -> None:
    deposit = data.deposits()[key]
    for shares in (deposit.distribution, deposit.minerals, deposit.gangue):
        assert sum(shares.values()) == pytest.approx(1.0, abs=1e-12)
        assert all(share > 0 for share in shares.values())
    assert set(deposit.distribution) <= set(RARE_EARTHS)
    assert all(data.minerals()[name].family == "rare_earth" for name in deposit.minerals)
    assert all(data.minerals()[name].family in ("iron", "gangue") for name in deposit.gangue)
    assert 0 < deposit.grade.value < 0.5
    assert 0 < deposit.uranium < deposit.thorium < 0.001
    for kind in ("oxide.", "mineral.", "gangue."):
        raw = sum(fact.value for name, fact in deposit.facts.items() if name.startswith(kind))
        if kind == "oxide." and key in LISTED:
            assert raw == pytest.approx(LISTED[key], abs=1e-5)
        else:
            assert raw == pytest.approx(1.0, abs=0.003), kind


def test_mountain_pass_keeps_the_split_of_the_annual_report() -> None:
    shares = data.deposits()["mountain_pass"].distribution
    assert shares["La"] == pytest.approx(0.323, abs=1e-4)
    assert shares["Ce"] == pytest.approx(0.502, abs=1e-4)
    assert shares["Pr"] + shares["Nd"] == pytest.approx(0.157, abs=1e-4)
    heavier = 1 - sum(shares[name] for name in ("La", "Ce", "Pr", "Nd"))
    assert heavier == pytest.approx(0.018, abs=1e-4)
    assert (shares["Dy"] + shares["Tb"]) / heavier == pytest.approx(0.04, rel=1e-3)


def test_bayan_obo_holds_a_third_iron() -> None:
    deposit = data.deposits()["bayan_obo"]
    rare = deposit.grade.value / 0.74
    held = {"hematite": 2 * 55.845 / 159.688, "aegirine": 55.845 / 231.002}
    iron = sum(deposit.gangue[name] * share for name, share in held.items()) * (1 - rare)
    assert iron == pytest.approx(0.34, abs=0.002)


def test_mountain_pass_holds_the_gangue_of_the_flotation_study() -> None:
    # Its feed of 7.7 % REO holds 14.6 % BaO, 22.1 % CaO and 5.0 % SrO; bastnaesite is 74.6 % REO.
    deposit = data.deposits()["mountain_pass"]
    rest = 1 - 0.077 / 0.746
    assert deposit.gangue["barite"] * rest * 153.326 / 233.39 == pytest.approx(0.146, abs=0.001)
    assert deposit.gangue["celestite"] * rest * 103.62 / 183.68 == pytest.approx(0.050, abs=0.001)
    lime = deposit.gangue["calcite"] * 56.077 / 100.087 + deposit.gangue["dolomite"] * 56.077 / 184.40
    assert lime * rest == pytest.approx(0.221, abs=0.001)


def test_clays_agree_with_the_sums_that_were_read() -> None:
    longnan = data.deposits()["longnan_clay"].distribution
    assert longnan["Y"] == pytest.approx(0.6483, abs=0.012)
    heavy = sum(longnan[name] for name in ("Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y"))
    assert heavy == pytest.approx(0.894, abs=0.02)
    middle = data.deposits()["myanmar_clay"].distribution
    assert sum(middle[name] for name in ("Sm", "Eu", "Gd", "Tb", "Dy")) == pytest.approx(0.15, abs=0.012)
    assert sum(middle[name] for name in ("Ho", "Er", "Tm", "Yb", "Lu", "Y")) == pytest.approx(0.29, abs=0.006)
    assert middle["Eu"] > 0.005
    assert middle["Y"] > 0.20


def test_mt_weld_concentrate_holds_the_thorium_that_its_owner_names() -> None:
    # Thorium rides with the monazite: 38 % REO from an ore of 6.44 % holds 0.16 % ThO2.
    deposit = data.deposits()["mt_weld"]
    thorium = deposit.thorium * 0.38 / deposit.grade.value
    assert thorium * 264.04 / 232.04 == pytest.approx(0.0016, abs=0.0001)


def test_formulas_parse_and_streams_carry_their_elements() -> None:
    for reagent in data.reagents().values():
        assert sum(reagent.composition.values()) == pytest.approx(1.0)
        for formula in reagent.composition:
            assert mass_fractions(formula).sum() == pytest.approx(1.0)
    for mineral in data.minerals().values():
        assert mass_fractions(mineral.formula).sum() == pytest.approx(1.0)
        assert mineral.family in ("rare_earth", "iron", "gangue")
        assert bool(mineral.ligands) == (mineral.family == "rare_earth")


def test_aliases_are_unambiguous() -> None:
    seen: set[str] = set()
    for row in rows("reagents.csv"):
        for name in (row["item"], *(alias for alias in row["aliases"].split() if alias != row["item"])):
            assert name not in seen
            seen.add(name)


WHOLE = sorted(key for key, region in data.regions().items() if not region.prices_like)
LIKE = sorted(set(data.regions()) - set(WHOLE))


@pytest.mark.parametrize("region", WHOLE)
def test_every_reagent_has_a_price_in_every_region_of_its_own_prices(region: str) -> None:
    for reagent in data.reagents().values():
        quote = data.price_book()[reagent.item, region]
        assert quote.fact.unit == "kg"
        assert quote.fact.value >= 0
        assert quote.cause in ("reagents", "materials")
    for item, unit in {"electricity": "kWh", "heat": "MJ", "diesel": "MJ"}.items():
        assert data.price_book()[item, region].fact.unit == unit
    assert data.waste_costs()["other", region].value > 0


def test_whole_regions_price_the_same_items_and_wastes() -> None:
    for table in (data.price_book(), data.waste_costs()):
        by_region = [{item for item, place in table if place == region} for region in WHOLE]
        assert all(items == by_region[0] for items in by_region)


@pytest.mark.parametrize("region", LIKE)
def test_other_regions_are_read_like_a_whole_one(region: str) -> None:
    about = data.regions()[region]
    assert about.prices_like in WHOLE
    assert about.note
    for factor in ("price", "waste"):
        fact = data.regional_factors()[factor, region]
        assert fact.low < fact.high
        assert fact.assumed
    own = {item for item, place in data.price_book() if place == region}
    assert "electricity" in own
    assert own <= {item for item, place in data.price_book() if place == about.prices_like}


@pytest.mark.parametrize("region", sorted(data.regions()))
def test_a_region_has_wages_build_cost_and_a_rate(region: str) -> None:
    assert set(data.wages()[region]) == {"wage", "burden"}
    assert data.regional_factors()["build_cost", region].value > 0
    currency = data.regions()[region].currency
    for year in (2020, 2025):
        assert data.exchange_rate(currency, year).unit == f"{currency}/USD"


def test_plants_and_labour_by_the_kinds_of_a_stage() -> None:
    assert data.plant_of("mine", ["in_situ_leach", "mixer"]) != data.plant_of("mine", ["mine", "mixer"])
    assert data.plant_of("mine", []) is data.capital()["mine"]
    assert data.labour_of("mine", ["flotation"]) is data.labour()["mine"]
    assert data.labour_of("separation", ["in_situ_leach"]) is data.labour()["separation"]
    assert set(data.capital()) == set(data.labour()) == {"mine", "separation", "metal", "alloy", "magnet"}


def test_by_products_share_costs_or_are_sold() -> None:
    shared = {form for form, _ in data.by_product_values()}
    assert shared == {"iron concentrate"}
    assert shared.isdisjoint(data.credits())
    for credit in data.credits().values():
        assert is_name(credit.element)
        assert set(credit.bound) <= set(INDEX)
        assert bool(credit.item) == bool(credit.formula)
        assert credit.fact.unit == ("share of the price" if credit.item else "USD/kg")
        if credit.item:
            assert credit.item in data.reagents()
            assert mass_fractions(credit.formula)[INDEX[credit.element]] > 0
            assert 0 <= credit.fact.low <= credit.fact.high <= 1


def test_oxide_prices_cover_the_rare_earths_and_hold_their_year() -> None:
    for year in (2020, 2024, 2026):
        assert set(data.prices(year)) == set(RARE_EARTHS)
        for fact in data.prices(year).values():
            assert 0 < fact.low <= fact.value <= fact.high
            assert fact.unit == "USD/kg"
            assert fact.low < fact.high or not fact.assumed
    assert data.oxide_price("Nd", 2022).value == 134
    assert data.oxide_price("Nd", 2026) == data.oxide_price("Nd", 2024)
    assert data.oxide_price("Sm", 2021).year == 2024
    assert data.oxide_price("Pr", 2024).assumed
    assert not data.oxide_price("Dy", 2024).assumed


def test_separation_factors_chain() -> None:
    p507 = data.extractants()["P507"]
    assert next(iter(p507.factors)) == "La"
    assert set(p507.factors) == set(RARE_EARTHS) - {"Sc"}
    for pair, fact in p507.pairs.items():
        heavier, lighter = pair.split("/")
        ratio = p507.factors[heavier].value / p507.factors[lighter].value
        assert ratio == pytest.approx(fact.value, rel=1e-12)
        assert fact.value > 1
    assert p507.factors["Y"].value / p507.factors["Dy"].value == pytest.approx(3.14)


def test_mappings_are_read_only() -> None:
    with pytest.raises(TypeError):
        data.sources()["mine"] = None  # type: ignore[index]
    with pytest.raises(TypeError):
        data.deposits()["bayan_obo"].distribution["Nd"] = 1.0  # type: ignore[index]


def test_the_page_about_the_data_names_every_file_and_source() -> None:
    page = Path(__file__).parents[2] / "docs" / "data.md"
    text = page.read_text(encoding="utf-8")
    for name in (*FILES, *data.sources()):
        assert f"`{name}`" in text, f"docs/data.md does not name {name}"


def test_market_prices_are_for_comparison() -> None:
    oxide = data.market_prices()["NdPr oxide", "china"][2024]
    assert oxide.low < oxide.value < oxide.high
    assert all(region in data.regions() for _, region in data.market_prices())


@pytest.mark.parametrize(
    ("folder", "allowed"),
    [
        ("data", {"elements"}),
        (
            "supply",
            {
                *("data", "data.levers", "elements", "goods", "plan", "quantities", "scenario", "spreads", "stream"),
                *("sums", "wording", "network.solution"),
                *("economics.cost", "economics.lines"),  # for types alone: test_architecture.py holds that
            },
        ),
        (
            "economics",
            {
                *(
                    "data",
                    "data.equipment",
                    "data.investment",
                    "elements",
                    "finance_terms",
                    "stream",
                    "plan",
                    "quantities",
                    "sums",
                    "network.solution",
                    "operations.base",
                    "supply.capacity",
                )
            },
        ),
    ],
)
def test_imports_go_one_way(folder: str, allowed: set[str]) -> None:
    for path in (FOLDER.parent / folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 2:
                assert node.module in allowed, f"{path.name} imports {node.module}"
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                assert not (node.module or "").startswith("didymium"), path.name
