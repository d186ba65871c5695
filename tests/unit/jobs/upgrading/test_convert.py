"""Galleries converted: whole, once, checked, and the old one as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facemetric.embed.adaptors import Ridge
from facemetric.errors import GalleryError, IntegrityError
from facemetric.gallery import Gallery, PersonRecord, StoredSample
from facemetric.jobs.copy_gallery import person_digest
from facemetric.jobs.upgrading import SharedFaces, convert, convert_gallery
from facemetric.types import Float32
from layouts.two_networks import enrolled, new_gallery, seen


class SomePhotographs:
    """Photographs of every third sample."""

    def __init__(self, faces: SharedFaces) -> None:
        self.new = {str(path): faces.new[row] for row, path in enumerate(faces.photos.paths)}

    def embed(self, samples: Sequence[StoredSample]) -> dict[str, Float32]:
        return {
            one.id: self.new[one.source]
            for one in (stored.sample for stored in samples)
            if int(Path(one.source).stem) % 3 == 0
        }


@pytest.fixture(scope="module")
def faces() -> SharedFaces:
    return seen(40, 3)


@pytest.fixture(scope="module")
def adaptor(faces: SharedFaces) -> Ridge:
    return Ridge().fit(faces.old, faces.new)


def everybody(gallery: Gallery) -> list[PersonRecord]:
    return [record for chunk in gallery.records() for record in chunk]


def checksum(gallery: Gallery) -> str:
    digests = sorted(person_digest(one) for one in everybody(gallery))
    return hashlib.sha256(b"".join(digests)).hexdigest()


def test_everybody_arrives_mapped_or_embedded_anew(
    faces: SharedFaces, adaptor: Ridge, tmp_path: Path
) -> None:
    photographs: Any = SomePhotographs(faces)
    with enrolled(tmp_path / "a.db", faces) as old, new_gallery(tmp_path / "b.db") as new:
        before = checksum(old)
        told: list[int] = []
        done = convert_gallery(old, new, mapping=adaptor, photographs=photographs, tell=told.append)
        assert (done.people, done.samples, done.new_people) == (40, 120, 40) and told == [40]
        assert (done.mapped, done.embedded) == (80, 40)
        assert checksum(old) == before == done.source_checksum
        assert checksum(new) == done.checksum
        for one, two in zip(everybody(old), everybody(new), strict=True):
            assert one.person == two.person
            for was, now in zip(one.samples, two.samples, strict=True):
                assert was.sample.id == now.sample.id and was.sample.source == now.sample.source
                row = int(Path(was.sample.source).stem)
                if row % 3 == 0:
                    assert now.sample.mapped_from is None
                    np.testing.assert_array_equal(now.embedding, faces.new[row])
                else:
                    assert now.sample.mapped_from == "old-net"
                    np.testing.assert_allclose(
                        now.embedding, adaptor(faces.old[row][None])[0], atol=1e-6
                    )


def test_an_interrupted_upgrade_goes_on(
    faces: SharedFaces, adaptor: Ridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert, "CHUNK_PEOPLE", 7)

    def stop(people: int) -> None:
        if people > 14:
            raise KeyboardInterrupt

    with enrolled(tmp_path / "a.db", faces) as old, new_gallery(tmp_path / "b.db") as new:
        with pytest.raises(KeyboardInterrupt):
            convert_gallery(old, new, mapping=adaptor, photographs=None, tell=stop)
        assert len(new) == 21
        done = convert_gallery(old, new, mapping=adaptor, photographs=None)
        assert (done.people, done.new_people, done.mapped) == (40, 19, 120)
        with new_gallery(tmp_path / "c.db") as whole:
            straight = convert_gallery(old, whole, mapping=adaptor, photographs=None)
        assert straight.checksum == done.checksum


def test_who_cannot_be_mapped(faces: SharedFaces, adaptor: Ridge, tmp_path: Path) -> None:
    photographs: Any = SomePhotographs(faces)
    with enrolled(tmp_path / "a.db", faces) as old, new_gallery(tmp_path / "b.db") as new:
        with pytest.raises(GalleryError, match="not at hand any more"):
            convert_gallery(old, new, mapping=None, photographs=photographs)
        assert len(new) == 0
        convert_gallery(old, new, mapping=adaptor, photographs=None)
        back = Ridge().fit(faces.new, faces.old)
        third = enrolled(tmp_path / "c.db", seen(0, 1), bundle="third")
        with third, pytest.raises(GalleryError, match="cannot be mapped"):  # a second time
            convert_gallery(new, third, mapping=back, photographs=None)


def test_changes_are_noticed(faces: SharedFaces, adaptor: Ridge, tmp_path: Path) -> None:
    with enrolled(tmp_path / "a.db", faces) as old, new_gallery(tmp_path / "b.db") as new:
        with pytest.raises(IntegrityError, match="p003: has changed in the old gallery"):
            convert_gallery(
                old,
                new,
                mapping=adaptor,
                photographs=None,
                tell=lambda people: old.set_groups("p003", ["gone"]) and None,
            )
        with pytest.raises(IntegrityError, match="p003: is not the same person in both"):
            convert_gallery(old, new, mapping=adaptor, photographs=None)
        new.remove("p003")
        assert convert_gallery(old, new, mapping=adaptor, photographs=None).new_people == 1
        with pytest.raises(IntegrityError, match="1 person did not arrive"):
            convert_gallery(old, new, mapping=adaptor, photographs=None, tell=lambda _: _gone(new))


@pytest.mark.parametrize("when", ["first", "again"])
def test_who_is_erased_meanwhile_is_told(
    when: str, faces: SharedFaces, adaptor: Ridge, tmp_path: Path
) -> None:
    with enrolled(tmp_path / "a.db", faces) as old, new_gallery(tmp_path / "b.db") as new:
        if when == "again":
            convert_gallery(old, new, mapping=adaptor, photographs=None)
        identity = old.person("p005").id
        with pytest.raises(IntegrityError, match=f"1 person was erased in .*{identity}"):
            convert_gallery(old, new, mapping=adaptor, photographs=None, tell=lambda _: _gone(old))
        new.remove("p005")
        assert convert_gallery(old, new, mapping=adaptor, photographs=None).people == 39


def test_who_is_new_and_does_not_arrive_is_told(
    faces: SharedFaces, adaptor: Ridge, tmp_path: Path
) -> None:
    with enrolled(tmp_path / "a.db", faces) as old, new_gallery(tmp_path / "b.db") as new:
        identity = old.person("p005").id
        with pytest.raises(IntegrityError, match=f"1 person did not arrive, such as {identity}"):
            convert_gallery(old, new, mapping=adaptor, photographs=None, tell=lambda _: _gone(new))


def test_who_is_new_and_changed_there_is_told(
    faces: SharedFaces, adaptor: Ridge, tmp_path: Path
) -> None:
    with enrolled(tmp_path / "a.db", faces) as old, new_gallery(tmp_path / "b.db") as new:

        def change(people: int) -> None:
            new.set_groups("p003", ["other"])

        with pytest.raises(IntegrityError, match="p003: is not the same person in both"):
            convert_gallery(old, new, mapping=adaptor, photographs=None, tell=change)


def _gone(gallery: Gallery) -> None:
    gallery.remove("p005")
