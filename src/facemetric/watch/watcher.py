"""One source: frames in, events out."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from facemetric.types import Chip
from facemetric.watch.eyes import Eyes
from facemetric.watch.frame import Frame
from facemetric.watch.looks import Looked, Looks
from facemetric.watch.roster import Roster
from facemetric.watch.spread import DecideOn
from facemetric.watch.track import Track
from facemetric.watch.tracker import Tracker
from facemetric.watch.unknown import UnknownGroups, UnknownPolicy
from facemetric.watch.visits import Visit, Visits
from facemetric.wire.faces import ThresholdOut
from facemetric.wire.odds import OddsOut
from facemetric.wire.watch import WatchAlertOut, WatchEvent, WatchLeftOut, WatchUnknownOut


class Watcher:
    """Follows the faces of one source, looks them up and says who came and went.

    Parameters
    ----------
    name
        The source's name.
    eyes, roster
        Shared by all sources.
    tracker, looks, visits
        Of this source.
    unknown
        What is done about people who are not on the list.
    groups
        Numbers for unknown faces, where the policy is ``group``; may be shared by all sources.
    thumbnails
        Put the best shot into alerts.
    decide_on
        What alerts say that their similarity is; the roster makes it so.
    """

    def __init__(
        self,
        name: str,
        eyes: Eyes,
        roster: Roster,
        *,
        tracker: Tracker,
        looks: Looks,
        visits: Visits,
        unknown: UnknownPolicy = "ignore",
        groups: UnknownGroups | None = None,
        thumbnails: bool = False,
        decide_on: DecideOn = "mean",
    ) -> None:
        self.name = name
        self.looked_at = 0
        self.alerts = 0
        self.unknown = 0
        self._eyes = eyes
        self._roster = roster
        self._tracker = tracker
        self._looks = looks
        self._visits = visits
        self._policy = unknown
        self._groups = groups
        self._thumbnails = thumbnails
        self._decide_on = decide_on
        self._now: tuple[float, datetime] | None = None
        self._size_px = (0, 0)
        self._leaving: list[Visit] = []

    @property
    def tracks(self) -> int:
        """How many tracks there have been."""
        return self._tracker.begun

    @property
    def step_s(self) -> float:
        """How far the frames that were looked at last are apart, usually."""
        return self._tracker.step_s

    def see(self, frame: Frame) -> Iterator[WatchEvent]:
        """Take in a frame and yield what has happened.

        Raises
        ------
        GalleryError
            The gallery cannot be read; the look-ups that were due stay due.
        """
        self.looked_at += 1
        self._now = (frame.at_s, frame.time)
        self._size_px = (frame.pixels.shape[1], frame.pixels.shape[0])
        ended = self._tracker.update(self._eyes.see(frame), frame.at_s)
        yield from self._over(ended, self._visits.over(frame.at_s, followed=self._followed()))
        self._look_up()
        for track in self._tracker.tracks:
            if track.last.at_s == frame.at_s:
                yield from self._seen(track)

    def pass_time(self, at_s: float, time: datetime) -> Iterator[WatchEvent]:
        """Take in that time has passed without a frame, as when a source is away."""
        self._now = (at_s, time)
        ended = self._tracker.drop(at_s)
        yield from self._over(ended, self._visits.over(at_s, followed=self._followed()))

    def finish(self) -> Iterator[WatchEvent]:
        """End what is open: the source has ended."""
        yield from self._over(self._tracker.finish(), self._visits.finish())

    def _followed(self) -> set[str]:
        """Return whose faces are followed."""
        looked = map(self._looks.of, self._tracker.tracks)
        return {one.answer.match.person_id for one in looked if one and one.answer.match}

    def _look_up(self) -> None:
        self._roster.refresh()
        version = self._roster.version
        due = [track for track in self._tracker.tracks if self._looks.due(track, version=version)]
        answers = self._roster.look_up([track.shots.template() for track in due])
        for track, answer in zip(due, answers, strict=True):
            self._looks.keep(track, answer, version=version)

    def _seen(self, track: Track) -> Iterator[WatchEvent]:
        looked = self._looks.of(track)
        if looked is None or looked.answer.match is None:
            return
        person_id = looked.answer.match.person_id
        visit = self._visits.seen(person_id, since_s=track.first_s, at_s=track.last.at_s)
        if visit is None:
            return
        name = self._roster.name_of(person_id)
        if name is None:  # erased since the look-up
            self._visits.forget(person_id)
            return
        alert = self._alert(track, looked, visit, name)
        visit.alert_id = alert.event_id
        self.alerts += 1
        yield alert

    def _over(self, tracks: list[Track], visits: list[Visit]) -> Iterator[WatchEvent]:
        for track in tracks:
            looked = self._looks.forget(track)
            if looked is not None and looked.answer.match is None:
                yield from self._unknown(track)
        self._leaving += visits
        while self._leaving:
            visit = self._leaving[0]
            # Where the gallery is away this fails, and the visit waits.
            name = self._roster.name_of(visit.person_id) if visit.alert_id else None
            del self._leaving[0]
            if name is not None and visit.alert_id is not None:
                yield WatchLeftOut(
                    event_id=str(uuid4()),
                    source=self.name,
                    at=self._time(visit.last_s),
                    stream_s=round(visit.last_s, 3),
                    person_id=visit.person_id,
                    name=name,
                    alert_id=visit.alert_id,
                    first_stream_s=round(visit.first_s, 3),
                    in_view_s=round(visit.last_s - visit.first_s, 3),
                )

    def _unknown(self, track: Track) -> Iterator[WatchEvent]:
        if self._policy == "ignore":
            return
        self.unknown += 1
        number, visits = None, 1
        if self._groups is not None:
            template, _ = track.shots.template()
            number, visits = self._groups.number(template, at_s=track.last.at_s)
        yield WatchUnknownOut(
            event_id=str(uuid4()),
            source=self.name,
            at=self._time(track.last.at_s),
            stream_s=round(track.last.at_s, 3),
            track_id=track.number,
            unknown=number,
            visits=visits,
            first_stream_s=round(track.first_s, 3),
            in_view_s=round(track.in_view_s, 3),
            shots=len(track.shots),
            box_xyxy_px=_box(track),
        )

    def _alert(self, track: Track, looked: Looked, visit: Visit, name: str) -> WatchAlertOut:
        decision = looked.answer.decision
        similarity = decision.candidates[0].similarity
        return WatchAlertOut(
            event_id=str(uuid4()),
            source=self.name,
            at=self._time(track.last.at_s),
            stream_s=round(track.last.at_s, 3),
            track_id=track.number,
            person_id=visit.person_id,
            name=name,
            similarity=similarity,
            distance=2.0 - 2.0 * similarity,
            threshold=ThresholdOut.model_validate(decision.threshold),
            stranger_risk=decision.stranger_risk,
            odds=OddsOut.model_validate(decision.odds) if decision.odds else None,
            stranger_rate=decision.stranger_rate,
            decided_on=self._decide_on,
            shots=len(track.shots),
            looks=looked.looks,
            in_view_s=round(visit.last_s - visit.first_s, 3),
            box_xyxy_px=_box(track),
            frame_width_px=self._size_px[0],
            frame_height_px=self._size_px[1],
            thumbnail_jpeg=_jpeg(track.shots.best.chip) if self._thumbnails else None,
        )

    def _time(self, at_s: float) -> str:
        assert self._now is not None
        now_s, now = self._now
        return (now - timedelta(seconds=now_s - at_s)).isoformat(timespec="milliseconds")


def _box(track: Track) -> tuple[float, float, float, float]:
    left, top, right, bottom = (round(float(edge), 1) for edge in track.last.box_xyxy_px)
    return left, top, right, bottom


def _jpeg(chip: Chip) -> str:
    import cv2

    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(chip.pixels, cv2.COLOR_RGB2BGR))
    return base64.b64encode(encoded.tobytes()).decode("ascii")
