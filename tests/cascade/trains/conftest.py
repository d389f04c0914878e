"""Tasks of trains that are quick to design."""

import pytest

from didymium.cascade.trains import Product, problem

FEED = {"La": 30.0, "Pr": 5.0, "Nd": 18.0, "Sm": 3.0, "Gd": 2.0, "Dy": 1.5, "Y": 9.0}
PARTS = {
    "la": ("La",),
    "prnd": ("Pr", "Nd"),
    "smgd": ("Sm", "Gd"),
    "dy": ("Dy",),
    "y": ("Y",),
}
PURITY = {"la": 0.999, "prnd": 0.995, "smgd": 0.98, "dy": 0.999, "y": 0.9995}


@pytest.fixture(scope="session")
def parts():
    return [Product(name, elements, PURITY[name]) for name, elements in PARTS.items()]


@pytest.fixture(scope="session")
def five(parts):
    """Five products, two extractants whose orders differ in Y."""
    return problem(FEED, parts, ["P507", "naphthenic acid"])


def price(circuit):
    """A cost without money: organic in the stages, and reagents."""
    return circuit.total * (circuit.organic * (0.1 * circuit.stages + 3.0) + 3.0 * circuit.scrub_flow)
