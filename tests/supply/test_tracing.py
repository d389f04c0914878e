"""Origin by perfect mixing, against closed forms; balances of every element in every year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didymium.supply.program import solve
from didymium.supply.system import Activity, Given, Good, Need, Output, Pool, System
from didymium.supply.tracing import UNDONE, TracingError, Use, trace

ORE = {"La": 0.5, "Nd": 0.4, "Pr": 0.1}
HEAVY_ORE = {"La": 0.2, "Nd": 0.2, "Pr": 0.1, "Dy": 0.5}
GOODS = {
    "concentrate:a": Good("concentrate:a", "mine", ORE),
    "concentrate:b": Good("concentrate:b", "mine", HEAVY_ORE),
    "heavy:b": Good("heavy:b", "separation", {"Dy": 1.0}),
    "oxide:NdPr": Good("oxide:NdPr", "separation", {"NdPr": 1.0}),
    "oxide:Dy": Good("oxide:Dy", "separation", {"Dy": 1.0}),
    "oxide:La": Good("oxide:La", "separation", {"La": 1.0}),
    "metal:NdPr": Good("metal:NdPr", "metal", {"NdPr": 1.0}),
    "magnet:general": Good("magnet:general", "magnet", {"NdPr": 0.3}),
    "magnet:motor": Good("magnet:motor", "magnet", {"NdPr": 0.28, "Dy": 0.02}),
    "swarf:general": Good("swarf:general", "magnet", {"NdPr": 0.3}),
    "scrap:general": Good("scrap:general", "", {"NdPr": 0.3}),
}
GROUPS = {"NdPr": ("Pr", "Nd")}


@dataclass(frozen=True)
class Levels:
    system: System
    levels: np.ndarray


def levels(
    activities: list[tuple[Activity, list[float]]],
    needs: tuple[Need, ...] = (),
    givens: tuple[Given, ...] = (),
    regions: tuple[str, ...] = ("us", "china", "myanmar"),
) -> Levels:
    found = np.array([level for _, level in activities], dtype=float)
    years = tuple(range(2025, 2025 + found.shape[1]))
    every = tuple(activity for activity, _ in activities)
    return Levels(System(years, regions, GOODS, every, (), needs, givens, GROUPS), found)


def pool(good: str, place: str = "us") -> Pool:
    return Pool(good, place)


def mine(what: str, region: str, into: Pool) -> Activity:
    return Activity(f"mine of {region}", "source", {}, (Output(into, 1.0),), stage="mine", region=region)


def makes(
    name: str, takes: dict[Pool, float], *made: tuple[Pool, float], stage: str = "", region: str = "us"
) -> Activity:
    return Activity(name, "plant", takes, tuple(Output(*one) for one in made), stage=stage, region=region)


def separation(ore: str, region: str, yields: dict[str, float], place: str = "") -> Activity:
    content = GOODS[ore].content
    at = place or region
    into = {e: pool("oxide:NdPr" if e in ("Nd", "Pr") else f"oxide:{e}", at) for e in yields}
    amounts: dict[Pool, float] = {}
    for e, share in yields.items():
        amounts[into[e]] = amounts.get(into[e], 0.0) + share * content[e]
    made = tuple(Output(*one) for one in amounts.items())
    splits = {e: {into[e]: share} for e, share in yields.items()}
    return Activity(
        f"separation of {region}", "plant", {pool(ore, region): 1.0}, made, "", "separation", region, splits=splits
    )


def deliver(good: str, need: int, *scrap: tuple[Pool, float, int]) -> Activity:
    outputs = tuple(Output(*one) for one in scrap)
    return Activity("deliver", "deliver", {pool(good): 1.0}, outputs, region="us", serves={need: 1.0})


def demand(good: str, years: int, use: str = "cars") -> Need:
    return Need("us", use, good, np.full(years, 100.0))


def test_two_mines_blend_by_their_tonnes() -> None:
    ore, oxide = pool("concentrate:a"), pool("oxide:NdPr")
    traced = trace(
        levels(
            [
                (mine("a", "us", ore), [30.0]),
                (mine("a", "china", ore), [70.0]),
                (separation("concentrate:a", "us", {"Nd": 0.9, "Pr": 0.8}), [100.0]),
            ]
        )
    )
    share = traced.share(oxide, 2025)
    assert set(share) == {"Nd", "Pr"}
    assert share["Nd"] == pytest.approx({"us": 0.3, "china": 0.7}, rel=1e-13)
    assert traced.flow(oxide, 2025)["Nd"]["china"] == pytest.approx(70.0 * 0.4 * 0.9, rel=1e-13)
    assert traced.amount("Pr")[traced.pools.index(oxide), 0] == pytest.approx(8.0, rel=1e-13)
    assert traced.lost("La")[2, 0] == pytest.approx(50.0, rel=1e-13)
    assert traced.worst.value <= 1e-14
    assert traced.miss.value <= 1e-14


@pytest.mark.parametrize(("y", "r"), [(0.7, 0.9), (0.55, 1.0), (0.95, 0.0)])
def test_a_loop_with_recycle_is_the_closed_form(y: float, r: float) -> None:
    """Magnets take y of the metal, r of the rest returns as swarf: x = s / (1 - (1 - y) r)."""
    oxide, metal, magnet, swarf = (pool(one) for one in ("oxide:NdPr", "metal:NdPr", "magnet:general", "swarf:general"))
    ore_us, ore_china = pool("concentrate:a"), pool("concentrate:a", "china")
    through = (24.0 + 18.0) / (1.0 - (1.0 - y) * r)
    magnets, back = through * y / 0.3, through * (1.0 - y) / 0.3
    traced = trace(
        levels(
            [
                (mine("a", "us", ore_us), [60.0]),
                (mine("a", "china", ore_china), [45.0]),
                (separation("concentrate:a", "us", {"Nd": 0.8, "Pr": 0.8}), [60.0]),
                (separation("concentrate:a", "china", {"Nd": 0.8, "Pr": 0.8}, place="us"), [45.0]),
                (makes("metal", {oxide: 1.0}, (metal, 1.0)), [through]),
                (makes("magnets", {metal: 0.3 / y}, (magnet, 1.0), (swarf, (1.0 - y) / y)), [magnets]),
                (makes("swarf leach", {swarf: 1.0}, (oxide, 0.3 * r)), [back]),
            ]
        )
    )
    assert traced.amount("Nd")[traced.pools.index(metal), 0] == pytest.approx(0.8 * through, rel=1e-12)
    for where in (oxide, metal, magnet, swarf):
        for element in ("Nd", "Pr"):
            assert traced.share(where, 2025)[element] == pytest.approx({"us": 24 / 42, "china": 18 / 42}, rel=1e-12)
    assert traced.flow(magnet, 2025)["Nd"]["us"] == pytest.approx(0.8 * 24.0 * y / (1.0 - (1.0 - y) * r), rel=1e-12)
    assert traced.worst.value <= 1e-13
    assert traced.miss.value <= 1e-12


def test_a_recycle_that_carries_one_origin_only_shifts_the_blend() -> None:
    """Of the metal 1 part China enters at the top, 1 part us in the loop: shares by the loop's geometric series."""
    oxide, metal, magnet, swarf = (pool(one) for one in ("oxide:NdPr", "metal:NdPr", "magnet:general", "swarf:general"))
    # Half of the metal returns as swarf of which 80 % is won back; old us swarf is given besides.
    given = Given(swarf, np.array([100.0]), "us")
    # 24 t oxide of China and 30 t x 80 % of the given swarf: 48 t of new metal, x = 48 / (1 - 0.5 * 0.8) = 80.
    traced = trace(
        levels(
            [
                (mine("a", "china", pool("concentrate:a", "china")), [60.0]),
                (separation("concentrate:a", "china", {"Nd": 0.8, "Pr": 0.8}, place="us"), [60.0]),
                (makes("metal", {oxide: 1.0}, (metal, 1.0)), [80.0]),
                (makes("magnets", {metal: 0.6}, (magnet, 1.0), (swarf, 1.0)), [80.0 / 0.6]),
                (makes("swarf leach", {swarf: 1.0}, (oxide, 0.24)), [80.0 / 0.6 + 100.0]),
            ],
            givens=(given,),
        )
    )
    assert traced.share(oxide, 2025)["Nd"] == pytest.approx({"china": 0.5, "us": 0.5}, rel=1e-12)
    # The swarf pool holds 30 t given and 40 t returned, half of it China's.
    assert traced.share(swarf, 2025)["Nd"] == pytest.approx({"china": 20 / 70, "us": 50 / 70}, rel=1e-12)
    # What is given goes by the mines' Nd to Pr.
    assert traced.flow(swarf, 2025)["Pr"]["us"] == pytest.approx(0.2 * 50.0, rel=1e-12)


