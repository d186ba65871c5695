from __future__ import annotations

from pathlib import Path

import pytest

from facemetric.errors import DataError
from facemetric.jobs.lists import read_without, write_left_out
from facemetric.wire import LeftOutPhotoOut


def test_what_was_left_out_can_be_left_out_again(tmp_path: Path) -> None:
    photos = [
        LeftOutPhotoOut(source=name, person="A B", reason="copy", why='the same "file"')
        for name in ("A B/1.jpg", "李/ü 2.jpg")
    ]
    path = write_left_out(tmp_path, photos)
    assert read_without(path) == {"A B/1.jpg", "李/ü 2.jpg"}


def test_a_plain_list_of_names(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"a/1.jpg\r\nb c/2.jpg\n\n")
    assert read_without(tmp_path / "list") == {"a/1.jpg", "b c/2.jpg"}


def test_lists_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="to leave out cannot be read"):
        read_without(tmp_path / "no")
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(DataError, match="is empty"):
        read_without(tmp_path / "empty")
