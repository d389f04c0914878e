"""Changes of feed and flows at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from ..batch import one_number
from ..circuit.pickled import Pickles
from ..errors import CascadeError
from ..exchange import Cascade


@dataclass(frozen=True, kw_only=True)
class Event(Pickles):
    """From ``time`` on another feed (element → molar flow), extract flow S or scrub flow W; None leaves it as it is.

    The time is in the time unit of the flows, counted from the beginning. Hold-ups do not change. Raises CascadeError.

    >>> Event(time=60.0, extract_flow=1.75)
    Event(time=60.0, feed=None, extract_flow=1.75, scrub_flow=None)
    """

    time: float
    feed: Mapping[str, float] | None = None
    extract_flow: float | None = None
    scrub_flow: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", one_number(self.time, "an event's time"))
        if not (np.isfinite(self.time) and self.time >= 0.0):
            raise CascadeError(f"an event's time is {self.time:g}; give a finite time, not negative")
        if self.feed is None and self.extract_flow is None and self.scrub_flow is None:
            raise CascadeError(f"the event at {self.time:g} changes nothing; give a feed, extract_flow or scrub_flow")
        if self.feed is not None:
            if not isinstance(self.feed, Mapping):
                raise CascadeError(
                    f"the feed of the event at {self.time:g} is a {type(self.feed).__name__}; give a "
                    "mapping of elements to flows"
                )
            feed = {
                str(name): one_number(flow, f"the feed of {name} of the event at {self.time:g}")
                for name, flow in self.feed.items()
            }
            if len(feed) < len(self.feed):
                raise CascadeError(
                    f"the feed of the event at {self.time:g} names an element twice: {', '.join(map(str, self.feed))}"
                )
            object.__setattr__(self, "feed", MappingProxyType(feed))
        for name in ("extract_flow", "scrub_flow"):
            if getattr(self, name) is not None:
                flow = one_number(getattr(self, name), f"{name} of the event at {self.time:g}")
                object.__setattr__(self, name, flow)

    def __hash__(self) -> int:
        feed = None if self.feed is None else frozenset(self.feed.items())
        return hash((self.time, feed, self.extract_flow, self.scrub_flow))

    def change(self, cascade: Cascade) -> Cascade:
        """The cascade from this event on. Raises CascadeError where its flows are impossible, naming the event."""
        feed = cascade.feed
        if self.feed is not None:
            for name in self.feed:
                if name not in feed:
                    raise CascadeError(
                        f"the event at {self.time:g} feeds {name!r}, which is not in this cascade; give the cascade a "
                        "feed of 0 of it and a separation factor",
                        element=name,
                    )
            for name in feed:
                if name not in self.feed:
                    raise CascadeError(
                        f"the feed of the event at {self.time:g} leaves out {name!r}; give it, 0 if none is fed",
                        element=name,
                    )
            feed = {name: self.feed[name] for name in feed}
        try:
            return replace(
                cascade,
                feed=feed,
                extract_flow=cascade.extract_flow if self.extract_flow is None else self.extract_flow,
                scrub_flow=cascade.scrub_flow if self.scrub_flow is None else self.scrub_flow,
            )
        except CascadeError as error:
            raise CascadeError(
                f"the event at {self.time:g}: {error.reason}", stage=error.stage, element=error.element
            ) from None


def checked_events(events: Sequence[Event]) -> tuple[Event, ...]:
    """The events, or a CascadeError if they are not in the order of time."""
    try:
        given = tuple(events)
    except TypeError:
        raise CascadeError(f"events is a {type(events).__name__}; give a list of Event") from None
    for event in given:
        if not isinstance(event, Event):
            raise CascadeError(f"events holds {event!r}; give didymium.cascade.startup.Event")
    for before, after in pairwise(given):
        if not before.time < after.time:
            raise CascadeError(
                f"the event at {after.time:g} follows one at {before.time:g}; put events in the order of time, one "
                "for each time"
            )
    return given
