"""Workbooks: they calculate to the model's costs, follow their prices, and keep the text of files text."""

from __future__ import annotations

import io
import math
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import didymium
from didymium.data.investment import capital_factors
from didymium.report import workbook
from didymium.report.output import OutputError
from didymium.report.workbook.book import Book, Page, sheet_name
from didymium.report.workbook.cells import LONGEST, Formula, Number
from didymium.studies.priced import PriceList

PLANT = "texas_magnets"


@pytest.fixture(scope="module")
def texas() -> didymium.Result:
    return didymium.load(PLANT).solve()


@pytest.fixture(scope="module")
def written(texas: didymium.Result) -> bytes:
    return workbook.run(texas)


def opened(data: bytes, values: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def recalculated(book: Any, path: Path) -> Callable[[str, str], float]:
    """The values of a workbook as the package `formulas` finds them; openpyxl drops those that were stored."""
    import formulas

    book.save(path)
    found = formulas.ExcelModel().loads(str(path)).finish().calculate()

    def value(sheet: str, cell: str) -> float:
        return float(found[f"'[{path.name}]{sheet.upper()}'!{cell}"].value[0, 0])

    return value


def row_of(sheet: Any, *words: str) -> int:
    """The first row whose first cells say these words."""
    for row in sheet.iter_rows():
        if tuple(cell.value for cell in row[: len(words)]) == words:
            return int(row[0].row)
    raise AssertionError(f"{sheet.title} has no row {words}")


def place(sheet: Any, head: str, **wanted: str) -> str:
    """The cell of a column in the row where other columns say what is wanted."""
    rows = sheet.iter_rows()
    heads: dict[str, int] = {}
    for row in rows:
        if head in [cell.value for cell in row]:
            heads = {str(cell.value): cell.column for cell in row if cell.value}
            break
    for row in rows:
        if all(row[heads[key] - 1].value == value for key, value in wanted.items()):
            return str(row[heads[head] - 1].coordinate)
    raise AssertionError(f"{sheet.title} has no {wanted}")


# -- what it calculates to --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def value(written: bytes, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], float]:
    """The workbook as written, calculated by another program."""
    return recalculated(opened(written), tmp_path_factory.mktemp("book") / "plant.xlsx")


def agree(data: bytes, value: Callable[[str, str], float]) -> int:
    """Hold every formula's value to the stored one, which is the model's; how many there are."""
    book, stored, count = opened(data), opened(data, values=True), 0
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            known = stored[sheet.title][cell.coordinate].value
            assert math.isclose(value(sheet.title, cell.coordinate), known, rel_tol=1e-9, abs_tol=1e-9), cell
            count += 1
    return count


def test_every_formula_calculates_to_what_the_model_has(written: bytes, value: Callable[[str, str], float]) -> None:
    assert agree(written, value) > 500


def test_totals_are_those_of_the_model(
    written: bytes, texas: didymium.Result, value: Callable[[str, str], float]
) -> None:
    split = texas.cost.per_kg("magnet")
    assert math.isclose(value("Cost magnet", "B4"), split.total, rel_tol=1e-12)
    assert abs(value("Cost magnet", "B6")) < 1e-9
    summary = opened(written)["Summary"]
    for what, known in (("cause", split.by_cause), ("stage", split.by_stage)):
        top = row_of(summary, f"USD per kg by {what}") + 1
        heads = {cell.value: cell.column_letter for cell in summary[top] if cell.value}
        for name, number in known.items():
            assert math.isclose(value("Summary", f"{heads[name]}{top + 1}"), number, rel_tol=1e-9, abs_tol=1e-12), name


@pytest.mark.parametrize(
    "changes",
    [
        [("feeds.ndpr_oxide.price", "ndpr_oxide", "all (file)", 110.0, "110 USD2024/kg")],
        [
            ("prices.electricity", "electricity", "us", 0.2, "0.2 USD2024/kWh"),
            ("prices.labour", "labour", "us", 40_000.0, "40_000 USD2024/person/year"),
        ],
    ],
)
def test_changed_prices_move_the_cost_as_another_run_would(
    written: bytes, texas: didymium.Result, tmp_path: Path, changes: list[tuple[str, str, str, float, str]]
) -> None:
    book, before = opened(written), texas.cost.per_kg("magnet").total
    prices = book["Prices"]
    for path, item, region, new, _ in changes:
        assert prices[place(prices, "in a file", item=item, region=region)].value == path
        prices[place(prices, "price, USD per unit", item=item, region=region)].value = new
    value = recalculated(book, tmp_path / "plant.xlsx")
    wanted = didymium.load(PLANT, {path: said for path, *_, said in changes}).solve().cost.per_kg("magnet").total
    assert abs(wanted - before) > 1.0
    assert math.isclose(value("Cost magnet", "B4"), wanted, rel_tol=1e-9)
    assert math.isclose(value("Cost magnet", "B6"), wanted - before, rel_tol=1e-9)
    summary = book["Summary"]
    assert math.isclose(value("Summary", f"B{row_of(summary, 'magnet')}"), wanted, rel_tol=1e-9)


def test_stocks_follow_what_is_bought_where_one_unit_makes_for_another() -> None:
    """The stored values of the sheet are the model's: hours, days and spending give the stocks of each stage."""
    result = didymium.load("mountain_pass").solve()
    page = opened(workbook.run(result), values=True)["Capital"]
    formulas = opened(workbook.run(result))["Capital"]
    hours = result.plan.hours_per_year.nominal
    for stage, one in result.cost.working_capital.items():
        row = int(place(formulas, "stocks", stage=stage)[1:])
        days = capital_factors()["stock_days", stage].value
        spent, stocks = page[f"B{row}"].value, page[f"C{row}"].value
        assert stocks == pytest.approx(float(one.parts["stocks"][0]), rel=1e-12)
        assert stocks == pytest.approx(spent * hours / 365 * days / 1e6, rel=1e-12)
        for cause in ("capital", "by-products"):
            assert f'"<>{cause}"' in formulas[f"B{row}"].value
    made = [line for line in result.cost.lines if "(for " in line.item]
    assert sum(float(line.cost[0]) for line in made) < 0.0


def test_changed_capital_moves_the_cost_as_another_solve_would(
    written: bytes, texas: didymium.Result, tmp_path: Path
) -> None:
    """Equipment, scope, location, stocks, discount rate and life at once; none of them alone moves what these do."""
    piece = next(one for one in texas.cost.capital["magnet"].purchases if one.million_usd[0] > 1.0)
    figures = {
        "discount rate": ("rate.discount_rate", 0.05),
        "life": ("rate.life", 30.0),
        "scope, magnet": ("scope.magnet", 1.5),
        "location, us": ("location.us", 1.2),
        "days of stocks, magnet": ("stock_days.magnet", 10.0),
        "piping": ("installation.piping", 0.4),
    }
    book, worth = opened(written), 2.0 * piece.base.fact.value
    for row, (_, new) in figures.items():
        book["Capital"].cell(row_of(book["Capital"], row), 2).value = new
    for row in book["Equipment"].iter_rows(min_row=5):
        if row[21].value == piece.note:
            row[6].value = worth
    value = recalculated(book, tmp_path / "plant.xlsx")
    changes = {f"data.{path}": [new] for path, new in figures.values()} | {f"data.equipment.{piece.base.item}": [worth]}
    seen = [texas.cost.per_kg("magnet").total]
    for path in changes:
        seen.append(texas.flowsheet.solve({path: changes[path]}).cost.per_kg("magnet").total)
        assert seen[-1] != seen[0], path
    wanted = texas.flowsheet.solve(changes).cost.per_kg("magnet").total
    assert math.isclose(value("Cost magnet", "B4"), wanted, rel_tol=1e-9)


def test_values_are_stored_for_readers_that_do_not_calculate(written: bytes, texas: didymium.Result) -> None:
    book = opened(written)
    assert book.calculation.fullCalcOnLoad
    assert opened(written, values=True)["Cost magnet"]["B4"].value == texas.cost.per_kg("magnet").total


# -- prices -----------------------------------------------------------------------------------------------------------


def test_what_is_sold_follows_the_price_of_what_it_is_sold_as(baotou: didymium.Result) -> None:
    rows = PriceList(baotou).rows
    sold = next(row for row in rows if row.item == "aqueous ammonia")
    assert sold.of is not None
    assert rows[sold.of].item == "ammonia"
    assert math.isclose(sold.value, sold.share * rows[sold.of].value, rel_tol=1e-12)
    cells = opened(workbook.run(baotou))["Prices"]
    formula = cells[place(cells, "price, USD per unit", item="aqueous ammonia", region="china")].value
    base = place(cells, "price, USD per unit", item="ammonia", region="china")
    assert formula == f"={base}*{sold.share!r}"


def test_every_line_rests_on_a_price_of_the_list_or_on_capital(baotou: didymium.Result) -> None:
    listed = PriceList(baotou)
    for one in listed.lines:
        if one.row is None:
            assert one.line.quote is None
            continue
        row = listed.rows[one.row]
        assert math.isclose(row.value * one.ratio, one.price, rel_tol=1e-12)
        assert row.region in ("china", "")
    tied = listed.tied()
    assert any(one.solvent for one in tied)
    assert all(one.rest >= 0.0 for one in tied)


def test_levies_and_freight_have_the_names_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "plant.yaml").write_text(
        "extends: kuantan\ncarbon_price: 70 EUR2024/t\nfreight: {ndpr_oxide.oxide: 0.2 USD2024/kg}\n", encoding="utf-8"
    )
    rows = {row.path: row for row in PriceList(didymium.load(tmp_path / "plant.yaml").solve()).rows}
    assert (rows["royalty"].region, rows["royalty"].price.from_file) == ("australia", False)
    assert (rows["carbon_price"].region, rows["carbon_price"].price.unit) == ("", "t CO2")
    assert (rows["freight.ndpr_oxide.oxide"].item, rows["freight.ndpr_oxide.oxide"].value) == (
        "freight of ndpr_oxide.oxide",
        200.0,
    )
    assert rows["freight.mixed_carbonate.carbonate"].region == "malaysia"


