"""Scrap of magnets on its ways back: loops converge, close by element, and say how much of each element returns."""

from pathlib import Path

import numpy as np
import pytest

import didymium
from didymium.elements import INDEX

HEAD = """\
didymium: 1
name: {name}
region: china
year: 2024
operating_hours: 7_920 h/year
"""
LINE = """\
  jet_milling: {kind: jet_milling, feed: powders.mixed, recovery: 98.5 % (assumed)}
  pressing: {kind: pressing, feed: jet_milling.powder, recovery: 99 % (assumed)}
  sintering: {kind: sintering, feed: pressing.compacts, recovery: 98 % (assumed)}
"""
NEW = """\
feeds:
  metal:
    material: {Nd: 75 % (assumed), Pr: 25 % (assumed)}
    form: metal
    rate: 100 kg/h (assumed)
    price: 70 USD2024/kg (assumed)
  heavy: {material: {Dy: 80 % (assumed), Tb: 20 % (assumed)}, form: metal, price: 430 USD2024/kg (assumed)}
"""
OLD = """\
  old_magnets:                                       # spent_magnets2025, electric bicycles
    material:
      Nd: 16.5 % (assumed)
      Pr: 4.8 % (assumed)
      Gd: 3.8 % (assumed)
      Dy: 1.5 % (assumed)
      Fe: 63.9 % (assumed)
      B: 1.0 % (assumed)
      Co: 0.2 % (assumed)
      Cu: 3.5 % (assumed)
      C: 4.3 % (assumed)
      H: 0.5 % (assumed)
    form: scrap
    rate: 50 kg/h (assumed)
    price: 8 USD2024/kg (assumed)
"""
ALLOY = "{NdPr: 30 % (assumed), DyTb: 0.8 % (assumed), B: 0.97 % (assumed), Co: 1 % (assumed)}"

RETURNS = (
    HEAD.format(name="Magnets with every return")
    + NEW
    + f"""\
units:
  charge: {{kind: mixer, feeds: [metal, recycled_metal.metal]}}
  strip_casting:
    kind: strip_casting
    feed: charge.mixed
    heavy: heavy
    scrap: [sintering.rejects, machining.rejects]
    composition: {ALLOY}
  decrepitation: {{kind: hydrogen_decrepitation, feed: strip_casting.alloy}}
  recycling: {{kind: hydrogen_recycling, feed: coating.rejects}}
  powders: {{kind: mixer, feeds: [decrepitation.powder, recycling.powder]}}
"""
    + LINE
    + """\
  machining: {kind: machining, feed: sintering.blanks, rejects: 2 % (assumed)}
  coating: {kind: coating, feed: machining.magnets, rejects: 3 % (assumed)}
  swarf_leach:
    kind: swarf_leach
    feeds: [machining.swarf, jet_milling.ultrafines, pressing.rejects, recycling.residue]
    share: 95 % (assumed)
    extraction: {REO: 98 % (assumed), Fe: 0.5 % (assumed), Co: 10 % (assumed)}
  oxide: {kind: oxalate_precipitation, feed: swarf_leach.liquor}
  recycled_metal: {kind: molten_salt_electrolysis, feed: oxide.oxide}
products: {magnet: coating.magnets}
"""
)
WITH_FLAKES = RETURNS.replace(
    "scrap: [sintering.rejects, machining.rejects]",
    "scrap: [sintering.rejects]",
).replace(
    "  decrepitation: {kind: hydrogen_decrepitation, feed: strip_casting.alloy}",
    "  flakes: {kind: mixer, feeds: [strip_casting.alloy, machining.rejects]}\n"
    "  decrepitation: {kind: hydrogen_decrepitation, feed: flakes.mixed}",
)
"""The same with the machining's rejects decrepitated among the flakes instead of melted."""
BLEND = (
    HEAD.format(name="Old magnets to new ones by hydrogen")
    + NEW
    + OLD
    + f"""\
units:
  strip_casting:
    kind: strip_casting
    feed: metal
    heavy: heavy
    scrap: [sintering.rejects, machining.rejects]
    composition: {ALLOY}
  decrepitation: {{kind: hydrogen_decrepitation, feed: strip_casting.alloy}}
  collection:
    {{kind: magnet_collection, feed: old_magnets, demagnetising: none, coat_elements: [Ni, Zn, Cu, C, H]}}
  recycling: {{kind: hydrogen_recycling, feed: collection.magnets, coat_elements: [Ni, Zn, Cu, C, H]}}
  powders: {{kind: mixer, feeds: [decrepitation.powder, recycling.powder]}}
"""
    + LINE
    + """\
  machining: {kind: machining, feed: sintering.blanks, rejects: 2 % (assumed)}
products: {magnet: machining.magnets}
"""
)
LEACH = (
    HEAD.format(name="Old magnets to oxide by leach")
    + "feeds:\n"
    + OLD
    + """\
units:
  collection: {kind: magnet_collection, feed: old_magnets}
  swarf_leach:
    kind: swarf_leach
    feeds: [collection.magnets, collection.residue]
    share: 99 % (assumed)
    extraction: {REO: 98 % (assumed), Fe: 0.5 % (assumed), Co: 40 % (assumed)}
    iron: goethite
  oxide: {kind: oxalate_precipitation, feed: swarf_leach.liquor}
products: {oxide: oxide.oxide}
"""
)


@pytest.fixture(scope="module")
def route(tmp_path_factory):
    """A route solved, by the text of its file."""

    def solved(text: str, **changes: str):
        path = Path(tmp_path_factory.mktemp("route")) / "route.yaml"
        path.write_text(text, encoding="utf-8")
        return didymium.load(path, changes={key.replace("__", "."): value for key, value in changes.items()}).solve()

    return solved


