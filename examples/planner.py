"""For the planner: which stage breaks the chain, and how much is left when it holds the rest back?

Run it: python examples/planner.py
"""

import didymium

for name in ("mountain_pass", "baotou"):
    result = didymium.load(name).solve()
    print(f"{result.flowsheet.plan.title}:")
    for stage in result.capacity.values():
        plate = "no nameplate given"
        if stage.nameplate_t_per_year is not None:
            plate = f"{stage.utilisation:.0%} of a nameplate of {stage.nameplate_t_per_year:,.0f}"
        word = ", the limit" if stage.binding else ""
        print(f"  {stage.stage:10} {stage.throughput_t_per_year:9,.0f} t/year, {plate}{word} ({stage.basis})")
    magnets = result.capacity["magnet"]
    print(f"  magnets when the whole chain waits for the limit: {magnets.limited_t_per_year:,.0f} t/year")