def test_each_price_once(texas: didymium.Result) -> None:
    rows = PriceList(texas).rows
    assert len({(row.item, row.region, row.price.unit, row.value) for row in rows}) == len(rows)


# -- text of files ----------------------------------------------------------------------------------------------------


def page() -> tuple[Book, Page]:
    book = Book("a test")
    return book, book.page("Test")


@pytest.mark.parametrize(
    "words",
    [
        '=HYPERLINK("http://evil.example","click")',
        "=1+1",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "  =1+1",
        "=cmd|' /C calc'!A0",
        "#REF!",
        "TRUE",
        "1e5",
    ],
)
def test_text_is_never_a_formula_number_or_error(words: str) -> None:
    book, sheet = page()
    sheet.add(words, "beside")
    data = book.data()
    cell = opened(data)["Test"]["A1"]
    assert cell.data_type == "s"
    assert cell.value == " ".join(words.split())
    assert cell.quotePrefix == (words.strip()[0] in "=+-@")
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


def test_control_characters_and_escapes_of_the_format_do_not_get_in() -> None:
    book, sheet = page()
    sheet.add("a\x00b\x07c\x1b[31md\ufffee", "_x003D_1+1", "\ud800")
    xml = zipfile.ZipFile(io.BytesIO(book.data())).read("xl/worksheets/sheet1.xml").decode()
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\ud800]", xml)
    assert "_x005F_x003D_1+1" in xml


