"""What a file says of a mass-action circuit: extractant, sections, flows, losses."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from ..data import reagents
from ..data.equilibria import chemistry
from ..quantities import Fraction, In, Value, suggestion
from . import extraction_practice as usual
from .base import Inlet, Parameters, standard

BASES = {"Na": ("NaOH", 1.0), "NH4": ("ammonia", 1.0), "Mg": ("MgO", 2.0), "Ca": ("lime", 2.0)}
"""What makes each soap, and the equivalents in a mol of it."""
MOST_STAGES = 600


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, validate_default=True)


class SoapedExtractant(_Part):
    """The organic phase: which extractant, how much, how far saponified."""

    name: str = Field(description="An extractant with constants of mass action, such as P507 (or PC-88A).")
    concentration: Annotated[Value, In("mol/L", "1.5 mol/L", low=0.01, high=3.0)] = Field(
        description="Formal (monomer) concentration."
    )
    saponification: Annotated[Value, In("1", "36 % NH4", low=0.01, high=0.5, basis=tuple(BASES))] = Field(
        description="Share of the extractant turned to soap, with its base."
    )

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        found = chemistry(name[:60]).name
        if found not in reagents():
            raise ValueError(
                f"{found} has constants, but is no reagent of the data, so what is lost of it cannot be made up"
            )
        return found

    @field_validator("saponification")
    @classmethod
    def _based(cls, share: Value) -> Value:
        if share.basis is None:
            raise ValueError("say which base makes the soap, such as `36 % NH4` or `36 % Na`")
        return share


class Extraction(_Part):
    """Extraction stages; the feed enters at the last of them."""

    stages: int = Field(ge=1, le=MOST_STAGES, description="Number of stages.")
    efficiency: Annotated[Value, In("1", "95 %", low=0.05, high=1)] = Field(
        standard("100 % (convention)"), description="Murphree efficiency, on the organic."
    )


class _Fed(Extraction):
    ratio: Annotated[Value, In("1", "0.9", low=0.001)] | None = Field(
        None, description="Volume of it per volume of feed."
    )
    flow: Annotated[Value, In("m^3/h", "3 m^3/h", low=0.001)] | None = Field(
        None, description="Its flow, in place of `ratio`."
    )

    @model_validator(mode="after")
    def _one_flow(self) -> _Fed:
        if (self.ratio is None) == (self.flow is None):
            raise ValueError("give `ratio`, the volume per volume of feed, or `flow`")
        return self


class Acid(_Fed):
    """Stages with an acid that enters at the last of them."""

    acid: Annotated[Value, In("mol/L", "3 mol/L", low=0.01, high=12)] = Field(
        description="Strength of the hydrochloric acid."
    )


class Wash(_Fed):
    """Stages with water, which goes on into the strip."""


class Entrainment(_Part):
    """What each phase carries over of the other, from every stage, by volume."""

    organic_in_aqueous: Annotated[Value, In("1", "100 ppm", low=0, high=0.05)] = Field(
        standard("0 ppm (convention)"), description="Organic in the aqueous."
    )
    aqueous_in_organic: Annotated[Value, In("1", "0.3 %", low=0, high=0.05)] = Field(
        standard("0 % (convention)"), description="Aqueous in the organic."
    )


class ExtractionCircuit(Parameters):
    """Solvent-extraction circuit by mass action: extraction, scrub, strip and wash around a closed organic loop.

    Each stage is at chemical equilibrium, or its efficiency on the way there. Rare earths, Ca, Mg, Na and ammonium take
    part where the extractant has a constant for them; other elements stay with the raffinate. Volumes are those of
    the water, 1 kg/L. Flows given per volume of feed follow the feed. The base's salt leaves with the raffinate; what
    does not strip comes round with the organic.
    """

    kind: Literal["extraction_circuit"]
    feed: Inlet = Field(description="Chloride liquor.")
    extractant: SoapedExtractant = Field(description="The organic phase.")
    organic_to_feed: Annotated[Value, In("1", "8", low=0.01)] | None = Field(
        None, description="Volume of organic per volume of feed."
    )
    organic: Annotated[Value, In("m^3/h", "40 m^3/h", low=0.001)] | None = Field(
        None, description="Flow of the organic, in place of `organic_to_feed`."
    )
    extraction: Extraction = Field(description="Extraction stages: `{stages: 24, efficiency: 95 %}`.")
    scrub: Acid | None = Field(None, description="Scrub: `{stages: 22, acid: 3 mol/L, ratio: 0.9}`.")
    strip: Acid = Field(description="Strip: `{stages: 8, acid: 5 mol/L, ratio: 1.2}`.")
    wash: Wash | None = Field(None, description="Wash of the stripped organic with water: `{stages: 2, ratio: 0.3}`.")
    reflux: Fraction = Field(
        standard("0 % (convention)"), description="Share of the strip liquor that goes on into the scrub."
    )
    entrainment: Entrainment = Field(
        Entrainment(), description="Carry-over: `{organic_in_aqueous: 100 ppm, aqueous_in_organic: 0.3 %}`."
    )
    crud: Annotated[Value, In("1", "0.05 %", low=0, high=0.5)] = Field(
        standard("0 % (convention)"), description="Share of the organic lost as crud at each pass, with its load."
    )
    solubility: Annotated[Value, In("mol/L", "0.0001 mol/L", low=0, high=0.1)] = Field(
        standard("0 mol/L (convention)"), description="Extractant dissolved in every aqueous that leaves."
    )
    constants: dict[str, Annotated[Value, In("1", "-2.14")]] = Field(
        default_factory=dict, description="log10 K in place of the data's: `{Nd: -2.14 from -2.6 to -1.6}`."
    )
    feed_acid: Annotated[Value, In("mol/L", "0.01 mol/L", low=0, high=2)] = Field(
        standard("0.01 mol/L from 0 to 0.05 mol/L (assumed)"),
        description="Free acid of the feed at least; hydrochloric acid makes it up.",
    )
    base_strength: Annotated[Value, In("mol/L", "10 mol/L", low=0.1, high=20)] = Field(
        standard("10 mol/L from 5 to 14 mol/L (assumed)"),
        description="Equivalents per litre of the base's liquor; its water leaves with the raffinate.",
    )
    beyond: Literal["error", "flag"] = Field(
        "error", description="What leaving the bounds of loading and pH is: an error, or a flag in the details."
    )
    extractant_loss: usual.ExtractantLoss = Field(
        usual.EXTRACTANT_LOSS,
        description="Extractant lost per kg of REO fed, beside entrainment, crud and solubility.",
    )
    diluent_loss: usual.DiluentLoss = Field(
        usual.DILUENT_LOSS,
        description="Kerosene lost per kg of REO fed, beside entrainment and crud.",
    )
    diluent_density: Annotated[Value, In("kg/L", "0.81 kg/L", low=0.6, high=1)] = Field(
        standard("0.81 kg/L (prommis)"), description="Density of the kerosene."
    )
    electricity: usual.Electricity = Field(usual.ELECTRICITY, description="Mixers and pumps, per kg REO fed.")
    heat: usual.Heat = Field(usual.HEAT, description="Warming of liquors, per kg REO fed.")

    @field_validator("constants")
    @classmethod
    def _has_constants(cls, given: dict[str, Value], info: ValidationInfo) -> dict[str, Value]:
        if "extractant" in info.data:  # what is wrong with it is said there
            known = chemistry(info.data["extractant"].name).constants
            for name in given:
                if name not in known:
                    near = suggestion(name, known)
                    raise ValueError(f"{name[:40]!r} is no ion of the extractant; it has {', '.join(known)}{near}")
        return given

    @model_validator(mode="after")
    def _complete(self) -> ExtractionCircuit:
        if (self.organic_to_feed is None) == (self.organic is None):
            raise ValueError("give `organic_to_feed`, the volume ratio, or `organic`, its flow")
        if self.scrub is None and self.reflux.nominal > 0.0:
            raise ValueError("`reflux` goes into the scrub; give `scrub` too")
        if stages_of(self) > MOST_STAGES:
            raise ValueError(f"{stages_of(self)} stages are more than {MOST_STAGES}; cut the separation in two")
        told = self.model_fields_set
        computed: list[str] = [key for key in ("crud", "solubility") if key in told]
        computed += ["entrainment"] if self.entrainment.organic_in_aqueous.nominal > 0.0 else []
        missing = [f"`{key}: 0 kg/t`" for key in ("extractant_loss", "diluent_loss") if key not in told]
        if computed and missing:
            raise ValueError(
                f"{' and '.join(computed)} tell what organic is lost, and the losses of practice would count it twice; "
                f"say what is lost besides, {' and '.join(missing)} where that is all"
            )
        return self


def stages_of(p: Any) -> int:
    """All stages of a circuit's row."""
    return sum(section.stages for section in (p.extraction, p.scrub, p.strip, p.wash) if section is not None)
