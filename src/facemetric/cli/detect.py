"""``facemetric detect``: where the faces are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.options import (
    Json,
    MinFace,
    Provider,
    ProviderName,
    SelectFaces,
    Sources,
    Threads,
)
from facemetric.cli.output import finish, guarded, print_json, progress, shown

if TYPE_CHECKING:
    from pathlib import Path

    from facemetric.types import Image
    from facemetric.wire import PhotoOut


@guarded
def detect(
    sources: Sources,
    select: Annotated[SelectFaces, typer.Option(help="Which faces.")] = SelectFaces.all,
    max_faces: Annotated[int | None, typer.Option(min=1, help="At most this many.")] = None,
    min_face: MinFace = None,
    provider: ProviderName = Provider.cpu,
    threads: Threads = None,
    json_: Json = False,
) -> None:
    """Find faces: boxes, scores and five landmarks, in pixels of the upright photograph.

    Example: facemetric detect holiday/ --json
    """
    from facemetric.cli.sources import read_sources
    from facemetric.detect import select_faces
    from facemetric.errors import FacemetricError
    from facemetric.index.in_order import in_order
    from facemetric.recognizer import default_detector, load_photo
    from facemetric.recognizer.documents import photo_document
    from facemetric.recognizer.pipeline import failed_photo
    from facemetric.types import ItemError
    from facemetric.wire import DetectOut, ErrorOut

    photos, errors = read_sources(sources)
    detector = default_detector(min_face_px=min_face, provider=provider.value)
    workers = threads if provider is Provider.cpu else 1
    found: list[PhotoOut] = []

    def look(photo: Path | Image) -> PhotoOut | ItemError:
        try:
            image = load_photo(photo, full=min_face is not None)
            faces = select_faces(
                detector.detect(image), image, select=select.value, max_faces=max_faces
            )
        except FacemetricError as error:
            return failed_photo(error, photo)
        return photo_document(image, faces)

    seen = in_order(look, photos, threads=workers)
    for answer in progress(seen, total=len(photos), label="detecting"):
        if isinstance(answer, ItemError):
            errors.append(answer)
        else:
            found.append(answer)
            if not json_:
                _print(answer)
    if json_:
        document = DetectOut(
            detector=detector.name,
            photos=tuple(found),
            errors=tuple(ErrorOut.of(error) for error in errors),
        )
        print_json(document)
    finish(errors, done=len(found), json_=json_)


def _print(photo: PhotoOut) -> None:
    count = {0: "no face", 1: "1 face"}.get(len(photo.faces), f"{len(photo.faces)} faces")
    print(f"{shown(photo.source)}: {count}")
    for face in photo.faces:
        left, top, right, bottom = (round(value) for value in face.box_xyxy_px)
        print(f"  x {left}..{right}  y {top}..{bottom}  score {face.score:.3f}")
