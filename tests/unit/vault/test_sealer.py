from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import DependencyError, KeyMismatchError, TamperedError
from facemetric.vault import DataKey, Envelope, MasterKey, Sealer, unwrap
from facemetric.vault.sealer import OVERHEAD_BYTES

MASTER, OTHER = MasterKey(bytes(32)), MasterKey(bytes(31) + b"1")


@given(st.binary(max_size=300), st.binary(max_size=40))
@settings(deadline=None, max_examples=40)
def test_a_value_opens_where_it_was_sealed_and_nowhere_else(value: bytes, place: bytes) -> None:
    sealer = Sealer(bytes(32), b"gallery")
    sealed = sealer.seal(value, place)
    assert len(sealed) == len(value) + OVERHEAD_BYTES
    assert sealer.open(sealed, place) == value
    assert sealer.open_all([sealed], [place]) == [value]
    for stranger in (Sealer(bytes(32), b"other"), Sealer(b"1" * 32, b"gallery")):
        with pytest.raises(TamperedError):
            stranger.open(sealed, place)
    with pytest.raises(TamperedError):
        sealer.open(sealed, place + b"x")


def test_every_byte_counts() -> None:
    sealer = Sealer(bytes(32))
    sealed = sealer.seal(b"template", b"vector 7")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(TamperedError, match="vector 7"):
            sealer.open(bytes(changed), b"vector 7")
    for short in (b"", sealed[:5], sealed[:-1]):
        with pytest.raises(TamperedError):
            sealer.open(short, b"vector 7")


def test_many_are_sealed_with_nonces_of_their_own() -> None:
    sealer = Sealer(bytes(32))
    places = [b"%d" % n for n in range(100)]
    sealed = sealer.seal_all([b"same"] * 100, places)
    assert len({one[:12] for one in sealed}) == 100
    assert sealer.open_all(sealed, places) == [b"same"] * 100
    sealed[3], sealed[4] = sealed[4], sealed[3]
    with pytest.raises(TamperedError, match=r"^3: cannot be opened"):
        sealer.open_all(sealed, places)


def test_the_cipher_is_the_standards() -> None:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    sealed = Sealer(b"k" * 32, b"c").seal(b"value", b"p")
    reader = Cipher(
        algorithms.AES256(b"k" * 32), modes.GCM(sealed[:12], tag=sealed[-16:])
    ).decryptor()
    reader.authenticate_additional_data(b"c\x00p")
    assert reader.update(sealed[12:-16]) + reader.finalize() == b"value"


def test_a_data_key_is_wrapped_and_rewrapped() -> None:
    data = DataKey.new("gallery-1")
    envelope = data.wrap(MASTER)
    opened = unwrap(envelope, MASTER, owner="gallery-1", item="people.db")
    sealed = data.sealer("names").seal(b"Ada", b"1")
    assert opened.sealer("names").open(sealed, b"1") == b"Ada"
    with pytest.raises(TamperedError):
        opened.sealer("vectors").open(sealed, b"1")
    again = opened.wrap(OTHER)
    assert unwrap(again, OTHER, owner="gallery-1", item="x").sealer("names").open(sealed, b"1")
    with pytest.raises(KeyMismatchError, match=f"people.db: .*{MASTER.id}, got the key {OTHER.id}"):
        unwrap(envelope, OTHER, owner="gallery-1", item="people.db")
    for wrong, owner in (
        (envelope, "gallery-2"),
        (Envelope(MASTER.id, envelope.wrapped[:-1] + b"x"), "gallery-1"),
        (Envelope(OTHER.id, envelope.wrapped), "gallery-1"),
    ):
        with pytest.raises(TamperedError, match="its data key"):
            unwrap(
                wrong,
                OTHER if wrong.master_id == OTHER.id else MASTER,
                owner=owner,
                item="people.db",
            )


def test_blind_values_are_equal_where_values_are() -> None:
    blinder = DataKey(bytes(32), "g").blinder()
    assert blinder.blind("name", "ada") == blinder.blind("name", "ada")
    assert blinder.blind("name", "ada") != blinder.blind("group", "ada")
    assert blinder.blind("name", "ada") != DataKey(bytes(32), "h").blinder().blind("name", "ada")
    assert len(blinder.blind("name", "\udc80")) == 64


def test_without_cryptography_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    with pytest.raises(DependencyError, match=r"facemetric\[vault\]"):
        Sealer(bytes(32))
