"""Results as plain documents for other programs; docs/json.md says what each key means.

Units are in key names, fractions are 0..1, what is no finite number is null, and keys keep their order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import __version__
from ..elements import ELEMENTS, RARE_EARTHS
from ..studies import group_notes
from ..studies.compare import WAITING, carried, cost_shares, recovery, rests_on, split
from ..studies.model import model_facts
from ..studies.origins import in_ore, new_oxide
from . import limits, magnet_design_document, sensitivity_document
from .bridge import document as bridge_document
from .claims import body as claims_body
from .effluents import body as effluents_body
from .figures import first, number
from .finance_document import body as finance_body
from .fit_document import body as fit_body
from .gap_document import body as gap_body
from .ledger import equipment
from .magnets import document as magnet_document
from .trace_document import body as trace_body
from .trace_document import given as trace_given
from .uncertainty_document import body as uncertainty_body

if TYPE_CHECKING:
    from ..economics import Basis
    from ..economics.cost import CostShare, CostSplit
    from ..files.diagnostics import Diagnostic
    from ..flowsheet import Result, TargetResult
    from ..network.solution import UnitResult
    from ..stream import Stream
    from ..studies.claims_run import Claims
    from ..studies.compare import Comparison
    from ..studies.finance import FinanceSheet
    from ..studies.fit import FitStudy
    from ..studies.gap import Gap
    from ..studies.gap_uncertainty import GapUncertainty
    from ..studies.magnet_design import Described, MagnetDesign
    from ..studies.model import ModelFact
    from ..studies.origins import NewOxide
    from ..studies.sensitivity import Sensitivity
    from ..studies.trace import Trace
    from ..studies.uncertainty import Uncertainty

Document = dict[str, Any]

DOCUMENTS = (
    "run",
    "compare",
    "design",
    "check",
    "list",
    "fit",
    "magnet",
    "sensitivity",
    "uncertainty",
    "claims",
    "finance",
    "gap",
    "trace",
)
"""The commands that write a document."""


def text(document: Mapping[str, Any]) -> str:
    """A document as text: UTF-8, one line end at the end, never NaN."""
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def schema(command: str) -> Document:
    """The JSON Schema (draft 2020-12) of a command's document."""
    found: Document = json.loads(resources.files(__package__).joinpath(f"{command}.json").read_text(encoding="utf-8"))
    return found


def digest(parts: Iterable[tuple[str, str | None]]) -> str:
    """One digest of several named inputs."""
    return sha256(json.dumps(list(parts), ensure_ascii=True).encode()).hexdigest()


def inputs(result: Result, changes: Mapping[str, str] | None = None) -> str:
    """The digest of what a result was made from: the file with what it extends, and the changes to it."""
    return digest([("file", result.plan.sha256), *sorted((changes or {}).items())]) if changes else result.plan.sha256


def _whole(command: str, inputs_sha256: str, result: Any) -> Document:
    return {
        "format": f"didymium.{command}/1",
        "version": __version__,
        "inputs_sha256": inputs_sha256,
        "result": result,
    }


def run(result: Result, changes: Mapping[str, str] | None = None) -> Document:
    """The document of one solved flowsheet; `changes` are those that it was loaded with."""
    return _whole("run", inputs(result, changes), one(result, changes))


