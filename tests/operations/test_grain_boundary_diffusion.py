"""Grain-boundary diffusion: where coating, hydrogen, fluorine and the ground skin go, and what the magnets carry."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didymium.elements import COUNT, INDEX, MOLAR_MASS, molar_mass
from didymium.operations.balance import Balance
from didymium.operations.base import OperationError, plain
from didymium.operations.grain_boundary_diffusion import KIND

KIND_NAME = "grain_boundary_diffusion"
KEYS = {
    "source": "TbH2",
    "coating": "0.5 %",
    "application": "100 %",
    "thickness": "4 mm",
    "grain_size": "5 um",
    "grind": "0 %",
}


def metal(**mass: float):
    out = np.zeros((1, 1, COUNT))
    for name, value in mass.items():
        out[0, 0, INDEX[name]] = value
    return out


MAGNET = metal(Nd=23.0, Pr=7.5, Fe=67.3, B=0.96, Co=1.0, Cu=0.15, O=0.08, H=0.001)
"""100 kg/h of magnets, nearly."""


def row(done, part: str, name: str) -> float:
    rows = ("bulk", "diffused")
    return float(done.parts["magnets"][0, rows.index(part), INDEX[name]])


def test_hydride_by_hand(bench) -> None:
    # 0.5 % of the magnets is Tb; as TbH2 that is Tb (158.93 + 2 x 1.008) / 158.93 of it, and its hydrogen leaves.
    done = bench.run(KIND_NAME, KEYS, MAGNET)
    mass = MAGNET.sum()
    terbium = 0.005 * mass
    assert done.used("terbium_hydride") == pytest.approx(terbium * molar_mass("TbH2") / molar_mass("Tb"))
    assert done.kg("offgas", "H") == pytest.approx(terbium * 2.0 * molar_mass("H") / molar_mass("Tb"))
    assert done.kg("offgas") == done.kg("offgas", "H")
    # Nothing is ground off but what did not go in: 96 to 98 % of 0.5 % goes in within 10 h at 900 °C.
    uptake = float(done.details["uptake"][0])
    assert 0.95 < uptake < 0.99
    assert row(done, "diffused", "Tb") == pytest.approx(uptake * terbium)
    assert done.kg("swarf") == pytest.approx((1.0 - uptake) * terbium)
    np.testing.assert_allclose(done.parts["magnets"][0, 0], MAGNET[0, 0])
    assert row(done, "bulk", "Tb") == 0.0


def test_fluoride_by_hand(bench) -> None:
    # TbF3 + R -> Tb + RF3: each atom of Tb that goes in sends one of the magnet's rare earths to the swarf, with all F.
    done = bench.run(KIND_NAME, KEYS | {"source": "TbF3"}, MAGNET)
    terbium = 0.005 * MAGNET.sum() / MOLAR_MASS[INDEX["Tb"]]
    went = float(done.details["uptake"][0]) * terbium
    assert done.kmol("swarf", "F") == pytest.approx(3.0 * terbium)
    assert done.kmol("swarf", "Tb") == pytest.approx(terbium - went)
    assert done.kmol("swarf", "Nd") + done.kmol("swarf", "Pr") == pytest.approx(went)
    assert done.kmol("swarf", "Nd") / done.kmol("swarf", "Pr") == pytest.approx(
        (23.0 / MOLAR_MASS[INDEX["Nd"]]) / (7.5 / MOLAR_MASS[INDEX["Pr"]])
    )
    assert done.kg("magnets", "F") == 0.0
    assert done.kg("offgas") == 0.0
    assert done.kg("swarf", "Fe") == 0.0


def test_grinding_takes_bulk_and_the_rich_skin(bench) -> None:
    # 1 % of the thickness takes 1 % of the bulk, and more than 1 % of the terbium, which is richest there.
    done = bench.run(KIND_NAME, KEYS | {"grind": "1 %"}, MAGNET)
    assert done.kg("swarf", "Fe") == pytest.approx(0.673)
    off = float(done.details["ground_off"][0] / done.details["uptake"][0])
    assert 0.012 < off < 0.1
    assert done.outcome.traits["magnets"]["thickness_mm"][0] == pytest.approx(3.96)
    share = float(done.details["heavy_in_magnet"][0])
    assert row(done, "diffused", "Tb") == pytest.approx(share * MAGNET.sum())


def test_what_misses_the_magnets_is_collected(bench) -> None:
    done = bench.run(KIND_NAME, KEYS | {"application": "80 %"}, MAGNET)
    whole = bench.run(KIND_NAME, KEYS, MAGNET)
    assert done.used("terbium_hydride") == pytest.approx(whole.used("terbium_hydride") / 0.8)
    assert row(done, "diffused", "Tb") == pytest.approx(row(whole, "diffused", "Tb"))
    assert done.kg("swarf", "Tb") == pytest.approx(
        done.used("terbium_hydride") * molar_mass("Tb") / molar_mass("TbH2") - row(whole, "diffused", "Tb")
    )


def test_a_feed_of_ones_own_brings_as_much(bench) -> None:
    # Dy with copper: 0.5 % of dysprosium, the copper goes in along with it.
    recipe = metal(Dy=0.9, Cu=0.1)
    keys = {key: value for key, value in KEYS.items() if key != "source"}
    done = bench.run(KIND_NAME, keys, {"feed": MAGNET, "heavy": 0 * recipe}, on_demand={"heavy": recipe})
    assert done.outcome.demands["heavy"][0] == pytest.approx(0.005 * MAGNET.sum() / 0.9)
    assert row(done, "diffused", "Cu") == pytest.approx(row(done, "diffused", "Dy") / 9.0)
    given = bench.run(KIND_NAME, keys, {"feed": MAGNET, "heavy": recipe * 0.005 * MAGNET.sum() / 0.9})
    np.testing.assert_allclose(given.outlets["magnets"], done.outlets["magnets"])
    assert given.details["gain_kA_m"][0] == pytest.approx(done.details["gain_kA_m"][0])


def test_magnets_that_were_diffused_before_keep_their_rows(bench) -> None:
    twice = np.concatenate([MAGNET, metal(Tb=0.3)], axis=1)
    done = bench.run(KIND_NAME, KEYS, twice, parts={"feed": ("bulk", "diffused")})
    more = 0.005 * float(done.details["uptake"][0]) * twice.sum()
    assert row(done, "diffused", "Tb") == pytest.approx(0.3 + more)
    assert row(done, "bulk", "Nd") == pytest.approx(23.0)
    before = {"feed": {"diffusion_gain_kA_m": np.array([300.0]), "diffusion_gain_low_kA_m": np.array([100.0])}}
    with pytest.raises(OperationError, match="diffused already: a second pass is not modelled; put all of the coating"):
        bench.run(KIND_NAME, KEYS, twice, parts={"feed": ("bulk", "diffused")}, traits=before)
    none = {"feed": {"diffusion_gain_kA_m": np.array([0.0]), "diffusion_gain_low_kA_m": np.array([0.0])}}
    said = bench.run(KIND_NAME, KEYS, MAGNET, traits=none).outcome.traits["magnets"]
    assert said["diffusion_gain_kA_m"][0] > 100.0


def test_what_the_magnets_carry(bench) -> None:
    traits = {
        "feed": {"relative_density": np.array([0.99]), "alignment": np.array([0.95]), "annealing": np.array([0.2])}
    }
    said = bench.run(KIND_NAME, KEYS, MAGNET, traits=traits).outcome.traits["magnets"]
    assert said["alignment"][0] == 0.95
    assert said["annealing"][0] > 0.95
    assert said["diffusion_gain_kA_m"][0] > said["diffusion_gain_low_kA_m"][0] > 200.0
    raw = bench.run(KIND_NAME, KEYS | {"ageing": []}, MAGNET, traits=traits).outcome.traits["magnets"]
    assert raw["annealing"][0] < 0.5


def test_lengths_come_from_the_stream(bench) -> None:
    keys = {key: value for key, value in KEYS.items() if key not in ("thickness", "grain_size")}
    traits = {"feed": {"thickness_mm": np.array([4.0]), "grain_um": np.array([5.0])}}
    carried = bench.run(KIND_NAME, keys, MAGNET, traits=traits)
    told = bench.run(KIND_NAME, KEYS, MAGNET)
    assert carried.details["gain_kA_m"][0] == told.details["gain_kA_m"][0]
    with pytest.raises(OperationError, match="does not know how thick its magnets are; feed it from machining"):
        bench.run(KIND_NAME, keys, MAGNET)
    with pytest.raises(OperationError, match="grain size of its magnets; feed it from sintering, or give grain_size"):
        bench.run(KIND_NAME, keys | {"thickness": "4 mm"}, MAGNET)


def gain(bench, **more) -> float:
    return float(bench.run(KIND_NAME, KEYS | more, MAGNET).details["gain_kA_m"][0])


def test_trends(bench) -> None:
    usual = gain(bench)
    assert gain(bench, source="DyH2") < usual < gain(bench, coating="0.8 %")
    assert gain(bench, thickness="12 mm") < gain(bench, thickness="8 mm") < usual
    assert gain(bench, temperature="1050 °C") < gain(bench, temperature="1000 °C") < usual
    assert gain(bench, boundary_share="0.5 %") < usual
    assert gain(bench, coating="0 %") == 0.0


def test_remarks(bench) -> None:
    def said(**more):
        return " ".join(bench.run(KIND_NAME, KEYS | more, MAGNET).details["flags"][0])

    assert said() == ""
    assert "the middle of magnets 15 mm thick gains" in said(thickness="15 mm")
    assert "through the grains" in said(temperature="1050 °C")
    assert "of the coating does not go in" in said(time="0.1 h")


def test_furnace_and_electricity_follow_the_schedule(bench) -> None:
    done = bench.run(KIND_NAME, KEYS, MAGNET)
    # 8 K/min to 900 and to 500 °C, 10 and 4 h, cooling at 10 K/min to 100 °C, and 2 h between two charges.
    hours = 880 / 480 + 10 + 800 / 600 + 480 / 480 + 4 + 400 / 600 + 2
    assert done.size("vacuum furnace") == pytest.approx(hours * MAGNET.sum())
    assert done.used("electricity") / MAGNET.sum() == pytest.approx(1.77, abs=0.01)
    assert bench.run(KIND_NAME, KEYS | {"electricity": "1 kWh/kg"}, MAGNET).used("electricity") == pytest.approx(
        MAGNET.sum()
    )


def test_a_round_of_a_recycle_uses_what_the_last_one_found(bench, monkeypatch) -> None:
    memory: dict = {}
    first = bench.run(KIND_NAME, KEYS, MAGNET, memory=memory)
    monkeypatch.setattr("didymium.operations.grain_boundary_diffusion.diffuse", None)
    again = bench.run(KIND_NAME, KEYS, 2.0 * MAGNET, memory=memory)
    assert again.details["gain_kA_m"][0] == first.details["gain_kA_m"][0]
    with pytest.raises(TypeError):
        bench.run(KIND_NAME, KEYS | {"thickness": "5 mm"}, MAGNET, memory=memory)


@pytest.mark.parametrize(
    "keys",
    [
        {"thickness": "200 mm"},
        {"coating": "0 kg/kg"},
        {"time": "0 h"},
        {"time": "0 h", "ageing": [], "coating": "0 kg/kg", "thickness": "200 mm"},
    ],
)
def test_where_nothing_is_gained_nothing_is_saved(bench, keys) -> None:
    done = bench.run(KIND_NAME, KEYS | keys, MAGNET)
    assert 0.0 <= done.details["gain_kA_m"][0] < 1e-10
    assert done.details["saved"][0] == 0.0
    assert ("200 mm thick gains 0 of 0 kA/m" in " ".join(done.details["flags"][0])) is (
        keys.get("thickness") == "200 mm"
    )


@pytest.mark.parametrize("source", ["Dy", "DyF3", "TbH2"])
def test_samarium_cobalt_is_refused(bench, source) -> None:
    magnet = bench.of({"SmCo5": 0.5, "Sm2Co17": 0.2, "Fe": 1.0})
    with pytest.raises(OperationError, match=r"samarium-cobalt.*Nd-Fe-B") as caught:
        bench.run(KIND_NAME, KEYS | {"source": source}, magnet)
    assert caught.value.key == "feed"


@settings(max_examples=30, deadline=None)
@given(
    source=st.sampled_from(["TbH2", "DyH2", "TbF3", "DyF3", "Tb", "Dy"]),
    coating=st.floats(0.0, 0.05),
    application=st.floats(0.5, 1.0),
    grind=st.floats(0.0, 0.1),
    thickness=st.floats(0.5, 30.0),
    hours=st.floats(0.0, 40.0),
)
def test_closes(bench, source, coating, application, grind, thickness, hours) -> None:
    keys = {
        "source": source,
        "coating": coating,
        "application": application,
        "grind": grind,
        "thickness": f"{thickness} mm",
        "grain_size": "5 um",
        "time": f"{hours} h",
    }
    done = bench.run(KIND_NAME, keys, MAGNET)
    assert 0.0 <= done.details["uptake"][0] <= 1.0


def test_idle(bench) -> None:
    bench.idle(KIND_NAME, KEYS, MAGNET)
    bench.idle(KIND_NAME, KEYS | {"source": "DyF3", "grind": "1 %"}, MAGNET)


def test_alike(bench) -> None:
    other = metal(Nd=31.0, Dy=0.5, Fe=66.0, B=1.0, O=0.1)
    changes = {
        "coating": (0.004, 0.009),
        "thickness": (3.0, 7.0),
        "temperature": (870.0, 930.0),
        "grain_size": (4.0, 7.0),
    }
    bench.alike(KIND_NAME, KEYS | {"source": "TbF3", "grind": "1 %"}, MAGNET, other, changes)


def test_bad_input(bench) -> None:
    with pytest.raises(ValidationError, match="give `source`"):
        bench.parameters(KIND_NAME, {key: value for key, value in KEYS.items() if key != "source"}, ["feed"])
    with pytest.raises(ValidationError, match="give `source`"):
        bench.parameters(KIND_NAME, KEYS, ["feed", "heavy"])
    for key, value in {"coating": "20 %", "coating ": "1 %", "temperature": "1300 °C", "source": "Tb4O7"}.items():
        with pytest.raises(ValidationError):
            bench.parameters(KIND_NAME, KEYS | {key: value}, ["feed"])
    keys = {key: value for key, value in KEYS.items() if key != "source"}
    with pytest.raises(OperationError, match="the coating holds no rare earth") as caught:
        bench.run(KIND_NAME, keys, {"feed": MAGNET, "heavy": metal(Cu=0.0)}, on_demand={"heavy": metal(Cu=1.0)})
    assert caught.value.key == "heavy"
    with pytest.raises(OperationError, match="times the rare earth of the magnets") as caught:
        bench.run(KIND_NAME, KEYS | {"source": "TbF3"}, metal(Nd=0.1, Fe=99.9))
    assert caught.value.key == "coating"


def test_first_rounds_of_a_recycle_go_on_without_lengths(bench) -> None:
    keys = {key: value for key, value in KEYS.items() if key not in ("thickness", "grain_size")}
    p = plain(bench.parameters(KIND_NAME, keys, ["feed"]), 1, {})
    outlets = {"magnets": ("bulk", "diffused"), "swarf": ("bulk",), "offgas": ("bulk",)}
    balance = Balance({"feed": MAGNET}, {"feed": ("bulk",)}, outlets, tentative=True)
    KIND.function(p, balance)
    assert balance.finish(KIND.rest).doubtful.all()


def test_what_is_ground_off_gains_nothing(bench) -> None:
    """8 mm with 0.5 % Tb: the face gained most, and the half that grinding leaves is the middle."""
    keys = KEYS | {"thickness": "8 mm", "ageing": []}
    area = np.array([0.05])
    traits = {"feed": {"area_m2_kg": area}}
    whole, fifth, half = (
        bench.run(KIND_NAME, keys | {"grind": grind}, MAGNET, traits=traits) for grind in ("0 %", "20 %", "50 %")
    )
    by_depth, depth = whole.details["gain_by_depth_kA_m"][0], whole.details["depth_mm"][0]
    for done, ground in ((whole, 0.0), (fifth, 0.2), (half, 0.5)):
        said = done.outcome.traits["magnets"]
        for name, share in (("diffusion_gain_kA_m", 0.5), ("diffusion_gain_low_kA_m", 0.9)):
            by_hand = np.interp(4.0 * (ground + (1.0 - ground) * share), depth, by_depth)
            assert said[name][0] == pytest.approx(by_hand, rel=1e-9)
        assert done.details["gain_kA_m"][0] == said["diffusion_gain_kA_m"][0]
        assert said["thickness_mm"][0] == pytest.approx(8.0 * (1.0 - ground))
    gains = [done.details["gain_kA_m"][0] for done in (whole, fifth, half)]
    assert gains[0] > 1.2 * gains[1] > 1.5 * gains[2]
    # 2 / (7.6 g/cm3 x 8 mm) m2/kg of faces, twice that on half of the mass.
    added = half.outcome.traits["magnets"]["area_m2_kg"][0] - 0.05
    assert added == pytest.approx(2.0 / (7.6 * 8.0), rel=0.02)
    assert whole.outcome.traits["magnets"]["area_m2_kg"][0] == 0.05


def test_samples_that_do_not_say_their_thickness(bench) -> None:
    keys = {name: value for name, value in KEYS.items() if name != "thickness"}
    traits = {"feed": {"thickness_mm": np.array([4.0, np.nan])}}
    with pytest.raises(
        OperationError, match="does not know how thick its magnets are; feed it from machining"
    ) as caught:
        bench.run(KIND_NAME, keys, np.concatenate([MAGNET, MAGNET]), traits=traits)
    assert caught.value.sample == 1
    bench.run(KIND_NAME, keys, np.concatenate([MAGNET, 0.0 * MAGNET]), traits=traits)


def test_remarks_in_plain_numbers(bench) -> None:
    traits = {"feed": {"thickness_mm": np.array([1000.0])}}
    keys = {name: value for name, value in KEYS.items() if name != "thickness"}
    done = bench.run(KIND_NAME, keys, MAGNET, traits=traits)
    assert "magnets 1000 mm thick gains 0 of 0 kA/m" in done.details["flags"][0][0]
    assert done.details["gain_kA_m"][0] == done.details["gain_low_kA_m"][0] == 0.0


def test_lighter_magnets_take_their_coating_up_sooner(bench) -> None:
    """The same share of a less dense magnet is less per face, so that more of it has gone in by the end."""
    taken = [
        float(
            bench.run(KIND_NAME, KEYS, MAGNET, traits={"feed": {"relative_density": np.array([by])}}).details["uptake"][
                0
            ]
        )
        for by in (1.0, 0.95, 0.8)
    ]
    assert taken == sorted(taken)
    assert taken[2] > taken[0] + 1e-4


def test_what_the_melt_would_need_goes_with_its_rare_earth(bench) -> None:
    # Heavy rare earth of the melt stands on all rare-earth sites: twice of them, twice of it for a kA/m.
    rich, poor = (bench.run(KIND_NAME, KEYS | {"boundary_share": "5 %"}, feed).details for feed in (MAGNET, LEAN))
    each = [float(said["heavy_in_melt_instead"][0] / said["gain_kA_m"][0]) for said in (rich, poor)]
    assert each[0] / each[1] == pytest.approx(30.5 / MAGNET.sum() / (26.84 / LEAN.sum()), rel=1e-6)


LEAN = metal(Nd=20.24, Pr=6.6, Fe=71.0, B=0.96, Co=1.0, Cu=0.15, O=0.08, H=0.001)
"""The same neodymium and praseodymium, 0.88 of them."""
