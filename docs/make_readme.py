"""Put what `didymium compare mountain_pass baotou` prints, in part, into README.md.

`python docs/make_readme.py` rewrites the block; with `--check` it only says whether the block is current.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "README.md"
COMMAND = ("compare", "mountain_pass", "baotou")
TITLES = ("Recovery of ", "Cost per kg ", "Why a kg ", "Magnets", "Capacity", "what limits")
"""How the parts of the print-out begin."""
SHOWN = ("Recovery of ", "Cost per kg magnet", "Why a kg of magnet ", "Magnets", "what limits")
BLOCK = re.compile(r"```text\n.*?```", re.DOTALL)


def printed() -> str:
    """What the command prints where no terminal is attached."""
    program = Path(sysconfig.get_path("scripts")) / "didymium"
    plain = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "CLICOLOR_FORCE")}
    environment = {**plain, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([program, *COMMAND], env=environment, capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def block() -> str:
    """The command and the chosen parts of what it prints, as the fenced block of the README."""
    parts: list[list[str]] = [[]]
    for line in (line.rstrip() for line in printed().splitlines()):
        if line.startswith(TITLES):
            parts.append([])
        parts[-1].append(line)
    if parts[-1][0].startswith("what limits"):
        parts[-1] = _without(parts[-1], "closure")  # its last digits are the machine's
    chosen = ["\n".join(part).rstrip() for part in parts[1:] if part[0].startswith(SHOWN)]
    return "\n…\n".join([f"```text\n$ didymium {' '.join(COMMAND)}", *chosen]) + "\n```"


def _without(lines: list[str], label: str) -> list[str]:
    """A list of labelled lines without one label and its continuation."""
    out, inside = [], False
    for line in lines:
        inside = line.startswith(label) or (inside and line.startswith(" "))
        out += [] if inside else [line]
    return out


def main() -> int:
    """Write the block, or say that it is not current."""
    text = PAGE.read_text(encoding="utf-8")
    new = BLOCK.sub(lambda _: block(), text, count=1)
    if "--check" in sys.argv[1:]:
        if new != text:
            print("README.md is not current; run python docs/make_readme.py", file=sys.stderr)
        return int(new != text)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
