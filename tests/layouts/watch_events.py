"""Events to send."""

from __future__ import annotations

from uuid import UUID

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
