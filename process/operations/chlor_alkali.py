"""Chlor-alkali: brine and salt to caustic soda and hydrochloric acid in membrane cells."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from ..elements import INDEX, MOLAR_MASS, indices, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .assays import share_of
from .balance import Balance
from .base import AskingInlet, ElementName, Kind, Outlet, Parameters, standard
from .phases import LIQUOR, SOLID
from .stoichiometry import FARADAY, Array, moles, one
from .water_content import water as in_liquor

Limit = Annotated[Value, In("kg/kg", "1 g/kg", low=0)]
Strength = Annotated[Value, In("kg/kg", "0.32 kg/kg", low=0.05, high=0.6)]


class ChlorAlkali(Parameters):
    """Chlor-alkali: 2 NaCl + 2 H2O = 2 NaOH + Cl2 + H2 in membrane cells, and H2 + Cl2 = 2 HCl in a burner.

    Brine from the site is brought to strength by evaporation, and bought salt fills what `capacity` asks beyond it;
    without a capacity all of the brine is taken. Salt that the cells do not convert leaves with the bleed, and so does
    everything else that the brine brings: calcium, magnesium, sulphate, ammonium (which would make explosive NCl3),
    rare earths. Too much of them per kg of the salt that is electrolysed is a fault, or lets as much of the brine pass
    by to the bleed as bought salt must replace. The soda ash and the resins of brine treatment are not modelled.
    One electron makes one NaOH and half a Cl2; chlorine and hydrogen that are not burnt leave as gases.
    """

    kind: Literal["chlor_alkali"]
    feed: AskingInlet = Field(description="Brine; or a feed of salt without a rate, bought as `capacity` asks.")
    capacity: Annotated[Value, In("kg/h", "20_000 t/year", low=0, yearly=True)] | None = Field(
        None, description="NaOH (100 %) to make; without it, what the brine gives."
    )
    conversion: Annotated[Value, In("1", "97 %", low=0.01, high=1)] = Field(
        standard("97 % from 92 to 99 % (assumed)"), description="Share of the salt that becomes NaOH; the rest is bled."
    )
    limits: dict[ElementName, Limit] = Field(
        standard(
            {
                "Ca": "3 g/kg from 1 to 10 g/kg (assumed)",
                "Mg": "1 g/kg from 0.3 to 3 g/kg (assumed)",
                "S": "10 g/kg from 3 to 15 g/kg (assumed)",
                "N": "10 mg/kg from 3 to 30 mg/kg (assumed)",
                "REO": "100 mg/kg from 30 to 500 mg/kg (assumed)",
            }
        ),
        description="What the plant's brine treatment takes of an element, per kg of NaCl that is electrolysed.",
    )
    impure: Literal["error", "bleed"] = Field(
        "error",
        description="Of brine beyond a limit: a fault, or, with a `capacity`, part of it passes by to the bleed.",
    )
    brine: Annotated[Value, In("kg/kg", "0.26 kg/kg", low=0.1, high=0.27)] = Field(
        standard("0.26 kg/kg from 0.24 to 0.264 kg/kg (assumed)"), description="NaCl in the brine of the cells."
    )
    caustic_strength: Strength = Field(
        standard("0.32 kg/kg from 0.3 to 0.35 kg/kg (assumed)"), description="NaOH in the caustic liquor."
    )
    acid_strength: Strength = Field(
        standard("0.33 kg/kg from 0.3 to 0.37 kg/kg (assumed)"), description="HCl in the acid."
    )
    burnt: Fraction = Field(
        standard("95 % from 80 to 99 % (assumed)"), description="Share of the chlorine that is burnt to HCl."
    )
    voltage: Annotated[Value, In("V", "3.1 V", low=2.2, high=6)] = Field(
        standard("3.1 V from 2.9 to 3.5 V (assumed)"), description="Cell voltage."
    )
    current_efficiency: Annotated[Value, In("1", "95 %", low=0.3, high=1)] = Field(
        standard("95 % from 92 to 97 % (assumed)"), description="Charge that makes NaOH."
    )
    auxiliaries: Annotated[Value, In("kWh/kg", "0.2 kWh/kg", low=0)] = Field(
        standard("0.2 kWh/kg from 0.1 to 0.4 kWh/kg (assumed)"), description="Rectifier, pumps and burner, per kg NaOH."
    )
    evaporation: Annotated[Value, In("MJ/kg", "0.8 MJ/kg", low=0)] = Field(
        standard("0.8 MJ/kg from 0.3 to 2.6 MJ/kg (assumed)"),
        description="Heat per kg of water driven off dilute brine; in three effects about a third of 2.3 MJ/kg.",
    )
    current_density: Annotated[Value, In("A/m^2", "5000 A/m^2", low=100)] = Field(
        standard("5000 A/m^2 from 3500 to 7000 A/m^2 (assumed)"), description="Sets the area of the membranes."
    )

    @field_validator("impure")
    @classmethod
    def _has_salt_to_bleed_for(cls, value: str, info: ValidationInfo) -> str:
        if value == "bleed" and info.data.get("capacity") is None:
            raise ValueError("bleed needs a capacity: bought salt makes up for the brine that passes by; add capacity")
        return value


@dataclass(frozen=True)
class _Salt:
    """kmol/h of NaCl: in the brine, to the cells, bought; and the share of the brine that is treated; (samples,)."""

    fed: Array
    cells: Array
    bought: Array
    treated: Array


def chlor_alkali(p: SimpleNamespace, b: Balance) -> None:
    """Caustic, acid, gases and water that is left over; the rest is bled."""
    asked = None if p.capacity is None else p.capacity / molar_mass("NaOH") / p.conversion
    if b.is_on_demand("feed"):
        salt_in = _salt(b.recipe("feed"))
        b.refuse(np.bool_(asked is None) | (salt_in <= 0.0), _no_capacity, "capacity")
        b.demand("feed", share_of(np.zeros(b.samples) if asked is None else asked, salt_in))
    brine = b.flow("feed")
    salt = _treated(p, b, brine, asked)
    made = salt.cells * p.conversion
    acid = made * p.burnt

    b.reagent("salt", salt.bought * molar_mass("NaCl"), () if asked is None else ("capacity", "conversion"))
    water = molar_mass("H2O")
    in_caustic = made * molar_mass("NaOH") * (1.0 / p.caustic_strength - 1.0) / water
    in_acid = acid * molar_mass("HCl") * (1.0 / p.acid_strength - 1.0) / water
    per_salt = molar_mass("NaCl") * (1.0 / p.brine - 1.0) / water
    needed = made + in_caustic + in_acid + (salt.cells - made) * per_salt
    brought = in_liquor(brine) * salt.treated
    spare = np.maximum(brought - needed, 0.0)
    b.reagent("water", np.maximum(needed - brought, 0.0) * water, ("caustic_strength", "acid_strength", "brine"))
    evaporated = np.maximum(brought - salt.cells * per_salt, spare) * water
    b.use("heat", evaporated * p.evaporation, "MJ", ("evaporation", "brine"))
    current = made * 1000.0 / 3600.0 * FARADAY / p.current_efficiency
    b.use("electricity", current * p.voltage / 1000.0, "kWh", ("voltage", "current_efficiency"))
    b.use("electricity", made * molar_mass("NaOH") * p.auxiliaries, "kWh", ("auxiliaries",))
    b.size("rectifier", current * p.voltage / 1000.0, "kW", ("voltage", "current_efficiency"))
    b.size("brine evaporator", evaporated / 1000.0, "t/h", ("brine",))
    b.size("membranes", current / p.current_density, "m^2", ("current_density", "current_efficiency"))

    b.require("caustic", _flow(b, {"Na": made, "H": made + 2.0 * in_caustic, "O": made + in_caustic}))
    b.require("acid", _flow(b, {"Cl": acid, "H": acid + 2.0 * in_acid, "O": in_acid}))
    b.require("hydrogen", _flow(b, {"H": made - acid}))
    b.require("chlorine", _flow(b, {"Cl": made - acid}))
    b.require("condensate", _flow(b, {"H": 2.0 * spare, "O": spare}))
    b.details["treated_share"] = salt.treated
    b.details["NaOH"] = made * molar_mass("NaOH")
    b.details["HCl"] = acid * molar_mass("HCl")


def _no_capacity(_: int) -> tuple[str, str]:
    return "its feed has no rate and it does not say how much it makes of what salt", "give capacity and a feed of NaCl"


def _treated(p: SimpleNamespace, b: Balance, brine: Array, asked: Array | None) -> _Salt:
    """How much of the brine goes to the cells: what they take, and what its impurities allow."""
    fed = _salt(brine)
    cells = fed if asked is None else asked
    treated = np.minimum(share_of(cells, fed, 1.0), 1.0)
    for name, limit in p.limits.items():
        held = per_sample(brine[:, indices([name])])
        allowed = limit * cells * molar_mass("NaCl")
        beyond = held * treated > allowed * (1.0 + 1e-9)

        brings = share_of(held * treated, cells * molar_mass("NaCl"))

        def dirty(sample: int, name: str = name, found: Array = brings, limit: Array = limit) -> tuple[str, str]:
            dilute = "or give capacity, so that bought salt dilutes it" if asked is None else "or say impure: bleed"
            return (
                f"its brine brings {found[sample] * 1e3:.3g} g {name} per kg of NaCl to the cells, and "
                f"{limit[sample] * 1e3:.3g} g/kg is the limit",
                f"take {name} out before, {dilute}",
            )

        if p.impure == "error":
            b.refuse(beyond, dirty, f"limits.{name}")
        else:
            treated = np.where(beyond, share_of(allowed, held), treated)
    return _Salt(fed, cells, np.maximum(cells - fed * treated, 0.0) if asked is not None else 0.0 * fed, treated)


def _salt(brine: Array) -> Array:
    """kmol/h of NaCl, shape (samples,)."""
    inside = moles(brine)
    return np.asarray(np.minimum(inside[:, INDEX["Na"]], inside[:, INDEX["Cl"]]))


def _flow(b: Balance, kilomoles: dict[str, Array]) -> Array:
    """kg/h by element, shape (samples, elements), of kmol/h by element."""
    out = one("H", np.zeros(b.samples), b.samples)
    for name, amount in kilomoles.items():
        out[:, INDEX[name]] = amount * MOLAR_MASS[INDEX[name]]
    return out


KIND = Kind(
    "chlor_alkali",
    "separation",
    ChlorAlkali,
    {
        "caustic": Outlet("caustic liquor"),
        "acid": Outlet("hydrochloric acid"),
        "hydrogen": Outlet("gas", waste=True),
        "chlorine": Outlet("gas", waste=True),
        "condensate": Outlet("recycled water"),
        "bleed": Outlet("effluent", waste=True),
    },
    chlor_alkali,
    rest="bleed",
    takes=(LIQUOR, SOLID),
)
