"""Separation trains: golden data, the tree, what is no tree."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from didymium.report.pictures import Cut, Picture, PictureError, train_diagram

Golden = Callable[[str, Picture], None]


def cut(name: str, *children: str) -> Cut:
    outlets = ("raffinate", "extract") if len(children) == 2 else ("raffinate", "draw", "extract")
    return Cut(name=name, outlets=dict(zip(outlets, children, strict=False)), lines=(f"stages of {name}",))


TRAIN = [
    cut("Nd / Sm", "Ce / Pr", "Gd / Tb / Dy"),
    cut("Ce / Pr", "LaCe", "NdPr"),
    cut("Gd / Tb / Dy", "SEG", "Tb", "Dy"),
]


def test_a_train(golden: Golden) -> None:
    tree = train_diagram(TRAIN, {"Tb": ("99.99 %",)}, feed=("ion clay", "4,000 t/year"), title="Train")
    golden("train", tree)
    rows = {box.name: box.row for box in tree.boxes}
    assert rows == {
        "feed": 1.75,
        "Nd / Sm": 1.75,
        "Ce / Pr": 0.5,
        "Gd / Tb / Dy": 3.0,
        "LaCe": 0,
        "NdPr": 1,
        "SEG": 2,
        "Tb": 3,
        "Dy": 4,
    }
    arrows = {(tree.boxes[link.start].name, tree.boxes[link.end].name): link.text for link in tree.links}
    assert arrows["Gd / Tb / Dy", "Tb"] == "draw"
    assert arrows["feed", "Nd / Sm"] == ""
    assert len(arrows) == 8
    assert next(box.lines for box in tree.boxes if box.name == "Tb") == ("Tb", "99.99 %")


def test_a_long_chain_needs_no_recursion() -> None:
    chain = [cut(f"cut {k}", f"product {k}", f"cut {k + 1}") for k in range(3000)]
    tree = train_diagram(chain)
    assert max(box.column for box in tree.boxes) == 3001
    assert len(tree.links) == len(tree.boxes) - 1


@pytest.mark.parametrize(
    ("cuts", "products", "why"),
    [
        ([], {}, "without a cut"),
        ([cut("a", "x", "y"), cut("a", "z", "w")], {}, "two cuts have one name"),
        ([cut("a", "x", "x2"), cut("b", "y", "z")], {}, "a, b are fed by none"),
        ([cut("a", "b", "x"), cut("b", "a", "y")], {}, "every circuit is fed by another"),
        ([cut("a", "x", "x")], {}, "x is fed twice"),
        ([cut("a", "x", "y"), cut("b", "c", "z"), cut("c", "b", "w")], {}, "b, c cannot be reached"),
        ([cut("a", "x", "y")], {"z": ()}, "z cannot be reached"),
        ([Cut(name="a", outlets={"raffinate": "x"})], {}, "has 1 outlets"),
    ],
)
def test_what_is_no_tree(cuts: list[Cut], products: dict[str, tuple[str, ...]], why: str) -> None:
    with pytest.raises(PictureError, match=why):
        train_diagram(cuts, products)
