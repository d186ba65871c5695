"""``facemetric cluster --state``: groups that are kept from run to run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from facemetric.cli.asked import DEFAULT_FAR, Asked
from facemetric.cli.output import counted, counting, finish, print_json, shown
from facemetric.errors import InputError

if TYPE_CHECKING:
    from facemetric.bundle import Bundle
    from facemetric.cluster.state import GroupsFile
    from facemetric.decide import Threshold
    from facemetric.jobs import PhotosGrouped
    from facemetric.recognizer import Recognizer
    from facemetric.types import Image, ItemError
    from facemetric.wire import ClusterOut


def cluster_into(
    path: Path,
    bundle: Bundle,
    recognizer_of: Callable[[Bundle], Recognizer],
    photos: Sequence[Path | Image],
    unread: Sequence[ItemError],
    asked: Asked,
    *,
    far: float | None,
    threshold: float | None,
    flip: bool,
    seed: int,
    html: Path | None,
    json_: bool,
) -> None:
    """Carry out what is asked, let photographs join, and print the groups."""
    from facemetric.cluster.state import Joined
    from facemetric.decide import manual_threshold, threshold_for
    from facemetric.jobs import PhotosGrouped, group_photos, open_groups, seen_again

    paths = [photo for photo in photos if isinstance(photo, Path)]
    if len(paths) < len(photos):
        raise typer.BadParameter("a file of groups takes no standard input", param_hint="SOURCE...")
    wanted = (
        threshold_for(
            bundle.manifest,
            far=DEFAULT_FAR if far is None else far,
            flip=flip,
        )
        if threshold is None
        else manual_threshold(threshold)
    )
    if not photos and not path.exists():
        raise InputError("there is no such file, and no photographs to make it of", item=str(path))
    with open_groups(path, bundle, wanted, flip=flip, seed=seed) as file:
        chosen = far is not None or threshold is not None
        if chosen and not asked.regroup and file.about.threshold != wanted.similarity:
            raise InputError(
                f"its groups were made at {file.about.threshold:.4f} "
                f"({file.about.threshold_source}), not at {wanted.similarity:.4f}",
                item=str(path),
                fix="Leave --far and --threshold out, or add --regroup",
            )
        asked.change(file)
        grouped = PhotosGrouped(0, 0, Joined(), ())
        # Corrections alone need no networks.
        if paths:
            with counting("embedding") as tell:
                grouped = group_photos(file, recognizer_of(bundle), paths, tell=tell)
        if asked.regroup:
            with counting("grouping") as tell:
                file.regroup(
                    threshold=(wanted.similarity, wanted.source) if chosen else None, tell=tell
                )
        kept = _kept_threshold(file)
        errors = [*unread, *grouped.errors]
        if html:
            from facemetric.cli.pages import write_groups

            pictures = seen_again(file, bundle, kept)
            errors += pictures.errors
            write_groups(html, pictures, errors=errors)
        if json_:
            print_json(_document(file, grouped, kept, errors))
        else:
            _print(file, grouped)
        done = len(file)
    finish(errors, done=done, json_=json_)


def _kept_threshold(file: GroupsFile) -> Threshold:
    from dataclasses import replace

    from facemetric.decide import manual_threshold

    return replace(manual_threshold(file.about.threshold), source=file.about.threshold_source)


def _document(
    file: GroupsFile, grouped: PhotosGrouped, kept: Threshold, errors: Sequence[ItemError]
) -> ClusterOut:
    from facemetric.jobs import by_group
    from facemetric.recognizer.documents import measured_face
    from facemetric.wire import (
        ClusterOut,
        CorrectionOut,
        ErrorOut,
        GroupedFaceOut,
        GroupOut,
        KeptGroupsOut,
        ThresholdOut,
    )

    groups = tuple(
        GroupOut(
            label=-1 if label is None else label,
            faces=tuple(
                GroupedFaceOut(
                    source=one.source,
                    name=one.name,
                    face=measured_face(one.face, one.quality, one.problems),
                )
                for one in faces
            ),
        )
        for label, faces in by_group(file.faces()).items()
    )
    return ClusterOut(
        bundle=file.about.bundle,
        method="auto",
        threshold=ThresholdOut.model_validate(kept),
        groups=groups,
        errors=tuple(map(ErrorOut.of, errors)),
        state=KeptGroupsOut(
            path=str(file.path),
            faces=len(file),
            new_photos=grouped.new,
            known_photos=grouped.known,
            new_faces=grouped.joined.faces,
            joined_faces=grouped.joined.joined,
            new_groups=grouped.joined.founded,
            corrections=tuple(
                CorrectionOut(first=one.first, second=one.second, same=one.same)
                for one in file.corrections()
            ),
        ),
    )


def _print(file: GroupsFile, grouped: PhotosGrouped) -> None:
    from facemetric.jobs import by_group

    groups = by_group(file.faces())
    for label, faces in groups.items():
        if label is None:
            print(f"like no other: {len(faces)}")
        else:
            print(f"group {label + 1}: {counted(len(faces), 'face')}")
        for one in faces:
            print(f"  {shown(_near(one.name))}")
    joined = grouped.joined
    print(
        f"{counted(len(file), 'face')}, {counted(len(groups) - (None in groups), 'group')}; "
        f"{grouped.new} new "
        f"photographs, {grouped.known} known; of {joined.faces} new faces {joined.joined} joined "
        f"a group; new groups: {joined.founded}"
    )


def _near(name: str) -> str:
    """Return a name as it is called from the working folder."""
    path = Path(name)
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else name
