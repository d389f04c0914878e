"""The cheapest ways to close a gap, and plants side by side by stage, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from ..goods import words as words_of
from ..studies.gap_words import STAGE_WORDS
from .figures import NONE, amount, listed, percent
from .tables import row, table

if TYPE_CHECKING:
    from ..studies.gap import Gap
    from ..supply.closing import Use, Way

MILLION = 1e6
LEAST = 1e-3
"""t/year below which a lever is not named."""
VERBS = {"build": "build", "recycle": "collect", "substitute": "use", "stockpile": "buy ahead", "lift": "set aside"}


def lever(use: Use) -> str:
    """A lever in words: what is done, and where."""
    choice = use.choice
    what = STAGE_WORDS.get(choice.stage, choice.stage.replace("_", " "))
    if choice.kind == "recycle":
        what = "old magnets"
    of = words_of(choice.what) if ":" in choice.what else choice.what.replace("_", " ")
    words = [VERBS.get(choice.kind, choice.kind), what, of]
    return " ".join(word for word in words if word) + (f" in {choice.region}" if choice.region else "")


def ways(found: Gap) -> list[Table]:
    """One table for each way, the cheapest first."""
    closing = found.closing
    if closing is None:
        return []
    return [way(found, one, at) for at, one in enumerate(closing.ways, start=1)]


def _title(one: Way, at: int) -> str:
    left = "all demand met"
    if not one.closes:
        years = [str(year) for year in one.open_years]
        span = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"
        left = f"up to {float(one.left.max()):,.0f} t a year still unmet, {span}"
    dearest = float(np.max(one.cost)) / MILLION
    costs = f"capital {amount(one.capital / MILLION)} M USD, at most {amount(dearest)} M USD a year"
    lifted = f"; sets aside {listed(list(one.lifted))}" if one.lifted else ""
    return f"Way {at} to close the gap: {costs}; {left}{lifted}"


def way(found: Gap, one: Way, at: int) -> Table:
    """What one way builds and uses."""
    made = table(
        _title(one, at), ["lever", "from", "counts"], ["at most", "in the year", "capital M USD", "M USD/year"]
    )
    for use in sorted(one.uses, key=lambda use: -float(use.cost.max(initial=0.0))):
        if use.largest <= LEAST:
            continue
        years = [year for year, tons in zip(found.years, use.amounts, strict=True) if tons > LEAST]
        top = found.years[int(np.argmax(use.amounts))]
        dearest = float(use.cost.max(initial=0.0)) / MILLION
        cells = (amount(use.largest), str(top), amount(use.capital / MILLION), amount(dearest))
        row(made, lever(use), str(years[0]), use.unit, *cells)
    return made


def sites(found: Gap, years: Sequence[int]) -> list[Table]:
    """Plants side by side by stage: nameplate, effective, utilisation, and what of each region's demand they could."""
    year = years[-1]
    y = found.years.index(year)
    made = table(
        f"Plants by stage, {year}, t a year",
        ["stage", "plant", "counts"],
        ["nameplate", "effective", "used"],
        "nameplate and effective count what the plant's file says; used: of the effective capacity, in the solution",
    )
    share = table(
        f"What they could serve, {year}: share of what each region's demand asks of the stage",
        ["stage", "plant", "item"],
        ["t/year", *dict.fromkeys(region for one in found.sites for item in one.items for region in item.share)],
        "as if all of the stage's effective capacity were for the one item, as far as ores allow",
    )
    order = {name: at for at, name in enumerate(STAGE_WORDS)}
    for one in sorted(found.sites, key=lambda one: (order[one.stage], one.plant)):
        used = float(one.utilisation[y])
        stage = one.stage.replace("_", " ")
        row(
            made,
            stage,
            one.plant,
            one.counts,
            amount(float(one.nameplate[y])),
            amount(float(one.effective[y])),
            percent(used) if np.isfinite(used) else NONE,
        )
        for item in one.items:
            shares = (float(values[y]) for values in item.share.values())
            texts = (percent(value, 0) if np.isfinite(value) else NONE for value in shares)
            row(share, stage, one.plant, item.item, amount(float(item.could_make[y])), *texts)
    return [made, share]
