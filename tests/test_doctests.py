"""Every worked number in a docstring is computed again."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import didymium

MODULES = sorted(
    name
    for _, name, _ in pkgutil.walk_packages(didymium.__path__, "didymium.")
    if not name.endswith("__main__") and ".kernels" not in name
)


@pytest.mark.parametrize("name", ["didymium", *MODULES])
def test_worked_numbers(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_worked_numbers() -> None:
    tried = sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES)
    assert tried >= 40
