"""What a stream of powder or magnets carries besides mass: names of its traits, each with its unit.

A unit that makes one says so (`Balance.carry`); a unit that needs one asks (`Balance.trait`). A sample that does not
say one has NaN there. Traits follow streams in the order of the units, so nothing that decides a recycle's flows may
hang on a trait that comes back by it.
"""

POWDER = "powder_um"
"""Mean particle size of a powder (D50), µm."""
ALIGNMENT = "alignment"
"""Mean cosine of the angle between easy axes and the field of the press, 0..1."""
GREEN = "green_density"
"""Density of a compact over that of the pore-free solid, 0..1."""
DENSITY = "relative_density"
"""Density of a sintered magnet over that of the pore-free solid, 0..1."""
GRAIN = "grain_um"
"""Mean grain size of a sintered magnet, µm."""
ANNEALING = "annealing"
"""How far the grain boundaries are healed, 0 (as sintered and quenched) to 1 (two-step ageing at its best)."""
THICKNESS = "thickness_mm"
"""Thickness of a magnet along the shorter way in, mm."""
GAIN = "diffusion_gain_kA_m"
"""Coercivity gained by grain-boundary diffusion, kA/m: that of the field at which half of the volume has reversed."""
GAIN_LOW = "diffusion_gain_low_kA_m"
"""The same of the weakest tenth of the volume, kA/m: what the knee of the demagnetisation curve follows."""
AREA = "area_m2_kg"
"""Surface of a magnet over its mass, m²/kg."""
LUBRICANT = "lubricant_carbon"
"""Carbon of the lubricant in a compact over its mass, kg/kg."""
