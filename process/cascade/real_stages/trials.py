"""What might mend or spoil a circuit: changes of its last step, each by itself."""

from __future__ import annotations

import math
from dataclasses import replace

from .practice import Practice
from .setup import Setup


def trials_of(last: Setup, practice: Practice) -> list[tuple[str, str, Setup]]:
    """(name, what is changed, the circuit) of each trial; the scrub is set anew for each.

    Stages grow by a quarter, at least by one; strip and wash are doubled or halved.
    """

    def more(stages: int) -> int:
        return max(stages + 1, math.ceil(1.25 * stages))

    def carried(end: int) -> Setup:
        return replace(
            last,
            organic_in_aqueous=practice.organic_in_aqueous[end],
            aqueous_in_organic=practice.aqueous_in_organic[end],
        )

    n, m, strip = more(last.n), more(last.m), last.strip_stages
    weaker = (1.0 + practice.strip_excess[1]) / (1.0 + practice.strip_excess[0])
    out = [
        ("more extraction stages", f"{n} instead of {last.n}", replace(last, n=n)),
        ("more scrub stages", f"{m} instead of {last.m}", replace(last, m=m)),
        ("more of both", f"{n} + {m} instead of {last.n} + {last.m}", replace(last, n=n, m=m)),
        ("twice the strip stages", f"{2 * strip} instead of {strip}", replace(last, strip_stages=2 * strip)),
        ("stronger strip acid", f"{1.5 * last.strip_acid:g} mol/L", replace(last, strip_acid=1.5 * last.strip_acid)),
    ]
    if strip > 1:
        half = strip // 2
        out.append(("half the strip stages", f"{half} instead of {strip}", replace(last, strip_stages=half)))
    out.append(
        (
            "strip acid at its least",
            f"{practice.strip_excess[1]:.0%} instead of {practice.strip_excess[0]:.0%} beyond its equivalents",
            replace(last, strip_flow=last.strip_flow * weaker),
        )
    )
    if last.wash_stages:
        twice = 2 * last.wash_stages
        out.append(("twice the wash stages", f"{twice}", replace(last, wash_stages=twice)))
        out.append(("no wash", "the strip is the last section", replace(last, wash_stages=0)))
    if last.base != "NH4":
        out.append(("ammonia soap", f"NH4 instead of {last.base}", replace(last, base="NH4")))
    out.append(("entrainment at its least", "the low ends of both ranges", carried(1)))
    out.append(("entrainment at its most", "the high ends of both ranges", carried(2)))
    for name, end in (("best", 2), ("worst", 1)):
        share = practice.efficiency[end]
        out.append((f"efficiency at its {name}", f"{share:g}", replace(last, efficiency=share)))
    return out
