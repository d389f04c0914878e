"""Flotation: rare-earth minerals into a concentrate of a given grade."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from ..data import reagents as known_reagents
from ..elements import COUNT, OXIDE_FACTOR, RE
from ..quantities import Fraction, In, Value, suggestion
from ..sums import per_sample
from .balance import Balance, composition
from .base import ElementName, Inlet, Kind, OperationError, Outlet, Parameters, spread_over_elements, standard
from .mineral_rows import RARE_EARTH, family
from .phases import ORE
from .stoichiometry import rare_earth_moles


def _reagent(name: str) -> str:
    if name not in known_reagents():
        try:
            composition(name)
        except ValueError:
            raise ValueError(
                f"{name[:40]!r} is no reagent of the data and no formula{suggestion(name, known_reagents())}"
            ) from None
    return name


ReagentName = Annotated[str, AfterValidator(_reagent)]


class Flotation(Parameters):
    """Flotation of rare-earth minerals: what is recovered, at which grade.

    Rare-earth minerals float with the recovery of their rare earths, ligands with them; as much of the other minerals
    follows as the grade says, without preference among them. The concentrate is dry; reagents and water leave with
    the tailings.
    """

    kind: Literal["flotation"]
    feed: Inlet = Field(description="Ground ore.")
    concentrate_grade: Annotated[Value, In("1", "60 % REO", low=0, high=1, basis=("REO", "TREO"))] = Field(
        description="Rare-earth oxide in the dry concentrate, by mass."
    )
    recovery: dict[ElementName, Fraction] = Field(
        description="Share of the rare earths that reaches the concentrate: `{REO: 75 %}`, by element where known."
    )
    reagents: dict[ReagentName, Annotated[Value, In("kg/kg", "2.9 kg/t", low=0)]] = Field(
        default_factory=dict, description="Reagents per kg of feed, by name."
    )
    water: Annotated[Value, In("kg/kg", "0.9 t/t", low=0)] | None = Field(
        None, description="Fresh water per kg of feed."
    )
    electricity: Annotated[Value, In("kWh/kg", "11 kWh/t", low=0)] = Field(
        standard("25 kWh/t from 10 to 45 kWh/t (assumed)"), description="Grinding and flotation, per kg of feed."
    )
    heat: Annotated[Value, In("MJ/kg", "250 MJ/t", low=0)] | None = Field(
        None, description="Steam and fuel for conditioning and drying, per kg of feed."
    )


def flotation(p: SimpleNamespace, b: Balance) -> None:
    """Share minerals between concentrate and tailings."""
    feed = b.flow("feed")
    mass = per_sample(feed)
    for item, dose in p.reagents.items():
        b.reagent(item, dose * mass, (f"reagents.{item}",))
    if p.water is not None:
        b.reagent("water", p.water * mass, ("water",))
    b.use("electricity", p.electricity * mass, "kWh", ("electricity",))
    if p.heat is not None:
        b.use("heat", p.heat * mass, "MJ", ("heat",))

    recovery = spread_over_elements(p.recovery, b.samples)
    ores = b.inlets["feed"]
    rows = b.parts["feed"]
    rare = [row for row in rows if family(row) == RARE_EARTH]
    if not rare:
        raise OperationError(
            f"its feed is {', '.join(rows)} and not an ore with its minerals apart",
            "feed it from a mine or a magnetic separation, or before a mixer brings the minerals together",
        )
    concentrate, oxide = np.zeros(b.samples), np.zeros(b.samples)
    for part in rare:
        inside = b.flow("feed", part)
        # Ligands follow by moles, so that the minerals that float are whole.
        held = rare_earth_moles(inside)
        mean = np.divide(rare_earth_moles(inside * recovery), held, out=np.zeros_like(held), where=held > 0.0)
        share = np.broadcast_to(mean[:, None], (b.samples, COUNT)).copy()
        share[:, RE] = recovery[:, RE]
        concentrate += per_sample(inside * share)
        oxide += per_sample(inside[:, RE] * recovery[:, RE] * OXIDE_FACTOR[RE])
        b.send("concentrate", share, inlet="feed", part=part)
    others = [i for i, row in enumerate(rows) if row not in rare]
    gangue = per_sample(ores[:, others])
    grade = np.maximum(p.concentrate_grade, 1e-9)
    wanted = oxide / grade - concentrate

    def too_rich(sample: int) -> tuple[str, str]:
        best = oxide[sample] / concentrate[sample]
        return (
            f"a concentrate of {p.concentrate_grade[sample]:.1%} REO is richer than its pure minerals ({best:.1%})",
            f"give a concentrate_grade below {best:.1%}",
        )

    def too_poor(sample: int) -> tuple[str, str]:
        lowest = oxide[sample] / (concentrate[sample] + gangue[sample])
        return (
            f"a concentrate of {p.concentrate_grade[sample]:.1%} REO is poorer than the feed allows ({lowest:.1%})",
            f"give a concentrate_grade above {lowest:.1%}",
        )

    b.refuse((wanted < 0.0) & (oxide > 0.0), too_rich, "concentrate_grade")
    b.refuse(wanted > gangue, too_poor, "concentrate_grade")
    wanted = np.clip(wanted, 0.0, gangue)
    follow = np.divide(wanted, gangue, out=np.zeros_like(wanted), where=gangue > 0.0)
    for i in others:
        b.send("concentrate", follow[:, None], inlet="feed", part=rows[i])
    b.size("flotation line", mass / 1000.0, "t/h")
    b.size("concentrate filter", concentrate + wanted, "kg/h", ("concentrate_grade",))
    b.size("tailings thickener", np.maximum(mass - concentrate - wanted, 0.0) / 1000.0, "t/h", ("concentrate_grade",))
    b.details["mass_pull"] = np.divide(concentrate + wanted, mass, out=np.zeros_like(mass), where=mass > 0.0)


KIND = Kind(
    "flotation",
    "mine",
    Flotation,
    {
        "concentrate": Outlet("concentrate", parts="feed", title="rare-earth concentrate"),
        "tailings": Outlet("tailings", parts="feed", waste=True),
    },
    flotation,
    rest="tailings",
    takes=(ORE,),
)
