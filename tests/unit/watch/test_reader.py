"""Real streams on this machine: files, HTTP, UDP; lost and found again."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av")

from facemetric.errors import SourceError
from facemetric.types import UInt8
from facemetric.watch import parse_source
from facemetric.watch.capture import _frames
from facemetric.watch.inbox import Inbox
from facemetric.watch.reader import Reader
from layouts.hook_server import serving
from layouts.rtsp_server import rtsp_camera
from layouts.watch_video import write_video

FRAMES, FPS = 30, 25


def pictures(count: int = FRAMES, *, wait_s: float = 0.0) -> Iterator[UInt8]:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 255, (48, 64, 3), np.uint8)
    for number in range(count):
        time.sleep(wait_s)
        yield np.roll(noise, number, axis=1)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.ts"
    write_video(path, pictures(), form="mpegts")
    return path


class States:
    """What a reader told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str | None]] = []

    def __call__(self, number: int, state: str, reason: str | None) -> None:
        self.told.append((state, reason))

    def count(self, state: str) -> int:
        return sum(one == state for one, _ in self.told)


def reader(address: str, inbox: Inbox, tell: States, **options: object) -> Reader:
    options = {
        "every": 1,
        "realtime": False,
        "started": None,
        "give_up_s": None,
        "rng": random.Random(0),
        "timeout_s": 1.0,
        "first_wait_s": 0.05,
    } | options
    return Reader(0, parse_source(address), inbox, tell=tell, **options)  # type: ignore[arg-type]


def wait_for(true: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.02)


def test_a_file_is_read_in_full_every_so_many_frames(clip: Path) -> None:
    inbox, states = Inbox(1), States()
    began = datetime(2026, 1, 1, tzinfo=UTC)
    reading = reader(str(clip), inbox, states, every=4, started=began)
    reading.start()
    taken = []
    while not inbox.ended:
        frame = inbox.take(1)
        if frame is not None:
            taken.append(frame)
    assert [frame.at_s for frame in taken] == pytest.approx([n / FPS for n in range(0, FRAMES, 4)])
    assert taken[1].time.isoformat() == "2026-01-01T00:00:00.160000+00:00"
    assert taken[0].pixels.shape == (48, 64, 3)
    assert (reading.frames, inbox.dropped) == (FRAMES, [0])
    assert states.told == [("open", None), ("ended", None)]


def test_a_file_at_its_own_speed_drops_what_comes_too_late(clip: Path) -> None:
    inbox, states = Inbox(1), States()
    reading = reader(str(clip), inbox, states, realtime=True)
    start = time.monotonic()
    reading.start()
    taken = 0
    while not inbox.ended:
        taken += inbox.take(1) is not None
        time.sleep(0.2)  # five a second, of 25
    assert time.monotonic() - start >= (FRAMES - 1) / FPS
    assert taken < FRAMES / 2
    assert taken + inbox.dropped[0] == FRAMES


def test_a_stream_that_ends_is_opened_again(clip: Path) -> None:
    inbox, states = Inbox(1), States()
    with serving((200, {"Content-Type": "video/mp2t"}, clip.read_bytes())) as server:
        address = server.url.replace("http://", "http://admin:hunter2@")
        reading = reader(f"{address}/live.ts?token=tok123", inbox, states)
        reading.start()
        wait_for(lambda: states.count("open") >= 3)
        reading.stop()
        reading.join(120)
    assert not reading.alive
    assert reading.reconnects >= 2
    assert states.count("lost") >= 2
    assert states.told[1] == ("lost", "the stream ended")
    # Nobody took anything: all but the newest frame gave way.
    assert inbox.dropped[0] == reading.frames - 1


def test_a_stream_that_stays_away_is_given_up_and_its_address_not_told(
    capfd: pytest.CaptureFixture[str],
) -> None:
    inbox, states = Inbox(1), States()
    with serving(401) as server:
        address = server.url.replace("http://", "http://admin:hunter2@")
        reading = reader(f"{address}/live.ts?token=tok123", inbox, states, give_up_s=0.3)
        reading.start()
        reading.join(120)
    assert not reading.alive
    assert inbox.ended
    # Told of once, not at every try.
    assert [state for state, _ in states.told] == ["lost", "ended"]
    assert "401" in (states.told[0][1] or "")
    shown = str(states.told) + "".join(capfd.readouterr())
    assert not any(secret in shown for secret in ("hunter2", "tok123", "admin"))
    assert len(server.requests) >= 2


