"""What a stage of a chain of plants yields and costs, as a flowsheet says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..elements import INDEX, OXIDE_FACTOR, members

FORMS = ("concentrate", "mixed", "oxide", "heavy", "metal", "alloy", "magnet", "swarf", "diffused")
"""What an element may leave a stage as."""


def _nothing() -> Mapping[str, float]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class StageYield:
    """What a stage of a flowsheet makes of what enters it, once through, and what that costs.

    `yields` holds by element the share, 0..1, of what enters that leaves in each form; the rest is lost. `diffused` is
    the share of what is laid on at the magnet stage that ends in magnets, the other forms are shares of one and the
    same inflow. `composition` (mine) and `entering` are mass shares of the rare-earth elements in what leaves and what
    enters, each adding up to 1. `usd_per_t` is running cost, `capital_usd_per_t_year` installed capital per t/year,
    both per t of `per`; `note` says what they leave out.
    """

    stage: str
    flowsheet: str
    composition: Mapping[str, float]
    yields: Mapping[str, Mapping[str, float]]
    usd_per_t: float
    capital_usd_per_t_year: float
    per: str
    note: str = ""
    entering: Mapping[str, float] = field(default_factory=_nothing)

    def share(self, name: str, form: str) -> float:
        """Share of an element or group (`NdPr`, `REO`) that leaves in a form, 0..1; a group by the oxides that enter.

        Members that the stage does not carry do not count. Where nothing says what enters, the others count alike.

        >>> nd, pr = {"oxide": 0.9}, {"oxide": 0.8}
        >>> entering = {"Nd": 0.75, "Pr": 0.25}
        >>> found = StageYield("extraction", "works", {}, {"Nd": nd, "Pr": pr}, 0.0, 0.0, "t", entering=entering)
        >>> found.share("Nd", "oxide"), round(found.share("NdPr", "oxide"), 3)
        (0.9, 0.874)
        """
        names = [one for one in members(name) if one in self.yields]
        if len(names) == 1:
            return self.yields[names[0]].get(form, 0.0)
        weights = [self.entering.get(one, 0.0) * float(OXIDE_FACTOR[INDEX[one]]) for one in names]
        total = sum(weights)
        if total <= 0.0:
            return sum(self.yields[one].get(form, 0.0) for one in names) / len(names) if names else 0.0
        return sum(w * self.yields[one].get(form, 0.0) for w, one in zip(weights, names, strict=True)) / total
