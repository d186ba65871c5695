"""Events to send and to print."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from facemetric.wire import ThresholdOut, WatchAlertOut
from facemetric.wire.watch import WatchSourceOut


def event(number: int = 1) -> WatchSourceOut:
    """Make an event that can be told from others."""
    return WatchSourceOut(
        event_id=str(UUID(int=number)),
        source="door",
        at="2026-01-01T00:00:00.000+00:00",
        stream_s=float(number),
        state="open",
    )


def alert(**changes: Any) -> WatchAlertOut:
    """Make an alert about a person."""
    facts = {
        **event().model_dump(include={"event_id", "source", "at", "stream_s"}),
        "track_id": 1,
        "person_id": "p",
        "name": "Ada",
        "similarity": 0.96,
        "distance": 0.08,
        "threshold": ThresholdOut(similarity=0.9, far=None, source="by hand"),
        "stranger_risk": None,
        "odds": None,
        "stranger_rate": None,
        "shots": 3,
        "looks": 1,
        "in_view_s": 0.4,
        "box_xyxy_px": (0.0, 0.0, 1.0, 1.0),
        "frame_width_px": 640,
        "frame_height_px": 480,
    }
    return WatchAlertOut(**(facts | changes))
