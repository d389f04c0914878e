"""Throughput, nameplate and the stage that binds, on flowsheets put together by hand."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from didymium.elements import COUNT, INDEX
from didymium.network.solution import Balance, Solution, UnitResult
from didymium.plan import Nameplate, Position
from didymium.quantities import In
from didymium.stream import Stream
from didymium.supply import capacity
from didymium.supply.capacity import product_outlets, throughput

HERE = Position("hand.yaml", 1, 1)
UNITS = {
    "flotation": ("mine", {"feed": "ore"}, {"concentrate": "concentrate", "tailings": "tailings", "iron": "ore"}),
    "cut": (
        *("separation", {"feed": "flotation.concentrate", "swarf": "machining.swarf"}),
        {"light": "liquor", "ndpr": "oxide", "mud": "residue"},
    ),
    "machining": ("magnet", {"feed": "cut.ndpr"}, {"magnets": "magnet", "swarf": "swarf"}),
}
FLOWS: dict[str, dict[str, Any]] = {
    "ore": {"Nd": 200.0},
    "flotation.concentrate": {"Nd": 120.0},
    "flotation.tailings": {"Nd": 70.0},
    "flotation.iron": {"Nd": 10.0, "Fe": 500.0},
    "cut.light": {"La": 60.0},
    "cut.ndpr": {"Nd": 90.0, "O": 15.0},
    "cut.mud": {"Nd": 5.0},
    "machining.magnets": {"Nd": 60.0, "Fe": 140.0},
    "machining.swarf": {"Nd": 30.0},
}
WASTE = {"tailings", "mud"}


def hand(plates: dict[str, tuple[str, str, str]], scale: Any = 1.0, forms: Mapping[str, str] | None = None) -> Solution:
    scales = np.atleast_1d(np.asarray(scale, dtype=float))
    takers: dict[str, tuple[str, str] | None] = dict.fromkeys(FLOWS)
    units, streams = {}, {}
    for name, (stage, inlets, outlets) in UNITS.items():
        takers.update({stream: (name, inlet) for inlet, stream in inlets.items()})
        waste = frozenset(WASTE & set(outlets))
        units[name] = UnitResult(name, "hand", stage, inlets, tuple(outlets), waste, (), {}, {})
    for name, flow in FLOWS.items():
        table = np.zeros((len(scales), 1, COUNT))
        for element, rate in flow.items():
            table[:, 0, INDEX[element]] = rate * scales
        streams[name] = Stream(name, (forms or {}).get(name, "any"), ("bulk",), table)
    plan: Any = SimpleNamespace(
        hours_per_year=In("h/year").parse("8000 h/year"),
        nameplates={
            stage: Nameplate(stage, stream, In("kg/h", yearly=True).parse(rate), basis, HERE)
            for stage, (stream, rate, basis) in plates.items()
        },
    )
    return Solution(plan, len(scales), streams, units, takers, Balance(0.0, "", {}, {}), 1, None)


def oxide(element: str) -> float:
    return {"Nd": 336.482 / 2 / 144.242, "La": 325.809 / 2 / 138.905}[element]


def test_products_leave_waste_and_returns_out() -> None:
    solution = hand({})
    assert product_outlets(solution, "mine") == ("flotation.concentrate", "flotation.iron")
    assert product_outlets(solution, "separation") == ("cut.light", "cut.ndpr")
    assert product_outlets(solution, "magnet") == ("machining.magnets",)


def test_throughput_by_stage() -> None:
    solution = hand({})
    mine, text = throughput(solution, "mine")
    assert mine[0] == pytest.approx(120 * oxide("Nd"), rel=1e-4)
    assert "flotation.concentrate" in text
    separation, text = throughput(solution, "separation")
    assert separation[0] == pytest.approx(60 * oxide("La") + 90 * oxide("Nd"), rel=1e-4)
    assert "cut.light, cut.ndpr" in text
    magnet, _ = throughput(solution, "magnet")
    assert magnet[0] == 200.0
    nothing, text = throughput(solution, "metal")
    assert nothing[0] == 0.0
    assert "nothing" in text


def test_the_fullest_stage_binds() -> None:
    solution = hand(
        {"separation": ("cut.ndpr", "420 t/year", "NdPr"), "magnet": ("machining.magnets", "250 kg/h", "total")}
    )
    found = capacity(solution)
    assert list(found) == ["mine", "separation", "magnet"]
    ndpr = 90 * oxide("Nd") * 8
    assert found["separation"].throughput_t_per_year == pytest.approx(ndpr, rel=1e-4)
    assert found["separation"].nameplate_t_per_year == pytest.approx(420.0)
    assert found["separation"].utilisation == pytest.approx(ndpr / 420, rel=1e-4)
    assert found["separation"].binding is True
    assert found["separation"].limited_t_per_year == pytest.approx(420.0)
    assert found["magnet"].nameplate_t_per_year == pytest.approx(2000.0)
    assert found["magnet"].utilisation == pytest.approx(0.8)
    assert found["magnet"].binding is False
    assert found["magnet"].limited_t_per_year == pytest.approx(1600 * 420 / ndpr, rel=1e-4)
    assert found["magnet"].limited_kg_per_h == pytest.approx(200 * 420 / ndpr, rel=1e-4)
    assert found["mine"].nameplate_t_per_year is None
    assert found["mine"].binding is False
    assert found["mine"].limited_t_per_year == pytest.approx(120 * oxide("Nd") * 8 * 420 / ndpr, rel=1e-4)
    assert found["separation"].basis == "NdPr as oxide of cut.ndpr"


def test_below_nameplate_nothing_is_limited() -> None:
    found = capacity(hand({"magnet": ("machining.magnets", "250 kg/h", "total")}))
    assert found["magnet"].binding is True
    assert found["magnet"].limited_t_per_year == found["magnet"].throughput_t_per_year


def test_samples_are_single_cases() -> None:
    plates = {"separation": ("cut.ndpr", "600 t/year", "NdPr"), "magnet": ("machining.magnets", "250 kg/h", "total")}
    scales = np.array([1.0, 0.3, 4.0])
    hours = np.array([8000.0, 7000.0, 6000.0])
    plate = np.array([250.0, 100.0, 600.0])
    many = capacity(hand(plates, scales), {"operating_hours": hours, "capacity.magnet": plate})
    for i, scale in enumerate(scales):
        one = capacity(hand(plates, scale), {"operating_hours": hours[i : i + 1], "capacity.magnet": plate[i : i + 1]})
        for stage, found in one.items():
            for name in (
                "throughput_t_per_year",
                "limited_t_per_year",
                "nameplate_t_per_year",
                "utilisation",
                "binding",
            ):
                single, several = getattr(found, name), getattr(many[stage], name)
                assert single == (several[i] if np.ndim(several) else several)


def test_a_nameplate_of_a_stage_without_units() -> None:
    found = capacity(hand({"metal": ("cut.ndpr", "100 t/year", "total")}))
    assert found["metal"].nameplate_t_per_year == pytest.approx(100.0)


@pytest.mark.parametrize(
    "form",
    ["salt", "gas", "caustic liquor", "hydrochloric acid", "trisodium phosphate", "ammonium salt", "gypsum"],
)
def test_by_products_salts_and_gases_are_no_throughput(form: str) -> None:
    """60 kg/h La in such an outlet do not count to the separation; its oxide, 90 kg/h Nd, does."""
    solution = hand({}, forms={"cut.light": form})
    assert product_outlets(solution, "separation") == ("cut.ndpr",)
    assert throughput(solution, "separation")[0][0] == pytest.approx(90 * oxide("Nd"), rel=1e-4)


@pytest.mark.parametrize("form", ["oxide", "carbonate", "chloride liquor", "iron concentrate"])
def test_other_forms_that_leave_are_products(form: str) -> None:
    assert product_outlets(hand({}, forms={"cut.light": form}), "separation") == ("cut.light", "cut.ndpr")


@pytest.mark.parametrize(
    ("plate", "given"),
    [("250 kg/h", 400.0), ("2_000 t/year", 3_200_000.0)],
)
def test_a_sampled_nameplate_is_in_the_unit_of_the_file(plate: str, given: float) -> None:
    """400 kg/h, or 3 200 000 kg a year of 8000 h: 3200 t/y, of which 200 kg/h of magnets are a half."""
    solution = hand({"magnet": ("machining.magnets", plate, "total")})
    found = capacity(solution, {"capacity.magnet": np.array([given])})["magnet"]
    assert found.nameplate_t_per_year == pytest.approx(3200.0)
    assert found.utilisation == pytest.approx(0.5)


def test_hours_stretch_a_nameplate_by_the_hour_only() -> None:
    """In 4000 h, 250 kg/h are 1000 t/y; 2000 t/y are 500 kg/h, of which 200 kg/h are 0.4."""
    hours = {"operating_hours": np.array([4000.0])}
    by_hour = capacity(hand({"magnet": ("machining.magnets", "250 kg/h", "total")}), hours)["magnet"]
    assert (by_hour.nameplate_t_per_year, by_hour.utilisation) == (pytest.approx(1000.0), pytest.approx(0.8))
    by_year = capacity(hand({"magnet": ("machining.magnets", "2_000 t/year", "total")}), hours)["magnet"]
    assert (by_year.nameplate_t_per_year, by_year.utilisation) == (pytest.approx(2000.0), pytest.approx(0.4))
