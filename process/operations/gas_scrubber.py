"""Gas scrubber: acid gases and ammonia into water, caustic, soda or lime; what passes is the emission."""

from __future__ import annotations

from types import MappingProxyType, SimpleNamespace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from ..elements import COUNT, INDEX, MOLAR_MASS, molar_mass
from ..quantities import Fraction, In, Temperature, Value
from ..sums import per_sample
from .balance import SLACK, Balance, composition
from .base import Inlet, Kind, Outlet, Parameters, standard
from .oxidative_roast import AIR_OXYGEN
from .phases import GAS
from .stoichiometry import Array, moles, neutral_oxygen

Gas = Literal["HF", "SiF4", "SO3", "SO2", "HCl", "Cl2", "NH3"]

EQUIVALENTS = MappingProxyType({"HF": 1.0, "SiF4": 4.0, "SO3": 2.0, "SO2": 2.0, "HCl": 1.0, "Cl2": 2.0, "NH3": -1.0})
"""mol of base per mol of gas: fluoride, sulphate, chloride (and hypochlorite of Cl2); ammonia is a base itself."""
BASES = MappingProxyType({"NaOH": ("NaOH", 1.0), "soda": ("Na2CO3", 2.0), "lime": ("CaO", 2.0)})
"""Formula of an absorbent and what a mol of it takes up."""
GAS_ROWS = ("NH3", "rest")
"""Parts of the gas that passes: ammonia, all else."""
NOISE = 1e-14
"""What is left of an element by less than this share of it is rounding."""
MOLAR_VOLUME = 22.414
"""m3/kmol of an ideal gas at 0 degC and 101.325 kPa. Source: gas constant, CODATA."""

INTO_BASE = {
    "HF": "98 % from 95 to 99.8 % (assumed)",
    "SiF4": "98 % from 95 to 99.8 % (assumed)",
    "SO3": "85 % from 60 to 97 % (assumed)",
    "SO2": "92 % from 80 to 98 % (assumed)",
    "HCl": "99 % from 97 to 99.9 % (assumed)",
    "Cl2": "95 % from 85 to 99 % (assumed)",
}
INTO_WATER = {
    "HF": "95 % from 90 to 99 % (assumed)",
    "SiF4": "95 % from 90 to 99 % (assumed)",
    "SO3": "80 % from 50 to 95 % (assumed)",
    "SO2": "30 % from 10 to 60 % (assumed)",
    "HCl": "97 % from 90 to 99.5 % (assumed)",
    "Cl2": "10 % from 2 to 30 % (assumed)",
    "NH3": "95 % from 85 to 99 % (assumed)",
}


