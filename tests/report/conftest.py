"""The shipped flowsheets, solved once."""

from __future__ import annotations

from pathlib import Path

import pytest

import didymium

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="session")
def mountain_pass() -> didymium.Result:
    return didymium.load("mountain_pass").solve()


@pytest.fixture(scope="session")
def baotou() -> didymium.Result:
    return didymium.load("baotou").solve()


@pytest.fixture(scope="session")
def found(mountain_pass: didymium.Result, baotou: didymium.Result) -> didymium.Comparison:
    return didymium.compare([mountain_pass, baotou])


@pytest.fixture(scope="session")
def extraction_circuit() -> didymium.Result:
    return didymium.load(EXAMPLES / "extraction_circuit.yaml").solve()
