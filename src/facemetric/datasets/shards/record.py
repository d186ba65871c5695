"""What a shard says of one chip, beside its picture: the ``KEY.json`` member."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from facemetric.datasets.shards.tar import Member, damaged

MOST_RECORD_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ChipRecord:
    """One chip and where it is from.

    Attributes
    ----------
    person
        Who is in it.
    label
        The person's row in the sorted names of the pack.
    source
        The photograph's name in the collection that it is from, ``"Person/Person_0001.jpg"``.
    found
        Whether a face was detected; false for a stand-in crop.
    sha256
        Hex digest of the photograph's bytes.
    box_xyxy_px, score, landmarks_px
        The face in pixels of the photograph, see ``facemetric.types.Face``.
    quality
        Measures by the names of ``facemetric.types.ChipQuality``; empty where not measured.
    """

    person: str
    label: int
    source: str
    found: bool
    sha256: str
    box_xyxy_px: tuple[float, ...]
    score: float
    landmarks_px: tuple[tuple[float, ...], ...]
    quality: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """Return the bytes of the member: the same for the same record."""
        values = {
            "person": self.person,
            "label": self.label,
            "source": self.source,
            "found": self.found,
            "sha256": self.sha256,
            "box_xyxy_px": [round(value, 3) for value in self.box_xyxy_px],
            "score": round(self.score, 5),
            "landmarks_px": [[round(value, 3) for value in point] for point in self.landmarks_px],
            "quality": {name: round(value, 4) for name, value in sorted(self.quality.items())},
        }
        return json.dumps(values, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Labelling:
    """What of a record is needed to train: of shards that other programs wrote, too.

    Attributes
    ----------
    person
        A name, or a number as text.
    source
        What to call the chip.
    found
        Whether a face was detected; true where the shard does not say.
    """

    person: str
    source: str
    found: bool


def read_labelling(data: bytes, member: Member, path: Path, *, key: str) -> Labelling:
    """Read a ``KEY.json`` (``person``, ``label`` or ``class``) or a ``KEY.cls`` (a number).

    Raises
    ------
    DataError
        It is damaged or names no person.
    """
    if member.name.endswith(".cls"):
        person = data.decode(errors="replace").strip()
        if not person:
            raise damaged(path, member.offset, f"{member.name} names no person")
        return Labelling(person, key, True)
    try:
        values = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise damaged(path, member.offset, f"{member.name} is no JSON: {error}") from error
    if not isinstance(values, dict):
        raise damaged(path, member.offset, f"{member.name} holds no object")
    for name in ("person", "identity", "label", "class"):
        value = values.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            source = values.get("source")
            return Labelling(
                str(value),
                source if isinstance(source, str) and source else key,
                values.get("found", True) is not False,
            )
    raise damaged(path, member.offset, f"{member.name} names no person")
