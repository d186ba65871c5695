from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from facemetric.errors import AccessError, InputError
from facemetric.service import KeyStore
from facemetric.service.keys import digest
from layouts.service import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> KeyStore:
    return KeyStore(tmp_path / "keys.db", clock=clock)


def test_a_key_is_known_by_its_secret_alone(store: KeyStore) -> None:
    key, secret = store.new("door", scopes=["read"], galleries=["staff"])
    assert store.check(secret) == (key, True)
    assert key.may("read") and not key.may("enrol") and not key.may("admin")
    assert key.opens("staff") and not key.opens("other")
    for wrong in ("", "x", key.id, secret[:-1], secret[:-1] + "~", f"fmk_{key.id}_{'a' * 43}"):
        assert store.check(wrong) == (None, False)


def test_the_file_holds_no_secret_and_is_private(store: KeyStore) -> None:
    _, secret = store.new("door", scopes=["admin"])
    assert store.path is not None
    data = store.path.read_bytes()
    assert secret.encode() not in data and secret.rpartition("_")[2].encode() not in data
    assert digest(secret).encode() in data
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_file_that_others_may_read_is_refused(store: KeyStore) -> None:
    assert store.path is not None
    store.path.chmod(0o644)
    with pytest.raises(AccessError, match="chmod 600"):
        KeyStore(store.path)


def test_a_key_ends(store: KeyStore, clock: Clock) -> None:
    key, secret = store.new("guest", scopes=["read"], expires=clock.now + timedelta(days=1))
    assert store.check(secret) == (key, True)
    clock.now += timedelta(days=1)
    assert store.check(secret) == (key, False)
    lasting, other = store.new("more", scopes=["read"])
    assert store.revoke(lasting.id).revoked == clock.now
    assert store.check(other)[1] is False
    with pytest.raises(AccessError, match="revoked"):
        store.rotate(lasting.id)


def test_a_turned_key_has_two_secrets_for_a_while(store: KeyStore, clock: Clock) -> None:
    key, before = store.new("door", scopes=["read"])
    same, after = store.rotate(key.id, grace=timedelta(hours=2))
    assert same == key and before != after
    assert store.check(before)[1] and store.check(after)[1]
    clock.now += timedelta(hours=2)
    assert not store.check(before)[1] and store.check(after)[1]
    _, last = store.rotate(key.id)
    assert not store.check(after)[1] and store.check(last)[1]


def test_another_process_sees_changes_at_once(store: KeyStore, clock: Clock) -> None:
    assert store.path is not None
    other = KeyStore(store.path, clock=clock)
    key, secret = store.new("door", scopes=["read"])
    assert other.check(secret)[1]
    other.revoke(key.id)
    assert not store.check(secret)[1]


@pytest.mark.parametrize(
    "options",
    [
        {"scopes": []},
        {"scopes": ["root"]},
        {"scopes": ["read"], "galleries": [""]},
        {"scopes": ["read"], "galleries": ["main", "Staff"]},
        {"scopes": ["read"], "galleries": ["a,b"]},
        {"scopes": ["read"], "galleries": ["main\n"]},
        {"scopes": ["read"], "per_minute": 0},
    ],
)
def test_what_a_key_cannot_be(store: KeyStore, options: dict[str, list[str]]) -> None:
    with pytest.raises(InputError):
        store.new("door", **options)


def test_what_is_no_key(store: KeyStore) -> None:
    with pytest.raises(InputError, match="printable"):
        store.new("a\nb", scopes=["read"])
    with pytest.raises(AccessError, match="no such key"):
        store.revoke("0" * 8)


def test_a_refusal_asks_the_same_whether_there_is_such_a_key(store: KeyStore) -> None:
    key, secret = store.new("door", scopes=["read"])
    ended, old = store.new("old", scopes=["read"])
    store.revoke(ended.id)
    asked: list[str] = []
    store._connection.set_trace_callback(asked.append)
    hashes = {}
    for wrong in ("", "fmk", f"fmk_{'0' * 8}_{'a' * 43}", f"fmk_{key.id}_{'a' * 43}", secret, old):
        hashes[wrong] = digest(wrong)
        store.check(wrong)
    store._connection.set_trace_callback(None)
    # The very same statement but for the hash, and one of it, for every key and for none.
    plain = [text.replace(sha256, "?") for text, sha256 in zip(asked, hashes.values(), strict=True)]
    assert len(set(plain)) == 1 and "?" in plain[0]
