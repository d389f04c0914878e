"""Small flowsheets put together by hand: streams and uses as if solved, so that costs can be checked on paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from pydantic import Field

from didymium.elements import COUNT, INDEX
from didymium.files.money_schema import Money
from didymium.network.solution import Balance, Solution, UnitResult
from didymium.operations.base import Kind, Line, Outlet, Parameters
from didymium.plan import Feed, Nameplate, Plan, Position, Unit
from didymium.quantities import In, Value
from didymium.stream import Stream

HERE = Position("hand.yaml", 1, 1)
Build = Callable[..., Solution]


class HandParameters(Parameters):
    """Parameters of a unit made by hand: any values by name."""

    values: dict[str, Value] = Field(default_factory=dict)


def value(text: str, unit: str) -> Value:
    """A value as a file would say it."""
    return In(unit).parse(text)


def build(
    units: Mapping[str, Mapping[str, Any]],
    flows: Mapping[str, Mapping[str, Any]],
    *,
    feeds: Mapping[str, Mapping[str, Any]] | None = None,
    products: Mapping[str, str] | None = None,
    nameplates: Mapping[str, tuple[str, str, str]] | None = None,
    **plan: Any,
) -> Solution:
    """A solution from units {name: {stage, inlets, outlets {name: form}, waste, lines, values}} and kg/h by element."""
    samples = max(len(np.atleast_1d(flow)) for stream in flows.values() for flow in stream.values())
    streams, made, planned = {}, {}, {}
    takers: dict[str, tuple[str, str] | None] = dict.fromkeys(flows)
    forms = dict.fromkeys(feeds or {}, "material")
    for name, unit in units.items():
        forms.update({f"{name}.{outlet}": form for outlet, form in unit["outlets"].items()})
        takers.update({stream: (name, inlet) for inlet, stream in unit["inlets"].items()})
        waste = frozenset(unit.get("waste", ()))
        outlets = {outlet: Outlet(form, waste=outlet in waste) for outlet, form in unit["outlets"].items()}
        lines = tuple(
            Line(item, np.broadcast_to(np.asarray(rate, float), (samples,)), measure, tuple(follows))
            for item, rate, measure, follows in unit.get("lines", ())
        )
        made[name] = UnitResult(
            name, unit.get("kind", "hand"), unit["stage"], unit["inlets"], tuple(outlets), waste, lines, {}, {}
        )
        kind = Kind("hand", unit["stage"], HandParameters, outlets, lambda p, b: None, next(iter(outlets)))
        values = {key: value(text, measure) for key, (text, measure) in unit.get("values", {}).items()}
        parameters = HandParameters(kind="hand", values=values)
        planned[name] = Unit(name, kind, parameters, unit["inlets"], HERE, unit["stage"])
    for name, flow in flows.items():
        table = np.zeros((samples, 1, COUNT))
        for element, rate in flow.items():
            table[:, 0, INDEX[element]] = rate
        streams[name] = Stream(name, forms[name], ("bulk",), table)
    known: dict[str, Any] = {
        "name": "hand",
        "title": "Hand",
        "region": "china",
        "year": 2024,
        "allocation": "value",
        "hours_per_year": value("8000 h/year", "h/year"),
        "prices": {},
        "regions": {},
        "sources": {},
        **plan,
    }
    whole = Plan(
        **known,
        feeds={name: Feed(name, HERE, **feed) for name, feed in (feeds or {}).items()},
        units=planned,
        products=MappingProxyType(dict(products or {})),
        targets=(),
        nameplates={
            stage: Nameplate(stage, stream, In("kg/h", yearly=True).parse(rate), basis, HERE)
            for stage, (stream, rate, basis) in (nameplates or {}).items()
        },
        path="hand.yaml",
        sha256="",
        position=HERE,
    )
    return Solution(whole, samples, streams, made, takers, Balance(0.0, "", {}, {}), 1, None)


@pytest.fixture
def hand() -> Build:
    """Builds a solution by hand."""
    return build


@pytest.fixture
def priced() -> Callable[[str, str], Value]:
    """A value from text and unit."""
    return value


@pytest.fixture
def recycle() -> Callable[..., Solution]:
    """Separation and magnets, with the swarf going back: 70 kg/h Nd enter, 100 are separated, 30 return."""

    def make(scale: Any = 1.0, share: Any = 0.3, **plan: Any) -> Solution:
        fresh, back = 70.0 * np.asarray(scale), 70.0 * np.asarray(scale) * share / (1.0 - np.asarray(share))
        return build(
            {
                "separation": {
                    "stage": "separation",
                    "inlets": {"feed": "concentrate", "swarf": "machining.swarf"},
                    "outlets": {"oxide": "oxide", "residue": "residue"},
                    "waste": ["residue"],
                    "lines": [("HCl", 200.0 * np.asarray(scale), "kg", ("values.acid",))],
                    "values": {"acid": ("2 kg/kg (nre2024)", "kg/kg")},
                },
                "machining": {
                    "stage": "magnet",
                    "inlets": {"feed": "separation.oxide"},
                    "outlets": {"magnets": "magnet", "swarf": "swarf"},
                    "lines": [("electricity", 1000.0 * np.asarray(scale), "kWh", ("values.power",))],
                    "values": {"power": ("10 kWh/kg (assumed)", "kWh/kg")},
                },
            },
            {
                "concentrate": {"Nd": fresh},
                "separation.oxide": {"Nd": fresh + back, "O": 0.1 * fresh},
                "separation.residue": {"Fe": 20.0 * np.asarray(scale)},
                "machining.magnets": {"Nd": fresh, "Fe": 100.0 * np.asarray(scale)},
                "machining.swarf": {"Nd": back, "Fe": 10.0 * np.asarray(scale)},
            },
            feeds={
                "concentrate": {
                    "material": {"Nd": value("100 %", "1")},
                    "price": Money("USD/kg").parse("5 USD2024/kg (nre2024)"),
                }
            },
            products={"oxide": "separation.oxide", "magnet": "machining.magnets"},
            **plan,
        )

    return make
