"""What a sintered R–Fe–B magnet can do: remanence, coercivity, energy product, squareness, temperature limits.

Br = f Js (ρ/ρ0) ⟨cos θ⟩ over the hard phase only: f is its share of the pore-free volume, Js follows its rare earths,
soft and other phases add nothing. Hcj = α Ha − Neff Js/μ0 (see `coercivity`) plus what diffusion added; with
temperature that goes as what diffused in is harder than its host. Temperature coefficients and the temperature limit
come from the same formulas with Js and Ha at that temperature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..elements import INDEX, RE
from ..sums import per_sample
from . import coercivity
from .coercivity import Boundary, Model
from .constants import KELVIN, MU0
from .demagnetisation import field_at_loss, second_quadrant
from .intrinsic import ROOM, Hard, hard_phase
from .phases import phase_balance

if TYPE_CHECKING:
    from .phases import PhaseBalance

Array = NDArray[np.float64]

TEMPERATURES: Array = np.asarray(ROOM + 5.0 * np.arange(61), dtype=np.float64)
"""Where the temperature limit is looked for, K: 20 to 320 degC."""
WARM = 16
"""Which of them is 100 degC: temperature coefficients are means from 20 degC to there."""
SOFT = ("alpha-(Fe,Co)", "T2B", "R2T17")
"""Phases that reverse easily and take their neighbours along."""
SEPARATE = "R6T13(Ga,Cu)"
"""A phase of the boundaries that is not magnetic."""


@dataclass(frozen=True, slots=True)
class Magnet:
    """Sintered magnets: arrays over samples.

    `composition` and `diffused` (samples, elements) in kg of each element on one scale; `diffused` is what came in by
    grain-boundary diffusion and is no part of `composition`. `relative_density` and `alignment` (mean cosine) 0..1,
    `grain_um` in µm, `annealing` 0 (as sintered) to 1, `gain` and `gain_low` in kA/m: coercivity gained by diffusion at
    half of the volume and at its weakest tenth.
    """

    composition: Array
    diffused: Array
    relative_density: Array
    grain_um: Array
    alignment: Array
    annealing: Array
    gain: Array
    gain_low: Array

    @classmethod
    def of(
        cls,
        composition: Array,
        *,
        relative_density: float | Array = 0.995,
        grain_um: float | Array = 4.5,
        alignment: float | Array = 0.95,
        annealing: float | Array = 1.0,
        diffused: Array | None = None,
        gain: float | Array = 0.0,
        gain_low: float | Array | None = None,
    ) -> Magnet:
        """Magnets of one composition each, other values given for all alike or per sample."""
        count = len(composition)

        def wide(value: float | Array) -> Array:
            return np.ascontiguousarray(np.broadcast_to(np.asarray(value, dtype=float), (count,)))

        return cls(
            composition=composition,
            diffused=np.zeros_like(composition) if diffused is None else diffused,
            relative_density=wide(relative_density),
            grain_um=wide(grain_um),
            alignment=wide(alignment),
            annealing=wide(annealing),
            gain=wide(gain),
            gain_low=wide(gain if gain_low is None else gain_low),
        )


@dataclass(frozen=True, slots=True)
class Properties:
    """What magnets can do at 20 degC: arrays over samples, units in the names.

    `HcB_kA_m` is the coercivity of B; `squareness` Hk/Hcj, 0 without coercivity; `alpha_Br_pct_K` and `beta_Hcj_pct_K`
    are means from 20 to 100 degC, 0 where nothing is left there; `Tmax_C` the hottest that the load of
    `coercivity.Model` is borne. `hard` is the volume share of R2T14B, `rich` the mass share of the RE-rich phase,
    `keep` and `demagnetising` α and Neff, `code` that of the phase balance: where it is not 0 there is no such magnet
    and every number is 0.
    """

    Br_T: Array
    Hcj_kA_m: Array
    BHmax_kJ_m3: Array
    HcB_kA_m: Array
    squareness: Array
    alpha_Br_pct_K: Array
    beta_Hcj_pct_K: Array
    Tmax_C: Array
    hard: Array
    rich: Array
    keep: Array
    demagnetising: Array
    code: NDArray[np.int64]


def soft_share(balance: PhaseBalance) -> Array:
    """Volume share of the soft phases, shape (samples,)."""
    out = np.zeros(len(balance.hard))
    for index, name in enumerate(balance.names):
        if name in SOFT:
            out = out + balance.volume[:, index]
    return out


def properties(magnet: Magnet, by: Model | None = None, phases: PhaseBalance | None = None) -> Properties:
    """Properties of magnets at 20 degC, see `Properties`; `phases` where they are known already.

    >>> from ..elements import COUNT, INDEX
    >>> alloy = np.zeros((2, COUNT))
    >>> alloy[:, [INDEX[name] for name in ("Nd", "B", "O", "C", "Cu", "Fe")]] = 30.5, 0.97, 0.1, 0.05, 0.1, 68.28
    >>> alloy[1, [INDEX[name] for name in ("Nd", "Dy")]] = 29.5, 1.0
    >>> found = properties(Magnet.of(alloy))
    >>> bool(found.Br_T[0] > found.Br_T[1]), bool(found.Hcj_kA_m[0] < found.Hcj_kA_m[1])
    (True, True)
    """
    known = coercivity.model() if by is None else by
    balance = phase_balance(magnet.composition + magnet.diffused) if phases is None else phases
    sound = balance.code == 0
    shell = known.shell * magnet.diffused

    share = np.where(sound, balance.hard * magnet.relative_density * magnet.alignment, 0.0)
    soft = soft_share(balance)
    kept = coercivity.keep(_boundary(magnet, balance, soft), known)
    against = coercivity.demagnetising(magnet.grain_um, known)

    grain = hard_phase(magnet.composition, TEMPERATURES)
    polarisation = grain.polarisation
    if shell.any():
        polarisation = hard_phase(magnet.composition, TEMPERATURES, heavy=shell).polarisation
    remanence = share[:, np.newaxis] * polarisation
    added = magnet.gain[:, np.newaxis] * _left_of_gain(magnet, grain)
    fields = _coercivity(grain, kept, against, added) * sound[:, np.newaxis]
    room = 0

    own = np.maximum(fields[:, room] - magnet.gain, 0.0)
    weakest = np.divide(
        np.minimum(own + magnet.gain_low, fields[:, room]),
        fields[:, room],
        out=np.ones_like(own),
        where=fields[:, room] > 0.0,
    )
    square = coercivity.squareness(magnet.alignment, magnet.grain_um, magnet.annealing, soft, weakest, known)
    second = second_quadrant(remanence[:, room], 1e3 * fields[:, room], square, known.recoil)
    return Properties(
        Br_T=remanence[:, room],
        Hcj_kA_m=fields[:, room],
        BHmax_kJ_m3=1e-3 * second.energy,
        HcB_kA_m=1e-3 * second.normal,
        squareness=np.where(fields[:, room] > 0.0, square, 0.0),
        alpha_Br_pct_K=_slope(remanence[:, room], remanence[:, WARM]),
        beta_Hcj_pct_K=_slope(fields[:, room], fields[:, WARM]),
        Tmax_C=np.where(sound, _limit(remanence, fields, square, known), 0.0),
        hard=np.where(sound, balance.hard, 0.0),
        rich=np.where(sound, balance.rich, 0.0),
        keep=np.where(sound, kept, 0.0),
        demagnetising=against,
        code=np.asarray(balance.code, dtype=np.int64),
    )


def _boundary(magnet: Magnet, balance: PhaseBalance, soft: Array) -> Boundary:
    """What stands between the grains."""
    both = magnet.composition + magnet.diffused
    whole = per_sample(both)
    wets = np.ascontiguousarray(both[:, INDEX["Cu"]] + both[:, INDEX["Ga"]])
    return Boundary(
        rich=balance.rich,
        wetting=np.divide(wets, whole, out=np.zeros_like(whole), where=whole > 0.0),
        separate=balance.mass[:, balance.names.index(SEPARATE)],
        soft=soft,
        annealing=magnet.annealing,
    )


def _left_of_gain(magnet: Magnet, host: Hard) -> Array:
    """What is left of a diffusion's gain by temperature, 1 at 20 degC, shape (samples, temperatures).

    It goes with how much harder R2T14B of what diffused in is than that of the magnet; where it is no harder, or
    nothing is told of it, with the magnet's own anisotropy field.
    """
    own = host.anisotropy / np.maximum(host.anisotropy[:, :1], 1e-9)
    if not magnet.diffused.any():
        return np.asarray(own)
    shell = magnet.composition.copy()
    shell[:, RE] = magnet.diffused[:, RE]
    over = hard_phase(shell, TEMPERATURES).anisotropy - host.anisotropy
    harder = over[:, :1] > 0.0
    return np.where(harder, np.maximum(over, 0.0) / np.where(harder, over[:, :1], 1.0), own)


def _coercivity(hard: Hard, kept: Array, against: Array, added: Array) -> Array:
    """Hcj by temperature in kA/m, shape (samples, temperatures), with what diffusion `added` there."""
    own = kept[:, np.newaxis] * hard.anisotropy - against[:, np.newaxis] * hard.polarisation
    return np.asarray(np.maximum(own / (1e3 * MU0) + added, 0.0))


def _slope(room: Array, warm: Array) -> Array:
    """Mean change from 20 to 100 degC in % per K, 0 where nothing is left there."""
    change = np.divide(warm, room, out=np.ones_like(room), where=(room > 0.0) & (warm > 0.0)) - 1.0
    return 100.0 * change / float(TEMPERATURES[WARM] - ROOM)


def _limit(remanence: Array, fields: Array, square: Array, by: Model) -> Array:
    """Hottest at which the load line meets no more than the allowed loss, degC; 20 where it does at once."""
    at_loss = 1e3 * field_at_loss(fields, square, by.loss)
    margin = MU0 * (by.permeance + by.recoil) * at_loss - (1.0 - by.loss) * remanence
    below = margin < 0.0
    first = np.where(below.any(axis=1), below.argmax(axis=1), len(TEMPERATURES) - 1)
    rows = np.arange(len(margin))
    before = np.maximum(first - 1, 0)
    left, right = margin[rows, before], margin[rows, first]
    step = np.divide(left, left - right, out=np.zeros_like(left), where=(left > 0.0) & (right < 0.0))
    found = TEMPERATURES[before] + step * (TEMPERATURES[first] - TEMPERATURES[before])
    found = np.where(below.any(axis=1), found, TEMPERATURES[-1])
    return np.asarray(np.where(margin[:, 0] > 0.0, found, ROOM) - KELVIN)
