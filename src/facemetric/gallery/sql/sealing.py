"""What is personal in a gallery's rows, sealed before it is stored and opened when it is read.

A sealed value opens only beside the ids that it was stored with: a name with its person's id, a
sample's facts, vector and portrait with the sample's and the person's. What look-ups compare is
blinded.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from facemetric.errors import TamperedError
from facemetric.vault import DataKey, Sealer

Row = tuple[Any, ...]

# Columns of a sample that are personal: in an INSERT, and in `rows.SAMPLE_QUERY`.
_INSERTED = slice(3, 13)
_SELECTED = slice(2, 12)


class Sealing:
    """Seals and opens the rows of one gallery.

    Parameters
    ----------
    key
        The gallery's data key.

    Attributes
    ----------
    vectors
        Seals the bytes of vectors.
    """

    def __init__(self, key: DataKey) -> None:
        self.key = key
        self.vectors = key.sealer("embeddings.vector")
        self._names = key.sealer("people.name")
        self._consents = key.sealer("people.consent")
        self._groups = key.sealer("person_groups.name")
        self._samples = key.sealer("samples")
        self._portraits = key.sealer("portraits")
        self._blinder = key.blinder()

    def name_key(self, key: str) -> str:
        """Return what stands for the key of a name."""
        return self._blinder.blind("name", key)

    def digest(self, digest: str | None) -> str | None:
        """Return what stands for a picture's SHA-256."""
        return None if digest is None else self._blinder.blind("picture", digest)

    def group_key(self, group: str) -> str:
        """Return what stands for a group's name."""
        return self._blinder.blind("group", group)

    def name(self, person: str, name: str) -> str:
        """Seal a name for the person of that id."""
        return _sealed(self._names, name, person)

    def opened_names(self, rows: Iterable[tuple[str, str]]) -> list[str]:
        """Open names, of (person's id, sealed name)."""
        return [_opened(self._names, name, person) for person, name in rows]

    def groups(self, rows: Iterable[tuple[int, str]], ids: Mapping[int, str]) -> list[Row]:
        """Return (person's row, what stands for the group, sealed name) of (person's row, name)."""
        return [
            (row, self.group_key(group), _sealed(self._groups, group, ids[row]))
            for row, group in rows
        ]

    def opened_group(self, person: str, sealed: str) -> str:
        """Open a group's name that was sealed for a person."""
        return _opened(self._groups, sealed, person)

    def consent(self, person: str, columns: Sequence[str | None]) -> Row:
        """Seal the columns (basis, text, time) of a person's consent."""
        if columns[0] is None:
            return (None, None, None)
        return (_sealed(self._consents, json.dumps(list(columns)), person), None, None)

    def opened_consent(self, person: str, columns: Sequence[str | None]) -> Row:
        """Open the columns of a person's consent."""
        if columns[0] is None:
            return (None, None, None)
        return tuple(json.loads(_opened(self._consents, columns[0], person)))

    def people(self, rows: Iterable[Row]) -> list[Row]:
        """Seal people to be stored: (row, id, name, key, created, updated[, terms])."""
        return [
            (
                *(row[0], row[1], self.name(row[1], row[2]), self.name_key(row[3]), *row[4:6]),
                *((*self.consent(row[1], row[6:9]), *row[9:]) if len(row) > 6 else ()),
            )
            for row in rows
        ]

    def opened_people(self, rows: Iterable[Row]) -> list[Row]:
        """Open rows of `rows.PERSON_QUERY`, with the sealed names of groups."""
        opened = []
        for identity, name, created, updated, samples, *consent, kept, groups in rows:
            names = [
                self.opened_group(identity, one) for one in (groups or "").split("\x1f") if one
            ]
            opened.append(
                (
                    *(identity, _opened(self._names, name, identity), created, updated, samples),
                    *self.opened_consent(identity, consent),
                    *(kept, "\x1f".join(names) or None),
                )
            )
        return opened

    def samples(self, rows: Iterable[Row], ids: Mapping[int, str]) -> list[Row]:
        """Seal samples to be stored, of people whose ids are given by their rows."""
        return [self._sample(row, ids[row[2]]) for row in rows]

    def opened_samples(self, rows: Iterable[Row]) -> list[Row]:
        """Open rows of `rows.SAMPLE_QUERY`."""
        return [
            (*row[: _SELECTED.start], *self.facts(row[0], row[1], row[2]), *row[_SELECTED.stop :])
            for row in rows
        ]

    def sealed_facts(self, sample: str, person: str, facts: Sequence[Any]) -> str:
        """Seal what is personal in a sample: source, digest, box, landmarks … time taken."""
        return _sealed(self._samples, json.dumps(list(facts)), f"{sample} {person}")

    def facts(self, sample: str, person: str, sealed: str) -> list[Any]:
        """Open what `sealed_facts` sealed."""
        found: list[Any] = json.loads(_opened(self._samples, sealed, f"{sample} {person}"))
        return found

    def portrait(self, sample: str, person: str, jpeg: bytes, frame: str) -> tuple[bytes, str]:
        """Seal a portrait and its frame for a sample and its person, both by their ids."""
        place = f"{sample} {person}"
        sealed = self._portraits.seal(jpeg, f"{place} jpeg".encode())
        return sealed, _sealed(self._portraits, frame, f"{place} frame")

    def opened_portrait(
        self, sample: str, person: str, jpeg: bytes, frame: str
    ) -> tuple[bytes, str]:
        """Open what `portrait` sealed."""
        place = f"{sample} {person}"
        opened = self._portraits.open(jpeg, f"{place} jpeg".encode())
        return opened, _opened(self._portraits, frame, f"{place} frame")

    def _sample(self, row: Row, person: str) -> Row:
        facts = row[_INSERTED]
        hidden = (self.sealed_facts(row[1], person, facts), self.digest(facts[1]))
        return (*row[: _INSERTED.start], *hidden, *(None,) * 8, *row[_INSERTED.stop :])


def vector_place(sample: str, person: str, bundle: str) -> bytes:
    """Return the place that a vector is sealed for: its sample, whose it is, and the bundle."""
    return f"{sample} {person} {bundle}".encode()


def _sealed(sealer: Sealer, text: str, place: str) -> str:
    sealed = sealer.seal(text.encode("utf-8", "surrogatepass"), place.encode())
    return binascii.b2a_base64(sealed, newline=False).decode()


def _opened(sealer: Sealer, text: str | None, place: str) -> str:
    try:
        sealed = binascii.a2b_base64(text or "", strict_mode=True)
    except (ValueError, TypeError):
        raise TamperedError(
            "holds what is not encrypted", item=place, fix="Restore it from a backup"
        ) from None
    return sealer.open(sealed, place.encode()).decode("utf-8", "surrogatepass")
