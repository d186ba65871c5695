"""Enrolled photographs embedded anew: those that are there, unchanged, with a face."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from facemetric import Recognizer
from facemetric.embed import Embedder
from facemetric.errors import GalleryError
from facemetric.gallery import SqliteGallery, StoredSample
from facemetric.jobs.upgrading import Photographs, check_samples, convert_gallery

pytestmark = pytest.mark.samples


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(threads=1, flip=False)


@pytest.fixture(scope="module")
def stored(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Sequence[StoredSample]:
    path = tmp_path_factory.mktemp("gallery") / "people.db"
    with recognizer.open_gallery(path) as gallery:
        photos = [samples["obama2"], samples["biden"]]
        recognizer.enroll(gallery, "Barack", photos, keep_portraits=True)
        assert isinstance(gallery, SqliteGallery)
        return gallery.record("Barack").samples


def test_a_photograph_gives_what_enrolment_gave(
    recognizer: Recognizer, stored: Sequence[StoredSample]
) -> None:
    photographs = Photographs(Embedder(recognizer.bundle, threads=1, flip=False))
    found = photographs.embed(stored)
    assert len(found) == 2 and not photographs.missing and not photographs.from_portraits
    for one in stored:
        assert photographs.has(one.sample)
        assert float(found[one.sample.id] @ one.embedding) > 0.9999


def test_a_portrait_serves_where_the_photograph_is_gone(
    recognizer: Recognizer, stored: Sequence[StoredSample], tmp_path: Path
) -> None:
    """Not there, another file, and damaged, which is told all the same."""
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    broken = hashlib.sha256(b"no picture").hexdigest()
    one = stored[0]
    given = [
        replace(one, sample=replace(one.sample, id="1", source="absent.jpg")),
        replace(one, sample=replace(one.sample, id="2", source="broken.jpg", source_sha256=broken)),
    ]
    photographs = Photographs(Embedder(recognizer.bundle, threads=1, flip=False), base=tmp_path)
    found = photographs.embed(given)
    assert photographs.from_portraits == 2 and not photographs.missing
    assert [error.item for error in photographs.errors] == ["broken.jpg"]
    assert all(float(found[name] @ one.embedding) > 0.995 for name in ("1", "2"))
    assert photographs.has(given[0].sample)
    assert not photographs.has(replace(given[0].sample, has_portrait=False))


def test_what_is_not_at_hand(
    recognizer: Recognizer,
    stored: Sequence[StoredSample],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bare = replace(stored[0], portrait=None)
    one = bare.sample
    (tmp_path / "changed.jpg").write_bytes(b"something else")
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    digest = "4d8c4d9e8eb7ea7a1f1c9fa2ef1a2c9a6e4b6d4b1d8b1f0a0a0a0a0a0a0a0a0a"
    broken = hashlib.sha256(b"no picture").hexdigest()
    photographs = Photographs(Embedder(recognizer.bundle, threads=1, flip=False), base=tmp_path)
    given = [
        replace(one, id="1", source="absent.jpg"),
        replace(one, id="2", source="changed.jpg", source_sha256=digest),
        replace(one, id="3", source_sha256=None),
        replace(one, id="4", face=None),
        replace(one, id="5", source="a\0b"),
        replace(one, id="6", source="broken.jpg", source_sha256=broken),
    ]
    assert photographs.embed([replace(bare, sample=sample) for sample in given]) == {}
    assert photographs.missing == {
        "not there": 2,
        "another file": 1,
        "no checksum": 1,
        "no place of the face": 1,
        "cannot be read": 1,
    }
    (error,) = photographs.errors
    assert error.item == "broken.jpg"


def test_a_gallery_with_portraits_is_upgraded_without_photographs(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    """The same network under another name: what comes out can be compared with what was there."""
    bound = {"dim": recognizer.bundle.dim, "flip": False}
    empty = tmp_path / "empty"
    with recognizer.open_gallery(tmp_path / "old.db") as old:
        photos = [samples["obama2"].read_bytes(), samples["biden"].read_bytes()]
        recognizer.enroll(old, "Barack", photos, keep_portraits=True)
        embedder = Embedder(recognizer.bundle, threads=1, flip=False)
        photographs = Photographs(embedder, base=empty)
        check_samples(old, photographs, mapped=False)
        with SqliteGallery(tmp_path / "new.db", bundle="renamed", **bound) as new:
            done = convert_gallery(old, new, mapping=None, photographs=photographs)
            assert (done.embedded, done.mapped, photographs.from_portraits) == (2, 0, 2)
            for before, after in zip(
                old.record("Barack").samples, new.record("Barack").samples, strict=True
            ):
                assert after.portrait == before.portrait is not None
                assert float(before.embedding @ after.embedding) > 0.995
        sample = old.samples()[0]
        old.remove_portrait(sample.id)
        with pytest.raises(GalleryError, match="without a photograph or portrait at hand: 1"):
            check_samples(old, photographs, mapped=False)
