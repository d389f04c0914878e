"""Solvent extraction as it is built: a saponified extractant, sections and a closed loop, by mass action."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import reagents
from ..data.equilibria import Chemistry, chemistry
from ..elements import INDEX, MOLAR_MASS, OXIDE_FACTOR, RARE_EARTHS, RE, molar_mass
from ..sums import per_sample
from .balance import Balance, composition
from .base import Kind, Outlet
from .circuit_parameters import BASES, ExtractionCircuit, stages_of
from .circuit_rating import OUTLETS, Liquor, Rated, column, per_feed, profiles, rate, ratio, spare_acid, water_of
from .extraction_sizes import USUAL_RESIDENCE, note_held, note_mixer_settlers
from .phases import LIQUOR
from .stoichiometry import moles, rare_earth_moles

Array = NDArray[np.float64]

DILUENT = "kerosene"
MOST_UNKNOWN = 1e-3
"""Mole share of the rare earths fed that may have no constant; they are counted to the raffinate."""
MOST_SULFATE = 0.5
"""Share of the feed's anion charges that sulfate may be: constants are of chloride, and HSO4- is not counted."""
PURE = 1000.0
"""kg of water in a m³ of liquor: the volume of a liquor is that of its water."""


def extraction_circuit(p: SimpleNamespace, b: Balance) -> None:
    """Rate the circuit: what its ions do by mass action, everything else by where its phase goes."""
    feed = b.flow("feed")
    data, base = chemistry(p.extractant.name), p.extractant.saponification_basis
    total = rare_earth_moles(feed)
    _fit_to_enter(b, feed, data, total)
    volume = water_of(feed) * molar_mass("H2O") / PURE
    running = (total > 0.0) & (volume > 0.0)
    per = np.where(running, volume, 1.0)
    made_up = np.where(running, np.maximum(p.feed_acid * volume - spare_acid(feed), 0.0), 0.0)
    ions = moles(feed)[:, [column(name) for name in data.constants]] / per[:, None]
    liquor = Liquor(per, np.maximum(spare_acid(feed) + made_up, 0.0) / per, np.where(running[:, None], ions, 0.0))
    start = b.memory.get("u")
    rated = rate(p, data, base, liquor, running, start)
    stages = (p.extraction.stages, 0 if p.scrub is None else p.scrub.stages)
    details, u = profiles(rated, data, stages_of(p), sum(stages), b.samples)
    b.memory["u"] = u
    _refuse(p, b, rated, volume)

    size = np.where(running, volume, 0.0)
    organic = p.organic_to_feed * size if p.organic_to_feed is not None else np.where(running, p.organic, 0.0)
    soap = organic * p.extractant.concentration * p.extractant.saponification
    lost = _reagents(p, b, feed, rated, size, made_up, running)
    _send(b, data, rated, size, lost)
    safe, rare = np.where(running, total, 1.0), np.where(running, total, 0.0)
    scrub = ratio(p.scrub, per) * size * p.scrub.acid if p.scrub is not None else np.zeros_like(size)
    named = [name for name in ("extraction", "scrub", "strip", "wash") if getattr(p, name) is not None]
    b.details |= {
        "stages": stages,
        "sections": tuple(name for name in named for _ in range(getattr(p, name).stages)),
        **details,
        "S": soap / 3.0 / safe,
        "W": scrub / 3.0 / safe,
        "feed_kmol_per_h": rare,
        "feed_m3_per_h": size,
        "organic_m3_per_h": organic,
        "flags": _words(b.samples, rated, feed, data),
        "assumptions": _listed({at: list(one.assumptions) for at, one in rated.solved.items()}, b.samples),
    }
    _sizes(p, b, size, organic, rare)


