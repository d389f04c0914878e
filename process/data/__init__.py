"""Published facts and named assumptions, each with range, unit, year, source and confidence; see docs/data.md."""

from __future__ import annotations

from .activities import Pitzer, chloride_complexes, pitzer
from .chemistry import Deposit, Extractant, Mineral, Reagent, deposits, extractants, minerals, reagents
from .environment import Claim, claims, emission_factor
from .equilibria import Chemistry, Constant, chemistries, single_element
from .facts import Fact, Source, sources
from .finance import finance_facts, sale_price
from .fits import Correlation, CorrelationSet, correlations
from .grades import OxideGrade, oxide_grades
from .hydroxides import Hydroxide, hydroxides
from .levies import Royalty, freight_pair, freight_rates, royalties, royalty_of
from .money import (
    Credit,
    Labour,
    Plant,
    Quote,
    Region,
    by_product_values,
    capital,
    circuit_costs,
    cost_index,
    cost_rates,
    credits,
    exchange_rate,
    exchange_years,
    is_by_product,
    labour,
    labour_of,
    market_prices,
    oxide_price,
    plant_of,
    price_book,
    prices,
    regional_factors,
    regions,
    wages,
    waste_costs,
)
from .solubility import Solubility, solubilities
from .thorium import thorium_solubility

__all__ = [
    "Chemistry",
    "Claim",
    "Constant",
    "Correlation",
    "CorrelationSet",
    "Credit",
    "Deposit",
    "Extractant",
    "Fact",
    "Hydroxide",
    "Labour",
    "Mineral",
    "OxideGrade",
    "Pitzer",
    "Plant",
    "Quote",
    "Reagent",
    "Region",
    "Royalty",
    "Solubility",
    "Source",
    "by_product_values",
    "capital",
    "chemistries",
    "chloride_complexes",
    "circuit_costs",
    "claims",
    "correlations",
    "cost_index",
    "cost_rates",
    "credits",
    "deposits",
    "emission_factor",
    "exchange_rate",
    "exchange_years",
    "extractants",
    "finance_facts",
    "freight_pair",
    "freight_rates",
    "hydroxides",
    "is_by_product",
    "labour",
    "labour_of",
    "market_prices",
    "minerals",
    "oxide_grades",
    "oxide_price",
    "pitzer",
    "plant_of",
    "price_book",
    "prices",
    "reagents",
    "regional_factors",
    "regions",
    "royalties",
    "royalty_of",
    "sale_price",
    "single_element",
    "solubilities",
    "sources",
    "thorium_solubility",
    "wages",
    "waste_costs",
]
