"""``facemetric cluster``: photographs grouped by person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.options import (
    DEFAULT_BUNDLE,
    BundleName,
    Flip,
    Html,
    Json,
    MinFace,
    Provider,
    ProviderName,
    Sources,
    Threads,
    Threshold,
)
from facemetric.cli.output import finish, guarded, print_json, progress, shown

if TYPE_CHECKING:
    from facemetric.recognizer import GroupedFace, Groups
    from facemetric.wire import GroupOut


@guarded
def cluster(
    sources: Sources,
    method: Annotated[
        str,
        typer.Option(
            help="auto, agglomerative, k-means, dbscan, hdbscan or chinese-whispers. "
            "auto needs no number of people.",
        ),
    ] = "auto",
    people: Annotated[
        int | None,
        typer.Option(min=1, help="Number of groups, for the methods that take one."),
    ] = None,
    far: Annotated[
        float,
        typer.Option(min=0, max=1, help="False-accept rate that the threshold is chosen for."),
    ] = 1e-3,
    threshold: Threshold = None,
    seed: Annotated[int, typer.Option(help="For the methods that draw.")] = 0,
    bundle: BundleName = DEFAULT_BUNDLE,
    min_face: MinFace = None,
    flip: Flip = True,
    provider: ProviderName = Provider.cpu,
    threads: Threads = None,
    html: Html = None,
    json_: Json = False,
) -> None:
    """Group the faces of many photographs by person, with nobody enrolled.

    Example: facemetric cluster photos/ --html groups.html
    """
    from facemetric.cli.sources import read_sources
    from facemetric.recognizer import Recognizer
    from facemetric.wire import ClusterOut, ErrorOut, ThresholdOut

    if html:
        from facemetric.cli.pages import check_page, write_groups

        check_page(html)
    photos, unread = read_sources(sources)
    recognizer = Recognizer(
        bundle, min_face_px=min_face, provider=provider.value, threads=threads, flip=flip
    )
    groups = recognizer.group(
        progress(photos, total=len(photos), label="embedding"),
        method=method,
        far=far,
        threshold=threshold,
        people=people,
        seed=seed,
    )
    errors = [*unread, *groups.errors]
    if html:
        write_groups(html, groups, errors=errors)
    if json_:
        document = ClusterOut(
            bundle=recognizer.bundle.id,
            method=groups.method,
            threshold=ThresholdOut.model_validate(groups.threshold) if groups.threshold else None,
            groups=_groups_out(groups),
            errors=tuple(ErrorOut.of(error) for error in errors),
        )
        print_json(document)
    else:
        _print(groups)
    finish(errors, done=len(photos) - len(groups.errors), json_=json_)


def _groups_out(groups: Groups) -> tuple[GroupOut, ...]:
    from facemetric.wire import FaceOut, GroupedFaceOut, GroupOut

    def group_out(label: int, faces: tuple[GroupedFace, ...]) -> GroupOut:
        return GroupOut(
            label=label,
            faces=tuple(
                GroupedFaceOut(
                    source=item.source,
                    face=FaceOut.of(item.seen.face, item.seen.quality, item.seen.problems),
                )
                for item in faces
            ),
        )

    labelled = [group_out(label, faces) for label, faces in enumerate(groups.groups)]
    if groups.alone:
        labelled.append(group_out(-1, groups.alone))
    return tuple(labelled)


def _print(groups: Groups) -> None:
    for number, faces in enumerate(groups.groups, start=1):
        print(f"group {number}: {len(faces)} faces")
        for item in faces:
            print(f"  {shown(item.source)}")
    if groups.alone:
        print(f"like no other: {len(groups.alone)}")
        for item in groups.alone:
            print(f"  {shown(item.source)}")
    faces_total = sum(map(len, groups.groups)) + len(groups.alone)
    print(f"{faces_total} faces, {len(groups.groups)} groups ({groups.method})")
