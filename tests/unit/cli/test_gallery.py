"""``facemetric gallery`` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from facemetric.cli import app
from facemetric.cli.galleries import shown_address
from facemetric.gallery import Gallery, NewSample, SqliteGallery
from layouts.postgres import postgres_address


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["gallery", *map(str, words)])


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.db"
    vectors = np.random.default_rng(0).normal(size=(5, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with SqliteGallery(path, bundle="net", dim=8, bundle_sha256="a" * 64) as gallery:
        for number, vector in enumerate(vectors.astype(np.float32)):
            sample = NewSample(vector, f"{number}.jpg")
            gallery.enroll(f"P{number}", [sample], groups=["staff"] if number else [])
    return path


def test_show_and_check(people: Path, tmp_path: Path) -> None:
    shown = run("show", "--gallery", people)
    assert shown.exit_code == 0, shown.output
    for part in ("people        5", "net, 8 dimensions, floats", "group         staff: 4 people"):
        assert part in shown.output
    document = json.loads(run("show", "-g", people, "--json").output)
    assert document["schema"] == "facemetric.gallery/1" and document["groups"] == {"staff": 4}
    assert document["problems"] is None

    assert run("check", "-g", people).output == "sound\n"
    with SqliteGallery(people) as gallery, gallery._database.write() as connection:
        connection.execute("DELETE FROM embeddings WHERE row = 1")
    bad = run("check", "-g", people)
    assert bad.exit_code == 4 and "samples without an embedding" in bad.output
    assert json.loads(run("check", "-g", people, "--json").output)["problems"]
    absent = run("show", "-g", tmp_path / "no.db")
    assert absent.exit_code == 4 and "no such gallery" in absent.output


def test_copy_export_import(people: Path, tmp_path: Path) -> None:
    address, file, back = postgres_address(), tmp_path / "all.parquet", tmp_path / "new" / "b.db"
    copied = json.loads(run("copy", people, address, "--json").stdout)
    assert (copied["people"], copied["samples"], copied["new_people"]) == (5, 5, 5)
    assert "postgres:" not in copied["target"] and copied["schema"] == "facemetric.gallery-copy/1"
    assert "0 of them new" in run("copy", people, address).output
    exported = json.loads(run("export", address, file, "--json").output)
    refused = run("import", file, back)
    assert refused.exit_code == 4 and "make the folder first" in refused.output
    back.parent.mkdir()
    imported = json.loads(run("import", file, back, "--json").stdout)
    assert copied["checksum"] == exported["checksum"] == imported["checksum"]
    with Gallery.open(back) as gallery, Gallery.open(people) as first:
        assert gallery.people() == first.people()
        assert gallery.bundle_sha256 == "a" * 64
    assert run("import", tmp_path / "no.parquet", back).exit_code == 4
    assert run("copy", tmp_path / "no.db", back).exit_code == 4


def test_a_gallery_is_not_copied_onto_itself(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link.db").symlink_to(people)
    (tmp_path / "hard.db").hardlink_to(people)
    (tmp_path / "folder").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = people.read_bytes()
    for target in (
        people,
        "people.db",
        "./folder/people.db",
        "link.db",
        "hard.db",
        f"sqlite://{people}",
    ):
        refused = run("copy", people, target)
        assert refused.exit_code == 4, refused.output
        assert "is the very gallery that is copied from" in refused.output
    assert people.read_bytes() == before


@pytest.mark.parametrize("server", ["postgresql", "milvus"])
def test_a_servers_gallery_is_not_copied_onto_itself(
    people: Path, tmp_path: Path, server: str
) -> None:
    if server == "postgresql":
        address = postgres_address()
        other = f"{address}&application_name=other"
    else:
        address = f"milvus://{tmp_path}/faces.db"
        (tmp_path / "folder").symlink_to(tmp_path)
        other = f"milvus://{tmp_path}/folder/faces.db?gallery=people"
    assert run("copy", people, address).exit_code == 0
    refused = run("copy", address, other)
    assert refused.exit_code == 4
    assert "is the very gallery that is copied from" in refused.output
    assert run("copy", address, tmp_path / "back.db").exit_code == 0


def test_addresses_are_shown_without_passwords() -> None:
    assert shown_address("postgresql://me:secret@db/x?gallery=a") == "postgresql://db/x?gallery=a"
    assert shown_address("people@home.db") == "people@home.db"
    assert shown_address("sqlite://a@b.db") == "sqlite://a@b.db"


@pytest.mark.samples
def test_portraits_are_kept_counted_and_left_behind(
    samples: dict[str, Path], tmp_path: Path
) -> None:
    gallery = tmp_path / "faces.db"

    def call(*words: object) -> Result:
        return CliRunner().invoke(app, list(map(str, words)))

    first = call("enroll", "Barack", samples["obama"], "--gallery", gallery, "--json")
    assert not json.loads(first.stdout)["samples"][0]["has_portrait"]
    asked = ("enroll", "Barack", samples["obama2"], "--gallery", gallery, "--keep-portraits")
    assert "(portrait kept)" in call(*asked).output
    shown = json.loads(call("people", "show", "Barack", "--gallery", gallery, "--json").output)
    assert [one["has_portrait"] for one in shown["samples"]] == [False, True]
    assert "(portrait kept)" in call("people", "show", "Barack", "--gallery", gallery).output
    assert json.loads(run("show", "--gallery", gallery, "--json").output)["portraits"] == 1
    copied = run("copy", gallery, tmp_path / "bare.db", "--no-portraits")
    assert "portraits: 0 taken along, 1 left behind" in copied.output
    told = run("show", "--gallery", tmp_path / "bare.db").output
    assert "portraits     0" in told
    export = tmp_path / "barack.json"
    assert call("people", "export", "Barack", export, "--gallery", gallery).exit_code == 0
    kept = [one["portrait"] for one in json.loads(export.read_text())["samples"]]
    assert kept[0] is None and kept[1]["base64"].startswith("/9j/")
