"""For the process engineer: a praseodymium/neodymium circuit on saponified P507, its reagents and its limits.

Run it: python examples/solvent_extraction_circuit.py
"""

import numpy as np

from didymium.cascade import Aqueous, CascadeError, Circuit, Organic, Section

carried = {"organic_in_aqueous": 0.0005, "aqueous_in_organic": 0.003}  # L/L from every stage
circuit = Circuit(
    organic=Organic(
        extractant="P507",
        concentration=1.5,
        saponification=0.36,
        base="NH4",
        flow=14.5,
        crud=0.0005,
        base_strength=10.0,
    ),
    sections=[
        Section("extraction", 30, efficiency=0.95, **carried),
        Section("scrub", 30, liquor=Aqueous(flow=2.12, acid=3.0), efficiency=0.95, **carried),
        Section("strip", 8, liquor=Aqueous(flow=0.8, acid=4.0), **carried),
        Section("wash", 2, liquor=Aqueous(flow=0.3), onward=1.0, **carried),
    ],
    feeds={("extraction", 30): Aqueous(flow=1.0, metals={"Pr": 0.17, "Nd": 0.5, "Dy": 0.002}, acid=0.02)},
    closed=True,
)

# Which scrub acid? All cases in one call; the strip liquor should hold the neodymium and nothing else.
flows = np.linspace(2.11, 2.18, 15)
cases = circuit.solve_cases({"scrub.flow": flows})
purity, recovery = cases.purity("strip_liquor", "Nd", "Dy"), cases.recovery("Nd", "strip_liquor")
best = int(np.argmax(np.minimum(purity, recovery)))
print("scrub L/h   Nd + Dy in strip liquor   Nd recovered")
for k in range(0, len(flows), 2):
    print(f"{flows[k]:9.3f} {purity[k]:25.4%} {recovery[k]:14.2%}")

result = cases.result(best)
print(f"\nat {flows[best]:.3f} L/h of scrub acid: purity {purity[best]:.3%}, recovery {recovery[best]:.3%}")
neodymium = result.strip_liquor.metals["Nd"]
print(f"base {result.reagents.base / neodymium:.2f} mol per mol Nd, acid", end=" ")
print(", ".join(f"{name} {amount / neodymium:.2f}" for name, amount in result.reagents.acid.items()))
print("waste salts:", ", ".join(f"{name} {amount:.3f} mol/h" for name, amount in result.waste.salts.items()))
print(f"free acid in the strip liquor: {result.strip_liquor.acidity:.2f} mol/L")
print(f"water: {result.water[0]:.3f} L/h in, {result.water[1]:.3f} L/h out")
print(f"organic made up: {result.reagents.organic * 1000:.1f} mL/h")
print("the organic comes back with", ", ".join(f"{k} {v:.1e}" for k, v in result.residual_load.items()), "mol/L")

profile = result.profile
for section in ("extraction", "scrub", "strip", "wash"):
    here = [k for k, name in enumerate(profile.sections) if name == section]
    ph, load = profile.ph[here], profile.loading[here]
    print(f"{section:10}: pH {ph.min():5.2f} to {ph.max():5.2f}, loading {load.min():.3f} to {load.max():.3f}")
for flag in result.flags:
    print("outside:", flag.sentence)
print("assumed:", "; ".join(result.assumptions))

# What the balances do not allow is told with what would be.
try:
    circuit.solve_cases({"organic.flow": 18.0})
except CascadeError as error:
    print(f"\n18 L/h of organic: {error.reason}")
