"""The fixed part of a circuit: where its sections, feeds, draws and outlets stand, and which ions it holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...data.equilibria import Chemistry
from ...wording import suggestion
from ..errors import CascadeError
from .sections import Section
from .streams import Aqueous, Organic

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Inlet:
    """One aqueous solution or side organic: its label in parameter names and the stage it enters, from 0."""

    label: str
    stage: int
    stream: Aqueous | Organic


@dataclass(frozen=True)
class Outlet:
    """One way out: ``phase`` "aqueous" or "organic", from ``stage`` (0 first); ``draw`` marks a share drawn there."""

    name: str
    phase: str
    stage: int
    draw: bool = False


@dataclass(frozen=True, eq=False)
class Layout:
    """Stages counted from 0 in the direction of the organic; everything that is alike in all cases of a batch.

    ``starts`` holds each section's first stage and, at its end, the number of stages; ``elements`` the ions with
    ``charge`` and ``sites`` (active extractant units per ion), ``soap`` the column of the base's cation or -1.
    """

    sections: tuple[Section, ...]
    starts: tuple[int, ...]
    inlets: tuple[Inlet, ...]
    side_organics: tuple[Inlet, ...]
    outlets: tuple[Outlet, ...]
    draws: tuple[int, ...]
    organic_draws: tuple[int, ...]
    closed: bool
    chemistry: Chemistry
    elements: tuple[str, ...]
    charge: Floats
    sites: Floats
    soap: int

    @property
    def stages(self) -> int:
        """All stages of the row."""
        return self.starts[-1]

    @property
    def barren_end(self) -> int:
        """Stages before the first strip: extraction and scrub."""
        for section, start in zip(self.sections, self.starts, strict=False):
            if section.kind in ("strip", "wash"):
                return start
        return self.stages

    def section_of(self, stage: int) -> Section:
        """The section that holds a stage, counted from 0."""
        for section, start in zip(reversed(self.sections), reversed(self.starts[:-1]), strict=True):
            if stage >= start:
                return section
        raise IndexError(stage)

    @property
    def rare_earths(self) -> NDArray[np.bool_]:
        """Columns that are rare earths: trivalent ions, not the soaps of monovalent and divalent bases."""
        return np.asarray(self.charge > 2.5)


def stage_index(given: object, sections: tuple[Section, ...], what: str) -> int:
    """The stage from 0 of "counted from 1 over the row" or of (section, stage within it). Raises CascadeError."""
    total = sum(section.stages for section in sections)
    if isinstance(given, tuple) and len(given) == 2:
        name, within = given
        before = 0
        for section in sections:
            if section.name == name:
                if isinstance(within, int) and not isinstance(within, bool) and 1 <= within <= section.stages:
                    return before + within - 1
                raise CascadeError(f"{what} at {name} {within!r}; {name} has stages 1 to {section.stages}")
            before += section.stages
        names = [section.name for section in sections]
        raise CascadeError(f"{what} at section {name!r}; choose from {', '.join(names)}{suggestion(str(name), names)}")
    if isinstance(given, bool) or not isinstance(given, int | np.integer):
        raise CascadeError(f"{what} at {given!r}; give a stage from 1 to {total} or (section, stage)")
    if not 1 <= given <= total:
        raise CascadeError(f"{what} at stage {given}; the circuit has stages 1 to {total}", stage=int(given))
    return int(given) - 1


def _distinct(outlets: list[Outlet]) -> None:
    """Raise where two outlets would bear one name."""
    names = [outlet.name for outlet in outlets]
    for name in names:
        if names.count(name) > 1:
            raise CascadeError(
                f"two sections give the outlet {name!r}, as a space counts as an underscore there; rename one of them"
            )


def lay_out(
    organic: Organic,
    sections: tuple[Section, ...],
    feeds: Mapping[int, Aqueous],
    draws: Mapping[int, float],
    organic_draws: Mapping[int, float],
    organic_feeds: Mapping[int, Organic],
    closed: bool,
    chemistry: Chemistry,
    varied: Collection[str] = (),
) -> Layout:
    """The layout of a circuit whose stages count from 0; ``varied`` are the parameters that a batch changes.

    Raises CascadeError where parts do not fit together.
    """
    starts = [0]
    for section in sections:
        starts.append(starts[-1] + section.stages)
    inlets = [
        Inlet("feed" if len(feeds) == 1 else f"feed {stage + 1}", stage, stream) for stage, stream in feeds.items()
    ]
    inlets += [
        Inlet(section.name, end - 1, section.liquor)
        for section, end in zip(sections, starts[1:], strict=True)
        if section.liquor is not None
    ]
    sides = [Inlet(f"organic feed {stage + 1}", stage, stream) for stage, stream in organic_feeds.items()]
    outlets = [Outlet("raffinate", "aqueous", 0)]
    outlets += [
        Outlet(f"{section.name.replace(' ', '_')}_liquor", "aqueous", start)
        for section, start in zip(sections[1:], starts[1:-1], strict=True)
        if section.share_onward < 1.0 or f"{section.name}.onward" in varied
    ]
    outlets += [Outlet(f"draw {stage + 1}", "aqueous", stage, True) for stage in draws]
    outlets += [Outlet(f"organic draw {stage + 1}", "organic", stage, True) for stage in organic_draws]
    outlets.append(Outlet("crud" if closed else "organic", "organic", starts[-1] - 1))
    _distinct(outlets)
    names: dict[str, None] = {}
    for inlet in (*inlets, *sides):
        stream = inlet.stream
        names.update(dict.fromkeys(stream.metals if isinstance(stream, Aqueous) else stream.load))
    names.update(dict.fromkeys(organic.load))
    soaped = organic.saponification > 0.0 or any(feed.saponification > 0.0 for feed in organic_feeds.values())
    soaped |= any(name.endswith(".saponification") for name in varied)
    if soaped:
        names[organic.base] = None
    for name in names:
        if name not in chemistry.constants:
            raise CascadeError(
                f"{chemistry.name} has no constant for {name}; it has {', '.join(chemistry.constants)}: leave {name} "
                f"out{suggestion(name, chemistry.constants)}",
                element=name,
            )
    elements = tuple(names)
    found = [chemistry.constants[name] for name in elements]
    return Layout(
        sections=sections,
        starts=tuple(starts),
        inlets=tuple(inlets),
        side_organics=tuple(sides),
        outlets=tuple(outlets),
        draws=tuple(draws),
        organic_draws=tuple(organic_draws),
        closed=closed,
        chemistry=chemistry,
        elements=elements,
        charge=np.array([one.charge for one in found]),
        sites=np.array([one.molecules for one in found]),
        soap=elements.index(organic.base) if soaped else -1,
    )
