"""Erasing people with a receipt: what went from where, entered in the audit log, and checkable."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from facemetric.errors import PersonError
from facemetric.gallery.protocol import Gallery, now
from facemetric.gallery.records import Removal
from facemetric.gallery.rules import time_text
from facemetric.vault import AuditLog, Event, Head, MasterKey, read_log, verify_log

if TYPE_CHECKING:
    from facemetric.wire import ErasureReceiptOut

Reason = Literal["request", "expired"]


_ANSWERS = ("what the gallery answers with",)
_FILES = ("the gallery's files, until it is purged",)


def erase(
    gallery: Gallery,
    people: Sequence[str],
    *,
    reason: Reason = "request",
    actor: str | None = None,
    log: AuditLog | None = None,
    key: MasterKey | None = None,
    clock: Callable[[], datetime] = now,
) -> list[ErasureReceiptOut]:
    """Erase people, purge the gallery once, and return a receipt for each.

    Parameters
    ----------
    gallery
        Open for writing.
    people
        Names or ids; those who are gone already have no receipt.
    reason
        Why.
    actor
        Opaque id of who asked for it, for the log.
    log
        Is told before (``person.erase.begin``) and after (``person.erase``), whether or not the
        process lives to return; after it also where something fails on the way.
    key
        Signs the receipts.
    clock
        Returns the time, with a time zone.

    Raises
    ------
    GalleryError
        The gallery cannot be written or purged; people before the one at fault are erased.
    VaultError
        The log cannot be written.
    """
    from facemetric.wire import ErasureReceiptOut

    gone: list[Removal] = []
    purged = False
    try:
        try:
            for one in people:
                with suppress(PersonError):
                    identity = gallery.person(one).id
                    if log is not None:
                        log.append(Event("person.erase.begin", "ok", actor, gallery.id, identity))
                    gone.append(gallery.remove(identity, purge=False))
        finally:
            purged = gallery.purge()
    finally:  # who is gone is entered, whatever failed
        heads = _entered(gone, gallery, reason=reason, actor=actor, log=log, purged=purged)
    return [
        _sealed(
            ErasureReceiptOut(
                receipt_id=str(uuid4()),
                gallery_id=gallery.id,
                person_id=removal.person_id,
                reason=reason,
                erased=time_text(clock(), name="clock"),
                samples=removal.samples,
                embeddings=removal.samples,
                portraits=removal.portraits,
                purged=purged,
                erased_from=gallery.erased_from if purged else _ANSWERS,
                may_remain_in=(*(() if purged else _FILES), *gallery.may_remain_in),
                audit_entry=None if head is None else str(head),
                key_id=None if key is None else key.id,
            ),
            key,
        )
        for removal, head in zip(gone, heads, strict=True)
    ]


def _entered(
    gone: Sequence[Removal],
    gallery: Gallery,
    *,
    reason: Reason,
    actor: str | None,
    log: AuditLog | None,
    purged: bool,
) -> list[Head | None]:
    if log is None:
        return [None] * len(gone)
    entries = log.append_all(
        [
            Event(
                *("person.erase", "ok", actor, gallery.id, removal.person_id),
                {
                    "samples": removal.samples,
                    **({"portraits": removal.portraits} if removal.portraits else {}),
                    "purged": int(purged),
                    reason: 1,
                },
            )
            for removal in gone
        ]
    )
    return [Head(entry.number, entry.digest) for entry in entries]


def receipt_problems(
    receipt: ErasureReceiptOut,
    *,
    key: MasterKey | None = None,
    log: Path | None = None,
    plain_log: bool = False,
    gallery: Gallery | None = None,
) -> list[str]:
    """Return what does not fit about a receipt, in sentences; empty where everything fits.

    Parameters
    ----------
    receipt
        As it was written.
    key
        The master key that signed it, and that ``log`` is chained with.
    log
        The audit log: verified up to the receipt's entry, which must be about this person.
    plain_log
        The log was begun without a key, whatever ``key`` is.
    gallery
        The gallery: it must be that of the receipt, and not have the person.

    Raises
    ------
    VaultError
        The log cannot be read.
    """
    problems = []
    if not hmac.compare_digest(_digest(receipt), receipt.digest):
        problems.append("the digest does not fit: the receipt was changed")
    if key is not None:
        if receipt.signature is None:
            problems.append("it is not signed")
        elif not hmac.compare_digest(_signature(receipt.digest, key), receipt.signature):
            problems.append("the signature is not by this key")
    if log is not None:
        problems += _log_problems(receipt, log, None if plain_log else key)
    if gallery is not None:
        if gallery.id != receipt.gallery_id:
            problems.append("the receipt is of another gallery")
        elif receipt.person_id in gallery:
            problems.append("the person is in the gallery")
    return problems


def _log_problems(receipt: ErasureReceiptOut, log: Path, key: MasterKey | None) -> list[str]:
    if receipt.audit_entry is None:
        return ["it names no entry of an audit log"]
    head = Head.parse(receipt.audit_entry)
    verdict = verify_log(log, key=key, head=head)
    if verdict.problem is not None and (verdict.bad_entry or 0) <= head.number:
        return [f"audit log: entry {verdict.bad_entry} {verdict.problem}"]
    for entry in read_log(log):
        if entry.number == head.number:
            event = entry.event
            found = (event.action, event.gallery, event.subject)
            if found != ("person.erase", receipt.gallery_id, receipt.person_id):
                return [f"entry {head.number} of the audit log is about something else"]
            break
    return []


def _sealed(receipt: ErasureReceiptOut, key: MasterKey | None) -> ErasureReceiptOut:
    digest = _digest(receipt)
    signature = None if key is None else _signature(digest, key)
    return receipt.model_copy(update={"digest": digest, "signature": signature})


def _digest(receipt: ErasureReceiptOut) -> str:
    from facemetric.wire.personal import FIRST_RECEIPT

    beside = {"digest", "signature"}
    if receipt.schema_name == FIRST_RECEIPT:
        beside.add("portraits")  # which it does not have: it was written without the field
    document = receipt.model_dump(mode="json", by_alias=True, exclude=beside)
    return hashlib.sha256(
        json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def _signature(digest: str, key: MasterKey) -> str:
    secret = key.derive("erasure receipts")
    return hmac.digest(secret, bytes.fromhex(digest), hashlib.sha256).hex()
