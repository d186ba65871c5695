"""Values sealed one by one: AES-256-GCM, bound to the place where they are stored."""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from facemetric.errors import DependencyError, TamperedError

NONCE_BYTES = 12
TAG_BYTES = 16
OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES


class Sealer:
    """Seals and opens small values with one key.

    A sealed value is a nonce, the ciphertext and the tag. The nonce is 96 random bits for each
    value: up to 2**32 values may be sealed with one key (NIST SP 800-38D, section 8.3). The
    *place* is authenticated with the value and not stored: it opens nowhere else.

    Parameters
    ----------
    secret
        32 bytes, used for nothing else.
    context
        Stands before every place: what the key's values belong to.

    Raises
    ------
    DependencyError
        ``cryptography`` is not installed.
    """

    __slots__ = ("_cipher", "_context")

    def __init__(self, secret: bytes, context: bytes = b"") -> None:
        self._cipher = aes_gcm(secret)
        self._context = context + b"\x00"

    def seal(self, value: bytes, place: bytes) -> bytes:
        """Return a value sealed for a place."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + bytes(self._cipher.encrypt(nonce, value, self._context + place))

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Return the value that was sealed for a place.

        Raises
        ------
        TamperedError
            It is damaged, was changed, or was sealed for another place or with another key.
        """
        from cryptography.exceptions import InvalidTag

        try:
            return bytes(
                self._cipher.decrypt(
                    sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._context + place
                )
            )
        except (InvalidTag, ValueError):
            raise _changed(place) from None

    def seal_all(self, values: Sequence[bytes], places: Sequence[bytes]) -> list[bytes]:
        """Return many values sealed, each for its place."""
        nonces = os.urandom(NONCE_BYTES * len(values))
        cuts = range(0, len(nonces), NONCE_BYTES)
        encrypt, context = self._cipher.encrypt, self._context
        return [
            (nonce := nonces[cut : cut + NONCE_BYTES]) + encrypt(nonce, value, context + place)
            for cut, value, place in zip(cuts, values, places, strict=True)
        ]

    def open_all(self, sealed: Sequence[bytes], places: Sequence[bytes]) -> list[bytes]:
        """Return many values, each sealed for its place; TamperedError names the first bad one."""
        from cryptography.exceptions import InvalidTag

        decrypt, context = self._cipher.decrypt, self._context
        try:
            return [
                decrypt(one[:NONCE_BYTES], one[NONCE_BYTES:], context + place)
                for one, place in zip(sealed, places, strict=True)
            ]
        except (InvalidTag, ValueError):
            for one, place in zip(sealed, places, strict=True):
                self.open(one, place)
            raise


class Blinder:
    """Makes values comparable without showing them: HMAC-SHA256 with one key.

    Parameters
    ----------
    secret
        32 bytes, used for nothing else.
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def blind(self, kind: str, value: str) -> str:
        """Return 64 hex digits: the same for the same value of a kind, and only then."""
        message = f"{kind}\x00{value}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._secret, message, sha256).hex()


def aes_gcm(secret: bytes) -> Any:
    """Return the cipher of a 256-bit key; DependencyError without ``cryptography``."""
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise DependencyError(
            "encryption needs cryptography",
            item="cryptography",
            fix='Install it: pip install "facemetric[vault]"',
        ) from error
    return AESGCM(secret)


def _changed(place: bytes) -> TamperedError:
    return TamperedError(
        "cannot be opened: damaged, changed, or moved from another place",
        item=place.decode("utf-8", "replace"),
        fix="Restore it from a backup",
    )
