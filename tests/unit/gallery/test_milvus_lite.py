"""A file of Milvus Lite: one process at a time, and the next one once it was closed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from facemetric.errors import GalleryError
from facemetric.gallery import Gallery, NewSample

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
