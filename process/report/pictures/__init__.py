"""Pictures of separation and of magnets: what each shows as plain data, and one file that draws them.

`stage_profile`, `mccabe_thiele`, `startup_curves` and `train_diagram` make data from plain arrays, `from_result` from a
solved circuit; `write`, `write_all` and `svg` draw that data. Only drawing needs matplotlib.
"""

from .bridge import of_bridges, waterfall
from .files import ready, svg, write, write_all
from .magnets import of_magnets
from .mccabe import mccabe_thiele
from .picture import Axis, Bar, Bars, Box, Chart, Diagram, Label, Link, Mark, Panel, Picture, PictureError, Series
from .profile import stage_profile
from .results import from_result, of_circuits
from .startup import Start, startup_curves
from .train import Cut, train_diagram

__all__ = [
    "Axis",
    "Bar",
    "Bars",
    "Box",
    "Chart",
    "Cut",
    "Diagram",
    "Label",
    "Link",
    "Mark",
    "Panel",
    "Picture",
    "PictureError",
    "Series",
    "Start",
    "from_result",
    "mccabe_thiele",
    "of_bridges",
    "of_circuits",
    "of_magnets",
    "ready",
    "stage_profile",
    "startup_curves",
    "svg",
    "train_diagram",
    "waterfall",
    "write",
    "write_all",
]
