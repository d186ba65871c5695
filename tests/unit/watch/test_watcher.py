"""One source from faces to events, without pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from facemetric.bundle import open_bundle
from facemetric.errors import GalleryError
from facemetric.gallery import Gallery
from facemetric.types import Float32
from facemetric.watch import Frame, Looks, Roster, Tracker, UnknownPolicy, Visits, Watcher
from facemetric.watch.eyes import Eyes
from facemetric.watch.shots import Sighting
from facemetric.watch.unknown import UnknownGroups
from facemetric.wire.watch import WatchAlertOut, WatchEvent, WatchLeftOut, WatchUnknownOut
from layouts.sightings import embed_given, near, sighting, unit
from layouts.watch_lists import BUNDLE, directions_gallery, enrol

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
STEP_S = 0.2
Cast = Sequence[tuple[Float32, float, float, float]]
"""Embedding, x, and from when to when."""


class Script(Eyes):
    """Eyes that see what is written."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.now_s = 0.0

    def see(self, frame: Frame) -> list[Sighting]:
        self.now_s = frame.at_s
        step = round(frame.at_s / STEP_S)
        return [
            sighting([x, 100, x + 80, 180], frame.at_s, who=near(row, 0.985, step))
            for row, x, start_s, end_s in self.cast
            if start_s <= frame.at_s < end_s
        ]

    def embed(self, sightings: Sequence[Sighting]) -> Float32:
        return embed_given(sightings)


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[Gallery]:
    with directions_gallery(tmp_path / "list.db") as opened:
        enrol(opened, "Ada", unit(1))
        enrol(opened, "Bob", unit(2))
        yield opened


def watcher(
    gallery: Gallery,
    cast: Cast,
    *,
    visits: Visits | None = None,
    unknown: UnknownPolicy = "ignore",
    thumbnails: bool = False,
) -> Watcher:
    eyes = Script(cast)
    manifest = open_bundle(BUNDLE).manifest
    roster = Roster(gallery, manifest, flip=True, clock=lambda: eyes.now_s)
    return Watcher(
        "door",
        eyes,
        roster,
        tracker=Tracker(eyes.embed, same=0.92),
        looks=Looks(),
        visits=Visits(cool_down_s=5) if visits is None else visits,
        unknown=unknown,
        groups=UnknownGroups(same=0.92) if unknown == "group" else None,
        thumbnails=thumbnails,
    )


def play(watching: Watcher, until_s: float, *, from_s: float = 0.0) -> list[WatchEvent]:
    events: list[WatchEvent] = []
    pixels = np.zeros((480, 640, 3), np.uint8)
    for step in range(round(from_s / STEP_S), round(until_s / STEP_S)):
        at_s = step * STEP_S
        frame = Frame(0, pixels, at_s, BEGAN + timedelta(seconds=at_s))
        events += watching.see(frame)
    return events


def of_kind(events: Sequence[WatchEvent], kind: type) -> list:  # type: ignore[type-arg]
    return [event for event in events if isinstance(event, kind)]


def test_each_listed_person_is_told_of_once_a_visit(gallery: Gallery) -> None:
    cast = [
        (unit(1), 50.0, 0.0, 4.0),
        (unit(2), 300.0, 1.0, 5.0),
        (unit(9), 500.0, 0.0, 20.0),  # a stranger
        (unit(1), 60.0, 6.0, 8.0),  # within the cool-down
        (unit(1), 70.0, 15.0, 18.0),
    ]
    watching = watcher(gallery, cast)
    events = play(watching, 30) + list(watching.finish())
    alerts = of_kind(events, WatchAlertOut)
    assert [(alert.name, round(alert.stream_s)) for alert in alerts] == [
        ("Ada", 0),
        ("Bob", 1),
        ("Ada", 15),
    ]
    left = of_kind(events, WatchLeftOut)
    assert [(one.name, one.alert_id) for one in left] == [
        ("Bob", alerts[1].event_id),
        ("Ada", alerts[0].event_id),
        ("Ada", alerts[2].event_id),
    ]
    assert left[1].in_view_s == pytest.approx(7.8)
    assert watching.alerts == 3
    assert not of_kind(events, WatchUnknownOut)


def test_an_alert_has_its_evidence(gallery: Gallery) -> None:
    (alert,) = of_kind(play(watcher(gallery, [(unit(1), 50.0, 1.0, 3.0)]), 4), WatchAlertOut)
    assert alert.at == "2026-01-01T00:00:01.400+00:00"
    assert alert.stream_s == pytest.approx(1.4)
    assert (alert.source, alert.track_id, alert.shots, alert.looks) == ("door", 1, 3, 1)
    assert alert.similarity >= alert.threshold.similarity
    assert alert.odds is not None and alert.stranger_rate is not None
    assert alert.stranger_risk is not None and alert.stranger_risk <= 0.01
    assert (alert.frame_width_px, alert.frame_height_px) == (640, 480)
    assert alert.box_xyxy_px == (50.0, 100.0, 130.0, 180.0)
    assert alert.thumbnail_jpeg is None
    assert alert.liveness == "not_checked"


def test_a_thumbnail_only_where_it_is_asked_for(gallery: Gallery) -> None:
    watching = watcher(gallery, [(unit(1), 50.0, 0.0, 3.0)], thumbnails=True)
    (alert,) = of_kind(play(watching, 2), WatchAlertOut)
    assert alert.thumbnail_jpeg.startswith("/9j/")


def test_nobody_is_told_of_before_the_dwell(gallery: Gallery) -> None:
    cast = [(unit(1), 50.0, 0.0, 2.5), (unit(2), 300.0, 0.0, 6.0)]
    watching = watcher(gallery, cast, visits=Visits(dwell_s=3, cool_down_s=5))
    (alert,) = of_kind(play(watching, 10), WatchAlertOut)
    assert alert.name == "Bob"
    assert alert.in_view_s >= 3


