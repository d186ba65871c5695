"""A packed data set as JSON: the answer of ``dataset``."""

from __future__ import annotations

from typing import Literal

from facemetric.wire.dataset_card import DatasetCard
from facemetric.wire.faces import Wire, schema

LeftOutReason = Literal[
    "unreadable",
    "listed",
    "no face",
    "small",
    "low score",
    "blurred",
    "turned",
    "copy",
    "copy under another name",
    "few images",
]


class LeftOutPhotoOut(Wire):
    """A photograph that is not in the pack, and why."""

    source: str
    person: str
    reason: LeftOutReason
    why: str


class SuspectOut(Wire):
    """An image that may show somebody else than its label says.

    Similarities are cosines to mean embeddings: ``own`` to the person's other images
    (``others`` of them), ``nearest`` to the most similar other person's, ``like``.
    """

    source: str
    person: str
    own: float
    others: int
    nearest: float
    like: str


class AlikePeopleOut(Wire):
    """Two names that may be one person; the cosine of their mean embeddings."""

    first: str
    second: str
    similarity: float


class LabelNoiseOut(Wire):
    """What a bundle says about the labels.

    Images whose ``own`` similarity is below ``far_below``, which ``stranger_share`` of the
    comparisons of images with other people's means reach; people from ``alike_from`` on, ``null``
    where nobody has enough images to tell it. ``judged`` images have another one of their person.
    """

    bundle: str
    judged: int
    stranger_share: float
    far_below: float
    alike_from: float | None
    suspects: tuple[SuspectOut, ...]
    alike: tuple[AlikePeopleOut, ...]


class DatasetOut(Wire):
    """Answer of ``dataset``; ``label_noise`` is ``null`` where it was not asked for."""

    schema_name: Literal["facemetric.dataset/1"] = schema("facemetric.dataset/1")
    out: str
    card: DatasetCard
    left_out: tuple[LeftOutPhotoOut, ...]
    label_noise: LabelNoiseOut | None
