"""What stages can make, and where the chain breaks."""

from __future__ import annotations

from .capacity import StageCapacity, capacity

__all__ = ["StageCapacity", "capacity"]
