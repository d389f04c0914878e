"""What `didymium trace` prints: origins by element, what of one origin a product holds, and how to avoid it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..goods import words
from .figures import NONE, amount, asked, listed, percent
from .tables import row, sentences, table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from ..studies.trace import Origins, Sourcing, Trace

LEAST = 5e-4
"""Origins that stay below this share of every element are shown together."""
NOT_ASKED = "whether ore and later stages have room is not asked"
MISS = 1e-6
"""How far the program's levels and the traced flows may lie apart before it is told."""
COUNTED = {
    "mine": "where it was mined",
    "separation": "where it was separated",
    "metal": "where its metal was made",
    "alloy": "where its alloy was made",
    "magnet": "where its magnet was made",
}
STAGE_WORDS = {"mine": "mine", "separation": "separation", "heavy_separation": "heavy separation", "metal": "metal"}
BEFORE = {"before": "there before", "undone": "not done yet"}
"""Origins that are no region, in words."""


def page(found: Trace) -> list[RenderableType]:
    """All products of a region, or one product with all that is known of it; the verdicts stand last."""
    if found.question.product is None:
        return [*_all_or_none(found), _foot(found)]
    out: list[RenderableType] = []
    for one in found.found:
        out += _one(found, one)
    return [*out, _foot(found)]


def _all_or_none(found: Trace) -> list[RenderableType]:
    """The table of all products, and a sentence where there is none, or none that holds what is counted."""
    where = listed(list(found.regions))
    if not found.found:
        return [sentences([("products", "", f"{where} uses none in {found.year}: nothing to trace")])]
    counted = found.question.elements
    if counted is not None and not any(element in one.flow for one in found.found for element in counted):
        told = f"none of {where} in {found.year} holds {listed(list(counted))}"
        return [_all(found), sentences([("products", "", told)])]
    return [_all(found)]


def _all(found: Trace) -> Table:
    origin = found.origin
    limit = asked(found.question.threshold)
    title = f"Products of {listed(list(found.regions))}, {found.year}"
    if origin is None:
        made = table(title, ["product", "region"], ["t", "most comes from", "share"], _caption(found))
        for one in found.found:
            name, part = _largest(one)
            row(made, one.product.name, one.product.region, amount(one.tonnes), name, part)
        return made
    made = table(
        f"{title}: what they hold of {_named(origin)}",
        ["product", "region"],
        ["t", "of its mass", "of its value", "by mass", "by value"],
        f"{_caption(found)}; over: {limit} or more",
    )
    for one in found.found:
        assert one.content is not None
        row(
            made,
            one.product.name,
            one.product.region,
            amount(one.tonnes),
            percent(one.content.mass, 2),
            percent(one.content.value, 2),
            _verdict(one.over.get("mass")),
            _verdict(one.over.get("value")),
        )
    return made


def _caption(found: Trace) -> str:
    of = "rare earths" if found.question.elements is None else listed(list(found.question.elements))
    return (
        f"origin counts {COUNTED[found.traced.at]}; counted: {of}; oxides and metals are in t of rare earths contained"
    )


def _verdict(over: bool | None) -> str:
    return "unknown" if over is None else "over" if over else "under"


def _named(origin: str) -> str:
    return BEFORE.get(origin, origin)


def _largest(one: Origins) -> tuple[str, str]:
    sums: dict[str, float] = {}
    for parts in one.flow.values():
        for origin, t in parts.items():
            sums[origin] = sums.get(origin, 0.0) + t
    if not sums:
        return NONE, NONE
    best = max(sums, key=lambda origin: sums[origin])
    return _named(best), percent(sums[best] / math.fsum(sums.values()))


def _one(found: Trace, one: Origins) -> list[RenderableType]:
    name = f"{one.product.name} of {one.product.region}, {found.year}"
    if not one.flow:
        told = f"{amount(one.tonnes)} t, and no rare earths in it" if one.tonnes > 0.0 else "none in this year"
        return [sentences([(name, "", told)])]
    out: list[RenderableType] = [_shares(found, one, name)]
    if one.content is not None:
        if one.content.element_t:
            out.append(_content(found, one))
        if one.sourcing:
            out.append(_sourcing(found, one))
        out.append(sentences(_told(found, one)))
    return out


def _shares(found: Trace, one: Origins, name: str) -> Table:
    """Origins down, elements across."""
    elements = list(one.flow)
    order = sorted(
        dict.fromkeys(origin for parts in one.flow.values() for origin in parts),
        key=lambda origin: -math.fsum(parts.get(origin, 0.0) for parts in one.flow.values()),
    )
    made = table(f"Where the elements of {name}, come from", ["origin"], elements, _caption(found))
    rest = dict.fromkeys(elements, 0.0)
    for origin in order:
        shares = {element: one.share(element, origin) for element in elements}
        if max(shares.values()) < LEAST:
            rest = {element: rest[element] + shares[element] for element in elements}
            continue
        row(made, _named(origin), *(percent(shares[e]) if shares[e] > 0.0 else NONE for e in elements))
    if any(rest.values()):
        row(made, "others", *(percent(rest[element]) for element in elements))
    row(made, "t", *(amount(math.fsum(one.flow[element].values())) for element in elements), section=True)
    return made


