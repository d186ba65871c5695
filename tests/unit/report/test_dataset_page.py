from __future__ import annotations

import re

import pytest

from facemetric.errors import InputError
from facemetric.report import (
    Bars,
    DatasetView,
    FaceTile,
    LeftOutView,
    Picture,
    SuspectView,
    dataset_page,
)
from facemetric.report.bars import bars

TILE = FaceTile(Picture(b"jpeg", (112, 112), (0, 0, 112, 112)), "<b>1.jpg")
SUSPECT = SuspectView("<i>x", "0.7", TILE, "labelled <Ann>", (TILE,), "more like Bob", (TILE, TILE))


def view(**changes: object) -> DatasetView:
    values: dict[str, object] = {
        "name": "<people>",
        "tallies": (("5", "images"),),
        "spreads": (Bars("Yaw", ("-1", "0", "1"), (1, 4, 2)),),
        "left_out": (),
        "settings": (("Template", "arcface-112"),),
    }
    return DatasetView(**{**values, **changes})  # type: ignore[arg-type]


def test_a_page_without_faces_says_nothing_of_sharing() -> None:
    text = dataset_page(view())
    assert "&lt;people&gt;" in text
    assert "<people>" not in text
    assert "Nothing." in text
    assert "Labels to look at" not in text
    assert "photographs of faces" not in text


def test_suspects_stand_beside_both_people() -> None:
    text = dataset_page(view(labels_lead="Look.", suspects=(SUSPECT,)))
    assert text.count("data:image/jpeg") == 4
    assert "&lt;Ann&gt;" in text
    assert "<i>x" not in text
    assert "Names that may be one person" not in text
    assert "photographs of faces" in text


def test_examples_are_shown_and_the_rest_is_counted() -> None:
    left_out = (LeftOutView("copy", 1234, (("a.jpg", "the same file as b.jpg"),)),)
    text = dataset_page(view(left_out=left_out))
    assert "copy: 1,234" in text
    assert "… and 1,233 more" in text


def test_bars_are_as_high_as_their_counts() -> None:
    text = bars(Bars("Yaw", ("-1", "0", "1"), (1, 4, 2)))
    heights = [float(value) for value in re.findall(r'<rect[^>]* height="([\d.]+)"', text)]
    assert heights == [30, 120, 60]
    assert 'aria-label="Yaw: -1: 1, 0: 4, 1: 2"' in text
    assert text.count("<text") == 3


def test_labels_that_do_not_fit_are_thinned() -> None:
    labels = tuple(f"label {number}" for number in range(30))
    text = bars(Bars("x", labels, (0,) * 30))
    assert re.findall(r">(label \d+)<", text) == ["label 0", "label 15", "label 29"]


@pytest.mark.parametrize(("labels", "counts"), [((), ()), (("a",), (1, 2)), (("a",), (-1,))])
def test_bars_that_cannot_be_drawn(labels: tuple[str, ...], counts: tuple[int, ...]) -> None:
    with pytest.raises(InputError):
        Bars("x", labels, counts)
