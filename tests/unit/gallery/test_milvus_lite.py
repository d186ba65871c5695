"""A file of Milvus Lite: one process at a time, and the next one once it was closed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from facemetric.errors import GalleryError
from facemetric.gallery import Gallery, NewSample, SearchIndex
from facemetric.gallery.milvus import searching
from facemetric.gallery.milvus.collections import Collections, Row
from facemetric.gallery.milvus.integrity import clear_orphans

pytest.importorskip("milvus_lite")

OTHER = """
import sys
from facemetric.errors import GalleryError
from facemetric.gallery import Gallery
try:
    with Gallery.open(sys.argv[1], create=False) as gallery:
        print(*(person.name for person in gallery.people()))
except GalleryError as error:
    print("refused:", error)
"""


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"milvus://{tmp_path}/faces.db"


def from_elsewhere(address: str) -> str:
    found = subprocess.run(
        [sys.executable, "-c", OTHER, address], capture_output=True, text=True, check=True
    )
    return found.stdout.strip()


def enrolled(address: str, name: str) -> Gallery:
    gallery = Gallery.open(address, bundle="net-v1", dim=8, flip=True)
    vector = np.eye(8, dtype=np.float32)[len(gallery)]
    gallery.enroll(name, [NewSample(vector, f"{name}.jpg", flip=True)])
    return gallery


def test_another_process_is_refused_until_the_last_one_here_has_closed(address: str) -> None:
    first = enrolled(address, "Anna")
    second = enrolled(address, "Ben")
    first.close()
    assert [person.name for person in second.people()] == ["Anna", "Ben"]
    refused = from_elsewhere(address)
    assert refused.startswith(f"refused: {address}?gallery=people: cannot be opened")
    assert "serves one at a time" in refused
    second.close()
    assert from_elsewhere(address) == "Anna Ben"
    with enrolled(address, "Cem") as third:
        assert len(third) == 3


def test_one_that_cannot_be_opened_holds_nothing(address: str) -> None:
    with enrolled(address, "Anna"):
        pass
    with pytest.raises(GalleryError):
        Gallery.open(address, bundle="another", dim=8)
    assert from_elsewhere(address) == "Anna"


def test_one_that_was_not_made_to_the_end_is_made_anew(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: Collections, facts: Row) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Collections, "put_facts", killed)
        with pytest.raises(KeyboardInterrupt):
            Gallery.open(address, bundle="net-v1", dim=8)
    with pytest.raises(GalleryError, match="no such gallery"):
        Gallery.open(address, create=False)
    with Gallery.open(address, bundle="net-v2", dim=4) as gallery:
        gallery.enroll("Anna", [NewSample(np.eye(4, dtype=np.float32)[0], "a.jpg")])
        assert (gallery.bundle, len(gallery)) == ("net-v2", 1)
        gallery._collections.delete("facts", ["gallery"])
    with pytest.raises(GalleryError, match="holds rows, and nothing says what of"):
        Gallery.open(address, bundle="net-v2", dim=4)


def test_people_behind_more_samples_than_milvus_returns_are_found(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_CANDIDATES", 50)
    query = np.eye(8, dtype=np.float32)[:1]
    with Gallery.open(address, bundle="net-v1", dim=8) as gallery:
        gallery.enroll("Anna", [NewSample(query[0], f"{row}.jpg") for row in range(60)])
        gallery.enroll("Ben", [NewSample(np.eye(8, dtype=np.float32)[1], "ben.jpg")])
        (found,) = gallery.search(query, 2)
        assert [match.name for match in found] == ["Anna", "Ben"]


def test_equally_near_samples_stand_in_the_order_of_enrolment(address: str) -> None:
    query = np.eye(8, dtype=np.float32)[:1]
    with Gallery.open(address, bundle="net-v1", dim=8) as gallery:
        gallery.enroll("Anna", [NewSample(query[0], f"{row}.jpg") for row in range(120)])
        ids = [sample.id for sample in gallery.samples()]
        gallery.build_index(SearchIndex("hnsw"), queries=1)
        (found,) = gallery.search(query, 3, per="sample", exact=True)
        assert [match.sample_id for match in found] == ids[:3]


def test_a_purge_leaves_who_is_enrolled_meanwhile(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = np.eye(8, dtype=np.float32)
    every = Collections.every
    with Gallery.open(address, bundle="net-v1", dim=8) as gallery:
        gallery.enroll("Anna", [NewSample(vectors[0], "a.jpg")])

        def slow(self: Collections, *asked: str) -> list[Row]:
            rows = list(every(self, *asked))
            monkeypatch.setattr(Collections, "every", every)
            gallery.enroll("Ben", [NewSample(vectors[1], "b.jpg")])
            return rows

        monkeypatch.setattr(Collections, "every", slow)
        clear_orphans(gallery._collections)
        assert [person.samples for person in gallery] == [1, 1]


def test_a_page_that_lost_somebody_is_not_the_last(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Erased between the look at the names and that at the rows."""
    with enrolled(address, "Anna") as gallery:
        for place, name in enumerate(("Ben", "Cem", "Dan"), start=1):
            gallery.enroll(name, [NewSample(np.eye(8, dtype=np.float32)[place], name, flip=True)])
        gone = gallery.person("Ben").id
        among = Collections.among

        def without(
            self: Collections, name: str, field: str, values: Iterable[str], fields: Sequence[str]
        ) -> list[Row]:
            rows = among(self, name, field, values, fields)
            return [row for row in rows if name != "people" or row["id"] != gone]

        monkeypatch.setattr(Collections, "among", without)
        first = gallery.people_page(limit=2)
        assert [one.name for one in first.people] == ["Anna"] and first.next is not None
        second = gallery.people_page(limit=2, after=first.next)
        assert [one.name for one in second.people] == ["Cem", "Dan"] and second.next is None
