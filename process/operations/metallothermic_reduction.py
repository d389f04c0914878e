"""Metallothermic reduction: fluoride by calcium, or oxide of the metals that distil by lanthanum."""

from __future__ import annotations

from types import MappingProxyType, SimpleNamespace
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from ..elements import INDEX, MOLAR_MASS
from ..quantities import Fraction, In, Temperature, Value
from ..sums import per_sample
from .assays import share_of
from .balance import SLACK, Balance, composition
from .base import AskingInlet, Inlet, Kind, Outlet, Parameters, standard
from .metallothermic_routes import (
    ROUTES,
    VAPOURS,
    Charge,
    refuse_elements,
    refuse_other_anions,
    refuse_temperature,
    slag_charges,
)
from .oxidative_roast import AIR_OXYGEN
from .phases import METAL, SOLID

Array = NDArray[np.float64]

_DEFAULTS = MappingProxyType(
    {
        "Ca": {
            "excess": "15 % from 10 to 45 % (assumed)",
            "recovery": "95 % from 85 to 98 % (assumed)",
            "temperature": "1500 degC from 1450 to 1600 degC (assumed)",
            "residual": "300 ppm from 50 to 1000 ppm (assumed)",
            "dissolved": "2 % from 1 to 4 % (assumed)",
        },
        "La": {
            "excess": "25 % from 10 to 40 % (sm_lanthanum2018)",
            "recovery": "93.6 % from 88 to 97 % (sm_lanthanum2018)",
            "temperature": "1327 degC from 1200 to 1600 degC (sm_lanthanum2018)",
            "residual": "200 ppm from 20 to 1000 ppm (assumed)",
        },
    }
)


class MetallothermicReduction(Parameters):
    """Rare-earth metal by a metal that holds fluorine or oxygen faster, in argon or in vacuum.

    Calcium: 2 REF3 + 3 Ca -> 2 RE + 3 CaF2, above the melting points of metal and slag; the calcium that the metal
    dissolves is boiled off in a vacuum remelt. All but Sm, Eu, Tm and Yb, which end as difluorides or boil off.
    Lanthanum or mischmetal: RE2O3 + 2 La -> 2 RE(g) + La2O3, for Sm, Eu, Tm and Yb, which distil from the charge; other
    rare earths stay in the slag. Oxygen that a fluoride still holds takes calcium too, to CaO in the slag. Rare earths
    that are not won stay in the slag as they came.
    """

    kind: Literal["metallothermic_reduction"]
    feed: Inlet = Field(description="Fluoride for calcium; oxide for lanthanum and mischmetal.")
    reductant: Literal["Ca", "La", "mischmetal"] = Field(description="What takes the fluorine or the oxygen.")
    metal: AskingInlet | None = Field(
        None,
        description="Lanthanum or mischmetal as a stream, bought as a reagent where not given; a stream with a rate of "
        "its own sets the excess by what it brings.",
    )
    excess: Annotated[Value, In("1", "15 %", low=0, high=3)] | None = Field(
        None, description="Reductant beyond what the reaction takes; 15 % of Ca, 25 % of La where not given."
    )
    recovery: Fraction | None = Field(
        None, description="Share of the rare earths that becomes metal; 95 % by Ca, 93.6 % by La where not given."
    )
    temperature: Temperature | None = Field(
        None, description="Of the charge; 1500 °C with Ca, 1327 °C with La where not given."
    )
    dissolved: Annotated[Value, In("1", "2 %", low=0, high=0.2)] | None = Field(
        None, description="Calcium in the metal before its remelt in vacuum; 2 % where not given, none with La."
    )
    residual: Annotated[Value, In("1", "300 ppm", low=0, high=0.1)] | None = Field(
        None, description="Reductant in the metal sold; 300 ppm of Ca, 200 ppm of La where not given."
    )
    oxygen: Annotated[Value, In("1", "0.1 %", low=0, high=0.05)] = Field(
        standard("0.1 % from 0.03 to 0.3 % (assumed)"),
        description="Oxygen in the metal, from the feed, and from leaking air where that holds too little.",
    )
    carbon: Annotated[Value, In("1", "200 ppm", low=0, high=0.02)] = Field(
        standard("200 ppm from 50 to 500 ppm (assumed)"), description="Carbon in the metal, from the furnace."
    )
    argon: Annotated[Value, In("kg/kg", "0.4 kg/kg", low=0)] = Field(
        standard("0.4 kg/kg from 0.1 to 2 kg/kg (assumed)"), description="Argon per kg of metal."
    )
    electricity: Annotated[Value, In("kWh/kg", "9 kWh/kg", low=0)] = Field(
        standard("9 kWh/kg from 4 to 20 kWh/kg (assumed)"),
        description="Heating, pumps, and the remelt or the distillation, per kg of metal.",
    )
    cycle: Annotated[Value, In("h", "10 h", low=0.1, high=1000)] = Field(
        standard("10 h from 6 to 24 h (assumed)"), description="From charge to charge; sets the furnaces' size."
    )

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("reductant") not in ("Ca", "La", "mischmetal"):
            return data
        own = _DEFAULTS["Ca" if data["reductant"] == "Ca" else "La"]
        return {**{key: text for key, text in own.items() if data.get(key) is None}, **_said(data)}

    @model_validator(mode="after")
    def _fitting(self) -> MetallothermicReduction:
        if self.reductant == "Ca" and self.metal is not None:
            raise ValueError("`metal` brings lanthanum or mischmetal; calcium is bought, leave `metal` out")
        if self.reductant != "Ca" and self.dissolved is not None:
            raise ValueError("`dissolved` is calcium in a melt; a metal that distils has none, leave it out")
        if self.dissolved and self.residual and self.residual.nominal > self.dissolved.nominal:
            raise ValueError("`residual` is what the remelt leaves of `dissolved`; it cannot be more")
        return self


