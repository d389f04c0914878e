"""Iron nitriding: reduction and nitriding by hand, spare gases, closure, and heat that decomposes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import INDEX
from didymium.operations.base import OperationError

FULL = {
    "reduction": "100 %",
    "conversion": "100 %",
    "temperature": "140 degC",
    "hydrogen_excess": "0 %",
    "ammonia_excess": "0 %",
    "oxygen": "0 kg/kg",
    "recovery": "100 %",
}


def test_iron_oxide_to_pure_fe16n2(bench) -> None:
    # 8 Fe2O3 + 24 H2 = 16 Fe + 24 H2O; 16 Fe + 2 NH3 = Fe16N2 + 3 H2.
    done = bench.run("iron_nitriding", FULL, bench.of({"Fe2O3": 8.0}))
    assert done.bought("hydrogen", "H2") == pytest.approx(24.0)
    assert done.bought("ammonia", "NH3") == pytest.approx(2.0)
    assert done.kmol("powder", "Fe") == pytest.approx(16.0)
    assert done.kmol("powder", "N") == pytest.approx(2.0)
    assert done.kmol("powder", "O") == pytest.approx(0.0, abs=1e-12)
    assert done.kmol("offgas", "O") == pytest.approx(24.0)
    assert done.kmol("offgas", "H") == pytest.approx(48.0 + 6.0)
    # 3.04 wt % of nitrogen.
    assert done.kg("powder", "N") / done.kg("powder") == pytest.approx(0.0304, abs=5e-5)
    assert done.details["phases"][0, 0] == pytest.approx(1.0)
    assert done.details["ordered"][0] == 1.0


def test_what_is_not_reduced_or_nitrided_stays(bench) -> None:
    # Half of the oxygen stays: 3 of 6 mol, as FeO with 3 of 4 mol Fe; 1 mol of metal, half of it nitrided: 1/16 N.
    keys = FULL | {"reduction": "50 %", "conversion": "50 %"}
    done = bench.run("iron_nitriding", keys, bench.of({"Fe2O3": 2.0, "SiO2": 0.1, "H2O": 1.0}))
    assert done.kmol("powder", "N") == pytest.approx((4.0 - 3.0) * 0.5 / 8.0)
    assert done.kmol("powder", "O") == pytest.approx(3.0 + 0.2)
    assert done.kmol("powder", "Si") == pytest.approx(0.1)
    assert done.kmol("powder", "H") == 0.0
    assert done.bought("hydrogen", "H2") == pytest.approx(3.0)


def test_spare_gases_leave_apart(bench) -> None:
    keys = FULL | {"hydrogen_excess": "20 %", "ammonia_excess": "50 %"}
    done = bench.run("iron_nitriding", keys, bench.of({"Fe2O3": 8.0}))
    assert done.bought("ammonia", "NH3") == pytest.approx(3.0)
    ammonia, rest = done.parts["offgas"][0]
    assert ammonia[INDEX["N"]] / 14.007 == pytest.approx(1.0, rel=1e-4)
    assert ammonia[INDEX["H"]] / 1.00794 == pytest.approx(3.0, rel=1e-3)
    assert rest[INDEX["N"]] == pytest.approx(0.0, abs=1e-10)
    assert rest[INDEX["H"]] / 1.00794 == pytest.approx(48.0 * 1.2 + 6.0, rel=1e-3)
    assert done.kg("offgas") == pytest.approx(done.kg("offgas", "H", "N", "O"))


def test_iron_powder_needs_no_hydrogen(bench) -> None:
    done = bench.run("iron_nitriding", FULL, bench.of({"Fe": 16.0}))
    assert done.used("hydrogen") == 0.0
    assert done.kmol("powder", "N") == pytest.approx(2.0)


def test_warmer_nitriding_makes_other_nitrides(bench) -> None:
    # At 186 degC, half way from 150 to 222: half of the iron in Fe16N2 (1/8 N each), half in Fe4N (1/4 N each).
    done = bench.run("iron_nitriding", FULL | {"temperature": "186 degC"}, bench.of({"Fe": 16.0}))
    assert done.kmol("powder", "N") == pytest.approx(1.0 + 2.0)
    assert done.details["ordered"][0] == pytest.approx(1.0 / 3.0)
    assert done.outcome.traits["powder"]["ordered_nitride"][0] == pytest.approx(1.0 / 3.0)
    with pytest.raises(ValidationError, match="230 degC is too hot to nitride: from 214 degC Fe16N2 decomposes"):
        bench.parameters("iron_nitriding", {"temperature": "230 degC"}, ["feed"])


def test_heat_and_furnace(bench) -> None:
    keys = FULL | {"heat_efficiency": "50 %", "time": "40 h", "loading": "500 kg/m^3"}
    done = bench.run("iron_nitriding", keys, bench.of({"Fe2O3": 8.0}))
    oxide, powder = 8 * 159.688, done.kg("powder")
    warm = 0.7e-3 * (oxide * (390.0 - 25.0) + powder * (140.0 - 25.0))
    assert done.used("heat") == pytest.approx((32.9 * 24.0 + warm) / 0.5, rel=1e-4)
    assert done.size("nitriding furnace") == pytest.approx(powder * 40.0 / 500.0)


def test_a_feed_without_iron_is_refused(bench) -> None:
    with pytest.raises(OperationError, match="holds no iron"):
        bench.run("iron_nitriding", {}, bench.of({"Al2O3": 1.0}))


SHARE = st.floats(0.0, 1.0)


@settings(max_examples=60, deadline=None)
@given(
    reduction=SHARE,
    conversion=SHARE,
    recovery=SHARE,
    hydrogen_excess=st.floats(0.0, 5.0),
    ammonia_excess=st.floats(0.0, 10.0),
    temperature=st.floats(60.0, 213.0),
    water=st.floats(0.0, 1.0),
)
def test_closes(bench, water, **values) -> None:
    feed = bench.of({"Fe2O3": 1.0, "Fe3O4": 0.2, "SiO2": 0.05, "H2O": water})
    changes = {key: np.array([value]) for key, value in values.items()}
    done = bench.run("iron_nitriding", {}, feed, changes=changes)
    assert done.outlets["powder"][0, INDEX["H"]] <= 1e-12 * feed.sum()


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"Fe2O3": 1.0, "SiO2": 0.01, "H2O": 0.1})
    bench.idle("iron_nitriding", {}, feed)
    changes = {"temperature": (150.0, 171.3), "conversion": (0.6, 1 / 3), "ammonia_excess": (0.5, 0.1)}
    bench.alike("iron_nitriding", {}, feed, bench.of({"Fe": 0.3, "Fe3O4": 0.1}), changes)
