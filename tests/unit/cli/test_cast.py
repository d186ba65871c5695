"""A folder of the user's own, cast for the demo."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from facemetric.cli.cast import cast_folder
from facemetric.errors import SourceError


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four people, of whom the folder of one cannot be read."""
    for name in ("Ada", "Grace", "Locked", "Mary"):
        (tmp_path / name).mkdir()
        for number in (1, 2):
            (tmp_path / name / f"{number}.jpg").touch()
    scan = os.scandir

    def refuse(path: Path) -> Any:
        if Path(path).name == "Locked":
            raise PermissionError(errno.EACCES, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    return tmp_path


def test_a_subfolder_that_cannot_be_read_is_reported_and_the_others_play(people: Path) -> None:
    casting = cast_folder(people)
    assert {name for name, _ in casting.enrolled} == {"Grace", "Mary"}
    assert {name for name, _ in casting.strangers} == {"Ada"}
    (error,) = casting.errors
    assert (error.item, error.code) == (str(people / "Locked"), "source")
    assert "Permission denied" in error.cause


def test_too_few_people_say_which_folders_could_not_be_read(people: Path) -> None:
    for name in ("Grace", "Mary"):
        for photo in (people / name).iterdir():
            photo.unlink()
    with pytest.raises(SourceError, match=r"at least two people, got 1; .*Permission denied"):
        cast_folder(people)


def test_what_is_asked_may_be_unreadable_too(people: Path) -> None:
    (people / "train").mkdir()
    for name in ("Ada", "Grace"):
        (people / name).rename(people / "train" / name)
    (people / "test").mkdir()
    (people / "Locked").rename(people / "test" / "Locked")
    (people / "test" / "who.jpg").touch()
    casting = cast_folder(people)
    assert casting.asked == (people / "test" / "who.jpg",)
    assert [error.item for error in casting.errors] == [str(people / "test" / "Locked")]
