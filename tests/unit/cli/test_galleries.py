"""A gallery, a file of keys or a log that is not there: refused, or made and told of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet
from typer.testing import CliRunner, Result

from facemetric.cli import app
from facemetric.cli.galleries import check_folder
from facemetric.errors import GalleryError
from facemetric.gallery import NewSample, SqliteGallery
from layouts.postgres import postgres_address


def run(*words: object) -> Result:
    return CliRunner().invoke(app, list(map(str, words)))


READING = [
    ("identify", "PHOTO"),
    ("watch", "VIDEO"),
    ("people", "list"),
    ("people", "show", "Ada"),
    ("people", "export", "Ada", "ada.json"),
    ("people", "rename", "Ada", "Ada Lovelace"),
    ("people", "merge", "Ada", "Bob"),
    ("people", "remove", "Ada", "--yes"),
    ("people", "remove-portraits", "Ada", "--yes"),
    ("people", "expired", "--remove", "--yes"),
    ("gallery", "show"),
    ("gallery", "check"),
    ("gallery", "index"),
]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_what_reads_or_changes_needs_a_gallery(
    words: tuple[str, ...], samples: dict[str, Path], tmp_path: Path
) -> None:
    there = {"PHOTO": samples["obama"], "VIDEO": tmp_path / "door.mp4"}
    there["VIDEO"].write_bytes(b"no video")
    folder = tmp_path / "galleries"
    folder.mkdir()
    asked = [there.get(word, word) for word in words]
    refused = run(*asked, "--gallery", folder / "poeple.db")
    assert refused.exit_code == 4, refused.output
    assert (
        f"{folder / 'poeple.db'}: no such gallery. Check the address: enrolling" in refused.stderr
    )
    assert not list(folder.iterdir())


def test_a_gallery_that_is_made_is_told_of_once(samples: dict[str, Path], tmp_path: Path) -> None:
    gallery = tmp_path / "people.db"
    first = run("enroll", "Barack", samples["obama"], "--gallery", gallery)
    assert first.exit_code == 0 and first.stderr == f"new gallery: {gallery}\n"
    again = run("enroll", "Barack", samples["obama2"], "--gallery", gallery)
    assert again.exit_code == 0 and again.stderr == ""


def test_copies_tell_of_the_gallery_that_they_make(tmp_path: Path) -> None:
    source = tmp_path / "people.db"
    with SqliteGallery(source, bundle="net", dim=2, bundle_sha256="a" * 64) as gallery:
        gallery.enroll("Ada", [NewSample(np.array([1, 0], np.float32), "a.jpg")])
    target, file = tmp_path / "copy.db", tmp_path / "all.parquet"
    assert f"new gallery: {target}" in run("gallery", "copy", source, target).stderr
    assert "new gallery" not in run("gallery", "copy", source, target).stderr
    assert run("gallery", "export", source, file).exit_code == 0
    other = tmp_path / "other.db"
    assert f"new gallery: {other}" in run("gallery", "import", file, other).stderr
    table = parquet.read_table(file)
    nobody = table.set_column(0, "person_id", [[None]]).replace_schema_metadata(
        table.schema.metadata
    )
    parquet.write_table(nobody, file)
    refused = run("gallery", "import", file, tmp_path / "none.db")
    assert refused.exit_code == 4 and "row 1 has nothing as person_id" in refused.stderr
    assert not (tmp_path / "none.db").exists()
    milvus = f"milvus://{tmp_path}/faces.db"
    assert "new gallery: milvus://" in run("gallery", "copy", source, milvus).stderr
    assert "new gallery" not in run("gallery", "copy", source, milvus).stderr


def test_a_servers_gallery_is_told_of_without_its_password(tmp_path: Path) -> None:
    source, address = tmp_path / "people.db", postgres_address()
    with SqliteGallery(source, bundle="net", dim=2, bundle_sha256="a" * 64):
        pass
    told = run("gallery", "copy", source, address).stderr
    assert told.startswith("new gallery: postgresql://") and "postgres:" not in told
    assert "new gallery" not in run("gallery", "copy", source, address).stderr


def test_no_folder_is_made_but_the_users_own(
    samples: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    astray = tmp_path / "glaleries" / "people.db"
    for words in (
        ("enroll", "Barack", samples["obama"], "--gallery", astray),
        ("serve", "--port", 0, "--gallery", f"staff={astray}"),
    ):
        refused = run(*words)
        assert refused.exit_code == 4, refused.output
        assert "cannot be written to: there is none" in refused.stderr
        assert "make the folder first" in refused.stderr
    assert not astray.parent.exists()
    monkeypatch.setenv("FACEMETRIC_HOME", str(tmp_path / "home"))
    from facemetric.bundle import data_folder

    assert tmp_path in data_folder().parents
    check_folder(str(data_folder() / "people.db"))
    assert data_folder().is_dir()
    with pytest.raises(GalleryError, match="there is none"):
        check_folder(str(data_folder() / "more" / "people.db"))


def test_only_the_first_key_makes_the_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.db"
    for words in (("list",), ("rotate", "0" * 8), ("revoke", "0" * 8)):
        refused = run("keys", *words, "--keys", file)
        assert refused.exit_code == 4 and "no such file of API keys" in refused.stderr
    assert not file.exists()
    asked = ("keys", "new", "door", "--scope", "read", "--keys", file)
    refused = run(*asked, "--gallery", "Staff")
    assert refused.exit_code == 4 and "--gallery: expected 1 to 64" in refused.stderr
    assert not file.exists()
    made = run(*asked)
    assert made.exit_code == 0 and made.stderr == f"new file of API keys: {file}\n"
    assert run("keys", "new", "gate", "--scope", "read", "--keys", file).stderr == ""
    astray = tmp_path / "no" / "keys.db"
    refused = run("keys", "new", "door", "--scope", "read", "--keys", astray)
    assert refused.exit_code == 4 and "a folder that is there" in refused.stderr
    assert not astray.parent.exists()


def test_a_log_that_is_begun_is_told_of(tmp_path: Path) -> None:
    gallery, log = tmp_path / "people.db", tmp_path / "audit.jsonl"
    with SqliteGallery(gallery, bundle="net", dim=2, bundle_sha256="a" * 64) as opened:
        for name in ("Ada", "Bob"):
            vector = np.array([1, 0], np.float32)
            opened.enroll(name, [NewSample(vector, f"{name}.jpg")])
    asked = ("--gallery", gallery, "--audit", log, "--yes")
    assert f"new audit log: {log}" in run("people", "remove", "Ada", *asked).stderr
    assert "audit log" not in run("people", "remove", "Bob", *asked).stderr
