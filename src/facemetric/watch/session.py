"""A watch: several sources, one recogniser, one list, some sinks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from facemetric.decide import threshold_for
from facemetric.detect import Detector
from facemetric.embed import Embedder
from facemetric.errors import CalibrationError, GalleryError, InputError
from facemetric.gallery import Gallery
from facemetric.recognizer.bound import check_bound
from facemetric.watch.blindness import Blindness
from facemetric.watch.eyes import Eyes
from facemetric.watch.frame import Frame
from facemetric.watch.inbox import Inbox
from facemetric.watch.looks import Looks
from facemetric.watch.outgrowth import Outgrowth
from facemetric.watch.reader import Reader
from facemetric.watch.readers import Readers
from facemetric.watch.roster import Roster
from facemetric.watch.shots import MOST_SHOTS
from facemetric.watch.sinks import Sink
from facemetric.watch.sinks.fan import Fan
from facemetric.watch.source import Source
from facemetric.watch.spread import DecideOn, spread_exponent
from facemetric.watch.tracker import Tracker
from facemetric.watch.unknown import UnknownGroups, UnknownPolicy
from facemetric.watch.visits import Visits
from facemetric.watch.watcher import Watcher
from facemetric.wire.faces import ThresholdOut
from facemetric.wire.watch import (
    WatchedSourceOut,
    WatchEvent,
    WatchSourceOut,
    WatchSummaryOut,
)

_TICK_S, _SILENT_S = 0.25, 1.0
_MOST_PROBLEMS = 20
_CONTINUITY_FAR = 1e-3


class Watch:
    """Watches sources for the people of a list until they end or it is stopped.

    Parameters
    ----------
    detector, embedder
        Find faces and embed them.
    gallery
        Open, of the embedder's bundle; whoever opened it closes it.
    sources
        From ``parse_source``.
    sinks
        Where events go; closed at the end.
    groups
        The list: people in any of these groups of the gallery; everybody where it is empty.
    every
        Look for faces in every so many frames.
    stranger_risk, threshold
        As for ``Recognizer.identify_many``; see ``Roster``.
    decide_on
        What of a face's shots is compared with the threshold.
    dwell_s, cool_down_s
        See ``Visits``.
    min_shots, looks
        See ``Looks``.
    unknown
        What is done about people who are not on the list.
    thumbnails
        Put a picture of the face into alerts.
    realtime
        Read files at their own speed, dropping what comes too late.
    started
        When the recordings began; ``None``: now.
    give_up_s
        A live source that has been away for so long has ended; never where ``None``.
    tell
        Called with sentences on what went wrong meanwhile.
    seed
        Of the jitter in waits.

    Raises
    ------
    BundleMismatchError
        The gallery holds embeddings of another bundle, graph or ``flip``.
    CalibrationError
        The bundle has no correction for unlike shots, and that was asked for.
        No calibrated threshold keeps the risk for the list as it is, and none was given. A list
        that outgrows its risk later is watched on, and told of: see ``Roster``.
    InputError
        An option is out of range.
    """

    def __init__(
        self,
        detector: Detector,
        embedder: Embedder,
        gallery: Gallery,
        sources: Sequence[Source],
        *,
        sinks: Sequence[Sink] = (),
        groups: Sequence[str] = (),
        every: int = 5,
        stranger_risk: float = 0.01,
        threshold: float | None = None,
        decide_on: DecideOn = "mean",
        dwell_s: float = 0.0,
        cool_down_s: float = 30.0,
        min_shots: int = 3,
        looks: int = 5,
        unknown: UnknownPolicy = "ignore",
        thumbnails: bool = False,
        realtime: bool = False,
        started: datetime | None = None,
        give_up_s: float | None = None,
        tell: Callable[[str], None] = lambda text: None,
        seed: int = 0,
    ) -> None:
        if not sources:
            raise InputError("nothing to watch", item="sources", fix="Name one source or more")
        for name, number in (("every", every), ("min_shots", min_shots), ("looks", looks)):
            if number < 1:
                raise InputError(f"expected at least 1, got {number}", item=name)
        if min_shots > MOST_SHOTS:
            raise InputError(
                f"expected at most {MOST_SHOTS}, as many as are kept of a face, got {min_shots}",
                item="min_shots",
                fix="Lower it: with more, no face would ever be looked up",
            )
        if len({source.name for source in sources}) < len(sources):
            raise InputError(
                "two sources have one name", item="sources", fix="Name them: entrance=rtsp://…"
            )
        check_bound(gallery, embedder)
        self._bundle = embedder.bundle.id
        self._fan = Fan(sinks, trouble=self._trouble)
        self._tell = tell
        self._roster = Roster(
            gallery,
            embedder.bundle.manifest,
            flip=embedder.flip,
            groups=groups,
            stranger_risk=stranger_risk,
            exponent=spread_exponent(
                embedder.bundle.manifest,
                decide_on,
                flip=embedder.flip,
                min_shots=min_shots,
                looks=looks,
            ),
            threshold=threshold,
        )
        self._decide_on = decide_on
        self._outgrowth = Outgrowth(self._roster)
        self._inbox = Inbox(len(sources))
        same = _continuity(embedder, self._roster)
        eyes = Eyes(detector, embedder)
        numbers = UnknownGroups(same=same) if unknown == "group" else None
        self._watchers = [
            Watcher(
                source.name,
                eyes,
                self._roster,
                tracker=Tracker(eyes.embed, same=same),
                looks=Looks(min_shots=min_shots, most=looks),
                visits=Visits(dwell_s=dwell_s, cool_down_s=cool_down_s),
                unknown=unknown,
                groups=numbers,
                thumbnails=thumbnails,
                decide_on=decide_on,
            )
            for source in sources
        ]
        self._readers = Readers(
            sources,
            self._inbox,
            every=every,
            realtime=realtime,
            started=started,
            give_up_s=give_up_s,
            seed=seed,
        )
        self._blindness = [Blindness(live=source.live) for source in sources]
        self._stop = threading.Event()
        self._stopped_by: str | None = None
        self._problems: list[str] = []
        self._told_away = False
        self._next_tick_s = 0.0

    def stop(self, by: str = "stop") -> None:
        """End the watch soon; may be called from a signal handler or another thread."""
        self._stopped_by = self._stopped_by or by
        self._stop.set()

    def run(self, *, gallery: str = "") -> WatchSummaryOut:
        """Watch until every source has ended or ``stop`` is called, and return the summary.

        Parameters
        ----------
        gallery
            How the summary calls the gallery.

        Raises
        ------
        SourceError
            Nothing could be read of any source.
        BrokenPipeError
            Whoever read standard output stopped reading.
        """
        started, start = datetime.now(UTC), time.monotonic()
        self._frame_s = [start] * len(self._watchers)
        if self._roster.groups and not self._roster.people:  # perhaps misspelt
            groups = ", ".join(self._roster.groups)
            self._trouble(
                f"nobody is on the list {groups} yet: nobody is alerted until somebody is"
            )
        self._readers.start()
        try:
            while not self._stop.is_set() and not self._inbox.ended:
                frame = self._inbox.take(_TICK_S)
                self._fan.send(self._source_events())
                if frame is not None:
                    self._frame_s[frame.source] = time.monotonic()
                    self._fan.send(self._guarded(self._watchers[frame.source].see(frame)))
                    self._fan.send(self._list_events(start))
                    self._mind(frame)
                self._pass_time(start)
            self._readers.end()
            self._fan.send(self._source_events())
        finally:
            self._readers.end()
            self._fan.close()
        error = self._readers.error()
        if error is not None:
            raise error
        return self._summary(gallery, started, time.monotonic() - start)

    def _mind(self, frame: Frame) -> None:
        watcher = self._watchers[frame.source]
        for reason in self._blindness[frame.source].reasons(frame, step_s=watcher.step_s):
            self._trouble(f"{watcher.name}: {reason}")

    def _pass_time(self, start: float) -> None:
        """Let visits of live sources end while none of their frames comes."""
        now_s = time.monotonic()
        if now_s < self._next_tick_s:
            return
        self._next_tick_s = now_s + _TICK_S
        for number in self._readers.flowing:
            if now_s - self._frame_s[number] >= _SILENT_S:
                events = self._watchers[number].pass_time(now_s - start, datetime.now(UTC))
                self._fan.send(self._guarded(events))

    def _source_events(self) -> Iterator[WatchEvent]:
        """Yield what has become of the sources, and the last of those that have ended."""
        for event in self._readers.opened_and_lost():
            yield self._troubled(event)
        for number, event in self._readers.ended():
            yield from self._guarded(self._watchers[number].finish())
            yield self._troubled(event)

    def _list_events(self, start: float) -> Iterator[WatchEvent]:
        """Yield what has become of the list."""
        for event in self._outgrowth.changes(time.monotonic() - start, datetime.now(UTC)):
            self._trouble(event.reason or "the list is short enough again for the stranger risk")
            yield event

    def _guarded(self, events: Iterator[WatchEvent]) -> Iterator[WatchEvent]:
        """Yield events; a gallery that is away is told of once, and asked again later."""
        try:
            yield from events
        except GalleryError as error:
            if not self._told_away:
                self._trouble(str(error))
            self._told_away = True
        else:
            self._told_away = self._told_away and self._roster.away

    def _troubled(self, event: WatchSourceOut) -> WatchSourceOut:
        if event.reason:
            self._trouble(f"{event.source}: {event.reason}")
        return event

    def _trouble(self, text: str) -> None:
        self._tell(text)
        if len(self._problems) < _MOST_PROBLEMS:
            self._problems.append(text)

    def _summary(self, gallery: str, started: datetime, wall_s: float) -> WatchSummaryOut:
        watched_s = sum(reader.stream_s for reader in self._readers)
        return WatchSummaryOut(
            bundle=self._bundle,
            gallery=gallery,
            lists=self._roster.groups,
            started=started.isoformat(timespec="milliseconds"),
            ended=datetime.now(UTC).isoformat(timespec="milliseconds"),
            wall_s=round(wall_s, 3),
            speed=round(watched_s / max(wall_s, 1e-9), 3),
            stopped_by=self._stopped_by,
            threshold=ThresholdOut.model_validate(self._roster.threshold),
            people=self._roster.people,
            decided_on=self._decide_on,
            sources=tuple(map(self._figures, self._readers)),
            deliveries=self._fan.deliveries(),
            problems=tuple(self._problems),
        )

    def _figures(self, reader: Reader) -> WatchedSourceOut:
        watcher = self._watchers[reader.number]
        return WatchedSourceOut(
            source=reader.source.name,
            frames=reader.frames,
            looked_at=watcher.looked_at,
            dropped=self._inbox.dropped[reader.number],
            reconnects=reader.reconnects,
            stream_s=round(reader.stream_s, 3),
            tracks=watcher.tracks,
            alerts=watcher.alerts,
            unknown=watcher.unknown,
        )


def _continuity(embedder: Embedder, roster: Roster) -> float:
    """Return the cosine from which two faces may be one person, to follow faces by."""
    try:
        manifest = embedder.bundle.manifest
        return threshold_for(manifest, far=_CONTINUITY_FAR, flip=embedder.flip).similarity
    except CalibrationError:
        return roster.threshold.similarity
