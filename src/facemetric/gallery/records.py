"""What goes into a gallery and what comes out: frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from facemetric.gallery.portrait import Portrait
from facemetric.types import ChipQuality, Face, Float32


@dataclass(frozen=True, slots=True)
class Consent:
    """On what ground a person is in the gallery.

    Attributes
    ----------
    basis
        The lawful basis in a word or two: ``"consent"``, ``"contract"``.
    text
        What the person was told or agreed to.
    at
        When, with a time zone.
    """

    basis: str
    text: str
    at: datetime


@dataclass(frozen=True, eq=False, slots=True)
class NewSample:
    """One face to enrol.

    Attributes
    ----------
    embedding
        ``float32 (D,)``, unit norm.
    source
        The file it came from, or a name for bytes and arrays.
    source_sha256
        Hex digest of the encoded picture; ``None`` where there is none, and then the same picture
        is not recognised when it comes again.
    face
        Where in the picture, with the detector's score; ``None`` for a ready-made chip.
    quality
        Measures of the chip.
    taken
        When the picture was taken, with a time zone.
    flip
        Whether the embedding is averaged with that of the mirrored chip; the same for all samples
        of a gallery.
    portrait
        Kept with it, where that was asked for.
    """

    embedding: Float32
    source: str
    source_sha256: str | None = None
    face: Face | None = None
    quality: ChipQuality | None = None
    taken: datetime | None = None
    flip: bool = True
    portrait: Portrait | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in a gallery; ``samples`` is the number of enrolled faces, ``groups`` are sorted."""

    id: str
    name: str
    created: datetime
    updated: datetime
    samples: int
    consent: Consent | None = None
    keep_until: datetime | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """One enrolled face; ``bundles`` are those that it has an embedding of.

    ``mapped_from`` is the bundle whose embedding this one was mapped from, when the gallery's
    model was changed; ``None`` where it was computed from the picture. ``has_portrait`` tells
    whether a portrait is kept.
    """

    id: str
    person_id: str
    source: str
    source_sha256: str | None
    face: Face | None
    quality: ChipQuality | None
    taken: datetime | None
    created: datetime
    bundles: tuple[str, ...]
    mapped_from: str | None = None
    has_portrait: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class StoredSample:
    """A sample with its embedding ``float32 (D,)``, as one gallery hands it to another.

    ``portrait`` is what was kept with it.
    """

    sample: Sample
    embedding: Float32
    flip: bool
    portrait: Portrait | None = None


@dataclass(frozen=True, eq=False, slots=True)
class PersonRecord:
    """All that a gallery knows of a person."""

    person: Person
    samples: tuple[StoredSample, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one sample.

    Attributes
    ----------
    sample_id
        The stored sample; for a duplicate, the one that was there before.
    status
        ``"added"``, or ``"duplicate"`` where this person already had this face of this picture.
    also_of
        Names of other people who have the same face of the same picture: at most one is right.
    has_portrait
        Whether a portrait is kept with the sample, since now or since before.
    """

    sample_id: str
    status: Literal["added", "duplicate"]
    also_of: tuple[str, ...] = ()
    has_portrait: bool = False


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The acknowledgement that one person's samples are on disk.

    Attributes
    ----------
    person
        The person, with the new samples counted.
    created
        Whether the person is new.
    receipts
        One for each sample, in their order.
    """

    person: Person
    created: bool
    receipts: tuple[Receipt, ...]

    @property
    def added(self) -> int:
        """Number of samples that were not there before."""
        return sum(receipt.status == "added" for receipt in self.receipts)


@dataclass(frozen=True, slots=True)
class Removal:
    """The acknowledgement of an erasure.

    Attributes
    ----------
    person_id, name
        Whose data it was.
    samples
        How many samples went.
    purged
        Whether the bytes are gone from the files as well. ``False`` where another process was in
        the way, or that was put off: call ``purge`` later. With Milvus always: it clears
        its files in its own time.
    portraits
        How many portraits went with the samples.
    """

    person_id: str
    name: str
    samples: int
    purged: bool
    portraits: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class Vectors:
    """All embeddings of a gallery, in the order of enrolment.

    Attributes
    ----------
    embeddings
        ``float32 (N, D)``, unit norm, read-only.
    person_ids, sample_ids
        Whose and which, for each row.
    names
        Name by person id; people without samples are missing.
    """

    embeddings: Float32
    person_ids: tuple[str, ...]
    sample_ids: tuple[str, ...]
    names: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.person_ids)


@dataclass(frozen=True, slots=True)
class Stats:
    """A gallery in figures.

    Attributes
    ----------
    gallery_id, bundle, dim
        Which gallery, and which embeddings it holds.
    bundle_sha256
        Hex digest of the bundle's graph; ``None`` where nobody has told yet.
    flip
        Whether embeddings are averaged with the mirrored chips'; ``None``: not settled yet.
    encoding
        ``"f32"`` (four bytes a dimension) or ``"u8"`` (one).
    people, samples
        How many.
    size_bytes
        Of the files on disk.
    schema_version
        Of the store.
    created
        When the gallery was made.
    key_id
        Id of the master key of an encrypted gallery; ``None`` where it is plain.
    portraits
        How many are kept; ``None`` where this kind of gallery keeps none.
    """

    gallery_id: str
    bundle: str
    dim: int
    bundle_sha256: str | None
    flip: bool | None
    encoding: Literal["f32", "u8"]
    people: int
    samples: int
    size_bytes: int
    schema_version: int
    created: datetime
    key_id: str | None = None
    portraits: int | None = None
