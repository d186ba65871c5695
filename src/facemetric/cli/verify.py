"""``facemetric verify``: is this the same person, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.options import (
    DEFAULT_BUNDLE,
    BundleName,
    Flip,
    Json,
    MinFace,
    OneFace,
    Provider,
    ProviderName,
    Threads,
    Threshold,
)
from facemetric.cli.output import guarded, print_json, shown

if TYPE_CHECKING:
    from facemetric.recognizer import Comparison

DIFFERENT = 1


@guarded
def verify(
    first: Annotated[str, typer.Argument(metavar="A", help="A photograph; - for standard input.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another photograph.")],
    far: Annotated[
        float,
        typer.Option(min=0, max=1, help="False-accept rate that the threshold is chosen for."),
    ] = 1e-3,
    threshold: Threshold = None,
    select: Annotated[
        OneFace, typer.Option(help="Which face, where a photograph has several.")
    ] = OneFace.largest,
    bundle: BundleName = DEFAULT_BUNDLE,
    min_face: MinFace = None,
    flip: Flip = True,
    provider: ProviderName = Provider.cpu,
    threads: Threads = None,
    json_: Json = False,
) -> None:
    """Compare the faces of two photographs. Exit code 0: same person, 1: different people.

    Example: facemetric verify passport.jpg selfie.jpg --far 1e-4
    """
    from facemetric.cli.sources import read_one
    from facemetric.recognizer import Recognizer
    from facemetric.recognizer.documents import comparison_document

    recognizer = Recognizer(
        bundle, min_face_px=min_face, provider=provider.value, threads=threads, flip=flip
    )
    answer = recognizer.verify(
        read_one(first), read_one(second), far=far, threshold=threshold, select=select.value
    )
    if json_:
        document = comparison_document(answer, bundle=recognizer.bundle.id)
        print_json(document)
    else:
        _print(answer)
    if not answer.same:
        raise typer.Exit(DIFFERENT)


def _print(answer: Comparison) -> None:
    decision = answer.decision
    print("same person" if answer.same else "different people")
    print(
        f"  similarity  {answer.similarity:.4f}   (threshold {decision.threshold.similarity:.4f})"
    )
    print(f"  distance    {answer.distance:.4f}   (squared L2 on the unit sphere, 0 to 4)")
    if decision.odds:
        print(f"  strangers   {decision.odds.rate_text} pairs of strangers are as similar")
        if decision.odds.lr_text:
            print(f"  evidence    {decision.odds.lr_text}")
    print(f"  threshold   {decision.threshold.source}")
    if decision.odds and not decision.threshold.supported:
        print(f"  measured    {decision.odds.source}")
    print("  liveness    not checked: a photograph of a photograph matches as well")
    for photo in (answer.first, answer.second):
        if photo.faces_found > 1:
            print(f"  note        {shown(photo.source)}: one of {photo.faces_found} faces was used")
        for problem in photo.faces[0].problems:
            print(f"  note        {shown(photo.source)}: {problem}")
