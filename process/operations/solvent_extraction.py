"""Solvent extraction: a counter-current cascade with scrub, element by element, and the reagents that it takes."""

from __future__ import annotations

import itertools
import re
from types import SimpleNamespace
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from ..cascade import CascadeError, solve_circuits
from ..cascade.batch import ILL_CONDITIONED
from ..cascade.sizes import sizes
from ..data import extractants
from ..elements import INDEX, MOLAR_MASS, OXIDE_FACTOR, RARE_EARTHS, RE, is_name, members, molar_mass
from ..quantities import Fraction, In, QuantityError, Value, suggestion
from ..sums import per_sample
from . import extraction_practice as usual
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters
from .extraction_cut import columns_of, design, factors_of, following, liquor_volume, names_of, order, practice, told
from .extraction_sizes import note_held, note_mixer_settlers
from .phases import LIQUOR

Array = NDArray[np.float64]

CHARGE = 3.0
MOST_STAGES = 600


class Extractant(BaseModel):
    """The organic phase: which extractant, how much, how far saponified."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, validate_default=True)

    name: str = Field(description="An extractant of the data, such as P507.")
    concentration: Annotated[Value, In("mol/L", "1.5 mol/L", low=0.01, high=3.5)] = Field(
        description="Formal (monomer) concentration."
    )
    saponification: Annotated[Value, In("1", "36 % NH4", low=0.01, high=0.5, basis=("Na", "NH4"))] = Field(
        description="Share of the extractant turned to soap, with its base."
    )

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in extractants():
            near = suggestion(name, extractants())
            raise ValueError(f"unknown extractant {name[:40]!r}; the data has {', '.join(sorted(extractants()))}{near}")
        return name

    @field_validator("saponification")
    @classmethod
    def _based(cls, share: Value) -> Value:
        if share.basis is None:
            raise ValueError("say which base makes the soap, such as `36 % NH4` or `36 % Na`")
        return share


def _short_of_whole(purity: Value) -> Value:
    if not 0.0 < purity.nominal < 1.0:
        raise ValueError(f"{purity} is no purity of a cut; it lies between 0 and 100 % and reaches neither")
    return purity


CutPurity = Annotated[Fraction, AfterValidator(_short_of_whole)]
_STAGES = r"^\s*\d{1,3}\s*\+\s*\d{1,3}\s*$"


def _stages(text: str) -> str:
    if not re.fullmatch(_STAGES, text, re.ASCII):
        raise ValueError("stages read like 24 + 22: extraction stages + scrub stages")
    if min(int(word) for word in text.split("+")) < 1:
        raise ValueError(f"{text.strip()} leaves a part without stages; at least 1 + 1, extraction + scrub")
    if sum(int(word) for word in text.split("+")) > MOST_STAGES:
        raise ValueError(f"{text.strip()} is more than {MOST_STAGES} stages in all; cut the separation in two")
    return text


class Purity(BaseModel):
    """Purities of the two products as oxide mass fractions: of the group that stays, and of the group extracted."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    raffinate: CutPurity = Field(description="The less extractable group in the raffinate, by REO mass.")
    extract: CutPurity = Field(description="The more extractable group in the strip liquor, by REO mass.")


