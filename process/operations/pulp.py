"""Densities of solids and liquids in tanks, and how warm they come: what sets volumes and heats of several units."""

from __future__ import annotations

WATER_DENSITY = 1000.0
"""kg/m^3 of water and of dilute liquors. Source: general knowledge."""
SOLID_DENSITY = 4000.0
"""kg/m^3 of minerals, calcine and residue. Source: general knowledge; barite 4,500, calcite 2,700, CeO2 7,200."""
SULPHATE_DENSITY = 3000.0
"""kg/m^3 of a sulphated calcine. Source: general knowledge; anhydrite 2,960, Fe2(SO4)3 3,100, La2(SO4)3 3,600."""
CAUSTIC_DENSITY = 1500.0
"""kg/m^3 of caustic soda in a hot reactor. Source: general knowledge; of 50 % it is 1,500 at 60 degC."""
AMBIENT = 25.0
"""degC of what is fed. Source: the reference of standard enthalpies, 298.15 K."""
