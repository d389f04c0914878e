"""Recoveries of the shipped plants, step by step, beside published ones: docs/validation.md has the rows.

Shares of rare earths as metal, in per cent.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from didymium.elements import RARE_EARTHS
from didymium.flowsheet import Result

Plant = Callable[[str], Result]
Row = Callable[..., None]

NOT_OXIDES = ("magnet", "iron_concentrate")
SIX = ("Dy", "Eu", "Nd", "Pr", "Tb", "Y")
"""Bear Lodge's study tells these apart."""


def share(result: Result, to: str, source: str, element: str = "REO") -> float:
    return float(100.0 * result.recovery(element, to, source))


def separated(result: Result, source: str) -> float:
    """Share of all rare earths of `source` that reaches the products of separation.

    What is in NdPr oxide stops there, and is not counted again when it comes back as swarf.
    """
    ends = {stream for name, stream in result.plan.products.items() if name not in NOT_OXIDES}
    start = result.streams[source]
    got = total = 0.0
    for name in RARE_EARTHS:
        held = start.element(name)
        if held <= 0.0:
            continue
        fates = result.solution.fates(name, source, "ndpr_oxide.oxide")
        got += held * sum(float(np.sum(part)) for stream, part in fates.items() if stream in ends)
        total += held
    return 100.0 * got / total


def detail(result: Result, key: str) -> float:
    return float(100.0 * result.solution.units["flotation"].details[key][0])


# Beneficiation.


def test_mountain_pass_flotation(plant: Plant, row: Row) -> None:
    row(80.1, detail(plant("mountain_pass"), "recovery"), circular=True, within=0.005)


def test_mountain_pass_concentrate(plant: Plant, row: Row) -> None:
    row(65.6, detail(plant("mountain_pass"), "grade"), within=0.005)


def test_mountain_pass_banks(plant: Plant, row: Row) -> None:
    banks = ("rougher", "scavenger", "cleaner_1", "cleaner_2", "cleaner_3")
    found = [detail(plant("mountain_pass"), f"recovery_in_{bank}") for bank in banks]
    row((94.4, 93.7, 74.7, 43.5, 36.3), found, circular=True, within=0.005)


def test_flotation_norm(plant: Plant, row: Row) -> None:
    row(75.0, detail(plant("baotou"), "recovery"), circular=True, within=0.005)


def test_flotation_of_the_inventory(plant: Plant, row: Row) -> None:
    """Of the flotation's feed, and of the ore, whose iron keeps some."""
    lca = plant("baotou_lca")
    found = [share(lca, "flotation.concentrate", source) for source in ("iron_separation.nonmagnetic", "ore")]
    row(49.6, found, circular=True, within=0.005)


def test_clay_norm(plant: Plant, row: Row) -> None:
    """Clay to mixed carbonate: of the exchangeable rare earths, then of all; Longnan, then Myanmar."""
    found = []
    for name in ("ganzhou", "myanmar_clay"):
        one = plant(name)
        clay = one.streams["clay"]
        part = clay.parts.index("ion_adsorbed")
        whole = share(one, "mixed_carbonate.carbonate", "clay")
        table = clay.to_pandas()[list(RARE_EARTHS)].to_numpy()
        found += [whole * table.sum() / table[part].sum(), whole]
    row(75.0, found, within=0.005)


# Crack and leach.


def opened(result: Result) -> float:
    """Share of the rare earths that the bake opens."""
    table = result.streams["bake.calcine"].to_pandas()[list(RARE_EARTHS)]
    return float(100.0 * table.loc["opened"].to_numpy().sum() / table.to_numpy().sum())


def test_roast_of_the_inventory(plant: Plant, row: Row) -> None:
    row(90.1, [opened(plant(name)) for name in ("baotou", "kuantan")], within=0.005)


def test_leach_and_precipitation_of_the_inventory(plant: Plant, row: Row) -> None:
    """Of what the bake opened."""
    ends = (("baotou", "chlorides.liquor"), ("kuantan", "mixed_carbonate.carbonate"))
    found = [100.0 * share(plant(name), end, "bake.calcine") / opened(plant(name)) for name, end in ends]
    row(85.2, found, within=0.005)