def _content(found: Trace, one: Origins) -> Table:
    """The elements of the origin in the product, by mass and by value."""
    held = one.content
    assert held is not None
    made = table(
        f"What of {_named(held.origin)} it holds",
        ["element", "price of"],
        ["t", "of the element", "USD/kg", "million USD", "of its mass", "of its value"],
        f"USD/kg of the element in its oxide; {amount(one.tonnes)} t of product"
        + ("" if math.isnan(one.usd) else f" at {amount(one.usd / one.tonnes / 1000.0)} USD/kg"),
    )
    for element, t in held.element_t.items():
        price = found.prices.get(element)
        usd = held.element_usd[element]
        row(
            made,
            element,
            NONE if price is None else f"{price.item}, {price.year} ({price.source})",
            amount(t),
            percent(one.share(element, held.origin)),
            NONE if price is None else amount(price.usd_per_t / 1000.0),
            amount(usd / 1e6),
            percent(t / one.tonnes, 2),
            percent(usd / one.usd, 2),
        )
    total = math.fsum(held.element_usd.values())
    t = math.fsum(held.element_t.values())
    row(made, "all", "", amount(t), "", "", amount(total / 1e6), percent(held.mass, 2), percent(held.value, 2))
    return made


def _sourcing(found: Trace, one: Origins) -> Table:
    """t that must come from elsewhere, beside what is free there."""
    stages = [stage for stage in STAGE_WORDS if any(stage in each.spare.by_stage for each in one.sourcing)]
    made = table(
        f"What must come from elsewhere to fall below {asked(found.question.threshold)}, t/year",
        ["element"],
        ["by value", "by mass", *(f"free: {STAGE_WORDS[stage]}" for stage in stages), "unused", "enough"],
        "by value the dearest per t first, which is the fewest tonnes; by mass the most first; free: effective "
        f"capacity outside {_named(str(found.origin))} that stands idle, as if all of it went to the element; unused: "
        "made elsewhere and left over",
    )
    for each in one.sourcing:
        free = [amount(each.spare.by_stage.get(stage, 0.0)) for stage in stages]
        row(made, each.item, amount(each.by_value), amount(each.by_mass), *free, amount(each.spare.left), _enough(each))
    return made


def _enough(each: Sourcing) -> str:
    return NONE if each.enough is None else "yes" if each.enough else "no"


def _told(found: Trace, one: Origins) -> list[tuple[str, str, str]]:
    """The verdicts and the way of the largest part."""
    held = one.content
    assert held is not None
    limit = asked(found.question.threshold)
    if not held.element_t:
        return [("verdict", "", f"it holds nothing of {_named(held.origin)}: under the threshold of {limit}")]
    out = []
    for basis, share in (("value", held.value), ("mass", held.mass)):
        over = one.over.get("value" if basis == "value" else "mass")
        if over is None:
            out.append((f"by {basis}", "", "unknown: no price of the product; give --value"))
            continue
        word = f"over the threshold of {limit}" if over else f"under the threshold of {limit}"
        out.append((f"by {basis}", "", f"{percent(share, 3)} is of {_named(held.origin)}: {word}"))
    short = [each.item for each in one.sourcing if each.enough is False]
    if short:
        out.append(("clean sourcing", "", f"no free capacity elsewhere for all of the {listed(short)}"))
    elif one.sourcing and all(each.enough for each in one.sourcing):
        out.append(("clean sourcing", "", f"free capacity at that stage elsewhere would do; {NOT_ASKED}"))
    if one.route:
        out.append((f"most {one.routed} came by", "", ", then ".join(_steps(one, found.year))))
    return out


def _steps(one: Origins, now: int) -> list[str]:
    """Steps as words: names of goods as people write them, years where they are others; what repeats is told once."""
    told: list[tuple[str, int, int]] = []
    for step in one.route:
        name = " ".join(words(part) if ":" in part.strip(":") else part for part in step.name.split(" "))
        if step.kind == "keep":
            continue
        if told and told[-1][0] == name:
            told[-1] = (name, told[-1][1], step.year)
        else:
            told.append((name, step.year, step.year))
    return [
        name if (first, last) == (now, now) else f"{name} ({first})" if first == last else f"{name} ({first} to {last})"
        for name, first, last in told
    ]


def _foot(found: Trace) -> Table:
    worst, miss = found.traced.worst, found.traced.miss
    told = f"worst element {worst.value:.1e}, {worst.element} in {worst.year} (≤ 1e-09 of what came in)"
    lines = [("closes", "", told)]
    if miss.value > MISS:
        words = f"{percent(miss.value, 4)} apart in {miss.pool}, {miss.year}"
        lines.append(("levels", "", f"what the program moves and what its goods hold lie up to {words}"))
    return sentences([*lines, *(("rests on", "", note) for note in found.notes)])
