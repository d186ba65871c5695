from __future__ import annotations

import base64
import os
import pickle
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from facemetric.errors import FacemetricError, KeyMismatchError, VaultError
from facemetric.vault import (
    MasterKey,
    key_from_command,
    key_from_environment,
    key_from_file,
    write_key,
)
from facemetric.vault.masterkey import derived

SECRET = bytes(range(32))


def test_a_key_is_written_for_its_owner_and_read_again(tmp_path: Path) -> None:
    key, file = MasterKey.new(), tmp_path / "master.key"
    write_key(file, key)
    assert file.stat().st_mode & 0o777 == 0o600
    assert key_from_file(file) == key != MasterKey.new()
    with pytest.raises(VaultError, match="is there already"):
        write_key(file, MasterKey.new())
    assert key_from_file(file).id == key.id


@pytest.mark.parametrize(
    "text",
    [
        SECRET.hex(),
        SECRET.hex().upper() + "\n",
        base64.b64encode(SECRET).decode(),
        base64.urlsafe_b64encode(SECRET).decode().rstrip("="),
        f"# a comment\n\n{MasterKey(SECRET).spelt()}\n",
    ],
)
def test_every_spelling_is_the_same_key(text: str) -> None:
    assert MasterKey.parse(text) == MasterKey(SECRET)


@pytest.mark.parametrize("text", ["", "secret", SECRET.hex()[:-1], SECRET.hex() + "0", "ü" * 43])
def test_what_is_no_key_is_not_shown(text: str) -> None:
    with pytest.raises(KeyMismatchError, match="holds no key") as caught:
        MasterKey.parse(text, item="here")
    assert not text or text not in str(caught.value)


def test_nothing_shows_the_secret() -> None:
    key = MasterKey(SECRET)
    shown = f"{key!r} {key} {[key]}"
    assert key.id in shown and key.id not in SECRET.hex()
    assert SECRET.hex() not in shown and key.spelt().partition(":")[2] not in shown
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_purposes_are_apart_and_as_the_standard_derives_them() -> None:
    key = MasterKey(SECRET)
    one, other = key.derive("a"), key.derive("b")
    assert len({one, other, key.derive("a", context=b"x"), SECRET}) == 4
    info = b"facemetric vault 1\x00a\x00x"
    assert derived(SECRET, "a", context=b"x") == HKDFExpand(SHA256(), 32, info).derive(SECRET)


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert key_from_environment("K", {}) is None
    assert key_from_environment("K", {"K": " "}) is None
    assert key_from_environment("K", {"K": SECRET.hex()}) == MasterKey(SECRET)
    with pytest.raises(KeyMismatchError, match=r"^K: holds no key"):
        key_from_environment("K", {"K": "hunter2"})


def test_a_command_prints_the_key_or_says_nothing_of_it() -> None:
    python = f'"{sys.executable}" -c'
    printed = SECRET.hex()
    assert key_from_command(f"{python} 'print(\"{printed}\")'") == MasterKey(SECRET)
    for command, cause in (
        (f"{python} 'print(\"{printed}\"); raise SystemExit(3)'", "ended with 3"),
        (f"{python} 'print(\"{printed[1:]}\")'", "holds no key"),
        ("/no/such/program", "No such file"),
        ("'", "quotes"),
        ("", "empty"),
    ):
        with pytest.raises(VaultError, match=cause) as caught:
            key_from_command(command)
        assert printed[1:] not in str(caught.value)
    slow = f"{python} 'import time; print(\"{printed}\", flush=True); time.sleep(9)'"
    with pytest.raises(VaultError, match="more than") as caught:
        key_from_command(slow, timeout_s=0.5)
    chain: BaseException | None = caught.value
    assert chain is not None and printed not in repr(chain) and chain.__suppress_context__


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
@pytest.mark.parametrize("rights", [0o640, 0o604, 0o620, 0o660, 0o601, 0o644, 0o777])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, rights: int) -> None:
    file = tmp_path / "master.key"
    write_key(file, MasterKey(SECRET))
    file.chmod(rights)
    with pytest.raises(VaultError, match=r"others than its owner may read the key.*chmod 600"):
        key_from_file(file)
    for good in (0o600, 0o400):
        file.chmod(good)
        assert key_from_file(file) == MasterKey(SECRET)


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_rights_of_pipes_and_of_others_files_are_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    os.write(writing, SECRET.hex().encode())
    os.close(writing)
    assert key_from_file(f"/dev/fd/{reading}") == MasterKey(SECRET)
    os.close(reading)
    file = tmp_path / "handed-over"
    write_key(file, MasterKey(SECRET))
    file.chmod(0o440)
    owner = file.stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    assert key_from_file(file) == MasterKey(SECRET)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff" * 32)
    (tmp_path / "bytes").chmod(0o600)
    for path in (tmp_path / "absent", tmp_path / "bytes", tmp_path):
        with pytest.raises(VaultError, match="the key cannot be read"):
            key_from_file(path)
    assert issubclass(KeyMismatchError, FacemetricError)
