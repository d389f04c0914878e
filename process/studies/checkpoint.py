"""A run that survives a kill: one file for each finished chunk, and one that says which run they belong to."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..plan import Position
from .attempts import Failure
from .chunks import Chunk
from .run_differences import differing

FORMAT = "didymium.uncertainty-run/2"
RUN = "run.json"
DIGEST = hashlib.sha256().digest_size
"""Bytes at the end of the file of a chunk: SHA-256 of what is before them, of the run and of the chunk's number."""
UNFINISHED = re.compile(r"(?:run|chunk_\d{5,})\.[0-9a-f]{16}\.tmp")
"""Files that this module is writing, or was when it was killed."""


class CheckpointError(ValueError):
    """A folder that no run can be kept in, or that holds another one: `reason` says why, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}; {remedy}")
        self.reason, self.remedy = reason, remedy


@dataclass(frozen=True)
class Checkpoint:
    """The folder of a run. `identity` is what makes it this run and no other."""

    folder: Path
    identity: Mapping[str, Any]

    def open(self) -> None:
        """Start or go on: make the folder, or hold it to be of the same run. Raises CheckpointError."""
        said = {"format": FORMAT, **self.identity}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not (self.folder / RUN).exists():
                if any(not UNFINISHED.fullmatch(path.name) for path in self.folder.iterdir()):
                    raise CheckpointError(
                        f"{self.folder} holds other files and no run", "name a new folder, or one of an earlier run"
                    )
                self._write(RUN, json.dumps(said, indent=1, ensure_ascii=False).encode())
                self._clear()
                return
            text = (self.folder / RUN).read_text(encoding="utf-8")
        except OSError as error:
            raise self._useless(error) from None
        except UnicodeDecodeError:
            text = ""
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        form = found.get("format") if isinstance(found, dict) else None
        if not isinstance(found, dict) or form != FORMAT:
            if str(form).startswith(FORMAT.rpartition("/")[0] + "/"):
                raise CheckpointError(f"{self.folder} holds a run of another version of didymium", "name a new folder")
            raise CheckpointError(f"{self.folder / RUN} does not say what run it is of", "name a new folder")
        asked = json.loads(json.dumps(said))
        if json.dumps(found) != json.dumps(asked):  # the order of plants counts too: chunks go by it
            differences = list(differing(found, asked)) or ["its description was changed"]
            raise CheckpointError(
                f"{self.folder} holds another run: {'; '.join(differences)}",
                "name a new folder, or give the command as it was",
            )
        try:
            self._clear()
            self._probe()
        except OSError as error:
            raise self._useless(error) from None

    def load(self, number: int, start: int, stop: int) -> Chunk | None:
        """A finished chunk; None where there is none, where a bit of it is not as it was kept, or it is not this one's.

        Nothing is read of a file but its digest until that holds.
        """
        try:
            data = self._file(number).read_bytes()
        except OSError:
            return None
        if data[-DIGEST:] != self._digest(number, data[:-DIGEST]):
            return None
        with np.load(io.BytesIO(data[:-DIGEST]), allow_pickle=False) as held:
            return self._chunk(held, start, stop)

    def save(self, number: int, chunk: Chunk) -> None:
        """Keep a finished chunk: whole, or not at all. Raises CheckpointError."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **_arrays(chunk))
        data = buffer.getvalue()
        try:
            self._write(self._file(number).name, data + self._digest(number, data))
        except OSError as error:
            raise CheckpointError(
                f"cannot keep chunk {number} in {self.folder}: {error.strerror or error}",
                "make room, then give the same command again: what is finished is kept",
            ) from None

    # -- inside ------------------------------------------------------------------------------------------------------

    def _file(self, number: int) -> Path:
        return self.folder / f"chunk_{number:05d}.npz"

    def _digest(self, number: int, data: bytes) -> bytes:
        of = json.dumps([FORMAT, self.identity, number], sort_keys=True).encode()
        return hashlib.sha256(hashlib.sha256(of).digest() + data).digest()

    def _useless(self, error: OSError) -> CheckpointError:
        return CheckpointError(f"cannot keep a run in {self.folder}: {error.strerror or error}", "name another folder")

    def _chunk(self, held: Mapping[str, Any], start: int, stop: int) -> Chunk | None:
        values, failures = {}, {}
        for place, (name, outputs) in enumerate(self.identity["outputs"].items()):
            found = held[f"values_{place}"]
            if found.shape != (stop - start, len(outputs)) or found.dtype != np.float64:
                return None
            values[name] = found
            table = [held[f"{column}_{place}"].tolist() for column in ("rows", "units", "reasons", "places")]
            failures[name] = tuple(
                Failure(int(row), unit, reason, _position(where))
                for row, unit, reason, where in zip(*table, strict=True)
            )
        return Chunk(start, stop, values, failures)

    def _write(self, name: str, data: bytes) -> None:
        beside = self._beside(name)
        try:
            with beside.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self.folder / name)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise

    def _beside(self, name: str) -> Path:
        return self.folder / f"{Path(name).stem}.{secrets.token_hex(8)}.tmp"

    def _probe(self) -> None:
        beside = self._beside(RUN)
        beside.touch(exist_ok=False)
        beside.unlink()

    def _clear(self) -> None:
        """Take away what a killed run was writing, in a folder that is known to be of this run."""
        for left in self.folder.iterdir():
            if UNFINISHED.fullmatch(left.name):
                left.unlink(missing_ok=True)


def _arrays(chunk: Chunk) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for place, (name, values) in enumerate(chunk.values.items()):
        failures = chunk.failures[name]
        out[f"values_{place}"] = values
        out[f"rows_{place}"] = np.array([one.index for one in failures], dtype=np.int64)
        out[f"units_{place}"] = np.array([one.unit for one in failures], dtype=np.str_)
        out[f"reasons_{place}"] = np.array([one.reason for one in failures], dtype=np.str_)
        out[f"places_{place}"] = np.array([str(one.position or "") for one in failures], dtype=np.str_)
    return out


def _position(text: str) -> Position | None:
    file, _, rest = text.rpartition(":")
    file, _, line = file.rpartition(":")
    return Position(file, int(line), int(rest)) if file else None
