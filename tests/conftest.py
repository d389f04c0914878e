"""For all tests: what a command prints is of the width that a pipe has, whatever runs the tests says."""

from __future__ import annotations

import os

os.environ.pop("COLUMNS", None)
