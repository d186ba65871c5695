"""Answers of the recogniser as the cards of ``facemetric.report``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from facemetric.decide import Threshold
from facemetric.errors import SourceError
from facemetric.recognizer import GroupedFace, Groups, IdentifiedPhoto, SeenFace, SeenPhoto
from facemetric.report import (
    BoxLabel,
    ClusterGroup,
    FaceTile,
    PhotoCard,
    ThresholdNote,
    cluster_page,
    encode_picture,
    identify_page,
)
from facemetric.types import ItemError

Box = tuple[float, float, float, float]


class IdentifyPage:
    """A page that is filled while photographs go by, so that none is kept at full size."""

    def __init__(self) -> None:
        self._cards: list[PhotoCard] = []

    def add(self, answer: IdentifiedPhoto) -> None:
        """Add one photograph and its answers."""
        self._cards.append(identified_card(answer))

    def write(
        self,
        path: Path,
        *,
        threshold: Threshold,
        gallery: str,
        errors: Sequence[ItemError],
    ) -> None:
        """Write the page; SourceError where that is impossible."""
        text = identify_page(
            self._cards,
            threshold=threshold_note(threshold),
            failed=errors,
            details=(("Gallery", gallery),),
            created=datetime.now(UTC),
        )
        write_page(path, text)


def write_groups(path: Path, groups: Groups, *, errors: Sequence[ItemError]) -> None:
    """Write the contact sheet of clustered faces; SourceError where that is impossible."""
    text = cluster_page(
        cluster_groups(groups),
        alone=tuple(face_tile(item) for item in groups.alone),
        failed=errors,
        details=(
            ("Method", groups.method),
            ("Threshold", _threshold_text(groups.threshold)),
        ),
        created=datetime.now(UTC),
    )
    write_page(path, text)


def _threshold_text(threshold: Threshold | None) -> str:
    if threshold is None:
        return "none: the number of people was given"
    return f"{threshold.similarity:.4f}: {threshold.source}"


def cluster_groups(groups: Groups) -> tuple[ClusterGroup, ...]:
    """Return the groups as cards, numbered from 1."""
    return tuple(
        ClusterGroup(f"Group {number}", tuple(face_tile(item) for item in faces))
        for number, faces in enumerate(groups.groups, start=1)
    )


def face_tile(item: GroupedFace) -> FaceTile:
    """Return one face of a group, as the network saw it."""
    return FaceTile(
        encode_picture(item.seen.chip_pixels, longest_px=160),
        Path(item.source).name,
        "; ".join(item.seen.problems),
    )


def identified_card(
    answer: IdentifiedPhoto, *, caption: str | None = None, expected: str | None = None
) -> PhotoCard:
    """Return a photograph with its answers; ``expected`` is compared with the first face's name."""
    boxes = []
    for face in answer.faces:
        best = face.candidates[0] if face.candidates else None
        boxes.append(
            BoxLabel(
                box_of(face.seen),
                face.name,
                similarity=best.similarity if best else None,
                nearest=best.name if best else "",
            )
        )
    said = [face.name or "unknown" for face in answer.faces]
    return PhotoCard(
        picture=encode_picture(answer.photo.pixels, size_px=answer.photo.size_px),
        caption=caption or Path(answer.photo.source).name,
        boxes=tuple(boxes),
        note="" if boxes else "No face was found",
        expected=expected or "",
        as_expected=None if expected is None else said == [expected],
    )


def found_card(photo: SeenPhoto, name: str | None, *, caption: str | None = None) -> PhotoCard:
    """Return a photograph whose faces were found or enrolled, without a verdict."""
    return PhotoCard(
        picture=encode_picture(photo.pixels, size_px=photo.size_px),
        caption=caption or Path(photo.source).name,
        boxes=tuple(
            BoxLabel(
                box_of(seen),
                name,
                compared=False,
                landmarks_px=tuple((x, y) for x, y in seen.face.landmarks_px.tolist()),
            )
            for seen in photo.faces
        ),
    )


def threshold_note(threshold: Threshold) -> ThresholdNote:
    """Return a threshold as the pages take it."""
    return ThresholdNote(threshold.similarity, threshold.source, threshold.far)


def box_of(seen: SeenFace) -> Box:
    """Return a face's box as plain numbers."""
    left, top, right, bottom = seen.face.box_xyxy_px.tolist()
    return left, top, right, bottom


def check_page(path: Path) -> None:
    """Raise SourceError, before the work, where a page cannot be written; make its folder."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_folder, is_new = path.is_dir(), not path.exists()
    except OSError as error:
        raise _not_written(path, error.strerror or str(error)) from error
    if is_folder:
        raise _not_written(path, "it is a folder")
    if not os.access(path.parent if is_new else path, os.W_OK):
        raise _not_written(path, "no permission")


def write_page(path: Path, text: str) -> None:
    """Write a page, with the folders above it; SourceError where that is impossible."""
    check_page(path)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _not_written(path, error.strerror or str(error)) from error


def _not_written(path: Path, reason: str) -> SourceError:
    return SourceError(
        f"the page cannot be written: {reason}",
        item=str(path),
        fix="Name a file in a folder that you can write to",
    )
