"""Crushing and grinding: the power that makes ore fine enough to float."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationInfo, field_validator

from ..quantities import In, Value
from ..sums import per_sample
from .balance import Balance
from .base import Inlet, Kind, OperationError, Outlet, Parameters, standard
from .phases import ORE

Array = NDArray[np.float64]
KG_PER_T = 1000.0


def bond_energy(work_index: Array, feed_size: Array, product_size: Array) -> Array:
    """kWh/t to bring ore from one size to a smaller one, shape (samples,): 10 Wi (1/sqrt(P80) - 1/sqrt(F80)).

    `work_index` in kWh/t, sizes in µm by which 80 % pass. Source: Bond 1961 (`bond1961`).

    >>> one = np.ones(1)
    >>> bond_energy(12.0 * one, 10_000.0 * one, 100.0 * one)
    array([10.8])
    """
    return 10.0 * work_index * (1.0 / np.sqrt(product_size) - 1.0 / np.sqrt(feed_size))


class Comminution(Parameters):
    """Crushing and grinding by Bond's law.

    One work index holds for all sizes. The wear of balls and liners, about 1 kg of steel per t, is left out: its iron
    would belong to no mineral of the ore.
    """

    kind: Literal["comminution"]
    feed: Inlet = Field(description="Ore from the mine.")
    work_index: Annotated[Value, In("kWh/kg", "12 kWh/t", low=0)] = Field(
        standard("12 kWh/t from 8 to 18 kWh/t (assumed)"), description="Bond work index of the ore."
    )
    feed_size: Annotated[Value, In("um", "150 mm", low=1)] = Field(
        standard("150 mm from 80 to 300 mm (assumed)"), description="Size by which 80 % of the ore passes."
    )
    product_size: Annotated[Value, In("um", "75 um", low=1)] = Field(
        standard("75 um from 45 to 110 um (assumed)"), description="Size by which 80 % of the ground ore passes."
    )
    efficiency: Annotated[Value, In("1", "93 %", low=0.01, high=1)] = Field(
        standard("93 % from 88 to 96 % (assumed)"), description="Share of the electricity that reaches the mill."
    )

    @field_validator("product_size")
    @classmethod
    def _finer(cls, value: Value, info: ValidationInfo) -> Value:
        feed = info.data.get("feed_size")
        if feed is not None and value.nominal >= feed.nominal:
            raise ValueError(_coarse(value.nominal, feed.nominal))
        return value


def _coarse(product: float, feed: float) -> str:
    sizes = [f"{size / 1000.0:g} mm" if size >= 1000.0 else f"{size:g} µm" for size in (product, feed)]
    return f"a product of {sizes[0]} is not finer than its feed of {sizes[1]}; give a product_size below it"


def comminution(p: SimpleNamespace, b: Balance) -> None:
    """Pass the ore on and note the power."""
    bad = p.product_size >= p.feed_size
    if bad.any():
        sample = int(np.argmax(bad))
        reason, remedy = _coarse(p.product_size[sample], p.feed_size[sample]).split("; ")
        raise OperationError(reason, remedy, sample, key="product_size")
    energy = bond_energy(p.work_index * KG_PER_T, p.feed_size, p.product_size) / p.efficiency
    power = per_sample(b.flow("feed")) / KG_PER_T * energy
    follows = ("work_index", "feed_size", "product_size", "efficiency")
    b.use("electricity", power, "kWh", follows)
    b.size("mill", power, "kW", follows)
    b.size("crusher", per_sample(b.flow("feed")) / KG_PER_T, "t/h")
    b.details["kwh_per_t"] = energy


KIND = Kind(
    "comminution",
    "mine",
    Comminution,
    {"ground": Outlet("ore", parts="feed", title="ground ore")},
    comminution,
    rest="ground",
    takes=(ORE,),
)