def one(result: Result, changes: Mapping[str, str] | None = None) -> Document:
    """A solved flowsheet (its first sample)."""
    plan, solution = result.plan, result.solution
    named = {product: split(result, product) for product in plan.products}
    return {
        "name": plan.name,
        "title": plan.title,
        "region": plan.region,
        "year": plan.year,
        "operating_hours_per_year": number(plan.hours_per_year.nominal),
        "changes": dict(changes or {}),
        "feeds": {name: {"deposit": feed.deposit, "ore": name == result.ore} for name, feed in plan.feeds.items()},
        "products": dict(plan.products),
        "streams": {name: _stream(result, stream) for name, stream in result.streams.items()},
        "recovery": recoveries(result),
        "fates": {name: {to: number(share) for to, share in result.fates(name).items()} for name in _told(result)},
        "circuits": {name: _circuit(unit) for name, unit in solution.units.items() if "stages" in unit.details},
        "trains": {name: _train(unit) for name, unit in solution.units.items() if "train_stages" in unit.details},
        "cost": {product: _cost(cost) for product, cost in named.items()},
        "equipment": dict(equipment(result)),
        "cost_lines": [_line(share) for share in cost_shares(result)],
        "cost_notes": [*result.cost.notes, *group_notes.remarks(result)],
        "new_oxide": _new_oxide(new_oxide(result)),
        "magnets": magnet_document(result),
        "capacity": capacity(result),
        "effluents": effluents_body(result),
        "balance": {
            "worst": number(solution.balance.worst),
            "element": solution.balance.element,
            "by_element": {name: number(error) for name, error in solution.balance.by_element.items()},
        },
        "assumptions": assumptions(result),
        "targets": [target(result, item) for item in result.targets],
    }


def _stream(result: Result, stream: Stream) -> Document:
    flows = stream.elements[0]
    taker = result.solution.takers.get(stream.name)
    return {
        "form": stream.form,
        "to": None if taker is None else taker[0],
        "kg_per_h": number(stream.mass()),
        "element_kg_per_h": {name: number(flow) for name, flow in zip(ELEMENTS, flows, strict=True) if flow != 0.0},
        "purity": {name: share for name in RARE_EARTHS if (share := number(stream.purity(name)))},
        "traits": {name: number(value) for name, value in stream.traits.items()},
    }


def _told(result: Result) -> tuple[str, ...]:
    """The rare earths of the ore; of a plant without any, what its product is made of."""
    return in_ore(result) or carried(result)


def recoveries(result: Result) -> Document:
    """Recovery of each element that is told, to the product that it is for, overall and by stage."""
    if not result.main_product:
        return {}
    goals = {name: result.goal(name) for name in _told(result)}
    found = {name: recovery(result, name, to) for name, to in goals.items()}
    return {
        name: {
            "to": goals[name],
            "overall": number(one.overall),
            "by_stage": {stage: number(share) for stage, share in one.by_stage.items()},
        }
        for name, one in found.items()
    }


def _circuit(unit: UnitResult) -> Document:
    details = unit.details
    extraction, scrub = details["stages"]
    return {
        "extraction_stages": int(extraction),
        "scrub_stages": int(scrub),
        "S_mol_per_mol_feed": number(details.get("S")),
        "W_mol_per_mol_feed": number(details.get("W")),
        "feed_kmol_per_h": number(details.get("feed_kmol_per_h")),
        "organic_m3_per_h": number(details.get("organic_m3_per_h")),
        "remarks": list(details["flags"][0]) if "flags" in details else [],
        "profile": {
            "elements": list(details.get("elements", ())),
            "aqueous_mole_fraction": _rows(details.get("aqueous")),
            "organic_mole_fraction": _rows(details.get("organic")),
        },
    }


def _train(unit: UnitResult) -> list[Document]:
    """The circuits of a train, in the order of its sequence."""
    details = unit.details
    keys = {
        "S_mol_per_mol_feed": "S",
        "W_mol_per_mol_feed": "W",
        "feed_kmol_per_h": "feed_kmol_per_h",
        "organic_m3_per_h": "organic_m3_per_h",
        "organic_m3": "organic_m3",
    }
    return [
        {
            "cut": words,
            "extraction_stages": int(stages[0]),
            "scrub_stages": int(stages[1]),
            **{key: number(np.asarray(details[name])[0, row]) for key, name in keys.items()},
        }
        for row, (words, stages) in enumerate(zip(details["sequence"], details["train_stages"], strict=True))
    ]


def _rows(profile: Any) -> list[list[float | None]]:
    return [] if profile is None else [[number(value) for value in row] for row in np.asarray(profile)[0]]


