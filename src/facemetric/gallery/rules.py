"""Rules that hold in every gallery, whatever it is kept in."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from facemetric.errors import InputError, PersonError
from facemetric.gallery.names import is_id, name_key, tidy_groups, tidy_name
from facemetric.gallery.portrait import check_portrait
from facemetric.gallery.records import NewSample, PersonRecord, Sample, StoredSample
from facemetric.types import AnyArray, check_embeddings

NORM_TOLERANCE = 1e-3
SAME_FACE_OVERLAP = 0.5


def check_unit(values: AnyArray, *, name: str, dim: int) -> None:
    """Raise InputError unless ``values`` is finite ``float32 (N, dim)`` with rows of unit norm."""
    check_embeddings(values, name=name, dim=dim)
    if values.dtype != np.float32:
        raise InputError(f"expected float32, got {values.dtype}", item=name)
    norms = np.linalg.norm(values, axis=1)
    wrong = np.flatnonzero(np.abs(norms - 1.0) > NORM_TOLERANCE)
    if wrong.size:
        raise InputError(
            f"expected unit norm, got {norms[wrong[0]]:.4g} in row {wrong[0]}",
            item=name,
            fix="Divide each row by its norm",
        )


def check_sample(sample: NewSample, *, dim: int) -> None:
    """Raise InputError unless a sample can be stored."""
    if sample.embedding.ndim != 1:
        raise InputError(
            f"expected one embedding ({dim},), got {sample.embedding.shape}", item=sample.source
        )
    check_unit(sample.embedding[None], name=sample.source, dim=dim)
    _check_digest(sample)
    if sample.portrait is not None:
        check_portrait(sample.portrait, face=sample.face, item=sample.source)


def check_records(records: Sequence[PersonRecord], *, dim: int) -> None:
    """Raise unless people can be stored as they are: tidy, and none of them twice.

    How names are spelt is not judged again: people of an older gallery keep theirs.

    Raises
    ------
    InputError
        An id, group, digest, embedding or portrait is none.
    PersonError
        A name is none, or two of them have one name or one sample.
    """
    for record in records:
        person = record.person
        if tidy_name(person.name) != person.name:
            raise PersonError(
                f"the name of {person.id} has spaces to spare, or is not in Unicode form NFC",
                item=repr(person.name),
                fix=f"Spell it {tidy_name(person.name)!r}",
            )
        if is_id(person.name):
            raise PersonError(f"the name of {person.id} looks like an id", item=repr(person.name))
        if tidy_groups(person.groups) != person.groups:
            raise InputError(
                f"expected groups sorted, each once and trimmed, got {person.groups!r}",
                item=person.name,
            )
        for identity in (person.id, *(stored.sample.id for stored in record.samples)):
            if not is_id(identity) or identity != identity.strip().lower():
                raise InputError(
                    f"expected a UUID in lower case as an id, got {identity!r}", item=person.name
                )
        for stored in record.samples:
            one = stored.sample
            if plain_text(one.source) != one.source:
                raise InputError("the source is no text that UTF-8 can hold", item=person.name)
            check_unit(stored.embedding[None], name=one.source, dim=dim)
            _check_digest(one)
            if stored.portrait is not None:
                check_portrait(stored.portrait, face=one.face, item=one.source)
    _check_once(records)


def _check_once(records: Sequence[PersonRecord]) -> None:
    people = [record.person for record in records]
    for identity, count in Counter(person.id for person in people).items():
        if count > 1:
            raise PersonError("the person is there twice", item=identity)
    names = Counter(name_key(person.name) for person in people)
    for person in people:
        if names[name_key(person.name)] > 1:
            raise PersonError(
                "somebody else has the name", item=person.name, fix="Rename one of the two first"
            )
    samples = Counter(stored.sample.id for record in records for stored in record.samples)
    for identity, count in samples.items():
        if count > 1:
            raise PersonError(f"sample {identity} is there twice", item="samples")


def _check_digest(sample: NewSample | Sample) -> None:
    digest = sample.source_sha256
    if digest is not None and not re.fullmatch("[0-9a-f]{64}", digest):
        raise InputError(f"source_sha256 must be 64 hex digits, got {digest!r}", item=sample.source)


def refuse_portraits(samples: Iterable[NewSample | StoredSample]) -> None:
    """Raise InputError where a sample has a portrait, for galleries that keep none."""
    for one in samples:
        if one.portrait is not None:
            source = one.source if isinstance(one, NewSample) else one.sample.source
            raise InputError(
                "has a portrait, and this kind of gallery keeps none; nothing was stored",
                item=source,
                fix="Leave portraits out (gallery copy --no-portraits), or use another kind",
            )


def time_text(moment: datetime, *, name: str) -> str:
    """Return a time as fixed-width text in UTC, which sorts as time does.

    Raises
    ------
    InputError
        Where it has no time zone, or UTC has no such time.
    """
    if moment.tzinfo is None:
        raise InputError("expected a time with a time zone", item=name, fix="Pass tzinfo=UTC")
    try:
        return moment.astimezone(UTC).isoformat(timespec="microseconds")
    except OverflowError:
        raise InputError("is outside the years 1 to 9999 in UTC", item=name) from None


def plain_text(text: str) -> str:
    """Return text that UTF-8 can hold: bytes that no text has are spelt out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def same_face(first: Sequence[Any], second: Sequence[Any]) -> bool:
    """Whether two boxes ``(left, top, right, bottom)`` of one picture frame the same face."""
    if first[0] is None or second[0] is None:
        return first[0] is None and second[0] is None
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    common = max(width, 0.0) * max(height, 0.0)
    union = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)) - common
    return bool(common >= SAME_FACE_OVERLAP * union)


def purge_command(address: str, *, encrypted: bool = False) -> str:
    """Return the command line that purges a gallery, as messages give it."""
    key = " --key-file FILE" if encrypted else ""
    return f"facemetric gallery purge --gallery {shlex.quote(address)}{key}"


def refuse_on_server(*, codec: object, key: object) -> None:
    """Raise InputError for what only a file can have: codes in the store, and a key."""
    if codec is not None:
        raise InputError("one-byte codes are for SQLite galleries", item="codec")
    if key is not None:
        raise InputError(
            "only SQLite galleries are encrypted: the server compares vectors as they are",
            item="key",
            fix="Leave it out, and encrypt the server's volume",
        )
