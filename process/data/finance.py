"""What a plant's finance takes for granted: taxes, years of building and writing off, loans, prices of products."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from .facts import Fact, at_year, fact, rows
from .money import market_prices


@cache
def finance_facts() -> Mapping[tuple[str, str], Fact]:
    """Figures by (item, of what): `tax` by region, `depreciation`, `construction`, `spending`, `loan`, `realisation`.

    >>> finance_facts()["tax", "australia"].value, finance_facts()["realisation", "mixed"].value
    (0.3, 0.65)
    """
    return MappingProxyType({(row["item"], row["of"]): fact(row) for row in rows("finance")})


@cache
def _sales() -> Mapping[tuple[str, str], Mapping[int, Fact]]:
    out = {key: dict(years) for key, years in market_prices().items()}
    for row in rows("sales"):
        out.setdefault((row["item"], row["region"]), {})[int(row["year"])] = fact(row)
    return MappingProxyType({key: MappingProxyType(years) for key, years in out.items()})


def sale_price(item: str, region: str, year: int) -> tuple[str, Fact] | None:
    """What a good is sold at in USD per kg, and the region whose price it is; None where nobody knows.

    The region's own price, else the world's, else China's; of the year, or of the nearest known before it.

    >>> sale_price("NdPr oxide", "us", 2025)[1].value, sale_price("magnets", "us", 2025)[1].value
    (60.0, 69.0)
    >>> sale_price("bonded magnets", "us", 2025) is None
    True
    """
    for place in (region, "world", "china"):
        if years := _sales().get((item, place)):
            return place, at_year(years, year)
    return None
