"""How circuits of the exchange model are run: the keys, ranges and standard values that their kinds share."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ..elements import INDEX
from ..quantities import In, Value
from .base import standard
from .stoichiometry import Array, moles

BASES = {"Na": ("NaOH", "NaOH"), "NH4": ("ammonia", "NH3")}
"""The soap's cation, what is bought for it, and the formula of that: one equivalent a mole."""

Excess = Annotated[Value, In("1", "2 %", low=0, high=10)]
StripExcess = Annotated[Value, In("1", "20 %", low=0, high=10)]
ScrubAcid = Annotated[Value, In("mol/L", "3 mol/L", low=0.1, high=12)]
StripAcid = Annotated[Value, In("mol/L", "4 mol/L", low=0.1, high=12)]
Mixing = Annotated[Value, In("h", "5 min", low=0.001, high=2)]
Settling = Annotated[Value, In("h", "15 min", low=0.001, high=10)]
StripStages = Annotated[Value, In("1", "8", low=1, high=100)]
ExtractantLoss = Annotated[Value, In("kg/kg", "3 kg/t", low=0, high=1)]
DiluentLoss = Annotated[Value, In("kg/kg", "12 kg/t", low=0, high=10)]
Electricity = Annotated[Value, In("kWh/kg", "0.19 kWh/kg", low=0, high=1000)]
Heat = Annotated[Value, In("MJ/kg", "0.8 MJ/kg", low=0, high=1000)]

BASE_EXCESS = standard("2 % from 0 to 5 % (assumed)")
STRIP_EXCESS = standard("20 % from 5 to 60 % (assumed)")
SCRUB_ACID = standard("3 mol/L from 2 to 4.5 mol/L (assumed)")
STRIP_ACID = standard("4 mol/L from 3 to 6 mol/L (assumed)")
MIXING = standard("5 min from 3 to 8 min (assumed)")
SETTLING = standard("15 min from 8 to 30 min (assumed)")
STRIP_STAGES = standard("8 from 5 to 12 (assumed)")
EXTRACTANT_LOSS = standard("3 kg/t from 1 to 5 kg/t (practice_sx)")
DILUENT_LOSS = standard("12 kg/t from 5 to 20 kg/t (practice_sx)")
ELECTRICITY = standard("0.19 kWh/kg from 0.1 to 0.4 kWh/kg (sprecher2014)")
HEAT = standard("0.8 MJ/kg from 0.4 to 1.6 MJ/kg (sprecher2014)")


def sulphate_remarks(feed: Array) -> NDArray[np.object_]:
    """Remarks on liquors of kg/h with more sulphate than chloride by charge, a tuple each, shape (samples,).

    The constants, the acids and the forms of the products are those of chloride liquors.
    """
    n = moles(feed)
    chloride, sulphate = n[:, INDEX["Cl"]], 2.0 * n[:, INDEX["S"]]
    out = np.empty(len(feed), dtype=object)
    out.fill(())
    for at in np.flatnonzero(sulphate > chloride):
        share = sulphate[at] / (sulphate[at] + chloride[at])
        out[at] = (
            f"{share:.0%} of the chloride and sulphate of its feed is sulphate, by charge; its separation factors, "
            "acids and the chloride liquors that leave it are those of a chloride feed",
        )
    return out
