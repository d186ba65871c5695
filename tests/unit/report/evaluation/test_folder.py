from __future__ import annotations

import stat
from pathlib import Path

import pytest

from facemetric.errors import SourceError
from facemetric.report.evaluation.folder import MARK, check_report_folder, write_report_folder

FILES = {"index.html": b"page", "plots/roc.svg": b"svg"}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_everything_is_for_the_user_alone(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    write_report_folder(out, FILES)
    assert names(out) == {*FILES, MARK}
    assert mode(out) == mode(out / "plots") == 0o700
    assert all(mode(path) == 0o600 for path in out.rglob("*") if path.is_file())


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    for call in (check_report_folder, lambda out: write_report_folder(out, FILES)):
        with pytest.raises(SourceError, match=r"it holds files that are no report.*empty folder"):
            call(tmp_path)
    assert names(tmp_path) == {"thesis.tex"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(SourceError, match="cannot be written"):
        check_report_folder(tmp_path / "out")


def test_an_earlier_report_is_replaced_and_what_the_user_added_stays(tmp_path: Path) -> None:
    write_report_folder(tmp_path, FILES)
    (tmp_path / "notes.txt").write_text("mine")
    write_report_folder(tmp_path, {"index.html": b"other"})
    assert names(tmp_path) == {"index.html", "notes.txt", MARK}
    assert (tmp_path / "index.html").read_bytes() == b"other"


def test_a_forged_mark_deletes_nothing_outside(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_report_folder(out, FILES)
    (tmp_path / "precious").write_text("x")
    (out / MARK).write_text("../precious\n\n/etc/hostname\nindex.html")
    write_report_folder(out, FILES)
    assert (tmp_path / "precious").exists() and Path("/etc/hostname").exists()


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_report_folder(out, FILES)
    (tmp_path / "target").write_text("x")
    (out / "index.html").unlink()
    (out / "index.html").symlink_to(tmp_path / "target")
    write_report_folder(out, FILES)
    assert (tmp_path / "target").read_text() == "x"
    assert not (out / "index.html").is_symlink()
