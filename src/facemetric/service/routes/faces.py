"""Faces without a gallery: found, embedded, compared."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from facemetric.detect import select_faces
from facemetric.errors import FacemetricError
from facemetric.recognizer import EncodedPhoto, load_photo
from facemetric.recognizer.documents import comparison_document, face_document, photo_document
from facemetric.recognizer.pipeline import failed_photo
from facemetric.service.access import GuardedRoute, needs
from facemetric.service.answers import TheService, answer
from facemetric.service.engine import Engine
from facemetric.service.openapi import photos_body
from facemetric.service.photos import photos_of
from facemetric.service.problem import Problem, all_failed
from facemetric.service.workforce import Deadline
from facemetric.types import ItemError
from facemetric.wire import (
    DetectOut,
    EmbeddedOut,
    EmbeddedPhotoOut,
    EmbeddingsOut,
    ErrorOut,
    PhotoOut,
    VerifyOut,
)

router = APIRouter(tags=["faces"], route_class=GuardedRoute)

Which = Annotated[
    Literal["all", "largest", "central"], Query(description="Which faces of a photograph.")
]
One = Annotated[
    Literal["largest", "central"], Query(description="Which face, where there are several.")
]
Far = Annotated[
    float, Query(ge=1e-9, lt=1, description="False-accept rate that the threshold is chosen for.")
]
ByHand = Annotated[
    float | None, Query(ge=-1, le=1, description="A similarity by hand in place of a rate.")
]


@router.post(
    "/v1/detect",
    response_model=DetectOut,
    summary="Find faces",
    openapi_extra=needs("read", takes="photos", requestBody=photos_body()),
)
async def detect(request: Request, service: TheService, select: Which = "all") -> Response:
    """Find the faces of photographs, with boxes, scores and five landmarks."""
    photos = await photos_of(request, most=service.settings.limits.photos)
    engine = service.engine

    def work(deadline: Deadline) -> DetectOut:
        found: list[PhotoOut] = []
        errors: list[ItemError] = []
        for photo in photos:
            deadline.check()
            try:
                found.append(_detected(engine, photo, select))
            except FacemetricError as error:
                errors.append(failed_photo(error, photo))
        if not found:
            raise all_failed(errors)
        return DetectOut(
            detector=engine.recognizer.detector.name,
            photos=tuple(found),
            errors=tuple(map(ErrorOut.of, errors)),
        )

    return answer(await service.workforce.photographs(work))


def _detected(
    engine: Engine, photo: EncodedPhoto, select: Literal["all", "largest", "central"]
) -> PhotoOut:
    image = load_photo(photo, max_pixels=engine.limits.max_pixels, full=engine.full)
    found = engine.recognizer.detector.detect(image)
    faces = select_faces(found, image, select=select, max_faces=engine.limits.max_faces)
    return photo_document(image, faces)


@router.post(
    "/v1/embed",
    response_model=EmbeddingsOut,
    summary="Embed faces",
    openapi_extra=needs("read", takes="photos", requestBody=photos_body()),
)
async def embed(request: Request, service: TheService, select: Which = "all") -> Response:
    """Find the faces of photographs and return their embeddings, which are biometric data."""
    photos = await photos_of(request, most=service.settings.limits.photos)
    recognizer, limits = service.engine.recognizer, service.settings.limits

    def work(deadline: Deadline) -> EmbeddingsOut:
        embedded: list[EmbeddedPhotoOut] = []
        errors: list[ItemError] = []
        for seen in recognizer.see_many(photos, select=select, max_faces=limits.max_faces):
            deadline.check()
            if isinstance(seen, ItemError):
                errors.append(seen)
                continue
            faces = tuple(
                EmbeddedOut(
                    face=face_document(face),
                    embedding=tuple(round(value, 7) for value in face.embedding.tolist()),
                )
                for face in seen.faces
            )
            width, height = seen.size_px
            embedded.append(
                EmbeddedPhotoOut(source=seen.source, width_px=width, height_px=height, faces=faces)
            )
        if not embedded:
            raise all_failed(errors)
        return EmbeddingsOut(
            bundle=recognizer.bundle.id,
            dim=recognizer.bundle.dim,
            flip=recognizer.flip,
            photos=tuple(embedded),
            errors=tuple(map(ErrorOut.of, errors)),
        )

    return answer(await service.workforce.photographs(work))


@router.post(
    "/v1/compare",
    response_model=VerifyOut,
    summary="Compare two faces",
    openapi_extra=needs("read", takes="photos", requestBody=photos_body(raw=False)),
)
async def compare(
    request: Request,
    service: TheService,
    far: Far = 1e-3,
    threshold: ByHand = None,
    select: One = "largest",
) -> Response:
    """Decide whether two photographs show the same person, at a calibrated threshold."""
    photos = await photos_of(request, most=2)
    if len(photos) != 2:
        raise Problem(
            422,
            "input",
            f"expected two photographs, got {len(photos)}",
            field="photo",
            fix="Send exactly two",
        )
    recognizer = service.engine.recognizer

    def work(deadline: Deadline) -> VerifyOut:
        decided = recognizer.verify(
            photos[0], photos[1], far=far, threshold=threshold, select=select
        )
        return comparison_document(decided, bundle=recognizer.bundle.id)

    return answer(await service.workforce.photographs(work))