def _sizes(p: Any, b: Balance, volume: Array, organic: Array, rare: Array) -> None:
    """Mixer-settlers for `volume` m³/h of feed liquor, and what they hold at the loads S and W of the details."""
    per = np.where(volume > 0.0, volume, 1.0)
    fed = {
        name: np.zeros_like(volume) if getattr(p, name) is None else ratio(getattr(p, name), per) * volume
        for name in ("scrub", "strip", "wash")
    }
    through = {"extraction": volume + fed["scrub"], **fed}
    flow, stages = np.zeros_like(volume), 0
    for name, aqueous in through.items():
        if getattr(p, name) is not None:
            flow = flow + getattr(p, name).stages * (organic + aqueous)
            stages += getattr(p, name).stages
    follows = ("organic_to_feed",) if p.organic_to_feed is not None else ("organic",)
    note_mixer_settlers(b, flow * USUAL_RESIDENCE, stages, follows)
    loaded = p.extraction.stages + (0 if p.scrub is None else p.scrub.stages)
    carried = rare * (loaded * (b.details["S"] + b.details["W"]) + p.extraction.stages)
    held = [(p.extractant.name, organic * USUAL_RESIDENCE * stages, p.extractant.concentration)]
    note_held(b, held, carried * USUAL_RESIDENCE, follows)


def _fit_to_enter(b: Balance, feed: Array, data: Chemistry, total: Array) -> None:
    """Refuse what the circuit's equilibria do not cover: no water, sulfate liquor, rare earths without a constant."""
    dry = (total > 0.0) & ~(water_of(feed) > 0.0)
    b.refuse(dry, lambda _: ("its feed holds no water, so it has no volume", "dissolve it, or feed a liquor"))
    n = moles(feed)
    sulfate, other = 2.0 * n[:, INDEX["S"]], n[:, INDEX["Cl"]]
    b.refuse(
        (total > 0.0) & (sulfate > MOST_SULFATE * (sulfate + other)),
        lambda _: (
            f"its feed is a sulfate liquor, and the constants of {data.name} are of chloride",
            "put a chloride_conversion before it",
        ),
    )
    for name in _without(data):
        b.refuse(
            n[:, INDEX[name]] > MOST_UNKNOWN * total,
            lambda sample, name=name: (  # type: ignore[misc]
                f"{data.name} has no constant for {name}, {n[sample, INDEX[name]] / total[sample]:.2%} of the rare "
                "earths fed by mole",
                f"take it out before, or use an extractant that has one; up to {MOST_UNKNOWN:.1%} stays with the "
                "raffinate",
            ),
        )


def _without(data: Chemistry) -> list[str]:
    return [name for name in RARE_EARTHS if name not in data.constants]


def _refuse(p: Any, b: Balance, rated: Rated, volume: Array) -> None:
    """Tell the samples without an answer, and those beyond a bound where that is an error."""
    told = dict(rated.faults)
    if p.beyond == "error":
        for sample, result in rated.solved.items():
            bounds = [flag.sentence for flag in result.flags if flag.kind == "bound"]
            if bounds:
                told[sample] = per_feed(bounds[0])
    bad = np.zeros(b.samples, dtype=bool)
    bad[list(told)] = True
    b.refuse(
        bad,
        lambda sample: (
            f"the circuit has no solution: {told[sample]}",
            f"the feed is {volume[sample]:.4g} m3/h; change {'organic_to_feed' if p.organic is None else 'organic'}, "
            f"{'scrub, ' if p.scrub is not None else ''}strip or extractant.saponification",
        ),
    )


def _flow_key(p: Any, name: str) -> str:
    return f"{name}.{'ratio' if getattr(p, name).ratio is not None else 'flow'}"