def test_somebody_enrolled_while_in_view_is_found(gallery: Gallery, tmp_path: Path) -> None:
    watching = watcher(gallery, [(unit(5), 50.0, 0.0, 9.0)])
    assert play(watching, 4) == []
    with directions_gallery(tmp_path / "list.db") as other:
        enrol(other, "Eve", unit(5))
    (alert,) = play(watching, 6, from_s=4)
    assert alert.name == "Eve"


def test_somebody_erased_is_neither_found_nor_named_again(gallery: Gallery, tmp_path: Path) -> None:
    cast = [(unit(1), 50.0, 0.0, 4.0), (unit(1), 60.0, 12.0, 15.0)]
    watching = watcher(gallery, cast, unknown="count")
    events = play(watching, 2)
    assert [event.name for event in of_kind(events, WatchAlertOut)] == ["Ada"]
    with directions_gallery(tmp_path / "list.db") as other:
        other.remove("Ada")
    later = play(watching, 25, from_s=2) + list(watching.finish())
    assert not of_kind(later, WatchAlertOut)
    assert not of_kind(later, WatchLeftOut)  # it would name somebody who is no longer known
    assert len(of_kind(later, WatchUnknownOut)) == 2


def test_somebody_erased_during_the_dwell_gives_no_alert(gallery: Gallery, tmp_path: Path) -> None:
    watching = watcher(gallery, [(unit(1), 50.0, 0.0, 9.0)], visits=Visits(dwell_s=3))
    assert play(watching, 2) == []
    with directions_gallery(tmp_path / "list.db") as other:
        other.remove("Ada")
    watching._roster.refresh = lambda: None  # type: ignore[method-assign]  # not read again yet
    assert play(watching, 9, from_s=2) == []


STRANGERS = [
    (unit(8), 50.0, 0.0, 3.0),
    (unit(9), 300.0, 0.0, 3.0),
    (unit(8), 60.0, 10.0, 13.0),
]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("ignore", []),
        ("count", [(None, 1), (None, 1), (None, 1)]),
        ("group", [(1, 1), (2, 1), (1, 2)]),
    ],
)
def test_unknown_people_by_policy(
    gallery: Gallery, policy: UnknownPolicy, expected: list[tuple[int | None, int]]
) -> None:
    watching = watcher(gallery, STRANGERS, unknown=policy)
    events = play(watching, 16) + list(watching.finish())
    assert [(event.unknown, event.visits) for event in events] == expected
    assert watching.unknown == len(expected)
    assert gallery.stats().people == 2  # nothing was stored


def test_without_a_cool_down_there_is_one_alert_for_each_time_a_face_is_followed(
    gallery: Gallery,
) -> None:
    cast = [(unit(1), 50.0, 0.0, 4.0), (unit(1), 60.0, 8.0, 12.0)]
    watching = watcher(gallery, cast, visits=Visits(cool_down_s=0))
    events = play(watching, 16) + list(watching.finish())
    assert len(of_kind(events, WatchAlertOut)) == len(of_kind(events, WatchLeftOut)) == 2


def test_who_left_while_the_gallery_was_away_is_told_of_later(gallery: Gallery) -> None:
    cast = [(unit(1), 50.0, 0.0, 2.0), (unit(2), 300.0, 0.0, 2.0)]
    watching = watcher(gallery, cast)
    play(watching, 3)
    name_of = watching._roster.name_of

    def away(person_id: str) -> str | None:
        raise GalleryError("another process was writing")

    watching._roster.name_of = away  # type: ignore[method-assign]
    for at_s in (10.0, 11.0):
        with pytest.raises(GalleryError):
            list(watching.pass_time(at_s, BEGAN))
    watching._roster.name_of = name_of  # type: ignore[method-assign]
    left = list(watching.pass_time(12.0, BEGAN))
    assert [event.name for event in of_kind(left, WatchLeftOut)] == ["Ada", "Bob"]
    assert list(watching.pass_time(13.0, BEGAN)) == []


def test_somebody_enrolled_and_others_erased_while_in_view(
    gallery: Gallery, tmp_path: Path
) -> None:
    """A list that changes all the time gives nobody a second alert for one visit."""
    watching = watcher(gallery, [(unit(1), 50.0, 0.0, 12.0)])
    events: list[WatchEvent] = []
    with directions_gallery(tmp_path / "list.db") as other:
        for second in range(12):
            enrol(other, f"new {second}", unit(100 + second))
            if second:
                other.remove(f"new {second - 1}")
            events += play(watching, second + 1, from_s=second)
    assert [event.name for event in of_kind(events, WatchAlertOut)] == ["Ada"]


def test_time_that_passes_without_frames_ends_visits(gallery: Gallery) -> None:
    watching = watcher(gallery, [(unit(1), 50.0, 0.0, 3.0)])
    play(watching, 3)
    assert list(watching.pass_time(5.0, BEGAN + timedelta(seconds=5))) == []
    (left,) = watching.pass_time(8.5, BEGAN + timedelta(seconds=8.5))
    assert left.at == "2026-01-01T00:00:02.800+00:00"


def test_a_stranger_is_looked_up_a_few_times_only(gallery: Gallery) -> None:
    watching = watcher(gallery, [(unit(9), 50.0, 0.0, 60.0)])
    asked = []
    look_up = watching._roster.look_up

    def counted(templates: Sequence[tuple[Float32, float]]) -> list:  # type: ignore[type-arg]
        asked.extend(templates)
        return look_up(templates)

    watching._roster.look_up = counted  # type: ignore[method-assign]
    play(watching, 60)
    assert 1 <= len(asked) <= 5
