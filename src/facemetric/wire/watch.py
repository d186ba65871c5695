"""What a watch says: one document for each event."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from facemetric.wire.faces import ThresholdOut, Wire, schema
from facemetric.wire.odds import OddsOut

SourceState = Literal["open", "lost", "ended"]
DecidedOn = Literal["mean", "corrected"]
ListState = Literal["outgrown", "fits"]
BoxOut = tuple[float, float, float, float]


class WatchEventOut(Wire):
    """What every event has.

    ``event_id`` is a uuid: a receiver that sees one twice was sent it twice. ``at`` is the time of
    the frame in UTC, ``stream_s`` the same in seconds since the source began. ``source`` is the
    source's name, never its password; empty where the event is of the whole watch.
    """

    schema_name: str = schema("")
    event_id: str
    source: str
    at: str
    stream_s: float


class WatchAlertOut(WatchEventOut):
    """A listed person came into view: one for each visit.

    ``similarity`` is the mean cosine of the track's best shots (``shots`` of them) to the person's
    nearest sample; where ``decided_on`` is ``corrected``, that mean corrected for how unlike the
    shots are, as the bundle's ``spreads`` say. ``odds`` and ``stranger_rate`` are those of such a
    similarity, as for one photograph: ``stranger_rate`` bounds the chance that a stranger's is as
    high for anybody on the list, in one look-up; they are null where the bundle has no
    calibration. ``looks`` tells how many look-ups the track has had, ``in_view_s`` how long the
    person had been in view.
    ``thumbnail_jpeg`` is the best shot in base64, where thumbnails were asked for.
    """

    schema_name: Literal["facemetric.watch-alert/1"] = schema("facemetric.watch-alert/1")
    track_id: int
    person_id: str
    name: str
    similarity: float
    distance: float
    threshold: ThresholdOut
    stranger_risk: float | None
    odds: OddsOut | None
    stranger_rate: float | None
    decided_on: DecidedOn = "mean"
    shots: int
    looks: int
    in_view_s: float
    box_xyxy_px: BoxOut
    frame_width_px: int
    frame_height_px: int
    thumbnail_jpeg: str | None = None
    liveness: Literal["not_checked"] = "not_checked"


class WatchLeftOut(WatchEventOut):
    """A visit that was alerted is over: the person was last seen at ``at``."""

    schema_name: Literal["facemetric.watch-left/1"] = schema("facemetric.watch-left/1")
    person_id: str
    name: str
    alert_id: str
    first_stream_s: float
    in_view_s: float


class WatchUnknownOut(WatchEventOut):
    """Somebody who is not on the list has gone, under the policies ``count`` and ``group``.

    ``unknown`` numbers the unknown people of this watch where they are grouped, and is null where
    they are counted; ``visits`` counts that one's tracks so far. Nothing of the face is kept.
    """

    schema_name: Literal["facemetric.watch-unknown/1"] = schema("facemetric.watch-unknown/1")
    track_id: int
    unknown: int | None
    visits: int
    first_stream_s: float
    in_view_s: float
    shots: int
    box_xyxy_px: BoxOut


class WatchSourceOut(WatchEventOut):
    """A source was opened, was lost (it is tried again), or has ended."""

    schema_name: Literal["facemetric.watch-source/1"] = schema("facemetric.watch-source/1")
    state: SourceState
    reason: str | None = None


class WatchListOut(WatchEventOut):
    """The list has become too long for the stranger risk that was asked for, or fits again.

    While it is ``outgrown``, people are alerted at the strictest calibrated threshold, and
    ``stranger_risk`` bounds the chance that a stranger is named, as in each alert; it is more than
    ``asked_risk``, and told again each time it has doubled. ``stream_s`` counts from the beginning
    of the watch.
    """

    schema_name: Literal["facemetric.watch-list/1"] = schema("facemetric.watch-list/1")
    state: ListState
    people: int
    samples: int
    threshold: ThresholdOut
    stranger_risk: float
    asked_risk: float
    reason: str | None = None


class WatchedSourceOut(Wire):
    """One source in figures.

    ``frames`` were decoded, ``looked_at`` were searched for faces, ``dropped`` were due for it and
    gave way to newer ones since there was no time.
    """

    source: str
    frames: int
    looked_at: int
    dropped: int
    reconnects: int
    stream_s: float
    tracks: int
    alerts: int
    unknown: int


class DeliveryOut(Wire):
    """What became of the events that one sink was given."""

    sink: str
    delivered: int
    retried: int
    dropped: int
    failed: int


class WatchSummaryOut(Wire):
    """What a watch says last.

    ``speed`` is seconds of video for each second of the clock, over all sources together.
    """

    schema_name: Literal["facemetric.watch-summary/1"] = schema("facemetric.watch-summary/1")
    bundle: str
    gallery: str
    lists: tuple[str, ...]
    started: str
    ended: str
    wall_s: float
    speed: float
    stopped_by: str | None = None
    threshold: ThresholdOut
    people: int
    decided_on: DecidedOn = "mean"
    sources: tuple[WatchedSourceOut, ...]
    deliveries: tuple[DeliveryOut, ...] = ()
    problems: tuple[str, ...] = Field(default=())


WatchEvent = WatchAlertOut | WatchLeftOut | WatchUnknownOut | WatchSourceOut | WatchListOut