def _reagents(
    p: Any, b: Balance, feed: Array, rated: Rated, size: Array, made_up: Array, running: NDArray[np.bool_]
) -> Array:
    """Acids, base and water, losses of the organic, power and heat; kg/h by element lost by outlet of organic.

    What comes back is (samples, outlets, elements): the extractant and diluent that leave entrained, dissolved and in
    crud, with the protons that the extractant still has.
    """
    oxide = per_sample(feed[:, RE] * OXIDE_FACTOR[RE]) * running
    item, charge = BASES[p.extractant.saponification_basis]
    formula = reagents()[item].formula
    assert formula is not None
    base = np.maximum(rated.base, 0.0) * size
    flow = "organic_to_feed" if p.organic_to_feed is not None else "organic"
    soap = ("extractant.saponification", "extractant.concentration", flow)
    b.reagent(item, base / charge * molar_mass(formula), soap)
    b.reagent("water", base / p.base_strength * PURE, ("base_strength",), port="base water")
    b.reagent("HCl", made_up * molar_mass("HCl"), ("feed_acid",), port="feed acid")
    for name in ("scrub", "strip", "wash"):
        section = getattr(p, name)
        if section is None:
            continue
        fed, key = ratio(section, np.where(running, size, 1.0)) * size, _flow_key(p, name)
        if name != "wash":
            b.reagent("HCl", fed * section.acid * molar_mass("HCl"), (f"{name}.acid", key), port=f"{name} acid")
        b.reagent("water", fed * PURE, (key,), port=f"{name} water")
    name = p.extractant.name
    mass = chemistry(name).molar_mass
    density = chemistry(name).density
    assert density is not None
    extractant = rated.extractant * size[:, None] * mass
    thinner = np.maximum(1.0 - p.extractant.concentration * mass / 1000.0 / density.value, 0.0)
    diluent = rated.organic * (size * thinner * p.diluent_density * 1000.0)[:, None]
    lost = extractant[:, :, None] * composition(name) + diluent[:, :, None] * composition(DILUENT)
    lost[:, :, INDEX["H"]] -= rated.replaced * size[:, None] * MOLAR_MASS[INDEX["H"]]
    carried = ("entrainment.organic_in_aqueous", "crud")
    b.reagent(name, per_sample(extractant), (*carried, "solubility"), port="carried extractant")
    b.reagent(DILUENT, per_sample(diluent), (*carried, "diluent_density"), port="carried diluent")
    b.reagent(name, p.extractant_loss * oxide, ("extractant_loss",))
    b.reagent(DILUENT, p.diluent_loss * oxide, ("diluent_loss",))
    b.use("electricity", p.electricity * oxide, "kWh", ("electricity",))
    b.use("heat", p.heat * oxide, "MJ", ("heat",))
    return np.asarray(lost)


def _send(b: Balance, data: Chemistry, rated: Rated, size: Array, lost: Array) -> None:
    """Ions by their shares of what leaves, the rest of strip liquor and crud by mass; all else stays."""
    leaving = rated.metals * size[:, None, None]
    whole = leaving.sum(axis=1, keepdims=True)
    share = np.divide(leaving, whole, out=np.zeros_like(leaving), where=whole > 0.0)
    ammonia = leaving[:, :, INDEX["N"]] if "NH4" in data.constants else np.zeros_like(rated.water)
    for at, outlet in enumerate(OUTLETS):
        # Every outlet by its own share, the raffinate too, so that a trace in any of them keeps its digits.
        b.send(outlet, share[:, at])
        if outlet == "raffinate":
            continue
        water = rated.water[:, at] * size * PURE / molar_mass("H2O")
        mass = lost[:, at].copy()
        mass[:, INDEX["O"]] += water * MOLAR_MASS[INDEX["O"]]
        protons = 2.0 * water + rated.acid[:, at] * size + 4.0 * ammonia[:, at]
        mass[:, INDEX["H"]] += protons * MOLAR_MASS[INDEX["H"]]
        mass[:, INDEX["Cl"]] += rated.chloride[:, at] * size * MOLAR_MASS[INDEX["Cl"]]
        b.require(outlet, mass, *(name for name in ("H", "O", "Cl", "C", "P")))


def _words(samples: int, rated: Rated, feed: Array, data: Chemistry) -> NDArray[np.object_]:
    """The limits that each sample left, in sentences."""
    unknown = _without(data)
    out: dict[int, list[str]] = {}
    for sample, result in rated.solved.items():
        said = [per_feed(flag.sentence) for flag in result.flags]
        fed = [name for name in unknown if feed[sample, INDEX[name]] > 0.0]
        if fed:
            said.append(f"{data.name} has no constant for {', '.join(fed)}: counted to the raffinate")
        out[sample] = said
    return _listed(out, samples)


def _listed(words: dict[int, list[str]], samples: int) -> NDArray[np.object_]:
    out = np.empty(samples, dtype=object)
    for sample in range(samples):
        out[sample] = tuple(words.get(sample, ()))
    return out


KIND = Kind(
    "extraction_circuit",
    "separation",
    ExtractionCircuit,
    {
        "raffinate": Outlet("chloride liquor", title="what is not extracted, with the salt of the base"),
        "strip_liquor": Outlet("chloride liquor", title="what is extracted and stripped, with free acid"),
        "crud": Outlet("effluent", waste=True, title="organic lost as crud, with its load"),
    },
    extraction_circuit,
    rest="raffinate",
    takes=(LIQUOR,),
)
