"""How strong discharged water is, whatever is handed back beside it."""

from __future__ import annotations

import pytest

import didymium
from didymium.studies.claims import ammonia_as_discharged


def test_ammonia_as_discharged_counts_no_water_that_is_handed_back(baotou: didymium.Result) -> None:
    """Reuse takes salts and water alike: the discharged water stays as strong as it was."""
    reused = baotou.flowsheet.solve({"waters.reuse": 0.5})
    assert reused.streams["waters.recycled"].element("N") > 0.0
    assert ammonia_as_discharged(reused) == pytest.approx(ammonia_as_discharged(baotou), rel=1e-6)
