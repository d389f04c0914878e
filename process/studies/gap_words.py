"""What reports of a gap take from the chain besides its numbers: names of stages, items, and what prices count in."""

from __future__ import annotations

from ..supply.requirement import ITEMS
from ..supply.shadow import STAGE_WORDS, gain, worth_word

__all__ = ["ITEMS", "STAGE_WORDS", "gain", "worth_word"]
