"""How long a circuit takes to come on grade, and what a richer feed does to it: praseodymium from neodymium."""

from didymium.cascade import Cascade, design
from didymium.cascade.startup import Event, HoldUp, matching_fill, start_up, upset

MINUTES_A_DAY = 1440.0

# Nd is extracted. Designed for more than is asked: a circuit without slack takes years to lose its last impurity.
made = design(beta=1.5, feed_fraction=0.75, purity_extract=0.9995, purity_raffinate=0.9995)
circuit = Cascade(
    stages=made.stages,
    feed_stage=made.feed_stage,
    feed={"Nd": 0.75, "Pr": 0.25},  # kmol/min
    separation_factors={"Nd": 1.5, "Pr": 1.0},
    extract_flow=made.extract_flow,
    scrub_flow=made.scrub_flow,
)
hold_up = HoldUp.of_times(circuit, mixing=5.0, settling=15.0)  # minutes
grade = {"raffinate": (("Pr",), 0.999), "extract": (("Nd",), 0.999)}

fill = matching_fill(circuit, hold_up)
print(f"{made.n} + {made.m} stages, filled with {100 * fill[0]:.0f} % Nd in the aqueous (the feed has 75 %)")
for name, run in (
    ("total reflux", start_up(circuit, hold_up, grade, initial=fill)),
    ("feed on at once", start_up(circuit, hold_up, grade, start="normal")),
):
    off = sum(sum(held.values()) for held in run.off_grade.values())
    days = run.time_to_specification / MINUTES_A_DAY
    print(f"{name}: on grade after {days:,.1f} days, {run.stage_exchanges:,.0f} stage exchanges")
    print(f"  off grade until then: {off:,.0f} kmol")

# A week of a feed with 80 % Nd, S and W unchanged, then as before.
events = [
    Event(time=0.0, feed={"Nd": 0.80, "Pr": 0.20}),
    Event(time=7.0 * MINUTES_A_DAY, feed={"Nd": 0.75, "Pr": 0.25}),
]
found = upset(circuit, hold_up, events, grade)
for outlet in grade:
    hours = found.time_off_grade[outlet] / 60.0
    print(f"{outlet}: {100 * found.worst[outlet]:.3f} % at worst, {hours:,.1f} h off grade")
