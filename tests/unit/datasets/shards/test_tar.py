from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets.shards.tar import read_members, tar_end, tar_entry
from facemetric.errors import DataError, InputError

NAMES = st.text("abcdefghij0123456789_-./", min_size=1, max_size=90).filter(
    lambda name: name.strip("/.") == name and "//" not in name
)


def listed(path: Path) -> list[tuple[str, bytes]]:
    data = path.read_bytes()
    return [
        (one.name, data[one.offset : one.offset + one.size]) for one in read_members(path)
    ]  # fmt: skip


def write_with_tarfile(path: Path, files: dict[str, bytes], form: int) -> Path:
    with tarfile.open(path, "w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(NAMES, st.binary(max_size=1200), max_size=5))
def test_tarfile_reads_what_is_written(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    path = tmp_path_factory.mktemp("tar") / "a.tar"
    path.write_bytes(b"".join(tar_entry(n, d) for n, d in files.items()) + tar_end())
    with tarfile.open(path) as archive:
        members = archive.getmembers()
        found = {m.name: archive.extractfile(m).read() for m in members}  # type: ignore[union-attr]
        assert {(m.mtime, m.uid, m.gid, m.uname, m.mode) for m in members} <= {(0, 0, 0, "", 0o644)}
    assert found == files
    assert dict(listed(path)) == files


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_what_tarfile_writes_is_read(tmp_path: Path, form: int) -> None:
    files = {
        "plain.jpg": b"1" * 700,
        "folder/" + "deep/" * 15 + "name.json": b"{}",
        "empty.cls": b"",
    }
    if form != tarfile.USTAR_FORMAT:
        files["n" * 150 + ".jpg"] = b"long"
        files["Müller 李.jpg"] = b"letters"
    assert dict(listed(write_with_tarfile(tmp_path / "a.tar", files, form))) == files


def test_folders_and_links_are_passed_over(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        folder, link = tarfile.TarInfo("people"), tarfile.TarInfo("passwd.jpg")
        folder.type, link.type, link.linkname = tarfile.DIRTYPE, tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(folder)
        archive.addfile(link)
    assert listed(tmp_path / "a.tar") == []


def test_a_size_in_an_extended_header_holds(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a.jpg")
    info.pax_headers = {"size": "3"}
    header = info.tobuf(tarfile.PAX_FORMAT)
    (tmp_path / "a.tar").write_bytes(header + b"abc".ljust(512, b"\0") + bytes(1024))
    assert listed(tmp_path / "a.tar") == [("a.jpg", b"abc")]


def damaged(tmp_path: Path, data: bytes) -> DataError:
    path = tmp_path / "shard.tar"
    path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        list(read_members(path))
    return caught.value


def test_damage_is_named_with_its_offset(tmp_path: Path) -> None:
    first, second = tar_entry("a.jpg", b"x" * 600), tar_entry("b.jpg", b"y" * 600)
    whole = first + second + tar_end()
    path = tmp_path / "shard.tar"
    for data, offset, cause in (
        (whole[:-1024], len(first + second), "its end is missing"),
        (whole[: len(first) + 700], len(first) + 512, "600 bytes are announced"),
        (whole[: len(first) + 100], len(first), "its end is missing"),
        (b"", 0, "its end is missing"),
        (b"not a tar" * 100, 0, "checksum is wrong"),
        (first + b"Z" + second[1:] + tar_end(), len(first), "checksum is wrong"),
    ):
        error = damaged(tmp_path, data)
        assert error.item == f"{path}, offset {offset}"
        assert cause in error.cause
        assert error.fix


@pytest.mark.parametrize(
    ("field", "cause"), [(b"12x", "an extended header"), (b"99 path=a\n", None), (b"0 a=b\n", "an")]
)
def test_damaged_extended_headers(tmp_path: Path, field: bytes, cause: str | None) -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, len(field)
    data = info.tobuf(tarfile.USTAR_FORMAT) + field.ljust(512, b"\0") + bytes(1024)
    (tmp_path / "shard.tar").write_bytes(data)
    if cause is None:
        assert list(read_members(tmp_path / "shard.tar")) == []
    else:
        assert cause in damaged(tmp_path, data).cause


def test_an_absurd_name_is_not_read(tmp_path: Path) -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 2 << 20
    data = info.tobuf(tarfile.GNU_FORMAT) + bytes(2 << 20) + bytes(1024)
    assert "a name of" in damaged(tmp_path, data).cause


def test_an_absent_shard(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        list(read_members(tmp_path / "no.tar"))


@pytest.mark.parametrize("name", ["x" * 300, "Müller.jpg"])
def test_names_that_do_not_fit(name: str) -> None:
    with pytest.raises(InputError, match="does not fit a tar header"):
        tar_entry(name, b"")


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_no_damage_makes_another_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = bytearray(tar_entry("a.jpg", b"x" * 600) + tar_entry("a.json", b"{}") + tar_end())
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=4)):
        whole[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("tar") / "a.tar"
    path.write_bytes(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    try:
        for member in read_members(path):
            assert 0 <= member.offset <= member.offset + member.size <= path.stat().st_size
    except DataError as error:
        assert "offset" in (error.item or "")
