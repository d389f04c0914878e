"""Entries of the table of a program."""

from __future__ import annotations

import numpy as np
import pytest

from didymium.supply.matrix import _Entries


def test_an_amount_by_year_cannot_come_late() -> None:
    entries = _Entries(2)
    entries.put(0, 0, np.array([1.0, 2.0]))
    with pytest.raises(AssertionError, match="no lag"):
        entries.put(0, 0, np.array([1.0, 2.0]), 1)
    assert entries.table((2, 2)).toarray().tolist() == [[1.0, 0.0], [0.0, 2.0]]