def test_a_camera_with_a_password_is_followed_through_reconnects(
    clip: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    inbox, states = Inbox(1), States()
    with rtsp_camera(clip, user="admin", password="hunter2") as camera:
        address = f"rtsp://admin:hunter2@127.0.0.1:{camera.port}/stream1"
        reading = reader(address, inbox, states, timeout_s=3.0)
        reading.start()
        wait_for(lambda: states.count("open") >= 2, 30)
        reading.stop()
        reading.join(120)
    assert camera.asked.count("PLAY") >= 2
    assert reading.reconnects >= 1
    assert "hunter2" not in str(states.told) + "".join(capfd.readouterr())


def test_a_camera_refuses_a_wrong_password(clip: Path) -> None:
    inbox, states = Inbox(1), States()
    with rtsp_camera(clip, user="admin", password="hunter2") as camera:
        address = f"rtsp://admin:wrong-one@127.0.0.1:{camera.port}/stream1"
        reading = reader(address, inbox, states, give_up_s=0.2)
        reading.start()
        reading.join(120)
    assert camera.refused >= 2
    assert [state for state, _ in states.told] == ["lost", "ended"]
    assert "wrong-one" not in str(states.told)


def test_packets_that_stop_and_come_again() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"udp://127.0.0.1:{port}"

    def send() -> None:
        write_video(f"{address}?pkt_size=1316", pictures(100, wait_s=0.02), form="mpegts")

    inbox, states = Inbox(1), States()
    reading = reader(address, inbox, states, timeout_s=2.0)
    reading.start()
    for opened in (1, 2):
        sender = threading.Thread(target=send)
        sender.start()
        wait_for(lambda opened=opened: states.count("open") == opened)  # type: ignore[misc]
        sender.join()
        wait_for(lambda opened=opened: states.count("lost") >= opened)  # type: ignore[misc]
    reading.stop()
    reading.join(120)
    assert reading.reconnects == 1
    assert reading.frames > 20


def test_a_file_that_is_no_video_is_named(tmp_path: Path) -> None:
    path = tmp_path / "words.mp4"
    path.write_text("no video")
    inbox, states = Inbox(1), States()
    reading = reader(str(path), inbox, states)
    reading.start()
    reading.join(120)
    assert isinstance(reading.error, SourceError)
    assert reading.error.item == "words.mp4"
    assert states.count("ended") == 1
    assert inbox.ended


def test_a_playlist_does_not_lead_elsewhere(tmp_path: Path) -> None:
    """A file may name others on the network; it must not make us ask for them."""
    with serving(200) as server:
        path = tmp_path / "list.m3u8"
        path.write_text(
            "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n"
            f"{server.url}/segment.ts\n#EXT-X-ENDLIST\n"
        )
        reading = reader(str(path), Inbox(1), States())
        reading.start()
        reading.join(120)
    assert reading.error is not None
    assert server.requests == []


def read(path: Path) -> tuple[Reader, list[float]]:
    """Read a file; return the times of its frames."""
    inbox = Inbox(1)
    reading = reader(str(path), inbox, States())
    reading.start()
    taken = []
    while not inbox.ended:
        frame = inbox.take(1)
        taken += [frame.at_s] if frame is not None else []
    return reading, taken


def test_recordings_that_were_put_one_behind_the_other(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "both.ts"
    path.write_bytes(clip.read_bytes() * 2)
    reading, taken = read(path)
    assert reading.frames == 2 * FRAMES
    assert taken == pytest.approx([number / FPS for number in range(2 * FRAMES)])


def test_a_file_without_time_stamps_goes_by_its_rate(tmp_path: Path) -> None:
    path = tmp_path / "raw.h264"
    write_video(path, pictures(), form="h264")
    assert read(path)[1] == pytest.approx([number / FPS for number in range(FRAMES)])


def test_a_frame_larger_than_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    write_video(path, iter([np.zeros((8000, 8000, 3), np.uint8)]))
    reading, taken = read(path)
    assert taken == []
    assert "50,000,000 pixels" in str(reading.error)


def test_a_camera_that_sends_no_picture_any_more_is_lost() -> None:
    """Packets come, and none of them can be decoded: as bad as no packets."""
    import av

    class Undecodable:
        stream_index = 0

        def decode(self) -> list[object]:
            time.sleep(0.01)
            raise av.error.InvalidDataError(1, "invalid")

    class Endless:
        def demux(self) -> Iterator[Undecodable]:
            while True:
                yield Undecodable()

    stream = type("Stream", (), {"index": 0})
    source = parse_source("udp://127.0.0.1:1")
    with pytest.raises(SourceError, match="no picture"):
        next(_frames(Endless(), stream, source, 0.2))


def test_a_redirect_leads_nowhere(clip: Path) -> None:
    """A camera's answer must not make us ask other machines of its network."""
    states = States()
    video = (200, {"Content-Type": "video/mp2t"}, clip.read_bytes())
    with serving(video) as inside, serving((302, {"Location": inside.url}, b"")) as server:
        reading = reader(f"{server.url}/live.ts", Inbox(1), states, give_up_s=0.1)
        reading.start()
        reading.join(120)
    assert len(server.requests) >= 1
    assert inside.requests == []
    assert [state for state, _ in states.told] == ["lost", "ended"]


def test_stopping_a_reader_that_waits_for_room(clip: Path) -> None:
    inbox, states = Inbox(1), States()
    reading = reader(str(clip), inbox, states)
    reading.start()
    wait_for(lambda: states.count("open") == 1)
    reading.stop()
    inbox.close()
    reading.join(120)
    assert not reading.alive
