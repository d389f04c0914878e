"""Reagents, heat and power of the shipped plants beside published ledgers: docs/validation.md has the rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from didymium.data import cost_rates
from didymium.elements import molar_mass
from didymium.flowsheet import Result
from didymium.studies.effluents import effluents

Plant = Callable[[str], Result]
Used = Callable[..., float]
Row = Callable[..., None]

STEAM = 2.7
"""MJ per kg of process steam from cold water, any steam table."""
ROASTED = 1.11
"""kg concentrate per kg roasted, of the inventory."""
CHLORIDE_REO = 0.92
"""kg REO that the inventory's yields put in its kg of chlorides."""
NEODYMIUM_REO = 4.87
"""kg separated REO per kg Nd oxide, the inventory's unit of separation."""
HEAD = {"mountain_pass": "sx_feed.mixed", "baotou": "sx_feed.mixed"} | dict.fromkeys(
    ("kuantan", "la_rochelle", "ganzhou"), "polish.liquor"
)
"""What enters the first circuit of each plant."""
KINDS = ("solvent_extraction", "separation_train")
FINISHING = ("oxalate_precipitation", "carbonate_precipitation")


def at(result: Result, *kinds: str) -> list[str]:
    """Units of some kinds that stand behind the head of separation: a mixed carbonate before it is none."""
    return [name for name, unit in result.solution.units.items() if unit.kind in kinds and name != "mixed_carbonate"]


def per_reo(result: Result, amount: float) -> float:
    """An hourly amount per kg REO that enters the first circuit."""
    return float(amount / result.streams[HEAD[result.plan.name]].oxide())


def base(used: Used, result: Result) -> float:
    """kg NaOH per h of the circuits, ammonia counted by its equivalents."""
    circuits = at(result, *KINDS)
    return used(result, circuits, "NaOH") + used(result, circuits, "ammonia") * molar_mass("NaOH") / molar_mass("NH3")


def soda(used: Used, result: Result, unit: str) -> float:
    """kg Na2CO3 per h, bicarbonate of ammonium counted as two to one."""
    two = molar_mass("Na2CO3") / (2.0 * molar_mass("NH4HCO3"))
    return used(result, unit, "Na2CO3") + used(result, unit, "NH4HCO3") * two


@pytest.mark.parametrize(
    ("published", "model", "circular"),
    [
        (30.0, (20.57 * 1.04, 32.6), False),
        (30.0, (20.57, 32.6 * 0.97), False),
        (31.0, (20.57, 32.6), False),
        (30.0, (20.57, 32.6), True),
        (30.0, (20.57,), False),
    ],
)
def test_a_row_fails_where_a_number_moves(
    row_of: Row, published: float, model: tuple[float, ...], circular: bool
) -> None:
    row_of("test_ore_per_concentrate", 30.0, (20.57, 32.6))
    with pytest.raises(AssertionError):
        row_of("test_ore_per_concentrate", published, model, circular)


# Mine and mill. Concentrate is of 58 to 61 % REO at Bayan Obo.


def test_mining_diesel(plant: Plant, used: Used, row: Row) -> None:
    found = [plant(name) for name in ("baotou", "mountain_pass")]
    row(1.25, [used(one, "mine", "diesel") / one.streams["ore"].mass() for one in found])


def test_mining_diesel_by_rock_moved(plant: Plant, used: Used, row: Row) -> None:
    kuantan = plant("kuantan")
    row(1.25, used(kuantan, "mine", "diesel") / kuantan.streams["ore"].mass())


def test_ore_per_concentrate(plant: Plant, row: Row) -> None:
    found = [plant(name) for name in ("baotou", "baotou_lca")]
    row(30.0, [one.streams["ore"].mass() / one.streams["flotation.concentrate"].mass() for one in found])