class GasScrubber(Parameters):
    """Scrub gases: a stated share of each gas dissolves, in a base as its salt; the rest leaves as emission.

    Water: HF, H2SO4 and HCl as acids, SiF4 + 2 HF -> H2SiF6. NaOH and soda: HF + NaOH -> NaF + H2O, SiF4 + 4 NaOH ->
    4 NaF + SiO2 + 2 H2O, SO3 + 2 NaOH -> Na2SO4 + H2O, Cl2 + 2 NaOH -> NaCl + NaClO + H2O; soda frees CO2. Lime:
    2 HF + CaO -> CaF2 + H2O and gypsum, which leave as solids but for what of the gypsum dissolves. SO2 is oxidised
    to sulphate in the sump, by the gas's own oxygen or by air. Silicon in a gas is SiF4, other fluorine HF; chlorine
    is HCl as far as hydrogen goes; nitrogen is N2 and sulphur SO3 where neither a part nor a key says otherwise.
    Carbon dioxide passes: what of it takes up base is in the excess. Flue gas of burners is not in the balance, only
    in the volume.
    """

    kind: Literal["gas_scrubber"]
    feed: Inlet | None = Field(None, description="One gas; or several as `feeds`.")
    feeds: list[Inlet] = Field(default_factory=list, description="Gases, taken together.")
    absorbent: Literal["water", "NaOH", "soda", "lime"] = Field(description="What takes the gases up.")
    efficiency: dict[Gas, Fraction] = Field(
        standard(INTO_BASE),
        description="Share of each gas that is absorbed, others pass; the standard of water is lower than that of a "
        "base, and has 95 % of NH3.",
    )
    sulfur_dioxide: Fraction | None = Field(
        None, description="Share of the sulphur that is SO2, in gases whose parts do not tell; none where not given."
    )
    ammonia: Fraction | None = Field(
        None,
        description="Share of the nitrogen that is ammonia, in gases whose parts do not tell; none where not given, "
        "for it may be air's.",
    )
    excess: Annotated[Value, In("1", "10 %", low=0)] = Field(
        standard("10 % from 3 to 30 % (assumed)"), description="Base beyond what the absorbed gases take."
    )
    strength: Annotated[Value, In("kg/kg", "5 %", low=1e-4)] = Field(
        standard("0.08 kg/kg from 0.03 to 0.2 kg/kg (assumed)"), description="Gas absorbed per kg of water added."
    )
    gypsum: Annotated[Value, In("kg/m^3", "2.1 g/L", low=0)] = Field(
        standard("2.1 g/L from 2 to 6 g/L (crc)"), description="CaSO4 that a litre of water holds, with lime."
    )
    dilution: Annotated[Value, In("1", "9", low=1)] = Field(
        standard("9 from 4 to 15 (assumed)"),
        description="Volume of all gas, with flue gas and false air, over that of the process gas; 9 gives about the "
        "10 000 m³ per t REO that is told of Baotou's kilns.",
    )
    temperature: Temperature = Field(
        standard("60 degC from 40 to 80 degC (assumed)"), description="Of the gas in the tower."
    )
    velocity: Annotated[Value, In("m/s", "1.5 m/s", low=0.01)] = Field(
        standard("1.5 m/s from 0.8 to 2.5 m/s (assumed)"), description="Of the gas; sets the tower's cross-section."
    )
    electricity: Annotated[Value, In("kWh/m^3", "0.003 kWh/m^3", low=0)] = Field(
        standard("0.003 kWh/m^3 from 0.001 to 0.006 kWh/m^3 (assumed)"), description="Fan and pumps, per m³ of gas."
    )

    @model_validator(mode="before")
    @classmethod
    def _of_water(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("absorbent") == "water" and "efficiency" not in data:
            return {**data, "efficiency": INTO_WATER}
        return data

    @model_validator(mode="after")
    def _fed(self) -> GasScrubber:
        if (self.feed is None) == (not self.feeds):
            raise ValueError("give `feed`, or several gases as `feeds`")
        if "NH3" in self.efficiency and self.absorbent != "water":
            raise ValueError("a base does not take up ammonia; scrub it with water")
        return self


def gas_scrubber(p: SimpleNamespace, b: Balance) -> None:
    """Absorbed gases and reagents to the liquor, salts of calcium to the solids; the gas takes the rest."""
    gas = b.flow()
    species = _species(p, b, gas)
    absorbed = {name: amount * p.efficiency.get(name, 0.0) for name, amount in species.items()}
    taken = _atoms(absorbed)
    water = per_sample(taken) / p.strength
    b.reagent("water", water, ("strength", *(f"efficiency.{name}" for name in p.efficiency)))
    liquor = taken + water[:, None] * composition("water")
    if p.absorbent != "water":
        formula, equivalents = BASES[p.absorbent]
        wanted = np.zeros(b.samples)
        for name, amount in absorbed.items():
            wanted += EQUIVALENTS[name] * amount
        used = np.maximum(wanted, 0.0) / equivalents
        base = used * (1.0 + p.excess) * molar_mass(formula)
        b.reagent(p.absorbent, base, ("excess", *(f"efficiency.{name}" for name in p.efficiency)))
        liquor += base[:, None] * composition(p.absorbent)
        if p.absorbent == "soda":
            # What reacts gives off its CO2; the excess stays carbonate.
            liquor[:, INDEX["C"]] -= used * MOLAR_MASS[INDEX["C"]]
            liquor[:, INDEX["O"]] -= 2.0 * used * MOLAR_MASS[INDEX["O"]]
    b.reagent("air", _air(species, absorbed, gas), ())

    volume = _volume(species, gas) * p.dilution * (p.temperature + 273.15) / 273.15
    b.use("electricity", p.electricity * volume, "kWh", ("electricity", "dilution", "temperature"))
    b.size("tower cross-section", volume / (p.velocity * 3600.0), "m^2", ("velocity", "dilution", "temperature"))
    if p.absorbent == "lime":
        solids = _solids(p, absorbed, liquor, water)
        short = solids[:, INDEX["H"]] > liquor[:, INDEX["H"]] * (1.0 + SLACK)
        b.refuse(short, lambda _: ("has too little water for the gypsum and slaked lime", "lower strength"), "strength")
        b.require("solids", solids)
        liquor = liquor - solids
    else:
        solids = np.zeros_like(liquor)
    liquor = np.maximum(liquor, 0.0)
    b.require("liquor", liquor)
    passed = (species["NH3"] - absorbed["NH3"])[:, None] * molar_mass("NH3") * composition("NH3")
    b.require("gas", passed, to="NH3")
    left, whole = b.total() - liquor - solids - passed, b.total()
    b.require("gas", np.where(left > NOISE * whole, left, 0.0), to="rest")
    for name, amount in species.items():
        b.details[name] = (amount - absorbed[name]) * molar_mass(name)
    b.details["fluorine_absorbed"] = taken[:, INDEX["F"]]
    b.details["sulfur_absorbed"] = taken[:, INDEX["S"]]
    b.details["gas_m3_per_h"] = volume


def _species(p: SimpleNamespace, b: Balance, gas: Array) -> dict[str, Array]:
    """kmol/h of each gas that can be absorbed, shape (samples,) by name."""
    n = moles(gas)
    known = moles(b.flow(None, "SO2"))[:, INDEX["S"]]
    untold = np.maximum(n[:, INDEX["S"]] - known, 0.0)
    dioxide = known if p.sulfur_dioxide is None else known + untold * p.sulfur_dioxide
    silicon = np.minimum(n[:, INDEX["Si"]], n[:, INDEX["F"]] / 4.0)
    fluoride = np.maximum(n[:, INDEX["F"]] - 4.0 * silicon, 0.0)
    ammonia = moles(b.flow(None, "NH3"))[:, INDEX["N"]]
    if p.ammonia is not None:
        ammonia = ammonia + np.maximum(n[:, INDEX["N"]] - ammonia, 0.0) * p.ammonia
    ammonia = np.minimum(ammonia, np.maximum(n[:, INDEX["H"]] - fluoride, 0.0) / 3.0)
    hydrogen = np.maximum(n[:, INDEX["H"]] - fluoride - 3.0 * ammonia, 0.0)
    chloride = np.minimum(n[:, INDEX["Cl"]], hydrogen)
    return {
        "HF": np.minimum(fluoride, n[:, INDEX["H"]]),
        "SiF4": silicon,
        "SO3": np.maximum(n[:, INDEX["S"]] - dioxide, 0.0),
        "SO2": dioxide,
        "HCl": chloride,
        "Cl2": (n[:, INDEX["Cl"]] - chloride) / 2.0,
        "NH3": ammonia,
    }


def _atoms(absorbed: dict[str, Array]) -> Array:
    """kg/h by element of what is taken from the gas, shape (samples, elements); SO2 with the oxygen of sulphate."""
    out = np.zeros((len(absorbed["HF"]), COUNT))
    for name, amount in absorbed.items():
        formula = "SO3" if name == "SO2" else name
        out += amount[:, None] * molar_mass(formula) * composition(formula)
    return out


def _air(species: dict[str, Array], absorbed: dict[str, Array], gas: Array) -> Array:
    """kg/h of air that oxidises the SO2 that is absorbed, where the gas itself has too little oxygen."""
    mixture = gas.copy()
    for name in ("N", "Ar", "Cl"):
        mixture[:, INDEX[name]] = 0.0
    oxygen = MOLAR_MASS[INDEX["O"]]
    # Hydrogen of HCl and NH3 is no water; the neutral oxygen counts sulphur as SO3, one O more than SO2 holds.
    bound = neutral_oxygen(mixture) - (species["HCl"] + 3.0 * species["NH3"]) / 2.0 * oxygen
    spare = gas[:, INDEX["O"]] - (bound - species["SO2"] * oxygen)
    lacking = absorbed["SO2"] * oxygen - spare
    return np.asarray(np.where(lacking > 1e-9 * absorbed["SO2"] * oxygen, np.maximum(lacking, 0.0), 0.0) / AIR_OXYGEN)


def _volume(species: dict[str, Array], gas: Array) -> Array:
    """m3/h of the process gas at 0 degC, its free oxygen left out, shape (samples,)."""
    n = moles(gas)
    out = n[:, INDEX["C"]] + n[:, INDEX["Ar"]] + (n[:, INDEX["N"]] - species["NH3"]) / 2.0
    hydrogen = n[:, INDEX["H"]] - species["HF"] - species["HCl"] - 3.0 * species["NH3"]
    out = out + np.maximum(hydrogen, 0.0) / 2.0
    for amount in species.values():
        out = out + amount
    return np.asarray(np.maximum(out, 0.0) * MOLAR_VOLUME)


def _solids(p: SimpleNamespace, absorbed: dict[str, Array], liquor: Array, water: Array) -> Array:
    """kg/h of CaF2, CaSO4.2H2O, SiO2 and Ca(OH)2 of the excess, shape (samples, elements)."""
    n = moles(liquor)
    dissolved = np.minimum(p.gypsum * water / 1000.0 / molar_mass("CaSO4"), n[:, INDEX["S"]])
    sulphate = n[:, INDEX["S"]] - dissolved
    calcium = np.maximum(n[:, INDEX["Ca"]] - dissolved - (absorbed["HCl"] + 2.0 * absorbed["Cl2"]) / 2.0, 0.0)
    hydroxide = np.maximum(2.0 * calcium - 2.0 * sulphate - n[:, INDEX["F"]], 0.0)
    solids = np.zeros_like(liquor)
    for name, amount in (
        ("Ca", calcium),
        ("F", n[:, INDEX["F"]]),
        ("Si", n[:, INDEX["Si"]]),
        ("S", sulphate),
        ("H", hydroxide + 4.0 * sulphate),
    ):
        solids[:, INDEX[name]] = amount * MOLAR_MASS[INDEX[name]]
    solids[:, INDEX["O"]] = np.maximum(neutral_oxygen(solids), 0.0)
    return solids


KIND = Kind(
    "gas_scrubber",
    "separation",
    GasScrubber,
    {
        "gas": Outlet("gas", waste=True, rows=GAS_ROWS),
        "liquor": Outlet("effluent", waste=True),
        "solids": Outlet("residue", waste=True),
    },
    gas_scrubber,
    rest="gas",
    takes=(GAS,),
)
