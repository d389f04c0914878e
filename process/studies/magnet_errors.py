"""What cannot be made, or not be read, as a magnet."""

from __future__ import annotations


class MagnetError(ValueError):
    """A magnet cannot be designed or described: `reason` says why, `remedy` what to change."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason}; {remedy}" if remedy else reason)
        self.reason, self.remedy = reason, remedy