class SolventExtraction(Parameters):
    """Solvent-extraction circuit: extraction, scrub and strip around one cut, by the exchange model.

    The cut `Nd / Sm` sends Sm and all that is more extractable to the strip liquor. Give the purities, and stages and
    flows follow once, at nominal values (§ design formulas); or give the stages and purities or flows yourself. A
    rated circuit keeps its stages and follows its feed: solvent S and scrub W are recomputed from the composition
    at the cut, unless `solvent` and `scrub` are given, per mol of rare earth fed; `solvent_ratio` sets S to a multiple
    of the least that endless stages would need. `separation_factors` replace the data's. Other metals stay with the
    raffinate; `didymium design` tells what other flows would cost.
    Base is 3 S (1 + excess) and scrub acid 3 W per mol of feed; strip acid 3 (S - W) and the free acid.
    """

    kind: Literal["solvent_extraction"]
    feed: Inlet = Field(description="Chloride liquor.")
    extractant: Extractant = Field(description="The organic phase.")
    cut: str = Field(description="Where to cut: the last element that stays / the first that is extracted, `Nd / Sm`.")
    purity: Purity | None = Field(None, description="Purities of raffinate and extract; stages and flows follow.")
    stages: Annotated[str, AfterValidator(_stages), WithJsonSchema({"type": "string", "pattern": _STAGES})] | None = (
        Field(None, description="Extraction + scrub stages, `24 + 22`.")
    )
    solvent: Annotated[Value, In("mol/mol", "2.7 mol/mol", low=0, high=1e4)] | None = Field(
        None, description="Organic flow S, mol rare earth carried per mol fed."
    )
    scrub: Annotated[Value, In("mol/mol", "2.2 mol/mol", low=0, high=1e4)] | None = Field(
        None, description="Scrub flow W, mol rare earth refluxed per mol fed."
    )
    solvent_ratio: Annotated[Value, In("1", "1.3", low=1.001, high=100)] | None = Field(
        None, description="S over its minimum, in place of the theory's optimum; S follows the feed."
    )
    separation_factors: dict[str, Annotated[Value, In("1", "1.5", low=1.001, high=1000)]] = Field(
        default_factory=dict, description="Of neighbours, in place of the data's: `{Nd/Pr: 1.6 from 1.5 to 1.7}`."
    )
    base_excess: usual.Excess = Field(usual.BASE_EXCESS, description="Base beyond the soap.")
    strip_excess: usual.StripExcess = Field(usual.STRIP_EXCESS, description="Free acid left in the strip liquor.")
    scrub_acid: usual.ScrubAcid = Field(usual.SCRUB_ACID, description="Strength of the scrub acid; sets its water.")
    strip_acid: usual.StripAcid = Field(usual.STRIP_ACID, description="Strength of the strip acid; sets its water.")
    mixing: usual.Mixing = Field(usual.MIXING, description="Residence time of both phases in a mixer.")
    settling: usual.Settling = Field(usual.SETTLING, description="Residence time of both phases in a settler.")
    strip_stages: usual.StripStages = Field(
        usual.STRIP_STAGES, description="Strip stages; they count for volumes and inventory only."
    )
    extractant_loss: usual.ExtractantLoss = Field(
        usual.EXTRACTANT_LOSS, description="Extractant lost per kg of REO fed."
    )
    diluent_loss: usual.DiluentLoss = Field(usual.DILUENT_LOSS, description="Kerosene lost per kg of REO fed.")
    electricity: usual.Electricity = Field(usual.ELECTRICITY, description="Mixers and pumps, per kg REO fed.")
    heat: usual.Heat = Field(usual.HEAT, description="Warming of liquors, per kg REO fed.")

    @field_validator("cut")
    @classmethod
    def _neighbours(cls, text: str, info: ValidationInfo) -> str:
        cut = _words(text)
        if "extractant" not in info.data:  # what is wrong with it is said there
            return text
        extractant = info.data["extractant"].name
        light, heavy = order(extractant, cut[0]), order(extractant, cut[1])
        if cut[0] == cut[1]:
            pairs = [pair for pair in itertools.pairwise(names_of(extractant)) if cut[0] in pair]
            named = " or ".join(f"`{' / '.join(pair)}`" for pair in pairs)
            raise ValueError(f"{cut[0]} stands on both sides of the cut; write {named}")
        if light >= heavy:
            raise ValueError(
                f"{cut[0]} is extracted no less than {cut[1]} by {extractant}; write `{cut[1]} / {cut[0]}`"
            )
        factors = extractants()[extractant].factors
        between = [name for name, factor in factors.items() if light < factor.value < heavy]
        if between:
            come = "comes" if len(between) == 1 else "come"
            raise ValueError(f"{cut[0]} and {cut[1]} are no neighbours; {', '.join(between)} {come} between")
        return text

    @field_validator("separation_factors")
    @classmethod
    def _of_neighbours(cls, given: dict[str, Value], info: ValidationInfo) -> dict[str, Value]:
        if "extractant" not in info.data:
            return given
        known = extractants()[info.data["extractant"].name].factors
        names = sorted(known, key=lambda name: known[name].value)
        pairs = [f"{heavy}/{light}" for light, heavy in itertools.pairwise(names)]
        written = [pair.replace(" ", "") for pair in given]
        wrong = [
            f"{pair[:40]!r}{suggestion(plain, pairs)}"
            for pair, plain in zip(given, written, strict=True)
            if plain not in pairs
        ]
        if wrong:
            are = "is no pair" if len(wrong) == 1 else "are no pairs"
            raise ValueError(f"{', '.join(wrong)} {are} of neighbours, heavier / lighter; {', '.join(pairs)}")
        if len(set(written)) < len(written):
            raise ValueError("a pair of neighbours stands here twice")
        return given

    @model_validator(mode="after")
    def _complete(self) -> SolventExtraction:
        if self.purity is None and (self.stages is None or self.solvent is None or self.scrub is None):
            raise ValueError("give `purity`, or `stages`, `solvent` and `scrub`")
        if (self.solvent is None) != (self.scrub is None):
            raise ValueError("`solvent` and `scrub` go together")
        if self.solvent is not None and self.solvent_ratio is not None:
            raise ValueError("`solvent_ratio` and `solvent` both set the organic flow; give one of them")
        return self


