"""Caustic crack: phosphates to hydroxides in hot concentrated caustic soda, phosphate to trisodium phosphate."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from ..elements import COUNT, INDEX, MOLAR_MASS, indices, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .assays import share_of
from .balance import SLACK, Balance
from .base import Inlet, Kind, Outlet, Parameters, standard
from .mineral_names import OtherMineral, RareEarthMineral
from .mineral_rows import OPENED, conversions
from .phases import ORE
from .pulp import AMBIENT, CAUSTIC_DENSITY, SOLID_DENSITY
from .stoichiometry import Array, acid_demand, moles

SODIUM_PER_ATOM = {"P": 3.0, "F": 1.0, "C": 2.0, "S": 2.0, "Si": 2.0, "Cl": 1.0, "Al": 1.0}
"""Na of the salts that a solution in excess caustic holds: Na3PO4, NaF, Na2CO3, Na2SO4, Na2SiO3, NaCl, NaAlO2."""
SOLUBLE = (*SODIUM_PER_ATOM, "Na", "K", "Li")
"""What goes into solution; every other metal stays as its hydroxide."""
CRYSTAL_WATER = 12.0
"""mol H2O per mol of trisodium phosphate as it is sold. Source: formula of the salt, Na3PO4.12H2O."""


class CausticCrack(Parameters):
    """Crack with caustic soda: each mineral to hydroxides by its own conversion, anions to sodium salts.

    REPO4 + 3 NaOH -> RE(OH)3 + Na3PO4; RECO3F + 3 NaOH -> RE(OH)3 + Na2CO3 + NaF; ThO2 + 2 H2O -> Th(OH)4;
    SiO2 + 2 NaOH -> Na2SiO3 + H2O. The hydroxide is washed; a share of the phosphate crystallises as Na3PO4.12H2O.
    Caustic beyond what reacts stays in the liquor; a share of it comes back after evaporation inside the unit, so
    that what is bought is what reacts and what is lost. The evaporated water comes back as wash water. Salts other
    than the crystals are not returned. A mineral that is not converted is closed.
    """

    kind: Literal["caustic_crack"]
    feed: Inlet = Field(description="Concentrate, with its minerals, ground fine.")
    conversion: dict[RareEarthMineral, Fraction] = Field(
        standard(
            {
                "monazite": "97 % from 90 to 99 % (assumed)",
                "xenotime": "90 % from 75 to 97 % (assumed)",
                "bastnaesite": "98 % from 92 to 99.5 % (assumed)",
            }
        ),
        description="Share of each rare-earth mineral that turns to hydroxide; every one of the feed must be named.",
    )
    gangue: dict[OtherMineral, Fraction] = Field(
        standard(
            {
                "quartz": "5 % from 1 to 15 % (assumed)",
                "kaolinite": "40 % from 15 to 70 % (assumed)",
                "apatite": "10 % from 2 to 30 % (assumed)",
                "cerussite": "90 % from 70 to 98 % (assumed)",
            }
        ),
        description="Share of each other mineral that caustic attacks; those not named stay as they are.",
    )
    caustic: Annotated[Value, In("kg/kg", "1.2 t/t", low=0)] | None = Field(
        None, description="NaOH (100 %) in the reactor per kg of concentrate; or say `excess`."
    )
    excess: Annotated[Value, In("1", "100 %", low=0)] = Field(
        standard("100 % from 50 to 200 % (assumed)"), description="NaOH in the reactor beyond what reacts."
    )
    caustic_short: Literal["error", "unleached"] = Field(
        "error",
        description="Caustic short of the need: an error, or every mineral opened by as much less (`unleached`).",
    )
    strength: Annotated[Value, In("1", "65 %", low=0.3, high=0.8)] = Field(
        standard("65 % from 60 to 70 % (assumed)"), description="NaOH in the solution of the reactor."
    )
    temperature: Annotated[Value, In("degC", "150 °C", low=120, high=180)] = Field(
        standard("150 degC from 140 to 160 degC (assumed)"),
        description="Of the reactor: below 120 °C monazite hardly reacts, above 180 °C a solution of 65 % boils; "
        "sets the heat that warms the charge.",
    )
    residence: Annotated[Value, In("h", "6 h", low=0)] = Field(
        standard("6 h from 3 to 9 h (assumed)"), description="Time in the reactor; sets its volume."
    )
    wash: Annotated[Value, In("kg/kg", "6 t/t", low=0)] = Field(
        standard("6 kg/kg from 4 to 10 kg/kg (assumed)"), description="Wash water per kg of concentrate."
    )
    washed: Fraction = Field(
        standard("99 % from 97 to 99.8 % (assumed)"),
        description="Share of the dissolved salts and caustic that washing takes out of the hydroxide.",
    )
    phosphate_recovery: Fraction = Field(
        standard("85 % from 70 to 95 % (assumed)"), description="Share of the washed-out phosphate that crystallises."
    )
    caustic_return: Fraction = Field(
        standard("80 % from 50 to 95 % (assumed)"),
        description="Share of the washed-out free caustic, and of its water, that evaporation brings back.",
    )
    evaporation: Annotated[Value, In("MJ/kg", "1 MJ/kg", low=0)] = Field(
        standard("1.0 MJ/kg from 0.5 to 2.6 MJ/kg (assumed)"),
        description="Heat per kg of water evaporated, by the number of effects.",
    )
    heat_capacity: Annotated[Value, In("MJ/kg/K", "0.003 MJ/kg/K", low=0)] = Field(
        standard("0.0026 MJ/kg/K from 0.002 to 0.0035 MJ/kg/K (assumed)"), description="Of the charge, from 25 °C."
    )
    electricity: Annotated[Value, In("kWh/kg", "60 kWh/t", low=0)] = Field(
        standard("0.06 kWh/kg from 0.03 to 0.12 kWh/kg (assumed)"),
        description="Fine grinding, stirring and filters, per kg of concentrate.",
    )

    @model_validator(mode="after")
    def _one_amount(self) -> CausticCrack:
        if self.caustic is not None and "excess" in self.model_fields_set:
            raise ValueError("give caustic or excess, not both")
        return self


def caustic_crack(p: SimpleNamespace, b: Balance) -> None:
    """Attack each row by its share; metals to the opened hydroxide, salts to crystals and liquor."""
    feed = b.flow("feed")
    mass = per_sample(feed)
    shares = {row: p.gangue.get(row, np.zeros(b.samples)) for row in b.parts["feed"]} | conversions(b, p.conversion)
    attacked = np.zeros_like(feed)
    for row, share in shares.items():
        attacked += b.flow("feed", row) * share[:, None]
    need = _need(attacked)
    charge = p.caustic * mass / molar_mass("NaOH") if p.caustic is not None else need * (1.0 + p.excess)
    reach = np.minimum(share_of(charge, need, 1.0), 1.0)
    if p.caustic is not None and p.caustic_short == "error":
        b.refuse(need > charge * (1.0 + SLACK), lambda n: _short(p, mass, need, n), "caustic")
    attacked, need = attacked * reach[:, None], need * reach

    amount = "caustic" if p.caustic is not None else "excess"
    free = np.maximum(charge - need, 0.0)
    back = free * p.washed * p.caustic_return
    caustic = np.maximum(charge - back, 0.0)
    solution = charge * molar_mass("NaOH") * (1.0 / p.strength - 1.0)
    salts = _salts(attacked, free)
    crystals = moles(salts)[:, INDEX["P"]] * p.washed * p.phosphate_recovery
    hydroxide = _hydroxide(attacked)
    # Water that the products bind beyond the hydrogen of the caustic, beside what carries the salts.
    lacking = moles(hydroxide)[:, INDEX["H"]] - need - moles(attacked)[:, INDEX["H"]]
    bound = np.maximum(lacking / 2.0, 0.0) + CRYSTAL_WATER * crystals
    carrier = (solution + p.wash * mass) * (1.0 - p.washed * p.caustic_return)
    b.reagent("NaOH", caustic * molar_mass("NaOH"), (amount, "washed", "caustic_return"))
    b.reagent("water", carrier + bound * molar_mass("H2O"), ("wash", "strength", "caustic_return"))

    evaporated = (solution + p.wash * mass) * p.washed * p.caustic_return
    charged = mass + charge * molar_mass("NaOH") + solution
    b.use("heat", evaporated * p.evaporation, "MJ", ("evaporation", "caustic_return", "wash"))
    b.use("heat", charged * p.heat_capacity * (p.temperature - AMBIENT), "MJ", ("heat_capacity", "temperature"))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    volume = mass / SOLID_DENSITY + (charged - mass) / CAUSTIC_DENSITY
    b.size("reactor", volume * p.residence, "m^3", (amount, "strength", "residence"))
    b.size("washing filter", mass, "kg/h")
    b.size("evaporator", evaporated / 1000.0, "t/h", ("wash", "strength", "caustic_return"))

    _send(p, b, shares, reach, hydroxide, salts, crystals)
    b.details["caustic_charge"] = charge * molar_mass("NaOH")
    b.details["caustic_returned"] = back * molar_mass("NaOH")
    b.details["caustic_share"] = reach
    b.details["evaporated"] = evaporated


def _need(attacked: Array) -> Array:
    """kmol/h of NaOH that the salts of the attacked minerals take beside the alkali that they bring."""
    n = moles(attacked)
    out = np.zeros(len(attacked))
    for name, count in SODIUM_PER_ATOM.items():
        out += count * n[:, INDEX[name]]
    return np.asarray(np.maximum(out - n[:, INDEX["Na"]] - n[:, INDEX["K"]] - n[:, INDEX["Li"]], 0.0))


def _hydroxide(attacked: Array) -> Array:
    """kg/h of the metals that stay and their hydroxide, shape (samples, elements)."""
    out = attacked.copy()
    out[:, indices((*SOLUBLE, "O", "H", "N", "Ar"))] = 0.0
    charges = acid_demand(out)
    out[:, INDEX["H"]] = charges * MOLAR_MASS[INDEX["H"]]
    out[:, INDEX["O"]] = charges * MOLAR_MASS[INDEX["O"]]
    return out


def _salts(attacked: Array, free: Array) -> Array:
    """kg/h of what is dissolved: sodium salts and free caustic, its water left out, shape (samples, elements)."""
    out = np.zeros_like(attacked)
    columns = indices(SOLUBLE)
    out[:, columns] = attacked[:, columns]
    free = np.maximum(free, 0.0)
    out[:, INDEX["Na"]] += (_need(attacked) + free) * MOLAR_MASS[INDEX["Na"]]
    out[:, INDEX["H"]] = free * MOLAR_MASS[INDEX["H"]]
    return out


def _send(
    p: SimpleNamespace,
    b: Balance,
    shares: dict[str, Array],
    reach: Array,
    hydroxide: Array,
    salts: Array,
    crystals: Array,
) -> None:
    """Shares of each row and reagent: closed minerals first, then cake, crystals; the liquor takes the rest."""
    attacked = np.zeros_like(hydroxide)
    for row, share in shares.items():
        attacked += b.flow("feed", row) * (share * reach)[:, None]
    entering = b.total()
    # Not what enters less what is closed: of hardly anything attacked that leaves rounding.
    pool = attacked + np.maximum(entering - b.flow("feed"), 0.0)
    left = salts * (1.0 - p.washed)[:, None]
    cake = hydroxide + left
    cake[:, INDEX["O"]] += _oxygen(left)
    phosphate = np.zeros_like(cake)
    for name, count in (("Na", 3.0), ("P", 1.0), ("O", 4.0 + CRYSTAL_WATER), ("H", 2.0 * CRYSTAL_WATER)):
        phosphate[:, INDEX[name]] = crystals * count * MOLAR_MASS[INDEX[name]]
    to_cake, to_phosphate = (np.minimum(share_of(mass, pool), 1.0) for mass in (cake, phosphate))
    # Of an element that all stays the division leaves rounding, which would put metal into the liquor.
    metals = np.setdiff1d(np.arange(COUNT), indices((*SOLUBLE, "O", "H", "N", "Ar")))
    to_cake[:, metals] = 1.0
    for row, given in shares.items():
        share = (given * reach)[:, None]
        b.send("hydroxide", share * to_cake, inlet="feed", part=row, to="opened")
        b.send("hydroxide", 1.0 - share, inlet="feed", part=row, to="closed")
        b.send("phosphate", share * to_phosphate, inlet="feed", part=row)
    for item in ("NaOH", "water"):
        b.send("hydroxide", to_cake, reagent=item, to="opened")
        b.send("phosphate", to_phosphate, reagent=item)


def _oxygen(salts: Array) -> Array:
    """kg/h of O in dissolved salts and caustic: that of neutral ions, aluminium as aluminate."""
    n = moles(salts)
    charges = n[:, INDEX["Na"]] + n[:, INDEX["K"]] + n[:, INDEX["Li"]] + n[:, INDEX["H"]]
    charges = charges + 5.0 * n[:, INDEX["P"]] + 4.0 * (n[:, INDEX["C"]] + n[:, INDEX["Si"]])
    charges = charges + 6.0 * n[:, INDEX["S"]] + 3.0 * n[:, INDEX["Al"]] - n[:, INDEX["F"]] - n[:, INDEX["Cl"]]
    return np.asarray(np.maximum(charges, 0.0) / 2.0 * MOLAR_MASS[INDEX["O"]])


def _short(p: SimpleNamespace, mass: Array, need: Array, n: int) -> tuple[str, str]:
    wanted = need[n] * molar_mass("NaOH") / mass[n]
    return (
        f"{p.caustic[n]:.3g} kg/kg of caustic is short of the {wanted:.3g} kg/kg that the attacked minerals take",
        "raise caustic, lower conversion or gangue, or write `caustic_short: unleached`",
    )


KIND = Kind(
    "caustic_crack",
    "separation",
    CausticCrack,
    {
        "hydroxide": Outlet("hydroxide", rows=OPENED),
        "phosphate": Outlet("trisodium phosphate"),
        "liquor": Outlet("effluent", waste=True),
    },
    caustic_crack,
    rest="liquor",
    takes=(ORE,),
)
