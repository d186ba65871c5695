"""Keys as documents, without their secrets."""

from __future__ import annotations

from facemetric.service.keys import Key
from facemetric.wire import KeyOut


def key_document(key: Key) -> KeyOut:
    """Return what may be told of a key."""
    return KeyOut.model_validate(
        {
            "key_id": key.id,
            "name": key.name,
            "scopes": tuple(sorted(key.scopes)),
            "galleries": None if key.galleries is None else tuple(sorted(key.galleries)),
            "created": key.created.isoformat(),
            "expires": key.expires.isoformat() if key.expires else None,
            "revoked": key.revoked.isoformat() if key.revoked else None,
            "per_minute": key.per_minute,
        }
    )
