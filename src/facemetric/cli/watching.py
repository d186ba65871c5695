"""What ``facemetric watch`` reads and prints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from facemetric.cli.output import counted, people_counted, shown
from facemetric.errors import SourceError

if TYPE_CHECKING:
    from facemetric.watch import Source
    from facemetric.wire.watch import DeliveryOut, WatchEvent, WatchSummaryOut


def read_watched(texts: list[str]) -> list[Source]:
    """Return the sources that are meant; ``@FILE`` stands for those in a file.

    Raises
    ------
    SourceError
        One is not a source, or the file cannot be read.
    """
    from facemetric.watch import parse_source

    found = []
    for text in texts:
        for line in _lines(text[1:]) if text.startswith("@") else (text,):
            found.append(parse_source(line))
    return found


def _lines(path: str) -> list[str]:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SourceError(f"it cannot be read: {reason}", item=path) from None
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


class Lines:
    """Events as lines for people, on standard output."""

    def __init__(self) -> None:
        self._delivered = 0

    def send(self, event: WatchEvent) -> None:
        """Print one event."""
        print(_sentence(event), flush=True)
        self._delivered += 1

    def close(self) -> None:
        """Do nothing: standard output stays open."""

    def delivery(self) -> DeliveryOut:
        """Say how many lines were printed."""
        from facemetric.wire.watch import DeliveryOut

        return DeliveryOut(sink="stdout", delivered=self._delivered, retried=0, dropped=0, failed=0)

    def end(self, summary: WatchSummaryOut) -> None:
        """Print the summary."""
        for one in summary.sources:
            print(
                f"{shown(one.source)}: {one.stream_s:.1f} s, {one.looked_at:,} of {one.frames:,} "
                f"frames looked at, {one.dropped:,} dropped, "
                f"{counted(one.reconnects, 'reconnect')}; {counted(one.tracks, 'face')} followed, "
                f"{counted(one.alerts, 'alert')}, {one.unknown:,} unknown"
            )
        for sink in summary.deliveries[1:]:
            print(
                f"{sink.sink}: {sink.delivered:,} delivered, {sink.retried:,} tries again, "
                f"{sink.dropped:,} dropped, {sink.failed:,} failed"
            )
        print(
            f"{people_counted(summary.people)} on the list; "
            f"threshold {summary.threshold.similarity:.4f}: "
            f"{summary.threshold.source}; {summary.speed:.2f} times real time; liveness not checked"
        )


def _sentence(event: WatchEvent) -> str:
    from facemetric.wire.watch import WatchAlertOut, WatchLeftOut, WatchListOut, WatchUnknownOut

    if isinstance(event, WatchListOut):
        return (
            f"{event.at}  list {event.state}: {people_counted(event.people)}, "
            f"{counted(event.samples, 'sample')}, "
            f"stranger risk {event.stranger_risk:.2g}, {event.asked_risk:g} asked for"
        )
    start = f"{event.at}  {shown(event.source)}  "
    if isinstance(event, WatchAlertOut):
        odds = f" ({event.odds.rate_text} pairs of strangers)" if event.odds else ""
        return f"{start}ALERT {shown(event.name)}  similarity {event.similarity:.4f}{odds}"
    if isinstance(event, WatchLeftOut):
        return f"{start}left {shown(event.name)}  after {event.in_view_s:.1f} s"
    if isinstance(event, WatchUnknownOut):
        who = "unknown" if event.unknown is None else f"unknown {event.unknown}"
        return f"{start}{who}  {event.in_view_s:.1f} s in view, visit {event.visits}"
    return f"{start}source {event.state}{f': {event.reason}' if event.reason else ''}"
