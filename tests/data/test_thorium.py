"""Thorium that stays soluble after an acid bake: falls with the temperature, each number with its range."""

from didymium.data import thorium_solubility


def test_falls_with_temperature() -> None:
    known = thorium_solubility()
    degrees = list(known)
    shares = [share.value for share in known.values()]
    assert degrees == sorted(degrees)
    assert (degrees[0], degrees[-1]) == (200.0, 800.0)
    assert shares == sorted(shares, reverse=True)
    assert all(0.0 < share.low < share.value < share.high < 1.0 for share in known.values())
    assert all(share.assumed for share in known.values())
