"""Sulphuric-acid bake: minerals to water-soluble sulphates, fluorine and carbon dioxide to the off-gas."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from ..data import thorium_solubility
from ..elements import COUNT, INDEX, MOLAR_MASS, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from .assays import NOTHING, share_of
from .balance import SLACK, Balance
from .base import Inlet, Kind, OperationError, Outlet, Parameters, standard
from .mineral_names import OtherMineral, RareEarthMineral
from .mineral_rows import OPENED, conversions
from .phases import ORE
from .stoichiometry import Array, acid_demand, moles, neutral_oxygen, one

VOLATILE = ("C", "N", "Ar", "H")
GAS_ROWS = ("SO2", "rest")
"""Parts of the off-gas: sulphur dioxide, which a scrubber tells from SO3, and everything else."""


class SulfuricBake(Parameters):
    """Bake with sulphuric acid: each mineral to sulphates by its own conversion, what acid leaves to the closed part.

    2 RECO3F + 3 H2SO4 -> RE2(SO4)3 + 2 HF + 2 CO2 + 2 H2O; 2 REPO4 + 3 H2SO4 -> RE2(SO4)3 + 2 H3PO4;
    CaF2 + H2SO4 -> CaSO4 + 2 HF; CaCO3 + H2SO4 -> CaSO4 + CO2 + H2O; Fe2O3 + 3 H2SO4 -> Fe2(SO4)3 + 3 H2O;
    ThO2 + 2 H2SO4 -> Th(SO4)2 + 2 H2O; 4 HF + SiO2 -> SiF4 + 2 H2O; H2SO4 -> H2O + SO3, SO3 -> SO2 + 1/2 O2.
    Thorium beyond its solubility after a bake of this temperature is ThP2O7 as far as phosphate goes, else ThO2, and
    closed. Fluorine that is not driven off stays as fluoride. Acid beyond the need stays on the calcine after a mild
    bake and boils off in a hot one. Phosphate is counted as H3PO4, though a hot kiln drives water from it.
    """

    kind: Literal["sulfuric_bake"]
    feed: Inlet = Field(description="Concentrate, with its minerals.")
    acid: Annotated[Value, In("kg/kg", "1.55 t/t", low=0, high=20)] = Field(
        description="H2SO4 (100 %) per kg of concentrate."
    )
    acid_short: Literal["error", "unleached"] = Field(
        "error",
        description="Acid short of the need: an error, or every mineral opened by as much less (`unleached`).",
    )
    temperature: Annotated[Value, In("degC", "600 °C", low=150, high=900)] = Field(
        description="Bake temperature: what of the thorium stays soluble, and of the excess acid on the calcine."
    )
    conversion: dict[RareEarthMineral, Fraction] = Field(
        standard(
            {
                "bastnaesite": "99 % from 95 to 99.9 % (assumed)",
                "monazite": "97 % from 90 to 99.5 % (assumed)",
                "xenotime": "95 % from 85 to 99 % (assumed)",
            }
        ),
        description="Share of each rare-earth mineral that turns to sulphate; every one of the feed must be named.",
    )
    gangue: dict[OtherMineral, Fraction] = Field(
        standard(
            {
                "calcite": "95 % from 80 to 99 % (assumed)",
                "dolomite": "90 % from 70 to 99 % (assumed)",
                "fluorite": "90 % from 75 to 98 % (assumed)",
                "apatite": "95 % from 80 to 99 % (assumed)",
                "hematite": "30 % from 10 to 60 % (assumed)",
                "goethite": "50 % from 20 to 80 % (assumed)",
                "cerussite": "95 % from 80 to 99 % (assumed)",
                "kaolinite": "30 % from 10 to 60 % (assumed)",
                "aegirine": "10 % from 2 to 30 % (assumed)",
                "k_feldspar": "5 % from 1 to 15 % (assumed)",
            }
        ),
        description="Share of each other mineral that acid attacks; those not named stay as they are.",
    )
    defluorination: Fraction = Field(
        standard("97 % from 90 to 99.5 % (assumed)"),
        description="Share of the attacked minerals' fluorine that leaves with the gas.",
    )
    fluorine_as_SiF4: Fraction = Field(
        standard("20 % from 5 to 50 % (assumed)"),
        description="Share of the driven-off fluorine that finds silica and leaves as SiF4, as far as the feed has it.",
    )
    thorium_soluble: Fraction | None = Field(
        None, description="Share of the opened thorium that water dissolves; by temperature where not given."
    )
    thorium_range: Fraction = Field(
        standard("50 % from 0 to 100 % (assumed)"),
        description="Where in the table's range it lies: 0 the low end, 50 % the value, 100 % the high end.",
    )
    acid_stays_to: Annotated[Value, In("degC", "250 °C")] = Field(
        standard("250 degC from 220 to 290 degC (assumed)"),
        description="Up to this temperature all acid beyond the need stays on the calcine.",
    )
    acid_gone_at: Annotated[Value, In("degC", "420 °C")] = Field(
        standard("420 degC from 360 to 480 degC (assumed)"),
        description="From this temperature none of it stays (H2SO4 boils at 337 °C); between the two a straight line.",
    )
    so2_share: Fraction = Field(
        standard("20 % from 5 to 50 % (assumed)"), description="Share of the SO3 driven off that splits to SO2."
    )
    heat: Annotated[Value, In("MJ/kg", "6.59 MJ/kg", low=0)] = Field(
        standard("5.94 MJ/kg (sprecher2014)"),
        description="Fuel per kg of concentrate: 6.59 MJ per kg roasted, which takes 1.11 kg of it.",
    )
    electricity: Annotated[Value, In("kWh/kg", "15 kWh/t", low=0)] = Field(
        standard("0.015 kWh/kg from 0.008 to 0.04 kWh/kg (assumed)"),
        description="Mixer, kiln drive and fans, per kg of concentrate.",
    )
    residence: Annotated[Value, In("h", "2.5 h", low=0)] = Field(
        standard("2.5 h from 1.5 to 4 h (lamp2017)"), description="Time in the kiln; with filling its volume."
    )
    filling: Annotated[Value, In("1", "12 %", low=0.01, high=1)] = Field(
        standard("12 % from 8 to 18 % (assumed)"), description="Share of the kiln's volume that the solid fills."
    )
    bulk_density: Annotated[Value, In("kg/m^3", "1500 kg/m^3", low=100)] = Field(
        standard("1500 kg/m^3 from 1200 to 2000 kg/m^3 (assumed)"), description="Concentrate and acid in the kiln."
    )

    @model_validator(mode="after")
    def _boiling(self) -> SulfuricBake:
        if not self.acid_stays_to.nominal < self.acid_gone_at.nominal:
            raise ValueError("acid_stays_to must lie below acid_gone_at")
        return self


def sulfuric_bake(p: SimpleNamespace, b: Balance) -> None:
    """Attack each row by its share; sulphates, fluoride and phosphoric acid are opened, the rest closed or gas."""
    feed = b.flow("feed")
    mass = per_sample(feed)
    soluble = _soluble(p)
    dose = p.acid * mass / molar_mass("H2SO4")
    dose = np.where(dose > NOTHING, dose, 0.0)
    shares = {row: p.gangue.get(row, np.zeros(b.samples)) for row in b.parts["feed"]} | conversions(b, p.conversion)
    attacked = np.zeros_like(feed)
    for row, share in shares.items():
        attacked += b.flow("feed", row) * share[:, None]
    need = _need(attacked, soluble, p.defluorination)
    reach = np.minimum(share_of(dose, need, 1.0), 1.0)
    if p.acid_short == "error":
        b.refuse(need > dose * (1.0 + SLACK), lambda n: _short(p, mass, need, n), "acid")
    attacked = attacked * reach[:, None]
    need = need * reach

    b.reagent("H2SO4", np.where(dose > 0.0, p.acid * mass, 0.0), ("acid",))
    b.use("heat", p.heat * mass, "MJ", ("heat",))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    volume = mass * (1.0 + p.acid) * p.residence / (p.bulk_density * p.filling)
    b.size("kiln", volume, "m^3", ("acid", "residence", "bulk_density", "filling"))

    n = moles(attacked)
    insoluble = n[:, INDEX["Th"]] * (1.0 - soluble)
    bound = np.minimum(2.0 * insoluble, n[:, INDEX["P"]])
    sulphate = _sulphate(attacked, soluble, p.defluorination)
    excess = np.maximum(dose - need, 0.0)
    width = np.maximum(p.acid_gone_at - p.acid_stays_to, 1e-9)
    left = excess * np.clip((p.acid_gone_at - p.temperature) / width, 0.0, 1.0)
    sulphur = np.maximum(dose - sulphate - left, 0.0)
    dioxide = sulphur * p.so2_share
    fluorine = n[:, INDEX["F"]] * p.defluorination
    silica = moles(feed)[:, INDEX["Si"]]
    eaten = np.minimum(fluorine * p.fluorine_as_SiF4 / 4.0, silica)
    etched = share_of(eaten, silica)

    # What of an attacked row's atoms is opened: solids wholly, but for what is driven off or insoluble.
    kept = np.ones((b.samples, COUNT))
    for name in VOLATILE:
        kept[:, INDEX[name]] = 0.0
    kept[:, INDEX["F"]] = 1.0 - p.defluorination
    kept[:, INDEX["Si"]] = 1.0 - etched
    kept[:, INDEX["Th"]] = soluble
    kept[:, INDEX["P"]] = 1.0 - share_of(bound, n[:, INDEX["P"]])
    held = kept * attacked
    held[:, INDEX["S"]] += (sulphate + left) * MOLAR_MASS[INDEX["S"]]
    hydrogen = 3.0 * (n[:, INDEX["P"]] - bound) + 2.0 * left
    held[:, INDEX["H"]] = hydrogen * MOLAR_MASS[INDEX["H"]]
    thorium = np.zeros_like(feed)
    thorium[:, INDEX["Th"]] = insoluble * MOLAR_MASS[INDEX["Th"]]
    thorium[:, INDEX["P"]] = bound * MOLAR_MASS[INDEX["P"]]
    oxygen = MOLAR_MASS[INDEX["O"]]
    pool = attacked[:, INDEX["O"]] + 4.0 * dose * oxygen
    to_opened = share_of(np.maximum(neutral_oxygen(held), 0.0), pool)
    to_closed = share_of(neutral_oxygen(thorium), pool)
    to_dioxide = share_of(2.0 * dioxide * oxygen, pool)

    for row, given in shares.items():
        share = (given * reach)[:, None]
        inside = b.flow("feed", row)
        opened = share * kept
        opened[:, INDEX["O"]] = share[:, 0] * to_opened
        closed = np.broadcast_to(1.0 - share, kept.shape).copy()
        closed[:, INDEX["Th"]] = 1.0 - opened[:, INDEX["Th"]]
        closed[:, INDEX["P"]] = 1.0 - opened[:, INDEX["P"]]
        closed[:, INDEX["Si"]] *= 1.0 - etched
        silicate = share_of(moles(inside)[:, INDEX["Si"]] * 2.0 * oxygen, inside[:, INDEX["O"]])
        closed[:, INDEX["O"]] *= np.maximum(1.0 - etched * silicate, 0.0)
        closed[:, INDEX["O"]] += share[:, 0] * to_closed
        b.send("calcine", opened, inlet="feed", part=row, to="opened")
        b.send("calcine", closed, inlet="feed", part=row, to="closed")
        b.send("offgas", one("O", share[:, 0] * to_dioxide, b.samples), inlet="feed", part=row, to="SO2")
    acid = np.zeros((b.samples, COUNT))
    acid[:, INDEX["S"]] = share_of(sulphate + left, dose)
    acid[:, INDEX["H"]] = share_of(hydrogen, 2.0 * dose)
    acid[:, INDEX["O"]] = to_opened
    b.send("calcine", acid, reagent="H2SO4", to="opened")
    b.send("calcine", one("O", to_closed, b.samples), reagent="H2SO4", to="closed")
    gas = one("O", to_dioxide, b.samples)
    gas[:, INDEX["S"]] = share_of(dioxide, dose)
    b.send("offgas", gas, reagent="H2SO4", to="SO2")

    b.details["HF"] = (fluorine - 4.0 * eaten) * molar_mass("HF")
    b.details["SiF4"] = eaten * molar_mass("SiF4")
    b.details["SO3"] = (sulphur - dioxide) * molar_mass("SO3")
    b.details["SO2"] = dioxide * molar_mass("SO2")
    b.details["acid_share"] = reach
    b.details["acid_excess"] = share_of(excess, need)
    b.details["acid_on_calcine"] = left * molar_mass("H2SO4")
    b.details["thorium_soluble"] = soluble


def _soluble(p: SimpleNamespace) -> Array:
    """Share of the opened thorium that water dissolves, shape (samples,)."""
    if p.thorium_soluble is not None:
        return np.asarray(p.thorium_soluble)
    known = thorium_solubility()
    degrees = np.array(list(known))
    outside = (p.temperature < degrees[0]) | (p.temperature > degrees[-1])
    if outside.any():
        sample = int(np.argmax(outside))
        raise OperationError(
            f"at {p.temperature[sample]:.4g} °C it is not known what of the thorium stays soluble "
            f"({degrees[0]:g} to {degrees[-1]:g} °C is)",
            "bake within that range, or give thorium_soluble",
            sample,
            key="temperature",
        )
    low, value, high = (
        np.interp(p.temperature, degrees, [getattr(share, end) for share in known.values()])
        for end in ("low", "value", "high")
    )
    place = 2.0 * p.thorium_range - 1.0
    return np.asarray(value + np.where(place < 0.0, (value - low) * place, (high - value) * place))


def _sulphate(attacked: Array, soluble: Array, defluorination: Array) -> Array:
    """kmol/h of sulphate that the attacked metals take beside the fluoride and sulphate that they keep."""
    n = moles(attacked)
    insoluble = 4.0 * n[:, INDEX["Th"]] * (1.0 - soluble)
    fluoride = n[:, INDEX["F"]] * (1.0 - defluorination)
    return np.asarray(np.maximum((acid_demand(attacked) - insoluble - fluoride) / 2.0 - n[:, INDEX["S"]], 0.0))


def _need(attacked: Array, soluble: Array, defluorination: Array) -> Array:
    """kmol/h of H2SO4 for the sulphates, and at least for the hydrogen of HF and H3PO4, shape (samples,)."""
    n = moles(attacked)
    bound = np.minimum(2.0 * n[:, INDEX["Th"]] * (1.0 - soluble), n[:, INDEX["P"]])
    hydrogen = n[:, INDEX["F"]] * defluorination + 3.0 * (n[:, INDEX["P"]] - bound)
    return np.asarray(np.maximum(_sulphate(attacked, soluble, defluorination), hydrogen / 2.0))


def _short(p: SimpleNamespace, mass: Array, need: Array, n: int) -> tuple[str, str]:
    wanted = need[n] * molar_mass("H2SO4") / mass[n]
    return (
        f"{p.acid[n]:.3g} kg/kg of acid is short of the {wanted:.3g} kg/kg that the attacked minerals take",
        "raise acid, lower conversion or gangue, or write `acid_short: unleached`",
    )


KIND = Kind(
    "sulfuric_bake",
    "separation",
    SulfuricBake,
    {"calcine": Outlet("calcine", rows=OPENED), "offgas": Outlet("gas", waste=True, rows=GAS_ROWS)},
    sulfuric_bake,
    rest="offgas",
    takes=(ORE,),
)