def test_heavies_parted_elsewhere_count_there_as_separated() -> None:
    ore, heavy, oxide = pool("concentrate:b", "china"), pool("heavy:b"), pool("oxide:Dy")
    traced = trace(
        levels(
            [
                (mine("b", "china", ore), [20.0]),
                (makes("light", {ore: 1.0}, (heavy, 0.5), stage="separation", region="china"), [20.0]),
                (makes("heavy", {heavy: 1.0}, (oxide, 0.8), stage="heavy_separation"), [10.0]),
            ]
        ),
        at="separation",
    )
    assert traced.share(heavy, 2025) == {"Dy": {"china": 1.0}}
    assert traced.share(oxide, 2025) == {"Dy": {"us": 1.0}}


def test_a_stock_mixes_two_years() -> None:
    """All of year 1 is kept; in year 2 half of the blend is sold, so its origin is that of both years."""
    oxide = pool("oxide:Dy")
    ore_us, ore_china = pool("concentrate:b"), pool("concentrate:b", "china")
    keep = Activity("stock", "hold", {oxide: 1.0}, (Output(oxide, 1.0, 1),), region="us")
    traced = trace(
        levels(
            [
                (mine("b", "us", ore_us), [20.0, 0.0, 0.0]),
                (mine("b", "china", ore_china), [0.0, 60.0, 0.0]),
                (separation("concentrate:b", "us", {"Dy": 1.0}), [20.0, 0.0, 0.0]),
                (separation("concentrate:b", "china", {"Dy": 1.0}, place="us"), [0.0, 60.0, 0.0]),
                (keep, [10.0, 20.0, 5.0]),
                (deliver("oxide:Dy", 0), [0.0, 20.0, 15.0]),
            ],
            needs=(demand("oxide:Dy", 3),),
        )
    )
    need = traced.system.needs[0]
    assert traced.share(oxide, 2025)["Dy"] == {"us": 1.0}
    for year in (2026, 2027):
        assert traced.share(need, year)["Dy"] == pytest.approx({"us": 0.25, "china": 0.75}, rel=1e-13)
    assert traced.flow(need, 2027)["Dy"]["china"] == pytest.approx(11.25, rel=1e-13)
    assert traced.pending("Dy") == pytest.approx({oxide: 5.0}, rel=1e-13)
    assert traced.delivered("Dy").tolist() == [pytest.approx([0.0, 20.0, 15.0], rel=1e-13)]
    assert traced.tonnes(need, 2026) == pytest.approx(20.0, rel=1e-13)
    np.testing.assert_array_less(traced.balance("Dy"), 1e-13)
    assert traced.share(need, 2025) == {}


