import pytest

from facemetric.evaluation import Figure
from facemetric.evaluation.intervals import Interval

INTERVAL = Interval(0.9938, 0.9908, 0.9964, 0.95, "bootstrap")


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (Figure("a", 0.9938), "99.38 %"),
        (Figure("a", 0.9938, standard_error=0.001), "99.38 % ± 0.10"),
        (Figure("a", 0.9938, deviation=0.003), "99.38 %"),
        (Figure("a", 0.9938, interval=INTERVAL), "99.38 % [99.08, 99.64]"),
        (Figure("a", None, at_most=0.9813), "at most 98.13 %"),
        (Figure("a", None), "no figure"),
        (Figure("a", 0.99912, unit="number"), "0.9991"),
        (Figure("a", 61.26, unit="degrees"), "61.3°"),
    ],
)
def test_as_it_is_printed(figure: Figure, text: str) -> None:
    assert figure.text() == text