def test_bayan_obo_flotation_reagents(plant: Plant, used: Used, row: Row) -> None:
    baotou = plant("baotou")
    tonnes = baotou.streams["flotation.concentrate"].mass() / 1000.0
    items = ("soda", "sodium_silicate", "fatty_acid")
    row((90.0, 90.0, 30.0), [used(baotou, "flotation", item) / tonnes for item in items], circular=True)


def test_bayan_obo_flotation_water(plant: Plant, used: Used, row: Row) -> None:
    baotou = plant("baotou")
    row(27.5, used(baotou, "flotation", "water") / baotou.streams["flotation.concentrate"].mass(), circular=True)


def test_water_per_tonne_of_ore(plant: Plant, used: Used, row: Row) -> None:
    """The inventory's mine and beneficiation, 3.4 + 27.5 / 30 L per kg ore."""
    baotou = plant("baotou")
    front = ("mine", "mill", "iron_separation", "flotation")
    row(3.4 + 27.5 / 30.0, used(baotou, front, "water") / baotou.streams["ore"].mass())


def test_bayan_obo_flotation_heat(plant: Plant, used: Used, row: Row) -> None:
    found = [plant(name) for name in ("baotou", "baotou_lca")]
    heat = [used(one, "flotation", "heat") / one.streams["flotation.concentrate"].mass() for one in found]
    row(2.7 * STEAM + 0.97, heat)


def test_bayan_obo_power(plant: Plant, used: Used, row: Row) -> None:
    """Grinding, magnets and flotation."""
    found = [plant(name) for name in ("baotou", "baotou_lca")]
    front = ("mill", "iron_separation", "flotation")
    power = [used(one, front, "electricity") / one.streams["flotation.concentrate"].mass() for one in found]
    row(0.338, power)


def test_mountain_pass_flotation_reagents(plant: Plant, used: Used, row: Row) -> None:
    result = plant("mountain_pass")
    tonnes = result.streams["ore"].mass() / 1000.0
    items = ("soda", "lignin_sulfonate", "sodium_fluosilicate", "fatty_acid")
    row((2.9, 2.9, 0.4, 0.3), [used(result, "flotation", item) / tonnes for item in items], circular=True)


# Bake, leach and chlorides.


def test_bake_acid(plant: Plant, used: Used, row: Row) -> None:
    baotou = plant("baotou")
    dose = used(baotou, "bake", "H2SO4") / baotou.streams["flotation.concentrate"].mass()
    row(1.55 / ROASTED, dose, circular=True)


def test_bake_acid_that_reacts(plant: Plant, row: Row) -> None:
    """The dose less its excess: what sulphates of the concentrate's minerals hold."""
    found = [plant(name) for name in ("baotou", "kuantan")]
    doses = (1.40, 1.6)
    needs = [
        dose / (1.0 + float(one.solution.units["bake"].details["acid_excess"][0]))
        for one, dose in zip(found, doses, strict=True)
    ]
    row(1.55 / ROASTED, needs)


def test_bake_fuel(plant: Plant, used: Used, row: Row) -> None:
    baotou = plant("baotou")
    heat = used(baotou, "bake", "heat") / baotou.streams["flotation.concentrate"].mass()
    row(6.59 / ROASTED, heat, circular=True)


def test_fluorine_to_air(plant: Plant, row: Row) -> None:
    """HF of the gas, g per kg concentrate, before and behind the scrubber."""
    baotou = plant("baotou")
    kg = baotou.streams["flotation.concentrate"].mass()
    gases = [float(baotou.solution.units[name].details["HF"][0]) for name in ("bake", "scrubber")]
    row(24.5 / ROASTED, [1000.0 * gas / kg for gas in gases])


def test_chloride_acid(plant: Plant, used: Used, row: Row) -> None:
    """t HCl per t REO that is dissolved from its carbonate."""
    found = (("baotou", "chlorides"), ("kuantan", "dissolve"))
    doses = [used(plant(name), unit, "HCl") / plant(name).streams[f"{unit}.liquor"].oxide() for name, unit in found]
    row(0.3 / CHLORIDE_REO, doses)