def test_old_magnets_come_back_after_their_life() -> None:
    """Sold in year 1 with Chinese atoms; half returns in year 3 and is blended with us ore."""
    oxide, magnet, scrap = pool("oxide:NdPr"), pool("magnet:general"), pool("scrap:general")
    traced = trace(
        levels(
            [
                (mine("a", "china", pool("concentrate:a", "china")), [60.0, 0.0, 0.0]),
                (separation("concentrate:a", "china", {"Nd": 1.0, "Pr": 1.0}, place="us"), [60.0, 0.0, 0.0]),
                (mine("a", "us", pool("concentrate:a")), [0.0, 0.0, 30.0]),
                (separation("concentrate:a", "us", {"Nd": 1.0, "Pr": 1.0}), [0.0, 0.0, 30.0]),
                (makes("magnets", {oxide: 0.3}, (magnet, 1.0)), [100.0, 0.0, 100.0]),
                (deliver("magnet:general", 0, (scrap, 0.5, 2)), [100.0, 0.0, 100.0]),
                (makes("recycling", {scrap: 1.0}, (oxide, 0.3)), [0.0, 0.0, 50.0]),
            ],
            needs=(demand("magnet:general", 3),),
        )
    )
    need = traced.system.needs[0]
    assert traced.share(need, 2025)["Nd"] == {"china": 1.0}
    assert traced.share(need, 2027)["Nd"] == pytest.approx({"china": 0.5, "us": 0.5}, rel=1e-13)
    assert traced.lost("Nd")[5].tolist() == pytest.approx([12.0, 0.0, 12.0], rel=1e-13)
    assert traced.pending("Nd") == pytest.approx({scrap: 12.0}, rel=1e-13)
    assert traced.worst.value <= 1e-13


