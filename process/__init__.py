"""didymium: from ore to magnet in one model.

>>> import didymium
>>> plant = didymium.load("mountain_pass")
>>> plant.name
'mountain_pass'
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .files.diagnostics import FlowsheetError
    from .files.scenario_load import load_scenario
    from .flowsheet import Flowsheet, Result, load
    from .network.errors import SolveError
    from .scenario import Scenario
    from .stream import Stream
    from .studies.compare import Comparison, compare
    from .studies.gap import Gap, gap

try:
    __version__ = version("didymium")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0"

_PLACES = {
    "Comparison": ".studies.compare",
    "Flowsheet": ".flowsheet",
    "FlowsheetError": ".files.diagnostics",
    "Gap": ".studies.gap",
    "Result": ".flowsheet",
    "Scenario": ".scenario",
    "SolveError": ".network.errors",
    "Stream": ".stream",
    "compare": ".studies.compare",
    "gap": ".studies.gap",
    "load": ".flowsheet",
    "load_scenario": ".files.scenario_load",
}

__all__ = [
    "Comparison",
    "Flowsheet",
    "FlowsheetError",
    "Gap",
    "Result",
    "Scenario",
    "SolveError",
    "Stream",
    "__version__",
    "compare",
    "gap",
    "load",
    "load_scenario",
]


def __getattr__(name: str) -> Any:
    """Import public names when they are first used: the command line and the test plug-in start fast."""
    if name in _PLACES:
        return getattr(import_module(_PLACES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
