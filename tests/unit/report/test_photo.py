from __future__ import annotations

import re
from dataclasses import replace

import pytest

from facemetric.report import BoxLabel, PhotoCard
from facemetric.report.photo import photo


def test_faces_are_named_drawn_and_listed(card: PhotoCard) -> None:
    markup = photo(card)
    assert 'alt="Photograph crew.jpg with 2 faces: Ada, unknown"' in markup
    assert '<rect x="170.0" y="60.0" width="110.0" height="140.0" class="known"/>' in markup
    assert 'viewBox="0 0 512.0 512.0"' in markup
    assert "nearest: <bdi>Grace</bdi>" in markup
    cells = re.findall(r'<td class="number">([^<]*)</td>', markup)
    assert cells == ["1", "0.950", "0.100", "2", "0.810", "0.380"]


def test_landmarks_are_marked_on_large_faces_alone(card: PhotoCard) -> None:
    assert 'd="M200.0 110.0h0"' in photo(card)
    box = replace(card.boxes[0], box_xyxy_px=(190, 100, 215, 130))
    assert "M200.0 110.0h0" not in photo(replace(card, boxes=(box,)))


def test_a_face_that_was_only_found_has_no_verdict(card: PhotoCard) -> None:
    markup = photo(replace(card, boxes=(BoxLabel((1, 1, 90, 90), None, compared=False),)))
    assert "unknown" not in markup
    assert "<table" not in markup
    assert "1 face: a face" in markup


def test_a_crowd_is_labelled_by_number(card: PhotoCard) -> None:
    row = tuple(BoxLabel((60 * i, 10, 60 * i + 50, 70), f"P{i}", similarity=0.9) for i in range(8))
    labels = re.findall(r'<span class="label[^>]*>(.*?)</span>', photo(replace(card, boxes=row)))
    assert labels == [str(number) for number in range(1, 9)]


@pytest.mark.parametrize("left", [0, 20, 150, 300, 420, 511])
def test_a_label_stays_on_the_photograph(card: PhotoCard, left: int) -> None:
    name = "A name that is rather long"
    box = BoxLabel((left, 10, left + 60, 80), name, similarity=0.9)
    style = re.search(
        r'class="label known (\w+)" style="left:([\d.]+)%;top:[\d.]+%;max-width:([\d.]+)%',
        photo(replace(card, boxes=(box,))),
    )
    assert style is not None
    side, at, room = style[1], float(style[2]), float(style[3])
    start = at - {"start": 0, "middle": room / 2, "end": room}[side]
    assert start >= -0.01
    assert start + room <= 100.01


def test_a_label_of_a_face_at_the_bottom_stands_above_it(card: PhotoCard) -> None:
    low = BoxLabel((200, 400, 280, 511), "Ada", similarity=0.9)
    assert re.search(
        r'label known middle above" style="[^"]*top:78', photo(replace(card, boxes=(low,)))
    )


def test_the_outcome_is_said_where_the_truth_is_known(card: PhotoCard) -> None:
    wrong = replace(card, expected="Grace", as_expected=False)
    assert "not as expected (wanted: Grace)" in photo(wrong)
    assert "expected" not in photo(card)
