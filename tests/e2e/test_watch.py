"""The real command on a video of real faces."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("av")

from facemetric.recognizer import Recognizer
from layouts.watch_video import Stay, frames, write_video

pytestmark = pytest.mark.samples


@pytest.fixture(scope="module")
def scene(samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds with two people, one of whom is in the gallery with another photograph."""
    folder = tmp_path_factory.mktemp("scene")
    stays = [
        Stay("obama", True, (samples["obama"],), 0, 0.2, 2.6),
        Stay("biden", False, (samples["biden"],), 2, 0.6, 4.4),
    ]
    write_video(folder / "video.mp4", frames(stays, length_s=5.0))
    with Recognizer(threads=1).open_gallery(folder / "people.db") as gallery:
        Recognizer(threads=1).enroll(gallery, "Barack Obama", [samples["obama2"]])
        gallery.set_groups("Barack Obama", ["guests"])
    return folder


def start(scene: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "facemetric", "watch", str(scene / "video.mp4")]
    command += ["--gallery", str(scene / "people.db"), "--threads", "1", "--json", *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def finished(running: subprocess.Popen[str]) -> list[dict[str, Any]]:
    out, errors = running.communicate(timeout=300)
    assert running.returncode == 0, errors
    assert errors == ""
    return [json.loads(line) for line in out.splitlines()]


def kinds(rows: list[dict[str, Any]]) -> list[str]:
    return [row["schema"].removeprefix("facemetric.watch-").removesuffix("/1") for row in rows]


def test_the_listed_person_is_told_of_and_the_other_is_not(scene: Path) -> None:
    jsonl = scene / "events.jsonl"
    rows = finished(start(scene, "--list", "guests", "--unknown", "count", "--jsonl", str(jsonl)))
    assert sorted(kinds(rows)) == ["alert", "left", "source", "source", "summary", "unknown"]
    by_kind = dict(zip(kinds(rows), rows, strict=True))
    alert = by_kind["alert"]
    assert alert["name"] == "Barack Obama"
    assert 0.2 <= alert["stream_s"] <= 2.0
    assert alert["thumbnail_jpeg"] is None
    assert by_kind["left"]["stream_s"] == pytest.approx(2.4, abs=0.5)
    assert by_kind["unknown"]["first_stream_s"] == pytest.approx(0.9, abs=0.5)
    summary = by_kind["summary"]
    assert kinds(rows)[-1] == "summary"
    assert summary["sources"][0]["frames"] == 125
    assert summary["sources"][0]["looked_at"] == 25
    assert len(jsonl.read_text().splitlines()) == len(rows) - 1


def test_a_signal_ends_it_with_a_summary(scene: Path) -> None:
    running = start(scene, "--realtime")
    assert running.stdout is not None
    first = json.loads(running.stdout.readline())
    assert first["state"] == "open"
    running.send_signal(signal.SIGTERM)
    rows = finished(running)
    assert rows[-1]["stopped_by"] == "SIGTERM"
    assert rows[-1]["sources"][0]["frames"] < 125
