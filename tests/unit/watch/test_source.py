"""What is watched, and that nobody reads its password."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from facemetric.errors import SourceError
from facemetric.watch import parse_source

SECRETS = ("hunter2", "admin", "tok123")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("rtsp://admin:hunter2@10.0.0.7:554/stream1", "rtsp://10.0.0.7:554/stream1"),
        ("rtsp://10.0.0.7/cam?user=admin&password=hunter2", "rtsp://10.0.0.7/cam"),
        ("rtsp://10.0.0.7/user=admin_password=hunter2_channel=1", "rtsp://10.0.0.7/…"),
        ("https://cam.example/live.m3u8?token=tok123", "https://cam.example/live.m3u8"),
        ("door=rtsp://admin:hunter2@10.0.0.7/1?token=tok123", "door"),
        ("udp://127.0.0.1:5000", "udp://127.0.0.1:5000"),
    ],
)
def test_a_stream_is_called_without_its_secrets(text: str, name: str) -> None:
    source = parse_source(text)
    assert source.name == name
    assert source.live
    assert not any(secret in repr(source) + source.name for secret in SECRETS)
    assert text.endswith(source.address)


def test_a_file_is_read_in_full(tmp_path: Path) -> None:
    path = tmp_path / "a=b.mp4"
    path.write_bytes(b"")
    source = parse_source(str(path))
    assert (source.name, source.kind, source.live, source.protocols) == (
        "a=b.mp4",
        "file",
        False,
        "file",
    )
    assert parse_source(f"gate={path}").name == "gate"


def test_a_name_that_is_no_text_can_be_printed(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.mp4"
    Path(os.fsdecode(path)).write_bytes(b"")
    source = parse_source(os.fsdecode(path))
    assert source.name == "caf\\xe9.mp4"
    assert os.fsencode(source.address) == path


def test_cameras_are_live() -> None:
    assert parse_source("camera:0").live
    assert parse_source("desk=camera:1").name == "desk"


@pytest.mark.parametrize("text", ["nowhere.mp4", "file:///etc/passwd", "concat:a|b", "door=none"])
def test_nothing_else_is_opened(text: str) -> None:
    with pytest.raises(SourceError, match="Name a"):
        parse_source(text)


def test_a_stream_leads_only_to_its_own_protocols() -> None:
    assert "file" not in parse_source("https://cam.example/a.m3u8").protocols
    assert parse_source("udp://127.0.0.1:1").protocols == "udp"
