"""One entry of an audit log: what was done, to which opaque ids, and its place in the chain."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from facemetric.errors import InputError

_WORD = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
# An id tells nobody anything: a uuid, a key's id, hex digits. Names have spaces or capitals.
_OPAQUE = re.compile(r"[0-9a-f][0-9a-f-]{3,79}")
_FIELDS = ("number", "at", "action", "outcome", "actor", "gallery", "subject", "counts")
START = "log.start"
REPAIR = "log.repair"
MAX_COUNTS = 32
UNREADABLE = (ValueError, TypeError, KeyError, RecursionError)
"""What `entry_of` raises for a line that is no entry."""


@dataclass(frozen=True, slots=True)
class Event:
    """What is to be entered: words, opaque ids and counts; no names, no templates.

    Attributes
    ----------
    action
        What was done, such as ``"person.erase"``: lower-case letters, digits, ``_.-``.
    outcome
        How it ended, such as ``"ok"`` or ``"denied"``.
    actor
        Who did it: the id of a key.
    gallery, subject
        In which gallery, and to whom or what: uuids or other ids of hex digits and hyphens.
    counts
        Figures by name, such as ``{"samples": 3}``.
    """

    action: str
    outcome: str = "ok"
    actor: str | None = None
    gallery: str | None = None
    subject: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    def check(self) -> None:
        """Raise InputError where something may say more than a log may hold."""
        for name in ("action", "outcome"):
            _check(name, getattr(self, name), _WORD, "lower-case letters, digits and _.-")
        for name in ("actor", "gallery", "subject"):
            if getattr(self, name) is not None:
                _check(name, getattr(self, name), _OPAQUE, "an id of hex digits and hyphens")
        if len(self.counts) > MAX_COUNTS:
            raise InputError(f"at most {MAX_COUNTS}, got {len(self.counts)}", item="counts")
        for name, value in self.counts.items():
            _check("counts", name, _WORD, "lower-case letters, digits and _.-")
            if type(value) is not int or abs(value) >= 1 << 63:
                raise InputError(f"expected whole numbers, got {value!r}", item=f"counts.{name}")


@dataclass(frozen=True, slots=True)
class Entry:
    """An event that was entered.

    Attributes
    ----------
    number
        From 1.
    at
        When, as ISO 8601 in UTC with microseconds.
    event
        What.
    previous, digest
        64 hex digits each: of the entry before, and over this one and ``previous``.
    """

    number: int
    at: str
    event: Event
    previous: str
    digest: str

    def line(self) -> bytes:
        """Return the one line that stands for it, with its end."""
        return _text({**_facts(self), "previous": self.previous, "digest": self.digest}) + b"\n"


class Chain:
    """How entries hang together: each digest is over the entry and the digest before.

    Parameters
    ----------
    secret
        32 bytes: digests are HMAC-SHA256, which nobody without the secret can make anew. `None`:
        they are SHA-256, which whoever may write the file can make anew from any entry on.
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes | None) -> None:
        self._secret = secret

    def entry(self, event: Event, number: int, at: datetime, previous: str) -> Entry:
        """Return the entry of an event behind another one."""
        event.check()
        moment = at.astimezone(UTC).isoformat(timespec="microseconds")
        bare = Entry(number, moment, event, previous, "")
        return Entry(number, moment, event, previous, self.digest(bare))

    def digest(self, entry: Entry) -> str:
        """Return the digest that an entry must have."""
        message = _text({**_facts(entry), "previous": entry.previous})
        if self._secret is None:
            return sha256(message).hexdigest()
        return hmac.digest(self._secret, message, sha256).hex()


def entry_of(line: bytes) -> Entry:
    """Return the entry of a line; ValueError unless it is, byte for byte, what `line` writes."""
    document = json.loads(line)
    if not isinstance(document, dict):
        raise ValueError("no entry")
    if [*document] != [*_FIELDS, "previous", "digest"]:
        raise ValueError("has other fields")
    event = Event(
        *(document[name] for name in ("action", "outcome", "actor", "gallery", "subject", "counts"))
    )
    entry = Entry(
        document["number"], document["at"], event, document["previous"], document["digest"]
    )
    if entry.line() != line:
        raise ValueError("is spelt in another way")
    return entry


def _facts(entry: Entry) -> dict[str, Any]:
    event = entry.event
    values = (entry.number, entry.at, event.action, event.outcome)
    ids = (event.actor, event.gallery, event.subject)
    return dict(zip(_FIELDS, (*values, *ids, dict(event.counts)), strict=True))


def _text(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode()


def _check(name: str, value: object, form: re.Pattern[str], wanted: str) -> None:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise InputError(
            f"expected {wanted}, got {str(value)[:40]!r}",
            item=name,
            fix="An audit log holds no names: pass the person's id",
        )
