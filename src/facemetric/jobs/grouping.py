"""Photographs into a file of groups: those that are in it already are not looked at again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facemetric.align import align_faces
from facemetric.bundle import Bundle
from facemetric.cluster.state import About, GroupsFile, Joined, KeptFace, NewFace
from facemetric.decide import Threshold
from facemetric.errors import FacemetricError, InputError, SourceError
from facemetric.recognizer import GroupedFace, Groups, Recognizer, SeenFace, load_photo
from facemetric.types import ItemError

Tell = Callable[[int, int], None]


@dataclass(frozen=True, eq=False, slots=True)
class PhotosGrouped:
    """What came of photographs.

    Attributes
    ----------
    new, known
        Photographs that were looked at, and that were in the file as they are.
    joined
        What became of the faces that were new.
    errors
        Photographs that could not be used; the next run tries them again.
    """

    new: int
    known: int
    joined: Joined
    errors: tuple[ItemError, ...]


def open_groups(
    path: str | Path, bundle: Bundle, threshold: Threshold, *, flip: bool = True, seed: int = 0
) -> GroupsFile:
    """Open a file of groups for a bundle's embeddings, made where there is none.

    Parameters
    ----------
    path
        The file.
    bundle, flip
        Those of the recogniser that sees the photographs.
    threshold, seed
        For a new file; one that is there keeps its own.

    Raises
    ------
    GroupsError
        It holds embeddings of another bundle, graph or ``flip``, or cannot be opened.
    """
    about = About(
        bundle=bundle.id,
        bundle_sha256=bundle.manifest.model.sha256,
        dim=bundle.dim,
        flip=flip,
        threshold=threshold.similarity,
        threshold_source=threshold.source,
        seed=seed,
    )
    return GroupsFile(path, about)


def group_photos(
    file: GroupsFile,
    recognizer: Recognizer,
    photos: Sequence[Path],
    *,
    tell: Tell = lambda done, total: None,
) -> PhotosGrouped:
    """Look at the photographs that are new or have changed, and let their faces join the groups.

    Each photograph is on disk once it was embedded: interrupted and called again, it goes on.

    Parameters
    ----------
    file
        From `open_groups`.
    recognizer
        Of the same bundle and ``flip``.
    photos
        Paths; they are known by where they lie, links followed.
    tell
        Called with the photographs that were looked at, and all new ones.

    Raises
    ------
    InputError
        Something is no path.
    """
    errors: list[ItemError] = []
    new: list[Path] = []
    known = 0
    for photo in photos:
        if not isinstance(photo, str | Path):
            raise InputError(
                f"a file of groups takes paths, got {type(photo).__name__}", item="photos"
            )
        path = Path(photo).resolve()
        try:
            held = file.digest(str(path))
            if held is not None and held == _sha256(path):
                known += 1
            else:
                new.append(path)
        except SourceError as error:
            errors.append(ItemError.of(error, item=str(path)))
    for done, (path, seen) in enumerate(zip(new, recognizer.see_many(new), strict=True), start=1):
        if isinstance(seen, ItemError):
            errors.append(seen)
        else:
            faces = [
                NewFace(one.face, one.quality, one.problems, one.embedding) for one in seen.faces
            ]
            file.add(str(path), seen.sha256 or _sha256(path), faces)
        tell(done, len(new))
    return PhotosGrouped(len(new), known, file.join(), tuple(errors))


def by_group(faces: Iterable[KeptFace]) -> dict[int | None, list[KeptFace]]:
    """Return faces by group, the largest first; those alone last, under ``None``."""
    groups: dict[int | None, list[KeptFace]] = {}
    for face in faces:
        groups.setdefault(face.label, []).append(face)
    order = sorted(groups, key=lambda label: (label is None, -len(groups[label]), label or 0))
    return {label: groups[label] for label in order}


def seen_again(file: GroupsFile, bundle: Bundle, threshold: Threshold) -> Groups:
    """Return a file's groups with the pictures of their faces, cut from the photographs again.

    Faces whose photograph is gone are left out, and named among the errors.
    """
    faces = list(file.faces())
    errors: list[ItemError] = []
    seen: dict[str, GroupedFace] = {}
    for source, own in _by_source(faces):
        try:
            seen.update(_cut(source, own, bundle))
        except FacemetricError as error:
            errors.append(ItemError.of(error, item=source))
    groups = {
        label: tuple(seen[face.name] for face in own if face.name in seen)
        for label, own in by_group(faces).items()
    }
    alone = groups.pop(None, ())
    return Groups(tuple(filter(None, groups.values())), alone, tuple(errors), "auto", threshold)


def _by_source(faces: Iterable[KeptFace]) -> Iterator[tuple[str, list[KeptFace]]]:
    found: dict[str, list[KeptFace]] = {}
    for face in faces:
        found.setdefault(face.source, []).append(face)
    yield from found.items()


def _cut(source: str, faces: Sequence[KeptFace], bundle: Bundle) -> dict[str, GroupedFace]:
    alignment = bundle.manifest.alignment
    image = load_photo(source, full=True)
    chips = align_faces(
        image, [one.face for one in faces], alignment.template, margin_px=alignment.margin_px
    )
    # A page shows no embeddings.
    nothing = np.zeros(bundle.dim, np.float32)
    return {
        one.name: GroupedFace(
            source, SeenFace(one.face, one.quality, one.problems, nothing, chip.pixels)
        )
        for one, chip in zip(faces, chips, strict=True)
    }


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", item=str(path)) from error
