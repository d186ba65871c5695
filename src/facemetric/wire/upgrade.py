"""Answer of ``gallery upgrade``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from facemetric.wire.calibration import CalibratedPointOut
from facemetric.wire.evaluation import FigureOut
from facemetric.wire.faces import ErrorOut, Wire, schema


class UpgradeAskedOut(Wire):
    """What a map was asked for: the same again gives the same map.

    ``old_sha256`` and ``new_sha256`` are those of the graphs; ``photos`` is the source as it was
    named, ``digest`` that of both networks' embeddings of it.
    """

    old_bundle: str
    old_sha256: str
    new_bundle: str
    new_sha256: str
    flip: bool
    adaptor: str
    photos: str
    digest: str
    held_share: float
    seed: int


class UpgradePairsOut(Wire):
    """The figures of one kind of comparison, on the same pairs of people held back."""

    pairs: Literal["old-old", "new-new", "new-old"]
    genuine_pairs: int
    impostor_pairs: int
    figures: tuple[FigureOut, ...]


class UpgradeThresholdsOut(Wire):
    """Thresholds new to mapped, new to new, and the stricter of both, which decides."""

    across: tuple[CalibratedPointOut, ...]
    among: tuple[CalibratedPointOut, ...]
    both: tuple[CalibratedPointOut, ...]


class UpgradeReportOut(Wire):
    """What was measured before anything was changed.

    ``adaptor`` is the map that was chosen. ``loss`` is the accuracy of the weaker network alone
    less that of new embeddings with mapped ones.
    """

    asked: UpgradeAskedOut
    adaptor: str
    data: str
    without_face: int
    fitted_people: int
    fitted_photographs: int
    held_people: int
    held_photographs: int
    comparisons: tuple[UpgradePairsOut, ...]
    loss: float
    thresholds: UpgradeThresholdsOut


class GalleryUpgradeOut(Wire):
    """Answer of ``gallery upgrade``.

    ``bundle`` is what the new gallery is opened with; its thresholds are those of the report.
    ``report`` is null where every sample is embedded anew and nothing is mapped. Counts and
    checksums are null where nothing was changed. ``mapped`` and ``embedded`` are samples;
    ``not_at_hand`` says why the others could not be embedded from their photographs, and
    ``from_portraits`` counts those that were from their portraits, both in this run.
    ``source_checksum`` is the old gallery's, which is left as it was.
    """

    schema_name: Literal["facemetric.gallery-upgrade/1"] = schema("facemetric.gallery-upgrade/1")
    gallery: str
    target: str
    bundle: str
    report: UpgradeReportOut | None
    dry_run: bool
    people: int | None = None
    samples: int | None = None
    new_people: int | None = None
    mapped: int | None = None
    embedded: int | None = None
    from_portraits: int | None = None
    not_at_hand: dict[str, int] = Field(default_factory=dict)
    errors: tuple[ErrorOut, ...] = ()
    source_checksum: str | None = None
    checksum: str | None = None
