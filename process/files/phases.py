"""Streams that were crossed: a gas into a leach, a metal into a circuit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .nodes import entries, outlet_names, table

if TYPE_CHECKING:
    from ..operations.base import Kind
    from .reader import Node

WORDS: Mapping[str, str] = {
    "ore": "an ore or concentrate",
    "solid": "a solid",
    "liquor": "a liquor",
    "gas": "a gas",
    "metal": "a metal, alloy or magnet",
}
MOST_NAMED = 6


class Phases:
    """The phase of every stream of a tree, as far as its form tells: units, feeds and kinds by name."""

    def __init__(
        self,
        units: Mapping[str, Node],
        feeds: Mapping[str, Node],
        kinds: Mapping[str, Kind | None],
        registry: Mapping[str, Kind],
    ) -> None:
        self._units, self._feeds, self._kinds, self._registry = units, feeds, kinds, registry

    def crossed(self, unit: str, kind: Kind, stream: str, inlet: str = "") -> tuple[str, str] | None:
        """What is wrong with a stream as an inlet of a unit, and a hint; None where nothing is, or nothing is known."""
        phase = self._phase(stream)
        if phase and kind.takes and phase not in kind.takes:
            wanted = ", or ".join(WORDS[one] for one in kind.takes)
            found = [one for one in self._others(unit) if self._phase(one) in kind.takes]
            named = found or self._makers(kind)
            return f"takes {wanted}, and {stream} is {WORDS[phase]}", self._hint(found, named)
        allowed = kind.forms.get(inlet.split(".")[0], ())
        forms = self._forms(stream, frozenset())
        if not allowed or not forms or forms & set(allowed):
            return None
        found = [one for one in self._others(unit) if self._forms(one, frozenset()) & set(allowed)]
        named = found or [m.name for m in self._registry.values() if any(o.form in allowed for o in m.outlets.values())]
        wanted = " or ".join(f"streams of the form {one}" for one in allowed)
        return f"takes {wanted}, and {stream} is {' or '.join(sorted(forms))}", self._hint(found, named)

    @staticmethod
    def _hint(found: list[str], named: list[str]) -> str:
        words = "such streams here" if found else "kinds of units that make one"
        return f"{words}: {', '.join(named[:MOST_NAMED])}{', …' if len(named) > MOST_NAMED else ''}"

    def _others(self, unit: str) -> list[str]:
        return [one for one in self._streams() if one.split(".")[0] != unit]

    def _makers(self, kind: Kind) -> list[str]:
        from ..operations.phases import PHASE

        makers = [one for one in self._registry.values() if one is not kind]
        return [
            m.name for m in makers if any(PHASE.get(o.form) in kind.takes and not o.waste for o in m.outlets.values())
        ]

    def _streams(self) -> list[str]:
        out = list(self._feeds)
        for name, kind in self._kinds.items():
            out += [f"{name}.{outlet}" for outlet in outlet_names(kind, self._units[name])] if kind else []
        return out

    def _phase(self, stream: str) -> str:
        """The phase of a stream; empty where it is not known, or may be one of several."""
        from ..operations.phases import PHASE

        phases = {PHASE[form] for form in self._forms(stream, frozenset())}
        return phases.pop() if len(phases) == 1 else ""

    def _forms(self, stream: str, seen: frozenset[str]) -> frozenset[str]:
        """The forms that a stream may have, of those whose phase is known; none where that is not known."""
        from ..operations.phases import ORE, PHASE

        if stream in self._feeds:
            feed = table(self._feeds[stream])
            if "deposit" in feed or "minerals" in feed:
                return frozenset({ORE})
            form = feed["form"].value if "form" in feed else ""
            if not isinstance(form, str) or PHASE.get(form, ORE) == ORE:  # a bought concentrate may be a carbonate
                return frozenset()
            return frozenset({form})
        name, _, outlet = stream.partition(".")
        kind = self._kinds.get(name)
        if kind is None or name in seen or outlet not in outlet_names(kind, self._units[name]):
            return frozenset()
        about = kind.outlets_of(outlet_names(kind, self._units[name]))[outlet]
        if kind.stage or about.parts is None:
            return frozenset({about.form} & set(PHASE))
        # A mixer or splitter hands on what it takes.
        key = table(self._units[name]).get(about.parts)
        taken = [one.value for one in (entries(key) or [key] if key else [])]
        forms = [self._forms(one, seen | {name}) for one in taken if isinstance(one, str)]
        return frozenset().union(*forms) if all(forms) else frozenset()