def _said(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None}


def metallothermic_reduction(p: SimpleNamespace, b: Balance) -> None:
    """Metal by recovery; the reductant by the charges that the slag lacks; what the vacuum takes apart."""
    route = ROUTES[p.reductant]
    feed = b.flow("feed")
    refuse_elements(b, route, feed)
    refuse_other_anions(b, route, feed)
    reduced = np.zeros_like(feed)
    reduced[:, route.wins] = feed[:, route.wins] * p.recovery[:, None]
    reduced[:, route.noble] = feed[:, route.noble]
    mass = per_sample(reduced) / (1.0 - p.oxygen - p.carbon - p.residual)
    b.details["superheat_K"] = refuse_temperature(b, route, reduced, p.temperature)

    # Oxygen: the metal's and that of the feed's carbon come first; leaking air makes up for what lacks.
    oxygen = MOLAR_MASS[INDEX["O"]]
    monoxide = feed[:, INDEX["C"]] / MOLAR_MASS[INDEX["C"]] * oxygen
    lacking = np.maximum(p.oxygen * mass + monoxide - feed[:, INDEX["O"]], 0.0)
    slag = feed - reduced
    for name in ("H", "C", "N", "Ar"):
        slag[:, INDEX[name]] = 0.0
    slag[:, VAPOURS] = 0.0
    slag[:, INDEX["O"]] = np.maximum(feed[:, INDEX["O"]] + lacking - p.oxygen * mass - monoxide, 0.0)
    charges = slag_charges(route, slag)
    b.refuse(
        charges < -SLACK * per_sample(feed),
        lambda n: ("the feed holds less fluorine and oxygen than its unreduced metals", "feed fluoride or oxide"),
        "feed",
    )
    charges = np.maximum(charges, 0.0)
    metal = _reductant(p, b, charges)
    b.reagent("air", lacking / AIR_OXYGEN, ("oxygen",))
    b.reagent("graphite", p.carbon * mass, ("carbon",))
    b.reagent("argon", p.argon * mass, ("argon",))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity", "recovery"))
    b.size("furnace charge", (per_sample(feed) + metal.mass) * p.cycle, "kg", ("cycle", "excess"))

    # Calcium in the melt is of the excess.
    melt = np.zeros(b.samples) if p.dissolved is None else p.dissolved * mass
    b.refuse(
        (melt > metal.spare * (1.0 + SLACK)) & (mass > 0.0),
        lambda n: (
            f"{p.dissolved[n]:.3g} kg/kg of calcium is left in the metal and the excess brings "
            f"{metal.spare[n] / mass[n]:.3g}",
            "raise excess, or lower dissolved",
        ),
        "excess",
    )
    shares = {"metal": share_of(p.residual * mass, metal.mass)}
    shares["condensate"] = share_of(np.maximum(melt - p.residual * mass, 0.0), metal.mass)
    for name, share in shares.items():
        out = np.zeros_like(feed)
        out[:, route.columns] = share[:, None]
        b.send(name, out, **metal.where)
    left = np.ones_like(feed)
    left[:, route.columns] -= (shares["metal"] + shares["condensate"])[:, None]
    b.send("slag", np.maximum(left, 0.0), **metal.where)

    drawn = share_of(reduced, feed)
    drawn[:, INDEX["O"]] = share_of(p.oxygen * mass, feed[:, INDEX["O"]] + lacking)
    stays = share_of(slag, feed)
    stays[:, INDEX["O"]] = share_of(slag[:, INDEX["O"]], feed[:, INDEX["O"]] + lacking)
    vapour = np.zeros_like(feed)
    vapour[:, VAPOURS] = 1.0
    for name, share in (("metal", drawn), ("slag", stays), ("condensate", vapour)):
        b.send(name, share, inlet="feed")
        air = np.zeros_like(feed)
        air[:, INDEX["O"]] = share[:, INDEX["O"]]
        b.send(name, air, reagent="air")
    b.send("metal", 1.0, reagent="graphite")
    b.details["kg_reductant_per_kg"] = share_of(metal.mass, mass)
    b.details["slag_kg_per_kg"] = share_of(
        per_sample(slag) + metal.mass * (1.0 - shares["metal"] - shares["condensate"]), mass
    )


