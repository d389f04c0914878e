"""Sulphuric bake: acid by charges, HF and CO2 to the off-gas, phosphoric acid in the calcine."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.elements import molar_mass
from didymium.operations.base import OperationError

KEYS = {"acid": "1.5 t/t", "temperature": "600 °C", "conversion": {"REO": "100 %"}, "defluorination": "100 %"}


def test_bastnaesite(bench) -> None:
    # 2 NdCO3F + 3 H2SO4 -> Nd2(SO4)3 + 2 HF + 2 CO2 + 2 H2O
    feed = bench.of({"NdCO3F": 2.0})
    needed = 3.0 * molar_mass("H2SO4") / feed.sum()
    done = bench.run("sulfuric_bake", KEYS, feed, changes={"acid": np.array([needed * (1 + 1e-12)])})
    assert done.bought("H2SO4", "H2SO4") == pytest.approx(3.0)
    assert {e: round(done.kmol("calcine", e), 9) for e in ("Nd", "S", "O", "H", "F", "C")} == {
        "Nd": 2,
        "S": 3,
        "O": 12,
        "H": 0,
        "F": 0,
        "C": 0,
    }
    assert {e: round(done.kmol("offgas", e), 6) for e in ("C", "F", "H", "O", "S")} == {
        "C": 2,
        "F": 2,
        "H": 6,
        "O": 6,
        "S": 0,
    }
    assert done.details["acid_excess"][0] == pytest.approx(0.0, abs=1e-9)


def test_monazite(bench) -> None:
    # 2 NdPO4 + 3 H2SO4 -> Nd2(SO4)3 + 2 H3PO4; the acid beyond leaves as SO3 and H2O.
    done = bench.run("sulfuric_bake", KEYS, bench.of({"NdPO4": 2.0}))
    excess = done.bought("H2SO4", "H2SO4") - 3.0
    assert {e: round(done.kmol("calcine", e), 9) for e in ("P", "S", "H", "O")} == {"P": 2, "S": 3, "H": 6, "O": 20}
    assert done.kmol("offgas", "S") == pytest.approx(excess)
    assert done.kmol("offgas", "H") == pytest.approx(2 * excess)
    assert done.kmol("offgas", "O") == pytest.approx(4 * excess)


def test_what_does_not_convert_keeps_its_oxide_and_its_sulphate(bench) -> None:
    keys = KEYS | {"conversion": {"REO": "99 %", "Fe": "80 %"}, "defluorination": "97 %"}
    done = bench.run("sulfuric_bake", keys, bench.of({"Fe2O3": 0.5, "BaSO4": 1.0, "CaF2": 0.5}))
    # 0.8 Fe takes 1.2 SO4 beside barite's.
    assert done.kmol("calcine", "S") == pytest.approx(2.2)
    assert done.kmol("calcine", "F") == pytest.approx(0.03)
    assert done.kmol("offgas", "F") == pytest.approx(0.97)
    done.neutral("calcine")


FEED = ("LaCO3F", "CeCO3F", "NdPO4", "CaCO3", "BaSO4", "SiO2", "Fe2O3", "ThO2", "CaF2", "H2O")
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.tuples(*[AMOUNT] * len(FEED)),
    conversion=st.tuples(*[st.floats(0.0, 1.0)] * 4),
    defluorination=st.floats(0.0, 1.0),
    acid=st.floats(3.0, 6.0),  # enough for anything: 2.2 kg per kg of Fe2O3, 2.5 of CaF2 and H3PO4
)
def test_closes(bench, amounts, conversion, defluorination, acid) -> None:
    keys = KEYS | {"conversion": {"REO": "99 %", "Fe": "80 %", "Ca": "95 %", "Th": "95 %"}}
    values = {f"conversion.{name}": c for name, c in zip(("REO", "Fe", "Ca", "Th"), conversion, strict=True)}
    values |= {"defluorination": defluorination, "acid": acid}
    changes = {path: np.array([value]) for path, value in values.items()}
    done = bench.run("sulfuric_bake", keys, bench.of(dict(zip(FEED, amounts, strict=True))), changes=changes)
    done.neutral("calcine")
    done.neutral("offgas")
    done.gas("offgas")
    assert done.kmol("offgas", "H") >= done.kmol("offgas", "F") * (1 - 1e-9)
    assert done.kmol("calcine", "C") == 0.0


def test_idle_and_samples(bench) -> None:
    feed = bench.of({"CeCO3F": 2.0, "NdPO4": 1.0})
    bench.idle("sulfuric_bake", KEYS, feed)
    bench.alike("sulfuric_bake", KEYS, feed, bench.of({"LaCO3F": 0.7, "Fe2O3": 0.1}), {"acid": (1.55, 1.1)})


def test_too_little_acid(bench) -> None:
    # 1.5 H2SO4 on a mol of NdCO3F: 147.1 kg on 223.25 kg.
    with pytest.raises(OperationError, match=r"0.5 kg/kg of acid cannot make .*; 0.659 kg/kg would; raise acid"):
        bench.run("sulfuric_bake", KEYS | {"acid": "0.5 kg/kg"}, bench.of({"NdCO3F": 1.0}))


def test_too_little_hydrogen_for_hf(bench) -> None:
    # CaF2 without conversion still needs 1 H2SO4 for 2 HF: 98.08 kg on 78.07 kg.
    with pytest.raises(OperationError, match=r"1.26 kg/kg would.*defluorination"):
        bench.run("sulfuric_bake", KEYS | {"acid": "1 kg/kg"}, bench.of({"CaF2": 1.0}))
