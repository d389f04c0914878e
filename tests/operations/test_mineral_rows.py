"""Minerals as parts: families, what is opened, and the share that a step opens of each."""

import numpy as np
import pytest

from didymium.operations.balance import BULK, Balance
from didymium.operations.base import OperationError
from didymium.operations.mineral_rows import closed, conversions, family, opened, rows_of


def balance(bench, rows) -> Balance:
    feed, parts = bench.rows(rows)
    return Balance({"feed": feed}, {"feed": parts}, {"out": BULK})


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ("bastnaesite", "rare_earth"),
        ("ion_adsorbed", "rare_earth"),
        ("hematite", "iron"),
        ("calcite", "gangue"),
        ("bulk", ""),
        ("opened", ""),
    ],
)
def test_families(row, name) -> None:
    assert family(row) == name


def test_rows(bench) -> None:
    assert rows_of(balance(bench, {"calcite": {"CaCO3": 1.0}, "monazite": {"NdPO4": 1.0}})) == ("calcite", "monazite")
    assert rows_of(balance(bench, {"opened": {"CaCO3": 1.0}, "closed": {"NdPO4": 1.0}})) == ()


def test_opened_and_closed(bench) -> None:
    b = balance(bench, {"opened": {"Nd2O3": 1.0}, "closed": {"BaSO4": 2.0}})
    assert np.array_equal(opened(b), bench.of({"Nd2O3": 1.0})[:, 0])
    assert np.array_equal(closed(b), bench.of({"BaSO4": 2.0})[:, 0])
    # Of a feed of one part all is opened.
    b = balance(bench, {"bulk": {"Nd2O3": 1.0}})
    assert np.array_equal(opened(b), bench.of({"Nd2O3": 1.0})[:, 0])
    assert not closed(b).any()


def test_conversions_of_the_rare_earth_minerals_alone(bench) -> None:
    rows = {"bastnaesite": {"LaCO3F": 1.0}, "calcite": {"CaCO3": 1.0}, "hematite": {"Fe2O3": 1.0}}
    b = balance(bench, rows | {"xenotime": {"YPO4": 0.0}})
    found = conversions(b, {"bastnaesite": np.array([0.9]), "monazite": np.array([0.5])})
    # Xenotime is a row of the ore without any of it: no route is asked for, and nothing converts.
    assert {row: share.tolist() for row, share in found.items()} == {"bastnaesite": [0.9], "xenotime": [0.0]}


def test_a_mineral_without_a_route(bench) -> None:
    b = balance(bench, {"bastnaesite": {"LaCO3F": 1.0}, "xenotime": {"YPO4": 0.1}})
    with pytest.raises(OperationError, match=r"holds xenotime, and no opening .*; add opening\.xenotime") as caught:
        conversions(b, {"bastnaesite": np.array([0.9])}, key="opening")
    assert caught.value.key == "opening"


def test_a_feed_without_minerals(bench) -> None:
    b = balance(bench, {"opened": {"Nd2O3": 1.0}, "closed": {"BaSO4": 2.0}})
    with pytest.raises(OperationError, match="its feed is opened, closed and not an ore or concentrate"):
        conversions(b, {"bastnaesite": np.array([0.9])})
