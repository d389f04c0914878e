"""What levers of a supply chain cost and how long they take where a scenario does not say; all of it assumed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from .facts import Fact, fact, rows


@cache
def lever_facts() -> Mapping[tuple[str, str], Fact]:
    """Assumptions by (kind of lever, item): `lead` in years, `at_most`, `cost`.

    >>> lever_facts()["recycle", "cost"].unit, lever_facts()["build", "lead"].assumed
    ('USD/t', True)
    """
    return MappingProxyType({(row["lever"], row["item"]): fact(row) for row in rows("levers")})
