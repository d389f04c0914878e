"""Constants of physics that several models of magnets share: CODATA 2022, in SI units."""

from __future__ import annotations

MU0 = 1.25663706127e-6
"""Magnetic constant, T m/A. Source: CODATA 2022."""
GAS = 8.31446261815324
"""Gas constant, J/(mol K). Source: SI (2019), exact."""
KELVIN = 273.15
"""0 degC in K."""
