"""For the process engineer: what a circuit looks like inside, drawn from its stages.

Run it: python examples/pictures.py FOLDER; without a folder nothing is written. Drawing needs matplotlib:
pip install 'didymium[plot]'
"""

import sys

import numpy as np

import didymium
from didymium.cascade import Cascade, design
from didymium.report.pictures import Cut, mccabe_thiele, of_circuits, stage_profile, svg, train_diagram, write_all

# Every circuit of a plant.
pictures = of_circuits(didymium.load("mountain_pass").solve())

# A circuit of two elements by itself, designed to 3N and 4N: its steps, on plain axes and with the corners opened.
made = design(beta=1.5, feed_fraction=0.6, purity_extract=0.999, purity_raffinate=0.9999)
cascade = Cascade(
    stages=made.stages,
    feed_stage=made.n,
    feed={"Nd": 0.6, "Pr": 0.4},
    separation_factors={"Nd": 1.5, "Pr": 1.0},
    extract_flow=made.extract_flow,
    scrub_flow=made.scrub_flow,
)
solved = cascade.solve()
steps = mccabe_thiele(
    beta=1.5,
    aqueous=solved.aqueous[:, 0],
    organic=solved.organic[:, 0],
    feed_stage=made.n,
    feed_fraction=0.6,
    extract_flow=made.extract_flow,
    scrub_flow=made.scrub_flow,
    names=("Nd", "Pr"),
    title="Neodymium from praseodymium",
)
pictures += [steps, stage_profile(solved.aqueous, solved.organic, ["Nd", "Pr"], made.n, "Nd from Pr")]

# What a picture shows is data: here, how far the organic is ahead of the aqueous.
points = next(line for line in steps.panels[0].series if line.role == "points")
lift = np.subtract(points.y, points.x)
print(
    f"{steps.subtitle}\nthe organic is richest against its aqueous, by {lift.max():.3f}, at stage {lift.argmax() + 1}"
)

# A train of circuits, as a tree.
train = train_diagram(
    [
        Cut(
            name="Nd / Sm",
            outlets={"raffinate": "Ce / Pr", "extract": "SEG + heavies"},
            lines=["P507", "10 + 12 stages"],
        ),
        Cut(name="Ce / Pr", outlets={"raffinate": "La, Ce", "extract": "NdPr"}, lines=["P507", "20 + 25 stages"]),
    ],
    title="A train of two circuits",
)
pictures.append(train)

print("pictures:", ", ".join(picture.name for picture in pictures))
if len(sys.argv) > 1:
    for path in write_all(pictures, sys.argv[1], "png"):
        print("drawn:", path)
else:
    print(f"as SVG for a page, the train is {len(svg(train)) / 1000:.0f} kB of text")
