"""Streams: masses, oxides, purities, and how they show."""

import numpy as np
import pytest

from didymium.elements import COUNT, ELEMENTS, mass_fractions
from didymium.stream import QUOTED, Stream


def stream(*samples: dict[str, float], name: str = "unit.out", form: str = "oxide") -> Stream:
    flow = np.zeros((len(samples), 1, COUNT))
    for i, sample in enumerate(samples):
        for formula, mass in sample.items():
            flow[i, 0] += mass * mass_fractions(formula)
    return Stream(name, form, ("bulk",), flow)


def test_one_case_gives_floats() -> None:
    made = stream({"Nd2O3": 60.0, "Pr6O11": 20.0, "La2O3": 20.0, "H2O": 100.0})
    assert made.mass() == pytest.approx(200.0)
    assert isinstance(made.mass(), float)
    assert made.oxide("Nd") == pytest.approx(60.0)
    assert made.oxide() == made.oxide("REO") == pytest.approx(100.0)
    assert made.oxide("NdPr") == pytest.approx(80.0)
    assert made.element("Nd") == pytest.approx(60.0 / 1.16638, rel=1e-4)
    assert made.purity("Pr", "Nd") == made.purity("NdPr", "Nd") == pytest.approx(0.8)
    assert made.grade() == pytest.approx(0.5)
    assert made.grade("Nd") == pytest.approx(0.3)


def test_samples_give_arrays() -> None:
    made = stream({"Nd2O3": 1.0}, {"Nd2O3": 1.0, "La2O3": 3.0})
    assert made.purity("Nd") == pytest.approx([1.0, 0.25])
    assert made.mass() == pytest.approx([1.0, 4.0])
    assert made.sample(1).purity("Nd") == pytest.approx(0.25)


def test_an_empty_stream_has_no_purity() -> None:
    made = stream({})
    assert made.purity("Nd") == made.grade() == made.mass() == 0.0
    assert made.main() == []


def test_the_bits_of_a_sample_do_not_depend_on_the_batch() -> None:
    flow = np.random.default_rng(1).lognormal(0.0, 5.0, (7, 4, COUNT))
    parts = ("a", "b", "c", "d")
    whole = Stream("x.y", "ore", parts, flow.copy())
    for i in range(7):
        one = Stream("x.y", "ore", parts, flow[i : i + 1].copy())
        assert np.array_equal(one.elements[0], whole.elements[i])
        for method in ("mass", "oxide", "grade"):
            assert getattr(one, method)() == getattr(whole, method)()[i]
        assert one.purity("Nd") == whole.purity("Nd")[i]
        assert one.element("NdPr") == whole.sample(i).element("NdPr")


def test_shapes_and_read_only() -> None:
    with pytest.raises(ValueError, match=r"stream a\.b: flows must have shape \(samples, 2,"):
        Stream("a.b", "ore", ("one", "two"), np.zeros((1, 1, COUNT)))
    made = stream({"Nd2O3": 1.0})
    with pytest.raises(ValueError, match="read-only"):
        made.flow[0, 0, 0] = 1.0
    with pytest.raises(KeyError):
        made.oxide("Xx")


def test_main_elements() -> None:
    made = stream({"Nd": 90.0, "Fe": 9.99, "B": 0.01})
    assert [name for name, _ in made.main()] == ["Nd", "Fe"]
    assert made.main()[0][1] == pytest.approx(90.0)


def test_shown_and_escaped() -> None:
    made = stream({"Nd2O3": 1.0}, name="<b>.out", form="a&b")
    assert repr(made).startswith("<Stream <b>.out: a&b, 1 kg/h (Nd 0.857")
    shown = made._repr_html_()
    assert "&lt;b&gt;.out" in shown
    assert "a&amp;b" in shown
    assert "2 samples" in repr(stream({"Nd": 1.0}, {"Nd": 2.0}))


def test_tables() -> None:
    pytest.importorskip("pandas")
    made = stream({"Nd": 1.0})
    frame = made.to_pandas()
    assert frame.loc["bulk", "Nd"] == 1.0
    assert list(frame.columns) == list(ELEMENTS)
    several = stream({"Nd": 1.0}, {"Nd": 2.0}).to_pandas()
    assert several.loc[(1, "bulk"), "Nd"] == 2.0


def test_impurities_as_analyses_quote_them() -> None:
    # 98 kg of Nd2O3 with 0.5 kg each of Fe2O3, SO4 and Cl, and 0.5 kg of CaO and ThO2 together.
    made = stream({"Nd2O3": 98.0, "Fe2O3": 0.5, "SO4": 0.5, "Cl": 0.5, "CaO": 0.2, "ThO2": 0.3})
    for name, share in {"Fe": 0.005, "S": 0.005, "Cl": 0.005, "Ca": 0.002, "Th": 0.003, "Al": 0.0}.items():
        assert made.impurity(name) == pytest.approx(share)
    assert made.impurity("Ca", "Th") == pytest.approx(0.005)
    assert stream({}).impurity("Fe") == 0.0
    assert stream({"Fe": 1.0}, {"Fe2O3": 1.0, "Nd2O3": 1.0}).impurity("Fe")[1] == pytest.approx(0.5)


@pytest.mark.parametrize("element", sorted(QUOTED))
def test_an_impurity_is_as_much_as_the_formula_that_quotes_it(element: str) -> None:
    """A stream of nothing but SO4, Fe2O3 … is impurity by a whole: the words and the numbers are of one formula."""
    assert stream({QUOTED[element]: 3.0, "Cl": 1.0}).impurity(element) == pytest.approx(0.75)


def test_sulphur_is_quoted_as_sulphate() -> None:
    """32.065 kg of S in 100 are 96.063 kg of SO4."""
    assert QUOTED["S"] == "SO4"
    assert stream({"S": 32.065, "Nd2O3": 67.935}).impurity("S") == pytest.approx(0.96063, rel=1e-4)
    for element in ("Cl", "F", "N"):
        assert element not in QUOTED
        assert stream({element: 1.0, "Nd2O3": 3.0}).impurity(element) == pytest.approx(0.25)
