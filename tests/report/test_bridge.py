"""The bridge as a table and in the document: it shows all of the difference, and text of files as text."""

from __future__ import annotations

import dataclasses
import json

import jsonschema
import pytest
from rich.console import Console

import didymium
from didymium.report import bridge, document


def printed(found: didymium.Comparison, index: int = -1, width: int = 200) -> str:
    console = Console(width=width, record=True, file=open("/dev/null", "w", encoding="utf-8"))  # noqa: SIM115
    console.print(bridge.shown(found.bridges[index]))
    return console.export_text()


def test_the_document_adds_up_and_keeps_to_its_schema(found: didymium.Comparison) -> None:
    made = json.loads(document.text(document.compare(found)))
    jsonschema.Draft202012Validator(document.schema("compare")).validate(made)
    bridges = made["result"]["bridge"]
    assert [(one["product"], one["from"], one["to"]) for one in bridges] == [
        ("ndpr_oxide", "mountain_pass", "baotou"),
        ("magnet", "mountain_pass", "baotou"),
    ]
    assert [one["notes"] for one in bridges] == [list(one.notes) for one in found.bridges]
    for one in bridges:
        difference = one["difference_usd_per_kg"]
        assert difference == one["to_usd_per_kg"] - one["from_usd_per_kg"]
        assert sum(one["by_cause"].values()) == pytest.approx(difference, abs=1e-9)
        stages = sum(value for causes in one["by_stage"].values() for value in causes.values())
        assert stages == pytest.approx(difference, abs=1e-9)
        items = sum(item["to_usd_per_kg"] - item["from_usd_per_kg"] for item in one["items"])
        assert items == pytest.approx(difference, abs=1e-9)


def test_the_table_shows_ends_causes_and_items(found: didymium.Comparison) -> None:
    text = printed(found)
    one = found.bridges[-1]
    assert one.notes
    assert all(note in " ".join(text.split()) for note in one.notes)
    assert text.startswith("Why a kg of magnet costs less at baotou than at mountain_pass, USD")
    assert f"{one.before:,.2f}" in text
    assert f"{one.after:,.2f}" in text
    rows = {line.split()[0]: line for line in text.splitlines() if line.split()}
    assert {"ore", "recovery", "co-products", "labour", "scale", "compliance", "prices", "difference"} <= set(rows)
    assert f"{one.by_cause['labour']:+,.2f}" in rows["labour"]
    assert f"{one.difference:+,.2f}" in rows["difference"]
    assert "terbium_hydride" in rows["product"]


def test_names_of_files_are_no_markup(found: didymium.Comparison) -> None:
    odd = dataclasses.replace(found.bridges[-1], start="[red]x[/red]\x1b[31m")
    console = Console(width=200, record=True, file=open("/dev/null", "w", encoding="utf-8"))  # noqa: SIM115
    console.print(bridge.shown(odd))
    text = console.export_text()
    assert "[red]x[/red]" in text
    assert "\x1b" not in text