def _cost(cost: CostSplit | None) -> Document | None:
    if cost is None:
        return None
    return {
        "stream": cost.stream,
        "per": "kg",
        "total": number(cost.total),
        "by_cause": {cause: number(value) for cause, value in cost.by_cause.items()},
        "by_stage": {stage: number(value) for stage, value in cost.by_stage.items()},
        "currency": cost.currency,
        "year": cost.year,
        "price_years": None if cost.money.prices is None else list(cost.money.prices),
        "prices_of_file": cost.money.own,
        "capital_year": cost.money.capital,
        "t_per_year": number(cost.t_per_year),
        "allocation": cost.allocation,
        "assumed_share": number(cost.assumed_share),
    }


def _line(share: CostShare) -> Document:
    line = share.line
    return {
        "unit": line.unit_name,
        "stage": line.stage,
        "item": line.item,
        "cause": line.cause,
        "quantity_per_h": number(line.quantity),
        "quantity_unit": line.unit,
        "price_usd_per_unit": number(line.price),
        "price_year": line.year,
        "source": line.source,
        "assumed": line.assumed,
        "usd_per_h": number(line.cost),
        "usd_per_kg": number(share.per_kg),
        "note": line.note,
    }


def _new_oxide(found: NewOxide | None) -> Document | None:
    if found is None:
        return None
    return {
        "net_kg_per_t_magnet": number(found.net),
        "gross_kg_per_t_magnet": number(found.gross),
        "returned_kg_per_t_magnet": number(found.returned),
    }


def capacity(result: Result) -> Document:
    """Capacity by stage."""
    return {
        name: {
            "nameplate_t_per_year": number(stage.nameplate_t_per_year),
            "throughput_t_per_year": number(stage.throughput_t_per_year),
            "limited_t_per_year": number(stage.limited_t_per_year),
            "utilisation": number(stage.utilisation),
            "binding": bool(np.atleast_1d(stage.binding)[0]),
            "basis": stage.basis,
        }
        for name, stage in result.capacity.items()
    }


def assumptions(result: Result) -> Document:
    """How much rests on assumptions: of the file as written, of the money data used, and of what the model is given."""
    return {
        "share": number(result.cost.assumed_share),
        "values": dict(result.assumptions),
        "values_in_file": len(result.plan.values()),
        "prices": [
            {**_fact(one), "kind": one.kind, "share_of_main_product_cost": number(one.share)}
            for one in rests_on(result)
        ],
        "model": [{**_fact(one), "what": one.what, "assumed": one.assumed} for one in model_facts(result)],
    }


def _fact(one: Basis | ModelFact) -> Document:
    return {
        "item": one.item,
        "value": number(one.value),
        "low": number(one.low),
        "high": number(one.high),
        "unit": one.unit,
        "year": one.year,
        "source": one.source,
        "note": one.note,
    }


def target(result: Result, item: TargetResult) -> Document:
    """A target, its value and whether it is met."""
    held = result.capacity[item.target.stage] if item.target.kind == "capacity" else None
    return {
        "target": item.target.text,
        "kind": item.target.kind,
        "unit": "kg/h" if item.target.kind == "capacity" else "1",
        "value": number(item.value),
        "t_per_year": None if held is None else number(held.limited_t_per_year),
        "holds": "" if held is None else WAITING,
        "at_least": number(item.target.at_least),
        "at_most": number(item.target.at_most),
        "limits": [
            {
                "item": limits.name(one.limit),
                "elements": list(one.limit.elements),
                "kind": one.limit.kind,
                "value": number(one.value),
                "at_least": number(one.limit.at_least),
                "at_most": number(one.limit.at_most),
                "assumed": one.limit.assumed,
                "passed": bool(one.passed),
            }
            for one in item.limits
        ],
        "passed": bool(item.passed),
        "where": str(item.target.position),
    }


