"""``facemetric identify``: who is it, or unknown."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.keys import KeyCommand, KeyFile, master_key
from facemetric.cli.options import (
    DEFAULT_BUNDLE,
    BundleName,
    Flip,
    GalleryAddress,
    Html,
    Json,
    MinFace,
    Provider,
    ProviderName,
    SelectFaces,
    Sources,
    Threads,
    Threshold,
)
from facemetric.cli.output import finish, guarded, print_json, progress, shown

if TYPE_CHECKING:
    from facemetric.recognizer import IdentifiedPhoto
    from facemetric.wire import IdentifiedPhotoOut


class ClassifierName(StrEnum):
    """Who comes first; whether anybody is named is decided on the similarity."""

    nearest = "nearest"
    knn = "knn"
    centroid = "centroid"
    svm = "linear-svm"


@guarded
def identify(
    sources: Sources,
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    stranger_risk: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="Largest acceptable chance that a stranger is given a name."
        ),
    ] = 0.01,
    threshold: Threshold = None,
    classifier: Annotated[ClassifierName, typer.Option(help="Who comes first.")] = (
        ClassifierName.nearest
    ),
    candidates: Annotated[int, typer.Option(min=1, help="How many to list for a face.")] = 5,
    select: Annotated[SelectFaces, typer.Option(help="Which faces.")] = SelectFaces.all,
    bundle: BundleName = DEFAULT_BUNDLE,
    min_face: MinFace = None,
    flip: Flip = True,
    provider: ProviderName = Provider.cpu,
    threads: Threads = None,
    html: Html = None,
    json_: Json = False,
) -> None:
    """Say who is in each photograph, among the people of a gallery, or that nobody is known.

    Example: facemetric identify party/ --gallery people.db --json
    """
    from facemetric.cli.galleries import gallery_address, open_to_read, shown_address
    from facemetric.cli.pages import IdentifyPage, check_page
    from facemetric.cli.sources import read_sources
    from facemetric.decide import stranger_risk_of
    from facemetric.recognizer import Recognizer
    from facemetric.recognizer.documents import identified_document
    from facemetric.types import ItemError
    from facemetric.wire import ErrorOut, IdentifyOut, ThresholdOut

    if html:
        check_page(html)
    photos, errors = read_sources(sources)
    recognizer = Recognizer(
        bundle, min_face_px=min_face, provider=provider.value, threads=threads, flip=flip
    )
    page = IdentifyPage() if html else None
    answered: list[IdentifiedPhotoOut] = []
    with open_to_read(recognizer, gallery, key=master_key(key_file, key_command)) as opened:
        stats = opened.stats()
        chosen = recognizer.gallery_threshold(
            opened, stranger_risk=stranger_risk, threshold=threshold
        )
        answers = recognizer.identify_many(
            opened,
            photos,
            threshold=chosen,
            classifier=classifier.value,
            candidates=candidates,
            select=select.value,
        )
        for answer in progress(answers, total=len(photos), label="identifying"):
            if isinstance(answer, ItemError):
                errors.append(answer)
                continue
            answered.append(identified_document(answer))
            if page:
                page.add(answer)
            if not json_:
                _print(answer)
    if page and html:
        page.write(
            html, threshold=chosen, gallery=shown_address(gallery_address(gallery)), errors=errors
        )
    if json_:
        document = IdentifyOut(
            gallery=shown_address(gallery_address(gallery)),
            bundle=recognizer.bundle.id,
            people=stats.people,
            classifier=classifier.value,
            threshold=ThresholdOut.model_validate(chosen),
            stranger_risk=stranger_risk_of(chosen, stats.samples),
            photos=tuple(answered),
            errors=tuple(ErrorOut.of(error) for error in errors),
        )
        print_json(document)
    else:
        print(f"threshold {chosen.similarity:.4f}: {chosen.source}; liveness not checked")
    finish(errors, done=len(answered), json_=json_)


def _print(answer: IdentifiedPhoto) -> None:
    print(f"{shown(answer.photo.source)}:{'' if answer.faces else ' no face'}")
    for face in answer.faces:
        left, top, right, bottom = (round(value) for value in face.seen.face.box_xyxy_px.tolist())
        who = face.name or "unknown"
        best = face.candidates[0] if face.candidates else None
        near = f"  similarity {best.similarity:.4f}" if best else ""
        if best and face.name is None:
            near += f" to {best.name}"
        if face.decision.odds:
            near += f" ({face.decision.odds.rate_text} pairs of strangers)"
        print(f"  {who}{near}  x {left}..{right}  y {top}..{bottom}")
