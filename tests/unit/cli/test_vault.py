"""``facemetric vault`` and ``facemetric audit`` as a user meets them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from facemetric.cli import app
from facemetric.gallery import NewSample, SqliteGallery
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
    assert "entry 2 was changed" in bad.output and "1 entry before it is sound" in bad.output
    document = json.loads(run("audit", "verify", path, "--json").output)
    assert (document["entries"], document["bad_entry"]) == (1, 2)
    both = run("audit", "verify", path, "--key-file", key_file, "--key-command", "true")
    assert both.exit_code == 4 and "from a file or from a command, got both" in both.output


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.db"
    with SqliteGallery(path, bundle="net", dim=4) as gallery:
        for name, vector in zip(("Ada", "Bob", "Cleo"), np.eye(4, dtype=np.float32), strict=False):
            gallery.enroll(name, [NewSample(vector, f"{name}.jpg")], groups=["staff"])
    return path


def test_a_plain_gallery_becomes_an_encrypted_one_and_back(
    plain: Path, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed, back, file = tmp_path / "sealed.db", tmp_path / "back.db", tmp_path / "all.parquet"
    copied = run("gallery", "copy", plain, sealed, "--key-file", key_file, "--json")
    assert copied.exit_code == 0, copied.output
    again = run("gallery", "copy", sealed, back, "--from-key-file", key_file, "--json")
    assert json.loads(again.stdout)["checksum"] == json.loads(copied.stdout)["checksum"]
    assert b"Cleo.jpg" in back.read_bytes() and b"Cleo.jpg" not in sealed.read_bytes()

    for words in (
        ("gallery", "show", "-g", sealed),
        ("gallery", "check", "-g", sealed),
        ("people", "list", "-g", sealed),
        ("people", "show", "ada", "-g", sealed),
        ("gallery", "copy", sealed, tmp_path / "no.db"),
        ("gallery", "export", sealed, tmp_path / "no.parquet"),
    ):
        refused = run(*words)
        assert refused.exit_code == 4 and "no key was given" in refused.output, refused.output
    wrong = run("gallery", "copy", plain, tmp_path / "no.db", "--from-key-file", key_file)
    assert wrong.exit_code == 4 and "is not encrypted, and a key was given" in wrong.output

    key = key_from_file(key_file)
    monkeypatch.setenv("FACEMETRIC_GALLERY_KEY", key.spelt())
    assert f"encrypted     with the key {key.id}" in run("gallery", "show", "-g", sealed).output
    assert json.loads(run("gallery", "show", "-g", sealed, "--json").output)["key_id"] == key.id
    assert run("gallery", "check", "-g", sealed).output == "sound\n"
    assert run("people", "rename", "ada", "Ada L", "-g", sealed).exit_code == 0
    assert run("people", "merge", "Ada L", "Bob", "-g", sealed).exit_code == 0
    assert run("people", "remove", "Cleo", "-g", sealed, "--yes").exit_code == 0
    assert "Ada L" in run("people", "list", "-g", sealed).output
    assert run("people", "expired", "-g", sealed).exit_code == 0
    assert run("gallery", "export", sealed, file).exit_code == 0
    assert run("gallery", "import", file, tmp_path / "new.db").exit_code == 0
    with SqliteGallery(tmp_path / "new.db", key=key) as gallery:
        assert [person.name for person in gallery] == ["Ada L"]


def test_the_key_is_changed(plain: Path, key_file: Path, tmp_path: Path) -> None:
    sealed, new = tmp_path / "sealed.db", tmp_path / "new.key"
    run("gallery", "copy", plain, sealed, "--key-file", key_file)
    run("vault", "new-key", new)
    unnamed = run("vault", "rotate", "-g", sealed, "--key-file", key_file)
    assert unnamed.exit_code == 4 and "which key is the new one?" in unnamed.output
    words = ("vault", "rotate", "--new-key-command", f"cat {new}", "-g")
    unsealed = run(*words, plain)
    assert unsealed.exit_code == 4 and "is not encrypted" in unsealed.output
    done = run(*words, sealed, "--key-file", key_file, "--json")
    assert json.loads(done.stdout) == {
        "schema": "facemetric.rotate/1",
        "gallery": str(sealed),
        "old_key_id": key_from_file(key_file).id,
        "key_id": key_from_file(new).id,
        "purged": True,
    }
    refused = run(*words, sealed, "--key-file", key_file)
    assert refused.exit_code == 4 and "got the key" in refused.output
    assert run("gallery", "check", "-g", sealed, "--key-file", new).output == "sound\n"


def test_erasing_leaves_a_receipt_that_can_be_checked(
    plain: Path, key_file: Path, tmp_path: Path
) -> None:
    sealed, log, receipt = tmp_path / "s.db", tmp_path / "audit.jsonl", tmp_path / "receipt.json"
    run("gallery", "copy", plain, sealed, "--key-file", key_file)
    where = ("-g", sealed, "--key-file", key_file, "--audit", log)
    receipt.touch()
    words = ("people", "remove", "Ada", "--yes", "--receipt", receipt, *where)
    refused = run(*words)
    assert refused.exit_code == 4 and "nobody was erased" in refused.output
    receipt.unlink()
    absent = run(*words[:2], "Nobody", *words[3:])
    assert absent.exit_code == 4 and not receipt.exists()
    assert run(*words).exit_code == 0
    checked = run("people", "check-receipt", receipt, *where)
    assert checked.exit_code == 0, checked.output
    assert "checked: digest, signature, audit, gallery; no problems" in checked.output
    receipt.write_text(receipt.read_text().replace('"samples": 1', '"samples": 0'))
    changed = run("people", "check-receipt", receipt, *where, "--json")
    assert changed.exit_code == 4
    assert json.loads(changed.output)["problems"] == [
        "the digest does not fit: the receipt was changed"
    ]
    for wrong in (tmp_path / "absent", log):
        assert run("people", "check-receipt", wrong).exit_code == 4

    key = key_from_file(key_file)
    with SqliteGallery(sealed, key=key) as gallery:
        gallery.set_terms("Bob", consent=None, keep_until=datetime(2020, 1, 1, tzinfo=UTC))
    lines = tmp_path / "receipts.jsonl"
    for _ in range(2):
        done = run("people", "expired", "--remove", "--yes", "--receipts", lines, *where)
        assert done.exit_code == 0, done.output
    (line,) = lines.read_text().splitlines()
    assert json.loads(line)["reason"] == "expired"
    assert "sound: 5 entries" in run("audit", "verify", log, "--key-file", key_file).output


def test_one_persons_data_is_exported(plain: Path, tmp_path: Path) -> None:
    file = tmp_path / "cleo.json"
    assert run("people", "export", "cleo", file, "-g", plain).exit_code == 0
    document = json.loads(file.read_text())
    assert (document["name"], document["groups"]) == ("Cleo", ["staff"])
    assert document["samples"][0]["embedding"] == [0, 0, 1, 0]
    assert file.stat().st_mode & 0o777 == 0o600
    again = run("people", "export", "cleo", file, "-g", plain)
    assert again.exit_code == 4 and "cannot be written: File exists" in again.output