def test_carbonate_soda(plant: Plant, used: Used, row: Row) -> None:
    baotou, kuantan = plant("baotou"), plant("kuantan")
    doses = (
        soda(used, baotou, "chlorides") / baotou.streams["chlorides.liquor"].oxide(),
        soda(used, kuantan, "mixed_carbonate") / kuantan.streams["mixed_carbonate.carbonate"].oxide(),
    )
    row(1.0 / CHLORIDE_REO, doses)


def test_leach_water(plant: Plant, used: Used, row: Row) -> None:
    baotou, kuantan = plant("baotou"), plant("kuantan")
    water = (
        used(baotou, ("leach", "chlorides"), "water") / baotou.streams["chlorides.liquor"].oxide(),
        used(kuantan, ("leach", "mixed_carbonate", "dissolve"), "water") / kuantan.streams["dissolve.liquor"].oxide(),
    )
    row(7.56 / CHLORIDE_REO, water)


def test_leach_acid_of_another_ore(plant: Plant, used: Used, row: Row) -> None:
    """kg HCl per t of solid leached; Bear Lodge's ore against the roasted concentrate of Mountain Pass."""
    result = plant("mountain_pass")
    tonnes = result.streams["flotation.concentrate"].mass() / 1000.0
    row(393.0, used(result, ("leach", "second_leach"), "HCl") / tonnes)


# Solvent extraction, per t REO that enters the first circuit.


def test_extraction_base(plant: Plant, used: Used, row: Row) -> None:
    row(1.86 * 0.5 / NEODYMIUM_REO, [per_reo(plant(name), base(used, plant(name))) for name in HEAD])


def test_extraction_acid(plant: Plant, used: Used, row: Row) -> None:
    found = [per_reo(plant(name), used(plant(name), at(plant(name), *KINDS), "HCl")) for name in HEAD]
    row(0.72 * 0.3 / NEODYMIUM_REO, found)


def test_extraction_kerosene(plant: Plant, used: Used, row: Row) -> None:
    found = [1000.0 * per_reo(plant(name), used(plant(name), at(plant(name), *KINDS), "kerosene")) for name in HEAD]
    row(5310.0 / NEODYMIUM_REO, found)


def test_extraction_extractant(plant: Plant, used: Used, row: Row) -> None:
    items = ("P507", "naphthenic acid")
    found = [1000.0 * per_reo(plant(name), used(plant(name), at(plant(name), *KINDS), *items)) for name in HEAD]
    row(317.0 / NEODYMIUM_REO, found)


def test_extraction_carbonate(plant: Plant, used: Used, row: Row) -> None:
    baotou = plant("baotou")
    units = ("lace_carbonate", "seg_carbonate")
    row(1100.0 / NEODYMIUM_REO, 1000.0 * per_reo(baotou, used(baotou, units, "NH4HCO3")))


def test_extraction_power(plant: Plant, used: Used, row: Row) -> None:
    """kWh per t REO of circuits, precipitation and calcination."""
    found = [
        1000.0 * per_reo(plant(name), used(plant(name), at(plant(name), *KINDS, *FINISHING), "electricity"))
        for name in HEAD
    ]
    row(930.0 / NEODYMIUM_REO, found)


def test_extraction_power_of_the_circuits(plant: Plant, used: Used, row: Row) -> None:
    found = [1000.0 * per_reo(plant(name), used(plant(name), at(plant(name), *KINDS), "electricity")) for name in HEAD]
    row(930.0 / NEODYMIUM_REO, found, circular=True)


def test_extraction_fuel(plant: Plant, used: Used, row: Row) -> None:
    """GJ per t REO of circuits, precipitation and calcination."""
    found = [per_reo(plant(name), used(plant(name), at(plant(name), *KINDS, *FINISHING), "heat")) for name in HEAD]
    row(3.9 / NEODYMIUM_REO, found)


