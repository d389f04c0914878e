"""Details that are worked out when they are read."""

import copy
import pickle

import pytest

from didymium.operations.details import Details


def test_nothing_is_worked_out_before_it_is_asked_for() -> None:
    called = []
    told = Details({"known": 1}, [lambda: called.append(1) or {"late": 2}, lambda: {"later": 3}])
    assert told["known"] == 1
    assert called == []
    assert "none" not in told
    assert dict(told) == {"known": 1, "late": 2, "later": 3}
    assert len(told) == 3
    assert told["late"] == 2
    assert called == [1]


def test_it_is_a_dictionary_for_pickle_and_copy() -> None:
    told = Details({}, [lambda: {"late": (1, 2)}])
    assert pickle.loads(pickle.dumps(told)) == copy.deepcopy(told) == {"late": (1, 2)}


def test_an_unknown_entry() -> None:
    with pytest.raises(KeyError, match="none"):
        Details({"known": 1}, [])["none"]
