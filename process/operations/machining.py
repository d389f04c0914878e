"""Machining: blanks cut and ground to shape, the rest to swarf."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ..elements import COUNT, INDEX, molar_mass
from ..quantities import Fraction, In, Value
from ..sums import per_sample
from ..traits import AREA, THICKNESS
from .balance import Balance
from .base import Inlet, Kind, OperationError, Outlet, Parameters, standard
from .phases import METAL
from .stoichiometry import Array, rare_earth_moles
from .told import refuse_diffused

AXES = ("length", "width", "thickness")
ROUNDING = 1e-9


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, validate_default=True)


class Shape(_Part):
    """A finished magnet as it stands, without its coat."""

    length: Annotated[Value, In("mm", "40 mm", low=0.1, high=1000)] = Field(description="Longest way across.")
    width: Annotated[Value, In("mm", "20 mm", low=0.1, high=1000)] = Field(description="The way across that.")
    thickness: Annotated[Value, In("mm", "5 mm", low=0.1, high=1000)] = Field(description="Usually along the field.")


class Blank(_Part):
    """A sintered block."""

    length: Annotated[Value, In("mm", "45 mm", low=0.1, high=1000)] = Field(description="Along the magnets' length.")
    width: Annotated[Value, In("mm", "45 mm", low=0.1, high=1000)] = Field(description="Along their width.")
    thickness: Annotated[Value, In("mm", "60 mm", low=0.1, high=1000)] = Field(description="Along their thickness.")


class Pieces(_Part):
    """How many magnets a blank gives along each of its sides."""

    length: int = Field(1, ge=1, le=1000, description="Along its length.")
    width: int = Field(2, ge=1, le=1000, description="Along its width.")
    thickness: int = Field(10, ge=1, le=1000, description="Along its thickness.")


class Machining(Parameters):
    """Slicing and grinding to shape: finished magnets, rejects that are clean scrap, and swarf with its coolant.

    The yield is the magnets' volume over the blank's. Each magnet takes its own size and the grinding allowance of two
    faces, each cut a kerf, each side of the blank a trim; `recovery` overrides that. In the coolant a share of the
    swarf's rare earth turns to hydroxide, R + 3 H2O -> R(OH)3 + 3/2 H2.
    """

    kind: Literal["machining"]
    feed: Inlet = Field(description="Sintered blanks.")
    recovery: Fraction | None = Field(
        None,
        description="Share of the blanks' mass in the finished magnets; from the shape where not given.",
    )
    shape: Shape = Field(
        standard({"length": "40 mm (convention)", "width": "20 mm (convention)", "thickness": "5 mm (convention)"}),
        description="The finished magnet: `{length: 40 mm, width: 20 mm, thickness: 5 mm}`.",
    )
    blank: Blank | None = Field(
        None, description="The sintered block, where it is given; else it is as large as its pieces need."
    )
    pieces: Pieces = Field(default_factory=Pieces, description="Magnets from a blank that is as large as they need.")
    kerf: Annotated[Value, In("mm", "0.3 mm", low=0, high=10)] = Field(
        standard("0.3 mm from 0.2 to 0.35 mm (assumed)"), description="Width of a cut; a wire saw's."
    )
    grinding_allowance: Annotated[Value, In("mm", "0.3 mm", low=0, high=10)] = Field(
        standard("0.3 mm from 0.1 to 0.4 mm (assumed)"), description="Ground off each face of a magnet after cutting."
    )
    trim: Annotated[Value, In("mm", "1 mm", low=0, high=20)] = Field(
        standard("1 mm from 0.3 to 1.5 mm (assumed)"),
        description="Taken off each side of a blank: skin of the furnace and distortion.",
    )
    rejects: Fraction = Field(
        standard("0 % (convention)"),
        description="Share of the shaped magnets that fail: cracked, off size, short of flux. Clean scrap.",
    )
    density: Annotated[Value, In("g/cm^3", "7.5 g/cm^3", low=1, high=20)] = Field(
        standard("7.5 g/cm^3 from 7.4 to 7.65 g/cm^3 (assumed)"),
        description="Of the magnets; with the shape their area.",
    )
    oil: Annotated[Value, In("kg/kg", "3 %", low=0, high=2)] = Field(
        standard("3 % from 0.5 to 10 % (assumed)"),
        description="Oil and organic coolant that stay on the swarf, per kg.",
    )
    water: Annotated[Value, In("kg/kg", "20 %", low=0, high=5)] = Field(
        standard("20 % from 5 to 40 % (assumed)"), description="Water that stays on the swarf, per kg."
    )
    oxidation: Fraction = Field(
        standard("5 % from 1 to 40 % (assumed)"),
        description="Share of the swarf's rare earths that turns to hydroxide; more where sludge stands (sludge2019).",
    )
    electricity: Annotated[Value, In("kWh/kg", "1.4 kWh/kg", low=0)] = Field(
        standard("1.4 kWh/kg (sprecher2014)"), description="Per kg of magnet shaped, rejects included."
    )


def machining(p: SimpleNamespace, b: Balance) -> None:
    """The same share of every element to magnets and rejects; oil, water and hydroxide to the swarf."""
    refuse_diffused(b, "cutting takes away the faces that hold the heavy rare earth", "diffuse what is machined")
    mass = per_sample(b.flow("feed"))
    shaped, offcut, cut = _cutting(p)
    follows = _geometry(p)
    if p.recovery is not None:
        sound = p.recovery
        if np.any(sound + p.rejects > 1.0 + ROUNDING):
            sample = int(np.argmax(sound + p.rejects))
            raise OperationError(
                f"{sound[sample]:.4g} of the blanks cannot be sound magnets where {p.rejects[sample]:.4g} of what is "
                "shaped is rejected",
                "lower recovery or rejects",
                sample,
                key="recovery",
            )
        passing = 1.0 - p.rejects
        shaped = np.divide(sound, passing, out=np.zeros_like(sound), where=passing > 0.0)
        offcut, follows = np.zeros_like(sound), ("recovery", "rejects")
    else:
        sound = shaped * (1.0 - p.rejects)
    failed = np.maximum(shaped - sound, 0.0)
    lost = np.maximum(1.0 - shaped - offcut, 0.0)

    rotting = rare_earth_moles(b.flow("feed")) * lost * p.oxidation
    b.reagent("cutting_oil", p.oil * lost * mass, ("oil", *follows))
    b.reagent("water", p.water * lost * mass + 3.0 * rotting * molar_mass("H2O"), ("water", "oxidation", *follows))
    b.use("electricity", p.electricity * shaped * mass, "kWh", ("electricity", *follows))
    b.size("saw", cut * mass / (1000.0 * p.density), "m^2/h", ("density", *_geometry(p)))
    b.size("grinding line", shaped * mass, "kg/h", follows)
    b.details["material_yield"] = sound

    sides = [getattr(p.shape, axis) for axis in AXES]
    length, width, thickness = sides
    b.carry_on("magnets")
    b.carry("magnets", THICKNESS, np.minimum(np.minimum(length, width), thickness))
    b.carry("magnets", AREA, 2.0 * (1.0 / length + 1.0 / width + 1.0 / thickness) / p.density)
    b.send("magnets", sound[:, None], inlet="feed")
    b.send("rejects", (failed + offcut)[:, None], inlet="feed")
    water = (p.water * lost * mass / molar_mass("H2O") + 3.0 * rotting) * 2.0
    gas = np.zeros((b.samples, COUNT))
    gas[:, INDEX["H"]] = np.divide(3.0 * rotting, water, out=np.zeros_like(water), where=water > 0.0)
    b.send("offgas", gas, reagent="water")


def _cutting(p: SimpleNamespace) -> tuple[Array, Array, Array]:
    """Share of a blank in magnets, share in solid offcuts, and m² of cuts per m³ of blank, shape (samples,) each."""
    magnets, used = np.ones_like(p.kerf), np.ones_like(p.kerf)
    cuts = np.zeros_like(p.kerf)
    for axis in AXES:
        own = getattr(p.shape, axis)
        piece = own + 2.0 * p.grinding_allowance
        if p.blank is None:
            count = np.full_like(own, float(getattr(p.pieces, axis)))
            side = count * piece + (count - 1.0) * p.kerf + 2.0 * p.trim
            sawn = side
        else:
            side = getattr(p.blank, axis)
            count = np.floor((side - 2.0 * p.trim + p.kerf) / (piece + p.kerf) + ROUNDING)
            _fits(p, axis, side, piece, count)
            extent = count * piece + (count - 1.0) * p.kerf + 2.0 * p.trim
            # One more cut takes off what is left as a solid piece.
            sawn = np.minimum(extent + p.kerf, side)
        magnets = magnets * count * own / side
        used = used * sawn / side
        cuts = cuts + (count - 1.0) / side * 1000.0
    return magnets, np.maximum(1.0 - used, 0.0), cuts


def _fits(p: SimpleNamespace, axis: str, side: Array, piece: Array, count: Array) -> None:
    if np.all(count >= 1.0):
        return
    sample = int(np.argmin(count))
    need = piece[sample] + 2.0 * p.trim[sample]
    raise OperationError(
        f"a blank of {side[sample]:.4g} mm {axis} holds no magnet that takes {need:.4g} mm with its allowances",
        f"sinter a larger blank, or lower grinding_allowance or trim, or give a smaller shape.{axis}",
        sample,
        key=f"blank.{axis}",
    )


def _geometry(p: SimpleNamespace) -> tuple[str, ...]:
    """The keys that the yield by shape follows from."""
    blank = () if p.blank is None else tuple(f"blank.{axis}" for axis in AXES)
    return (*(f"shape.{axis}" for axis in AXES), *blank, "kerf", "grinding_allowance", "trim", "rejects")


KIND = Kind(
    "machining",
    "magnet",
    Machining,
    {
        "magnets": Outlet("magnet", parts="feed", title="finished magnets"),
        "rejects": Outlet("scrap", title="rejected magnets and offcuts"),
        "swarf": Outlet("swarf"),
        "offgas": Outlet("gas", waste=True),
    },
    machining,
    rest="swarf",
    takes=(METAL,),
)
