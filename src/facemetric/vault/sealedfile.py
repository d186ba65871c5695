"""Sealed files: chunks that can be written as they come, and neither cut off nor swapped.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015): every file has a
key of its own, and a chunk's nonce is its number and whether it is the last.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from facemetric.errors import TamperedError, VaultError
from facemetric.vault.masterkey import derived
from facemetric.vault.sealer import TAG_BYTES, aes_gcm

MAGIC = b"FMSEAL1\n"
CHUNK_BYTES = 1 << 20
_SALT_BYTES = 32
_NEW = os.O_CREAT | os.O_WRONLY | os.O_EXCL | getattr(os, "O_BINARY", 0)


def write_sealed(path: Path, secret: bytes, parts: Iterable[Any], *, context: bytes = b"") -> None:
    """Write a sealed file, for the owner alone, from parts of any size.

    Parameters
    ----------
    path
        Must not exist yet.
    secret
        32 bytes.
    parts
        Bytes, or anything that has them as a buffer.
    context
        Must be the same to read it again: what the file is.

    Raises
    ------
    OSError
        It cannot be written.
    """
    salt = os.urandom(_SALT_BYTES)
    cipher, seal_context = _file_cipher(secret, salt), MAGIC + salt + context
    with os.fdopen(os.open(path, _NEW, 0o600), "wb") as file:
        file.write(MAGIC + salt)
        number = 0
        held = bytearray()
        for part in parts:
            view = memoryview(part).cast("B")
            for start in range(0, len(view), CHUNK_BYTES):
                held += view[start : start + CHUNK_BYTES]
                # A full chunk waits for more: only then is it known not to be the last.
                while len(held) > CHUNK_BYTES:
                    chunk = bytes(held[:CHUNK_BYTES])
                    del held[:CHUNK_BYTES]
                    file.write(cipher.encrypt(_nonce(number, last=False), chunk, seal_context))
                    number += 1
        file.write(cipher.encrypt(_nonce(number, last=True), bytes(held), seal_context))


def read_sealed(path: Path, secret: bytes, *, context: bytes = b"") -> Iterator[bytes]:
    """Yield the content of a sealed file in chunks of 1 MiB, the last one of any size.

    Do not act on a chunk for good before the last one came: until then the file may be cut off.

    Raises
    ------
    TamperedError
        It is damaged or cut off, or was written with another secret or context.
    VaultError
        It cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(len(MAGIC) + _SALT_BYTES)
            if len(head) < len(MAGIC) + _SALT_BYTES or not head.startswith(MAGIC):
                raise _unreadable(path)
            yield from _chunks(file, path, secret, head, context)
    except OSError as error:
        raise VaultError(f"cannot be read: {error.strerror}", item=str(path)) from error


def _chunks(
    file: BinaryIO, path: Path, secret: bytes, head: bytes, context: bytes
) -> Iterator[bytes]:
    from cryptography.exceptions import InvalidTag

    cipher, size = _file_cipher(secret, head[len(MAGIC) :]), CHUNK_BYTES + TAG_BYTES
    number, chunk = 0, file.read(size)
    while True:
        following = file.read(size) if len(chunk) == size else b""
        nonce = _nonce(number, last=not following)
        try:
            yield bytes(cipher.decrypt(nonce, chunk, head + context))
        except (InvalidTag, ValueError):
            raise _unreadable(path) from None
        if not following:
            return
        number, chunk = number + 1, following


def _file_cipher(secret: bytes, salt: bytes) -> Any:
    return aes_gcm(derived(secret, "sealed file", context=salt))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _unreadable(path: Path) -> TamperedError:
    return TamperedError(
        "is damaged, cut off, or sealed with another key", item=str(path), fix="Write it anew"
    )
