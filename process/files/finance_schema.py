"""The key `finance` of a flowsheet file: rates, years, taxes, loans, prices of products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from ..finance_terms import Depreciation, FinanceTerms, Loan, Offtake
from ..quantities import Fraction, In, Normal, QuantityError, Value, suggestion
from .diagnostics import Diagnostic
from .faults import Inside
from .money_schema import Money
from .nodes import table
from .reader import Node

LONGEST_LIFE, LONGEST_BUILDING = 60, 10
"""Years of operation and of building that a cash flow may have."""
BY_PRODUCT = ("subsidy", "sales", "price_floor", "offtake")
"""The keys of `finance` whose own keys are products."""


ALL_LOST, HALF_LOST = -1.0, -0.5
"""Rates a year at which no money keeps any value, and below which a rate is most likely a slip of the pen."""
DEVIATIONS = 3.0
"""Standard deviations of a normal that count as what may be drawn: one sample in 740 lies further down."""


def _least(value: Value) -> float:
    """What a rate may be at the least, whatever its bounds: a draw that they cut off would only land beside them."""
    if isinstance(value.spread, Normal):
        return value.nominal - DEVIATIONS * value.spread.sd
    return value.nominal if value.spread is None else value.spread.range(value.nominal)[0]


def _above_all_lost(value: Value) -> Value:
    least = _least(value)
    if value.nominal <= ALL_LOST:
        what, hint = "is −100 % or below", "such as 10 %"
    elif least <= ALL_LOST:
        what, hint = "may be −100 % or below", "narrow the spread, as in 10 % ± 2 %"
        if isinstance(value.spread, Normal):
            hint = f"three standard deviations down is {_percent(least)}; {hint}"
    else:
        return value
    raise QuantityError(f"a rate of {value} {what}, at which no money has a value", hint)


def _percent(share: float) -> str:
    return f"{100.0 * share:.6g} %".replace("-", "−")


def _whole(value: Value) -> Value:
    if value.nominal != int(value.nominal) or value.spread is not None:
        raise QuantityError(f"years of building are a whole number, not {value}", "such as 3 year")
    return value


def _adds_up(shares: list[Value]) -> list[Value]:
    totals = list(accumulate(share.nominal for share in shares))
    if not totals or abs(totals[-1] - 1.0) > 1e-6:
        over = (i for i, total in enumerate(totals) if total > 1.0 + 1e-6)
        total = totals[-1] if totals else 0.0
        message = f"the shares of spending add up to {100 * total:.8g} %, not 100 %"
        raise Inside(message, (next(over, len(totals) - 1),) if totals else (), "such as [10 %, 60 %, 30 %]")
    return shares


def rises(shares: list[Value]) -> list[Value]:
    """Shares of output by year, none below the one before. Raises Inside."""
    for i, (before, after) in enumerate(pairwise(shares), 1):
        if after.nominal < before.nominal:
            raise Inside(f"output falls from {before} to {after}", (i,), "a ramp-up rises, as in [50 %, 80 %, 100 %]")
    return shares


def _as_share(item: Any) -> Any:
    return item if isinstance(item, Mapping) else {"share": item}


def _as_years(item: Any) -> Any:
    return item if isinstance(item, Mapping) else {"years": item}


Rate = Annotated[Value, In("1", "10 %", low=-1), AfterValidator(_above_all_lost)]
Years = Annotated[Value, In("year", "10 year", low=1, high=LONGEST_LIFE)]
UnitPrice = Annotated[Value, Money("USD/kg", "60 USD2024/kg", low=0)]


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class LoanKeys(_Keys):
    """Money that is borrowed to build."""

    share: Fraction = Field(description="Share of the capital that is borrowed.", examples=["60 %"])
    rate: Rate | None = Field(None, description="Interest a year.", examples=["5 %"])
    years: Years | None = Field(None, description="Years of operation over which it is paid back in equal sums.")


class DepreciationKeys(_Keys):
    """How capital is written off against profits; a number of years alone means a straight line."""

    years: Years = Field(description="Years over which capital is written off.", examples=["10 year"])
    method: Literal["straight", "declining"] = Field("straight", description="Straight line, or a declining balance.")
    rate: Annotated[Value, In("1", "150 %", low=1, high=4)] | None = Field(
        None, description="Of a declining balance: multiple of the straight rate, 150 % where not given."
    )

    @field_validator("rate")
    @classmethod
    def _of_a_declining_balance(cls, value: Value | None, info: ValidationInfo) -> Value | None:
        if value is not None and info.data.get("method") == "straight":
            raise QuantityError(
                "only a declining balance has a rate, and this is a straight line",
                "add method: declining, or leave the rate out",
            )
        return value


class OfftakeKeys(_Keys):
    """A share of a product that is sold at a fixed price; a share alone is sold at the price of sale, held fixed."""

    share: Fraction = Field(description="Share of the product.", examples=["100 %"])
    price: UnitPrice | None = Field(None, description="The fixed price.")


class FinanceKeys(_Keys):
    """Cash flow of the plant: `didymium finance` reads it."""

    discount_rate: Rate | None = Field(None, description="Real rate at which money is discounted; 10 %.")
    life: Years | None = Field(None, description="Years of operation; 20.", examples=["20 year"])
    construction: (
        Annotated[Value, In("year", "3 year", low=1, high=LONGEST_BUILDING), AfterValidator(_whole)] | None
    ) = Field(None, description="Years of building, a whole number; 3.")
    spending: Annotated[list[Fraction], AfterValidator(_adds_up)] = Field(
        default_factory=list,
        description="Share of capital that each year of building takes; they add up to 100 %.",
        examples=["[10 %, 60 %, 30 %]"],
    )
    tax: Fraction | None = Field(None, description="Tax on profits; the region's.", examples=["25 %"])
    depreciation: Annotated[DepreciationKeys, BeforeValidator(_as_years)] | None = Field(
        None, description="How capital is written off; 10 year in a straight line.", examples=["10 year"]
    )
    ramp_up: Annotated[list[Fraction], AfterValidator(rises)] = Field(
        default_factory=list,
        description="Output of each year as a share of the full one; the last holds for the rest.",
        examples=["[50 %, 80 %, 100 %]"],
        max_length=LONGEST_LIFE,
    )
    working_capital: Annotated[Value, In("1", "10 %", low=0, high=1)] | None = Field(
        None, description="Money tied up while the plant runs, as a share of its capital."
    )
    loan: LoanKeys | None = Field(None, description="Money that is borrowed to build.")
    grant: Annotated[Value, Money("USD", "35_000_000 USD2022", low=0)] | None = Field(
        None, description="Public money for building, that is not paid back."
    )
    subsidy: dict[str, UnitPrice] = Field(default_factory=dict, description="Public money per kg of a product made.")
    sales: dict[str, UnitPrice] = Field(default_factory=dict, description="What products are sold at.")
    price_floor: dict[str, UnitPrice] = Field(
        default_factory=dict, description="Least price of a product that somebody guarantees."
    )
    offtake: dict[str, Annotated[OfftakeKeys, BeforeValidator(_as_share)]] = Field(
        default_factory=dict, description="Share of a product that is sold at a fixed price."
    )

    @field_validator("spending")
    @classmethod
    def _one_for_each_year(cls, shares: list[Value], info: ValidationInfo) -> list[Value]:
        years = info.data.get("construction")
        if shares and years is not None and years.nominal != len(shares):
            number = f"{len(shares)} share{'' if len(shares) == 1 else 's'} of spending"
            at = min(int(years.nominal), len(shares) - 1)
            raise Inside(f"{number} for {years} of construction; one for each year", (at,))
        return shares

    @field_validator("loan")
    @classmethod
    def _paid_back_while_it_runs(cls, loan: LoanKeys | None, info: ValidationInfo) -> LoanKeys | None:
        from ..data import cost_rates

        if loan is None or loan.years is None or "life" not in info.data:
            return loan
        life, usual = info.data["life"], cost_rates()["life"].value
        if loan.years.nominal > (usual if life is None else life.nominal):
            runs = f"{usual:g} years, where the file gives no life" if life is None else f"{life}"
            message = f"{loan.years} to pay back, but the plant runs for {runs}"
            raise Inside(message, ("years",), "shorten the loan, or give the plant a longer life")
        return loan


def terms(keys: FinanceKeys | None) -> FinanceTerms:
    """The terms of a checked file."""
    if keys is None:
        return FinanceTerms()
    loan, written = keys.loan, keys.depreciation
    return FinanceTerms(
        discount_rate=keys.discount_rate,
        life=keys.life,
        construction=keys.construction,
        spending=tuple(keys.spending),
        tax=keys.tax,
        depreciation=None if written is None else Depreciation(written.years, written.method, written.rate),
        ramp_up=tuple(keys.ramp_up),
        working_capital=keys.working_capital,
        loan=None if loan is None else Loan(loan.share, loan.rate, loan.years),
        grant=keys.grant,
        subsidy=MappingProxyType(dict(keys.subsidy)),
        sales=MappingProxyType(dict(keys.sales)),
        price_floor=MappingProxyType(dict(keys.price_floor)),
        offtake=MappingProxyType({name: Offtake(one.share, one.price) for name, one in keys.offtake.items()}),
    )


def odd_rates(root: Node, keys: FinanceKeys | None) -> Iterator[Diagnostic]:
    """Warnings of rates of a checked file that are below −50 % a year, or may be."""
    if keys is None:
        return
    lent = None if keys.loan is None else keys.loan.rate
    for path, value in {("discount_rate",): keys.discount_rate, ("loan", "rate"): lent}.items():
        if value is None or value.range()[0] >= HALF_LOST:
            continue
        *above, key = ("finance", *path)
        is_or_may = "is" if value.nominal < HALF_LOST else "may be"
        message = f"{'.'.join((*above, key))}: a rate of {value} {is_or_may} below −50 % a year"
        hint = "money would lose more than half of its value every year, and NPV and payback say little; such as 10 %"
        yield Diagnostic(table(root, *above)[key].place, message, hint, "warning")


def unknown_products(root: Node) -> Iterator[Diagnostic]:
    """Products under `finance` that the file does not name under `products`."""
    known = table(root, "products")
    for key in BY_PRODUCT:
        node = table(root, "finance").get(key)
        for name in table(node):
            if node is not None and name not in known:
                near = suggestion(name, known)
                hint = (
                    f"products: {', '.join(known)}" if known else "name it under products, as in {magnet: unit.outlet}"
                )
                yield Diagnostic(node.keys[name], f"finance.{key}: no product {name!r}{near}", hint)
