"""Answers about keys and audit logs."""

from __future__ import annotations

from typing import Literal

from facemetric.wire.faces import Wire, schema


class MasterKeyOut(Wire):
    """Answer of ``vault new-key``: where the key is, and its id, which is no secret."""

    schema_name: Literal["facemetric.master-key/1"] = schema("facemetric.master-key/1")
    file: str
    key_id: str


class RotateOut(Wire):
    """Answer of ``vault rotate``.

    ``purged``: whether the old row is gone from the file and its log as well.
    """

    schema_name: Literal["facemetric.rotate/1"] = schema("facemetric.rotate/1")
    gallery: str
    old_key_id: str
    key_id: str
    purged: bool


class AuditEventOut(Wire):
    """One entry of an audit log: opaque ids, words and counts; ``digest`` chains it."""

    number: int
    at: str
    action: str
    outcome: str
    actor: str | None
    gallery: str | None
    subject: str | None
    counts: dict[str, int]
    digest: str


class AuditShowOut(Wire):
    """Answer of ``audit show``; whether the chain holds is not looked at."""

    schema_name: Literal["facemetric.audit-show/1"] = schema("facemetric.audit-show/1")
    file: str
    entries: tuple[AuditEventOut, ...]


class AuditVerifyOut(Wire):
    """Answer of ``audit verify``.

    ``entries`` are sound, from the first on; ``head`` is the last of them, as ``NUMBER:DIGEST``.
    ``bad_entry`` is the first that is not as it was written, and ``problem`` what is wrong with it.
    """

    schema_name: Literal["facemetric.audit-verify/1"] = schema("facemetric.audit-verify/1")
    file: str
    entries: int
    head: str | None
    bad_entry: int | None = None
    problem: str | None = None
