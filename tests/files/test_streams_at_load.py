"""Plants of unusual shape that are right: nothing of them is refused for its streams or minerals."""

import pytest

from didymium.files import check

HEAD = """didymium: 1
name: Unusual
region: china
year: 2024
operating_hours: 7_920 h/year
"""
ORE = "  ore: {deposit: bayan_obo, rate: 100 t/day}\n"
CONCENTRATE = """  bought:
    minerals: {monazite: 60 %, quartz: 40 %}
    distribution: {La: 40 %, Nd: 60 %}
    form: residue
    rate: 1 t/h
"""
MAGNETS = "{kind: magnetic_separation, feed: ore, iron: 75 %, rare_earths: 0 %, gangue: 10 %, electricity: 5 kWh/t}"
FLOATED = "concentrate_grade: 60 % REO"


@pytest.mark.parametrize(
    ("feeds", "units"),
    [
        (CONCENTRATE, "  crack: {kind: caustic_crack, feed: bought, caustic: 1.2 t/t}\n"),
        (
            "  cake: {material: {La2C3O9: 100 %}, form: concentrate, rate: 1 t/h}\n",
            "  kiln: {kind: calcination, feed: cake}\n",
        ),
        (
            ORE,
            f"  magnets: {MAGNETS}\n"
            "  roast: {kind: oxidative_roast, feed: magnets.iron_concentrate, conversion: {bastnaesite: 98 %}}\n",
        ),
        (
            ORE,
            f"  first: {{kind: flotation, feed: ore, {FLOATED}, recovery: {{REO: 100 %}}}}\n"
            "  roast: {kind: oxidative_roast, feed: first.tailings, conversion: {bastnaesite: 98 %}}\n",
        ),
        (
            "  swarf: {material: {Nd: 30 %, Fe: 70 %}, form: slag, rate: 1 t/h, price: 1 USD2024/kg}\n",
            "  leach: {kind: swarf_leach, feed: swarf, share: 90 %}\n",
        ),
    ],
    ids=["a free form of minerals", "a concentrate of carbonate", "magnets without rare earths", "tailings", "dross"],
)
def test_not_refused(tmp_path, feeds: str, units: str) -> None:
    file = tmp_path / "plant.yaml"
    file.write_text(f"{HEAD}feeds:\n{feeds}units:\n{units}", encoding="utf-8")
    assert [str(one) for one in check(file) if one.severity == "error"] == []


LINE = """  blanks: {material: {Nd: 31 %, B: 1 %, Fe: 68 %}, form: magnet, rate: 1 t/h}
  chips: {material: {Nd: 31 %, B: 1 %, Fe: 68 %}, form: swarf, rate: 1 t/h}
"""
SHAPE = "shape: {length: 40 mm, width: 20 mm, thickness: 5 mm}"
MACHINING = f"  machining: {{kind: machining, feed: blanks, {SHAPE}}}\n"


@pytest.mark.parametrize(
    ("kind", "more"),
    [("coating", ""), ("grain_boundary_diffusion", ", source: TbH2, thickness: 4 mm, grain_size: 5 um")],
)
@pytest.mark.parametrize(
    ("feed", "form"), [("machining.swarf", "swarf"), ("chips", "swarf"), ("both.mixed", "scrap or swarf")]
)
def test_what_is_no_magnet_is_neither_coated_nor_diffused(tmp_path, kind, more, feed, form) -> None:
    file = tmp_path / "plant.yaml"
    units = f"{MACHINING}  both: {{kind: mixer, feeds: [chips, machining.rejects]}}\n"
    unit = f"  last: {{kind: {kind}, feed: {feed}{more}}}\n"
    file.write_text(f"{HEAD}feeds:\n{LINE}units:\n{units}{unit}", encoding="utf-8")
    (found,) = [one for one in check(file) if one.severity == "error" and "of the form" in str(one)]
    assert f"last takes streams of the form magnet, and {feed} is {form}" in str(found)
    assert "such streams here: blanks, machining.magnets" in str(found)


@pytest.mark.parametrize("feed", ["machining.magnets", "blanks", "both.mixed"])
def test_magnets_and_mixtures_with_them_are_coated(tmp_path, feed) -> None:
    file = tmp_path / "plant.yaml"
    units = f"{MACHINING}  both: {{kind: mixer, feeds: [chips, blanks]}}\n"
    file.write_text(f"{HEAD}feeds:\n{LINE}units:\n{units}  last: {{kind: coating, feed: {feed}}}\n", encoding="utf-8")
    assert not [one for one in check(file) if "of the form" in str(one)]