def _reductant(p: SimpleNamespace, b: Balance, charges: Array) -> Charge:
    """Buy or ask for the reductant that `charges` kmol/h, shape (samples,), and the excess take."""
    route = ROUTES[p.reductant]
    wanted = charges * (1.0 + p.excess)
    if "metal" not in b.inlets:
        bought = float(route.charges_in(composition(route.item)[None])[0])
        mass = wanted / bought
        b.reagent(route.item, mass, ("excess", "recovery"))
        return Charge(mass, (wanted - charges) / bought, {"reagent": route.item})
    if b.is_on_demand("metal"):
        per_kg = route.charges_in(b.recipe("metal"))
        b.refuse(
            (per_kg <= 0.0) & (wanted > 0.0),
            lambda n: (
                "the stream `metal` holds no rare-earth metal that could reduce",
                "name lanthanum or mischmetal",
            ),
            "metal",
        )
        b.demand("metal", share_of(wanted, per_kg))
    flow = b.flow("metal")
    has = route.charges_in(flow)
    b.refuse(
        has < charges * (1.0 - SLACK),
        lambda n: (
            f"the stream `metal` brings {has[n]:.4g} kmol/h of charges and the reaction takes {charges[n]:.4g}",
            "bring more of it, or give it as a feed without a rate",
        ),
        "metal",
    )
    useful = per_sample(flow[:, route.columns])
    return Charge(useful, share_of(np.maximum(has - charges, 0.0), has) * useful, {"inlet": "metal"})


KIND = Kind(
    "metallothermic_reduction",
    "metal",
    MetallothermicReduction,
    {
        "metal": Outlet("metal"),
        "slag": Outlet("slag", waste=True),
        "condensate": Outlet("residue", waste=True, title="Condensate of the vacuum"),
        "offgas": Outlet("gas", waste=True),
    },
    metallothermic_reduction,
    rest="offgas",
    takes=(SOLID, METAL),
)
