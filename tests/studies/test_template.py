"""Copies of shipped flowsheets."""

from __future__ import annotations

import json

import pytest

from didymium.files import shipped
from didymium.studies import template

BAD = ["", ".", "..", "a/b", "a\\b", "x.yaml", "-x", "con", "LPT1", "a b", "ä", "x" * 101, "baotou"]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_schema_line_is_there_once(name: str) -> None:
    assert template.copied("mine", name).splitlines().count(template.SCHEMA_LINE) == 1


@pytest.mark.parametrize("name", BAD)
def test_names_that_will_not_do(name: str) -> None:
    with pytest.raises(template.NameFault) as caught:
        template.copied(name, "baotou")
    assert caught.value.of_copy


def test_an_unknown_source_is_told_the_nearest() -> None:
    with pytest.raises(template.NameFault, match="did you mean 'baotou'") as caught:
        template.copied("mine", "baotu")
    assert not caught.value.of_copy


def test_the_schema_is_json() -> None:
    assert json.loads(template.schema_text())["title"] == "didymium flowsheet"
