"""A group that nobody mines goes by its members evenly."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from didymium.supply.passage import parted


def test_a_group_of_which_nothing_is_mined_goes_evenly() -> None:
    system: Any = SimpleNamespace(groups={"NdPr": ("Pr", "Nd")})
    assert parted(system, {"NdPr": 0.3, "Dy": 0.01}, {"La": 5.0}) == pytest.approx({"Pr": 0.15, "Nd": 0.15, "Dy": 0.01})