def test_extraction_energy(plant: Plant, used: Used, row: Row) -> None:
    """GJ of fuel and power per t REO; without and with the treatment of waters and the cells, of Baotou then the US."""
    found = []
    for name, waters in (("baotou", ("waters",)), ("mountain_pass", ("brine", "chlor_alkali"))):
        one = plant(name)
        separation = at(one, *KINDS, *FINISHING)
        for units in (separation, [*separation, *waters]):
            heat = used(one, units, "heat") + 3.6 * used(one, units, "electricity")
            found.append(per_reo(one, heat))
    row(19.15, found)


# Residues, t per t REO that leaves separation.

WLP = ("leach.residue", "purify.residue")
"""What Kuantan calls water leach purification residue: undissolved, and iron phosphate."""


def per_product(result: Result, *names: str) -> float:
    """t of streams together per t REO that leaves separation."""
    return float(sum(result.streams[name].mass() for name in names) / 1000.0 / effluents(result).oxide[0])


def test_radioactive_residue_of_kuantan(plant: Plant, row: Row) -> None:
    row(2.85, per_product(plant("kuantan"), *WLP))


def test_activity_of_the_residue_of_kuantan(plant: Plant, row: Row) -> None:
    streams = [plant("kuantan").streams[name] for name in WLP]
    thorium = sum(one.element("Th") for one in streams) / sum(one.mass() for one in streams)
    row(6.0, thorium * cost_rates()["thorium_activity"].value)


def test_gypsum_of_kuantan(plant: Plant, row: Row) -> None:
    kuantan = plant("kuantan")
    gas = per_product(kuantan, "scrubber.solids")
    waters = per_product(kuantan, "leach_waters.sludge", "waters.sludge")
    row((2.63, 7.93, 10.56), (gas, waters, gas + waters))


# Products and metal.


def test_oxide_content_of_products(plant: Plant, row: Row) -> None:
    streams = (
        ("baotou", "lace_carbonate.carbonate"),
        ("kuantan", "mixed_carbonate.carbonate"),
        ("ganzhou", "mixed_carbonate.carbonate"),
    )
    found = [plant(name).streams[stream] for name, stream in streams]
    row(52.0, [100.0 * one.oxide() / one.mass() for one in found])


def test_gas_of_the_bake(plant: Plant, row: Row) -> None:
    """m³ per t REO sold."""
    found = []
    for name in ("baotou", "kuantan"):
        one = plant(name)
        sold = sum(stream.oxide() for key, stream in one.products.items() if key not in ("magnet", "iron_concentrate"))
        found.append(float(one.solution.units["scrubber"].details["gas_m3_per_h"][0]) / (sold / 1000.0))
    row(10_800.0, found)


def test_metal_power(plant: Plant, used: Used, row: Row) -> None:
    found = [plant(name) for name in ("baotou", "mountain_pass")]
    row(8.6, [used(one, "metal", "electricity") / one.streams["metal.metal"].mass() for one in found])


def test_metal_charge(plant: Plant, row: Row) -> None:
    """Ah per kg at 75 % current efficiency, of Nd against didymium."""
    baotou = plant("baotou")
    row(557.4 / 0.75, float(baotou.solution.units["metal"].details["charge_Ah_per_kg"][0]))


def test_metal_consumption(plant: Plant, used: Used, row: Row) -> None:
    baotou = plant("baotou")
    metal = baotou.streams["metal.metal"].mass()
    oxide = baotou.streams["ndpr_oxide.oxide"].mass()
    salts = [one.item for one in baotou.solution.units["metal"].lines if one.item.endswith("_fluoride")]
    salt = sum(used(baotou, "metal", item) for item in ("LiF", *salts))
    row(
        (1.2, 0.085, 0.012),
        [oxide / metal, used(baotou, "metal", "graphite") / metal, salt / metal],
        circular=True,
    )
