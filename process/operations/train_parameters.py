"""What a file says of a separation train: products, extractants, the sequence, strengths and losses."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from ..cascade import CascadeError
from ..cascade.trains import parsed
from ..data import reagents
from ..data.equilibria import chemistry
from ..elements import RARE_EARTHS, members
from ..quantities import Fraction, In, QuantityError, Value, suggestion
from . import extraction_practice as usual
from .base import ElementName, Inlet, Parameters, standard

CRUD = "crud"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, validate_default=True)


def _short_of_whole(share: Value) -> Value:
    if not 0.0 < share.nominal < 1.0:
        raise ValueError(f"{share} is out of reach of a cut; it lies between 0 and 100 % and reaches neither")
    return share


Share = Annotated[Fraction, AfterValidator(_short_of_whole)]


class TrainProduct(_Part):
    """One product of a train: which rare earths it holds, how pure it is and how much of them it gets."""

    elements: list[ElementName] = Field(min_length=1, description="Rare earths or groups of them: `[Pr, Nd]`.")
    purity: Share = Field(description="Least share of its rare earths, as oxide mass, that are its own.")
    recovery: Share = Field(
        standard("99 % from 95 to 99.8 % (assumed)"),
        description="Least share of its own rare earths in the feed that must reach it.",
    )

    @field_validator("elements")
    @classmethod
    def _rare(cls, names: list[str]) -> list[str]:
        for name in names:
            other = [one for one in members(name) if one not in RARE_EARTHS]
            if other:
                raise ValueError(f"{', '.join(other)} is no rare earth; a train parts rare earths")
        return names


class TrainExtractant(_Part):
    """An extractant that circuits of the train may use, how much of it and how far saponified."""

    name: str = Field(description="An extractant of the data: P507, P204, Cyanex 272, naphthenic acid.")
    concentration: Annotated[Value, In("mol/L", "1.5 mol/L", low=0.01, high=3.5)] = Field(
        description="Formal (monomer) concentration."
    )
    saponification: Annotated[Value, In("1", "36 % NH4", low=0.01, high=1.0, basis=tuple(usual.BASES))] = Field(
        description="Share of the extractant turned to soap, with its base."
    )

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        found = chemistry(name[:60]).name
        if found not in reagents():
            raise ValueError(f"{found} has constants, but is no reagent of the data, so its losses cannot be made up")
        return found

    @field_validator("saponification")
    @classmethod
    def _based(cls, share: Value, info: ValidationInfo) -> Value:
        if share.basis is None:
            raise ValueError("say which base makes the soap, such as `36 % NH4` or `36 % Na`")
        if "name" in info.data:
            most = chemistry(info.data["name"]).most_saponification.value
            if share.nominal > most:
                raise ValueError(f"{share} is more than the {most:.0%} that {info.data['name']} takes as soap")
        return share


def _cut(text: str) -> str:
    try:
        names, _ = parsed(text)
    except CascadeError as error:
        raise ValueError(str(error)) from None
    for word in names:
        if word not in RARE_EARTHS:
            near = suggestion(word, RARE_EARTHS)
            raise QuantityError(f"{word[:40]!r} is no rare earth{near}", "", text.index(word), len(word))
    return text


class SeparationTrain(Parameters):
    """Separation train: a chain of extraction circuits from one liquor to many products, by the exchange model.

    Each circuit cuts what it takes in two, with one of the extractants; the products say how pure. Without `sequence`
    the train is the best of all sequences and extractants by `minimise`, found once at nominal values and then frozen:
    the least organic in the circuits, or the least base and acid. Stages stay; solvent and scrub of every circuit
    follow what it takes. Other metals and the salts of the soap follow each circuit's raffinate to the product at the
    end of that path; lost organic leaves as crud. Impurities up to 0.1 % of the feed need no product.
    """

    kind: Literal["separation_train"]
    feed: Inlet = Field(description="Chloride liquor.")
    products: dict[str, TrainProduct] = Field(
        description="What leaves, by name: `la: {elements: [La], purity: 99.9 %}`; each is an outlet of the unit."
    )
    extractants: list[TrainExtractant] = Field(
        min_length=1, description="What the circuits may use: `{name: P507, concentration: …, saponification: …}`."
    )
    sequence: list[Annotated[str, AfterValidator(_cut)]] | None = Field(
        None, min_length=1, description="The cuts, from the feed on: `Nd / Sm with P507`; without it the best is found."
    )
    minimise: Literal["inventory", "reagents"] = Field(
        "reagents",
        description="What the best sequence has least of: organic in all stages, or base and acid.",
    )
    three_outlets: bool = Field(
        False,
        description="Whether a circuit may send a middle product out by an aqueous draw, where its purity allows.",
    )
    base_excess: usual.Excess = Field(usual.BASE_EXCESS, description="Base beyond the soap.")
    strip_excess: usual.StripExcess = Field(usual.STRIP_EXCESS, description="Free acid left in the strip liquors.")
    scrub_acid: usual.ScrubAcid = Field(usual.SCRUB_ACID, description="Strength of the scrub acid; sets its water.")
    strip_acid: usual.StripAcid = Field(usual.STRIP_ACID, description="Strength of the strip acid; sets its water.")
    mixing: usual.Mixing = Field(usual.MIXING, description="Residence time of both phases in a mixer.")
    settling: usual.Settling = Field(usual.SETTLING, description="Residence time of both phases in a settler.")
    strip_stages: usual.StripStages = Field(
        usual.STRIP_STAGES,
        description="Strip stages of each circuit; they count for volumes and inventory only.",
    )
    extractant_loss: usual.ExtractantLoss = Field(
        usual.EXTRACTANT_LOSS, description="Extractant lost per kg of REO fed to a circuit."
    )
    diluent_loss: usual.DiluentLoss = Field(
        usual.DILUENT_LOSS, description="Kerosene lost per kg of REO fed to a circuit."
    )
    electricity: usual.Electricity = Field(
        usual.ELECTRICITY,
        description="Mixers and pumps, per kg REO fed to a circuit.",
    )
    heat: usual.Heat = Field(
        usual.HEAT,
        description="Warming of liquors, per kg REO fed to a circuit.",
    )

    @field_validator("products")
    @classmethod
    def _several(cls, products: dict[str, TrainProduct]) -> dict[str, TrainProduct]:
        if len(products) < 2:
            raise ValueError("a train has two products at least; name what leaves and which rare earths it holds")
        owner: dict[str, str] = {}
        for name, product in products.items():
            if not _NAME.fullmatch(name) or name == CRUD:
                raise ValueError(
                    f"{name[:60]!r} cannot name a product; use lower-case letters, digits and _, and not {CRUD!r}"
                )
            for element in dict.fromkeys(one for group in product.elements for one in members(group)):
                if element in owner:
                    raise ValueError(f"{element} is in {owner[element]} and in {name}; an element goes to one product")
                owner[element] = name
        return products

    @field_validator("extractants")
    @classmethod
    def _once(cls, given: list[TrainExtractant]) -> list[TrainExtractant]:
        names = [one.name for one in given]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"{twice} is given twice; one entry for each extractant")
        return given

    @model_validator(mode="after")
    def _sequence_fits(self) -> SeparationTrain:
        if self.sequence is None:
            return self
        names = [one.name for one in self.extractants]
        for text in self.sequence:
            _, solvent = parsed(text)
            if not solvent and len(names) > 1:
                raise ValueError(f"{text!r} does not say which extractant; add `with {names[0]}`, or another")
            if solvent and solvent not in names:
                raise ValueError(f"{text!r} uses an extractant that `extractants` does not list: {', '.join(names)}")
        return self
