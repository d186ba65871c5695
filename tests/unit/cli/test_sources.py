"""What the SOURCE arguments stand for."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from facemetric.cli import app
from facemetric.cli.sources import read_sources


@pytest.mark.parametrize("command", [("detect",), ("identify",), ("cluster",), ("enroll", "Ada")])
def test_each_of_several_sources_that_all_fail_is_named(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    absent, empty = tmp_path / "absent.jpg", tmp_path / "empty"
    empty.mkdir()
    arguments = [*command, str(absent), str(empty)]
    told = CliRunner().invoke(app, [*arguments, "--json"])
    assert told.exit_code == 4
    document = json.loads(told.stdout)
    assert document["schema"] == "facemetric.error/1"
    assert document["error"]["cause"] == "none of 2 sources can be read"
    assert [error["item"] for error in document["errors"]] == [str(absent), str(empty)]
    assert [error["code"] for error in document["errors"]] == ["source", "source"]
    assert document["errors"][0]["fix"] == "Check the path"
    text = CliRunner().invoke(app, arguments)
    assert (text.exit_code, text.stdout) == (4, "")
    assert len(text.stderr.splitlines()) == 3


def test_one_source_that_fails_is_the_error_itself(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["detect", str(tmp_path / "absent.jpg"), "--json"])
    document = json.loads(told.stdout)
    assert document["error"]["item"] == str(tmp_path / "absent.jpg")
    assert document["errors"] == []


def test_a_file_under_several_names_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).touch()
    (tmp_path / "link.png").symlink_to("b.png")
    monkeypatch.chdir(tmp_path)
    names = ["b.png", str(tmp_path / "b.png"), "./a.png", ".", "link.png", f"../{tmp_path.name}"]
    photos, errors = read_sources(names)
    assert photos == [Path("b.png"), Path("a.png")]
    assert errors == []


def test_only_line_feeds_end_the_names_of_a_list(tmp_path: Path) -> None:
    names = ["one.png", "odd\x0b\x0c\x1c\x85\u2028name.png", "spaces .png", "in\rside.png"]
    for name in names:
        (tmp_path / name).touch()
    listing = tmp_path / "list.txt"
    lines = [os.fspath(tmp_path / name) for name in names]
    listing.write_bytes("\r\n".join([*lines, "", ""]).encode())
    photos, errors = read_sources([f"@{listing}"])
    assert [path.name for path in photos if isinstance(path, Path)] == names
    assert errors == []
    piped = CliRunner().invoke(app, ["detect", "@-", "--json"], input="\n".join(lines).encode())
    failed = [error["item"] for error in json.loads(piped.stdout)["errors"]]
    assert failed == lines  # empty files: found, and no pictures
