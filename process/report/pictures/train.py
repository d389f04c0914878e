"""A separation train as a tree: each circuit with its cut, products at the ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .picture import Box, Diagram, Link, PictureError


@dataclass(frozen=True, kw_only=True)
class Cut:
    """One circuit of a train: its outlets, name → the circuit or product that takes them, and what its box says.

    Outlets stand from top to bottom as they are given; circuits with a draw have three.
    """

    name: str
    outlets: Mapping[str, str]
    lines: Sequence[str] = ()


def train_diagram(
    cuts: Sequence[Cut],
    products: Mapping[str, Sequence[str]] | None = None,
    *,
    feed: Sequence[str] = ("feed",),
    title: str = "Separation train",
    subtitle: str = "",
    name: str = "",
) -> Diagram:
    """A tree of boxes from the feed at the left: circuits by their names, products where no circuit has the name.

    `products` is product → the lines of its box beside its name. Raises PictureError where the cuts are no tree: two
    with one name, a circuit or product fed twice, one that nothing feeds.

    >>> tree = train_diagram([Cut(name="Nd / Sm", outlets={"raffinate": "light", "extract": "heavy"})])
    >>> [(box.name, box.column, box.row) for box in tree.boxes]
    [('feed', 0, 0.5), ('Nd / Sm', 1, 0.5), ('light', 2, 0.0), ('heavy', 2, 1.0)]
    """
    known = {cut.name: cut for cut in cuts}
    told = products or {}
    _check(cuts, known, told)
    fed = {child for cut in cuts for child in cut.outlets.values()}
    first = next(cut for cut in cuts if cut.name not in fed)
    boxes: list[Box] = []
    links: list[Link] = []
    rows = 0.0
    # Depth first without recursion: a train of 200 cuts in a chain is as good as one of 3.
    order: list[tuple[str, int]] = []
    stack = [(first.name, 1)]
    while stack:
        here, column = stack.pop()
        order.append((here, column))
        if here in known:
            stack += [(child, column + 1) for child in reversed(list(known[here].outlets.values()))]
    place: dict[str, float] = {}
    for here, _ in order:
        if here not in known:
            place[here] = rows
            rows += 1.0
    for here, _ in reversed(order):
        if here in known:
            children = [place[child] for child in known[here].outlets.values()]
            place[here] = (min(children) + max(children)) / 2.0
    boxes.append(Box(name="feed", column=0, row=place[first.name], lines=tuple(feed), role="feed"))
    index = {here: k for k, (here, _) in enumerate(order, start=1)}
    links.append(Link(start=0, end=1, text=""))
    for here, column in order:
        cut = known.get(here)
        lines = (here, *(cut.lines if cut is not None else told.get(here, ())))
        role = "product" if cut is None else "circuit"
        boxes.append(Box(name=here, column=column, row=place[here], lines=lines, role=role))
        if cut is not None:
            links += [Link(start=index[here], end=index[child], text=out) for out, child in cut.outlets.items()]
    return Diagram(
        name=name or title, title=title, subtitle=subtitle, boxes=tuple(boxes), links=tuple(links), caption=()
    )


def _check(cuts: Sequence[Cut], known: Mapping[str, Cut], products: Mapping[str, Sequence[str]]) -> None:
    if not cuts:
        raise PictureError("a train without a cut; give one or more")
    if len(known) < len(cuts):
        raise PictureError(f"two cuts have one name: {', '.join(cut.name for cut in cuts)}; name each on its own")
    seen: set[str] = set()
    for cut in cuts:
        if len(cut.outlets) < 2:
            raise PictureError(f"cut {cut.name} has {len(cut.outlets)} outlets; a circuit has two or more")
        for child in cut.outlets.values():
            if child in seen:
                raise PictureError(f"{child} is fed twice; in a tree each circuit and product is fed once")
            seen.add(child)
    roots = [name for name in known if name not in seen]
    if len(roots) != 1:
        who = f"{', '.join(roots)} are fed by none" if roots else "every circuit is fed by another"
        raise PictureError(f"the cuts are no tree: {who}; exactly one takes the feed")
    reached, stack = set(), list(roots)
    while stack:
        here = stack.pop()
        reached.add(here)
        stack += known[here].outlets.values() if here in known else []
    lost = [name for name in [*known, *products] if name not in reached]
    if lost:
        raise PictureError(f"{', '.join(lost)} cannot be reached from {roots[0]}; join them to the train or leave out")
