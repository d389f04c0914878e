"""A plant's finance as a plain document; docs/json.md says what each key means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .figures import number

if TYPE_CHECKING:
    from ..flowsheet import Result
    from ..studies.finance import FinanceSheet, ProductSale, Rest


def body(result: Result, sheet: FinanceSheet, changes: Mapping[str, str]) -> dict[str, Any]:
    """The finance of one plant."""
    plan = result.plan
    borrowed = sheet.owners_npv is not None
    return {
        "name": plan.name,
        "title": plan.title,
        "region": plan.region,
        "year": plan.year,
        "changes": dict(changes),
        "discount_rate": number(sheet.discount_rate),
        "life_years": number(sheet.life),
        "building_years": sheet.building,
        "tax_rate": number(sheet.tax),
        "capital_million_usd": {stage: number(million) for stage, million in sheet.capital.items()},
        "invested_million_usd": number(sheet.invested),
        "working_capital_million_usd": number(sheet.tied_up),
        "npv_million_usd": number(sheet.npv),
        "irr": number(sheet.rate),
        "irr_remark": sheet.rate_note,
        "payback_years": number(sheet.payback),
        "discounted_payback_years": number(sheet.discounted_payback),
        "owners": {
            "npv_million_usd": number(sheet.owners_npv),
            "irr": number(sheet.owners_rate),
            "irr_remark": sheet.owners_note,
        }
        if borrowed
        else None,
        "joint_products": "by-product credit",
        "allocation": sheet.allocation,
        "products": {one.product: _product(one) for one in sheet.products},
        "years": [_year(sheet, i) for i in range(len(sheet.years))],
        "basis": [_rest(one) for one in sheet.basis],
        "notes": list(sheet.notes),
    }


def _product(one: ProductSale) -> dict[str, Any]:
    return {
        "t_per_year": number(one.t_per_year),
        "sold": one.sold,
        "sold_at_usd_per_kg": number(one.market),
        "low": number(one.low),
        "high": number(one.high),
        "price_year": one.year,
        "source": one.source,
        "assumed": one.assumed,
        "realised_usd_per_kg": number(one.realised),
        "at_npv_zero_usd_per_kg": number(one.at_zero),
        "before_tax_usd_per_kg": number(one.before_tax),
        "allocated_usd_per_kg": number(one.allocated),
        "note": one.note,
    }


def _year(sheet: FinanceSheet, i: int) -> dict[str, Any]:
    flows = {name.replace(" ", "_"): number(values[i]) for name, values in sheet.flows.items()}
    return {
        "year": sheet.years[i],
        "output": number(sheet.output[i]),
        "revenue_million_usd": {name: number(values[i]) for name, values in sheet.revenue.items()},
        "million_usd": flows,
        "worth_million_usd": number(sheet.cumulative[i]),
    }


def _rest(one: Rest) -> dict[str, Any]:
    return asdict(one)
