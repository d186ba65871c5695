"""A whole watch without faces: sources, sinks, galleries that fail and end."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("av")

from facemetric.bundle import open_bundle
from facemetric.embed import Embedder
from facemetric.errors import BundleMismatchError, InputError, SourceError
from facemetric.gallery import Gallery
from facemetric.types import Face, Image, UInt8
from facemetric.watch import JsonLines, Watch, parse_source
from facemetric.wire.watch import DeliveryOut, WatchEvent
from layouts.hook_server import serving
from layouts.sightings import unit
from layouts.watch_lists import BUNDLE, directions_gallery, enrol
from layouts.watch_video import write_video


class NoFaces:
    """A detector that takes its time and finds nothing."""

    name = "none"

    def __init__(self, wait_s: float = 0.0, then: Callable[[], object] = lambda: None) -> None:
        self.wait_s = wait_s
        self.then = then

    def detect(self, image: Image) -> tuple[Face, ...]:
        time.sleep(self.wait_s)
        self.then()
        return ()


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder(open_bundle(BUNDLE), threads=1)


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[Gallery]:
    with directions_gallery(tmp_path / "list.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def pictures() -> Iterator[UInt8]:
        for number in range(50):
            yield np.full((48, 64, 3), number * 5, np.uint8)

    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    write_video(path, pictures())
    return path


def watch(embedder: Embedder, gallery: Gallery, *sources: str, **options: Any) -> Watch:
    detector = options.pop("detector", NoFaces())
    return Watch(detector, embedder, gallery, [parse_source(one) for one in sources], **options)


def test_every_source_is_watched_to_its_end(
    embedder: Embedder, gallery: Gallery, clip: Path
) -> None:
    out = io.StringIO()
    session = watch(
        embedder, gallery, f"in={clip}", f"out={clip}", every=10, sinks=[JsonLines(out)]
    )
    summary = session.run(gallery="list.db")
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {(row["source"], row["state"]) for row in rows} == {
        (name, state) for name in ("in", "out") for state in ("open", "ended")
    }
    for one in summary.sources:
        assert (one.frames, one.looked_at, one.dropped, one.stream_s) == (50, 5, 0, 1.96)
    assert (summary.gallery, summary.people, summary.stopped_by) == ("list.db", 0, None)
    assert summary.speed > 0
    assert summary.deliveries[0].delivered == 4


def test_a_slow_computer_drops_frames_of_a_live_source_and_counts_them(
    embedder: Embedder, gallery: Gallery, clip: Path
) -> None:
    session = watch(
        embedder, gallery, str(clip), every=1, realtime=True, detector=NoFaces(wait_s=0.2)
    )
    (one,) = session.run().sources
    assert one.dropped > 20
    assert one.looked_at + one.dropped == one.frames == 50


def test_time_passes_for_a_camera_that_is_away_while_another_is_busy(
    embedder: Embedder, gallery: Gallery, clip: Path
) -> None:
    answers = (200, {"Content-Type": "video/mp4"}, clip.read_bytes()), 404
    with serving(*answers) as server:
        sources = [f"busy={clip}", f"away={server.url}/live.mp4"]
        session = watch(embedder, gallery, *sources, every=1, realtime=True, give_up_s=0.5)
        passed: list[tuple[int, float]] = []
        for number, watcher in enumerate(session._watchers):
            watcher.pass_time = (  # type: ignore[method-assign]
                lambda at_s, time, number=number: passed.append((number, at_s)) or iter(())  # type: ignore[func-returns-value]
            )
        session.run()
    assert {number for number, _ in passed} == {1}
    assert 1.0 <= passed[0][1] < 2.0


def test_one_bad_source_does_not_end_the_others(
    embedder: Embedder, gallery: Gallery, clip: Path, tmp_path: Path
) -> None:
    (tmp_path / "words.mp4").write_text("no video")
    told: list[str] = []
    session = watch(embedder, gallery, str(clip), str(tmp_path / "words.mp4"), tell=told.append)
    summary = session.run()
    assert [one.frames for one in summary.sources] == [50, 0]
    assert len(told) == 1 and told[0].startswith("words.mp4: it cannot be read")
    assert summary.problems == tuple(told)


def test_nothing_to_be_read_is_an_error(
    embedder: Embedder, gallery: Gallery, tmp_path: Path
) -> None:
    (tmp_path / "words.mp4").write_text("no video")
    with pytest.raises(SourceError, match=r"words\.mp4"):
        watch(embedder, gallery, str(tmp_path / "words.mp4")).run()


def test_a_stream_that_was_never_there_is_an_error(embedder: Embedder, gallery: Gallery) -> None:
    with serving(404, 404, 404) as server, pytest.raises(SourceError, match=r"live\.ts"):
        watch(embedder, gallery, f"{server.url}/live.ts", give_up_s=0.1).run()


def test_a_list_without_anybody_is_told_of(
    embedder: Embedder, gallery: Gallery, clip: Path
) -> None:
    told: list[str] = []
    watch(embedder, gallery, str(clip), groups=["baned"], tell=told.append).run()
    assert told == ["nobody is on the list baned yet: nobody is alerted until somebody is"]


def test_a_defect_in_a_reader_is_not_hidden(
    embedder: Embedder, gallery: Gallery, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(frame: object) -> UInt8:
        raise ZeroDivisionError("defect")

    monkeypatch.setattr("facemetric.watch.reader.upright_pixels", broken)
    with pytest.raises(ZeroDivisionError, match="defect"):
        watch(embedder, gallery, str(clip)).run()


def test_it_stops_when_it_is_asked_to(embedder: Embedder, gallery: Gallery, clip: Path) -> None:
    session = watch(embedder, gallery, str(clip), every=1, detector=NoFaces(wait_s=0.1))
    threading.Timer(0.4, session.stop, ["SIGTERM"]).start()
    start = time.monotonic()
    summary = session.run()
    assert time.monotonic() - start < 3
    assert summary.stopped_by == "SIGTERM"
    assert summary.sources[0].looked_at < 30


def test_a_gallery_that_is_away_is_told_of_once(
    embedder: Embedder, gallery: Gallery, clip: Path
) -> None:
    told: list[str] = []
    session = watch(
        embedder,
        gallery,
        str(clip),
        every=1,
        detector=NoFaces(wait_s=0.05, then=gallery.close),
        tell=told.append,
    )
    assert session.run().sources[0].looked_at == 50
    assert len(told) == 1


def test_a_list_that_outgrows_its_risk_is_an_event_and_not_the_end(
    embedder: Embedder, gallery: Gallery, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(gallery, "Ada", unit(1))
    (person,) = gallery.people()
    out, told = io.StringIO(), list[str]()
    session = watch(
        embedder,
        gallery,
        str(clip),
        every=1,
        sinks=[JsonLines(out)],
        tell=told.append,
        detector=NoFaces(wait_s=0.05),
    )
    # As if another process had enrolled them meanwhile.
    monkeypatch.setattr(gallery, "people", lambda: [replace(person, samples=6000)])
    summary = session.run()
    assert summary.sources[0].looked_at == 50
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    (event,) = (row for row in rows if row["schema"] == "facemetric.watch-list/1")
    assert (event["state"], event["samples"], event["asked_risk"]) == ("outgrown", 6000, 0.01)
    assert 0.01 < event["stranger_risk"] < 0.013
    assert event["threshold"]["similarity"] == summary.threshold.similarity
    assert summary.problems == tuple(told) == (event["reason"],)


class Failing:
    """A sink that fails."""

    def __init__(self, error: OSError) -> None:
        self.error = error

    def send(self, event: WatchEvent) -> None:
        raise self.error

    def close(self) -> None:
        pass

    def delivery(self) -> DeliveryOut:
        return DeliveryOut(sink="failing", delivered=0, retried=0, dropped=0, failed=2)


def test_one_sink_that_fails_does_not_keep_events_from_the_others(
    embedder: Embedder, gallery: Gallery, clip: Path
) -> None:
    out, told = io.StringIO(), list[str]()
    sinks = [Failing(OSError(28, "No space left on device")), JsonLines(out)]
    session = watch(embedder, gallery, str(clip), every=25, sinks=sinks, tell=told.append)
    session.run()
    assert len(out.getvalue().splitlines()) == 2
    assert told[0] == "failing: No space left on device"


def test_a_sink_that_cannot_be_closed_keeps_none_open(
    embedder: Embedder, gallery: Gallery, clip: Path
) -> None:
    class Stuck(Failing):
        def send(self, event: WatchEvent) -> None:
            pass

        def close(self) -> None:
            self.closed = True
            raise self.error

    sinks = [Stuck(OSError(28, "No space left on device")) for _ in range(2)]
    told: list[str] = []
    watch(embedder, gallery, str(clip), every=25, sinks=sinks, tell=told.append).run()
    assert all(sink.closed for sink in sinks)
    assert told == ["failing: No space left on device"] * 2


def test_frames_too_far_apart_to_follow_a_face_are_told_of(
    embedder: Embedder, gallery: Gallery, tmp_path: Path
) -> None:
    def pictures() -> Iterator[UInt8]:
        for number in range(6):
            yield np.full((48, 64, 3), number * 5, np.uint8)

    write_video(tmp_path / "slow.mp4", pictures(), fps=1)
    told: list[str] = []
    watch(embedder, gallery, str(tmp_path / "slow.mp4"), every=5, tell=told.append).run()
    assert len(told) == 1
    assert told[0].startswith("slow.mp4: a frame is looked at every 5 s only")


def test_whoever_stops_reading_ends_the_watch(
    embedder: Embedder, gallery: Gallery, clip: Path
) -> None:
    session = watch(embedder, gallery, str(clip), sinks=[Failing(BrokenPipeError())])
    with pytest.raises(BrokenPipeError):
        session.run()


def test_the_summary_says_what_was_decided_on(
    embedder: Embedder, gallery: Gallery, clip: Path
) -> None:
    summary = watch(embedder, gallery, str(clip), every=25, decide_on="corrected").run()
    assert summary.decided_on == "corrected"
    assert watch(embedder, gallery, str(clip), every=25).run().decided_on == "mean"
    with pytest.raises(InputError, match="min_shots: expected at least 3"):
        watch(embedder, gallery, str(clip), decide_on="corrected", min_shots=2)
    with pytest.raises(InputError, match="looks: expected at most 5"):
        watch(embedder, gallery, str(clip), decide_on="corrected", looks=6)


def test_more_shots_than_are_kept_are_never_waited_for(
    embedder: Embedder, gallery: Gallery, clip: Path
) -> None:
    with pytest.raises(InputError, match="min_shots: expected at most 8"):
        watch(embedder, gallery, str(clip), min_shots=9)


@pytest.mark.parametrize("option", ["every", "min_shots", "looks"])
def test_options_out_of_range_are_named(
    embedder: Embedder, gallery: Gallery, clip: Path, option: str
) -> None:
    with pytest.raises(InputError, match=option):
        watch(embedder, gallery, str(clip), **{option: 0})


def test_two_sources_of_one_name_are_refused(
    embedder: Embedder, gallery: Gallery, clip: Path
) -> None:
    with pytest.raises(InputError, match="one name"):
        watch(embedder, gallery, str(clip), str(clip))


def test_embeddings_of_another_making_are_refused(gallery: Gallery, clip: Path) -> None:
    with pytest.raises(BundleMismatchError):
        watch(Embedder(open_bundle(BUNDLE), threads=1, flip=False), gallery, str(clip))
