"""For the planner: where does a country's chain of magnets break, what closes the gap, and whose atoms are in it?

Run it: python examples/where_it_breaks.py
"""

import didymium
from didymium.report.ways import sentences
from didymium.supply.tracing import Use, trace

scenario = didymium.load_scenario("us_2030")
found = didymium.gap(scenario, ways=1)
print(found)

for year in (2026, 2030, 2035):
    at = found.years.index(year)
    print(f"{year}: {found.unmet[at]:,.0f} of {found.asked[at]:,.0f} t of magnets unmet")
    for stage, item in (("separation", "NdPr"), ("heavy_separation", "Dy"), ("magnet", "magnets")):
        row = found.row(stage, item)
        print(f"  {stage}, {item}: can make {row.effective[at]:,.0f} {row.unit}, {row.needed[at]:,.0f} needed")

print("The cheapest way to close it:", sentences(found.closing)[0])

origins = trace(found.levels, at="mine").share(Use("magnet:hot", "us"), 2032)
for element, shares in origins.items():
    parts = ", ".join(f"{region} {share:.0%}" for region, share in sorted(shares.items(), key=lambda one: -one[1]))
    print(f"{element} in the magnets that jets and missiles take in 2032 was mined in: {parts}")

free = didymium.load_scenario("us_2030", {"rules.no_china.active": "false"})
print("With Chinese goods let in:", didymium.gap(free, tables=found.tables))
