from __future__ import annotations

from pathlib import Path

import pytest

from facemetric.errors import DataError
from facemetric.evaluation.report import check_groups, read_groups

PHOTOS = [Path(f"/data/{name}") for name in ("Ada/1.jpg", "Ada/2.jpg", "Bob/1.jpg")]
PEOPLE = ("Ada", "Ada", "Bob")


def groups(
    tmp_path: Path, text: str, *, people: tuple[str, ...] = PEOPLE
) -> tuple[str | None, ...]:
    path = tmp_path / "groups.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    return read_groups(path, PHOTOS, people)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("person,group\nAda,x\nBob,y\nEve,z\n", ("x", "x", "y")),
        ("group, person ,note\nx,Ada,?\n", ("x", "x", None)),
        ("photo,group\nAda/2.jpg,x\n2.jpg,x\n", (None, "x", None)),
        ("photo,group\n/elsewhere/Bob/1.jpg,y\r\n", (None, None, "y")),
        ("photo,group\nBob\\1.jpg,y\n", (None, None, "y")),
    ],
)
def test_people_or_photographs_are_put_in_groups(
    tmp_path: Path, text: str, wanted: tuple[str | None, ...]
) -> None:
    assert groups(tmp_path, text) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,group\nAda,x\n", "one of person and photo"),
        ("person,photo,group\n", "one of person and photo"),
        ("", "one of person and photo"),
        ("person,group\nAda\n", "line 2: expected a person and a group"),
        ("person,group\nAda,x\nAda,y\n", "'Ada' is in group 'x' already"),
        ("person,group\nEve,x\n", "none of its 1 entries is a person"),
        ("photo,group\n1.jpg,x\n", "may be 'Ada/1.jpg' or 'Bob/1.jpg'"),
        ("photo,group\n2.jpg,x\nAda/2.jpg,y\n", "in group 'x' and in 'y'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        groups(tmp_path, text)


def test_unknown_people_and_an_absent_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Give groups by photo"):
        groups(tmp_path, "person,group\nAda,x\n", people=())
    with pytest.raises(DataError, match="cannot be read"):
        read_groups(tmp_path / "absent.csv", PHOTOS, PEOPLE)
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfeperson")
    with pytest.raises(DataError, match="no CSV in UTF-8"):
        read_groups(tmp_path / "bytes.csv", PHOTOS, PEOPLE)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "got an empty file"),
        (b"name,group\nAda,x\n", "got 'name', 'group'"),
        (b"person,group\n", "it names nobody"),
        (b"\xff\xfe\x00", "no CSV in UTF-8"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_file_without_groups_is_refused_without_a_protocol(
    tmp_path: Path, data: bytes | None, said: str
) -> None:
    path = tmp_path / "groups.csv"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(DataError, match=said):
        check_groups(path)