def _words(text: str) -> list[str]:
    """The two elements of a cut; raises at the word that is none."""
    wanted = "a cut names two neighbouring elements, such as `Nd / Sm`"
    cut = [word.strip() for word in text.split("/")]
    if len(cut) != 2 or not all(cut):
        raise ValueError(wanted)
    for word in cut:
        if not is_name(word):
            near = suggestion(word, RARE_EARTHS)
            raise QuantityError(f"{word[:40]!r} is no element{near}", wanted, text.index(word), len(word))
        if len(members(word)) != 1:
            raise QuantityError(f"{word!r} is a group; {wanted}", "", text.index(word), len(word))
    return cut


def solvent_extraction(p: SimpleNamespace, b: Balance) -> None:
    """Rate the circuit: every rare earth through the cascade, everything else by where its phase goes."""
    feed = b.flow("feed")
    columns = columns_of(p.extractant.name)
    beta = factors_of(p, columns, b.samples)
    amounts = feed[:, columns] / MOLAR_MASS[columns]
    total = per_sample(amounts)
    running = total > 0.0
    fraction = amounts / np.where(running, total, 1.0)[:, None]
    if p.solvent is not None:
        solvent, scrub = np.asarray(p.solvent), np.asarray(p.scrub)
    else:
        solvent, scrub = following(p, b.design, fraction, beta, columns, running)
    extraction, scrubbing = int(b.design["extraction"]), int(b.design["scrub"])
    share = np.zeros_like(fraction)
    b.details["iterations"] = np.zeros(b.samples, dtype=np.int64)
    b.details["flags"] = usual.sulphate_remarks(feed)
    for phase in ("organic", "aqueous"):
        b.details[phase] = np.zeros((b.samples, extraction + scrubbing, len(columns)))
    if running.any():
        result = _rate(b, extraction, scrubbing, fraction, beta, solvent, scrub, running)
        b.details["iterations"][running] = result.iterations
        b.details["organic"][running] = result.organic
        b.details["aqueous"][running] = result.aqueous
        extracted = result.extract
        out = extracted + result.raffinate
        share[running] = np.divide(extracted, out, out=np.zeros_like(out), where=out > 0.0)
        for at in np.flatnonzero(result.sensitivity > ILL_CONDITIONED):
            moved = result.sensitivity[at]
            remark = f"ill-conditioned: one ulp of the scrub flow moves the answer by {moved:.1e}"
            b.details["flags"][np.flatnonzero(running)[at]] += (remark,)
    _reagents(p, b, feed, total, solvent, scrub)

    rare_share = np.zeros_like(feed)
    rare_share[:, columns] = share
    b.send("strip_liquor", rare_share, inlet="feed")
    free = p.strip_excess / (1.0 + p.strip_excess)
    held = np.zeros_like(feed)
    held[:, INDEX["Cl"]] = 1.0
    held[:, INDEX["H"]] = free
    b.send("strip_liquor", held, reagent=STRIP)
    b.send("strip_liquor", 1.0, reagent=STRIP_WATER)
    size = sizes(extraction, scrubbing, solvent, scrub, total, liquor_volume(feed), practice(p))
    b.details |= {
        "stages": (extraction, scrubbing),
        "elements": names_of(p.extractant.name),
        "S": solvent,
        "W": scrub,
        "feed_kmol_per_h": total,
        "organic_m3_per_h": size.organic,
        "mixer_settlers_m3": size.volume,
        "organic_inventory_m3": size.organic_inventory,
        "rare_earth_inventory_kmol": size.rare_earth_inventory,
    }
    note_mixer_settlers(b, size.volume, size.mixer_settlers)
    organic = [(p.extractant.name, size.organic_inventory, p.extractant.concentration)]
    note_held(b, organic, size.rare_earth_inventory)