def compare(found: Comparison) -> Document:
    """The document of a comparison: one result per label, and what differs."""
    whole = {
        "basis": found.basis,
        "elements": list(found.elements),
        "plants": {label: one(result) for label, result in found.results.items()},
        "recovery": {
            element: {
                label: {"overall": number(row.overall), "by_stage": {s: number(v) for s, v in row.by_stage.items()}}
                for label, row in plants.items()
            }
            for element, plants in found.recovery.items()
        },
        "limits": {
            label: None if one is None else {"stage": one.stage, "utilisation": number(one.utilisation)}
            for label, one in found.limits.items()
        },
        "absent": {
            label: {
                item.element: {
                    "recovery": number(item.recovery),
                    "leaves_in": item.exit,
                    "leaves_in_share": number(item.exit_share),
                    "bought_in": dict(item.bought),
                }
                for item in items
            }
            for label, items in found.absent.items()
        },
        "differences": [
            {
                "plant": item.plant,
                "less": item.less,
                "recovery": dict(item.recovery),
                "cost": {
                    product: {"total": number(total), "by_cause": {c: number(v) for c, v in causes.items()}}
                    for product, (total, causes) in item.cost.items()
                },
            }
            for item in found.differences
        ],
        "bridge": [bridge_document(one) for one in found.bridges],
    }
    return _whole("compare", digest((label, item.plan.sha256) for label, item in found.results.items()), whole)


def design(result: Document, inputs_sha256: str) -> Document:
    """The document of a design, whose body `design_document` makes."""
    return _whole("design", inputs_sha256, result)


def fit(found: FitStudy) -> Document:
    """The document of constants fitted to a laboratory's tests."""
    return _whole("fit", found.isotherms.sha256, fit_body(found))


def finance(result: Result, sheet: FinanceSheet, changes: Mapping[str, str] | None = None) -> Document:
    """The document of a plant's cash flow."""
    return _whole("finance", inputs(result, changes), finance_body(result, sheet, changes or {}))


def gap(found: Gap, changes: Mapping[str, str] | None = None, samples: GapUncertainty | None = None) -> Document:
    """The document of a scenario's gap; `changes` are those that it was loaded with, `samples` those of its plants."""
    given = dict(changes or {})
    if samples is not None:
        given.update(samples=str(samples.samples), seed=str(samples.seed), method=samples.method)
    read = digest([("file", found.scenario.sha256), *sorted(given.items())]) if given else found.scenario.sha256
    return _whole("gap", read, gap_body(found, changes or {}, samples))


def trace(found: Trace, changes: Mapping[str, str] | None = None) -> Document:
    """The document of where the elements of products come from."""
    return _whole("trace", digest(trace_given(found, changes or {})), trace_body(found, changes or {}))


def claims(found: Claims) -> Document:
    """The document of the public claims: of the flowsheets as they stand, the samples and the seed."""
    read = [(one.name, one.plan.sha256) for one in found.flowsheets]
    sha = digest([*read, ("samples", str(found.samples)), ("seed", str(found.seed))])
    return _whole("claims", sha, claims_body(found))


def magnet_design(found: MagnetDesign) -> Document:
    """The document of the cheapest magnet of a grade."""
    sha = digest([("magnet", magnet_design_document.given(found))])
    return _whole("magnet", sha, magnet_design_document.design(found))


def magnet_described(found: Described) -> Document:
    """The document of what a composition can do."""
    sha = digest([("magnet", magnet_design_document.given(found))])
    return _whole("magnet", sha, magnet_design_document.described(found))


def sensitivity(found: Sensitivity, changes: Mapping[str, str] | None = None) -> Document:
    """The document of what moves a result."""
    sha = digest([("plant", inputs(found.result, changes)), *sensitivity_document.given(found)])
    return _whole("sensitivity", sha, sensitivity_document.body(found))


def uncertainty(found: Uncertainty, changes: Mapping[str, str], of: Sequence[str] | None = None) -> Document:
    """The document of many samples; `changes` are those that the flowsheets were loaded with."""
    design = [("samples", str(found.samples)), ("seed", str(found.seed)), ("method", found.method)]
    plans = [(flowsheet.name, flowsheet.plan.sha256) for flowsheet in found.flowsheets]
    sha = digest([*plans, *design, *sorted(changes.items())])
    return _whole("uncertainty", sha, uncertainty_body(found, changes, of))