def test_the_world_pool_blends_what_is_sold_there() -> None:
    world = pool("oxide:Dy", "world")
    ores = {region: pool("concentrate:b", region) for region in ("us", "china", "myanmar")}
    every: list[tuple[Activity, list[float]]] = []
    for region, tonnes in (("us", 10.0), ("china", 60.0), ("myanmar", 40.0)):
        oxide = pool("oxide:Dy", f"{region}>")
        every.append((mine("b", region, ores[region]), [tonnes]))
        every.append((separation("concentrate:b", region, {"Dy": 1.0}, place=f"{region}>"), [tonnes]))
        if region == "us":
            every.append((Activity("keep", "keep", {oxide: 1.0}, (Output(pool("oxide:Dy"), 1.0),)), [5.0]))
        else:
            every.append((Activity("sell", "trade", {oxide: 1.0}, (Output(world, 1.0),)), [tonnes / 2.0]))
    every.append((Activity("buy", "trade", {world: 1.0}, (Output(pool("oxide:Dy"), 1.0),)), [20.0]))
    traced = trace(levels(every))
    assert traced.share(world, 2025)["Dy"] == pytest.approx({"china": 0.6, "myanmar": 0.4}, rel=1e-13)
    assert traced.share(pool("oxide:Dy"), 2025)["Dy"] == pytest.approx(
        {"us": 0.2, "china": 0.48, "myanmar": 0.32}, rel=1e-13
    )
    left = traced.surplus("Dy")[traced.pools.index(world), 0]
    assert left == pytest.approx(30.0, rel=1e-13)


def test_what_a_region_uses_counts_clean_goods_once() -> None:
    """30 t clean Dy of the us, 12 of them used as any, beside 48 t of China's: 78 t in use, 18 of them clean."""
    clean, here = Pool("oxide:Dy", "us", "clean"), pool("oxide:Dy")
    traced = trace(
        levels(
            [
                (mine("b", "us", pool("concentrate:b")), [60.0]),
                (mine("b", "china", pool("concentrate:b", "china")), [96.0]),
                (separation("concentrate:b", "china", {"Dy": 1.0}, place="us"), [96.0]),
                (makes("clean", {pool("concentrate:b"): 2.0}, (clean, 1.0), stage="separation"), [30.0]),
                (Activity("as any", "keep", {clean: 1.0}, (Output(here, 1.0),)), [12.0]),
            ]
        )
    )
    assert traced.tonnes(Use("oxide:Dy", "us"), 2025) == pytest.approx(78.0, rel=1e-13)
    assert traced.share(Use("oxide:Dy", "us"), 2025)["Dy"] == pytest.approx(
        {"us": 30 / 78, "china": 48 / 78}, rel=1e-13
    )
    assert traced.share([clean, here], 2025)["Dy"]["us"] == pytest.approx(42 / 90, rel=1e-13)
    with pytest.raises(KeyError):
        traced.share(Use("oxide:Dy", "europe"), 2025)


def through_three_regions() -> Levels:
    """Mined in Myanmar, separated in China, made in the us, with a Chinese stock that is given."""
    ore, oxide = pool("concentrate:b", "china"), pool("oxide:Dy", "china>")
    at_home, magnet, metal = pool("oxide:Dy"), pool("magnet:motor"), pool("oxide:NdPr")
    return levels(
        [
            (mine("b", "myanmar", ore), [100.0]),
            (separation("concentrate:b", "china", {"Dy": 0.8}, place="china>"), [75.0]),
            (separation("concentrate:b", "us", {"Nd": 1.0, "Pr": 1.0}), [0.0]),
            (Activity("ship", "trade", {oxide: 1.0}, (Output(at_home, 1.0),)), [30.0]),
            (makes("magnets", {at_home: 0.02, metal: 0.28}, (magnet, 1.0), stage="magnet"), [2000.0]),
        ],
        givens=(Given(at_home, np.array([10.0]), "china"), Given(metal, np.array([560.0]))),
    )


