"""A gallery into another one, whatever either is kept in, and the proof that it arrived."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from facemetric.errors import BundleMismatchError, InputError, IntegrityError
from facemetric.gallery import Gallery, PersonRecord
from facemetric.jobs.roll import Roll

CHUNK_PEOPLE = 256


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy did.

    Attributes
    ----------
    people, samples
        In the source, all of which are in the target now.
    new_people
        How many were not there before.
    checksum
        Hex digest over everyone, whatever their order: the same for both.
    portraits, left_portraits
        How many of the source's portraits are in the target, and stayed behind as was asked for.
    """

    people: int
    samples: int
    new_people: int
    checksum: str
    portraits: int = 0
    left_portraits: int = 0


def copy_gallery(
    source: Gallery,
    target: Gallery,
    *,
    portraits: bool = True,
    tell: Callable[[int], None] = lambda people: None,
) -> Copied:
    """Copy everyone who is not in the target yet, then compare what both hold.

    Interrupted and called again, it goes on: a person is copied whole or not at all.

    Parameters
    ----------
    source
        Is only read.
    target
        Of the same bundle; may hold other people already.
    portraits
        Take portraits along; a target that keeps none refuses people with them.
    tell
        Called with the number of people read so far.

    Raises
    ------
    InputError
        The two are one gallery.
    BundleMismatchError
        The two hold embeddings of different bundles, or vectors are to go where they would be
        rounded to codes.
    PersonError
        Somebody else in the target has a name.
    InputError
        There are portraits, and the target keeps none.
    IntegrityError
        Somebody arrived changed, or not at all; the first is named.
    GalleryError
        One cannot be read or written.
    """
    check_apart(source, target)
    check_same_bundle(source, target)
    if portraits and source.stats().portraits:
        check_keeps_portraits(target)
    roll = Roll()
    samples = new_people = taken = left = 0
    for found in source.records(chunk_people=CHUNK_PEOPLE):
        records = found if portraits else [without_portraits(record) for record in found]
        taken += count_portraits(records)
        left += count_portraits(found) - count_portraits(records)
        new_people += target.restore(records)
        for record in records:
            roll.add(record.person.id, person_digest(record))
            samples += len(record.samples)
        tell(len(roll))
    check_arrived(target, roll, what="copy")
    return Copied(len(roll), samples, new_people, roll.checksum(), taken, left)


def check_arrived(target: Gallery, roll: Roll, *, what: str) -> None:
    """Raise IntegrityError unless a gallery holds people as they were read.

    Parameters
    ----------
    target
        Where they were brought.
    roll
        ``person_digest`` of each.
    what
        How they came there: ``"copy"`` or ``"import"``.
    """
    for records in target.records(chunk_people=CHUNK_PEOPLE):
        for record in records:
            expected = roll.take(record.person.id)
            if expected is not None and expected != person_digest(record):
                raise IntegrityError(
                    "is not the same on both sides",
                    item=record.person.name,
                    fix=f"Changed meanwhile, or there from an earlier {what} and changed since: "
                    f"erase that person on one side, and {what} again",
                )
    missing, first = roll.left()
    if missing:
        raise IntegrityError(
            f"{missing:,} {'person' if missing == 1 else 'people'} did not arrive, such as {first}",
            item=what,
            fix=f"Were they erased meanwhile? {what.capitalize()} again",
        )


def check_keeps_portraits(target: Gallery) -> None:
    """Raise InputError, before anybody is stored, where portraits are brought that cannot stay."""
    if not target.keeps_portraits:
        raise InputError(
            "keeps no portraits, and there are some; nothing was stored",
            item="target",
            fix="Leave them out (--no-portraits), or use a SQLite or PostgreSQL gallery",
        )


def without_portraits(record: PersonRecord) -> PersonRecord:
    """Return a person's record as if no portrait had been kept."""
    bare = tuple(
        replace(one, portrait=None, sample=replace(one.sample, has_portrait=False))
        for one in record.samples
    )
    return replace(record, samples=bare)


def count_portraits(records: Sequence[PersonRecord]) -> int:
    """Return how many portraits some people have."""
    return sum(one.portrait is not None for record in records for one in record.samples)


def check_apart(source: Gallery, target: Gallery) -> None:
    """Raise InputError where two galleries are one, whatever their addresses look like."""
    if source.place == target.place:
        raise InputError(
            "is the very gallery that is copied from",
            item="target",
            fix="Name another file, or another gallery of the server",
        )


def check_same_bundle(source: Gallery, target: Gallery) -> None:
    """Raise BundleMismatchError unless two galleries hold comparable embeddings."""
    for what in ("bundle", "dim", "bundle_sha256", "flip"):
        one, other = getattr(source, what), getattr(target, what)
        if one != other and None not in (one, other):
            raise BundleMismatchError(
                f"holds embeddings of {what} {other!r}, the source of {one!r}",
                item="target",
                fix="Copy into a new gallery, or upgrade one of the two",
            )
    if target.codec is not None and target.codec != source.codec:
        held = "floats" if source.codec is None else "those of another codec"
        raise BundleMismatchError(
            f"keeps one byte a dimension, the source {held}, which would be rounded",
            item="target",
            fix="Copy into a new gallery: searches hold codes in memory either way",
        )


def person_digest(record: PersonRecord) -> bytes:
    """Return SHA-256 over all that is known of a person, embeddings and portraits included."""
    person = record.person
    facts: list[object] = [
        *(person.id, person.name, person.created.isoformat(), person.updated.isoformat()),
        person.groups,
        None if person.keep_until is None else person.keep_until.isoformat(),
    ]
    if person.consent is not None:
        facts += [person.consent.basis, person.consent.text, person.consent.at.isoformat()]
    digest = hashlib.sha256()
    for stored in record.samples:
        sample, face = stored.sample, stored.sample.face
        facts += [
            *(sample.id, sample.source, sample.source_sha256, stored.flip),
            None if sample.taken is None else sample.taken.isoformat(),
            sample.created.isoformat(),
            None if face is None else (face.score, *face.box_xyxy_px.tolist()),
            None if face is None else face.landmarks_px.tolist(),
            None if sample.quality is None else repr(sample.quality),
        ]
        if sample.mapped_from is not None:
            facts.append(sample.mapped_from)
        if stored.portrait is not None:
            facts += [list(stored.portrait.frame_xyxy_px), "portrait"]
            digest.update(stored.portrait.jpeg)
        digest.update(np.ascontiguousarray(stored.embedding, dtype="<f4").tobytes())
    digest.update(json.dumps(facts, ensure_ascii=True).encode())
    return digest.digest()
