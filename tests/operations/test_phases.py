"""Forms of outlets, and the phases that kinds take."""

from didymium.operations import registry
from didymium.operations.phases import PHASE

HANDED_ON = {"mixture", "share"}
"""What mixers and splitters make: whatever they take."""


def test_every_form_of_an_outlet_has_a_phase() -> None:
    made = {outlet.form for kind in registry().values() for outlet in kind.outlets.values()}
    made |= {kind.named.form for kind in registry().values() if kind.named_outlets}
    assert made - HANDED_ON <= set(PHASE)


def test_every_kind_but_mixers_says_what_it_takes() -> None:
    open_ = {kind.name for kind in registry().values() if not kind.takes}
    assert open_ == {"mixer", "splitter"}
    assert {phase for kind in registry().values() for phase in kind.takes} <= set(PHASE.values())
