"""Who a map is fitted on and who judges it."""

from __future__ import annotations

import numpy as np
import pytest

from facemetric.errors import DataError
from facemetric.jobs.upgrading import embed_shared, shared, split_people
from layouts.two_networks import seen


def test_nobody_is_in_both_parts() -> None:
    faces = seen(60, 4)
    fitted, held = split_people(faces, held_share=0.3, seed=1)
    assert not set(fitted.photos.names) & set(held.photos.names)
    assert len(held.photos.names) == 18 and len(fitted.photos) + len(held.photos) == 240
    again = split_people(faces, held_share=0.3, seed=1)[1]
    assert again.photos.names == held.photos.names
    assert split_people(faces, held_share=0.3, seed=2)[1].photos.names != held.photos.names
    row = held.photos.paths.index(held.photos.paths[5])
    whole = faces.photos.paths.index(held.photos.paths[5])
    np.testing.assert_array_equal(held.new[row], faces.new[whole])


def test_no_more_judge_than_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "MOST_HELD", 20)
    _, held = split_people(seen(60, 4), held_share=0.5)
    assert len(held.photos) == 20


def test_too_few_to_fit_on() -> None:
    with pytest.raises(DataError, match="made up: 84 faces are left to fit on when 9 people are"):
        split_people(seen(30, 4))


@pytest.mark.parametrize(
    ("people", "each", "share", "says"),
    [
        (1, 120, 0.3, "0 of 1 people, 0 of them with several photographs, would judge"),
        (8, 30, 0.3, "2 of 8 people, 2 of them with several"),
        (200, 1, 0.3, "60 of 200 people, 0 of them with several"),
        (120, 4, 0.02, "2 of 120 people, 2 of them with several"),
    ],
)
def test_too_few_to_judge(people: int, each: int, share: float, says: str) -> None:
    with pytest.raises(DataError, match=f"made up: {says}") as caught:
        split_people(seen(people, each), held_share=share)
    assert "4 are needed, 2 of them with several" in caught.value.cause
    needed = round(4 / share) + 1
    assert f"more people: {needed} or more" in str(caught.value.fix)
    split_people(seen(max(needed, 40), 4), held_share=share)  # what it advises


def test_photographs_without_a_face_are_left_out() -> None:
    faces = seen(10, 3)
    found = np.ones(30, bool)
    found[4] = False
    both = embed_shared(
        "some",
        faces.photos,
        old=lambda photos: (faces.old, found),
        new=lambda photos: (faces.new, np.roll(found, 1)),
    )
    assert len(both.photos) == 28 and both.without_face == 2
    np.testing.assert_array_equal(both.new[4], faces.new[6])
