"""API keys: named, hashed, expiring, bound to scopes and galleries."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

PREFIX = "fmk"


@dataclass(frozen=True, slots=True)
class Key:
    """What a key may do.

    Attributes
    ----------
    id, name
        Eight hex digits, which logs show; and what people call it.
    scopes
        Some of ``"read"``, ``"enrol"`` and ``"admin"``, which includes the others.
    galleries
        Names of galleries; ``None``: all.
    created, expires, revoked
        When; ``None``: never.
    per_minute
        Requests that are answered in a minute; ``None``: no limit.
    """

    id: str
    name: str
    scopes: frozenset[str]
    galleries: frozenset[str] | None
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    per_minute: int | None = None

    def may(self, scope: str) -> bool:
        """Whether the key has a scope."""
        return scope in self.scopes or "admin" in self.scopes

    def opens(self, gallery: str) -> bool:
        """Whether the key is for a gallery."""
        return self.galleries is None or gallery in self.galleries

    def lives(self, at: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked is None and (self.expires is None or at < self.expires)


@dataclass(frozen=True, slots=True)
class Secret:
    """The hash of a secret and the time from which it is no longer taken."""

    sha256: str
    expires: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is still taken."""
        return self.expires is None or at < self.expires


def new_secret(key_id: str) -> tuple[str, str]:
    """Return a token ``fmk_<id>_<secret>`` of 256 random bits, and the hash that is kept of it."""
    token = f"{PREFIX}_{key_id}_{secrets.token_urlsafe(32)}"
    return token, digest(token)


def new_id() -> str:
    """Return the id of a new key."""
    return secrets.token_hex(4)


def digest(token: str) -> str:
    """Return what is kept of a token: it has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
