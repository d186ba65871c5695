from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from facemetric.errors import InputError
from facemetric.report import annotate, undrawable
from facemetric.types import UInt8

BOX = np.array([[150.0, 80.0, 300.0, 260.0]])


def test_the_box_is_drawn_on_a_copy(astronaut: UInt8) -> None:
    before = astronaut.copy()
    drawn = annotate(astronaut, BOX, [""], colours=[(255, 0, 0)])
    assert (astronaut == before).all()
    assert drawn.shape == astronaut.shape and drawn.dtype == np.uint8
    assert (drawn[170, 150] == (255, 0, 0)).all()
    assert (drawn[170, 200] == astronaut[170, 200]).all()


def test_the_label_stands_above_its_box(astronaut: UInt8) -> None:
    plain = annotate(astronaut, BOX, [""])
    named = annotate(astronaut, BOX, ["Ada 0.95"])
    rows, columns = np.nonzero((plain != named).any(axis=2))
    assert rows.size > 50
    assert rows.min() > 40 and rows.max() <= 81
    assert columns.min() >= 149


@pytest.mark.parametrize("box", [(-40, -60, 90, 90), (460, 3, 600, 509), (0, 0, 511, 511)])
def test_a_label_stays_inside_the_picture(astronaut: UInt8, box: tuple[int, ...]) -> None:
    boxes = np.array([box], dtype=float)
    plain = annotate(astronaut, boxes, [""]).astype(int)
    brighter = annotate(astronaut, boxes, ["M" * 12]).astype(int) - plain
    painted = (brighter != 0).any(axis=2)
    columns = np.flatnonzero(painted.any(axis=0))
    # Twelve letters of at least 14 px are wider than this, wherever the box is.
    assert columns.max() - columns.min() > 100


def test_boxes_are_in_full_size_pixels(astronaut: UInt8) -> None:
    small = np.ascontiguousarray(astronaut[::2, ::2])
    drawn = annotate(small, BOX, [""], size_px=(512, 512), colours=[(255, 0, 0)])
    assert (drawn[85, 75] == (255, 0, 0)).all()


def test_landmarks_are_drawn(astronaut: UInt8) -> None:
    points = np.array([[[200.0, 150.0], [250.0, 150.0]]])
    drawn = annotate(astronaut, BOX, [""], landmarks_px=points, colours=[(255, 0, 0)])
    assert (drawn[150, [200, 250]] == (255, 0, 0)).all()


def test_no_faces_give_an_equal_copy(astronaut: UInt8) -> None:
    drawn = annotate(astronaut, np.zeros((0, 4)), [])
    assert drawn is not astronaut
    assert (drawn == astronaut).all()


def test_letters_without_a_glyph_are_refused_not_drawn_as_boxes(astronaut: UInt8) -> None:
    assert undrawable("Ada 0.95 <unknown>") == ""
    assert undrawable("Ada 로즈") == "로즈"
    with pytest.raises(InputError, match=r"no glyph for '로즈'.*HTML page"):
        annotate(astronaut, BOX, ["로즈"])


def test_a_font_adds_letters(astronaut: UInt8) -> None:
    manager = pytest.importorskip("matplotlib.font_manager", reason="matplotlib ships DejaVu Sans")
    font = Path(manager.findfont("DejaVu Sans"))
    assert undrawable("Ádám Жук", font=font) == ""
    changed = annotate(astronaut, BOX, ["Жук"], font=font) != annotate(astronaut, BOX, [""])
    assert changed.any()


@pytest.mark.parametrize(
    ("boxes", "labels", "more", "named"),
    [
        (BOX, [], {}, "boxes_xyxy_px"),
        (BOX * np.nan, ["a"], {}, "boxes_xyxy_px"),
        (BOX, ["a"], {"colours": []}, "colours"),
        (BOX, ["a"], {"landmarks_px": np.zeros((2, 5, 2))}, "landmarks_px"),
        (BOX, ["a"], {"font": Path("nowhere.ttf")}, "nowhere.ttf"),
    ],
)
def test_bad_arguments_are_named(
    astronaut: UInt8, boxes: UInt8, labels: list[str], more: dict[str, object], named: str
) -> None:
    with pytest.raises(InputError, match=named):
        annotate(astronaut, boxes, labels, **more)
