"""What a flowsheet file says of its finance: rates, years, taxes, loans, and what its products are sold at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .quantities import Value

HEAD = "finance."
"""What the path of a value of the finance begins with."""


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan: its share of the capital, its rate a year and its term in years; None where the data's holds."""

    share: Value
    rate: Value | None = None
    years: Value | None = None


@dataclass(frozen=True, slots=True)
class Depreciation:
    """How capital is written off: over how many years, and at what multiple of the straight rate where it declines."""

    years: Value
    method: Literal["straight", "declining"] = "straight"
    rate: Value | None = None


@dataclass(frozen=True, slots=True)
class Offtake:
    """A share of a product that is sold at a fixed price, USD/kg; without one at the price of sale, held fixed."""

    share: Value
    price: Value | None = None


@dataclass(frozen=True, slots=True)
class FinanceTerms:
    """The key `finance` of a file; what is None or empty follows the data. Money is in USD, prices in USD/kg.

    `spending` are the shares of capital by year of building, `ramp_up` those of full output by year of operation, the
    last of which holds. `working_capital` is a share of capital.
    """

    discount_rate: Value | None = None
    life: Value | None = None
    construction: Value | None = None
    spending: tuple[Value, ...] = ()
    tax: Value | None = None
    depreciation: Depreciation | None = None
    ramp_up: tuple[Value, ...] = ()
    working_capital: Value | None = None
    loan: Loan | None = None
    grant: Value | None = None
    subsidy: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    sales: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    price_floor: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    offtake: Mapping[str, Offtake] = field(default_factory=lambda: MappingProxyType({}))

    def values(self) -> dict[str, Value]:
        """Every value that may vary, by its path, in file order.

        Years of building and the shares of spending are not among them: they say how the table of years is laid out.
        """
        out: dict[str, Value | None] = {
            f"{HEAD}{key}": getattr(self, key) for key in ("discount_rate", "life", "tax", "working_capital", "grant")
        }
        if self.depreciation is not None:
            out |= {f"{HEAD}depreciation.years": self.depreciation.years}
            out |= {f"{HEAD}depreciation.rate": self.depreciation.rate}
        out |= {f"{HEAD}ramp_up.{i}": one for i, one in enumerate(self.ramp_up)}
        if self.loan is not None:
            out |= {f"{HEAD}loan.{key}": getattr(self.loan, key) for key in ("share", "rate", "years")}
        for key in ("subsidy", "sales", "price_floor"):
            prices: Mapping[str, Value] = getattr(self, key)
            out |= {f"{HEAD}{key}.{product}": price for product, price in prices.items()}
        for product, sold in self.offtake.items():
            out |= {f"{HEAD}offtake.{product}.share": sold.share, f"{HEAD}offtake.{product}.price": sold.price}
        return {path: value for path, value in out.items() if value is not None}
