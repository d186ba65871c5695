"""``facemetric vault`` and ``facemetric audit`` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from facemetric.cli import app
from facemetric.vault import AuditLog, Event, key_from_file

PERSON = "12345678-1234-4234-8234-123456789abc"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)])


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "master.key"
    assert run("vault", "new-key", file).exit_code == 0
    return file


def test_a_key_is_made_once_and_not_shown(key_file: Path, tmp_path: Path) -> None:
    again = run("vault", "new-key", key_file)
    assert again.exit_code == 4 and "is there already and was not touched" in again.output
    other = run("vault", "new-key", tmp_path / "other.key", "--json")
    key = key_from_file(tmp_path / "other.key")
    assert json.loads(other.output) == {
        "schema": "facemetric.master-key/1",
        "file": str(tmp_path / "other.key"),
        "key_id": key.id,
    }
    assert key.spelt() not in other.output


def test_a_log_is_shown_and_verified(
    key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, key=key_from_file(key_file))
    log.append(Event("person.erase", subject=PERSON, counts={"samples": 3}))
    last = log.append(Event("key.use", "denied"))
    head = f"3:{last.digest}"

    shown = run("audit", "show", path)
    assert "person.erase" in shown.output and "samples 3" in shown.output, shown.output
    document = json.loads(run("audit", "show", path, "--subject", PERSON, "--json").output)
    assert [entry["number"] for entry in document["entries"]] == [2]
    assert json.loads(run("audit", "show", path, "--last", 1, "--json").output)["entries"] == [
        {**document["entries"][0], "number": 3, "at": last.at, "action": "key.use"}
        | {"outcome": "denied", "subject": None, "counts": {}, "digest": last.digest}
    ]

    good = run("audit", "verify", path, "--key-file", key_file, "--head", head)
    assert (good.exit_code, good.output) == (0, f"sound: 3 entries\nhead {head}\n")
    without = run("audit", "verify", path)
    assert without.exit_code == 4 and "is chained with the key" in without.output
    monkeypatch.setenv("FACEMETRIC_GALLERY_KEY", key_from_file(key_file).spelt())
    assert run("audit", "verify", path).exit_code == 0

    path.write_bytes(path.read_bytes().replace(b'"samples":3', b'"samples":2'))
    bad = run("audit", "verify", path)
    assert bad.exit_code == 4
    assert "entry 2 was changed" in bad.output and "1 entries before it are sound" in bad.output
    document = json.loads(run("audit", "verify", path, "--json").output)
    assert (document["entries"], document["bad_entry"]) == (1, 2)
    both = run("audit", "verify", path, "--key-file", key_file, "--key-command", "true")
    assert both.exit_code == 4 and "from a file or from a command, got both" in both.output
