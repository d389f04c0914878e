"""For the process engineer: what does a better leach bring, and where does the neodymium still go?

Run it: python examples/process_engineer.py
"""

import didymium

as_written = didymium.load("mountain_pass").solve()
improved = didymium.load(
    "mountain_pass", {"leach.extraction.REO": "98 %", "second_leach.extraction.REO": "99 %"}
).solve()

for name, result in (("as written", as_written), ("leaches at 98 and 99 %", improved)):
    stages = ", ".join(f"{stage} {share:.1%}" for stage, share in result.recovery_by_stage("Nd").items())
    print(f"{name}: {result.recovery('Nd', to='magnet'):.1%} of the ore's Nd reaches the magnet ({stages})")

oxide = improved.streams["ndpr_oxide.oxide"]
print(f"NdPr oxide: {oxide.mass():.0f} kg/h at {oxide.purity('Nd', 'Pr'):.2%}")

print("what leaves elsewhere:")
fates = improved.fates("Nd")
for stream in sorted(fates, key=fates.get, reverse=True)[1:6]:
    print(f"  {stream:28} {fates[stream]:6.2%}")

circuit = improved.solution.units["ndpr_cut"].details
extraction, scrub = circuit["stages"]
print(f"ndpr_cut: {extraction} + {scrub} stages, {circuit['organic_m3_per_h'][0]:.0f} m3/h of organic")
neodymium = circuit["elements"].index("Nd")
for stage, aqueous in enumerate(circuit["aqueous"][0], start=1):
    print(f"  stage {stage:2}: Nd {aqueous[neodymium]:.4f} of the aqueous rare earths")
