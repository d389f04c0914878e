"""The pictures of a solved circuit of a flowsheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data.equilibria import chemistry
from ...quantities import suggestion
from ..figures import amount
from .mccabe import mccabe_thiele
from .picture import Chart, Floats, Picture, PictureError
from .profile import stage_profile

if TYPE_CHECKING:
    from ...flowsheet import Result

KINDS = ("solvent_extraction", "extraction_circuit")
TRACE = 1e-6
"""Mole fraction that all but two elements may reach in a stage of a circuit of two."""
SAME = 1e-6
"""A separation factor that differs by less than this between the stages is that of the equilibrium."""


def of_circuits(result: Result, sample: int = 0) -> list[Picture]:
    """The pictures of every solvent-extraction circuit of a flowsheet that ran, in its order."""
    ran = [unit for unit in _circuits(result) if _runs(result.solution.units[unit].details, sample)]
    return [picture for unit in ran for picture in from_result(result, unit, sample)]


def from_result(result: Result, unit: str, sample: int = 0) -> list[Picture]:
    """The stage profile of a solved circuit; with two elements in it, McCabe-Thiele too.

    Two elements are in it where all others stay below a mole fraction of 1e-6 in every stage. Raises PictureError where
    the unit is no circuit, or none ran.
    """
    known = _circuits(result)
    if unit not in known:
        raise PictureError(
            f"{unit!r} is no circuit of this flowsheet{suggestion(unit, known)}; there is {', '.join(known) or 'none'}"
        )
    details = result.solution.units[unit].details
    if not 0 <= sample < len(details["aqueous"]):
        raise PictureError(f"there is no sample {sample}; the flowsheet was solved for {len(details['aqueous'])}")
    aqueous, organic = (np.asarray(details[phase], dtype=np.float64)[sample] for phase in ("aqueous", "organic"))
    if not _runs(details, sample):
        raise PictureError(f"{unit} took no rare earths, so its stages hold none; feed it, or leave it out")
    names = list(details["elements"])
    extraction, scrub = (int(count) for count in details["stages"])
    parameters: Any = result.plan.units[unit].parameters
    cut = str(getattr(parameters, "cut", ""))
    title = f"{unit}, {result.plan.title}"
    solvent, reflux = (amount(flow) for flow in _flows(details, sample))
    words = [cut, str(parameters.extractant.name), f"{extraction} + {scrub} stages"]
    words.append(f"S {solvent}, W {reflux} mol per mol fed")
    out: list[Picture] = [
        stage_profile(
            aqueous,
            organic,
            names,
            extraction,
            title,
            subtitle=" · ".join(word for word in words if word),
            name=f"{unit} profile",
        )
    ]
    pair = _pair(aqueous, organic)
    if pair is not None:
        made = _two(result, unit, sample, pair, (aqueous, organic), title)
        out += [] if made is None else [made]
    return out


def _circuits(result: Result) -> list[str]:
    return [name for name, unit in result.plan.units.items() if unit.kind.name in KINDS]


def _runs(details: Mapping[str, Any], sample: int) -> bool:
    return bool((np.asarray(details["aqueous"])[sample].sum(axis=1) > 0.0).all())


def _flows(details: Mapping[str, Any], sample: int) -> tuple[float, float]:
    """S and W of a sample, mol per mol fed."""
    solvent, scrub = (np.broadcast_to(details[key], len(details["aqueous"])) for key in ("S", "W"))
    return float(solvent[sample]), float(scrub[sample])


def _pair(aqueous: Floats, organic: Floats) -> tuple[int, int] | None:
    """Columns of the two elements that a circuit has, the more extractable first; None where there are more."""
    most = np.maximum(aqueous.max(axis=0), organic.max(axis=0))
    first, second = (int(k) for k in np.argsort(-most, kind="stable")[:2])
    others = [k for k in range(len(most)) if k not in (first, second)]
    if most[second] <= TRACE or any(most[k] > TRACE for k in others):
        return None
    richer = organic[:, first] * aqueous[:, second] > organic[:, second] * aqueous[:, first]
    return (first, second) if richer.sum() * 2 > len(richer) else (second, first)


def _two(
    result: Result, unit: str, sample: int, pair: tuple[int, int], phases: tuple[Floats, Floats], title: str
) -> Chart | None:
    details = result.solution.units[unit].details
    parts = [phase[:, pair] for phase in phases]
    x, y = (part[:, 0] / part.sum(axis=1) for part in parts)
    names = details["elements"][pair[0]], details["elements"][pair[1]]
    feed = int(details["stages"][0])
    name = f"{unit} McCabe-Thiele"
    (a, b), (c, d) = parts[0].T, parts[1].T
    held = (a > 0.0) & (b > 0.0) & (c > 0.0) & (d > 0.0)
    if not held.any():
        return None
    factors = c[held] / d[held] / (a[held] / b[held])
    same = float(factors.max() / factors.min()) - 1.0 < SAME
    beta = float(np.median(factors)) if same else _of_constants(result, unit, names)
    if beta is None or beta <= 1.0:
        return None
    if result.plan.units[unit].kind.name == "solvent_extraction" and same:
        solvent, scrub = _flows(details, sample)
        z = (1.0 + scrub - solvent) * float(x[0]) + (solvent - scrub) * float(y[-1])
        return mccabe_thiele(beta, x, y, feed, z, solvent, scrub, names=names, title=title, name=name)
    return mccabe_thiele(beta, x, y, feed, names=names, title=title, name=name)


def _of_constants(result: Result, unit: str, names: tuple[str, str]) -> float | None:
    """β of a mass-action circuit whose stages are not at equilibrium; None where it depends on more than constants."""
    parameters: Any = result.plan.units[unit].parameters
    constants = chemistry(parameters.extractant.name).constants
    one, other = (constants[name] for name in names)
    if result.solution.samples > 1 or (one.charge, one.molecules) != (other.charge, other.molecules):
        return None
    logs = [
        parameters.constants[name].nominal if name in parameters.constants else constants[name].log_k.value
        for name in names
    ]
    return float(10.0 ** (logs[0] - logs[1]))
