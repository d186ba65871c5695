"""Everybody of a gallery into a new one, with embeddings of another bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from facemetric.errors import GalleryError, IntegrityError
from facemetric.gallery import Gallery, PersonRecord, StoredSample
from facemetric.jobs.copy_gallery import CHUNK_PEOPLE, person_digest
from facemetric.jobs.roll import Roll
from facemetric.jobs.upgrading.photographs import Photographs
from facemetric.types import Float32

Map: TypeAlias = Callable[[Float32], Float32]
Tell: TypeAlias = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Converted:
    """What an upgrade did.

    Attributes
    ----------
    people, samples
        In the old gallery, all of which are in the new one now.
    new_people
        How many were not there before.
    mapped, embedded
        Samples in the new gallery whose embedding was mapped, and computed from the photograph or
        its portrait.
    source_checksum, checksum
        Hex digests over everybody in the old gallery, which is as it was, and in the new one.
    """

    people: int
    samples: int
    new_people: int
    mapped: int
    embedded: int
    source_checksum: str
    checksum: str


def convert_gallery(
    source: Gallery,
    target: Gallery,
    *,
    mapping: Map | None,
    photographs: Photographs | None,
    tell: Tell = lambda people: None,
) -> Converted:
    """Store everyone who is not in the target yet, then compare what both hold.

    Interrupted and called again, it goes on: a person is stored whole or not at all. The source
    is only read.

    Parameters
    ----------
    source
        Of the old bundle.
    target
        Of the new one.
    mapping
        Old embeddings ``float32 (N, D)`` to new ones ``float32 (N, E)``; ``None`` where all must
        be embedded anew.
    photographs
        Where enrolled photographs, and portraits, are looked for; ``None`` for nowhere.
    tell
        Called with the number of people read so far.

    Raises
    ------
    GalleryError
        A sample can neither be mapped nor embedded anew, or a gallery cannot be read or written.
    PersonError
        Somebody else in the target has a name.
    IntegrityError
        Somebody arrived changed or not at all, or the source has changed meanwhile.
    """
    there = _rolled(target)
    before, expected = Roll(), Roll()
    samples = new_people = 0
    for records in source.records(chunk_people=CHUNK_PEOPLE):
        fresh = [record for record in records if there.get(record.person.id) is None]
        made = _converted(fresh, source.bundle, mapping, photographs)
        new_people += target.restore(made)
        for record in made:
            expected.add(record.person.id, person_digest(record))
        for record in records:
            before.add(record.person.id, person_digest(record))
            samples += len(record.samples)
        tell(len(before))
    del there  # of a million people each roll is 60 MB: no more than two at a time
    facts = _facts_of_others(source, before, expected)
    people, source_checksum = len(before), before.checksum()
    del before
    checksum, mapped, embedded = _compared(target, expected, facts)
    sums = (source_checksum, checksum)
    return Converted(people, samples, new_people, mapped, embedded, *sums)


def _rolled(gallery: Gallery) -> Roll:
    """Return the people of a gallery, who are never in memory all at once."""
    roll = Roll()
    for records in gallery.records(chunk_people=CHUNK_PEOPLE):
        for record in records:
            roll.add(record.person.id, bytes(32))
    return roll


def _converted(
    records: Sequence[PersonRecord],
    bundle: str,
    mapping: Map | None,
    photographs: Photographs | None,
) -> list[PersonRecord]:
    every = [stored for record in records for stored in record.samples]
    anew: dict[str, Float32] = {}
    if photographs is not None and every:
        anew = photographs.embed(every)
    left = [stored for stored in every if stored.sample.id not in anew]
    vectors: dict[str, Float32] = {}
    if left:
        _check_mappable(left, mapping)
        assert mapping is not None
        mapped = mapping(np.stack([stored.embedding for stored in left]))
        vectors = {one.sample.id: row for one, row in zip(left, mapped, strict=True)}

    def changed(stored: StoredSample) -> StoredSample:
        one = stored.sample
        if one.id in anew:
            return replace(stored, sample=replace(one, mapped_from=None), embedding=anew[one.id])
        sample = replace(one, mapped_from=bundle)
        return replace(stored, sample=sample, embedding=vectors[one.id])

    return [replace(one, samples=tuple(map(changed, one.samples))) for one in records]


def _check_mappable(left: Sequence[StoredSample], mapping: Map | None) -> None:
    """Raise GalleryError for a sample that was at hand when all were checked, and is not now."""
    if mapping is None or any(one.sample.mapped_from is not None for one in left):
        raise GalleryError(
            f"the photograph of sample {left[0].sample.id} is not at hand any more, or cannot be "
            "read, and the embedding cannot be mapped",
            item=left[0].sample.source,
            fix="Bring it back and run it again, or name photographs to fit a map on (--photos)",
        )


def _facts_of_others(source: Gallery, before: Roll, expected: Roll) -> Roll:
    """Return ``facts_digest`` of who was in the target already, the source being as it was."""
    facts = Roll()
    for records in source.records(chunk_people=CHUNK_PEOPLE):
        for record in records:
            identity = record.person.id
            if before.take(identity) != person_digest(record):
                raise IntegrityError(
                    "has changed in the old gallery meanwhile",
                    item=record.person.name,
                    fix="Run it again while nobody writes there; where the person is in the new "
                    "gallery already, remove that person there first",
                )
            if expected.get(identity) is None:
                facts.add(identity, facts_digest(record))
    gone, first = before.left()
    if gone:
        raise IntegrityError(
            f"{gone:,} {'person was' if gone == 1 else 'people were'} erased in the old gallery "
            f"meanwhile, such as {first}",
            item="upgrade",
            fix="Remove them from the new gallery too, and run it again",
        )
    return facts


def _compared(target: Gallery, expected: Roll, facts: Roll) -> tuple[str, int, int]:
    """Return the target's checksum, and how many samples are mapped and embedded anew."""
    digests = Roll()
    mapped = embedded = 0
    for records in target.records(chunk_people=CHUNK_PEOPLE):
        for record in records:
            identity = record.person.id
            digest = person_digest(record)
            digests.add(identity, digest)
            wanted, held = expected.take(identity), digest
            if wanted is None:
                wanted, held = facts.take(identity), facts_digest(record)
            if wanted is None:
                continue  # enrolled there
            if wanted != held:
                raise IntegrityError(
                    "is not the same person in both galleries",
                    item=record.person.name,
                    fix="Changed since the first part of the upgrade? Remove that person from the "
                    "new gallery, and run it again",
                )
            kinds = [stored.sample.mapped_from is not None for stored in record.samples]
            mapped += sum(kinds)
            embedded += len(kinds) - sum(kinds)
    left = (expected.left(), facts.left())
    missing = sum(count for count, _ in left)
    if missing:
        first = next(identity for _, identity in left if identity is not None)
        raise IntegrityError(
            f"{missing:,} {'person' if missing == 1 else 'people'} did not arrive, such as {first}",
            item="upgrade",
            fix="Were they erased meanwhile? Run it again",
        )
    return digests.checksum(), mapped, embedded


def facts_digest(record: PersonRecord) -> bytes:
    """Return SHA-256 over all that is known of a person but the embeddings."""
    nothing = np.zeros(0, np.float32)
    bare = tuple(
        replace(one, sample=replace(one.sample, mapped_from=None), embedding=nothing)
        for one in record.samples
    )
    return person_digest(replace(record, samples=bare))
