"""For the cost analyst: how sure is it, what does it hang on, and does the plant pay?

Run it: python examples/uncertain_costs.py
"""

import didymium
from didymium.studies.bridge import bridge
from didymium.studies.uncertainty import uncertainty

if __name__ == "__main__":  # several processes read this file
    texas, ningbo = didymium.load("texas_magnets"), didymium.load("ningbo_magnets")
    here, there = texas.solve(), ningbo.solve()

    print("why a kg of magnet costs more in Texas, USD")
    for cause, usd in sorted(bridge(there, here, "magnet").by_cause.items(), key=lambda pair: -abs(float(pair[1])))[:6]:
        print(f"  {cause:12} {float(usd):+8.2f}")

    cash = here.finance
    print(f"sold at market prices it is worth {float(cash.npv):,.0f} million USD")
    print(f"and pays for itself at {float(cash.price_at_npv_zero('magnet')):.0f} USD per kg of magnet")

    run = uncertainty([texas, ningbo], samples=100, seed=1, workers=1)
    for plant in run.plants:
        band = run.band("cost.magnet", plant)
        print(f"{plant}: {band.nominal:.0f} as written, {band.low:.0f} to {band.high:.0f} USD/kg in 90 % of cases")
    print(f"cheaper in Texas in {run.lower('cost.magnet', 'texas_magnets', 'ningbo_magnets'):.0%} of cases")
