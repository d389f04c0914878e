"""What a scenario file may say: pydantic models of plants, demand, trade rules, stockpiles and levers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from ..goods import TOGETHER
from ..operations.base import ElementName
from ..quantities import Fraction, Number, QuantityError, Value
from .faults import Inside
from .finance_schema import rises
from .scenario_values import (
    CountByYear,
    Date,
    DelayYears,
    Each,
    LifeYears,
    MonthsByYear,
    PerTonne,
    QuarterKey,
    Quota,
    Rate,
    ShareByYear,
    StockByYear,
    Threshold,
    Tonnes,
    TonnesByYear,
    TonnesForTonne,
    TonnesPerYear,
    UnitPrice,
    Years,
    fits,
)
from .schema import Name, RareEarth, SourceKey, Text

Stage = Literal["mine", "cracking", "separation", "heavy_separation", "metal", "alloy", "magnet", "recycling"]
Status = Literal["running", "building", "announced"]
Ramp = Annotated[list[Fraction], AfterValidator(rises), Field(min_length=1, max_length=60)]


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True)

    note: Text = Field("", description="Free text for the reader.")


class SlipKeys(_Keys):
    """How plants of a status slip: by how much, and whether they are built at all."""

    delay: DelayYears | None = Field(None, description="Years of slip against the start.", examples=["1 year"])
    success: Fraction | None = Field(None, description="Probability that it is built.", examples=["40 %"])


class StageKeys(_Keys):
    """One stage of a plant."""

    capacity: TonnesPerYear = Field(description="Nameplate of what `counts` names.", examples=["6_075 t/year"])
    counts: Text = Field(
        "",
        description="What the nameplate counts: `REO` of mixed rare earths, elements as oxide (`NdPr`, `Dy + Tb`), or "
        "`mass`. Left out: REO of mines, cracking and separation, else mass.",
        examples=["NdPr"],
    )
    start: Date | None = Field(None, description="When it starts; left out: as the plant says.", examples=["2026-07"])
    stop: Date | None = Field(None, description="When it closes.", examples=["2031"])
    ramp: Ramp | Name | None = Field(
        None,
        description="Shares of nameplate in the first, second, … year, the last from then on; or one of `ramps`.",
        examples=["[40 %, 75 %, 100 %]"],
    )
    availability: Fraction | None = Field(None, description="Share of the year that it can run.", examples=["90 %"])
    status: Status | None = Field(None, description="Left out: as the plant says, else running.")
    delay: DelayYears | None = Field(None, description="Years of slip; left out: those of its status under `slips`.")
    success: Fraction | None = Field(
        None, description="Probability that it is built; left out: that of its status under `slips`."
    )
    region: Name | None = Field(None, description="Where not the plant's own.")
    flowsheet: str | None = Field(None, description="Where its yields and costs come from, where not the plant's.")
    yields: dict[ElementName, Fraction] = Field(
        default_factory=dict, description="Share of an element that leaves as product, in place of the flowsheet's."
    )
    deposits: list[str] = Field(default_factory=list, description="Ores that it may take; of a mine: what it mines.")
    makes: list[Name] = Field(default_factory=list, description="Kinds of magnets; left out: all.")
    least: Fraction | None = Field(None, description="Share of its capacity that it must run at.", examples=["50 %"])
    running_cost: PerTonne | None = Field(None, description="In place of the flowsheet's.")

    @field_validator("stop")
    @classmethod
    def _after_the_start(cls, stop: float | None, info: ValidationInfo) -> float | None:
        start = info.data.get("start")
        if stop is not None and start is not None and stop <= start:
            raise ValueError("the stage stops before it starts")
        return stop


class PlantKeys(_Keys):
    """A plant: where it is and what its stages can make."""

    owner: Text = Field("", description="Whose it is.")
    region: Name = Field(description="One of `regions`.")
    status: Status = Field("running", description="Of all its stages that say nothing else.")
    start: Date | None = Field(None, description="Of all its stages that say nothing else.", examples=["2026-07"])
    flowsheet: str | None = Field(None, description="Where its yields and costs come from; see `didymium list`.")
    stages: dict[Stage, StageKeys] = Field(description="Its stages by name.", min_length=1)


class MagnetKeys(_Keys):
    """A kind of magnet: rare earths in t per t of finished magnet."""

    family: Literal["NdFeB", "SmCo", "iron_nitride"] = Field(description="What it is made of.")
    content: dict[RareEarth | Literal["NdPr"], Fraction] = Field(
        default_factory=dict, description="t of each rare earth per t of magnet; Nd and Pr as NdPr."
    )
    diffused: list[RareEarth] = Field(
        default_factory=list, description="Those that enter by grain-boundary diffusion, at the magnet stage."
    )

    @field_validator("content")
    @classmethod
    def _at_most_all(cls, content: dict[str, Value], info: ValidationInfo) -> dict[str, Value]:
        for name in content:
            if name in TOGETHER:
                raise Inside(f"{name} is not made apart from {TOGETHER[name == 'Nd']} here", (name,), "write NdPr")
        total = sum(share.nominal for share in content.values())
        if total > 1.0:
            raise Inside(f"the shares add up to {100 * total:.8g} %", (list(content)[-1],), "at most 100 %")
        if content and info.data.get("family") == "iron_nitride":
            raise Inside("iron nitride holds no rare earths", (next(iter(content)),), "leave the content out")
        return content

    @field_validator("diffused")
    @classmethod
    def _is_inside(cls, diffused: list[str], info: ValidationInfo) -> list[str]:
        content = info.data.get("content")
        for i, name in enumerate(diffused):
            if content is not None and name not in content:
                hint = f"content: {', '.join(content)}" if content else "give its content"
                raise Inside(f"{name} is diffused, and the magnet holds none", (i,), hint)
        return diffused


class SubstituteKeys(_Keys):
    """Another kind of magnet that may serve a demand."""

    each: TonnesForTonne = Field(description="t of it in place of 1 t.", examples=["1.6 t/t"])
    at_most: ShareByYear = Field(description="Largest share of the demand.", examples=["10 %"])


class UseKeys(_Keys):
    """What an end use of a region asks for."""

    magnet: Name | None = Field(None, description="A kind of magnet; one of `magnets`.")
    oxide: ElementName | None = Field(None, description="Or a rare earth as oxide.", examples=["Ce"])
    tonnes: TonnesByYear | None = Field(
        None, description="t a year, or by year: linear between those given.", examples=["{2024: 3_000 t/year}"]
    )
    number: CountByYear | None = Field(
        None, description="Things a year that hold one, in place of tonnes; by year too.", examples=["1.3e6 /year"]
    )
    each: Each | None = Field(None, description="Mass of magnet in each, or by MW.", examples=["1.2 kg"])
    life: LifeYears | None = Field(None, description="Years in service, with their spread.")
    collected: ShareByYear | None = Field(None, description="Share of old magnets that comes back.", examples=["5 %"])
    substitutes: dict[Name, SubstituteKeys] = Field(default_factory=dict, description="By kind of magnet.")
    must: bool = Field(False, description="Whether it has to be met.")
    weight: Number | None = Field(None, description="Rank among end uses in the least unmet demand; 1.")

    @field_validator("each")
    @classmethod
    def _a_mass(cls, each: Value | None, info: ValidationInfo) -> Value | None:
        number = info.data.get("number")
        if each is None or number is None:
            return each
        for one in number.values() if isinstance(number, dict) else (number,):
            if not fits(one, each):
                raise QuantityError(f"{one} times {each} is no mass a year", "a number goes with kg, MW with kg/MW")
        return each


class _RuleKeys(_Keys):
    origin: list[Name] = Field(description="Regions that the goods come from.", min_length=1, examples=["[china]"])
    to: list[Name] = Field(default_factory=list, description="Regions that they go to; left out: every other one.")
    goods: Annotated[list[Text], Field(min_length=1)] | None = Field(
        None, description="Such as Dy oxide, metals, magnets; left out: all.", examples=["[Dy oxide, magnets]"]
    )
    since: Date | None = Field(None, description="When it begins.", examples=["2025-04"])
    until: Date | None = Field(None, description="When it ends; that day is free.", examples=["2031"])
    active: bool = Field(True, description="Whether it holds.")

    @field_validator("until")
    @classmethod
    def _after_since(cls, until: float | None, info: ValidationInfo) -> float | None:
        since = info.data.get("since")
        if until is not None and since is not None and until <= since:
            raise ValueError("the rule ends before it begins")
        return until


class BanKeys(_RuleKeys):
    """Nothing goes; with `uses` only what those end uses take, directly or inside other goods."""

    kind: Literal["ban"]
    uses: list[Name] = Field(default_factory=list, description="End uses that get nothing of the origin.")


class QuotaKeys(_RuleKeys):
    """At most so much, in a quarter or a year."""

    kind: Literal["quota"]
    limit: dict[QuarterKey, Quota] = Field(
        description="t by quarter (`2026Q1`), or t/year by year.", min_length=1, examples=["{2026Q1: 500 t}"]
    )

    @field_validator("limit")
    @classmethod
    def _of_its_period(cls, limit: dict[str, Value]) -> dict[str, Value]:
        for name, value in limit.items():
            if len(name) > 4 and value.unit == "t/year":
                raise Inside(f"{value} is a rate, and {name} a quarter", (name,), "such as 500 t")
        return limit


class LicenceKeys(_RuleKeys):
    """Goods arrive later, or only part of them, or only for some buyers."""

    kind: Literal["licence"]
    delay: DelayYears | None = Field(None, description="How much later goods arrive.", examples=["45 day"])
    granted: Fraction | None = Field(None, description="Share of a region's use that gets a licence.")
    buyers: list[Name] = Field(default_factory=list, description="Regions that get one at all; left out: all.")


class TariffKeys(_RuleKeys):
    """A duty on what is imported."""

    kind: Literal["tariff"]
    rate: Rate = Field(description="Of the value.", examples=["25 %"])


class ContentKeys(_RuleKeys):
    """What is taken may hold at most a share, by value, of elements of the origin."""

    kind: Literal["content"]
    threshold: Threshold = Field(description="Share by value.", examples=["0.1 %"])
    uses: list[Name] = Field(default_factory=list, description="End uses that are held to it; left out: all.")

    @field_validator("threshold")
    @classmethod
    def _above_nothing(cls, value: Value) -> Value:
        if value.nominal <= 0.0:
            raise QuantityError(f"a threshold of {value} lets nothing pass", "a ban says that; such as 0.1 %")
        return value


Rule = Annotated[BanKeys | QuotaKeys | LicenceKeys | TariffKeys | ContentKeys, Field(discriminator="kind")]


class StockKeys(_Keys):
    """A stock of a good in a region."""

    region: Name = Field(description="One of `regions`.")
    good: Text = Field(description="One good, such as Dy oxide.", examples=["Dy oxide"])
    start: Tonnes = Field(description="t at the start of the first year.", examples=["100 t"])
    at_most: Tonnes | None = Field(None, description="The most that it may hold.")
    at_least: StockByYear | None = Field(None, description="The least that it must hold, from the first year given on.")
    months: MonthsByYear | None = Field(
        None, description="Months of the region's use that it must hold, from the first year given on.", examples=["18"]
    )
    origin: Name | None = Field(None, description="The region that the start counts for; left out: nobody knows.")

    @field_validator("at_most")
    @classmethod
    def _holds_the_start(cls, at_most: Value | None, info: ValidationInfo) -> Value | None:
        start = info.data.get("start")
        if at_most is not None and start is not None and start.nominal > at_most.nominal:
            raise QuantityError(f"it holds {start} at the start, and {at_most} at most")
        return at_most

    @field_validator("at_least")
    @classmethod
    def _below_the_most(cls, least: object, info: ValidationInfo) -> object:
        most = info.data.get("at_most")
        for year, value in (least if isinstance(least, dict) else {"": least}).items():
            if most is not None and isinstance(value, Value) and value.nominal > most.nominal:
                raise Inside(f"at least {value} is more than {most} at most", (year,) if year else ())
        return least


class _LeverKeys(_Keys):
    first: Date | None = Field(None, description="The first year that it can work.", examples=["2028"])


class _RegionalKeys(_LeverKeys):
    regions: list[Name] = Field(default_factory=list, description="Where; left out: in the regions of focus.")


class BuildKeys(_RegionalKeys):
    """New capacity."""

    kind: Literal["build"]
    stages: list[Stage] = Field(default_factory=list, description="Of these stages; left out: of all.")
    at_most: TonnesPerYear | None = Field(None, description="The most, of each stage in each region.")
    cost: PerTonne | None = Field(None, description="Capital by t/year, in place of the standard flowsheet's.")


class RecycleKeys(_RegionalKeys):
    """More old magnets collected."""

    kind: Literal["recycle"]
    at_most: Fraction | None = Field(None, description="Largest share of old magnets.")
    cost: PerTonne | None = Field(None, description="By t of old magnets.")


class ReplaceKeys(_RegionalKeys):
    """More of other magnets."""

    kind: Literal["substitute"]
    at_most: Fraction | None = Field(None, description="Largest share of the demand.")
    cost: PerTonne | None = Field(None, description="By t of magnets, beyond what they cost to make.")


class BuyAheadKeys(_RegionalKeys):
    """Goods bought ahead."""

    kind: Literal["stockpile"]
    goods: list[Text] = Field(default_factory=list, description="Which; left out: any.", examples=["[Dy oxide]"])
    at_most: Tonnes | None = Field(None, description="The most, of each good.")
    cost: PerTonne | None = Field(None, description="By t and year in stock.")


class LiftKeys(_LeverKeys):
    """Trade rules set aside."""

    kind: Literal["lift"]
    rules: list[Name] = Field(default_factory=list, description="These; left out: any.")


LeverKeys = Annotated[BuildKeys | RecycleKeys | ReplaceKeys | BuyAheadKeys | LiftKeys, Field(discriminator="kind")]

KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rules": ("ban", "quota", "licence", "tariff", "content"),
        "levers": ("build", "recycle", "substitute", "stockpile", "lift"),
    }
)
"""What the key `kind` may be, by the group that an entry stands in."""


class ScenarioKeys(_Keys):
    """A scenario: plants of many regions, who needs what when, and the rules of trade between them."""

    didymium: Literal[1] = Field(description="Format version of this file: 1.")
    scenario: Text = Field(description="Title. This key makes the file a scenario.", examples=["Magnets by 2030"])
    description: Text = Field("", description="Free text about it.")
    extends: str | None = Field(
        None, description="A shipped scenario, or a file beside this one, whose keys this file adds to or replaces."
    )
    years: Years = Field(description="From the first year to the last.", examples=["2024 to 2035"])
    regions: list[Name] = Field(description="Who makes, trades and uses.", min_length=1, examples=["[us, china]"])
    focus: list[Name] = Field(description="The regions whose demand the gap is about.", min_length=1)
    objective: Literal["unmet", "magnets", "cost"] = Field(
        "unmet", description="Least unmet demand, most magnets, or least cost."
    )
    standard: dict[Stage, str] = Field(
        default_factory=dict, description="The flowsheet of a stage where a plant names none."
    )
    ramps: dict[Name, Ramp] = Field(default_factory=dict, description="Ramp-ups by name.")
    slips: dict[Status, SlipKeys] = Field(default_factory=dict, description="How plants slip, by status.")
    magnets: dict[Name, MagnetKeys] = Field(description="Kinds of magnets.", min_length=1)
    plants: dict[Name, PlantKeys] = Field(description="Plants by name.", min_length=1)
    demand: dict[Name, dict[Name, UseKeys]] = Field(description="End uses by region and name.", min_length=1)
    rules: dict[Name, Rule] = Field(default_factory=dict, description="Rules of trade by name.")
    stockpiles: dict[Name, StockKeys] = Field(default_factory=dict, description="Stocks by name.")
    levers: dict[Name, LeverKeys] = Field(default_factory=dict, description="What may close a gap.")
    sites: list[Name] = Field(default_factory=list, description="Plants to set side by side.", examples=["[kuantan]"])
    freight: PerTonne | None = Field(None, description="What it costs to carry a t from region to region.")
    hold: PerTonne | None = Field(None, description="What a t in stock costs a year.")
    prices: dict[Text, UnitPrice] = Field(
        default_factory=dict,
        description="Of goods, where not those of the data.",
        examples=[{"NdPr oxide": "80 USD2024/kg"}],
    )
    sources: dict[SourceKey, Text] = Field(default_factory=dict, description="Source keys of this file's own.")