SCRUB, SCRUB_WATER, STRIP, STRIP_WATER = "scrub acid", "scrub water", "strip acid", "strip water"


def _rate(
    b: Balance,
    extraction: int,
    scrubbing: int,
    fraction: Array,
    beta: Array,
    solvent: Array,
    scrub: Array,
    running: NDArray[np.bool_],
) -> Any:
    # The memory has a row for every sample, NaN for one that did not run before.
    known = b.memory.get("scalars")
    try:
        result = solve_circuits(
            extraction + scrubbing,
            extraction,
            fraction[running],
            beta[running],
            solvent[running],
            scrub[running],
            start=None if known is None else known[running],
        )
    except CascadeError as error:
        raise told(error, running) from error
    b.memory["scalars"] = np.full((b.samples, extraction + scrubbing), np.nan)
    b.memory["scalars"][running] = result.scalars
    return result


def _reagents(p: Any, b: Balance, feed: Array, total: Array, solvent: Array, scrub: Array) -> None:
    """Soap, scrub and strip acid with their water, losses of the organic phase, power and heat."""
    oxide = per_sample(feed[:, RE] * OXIDE_FACTOR[RE])
    item, formula = usual.BASES[p.extractant.saponification_basis]
    soap = CHARGE * solvent * total * (1.0 + p.base_excess)
    scrubbing = CHARGE * scrub * total
    stripping = CHARGE * (solvent - scrub) * total * (1.0 + p.strip_excess)
    b.reagent(item, soap * molar_mass(formula), ("base_excess",))
    b.reagent("HCl", scrubbing * molar_mass("HCl"), port=SCRUB)
    b.reagent("water", scrubbing / p.scrub_acid * 1000.0, ("scrub_acid",), port=SCRUB_WATER)
    b.reagent("HCl", stripping * molar_mass("HCl"), ("strip_excess",), port=STRIP)
    b.reagent("water", stripping / p.strip_acid * 1000.0, ("strip_acid",), port=STRIP_WATER)
    b.reagent(p.extractant.name, p.extractant_loss * oxide, ("extractant_loss",))
    b.reagent("kerosene", p.diluent_loss * oxide, ("diluent_loss",))
    b.use("electricity", p.electricity * oxide, "kWh", ("electricity",))
    b.use("heat", p.heat * oxide, "MJ", ("heat",))


KIND = Kind(
    "solvent_extraction",
    "separation",
    SolventExtraction,
    {
        "raffinate": Outlet("chloride liquor", title="the elements that stay, with the salts of the soap"),
        "strip_liquor": Outlet("chloride liquor", title="the elements that are extracted"),
    },
    solvent_extraction,
    rest="raffinate",
    design=design,
    takes=(LIQUOR,),
)