@pytest.mark.parametrize("text", [RETURNS, WITH_FLAKES, BLEND, LEACH], ids=["returns", "flakes", "blend", "leach"])
def test_loops_converge_and_close(route, text) -> None:
    result = route(text)
    assert result.solution.balance.worst < 1e-12
    for stream in result.streams.values():
        assert np.isfinite(stream.flow).all()
        assert (stream.flow >= 0.0).all()


def test_every_return_together_brings_nearly_all_of_the_metal_into_magnets(route) -> None:
    result = route(RETURNS)
    without = route(RETURNS, swarf_leach__share="0 %")
    for element in ("Nd", "Pr"):
        kept = result.recovery(element, to="magnet", source="metal")
        lost = without.recovery(element, to="magnet", source="metal")
        # Two thirds reach magnets at the first go. Of the rest 95 % x 98 % x 98.5 % x 97.2 % come again: 89 %.
        assert 0.65 < lost < 0.70, (element, lost)
        assert kept == pytest.approx(lost / (1.0 - 0.89 * (1.0 - lost)), rel=0.01), element


def test_scrap_among_the_flakes_keeps_the_oxygen_that_melting_takes_out(route) -> None:
    melted, mixed = route(RETURNS), route(WITH_FLAKES)
    assert "flakes.mixed" in mixed.streams
    oxygen = [
        float(result.streams["machining.magnets"].element("O")) / float(result.streams["machining.magnets"].mass())
        for result in (melted, mixed)
    ]
    # 1.4 % of the powder brings about 1000 ppm: 14 ppm at most.
    assert 5e-6 < oxygen[1] - oxygen[0] < 15e-6
    # And the rare earth that it held as dross.
    dross = [float(result.streams["strip_casting.dross"].element("Nd")) for result in (melted, mixed)]
    assert dross[1] < dross[0]


def test_scrap_lessens_the_metal_to_buy(route) -> None:
    """A kg of magnet takes less new metal with each loop that is closed."""
    need = []
    for share in ("0 %", "50 %", "100 %"):
        result = route(RETURNS, swarf_leach__share=share)
        bought = sum(float(result.streams["metal"].element(name)) for name in ("Nd", "Pr"))
        need.append(bought / float(result.streams["coating.magnets"].mass()))
    assert need[0] > need[1] > need[2] > 0.29


def test_coated_rejects_leave_their_coat_on_the_sieve(route) -> None:
    result = route(RETURNS)
    bulk, coat = (float(part[INDEX["Ni"]]) for part in result.streams["coating.rejects"].flow[0])
    # 97 % of the coat, and a tenth of the other 3 % and of the magnet itself, which do not fall through.
    left = float(result.streams["recycling.residue"].element("Ni"))
    assert left == pytest.approx(0.97 * coat + 0.1 * (0.03 * coat + bulk))
    assert bulk < 0.05 * coat
    # Of the coat's nickel a trace goes round with the powder, and none piles up.
    powder = result.streams["jet_milling.powder"]
    assert 0.0 < float(powder.element("Ni")) / float(powder.mass()) < 1e-4
    # The magnet's own composition is told from its coat.
    assert result.streams["coating.magnets"].parts == ("bulk", "coat")


def test_a_coat_changes_no_property_and_comes_off_again(route) -> None:
    """Machined, diffused with terbium, coated: three parts, the properties those of the first two."""
    text = RETURNS.replace("feed: machining.magnets", "feed: diffusion.magnets").replace(
        "  coating:", "  diffusion: {kind: grain_boundary_diffusion, feed: machining.magnets, source: TbH2}\n  coating:"
    )
    result = route(text)
    assert result.streams["coating.magnets"].parts == ("bulk", "diffused", "coat")
    bare, coated = result.magnet("diffusion.magnets"), result.magnet("coating.magnets")
    assert coated.grades == bare.grades
    assert coated.values["Br_T"] == pytest.approx(bare.values["Br_T"], rel=1e-9)
    # Terbium of coated rejects comes again with the powder, then in the grains.
    assert float(result.streams["recycling.powder"].element("Tb")) > 0.0
    assert result.solution.balance.worst < 1e-12


def test_old_magnets_through_hydrogen(route) -> None:
    result = route(BLEND)
    found = {name: result.recovery(name, to="magnet", source="old_magnets") for name in ("Nd", "Pr", "Gd", "Dy")}
    # 85 % got out, 99 % not blasted off, 90 % out of the vessel, then the line with its remelted rejects: about 70 %.
    for name, share in found.items():
        assert share == pytest.approx(found["Nd"], rel=0.02), name
        assert 0.48 < share < 0.58, name
    # Gadolinium comes from old magnets alone.
    magnet = result.streams["machining.magnets"]
    assert 0.0 < float(magnet.element("Gd")) / float(magnet.mass()) < 0.006
    assert float(magnet.element("C")) / float(magnet.mass()) < 0.003


def test_old_magnets_through_the_leach(route) -> None:
    result = route(LEACH)
    found = {name: result.recovery(name, to="oxide") for name in ("Nd", "Pr", "Gd", "Dy", "Fe")}
    # 85 % got out, 99 % collected, 98 % dissolved, 98 to 99 % precipitated.
    for name in ("Nd", "Pr", "Gd", "Dy"):
        assert 0.79 < found[name] < 0.826, (name, found)
    assert found["Fe"] < 0.005
    residue = result.streams["swarf_leach.residue"]
    # Goethite: a hydrogen for each iron.
    iron, hydrogen = float(residue.element("Fe")) / 55.845, float(residue.element("H")) / 1.00794
    assert hydrogen == pytest.approx(iron, rel=1e-3)
