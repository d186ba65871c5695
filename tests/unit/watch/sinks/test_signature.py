"""Signatures beside an example worked out with the standard library."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from facemetric.watch import sign, verify_signature


def test_it_is_hmac_sha256_over_time_and_body() -> None:
    code = hmac.new(b"secret", b'1700000000.{"a": 1}', hashlib.sha256).hexdigest()
    assert sign(b"secret", b'{"a": 1}', at_s=1_700_000_000) == f"t=1700000000,v1={code}"


@pytest.mark.parametrize(
    "header", ["", "t=,v1=", "v1=00", "t=1700000000", "t=-1,v1=0", "t=٣,v1=0", "t=1e9,v1=0", "é=é"]
)
def test_nonsense_is_no_signature(header: str) -> None:
    assert not verify_signature(b"secret", header, b"", now_s=1_700_000_000)


def test_letters_beyond_ascii_are_no_signature() -> None:
    assert not verify_signature(b"secret", "t=100,v1=\u00e9", b"", now_s=100)
    assert not verify_signature(b"secret", "t=100,v1=\ud800", b"", now_s=100)
