"""The mass-action circuit that stands for an exchange design, and how it changes from step to step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..circuit import Aqueous, Circuit, Organic, Section


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A circuit by plain numbers, per litre of feed: flows in L per L of feed, concentrations in mol/L.

    ``metals`` are the rare earths of the feed, ``others`` its remaining cations; ``strip_flow`` and ``wash_flow``
    belong to the liquors of strip and wash. ``constants`` is element → log10 K in place of the data's. The stages are
    ideal, the loop open and its organic fresh until told otherwise.
    """

    extractant: str
    concentration: float
    saponification: float
    base: str
    metals: Mapping[str, float]
    feed_acid: float
    n: int
    m: int
    organic_flow: float
    scrub_flow: float
    scrub_acid: float
    strip_stages: int
    strip_flow: float
    strip_acid: float
    wash_stages: int
    wash_flow: float
    others: Mapping[str, float] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)
    organic_in_aqueous: float = 0.0
    aqueous_in_organic: float = 0.0
    efficiency: float = 1.0
    crud: float = 0.0
    closed: bool = False

    def circuit(self) -> Circuit:
        """The circuit, with a feed of 1 L/h. Raises CascadeError."""
        scrub = Aqueous(flow=self.scrub_flow, acid=self.scrub_acid)
        strip = Aqueous(flow=self.strip_flow, acid=self.strip_acid)
        sections = [
            self._section("extraction", self.n, None),
            self._section("scrub", self.m, scrub),
            self._section("strip", self.strip_stages, strip),
        ]
        if self.wash_stages:
            # Wash water goes on into the strip, whose acid it dilutes; nothing is lost with it.
            sections.append(self._section("wash", self.wash_stages, Aqueous(flow=self.wash_flow), onward=1.0))
        return Circuit(
            organic=Organic(
                extractant=self.extractant,
                concentration=self.concentration,
                saponification=self.saponification,
                base=self.base,
                flow=self.organic_flow,
                crud=self.crud if self.closed else 0.0,
            ),
            sections=sections,
            feeds={
                ("extraction", self.n): Aqueous(flow=1.0, metals={**self.metals, **self.others}, acid=self.feed_acid)
            },
            closed=self.closed,
            constants={
                name: value for name, value in self.constants.items() if name in self.metals or name in self.others
            },
        )

    def _section(self, name: str, stages: int, liquor: Aqueous | None, onward: float | None = None) -> Section:
        return Section(
            name,
            stages,
            liquor=liquor,
            onward=onward,
            efficiency=self.efficiency,
            organic_in_aqueous=self.organic_in_aqueous,
            aqueous_in_organic=self.aqueous_in_organic,
        )