def check(files: Mapping[str, tuple[str | None, Sequence[Diagnostic]]], strict: bool) -> Document:
    """The document of a check: by file, the digest of what was read (None where nothing was) and the faults."""
    whole = {
        "strict": strict,
        "files": {
            name: {
                "sha256": sha,
                "errors": sum(item.severity == "error" for item in found),
                "warnings": sum(item.severity == "warning" for item in found),
                "diagnostics": [_diagnostic(item) for item in found],
            }
            for name, (sha, found) in files.items()
        },
    }
    return _whole("check", digest((name, sha) for name, (sha, _) in files.items()), whole)


def _diagnostic(item: Diagnostic) -> Document:
    return {
        "severity": item.severity,
        "file": item.position.file,
        "line": item.position.line,
        "column": item.position.column,
        "message": item.message,
        "hint": item.hint,
        "related": [
            {"file": place.position.file, "line": place.position.line, "column": place.position.column, "message": word}
            for place, word in item.related
        ],
    }


def catalogue(shipped: Mapping[str, Any], scenarios: Mapping[str, Any] = MappingProxyType({})) -> Document:
    """The document of what is shipped.

    `shipped` maps a flowsheet's name to its plan, `scenarios` that of a scenario to it; None where it has faults.
    """
    from ..data import chemistries, deposits, extractants, minerals, oxide_grades, reagents, regions
    from ..data.facts import rows
    from ..magnet.grades import catalogue as magnet_grades
    from ..operations import registry

    counts = {row["mineral"]: row["rare_earths"] for row in rows("minerals")}
    metals = {name: f"RE{'' if count == '1' else count}" if count else "" for name, count in counts.items()}
    by_factors = {name: (item.title, item.medium) for name, item in extractants().items()}
    by_mass_action = {name: (item.title, item.medium) for name, item in chemistries().items() if name in reagents()}

    whole = {
        "flowsheets": {
            name: None if plan is None else {"title": plan.title, "region": plan.region, "year": plan.year}
            for name, plan in shipped.items()
        },
        "scenarios": {
            name: None
            if item is None
            else {"title": item.title, "years": [item.years[0], item.years[-1]], "focus": list(item.focus)}
            for name, item in scenarios.items()
        },
        "kinds": {name: {"title": kind.title, "stage": kind.stage or None} for name, kind in registry().items()},
        "deposits": {
            name: {"title": item.title, "country": item.country, "grade_REO": first(item.grade.value)}
            for name, item in deposits().items()
        },
        "minerals": {
            name: {"title": item.title, "formula": metals[name] + item.formula, "family": item.family}
            for name, item in minerals().items()
        },
        "extractants": {
            name: {
                "title": title,
                "medium": medium,
                "kinds": [
                    *(["solvent_extraction"] if name in by_factors else []),
                    *(["extraction_circuit", "separation_train"] if name in by_mass_action else []),
                ],
            }
            for name, (title, medium) in {**by_mass_action, **by_factors}.items()
        },
        "regions": {
            name: {"title": item.title, "country": item.country, "currency": item.currency}
            for name, item in regions().items()
        },
        "grades": {
            name: {
                "title": item.title,
                "standard": item.standard,
                "elements": list(item.elements),
                "purity": number(item.purity.value),
                "oxides": None if item.oxides is None else number(item.oxides.value),
                "impurities": {element: number(limit.value) for element, limit in item.impurities.items()},
                "assumed": item.assumed,
            }
            for name, item in oxide_grades().items()
        },
        "magnet_grades": {
            name: {
                "family": item.family,
                "least_Br_T": number(item.Br_min_T),
                "least_Hcj_kA_m": number(item.Hcj_min_kA_m),
                "least_BHmax_kJ_m3": number(item.BHmax_min_kJ_m3),
                "Tmax_C": number(item.Tmax_C),
                "assumed": item.assumed,
            }
            for name, item in magnet_grades().items()
        },
    }
    read = [*shipped.items(), *scenarios.items()]
    return _whole("list", digest((name, item.sha256 if item else None) for name, item in read), whole)