def test_crack_and_leach_norm(plant: Plant, row: Row) -> None:
    ends = (("baotou", "chlorides.liquor"), ("kuantan", "mixed_carbonate.carbonate"))
    row(92.0, [share(plant(name), end, "flotation.concentrate") for name, end in ends], within=0.005)


def test_crack_to_separated_oxides_of_the_inventory(plant: Plant, row: Row) -> None:
    row(82.8, separated(plant("baotou_lca"), "flotation.concentrate"), circular=True, within=0.005)


def test_green_smelter(plant: Plant, row: Row) -> None:
    """Concentrate to the feed of the circuits, and to what leaves them."""
    baotou = plant("baotou")
    concentrate = "flotation.concentrate"
    row(92.7, [share(baotou, "sx_feed.mixed", concentrate), separated(baotou, concentrate)], within=0.005)


def test_bear_lodge_leach(plant: Plant, row: Row) -> None:
    """Mountain Pass, concentrate to liquors, of the six elements."""
    result = plant("mountain_pass")
    found = [share(result, "liquors.mixed", "flotation.concentrate", name) for name in SIX]
    row((89.0, 88.0, 96.0, 97.0, 92.0, 86.0), found, within=0.005)


# Separation and precipitation.


def test_bear_lodge_oxalates(plant: Plant, row: Row) -> None:
    """Oxalate of single products, by the solubilities: Kuantan's Nd, Pr, Tb and Dy, Ganzhou's Eu and Y."""
    units = {"Dy": "dy", "Eu": "sm_eu", "Nd": "ndpr", "Pr": "ndpr", "Tb": "tb", "Y": "y"}
    found = []
    for name in SIX:
        one = plant("ganzhou" if name in ("Eu", "Y") else "kuantan")
        found.append(share(one, f"{units[name]}_oxide.oxide", f"train.{units[name]}", name))
    row((98.0, 99.0, 96.0, 95.0, 98.0, 91.0), found, within=0.005)


def test_bear_lodge_overall(plant: Plant, row: Row) -> None:
    """Concentrate to oxide of Nd and Pr at Mountain Pass and Kuantan."""
    found = [
        share(plant(name), "ndpr_oxide.oxide", "flotation.concentrate", element)
        for name in ("mountain_pass", "kuantan")
        for element in ("Nd", "Pr")
    ]
    row((95.0, 95.0, 95.0, 95.0), found, within=0.005)


def test_separation_norm_of_light_ores(plant: Plant, row: Row) -> None:
    row(96.0, separated(plant("baotou"), "sx_feed.mixed"), circular=True, within=0.005)


def test_separation_of_light_ores_elsewhere(plant: Plant, row: Row) -> None:
    row(96.0, [separated(plant(name), "dissolve.liquor") for name in ("kuantan", "la_rochelle")], within=0.005)


def test_separation_norm_of_clays(plant: Plant, row: Row) -> None:
    found = [separated(plant(name), "mixed_carbonate.carbonate") for name in ("ganzhou", "myanmar_clay")]
    row(94.0, found, within=0.005)


def test_separation_of_a_prefeasibility_study(plant: Plant, row: Row) -> None:
    feeds = (("kuantan", "mixed_carbonate.carbonate"), ("la_rochelle", "mixed_carbonate"))
    row(98.0, [separated(plant(name), feed) for name, feed in feeds], within=0.005)


def test_metal_yield(plant: Plant, row: Row) -> None:
    row(97.2, share(plant("baotou"), "metal.metal", "ndpr_oxide.oxide"), circular=True, within=0.005)


# Chains.


def test_chain_of_the_norms(plant: Plant, row: Row) -> None:
    """All rare earths, from the flotation's feed and from the ore."""
    baotou = plant("baotou")
    row(66.2, [separated(baotou, source) for source in ("iron_separation.nonmagnetic", "ore")], within=0.005)


def test_chain_of_mountain_pass(plant: Plant, row: Row) -> None:
    """Neodymium to its oxide, then all rare earths to products."""
    result = plant("mountain_pass")
    row(70.7, [share(result, "ndpr_oxide.oxide", "ore", "Nd"), separated(result, "ore")], within=0.005)
