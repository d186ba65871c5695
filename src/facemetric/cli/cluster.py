"""``facemetric cluster``: photographs grouped by person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.asked import DEFAULT_FAR, Asked
from facemetric.cli.options import (
    DEFAULT_BUNDLE,
    BundleName,
    Flip,
    Html,
    Json,
    MinFace,
    Provider,
    ProviderName,
    Threads,
    Threshold,
)
from facemetric.cli.output import counted, finish, guarded, print_json, progress, shown

if TYPE_CHECKING:
    from facemetric.bundle import Bundle
    from facemetric.recognizer import GroupedFace, Groups
    from facemetric.wire import GroupOut


Pair = tuple[str, str]


@guarded
def cluster(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE...",
            help="Photographs, folders or globs; - reads one photograph from standard input, "
            "@FILE (or @-) a list of paths, one on a line. None are needed with --state.",
            show_default=False,
        ),
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            help="auto, agglomerative, chinese-whispers, components, dbscan, hdbscan or k-means. "
            "auto needs no number of people.",
        ),
    ] = "auto",
    people: Annotated[
        int | None,
        typer.Option(min=1, help="Number of groups, for the methods that take one."),
    ] = None,
    far: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="False-accept rate that the threshold is chosen for.",
            show_default="0.001",
        ),
    ] = None,
    threshold: Threshold = None,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Keep faces, groups and corrections in this file, made where there is none: "
            "only new photographs are looked at, and their faces join the groups.",
        ),
    ] = None,
    same: Annotated[
        Pair | None,
        typer.Option(
            metavar="A B",
            help="With --state: these two faces are one person, now and in every later run. A face "
            "is called by its photograph, the second one of it with #2 behind.",
        ),
    ] = None,
    different: Annotated[
        Pair | None,
        typer.Option(metavar="A B", help="With --state: these two are different people."),
    ] = None,
    withdraw: Annotated[
        Pair | None,
        typer.Option(metavar="A B", help="With --state: take back what was said of these two."),
    ] = None,
    forget: Annotated[
        str | None,
        typer.Option(
            metavar="PHOTO", help="With --state: erase a photograph and its faces from the file."
        ),
    ] = None,
    regroup: Annotated[
        bool,
        typer.Option(
            "--regroup",
            help="With --state: group all faces anew (at another --far or --threshold where one is "
            "given); corrections hold.",
        ),
    ] = False,
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

    With --state, groups are kept in a file: later photographs join them, and corrections hold.

    Example: facemetric cluster photos/ --html groups.html
    """
    asked = Asked(same, different, withdraw, forget, regroup)
    if state is None:
        asked.refuse()
        if not sources:
            raise typer.BadParameter("expected photographs", param_hint="SOURCE...")
    elif method != "auto" or people is not None:
        raise typer.BadParameter(
            "groups that are kept are made by auto, without a number of people",
            param_hint="--method, --people" if people is not None else "--method",
        )
    from facemetric.bundle import open_bundle
    from facemetric.cli.sources import read_sources
    from facemetric.recognizer import Recognizer
    from facemetric.wire import ClusterOut, ErrorOut, ThresholdOut

    if html:
        from facemetric.cli.pages import check_page, write_groups

        check_page(html)
    photos, unread = read_sources(sources) if sources else ([], [])

    def recognizer_of(bundle: str | Bundle) -> Recognizer:
        return Recognizer(
            bundle, min_face_px=min_face, provider=provider.value, threads=threads, flip=flip
        )

    if state is not None:
        from facemetric.cli.cluster_state import cluster_into

        cluster_into(
            state,
            open_bundle(bundle),
            recognizer_of,
            photos,
            unread,
            asked,
            far=far,
            threshold=threshold,
            flip=flip,
            seed=seed,
            html=html,
            json_=json_,
        )
        return
    recognizer = recognizer_of(bundle)
    groups = recognizer.group(
        progress(photos, total=len(photos), label="embedding"),
        method=method,
        far=DEFAULT_FAR if far is None else far,
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
    from facemetric.recognizer.documents import face_document
    from facemetric.wire import GroupedFaceOut, GroupOut

    def group_out(label: int, faces: tuple[GroupedFace, ...]) -> GroupOut:
        return GroupOut(
            label=label,
            faces=tuple(
                GroupedFaceOut(
                    source=item.source,
                    face=face_document(item.seen),
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
        print(f"group {number}: {counted(len(faces), 'face')}")
        for item in faces:
            print(f"  {shown(item.source)}")
    if groups.alone:
        print(f"like no other: {len(groups.alone)}")
        for item in groups.alone:
            print(f"  {shown(item.source)}")
    faces_total = sum(map(len, groups.groups)) + len(groups.alone)
    total = f"{counted(faces_total, 'face')}, {counted(len(groups.groups), 'group')}"
    print(f"{total} ({groups.method})")
