"""Enrolled photographs embedded anew: those that are there, unchanged, with a face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facemetric import Recognizer
from facemetric.embed import Embedder
from facemetric.gallery import Sample, SqliteGallery
from facemetric.jobs.upgrading import Photographs

pytestmark = pytest.mark.samples


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(threads=1, flip=False)


@pytest.fixture(scope="module")
def stored(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Sequence[Sample], np.ndarray]:
    path = tmp_path_factory.mktemp("gallery") / "people.db"
    with recognizer.open_gallery(path) as gallery:
        recognizer.enroll(gallery, "Barack", [samples["obama2"], samples["biden"]])
        assert isinstance(gallery, SqliteGallery)
        return gallery.samples(), gallery.vectors().embeddings


def test_a_photograph_gives_what_enrolment_gave(
    recognizer: Recognizer, stored: tuple[Sequence[Sample], np.ndarray]
) -> None:
    photographs = Photographs(Embedder(recognizer.bundle, threads=1, flip=False))
    found = photographs.embed(stored[0])
    assert len(found) == 2 and not photographs.missing
    for sample, vector in zip(*stored, strict=True):
        assert float(found[sample.id] @ vector) > 0.9999


def test_what_is_not_at_hand(
    recognizer: Recognizer,
    stored: tuple[Sequence[Sample], np.ndarray],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = stored[0][0]
    (tmp_path / "changed.jpg").write_bytes(b"something else")
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    digest = "4d8c4d9e8eb7ea7a1f1c9fa2ef1a2c9a6e4b6d4b1d8b1f0a0a0a0a0a0a0a0a0a"
    import hashlib

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
    assert photographs.embed(given) == {}
    assert photographs.missing == {
        "not there": 2,
        "another file": 1,
        "no checksum": 1,
        "no place of the face": 1,
        "cannot be read": 1,
    }
    (error,) = photographs.errors
    assert error.item == "broken.jpg"
