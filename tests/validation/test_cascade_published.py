"""Published and cross-checked cascades of the exchange model."""

import pytest

from didymium.cascade import Cascade, design

# Zhang, Zhao and Schreiner, Separation Hydrometallurgy of Rare Earth Elements (2016), from a second-hand account:
# two elements 50/50, β = 2, 99.9 % A and 99.99 % B, E' = 1.414, E = 0.773, n = 24, m = 21. The book's counts include
# the feed stage in n, so feed_stage = n. Simulated purities were computed independently of this package.
S, W = 1.7086448691864153, 1.2081943736413157

# Computed from the theory and cross-checked by simulation: beta, fA, PA, PB, S, W, S_min, n_exact, m_exact, n, m, and
# the purities of B in the raffinate and A in the extract reached with n + m stages.
BINARY = [
    (2.0, 0.5, 0.999, 0.9999, S, W, 1.5, 25.30138496601019, 19.82440656918575,
     24, 22, 0.9999140578578251, 0.9990140325486215),
    (2.0, 0.5, 0.9999, 0.9999, 1.7071067811865472, 1.2071067811865472, 1.5, 25.350318667622076, 26.56192375853418,
     25, 27, 0.9999030129936788, 0.9999030129936801),
    (1.5, 0.5, 0.999, 0.999, 2.7247448713915903, 2.2247448713915903, 2.5, 36.647673420230575, 37.25893989992349,
     36, 38, 0.9990138772690774, 0.999013877269078),
    (1.46, 0.55, 0.9999, 0.9999, 3.1904222107203295, 2.6404122087199293, 2.7239130434782615, 43.99709409832839,
     48.37969303748823, 42, 51, 0.9999018253760871, 0.9999014934291696),
]  # fmt: skip


def binary(n, m, beta, f, organic, scrub):
    return Cascade(
        stages=n + m,
        feed_stage=n,
        feed={"A": f, "B": 1.0 - f},
        separation_factors={"A": beta, "B": 1.0},
        extract_flow=organic,
        scrub_flow=scrub,
    ).solve()


def test_case_a():
    short = binary(24, 21, 2.0, 0.5, S, W)
    assert short.purity("extract", "A") == pytest.approx(0.998993, abs=2e-6)
    assert short.purity("raffinate", "B") == pytest.approx(0.999893, abs=2e-6)
    enough = binary(24, 22, 2.0, 0.5, S, W)
    assert max(short.closure, enough.closure) <= 1e-12
    assert enough.purity("extract", "A") >= 0.999
    assert enough.purity("raffinate", "B") >= 0.9999
    assert pytest.approx(1.414, abs=1e-3) == S / W
    assert pytest.approx(0.773, abs=1e-3) == S / (W + 1.0)


def test_case_b():
    """Sm/Eu/Gd with an aqueous draw of europium concentrate (same book, same account)."""
    result = Cascade(
        stages=60,
        feed_stage=18,
        feed={"Sm": 0.51, "Eu": 0.10, "Gd": 0.39},
        separation_factors={"Sm": 1.0, "Eu": 2.00, "Gd": 2.00 * 1.40},
        extract_flow=2.00,
        scrub_flow=2.00 - 0.24124,
        aqueous_draws={30: 0.24922},
    ).solve()
    assert result.closure <= 1e-12
    assert sum(result.raffinate.values()) == pytest.approx(0.50954, abs=1e-9)
    assert result.purity("raffinate", "Sm") == pytest.approx(0.999904, abs=2e-6)
    assert result.purity("extract", "Gd") == pytest.approx(0.999068, abs=2e-6)
    # The account cuts its digits off (it prints 0.999904 for 0.9999046): 0.40015 stands for 0.40015…, here 0.400156.
    assert int(result.purity(30, "Eu") * 1e5) == 40015
    assert result.extract["Gd"] / 0.39 == pytest.approx(0.618, abs=1e-3)


@pytest.mark.parametrize("row", BINARY)
def test_binary_designs(row):
    beta, f, pa, pb, organic, scrub, least, n_exact, m_exact, n, m, reached_b, reached_a = row
    made = design(beta, f, pa, pb)
    assert made.extract_flow == pytest.approx(organic, rel=1e-12)
    assert made.scrub_flow == pytest.approx(scrub, rel=1e-12)
    assert made.least_extract_flow == pytest.approx(least, rel=1e-12)
    assert made.n_exact == pytest.approx(n_exact, rel=1e-9)
    assert made.m_exact == pytest.approx(m_exact, rel=1e-9)
    assert (made.n, made.m) == (n, m)
    solved = binary(n, m, beta, f, organic, scrub)
    assert solved.purity("raffinate", "B") == pytest.approx(reached_b, abs=1e-9)
    assert solved.purity("extract", "A") == pytest.approx(reached_a, abs=1e-9)
    assert made.reached_extract == pytest.approx(reached_a, abs=1e-9)
