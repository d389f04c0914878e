"""Exchange cascades in time: start-up from a fill, total reflux, upsets, and the way back to grade."""

from .events import Event
from .fill import matching_fill
from .hold_up import HoldUp
from .result import StartUp, Transient, Upset
from .start import start_up
from .upsets import upset

__all__ = ["Event", "HoldUp", "StartUp", "Transient", "Upset", "matching_fill", "start_up", "upset"]