def test_origin_counts_where_it_is_asked_for() -> None:
    found = through_three_regions()
    at_home, magnet = pool("oxide:Dy"), pool("magnet:motor")
    mined = trace(found)
    assert mined.share(at_home, 2025)["Dy"] == pytest.approx({"myanmar": 0.75, "china": 0.25}, rel=1e-13)
    assert mined.share(magnet, 2025)["Nd"] == {"before": 1.0}
    separated = trace(found, at="separation")
    assert separated.share(at_home, 2025)["Dy"] == {"china": 1.0}
    assert separated.share(magnet, 2025)["Dy"] == {"china": 1.0}
    assert separated.share(pool("concentrate:b", "china"), 2025)["Dy"] == {UNDONE: 1.0}
    made = trace(found, at="magnet")
    assert made.share(magnet, 2025)["Dy"] == {"us": 1.0}
    assert made.share(at_home, 2025)["Dy"] == pytest.approx({UNDONE: 0.75, "china": 0.25}, rel=1e-13)
    for traced in (mined, separated, made):
        assert traced.flow(magnet, 2025)["Dy"].values()
        assert sum(traced.flow(magnet, 2025)["Dy"].values()) == pytest.approx(40.0, rel=1e-13)
        assert traced.worst.value <= 1e-13
    with pytest.raises(TracingError, match=r"origin cannot be counted at 'mining'; there is mine, separation"):
        trace(found, at="mining")


def test_residue_of_the_solver_changes_no_balance() -> None:
    found = through_three_regions()
    rng = np.random.default_rng(3)
    shaken = Levels(found.system, found.levels * (1.0 + 1e-6 * rng.standard_normal(found.levels.shape)))
    traced = trace(shaken)
    assert 1e-8 < traced.miss.value < 1e-5
    assert traced.worst.value <= 1e-13
    assert sum(traced.share(pool("magnet:motor"), 2025)["Dy"].values()) == pytest.approx(1.0, abs=1e-12)


def test_unserved_places_and_years_are_told() -> None:
    traced = trace(through_three_regions())
    with pytest.raises(KeyError, match="2031"):
        traced.share(pool("oxide:Dy"), 2031)
    with pytest.raises(KeyError, match="mars"):
        traced.share(pool("oxide:Dy", "mars"), 2025)
    with pytest.raises(KeyError, match="cars of us"):
        traced.share(demand("oxide:Dy", 1), 2025)


def test_an_activity_that_makes_atoms_is_an_error() -> None:
    oxide, magnet = pool("oxide:NdPr"), pool("magnet:general")
    given = (Given(oxide, np.array([10.0])),)
    with pytest.raises(TracingError, match=r"magnets makes 1\.5 t of Pr out of 1 t"):
        trace(levels([(makes("magnets", {oxide: 0.2}, (magnet, 1.0)), [10.0])], givens=given))
    with pytest.raises(TracingError, match=r"magnets makes Dy in magnet:motor in us out of nothing"):
        trace(levels([(makes("magnets", {oxide: 0.3}, (pool("magnet:motor"), 1.0)), [10.0])], givens=given))


def test_a_loop_that_loses_nothing_is_an_error() -> None:
    oxide, metal = pool("oxide:NdPr"), pool("metal:NdPr")
    found = levels(
        [(makes("metal", {oxide: 1.0}, (metal, 1.0)), [10.0]), (makes("back", {metal: 1.0}, (oxide, 1.0)), [10.0])]
    )
    with pytest.raises(TracingError, match=r"Pr goes round for ever.*a yield below 1"):
        trace(found)


REGIONS = ("us", "china", "myanmar", "europe")


@st.composite
def chains(draw: st.DrawFn) -> tuple[list[tuple[str, float, float, float]], float, float, float]:
    """Mines of regions (t in year 1 and 2, yield), swarf share, stock share and share of old magnets."""
    part = st.floats(0.05, 0.95)
    rows = [(region, draw(st.floats(0.0, 1e5)), draw(st.floats(1.0, 1e3)), draw(part)) for region in REGIONS]
    return rows, draw(part), draw(part), draw(part)


