"""``facemetric watch``: what it reads and prints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("av")

from facemetric.cli import app
from facemetric.cli.watching import Lines, read_watched
from facemetric.errors import SourceError
from facemetric.types import UInt8
from facemetric.wire import (
    ThresholdOut,
    WatchLeftOut,
    WatchListOut,
    WatchUnknownOut,
)
from layouts.mqtt_broker import broker
from layouts.watch_events import alert
from layouts.watch_lists import directions_gallery
from layouts.watch_video import write_video

COMMON = {"event_id": "e", "source": "door", "at": "2026-01-01T00:00:00.000+00:00", "stream_s": 1.0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def pictures() -> Iterator[UInt8]:
        for number in range(25):
            yield np.full((48, 64, 3), number * 5, np.uint8)

    path = tmp_path_factory.mktemp("watch")
    write_video(path / "clip.mp4", pictures())
    directions_gallery(path / "list.db").close()
    return path


def run(folder: Path, *options: str) -> tuple[int, str, str]:
    arguments = ["watch", str(folder / "clip.mp4"), "--gallery", str(folder / "list.db"), *options]
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.stdout, result.stderr


def test_text_ends_with_the_figures(folder: Path) -> None:
    code, out, errors = run(folder, "--list", "staff")
    assert code == 0
    assert "nobody is in group 'staff' yet" in errors
    lines = out.splitlines()
    assert lines[0].endswith("clip.mp4  source open")
    assert lines[2].startswith("clip.mp4: 1.0 s, 5 of 25 frames looked at, 0 dropped")
    assert "0 people on the list; threshold" in lines[3]


def test_every_line_of_json_is_a_document(folder: Path) -> None:
    code, out, _ = run(folder, "--json", "--started", "2026-01-01T12:00:00")
    assert code == 0
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["schema"] for row in rows] == [
        "facemetric.watch-source/1",
        "facemetric.watch-source/1",
        "facemetric.watch-summary/1",
    ]
    assert rows[1]["at"] == "2026-01-01T12:00:00.960+00:00"


def test_a_gallery_must_be_there(folder: Path) -> None:
    arguments = ["watch", str(folder / "clip.mp4"), "--gallery", str(folder / "none.db")]
    assert CliRunner().invoke(app, arguments).exit_code == 4


def test_a_webhook_over_plain_http_is_refused(folder: Path) -> None:
    code, _, errors = run(folder, "--webhook", "http://hooks.example/x")
    assert code == 4
    assert "--webhook-plain" in errors


def test_sources_from_a_file(folder: Path) -> None:
    listing = folder / "cameras.txt"
    listing.write_text(
        f"# cameras\ndoor=rtsp://admin:hunter2@10.0.0.7/1\n\n  {folder / 'clip.mp4'}\n"
    )
    assert [one.name for one in read_watched([f"@{listing}"])] == ["door", "clip.mp4"]
    with pytest.raises(SourceError, match="cannot be read"):
        read_watched([f"@{folder / 'none.txt'}"])


def test_events_go_to_a_broker_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("paho.mqtt.client")
    monkeypatch.setenv("FACEMETRIC_MQTT_LOGIN", "faces:hunter2")
    with broker(login=("faces", "hunter2")) as served:
        address = f"mqtt://127.0.0.1:{served.port}/site/faces"
        code, out, errors = run(folder, "--json", "--mqtt", address, "--mqtt-status", "site/watch")
    assert (code, errors) == (0, "")
    *events, summary = out.splitlines()
    assert [payload.decode() for payload in served.on("site/faces")] == events
    assert served.on("site/watch") == [b"online", b"offline"]
    assert json.loads(summary)["deliveries"][1]["sink"] == address


def test_a_broker_over_plain_tcp_is_refused(folder: Path) -> None:
    code, _, errors = run(folder, "--mqtt", "mqtt://broker.example/x")
    assert code == 4
    assert "--mqtt-plain" in errors


def test_lines_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    box = (0.0, 0.0, 1.0, 1.0)
    lines.send(alert(**COMMON, name="Ada\x1b[2J"))
    lines.send(
        WatchLeftOut(
            **COMMON, person_id="p", name="Ada", alert_id="a", first_stream_s=0, in_view_s=5
        )
    )
    lines.send(
        WatchUnknownOut(
            **COMMON,
            track_id=2,
            unknown=3,
            visits=2,
            first_stream_s=0,
            in_view_s=1.5,
            shots=4,
            box_xyxy_px=box,
        )
    )
    lines.send(
        WatchListOut(
            **{**COMMON, "source": ""},
            state="outgrown",
            people=5000,
            samples=6000,
            threshold=ThresholdOut(similarity=0.97, far=1e-6, source="measured"),
            stranger_risk=0.0123,
            asked_risk=0.01,
            reason="too long",
        )
    )
    out = capsys.readouterr().out.splitlines()
    assert out == [
        f"{COMMON['at']}  door  ALERT Ada\\x1b[2J  similarity 0.9600",
        f"{COMMON['at']}  door  left Ada  after 5.0 s",
        f"{COMMON['at']}  door  unknown 3  1.5 s in view, visit 2",
        f"{COMMON['at']}  list outgrown: 5,000 people, 6,000 samples, stranger risk 0.012, "
        "0.01 asked for",
    ]
