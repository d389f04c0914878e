"""Faults of separation trains, each at the word that is wrong; named outlets as streams of other units."""

import pytest

from didymium.files import check
from didymium.network import SolveError

TEXT = """\
didymium: 1
name: One train
region: china
year: 2024
operating_hours: 8_000 h/year
feeds:
  liquor: {material: {LaCl3: 5 %, NdCl3: 5 %, SmCl3: 5 %, H2O: 85 %}, form: chloride liquor, rate: 1 t/h}
units:
  train:
    kind: separation_train
    feed: liquor
    extractants:
      - {name: P507, concentration: 1.5 mol/L, saponification: 36 % NH4}
    sequence: [Nd / Sm, La / Nd with P507]
    products:
      la: {elements: [La], purity: 99 %}
      nd: {elements: [Nd], purity: 98 %}
      sm: {elements: [Sm], purity: 97 %}
  oxide: {kind: oxalate_precipitation, feed: train.nd}
products: {nd: train.nd, la: train.la, sm: train.sm, nd_oxide: oxide.oxide}
"""


@pytest.fixture
def written(tmp_path):
    def run(old="", new=""):
        path = tmp_path / "case.yaml"
        assert old in TEXT
        path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
        return path

    return run


def marked(path):
    """The faults of a file, each with the part of its line that it marks."""
    out = []
    for fault in check(path):
        line, start = fault.place.source.line(fault.place.line), fault.place.column - 1
        out.append((line[start : start + fault.place.width], fault.message))
    return out


def test_no_fault(written) -> None:
    assert marked(written()) == []


@pytest.mark.parametrize(
    ("old", "new", "word", "message"),
    [
        ("P507,", "P508,", "P508", "did you mean P507?"),
        ("La / Nd with P507", "La / Ndd with P507", "Ndd", "'Ndd' is no rare earth; did you mean 'Nd'?"),
        ("La / Nd with P507", "La - Nd", "La - Nd", "is no cut; write the two elements that meet there"),
        ("97 %", "100 %", "100 %", "100 % is out of reach of a cut"),
        ("[Sm]", "[Xx]", "Xx", "unknown element or group 'Xx'"),
        ("train.nd}\nproducts", "train.ndd}\nproducts", "ndd", "train has no outlet 'ndd'; did you mean 'nd'?"),
        ("products: {nd: train.nd,", "products: {nd: train.crude,", "crude", "train has no outlet 'crude'"),
        ("36 % NH4", "36 %", "36 %", "say which base makes the soap"),
        ("purity: 98 %", "puritie: 98 %", "puritie", "puritie"),
    ],
)
def test_faults_at_their_words(written, old, new, word, message) -> None:
    found = marked(written(old, new))
    assert any(at == word and message in told for at, told in found), found


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        (
            "SmCl3: 5 %, ",
            "SmCl3: 2 %, DyCl3: 3 %, ",
            "products:",
            "no product holds Dy, which the feed brings; add it to",
        ),
        ("SmCl3: 5 %, H2O: 85 %", "H2O: 90 %", "products:", "3 products are more than the 2 elements of the feed"),
        ("[Nd / Sm, La / Nd with P507]", "[Nd / Sm]", "sequence:", "no cut of the sequence parts la, nd; add one"),
        ("[Nd / Sm, La / Nd with P507]", "[La / Sm]", "sequence:", "elements that meet at a cut are neighbours"),
    ],
)
def test_what_only_the_design_can_know_has_the_place_of_its_key(written, old, new, key, message) -> None:
    import didymium

    path = written(old, new)
    assert marked(path) == []
    with pytest.raises(SolveError) as told:
        didymium.load(path).solve()
    assert message in str(told.value)
    line = path.read_text(encoding="utf-8").splitlines()[told.value.position.line - 1]
    assert line.strip().startswith(key)


def test_a_train_runs_in_a_flowsheet(written) -> None:
    import didymium

    result = didymium.load(written()).solve()
    assert result.streams["train.nd"].purity("Nd") > 0.98
    assert result.streams["oxide.oxide"].purity("Nd") > 0.98
    assert result.solution.balance.worst < 1e-9
    many = didymium.load(written()).solve({"feeds.liquor.rate": [800.0, 1000.0, 1300.0]})
    assert many.streams["train.nd"].purity("Nd").min() > 0.98
    assert many.solution.balance.worst < 1e-9


def test_a_recycle_around_a_train_settles(written, monkeypatch) -> None:
    import didymium
    from didymium.operations import separation_train

    designs = []
    made = separation_train.train_for
    monkeypatch.setattr(separation_train, "train_for", lambda p, designer: designs.append(1) or made(p, designer))
    path = written("feed: liquor", "feed: mix.mixed")
    text = path.read_text(encoding="utf-8").replace(
        "  oxide:",
        "  mix: {kind: mixer, feeds: [liquor, back.first]}\n"
        "  back: {kind: splitter, feed: train.sm, share: 30 %}\n  oxide:",
    )
    path.write_text(text, encoding="utf-8")
    result = didymium.load(path).solve()
    assert result.solution.balance.worst < 1e-9
    assert result.streams["train.nd"].purity("Nd") > 0.98
    # Once on the way round, once settled, once to see that it is the same.
    assert len(designs) <= 3
