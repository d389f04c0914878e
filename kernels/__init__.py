"""Unit-free float64 kernels: no file, no money, no import of the rest of the package."""
