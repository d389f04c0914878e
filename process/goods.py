"""The names of goods as people write them: `NdPr oxide`, `motor magnets`, `metals`; and the goods that they name.

A good is `form:what` (`oxide:NdPr`, `magnet:motor`); a text names one, or with a plural of the form alone all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from .elements import GROUPS, RARE_EARTHS, members
from .wording import suggestion

TOGETHER = ("Nd", "Pr")
"""Elements that are never separated here: they are made, traded and used as NdPr."""
FORMS = ("concentrate", "mixed", "heavy", "oxide", "metal", "alloy", "magnet", "swarf", "scrap")
"""What a good can be, in the order of the chain."""
PRICED = ("oxide", "metal", "magnet")
"""Forms that have a price of their own."""
OF_DEPOSITS, OF_ELEMENTS, OF_MAGNETS = FORMS[:3], FORMS[3:5], FORMS[5:]

_WORDS = {
    "concentrate": "concentrate",
    "concentrates": "concentrate",
    "mixed": "mixed",
    "mixed rare earths": "mixed",
    "mixed carbonate": "mixed",
    "mixed carbonates": "mixed",
    "heavy": "heavy",
    "heavies": "heavy",
    "heavy concentrate": "heavy",
    "heavy concentrates": "heavy",
    "oxide": "oxide",
    "oxides": "oxide",
    "metal": "metal",
    "metals": "metal",
    "alloy": "alloy",
    "alloys": "alloy",
    "magnet": "magnet",
    "magnets": "magnet",
    "swarf": "swarf",
    "scrap": "scrap",
    "old magnets": "scrap",
}
_ALL = {
    "concentrates": "concentrate",
    "mixed rare earths": "mixed",
    "mixed carbonates": "mixed",
    "heavy concentrates": "heavy",
    "oxides": "oxide",
    "metals": "metal",
    "alloys": "alloy",
    "magnets": "magnet",
    "swarf": "swarf",
    "old magnets": "scrap",
    "scrap": "scrap",
}
_SINGULAR = {"concentrate": "concentrate", "mixed": "mixed rare earths", "heavy": "heavy concentrate"}
_SINGULAR |= {"magnet": "magnets", "scrap": "old magnets"}


class GoodError(ValueError):
    """A text that names no good; `hint` says what would."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def words(name: str) -> str:
    """A good by its name, or all of a form by its pattern, as people write it.

    >>> words("oxide:NdPr"), words("magnet:motor"), words("scrap:motor"), words("concentrate:bayan_obo")
    ('NdPr oxide', 'motor magnets', 'motor old magnets', 'bayan_obo concentrate')
    >>> words("oxide:*"), words("magnet:*")
    ('oxides', 'magnets')
    """
    form, _, what = name.partition(":")
    if what == "*":
        return next(word for word, of in _ALL.items() if of == form)
    return f"{what} {_SINGULAR.get(form, form)}"


def good_names(text: str, magnets: Collection[str], deposits: Collection[str]) -> tuple[str, ...]:
    """The patterns of goods that a text names: `form:what`, or `form:*` for all of a form. Raises GoodError.

    >>> good_names("Dy oxide", (), ()), good_names("motor magnets", ("motor",), ()), good_names("metals", (), ())
    (('oxide:Dy',), ('magnet:motor',), ('metal:*',))
    >>> good_names("DyTb oxides", (), ())
    ('oxide:Tb', 'oxide:Dy')
    """
    clean = " ".join(text.split())
    if clean in _ALL:
        return (f"{_ALL[clean]}:*",)
    what, form = _parted(clean)
    if form in OF_DEPOSITS:
        return (f"{form}:{_one_of(what, deposits, 'deposit')}",)
    if form in OF_MAGNETS:
        return (f"{form}:{_one_of(what, magnets, 'kind of magnet')}",)
    return tuple(f"{form}:{element}" for element in separate(what))


def one_good(text: str, magnets: Collection[str], deposits: Collection[str]) -> str:
    """The one good that a text names. Raises GoodError.

    >>> one_good("Dy oxide", (), ())
    'oxide:Dy'
    """
    found = good_names(text, magnets, deposits)
    if len(found) > 1 or found[0].endswith(":*"):
        raise GoodError(f"{text!r} names several goods, and one is wanted", "such as NdPr oxide or motor magnets")
    return found[0]


def matching(patterns: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """The goods, by name, that any of the patterns names; all of them where there is no pattern.

    A mixture of a deposit as one plant leaves it (`heavy:bayan_obo@kuantan`) counts as one of the deposit.

    >>> matching(["oxide:*", "metal:Dy"], ["oxide:Nd", "metal:Dy", "metal:Tb"])
    ('oxide:Nd', 'metal:Dy')
    """
    wanted = tuple(patterns)
    return tuple(
        name for name in names if not wanted or any(fnmatchcase(name.partition("@")[0], one) for one in wanted)
    )


def separate(name: str) -> tuple[str, ...]:
    """The elements of a name as goods know them: each by itself, Nd and Pr as `NdPr`. Raises GoodError.

    >>> separate("Dy"), separate("LREE")
    (('Dy',), ('La', 'Ce', 'NdPr'))
    """
    if name in TOGETHER:
        raise GoodError(f"{name} is not made apart from {TOGETHER[name == 'Nd']} here", "write NdPr")
    if name not in RARE_EARTHS and name not in GROUPS:
        raise GoodError(f"{name!r} is no rare earth{suggestion(name, [*RARE_EARTHS, *GROUPS])}")
    found = ["NdPr" if element in TOGETHER else element for element in members(name)]
    return tuple(dict.fromkeys(found))


def _parted(text: str) -> tuple[str, str]:
    """What a good is of, and its form."""
    for word in sorted(_WORDS, key=len, reverse=True):
        if text.endswith(f" {word}"):
            return text.removesuffix(f" {word}").strip(), _WORDS[word]
    what, _, last = text.rpartition(" ")
    near = suggestion(last, _WORDS)
    if what and near:
        near = near.replace("mean '", f"mean '{what} ", 1)
    hint = "such as NdPr oxide, Dy metal, motor magnets, mountain_pass concentrate; or all oxides, metals, magnets"
    raise GoodError(f"{text!r} is no good{near}", hint)


def _one_of(name: str, known: Collection[str], what: str) -> str:
    if name not in known:
        hint = f"{what}s: {', '.join(known)}".replace("magnets:", "magnet:").replace("kind of", "kinds of")
        raise GoodError(f"unknown {what} {name!r}{suggestion(name, known)}", hint if known else "")
    return name
