"""For the cost analyst: why does a magnet from one plant cost more than from another?

Run it: python examples/cost_analyst.py
"""

import didymium

comparison = didymium.compare(["mountain_pass", "baotou"], basis="magnet")

for product, plants in comparison.cost.items():
    for label, cost in plants.items():
        print(
            f"{product} from {label}: {cost.total:.2f} {cost.currency} of {cost.year} per kg, joint costs by "
            f"{cost.allocation}; {cost.assumed_share:.0%} of it rests on assumptions"
        )

(difference,) = comparison.differences
total, causes = difference.cost["magnet"]
print(f"a kg magnet from {difference.plant} less one from {difference.less}: {total:+.2f} USD")
for cause in sorted(causes, key=lambda cause: abs(causes[cause]), reverse=True):
    print(f"  {cause:12} {causes[cause]:+8.2f}")

dearest = comparison.cost["magnet"]["mountain_pass"].lines[:5]
print("the largest lines of the first plant:")
for share in dearest:
    line = share.line
    print(f"  {line.unit_name}: {line.item} ({line.cause}) {share.per_kg:.2f} USD/kg, source {line.source or 'none'}")
