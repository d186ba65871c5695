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
    from facemetric.types import Face, Image
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
    from facemetric.recognizer import default_detector, load_photo
    from facemetric.recognizer.documents import photo_document
    from facemetric.recognizer.pipeline import failed_photo
    from facemetric.wire import DetectOut, ErrorOut

    photos, errors = read_sources(sources)
    detector = default_detector(min_face_px=min_face, provider=provider.value, threads=threads)
    found: list[PhotoOut] = []
    for photo in progress(photos, total=len(photos), label="detecting"):
        try:
            image = load_photo(photo, full=min_face is not None)
            faces = select_faces(
                detector.detect(image), image, select=select.value, max_faces=max_faces
            )
            found.append(photo_document(image, faces))
            if not json_:
                _print(image, faces)
        except FacemetricError as error:
            errors.append(failed_photo(error, photo))
    if json_:
        answer = DetectOut(
            detector=detector.name,
            photos=tuple(found),
            errors=tuple(ErrorOut.of(error) for error in errors),
        )
        print_json(answer)
    finish(errors, done=len(found), json_=json_)


def _print(image: Image, faces: tuple[Face, ...]) -> None:
    count = {0: "no face", 1: "1 face"}.get(len(faces), f"{len(faces)} faces")
    print(f"{shown(image.source)}: {count}")
    for face in faces:
        left, top, right, bottom = (round(value) for value in face.box_xyxy_px.tolist())
        print(f"  x {left}..{right}  y {top}..{bottom}  score {face.score:.3f}")
