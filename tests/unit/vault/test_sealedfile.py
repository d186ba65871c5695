from __future__ import annotations

from pathlib import Path

import pytest

from facemetric.errors import TamperedError, VaultError
from facemetric.vault import read_sealed, write_sealed
from facemetric.vault.sealedfile import CHUNK_BYTES

SECRET = bytes(32)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1])
def test_content_comes_back(tmp_path: Path, size: int) -> None:
    path, data = tmp_path / "f", bytes(range(256)) * (size // 256 + 1)
    write_sealed(path, SECRET, [data[: size // 3], data[size // 3 : size]], context=b"index")
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"".join(read_sealed(path, SECRET, context=b"index")) == data[:size]
    assert bytes(range(64)) not in path.read_bytes()


def test_every_change_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "f"
    write_sealed(path, SECRET, [b"codes of faces"], context=b"index")
    sealed = path.read_bytes()
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 0x20
        path.write_bytes(changed)
        with pytest.raises(TamperedError, match="damaged, cut off, or sealed with another key"):
            b"".join(read_sealed(path, SECRET, context=b"index"))
    path.write_bytes(sealed)
    for secret, context in ((b"1" * 32, b"index"), (SECRET, b"other")):
        with pytest.raises(TamperedError):
            b"".join(read_sealed(path, secret, context=context))


def test_chunks_are_neither_cut_off_nor_swapped(tmp_path: Path) -> None:
    path = tmp_path / "f"
    write_sealed(path, SECRET, [bytes(3 * CHUNK_BYTES)])
    sealed, head, size = path.read_bytes(), 40, CHUNK_BYTES + 16
    chunks = [sealed[head + n * size : head + (n + 1) * size] for n in range(3)]
    for wrong in (chunks[:2], chunks[:1], [chunks[1], chunks[0], chunks[2]], [*chunks, chunks[2]]):
        path.write_bytes(sealed[:head] + b"".join(wrong))
        with pytest.raises(TamperedError):
            b"".join(read_sealed(path, SECRET))


def test_what_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="No such file"):
        b"".join(read_sealed(tmp_path / "absent", SECRET))
    (tmp_path / "there").touch()
    with pytest.raises(FileExistsError):
        write_sealed(tmp_path / "there", SECRET, [])
