"""Secrets and logins of what events are sent to."""

from __future__ import annotations

from pathlib import Path

import pytest

from facemetric.cli.watch_sinks import open_sinks, read_login, read_secret
from facemetric.errors import InputError, SourceError
from facemetric.watch import JsonLines

NONE = {
    "jsonl": None,
    "webhook": None,
    "webhook_secret": None,
    "webhook_plain": False,
    "mqtt": None,
    "mqtt_login": None,
    "mqtt_plain": False,
    "mqtt_status": None,
}


def test_a_secret_that_protects_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("short\n")
    with pytest.raises(SourceError, match="16 bytes") as caught:
        read_secret(path)
    assert "short\n" not in str(caught.value)
    path.write_text("0123456789abcdef\n")
    assert read_secret(path) == b"0123456789abcdef"


@pytest.mark.parametrize("text", ["faces\nhunter2", "faces\nhunter2\n", "faces\r\nhunter2\r\n"])
def test_a_login_of_a_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "login"
    path.write_bytes(text.encode())
    assert read_login(path) == ("faces", "hunter2")


@pytest.mark.parametrize("text", ["", "hunter2\n", "\nhunter2\n", "faces\nhunter2\nmore\n"])
def test_half_a_login_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    path = tmp_path / "login"
    path.write_text(text)
    with pytest.raises(SourceError, match="second") as caught:
        read_login(path)
    assert "hunter2" not in str(caught.value)


def test_a_login_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FACEMETRIC_MQTT_LOGIN", raising=False)
    assert read_login(None) is None
    monkeypatch.setenv("FACEMETRIC_MQTT_LOGIN", "faces:hunter2:more")
    assert read_login(None) == ("faces", "hunter2:more")
    monkeypatch.setenv("FACEMETRIC_MQTT_LOGIN", "hunter2")
    with pytest.raises(SourceError, match="USER:PASSWORD") as caught:
        read_login(None)
    assert "hunter2" not in str(caught.value)


def test_one_that_is_refused_leaves_none_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[JsonLines] = []
    close = JsonLines.close
    monkeypatch.setattr(JsonLines, "close", lambda sink: closed.append(sink) or close(sink))  # type: ignore[func-returns-value]
    options = NONE | {"jsonl": tmp_path / "events.jsonl", "mqtt": "mqtt://broker.example/x"}
    with pytest.raises(InputError, match="mqtt"):
        open_sinks(**options)  # type: ignore[arg-type]
    assert len(closed) == 1
