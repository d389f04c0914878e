"""What `didymium design` prints of a cut: what is asked, the design, what other flows cost, and how it starts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from ..studies.design import missed
from . import real_stages
from .figures import NONE, amount, asked, percent, plain, purity
from .tables import row, sentences, table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from ..cascade import CascadeDesign
    from ..studies.design import Alternative, UnitDesign
    from ..studies.start import Starts

DAY = 24.0
WAYS = {
    "reflux": "total reflux of feed",
    "matched": "total reflux of what it will hold",
    "normal": "feed on at once",
}
"""What the ways to start are called."""


def page(found: UnitDesign) -> list[RenderableType]:
    """The tables of a design in the order that a reader wants them."""
    out: list[RenderableType] = [_head(found), feed(found), designs(found), flows(found)]
    if found.starts:
        out.append(starts(found))
    if found.real is not None:
        out += real_stages.tables(found.real)
    out.append(words(found))
    return out


def _head(found: UnitDesign) -> Text:
    plan, cut = found.result.plan, found.cut
    head = Text(plain(f"{found.unit}: {'+'.join(cut.light)} / {'+'.join(cut.heavy)} with {found.extractant}"))
    head.stylize("bold")
    head.append("\n")
    head.append(plain(f"{plan.title}, {plan.path}, region {plan.region}, {plan.year}"), style="not bold")
    return head


def feed(found: UnitDesign) -> Table:
    """What enters the circuit, as the flowsheet brings it."""
    cut = found.cut
    made = table(
        f"Feed: {amount(cut.feed_kmol_per_h)} kmol/h of rare earths in {amount(cut.feed_m3_per_h)} m³/h",
        ["element", "goes to"],
        ["mole %", "oxide mass %", "β to the next lighter"],
    )
    mass = cut.feed * cut.masses
    for i, name in enumerate(cut.elements):
        step = cut.beta[i] / cut.beta[i - 1] if i else None
        shares = (float(cut.feed[i]), float(mass[i] / mass.sum()))
        side = "raffinate" if i < cut.at else "extract"
        row(made, name, side, *(percent(share, 3) for share in shares), NONE if step is None else f"{step:.3g}")
    return made


def designs(found: UnitDesign) -> Table:
    """The design with the flows of the file beside the cheapest one, row by row."""
    chosen, cheap = found.chosen, found.cheapest
    made = table("Design", [""], [found.flows_from, "cheapest flow"])
    for rows in _rows(found, chosen, cheap):
        for position, (head, one, other) in enumerate(rows):
            row(made, head, one, other, section=position == len(rows) - 1)
    return made


def _rows(found: UnitDesign, *both: Alternative) -> Iterator[list[tuple[str, ...]]]:
    cut, kg = found.cut, found.feed_kg_REO_per_h
    made = [one.design for one in both]
    size = [one.sizes for one in both]
    yield [
        ("stages, extraction + scrub", *(f"{one.n} + {one.m}" for one in made)),
        ("exact for the pair at the cut", *(_pair(one.n_exact, one.m_exact) for one in made)),
        ("S, mol per mol fed", *(amount(one.extract_flow) for one in made)),
        ("S over its minimum", *(f"{one.flow_ratio:.3f}" for one in made)),
        ("W, mol per mol fed", *(amount(one.scrub_flow) for one in made)),
    ]
    yield [
        (f"raffinate, oxide, at least {asked(cut.raffinate)}", *(purity(one.check["raffinate"]) for one in both)),
        (f"extract, oxide, at least {asked(cut.extract)}", *(purity(one.check["extract"]) for one in both)),
        ("closure of that solve", *(f"{one.solved.closure:.1e}" for one in both)),
    ]
    yield [
        ("organic, m³/h", *(amount(one.organic) for one in size)),
        ("scrub acid, m³/h", *(amount(one.scrub) for one in size)),
        ("strip acid, m³/h", *(amount(one.strip) for one in size)),
        ("mixer-settlers in all, m³", *(amount(one.volume) for one in size)),
        ("organic held, m³", *(amount(one.organic_inventory) for one in size)),
        ("rare earths held, t REO", *(amount(_held(found, one)) for one in both)),
    ]
    yield [
        ("base, mol per kg REO", *(amount(1e3 * float(one.base) / kg) for one in size)),
        ("acid, mol per kg REO", *(amount(1e3 * float(one.scrub_acid + one.strip_acid) / kg) for one in size)),
    ]
    hours = found.result.plan.hours_per_year.nominal
    causes = [(cause, *(amount(one.cost.by_cause[cause] / 1e3) for one in both)) for cause in both[0].cost.by_cause]
    causes = [(f"{cause}, thousand USD a year", *cells) for cause, *cells in causes]
    yield [
        *causes,
        ("in all, thousand USD a year", *(amount(one.cost.total / 1e3) for one in both)),
        ("in all, USD per kg REO fed", *(f"{one.cost.total / (kg * hours):.3f}" for one in both)),
    ]


def _pair(n: float, m: float) -> str:
    return f"{n:.1f} + {m:.1f}" if n + m < 1e6 else NONE


def _held(found: UnitDesign, one: Alternative) -> float:
    cut = found.cut
    return float(one.sizes.rare_earth_inventory) * float((cut.feed * cut.masses).sum()) / 1000.0


def flows(found: UnitDesign) -> Table:
    """More solvent or more stages: the designs that were tried."""
    made = table(
        "More solvent or more stages",
        ["S over its minimum"],
        ["S", "stages", "S × stages", "m³", "reagents", "plant and held", "thousand USD a year"],
        "cheapest marked *; reagents and plant in thousand USD a year",
    )
    for one in found.tried:
        best = one.design == found.cheapest.design
        bought = one.cost.by_cause["base"] + one.cost.by_cause["acid"]
        row(
            made,
            f"{one.design.flow_ratio:.3f}{' *' if best else ''}",
            amount(one.design.extract_flow),
            f"{one.design.n} + {one.design.m}",
            amount(one.design.extract_flow * one.design.stages),
            amount(one.sizes.volume),
            amount(bought / 1e3),
            amount((one.cost.total - bought) / 1e3),
            amount(one.cost.total / 1e3),
            style="bold" if best else None,
        )
    return made


def starts(found: UnitDesign) -> Table:
    """How long each design takes to come on grade, and what it delivers until then."""
    made = table(
        "Start-up: until both products stay on grade",
        ["design", "start"],
        ["days", "nearly", "at reflux", "stage exchanges", "off grade, t REO"],
        "nearly: within 1.1 times the impurity allowed, for good; filled with feed, or with a liquor of the "
        "composition that the circuit holds at rest; a stage exchange "
        "replaces the organic of one stage, mixer and settler",
    )
    labels = {"chosen": found.flows_from, "cheapest": "cheapest flow"}
    for label, tried in found.starts.items():
        for way in WAYS:
            row(made, labels[label], WAYS[way], *_start(found, tried, way))
    return made


def _start(found: UnitDesign, tried: Starts, way: str) -> Sequence[str]:
    if way not in tried.runs:
        return ("not on grade", NONE, NONE, NONE, NONE)
    run = tried.runs[way]
    masses = dict(zip(found.cut.elements, found.cut.masses.tolist(), strict=True))
    off = sum(moles * masses[name] for held in run.off_grade.values() for name, moles in held.items()) / 1000.0
    return (
        amount(run.time_to_specification / DAY),
        amount(tried.nearly[way] / DAY),
        amount(run.reflux_time / DAY),
        amount(run.stage_exchanges),
        amount(off),
    )


def words(found: UnitDesign) -> Table:
    """What the design rests on, and the lines that put it into the file."""
    cut = found.cut
    lines = []
    for label, one in (("design", found.chosen), ("cheapest", found.cheapest)):
        if short := missed(cut, one):
            lines.append((label, f"misses its target: {' and '.join(short)}"))
        if one.solved.ill_conditioned:
            lines.append((label, "ill-conditioned: one ulp of the scrub flow moves its answer"))
    best = found.cheapest.design
    lines += [
        ("into the file", f"stages: {best.n} + {best.m}"),
        ("", f"solvent_ratio: {upward(best.flow_ratio)}"),
        ("", f"(a unit that says `like: {found.unit}` takes both over: give it `stages: null`, `solvent_ratio: null`)"),
        (
            "verified",
            "each design by an own solve of the circuit, element by element; purities are those of that solve",
        ),
        (
            "left out",
            "of the costs: power, heat and losses of organic, which hang on the feed alone; labour; what a whole plant "
            "costs over its installed equipment (the scope factor of its capital); what is off grade, and the time, "
            "until the circuit is on grade",
        ),
        ("model", "ideal stages at constant flows and separation factors, the exchange model"),
    ]
    if found.file_stages is not None:
        lines.append(("in the file", f"stages: {found.file_stages}; the design above is made from the purity"))
    lines += [("assumed" if "(" in said else "no source", f"{what}: {said}") for what, said in found.assumptions]
    failed = [f"{WAYS[way]}: {sentence}" for tried in found.starts.values() for way, sentence in tried.failed.items()]
    lines += [("start-up", sentence) for sentence in dict.fromkeys(failed)]
    return sentences((topic, "", text) for topic, text in lines)


def upward(ratio: float) -> str:
    """A flow ratio to six digits, never less than it is: a little more solvent never costs purity.

    >>> upward(1.0692891), upward(1.3)
    ('1.06929', '1.3')
    """
    return f"{math.ceil(ratio * 1e5 - 1e-9) / 1e5:.6g}"


def binary(made: CascadeDesign) -> list[RenderableType]:
    """A two-element design, per mol of feed; purities are mole fractions."""
    shown = table(
        "Two elements, A extracted: per mol of feed, purities by mol", [""], ["extraction", "scrub", "in all"]
    )
    row(shown, "stages", str(made.n), str(made.m), str(made.stages))
    row(shown, "exact", f"{made.n_exact:.3f}", f"{made.m_exact:.3f}", f"{made.n_exact + made.m_exact:.3f}")
    row(shown, "at constant ratios", _log(made.n_log), _log(made.m_log), _log(made.n_log + made.m_log))
    row(shown, "at total reflux", "", "", f"{made.least_stages:.3f}")
    heads = ["flow", "least", "over least"]
    flow = table("Flows", [""], heads, f"the {made.control} section sets them; least for a sharp split, f + 1/(β − 1)")
    over = made.extract_flow / made.least_extract_flow
    row(flow, "S, organic", f"{made.extract_flow:.6f}", f"{made.least_extract_flow:.6f}", f"{over:.4f}")
    ratio = made.scrub_flow / made.least_scrub_flow
    row(flow, "W, scrub", f"{made.scrub_flow:.6f}", f"{made.least_scrub_flow:.6f}", f"{ratio:.4f}")
    ends = table("Products", [""], ["wanted", "reached", "recovery", "share of the feed"])
    for head, wanted, reached, recovery, share in (
        ("A in the extract", made.purity_extract, made.reached_extract, made.recovery_extract, made.extract_share),
        (
            "B in the raffinate",
            made.purity_raffinate,
            made.reached_raffinate,
            made.recovery_raffinate,
            made.raffinate_share,
        ),
    ):
        row(ends, head, asked(wanted), purity(reached), purity(recovery), f"{share:.6f}")
    return [shown, flow, ends]


def _log(count: float) -> str:
    return f"{count:.3f}" if count < 1e6 else NONE
