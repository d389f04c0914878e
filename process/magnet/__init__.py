"""Sintered R-Fe-B magnets: phases, sintering, grain-boundary diffusion, properties and grades."""
