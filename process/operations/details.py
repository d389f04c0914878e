"""What a unit says of itself beside its balance, worked out when somebody reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any


class Details(Mapping[str, Any]):
    """Entries that are known, and functions that give the rest when the first unknown one is asked for.

    On the way round a recycle nobody reads them, so only those of the last round are ever worked out.

    >>> told = Details({"gain": 1.0}, [lambda: {"flags": ()}])
    >>> told["gain"], list(told)
    (1.0, ['gain', 'flags'])
    """

    def __init__(self, known: Mapping[str, Any], later: Iterable[Callable[[], Mapping[str, Any]]]) -> None:
        self._known, self._later = dict(known), list(later)

    def __getitem__(self, key: str) -> Any:
        return self._known[key] if key in self._known else self._all()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return f"Details({self._all()!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """What pickle and copy call: functions do not pickle."""
        return dict, (self._all(),)

    def _all(self) -> dict[str, Any]:
        if self._later:
            for function in self._later:
                self._known.update(function())
            self._later = []
        return self._known