def test_huge_text_is_cut() -> None:
    book, sheet = page()
    sheet.add("x" * 1_000_000)
    value = opened(book.data())["Test"]["A1"].value
    assert len(value) == LONGEST
    assert value.endswith("…")


def test_numbers_that_are_none_are_empty() -> None:
    book, sheet = page()
    sheet.add(Number(math.nan), Number(math.inf), Number(None), Formula("=1+1", math.nan), 2.5)
    row = [cell.value for cell in opened(book.data())["Test"][1]]
    assert row == [None, None, None, "=1+1", 2.5]


def test_names_of_sheets() -> None:
    taken: list[str] = []
    for words in ("Cost a/b", "cost A:B", "'quoted'", "x" * 40, "X" * 40, "[]*?", "History", "=1+1"):
        made = sheet_name(words, taken)
        assert 1 <= len(made) <= 31
        assert not re.search(r"[\[\]:*?/\\']", made)
        assert made.lower() not in {name.lower() for name in taken}
        assert made.lower() != "history"
        taken.append(made)


def test_text_of_a_flowsheet_file_stays_text(tmp_path: Path) -> None:
    live = '=HYPERLINK("http://evil.example")'
    (tmp_path / "plant.yaml").write_text(
        f"extends: {PLANT}\nname: '{live}'\nsources: {{own: '@SUM(1+1)*cmd|calc'}}\n"
        "operating_hours: 7_200 h/year (own)\n",
        encoding="utf-8",
    )
    result = didymium.load(tmp_path / "plant.yaml").solve()
    assert result.plan.title == live
    book = opened(workbook.run(result, {"feeds.x": "=1+1"}))
    texts = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "s"]
    assert live in texts
    assert "@SUM(1+1)*cmd|calc" in texts
    formulas = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas
    assert not [text for text in formulas if "evil" in text or "cmd" in text or text == "=1+1"]


