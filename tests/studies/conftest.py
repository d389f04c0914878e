"""The shipped flowsheets, solved once."""

from __future__ import annotations

import pytest

import didymium


@pytest.fixture(scope="session")
def mountain_pass() -> didymium.Result:
    return didymium.load("mountain_pass").solve()


@pytest.fixture(scope="session")
def baotou() -> didymium.Result:
    return didymium.load("baotou").solve()


@pytest.fixture(scope="session")
def found(mountain_pass: didymium.Result, baotou: didymium.Result) -> didymium.Comparison:
    return didymium.compare([mountain_pass, baotou])
