"""Layers of coats: every one is a reagent with a density and a price."""

from didymium.data import price_book, reagents
from didymium.magnet.coats import COATS, layer_density


def test_every_layer_is_bought_and_has_a_density() -> None:
    priced = {item for item, _ in price_book()}
    for coat, layers in COATS.items():
        for item in layers:
            assert item in reagents(), coat
            assert item in priced, coat
            assert 1.0 < layer_density()[item].value < 10.0, coat
    assert set(layer_density()) == {item for layers in COATS.values() for item in layers}


def test_copper_is_the_heaviest_and_epoxy_the_lightest() -> None:
    found = {item: fact.value for item, fact in layer_density().items()}
    assert sorted(found, key=lambda item: found[item]) == ["epoxy", "zinc", "nickel", "copper"]
    assert all(fact.low <= fact.value <= fact.high for fact in layer_density().values())