# -- the file ---------------------------------------------------------------------------------------------------------


def test_the_same_inputs_give_the_same_bytes(written: bytes) -> None:
    assert workbook.run(didymium.load(PLANT).solve()) == written
    times = {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(written)).infolist()}
    assert times == {(1980, 1, 1, 0, 0, 0)}


def test_heads_stay_in_sight_and_cells_to_change_are_coloured(written: bytes) -> None:
    book = opened(written)
    assert book.sheetnames[0] == "Summary"
    for name in (
        "Cost magnet",
        "Lines",
        "Prices",
        "Equipment",
        "Streams",
        "Assumptions",
        "Figures",
        "Values",
        "Sources",
    ):
        assert book[name].freeze_panes, name
    assert not any(sheet.merged_cells.ranges for sheet in book)
    price = book["Prices"]["C5"]
    assert price.fill.fgColor.rgb.endswith("FFF4CC")
    assert not price.protection.locked


def test_sources_are_those_that_are_named(written: bytes) -> None:
    book = opened(written)
    keys = {row[0].value for row in book["Sources"].iter_rows(min_row=5) if row[0].value}
    named = {row[8].value for row in book["Prices"].iter_rows(min_row=5) if row[8].value}
    assert named <= keys
    assert len(keys) < 80


def test_what_it_rests_on_is_listed_with_its_range(written: bytes, texas: didymium.Result) -> None:
    book = opened(written)
    listed = {row[0].value: row for row in book["Figures"].iter_rows(min_row=5)}
    for path, fact in texas.cost.figures.items():
        assert [cell.value for cell in listed[path][1:4]] == [fact.value, fact.low, fact.high], path
    values = {row[0].value: row[1].value for row in book["Values"].iter_rows(min_row=5)}
    assert values["metal.voltage"] == "10 V from 9 to 11 V (assumed)"
    assumed = {row[1].value for row in book["Assumptions"].iter_rows(min_row=5)}
    assert set(texas.assumptions) <= assumed


def test_a_comparison_has_sheets_of_both_and_a_bridge_that_closes(texas: didymium.Result, tmp_path: Path) -> None:
    found = didymium.compare([texas, didymium.load("ningbo_magnets").solve()])
    data = workbook.compare(found)
    book, value = opened(data), recalculated(opened(data), tmp_path / "plants.xlsx")
    names, labels = book.sheetnames, list(found.results)
    assert names[:2] == ["Comparison", "Bridge magnet ningbo_magnets"]
    for label in labels:
        assert {f"{label} Summary", f"{label} Cost magnet", f"{label} Prices", f"{label} Lines"} <= set(names)
    assert agree(data, value) > 1000
    here, there = (found.cost["magnet"][label].total for label in labels)
    bridge = book[names[1]]
    last = max(cell.column_letter for cell in bridge[row_of(bridge, "difference")] if cell.value)
    for words in ("difference", "sum of the causes"):
        at = f"{last}{row_of(bridge, words)}"
        assert bridge[at].data_type == "f"
        assert math.isclose(value(names[1], at), there - here, rel_tol=1e-9)
    row = row_of(book["Comparison"], "total")
    assert math.isclose(value("Comparison", f"D{row}"), there - here, rel_tol=1e-9)


def test_plants_of_one_name_have_sheets_of_their_own(texas: didymium.Result) -> None:
    names = opened(workbook.compare(didymium.compare([texas, texas]))).sheetnames
    assert len({name.lower() for name in names}) == len(names)
    assert all(len(name) <= 31 for name in names)
    assert sum(name.endswith("Prices") for name in names) == 2


def test_without_openpyxl_the_extra_is_named(texas: didymium.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(OutputError, match=r"didymium\[xlsx\]"):
        workbook.ready()
    with pytest.raises(OutputError, match=r"didymium\[xlsx\]"):
        workbook.run(texas)
