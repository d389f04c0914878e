"""Facts of the rare-earth metals: complete, in order, and what the routes to metal read from them."""

import pytest

from didymium.data.metals import metal_facts, of_rare_earths
from didymium.elements import RARE_EARTHS


@pytest.mark.parametrize("name", ["melting", "boiling", "oxide_enthalpy"])
def test_every_rare_earth_has_it(name) -> None:
    values = of_rare_earths(name)
    assert values.shape == (len(RARE_EARTHS),)
    assert not values.flags.writeable
    for element, value in zip(RARE_EARTHS, values, strict=True):
        assert value == metal_facts()[element, name].value


def test_metals_melt_before_they_boil() -> None:
    assert (of_rare_earths("melting") < of_rare_earths("boiling")).all()


def test_what_calcium_makes_does_not_boil_with_it() -> None:
    # Calcium boils at 1484 degC; its excess is distilled off every metal that it makes.
    assert sorted(of_rare_earths("boiling"))[4] > 2500.0


def test_oxides_hold_more_than_carbon_monoxide_gives() -> None:
    # 1.5 CO give 166 kJ, half a mol of R2O3 takes at least 800: nothing reduces them but current or such metals.
    assert (of_rare_earths("oxide_enthalpy") < -800.0).all()
    assert 1.5 * metal_facts()["CO", "enthalpy"].value > -170.0
