"""Signatures of webhooks: HMAC-SHA256 over the time and the body."""

from __future__ import annotations

import hashlib
import hmac

HEADER = "X-Facemetric-Signature"
TOLERANCE_S = 300.0


def sign(secret: bytes, body: bytes, *, at_s: int) -> str:
    """Return the header's value ``t=<unix time>,v1=<hex>`` for a body sent at a time.

    The code is HMAC-SHA256 (RFC 2104) over the time in decimal, a full stop and the body.
    """
    code = hmac.new(secret, b"%d." % at_s + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={code}"


def verify_signature(
    secret: bytes, header: str, body: bytes, *, now_s: float, tolerance_s: float = TOLERANCE_S
) -> bool:
    """Tell whether a webhook was signed with the secret, not long ago; for those who receive it.

    Parameters
    ----------
    secret
        As given to ``facemetric watch``.
    header
        Value of ``X-Facemetric-Signature``.
    body
        The body's bytes as they came.
    now_s
        Unix time.
    tolerance_s
        How old or how far ahead it may be: a copy that is sent later is refused.
    """
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    stamp = parts.get("t", "")
    if not (stamp.isascii() and stamp.isdigit()) or len(stamp) > 20:
        return False
    if abs(now_s - int(stamp)) > tolerance_s:
        return False
    wanted = sign(secret, body, at_s=int(stamp))
    return hmac.compare_digest(wanted.encode(), header.encode("utf-8", "surrogatepass"))
