"""Splitter: one stream shared between two takers, composition unchanged."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Literal

import numpy as np
from pydantic import Field

from ..quantities import Fraction
from .balance import Balance
from .base import Inlet, Kind, Outlet, Parameters


class Splitter(Parameters):
    """Splitter: a share of the stream to `first`, the rest to `second`."""

    kind: Literal["splitter"]
    feed: Inlet = Field(description="The stream to share out.")
    share: Fraction = Field(description="Share of the stream that goes to `first`.")


def splitter(p: SimpleNamespace, b: Balance) -> None:
    """The same share of every element."""
    b.send("first", np.asarray(p.share)[:, None])
    b.carry_on("first", "second")


KIND = Kind(
    "splitter",
    "",
    Splitter,
    {"first": Outlet("share", parts="feed"), "second": Outlet("share", parts="feed")},
    splitter,
    rest="second",
)
