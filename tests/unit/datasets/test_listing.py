from pathlib import Path

import pytest

from facemetric.datasets.listing import inside, read_lines, require_files, whole_number
from facemetric.errors import DataError


def test_lines(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes("\ufeffa\r\nb\x0cc\u2028d\n\n".encode())
    assert read_lines(path, what="it") == ["a", "b\x0cc\u2028d"]
    path.write_bytes(b"\n \n")
    with pytest.raises(DataError, match="it is empty"):
        read_lines(path, what="it")
    path.write_bytes(b"\xff")
    with pytest.raises(DataError, match="it cannot be read"):
        read_lines(path, what="it")


@pytest.mark.parametrize("text", ["", "-1", "1.0", "²", "1_0", "9" * 19, "9" * 6000, "0"])
def test_no_numbers(text: str) -> None:
    with pytest.raises(DataError, match="here: expected a fold, a number from 1"):
        whole_number(text, where="here", what="a fold", low=1)


def test_numbers() -> None:
    assert whole_number(" 012 ", where="here", what="it") == 12


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "a/../../b", "/a", "\\a", "a\0b"])
def test_paths_that_lead_out(name: str) -> None:
    with pytest.raises(DataError, match="here: expected a path inside the set"):
        inside(name, where="here")


def test_paths_inside() -> None:
    assert inside("a//b/./c.jpg", where="") == "a/b/c.jpg"
    assert inside("../Data/a.jpg", where="", below="Protocol") == "Data/a.jpg"
    assert inside("a\\b.jpg", where="") == "a/b.jpg"


def test_required_files(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    require_files(tmp_path, ["a"], item="list", fix="Unpack")
    with pytest.raises(DataError, match=r"list: 2 of 3 photographs.*first is b\. Unpack"):
        require_files(tmp_path, ["a", "b", "c" * 5000], item="list", fix="Unpack")