def random_chain(made: tuple[list[tuple[str, float, float, float]], float, float, float], order: list[int]) -> Levels:
    rows, swarf_share, kept, old = made
    oxide, magnet, swarf, scrap = (
        pool(one) for one in ("oxide:NdPr", "magnet:general", "swarf:general", "scrap:general")
    )
    every: list[tuple[Activity, list[float]]] = []
    for i in order:
        region, first, second, share = rows[i]
        ore = "concentrate:a" if i % 2 else "concentrate:b"
        every.append((mine("", region, pool(ore, region)), [first, second]))
        every.append((separation(ore, region, {"Nd": share, "Pr": 0.9 * share}, place="us"), [first, second]))
    new = np.array([sum((0.4 if i % 2 else 0.2) * r[1 + t] * r[3] for i, r in enumerate(rows)) for t in (0, 1)])
    new += np.array([sum(0.1 * r[1 + t] * r[3] * 0.9 for r in rows) for t in (0, 1)])
    loop = 1.0 - (1.0 - kept) * swarf_share * 0.9
    through = np.zeros(2)
    through[0] = new[0] / loop
    back = old * (1.0 - kept) * (1.0 - swarf_share) * through[0]
    through[1] = (new[1] + kept * through[0] + 0.8 * back) / loop
    hold = Activity("stock", "hold", {oxide: 1.0}, (Output(oxide, 1.0, 1),))
    sent = through * (1.0 - kept)
    magnets = sent * (1.0 - swarf_share) / 0.3
    every += [
        (hold, list(through * kept)),
        (
            makes(
                "magnets", {oxide: 0.3 / (1.0 - swarf_share)}, (magnet, 1.0), (swarf, swarf_share / (1 - swarf_share))
            ),
            list(magnets),
        ),
        (makes("leach", {swarf: 1.0}, (oxide, 0.27)), list(sent * swarf_share / 0.3)),
        (deliver("magnet:general", 0, (scrap, old, 1)), list(magnets)),
        (makes("recycling", {scrap: 1.0}, (oxide, 0.24)), [0.0, back / 0.3]),
    ]
    return levels(every, needs=(demand("magnet:general", 2),), regions=tuple(rows[i][0] for i in order))


@settings(max_examples=40, deadline=None)
@given(chains(), st.permutations(range(4)))
def test_random_chains_close_and_do_not_care_for_the_order_of_regions(
    made: tuple[list[tuple[str, float, float, float]], float, float, float], order: list[int]
) -> None:
    traced, turned = trace(random_chain(made, [0, 1, 2, 3])), trace(random_chain(made, order))
    assert traced.worst.value <= 1e-9
    assert traced.miss.value <= 1e-9
    for year in (2025, 2026):
        for place in (*traced.pools, traced.system.needs[0]):
            found = traced.share(place, year)
            other = turned.share(place if isinstance(place, Pool) else turned.system.needs[0], year)
            for element, parts in found.items():
                assert sum(parts.values()) == pytest.approx(1.0, abs=1e-12)
                assert all(part >= 0.0 for part in parts.values())
                assert {r: p for r, p in other[element].items() if p > 1e-12} == pytest.approx(
                    {r: p for r, p in parts.items() if p > 1e-12}, rel=1e-9
                )


def test_levels_of_the_program_are_traced() -> None:
    """The optimum of a small chain: us and Chinese ore, one magnet plant, a stock, and old magnets."""
    oxide, magnet, scrap = pool("oxide:NdPr"), pool("magnet:general"), pool("scrap:general")
    limit = np.array([100.0, 100.0, 0.0])
    every = (
        Activity("mine us", "source", {}, (Output(pool("concentrate:a"), 1.0),), region="us", most=limit),
        separation("concentrate:a", "us", {"Nd": 0.9, "Pr": 0.9}),
        Activity(
            "mine china", "source", {}, (Output(pool("concentrate:b", "china"), 1.0),), region="china", most=limit
        ),
        separation("concentrate:b", "china", {"Nd": 0.9, "Pr": 0.9, "Dy": 0.9}, place="us"),
        Activity("hold", "hold", {oxide: 1.0}, (Output(oxide, 1.0, 1),), cost=1.0),
        makes("magnets", {oxide: 0.32}, (magnet, 1.0)),
        deliver("magnet:general", 0, (scrap, 0.3, 1)),
        makes("recycling", {scrap: 1.0}, (oxide, 0.25)),
    )
    system = System((2025, 2026, 2027), ("us", "china"), GOODS, every, (), (demand("magnet:general", 3),), (), GROUPS)
    traced = trace(solve(system))
    assert traced.worst.value <= 1e-9
    assert traced.miss.value <= 1e-9
    need = system.needs[0]
    for year in system.years:
        assert traced.share(need, year)["Nd"].keys() == {"us", "china"}
    # 100 t of each ore: 36 t of Nd of the us, 18 t of China's.
    assert traced.share(oxide, 2025)["Nd"] == pytest.approx({"us": 2 / 3, "china": 1 / 3}, rel=1e-12)
