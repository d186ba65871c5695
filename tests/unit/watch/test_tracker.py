"""Tracks beside the truth: drawn movers, whoever they look like."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.watch.tracker import Tracker
from layouts.sightings import embed_given, near, sighting, unit

STEP_S = 0.2
SAME = 0.92


def box_at(x: float, y: float, side: float = 80.0) -> list[float]:
    return [x - side / 2, y - side / 2, x + side / 2, y + side / 2]


def tracker(**options: float) -> Tracker:
    return Tracker(embed_given, same=SAME, **options)  # type: ignore[arg-type]


def track_at(tracks: Tracker, box: list[float], at_s: float) -> int:
    """Return the number of the track that was last seen at a box."""
    found = [
        track.number
        for track in tracks.tracks
        if track.last.at_s == at_s and np.allclose(track.last.box_xyxy_px, box)
    ]
    assert len(found) == 1
    return found[0]


@settings(deadline=None, max_examples=60)
@given(
    people=st.lists(
        st.tuples(
            st.floats(-25, 25),  # velocity x in px a step
            st.floats(-12, 12),
            st.floats(60, 110),  # side
            st.booleans(),  # looks like the first one
        ),
        min_size=1,
        max_size=5,
    ),
    unseen=st.sets(st.tuples(st.integers(0, 4), st.integers(2, 19)), max_size=12),
)
def test_movers_that_stay_apart_keep_their_tracks(
    people: list[tuple[float, float, float, bool]], unseen: set[tuple[int, int]]
) -> None:
    tracks = tracker()
    numbers: dict[int, set[int]] = {}
    for step in range(20):
        at_s = step * STEP_S
        seen = []
        for who, (vx, vy, side, like_first) in enumerate(people):
            if (who, step) in unseen and (who, step - 1) not in unseen:
                continue
            # Rows 800 px apart, and no velocity crosses from one to the next.
            box = box_at(2000 + vx * step, 500 + 800 * who + vy * step, side)
            seen.append((who, sighting(box, at_s, who=unit(0 if like_first else who)), box))
        tracks.update([one for _, one, _ in seen], at_s)
        for who, _, box in seen:
            numbers.setdefault(who, set()).add(track_at(tracks, box, at_s))
    assert all(len(found) == 1 for found in numbers.values()), numbers
    assert len({number for found in numbers.values() for number in found}) == len(people)
    assert tracks.begun == len(people)


def test_people_who_cross_keep_their_tracks_by_their_faces() -> None:
    tracks = tracker()
    first, second = unit(1), unit(2)
    numbers = []
    for step in range(21):
        at_s = step * STEP_S
        boxes = [box_at(100 + 20 * step, 200), box_at(500 - 20 * step, 210)]
        faces = [
            sighting(boxes[0], at_s, who=near(first, 0.97, step)),
            sighting(boxes[1], at_s, who=near(second, 0.97, step)),
        ]
        # At the crossing the one behind is hidden.
        visible = faces[:1] if 9 <= step <= 11 else faces
        tracks.update(visible, at_s)
        numbers.append([track_at(tracks, box, at_s) for box in boxes[: len(visible)]])
    assert {row[0] for row in numbers} == {numbers[0][0]}
    assert {row[1] for row in numbers if len(row) == 2} == {numbers[0][1]}
    assert tracks.begun == 2


def test_another_face_in_the_same_place_begins_another_track() -> None:
    tracks = tracker()
    box = box_at(100, 100)
    for step in range(5):
        tracks.update([sighting(box, step * STEP_S, who=near(unit(1), 0.98, step))], step * STEP_S)
    for step in range(5, 20):
        tracks.update([sighting(box, step * STEP_S, who=near(unit(2), 0.98, step))], step * STEP_S)
    assert tracks.begun == 2


def test_a_track_that_is_not_seen_ends() -> None:
    tracks = tracker(lost_s=1.0)
    tracks.update([sighting(box_at(100, 100), 0.0, who=unit(1))], 0.0)
    assert tracks.drop(0.9) == []
    (ended,) = tracks.drop(1.1)
    assert ended.number == 1
    assert tracks.tracks == []


@pytest.mark.parametrize("step_s", [0.2, 1.0, 3.0, 4.0])
def test_a_face_is_followed_however_seldom_frames_come(step_s: float) -> None:
    tracks = tracker()
    for number in range(6):
        at_s = number * step_s
        tracks.update([sighting(box_at(100, 100), at_s, who=near(unit(1), 0.97, number))], at_s)
    assert tracks.begun == 1
    assert tracks.step_s == pytest.approx(step_s)
    assert len(tracks.drop(5 * step_s + max(1.6, 2.6 * step_s))) == 1


def test_one_long_pause_does_not_make_it_wait_for_the_lost() -> None:
    tracks = tracker()
    for at_s in (0.0, 0.2, 0.4, 0.6, 300.0, 300.2):
        tracks.update([sighting(box_at(100, 100), at_s, who=unit(1))], at_s)
    assert tracks.begun == 2
    assert tracks.step_s == pytest.approx(0.2)


def test_a_face_that_moved_far_is_found_again_by_likeness_within_reach() -> None:
    tracks = tracker()
    tracks.update([sighting(box_at(100, 100), 0.0, who=unit(1))], 0.0)
    tracks.update([sighting(box_at(250, 100), 0.4, who=near(unit(1), 0.97))], 0.4)
    assert tracks.begun == 1
    tracks.update([sighting(box_at(2500, 100), 0.6, who=near(unit(1), 0.97))], 0.6)
    assert tracks.begun == 2


def test_a_steady_face_is_embedded_rarely() -> None:
    embedded = []

    def embed(sightings: list) -> np.ndarray:  # type: ignore[type-arg]
        embedded.extend(sightings)
        return embed_given(sightings)

    tracks = Tracker(embed, same=SAME, most_shots=4)  # type: ignore[arg-type]
    for step in range(51):
        at_s = step * STEP_S
        tracks.update([sighting(box_at(100, 100), at_s, who=unit(1))], at_s)
    # Four shots, then once a second for the rest of ten seconds.
    assert 4 <= len(embedded) <= 4 + 10
    assert tracks.begun == 1


def test_memory_does_not_grow_with_time() -> None:
    tracks = tracker(most_shots=4)
    for step in range(300):
        tracks.update([sighting(box_at(100, 100), step * STEP_S, who=unit(1))], step * STEP_S)
    assert len(tracks.tracks[0].shots) == 4


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_order_of_the_faces_does_not_matter(order: tuple[int, int]) -> None:
    tracks = tracker()
    boxes = [box_at(100, 100), box_at(140, 110)]  # overlapping: nothing is clear
    tracks.update([sighting(b, 0.0, who=unit(n)) for n, b in enumerate(boxes)], 0.0)
    moved = [box_at(120, 100), box_at(120, 110)]
    tracks.update([sighting(moved[n], 0.2, who=near(unit(n), 0.96)) for n in order], 0.2)
    assert [track_at(tracks, moved[n], 0.2) for n in (0, 1)] == [1, 2]
